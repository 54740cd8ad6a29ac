"""Trust lists: files that say whose signatures a reader relies on.

A signature is *valid* when the bytes are those that were signed. It is *trusted* when the signer's
certificate also leads to a list that the reader chose. Which list that was belongs in every report: the same
file is trusted under one list and not under another.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import ExtendedKeyUsageOID

from medialit.errors import TrustListError

Kind = Literal["signers", "time-stamps", "identities"]

# What a signing certificate may be for. The first is the C2PA's own; the others are those of C2PA
# Technical Specification 2.2, section 14.4.1. A list can add more by a file of identifiers.
_DEFAULT_USES = (
    "1.3.6.1.4.1.62558.2.1",  # C2PA claim signing
    "1.3.6.1.5.5.7.3.4",  # e-mail protection
    "1.3.6.1.5.5.7.3.36",  # document signing
    "1.3.6.1.5.5.7.3.8",  # time stamping
    "1.3.6.1.5.5.7.3.9",  # OCSP signing
)
_STAMPS = "urn:medialit:time-stamps"
_IDENTITIES = "urn:medialit:identities"
_MAX_BYTES = 16 * 2**20
_PEM = re.compile(rb"-----BEGIN (CERTIFICATE|X509 CRL)-----[^-]*-----END \1-----")
_OID = re.compile(r"[0-2](\.\d+)+")


@dataclass(frozen=True)
class TrustList:
    """One file of certificates, and what a report needs to name it.

    Parameters
    ----------
    name : str
        The file's name.
    sha256 : str
        Of the file's bytes, hexadecimal.
    file_date : date
        When the file was last changed here (UTC). Copying a list can change it.
    newest_certificate : date or None
        When its youngest certificate begins: the list cannot be older. None without certificates.
    signers, time_stamps, allowed, identities : tuple of x509.Certificate
        CA certificates for claims, CA certificates for time stamps, single allowed signers, and CA certificates
        for the persons and organisations of CAWG identity assertions.
    uses : tuple of str
        Extended key usages, as object identifiers, that the list accepts beyond the usual ones.
    revocations : tuple of x509.CertificateRevocationList
        Lists of serial numbers that are no longer relied on.
    """

    name: str
    sha256: str
    file_date: date
    newest_certificate: date | None
    signers: tuple[x509.Certificate, ...] = field(default=(), repr=False)
    time_stamps: tuple[x509.Certificate, ...] = field(default=(), repr=False)
    allowed: tuple[x509.Certificate, ...] = field(default=(), repr=False)
    uses: tuple[str, ...] = ()
    revocations: tuple[x509.CertificateRevocationList, ...] = field(default=(), repr=False)
    identities: tuple[x509.Certificate, ...] = field(default=(), repr=False)

    @property
    def uri(self) -> str:
        """The name under which the validator reports it."""
        return f"urn:sha256:{self.sha256}"

    def as_dict(self) -> dict[str, Any]:
        """Return what a report prints, in JSON types."""
        return {
            "name": self.name,
            "sha256": self.sha256,
            "file_date": self.file_date.isoformat(),
            "newest_certificate": None
            if self.newest_certificate is None
            else self.newest_certificate.isoformat(),
            "n_signers": len(self.signers) + len(self.allowed),
            "n_time_stamps": len(self.time_stamps),
            "n_identities": len(self.identities),
        }


def read_trust_list(path: Path, *, kind: Kind = "signers") -> TrustList:
    """Read a trust list from a PEM file, or a file of extended key usages.

    Parameters
    ----------
    path : Path
        Certificates and revocation lists in PEM, among any other text; or object identifiers, one a line,
        with comments after ``//`` or ``#``.
    kind : {"signers", "time-stamps", "identities"}
        What its CA certificates vouch for. It is stated, not guessed: a time-stamp authority taken for a
        signer would be trusted to say anything, and so would whoever vouches for names. A CA certificate that is
        restricted to time stamping is used for nothing else in any case; of signers, a certificate that is no CA
        is an allowed one.

    Returns
    -------
    TrustList

    Raises
    ------
    TrustListError
        If the file cannot be read, is over 16 MiB, or holds nothing to trust.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise TrustListError(f"The trust list {path} is larger than 16 MiB: give a PEM file.")
        data = path.read_bytes()
        changed = datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
    except OSError as error:
        raise TrustListError(f"The trust list {path} cannot be read: {error.strerror}.") from error
    return parse_trust_list(data, name=path.name, file_date=changed, kind=kind)


def parse_trust_list(data: bytes, *, name: str, file_date: date, kind: Kind = "signers") -> TrustList:
    """Read a trust list from bytes; `read_trust_list` says how.

    Raises
    ------
    TrustListError
        If there is nothing to trust in `data`, or a certificate in it is damaged.
    """
    certificates: list[x509.Certificate] = []
    revocations: list[x509.CertificateRevocationList] = []
    for block in _PEM.finditer(data):
        try:
            with (
                warnings.catch_warnings()
            ):  # a certificate that breaks RFC 5280 is damaged, not merely deprecated
                warnings.simplefilter("error", CryptographyDeprecationWarning)
                if block[1] == b"CERTIFICATE":
                    certificates.append(x509.load_pem_x509_certificate(block[0]))
                else:
                    revocations.append(x509.load_pem_x509_crl(block[0]))
        except (ValueError, CryptographyDeprecationWarning) as error:
            raise TrustListError(
                f"A certificate in the trust list {name} is damaged (at byte {block.start()}). Fetch it anew."
            ) from error
    uses = () if certificates else _identifiers(data)
    if not (certificates or revocations or uses):
        raise TrustListError(f"The trust list {name} holds no certificate in PEM and no key usage.")
    authorities = [c for c in certificates if _is_ca(c)]
    stamps = tuple(c for c in authorities if kind == "time-stamps" or _only_time_stamps(c))
    others = tuple(c for c in authorities if c not in stamps)
    return TrustList(
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        file_date=file_date,
        newest_certificate=max((c.not_valid_before_utc.date() for c in certificates), default=None),
        signers=() if kind == "identities" else others,
        time_stamps=stamps,
        allowed=tuple(c for c in certificates if not _is_ca(c)) if kind == "signers" else (),
        uses=uses,
        revocations=tuple(revocations),
        identities=others if kind == "identities" else (),
    )


def trust_settings(lists: Sequence[TrustList]) -> dict[str, Any]:
    """Return the ``trust`` part of the validator's settings for these lists.

    The validator (c2pa-rs 0.91) takes every list for every purpose, and where two hold the signer's authority it
    reports either, by chance. So each certificate is given once, to a list of signers before one of time
    stamps, and `vouching_settings` asks again where more than one list could be meant. Authorities of identities
    are a kind of their own, which vouches for no signer.
    """
    uses = "\n".join(dict.fromkeys((*_DEFAULT_USES, *(use for one in lists for use in one.uses))))
    given: set[x509.Certificate] = set()
    anchors: list[dict[str, str]] = []

    def add(kind: str, uri: str, authorities: Sequence[x509.Certificate], allowed: str = "") -> None:
        new = [c for c in authorities if c not in given]
        given.update(new)
        if new or allowed:
            entry = {"trust_kind": kind, "trust_uri": uri, "trust_config": uses, "trust_anchors": _pem(new)}
            anchors.append({**entry, "allowed_list": allowed} if allowed else entry)

    for one in lists:
        add("manifest", one.uri, one.signers, _pem(one.allowed))
    for one in lists:
        add("tsa", _STAMPS, one.time_stamps)
    given.clear()
    for one in lists:
        add("cawg", _IDENTITIES, one.identities)
    return {"trust_config": uses, "anchors": anchors}


def vouching_settings(lists: Sequence[TrustList]) -> list[dict[str, Any]]:
    """Return, for each list, what finds out whether that list vouches for a signer.

    Each item has the ``position`` of a list that names signers, and ``with_stamps`` and ``without``, two ``trust``
    parts of the validator's settings: its signers alone, with and without the time-stamp authorities of all.
    ``others`` are the names under which the validator reports authorities that vouch for no signer.
    """
    lists = [dataclasses.replace(one, identities=()) for one in lists]
    stamps = [
        dataclasses.replace(one, signers=(), allowed=()) for one in lists if one.time_stamps or one.uses
    ]
    return [
        {
            "position": position,
            "with_stamps": trust_settings([dataclasses.replace(one, time_stamps=()), *stamps]),
            "without": trust_settings([dataclasses.replace(s, time_stamps=()) for s in (one, *stamps)]),
            "others": [_STAMPS, _IDENTITIES],
        }
        for position, one in enumerate(lists)
        if one.signers or one.allowed
    ]


def revoked_on(serial_number: int, *, issuer: str, lists: Sequence[TrustList]) -> TrustList | None:
    """Return the list that revokes a certificate, if one does.

    Parameters
    ----------
    serial_number : int
        Of the signer's certificate.
    issuer : str
        Common name of who issued it: serial numbers are unique only under one issuer.
    lists : sequence of TrustList
        A revocation list counts only with a signature by a CA certificate of the same trust list.
    """
    for one in lists:
        for crl in one.revocations:
            issued_here = any(
                crl.issuer == ca.subject and _common_name(ca.subject) == issuer and _signed_by(crl, ca)
                for ca in one.signers
            )
            if issued_here and crl.get_revoked_certificate_by_serial_number(serial_number) is not None:
                return one
    return None


def _signed_by(crl: x509.CertificateRevocationList, ca: x509.Certificate) -> bool:
    try:
        return crl.is_signature_valid(ca.public_key())  # type: ignore[arg-type]  # a CA key can be of any kind
    except (TypeError, ValueError):
        return False


def _common_name(name: x509.Name) -> str | None:
    found = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(found[0].value) if found else None


def _is_ca(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def _only_time_stamps(certificate: x509.Certificate) -> bool:
    try:
        uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return set(uses) == {ExtendedKeyUsageOID.TIME_STAMPING}


def _identifiers(data: bytes) -> tuple[str, ...]:
    lines = (line.strip() for line in data.decode("utf-8", "replace").splitlines())
    return tuple(line for line in lines if _OID.fullmatch(line))


def _pem(certificates: Sequence[x509.Certificate]) -> str:
    return "".join(c.public_bytes(Encoding.PEM).decode() for c in certificates)
