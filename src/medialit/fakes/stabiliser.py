"""What a stabiliser does to a hand-held clip: how far it moves each frame, so that all that is known can follow.

Phones estimate the path of the camera, smooth it, move each frame onto the smooth path and cut the edge that this lays
bare. `steadying` finds the moves and changes nothing; a `Steadying` then moves pictures, landmarks and masks alike.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.errors import FakeError
from medialit.fakes.faces import FaceTrack
from medialit.fakes.records import Masks, require_strength
from medialit.media import Clip
from medialit.media.clip import Frames
from medialit.media.shift import shift_between
from medialit.world.view import Floats

_SMOOTH_S: Final = 0.5  # over which a stabiliser takes the mean of the path
_MARGIN: Final = 0.92  # that it keeps of both sides at strength 1


@dataclass(frozen=True, eq=False, kw_only=True)
class Steadying:
    """How each frame of a clip is moved.

    Parameters
    ----------
    zoom : float
        1 or more, about the middle of the picture: what is cut at the edges.
    moves_px : ndarray of float64, shape (T, 2)
        How far right and down each frame is shifted, in pixels before the zoom.

    Examples
    --------
    >>> still = Clip(np.zeros((3, 40, 60, 3), np.uint8), 12.0)
    >>> moved = steadying(still, strength=0.5)
    >>> round(moved.zoom, 4), moved.mean_px
    (1.0417, 0.0)
    """

    zoom: float
    moves_px: NDArray[np.float64] = field(repr=False)

    @property
    def mean_px(self) -> float:
        """How far a frame is moved on average, in pixels."""
        return float(np.hypot(*self.moves_px.T).mean())

    def frames(self, clip: Clip) -> Frames:
        """Return the pictures of the clip, moved; where nothing was filmed, the edge is mirrored."""
        self._require_length(clip.n_frames)
        moved = np.empty_like(clip.frames)
        for t in range(clip.n_frames):
            moved[t] = cv2.warpAffine(
                np.ascontiguousarray(clip.frames[t]),
                self._matrix(t, clip.size),
                clip.size,
                flags=cv2.INTER_CUBIC,
                borderMode=cv2.BORDER_REFLECT,
            )
        return moved

    def face(self, track: FaceTrack, *, size: tuple[int, int]) -> FaceTrack:
        """Return where the face is afterwards; `size` is the clip's (width, height)."""
        self._require_length(len(track.points_px))
        # A track counts from the picture's corner, so the middle is half the size; `_matrix` counts from the
        # middle of the first pixel, as OpenCV does.
        middle = np.array(size) / 2
        moved = middle + self.zoom * (track.points_px - middle + self.moves_px[:, None])
        return FaceTrack(moved)

    def masks(self, masks: Masks) -> Masks:
        """Return what is marked afterwards, shape (T, H, W) as before."""
        self._require_length(len(masks))
        size = masks.shape[2], masks.shape[1]
        return np.stack(
            [
                cv2.warpAffine(mask.astype(np.uint8), self._matrix(t, size), size, flags=cv2.INTER_NEAREST)
                > 0
                for t, mask in enumerate(masks)
            ]
        )

    def _matrix(self, t: int, size: tuple[int, int]) -> NDArray[np.float64]:
        """Return the affine matrix from a pixel before to the pixel after, shape (2, 3)."""
        zoom, (dx, dy) = self.zoom, self.moves_px[t]
        middle = (np.array(size) - 1) / 2
        return np.array(
            [[zoom, 0, middle[0] * (1 - zoom) + zoom * dx], [0, zoom, middle[1] * (1 - zoom) + zoom * dy]]
        )

    def _require_length(self, n_frames: int) -> None:
        if n_frames != len(self.moves_px):
            raise FakeError(
                f"A steadying of {len(self.moves_px)} frames moves as many, not {n_frames}: take those of its clip."
            )


def steadying(clip: Clip, *, strength: float) -> Steadying:
    """Find how a stabiliser would move each frame; the clip stays as it is.

    Parameters
    ----------
    clip : Clip
    strength : float
        Share of the shake that is taken out, and of the cut: 8 % of both sides at 1.

    Raises
    ------
    FakeError
        If the strength is out of range.
    """
    require_strength(strength)
    if strength == 0 or clip.n_frames < 2:
        return Steadying(zoom=1.0, moves_px=np.zeros((clip.n_frames, 2)))
    path = _path(clip)
    moves = strength * (_smooth(path, max(1, round(_SMOOTH_S * clip.fps))) - path)
    room = (1 - _MARGIN) / 2 * np.array(clip.size)
    return Steadying(zoom=1 / (1 - strength * (1 - _MARGIN)), moves_px=np.clip(moves, -room, room))


def _path(clip: Clip) -> NDArray[np.float64]:
    """Return how far the picture has wandered in each frame, right and down, in pixels: (T, 2)."""
    steps = np.zeros((clip.n_frames, 2))
    before: Floats | None = None
    if min(clip.size) < 8:
        return steps
    window = np.asarray(cv2.createHanningWindow(clip.size, cv2.CV_32F), np.float32)
    for t, frame in enumerate(clip.frames):
        grey = np.asarray(cv2.cvtColor(np.ascontiguousarray(frame), cv2.COLOR_RGB2GRAY), np.float32)
        if before is not None:
            found = shift_between(before, grey, window=window)
            far = float(np.hypot(found[0], found[1])) > 0.1 * min(clip.size)
            steps[t] = (0.0, 0.0) if far else found
        before = grey
    return np.cumsum(steps, axis=0)


def _smooth(path: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    size = 2 * width + 1
    padded = np.pad(path, ((width, width), (0, 0)), mode="edge")
    kernel = np.ones(size) / size
    return np.stack([np.convolve(padded[:, i], kernel, mode="valid") for i in (0, 1)], -1)
