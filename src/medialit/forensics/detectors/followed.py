"""Places followed from frame to frame: how far each moves, and how much brighter it becomes on the way.

Brightness can be compared only once motion is taken out, and motion measured only where brightness may change; so both
are solved for together, place by place, from the differences between two frames.

References
----------
Lucas and Kanade (1981), An iterative image registration technique, IJCAI: the motion of a place.
Hager and Belhumeur (1998), Efficient region tracking with parametric models of geometry and illumination, IEEE TPAMI
20:1025: motion and brightness together.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.forensics.cues.records import Picture
from medialit.forensics.detectors.shaken import BORDER_PX, NOISE, STEP_PX, nearly, places, softened

Floats = NDArray[np.float32]

_ROUNDS: Final = 2
_TEXTURED: Final = 0.1  # squared levels a pixel; plainer places are taken to move with the camera
_FARTHEST_PX: Final = 4.0  # from what the whole picture does
_DARK: Final = 1.0  # squared levels: brightness below which a gain means nothing


@dataclass(frozen=True, eq=False, kw_only=True)
class Followed:
    """What each place does from each frame to the next, shape (T - 1, R, C), R by C places `STEP_PX` pixels apart.

    Parameters
    ----------
    moved : ndarray of float32, shape (T - 1, R, C, 2)
        Pixels to the right and down.
    gain : ndarray of float32
        By which share it becomes brighter.
    misfit : ndarray of float32
        What neither explains: root mean square, in levels.
    light : ndarray of float32
        Mean brightness, 0 to 255.
    texture : ndarray of float32
        Along its poorer direction, squared levels a pixel; what has none cannot be followed.
    """

    moved: Floats
    gain: Floats
    misfit: Floats
    light: Floats
    texture: Floats


def follow_places(frames: Picture) -> Followed:
    """Follow every place of small frames.

    Parameters
    ----------
    frames : ndarray of uint8, shape (T, H, W, 3)
        At least two, as `Footage.motion` has them.
    """
    soft = softened(frames)
    grid = _Grid(*soft[0].shape)
    each = [_step(before, after, grid) for before, after in pairwise(soft)]
    moved, gain, misfit, light, texture = (np.stack(values) for values in zip(*each, strict=True))
    return Followed(moved=moved, gain=gain, misfit=misfit, light=light, texture=texture)


class _Grid:
    """Where places lie, and for each pixel where it lies among them."""

    def __init__(self, height: int, width: int) -> None:
        self.rows, self.columns = places(height), places(width)
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        self.pixels = x, y
        first = BORDER_PX + STEP_PX / 2
        self.among = (x - first) / STEP_PX, (y - first) / STEP_PX

    def mean(self, values: Floats) -> Floats:
        """Return means over places, squares of twice the step."""
        soft = cv2.boxFilter(values, -1, (2 * STEP_PX, 2 * STEP_PX))
        return np.asarray(soft[np.ix_(self.rows, self.columns)], np.float32)

    def spread(self, values: Floats) -> Floats:
        """Return what places say, shape (R, C), for each pixel: evenly in between."""
        across, along = self.among
        held = np.ascontiguousarray(values)
        return np.asarray(
            cv2.remap(held, across, along, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32
        )


def _step(before: Floats, after: Floats, grid: _Grid) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return how far places move, their gain, their misfit, their brightness and their texture."""
    right, down, near, texture = nearly(before, after, grid.rows, grid.columns)
    near = np.clip(near, -_FARTHEST_PX, _FARTHEST_PX)
    near[texture < _TEXTURED] = 0
    x, y = grid.pixels
    for k in range(_ROUNDS):
        flow_x, flow_y = grid.spread(near[..., 0]) + right, grid.spread(near[..., 1]) + down
        come = cv2.remap(after, x + flow_x, y + flow_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        light, solved, misfit = _solved(before, np.asarray(come, np.float32), grid)
        more = solved[..., :2]
        if k < _ROUNDS - 1:
            near = np.clip(near + more, -_FARTHEST_PX, _FARTHEST_PX)
    moved = near + more + np.array([right, down], np.float32)
    return moved.astype(np.float32), solved[..., 2], misfit, light, texture


def _solved(before: Floats, come: Floats, grid: _Grid) -> tuple[Floats, Floats, Floats]:
    """Return brightness, shape (R, C), the motion and gain that explain the change best, (R, C, 3), and the misfit."""
    mean, change = np.asarray((before + come) / 2, np.float32), np.asarray(come - before, np.float32)
    across = np.asarray(cv2.Sobel(mean, cv2.CV_32F, 1, 0, ksize=3) / 8, np.float32)
    along = np.asarray(cv2.Sobel(mean, cv2.CV_32F, 0, 1, ksize=3) / 8, np.float32)
    terms: tuple[Floats, Floats, Floats] = (-across, -along, mean)
    normal = np.empty((len(grid.rows), len(grid.columns), 3, 3))
    answer = np.empty((*normal.shape[:2], 3))
    for i, one in enumerate(terms):
        answer[..., i] = grid.mean(one * change)
        for j in range(i, 3):
            normal[..., i, j] = normal[..., j, i] = grid.mean(one * terms[j])
    normal[..., [0, 1, 2], [0, 1, 2]] += NOISE, NOISE, _DARK
    solved = np.linalg.solve(normal, answer[..., None])[..., 0]
    left = grid.mean(change * change) - (solved * answer).sum(axis=-1)
    return (
        grid.mean(mean),
        np.asarray(solved, np.float32),
        np.asarray(np.sqrt(np.maximum(left, 0)), np.float32),
    )
