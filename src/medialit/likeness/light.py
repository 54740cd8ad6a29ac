"""Whether the face reflects the colours that the window showed: what a recording made before could not know.

A living face a forearm away from a window of one colour takes on some of it; what is behind the face takes on less, for
it is further away. So the colour of the face is compared with that of its surroundings, which also takes out what the
camera does to both (white balance, exposure), and followed over time. A screen that plays an earlier recording gives off
light of its own and reflects little of the window's; a print reflects it, but as much around the face as on it.

It says nothing against a program that makes the picture while the challenge runs and tints the face by itself, nor of a
face in daylight, which outshines every window: that is refused too, with another reason.

References
----------
Tang et al. (2018), Face Flashing, NDSS, arXiv:1801.01949. WCAG 2.2, criterion 2.3.1 (how often a window may flash).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.likeness.challenge import HUES, Challenge
from medialit.likeness.liveness import Check, at_least
from medialit.likeness.models import Floats, Picture
from medialit.likeness.track import Track
from medialit.media import Clip

AGREEMENT: Final = 0.75
"""Least correlation of what the face reflects with what the window showed, over the whole recording."""
PIECE: Final = 0.45
"""Least correlation in its worst part of `PIECE_S`."""
PIECE_S: Final = 4.0
GLOW: Final = 0.01
"""Least change of the face's colour, as a share, for a full change of the window's."""

_LAG_S: Final = 0.4  # what windows and cameras are late by, at most
_SLOW_S: Final = 4.0  # slower changes of colour are the camera's and the room's
_BRIGHT: Final = 250  # from here on a pixel says nothing of colour
_LEAST_AROUND: Final = 0.03  # of the picture's pixels, that show surroundings

_LINEAR: Final = np.where(
    np.arange(256) <= 10, np.arange(256) / (255 * 12.92), ((np.arange(256) / 255 + 0.055) / 1.055) ** 2.4
).astype(np.float32)


@dataclass(frozen=True, kw_only=True)
class Reflection:
    """How the face answered the window.

    Parameters
    ----------
    agreement : float
        Correlation over the whole recording, -1 to 1.
    worst : float
        In the worst part of `PIECE_S` seconds.
    glow : float
        Change of the face's colour, as a share, for a full change of the window's.
    """

    agreement: float
    worst: float
    glow: float


def light_checks(track: Track, clips: Sequence[Clip], *, challenge: Challenge) -> tuple[Check, ...]:
    """Ask whether the face reflects the window's colours; nothing is asked of a challenge without light."""
    if not challenge.lights:
        return ()
    seen = reflection(track, face_colours(track, clips), challenge=challenge)
    return (
        at_least("dim", seen.glow, GLOW),
        at_least("light", seen.agreement, AGREEMENT),
        at_least("light", seen.worst, PIECE),
    )


def reflection(track: Track, colours: Floats, *, challenge: Challenge) -> Reflection:
    """Compare the face's colours with the window's.

    Parameters
    ----------
    track : Track
    colours : ndarray of float32, shape (N, 2)
        From `face_colours`.
    challenge : Challenge
        With lights.

    Returns
    -------
    Reflection
        Of the delay, up to 0.4 s, at which the two agree best; not a number where there is too little to compare.
    """
    times = np.array([frame.time_s for frame in track.frames])
    known = np.isfinite(colours).all(axis=1)
    if known.sum() < 24:
        return Reflection(agreement=np.nan, worst=np.nan, glow=np.nan)
    t, x = times[known], _fast(times[known], colours[known])
    best = Reflection(agreement=-1.0, worst=-1.0, glow=0.0)
    for lag in np.arange(0.0, _LAG_S + 1e-9, 1 / 24):
        shown = _fast(t, _shown(t - lag, challenge))
        agreement, glow = _fit(x, shown)
        if agreement > best.agreement:
            starts = np.arange(t[0], max(t[0] + 1e-9, t[-1] - PIECE_S), PIECE_S / 4)
            pieces = [(t >= start) & (t < start + PIECE_S) for start in starts]
            worst = min((_fit(x[now], shown[now])[0] for now in pieces if now.sum() > 8), default=agreement)
            best = Reflection(agreement=agreement, worst=worst, glow=glow)
    return best


def face_colours(track: Track, clips: Sequence[Clip]) -> Floats:
    """Return how much redder, and how much bluer, than green the face is, against what is around it.

    Returns
    -------
    ndarray of float32, shape (N, 2)
        Logarithms of ratios of light; NaN where there is no face or nothing around it.
    """
    found = np.full((len(track.frames), 2), np.nan, np.float32)
    for k in np.flatnonzero(track.present):
        frame = track.frames[k]
        picture = np.ascontiguousarray(
            clips[frame.clip].frames[frame.index][::2, ::2]
        )  # a quarter says as much
        face, around = _regions(picture, track.points[k] / 2)
        fair = (picture.max(axis=2) < _BRIGHT).astype(np.uint8)
        if around.mean() < _LEAST_AROUND:
            continue
        light = _LINEAR[picture]
        inner, outer = (np.array(cv2.mean(light, mask=region * fair)[:3]) for region in (face, around))
        if min(inner.min(), outer.min()) > 0:
            ratio = np.log(inner / outer)
            found[k] = ratio[0] - ratio[1], ratio[2] - ratio[1]
    return found


def _regions(picture: Picture, points: Floats) -> tuple[Picture, Picture]:
    """Return where the face is, and where there is neither face, hair nor body: 1 inside, 0 outside."""
    height, width = picture.shape[:2]
    face = np.zeros((height, width), np.uint8)
    flat = points[:, :2]
    outline = cv2.convexHull(np.round(flat).astype(np.int32))
    cv2.fillConvexPoly(face, outline, 1)
    around = np.ones((height, width), np.uint8)
    low, high = flat.min(axis=0), flat.max(axis=0)
    middle, side = (low + high) / 2, float((high - low).max())
    left, right = (int(np.clip(middle[0] + sign * 0.95 * side, 0, width)) for sign in (-1, 1))
    top = int(np.clip(middle[1] - 1.0 * side, 0, height))
    around[top:, left:right] = 0
    around[int(np.clip(middle[1] + 0.4 * side, 0, height)) :] = 0  # shoulders
    return face, around


def _shown(times: NDArray[np.float64], challenge: Challenge) -> NDArray[np.float64]:
    """Return how much redder, and how much bluer, than green the window was at some moments; shape (N, 2)."""
    starts = np.array([light.start_s for light in challenge.lights])
    hues = np.array([HUES[light.hue] for light in challenge.lights], np.float64) / 255
    rgb = hues[np.clip(np.searchsorted(starts, times, side="right") - 1, 0, len(starts) - 1)]
    return np.asarray(rgb[:, [0, 2]] - rgb[:, [1]])


def _fast(times: NDArray[np.float64], values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return values less their mean over the seconds around them."""
    near = np.abs(times[:, np.newaxis] - times) <= _SLOW_S / 2
    return np.asarray(values - near @ values / near.sum(axis=1, keepdims=True), np.float64)


def _fit(x: NDArray[np.float64], shown: NDArray[np.float64]) -> tuple[float, float]:
    """Return the correlation of two series of shape (N, 2), and the slope."""
    both, power = float((x * shown).sum()), float((shown**2).sum())
    return both / float(np.sqrt(max(1e-18, power * (x**2).sum()))), both / max(1e-9, power)
