"""Features of a face against what is around it: a face from another picture brings its own grain along."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.forensics.cues import Footage
from medialit.forensics.cues.records import Face
from medialit.forensics.grain import Grain

Floats = NDArray[np.float32]

NAMES = ("face_noise", "face_again", "face_own", "lips_noise", "lips_again", "lips_own", "face_noise_spread")
_RING = 1.6  # times the face: what is around it
_LEAST_BLOCKS = 2.0
_LEAST_FACES = 8


def of_faces(footage: Footage) -> dict[str, float]:
    """Return how much the grain in a face, and in its lips, differs from that around; NaN without enough faces.

    What brightness and detail explain of the grain is taken away first.
    """
    nothing = dict.fromkeys(NAMES, float("nan"))
    grain = footage.grain
    if grain is None or not footage.faces:
        return nothing
    seen = [
        (min(grain.n_frames - 1, round(float(time) * footage.fps)), face)
        for time, face in zip(footage.face_times_s, footage.faces, strict=True)
        if face is not None and time * footage.fps < grain.n_frames + 1
    ]
    if len(seen) < _LEAST_FACES:
        return nothing
    rests = grain.unexplained
    rows = []
    for t, face in seen:
        inside, lips, ring = _places(face, grain)
        if min(inside.sum(), ring.sum()) < _LEAST_BLOCKS or lips.sum() < _LEAST_BLOCKS / 4:
            continue
        skin = np.clip(inside - lips, 0, 1)
        rows.append(
            [_mean(rest[t], inside) - _mean(rest[t], ring) for rest in rests.values()]
            + [_mean(rest[t], lips) - _mean(rest[t], skin) for rest in rests.values()]
        )
    if len(rows) < _LEAST_FACES:
        return nothing
    table = np.array(rows)
    values = [*np.median(table, axis=0), table[:, 0].std()]
    return dict(zip(NAMES, map(float, values), strict=True))


def _places(face: Face, grain: Grain) -> tuple[Floats, Floats, Floats]:
    """Return how much of each block is face, lips, and the ring around the face, shape (rows, columns) each."""
    rows, columns = grain.noise.shape[1:]
    middle = face.outline.mean(axis=0)
    wide = max(1e-3, float(np.hypot(*(face.lips[1] - face.lips[0]))))
    lips_middle = face.lips.mean(axis=0)
    around = lips_middle + (face.lips - lips_middle) * 1.5
    hull = np.concatenate([around, lips_middle + wide * np.array([[0.0, 0.45], [0.0, -0.45]])])
    inside = _filled(face.outline, rows, columns)
    outer = _filled(middle + (face.outline - middle) * _RING, rows, columns)
    return inside, _filled(_convex(hull), rows, columns), np.clip(outer - inside, 0, 1)


def _convex(points: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.asarray(cv2.convexHull(points.astype(np.float32))[:, 0])


def _filled(points: NDArray[np.floating], rows: int, columns: int) -> Floats:
    """Return how much of each block a closed outline covers; points are shares of width and height."""
    finer = 8
    canvas = np.zeros((rows * finer, columns * finer), np.uint8)
    scaled = np.round(np.asarray(points, np.float64) * (columns * finer, rows * finer)).astype(np.int32)
    cv2.fillPoly(canvas, [np.clip(scaled, -30000, 30000)], 255)
    return np.asarray(
        cv2.resize(canvas, (columns, rows), interpolation=cv2.INTER_AREA), np.float32
    ) / np.float32(255)


def _mean(values: Floats, weight: Floats) -> float:
    return float((values * weight).sum() / weight.sum())
