"""What `write` puts into a file comes back from `read`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from medialit.errors import ClipError, MediaError
from medialit.media import Clip, probe, read, stream, write

CODECS = [("h264", ".mp4"), ("vp9", ".webm")]


def colour_card() -> np.ndarray:
    """24 flat patches of 32 x 32: the corners of the RGB cube, greys and seeded colours."""
    corners = [[r, g, b] for r in (0, 255) for g in (0, 255) for b in (0, 255)]
    greys = [[v] * 3 for v in (16, 64, 128, 192, 235, 250)]
    others = np.random.default_rng(7).integers(0, 256, (10, 3)).tolist()
    patches = np.array(corners + greys + others, np.uint8).reshape(4, 6, 3)
    return patches.repeat(32, axis=0).repeat(32, axis=1)


@pytest.mark.parametrize(("codec", "ending"), CODECS)
def test_flat_colours_come_back_within_three_levels(tmp_path, codec, ending):
    card = colour_card()
    back = read(write(Clip(np.stack([card] * 4), 10.0), tmp_path / f"card{ending}", codec=codec, crf=4))
    error = back.frames[2].astype(int) - card
    inside = error.reshape(4, 32, 6, 32, 3)[:, 8:24, :, 8:24]  # away from edges, which 4:2:0 blurs
    assert np.abs(inside).max() <= 3
    assert np.abs(inside.mean(axis=(0, 1, 2, 3))).max() < 0.5, "no channel is shifted as a whole"


@pytest.mark.parametrize(("codec", "ending"), CODECS)
@pytest.mark.parametrize("size", [(64, 48), (65, 48), (64, 49), (33, 31), (2, 2), (1, 1), (3, 200)])
def test_size_rate_and_number_of_frames_survive(tmp_path, codec, ending, size):
    rng = np.random.default_rng(1)
    clip = Clip(rng.integers(0, 256, (7, size[1], size[0], 3), dtype=np.uint8), 12.5)
    back = read(write(clip, tmp_path / f"clip{ending}", codec=codec))
    assert (back.size, back.n_frames, back.fps) == (clip.size, clip.n_frames, clip.fps)


@pytest.mark.parametrize("fps", [24000 / 1001, 24.0, 25.0, 30000 / 1001, 30.0, 60.0, 7.5, 1.0])
@pytest.mark.parametrize(("codec", "ending"), CODECS)
def test_frame_rates_survive(tmp_path, fps, codec, ending):
    frames = np.zeros((25, 32, 32, 3), np.uint8)
    frames += (np.arange(25, dtype=np.uint8) * 10).reshape(-1, 1, 1, 1)
    back = read(write(Clip(frames, fps), tmp_path / f"rate{ending}", codec=codec))
    assert back.n_frames == 25
    assert back.fps == pytest.approx(fps, rel=1e-6)
    levels = back.frames.mean(axis=(1, 2, 3))
    assert np.abs(levels - np.arange(25) * 10).max() < 2, "every frame is at its place"


@pytest.mark.parametrize("name", ["moving_mp4", "moving_webm"])
def test_pictures_stay_alike_and_a_click_stays_at_its_time(request, moving, name):
    back = read(request.getfixturevalue(name))
    assert np.abs(back.frames.astype(int) - moving.frames).mean() < 2.5
    assert back.audio is not None and back.sample_rate is not None
    click = np.argmax(np.abs(back.audio[:, 0]) > 0.4) / back.sample_rate
    assert abs(click - 1.0) < 0.002
    assert len(back.audio) == round(back.duration_s * back.sample_rate)


@pytest.mark.parametrize("sample_rate", [8_000, 11_025, 22_050, 37_123, 48_000, 96_000])
@pytest.mark.parametrize("n_channels", [1, 2])
def test_any_sample_rate_keeps_time_and_pitch(tmp_path, sample_rate, n_channels):
    time = np.arange(sample_rate) / sample_rate
    tone = (0.5 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
    clip = Clip(
        np.zeros((10, 16, 16, 3), np.uint8),
        10.0,
        audio=np.stack([tone] * n_channels, axis=1),
        sample_rate=sample_rate,
    )
    back = read(write(clip, tmp_path / "tone.mp4"))
    assert back.audio is not None and back.sample_rate is not None
    assert back.audio.shape[1] == n_channels
    assert len(back.audio) / back.sample_rate == pytest.approx(1.0, abs=0.03)
    middle = back.audio[len(back.audio) // 4 : 3 * len(back.audio) // 4, 0]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert np.argmax(spectrum) * back.sample_rate / len(middle) == pytest.approx(440, abs=3)


def test_left_and_right_stay_left_and_right(tmp_path):
    audio = np.zeros((44_100, 2), np.float32)
    audio[:, 0] = 0.5 * np.sin(np.arange(44_100) / 20)
    clip = Clip(np.zeros((10, 16, 16, 3), np.uint8), 10.0, audio=audio, sample_rate=44_100)
    back = read(write(clip, tmp_path / "stereo.mp4"))
    assert back.audio is not None
    loud, quiet = np.abs(back.audio).mean(axis=0)
    assert loud > 0.2 and quiet < 0.01


@pytest.mark.parametrize(("codec", "ending"), CODECS)
def test_the_same_clip_gives_the_same_bytes(tmp_path, moving, codec, ending):
    once = write(moving, tmp_path / f"once{ending}", codec=codec).read_bytes()
    for _ in range(8):  # x264 on AVX-512, left to itself, differs in more than half of the runs
        assert write(moving, tmp_path / f"again{ending}", codec=codec).read_bytes() == once


def test_an_mp4_carries_bt709_tags_and_its_index_in_front(moving_mp4):
    with av.open(str(moving_mp4)) as container:
        context = container.streams.video[0].codec_context
        tags = context.colorspace, context.color_primaries, context.color_trc, context.color_range
        assert (context.pix_fmt, tags) == ("yuv420p", (1, 1, 1, 1))
        assert "creation_time" not in container.metadata
    data = moving_mp4.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_tags_in_any_script_come_back(tmp_path, moving):
    tags = {"title": "سوق الظهيرة ⵜⵉⴼⵉⵏⴰⵖ", "comment": "été"}
    for codec, ending in CODECS:
        info = probe(write(moving, tmp_path / f"tags{ending}", codec=codec, tags=tags))
        assert {key: {k.lower(): v for k, v in info.tags.items()}.get(key) for key in tags} == tags


def test_a_piecewise_reading_gives_the_same_frames(moving_mp4):
    whole = read(moving_mp4, audio=False)
    pieces = list(stream(moving_mp4, chunk_frames=7))
    assert [piece.n_frames for piece in pieces] == [7, 7, 7, 7, 7, 5]
    assert np.array_equal(np.concatenate([piece.frames for piece in pieces]), whole.frames)
    assert {piece.fps for piece in pieces} == {whole.fps}


def test_a_lower_rate_samples_the_same_seconds(moving_mp4):
    whole, sampled = read(moving_mp4, audio=False), read(moving_mp4, fps=5.0)
    assert (sampled.n_frames, sampled.fps, sampled.duration_s) == (10, 5.0, whole.duration_s)
    assert np.array_equal(sampled.frames, whole.frames[::4])


def test_a_worse_crf_makes_a_smaller_file(tmp_path, moving):
    sizes = [write(moving, tmp_path / f"{crf}.mp4", crf=crf).stat().st_size for crf in (10, 28, 45)]
    assert sizes == sorted(sizes, reverse=True)


def test_a_failed_write_leaves_the_old_file_and_no_draft(tmp_path, moving):
    target = tmp_path / "kept.mp4"
    target.write_bytes(b"before")
    three = np.zeros((100, 3), np.float32)
    with pytest.raises(ClipError, match="not 3"):
        write(Clip(moving.frames, 20.0, audio=three, sample_rate=8000), target)
    assert target.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("a.mov", {}, r"ends in \.mp4"),
        ("a.mp4", {"codec": "vp9"}, r"ends in \.webm"),
        ("a.mp4", {"codec": "av2"}, "h264 or vp9"),
        ("a.mp4", {"crf": 52}, "from 1"),
        ("a.mp4", {"crf": 0}, "from 1"),
        ("missing/a.mp4", {}, "folder exists"),
    ],
)
def test_an_impossible_request_is_refused_in_words(tmp_path, moving, name, options, message):
    with pytest.raises(MediaError, match=message):
        write(moving, tmp_path / name, **options)


def test_nobody_hears_the_encoder(tmp_path, moving_mp4):
    code = f"""
from pathlib import Path
from medialit.media import read, write
clip = read({str(moving_mp4)!r})
write(clip, {str(tmp_path / "a.mp4")!r}); write(clip, {str(tmp_path / "a.webm")!r}, codec="vp9")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")


def test_the_hash_of_a_clip_is_of_its_content(moving):
    twin = Clip(moving.frames.copy(), 20.0, audio=moving.audio, sample_rate=44_100)
    assert twin == moving and twin != moving.with_frames(moving.frames[::-1])
    assert Path("x") != moving
