"""What the rights market shows, as pieces of HTML: pure functions of the stage, what is chosen, and the language."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from medialit.apps import market_words as words
from medialit.apps.cameo_words import Names, listed, ltr
from medialit.apps.market_html import block, card, esc, heading, paragraphs, row, table
from medialit.apps.market_stage import Ending, Stage, ending, paid
from medialit.apps.market_stories import STORIES
from medialit.consent.market import (
    Contract,
    Currency,
    Flag,
    Market,
    Offer,
    conflicts,
    red_flags,
    terms_of,
)
from medialit.consent.market_flags import CODES
from medialit.consent.market_licence import odrl_terms, write_licence
from medialit.consent.odrl import policy_of
from medialit.consent.reasons import word_in
from medialit.consent.records import Audience, Grant
from medialit.errors import MarketError
from medialit.language import translator


def stage_line(stage: Stage, *, lang: str) -> str:
    """Show the day on the stage."""
    _ = translator(lang)
    day = f"<bdi>{stage.day().isoformat()}</bdi>"
    said = esc(_("Today on this stage: {day}")).format(day=day)
    return block(f'<p class="ml-stage"><b>{said}</b></p>', lang=lang)


def story(stage: Stage, *, lang: str) -> str:
    """Show the story that is played: what happened, what to do, what to talk about."""
    _ = translator(lang)
    if stage.story() not in STORIES:
        return block(
            f"<p>{esc(_('Choose a story, or make an offer of your own under “Offer”.'))}</p>", lang=lang
        )
    one = STORIES[stage.story()]
    tasks = "".join(f"<li>{esc(_(task))}</li>" for task in one.tasks)
    return block(
        f'<h4 class="ml-h">{esc(_(one.title))}</h4>{paragraphs(map(_, one.told))}'
        f'<p class="ml-h">{esc(_("What you do"))}</p><ol>{tasks}</ol>'
        f'<p class="ml-h">{esc(_("Talk about it"))}</p><p>{esc(_(one.question))}</p>',
        lang=lang,
    )


def offers(market: Market, *, now: datetime, called: Names, lang: str) -> str:
    """Show every offer in plain words, the newest first."""
    _ = translator(lang)
    if not market.offers:
        return block(f"<p>{esc(_('Nothing is offered yet.'))}</p>", lang=lang)
    cards = []
    for one in reversed(tuple(market.offers.values())):
        n = sum(contract.offer.id == one.id for contract in market.contracts.values())
        tag = (_("over"), "off") if now >= one.until else (_("open"), "yes")
        if n:
            tag = (_("signed"), "yes")
        first, *rest = words.offer_sentences(one, licensee="", called=called, lang=lang)
        title = words.offer_title(one, called, lang=lang)
        folded = f"<details><summary>{esc(_('All the terms'))}</summary>{paragraphs(rest)}</details>"
        cards.append(card(title, paragraphs([first]) + folded, tag))
    return block("".join(cards), lang=lang)


def signing(market: Market, offer: str, licensee: str, *, now: datetime, called: Names, lang: str) -> str:
    """Show what is about to be signed: the terms, the warnings, and whether the calendar has room."""
    _ = translator(lang)
    if offer not in market.offers:
        return block(f"<p>{esc(_('There is no offer to read yet.'))}</p>", lang=lang)
    one = market.offers[offer]
    found = red_flags(terms_of(one))
    said = words.offer_sentences(one, licensee=licensee, called=called, lang=lang)
    terms = (
        heading(_("The terms in plain words"))
        + paragraphs(said)
        + _fold(_odrl(one, licensee, now), lang=lang)
    )
    warnings = heading(_("What to stop at: {n}").format(n=len(found))) + _flags(found, lang=lang)
    room = heading(_("The calendar of {person}").format(person=called.get(one.principal, one.principal)))
    room += calendar(market, one, licensee, now=now, called=called, lang=lang)
    cards = "".join(f'<div class="ml-card">{part}</div>' for part in (terms, warnings, room))
    return block(cards, lang=lang)


def ticked(codes: Sequence[str], *, lang: str) -> str:
    """Show what to stop at in somebody else's contract, as it was ticked."""
    _ = translator(lang)
    found = tuple(Flag(code=code) for code in CODES if code in codes)
    unseen = f'<p class="ml-small">{esc(_("No flag. That does not make it fair: what was not asked is not seen."))}</p>'
    return block(_flags(found, lang=lang) if found else unseen, lang=lang)


def _flags(found: Iterable[Flag], *, lang: str) -> str:
    _ = translator(lang)
    return "".join(
        f'<div class="ml-flag"><p><b>{esc(_("Stop: {what}").format(what=one.what(lang=lang)))}</b></p>'
        f"<p>{esc(_('Why: {why}').format(why=one.why(lang=lang)))}</p>"
        f"<p>{esc(_('What to ask for: {ask}').format(ask=one.ask(lang=lang)))}</p></div>"
        for one in found
    )


def _odrl(one: Offer, licensee: str, now: datetime) -> dict[str, Any]:
    """Return the permission that a signature would give; the shape is that of `Contract.grant`."""
    whom = (licensee,) if licensee else one.licensees
    return policy_of(
        Grant(
            id=f"{one.id}.grant",
            principal=one.principal,
            grantees=whom,
            grantee_audience=None if whom else Audience.EVERYONE,
            scope=one.scope,
            restrictions=one.restrictions,
            granted_by=one.offered_by,
            at=now,
        )
    )


def _fold(policy: dict[str, Any], *, lang: str) -> str:
    _ = translator(lang)
    said = _("The same for machines: the permission in ODRL 2.2")
    text = json.dumps(policy, indent=1, ensure_ascii=False)
    return f'<details><summary>{esc(said)}</summary><pre dir="ltr" tabindex="0">{esc(text)}</pre></details>'


def calendar(market: Market, wanted: Offer, licensee: str, *, now: datetime, called: Names, lang: str) -> str:
    """Show the licences of a likeness as bars of days, the wanted one below them, and where they meet."""
    _ = translator(lang)
    held = [one for one in market.contracts.values() if one.offer.principal == wanted.principal]
    mine = [one for one in held if one.offer.id == wanted.id and one.licensee == licensee]
    first = min([wanted.scope.starts, *(one.offer.scope.starts for one in held)])
    last = max([wanted.ends, *(one.offer.ends for one in held)])
    axis = _Axis(first=first, last=last)
    clash = () if mine else conflicts(wanted, held, licensee=licensee)
    rows = []
    for one in held:
        excl = one.offer.exclusivity is not None
        kind = _("exclusive") if excl else _("not exclusive")
        label = f"{ltr(one.id)} · {called.get(one.licensee, one.licensee)}"
        bars = axis.bar(one.offer.scope.starts, one.ends, "excl" if excl else "")
        bars += "".join(axis.bar(it.starts, it.ends, "clash") for it in clash if it.contract == one.id)
        rows.append(axis.row(label, f"{kind} · {_span(one.offer.scope.starts, one.ends, lang)}", bars, now))
    if not mine:
        label = _("{id} · wanted").format(id=ltr(wanted.id))
        kind = _("exclusive") if wanted.exclusivity is not None else _("not exclusive")
        bars = axis.bar(wanted.scope.starts, wanted.ends, "want")
        bars += "".join(axis.bar(it.starts, it.ends, "clash") for it in clash)
        rows.append(axis.row(label, f"{kind} · {_span(wanted.scope.starts, wanted.ends, lang)}", bars, now))
    said: list[str] = []
    for it in clash:
        said += words.conflict_sentences(it, called, lang=lang)
    if clash:
        told = paragraphs((_("There is no room: the striped days meet."), *said))
        told = f'<div class="ml-note no">{told}</div>'
    else:
        told = f"<p>{esc(_('There is room.') if not mine else _('It is signed and stands in the calendar.'))}</p>"
    return f'<div class="ml-cal">{"".join(rows)}</div>{told}'


class _Axis:
    """Days as a share of the width."""

    def __init__(self, *, first: datetime, last: datetime) -> None:
        self._first, self._whole = first, (last - first).total_seconds()

    def _at(self, moment: datetime) -> float:
        return 100 * min(1.0, max(0.0, (moment - self._first).total_seconds() / self._whole))

    def bar(self, starts: datetime, ends: datetime, kind: str) -> str:
        left, right = self._at(starts), self._at(ends)
        return f'<span class="ml-bar {kind}" style="inset-inline-start:{left:.2f}%;width:{right - left:.2f}%"></span>'

    def row(self, label: str, detail: str, bars: str, now: datetime) -> str:
        today = ""
        if 0 < self._at(now) < 100:
            today = f'<span class="ml-now" style="inset-inline-start:{self._at(now):.2f}%"></span>'
        return (
            f'<div class="ml-cal-row"><p><b>{esc(label)}</b><span>{esc(detail)}</span></p>'
            f'<div class="ml-track" aria-hidden="true">{bars}{today}</div></div>'
        )


def _span(starts: datetime, ends: datetime, lang: str) -> str:
    _ = translator(lang)
    if ends <= starts:
        return _("taken back before it began")
    return _("{start} to {end}").format(start=words.day(starts), end=words.last_day(ends))


def contract(market: Market, id: str, *, now: datetime, called: Names, lang: str) -> str:
    """Show how a contract stands: its days, its money, and what was shown."""
    _ = translator(lang)
    if id not in market.contracts:
        return block(f"<p>{esc(_('Nothing is signed yet.'))}</p>", lang=lang)
    one = market.contracts[id]
    if one.ended is not None:
        tag = (_("taken back"), "off")
    elif now >= one.offer.ends:
        tag = (_("over"), "off")
    else:
        tag = (_("in force"), "yes")
    got = {why: sum(paid(market, one, why=why).values()) for why in ("earned", "royalty")}
    waits = market.books.balance(one.escrow, Currency.MAD)
    payees = words.people(sorted(one.offer.shares, key=lambda it: -one.offer.shares[it]), called, lang=lang)
    rows = [
        row(_("Fee, paid in"), called.get(one.licensee, one.licensee), one.offer.price.centimes, lang=lang),
        row(_("Waits in escrow"), ltr(one.id), waits, lang=lang),
        row(_("Paid out of the fee"), payees, got["earned"], lang=lang),
        row(_("Share of what came in"), payees, got["royalty"], lang=lang),
    ]
    days = _("Day {n} of {total}.").format(n=one.days_used(now), total=one.offer.n_days)
    shown = market.uses.get(id, ())
    uses = "".join(f"<li>{esc(words.use_sentence(use, called, lang=lang))}</li>" for use in shown)
    body = f"<p>{esc(days)}</p>{table(rows, lang=lang)}<p class='ml-h'>{esc(_('What was shown'))}</p>"
    body += f"<ul>{uses}</ul>" if uses else f"<p>{esc(_('Nothing yet.'))}</p>"
    return block(card(words.contract_title(one, called, lang=lang), body, tag), lang=lang)


def end(market: Market, id: str, *, now: datetime, called: Names, lang: str) -> str:
    """Show what taking a licence back means today, or how it was settled."""
    _ = translator(lang)
    if id not in market.contracts:
        return block(f"<p>{esc(_('Nothing is signed yet.'))}</p>", lang=lang)
    one = market.contracts[id]
    if one.ended is None and now >= one.offer.ends:
        return block(f"<p>{esc(_('It is over; there is nothing to take back.'))}</p>", lang=lang)
    try:
        found = ending(market, id, at=now)
    except MarketError as error:
        return block(f"<p>{esc(str(error))}</p>", lang=lang)
    settled = found.settlement
    when = words.day(settled.revocation.at)
    head = _("Settled on {day}") if found.final else _("If it is taken back today, {day}")
    tag = (_("taken back"), "off") if found.final else (_("a look ahead"), "off")
    body = _money_of(found, one, called, lang) + _after(found, called, lang)
    return block(card(head.format(day=when), body, tag), lang=lang)


def _money_of(found: Ending, one: Contract, called: Names, lang: str) -> str:
    _ = translator(lang)
    settled = found.settlement
    used = one.days_used(settled.revocation.at)
    days = _("Days that have begun: {n} of {total}.").format(n=used, total=settled.total_days)
    if settled.used_days > used:
        more = _("Since something stays up for a while, {n} days count as used.")
        days = f"{days} {more.format(n=settled.used_days)}"
    who = called.get(one.licensee, one.licensee)
    earned, back = settled.earned.centimes, settled.refund.centimes
    rows = [row(_("The fee, paid in on signing"), who, earned + back, lang=lang)]
    rows.append(row(_("Earned, {n} days").format(n=settled.used_days), "", earned, lang=lang))
    for said, sums in ((_("paid out before"), found.before), (_("paid now"), found.now)):
        rows += [
            row(said, called.get(payee, payee), part, kind="sub", lang=lang)
            for payee, part in sorted(sums.items(), key=lambda pair: -pair[1])
            if part
        ]
    left = settled.total_days - settled.used_days
    rows.append(row(_("Goes back, {n} days").format(n=left), who, back, lang=lang))
    rows.append(row(_("Earned and back together"), "", earned + back, kind="sum", lang=lang))
    rows += [
        row(_("Share of what came in; it stays"), called.get(payee, payee), part, lang=lang)
        for payee, part in sorted(found.royalties.items(), key=lambda pair: -pair[1])
        if part
    ]
    return f"<p>{esc(days)}</p>{table(rows, lang=lang)}"


def _after(found: Ending, called: Names, lang: str) -> str:
    """Say what stops, what comes down, what remains, and who must be told."""
    _ = translator(lang)
    settled = found.settlement
    steps = listed((word_in(one.value, lang=lang) for one in settled.stops), lang=lang)
    said = [f"<p>{esc(_('Not allowed from that moment on: {steps}.').format(steps=steps))}</p>"]
    for when, uses in (
        (_("Must be down by {day}").format(day=words.day(settled.down_by)), settled.comes_down),
        (_("Was shown, and cannot be called back, only not repeated"), settled.remains),
    ):
        if uses:
            items = "".join(f"<li>{esc(words.use_sentence(use, called, lang=lang))}</li>" for use in uses)
            said.append(f'<p class="ml-h">{esc(when)}</p><ul>{items}</ul>')
    told = words.people(settled.tell, called, lang=lang)
    said.append(f"<p>{esc(_('To be told: {people}.').format(people=told))}</p>")
    return "".join(said)


def licence(market: Market, id: str, *, called: Names, lang: str) -> str:
    """Show a licence, with a link that saves it: the file is inside the page, and lies nowhere else."""
    _ = translator(lang)
    if id not in market.contracts:
        return block(f"<p>{esc(_('Nothing is signed yet.'))}</p>", lang=lang)
    one = market.contracts[id]
    data = base64.b64encode(write_licence(one)).decode()
    link = (
        f'<p><a class="ml-save" download="licence-{esc(one.id)}.json" href="data:application/json;base64,{data}">'
        f"{esc(_('Save the licence as a file'))}</a></p>"
    )
    return block(link + _fold(odrl_terms(one), lang=lang), lang=lang)


def read_back(market: Market, one: Contract, *, called: Names, lang: str) -> str:
    """Show a licence that was read from a file, and whether this stage knows the same."""
    _ = translator(lang)
    known = market.contracts.get(one.id)
    said = words.offer_sentences(one.offer, licensee=one.licensee, called=called, lang=lang)
    if known == one:
        kind, told = "yes", [_("This stage has the same licence, word for word.")]
    elif known is None:
        kind, told = (
            "info",
            [_("This stage knows no such licence. The file fits itself, and proves nothing more.")],
        )
    else:
        here = words.offer_sentences(known.offer, licensee=known.licensee, called=called, lang=lang)
        kind, told = "no", [_("This stage has another licence of this name. Do not rely on the file.")]
        told += [_("In the file: {sentence}").format(sentence=one_) for one_ in said if one_ not in here]
        told += [_("On this stage: {sentence}").format(sentence=one_) for one_ in here if one_ not in said]
        if one.ended != known.ended:
            told.append(_("They do not agree on whether, or when, it was taken back."))
    title = words.contract_title(one, called, lang=lang)
    shown = card(title, paragraphs(said) + _fold(odrl_terms(one), lang=lang), (_("from a file"), "off"))
    return block(f'<div class="ml-note {kind}" role="status">{paragraphs(told)}</div>{shown}', lang=lang)


def accounts(market: Market, *, called: Names, lang: str) -> str:
    """Show who holds what, and that it adds up."""
    _ = translator(lang)
    balances = market.books.balances(Currency.MAD)
    if not balances:
        return block(f"<p>{esc(_('No money has come in yet.'))}</p>", lang=lang)
    rows, brought = [], 0
    for account, held in balances.items():
        kind, _colon, whose = account.partition(":")
        if kind == "wallet":
            rows.append(row(_("Wallet"), called.get(whose, whose), held, lang=lang))
        elif kind == "escrow":
            rows.append(row(_("Escrow"), ltr(whose), held, lang=lang))
        else:
            brought = -held
    total = sum(balances.values()) + brought
    rows.append(row(_("All together"), "", total, kind="sum", lang=lang))
    rows.append(row(_("Came in from outside"), "", brought, kind="sum", lang=lang))
    return block(table(rows, lang=lang), lang=lang)


def log(stage: Stage, *, called: Names, lang: str) -> str:
    """Show every step in order."""
    _ = translator(lang)
    steps = stage.file.steps()
    if not steps:
        return block(f"<p>{esc(_('Nothing has happened yet.'))}</p>", lang=lang)
    said = "".join(f"<li>{esc(words.step_sentence(one, called, lang=lang))}</li>" for one in steps)
    return block(f'<div class="ml-card"><ol>{said}</ol></div>', lang=lang)
