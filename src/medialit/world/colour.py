"""Colours as numbers: sRGB from 0 to 1."""

from __future__ import annotations

import numpy as np

from medialit.world.view import Floats

Colour = tuple[float, float, float]
Tone = Colour | Floats  # one colour, or one for each pixel: shape (..., 3)


def as_rgb(colour: Tone) -> Floats:
    """Return a colour as an array of shape (..., 3)."""
    return np.asarray(colour, np.float32)


def scaled(colour: Tone, factor: Tone | float) -> Colour:
    """Return one colour multiplied by a number or by another colour, cut to 0 to 1."""
    r, g, b = np.clip(as_rgb(colour) * np.asarray(factor, np.float32), 0, 1).tolist()
    return r, g, b
