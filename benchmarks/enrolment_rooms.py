"""Where a puppet of the measurements of enrolment is recorded: the light, the noise, and the voice heard there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from medialit.likeness.challenge import Challenge

RATE = 16_000
FORMANTS = (
    (730, 1090, 2440, 3400, 4500),
    (270, 2290, 3010, 3500, 4500),
    (300, 870, 2240, 3300, 4400),
    (530, 1840, 2480, 3500, 4500),
    (570, 840, 2410, 3300, 4300),
)
"""Resonances of five vowels, in hertz, after Peterson and Barney (1952)."""


@dataclass(frozen=True, kw_only=True)
class Room:
    """Where a recording is made.

    Parameters
    ----------
    glow : float
        Light of a white window on the face, as a share of the room's own light.
    wall : float
        Share of the window's light that reaches the wall behind.
    delay_s : float
        By which window and camera are late.
    hum, hiss : float
        Loudness of the mains and of the noise.
    dull : float
        From 0 to 1, how much of the noise's high part is missing.
    """

    glow: float = 0.25
    wall: float = 0.2
    delay_s: float = 0.15
    hum: float = 0.0006
    hiss: float = 0.002
    dull: float = 0.3

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Room:
        """Return a room among many; a face in daylight is not among them."""
        return cls(
            glow=float(np.exp(rng.uniform(np.log(0.06), np.log(0.5)))),
            wall=float(rng.uniform(0.05, 0.4)),
            delay_s=float(rng.uniform(0.08, 0.25)),
            hum=float(np.exp(rng.uniform(np.log(0.0001), np.log(0.001)))),
            hiss=float(rng.uniform(0.0005, 0.003)),
            dull=float(rng.uniform(0, 0.8)),
        )


def voice(
    challenge: Challenge,
    duration_s: float,
    rng: np.random.Generator,
    *,
    spoken: bool = True,
    room: Room = Room(),
) -> NDArray[np.float32]:
    """Return a room's noise with a vowel-like voice after each digit, float32 of shape (N, 1).

    A train of glottal pulses through resonances, after Fant's source and filter (1960).
    """
    n = int(duration_s * RATE)
    sound = _hush(n, room, rng)
    pitch = rng.uniform(100, 230)
    for digit in challenge.digits if spoken else ():
        start = int((digit.shown_s + rng.uniform(0.2, 0.4) * challenge.pace) * RATE)
        sound_s = rng.uniform(0.35, 0.5) * max(0.8, challenge.pace)
        burst = vowel(digit.digit, pitch, sound_s, rng)
        end = min(n, start + len(burst))
        sound[start:end] += burst[: max(0, end - start)]
    return np.clip(sound, -1, 1).astype(np.float32)[:, np.newaxis]


def _hush(n: int, room: Room, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the noise of a room: a hiss, and the mains with two overtones, whose frequency wanders a little."""
    hiss = lfilter([1], [1, -room.dull], rng.normal(0, 1, n))
    hiss *= room.hiss / max(1e-9, float(hiss.std()))
    mains = 50 + 0.01 * np.interp(np.arange(n), np.linspace(0, n, 9), np.cumsum(rng.normal(size=9)))
    phase = 2 * np.pi * (np.cumsum(mains) / RATE + rng.uniform())
    hum = sum(np.sin(k * phase + rng.uniform(0, 6.3)) / k for k in (1, 2, 3))
    return np.asarray(hiss + room.hum * hum, np.float64)


def vowel(which: int, pitch: float, length_s: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a breath and a voiced sound that glides between two vowels: flow pulses through five resonances."""
    n = int(length_s * RATE)
    k = np.arange(n)
    knots = np.arange(0, n + 160, 80)
    melody = np.interp(k / n, [0, 0.3, 1], [1.0, 1.12, 0.8]) * (
        1 + 0.01 * np.interp(k, knots, rng.normal(size=len(knots)))
    )
    phase = np.cumsum(pitch * melody) / RATE % 1
    flow = np.where(phase < 0.6, np.sin(np.pi * phase / 0.6) ** 2, 0)
    source = np.diff(flow, prepend=0.0) + 0.05 * rng.normal(size=n) * flow
    first, second = FORMANTS[which % 5], FORMANTS[(which * 3 + 1) % 5]
    out = np.zeros(n)
    states = [np.zeros(2) for _ in range(5)]
    for start in range(0, n, 160):
        piece = source[start : start + 160]
        glide = 0.5 - 0.5 * np.cos(np.pi * np.clip((start / n - 0.3) / 0.4, 0, 1))
        for i, width in enumerate((70, 90, 130, 200, 300)):
            frequency = first[i] * (1 - glide) + second[i] * glide
            r = np.exp(-np.pi * width / RATE)
            c = 2 * r * np.cos(2 * np.pi * frequency / RATE)
            piece, states[i] = lfilter([1 - c + r * r], [1, -c, r * r], piece, zi=states[i])
        out[start : start + 160] = piece
    ease = np.interp(k / RATE, [0, 0.03, length_s - 0.08, length_s], [0, 1, 0.7, 0])
    breath = lfilter([1, -0.95], [1], rng.normal(size=int(0.07 * RATE))) * np.hanning(int(0.07 * RATE)) * 0.03
    return np.concatenate([breath, out / np.abs(out).max() * ease * 0.4])
