"""Limits of time over restarts, midnight, daylight saving, and clocks that somebody changes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialit.errors import FeedError
from medialit.feed.clock import Reading, begin, follow, read_clocks
from medialit.feed.limits import (
    HEARTBEAT_S,
    Closed,
    Usage,
    beat,
    clock_is_right,
    closed_words,
    first_usage,
    opening,
)
from medialit.feed.records import AgeBand, Controls, Quiet

CASABLANCA, PARIS = "Africa/Casablanca", "Europe/Paris"
NIGHT = Quiet(start=time(21), end=time(7))


@dataclass
class Computer:
    """A computer with its two clocks, in true time, as a test plays it."""

    true: datetime
    offset: timedelta = timedelta()  # of the clock on the wall
    counted_s: float = 100.0
    n_boots: int = 0
    zone: str = CASABLANCA
    usage: Usage = field(init=False)

    def __post_init__(self) -> None:
        self.usage = first_usage(self.reading(), zone=self.zone)

    def reading(self) -> Reading:
        return Reading(wall=self.true + self.offset, counted_s=self.counted_s, boot=f"boot{self.n_boots}")

    def pass_s(self, seconds: float) -> None:
        self.true += timedelta(seconds=seconds)
        self.counted_s += seconds

    def watch(self, minutes: float) -> None:
        """Look at the feed for so long."""
        self.usage = beat(self.usage, self.reading(), zone=self.zone, active=True)
        for _ in range(round(minutes * 60 / HEARTBEAT_S)):
            self.pass_s(HEARTBEAT_S)
            self.usage = beat(self.usage, self.reading(), zone=self.zone, active=True)
        self.usage = beat(self.usage, self.reading(), zone=self.zone, active=False)

    def restart(self, *, off_s: float = 30.0) -> None:
        """Turn the computer off and on; the state goes through a file."""
        self.true += timedelta(seconds=off_s)
        self.counted_s = 5.0
        self.n_boots += 1
        self.usage = Usage.from_dict(json.loads(json.dumps(self.usage.to_dict())))

    def is_closed(self, controls: Controls) -> Closed | None:
        self.usage = beat(self.usage, self.reading(), zone=self.zone, active=False)
        return opening(self.usage, age=AgeBand.TEEN_16_17, controls=controls, zone=self.zone).closed


def at(year: int, month: int, day: int, hour: int, minute: int = 0, *, zone: str = CASABLANCA) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone)).astimezone(UTC)


LIMIT = Controls(daily_minutes=60)


def test_the_day_is_over_after_its_minutes_and_opens_again_after_midnight() -> None:
    computer = Computer(at(2026, 11, 27, 17))
    computer.watch(59)
    assert computer.is_closed(LIMIT) is None
    computer.watch(1)
    assert computer.is_closed(LIMIT) is Closed.DAY_IS_OVER
    computer.pass_s(3600 * 4)
    assert computer.is_closed(LIMIT) is Closed.DAY_IS_OVER
    computer.pass_s(3600 * 3)
    assert computer.is_closed(LIMIT) is None


def test_a_restart_keeps_what_was_used() -> None:
    computer = Computer(at(2026, 11, 27, 17))
    computer.watch(40)
    used = computer.usage.used_s
    computer.restart()
    assert computer.usage.used_s == used
    computer.watch(21)
    assert computer.is_closed(LIMIT) is Closed.DAY_IS_OVER


def test_killing_it_before_each_heartbeat_gains_nothing() -> None:
    computer = Computer(at(2026, 11, 27, 12))
    for _ in range(300):
        computer.usage = beat(computer.usage, computer.reading(), zone=CASABLANCA, active=True)
        computer.pass_s(HEARTBEAT_S - 1)
        computer.restart(off_s=1.0)
    assert computer.usage.used_s == 300 * HEARTBEAT_S


def test_a_long_silence_counts_as_one_heartbeat() -> None:
    computer = Computer(at(2026, 11, 27, 12))
    computer.usage = beat(computer.usage, computer.reading(), zone=CASABLANCA, active=True)
    computer.pass_s(5000)
    computer.usage = beat(computer.usage, computer.reading(), zone=CASABLANCA, active=True)
    assert computer.usage.used_s == 2 * HEARTBEAT_S


def test_what_passes_midnight_is_shared_between_the_two_days() -> None:
    computer = Computer(at(2026, 11, 27, 23, 59))
    computer.usage = beat(computer.usage, computer.reading(), zone=CASABLANCA, active=True)
    for _ in range(5):
        computer.pass_s(13.0)
        computer.usage = beat(computer.usage, computer.reading(), zone=CASABLANCA, active=True)
    assert computer.usage.day == date(2026, 11, 28)
    assert computer.usage.used_s == pytest.approx(5.0)


@pytest.mark.parametrize("hours", [-24, -9, -1, 1, 9, 24, 24 * 400])
def test_a_clock_that_is_changed_while_the_computer_runs_changes_nothing_and_is_noticed(hours: int) -> None:
    controls = Controls(daily_minutes=60, quiet=(NIGHT,))
    computer = Computer(at(2026, 11, 27, 19))
    computer.watch(60)
    computer.offset = timedelta(hours=hours)
    assert computer.is_closed(controls) in (Closed.DAY_IS_OVER, Closed.QUIET)
    computer.pass_s(3 * 3600)  # 23:00
    assert computer.is_closed(controls) is Closed.QUIET
    assert opening(computer.usage, age=AgeBand.ADULT, controls=controls, zone=CASABLANCA).clock_changed
    assert computer.usage.used_s == 60 * 60 + HEARTBEAT_S


def test_a_clock_that_is_set_back_and_a_restart_do_not_bring_the_day_back() -> None:
    computer = Computer(at(2026, 11, 28, 19))
    computer.watch(60)
    computer.offset = timedelta(days=-1)
    computer.restart()
    assert computer.is_closed(LIMIT) is Closed.DAY_IS_OVER
    assert computer.usage.evidence.changed == 1
    computer.offset = timedelta()
    assert computer.is_closed(LIMIT) is Closed.DAY_IS_OVER


def test_a_day_that_is_borrowed_from_tomorrow_is_not_given_again() -> None:
    computer = Computer(at(2026, 11, 27, 15))
    computer.watch(60)
    computer.offset = timedelta(days=1)
    computer.restart()  # nobody can tell this from a night that passed
    computer.watch(60)
    assert computer.is_closed(LIMIT) is Closed.DAY_IS_OVER
    computer.offset = timedelta()
    computer.restart(off_s=20 * 3600)  # it is tomorrow now
    assert computer.true.date() == date(2026, 11, 28)
    assert computer.is_closed(LIMIT) is Closed.DAY_IS_OVER
    computer.restart(off_s=24 * 3600)
    assert computer.is_closed(LIMIT) is None


def test_a_guardian_who_confirms_the_clock_brings_it_back_and_gives_no_minutes() -> None:
    computer = Computer(at(2026, 11, 27, 15), offset=timedelta(days=365))
    computer.watch(60)
    computer.offset = timedelta()
    computer.restart()
    assert computer.usage.day.year == 2027
    computer.usage = clock_is_right(computer.usage, computer.reading(), zone=CASABLANCA)
    assert computer.usage.day == date(2026, 11, 27)
    assert computer.is_closed(LIMIT) is Closed.DAY_IS_OVER
    computer.pass_s(86_400)
    assert computer.is_closed(LIMIT) is None


def test_quiet_hours_follow_the_wall_over_the_change_of_ramadan_in_casablanca() -> None:
    # On 15 February 2026 clocks in Morocco went from 03:00 to 02:00, on 22 March from 02:00 to 03:00.
    controls = Controls(quiet=(Quiet(start=time(2, 30), end=time(3)),))
    hours = []
    for start in (datetime(2026, 2, 15, tzinfo=UTC), datetime(2026, 3, 22, tzinfo=UTC)):
        computer = Computer(start)
        quiet_minutes = 0
        for _ in range(5 * 60):
            quiet_minutes += computer.is_closed(controls) is Closed.QUIET
            computer.pass_s(60)
        hours.append(quiet_minutes)
    assert hours == [60, 0]  # half past two came twice, and then not at all


@pytest.mark.parametrize(
    ("zone", "day", "n_hours"),
    [
        (CASABLANCA, date(2026, 2, 15), 25),
        (CASABLANCA, date(2026, 3, 22), 23),
        (PARIS, date(2026, 3, 29), 23),
        (PARIS, date(2026, 10, 25), 25),
        (PARIS, date(2026, 10, 26), 24),
    ],
)
def test_a_day_of_23_or_25_hours_has_its_minutes_once(zone: str, day: date, n_hours: int) -> None:
    computer = Computer(at(day.year, day.month, day.day, 0, 0, zone=zone), zone=zone)
    days = []
    for _ in range(n_hours * 2):
        computer.watch(15)  # every half hour, so that the limit is met before the change and after it
        days.append(computer.usage.day)
        computer.pass_s(900)
    assert set(days) == {day}
    assert computer.usage.used_s >= n_hours * 2 * 15 * 60
    computer.watch(1)
    assert computer.usage.day == day + timedelta(days=1)
    assert computer.usage.used_s <= 75


def test_another_time_zone_and_back_gives_no_day_twice() -> None:
    computer = Computer(at(2026, 11, 27, 15))
    computer.watch(60)
    computer.zone = "Pacific/Kiritimati"  # tomorrow already
    assert computer.is_closed(LIMIT) is None
    computer.watch(60)
    computer.zone = CASABLANCA
    assert computer.is_closed(LIMIT) is Closed.DAY_IS_OVER
    computer.pass_s(86_400)
    assert computer.is_closed(LIMIT) is Closed.DAY_IS_OVER
    computer.pass_s(86_400)
    assert computer.is_closed(LIMIT) is None


def test_nobody_under_13_gets_in_at_any_time() -> None:
    computer = Computer(at(2026, 11, 27, 15))
    found = opening(computer.usage, age=AgeBand.UNDER_13, controls=Controls(), zone=CASABLANCA)
    assert found.closed is Closed.UNDER_13


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_what_closes_the_feed_is_said_in_the_language(lang: str) -> None:
    computer = Computer(at(2026, 11, 27, 23))
    quiet = opening(computer.usage, age=AgeBand.ADULT, controls=Controls(quiet=(NIGHT,)), zone=CASABLANCA)
    assert "07:00" in closed_words(quiet, lang=lang)
    over = opening(computer.usage, age=AgeBand.ADULT, controls=Controls(daily_minutes=0), zone=CASABLANCA)
    assert "0" in closed_words(over, lang=lang)
    free = opening(computer.usage, age=AgeBand.ADULT, controls=Controls(), zone=CASABLANCA)
    assert (free.left_s, closed_words(free, lang=lang)) == (None, "")


def test_a_zone_that_there_is_not_and_a_naive_clock_are_refused() -> None:
    reading = read_clocks()
    with pytest.raises(FeedError, match="no time zone 'Africa/Atlantis'"):
        first_usage(reading, zone="Africa/Atlantis")
    with pytest.raises(FeedError, match="needs a time zone"):
        Reading(wall=datetime(2026, 1, 1), counted_s=0.0, boot="b")
    with pytest.raises(FeedError, match="no usage as the feed writes it"):
        Usage.from_dict({"day": "2026-01-01"})


def test_this_computers_clocks_can_be_read_and_go_on() -> None:
    first, second = read_clocks(), read_clocks()
    assert first.boot == second.boot
    assert second.counted_s >= first.counted_s
    assert follow(begin(first), second).changed == 0


moves = st.lists(
    st.tuples(st.sampled_from(["wait", "watch", "set", "restart", "zone"]), st.integers(-400_000, 400_000)),
    max_size=25,
)


@given(moves=moves)
def test_whatever_is_done_to_the_clock_time_never_goes_back_and_no_day_gives_its_minutes_twice(
    moves: list[tuple[str, int]],
) -> None:
    zones = [CASABLANCA, PARIS, "Pacific/Kiritimati", "America/Los_Angeles", "Asia/Kathmandu"]
    computer = Computer(at(2026, 2, 14, 12))
    spent: dict[date, float] = {}
    budget = 60.0 * 60
    for move, number in moves:
        before = computer.usage
        if move == "wait":
            computer.pass_s(abs(number))
        elif move == "set":
            computer.offset = timedelta(seconds=number)
        elif move == "zone":
            computer.zone = zones[number % len(zones)]
        elif move == "restart":
            computer.restart(off_s=abs(number) % 5000)
        elif computer.is_closed(LIMIT) is None:
            computer.usage = beat(computer.usage, computer.reading(), zone=computer.zone, active=True)
            spent[computer.usage.day] = spent.get(computer.usage.day, 0.0) + HEARTBEAT_S
        computer.usage = beat(computer.usage, computer.reading(), zone=computer.zone, active=False)
        assert computer.usage.evidence.now >= before.evidence.now
        assert computer.usage.day >= before.day
        assert computer.usage.day > before.day or computer.usage.used_s >= before.used_s
    assert all(total <= budget + HEARTBEAT_S for total in spent.values())
