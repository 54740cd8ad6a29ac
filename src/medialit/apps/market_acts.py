"""What can be done on the stage of the rights market; each act tells what came of it, in the reader's language."""

from __future__ import annotations

from datetime import datetime

from medialit.apps import market_words as words
from medialit.apps.cameo_visit import Told
from medialit.apps.cameo_words import ltr
from medialit.apps.market_draft import Draft, lacking, next_id, not_a_sum, offer_of, same, sum_of
from medialit.apps.market_stage import Stage, paid, revocations
from medialit.consent.market import (
    Contract,
    Currency,
    Market,
    Money,
    Use,
    conflicts,
)
from medialit.consent.market_terms import FULL_ROYALTY, wallet
from medialit.consent.policy import decide
from medialit.consent.reasons import explain
from medialit.consent.records import (
    Action,
    Principal,
    Purpose,
    Request,
)
from medialit.errors import MedialitError
from medialit.language import translator


def put_up(stage: Stage, draft: Draft) -> tuple[Told, str]:
    """Make an offer; return its id too, empty where none was made."""
    if missing := lacking(draft, lang=stage.lang):
        return Told(kind="info", sentences=missing), ""
    _ = translator(stage.lang)
    try:
        market, now = stage.market(), stage.now()
        made = offer_of(draft, id=next_id(market.offers, "O"), now=now)
        for known in market.offers.values():
            if same(known, made):
                return (
                    Told(
                        kind="info",
                        sentences=(_("This offer is up already: {id}.").format(id=ltr(known.id)),),
                    ),
                    known.id,
                )
        stage.file.offer(made)
    except MedialitError as error:
        return trouble(error, lang=stage.lang), ""
    said = (
        _("The offer {id} is up. Nothing is agreed yet.").format(id=ltr(made.id)),
        _("Under “Sign” it can be read, with what to stop at, and signed."),
    )
    return Told(kind="yes", sentences=said), made.id


def bring_in(stage: Stage, person: str, typed: str) -> Told:
    """Bring dirhams into somebody's wallet; the same sum once a day, so that a double click is one."""
    _ = translator(stage.lang)
    centimes = sum_of(typed or "")
    if person not in words.LICENSEES:
        return Told(kind="info", sentences=(_("Choose who signs."),))
    if not centimes:
        return Told(kind="info", sentences=(not_a_sum(stage.lang),))
    name = words.names(stage.lang)[person]
    id = f"in.{person}.{stage.day()}.{centimes}"
    try:
        if _posted(stage.market(), id):
            said = _("The same sum came in for {person} today already. Change the sum, or turn the clock.")
            return Told(kind="info", sentences=(said.format(person=name),))
        after = stage.file.deposit(
            id, person, Money(centimes=centimes, currency=Currency.MAD), at=stage.now()
        )
    except MedialitError as error:
        return trouble(error, lang=stage.lang)
    held = words.dirhams(_held(after, person), lang=stage.lang)
    return Told(kind="yes", sentences=(_("{person} now holds {sum}.").format(person=name, sum=held),))


def sign(stage: Stage, offer: str, licensee: str, *, read: bool) -> tuple[Told, str]:
    """Sign an offer, if the calendar has room and the fee is there; return the contract's id too."""
    _ = translator(stage.lang)
    try:
        market = stage.market()
        why_not = _why_not(stage, market, offer, licensee, read=read)
        if why_not is not None:
            return why_not, ""
        id = next_id(market.contracts, "C")
        stage.file.accept(offer, id=id, licensee=licensee, at=stage.now())
    except MedialitError as error:
        return trouble(error, lang=stage.lang), ""
    price = market.offers[offer].price.centimes
    said = [_("It is signed: the contract {id}.").format(id=ltr(id))]
    if price:
        said.append(
            _("{sum} of {person} wait in escrow.").format(
                sum=words.dirhams(price, lang=stage.lang), person=words.names(stage.lang)[licensee]
            )
        )
    said.append(_("Under “Papers” the licence can be saved as a file."))
    return Told(kind="yes", sentences=tuple(said)), id


def _why_not(stage: Stage, market: Market, offer: str, licensee: str, *, read: bool) -> Told | None:
    """Return what stands between an offer and a signature."""
    lang = stage.lang
    _, called = translator(lang), words.names(lang)
    if offer not in market.offers:
        return Told(kind="info", sentences=(_("Choose an offer."),))
    one = market.offers[offer]
    if licensee not in words.LICENSEES:
        return Told(kind="info", sentences=(_("Choose who signs."),))
    if one.licensees and licensee not in one.licensees:
        whom = words.people(one.licensees, called, lang=lang)
        return Told(kind="no", sentences=(_("This offer is made to {who} only.").format(who=whom),))
    if stage.now() >= one.until:
        return Told(kind="no", sentences=(_("This offer is over. Ask for a new one."),))
    for contract in market.contracts.values():
        if contract.offer.id == offer and contract.licensee == licensee and contract.ended is None:
            said = _("{who} signed this offer already: the contract {id}.")
            return Told(kind="info", sentences=(said.format(who=called[licensee], id=ltr(contract.id)),))
    if found := conflicts(one, market.contracts.values(), licensee=licensee):
        said_all = [_("This cannot be signed: there is no room in the calendar.")]
        for conflict in found:
            said_all += words.conflict_sentences(conflict, called, lang=lang)
        return Told(kind="no", sentences=tuple(said_all))
    if not read:
        return Told(
            kind="info", sentences=(_("First read the terms and the warnings, and tick that you have."),)
        )
    if (short := one.price.centimes - _held(market, licensee)) > 0:
        said = _("{who} lacks {sum} for the fee. Bring money in first, below.")
        return Told(
            kind="no",
            sentences=(said.format(who=called[licensee], sum=words.dirhams(short, lang=lang)),),
        )
    return None


def report_use(stage: Stage, contract: str, outlet: str, purpose: str, where: str) -> Told:
    """Ask whether something may be shown under a contract, and write it down if it may."""
    lang = stage.lang
    _, called = translator(lang), words.names(lang)
    try:
        market, now = stage.market(), stage.now()
        if contract not in market.contracts:
            return Told(kind="info", sentences=(_("Choose a contract."),))
        one = market.contracts[contract]
        request = _request(one, outlet, purpose, where, at=now)
        decision = decide(
            request,
            principals=[_known(id, called) for id in (one.offer.principal, one.licensee)],
            grants=[one.grant],
            revocations=revocations(market),
            relations=[],
            prohibitions=[],
            now=now,
        )
        reasons = explain(decision, lang=lang, names=called)
        if not decision.allowed:
            return Told(
                kind="no", sentences=(_("No, this may not be shown. Nothing was written down."), *reasons)
            )
        shown = market.uses.get(contract, ())
        if any(use.place == outlet and use.at.date() == now.date() for use in shown):
            return Told(kind="info", sentences=(_("This was written down today already."),))
        use = Use(
            id=f"{contract}.use-{len(shown) + 1}", at=now, medium=words.OUTLETS[outlet].medium, place=outlet
        )
        stage.file.show(contract, use)
    except MedialitError as error:
        return trouble(error, lang=lang)
    return Told(kind="yes", sentences=(_("Yes, this may be shown, and it is written down."), *reasons))


def _request(one: Contract, outlet: str, purpose: str, where: str, *, at: datetime) -> Request:
    return Request(
        id="use",
        requester=one.licensee,
        principals=(one.offer.principal,),
        action=Action.PUBLISH,
        purpose=Purpose(purpose),
        audience=one.offer.scope.audience,
        territories=frozenset({where}),
        medium=words.OUTLETS[outlet].medium,
        modalities=one.offer.scope.modalities,
        topics=frozenset(),
        contexts=frozenset(),
        appearance=frozenset(),
        at=at,
    )


def _known(id: str, called: dict[str, str]) -> Principal:
    return Principal(id=id, name=called.get(id, id), minor=False)


def report_revenue(stage: Stage, contract: str, typed: str) -> Told:
    """Report what came in under a contract, and pay the share of it; the same sum once a day."""
    lang = stage.lang
    _, called = translator(lang), words.names(lang)
    centimes = sum_of(typed or "")
    if not centimes:
        return Told(kind="info", sentences=(not_a_sum(lang),))
    try:
        market, now = stage.market(), stage.now()
        if contract not in market.contracts:
            return Told(kind="info", sentences=(_("Choose a contract."),))
        one = market.contracts[contract]
        id = f"{contract}.royalty-{stage.day()}-{centimes}"
        if _posted(market, id):
            said = _("The same sum was reported today already. Change the sum, or turn the clock.")
            return Told(kind="info", sentences=(said,))
        due = centimes * one.offer.royalty_bp // FULL_ROYALTY
        if not due:
            return Told(kind="info", sentences=(_("No share of this is due under the contract."),))
        if (short := due - _held(market, one.licensee)) > 0:
            said = _("{who} owes {due}, and lacks {sum} of it. Bring money in first, under “Sign”.")
            return Told(
                kind="no",
                sentences=(
                    said.format(
                        who=called[one.licensee], due=words.dirhams(due, lang=lang),
                        sum=words.dirhams(short, lang=lang),
                    ),
                ),
            )  # fmt: skip
        after = stage.file.royalty(
            id, contract, revenue=Money(centimes=centimes, currency=Currency.MAD), at=now
        )
    except MedialitError as error:
        return trouble(error, lang=lang)
    first = _("{n} % of {sum} are {due}.").format(
        n=words.percent(one.offer.royalty_bp, lang=lang), sum=words.dirhams(centimes, lang=lang),
        due=words.dirhams(due, lang=lang),
    )  # fmt: skip
    return Told(kind="yes", sentences=(first, *_gets(after, id, one, lang)))


def pay_out(stage: Stage, contract: str) -> Told:
    """Pay the payees what was earned of the fee until now."""
    lang = stage.lang
    _ = translator(lang)
    try:
        market, now = stage.market(), stage.now()
        if contract not in market.contracts:
            return Told(kind="info", sentences=(_("Choose a contract."),))
        one = market.contracts[contract]
        if one.ended is not None:
            return Told(kind="info", sentences=(_("This licence was taken back, and its fee is divided."),))
        id = f"{contract}.release-{stage.day()}"
        earned = one.offer.price.centimes * one.days_used(now) // one.offer.n_days
        if _posted(market, id) or earned <= sum(paid(market, one, why="earned").values()):
            return Told(kind="info", sentences=(_("Nothing more is earned today."),))
        after = stage.file.release(id, contract, at=now)
    except MedialitError as error:
        return trouble(error, lang=lang)
    first = _("Days used: {n} of {total}. Earned of the fee until now: {sum}.").format(
        n=one.days_used(now), total=one.offer.n_days, sum=words.dirhams(earned, lang=lang)
    )
    return Told(kind="yes", sentences=(first, *_gets(after, id, one, lang)))


def take_back(stage: Stage, contract: str) -> Told:
    """Take a licence back, in the name of the person whose likeness it is."""
    _ = translator(stage.lang)
    try:
        market = stage.market()
        if contract not in market.contracts:
            return Told(kind="info", sentences=(_("Choose a contract."),))
        one = market.contracts[contract]
        if one.ended is not None:
            return Told(
                kind="info", sentences=(_("It was taken back before; the table below stays as it is."),)
            )
        now = stage.now()
        if now >= one.offer.ends:
            return Told(kind="info", sentences=(_("It is over; there is nothing to take back."),))
        stage.file.revoke(contract, at=now, by=one.offer.principal)
    except MedialitError as error:
        return trouble(error, lang=stage.lang)
    return Told(
        kind="yes",
        sentences=(
            _("It is taken back, from this moment on."),
            _("The table says who gets what. Nobody has to give a reason."),
        ),
    )


def trouble(error: MedialitError, *, lang: str) -> Told:
    """Return what the program says where nothing else was foreseen."""
    _ = translator(lang)
    return Told(kind="error", sentences=(_("This did not work. The program says:"), ltr(str(error))))


def _gets(after: Market, id: str, one: Contract, lang: str) -> list[str]:
    _, called = translator(lang), words.names(lang)
    entry = next(entry for entry in after.books.entries if entry.id == id)
    return [
        _("{person} gets {sum}.").format(
            person=called.get(payee, payee), sum=words.dirhams(entry.moves.get(wallet(payee), 0), lang=lang)
        )
        for payee in one.offer.shares
    ]


def _held(market: Market, person: str) -> int:
    return market.books.balance(wallet(person), Currency.MAD)


def _posted(market: Market, id: str) -> bool:
    return any(entry.id == id for entry in market.books.entries)
