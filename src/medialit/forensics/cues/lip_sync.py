"""Lip-sync: a voice that is loud while the lips are closed, or fits them better when it is shifted.

How far the lips are apart and how loud the sound is go up and down together. If they fit clearly better with the
sound moved by a tenth of a second or more, or don't fit at all, sound and pictures weren't recorded together.

References
----------
Chung and Zisserman (2016), Out of time: automated lip sync in the wild, ACCV workshops (the shift).
Agarwal, Farid, Fried and Agrawala (2020), Detecting deep-fake videos from phoneme-viseme mismatches, CVPR workshops:
lips must close
for m, b and p. Here no phonemes are recognised; what is counted is a loud voice between closed lips.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.forensics.cues.footage import Footage
from medialit.forensics.cues.records import (
    NO_FACE,
    NO_SOUND,
    STILL,
    TOO_SHORT,
    Card,
    Doubles,
    Floats,
    Heat,
    Picture,
    Reading,
    Said,
    Series,
    _msgid,
    unread,
)

CARD = Card(
    name="lip_sync",
    title=_msgid("Lips and voice"),
    measures=_msgid(
        "How much better the voice fits the lips when it is shifted, and how often it is loud while they are closed."
    ),
    breaks=_msgid(
        "A voice from off the picture, music, a hand or a beard before the mouth, and a file whose sound is late by "
        "fault of the player. A re-enacted mouth that follows the voice is in step."
    ),
    source="Chung and Zisserman (2016), ACCV workshops; Agarwal et al. (2020), CVPR workshops",
    needs="sound",
    holds=("gain", "fps", "resize", "recompression"),
    heavy=True,
)

_LABEL = _msgid("lips minus voice (standard deviations)")
_FOUND = _msgid(
    "Lips and voice fit best with the sound moved by {lag} s ({best} against {now} as it is); in {closed} of the loud"
    " moments the lips are closed."
)
_LEAST = 24
_MOST_LAG_S = 0.6
_WAYS = 2  # main ways in which a mouth changes its looks
_MOUTHS = 1.5  # widths of a mouth that its picture is wide
_TOLERATED_S = 0.1  # a shift below it is the player's, and is not heard (ITU-R BT.1359: 45 to 125 ms)


def read(footage: Footage) -> Reading:
    """Return the gain in correlation by the best shift, plus the share of loud moments with closed lips."""
    if footage.faces is None or not any(footage.faces):
        return unread(CARD.name, NO_FACE)
    if footage.motion.audio is None or footage.motion.sample_rate is None:
        return unread(CARD.name, NO_SOUND)
    times = footage.face_times_s
    if len(times) < _LEAST:
        least = round(_LEAST * footage.fps / 12.5)
        return unread(CARD.name, TOO_SHORT, n=str(footage.n_frames), least=str(least))
    lips = _openness(footage)
    if np.isfinite(lips).mean() < 0.6 or float(np.nanstd(lips)) < 0.01:
        return unread(CARD.name, STILL)
    mono = footage.motion.audio.mean(axis=1).astype(np.float64)
    rate = footage.motion.sample_rate
    loud = _loudness(mono, rate, times)
    if float(loud.std()) < 1e-3:
        return unread(CARD.name, NO_SOUND)
    lags = np.arange(-_MOST_LAG_S, _MOST_LAG_S + 1e-9, 0.04)
    fits = np.array([_fit(lips, _loudness(mono, rate, times + lag)) for lag in lags])
    now = float(fits[np.abs(lags) <= _TOLERATED_S].max())
    best = int(fits.argmax())
    closed = _closed_share(lips, loud)
    seen, away = _pixels_fit(footage, lips, lags, mono, rate)
    score = max(0.0, float(fits[best]) - now) + closed
    k = int(np.nan_to_num(_standard(loud) - _standard(lips), nan=-9).argmax())
    return Reading(
        cue=CARD.name,
        score=score,
        said=Said(
            message=_FOUND,
            slots={
                "lag": f"{-lags[best]:+.2f}",
                "best": f"{fits[best]:.2f}",
                "now": f"{now:.2f}",
                "closed": f"{closed:.0%}",
            },
        ),
        series=Series(times_s=times, values=_standard(lips) - _standard(loud), label=_LABEL, limit=0.0),
        heat=(_mouth(footage, k),),
        features={
            "lag_s": float(lags[best]),
            "fit": now,
            "best": float(fits[best]),
            "closed": closed,
            "pixels": seen,
            "pixels_away": away,
            "pixels_gain": away - seen,
        },
    )


def _openness(footage: Footage) -> Doubles:
    """Return how far the lips are apart over how wide the mouth is; NaN where there is no face."""
    width, height = footage.stills.size
    found = np.full(len(footage.face_times_s), np.nan)
    for k, face in enumerate(footage.faces or ()):
        if face is not None:
            left, right, top, bottom = face.lips * np.array([width, height], np.float32)
            found[k] = float(np.hypot(*(bottom - top)) / max(1e-6, float(np.hypot(*(right - left)))))
    return found


def _loudness(mono: Doubles, rate: int, times: Doubles) -> Doubles:
    """Return the level around each time in decibels over the quietest that counts, from 0 to 40."""
    half = max(8, round(0.04 * rate))
    energy = np.concatenate([[0.0], np.cumsum(mono**2)])
    middles = np.round((times + 0.02) * rate).astype(int)
    low, high = np.clip(middles - half, 0, len(mono)), np.clip(middles + half, 0, len(mono))
    level = np.sqrt((energy[high] - energy[low]) / (2 * half))
    most = float(np.quantile(level, 0.95)) + 1e-9
    return np.asarray(np.clip(40 + 20 * np.log10(np.maximum(level / most, 1e-6)), 0, 40), np.float64)


def _fit(lips: Doubles, loud: Doubles) -> float:
    good = np.isfinite(lips)
    if loud[good].std() < 1e-6:
        return 0.0
    return float(np.corrcoef(lips[good], loud[good])[0, 1])


def _pixels_fit(
    footage: Footage, lips: Doubles, lags: Doubles, mono: Doubles, rate: int
) -> tuple[float, float]:
    """Return how well what the mouth looks like explains the voice, as it is and at best shifted away.

    Two numbers of a face say little of a bearded or a drawn mouth; the two main ways in which its pixels change say
    more. Each fit is a multiple correlation, adjusted for how many terms there are; NaN where too few mouths were seen.
    """
    patches = [_patch(footage, k) for k in range(len(footage.face_times_s))]
    good = np.array([patch is not None for patch in patches]) & np.isfinite(lips)
    if good.sum() < _LEAST:
        return float("nan"), float("nan")
    flat = np.stack([patch for patch, yes in zip(patches, good, strict=True) if yes and patch is not None])
    flat = flat - flat.mean(axis=(1, 2, 3), keepdims=True)  # a lamp that flickers is not speech
    flat = flat.reshape(len(flat), -1) - flat.reshape(len(flat), -1).mean(axis=0)
    ways = np.linalg.svd(flat, full_matrices=False)[0][:, :_WAYS]
    terms = np.column_stack([np.ones(len(flat)), lips[good], ways])
    times = footage.face_times_s[good]
    fits = np.array([_explained(terms, _loudness(mono, rate, times + lag)) for lag in lags])
    near = np.abs(lags) <= _TOLERATED_S
    return float(fits[near].max()), float(fits[~near].max())


def _patch(footage: Footage, k: int) -> NDArray[np.float64] | None:
    """Return the mouth of a face turned upright, shape (20, 24, 3); None where no face was found."""
    face = (footage.faces or ())[k]
    if face is None:
        return None
    number = min(footage.motion.n_frames - 1, round(float(footage.face_times_s[k]) * footage.fps))
    picture = footage.motion.frames[number]
    lips = np.asarray(face.lips, np.float64) * footage.motion.size
    along = lips[1] - lips[0]
    step = float(np.hypot(*along)) * _MOUTHS / 24
    turn = float(np.arctan2(along[1], along[0]))
    matrix = step * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    start = lips.mean(axis=0) - matrix @ np.array([11.5, 9.5])
    upright = cv2.warpAffine(
        np.ascontiguousarray(picture), np.column_stack([matrix, start]), (24, 20),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
    )  # fmt: skip
    return np.asarray(upright, np.float64)


def _explained(terms: Doubles, values: Doubles) -> float:
    """Return the adjusted multiple correlation; below nothing, its negative."""
    y = values - values.mean()
    n, p = terms.shape
    left = y - terms @ np.linalg.lstsq(terms, y, rcond=None)[0]
    share = 1 - float((left**2).sum()) / max(1e-9, float((y**2).sum()))
    adjusted = 1 - (1 - share) * (n - 1) / max(1, n - p)
    return float(np.sign(adjusted) * np.sqrt(abs(adjusted)))


def _closed_share(lips: Doubles, loud: Doubles) -> float:
    """Return the share of the loud moments in which the lips are closed."""
    low, high = np.nanquantile(lips, (0.1, 0.9))
    closed = lips < low + 0.15 * (high - low)
    noisy = (loud > 30) & np.isfinite(lips)
    return float(closed[noisy].mean()) if noisy.sum() >= 5 else 0.0


def _standard(values: Doubles) -> Doubles:
    return np.asarray((values - np.nanmean(values)) / max(1e-9, float(np.nanstd(values))), np.float64)


def _mouth(footage: Footage, k: int) -> Heat:
    """Return the frame in which voice and lips disagree most, with the mouth warm."""
    number = min(footage.motion.n_frames - 1, round(float(footage.face_times_s[k]) * footage.fps))
    picture: Picture = footage.motion.frames[number]
    face = (footage.faces or ())[k]
    warm: Floats = np.zeros((72, 96), np.float32)
    if face is not None:
        ys, xs = np.mgrid[0:72, 0:96] / np.array([72, 96]).reshape(2, 1, 1)
        x, y = face.lips.mean(axis=0)
        wide = max(0.02, float(np.ptp(face.lips[:, 0])))
        warm = np.exp(-(((xs - x) / wide) ** 2 + ((ys - y) / wide) ** 2) * 2).astype(np.float32)
    return Heat(time_s=float(footage.face_times_s[k]), picture=picture, values=warm)
