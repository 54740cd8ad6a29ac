"""Put learners into a course's gradebook, from a list that a school already has."""

from __future__ import annotations

import csv
from pathlib import Path

from nbgrader.api import Gradebook

from medialit.course.nbgrader import tools_on_path
from medialit.errors import CourseError


def enrol(course: Path, roster: Path | None, *, course_id: str) -> int:
    """Put the learners of a roster into a course's gradebook, and return how many it then holds.

    Parameters
    ----------
    course : Path
        The course folder; made where it is not there.
    roster : Path or None
        CSV with a column `id`, and as wanted first_name, last_name, email and lms_user_id. None adds nobody.
    course_id : str
        nbgrader's id of the course.

    Raises
    ------
    CourseError
        If the roster cannot be read, or lacks the column `id`.
    """
    learners = _read_roster(roster) if roster else []
    course.mkdir(parents=True, exist_ok=True)
    with tools_on_path(), Gradebook(f"sqlite:///{course / 'gradebook.db'}", course_id) as gradebook:
        for learner in learners:
            gradebook.update_or_create_student(learner.pop("id"), **learner)
        return len(gradebook.students)


_ROSTER = ("id", "first_name", "last_name", "email", "lms_user_id")


def _read_roster(path: Path) -> list[dict[str, str]]:
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CourseError(f"{path} cannot be read: {error}. Save it as CSV in UTF-8.") from None
    for number, row in enumerate(rows, start=2):
        unknown = [key for key in row if key not in _ROSTER]
        name = (row.get("id") or "").strip()
        if unknown or not name or any(mark in name for mark in "+*/\\"):
            raise CourseError(
                f"{path}, line {number}: {dict(row)} is no learner. Give the columns {', '.join(_ROSTER)}; "
                "id is required, and holds no + * / or backslash."
            )
    return [{key: (row.get(key) or "").strip() for key in _ROSTER if row.get(key)} for row in rows]
