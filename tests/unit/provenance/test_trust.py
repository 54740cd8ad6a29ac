"""Trust lists: what is in them, and what each vouches for."""

import base64
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from medialit.errors import TrustListError
from medialit.provenance import keys
from medialit.provenance.credentials import CredentialReader, Credentials, Statement, read, sign
from medialit.provenance.trust import Kind, TrustList, parse_trust_list, read_trust_list, revoked_on

# The public lists are not part of this repository: they are read where somebody has put them.
PUBLIC = Path(os.environ.get("MEDIALIT_TRUST", Path(__file__).parents[4] / "shared" / "trust"))
needs_public_lists = pytest.mark.skipif(
    not (PUBLIC / "C2PA-TRUST-LIST.pem").is_file(), reason="no public trust lists; set MEDIALIT_TRUST"
)


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)


def parsed(data: bytes, kind: Kind = "signers", name: str = "list.pem") -> TrustList:
    return parse_trust_list(data, name=name, file_date=date(2026, 9, 1), kind=kind)


@pytest.fixture
def signed(tmp_path: Path, media: dict[str, Path], course_key: keys.SigningKey, statement: Statement) -> Path:
    sign(media["jpg"], tmp_path / "signed.jpg", key=course_key, statement=statement)
    return tmp_path / "signed.jpg"


def read_with(path: Path, *lists: TrustList) -> Credentials:
    with CredentialReader(trust=lists) as reader:
        return reader.read(path)


def test_a_list_names_itself_its_hash_and_its_dates(authority: keys.Authority, tmp_path: Path) -> None:
    path = tmp_path / "course.pem"
    path.write_bytes(authority.trust_list_pem())
    stamp = datetime(2026, 3, 4, 12, tzinfo=UTC).timestamp()
    os.utime(path, (stamp, stamp))
    found = read_trust_list(path)
    assert found.as_dict() == {
        "name": "course.pem",
        "sha256": found.sha256,
        "file_date": "2026-03-04",
        "newest_certificate": authority.root.not_valid_before_utc.date().isoformat(),
        "n_signers": 2,
        "n_time_stamps": 0,
        "n_identities": 0,
    }
    assert len(found.sha256) == 64


def test_text_around_certificates_is_passed_over(authority: keys.Authority) -> None:
    data = b"## A list\nSubject\tCN=Root\n" + pem(authority.root) + b"\nmore text -----BEGIN nothing\n"
    assert parsed(data).signers == (authority.root,)


@pytest.mark.parametrize("data", [b"", b"hello", b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----"])
def test_a_file_without_anything_to_trust_is_refused(data: bytes) -> None:
    with pytest.raises(TrustListError):
        parsed(data)


def test_a_list_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrustListError, match=r"absent\.pem cannot be read"):
        read_trust_list(tmp_path / "absent.pem")


def test_a_damaged_certificate_is_located(authority: keys.Authority) -> None:
    data = bytearray(pem(authority.root))
    data[100:110] = b"AAAAAAAAAA"
    with pytest.raises(TrustListError, match="at byte 0"):
        parsed(bytes(data))


def test_the_same_file_is_trusted_by_one_list_and_not_by_another(
    signed: Path, course_list: TrustList, authority: keys.Authority, now: datetime
) -> None:
    stranger = keys.untrusted_key(now=now)
    other = parsed(pem(stranger.chain[1]), name="other.pem")
    by_course, by_other = read_with(signed, course_list), read_with(signed, other)
    assert (by_course.state, by_other.state) == ("trusted", "valid")
    assert by_course.trusted_by == course_list and by_other.trusted_by is None
    assert by_other.trust_lists == (other,)


def test_the_report_names_the_list_that_vouches_among_several(
    signed: Path, course_list: TrustList, now: datetime
) -> None:
    other = parsed(pem(keys.untrusted_key(now=now).chain[1]), name="other.pem")
    for lists in ((course_list, other), (other, course_list)):
        found = read_with(signed, *lists)
        assert found.trusted_by == course_list and found.trust_lists == lists


def test_a_list_of_time_stamp_authorities_vouches_for_no_signer(
    signed: Path, authority: keys.Authority
) -> None:
    found = read_with(signed, parsed(pem(authority.root), kind="time-stamps"))
    assert found.state == "valid" and found.trusted_by is None
    assert "signingCredential.untrusted" in {failure.code for failure in found.failures}


def test_a_root_on_both_kinds_of_list_vouches_as_a_signers(signed: Path, authority: keys.Authority) -> None:
    signers = parsed(pem(authority.root), name="signers.pem")
    stamps = parsed(pem(authority.root) + b"\n", kind="time-stamps", name="stamps.pem")
    for lists in ((signers, stamps), (stamps, signers)):
        found = read_with(signed, *lists)
        assert found.state == "trusted" and found.trusted_by == signers


def test_a_single_allowed_signer_is_trusted_without_its_authority(
    signed: Path, course_key: keys.SigningKey, authority: keys.Authority, now: datetime
) -> None:
    allowed = parsed(pem(course_key.chain[0]), name="allowed.pem")
    assert allowed.allowed == (course_key.chain[0],) and not allowed.signers
    assert read_with(signed, allowed).trusted_by == allowed
    colleague = keys.signing_key(authority, "colleague", now=now)
    assert read_with(signed, parsed(pem(colleague.chain[0]))).state == "valid"


def test_a_revocation_list_counts_only_when_its_authority_signed_it(
    authority: keys.Authority, course_key: keys.SigningKey, now: datetime, tmp_path: Path
) -> None:
    genuine = keys.open_authority(tmp_path / "genuine", now=now)
    forger = keys.open_authority(tmp_path / "forger", now=now)
    victim = keys.signing_key(genuine, now=now)
    keys.revoke(forger, victim, now=now)
    certificates = genuine.trust_list_pem().partition(b"-----BEGIN X509 CRL")[0]
    forged = certificates + (forger.folder / "revoked.crl.pem").read_bytes()
    issuer = "medialit course issuing"
    assert revoked_on(victim.serial_number, issuer=issuer, lists=[parsed(forged)]) is None
    keys.revoke(genuine, victim, now=now)
    honest = parsed(genuine.trust_list_pem())
    assert revoked_on(victim.serial_number, issuer=issuer, lists=[honest]) == honest
    assert revoked_on(victim.serial_number, issuer="somebody else", lists=[honest]) is None
    assert revoked_on(victim.serial_number + 1, issuer=issuer, lists=[honest]) is None


def test_key_usages_come_from_a_file_of_identifiers(signed: Path, course_list: TrustList) -> None:
    uses = parsed(b"//a comment \n1.3.6.1.5.5.7.3.36\n// other\n1.3.6.1.4.1.311.76.59.1.9", name="store.cfg")
    assert uses.uses == ("1.3.6.1.5.5.7.3.36", "1.3.6.1.4.1.311.76.59.1.9")
    assert read_with(signed, uses, course_list).state == "trusted"


def test_a_certificate_with_a_negative_serial_number_is_damaged(authority: keys.Authority) -> None:
    data = bytearray(authority.root.public_bytes(Encoding.DER))
    number = authority.root.serial_number
    at = data.index(number.to_bytes((number.bit_length() + 7) // 8, "big"))
    data[at if data[at] < 0x80 else at - 1] |= 0x80  # before a byte over 127 stands a zero
    lines = base64.encodebytes(bytes(data))
    odd = b"-----BEGIN CERTIFICATE-----\n" + lines + b"-----END CERTIFICATE-----\n"
    with pytest.raises(TrustListError, match="damaged"):
        parse_trust_list(odd, name="odd.pem", file_date=date(2026, 9, 1))


@needs_public_lists
def test_the_public_lists_are_read_whole() -> None:
    counts = {}
    for name, kind in (
        ("C2PA-TRUST-LIST.pem", "signers"),
        ("C2PA-TSA-TRUST-LIST.pem", "time-stamps"),
        ("itl_anchors.pem", "signers"),
        ("itl_allowed.pem", "signers"),
    ):
        found = read_trust_list(PUBLIC / name, kind=kind)  # type: ignore[arg-type]
        data = (PUBLIC / name).read_bytes()
        assert len(found.signers) + len(found.allowed) + len(found.time_stamps) == data.count(b"BEGIN CERT")
        counts[name] = (len(found.signers), len(found.allowed), len(found.time_stamps))
    assert counts["C2PA-TSA-TRUST-LIST.pem"][:2] == (0, 0)
    assert counts["itl_allowed.pem"][0] == 0
    assert counts["itl_anchors.pem"][2] > 0, "its time-stamp authorities must not become signers"


@needs_public_lists
def test_the_public_lists_do_not_trust_a_course(signed: Path, course_list: TrustList) -> None:
    public = [
        read_trust_list(PUBLIC / "C2PA-TRUST-LIST.pem"),
        read_trust_list(PUBLIC / "C2PA-TSA-TRUST-LIST.pem", kind="time-stamps"),
        read_trust_list(PUBLIC / "itl_anchors.pem"),
        read_trust_list(PUBLIC / "itl_allowed.pem"),
        read_trust_list(PUBLIC / "itl_store.cfg"),
    ]
    assert read(signed, trust=public).state == "valid"
    both = read(signed, trust=[*public, course_list])
    assert both.state == "trusted" and both.trusted_by == course_list and len(both.trust_lists) == 6
