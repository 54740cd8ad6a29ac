"""The command `medialit family`: the parents' door, on this computer or for a room of telephones."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from medialit.cli_words import logged
from medialit.errors import MedialitError
from medialit.language import said, translator

if TYPE_CHECKING:
    from medialit.clips import Progress

_ROOM = "0.0.0.0"  # noqa: S104  # everybody in the room, which is what --lan asks for
_LANGUAGES = click.Choice(["en", "fr", "ar"])


@click.command()
@click.option("--lang", type=_LANGUAGES, default="en", show_default=True, help="In which it opens.")
@click.option(
    "--lan",
    is_flag=True,
    help="For a workshop: telephones in the same network can open it; prints a QR code.",
)
@click.option("--port", type=click.IntRange(1, 65535), help="Port; without it, a free one from 7860.")
@click.option("--browser/--no-browser", default=True, show_default=True, help="Open a browser.")
@click.option("--take-home", "sheet", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Write the sheet that families take home, a PDF of one page, and open no window.")  # fmt: skip
@logged("family")
def family(lang: str, lan: bool, port: int | None, browser: bool, sheet: Path | None) -> None:
    """Open the family's window: short activities without code, for a parent or a workshop. Ctrl+C ends it.

    It listens to this computer only, unless --lan is given. What somebody does there stays in the page that they opened.
    """
    if sheet is not None:
        _write_sheet(sheet, lang=lang)
        return
    from medialit.apps import family as app
    from medialit.family import clips
    from medialit.home import medialit_home

    try:
        shown = clips.ready(medialit_home() / "family" / "clips", on_progress=_tell)
    except MedialitError as error:
        raise click.ClickException(said(error, lang=lang)) from error
    if not lan:
        app.launch(lang=lang, port=port, in_browser=browser, shown=shown)
        return
    port = port or _free_port()
    _say_address(f"http://{_own_address()}:{port}/", lang=lang)
    app.launch(lang=lang, port=port, in_browser=browser, shown=shown, host=_ROOM)


def _write_sheet(path: Path, *, lang: str) -> None:
    from medialit.family.take_home import take_home

    try:
        path.write_bytes(take_home(lang=lang))
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}.") from error
    click.echo(str(path))


def _tell(progress: Progress) -> None:
    click.echo(f"\r{progress.done}/{progress.of}", nl=progress.done == progress.of, err=True)


def _say_address(address: str, *, lang: str) -> None:
    """Print where telephones find the window, and the same as a QR code."""
    import io

    import segno

    drawn = io.StringIO()
    segno.make(address, error="m").terminal(out=drawn, compact=True)
    _ = translator(lang)
    click.echo(drawn.getvalue())
    click.echo(
        _("Telephones in the same network open {address}, or read the code above.").format(address=address)
    )
    click.echo(_("Whoever is in that network can open it. End it with Ctrl+C when the workshop is over."))


def _own_address() -> str:
    """Return this computer's address in the network that it is in, else the one that only itself can reach.

    No packet is sent: a datagram socket that is connected only looks up which way it would go.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def _free_port() -> int:
    """Return a free port from 7860, as the window itself would take one."""
    for port in range(7860, 7960):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise click.ClickException("No port from 7860 to 7959 is free: name one with --port.")


COMMANDS: Sequence[click.Command] = (family,)
