"""The challenge: random, complete, one deadline, the same in JSON."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialit.errors import EnrolmentError
from medialit.language import LANGUAGES
from medialit.likeness.challenge import ASKED, MAX_PACE, MIN_PACE, Challenge, draw_challenge

NOW = datetime(2026, 9, 1, 10, tzinfo=UTC)

seeds = st.integers(0, 2**128 - 1)
paces = st.floats(MIN_PACE, MAX_PACE)


@given(seed=seeds, pace=paces)
def test_everything_is_asked_once_without_gaps_and_digits_fall_inside_their_step(seed: int, pace: float):
    one = draw_challenge(seed=seed, now=NOW, pace=pace)
    assert one.steps[0].action == "ready"
    assert sorted(step.action for step in one.steps[1:]) == sorted(ASKED)
    assert all(a.end_s == b.start_s for a, b in zip(one.steps, one.steps[1:], strict=False))
    for step in one.steps:
        assert all(step.start_s < digit.shown_s < step.end_s - 0.7 * pace for digit in step.digits)
    assert one.deadline - one.issued_at > timedelta(seconds=2 * one.duration_s)


@given(seed=seeds, pace=paces)
def test_a_challenge_survives_json(seed: int, pace: float):
    one = draw_challenge(seed=seed, now=NOW, pace=pace)
    assert Challenge.from_json(one.to_json()) == one


def test_every_order_is_drawn_about_as_often():
    orders = Counter(
        tuple(s.action for s in draw_challenge(seed=seed, now=NOW).steps[1:]) for seed in range(12_000)
    )
    assert len(orders) == 120
    assert min(orders.values()) > 50 and max(orders.values()) < 160  # 100 expected; five standard deviations


def test_digits_come_at_moments_that_differ_between_challenges():
    gaps = {
        tuple(round(b.shown_s - a.shown_s, 2) for a, b in zip(one.digits, one.digits[1:], strict=False))
        for one in (draw_challenge(seed=seed, now=NOW) for seed in range(200))
    }
    assert len(gaps) == 200


def test_another_moment_gives_another_nonce():
    assert (
        draw_challenge(seed=1, now=NOW).nonce != draw_challenge(seed=1, now=NOW + timedelta(seconds=1)).nonce
    )


def test_a_naive_time_is_refused():
    with pytest.raises(EnrolmentError, match="no zone"):
        draw_challenge(seed=1, now=datetime(2026, 9, 1))


@pytest.mark.parametrize("pace", [0.0, 0.59, 3.01, float("nan"), float("inf")])
def test_a_pace_out_of_range_is_refused(pace: float):
    with pytest.raises(EnrolmentError, match="pace"):
        draw_challenge(seed=1, now=NOW, pace=pace)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"steps": 3}', "[" * 100_000, '{"steps": [{"action": "jump"}]}']
)
def test_what_is_no_challenge_is_refused(text: str):
    with pytest.raises(EnrolmentError, match="not a challenge"):
        Challenge.from_json(text)


def test_a_challenge_without_a_zone_is_refused():
    one = draw_challenge(seed=1, now=NOW)
    with pytest.raises(EnrolmentError):
        Challenge.from_json(replace(one, deadline=one.deadline.replace(tzinfo=None)).to_json())


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_every_step_is_asked_in_the_persons_language(lang: str):
    english = {step.action: step.instruction("en") for step in draw_challenge(seed=1, now=NOW).steps}
    theirs = {step.action: step.instruction(lang) for step in draw_challenge(seed=1, now=NOW).steps}
    assert len(set(theirs.values())) == len(english) == 6
    assert all(theirs[action] != sentence for action, sentence in english.items())


def test_every_language_gets_a_sentence():
    for lang in LANGUAGES:
        assert all(step.instruction(lang) for step in draw_challenge(seed=1, now=NOW).steps)
