"""Commands of the rights market: offer a likeness, read a contract's flags, accept, pay, and take a licence back.

No money moves anywhere: the books are an exercise. What an accepted offer permits goes into the register of consent, and
what is taken back goes there too, so that drafts and clips follow.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import click

from medialit import cli_market_read
from medialit.cli_market_read import flags_of, known_offer, person_of, say_flags, word
from medialit.cli_words import (
    AS,
    LANG,
    UNTIL_HELP,
    logged,
    moment,
    now,
    one_of,
    restriction_options,
    say_aftermath,
    scope_options,
)
from medialit.consent.market import Contract, Currency, Exclusivity, Market, Money, Offer
from medialit.consent.market_file import MarketFile
from medialit.consent.market_typed import basis_points, money
from medialit.consent.vocabulary import Action, Audience, Medium, Modality, Purpose
from medialit.errors import MarketError
from medialit.language import translator

if TYPE_CHECKING:
    from medialit.consent.market import Settlement, Use
    from medialit.consent.records import Principal

_ID = click.option("--id", "id", metavar="ID",
                   help="What it is to be called: the same id twice is once. Default: a new id.")  # fmt: skip


@click.group(invoke_without_command=True)
@click.pass_context
def market(ctx: click.Context) -> None:
    """License a likeness for money or for free: offers, contracts, books, and taking a licence back.

    No money moves anywhere; it is an exercise, and no legal advice. Nobody signs in: --as says who speaks. Without a
    command, a window opens in which a class rehearses all of it.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(market_open, lang="en", port=None, browser=True)


@market.command("open")
@LANG
@click.option("--port", type=click.IntRange(1, 65535), help="Port; without it, a free one from 7860.")
@click.option("--browser/--no-browser", default=True, show_default=True, help="Open a browser.")
@logged("market")
def market_open(lang: str, port: int | None, browser: bool) -> None:
    """Open the window in which a class rehearses the market, with two stories to play. Ctrl+C ends it.

    It has a market and a clock of its own, and changes nothing in the register of consent.
    """
    from medialit.apps import market as app

    app.launch(lang=lang, port=port, in_browser=browser)


@market.command("offer")
@click.argument("principal")
@click.option(
    "--price",
    required=True,
    metavar="SUM",
    help="For the whole period, such as '1200.50 MAD'; '0 MAD' is free.",
)
@scope_options
@restriction_options
@click.option("--from", "starts", metavar="DAY", help="First day (UTC). Default: today.")
@click.option(
    "--until", metavar="DAY", help=f"{UNTIL_HELP}. A fee is for days, so an end is needed: this or --days."
)
@click.option("--days", type=click.IntRange(1, 36500), help="Instead: for how many days.")
@click.option(
    "--accept-until", metavar="DAY", help="Last day on which it can be accepted. Default: its own last day."
)
@click.option(
    "--to",
    "licensees",
    multiple=True,
    metavar="ID",
    help="Who may accept; repeat for more. Default: anybody.",
)
@click.option("--royalty", default="0", metavar="PERCENT", help="Of the licensee's revenue, such as 7.5.")
@click.option(
    "--payee",
    "payees",
    type=(str, click.IntRange(min=1)),
    multiple=True,
    metavar="ID PARTS",
    help="Who shares in the money, and in how many parts; repeat for more. Default: the person alone.",
)
@click.option("--exclusive", is_flag=True, help="Promise that nobody else is licensed for this meanwhile.")
@click.option(
    "--no-refund", is_flag=True, help="The fee stays with the payees whenever the licence is taken back."
)
@click.option(
    "--run-on",
    type=click.IntRange(0, 90),
    default=0,
    show_default=True,
    metavar="DAYS",
    help="For how long what is up may stay up after that.",
)
@click.option(
    "--as",
    "givers",
    multiple=True,
    metavar="ID",
    help="Who offers: the person (the default), or each guardian of a minor; repeat for more.",
)
@_ID
@LANG
def market_offer(principal: str, givers: Sequence[str], id: str | None, lang: str, **given: Any) -> None:
    """Offer a licence of the likeness of PRINCIPAL, and say what in it to stop at."""
    from medialit.consent.ledger import Ledger

    at = now()
    with Ledger() as ledger:
        state = ledger.state()
    person = person_of(state, principal)
    makers = tuple(givers) or (principal,)
    _require_speakers(person, makers, at)
    one = _offer(principal, makers, id=id or _new("offer"), at=at, **given)
    MarketFile().offer(one)
    _ = translator(lang)
    click.echo(
        _("The offer {id} is up: {price} for {n} days.").format(id=one.id, price=one.price, n=one.n_days)
    )
    say_flags(flags_of(one, person, at), lang=lang)


def _offer(
    principal: str,
    makers: tuple[str, ...],
    *,
    id: str,
    at: datetime,
    price: str,
    royalty: str,
    starts: str | None,
    until: str | None,
    days: int | None,
    accept_until: str | None,
    licensees: Sequence[str],
    payees: Sequence[tuple[str, int]],
    exclusive: bool,
    no_refund: bool,
    run_on: int,
    **limits: Any,
) -> Offer:
    from medialit.consent.market import Refund, Revocability
    from medialit.consent.records import Restrictions, Scope

    today = datetime.combine(
        at.date(), time(), tzinfo=UTC
    )  # of the day: the same words twice are the same offer
    begins = today if starts is None else moment(starts, last=False)
    if (until is None) == (days is None):
        raise MarketError("A fee is for days: say how many with --days, or the last one with --until.")
    ends = begins + timedelta(days=days or 0) if until is None else moment(until, last=True)
    scope = Scope(
        purposes=frozenset(map(Purpose, limits["purposes"])), actions=frozenset(map(Action, limits["actions"])),
        audience=Audience(limits["audience"]), territories=frozenset(limits["territories"]),
        media=frozenset(map(Medium, limits["media"])), modalities=frozenset(map(Modality, limits["parts"])),
        starts=begins, ends=ends,
    )  # fmt: skip
    promise = Exclusivity(
        purposes=scope.purposes, territories=scope.territories, starts=scope.starts, ends=ends
    )
    return Offer(
        id=id, principal=principal, offered_by=makers, licensees=tuple(licensees), scope=scope, price=money(price),
        restrictions=Restrictions(
            topics=frozenset(limits["topics"]), contexts=frozenset(limits["contexts"]),
            appearance=frozenset(limits["appearance"]),
        ),
        royalty_bp=basis_points(royalty), payees=tuple(payees), exclusivity=promise if exclusive else None,
        revocability=Revocability(refund=Refund.NOTHING if no_refund else Refund.UNUSED_DAYS, run_on_days=run_on),
        at=at, until=ends if accept_until is None else moment(accept_until, last=True),
    )  # fmt: skip


@market.command("accept")
@click.argument("offer")
@AS
@_ID
@LANG
def market_accept(offer: str, who: str, id: str | None, lang: str) -> None:
    """Accept OFFER: the fee waits in escrow, and the permission goes into the register of consent.

    Exit status: 3 where an exclusive licence is in the way; it is said whose, when, and what to change.
    """
    from medialit.consent.ledger import Ledger
    from medialit.consent.market import conflicts

    file, at = MarketFile(), now()
    before = file.read()
    one = known_offer(before, offer)
    found = () if id in before.contracts else conflicts(one, before.contracts.values(), licensee=who)
    for conflict in found:
        click.echo(conflict.explain(lang=lang))
    if found:
        sys.exit(3)
    id = id or _new("contract")
    with Ledger() as ledger:
        person_of(ledger.state(), one.principal)
        contract = file.accept(offer, id=id, licensee=who, at=at).contracts[id]
        ledger.append(contract.grant, by=contract.grant.granted_by[0], now=at)
    _ = translator(lang)
    click.echo(_("The contract {id} is made. {price} of {person} waits in escrow.").format(
        id=id, price=one.price, person=who))  # fmt: skip
    click.echo(_("The permission {id} is in the register.").format(id=contract.grant.id))
    click.echo(
        _("To take it back: medialit market revoke {id} --as {who}").format(id=id, who=one.offered_by[0])
    )


@market.command("deposit")
@click.argument("person")
@click.argument("amount")
@_ID
@LANG
def market_deposit(person: str, amount: str, id: str | None, lang: str) -> None:
    """Bring AMOUNT, such as '1200.50 MAD', into the wallet of PERSON."""
    after = MarketFile().deposit(id or _new("deposit"), person, money(amount), at=now())
    _say_wallet(after, person, money(amount).currency, lang=lang)


@market.command("withdraw")
@click.argument("person")
@click.argument("amount")
@_ID
@LANG
def market_withdraw(person: str, amount: str, id: str | None, lang: str) -> None:
    """Take AMOUNT out of the wallet of PERSON."""
    after = MarketFile().withdraw(id or _new("withdrawal"), person, money(amount), at=now())
    _say_wallet(after, person, money(amount).currency, lang=lang)


def _say_wallet(after: Market, person: str, currency: Currency, *, lang: str) -> None:
    from medialit.consent.market_terms import wallet

    _ = translator(lang)
    held = Money(centimes=after.books.balance(wallet(person), currency), currency=currency)
    click.echo(_("{person} holds {sum}.").format(person=person, sum=held))


@market.command("royalty")
@click.argument("contract")
@click.argument("revenue")
@_ID
@LANG
def market_royalty(contract: str, revenue: str, id: str | None, lang: str) -> None:
    """Pay the royalty of CONTRACT on a REVENUE of the licensee, such as '20000 MAD', from the wallet."""
    id = id or _new("royalty")
    after = MarketFile().royalty(id, contract, revenue=money(revenue), at=now())
    _say_paid(after, id, contract, lang=lang)


@market.command("release")
@click.argument("contract")
@_ID
@LANG
def market_release(contract: str, id: str | None, lang: str) -> None:
    """Pay the payees of CONTRACT what was earned of the fee until now."""
    id = id or _new("release")
    _say_paid(MarketFile().release(id, contract, at=now()), id, contract, lang=lang)


def _say_paid(after: Market, id: str, contract: str, *, lang: str) -> None:
    _ = translator(lang)
    entry = next(one for one in after.books.entries if one.id == id)
    payees = {f"wallet:{payee}": payee for payee in after.contracts[contract].offer.shares}
    paid = [(payees[name], gain) for name, gain in entry.moves.items() if name in payees and gain > 0]
    for payee, gain in paid:
        click.echo(
            _("{person} gets {sum}.").format(person=payee, sum=Money(centimes=gain, currency=entry.currency))
        )
    if not paid:
        click.echo(_("Nothing was due."))


@market.command("revoke")
@click.argument("contract")
@AS
@click.option(
    "--shown",
    type=(one_of(Medium), str),
    multiple=True,
    metavar="MEDIUM PLACE",
    help="Where it was shown besides here, such as 'broadcast atlas-tv'; repeat for more.",
)
@click.option("--reason", default="", help="In your own words. Nobody has to give one.")
@LANG
def market_revoke(contract: str, who: str, shown: Sequence[tuple[str, str]], reason: str, lang: str) -> None:
    """Take the licence CONTRACT back: settle the money, end the permission, and withdraw drafts and clips at once.

    If this was interrupted, say it again: it goes on with the same settlement.
    """
    from medialit.cameo import Desk

    at, file = now(), MarketFile()
    known = file.read().contracts.get(contract)
    uses = [] if known is None else _uses(known, shown)
    with Desk() as desk:
        _after, settled = file.revoke(contract, at=at, by=who, uses=uses, reason=reason)
        desk.ledger.append(settled.revocation, by=settled.revocation.by, now=at)
        gone = desk.sweep(now=at)
    _say_settled(settled, lang=lang)
    say_aftermath(gone, lang=lang)


def _uses(contract: Contract, shown: Sequence[tuple[str, str]]) -> list[Use]:
    """Return what was shown elsewhere. When, nobody is asked: it counts as shown from the start."""
    from medialit.consent.market import Use

    return [
        Use(id=f"{contract.id}.shown-{n}", at=contract.at, medium=Medium(medium), place=place)
        for n, (medium, place) in enumerate(shown, start=1)
    ]


def _say_settled(settled: Settlement, *, lang: str) -> None:
    _ = translator(lang)
    click.echo(_("The licence {id} is taken back.").format(id=settled.contract.id))
    for sentence in settled.explain(lang=lang):
        click.echo(f"  {sentence}")
    for payee, part in settled.to_payees.items():
        total = Money(centimes=part, currency=settled.earned.currency)
        click.echo("  " + _("Of the fee, {person} gets {sum} in all.").format(person=payee, sum=total))
    for use in settled.comes_down:
        click.echo("  " + _("Must come down: {medium}, at {place}.").format(
            medium=word(use.medium.value, lang=lang), place=use.place))  # fmt: skip
    for use in settled.remains:
        click.echo("  " + _("Was shown and remains: {medium}, at {place}.").format(
            medium=word(use.medium.value, lang=lang), place=use.place))  # fmt: skip


def _require_speakers(person: Principal, makers: Sequence[str], at: datetime) -> None:
    from medialit.cameo.desk import speakers

    for one in makers:
        if one not in speakers(person, at):
            raise MarketError(
                f"{one} does not speak for {person.id}, so it would license nothing. Nothing was written."
            )


def _new(kind: str) -> str:
    return f"{kind}-{secrets.token_hex(8)}"


for _command in cli_market_read.COMMANDS:
    market.add_command(_command)

COMMANDS: Sequence[click.Command] = (market,)
