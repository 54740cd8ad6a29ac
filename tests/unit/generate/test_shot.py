import numpy as np
import pytest

from medialit.errors import GenerateError
from medialit.generate.data import N_SLOTS, encode_shot, training_scene
from medialit.generate.shot import MORE_COLOURS, Actor, Shot, describe, rgb, scene_of, shot_of
from medialit.generate.split import UNSEEN_PAIRS, has_unseen_pair, may_train, unseen_place
from medialit.world import COLOURS, KINDS, Thing, draw_scene


@pytest.mark.parametrize("seed", range(40))
def test_the_seed_settles_what_is_open_and_nothing_else(seed):
    asked = Shot(objects=(Actor(kind="cat", action="hit"), Actor(colour="blue")), background="souk")
    settled = asked.settled(seed=seed)
    assert settled == asked.settled(seed=seed)
    assert (settled.objects[0].kind, settled.objects[0].action) == ("cat", "hit")
    assert (settled.objects[1].colour, settled.objects[1].action) == ("blue", "stand")
    assert settled.background == "souk" and settled.look is not None
    assert all(None not in (a.kind, a.colour, a.action, a.size) for a in settled.objects)
    assert settled.objects[0].kind != settled.objects[1].kind
    assert settled.settled(seed=seed + 1) == settled


def test_who_hits_needs_somebody_to_hit():
    assert len(Shot(objects=(Actor(action="hit"),)).settled(seed=0).objects) == 2
    with pytest.raises(GenerateError, match="in front"):
        Shot(objects=(Actor(), Actor(action="hit")))


@pytest.mark.parametrize(
    "word", [{"kind": "dragon"}, {"colour": "loud"}, {"action": "sing"}, {"size": "vast"}]
)
def test_a_word_outside_the_vocabulary_is_named_with_what_may_stand_there(word):
    with pytest.raises(GenerateError, match=f"{next(iter(word.values()))}.*use one of"):
        Actor(**word)


@pytest.mark.parametrize("seed", range(30))
def test_a_scene_a_shot_and_its_numbers_say_the_same(seed):
    scene = draw_scene(seed, duration_s=2.0, fps=12, shake_m=0.0)
    shot = shot_of(scene)
    again = scene_of(shot, seed=scene.seed)
    assert (again.objects, again.background, again.pan, again.look) == (
        scene.objects,
        scene.background,
        scene.pan,
        scene.look,
    )
    numbers = encode_shot(shot)
    assert numbers.shape == (N_SLOTS,)
    assert KINDS[int(numbers[0])] == scene.objects[0].kind
    assert np.allclose(numbers[3:6], scene.objects[0].rgb)
    assert (int(numbers[6]) == len(KINDS)) == (len(scene.objects) == 1)


@pytest.mark.parametrize("colour", [*COLOURS, *MORE_COLOURS, "#a0b1c2"])
def test_every_colour_has_red_green_and_blue(colour):
    assert all(0 <= share <= 1 for share in rgb(colour))


@pytest.mark.parametrize("language", ["en", "fr", "ar", "ary", "zgh"])
def test_a_settled_shot_is_a_sentence_in_each_language_of_prompts(language):
    shot = Shot(objects=(Actor(kind="cat", colour="pink", action="spin"),), background="beach")
    assert describe(shot.settled(seed=3), language=language)


def test_no_training_clip_shows_what_is_held_out():
    scenes = [training_scene(seed) for seed in range(1500)]
    kept = [scene for scene in scenes if may_train(scene)]
    assert 0.5 < len(kept) / len(scenes) < 0.9
    for scene in kept:
        for thing in scene.objects:
            assert (thing.kind, thing.colour) not in UNSEEN_PAIRS
            assert not unseen_place(thing, scene.background)


def test_a_random_colour_near_a_held_out_one_is_held_out_too():
    assert has_unseen_pair(Thing("cat", "#d8202a", "stand"))
    assert not has_unseen_pair(Thing("cat", "#20d8a0", "stand"))
    assert not has_unseen_pair(Thing("ball", "red", "stand"))


def test_the_sentence_leaves_out_neither_the_size_nor_the_camera():
    shot = Shot(objects=(Actor(kind="ball", colour="red", action="bounce", size="large"),), pan="left")
    said = describe(shot.settled(seed=3), language="en")
    assert "left" in said and any(word in said for word in ("large", "big", "huge"))
