"""A licence taken back in the middle of a campaign: what stops, what comes down, what stays, who gets which money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from medialit.consent import checks
from medialit.consent.market_money import Money, pro_rata, split
from medialit.consent.market_terms import Contract, Refund
from medialit.consent.records import Action, Medium, Revocation
from medialit.errors import MarketError
from medialit.language import language, translator

PAST_RECALL: Final = frozenset({Medium.BROADCAST, Medium.CINEMA, Medium.PRINT})
"""Where what was shown was shown: a broadcast and a printed page cannot be taken down, only not repeated."""


@dataclass(frozen=True, kw_only=True)
class Use:
    """Something that was made under the contract and shown.

    Parameters
    ----------
    id : str
    at : datetime
        Aware. When it was first shown.
    medium : Medium
    place : str
        Who shows it, by id.
    """

    id: str
    at: datetime
    medium: Medium
    place: str

    def __post_init__(self) -> None:
        checks.ident(self.id, "A use's id")
        checks.ident(self.place, "A use's `place`")
        object.__setattr__(self, "at", checks.moment(self.at, "A use's `at`"))
        object.__setattr__(self, "medium", checks.choice(self.medium, Medium, "A use's `medium`"))


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """What a revocation does to a contract.

    Parameters
    ----------
    contract : Contract
        As it stood.
    revocation : Revocation
        For the ledger; from its moment on `decide` refuses.
    stops : tuple of Action
        What may not be done from that moment on.
    down_by : datetime
        When what is still up must be down.
    comes_down : tuple of Use
        What can be taken down.
    remains : tuple of Use
        What was shown already and cannot be called back.
    used_days, total_days : int
        Days that had begun, up to `down_by` where something is still up.
    earned, refund : Money
        Parts of the fee; together they are the fee.
    to_payees : mapping of str to int
        `earned` by payee, in centimes.
    tell : tuple of str
        Ids of who must be told, sorted.
    """

    contract: Contract
    revocation: Revocation
    stops: tuple[Action, ...]
    down_by: datetime
    comes_down: tuple[Use, ...]
    remains: tuple[Use, ...]
    used_days: int
    total_days: int
    earned: Money
    refund: Money
    to_payees: Mapping[str, int]
    tell: tuple[str, ...]

    @property
    def ended(self) -> Contract:
        """The contract as it stands afterwards."""
        at = max(self.revocation.at, self.contract.at)
        return Contract(
            id=self.contract.id,
            offer=self.contract.offer,
            licensee=self.contract.licensee,
            at=self.contract.at,
            ended=at,
        )

    def explain(self, *, lang: str) -> tuple[str, ...]:
        """Return the settlement as sentences in a language of `medialit.language`."""
        _ = translator(lang)
        comma = "، " if lang in ("ar", "ary") else ", "
        slots = {
            "licensee": self.contract.licensee,
            "at": _moment(self.revocation.at, lang=lang),
            "down_by": _moment(self.down_by, lang=lang),
            "n_down": len(self.comes_down),
            "n_remains": len(self.remains),
            "used": self.used_days,
            "total": self.total_days,
            "earned": str(self.earned),
            "refund": str(self.refund),
            "people": comma.join(self.tell),
        }
        said = [
            _("From {at} on, {licensee} may make, publish, export or remix nothing new with this likeness."),
            _("Uses that must be down by {down_by}: {n_down}."),
            _("Uses that were already shown and cannot be called back, only not repeated: {n_remains}."),
            _(
                "{used} of {total} days were used: {earned} of the fee stays with the payees, and {refund} goes back to "
                "{licensee}."
            ),
            _("To be told: {people}."),
        ]
        return tuple(sentence.format(**slots) for sentence in said)


def settle_revocation(
    contract: Contract,
    at: datetime,
    *,
    by: str | None = None,
    uses: Iterable[Use] = (),
    reason: str = "",
) -> Settlement:
    """Work out what taking a licence back means; nothing is posted or recorded by it.

    New uses stop at once. What is already up may stay for the contract's `run_on_days`, and these days count as used if
    anything is up. A day that has begun is used; the odd centime goes back to the licensee.

    Parameters
    ----------
    contract : Contract
    at : datetime
        Aware; from the moment of acceptance on. Before the period begins, all of the fee goes back.
    by : str, optional
        Who revokes: the principal (the default) or one of those who made the offer.
    uses : iterable of Use
        What was made under the contract.
    reason : str
        In the person's own words; nobody has to give one.

    Raises
    ------
    MarketError
        If the contract is revoked or over, `at` lies before it, or `by` has no say in it.
    """
    at = checks.moment(at, "`at`")
    offer = contract.offer
    who = offer.principal if by is None else by
    if who != offer.principal and who not in offer.offered_by:
        raise MarketError(
            f"{checks.shown(who)} cannot revoke the contract {contract.id}. {offer.principal} can, and so can "
            f"{', '.join(offer.offered_by)}."
        )
    if contract.ended is not None:
        raise MarketError(
            f"The contract {contract.id} was revoked at {contract.ended}. Nothing is left to revoke."
        )
    if not contract.at <= at < offer.ends:
        raise MarketError(
            f"The contract {contract.id} binds from {contract.at} to {offer.ends}; it cannot be revoked at {at}. "
            "If it is over, there is nothing to revoke; otherwise check the clock."
        )
    shown = sorted((one for one in uses if one.at < at), key=lambda one: (one.at, one.id))
    remains = tuple(one for one in shown if one.medium in PAST_RECALL)
    comes_down = tuple(one for one in shown if one.medium not in PAST_RECALL)
    down_by = min(offer.ends, at + timedelta(days=offer.revocability.run_on_days)) if comes_down else at
    used = contract.days_used(down_by)
    keep_all = offer.revocability.refund is Refund.NOTHING
    earned, refund = pro_rata(
        offer.price.centimes, used=offer.n_days if keep_all else used, total=offer.n_days
    )
    told = {contract.licensee, *offer.shares, *offer.offered_by, *(one.place for one in shown)} - {who}
    return Settlement(
        contract=contract,
        revocation=Revocation(
            id=f"{contract.id}.revocation",
            principal=offer.principal,
            grant=contract.grant.id,
            by=who,
            at=at,
            reason=reason,
        ),
        stops=tuple(one for one in Action if one in offer.scope.actions),
        down_by=down_by,
        comes_down=comes_down,
        remains=remains,
        used_days=used,
        total_days=offer.n_days,
        earned=Money(centimes=earned, currency=offer.price.currency),
        refund=Money(centimes=refund, currency=offer.price.currency),
        to_payees=split(earned, offer.shares),
        tell=tuple(sorted(told)),
    )


def _moment(at: datetime, *, lang: str) -> str:
    """Return a moment that keeps its order inside a sentence that runs from right to left."""
    said = f"{at:%Y-%m-%d %H:%M} UTC"
    return f"\u2066{said}\u2069" if language(lang).direction == "rtl" else said
