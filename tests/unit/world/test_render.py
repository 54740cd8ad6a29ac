from dataclasses import replace

import cv2
import numpy as np
import pytest

from medialit.errors import WorldError
from medialit.world import BACKGROUNDS, COLOURS, KINDS, Scene, Thing, render, simulate
from medialit.world.backdrops import Layer, backdrop
from medialit.world.kinds import sprite
from medialit.world.render import _layer_affine, render_staging
from medialit.world.staging import stage
from medialit.world.view import GROUND_M, HORIZON_M, VIEW_M, to_px


def scene(action="stand", kind="ball", colour="red", background="studio", **more):
    return Scene(background, (Thing(kind, colour, action, more.pop("size", "medium")),), **more)


def empty(s, *, size):
    """The same scene with its objects taken away."""
    staging = stage(simulate(s))
    return render_staging(s, replace(staging, opacity=np.zeros_like(staging.opacity)), size=size)


@pytest.mark.parametrize("pan", ["still", "left"])
def test_the_object_is_where_the_truth_says(pan):
    s = scene("bounce", "football", "green", duration_s=0.4, pan=pan, shake_m=0.01)
    size = (192, 192)
    change = np.abs(render(s, size=size).frames.astype(int) - empty(s, size=size).frames).sum(axis=3)
    truth, radius = simulate(s).px(size)[:, 0], simulate(s).radius_px(size)[0]
    y, x = np.mgrid[:192, :192] + 0.5
    for t in range(4):  # high up, its shadow far away
        shape = (change[t] > 60) & (y < truth[t, 1] + 1.3 * radius)
        assert (x[shape].mean(), y[shape].mean()) == pytest.approx(tuple(truth[t]), abs=0.06 * radius)
        assert np.sqrt(shape.sum() / np.pi) == pytest.approx(radius, rel=0.04)


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_a_picture_is_the_same_at_any_size(background):
    s = scene("stand", "teapot", "orange", background, fps=1, duration_s=1)
    large = render(s, size=(384, 384)).frames[0].astype(np.float32)
    small = render(s, size=(128, 128)).frames[0].astype(np.float32)
    difference = np.abs(cv2.resize(large, (128, 128), interpolation=cv2.INTER_AREA) - small)
    assert difference.mean() < 4.5
    assert (difference.max(axis=2) > 60).mean() < 0.01


def test_a_wider_picture_shows_more_to_both_sides_and_the_same_in_the_middle():
    s = scene("stand", "cat", "blue", "medina", fps=1, duration_s=1)
    wide, square = (render(s, size=size).frames[0].astype(int) for size in ((200, 128), (128, 128)))
    assert np.abs(wide[:, 36:164] - square).mean() < 2


def test_frame_rate_only_chooses_the_instants():
    s = scene("bounce", duration_s=1.0, shake_m=0.01)
    slow, fast = render(s, size=(64, 64), fps=6), render(s, size=(64, 64), fps=12)
    assert np.array_equal(slow.frames, fast.frames[::2]) and (slow.fps, fast.n_frames) == (6, 12)


def test_light_stays_put_while_a_ball_turns():
    s = scene("spin", "ball", "white", "beach", duration_s=1.0, fps=8, size="large")
    frames = render(s, size=(128, 128)).frames.astype(int)
    (x, y), r = simulate(s).px((128, 128))[0, 0], simulate(s).radius_px((128, 128))[0]
    patch = 0.25 * r

    def brightness(dx, dy):
        top, left = int(y + dy * r - patch), int(x + dx * r - patch)
        return frames[:, top : top + int(2 * patch), left : left + int(2 * patch)].mean(axis=(1, 2, 3))

    assert (
        brightness(0.45, -0.45) > brightness(-0.45, 0.45) + 25
    ).all()  # the beach's sun stands to the right


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_a_colour_keeps_its_name_in_every_light(background):
    named = {}
    for colour in COLOURS:
        s = scene("stand", "cube", colour, background, fps=1, duration_s=1, size="large")
        (x, y), r = simulate(s).px((128, 128))[0, 0], simulate(s).radius_px((128, 128))[0]
        frame = render(s, size=(128, 128)).frames[0]
        named[colour] = frame[int(y + 0.5 * r) : int(y + 0.75 * r), int(x - 0.6 * r) : int(x + 0.3 * r)].mean(
            (0, 1)
        )
    # Against the colour of white in the same light, each is nearest to its own pigment.
    for colour, seen in named.items():
        reflectance = seen / np.maximum(named["white"], 1) * 0.94
        distances = {c: np.linalg.norm(reflectance - rgb) for c, rgb in COLOURS.items()}
        assert min(distances, key=distances.get) == colour


def test_kinds_differ_even_at_sixteen_pixels():
    small = {k: np.concatenate([sprite(k, 0, 16).fixed, sprite(k, 0, 16).matter[..., :2]], -1) for k in KINDS}
    for a in KINDS:
        for b in KINDS:
            if a < b:
                assert np.abs(small[a] - small[b]).mean() > 0.03, (a, b)


def test_a_shadow_darkens_the_ground_under_an_object_and_less_when_it_rises():
    s = scene("rise", "ball", "blue", duration_s=2.0, fps=4)
    size = (128, 128)
    change = empty(s, size=size).frames.astype(int).sum(axis=3) - render(s, size=size).frames.astype(int).sum(
        axis=3
    )
    ground = change[:, round(128 - (GROUND_M - 0.1) / VIEW_M * 128) :].max(axis=(1, 2))
    assert ground[0] > 60 and 0 < ground[-1] < 0.6 * ground[0]


def test_the_ground_moves_under_the_camera_as_objects_on_it_do():
    size, camera = (256, 144), np.array([0.31, 0.02])
    layer = Layer(np.zeros((160, 300, 4), np.uint8), None)
    for scale in (0.4, 0.8, 1.0, 1.3):
        for x_m in (-1.0, 0.7):
            places = []
            for seen_from in (np.zeros(2), camera):
                px = to_px(np.array([x_m, 0.0]), scale=np.array(scale), camera_m=seen_from, size=size)
                places.append(_layer_affine(layer, seen_from, size) @ (*(px - 0.5), 1.0) + 0.5)
            np.testing.assert_allclose(places[0], places[1], atol=1e-3)
    horizon = to_px(np.array([0.0, 0.0]), scale=np.array(0.0), camera_m=np.zeros(2), size=size)
    assert horizon[1] == pytest.approx(size[1] * (1 - HORIZON_M / VIEW_M))


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_backdrops_cover_the_whole_picture(background):
    layers = backdrop(background, 0, (64, 64)).layers
    assert (layers[0].pixels[..., 3] == 255).all()
    (ground,) = (layer.pixels for layer in layers if layer.parallax is None)
    assert (ground[-12:, :, 3] == 255).all()  # nothing shines through the floor


def test_a_lantern_lights_the_night():
    s = scene("stand", "lantern", "yellow", "night", fps=1, duration_s=1)
    gain = render(s, size=(128, 128)).frames[0].astype(int) - empty(s, size=(128, 128)).frames[0]
    (x, y), r = simulate(s).px((128, 128))[0, 0], simulate(s).radius_px((128, 128))[0]
    assert gain[int(y - 0.5 * r), int(x + 1.3 * r)].sum() > 15


@pytest.mark.parametrize("size", [(48, 96), (16, 96)])
@pytest.mark.parametrize("pan", ["left", "right", "still"])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_wall_beside_a_narrow_picture_is_not_drawn_and_does_no_harm(size, pan, seed):
    s = scene("wall", "car", duration_s=0.5, fps=4, pan=pan, seed=seed)
    assert render(s, size=size).frames.shape == (2, size[1], size[0], 3)


@pytest.mark.parametrize("size", [(8, 64), (64, 5000)])
def test_sizes_that_cannot_be_rendered_are_refused(size):
    with pytest.raises(WorldError, match="16 to 4096"):
        render(scene(), size=size)
