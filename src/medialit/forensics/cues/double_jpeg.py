"""Double JPEG: coefficients that were once rounded to multiples of a step still stand in a comb.

JPEG turns each 8 x 8 block into 64 cosine coefficients and rounds each to a multiple of its quantisation step.
Whoever pastes a JPEG picture into a video leaves blocks whose coefficients cluster at those multiples. A comb of step
q answers ``mean(cos(2 pi c / q))`` near 1; on a grid shifted by half a block the same pixels give what chance gives.
The steps are found for the whole picture and asked of each region: the score says by how much the strongest region
answers more than on the shifted grid. A pasted region has the comb and its surroundings don't.

References
----------
Popescu and Farid (2004), Statistical tools for digital forensics, section 3 (periodic histograms).
Lin, He, Tang and Tang (2009), Pattern Recognition 42:2492 (block by block).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.forensics.cues.footage import Footage
from medialit.forensics.cues.pixels import luma, strongest, unit
from medialit.forensics.cues.records import (
    TOO_SMALL,
    Card,
    Doubles,
    Floats,
    Reading,
    Said,
    Series,
    _msgid,
    unread,
)

CARD = Card(
    name="double_jpeg",
    title=_msgid("Double JPEG (comb in the DCT histogram)"),
    measures=_msgid(
        "Whether the pixels were once a JPEG: its coefficients are multiples of a step, and stand in a comb."
    ),
    breaks=_msgid(
        "Resizing, turning or strong recompression after the paste wipes out the comb. An honest video made of JPEG "
        "frames (MJPEG, older cameras) has it everywhere."
    ),
    source="Popescu and Farid (2004); Lin, He, Tang and Tang (2009), Pattern Recognition 42:2492",
    needs="stills",
    holds=("fps",),
    fails=("gain", "resize", "recompression"),
)

_LABEL = _msgid("strength of the comb (0 to 1)")
_FOUND = _msgid(
    "The strongest comb answers {score}, at a step of {step}: {share} of the regions have it. "
    "Pixels that never were a JPEG answer about 0."
)
_SIDE = 8
_STEPS = tuple(range(3, 25))
_AC = ((0, 1), (1, 0), (1, 1), (0, 2), (2, 0), (1, 2), (2, 1), (0, 3), (3, 0))
_MIN_COEFFICIENTS = 150
_LEAST_LARGE = 12

Ints = NDArray[np.intp]


def read(footage: Footage) -> Reading:
    """Return the strength of the comb in the stills; the map shows which blocks have it."""
    height, width = footage.stills.frames.shape[1:3]
    if min(height, width) < 64:
        return unread(CARD.name, TOO_SMALL, n=str(min(height, width)), least="64")
    found = [_comb(luma(picture)) for picture in footage.stills.frames]
    scores = np.array([score for score, _, _ in found])
    best = int(scores.argmax())
    step = found[best][1]
    maps = [unit(each, low=0.15, high=0.7) for _, _, each in found]
    share = float((maps[best] > 0.5).mean())
    return Reading(
        cue=CARD.name,
        score=float(scores[best]),
        said=Said(
            message=_FOUND, slots={"score": f"{scores[best]:.2f}", "step": str(step), "share": f"{share:.0%}"}
        ),
        series=Series(times_s=footage.still_times_s, values=scores, label=_LABEL),
        heat=strongest(scores, footage.still_times_s, footage.stills.frames, maps),
        features={"mean": float(scores.mean()), "share": share},
    )


def _comb(grey: Floats) -> tuple[float, int, Floats]:
    """Return the strongest answer of a region, its step, and the answer of each region, shape (H/8, W/8)."""
    on, off = _coefficients(grey), _coefficients(grey[4:, 4:])  # (rows, columns, 9)
    gains = np.array(
        [[_answer(on[..., f], q) - _answer(off[..., f], q) for q in _STEPS] for f in range(len(_AC))]
    )
    chosen = gains.argmax(axis=1)  # a table has a step of its own for each frequency
    best = np.argsort(-gains.max(axis=1))[:5]
    aligned, shifted = (_regional(each, best, chosen) for each in (on, off))
    score = float(np.quantile(aligned, 0.97) - np.quantile(shifted, 0.97))
    return score, int(_STEPS[chosen[best[0]]]), aligned


def _regional(coefficients: Floats, best: Ints, chosen: Ints) -> Floats:
    """Return the answer of 5 x 5 blocks together, 0 where too few coefficients are large enough to say."""
    answer = np.zeros(coefficients.shape[:2], np.float32)
    weight = np.zeros(coefficients.shape[:2], np.float32)
    for f in best:
        step = _STEPS[chosen[f]]
        counts = np.abs(coefficients[..., f]) > 0.6 * step
        answer += np.where(counts, np.cos(2 * np.pi * coefficients[..., f] / step), 0).astype(np.float32)
        weight += counts
    summed, n = (cv2.boxFilter(one, -1, (5, 5), normalize=False) for one in (answer, weight))
    return np.asarray(np.where(n >= _LEAST_LARGE, summed / np.maximum(n, 1), 0), np.float32)


def _answer(coefficients: Floats, step: int) -> float:
    """Return the mean of cos(2 pi c / step) over what isn't rounded to zero."""
    large = coefficients[np.abs(coefficients) > 0.6 * step]
    return (
        float(np.cos(2 * np.pi / step * large).mean(dtype=np.float64))
        if large.size >= _MIN_COEFFICIENTS
        else 0.0
    )


def _coefficients(grey: Floats) -> Floats:
    """Return nine low-frequency coefficients of each 8 x 8 block (ITU-T T.81, A.3.3), shape (H/8, W/8, 9)."""
    rows, columns = grey.shape[0] // _SIDE, grey.shape[1] // _SIDE
    cut = grey[: rows * _SIDE, : columns * _SIDE].reshape(rows, _SIDE, columns, _SIDE)
    wanted = np.stack([np.outer(_BASIS[u], _BASIS[v]) for u, v in _AC]).astype(np.float32)  # (9, 8, 8)
    return np.asarray(np.einsum("rycx,fyx->rcf", cut, wanted, optimize=True), np.float32)


def _dct_basis() -> Doubles:
    x = np.arange(_SIDE)
    basis = np.cos((2 * x[None, :] + 1) * x[:, None] * np.pi / 16) / 2
    basis[0] /= np.sqrt(2)
    return basis


_BASIS = _dct_basis()
