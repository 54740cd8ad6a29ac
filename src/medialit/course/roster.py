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


_COLUMNS = ("id", "first_name", "last_name", "email", "lms_user_id")


def _read_roster(path: Path) -> list[dict[str, str]]:
    try:
        reader = csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())
        return [_learner(row, where=f"{path}, line {reader.line_num}") for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CourseError(f"{path} cannot be read: {error}. Save it as CSV in UTF-8.") from None


def _learner(row: dict[str, str], *, where: str) -> dict[str, str]:
    name = (row.get("id") or "").strip()
    if row.keys() - set(_COLUMNS) or not name or any(mark in name for mark in "+*/\\"):
        raise CourseError(
            f"{where}: {dict(row)} is no learner. Give the columns {', '.join(_COLUMNS)}; "
            "id is required, and holds no + * / or backslash."
        )
    return {key: value.strip() for key, value in row.items() if value and value.strip()}
