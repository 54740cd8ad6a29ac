"""Physics, checked on the truth: every law by its own measurement, not by the solver's formula."""

import numpy as np
import pytest

from medialit.world import ACTIONS, Scene, Thing, draw_scene, simulate
from medialit.world.motion import BACK_LANE, WALL_FACE_M
from medialit.world.shapes import SHAPES
from medialit.world.view import GRAVITY_M_S2, VIEW_M


def film(action, kind="ball", seed=1, fps=240.0, **more):
    return simulate(Scene("studio", (Thing(kind, "red", action),), seed=seed, fps=fps, **more))


@pytest.mark.parametrize("size", [(64, 64), (256, 256), (640, 360)])
def test_free_fall_has_the_acceleration_that_is_promised_in_pixels(size):
    tracks = film("fall")
    landing = tracks.collisions[0].time_s
    y = tracks.px(size)[tracks.times_s < landing - 0.01, 0, 1]
    acceleration = np.diff(y, 2) * 240.0**2
    np.testing.assert_allclose(acceleration, GRAVITY_M_S2 * size[1] / VIEW_M, rtol=1e-6)
    np.testing.assert_allclose(tracks.gravity_px_s2(size), GRAVITY_M_S2 * size[1] / VIEW_M)


@pytest.mark.parametrize("seed", range(5))
def test_a_bounce_keeps_the_same_share_of_speed_each_time(seed):
    contacts = [c for c in film("bounce", seed=seed, duration_s=4.0).collisions if c.speed_after_m_s > 0]
    shares = [c.speed_after_m_s / c.speed_before_m_s for c in contacts]
    assert len(shares) >= 3 and 0.7 < shares[0] < 0.9
    np.testing.assert_allclose(shares, shares[0])


def test_impact_speed_follows_from_the_height_of_the_drop():
    tracks = film("fall")
    drop = tracks.position_m[0, 0, 1] - tracks.radius_m[0]
    assert tracks.collisions[0].speed_before_m_s == pytest.approx(np.sqrt(2 * GRAVITY_M_S2 * drop))


@pytest.mark.parametrize("action", ["roll_left", "roll_right", "wall"])
def test_what_is_round_rolls_without_slipping(action):
    tracks = film(action)
    moved, turned = np.diff(tracks.position_m[:, 0, 0]), np.diff(tracks.angle_rad[:, 0])
    np.testing.assert_allclose(turned * tracks.radius_m[0], -moved, atol=1e-9)


def test_what_has_feet_stays_upright():
    for kind, shape in SHAPES.items():
        if shape.gait != "round":
            assert not film("roll_left", kind).angle_rad.any()


def test_wheels_turn_with_the_way_covered():
    tracks = film("roll_right", "car")
    wheel_m = SHAPES["car"].wheel * tracks.radius_m[0]
    np.testing.assert_allclose(
        np.diff(tracks.stride_rad[:, 0]) * wheel_m, np.diff(tracks.position_m[:, 0, 0])
    )


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("kinds", [("ball", "football"), ("car", "cat"), ("star", "tea_glass")])
def test_a_hit_shares_momentum_and_gains_no_energy(seed, kinds):
    objects = Thing(kinds[0], "red", "hit", "large"), Thing(kinds[1], "blue", "stand", "small")
    tracks = simulate(Scene("beach", objects, seed=seed, fps=120.0))
    mass = tracks.radius_m**3
    v = tracks.velocity_m_s[:, :, 0]
    momentum, energy = v @ mass, v**2 @ mass / 2
    np.testing.assert_allclose(momentum, momentum[0])
    assert energy[-1] < energy[0]
    assert v[0, 1] == 0 and abs(v[-1, 1]) > abs(v[-1, 0])
    (contact,) = tracks.collisions
    assert contact.against == "object 1" and 0.2 < contact.time_s < 1.4


@pytest.mark.parametrize("seed", range(8))
def test_balls_touch_exactly_when_they_hit_and_never_overlap(seed):
    objects = Thing("ball", "red", "hit", "large"), Thing("football", "blue", "stand", "small")
    tracks = simulate(Scene("beach", objects, seed=seed), fps=480.0)
    apart = np.linalg.norm(tracks.position_m[:, 0] - tracks.position_m[:, 1], axis=1)
    assert apart.min() == pytest.approx(tracks.radius_m.sum(), abs=0.02)
    assert apart.min() >= tracks.radius_m.sum() - 1e-9


@pytest.mark.parametrize("kind", ["ball", "car", "teapot"])
@pytest.mark.parametrize("seed", range(4))
def test_a_wall_is_touched_never_entered_and_left_again(kind, seed):
    tracks = film("wall", kind, seed)
    reach = SHAPES[kind].half_width * tracks.radius_m[0]
    x = tracks.position_m[:, 0, 0] * np.sign(tracks.wall_m)
    assert abs(tracks.wall_m) == WALL_FACE_M
    assert x.max() <= WALL_FACE_M - reach + 1e-9
    assert x.max() == pytest.approx(WALL_FACE_M - reach, abs=0.02)
    assert x[-1] < x.max() - 0.5


def test_each_action_does_what_it_says():
    left, right, rise, spin, stand = (
        film(a).position_m[:, 0] for a in ("roll_left", "roll_right", "rise", "spin", "stand")
    )
    assert left[-1, 0] < left[0, 0] - 1.5 and right[-1, 0] > right[0, 0] + 1.5
    assert rise[-1, 1] > rise[0, 1] + 1.5 and np.ptp(rise[:, 0]) == 0
    assert not np.ptp(spin, axis=0).any() and np.ptp(film("spin").angle_rad) > 2 * np.pi
    assert not np.ptp(stand, axis=0).any() and np.ptp(film("stand").angle_rad) == 0


def test_an_orbit_is_a_circle_at_constant_speed():
    tracks = film("orbit")
    p = tracks.position_m[:, 0]
    a = np.column_stack([p, np.ones(len(p))])
    cx, cy, c = np.linalg.lstsq(a, (p**2).sum(axis=1), rcond=None)[0]
    radius = np.hypot(*(p - (cx / 2, cy / 2)).T)
    np.testing.assert_allclose(radius, radius[0], rtol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(np.diff(p, axis=0), axis=1).std(), 0, atol=1e-9)
    assert c


@pytest.mark.parametrize("action", [a for a in ACTIONS if a != "hit"])
def test_velocity_is_the_derivative_of_position(action):
    tracks = film(action, fps=240.0)
    slope = np.gradient(tracks.position_m[:, 0], tracks.times_s, axis=0)
    contacts = [c.time_s for c in tracks.collisions]
    away = np.all([np.abs(tracks.times_s - c) > 0.01 for c in contacts] or [np.ones(480, bool)], axis=0)
    np.testing.assert_allclose(slope[away][1:-1], tracks.velocity_m_s[away, 0][1:-1], atol=0.05)


def test_the_camera_pans_evenly_to_the_side_it_is_told_and_trembles_only_if_asked():
    steady = film("stand", pan="left").camera_m
    assert steady[-1, 0] < steady[0, 0] and not steady[:, 1].any()
    np.testing.assert_allclose(np.diff(steady[:, 0], 2), 0, atol=1e-12)
    shaken = film("stand", shake_m=0.01, duration_s=20.0).camera_m
    assert shaken.std(axis=0) == pytest.approx([0.01, 0.01], rel=0.35)


def test_an_object_behind_another_is_not_visible():
    objects = Thing("ball", "red", "roll_left", "large"), Thing("star", "blue", "stand", "small")
    tracks = simulate(Scene("beach", objects, seed=2, fps=60.0))
    assert list(tracks.scale) == [1.0, BACK_LANE]
    seen = tracks.visible((256, 256))
    centre = tracks.px((256, 256))
    covered = np.hypot(*(centre[:, 0] - centre[:, 1]).T) < 0.5 * tracks.radius_px((256, 256))[0]
    assert covered.any() and not seen[covered, 1].any()
    assert seen[np.abs(centre[:, 0, 0] - centre[:, 1, 0]) > 100, 1].all()


def test_nearly_always_the_objects_can_be_seen():
    shares = [simulate(draw_scene(seed)).visible((256, 256)).mean() for seed in range(150)]
    assert np.mean(shares) > 0.93 and np.min(shares) > 0.4


@pytest.mark.parametrize("action", ["roll_left", "roll_right"])
def test_of_two_that_roll_the_same_way_neither_hides_the_other(action):
    for seed in range(40):
        objects = Thing("car", "red", action, "large"), Thing("cat", "blue", action, "small")
        tracks = simulate(Scene("beach", objects, seed=seed, fps=12.0))
        assert tracks.visible((256, 256)).mean(axis=0).min() > 0.6
        ahead = (tracks.position_m[:, 0, 0] - tracks.position_m[:, 1, 0]) * (
            -1 if action == "roll_left" else 1
        )
        assert (ahead > 0).all()


def test_each_thing_of_a_drawn_scene_is_in_sight_for_a_quarter_of_it():
    films = [simulate(draw_scene(seed, n_objects=2, duration_s=2.0, fps=12.0)) for seed in range(400)]
    assert min(tracks.visible((256, 256)).mean(axis=0).min() for tracks in films) >= 0.25
