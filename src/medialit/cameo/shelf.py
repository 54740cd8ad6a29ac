"""What was made with somebody's likeness: a card for each use, and its frames, sealed.

A use's card is a small JSON file; its frames are another one, encrypted with a key that never leaves this computer.
Nobody who looks into the folder sees a face, and whoever deletes a use deletes its frames. Somebody who has this
account's rights can read the key too: the seal keeps honest people honest, and backups and thumbnails empty.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from filelock import FileLock

from medialit.errors import CameoError
from medialit.media import Clip

Stage = Literal["draft", "published", "withdrawn"]
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


@dataclass(frozen=True, kw_only=True)
class Use:
    """One use of one or more likenesses.

    Parameters
    ----------
    id : str
        ``use-`` and 16 hexadecimal digits.
    stage : {"draft", "published", "withdrawn"}
        A withdrawn use has no frames any more.
    principals : tuple of str
        Everyone whose likeness is in it.
    grant_ids : tuple of str
        The grants that allowed the latest step.
    decision : str
        Id of that decision in the ledger.
    requester : str
        Who made it.
    prompt : str
    seed : int
    purpose, audience, medium : str
    territories : tuple of str
    topics, contexts, appearance : tuple of str
        What was found in the prompt, the scene and the people's look, as restrictions are compared with it.
    made_at : datetime
        Aware.
    clip : str or None
        The registry's id, once it is published.
    exports : tuple of str
        Where copies were written; nobody here can call them back.
    parent : str or None
        The use that it was remixed from.
    """

    id: str
    stage: Stage
    principals: tuple[str, ...]
    grant_ids: tuple[str, ...]
    decision: str
    requester: str
    prompt: str
    seed: int
    purpose: str
    audience: str
    medium: str
    territories: tuple[str, ...]
    topics: tuple[str, ...]
    contexts: tuple[str, ...]
    appearance: tuple[str, ...]
    made_at: datetime
    clip: str | None = None
    exports: tuple[str, ...] = ()
    parent: str | None = None


class Shelf:
    """An open shelf. Two processes may use one at the same time.

    Parameters
    ----------
    folder : Path
        Made if it isn't there, for this account alone.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._key = self._own_key()

    def add(self, use: Use, clip: Clip) -> Use:
        """Keep a use with its frames; the frames first, so that no card lacks them."""
        packed = _packed(clip)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + AESGCM(self._key).encrypt(nonce, packed, use.id.encode())
        _write(self._frames(use.id), sealed)
        return self.update(use)

    def update(self, use: Use) -> Use:
        """Keep what a use's card says now."""
        plain = asdict(use) | {"made_at": use.made_at.isoformat()}
        _write(self._card(use.id), json.dumps(plain, ensure_ascii=False, indent=1).encode())
        return use

    def get(self, id: str) -> Use:
        """Return a use.

        Raises
        ------
        CameoError
            If there is none of this id, or its card is damaged.
        """
        path = self._card(id)
        try:
            return _parsed(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise CameoError(
                f"There is no use {id!r} here. `medialit likeness uses` lists those that there are."
            ) from None
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise CameoError(f"The card of {id} is damaged ({error}). Restore {path} from a copy.") from error

    def frames(self, id: str) -> Clip:
        """Return a use's frames.

        Raises
        ------
        CameoError
            If they were withdrawn, or their seal is broken.
        """
        use = self.get(id)
        try:
            sealed = self._frames(use.id).read_bytes()
        except FileNotFoundError:
            raise CameoError(f"{use.id} was withdrawn: its frames are gone.") from None
        try:
            nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
            return _unpacked(AESGCM(self._key).decrypt(nonce, rest, use.id.encode()))
        except (InvalidTag, ValueError) as error:
            raise CameoError(
                f"The frames of {use.id} do not fit their seal: the file was changed, or the key is another one."
            ) from error

    def withdraw(self, id: str) -> Use:
        """Delete a use's frames and say so on its card; a second time changes nothing."""
        use = self.get(id)
        self._frames(use.id).unlink(missing_ok=True)
        return use if use.stage == "withdrawn" else self.update(replace(use, stage="withdrawn"))

    def uses(self) -> tuple[Use, ...]:
        """Return all uses whose cards can be read, the oldest first.

        A damaged card stops nobody's revocation: without it its frames cannot be opened either. `damaged` lists them.
        """
        found = [use for path in self._folder.glob("use-*.json") if (use := self._readable(path.stem))]
        return tuple(sorted(found, key=lambda use: (use.made_at, use.id)))

    def damaged(self) -> tuple[str, ...]:
        """Return the ids of uses whose cards cannot be read."""
        return tuple(
            path.stem for path in sorted(self._folder.glob("use-*.json")) if self._readable(path.stem) is None
        )

    def _readable(self, id: str) -> Use | None:
        try:
            return self.get(id)
        except CameoError:
            return None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes out between reading a card and writing it."""
        with FileLock(self._folder / "shelf.lock", timeout=60):
            yield

    def _card(self, id: str) -> Path:
        return self._folder / f"{_checked(id)}.json"

    def _frames(self, id: str) -> Path:
        return self._folder / f"{_checked(id)}.sealed"

    def _own_key(self) -> bytes:
        path = self._folder / "seal.key"
        if not path.exists():
            with FileLock(self._folder / "shelf.lock", timeout=60):
                if not path.exists():
                    _write(path, secrets.token_bytes(_KEY_BYTES))
        key = path.read_bytes()
        if len(key) != _KEY_BYTES:
            raise CameoError(f"{path} is damaged: without it no draft can be opened. Restore it from a copy.")
        return key


def new_id() -> str:
    """Return an id that no use has."""
    return f"use-{secrets.token_hex(8)}"


def _checked(id: str) -> str:
    hexadecimal = id.removeprefix("use-")
    if len(id) != 20 or len(hexadecimal) != 16 or not set(hexadecimal) <= set("0123456789abcdef"):
        raise CameoError(f"{id[:60]!r} is not the id of a use: those are `use-` and 16 hexadecimal digits.")
    return id


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, for this account alone."""
    draft = path.with_name(f".{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _packed(clip: Clip) -> bytes:
    out = io.BytesIO()
    np.savez_compressed(out, frames=clip.frames, fps=np.float64(clip.fps))
    return out.getvalue()


def _unpacked(data: bytes) -> Clip:
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as held:
            return Clip(frames=held["frames"], fps=float(held["fps"]))
    except (zipfile.BadZipFile, KeyError) as error:
        raise ValueError(str(error)) from error


def _parsed(plain: dict[str, Any]) -> Use:
    values: dict[str, Any] = {}
    for one in fields(Use):
        value = plain[one.name]
        values[one.name] = tuple(value) if isinstance(value, list) else value
    return Use(**values | {"made_at": datetime.fromisoformat(plain["made_at"])})
