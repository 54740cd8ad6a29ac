"""The few operations on pixels that several cues share."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from medialit.forensics.cues.records import Doubles, Floats, Heat, Picture

MAX_HEAT = 3
_SHOWN_WIDTH = 420


def luma(picture: Picture) -> Floats:
    """Return brightness from 0 to 255 (ITU-R BT.601, as JPEG has it), shape (H, W)."""
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.float32)


def block_means(values: Floats, side: int) -> Floats:
    """Return the means of blocks of `side` x `side`; what is left over at the right and at the bottom is cut."""
    rows, columns = values.shape[0] // side, values.shape[1] // side
    cut = values[: rows * side, : columns * side]
    return np.asarray(cut.reshape(rows, side, columns, side).mean(axis=(1, 3)), np.float32)


def smoothed(values: Floats) -> Floats:
    """Return each block's mean over its 3 x 3 neighbours."""
    return np.asarray(cv2.blur(values, (3, 3), borderType=cv2.BORDER_REPLICATE), np.float32)


def unit(values: Floats, *, low: float, high: float) -> Floats:
    """Map `low` to 0 and `high` to 1, cut beyond."""
    return np.asarray(np.clip((values - low) / max(1e-9, high - low), 0, 1), np.float32)


def strongest(
    scores: Sequence[float] | Doubles | Floats, times_s: Doubles, pictures: Picture, maps: Sequence[Floats]
) -> tuple[Heat, ...]:
    """Return heat maps of the pictures with the largest scores, the largest first."""
    order = np.argsort(-np.nan_to_num(np.asarray(scores, np.float64), nan=-np.inf))[:MAX_HEAT]
    return tuple(Heat(time_s=float(times_s[k]), picture=pictures[int(k)], values=maps[int(k)]) for k in order)


def laplacian(values: Floats) -> Floats:
    """Return the absolute second derivative, whose size is called sharpness here."""
    return np.abs(np.asarray(cv2.Laplacian(values, cv2.CV_32F, ksize=1), np.float32))


def overlay(heat: Heat, *, width: int = _SHOWN_WIDTH) -> Picture:
    """Return the picture with the heat map over it: the warmer, the more the cue sees there.

    Returns
    -------
    ndarray of uint8, shape (H, W, 3)
        `width` pixels wide; where the map is 0 the picture is untouched but for its colour, which is paled.
    """
    height = max(1, round(width * heat.picture.shape[0] / heat.picture.shape[1]))
    scale = width / heat.picture.shape[1]
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    picture = cv2.resize(heat.picture, (width, height), interpolation=how).astype(np.float32)
    warm = np.clip(cv2.resize(heat.values, (width, height), interpolation=cv2.INTER_LINEAR), 0, 1)[..., None]
    grey = picture.mean(axis=2, keepdims=True)
    paled = 0.35 * picture + 0.65 * (0.75 * grey + 40)
    colour = cv2.applyColorMap((warm * 255).astype(np.uint8), cv2.COLORMAP_INFERNO)[..., ::-1].astype(
        np.float32
    )
    share = 0.85 * warm**0.7
    return np.asarray(np.clip(paled * (1 - share) + colour * share, 0, 255), np.uint8)
