"""Files that others signed: their state under no list, under the official lists, and after one changed byte."""

import os
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from medialit import verify
from medialit.provenance.credentials import read
from medialit.provenance.trust import TrustList, read_trust_list

ROOT = Path(__file__).parents[3]
FIXTURES = ROOT / "tests" / "fixtures" / "c2pa"
ARCHIVE = ROOT / "build" / "test-files" / "is_it_ai_mcp-0.1.0.tar.gz"
PUBLIC = Path(os.environ.get("MEDIALIT_TRUST", ROOT.parent / "shared" / "trust"))
needs_public_lists = pytest.mark.skipif(
    not (PUBLIC / "C2PA-TRUST-LIST.pem").is_file(), reason="no public trust lists; set MEDIALIT_TRUST"
)
needs_archive = pytest.mark.skipif(
    not ARCHIVE.is_file(), reason=f"{ARCHIVE.name} was not fetched; `python3 run.py test` does"
)
# The vendor's certificate: from then on its signature holds only by its time stamp, which needs a list of its own.
VENDOR_UNTIL = datetime(2027, 3, 24, tzinfo=UTC)


def official() -> list[TrustList]:
    return [
        read_trust_list(PUBLIC / "C2PA-TRUST-LIST.pem"),
        read_trust_list(PUBLIC / "C2PA-TSA-TRUST-LIST.pem", kind="time-stamps"),
    ]


def interim() -> list[TrustList]:
    return [
        read_trust_list(PUBLIC / name) for name in ("itl_anchors.pem", "itl_allowed.pem", "itl_store.cfg")
    ]


@pytest.fixture(scope="module")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture that a vendor's service made and signed, and what others made of it."""
    folder = tmp_path_factory.mktemp("vendor")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    return next(folder.glob("*/fixtures"))


@needs_archive
def test_a_vendors_picture_is_valid_and_trusted_by_nobody_without_a_list(vendor: Path) -> None:
    found = read(vendor / "signed.png")
    assert found.state == ("valid" if datetime.now(UTC) < VENDOR_UNTIL else "invalid")
    assert found.signer is not None
    assert (found.signer.name, found.signer.organisation) == ("OpenAI Media Service", "OpenAI OpCo, LLC")
    assert found.trusted_by is None
    assert "signingCredential.untrusted" in {failure.code for failure in found.failures}


@needs_archive
@needs_public_lists
def test_the_official_list_vouches_for_a_vendor_and_the_interim_one_does_not(vendor: Path) -> None:
    found = read(vendor / "signed.png", trust=[*interim(), *official()])
    assert (found.state, found.ai, found.failures) == ("trusted", True, ())
    assert found.trusted_by is not None and found.trusted_by.name == "C2PA-TRUST-LIST.pem"
    assert [action.action for action in found.history] == [
        "c2pa.created", "c2pa.converted", "c2pa.watermarked.unbound",
    ]  # fmt: skip
    assert read(vendor / "signed.png", trust=interim()).state != "trusted"


@needs_archive
@needs_public_lists
def test_no_list_saves_a_vendors_picture_that_was_changed(vendor: Path) -> None:
    found = read(vendor / "tampered.png", trust=official())
    assert (found.state, found.ai) == ("invalid", None)
    assert [failure.code for failure in found.failures] == ["assertion.dataHash.mismatch"]


@needs_archive
@pytest.mark.parametrize("name", ["stripped.png", "synthetic-app11.jpg"])
def test_a_vendors_picture_that_was_stripped_says_nothing(vendor: Path, name: str) -> None:
    found = read(vendor / name)
    assert (found.state, found.ai) == ("none", None)


@needs_archive
def test_a_vendors_picture_gets_a_whole_report_in_every_language(vendor: Path) -> None:
    report = verify.inspect(vendor / "signed.png")
    assert not report.problems
    for lang in ("en", "fr", "ar"):
        assert "OpenAI Media Service" in verify.to_text(report, lang=lang)
        assert "c2pa.watermarked" not in verify.to_text(report, lang=lang), "an action without words"


@pytest.mark.parametrize("kind", ["jpg", "png"])
def test_a_file_by_c2patool_is_read_and_a_changed_byte_found(kind: str, tmp_path: Path) -> None:
    path = FIXTURES / f"compressed_boxhash.{kind}"
    found = read(path)
    assert (found.state, found.ai) == ("valid", False)
    assert found.generator is not None and found.generator.startswith("c2patool")
    data = bytearray(path.read_bytes())
    data[-20 if kind == "png" else -6] ^= 1  # in the picture
    changed = tmp_path / path.name
    changed.write_bytes(data)
    assert read(changed).state == "invalid"


@needs_public_lists
@pytest.mark.parametrize("kind", ["jpg", "png"])
def test_the_test_certificates_of_the_reference_implementation_are_on_no_public_list(kind: str) -> None:
    path = FIXTURES / f"compressed_boxhash.{kind}"
    roots = read_trust_list(PUBLIC / "c2pa_rs_test_roots.pem")
    assert read(path, trust=[roots]).trusted_by == roots
    assert read(path, trust=[*official(), *interim()]).state == "valid"


# -- Persons and organisations beside the signer (CAWG) --------------------------------------------------------

SIGNERS = read_trust_list(FIXTURES / "identity_signers.pem")
NAMES = read_trust_list(FIXTURES / "identity_names.pem", kind="identities")
IDENTITY = FIXTURES / "identity.jpg"


def _states(trust: list[TrustList], path: Path = IDENTITY) -> tuple[str, str | None]:
    found = read(path, trust=trust)
    assert found.active is not None
    (identity,) = found.active.identities
    assert (identity.name, identity.roles) == ("Amina Idrissi (fictional)", ("cawg.creator",))
    return found.state, identity.state


def _combinations() -> Iterator[tuple[list[TrustList], tuple[str, str]]]:
    yield [], ("valid", "valid")
    yield [SIGNERS], ("trusted", "valid")
    yield [NAMES], ("valid", "trusted")
    yield [NAMES, SIGNERS], ("trusted", "trusted")
    # Who vouches for names does not vouch for signers, and the other way round.
    swapped = read_trust_list(FIXTURES / "identity_signers.pem", kind="identities")
    other = read_trust_list(FIXTURES / "identity_names.pem")
    yield [swapped], ("valid", "valid")
    yield [other, swapped], ("valid", "valid")
    yield [other, swapped, NAMES], ("valid", "trusted")


@pytest.mark.parametrize(("trust", "states"), list(_combinations()))
def test_a_signer_and_a_name_are_trusted_each_by_a_list_of_its_own(
    trust: list[TrustList], states: tuple[str, str]
) -> None:
    assert _states(trust) == states


def test_a_name_that_was_changed_is_not_relied_on(tmp_path: Path) -> None:
    data = bytearray(IDENTITY.read_bytes())
    data[data.index(b"cawg.creator") + 5] ^= 1  # another role
    changed = tmp_path / "changed.jpg"
    changed.write_bytes(data)
    found = read(changed, trust=[SIGNERS, NAMES])
    assert found.active is not None
    (identity,) = found.active.identities
    assert (found.state, identity.state) == ("invalid", "invalid")
    assert "cawg.x509.signature.mismatch" in {failure.code for failure in identity.failures}


@pytest.mark.parametrize(
    ("trust", "code"), [([SIGNERS], "valid"), ([SIGNERS, NAMES], "trusted"), ([], "valid")]
)
def test_a_report_names_who_stands_beside_the_signer(trust: list[TrustList], code: str) -> None:
    report = verify.inspect(IDENTITY, trust=trust)
    found = report.as_dict()
    assert f"credentials.identity-{code}" in found["finding_codes"]
    for lang in ("en", "fr", "ar"):
        assert verify.to_text(report, lang=lang).count("Amina Idrissi") == 2
