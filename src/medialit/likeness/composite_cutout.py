"""Cut a real person out of their own clip, for `medialit.likeness.composite.place`.

The matte comes from MediaPipe's selfie segmentation (Apache-2.0), a network of 250 kB whose file the package
``mediapipe`` carries; OpenCV runs it, and none of the package's code. It was made for one person near the camera, in a
call. Its mask has 256 x 256 pixels, so the edge is drawn again by the picture itself (guided filter; He, Sun and Tang,
IEEE TPAMI 35:1397, 2013, eq. 5, 6 and 8).
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.errors import CompositeError, LikenessModelError
from medialit.likeness.cast import Framing, Performance
from medialit.likeness.models import INSTALL
from medialit.media import Clip
from medialit.world.view import Floats

_SIDE = 256  # of the network's picture and mask
_STEADY = 0.65  # weight of the newest mask against the ones before, against flicker
_LEAST = 0.005  # share of the picture below which nobody is there


@dataclass(frozen=True, eq=False)
class Segmenter:
    """The loaded network; `segmenter` makes one."""

    net: Any

    def __call__(self, picture: NDArray[np.uint8]) -> Floats:
        """Return how surely each pixel is a person's, 0 to 1, shape (256, 256), for RGB of any size."""
        square = cv2.resize(picture, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
        scaled = np.asarray(square, np.float32) / np.float32(255)
        self.net.setInput(np.ascontiguousarray(scaled.transpose(2, 0, 1)[np.newaxis]))
        return np.clip(np.asarray(self.net.forward(), np.float32).reshape(_SIDE, _SIDE), 0, 1)


def segmenter() -> Segmenter:
    """Load the network.

    Raises
    ------
    LikenessModelError
        If the package that carries it is not installed.
    """
    spec = importlib.util.find_spec("mediapipe")
    places = [] if spec is None else list(spec.submodule_search_locations or [])
    file = Path(places[0] if places else ".") / "modules/selfie_segmentation/selfie_segmentation.tflite"
    if not places or not file.is_file():
        raise LikenessModelError(
            "Cutting a person out of a clip needs the file selfie_segmentation.tflite of the package mediapipe, which "
            f"is not installed. Install it from the project's folder with: {INSTALL}. The fictional cast needs none."
        )
    # OpenCV 5's new engine reads other layouts of this file's outputs; the classic one gives the mask.
    return Segmenter(cv2.dnn.readNetFromTFLite(str(file), cv2.dnn.ENGINE_CLASSIC))


def cut_out(
    clip: Clip,
    *,
    subject: str,
    framing: Framing,
    height_m: float,
    minor: bool = False,
    model: Segmenter | None = None,
) -> Performance:
    """Return the one person in a clip, without what is behind them.

    Parameters
    ----------
    clip : Clip
        One person, before a background that stands still or moves little. The sound is not used.
    subject : str
        Id of the enrolled likeness.
    framing : {"full", "bust"}
        Whether they are seen down to their feet, or are cut by the lower edge of the picture.
    height_m : float
        How tall what is seen of the person is: about 0.8 from the waist up, 1.7 from head to feet.
    minor : bool
    model : Segmenter, optional
        Loaded anew by default.

    Returns
    -------
    Performance
        Light and relief are not known: `place` takes the light as white and even, and guesses the relief from
        the outline.

    Raises
    ------
    CompositeError
        If there is nobody, or the height is not positive.
    LikenessModelError
        As in `segmenter`.
    """
    if framing not in ("full", "bust"):
        raise CompositeError(f'A person is seen "full" or as a "bust", not {framing!r}; say which.')
    if not (np.isfinite(height_m) and height_m > 0):
        raise CompositeError(f"What is seen of a person is some metres tall, more than 0, not {height_m}.")
    model = model or segmenter()
    alpha = _mattes(clip, model)
    seen = (alpha > 0.5).mean(axis=(1, 2)) > _LEAST
    if not seen.any():
        raise CompositeError(
            "Nobody is seen in this clip; take one of a single person near the camera, in even light."
        )
    alpha[~seen] = 0
    rows = np.flatnonzero((alpha > 0.5).any(axis=(0, 2)))
    columns = np.flatnonzero((alpha > 0.5).any(axis=(0, 1)))
    left, right = max(0, int(columns[0]) - 4), min(clip.width, int(columns[-1]) + 5)
    top, bottom = max(0, int(rows[0]) - 4), min(clip.height, int(rows[-1]) + 5)
    tall, anchor_x, anchor_y = _measures(alpha[seen])
    matte = np.round(alpha[:, top:bottom, left:right, None] * 255).astype(np.uint8)
    return Performance(
        frames=np.concatenate([clip.frames[:, top:bottom, left:right], matte], -1),
        fps=clip.fps,
        anchor_px=(anchor_x - left, anchor_y - top),
        px_per_m=tall / height_m,
        height_m=height_m,
        framing=framing,
        subject=subject,
        minor=minor,
    )


def _measures(alpha: Floats) -> tuple[float, float, float]:
    """Return the person's height in pixels, and the anchor's x and y, over all frames."""
    solid = alpha > 0.5
    tops = np.array([np.flatnonzero(m.any(axis=1))[0] for m in solid])
    bottoms = np.array([np.flatnonzero(m.any(axis=1))[-1] + 1 for m in solid])
    ground = float(np.median(bottoms))
    middles = [float(np.flatnonzero(m[b - max(2, (b - t) // 12) : b].any(axis=0)).mean()) + 0.5
               for m, t, b in zip(solid, tops, bottoms, strict=True)]  # fmt: skip
    return float(np.median(bottoms - tops)), float(np.median(middles)), ground


def _mattes(clip: Clip, model: Segmenter) -> Floats:
    """Return a matte for each frame, shape (T, H, W)."""
    steady: Floats | None = None
    out = np.empty(clip.frames.shape[:3], np.float32)
    for t, picture in enumerate(clip.frames):
        raw = model(picture)
        steady = raw if steady is None else np.float32(_STEADY) * raw + np.float32(1 - _STEADY) * steady
        out[t] = _refined(_one_body(steady), picture)
    return out


def _one_body(mask: Floats) -> Floats:
    """Keep the largest region, and close the holes in it."""
    solid = (mask > 0.5).astype(np.uint8)
    n, labels, stats, _ = cv2.connectedComponentsWithStats(solid)
    if n < 2:
        return np.zeros_like(mask)
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    body = (labels == largest).astype(np.uint8)
    outlines, _ = cv2.findContours(body, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros_like(body)
    cv2.drawContours(filled, outlines, -1, 1, cv2.FILLED)
    near = cv2.dilate(body, np.ones((9, 9), np.uint8))
    closed = np.where((filled > 0) & (body == 0), 1.0, mask)
    inner = cv2.erode(filled, np.ones((9, 9), np.uint8))
    return np.asarray(np.where(inner > 0, 1.0, closed * near), np.float32)


def _refined(mask: Floats, picture: NDArray[np.uint8]) -> Floats:
    """Return the mask at the picture's size, its edge moved to the picture's own."""
    high, wide = picture.shape[:2]
    rough = np.asarray(cv2.resize(mask, (wide, high), interpolation=cv2.INTER_LINEAR), np.float32)
    guide = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.float32) / np.float32(255)
    reach = 2 * max(2, round(max(high, wide) / 128)) + 1

    def mean(values: Floats) -> Floats:
        return np.asarray(cv2.blur(values, (reach, reach)), np.float32)

    mean_guide, mean_rough = mean(guide), mean(rough)
    slope = (mean(guide * rough) - mean_guide * mean_rough) / (mean(guide * guide) - mean_guide**2 + 2e-3)
    offset = mean_rough - slope * mean_guide
    fine = mean(slope) * guide + mean(offset)
    t = np.clip((fine - 0.15) / 0.70, 0, 1)
    # Only in a band around the edge: elsewhere the picture's own contrasts would make holes.
    band = np.ones((reach, reach), np.uint8)
    inner = cv2.erode((rough > 0.9).astype(np.uint8), band, borderValue=1)
    outer = cv2.dilate((rough > 0.1).astype(np.uint8), band)
    return np.asarray(np.where(inner > 0, 1.0, np.where(outer > 0, t * t * (3 - 2 * t), 0.0)), np.float32)
