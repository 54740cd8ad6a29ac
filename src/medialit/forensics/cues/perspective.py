"""Perspective lines: lines that are parallel in the world meet in one point of the picture, in every frame.

Straight segments are found, and the vanishing points that most of them lead to. In a photograph of streets and rooms
few points explain nearly all long lines. A pasted or imagined building has lines that lead nowhere.

References
----------
Farid (2016), Photo Forensics, chapter 5. Tardif (2009), Non-iterative approach for fast vanishing point detection, ICCV.
Sarkar et al. (2024), Shadows don't lie and lines can't bend, CVPR (arXiv:2311.17138): generators get them wrong.
von Gioi et al. (2010), LSD, IEEE TPAMI 32:722 (the segments).
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from medialit.forensics.cues.footage import Footage
from medialit.forensics.cues.pixels import luma, strongest
from medialit.forensics.cues.records import Card, Doubles, Floats, Reading, Said, Series, _msgid, unread

CARD = Card(
    name="perspective",
    title=_msgid("Perspective lines"),
    measures=_msgid(
        "The share of the straight lines' length that leads to none of the picture's three vanishing points."
    ),
    breaks=_msgid(
        "Landscapes and faces have no lines; old towns have crooked ones; a wide lens bends straight ones. A fake of "
        "a face keeps all lines."
    ),
    source="Farid (2016), Photo Forensics, chapter 5; Sarkar et al. (2024), arXiv:2311.17138",
    needs="stills",
    holds=("gain", "fps", "resize", "recompression"),
)

_LABEL = _msgid("length of lines that lead nowhere (share)")
_FOUND = _msgid("{score} of the length of {n} straight lines leads to none of three vanishing points.")
_FEW = _msgid("There are only {n} long straight lines, too few for this cue; it needs {least}.")
_SIDE = 640
_LEAST = 12
_SHORTEST = 0.045  # of the longer side
_ANGLE_DEG = 2.5
_N_STILLS = 5
_N_POINTS = 3


def read(footage: Footage) -> Reading:
    """Return the median share of orphan lines over the stills."""
    frames = footage.stills.frames
    chosen = np.unique(np.linspace(0, len(frames) - 1, min(_N_STILLS, len(frames))).astype(int))
    lines = [_segments(luma(frames[k])) for k in chosen]
    enough = [len(each) >= _LEAST for each in lines]
    if not any(enough):
        return unread(CARD.name, _FEW, n=str(max(map(len, lines))), least=str(_LEAST))
    orphans = [_orphans(each) if ok else None for each, ok in zip(lines, enough, strict=True)]
    shares = np.array([np.nan if one is None else one[0] for one in orphans])
    score = float(np.nanmedian(shares))
    shape = frames.shape[1:3]
    maps = [
        np.zeros((8, 8), np.float32) if one is None else _map(each[one[1]], shape)
        for each, one in zip(lines, orphans, strict=True)
    ]
    times = footage.still_times_s[chosen]
    return Reading(
        cue=CARD.name,
        score=score,
        said=Said(
            message=_FOUND, slots={"score": f"{score:.0%}", "n": f"{np.median([len(x) for x in lines]):.0f}"}
        ),
        series=Series(times_s=times, values=shares, label=_LABEL),
        heat=strongest(shares, times, frames[chosen], maps),
        features={"spread": float(np.nanstd(shares))},
    )


def _segments(grey: Floats) -> Doubles:
    """Return long straight segments, shape (N, 4): x and y of both ends, in shares of the longer side."""
    scale = min(1.0, _SIDE / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found: Any = cv2.createLineSegmentDetector().detect(small.astype(np.uint8))[0]
    if found is None:
        return np.zeros((0, 4))
    ends = found.reshape(-1, 4).astype(np.float64) / max(small.shape)
    length = np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1])
    kept = np.argsort(-length)[:150]
    return np.asarray(ends[kept[length[kept] >= _SHORTEST]], np.float64)


def _orphans(ends: Doubles) -> tuple[float, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]:
    """Return the share of the length that leads to none of three vanishing points, and which segments that is."""
    a = np.concatenate([ends[:, :2], np.ones((len(ends), 1))], axis=1)
    b = np.concatenate([ends[:, 2:], np.ones((len(ends), 1))], axis=1)
    line = np.cross(a, b)
    middle = (a + b) / 2
    way = (b - a)[:, :2]
    length = np.hypot(*way.T)
    left = np.ones(len(ends), bool)
    rng = np.random.default_rng(len(ends))  # any draw would do; this one is the same each time
    for _ in range(_N_POINTS):
        if left.sum() < 2:
            break
        some = np.flatnonzero(left)
        draws = rng.choice(some, (120, 2), p=length[some] / length[some].sum())
        points = np.cross(line[draws[:, 0]], line[draws[:, 1]])  # (120, 3), homogeneous
        to = (
            points[:, None, :2] - points[:, None, 2:] * middle[None, :, :2]
        )  # towards each point, (120, N, 2)
        cosine = np.abs((to * way[None]).sum(axis=2)) / (np.hypot(to[..., 0], to[..., 1]) * length + 1e-12)
        agree = (cosine > np.cos(np.radians(_ANGLE_DEG))) & left
        agree[np.linalg.norm(points, axis=1) < 1e-12] = False
        left &= ~agree[(agree * length).sum(axis=1).argmax()]
    return float(length[left].sum() / length.sum()), left


def _map(ends: Doubles, shape: tuple[int, ...]) -> Floats:
    """Return the segments drawn, in a quarter of the picture's size."""
    heat = np.zeros((shape[0] // 4 + 1, shape[1] // 4 + 1), np.float32)
    for x0, y0, x1, y1 in ends * (max(shape) / 4):
        cv2.line(heat, (round(x0), round(y0)), (round(x1), round(y1)), 1.0, 2)
    return heat
