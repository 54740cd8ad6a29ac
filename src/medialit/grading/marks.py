"""Writing marks: one trusted process, one transaction a submission, in nbgrader's own gradebook.

The same marks as nbgrader's `SaveAutoGrades` and `AssignLatePenalties` write, which a test compares. They
open the database for every step; this keeps it open over a class.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from nbformat import from_dict
from nbgrader import utils
from nbgrader.api import Gradebook, InvalidEntry, MissingEntry
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.exc import DBAPIError, SAWarning

from medialit.errors import GradingError

if TYPE_CHECKING:
    from nbgrader.plugins import BasePlugin
    from traitlets.config import Config

    from medialit.grading.runner import Graded


class MarkBook:
    """An open gradebook of one assignment.

    Parameters
    ----------
    gradebook : Gradebook
        Open; the caller closes it.
    assignment, notebook : str
        Their names in the gradebook.
    config : Config
        The course's nbgrader configuration: it may name a plugin for late penalties.

    Raises
    ------
    GradingError
        If the gradebook does not know the assignment.
    """

    def __init__(self, gradebook: Gradebook, *, assignment: str, notebook: str, config: Config) -> None:
        self._gradebook = gradebook
        self._assignment = assignment
        self._notebook = notebook
        self._late = AssignLatePenalties(config=config)
        try:
            gradebook.find_notebook(notebook, assignment)
        except MissingEntry:
            raise GradingError(
                f"The gradebook does not know {assignment!r}. Build the course again: `medialit course build`."
            ) from None

    def is_complete(self, student: str, timestamp: Any) -> bool:
        """Return whether every automatic mark of a student's submission of this time is there."""
        try:
            submission = self._gradebook.find_submission(self._assignment, student)
            found = self._gradebook.find_submission_notebook(self._notebook, self._assignment, student)
        except MissingEntry:
            return False
        if submission.timestamp != utils.parse_utc(timestamp):
            return False
        return all(
            grade.auto_score is not None or grade.cell.cell_type == "markdown" or grade.needs_manual_grade
            for grade in found.grades
        )

    def write(self, student: str, graded: Graded, *, timestamp: Any) -> None:
        """Write the marks of a submission, all or none.

        In PostgreSQL another grader may make the same learner's row at the same moment, or the server may be started
        again: what was rolled back is then written once more.
        """
        for again in (True, True, False):
            try:
                self._write_once(student, graded, timestamp)
                return
            except (DBAPIError, InvalidEntry):
                if not again or self._gradebook.engine.dialect.name == "sqlite":
                    raise

    def _write_once(self, student: str, graded: Graded, timestamp: Any) -> None:
        try:
            with warnings.catch_warnings():
                # nbgrader builds its rows before it adds them to the session; they arrive all the same.
                warnings.filterwarnings("ignore", "Object of type <.*> not in session", SAWarning)
                self._write(student, graded, timestamp)
        except BaseException:
            self._gradebook.db.rollback()
            raise

    def _write(self, student: str, graded: Graded, timestamp: Any) -> None:
        gradebook = self._gradebook
        gradebook.update_or_create_student(student)
        known = {"timestamp": timestamp} if timestamp else {}
        submission = gradebook.update_or_create_submission(self._assignment, student, **known)
        found = gradebook.find_submission_notebook(self._notebook, self._assignment, student)
        grades = {grade.name: grade for grade in found.grades}
        comments = {comment.name: comment for comment in found.comments}
        for cell in map(from_dict, graded.notebook["cells"]):
            if "nbgrader" not in cell.metadata:
                continue
            name = cell.metadata.nbgrader.grade_id
            if utils.is_grade(cell):
                score, _ = utils.determine_grade(cell)
                grade = grades[name]
                grade.auto_score = score
                grade.needs_manual_grade = (
                    grade.manual_score is not None or score is None or name in graded.needs_a_person
                )
            if utils.is_solution(cell):
                blank = cell.metadata.nbgrader.get("checksum") == utils.compute_checksum(cell)
                comments[name].auto_comment = "No response." if blank else None
        found.late_submission_penalty = None
        gradebook.db.flush()
        if submission.total_seconds_late > 0:
            penalty = self._plugin().late_submission_penalty(
                student, found.score, submission.total_seconds_late
            )
            if penalty is not None:
                found.late_submission_penalty = self._late._check_late_penalty(found, penalty)
        gradebook.db.commit()

    def _plugin(self) -> BasePlugin:
        self._late.init_plugin()
        return self._late.plugin_inst
