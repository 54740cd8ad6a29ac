"""Limits of time: how much of a day was used, and whether the feed is open now.

The state is a small record that is written down after each heartbeat and goes on from there after a restart. A day is
the member's own calendar day; its number only grows, so that no clock that is set back, no changed time zone and no
restart gives the minutes of a day twice. See docs/explanation/feed.md for what a clock can still be made to do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from medialit.errors import FeedError
from medialit.feed.clock import Evidence, Reading, begin, confirm, follow
from medialit.feed.records import AgeBand, Controls
from medialit.language import msgid as _msgid
from medialit.language import translator

HEARTBEAT_S: Final = 15.0
"""How often an open feed says that it is open. Longer silences count as this much: nobody was there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """How much of the day a member has used, and by which clocks.

    Parameters
    ----------
    day : date
        The member's calendar day that is counted.
    used_s : float
        Seconds of it.
    evidence : Evidence
    active : bool
        Whether the feed was open at the last heartbeat.
    """

    day: date
    used_s: float
    evidence: Evidence
    active: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, to be kept over a restart."""
        last = self.evidence.last
        return {
            "day": self.day.isoformat(),
            "used_s": self.used_s,
            "now": self.evidence.now.isoformat(),
            "changed": self.evidence.changed,
            "wall": last.wall.isoformat(),
            "counted_s": last.counted_s,
            "boot": last.boot,
            "active": self.active,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Return what `to_dict` wrote.

        Raises
        ------
        FeedError
            If it is not that.
        """
        try:
            last = Reading(
                wall=datetime.fromisoformat(data["wall"]),
                counted_s=float(data["counted_s"]),
                boot=data["boot"],
            )
            evidence = Evidence(
                now=datetime.fromisoformat(data["now"]), last=last, changed=int(data["changed"])
            )
            return cls(
                day=date.fromisoformat(data["day"]),
                used_s=float(data["used_s"]),
                evidence=evidence,
                active=bool(data["active"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise FeedError(f"This is no usage as the feed writes it: {error!r}.") from error


class Closed(StrEnum):
    """Why the feed is closed."""

    UNDER_13 = "under_13"
    QUIET = "quiet"
    DAY_IS_OVER = "day_is_over"


_WORDS: Final = {
    Closed.UNDER_13: _msgid("This feed is not for anybody under 13."),
    Closed.QUIET: _msgid("Quiet hours: the feed is closed until {until}."),
    Closed.DAY_IS_OVER: _msgid("Your {minutes} minutes of today are used. The feed opens again tomorrow."),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """Whether the feed is open now.

    Parameters
    ----------
    closed : Closed or None
        None where it is open.
    left_s : float or None
        Seconds that are left of the day; None for no limit.
    until : str
        When quiet hours end, by the clock on the wall; empty otherwise.
    minutes : int or None
        The limit of the day.
    clock_changed : bool
        Whether the clock was seen to be changed, for the guardian to know.
    """

    closed: Closed | None
    left_s: float | None
    until: str = ""
    minutes: int | None = None
    clock_changed: bool = False


def first_usage(reading: Reading, *, zone: str) -> Usage:
    """Return the state of somebody who opens the feed for the first time."""
    evidence = begin(reading)
    return Usage(day=_local(evidence.now, zone).date(), used_s=0.0, evidence=evidence)


def beat(usage: Usage, reading: Reading, *, zone: str, active: bool) -> Usage:
    """Return the state after a heartbeat.

    Between two beats of an open feed the time that passed is used, `HEARTBEAT_S` at most; of a beat that follows a closed
    feed or a restart, `HEARTBEAT_S` is used at once, so that opening and killing it again and again gains nothing. What
    passed before midnight belongs to the old day.

    Parameters
    ----------
    usage : Usage
    reading : Reading
    zone : str
        IANA time zone of the member.
    active : bool
        Whether the feed is open and looked at.
    """
    evidence = follow(usage.evidence, reading)
    restarted = reading.boot != usage.evidence.last.boot
    passed = (evidence.now - usage.evidence.now).total_seconds()
    if not active:
        spent = min(passed, HEARTBEAT_S) if usage.active and not restarted else 0.0
    elif usage.active and not restarted:
        spent = min(passed, HEARTBEAT_S)
    else:
        spent = HEARTBEAT_S
    today = _local(evidence.now, zone).date()
    if today <= usage.day:
        return replace(usage, used_s=usage.used_s + spent, evidence=evidence, active=active)
    since_midnight = (evidence.now - _midnight(today, zone)).total_seconds()
    return Usage(day=today, used_s=min(spent, max(0.0, since_midnight)), evidence=evidence, active=active)


def clock_is_right(usage: Usage, reading: Reading, *, zone: str) -> Usage:
    """Return the state after a guardian confirmed the clock on the wall. It gives no minutes back.

    The day becomes the day on the wall, and what was used stays used if that is no later day.
    """
    evidence = confirm(usage.evidence, reading)
    today = _local(evidence.now, zone).date()
    used = 0.0 if today > usage.day else usage.used_s
    return replace(usage, day=today, used_s=used, evidence=evidence)


def opening(usage: Usage, *, age: AgeBand, controls: Controls, zone: str) -> Opening:
    """Return whether the feed is open, at the moment of the last heartbeat.

    Quiet hours hold where the estimate of the time, or the clock on the wall, says so.
    """
    left = None
    if controls.daily_minutes is not None:
        left = max(0.0, 60.0 * controls.daily_minutes - usage.used_s)
    until = _quiet_until(usage.evidence, controls, zone)
    closed = None
    if age is AgeBand.UNDER_13:
        closed = Closed.UNDER_13
    elif until:
        closed = Closed.QUIET
    elif left is not None and left <= 0.0:
        closed = Closed.DAY_IS_OVER
    return Opening(
        closed=closed,
        left_s=left,
        until=until,
        minutes=controls.daily_minutes,
        clock_changed=usage.evidence.changed > 0,
    )


def closed_words(found: Opening, *, lang: str) -> str:
    """Say why it is closed; empty where it is open."""
    if found.closed is None:
        return ""
    return translator(lang)(_WORDS[found.closed]).format(until=found.until, minutes=found.minutes)


def _quiet_until(evidence: Evidence, controls: Controls, zone: str) -> str:
    for moment in (evidence.now, evidence.last.wall):
        clock = _local(moment, zone).time()
        for quiet in controls.quiet:
            if quiet.holds(clock):
                return quiet.end.strftime("%H:%M")
    return ""


def _local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(_zone(zone))


def _midnight(day: date, zone: str) -> datetime:
    """Return the first moment of a day. A skipped midnight is read as the moment of the jump, of two the earlier."""
    return datetime(day.year, day.month, day.day, tzinfo=_zone(zone))


@cache
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise FeedError(
            f"There is no time zone {name!r}. Give one as in the IANA table, such as Africa/Casablanca."
        ) from error
