"""Fuzz what reads strangers' data in Python, guided by coverage: `python benchmarks/fuzz_atheris.py [SECONDS] [CORPUS]`.

Needs atheris, which is no dependency of this project: `pip install atheris` into an environment of its own, beside
medialit. `fuzz_inspect.py` starts the real processes on whole files; this one calls the parts in between, hundreds of
times a second, and learns which bytes lead further: the store's JSON, trust lists, metadata of pictures, traces of
encoders, fingerprints. A part may raise the error that it documents, and nothing else.
"""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import date
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["medialit"]):
    from medialit.errors import FingerprintError, MediaError, TrustListError
    from medialit.provenance.fingerprint import Fingerprint, Planes
    from medialit.provenance.store import parse_store
    from medialit.provenance.trust import parse_trust_list
    from medialit.verify import traces

SECONDS = int(sys.argv[1]) if len(sys.argv) > 1 else 120
CORPUS = Path(sys.argv[2] if len(sys.argv) > 2 else "build/atheris")
PLACE = Path(tempfile.mkdtemp(prefix="atheris-")) / "file"
SAFE = set(range(0x20)) | {0x202E, 0x202D, 0x2066, 0x2067, 0x2068, 0x2069}


def printable(value: object) -> None:
    """Nothing that turns lines around or commands a terminal may be left in any text."""
    if isinstance(value, str):
        assert not SAFE & set(map(ord, value)), repr(value)
    elif isinstance(value, dict):
        for key, inner in value.items():
            printable(key)
            printable(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            printable(inner)


def store(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    found = parse_store(text, certificates=text, remote=None, vouching=None, lists=())
    assert found.state in ("unreadable", "invalid", "valid"), "trusted, and no list was given"
    printable({k: v for k, v in found.as_dict().items() if k not in ("reason",)})
    json.dumps(found.as_dict())


def trust(data: bytes) -> None:
    try:
        parse_trust_list(data, name="x", file_date=date(2026, 1, 1))
    except TrustListError:
        return


def picture(data: bytes) -> None:
    PLACE.write_bytes(data)
    metadata, _encoding = traces.picture_facts(PLACE)
    traces.holds_several(PLACE)
    printable(list(metadata.tags.values()))


def encoders(data: bytes) -> None:
    PLACE.write_bytes(data)
    try:
        printable(list(traces._found_encoders(PLACE)))
        printable(list(traces._xmp_marks(PLACE)))
    except MediaError:
        return


def fingerprints(data: bytes) -> None:
    for reader in (Fingerprint.from_bytes, Fingerprint.from_text, Planes.from_text):
        try:
            reader(data if reader is Fingerprint.from_bytes else data.decode("latin-1"))  # type: ignore[arg-type]
        except FingerprintError:
            continue


PARTS = (store, trust, picture, encoders, fingerprints)


def one(data: bytes) -> None:
    if data:
        PARTS[data[0] % len(PARTS)](data[1:])


def seeds() -> None:
    """Begin with the real thing: what a signed picture says, and a list of certificates."""
    from medialit.provenance.reading import CredentialReader

    CORPUS.mkdir(parents=True, exist_ok=True)
    fixtures = Path(__file__).parents[1] / "tests" / "fixtures" / "c2pa"
    said: list[bytes] = []
    with CredentialReader() as reader:
        for path in sorted(fixtures.glob("*.jpg")):
            request = {"path": str(path), "hint": "jpg", "sidecar": None}
            answer = reader._ask(request)
            said += [answer["store"].encode(), answer["certificates"].encode()]
    for number, data in enumerate(said):
        (CORPUS / f"store-{number}").write_bytes(b"\x00" + data)
    (CORPUS / "trust").write_bytes(b"\x01" + (fixtures / "identity_names.pem").read_bytes())
    for path in sorted(fixtures.glob("*.[jp][pn]g")):
        for part in (2, 3):
            (CORPUS / f"{path.name}-{part}").write_bytes(bytes([part]) + path.read_bytes())


if __name__ == "__main__":
    seeds()
    options = [sys.argv[0], str(CORPUS), f"-max_total_time={SECONDS}", "-max_len=65536", "-timeout=20"]
    atheris.Setup(options, one)
    atheris.Fuzz()
