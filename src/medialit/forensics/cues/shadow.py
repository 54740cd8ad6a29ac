"""Shadow lines: one light puts every shadow on a line with what casts it.

Under one light, the line through a point and its shadow leads to the light's place in the picture, for every point
and at every time. In the miniature world the pairs are found by rules: the shadow of an object that rises runs away
from below it in proportion to its height, and one that drifts otherwise is wrong. In other clips a person has to name
the pairs: `meeting_point` takes them.

References
----------
Kee, O'Brien and Farid (2013), Exposing photo manipulation with inconsistent shadows, ACM TOG 32:28, section 3.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import ArrayLike

from medialit.errors import StatisticsError
from medialit.forensics.cues.footage import Footage
from medialit.forensics.cues.pixels import unit
from medialit.forensics.cues.records import (
    NOT_WORLD,
    Card,
    Floats,
    Heat,
    Reading,
    Said,
    Series,
    _msgid,
    unread,
)
from medialit.forensics.place import SIDE, square
from medialit.forensics.tracker import Track
from medialit.media import Clip

CARD = Card(
    name="shadow",
    title=_msgid("Shadow lines"),
    measures=_msgid(
        "How far a shadow strays from where one light would put it, in percent of the picture's height."
    ),
    breaks=_msgid(
        "Several lamps, clouds and uneven ground bend honest shadows; faint and soft ones are not found. Outside the "
        "miniature world a person has to name the pairs of points."
    ),
    source="Kee, O'Brien and Farid (2013), ACM Transactions on Graphics 32:28",
    needs="world",
    holds=("gain", "fps", "resize", "recompression"),
    heavy=True,
)

_LABEL = _msgid("shadow beside where the light puts it (% of height)")
_FOUND = _msgid("The shadow strays by {score} % of the picture's height from where one light would put it.")
_NO_SHADOW = _msgid("No shadow can be followed in this clip, so this cue cannot say anything.")
_LEAST = 8
_APART = 0.25  # heights between two objects whose shadows can be told apart


def read(footage: Footage) -> Reading:
    """Return how far the shadow strays, as a robust standard deviation, from a straight line in the object's height."""
    world = footage.world
    if world is None:
        return unread(CARD.name, NOT_WORLD)
    track = world.tracks[0]
    step = max(1, round(footage.fps / 12))
    frames = footage.motion.frames[::step][: len(track.times_s)]
    pictures = square(Clip(np.ascontiguousarray(frames), 1.0), SIDE)
    darks = [_dark(p, plate) for p, plate in zip(pictures, world.place.plates, strict=False)]
    beside = np.array([_beside(dark, world.tracks, t) for t, dark in enumerate(darks)])
    good = ~np.isnan(beside)
    if good.sum() < _LEAST:
        return unread(CARD.name, _NO_SHADOW)
    height = 1 - track.xy[good, 1]
    design = np.stack([np.ones(good.sum()), height], axis=1)
    line = np.linalg.lstsq(design, beside[good], rcond=None)[0]
    off = np.full(len(beside), np.nan)
    off[good] = 100 * (beside[good] - design @ line)
    score = 1.48 * float(np.nanmedian(np.abs(off)))  # a standard deviation that a few lost frames don't move
    k = int(np.nanargmax(np.abs(off)))
    return Reading(
        cue=CARD.name,
        score=score,
        said=Said(message=_FOUND, slots={"score": f"{score:.1f}"}),
        series=Series(times_s=track.times_s[: len(off)], values=off, label=_LABEL, limit=0.0),
        heat=(
            Heat(
                time_s=float(track.times_s[k]), picture=pictures[k], values=unit(darks[k], low=0.05, high=0.4)
            ),
        ),
    )


def meeting_point(points: ArrayLike, shadows: ArrayLike) -> tuple[tuple[float, float], float]:
    """Return where the lines through points and their shadows meet, and how far they miss it.

    Parameters
    ----------
    points, shadows : array_like, shape (N, 2)
        Corresponding places in one picture, in pixels; at least three pairs.

    Returns
    -------
    place : (float, float)
        The point nearest to all lines by least squares: the light's place in the picture, or the opposite point for a
        light behind the camera. Far away for the sun.
    miss : float
        Root mean square of the angles, in degrees, between each line and the direction to that place.

    Raises
    ------
    StatisticsError
        If there are fewer than three pairs, or two points of a pair are the same.

    Examples
    --------
    >>> place, miss = meeting_point([(0, 10), (5, 10), (10, 10)], [(-5, 20), (5, 20), (15, 20)])
    >>> [round(x) for x in place], round(miss, 6)
    ([5, 0], 0.0)
    """
    a, b = np.asarray(points, np.float64), np.asarray(shadows, np.float64)
    if a.shape != b.shape or a.ndim != 2 or a.shape[1:] != (2,) or len(a) < 3:
        raise StatisticsError(
            f"Shadow lines need three pairs of points (x, y) or more, not {a.shape} and {b.shape}."
        )
    way = b - a
    length = np.hypot(*way.T)
    if (length < 1e-9).any():
        raise StatisticsError("A point and its shadow are at the same place; such a pair gives no line.")
    normal = np.stack([-way[:, 1], way[:, 0]], axis=1) / length[:, None]
    place = np.linalg.lstsq(normal, (normal * a).sum(axis=1), rcond=None)[0]
    to = place - a
    sine = np.abs((normal * to).sum(axis=1)) / np.maximum(np.hypot(*to.T), 1e-9)
    miss = float(np.degrees(np.sqrt(np.mean(np.arcsin(np.clip(sine, 0, 1)) ** 2))))
    return (float(place[0]), float(place[1])), miss


def _dark(picture: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], plate: Floats) -> Floats:
    """Return by what share a pixel is darker than the empty place, where all three colours agree on it."""
    ratio = (picture.astype(np.float32) + 8) / (plate + 8)
    grey = ratio.mean(axis=2)
    same = np.ptp(ratio, axis=2) < 0.15
    dark = np.where(same & (grey < 0.96) & (grey > 0.3), 1 - grey, 0).astype(np.float32)
    return np.asarray(cv2.medianBlur((dark * 255).astype(np.uint8), 3), np.float32) / np.float32(255)


def _beside(dark: Floats, tracks: tuple[Track, ...], t: int) -> float:
    """Return how far the shadow's middle is to the right of the first object's, in heights; NaN where it isn't told."""
    track = tracks[0]
    if not track.seen[t]:
        return float("nan")
    x, y = track.xy[t]
    others = [float(one.xy[t, 0]) for one in tracks[1:] if one.seen[t]]
    if any(abs(other - x) < _APART for other in others):
        return float("nan")
    reach = 0.5 * _APART + 0.1 if others else 0.45
    radius = np.sqrt(track.area[t] / np.pi)
    ys, xs = (np.mgrid[0:SIDE, 0:SIDE] + 0.5) / SIDE
    rows = dark > 0.06
    rows &= (
        (np.hypot(xs - x, ys - y) > 1.15 * radius)
        & (ys > max(0.6, y - 0.2 * radius))
        & (np.abs(xs - x) < reach)
    )
    rows &= (
        cv2.erode(rows.astype(np.uint8), np.ones((2, 2), np.uint8)) > 0
    )  # threads are the painting's edges
    if rows.sum() < 8 or rows[:, :2].any() or rows[:, -2:].any():
        return float("nan")
    weight = dark * rows
    return float((weight * xs).sum() / weight.sum() - x)
