"""Draw the watermark: how strong it may be where, and in which colour.

The mark is one pattern for the whole clip, in coordinates that run from the picture's centre in units of its short side,
so that it stands still while the scene moves. Each frame hides it as well as it can: more where there is texture, less
where there is none or where the picture is nearly black or white, and always with the energy that the clip may spend.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.provenance._tile import TILE, Complex, Layout, data_signs

Reals = NDArray[np.float32]
Doubles = NDArray[np.float64]
Frame = NDArray[np.uint8]  # (H, W, 3), RGB

GRID = 256  # the short side, in samples, of the picture on which the mark is drawn
_REACH = 16  # no wave has more periods a tile than this
_TEXTURE_FLOOR = 10.0  # grey levels of contrast that a flat wall is taken to have
_TEXTURE_POWER = 0.5  # how much more mark a textured place gets
_HEADROOM = 10.0  # grey levels from black or white below which the mark fades

# Most of the mark is luma, which codecs keep best. The tilt towards green costs 0.6 dB of luma and gives the colour
# differences a mark of their own, on which scenes have little texture to hide it.
_LUMA = np.array([0.299, 0.587, 0.114])
_GREEN_TILT = 0.7
_COLOUR_ONLY = np.array(
    [-1.402, 0.344 + 0.714, -1.772]
)  # what a step down in Cb and Cr is in R, G and B (BT.601)


@dataclass(frozen=True, eq=False)
class Drawing:
    """The pattern of one payload and key for pictures of one size.

    Parameters
    ----------
    pattern : ndarray of float32, shape (h, w)
        The mark on the small grid, root mean square 1.
    size : tuple of int
        Width and height of the frames that it is for.
    """

    pattern: Reals
    size: tuple[int, int]


def draw(payload: int, plan: Layout, *, size: tuple[int, int]) -> Drawing:
    """Return the drawing of a payload for frames of `size` (width, height)."""
    width, height = size
    short = min(size)
    columns, rows = round(width * GRID / short), round(height * GRID / short)
    waves, amplitudes = spell(payload, plan)
    table = np.zeros((2 * _REACH + 1, 2 * _REACH + 1), np.complex64)
    table[waves[:, 1] + _REACH, waves[:, 0] + _REACH] = amplitudes
    down = _waves_along(rows, height / short)
    across = _waves_along(columns, width / short)
    pattern = (down @ table @ across.T).real
    return Drawing((pattern / np.sqrt((pattern**2).mean())).astype(np.float32), size)


def spell(payload: int, plan: Layout) -> tuple[NDArray[np.int64], Complex]:
    """Return all waves, shape (216, 2), the pilot first, and their amplitudes on the unit circle, shape (216,)."""
    signs = data_signs(payload, plan)
    data = (signs[0::2] - 1j * signs[1::2]) / np.sqrt(2)
    waves = np.concatenate([plan.pilot_waves, plan.data_waves])
    return waves, np.concatenate([plan.pilot_phases, data]).astype(np.complex64)


def ink(rms: float, *, luma: float) -> Doubles:
    """Return how many grey levels of the mark R, G and B take, shape (3,), with at most this root mean square.

    Parameters
    ----------
    rms : float
        Grey levels.
    luma : float
        The share, from 0 to 1, of the usual luma that is left. Half of the energy that luma leaves goes to the colour
        differences: all of it would survive a little more, and be seen in every smooth sky.
    """
    kept = luma * _GREENISH
    energy, overlap = float((kept**2).mean()), float((kept * _COLOUR_ONLY_UNIT).mean())
    fill = -overlap + np.sqrt(overlap**2 + (1 - energy) / 2)
    weights: Doubles = rms * (kept + fill * _COLOUR_ONLY_UNIT)
    return weights


def shape(frame: Frame, drawing: Drawing) -> Reals:
    """Return the mark as a frame takes it, shape (H, W), root mean square 1."""
    rows, columns = drawing.pattern.shape
    method = cv2.INTER_AREA if min(frame.shape[:2]) > GRID else cv2.INTER_LINEAR
    small = cv2.resize(frame, (columns, rows), interpolation=method)
    grey = _luma(np.asarray(small, np.uint8))
    small_mark = drawing.pattern * _mask(grey)
    mark = np.asarray(cv2.resize(small_mark, drawing.size, interpolation=cv2.INTER_CUBIC), np.float32)
    mark *= np.float32(np.sqrt(mark.size) / max(float(cv2.norm(mark)), 1e-9))
    return mark


def add(frame: Frame, mark: Reals, weights: Doubles) -> Frame:
    """Return a frame with a shaped mark in it, in these weights of R, G and B."""
    change = cv2.merge([np.rint(mark * np.float32(weight)).astype(np.int16) for weight in weights])
    marked = cv2.add(frame.astype(np.int16), change, dtype=cv2.CV_8U)
    return np.asarray(marked, np.uint8)


def ssim(before: Frame, after: Frame) -> float:
    """Return the structural similarity of two frames' luma, with a Gaussian window of 1.5 pixels.

    Wang et al. (2004), IEEE Trans. Image Processing 13:600, equation 13.
    """
    x, y = _luma(before), _luma(after)
    mean_x, mean_y = _window(x), _window(y)
    var_x, var_y = _window(x * x) - mean_x * mean_x, _window(y * y) - mean_y * mean_y
    covariance = _window(x * y) - mean_x * mean_y
    c1, c2 = np.float32((0.01 * 255) ** 2), np.float32((0.03 * 255) ** 2)
    top = (2 * mean_x * mean_y + c1) * (2 * covariance + c2)
    bottom = (mean_x * mean_x + mean_y * mean_y + c1) * (var_x + var_y + c2)
    return float((top / bottom).mean())


def _luma(frame: Frame) -> Reals:
    return np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), np.float32)


def _mask(grey: Reals) -> Reals:
    """Return how much mark each place takes, shape (h, w), in arbitrary units."""
    residual = grey - _blur(grey, 5.0)
    contrast = np.sqrt(_blur(residual * residual, 4.0))
    level = _blur(grey, 2.0)
    headroom = np.clip((np.minimum(level, 255 - level) + 2) / _HEADROOM, 0.05, 1)
    return np.asarray((contrast + _TEXTURE_FLOOR) ** _TEXTURE_POWER * headroom, np.float32)


def _waves_along(n: int, length: float) -> Complex:
    """Return every wave at the centres of `n` samples that span `length` short sides, shape (n, 33)."""
    place = ((np.arange(n) + 0.5) / n - 0.5) * length / TILE
    waves: Complex = np.exp(2j * np.pi * np.outer(place, np.arange(-_REACH, _REACH + 1))).astype(np.complex64)
    return waves


def _blur(values: Reals, sigma: float) -> Reals:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma), np.float32)


def _window(values: Reals) -> Reals:
    return np.asarray(cv2.GaussianBlur(values, (11, 11), 1.5), np.float32)


def _unit(weights: Doubles) -> Doubles:
    scaled: Doubles = weights / np.sqrt((weights**2).mean())
    return scaled


_GREENISH = _unit(_LUMA / np.linalg.norm(_LUMA) * (1 - _GREEN_TILT) + np.array([0.0, 1.0, 0.0]) * _GREEN_TILT)
_COLOUR_ONLY_UNIT = _unit(_COLOUR_ONLY)
