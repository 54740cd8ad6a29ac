"""A recording as a file and as a movement: how it is read, what it lacks, and whether it was seen before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from medialit.likeness import liveness, speech
from medialit.likeness.challenge import Challenge
from medialit.likeness.models import Floats, Picture
from medialit.likeness.track import RATE, Track
from medialit.media import Clip, Limits, read, stream

RECORDING_LIMITS: Final = Limits(max_seconds=120.0, max_frames=14_400)
"""The most that a recording's file may ask for."""
_LONG_SIDE: Final = 960
_TRACE_RATE: Final = 6.0
_TRACE_DEG: Final = 1.2
_TRACE_SHIFT_S: Final = 1.0
_MIN_RATE: Final = 8.0  # pictures a second: fewer miss a blink, and make every turn a jump


def read_recording(path: Path) -> Clip:
    """Read a recording's file in memory that a laptop has: 12 pictures a second, 960 pixels wide or high, all its sound.

    Raises
    ------
    UnreadableMediaError, MediaTooLargeError
        If it is no video, damaged, or beyond `RECORDING_LIMITS`.
    """
    frames: list[Picture] = []
    for piece in stream(path, chunk_frames=8, limits=RECORDING_LIMITS, fps=RATE):
        frames += [smaller(frame, _LONG_SIDE) for frame in piece.frames]
    heard = read(path, limits=RECORDING_LIMITS, fps=1.0)
    return Clip(np.stack(frames), RATE, audio=heard.audio, sample_rate=heard.sample_rate)


def lacking(clips: Sequence[Clip], challenge: Challenge) -> str | None:
    """Return the code of what a recording lacks before anything in it is looked at, or None."""
    spoken = next(k for k, step in enumerate(challenge.steps) if step.action == "speak")
    clip = clips[0] if len(clips) == 1 else clips[spoken]
    if speech.is_silent(clip.audio):
        return "silent"
    if min(clip.fps for clip in clips) < _MIN_RATE:
        return "slow"
    lengths = (
        [challenge.duration_s] if len(clips) == 1 else [step.end_s - step.start_s for step in challenge.steps]
    )
    short = any(
        length - clip.duration_s > liveness.SHORT_S for clip, length in zip(clips, lengths, strict=True)
    )
    return "short" if short else None


def trace_of(track: Track) -> Floats:
    """Return yaw and pitch six times a second, smoothed; 0 where there was no face."""
    times = np.array([frame.time_s for frame in track.frames])
    grid = np.arange(0, times[-1] + 1e-9, 1 / _TRACE_RATE)
    angles = cv2.blur(np.nan_to_num(track.angles[:, :2]), (1, 3))
    return np.stack([np.interp(grid, times, angles[:, k]) for k in (0, 1)], axis=1).astype(np.float32)


def same_movement(trace: Floats, other: Floats | None) -> bool:
    """Return whether two recordings turn the head alike to within what measuring it twice differs by."""
    if other is None:
        return False
    shift = round(_TRACE_SHIFT_S * _TRACE_RATE)
    for lag in range(-shift, shift + 1):
        a, b = trace[max(0, lag) :], other[max(0, -lag) :]
        n = min(len(a), len(b))
        if n > 4 * shift and float(np.sqrt(np.mean((a[:n] - b[:n]) ** 2))) < _TRACE_DEG:
            return True
    return False


def smaller(picture: Picture, side: int) -> Picture:
    """Return a picture with a long side of at most `side` pixels."""
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return np.ascontiguousarray(picture)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
