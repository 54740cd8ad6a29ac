"""Marks for a learning platform, as plugins of nbgrader's own export.

::

    nbgrader export --exporter=medialit.course.lms.MoodleExport --to moodle.csv
    nbgrader export --exporter=medialit.course.lms.CanvasExport --to canvas.csv

A mark is written where everything that a person or a grader had to look at has been looked at; otherwise, and where
nothing was handed in, the cell is empty, and the platform keeps what it has. Rows and columns have one order, nothing
in the file is of the day it was written, and it is written whole: the same marks give the same bytes, and importing
them again changes nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from nbgrader.api import MissingEntry
from nbgrader.plugins import ExportPlugin
from traitlets import Bool

from medialit.course.build import write_whole
from medialit.errors import CourseError

_MOODLE = ("ID number", "First name", "Last name", "Email address")
_CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
_POINTS = "    Points Possible"  # Canvas writes and reads it with these spaces


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where one learner stands in one lab.

    Parameters
    ----------
    state : str
        "untouched" where nothing was handed in and graded, "waiting" where a person or a grader has still to look at
        something, "marked" where all has its mark.
    points : float
        The final mark, less what is taken off for lateness; 0 unless it is marked.
    penalty : float
        What was taken off.
    """

    state: Literal["untouched", "waiting", "marked"]
    points: float = 0.0
    penalty: float = 0.0


def standing(gradebook: Any, *, lab: str, learner: str) -> Standing:
    """Return where a learner stands in a lab, by the gradebook."""
    try:
        submission = gradebook.find_submission(lab, learner)
    except MissingEntry:
        return Standing(state="untouched")
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    if not grades or any(grade.needs_manual_grade for grade in grades):
        return Standing(state="waiting")
    penalty = float(submission.late_submission_penalty or 0.0)
    return Standing(
        state="marked", points=max(0.0, float(submission.score) - penalty), penalty=max(0.0, penalty)
    )


class MarksPlugin(ExportPlugin):  # type: ignore[misc]  # nbgrader has no types
    """What all platforms have in common: which labs, of whom, in which order."""

    untouched_as_zero = Bool(
        False, help="Give 0, instead of nothing, where a learner has handed nothing in."
    ).tag(config=True)

    def chosen(self, gradebook: Any) -> tuple[list[Any], list[Any]]:
        """Return the labs and learners that were asked for, or all, each in one order.

        Raises
        ------
        CourseError
            If the gradebook has no such lab or learner.
        """
        labs = [one for one in gradebook.assignments if not self.assignment or one.name in self.assignment]
        people = [one for one in gradebook.students if not self.student or one.id in self.student]
        for kind, asked, found in (
            ("assignment", self.assignment, {one.name for one in labs}),
            ("student", self.student, {one.id for one in people}),
        ):
            if unknown := sorted(set(map(str, asked)) - found):
                raise CourseError(f"The gradebook has no {kind} called {unknown[0]!r}. Correct the name.")
        labs.sort(key=lambda one: str(one.name))
        people.sort(key=lambda one: str(one.id))
        return labs, people


class _MarksExport(MarksPlugin):
    """A table in a file."""

    destination = "marks.csv"

    def export(self, gradebook: Any) -> None:
        """Write the marks of the learners and labs that were asked for, or of all."""
        labs, people = self.chosen(gradebook)
        rows = [[self._mark(gradebook, lab.name, one.id) for lab in labs] for one in people]
        n_waiting = sum(mark is None for row in rows for mark in row)
        if n_waiting:
            self.log.warning(
                "%d marks are left out: a person or a grader has still to look at them.", n_waiting
            )
        held = io.StringIO(newline="")
        csv.writer(held, lineterminator="\r\n").writerows(self.table(people, labs, rows))
        write_whole(Path(self.to or self.destination), held.getvalue())

    def table(
        self, people: Sequence[Any], labs: Sequence[Any], rows: Sequence[Sequence[str | None]]
    ) -> Iterable[Sequence[str]]:
        """Return the lines of the file, the head first."""
        raise NotImplementedError

    def _mark(self, gradebook: Any, lab: str, learner: str) -> str | None:
        """Return a mark as text: empty where nothing was handed in, None where it is not ready."""
        found = standing(gradebook, lab=lab, learner=learner)
        if found.state == "untouched":
            return "0" if self.untouched_as_zero else ""
        return None if found.state == "waiting" else number(found.points)


class MoodleExport(_MarksExport):
    """For Moodle: Grades, Import, CSV file. Map from "ID number" (the roster's `lms_user_id`) or "Email address"."""

    destination = "moodle.csv"

    def table(
        self, people: Sequence[Any], labs: Sequence[Any], rows: Sequence[Sequence[str | None]]
    ) -> Iterable[Sequence[str]]:
        """Return a line for each learner."""
        yield [*_MOODLE, *(str(lab.name) for lab in labs)]
        for one, marks in zip(people, rows, strict=True):
            about = (one.lms_user_id or one.id, one.first_name, one.last_name, one.email)
            yield [*(part or "" for part in about), *(mark or "" for mark in marks)]


class CanvasExport(_MarksExport):
    """For Canvas: Grades, Import. Learners are found by "ID", which is the roster's `lms_user_id`."""

    destination = "canvas.csv"

    def table(
        self, people: Sequence[Any], labs: Sequence[Any], rows: Sequence[Sequence[str | None]]
    ) -> Iterable[Sequence[str]]:
        """Return a line of what there was to get, then one for each learner."""
        yield [*_CANVAS, *(str(lab.name) for lab in labs)]
        yield [_POINTS, "", "", "", "", *(number(float(lab.max_score)) for lab in labs)]
        for one, marks in zip(people, rows, strict=True):
            name = ", ".join(part for part in (one.last_name, one.first_name) if part) or one.id
            yield [
                name,
                one.lms_user_id or "",
                one.id,
                one.email or one.id,
                "",
                *(mark or "" for mark in marks),
            ]


def number(value: float) -> str:
    """Return points with at most two decimals and a point, whatever the language of the computer.

    Examples
    --------
    >>> number(12.0), number(7.5), number(2 / 3)
    ('12', '7.5', '0.67')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")


def read_back(path: Path) -> Mapping[str, Mapping[str, float]]:
    """Return the marks in an exported file, by the learner's key and lab, as a platform reads them.

    Parameters
    ----------
    path : Path
        Of either platform. The key is Moodle's "ID number", or Canvas's "SIS User ID".

    Raises
    ------
    CourseError
        If it is neither.
    """
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    for heads, key in ((_MOODLE, 0), (_CANVAS, 2)):
        if rows and tuple(rows[0][: len(heads)]) == heads:
            return {
                row[key]: {
                    lab: float(mark)
                    for lab, mark in zip(rows[0][len(heads) :], row[len(heads) :], strict=True)
                    if mark
                }
                for row in rows[1:]
                if row[0] != _POINTS
            }
    raise CourseError(f"{path} is no table of marks for Moodle or Canvas. Export it again.")
