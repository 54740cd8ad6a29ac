"""Grain: what the finest detail of every frame does, block by block, measured at full size in one pass.

Frames kept small have lost their grain, and few frames at full size do not show what grain does from one frame to the
next. So six numbers are kept of each block of each frame; from them a detector sees noise that does not follow the
light, frames that are softer than their neighbours, grain that comes back, and places or times at which the pattern
that the clip's own sensor writes over every frame is missing.

References
----------
Immerkaer (1996), Fast noise variance estimation, Computer Vision and Image Understanding 64:300, equation 3: the filter.
Fridrich and Kodovsky (2012), Rich models for steganalysis, IEEE TIFS 7:868: residuals instead of pixels.
Hsu et al. (2008), Video forgery detection using correlation of noise residue, MMSP: correlation from frame to frame.
Mondaini et al. (2007), Detection of malicious changes in digital video sequences, ICASSP 2:369: the sensor's pattern,
taken from the clip's own earlier frames, is missing where something was put in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Picture = NDArray[np.uint8]

ACROSS: Final = 40
"""Blocks along the longer side, where that makes them `LEAST_SIDE` pixels or more."""
LEAST_SIDE: Final = 8
KERNEL: Final = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32) / 6
"""Answers with the deviation of white noise; with nothing where brightness is locally linear."""

_FLOOR: Final = 0.02  # levels, so that a logarithm of nothing exists
_MEMORY: Final = 32  # frames that the running pattern remembers
_MOST: Final = 6.0  # levels: what is stronger is an edge, not grain
_FARTHEST: Final = 4.0  # times the pattern
CHUNK: Final = 6
"""Frames whose mean residual is kept."""
MOST_CHUNKS: Final = 48
_CROP: Final = 512  # pixels of the middle of which it is kept


@dataclass(frozen=True, eq=False, kw_only=True)
class Grain:
    """Six numbers of each block of each frame, shape (T, rows, columns) each.

    Parameters
    ----------
    noise : ndarray of float32
        log2 of the mean absolute residual, in levels.
    light : ndarray of float32
        Mean brightness, 0 to 255.
    detail : ndarray of float32
        log2 of the mean step from pixel to pixel after smoothing, in levels.
    again : ndarray of float32
        Correlation of the residual with that of the frame before, -1 to 1; 0 in the first frame.
    change : ndarray of float32
        Mean absolute difference to the frame before, in levels; 0 in the first frame.
    own : ndarray of float32
        How much of the mean residual of about 32 frames before is found again in the residual: 0 where nothing is, up to
        about 1 where there is a pattern that stays where it is (a sensor's, or an edge that does not move), whatever
        else there is; 0 in the first frame.
    side : int
        Of a block, in pixels.
    patterns : ndarray of float16, shape (K, h, w)
        The mean residual of each `CHUNK` frames, up to `MOST_CHUNKS` of them, in the middle of the picture, at most
        512 pixels wide and high.
    """

    noise: Floats
    light: Floats
    detail: Floats
    again: Floats
    change: Floats
    own: Floats
    side: int
    patterns: NDArray[np.float16]

    @property
    def n_frames(self) -> int:
        """Number of frames."""
        return len(self.noise)

    @cached_property
    def unexplained(self) -> Mapping[str, Floats]:
        """What brightness and detail do not explain of ``noise``, ``again`` and ``own``, shape (T, rows, columns)."""
        found = {}
        for name in ("noise", "again", "own"):
            values: Floats = getattr(self, name)
            terms, weights = explained(
                values.reshape(-1).astype(np.float64), self.light.reshape(-1), self.detail.reshape(-1)
            )
            rest = values.reshape(-1) - terms @ weights
            found[name] = np.asarray(rest.reshape(values.shape), np.float32)
        return found


def middle(picture: Any, most: int, *, step: int = 1) -> Any:
    """Return the middle of a picture, shape (H, W, ...), at most so many pixels wide and high.

    Its corner lies at a multiple of `step`, so that what an encoder did in blocks stays in blocks.
    """
    top, left = (max(0, (side - most) // 2) // step * step for side in picture.shape[:2])
    return picture[top : top + most, left : left + most]


def explained(
    y: NDArray[np.float64], light: Floats, detail: Floats
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the terms of brightness and detail, shape (N, 6), and the weights with which they explain y best."""
    a, b = light / 128 - 1, detail
    terms = np.stack([np.ones_like(a), a, a * a, b, b * b, a * b], axis=1).astype(np.float64)
    weights = np.linalg.lstsq(terms.T @ terms + 1e-3 * np.eye(6), terms.T @ y, rcond=None)[0]
    return terms, np.asarray(weights, np.float64)


def centred(patterns: NDArray[np.floating]) -> Floats:
    """Return mean residuals, shape (K, h, w), less what rows, columns and the whole have in common."""
    held = patterns.astype(np.float32)
    held = held - held.mean(axis=1, keepdims=True) - held.mean(axis=2, keepdims=True)
    return np.asarray(held - held.mean(axis=(1, 2), keepdims=True), np.float32)


def in_common(held: Floats, *, side: int) -> Floats:
    """Return how much K centred patterns have in common around each pixel, shape (h, w): 0 for noise, 1 for the same.

    Parameters
    ----------
    held : ndarray of float32, shape (K, h, w)
        At least two.
    side : int
        Pixels of the square around.
    """
    size = (side, side)
    squares = cv2.blur((held**2).sum(axis=0), size)
    # The sum's square less the squares' sum is twice the sum over pairs: what they have in common.
    shared = (cv2.blur(held.sum(axis=0) ** 2, size) - squares) / (squares + 1e-6) / (len(held) - 1)
    return np.asarray(shared, np.float32)


class Gatherer:
    """Takes frames one after the other and keeps only their blocks' numbers, and the frame before."""

    def __init__(self) -> None:
        self._rows: list[NDArray[np.float16]] = []  # each (6, rows, columns), float16
        self._before: tuple[Floats, Floats, Floats] | None = None
        self._pattern: Floats | None = None  # the mean residual of the frames before
        self._side = LEAST_SIDE
        self._sum: Floats | None = None  # of the residuals of the chunk that is not whole yet
        self._patterns: list[NDArray[np.float16]] = []

    def add(self, frame: Picture) -> None:
        """Measure one more frame, uint8 RGB of shape (H, W, 3), of the same size as those before."""
        grey = np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), np.float32)
        self._side = max(LEAST_SIDE, -(-max(grey.shape) // ACROSS))
        rest = np.asarray(cv2.filter2D(grey, cv2.CV_32F, KERNEL), np.float32)
        power = self._means(rest * rest)
        soft = cv2.GaussianBlur(grey, (0, 0), 2.0)
        steps = np.abs(cv2.Sobel(soft, cv2.CV_32F, 1, 0)) + np.abs(cv2.Sobel(soft, cv2.CV_32F, 0, 1))
        faint = np.asarray(np.clip(rest, -_MOST, _MOST), np.float32)
        self._gather(faint)
        again = change = own = np.zeros_like(power)
        if self._before is not None:
            old_rest, old_power, old_grey = self._before
            norm = np.sqrt(power * old_power) + _FLOOR**2
            again = self._means(rest * old_rest) / norm
            change = self._means(np.abs(grey - old_grey))
        if self._pattern is None:
            self._pattern = faint.copy()
        else:
            strength = self._means(self._pattern * self._pattern)
            # Not a correlation: what moves in front of a pattern must not count as a lack of it.
            own = np.clip(self._means(faint * self._pattern) / (strength + _FLOOR**2), -_FARTHEST, _FARTHEST)
            weight = 1 / min(len(self._rows) + 1, _MEMORY)
            cv2.addWeighted(self._pattern, 1 - weight, faint, weight, 0.0, dst=self._pattern)
        kept = (
            np.log2(self._means(np.abs(rest)) + _FLOOR),
            self._means(grey),
            np.log2(self._means(np.asarray(steps, np.float32)) / 8 + _FLOOR),
            again,
            change,
            own,
        )
        self._rows.append(np.stack(kept).astype(np.float16))
        self._before = rest, power, grey

    def _gather(self, faint: Floats) -> None:
        part = middle(faint, _CROP)
        self._sum = part.copy() if self._sum is None else self._sum + part
        if (len(self._rows) + 1) % CHUNK == 0 and len(self._patterns) < MOST_CHUNKS:
            self._patterns.append((self._sum / CHUNK).astype(np.float16))
        if (len(self._rows) + 1) % CHUNK == 0:
            self._sum = None

    def grain(self) -> Grain | None:
        """Return what was measured; None where there was no frame, or none with a whole block."""
        if not self._rows or self._rows[0].size == 0:
            return None
        noise, light, detail, again, change, own = np.stack(self._rows, axis=1).astype(np.float32)
        return Grain(
            noise=noise, light=light, detail=detail, again=again, change=change, own=own, side=self._side,
            patterns=np.stack(self._patterns) if self._patterns else np.zeros((0, 1, 1), np.float16),
        )  # fmt: skip

    def _means(self, values: Floats) -> Floats:
        """Return the means of whole blocks; what is left over at the right and at the bottom is cut."""
        rows, columns = values.shape[0] // self._side, values.shape[1] // self._side
        if rows == 0 or columns == 0:
            return np.zeros((0, 0), np.float32)
        cut = values[: rows * self._side, : columns * self._side]
        return np.asarray(cv2.resize(cut, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)
