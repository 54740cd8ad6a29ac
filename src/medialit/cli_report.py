"""The commands about a whole class: `course simulate`, `report` and `doctor`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from medialit.cli_words import LANG, STYLE, now
from medialit.language import LANGUAGES, translator

_FOLDER = click.Path(path_type=Path, file_okay=False)
_COURSES = click.Choice([one.code for one in LANGUAGES.values() if one.course])


@click.command("simulate")
@click.option("--out", type=_FOLDER, required=True, help="A new folder for all of it.")
@click.option("--labs", "slugs", multiple=True, metavar="LAB", help="Only this lab; repeat for more.")
@click.option("--learners", "n_learners", type=click.IntRange(8, 300), default=30, show_default=True,
              help="From 30 on, every wrong answer that the labs list is given by somebody.")  # fmt: skip
@click.option("--lang", type=_COURSES, default="en", show_default=True, help="Language of the course.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True,
              help="The same seed gives the same class and marks.")  # fmt: skip
@click.option(
    "--workers", type=click.IntRange(1), default=2, show_default=True, help="Notebooks run at once."
)
def simulate(out: Path, slugs: Sequence[str], n_learners: int, lang: str, seed: int, workers: int) -> None:
    """Send an invented class through the whole course: release, fetch, submit, grade, feedback, export.

    Exit status: 0 where every mark is as designed, 3 where one is not.
    """
    from medialit.classroom.simulate import simulate_class
    from medialit.course.project import find_project, read_course
    from medialit.course.source import read_labs

    project = find_project()
    settings = read_course(project)
    done = simulate_class(
        read_labs(project, slugs or settings.labs),
        course=settings,
        project=project,
        out=out,
        lang=lang,
        n_learners=n_learners,
        seed=seed,
        now=now(),
        workers=workers,
        on_step=lambda lab, step: click.echo(f"{lab or 'all labs':20} {step}"),
    )
    n_marks = sum(len(plan.marks) for by in done.plans.values() for plan in by.values())
    click.echo(
        f"{len(done.learners)} learners, {len(done.plans)} labs, {n_marks} automatic marks; "
        f"{done.n_ways} of {done.n_listed} listed wrong answers were given."
    )
    for line in done.unexpected:
        click.echo(f"not as designed: {line}", err=True)
    click.echo(
        f"Marks: {done.course / 'grades.csv'}. Next: medialit report --simulated {out} --out class.html"
    )
    if done.unexpected:
        raise click.exceptions.Exit(3)


@click.command()
@click.argument("course", type=click.Path(path_type=Path, exists=True, file_okay=False), required=False)
@click.option("--simulated", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="DIR",
              help="In place of COURSE: a class that `medialit course simulate` made.")  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The page, .html or .pdf."
)
@click.option("--for", "reader", type=click.Choice(["instructor", "class"]), default="instructor", show_default=True,
              help="The copy for the class names nobody.")  # fmt: skip
@LANG
def report(course: Path | None, simulated: Path | None, out: Path, reader: str, lang: str) -> None:
    """Say what a class has learned, and what to teach next. COURSE is such as $MEDIALIT_HOME/courses/fr.

    Nothing in the course is changed.
    """
    from medialit.classroom.page import to_html
    from medialit.classroom.paper import to_pdf
    from medialit.classroom.report import class_report
    from medialit.classroom.simulate import simulated_course
    from medialit.classroom.telling import tell

    if (course is None) == (simulated is None):
        raise click.UsageError("Name either COURSE or --simulated DIR.")
    if out.suffix not in (".html", ".pdf"):
        raise click.UsageError(f"--out ends in {out.suffix!r}. Let it end in .html or .pdf.")
    found = class_report(simulated_course(simulated) if simulated is not None else course or Path())
    told = tell(found, lang=lang, for_class=reader == "class")
    try:
        out.write_bytes(to_pdf(told) if out.suffix == ".pdf" else to_html(told).encode())
    except OSError as error:
        raise click.ClickException(
            f"{out} cannot be written ({error.strerror}). Name another file."
        ) from None
    _ = translator(lang)
    said = _(
        "{path}: learners: {n}, items: {items}, of which hard: {hard}; that do not tell learners apart: {poor}."
    )
    click.echo(
        said.format(
            path=out,
            n=len(found.book.names),
            items=len(found.items),
            hard=len(found.hard),
            poor=len(found.poor),
        )
    )


@click.command()
@LANG
@STYLE
@click.option(
    "--url", metavar="URL", help="Ask a server that runs, such as http://127.0.0.1:8765, and nothing else."
)
def doctor(lang: str, style: str, url: str | None) -> None:
    """Look at this computer, and say what the course needs and does not find.

    With --url, ask a studio or a window whether it lives and is ready. Exit status: 0 where nothing is lacking that the
    course needs, 1 otherwise.
    """
    from medialit.classroom.doctor import examine
    from medialit.classroom.server_doctor import ask
    from medialit.course.exchange import find_home

    _ = translator(lang)
    found = list(ask(url, lang=lang) if url else examine(find_home(), lang=lang, now=now()))
    lacking = [one for one in found if one.needed and not one.fine]
    if style == "json":
        click.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False))
    else:
        for one in found:
            mark = _("ok") if one.fine else _("LACKING") if one.needed else _("absent")
            click.echo(f"{mark:8} {one.title}: {one.detail}")
            if not one.fine:
                click.echo(f"{'':8} → {one.remedy}")
        click.echo(
            _("Nothing is lacking.") if not lacking else _("Things to put right: {n}.").format(n=len(lacking))
        )
    raise click.exceptions.Exit(1 if lacking else 0)


COMMANDS: Sequence[click.Command] = (report, doctor)
