"""Whether a fine regular pattern lies over the picture, as the pixels of a screen leave in that of a camera.

The pattern stays where it is while a face moves and noise comes and goes. So pictures that follow each other are laid
over one another first, and power is added up afterwards: what stays grows, noise does not. A camera held in a hand moves
the pattern, slowly; therefore a few pictures at a time, and only then all.

A screen out of focus, or with finer pixels than the camera sees, leaves no pattern at all, and nothing in a picture can
bring it back. What helps there is a challenge of light, see `medialit.likeness.light`.

References
----------
Patel et al. (2015), ICB (moiré of screens). ITU-T H.264 (codecs leave lattices of their own, at multiples of a
sixteenth of a cycle a pixel: they are not looked at).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import fft

from medialit.likeness.liveness import Check, at_most
from medialit.likeness.models import Floats
from medialit.likeness.track import Track
from medialit.media import Clip

HELD: Final = 7.0
"""Greatest peak of a pattern over its surroundings in the spectrum, pictures laid over one another eight at a time."""
STILL: Final = 10.0
"""The same, with all laid over one another."""

_SIDE: Final = 256  # of the windows whose spectra are added up
_GROUP: Final = 8
_MOST_GROUPS: Final = 16
_MOST_WINDOWS: Final = 6
_FINE: Final = (0.08, 0.5)  # cycles a pixel
_ROUNDING: Final = 0.05  # squared levels; without it, a picture that is soft everywhere has peaks of nothing
_LATTICE: Final = 16
_AROUND: Final = tuple(
    (dy, dx) for dy in range(8) for dx in range(-7, 8) if max(dy, abs(dx)) >= 3 and (dy, dx) > (0, 0)
)
"""Half of the places around a point; the others lie opposite."""


def screen_checks(track: Track, clips: Sequence[Clip]) -> tuple[Check, ...]:
    """Ask whether a regular fine pattern lies over the picture."""
    groups = [group for group in _groups(track) if len(group)]
    if not groups:
        return (at_most("screen", np.nan, HELD),)
    held: list[NDArray[np.float64]] = []
    total: Any = 0.0
    for group in groups:
        frames = [track.frames[k] for k in group]
        fine = np.mean([_fine(clips[one.clip].frames[one.index]) for one in frames], axis=0)
        held.append(_power(fine) * len(group))
        same = np.shape(total) in ((), fine.shape)  # clips of other sizes are no part of the sum
        total = total + fine if same else total
    still = _power(np.asarray(total) / len(groups)) * sum(map(len, groups))
    return (
        at_most("screen", max(_peak(one) for one in np.mean(held, axis=0)), HELD),
        at_most("screen", max(_peak(one) for one in still), STILL),
    )


def _groups(track: Track) -> list[NDArray[np.intp]]:
    """Return up to 16 runs of up to eight pictures of one clip that show a face, spread over the recording."""
    seen = np.flatnonzero(track.present)
    runs: list[NDArray[np.intp]] = []
    for clip in sorted({track.frames[k].clip for k in seen}):
        own = seen[[track.frames[k].clip == clip for k in seen]]
        runs += [own[at : at + _GROUP] for at in range(0, max(1, len(own) - _GROUP + 1), _GROUP)]
    chosen = np.unique(np.linspace(0, len(runs) - 1, _MOST_GROUPS).astype(int))
    return [runs[k] for k in chosen] if runs else []


def _fine(picture: NDArray[np.uint8]) -> Floats:
    """Return the fine detail of grey, and of red less green; shape (2, H, W).

    A screen's pixels are stripes of three colours, so that its pattern is strongest in what one colour has more than
    another, where pictures of people have little.
    """
    levels = picture.astype(np.float32)
    both = np.stack([levels.mean(axis=2), levels[..., 0] - levels[..., 1]])
    return np.stack([np.clip(one - cv2.GaussianBlur(one, (0, 0), 3.0), -25, 25) for one in both])


def _power(fine: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Return the mean power spectra of windows over the picture, shape (2, 256, 256), zero in the middle."""
    height, width = fine.shape[1:]
    ease = np.outer(np.hanning(min(height, _SIDE)), np.hanning(min(width, _SIDE))).astype(np.float32)
    spectra = [
        np.abs(fft.fft2(fine[:, rows, columns] * ease, (_SIDE, _SIDE))) ** 2
        / max(1e-9, float((ease**2).sum()))
        for rows, columns in _windows(height, width)
    ]
    return np.asarray(fft.fftshift(np.mean(spectra, axis=0), axes=(1, 2)), np.float64)


def _windows(height: int, width: int) -> Iterator[tuple[slice, slice]]:
    """Return up to six windows that cover most of a picture."""
    n_rows, n_columns = (1 if size <= _SIDE else min(3, -(-size // _SIDE)) for size in (height, width))
    places = [
        (round(y), round(x))
        for y in np.linspace(0, max(0, height - _SIDE), n_rows)
        for x in np.linspace(0, max(0, width - _SIDE), n_columns)
    ]
    for y, x in places[:: max(1, -(-len(places) // _MOST_WINDOWS))]:
        yield slice(y, y + _SIDE), slice(x, x + _SIDE)


def _peak(spectrum: NDArray[np.float64]) -> float:
    """Return the strongest lone point of the fine frequencies, over the strongest line through it.

    An edge of the picture is a line through its spectrum, and a row of bars is a row of points; a grid is a lone point.
    So a point is compared with the greatest, over all directions, of what lies on both sides of it.
    """
    level = np.log(spectrum + _ROUNDING).astype(np.float32)
    line = np.full_like(level, -np.inf)
    for dy, dx in _AROUND:
        both = np.minimum(np.roll(level, (dy, dx), (0, 1)), np.roll(level, (-dy, -dx), (0, 1)))
        np.maximum(line, both, out=line)
    return float(np.exp((level - line)[_LOOKED_AT].max()))


def _looked_at() -> NDArray[np.bool_]:
    """Return which points of a spectrum are looked at: fine ones, and none that a codec's blocks make."""
    frequency = fft.fftshift(fft.fftfreq(_SIDE))
    away = np.hypot(frequency[:, np.newaxis], frequency)
    off = np.abs(frequency * _LATTICE - np.round(frequency * _LATTICE)) * _SIDE / _LATTICE
    lattice = (off[:, np.newaxis] < 1.6) & (off < 1.6)
    return np.asarray((away >= _FINE[0]) & (away < _FINE[1]) & ~lattice)


_LOOKED_AT: Final = _looked_at()
