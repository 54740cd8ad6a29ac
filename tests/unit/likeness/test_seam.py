"""What a cut leaves in the background and in the hum, and what is no cut."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medialit.likeness.seam import PHASE_DEG, SHIFT, hum_jump, lone_shift

RATE = 16_000
N = 30


def recording(way, *, gain=1.0, plain=False, scale=1):
    """A person who does not move before a wall that moves by `way`, pixels of 400, shape (N, 2)."""
    rng = np.random.default_rng(0)
    wall = cv2.GaussianBlur(rng.uniform(0, 255, (300, 400)).astype(np.float32), (0, 0), 6)
    wall = np.full_like(wall, 120) if plain else 120 + 6 * (wall - wall.mean())
    frames = []
    for x, y in way:
        move = np.array([[1, 0, x], [0, 1, y]], np.float64)
        seen = cv2.warpAffine(wall, move, (400, 300), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
        seen = gain * (seen + rng.normal(0, 2, seen.shape))
        seen = cv2.resize(seen, None, fx=scale, fy=scale)
        frames.append(np.clip(seen, 0, 255).astype(np.uint8)[..., None].repeat(3, axis=2))
    points = np.array([200, 150, 0]) + np.random.default_rng(1).uniform(-40, 40, (468, 3))
    track = SimpleNamespace(
        present=np.ones(N, np.bool_),
        frames=[SimpleNamespace(clip=0, index=k) for k in range(N)],
        points=np.repeat(points[None] * scale, N, axis=0).astype(np.float32),
    )
    return track, (SimpleNamespace(frames=np.stack(frames)),)


def step(size=3.0):
    way = np.zeros((N, 2))
    way[N // 2 :] = size
    return way


@pytest.mark.parametrize(("gain", "scale"), [(1.0, 1), (0.6, 1), (1.0, 2)])
def test_a_lone_step_of_the_background_is_found_at_any_exposure_and_size(gain, scale):
    assert lone_shift(*recording(step(), gain=gain, scale=scale)) > SHIFT
    assert lone_shift(*recording(step(0.0), gain=gain, scale=scale)) < SHIFT


def test_a_camera_that_pans_or_trembles_is_no_cut():
    pan = np.outer(np.cumsum(np.sin(np.linspace(0, np.pi, N)) * 4), [1, 0.5])
    tremble = np.cumsum(np.random.default_rng(3).normal(0, 0.5, (N, 2)), axis=0)
    for way in (pan, tremble):
        assert lone_shift(*recording(way)) < SHIFT


def test_before_a_plain_wall_nothing_is_said():
    assert lone_shift(*recording(step(), plain=True)) == 0.0


def hum(phase_after=0.0, *, hertz=50.0, loud=0.001, seconds=6.0):
    t = np.arange(int(seconds * RATE)) / RATE
    phase = 2 * np.pi * hertz * t + np.where(t < seconds / 2, 0, phase_after)
    noise = np.random.default_rng(0).normal(0, 0.001, len(t))
    return (loud * np.sin(phase) + noise).astype(np.float32)[:, None]


@settings(max_examples=20, deadline=None)
@given(gain=st.floats(0.2, 20), drift=st.floats(-0.03, 0.03), mains=st.sampled_from([50.0, 60.0]))
def test_a_jump_of_the_hum_is_found_at_any_loudness_and_mains_and_a_drift_is_none(gain, drift, mains):
    assert hum_jump(gain * hum(2.5, hertz=mains + drift), sample_rate=RATE) > PHASE_DEG
    assert hum_jump(gain * hum(0.0, hertz=mains + drift), sample_rate=RATE) < PHASE_DEG


@pytest.mark.parametrize("rate", [16_000, 48_000])
def test_the_sample_rate_does_not_matter(rate):
    sound = np.repeat(hum(2.5), rate // RATE, axis=0)
    assert hum_jump(sound, sample_rate=rate) > PHASE_DEG


def test_without_a_hum_or_a_sound_nothing_is_said():
    assert hum_jump(hum(2.5, loud=0.0), sample_rate=RATE) == 0.0
    assert hum_jump(np.zeros((0, 1), np.float32), sample_rate=RATE) == 0.0
    assert hum_jump(np.zeros((RATE, 2), np.float32), sample_rate=RATE) == 0.0
