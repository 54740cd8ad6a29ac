"""Features of light: whether every place brightens and darkens with the rest, as one camera's exposure makes it.

An automatic exposure is never quite still, and it acts on the whole picture at once. What was put in later was recorded
under another exposure, or under none. That can be seen where nothing moves, and only while the exposure does.

References
----------
Our own; the idea that what is put in has its own history of exposure is that of comparing illumination within a
picture: Johnson and Farid (2005), Exposing digital forgeries by detecting inconsistencies in lighting, ACM MM&Sec.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.forensics.grain import Grain

Doubles = NDArray[np.float64]

STEP_S: Final = 0.2
"""Seconds between the two frames of which brightness is compared."""
_LIT: Final = (20.0, 235.0)  # levels between which brightness follows the exposure
_LEAST_FRAMES: Final = 12
_LEAST_BLOCKS: Final = 20
_LEAST_WANDER: Final = (
    1e-3  # of the exposure's steps, in natural logarithms of levels: a quarter level of 255
)
_SURE: Final = 0.35  # largest error of a slope
_OFF: Final = 0.5  # from which on a place goes its own way


def of_light(grain: Grain | None, *, fps: float) -> dict[str, float]:
    """Return how places follow the exposure of the whole; empty where it stands still, or nothing else does.

    Each place's slope is 1 where it brightens and darkens as much as the middle of all places does, and 0 where it does
    not. ``follow_low``, ``follow_p10`` and ``follow_high`` are ends of the slopes, ``follow_off`` the share of places
    that are half or more off the middle.

    Parameters
    ----------
    grain : Grain or None
    fps : float
        Frames a second.
    """
    if grain is None or grain.n_frames < _LEAST_FRAMES:
        return {}
    lit = ((grain.light > _LIT[0]) & (grain.light < _LIT[1])).mean(axis=0) > 0.9
    if lit.sum() < 2 * _LEAST_BLOCKS:
        return {}
    slope, error = _slopes(grain, lit, step=max(1, round(STEP_S * fps)))
    sure = slope[lit & (error < _SURE)]
    if len(sure) < _LEAST_BLOCKS:
        return {}
    low, p10, high = np.quantile(sure, (0.02, 0.1, 0.98))
    return {
        "follow_low": float(low),
        "follow_p10": float(p10),
        "follow_high": float(high),
        "follow_off": float((np.abs(sure - np.median(sure)) > _OFF).mean()),
    }


def _slopes(grain: Grain, lit: NDArray[np.bool_], *, step: int) -> tuple[Doubles, Doubles]:
    """Return how much each block follows the middle of all, and how sure that is, shape (rows, columns) each."""
    level = np.log(np.maximum(grain.light.astype(np.float64), 4.0))
    steps = level[step:] - level[:-step]
    whole = np.median(steps[:, lit], axis=1)
    whole = whole - whole.mean()
    if len(whole) < 4 or whole.std() < _LEAST_WANDER:
        return np.zeros(lit.shape), np.full(lit.shape, np.inf)
    soft = np.stack([cv2.blur(one, (3, 3)) for one in steps])
    soft = soft - soft.mean(axis=0)
    power = float(whole @ whole)
    slope = np.tensordot(whole, soft, axes=(0, 0)) / power
    rest = soft - whole[:, None, None] * slope
    return slope, np.sqrt((rest**2).mean(axis=0) / power)
