"""The places at which a crop's own pictures may hold the middle of its original.

A crop that keeps 72 % or more of each side, wherever it was taken, still holds the middle half of the original, whose
bits are kept. Where it lies in the crop follows from what was cut away, which nobody knows: so every size and place is
tried, in steps of 2 % of the frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from medialit.provenance._bits import SIDE, Plane, Words, motion_bits, packed, picture_bits, spectrum

_WHOLE: Final = 2 * SIDE  # pixels of an uncut frame whose middle half has SIDE
_SIZES: Final = range(92, _WHOLE + 1, 3)  # of the crop, in the same pixels: 72 % to all of each side
_STEP: Final = 2


@dataclass(frozen=True)
class Place:
    """Where a window of `SIDE` pixels lies in a crop that is `size` pixels wide and high."""

    size: int
    x: int
    y: int

    @property
    def window(self) -> tuple[float, float, float]:
        """Left, top and side, as shares, of what the crop shows of its original."""
        middle = (_WHOLE - SIDE) // 2
        return (middle - self.x) / _WHOLE, (middle - self.y) / _WHOLE, self.size / _WHOLE


def places() -> list[Place]:
    """Return every place that is tried."""
    found = []
    for size in _SIZES:
        low, high = max(0, size - _WHOLE + (_WHOLE - SIDE) // 2), min(size - SIDE, (_WHOLE - SIDE) // 2)
        offsets = range(low, high + 1, _STEP)
        found += [Place(size, x, y) for y in offsets for x in offsets]
    return found


def picture_words(mean: Plane) -> Words:
    """Return the picture's bits at each of `places`, (N, 4)."""
    words = []
    for size in _SIZES:
        windows = sliding_window_view(_shrunk(mean, size), (SIDE, SIDE))
        here = [place for place in places() if place.size == size]
        cut = windows[[place.y for place in here], [place.x for place in here]]
        words.append(packed(picture_bits(spectrum(cut))))
    return np.concatenate(words)


def motion_words(parts: list[Plane], place: Place) -> Words:
    """Return the motion's bits at one place, (4,)."""
    cut = [_shrunk(part, place.size)[place.y : place.y + SIDE, place.x : place.x + SIDE] for part in parts]
    return packed(motion_bits([spectrum(one) for one in cut]))


def _shrunk(plane: Plane, size: int) -> Plane:
    return np.asarray(cv2.resize(plane, (size, size), interpolation=cv2.INTER_AREA), np.float32)
