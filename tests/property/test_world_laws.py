"""Laws of the miniature world, for any seed: physics holds, and a violation grows with its strength."""

from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medialit.world import VIOLATIONS, draw_scene, plant, render, scene_for, simulate
from medialit.world.shapes import SHAPES
from medialit.world.view import GRAVITY_M_S2

seeds = st.integers(0, 2**31 - 1)
SIZE = (64, 64)


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_nothing_sinks_into_the_ground(seed):
    scene = draw_scene(seed)
    tracks = simulate(scene)
    foot = np.array([SHAPES[t.kind].foot * t.radius_m for t in scene.objects])
    assert (tracks.position_m[:, :, 1] >= foot - 1e-9).all()


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_flight_never_gains_energy(seed):
    scene = draw_scene(seed, actions=("bounce", "fall"), n_objects=1)
    tracks = simulate(scene, fps=100.0)
    height, speed = tracks.position_m[:, 0, 1], np.linalg.norm(tracks.velocity_m_s[:, 0], axis=1)
    energy = GRAVITY_M_S2 * height + speed**2 / 2
    assert (np.diff(energy) < 1e-9).all()
    for contact in tracks.collisions:
        assert contact.speed_after_m_s < contact.speed_before_m_s


@given(seeds, st.sampled_from([2, 3, 5]))
@settings(max_examples=40, deadline=None)
def test_the_truth_does_not_depend_on_the_frame_rate(seed, ratio):
    scene = draw_scene(seed, fps=12.0)
    slow, fast = simulate(scene), simulate(scene, fps=12.0 * ratio)
    np.testing.assert_allclose(fast.position_m[::ratio], slow.position_m, atol=1e-9)
    np.testing.assert_allclose(fast.camera_m[::ratio], slow.camera_m, atol=1e-9)
    assert slow.collisions == fast.collisions


@given(seeds, st.integers(16, 2000), st.integers(16, 2000))
@settings(max_examples=40, deadline=None)
def test_pixels_scale_with_the_picture(seed, width, height):
    tracks = simulate(draw_scene(seed))
    expected = (tracks.px((400, 400)) - (200, 400)) * height / 400 + (width / 2, height)
    np.testing.assert_allclose(tracks.px((width, height)), expected, atol=1e-6)


def spread(frames):
    """Blur so widely that a displacement of metres still counts for its length."""
    return np.stack([cv2.GaussianBlur(f, (0, 0), 10) for f in frames])


def effect(violation, strength, scene, seed):
    """How far the clip is from the honest one, in grey levels; where something moved, after a wide blur."""
    planted = plant(scene, violation=violation, strength=strength, seed=seed, size=SIZE)
    difference = planted.clip.frames.astype(np.float32) - render(scene, size=SIZE).frames
    moved = violation in ("teleport", "shadow_mismatch")
    return float(np.abs(spread(difference) if moved else difference).mean())


def peak(strength, scene, seed):
    """How high the object comes after the impossible bounce, in metres."""
    planted = plant(scene, violation="impossible_bounce", strength=strength, seed=seed, size=SIZE)
    return float(planted.staging.tracks.position_m[planted.truth.first_frame :, 0, 1].max())


@pytest.mark.parametrize("violation", VIOLATIONS)
@given(seed=st.integers(0, 10_000))
@settings(max_examples=3, deadline=None)
def test_the_effect_grows_with_the_strength_and_goes_to_nothing(violation, seed):
    scene = scene_for(violation, seed=seed, fps=8.0, duration_s=1.75)
    strengths = (0.02, 0.25, 0.5, 1.0)
    if violation == "impossible_bounce":
        heights = [peak(s, scene, seed) for s in strengths]
        honest = peak(1e-9, scene, seed)
        assert heights == sorted(heights)
        assert heights[0] - honest < 0.1 * (heights[-1] - honest)
        return
    effects = [effect(violation, s, scene, seed) for s in strengths]
    for weaker, stronger in pairwise(effects):
        assert stronger > 0.98 * weaker
    assert effects[0] < 0.25 * effects[-1]
    assert effects[-1] > 0.02


@pytest.mark.parametrize("violation", VIOLATIONS)
@given(seed=st.integers(0, 10_000))
@settings(max_examples=5, deadline=None)
def test_the_stated_magnitude_grows_with_the_strength(violation, seed):
    scene = scene_for(violation, seed=seed, fps=8.0)
    stated = [
        plant(scene, violation=violation, strength=s, seed=seed, size=(16, 16)).truth.magnitude
        for s in (0.2, 0.6, 1)
    ]
    assert stated[0] < stated[1] < stated[2]
