"""What the market is kept in: offers, sums and uses as plain data for JSON, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from medialit.consent import checks
from medialit.consent.market_money import Currency, Money
from medialit.consent.market_settle import Use
from medialit.consent.market_terms import Exclusivity, Offer, Refund, Revocability
from medialit.consent.records import Medium, Purpose, Restrictions, Scope


def offer_data(one: Offer) -> dict[str, Any]:
    """Return an offer as plain data, without its moment, which is the step's."""
    promise = one.exclusivity
    return {
        "id": one.id,
        "principal": one.principal,
        "offered_by": list(one.offered_by),
        "licensees": list(one.licensees),
        "scope": one.scope.to_dict(),
        "restrictions": one.restrictions.to_dict(),
        "price": money_data(one.price),
        "royalty_bp": one.royalty_bp,
        "payees": [list(pair) for pair in one.payees],
        "exclusivity": None
        if promise is None
        else {
            "purposes": sorted(purpose.value for purpose in promise.purposes),
            "territories": sorted(promise.territories),
            "starts": moment_data(promise.starts),
            "ends": moment_data(promise.ends),
        },
        "refund": one.revocability.refund.value,
        "run_on_days": one.revocability.run_on_days,
        "until": moment_data(one.until),
    }


def offer_of(data: Mapping[str, Any], *, id: str, at: datetime) -> Offer:
    """Return the offer that `offer_data` made plain.

    Raises
    ------
    KeyError, TypeError, ValueError, MedialitError
        If it is something else.
    """
    promise = data["exclusivity"]
    return Offer(
        id=id,
        principal=data["principal"],
        offered_by=tuple(data["offered_by"]),
        licensees=tuple(data["licensees"]),
        scope=Scope.from_dict(data["scope"]),
        restrictions=Restrictions.from_dict(data["restrictions"]),
        price=money_of(data["price"]),
        royalty_bp=data["royalty_bp"],
        payees=tuple((payee, parts) for payee, parts in data["payees"]),
        exclusivity=None
        if promise is None
        else Exclusivity(
            purposes=frozenset(map(Purpose, promise["purposes"])),
            territories=frozenset(promise["territories"]),
            starts=datetime.fromisoformat(promise["starts"]),
            ends=datetime.fromisoformat(promise["ends"]),
        ),
        revocability=Revocability(refund=Refund(data["refund"]), run_on_days=data["run_on_days"]),
        at=at,
        until=datetime.fromisoformat(data["until"]),
    )


def money_data(money: Money) -> dict[str, Any]:
    """Return a sum as plain data."""
    return {"centimes": money.centimes, "currency": money.currency.value}


def money_of(data: Mapping[str, Any]) -> Money:
    """Return the sum that `money_data` made plain."""
    return Money(centimes=data["centimes"], currency=Currency(data["currency"]))


def use_data(use: Use) -> dict[str, str]:
    """Return a use as plain data."""
    return {"id": use.id, "at": moment_data(use.at), "medium": use.medium.value, "place": use.place}


def use_of(data: Mapping[str, Any]) -> Use:
    """Return the use that `use_data` made plain."""
    at = datetime.fromisoformat(data["at"])
    return Use(id=data["id"], at=at, medium=Medium(data["medium"]), place=data["place"])


def moment_data(at: datetime) -> str:
    """Return an aware moment as text, in UTC."""
    return checks.moment(at, "A moment").isoformat()
