"""The judge that follows rules, on renders whose truth is known."""

import dataclasses

import numpy as np
import pytest

from medialit.forensics.place import find_place
from medialit.forensics.rules import observe
from medialit.forensics.tracker import follow
from medialit.world import BACKGROUNDS, Scene, Thing, draw_scene, render, simulate

PX = (128, 128)


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_a_place_its_look_and_the_camera_are_found(background):
    look = len(background) % 4
    scene = Scene(background, (Thing("car", "red", "stand"),), pan="right", look=look, fps=4.0)
    place = find_place(render(scene, size=PX))
    assert (place.background, place.look, place.pan) == (background, look, "right")
    assert place.camera_m == pytest.approx(simulate(scene).camera_m[:, 0], abs=0.06)


@pytest.mark.parametrize("pan", ["still", "left"])
def test_the_track_is_where_the_object_is(pan):
    scene = Scene("mountains", (Thing("ball", "red", "bounce"),), pan=pan, fps=12.0, seed=2)
    reading = follow(render(scene, size=(192, 192)))
    truth = simulate(scene).px((1, 1))[:, 0]
    assert len(reading.tracks) == 1
    assert np.abs(reading.tracks[0].xy - truth).max() < 0.03


def test_two_objects_that_pass_each_other_keep_their_identity():
    scene = Scene(
        "studio", (Thing("cube", "blue", "roll_left"), Thing("star", "red", "stand")), fps=12.0, seed=2
    )
    reading = follow(render(scene, size=PX))
    truth = simulate(scene).px((1, 1))
    assert len(reading.tracks) == 2
    for track in reading.tracks:
        off = [np.nanmedian(np.hypot(*(track.xy - truth[:, i]).T)) for i in (0, 1)]
        assert min(off) < 0.03


def test_a_wall_is_seen_on_its_side_and_is_no_object():
    scene = Scene("souk", (Thing("ball", "green", "wall"),), fps=12.0, seed=1)
    reading = follow(render(scene, size=PX))
    assert reading.wall == ("right" if simulate(scene).wall_m > 0 else "left")
    assert len(reading.tracks) == 1


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("bounce", "football"),
        ("roll_left", "car"),
        ("roll_right", "ball"),
        ("fall", "lantern"),
        ("rise", "bird"),
        ("spin", "cat"),
        ("orbit", "star"),
        ("wall", "cube"),
        ("stand", "tagine"),
    ],
)
def test_each_action_is_told_by_its_rule(action, kind):
    scene = Scene("mountains", (Thing(kind, "red", action),), pan="left", fps=12.0, seed=7)
    assert [o.action for o in observe(render(scene, size=PX)).objects] == [action]


def test_a_hit_is_one_that_comes_and_one_that_stood():
    scene = Scene("studio", (Thing("ball", "red", "hit"), Thing("cube", "blue", "stand")), fps=12.0, seed=3)
    seen = observe(render(scene, size=PX))
    assert {(o.colour, o.action) for o in seen.objects} == {("red", "hit"), ("blue", "stand")}


@pytest.mark.long
def test_the_rules_keep_their_accuracy_on_renders():
    right = []
    for seed in range(200):
        scene = draw_scene(30_000_000 + seed, n_objects=1, duration_s=2.0, fps=12.0, shake_m=0.0)
        seen = observe(render(scene, size=PX)).objects[0]
        right.append((seen.action == scene.objects[0].action, seen.colour == scene.objects[0].colour))
    action, colour = np.mean(right, axis=0)
    assert action > 0.93 and colour > 0.85


def test_a_reading_of_the_same_clip_is_the_same():
    clip = render(dataclasses.replace(Scene("night", (Thing("bird", "white", "rise"),)), fps=6.0), size=PX)
    first, second = follow(clip), follow(clip)
    assert np.array_equal(first.tracks[0].xy, second.tracks[0].xy)
