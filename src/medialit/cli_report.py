"""The commands about a whole class: `course simulate`, `report` and `doctor`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from medialit.language import LANGUAGES

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
        now=datetime.now(UTC),
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


COMMANDS: Sequence[click.Command] = ()
