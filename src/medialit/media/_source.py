"""Opening a file that may be anything, without believing what it says."""

from __future__ import annotations

import io
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, Final

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition
from av.video.stream import VideoStream

from medialit.errors import MediaTooLargeError, UnreadableMediaError
from medialit.media.limits import Limits

# Only demuxers that read the one file they are given. A "video" that is really a playlist (HLS, DASH,
# ffconcat, SDP, an image sequence) would make FFmpeg open other files or addresses on behalf of whoever made
# it.
_DEMUXERS: Final = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,gif,mpegts,mpeg,mpegvideo,ogg,flv,asf,h264,hevc,m4v,ivf,obu,"
    "apng,yuv4mpegpipe,mjpeg,mxf,nut,dv,wav,mp3,aac,flac"
)
# What Python or PyAV may raise while a broken file is read; each becomes a MedialitError.
BROKEN: Final = (FFmpegError, ValueError, OverflowError, EOFError, OSError, AttributeError, RuntimeError)
_RATE_BOUNDS: Final = (Fraction(1, 60), Fraction(480))
_INDEX_TAIL: Final = 4096

Source = Path | io.BytesIO


@dataclass(frozen=True)
class Opened:
    """An open file with the streams that a clip is made of."""

    name: str
    container: InputContainer
    video: VideoStream
    audio: AudioStream | None
    n_bytes: int


@contextmanager
def open_source(source: Source, *, limits: Limits) -> Iterator[Opened]:
    """Open a file, or the bytes of one, and choose its picture and sound streams.

    Raises
    ------
    UnreadableMediaError
        If there is no such file, it is empty or not a file, is not media, or holds no pictures.
    """
    name, n_bytes, target = _target(source)
    options = {
        "format_whitelist": _DEMUXERS,
        "protocol_whitelist": "file",
        # find_stream_info may decode a picture before we see its size.
        "max_pixels": decoder_pixels(limits),
        "threads": "1",
    }
    try:
        container = av.open(target, "r", options=options, metadata_errors="replace")
    except MemoryError as error:
        raise MediaTooLargeError(f"{name} asks for more memory than there is. {_REFUSE}") from error
    except BROKEN as error:
        raise UnreadableMediaError(_not_media(name, source, n_bytes)) from error
    with container:
        pictures = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
        if not pictures:
            kind = "only sound" if container.streams.audio else "no pictures and no sound"
            raise UnreadableMediaError(
                f"{name} holds {kind}, so there is nothing to see. Give a file with a video stream."
            )
        video = max(pictures, key=lambda s: bool(s.disposition & Disposition.default))
        if video.codec_context is None:
            raise UnreadableMediaError(
                f"{name} is compressed in a way that this build of FFmpeg cannot decode. "
                "Convert it to H.264 in MP4 first."
            )
        sounds = [s for s in container.streams.audio if s.codec_context is not None]
        yield Opened(name, container, video, sounds[0] if sounds else None, n_bytes)


def decoder_pixels(limits: Limits) -> str:
    """Return the decoder's own limit, before which it takes no memory: wider, because it counts padding too."""
    return str(2 * limits.max_pixels + 2**16)


def frame_rate(opened: Opened) -> float | None:
    """Return the constant rate at which a file is read, or None if its header gives no usable one.

    It is the average rate; where the stream's base rate (the lowest that can name every timestamp) lies
    within 0.5 % of that, the base rate, which is exact where the average suffers from rounded timestamps.
    """
    video = opened.video
    average, base = video.average_rate, video.base_rate
    chosen = average or base
    if average and base and abs(base / average - 1) < Fraction(5, 1000):
        chosen = base
    if not chosen or not _RATE_BOUNDS[0] <= chosen <= _RATE_BOUNDS[1]:
        return None
    return float(chosen)


def declared_duration_s(opened: Opened) -> float | None:
    """Return how long the pictures last according to the header, in seconds."""
    video = opened.video
    if video.duration and video.time_base and video.duration > 0:
        return float(video.duration * video.time_base)
    if opened.container.duration and opened.container.duration > 0:
        return opened.container.duration / av.time_base
    return None


def is_cut_short(opened: Opened) -> bool:
    """Say whether the file's own index points behind its end, as after an interrupted copy."""
    for stream in (opened.video, opened.audio):
        if stream is not None and any(
            entry.pos + entry.size > opened.n_bytes for entry in stream.index_entries[-_INDEX_TAIL:]
        ):
            return True
    return False


def refuse_what_is_declared(opened: Opened, *, limits: Limits, fps: float | None, whole: bool) -> None:
    """Raise MediaTooLargeError if the header alone says that the file is beyond the limits.

    `whole` says that all of the clip will be in memory at once.
    """
    video = opened.video
    n_pixels = video.width * video.height
    if n_pixels == 0:
        raise UnreadableMediaError(
            f"{opened.name} has pictures of no usable size: damaged, or beyond the limit of "
            f"{limits.max_pixels:,} pixels. Fetch it again, make it smaller, or raise max_pixels."
        )
    if n_pixels > limits.max_pixels:
        raise MediaTooLargeError(
            f"{opened.name} declares pictures of {video.width} x {video.height}; "
            f"the limit is {limits.max_pixels:,} pixels. Make it smaller, or raise max_pixels."
        )
    seconds = declared_duration_s(opened)
    if seconds is not None and seconds > limits.max_seconds:
        raise MediaTooLargeError(
            f"{opened.name} declares {seconds:,.0f} seconds; the limit is {limits.max_seconds:,.0f}. "
            "Cut out the part that matters, or raise max_seconds."
        )
    n_frames = video.frames
    if fps is not None and seconds is not None:
        n_frames = round(seconds * fps)
    if n_frames > limits.max_frames:
        raise MediaTooLargeError(
            f"{opened.name} declares {n_frames:,} frames; the limit is {limits.max_frames:,}. "
            "Cut out the part that matters, ask for fewer frames a second, or raise max_frames."
        )
    if whole and 3 * n_pixels * n_frames > limits.max_bytes_decoded:
        raise MediaTooLargeError(
            f"{opened.name} declares {n_frames:,} frames of {video.width} x {video.height}, which would take "
            f"{3 * n_pixels * n_frames:,} bytes; the limit is {limits.max_bytes_decoded:,}. Read it in "
            "pieces with stream, ask for fewer frames a second, make it smaller, or raise max_bytes_decoded."
        )


_REFUSE: Final = "The file is probably damaged or made to do harm; ask for another copy."


def require_file(path: Path) -> int:
    """Return the length of a regular file in bytes; raise UnreadableMediaError if it is something else."""
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise UnreadableMediaError(
            f"There is no file {path}. Check the name and the folder you work in."
        ) from error
    except (OSError, ValueError) as error:
        raise UnreadableMediaError(f"{path} cannot be opened ({error}). Check its permissions.") from error
    if stat.S_ISDIR(status.st_mode):
        raise UnreadableMediaError(f"{path} is a folder. Name one file inside it.")
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableMediaError(f"{path} is a device or a pipe, not a file. Copy it into a file first.")
    if status.st_size == 0:
        raise UnreadableMediaError(
            f"{path} is empty (0 bytes): the download or copy did not finish. Fetch it again."
        )
    return status.st_size


def _target(source: Source) -> tuple[str, int, str | BinaryIO]:
    if isinstance(source, io.BytesIO):
        return "the bytes given", source.getbuffer().nbytes, source
    return source.name, require_file(source), f"file:{source.absolute()}"


def _not_media(name: str, source: Source, n_bytes: int) -> str:
    try:
        head = source.getvalue()[:512] if isinstance(source, io.BytesIO) else _head(source)
    except OSError as error:
        return f"{name} cannot be opened ({error.strerror}). Check its permissions."
    if _is_text(head):
        return f"{name} is text, whatever its name says: it begins {head[:40]!r}. Give a video file."
    if head[:4] == b"\x89PNG" or head[:3] == b"\xff\xd8\xff":
        return f"{name} is a still picture. Read it with read_image."
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
        return (
            f"{name} is an MP4 or MOV file of {n_bytes:,} bytes without a usable table of contents: it is "
            "cut short or damaged. Fetch it again; if it comes from a camera that lost power, a repair "
            "tool may help."
        )
    return (
        f"{name} ({n_bytes:,} bytes) is no video that can be read here: damaged, or of a kind that is not "
        "supported. Fetch it again, or convert it to H.264 in MP4."
    )


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(512)


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # a character cut in two by the 512 bytes is no objection
            return False
        text = head[: error.start].decode("utf-8")
    return all(character.isprintable() or character in "\r\n\t\f\ufeff" for character in text)
