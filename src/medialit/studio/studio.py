"""The studio of a class: one object, a method for each act, each told who acts and when."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import FileLock
from PIL import Image

from medialit.errors import CastError, StudioError
from medialit.home import medialit_home
from medialit.language import msgid as _msgid
from medialit.likeness.cast import person, portrait
from medialit.studio.accounts import Accounts
from medialit.studio.deskwork import Deskwork
from medialit.studio.feeding import Sitting
from medialit.studio.persons import nothing

SWEEP_EVERY = timedelta(minutes=10)
_FACE_PX = 192


class Studio(Accounts, Deskwork):
    """An open studio. Use it as a context manager; it makes clips in a process of its own meanwhile.

    Parameters are those of `medialit.studio.base.Base`.
    """

    def __init__(self, folder: Path, **settings: Any) -> None:
        super().__init__(folder, **settings)
        self.held: FileLock | None = None  # the lock of whoever serves it
        self.sittings: dict[str, Sitting] = {}
        self._swept = datetime.min.replace(tzinfo=UTC)
        self.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self.wiped:
            self.stop()
            self.close()
        if self.held is not None:
            self.held.release()

    def tidy(self, *, now: datetime) -> None:
        """Delete the files of clips whose permission has run out; pages have not shown them since."""
        with self.lock:
            if now - self._swept < SWEEP_EVERY:
                return
            self._swept = now
            look = self.look(now)
            self._gone(self.desk.sweep(now=now), look, now=now)
            for id, card in self.cards.all("session").items():
                if datetime.fromisoformat(card["until"]) <= now:
                    self.cards.drop("session", id)

    def face(self, cast_id: str) -> bytes:
        """Return the picture of a person of the cast, as a JPEG."""
        try:
            return _face(person(cast_id).id)
        except CastError:
            raise nothing() from None


@cache
def _face(cast_id: str) -> bytes:
    out = io.BytesIO()
    Image.fromarray(portrait(person(cast_id), size=_FACE_PX)).save(out, "JPEG", quality=85)
    return out.getvalue()


def class_folder(name: str) -> Path:
    """Return where a class is kept.

    Raises
    ------
    StudioError
        If the name cannot be that of a folder.

    Examples
    --------
    >>> class_folder("3B").name
    '3B'
    """
    if (
        not name
        or len(name) > 40
        or not all(sign.isalnum() or sign in " -_" for sign in name)
        or name != name.strip()
    ):
        raise StudioError(
            _msgid("A class is called by up to 40 letters, digits, spaces, hyphens and underscores."),
            code="name",
            status=422,
        )
    return medialit_home() / "studio" / name
