"""The judge of generated clips, on renders whose truth is known."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest

from medialit.errors import ModelError
from medialit.generate.judge import WEIGHTS, Judgement, Seen, as_seen, judge, score
from medialit.generate.shot import Actor, Shot, shot_of
from medialit.media import Clip, degrade
from medialit.world import draw_scene, render, simulate

FIRST = 16_000_000  # apart from the seeds of the judge's training and of its card


def scenes(n, **choices):
    return [draw_scene(FIRST + i, duration_s=2.0, fps=12.0, shake_m=0.0, **choices) for i in range(n)]


def saw(*objects, background="beach"):
    seen = [Seen(kind=k, colour=c, action=a, confidence=1.0, at=np.zeros((12, 2))) for k, c, a in objects]
    return Judgement(objects=tuple(seen), background=background, pan="still", confidence=1.0)


CAT = Actor(kind="cat", colour="red", action="rise")
CAR = Actor(kind="car", colour="blue", action="stand")


@pytest.fixture(scope="module")
def judged():
    """Forty renders of 128 x 128, and what the judge says of them."""
    asked = scenes(40)
    return asked, judge([render(scene, size=(128, 128)) for scene in asked])


def test_renders_show_what_they_were_rendered_from(judged):
    marks = [score(seen, shot_of(scene)) for scene, seen in zip(*judged, strict=True)]
    assert np.mean([m.background for m in marks]) == 1
    assert np.mean([m.joint for m in marks]) > 0.85


def test_another_clips_shot_is_not_what_a_clip_shows(judged):
    asked, seen = judged
    marks = [score(s, shot_of(other)) for s, other in zip(seen, [*asked[1:], asked[0]], strict=True)]
    assert np.mean([m.joint for m in marks]) < 0.05


def test_an_object_is_seen_where_it_is(judged):
    off = []
    for scene, seen in zip(*judged, strict=True):
        if len(scene.objects) == 1 and len(seen.objects) == 1:
            truth = simulate(scene).px((1, 1))[::2, 0]
            inside = ((truth > 0) & (truth < 1)).all(axis=1)
            off.append(np.abs(seen.objects[0].at - truth)[inside].mean())
    assert np.median(off) < 0.06


def test_a_clip_that_went_through_a_messenger_is_judged_alike(judged):
    asked, seen = (part[:8] for part in judged)
    sent = judge([degrade.messenger(render(scene, size=(256, 256))) for scene in asked])
    same = [
        {(o.kind, o.colour, o.action) for o in a.objects} == {(o.kind, o.colour, o.action) for o in b.objects}
        for a, b in zip(seen, sent, strict=True)
    ]
    assert np.mean(same) >= 0.8


def test_a_mirrored_clip_is_judged_alike_with_left_and_right_exchanged():
    scene = scenes(1, n_objects=1, actions=["roll_left"], pans=["right"])[0]
    clip = render(scene, size=(64, 64))
    straight, turned = judge([clip, degrade.flip(clip)])
    assert (straight.objects[0].action, turned.objects[0].action) == ("roll_left", "roll_right")
    assert (straight.pan, turned.pan) == ("right", "left")


def test_the_judgement_does_not_depend_on_which_clips_are_judged_together():
    clips = [render(scene, size=(64, 64)) for scene in scenes(5)]
    together, apart = judge(clips), judge(clips, batch=2)
    assert [replace(j, confidence=0.0, objects=()) for j in apart] == [
        replace(j, confidence=0.0, objects=()) for j in together
    ]
    for a, b in zip(apart, together, strict=True):
        assert [(o.kind, o.colour, o.action) for o in a.objects] == [
            (o.kind, o.colour, o.action) for o in b.objects
        ]
        assert a.confidence == pytest.approx(b.confidence, abs=1e-4)


def test_the_middle_square_at_twelve_instants_is_looked_at():
    frames = np.zeros((24, 90, 160, 3), np.uint8)
    frames[:, :, 35:125] = np.arange(24)[:, None, None, None] * 10
    seen = as_seen(Clip(frames=frames, fps=12.0))
    assert seen.shape == (12, 64, 64, 3)
    assert (seen == (np.arange(0, 24, 2) * 10)[:, None, None, None]).all()


def test_the_card_names_the_weights_and_their_accuracy():
    card = json.loads(WEIGHTS.with_suffix(".json").read_text())
    assert card["sha256"] == hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()
    assert WEIGHTS.stat().st_size < 2_500_000
    assert card["held_out_renders"]["n"] >= 1000


def test_missing_weights_are_an_error_that_says_what_to_do(tmp_path):
    clip = render(scenes(1)[0], size=(64, 64))
    with pytest.raises(ModelError, match="judge_train"):
        judge([clip], weights=tmp_path / "none.onnx")


@pytest.mark.parametrize(
    ("seen", "wrong"),
    [
        ([("cat", "red", "rise")], ""),
        ([("cat", "blue", "rise")], "colour"),
        ([("dog", "red", "rise")], "object"),
        ([("cat", "red", "fall")], "action"),
        ([("cat", "red", "rise"), ("car", "blue", "stand")], "object"),
    ],
)
def test_each_part_is_marked_by_itself(seen, wrong):
    marks = score(saw(*seen), Shot(objects=(CAT,), background="beach"))
    assert {part for part in ("colour", "object", "action", "background") if not getattr(marks, part)} == (
        {wrong} - {""}
    )
    assert marks.joint == (wrong == "")


def test_two_objects_are_matched_by_kind_whatever_their_order():
    shot = Shot(objects=(CAT, CAR), background="beach")
    assert score(saw(("car", "blue", "stand"), ("cat", "red", "rise")), shot).joint
    swapped = score(saw(("car", "red", "stand"), ("cat", "blue", "rise")), shot)
    assert swapped.object and swapped.action and not swapped.colour


def test_a_missing_object_is_a_wrong_object_colour_and_action():
    marks = score(saw(("cat", "red", "rise")), Shot(objects=(CAT, CAR), background="beach"))
    assert (marks.object, marks.colour, marks.action, marks.background) == (False, False, False, True)


def test_what_the_shot_leaves_open_counts_as_right():
    shot = Shot(objects=(Actor(kind="cat"),))
    assert score(saw(("cat", "white", "spin"), background="night"), shot).joint
    nameless = Shot(objects=(replace(CAT, colour="#123456"),), background="beach")
    assert score(saw(("cat", "white", "rise")), nameless).joint
