"""What only the lab "The feed: who sees what, and who decides" claims; `test_every_lab.py` has the rest."""

from __future__ import annotations

import itertools
import math
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialit.feed.clock import Reading, begin, follow
from medialit.feed.columns import Profile, columns
from medialit.feed.controls import Contact, Tie, contact
from medialit.feed.rank import Weights, explain
from medialit.feed.records import AgeBand, Controls, EventKind, Member, Post

from .proof import PROJECT

NOW = datetime(2027, 4, 8, 18, tzinfo=UTC)
FEATURES = ("activity", "follows", "likes", "making", "freshness")


@pytest.fixture(scope="module")
def proof(proofs):
    return proofs("10_feed")


@pytest.fixture(scope="module")
def reference(proof):
    return proof.namespace()


def test_no_two_learners_meet_the_same_posts_clocks_or_numbers(proof):
    one, other = (set(proof.questions(seed)) for seed in (1, 2))
    assert {name for name, _ in one & other} <= {"may_write", "steer"}


def test_the_release_holds_no_name_or_phrase_of_the_solution(proof):
    for secret in ("wanted, lost", "opposite = -1.0", "strangers = not", "std(ddof=1) / np", "Dear Salma"):
        assert secret not in proof.released_text("ar")


@pytest.mark.parametrize(
    "odd",
    [
        {"activity": {"music": 10**400}}, {"activity": {"music": math.nan}}, {"activity": {"music": True}},
        {"activity": {3: 0.5}}, {"activity": [("music", 1.0)]}, {"follows": "salma"}, {"follows": [["salma"]]},
        {"place": None}, {"asked": ["music"]}, {"more": 1}, "a viewer", None,
    ],
    ids=repr,
)  # fmt: skip
def test_one_twin_that_is_no_viewer_spoils_the_item_and_never_the_grader(proof, reference, odd):
    def twins(posts, me):
        return [*reference["twins"](posts, me), me | odd if isinstance(odd, dict) else odd]

    assert proof.scores({"twins": twins}, 1)["twins"] == 0.0


def test_more_twins_than_the_task_allows_count_for_nothing(proof, reference):
    def twins(posts, me):
        return 9 * reference["twins"](posts, me)

    assert proof.scores({"twins": twins}, 1)["twins"] == 0.0


@given(
    likes=st.integers(0, 500),
    made=st.integers(0, 50),
    age_h=st.integers(0, 200),
    interests=st.tuples(st.floats(-1, 1), st.floats(-1, 1)),
    followed=st.booleans(),
    weights=st.lists(st.integers(-30, 30), min_size=5, max_size=5),
)
def test_the_references_terms_are_the_librarys(reference, likes, made, age_h, interests, followed, weights):
    given_weights = {name: weight / 10 for name, weight in zip(FEATURES, weights, strict=True)}
    activity = dict(zip(("music", "dance"), interests, strict=True))
    me = {"activity": activity, "follows": ["tuda"] if followed else []}
    post = {"author": "tuda", "topics": ["music", "dance"], "likes": likes, "made": made, "age_h": age_h}
    record = Post(id="p", clip="c", author="tuda", topics=("music", "dance"), at=NOW - timedelta(hours=age_h))
    seen = columns([record], now=NOW, counts={"p": {EventKind.LIKE: likes, EventKind.REMIX: made}})
    profile = Profile(viewer="me", follows=frozenset(me["follows"]), activity=activity)
    theirs = explain(seen, "p", profile, weights=Weights(safety=0.0, **given_weights), personalised=True)
    expected = {term.feature: term.points for term in theirs}
    ours = dict(reference["terms"](post, me, given_weights))
    for name in expected.keys() | ours.keys():
        assert ours.get(name, 0.0) == pytest.approx(expected.get(name, 0.0), abs=1e-5)


def test_the_reference_lets_write_whom_the_library_lets_write(reference):
    ages = [age for age in AgeBand if age is not AgeBand.UNDER_13]
    settings = ("off", "known", "everyone", None)
    n_allowed = 0
    for (age, chosen), (other_age, other) in itertools.product(itertools.product(ages, settings), repeat=2):
        for follows, followed, blocked, opened in itertools.product((True, False), repeat=4):
            tie = Tie(follows=follows, followed=followed, blocked=blocked, opened_by_recipient=opened)
            found = contact(_member("s", age, chosen), _member("r", other_age, other), tie=tie)
            answer = reference["may_write"](
                {"age": age.value, "messages": chosen},
                {"age": other_age.value, "messages": other},
                {"follows": follows, "followed": followed, "blocked": blocked, "opened": opened},
            )
            assert answer == found.value.replace("_", " "), (age, chosen, other_age, other, tie)
            n_allowed += found is Contact.ALLOWED
    assert n_allowed > 0


def _member(name, age, chosen):
    """Return a member for whom somebody chose: an adult for themselves, a guardian for a minor."""
    controls = None if chosen is None else Controls(messages=chosen)
    field = "set_by_guardian" if age.minor else "own"
    return Member(id=name, age=age, zone="Africa/Casablanca", guardian="g", **{field: controls})


@given(
    steps=st.lists(
        st.tuples(st.integers(0, 900), st.integers(-4000, 4000), st.booleans()), min_size=1, max_size=12
    )
)
def test_the_references_clock_is_the_librarys_and_gives_no_day_twice(reference, steps):
    state = {"now": 100 * 1440, "counted": 0, "boot": "0", "used": 0}
    epoch = datetime(2027, 1, 1, tzinfo=UTC)
    evidence = begin(Reading(wall=epoch + timedelta(minutes=state["now"]), counted_s=0.0, boot="0"))
    shown_on: dict[int, int] = {}
    for number, (minutes, off, restart) in enumerate(steps, start=1):
        counted = 1 if restart else state["counted"] + minutes
        boot = str(number) if restart else state["boot"]
        wall = 100 * 1440 + off
        reading = {"wall": wall, "counted": counted, "boot": boot}
        shown, state = reference["next_post"](state, reading, 2)
        evidence = follow(
            evidence,
            Reading(wall=epoch + timedelta(minutes=wall), counted_s=60.0 * counted, boot=boot),
        )
        assert epoch + timedelta(minutes=state["now"]) == evidence.now
        day = state["now"] // 1440
        shown_on[day] = shown_on.get(day, 0) + shown
    assert max(shown_on.values()) <= 2


def test_a_solved_lab_shows_what_the_text_tells(proof):
    said = proof.solved.said
    assert "True 300 of 300 differ\nFalse 0 of 300 differ" in said["twins_count"]
    assert "engagement 8 of 8" in said["twins_off"] and "creation   1 of 8" in said["twins_off"]
    clocks = [line.split() for line in said["clock_show"].splitlines()]
    assert [line[-7] for line in clocks] == ["2027-04-08"] * 3 + ["2027-04-09"]
    bored, never = (_intervals(said[cell]) for cell in ("town_bored", "town_never"))
    assert bored["minutes"][1] < 0 < never["minutes"][0]
    assert bored["topic_bits"][1] < 0 and never["topic_bits"][1] < 0
    assert bored["made"][1] < 0 and never["made"][0] < 0 < never["made"][1]
    low, high = bored["minutes"]
    assert f"{-high:.1f} to {-low:.1f} fewer" in proof.prose("town_bored_read")
    assert "{:.1f} to {:.1f} minutes *more*".format(*never["minutes"]) in proof.prose("town_read")
    key = (PROJECT.course / "facilitator" / "10_feed.md").read_text(encoding="utf-8").replace("−", "-")
    for low, high in (bored["minutes"], never["minutes"]):
        assert f"{low:+.2f} to {high:+.2f}" in key


def _intervals(text):
    return {name: (float(low), float(high)) for name, low, high in re.findall(r"(\w+) +(\S+) to (\S+)", text)}


def test_the_points_that_the_text_tells_are_those_of_the_feed(proof):
    names = {}
    for cell in ("setup", "feed_rows", "feed_made"):
        source = proof.cell(cell).source.replace("from checks import check, lang", "lang = 'en'")
        exec(source, names)
    ranking = names["rank"](
        names["feed"], names["yassir"], weights=names["ENGAGEMENT_FIRST"], personalised=True
    )
    points = dict(zip(names["feed"].ids.tolist(), ranking.scores.tolist(), strict=True))
    told = proof.prose("widget_read")
    assert f"{points['bread']:.2f} points and the derby {points['derby']:.2f}" in told
    assert names["feed"].ids[ranking.order].tolist()[-1] == "bread"
