"""The vault: templates of enrolled people, encrypted where they lie, and gone when they are deleted.

::

    $MEDIALIT_HOME/likeness/          0700
    ├── records/ID.enc                0600  name, picture and numbers of one person (AES-256-GCM)
    └── ledger/NONCE.json             0600  challenges: issued, used; no name, no picture
    $MEDIALIT_HOME/likeness-keys/     0700
    ├── ID.key                        0600  the key of one record
    └── ledger.key                    0600  names recordings in the ledger without keeping them

Each record has a key of its own, in a folder of its own, so that a copy of the records alone says nothing, and so that
erasing 32 bytes erases the person. Who can read both folders can read the templates: this guards a lost copy, a
shared folder and a curious program, not an account that was taken over. A disk that keeps old blocks (SSDs and
journals do) may keep an erased key for a time; encrypt the disk as well.

References
----------
NIST SP 800-38D (GCM); NIST SP 800-88 Rev. 1, 2.6 "Cryptographic Erase".
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import re
import secrets
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal, get_args

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from medialit.errors import VaultError
from medialit.home import medialit_home

Kind = Literal["camera", "fictional"]

_MAGIC: Final = b"medialit likeness 1\n"
_ID: Final = re.compile(r"lik-[0-9a-f]{16}")
_NONCE: Final = re.compile(r"[0-9a-f]{32}")
_KEY_BYTES: Final = 32
_MAX_BYTES: Final = 64 * 2**20
_LOCK_S: Final = 120.0


@dataclass(frozen=True, kw_only=True)
class Enrolment:
    """A person who was enrolled, without anything that the person could be recognised by but the name.

    Parameters
    ----------
    id : str
        ``lik-`` and 16 hexadecimal digits: what grants and credentials name.
    name : str
        As the person writes it, in any script.
    kind : str
        ``camera``, or ``fictional`` for a person of the cast.
    enrolled_at : datetime
        Aware, UTC.
    cast_id : str or None
        Which person of the cast.
    distance : float or None
        Of the recording's face from the reference's, for a camera.
    """

    id: str
    name: str
    kind: Kind
    enrolled_at: datetime
    cast_id: str | None = None
    distance: float | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Template:
    """All that is kept of an enrolled person.

    Parameters
    ----------
    enrolment : Enrolment
    face : ndarray of float32, shape (128,), or None
        The recogniser's numbers; None for a fictional person.
    picture : ndarray of uint8, shape (H, W, 3), or None
        The reference picture.
    trace : ndarray of float32, shape (M, 2), or None
        How the head turned, yaw and pitch six times a second, by which the same recording is known again.
    """

    enrolment: Enrolment
    face: NDArray[np.float32] | None = None
    picture: NDArray[np.uint8] | None = None
    trace: NDArray[np.float32] | None = None


class Vault:
    """An open vault. Two processes may use one at the same time.

    Parameters
    ----------
    home : Path, optional
        `medialit_home()` when not given. The folders are made in it where there are none.

    Raises
    ------
    VaultError
        If they cannot be made.

    Examples
    --------
    >>> import tempfile
    >>> moment = datetime(2026, 9, 1, tzinfo=UTC)
    >>> with tempfile.TemporaryDirectory() as home:
    ...     vault = Vault(Path(home))
    ...     id = vault.new_id()
    ...     who = Enrolment(id=id, name="ⵜⵉⵣⵉⵔⵉ", kind="fictional", enrolled_at=moment, cast_id="tiziri")
    ...     _ = vault.store(Template(enrolment=who))
    ...     name = vault.load(id).enrolment.name
    ...     vault.delete(id)
    ...     name, vault.list()
    ('ⵜⵉⵣⵉⵔⵉ', ())
    """

    def __init__(self, home: Path | None = None) -> None:
        home = medialit_home() if home is None else home
        self.folder = home / "likeness"
        self.keys = home / "likeness-keys"
        self._records, self._ledger = self.folder / "records", self.folder / "ledger"
        try:
            for folder in (self.folder, self.keys, self._records, self._ledger):
                folder.mkdir(parents=True, exist_ok=True)
                folder.chmod(0o700)
        except OSError as error:
            raise VaultError(
                f"The vault {self.folder} cannot be made: {error.strerror}. Set MEDIALIT_HOME to a folder that "
                "you may write."
            ) from error
        with self.locked():
            for doomed in self._records.glob("*.deleted"):  # a deletion that a power cut interrupted
                self._finish_deletion(doomed)
            for folder in (
                self._records,
                self.keys,
            ):  # drafts of a writer that was killed; all others hold the lock
                for draft in folder.glob(f".{'?' * 16}"):
                    draft.unlink(missing_ok=True)

    def new_id(self) -> str:
        """Return an id that nobody has."""
        return f"lik-{secrets.token_hex(8)}"

    def store(self, template: Template) -> Enrolment:
        """Keep a template, whole or not at all; one with the same id is replaced.

        Raises
        ------
        VaultError
            If the id is none of `new_id`, or the disk refuses.
        """
        id = _checked(template.enrolment.id)
        plain = _packed(template)
        if len(plain) > _MAX_BYTES:
            raise VaultError(
                f"A template has up to {_MAX_BYTES} bytes, not {len(plain)}. Pass a smaller picture."
            )
        key, nonce = secrets.token_bytes(_KEY_BYTES), secrets.token_bytes(12)
        with self.locked():
            if (self._records / f"{id}.enc").is_file():
                key = self._key(id)
            else:  # the key first: a key without a record opens nothing, a record without its key is lost
                write_private(self.keys / f"{id}.key", key)
            sealed = AESGCM(key).encrypt(nonce, plain, id.encode())
            write_private(self._records / f"{id}.enc", _MAGIC + nonce + sealed)
        return template.enrolment

    def load(self, id: str) -> Template:
        """Return the template with this id.

        Raises
        ------
        VaultError
            If there is none, or its file or key is damaged.
        """
        path = self._records / f"{_checked(id)}.enc"
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise VaultError(f"Nobody is enrolled as {id}; the enrolment may have been deleted.") from None
        except OSError as error:
            raise VaultError(f"The record {path} cannot be read: {error.strerror}.") from error
        nonce, sealed = data[len(_MAGIC) : len(_MAGIC) + 12], data[len(_MAGIC) + 12 :]
        try:
            if not data.startswith(_MAGIC):
                raise ValueError("another kind of file")
            return _unpacked(AESGCM(self._key(id)).decrypt(nonce, sealed, id.encode()))
        except (InvalidTag, ValueError, KeyError, TypeError, struct.error) as error:
            raise VaultError(
                f"The record {path} is damaged, or its key is another's. Restore both folders, {self.folder} and "
                f"{self.keys}, from one copy, or delete {id} and enrol again."
            ) from error

    def list(self) -> tuple[Enrolment, ...]:
        """Return who is enrolled, the first first, without those whose record is `damaged`."""
        found = (self._readable(id) for id in self._ids())
        return tuple(sorted((one for one in found if one), key=lambda one: (one.enrolled_at, one.id)))

    def damaged(self) -> tuple[str, ...]:
        """Return the ids whose record or key cannot be read. They can still be deleted."""
        return tuple(id for id in self._ids() if self._readable(id) is None)

    def delete(self, id: str) -> None:
        """Erase a person: the key is overwritten and removed, then the record.

        What was generated with the likeness is not in the vault; the consent registry finds and revokes it.

        Raises
        ------
        VaultError
            If nobody has this id.
        """
        path = self._records / f"{_checked(id)}.enc"
        with self.locked():
            doomed = path.with_suffix(".deleted")
            try:
                path.replace(doomed)
            except FileNotFoundError:
                raise VaultError(
                    f"Nobody is enrolled as {id}; the enrolment may have been deleted."
                ) from None
            sync_folder(self._records)
            self._finish_deletion(doomed)
            for entry in self._ledger.glob("*.json"):
                noted = json.loads(entry.read_text(encoding="utf-8"))
                if noted.get("enrolment") == id:  # the challenge stays used; whose it was is forgotten
                    write_private(entry, json.dumps(noted | {"enrolment": None, "recording": None}).encode())

    def derived_key(self, id: str, *, purpose: str) -> bytes:
        """Return a key of 32 bytes for something else that belongs to a person and has to go with the enrolment.

        It follows from the record's own key (HKDF, RFC 5869), so that erasing that one closes what this one sealed.

        Raises
        ------
        VaultError
            If nobody has this id, or the key is not there.
        """
        known = HKDF(algorithm=hashes.SHA256(), length=_KEY_BYTES, salt=None, info=purpose.encode())
        return known.derive(self._key(_checked(id)))

    def note(self, nonce: str, entry: dict[str, Any]) -> None:
        """Keep what happened to a challenge, whole or not at all."""
        write_private(self._entry(nonce), json.dumps(entry).encode())

    def noted(self, nonce: str) -> dict[str, Any] | None:
        """Return what happened to a challenge; None if it was not issued here."""
        if not _NONCE.fullmatch(nonce):
            return None
        try:
            entry = json.loads(self._entry(nonce).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise VaultError(
                f"The challenge {nonce} cannot be read from {self._ledger}. Ask for a new challenge."
            ) from error
        return entry if isinstance(entry, dict) else None

    def used_by(self, mark: str) -> str | None:
        """Return the challenge for which a recording with this mark was handed in."""
        for path in sorted(self._ledger.glob("*.json")):
            with contextlib.suppress(OSError, ValueError):
                if json.loads(path.read_text(encoding="utf-8")).get("recording") == mark:
                    return path.stem
        return None

    def mark(self, sha256: str) -> str:
        """Return a name for a recording that says nothing of it without the ledger's key."""
        path = self.keys / "ledger.key"
        with self.locked():
            if not path.is_file():
                write_private(path, secrets.token_bytes(_KEY_BYTES))
        return hmac.new(path.read_bytes(), sha256.encode(), hashlib.sha256).hexdigest()

    @contextlib.contextmanager
    def locked(self, name: str = "") -> Iterator[None]:
        """Hold the vault, or one challenge of it, against other processes.

        Raises
        ------
        VaultError
            If another process holds it for two minutes.
        """
        try:
            with FileLock(self.folder / f".{name}lock", timeout=_LOCK_S, mode=0o600):
                yield
        except Timeout as error:
            raise VaultError(
                f"Another program has held the vault {self.folder} for {_LOCK_S:.0f} seconds. Close it and try again."
            ) from error

    def _ids(self) -> tuple[str, ...]:
        return tuple(path.stem for path in sorted(self._records.glob("lik-*.enc")))

    def _readable(self, id: str) -> Enrolment | None:
        try:
            return self.load(id).enrolment
        except VaultError:
            return None

    def _entry(self, nonce: str) -> Path:
        return self._ledger / f"{nonce}.json"

    def _key(self, id: str) -> bytes:
        try:
            return (self.keys / f"{id}.key").read_bytes()
        except OSError as error:
            raise VaultError(
                f"The key of {id} is not in {self.keys}. Restore that folder from a copy: without it the record "
                "cannot be read by anyone."
            ) from error

    def _finish_deletion(self, doomed: Path) -> None:
        key = self.keys / f"{doomed.stem}.key"
        with contextlib.suppress(FileNotFoundError):
            with key.open("r+b") as file:
                file.write(bytes(_KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            key.unlink()
            sync_folder(self.keys)
        doomed.unlink(missing_ok=True)
        sync_folder(self._records)


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all, and on the disk when this returns."""
    draft = path.with_name(f".{secrets.token_hex(8)}")
    try:
        handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise VaultError(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        draft.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _checked(id: str) -> str:
    if not _ID.fullmatch(id):
        raise VaultError(f"An enrolment's id is lik- and 16 hexadecimal digits, not {id!r}.")
    return id


def _packed(template: Template) -> bytes:
    """Return a template as bytes: a length, JSON of that length, then the picture's pixels."""
    one = template.enrolment
    head = {
        "id": one.id,
        "name": one.name,
        "kind": one.kind,
        "enrolled_at": one.enrolled_at.astimezone(UTC).isoformat(),
        "cast_id": one.cast_id,
        "distance": one.distance,
        "face": None if template.face is None else [float(value) for value in template.face],
        "picture": None if template.picture is None else list(template.picture.shape),
        "trace": None if template.trace is None else template.trace.round(2).tolist(),
    }
    text = json.dumps(head, ensure_ascii=False).encode()
    pixels = b"" if template.picture is None else np.ascontiguousarray(template.picture).tobytes()
    return struct.pack(">I", len(text)) + text + pixels


def _unpacked(data: bytes) -> Template:
    (length,) = struct.unpack_from(">I", data)
    head = json.loads(data[4 : 4 + length].decode())
    if head["kind"] not in get_args(Kind):
        raise ValueError("an unknown kind")
    picture = None
    if head["picture"] is not None:
        picture = np.frombuffer(data[4 + length :], np.uint8).reshape(head["picture"])
    enrolment = Enrolment(
        id=head["id"],
        name=head["name"],
        kind=head["kind"],
        enrolled_at=datetime.fromisoformat(head["enrolled_at"]),
        cast_id=head["cast_id"],
        distance=head["distance"],
    )
    return Template(
        enrolment=enrolment,
        face=None if head["face"] is None else np.array(head["face"], np.float32),
        picture=picture,
        trace=None if head["trace"] is None else np.array(head["trace"], np.float32).reshape(-1, 2),
    )
