"""A class as its gradebook, its graded notebooks and its hand-ins tell of it; nothing here writes.

Marks are read with nbgrader's own `Gradebook`. What was wrong with an answer stands in the graded notebook, in the
output of its check, where grading put it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medialit.course.build import read_description
from medialit.errors import CourseError
from medialit.gradebook import gradebook_url, open_gradebook

_LARGEST = 32 << 20  # bytes of a graded notebook


@dataclass(frozen=True, kw_only=True)
class Said:
    """What grading said of one answer.

    Parameters
    ----------
    missed : tuple of str
        The categories in which not every hidden case was right, in the grader's English words.
    failure : str or None
        How the code gave no answer; a key of `medialit.grading.feedback.FAILURES`.
    """

    missed: tuple[str, ...]
    failure: str | None


@dataclass(frozen=True, kw_only=True)
class Work:
    """What one learner handed in for one lab.

    Parameters
    ----------
    seconds_late : float
        0 where it was in time, or nothing was due.
    shares : mapping of str to float
        Of each automatic item's points, from 0 to 1; an item that waits for a person is not in it.
    said : mapping of str to Said
        By item, as far as the graded notebook tells.
    sources : mapping of str to str
        The code of each answered item.
    points, most : float
        Of all that has its mark, and what there was to get for that.
    n_unread : int
        Answers that wait for a person.
    """

    seconds_late: float
    shares: Mapping[str, float]
    said: Mapping[str, Said]
    sources: Mapping[str, str]
    points: float
    most: float
    n_unread: int

    @property
    def blank(self) -> bool:
        """Whether no item was touched."""
        return not self.sources


@dataclass(frozen=True, kw_only=True)
class LabBook:
    """One lab of a class.

    Parameters
    ----------
    slug, title : str
    items : tuple of str
        Automatic items, in the order of the lab.
    released : mapping of str to str
        The code that learners were given for each item.
    works : mapping of str to Work
        By learner; only what was handed in and graded.
    n_ungraded : int
        Hand-ins without marks.
    """

    slug: str
    title: str
    items: tuple[str, ...]
    released: Mapping[str, str]
    works: Mapping[str, Work]
    n_ungraded: int


@dataclass(frozen=True, kw_only=True)
class Book:
    """A class.

    Parameters
    ----------
    course : Path
    title, language : str
        Of the course.
    names : mapping of str to str
        Each learner's id, and the name that the gradebook has.
    labs : tuple of LabBook
        Those of which anything was handed in, in teaching order.
    n_labs : int
        Of the course.
    messages : mapping of str to mapping of str to str
        What graders say in the course's language, by lab.
    """

    course: Path
    title: str
    language: str
    names: Mapping[str, str]
    labs: tuple[LabBook, ...]
    n_labs: int
    messages: Mapping[str, Mapping[str, str]]


def read_book(course: Path) -> Book:
    """Read a class.

    Parameters
    ----------
    course : Path
        The instructor's course, with `medialit.json` and `gradebook.db`.

    Raises
    ------
    CourseError
        If it is not a course that medialit built, or its gradebook is missing.
    """
    course = course.resolve()
    description = read_description(course)
    url = "" if description is None else gradebook_url(course, course_id=description["course_id"])
    if description is None or (url.startswith("sqlite") and not (course / "gradebook.db").is_file()):
        raise CourseError(
            f"{course} is not a built course: it has no medialit.json or no gradebook.db. Name the course's folder, "
            "such as $MEDIALIT_HOME/courses/fr."
        )
    ordered = sorted(description["labs"].items(), key=lambda pair: (pair[1]["order"], pair[0]))
    with open_gradebook(url, course_id=description["course_id"]) as gradebook:
        names = {
            one.id: " ".join(filter(None, (one.first_name, one.last_name))) or one.id
            for one in gradebook.students
        }
        known = {one.name for one in gradebook.assignments}
        labs = [_lab(course, slug, about["title"], gradebook) for slug, about in ordered if slug in known]
    return Book(
        course=course,
        title=description["title"],
        language=description["language"],
        names=dict(sorted(names.items())),
        labs=tuple(lab for lab in labs if lab.works or lab.n_ungraded),
        n_labs=len(ordered),
        messages=description["messages"],
    )


def _lab(course: Path, slug: str, title: str, gradebook: Any) -> LabBook:
    released = _cells(course / "release" / slug / f"{slug}.ipynb")
    items, answers = _items(released)
    works: dict[str, Work] = {}
    for submission in gradebook.assignment_submissions(slug):
        grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
        if any(grade.auto_score is None and grade.name in items for grade in grades):
            continue
        graded = _cells(course / "autograded" / submission.student.id / slug / f"{slug}.ipynb")
        works[submission.student.id] = _work(submission, grades, graded, items=items, given=answers)
    handed = {path.parent.name for path in course.glob(f"submitted/*/{slug}")}
    return LabBook(
        slug=slug,
        title=title,
        items=tuple(items.values()),
        released=answers,
        works=dict(sorted(works.items())),
        n_ungraded=len(handed - works.keys()),
    )


def _work(
    submission: Any,
    grades: list[Any],
    graded: list[dict[str, Any]],
    *,
    items: Mapping[str, str],
    given: Mapping[str, str],
) -> Work:
    shares = {
        items[grade.name]: float(grade.score) / float(grade.max_score)
        for grade in grades
        if grade.name in items and grade.max_score
    }
    read = [grade for grade in grades if not grade.needs_manual_grade]
    _ids, sources = _items(graded)
    return Work(
        seconds_late=float(submission.total_seconds_late),
        shares=shares,
        said=dict(_said(graded, items)),
        sources={
            item: source for item, source in sources.items() if source.strip() != given.get(item, "").strip()
        },
        points=float(sum(grade.score for grade in read)),
        most=float(sum(grade.max_score for grade in read)),
        n_unread=len(grades) - len(read),
    )


def _items(cells: list[dict[str, Any]]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the items by the id of their check, and each item's code, which stands in the cell before its check."""
    items: dict[str, str] = {}
    sources: dict[str, str] = {}
    before = ""
    for cell in cells:
        item = cell.get("metadata", {}).get("medialit", {}).get("checks")
        marks = cell.get("metadata", {}).get("nbgrader", {})
        if isinstance(item, str) and marks.get("grade"):
            items[str(marks["grade_id"])] = item
            sources[item] = before
        if marks.get("solution") and cell.get("cell_type") == "code":
            before = "".join(cell["source"])
    return items, sources


def _said(cells: list[dict[str, Any]], items: Mapping[str, str]) -> Iterator[tuple[str, Said]]:
    for cell in cells:
        item = items.get(str(cell.get("metadata", {}).get("nbgrader", {}).get("grade_id")))
        for output in cell.get("outputs", []) if item else ():
            told = output.get("metadata", {}).get("medialit")
            if item and told:
                missed = tuple(name for name, (passed, total) in told["categories"].items() if passed < total)
                yield item, Said(missed=missed, failure=told["failure"])


def _cells(path: Path) -> list[dict[str, Any]]:
    """Return the cells of a notebook that this project wrote; none where it is not there."""
    if not path.is_file() or path.stat().st_size > _LARGEST:
        return []
    try:
        return list(json.loads(path.read_text(encoding="utf-8"))["cells"])
    except (ValueError, KeyError, TypeError):
        return []
