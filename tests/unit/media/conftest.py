"""Files that are odd in one way each, made with PyAV the way other software makes them."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from medialit.media import Clip, write


@pytest.fixture(scope="session")
def moving() -> Clip:
    """A smooth picture that moves, 40 frames of 96 x 64 at 20 a second, with a click at 1.0 s."""
    y, x = np.mgrid[:64, :96]
    frames = np.stack([np.stack([128 + 100 * np.sin((x + 2 * t) / 15), 2 * x, 3 * y], -1) for t in range(40)])
    audio = np.zeros((2 * 44_100, 1), np.float32)
    audio[44_100:44_400] = 0.8
    return Clip(frames.astype(np.uint8), 20.0, audio=audio, sample_rate=44_100)


@pytest.fixture(scope="session")
def moving_mp4(moving: Clip, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(moving, tmp_path_factory.mktemp("media") / "moving.mp4")


@pytest.fixture(scope="session")
def moving_webm(moving: Clip, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(moving, tmp_path_factory.mktemp("media") / "moving.webm", codec="vp9")


@pytest.fixture(scope="session")
def foreign() -> Path:
    """Videos that others made: gradio carries some from iMovie, L-SMASH and FFmpeg."""
    spec = importlib.util.find_spec("gradio")
    assert spec is not None and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "media_assets" / "videos"


MakeVideo = Callable[..., Path]


@contextmanager
def usual_priority() -> Iterator[None]:
    """Undo what SVT-AV1 does for root: it gives its threads and its caller real time, before everybody else, for ever."""
    try:
        yield
    finally:
        if sys.platform == "linux":
            for thread in Path("/proc/self/task").iterdir():
                if os.sched_getscheduler(int(thread.name)) == os.SCHED_FIFO:
                    os.sched_setscheduler(int(thread.name), os.SCHED_OTHER, os.sched_param(0))


@pytest.fixture
def make_video(tmp_path: Path) -> MakeVideo:
    """Return a function that writes raw frames with a given codec, pixel format, timestamps and display matrix."""

    def make(
        frames: np.ndarray,
        *,
        name: str = "odd.mp4",
        codec: str = "libx264",
        pix_fmt: str = "yuv420p",
        source: str = "rgb24",
        times_ms: list[int] | None = None,
        rotation: float | None = None,
        hflip: bool = False,
        rate: int = 10,
        options: dict[str, str] | None = None,
        colour: tuple[int, int] | None = None,
    ) -> Path:
        path = tmp_path / name
        with usual_priority(), av.open(str(path), "w") as container:
            stream = container.add_stream(codec, rate=rate, options=options or {"crf": "4"})
            height, width = frames.shape[1:3]
            stream.width, stream.height, stream.pix_fmt = width, height, pix_fmt
            if times_ms is not None:
                stream.codec_context.time_base = Fraction(1, 1000)
            if rotation is not None:
                stream.set_display_rotation(rotation, hflip=hflip)
            if colour is not None:
                stream.codec_context.colorspace, stream.codec_context.color_range = colour
            for number, picture in enumerate(frames):
                frame = av.VideoFrame.from_ndarray(picture, format=source)
                if colour is not None:
                    frame = frame.reformat(
                        format=pix_fmt,
                        src_colorspace=1,
                        dst_colorspace=colour[0],
                        src_color_range=2,
                        dst_color_range=colour[1],
                    )
                if times_ms is not None:
                    frame.pts, frame.time_base = times_ms[number], Fraction(1, 1000)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path

    return make
