"""May this use of these likenesses go ahead? Pure, deny by default, the most restrictive rule wins.

The rules are the numbered list of docs/explanation/consent.md; a comment names the rule that a line follows.
`decide` answers one request, `decide_many` a batch, by the same code.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from medialit.consent import checks
from medialit.consent.book import (
    DIMENSIONS,
    MODALITY_BIT,
    SINGLE_BIT,
    Book,
    Card,
    StandingGrant,
    open_book,
    territory_bits,
    territory_reach,
)
from medialit.consent.reasons import CODES, Code
from medialit.consent.records import (
    Action,
    Audience,
    Decision,
    Grant,
    Lifting,
    Modality,
    Original,
    Principal,
    Prohibition,
    Purpose,
    Reason,
    Relation,
    Request,
    Restrictions,
    Revocation,
)
from medialit.errors import PolicyError, RecordError

TOLERANCE: Final = timedelta(minutes=2)
"""How far two honest clocks may be apart."""
LONGEST_TOLERANCE: Final = timedelta(hours=1)
NEVER_WORDS: Final = frozenset(("intimate", "nudity", "sexual"))
"""Found among a request's topics, contexts or appearance they end it, whoever agrees."""
MINOR_PURPOSES: Final = frozenset((Purpose.COMMERCIAL, Purpose.ADVERTISING, Purpose.POLITICAL))
"""What a minor is never used for."""


def decide(
    request: Request,
    *,
    principals: Iterable[Principal],
    grants: Iterable[Grant],
    revocations: Iterable[Revocation],
    relations: Iterable[Relation],
    prohibitions: Iterable[Prohibition] = (),
    liftings: Iterable[Lifting] = (),
    now: datetime,
    tolerance: timedelta = TOLERANCE,
) -> Decision:
    """Return whether a request may go ahead at `now`, and every reason that was met.

    Parameters
    ----------
    request : Request
    principals, grants, revocations, relations, prohibitions, liftings : iterable of records
        Everything known, in any order, doubled or not. Records of people whom the request does not concern are
        passed over.
    now : datetime
        Aware.
    tolerance : timedelta, optional
        How far clocks may be apart, 0 to 1 hour: a record counts from its date less this.

    Raises
    ------
    PolicyError
        If two different principals, grants or prohibitions have one id, or `now` or `tolerance` is out of range.

    Examples
    --------
    >>> from datetime import UTC, date
    >>> from medialit.consent.records import Medium
    >>> now = datetime(2026, 11, 27, tzinfo=UTC)
    >>> request = Request(
    ...     id="r1", requester="nadir", principals=("tiziri",), action=Action.GENERATE, purpose=Purpose.EDUCATION,
    ...     audience=Audience.APPROVED, territories=frozenset({"MA"}), medium=Medium.CLASSROOM,
    ...     modalities=frozenset({Modality.FACE}), at=now,
    ... )
    >>> tiziri = Principal(id="tiziri", name="ⵜⵉⵣⵉⵔⵉ", born=date(1990, 5, 1))
    >>> decision = decide(request, principals=[tiziri], grants=[], revocations=[], relations=[], now=now)
    >>> decision.allowed, decision.reason.code
    (False, 'no_grant')
    """
    original = request.original
    people = {request.requester, *request.principals, *(original.principals if original else ())}
    made_under = frozenset(original.grant_ids) if original else frozenset()
    kept = [one for one in grants if one.principal in people or one.id in made_under]
    people |= {one.principal for one in kept}  # whose grants the original names, even if they are not in it
    book = _book(
        principals=(one for one in principals if one.id in people),
        grants=kept,
        revocations=(one for one in revocations if one.principal in people),
        relations=(one for one in relations if one.from_id in people and one.to_id in people),
        prohibitions=(one for one in prohibitions if one.principal in people),
        liftings=(one for one in liftings if one.principal in people),
        now=now,
        tolerance=tolerance,
    )
    return _Clerk(book).decide(request)


def decide_many(
    requests: Iterable[Request],
    *,
    principals: Iterable[Principal],
    grants: Iterable[Grant],
    revocations: Iterable[Revocation],
    relations: Iterable[Relation],
    prohibitions: Iterable[Prohibition] = (),
    liftings: Iterable[Lifting] = (),
    now: datetime,
    tolerance: timedelta = TOLERANCE,
) -> list[Decision]:
    """Return what `decide` returns for each request, many times faster: the records are read once.

    Parameters and errors are those of `decide`.
    """
    book = _book(
        principals=principals,
        grants=grants,
        revocations=revocations,
        relations=relations,
        prohibitions=prohibitions,
        liftings=liftings,
        now=now,
        tolerance=tolerance,
    )
    clerk = _Clerk(book)
    return [clerk.decide(one) for one in requests]


def _book(
    *,
    principals: Iterable[Principal],
    grants: Iterable[Grant],
    revocations: Iterable[Revocation],
    relations: Iterable[Relation],
    prohibitions: Iterable[Prohibition],
    liftings: Iterable[Lifting],
    now: datetime,
    tolerance: timedelta,
) -> Book:
    if not timedelta(0) <= tolerance <= LONGEST_TOLERANCE:
        raise PolicyError(f"A tolerance between clocks is 0 to {LONGEST_TOLERANCE}, not {tolerance}.")
    try:
        moment = checks.moment(now, "`now`")
    except RecordError as error:
        raise PolicyError(str(error)) from error
    return open_book(
        principals=principals,
        grants=grants,
        revocations=revocations,
        relations=relations,
        prohibitions=prohibitions,
        liftings=liftings,
        now=moment,
        tolerance=tolerance,
    )


_Met = dict[tuple[Code, str], set[str]]  # (code, principal or ""): details


class _Clerk:
    """Answers requests from one book, and remembers what was written before."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._reasons: dict[tuple[Code, str, tuple[str, ...]], Reason] = {}
        self._territories: dict[frozenset[str], tuple[int, int]] = {}

    def decide(self, request: Request) -> Decision:
        book, original = self._book, request.original
        met: _Met = {}
        used: set[str] = set()
        good: list[Reason] = []
        if request.at > book.latest:  # rule 2
            met[Code.REQUEST_FROM_FUTURE, ""] = set()
        asker = book.cards.get(request.requester)
        if asker is not None and asker.dead:  # rule 3
            met[Code.REQUESTER_DEAD, ""] = set()
        if never := _found(request) & NEVER_WORDS:  # rule 12
            met[Code.NEVER, ""] = set(never)
        asked = _Asked(request, self._places(request.territories))
        people = request.principals
        if original is not None:  # rule 17
            people = tuple(sorted({*people, *original.principals}))
            if unknown := [one for one in original.grant_ids if one not in book.grants]:
                met[Code.ORIGINAL_UNKNOWN_GRANT, ""] = set(unknown)
        for person in people:
            card = book.cards.get(person)
            if card is None:  # rule 3
                met[Code.UNKNOWN_PERSON, person] = set()
                continue
            own = person == request.requester and card.decides_alone  # rule 8
            self._refusals(asked, person, card, own=own, met=met)
            if original is not None and not own and person in original.principals:
                self._original(original, person, card, met)
            if own:
                good.append(self._reason(Code.OWN_LIKENESS, person, ()))
            else:
                self._coverage(asked, person, card, met, used)
                good.append(self._reason(Code.GRANTED, person, ()))
        if met:
            found = [
                self._reason(code, person, tuple(sorted(detail))) for (code, person), detail in met.items()
            ]
            return _decision(False, _ordered(found), ())
        return _decision(True, _ordered(good), tuple(sorted(used)))

    def _places(self, territories: frozenset[str]) -> tuple[int, int]:
        bits = self._territories.get(territories)
        if bits is None:
            bits = self._territories[territories] = (
                territory_bits(territories),
                territory_reach(territories),
            )
        return bits

    def _refusals(self, asked: _Asked, person: str, card: Card, *, own: bool, met: _Met) -> None:
        """Note what refuses a use whatever was granted."""
        request = asked.request
        if card.minor:  # rule 13
            if Modality.VOICE in request.modalities:
                met[Code.MINOR_VOICE, person] = set()
            if request.audience is Audience.EVERYONE:
                met[Code.MINOR_EVERYONE, person] = set()
            if request.action is Action.TRAIN:
                met[Code.MINOR_TRAIN, person] = set()
            if request.purpose in MINOR_PURPOSES:
                met[Code.MINOR_PURPOSE, person] = {request.purpose.value}
            if unseen := {kind for kind, words in _kinds(request) if words is None}:
                met[Code.MINOR_NOT_EXAMINED, person] = unseen
        if card.dead:  # rule 14
            if request.action is Action.TRAIN:
                met[Code.DEAD_TRAIN, person] = set()
            if request.purpose is Purpose.POLITICAL:
                met[Code.DEAD_POLITICAL, person] = set()
        if card.public_figure and not own and request.purpose is Purpose.POLITICAL:  # rule 15
            met[Code.PUBLIC_FIGURE_POLITICAL, person] = set()
        if card.speechless is not None:  # rule 4
            met[card.speechless, person] = set()
        for one in card.prohibitions:  # rule 7
            if (
                (not one.whom or request.requester in one.whom)
                and asked.singles & one.singles == asked.singles
                and asked.reach & one.territories
                and asked.modalities & one.modalities
            ):
                if one.restrictions is None:
                    met[Code.PROHIBITED, person] = set()
                else:
                    _prohibited_words(request, one.restrictions, person, met)

    def _original(self, original: Original, person: str, card: Card, met: _Met) -> None:
        """Note what the original of a remix lacks."""
        if person == original.maker and card.decides_alone:
            return
        under = [self._book.grants[id] for id in original.grant_ids if id in self._book.grants]
        theirs = [one for one in under if one.principal == person]
        if not theirs:
            met[Code.ORIGINAL_WITHOUT_CONSENT, person] = set()
        elif any(one.lacks for one in theirs):
            met[Code.ORIGINAL_CONSENT_ENDED, person] = set()

    def _coverage(self, asked: _Asked, person: str, card: Card, met: _Met, used: set[str]) -> None:
        """Note the grants that cover a use, or else what each of them lacks: rules 9 to 12."""
        uncovered = asked.modalities
        short: list[tuple[StandingGrant, dict[Code, set[str]]]] = []
        for grant in card.by_name.get(asked.request.requester, ()):
            lacks = asked.lacks(grant)
            if not lacks and grant.modalities & asked.modalities:
                used.add(grant.id)
                uncovered &= ~grant.modalities
            short.append((grant, lacks))
        for grant in card.by_circle:
            lacks = asked.lacks(grant)
            if (code := self._outside(grant, asked.request.requester, person, card)) is not None:
                lacks = {**lacks, code: set()}
            if not lacks and grant.modalities & asked.modalities:
                used.add(grant.id)
                uncovered &= ~grant.modalities
            short.append((grant, lacks))
        if not uncovered:
            return
        if not short:
            met[Code.NO_GRANT, person] = set()
        for grant, lacks in short:
            for code, detail in lacks.items():
                met.setdefault((code, person), set()).update(detail)
            missing = uncovered & ~grant.modalities
            if missing & MODALITY_BIT[Modality.FACE]:
                met[Code.FACE_NOT_GRANTED, person] = set()
            if missing & MODALITY_BIT[Modality.VOICE]:
                met[Code.VOICE_NOT_GRANTED, person] = set()

    def _outside(self, grant: StandingGrant, requester: str, person: str, card: Card) -> Code | None:
        """Return why a grant to a circle does not reach the requester: rules 9 and 10."""
        if card.protected:
            return Code.MUST_BE_NAMED
        if grant.circle is Audience.MUTUALS:
            follows = self._book.follows
            both = (person, requester) in follows and (requester, person) in follows
            return None if both else Code.NOT_MUTUAL
        if grant.circle is Audience.APPROVED and (person, requester) not in self._book.approvals:
            return Code.NOT_APPROVED
        return None

    def _reason(self, code: Code, person: str, detail: tuple[str, ...]) -> Reason:
        key = (code, person, detail)
        reason = self._reasons.get(key)
        if reason is None:
            reason = self._reasons[key] = Reason(code=code.value, principal=person or None, detail=detail)
        return reason


class _Asked:
    """A request with its bits."""

    def __init__(self, request: Request, places: tuple[int, int]) -> None:
        self.request = request
        self.singles = (
            SINGLE_BIT["Purpose", request.purpose.value]
            | SINGLE_BIT["Action", request.action.value]
            | SINGLE_BIT["Audience", request.audience.value]
            | SINGLE_BIT["Medium", request.medium.value]
        )
        self.need = self.singles | places[0]
        self.reach = places[1]
        self.modalities = sum(MODALITY_BIT[one] for one in request.modalities)

    def lacks(self, grant: StandingGrant) -> dict[Code, set[str]]:
        """Return what a grant lacks for this, leaving aside whom it reaches and the modalities."""
        found: dict[Code, set[str]] = {code: set() for code in grant.lacks}
        left = self.need & grant.deny
        if left:
            for mask, code in DIMENSIONS:
                if left & mask:
                    found[code] = self._detail(code)
        if grant.restrictions is not None:
            for kind, words in _kinds(self.request):
                forbidden: frozenset[str] = getattr(grant.restrictions, kind)
                if words is None and forbidden:
                    found.setdefault(Code.GRANT_NOT_EXAMINED, set()).add(kind)
                elif words is not None and words & forbidden:
                    found.setdefault(Code.GRANT_RESTRICTED, set()).update(words & forbidden)
        return found

    def _detail(self, code: Code) -> set[str]:
        request = self.request
        if code is Code.TERRITORY_NOT_GRANTED:
            return set(request.territories)
        word = {
            Code.PURPOSE_NOT_GRANTED: request.purpose,
            Code.ACTION_NOT_GRANTED: request.action,
            Code.AUDIENCE_NOT_GRANTED: request.audience,
            Code.MEDIUM_NOT_GRANTED: request.medium,
        }[code]
        return {word.value}


def _prohibited_words(request: Request, restrictions: Restrictions, person: str, met: _Met) -> None:
    codes = (Code.PROHIBITED_TOPIC, Code.PROHIBITED_CONTEXT, Code.PROHIBITED_APPEARANCE)
    for code, (kind, words) in zip(codes, _kinds(request), strict=True):
        forbidden: frozenset[str] = getattr(restrictions, kind)
        if words is None and forbidden:
            met.setdefault((Code.NOT_EXAMINED, person), set()).add(kind)
        elif words is not None and words & forbidden:
            met.setdefault((code, person), set()).update(words & forbidden)


def _kinds(request: Request) -> tuple[tuple[str, frozenset[str] | None], ...]:
    return ("topics", request.topics), ("contexts", request.contexts), ("appearance", request.appearance)


def _found(request: Request) -> frozenset[str]:
    nothing: frozenset[str] = frozenset()
    return nothing.union(*(words for _kind, words in _kinds(request) if words))


_WEIGHT: Final = {code: place for place, code in enumerate(CODES)}


def _ordered(reasons: list[Reason]) -> tuple[Reason, ...]:
    if len(reasons) > 1:
        reasons.sort(key=lambda one: (_WEIGHT[one.code], one.principal or ""))
    return tuple(reasons)


def _decision(allowed: bool, reasons: tuple[Reason, ...], grant_ids: tuple[str, ...]) -> Decision:
    """Make a decision of parts that are known to be right: checking them again costs more than deciding."""
    decision = object.__new__(Decision)
    decision.__dict__.update(allowed=allowed, reason=reasons[0], reasons=reasons, grant_ids=grant_ids)
    return decision
