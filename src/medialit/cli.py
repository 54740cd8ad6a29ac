"""The command line: each command reads its options, calls the library, and prints what came of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

import medialit
from medialit import (
    cli_cameo,
    cli_clips,
    cli_consent,
    cli_contest,
    cli_cues,
    cli_detect,
    cli_family,
    cli_feed,
    cli_generate,
    cli_keep,
    cli_likeness,
    cli_lti,
    cli_market,
    cli_media,
    cli_reach,
    cli_report,
    cli_studio,
)
from medialit.cli_words import logged
from medialit.errors import MedialitError
from medialit.language import LANGUAGES

if TYPE_CHECKING:
    from medialit.course.build import Built
    from medialit.grading.harness import Result, Summary

# Each command imports what it needs when it runs: all of it together takes three seconds.

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
    from medialit.course import exchange, roster
    from medialit.course.project import find_project, read_course

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
    from medialit.course import build, exchange
    from medialit.course.project import find_project, read_course
    from medialit.course.source import read_labs

    project = find_project()
    settings = read_course(project)
    home = exchange.find_home()
    if out is None:
        exchange.prepare_home(home)
    else:
        exchange.prepare_home(exchange.Home(root=out.resolve()))
    build.build_courses(
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
    from medialit.course import i18n
    from medialit.course.project import find_project, read_course
    from medialit.course.source import read_labs

    project = find_project()
    settings = read_course(project)
    rows = i18n.status(read_labs(project), languages or settings.languages, graders=project.graders)
    if style == "json":
        click.echo(json.dumps([asdict(row) | {"percent": row.percent} for row in rows], ensure_ascii=False))
        return
    click.echo(f"{'lab':24} {'language':8} {'translated':>14} {'stale':>6}  review")
    for row in rows:
        share = f"{row.translated}/{row.total} ({row.percent} %)"
        click.echo(f"{row.lab:24} {row.language:8} {share:>14} {row.stale:>6}  {row.review}")


@labs.command("update")
@click.argument("slugs", nargs=-1, metavar="[LAB]...")
@click.option(
    "--lang", "languages", type=_COURSES, multiple=True, help="Only this language; repeat for more."
)
def labs_update(slugs: Sequence[str], languages: Sequence[str]) -> None:
    """Bring the catalogues up to the labs' English, beginning those that are missing.

    A translation whose English changed is kept and marked fuzzy, for its translator.
    """
    from medialit.course import i18n
    from medialit.course.project import find_project, read_course
    from medialit.course.source import read_labs

    project = find_project()
    for lab in read_labs(project, slugs):
        for lang in languages or read_course(project).languages:
            if lang != "en":
                click.echo(i18n.update(lab, lang, graders=project.graders))


@main.command()
@click.option("--lang", type=_COURSES, default="en", show_default=True, help="Language of the course.")
@click.option(
    "--as", "role", type=click.Choice(["both", "learner", "instructor"]), default="both", show_default=True,
    help="Whose tools to show: a learner's computer has no formgrader.",
)  # fmt: skip
@click.option("--browser/--no-browser", default=True, show_default=True, help="Open a browser.")
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Port of JupyterLab; without it, a free one from 8888."
)
@click.option(
    "--build/--no-build", default=True, show_default=True, help="First build what is not up to date."
)
@click.pass_context
def start(ctx: click.Context, lang: str, role: str, browser: bool, port: int | None, build: bool) -> None:
    """Open JupyterLab on the course. Ctrl+C ends it.

    A learner's installation, without the package medialit-teach, has the labs and no course: it opens as a learner's.
    """
    from medialit.course import desk, exchange, project

    home, received = exchange.find_home(), project.learner_only()
    if received and role == "instructor":
        raise click.ClickException(
            "A teacher's tools need the package medialit-teach. Install it beside medialit."
        )
    if received:
        role = "learner"
        exchange.prepare_home(home)
        desk.receive(home, lang=lang, on_lab=_say_received)
    elif build:
        ctx.invoke(course_build, languages=[lang])
    laid = desk.set_up(home, lang=lang, role=desk.Role(role), browser=browser, port=port, received=received)
    others = ", ".join(f"--lang {one.code}" for one in LANGUAGES.values() if one.course and one.code != lang)
    click.echo(f"JupyterLab opens {laid.folder}. In another language: {others}. Ctrl+C ends it.")
    sys.exit(desk.run(laid))


def _say_received(slug: str, new: bool) -> None:
    click.echo(f"{slug:20} {'new' if new else 'here already, as you left it'}")


@main.command()
@click.argument("assignment")
@click.option(
    "--course", "folder", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True,
    help="The built course, such as $MEDIALIT_HOME/courses/fr.",
)  # fmt: skip
@click.option(
    "--workers", type=click.IntRange(1), default=2, show_default=True, help="Notebooks run at once."
)
@click.option("--student", "students", multiple=True, help="Only this learner; repeat for more.")
@click.option("--force", is_flag=True, help="Grade again what has its marks.")
@click.option(
    "--sandbox/--no-sandbox", default=True, show_default=True,
    help="Contain students' code. Without it, that code runs with your rights, and the feedback says so.",
)  # fmt: skip
@click.option(
    "--scheduler", metavar="URL",
    help="A Dask scheduler whose workers grade: tls://HOST:8786, or tcp://127.0.0.1:8786 here. "
    "How many at once is then theirs to say.",
)  # fmt: skip
@click.option(
    "--tls", type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of ca.pem, cert.pem and key.pem for tls://; without it, Dask's own configuration names them.",
)  # fmt: skip
@logged("grade")
def grade(
    assignment: str,
    folder: Path,
    workers: int,
    students: Sequence[str],
    force: bool,
    sandbox: bool,
    scheduler: str | None,
    tls: Path | None,
) -> None:
    """Grade every submission of ASSIGNMENT that has no marks yet, or is newer than its marks.

    Exit status: 0 where all is graded, 3 where something must be run again or needs the instructor.
    """
    from medialit.grading import harness

    click.echo(f"{'student':24} {'status':8} {'points':>12}  remark")
    summary = harness.grade_assignment(
        folder.resolve(),
        assignment,
        workers=workers,
        students=students or None,
        sandbox=sandbox,
        force=force,
        scheduler=scheduler,
        tls=tls,
        on_result=_say_result,
    )
    n_again, n_failed = summary.count(harness.RERUN), summary.count(harness.FAILED)
    click.echo(
        f"{summary.count(harness.GRADED)} graded, {summary.count(harness.SKIPPED)} had their marks already, "
        f"{n_again} to run again, {n_failed} failed. "
        f"Containment: {summary.walls}."
    )
    click.echo(_what_next(summary, n_again=n_again, n_failed=n_failed))
    sys.exit(3 if n_again or n_failed else 0)


def _say_result(result: Result) -> None:
    points = f"{result.score:g} of {result.points:g}" if result.points else ""
    from medialit.grading.feedback import NOTES

    remarks = " ".join(filter(None, [result.message, *(NOTES.get(note, note) for note in result.notes)]))
    remarks += " (a person must look)" if result.needs_a_person else ""
    click.echo(f"{result.student:24} {result.status:8} {points:>12}  {remarks}".rstrip())


def _what_next(summary: Summary, *, n_again: int, n_failed: int) -> str:
    if not summary.results:
        return "Nothing was submitted. Next: collect, in formgrader or by `nbgrader collect`."
    if n_again:
        return "Next: the computer was too busy for a fair run; repeat this command with fewer --workers."
    if n_failed:
        return "Next: read the remarks above, put that right, and repeat this command."
    return "Next: in formgrader, grade the answers in words, then generate and release the feedback."


course.add_command(cli_report.simulate)
for _command in (
    *cli_media.COMMANDS,
    *cli_generate.COMMANDS,
    *cli_likeness.COMMANDS,
    *cli_cameo.COMMANDS,
    *cli_consent.COMMANDS,
    *cli_market.COMMANDS,
    *cli_reach.COMMANDS,
    *cli_clips.COMMANDS,
    *cli_cues.COMMANDS,
    *cli_feed.COMMANDS,
    *cli_detect.COMMANDS,
    *cli_contest.COMMANDS,
    *cli_studio.COMMANDS,
    *cli_report.COMMANDS,
    *cli_lti.COMMANDS,
    *cli_family.COMMANDS,
    *cli_keep.COMMANDS,
):
    main.add_command(_command)


if __name__ == "__main__":
    sys.exit(main())
