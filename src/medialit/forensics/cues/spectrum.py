"""Upsampler spectrum: enlarging a picture leaves peaks in its spectrum, and a gap where fine detail would be.

Networks that make pictures enlarge small grids to large ones, and so does anybody who resizes. Each step repeats the
spectrum: peaks stand at fractions of the sampling rate, in every frame at the same place, while the content's own
spectrum changes. Residuals of many windows are therefore averaged, and what stands above its neighbourhood is
measured.

References
----------
Gallagher (2005), Detection of linear and cubic interpolation in JPEG compressed images, CRV.
Zhang, Karaman and Chang (2019), Detecting and simulating artifacts in GAN fake images, WIFS (arXiv:1907.06515).
Durall, Keuper and Keuper (2020), Watch your up-convolution, CVPR (arXiv:2003.01826): the missing fine detail.
"""

from __future__ import annotations

import cv2
import numpy as np

from medialit.forensics.cues.footage import Footage
from medialit.forensics.cues.pixels import luma, unit
from medialit.forensics.cues.records import (
    TOO_SMALL,
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
    name="spectrum",
    title=_msgid("Upsampler spectrum"),
    measures=_msgid(
        "Peaks in the mean spectrum of the noise, as enlarging leaves them, in decibels above their neighbours."
    ),
    breaks=_msgid(
        "Honest resizing, sharpening and the blocks of a codec leave peaks too; heavy compression removes those of a "
        "generator; regular patterns in the scene are peaks of their own."
    ),
    source="Zhang, Karaman and Chang (2019), arXiv:1907.06515; Durall, Keuper and Keuper (2020), arXiv:2003.01826",
    needs="stills",
    holds=("gain", "fps"),
    fails=("resize", "recompression"),
)

_LABEL = _msgid("highest peak of the spectrum (dB)")
_FOUND = _msgid(
    "The highest peak stands {score} dB above its neighbourhood, at {fx} by {fy} periods a pixel; the finest detail "
    "has {fall} dB less power than middle detail."
)
_WINDOW = 128


def read(footage: Footage) -> Reading:
    """Return how many decibels the highest peak of the mean spectrum stands above its neighbourhood."""
    frames = footage.stills.frames
    if min(frames.shape[1:3]) < _WINDOW:
        return unread(CARD.name, TOO_SMALL, n=str(min(frames.shape[1:3])), least=str(_WINDOW))
    each = [_spectrum(picture) for picture in frames]
    mean = np.mean(each, axis=0)
    excess = _excess(mean)
    y, x = np.unravel_index(int(excess.argmax()), excess.shape)
    score, fall = float(excess.max()), _fall(mean)
    singles = np.array([_excess(one).max() for one in each])
    shown = unit(mean.astype(np.float32), low=float(mean.min()), high=float(mean.max()))
    grey = np.repeat((shown * 255).astype(np.uint8)[..., None], 3, axis=2)
    half = _WINDOW // 2
    place = {"fx": f"{abs(x - half) / _WINDOW:.2f}", "fy": f"{abs(y - half) / _WINDOW:.2f}"}
    return Reading(
        cue=CARD.name,
        score=score,
        said=Said(message=_FOUND, slots={"score": f"{score:.1f}", "fall": f"{fall:.0f}", **place}),
        series=Series(times_s=footage.still_times_s, values=singles, label=_LABEL),
        heat=(
            Heat(
                time_s=float(footage.still_times_s[0]),
                picture=grey,
                values=unit(excess.astype(np.float32), low=1.5, high=8.0),
            ),
        ),
        features={"fall_db": fall},
    )


def _spectrum(picture: Picture) -> Doubles:
    """Return the mean spectrum of the residual in windows all over a picture, in dB, centred."""
    grey = luma(picture)
    rest = grey - np.asarray(cv2.medianBlur(grey.astype(np.uint8), 3), np.float32)
    taper = np.outer(np.hanning(_WINDOW), np.hanning(_WINDOW)).astype(np.float32)
    step = _WINDOW // 2
    ys = range(0, grey.shape[0] - _WINDOW + 1, step)
    xs = range(0, grey.shape[1] - _WINDOW + 1, step)
    windows = np.stack(
        [rest[y : y + _WINDOW, x : x + _WINDOW] for y in ys for x in xs][:: max(1, len(ys) * len(xs) // 48)]
    )
    power = np.abs(np.fft.fft2(windows * taper)) ** 2
    # Each window counts alike: the median of windows brought to the same power forgets what only one of them shows.
    power /= power.mean(axis=(1, 2), keepdims=True) + 1e-3
    return np.fft.fftshift(10 * np.log10(np.median(power, axis=0) + 1e-6))


def _excess(spectrum: Doubles) -> Doubles:
    """Return by how many dB each frequency stands above the median of its neighbourhood; low ones count nothing."""
    around = cv2.medianBlur(spectrum.astype(np.float32), 5).astype(np.float64)
    around = np.minimum(around, cv2.blur(around, (11, 11)))
    excess = cv2.GaussianBlur(spectrum, (0, 0), 0.6) - around
    half = _WINDOW // 2
    ys, xs = np.abs(np.mgrid[-half:half, -half:half]) / _WINDOW
    excess[(np.hypot(xs, ys) < 0.1) | (np.hypot(xs, ys) > 0.6)] = 0
    return np.maximum(excess, 0)


def _fall(spectrum: Doubles) -> float:
    """Return how many dB the outermost ring lies under the middle one (Durall et al., section 3)."""
    half = _WINDOW // 2
    ys, xs = np.mgrid[-half:half, -half:half] / _WINDOW
    radius = np.hypot(xs, ys)
    middle, outer = (radius > 0.15) & (radius < 0.25), (radius > 0.4) & (radius < 0.5)
    return float(spectrum[middle].mean() - spectrum[outer].mean())


def profile(footage: Footage) -> Floats:
    """Return the mean power of 32 rings of frequency, in dB, lowest first: what is plotted in a lesson."""
    mean = np.mean([_spectrum(picture) for picture in footage.stills.frames], axis=0)
    half = _WINDOW // 2
    ys, xs = np.mgrid[-half:half, -half:half]
    ring = np.minimum(np.hypot(xs, ys) / half * 32, 31).astype(int)
    return np.array([mean[ring == k].mean() for k in range(32)], np.float32)
