"""Features of the camera's shake: whether every place goes along with it, as what stood before one lens does.

A camera in a hand is never quite still, and its shake moves the whole picture at once. What was put in later shakes
otherwise, or not at all; what was painted over from other frames stays behind. How far along a place goes depends on how
near it is, too: a room has depth, while all of a screen that was filmed goes along alike.

The shake is what changes of the motion from one frame to the next. A place's *share* of it is the slope of its own change
on that of the whole picture: 1 where it goes along, 0 where it does not.

References
----------
Lucas and Kanade (1981), An iterative image registration technique, IJCAI: the motion of a place.
Wang and Farid (2008), Detecting re-projected video, Information Hiding, LNCS 5284:72: a filmed screen is flat.
The shares are our own.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.forensics.cues.records import Picture
from medialit.media.shift import shift_between

Floats = NDArray[np.float32]

STEP_PX: Final = 8
"""Pixels from one place to the next; a place is a square of twice that."""
LEAST_FRAMES: Final = 12
BORDER_PX: Final = 4
"""Pixels along the edges that no place begins in."""
NOISE: Final = 0.3
"""Squared levels a pixel: gradients of a flat place."""
_LARGEST_JUMP_PX: Final = 6.0  # a cut, and no shake
_FARTHEST_PX: Final = 3.0  # a place that seems to move further from the others was not followed
_TEXTURED: Final = 0.5  # squared levels a pixel, along the poorer direction
_SURE: Final = 0.12  # largest error of a share
_ALONG: Final = 0.4  # from 1: such a place goes along
_BEHIND: Final = 0.4  # by which a place's share lies below the middle
_LEAST_PLACES: Final = 15
_ROUNDS: Final = 4  # of fitting what most places do


@dataclass(frozen=True, eq=False, kw_only=True)
class Shares:
    """How far each place goes along with the shake of the camera.

    Parameters
    ----------
    share, error : ndarray of float32, shape (R, C)
    texture : ndarray of float32, shape (R, C)
        Of the brightness, along its poorer direction, squared levels a pixel.
    """

    share: Floats
    error: Floats
    texture: Floats


def of_shake(frames: Picture) -> dict[str, float]:
    """Return how places go along with the shake; empty where there are too few frames, or the shake is not the camera's.

    What most places do is taken for the camera's. Where less than half of them go along with it, as where a camera
    stands still before a crowd, it was not.

    Parameters
    ----------
    frames : ndarray of uint8, shape (T, H, W, 3)
        Small, as `Footage.motion`.

    Returns
    -------
    dict
        Of the places whose share is certain to a tenth ``follow_low``, ``follow_p10`` and ``follow_high``, ends of the
        shares, and ``follow_off``, how many lie well below the middle. Of all that have texture ``unlike_low`` and
        ``unlike_high``: logarithms of by how many errors the strangest lies below and above the middle.
    """
    found = shares(frames)
    if found is None:
        return {}
    textured = found.texture > _TEXTURED
    sure = (found.error < _SURE) & (found.texture > 2 * _TEXTURED)
    told: dict[str, float] = {}
    if textured.sum() >= _LEAST_PLACES:
        if (np.abs(found.share[textured] - 1) < _ALONG).mean() < 0.5:
            return {}
        middle = np.median(found.share[textured])
        errors = (found.share[textured] - middle) / (found.error[textured] + 0.01)
        told["unlike_low"] = float(np.log(max(0.1, -errors.min())))
        told["unlike_high"] = float(np.log(max(0.1, errors.max())))
    if sure.sum() >= _LEAST_PLACES:
        share = found.share[sure]
        low, p10, middle, high = np.quantile(share, (0.02, 0.1, 0.5, 0.98))
        told |= {"follow_low": float(low), "follow_p10": float(p10), "follow_high": float(high)}
        told["follow_off"] = float((share - middle < -_BEHIND).mean())
    return told


def shares(frames: Picture) -> Shares | None:
    """Return how far each place goes along with the camera's shake; None where that cannot be said.

    Parameters
    ----------
    frames : ndarray of uint8, shape (T, H, W, 3)
    """
    if len(frames) < LEAST_FRAMES or min(frames.shape[1:3]) < 4 * STEP_PX:
        return None
    return shares_of(*_moves(frames))


def shares_of(moved: Floats, texture: Floats) -> Shares | None:
    """Return the same of motion that is known, shape (T - 1, R, C, 2), and the texture, (T - 1, R, C)."""
    camera = common(moved, texture)
    change, shake = np.diff(moved - camera, axis=0), np.diff(camera, axis=0)
    held = np.abs(shake).max(axis=(1, 2, 3)) < _LARGEST_JUMP_PX
    if held.sum() < LEAST_FRAMES - 4:
        return None
    change, shake = change[held], shake[held]
    soft = np.stack([cv2.blur(one, (3, 3)) for one in change])
    soft = np.clip(soft, -_FARTHEST_PX, _FARTHEST_PX)
    power = (shake**2).sum(axis=(0, 3)) + 1e-6
    behind = (soft * shake).sum(axis=(0, 3)) / power
    rest = ((soft - behind[..., None] * shake) ** 2).sum(axis=(0, 3))
    return Shares(
        share=1 + behind,
        error=np.sqrt(rest / power / (2 * len(soft) - 1)),
        texture=texture[:-1][held].mean(axis=0),
    )


def _moves(frames: Picture) -> tuple[Floats, Floats]:
    """Return how far each place moves from each frame to the next, shape (T-1, R, C, 2), and its texture, (T-1, R, C)."""
    soft = softened(frames)
    rows, columns = (places(side) for side in soft[0].shape)
    moved = np.zeros((len(soft) - 1, len(rows), len(columns), 2), np.float32)
    texture = np.zeros(moved.shape[:3], np.float32)
    for t, (before, after) in enumerate(pairwise(soft)):
        right, down, steps, texture[t] = nearly(before, after, rows, columns)
        moved[t] = steps + np.array([right, down], np.float32)
    return moved, texture


def softened(frames: Picture) -> list[Floats]:
    """Return the brightness of frames, less their grain."""
    return [
        np.asarray(cv2.GaussianBlur(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float32), (0, 0), 1.0))
        for frame in frames
    ]


def nearly(
    before: Floats, after: Floats, rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> tuple[float, float, Floats, Floats]:
    """Return what half of the textured places do, what is left of the motion of each, (R, C, 2), and the texture."""
    height, width = before.shape
    window = np.asarray(cv2.createHanningWindow((width, height), cv2.CV_32F), np.float32)
    right, down = shift_between(before, after, window=window)
    if abs(right) > width / 4 or abs(down) > height / 4:
        right, down = 0.0, 0.0
    steps, texture = _steps(before, after, right, down, rows, columns)
    plain = texture > np.median(texture)
    if plain.any():
        more_right, more_down = np.median(steps[plain], axis=0)
        right, down = right + float(more_right), down + float(more_down)
        steps, texture = _steps(before, after, right, down, rows, columns)
    return right, down, steps, texture


def places(side: int) -> NDArray[np.intp]:
    """Return where the middles of the places lie along a side."""
    n = (side - 2 * BORDER_PX) // STEP_PX
    return np.asarray(BORDER_PX + STEP_PX // 2 + STEP_PX * np.arange(n), np.intp)


def _steps(
    before: Floats,
    after: Floats,
    right: float,
    down: float,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
) -> tuple[Floats, Floats]:
    """Return what is left of the motion of each place, (R, C, 2), once the frame was moved, and the texture, (R, C)."""
    back = np.array([[1, 0, right], [0, 1, down]], np.float32)
    size = before.shape[1], before.shape[0]
    come = cv2.warpAffine(
        after, back, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    mean = (before + come) / 2
    across = np.asarray(cv2.Sobel(mean, cv2.CV_32F, 1, 0, ksize=3) / 8, np.float32)
    along = np.asarray(cv2.Sobel(mean, cv2.CV_32F, 0, 1, ksize=3) / 8, np.float32)
    change = np.asarray(come - before, np.float32)

    def summed(values: Floats) -> Floats:
        return np.asarray(
            cv2.boxFilter(values, -1, (2 * STEP_PX, 2 * STEP_PX))[np.ix_(rows, columns)], np.float32
        )

    xx, xy, yy = summed(across * across), summed(across * along), summed(along * along)
    x, y = summed(across * change), summed(along * change)
    over = (xx + NOISE) * (yy + NOISE) - xy * xy
    steps = np.stack([-((yy + NOISE) * x - xy * y) / over, -((xx + NOISE) * y - xy * x) / over], axis=-1)
    poorer = (xx + yy) / 2 - np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
    return np.asarray(steps, np.float32), np.asarray(poorer, np.float32)


def common(moved: Floats, texture: Floats) -> Floats:
    """Return what most places do from each frame to the next: a shift that grows evenly across the picture."""
    n_rows, n_columns = moved.shape[1:3]
    down, right = np.meshgrid(
        *((np.arange(n) - (n - 1) / 2) / 12 for n in (n_rows, n_columns)), indexing="ij"
    )
    terms = np.stack([np.ones(down.size), right.ravel(), down.ravel()], axis=1)
    found = np.zeros_like(moved)
    for t, (moves, seen) in enumerate(zip(moved.reshape(len(moved), -1, 2), texture, strict=True)):
        trusted = np.minimum(seen, np.quantile(seen, 0.8)).ravel().astype(np.float64)
        many = trusted >= np.median(trusted)
        weight = trusted
        for _ in range(_ROUNDS):
            weighed = terms * weight[:, None]
            fitted = terms @ np.linalg.solve(terms.T @ weighed + 1e-3 * np.eye(3), weighed.T @ moves)
            off = np.sqrt(((moves - fitted) ** 2).sum(axis=1))
            usual = 1.48 * np.median(off[many]) + 0.02
            weight = trusted / (1 + (off / (2 * usual)) ** 2)
        found[t] = fitted.reshape(n_rows, n_columns, 2)
    return found
