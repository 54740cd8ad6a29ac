"""May this use of these likenesses go ahead? Pure, deny by default, the most restrictive rule wins.

The rules are the numbered list of docs/explanation/consent.md. `decide` answers one request, `decide_many` a batch, by
the same code: `book` finds what stands at the moment of asking, `clerk` holds a request against it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from medialit.consent import checks
from medialit.consent.book import Book, open_book
from medialit.consent.clerk import Clerk
from medialit.consent.records import (
    Decision,
    Grant,
    Lifting,
    Principal,
    Prohibition,
    Relation,
    Request,
    Revocation,
)
from medialit.errors import PolicyError, RecordError

TOLERANCE: Final = timedelta(minutes=2)
"""How far two honest clocks may be apart."""
LONGEST_TOLERANCE: Final = timedelta(hours=1)


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
    >>> from medialit.consent.records import Action, Audience, Medium, Modality, Purpose
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
    return Clerk(book).decide(request)


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
    clerk = Clerk(book)
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
