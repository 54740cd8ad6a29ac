"""Commands about consent: say who is who, who may do what, take it back, and ask what would be answered."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import click

from medialit import cli_papers, cli_register
from medialit.cli_words import (
    AS,
    LANG,
    NEVER,
    STYLE,
    UNTIL_HELP,
    SpeakingGroup,
    called,
    moment,
    now,
    one_of,
    restriction_options,
    say_aftermath,
    scope_options,
    use_options,
)
from medialit.consent.vocabulary import Action, Audience, Medium, Modality, Purpose, RelationKind
from medialit.errors import RecordError
from medialit.language import translator

if TYPE_CHECKING:
    from medialit.cameo import Desk
    from medialit.consent.ledger import Ledger
    from medialit.consent.records import Principal, Request, Restrictions

_DAYS: Final = 30  # how long a permission lasts where nobody says


@click.group(cls=SpeakingGroup)
def consent() -> None:
    """Say who may use a likeness, for what and how long; take it back; keep the register of it.

    Nobody signs in: --as says who speaks, and whoever sits at this computer is believed.
    """


@consent.command("person")
@click.argument("id")
@click.option("--name", help="The person's name, in any script.")
@click.option("--born", metavar="DAY", help="Day of birth, such as 1990-05-01. Or say --adult or --minor.")
@click.option("--adult/--minor", "adult", default=None, help="Where the day of birth is not to be kept.")
@click.option("--guardian", "guardians", multiple=True, metavar="ID",
              help="Who decides for a minor; repeat for more: all must agree.")  # fmt: skip
@click.option("--died", metavar="DAY", help="Day of death.")
@click.option(
    "--estate", multiple=True, metavar="ID", help="Who decides for the dead; repeat for more: all must agree."
)
@click.option("--public-figure", is_flag=True, help="The person is widely known.")
@click.option(
    "--change", is_flag=True, help="Change what is known: options that are not given stay as they are."
)
@click.option("--as", "who", metavar="ID", help="Who enters it. Default: the person.")
@LANG
def consent_person(id: str, change: bool, who: str | None, lang: str, **given: Any) -> None:
    """Enter a person in the register, whose likeness others may ask for. The people of the cast enter when enrolled."""
    from medialit.consent.ledger import Ledger

    with Ledger() as ledger:
        known, newest = _newest(ledger, id) if change else (None, None)
        record = _principal(id, known, **given)
        ledger.append(record, by=who or id, now=now(), replaces=newest)
    _ = translator(lang)
    click.echo(_("{person} is in the register. Nobody may use the likeness until a permission is given.").format(
        person=called([id], {id: record.name}, lang=lang)))  # fmt: skip


def _newest(ledger: Ledger, id: str) -> tuple[Principal, str]:
    known = ledger.state().principal(id)
    events = [one.hash for one in ledger.events() if one.kind == "principal" and one.subject == id]
    if known is None or not events:
        raise RecordError(f"The register knows nobody called {id!r}, so there is nothing to change.")
    return known, events[-1]


def _principal(
    id: str,
    known: Principal | None,
    *,
    name: str | None,
    born: str | None,
    adult: bool | None,
    guardians: Sequence[str],
    died: str | None,
    estate: Sequence[str],
    public_figure: bool,
) -> Principal:
    from medialit.consent.records import Principal

    found: dict[str, Any] = {}
    if name is not None:
        found["name"] = name
    if born is not None:
        found |= {"born": _day(born), "minor": None}
    if adult is not None:
        found |= {"minor": not adult} | ({} if born is not None else {"born": None})
    if died is not None:
        found["died"] = _day(died)
    for field, ids in (("guardians", guardians), ("estate", estate)):
        if ids:
            found[field] = tuple(ids)
    if public_figure:
        found["public_figure"] = True
    if known is not None:
        return replace(known, **found)
    if name is None:
        raise RecordError(f"{id} needs a name: --name, in any script.")
    return Principal(id=id, **found)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RecordError(f"{text[:40]!r} is not a day, such as 1990-05-01.") from None


@consent.command("grant")
@click.argument("principal")
@click.option(
    "--to", "grantees", multiple=True, metavar="ID", help="Who may use the likeness; repeat for more."
)
@click.option("--to-circle", "circle", type=one_of(Audience), help="Or a whole circle around the person.")
@scope_options
@restriction_options
@click.option(
    "--from", "starts", metavar="DAY", help="First day (UTC), or a moment with its time zone. Default: now."
)
@click.option(
    "--until", metavar="DAY", help=f"{UNTIL_HELP}, or never. Default: {_DAYS} days after the first."
)
@click.option("--as", "givers", multiple=True, metavar="ID",
              help="Who agrees: the person (the default), or each guardian of a minor; repeat for more.")  # fmt: skip
@click.option("--id", "id", metavar="ID", help="What the permission is to be called. Default: a new id.")
@LANG
def consent_grant(
    principal: str,
    grantees: Sequence[str],
    circle: str | None,
    starts: str | None,
    until: str | None,
    givers: Sequence[str],
    id: str | None,
    lang: str,
    **limits: Any,
) -> None:
    """Permit a use of the likeness of PRINCIPAL. What is not said is not permitted, and the defaults are narrow."""
    from medialit.consent.ledger import Ledger
    from medialit.consent.records import Grant, Scope

    at = now()
    begins = at if starts is None else moment(starts, last=False)
    scope = Scope(
        purposes=frozenset(map(Purpose, limits["purposes"])), actions=frozenset(map(Action, limits["actions"])),
        audience=Audience(limits["audience"]), territories=frozenset(limits["territories"]),
        media=frozenset(map(Medium, limits["media"])), modalities=frozenset(map(Modality, limits["parts"])),
        starts=begins, ends=_end(until, begins),
    )  # fmt: skip
    grant = Grant(
        id=id or _new("grant"), principal=principal, grantees=tuple(grantees), scope=scope, at=at,
        grantee_audience=None if circle is None else Audience(circle),
        restrictions=_restrictions(limits), granted_by=tuple(givers) or (principal,),
    )  # fmt: skip
    with Ledger() as ledger:
        _require_known(ledger, principal)
        ledger.append(grant, by=grant.granted_by[0], now=at)
    _ = translator(lang)
    click.echo(_("The permission {id} is in the register.").format(id=grant.id))
    click.echo(_("To take it back: medialit consent revoke {principal} --grant {id} --as {who}").format(
        principal=principal, id=grant.id, who=grant.granted_by[0]))  # fmt: skip


def _end(until: str | None, begins: datetime) -> datetime | None:
    if until is None:
        return begins + timedelta(days=_DAYS)
    return None if until == NEVER else moment(until, last=True)


def _restrictions(limits: dict[str, Any]) -> Restrictions:
    from medialit.consent.records import Restrictions

    return Restrictions(
        topics=frozenset(limits["topics"]),
        contexts=frozenset(limits["contexts"]),
        appearance=frozenset(limits["appearance"]),
    )


def _new(kind: str) -> str:
    return f"{kind}-{secrets.token_hex(8)}"


def _require_known(ledger: Ledger, *ids: str) -> None:
    known = {one.id for one in ledger.state().principals}
    for one in ids:
        if one not in known:
            raise RecordError(
                f"The register knows nobody called {one!r}. Enter them first: medialit consent person {one} --name ..., "
                f"or medialit likeness enrol --cast {one}."
            )


@consent.command("forbid")
@click.argument("principal")
@AS
@click.option(
    "--whom", multiple=True, metavar="ID", help="Only to this person; repeat for more. Default: everybody."
)
@click.option(
    "--purpose", "purposes", type=one_of(Purpose), multiple=True, help="Only for this; repeat for more."
)
@click.option("--action", "actions", type=one_of(Action), multiple=True, help="Only this; repeat for more.")
@click.option("--audience", "audiences", type=one_of(Audience), multiple=True,
              help="Only before this circle; repeat for more.")  # fmt: skip
@click.option("--territory", "territories", multiple=True, metavar="CODE",
              help="Only there: a country such as MA, or worldwide; repeat for more.")  # fmt: skip
@click.option("--medium", "media", type=one_of(Medium), multiple=True, help="Only there; repeat for more.")
@click.option(
    "--part", "parts", type=one_of(Modality), multiple=True, help="Only the face, or only the voice."
)
@restriction_options
@click.option("--until", metavar="DAY", help=f"{UNTIL_HELP}. Default: until it is lifted.")
@click.option("--id", "id", metavar="ID", help="What the prohibition is to be called. Default: a new id.")
@LANG
def consent_forbid(
    principal: str, who: str, until: str | None, id: str | None, lang: str, **limits: Any
) -> None:
    """Forbid a use of the likeness of PRINCIPAL, whatever was permitted. Without further options, every use.

    What was made and is forbidden now is withdrawn at once.
    """
    from medialit.cameo import Desk
    from medialit.consent.records import Prohibition

    at = now()
    record = Prohibition(
        id=id or _new("no"), principal=principal, by=who, at=at, whom=tuple(limits["whom"]),
        until=None if until in (None, NEVER) else moment(str(until), last=True),
        purposes=frozenset(map(Purpose, limits["purposes"])), actions=frozenset(map(Action, limits["actions"])),
        audiences=frozenset(map(Audience, limits["audiences"])), territories=frozenset(limits["territories"]),
        media=frozenset(map(Medium, limits["media"])), modalities=frozenset(map(Modality, limits["parts"])),
        restrictions=_restrictions(limits),
    )  # fmt: skip
    with Desk() as desk:
        _require_speaker(desk, principal, who, at)
        desk.ledger.append(record, by=who, now=at)
        after = desk.sweep(now=at)
    _ = translator(lang)
    click.echo(_("The prohibition {id} is in the register.").format(id=record.id))
    say_aftermath(after, lang=lang)


def _require_speaker(desk: Desk, principal: str, who: str, at: datetime) -> None:
    from medialit.cameo.desk import speakers

    _require_known(desk.ledger, principal)
    person = desk.ledger.state().principal(principal)
    if person is not None and who not in (*speakers(person, at), principal):
        raise RecordError(
            f"{who} does not speak for {principal}, so it would have no effect. Nothing was written."
        )


@consent.command("lift")
@click.argument("prohibition")
@AS
@LANG
def consent_lift(prohibition: str, who: str, lang: str) -> None:
    """End the PROHIBITION, at the word of who set it. What was withdrawn does not come back."""
    from medialit.consent.ledger import Ledger
    from medialit.consent.records import Lifting

    at = now()
    with Ledger() as ledger:
        found = next((one for one in ledger.state().prohibitions if one.id == prohibition), None)
        if found is None:
            raise RecordError(f"There is no prohibition {prohibition!r}. `medialit consent show` lists them.")
        if found.by != who:
            raise RecordError(
                f"{prohibition} was set by {found.by}, who alone can lift it. Nothing was written."
            )
        record = Lifting(id=_new("lift"), principal=found.principal, prohibition=prohibition, by=who, at=at)
        ledger.append(record, by=who, now=at)
    _ = translator(lang)
    click.echo(_("The prohibition {id} is lifted.").format(id=prohibition))


@consent.command("approve")
@click.argument("person")
@click.argument("other")
@click.option("--stop", is_flag=True, help="End it, and withdraw what no longer stands.")
@LANG
def consent_approve(person: str, other: str, stop: bool, lang: str) -> None:
    """PERSON approves of OTHER, whom permissions for approved people then reach."""
    _relate(RelationKind.APPROVE, person, other, stop=stop, lang=lang)


@consent.command("follow")
@click.argument("person")
@click.argument("other")
@click.option("--stop", is_flag=True, help="End it, and withdraw what no longer stands.")
@LANG
def consent_follow(person: str, other: str, stop: bool, lang: str) -> None:
    """PERSON follows OTHER. Two who follow each other are mutuals; one is not enough."""
    _relate(RelationKind.FOLLOW, person, other, stop=stop, lang=lang)


def _relate(kind: RelationKind, person: str, other: str, *, stop: bool, lang: str) -> None:
    from medialit.cameo import Desk
    from medialit.consent.records import Relation

    _ = translator(lang)
    at = now()
    record = Relation(kind=kind, from_id=person, to_id=other, at=at)
    with Desk() as desk:
        _require_known(desk.ledger, person)
        old = [
            one
            for one in desk.ledger.state().relations
            if (one.kind, one.from_id, one.to_id) == (kind, person, other) and one.until is None
        ]
        if not stop:
            if not old:
                desk.ledger.append(record, by=person, now=at)
            said = {
                RelationKind.APPROVE: _("{person} approves of {other}."),
                RelationKind.FOLLOW: _("{person} follows {other}."),
            }[kind]
            click.echo(said.format(person=person, other=other))
            return
        for one in old:
            desk.ledger.append(replace(one, until=at), by=person, now=at)
        after = desk.sweep(now=at)
    click.echo(_("That is over, if it was so."))
    say_aftermath(after, lang=lang)


@consent.command("revoke")
@click.argument("principal")
@AS
@click.option(
    "--grant", metavar="ID", help="Only this permission. Default: every one that was given until now."
)
@click.option("--reason", default="", help="In your own words. Nobody has to give one.")
@LANG
def consent_revoke(principal: str, who: str, grant: str | None, reason: str, lang: str) -> None:
    """Take back what PRINCIPAL has permitted, and withdraw whatever no longer stands, at once.

    Says which drafts were destroyed, which clips were unpublished, and which copies are out of reach.
    """
    from medialit.cameo import Desk

    with Desk() as desk:
        after = desk.revoke(principal, by=who, now=now(), grant=grant, reason=reason)
    _ = translator(lang)
    if grant is None:
        click.echo(_("Every permission of {principal} is taken back.").format(principal=principal))
    else:
        click.echo(_("The permission {id} is taken back.").format(id=grant))
    say_aftermath(after, lang=lang)


@consent.command("ask")
@AS
@click.option(
    "--of", "people", multiple=True, required=True, metavar="ID", help="Whose likeness; repeat for more."
)
@click.option("--action", type=click.Choice(["generate", "publish", "export", "train"]), default="generate",
              show_default=True, help="What is to be done.")  # fmt: skip
@use_options
@click.option("--part", "parts", type=one_of(Modality), multiple=True, default=[Modality.FACE.value],
              show_default=True, help="Which part of the likeness; repeat for both.")  # fmt: skip
@click.option(
    "--prompt", help="The scene, to be looked through for what people restrict. Default: nobody looks."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True,
              help="Settles what the prompt leaves open, as it does for a clip.")  # fmt: skip
@STYLE
@LANG
def consent_ask(prompt: str | None, seed: int, style: str, lang: str, **asked: Any) -> None:
    """Say what would be answered, and why. Nothing is made, and nothing is written down.

    Exit status: 0 where it would be allowed, 3 where it would be refused.
    """
    from medialit.consent.ledger import Ledger
    from medialit.consent.policy import decide
    from medialit.consent.reasons import explain

    at = now()
    with Ledger() as ledger:
        state = ledger.state()
    decision = decide(_request(prompt, seed, at, **asked), **state.known, now=at)
    reasons = explain(decision, lang=lang, names=state.names())
    if style == "json":
        codes = [one.code for one in decision.reasons]
        row = {
            "allowed": decision.allowed,
            "codes": codes,
            "reasons": reasons,
            "grant_ids": decision.grant_ids,
        }
        click.echo(json.dumps(row, ensure_ascii=False))
        sys.exit(0 if decision.allowed else 3)
    _ = translator(lang)
    click.echo(_("It would be allowed.") if decision.allowed else _("It would be refused."))
    for reason in reasons:
        click.echo(f"  {reason}")
    sys.exit(0 if decision.allowed else 3)


def _request(
    prompt: str | None,
    seed: int,
    at: datetime,
    *,
    who: str,
    people: Sequence[str],
    action: str,
    purpose: str,
    audience: str,
    territories: Sequence[str],
    medium: str,
    parts: Sequence[str],
) -> Request:
    from medialit.consent.records import Request

    found: dict[str, Any] = {}
    if prompt is not None:
        from medialit.cameo.examine import examined

        topics, contexts = examined(prompt, seed=seed)
        found = {"topics": frozenset(topics), "contexts": frozenset(contexts), "appearance": frozenset()}
    return Request(
        id=_new("ask"), requester=who, principals=tuple(people), action=Action(action), purpose=Purpose(purpose),
        audience=Audience(audience), territories=frozenset(territories), medium=Medium(medium),
        modalities=frozenset(map(Modality, parts)), at=at, **found,
    )  # fmt: skip


for _command in (*cli_register.COMMANDS, *cli_papers.COMMANDS):
    consent.add_command(_command)

COMMANDS: Sequence[click.Command] = (consent,)
