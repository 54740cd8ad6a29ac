"""How frames are kept where nobody should see them: packed, encrypted, written whole or not at all."""

from __future__ import annotations

import io
import os
import secrets
import zipfile
from pathlib import Path
from typing import Final

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from medialit.media import Clip

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


def sealed(clip: Clip, *, key: bytes, about: str) -> bytes:
    """Return a clip's frames encrypted (AES-256-GCM); `about` is what they belong to, and has to be said to open them.

    Examples
    --------
    >>> clip = Clip(np.zeros((2, 4, 4, 3), np.uint8), 12.0)
    >>> opened(sealed(clip, key=bytes(32), about="use-1"), key=bytes(32), about="use-1") == clip
    True
    """
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, _packed(clip), about.encode())


def opened(data: bytes, *, key: bytes, about: str) -> Clip:
    """Return the frames of `sealed`, without sound.

    Raises
    ------
    ValueError
        If the bytes were changed, the key is another one, or they belong to something else.
    """
    try:
        return _unpacked(AESGCM(key).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], about.encode()))
    except InvalidTag as error:
        raise ValueError("it does not fit its seal") from error


def write_whole(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Write a file whole or not at all; for this account alone unless a mode says otherwise."""
    draft = path.with_name(f".{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)  # on a full disk there is something left of it, and it takes room


def wipe(path: Path) -> None:
    """Overwrite a small file, such as a key, and remove it; one that is not there is wiped already."""
    try:
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return


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
