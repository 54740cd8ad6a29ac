"""Making a person belong to a place: its light on them, and clean edges around them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.likeness.cast_paint import irradiance
from medialit.world.backdrops import Light, backdrop
from medialit.world.view import Floats

FLAT = Light((0.0, 0.45, 1.0), (0.56, 0.56, 0.56), (0.50, 0.50, 0.50), (0.42, 0.42, 0.42), 0.0)
"""What a clip of a person is taken to be lit by where nothing is known: white, even, from the camera's side."""

_SOLID = 0.94  # cover from which a pixel's colour is the person's own
_STRAY = 70.0  # how far, of 255, an edge's colour may be from the nearest colour inside
_WRAP = 0.10  # share of the place's light that bleeds around an edge


def light_of(background: str, look: int) -> Light:
    """Return the light of a place; its colours do not depend on the size of the picture."""
    return backdrop(background, look, (32, 32)).light


def relit(rgb: Floats, normal: Floats, *, was: Light, now: Light) -> Floats:
    """Return colours, 0 to 1, as another light would show them.

    Parameters
    ----------
    rgb : ndarray of float32, shape (H, W, 3)
    normal : ndarray of float32, shape (H, W, 2)
        x (right) and y (up) of the unit normal.
    was, now : Light

    Returns
    -------
    ndarray of float32, shape (H, W, 3)
        ``rgb`` times the ratio of the two irradiances. Highlights are scaled with the rest, which is wrong for
        them by as much as the lights differ.
    """
    if was == now:
        return rgb
    gain = irradiance(normal, now) / np.maximum(irradiance(normal, was), np.float32(0.05))
    return np.asarray(np.clip(rgb * gain, 0, 1), np.float32)


def swollen(alpha: Floats, *, roundness_px: float) -> Floats:
    """Return normals for a flat silhouette, as if it swelled like clay from its outline: shape (H, W, 2).

    A guess, for people of whom only a matte is known: the outline turns away from the camera, the middle faces it.
    """
    inside = (alpha > 0.5).astype(np.uint8)
    distance = cv2.distanceTransform(inside, cv2.DIST_L2, 3)
    t = np.clip(distance / np.float32(roundness_px), 0, 1)
    height = np.float32(roundness_px) * np.sqrt(1 - (1 - t) ** 2)
    height = np.asarray(cv2.GaussianBlur(height, (0, 0), max(1.0, 0.25 * roundness_px)), np.float32)
    dx = cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=1 / 8)
    dy = cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=1 / 8)
    length = np.sqrt(dx * dx + dy * dy + 1)
    return np.stack([-dx / length, dy / length], -1).astype(np.float32)


def clean_edges(rgba: NDArray[np.uint8], *, reach_px: float) -> NDArray[np.uint8]:
    """Return a cut-out without the colours of what it was cut from.

    A pixel on the edge is a mixture of the person and what stood behind them; pasted elsewhere, it is a halo. With
    the cover a, the mixture is ``C = a F + (1 - a) B`` (Porter and Duff, SIGGRAPH 1984), so F is known where B is. B is
    taken from the nearest pixels that are wholly background. As a matte is never exact, F may not stray far from
    the nearest colours that are wholly the person's, and is those where a is small.

    Parameters
    ----------
    rgba : ndarray of uint8, shape (H, W, 4)
        Colour not multiplied by the matte; where the matte is 0, what stood behind.
    reach_px : float
        How far to look for colours.

    Returns
    -------
    ndarray of uint8, shape (H, W, 4)
        The matte is unchanged.
    """
    alpha = rgba[..., 3].astype(np.float32) / np.float32(255)
    colour = rgba[..., :3].astype(np.float32)
    # A pixel in from the edge on both sides, for the same reason.
    solid = cv2.erode((alpha >= _SOLID).astype(np.float32), np.ones((3, 3), np.uint8))
    empty = cv2.erode((alpha <= 1 - _SOLID).astype(np.float32), np.ones((3, 3), np.uint8))
    inside, behind = (_spread(colour, np.asarray(where, np.float32), reach_px) for where in (solid, empty))
    a = alpha[..., None]
    solved = (colour - (1 - a) * behind) / np.maximum(a, 0.1)
    solved = inside + np.clip(solved - inside, -_STRAY, _STRAY)
    person = inside + a * (solved - inside)
    keep = np.asarray(solid, np.float32)[..., None]
    out = rgba.copy()
    out[..., :3] = np.clip(np.round(colour * keep + person * (1 - keep)), 0, 255)
    return out


def _spread(colour: Floats, where: Floats, reach_px: float) -> Floats:
    """Return, everywhere, the colours of the nearest pixels where `where` is 1.

    A blur of the colours divided by a blur of `where` (normalised convolution; Knutsson and Westin, CVPR 1993), wider
    where a narrow one finds nothing.
    """
    found, weight = np.zeros_like(colour), np.zeros_like(where)
    for scale in (0.35, 1.0, 2.5):
        sigma = max(0.6, scale * reach_px)
        cover = np.asarray(cv2.GaussianBlur(where, (0, 0), sigma), np.float32)
        mixed = np.asarray(cv2.GaussianBlur(colour * where[..., None], (0, 0), sigma), np.float32)
        share = np.clip(cover / np.float32(0.02), 0, 1) * (1 - weight)
        found += mixed / np.maximum(cover, 1e-6)[..., None] * share[..., None]
        weight += share
    return np.asarray(found + colour * (1 - weight)[..., None], np.float32)


def wrapped(rgb: Floats, alpha: Floats, behind: Floats) -> Floats:
    """Return a person's colours with a little of the place's light around their edges, as a lens gives it.

    All are 0 to 1: `rgb` and `behind` of shape (H, W, 3), `alpha` of shape (H, W).
    """
    sigma = max(0.8, 0.012 * alpha.shape[0])
    inner = np.asarray(cv2.GaussianBlur(alpha, (0, 0), sigma), np.float32)
    edge = np.clip(1 - inner, 0, 1) * np.float32(_WRAP * 2)
    glow = np.asarray(cv2.blur(behind, (2 * round(2 * sigma) + 1,) * 2), np.float32)
    return np.asarray(rgb + edge[..., None] * (glow - rgb), np.float32)
