from functools import lru_cache

import numpy as np
import pytest

from medialit.generate.shot import MORE_COLOURS
from medialit.generate.text_compose import SOURCES, Composer, known_words
from medialit.generate.text_compose import word_list as read_word_list
from medialit.generate.text_words import FUNCTION, TAGS, UNUSED, words
from medialit.world import ACTIONS, BACKGROUNDS, COLOURS, KINDS, PANS, SIZES_M

word_list = lru_cache(read_word_list)
VOCABULARY = {
    "kind": KINDS,
    "colour": (*COLOURS, *MORE_COLOURS),
    "size": SIZES_M,
    "action": ACTIONS,
    "background": BACKGROUNDS,
    "pan": PANS,
}


@pytest.mark.parametrize("source", SOURCES)
def test_a_word_list_has_a_phrase_for_everything_a_shot_can_hold(source):
    phrases = word_list(source).phrases
    assert {slot: set(values) for slot, values in phrases.items()} == {
        s: set(v) for s, v in VOCABULARY.items()
    }
    assert all(texts for values in phrases.values() for texts in values.values())


@pytest.mark.parametrize("source", SOURCES)
def test_no_phrase_stands_for_two_values_of_a_slot(source):
    for values in word_list(source).phrases.values():
        owner = {}
        for value, texts in values.items():
            for text in texts:
                key = tuple(w.normal for w in words(text))
                assert owner.setdefault(key, value) == value, text


@pytest.mark.parametrize("source", SOURCES)
def test_every_phrase_has_a_word_that_is_not_a_mere_function_word(source):
    one = word_list(source)
    for values in one.phrases.values():
        for texts in values.values():
            for text in texts:
                assert {w.normal for w in words(text)} - one.function, text


@pytest.mark.parametrize("source", SOURCES)
def test_the_name_of_a_kind_holds_no_size_and_no_colour(source):
    one = word_list(source)
    others = {
        w.normal
        for slot in ("size", "colour")
        for texts in one.phrases[slot].values()
        for text in texts
        for w in words(text)
        if len(words(text)) == 1
    }
    for texts in one.phrases["kind"].values():
        for text in texts:
            assert not others & {w.normal for w in words(text)}, text


def test_made_up_prompts_repeat_with_their_seed_and_use_the_tags():
    lists = [word_list(source) for source in SOURCES]
    drawn = [[Composer(lists, np.random.default_rng(3)).draw()] for _ in range(2)]
    assert drawn[0] == drawn[1]
    composer = Composer(lists, np.random.default_rng(4))
    tokens = [token for _ in range(400) for token in composer.draw().tokens]
    assert {token.tag for token in tokens} == set(TAGS)
    for token in tokens:
        slot = token.tag.split()[0]
        of_an_object = slot in ("kind", "colour", "size", "action")
        assert (token.object in (0, 1)) == of_an_object


def test_known_words_of_strange_lists_name_no_slot():
    lists = [word_list(source) for source in SOURCES]
    with_others = set(known_words(lists))
    without = set(known_words(lists, others=False))
    assert without < with_others
    assert {tag for _, tag, _ in with_others - without} == {UNUSED}
    assert FUNCTION in {tag for _, tag, _ in without}
