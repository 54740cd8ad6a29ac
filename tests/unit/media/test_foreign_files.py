"""Files that medialit did not write: other people's, and each oddity alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import skimage

from medialit.errors import MediaTooLargeError
from medialit.media import Limits, probe, read, stream


def quarters() -> np.ndarray:
    """Red and green above blue and white, 6 frames of 64 x 32."""
    picture = np.zeros((32, 64, 3), np.uint8)
    picture[:16, :32], picture[:16, 32:] = (255, 0, 0), (0, 255, 0)
    picture[16:, :32], picture[16:, 32:] = (0, 0, 255), (255, 255, 255)
    return np.stack([picture] * 6)


def corners(picture: np.ndarray) -> str:
    """Name the corners: top left, top right, bottom left, bottom right."""
    names = {(1, 0, 0): "R", (0, 1, 0): "G", (0, 0, 1): "B", (1, 1, 1): "W"}
    spots = [picture[y, x] for y in (6, -6) for x in (6, -6)]
    return "".join(names.get(tuple(int(level > 128) for level in spot), "?") for spot in spots)


@pytest.mark.parametrize(
    ("name", "shape", "sound"),
    [
        ("b.mp4", (150, 270, 480, 3), (48_000, 2)),
        ("muted_b.mp4", (150, 270, 480, 3), None),
        ("b.avi", (151, 270, 480, 3), (48_000, 2)),
    ],
)
def test_other_peoples_videos_are_read(foreign, name, shape, sound):
    clip = read(foreign / name)
    assert clip.frames.shape == shape
    assert clip.fps == 30.0
    assert (None if clip.audio is None else (clip.sample_rate, clip.audio.shape[1])) == sound


def test_one_recording_in_two_formats_is_one_recording(foreign):
    mp4, avi = read(foreign / "b.mp4"), read(foreign / "b.avi")
    difference = np.abs(mp4.frames[:140:10].astype(int) - avi.frames[:140:10])
    assert difference.mean() < 6
    assert mp4.audio is not None and avi.audio is not None
    a, b = mp4.audio[:200_000, 0], avi.audio[:200_000, 0]
    n = 2**18
    correlation = np.fft.irfft(np.fft.rfft(a, n) * np.conj(np.fft.rfft(b, n)))
    shift = int(np.argmax(correlation))
    shift = shift - n if shift > n // 2 else shift
    assert abs(shift) / 48_000 < 0.06, "lips and sound agree in both"


def test_a_long_video_is_sampled_without_holding_it(foreign):
    pieces = list(stream(foreign / "world.mp4", fps=1.0, chunk_frames=8))
    assert sum(piece.n_frames for piece in pieces) == 30
    assert max(piece.n_frames for piece in pieces) == 8


def test_a_video_too_large_to_hold_is_refused_before_it_is_decoded_and_can_be_streamed(foreign):
    limits = Limits(max_bytes_decoded=2**27)
    with pytest.raises(MediaTooLargeError, match=r"declares 209 frames .* with stream"):
        read(foreign / "a.mp4", limits=limits)
    first = next(iter(stream(foreign / "a.mp4", limits=limits, chunk_frames=4)))
    assert first.frames.shape == (4, 1080, 1920, 3)


def test_a_gif_is_laid_on_white(tmp_path):
    clip = read(Path(skimage.__file__).parent / "data" / "no_time_for_that_tiny.gif")
    assert clip.frames.shape == (24, 25, 14, 3)
    assert clip.fps == pytest.approx(100 / 7)


def test_probe_says_what_the_header_says(foreign):
    info = probe(foreign / "b.mp4")
    assert (info.codec, info.pixel_format, info.declared_size, info.size) == (
        "h264",
        "yuv420p",
        (480, 270),
        (480, 270),
    )
    assert (info.fps, info.declared_frames, info.declared_duration_s, info.rotation) == (30.0, 150, 5.0, 0)
    assert (info.has_audio, info.audio_codec, info.sample_rate, info.n_channels) == (True, "aac", 48_000, 2)
    assert info.tags["creation_time"].startswith("2021-10-26")
    assert info.n_bytes == (foreign / "b.mp4").stat().st_size and not info.cut_short


@pytest.mark.parametrize(
    ("rotation", "hflip", "expected", "turned"),
    [
        (0, False, "RGBW", 0),
        (90, False, "GWRB", 270),
        (180, False, "WBGR", 180),
        (-90, False, "BRWG", 90),
        (0, True, "GRWB", 0),
        (90, True, "WGBR", 90),
    ],
)
def test_a_turned_phone_video_is_read_upright(make_video, rotation, hflip, expected, turned):
    path = make_video(quarters(), rotation=rotation, hflip=hflip)
    clip, info = read(path), probe(path)
    assert corners(clip.frames[3]) == expected
    assert info.declared_size == (64, 32)
    assert info.size == clip.size == ((32, 64) if abs(rotation) == 90 else (64, 32))
    assert info.rotation == turned


def test_a_varying_rate_becomes_constant_and_keeps_time(make_video):
    times_ms = [0, 100, 200, 700, 800, 900, 1400, 1500, 1600, 1700]
    levels = np.arange(10, dtype=np.uint8) * 25
    frames = np.zeros((10, 32, 32, 3), np.uint8) + levels.reshape(-1, 1, 1, 1)
    path = make_video(frames, times_ms=times_ms, name="vfr.mkv")
    clip = read(path, fps=10.0)
    shown = np.rint(clip.frames.mean(axis=(1, 2, 3)) / 25).astype(int)
    assert shown.tolist()[:17] == [0, 1, 2, 2, 2, 2, 2, 3, 4, 5, 5, 5, 5, 5, 6, 7, 8]
    own = read(path)
    assert own.duration_s == pytest.approx(1.8, abs=0.25)


def test_two_frames_in_one_slot_leave_the_nearer(make_video):
    levels = np.array([0, 60, 120, 180, 240], np.uint8)
    frames = np.zeros((5, 32, 32, 3), np.uint8) + levels.reshape(-1, 1, 1, 1)
    clip = read(make_video(frames, times_ms=[0, 90, 130, 200, 300], name="close.mkv"), fps=10.0)
    shown = np.rint(clip.frames.mean(axis=(1, 2, 3)) / 60).astype(int)
    assert shown.tolist()[:4] == [0, 1, 3, 4]


@pytest.mark.parametrize(
    ("codec", "pix_fmt", "name", "options"),
    [
        ("libx264", "yuv420p10le", "ten-bit.mp4", {"crf": "4"}),
        ("libx264", "yuv444p", "full-colour.mp4", {"crf": "4"}),
        ("ffv1", "gray", "grey.mkv", {}),
        ("ffv1", "bgra", "alpha.mkv", {}),
        ("mjpeg", "yuvj420p", "motion.avi", {"q": "2"}),
        ("mpeg4", "yuv420p", "old.avi", {"b": "4000000"}),
        ("prores", "yuv422p10le", "studio.mov", {}),
        ("libx265", "yuv420p", "new.mp4", {"crf": "6"}),
        ("libsvtav1", "yuv420p", "newer.mp4", {"crf": "10", "preset": "12"}),
    ],
)
def test_other_codecs_and_pixel_formats_become_rgb(make_video, codec, pix_fmt, name, options):
    y, x = np.mgrid[:64, :96]
    grey = np.stack([(2 * x + y + 10 * t) % 200 + 20 for t in range(4)]).astype(np.uint8)
    frames = np.repeat(grey[..., np.newaxis], 3, axis=3)
    if pix_fmt == "bgra":
        frames = np.concatenate([frames, np.full_like(frames[..., :1], 255)], axis=3)
    source = "rgba" if pix_fmt == "bgra" else "rgb24"
    clip = read(make_video(frames, codec=codec, pix_fmt=pix_fmt, source=source, name=name, options=options))
    assert clip.frames.shape == (4, 64, 96, 3)
    assert np.abs(clip.frames.astype(int) - frames[..., :3]).mean() < 5


def test_transparent_pixels_are_laid_on_white(make_video):
    frames = np.zeros((3, 32, 32, 4), np.uint8)
    frames[:, :16] = (200, 0, 0, 255)
    frames[:, 16:] = (0, 0, 200, 0)
    clip = read(make_video(frames, codec="ffv1", pix_fmt="bgra", source="rgba", name="alpha.mkv", options={}))
    assert clip.frames[1, 4, 4].tolist() == [200, 0, 0]
    assert clip.frames[1, 28, 28].tolist() == [255, 255, 255]


@pytest.mark.parametrize("matrix", [1, 5, 9])
@pytest.mark.parametrize("colour_range", [1, 2])
def test_the_matrix_and_range_that_a_file_names_are_used(make_video, matrix, colour_range):
    frames = np.zeros((4, 64, 64, 3), np.uint8) + np.array([200, 60, 30], np.uint8)
    clip = read(make_video(frames, colour=(matrix, colour_range)))
    assert np.abs(clip.frames.astype(int) - frames).max() <= 4


def test_a_change_of_size_half_way_is_scaled_to_the_first(tmp_path, make_video):
    small = make_video(np.full((5, 32, 48, 3), 60, np.uint8), name="a.h264")
    large = make_video(np.full((5, 64, 96, 3), 200, np.uint8), name="b.h264")
    both = tmp_path / "both.h264"
    both.write_bytes(small.read_bytes() + large.read_bytes())
    clip = read(both, fps=10.0, damaged="keep")
    assert clip.size == (48, 32)
    assert clip.frames[0].mean() < 80 and clip.frames[-1].mean() > 180
