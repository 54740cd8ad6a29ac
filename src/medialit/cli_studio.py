"""The command that opens a class's studio on this computer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from medialit.cli_words import logged, now
from medialit.language import translator

if TYPE_CHECKING:
    from medialit.studio.serve import Opened

_LANG = click.option(
    "--lang",
    type=click.Choice(["en", "fr", "ar"]),
    default="en",
    show_default=True,
    help="Language of the words.",
)


@click.command()
@click.option("--class", "name", metavar="NAME", help="Which class. Default: studio, or demo with --demo.")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8765, show_default=True, help="Where it listens."
)
@click.option(
    "--local",
    is_flag=True,
    help="For this computer only; by default telephones in the same network can join.",
)
@click.option("--demo", is_flag=True, help="With a made-up class that has clips already.")
@click.option(
    "--database",
    metavar="URL",
    help="PostgreSQL for this class alone: postgresql://USER@HOST/DB. Without it, what `medialit move` set.",
)
@click.option(
    "--url",
    metavar="URL",
    help="Where a proxy shows it, such as https://school.example/studio/; everything is then asked for below that.",
)
@_LANG
@logged("studio")
def studio(
    name: str | None, port: int, local: bool, demo: bool, database: str | None, url: str | None, lang: str
) -> None:
    """Open a class's own small social-video app, in the browsers of this network.

    Nobody needs an account: learners join with the class code and a made-up name. The teacher comes in with the key
    that is printed here, a new one at each start. Everything stays on this computer, in $MEDIALIT_HOME/studio.
    """
    from medialit.databases import checked_url
    from medialit.studio.serve import open_studio, serve

    if database is not None:
        checked_url(database)  # a password in it would stand in the list of processes
    opened = open_studio(
        name or ("demo" if demo else "studio"),
        port=port,
        local=local,
        demo=demo,
        database=database,
        lang=lang,
        now=now(),
        url=url,
    )
    for line in _words(opened, lang=lang):
        click.echo(line)
    if not local:
        from medialit.studio.qr import blocks

        click.echo(blocks(opened.join_url))
    serve(opened)


def _words(opened: Opened, *, lang: str) -> Sequence[str]:
    _ = translator(lang)
    lines = [
        _("The studio “{name}” is open: {url}").format(name=opened.name, url=opened.url),
        _("Class code: {code}").format(code=opened.code),
        _("Teacher's key: {key} (the page behind it: {url}#desk)").format(
            key=opened.teacher_key, url=opened.url
        ),
        _("Stop it with Ctrl+C. Everything stays on this computer."),
    ]
    if opened.local and opened.url.startswith("http://localhost:"):
        lines.append(_("Only this computer can open it."))
    return lines


COMMANDS: Sequence[click.Command] = (studio,)
