"""What commands share: options, moments and sentences, most of them about likenesses and consent.

Nobody signs in here. ``--as`` says who speaks, and the register keeps it: on one computer that a class shares, whoever
sits there is believed, as on paper.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from medialit import log
from medialit.consent.vocabulary import Action, Audience, Medium, Modality, Purpose
from medialit.errors import CameoError, MedialitError, RecordError
from medialit.language import LANGUAGES, translator

if TYPE_CHECKING:
    from medialit.cameo import Aftermath, Setting

Command = TypeVar("Command", bound=Callable[..., Any])
NEVER = "never"
"""Instead of a moment: without an end."""

LANG = click.option(
    "--lang", type=click.Choice(list(LANGUAGES)), default="en", show_default=True, help="Language of the words.",
)  # fmt: skip
STYLE = click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="For people, or JSON for programs.",
)  # fmt: skip
AS = click.option("--as", "who", required=True, metavar="ID", help="Who asks or speaks, by id.")
UNTIL_HELP = "Last day (UTC), such as 2027-06-30, or a moment with its time zone"


def logged(name: str) -> Callable[[Command], Command]:
    """Add ``--log`` and ``--log-level`` to a command that runs for long, and begin its log before it runs.

    Parameters
    ----------
    name : str
        What the log's lines call the command.
    """

    def wrap(command: Command) -> Command:
        @functools.wraps(command)
        def run(*args: Any, log_file: Path | None, log_level: str, **more: Any) -> Any:
            log.start(command=name, file=log_file, level=log_level)
            try:
                return command(*args, **more)
            except (click.ClickException, click.Abort, click.exceptions.Exit, MedialitError):
                raise
            except Exception as error:  # its words may quote somebody: the log says its kind and its place
                log.ended(error)
                sys.exit(1)
            finally:
                log.stop()

        options = (
            click.option("--log", "log_file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
                         help="Keep a log there: lines of JSON, in UTC, without a word that anybody typed."),
            click.option("--log-level", type=click.Choice(log.LEVELS), default="info", show_default=True,
                         help="From which level on. The terminal has warnings and errors."),
        )  # fmt: skip
        for option in options:
            run = option(run)
        return cast(Command, run)

    return wrap


class Speaking(click.Command):
    """A command that says what went wrong at the desk in the language of its option ``--lang``."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; a `CameoError` becomes a message and exit status 1."""
        try:
            return super().invoke(ctx)
        except CameoError as error:
            from medialit.cameo.trouble import sentence

            said = sentence(error, lang=ctx.params.get("lang", "en"))
            raise click.ClickException(said) from error


class SpeakingGroup(click.Group):
    """A group of such commands."""

    command_class = Speaking


def fake_options(command: Command) -> Command:
    """Add how a fake is made: method, strength, seed, and what it takes from elsewhere."""
    options = (
        click.option("--method", required=True, help="One of `medialit fakes list`."),
        click.option("--strength", type=click.FloatRange(0, 1), default=1.0, show_default=True,
                     help="0 changes nothing."),
        click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True,
                     help="Draws what is left open."),
        click.option("--other",
                     help="A second clip, or cast:ID, where the method takes something from elsewhere."),
        click.option("--box", type=int, nargs=4, metavar="LEFT TOP WIDTH HEIGHT",
                     help="In pixels, for remove, insert and clone in a clip of yours."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def tell(share: float, what: str) -> None:
    """Show how far a long look is, on one line of standard error."""
    click.echo(f"\r{share:4.0%} {what:<24}", nl=False, err=True)


def told() -> None:
    """Clear that line."""
    click.echo("\r" + " " * 40 + "\r", nl=False, err=True)


def one_of(kind: type[StrEnum]) -> click.Choice[str]:
    """Return the type of an option that takes a word of a closed vocabulary."""
    return click.Choice([one.value for one in kind])


def use_options(command: Command) -> Command:
    """Add what a use is for and where it is seen: purpose, audience, territory, medium; the defaults are narrow."""
    options = (
        click.option("--purpose", type=one_of(Purpose), required=True, help="What it is for."),
        click.option("--audience", type=one_of(Audience), default=Audience.ONLY_ME.value, show_default=True,
                     help="Who will see it: a circle around the person."),
        click.option("--territory", "territories", multiple=True, required=True, metavar="CODE",
                     help="Where it will be seen: a country such as MA, or worldwide; repeat for more."),
        click.option("--medium", type=one_of(Medium), default=Medium.CLASSROOM.value, show_default=True,
                     help="Where it will be shown."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def scope_options(command: Command) -> Command:
    """Add what a permission covers, each option to be repeated for more; the defaults are narrow."""
    options = (
        click.option("--purpose", "purposes", type=one_of(Purpose), multiple=True, required=True,
                     help="What it may be used for; repeat for more."),
        click.option("--action", "actions", type=one_of(Action), multiple=True, default=[Action.GENERATE.value],
                     show_default=True, help="What may be done; repeat for more."),
        click.option("--audience", type=one_of(Audience), default=Audience.ONLY_ME.value, show_default=True,
                     help="The widest circle around the person that may see it."),
        click.option("--territory", "territories", multiple=True, required=True, metavar="CODE",
                     help="Where it may be seen: a country such as MA, or worldwide; repeat for more."),
        click.option("--medium", "media", type=one_of(Medium), multiple=True, default=[Medium.CLASSROOM.value],
                     show_default=True, help="Where it may be shown; repeat for more."),
        click.option("--part", "parts", type=one_of(Modality), multiple=True, default=[Modality.FACE.value],
                     show_default=True, help="Which part of the likeness; repeat for both."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def restriction_options(command: Command) -> Command:
    """Add words that a likeness is never to be shown with."""
    options = (
        click.option("--never-topic", "topics", multiple=True, metavar="WORD",
                     help="A topic that the likeness is never shown with, such as alcohol; repeat for more."),
        click.option("--never-context", "contexts", multiple=True, metavar="WORD",
                     help="A place or situation in which it is never shown, such as beach; repeat for more."),
        click.option("--never-appearance", "appearance", multiple=True, metavar="WORDS",
                     help="How the person is never shown, such as 'without headscarf'; repeat for more."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def setting(purpose: str, audience: str, territories: Iterable[str], medium: str) -> Setting:
    """Return what a use is for, from its options."""
    from medialit.cameo import Setting

    return Setting(
        purpose=Purpose(purpose),
        audience=Audience(audience),
        territories=frozenset(territories),
        medium=Medium(medium),
    )


def now() -> datetime:
    """Return the moment, which everything below takes as an argument."""
    return datetime.now(UTC)


def moment(text: str, *, last: bool) -> datetime:
    """Return the moment that somebody typed.

    Parameters
    ----------
    text : str
        A day, or a moment with its time zone.
    last : bool
        Whether a day is meant as the last one: then the moment is its end.

    Raises
    ------
    RecordError
        If it is neither.

    Examples
    --------
    >>> moment("2027-06-30", last=True).isoformat(), moment("2027-06-30T12:00+01:00", last=True).isoformat()
    ('2027-07-01T00:00:00+00:00', '2027-06-30T12:00:00+01:00')
    """
    try:
        day = datetime.combine(date.fromisoformat(text), time(), tzinfo=UTC)
        return day + timedelta(days=1) if last else day
    except (ValueError, OverflowError):
        pass
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise RecordError(
            f"{text[:40]!r} is neither a day, such as 2027-06-30, nor a moment with its time zone, such as "
            "2027-06-30T12:00+01:00."
        )
    return found


def listed(words: Iterable[str], *, lang: str) -> str:
    """Return words in a row, with the comma of the language."""
    return ("، " if lang in ("ar", "ary") else ", ").join(words)


def called(ids: Iterable[str], names: Mapping[str, str], *, lang: str) -> str:
    """Return people in a row: the name with the id behind it, or the id alone where no name is known."""
    return listed((f"{names[one]} ({one})" if one in names else one for one in ids), lang=lang)


def say_aftermath(after: Aftermath, *, lang: str) -> None:
    """Print what a no has reached, and what it has not."""
    _ = translator(lang)
    for use in after.destroyed:
        click.echo(_("{id} was a draft: its frames are destroyed.").format(id=use.id))
    for use in after.unpublished:
        click.echo(
            _("{id} was published: it is taken down here, and its original is deleted.").format(id=use.id)
        )
    for path in after.out_of_reach:
        click.echo(
            _("A copy was exported to {path}. It is out of reach from here: ask whoever has it.").format(
                path=path
            )
        )
    for loan in after.recordings:
        click.echo(_("The recording that {person} lent is erased.").format(person=loan.principal))
    if not after.destroyed and not after.unpublished and not after.recordings:
        click.echo(_("No draft and no clip had to go."))
