"""Recordings made to deceive enrolment: filmed from screens, and put together from pieces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from enrolment_rooms import RATE
from enrolment_subjects import GAMMA, LINEAR, SIZE, grainy
from numpy.typing import NDArray

from medialit.likeness.challenge import HUES, Challenge
from medialit.media import Clip

_HARMONICS = 3


@dataclass(frozen=True, kw_only=True)
class Screen:
    """A screen before the camera.

    Parameters
    ----------
    pitch : float
        Width of one of its pixels in the camera's pixels, about.
    blur : float
        Of lens and sensor together, in the camera's pixels.
    shake : float
        Sway of a camera that is held, pixels a picture.
    glass : float
        Share of the window's light, relative to a white face, that its surface throws back.
    """

    pitch: float
    blur: float
    shake: float = 0.0
    glass: float = 0.05


SCREENS: Mapping[str, float] = {"a monitor": 0.9, "a laptop": 0.65, "a phone": 0.4}
"""Width of a pixel in the camera's, when the screen fills the picture."""


def screened(
    clip: Clip, screen: Screen, *, seed: int, challenge: Challenge | None = None, glow: float = 0.25
) -> Clip:
    """Return a clip as a camera films it from a screen: stripes of three colours, a slight turn, bands, glare, noise.

    The stripes are drawn by the strongest waves of their pattern, each weakened as the lens weakens it, which is what
    is left of them on the camera's pixels, aliased or not.

    Parameters
    ----------
    clip : Clip
    screen : Screen
    seed : int
        Of distance, turn, bands and noise.
    challenge : Challenge, optional
        Whose lights the window shows meanwhile; the screen throws a little of them back.
    glow : float
        Light of a white window on a face there, as a share of the room's own.
    """
    rng = np.random.default_rng([seed, 13])
    width, height = SIZE
    scale, turn = rng.uniform(0.95, 1.05), float(np.radians(rng.uniform(-3, 3)))
    pitch, noise = screen.pitch * rng.uniform(0.95, 1.05), float(rng.uniform(1, 4))
    zoom = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0]]) * scale * 1.06
    centre = np.array([width, height]) / 2
    rate, depth, rows = rng.uniform(0.5, 5), rng.uniform(0.0, 0.03), rng.uniform(0.5, 3)
    black, delay = rng.uniform(0.003, 0.02), rng.uniform(0.08, 0.25)
    sway = screen.shake * np.cumsum(rng.normal(0, 1, (clip.n_frames, 2)), axis=0)
    sway -= np.linspace(0, 1, clip.n_frames)[:, None] * sway[-1]
    ys = np.linspace(0, 2 * np.pi * rows, height, dtype=np.float32)[:, None, None]
    mask = _stripes(pitch, turn, screen.blur, (0.0, 0.0))
    frames = np.empty_like(clip.frames)
    for k, frame in enumerate(clip.frames):
        move = zoom.copy()
        move[:, 2] = centre + sway[k] - move[:, :2] @ centre
        light = LINEAR[frame]
        seen = cv2.warpAffine(light, move, SIZE, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        if screen.blur:
            seen = cv2.GaussianBlur(seen, (0, 0), screen.blur)
        if screen.shake:
            mask = _stripes(pitch, turn, screen.blur, (sway[k, 0], sway[k, 1]))
        seen = seen * mask * (1 + depth * np.sin(ys + 2 * np.pi * rate * k / clip.fps)) + black
        hue = challenge.hue_at(max(0.0, k / clip.fps - delay)) if challenge else None
        if hue:
            seen = seen + np.float32(HUES[hue]) / 255 * (screen.glass * glow)
        frames[k] = grainy(255 * np.clip(seen, 0, 1) ** (1 / GAMMA), noise, rng)
    return clip.with_frames(frames)


def _stripes(pitch: float, turn: float, blur: float, at: tuple[float, float]) -> NDArray[np.float32]:
    """Return how much of each colour each of the camera's pixels sees of an evenly white screen; 1 on the mean."""
    n = 16
    cell = np.zeros((n, n, 3))
    for colour in range(3):  # three stripes and a dark gap, and a dark gap below
        cell[: 3 * n // 4, colour * n // 4 : (colour + 1) * n // 4, colour] = 1.0
    waves = np.fft.fft2(cell / cell.mean(axis=(0, 1)), axes=(0, 1)) / n**2
    width, height = SIZE
    xs, ys = np.meshgrid(np.arange(width) - at[0], np.arange(height) - at[1])
    across = (np.cos(turn) * xs + np.sin(turn) * ys) / pitch
    down = (-np.sin(turn) * xs + np.cos(turn) * ys) / pitch
    mask = np.ones((height, width, 3))
    for v in range(-_HARMONICS, _HARMONICS + 1):
        for u in range(_HARMONICS + 1):
            if (u, v) <= (0, 0):
                continue
            frequency = np.hypot(u, v) / pitch  # cycles in the camera's pixel
            left = np.exp(-2 * (np.pi * blur * frequency) ** 2)
            if left > 1e-6:
                wave = np.exp(2j * np.pi * (u * across + v * down))
                mask += 2 * left * (waves[v, u] * wave[..., None]).real
    return mask.astype(np.float32)


def spliced(first: Clip, second: Clip, *, at_s: float, fade_s: float = 0.0) -> Clip:
    """Return the first clip up to a moment and the second from there on, with a cross-fade of some length."""
    assert first.audio is not None and second.audio is not None
    n = min(first.n_frames, second.n_frames)
    share = _blend(np.arange(n) / first.fps, at_s, fade_s)
    mixed = share > 0
    frames = first.frames[:n].copy()
    frames[mixed] = np.round(
        first.frames[:n][mixed] * (1 - share[mixed, None, None, None])
        + second.frames[:n][mixed] * share[mixed, None, None, None]
    )
    m = min(len(first.audio), len(second.audio))
    loud = _blend(np.arange(m) / RATE, at_s, fade_s)[:, None].astype(np.float32)
    return Clip(
        frames, first.fps, audio=first.audio[:m] * (1 - loud) + second.audio[:m] * loud, sample_rate=RATE
    )


def _blend(times: NDArray[np.float64], at_s: float, fade_s: float) -> NDArray[np.float64]:
    if fade_s <= 0:
        return (times >= at_s - 1e-9).astype(np.float64)
    return np.clip((times - at_s) / fade_s + 0.5, 0, 1)


def rearranged(old: Clip, *, done: Challenge, wanted: Challenge) -> Clip:
    """Return pieces of one earlier recording put into the order, and at the moments, that another challenge asks.

    Each step is taken whole; what was spoken is cut digit by digit, so that each answer falls where it is asked.
    """
    assert old.audio is not None
    n = round(wanted.duration_s * old.fps)
    source = np.zeros(n)
    for step in wanted.steps:
        there = next(one for one in done.steps if one.action == step.action)
        inside = (np.arange(n) / old.fps >= step.start_s) & (np.arange(n) / old.fps < step.end_s)
        times = np.arange(n)[inside] / old.fps
        marks = [step.start_s, *(digit.shown_s for digit in step.digits), step.end_s]
        olds = [there.start_s, *(digit.shown_s for digit in there.digits)]
        place = np.clip(np.searchsorted(marks, times, side="right") - 1, 0, len(olds) - 1)
        source[inside] = np.array(olds)[place] + times - np.array(marks)[place]
    source = np.clip(source, 0, (old.n_frames - 1) / old.fps)
    frames = old.frames[np.minimum(np.round(source * old.fps).astype(int), old.n_frames - 1)]
    samples = np.interp(np.arange(round(n / old.fps * RATE)) / RATE, np.arange(n) / old.fps, np.arange(n))
    whole = np.floor(samples + 1e-9).astype(int)
    heard = np.round((source[whole] + (samples - whole) / old.fps) * RATE).astype(int)
    return Clip(
        frames.copy(), old.fps, audio=old.audio[np.clip(heard, 0, len(old.audio) - 1)], sample_rate=RATE
    )
