"""PRNU: no two sensors are alike, and each writes its own faint pattern over every frame.

Some pixels of a sensor answer more to light than others (photo response non-uniformity). The pattern is what remains
of many frames when their content is taken away. Frames known to be of the same camera give the reference; the clip's
own pattern is compared with it. Where it is missing, those pixels did not come from that camera.

References
----------
Lukas, Fridrich and Goljan (2006), Digital camera identification from sensor pattern noise, IEEE TIFS 1:205.
Chen, Fridrich, Goljan and Lukas (2008), IEEE TIFS 3:74, equation 6 (the estimate) and section V (peak to correlation
energy).
Goljan (2008), Digital camera identification from images, IWDW, section 2.
"""

from __future__ import annotations

import cv2
import numpy as np

from medialit.forensics.cues.footage import Footage
from medialit.forensics.cues.pixels import luma, smoothed, unit
from medialit.forensics.cues.records import (
    Card,
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
    name="prnu",
    title=_msgid("Sensor pattern (PRNU)"),
    measures=_msgid(
        "Whether the faint fixed pattern of a camera, known from reference frames, is in the clip, and where it isn't."
    ),
    breaks=_msgid(
        "It needs frames of the same camera at the same size and zoom. Resizing, stabilisation and strong compression "
        "destroy the pattern of honest clips too."
    ),
    source="Lukas, Fridrich and Goljan (2006), IEEE TIFS 1:205; Chen et al. (2008), IEEE TIFS 3:74",
    needs="reference",
    holds=("gain", "fps"),
    fails=("resize",),
)

_LABEL = _msgid("correlation with the reference pattern")
_NO_REFERENCE = _msgid("No reference frames of the camera were given, so its pattern cannot be compared.")
_OTHER_SIZE = _msgid(
    "The reference frames are {reference} and the clip is {size}: patterns of different sizes cannot be compared."
)
_FOUND = _msgid(
    "The pattern's peak stands {pce} times above what chance gives (peak to correlation energy); same camera is "
    "usually said from {usual}."
)
_USUAL = 60.0  # Goljan (2008): false alarms of 1 in 100,000
_BLOCK = 48


def read(footage: Footage) -> Reading:
    """Return minus log10 of the peak-to-correlation energy: higher is less like the reference camera."""
    known = footage.reference
    if known is None:
        return unread(CARD.name, _NO_REFERENCE)
    if known.size != footage.stills.size:
        return unread(
            CARD.name,
            _OTHER_SIZE,
            reference="{} x {}".format(*known.size),
            size="{} x {}".format(*footage.stills.size),
        )
    camera = pattern(known.frames)
    frames = footage.stills.frames
    own = pattern(frames)
    pce = _peak_to_energy(own, camera)
    each = np.array([_correlation(pattern(frame[None]), camera) for frame in frames])
    local = _local(own, camera)
    return Reading(
        cue=CARD.name,
        score=float(-np.log10(max(pce, 1e-2))),
        said=Said(message=_FOUND, slots={"pce": f"{pce:.0f}", "usual": f"{_USUAL:g}"}),
        series=Series(times_s=footage.still_times_s, values=each, label=_LABEL),
        heat=(
            Heat(time_s=float(footage.still_times_s[len(frames) // 2]), picture=frames[len(frames) // 2],
                 values=unit(-local, low=-float(np.quantile(local, 0.9)), high=0.0)),
        ),
        features={"pce": pce},
    )  # fmt: skip


def pattern(frames: Picture) -> Floats:
    """Return the multiplicative pattern of frames, shape (H, W): Chen et al., equation 6.

    ``sum(W I) / sum(I^2)`` with W what a Wiener filter takes for noise; rows and columns are brought to a mean of 0,
    because what is alike along them belongs to the kind of camera and to the codec.
    """
    above = np.zeros(frames.shape[1:3], np.float32)
    below = np.full(frames.shape[1:3], 1.0, np.float32)
    for frame in frames:
        light = luma(frame)
        above += _noise_of(light) * light
        below += light**2
    found = above / below
    found -= found.mean(axis=1, keepdims=True)
    found -= found.mean(axis=0, keepdims=True)
    return np.asarray(found, np.float32)


def _noise_of(light: Floats) -> Floats:
    """Return what a Wiener filter over 5 x 5 pixels removes; strong edges are left out."""
    mean = cv2.blur(light, (5, 5))
    variance = np.maximum(cv2.blur(light**2, (5, 5)) - mean**2, 0)
    noise = float(np.quantile(variance, 0.2)) + 0.25
    kept = np.maximum(variance - noise, 0) / np.maximum(variance, noise)
    off = (light - mean) * (1 - kept)
    return np.asarray(np.clip(off, -12, 12), np.float32)


def _correlation(a: Floats, b: Floats) -> float:
    return float((a * b).mean() / np.sqrt((a**2).mean() * (b**2).mean() + 1e-30))


def _peak_to_energy(a: Floats, b: Floats) -> float:
    """Return the correlation at no shift, squared and with its sign, over the mean square at all other shifts."""
    plane = np.fft.irfft2(np.fft.rfft2(a) * np.conj(np.fft.rfft2(b)), s=a.shape)
    peak = float(plane[0, 0])
    around = np.ones(plane.shape, bool)
    around[:6, :6] = around[-5:, :6] = around[:6, -5:] = around[-5:, -5:] = False
    return float(np.sign(peak)) * peak**2 / max(1e-30, float((plane[around] ** 2).mean()))


def _local(a: Floats, b: Floats) -> Floats:
    """Return the correlation in each neighbourhood, on a grid of 16 pixels."""
    size = (_BLOCK, _BLOCK)
    shared = cv2.blur(a * b, size)
    scale = np.sqrt(cv2.blur(a * a, size) * cv2.blur(b * b, size)) + 1e-12
    return smoothed(np.asarray(shared / scale, np.float32)[8::16, 8::16])
