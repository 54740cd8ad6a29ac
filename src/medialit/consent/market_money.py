"""Money in whole centimes: splits that add up, and books in which nothing is made or lost.

Every entry of the books moves centimes between accounts and sums to zero, so that all balances always sum to zero.
Only `OUTSIDE`, the world that money comes from and goes back to, may owe: a wallet or an escrow never falls below zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from medialit.consent import checks
from medialit.errors import MarketError

OUTSIDE: Final = "outside"
"""The account of everything beyond these books; its balance is minus what was brought in."""
MAX_CENTIMES: Final = 10**13
"""The largest sum of one entry: 100 thousand million dirhams. More is a mistake."""


class Currency(StrEnum):
    """What a sum is counted in. Both have 100 centimes, and one is never changed into the other here."""

    MAD = "MAD"
    EUR = "EUR"


@dataclass(frozen=True, kw_only=True)
class Money:
    """A sum that is 0 or more.

    Parameters
    ----------
    centimes : int
        Whole centimes; 0 is free.
    currency : Currency

    Examples
    --------
    >>> str(Money(centimes=1_250_05, currency=Currency.MAD))
    '1,250.05 MAD'
    """

    centimes: int
    currency: Currency

    def __post_init__(self) -> None:
        checked_centimes(self.centimes, "A sum")
        object.__setattr__(self, "currency", checks.choice(self.currency, Currency, "A currency"))

    def __str__(self) -> str:
        return f"{self.centimes // 100:,}.{self.centimes % 100:02} {self.currency.value}"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One movement of money, all of it or nothing.

    Parameters
    ----------
    id : str
    at : datetime
        Aware.
    currency : Currency
    moves : mapping of str to int
        What each account gains (or loses, below zero), in centimes. The sum is 0.
    why : str
        One word for what it was: ``deposit``, ``fee``, ``royalty``, ``refund`` and so on.
    """

    id: str
    at: datetime
    currency: Currency
    moves: Mapping[str, int]
    why: str

    def __post_init__(self) -> None:
        checks.ident(self.id, "An entry's id")
        object.__setattr__(self, "at", checks.moment(self.at, "An entry's `at`"))
        for account, centimes in self.moves.items():
            checks.ident(account, "An account")
            checked_centimes(abs(centimes) if type(centimes) is int else centimes, f"What {account} gains")
        if sum(self.moves.values()) != 0:
            raise MarketError(
                f"The entry {self.id} makes {sum(self.moves.values())} centimes out of nothing. What one account gains "
                "another must lose: make its moves sum to 0."
            )
        kept = {name: gain for name, gain in sorted(self.moves.items()) if gain}
        object.__setattr__(self, "moves", MappingProxyType(kept))


@dataclass(frozen=True, kw_only=True)
class Books:
    """Entries in the order in which they were posted, with the balances that follow from them.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> pay = Entry(
    ...     id="e1", at=datetime(2026, 3, 1, tzinfo=UTC), currency=Currency.MAD,
    ...     moves={OUTSIDE: -500, "wallet:nadir": 500}, why="deposit",
    ... )
    >>> books = Books().post(pay)
    >>> books.balance("wallet:nadir", Currency.MAD), books.total(Currency.MAD)
    (500, 0)
    """

    entries: tuple[Entry, ...] = ()
    _balances: Mapping[tuple[str, Currency], int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        balances: dict[tuple[str, Currency], int] = {}
        seen: set[str] = set()
        for entry in self.entries:
            if entry.id in seen:
                raise MarketError(f"The entry {entry.id} stands twice in the books. Keep one of them.")
            seen.add(entry.id)
            _apply(balances, entry)
        object.__setattr__(self, "_balances", MappingProxyType(balances))

    def post(self, entry: Entry) -> Books:
        """Return books with this entry too; one that is there already, as it is, changes nothing.

        Raises
        ------
        MarketError
            If another entry has this id, or an account other than `OUTSIDE` would fall below zero.
        """
        for known in self.entries:
            if known.id == entry.id:
                if known == entry:
                    return self
                raise MarketError(
                    f"The id {entry.id} belongs to another entry, a {known.why} of {known.at:%Y-%m-%d}. "
                    "Take a new id; to undo an entry, post its opposite."
                )
        balances = dict(self._balances)
        _apply(balances, entry)
        books = object.__new__(Books)
        object.__setattr__(books, "entries", (*self.entries, entry))
        object.__setattr__(books, "_balances", MappingProxyType(balances))
        return books

    def balance(self, account: str, currency: Currency) -> int:
        """Return what an account holds, in centimes; 0 for one that was never used."""
        return self._balances.get((account, currency), 0)

    def balances(self, currency: Currency) -> dict[str, int]:
        """Return every balance that is not 0, by account."""
        return {
            name: held for (name, kind), held in sorted(self._balances.items()) if kind is currency and held
        }

    def total(self, currency: Currency) -> int:
        """Return the sum of all balances, `OUTSIDE` among them: 0, or the books are broken."""
        return sum(held for (_, kind), held in self._balances.items() if kind is currency)


def split(centimes: int, shares: Mapping[str, int]) -> dict[str, int]:
    """Divide a sum by shares with nothing left over, the same way every time.

    Everyone gets their exact part rounded down; the centimes that are left go, one each, to the largest remainders,
    and among equal ones to the first in the order of ids (Hamilton's method of the largest remainder). So nobody
    is a whole centime from their exact part.

    Parameters
    ----------
    centimes : int
        0 or more.
    shares : mapping of str to int
        Positive parts by payee, of whatever sum.

    Raises
    ------
    MarketError
        If nobody has a share, or a share is not a positive whole number.

    Examples
    --------
    >>> split(100, {"tiziri": 1, "agent": 1, "idir": 1})
    {'agent': 34, 'idir': 33, 'tiziri': 33}
    """
    checked_centimes(centimes, "A sum to divide")
    if not shares:
        raise MarketError("A sum cannot be divided among nobody. Name at least one payee with a share.")
    for payee, parts in shares.items():
        if type(parts) is not int or not 0 < parts <= MAX_CENTIMES:
            raise MarketError(
                f"The share of {payee} must be a whole number from 1, not {checks.shown(parts)}."
            )
    whole = sum(shares.values())
    exact = {payee: divmod(centimes * shares[payee], whole) for payee in sorted(shares)}
    left = centimes - sum(down for down, _ in exact.values())
    first = sorted(exact, key=lambda payee: (-exact[payee][1], payee))[:left]
    return {payee: down + (payee in first) for payee, (down, _) in exact.items()}


def pro_rata(centimes: int, *, used: int, total: int) -> tuple[int, int]:
    """Return what is earned and what is refunded of a sum after so many of its days; together they are the sum.

    What is earned is rounded down, so that the odd centime goes back to whoever paid. More days used than there are
    count as all of them; the refund is never below zero.

    Examples
    --------
    >>> pro_rata(10_000, used=10, total=30)
    (3333, 6667)
    """
    checked_centimes(centimes, "A sum to refund from")
    if total < 1 or used < 0:
        raise MarketError(
            f"A period has at least one day and none below zero is used, not {used} of {total}."
        )
    earned = centimes * min(used, total) // total
    return earned, centimes - earned


def checked_centimes(value: object, what: str) -> int:
    """Return whole centimes from 0, and refuse anything else: fractions and truth values too."""
    if type(value) is not int or not 0 <= value <= MAX_CENTIMES:
        raise MarketError(
            f"{what} must be a whole number of centimes from 0 to {MAX_CENTIMES:,}, not {checks.shown(value)}. "
            "12.50 dirhams are 1250."
        )
    return value


def move(*, from_: str, to: Mapping[str, int]) -> dict[str, int]:
    """Return the moves that take from one account what others get; an account may get and give at once."""
    moves = dict(to)
    moves[from_] = moves.get(from_, 0) - sum(to.values())
    return moves


def _apply(balances: dict[tuple[str, Currency], int], entry: Entry) -> None:
    for account, gain in entry.moves.items():
        held = balances.get((account, entry.currency), 0) + gain
        if held < 0 and account != OUTSIDE:
            raise MarketError(
                f"{account} holds {held - gain} centimes {entry.currency.value} and cannot give {-gain} (the {entry.why} "
                f"{entry.id}). Pay in {-held} centimes first."
            )
        balances[account, entry.currency] = held
