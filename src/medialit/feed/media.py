"""Media files by the hash of what is in them, in a folder that only its owner can open."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from medialit.errors import FeedStoreError
from medialit.overwrite import overwrite

MAX_BYTES: Final = 200_000_000
"""Of one file."""
_HASH: Final = re.compile(r"[0-9a-f]{64}")


class Media:
    """A folder of media. The same bytes are kept once; a name is 64 hexadecimal digits and nothing else.

    Parameters
    ----------
    folder : Path
        Made where there is none.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise FeedStoreError(f"The folder {folder} cannot be made: {error.strerror}.") from error

    def add(self, data: bytes) -> str:
        """Keep a file, and return its hash once it is on the disk.

        Raises
        ------
        FeedStoreError
            If it is empty, larger than `MAX_BYTES`, or cannot be written.
        """
        if not 0 < len(data) <= MAX_BYTES:
            raise FeedStoreError(f"A media file has 1 to {MAX_BYTES} bytes, not {len(data)}.")
        name = hashlib.sha256(data).hexdigest()
        target = self._place(name)
        if target.is_file():
            return name
        try:
            target.parent.mkdir(exist_ok=True, mode=0o700)
            with NamedTemporaryFile(dir=target.parent, prefix=".", delete=False) as draft:
                place = Path(draft.name)
                try:
                    draft.write(data)
                    draft.flush()
                    os.fsync(draft.fileno())
                    place.replace(target)
                finally:
                    place.unlink(missing_ok=True)
            for folder in (target.parent, self.folder):
                _sync(folder)
        except OSError as error:
            raise FeedStoreError(
                f"A media file cannot be kept in {self.folder}: {error.strerror}."
            ) from error
        return name

    def path(self, name: str) -> Path:
        """Return where a file is.

        Raises
        ------
        FeedStoreError
            If the name is no hash, or there is no such file.
        """
        found = self._place(name)
        if not found.is_file():
            raise FeedStoreError(f"There is no media file {name}. Was it taken down?")
        return found

    def names(self) -> Iterator[str]:
        """Yield the hashes of all files."""
        for place in sorted(self.folder.glob("[0-9a-f][0-9a-f]/*")):
            if _HASH.fullmatch(place.name):
                yield place.name

    def damaged(self) -> tuple[str, ...]:
        """Return the files whose bytes are no longer those of their name."""
        return tuple(
            name
            for name in self.names()
            if hashlib.sha256(self._place(name).read_bytes()).hexdigest() != name
        )

    def remove(self, name: str) -> None:
        """Overwrite a file and delete it; nothing happens where there is none.

        What a disk of flash memory, a journal or a backup still holds is out of reach.
        """
        scrub(self._place(name))

    def wipe(self) -> None:
        """Overwrite and delete everything in the folder, unfinished files too."""
        for place in sorted(self.folder.rglob("*"), reverse=True):
            if place.is_dir() and not place.is_symlink():
                place.rmdir()
            else:
                scrub(place)
        _sync(self.folder)

    def _place(self, name: str) -> Path:
        if not _HASH.fullmatch(name):
            raise FeedStoreError(f"A media file is named by 64 hexadecimal digits, not {name[:80]!r}.")
        return self.folder / name[:2] / name


def scrub(place: Path) -> None:
    """Overwrite a file, or all that is in a folder, and delete it; nothing happens where there is none.

    Raises
    ------
    FeedStoreError
        If it cannot be deleted.
    """
    try:
        if place.is_dir() and not place.is_symlink():
            for inside in sorted(place.iterdir()):
                scrub(inside)
            place.rmdir()
        else:
            overwrite(place)
    except OSError as error:
        raise FeedStoreError(f"{place} cannot be deleted: {error.strerror}. Delete it by hand.") from error


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
