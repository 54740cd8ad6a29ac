"""Frame interpolation: frames made from their neighbours are too well explained by them, and come in a rhythm.

Whoever slows a clip down or raises its frame rate has to make frames. A blended frame is nearly the mean of its
neighbours, which a filmed one isn't; and every second, third or fourth frame is made, so that the measure beats in a
rhythm.

References
----------
Bestagini et al. (2013), Video codec identification and frame-rate interpolation detection, ICIP and MMSP.
Gallagher (2005), CRV: the same idea, in space.
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
    name="interpolation",
    title=_msgid("Frame interpolation"),
    measures=_msgid(
        "How strongly a rhythm of two to five frames beats in how well neighbours explain each frame."
    ),
    breaks=_msgid(
        "Slow motion made by a phone is interpolated honestly; films shot in one frame rate and shown in another too."
        " Good interpolation along the motion leaves a weak rhythm."
    ),
    source="Bestagini et al. (2013), MMSP",
    needs="motion",
    holds=("gain", "resize", "recompression"),
    fails=("fps",),
)

_LABEL = _msgid("what the neighbours' mean does not explain (share)")
_FOUND = _msgid("A rhythm of {period} frames beats {score} times as strongly as the usual unevenness.")
_SIDE = 96
_LEAST = 24
_STILL_BELOW = 0.15
_PERIODS = (2, 3, 4, 5)


def read(footage: Footage) -> Reading:
    """Return how strongly the strongest rhythm beats, over the median of all, as log2."""
    frames = footage.motion.frames
    if len(frames) < _LEAST:
        return unread(CARD.name, TOO_SHORT, n=str(len(frames)), least=str(_LEAST))
    scale = min(1.0, _SIDE / max(frames.shape[1:3]))
    grey = np.stack(
        [cv2.resize(_grey(f), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) for f in frames]
    )
    contrast = max(1.0, float(np.subtract(*np.percentile(grey, (95, 5)))))
    left = np.abs(grey[1:-1] - (grey[:-2] + grey[2:]) / 2)  # (T - 2, h, w)
    across = np.abs(grey[2:] - grey[:-2]) / 2
    moving = np.asarray(across.mean(axis=(1, 2)), np.float64) * (100 / contrast)
    if float(np.median(moving)) < _STILL_BELOW:
        return unread(CARD.name, STILL)
    explained = np.asarray(left.mean(axis=(1, 2)), np.float64) / np.maximum(
        across.mean(axis=(1, 2)), 0.1 * across.mean() + 1e-6
    )
    beat, period = _beat(explained)
    k = int(explained.argmin())
    heat = np.asarray(1 - left[k] / np.maximum(across[k], 1e-3), np.float32)
    heat = np.where(across[k] > 0.05 * contrast, unit(heat, low=0.3, high=1.0), 0).astype(np.float32)
    return Reading(
        cue=CARD.name,
        score=float(np.log2(beat)),
        said=Said(message=_FOUND, slots={"period": str(period), "score": f"{beat:.1f}"}),
        series=Series(times_s=np.arange(1, len(frames) - 1) / footage.fps, values=explained, label=_LABEL),
        heat=(Heat(time_s=(k + 1) / footage.fps, picture=frames[k + 1], values=heat),),
        features={"explained": float(np.median(explained))},
    )


def _grey(frame: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Floats:
    return np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), np.float32)


def _beat(values: Doubles) -> tuple[float, int]:
    """Return the strongest amplitude at a period of 2 to 5 frames over the median amplitude, and the period."""
    logs = np.log(np.maximum(values, 1e-4))
    around = np.convolve(np.pad(logs, 7, mode="edge"), np.ones(15) / 15, "valid")
    rest = np.clip(logs - around, -2, 2)
    time = np.arange(len(rest))

    def amplitude(frequency: float) -> float:
        return float(np.abs((rest * np.exp(-2j * np.pi * frequency * time)).sum()))

    usual = np.median([amplitude(f) for f in np.linspace(0.08, 0.5, 64)]) + 0.02 * len(rest)
    peaks = {
        p: max(amplitude(m / p) * (0.7 if 2 * m == p else 1.0) for m in range(1, p // 2 + 1))
        for p in _PERIODS
    }
    period = max(peaks, key=lambda p: peaks[p])
    return peaks[period] / float(usual) + 1e-3, period
