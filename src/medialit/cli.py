"""The command line: each command reads its options, calls the library, and prints what came of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

import medialit
from medialit.course import build as building
from medialit.course import exchange, i18n, roster
from medialit.course.build import Built
from medialit.course.project import find_project, read_course
from medialit.course.source import read_labs
from medialit.errors import MedialitError
from medialit.language import LANGUAGES

_COURSES = click.Choice([one.code for one in LANGUAGES.values() if one.course])
_LANGUAGES = click.option(
    "--lang", "languages", type=_COURSES, multiple=True, help="Only this language; repeat for more."
)  # fmt: skip
_FORMAT = click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="For people, or one JSON array for programs.",
)  # fmt: skip


class _Group(click.Group):
    """A group whose commands turn an error that a person can put right into a message and exit status 1."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except MedialitError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(medialit.__version__, prog_name="medialit")
def main() -> None:
    """Teach people to make, license, label and question AI-generated video."""


@main.group()
def course() -> None:
    """Build the course that learners and instructors use."""


@course.command("init")
@click.option(
    "--lang", "languages", type=_COURSES, multiple=True, help="Only this language; repeat for more."
)
@click.option(
    "--roster", "learners", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="CSV of learners with the column id, and if you like first_name, last_name, email, lms_user_id.",
)  # fmt: skip
def course_init(languages: Sequence[str], learners: Path | None) -> None:
    """Make the folders of $MEDIALIT_HOME, and put learners into the gradebooks."""
    settings = read_course(find_project())
    home = exchange.find_home()
    exchange.prepare_home(home)
    click.echo(f"The course lives in {home.root}.")
    for lang in languages or settings.languages:
        n = roster.enrol(home.course(lang), learners, course_id=settings.course_id(lang))
        click.echo(f"{lang}: {n} learners in {home.course(lang) / 'gradebook.db'}")
    click.echo("Next: medialit course build")


@course.command("build")
@click.argument("labs", nargs=-1, metavar="[LAB]...")
@click.option(
    "--lang", "languages", type=_COURSES, multiple=True, help="Only this language; repeat for more."
)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False),
    help="Build into DIR/<language> and DIR/exchange instead of $MEDIALIT_HOME.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Build again what is up to date.")
def course_build(labs: Sequence[str], languages: Sequence[str], out: Path | None, force: bool) -> None:
    """Build the labs in each language, and put them where learners fetch them.

    Submissions and marks stay. What is up to date is left as it is.
    """
    project = find_project()
    settings = read_course(project)
    home = exchange.find_home()
    if out is None:
        exchange.prepare_home(home)
    else:
        exchange.prepare_home(exchange.Home(root=out.resolve()))
    building.build_courses(
        read_labs(project, labs or settings.labs),
        course=settings,
        project=project,
        languages=languages or settings.languages,
        destination=home.course if out is None else out.resolve().joinpath,
        exchange=home.exchange if out is None else out.resolve() / "exchange",
        force=force,
        on_built=_say_built,
    )


def _say_built(built: Built) -> None:
    state = "built" if built.changed else "up to date"
    click.echo(f"{built.language:4} {built.lab:20} {state:10} {built.release}")


@main.group()
def labs() -> None:
    """Look after the labs' sources and their translations."""


@labs.command("status")
@click.option(
    "--lang", "languages", type=_COURSES, multiple=True, help="Only this language; repeat for more."
)
@_FORMAT
def labs_status(languages: Sequence[str], style: str) -> None:
    """Say how much of each lab is translated, and how much is stale, in each language.

    Stale means that the English changed since: learners read English there until it is translated again.
    """
    project = find_project()
    settings = read_course(project)
    rows = i18n.status(read_labs(project), languages or settings.languages, graders=project.graders)
    if style == "json":
        click.echo(json.dumps([asdict(row) | {"percent": row.percent} for row in rows], ensure_ascii=False))
        return
    click.echo(f"{'lab':24} {'language':8} {'translated':>14} {'stale':>6}  review")
    for row in rows:
        review = "draft" if row.draft else "done"
        share = f"{row.translated}/{row.total} ({row.percent} %)"
        click.echo(
            f"{row.lab:24} {row.language:8} {share:>14} {row.stale:>6}  {review}"
        )


@labs.command("update")
@click.argument("slugs", nargs=-1, metavar="[LAB]...")
@click.option(
    "--lang", "languages", type=_COURSES, multiple=True, help="Only this language; repeat for more."
)
def labs_update(slugs: Sequence[str], languages: Sequence[str]) -> None:
    """Bring the catalogues up to the labs' English, beginning those that are missing.

    A translation whose English changed is kept and marked fuzzy, for its translator.
    """
    project = find_project()
    for lab in read_labs(project, slugs):
        for lang in languages or read_course(project).languages:
            if lang != "en":
                click.echo(i18n.update(lab, lang, graders=project.graders))


if __name__ == "__main__":
    sys.exit(main())
