"""Three fictional children, six switches, and one evening: what the feed's own rules let through, and what they ask.

What decides is the library: `medialit.feed.rank` puts the posts in order, `controls` leaves some out and says who may
write, `limits` counts the minutes heartbeat by heartbeat, `wellbeing` asks. Only the child is assumed, in `HABITS`; the
same seed gives the same posts and the same luck to every setting of the switches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from medialit.family.children import Child
from medialit.feed.clock import Reading
from medialit.feed.columns import Candidates, Profile, columns, count, profile
from medialit.feed.controls import Contact, Tie, contact, effective, mask, who_approves
from medialit.feed.example import example_class
from medialit.feed.limits import HEARTBEAT_S, Usage, beat, first_usage, opening
from medialit.feed.rank import ENGAGEMENT_FIRST, Ranking, rank
from medialit.feed.records import AgeBand, Controls, EventKind, FeedEvent, Member, Messages, Post
from medialit.feed.wellbeing import Answer, is_due

ZONE: Final = "Africa/Casablanca"
NOON: Final = datetime(2026, 11, 27, 12, tzinfo=UTC)
"""The day that is played; fixed, so that the evening can be told again."""
SITTINGS: Final = (time(18, 30), time(20, 0), time(21, 15), time(22, 45))
STRANGER_AT: Final = time(20, 20)
FRIEND_AT: Final = time(19, 30)
CLIP_AT: Final = time(20, 40)
SEED: Final = 1
N_EVENINGS: Final = 5
_PARENT: Final = "parent"


@dataclass(frozen=True, kw_only=True)
class Habits:
    """How a child is assumed to watch. All of it is assumed; none was measured on children.

    Parameters
    ----------
    dwell_s : float
        Median seconds on a post of middling pleasure.
    liked, other : float
        Pleasure of a post about something that the child likes, and of any other.
    boredom : float
        Pleasure that a topic loses with each post of it.
    recovery : float
        What is left of boredom after each further post.
    patience : float
        The higher, the longer the child stays.
    tiring_minutes : float
        Minutes of a sitting after which staying gets clearly harder.
    stops_when_asked : float
        Chance to stop at a check-in.
    """

    dwell_s: float = 20.0
    liked: float = 0.9
    other: float = 0.25
    boredom: float = 0.06
    recovery: float = 0.94
    patience: float = 5.2
    tiring_minutes: float = 10.0
    stops_when_asked: float = 0.3


HABITS: Final = Habits()


class What(StrEnum):
    """What can happen in an evening."""

    SAT_DOWN = "sat_down"
    WATCHED = "watched"
    ENDED = "ended"
    """The sitting had as many posts as are allowed."""
    CLOSED = "closed"
    ASKED = "asked"
    STRANGER = "stranger"
    FRIEND = "friend"
    CLIP = "clip"


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One thing that happened.

    Parameters
    ----------
    at : time
    what : What
    minutes : int
        Watched, where it is about watching; watched so far today, where it is a question.
    posts : int
        Seen.
    left_out : int
        Posts that a rule kept out: made with AI, and without a label.
    topics : tuple of str
        What was seen most.
    how : str
        Why it is closed, what was answered, or what came of a message or a request.
    until : str
        When quiet hours end.
    """

    at: time
    what: What
    minutes: int = 0
    posts: int = 0
    left_out: int = 0
    topics: tuple[str, ...] = ()
    how: str = ""
    until: str = ""


@dataclass(frozen=True, kw_only=True)
class Evening:
    """An evening that was played.

    Parameters
    ----------
    moments : tuple of Moment
        In order.
    minutes : int
    posts : int
    unlabelled : int
        Of them, made with AI and without a label.
    left_out : int
    n_topics : int
        Different topics among what was seen.
    """

    moments: tuple[Moment, ...]
    minutes: int
    posts: int
    unlabelled: int
    left_out: int
    n_topics: int


def play(child: Child, controls: Controls | None, *, seed: int = SEED, ceiling: bool = True) -> Evening:
    """Play the evening of a child.

    Parameters
    ----------
    child : Child
    controls : Controls or None
        What the parent set; None for a parent who changes nothing.
    seed : int
    ceiling : bool
        False plays a feed that has no rules for minors: for comparison only.
    """
    member = Member(id=child.id, age=child.band, zone=ZONE, guardian=_PARENT, set_by_guardian=controls)
    if not ceiling and child.band is not AgeBand.UNDER_13:
        member = Member(id=child.id, age=AgeBand.ADULT, zone=ZONE, own=controls)
    run = _Run(child, member, seed)
    for start in SITTINGS:
        run.sit(start)
    run.visits(ceiling)
    return run.evening()


@cache
def spread(child: Child, controls: Controls | None, *, ceiling: bool = True) -> tuple[int, int, int]:
    """Return the least, the middle and the most minutes of `N_EVENINGS` evenings: one evening alone may be an odd one.

    Parameters are those of `play`; the seeds are 1 and those after it.
    """
    found = sorted(
        play(child, controls, seed=SEED + number, ceiling=ceiling).minutes for number in range(N_EVENINGS)
    )
    return found[0], found[N_EVENINGS // 2], found[-1]


@cache
def _posts(seed: int) -> tuple[Mapping[str, Post], Candidates]:
    """Return what a class has posted, and the same as the ranker takes it."""
    town = example_class(seed=seed, now=NOON, n_posts=400)
    return town.posts, columns(list(town.posts.values()), now=NOON, counts=count(town.events))


@cache
def _town(seed: int, child: Child) -> tuple[Candidates, Profile, Profile]:
    """Return the posts of a class, and what the feed can know of the child after a week: with chats, and without."""
    posts, found = _posts(seed)
    rng = np.random.default_rng([seed, child.age])
    events = [
        FeedEvent(kind=EventKind.LIKE, who=child.id, target=one.id, at=one.at)
        for one in posts.values()
        if set(one.topics) & set(child.likes) and rng.random() < 0.5
    ]
    with_chat, without = (
        profile(child.id, events, posts=posts, place="Safi", use_chat=chat) for chat in (True, False)
    )
    return found, with_chat, without


@dataclass
class _Run:
    """A child who watches, post by post."""

    child: Child
    member: Member
    seed: int
    moments: list[Moment] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    topics: dict[str, int] = field(default_factory=dict)
    unlabelled: int = 0
    left_out: set[int] = field(default_factory=set)
    used_s: float = 0.0
    asked_s: float = 0.0
    stopped: bool = False

    def __post_init__(self) -> None:
        self.controls = effective(self.member)
        self.candidates, with_chat, without = _town(self.seed, self.child)
        self.ranking: Ranking = rank(
            self.candidates, with_chat if self.controls.chat_history else without,
            weights=ENGAGEMENT_FIRST, personalised=self.controls.personalised,
        )  # fmt: skip
        rng = np.random.default_rng([self.seed, 7, self.child.age])
        self.noise = rng.standard_normal(len(self.candidates))
        self.luck = rng.random(len(self.candidates))
        self.answers = np.random.default_rng([self.seed, 8, self.child.age]).random(100)
        self.usage: Usage | None = None
        self.n_asked = 0
        self.boredom: dict[str, float] = {}

    def sit(self, start: time) -> None:
        """Sit down, and watch until the child leaves or a rule ends it."""
        if self.stopped:
            return
        now = datetime.combine(NOON.date(), start, ZoneInfo(ZONE)).astimezone(UTC)
        if self._closed(now, active=False):
            return
        self.moments.append(Moment(at=start, what=What.SAT_DOWN))
        left = [int(row) for row in self.ranking.order if int(row) not in self.seen]
        order = np.array(left, np.int64)
        shown = mask(self.candidates, order, controls=self.controls)
        limit = self.controls.posts_a_sitting
        sat_s, begun, before = 0.0, len(self.seen), dict(self.topics)
        out: set[int] = set()
        for place, row in enumerate(left):
            if limit is not None and place >= limit:
                self._watched(now, sat_s, begun, before, out)
                self.moments.append(Moment(at=_clock(now), what=What.ENDED, posts=limit))
                return
            if not shown[place]:
                out.add(row)
                continue
            dwell_s, stays = self._look(row, sat_s)
            now, spent, over = self._pass(now, dwell_s)
            sat_s += spent
            if over:
                self._watched(now, sat_s, begun, before, out)
                self._closed(now, active=True)
                return
            if self._asks(now, sat_s, begun, before, out) or not stays:
                if not self.stopped:
                    self._watched(now, sat_s, begun, before, out)
                return
        self._watched(now, sat_s, begun, before, out)

    def _look(self, row: int, sat_s: float) -> tuple[float, bool]:
        """Return how long the child looks at a post, and whether it goes on."""
        h, n = HABITS, row  # the luck belongs to the post, in whichever order it comes
        topics = self.candidates.topics_of(row)
        liking = max((h.liked if one in self.child.likes else h.other for one in topics), default=h.other)
        tired = max((self.boredom.get(one, 0.0) for one in topics), default=0.0)
        pleasure = liking - tired
        dwell_s = float(
            np.clip(h.dwell_s * np.exp(0.5 * self.noise[n]) * 2 * _sigmoid(2 * pleasure - 1), 1, 90)
        )
        self.boredom = {one: tired * h.recovery for one, tired in self.boredom.items()}
        for one in topics:
            self.boredom[one] = self.boredom.get(one, 0.0) + h.boredom
            self.topics[one] = self.topics.get(one, 0) + 1
        self.seen.add(row)
        self.unlabelled += bool(self.candidates.synthetic[row] and not self.candidates.labelled[row])
        wish = h.patience + 2 * pleasure - sat_s / 60 / h.tiring_minutes
        return dwell_s, bool(self.luck[n] < _sigmoid(wish))

    def _pass(self, now: datetime, seconds: float) -> tuple[datetime, float, bool]:
        """Let time pass, heartbeat by heartbeat; return the moment, the seconds, and whether the feed closed."""
        spent = 0.0
        while spent < seconds:
            step = min(HEARTBEAT_S, seconds - spent)
            now, spent = now + timedelta(seconds=step), spent + step
            self.used_s += step
            assert self.usage is not None  # `_closed` was asked first
            self.usage = beat(self.usage, self._reading(now), zone=ZONE, active=True)
            if opening(self.usage, age=self.member.age, controls=self.controls, zone=ZONE).closed:
                return now, spent, True
        return now, spent, False

    def _closed(self, now: datetime, *, active: bool) -> bool:
        reading = self._reading(now)
        if self.usage is None:
            self.usage = first_usage(reading, zone=ZONE)
        elif not active:
            self.usage = beat(self.usage, reading, zone=ZONE, active=False)
        found = opening(self.usage, age=self.member.age, controls=self.controls, zone=ZONE)
        if found.closed is None:
            return False
        if not any(one.what is What.CLOSED and one.how == found.closed.value for one in self.moments):
            self.moments.append(
                Moment(at=_clock(now), what=What.CLOSED, how=found.closed.value, until=found.until,
                       minutes=found.minutes or 0)
            )  # fmt: skip
        return True

    def _asks(self, now: datetime, sat_s: float, begun: int, before: dict[str, int], out: set[int]) -> bool:
        """Ask the child, where a check-in is due; return whether it stops for today."""
        clock = _clock(now)
        if not is_due(self.used_s, last_s=self.asked_s, age=self.member.age, clock=clock):
            return False
        self.asked_s = self.used_s
        self.stopped = bool(self.answers[self.n_asked] < HABITS.stops_when_asked)
        self.n_asked += 1
        answer = Answer.STOP if self.stopped else Answer.GO_ON
        if self.stopped:
            self._watched(now, sat_s, begun, before, out)
        self.moments.append(
            Moment(at=clock, what=What.ASKED, minutes=round(self.used_s / 60), how=answer.value)
        )
        return self.stopped

    def _watched(
        self, now: datetime, sat_s: float, begun: int, before: dict[str, int], out: set[int]
    ) -> None:
        here = {one: n - before.get(one, 0) for one, n in self.topics.items() if n > before.get(one, 0)}
        most = sorted(here, key=lambda one: (-here[one], one))[:3]
        fresh = out - self.left_out  # what an earlier sitting left out already is not told again
        self.left_out |= out
        self.moments.append(
            Moment(
                at=_clock(now), what=What.WATCHED, minutes=round(sat_s / 60), posts=len(self.seen) - begun,
                left_out=len(fresh), topics=tuple(most),
            )
        )  # fmt: skip

    def visits(self, ceiling: bool) -> None:
        """Let others ask: a friend and a stranger who write, and a classmate who wants to make a clip."""
        if self.member.age is AgeBand.UNDER_13:
            return
        known = Controls(messages=Messages.KNOWN)
        friend = Member(id="friend", age=self.member.age, zone=ZONE, guardian="other", set_by_guardian=known)
        stranger = Member(id="stranger", age=AgeBand.ADULT, zone=ZONE, own=Controls())
        met = contact(friend, self.member, tie=Tie(follows=True, followed=True))
        wrote = contact(stranger, self.member, tie=Tie())
        approves = who_approves(self.member)
        how = {None: "nobody", _PARENT: "parent"}.get(approves, "child")
        self.moments += [
            Moment(at=FRIEND_AT, what=What.FRIEND, how=_met(met)),
            Moment(at=STRANGER_AT, what=What.STRANGER, how=_met(wrote)),
            Moment(at=CLIP_AT, what=What.CLIP, how=how),
        ]

    def evening(self) -> Evening:
        """Return what happened, in order."""
        return Evening(
            moments=tuple(sorted(self.moments, key=lambda one: one.at)),
            minutes=round(self.used_s / 60),
            posts=len(self.seen),
            unlabelled=self.unlabelled,
            left_out=len(self.left_out),
            n_topics=len(self.topics),
        )

    def _reading(self, now: datetime) -> Reading:
        return Reading(wall=now, counted_s=(now - NOON).total_seconds(), boot="evening")


def _met(found: Contact) -> str:
    return "arrives" if found is Contact.ALLOWED else "stopped"


def _clock(now: datetime) -> time:
    return now.astimezone(ZoneInfo(ZONE)).time().replace(second=0, microsecond=0)


def _sigmoid(x: float) -> float:
    return float(1 / (1 + np.exp(-x)))
