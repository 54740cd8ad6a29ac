"""Records turned into what can be asked quickly: for each person, what stands at one moment.

`policy` decides by it. Here is settled what does not depend on a request: who may say yes or no for a person, which
prohibitions stand, what each grant lacks whatever is asked (rules 2 to 7 and 10 of docs/explanation/consent.md). What
a scope covers becomes two integers, a bit for each word and each territory, so that a request lies within a scope
exactly if none of its bits is among those that the scope refuses.
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
from medialit.consent.vocabulary import Word
from medialit.errors import PolicyError

MINOR_LONGEST: Final = timedelta(days=366)
"""A minor's grant runs no longer than this: children change their minds, and their faces."""

_TERRITORY_BIT: Final[Mapping[str, int]] = {
    code: 1 << place for place, code in enumerate((*sorted(COUNTRIES), WORLDWIDE))
}


def _union(bits: Iterable[int]) -> int:
    total = 0
    for one in bits:
        total |= one
    return total


def _bits(words: Iterable[Word]) -> int:
    return _union(one.bit for one in words)


ALL_PURPOSES: Final = _bits(Purpose)
ALL_ACTIONS: Final = _bits(Action)
ALL_AUDIENCES: Final = _bits(Audience)
ALL_MEDIA: Final = _bits(Medium)
ALL_MODALITIES: Final = _bits(Modality)
ALL_WORDS: Final = ALL_PURPOSES | ALL_ACTIONS | ALL_AUDIENCES | ALL_MEDIA
ALL_TERRITORIES: Final = _union(_TERRITORY_BIT.values())


def territory_bits(codes: frozenset[str]) -> int:
    """Return the bits that must be granted for these places; worldwide is one of its own."""
    return _union(_TERRITORY_BIT[code] for code in codes)


def territory_reach(codes: frozenset[str]) -> int:
    """Return the bits of every place that these mean: worldwide is all of them."""
    return ALL_TERRITORIES if WORLDWIDE in codes else territory_bits(codes)


Limit = tuple[str, frozenset[str], int, int]
"""A kind of words, those forbidden, the bit of the code that one of them meets, and that of not having looked."""

_GRANT_CODES: Final = (Code.GRANT_NOT_EXAMINED,) + 3 * (Code.GRANT_RESTRICTED,)
_PROHIBITION_CODES: Final = (
    Code.NOT_EXAMINED,
    Code.PROHIBITED_TOPIC,
    Code.PROHIBITED_CONTEXT,
    Code.PROHIBITED_APPEARANCE,
)


def _limits(restrictions: Restrictions, codes: tuple[Code, ...]) -> tuple[Limit, ...]:
    unseen, *met = codes
    kinds = (
        ("topics", restrictions.topics),
        ("contexts", restrictions.contexts),
        ("appearance", restrictions.appearance),
    )
    return tuple(
        (kind, words, code.bit, unseen.bit) for (kind, words), code in zip(kinds, met, strict=True) if words
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class StandingGrant:
    """A grant as it stands at the book's moment.

    Parameters
    ----------
    id, principal : str
    lacks : int
        Bits of the codes of why it covers nothing at all at this moment; 0 where it stands.
    refused : int
        Bits of the purposes, actions, audiences and media that its scope does not cover.
    refused_territories : int
        Bits of the territories that its scope does not cover.
    modalities : int
        Bits of those that it does.
    limits : tuple of Limit
        What it does not extend to.
    """

    id: str
    principal: str
    lacks: int
    refused: int
    refused_territories: int
    modalities: int
    limits: tuple[Limit, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class StandingProhibition:
    """A prohibition that stands: whom (nobody for everybody), the bits that it forbids, and with which words."""

    whom: frozenset[str]
    words: int
    territories: int
    modalities: int
    limits: tuple[Limit, ...]


@dataclass(kw_only=True, slots=True)
class Card:
    """Everything about one person that a decision needs.

    Parameters
    ----------
    minor, dead, public_figure : bool
    decides_alone : bool
        Neither a minor nor dead.
    protected : bool
        Only grants that name the requester reach them: rule 10.
    speechless : int
        The bit of why nobody may say yes for this person, or 0.
    named, named_lapsed : dict
        By requester: the grants that name them and have effect; the bits of what those without effect lack.
    open : list of StandingGrant
        The grants to everyone that have effect.
    to_approved, to_mutuals : list of StandingGrant
        Likewise, to these circles. Of a protected person all three are empty.
    lapsed : int
        The bits of what keeps grants to a circle from any effect, or, if the person is protected, from reaching
        anybody.
    approved, mutuals : set of str
        Who is in these circles.
    prohibitions : list of StandingProhibition
    """

    minor: bool
    dead: bool
    public_figure: bool
    decides_alone: bool
    protected: bool
    speechless: int
    named: dict[str, list[StandingGrant]]
    named_lapsed: dict[str, int]
    open: list[StandingGrant]
    to_approved: list[StandingGrant]
    to_mutuals: list[StandingGrant]
    lapsed: int
    approved: set[str]
    mutuals: set[str]
    prohibitions: list[StandingProhibition]


@dataclass(frozen=True, kw_only=True)
class Book:
    """What stands at one moment, ready to be asked. Make one with `open_book`.

    Parameters
    ----------
    cards : mapping of str to Card
        By person.
    grants : mapping of str to StandingGrant
        By id.
    latest : datetime
        `now` and the tolerance: what is dated later comes from the future.
    """

    cards: Mapping[str, Card]
    grants: Mapping[str, StandingGrant] = field(repr=False)
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
    cards = {id: _card(person, now=now) for id, person in people.items()}
    standing: dict[str, StandingGrant] = {}
    for grant in all_grants.values():
        if grant.principal in people:
            one = _standing(
                grant, people[grant.principal], ended=ended, now=now, latest=latest, tolerance=tolerance
            )
            standing[grant.id] = one
            _file(one, grant, cards[grant.principal])
    for principal, prohibition in _prohibitions(prohibitions, liftings, people, now=now, latest=latest):
        cards[principal].prohibitions.append(prohibition)
    _fill_circles(cards, relations, now=now, latest=latest)
    return Book(cards=cards, grants=standing, latest=latest)


def _card(person: Principal, *, now: datetime) -> Card:
    minor = person.is_minor(on=now.date())
    return Card(
        minor=minor,
        dead=person.dead,
        public_figure=person.public_figure,
        decides_alone=not (minor or person.dead),
        protected=minor or person.dead or person.public_figure,
        speechless=_speechless(person, now=now),
        named={},
        named_lapsed={},
        open=[],
        to_approved=[],
        to_mutuals=[],
        lapsed=0,
        approved=set(),
        mutuals=set(),
        prohibitions=[],
    )


def _fill_circles(
    cards: Mapping[str, Card], relations: Iterable[Relation], *, now: datetime, latest: datetime
) -> None:
    """Note who is in whose circle: rule 9."""
    follows: set[tuple[str, str]] = set()
    for one in relations:
        if one.at > latest or (one.until is not None and now >= one.until):
            continue
        if one.kind is RelationKind.FOLLOW:
            follows.add((one.from_id, one.to_id))
        elif one.from_id in cards:
            cards[one.from_id].approved.add(one.to_id)
    for follower, followed in follows:
        if follower in cards and (followed, follower) in follows:
            cards[follower].mutuals.add(followed)


def _file(one: StandingGrant, grant: Grant, card: Card) -> None:
    """Put a grant where a request finds it, if it has effect; else only why it has none."""
    for grantee in grant.grantees:
        if one.lacks:
            card.named_lapsed[grantee] = card.named_lapsed.get(grantee, 0) | one.lacks
        else:
            card.named.setdefault(grantee, []).append(one)
    if grant.grantee_audience is None or grant.grantee_audience is Audience.ONLY_ME:
        return
    if one.lacks:
        card.lapsed |= one.lacks
    elif card.protected:  # rule 10
        card.lapsed |= Code.MUST_BE_NAMED.bit
    elif grant.grantee_audience is Audience.EVERYONE:
        card.open.append(one)
    elif grant.grantee_audience is Audience.MUTUALS:
        card.to_mutuals.append(one)
    else:
        card.to_approved.append(one)


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


def _speechless(person: Principal, *, now: datetime) -> int:
    if _must_agree(person, now=now):
        return 0
    return (Code.NO_ESTATE if person.dead else Code.NO_GUARDIAN).bit


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
    covered = _bits(scope.purposes) | _bits(scope.actions) | _bits(circles) | _bits(scope.media)
    return StandingGrant(
        id=grant.id,
        principal=person.id,
        lacks=_union(code.bit for code in lacks),
        refused=ALL_WORDS & ~covered,
        refused_territories=ALL_TERRITORIES & ~territory_reach(scope.territories),
        modalities=_bits(scope.modalities),
        limits=_limits(grant.restrictions, _GRANT_CODES),
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
        words=(_bits(one.purposes) or ALL_PURPOSES)
        | (_bits(one.actions) or ALL_ACTIONS)
        | (_bits(one.audiences) or ALL_AUDIENCES)
        | (_bits(one.media) or ALL_MEDIA),
        territories=territory_reach(one.territories) or ALL_TERRITORIES,
        modalities=_bits(one.modalities) or ALL_MODALITIES,
        limits=_limits(one.restrictions, _PROHIBITION_CODES),
    )
