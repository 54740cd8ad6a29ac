"""The course's own certificate authority: who signs what a class publishes.

Three tiers, as in the field: a **root** that only signs the **issuing** certificate, which only signs
**leaves**, and leaves that only sign claims. Everything is made on this machine, needs no network and no
account, and is trusted by nobody else until its root is put on a list: that is a lesson, not a defect.

::

    $MEDIALIT_HOME/keys/          0700
    ├── root.pem                  0600  private key and certificate, in one file so that they cannot part
    ├── issuing.pem               0600  private key, certificate, root certificate
    ├── revoked.crl.pem           0600  the revocation list, signed by the issuing key
    └── leaf-NAME.pem             0600  private key, certificate, issuing certificate

References
----------
C2PA Technical Specification 2.2, section 14.5 "X.509 Certificates" (the profile); RFC 5280.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import platformdirs
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from medialit.errors import KeyStoreError

# A signature without a time stamp turns invalid when its certificate expires, and a classroom that works
# offline has no time-stamp authority: what a class signs must stay readable for as long as it is kept.
_ROOT_LIFE = timedelta(days=365 * 40)
_ISSUING_LIFE = timedelta(days=365 * 35)
_LEAF_LIFE = timedelta(days=365 * 30)
_CLOCK_SKEW = timedelta(days=1)

_C2PA_SIGNING = x509.ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
_COORDINATE_BYTES = 32  # of P-256
_AUTHORITY_FILES = ("root.pem", "issuing.pem", "revoked.crl.pem")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True)
class SigningKey:
    """A private ES256 key and the certificates that speak for it.

    Parameters
    ----------
    chain : tuple of x509.Certificate
        The leaf first, then the issuing certificate. The root is not part of it: it comes from the
        reader's trust list, or not at all.
    private_key : EllipticCurvePrivateKey
        On P-256, belonging to the leaf.
    stand_in : x509.Certificate, optional
        Only for a leaf that is not in force, with which the C2PA library refuses to sign: one for the same
        key, and of the same length, that is. Signing takes it and then puts the leaf in its place.
    """

    chain: tuple[x509.Certificate, ...]
    private_key: ec.EllipticCurvePrivateKey = field(repr=False)
    stand_in: x509.Certificate | None = field(default=None, repr=False, kw_only=True)

    @property
    def name(self) -> str:
        """The common name that a reader will be shown."""
        value = self.chain[0].subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        return value if isinstance(value, str) else value.decode()

    @property
    def serial_number(self) -> int:
        """The leaf's serial number, by which a revocation list names it."""
        return self.chain[0].serial_number

    @property
    def chain_pem(self) -> str:
        """The certificates in PEM, leaf first."""
        return "".join(_certificate_pem(certificate).decode() for certificate in self.chain)

    def sign(self, data: bytes) -> bytes:
        """Return the ES256 signature of `data` as r || s.

        Parameters
        ----------
        data : bytes
            What is signed; hashed with SHA-256.

        Returns
        -------
        bytes
            64 bytes, the raw form that COSE uses, not DER.

        References
        ----------
        RFC 9053, section 2.1.
        """
        r, s = decode_dss_signature(self.private_key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(_COORDINATE_BYTES, "big") + s.to_bytes(_COORDINATE_BYTES, "big")


@dataclass(frozen=True)
class Authority:
    """A folder of keys that can issue, revoke and be put on a trust list."""

    folder: Path

    @property
    def root(self) -> x509.Certificate:
        """The certificate that a class puts on its trust list."""
        return _load(self.folder / "root.pem").chain[0]

    def trust_list_pem(self) -> bytes:
        """Return the authority's trust list: its CA certificates and its revocation list, in PEM.

        This is what is handed to other machines. It holds no private key.
        """
        issuing = _load(self.folder / "issuing.pem").chain[0]
        return (
            _certificate_pem(self.root) + _certificate_pem(issuing) + _read(self.folder / "revoked.crl.pem")
        )


def medialit_home() -> Path:
    """Return where people's data are kept: `$MEDIALIT_HOME`, else the platform's data folder."""
    given = os.environ.get("MEDIALIT_HOME")
    return Path(given).expanduser() if given else Path(platformdirs.user_data_dir("medialit"))


def open_authority(
    folder: Path | None = None, *, now: datetime, organisation: str = "medialit course"
) -> Authority:
    """Open the certificate authority in `folder`, and make it where there is none.

    Parameters
    ----------
    folder : Path, optional
        Where the keys are; `medialit_home() / "keys"` when not given. It appears at once and whole, so two
        processes that start together end up with one authority.
    now : datetime
        Aware. Certificates begin a day before, for clocks that are behind.
    organisation : str
        Who the course is, in the certificates of a new authority. An existing one keeps its name.

    Returns
    -------
    Authority

    Raises
    ------
    KeyStoreError
        If the folder cannot be made, or holds something else than an authority.
    """
    folder = medialit_home() / "keys" if folder is None else folder
    _require_aware(now)
    if not folder.exists():
        _create_authority(folder, now=now, organisation=organisation)
    missing = [name for name in _AUTHORITY_FILES if not (folder / name).is_file()]
    if missing:
        raise KeyStoreError(
            f"The key folder {folder} lacks {', '.join(missing)}. Restore it from a copy, or move the folder "
            "away: a new authority is then made, and files signed by the old one are no longer trusted."
        )
    if folder.stat().st_mode & 0o077:
        raise KeyStoreError(
            f"The key folder {folder} can be read by other accounts. Close it with: chmod 700 '{folder}'"
        )
    return Authority(folder)


def signing_key(
    authority: Authority, name: str = "course", *, now: datetime, common_name: str | None = None
) -> SigningKey:
    """Return the leaf called `name`, issued on first use and kept.

    Parameters
    ----------
    authority : Authority
        Who issues it.
    name : str
        The file's name: lower-case letters, digits and hyphens.
    now : datetime
        Aware; used only when the leaf is issued.
    common_name : str, optional
        What readers are shown; "medialit NAME" when not given.

    Returns
    -------
    SigningKey

    Raises
    ------
    KeyStoreError
        If the name is not allowed or the kept file is damaged.

    Examples
    --------
    >>> from datetime import UTC
    >>> moment = datetime(2026, 9, 1, tzinfo=UTC)
    >>> with tempfile.TemporaryDirectory() as place:
    ...     authority = open_authority(Path(place) / "keys", now=moment)
    ...     key = signing_key(authority, now=moment)
    ...     same = signing_key(authority, now=moment).chain == key.chain
    >>> key.name, len(key.sign(b"claim")), same
    ('medialit course', 64, True)
    """
    if not _NAME.fullmatch(name):
        raise KeyStoreError(f"A key's name has lower-case letters, digits and hyphens; {name!r} has others.")
    _require_aware(now)
    path = authority.folder / f"leaf-{name}.pem"
    if not path.exists():
        begin = now - _CLOCK_SKEW
        leaf = _issue_leaf(authority, common_name or f"medialit {name}", begin=begin, end=begin + _LEAF_LIFE)
        _write_once(path, _dump(leaf))
    return _load(path)


def revoke(authority: Authority, key: SigningKey, *, now: datetime) -> None:
    """Put a leaf on the authority's revocation list; it stays there.

    Parameters
    ----------
    authority : Authority
        Who issued the leaf.
    key : SigningKey
        What is no longer to be relied on.
    now : datetime
        Aware; the moment of revocation.
    """
    _require_aware(now)
    path = authority.folder / "revoked.crl.pem"
    with _locked(authority.folder):
        listed = x509.load_pem_x509_crl(_read(path))
        if listed.get_revoked_certificate_by_serial_number(key.serial_number) is None:
            entries = [*listed, _revoked(key, now)]
            _replace(path, _crl_pem(_load(authority.folder / "issuing.pem"), entries, now=now))


def expired_key(authority: Authority, *, now: datetime) -> SigningKey:
    """Return a leaf of the authority that ran out a year ago, for teaching. It is not kept."""
    _require_aware(now)
    name, year = "medialit expired", timedelta(days=365)
    key = ec.generate_private_key(ec.SECP256R1())
    current = _issue_leaf(authority, name, begin=now - _CLOCK_SKEW, end=now + year, key=key)
    while True:  # signatures and serial numbers vary in length by a byte or two
        past = _issue_leaf(authority, name, begin=now - 2 * year, end=now - year, key=key)
        if len(_der(past)) == len(_der(current)):
            return SigningKey(past.chain, key, stand_in=current.chain[0])


def revoked_key(authority: Authority, *, now: datetime) -> SigningKey:
    """Return a leaf that is on the authority's revocation list, for teaching. It is kept."""
    key = signing_key(authority, "revoked", now=now)
    revoke(authority, key, now=now)
    return key


def untrusted_key(*, now: datetime, organisation: str = "Unknown Studio") -> SigningKey:
    """Return a leaf of an authority that is on nobody's list, for teaching. Nothing of it is kept."""
    _require_aware(now)
    with tempfile.TemporaryDirectory() as place:
        stranger = open_authority(Path(place) / "keys", now=now, organisation=organisation)
        return signing_key(stranger, "stranger", now=now, common_name=organisation)


def _create_authority(folder: Path, *, now: datetime, organisation: str) -> None:
    """Build everything beside `folder`, then rename it into place."""
    begin = now - _CLOCK_SKEW
    root = _issue_ca(f"{organisation} root", organisation, begin=begin, end=begin + _ROOT_LIFE, issuer=None)
    issuing = _issue_ca(
        f"{organisation} issuing", organisation, begin=begin, end=begin + _ISSUING_LIFE, issuer=root
    )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))  # 0700
    except OSError as error:
        raise KeyStoreError(
            f"The key folder {folder} cannot be made: {error.strerror}. "
            "Set MEDIALIT_HOME to a folder that you may write."
        ) from error
    try:
        _write_once(building / "root.pem", _dump(root))
        _write_once(building / "issuing.pem", _dump(issuing))
        _write_once(building / "revoked.crl.pem", _crl_pem(issuing, [], now=now))
        with contextlib.suppress(OSError):  # another process was first: its authority is as good
            building.rename(folder)
            _sync_folder(folder.parent)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _issue_ca(
    common_name: str, organisation: str, *, begin: datetime, end: datetime, issuer: SigningKey | None
) -> SigningKey:
    """Issue a CA certificate: self-signed without an issuer, with path length 0 under one."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _subject(common_name, organisation)
    constraints = x509.BasicConstraints(ca=True, path_length=None if issuer is None else 0)
    builder = (
        _certificate(subject, key, begin=begin, end=end, issuer=issuer)
        .add_extension(constraints, critical=True)
        .add_extension(_key_usage(ca=True), critical=True)
    )
    signer = key if issuer is None else issuer.private_key
    certificate = builder.sign(signer, hashes.SHA256())
    return SigningKey((certificate,) if issuer is None else (certificate, issuer.chain[0]), key)


def _issue_leaf(
    authority: Authority,
    common_name: str,
    *,
    begin: datetime,
    end: datetime,
    key: ec.EllipticCurvePrivateKey | None = None,
) -> SigningKey:
    issuing = _load(authority.folder / "issuing.pem")
    organisation = issuing.chain[0].subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value
    key = key or ec.generate_private_key(ec.SECP256R1())
    uses = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION, _C2PA_SIGNING])
    certificate = (
        _certificate(_subject(common_name, str(organisation)), key, begin=begin, end=end, issuer=issuing)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(ca=False), critical=True)
        .add_extension(uses, critical=False)
        .sign(issuing.private_key, hashes.SHA256())
    )
    return SigningKey((certificate, issuing.chain[0]), key)


def _certificate(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    *,
    begin: datetime,
    end: datetime,
    issuer: SigningKey | None,
) -> x509.CertificateBuilder:
    """Begin a certificate with what all three tiers share."""
    issuing_key = key if issuer is None else issuer.private_key
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.chain[0].subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing_key.public_key()), critical=False
        )
    )


def _key_usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        key_cert_sign=ca,
        crl_sign=ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _subject(common_name: str, organisation: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
        ]
    )


def _revoked(key: SigningKey, now: datetime) -> x509.RevokedCertificate:
    return x509.RevokedCertificateBuilder().serial_number(key.serial_number).revocation_date(now).build()


def _crl_pem(issuing: SigningKey, revoked: list[x509.RevokedCertificate], *, now: datetime) -> bytes:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuing.chain[0].subject)
        .last_update(now)
        .next_update(now + _LEAF_LIFE)
    )
    for entry in revoked:
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(issuing.private_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _der(key: SigningKey) -> bytes:
    return key.chain[0].public_bytes(serialization.Encoding.DER)


def _certificate_pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _dump(key: SigningKey) -> bytes:
    private = key.private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + key.chain_pem.encode()


def _load(path: Path) -> SigningKey:
    data = _read(path)
    try:
        private_key = serialization.load_pem_private_key(data, password=None)
        chain = tuple(x509.load_pem_x509_certificates(data))
    except ValueError as error:
        raise KeyStoreError(f"The key file {path} is damaged. Restore it from a copy.") from error
    if not isinstance(private_key, ec.EllipticCurvePrivateKey):
        raise KeyStoreError(f"The key file {path} holds another kind of key than ES256.")
    if private_key.public_key() != chain[0].public_key():
        raise KeyStoreError(f"The key and the certificate in {path} do not belong together.")
    return SigningKey(chain, private_key)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeyStoreError(f"The key file {path} cannot be read: {error.strerror}.") from error


def _write_once(path: Path, data: bytes) -> None:
    """Write a new file whole; keep the one that another process wrote first."""
    temporary = _write_beside(path, data)
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        pass
    except OSError:  # a file system without links
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _replace(path: Path, data: bytes) -> None:
    _write_beside(path, data).replace(path)
    _sync_folder(path.parent)


def _write_beside(path: Path, data: bytes) -> Path:
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # 0600
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise KeyStoreError(f"The key file {path} cannot be written: {error.strerror}.") from error
    return Path(name)


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder against another process that also reads, adds and writes."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _require_aware(now: datetime) -> None:
    if now.tzinfo is None:
        raise KeyStoreError(f"A moment needs its time zone; {now.isoformat()} has none. Use UTC.")
