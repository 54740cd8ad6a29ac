"""Still pictures, in and out of PNG and JPEG files."""

from __future__ import annotations

import io
import os
import warnings
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageOps

from medialit.errors import ClipError, MediaError, MediaTooLargeError, UnreadableMediaError
from medialit.media._colour import PAPER, over
from medialit.media._files import replacing
from medialit.media._source import require_file
from medialit.media.clip import Frames
from medialit.media.limits import DEFAULT_LIMITS, Limits

_READABLE: Final = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
_BROKEN: Final = (OSError, ValueError, SyntaxError, EOFError, OverflowError, TypeError, IndexError, KeyError)


def read_image(path: str | os.PathLike[str], *, limits: Limits = DEFAULT_LIMITS) -> Frames:
    """Read one still picture, upright, as RGB.

    Parameters
    ----------
    path : path-like
        PNG, JPEG, WebP, BMP, TIFF, or the first picture of a GIF.
    limits : Limits
        Only `max_pixels` matters.

    Returns
    -------
    ndarray of uint8, shape (H, W, 3)
        Turned as its EXIF orientation says; transparent pixels on white; 16 bits cut to 8.

    Raises
    ------
    UnreadableMediaError
        If there is no such file, or it is damaged or not a picture.
    MediaTooLargeError
        If it has more than `limits.max_pixels`.
    """
    source = Path(path)
    require_file(source)
    try:
        # Pillow's own bomb warning comes too late for small limits and too early for large ones: we look
        # first.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(source, formats=_READABLE) as image:
                if image.width * image.height > limits.max_pixels:
                    raise MediaTooLargeError(
                        f"{source.name} is a picture of {image.width} x {image.height}; the limit is "
                        f"{limits.max_pixels:,} pixels. Make it smaller, or raise max_pixels."
                    )
                return _rgb(ImageOps.exif_transpose(image))
    except Image.DecompressionBombError as error:
        raise MediaTooLargeError(
            f"{source.name} declares far more pixels than the limit of "
            f"{limits.max_pixels:,}. Make it smaller."
        ) from error
    except MemoryError as error:
        raise MediaTooLargeError(
            f"{source.name} asks for more memory than there is. Make it smaller."
        ) from error
    except _BROKEN as error:
        raise UnreadableMediaError(
            f"{source.name} is no picture that can be read here: damaged, or neither PNG nor JPEG. Fetch "
            "it again, or save it as PNG."
        ) from error


def write_image(picture: Frames, path: str | os.PathLike[str], *, quality: int = 92) -> Path:
    """Write one RGB picture as PNG (exact) or JPEG (smaller), all of it or nothing.

    Parameters
    ----------
    picture : ndarray of uint8, shape (H, W, 3)
    path : path-like
        Its ending decides: ``.png``, ``.jpg`` or ``.jpeg``.
    quality : int
        Of a JPEG: 1 to 100. From 90 up, colour is kept at full resolution (4:4:4).

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    ClipError
        If the array is no RGB picture.
    MediaError
        If the ending or the quality is wrong, or the file cannot be written.
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in (".png", ".jpg", ".jpeg"):
        raise MediaError(f"Pictures are written as .png, .jpg or .jpeg, not as {target.suffix!r}.")
    require_picture(picture)
    data = jpeg_bytes(picture, quality=quality) if suffix != ".png" else None
    with replacing(target) as draft:
        if data is not None:
            draft.write_bytes(data)
        else:
            Image.fromarray(picture).save(draft, format="PNG")
    return target


def jpeg_bytes(picture: Frames, *, quality: int) -> bytes:
    """Return the bytes of a JPEG file with an RGB picture (H, W, 3).

    Raises
    ------
    MediaError
        If the quality is not from 1 to 100.
    """
    if not 1 <= quality <= 100:
        raise MediaError(f"The quality of a JPEG goes from 1 to 100, not {quality}.")
    memory = io.BytesIO()
    subsampling = "4:4:4" if quality >= 90 else "4:2:0"
    Image.fromarray(picture).save(memory, format="JPEG", quality=quality, subsampling=subsampling)
    return memory.getvalue()


def require_picture(picture: Frames) -> None:
    """Raise ClipError unless an array is one RGB picture: uint8, (H, W, 3), nothing empty."""
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3 or 0 in picture.shape:
        raise ClipError(
            f"A picture is uint8 of shape (H, W, 3), not {picture.dtype} of shape {picture.shape}. "
            "One frame of a clip is clip.frames[number]."
        )


def _rgb(image: Image.Image) -> Frames:
    if image.mode.startswith("I;16") or image.mode == "I":
        deep = np.asarray(image, dtype=np.int64)
        grey = np.clip(deep >> 8, 0, 255).astype(np.uint8)
        return np.repeat(grey[..., np.newaxis], 3, axis=2)
    if image.has_transparency_data:
        return over(np.asarray(image.convert("RGBA"), np.uint8), PAPER)
    return np.array(image.convert("RGB"), np.uint8)
