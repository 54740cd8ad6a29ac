"""The learned detector: a small network over residuals of squares through three frames, run with onnxruntime.

The network is trained by `medialit.forensics.detectors.train` to say of each square whether it was written by a fake;
what is said of a clip is the mean over the most suspicious squares.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.forensics.cues import Footage

SIDE: Final = 64
DEPTH: Final = 3
"""Frames of a tube: a still and the `medialit.forensics.cues.footage.AFTER` that follow it."""
N_STILLS: Final = 4
N_PLACES: Final = 24
TOP: Final = 0.2
"""Share of the squares, the most suspicious ones, whose mean is the score."""

Tubes = NDArray[np.uint8]  # (N, DEPTH, SIDE, SIDE)


@dataclass(frozen=True, eq=False, kw_only=True)
class Learned:
    """A network that was loaded.

    Parameters
    ----------
    session : onnxruntime.InferenceSession
        Takes ``tubes`` float32 (N, 3, 64, 64), brightness from 0 to 255; gives ``logit`` float32 (N,).
    """

    session: Any
    name: str = "network"

    def logits(self, tubes: Tubes) -> NDArray[np.float32]:
        """Return how suspicious each tube is, as log-odds, shape (N,)."""
        given = {"tubes": tubes.astype(np.float32)}
        return np.asarray(self.session.run(["logit"], given)[0], np.float32).reshape(-1)

    def score(self, footage: Footage) -> float | None:
        """Return the mean log-odds of the most suspicious squares; None where there is no whole square."""
        tubes = tubes_of(footage)
        if len(tubes) == 0:
            return None
        return pooled(self.logits(tubes))


def pooled(logits: NDArray[np.float32]) -> float:
    """Return the mean of the highest `TOP` of the log-odds, at least one of them."""
    n = max(1, round(TOP * len(logits)))
    return float(np.clip(np.sort(logits)[-n:], -12, 12).mean())


def tubes_of(footage: Footage) -> Tubes:
    """Return squares through stills and the frames after them, at full size, evenly spread, and in a face."""
    whole = [k for k, after in enumerate(footage.after) if len(after) >= DEPTH - 1]
    height, width = footage.stills.frames.shape[1:3]
    if not whole or min(height, width) < SIDE:
        return np.zeros((0, DEPTH, SIDE, SIDE), np.uint8)
    chosen = [
        whole[int(k)]
        for k in np.unique(np.linspace(0, len(whole) - 1, min(N_STILLS, len(whole))).astype(int))
    ]
    found = []
    for k in chosen:
        grey = np.asarray(cv2.cvtColor(footage.stills.frames[k], cv2.COLOR_RGB2GRAY), np.uint8)
        tube = np.concatenate([grey[None], footage.after[k][: DEPTH - 1]])
        for top, left in _places(height, width, footage, float(footage.still_times_s[k])):
            found.append(tube[:, top : top + SIDE, left : left + SIDE])
    return np.stack(found)


def _places(height: int, width: int, footage: Footage, time_s: float) -> list[tuple[int, int]]:
    rows, columns = (max(1, -(-(n - SIDE) // (SIDE // 2)) + 1) for n in (height, width))
    places = [
        (round(y), round(x))
        for y in np.linspace(0, height - SIDE, rows)
        for x in np.linspace(0, width - SIDE, columns)
    ]
    if len(places) > N_PLACES:
        places = [places[int(k)] for k in np.linspace(0, len(places) - 1, N_PLACES)]
    face = footage.face_at(time_s)
    if face is not None:
        spots = [
            face.outline.mean(axis=0),
            face.lips.mean(axis=0),
            face.outline.min(axis=0),
            face.outline.max(axis=0),
        ]
        for x, y in spots:
            top, left = round(float(y) * height) - SIDE // 2, round(float(x) * width) - SIDE // 2
            places.append((int(np.clip(top, 0, height - SIDE)), int(np.clip(left, 0, width - SIDE))))
    return places


@cache
def load_learned(path: Path | None = None) -> Learned | None:
    """Return the network that ships, or that of a file; None where there is none."""
    import onnxruntime

    held = files("medialit.forensics.detectors").joinpath("network.onnx") if path is None else path
    if not held.is_file():
        return None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return Learned(
        session=onnxruntime.InferenceSession(held.read_bytes(), options, providers=["CPUExecutionProvider"])
    )
