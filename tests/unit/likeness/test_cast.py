import tomllib
from dataclasses import replace
from importlib import resources
from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medialit.errors import CastError, LanguageError
from medialit.likeness import cast_look
from medialit.likeness.cast import (
    ACTIONS,
    LANDMARKS,
    STUDIO,
    Pose,
    cast,
    enact,
    perform,
    person,
    portrait,
    poses,
)
from medialit.likeness.composite_light import light_of
from medialit.world import BACKGROUNDS

EVERYBODY = cast(minors=True)
IDS = [who.id for who in EVERYBODY]


def shown(who, action, *, n=24, px=160, seed=5, **more):
    return perform(person(who), action, n_frames=n, fps=12, height_px=px, seed=seed, **more)


def on_grey(rgba, grey=140.0):
    alpha = rgba[..., 3:].astype(float) / 255
    return rgba[..., :3] * alpha + grey * (1 - alpha)


def test_the_pack_has_twelve_adults_or_more_and_two_minors_with_guardians():
    adults, minors = cast(), [p for p in EVERYBODY if p.minor]
    assert len(adults) >= 12 and len(minors) == 2 and not any(p.minor for p in adults)
    assert all(p.age < 18 for p in minors) and all(p.age >= 18 for p in adults)
    assert all(not person(p.guardian).minor for p in minors)
    assert len({p.id for p in EVERYBODY}) == len(EVERYBODY)


def test_everybody_has_a_name_and_a_life_in_every_script_that_is_theirs():
    arabic, tifinagh = ("\u0600", "\u06ff"), ("\u2d30", "\u2d7f")
    for who in EVERYBODY:
        assert {"en", "fr", "ar"} == set(who.bio) and all(text.strip() for text in who.bio.values())
        assert all(arabic[0] <= c <= arabic[1] or c == " " for c in who.name("ar"))
        if "tifinagh" in who.names:
            assert all(tifinagh[0] <= c <= tifinagh[1] or c == " " for c in who.name("zgh"))
    assert sum("tifinagh" in who.names for who in EVERYBODY) >= 4
    assert person("hamid").name("zgh") == person("hamid").name("fr") == "Hamid Bouchtaoui"
    assert person("hamid").about("ary") == person("hamid").bio["ar"]
    with pytest.raises(LanguageError, match="xx"):
        person("hamid").name("xx")


def test_ages_skins_and_dress_are_varied():
    assert {who.age_band for who in EVERYBODY} == {"child", "teen", "young", "middle", "older"}
    assert {"djellaba", "caftan", "gandoura", "suit", "football"} <= {w.look.outfit for w in EVERYBODY}
    assert {"hijab", "hood", "turban", "fez"} <= {w.look.headwear for w in EVERYBODY}
    assert {w.look.beard for w in EVERYBODY} == {"none", "stubble", "short", "full", "moustache"}
    brightness = sorted(sum(w.look.skin) / 3 for w in EVERYBODY)
    assert brightness[0] < 0.3 and brightness[-1] > 0.75


def test_everybody_is_told_apart_at_the_size_they_have_in_a_256_pixel_scene():
    """Nearest picture wins: other seed, other action, a head's turn and another light do not change who it is."""

    def small(who, pose, light):
        rgba = enact(who, [pose], fps=12, height_px=128, light=light).frames[0]
        return cv2.GaussianBlur(on_grey(rgba), (0, 0), 1.5) - 140

    known = [small(who, Pose(), STUDIO) for who in EVERYBODY]
    for other, light in ((Pose(yaw_deg=12, roll_deg=3), light_of("souk", 1)), (Pose(lean=0.008), STUDIO)):
        for i, who in enumerate(EVERYBODY):
            seen = small(who, other, light)
            assert IDS[int(np.argmin([np.square(seen - one).sum() for one in known]))] == IDS[i]


@pytest.mark.parametrize("action", ACTIONS)
def test_a_seed_gives_one_performance_and_another_seed_another(action):
    a, b, c = (shown("idir", action, n=3, px=48, seed=seed) for seed in (3, 3, 4))
    assert np.array_equal(a.frames, b.frames) and np.array_equal(a.truth.landmarks_px, b.truth.landmarks_px)
    assert not np.array_equal(a.frames, c.frames)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("seed", range(6))
def test_every_action_blinks_breathes_and_sways(action, seed):
    acted = poses(action, n_frames=60, fps=30, seed=seed)
    lids = np.array([p.eye_open for p in acted])
    assert lids[0] == 1 and lids.min() < 0.2 and lids[-1] > lids.min()
    assert np.ptp([p.breath for p in acted]) > 0.5 and np.ptp([p.lean for p in acted]) > 0.004


def test_who_looks_around_looks_left_right_and_up_in_that_order():
    acted = poses("turn", n_frames=60, fps=30, seed=1)
    yaw, pitch = (np.array([getattr(p, name) for p in acted]) for name in ("yaw_deg", "pitch_deg"))
    assert yaw.min() < -30 and yaw.max() > 30 and pitch.max() > 15
    assert yaw.argmin() < yaw.argmax() < pitch.argmax()


def test_who_talks_opens_and_shuts_the_mouth_several_times():
    mouth = shown("elise", "talk", n=24, px=48).truth.mouth_open
    above = mouth > mouth.mean()
    assert mouth.max() > 0.5 and mouth.min() < 0.25 and (above[1:] != above[:-1]).sum() >= 4


def test_who_waves_raises_a_hand_over_the_shoulder_and_swings_it():
    truth = shown("tiziri", "wave").truth
    hand, shoulder = truth.landmark("right_hand"), truth.landmark("right_shoulder")
    assert (hand[6:, 1] < shoulder[6:, 1] - 5).all()
    assert np.ptp(hand[6:, 0]) > 8


def test_who_walks_always_has_a_foot_on_the_ground_and_lifts_both_in_turn():
    made = shown("yassine", "walk")
    off = made.anchor_px[1] - np.stack(
        [made.truth.landmark(f"{s}_foot")[:, 1] for s in ("left", "right")], -1
    )
    assert (off.min(axis=1) < 0.5).all() and (off.max(axis=0) > 4).all()


@pytest.mark.parametrize("who", IDS)
def test_matte_silhouette_and_labels_are_one_truth(who):
    made = shown(who, "talk", n=2, px=200)
    solid, body = made.alpha >= 0.5, made.truth.silhouette()
    assert (solid & body).sum() / (solid | body).sum() > 0.995
    parts = [made.truth.silhouette(name).sum() for name in ("skin", "hair", "cloth", "shoes", "detail")]
    assert sum(parts) == body.sum() and min(parts) > 0
    rows = np.flatnonzero(solid[0].any(axis=1))
    assert rows[-1] + 1 == pytest.approx(made.anchor_px[1], abs=1.5)
    assert rows[0] > 0 and not solid[:, :, [0, -1]].any()


@pytest.mark.parametrize("who", IDS)
def test_landmarks_are_where_the_picture_has_them(who):
    made = enact(person(who), [Pose(), Pose(eye_open=0.0)], fps=12, height_px=400)
    labels = made.truth.labels
    for side in ("left", "right"):
        x, y = made.truth.landmark(f"{side}_eye")[0]
        around = labels[:, int(y) - 3 : int(y) + 4, int(x) - 3 : int(x) + 4]
        assert (around[0] == 5).all()  # the eye
        rgb = made.frames[:, int(y) - 6 : int(y) + 7, int(x) - 8 : int(x) + 9, :3]
        assert rgb[0, ..., 2].max() > rgb[1, ..., 2].max() + 15  # its white goes when it shuts
    x, y = made.truth.landmark("nose")[0]
    assert labels[0, int(y), int(x)] == 1
    inside = made.alpha[0] > 0.5
    for name in LANDMARKS:
        if name not in ("left_foot", "right_foot"):
            x, y = made.truth.landmark(name)[0]
            assert inside[int(y), int(x)], name


def test_a_mouth_that_opens_opens_in_the_picture_too():
    made = enact(person("nadia"), [Pose(mouth_open=m) for m in (0.2, 0.5, 1.0)], fps=12, height_px=500)
    gap = made.truth.landmark("mouth_bottom")[:, 1] - made.truth.landmark("mouth_top")[:, 1]
    dark = [
        ((f[..., 0] > 40) & (f[..., 0] < 140) & (f[..., 1] < 40) & (f[..., 3] > 0)).sum() for f in made.frames
    ]
    assert (np.diff(gap) > 2).all() and dark[0] < dark[1] < dark[2]


def test_the_face_follows_the_head():
    yaws = (-40, -20, 0, 20, 40)
    made = enact(person("moussa"), [Pose(yaw_deg=y) for y in yaws], fps=12, height_px=300)
    middle = (made.truth.landmark("left_shoulder")[:, 0] + made.truth.landmark("right_shoulder")[:, 0]) / 2
    nose = made.truth.landmark("nose")[:, 0] - middle
    assert (np.diff(nose) > 3).all() and nose[2] == pytest.approx(0, abs=0.6)
    made = enact(person("moussa"), [Pose(pitch_deg=p) for p in (-20, 0, 20)], fps=12, height_px=300)
    assert (np.diff(made.truth.landmark("nose")[:, 1]) < -3).all()


def test_a_head_that_tilts_anticlockwise_lowers_the_eye_on_the_left():
    made = enact(person("salma"), [Pose(roll_deg=15)], fps=12, height_px=200)
    assert made.truth.landmark("left_eye")[0, 1] > made.truth.landmark("right_eye")[0, 1] + 3


def test_the_picture_is_the_same_at_any_size():
    small, large = (enact(person("brahim"), [Pose()], fps=12, height_px=px) for px in (116, 464))
    averaged = cv2.resize(on_grey(large.frames[0]), small.frames.shape[2:0:-1], interpolation=cv2.INTER_AREA)
    assert np.abs(averaged - on_grey(small.frames[0])).mean() < 2.5
    assert np.allclose(large.truth.landmarks_px[0] / 4, small.truth.landmarks_px[0], atol=0.6)
    assert large.px_per_m == pytest.approx(4 * small.px_per_m)


def test_light_falls_from_where_it_comes():
    for background in BACKGROUNDS:
        light = light_of(background, 1)
        made = enact(person("moussa"), [Pose()], fps=12, height_px=200, light=light)
        nx = made.normals[0, ..., 0].astype(float)
        bright = made.frames[0, ..., :3].mean(axis=-1)
        inside = made.alpha[0] > 0.95
        left, right = bright[inside & (nx < -0.3)].mean(), bright[inside & (nx > 0.3)].mean()
        assert np.sign(right - left) == np.sign(light.direction[0])


def test_portraits_show_head_and_shoulders_in_the_middle():
    for who in EVERYBODY:
        picture = portrait(who, size=96)
        assert picture.shape == (96, 96, 3) and picture.dtype == np.uint8
    assert not np.array_equal(portrait(person("salma"), size=64), portrait(person("nadia"), size=64))
    turned = portrait(person("salma"), size=64, pose=Pose(yaw_deg=30))
    assert not np.array_equal(turned, portrait(person("salma"), size=64))


@settings(max_examples=25, deadline=None)
@given(
    who=st.sampled_from(IDS),
    pose=st.builds(
        Pose,
        yaw_deg=st.floats(-45, 45),
        pitch_deg=st.floats(-30, 30),
        roll_deg=st.floats(-25, 25),
        eye_open=st.floats(0, 1),
        mouth_open=st.floats(0, 1),
        mouth_width=st.floats(0.5, 1.3),
        smile=st.floats(-1, 1),
        right_arm=st.tuples(st.floats(0, 150), st.floats(0, 250)),
        left_foot=st.floats(0, 0.08),
    ),
)
def test_any_pose_in_range_is_drawn_whole(who, pose):
    made = enact(person(who), [pose], fps=12, height_px=64)
    n, _, stats, _ = cv2.connectedComponentsWithStats((made.alpha[0] > 0.5).astype(np.uint8))
    assert np.isfinite(made.truth.landmarks_px).all()
    assert stats[1:, cv2.CC_STAT_AREA].max() > 0.97 * stats[1:, cv2.CC_STAT_AREA].sum() and n >= 2


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"yaw_deg": 60}, "45 degrees"),
        ({"eye_open": 1.2}, "from 0 to 1"),
        ({"mouth_open": -0.1}, "from 0 to 1"),
    ],
)
def test_an_impossible_pose_is_refused(wrong, says):
    with pytest.raises(CastError, match=says):
        Pose(**wrong)


def test_what_cannot_be_performed_is_refused():
    with pytest.raises(CastError, match="'dance'"):
        shown("salma", "dance")
    with pytest.raises(CastError, match="Nobody"):
        person("nobody")
    with pytest.raises(CastError, match="not 8"):
        shown("salma", "stand", px=8)
    with pytest.raises(CastError, match="0 frames"):
        shown("salma", "stand", n=0)
    with pytest.raises(CastError, match="seed -1"):
        shown("salma", "stand", seed=-1)
    with pytest.raises(CastError, match="one pose"):
        enact(person("salma"), [], fps=12, height_px=64)


def test_a_look_that_cannot_be_drawn_is_refused():
    with pytest.raises(CastError, match="'cape'"):
        replace(person("salma").look, outfit="cape")
    with pytest.raises(CastError, match="#12"):
        cast_look.look({"skin": "#12", "hair": "#000000"})
    with pytest.raises(CastError, match="tail"):
        cast_look.look({"skin": "#123456", "hair": "#000000", "tail": 1})


def test_the_file_says_what_is_a_draft_and_nobody_shares_a_name():
    data = tomllib.loads(resources.files("medialit.likeness").joinpath("cast.toml").read_text("utf-8"))
    assert data["review"] == "draft"
    first = sorted(who.names["latin"] for who in EVERYBODY)
    assert all(a != b for a, b in pairwise(first))
