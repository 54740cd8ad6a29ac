"""The course's certificate authority."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from medialit.errors import KeyStoreError
from medialit.home import medialit_home
from medialit.provenance import keys

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def test_private_keys_can_be_read_by_their_owner_only(folder: Path) -> None:
    keys.signing_key(keys.open_authority(folder, now=NOW), now=NOW)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert set(modes) == {"root.pem", "issuing.pem", "revoked.crl.pem", "leaf-course.pem"}
    assert set(modes.values()) == {0o600}


def test_a_folder_that_others_can_read_is_refused(folder: Path) -> None:
    keys.open_authority(folder, now=NOW)
    folder.chmod(0o755)
    with pytest.raises(KeyStoreError, match="chmod 700"):
        keys.open_authority(folder, now=NOW)


def test_an_authority_that_lost_its_root_says_so_instead_of_making_another(folder: Path) -> None:
    keys.open_authority(folder, now=NOW)
    (folder / "root.pem").unlink()
    with pytest.raises(KeyStoreError, match=r"lacks root\.pem"):
        keys.open_authority(folder, now=NOW)


def test_the_home_folder_is_the_one_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIALIT_HOME", str(tmp_path / "home"))
    assert keys.open_authority(now=NOW).folder == tmp_path / "home" / "keys"
    monkeypatch.delenv("MEDIALIT_HOME")
    assert medialit_home().name == "medialit"


def test_many_that_start_together_end_up_with_one_authority_and_one_key(folder: Path) -> None:
    def open_and_sign(_: int) -> tuple[int, int]:
        authority = keys.open_authority(folder, now=NOW)
        return authority.root.serial_number, keys.signing_key(authority, now=NOW).serial_number

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(open_and_sign, range(16)))) == 1
    assert not [path.name for path in folder.parent.iterdir() if path != folder]
    assert not [path.name for path in folder.iterdir() if path.name.startswith(".")]


def test_each_certificate_is_signed_by_the_one_above_it_and_outlives_it(folder: Path) -> None:
    authority = keys.open_authority(folder, now=NOW)
    leaf, issuing = keys.signing_key(authority, now=NOW).chain
    for lower, upper in ((leaf, issuing), (issuing, authority.root), (authority.root, authority.root)):
        lower.verify_directly_issued_by(upper)
        assert lower.not_valid_after_utc <= upper.not_valid_after_utc
    assert leaf.not_valid_after_utc - NOW > timedelta(days=365 * 25)
    assert leaf.not_valid_before_utc < NOW


def test_a_leaf_may_sign_claims_and_nothing_else(folder: Path) -> None:
    leaf = keys.signing_key(keys.open_authority(folder, now=NOW), now=NOW).chain[0]
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical and usage.value.digital_signature
    assert not (usage.value.key_cert_sign or usage.value.crl_sign or usage.value.content_commitment)
    uses = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert {use.dotted_string for use in uses} == {"1.3.6.1.5.5.7.3.4", "1.3.6.1.4.1.62558.2.1"}
    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_a_signature_is_raw_and_holds_for_its_data_only(folder: Path) -> None:
    key = keys.signing_key(keys.open_authority(folder, now=NOW), now=NOW)
    raw = key.sign(b"claim")
    assert len(raw) == 64
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public = key.chain[0].public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    public.verify(der, b"claim", ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        public.verify(der, b"another claim", ec.ECDSA(hashes.SHA256()))


def test_a_key_is_kept_under_its_name(folder: Path) -> None:
    authority = keys.open_authority(folder, now=NOW)
    first = keys.signing_key(authority, "class-3b", now=NOW, common_name="Class 3b")
    again = keys.signing_key(keys.open_authority(folder, now=NOW), "class-3b", now=NOW + timedelta(days=400))
    assert first.chain == again.chain and again.name == "Class 3b"


@pytest.mark.parametrize("name", ["", "../root", "a/b", "Course", "-x", "x" * 65])
def test_a_name_that_could_leave_the_folder_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(KeyStoreError, match="lower-case letters"):
        keys.signing_key(keys.open_authority(folder, now=NOW), name, now=NOW)


def test_a_damaged_key_file_is_named(folder: Path) -> None:
    authority = keys.open_authority(folder, now=NOW)
    keys.signing_key(authority, now=NOW)
    (folder / "leaf-course.pem").write_bytes(
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
    )
    with pytest.raises(KeyStoreError, match=r"leaf-course\.pem is damaged"):
        keys.signing_key(authority, now=NOW)


def test_a_key_with_another_keys_certificate_is_refused(folder: Path) -> None:
    authority = keys.open_authority(folder, now=NOW)
    one, other = (keys.signing_key(authority, name, now=NOW) for name in ("one", "other"))
    path = folder / "leaf-one.pem"
    path.write_text(path.read_text().replace(one.chain_pem, other.chain_pem))
    with pytest.raises(KeyStoreError, match="do not belong together"):
        keys.signing_key(authority, "one", now=NOW)


def test_a_revocation_stays_when_another_follows(folder: Path) -> None:
    authority = keys.open_authority(folder, now=NOW)
    held = [keys.signing_key(authority, name, now=NOW) for name in ("one", "two", "three")]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda key: keys.revoke(authority, key, now=NOW), held[:2]))
    keys.revoke(authority, held[0], now=NOW + timedelta(days=1))
    crl = x509.load_pem_x509_crl((folder / "revoked.crl.pem").read_bytes())
    assert {entry.serial_number for entry in crl} == {held[0].serial_number, held[1].serial_number}
    assert {entry.revocation_date_utc for entry in crl} == {NOW}


def test_what_is_handed_out_holds_no_private_key(folder: Path) -> None:
    authority = keys.open_authority(folder, now=NOW)
    assert b"PRIVATE" not in authority.trust_list_pem()
    assert authority.trust_list_pem().count(b"BEGIN CERTIFICATE") == 2
    assert "PRIVATE" not in repr(keys.signing_key(authority, now=NOW))


def test_an_untrusted_key_leads_to_another_root(folder: Path) -> None:
    stranger = keys.untrusted_key(now=NOW)
    with pytest.raises((ValueError, InvalidSignature)):
        stranger.chain[1].verify_directly_issued_by(keys.open_authority(folder, now=NOW).root)


def test_a_moment_without_a_time_zone_is_refused(folder: Path) -> None:
    with pytest.raises(KeyStoreError, match="time zone"):
        keys.open_authority(folder, now=datetime(2026, 9, 1))


@pytest.mark.skipif(os.geteuid() == 0, reason="an administrator can write anywhere")
def test_a_home_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(KeyStoreError, match="MEDIALIT_HOME"):
        keys.open_authority(tmp_path / "home" / "keys", now=NOW)


def test_a_file_in_place_of_the_home_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("not a folder")
    with pytest.raises(KeyStoreError, match="MEDIALIT_HOME"):
        keys.open_authority(tmp_path / "home" / "keys", now=NOW)
