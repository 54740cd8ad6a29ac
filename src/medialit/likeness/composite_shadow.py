"""The shadow of a person on the ground: what the light throws, and the dark where the feet touch."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.world.backdrops import Light
from medialit.world.view import CAMERA_DISTANCE_M, GROUND_M, HORIZON_M, Floats

_DEPTH_RISE = (HORIZON_M - GROUND_M) / CAMERA_DISTANCE_M  # metres up the screen for a metre away
_THICKNESS = 0.13  # of a person, front to back, as a share of the height
_FAR = 0.55  # how much of the shadow is left where the head throws it


def shadow_factor(
    alpha: Floats,
    *,
    feet: tuple[float, float],
    soles: NDArray[np.float64],
    k: float,
    height_m: float,
    light: Light,
) -> Floats:
    """Return what a person's shadow multiplies the picture by, 0 to 1, shape (H, W).

    Parameters
    ----------
    alpha : ndarray of float32, shape (H, W)
        The person's cover in the picture.
    feet : tuple of float
        The point between the feet, on the ground, in pixels.
    soles : ndarray, shape (N, 3)
        Where each foot is: x and y in pixels, and how high above the ground, in pixels.
    k : float
        Pixels per metre at the person.
    height_m : float
    light : Light
        As in the world: the shadow of a point at height h lies h times the light's slope to the side and back.
    """
    d = light.direction
    side, back = -d[0] / d[1], _DEPTH_RISE * d[2] / d[1]
    # A point h above the feet throws its shadow to feet + h * (side, -back): an affine map, here from shadow to person.
    flat = back + _THICKNESS
    inverse = np.array(
        [
            [1.0, side / flat, -side / flat * feet[1]],
            [0.0, 1 / flat, feet[1] - feet[1] / flat],
        ],
        np.float32,
    )
    size = alpha.shape[1], alpha.shape[0]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    # Nearer to the camera than the feet there is no height: the lower half of the body's thickness is drawn below.
    shift = 0.5 * _THICKNESS * height_m * k * 0.35
    inverse[0, 2] -= side / flat * shift
    inverse[1, 2] -= shift / flat
    cast = np.asarray(cv2.warpAffine(alpha, inverse, size, flags=flags), np.float32)
    blur = max(0.6, (0.5 * light.softness_m + 0.030) * k)
    cast = np.asarray(cv2.GaussianBlur(cast, (0, 0), blur), np.float32)
    xs = np.arange(size[0], dtype=np.float32)[None, :] + np.float32(0.5)
    ys = np.arange(size[1], dtype=np.float32)[:, None] + np.float32(0.5)
    away = np.hypot(xs - feet[0], ys - feet[1]) / np.float32(max(1.0, height_m * k * np.hypot(side, flat)))
    strength = light.shadow * (1 - (1 - _FAR) * np.clip(away, 0, 1))
    factor = 1 - np.clip(cast, 0, 1) * strength
    pool = _blob(xs, ys, feet[0], feet[1], 0.26 * k, 0.075 * k)
    factor *= 1 - np.float32(0.75 * light.shadow) * pool
    for x, y, lift in soles:
        touch = np.float32(0.58 * np.exp(-lift / (0.05 * k)))
        factor *= 1 - touch * _blob(xs, ys, x, y + lift, 0.085 * height_m / 1.7 * k, 0.030 * k + 0.4)
    return np.asarray(factor, np.float32)


def _blob(xs: Floats, ys: Floats, x: float, y: float, rx: float, ry: float) -> Floats:
    """Return a soft ellipse, 1 in its middle."""
    r2 = ((xs - np.float32(x)) / np.float32(rx)) ** 2 + ((ys - np.float32(y)) / np.float32(ry)) ** 2
    return np.asarray(np.exp(-r2), np.float32)
