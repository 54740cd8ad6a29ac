"""Quotas, turns and check-ins."""

from __future__ import annotations

from collections import Counter
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialit.errors import FeedError
from medialit.feed.quota import (
    HIGH_DEMAND,
    Queue,
    ask,
    cancel,
    finish,
    new_day,
    order,
    place_words,
    restarted,
    take,
)
from medialit.feed.records import AgeBand
from medialit.feed.wellbeing import Answer, check_in, is_due

DAY = date(2026, 11, 27)


def queue_of(*members: str, quota: int = 5) -> Queue:
    queue = Queue(day=DAY, quota=quota)
    for n, one in enumerate(members):
        queue = ask(queue, f"{one}{n}", member=one)
    return queue


def test_turns_go_round_and_not_to_who_asked_most() -> None:
    assert [one.id for one in order(queue_of("a", "a", "a", "b", "c"))] == ["a0", "b3", "c4", "a1", "a2"]


def test_a_quota_counts_what_waits_runs_and_was_made_but_not_what_failed() -> None:
    queue = queue_of("a", "a", quota=2)
    with pytest.raises(FeedError, match="The 2 clips of today are used"):
        ask(queue, "more", member="a")
    queue, first = take(queue)
    assert first is not None and queue.left("a") == 0
    assert finish(queue, first.id, worked=True).left("a") == 0
    assert finish(queue, first.id, worked=False).left("a") == 1
    assert cancel(queue, "a1", member="a").left("a") == 1


def test_at_high_demand_a_member_has_one_request_waiting() -> None:
    queue = queue_of(*(f"m{n}" for n in range(HIGH_DEMAND)))
    queue = ask(queue, "late", member="z")
    with pytest.raises(FeedError, match="Only 1 of your"):
        ask(queue, "later", member="z")
    with pytest.raises(FeedError, match="Only 5 of your"):
        queue_of(*["a"] * 6, quota=9)


def test_a_request_is_neither_doubled_nor_cancelled_by_others_nor_finished_before_it_runs() -> None:
    queue = queue_of("a")
    for wrong in (
        lambda: ask(queue, "a0", member="b"),
        lambda: cancel(queue, "a0", member="b"),
        lambda: finish(queue, "a0", worked=True),
        lambda: place_words(queue, "zz", seconds_each=20.0, lang="en"),
        lambda: Queue(day=DAY, quota=-1),
    ):
        with pytest.raises(FeedError):
            wrong()


def test_a_restart_puts_what_ran_back_at_its_place_and_a_new_day_gives_new_clips_once() -> None:
    queue, first = take(queue_of("a", "b", quota=1))
    assert first is not None and restarted(queue) == queue_of("a", "b", quota=1)
    tomorrow = new_day(queue, DAY + timedelta(days=1))
    assert (tomorrow.left("b"), tomorrow.left("a")) == (0, 0)  # b still waits, and a's clip is still made
    done = finish(take(finish(tomorrow, "a0", worked=True))[0], "b1", worked=True)
    assert new_day(done, DAY) == done
    assert new_day(done, DAY + timedelta(days=2)).left("a") == 1


def test_what_is_told_to_wait_and_the_queue_does_not_know_goes_to_its_end() -> None:
    queue = queue_of("a", "b", quota=5)
    asked = [*((one.id, one.member) for one in queue.waiting), ("lost", "c")]
    again = restarted(queue, asked=asked)
    assert [one.id for one in again.waiting] == [*(one.id for one in queue.waiting), "lost"]
    assert again == restarted(again, asked=asked)  # and once is enough
    assert ask(again, "next", member="c").waiting[-1].number > again.waiting[-1].number


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_who_waits_is_told_how_long(lang: str) -> None:
    queue = queue_of("a", "b", "c")
    assert place_words(queue, "a0", seconds_each=60.0, lang=lang)
    assert "2" in place_words(queue, "c2", seconds_each=60.0, lang=lang)
    running, _ = take(queue)
    assert place_words(running, "a0", seconds_each=60.0, lang=lang) != place_words(
        queue, "a0", seconds_each=60.0, lang=lang
    )


@given(asks=st.lists(st.sampled_from("abcd"), max_size=20), quota=st.integers(0, 6))
def test_turns_are_fair_and_no_quota_is_passed(asks: list[str], quota: int) -> None:
    queue = Queue(day=DAY, quota=quota)
    for n, member in enumerate(asks):
        try:
            queue = ask(queue, f"r{n}", member=member)
        except FeedError:
            continue
    waiting = Counter(one.member for one in queue.waiting)
    assert all(n <= quota for n in waiting.values())
    served: Counter[str] = Counter()
    predicted = [one.id for one in order(queue)]
    taken = []
    while True:
        still = {one.member for one in queue.waiting}
        queue, turn = take(queue)
        if turn is None:
            break
        taken.append(turn.id)
        served[turn.member] += 1
        # Nobody who waits is two turns behind anybody.
        assert all(served[turn.member] - served[other] <= 1 for other in still)
    assert taken == predicted
    assert served == waiting


@given(
    watched=st.floats(0, 20_000),
    last=st.floats(0, 20_000),
    age=st.sampled_from(AgeBand),
    hour=st.integers(0, 23),
)
def test_a_check_in_comes_sooner_for_the_younger_and_in_the_night(
    watched: float, last: float, age: AgeBand, hour: int
) -> None:
    by_day = is_due(watched, last_s=last, age=age, clock=time(12))
    assert not by_day or is_due(watched, last_s=last, age=age, clock=time(hour))
    assert not is_due(watched, last_s=last, age=AgeBand.ADULT, clock=time(12)) or by_day


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_a_check_in_offers_all_answers_and_in_the_night_stopping_first(lang: str) -> None:
    day, night = check_in(1260, clock=time(15), lang=lang), check_in(1260, clock=time(23), lang=lang)
    assert "21" in day.question and "21" in night.question and day.question != night.question
    assert {one for one, _ in day.answers} == {one for one, _ in night.answers} == set(Answer)
    assert (day.answers[0][0], night.answers[0][0]) == (Answer.GO_ON, Answer.STOP)
