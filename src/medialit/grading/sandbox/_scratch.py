"""A folder that a stranger has filled: how much is in it, and how to be rid of it.

Nothing here goes deeper than two levels by path or recurses: a tree may be thousands of folders deep.
"""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MAX_DEPTH = 32
_BLOCK = 4096  # what the smallest file takes


def is_over(folder: Path, limit: int) -> bool:
    """Return whether a folder holds more than `limit` bytes, or is made to hide how much it holds."""
    total = 0
    waiting: list[tuple[str, int]] = [(str(folder), 0)]
    while waiting:
        path, depth = waiting.pop()
        if depth > MAX_DEPTH:
            return True
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    with suppress(OSError):  # gone since
                        total += max(_BLOCK, entry.stat(follow_symlinks=False).st_size)
                    if total > limit:
                        return True
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append((entry.path, depth + 1))
        except FileNotFoundError:
            continue
        except OSError:  # made unreadable
            return True
    return False


def empty(folder: Path) -> bool:
    """Remove all that is in a folder; return whether nothing is left.

    The processes that wrote there are gone. Folders in folders are first moved up, so that no path is long.
    """
    with suppress(OSError):
        folder.chmod(0o700)
    while names := os.listdir(folder):  # noqa: PTH208  # names may be anything
        for name in names:
            path = folder / name
            try:
                if not _is_folder(path):
                    path.unlink()
                    continue
                path.chmod(0o700)
                for inner in os.listdir(path):  # noqa: PTH208
                    if _is_folder(path / inner):
                        (path / inner).chmod(0o700)
                        (path / inner).rename(folder / f"{secrets.token_hex(16)}")
                    else:
                        (path / inner).unlink()
                path.rmdir()
            except OSError:
                return False
    return True


def remove(folder: Path) -> None:
    """Remove a folder and all that is in it, as far as this process may."""
    with suppress(OSError):
        if empty(folder):
            folder.rmdir()


def _is_folder(path: Path) -> bool:
    return stat.S_ISDIR(os.lstat(path).st_mode)
