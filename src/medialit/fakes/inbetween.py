"""Frames that no camera took: what is between two frames, guessed from optical flow."""

from __future__ import annotations

import cv2
import numpy as np

from medialit.media.clip import Frames
from medialit.world.view import Floats

_SMALLEST_PX = 12  # below this side the flow's window does not fit


def in_between(before: Frames, after: Frames, share: float) -> Frames:
    """Return the picture a share of the way from one frame to the next.

    Both frames are warped towards the instant along dense optical flow and mixed: what interpolators did before
    networks, and with the same failures (edges that smear, what comes out from behind something).

    Parameters
    ----------
    before, after : ndarray of uint8, shape (H, W, 3)
    share : float
        0 gives `before` and 1 `after`, both exactly.

    References
    ----------
    Kroeger et al. (2016), ECCV: dense inverse search, the flow that is used.
    """
    if share <= 0:
        return before
    if share >= 1:
        return after
    if min(before.shape[:2]) < _SMALLEST_PX:
        return _round(before * np.float32(1 - share) + after * np.float32(share))
    a, b = (cv2.cvtColor(np.ascontiguousarray(f), cv2.COLOR_RGB2GRAY) for f in (before, after))
    finder = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    none = np.zeros((*a.shape, 2), np.float32)
    flow = np.asarray(finder.calc(a, b, none), np.float32)  # (H, W, 2), pixels from `before` to `after`
    # The motion at a pixel of the picture in between is taken to be that of the same pixel before.
    early = _moved(before, -share * flow)
    late = _moved(after, (1 - share) * flow)
    return _round(early * np.float32(1 - share) + late * np.float32(share))


def _moved(frame: Frames, by: Floats) -> Floats:
    height, width = frame.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.asarray(
        cv2.remap(
            np.ascontiguousarray(frame),
            x + by[..., 0],
            y + by[..., 1],
            cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        np.float32,
    )


def _round(picture: Floats) -> Frames:
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)
