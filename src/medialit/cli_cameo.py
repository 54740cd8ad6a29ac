"""The command `medialit cameo`: the consent desk's window, and the recordings that people lend to it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from medialit.cli_words import (
    AS,
    LANG,
    STYLE,
    UNTIL_HELP,
    SpeakingGroup,
    called,
    logged,
    moment,
    now,
    say_aftermath,
)
from medialit.language import translator

_DAY = "%Y-%m-%d %H:%M"


@click.group(cls=SpeakingGroup, invoke_without_command=True)
@LANG
@click.option("--port", type=click.IntRange(1, 65535), help="Port; without it, a free one from 7860.")
@click.option("--browser/--no-browser", default=True, show_default=True, help="Open a browser.")
@logged("cameo")
@click.pass_context
def cameo(ctx: click.Context, lang: str, port: int | None, browser: bool) -> None:
    """Open the consent desk: who may use a likeness, clips that are asked for, and every use. Ctrl+C ends it.

    With a command below, nothing is opened. They are for people who enrolled with a camera: link the enrolment to a
    person of the register, then lend a recording, so that a permission has something to be used with.
    """
    if ctx.invoked_subcommand is not None:
        return
    from medialit.apps import cameo as app

    app.launch(lang=lang, port=port, in_browser=browser)


@cameo.command("link")
@click.argument("person")
@click.argument("enrolment")
@AS
@LANG
def cameo_link(person: str, enrolment: str, who: str, lang: str) -> None:
    """Say that ENROLMENT, as `medialit likeness list` names it, is PERSON's of the register. Adults only."""
    from medialit.cameo import Desk

    with Desk() as desk:
        link = desk.link(person, enrolment, by=who, now=now())
        names = desk.names()
    _ = translator(lang)
    click.echo(_("{enrolment} is linked to {person}. It allows nobody anything.").format(
        enrolment=link.enrolment, person=called([person], names, lang=lang)))  # fmt: skip


@cameo.command("lend")
@click.argument("person")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@AS
@click.option("--until", metavar="DAY", help=f"{UNTIL_HELP}. Default: for 30 days. 360 are the most.")
@LANG
def cameo_lend(person: str, file: Path, who: str, until: str | None, lang: str) -> None:
    """Lend the recording FILE of PERSON: a few seconds, alone, near the camera.

    Its face is compared with the enrolled one. The first six seconds are kept, small and silent, encrypted; FILE itself
    is left as it is. It allows nobody anything.
    """
    from medialit.cameo import Desk

    with Desk() as desk:
        loan = desk.lend(
            person, file, by=who, now=now(), until=None if until is None else moment(until, last=True)
        )
        names = desk.names()
    _ = translator(lang)
    click.echo(_("{seconds} seconds of {person} are kept, encrypted, until {day} UTC. It allows nobody anything.").format(
        seconds=f"{loan.seconds:g}", person=called([person], names, lang=lang), day=f"{loan.until:{_DAY}}"))  # fmt: skip
    click.echo(_("Distance of the faces: {distance}; up to {limit} they count as one person's.").format(
        distance=f"{loan.distance:.2f}", limit=_limit()))  # fmt: skip
    click.echo(
        _("The file {path} is as it was. Delete it yourself if nobody else should have it.").format(path=file)
    )


def _limit() -> float:
    from medialit.likeness.match import LIMIT

    return LIMIT


@cameo.command("lent")
@STYLE
@LANG
def cameo_lent(style: str, lang: str) -> None:
    """List who is linked to which enrolment, and what they have lent."""
    from medialit.cameo import Desk

    at = now()
    with Desk() as desk:
        names = desk.names()
        found = [(link, desk.lent(link.principal, now=at)) for link in desk.links()]
    rows: list[dict[str, Any]] = [
        {"principal": link.principal, "enrolment": link.enrolment, "linked_at": _iso(link.at),
         "lent_at": None if loan is None else _iso(loan.at), "until": None if loan is None else _iso(loan.until),
         "seconds": None if loan is None else loan.seconds, "distance": None if loan is None else loan.distance}
        for link, loan in found
    ]  # fmt: skip
    if style == "json":
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    _ = translator(lang)
    for link, loan in found:
        click.echo(f"{called([link.principal], names, lang=lang)}  {link.enrolment}")
        if loan is None:
            click.echo("  " + _("No recording is lent."))
        else:
            click.echo("  " + _("{seconds} seconds, lent on {day} UTC, kept until {end} UTC").format(
                seconds=f"{loan.seconds:g}", day=f"{loan.at:{_DAY}}", end=f"{loan.until:{_DAY}}"))  # fmt: skip
    if not rows:
        click.echo(_("Nobody is linked to an enrolment by camera."))


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


@cameo.command("take-back")
@click.argument("person")
@AS
@LANG
def cameo_take_back(person: str, who: str, lang: str) -> None:
    """Erase the recording that PERSON lent, and every draft with PERSON.

    Published clips stand as long as somebody allows them: `medialit consent revoke` reaches those, and the recording too.
    """
    from medialit.cameo import Desk

    with Desk() as desk:
        after = desk.take_back(person, by=who, now=now())
    say_aftermath(after, lang=lang)


COMMANDS: Sequence[click.Command] = (cameo,)
