"""Copy and move: the same details at two places of one picture.

Points of interest are described and compared with each other, instead of with another picture's. Two points whose
descriptions are alike, and much more alike than any third, may be copies. Copies of a region agree on one shift, turn
and scale: the largest set that does is counted.

References
----------
Amerini, Ballan, Caldelli, Del Bimbo and Serra (2011), IEEE TIFS 6:1099 (SIFT, the generalised ratio test).
Lowe (2004), International Journal of Computer Vision 60:91.
"""

from __future__ import annotations

import cv2
import numpy as np

from medialit.forensics.cues.footage import Footage
from medialit.forensics.cues.pixels import strongest
from medialit.forensics.cues.records import Card, Doubles, Floats, Picture, Reading, Said, Series, _msgid

CARD = Card(
    name="copy_move",
    title=_msgid("Copy and move"),
    measures=_msgid(
        "How many details of a picture stand at a second place, shifted, turned or scaled together."
    ),
    breaks=_msgid(
        "Patterns that repeat honestly: tiles (zellige), windows, arcades, printed cloth, two things of one kind. "
        "Copies of plain areas have no details to compare."
    ),
    source="Amerini, Ballan, Caldelli, Del Bimbo and Serra (2011), IEEE TIFS 6:1099",
    needs="stills",
    holds=("gain", "fps", "resize", "recompression"),
)

_LABEL = _msgid("details that agree on one copy (number)")
_FOUND = _msgid(
    "{n} details of one picture agree on one copy, {far} pixels away. By chance it is usually fewer than {usual}."
)
_NONE = _msgid("No two groups of details in a picture agree on a copy.")
_SIDE = 720
_N_STILLS = 4
_RATIO = 0.6
_MIN_AWAY = 0.05  # of the longer side
_LEAST = 4
_USUAL = 8


def read(footage: Footage) -> Reading:
    """Return log2(1 + the number of details that agree on one copy), of the still with most."""
    frames = footage.stills.frames
    chosen = np.unique(np.linspace(0, len(frames) - 1, min(_N_STILLS, len(frames))).astype(int))
    pairs = [_copies(frames[k]) for k in chosen]
    counts = np.array([len(one) for one in pairs], np.float64)
    best = int(counts.argmax())
    times = footage.still_times_s[chosen]
    said = Said(message=_NONE)
    if counts[best]:
        apart = float(np.median(np.hypot(*(pairs[best][:, 0] - pairs[best][:, 1]).T)))
        said = Said(
            message=_FOUND, slots={"n": f"{counts[best]:.0f}", "far": f"{apart:.0f}", "usual": str(_USUAL)}
        )
    shape = frames.shape[1:3]
    return Reading(
        cue=CARD.name,
        score=float(np.log2(1 + counts[best])),
        said=said,
        series=Series(times_s=times, values=counts, label=_LABEL, limit=float(_USUAL)),
        heat=strongest(counts, times, frames[chosen], [_map(one, shape) for one in pairs]),
        features={"mean": float(np.log2(1 + counts).mean())},
    )


def _copies(picture: Picture) -> Doubles:
    """Return pairs of places that agree on one copy, shape (N, 2, 2): x and y in pixels of the picture."""
    scale = min(1.0, _SIDE / max(picture.shape[:2]))
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else grey
    sift = cv2.SIFT.create(nfeatures=1500, contrastThreshold=0.03)
    keys, described = sift.detectAndCompute(grey, None)
    none = np.zeros((0, 2, 2))
    if described is None or len(keys) < 8:
        return none
    places = np.array([key.pt for key in keys])
    away = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    squares = (described**2).sum(axis=1)
    distance = np.sqrt(np.maximum(0, squares[:, None] + squares[None] - 2 * described @ described.T))
    distance[away < _MIN_AWAY * max(grey.shape)] = np.inf
    nearest = np.argpartition(distance, 2, axis=1)[:, :3]
    ordered = np.take_along_axis(
        nearest, np.take_along_axis(distance, nearest, axis=1).argsort(axis=1), axis=1
    )
    first = distance[np.arange(len(keys)), ordered[:, 0]]
    second = distance[np.arange(len(keys)), ordered[:, 1]]
    good = np.flatnonzero((first < _RATIO * second) & (first < 220))
    good = good[[i < ordered[i, 0] or ordered[ordered[i, 0], 0] != i for i in good]]  # each pair once
    if len(good) < _LEAST:
        return none
    a, b = places[good], places[ordered[good, 0]]
    swap = (a[:, 0] > b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] > b[:, 1]))
    a[swap], b[swap] = b[swap].copy(), a[swap].copy()
    _, agree = cv2.estimateAffinePartial2D(a, b, method=cv2.RANSAC, ransacReprojThreshold=3.0)
    kept = agree.ravel().astype(bool) if agree is not None else np.zeros(len(a), bool)
    return np.stack([a, b], axis=1)[kept] / scale if kept.sum() >= _LEAST else none


def _map(pairs: Doubles, shape: tuple[int, ...]) -> Floats:
    """Return a map that is warm around both ends of every pair."""
    rows, columns = shape[0] // 8 + 1, shape[1] // 8 + 1
    heat = np.zeros((rows, columns), np.float32)
    for x, y in pairs.reshape(-1, 2):
        heat[min(rows - 1, int(y / 8)), min(columns - 1, int(x / 8))] = 1
    heat = np.asarray(cv2.GaussianBlur(heat, (0, 0), 1.5), np.float32)
    return heat / max(1e-6, float(heat.max()))
