"""The picture plane: one pinhole camera that every scene shares.

The world is measured in metres. A picture is always `VIEW_M` metres high in the plane where the first
object moves (the front lane), whatever its size in pixels; a wider picture sees more to both sides. The
ground is a level plane, so a point at depth scale ``s`` (1 in the front lane, towards 0 at the horizon)
stands on the screen at ``HORIZON_M - s * (HORIZON_M - GROUND_M)`` metres above the lower edge, and a
sideways step of the camera moves it by ``s`` times that step. Objects, shadows and paving obey the same rule.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

VIEW_M = 4.0  # height of the picture, in the front lane
GROUND_M = 0.56  # where the front lane's ground lies above the lower edge
HORIZON_M = 1.52  # where the horizon lies above the lower edge
CAMERA_DISTANCE_M = 6.0  # from the camera to the front lane
GRAVITY_M_S2 = 9.81


def px_per_m(size: tuple[int, int]) -> float:
    """Return pixels per metre in the front lane for a picture of `size` (width, height)."""
    return size[1] / VIEW_M


def depth_scale(y_m: Floats) -> Floats:
    """Return the depth scale of the ground seen `y_m` metres above the lower edge (0 at the horizon)."""
    return ((HORIZON_M - y_m) / (HORIZON_M - GROUND_M)).astype(np.float32)


def ground_y_m(scale: float) -> float:
    """Return how far above the lower edge the ground at depth `scale` is seen, in metres."""
    return HORIZON_M - scale * (HORIZON_M - GROUND_M)


def to_px(
    position_m: NDArray[np.float64],
    *,
    scale: NDArray[np.float64],
    camera_m: NDArray[np.float64],
    size: tuple[int, int],
) -> NDArray[np.float64]:
    """Project points of the world into the picture.

    Parameters
    ----------
    position_m : ndarray, shape (..., 2)
        x (to the right) and height above the ground, in metres.
    scale : ndarray, shape (...)
        Depth scale of each point; 1 is the front lane.
    camera_m : ndarray, shape (..., 2)
        Sideways position of the camera, and its tilt as metres in the picture.
    size : tuple of int
        (width, height) of the picture in pixels.

    Returns
    -------
    ndarray, shape (..., 2)
        x and y in pixels from the upper left corner of the picture, y downwards; the centre of the first
        pixel is (0.5, 0.5).
    """
    k = px_per_m(size)
    x = (position_m[..., 0] - camera_m[..., 0]) * scale * k + size[0] / 2
    above = HORIZON_M - scale * (HORIZON_M - GROUND_M) + scale * position_m[..., 1] - camera_m[..., 1]
    return np.stack([x, size[1] - above * k], axis=-1)
