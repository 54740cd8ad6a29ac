"""Put learners into a course's gradebook, from a list that a school already has."""

from __future__ import annotations

import csv
from pathlib import Path

from medialit.errors import CourseError
from medialit.gradebook import gradebook_url, open_gradebook


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
    url = gradebook_url(course, course_id=course_id)
    with open_gradebook(url, course_id=course_id) as gradebook:
        for learner in learners:
            gradebook.update_or_create_student(learner.pop("id"), **learner)
        return len(gradebook.students)


def read_people(roster: Path) -> tuple[dict[str, str], ...]:
    """Return what a roster says of each learner; `id` is always there, other columns where they are filled in.

    Raises
    ------
    CourseError
        As `enrol`.
    """
    return tuple(_read_roster(roster))


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
