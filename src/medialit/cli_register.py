"""Commands that read the register of consent, and carry it from one computer to another."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from medialit.cli_words import AS, LANG, STYLE, Speaking, called, listed, now, say_aftermath
from medialit.consent.standing import lacks
from medialit.consent.vocabulary import Action, Audience
from medialit.errors import RecordError
from medialit.language import translator

if TYPE_CHECKING:
    from medialit.consent.ledger import Ledger
    from medialit.consent.ledger_events import Event, LoggedDecision
    from medialit.consent.ledger_state import State
    from medialit.consent.records import Grant, Principal, Prohibition, Restrictions

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("show")
@click.argument("principal", required=False)
@STYLE
@LANG
def show(principal: str | None, style: str, lang: str) -> None:
    """Show what stands: people, permissions, prohibitions and relations; of PRINCIPAL, or of everybody."""
    from medialit.consent.ledger import Ledger

    with Ledger() as ledger:
        state = ledger.state()
    people = [one for one in state.principals if principal in (None, one.id)]
    if principal is not None and not people:
        raise RecordError(
            f"The register knows nobody called {principal!r}. Enter them: medialit consent person."
        )
    if style == "json":
        click.echo(json.dumps([_row(one, state) for one in people], ensure_ascii=False))
        return
    for one in people:
        for line in _about(one, state, lang=lang, moment=now()):
            click.echo(line)
    if not people:
        _ = translator(lang)
        click.echo(_("The register is empty."))


def _row(one: Principal, state: State) -> dict[str, Any]:
    moment = now()
    return {
        "principal": one.to_dict(),
        "grants": [
            grant.to_dict() | {"stands": not lacks(grant, state, moment)}
            for grant in state.grants
            if grant.principal == one.id
        ],
        "prohibitions": [
            no.to_dict() | {"stands": _stands(no, state, moment)}
            for no in state.prohibitions
            if no.principal == one.id
        ],
        "relations": [tie.to_dict() for tie in state.relations if tie.from_id == one.id],
    }


def _about(one: Principal, state: State, *, lang: str, moment: datetime) -> Iterator[str]:
    """Yield what is said of one person, a line each."""
    from medialit.consent.reasons import sentence
    from medialit.consent.records import Reason

    _ = translator(lang)
    names = state.names()
    yield f"{one.name} ({one.id})"
    if one.dead:
        yield "  " + _("Has died. Decided by: {people}.").format(
            people=called(one.estate, names, lang=lang) or "-"
        )
    elif one.is_minor(on=moment.date()):
        yield "  " + _("Under 18. Decided by: {people}.").format(
            people=called(one.guardians, names, lang=lang) or "-"
        )
    for grant in (grant for grant in state.grants if grant.principal == one.id):
        yield "  " + _permission(grant, names, lang=lang)
        if grant.restrictions:
            yield "    " + _("Never with: {words}.").format(words=_never(grant.restrictions, lang=lang))
        missing = lacks(grant, state, moment)
        for code in missing:
            yield "    " + sentence(Reason(code=code, principal=one.id), lang=lang, names=names)
        if not missing:
            yield "    " + _("It stands.")
    for no in (no for no in state.prohibitions if no.principal == one.id):
        yield "  " + _prohibition(no, lang=lang)
        yield "    " + (_("It stands.") if _stands(no, state, moment) else _("It stands no longer."))
    for tie in (tie for tie in state.relations if tie.from_id == one.id):
        if tie.until is None or tie.until > moment:
            said = {"follow": _("Follows {person}."), "approve": _("Approves {person}.")}[tie.kind.value]
            yield "  " + said.format(person=called([tie.to_id], names, lang=lang))


def _permission(grant: Grant, names: Mapping[str, str], *, lang: str) -> str:
    from medialit.consent.reasons import word_in

    _ = translator(lang)
    say = _sayer(lang)
    scope = grant.scope
    circle = grant.grantee_audience
    to = called(grant.grantees, names, lang=lang) if circle is None else word_in(circle.value, lang=lang)
    ends = "∞" if scope.ends is None else f"{scope.ends:%Y-%m-%d %H:%M} UTC"
    return _(
        "{id}: {to} may use {parts}. Purposes: {purposes}. Steps: {actions}. Seen by: {audience}. Where: {places}; "
        "{media}. From {starts} to {ends}."
    ).format(
        id=grant.id, to=to, purposes=say(scope.purposes), actions=say(scope.actions), parts=say(scope.modalities),
        audience=word_in(scope.audience.value, lang=lang), places=say(scope.territories), media=say(scope.media),
        starts=f"{scope.starts:%Y-%m-%d %H:%M} UTC", ends=ends,
    )  # fmt: skip


def _prohibition(no: Prohibition, *, lang: str) -> str:
    _ = translator(lang)
    say = _sayer(lang)
    kinds = (no.purposes, no.actions, no.audiences, no.territories, no.media, no.modalities)
    limits = [say(words) for words in kinds if words]
    limits += [_never(no.restrictions, lang=lang)] if no.restrictions else []
    limits += [listed(no.whom, lang=lang)] if no.whom else []
    if not limits:
        return _("{id}: {by} has forbidden every use.").format(id=no.id, by=no.by)
    return _("{id}: {by} has forbidden this: {limits}.").format(id=no.id, by=no.by, limits="; ".join(limits))


def _never(limits: Restrictions, *, lang: str) -> str:
    return listed(sorted(limits.topics | limits.contexts | limits.appearance), lang=lang)


def _sayer(lang: str) -> Callable[[Any], str]:
    """Return a function that says words of a closed vocabulary, in order."""
    from medialit.consent.reasons import word_in

    def say(words: Iterable[Any]) -> str:
        known = sorted(words, key=lambda one: (_ORDER.get(str(one), 0), str(one)))
        return listed((word_in(str(one), lang=lang) for one in known), lang=lang)

    return say


_ORDER = {str(one): place for place, one in enumerate((*Action, *Audience))}


def _stands(no: Prohibition, state: State, moment: datetime) -> bool:
    lifted = any(one.prohibition == no.id and one.by == no.by for one in state.liftings)
    return not lifted and (no.until is None or moment < no.until)


@click.command("log")
@click.option("--of", "person", metavar="ID", help="Only what names this person.")
@STYLE
@LANG
def log(person: str | None, style: str, lang: str) -> None:
    """Print what happened, in order: what was said, what was asked, and the answers, refusals too."""
    from medialit.consent.ledger import Ledger

    with Ledger() as ledger:
        names = ledger.state().names()
        rows = list(_rows(ledger, names, lang=lang))
    rows = [row for row in rows if person is None or person in row["people"]]
    if style == "json":
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['seq']:4}  {row['recorded_at']}  {row['sentence']}")
        for reason in row.get("reasons", ()):
            click.echo(f"{'':28}  {reason}")


def _rows(ledger: Ledger, names: Mapping[str, str], *, lang: str) -> Iterator[dict[str, Any]]:
    from medialit.consent.ledger_events import LoggedDecision
    from medialit.consent.reasons import explain

    for event in list(ledger.events()):
        said = ledger.record(event)
        row: dict[str, Any] = {
            "seq": event.seq, "id": event.id, "kind": event.kind, "by": event.by,
            "recorded_at": f"{event.recorded_at:%Y-%m-%d %H:%M:%S} UTC", "hash": event.hash,
        }  # fmt: skip
        if isinstance(said, LoggedDecision):
            request = said.request
            yield row | {
                "people": [request.requester, *request.principals], "allowed": said.decision.allowed,
                "sentence": _answer(said, names, lang=lang),
                "reasons": list(explain(said.decision, lang=lang, names=names)),
            }  # fmt: skip
            continue
        about = {getattr(said, key, None) for key in ("principal", "from_id", "to_id")} - {None}
        row["people"] = sorted({event.by, *about, *((event.subject,) if event.kind in _OF_PEOPLE else ())})
        yield row | {"sentence": _event(event, row["people"], lang=lang)}


_OF_PEOPLE = ("principal", "erasure")


def _answer(said: LoggedDecision, names: Mapping[str, str], *, lang: str) -> str:
    from medialit.consent.reasons import word_in

    _ = translator(lang)
    template = (
        _("{who} asked: {action}, with {people}. Allowed.")
        if said.decision.allowed
        else _("{who} asked: {action}, with {people}. Refused.")
    )
    request = said.request
    return template.format(
        who=request.requester,
        action=word_in(request.action.value, lang=lang),
        people=called(request.principals, names, lang=lang),
    )


def _event(event: Event, people: Sequence[str], *, lang: str) -> str:
    _ = translator(lang)
    about = listed((one for one in people if one != event.by), lang=lang) or event.by
    sentences = {
        "principal": _("{by} entered or changed {about} in the register."),
        "grant": _("{by} gave the permission {id}, about {about}."),
        "prohibition": _("{by} set the prohibition {id}, about {about}."),
        "revocation": _("{by} took back a permission, about {about}."),
        "lifting": _("{by} lifted a prohibition, about {about}."),
        "relation": _("{by} said whom they follow or approve: {about}."),
        "import": _("{by} took in the register of another computer."),
        "erasure": _("{about} was erased at the request of {by}."),
    }
    return sentences[event.kind].format(by=event.by, id=event.subject, about=about)


@click.command("verify")
@click.option("--known", multiple=True, metavar="HEAD",
              help="A head that was kept elsewhere: the four words printed then; repeat for more.")  # fmt: skip
@LANG
def verify(known: Sequence[str], lang: str) -> None:
    """Say whether the register is as it was written, and print its head.

    Keep the head elsewhere, on paper or in a mail, and hand it back with --known: only that shows whether somebody
    cut the end off. Exit status: 0 where it is whole, 3 where it is not.
    """
    from medialit.consent.ledger import Ledger
    from medialit.consent.ledger_events import Head
    from medialit.consent.ledger_verify import explain_verification

    heads = [Head.from_text(line) for line in known]
    with Ledger() as ledger:
        found = ledger.verify(known=heads)
    click.echo(explain_verification(found, lang=lang))
    if found.what:
        click.echo(f"  {found.what}")
    if found.head is not None:
        click.echo(found.head.to_text())
    sys.exit(0 if found.ok else 3)


@click.command("export")
@click.argument("file", type=_FILE)
@LANG
def export(file: Path, lang: str) -> None:
    """Write the whole register to FILE, to be kept or taken elsewhere.

    Whoever has FILE can read every name in it.
    """
    from medialit.consent.ledger import Ledger

    if file.exists():
        raise RecordError(f"{file} is there already. Choose another name; nothing was overwritten.")
    with Ledger() as ledger:
        head = ledger.export(file)
    _ = translator(lang)
    click.echo(
        _("{path} holds the register, {n} events, with every name. Keep it safe.").format(
            path=file, n=head.seq
        )
    )
    click.echo(head.to_text())


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@AS
@click.option("--expected", metavar="HEAD", help="The head that whoever made FILE was shown: four words.")
@LANG
def import_(file: Path, who: str, expected: str | None, lang: str) -> None:
    """Take in FILE, a register that was exported, all of it or nothing."""
    from medialit.consent.ledger import Ledger
    from medialit.consent.ledger_events import Head

    with Ledger() as ledger:
        done = ledger.import_(
            file, by=who, now=now(), expected=None if expected is None else Head.from_text(expected)
        )
    _ = translator(lang)
    click.echo(
        {
            "adopted": _("The register was empty, and is now that of the file: {n} events."),
            "continued": _("The file goes on from this register: {n} events were added."),
            "beside": _("The file is another register. It is kept beside this one: {n} events were added."),
        }[done.how].format(n=done.n_added)
    )


@click.command("forget", cls=Speaking)
@click.argument("principal")
@AS
@LANG
def forget(principal: str, who: str, lang: str) -> None:
    """Erase PRINCIPAL: the name and all that can hurt, the enrolment, and every draft and clip. For good.

    The register keeps ids, moments and kinds of events, or it could not be verified any more.
    """
    from medialit.cameo import Desk

    with Desk() as desk:
        after = desk.forget(principal, by=who, now=now())
    _ = translator(lang)
    click.echo(_("{id} is erased. Every further use is refused.").format(id=principal))
    say_aftermath(after, lang=lang)


COMMANDS: Sequence[click.Command] = (show, log, verify, export, import_, forget)
