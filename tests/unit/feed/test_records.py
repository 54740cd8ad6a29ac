"""What a record of the feed may hold, and what is said when it holds something else."""

from __future__ import annotations

from datetime import datetime, time

import pytest
from feed_builders import NOON, member, post

from medialit.errors import FeedError
from medialit.feed.example import example_class
from medialit.feed.records import EventKind, FeedEvent, Quiet, follows_in


def event(kind: EventKind, who: str = "aya", target: str = "idir", **more: object) -> FeedEvent:
    return FeedEvent(kind=kind, who=who, target=target, at=NOON, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: post("a b"), "A post's id must be 1 to 128"),
        (lambda: post("p", topics=("a", "b", "c", "d", "e")), "up to 4 topic words"),
        (lambda: post("p", topics=("",)), "none empty"),
        (lambda: post("p", risk=1.5), "from 0 to 1, not 1.5"),
        (lambda: post("p", risk=float("nan")), "from 0 to 1"),
        (lambda: post("p", remix_of="p"), "a remix of itself"),
        (lambda: post("p", at=datetime(2026, 1, 1)), "with a time zone"),
        (lambda: post("p", caption="x" * 501), "Shorten it to 500"),
        (lambda: post("p", caption="a\u202eb"), r"U\+202E"),
        (lambda: member(guardian="aya"), "their own guardian"),
        (lambda: event(EventKind.LIKE, dwell_s=3.0), "belongs to a dwell"),
        (lambda: event(EventKind.DWELL, dwell_s=-1.0), "0 to 86400"),
        (lambda: event(EventKind.FOLLOW, target="aya"), "cannot follow themselves"),
        (lambda: Quiet(start=time(21), end="07:00"), "two times without a time zone"),
    ],
)
def test_a_wrong_record_is_refused_and_told_why(wrong: object, says: str) -> None:
    with pytest.raises(FeedError, match=says):
        wrong()  # type: ignore[operator]


def test_topics_are_folded_and_stand_once_and_ids_are_sorted() -> None:
    one = post("p", topics=("Cooking", "cooking", "TEA"), grants=("g2", "g1", "g2"))
    assert (one.topics, one.grants) == (("cooking", "tea"), ("g1", "g2"))


def test_only_a_synthetic_post_without_a_label_is_unlabelled() -> None:
    assert post("p", synthetic=True).unlabelled
    assert not post("p", synthetic=True, label="made with a model").unlabelled
    assert not post("p").unlabelled


def test_a_follow_ends_with_an_unfollow_and_a_block_ends_it_both_ways() -> None:
    both = [event(EventKind.FOLLOW), event(EventKind.FOLLOW, "idir", "aya")]
    assert follows_in(both) == {("aya", "idir"), ("idir", "aya")}
    assert follows_in([*both, event(EventKind.UNFOLLOW)]) == {("idir", "aya")}
    assert follows_in([*both, event(EventKind.BLOCK)]) == set()


def test_the_example_is_the_same_for_the_same_seed_and_names_only_its_own() -> None:
    one, again, other = (example_class(seed=seed, now=NOON) for seed in (1, 1, 2))
    assert one == again != other
    assert {event.who for event in one.events} <= set(one.members)
    assert {post.author for post in one.posts.values()} <= set(one.members)
    assert all(event.at <= NOON for event in one.events)
