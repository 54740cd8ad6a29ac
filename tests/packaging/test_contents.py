"""What is in the wheels, and what is not: every file has a licence, no learner gets a solution."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).resolve().parents[2]
LEARNERS, TEACHERS = "medialit-*.whl", "medialit_teach-*.whl"
LANGUAGES = ("en", "fr", "ar", "zgh")
SLUGS = sorted(path.parent.name for path in ROOT.glob("labs/*/lab.py"))

long = pytest.mark.long
pytestmark = pytest.mark.timeout(3600)  # the first of them builds


@pytest.fixture(scope="module")
def licences() -> ModuleType:
    spec = importlib.util.spec_from_file_location("licences_of_wheels", ROOT / "docs" / "licences.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module


def members(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


# Without building.


def test_both_halves_and_the_library_are_of_one_version() -> None:
    ours, theirs = (
        tomllib.loads((ROOT / path).read_text(encoding="utf-8"))["project"]
        for path in ("pyproject.toml", "package/teach/pyproject.toml")
    )
    [said] = re.findall(
        r'__version__ = "(.+)"', (ROOT / "src/medialit/__init__.py").read_text(encoding="utf-8")
    )
    assert ours["version"] == theirs["version"] == said
    assert theirs["dependencies"] == [f"medialit=={said}"]


def test_the_notice_is_what_the_list_of_licences_says(licences: ModuleType) -> None:
    assert (ROOT / "NOTICE.md").read_text(encoding="utf-8") == licences.notice(), (
        "run: python docs/licences.py"
    )


def test_every_file_that_will_be_in_a_wheel_has_a_licence(licences: ModuleType) -> None:
    made = {"__pycache__", "build"}
    names = [
        f"{package}/{path.relative_to(base).as_posix()}"
        for package, base, parts in (
            ("medialit", ROOT / "src/medialit", ("",)),
            ("medialit_teach", ROOT, ("labs", "graders", "course")),
        )
        for part in parts
        for path in (base / part).rglob("*")
        if path.is_file() and not made & set(path.parts)
    ]
    assert len(names) > 500
    assert [name for name in names if licences.of_file(name) is None] == []


@pytest.mark.parametrize("name", ["medialit/studio/web/font.woff2", "medialit/jingle.mp3", "medialit/a.mp4"])
def test_a_font_a_sound_or_a_film_would_need_a_line_of_its_own(licences: ModuleType, name: str) -> None:
    assert licences.of_file(name) is None


@pytest.fixture(scope="module")
def sbom() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sbom_of_wheels", ROOT / "package" / "sbom.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def small_wheel(folder: Path, *names: str) -> Path:
    about = "Metadata-Version: 2.4\nName: medialit\nVersion: 9.9\nSummary: A small one\n"
    about += "License-Expression: Apache-2.0\nRequires-Dist: nbgrader>=0.9\n"
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / "medialit-9.9-py3-none-any.whl", "w") as archive:
        for name in ("medialit-9.9.dist-info/METADATA", *names):
            archive.writestr(zipfile.ZipInfo(name), about)  # its time is a constant
    return folder / "medialit-9.9-py3-none-any.whl"


def test_a_bill_hangs_on_the_wheel_and_not_on_the_clock(
    sbom: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    wheel = small_wheel(tmp_path, "medialit/a.py")
    first = sbom.write(wheel, out=tmp_path).read_bytes()
    assert sbom.write(wheel, out=tmp_path).read_bytes() == first
    assert "timestamp" not in json.loads(first)["metadata"]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    dated = json.loads(sbom.write(wheel, out=tmp_path).read_bytes())
    assert dated["metadata"]["timestamp"].startswith("2001-09-09T01:46:40")


def test_a_bill_is_refused_for_a_file_without_a_licence(sbom: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"medialit/a\.ttf is in the wheel and has no licence"):
        sbom.write(small_wheel(tmp_path, "medialit/a.ttf"), out=tmp_path)


# What is built.


@long
def test_a_learner_who_unzips_the_wheel_finds_no_solution(one: Callable[[str], Path]) -> None:
    wheel = members(one(LEARNERS))
    parts = ("labs", "graders", "course")
    secret = {
        hashlib.sha256(path.read_bytes()).hexdigest(): path
        for part in parts
        for path in (ROOT / part).rglob("*")
        if path.is_file() and path.name not in ("checks.py", "assets.py", "table.json")
    }
    copied = {name for name, data in wheel.items() if hashlib.sha256(data).hexdigest() in secret}
    assert copied == set()
    assert [
        name for name in wheel if re.search(r"(^|/)(labs|graders|mutants|rubrics|facilitator)/", name)
    ] == []
    for name, data in wheel.items():
        if name.startswith("medialit/released/"):
            text = data.decode()
            assert "BEGIN SOLUTION" not in text and "HIDDEN TESTS" not in text, name
            assert "course_secret" not in text, name
    solved = {line for slug in SLUGS for line in solution_lines(ROOT / "labs" / slug / "lab.py")}
    assert len(solved) > 40
    notebooks = "\n".join(
        source
        for name, data in wheel.items()
        if name.endswith(".ipynb")
        for cell in json.loads(data)["cells"]
        if cell["cell_type"] == "code" and not cell["metadata"]["nbgrader"].get("locked")
        for source in cell["source"]
    )
    assert notebooks
    assert [line for line in solved if line in notebooks] == []


def solution_lines(path: Path) -> set[str]:
    """Lines of a source's solutions that are long enough to be no chance."""
    found = re.findall(
        r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", path.read_text(encoding="utf-8"), re.DOTALL
    )
    lines = {line.strip() for block in found for line in block.splitlines()}
    return {line for line in lines if len(line) > 30 and line.startswith("return ") and is_python(line)}


def is_python(line: str) -> bool:
    try:
        ast.parse(f"def f():\n    {line}")
    except SyntaxError:
        return False
    return True


@long
def test_the_learners_wheel_holds_every_lab_in_every_language_and_every_file_of_the_package(
    one: Callable[[str], Path],
) -> None:
    wheel = members(one(LEARNERS))
    for lang in LANGUAGES:
        told = json.loads(wheel[f"medialit/released/{lang}/medialit.json"])
        assert sorted(told["labs"]) == SLUGS
        assert set(told) == {
            "language",
            "course_id",
            "title",
            "seed",
            "labs",
        }  # no path of the builder's computer
        for slug in SLUGS:
            notebook = json.loads(wheel[f"medialit/released/{lang}/{slug}/{slug}.ipynb"])
            assert len(notebook["cells"]) > 5
    tracked = subprocess.run(
        ["git", "ls-files", "src/medialit"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert {name.removeprefix("src/") for name in tracked if (ROOT / name).is_file()} - wheel.keys() == set()


@long
def test_the_teachers_wheel_holds_labs_graders_and_course(one: Callable[[str], Path]) -> None:
    wheel = members(one(TEACHERS))
    for slug in SLUGS:
        assert f"medialit_teach/labs/{slug}/lab.py" in wheel and f"medialit_teach/graders/{slug}.py" in wheel
    assert "medialit_teach/course/course.toml" in wheel
    assert [name for name in wheel if "__pycache__" in name or name.endswith(".pyc")] == []


@long
@pytest.mark.parametrize("pattern", [LEARNERS, TEACHERS])
def test_every_file_of_a_wheel_falls_under_a_licence_whose_text_is_in_it(
    one: Callable[[str], Path], licences: ModuleType, pattern: str
) -> None:
    wheel = members(one(pattern))
    assert [name for name in wheel if licences.of_file(name) is None] == []
    [notice] = [data for name, data in wheel.items() if name.endswith("/NOTICE.md")]
    assert notice.decode() == licences.notice()
    texts = b"".join(data for name, data in wheel.items() if ".dist-info/licenses/" in name)
    assert b"Apache License" in texts and b"Creative Commons Attribution 4.0 International" in texts
    assert not any(data.startswith((b"OTTO", b"wOFF", b"wOF2", b"ID3", b"RIFF")) for data in wheel.values())
    assert not any(data[4:8] == b"ftyp" for data in wheel.values())


@long
@pytest.mark.parametrize("pattern", [LEARNERS, TEACHERS])
def test_nothing_in_a_wheel_tells_of_the_computer_that_built_it(
    one: Callable[[str], Path], checkout: Path, pattern: str
) -> None:
    for name, data in members(one(pattern)).items():
        assert str(checkout).encode() not in data and str(Path.home()).encode() + b"/" not in data, name


@long
def test_a_bill_of_materials_lists_each_file_and_each_package_with_licence_and_keeps_to_the_schema(
    one: Callable[[str], Path],
) -> None:
    for bill, pattern in (("medialit-*.cdx.json", LEARNERS), ("medialit_teach-*.cdx.json", TEACHERS)):
        text = one(bill).read_text(encoding="utf-8")
        assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
        told = json.loads(text)
        subject, wheel = told["metadata"]["component"], one(pattern)
        assert subject["hashes"][0]["content"] == hashlib.sha256(wheel.read_bytes()).hexdigest()
        files = {part["name"]: part["hashes"][0]["content"] for part in subject["components"]}
        assert files == {name: hashlib.sha256(data).hexdigest() for name, data in members(wheel).items()}
        assert all(part["licenses"] for part in [*subject["components"], *told["components"]])
    told = json.loads(one("medialit-*.cdx.json").read_text(encoding="utf-8"))
    pins = re.findall(
        r"^([\w.-]+)==([^ ;\n]+)", (ROOT / "requirements/base.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert {(part["name"], part["version"]) for part in told["components"]} == set(pins)
    needs = {entry["ref"]: entry.get("dependsOn", []) for entry in told["dependencies"]}
    assert any(
        ref.startswith("pkg:pypi/jupyterlab@") for ref in needs[told["metadata"]["component"]["bom-ref"]]
    )
    [nbgrader] = [ref for ref in needs if ref.startswith("pkg:pypi/nbgrader@")]
    assert any(ref.startswith("pkg:pypi/alembic@") for ref in needs[nbgrader])


@long
def test_the_checksums_are_those_of_all_that_is_passed_on(dist: Path) -> None:
    lines = (dist / "SHA256SUMS").read_text(encoding="ascii").splitlines()
    told = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    there = {path.name for path in dist.iterdir()} - {"SHA256SUMS", ".gitignore"}
    assert told.keys() == there
    assert all(hashlib.sha256((dist / name).read_bytes()).hexdigest() == told[name] for name in there)
