"""The exclusivity calendar: which licences of one likeness cannot stand beside each other, and what to change.

Two licences of one principal conflict where one of them is exclusive, the licensees differ, and the other one covers some
of what the exclusive one promises: a purpose, a territory, a moment, and the face or the voice. It does not matter
which came first, or whether the other one is exclusive too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from medialit.consent import checks
from medialit.consent.market_terms import Contract, Exclusivity, Offer
from medialit.consent.reasons import word_in
from medialit.consent.records import Modality, Purpose
from medialit.consent.vocabulary import WORLDWIDE
from medialit.errors import MarketError
from medialit.language import translator


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """One contract that an offer cannot stand beside.

    Parameters
    ----------
    contract, licensee : str
        Which one, and whose it is.
    existing_is_exclusive : bool
        Whether the contract promises exclusivity; otherwise the offer does.
    purposes : frozenset of Purpose
        Which both cover.
    territories : frozenset of str
        Which both cover; `worldwide` where both are.
    starts, ends : datetime
        When both hold.
    """

    contract: str
    licensee: str
    existing_is_exclusive: bool
    purposes: frozenset[Purpose]
    territories: frozenset[str]
    starts: datetime
    ends: datetime

    def explain(self, *, lang: str) -> str:
        """Return who, when and what to change, as sentences in a language of `medialit.language`."""
        _ = translator(lang)
        comma = "، " if lang in ("ar", "ary") else ", "
        exclusive = _(
            "{licensee} already holds an exclusive licence ({contract}) from {starts} to {ends} for {purposes} in "
            "{territories}. Begin on {ends} or later, leave out these purposes or territories, or ask {licensee} to "
            "agree to a change."
        )
        ordinary = _(
            "{licensee} already holds a licence ({contract}) from {starts} to {ends} for {purposes} in {territories}, so "
            "nobody else can be promised exclusivity there. Begin the exclusivity on {ends} or later, leave out these "
            "purposes or territories, or offer a licence that is not exclusive."
        )
        return (exclusive if self.existing_is_exclusive else ordinary).format(
            licensee=self.licensee,
            contract=self.contract,
            starts=f"{self.starts:%Y-%m-%d %H:%M} UTC",
            ends=f"{self.ends:%Y-%m-%d %H:%M} UTC",
            purposes=comma.join(word_in(one.value, lang=lang) for one in sorted(self.purposes)),
            territories=comma.join(word_in(one, lang=lang) for one in sorted(self.territories)),
        )


@dataclass(frozen=True, kw_only=True)
class _Claim:
    """Where and when a licence stands, or a promise of exclusivity."""

    purposes: frozenset[Purpose]
    territories: frozenset[str]
    modalities: frozenset[Modality]
    starts: datetime
    ends: datetime


def conflicts(offer: Offer, contracts: Iterable[Contract], *, licensee: str) -> tuple[Conflict, ...]:
    """Return the contracts that stand in the way of `licensee` accepting `offer`, the earliest first.

    Parameters
    ----------
    offer : Offer
    contracts : iterable of Contract
        Of anybody; other principals' are passed over.
    licensee : str
        Who would accept. Their own contracts are no obstacle: exclusivity keeps others away.
    """
    found = []
    for contract in contracts:
        if contract.offer.principal != offer.principal or contract.licensee == licensee:
            continue
        for promise, existing in ((contract.offer.exclusivity, True), (offer.exclusivity, False)):
            if promise is None:
                continue
            exclusive = contract.offer if existing else offer
            other = offer if existing else contract.offer
            first = _promised(exclusive, promise, ends=contract.ends if existing else promise.ends)
            second = _licensed(other, ends=offer.ends if existing else contract.ends)
            common = _common(first, second)
            if common is not None:
                found.append(
                    Conflict(
                        contract=contract.id,
                        licensee=contract.licensee,
                        existing_is_exclusive=existing,
                        purposes=common.purposes,
                        territories=common.territories,
                        starts=common.starts,
                        ends=common.ends,
                    )
                )
                break
    return tuple(sorted(found, key=lambda one: (one.starts, one.contract)))


def require_free(offer: Offer, contracts: Iterable[Contract], *, licensee: str) -> None:
    """Refuse an acceptance that the calendar has no room for.

    Raises
    ------
    MarketError
        With who is in the way, when, and what to change.
    """
    found = conflicts(offer, contracts, licensee=licensee)
    if found:
        reasons = " ".join(one.explain(lang="en") for one in found[:3])
        more = f" There are {len(found) - 3} more." if len(found) > 3 else ""
        raise MarketError(
            f"The offer {offer.id} cannot be accepted by {checks.ident(licensee, 'A licensee')}: {reasons}{more}"
        )


def _promised(offer: Offer, promise: Exclusivity, *, ends: datetime) -> _Claim:
    return _Claim(
        purposes=promise.purposes,
        territories=promise.territories,
        modalities=offer.scope.modalities,
        starts=promise.starts,
        ends=min(ends, promise.ends),
    )


def _licensed(offer: Offer, *, ends: datetime) -> _Claim:
    return _Claim(
        purposes=offer.scope.purposes,
        territories=offer.scope.territories,
        modalities=offer.scope.modalities,
        starts=offer.scope.starts,
        ends=ends,
    )


def _common(one: _Claim, other: _Claim) -> _Claim | None:
    common = _Claim(
        purposes=one.purposes & other.purposes,
        territories=_both(one.territories, other.territories),
        modalities=one.modalities & other.modalities,
        starts=max(one.starts, other.starts),
        ends=min(one.ends, other.ends),
    )
    real = common.purposes and common.territories and common.modalities and common.starts < common.ends
    return common if real else None


def _both(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """Return the territories of both; a worldwide licence covers whatever the other one names."""
    if WORLDWIDE in one:
        return other
    return one if WORLDWIDE in other else one & other
