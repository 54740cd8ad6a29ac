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
import re
import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from medialit.errors import KeyStoreError
from medialit.home import medialit_home
from medialit.provenance._certificates import (
    CLOCK_SKEW,
    ISSUING_LIFE,
    LEAF_LIFE,
    ROOT_LIFE,
    SigningKey,
    certificate_pem,
    crl_pem,
    der,
    issue_ca,
    issue_leaf,
    revoked_entry,
)
from medialit.provenance._keyfiles import dump, load, locked, read, replace, sync_folder, write_once

__all__ = [
    "Authority",
    "SigningKey",
    "expired_key",
    "open_authority",
    "revoke",
    "revoked_key",
    "signing_key",
    "untrusted_key",
]

_AUTHORITY_FILES = ("root.pem", "issuing.pem", "revoked.crl.pem")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True)
class Authority:
    """A folder of keys that can issue, revoke and be put on a trust list."""

    folder: Path

    @property
    def root(self) -> x509.Certificate:
        """The certificate that a class puts on its trust list."""
        return load(self.folder / "root.pem").chain[0]

    def trust_list_pem(self) -> bytes:
        """Return the authority's trust list: its CA certificates and its revocation list, in PEM.

        This is what is handed to other machines. It holds no private key.
        """
        issuing = _issuing(self).chain[0]
        return certificate_pem(self.root) + certificate_pem(issuing) + read(self.folder / "revoked.crl.pem")


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
        begin = now - CLOCK_SKEW
        leaf = issue_leaf(
            _issuing(authority), common_name or f"medialit {name}", begin=begin, end=begin + LEAF_LIFE
        )
        write_once(path, dump(leaf))
    return load(path)


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
    with locked(authority.folder):
        listed = x509.load_pem_x509_crl(read(path))
        if listed.get_revoked_certificate_by_serial_number(key.serial_number) is None:
            entries = [*listed, revoked_entry(key, now)]
            replace(path, crl_pem(_issuing(authority), entries, now=now))


def expired_key(authority: Authority, *, now: datetime) -> SigningKey:
    """Return a leaf of the authority that ran out a year ago, for teaching. It is not kept."""
    _require_aware(now)
    name, year = "medialit expired", timedelta(days=365)
    key = ec.generate_private_key(ec.SECP256R1())
    current = issue_leaf(_issuing(authority), name, begin=now - CLOCK_SKEW, end=now + year, key=key)
    while True:  # signatures and serial numbers vary in length by a byte or two
        past = issue_leaf(_issuing(authority), name, begin=now - 2 * year, end=now - year, key=key)
        if len(der(past)) == len(der(current)):
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
    begin = now - CLOCK_SKEW
    root = issue_ca(f"{organisation} root", organisation, begin=begin, end=begin + ROOT_LIFE, issuer=None)
    issuing = issue_ca(
        f"{organisation} issuing", organisation, begin=begin, end=begin + ISSUING_LIFE, issuer=root
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
        write_once(building / "root.pem", dump(root))
        write_once(building / "issuing.pem", dump(issuing))
        write_once(building / "revoked.crl.pem", crl_pem(issuing, [], now=now))
        with contextlib.suppress(OSError):  # another process was first: its authority is as good
            building.rename(folder)
            sync_folder(folder.parent)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _issuing(authority: Authority) -> SigningKey:
    return load(authority.folder / "issuing.pem")


def _require_aware(now: datetime) -> None:
    if now.tzinfo is None:
        raise KeyStoreError(f"A moment needs its time zone; {now.isoformat()} has none. Use UTC.")
