import re
import tomllib
from importlib import resources

import pytest

from medialit.errors import WorldError
from medialit.world import (
    ACTIONS,
    BACKGROUNDS,
    COLOURS,
    KINDS,
    PANS,
    SIZES_M,
    Scene,
    Thing,
    caption,
    captions,
    draw_scene,
)
from medialit.world.captions import caption_phrases, languages


def grammar(language):
    return tomllib.loads(
        resources.files("medialit.world").joinpath("grammars", f"{language}.toml").read_text("utf-8")
    )


@pytest.mark.parametrize("language", languages())
def test_a_grammar_has_a_word_for_everything(language):
    data = grammar(language)
    assert set(data["kinds"]) == set(KINDS) and set(data["actions"]) == set(ACTIONS)
    assert set(data["colours"]) == {*COLOURS, "other"} and set(data["sizes"]) == set(SIZES_M)
    assert set(data["backgrounds"]) == set(BACKGROUNDS) and set(data["cameras"]) == set(PANS)
    for table in ("colours", "sizes"):
        for forms in data[table].values():
            assert set(forms) == set(data["genders"])
    assert {noun["gender"] for nouns in data["kinds"].values() for noun in nouns} <= set(data["genders"])


@pytest.mark.parametrize("language", languages())
def test_no_wording_stands_for_two_meanings(language):
    data = grammar(language)
    for table in ("kinds", "actions", "backgrounds", "cameras"):
        owner = {}
        for key, options in data[table].items():
            for option in all_forms(options):
                text = option["text"] if isinstance(option, dict) else option
                assert owner.setdefault(text, key) == key


def all_forms(options):
    return [t for forms in options.values() for t in forms] if isinstance(options, dict) else options


@pytest.mark.parametrize("language", languages())
def test_every_sentence_of_a_grammar_can_be_said(language):
    data = grammar(language)
    for actions in (data["actions"], *data.get("actions_by_kind", {}).values()):
        for options in actions.values():
            assert not isinstance(options, dict) or set(options) == set(data["genders"])
    for seed in range(200):
        scene = draw_scene(seed)
        text, phrases = caption_phrases(scene, seed=seed, language=language)
        assert text == caption(scene, seed=seed, language=language)
        assert not re.search(r"[{}\ue000-\ue0ff]|  |^ | $", text)
        assert {(p.slot, p.object) for p in phrases} >= {
            *((slot, i) for i, _ in enumerate(scene.objects) for slot in ("kind", "colour")),
            ("action", 0),
            ("background", None),
        }


@pytest.mark.parametrize("language", languages())
def test_a_phrase_is_a_wording_of_what_it_stands_for(language):
    data = grammar(language)
    tables = {
        "kind": "kinds",
        "colour": "colours",
        "size": "sizes",
        "background": "backgrounds",
        "pan": "cameras",
    }
    for seed in range(200):
        scene = draw_scene(seed)
        text, phrases = caption_phrases(scene, seed=seed, language=language)
        for phrase in phrases:
            if phrase.slot in tables:
                options = data[tables[phrase.slot]][phrase.value]
                words = [o["text"] if isinstance(o, dict) else o for o in all_forms(options)]
                assert text[phrase.start : phrase.end] in words
            if phrase.object is not None:
                assert getattr(scene.objects[phrase.object], phrase.slot) == phrase.value


def test_french_and_arabic_agree_in_gender():
    star = Scene("beach", (Thing("star", "green", "bounce"),))
    french = " ".join(captions(star, n=40, language="fr"))
    assert "une étoile verte" in french and "un étoile" not in french and not re.search(r"\bvert\b", french)
    arabic = " ".join(captions(Scene("beach", (Thing("ball", "green", "bounce"),)), n=40, language="ar"))
    assert "كرة خضراء" in arabic and "تقفز" in arabic and "يقفز" not in arabic and "أخضر" not in arabic


@pytest.mark.parametrize("seed", range(120))
def test_a_caption_names_colour_kind_action_and_place(seed):
    scene, data = draw_scene(seed), grammar("en")
    text = caption(scene, seed=seed)
    assert not re.search(r"[{}]|  ", text)
    assert any(place in text for place in data["backgrounds"][scene.background])
    for thing in scene.objects:
        assert any(c in text for c in data["colours"][thing.colour]["n"])
        assert any(noun["text"] in text for noun in data["kinds"][thing.kind])
    by_kind = [
        v for table in data["actions_by_kind"].values() for v in table.get(scene.objects[0].action, [])
    ]
    assert any(does in text for does in data["actions"][scene.objects[0].action] + by_kind)


def test_the_article_fits_the_next_word():
    texts = [caption(draw_scene(seed), seed=seed) for seed in range(300)]
    assert not [t for t in texts if re.search(r"\ba [aeiou]|\ban [^aeiou]", t)]
    assert any(" an orange" in f" {t}" for t in texts)


def test_one_scene_can_be_said_in_many_ways():
    said = captions(Scene("souk", (Thing("tagine", "purple", "roll_left"),), pan="left"), n=30)
    assert len(said) == len(set(said)) == 30


def test_a_kind_moves_in_its_own_way():
    def words(kind):
        return " ".join(captions(Scene("beach", (Thing(kind, "red", "roll_left"),)), n=40))

    assert "drives" in words("car") and "rolls" not in words("car")
    assert "walks" in words("cat") and "sails" in words("sailboat") and "slides" in words("teapot")
    assert "rolls" in words("football") and "slides" not in words("football")


def test_a_language_without_a_grammar_is_refused():
    with pytest.raises(WorldError, match=r"no grammar for .tlh.; use one of: .*en"):
        caption(draw_scene(1), seed=1, language="tlh")
