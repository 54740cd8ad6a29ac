"""Grading one submission: run it in a box, ask it, judge it, and write down what came of it."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from medialit.errors import GradingError
from medialit.grading import feedback
from medialit.grading.judge import Cases, Grader, Verdict, load_grader
from medialit.grading.sandbox import walls as sandbox_walls
from medialit.grading.sandbox.box import PRELOAD, Allowance, Box, Usage
from medialit.grading.submission import CHECK, Skeleton, Submission

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from medialit.grading.sandbox.walls import Walls
    from medialit.grading.settings import CourseSettings


@dataclass(frozen=True)
class Assignment:
    """Everything trusted that grading one assignment needs.

    Attributes
    ----------
    name : str
        The assignment's.
    course : CourseSettings
        Of the course that it is graded in.
    lab : Path
        The released lab's folder.
    skeleton : Skeleton
        The released notebook.
    grader : Grader
        The trusted checks.
    items : dict
        The item that each check's ``grade_id`` stands for.
    """

    name: str
    course: CourseSettings
    lab: Path
    skeleton: Skeleton = field(repr=False)
    grader: Grader = field(repr=False)
    items: dict[str, str] = field(repr=False)

    @classmethod
    def load(cls, course: CourseSettings, name: str, *, notebook: str | None = None) -> Assignment:
        """Load an assignment from a built course.

        Raises
        ------
        GradingError
            If the lab was not released, has no grader, or the two disagree on an item or its points.
        """
        lab = course.root / "release" / name
        skeleton = Skeleton.read(lab / f"{notebook or name}.ipynb")
        grader = load_grader(course.graders, name)
        items: dict[str, str] = {}
        for cell in skeleton.cells:
            if cell.kind != CHECK or cell.grade_id is None:
                continue
            marks = cell.cell["metadata"]["nbgrader"]
            item = grader.items.get(cell.cell["metadata"].get("medialit", {}).get("checks", cell.grade_id))
            if item is None or item.points != float(marks["points"]):
                raise GradingError(
                    f"The check {cell.grade_id!r} of {name!r} is worth {marks['points']} points in the lab and "
                    f"{item.points if item else 'nothing'} in its grader. Correct one and build the course again."
                )
            items[cell.grade_id] = item.name
        unchecked = grader.items.keys() - items.values()
        if unchecked:
            raise GradingError(
                f"The lab {name!r} has no check for {', '.join(sorted(unchecked))}, which its grader has."
            )
        return cls(name, course, lab, skeleton, grader, items)

    def open_box(self, walls: Walls) -> Box:
        """Return a box that is warm for this lab; start it, or use it as a context.

        Raises
        ------
        GradingError
            If the course or its graders lie where students' code may read.
        """
        for secret in (self.course.root.resolve(), self.course.graders.resolve()):
            for readable in sandbox_walls.readable() if walls.stand else ():
                if secret.is_relative_to(readable.resolve()):
                    raise GradingError(
                        f"{secret} lies in {readable}, which students' code must be able to read to run Python. "
                        "Move the course and its graders elsewhere and build the course again."
                    )
        return Box(walls, lab=self.lab, preload=[*PRELOAD, *self._imports()])

    def seeds(self, student: str) -> dict[str, int]:
        """Return the seed of a student's hidden cases for each of the grader's items."""
        return {
            item: Cases.drawn(
                secret=self.course.secret, student=student, assignment=self.grader.assignment, item=item
            ).seed
            for item in self.grader.items
        }

    def _imports(self) -> list[str]:
        """Return the modules that the released lab imports, so that its box has them before the first fork."""
        names: list[str] = []
        for cell in self.skeleton.cells:
            if cell.cell["cell_type"] != "code":
                continue
            try:
                tree = ast.parse(cell.cell["source"])
            except SyntaxError:  # a magic command
                continue
            for node in ast.walk(tree):
                if isinstance(node, ast.Import):
                    names += [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom) and node.module:
                    names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        return list(dict.fromkeys(names))


@dataclass(frozen=True)
class Examined:
    """What came of running and judging a submission; plain data, which may come from another machine.

    Attributes
    ----------
    verdicts : dict
        By the grader's item.
    outputs : list of list of dict
        For each cell that ran, its outputs, cleaned (`feedback.safe_outputs`).
    usage : Usage
        What the student's code used.
    walls : str
        Behind what it ran.
    """

    verdicts: dict[str, Verdict]
    outputs: list[list[dict[str, Any]]] = field(repr=False)
    usage: Usage
    walls: str


@dataclass(frozen=True)
class Graded:
    """A submission that has been graded.

    Attributes
    ----------
    notebook : dict
        With outputs, and a verdict in each check's cell.
    verdicts : dict
        By the ``grade_id`` of the check.
    notes : tuple of str
        What was amiss in the submission.
    usage : Usage
        What the student's code used.
    walls : str
        Behind what it ran.
    """

    notebook: dict[str, Any] = field(repr=False)
    verdicts: dict[str, Verdict]
    notes: tuple[str, ...]
    usage: Usage
    walls: str

    @property
    def score(self) -> float:
        """Sum of the automatic scores."""
        return float(sum(verdict.score for verdict in self.verdicts.values()))

    @property
    def needs_a_person(self) -> set[str]:
        """Checks whose grader broke, by ``grade_id``."""
        return {grade_id for grade_id, verdict in self.verdicts.items() if verdict.grader_error}


def grade(
    assignment: Assignment,
    submission: Submission,
    *,
    student: str,
    box: Box,
    allowance: Allowance | None = None,
) -> Graded:
    """Run a submission behind walls and judge it in this process.

    Raises
    ------
    StarvedError
        If the machine was too busy for a fair run; nothing was judged.
    SandboxUnavailableError
        If the box could not be started.
    """
    examined = examine(
        assignment.grader,
        submission.sources,
        submission.files,
        seeds=assignment.seeds(student),
        box=box,
        allowance=allowance,
    )
    return write_up(assignment, submission, examined)


def examine(
    grader: Grader,
    sources: Sequence[str],
    files: Mapping[str, str],
    *,
    seeds: Mapping[str, int],
    box: Box,
    allowance: Allowance | None = None,
) -> Examined:
    """Run a student's cells behind walls and judge them in this process, on whichever machine that is.

    Parameters
    ----------
    grader : Grader
        The trusted checks.
    sources : sequence of str
        Of the cells, in order.
    files : mapping
        Text files that were handed in beside the notebook, by name.
    seeds : mapping
        For each item, the seed of the learner's hidden cases (`Assignment.seeds`).
    box : Box
        Open for the assignment's lab.
    allowance : Allowance, optional
        How long the student's code may take.

    Raises
    ------
    StarvedError, SandboxUnavailableError
        As `grade`.
    """
    with box.session(sources, files=files, allowance=allowance) as session:
        verdicts = {item.name: item.judge(session, Cases(seeds[item.name])) for item in grader.items.values()}
    return Examined(
        verdicts, feedback.safe_outputs(session.outputs), usage=session.usage, walls=box.walls.name
    )


def write_up(assignment: Assignment, submission: Submission, examined: Examined) -> Graded:
    """Put what came of a submission into its notebook: outputs, verdicts in words, scores as nbgrader reads them."""
    notebook = submission.notebook
    cells = notebook["cells"]
    for index, outputs in zip(submission.runnable, examined.outputs, strict=True):
        cells[index]["outputs"] = outputs
    by_grade_id: dict[str, Verdict] = {}
    for cell in cells:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if grade_id in assignment.items:
            verdict = by_grade_id[grade_id] = examined.verdicts[assignment.items[grade_id]]
            cell["outputs"] = feedback.verdict_outputs(
                verdict,
                lang=assignment.course.language,
                say=lambda text: assignment.course.say(assignment.name, text),
                walls=examined.walls,
            )
    note = feedback.note_cell(submission.notes, lang=assignment.course.language)
    if note is not None:
        cells.insert(0, note)
    return Graded(notebook, by_grade_id, submission.notes, examined.usage, examined.walls)
