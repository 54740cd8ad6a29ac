"""Features of noise that occurs twice in one frame: no sensor writes the same noise in two places.

What the residual of a frame has, and that of the next has not, is noise, and no scene, however regular. If a part was
copied to another place, that noise is there twice, always the same way apart: its correlation with itself, added up
over frames, has a peak at that distance.

References
----------
Fridrich, Soukal and Lukas (2003), Detection of copy-move forgery in digital images, DFRWS: section 3, autocorrelation.
Kobayashi, Okabe and Sato (2010), Detecting forgery from static-scene video based on inconsistency in noise level
functions, IEEE TIFS 5:883: noise from the difference of frames.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.forensics.cues import Footage
from medialit.forensics.grain import KERNEL, middle

Floats = NDArray[np.float32]

NAMES = ("copied", "copied_px")
_N_STILLS: Final = 10
_MOST: Final = 1280  # pixels of the middle that is looked at
_LEAST: Final = 64
_NEAR: Final = 24  # pixels: an encoder's filters, and a lens, make neighbours alike
_AXIS: Final = 2  # rows and columns of an encoder's blocks are alike along an axis
_EDGE: Final = 2.0  # deviations: what is stronger is something that moved
_WINDOW: Final = 15


def of_copies(footage: Footage) -> dict[str, float]:
    """Return by how many deviations the strongest repetition of noise stands out, and how far apart it is.

    The distance is in pixels; both are NaN where there are no two frames in a row.
    """
    nothing = dict.fromkeys(NAMES, float("nan"))
    whole = [k for k, after in enumerate(footage.after) if len(after)]
    if not whole or min(footage.stills.size) < _LEAST:
        return nothing
    chosen = np.unique(np.linspace(0, len(whole) - 1, min(_N_STILLS, len(whole))).astype(int))
    power: NDArray[np.float64] | None = None
    size = (0, 0)
    for k in (whole[int(i)] for i in chosen):
        still = np.asarray(cv2.cvtColor(footage.stills.frames[k], cv2.COLOR_RGB2GRAY), np.float32)
        fresh = _fresh(middle(still, _MOST), middle(footage.after[k][0].astype(np.float32), _MOST))
        size = cv2.getOptimalDFTSize(fresh.shape[0]), cv2.getOptimalDFTSize(fresh.shape[1])
        spectrum = np.abs(np.fft.rfft2(fresh, size)) ** 2
        power = spectrum if power is None else power + spectrum
    assert power is not None
    alike = np.fft.irfft2(power, size)
    if alike[0, 0] <= 0:
        return nothing  # two frames that are the same
    alike = np.fft.fftshift(alike / alike[0, 0])
    at = size[0] // 2, size[1] // 2
    alike[at[0] - _NEAR : at[0] + _NEAR + 1, at[1] - _NEAR : at[1] + _NEAR + 1] = 0
    alike[at[0] - _AXIS : at[0] + _AXIS + 1] = 0
    alike[:, at[1] - _AXIS : at[1] + _AXIS + 1] = 0
    spread = 1.4826 * float(np.median(np.abs(alike))) + 1e-9
    row, column = np.unravel_index(int(alike.argmax()), alike.shape)
    return {
        "copied": float(np.log2(max(1.0, float(alike.max()) / spread))),
        "copied_px": float(np.hypot(row - at[0], column - at[1])),
    }


def _fresh(frame: Floats, after: Floats) -> Floats:
    """Return what noise a frame has that the next has not, even in strength all over the picture."""
    rest = cv2.filter2D(frame - after, cv2.CV_32F, KERNEL)
    spread = np.sqrt(np.maximum(cv2.blur(rest * rest, (_WINDOW, _WINDOW)), 0)) + np.float32(0.3)
    even = np.clip(rest / spread, -_EDGE, _EDGE)
    return np.asarray(even - even.mean(), np.float32)
