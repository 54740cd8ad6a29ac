"""Grading one submission: run it in a box, ask it, judge it, and write down what came of it."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from medialit.errors import GradingError
from medialit.grading import feedback
from medialit.grading.judge import Grader, Verdict, load_grader
from medialit.grading.sandbox import walls as sandbox_walls
from medialit.grading.sandbox.box import PRELOAD, Allowance, Box, Usage
from medialit.grading.submission import CHECK, Skeleton, Submission

if TYPE_CHECKING:
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
    """

    notebook: dict[str, Any] = field(repr=False)
    verdicts: dict[str, Verdict]
    notes: tuple[str, ...]
    usage: Usage

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
    with box.session(submission.sources, files=submission.files, allowance=allowance) as session:
        judged = assignment.grader.judge(session, secret=assignment.course.secret, student_id=student)
    verdicts = {verdict.item: verdict for verdict in judged}
    notebook = submission.notebook
    cells = notebook["cells"]
    for index, outputs in zip(submission.runnable, feedback.safe_outputs(session.outputs), strict=True):
        cells[index]["outputs"] = outputs
    by_grade_id: dict[str, Verdict] = {}
    for cell in cells:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if grade_id in assignment.items:
            verdict = by_grade_id[grade_id] = verdicts[assignment.items[grade_id]]
            cell["outputs"] = feedback.verdict_outputs(
                verdict,
                lang=assignment.course.language,
                say=lambda text: assignment.course.say(assignment.name, text),
                walls=box.walls.name,
            )
    note = feedback.note_cell(submission.notes, lang=assignment.course.language)
    if note is not None:
        cells.insert(0, note)
    return Graded(notebook, by_grade_id, submission.notes, session.usage)
