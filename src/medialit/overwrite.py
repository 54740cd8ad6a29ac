"""Deleting a file so that its bytes are not left on the disk under no name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_BLOCK: Final = 1 << 20


def overwrite(place: Path) -> None:
    """Overwrite a file with zeros, and delete it; nothing happens where there is none. A link is only deleted.

    A flash disk and some file systems write elsewhere than where it was: for those, only an encrypted disk helps.

    Raises
    ------
    OSError
        If it cannot be deleted.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     secret = Path(folder) / "secret"
    ...     _ = secret.write_text("salma")
    ...     overwrite(secret)
    ...     secret.exists()
    False
    """
    if place.is_file() and not place.is_symlink():
        with place.open("r+b") as file:
            left = place.stat().st_size
            while left > 0:
                left -= file.write(bytes(min(left, _BLOCK)))
            file.flush()
            os.fsync(file.fileno())
    place.unlink(missing_ok=True)
