"""The activities in rounds: numbers are the library's own, no answer always fits, and both mistakes weigh the same."""

import re

import numpy as np
import pytest

from medialit.apps import family_rounds, family_twins
from medialit.apps import family_words as words
from medialit.family import advert, alarm, falls, group
from medialit.forensics.detectors import operating
from medialit.media import read

LANGS = ("en", "fr", "ar")
ALL = {"alarm": alarm, "group": group, "falls": falls, "advert": advert}
BLANKET = re.compile(r"(distrust|trust nothing|do not believe anything|always doubt)", re.IGNORECASE)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("one", ALL.values(), ids=ALL)
def test_each_round_asks_offers_and_answers_in_full_sentences(one, lang):
    rounds = one.rounds(lang=lang)
    assert 4 <= len(rounds) <= 6 and one.intro(lang=lang)
    for this in rounds:
        assert 2 <= len(this.choices) <= family_rounds.N_CHOICES
        assert len(this.told) == len(this.choices) == len(set(this.choices))
        said = [*this.asked, *this.choices, *(text for told in this.told for text in told)]
        assert all(said) and not any("{" in text or "}" in text for text in said)
        assert len({told[0] for told in this.told}) > 1  # an answer matters
    if lang == "en":
        assert not BLANKET.search(" ".join(text for this in rounds for told in this.told for text in told))


@pytest.mark.parametrize("one", (falls, advert), ids=("falls", "advert"))
def test_no_single_answer_is_right_in_every_round(one):
    good = [
        {n for n, told in enumerate(this.told) if told[0].startswith("Yes")} for this in one.rounds(lang="en")
    ]
    assert all(len(right) == 1 for right in good) and not set.intersection(*good)


def test_an_alarm_is_right_more_often_the_more_clips_are_made():
    shares = [alarm.right(made) for made in alarm.MADE]
    assert shares == sorted(shares) and shares[0] < 0.5 < shares[-1]
    rates = operating()
    by_hand = rates.hit_rate * 0.05 / (rates.hit_rate * 0.05 + rates.false_alarm_rate * 0.95)
    assert alarm.right(5) == pytest.approx(by_hand)


def test_the_right_guess_changes_with_the_number_of_made_clips_and_is_the_one_that_is_praised():
    for made, this in zip(alarm.MADE, alarm.rounds(lang="en"), strict=False):
        praised = [n for n, told in enumerate(this.told) if told[0] == "Your guess is right."]
        assert praised == [alarm.guess(made)]
    assert len({alarm.guess(made) for made in alarm.MADE}) == len(alarm.MADE)


def test_a_hundred_dots_are_a_hundred():
    for made in range(101):
        found = alarm.dots(made)
        assert found.hits + found.misses == made
        assert found.false_alarms + found.quiet == 100 - made
        assert min(found.hits, found.misses, found.false_alarms, found.quiet) >= 0


def test_three_copies_of_one_clip_are_worth_one_source_and_three_sources_more():
    told = " ".join(group.rounds(lang="en")[1].told[1])
    assert f"After one source it is {round(100 * group.belief(1))} of 100" in told
    assert f"After three copies of one clip it is {round(100 * group.belief(1))}." in told
    assert group.belief(3) > group.belief(2) > group.belief(1) > group.BEFORE


def test_taking_back_reaches_some_copies_and_not_all():
    found = group.taken_back()
    n = sum(found.n.values())
    sure = found.n["blocked"] + found.n["unpublished"]
    assert 0 < sure < n / 2 and found.n["unreachable"] > 0  # as its fixed answer "Fewer than half" says


def test_half_of_the_pairs_break_a_law_and_both_mistakes_are_counted_alike():
    assert sum(bool(one.law) for one in falls.PAIRS) * 2 == len(falls.PAIRS)
    none = falls.LAWS.index("")
    trusting, doubting = falls.count([none] * 6), falls.count([0] * 6)
    assert (trusting.overlooked, trusting.accused) == (3, 0)
    assert (doubting.overlooked, doubting.accused) == (0, 3)
    right = falls.count([falls.LAWS.index(one.law) for one in falls.PAIRS])
    assert (right.overlooked, right.accused, right.other) == (0, 0, 0)


@pytest.mark.parametrize("place", (0, 1))
def test_the_two_clips_of_a_pair_differ_only_as_the_pair_says(place, tmp_path):
    pair = falls.PAIRS[place]
    first, second = falls.drawn(pair)
    broken, plain = (first, second) if pair.first else (second, first)
    if pair.law == "teleport":
        same = [bool(np.array_equal(a, b)) for a, b in zip(broken.frames, plain.frames, strict=True)]
        assert same[0] and not same[-1]
    else:
        assert np.array_equal(broken.frames, plain.frames[:, :, ::-1])
    paths = falls.ready(tmp_path, place)
    before = [path.stat().st_mtime_ns for path in paths]
    assert falls.ready(tmp_path, place) == paths and [path.stat().st_mtime_ns for path in paths] == before
    assert sorted(tmp_path.iterdir()) == sorted(paths) and read(paths[0]).n_frames == first.n_frames


@pytest.mark.parametrize("lang", LANGS)
def test_each_fault_of_a_label_is_there_once_and_one_label_has_none(lang):
    assert sorted(one.fault(lang=lang) for one in advert.ADVERTS) == sorted(advert.FAULTS)


@pytest.mark.parametrize("lang", LANGS)
def test_a_label_stands_as_long_as_its_advert_says_and_the_honest_one_in_every_frame(lang):
    plain = advert._spot(lang)
    for one in advert.ADVERTS:
        labelled = advert.drawn(one, lang=lang)
        there = [bool((a != b).any()) for a, b in zip(labelled.frames, plain.frames, strict=True)]
        assert sum(there) / plain.fps == pytest.approx(one.seconds, abs=0.05)


def test_the_pictures_of_a_hundred_clips_are_shown_after_a_guess_only():
    assert family_twins._hundred(0, False, "en") == ""
    shown = family_twins._hundred(1, True, "en")
    found = alarm.dots(5)
    assert shown.count("<g ") == 100 and f"Camera, the machine rings: {found.false_alarms}" in shown


def test_each_activity_in_rounds_has_a_name_on_the_menu():
    assert set(family_twins.KEYS) == set(ALL) and set(ALL) <= set(words.TITLES)
