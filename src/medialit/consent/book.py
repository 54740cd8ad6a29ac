"""Records turned into what can be asked quickly: for each person, what stands at one moment.

`policy` decides by it. Here is settled what does not depend on a request: who may say yes or no for a person, which
prohibitions stand, what each grant lacks whatever is asked (rules 2 to 7 and 10 of docs/explanation/consent.md). What
a scope covers becomes one integer, a bit for each purpose, action, circle, territory and medium, so that a request
lies within a scope exactly if `request.need & grant.deny` is 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeVar

from medialit.consent.reasons import Code
from medialit.consent.records import (
    COUNTRIES,
    WORLDWIDE,
    Action,
    Audience,
    Grant,
    Lifting,
    Medium,
    Modality,
    Principal,
    Prohibition,
    Purpose,
    Relation,
    RelationKind,
    Restrictions,
    Revocation,
)
from medialit.errors import PolicyError

MINOR_LONGEST: Final = timedelta(days=366)
"""A minor's grant runs no longer than this: children change their minds, and their faces."""

_SINGLE: Final = (*Purpose, *Action, *Audience, *Medium)
SINGLE_BIT: Final[Mapping[object, int]] = {
    (type(word).__name__, word.value): 1 << place for place, word in enumerate(_SINGLE)
}
_PLACES: Final = (*sorted(COUNTRIES), WORLDWIDE)
TERRITORY_BIT: Final[Mapping[str, int]] = {
    code: 1 << (len(_SINGLE) + place) for place, code in enumerate(_PLACES)
}
MODALITY_BIT: Final = {Modality.FACE: 1, Modality.VOICE: 2}


def bit(word: Purpose | Action | Audience | Medium) -> int:
    """Return the bit of a word of a closed vocabulary."""
    return SINGLE_BIT[type(word).__name__, word.value]


def _union(bits: Iterable[int]) -> int:
    total = 0
    for one in bits:
        total |= one
    return total


def _bits(words: Iterable[Purpose] | Iterable[Action] | Iterable[Audience] | Iterable[Medium]) -> int:
    return _union(bit(one) for one in words)


ALL_PURPOSES: Final = _bits(Purpose)
ALL_ACTIONS: Final = _bits(Action)
ALL_AUDIENCES: Final = _bits(Audience)
ALL_MEDIA: Final = _bits(Medium)
ALL_TERRITORIES: Final = _union(TERRITORY_BIT.values())
ALL: Final = ALL_PURPOSES | ALL_ACTIONS | ALL_AUDIENCES | ALL_MEDIA | ALL_TERRITORIES

DIMENSIONS: Final = (
    (ALL_PURPOSES, Code.PURPOSE_NOT_GRANTED),
    (ALL_ACTIONS, Code.ACTION_NOT_GRANTED),
    (ALL_AUDIENCES, Code.AUDIENCE_NOT_GRANTED),
    (ALL_TERRITORIES, Code.TERRITORY_NOT_GRANTED),
    (ALL_MEDIA, Code.MEDIUM_NOT_GRANTED),
)
"""Which part of a request was not covered, by the bits that are left over."""


def territory_bits(codes: frozenset[str]) -> int:
    """Return the bits that must be granted for these places; worldwide is one of its own."""
    return _union(TERRITORY_BIT[code] for code in codes)


def territory_reach(codes: frozenset[str]) -> int:
    """Return the bits of every place that these mean: worldwide is all of them."""
    return ALL_TERRITORIES if WORLDWIDE in codes else territory_bits(codes)


@dataclass(frozen=True, kw_only=True, slots=True)
class StandingGrant:
    """A grant as it stands at the book's moment.

    Parameters
    ----------
    id, principal : str
    lacks : frozenset of Code
        Why it covers nothing at all at this moment; empty where it stands.
    circle : Audience or None
        None where the grantees are named.
    deny : int
        Bits that the scope does not cover.
    modalities : int
        Bits that it does.
    restrictions : Restrictions or None
        None where there are none.
    """

    id: str
    principal: str
    lacks: frozenset[Code]
    circle: Audience | None
    deny: int
    modalities: int
    restrictions: Restrictions | None


@dataclass(frozen=True, kw_only=True, slots=True)
class StandingProhibition:
    """A prohibition that stands: whom, the bits that it forbids, and with which words."""

    whom: frozenset[str]
    singles: int
    territories: int
    modalities: int
    restrictions: Restrictions | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """Everything about one person that a decision needs.

    Parameters
    ----------
    minor, dead, public_figure : bool
    speechless : Code or None
        Why nobody may say yes for this person.
    by_name : dict of str to list of StandingGrant
        The grants that name a requester.
    by_circle : list of StandingGrant
        The grants to a circle wider than the person alone.
    prohibitions : list of StandingProhibition
    """

    minor: bool
    dead: bool
    public_figure: bool
    speechless: Code | None
    by_name: dict[str, list[StandingGrant]]
    by_circle: list[StandingGrant]
    prohibitions: list[StandingProhibition]

    @property
    def decides_alone(self) -> bool:
        """Whether the person is an adult and alive."""
        return not (self.minor or self.dead)

    @property
    def protected(self) -> bool:
        """Whether only grants that name the requester reach them: rule 10."""
        return self.minor or self.dead or self.public_figure


@dataclass(frozen=True, kw_only=True)
class Book:
    """What stands at one moment, ready to be asked. Make one with `open_book`.

    Parameters
    ----------
    cards : mapping of str to Card
    grants : mapping of str to StandingGrant
    approvals, follows : frozenset of (str, str)
        From whom to whom, as they hold.
    latest : datetime
        `now` and the tolerance: what is dated later comes from the future.
    """

    cards: Mapping[str, Card]
    grants: Mapping[str, StandingGrant] = field(repr=False)
    approvals: frozenset[tuple[str, str]] = field(repr=False)
    follows: frozenset[tuple[str, str]] = field(repr=False)
    latest: datetime


def open_book(
    *,
    principals: Iterable[Principal],
    grants: Iterable[Grant],
    prohibitions: Iterable[Prohibition],
    revocations: Iterable[Revocation],
    liftings: Iterable[Lifting],
    relations: Iterable[Relation],
    now: datetime,
    tolerance: timedelta,
) -> Book:
    """Return what stands at `now`.

    Raises
    ------
    PolicyError
        If two different records have one id.
    """
    latest = now + tolerance
    people = _by_id(principals, "principal")
    all_grants = _by_id(grants, "grant")
    ended = _ended(revocations, people, latest=latest, now=now)
    cards = {
        id: Card(
            minor=person.is_minor(on=now.date()),
            dead=person.dead,
            public_figure=person.public_figure,
            speechless=_speechless(person, now=now),
            by_name={},
            by_circle=[],
            prohibitions=[],
        )
        for id, person in people.items()
    }
    standing: dict[str, StandingGrant] = {}
    for grant in all_grants.values():
        person = people.get(grant.principal)
        if person is None:
            continue
        one = _standing(grant, person, ended=ended, now=now, latest=latest, tolerance=tolerance)
        standing[grant.id] = one
        card = cards[person.id]
        if grant.grantee_audience is None:
            for grantee in grant.grantees:
                card.by_name.setdefault(grantee, []).append(one)
        elif grant.grantee_audience is not Audience.ONLY_ME:
            card.by_circle.append(one)
    for principal, prohibition in _prohibitions(prohibitions, liftings, people, now=now, latest=latest):
        cards[principal].prohibitions.append(prohibition)
    holding = [one for one in relations if one.at <= latest and (one.until is None or now < one.until)]
    return Book(
        cards=cards,
        grants=standing,
        approvals=_pairs(holding, RelationKind.APPROVE),
        follows=_pairs(holding, RelationKind.FOLLOW),
        latest=latest,
    )


Kept = TypeVar("Kept", Principal, Grant, Prohibition)


def _by_id(records: Iterable[Kept], what: str) -> dict[str, Kept]:
    found: dict[str, Kept] = {}
    for record in records:
        if found.setdefault(record.id, record) != record:
            raise PolicyError(
                f"Two different {what}s have the id {record.id}, so nobody can tell which of them holds. Give the "
                "newer state of a person only, and each statement an id of its own."
            )
    return found


def _pairs(relations: Iterable[Relation], kind: RelationKind) -> frozenset[tuple[str, str]]:
    return frozenset((one.from_id, one.to_id) for one in relations if one.kind is kind)


def _must_agree(person: Principal, *, now: datetime) -> tuple[str, ...]:
    """Return who must all say yes: rule 4."""
    if person.dead:
        return person.estate
    return person.guardians if person.is_minor(on=now.date()) else (person.id,)


def _may_refuse(person: Principal, *, now: datetime) -> frozenset[str]:
    """Return who may each say no: rule 5."""
    guardians = person.guardians if person.is_minor(on=now.date()) else ()
    estate = person.estate if person.dead else ()
    return frozenset((person.id, *guardians, *estate))


def _speechless(person: Principal, *, now: datetime) -> Code | None:
    if _must_agree(person, now=now):
        return None
    return Code.NO_ESTATE if person.dead else Code.NO_GUARDIAN


@dataclass(frozen=True, slots=True)
class _Ended:
    grants: frozenset[tuple[str, str]]  # (principal, grant)
    everything: Mapping[str, datetime]  # principal: the latest moment at which all grants were revoked


def _ended(
    revocations: Iterable[Revocation], people: Mapping[str, Principal], *, now: datetime, latest: datetime
) -> _Ended:
    """Return what was revoked by somebody who may: rule 6."""
    grants: set[tuple[str, str]] = set()
    everything: dict[str, datetime] = {}
    for one in revocations:
        person = people.get(one.principal)
        if person is None or one.at > latest or one.by not in _may_refuse(person, now=now):
            continue
        if one.grant is not None:
            grants.add((one.principal, one.grant))
        else:
            everything[one.principal] = max(one.at, everything.get(one.principal, one.at))
    return _Ended(frozenset(grants), everything)


def _standing(
    grant: Grant, person: Principal, *, ended: _Ended, now: datetime, latest: datetime, tolerance: timedelta
) -> StandingGrant:
    scope = grant.scope
    lacks: set[Code] = set()
    agree = _must_agree(person, now=now)
    if not agree or not set(agree) <= set(grant.granted_by):
        lacks.add(Code.NOT_GIVEN_BY_ALL)
    everything = ended.everything.get(person.id)
    if (person.id, grant.id) in ended.grants or (
        everything is not None and grant.at <= everything + tolerance
    ):
        lacks.add(Code.REVOKED)
    if grant.at > latest:
        lacks.add(Code.GRANT_FROM_FUTURE)
    if now < scope.starts:
        lacks.add(Code.NOT_STARTED)
    if scope.ends is not None and now >= scope.ends:
        lacks.add(Code.EXPIRED)
    too_long = scope.ends is None or scope.ends - scope.starts > MINOR_LONGEST
    if too_long and person.is_minor(on=now.date()):
        lacks.add(Code.MINOR_PERIOD)
    circles = [one for one in Audience if one.width <= scope.audience.width]
    allow = _bits(scope.purposes) | _bits(scope.actions) | _bits(circles) | _bits(scope.media)
    return StandingGrant(
        id=grant.id,
        principal=person.id,
        lacks=frozenset(lacks),
        circle=grant.grantee_audience,
        deny=ALL & ~(allow | territory_reach(scope.territories)),
        modalities=_union(MODALITY_BIT[one] for one in scope.modalities),
        restrictions=grant.restrictions or None,
    )


def _prohibitions(
    prohibitions: Iterable[Prohibition],
    liftings: Iterable[Lifting],
    people: Mapping[str, Principal],
    *,
    now: datetime,
    latest: datetime,
) -> Iterable[tuple[str, StandingProhibition]]:
    """Return the prohibitions that stand, each with whose likeness it protects: rule 7."""
    lifted: dict[tuple[str, str, str], datetime] = {}
    for lifting in liftings:
        if lifting.at <= latest:
            key = (lifting.principal, lifting.prohibition, lifting.by)
            lifted[key] = max(lifting.at, lifted.get(key, lifting.at))
    for one in _by_id(prohibitions, "prohibition").values():
        person = people.get(one.principal)
        if person is None or one.by not in _may_refuse(person, now=now):
            continue
        if one.at > latest or (one.until is not None and now >= one.until):
            continue
        at = lifted.get((one.principal, one.id, one.by))
        if at is not None and at >= one.at:
            continue
        yield person.id, _standing_prohibition(one)


def _standing_prohibition(one: Prohibition) -> StandingProhibition:
    return StandingProhibition(
        whom=frozenset(one.whom),
        singles=(_bits(one.purposes) or ALL_PURPOSES)
        | (_bits(one.actions) or ALL_ACTIONS)
        | (_bits(one.audiences) or ALL_AUDIENCES)
        | (_bits(one.media) or ALL_MEDIA),
        territories=territory_reach(one.territories) or ALL_TERRITORIES,
        modalities=_union(MODALITY_BIT[word] for word in one.modalities) or _union(MODALITY_BIT.values()),
        restrictions=one.restrictions or None,
    )
