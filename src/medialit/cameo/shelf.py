"""What was made with somebody's likeness: a card for each use, and its frames, sealed.

A use's card is a small JSON file; its frames are another one, encrypted with a key that never leaves this computer.
Nobody who looks into the folder sees a face, and whoever deletes a use deletes its frames. Somebody who has this
account's rights can read the key too: the seal keeps honest people honest, and backups and thumbnails empty.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock

from medialit.cameo.seal import KEY_BYTES, opened, sealed, write_whole
from medialit.cameo.trouble import trouble
from medialit.errors import CameoError
from medialit.media import Clip
from medialit.overwrite import overwrite

Stage = Literal["draft", "published", "withdrawn"]


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
    enrolments : tuple of str
        Ids in the vault of the likenesses that were used; empty on cards from before they were noted.
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
    enrolments: tuple[str, ...] = ()


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
        write_whole(self._frames(use.id), sealed(clip, key=self._key, about=use.id))
        return self.update(use)

    def update(self, use: Use) -> Use:
        """Keep what a use's card says now."""
        plain = asdict(use) | {"made_at": use.made_at.isoformat()}
        write_whole(self._card(use.id), json.dumps(plain, ensure_ascii=False, indent=1).encode())
        return use

    def give_out(self, use: Use, data: bytes, *, target: Path) -> Use:
        """Write a copy of a clip for whoever it is given to, and note on the card where it is; both or neither.

        Raises
        ------
        CameoError
            If it cannot be written there.
        """
        try:
            write_whole(target, data, mode=0o666)
        except OSError as error:
            raise trouble("unwritable", path=target, why=error.strerror) from error
        try:
            return self.update(replace(use, exports=(*use.exports, str(target.resolve()))))
        except BaseException:
            target.unlink()  # of a copy that is not on the card nobody would be told after a revocation
            raise

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
            raise trouble("use-unknown", use=repr(id)) from None
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise trouble("card-damaged", use=id, why=error, path=path) from error

    def frames(self, id: str) -> Clip:
        """Return a use's frames.

        Raises
        ------
        CameoError
            If they were withdrawn, or their seal is broken.
        """
        use = self.get(id)
        try:
            data = self._frames(use.id).read_bytes()
        except FileNotFoundError:
            raise trouble("frames-gone", use=use.id) from None
        try:
            return opened(data, key=self._key, about=use.id)
        except ValueError as error:
            raise trouble("seal-broken", use=use.id) from error

    def withdraw(self, id: str) -> Use:
        """Delete a use's frames and say so on its card; a second time changes nothing."""
        use = self.get(id)
        overwrite(self._frames(use.id))
        return use if use.stage == "withdrawn" else self.update(replace(use, stage="withdrawn"))

    def erase(self, id: str) -> None:
        """Overwrite and delete a use, its card too; nothing happens where there is none."""
        for path in (self._frames(id), self._card(id)):
            overwrite(path)

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
                    write_whole(path, secrets.token_bytes(KEY_BYTES))
        key = path.read_bytes()
        if len(key) != KEY_BYTES:
            raise trouble("key-damaged", path=path)
        return key


def new_id() -> str:
    """Return an id that no use has."""
    return f"use-{secrets.token_hex(8)}"


def _checked(id: str) -> str:
    hexadecimal = id.removeprefix("use-")
    if len(id) != 20 or len(hexadecimal) != 16 or not set(hexadecimal) <= set("0123456789abcdef"):
        raise trouble("use-id", use=repr(id[:60]))
    return id


def _parsed(plain: dict[str, Any]) -> Use:
    values: dict[str, Any] = {}
    for one in fields(Use):
        if one.name == "enrolments" and one.name not in plain:
            continue
        value = plain[one.name]
        values[one.name] = tuple(value) if isinstance(value, list) else value
    return Use(**values | {"made_at": datetime.fromisoformat(plain["made_at"])})
