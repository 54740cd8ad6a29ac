"""Frame duplication: a picture that stands, or a moment that is shown twice.

Sensor noise makes every frame of a camera new. A frame that equals the one before, or a run of frames that comes back
later, was put there: to hide something, to fill a gap, or by a slow connection.

References
----------
Wang and Farid (2007), Exposing digital forgeries in video by detecting duplication, ACM MM&Sec, section 2.
"""

from __future__ import annotations

import cv2
import numpy as np

from medialit.forensics.cues.footage import Footage
from medialit.forensics.cues.pixels import unit
from medialit.forensics.cues.records import (
    STILL,
    TOO_SHORT,
    Card,
    Doubles,
    Floats,
    Heat,
    Reading,
    Said,
    Series,
    _msgid,
    unread,
)

CARD = Card(
    name="duplication",
    title=_msgid("Frame duplication"),
    measures=_msgid(
        "The share of frames that stand still while the rest moves, or that come back later in the clip."
    ),
    breaks=_msgid(
        "A poor connection, a screen recorder and a changed frame rate repeat frames honestly; loops and pendulums "
        "come back. A duplicate under new noise or a new zoom is not seen."
    ),
    source="Wang and Farid (2007), ACM Multimedia and Security, section 2",
    needs="motion",
    holds=("gain", "fps", "resize"),
    fails=("recompression",),
)

_LABEL = _msgid("difference to the frame before (% of contrast)")
_FOUND = _msgid("{frozen} of the frames stand still and {again} come back later, of {n} frames.")
_SIDE = (48, 27)
_LEAST = 12
_RUN_S = 0.3
_AWAY_S = 0.5
_STILL_BELOW = 0.05


def read(footage: Footage) -> Reading:
    """Return the larger of the shares of frames that stand still and that come back."""
    if footage.motion.n_frames < _LEAST:
        return unread(CARD.name, TOO_SHORT, n=str(footage.motion.n_frames), least=str(_LEAST))
    thumbs = _thumbs(footage)
    step = _rms(thumbs[1:], thumbs[:-1])
    usual = float(np.median(step[step > _STILL_BELOW])) if (step > _STILL_BELOW).sum() >= 4 else 0.0
    if usual == 0.0:
        return unread(CARD.name, STILL)
    frozen = np.concatenate([[False], step < np.minimum(0.2 * usual, 0.3 * _around(step))])
    pulldown = _is_regular(frozen)
    again, partner = _again(thumbs, step, footage.fps)
    again &= ~frozen
    share_frozen = 0.0 if pulldown else float(frozen.mean())
    marks = again | (frozen & (not pulldown))
    k = int(np.flatnonzero(marks)[0]) if marks.any() else int(step.argmin()) + 1
    other = int(partner[k]) if again[k] else k - 1
    alike = 1 - unit(np.abs(thumbs[k] - thumbs[other]), low=0.0, high=max(1.0, 3 * usual))
    heat = Heat(
        time_s=k / footage.fps, picture=footage.motion.frames[k], values=alike if marks.any() else 0 * alike
    )
    return Reading(
        cue=CARD.name,
        score=max(share_frozen, float(again.mean())),
        said=Said(
            message=_FOUND,
            slots={"frozen": f"{share_frozen:.0%}", "again": f"{again.mean():.0%}", "n": str(len(thumbs))},
        ),
        series=Series(
            times_s=np.arange(1, len(thumbs)) / footage.fps, values=step, label=_LABEL, limit=0.2 * usual
        ),
        heat=(heat,),
        features={"regular": float(frozen.mean()) if pulldown else 0.0},
    )


def _thumbs(footage: Footage) -> Floats:
    """Return small grey pictures in percent of the clip's contrast, shape (T, 27, 48)."""
    grey = [
        cv2.resize(
            cv2.cvtColor(f, cv2.COLOR_RGB2GRAY).astype(np.float32), _SIDE, interpolation=cv2.INTER_AREA
        )
        for f in footage.motion.frames
    ]
    thumbs = np.stack(grey)
    contrast = max(1.0, float(np.subtract(*np.percentile(thumbs, (95, 5)))))
    return np.asarray(thumbs * (100 / contrast), np.float32)


def _rms(a: Floats, b: Floats) -> Doubles:
    return np.asarray(np.sqrt(((a - b) ** 2).mean(axis=(1, 2))), np.float64)


def _around(step: Doubles) -> Doubles:
    """Return the median step of the fifteen around each."""
    padded = np.pad(step, 7, mode="reflect") if len(step) > 7 else np.pad(step, 7, mode="edge")
    return np.asarray(np.median(np.lib.stride_tricks.sliding_window_view(padded, 15), axis=1), np.float64)


def _is_regular(frozen: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> bool:
    """Say whether the duplicates come at even distances, as a changed frame rate makes them."""
    gaps = np.diff(np.flatnonzero(frozen))
    return len(gaps) >= 4 and float(np.mean(np.abs(gaps - np.median(gaps)) <= 1)) > 0.8


def _again(
    thumbs: Floats, step: Doubles, fps: float
) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.bool_]], Doubles]:
    """Return which frames are part of a run that comes back, and where its other copy is."""
    n = len(thumbs)
    flat = thumbs.reshape(n, -1)
    squares = (flat**2).mean(axis=1)
    apart = np.sqrt(np.maximum(0, squares[:, None] + squares[None] - 2 * flat @ flat.T / flat.shape[1]))
    run, away = max(4, round(_RUN_S * fps)), max(2, round(_AWAY_S * fps))
    marked, partner = np.zeros(n, bool), np.zeros(n)
    moved = np.concatenate([[step[0]], step])
    for lag in range(away, n - run):
        along = np.diagonal(apart, lag)  # frame t against frame t + lag
        limit = 0.5 * np.minimum(moved[: n - lag], moved[lag:])
        hits = np.convolve(along < np.maximum(limit, 0.03), np.ones(run), "valid") >= run
        busy = np.convolve(moved[lag:] > 3 * _STILL_BELOW, np.ones(run), "valid") >= run
        for start in np.flatnonzero(hits & busy):
            marked[start + lag : start + lag + run] = True
            partner[start + lag : start + lag + run] = np.arange(start, start + run)
    return marked, partner
