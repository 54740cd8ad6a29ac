from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medialit.errors import CompositeError, MinorError
from medialit.likeness.cast import STUDIO, Pose, cast, enact, perform, person, poses
from medialit.likeness.cast_paint import irradiance
from medialit.likeness.composite import BUST_LANES, LANES, appear, camera_path, drawn_height_px, place
from medialit.likeness.composite_light import FLAT, clean_edges, light_of, relit, swollen
from medialit.media import Clip
from medialit.world import BACKGROUNDS, PANS, SIZES_M, Scene, Thing, render, simulate
from medialit.world.backdrops import Light
from medialit.world.view import HORIZON_M, ground_y_m, px_per_m, to_px

GREEN = {"authorisation": "decision:1"}


def scene(background="beach", *, pan="still", n=12, size=(256, 256), look=0, shake_m=0.0, thing="cube"):
    one = Scene(
        background,
        (Thing(thing, "red", "stand", "small"),),
        pan=pan,
        look=look,
        shake_m=shake_m,
        seed=3,
        fps=12,
        duration_s=n / 12,
    )
    return one, render(one, size=size)


def still(who="moussa", *, n=12, px=128, pose=Pose(), light=STUDIO):  # noqa: B008
    one = drawn(who, px, pose, light)
    truth = replace(one.truth, landmarks_px=one.truth.landmarks_px.repeat(n, axis=0))
    return replace(
        one, frames=one.frames.repeat(n, axis=0), normals=one.normals.repeat(n, axis=0), truth=truth
    )


@cache
def drawn(who, px, pose, light):
    return enact(person(who), [pose], fps=12, height_px=px, light=light)


def in_place(background="beach", *, who="moussa", pan="still", look=0, **more):
    _, clip = scene(background, pan=pan, look=look)
    return place(clip, still(who), background=background, camera=pan, look=look, **GREEN, **more)


# Who may be put in


@pytest.mark.parametrize("nothing", ["", "   "])
def test_nobody_is_put_in_without_an_authorisation(nothing):
    _, clip = scene(n=2, size=(64, 64))
    with pytest.raises(CompositeError, match="decision or grant"):
        place(clip, still(n=2), background="beach", camera="still", authorisation=nothing)
    with pytest.raises(CompositeError, match="decision or grant"):
        appear(
            clip, person("salma"), "wave", background="beach", camera="still", seed=1, authorisation=nothing
        )


@pytest.mark.parametrize("who", [p.id for p in cast(minors=True) if p.minor])
@pytest.mark.parametrize("guardian", [None, "", " "])
def test_a_minor_is_refused_without_a_guardians_decision(who, guardian):
    _, clip = scene(n=2, size=(64, 64))
    with pytest.raises(MinorError, match=who):
        place(clip, still(who, n=2), background="beach", camera="still", guardian_decision=guardian, **GREEN)
    with pytest.raises(MinorError, match=who):
        appear(
            clip,
            person(who),
            "wave",
            background="beach",
            camera="still",
            seed=1,
            guardian_decision=guardian,
            **GREEN,
        )


def test_who_allowed_it_is_in_the_result():
    _, clip = scene(n=2, size=(64, 64))
    made = place(
        clip,
        still("anir", n=2),
        background="beach",
        camera="still",
        authorisation="decision:8",
        guardian_decision="decision:9",
    )
    assert (made.subject, made.authorisation, made.guardian_decision) == ("anir", "decision:8", "decision:9")


# Where and how large


@pytest.mark.parametrize("pan", PANS)
@pytest.mark.parametrize("lane", [0.7, 1.0, 1.3])
def test_feet_stay_on_their_point_of_the_ground_when_the_camera_pans(pan, lane):
    made = in_place("medina", pan=pan, at_m=0.3, lane=lane)
    one, _ = scene("medina", pan=pan)
    camera = simulate(one).camera_m
    expected = to_px(
        np.tile([0.3, 0.0], (12, 1)), scale=np.full(12, lane), camera_m=camera, size=made.clip.size
    )
    for t in range(12):
        rows = np.flatnonzero((made.mask[t] > 0.5).any(axis=1))
        soles = np.flatnonzero((made.mask[t, rows[-1] - 3 : rows[-1]] > 0.5).any(axis=0))
        assert abs(rows[-1] + 1 - expected[t, 1]) <= 1
        assert abs((soles[0] + soles[-1] + 1) / 2 - expected[t, 0]) <= 1


def test_a_person_and_a_thing_that_stand_in_one_lane_move_as_one():
    one, clip = scene("street", pan="left", shake_m=0.02)
    tracks = simulate(one)
    made = place(clip, still(), background="street", camera=tracks.camera_m, at_m=-1.0, **GREEN)
    thing = tracks.px(clip.size)[:, 0]
    centre = np.array(
        [[(np.nonzero(m > 0.5)[1] + 0.5).mean(), (np.nonzero(m > 0.5)[0] + 0.5).mean()] for m in made.mask]
    )
    drift = (centre - centre[0]) - (thing - thing[0])
    assert np.abs(thing - thing[0]).max() > 20 and np.abs(drift).max() <= 1


@pytest.mark.parametrize("who", [p.id for p in cast()])
def test_people_have_their_own_height_in_the_worlds_metres(who):
    made = in_place("studio", who=who)
    left, top, right, bottom = made.boxes_px[0]
    tall = (bottom - top) / px_per_m(made.clip.size)
    assert (
        0.94 * person(who).height_m < tall < 1.14 * person(who).height_m
    )  # hats and hoods stand over the crown
    # Larger than the largest thing's radius, smaller than the picture: the world's own size rules.
    assert max(SIZES_M.values()) * 2 < tall < 2.3 and (right - left) < (bottom - top)


@settings(max_examples=15, deadline=None)
@given(a=st.floats(0.66, 1.3), b=st.floats(0.66, 1.3))
def test_who_is_farther_is_smaller_and_higher_in_the_picture(a, b):
    clip = Clip(frames=np.full((1, 128, 128, 3), 120, np.uint8), fps=12.0)
    near, far = (
        place(clip, still(n=1), background="medina", camera="still", lane=lane, **GREEN)
        for lane in (max(a, b), min(a, b))
    )
    heights = [box[3] - box[1] for box in (near.boxes_px[0], far.boxes_px[0])]
    assert heights[0] >= heights[1] - 1 and near.anchor_px[0, 1] >= far.anchor_px[0, 1] - 1e-9
    assert heights[0] / heights[1] == pytest.approx(near.lane / far.lane, rel=0.05)


def test_every_lane_has_ground_below_the_horizon_and_inside_the_picture():
    assert set(LANES) == set(BACKGROUNDS)
    for low, high in LANES.values():
        assert 0 < ground_y_m(high) < ground_y_m(low) < HORIZON_M and low < 1 < high


def test_a_bust_is_cut_by_the_lower_edge_and_throws_no_shadow():
    shown = still("nadia", px=300)
    cut = replace(
        shown,
        frames=shown.frames[:, :150],
        normals=shown.normals[:, :150],
        anchor_px=(shown.anchor_px[0], 150.0),
        framing="bust",
        height_m=0.8,
        truth=None,
    )
    _, clip = scene("souk")
    made = place(clip, cut, background="souk", camera="still", lane=1.8, **GREEN)
    assert (made.mask[:, -1] > 0.9).any(axis=1).all() and made.boxes_px[0, 3] == 256
    assert np.array_equal(made.clip.frames[made.mask == 0], clip.frames[made.mask == 0])


def test_one_of_the_cast_appears_close_to_the_camera():
    _, clip = scene("souk", n=2)
    made = appear(
        clip,
        person("nadia"),
        "talk",
        framing="bust",
        background="souk",
        camera="still",
        lane=2.4,
        seed=1,
        **GREEN,
    )
    left, top, right, bottom = made.boxes_px[0]
    assert bottom == 256 and 110 < bottom - top < 190 and right - left > 60
    with pytest.raises(CompositeError, match="lanes"):
        appear(clip, person("nadia"), "talk", background="souk", camera="still", lane=2.4, seed=1, **GREEN)


# Light


@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("look", [0, 1])
def test_a_person_takes_the_colour_of_the_places_light(background, look):
    """Per channel, the person's mean changes as the light that falls on a surface towards the camera does."""
    shown = still("hamid")
    made = in_place(background, who="hamid", look=look)
    solid = made.mask[0] > 0.98
    before = shown.frames[0][shown.alpha[0] > 0.98][:, :3].mean(axis=0)
    after = made.clip.frames[0][solid].mean(axis=0)
    facing = np.zeros((1, 2), np.float32)
    asked = (irradiance(facing, light_of(background, look)) / irradiance(facing, STUDIO))[0]
    assert np.allclose(after / before, asked, rtol=0.16)
    assert np.corrcoef(after / before, asked)[0, 1] > 0.8 or np.ptp(asked) < 0.08


def test_night_is_darker_and_bluer_than_the_beach():
    night, day = (
        made.clip.frames[0][made.mask[0] > 0.98].mean(axis=0)
        for made in (in_place("night", who="hamid"), in_place("beach", who="hamid"))
    )
    assert night.mean() < 0.86 * day.mean() and night[2] / night[0] > 1.15 * day[2] / day[0]


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_the_side_towards_the_light_is_the_brighter_one_whatever_it_was_before(background):
    light = light_of(background, 1)
    pictures = []
    for was in (STUDIO, light_of("beach", 1)):
        _, clip = scene(background, look=1, n=2)
        shown = still("mehdi", n=2, light=was)
        made = place(clip, shown, background=background, camera="still", look=1, **GREEN)
        grey = made.clip.frames[0].astype(float).mean(axis=-1)
        left, top, right, bottom = made.boxes_px[0].astype(int)
        middle = (left + right) // 2
        rows = slice(top + (bottom - top) // 3, top + 2 * (bottom - top) // 3)  # the jacket
        inside = made.mask[0] > 0.98
        halves = [grey[rows, c][inside[rows, c]].mean() for c in (slice(left, middle), slice(middle, right))]
        assert np.sign(halves[1] - halves[0]) == np.sign(light.direction[0])
        pictures.append(made.clip.frames.astype(int))
    assert np.abs(pictures[0] - pictures[1]).mean() < 1.0


def test_relighting_a_drawn_person_is_what_drawing_them_in_that_light_gives():
    acted = poses("stand", n_frames=2, fps=12, seed=2)
    for background in BACKGROUNDS:
        light = light_of(background, 2)
        a, b = (enact(person("khadija"), acted, fps=12, height_px=128, light=one) for one in (STUDIO, light))
        rgb = relit(
            a.frames[0, ..., :3].astype(np.float32) / 255,
            a.normals[0].astype(np.float32),
            was=STUDIO,
            now=light,
        )
        solid = a.alpha[0] > 0.98
        assert np.abs(rgb[solid] * 255 - b.frames[0][solid][:, :3]).mean() < 4


def test_the_same_light_changes_nothing():
    rgb = np.random.default_rng(1).random((8, 8, 3), np.float32)
    assert relit(rgb, np.zeros((8, 8, 2), np.float32), was=STUDIO, now=STUDIO) is rgb


def test_the_guessed_relief_of_a_disc_points_outwards_and_its_middle_to_the_camera():
    y, x = np.mgrid[-40:41, -40:41].astype(np.float32)
    normal = swollen((np.hypot(x, y) < 30).astype(np.float32), roundness_px=20)
    assert normal[40, 16, 0] < -0.3 < 0.3 < normal[40, 64, 0]
    assert normal[16, 40, 1] > 0.3 > -0.3 > normal[64, 40, 1]
    assert np.abs(normal[40, 40]).max() < 0.05


# Edges


def filmed(who, wall, *, px=128):
    """A drawn person as a camera sees them before a wall, with the exact matte of a good segmentation."""
    shown = still(who, n=1, px=px, light=FLAT)
    alpha = shown.frames[..., 3:].astype(float) / 255
    seen = np.round(shown.frames[..., :3] * alpha + np.array(wall) * (1 - alpha)).astype(np.uint8)
    return shown, np.concatenate([seen, shown.frames[..., 3:]], -1)


@pytest.mark.parametrize("who", ["moussa", "tiziri", "nadia", "yassine"])
@pytest.mark.parametrize("wall", [(250, 250, 250), (40, 220, 70)])
def test_cleaned_edges_leave_less_than_half_the_halo_of_a_naive_paste(who, wall):
    shown, cut = filmed(who, wall)
    behind = np.array([30.0, 34.0, 60.0])

    def pasted(rgba):
        alpha = rgba[..., 3:].astype(float) / 255
        return rgba[..., :3] * alpha + behind * (1 - alpha)

    alpha = shown.alpha[0]
    edge = (alpha > 0.03) & (alpha < 0.97)
    ideal = pasted(shown.frames[0])
    naive = np.abs(pasted(cut[0]) - ideal)[edge].mean()
    ours = np.abs(pasted(clean_edges(cut[0], reach_px=2)) - ideal)[edge].mean()
    assert ours < 0.5 * naive and ours < 6, (ours, naive)


def test_cleaning_keeps_the_matte_and_the_inside():
    _, cut = filmed("idir", (250, 250, 250))
    clean = clean_edges(cut[0], reach_px=2)
    assert np.array_equal(clean[..., 3], cut[0, ..., 3])
    inner = still("idir", n=1).alpha[0] > 0.999
    inner[1:-1, 1:-1] &= inner[:-2, 1:-1] & inner[2:, 1:-1] & inner[1:-1, :-2] & inner[1:-1, 2:]
    assert np.mean(np.any(clean != cut[0], axis=-1)[inner]) < 0.08


def test_edges_are_a_mixture_and_never_a_step():
    made = in_place("street")
    soft = ((made.mask[0] > 0.05) & (made.mask[0] < 0.95)).sum()
    hard = np.abs(np.diff((made.mask[0] > 0.5).astype(int), axis=1)).sum()
    assert soft > hard


def test_a_softened_person_keeps_place_and_size_with_a_wider_edge():
    sharp, soft = in_place("studio"), in_place("studio", softness_px=1.5)
    assert soft.mask[0].sum() == pytest.approx(sharp.mask[0].sum(), rel=0.01)
    edges = [((m.mask[0] > 0.05) & (m.mask[0] < 0.95)).sum() for m in (sharp, soft)]
    assert edges[1] > 1.8 * edges[0] and np.abs(sharp.boxes_px - soft.boxes_px).max() <= 2


# Shadow


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_the_shadow_falls_on_the_ground_away_from_the_light(background):
    _, clip = scene(background, look=1, n=1)
    made = place(clip, still(n=1), background=background, camera="still", look=1, at_m=-0.2, **GREEN)
    loss = clip.frames[0].astype(float).sum(axis=-1) - made.clip.frames[0].astype(float).sum(axis=-1)
    loss[made.mask[0] > 0] = 0
    x, y = made.anchor_px[0].astype(int)
    band = loss[y - 26 : y + 10]
    assert (loss >= -1).all() and loss[: y - 60].max() == 0
    left, right = band[:, :x].sum(), band[:, x:].sum()
    assert np.sign(left - right) == np.sign(light_of(background, 1).direction[0])
    assert band[20:30, x - 14 : x + 14].max() > 30  # dark where the feet touch


def test_a_foot_off_the_ground_is_not_dark_below_as_one_that_stands():
    _, clip = scene("studio", n=1)
    down, up = (
        place(clip, still(n=1, pose=Pose(left_foot=f)), background="studio", camera="still", **GREEN)
        for f in (0.0, 0.07)
    )
    x, y = np.round(down.anchor_px[0]).astype(int)
    below = np.s_[0, y + 2 : y + 5, x - 12 : x - 3]
    assert max(down.mask[below].max(), up.mask[below].max()) == 0
    loss = [(clip.frames[below].astype(int) - made.clip.frames[below]).mean() for made in (down, up)]
    assert loss[0] > 1.25 * loss[1] > 0


# The whole


def test_what_is_neither_person_nor_shadow_is_untouched_and_the_sound_stays():
    _, clip = scene("mountains", n=3)
    clip = Clip(frames=clip.frames, fps=clip.fps, audio=np.zeros((2000, 1), np.float32), sample_rate=8000)
    made = place(clip, still(n=3), background="mountains", camera="still", at_m=-1.0, **GREEN)
    assert made.clip.audio is clip.audio and made.clip.fps == clip.fps
    assert np.array_equal(made.clip.frames[:, :, 150:], clip.frames[:, :, 150:])
    assert np.array_equal(made.clip.frames[:, :100], clip.frames[:, :100]) == (
        made.boxes_px[:, 1].min() > 100
    )
    assert (made.mask > 0.5).sum() > 2000


def test_one_of_the_cast_appears_the_same_way_each_time():
    _, clip = scene("medina", n=4, size=(96, 96))
    wanted = {"background": "medina", "camera": "still", "seed": 5, "at_m": -0.6, **GREEN}
    a, b = (appear(clip, person("lahcen"), "wave", **wanted) for _ in range(2))
    c = appear(clip, person("lahcen"), "wave", **{**wanted, "seed": 6})
    assert a.clip == b.clip and a.clip != c.clip
    by_hand = perform(
        person("lahcen"),
        "wave",
        n_frames=4,
        fps=12,
        seed=5,
        height_px=drawn_height_px(person("lahcen"), lane=1.0, size=clip.size),
        light=light_of("medina", 0),
    )
    assert place(clip, by_hand, background="medina", camera="still", at_m=-0.6, **GREEN).clip == a.clip


def test_a_performance_at_another_rate_is_followed_in_time():
    _, clip = scene("studio", n=12)
    fast = enact(person("elise"), poses("turn", n_frames=30, fps=30, seed=1), fps=30, height_px=128)
    made = place(clip, fast, background="studio", camera="still", **GREEN)
    slow = replace(
        fast,
        frames=fast.frames[[round(t / 12 * 30) for t in range(12)]],
        normals=fast.normals[[round(t / 12 * 30) for t in range(12)]],
        fps=12,
        truth=None,
    )
    assert np.allclose(place(clip, slow, background="studio", camera="still", **GREEN).mask, made.mask)


def test_a_person_half_out_of_the_picture_is_cut_by_its_edge():
    made = in_place("desert", at_m=-1.95)
    assert made.boxes_px[0, 0] == 0 and 0 < made.boxes_px[0, 2] < 40


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"background": "moon"}, "'moon'"),
        ({"look": 9}, "look from 0"),
        ({"lane": 0.3}, "no\\s+ground|lanes"),
        ({"lane": 2.0}, "lanes"),
        ({"camera": "up"}, "'up'"),
        ({"camera": np.zeros((3, 2))}, "12 frames"),
        ({"camera": np.full((12, 2), np.nan)}, "finite"),
        ({"at_m": 40.0}, "nobody is seen"),
        ({"softness_px": -1.0}, "not -1"),
    ],
)
def test_a_place_where_nobody_can_stand_is_refused(wrong, says):
    _, clip = scene()
    wanted = {"background": "beach", "camera": "still", **GREEN, **wrong}
    with pytest.raises(CompositeError, match=says):
        place(clip, still(), **wanted)


def test_a_performance_shorter_than_the_scene_is_refused():
    _, clip = scene()
    with pytest.raises(CompositeError, match="longer performance"):
        place(clip, still(n=6), background="beach", camera="still", **GREEN)


def test_the_words_for_pans_are_the_worlds_pans():
    for pan in PANS:
        one, clip = scene(pan=pan, size=(32, 32))
        assert np.allclose(camera_path(pan, clip), simulate(one).camera_m)


def test_lanes_of_a_bust_reach_nearer_than_those_of_who_stands():
    assert BUST_LANES[1] > max(high for _, high in LANES.values())


def test_light_is_a_property_of_the_place_not_of_the_picture():
    assert isinstance(light_of("souk", 2), Light) and light_of("souk", 2) == light_of("souk", 2)
    assert light_of("beach", 0) != light_of("night", 0)
