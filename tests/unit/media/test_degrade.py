"""The recipes whose effect a person would check by hand; the laws are in tests/property."""

from __future__ import annotations

import numpy as np
import pytest

from medialit.media import Clip, degrade, read, write


def psnr_db(a: Clip, b: Clip) -> float:
    error = np.mean((a.frames.astype(float) - b.frames) ** 2)
    return float(10 * np.log10(255**2 / error))


def test_recompression_in_memory_is_what_a_file_would_do(moving, tmp_path):
    through_file = read(write(moving, tmp_path / "a.mp4", crf=30, audio_kbps=96))
    in_memory = degrade.recompress(moving, crf=30)
    assert np.array_equal(in_memory.frames, through_file.frames)
    assert np.array_equal(in_memory.audio, through_file.audio)


@pytest.mark.parametrize("codec", ["h264", "vp9"])
def test_a_higher_crf_loses_more(moving, codec):
    quality = [psnr_db(moving, degrade.recompress(moving, crf=crf, codec=codec)) for crf in (10, 30, 50)]
    assert quality[0] > quality[1] > quality[2]
    assert quality[0] - quality[2] > 8


def test_lower_jpeg_quality_loses_more(moving):
    quality = [psnr_db(moving, degrade.jpeg(moving, quality=q)) for q in (95, 50, 5)]
    assert quality == sorted(quality, reverse=True)


def test_a_crop_is_taken_where_the_anchor_says():
    frames = np.zeros((1, 4, 4, 3), np.uint8) + np.arange(16, dtype=np.uint8).reshape(4, 4, 1)
    corner = degrade.crop(Clip(frames, 1.0), keep=0.5, anchor=(1.0, 0.0))
    assert corner.frames[0, :, :, 0].tolist() == [[2, 3], [6, 7]]


def test_a_positive_angle_turns_anticlockwise():
    frames = np.zeros((1, 9, 9, 3), np.uint8)
    frames[0, 4, 8] = 255  # three o'clock
    exact = degrade.rotate(Clip(frames, 1.0), degrees=90).frames[0, :, :, 0]
    assert np.argwhere(exact).tolist() == [[0, 4]]
    near = degrade.rotate(Clip(frames, 1.0), degrees=89.999).frames[0, :, :, 0]
    assert np.unravel_index(int(near.argmax()), near.shape) == (0, 4)


def test_twice_the_frames_shows_each_twice():
    frames = np.zeros((3, 2, 2, 3), np.uint8) + np.array([1, 2, 3], np.uint8).reshape(3, 1, 1, 1)
    doubled = degrade.change_fps(Clip(frames, 10.0), fps=20.0)
    assert doubled.frames[:, 0, 0, 0].tolist() == [1, 1, 2, 2, 3, 3]
    halved = degrade.change_fps(doubled, fps=10.0)
    assert halved == Clip(frames, 10.0)


def test_every_third_frame_is_lost():
    frames = np.zeros((7, 2, 2, 3), np.uint8) + np.arange(7, dtype=np.uint8).reshape(7, 1, 1, 1)
    clip = Clip(frames, 7.0, audio=np.zeros((700, 1), np.float32), sample_rate=700)
    assert degrade.drop_frames(clip, every=3).frames[:, 0, 0, 0].tolist() == [0, 1, 1, 3, 4, 4, 6]
    closed = degrade.drop_frames(clip, every=3, gap="close")
    assert closed.frames[:, 0, 0, 0].tolist() == [0, 1, 3, 4, 6]
    assert closed.audio is not None and len(closed.audio) == 500


def test_a_messenger_shrinks_slows_and_compresses(moving):
    fast = Clip(moving.frames.repeat(2, axis=0), 60.0)
    sent = degrade.messenger(fast)
    assert (sent.size, sent.fps, sent.duration_s) == (
        (63, 42),
        30.0,
        pytest.approx(fast.duration_s, abs=0.02),
    )


def test_a_screenshot_is_one_frame_of_the_moment_asked_for(moving):
    shot = degrade.screenshot(moving, at_s=1.0)
    assert (shot.n_frames, shot.fps, shot.audio) == (1, 1.0, None)
    assert shot.size == (round(72 * 0.96), round(48 * 0.96))
    by_hand = degrade.crop(degrade.resize(Clip(moving.frames[20:21].copy(), 1.0), scale=0.75), keep=0.96)
    assert psnr_db(shot, by_hand) > 28


def test_a_screen_recording_stutters_and_is_the_same_for_a_seed(moving):
    once, again = degrade.screen_recording(moving, seed=4), degrade.screen_recording(moving, seed=4)
    assert once == again
    assert any(degrade.screen_recording(moving, seed=seed) != once for seed in range(5))
    assert (once.size, once.fps, once.duration_s) == ((86, 58), 30.0, moving.duration_s)
    assert once.audio is not None


def test_no_degradation_changes_its_input(moving):
    before = moving.sha256
    degrade.messenger(moving)
    degrade.rotate(moving, degrees=7)
    degrade.brightness(moving, shift=40)
    assert Clip(moving.frames, 20.0, audio=moving.audio, sample_rate=44_100).sha256 == before
