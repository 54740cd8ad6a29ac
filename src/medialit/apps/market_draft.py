"""An offer as it is typed into the window, and what it lacks."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from medialit.apps import market_words as words
from medialit.apps.cameo_visit import whole_world
from medialit.consent.market import Currency, Exclusivity, Money, Offer, Refund, Revocability
from medialit.consent.market_terms import FULL_ROYALTY
from medialit.consent.market_typed import basis_points, money
from medialit.consent.records import Action, Audience, Medium, Modality, Purpose, Scope
from medialit.errors import MarketError
from medialit.language import translator

MOST_DAYS: Final = 365
_TENTHS: Final = 10


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An offer as the fields of the window give it.

    Parameters
    ----------
    principal : str
    licensee : str
        Empty for anybody.
    purposes, actions, media, places, parts : sequence of str
    begins_in : int
        Days from the stage's day.
    days : int
    fee, royalty : str
        As typed: dirhams, and a percentage.
    agency_tenths : int
        What the agency gets of ten parts.
    exclusive : bool
    keeps_fee : bool
        Whether nothing is refunded.
    run_on_days : int
    """

    principal: str
    licensee: str = ""
    purposes: Sequence[str] = ("advertising",)
    actions: Sequence[str] = ("generate", "publish")
    media: Sequence[str] = ("social",)
    places: Sequence[str] = ("MA",)
    parts: Sequence[str] = ("face",)
    begins_in: int = 0
    days: int = 30
    fee: str = "0"
    royalty: str = "0"
    agency_tenths: int = 0
    exclusive: bool = False
    keeps_fee: bool = False
    run_on_days: int = 0


def sum_of(typed: str) -> int | None:
    """Return typed dirhams in centimes, or None where they are no sum; digits may be of any script.

    Examples
    --------
    >>> sum_of("1 200,50"), sum_of("١٢٠٠"), sum_of("1,200"), sum_of("-5")
    (120050, 120000, None, None)
    """
    try:
        found = money(f"{_digits(typed)} MAD")
    except MarketError:
        return None
    return found.centimes


def share_of(typed: str) -> int | None:
    """Return a typed percentage in hundredths of a percent, or None where it is none or more than all.

    Examples
    --------
    >>> share_of("7,5 %"), share_of("101")
    (750, None)
    """
    try:
        found = basis_points(_digits(typed))
    except MarketError:
        return None
    return found if found <= FULL_ROYALTY else None


def _digits(typed: str) -> str:
    plain = "".join(str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in typed[:40])
    return plain.replace("٫", ",").replace("\u202f", " ").replace("٪", "%").strip()


def lacking(draft: Draft, *, lang: str) -> tuple[str, ...]:
    """Return what is missing in a draft, or cannot be understood."""
    _ = translator(lang)
    asked = (
        (draft.purposes, _("Choose at least one purpose.")),
        (draft.actions, _("Choose at least one step.")),
        (draft.media, _("Choose at least one medium.")),
        (draft.places, _("Choose at least one place.")),
        (draft.parts, _("Choose the face, the voice, or both.")),
        (1 <= draft.days <= MOST_DAYS, _("A licence lasts from 1 to {n} days.").format(n=MOST_DAYS)),
        (
            0 <= draft.begins_in <= MOST_DAYS,
            _("It begins today or in at most {n} days.").format(n=MOST_DAYS),
        ),
        (sum_of(draft.fee) is not None, not_a_sum(lang)),
        (
            share_of(draft.royalty) is not None,
            _("This share is no percentage from 0 to 100. Write 5 or 7.5, for instance."),
        ),
        (0 <= draft.run_on_days <= 90, _("What is up may stay up for 0 to 90 days.")),
    )
    return tuple(sentence for value, sentence in asked if not value) + whole_world(draft.places, lang)


def not_a_sum(lang: str) -> str:
    """Say that what was typed is no sum."""
    _ = translator(lang)
    return _("This is no sum of dirhams. Write 1000 or 1200.50, for instance.")


def offer_of(draft: Draft, *, id: str, now: datetime) -> Offer:
    """Return the offer that a draft without anything `lacking` makes."""
    starts = datetime.combine(now.date(), time(), tzinfo=UTC) + timedelta(days=draft.begins_in)
    ends = starts + timedelta(days=draft.days)
    scope = Scope(
        purposes=frozenset(Purpose(one) for one in draft.purposes),
        actions=frozenset(Action(one) for one in draft.actions),
        audience=Audience.EVERYONE,
        territories=frozenset(draft.places),
        media=frozenset(Medium(one) for one in draft.media),
        modalities=frozenset(Modality(one) for one in draft.parts),
        starts=starts,
        ends=ends,
    )
    promise = Exclusivity(purposes=scope.purposes, territories=scope.territories, starts=starts, ends=ends)
    shares = ((draft.principal, _TENTHS - draft.agency_tenths), (words.AGENCY, draft.agency_tenths))
    return Offer(
        id=id,
        principal=draft.principal,
        offered_by=(draft.principal,),
        licensees=(draft.licensee,) if draft.licensee else (),
        scope=scope,
        price=Money(centimes=sum_of(draft.fee) or 0, currency=Currency.MAD),
        royalty_bp=share_of(draft.royalty) or 0,
        payees=tuple(one for one in shares if one[1]),
        exclusivity=promise if draft.exclusive else None,
        revocability=Revocability(
            refund=Refund.NOTHING if draft.keeps_fee else Refund.UNUSED_DAYS, run_on_days=draft.run_on_days
        ),
        at=now,
        until=ends,
    )


def same(known: Offer, made: Offer) -> bool:
    """Return whether two offers say the same on the same day."""
    keys = ("principal", "licensees", "scope", "price", "royalty_bp", "payees", "exclusivity", "revocability")
    return known.at.date() == made.at.date() and all(getattr(known, k) == getattr(made, k) for k in keys)


def next_id(known: Collection[str], letter: str) -> str:
    """Return the next short name: O1, O2 and so on, which a class can say aloud."""
    return f"{letter}{len(known) + 1}"
