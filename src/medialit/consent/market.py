"""The market of likeness licences: offers, contracts that yield grants, an exclusivity calendar, and money that adds up.

`Market` is a value: each step returns another one, and a step that is refused changes nothing. The money of a licence
goes through an escrow of its own: the licensee pays the whole fee into it on acceptance, the payees earn it day by day,
and what is not earned goes back on revocation. So a refund never depends on whether somebody still has the money.

The same step given again (the same id, the same content) changes nothing, so that a double click costs nobody twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from medialit.consent.market_calendar import Conflict as Conflict
from medialit.consent.market_calendar import conflicts as conflicts
from medialit.consent.market_calendar import require_free as require_free
from medialit.consent.market_flags import Flag as Flag
from medialit.consent.market_flags import Terms as Terms
from medialit.consent.market_flags import red_flags as red_flags
from medialit.consent.market_flags import terms_of as terms_of
from medialit.consent.market_money import OUTSIDE as OUTSIDE
from medialit.consent.market_money import Books as Books
from medialit.consent.market_money import Currency as Currency
from medialit.consent.market_money import Entry as Entry
from medialit.consent.market_money import Money as Money
from medialit.consent.market_money import move
from medialit.consent.market_money import pro_rata as pro_rata
from medialit.consent.market_money import split as split
from medialit.consent.market_settle import Settlement as Settlement
from medialit.consent.market_settle import Use as Use
from medialit.consent.market_settle import settle_revocation as settle_revocation
from medialit.consent.market_terms import FULL_ROYALTY, wallet
from medialit.consent.market_terms import Contract as Contract
from medialit.consent.market_terms import Exclusivity as Exclusivity
from medialit.consent.market_terms import Offer as Offer
from medialit.consent.market_terms import Refund as Refund
from medialit.consent.market_terms import Revocability as Revocability
from medialit.errors import MarketError

_NONE: Final[Mapping[str, Contract]] = MappingProxyType({})
_NO_OFFERS: Final[Mapping[str, Offer]] = MappingProxyType({})
_NO_USES: Final[Mapping[str, tuple[Use, ...]]] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Market:
    """Everything that was offered, agreed and paid.

    Parameters
    ----------
    offers : mapping of str to Offer
    contracts : mapping of str to Contract
    books : Books
    uses : mapping of str to tuple of Use
        What each contract's licensee has reported as shown, in the order of the reports.
    """

    offers: Mapping[str, Offer] = field(default_factory=lambda: _NO_OFFERS)
    contracts: Mapping[str, Contract] = field(default_factory=lambda: _NONE)
    books: Books = field(default_factory=Books)
    uses: Mapping[str, tuple[Use, ...]] = field(default_factory=lambda: _NO_USES)

    def offer(self, one: Offer) -> Market:
        """Put up an offer."""
        known = self.offers.get(one.id)
        if known == one:
            return self
        if known is not None:
            raise MarketError(
                f"The id {one.id} belongs to another offer. Take a new id; an offer is never changed."
            )
        return replace(self, offers=MappingProxyType({**self.offers, one.id: one}))

    def deposit(self, id: str, person: str, money: Money, *, at: datetime) -> Market:
        """Bring money in from outside, into a person's wallet."""
        moves = move(from_=OUTSIDE, to={wallet(person): money.centimes})
        return self._post(id, moves, money.currency, why="deposit", at=at)

    def withdraw(self, id: str, person: str, money: Money, *, at: datetime) -> Market:
        """Take money out of a person's wallet."""
        moves = move(from_=wallet(person), to={OUTSIDE: money.centimes})
        return self._post(id, moves, money.currency, why="withdrawal", at=at)

    def accept(self, offer: str, *, id: str, licensee: str, at: datetime) -> Market:
        """Accept an offer: the fee moves into the contract's escrow, and `contracts[id].grant` is the permission.

        Raises
        ------
        MarketError
            If there is no such offer, it is over or not for this person, the calendar has no room, the id is taken, or
            the wallet holds less than the fee. Then nothing has changed.
        """
        if offer not in self.offers:
            raise MarketError(
                f"There is no offer {offer!r} here. Known: {', '.join(sorted(self.offers)) or 'none'}."
            )
        contract = Contract(id=id, offer=self.offers[offer], licensee=licensee, at=at)
        known = self.contracts.get(id)
        if known is not None and replace(known, ended=None) == contract:
            return self
        if known is not None:
            raise MarketError(
                f"The id {id} belongs to another contract, with {known.licensee}. Take a new id."
            )
        require_free(contract.offer, self.contracts.values(), licensee=licensee)
        price = contract.offer.price
        moves = move(from_=wallet(licensee), to={contract.escrow: price.centimes})
        paid = self._post(f"{id}.fee", moves, price.currency, why="fee", at=contract.at)
        return replace(paid, contracts=MappingProxyType({**self.contracts, id: contract}))

    def show(self, contract: str, use: Use) -> Market:
        """Report that something was shown under a contract.

        Whether the contract allowed it, `medialit.consent.policy.decide` says; here it is only written down.

        Raises
        ------
        MarketError
            If the contract does not bind at that moment, or the id belongs to another use.
        """
        one = self._contract(contract)
        known = next((it for uses in self.uses.values() for it in uses if it.id == use.id), None)
        if known is not None and known == use and use in self.uses.get(contract, ()):
            return self
        if known is not None:
            raise MarketError(f"The id {use.id} belongs to another use, at {known.place}. Take a new id.")
        if not one.at <= use.at < one.ends:
            raise MarketError(
                f"The contract {contract} binds from {one.at} to {one.ends}; nothing can be shown under it at {use.at}. "
                "Correct the moment, or ask for a new licence."
            )
        shown = (*self.uses.get(contract, ()), use)
        return replace(self, uses=MappingProxyType({**self.uses, contract: shown}))

    def release(self, id: str, contract: str, *, at: datetime) -> Market:
        """Pay the payees what was earned of the fee until now and not yet paid.

        Each release is divided by itself, so that after n releases a payee is at most n centimes from their exact part.
        """
        one = self._live(contract)
        price = one.offer.price
        earned, _ = pro_rata(price.centimes, used=one.days_used(at), total=one.offer.n_days)
        due = earned - self._released(one)
        if self._has(id):
            return self
        if due < 0:
            raise MarketError(
                f"The contract {contract} was paid out further than {at} already. Check the clock of the device."
            )
        return self._pay(id, one.escrow, due, one, why="earned", at=at)

    def royalty(self, id: str, contract: str, *, revenue: Money, at: datetime) -> Market:
        """Pay the royalty on a licensee's revenue out of their wallet, divided among the payees.

        The royalty is rounded down to a centime. Revenue from before a revocation is still owed after it.
        """
        one = self._contract(contract)
        if revenue.currency is not one.offer.price.currency:
            raise MarketError(
                f"The contract {contract} counts in {one.offer.price.currency.value}, not in {revenue.currency.value}. "
                "Nothing is exchanged here; report it in the contract's currency."
            )
        due = revenue.centimes * one.offer.royalty_bp // FULL_ROYALTY
        return self._pay(id, wallet(one.licensee), due, one, why="royalty", at=at)

    def revoke(
        self,
        contract: str,
        *,
        at: datetime,
        by: str | None = None,
        uses: Iterable[Use] = (),
        reason: str = "",
    ) -> tuple[Market, Settlement]:
        """Take a licence back: what is earned goes to the payees, the rest of the escrow to the licensee.

        `uses` are added to those that were reported.

        Raises
        ------
        MarketError
            As `settle_revocation` does, or if `at` lies before something that was already paid out.
        """
        one = self._live(contract)
        shown = {use.id: use for use in (*self.uses.get(contract, ()), *uses)}
        settlement = settle_revocation(one, at, by=by, uses=shown.values(), reason=reason)
        due = settlement.earned.centimes - self._released(one)
        if due < 0:
            raise MarketError(
                f"The contract {contract} was paid out further than {at} already. Check the clock of the device."
            )
        paid = self._pay(f"{contract}.earned", one.escrow, due, one, why="earned", at=at)
        refund = settlement.refund
        moves = move(from_=one.escrow, to={wallet(one.licensee): refund.centimes})
        back = paid._post(f"{contract}.refund", moves, refund.currency, why="refund", at=at)
        ended = MappingProxyType({**self.contracts, contract: settlement.ended})
        return replace(back, contracts=ended), settlement

    def _contract(self, id: str) -> Contract:
        if id not in self.contracts:
            known = ", ".join(sorted(self.contracts)) or "none"
            raise MarketError(f"There is no contract {id!r} here. Known: {known}.")
        return self.contracts[id]

    def _live(self, id: str) -> Contract:
        one = self._contract(id)
        if one.ended is not None:
            raise MarketError(f"The contract {id} was revoked at {one.ended}, and its money is divided.")
        return one

    def _has(self, id: str) -> bool:
        return any(entry.id == id for entry in self.books.entries)

    def _released(self, one: Contract) -> int:
        paid_in = one.offer.price.centimes
        return paid_in - self.books.balance(one.escrow, one.offer.price.currency)

    def _pay(self, id: str, account: str, due: int, one: Contract, *, why: str, at: datetime) -> Market:
        parts = {wallet(payee): part for payee, part in split(due, one.offer.shares).items()}
        return self._post(id, move(from_=account, to=parts), one.offer.price.currency, why=why, at=at)

    def _post(
        self, id: str, moves: Mapping[str, int], currency: Currency, *, why: str, at: datetime
    ) -> Market:
        entry = Entry(id=id, at=at, currency=currency, moves=moves, why=why)
        return replace(self, books=self.books.post(entry))
