"""Whether clips are new: how far each is from the nearest clip that the generator was trained on.

A small distance alone says nothing, since the world has few paintings: a fresh render of the same shot is near some
training clip too. So distances are compared with those of fresh renders; a copying model's would be clearly smaller.
The library is rendered small, 64 pixels, and paintings differ a little by size: a distance has a floor of 1 to 5, the
same for both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.media import Clip
from medialit.world import Scene, render

Floats = NDArray[np.float32]

N_FRAMES = 8
SIDE = 16


def thumbnail(clip: Clip) -> Floats:
    """Return eight frames of 16 x 16 pixels, evenly spread, shape (6144,), values 0 to 255."""
    index = np.arange(N_FRAMES) * clip.n_frames // N_FRAMES
    small = [cv2.resize(clip.frames[i], (SIDE, SIDE), interpolation=cv2.INTER_AREA) for i in index]
    return np.stack(small).astype(np.float32).ravel()


def thumbnails(scenes: Iterable[Scene]) -> NDArray[np.uint8]:
    """Return thumbnails of renders of scenes, shape (N, 6144), rounded."""
    return np.array([np.rint(_rendered(scene)) for scene in scenes], np.uint8)


def _rendered(scene: Scene) -> Floats:
    """Render only the frames that a thumbnail has; those of 24 frames at 12 a second are every third."""
    return thumbnail(render(scene, size=(4 * SIDE, 4 * SIDE), fps=N_FRAMES / scene.duration_s))


def nearest(
    clips: Sequence[Floats], library: NDArray[np.uint8], *, chunk: int = 2048
) -> tuple[Floats, NDArray[np.int64]]:
    """Return each clip's distance to the nearest of a library, and which one that is.

    Parameters
    ----------
    clips : sequence of ndarray, shape (6144,)
        From `thumbnail`.
    library : ndarray of uint8, shape (N, 6144)
        From `thumbnails`.
    chunk : int
        Rows of the library that are looked at together.

    Returns
    -------
    distances : ndarray, shape (len(clips),)
        Root mean square difference of a value from 0 to 255.
    index : ndarray, shape (len(clips),)

    Examples
    --------
    >>> from medialit.world import draw_scene
    >>> scenes = [draw_scene(seed, duration_s=2.0, fps=12.0, shake_m=0.0) for seed in range(3)]
    >>> distances, index = nearest([thumbnail(render(scenes[1], size=(64, 64)))], thumbnails(scenes))
    >>> int(index[0]), bool(distances[0] < 3)
    (1, True)
    """
    asked = np.stack(clips)
    best, index = np.full(len(asked), np.inf, np.float32), np.zeros(len(asked), np.int64)
    norms = (asked**2).sum(axis=1)
    for start in range(0, len(library), chunk):
        part = library[start : start + chunk].astype(np.float32)
        squares = norms[:, None] - 2 * asked @ part.T + (part**2).sum(axis=1)[None]
        closest = squares.argmin(axis=1)
        value = squares[np.arange(len(asked)), closest]
        closer = value < best
        best[closer], index[closer] = value[closer], closest[closer] + start
    return np.sqrt(np.maximum(best, 0) / asked.shape[1]), index
