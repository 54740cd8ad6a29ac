"""Follow the objects of a clip of the world by rules: subtract the empty place, leave out shadows, link what is left.

No learning: a second opinion beside the network that judges generated clips, and the source of every measure of motion
in `medialit.forensics.motion`. Lengths are in *heights*, the height of the picture (4 m of the world), so that
nothing depends on the clip's size.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.forensics.place import SIDE, Place, empty, find_place, square
from medialit.media import Clip
from medialit.world import COLOURS, Scene, Thing, simulate
from medialit.world.motion import WALL_FACE_M
from medialit.world.render import render_staging
from medialit.world.staging import stage
from medialit.world.view import GROUND_M, VIEW_M

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Flags = NDArray[np.bool_]

PATCH = 24  # pixels to a side of the little picture of the object that is kept for each frame
_PX_M = VIEW_M / SIDE  # metres a pixel, in the front lane
_LEAST_DIFFERENCE = 20.0  # of 255, in any channel
_LEAST_AREA = 14  # pixels of 128 x 128; the smallest object in the back lane has some 80
_MOST_AREA = 1500  # more than any object: light that a lantern sheds is among it
_SECOND_SHARE = 0.22  # the second object has at least this share of the first one's pixels


@dataclass(frozen=True, eq=False)
class Track:
    """One object through a clip.

    Parameters
    ----------
    times_s : ndarray of float64, shape (T,)
    xy : ndarray of float64, shape (T, 2)
        Middle of the object in picture heights from the upper left corner, y down; NaN where it isn't seen.
    area : ndarray of float64, shape (T,)
        In square heights; 0 where it isn't seen.
    rgb : ndarray of float64, shape (T, 3)
        Mean colour, 0 to 1 of the clip's own white; NaN where it isn't seen.
    patches : ndarray of float32, shape (T, 24, 24, 4)
        The object cut out at a fixed scale and centred: colour, 0 to 1, and mask; 0 where it isn't seen.
    span : float
        Side of a patch in heights.
    """

    times_s: Doubles
    xy: Doubles
    area: Doubles
    rgb: Doubles
    patches: Floats
    span: float

    @property
    def seen(self) -> Flags:
        """Whether the object is seen, shape (T,)."""
        return self.area > 0


@dataclass(frozen=True, eq=False)
class Reading:
    """What rules make of a clip: the place, whether a wall stands there, and one or two objects, the larger first."""

    place: Place
    wall: str | None  # "left", "right" or None
    tracks: tuple[Track, ...]


def follow(clip: Clip, *, n_objects: int | None = None, place: Place | None = None) -> Reading:
    """Find and follow the objects of a clip.

    Parameters
    ----------
    clip : Clip
        Of the world, rendered or generated, 4 frames or more.
    n_objects : int, optional
        1 or 2, where it is known; by default the pixels decide.
    place : Place, optional
        From `find_place`, where it is known already.

    Returns
    -------
    Reading

    Examples
    --------
    >>> from medialit.world import render
    >>> scene = Scene("desert", (Thing("cube", "blue", "roll_left"),), fps=12.0)
    >>> track = follow(render(scene, size=(128, 128))).tracks[0]
    >>> bool(track.seen.all()), bool(track.xy[-1, 0] < track.xy[0, 0] - 0.4)
    (True, True)
    """
    place = place or find_place(clip)
    frames = square(clip, SIDE).astype(np.float32)
    masks = np.stack([_mask(f, p) for f, p in zip(frames, place.plates, strict=True)])
    wall = _wall(frames, place)
    if wall is not None:
        masks &= ~_wall_pixels(place, wall)
    labels = _split(frames, masks, n_objects)
    times = np.arange(clip.n_frames) / clip.fps
    tracks = [_track(frames, labels == i, times) for i in (1, 2) if (labels == i).any()]
    return Reading(place, wall, tuple(tracks))


def _mask(frame: Floats, plate: Floats) -> Flags:
    """Return where an object is: other than the empty place, and not just darker."""
    difference = frame - plate
    size = np.abs(difference).max(axis=2)
    ratio = (frame + 6) / (plate + 6)
    shade = (
        (ratio.max(axis=2) < 1.03)
        & (ratio.max(axis=2) - ratio.min(axis=2) < 0.13)
        & (ratio.min(axis=2) > 0.3)
    )
    mask = (size > _LEAST_DIFFERENCE) & ~shade
    if mask.sum() > _MOST_AREA:
        mask &= size > 0.5 * np.percentile(size[mask], 90)
    return np.asarray(cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, _CROSS)).astype(bool)


_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))


def _wall_pixels(place: Place, side: str) -> Flags:
    """Return where a wall on that side would stand, shape (T, 128, 128)."""
    face = WALL_FACE_M if side == "right" else -WALL_FACE_M
    x = ((np.arange(SIDE) + 0.5) / SIDE - 0.5) * VIEW_M + place.camera_m[:, None]  # (T, W), metres
    beyond = x > face - 0.02 if side == "right" else x < face + 0.02
    height = (SIDE - np.arange(SIDE) - 0.5) / SIDE * VIEW_M - GROUND_M  # (H,)
    return np.asarray(beyond[:, None, :] & (np.abs(height - 0.8) < 1.05)[None, :, None])


def _wall(frames: Floats, place: Place) -> str | None:
    """Return on which side everything in front of the painting differs from it, in most frames."""
    other = np.abs(frames - place.plates).max(axis=3) > 0.6 * _LEAST_DIFFERENCE
    height = (SIDE - np.arange(SIDE) - 0.5) / SIDE * VIEW_M - GROUND_M
    tall = ((height > 0.2) & (height < 1.6))[None, :, None]
    shares = {}
    for side in ("left", "right"):
        there = _wall_pixels(place, side) & tall
        counted = there.sum(axis=(1, 2))
        share = (other & there).sum(axis=(1, 2))[counted > 60] / counted[counted > 60]
        shares[side] = float(np.percentile(share, 30)) if len(share) else 0.0
    side = max(shares, key=lambda s: shares[s])
    return side if shares[side] > 0.65 else None


def _split(frames: Floats, masks: Flags, n_objects: int | None) -> NDArray[np.uint8]:
    """Return labels, 1 for the first object, 2 for the second, 0 elsewhere, shape (T, H, W)."""
    blobs = [_blobs(mask) for mask in masks]
    two = n_objects == 2 or (n_objects is None and _looks_like_two(blobs))
    if not two:
        return np.stack([_largest(parts, mask) for parts, mask in zip(blobs, masks, strict=True)])
    clear = [t for t, parts in enumerate(blobs) if _apart(parts)]
    if not clear:
        return np.stack([_largest(parts, mask) for parts, mask in zip(blobs, masks, strict=True)])
    palettes = _palettes(frames, blobs, clear)
    return np.stack([_by_palette(f, m, palettes) for f, m in zip(frames, masks, strict=True)])


Blob = tuple[int, Flags]  # pixels, and where


def _blobs(mask: Flags) -> list[Blob]:
    """Return connected parts, the largest first; parts that nearly touch count as one."""
    joined = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8))
    n, labels = cv2.connectedComponents(joined)
    parts = [(int((here := (labels == i) & mask).sum()), here) for i in range(1, n)]
    return sorted((p for p in parts if p[0] >= _LEAST_AREA), key=lambda p: -p[0])


def _apart(parts: list[Blob]) -> bool:
    return len(parts) >= 2 and parts[1][0] >= max(40, _SECOND_SHARE * parts[0][0])


def _looks_like_two(blobs: list[list[Blob]]) -> bool:
    return float(np.mean([_apart(parts) for parts in blobs])) > 0.3


def _largest(parts: list[Blob], mask: Flags) -> NDArray[np.uint8]:
    """Return the largest part, and the smaller ones beside it."""
    out = np.zeros(mask.shape, np.uint8)
    if not parts:
        return out
    middle = np.array(np.nonzero(parts[0][1])).mean(axis=1)
    for area, here in parts:
        near = np.hypot(*(np.array(np.nonzero(here)).mean(axis=1) - middle)) < 0.6 / _PX_M
        if area >= 0.5 * parts[0][0] and here is not parts[0][1]:
            continue  # another thing, or its double
        if near:
            out[here] = 1
    return out


def _palettes(frames: Floats, blobs: list[list[Blob]], clear: list[int]) -> tuple[Floats, Floats]:
    """Return histograms of colour, (8, 8, 8), of the two objects, from frames in which they are apart."""
    first = _histogram(frames[clear[0]][blobs[clear[0]][0][1]])
    second = _histogram(frames[clear[0]][blobs[clear[0]][1][1]])
    for t in clear[1:]:
        a, b = (_histogram(frames[t][blobs[t][i][1]]) for i in (0, 1))
        straight = np.minimum(a, first).sum() / a.sum() + np.minimum(b, second).sum() / b.sum()
        crossed = np.minimum(b, first).sum() / b.sum() + np.minimum(a, second).sum() / a.sum()
        first = first + (a if straight >= crossed else b)
        second = second + (b if straight >= crossed else a)
    return first, second


def _histogram(pixels: Floats) -> Floats:
    bins = np.clip(pixels / 32, 0, 7).astype(int)
    out = np.zeros((8, 8, 8), np.float32)
    np.add.at(out, tuple(bins.T), 1.0)
    for axis in range(3):  # neighbours count a little
        out = out + 0.3 * (np.roll(out, 1, axis) + np.roll(out, -1, axis))
    return out


def _by_palette(frame: Floats, mask: Flags, palettes: tuple[Floats, Floats]) -> NDArray[np.uint8]:
    """Give each pixel of the mask to the object whose colours it has, smoothed over its neighbours."""
    bins = np.clip(frame / 32, 0, 7).astype(int)
    first, second = (p[bins[..., 0], bins[..., 1], bins[..., 2]] / p.sum() for p in palettes)
    lean = np.log((first + 1e-5) / (second + 1e-5)) * mask
    lean = cv2.GaussianBlur(lean.astype(np.float32), (0, 0), 2.0)
    out = np.where(mask, np.where(lean >= 0, 1, 2), 0).astype(np.uint8)
    for label in (1, 2):  # each object is one thing
        parts = _blobs(out == label)
        keep = _largest(parts, mask) if parts else np.zeros_like(out)
        out[(out == label) & (keep == 0)] = 0
    return out


def _track(frames: Floats, masks: Flags, times: Doubles) -> Track:
    n = len(frames)
    xy, rgb = np.full((n, 2), np.nan), np.full((n, 3), np.nan)
    area = masks.sum(axis=(1, 2)).astype(float)
    area[area < 0.25 * np.median(area[area > 0])] = 0  # a scrap is not the object
    white = float(np.percentile(frames, 99.5))
    half = int(np.ceil(2.2 * np.sqrt(np.median(area[area > 0]) / np.pi)))
    patches = np.zeros((n, PATCH, PATCH, 4), np.float32)
    for t in np.nonzero(area)[0]:
        ys, xs = np.nonzero(masks[t])
        x, y = xs.mean() + 0.5, ys.mean() + 0.5
        xy[t] = x / SIDE, y / SIDE
        rgb[t] = frames[t][masks[t]].mean(axis=0) / white
        cut = (
            np.concatenate([frames[t] / white, np.ones((SIDE, SIDE, 1), np.float32)], 2) * masks[t][..., None]
        )
        k = 2 * half / PATCH
        matrix = np.array([[k, 0, x - 0.5 - half + k / 2], [0, k, y - 0.5 - half + k / 2]], np.float32)
        patches[t] = cv2.warpAffine(
            cut, matrix, (PATCH, PATCH), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        )
    return Track(times, xy, area / SIDE**2, rgb, patches, 2 * half / SIDE)


@lru_cache(maxsize=40)
def reference_colours(background: str, look: int) -> Floats:
    """Return what each named colour looks like on a ball in the light of a place, shape (7, 3), 0 to 255."""
    out = []
    for name in COLOURS:
        scene = Scene(background, (Thing("ball", name, "stand", "large"),), look=look, fps=0.5)
        staging = stage(simulate(scene))
        frame = render_staging(scene, staging, size=(SIDE, SIDE)).frames[0].astype(np.float32)
        x, y = staging.tracks.px((SIDE, SIDE))[0, 0]
        radius = 0.8 * float(staging.tracks.radius_px((SIDE, SIDE))[0])
        ys, xs = np.mgrid[0:SIDE, 0:SIDE] + 0.5
        out.append(np.median(frame[np.hypot(xs - x, ys - y) < radius], axis=0))
    return np.array(out, np.float32)


__all__ = ["Place", "Reading", "Track", "empty", "find_place", "follow", "reference_colours"]
