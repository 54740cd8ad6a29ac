"""Check-ins: a question after a while of watching, which anybody may pass over, and which is never asked for data.

When one is due is a pure function of how long somebody has watched; what is answered changes this sitting alone, and is
not kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Final

from medialit.feed.records import AgeBand
from medialit.language import msgid as _msgid
from medialit.language import translator

EVERY_S: Final = {
    AgeBand.UNDER_13: 600.0,
    AgeBand.TEEN_13_15: 600.0,
    AgeBand.TEEN_16_17: 900.0,
    AgeBand.ADULT: 1200.0,
}
"""Seconds of watching between two check-ins. Chosen, not measured."""
LATE: Final = time(22)
"""From then on until five in the morning one is due sooner: after half the time."""
EARLY: Final = time(5)


class Answer(StrEnum):
    """What can be answered."""

    GO_ON = "go_on"
    SOMETHING_ELSE = "something_else"
    MAKE = "make"
    STOP = "stop"


_ANSWERS: Final = {
    Answer.GO_ON: _msgid("Go on watching"),
    Answer.SOMETHING_ELSE: _msgid("Show me something else"),
    Answer.MAKE: _msgid("Make something myself"),
    Answer.STOP: _msgid("Stop for today"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckIn:
    """A question.

    Parameters
    ----------
    question : str
    answers : tuple of (Answer, str)
        Each with its words, in the order in which they are offered.
    """

    question: str
    answers: tuple[tuple[Answer, str], ...]


def is_due(watched_s: float, *, last_s: float, age: AgeBand, clock: time) -> bool:
    """Return whether a check-in is due.

    Parameters
    ----------
    watched_s : float
        Seconds watched today.
    last_s : float
        What `watched_s` was at the last check-in; 0 for none.
    age : AgeBand
    clock : time
        By the clock on the wall of the member.

    Examples
    --------
    >>> is_due(700, last_s=0, age=AgeBand.ADULT, clock=time(15)), is_due(700, last_s=0, age=AgeBand.ADULT, clock=time(23))
    (False, True)
    """
    late = clock >= LATE or clock < EARLY
    return watched_s - last_s >= EVERY_S[age] * (0.5 if late else 1.0)


def check_in(watched_s: float, *, clock: time, lang: str) -> CheckIn:
    """Return what to ask. In the night stopping is offered first, else going on: no answer is hidden or smaller."""
    _ = translator(lang)
    late = clock >= LATE or clock < EARLY
    minutes = round(watched_s / 60)
    if late:
        question = _(
            "It is late, and you have watched for {minutes} minutes today. What would do you good now?"
        )
    else:
        question = _("You have watched for {minutes} minutes today. What would do you good now?")
    kinds = list(Answer)
    if late:
        kinds.reverse()
    return CheckIn(
        question=question.format(minutes=minutes), answers=tuple((one, _(_ANSWERS[one])) for one in kinds)
    )
