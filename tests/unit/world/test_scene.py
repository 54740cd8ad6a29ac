import pytest

from medialit.errors import WorldError
from medialit.world import ACTIONS, BACKGROUNDS, COLOURS, KINDS, PANS, SIZES_M, Scene, Thing, draw_scene
from medialit.world.backdrops import PAINTERS as PLACES
from medialit.world.kinds import PAINTERS as OBJECTS
from medialit.world.shapes import SHAPES


def test_every_word_of_the_vocabulary_can_be_drawn():
    assert set(OBJECTS) == set(KINDS) == set(SHAPES)
    assert set(PLACES) == set(BACKGROUNDS)


def test_the_vocabulary_is_as_rich_as_promised():
    assert len(KINDS) >= 10
    assert {"tea_glass", "lantern", "football", "sailboat", "bird", "car", "cat"} <= set(KINDS)
    assert (len(COLOURS), len(BACKGROUNDS), len(ACTIONS), len(PANS)) == (7, 8, 10, 3)


def test_random_scenes_reach_every_word():
    scenes = [draw_scene(seed) for seed in range(400)]
    assert {t.kind for s in scenes for t in s.objects} == set(KINDS)
    assert {t.colour for s in scenes for t in s.objects} == set(COLOURS)
    assert {t.action for s in scenes for t in s.objects} == set(ACTIONS)
    assert {t.size for s in scenes for t in s.objects} == set(SIZES_M)
    assert {s.background for s in scenes} == set(BACKGROUNDS)
    assert {s.pan for s in scenes} == set(PANS)
    assert {len(s.objects) for s in scenes} == {1, 2}


def test_two_objects_differ_in_kind_and_colour():
    for seed in range(100):
        first, second = draw_scene(seed, n_objects=2).objects
        assert first.kind != second.kind and first.colour != second.colour


def test_choices_are_kept_to():
    scene = draw_scene(
        3, kinds=("cat",), colours=("blue",), actions=("rise",), backgrounds=("souk",), n_objects=1
    )
    assert (
        scene.objects == (Thing("cat", "blue", "rise", scene.objects[0].size),) and scene.background == "souk"
    )


def test_a_colour_may_be_any_rgb():
    assert Thing("ball", "#ff8000", "fall").rgb == (1.0, 128 / 255, 0.0)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Thing("dragon", "red", "fall"), "'dragon' is not a known kind"),
        (lambda: Thing("ball", "mauve", "fall"), "'mauve' is not a known colour"),
        (lambda: Thing("ball", "#12345", "fall"), "not a known colour"),
        (lambda: Thing("ball", "red", "sing"), "use one of: bounce"),
        (lambda: Thing("ball", "red", "fall", "huge"), "'huge' is not a known size"),
        (lambda: Scene("moon", (Thing("ball", "red", "fall"),)), "'moon' is not a known background"),
        (lambda: Scene("beach", ()), "one or two objects, not 0"),
        (lambda: Scene("beach", (Thing("ball", "red", "hit"),)), "needs a second object"),
        (
            lambda: Scene("beach", (Thing("cat", "red", "stand"), Thing("ball", "red", "hit"))),
            "The object that hits comes first",
        ),
        (lambda: Scene("beach", (Thing("ball", "red", "fall"),), fps=0), "positive numbers"),
        (
            lambda: Scene("beach", (Thing("ball", "red", "fall"),), duration_s=float("nan")),
            "positive numbers",
        ),
        (lambda: Scene("beach", (Thing("ball", "red", "fall"),), look=9), "9 is not one of them"),
        (lambda: Scene("beach", (Thing("ball", "red", "fall"),), seed=-1), "The seed is 0 or more"),
        (lambda: draw_scene(0, actions=("hit",), n_objects=1), "No action is left"),
        (lambda: draw_scene(0, n_objects=3), "one or two objects, not 3"),
    ],
)
def test_what_cannot_be_filmed_is_refused_with_a_reason(make, says):
    with pytest.raises(WorldError, match=says):
        make()
