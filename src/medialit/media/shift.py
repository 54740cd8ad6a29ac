"""How far a picture has moved from one frame to the next, as a whole.

References
----------
Kuglin and Hines (1975), The phase correlation image alignment method, IEEE Int. Conf. Cybernetics and Society.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def shift_between(before: Floats, after: Floats, *, window: Floats) -> tuple[float, float]:
    """Return how far a picture has moved, right and down, in pixels; the two pictures stay as they are.

    They are windowed here: OpenCV would write the windowed pictures over the ones it is given where their size needs no
    padding, and whoever measures the next frame against them finds only what the window left.

    Parameters
    ----------
    before, after : ndarray of float32, shape (H, W)
        Brightness.
    window : ndarray of float32, shape (H, W)
        As `cv2.createHanningWindow` makes it, so that the edges do not count.

    Examples
    --------
    >>> wall = np.random.default_rng(1).normal(size=(32, 48)).astype(np.float32)
    >>> right, down = shift_between(wall, np.roll(wall, 3, axis=1), window=np.ones_like(wall))
    >>> round(right), round(down)
    (3, 0)
    """
    (right, down), _ = cv2.phaseCorrelate(before * window, after * window)
    return float(right), float(down)
