"""Which time it is, as far as can be told from a clock that somebody may have changed.

A computer has two clocks. The one on the wall can be set by whoever uses it. The other counts since the start of the
computer and cannot; it knows nothing of days. While the computer runs, time is counted by the second. After a restart
the wall is believed, but never to before a moment that was reached already.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

from medialit.errors import FeedError

TOLERANCE_S: Final = 120.0
"""The two clocks may drift apart so far before it is called a change."""
_PROCESS: Final = uuid4().hex
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What the two clocks say.

    Parameters
    ----------
    wall : datetime
        Aware.
    counted_s : float
        Seconds since the computer started, those asleep among them.
    boot : str
        Which start of the computer that counts from.
    """

    wall: datetime
    counted_s: float
    boot: str

    def __post_init__(self) -> None:
        if self.wall.tzinfo is None:
            raise FeedError(
                f"A clock's reading needs a time zone, such as datetime.now(UTC), not {self.wall!r}."
            )
        object.__setattr__(self, "wall", self.wall.astimezone(UTC))


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """The best estimate of what time it is; it never goes back.

    Parameters
    ----------
    now : datetime
        In UTC.
    last : Reading
        From which it follows.
    changed : int
        How often the wall clock was seen to be changed: certain cases only, while the computer ran, or to before `now`.
    """

    now: datetime
    last: Reading
    changed: int = 0


def begin(reading: Reading) -> Evidence:
    """Return the first estimate: the wall is believed."""
    return Evidence(now=reading.wall, last=reading)


def follow(before: Evidence, reading: Reading) -> Evidence:
    """Return the estimate after another reading.

    Examples
    --------
    >>> noon = datetime(2026, 11, 27, 12, tzinfo=UTC)
    >>> start = begin(Reading(wall=noon, counted_s=0.0, boot="b"))
    >>> set_back = follow(start, Reading(wall=noon - timedelta(hours=3), counted_s=60.0, boot="b"))
    >>> set_back.now.time().isoformat(), set_back.changed
    ('12:01:00', 1)
    """
    if reading.boot == before.last.boot and reading.counted_s >= before.last.counted_s:
        now = before.now + timedelta(seconds=reading.counted_s - before.last.counted_s)
        drift = (reading.wall - before.last.wall) - (now - before.now)
        changed = abs(drift.total_seconds()) > TOLERANCE_S
    else:
        now = max(before.now, reading.wall)
        changed = (before.now - reading.wall).total_seconds() > TOLERANCE_S
    return Evidence(now=now, last=reading, changed=before.changed + changed)


def confirm(before: Evidence, reading: Reading) -> Evidence:
    """Return the estimate after a guardian said that the clock on the wall is right. Only this can go back."""
    return replace(before, now=reading.wall, last=reading)


def read_clocks() -> Reading:
    """Read this computer's clocks.

    Where the system does not name its starts, each start of this program counts as one.
    """
    if sys.platform == "linux":
        counted = time.clock_gettime(time.CLOCK_BOOTTIME)
    else:
        counted = time.clock_gettime(time.CLOCK_MONOTONIC)
    boot = _BOOT_ID.read_text(encoding="ascii").strip() if _BOOT_ID.is_file() else _PROCESS
    return Reading(wall=datetime.now(UTC), counted_s=counted, boot=boot)
