"""What is offered and what was agreed: offers of a likeness licence, and the contracts that acceptance makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from medialit.consent import checks
from medialit.consent.market_money import Money, checked_centimes
from medialit.consent.records import Grant, Purpose, Restrictions, Scope
from medialit.errors import MarketError

FULL_ROYALTY: Final = 10_000
"""Basis points that are all of the revenue."""
MAX_RUN_ON_DAYS: Final = 90


class Refund(StrEnum):
    """What the licensee gets back of the fee when a licence is revoked before its end."""

    UNUSED_DAYS = "unused_days"
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True)
class Exclusivity:
    """A promise that nobody else is licensed for this while it lasts.

    Parameters
    ----------
    purposes : frozenset of Purpose
    territories : frozenset of str
        ISO 3166-1 alpha-2 codes, or `worldwide` alone.
    starts, ends : datetime
        Aware; `ends` is the first moment that is free again.
    """

    purposes: frozenset[Purpose]
    territories: frozenset[str]
    starts: datetime
    ends: datetime

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "purposes", checks.choices(self.purposes, Purpose, "an exclusivity's `purposes`"))
        put(self, "territories", checks.territories(self.territories, "an exclusivity's `territories`"))
        for name in ("purposes", "territories"):
            checks.some(getattr(self, name), f"An exclusivity's `{name}`", "it would promise nothing")
        put(self, "starts", checks.moment(self.starts, "An exclusivity's `starts`"))
        put(self, "ends", checks.moment(self.ends, "An exclusivity's `ends`"))
        if self.ends <= self.starts:
            raise MarketError(f"An exclusivity ends at {self.ends}, not after {self.starts}. Swap the two?")


@dataclass(frozen=True, kw_only=True)
class Revocability:
    """What follows from taking a licence back. That it may be taken back is not for sale.

    Parameters
    ----------
    refund : Refund
    run_on_days : int
        For so many days what was already published may stay up, 0 to 90; nothing new may be made in them.
    """

    refund: Refund = Refund.UNUSED_DAYS
    run_on_days: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "refund", checks.choice(self.refund, Refund, "`refund`"))
        if type(self.run_on_days) is not int or not 0 <= self.run_on_days <= MAX_RUN_ON_DAYS:
            raise MarketError(
                f"`run_on_days` must be a whole number from 0 to {MAX_RUN_ON_DAYS}, not "
                f"{checks.shown(self.run_on_days)}. A longer one would make the revocation meaningless."
            )


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A likeness licence that can be accepted.

    Parameters
    ----------
    id : str
    principal : str
        Whose likeness.
    offered_by : tuple of str
        Everyone who agrees: the principal, all guardians, or the estate; they become the grant's `granted_by`.
    licensees : tuple of str
        Who may accept; empty for anybody.
    scope : Scope
        It has an end, because a fee is for days.
    restrictions : Restrictions
    price : Money
        The fee for the whole period; 0 is free.
    royalty_bp : int
        Of the licensee's revenue, in basis points: 500 is 5 %. From 0 to 10,000.
    payees : tuple of (str, int)
        Parts of the fee and of the royalties: several principals, agents. The principal alone when empty.
    exclusivity : Exclusivity, optional
        Within the scope.
    revocability : Revocability
    at : datetime
        Aware. When it was made.
    until : datetime
        The first moment at which it can no longer be accepted.
    """

    id: str
    principal: str
    offered_by: tuple[str, ...]
    licensees: tuple[str, ...] = ()
    scope: Scope
    restrictions: Restrictions = field(default_factory=Restrictions)
    price: Money
    royalty_bp: int = 0
    payees: tuple[tuple[str, int], ...] = ()
    exclusivity: Exclusivity | None = None
    revocability: Revocability = field(default_factory=Revocability)
    at: datetime
    until: datetime

    def __post_init__(self) -> None:
        put = object.__setattr__
        for name in ("id", "principal"):
            checks.ident(getattr(self, name), f"An offer's `{name}`")
        put(self, "offered_by", checks.idents(self.offered_by, "`offered_by`"))
        put(self, "licensees", checks.idents(self.licensees, "`licensees`"))
        checks.some(self.offered_by, "`offered_by`", f"say who makes the offer {self.id}")
        put(self, "at", checks.moment(self.at, "An offer's `at`"))
        put(self, "until", checks.moment(self.until, "An offer's `until`"))
        put(self, "payees", tuple(sorted(self.payees)) or ((self.principal, 1),))
        if self.until <= self.at:
            raise MarketError(f"The offer {self.id} ends at {self.until}, not after {self.at}. Swap the two?")
        if self.scope.ends is None:
            raise MarketError(
                f"The offer {self.id} has no end, so no day of it has a price. Give its scope an end, and renew it then."
            )
        if checked_centimes(self.royalty_bp, "`royalty_bp`") > FULL_ROYALTY:
            raise MarketError(f"A royalty is at most 10,000 basis points (all), not {self.royalty_bp}.")
        for payee, parts in self.payees:
            checks.ident(payee, "A payee")
            if checked_centimes(parts, f"The share of {payee}") == 0:
                raise MarketError(f"{payee} has a share of 0 of the offer {self.id}. Leave them out.")
        if len(dict(self.payees)) != len(self.payees):
            raise MarketError(f"A payee of the offer {self.id} is named twice. Add the two shares up.")
        _check_exclusivity(self)

    @property
    def shares(self) -> Mapping[str, int]:
        """The parts of each payee."""
        return dict(self.payees)

    @property
    def ends(self) -> datetime:
        """The first moment that the licence does not cover."""
        assert self.scope.ends is not None
        return self.scope.ends

    @property
    def n_days(self) -> int:
        """Days of the licence; a day that has begun counts."""
        return days_between(self.scope.starts, self.ends)


@dataclass(frozen=True, kw_only=True)
class Contract:
    """An offer that somebody accepted.

    Parameters
    ----------
    id : str
    offer : Offer
    licensee : str
    at : datetime
        Aware. When it was accepted.
    ended : datetime, optional
        From when it no longer binds anyone, after a revocation.
    """

    id: str
    offer: Offer
    licensee: str
    at: datetime
    ended: datetime | None = None

    def __post_init__(self) -> None:
        checks.ident(self.id, "A contract's id")
        checks.ident(self.licensee, "A licensee")
        object.__setattr__(self, "at", checks.moment(self.at, "A contract's `at`"))
        if not self.offer.at <= self.at < self.offer.until:
            raise MarketError(
                f"The offer {self.offer.id} can be accepted from {self.offer.at} to {self.offer.until}, not at "
                f"{self.at}. Ask for a new one, or check the clock."
            )
        if self.offer.licensees and self.licensee not in self.offer.licensees:
            raise MarketError(
                f"The offer {self.offer.id} is made to {', '.join(self.offer.licensees)}, not to {self.licensee}. "
                "Ask the principal for one of your own."
            )
        if self.licensee == self.offer.principal:
            raise MarketError(
                f"{self.licensee} needs no licence for their own likeness. Let others accept it."
            )

    @property
    def grant(self) -> Grant:
        """The permission that the contract gives, for the ledger and for `decide`."""
        return Grant(
            id=f"{self.id}.grant",
            principal=self.offer.principal,
            grantees=(self.licensee,),
            scope=self.offer.scope,
            restrictions=self.offer.restrictions,
            granted_by=self.offer.offered_by,
            at=self.at,
        )

    @property
    def ends(self) -> datetime:
        """When it stops binding: its end, or earlier if it was revoked."""
        return self.offer.ends if self.ended is None else min(self.ended, self.offer.ends)

    @property
    def escrow(self) -> str:
        """The account in which the fee waits to be earned."""
        return f"escrow:{self.id}"

    def days_used(self, at: datetime) -> int:
        """Return how many of its days have begun at a moment, from 0 to all of them."""
        return max(0, min(self.offer.n_days, days_between(self.offer.scope.starts, at)))


def wallet(person: str) -> str:
    """Return the name of a person's account."""
    return f"wallet:{checks.ident(person, 'A person')}"


def days_between(start: datetime, stop: datetime) -> int:
    """Return days of 24 hours from `start` to `stop`; one that has begun counts. Below zero where `stop` is earlier."""
    return -((start - stop) // timedelta(days=1))


def _check_exclusivity(offer: Offer) -> None:
    promise, scope = offer.exclusivity, offer.scope
    if promise is None:
        return
    wide = promise.territories <= scope.territories or "worldwide" in scope.territories
    if not (promise.purposes <= scope.purposes and wide):
        raise MarketError(
            f"The offer {offer.id} promises exclusivity for purposes or territories that it does not license. "
            "Take them out of `exclusivity`, or into the scope."
        )
    if promise.starts < scope.starts or promise.ends > offer.ends:
        raise MarketError(
            f"The exclusivity of the offer {offer.id} lasts from {promise.starts} to {promise.ends}, longer than the "
            f"licence, which lasts from {scope.starts} to {offer.ends}. Shorten it."
        )
