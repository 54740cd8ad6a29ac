"""Write the bill of materials of a wheel: its files, the packages that it installs, and the licence of each.

CycloneDX 1.6, JSON, checked against the schema before it is written. The packages are the pins of requirements/base.txt,
with which this version was tested; who depends on whom, and the licences, are what the installed packages say.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from email.parser import HeaderParser
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from types import ModuleType
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
PIN = re.compile(r"^([\w.-]+)==([^ ;\n]+)(?: ; (.+))?$", re.MULTILINE)
MODELS = (".onnx", ".npz")


def write(wheel: Path, *, out: Path) -> Path:
    """Write a wheel's bill of materials into a folder, and return its path.

    Raises
    ------
    SystemExit
        If a file of the wheel has no licence, or the bill does not keep to the schema.
    """
    told = json.loads(JsonV1Dot6(bill(wheel)).output_as_string())
    if built_at() is None:
        del told["metadata"][
            "timestamp"
        ]  # the library puts the clock's there, and each bill would be another
    text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    if (wrong := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)) is not None:
        sys.exit(f"The bill of materials of {wheel.name} breaks CycloneDX's schema: {wrong}")
    path = out / f"{'-'.join(wheel.name.split('-')[:2])}.cdx.json"
    path.write_text(text, encoding="utf-8")
    return path


def bill(wheel: Path) -> Bom:
    """Return the bill of one wheel."""
    licences = licence_page()
    with zipfile.ZipFile(wheel) as archive:
        [name] = [one for one in archive.namelist() if one.endswith(".dist-info/METADATA")]
        about = HeaderParser().parsestr(archive.read(name).decode())
        shipped = [_file(one, archive.read(one), licences) for one in archive.namelist()]
    whole = wheel.read_bytes()
    root = Component(
        name=about["Name"], version=about["Version"], type=ComponentType.APPLICATION, description=about["Summary"],
        licenses=[LicenseFactory().make_from_string(about["License-Expression"])],
        purl=PackageURL("pypi", name=about["Name"], version=about["Version"]),
        hashes=[_sha256(whole)], bom_ref=f"pkg:pypi/{about['Name']}@{about['Version']}", components=shipped,
    )  # fmt: skip
    bom = Bom(
        metadata=BomMetaData(component=root, timestamp=built_at()),
        serial_number=uuid5(NAMESPACE_URL, hashlib.sha256(whole).hexdigest()),
    )
    if about["Name"] == "medialit-teach":
        platform = _platform(about["Version"])
        bom.components.add(platform)
        bom.register_dependency(root, [platform])
        return bom
    packages = {name: list(parts) for name, parts in _packages(licences)}
    for parts in packages.values():
        bom.components.update(parts)
    wanted = [
        Requirement(line).name for line in about.get_all("Requires-Dist") or [] if "extra ==" not in line
    ]
    bom.register_dependency(root, [one for name in wanted for one in packages[_canonical(name)]])
    for name, parts in packages.items():
        for part in parts:
            bom.register_dependency(part, [one for other in _needs(name) for one in packages.get(other, ())])
    return bom


def licence_page() -> ModuleType:
    """Return docs/licences.py as a module: what is licensed how."""
    spec = importlib.util.spec_from_file_location("medialit_licences", ROOT / "docs" / "licences.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module


def built_at() -> datetime | None:
    """Return SOURCE_DATE_EPOCH, the time that the bill gives; None where it is not set: then it gives none."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch else None


def _file(name: str, data: bytes, licences: ModuleType) -> Component:
    spdx = licences.of_file(name)
    if spdx is None:
        sys.exit(
            f"{name} is in the wheel and has no licence. Add a line to SHIPPED in docs/licences.py, or leave it out."
        )
    kind = ComponentType.MACHINE_LEARNING_MODEL if name.endswith(MODELS) else ComponentType.FILE
    return Component(
        name=name, type=kind, bom_ref=f"file:{name}", hashes=[_sha256(data)],
        licenses=[LicenseFactory().make_from_string(spdx)],
    )  # fmt: skip


def _packages(licences: ModuleType) -> Iterator[tuple[str, Iterator[Component]]]:
    """Yield each package that a classroom installs, with its versions: another Python may need another one."""
    pins: dict[str, list[tuple[str, str]]] = {}
    text = (ROOT / "requirements" / "base.txt").read_text(encoding="utf-8")
    for name, version, marker in PIN.findall(text):
        pins.setdefault(_canonical(name), []).append((version, marker))
    notes = {part.name: part for part in licences.parts_of("base")}
    for name, versions in pins.items():
        yield name, (_package(notes[name], version, marker) for version, marker in versions)


def _package(part: object, version: str, marker: str) -> Component:
    name, licence, why = (getattr(part, field) for field in ("name", "licence", "why"))
    return Component(
        name=name, version=version, type=ComponentType.LIBRARY, scope=ComponentScope.REQUIRED,
        licenses=[LicenseFactory().make_from_string(licence)], description=why or None,
        purl=PackageURL("pypi", name=name, version=version), bom_ref=f"pkg:pypi/{name}@{version}",
        properties=[Property(name="medialit:marker", value=marker)] if marker else [],
    )  # fmt: skip


def _platform(version: str) -> Component:
    return Component(
        name="medialit", version=version, type=ComponentType.LIBRARY, bom_ref=f"pkg:pypi/medialit@{version}",
        licenses=[LicenseFactory().make_from_string("Apache-2.0 AND CC-BY-4.0")],
        purl=PackageURL("pypi", name="medialit", version=version),
        description="What it depends on in turn stands in its own bill.",
    )  # fmt: skip


def _needs(name: str) -> list[str]:
    """Return what an installed package asks for; nothing of one for another platform, which is not installed."""
    try:
        asked = map(Requirement, distribution(name).requires or [])
    except PackageNotFoundError:
        return []
    return sorted(
        {_canonical(one.name) for one in asked if one.marker is None or one.marker.evaluate({"extra": ""})}
    )


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _sha256(data: bytes) -> HashType:
    return HashType(alg=HashAlgorithm.SHA_256, content=hashlib.sha256(data).hexdigest())
