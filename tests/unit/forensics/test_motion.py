"""Measures of motion, on renders whose truth is known."""

import dataclasses

import cv2
import numpy as np
import pytest

from medialit.errors import StatisticsError
from medialit.forensics import motion
from medialit.forensics.motion import Motion, measure
from medialit.forensics.tracker import Track, follow
from medialit.media import Clip
from medialit.world import Scene, Thing, plant, render, simulate

PX = (128, 128)
ROLLING = Scene("studio", (Thing("cube", "green", "roll_right"),), fps=12.0, seed=3)
BOUNCING = Scene("beach", (Thing("football", "red", "bounce"),), fps=12.0, seed=4)
WANDERING = Scene("souk", (Thing("teapot", "blue", "orbit", "large"),), pan="left", fps=12.0, seed=5)


def worse(violation, strength, *, scene=ROLLING, seed=0):
    """Measure the honest clip and the violated one; return differences, measure by measure."""
    honest = dataclasses.asdict(measure(render(scene, size=PX)))
    planted = plant(scene, violation=violation, strength=strength, seed=seed, size=PX)
    broken = dataclasses.asdict(measure(planted.clip))
    return {name: broken[name] - honest[name] for name in honest}


def test_renders_are_steady_and_lawful():
    for scene in (ROLLING, BOUNCING, WANDERING):
        motion = measure(render(scene, size=PX))
        assert motion.flicker < 1.2 and motion.warp_error < 3.5
        assert motion.jumps == 0 and motion.permanence == 1
        assert motion.colour_constancy > 0.95 and motion.shape_constancy > 0.85


def test_a_teleport_is_a_jump_and_nothing_else():
    change = worse("teleport", 0.6)
    assert change["jumps"] > 0.4
    assert abs(change["flicker"]) < 0.1 and abs(change["blotches"]) < 0.5 and change["permanence"] == 0
    assert abs(change["colour_constancy"]) < 0.01 and abs(change["shape_constancy"]) < 0.03


def test_flicker_is_flicker_and_inconstant_colour_and_nothing_else():
    change = worse("flicker", 0.8)
    assert change["flicker"] > 0.2 and change["colour_constancy"] < -0.02
    assert change["jumps"] == 0 and change["permanence"] == 0 and abs(change["shape_constancy"]) < 0.05


def test_a_thing_that_is_elsewhere_in_each_frame_leaves_blotches_and_one_that_moves_leaves_few():
    rng = np.random.default_rng(0)
    ground = cv2.GaussianBlur(rng.uniform(60, 200, (128, 128, 3)).astype(np.float32), (0, 0), 6)
    thing = cv2.GaussianBlur(rng.uniform(-600, 800, (24, 24, 3)).astype(np.float32), (0, 0), 3).clip(0, 255)

    def clip(tops, lefts):
        frames = np.repeat(ground[None], 24, axis=0)
        for frame, top, left in zip(frames, tops, lefts, strict=True):
            frame[top : top + 24, left : left + 24] = thing
        return Clip(frames=frames.astype(np.uint8), fps=12.0)

    moving = motion.measure(clip([50] * 24, range(10, 82, 3)))
    restless = motion.measure(clip(rng.integers(0, 104, 24), rng.integers(0, 104, 24)))
    assert restless.coarse_flicker > 8 * moving.coarse_flicker > 0
    share = 100 * thing[..., 0].size / ground[..., 0].size
    assert restless.blotches == pytest.approx(share, rel=0.4)
    assert moving.blotches < share / 4


def test_a_morph_is_inconstant_shape_and_no_jump():
    change = worse("morph", 1.0, seed=2)
    assert change["shape_constancy"] < -0.04
    assert change["jumps"] == 0 and change["permanence"] == 0 and abs(change["flicker"]) < 0.2


def test_what_vanishes_is_impermanent_and_nothing_else():
    change = worse("vanish", 0.7)
    gone = round(0.4 * 0.7 * ROLLING.n_frames) / ROLLING.n_frames
    assert change["permanence"] == pytest.approx(-gone, abs=0.05)
    assert change["jumps"] == 0 and abs(change["flicker"]) < 0.1 and abs(change["shape_constancy"]) < 0.05


def test_an_impossible_bounce_rebounds_higher_than_it_fell_and_an_honest_one_does_not():
    scene = dataclasses.replace(BOUNCING, duration_s=2.5, fps=24.0)
    honest = motion.rebound(follow(render(scene, size=PX)).tracks[0])
    planted = plant(scene, violation="impossible_bounce", strength=1.0, seed=1, size=PX)
    broken = motion.rebound(follow(planted.clip).tracks[0])
    assert honest < 0.9 and broken > 1.05
    assert broken == pytest.approx(planted.truth.magnitude**2, abs=0.2)


def test_a_shadow_in_the_wrong_place_moves_no_measure_of_motion():
    change = worse("shadow_mismatch", 0.5)
    assert abs(change["flicker"]) < 0.1 and change["jumps"] == 0 and change["permanence"] == 0


def test_a_bounce_falls_with_the_g_of_its_lane():
    fall = motion.fall_fit(follow(render(BOUNCING, size=PX)).tracks[0])
    true = simulate(BOUNCING).gravity_px_s2((1, 1))[0]
    assert fall.gravity == pytest.approx(true, rel=0.05)
    assert fall.residual < 0.01


def test_weaker_gravity_is_measured_as_weaker():
    tracks = simulate(BOUNCING, gravity_scale=0.5)  # from the first bounce on
    assert motion.fall_fit(_exact(tracks)).gravity < 0.85 * tracks.gravity_px_s2((1, 1))[0]


@pytest.mark.parametrize("scene", [ROLLING, WANDERING], ids=["rolling", "wandering"])
def test_measures_do_not_depend_on_the_frame_rate(scene):
    slow, fast = (measure(render(scene, size=PX, fps=fps)) for fps in (12.0, 24.0))
    _alike(slow, fast)


def test_measures_do_not_depend_on_brightness():
    clip = render(WANDERING, size=PX)
    dim = clip.with_frames((clip.frames * 0.6 + 0.5).astype(np.uint8))
    _alike(measure(clip), measure(dim))


def test_measures_do_not_depend_on_size():
    _alike(*(measure(render(WANDERING, size=(side, side))) for side in (128, 224)))


def test_flicker_of_the_whole_picture_is_measured_in_percent_of_contrast_at_any_rate():
    rng = np.random.default_rng(1)
    for fps in (12.0, 24.0):
        clip = render(ROLLING, size=PX, fps=fps)
        sd = 5.0
        noise = sd * rng.standard_normal((clip.n_frames, 1, 1, 1))
        frames = np.clip(clip.frames * 0.8 + 20 + noise, 0, 255).astype(np.uint8)
        grey = np.stack([cv2.cvtColor(f, cv2.COLOR_RGB2GRAY) for f in frames])
        contrast = np.ptp(np.percentile(grey, (5, 95)))
        found = motion.flicker_and_warp_error(Clip(frames=frames, fps=fps))[0]
        # E|x - median of three| of independent normal values is 0.28 sd (two of three times it is an extreme).
        expected = 100 * sd * _mean_spike() / contrast
        assert found == pytest.approx(expected, rel=0.45)
        coarse = motion.measure(Clip(frames=frames, fps=fps)).coarse_flicker
        assert coarse == pytest.approx(expected, rel=0.45)


def test_texture_that_shimmers_is_fine_flicker_and_hardly_coarse():
    rng = np.random.default_rng(2)
    ground = np.linspace(60, 200, 128)[None, :, None, None]  # one brightness to each column
    fine = (ground + 12 * rng.standard_normal((24, 128, 128, 1))).clip(0, 255).repeat(3, axis=3)
    found = motion.measure(Clip(frames=fine.astype(np.uint8), fps=12.0))
    assert found.flicker > 6 * found.coarse_flicker


def test_a_wandering_hand_adds_acceleration_and_a_steady_one_none():
    t = np.arange(24) / 12
    straight = np.stack([0.2 + 0.3 * t, 0.5 + 0.0 * t], axis=1)
    shaky = straight + np.random.default_rng(0).normal(0, 0.01, straight.shape)
    assert motion.acceleration_residual(_track(t, straight)) == pytest.approx(0, abs=1e-9)
    assert motion.acceleration_residual(_track(t, shaky)) > 2


def test_a_free_fall_has_no_acceleration_residual_and_no_jump():
    t = np.arange(8) / 12
    fall = _track(t, np.stack([0.5 + 0 * t, 0.1 + 0.5 * 2.4525 * t**2], axis=1))
    assert motion.acceleration_residual(fall) == pytest.approx(0, abs=1e-9)
    assert motion.jumps(fall) == 0


def test_an_object_that_leaves_the_picture_is_still_permanent():
    t = np.arange(24) / 12
    leaving = _track(t, np.stack([0.5 + 0.4 * t, 0.7 + 0 * t], axis=1))
    gone = leaving.xy[:, 0] > 0.98
    leaving.area[gone] = 0
    leaving.xy[gone] = np.nan
    assert motion.permanence(leaving) == 1


def test_a_clip_too_short_to_measure_is_refused_with_the_number_it_needs():
    with pytest.raises(StatisticsError, match="at least 3"):
        motion.flicker_and_warp_error(Clip(frames=np.zeros((2, 64, 64, 3), np.uint8), fps=12.0))


def _alike(a: Motion, b: Motion) -> None:
    assert a.flicker == pytest.approx(b.flicker, abs=0.15)
    assert a.coarse_flicker == pytest.approx(b.coarse_flicker, abs=0.1)
    assert a.blotches == pytest.approx(b.blotches, abs=0.4)
    assert a.warp_error == pytest.approx(b.warp_error, rel=0.3, abs=0.2)
    assert a.acceleration_residual == pytest.approx(b.acceleration_residual, abs=0.5)
    assert a.jumps == b.jumps and a.permanence == b.permanence
    assert a.colour_constancy == pytest.approx(b.colour_constancy, abs=0.01)
    assert a.shape_constancy == pytest.approx(b.shape_constancy, abs=0.03)


def _mean_spike() -> float:
    x = np.random.default_rng(2).standard_normal((3, 100_000))
    return float(np.abs(x[0] - np.median(x, axis=0)).mean())


def _track(t: np.ndarray, xy: np.ndarray) -> Track:
    n = len(t)
    return Track(
        t, xy.copy(), np.full(n, 0.01), np.full((n, 3), 0.5), np.ones((n, 24, 24, 4), np.float32), 0.3
    )


def _exact(tracks) -> Track:
    return _track(tracks.times_s, tracks.px((1, 1))[:, 0])
