"""Fakes of sound: a voice that comes early or late; and a voice of nobody to speak with."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from scipy.signal import lfilter

from medialit.errors import FakeError
from medialit.fakes.records import Fake, faked, nowhere, require_strength, untouched
from medialit.language import msgid as _msgid
from medialit.media import Clip, Samples

LARGEST_OFFSET_S: Final = 0.6  # at strength 1
_VOWELS = ((730, 1090, 2440), (530, 1840, 2480), (270, 2290, 3010), (570, 840, 2410), (300, 870, 2240))
"""First three formants in Hz of a, e, i, o, u: Peterson and Barney (1952), JASA 24:175, men's averages."""
_BANDWIDTH_HZ = (90.0, 110.0, 170.0)


def offset_audio(clip: Clip, *, strength: float, seed: int) -> Fake:
    """Move the sound against the pictures.

    Parameters
    ----------
    clip : Clip
        With sound.
    strength : float
        Times `LARGEST_OFFSET_S` is the offset; viewers begin to notice at about 0.1 s.
    seed : int
        Draws whether the sound is early or late.

    Returns
    -------
    Fake
        No pixel differs, so the region is empty. The magnitude is the offset in seconds, positive where the sound is
        late. What is moved out at one end comes in at the other: silence there would give the fake away.

    Raises
    ------
    FakeError
        If the strength is out of range or the clip is silent.
    """
    require_strength(strength)
    if clip.audio is None or clip.sample_rate is None or not clip.audio.size:
        raise FakeError(_msgid("There is no sound to move: take a clip that has one."))
    if strength == 0:
        return untouched("lip_offset", clip, unit="seconds")
    late = bool(np.random.default_rng([seed, 0x0FF5]).random() < 0.5)
    n = min(len(clip.audio), max(1, round(LARGEST_OFFSET_S * strength * clip.sample_rate)))
    moved = np.roll(clip.audio, n if late else -n, axis=0)
    return faked(
        "lip_offset",
        replace(clip, audio=np.ascontiguousarray(moved)),
        strength=strength,
        magnitude=(1 if late else -1) * n / clip.sample_rate,
        unit="seconds",
        region=nowhere(clip),
        heard_s=(0.0, clip.duration_s),
    )


def babble(*, duration_s: float, sample_rate: int, seed: int) -> Samples:
    """Return the voice of nobody: syllables of a buzz through vowels' formants, with pauses; no words.

    Parameters
    ----------
    duration_s : float
        Above 0, up to 600.
    sample_rate : int
        Samples a second, 8000 to 48,000.
    seed : int

    Returns
    -------
    ndarray of float32, shape (N, 1)
        -0.6 to 0.6.

    Raises
    ------
    FakeError
        If the length or the rate cannot be made.

    References
    ----------
    Klatt (1980), JASA 67:971: resonators in a row, excited by pulses.
    """
    if not 0 < duration_s <= 600 or not 8000 <= sample_rate <= 48_000:
        raise FakeError(
            f"A voice lasts up to 600 s at 8000 to 48000 samples a second, not {duration_s} s at {sample_rate}."
        )
    rng = np.random.default_rng([seed, 0xBABB])
    pitch = float(rng.uniform(95, 230))
    n = max(1, round(duration_s * sample_rate))
    out = np.zeros(n)
    at = int(rng.uniform(0, 0.12) * sample_rate)
    while at < n:
        length = int(rng.uniform(0.10, 0.24) * sample_rate)
        piece = _syllable(rng, length, pitch, sample_rate)[: n - at]
        out[at : at + len(piece)] += piece
        pause = rng.uniform(0.18, 0.40) if rng.random() < 0.25 else rng.uniform(0.0, 0.05)
        at += length + int(pause * sample_rate)
    loudest = float(np.abs(out).max())
    return np.asarray(0.6 * out / max(loudest, 1e-9), np.float32)[:, None]


def _syllable(
    rng: np.random.Generator, n: int, pitch_hz: float, rate: int
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    glide = pitch_hz * np.linspace(rng.uniform(0.92, 1.15), rng.uniform(0.88, 1.05), n)
    phase = np.cumsum(glide / rate)
    buzz = np.diff(np.floor(phase), prepend=0.0) + 0.02 * rng.standard_normal(n)
    for hertz, width in zip(_VOWELS[int(rng.integers(len(_VOWELS)))], _BANDWIDTH_HZ, strict=True):
        if hertz >= rate / 2:
            continue
        r = np.exp(-np.pi * width / rate)
        b, c = 2 * r * np.cos(2 * np.pi * hertz / rate), -(r * r)
        buzz = lfilter([1 - b - c], [1, -b, -c], buzz)
    envelope = np.sin(np.pi * np.linspace(0, 1, n)) ** 0.6
    return np.asarray(buzz * envelope * rng.uniform(0.5, 1.0), np.float64)
