"""Where a clip of the world plays, by comparing it with the world's own paintings; no learning.

The painting that is nearest gives the place; the sideways shift that fits best gives the camera, frame by frame. The
*plates*, the empty place as that camera sees it, are then what `medialit.forensics.tracker` subtracts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.media import Clip, Frames
from medialit.world import BACKGROUNDS, Scene, Thing, simulate
from medialit.world.render import render_staging
from medialit.world.scene import N_LOOKS
from medialit.world.staging import stage

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

SIDE = 128  # pixels to a side in which clips are looked at
_COARSE = 64
_CAMERAS_M = np.linspace(-0.42, 0.42, 29)
_PAN_M = 0.35  # travel that counts as a pan; the world's pans travel 0.7 m
_ENOUGH = 25.0  # a difference that is an object's, not the painting's; larger ones count no more


@dataclass(frozen=True, eq=False)
class Place:
    """Where a clip plays.

    Parameters
    ----------
    background : str
        One of `medialit.world.BACKGROUNDS`.
    look : int
        Which painting of it.
    camera_m : ndarray of float64, shape (T,)
        Sideways position of the camera in each frame, in metres of the world.
    plates : ndarray of float32, shape (T, 128, 128, 3)
        The empty place in each frame, at the clip's own brightness; 0 to 255.
    distance : float
        Mean difference from the painting, 0 to 255, each pixel's cut at 25. Renders lie below 5.
    """

    background: str
    look: int
    camera_m: Doubles
    plates: Floats
    distance: float

    @property
    def pan(self) -> str:
        """How the camera travels: one of `medialit.world.PANS`."""
        travel = float(self.camera_m[-1] - self.camera_m[0])
        return "still" if abs(travel) < _PAN_M else "right" if travel > 0 else "left"


def square(clip: Clip, side: int) -> Frames:
    """Return the middle square of every frame at `side` pixels, shape (T, side, side, 3)."""
    least = min(clip.size)
    top, left = (clip.height - least) // 2, (clip.width - least) // 2
    cut = clip.frames[:, top : top + least, left : left + least]
    how = cv2.INTER_AREA if least >= side else cv2.INTER_CUBIC
    return np.stack([cv2.resize(f, (side, side), interpolation=how) for f in cut]).astype(np.uint8)


def find_place(clip: Clip) -> Place:
    """Say where a clip plays, and how its camera moves.

    Parameters
    ----------
    clip : Clip
        Of the world, rendered or generated; another clip gets the painting that is least unlike it.

    Examples
    --------
    >>> from medialit.world import render
    >>> place = find_place(render(Scene("souk", (Thing("cat", "red", "stand"),), pan="left", fps=6.0, look=2)))
    >>> place.background, place.look, place.pan
    ('souk', 2, 'left')
    """
    small = square(clip, _COARSE).astype(np.float32)
    background, look = _nearest_painting(small)
    paintings = _paintings(background, look, _COARSE).astype(np.float32)
    gain = _gain(small, paintings[len(paintings) // 2][None])
    camera = _camera(small / gain, paintings)
    plates = _plates(background, look, camera, min(2 * SIDE, max(SIDE, min(clip.size)))).astype(np.float32)
    full = square(clip, SIDE).astype(np.float32)
    plates *= _gain(full, plates)
    off = float(np.minimum(np.abs(full - plates), _ENOUGH).mean())
    return Place(background, look, camera, plates, off)


def _plates(background: str, look: int, camera_m: Doubles, side: int) -> Frames:
    """Return the empty place, drawn as large as the clip is and reduced as the clip is, (T, 128, 128, 3)."""
    still = float(np.ptp(camera_m)) < 0.004
    drawn = empty(background, look, camera_m[:1] if still else camera_m, side)
    plates = square(Clip(frames=drawn, fps=1.0), SIDE)
    return np.repeat(plates, len(camera_m), axis=0) if still else plates


def empty(background: str, look: int, camera_m: Doubles, side: int) -> Frames:
    """Return the empty place as cameras at these positions see it, shape (T, side, side, 3)."""
    scene = Scene(background, (Thing("ball", "red", "stand"),), look=look, fps=len(camera_m) / 2.0)
    bare = stage(simulate(scene))
    position = np.stack([camera_m, np.zeros_like(camera_m)], axis=1)
    bare = replace(bare, opacity=np.zeros_like(bare.opacity), tracks=replace(bare.tracks, camera_m=position))
    return render_staging(scene, bare, size=(side, side)).frames


@lru_cache(maxsize=40)
def _paintings(background: str, look: int, side: int) -> Frames:
    return empty(background, look, _CAMERAS_M, side)


@lru_cache(maxsize=1)
def _gallery() -> tuple[list[tuple[str, int]], Floats]:
    """Return every painting at five camera positions, 32 pixels to a side: names, and (32, 5, 32, 32, 3)."""
    names = [(background, look) for background in BACKGROUNDS for look in range(N_LOOKS)]
    cameras = np.linspace(-0.35, 0.35, 5)
    pictures = [[_reduced(f) for f in empty(*name, cameras, _COARSE)] for name in names]
    return names, np.array(pictures, np.float32)


def _reduced(frame: NDArray[np.generic]) -> Floats:
    small = cv2.resize(frame.astype(np.float32), (32, 32), interpolation=cv2.INTER_AREA)
    return np.asarray(small / max(1.0, float(small.mean())), np.float32)


def _nearest_painting(small: Floats) -> tuple[str, int]:
    names, pictures = _gallery()
    total = np.zeros(len(names))
    for t in {0, len(small) // 2, len(small) - 1}:
        difference = np.minimum(np.abs(pictures - _reduced(small[t])), 0.3).mean(axis=(2, 3, 4))
        total += difference.min(axis=1)
    return names[int(total.argmin())]


def _gain(frames: Floats, plates: Floats) -> Floats:
    """Return how much brighter the clip is than the painting, a channel; objects don't count, being few."""
    ratio = np.where(plates > 30, frames / np.maximum(plates, 30), np.nan)
    return np.asarray(np.nanmedian(ratio[::4], axis=(0, 1, 2)), np.float32)


def _camera(small: Floats, paintings: Floats) -> Doubles:
    """Return the camera's position in each frame: the best shift, a parabola between shifts, then a straight line."""
    found = np.empty(len(small))
    for t, frame in enumerate(small):
        cost = np.minimum(np.abs(paintings - frame), _ENOUGH).mean(axis=(1, 2, 3))
        k = int(np.clip(cost.argmin(), 1, len(cost) - 2))
        a, b, c = cost[k - 1 : k + 2]
        bend = a - 2 * b + c
        step = np.clip(0.5 * (a - c) / bend, -1, 1) if bend > 1e-6 else 0.0
        found[t] = _CAMERAS_M[k] + step * (_CAMERAS_M[1] - _CAMERAS_M[0])
    if len(found) < 3:
        return found
    times = np.arange(len(found), dtype=float)
    i, j = np.triu_indices(len(found), k=max(1, len(found) // 3))
    slope = float(np.median((found[j] - found[i]) / (times[j] - times[i])))  # Theil and Sen
    line = slope * times + float(np.median(found - slope * times))
    return line if np.median(np.abs(found - line)) < 0.06 else found
