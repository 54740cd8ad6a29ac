"""What platforms and people do to a clip on its way: pure functions from Clip to Clip, each with its recipe.

Where nothing else is said, the number of frames, the frame rate, the size and the sound stay as they are.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Final, Literal

import cv2
import numpy as np
from PIL import Image

from medialit.errors import ClipError
from medialit.media._encode import Codec
from medialit.media.clip import Clip, Frames
from medialit.media.image import jpeg_bytes
from medialit.media.io import through_encoder

_MIDDLE: Final = 128  # the level about which contrast turns


def recompress(clip: Clip, *, crf: int, codec: Codec = "h264", audio_kbps: int = 96) -> Clip:
    """Put the clip through a real encoder and decoder, in memory.

    Recipe: the settings of `write` at this CRF; sound as AAC or Opus, so that its sample rate may be raised
    to one that the codec knows. An odd size is padded for the encoder and cut back.

    Parameters
    ----------
    clip : Clip
    crf : int
        From 1 (best) to 51 for H.264, from 0 to 63 for VP9.
    codec : {"h264", "vp9"}
    audio_kbps : int

    Raises
    ------
    ClipError
        If the CRF is out of range or the encoder refuses the clip.
    """
    back = through_encoder(clip, codec=codec, crf=crf, audio_kbps=audio_kbps)
    if back.frames.shape != clip.frames.shape:
        raise ClipError(
            f"{codec} gave back {back.frames.shape} for {clip.frames.shape}. Use a frame rate from 0.01 "
            "to 1000."
        )
    return replace(back, fps=clip.fps)


def resize(clip: Clip, *, scale: float) -> Clip:
    """Scale both sides; area averaging downwards, bicubic upwards, no side below one pixel.

    Raises
    ------
    ClipError
        If the scale is not positive, or either side would pass 16,384 pixels.
    """
    _require(np.isfinite(scale) and scale > 0, f"A scale is positive, not {scale!r}: 0.5 halves both sides.")
    size = max(1, round(clip.width * scale)), max(1, round(clip.height * scale))
    _require(
        max(size) <= 16_384,
        f"A scale of {scale} would give {size[0]} x {size[1]} pixels. Take a smaller one.",
    )
    if size == clip.size:
        return clip
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return _each(clip, lambda picture: np.asarray(cv2.resize(picture, size, interpolation=how), np.uint8))


def crop(clip: Clip, *, keep: float, anchor: tuple[float, float] = (0.5, 0.5)) -> Clip:
    """Keep a share of both sides.

    Parameters
    ----------
    clip : Clip
    keep : float
        Share of the width and of the height that stays, above 0 up to 1.
    anchor : (float, float)
        Where the window lies, across and down: (0, 0) top left, (0.5, 0.5) the middle, (1, 1) bottom right.
    """
    _require(0 < keep <= 1, f"The share to keep lies above 0 and up to 1, not at {keep!r}.")
    _require(
        all(0 <= part <= 1 for part in anchor),
        f"An anchor lies between (0, 0) and (1, 1), not at {anchor!r}.",
    )
    width, height = max(1, round(clip.width * keep)), max(1, round(clip.height * keep))
    left = round((clip.width - width) * anchor[0])
    top = round((clip.height - height) * anchor[1])
    window = clip.frames[:, top : top + height, left : left + width]
    return clip.with_frames(np.ascontiguousarray(window))


def flip(clip: Clip, *, axis: Literal["horizontal", "vertical"] = "horizontal") -> Clip:
    """Mirror left and right (horizontal), or top and bottom (vertical)."""
    _require(
        axis in ("horizontal", "vertical"), f"A clip is flipped 'horizontal' or 'vertical', not {axis!r}."
    )
    turned = clip.frames[:, :, ::-1] if axis == "horizontal" else clip.frames[:, ::-1]
    return clip.with_frames(np.ascontiguousarray(turned))


def drop_frames(
    clip: Clip,
    *,
    every: int | None = None,
    share: float | None = None,
    seed: int | None = None,
    gap: Literal["hold", "close"] = "hold",
) -> Clip:
    """Lose frames, as a poor connection or an editor does.

    Parameters
    ----------
    clip : Clip
    every : int, optional
        Lose every so-manieth frame: 5 loses the frames 4, 9, 14 and so on. At least 2. Either this or
        `share`.
    share : float, optional
        Lose each frame with this probability, from 0 to below 1. Needs `seed`.
    seed : int, optional
        Of the choice by `share`.
    gap : {"hold", "close"}
        Show the frame before for longer, as a player does, which keeps the length; or close the gap, as an
        editor does, which shortens the pictures (the sound is cut at their new end).

    Notes
    -----
    The first frame is never lost.
    """
    _require((every is None) != (share is None), "Say which frames to drop: either every= or share=.")
    number = np.arange(clip.n_frames)
    if every is not None:
        _require(every >= 2, f"every= is at least 2, not {every}: every frame cannot be dropped.")
        lost = number % every == every - 1
    elif share is not None:
        _require(0 <= share < 1, f"share= lies from 0 to below 1, not at {share!r}.")
        _require(seed is not None, "Dropping a share of the frames is random: give seed=.")
        lost = np.random.default_rng(seed).random(clip.n_frames) < share
    lost[0] = False
    if gap == "hold":
        return clip.with_frames(clip.frames[np.maximum.accumulate(np.where(lost, 0, number))])
    _require(gap == "close", f"A gap is left to 'hold' or 'close', not {gap!r}.")
    return _with_length(clip, clip.frames[~lost], fps=clip.fps)


def change_fps(clip: Clip, *, fps: float) -> Clip:
    """Show the same seconds at another rate by repeating or leaving out frames; nothing is blended.

    The new frame k is the old one on screen at the time k / fps. The length stays within half a frame.
    """
    _require(np.isfinite(fps) and fps > 0, f"A frame rate is positive, not {fps!r}.")
    if fps == clip.fps:
        return clip
    n_frames = max(1, round(clip.duration_s * fps))
    _require(n_frames <= 1_000_000, f"{fps:g} frames a second would give {n_frames:,} frames. Take fewer.")
    on_screen = np.floor(np.arange(n_frames) * (clip.fps / fps) + 1e-6).astype(np.intp)
    return replace(clip, frames=clip.frames[np.minimum(on_screen, clip.n_frames - 1)], fps=fps)


def brightness(clip: Clip, *, shift: float) -> Clip:
    """Add levels to red, green and blue: -255 is black, 0 changes nothing, 255 is white."""
    _require(-255 <= shift <= 255, f"A shift lies from -255 to 255 levels, not at {shift!r}.")
    return _by_table(clip, np.arange(256) + shift)


def contrast(clip: Clip, *, factor: float) -> Clip:
    """Stretch levels away from middle grey (128): 0 is flat grey, 1 changes nothing, 2 doubles."""
    _require(np.isfinite(factor) and factor >= 0, f"A contrast factor is 0 or more, not {factor!r}.")
    return _by_table(clip, (np.arange(256) - _MIDDLE) * factor + _MIDDLE)


def jpeg(clip: Clip, *, quality: int) -> Clip:
    """Store each frame as a JPEG (libjpeg quality 1 to 100; 4:2:0 colour below 90) and open it again."""

    def through_jpeg(picture: Frames) -> Frames:
        with Image.open(io.BytesIO(jpeg_bytes(picture, quality=quality))) as image:
            return np.array(image.convert("RGB"), np.uint8)

    return _each(clip, through_jpeg)


def rotate(clip: Clip, *, degrees: float) -> Clip:
    """Turn anticlockwise about the middle.

    Whole quarter turns are exact, and 90 and 270 exchange width and height. Any other angle keeps the size,
    samples bilinearly and leaves the corners black.
    """
    _require(bool(np.isfinite(degrees)), f"An angle is a finite number of degrees, not {degrees!r}.")
    if degrees % 90 == 0:
        return clip.with_frames(
            np.ascontiguousarray(np.rot90(clip.frames, k=int(degrees // 90) % 4, axes=(1, 2)))
        )
    middle = (clip.width - 1) / 2, (clip.height - 1) / 2
    matrix = cv2.getRotationMatrix2D(middle, degrees, 1.0)
    return _each(clip, lambda picture: np.asarray(cv2.warpAffine(picture, matrix, clip.size), np.uint8))


def messenger(clip: Clip) -> Clip:
    """Send the clip through a messenger.

    Recipe: at most 30 frames a second, both sides to 66 %, H.264 at CRF 30, sound as AAC at 64 kbit/s. It is
    ours, set by what such apps are seen to do to a 720p clip; no app publishes its own.
    """
    slower = change_fps(clip, fps=min(clip.fps, 30.0))
    return recompress(resize(slower, scale=0.66), crf=30, audio_kbps=64)


def screenshot(
    clip: Clip, *, at_s: float | None = None, scale: float = 0.75, keep: float = 0.96, quality: int = 80
) -> Clip:
    """Take one frame the way a phone's screenshot does, and pass it on.

    Recipe: the frame on screen at `at_s` (default: the middle), both sides scaled, the middle kept, saved as
    JPEG.

    Returns
    -------
    Clip
        One frame, shown for a second (fps 1), silent.

    Raises
    ------
    ClipError
        If `at_s` lies outside the clip.
    """
    moment = clip.duration_s / 2 if at_s is None else at_s
    _require(
        0 <= moment <= clip.duration_s,
        f"The clip lasts {clip.duration_s:g} s; there is nothing at {moment:g} s.",
    )
    number = min(int(moment * clip.fps + 1e-6), clip.n_frames - 1)
    still = Clip(clip.frames[number : number + 1].copy(), 1.0)
    return jpeg(crop(resize(still, scale=scale), keep=keep), quality=quality)


def screen_recording(clip: Clip, *, seed: int) -> Clip:
    """Record the clip from the screen that plays it.

    Recipe: 30 frames a second, of which 2 % are missed by the recorder and held (chosen by `seed`); both
    sides to 90 %; contrast 0.95 and 4 levels brighter, as a display profile does; H.264 at CRF 26; sound as
    AAC at 96 kbit/s.
    """
    seen = drop_frames(change_fps(clip, fps=30.0), share=0.02, seed=seed)
    shown = brightness(contrast(resize(seen, scale=0.9), factor=0.95), shift=4)
    return recompress(shown, crf=26)


def _each(clip: Clip, change: Callable[[Frames], Frames]) -> Clip:
    first = change(clip.frames[0])
    frames = np.empty((clip.n_frames, *first.shape), np.uint8)
    frames[0] = first
    for number in range(1, clip.n_frames):
        frames[number] = change(clip.frames[number])
    return clip.with_frames(frames)


def _by_table(clip: Clip, levels: np.ndarray[tuple[int], np.dtype[np.floating]]) -> Clip:
    table = np.clip(np.rint(levels), 0, 255).astype(np.uint8)
    return clip.with_frames(table[clip.frames])


def _with_length(clip: Clip, frames: Frames, *, fps: float) -> Clip:
    if clip.audio is None or clip.sample_rate is None:
        return replace(clip, frames=frames, fps=fps)
    n_samples = round(len(frames) / fps * clip.sample_rate)
    return replace(clip, frames=frames, fps=fps, audio=clip.audio[:n_samples])


def _require(condition: bool | np.bool_, message: str) -> None:
    if not condition:
        raise ClipError(message)
