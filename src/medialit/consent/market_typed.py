"""Sums and percentages as people type them, exact to the centime and never guessed."""

from __future__ import annotations

import re
from typing import Final

from medialit.consent.market_money import Currency, Money
from medialit.errors import MarketError

_NUMBER: Final = r"(?P<whole>[0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3})+(?=\.))(?:[.,](?P<part>[0-9]{2}))?"
_SUM: Final = re.compile(rf"{_NUMBER}\s*(?P<currency>[A-Z]{{3}})")
_SHARE: Final = re.compile(r"(?P<whole>[0-9]{1,3})(?:[.,](?P<part>[0-9]{1,2}))?\s*%?")
_GROUPED: Final = re.compile(r"(?<=[0-9])\s(?=[0-9]{3}(?![0-9]))")


def money(text: str) -> Money:
    """Return the sum that somebody typed, exact to the centime.

    Parameters
    ----------
    text : str
        Digits, if you like two decimals after a point or a comma, and the currency: MAD or EUR.

    Raises
    ------
    MarketError
        If it is something else, or could be read in two ways.

    Examples
    --------
    >>> money("1200.50 MAD"), money("1 200,50 MAD") == money("1,200.50 MAD")
    (Money(centimes=120050, currency=<Currency.MAD: 'MAD'>), True)
    """
    found = _SUM.fullmatch(_GROUPED.sub("", text.strip()))
    if found is None or found["currency"] not in list(Currency):
        known = " or ".join(one.value for one in Currency)
        raise MarketError(
            f"{text[:40]!r} is not a sum, such as 1200.50 MAD: digits, if you like a point and two decimals, and {known}."
        )
    whole = int(found["whole"].replace(",", ""))
    return Money(centimes=whole * 100 + int(found["part"] or 0), currency=Currency(found["currency"]))


def basis_points(text: str) -> int:
    """Return the percentage that somebody typed, in hundredths of a percent.

    Examples
    --------
    >>> basis_points("5"), basis_points("7.5 %"), basis_points("0,25%")
    (500, 750, 25)
    """
    found = _SHARE.fullmatch(text.strip())
    if found is None:
        raise MarketError(
            f"{text[:40]!r} is not a percentage with at most two decimals, such as 7.5. Nothing was done."
        )
    return int(found["whole"]) * 100 + int((found["part"] or "").ljust(2, "0"))
