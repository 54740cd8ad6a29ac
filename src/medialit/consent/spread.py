"""What a revocation reaches once a clip has spread: each copy is blocked, unpublished, notified or out of reach.

Everything here is pure: where copies are, and what was found to be one, comes in (see `medialit.reach`); what can be done
about each, how long it takes and how many people see it meanwhile comes out.

What a place does decides what can be done there, and whether the copy is older than the revocation decides between
blocking and unpublishing:

=====================  ==========================  ==========================
the place              copy from before            copy from after
=====================  ==========================  ==========================
cooperates             unpublished                 blocked (upload refused)
accepts notices only   notified                    notified
closed group           unreachable                 unreachable
deleted account        unreachable                 unreachable
=====================  ==========================  ==========================
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median
from typing import Final

from medialit.consent import checks
from medialit.errors import RecordError
from medialit.language import translator


class Conduct(StrEnum):
    """What a place does about a revoked likeness."""

    COOPERATES = "cooperates"
    NOTICE_ONLY = "notice_only"
    CLOSED_GROUP = "closed_group"
    DELETED_ACCOUNT = "deleted_account"


class Fate(StrEnum):
    """What a revocation does to a copy."""

    BLOCKED = "blocked"
    UNPUBLISHED = "unpublished"
    NOTIFIED = "notified"
    UNREACHABLE = "unreachable"


_OUT_OF_REACH: Final = frozenset({Conduct.CLOSED_GROUP, Conduct.DELETED_ACCOUNT})


@dataclass(frozen=True, kw_only=True)
class Place:
    """Somewhere that copies are posted.

    Parameters
    ----------
    id : str
    conduct : Conduct
    delay_h : float
        Hours from the revocation, or from a later posting, until a post is down where the place cooperates, or until a
        notice is answered. 0 or more.
    answers : float
        Share of notices after which the post comes down, 0 to 1; for a place that accepts notices only.
    """

    id: str
    conduct: Conduct
    delay_h: float = 0.0
    answers: float = 0.0

    def __post_init__(self) -> None:
        checks.ident(self.id, "A place's id")
        object.__setattr__(self, "conduct", checks.choice(self.conduct, Conduct, "A place's `conduct`"))
        if not (math.isfinite(self.delay_h) and self.delay_h >= 0):
            raise RecordError(f"A delay is 0 hours or more, not {self.delay_h!r}.")
        if not 0 <= self.answers <= 1:
            raise RecordError(f"`answers` is a share from 0 to 1, not {self.answers!r}.")


@dataclass(frozen=True, kw_only=True)
class Posting:
    """One clip that somebody posted, or tries to post, at a place.

    Parameters
    ----------
    id : str
    place : str
    at : datetime
        Aware.
    views_per_h : float
        In its first moment; halved with every `half_life_h`.
    half_life_h : float
    """

    id: str
    place: str
    at: datetime
    views_per_h: float = 0.0
    half_life_h: float = 24.0

    def __post_init__(self) -> None:
        checks.ident(self.id, "A posting's id")
        checks.ident(self.place, "A posting's `place`")
        object.__setattr__(self, "at", checks.moment(self.at, "A posting's `at`"))
        if not (math.isfinite(self.views_per_h) and self.views_per_h >= 0):
            raise RecordError(f"Views an hour are 0 or more, not {self.views_per_h!r}.")
        if not (math.isfinite(self.half_life_h) and self.half_life_h > 0):
            raise RecordError(f"A half-life is a positive number of hours, not {self.half_life_h!r}.")

    def views(self, *, until: datetime) -> float:
        """Return the expected views from its posting to a moment; 0 where that is earlier.

        Examples
        --------
        >>> from datetime import UTC
        >>> at = datetime(2026, 3, 1, tzinfo=UTC)
        >>> one = Posting(id="p1", place="network", at=at, views_per_h=100, half_life_h=10)
        >>> round(one.views(until=at + timedelta(hours=10)))
        721
        """
        hours = max(0.0, (until - self.at) / timedelta(hours=1))
        rate = math.log(2) / self.half_life_h
        return self.views_per_h * (1 - math.exp(-rate * hours)) / rate


@dataclass(frozen=True, kw_only=True)
class Reached:
    """A copy with its fate.

    Parameters
    ----------
    posting : Posting
    place : Place
    fate : Fate
    done_at : datetime or None
        When it is down, refused, or the notice is answered; None where nothing can be done.
    """

    posting: Posting
    place: Place
    fate: Fate
    done_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How far a clip had gone, and what the revocation changed, in expected views.

    Parameters
    ----------
    n : mapping of Fate to int
        Copies by fate; every fate is there.
    views_before : float
        Until the revocation.
    views_after : float
        From the revocation to the horizon, with what was done.
    views_without : float
        The same if nothing had been done.
    delay_h : float or None
        Median hours from the revocation, or a later posting, until a post was down; None where none was.
    """

    n: Mapping[Fate, int]
    views_before: float
    views_after: float
    views_without: float
    delay_h: float | None

    def explain(self, *, lang: str) -> tuple[str, ...]:
        """Return what was and was not reached, as sentences in a language of `medialit.language`."""
        _ = translator(lang)
        said = [
            _("Uploads refused: {n}.").format(n=self.n[Fate.BLOCKED]),
            _("Posts taken down: {n}.").format(n=self.n[Fate.UNPUBLISHED]),
            _("Notices sent, whose answer is up to the place: {n}.").format(n=self.n[Fate.NOTIFIED]),
            _("Copies that nobody can reach: {n}.").format(n=self.n[Fate.UNREACHABLE]),
            _(
                "Expected views before the revocation: {before}; after it: {after}; after it if nothing had been done: "
                "{without}."
            ).format(
                before=round(self.views_before),
                after=round(self.views_after),
                without=round(self.views_without),
            ),
        ]
        return tuple(said)


def fate_of(posting: Posting, place: Place, *, at: datetime) -> Fate:
    """Return what a revocation at a moment does to a copy: the table in this module's docstring."""
    if place.conduct in _OUT_OF_REACH:
        return Fate.UNREACHABLE
    if place.conduct is Conduct.NOTICE_ONLY:
        return Fate.NOTIFIED
    return Fate.BLOCKED if posting.at >= at else Fate.UNPUBLISHED


def partition(copies: Iterable[Posting], places: Iterable[Place], *, at: datetime) -> tuple[Reached, ...]:
    """Return the fate of every copy of a clip whose licence was revoked at a moment, in the order given.

    Parameters
    ----------
    copies : iterable of Posting
        What was found to be a copy; nothing else belongs here.
    places : iterable of Place
    at : datetime
        Aware.

    Raises
    ------
    RecordError
        If a copy is at a place that is not given, or two copies share an id.
    """
    at = checks.moment(at, "`at`")
    known = {place.id: place for place in places}
    found: dict[str, Reached] = {}
    for copy in copies:
        if copy.place not in known:
            raise RecordError(
                f"The copy {copy.id} is at {copy.place}, which is not among the places. Add it."
            )
        if copy.id in found:
            raise RecordError(f"Two copies have the id {copy.id}. Give each its own.")
        place = known[copy.place]
        fate = fate_of(copy, place, at=at)
        found[copy.id] = Reached(
            posting=copy, place=place, fate=fate, done_at=_done(copy, place, fate, at=at)
        )
    return tuple(found.values())


def measure(reached: Iterable[Reached], *, at: datetime, horizon: timedelta = timedelta(days=30)) -> Reach:
    """Return how many views there were before a revocation, and after it with and without what was done.

    Parameters
    ----------
    reached : iterable of Reached
    at : datetime
        Aware. The revocation.
    horizon : timedelta
        For how long afterwards views are counted.
    """
    at = checks.moment(at, "`at`")
    if horizon <= timedelta(0):
        raise RecordError(f"A horizon is longer than nothing, not {horizon}.")
    all_of_them, end = tuple(reached), at + horizon
    delays = [
        (one.done_at - max(at, one.posting.at)) / timedelta(hours=1)
        for one in all_of_them
        if one.fate is Fate.UNPUBLISHED and one.done_at is not None
    ]
    return Reach(
        n={fate: sum(one.fate is fate for one in all_of_them) for fate in Fate},
        views_before=sum(one.posting.views(until=at) for one in all_of_them),
        views_after=sum(_views_after(one, at=at, end=end) for one in all_of_them),
        views_without=sum(_views(one.posting, since=at, until=end) for one in all_of_them),
        delay_h=median(delays) if delays else None,
    )


def _done(copy: Posting, place: Place, fate: Fate, *, at: datetime) -> datetime | None:
    if fate is Fate.UNREACHABLE:
        return None
    if fate is Fate.BLOCKED:
        return copy.at  # refused before anybody sees it
    return max(at, copy.at) + timedelta(hours=place.delay_h)


def _views_after(one: Reached, *, at: datetime, end: datetime) -> float:
    without = _views(one.posting, since=at, until=end)
    if one.done_at is None:
        return without
    seen = _views(one.posting, since=at, until=min(end, one.done_at))
    comes_down = one.place.answers if one.fate is Fate.NOTIFIED else 1.0
    return comes_down * seen + (1 - comes_down) * without


def _views(posting: Posting, *, since: datetime, until: datetime) -> float:
    return max(0.0, posting.views(until=until) - posting.views(until=since))
