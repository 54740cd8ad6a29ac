"""A simulated evening: the library's own rules decide, whatever a parent sets."""

from dataclasses import replace
from datetime import time
from itertools import product

import pytest

from medialit.apps import family_words as words
from medialit.family.children import CHILDREN, CHOICES, OPEN, Switches, suggested
from medialit.family.evening import SITTINGS, What, play, spread
from medialit.feed.controls import defaults
from medialit.feed.records import AgeBand

TEENS = ("anas", "hiba")
EVERY = [Switches(**dict(zip(CHOICES, one, strict=True))) for one in product(*CHOICES.values())]


def what(evening, kind):
    return [one for one in evening.moments if one.what is kind]


@pytest.mark.parametrize("switches", [EVERY[0], OPEN])
def test_nothing_opens_the_feed_to_a_child_under_13(switches):
    found = play(CHILDREN["lina"], switches.controls)
    assert [one.how for one in found.moments] == ["under_13"]
    assert (found.minutes, found.posts) == (0, 0)


@pytest.mark.parametrize("child", TEENS)
def test_the_switches_stand_as_the_feed_itself_sets_them(child):
    one = CHILDREN[child]
    kept = suggested(one).controls
    held = defaults(one.band)
    for field in ("personalised", "posts_a_sitting", "daily_minutes", "messages", "likeness"):
        assert getattr(kept, field) == getattr(held, field)


@pytest.mark.parametrize("child", TEENS)
def test_no_setting_lets_a_stranger_in_or_gives_a_minor_the_last_word_or_shows_what_is_unlabelled(child):
    for switches in EVERY[:: len(EVERY) // 40]:
        found = play(CHILDREN[child], switches.controls)
        assert [one.how for one in what(found, What.STRANGER)] == ["stopped"]
        assert what(found, What.CLIP)[0].how in ("nobody", "parent")
        assert found.unlabelled == 0


@pytest.mark.parametrize("child", TEENS)
def test_a_daily_limit_and_a_quiet_night_hold(child):
    for minutes in ("30", "45", "60"):
        switches = Switches(
            order="mine", end="never", minutes=minutes, night="closed", messages="off", likeness="off"
        )
        found = play(CHILDREN[child], switches.controls)
        assert found.minutes <= int(minutes)
        late = [one for one in found.moments if one.at >= time(21) and one.what is not What.CLOSED]
        assert late == []


@pytest.mark.parametrize("child", TEENS)
def test_an_end_after_so_many_clips_ends_each_sitting(child):
    found = play(CHILDREN[child], replace(OPEN, end="20").controls)
    assert all(one.posts <= 20 for one in what(found, What.WATCHED))
    assert found.posts <= 20 * len(SITTINGS)


@pytest.mark.parametrize("child", TEENS)
def test_a_feed_without_rules_is_longer_shows_the_unlabelled_and_lets_strangers_in(child):
    one = CHILDREN[child]
    usual, bare = play(one, None), play(one, OPEN.controls, ceiling=False)
    assert bare.minutes > usual.minutes and bare.posts > usual.posts
    assert bare.unlabelled > 0 == usual.unlabelled and usual.left_out > 0 == bare.left_out
    assert [one.how for one in what(bare, What.STRANGER)] == ["arrives"]


@pytest.mark.parametrize("child", TEENS)
def test_one_evening_lies_among_the_others_and_the_order_of_the_three_settings_is_no_matter_of_luck(child):
    one = CHILDREN[child]
    least, middle, most = spread(one, None)
    assert least <= play(one, None).minutes <= most
    bare = spread(one, OPEN.controls, ceiling=False)
    assert least <= middle <= most and middle < bare[1]


def test_the_same_seed_tells_the_same_evening_and_another_seed_another():
    one = CHILDREN["anas"]
    assert play(one, None) == play(one, None)
    assert play(one, OPEN.controls) != play(one, OPEN.controls, seed=2)


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_every_moment_of_every_evening_is_a_sentence_without_an_open_slot(lang):
    said = set()
    for child, controls in product(
        CHILDREN.values(), (None, EVERY[0].controls, EVERY[-1].controls, OPEN.controls)
    ):
        for ceiling in (True, False):
            for moment in play(child, controls, ceiling=ceiling).moments:
                said.update(words.moment_words(moment, child=child, lang=lang))
    assert len(said) > 20 and not any("{" in one or "}" in one for one in said)


def test_each_choice_of_each_switch_has_a_word():
    assert {key: tuple(choices) for key, (_title, choices) in words.SWITCHES.items()} == dict(CHOICES)


def test_the_app_knows_of_an_age_only_its_band():
    assert [one.band for one in CHILDREN.values()] == [
        AgeBand.UNDER_13,
        AgeBand.TEEN_13_15,
        AgeBand.TEEN_16_17,
    ]
