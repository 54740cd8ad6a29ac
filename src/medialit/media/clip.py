"""The one value that every part of medialit passes around: a clip."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from medialit.errors import ClipError

Frames = NDArray[np.uint8]  # (T, H, W, 3), RGB
Samples = NDArray[np.float32]  # (N, channels), -1 to 1


@dataclass(frozen=True, eq=False)
class Clip:
    """Frames, their rate and, where there is one, a sound track.

    Parameters
    ----------
    frames : ndarray of uint8, shape (T, H, W, 3)
        RGB pictures in order of time. The array is made read-only, not copied.
    fps : float
        Frames a second; positive and finite. The rate is constant: a file with a varying rate is
        resampled when it is read.
    audio : ndarray of float32, shape (N, channels), optional
        Samples from -1 to 1.
    sample_rate : int, optional
        Samples a second. Required with `audio`, refused without.

    Raises
    ------
    ClipError
        If an array has another shape or type, or a rate is missing or not positive.

    Examples
    --------
    >>> clip = Clip(frames=np.zeros((24, 90, 160, 3), np.uint8), fps=24.0)
    >>> clip.n_frames, clip.size, clip.duration_s
    (24, (160, 90), 1.0)
    """

    frames: Frames = field(repr=False)
    fps: float
    audio: Samples | None = field(default=None, repr=False, kw_only=True)
    sample_rate: int | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        frames = self.frames
        if not isinstance(frames, np.ndarray) or frames.dtype != np.uint8:
            kind = getattr(frames, "dtype", type(frames).__name__)
            raise ClipError(f"Frames must be a uint8 array of RGB values from 0 to 255, not {kind}.")
        if frames.ndim != 4 or frames.shape[3] != 3 or 0 in frames.shape:
            raise ClipError(
                f"Frames must have the shape (T, H, W, 3) with nothing empty, not {frames.shape}. "
                "One picture is a clip of one frame: picture[np.newaxis]."
            )
        if not (np.isfinite(self.fps) and self.fps > 0):
            raise ClipError(f"A clip needs a positive frame rate, not {self.fps!r}.")
        _read_only(frames)
        if (self.audio is None) != (self.sample_rate is None):
            raise ClipError("Audio and its sample rate come together: give both or neither.")
        if self.audio is not None:
            if self.audio.dtype != np.float32 or self.audio.ndim != 2:
                raise ClipError(
                    "Audio must be float32 of shape (N, channels), "
                    f"not {self.audio.dtype} of shape {self.audio.shape}."
                )
            if not self.sample_rate or self.sample_rate <= 0:
                raise ClipError(f"A sample rate is positive, not {self.sample_rate!r}.")
            _read_only(self.audio)

    @property
    def n_frames(self) -> int:
        """Number of frames, T."""
        return int(self.frames.shape[0])

    @property
    def height(self) -> int:
        """Height of a frame in pixels."""
        return int(self.frames.shape[1])

    @property
    def width(self) -> int:
        """Width of a frame in pixels."""
        return int(self.frames.shape[2])

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels, the order in which people and OpenCV say it."""
        return self.width, self.height

    @property
    def duration_s(self) -> float:
        """Length of the pictures in seconds."""
        return self.n_frames / self.fps

    @cached_property
    def sha256(self) -> str:
        """Hexadecimal SHA-256 of everything that is seen and heard, whatever file held it."""
        digest = hashlib.sha256(repr((self.frames.shape, float(self.fps), self.sample_rate)).encode())
        digest.update(np.ascontiguousarray(self.frames).data)
        if self.audio is not None:
            digest.update(repr(self.audio.shape).encode())
            digest.update(np.ascontiguousarray(self.audio).data)
        return digest.hexdigest()

    def with_frames(self, frames: Frames) -> Self:
        """Return a clip with other frames and the same rate and sound."""
        return replace(self, frames=frames)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Clip) and self.sha256 == other.sha256

    def __hash__(self) -> int:
        return hash(self.sha256)


def _read_only(array: NDArray[np.generic]) -> None:
    """Clear the write flag, so that a hash once taken stays true."""
    array.setflags(write=False)
