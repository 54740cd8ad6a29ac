"""Who is in a feed, what is posted there, and what happens: plain frozen records.

Members are pseudonyms: no name, no birthday, only the band of an age and a coarse place. Clips, permissions and other
members are named by their ids, which are text; what an id stands for is known elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Any, Final, Self

from medialit.consent import checks
from medialit.errors import FeedError, RecordError

MAX_TOPICS: Final = 4
"""Topic words a post may carry: what is about everything is about nothing."""
MAX_COMMENT: Final = 500
"""Characters of a comment or a message."""


class AgeBand(StrEnum):
    """All that the feed knows of an age."""

    UNDER_13 = "under_13"
    TEEN_13_15 = "13_15"
    TEEN_16_17 = "16_17"
    ADULT = "adult"

    @property
    def minor(self) -> bool:
        """Whether it is under 18."""
        return self is not AgeBand.ADULT


class Messages(StrEnum):
    """From whom, and to whom, direct messages may go; the strictest first."""

    OFF = "off"
    KNOWN = "known"
    """Only between two members who follow each other."""
    EVERYONE = "everyone"


class Likeness(StrEnum):
    """Whether a member's likeness may be in clips of the feed; the strictest first.

    It adds to consent and never replaces it: where this says no, a grant does not help.
    """

    OFF = "off"
    ASK_GUARDIAN = "ask_guardian"
    """Each clip waits for the guardian."""
    ASK_ME = "ask_me"
    """Each clip waits for the member."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Quiet:
    """Hours in which the feed is closed, by the clock on the wall.

    Parameters
    ----------
    start, end : time
        Without a time zone. From `start` until just before `end`, over midnight where `end` is the earlier one. Equal
        times close the whole day.
    """

    start: time
    end: time

    def __post_init__(self) -> None:
        for one in (self.start, self.end):
            if not isinstance(one, time) or one.tzinfo is not None:
                raise FeedError(f"Quiet hours are two times without a time zone, such as 21:00, not {one!r}.")

    def holds(self, clock: time) -> bool:
        """Say whether this time of day is quiet.

        Examples
        --------
        >>> night = Quiet(start=time(21), end=time(7))
        >>> night.holds(time(23, 30)), night.holds(time(6, 59)), night.holds(time(7))
        (True, True, False)
        """
        clock = clock.replace(tzinfo=None)
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


@dataclass(frozen=True, kw_only=True, slots=True)
class Controls:
    """What somebody set, or a guardian set for them. The class's own defaults limit nothing; `defaults` are narrower.

    Parameters
    ----------
    personalised : bool
        Whether the order may depend on what the viewer did.
    chat_history : bool
        Whether what the viewer wrote in chats may count for the order; nothing without `personalised`.
    posts_a_sitting : int or None
        After so many places of the feed it ends; None lets it scroll without an end. 1 or more.
    daily_minutes : int or None
        Minutes of a day; None for no limit. 0 or more.
    quiet : tuple of Quiet
        When the feed is closed.
    messages : Messages
    likeness : Likeness
    hide_unlabelled : bool
        Leave out synthetic posts that carry no label.
    hide_synthetic : bool
        Leave out all synthetic posts.
    muted : frozenset of str
        Topic words, and ids of authors written as ``@id``, whose posts are left out.
    """

    personalised: bool = True
    chat_history: bool = True
    posts_a_sitting: int | None = None
    daily_minutes: int | None = None
    quiet: tuple[Quiet, ...] = ()
    messages: Messages = Messages.EVERYONE
    likeness: Likeness = Likeness.ASK_ME
    hide_unlabelled: bool = False
    hide_synthetic: bool = False
    muted: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.posts_a_sitting is not None and self.posts_a_sitting < 1:
            raise FeedError(f"A sitting has 1 post or more, not {self.posts_a_sitting}. None has no end.")
        if self.daily_minutes is not None and not 0 <= self.daily_minutes <= 1440:
            raise FeedError(
                f"A daily limit is 0 to 1440 minutes, not {self.daily_minutes}. None is no limit."
            )
        object.__setattr__(self, "messages", Messages(self.messages))
        object.__setattr__(self, "likeness", Likeness(self.likeness))
        object.__setattr__(self, "quiet", tuple(self.quiet))
        object.__setattr__(self, "muted", frozenset(one.casefold() for one in self.muted))

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "personalised": self.personalised,
            "chat_history": self.chat_history,
            "posts_a_sitting": self.posts_a_sitting,
            "daily_minutes": self.daily_minutes,
            "quiet": [[one.start.isoformat(), one.end.isoformat()] for one in self.quiet],
            "messages": self.messages.value,
            "likeness": self.likeness.value,
            "hide_unlabelled": self.hide_unlabelled,
            "hide_synthetic": self.hide_synthetic,
            "muted": sorted(self.muted),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Return what `to_dict` wrote.

        Raises
        ------
        FeedError
            If a field is unknown or wrong.
        """
        try:
            given = dict(data)
            quiet = tuple(
                Quiet(start=time.fromisoformat(start), end=time.fromisoformat(end))
                for start, end in given.pop("quiet", ())
            )
            return cls(quiet=quiet, muted=frozenset(given.pop("muted", ())), **given)
        except (TypeError, ValueError) as error:
            raise FeedError(f"These are no controls as the feed writes them: {error}.") from error


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """Somebody in the feed, by a pseudonym.

    Parameters
    ----------
    id : str
        The pseudonym.
    age : AgeBand
    zone : str
        IANA time zone of the member's days, such as ``Africa/Casablanca``.
    place : str
        A coarse place, such as a town; empty where none was told.
    guardian : str or None
        Id of whoever sets controls for a minor.
    own, set_by_guardian : Controls or None
        What each of them set; None for somebody who changed nothing.
    """

    id: str
    age: AgeBand
    zone: str
    place: str = ""
    guardian: str | None = None
    own: Controls | None = None
    set_by_guardian: Controls | None = None

    def __post_init__(self) -> None:
        _ident(self.id, "A member's id")
        object.__setattr__(self, "age", AgeBand(self.age))
        object.__setattr__(self, "place", _text(self.place, "A member's place", longest=checks.MAX_WORD))
        if self.guardian is not None:
            _ident(self.guardian, "A guardian's id")
            if self.guardian == self.id:
                raise FeedError(f"{self.id} cannot be their own guardian. Name somebody else, or nobody.")
        if not self.zone:
            raise FeedError(f"{self.id} needs a time zone, such as Africa/Casablanca.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """A clip that somebody published.

    Parameters
    ----------
    id : str
    clip : str
        Id of the clip; its file is kept elsewhere.
    author : str
        Id of a member.
    at : datetime
        Aware. When it was published.
    label : str
        What the visible label says of how it was made; empty where it has none.
    synthetic : bool
        Whether it was generated, in whole or in part.
    grants : tuple of str
        Ids of the permissions under which people are shown in it; of what it remixes too.
    shows : tuple of str
        Ids of members whose likeness is in it.
    topics : tuple of str
        Up to `MAX_TOPICS` words of what it is about, folded to lower case.
    place : str
        Coarse, or empty.
    remix_of : str or None
        Id of the post that it was made from.
    risk : float
        0 (nothing found) to 1: what the checks before publishing said.
    caption : str
    """

    id: str
    clip: str
    author: str
    at: datetime
    label: str = ""
    synthetic: bool = False
    grants: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    place: str = ""
    remix_of: str | None = None
    risk: float = 0.0
    caption: str = ""

    def __post_init__(self) -> None:
        _ident(self.id, "A post's id")
        _ident(self.clip, "A clip's id")
        _ident(self.author, "An author's id")
        object.__setattr__(self, "at", _moment(self.at, "A post's `at`"))
        for field in ("grants", "shows"):
            for one in getattr(self, field):
                _ident(one, f"Each of `{field}`")
            object.__setattr__(self, field, tuple(sorted(set(getattr(self, field)))))
        words = tuple(dict.fromkeys(_text(one, "A topic", longest=40).casefold() for one in self.topics))
        if len(words) > MAX_TOPICS or not all(words):
            raise FeedError(
                f"The post {self.id} has up to {MAX_TOPICS} topic words, none empty, not {words!r}."
            )
        object.__setattr__(self, "topics", words)
        for field, longest in (("label", 200), ("place", checks.MAX_WORD), ("caption", MAX_COMMENT)):
            object.__setattr__(self, field, _text(getattr(self, field), f"`{field}`", longest=longest))
        if self.remix_of is not None:
            _ident(self.remix_of, "`remix_of`")
            if self.remix_of == self.id:
                raise FeedError(f"The post {self.id} cannot be a remix of itself.")
        if not 0.0 <= self.risk <= 1.0:
            raise FeedError(f"The risk of a post is from 0 to 1, not {self.risk!r}.")

    @property
    def unlabelled(self) -> bool:
        """Whether it is synthetic and does not say so."""
        return self.synthetic and not self.label


class EventKind(StrEnum):
    """What can happen between a member and a post, or between two members."""

    IMPRESSION = "impression"
    DWELL = "dwell"
    LIKE = "like"
    UNLIKE = "unlike"
    COMMENT = "comment"
    REMIX = "remix"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    BLOCK = "block"
    MESSAGE = "message"
    REPORT = "report"


ABOUT_MEMBERS: Final = frozenset({EventKind.FOLLOW, EventKind.UNFOLLOW, EventKind.BLOCK, EventKind.MESSAGE})
"""Kinds whose `target` is a member; the others' is a post."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedEvent:
    """One thing that happened.

    Parameters
    ----------
    kind : EventKind
    who : str
        Id of the member who did it.
    target : str
        Id of a post, or of a member for `ABOUT_MEMBERS`.
    at : datetime
        Aware.
    dwell_s : float
        Seconds for which the post was on the screen; for `DWELL` alone.
    text : str
        Of a comment, a message or a report.
    """

    kind: EventKind
    who: str
    target: str
    at: datetime
    dwell_s: float = 0.0
    text: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", EventKind(self.kind))
        _ident(self.who, "`who`")
        _ident(self.target, "`target`")
        object.__setattr__(self, "at", _moment(self.at, "An event's `at`"))
        object.__setattr__(self, "text", _text(self.text, "`text`", longest=MAX_COMMENT))
        if not 0.0 <= self.dwell_s <= 86_400.0 or (self.dwell_s and self.kind is not EventKind.DWELL):
            raise FeedError(f"`dwell_s` is 0 to 86400 seconds and belongs to a dwell, not {self.dwell_s!r}.")
        if self.kind in ABOUT_MEMBERS and self.who == self.target:
            raise FeedError(f"{self.who} cannot {self.kind.value} themselves.")


def follows_in(events: Iterable[FeedEvent]) -> frozenset[tuple[str, str]]:
    """Return who follows whom after these events, in their order, as pairs of ids."""
    found: set[tuple[str, str]] = set()
    for one in events:
        if one.kind is EventKind.FOLLOW:
            found.add((one.who, one.target))
        elif one.kind in (EventKind.UNFOLLOW, EventKind.BLOCK):
            found.discard((one.who, one.target))
            if one.kind is EventKind.BLOCK:
                found.discard((one.target, one.who))
    return frozenset(found)


def _ident(value: object, what: str) -> str:
    try:
        return checks.ident(value, what)
    except RecordError as error:
        raise FeedError(str(error)) from error


def _text(value: object, what: str, *, longest: int) -> str:
    try:
        return checks.text(value, what, longest=longest)
    except RecordError as error:
        raise FeedError(str(error)) from error


def _moment(value: object, what: str) -> datetime:
    try:
        return checks.moment(value, what)
    except RecordError as error:
        raise FeedError(str(error)) from error
