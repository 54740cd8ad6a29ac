"""What a painted background is: layers at their distances, and the light that falls in it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.world.canvas import Canvas
from medialit.world.colour import Colour
from medialit.world.view import VIEW_M

_FINEST_PAINT = 96.0  # paint at this many pixels a metre at least, then average down


@dataclass(frozen=True)
class Light:
    """The light of a place.

    Parameters
    ----------
    direction : tuple of float
        Towards the main light: right, up, towards the camera. Normalised where it is used.
    sun, sky, bounce : tuple of float
        Colours that multiply: the main light, what comes from above, what the ground throws back.
    shadow : float
        How dark a shadow on the ground is, 0 to 1.
    softness_m : float
        Blur of a shadow's edge where the object touches the ground.
    lamp : float
        How far a glowing object lights up what is around it; about 1 at night.
    """

    direction: tuple[float, float, float]
    sun: Colour
    sky: Colour
    bounce: Colour
    shadow: float
    softness_m: float = 0.04
    lamp: float = 0.15

    @property
    def unit(self) -> NDArray[np.float32]:
        """The direction with length 1."""
        d = np.array(self.direction, np.float32)
        return np.asarray(d / np.linalg.norm(d), np.float32)


@dataclass(frozen=True, eq=False)
class Layer:
    """A painted layer.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (h, w, 4)
        Multiplied by its alpha. It reaches past the picture by the canvas's margins.
    parallax : float or None
        Share of the camera's sideways step by which it moves; None is the ground, sheared in perspective.
    """

    pixels: NDArray[np.uint8]
    parallax: float | None


@dataclass(frozen=True, eq=False)
class Backdrop:
    """Layers from back to front, and the light."""

    layers: tuple[Layer, ...]
    light: Light


@dataclass(frozen=True)
class Easel:
    """Hands out canvases for one size of picture, and takes them back as layers."""

    width_m: float
    k: float  # pixels per metre of the picture

    @property
    def oversample(self) -> int:
        """How many times finer than the picture the painting is."""
        return max(2, int(np.ceil(_FINEST_PAINT / self.k))) if self.k < _FINEST_PAINT else 1

    def canvas(self) -> Canvas:
        """Return an empty canvas."""
        return Canvas(width_m=self.width_m, k=self.k * self.oversample)

    def layer(self, canvas: Canvas, parallax: float | None, *, opaque: bool = False) -> Layer:
        """Average a canvas down to the picture's pixels."""
        rgb, alpha = canvas.rgb, np.clip(canvas.alpha, 0, 1)[..., None]
        if opaque:
            alpha = np.ones_like(alpha)
        stacked = np.concatenate([np.clip(rgb, 0, 1), alpha], -1)
        size = round(canvas.w / self.oversample), round(canvas.h / self.oversample)
        small = cv2.resize(stacked, size, interpolation=cv2.INTER_AREA)
        return Layer(np.round(small * 255).astype(np.uint8), parallax)


def easel(size: tuple[int, int]) -> Easel:
    """Return the easel for pictures of `size` (width, height)."""
    k = size[1] / VIEW_M
    return Easel(width_m=size[0] / k, k=k)
