"""The ranker, its weights, and what it says about itself."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

import pytest
from feed_builders import NOON, candidates, post, some_posts

from medialit.errors import FeedError
from medialit.feed.columns import Profile, columns, count, profile
from medialit.feed.rank import (
    CREATION_FIRST,
    ENGAGEMENT_FIRST,
    PERSONAL,
    PRESETS,
    Weights,
    explain,
    rank,
    visible,
)
from medialit.feed.records import EventKind, FeedEvent
from medialit.feed.steering import steer
from medialit.feed.why import why

ME = Profile(
    viewer="me", follows=frozenset({"a1"}), activity={"football": 0.8}, chat={"music": 0.5}, place="Agadir"
)


def event(kind: EventKind, target: str, who: str = "me", **more: object) -> FeedEvent:
    return FeedEvent(kind=kind, who=who, target=target, at=NOON, **more)  # type: ignore[arg-type]


def test_creation_first_puts_what_is_remixed_before_what_is_liked_and_engagement_first_the_other_way() -> (
    None
):
    posts = [post("liked", "a"), post("remixed", "b")]
    seen = columns(posts, now=NOON, counts={"liked": {EventKind.LIKE: 50}, "remixed": {EventKind.REMIX: 10}})
    first = {
        name: seen.ids[rank(seen, None, weights=weights, personalised=False).order[0]]
        for name, weights in PRESETS.items()
    }
    assert first == {"creation-first": "remixed", "engagement-first": "liked"}


@pytest.mark.parametrize(
    ("better", "worse", "weights"),
    [
        ({"topics": ("football",)}, {"topics": ("cooking",)}, Weights(activity=1.0)),
        ({"author": "a1"}, {"author": "a2"}, Weights(follows=1.0)),
        ({"place": "Agadir"}, {"place": "Oujda"}, Weights(place=1.0)),
        ({"topics": ("music",)}, {"topics": ("cooking",)}, Weights(chat=1.0)),
        ({}, {"at": NOON - timedelta(hours=1)}, Weights(freshness=1.0)),
        ({"risk": 0.1}, {"risk": 0.9}, Weights()),
    ],
)
def test_each_feature_alone_puts_the_better_post_first_and_a_negative_weight_last(
    better: dict[str, object], worse: dict[str, object], weights: Weights
) -> None:
    seen = columns([post("worse", **worse), post("better", **better)], now=NOON)  # type: ignore[arg-type]
    assert seen.ids[rank(seen, ME, weights=weights, personalised=True).order].tolist() == ["better", "worse"]
    turned = Weights(**{name: -value for name, value in visible(weights).items()})
    assert seen.ids[rank(seen, ME, weights=turned, personalised=True).order].tolist() == ["worse", "better"]


def test_without_a_chat_history_its_weight_moves_nothing() -> None:
    seen = candidates(some_posts(40, seed=2))
    silent = Profile(viewer="me", activity=ME.activity)
    with_weight = rank(seen, silent, weights=ENGAGEMENT_FIRST, personalised=True)
    without = rank(
        seen, silent, weights=Weights(**visible(ENGAGEMENT_FIRST) | {"chat": 0.0}), personalised=True
    )
    assert with_weight.scores.tolist() == without.scores.tolist()


def test_every_weight_is_visible_and_a_wild_one_is_refused() -> None:
    assert list(visible(CREATION_FIRST)) == [one.name for one in fields(Weights)]
    assert all(visible(CREATION_FIRST.impersonal())[name] == 0 for name in PERSONAL)
    with pytest.raises(FeedError, match="`likes` is from -100 to 100, not 1000"):
        Weights(likes=1000.0)
    with pytest.raises(FeedError, match="`safety`"):
        Weights(safety=float("nan"))


def test_what_is_asked_for_in_words_moves_posts_or_leaves_them_out() -> None:
    posts = [
        post("f", "a1", topics=("football",)),
        post("c", "a2", topics=("cooking",), synthetic=True),
        post("n", "a1"),
    ]
    seen = columns(posts, now=NOON)

    def order(text: str) -> list[str]:
        found = rank(seen, ME, weights=CREATION_FIRST, personalised=False, steering=steer(text, lang="en"))
        return list(seen.ids[found.order])

    assert order("more cooking, less football") == ["c", "n", "f"]
    assert set(order("no football")) == {"c", "n"}
    assert order("only cooking") == ["c"]
    assert set(order("only from people I follow")) == {"f", "n"}
    assert set(order("no AI")) == {"f", "n"}


def test_a_profile_counts_what_the_viewer_did_and_nobody_elses_deeds_or_messages() -> None:
    posts = {"p1": post("p1", topics=("football",)), "p2": post("p2", topics=("music",))}
    events = [
        event(EventKind.LIKE, "p1"),
        event(EventKind.DWELL, "p2", dwell_s=1.0),
        event(EventKind.LIKE, "p2", who="other"),
        event(EventKind.FOLLOW, "a1"),
        event(EventKind.FOLLOW, "a2"),
        event(EventKind.UNFOLLOW, "a2"),
        event(EventKind.MESSAGE, "friend", text="music tonight?"),
        event(EventKind.MESSAGE, "me", who="other", text="football"),
    ]
    found = profile("me", events, posts=posts)
    assert found.activity == {"football": 0.5, "music": pytest.approx(-1 / 3)}
    assert (found.follows, found.chat) == (frozenset({"a1"}), None)
    assert profile("me", events, posts=posts, use_chat=True).chat == {"music": 0.5}


def test_a_like_that_is_doubled_or_taken_back_counts_once_or_not() -> None:
    events = [event(EventKind.LIKE, "p"), event(EventKind.LIKE, "p"), event(EventKind.LIKE, "p", who="other")]
    assert count(events)["p"][EventKind.LIKE] == 2
    assert (
        count([*events, event(EventKind.UNLIKE, "p"), event(EventKind.UNLIKE, "p")])["p"][EventKind.LIKE] == 1
    )


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_every_term_of_a_score_has_its_sentence(lang: str) -> None:
    posts = some_posts(60, seed=5)
    seen = candidates(posts)
    asked = steer("more football, less music", lang="en")
    for weights in PRESETS.values():
        for one in posts:
            terms = explain(seen, one.id, ME, weights=weights, personalised=True, steering=asked)
            reasons, whose = why(terms, seen, one.id, personalised=True, lang=lang)
            assert len(reasons) == len(terms) > 0
            assert whose and not any("{" in reason.sentence for reason in reasons)


def test_the_explanation_names_the_author_whom_one_follows_and_the_topic_in_the_language() -> None:
    seen = columns([post("p", "a1", topics=("football",))], now=NOON)
    terms = explain(seen, "p", ME, weights=CREATION_FIRST, personalised=True)
    words = [one.sentence for one in why(terms, seen, "p", personalised=True, lang="fr")[0]]
    assert any("a1" in one for one in words)
    assert any("football" in one for one in words)
    whose = why(terms, seen, "p", personalised=False, lang="en")[1]
    assert whose.startswith("Personalisation is off")


def test_a_post_that_is_no_candidate_is_not_explained() -> None:
    with pytest.raises(FeedError, match="'gone' is not among the 0 candidates"):
        explain(columns([], now=NOON), "gone", None, weights=CREATION_FIRST, personalised=False)


def test_no_candidates_make_an_empty_ranking() -> None:
    assert rank(columns([], now=NOON), ME, weights=CREATION_FIRST, personalised=True).order.size == 0
