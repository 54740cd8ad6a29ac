"""Steering in words: what is understood, in three languages, and what is said not to be."""

from __future__ import annotations

import pytest

from medialit.errors import FeedError
from medialit.feed.lexicon import CUES, TOPICS
from medialit.feed.steering import said, steer, topic_name

SAME = [
    ("en", "less football, more cooking, only from people I follow"),
    ("fr", "moins de foot, plus de cuisine, seulement des gens que je suis"),
    ("ar", "كرة قدم أقل، طبخ أكثر، فقط من الأشخاص الذين أتابعهم"),
    ("ar", "أقل من كُرَةِ القَدَم، المزيد من الطبخ، فقط من أصدقائي"),
]


@pytest.mark.parametrize(("lang", "text"), SAME)
def test_the_same_wish_is_understood_in_each_language(lang: str, text: str) -> None:
    found = steer(text, lang=lang)
    assert (found.less, found.more, found.only_follows) == ({"football"}, {"cooking"}, True)
    assert not (found.none or found.only or found.not_understood)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "no more news"),
        ("en", "I don't want news"),
        ("en", "Stop showing me the news!"),
        ("fr", "plus jamais d'actualités"),
        ("fr", "je ne veux plus d’infos"),
        ("fr", "pas de nouvelles"),
        ("ar", "لا أريد الأخبار"),
        ("ar", "بدون أخبار"),
    ],
)
def test_a_no_leaves_a_topic_out(lang: str, text: str) -> None:
    found = steer(text, lang=lang)
    assert found.none == {"news"}
    assert not (found.more or found.less)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "not less football"),
        ("en", "I don't want less football"),
        ("fr", "pas moins de foot"),
        ("fr", "je ne veux pas plus de foot"),
        ("ar", "لا أريد أقل من كرة القدم"),
    ],
)
def test_a_negation_that_is_not_understood_changes_nothing_and_says_so(lang: str, text: str) -> None:
    found = steer(text, lang=lang)
    assert not (found.more or found.less or found.none or found.only)
    assert len(found.not_understood) >= 3


def test_what_is_said_last_counts() -> None:
    found = steer("More football. No: less football.", lang="en")
    assert (found.more, found.less) == (frozenset(), {"football"})


def test_a_wish_goes_on_over_an_and_and_a_comma_but_not_over_a_full_stop() -> None:
    assert steer("less football, music and news", lang="en").less == {"football", "music", "news"}
    found = steer("less football. Music", lang="en")
    assert (found.less, found.not_understood) == ({"football"}, ("Music",))


def test_a_topic_that_only_the_posts_know_is_understood_when_it_is_named_to_the_parser() -> None:
    assert steer("more zellige", lang="en").not_understood == ("zellige",)
    assert steer("more Zellige", lang="en", topics=["zellige"]).more == {"zellige"}


def test_people_i_follow_without_only_is_not_taken_for_only() -> None:
    found = steer("less from people I follow", lang="en")
    assert not found.only_follows
    assert found.not_understood == ("people", "I", "follow")


def test_a_wish_for_synthetic_clips_is_not_taken_for_a_wish_against_them() -> None:
    assert steer("no AI", lang="en").no_synthetic
    found = steer("more AI", lang="en")
    assert not found.no_synthetic
    assert found.not_understood == ("AI",)


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_what_was_used_and_what_was_not_is_told_in_the_language(lang: str) -> None:
    cooking = TOPICS["cooking"][lang].split("|")[0]
    more = {"en": "more", "fr": "plus de", "ar": "المزيد من"}[lang]
    sentences = said(steer(f"{more} {cooking} xyzzy", lang=lang), lang=lang)
    assert cooking in sentences[0]
    assert "xyzzy" in sentences[-1] and "xyzzy" not in sentences[-2]
    assert said(steer("", lang=lang), lang=lang)[0]


def test_each_language_names_every_topic_and_no_word_means_two_of_them() -> None:
    for lang in CUES:
        words = [word for names in TOPICS.values() for word in names[lang].split("|")]
        assert len(words) == len(set(words))
        assert all(topic_name(topic, lang=lang) for topic in TOPICS)


def test_a_language_without_small_words_and_a_long_speech_are_refused() -> None:
    with pytest.raises(FeedError, match="not in 'zgh'"):
        steer("more", lang="zgh")
    with pytest.raises(FeedError, match="500 characters"):
        steer("more " * 200, lang="en")
