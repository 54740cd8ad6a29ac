"""Files that are broken or meant to do harm: a MedialitError that helps, in bounded time and memory."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import wave
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from medialit.errors import MedialitError, MediaTooLargeError, UnreadableMediaError
from medialit.media import Limits, probe, read, read_image, stream, write

GENEROUS_GROWTH_MB = 100


def repeated(path: Path, *, n_frames: int, rate: int = 30) -> Path:
    """Write an MP4 that truly holds so many frames, by copying twelve encoded ones over and over."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=rate, options={"x264-params": "keyint=1:bframes=0"})
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        packets = []
        for number in range(12):
            picture = np.full((48, 64, 3), 20 * number, np.uint8)
            packets += video.encode(av.VideoFrame.from_ndarray(picture))
        packets += video.encode(None)
        container.start_encoding()
        payloads = [bytes(packet) for packet in packets]
        for number in range(n_frames):
            packet = av.Packet(payloads[number % len(payloads)])
            packet.stream, packet.time_base = video, Fraction(1, rate)
            packet.pts = packet.dts = number
            packet.duration, packet.is_keyframe = 1, True
            container.mux(packet)
    return path


def motion_jpeg(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        video = container.add_stream("mjpeg", rate=10)
        video.width, video.height, video.pix_fmt = 64, 48, "yuvj420p"
        for _ in range(5):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 90, np.uint8))
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    return path


def as_20k(data: bytes, *, header: bool) -> bytes:
    """Make a Motion JPEG in AVI claim 20,000 x 20,000: in its pictures, and in its header too if asked."""
    lying = data.replace(struct.pack(">HH", 48, 64), struct.pack(">HH", 20_000, 20_000))
    assert lying != data
    if header:
        lying = lying.replace(struct.pack("<ii", 64, 48), struct.pack("<ii", 20_000, 20_000))
    return lying


def hostile_files(folder: Path, good: Path, webm: Path) -> dict[str, Path]:
    """Write one file for each way to be hostile; returns them by name."""
    made: dict[str, Path] = {}

    def save(name: str, data: bytes) -> None:
        made[name] = folder / name
        made[name].write_bytes(data)

    mp4, vp9 = good.read_bytes(), webm.read_bytes()
    made["missing.mp4"] = folder / "missing.mp4"
    made["folder.mp4"] = folder / "folder.mp4"
    made["folder.mp4"].mkdir()
    made["pipe.mp4"] = folder / "pipe.mp4"
    os.mkfifo(made["pipe.mp4"])
    save("empty.mp4", b"")
    save("text.mp4", "Once upon a time, été, سوق.\n".encode() * 9)
    save("noise.mp4", np.random.default_rng(3).bytes(40_000))
    save("header-only.mp4", mp4[:40])
    save("half-index.mp4", mp4[: mp4.index(b"stsz")])
    save("cut.mp4", mp4[: len(mp4) * 6 // 10])
    save("cut.webm", vp9[: len(vp9) // 2])
    save("zeroed.mp4", mp4[: mp4.index(b"mdat") + 200] + bytes(len(mp4) - mp4.index(b"mdat") - 200))
    save("playlist.mp4", f"#EXTM3U\n#EXTINF:2,\n{good}\n#EXT-X-ENDLIST\n".encode())
    save("concat.mp4", f"ffconcat version 1.0\nfile '{good}'\n".encode())
    made["frames-100k.mp4"] = repeated(folder / "frames-100k.mp4", n_frames=100_000)
    claims = bytearray(repeated(folder / "claims.mp4", n_frames=60).read_bytes())
    at = claims.index(b"stts")
    struct.pack_into(">III", claims, at + 8, 1, 100_000, 512)
    claims[at + 8 : at + 12] = struct.pack(">I", 1)
    save("claims-100k.mp4", bytes(claims))
    jpegs = motion_jpeg(folder / "jpegs.avi").read_bytes()
    save("pixels-20k.avi", as_20k(jpegs, header=True))
    save("pixels-20k-inside.avi", as_20k(jpegs, header=False))
    gif = b"GIF89a" + struct.pack("<HHBBB", 20_000, 20_000, 0x80, 0, 0) + bytes(6)
    gif += b"," + struct.pack("<HHHHB", 0, 0, 20_000, 20_000, 0) + b"\x02\x02\x44\x01\x00;"
    save("pixels-20k.gif", gif)
    with wave.open(str(folder / "sound.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(16_000))
    made["sound.wav"] = folder / "sound.wav"
    return made


SAYS = {
    "missing.mp4": "no file .* Check the name",
    "folder.mp4": "is a folder",
    "pipe.mp4": "a device or a pipe",
    "empty.mp4": "0 bytes.* Fetch it again",
    "text.mp4": "is text.* begins b'Once upon",
    "noise.mp4": "no video that can be read",
    "header-only.mp4": "no pictures and no sound",
    "half-index.mp4": "cut short|no pictures",
    "cut.mp4": "cut short.* Fetch it again",
    "cut.webm": "cut short|damaged",
    "zeroed.mp4": "damaged|single picture",
    "playlist.mp4": "is text",
    "concat.mp4": "is text",
    "frames-100k.mp4": "100,000 frames; the limit is 36,000|declares 3,333 seconds",
    "claims-100k.mp4": "declares 100,000 frames; the limit is 36,000",
    "pixels-20k.avi": "beyond the limit of 9,437,184 pixels",
    "pixels-20k-inside.avi": "damaged|single picture|20000 x 20000",
    "pixels-20k.gif": "beyond the limit of 9,437,184 pixels",
    "sound.wav": "only sound",
}

# A child's peak memory starts from its parent's (getrusage keeps it through exec), so a thin process comes between.
THIN = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:]).returncode)"


def in_fresh_process(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-S", "-c", THIN, sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, check=False, text=True)


CHILD = """
import json, resource, sys
from medialit.errors import MedialitError
from medialit.media import Limits, probe, read, stream
resource.setrlimit(resource.RLIMIT_AS, (4 * 2**30, 4 * 2**30))
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
read(sys.argv[1])
said, before = {}, peak()
for name, path in json.loads(sys.argv[2]).items():
    said[name] = {}
    for verb, call in (("read", read), ("keep", lambda p: read(p, damaged="keep")),
                       ("stream", lambda p: [None for _ in stream(p)]), ("probe", probe)):
        try:
            call(path)
            said[name][verb] = None
        except MedialitError as error:
            said[name][verb] = [type(error).__name__, str(error)]
print(json.dumps({"said": said, "growth_mb": peak() - before}))
"""


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory, moving_mp4, moving_webm) -> dict[str, object]:
    """What a fresh process with bounded memory says of every hostile file, and how much it grew."""
    files = hostile_files(tmp_path_factory.mktemp("hostile"), moving_mp4, moving_webm)
    paths = json.dumps({name: str(path) for name, path in files.items()})
    done = in_fresh_process(CHILD, str(moving_mp4), paths)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stderr == "", "FFmpeg keeps quiet"
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("name", sorted(SAYS))
def test_a_hostile_file_is_refused_in_words(verdicts, name):
    import re

    refused = verdicts["said"][name]["read"]
    assert refused is not None, f"{name} was read"
    kind, message = refused
    assert kind in ("UnreadableMediaError", "MediaTooLargeError")
    assert re.search(SAYS[name], message), message
    assert verdicts["said"][name]["stream"] is not None


def test_no_hostile_file_takes_much_memory(verdicts):
    assert verdicts["growth_mb"] < GENEROUS_GROWTH_MB


def test_a_file_that_is_only_too_large_can_still_be_described(verdicts):
    for name in ("frames-100k.mp4", "pixels-20k.avi", "pixels-20k.gif", "cut.mp4"):
        assert verdicts["said"][name]["probe"] is None


def test_what_is_left_of_a_cut_file_can_be_kept(moving, moving_mp4, tmp_path):
    data = moving_mp4.read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(data[: len(data) * 6 // 10])
    assert probe(cut).cut_short
    rest = read(cut, damaged="keep")
    assert 1 <= rest.n_frames < moving.n_frames
    assert np.abs(rest.frames[0].astype(int) - moving.frames[0]).mean() < 4


def test_memory_stays_level_over_ten_minutes(tmp_path):
    code = """
import resource, sys
from medialit.media import stream
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
n, after_first, kept = 0, None, []
for piece in stream(sys.argv[1]):
    n += piece.n_frames
    after_first = after_first or (peak() if n > 640 else None)
    if sys.argv[2] == "keep": kept.append(piece)
print(n, peak() - after_first)
"""
    path = repeated(tmp_path / "ten-minutes.mp4", n_frames=18_000)
    grown_mb = {}
    for how in ("drop", "keep"):
        n_frames, growth = in_fresh_process(code, str(path), how).stdout.split()
        assert int(n_frames) == 18_000
        grown_mb[how] = float(growth)
    assert grown_mb["keep"] > 120, "holding all of it takes 158 MB, and the gauge sees it"
    assert grown_mb["drop"] < 40


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(max_frames=39), "40 frames; the limit is 39"),
        (Limits(max_seconds=1.5), "declares 2 seconds"),
        (Limits(max_pixels=96 * 64 - 1), "96 x 64; the limit is"),
        (Limits(max_bytes_decoded=96 * 64 * 3 * 39), "would take 737,280 bytes"),
    ],
)
def test_each_limit_is_kept(moving_mp4, limits, message):
    with pytest.raises(MediaTooLargeError, match=message):
        read(moving_mp4, limits=limits)


def test_a_limit_that_is_just_met_is_no_obstacle(moving_mp4):
    limits = Limits(max_frames=40, max_seconds=2.0, max_pixels=96 * 64, max_bytes_decoded=96 * 64 * 3 * 40)
    assert read(moving_mp4, limits=limits).n_frames == 40


def test_a_picture_that_stands_for_years_is_refused(make_video):
    frames = np.zeros((2, 32, 32, 3), np.uint8)
    path = make_video(frames, times_ms=[0, 2_000_000_000], name="years.mkv")
    with pytest.raises(MediaTooLargeError):
        read(path, fps=10.0)
    with pytest.raises(MediaTooLargeError):
        list(stream(path, fps=10.0))


def test_a_huge_still_picture_is_refused_before_it_is_decoded(tmp_path):
    path = tmp_path / "huge.png"
    write_png_header(path, 20_000, 20_000)
    with pytest.raises(MediaTooLargeError, match="far more pixels than the limit"):
        read_image(path)
    write_png_header(path, 100_000, 100_000)
    with pytest.raises(MediaTooLargeError):
        read_image(path)


def write_png_header(path: Path, width: int, height: int) -> None:
    import zlib

    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 4) + b"IDAT")


@pytest.mark.parametrize("content", [b"", b"text", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0" + bytes(50)])
def test_a_broken_still_picture_is_refused(tmp_path, content):
    path = tmp_path / "broken.png"
    path.write_bytes(content)
    with pytest.raises(UnreadableMediaError):
        read_image(path)


def test_a_still_picture_given_as_a_video_is_recognised(tmp_path):
    from medialit.media import write_image

    path = write_image(np.zeros((8, 8, 3), np.uint8), tmp_path / "still.png")
    with pytest.raises(UnreadableMediaError, match="read_image"):
        read(path)


def test_a_size_tag_may_take_off_one_line_and_no_more(tmp_path, moving):
    honest = write(moving, tmp_path / "a.mp4", tags={"medialit_size": "95x63"})
    assert read(honest).size == (95, 63)
    for lie in ("1x1", "94x64", "97x64", "0x0", "-1x64", "٩٥x٦٣", "95x63x3", "x"):
        assert read(write(moving, tmp_path / "b.mp4", tags={"medialit_size": lie})).size == (96, 64)


def every_way(path: Path) -> list[Callable[[], object]]:
    return [
        lambda: read(path),
        lambda: read(path, damaged="keep"),
        lambda: list(stream(path)),
        lambda: probe(path),
    ]


def test_cutting_a_file_anywhere_gives_a_clip_or_a_helpful_error(tmp_path, moving_mp4, moving_webm):
    for source in (moving_mp4, moving_webm):
        data = source.read_bytes()
        cut = tmp_path / f"cut{source.suffix}"
        for length in range(1, len(data), len(data) // 23):
            cut.write_bytes(data[:length])
            for way in every_way(cut):
                try:
                    way()
                except MedialitError as error:
                    assert len(str(error)) > 30
            if length < 0.9 * len(data):  # behind that, a WebM file has only its index
                with pytest.raises(MedialitError):
                    read(cut)
