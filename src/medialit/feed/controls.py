"""What may be shown, and who may write to whom: pure functions of what was set.

A control is a mask over an order that was made without it, and all masks are joined by "and". So a further control can
take posts away and never adds one: with ten places a sitting and one post muted, nine posts are shown, not a tenth one
from further down. The one control that is no mask is `personalised`: it says which order is made.

Limits of time are in `medialit.feed.limits`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from medialit.errors import FeedError
from medialit.feed.columns import Candidates, Flags
from medialit.feed.records import AgeBand, Controls, Likeness, Member, Messages, Quiet
from medialit.language import msgid as _msgid
from medialit.language import translator

PAUSE: Final = timedelta(minutes=10)
"""After so long without a post another sitting begins."""
NIGHT: Final = Quiet(start=time(21), end=time(7))

_DEFAULTS: Final = {
    AgeBand.UNDER_13: Controls(
        personalised=False, chat_history=False, posts_a_sitting=1, daily_minutes=0, quiet=(NIGHT,),
        messages=Messages.OFF, likeness=Likeness.OFF, hide_unlabelled=True,
    ),
    AgeBand.TEEN_13_15: Controls(
        personalised=False, chat_history=False, posts_a_sitting=20, daily_minutes=45, quiet=(NIGHT,),
        messages=Messages.OFF, likeness=Likeness.OFF, hide_unlabelled=True,
    ),
    AgeBand.TEEN_16_17: Controls(
        personalised=False, chat_history=False, posts_a_sitting=30, daily_minutes=60,
        quiet=(Quiet(start=time(22), end=time(7)),), messages=Messages.KNOWN, likeness=Likeness.ASK_GUARDIAN,
        hide_unlabelled=True,
    ),
    AgeBand.ADULT: Controls(
        personalised=False, chat_history=False, posts_a_sitting=40, daily_minutes=120, quiet=(),
        messages=Messages.KNOWN, likeness=Likeness.ASK_ME,
    ),
}  # fmt: skip
_CEILINGS: Final = {
    AgeBand.UNDER_13: _DEFAULTS[AgeBand.UNDER_13],
    AgeBand.TEEN_13_15: Controls(messages=Messages.KNOWN, likeness=Likeness.ASK_GUARDIAN, hide_unlabelled=True),
    AgeBand.TEEN_16_17: Controls(messages=Messages.KNOWN, likeness=Likeness.ASK_GUARDIAN, hide_unlabelled=True),
    AgeBand.ADULT: Controls(),
}  # fmt: skip
_MESSAGES: Final = tuple(Messages)
_LIKENESS: Final = tuple(Likeness)


def defaults(age: AgeBand) -> Controls:
    """Return what holds for somebody who changes nothing.

    Nothing is personalised, the feed ends, a day has a limit; a minor's nights are quiet, and nobody unknown writes.
    """
    return _DEFAULTS[age]


def stricter(one: Controls, other: Controls) -> Controls:
    """Return the stricter of two in each field; the order of the two does not matter.

    Examples
    --------
    >>> both = stricter(Controls(daily_minutes=30), Controls(daily_minutes=60, personalised=False))
    >>> both.daily_minutes, both.personalised
    (30, False)
    """
    return Controls(
        personalised=one.personalised and other.personalised,
        chat_history=one.chat_history and other.chat_history,
        posts_a_sitting=_least(one.posts_a_sitting, other.posts_a_sitting),
        daily_minutes=_least(one.daily_minutes, other.daily_minutes),
        quiet=tuple(sorted({*one.quiet, *other.quiet}, key=lambda quiet: (quiet.start, quiet.end))),
        messages=_MESSAGES[min(_MESSAGES.index(one.messages), _MESSAGES.index(other.messages))],
        likeness=_LIKENESS[min(_LIKENESS.index(one.likeness), _LIKENESS.index(other.likeness))],
        hide_unlabelled=one.hide_unlabelled or other.hide_unlabelled,
        hide_synthetic=one.hide_synthetic or other.hide_synthetic,
        muted=one.muted | other.muted,
    )


def effective(member: Member) -> Controls:
    """Return what holds for a member.

    An adult's own choice holds, else the defaults. For a minor the guardian's choice holds, else the defaults; what the
    minor set can only narrow it; and never more than a minor may have: unknown people cannot be let in, the likeness
    waits for the guardian at least, and unlabelled synthetic posts are left out.
    """
    if not member.age.minor:
        return member.own or defaults(member.age)
    base = member.set_by_guardian or defaults(member.age)
    for narrowing in (member.own, _CEILINGS[member.age]):
        if narrowing is not None:
            base = stricter(base, narrowing)
    return base


def mask(candidates: Candidates, order: NDArray[np.int64], *, controls: Controls, already: int = 0) -> Flags:
    """Return which places of an order are shown; shape (M,).

    Parameters
    ----------
    candidates : Candidates
    order : ndarray of int64, shape (M,)
        Rows of the candidates in the order of the ranking.
    controls : Controls
    already : int
        Places that this sitting has used before, as `places_used` counts them.
    """
    shown = np.ones(len(order), np.bool_)
    if controls.posts_a_sitting is not None:
        shown &= already + np.arange(len(order)) < controls.posts_a_sitting
    if controls.hide_synthetic:
        shown &= ~candidates.synthetic[order]
    if controls.hide_unlabelled:
        shown &= ~(candidates.synthetic & ~candidates.labelled)[order]
    if controls.muted:
        topics = np.array([*(word in controls.muted for word in candidates.topic_names), False], np.bool_)
        names = np.array(
            [f"@{name}".casefold() in controls.muted for name in candidates.author_names], np.bool_
        )
        shown &= ~topics[candidates.topics[order]].any(axis=1) & ~names[candidates.authors[order]]
    return shown


def page(
    candidates: Candidates, order: NDArray[np.int64], *, controls: Controls, already: int = 0
) -> tuple[str, ...]:
    """Return the ids of the posts of a sitting, in their order."""
    shown = order[mask(candidates, order, controls=controls, already=already)]
    return tuple(str(one) for one in candidates.ids[shown])


def places_used(impressions: Sequence[datetime], *, now: datetime) -> int:
    """Return how many posts this sitting has shown already: reloading a page begins no new one, a pause does.

    Parameters
    ----------
    impressions : sequence of datetime
        Aware, rising: when posts were shown to the viewer.
    now : datetime
        Aware.
    """
    used, later = 0, now
    for moment in reversed(impressions):
        if later - moment >= PAUSE:
            break
        used, later = used + 1, moment
    return used


class Contact(StrEnum):
    """Whether one member may write to another, and what stands in the way."""

    ALLOWED = "allowed"
    YOURSELF = "yourself"
    UNDER_13 = "under_13"
    BLOCKED = "blocked"
    OFF = "off"
    ADULT_TO_MINOR = "adult_to_minor"
    NOT_KNOWN = "not_known"


_CONTACT: Final = {
    Contact.ALLOWED: _msgid("You may write to {name}."),
    Contact.YOURSELF: _msgid("You cannot write to yourself."),
    Contact.UNDER_13: _msgid("Direct messages are not for anybody under 13."),
    Contact.BLOCKED: _msgid("You and {name} cannot write to each other."),
    Contact.OFF: _msgid("Direct messages are off for you or for {name}."),
    Contact.ADULT_TO_MINOR: _msgid("An adult cannot open a conversation with somebody under 18."),
    Contact.NOT_KNOWN: _msgid("You can write to each other once {name} and you follow each other."),
}


@dataclass(frozen=True, kw_only=True)
class Tie:
    """What is between two members, seen from the one who wants to write.

    Parameters
    ----------
    follows, followed : bool
        Whether the sender follows the recipient; and the other way round.
    blocked : bool
        Whether either blocked the other.
    opened_by_recipient : bool
        Whether the recipient was the first to write in their conversation.
    """

    follows: bool = False
    followed: bool = False
    blocked: bool = False
    opened_by_recipient: bool = False


def contact(sender: Member, recipient: Member, *, tie: Tie) -> Contact:
    """Return whether one member may write to another.

    In this order: nobody under 13; nobody after a block; nobody whose messages are off; an adult only answers a minor
    who opened the conversation; and only those who follow each other, unless both of them let in everyone. That holds for
    answers too: a minor who no longer follows an adult is not answered any more.
    """
    if sender.id == recipient.id:
        return Contact.YOURSELF
    if AgeBand.UNDER_13 in (sender.age, recipient.age):
        return Contact.UNDER_13
    if tie.blocked:
        return Contact.BLOCKED
    settings = {effective(sender).messages, effective(recipient).messages}
    if Messages.OFF in settings:
        return Contact.OFF
    if not sender.age.minor and recipient.age.minor and not tie.opened_by_recipient:
        return Contact.ADULT_TO_MINOR
    if Messages.KNOWN in settings and not (tie.follows and tie.followed):
        return Contact.NOT_KNOWN
    return Contact.ALLOWED


def contact_words(found: Contact, *, recipient: str, lang: str) -> str:
    """Say it to the sender."""
    return translator(lang)(_CONTACT[found]).format(name=recipient)


def likeness_off(members: Collection[Member]) -> frozenset[str]:
    """Return the ids of members whose likeness may be in no post, whatever was granted."""
    return frozenset(one.id for one in members if effective(one).likeness is Likeness.OFF)


def who_approves(member: Member) -> str | None:
    """Return who must look at each clip with this member's likeness; None where nobody can allow it.

    Raises
    ------
    FeedError
        If a guardian must, and none is named.
    """
    setting = effective(member).likeness
    if setting is Likeness.OFF:
        return None
    if setting is Likeness.ASK_ME:
        return member.id
    if member.guardian is None:
        raise FeedError(
            f"A guardian must agree for {member.id}, and none is named. Name one, or keep it off."
        )
    return member.guardian


def _least(one: int | None, other: int | None) -> int | None:
    given = [limit for limit in (one, other) if limit is not None]
    return min(given, default=None)
