"""Laws of ranking and controls, looked for with examples that nobody chose."""

from __future__ import annotations

import dataclasses
import importlib.util
import sys
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medialit.feed.columns import Candidates, Profile
from medialit.feed.controls import effective, mask, page, places_used, stricter
from medialit.feed.lexicon import TOPICS
from medialit.feed.rank import PRESETS, Weights, explain, rank
from medialit.feed.records import AgeBand, Controls, Likeness, Messages, Quiet
from medialit.feed.steering import _words, steer

_FOLDER = Path(__file__).parents[1] / "unit" / "feed"


def _load(name: str, file: str) -> Any:
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, _FOLDER / file)
        assert spec is not None and spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


make = _load("feed_builders", "builders.py")


@cache
def seen_of(n: int, seed: int) -> Candidates:
    found: Candidates = make.candidates(make.some_posts(n, seed=seed))
    return found


WORDS = sorted(TOPICS)
SAID = (
    "less more no only and football cooking people i follow not plus moins pas de foot sans que je suis AI don't , . xy "
    "أقل أكثر لا كرة القدم وطبخ فقط"
)
AUTHORS = [f"a{n}" for n in range(8)]

interests = st.dictionaries(st.sampled_from(WORDS), st.floats(-1, 1), max_size=6)
profiles = st.builds(
    Profile,
    viewer=st.just("me"),
    follows=st.frozensets(st.sampled_from(AUTHORS)),
    activity=interests,
    chat=st.none() | interests,
    place=st.sampled_from(make.TOWNS),
)
weights = st.builds(Weights, **{one.name: st.floats(-5, 5) for one in dataclasses.fields(Weights)})
times = st.times().map(lambda one: one.replace(microsecond=0, tzinfo=None))
controls = st.builds(
    Controls,
    personalised=st.booleans(),
    chat_history=st.booleans(),
    posts_a_sitting=st.none() | st.integers(1, 60),
    daily_minutes=st.none() | st.integers(0, 200),
    quiet=st.lists(st.builds(Quiet, start=times, end=times), max_size=2).map(tuple),
    messages=st.sampled_from(Messages),
    likeness=st.sampled_from(Likeness),
    hide_unlabelled=st.booleans(),
    hide_synthetic=st.booleans(),
    muted=st.frozensets(st.sampled_from([*WORDS, *(f"@{one}" for one in AUTHORS)]), max_size=4),
)
seeds = st.integers(0, 20)
wishes = st.sampled_from(["", "more football", "no news, less music", "only cooking", "no AI"])


@given(seed=seeds, one=profiles, other=profiles, weights=weights, wish=wishes)
def test_without_personalisation_no_history_changes_anything(
    seed: int, one: Profile, other: Profile, weights: Weights, wish: str
) -> None:
    seen, asked = seen_of(30, seed), steer(wish, lang="en")
    found = [
        rank(seen, who, weights=weights, personalised=False, steering=asked) for who in (one, other, None)
    ]
    for ranking in found[1:]:
        assert ranking.order.tolist() == found[0].order.tolist()
        assert ranking.scores.tobytes() == found[0].scores.tobytes()
    reasons = [
        explain(seen, "p0", who, weights=weights, personalised=False, steering=asked) for who in (one, other)
    ]
    assert reasons[0] == reasons[1]


@given(seed=seeds, who=profiles, weights=weights)
def test_without_personalisation_the_order_is_that_of_the_impersonal_weights(
    seed: int, who: Profile, weights: Weights
) -> None:
    seen = seen_of(30, seed)
    off = rank(seen, who, weights=weights, personalised=False)
    impersonal = rank(seen, who, weights=weights.impersonal(), personalised=True)
    assert off.order.tolist() == impersonal.order.tolist()


@given(seed=seeds, who=profiles, weights=weights, wish=wishes)
def test_the_terms_of_an_explanation_add_up_to_the_score(
    seed: int, who: Profile, weights: Weights, wish: str
) -> None:
    seen, asked = seen_of(20, seed), steer(wish, lang="en")
    ranking = rank(seen, who, weights=weights, personalised=True, steering=asked)
    for row, id in enumerate(seen.ids):
        terms = explain(seen, str(id), who, weights=weights, personalised=True, steering=asked)
        assert sum(one.points for one in terms) == pytest.approx(float(ranking.scores[row]), abs=1e-4)


@given(
    seed=seeds,
    who=profiles,
    shuffle=st.randoms(use_true_random=False),
    preset=st.sampled_from(sorted(PRESETS)),
)
def test_the_order_in_which_posts_are_handed_in_changes_nothing(
    seed: int, who: Profile, shuffle: Any, preset: str
) -> None:
    posts = make.some_posts(30, seed=seed)
    counts = {one.id: {"like": len(one.id)} for one in posts}
    mixed = posts.copy()
    shuffle.shuffle(mixed)
    orders = []
    for given_posts in (posts, mixed):
        seen = make.columns(given_posts, now=make.NOON, counts=counts)
        ranking = rank(seen, who, weights=PRESETS[preset], personalised=True)
        orders.append(seen.ids[ranking.order].tolist())
    assert orders[0] == orders[1]


@given(seed=seeds, who=profiles, weights=weights, wish=wishes)
def test_an_order_holds_each_post_once_and_falls(
    seed: int, who: Profile, weights: Weights, wish: str
) -> None:
    seen = seen_of(30, seed)
    ranking = rank(seen, who, weights=weights, personalised=True, steering=steer(wish, lang="en"))
    assert len(set(ranking.order.tolist())) == len(ranking.order)
    assert np.all(np.diff(ranking.scores[ranking.order]) <= 2e-5)


@given(seed=seeds, who=profiles, one=controls, added=controls, already=st.integers(0, 30))
@settings(max_examples=150)
def test_a_control_that_is_added_never_adds_a_post(
    seed: int, who: Profile, one: Controls, added: Controls, already: int
) -> None:
    seen = seen_of(60, seed)
    order = rank(seen, who, weights=PRESETS["creation-first"], personalised=True).order
    before = page(seen, order, controls=one, already=already)
    after = page(seen, order, controls=stricter(one, added), already=already)
    assert set(after) <= set(before)
    assert list(after) == [id for id in before if id in set(after)]


@given(one=controls, other=controls, third=controls)
def test_the_stricter_of_two_is_a_meet(one: Controls, other: Controls, third: Controls) -> None:
    assert stricter(one, one) == dataclasses.replace(
        one, quiet=tuple(sorted(set(one.quiet), key=lambda quiet: (quiet.start, quiet.end)))
    )
    assert stricter(one, other) == stricter(other, one)
    assert stricter(stricter(one, other), third) == stricter(one, stricter(other, third))


@given(own=st.none() | controls, guardian=st.none() | controls, age=st.sampled_from(AgeBand), seed=seeds)
def test_what_a_minor_sets_never_adds_a_post_to_what_the_guardian_set(
    own: Controls | None, guardian: Controls | None, age: AgeBand, seed: int
) -> None:
    if not age.minor:
        return
    seen = seen_of(60, seed)
    order = rank(seen, None, weights=PRESETS["engagement-first"], personalised=False).order
    free = effective(make.member(age=age, set_by_guardian=guardian))
    narrowed = effective(make.member(age=age, set_by_guardian=guardian, own=own))
    assert mask(seen, order, controls=narrowed).sum() <= mask(seen, order, controls=free).sum()
    assert not np.any(mask(seen, order, controls=narrowed) & ~mask(seen, order, controls=free))
    assert narrowed.messages is not Messages.EVERYONE
    assert narrowed.likeness is not Likeness.ASK_ME


@given(one=controls)
def test_controls_come_back_from_plain_data(one: Controls) -> None:
    assert Controls.from_dict(one.to_dict()) == one


@given(gaps=st.lists(st.integers(0, 1200), max_size=30))
def test_places_of_a_sitting_are_those_since_the_last_pause(gaps: list[int]) -> None:
    moments: list[datetime] = []
    moment = make.NOON
    for gap in gaps:
        moment += timedelta(seconds=gap)
        moments.append(moment)
    expected = 0
    for gap in reversed(gaps):
        expected += 1
        if gap >= 600:
            break
    assert places_used(moments, now=moment) == expected


@given(
    text=st.lists(st.sampled_from(SAID.split()), max_size=14).map(" ".join),
    lang=st.sampled_from(["en", "fr", "ar"]),
)
@settings(max_examples=200)
def test_every_word_of_a_wish_is_used_or_passed_over_or_not_understood(text: str, lang: str) -> None:
    found = steer(text, lang=lang)
    told = sorted((*found.used, *found.passed_over, *found.not_understood))
    assert told == sorted(_words(text, lang))
    assert not (found.more & found.less or found.more & found.none or found.only & found.less)
    if not found.used:
        assert found == steer("", lang=lang) or not (found.leaves_out or found.more or found.less)


def test_quiet_hours_of_equal_times_are_the_whole_day() -> None:
    always = Quiet(start=time(8), end=time(8))
    assert all(always.holds(time(hour)) for hour in range(24))
