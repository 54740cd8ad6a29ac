"""Whether a recording was joined from pieces: what a cut leaves in the pose, in the background and in the hum.

A head that moves is under way for several pictures, and so is a hand that holds a camera. A cut moves both from one
picture to the next, with stillness before and after: a *lone* step. The mains hum in a room's sound goes on at one phase,
whatever is said; a cut jumps to another.

A cross-fade spreads the step in the picture and leaves none. A camera on a table, before a plain wall, with a head that
lies as before, leaves none either, and many microphones filter the hum away. So this finds some seams, and that none was
found says little.

References
----------
Grigoras (2005), International Journal of Speech, Language and the Law 12:63 (mains hum in recordings).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.likeness.liveness import Check, at_most
from medialit.likeness.models import Floats, Picture
from medialit.likeness.speech import RATE, as_mono
from medialit.likeness.track import Track
from medialit.media import Clip, Samples

SHIFT: Final = 3.0
"""Greatest lone step of the background, in thousandths of the picture's width."""
PHASE_DEG: Final = 75.0
"""Greatest jump of the mains hum's phase."""

_SMALL: Final = (128, 96)
_MAINS_HZ: Final = (50.0, 60.0)
_WINDOW_S: Final = 0.4
_GAP_S: Final = 0.2
_HOP_S: Final = 0.1
_HEARD: Final = 8.0  # hum over what lies beside it, from which on its phase is known
_QUIET_DB: Final = 8.0
_PLAIN: Final = 2.0  # squared levels a pixel: below, a background has too little on it


def seam_checks(
    track: Track, clips: Sequence[Clip], samples: Samples, *, sample_rate: int
) -> tuple[Check, ...]:
    """Ask whether pose, background or hum steps as it does where two recordings meet.

    Clips that were recorded one for each step meet openly, and are not asked about there.
    """
    return (
        at_most("spliced", lone_shift(track, clips), SHIFT),
        at_most("spliced", hum_jump(samples, sample_rate=sample_rate), PHASE_DEG),
    )


def lone_shift(track: Track, clips: Sequence[Clip]) -> float:
    """Return the greatest step of the background that stands alone, in thousandths of the picture's width.

    What the two pictures before and the two after it move by is taken off. 0 where the background is too plain to tell.
    """
    greatest = 0.0
    for run in _runs(track):
        if len(run) < 6:
            continue
        small = [
            _background(clips[track.frames[k].clip].frames[track.frames[k].index], track.points[k])
            for k in run
        ]
        way = np.array([_moved(a, b) for a, b in pairwise(small)])
        size = np.hypot(*way.T) * 1000 / _SMALL[0]
        beside = np.stack([np.roll(size, k) for k in (-2, -1, 1, 2)]).max(axis=0)
        greatest = max(greatest, float((size - beside)[2:-2].max(initial=0.0)))
    return greatest


def hum_jump(samples: Samples, *, sample_rate: int) -> float:
    """Return the greatest jump of the hum's phase in a quiet moment, in degrees; 0 where no hum is heard on both sides.

    Examples
    --------
    >>> t = np.arange(4 * RATE) / RATE
    >>> noise = np.random.default_rng(0).normal(0, 0.001, len(t))
    >>> whole = 0.001 * np.sin(2 * np.pi * 50 * t) + noise
    >>> cut = np.where(t < 2, whole, 0.001 * np.sin(2 * np.pi * 50 * t + 2) + noise)
    >>> [bool(hum_jump(one[:, None], sample_rate=RATE) > PHASE_DEG) for one in (whole, cut)]
    [False, True]
    """
    mono = as_mono(samples, sample_rate=sample_rate).astype(np.float64)
    size, gap, hop = (round(seconds * RATE) for seconds in (_WINDOW_S, _GAP_S, _HOP_S))
    quiet = _quiet(mono, hop)
    greatest = 0.0
    for hertz in _MAINS_HZ:
        hum = [_phasors(mono, hertz * k, size, hop) for k in (1, 2, 3)]
        beside = [_phasors(mono, hertz * k + off, size, hop) for k in (1, 2, 3) for off in (-7.0, 7.0)]
        if not len(hum[0]):
            continue
        floor = np.sqrt(np.mean(np.abs(beside) ** 2, axis=0))
        n, away = size // hop, (size + gap) // hop
        calm = np.array([quiet[k : k + n].all() for k in range(len(floor))])
        for one in hum:
            heard = calm & (np.abs(one) > _HEARD * floor)
            both = heard[:-away] & heard[away:]
            if both.any():
                turn = np.angle(one[away:] * np.conj(one[:-away]))[both]
                greatest = max(greatest, float(np.degrees(np.abs(turn - np.median(turn))).max()))
    return greatest


def _phasors(mono: NDArray[np.float64], hertz: float, size: int, hop: int) -> NDArray[np.complex128]:
    """Return amplitude and phase of a frequency in windows of `size`, one each `hop` samples."""
    spun = mono * np.exp(-2j * np.pi * hertz / RATE * np.arange(len(mono)))
    ease = np.hanning(size)
    starts = range(0, len(mono) - size + 1, hop)
    sums = np.array([(spun[k : k + size] * ease).sum() for k in starts], np.complex128)
    return np.asarray(sums / ease.sum(), np.complex128)


def _quiet(mono: NDArray[np.float64], hop: int) -> NDArray[np.bool_]:
    """Return of each hop whether it is as quiet as the recording's quiet parts."""
    n = len(mono) // hop
    if not n:
        return np.zeros(0, np.bool_)
    level = 10 * np.log10(np.square(mono[: n * hop].reshape(n, hop)).mean(axis=1) + 1e-12)
    return np.asarray(level < np.quantile(level, 0.2) + _QUIET_DB)


def _runs(track: Track) -> list[NDArray[np.intp]]:
    """Return the stretches of pictures that follow each other in one clip and show a face."""
    seen = np.flatnonzero(track.present)
    clip = np.array([track.frames[k].clip for k in seen], np.intp)
    breaks = np.flatnonzero((np.diff(seen) > 1) | (np.diff(clip) != 0)) + 1
    return [run for run in np.split(seen, breaks) if len(run)]


def _background(picture: Picture, points: Floats) -> Floats:
    """Return a small, soft, grey picture of what is around the head, NaN where the person is."""
    height, width = picture.shape[:2]
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    level = cv2.resize(grey, _SMALL, interpolation=cv2.INTER_AREA).astype(np.float32)
    small = np.asarray(cv2.GaussianBlur(level, (0, 0), 1.0), np.float32)
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    middle, side = (low + high) / 2, float((high - low).max())
    per_x, per_y = _SMALL[0] / width, _SMALL[1] / height
    columns = slice(max(0, int((middle[0] - side) * per_x)), max(0, int((middle[0] + side) * per_x) + 1))
    small[max(0, int((middle[1] - side) * per_y)) :, columns] = np.nan
    return small


def _moved(a: Floats, b: Floats) -> tuple[float, float]:
    """Return by how many pixels a picture moved, by least squares over its slopes; a change of light is taken out.

    References
    ----------
    Lucas and Kanade (1981), IJCAI 674.
    """
    mean = (a + b) / 2
    slope: Any = np.gradient(mean)
    down, across = slope
    known = np.isfinite(down) & np.isfinite(across) & np.isfinite(a) & np.isfinite(b)
    if int(known.sum()) < 50:
        return 0.0, 0.0
    slopes: NDArray[np.float64] = np.column_stack(
        [across[known], down[known], mean[known], np.ones(known.sum())]
    )
    if min(float((slopes[:, k] ** 2).mean()) for k in (0, 1)) < _PLAIN:
        return 0.0, 0.0
    across_by, down_by, *_light = np.linalg.lstsq(slopes, (a - b)[known], rcond=None)[0].tolist()
    return float(across_by), float(down_by)
