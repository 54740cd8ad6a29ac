"""Layers put together again are the picture that the world renders; what follows from a shot is what the world does."""

import cv2
import numpy as np
import pytest

from medialit.generate.data import encode_shot, training_scene
from medialit.generate.data_layers import light_of, portrait, poses_of, tokens_of, wall_portrait, wall_pose
from medialit.generate.layers import (
    GLOW,
    HIGH,
    N_CODE,
    N_STEPS,
    SPRITE,
    STRIP,
    STRIP_TOP,
    Poses,
    camera_m,
    camera_steps,
    compose,
    has_wall,
    lanes,
    n_things,
    pack,
    surroundings,
    unpack,
)
from medialit.generate.shot import shot_of
from medialit.world import render, simulate
from medialit.world.figures import Figure
from medialit.world.motion import PAN_M
from medialit.world.render import render_place
from medialit.world.staging import stage

SIZE = (HIGH, HIGH)


def test_a_token_says_what_was_packed_into_it():
    rng = np.random.default_rng(0)
    a = rng.uniform(-3, 3, (4, 2)).astype(np.float32)
    poses = Poses(*rng.uniform(0.3, 2, (3, 4, 2)).astype(np.float32), np.cos(a), np.sin(a))
    rgb, code = (
        rng.uniform(0, 1, (4, 2, 3)).astype(np.float32),
        rng.normal(size=(4, 2, N_CODE)).astype(np.float32),
    )
    found, colour, kept = unpack(pack(poses, rgb, code))
    for name in ("x_m", "y_m", "radius_m", "cos", "sin"):
        np.testing.assert_allclose(getattr(found, name), getattr(poses, name), atol=1e-5)
    np.testing.assert_allclose(colour, rgb, atol=1e-6)
    np.testing.assert_array_equal(kept, code)


def test_whatever_is_dreamt_can_be_painted():
    wild = np.random.default_rng(1).normal(size=(50, 40), scale=30).astype(np.float32)
    poses, rgb, _ = unpack(wild)
    assert ((poses.radius_m >= 0.199) & (poses.radius_m <= 2.001)).all()
    np.testing.assert_allclose(np.hypot(poses.cos, poses.sin), 1, atol=1e-3)
    assert ((rgb >= 0) & (rgb <= 1)).all()


def test_lanes_wall_and_camera_follow_from_the_shot_as_in_the_world():
    positions = np.linspace(-PAN_M, PAN_M, N_STEPS)
    walls = 0
    for seed in range(150):
        scene = training_scene(seed)
        tracks, slots = simulate(scene), encode_shot(shot_of(scene))
        assert n_things(slots) == len(scene.objects)
        np.testing.assert_allclose(lanes(slots)[: len(scene.objects)], tracks.scale)
        np.testing.assert_allclose(camera_m(slots), tracks.camera_m[:, 0], atol=1e-6)
        np.testing.assert_allclose(positions[camera_steps(slots)], tracks.camera_m[:, 0], atol=1e-6)
        assert bool(has_wall(slots)) == (tracks.wall_m is not None)
        walls += tracks.wall_m is not None
    assert walls > 3


def put_together(scene, frames):
    """Compose true layers: portraits, shadows and glow of the world itself, in place of what networks paint."""
    tracks, slots, light = simulate(scene), encode_shot(shot_of(scene)), light_of(scene)
    staging, poses, camera, n = stage(tracks), poses_of(tracks), camera_m(slots), len(scene.objects)
    out = []
    for t in frames:
        shade, glow = [], []
        for i in range(n):
            figure = Figure.of(scene, staging, t, i, SIZE)
            left, given = np.ones((HIGH, HIGH, 3), np.float32), np.zeros((HIGH, HIGH, 3), np.float32)
            figure.cast_shadow(left, light)
            figure.shed_light(given, light)
            shade.append(cv2.resize(left[STRIP_TOP:, :, 0], STRIP[::-1], interpolation=cv2.INTER_AREA))
            glow.append(cv2.resize(given, GLOW[::-1], interpolation=cv2.INTER_AREA))
        wall = (
            None if tracks.wall_m is None else (wall_portrait(scene, side=SPRITE), wall_pose(tracks.wall_m))
        )
        out.append(
            compose(
                render_place(scene.background, scene.look, camera_m=(float(camera[t]), 0.0)),
                np.stack([portrait(scene, staging, t, i, side=SPRITE) for i in range(n)]),
                poses=poses.at(t),
                lane=lanes(slots)[:n],
                camera=float(camera[t]),
                shade=np.stack(shade),
                glow=np.stack(glow),
                wall=wall,
            )
        )
    return np.stack(out)


@pytest.mark.parametrize("seed", [1, 3, 5, 8, 9])  # two things, a wall, wings, a hit's shadow, a lantern
def test_true_layers_put_together_are_the_render(seed):
    scene = training_scene(seed)
    frames = [0, 13, 23]
    made, true = put_together(scene, frames), render(scene, size=SIZE).frames[frames]
    error = np.mean((made.astype(np.float64) - true) ** 2)
    assert 10 * np.log10(255**2 / error) > 35


def test_points_around_are_where_pixels_are():
    points = surroundings((2, 4), top=128)
    np.testing.assert_allclose(points[0], (-1.5, 1.5))
    np.testing.assert_allclose(points[-1], (1.5, 0.5))


def test_no_thing_is_all_zeros():
    scene = training_scene(0)
    tokens = tokens_of(scene, np.ones((24, 1, N_CODE), np.float32))
    grid = tokens[1:].reshape(24, 2, -1)
    assert (tokens[0] == 0).all() and (grid[:, 1] == 0).all() and (grid[:, 0, -N_CODE:] == 1).all()
