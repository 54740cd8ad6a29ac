"""Reading what a student handed in, and rebuilding it on the released notebook.

Nothing of the submission's structure is trusted. The released notebook is the skeleton: its prose, its
checks, its order and its points. From the submission come only the source of each answer and whatever
cells the student added. So a deleted check is there again, a duplicated one counts once, an altered one is
as it was, and metadata, outputs and attachments are gone.
"""

from __future__ import annotations

import json
import os
import re
import stat
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from nbgrader.utils import parse_utc

from medialit.errors import GradingError
from medialit.grading.values import NotPlainDataError, parse_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

MAX_NOTEBOOK_BYTES = 24 << 20
MAX_CELLS = 400
MAX_SOURCE = 200_000  # characters in one cell
MAX_FILE_BYTES = 256 << 10
MAX_FILES = 20
MAX_NAMES = 2000  # in the folder, of whatever kind
_STAMP = re.compile(r"[0-9T:. -]{8,40}( [A-Za-z0-9+:-]{1,40})?")
_FILE_NAME = re.compile(r"\w[\w .()+-]{0,99}\.(json|csv|txt)")

CHECK, SOLUTION, MANUAL, FIXED, PROSE = "check", "solution", "manual", "fixed", "prose"
TIMESTAMP = "timestamp.txt"
FEEDBACK_KEY = "submission_secret.txt"
_KEY = re.compile(r"[0-9a-f]{32,256}")
HIDDEN_BEGIN, HIDDEN_END = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"


class UnreadableSubmissionError(GradingError):
    """What was handed in cannot be read as a notebook; it is graded as a blank one, and the report says so."""


@dataclass(frozen=True)
class SkeletonCell:
    """One cell of the released notebook."""

    cell_id: str
    grade_id: str | None
    kind: str
    cell: dict[str, Any] = field(repr=False)

    @property
    def takes_an_answer(self) -> bool:
        """Whether the student's source replaces this cell's."""
        return self.kind in (SOLUTION, MANUAL)


@dataclass(frozen=True)
class Skeleton:
    """The released notebook, as trusted material for rebuilding submissions."""

    cells: tuple[SkeletonCell, ...]
    metadata: dict[str, Any] = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> Skeleton:
        """Read a released notebook.

        Raises
        ------
        GradingError
            If it is not there.
        """
        if not path.is_file():
            raise GradingError(
                f"The released notebook {path} is missing. Build the course: `medialit course build`."
            )
        content = json.loads(path.read_text(encoding="utf-8"))
        metadata = {
            key: content["metadata"][key]
            for key in ("kernelspec", "language_info")
            if key in content["metadata"]
        }
        return cls(tuple(_skeleton_cell(cell) for cell in content["cells"]), metadata)


@dataclass(frozen=True)
class Submission:
    """A submission rebuilt on the skeleton, ready to be run.

    Attributes
    ----------
    notebook : dict
        In nbformat 4.5's shape, without outputs.
    runnable : tuple of int
        Indices of the cells that the sandbox runs: every code cell but the checks.
    files : dict
        Small text files handed in beside the notebook.
    notes : tuple of str
        What was found amiss, as keys of `feedback.NOTES`.
    """

    notebook: dict[str, Any] = field(repr=False)
    runnable: tuple[int, ...]
    files: dict[str, str] = field(default_factory=dict, repr=False)
    notes: tuple[str, ...] = ()

    @property
    def sources(self) -> list[str]:
        """Sources of the runnable cells, in order."""
        return [self.notebook["cells"][index]["source"] for index in self.runnable]


def read(path: Path, skeleton: Skeleton) -> Submission:
    """Read a submitted notebook and rebuild it; an unreadable one becomes a blank one with a note.

    Parameters
    ----------
    path : Path
        The submitted notebook: may be anything, a symbolic link or a pipe included.
    skeleton : Skeleton
        The released notebook.
    """
    notes: tuple[str, ...] = ()
    if os.path.lexists(path.with_name(TIMESTAMP)) and read_timestamp(path.parent) is None:
        notes = ("unreadable-timestamp",)
    try:
        built = rebuild(_load(path), skeleton, files=_beside(path))
        return replace(built, notes=built.notes + notes)
    except UnreadableSubmissionError as error:
        return replace(rebuild([], skeleton, files={}), notes=(str(error), *notes))


def rebuild(cells: list[dict[str, Any]], skeleton: Skeleton, *, files: dict[str, str]) -> Submission:
    """Lay a student's answers and added cells on the skeleton."""
    answers, added, notes = _match(cells, skeleton)
    built: list[dict[str, Any]] = [*map(_added_cell, added.get(-1, ()))]
    runnable = [index for index, cell in enumerate(built) if cell["cell_type"] == "code"]
    for position, template in enumerate(skeleton.cells):
        cell = json.loads(json.dumps(template.cell))
        if template.takes_an_answer:
            if position in answers:
                cell["source"] = answers[position]
            else:
                notes.append("missing-answer")
        if cell["cell_type"] == "code" and template.kind != CHECK:
            runnable.append(len(built))
        built.append(cell)
        for extra in map(_added_cell, added.get(position, ())):
            if extra["cell_type"] == "code":
                runnable.append(len(built))
            built.append(extra)
    for number, cell in enumerate(built):
        cell.setdefault("id", f"added-{number}")
    notebook = {"cells": built, "metadata": skeleton.metadata, "nbformat": 4, "nbformat_minor": 5}
    return Submission(notebook, tuple(runnable), files, tuple(dict.fromkeys(notes)))


def _match(
    cells: list[dict[str, Any]], skeleton: Skeleton
) -> tuple[dict[int, str], dict[int, list[dict[str, Any]]], list[str]]:
    """Return the answers by skeleton position, the added cells by the position they follow, and notes."""
    by_grade_id: dict[str | None, int] = {
        t.grade_id: i for i, t in enumerate(skeleton.cells) if t.grade_id is not None
    }
    by_cell_id = {t.cell_id: i for i, t in enumerate(skeleton.cells)}
    by_prose = {t.cell["source"]: i for i, t in enumerate(skeleton.cells) if t.kind == PROSE}
    answers: dict[int, str] = {}
    added: dict[int, list[dict[str, Any]]] = {}
    notes: list[str] = []
    seen: set[int] = set()
    after = -1
    for cell in cells:
        source = _source(cell)
        position = by_grade_id.get(_grade_id(cell))
        if position is None:
            cell_id = cell.get("id")
            position = by_cell_id.get(cell_id) if isinstance(cell_id, str) else None
        if position is None:
            position = by_prose.get(source)
        if position is not None and position not in seen:
            seen.add(position)
            after = position
            if skeleton.cells[position].takes_an_answer:
                answers[position] = source
            continue
        if position is not None:
            notes.append("duplicated-cell")
            if not skeleton.cells[position].takes_an_answer:
                continue
        if cell.get("cell_type") in ("code", "markdown") and source.strip():
            added.setdefault(after, []).append({"cell_type": cell["cell_type"], "source": source})
    return answers, added, notes


def _load(path: Path) -> list[dict[str, Any]]:
    """Return the cells of a file that may be hostile."""
    content = _read_regular(path, MAX_NOTEBOOK_BYTES)
    try:
        notebook = parse_json(content)
    except (NotPlainDataError, ValueError, RecursionError, MemoryError):
        raise UnreadableSubmissionError("not-a-notebook") from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise UnreadableSubmissionError("not-a-notebook")
    if len(cells) > MAX_CELLS:
        raise UnreadableSubmissionError("too-many-cells")
    return [cell for cell in cells if isinstance(cell, dict)]


def _read_regular(path: Path, limit: int) -> bytes:
    """Return the content of a regular file, never through a link at its end, never waiting on a pipe."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise UnreadableSubmissionError("ungraded-file") from None
    except (OSError, ValueError):
        raise UnreadableSubmissionError("not-a-file") from None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise UnreadableSubmissionError("not-a-file")
    with os.fdopen(descriptor, "rb") as file:
        if status.st_size > limit:
            raise UnreadableSubmissionError("too-large")
        return file.read(limit + 1)


def _beside(path: Path) -> dict[str, str]:
    """Return the small text files that lie beside a submitted notebook."""
    files: dict[str, str] = {}
    with os.scandir(path.parent) as entries:
        names = sorted(entry.name for entry, _ in zip(entries, range(MAX_NAMES), strict=False))
    for name in names:
        if name in (TIMESTAMP, FEEDBACK_KEY) or not _FILE_NAME.fullmatch(name) or len(files) >= MAX_FILES:
            continue
        try:
            files[name] = _read_regular(path.with_name(name), MAX_FILE_BYTES).decode()
        except (UnreadableSubmissionError, UnicodeDecodeError):
            continue
    return files


def read_timestamp(folder: Path) -> datetime | None:
    """Return when a submission was handed in, without time zone, in UTC; None if nobody can tell.

    Parameters
    ----------
    folder : Path
        The submission's. Its ``timestamp.txt`` is nbgrader's, but may be anything.
    """
    try:
        text = _read_regular(folder / TIMESTAMP, 200).decode("ascii").strip()
        stamp: datetime | None = parse_utc(text) if _STAMP.fullmatch(text) else None
    except (UnreadableSubmissionError, ValueError, OverflowError):
        return None
    return stamp


def read_feedback_key(folder: Path) -> str | None:
    """Return the key to a learner's feedback, which nbgrader's submit puts beside the notebook; None if it is not there.

    Parameters
    ----------
    folder : Path
        The submission's. The file may be anything.
    """
    try:
        text = _read_regular(folder / FEEDBACK_KEY, 300).decode("ascii").strip()
    except (UnreadableSubmissionError, ValueError):
        return None
    return text if _KEY.fullmatch(text) else None


def _skeleton_cell(cell: dict[str, Any]) -> SkeletonCell:
    marks = cell["metadata"].get("nbgrader") or {}
    cell = {**cell, "source": _source(cell)}
    if cell["cell_type"] == "code":
        cell |= {"outputs": [], "execution_count": None}
    if not (marks.get("grade") or marks.get("solution") or marks.get("locked")):
        kind = PROSE if cell["cell_type"] != "code" else FIXED
    elif marks.get("grade"):
        kind = MANUAL if marks.get("solution") else CHECK
    else:
        kind = SOLUTION if marks.get("solution") else FIXED
    if kind == CHECK:
        cell["source"] = "\n".join(_visible(cell["source"]))
    return SkeletonCell(cell.get("id", ""), marks.get("grade_id"), kind, cell)


def _visible(source: str) -> Iterator[str]:
    hidden = False
    for line in source.splitlines():
        if line.strip() == HIDDEN_BEGIN:
            hidden = True
        if not hidden:
            yield line
        if line.strip() == HIDDEN_END:
            hidden = False


def _added_cell(cell: dict[str, Any]) -> dict[str, Any]:
    built: dict[str, Any] = {"cell_type": cell["cell_type"], "metadata": {}, "source": cell["source"]}
    if cell["cell_type"] == "code":
        built |= {"outputs": [], "execution_count": None}
    return built


def _grade_id(cell: dict[str, Any]) -> str | None:
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = marks.get("grade_id") if isinstance(marks, dict) else None
    return grade_id if isinstance(grade_id, str) else None


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        return ""
    return source[:MAX_SOURCE].encode("utf-8", "replace").decode("utf-8")
