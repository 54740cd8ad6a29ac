"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from medialit.errors import MediaError


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give the name of an empty draft beside `target`; it takes the target's place when the block ends well.

    Raises
    ------
    MediaError
        If the folder is missing, full or not writable, or `target` is a folder.
    """
    if target.is_dir():
        raise MediaError(f"{target} is a folder. Name a file inside it.")
    draft = target.with_name(f".{secrets.token_hex(8)}{target.suffix}")
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except OSError as error:
        raise MediaError(
            f"{target} cannot be written ({error.strerror}). Check that its folder exists and that you "
            "may write in it."
        ) from error
    try:
        yield draft
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(target)
    except OSError as error:
        raise MediaError(f"{target} cannot be written ({error.strerror or error}).") from error
    finally:
        draft.unlink(missing_ok=True)
