"""Whether the mouth moves when the voice is heard, and rests when it rests.

How far the lips are apart is what a face mesh says least well: of one puppet in ten it saw nothing where anybody sees a
mouth open. So the picture of the mouth itself is followed, held still by the bones around it, and compared with the same
person's mouth at rest; what counts is that it changes, against its own unrest, and that it changes with the voice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.likeness.challenge import Challenge
from medialit.likeness.liveness import Check, at_least
from medialit.likeness.models import Floats
from medialit.likeness.speech import HOP_S
from medialit.likeness.track import STABLE, Track, neutral
from medialit.media import Clip

MOVED: Final = 4.0
"""Least change of the mouth while digits are read, in its own usual changes at rest."""
IN_TIME: Final = 0.5
"""Least correlation of the mouth's changes with the voice."""

_CORNERS: Final = (61, 291, 0, 17)  # of the mouth: right, left, top, bottom
_WIDE: Final = 1.7  # of the square looked at, in widths of the mouth
_SIDE: Final = 32
_LAGS_S: Final = (-0.25, 0.34)  # lips are early, cameras late
_SLOW_S: Final = 2.0
_LEAST: Final = 0.002  # below, a mouth's unrest is that of rounding
_AHEAD_DEG: Final = 6.0


@dataclass(frozen=True, kw_only=True)
class Mouth:
    """How a mouth and a voice fit.

    Parameters
    ----------
    moved : float
        Change while digits are read, in usual changes at rest.
    in_time : float
        Correlation with the voice, -1 to 1, at the delay that fits best.
    """

    moved: float
    in_time: float


def lips_checks(
    track: Track, clips: Sequence[Clip], voice: Floats, *, challenge: Challenge
) -> tuple[Check, ...]:
    """Ask whether the mouth moved, and moved with the voice."""
    number = next(k for k, step in enumerate(challenge.steps) if step.action == "speak")
    seen = mouth(track, mouth_pictures(track, clips), voice, speaking=track.steps == number)
    return (
        at_least("lips", seen.moved, MOVED, step=number),
        at_least("lips", seen.in_time, IN_TIME, step=number),
    )


def mouth(track: Track, pictures: Floats, voice: Floats, *, speaking: NDArray[np.bool_]) -> Mouth:
    """Compare the changes of a mouth with a voice.

    Parameters
    ----------
    track : Track
    pictures : ndarray of float32, shape (N, 32, 32)
        From `mouth_pictures`.
    voice : ndarray of float32, shape (M,)
        Probability of speech of each 32 ms, from the beginning of the challenge.
    speaking : ndarray of bool, shape (N,)
        Where digits were read.

    Returns
    -------
    Mouth
        Not a number where there is too little to compare.
    """
    known = np.isfinite(pictures).all(axis=(1, 2))
    ahead = known & (np.abs(track.angles[:, :2]).max(axis=1) < _AHEAD_DEG)
    rest, now = ahead & ~speaking, known & speaking
    if rest.sum() < 6 or now.sum() < 12 or not len(voice):
        return Mouth(moved=np.nan, in_time=np.nan)
    usual = np.median(pictures[rest], axis=0)
    usual /= max(1e-9, float(np.linalg.norm(usual)))
    change = 1 - (pictures * usual).sum(axis=(1, 2))
    unrest = max(_LEAST, float(np.median(change[rest])))
    times = np.array([frame.time_s for frame in track.frames])[now]
    return Mouth(
        moved=float(np.quantile(change[now], 0.9)) / unrest, in_time=_in_time(times, change[now], voice)
    )


def mouth_pictures(track: Track, clips: Sequence[Clip]) -> Floats:
    """Return small grey pictures of the mouth, turned and scaled as the head was at first; mean 0, norm 1.

    Returns
    -------
    ndarray of float32, shape (N, 32, 32)
        NaN where there is no face.
    """
    found = np.full((len(track.frames), _SIDE, _SIDE), np.nan, np.float32)
    rest = neutral(track.points, track.present, track.steps)
    if rest is None:
        return found
    corners = rest[list(_CORNERS), :2]
    middle, wide = corners.mean(axis=0), float(np.linalg.norm(corners[0] - corners[1])) * _WIDE
    unit = max(wide, 1.0) / _SIDE
    square = np.array([[unit, 0, middle[0] - wide / 2], [0, unit, middle[1] - 0.4 * wide], [0, 0, 1]])
    bones = list(STABLE)
    for k in np.flatnonzero(track.present):
        frame = track.frames[k]
        back = _similarity(rest[bones, :2], track.points[k, bones, :2]) @ square
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        seen = cv2.warpAffine(clips[frame.clip].frames[frame.index], back, (_SIDE, _SIDE), flags=flags)
        grey = cv2.GaussianBlur(seen.mean(axis=2), (0, 0), 1.0)
        grey -= grey.mean()
        found[k] = grey / max(1e-9, float(np.linalg.norm(grey)))
    return found


def _similarity(a: Floats, b: Floats) -> NDArray[np.float64]:
    """Return the turn, scale and shift that lay points `a` best on points `b`, shape (2, 3)."""
    mean_a, mean_b = a.mean(axis=0), b.mean(axis=0)
    one, two = (a - mean_a).astype(np.float64), (b - mean_b).astype(np.float64)
    size = max(1e-9, float((one**2).sum()))
    cos = float((one * two).sum()) / size
    sin = float((one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]).sum()) / size
    turn = np.array([[cos, -sin], [sin, cos]])
    return np.column_stack([turn, mean_b - turn @ mean_a])


def _in_time(times: NDArray[np.float64], change: Floats, voice: Floats) -> float:
    """Return the best correlation of a mouth's changes with the voice, whatever is slow left out."""
    near = np.abs(times[:, np.newaxis] - times) <= _SLOW_S / 2
    weights = near / near.sum(axis=1, keepdims=True)
    moved = change - weights @ change
    heard = np.convolve(voice, np.ones(5) / 5, "same")
    moments = (np.arange(len(heard)) + 0.5) * HOP_S
    best = -1.0
    for lag in np.arange(*_LAGS_S, 1 / 12):
        loud = np.interp(times + lag, moments, heard)
        loud -= weights @ loud
        size = float((moved**2).sum() * (loud**2).sum())
        best = max(best, float((moved * loud).sum()) / np.sqrt(size) if size > 1e-18 else 0.0)
    return best
