"""Commands that read the rights market: a contract's flags, the books, and what was offered and agreed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import click

from medialit.cli_words import LANG, STYLE, called, listed, now
from medialit.consent.market import Contract, Currency, Flag, Market, Money, Offer, Terms
from medialit.consent.market_file import MarketFile
from medialit.errors import MarketError, RecordError
from medialit.language import translator

if TYPE_CHECKING:
    from medialit.consent.ledger_state import State
    from medialit.consent.records import Principal

_SAYS: Final = {
    {"approval": "no-approval", "paid": "unpaid"}.get(one.name, one.name.replace("_", "-")): one.name
    for one in fields(Terms)
}


@click.command("flags")
@click.argument("offer", required=False)
@click.option(
    "--says",
    type=click.Choice(sorted(_SAYS)),
    multiple=True,
    help="What somebody else's contract says, instead of OFFER; repeat for all that apply.",
)
@STYLE
@LANG
def flags(offer: str | None, says: Sequence[str], style: str, lang: str) -> None:
    """Say what to stop at in OFFER, or in a contract that you tick off with --says: why, and what to ask for.

    A contract without a flag is not thereby fair: what is not ticked is not seen.
    """
    from medialit.consent.ledger import Ledger
    from medialit.consent.market import red_flags

    if (offer is None) != bool(says):
        raise MarketError("Name an offer, or say what a contract says with --says; one of the two.")
    if offer is None:
        ticked = {_SAYS[one]: not one.startswith(("no-", "unpaid")) for one in says}
        found = red_flags(Terms(**ticked))
    else:
        one = known_offer(MarketFile().read(), offer)
        with Ledger() as ledger:
            found = flags_of(one, person_of(ledger.state(), one.principal), now())
    if style == "json":
        rows = [{"code": one.code, "what": one.what(lang=lang), "why": one.why(lang=lang), "ask": one.ask(lang=lang)}
                for one in found]  # fmt: skip
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    say_flags(found, lang=lang)


def flags_of(one: Offer, person: Principal, at: datetime) -> tuple[Flag, ...]:
    """Return what to stop at in an offer of this person's likeness."""
    from medialit.consent.market import red_flags, terms_of

    minor = not person.dead and person.is_minor(on=at.date())
    return red_flags(terms_of(one, minor=minor, guardians=frozenset(person.guardians)))


def say_flags(flags: Sequence[Flag], *, lang: str) -> None:
    """Print flags, each with why and what to ask for."""
    _ = translator(lang)
    for one in flags:
        click.echo(_("Stop: {what}").format(what=one.what(lang=lang)))
        click.echo("  " + _("Why: {why}").format(why=one.why(lang=lang)))
        click.echo("  " + _("What to ask for: {ask}").format(ask=one.ask(lang=lang)))
    if not flags:
        click.echo(_("No flag. That does not make it fair: what was not asked is not seen."))


@click.command("books")
@STYLE
@LANG
def books(style: str, lang: str) -> None:
    """Show who holds what, what waits in escrow, and that it all adds up; and the head of the file, to be kept."""
    file = MarketFile()
    books = file.read().books
    n, hash = file.head()
    if style == "json":
        balances = {one.value: books.balances(one) for one in Currency}
        click.echo(json.dumps({"balances": balances, "n_steps": n, "head": hash}, ensure_ascii=False))
        return
    _ = translator(lang)
    for currency in Currency:
        for account, held in books.balances(currency).items():
            said, whose = _account(account, lang=lang)
            click.echo(said.format(whose=whose, sum=Money(centimes=abs(held), currency=currency)))
    total = sum(books.total(one) for one in Currency)
    click.echo(
        _("All accounts together, what came from outside taken off: {total} centimes.").format(total=total)
    )
    click.echo(_("{n} steps. Head: {hash}").format(n=n, hash=hash))


def _account(account: str, *, lang: str) -> tuple[str, str]:
    _ = translator(lang)
    kind, _colon, whose = account.partition(":")
    if kind == "wallet":
        return _("{whose} holds {sum}."), whose
    if kind == "escrow":
        return _("In escrow for the contract {whose}: {sum}."), whose
    return _("From outside came {sum}."), whose


@click.command("show")
@click.option("--of", "person", metavar="ID", help="Only offers and contracts that name this person.")
@STYLE
@LANG
def show(person: str | None, style: str, lang: str) -> None:
    """Show the offers and the contracts."""
    from medialit.consent.ledger import Ledger

    at, whole = now(), MarketFile().read()
    offers = [one for one in whole.offers.values() if person in (None, one.principal, *one.licensees)]
    made = [one for one in whole.contracts.values() if person in (None, one.licensee, one.offer.principal)]
    if style == "json":
        click.echo(json.dumps(_rows(offers, made, at), ensure_ascii=False))
        return
    with Ledger() as ledger:
        names = ledger.state().names()
    for line in _lines(offers, made, names, at, lang=lang):
        click.echo(line)
    if not offers and not made:
        _ = translator(lang)
        click.echo(_("No offer and no contract."))


def _rows(offers: Sequence[Offer], made: Sequence[Contract], at: datetime) -> dict[str, Any]:
    return {
        "offers": [
            {
                "id": one.id, "principal": one.principal, "price": str(one.price), "royalty_bp": one.royalty_bp,
                "exclusive": one.exclusivity is not None, "open": at < one.until, "scope": one.scope.to_dict(),
            }
            for one in offers
        ],
        "contracts": [
            {
                "id": one.id, "offer": one.offer.id, "licensee": one.licensee, "grant": one.grant.id,
                "binds": at < one.ends, "revoked": one.ended is not None, "ends": one.ends.isoformat(),
            }
            for one in made
        ],
    }  # fmt: skip


def _lines(
    offers: Sequence[Offer], made: Sequence[Contract], names: dict[str, str], at: datetime, *, lang: str
) -> Iterator[str]:
    _ = translator(lang)
    for one in offers:
        scope = one.scope
        yield _(
            "Offer {id}: the likeness of {person}, for {purposes} in {territories}, from {starts} to {ends}, for {price}."
        ).format(
            id=one.id, person=called([one.principal], names, lang=lang), price=one.price,
            purposes=listed((word(one.value, lang=lang) for one in sorted(scope.purposes)), lang=lang),
            territories=listed((word(one, lang=lang) for one in sorted(scope.territories)), lang=lang),
            starts=f"{scope.starts:%Y-%m-%d %H:%M} UTC", ends=f"{one.ends:%Y-%m-%d %H:%M} UTC",
        )  # fmt: skip
        if at >= one.until:
            yield "  " + _("It can no longer be accepted.")
    for contract in made:
        said = _("Contract {id}: {person} accepted the offer {offer}. It binds until {ends}.")
        if contract.ended is not None:
            said = _("Contract {id}: {person} accepted the offer {offer}. It was taken back: {ends}.")
        elif at >= contract.ends:
            said = _("Contract {id}: {person} accepted the offer {offer}. It is over: {ends}.")
        yield said.format(
            id=contract.id, person=called([contract.licensee], names, lang=lang), offer=contract.offer.id,
            ends=f"{contract.ends:%Y-%m-%d %H:%M} UTC",
        )  # fmt: skip


def word(value: str, *, lang: str) -> str:
    """Return a word of a closed vocabulary in a language."""
    from medialit.consent.reasons import word_in

    return word_in(value, lang=lang)


def known_offer(whole: Market, id: str) -> Offer:
    """Return an offer, or say that there is none."""
    if id not in whole.offers:
        raise MarketError(f"There is no offer {id[:60]!r} here. `medialit market show` lists them.")
    return whole.offers[id]


def person_of(state: State, id: str) -> Principal:
    """Return who has this id, or say how to enter them."""
    found = state.principal(id)
    if found is None:
        raise RecordError(
            f"The register knows nobody called {id!r}. Enter them first: medialit consent person {id} --name ..., or "
            f"medialit likeness enrol --cast {id}."
        )
    return found


COMMANDS: Sequence[click.Command] = (flags, books, show)
