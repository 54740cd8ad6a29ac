"""Lips that follow a voice: how loud it is opens the mouth, how bright it is spreads it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from medialit.errors import CastError
from medialit.likeness.cast_paint import Doubles
from medialit.likeness.cast_pose import Pose, poses
from medialit.media import Samples

_WINDOW_S = 0.05  # of sound that one frame's mouth is opened by; about a phoneme
_SILENCE_DB = -38.0  # below the loudest: shut
_BRIGHT_HZ = (500.0, 2500.0)  # from a round "o" to a wide "i"


def speak(samples: Samples, *, sample_rate: int, n_frames: int, fps: float, seed: int) -> tuple[Pose, ...]:
    """Return poses of somebody who says what is heard, for `medialit.likeness.cast.enact`.

    Parameters
    ----------
    samples : ndarray of float32, shape (N, channels)
        As in `medialit.media.Clip`. Where it ends before the frames do, the mouth stays shut.
    sample_rate : int
        Samples a second.
    n_frames : int
    fps : float
    seed : int
        Draws head, hands and blinks, which do not follow the voice.

    Returns
    -------
    tuple of Pose
        The mouth of frame t is that of the sound around the middle of the frame: in time to the frame, which is why a
        shifted sound can be told. The shapes are not those of real phonemes.

    Raises
    ------
    CastError
        If there is no sound, or the numbers make no clip.

    Examples
    --------
    >>> import numpy as np
    >>> tone = np.sin(np.arange(8000) / 8000 * 2 * np.pi * 200).astype(np.float32)[:, None]
    >>> acted = speak(np.concatenate([0 * tone, tone]), sample_rate=8000, n_frames=24, fps=12, seed=1)
    >>> acted[3].mouth_open, acted[18].mouth_open > 0.5
    (0.0, True)
    """
    if samples.ndim != 2 or not samples.size or sample_rate <= 0:
        raise CastError(f"A voice is samples of shape (N, channels) at a rate above 0, not {samples.shape}.")
    acted = poses("talk", n_frames=n_frames, fps=fps, seed=seed)
    loud, bright = _voice(samples.mean(axis=1).astype(np.float64), sample_rate, n_frames, fps)
    return tuple(
        replace(pose, mouth_open=float(a), mouth_width=float(w))
        for pose, a, w in zip(acted, loud, bright, strict=True)
    )


def _voice(mono: Doubles, sample_rate: int, n_frames: int, fps: float) -> tuple[Doubles, Doubles]:
    """Return how open, 0 to 1, and how wide the mouth is in each frame."""
    half = max(8, round(_WINDOW_S * sample_rate / 2))
    padded = np.concatenate(
        [np.zeros(half), mono, np.zeros(half + max(0, round((n_frames + 1) / fps * sample_rate) - len(mono)))]
    )
    middles = np.round((np.arange(n_frames) + 0.5) / fps * sample_rate).astype(int)
    pieces = np.stack([padded[m : m + 2 * half] for m in middles]) * np.hanning(2 * half)
    level = np.sqrt((pieces**2).mean(axis=1))
    loudest = float(np.percentile(level, 95))
    if loudest <= 1e-6:
        return np.zeros(n_frames), np.ones(n_frames)
    decibels = 20 * np.log10(np.maximum(level / loudest, 1e-9))
    openness = np.clip(1 - decibels / _SILENCE_DB, 0, 1) ** 1.3
    power = np.abs(np.fft.rfft(pieces, axis=1)) ** 2
    hertz = np.fft.rfftfreq(2 * half, 1 / sample_rate)
    centre = (power * hertz).sum(axis=1) / np.maximum(power.sum(axis=1), 1e-12)
    low, high = np.log(_BRIGHT_HZ)
    spread = np.clip((np.log(np.maximum(centre, 1.0)) - low) / (high - low), 0, 1)
    return openness, np.where(openness > 0.05, 0.68 + 0.50 * spread, 1.0)
