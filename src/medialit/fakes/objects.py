"""Fakes of things: one painted away, one put in from another clip, one copied from the same."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.errors import FakeError
from medialit.fakes.records import (
    Fake,
    Masks,
    faked,
    mixed,
    nowhere,
    require_like,
    require_masks,
    require_strength,
    untouched,
)
from medialit.language import msgid as _msgid
from medialit.media import Clip
from medialit.media.clip import Frames
from medialit.world.view import Floats

FEATHER_PX: Final = 1.5  # standard deviation of the soft edge of what is put in
_GROW_PX: Final = 3  # around what is painted away, for its soft edge
_RADIUS_PX: Final = 4  # that the painting looks at
_N_PLACES: Final = 40  # tried for a copy


def remove_object(clip: Clip, masks: Masks, *, strength: float) -> Fake:
    """Paint a thing away.

    Where a pixel is free in other frames, it is taken from them (their median), which is how removal works with
    a camera that stands still; what is never free is painted in from its surroundings.

    Parameters
    ----------
    clip : Clip
    masks : ndarray of bool, shape (T, H, W)
        Where the thing is.
    strength : float
        Share of the thing's visibility that is taken away; at 1 it is gone.

    Returns
    -------
    Fake
        The magnitude is that share, in percent.

    Raises
    ------
    FakeError
        If the strength is out of range, or the masks do not fit or are empty.

    References
    ----------
    Telea (2004), Journal of Graphics Tools 9(1):23: the painting.
    """
    require_strength(strength)
    require_masks(clip, masks)
    if strength == 0:
        return untouched("remove", clip, unit="percent")
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * _GROW_PX + 1, 2 * _GROW_PX + 1))
    grown = np.stack([cv2.dilate(mask.astype(np.uint8), kernel) for mask in masks]).astype(np.bool_)
    behind, known = _behind(clip.frames, grown)
    frames = np.array(clip.frames)
    for t in range(clip.n_frames):
        if not grown[t].any():
            continue
        picture = np.where((grown[t] & known)[..., None], behind, clip.frames[t]).astype(np.uint8)
        lost = (grown[t] & ~known).astype(np.uint8)
        if lost.any():
            picture = _painted_in(picture, lost)
        weight = grown[t].astype(np.float32) * np.float32(strength)
        frames[t] = mixed(clip.frames[t], picture.astype(np.float32), weight)
    return faked(
        "remove",
        clip.with_frames(frames),
        strength=strength,
        magnitude=100 * strength,
        unit="percent",
        region=grown,
    )


def insert_object(clip: Clip, other: Clip, masks: Masks, *, strength: float) -> Fake:
    """Put a thing from another clip in, where it was there.

    Parameters
    ----------
    clip, other : Clip
        Of the same size and length.
    masks : ndarray of bool, shape (T, H, W)
        Where the thing is in `other`.
    strength : float
        How opaque it is; at 1 wholly, with an edge softened by `FEATHER_PX`.

    Returns
    -------
    Fake
        The magnitude is that opacity, in percent.

    Raises
    ------
    FakeError
        If the strength is out of range, or clips or masks do not fit.
    """
    require_strength(strength)
    require_like(clip, other)
    require_masks(clip, masks)
    if strength == 0:
        return untouched("insert", clip, unit="percent")
    frames, region = np.array(clip.frames), nowhere(clip)
    for t in range(clip.n_frames):
        weight = soft(masks[t]) * np.float32(strength)
        frames[t] = mixed(clip.frames[t], other.frames[t].astype(np.float32), weight)
        region[t] = weight > 0
    return faked(
        "insert",
        clip.with_frames(frames),
        strength=strength,
        magnitude=100 * strength,
        unit="percent",
        region=region,
    )


def clone(clip: Clip, masks: Masks, *, strength: float, seed: int) -> Fake:
    """Copy what is in a region to another place of the same frames.

    Parameters
    ----------
    clip : Clip
    masks : ndarray of bool, shape (T, H, W)
        What is copied.
    strength : float
        How opaque the copy is.
    seed : int
        Draws how far away the copy lies, the same way in all frames; as much of it as possible is in the picture.

    Returns
    -------
    Fake
        The magnitude is the distance between thing and copy in pixels; the region is the copy's.

    Raises
    ------
    FakeError
        If the strength is out of range, the masks do not fit, or there is no room for a copy.
    """
    require_strength(strength)
    require_masks(clip, masks)
    if strength == 0:
        return untouched("clone", clip, unit="pixels")
    right, down = _shift(masks, seed)
    frames, region = np.array(clip.frames), nowhere(clip)
    for t in range(clip.n_frames):
        weight = _shifted(soft(masks[t]), right, down) * np.float32(strength)
        copied = _shifted(clip.frames[t].astype(np.float32), right, down)
        frames[t] = mixed(clip.frames[t], copied, weight)
        region[t] = weight > 0
    return faked(
        "clone",
        clip.with_frames(frames),
        strength=strength,
        magnitude=float(np.hypot(right, down)),
        unit="pixels",
        region=region,
    )


def soft(mask: Masks) -> Floats:
    """Return a mask's weight, 0 to 1: whole inside, falling off across its edge."""
    weight = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), FEATHER_PX)
    return np.asarray(np.where(weight < 0.02, 0, weight), np.float32)


def _painted_in(picture: Frames, lost: NDArray[np.uint8]) -> Frames:
    """Return a picture with what is lost painted in from its surroundings.

    It is painted with a border, which goes again: OpenCV looks at neighbours, and in a picture one pixel high it looks
    beyond its memory, so that the same picture came out otherwise each time.
    """
    wide, gone = (cv2.copyMakeBorder(one, 2, 2, 2, 2, cv2.BORDER_REPLICATE) for one in (picture, lost))
    painted = cv2.inpaint(wide, gone, _RADIUS_PX, cv2.INPAINT_TELEA)
    return np.asarray(painted[2:-2, 2:-2], np.uint8)


def _behind(frames: Frames, masks: Masks) -> tuple[Floats, Masks]:
    """Return the median over time of what is not masked, and where there is any: (H, W, 3) and (H, W)."""
    known = np.asarray(~masks.all(axis=0))
    seen = np.where(masks[..., None], np.nan, frames.astype(np.float32))
    found = np.zeros(frames.shape[1:], np.float32)
    rows, columns = np.nonzero(known & masks.any(axis=0))
    if len(rows):
        found[rows, columns] = np.nanmedian(seen[:, rows, columns], axis=0)
    return np.asarray(found, np.float32), known


def _shift(masks: Masks, seed: int) -> tuple[int, int]:
    """Return how far right and down a copy goes: of the places tried the one with most of the copy in the picture."""
    height, width = masks.shape[1:]
    rows, columns = (np.flatnonzero(masks.any(axis=axes)) for axes in ((0, 2), (0, 1)))
    high, wide = int(rows[-1] - rows[0] + 1), int(columns[-1] - columns[0] + 1)
    rng = np.random.default_rng([seed, 0xC10E])
    best, chosen = 0.0, (0, 0)
    for _ in range(_N_PLACES):
        right, down = (int(rng.integers(-side + 1, side)) for side in (width, height))
        least = max(4, min(wide, high) // 2)
        if np.hypot(right, down) < least:
            continue
        inside = max(0, min(width, int(columns[-1]) + right + 1) - max(0, int(columns[0]) + right))
        inside *= max(0, min(height, int(rows[-1]) + down + 1) - max(0, int(rows[0]) + down))
        if inside > best:
            best, chosen = float(inside), (right, down)
    if not best:
        raise FakeError(
            _msgid("There is no room for a copy of {thing} pixels in {picture}: mark less."),
            thing=f"{wide} x {high}",
            picture=f"{width} x {height}",
        )
    return chosen


def _shifted(picture: Floats, right: int, down: int) -> Floats:
    moved = np.zeros_like(picture)
    height, width = picture.shape[:2]
    moved[max(0, down) : height + min(0, down), max(0, right) : width + min(0, right)] = picture[
        max(0, -down) : height + min(0, -down), max(0, -right) : width + min(0, -right)
    ]
    return moved
