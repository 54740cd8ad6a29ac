"""Recordings that people lent, sealed: whose they are, until when, and how they go.

::

    $MEDIALIT_HOME/cameo/lent/        0700
    ├── link-HEX.json                 0600  which enrolment a person of the register is linked to
    ├── lent-HEX.json                 0600  whose recording it is, since when and until when
    ├── lent-HEX.sealed               0600  its pictures (AES-256-GCM)
    └── lent-HEX.key                  0600  half of its key; the other half follows from the enrolment's in the vault

Because of the two halves a recording cannot be opened any more as soon as either goes: when the recording is taken back,
or when the enrolment is deleted, even by a program that knows nothing of this folder. Nothing here asks anybody; only
the desk comes here, after it has asked.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from medialit.cameo.seal import KEY_BYTES, opened, sealed, wipe, write_whole
from medialit.cameo.trouble import trouble
from medialit.errors import VaultError
from medialit.likeness.vault import Vault
from medialit.media import Clip

_PURPOSE: Final = "medialit lent recording"
_ID: Final = re.compile(r"lent-[0-9a-f]{16}")


@dataclass(frozen=True, kw_only=True)
class Link:
    """Which enrolment by camera is a person's of the register.

    Parameters
    ----------
    principal : str
    enrolment : str
        ``lik-`` and 16 hexadecimal digits, an id of the vault.
    by : str
        Who said so.
    at : datetime
        Aware.
    """

    principal: str
    enrolment: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Loan:
    """A recording that a person lent, without its pictures.

    Parameters
    ----------
    id : str
        ``lent-`` and 16 hexadecimal digits.
    principal, enrolment : str
        Whose it is.
    by : str
        Who handed it in.
    at, until : datetime
        Aware. From `until` on it is erased.
    seconds : float
        Length of what is kept.
    distance : float
        Of its faces from the enrolled one, median.
    face_px : float
        Median height of the face, in pixels of what is kept.
    """

    id: str
    principal: str
    enrolment: str
    by: str
    at: datetime
    until: datetime
    seconds: float
    distance: float
    face_px: float


class Lent:
    """What was lent here. Whoever changes it holds the shelf's lock.

    Parameters
    ----------
    folder : Path
        Made when something is kept in it, for this account alone.
    vault : Vault
    """

    def __init__(self, folder: Path, *, vault: Vault) -> None:
        self._folder, self._vault = folder, vault

    def link(self, link: Link) -> Link:
        """Keep whose an enrolment is; who was linked before is linked anew."""
        self._make_folder()
        write_whole(self._link(link.principal), _written(link))
        return link

    def unlink(self, principal: str) -> None:
        """Forget whose an enrolment is."""
        self._link(principal).unlink(missing_ok=True)

    def links(self) -> tuple[Link, ...]:
        """Return all links whose cards can be read, the oldest first."""
        found = (_read(path, Link) for path in self._folder.glob("link-*.json"))
        return tuple(sorted((one for one in found if one), key=lambda one: (one.at, one.principal)))

    def keep(self, loan: Loan, clip: Clip) -> Loan:
        """Keep a recording in place of the person's earlier one; the card last, so that no card lacks its pictures."""
        self._make_folder()
        before = [one for one in self.loans() if one.principal == loan.principal]
        write_whole(self._path(loan.id, "key"), secrets.token_bytes(KEY_BYTES))
        write_whole(self._path(loan.id, "sealed"), sealed(clip, key=self._key(loan), about=loan.id))
        write_whole(self._path(loan.id, "json"), _written(loan))
        for one in before:
            self.erase(one)
        return loan

    def loans(self) -> tuple[Loan, ...]:
        """Return all recordings whose cards can be read, the oldest first."""
        found = (_read(path, Loan) for path in self._folder.glob("lent-*.json"))
        return tuple(sorted((one for one in found if one), key=lambda one: (one.at, one.id)))

    def recording(self, loan: Loan) -> Clip:
        """Return the pictures of a recording.

        Raises
        ------
        CameoError
            If they or one half of their key are gone or damaged.
        """
        try:
            return opened(self._path(loan.id, "sealed").read_bytes(), key=self._key(loan), about=loan.id)
        except (OSError, ValueError, VaultError) as error:
            raise trouble("recording-damaged", person=loan.principal) from error

    def erase(self, loan: Loan) -> None:
        """Overwrite a recording's key and remove it, then the pictures, then the card; a second time changes nothing."""
        self._erase(loan.id)

    def tidy(self, *, now: datetime) -> tuple[Loan, ...]:
        """Erase what has run out, whose enrolment is gone, or what a power cut left; return what had a card."""
        enrolled = {one.id for one in self._vault.list()} | set(self._vault.damaged())
        gone = [one for one in self.loans() if one.until <= now or one.enrolment not in enrolled]
        for one in gone:
            self.erase(one)
        for link in self.links():
            if link.enrolment not in enrolled:
                self.unlink(link.principal)
        whole = {one.id for one in self.loans() if self._path(one.id, "key").is_file()}
        for path in self._folder.glob("lent-*"):
            if path.stem not in whole and _ID.fullmatch(path.stem):
                self._erase(path.stem)
        return tuple(gone)

    def _erase(self, id: str) -> None:
        wipe(self._path(id, "key"))
        self._path(id, "sealed").unlink(missing_ok=True)
        self._path(id, "json").unlink(missing_ok=True)

    def _key(self, loan: Loan) -> bytes:
        """Return the key of a recording, made of both halves (HKDF, RFC 5869)."""
        halves = self._path(loan.id, "key").read_bytes() + self._vault.derived_key(
            loan.enrolment, purpose=_PURPOSE
        )
        known = HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=loan.id.encode())
        return known.derive(halves)

    def _path(self, id: str, kind: str) -> Path:
        return self._folder / f"{id}.{kind}"

    def _link(self, principal: str) -> Path:
        # An id may hold signs that no file's name can have.
        return self._folder / f"link-{hashlib.sha256(principal.encode()).hexdigest()[:16]}.json"

    def _make_folder(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)


Card = TypeVar("Card", Link, Loan)


def new_loan_id() -> str:
    """Return an id that no recording has."""
    return f"lent-{secrets.token_hex(8)}"


def _written(card: Link | Loan) -> bytes:
    plain = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(card).items()
    }
    return json.dumps(plain, ensure_ascii=False, indent=1).encode()


def _read(path: Path, kind: type[Card]) -> Card | None:
    """Return what a card says; None where it is damaged, for then its pictures cannot be opened either."""
    try:
        plain: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        moments = {name: datetime.fromisoformat(plain[name]) for name in ("at", "until") if name in plain}
        return kind(**plain | moments)
    except (OSError, ValueError, TypeError, KeyError):
        return None
