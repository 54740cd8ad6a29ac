"""From packets to upright RGB pictures at a constant rate, and the sound beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final, Literal, cast

import cv2
import numpy as np
from av import AudioFrame, AudioResampler, VideoFrame
from av.sidedata.sidedata import Type as SideDataType
from av.video.reformatter import VideoReformatter

from medialit.errors import MediaTooLargeError, UnreadableMediaError
from medialit.media._colour import to_rgb
from medialit.media._source import BROKEN, Opened, declared_duration_s, decoder_pixels
from medialit.media.clip import Frames, Samples
from medialit.media.limits import Limits

Damaged = Literal["refuse", "keep"]

ODD_SIZE_TAG: Final = "medialit_size"  # see _encode: the size before one column or line was added
_MAX_AUDIO_GAP_S: Final = 0.05  # rounded timestamps wobble less than this; a real gap is longer
_LEAD_S: Final = 60.0  # sound that begins so long before the pictures is still aligned
_BYTES_PER_SAMPLE: Final = 4
_MISSING_S: Final = 0.5
_MISSING_TAGGED_S: Final = 0.15


@dataclass
class Decoder:
    """Decodes one open file once, and remembers what it met on the way.

    `pictures` drives the demuxer; `sound` collects what is heard meanwhile.
    """

    opened: Opened
    limits: Limits
    damaged: Damaged
    with_audio: bool
    seconds_seen: float = 0.0
    first_time: Fraction | None = None
    sound: _Sound | None = None
    _n_decoded: int = 0
    _upright: _Upright = field(default_factory=lambda: _Upright(None))

    def pictures(self, fps: float) -> Iterator[tuple[Frames, int]]:
        """Yield (picture (H, W, 3), how many times it is shown) at a constant rate."""
        size: tuple[int, int] | None = None
        reformatter = VideoReformatter()
        for frame, n_times in _constant_rate(
            self._timed_frames(fps), fps=fps, limits=self.limits, name=self.name
        ):
            picture = self._upright(to_rgb(frame, reformatter))
            size = size or (picture.shape[1], picture.shape[0])
            if (picture.shape[1], picture.shape[0]) != size:  # a stream may change its size half-way
                picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
            yield picture, n_times

    @property
    def name(self) -> str:
        """The name of the file, for messages."""
        return self.opened.name

    def _timed_frames(self, fps: float) -> Iterator[tuple[VideoFrame, Fraction, Fraction]]:
        """Yield (frame, seconds since the first frame, its own duration in seconds)."""
        time = Fraction(0)
        step = 1 / Fraction(fps).limit_denominator(1_000_000)
        for frame in self._frames():
            duration = step
            if frame.time_base:
                if frame.pts is not None:
                    absolute = frame.pts * frame.time_base
                    if self.first_time is None:
                        self.first_time = absolute
                    time = absolute - self.first_time
                if frame.duration:
                    duration = frame.duration * frame.time_base
            if self.first_time is None:
                self.first_time = Fraction(0)
            yield frame, time, duration
            time += step

    def _frames(self) -> Iterator[VideoFrame]:
        video, audio = self.opened.video, self.opened.audio if self.with_audio else None
        video.codec_context.options = {"max_pixels": decoder_pixels(self.limits)}
        video.codec_context.thread_count = 1  # threads make what a damaged stream decodes to depend on chance
        streams = [video] if audio is None else [video, audio]
        if audio is not None:
            self.sound = _Sound(self.limits, self.name)
        packets = self.opened.container.demux(*streams)
        while True:
            try:
                packet = next(packets, None)
                if packet is None:
                    break
                decoded = packet.decode()
            except MemoryError as error:
                raise MediaTooLargeError(
                    f"{self.name} asks for more memory than there is. Give a smaller file."
                ) from error
            except BROKEN as error:
                if self.damaged == "refuse":
                    raise self._damage(error) from error
                if packet is None:
                    break
                continue
            if packet.pts is not None and packet.time_base:
                self.seconds_seen = max(
                    self.seconds_seen, float((packet.pts + (packet.duration or 0)) * packet.time_base)
                )
            for frame in decoded:
                if isinstance(frame, VideoFrame):
                    self._check(frame)
                    yield frame
                elif isinstance(frame, AudioFrame) and self.sound is not None:
                    self.sound.hear(frame, damaged=self.damaged)
        if self._n_decoded == 0:
            raise UnreadableMediaError(
                f"{self.name} has a video stream without a single picture that can be decoded: it is cut "
                "short or damaged. Fetch it again."
            )

    def _check(self, frame: VideoFrame) -> None:
        if self._n_decoded == 0:
            self._upright = _Upright(frame)
        self._n_decoded += 1
        if frame.width * frame.height > self.limits.max_pixels:
            raise MediaTooLargeError(
                f"{self.name} holds a picture of {frame.width} x {frame.height}; the limit is "
                f"{self.limits.max_pixels:,} pixels. Make it smaller, or raise max_pixels."
            )
        # More pictures than slots is possible (a low target rate), but not without bound.
        if self._n_decoded > 8 * self.limits.max_frames:
            raise MediaTooLargeError(
                f"{self.name} holds over {8 * self.limits.max_frames:,} pictures. Cut it."
            )

    def _damage(self, error: BaseException) -> UnreadableMediaError:
        return UnreadableMediaError(
            f"{self.name} is damaged after picture {self._n_decoded} ({error.__class__.__name__}). Fetch it "
            'again, or read what is left with damaged="keep".'
        )

    def require_complete(self) -> None:
        """Raise if every stream ended well before the length that the header declares."""
        # Matroska notes each stream's exact length in a tag; a container's length may be that of another stream.
        declared, slack = _tagged_duration_s(self.opened.video.metadata), _MISSING_TAGGED_S
        if declared is None:
            declared = declared_duration_s(self.opened)
            slack = _MISSING_S + 0.02 * (declared or 0.0)
        if declared is None:
            return
        start = self.opened.container.start_time or 0
        seen = self.seconds_seen - max(0.0, start / 1_000_000)
        if seen < declared - slack:
            raise UnreadableMediaError(
                f"{self.name} declares {declared:.1f} s but ends after {max(seen, 0):.1f} s: it is cut "
                "short. "
                'Fetch it again, or read what is left with damaged="keep".'
            )


def _tagged_duration_s(tags: dict[str, str]) -> float | None:
    """Return the seconds in a DURATION tag such as 00:00:02.000000000."""
    words = tags.get("DURATION", "").split(":")
    try:
        hours, minutes, seconds = (float(word) for word in words)
    except ValueError:
        return None
    return 3600 * hours + 60 * minutes + seconds


def odd_size(tags: dict[str, str], size: tuple[int, int]) -> tuple[int, int]:
    """Return the size that `write` noted before it made an odd size even; else the size as it is.

    The tag is believed only where it takes off at most one column and one line.
    """
    width, height = size
    words = tags.get(ODD_SIZE_TAG, "").split("x")
    if len(words) == 2 and all(word.isascii() and word.isdigit() and len(word) < 6 for word in words):
        noted = int(words[0]), int(words[1])
        if 0 <= width - noted[0] <= 1 and 0 <= height - noted[1] <= 1 and min(noted) > 0:
            return noted
    return size


class _Upright:
    """Turns pictures the way the display matrix of the file says (quarter turns and mirrors only)."""

    def __init__(self, frame: VideoFrame | None) -> None:
        a, b, c, d = _matrix(frame)
        self.transposed = abs(b) + abs(c) > abs(a) + abs(d)
        self.mirrored = (c if self.transposed else a) < 0
        self.upside_down = (b if self.transposed else d) < 0

    def __call__(self, picture: Frames) -> Frames:
        if self.transposed:
            picture = picture.swapaxes(0, 1)
        if self.mirrored:
            picture = picture[:, ::-1]
        if self.upside_down:
            picture = picture[::-1]
        return picture

    @property
    def clockwise(self) -> int:
        """Degrees by which the stored picture is turned, mirrors left out."""
        if self.transposed:
            return 90 if self.mirrored else 270
        return 180 if self.mirrored and self.upside_down else 0


def rotation(frame: VideoFrame) -> int:
    """Return by how many degrees clockwise a player turns the stored picture: 0, 90, 180 or 270."""
    return _Upright(frame).clockwise


def _matrix(frame: VideoFrame | None) -> tuple[int, int, int, int]:
    """Return a, b, c, d of the display matrix (ISO/IEC 14496-12, 6.2.2); the identity where there is none."""
    try:
        # The stubs take the container for a TypedDict.
        side_data = None if frame is None else cast(Any, frame.side_data)[SideDataType.DISPLAYMATRIX]
    except KeyError:
        side_data = None
    if side_data is None:
        return 1, 0, 0, 1
    numbers = np.frombuffer(bytes(side_data), dtype=np.int32)
    if numbers.size < 5 or not numbers[[0, 1, 3, 4]].any():
        return 1, 0, 0, 1
    return int(numbers[0]), int(numbers[1]), int(numbers[3]), int(numbers[4])


def _constant_rate(
    timed: Iterable[tuple[VideoFrame, Fraction, Fraction]], *, fps: float, limits: Limits, name: str
) -> Iterator[tuple[VideoFrame, int]]:
    """Put frames into slots 1/fps apart; yield (frame, number of slots that show it).

    A frame goes to the slot nearest to its time. Where two meet in one slot the nearer stays; a slot that
    gets none shows the frame before it; the last one ends when its own duration does.
    """
    rate = Fraction(fps).limit_denominator(1_000_000)
    held: VideoFrame | None = None
    held_slot, held_distance, end = 0, Fraction(0), Fraction(0)
    for frame, time, duration in timed:
        slot = max(0, round(time * rate))
        end = max(end, time + duration)
        distance = abs(time * rate - slot)
        if slot >= limits.max_frames:
            raise _too_long(name, limits)
        if held is not None and slot <= held_slot:
            if distance >= held_distance:
                continue
        elif held is not None:
            yield held, slot - held_slot
            held_slot = slot
        held, held_distance = frame, distance
    if held is not None:
        n_slots = max(1, round(end * rate))
        if n_slots > limits.max_frames:
            raise _too_long(name, limits)
        if n_slots > held_slot:
            yield held, n_slots - held_slot


def _too_long(name: str, limits: Limits) -> MediaTooLargeError:
    return MediaTooLargeError(
        f"{name} comes to more than {limits.max_frames:,} frames. Cut out the part that matters, ask for "
        "fewer frames a second, or raise max_frames."
    )


class _Sound:
    """Collects decoded sound as float32 at its own rate, one or two channels, with gaps as silence."""

    def __init__(self, limits: Limits, name: str) -> None:
        self.rate: int | None = None
        self.start: Fraction | None = None
        self.n_samples = 0
        self._pieces: list[Samples] = []
        self._resampler: AudioResampler | None = None
        self._limits, self._name = limits, name

    def hear(self, frame: AudioFrame, *, damaged: Damaged) -> None:
        try:
            if self._resampler is None:
                self.rate = frame.sample_rate
                layout = "mono" if frame.layout.nb_channels == 1 else "stereo"
                self._resampler = AudioResampler(format="flt", layout=layout, rate=self.rate)
            time = None if frame.pts is None or not frame.time_base else frame.pts * frame.time_base
            for piece in self._resampler.resample(frame):
                self._append(time, piece)
                time = None
        except BROKEN as error:
            if damaged == "refuse":
                raise UnreadableMediaError(
                    f"The sound of {self._name} is damaged. Fetch the file again, or read it "
                    "with audio=False."
                ) from error

    def _append(self, time: Fraction | None, frame: AudioFrame) -> None:
        n_channels = frame.layout.nb_channels
        samples = np.asarray(frame.to_ndarray(), np.float32).reshape(-1, n_channels)
        rate = self.rate or 1
        if self.n_samples > (self._limits.max_seconds + _LEAD_S) * rate:
            return  # the pictures end before; what comes now would be cut anyway
        if self.start is None:
            self.start = time if time is not None else Fraction(0)
        if time is not None:
            gap = round((time - self.start) * rate) - self.n_samples
            if gap > _MAX_AUDIO_GAP_S * rate:
                self._count(gap, n_channels)
                self._pieces.append(np.zeros((gap, n_channels), np.float32))
        self._count(samples.shape[0], n_channels)
        self._pieces.append(samples)

    def _count(self, n: int, n_channels: int) -> None:
        self.n_samples += n
        if self.n_samples * n_channels * _BYTES_PER_SAMPLE > self._limits.max_bytes_decoded:
            raise MediaTooLargeError(
                f"The sound of {self._name} is longer than the limits allow. Read it with audio=False, or "
                "raise max_bytes_decoded."
            )

    def aligned(self, first_picture: Fraction, *, duration_s: float) -> Samples | None:
        """Return samples (N, channels) whose time 0 is that of the first picture, cut where the pictures end.

        Sound that starts late is preceded by silence; sound that ends early stays short.
        """
        if not self._pieces or not self.rate or self.start is None:
            return None
        samples = np.concatenate(self._pieces)
        shift = round((self.start - first_picture) * self.rate)
        n_most = round(duration_s * self.rate)
        if shift >= n_most or -shift >= samples.shape[0]:
            return None
        if shift > 0:
            silence = np.zeros((shift, samples.shape[1]), np.float32)
            samples = np.concatenate([silence, samples])
        elif shift < 0:
            samples = samples[-shift:]
        return np.clip(np.nan_to_num(samples[:n_most]), -1.0, 1.0).astype(np.float32)
