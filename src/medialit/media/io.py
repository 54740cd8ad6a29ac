"""Clips and pictures, in and out of files.

Everything comes in as upright RGB at a constant rate and goes out tagged BT.709. Files are never believed:
what a header declares is checked before memory is taken, playlists that would open other files are refused,
and whatever is wrong ends as a `MedialitError`.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np

from medialit.errors import MediaError, MediaTooLargeError, UnreadableMediaError
from medialit.media._decode import Damaged, Decoder, odd_size, rotation
from medialit.media._encode import Codec, encode, extension
from medialit.media._files import replacing
from medialit.media._source import (
    BROKEN,
    Opened,
    Source,
    declared_duration_s,
    decoder_pixels,
    frame_rate,
    is_cut_short,
    open_source,
    refuse_what_is_declared,
)
from medialit.media.clip import Clip, Frames, Samples
from medialit.media.limits import DEFAULT_LIMITS, Limits

_NO_TAGS: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class MediaInfo:
    """What a file says about itself, and what its first picture shows.

    Parameters
    ----------
    container : str
        FFmpeg's name of the format, such as ``mov,mp4,m4a,3gp,3g2,mj2``.
    codec, pixel_format : str
        Of the pictures; `pixel_format` is empty where it is not known.
    declared_size : (int, int)
        Width and height in the header, before rotation.
    size : (int, int) or None
        Width and height of the first picture, upright; None if it cannot be decoded within the limits.
    declared_frames : int or None
        Number of pictures in the header, where the format has one.
    declared_duration_s : float or None
        Length of the pictures in the header, in seconds.
    fps : float or None
        The constant rate at which `read` reads this file; None if the header gives none.
    rotation : int or None
        Degrees clockwise by which players turn the stored picture: 0, 90, 180, 270; None if not known.
    has_audio : bool
    audio_codec : str or None
    sample_rate, n_channels : int or None
        Of the sound.
    bit_rate : int or None
        Bits a second of the whole file.
    n_bytes : int
        Length of the file.
    cut_short : bool
        The file's index points behind its end.
    tags : mapping
        The container's tags, such as ``creation_time`` and ``encoder``.
    """

    container: str
    codec: str
    pixel_format: str
    declared_size: tuple[int, int]
    size: tuple[int, int] | None
    declared_frames: int | None
    declared_duration_s: float | None
    fps: float | None
    rotation: int | None
    has_audio: bool
    audio_codec: str | None
    sample_rate: int | None
    n_channels: int | None
    bit_rate: int | None
    n_bytes: int
    cut_short: bool
    tags: Mapping[str, str] = field(hash=False)


def read(
    path: str | os.PathLike[str],
    *,
    limits: Limits = DEFAULT_LIMITS,
    fps: float | None = None,
    audio: bool = True,
    damaged: Damaged = "refuse",
) -> Clip:
    """Read a whole video file.

    Parameters
    ----------
    path : path-like
        MP4, MOV, WebM, Matroska, AVI, GIF and what else FFmpeg reads from one file.
    limits : Limits
        What is more than this is refused, as far as possible before it is decoded.
    fps : float, optional
        Frames a second of the clip. Default: the file's own average rate.
    audio : bool
        Read the sound too, at its own sample rate; more than two channels are mixed down to two.
    damaged : {"refuse", "keep"}
        What to do with a file that breaks off or has undecodable parts: raise, or keep the rest.

    Returns
    -------
    Clip
        Upright RGB. A varying frame rate becomes constant: each frame goes to the nearest multiple of 1/fps,
        counted from the first; where two meet the nearer stays, where none comes the one before is repeated.
        Sound begins with the first picture and is cut where the pictures end. Pixels that are not square stay
        as they are stored.

    Raises
    ------
    UnreadableMediaError
        If the file is missing, empty, no media, damaged, or without a video stream.
    MediaTooLargeError
        If it declares or holds more than `limits`.

    Examples
    --------
    >>> import numpy as np, tempfile
    >>> clip = Clip(frames=np.full((8, 48, 64, 3), 90, np.uint8), fps=8.0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read(write(clip, Path(folder) / "grey.mp4"))
    Clip(fps=8.0, sample_rate=None)
    """
    return _read(Path(path), limits=limits, fps=fps, audio=audio, damaged=damaged)


def stream(
    path: str | os.PathLike[str],
    *,
    chunk_frames: int = 32,
    limits: Limits = DEFAULT_LIMITS,
    fps: float | None = None,
    damaged: Damaged = "refuse",
) -> Iterator[Clip]:
    """Read a video file piece by piece, in memory that does not grow with its length.

    Parameters
    ----------
    path : path-like
    chunk_frames : int
        Frames in each piece; the last may have fewer. `limits.max_bytes_decoded` bounds one piece.
    limits, fps, damaged
        As for `read`. A low `fps` is a cheap way to sample a long video: frames left out are not converted.

    Yields
    ------
    Clip
        Silent clips, one after the other; joined, their frames are those of `read`.

    Raises
    ------
    UnreadableMediaError, MediaTooLargeError
        As for `read`, at the piece where it shows.
    """
    if chunk_frames < 1:
        raise MediaError(f"A piece has at least one frame, not {chunk_frames}.")
    with open_source(Path(path), limits=limits) as opened:
        rate = _rate(opened, fps, damaged=damaged, limits=limits, whole=False)
        decoder = Decoder(opened, limits, damaged, with_audio=False)
        gathered: _Gathered | None = None
        for picture, n_times in decoder.pictures(rate):
            for _ in range(n_times):
                if gathered is None:
                    gathered = _Gathered(opened, limits, n_expected=chunk_frames)
                gathered.add(picture)
                if gathered.n == chunk_frames:
                    yield Clip(gathered.frames(), rate)
                    gathered = None
        if gathered is not None:
            yield Clip(gathered.frames(), rate)
        if damaged == "refuse":
            decoder.require_complete()


def probe(path: str | os.PathLike[str], *, limits: Limits = DEFAULT_LIMITS) -> MediaInfo:
    """Look at a video file's header and first picture.

    Raises
    ------
    UnreadableMediaError
        If the file is missing, empty, no media, or without a video stream. A file that is only too large, or
        damaged after its header, is described, not refused.
    """
    with open_source(Path(path), limits=limits) as opened:
        video, sound = opened.video, opened.audio
        size, turned = _first_picture(opened, limits)
        return MediaInfo(
            container=opened.container.format.name,
            codec=video.codec_context.name,
            pixel_format=video.pix_fmt or "",
            declared_size=(video.width, video.height),
            size=size,
            declared_frames=video.frames or None,
            declared_duration_s=declared_duration_s(opened),
            fps=frame_rate(opened),
            rotation=turned,
            has_audio=bool(opened.container.streams.audio),
            audio_codec=sound.codec_context.name if sound else None,
            sample_rate=sound.codec_context.sample_rate if sound else None,
            n_channels=sound.codec_context.channels if sound else None,
            bit_rate=opened.container.bit_rate or None,
            n_bytes=opened.n_bytes,
            cut_short=is_cut_short(opened),
            tags=MappingProxyType(dict(opened.container.metadata)),
        )


def write(
    clip: Clip,
    path: str | os.PathLike[str],
    *,
    codec: Codec = "h264",
    crf: int | None = None,
    audio_kbps: int = 128,
    tags: Mapping[str, str] = _NO_TAGS,
    steady_kbps: int | None = None,
) -> Path:
    """Write a clip as a file that browsers play, all of it or nothing.

    Parameters
    ----------
    clip : Clip
    path : path-like
        Must end in ``.mp4`` for H.264 + AAC and in ``.webm`` for VP9 + Opus.
    codec : {"h264", "vp9"}
    crf : int, optional
        Constant rate factor, from 1 (best) to 51 for H.264 and from 0 to 63 for VP9. Default: 18 and 24.
    audio_kbps : int
        Bit rate of the sound. Sample rates that the codec does not know are raised to the next that it does.
    tags : mapping
        Container tags, such as ``{"title": "Market at noon"}``.
    steady_kbps : int, optional
        Instead of a CRF, for H.264: the bit rate of the pictures, held frame by frame with filler, with a fixed pattern
        of frame types. The sizes of file and packets then follow from rate and length, and say nothing of the content.

    Returns
    -------
    Path
        `path`.

    Notes
    -----
    4:2:0, 8 bits, limited range, tagged BT.709; MP4 has its index in front. The frame rate is rounded to a
    fraction with a denominator of at most 1001. H.264 needs even sides: an odd one gets its last column or
    line repeated, the true size is noted in the tag ``medialit_size``, and `read` takes the addition off
    again. No clock and no random number goes in: the same versions write the same clip as the same bytes.

    Raises
    ------
    ClipError
        If the codec, CRF, rate or number of channels is impossible, or the encoder refuses the size.
    MediaError
        If the ending is wrong or the file cannot be written.
    """
    target = Path(path)
    if target.suffix.lower() != extension(codec):
        raise MediaError(
            f"A file with {codec} ends in {extension(codec)}, not {target.suffix or 'nothing'!r}."
        )
    with replacing(target) as draft:
        encode(clip, draft, codec=codec, crf=crf, audio_kbps=audio_kbps, tags=tags, steady_kbps=steady_kbps)
    return target


def through_encoder(clip: Clip, *, codec: Codec, crf: int | None, audio_kbps: int = 128) -> Clip:
    """Return the clip as it comes back from the encoder, without touching the disk."""
    memory = io.BytesIO()
    encode(clip, memory, codec=codec, crf=crf, audio_kbps=audio_kbps, tags={})
    memory.seek(0)
    generous = Limits(
        max_frames=2 * clip.n_frames + 2,
        max_pixels=max(4 * (clip.width + 16) * (clip.height + 16), 65_536),
        max_seconds=2 * clip.duration_s + 60,
        max_bytes_decoded=4 * clip.frames.nbytes + 2**28,
    )
    return _read(memory, limits=generous, fps=clip.fps, audio=clip.audio is not None, damaged="refuse")


def _read(source: Source, *, limits: Limits, fps: float | None, audio: bool, damaged: Damaged) -> Clip:
    with open_source(source, limits=limits) as opened:
        rate = _rate(opened, fps, damaged=damaged, limits=limits, whole=True)
        decoder = Decoder(opened, limits, damaged, with_audio=audio and opened.audio is not None)
        gathered = _Gathered(opened, limits, n_expected=min(opened.video.frames or 64, limits.max_frames))
        for picture, n_times in decoder.pictures(rate):
            for _ in range(n_times):
                gathered.add(picture)
        if damaged == "refuse":
            decoder.require_complete()
        frames = gathered.frames()
        samples: Samples | None = None
        if decoder.sound is not None and decoder.first_time is not None:
            samples = decoder.sound.aligned(decoder.first_time, duration_s=len(frames) / rate)
        sample_rate = decoder.sound.rate if decoder.sound is not None and samples is not None else None
        return Clip(frames, rate, audio=samples, sample_rate=sample_rate)


def _rate(opened: Opened, fps: float | None, *, damaged: Damaged, limits: Limits, whole: bool) -> float:
    if fps is not None and not (np.isfinite(fps) and fps > 0):
        raise MediaError(f"A frame rate is positive, not {fps!r}.")
    rate = fps if fps is not None else frame_rate(opened)
    if rate is None:
        raise UnreadableMediaError(
            f"{opened.name} does not say how many frames a second it has (it declares "
            f"{opened.video.average_rate}). Say it yourself with fps=."
        )
    refuse_what_is_declared(opened, limits=limits, fps=fps, whole=whole)
    if damaged == "refuse" and is_cut_short(opened):
        raise UnreadableMediaError(
            f"{opened.name} is cut short: its own index points behind its {opened.n_bytes:,} bytes. Fetch it "
            'again, or read what is left with damaged="keep".'
        )
    return rate


def _first_picture(opened: Opened, limits: Limits) -> tuple[tuple[int, int] | None, int | None]:
    if opened.video.width * opened.video.height > limits.max_pixels:
        return None, None
    opened.video.codec_context.options = {"max_pixels": decoder_pixels(limits)}
    opened.video.codec_context.thread_count = 1
    try:
        frame = next(iter(opened.container.decode(opened.video)), None)
    except (MemoryError, *BROKEN):
        return None, None
    if frame is None:
        return None, None
    turned = rotation(frame)
    width, height = odd_size(dict(opened.container.metadata), (frame.width, frame.height))
    return ((height, width) if turned in (90, 270) else (width, height)), turned


class _Gathered:
    """An array of frames that grows in place, so that reading needs hardly more than the clip itself."""

    def __init__(self, opened: Opened, limits: Limits, *, n_expected: int) -> None:
        self.n = 0
        self._opened, self._limits, self._n_expected = opened, limits, max(1, n_expected)
        self._array: Frames | None = None

    def add(self, picture: Frames) -> None:
        if self._array is None:
            width, height = odd_size(
                dict(self._opened.container.metadata), (picture.shape[1], picture.shape[0])
            )
            self._size = width, height
            n_first = min(self._n_expected, self._n_most(), 1 + 2**25 // (3 * width * height))
            self._array = np.empty((n_first, height, width, 3), np.uint8)
        if self.n == self._array.shape[0]:
            n_more = min(self._n_most(), self.n + self.n // 4 + 8)
            self._array.resize((n_more, *self._array.shape[1:]), refcheck=False)
        self._array[self.n] = picture[: self._size[1], : self._size[0]]
        self.n += 1

    def frames(self) -> Frames:
        """Hand over the array (T, H, W, 3), cut to what was added."""
        if self._array is None:
            raise UnreadableMediaError(f"{self._opened.name} holds no picture. Fetch it again.")
        self._array.resize((self.n, *self._array.shape[1:]), refcheck=False)
        return self._array

    def _n_most(self) -> int:
        width, height = self._size
        n_most = self._limits.max_bytes_decoded // (3 * width * height)
        if n_most <= self.n:
            raise MediaTooLargeError(
                f"{self._opened.name} takes more than {self._limits.max_bytes_decoded:,} bytes when decoded "
                f"({width} x {height}, {self.n:,} frames so far). Read it in pieces with stream, make it "
                "smaller, or raise max_bytes_decoded."
            )
        return n_most
