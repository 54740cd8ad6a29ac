"""From a clip to the bytes of an MP4 or WebM file."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal, cast, get_args

import av
import cv2
import numpy as np
from av import AudioFrame, AudioResampler
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.container.core import Flags
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from medialit.errors import ClipError
from medialit.media._colour import BT709, to_yuv420
from medialit.media._decode import ODD_SIZE_TAG
from medialit.media.clip import Clip, Frames, Samples

Codec = Literal["h264", "vp9"]
CODECS: Final = get_args(Codec)


@dataclass(frozen=True)
class _Recipe:
    container: str
    video: str
    audio: str
    default_crf: int
    min_crf: int  # x264 takes 0 as lossless, in a profile that most players do not know
    max_crf: int
    audio_rates: tuple[int, ...]
    options: Mapping[str, str]


# The number of threads is fixed because the bytes depend on it, and a clip should give one file everywhere.
_RECIPES: Final[Mapping[Codec, _Recipe]] = {
    "h264": _Recipe(
        container="mp4",
        video="libx264",
        audio="aac",
        default_crf=18,
        min_crf=1,
        max_crf=51,
        audio_rates=(8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000),
        options={"preset": "medium", "threads": "2", "profile": "high"},
    ),
    "vp9": _Recipe(
        container="webm",
        video="libvpx-vp9",
        audio="libopus",
        default_crf=24,
        min_crf=0,
        max_crf=63,
        audio_rates=(8000, 12000, 16000, 24000, 48000),
        options={"deadline": "good", "cpu-used": "4", "row-mt": "1", "threads": "2", "b": "0"},
    ),
}
_CPU_AVX_512F: Final = 13  # cv::CpuFeatures, which OpenCV's Python module does not name
_KEYFRAME_EVERY_S: Final = 2.0
_STANDARD_TAGS: Final = {"title", "artist", "album", "comment", "copyright", "date", "description", "genre"}


def extension(codec: Codec) -> str:
    """Return the file name's ending that belongs to a codec, with its dot."""
    return f".{_recipe(codec).container}"


def encode(
    clip: Clip,
    target: Path | io.BytesIO,
    *,
    codec: Codec,
    crf: int | None,
    audio_kbps: int,
    tags: Mapping[str, str],
    steady_kbps: int | None = None,
) -> None:
    """Encode a clip into a new file or into memory; `medialit.media.io.write` documents the choices."""
    recipe = _recipe(codec)
    if steady_kbps is not None and (codec != "h264" or crf is not None or steady_kbps < 8):
        raise ClipError(
            f"A steady rate is at least 8 kbit/s of H.264 and takes the place of a CRF, not {steady_kbps} kbit/s of "
            f"{codec} with the CRF {crf}."
        )
    crf = recipe.default_crf if crf is None else crf
    if not recipe.min_crf <= crf <= recipe.max_crf:
        raise ClipError(
            f"The CRF of {codec} goes from {recipe.min_crf} (best) to {recipe.max_crf} (worst), not {crf}."
        )
    tags = dict(tags)
    if codec == "h264" and (clip.width % 2 or clip.height % 2):
        tags[ODD_SIZE_TAG] = f"{clip.width}x{clip.height}"
    try:
        with av.open(
            str(target) if isinstance(target, Path) else target,
            "w",
            format=recipe.container,
            container_options=_muxer_options(recipe, tags, in_memory=not isinstance(target, Path)),
        ) as container:
            container.flags |= Flags.bitexact.value  # type: ignore[operator]  # PyAV's stub: an int
            container.metadata.update(tags)
            _fill(container, clip, recipe, crf=crf, audio_kbps=audio_kbps, steady_kbps=steady_kbps)
    except (av.error.FFmpegError, ValueError) as error:
        raise ClipError(
            f"A clip of {clip.width} x {clip.height} at {clip.fps:g} frames a second cannot be written as "
            f"{codec} ({error}). Resize it, or take the other codec."
        ) from error


def _recipe(codec: Codec) -> _Recipe:
    if codec not in _RECIPES:
        raise ClipError(f"Clips are written as {' or '.join(CODECS)}, not {codec!r}.")
    return _RECIPES[codec]


def _muxer_options(recipe: _Recipe, tags: Mapping[str, str], *, in_memory: bool) -> dict[str, str]:
    if recipe.container != "mp4":
        return {}
    flags = (
        [] if in_memory else ["faststart"]
    )  # the muxer moves the index to the front by reading the file again
    if not set(tags) <= _STANDARD_TAGS:
        flags.append("use_metadata_tags")
    return {"movflags": "+" + "+".join(flags)} if flags else {}


def _fill(
    container: OutputContainer,
    clip: Clip,
    recipe: _Recipe,
    *,
    crf: int,
    audio_kbps: int,
    steady_kbps: int | None,
) -> None:
    video = _add_video(container, clip, recipe, crf=crf, steady_kbps=steady_kbps)
    audio = None
    if clip.audio is not None and clip.sample_rate is not None and clip.audio.shape[0]:
        audio = _add_audio(container, clip.audio, clip.sample_rate, recipe, audio_kbps=audio_kbps)
    reformatter = VideoReformatter()
    for number, picture in enumerate(clip.frames):
        frame = to_yuv420(_even(picture) if recipe.video == "libx264" else picture, reformatter)
        frame.pts, frame.time_base = number, 1 / Fraction(video.codec_context.framerate)
        container.mux(video.encode(frame))
    container.mux(video.encode(None))
    if audio is not None and clip.audio is not None and clip.sample_rate is not None:
        for sound in _sound_frames(clip.audio, clip.sample_rate, audio):
            container.mux(audio.encode(sound))
        container.mux(audio.encode(None))


def _add_video(
    container: OutputContainer, clip: Clip, recipe: _Recipe, *, crf: int, steady_kbps: int | None
) -> VideoStream:
    rate = Fraction(clip.fps).limit_denominator(1001)  # 30000/1001 and its like come out exactly
    if rate <= 0:
        raise ClipError(
            f"{clip.fps:g} frames a second is too slow for a file: use at least 1 in 500 seconds."
        )
    stream = cast(VideoStream, container.add_stream(recipe.video, rate=rate))
    even = recipe.video == "libx264"
    stream.width = clip.width + (clip.width % 2 if even else 0)
    stream.height = clip.height + (clip.height % 2 if even else 0)
    stream.pix_fmt = "yuv420p"
    stream.gop_size = max(1, round(_KEYFRAME_EVERY_S * clip.fps))
    context = stream.codec_context
    context.colorspace = context.color_primaries = context.color_trc = BT709
    context.color_range = 1
    stream.options = {**recipe.options, **_repeatable(recipe), "crf": str(crf)}
    if steady_kbps is not None:
        stream.options = _at_a_steady_rate(recipe, kbps=steady_kbps, fps=float(rate))
    return stream


def _at_a_steady_rate(recipe: _Recipe, *, kbps: int, fps: float) -> dict[str, object]:
    """Return x264's options for packets that are all of one size, whatever they show.

    The buffer holds one frame, filler makes up what a frame does not need, and the kinds of frames follow a fixed
    pattern. One thread: with several, the rate control would depend on how far the others have come.
    """
    params = [
        *filter(None, [_repeatable(recipe).get("x264-params")]),
        f"bitrate={kbps}:vbv-maxrate={kbps}:vbv-bufsize={max(1, round(kbps / fps))}:vbv-init=1.0",
        "nal-hrd=cbr:force-cfr=1:scenecut=0:b-adapt=0:bframes=2",
    ]
    return {**recipe.options, "threads": "1", "x264-params": ":".join(params)}


def _repeatable(recipe: _Recipe) -> dict[str, str]:
    """Return the options that make x264 repeat itself.

    With AVX-512 its macroblock-tree differs from run to run (9 results in 30 runs, one thread); with AVX2,
    which every such processor has too, it gives the same bytes as plainer processors do.
    """
    if recipe.video == "libx264" and cv2.checkHardwareSupport(_CPU_AVX_512F):
        return {"x264-params": "asm=avx2"}
    return {}


def _add_audio(
    container: OutputContainer, audio: Samples, sample_rate: int, recipe: _Recipe, *, audio_kbps: int
) -> AudioStream:
    n_channels = audio.shape[1]
    if n_channels not in (1, 2):
        raise ClipError(f"Sound is written with one channel or two, not {n_channels}: mix it down first.")
    fitting = [rate for rate in recipe.audio_rates if rate >= sample_rate]
    rate = min(fitting, default=max(recipe.audio_rates))
    stream = cast(AudioStream, container.add_stream(recipe.audio, rate=rate))
    stream.codec_context.layout = "mono" if n_channels == 1 else "stereo"
    stream.codec_context.bit_rate = audio_kbps * 1000
    return stream


def _sound_frames(audio: Samples, sample_rate: int, stream: AudioStream) -> Iterator[AudioFrame]:
    layout = "mono" if audio.shape[1] == 1 else "stereo"
    clean = np.clip(np.nan_to_num(audio), -1.0, 1.0)
    resampler = AudioResampler(
        format=stream.codec_context.format.name, layout=layout, rate=stream.codec_context.sample_rate
    )
    for start in range(0, clean.shape[0], 4096):
        piece = np.ascontiguousarray(clean[start : start + 4096]).reshape(1, -1)
        frame = AudioFrame.from_ndarray(piece, format="flt", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = sample_rate, start, Fraction(1, sample_rate)
        yield from resampler.resample(frame)
    yield from resampler.resample(None)


def _even(picture: Frames) -> Frames:
    """Repeat the last column and line where a side is odd: 4:2:0 H.264 knows even sides only."""
    height, width = picture.shape[:2]
    if height % 2 or width % 2:
        return np.pad(picture, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    return picture
