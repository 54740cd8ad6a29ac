"""Read a lab's source, labs/NN_slug/lab.py and lab.toml, and refuse one that cannot be built.

The source is a jupytext `py:percent` script in English, solution first. The marker of each cell names it,
and says what a learner does there::

    # %% [markdown] id="why"                            prose
    # %% id="setup"                                     code to run, locked
    # %% id="rates" item="rates"                        code to complete; the solution is marked
    # %% id="rates_check" checks="rates" points=3       the visible check; the hidden one is added
    # %% [markdown] id="reflect" manual="true" points=4 answered in words, graded by a person

A solution stands between the lines ### BEGIN SOLUTION and ### END SOLUTION. An id is the notebook's cell id,
the context in the catalogues and nbgrader's grade_id, so it never changes once learners have submitted.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import jupytext
from IPython.core.inputtransformer2 import TransformerManager

from medialit.course.project import Project, entry, read_toml, strings
from medialit.errors import CourseError, LabSourceError

BEGIN_SOLUTION = "### BEGIN SOLUTION"
END_SOLUTION = "### END SOLUTION"
HIDDEN_MARKS = ("BEGIN HIDDEN TESTS", "END HIDDEN TESTS", "BEGIN MARK SCHEME", "END MARK SCHEME", "AUTOTEST")
_ID = re.compile(r"[a-z][a-z0-9_]{0,59}\Z")
_SLUG = re.compile(r"[0-9]{2}_[a-z0-9_]+\Z")
_KEYS = {"id", "item", "checks", "points", "manual", "tags", "lines_to_next_cell"}


class Role(StrEnum):
    """What a cell is for."""

    PROSE = "prose"
    CODE = "code"
    ITEM = "item"
    CHECKS = "checks"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a lab."""

    id: str
    role: Role
    source: str
    """As written, solution included."""
    item: str | None = None
    """The item that an ITEM cell answers or a CHECKS cell checks."""
    points: int = 0
    tags: tuple[str, ...] = ()

    @property
    def visible(self) -> str:
        """What a learner may see: the source without its solution region."""
        return "\n".join(line for line, hidden in _regions(self.source) if not hidden).strip("\n")

    @property
    def solution(self) -> tuple[str, ...]:
        """Lines of the solution, without the marks; empty where there is none."""
        return tuple(
            line
            for line, hidden in _regions(self.source)
            if hidden and line.strip() not in (BEGIN_SOLUTION, END_SOLUTION)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """One lab, read and checked."""

    slug: str
    folder: Path
    title: str
    minutes: int
    points: int
    order: int
    objectives: tuple[str, ...]
    needs: tuple[str, ...]
    cells: tuple[Cell, ...]

    @property
    def items(self) -> Mapping[str, int]:
        """Points of each auto-graded item, by name."""
        return {cell.item: cell.points for cell in self.cells if cell.role is Role.CHECKS and cell.item}

    @property
    def assets(self) -> Path | None:
        """assets.py, where the lab has one: it writes the clips that learners need."""
        path = self.folder / "assets.py"
        return path if path.is_file() else None

    @property
    def checks(self) -> Path | None:
        """checks.py, where the lab has one: the checks that learners may read."""
        path = self.folder / "checks.py"
        return path if path.is_file() else None


def read_labs(project: Project, slugs: Sequence[str] = ()) -> tuple[Lab, ...]:
    """Read the labs with these slugs, or all of them, in teaching order.

    Raises
    ------
    CourseError
        If a slug names no lab, there is no lab at all, or one breaks a rule.
    """
    folders = {path.parent.name: path.parent for path in sorted(project.labs.glob("*/lab.py"))}
    unknown = [slug for slug in slugs if slug not in folders]
    if unknown:
        raise CourseError(
            f"{project.labs} holds no lab called {unknown[0]!r}. It holds: {', '.join(folders) or 'none'}."
        )
    if not folders:
        raise CourseError(f"{project.labs} holds no lab. A lab is a folder NN_slug with lab.py and lab.toml.")
    labs = [read_lab(folders[slug]) for slug in slugs or folders]
    return tuple(labs) if slugs else tuple(sorted(labs, key=lambda lab: (lab.order, lab.slug)))


def read_lab(folder: Path) -> Lab:
    """Read and check one lab.

    Raises
    ------
    LabSourceError
        Naming the file, the cell and the remedy.
    CourseError
        If lab.toml lacks something.
    """
    settings = folder / "lab.toml"
    table = read_toml(settings)
    slug = entry(table, "slug", str, path=settings)
    if slug != folder.name or not _SLUG.match(slug):
        raise LabSourceError(
            f"{settings}: the slug is {slug!r} and the folder is {folder.name!r}. "
            "Give both the same name, two digits and words: 07_spotting."
        )
    lab = Lab(
        slug=slug,
        folder=folder,
        title=entry(table, "title", str, path=settings),
        minutes=entry(table, "minutes", int, path=settings),
        points=entry(table, "points", int, path=settings),
        order=entry(table, "order", int, path=settings),
        objectives=strings(table, "objectives", path=settings),
        needs=strings(table, "needs", path=settings) if "needs" in table else (),
        cells=_read_cells(folder / "lab.py"),
    )
    total = sum(cell.points for cell in lab.cells)
    if total != lab.points:
        raise LabSourceError(
            f"{settings}: `points` is {lab.points}, and the cells of lab.py add up to {total}. "
            "Correct one of them."
        )
    return lab


def _read_cells(path: Path) -> tuple[Cell, ...]:
    try:
        notebook = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent")
    except (OSError, UnicodeDecodeError) as error:
        raise LabSourceError(f"{path} cannot be read: {error}. Save it as UTF-8 text.") from None
    except Exception as error:  # jupytext and nbformat raise many kinds for a malformed header or cell
        raise LabSourceError(f"{path} is not a py:percent script: {error}. Correct it.") from None
    cells = tuple(
        _read_cell(raw, where=_Place(path=path, number=number, id=str(raw.metadata.get("id", ""))))
        for number, raw in enumerate(notebook.cells, start=1)
    )
    if not cells:
        raise LabSourceError(f'{path} has no cells. Begin with one: # %% [markdown] id="title"')
    _check_together(cells, path=path)
    return cells


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    path: Path
    number: int
    id: str

    def error(self, problem: str, remedy: str) -> LabSourceError:
        name = f" {self.id!r}" if self.id else ""
        return LabSourceError(f"{self.path}, cell {self.number}{name}: {problem} {remedy}")


def _read_cell(raw: Any, *, where: _Place) -> Cell:
    metadata = dict(raw.metadata)
    if "incorrectly_encoded_metadata" in metadata:
        raise where.error("its marker cannot be read.", 'Write each value as key="text" or key=number.')
    if unknown := sorted(metadata.keys() - _KEYS):
        raise where.error(
            f"its marker has {unknown[0]!r}, which means nothing here.",
            f"Use only {', '.join(sorted(_KEYS - {'lines_to_next_cell'}))}.",
        )
    if not _ID.match(where.id):
        raise where.error(
            f"its id is {metadata.get('id')!r}.",
            'Give it one of a-z, 0-9 and _, as in # %% [markdown] id="why"',
        )
    if any(mark in raw.source for mark in HIDDEN_MARKS):
        raise where.error(
            "it holds a mark for hidden tests.", "Delete it: the builder adds the hidden test, from graders/."
        )
    role = _role(raw.cell_type, metadata, where=where)
    cell = Cell(
        id=where.id,
        role=role,
        source=raw.source,
        item=metadata.get("item") or metadata.get("checks"),
        points=metadata.get("points", 0),
        tags=tuple(metadata.get("tags", ())),
    )
    _check_points(cell, where=where)
    _check_source(cell, where=where)
    return cell


def _role(cell_type: str, metadata: Mapping[str, Any], *, where: _Place) -> Role:
    roles = [key for key in ("item", "checks", "manual") if key in metadata]
    if len(roles) > 1:
        raise where.error(f"it is {' and '.join(roles)} at once.", "Keep one, and split the cell.")
    role = Role(roles[0]) if roles else Role.CODE if cell_type == "code" else Role.PROSE
    if cell_type not in ("code", "markdown"):
        raise where.error(f"it is a {cell_type} cell.", "Use code or [markdown].")
    if role in (Role.ITEM, Role.CHECKS) and cell_type != "code":
        raise where.error(f"`{role}` stands on a {cell_type} cell.", "Put it on a code cell.")
    if role is Role.MANUAL and cell_type != "markdown":
        raise where.error("`manual` stands on a code cell.", "Put it on a [markdown] cell.")
    if role is Role.MANUAL and metadata["manual"] not in ("true", True):
        raise where.error(f"`manual` is {metadata['manual']!r}.", 'Write manual="true", or leave it out.')
    for key in ("item", "checks"):
        if key in metadata and not (isinstance(metadata[key], str) and _ID.match(metadata[key])):
            raise where.error(f"`{key}` is {metadata[key]!r}.", "Name the item with a-z, 0-9 and _.")
    return role


def _check_points(cell: Cell, *, where: _Place) -> None:
    graded = cell.role in (Role.CHECKS, Role.MANUAL)
    if graded and (type(cell.points) is not int or cell.points < 1):
        raise where.error(f"its points are {cell.points!r}.", "Give a whole number from 1, as in points=3")
    if not graded and cell.points:
        raise where.error(
            "it has points, and nothing grades it.", "Put them on the cell with `checks` or `manual`."
        )


def _check_source(cell: Cell, *, where: _Place) -> None:
    marks = [
        line.strip()
        for line in cell.source.splitlines()
        if "BEGIN SOLUTION" in line or "END SOLUTION" in line
    ]
    if marks != [BEGIN_SOLUTION, END_SOLUTION] * (len(marks) // 2):
        raise where.error(
            "the marks of its solution do not pair.",
            f"Write {BEGIN_SOLUTION} before and {END_SOLUTION} after it, each alone on a line.",
        )
    if marks and cell.role not in (Role.ITEM, Role.MANUAL):
        raise where.error(
            "it holds a solution, and is no item.", 'Name the item: # %% id="rates" item="rates"'
        )
    if cell.role is Role.ITEM and not any(line.strip() for line in cell.solution):
        raise where.error(
            "it is an item without a solution.", f"Write one between {BEGIN_SOLUTION} and {END_SOLUTION}."
        )
    if cell.role is Role.CHECKS and not 1 <= len(cell.source.strip().splitlines()) <= 3:
        raise where.error(
            "its visible check is not 1 to 3 lines.", "Move the work into checks.py and call it here."
        )
    if cell.role in (Role.CODE, Role.ITEM, Role.CHECKS):
        try:
            ast.parse(TransformerManager().transform_cell(cell.source))
        except SyntaxError as error:
            raise where.error(f"it is not Python: {error.msg}, line {error.lineno}.", "Correct it.") from None
    elif not cell.source.strip():
        raise where.error("it is empty.", "Write something, or delete it.")


def _check_together(cells: Sequence[Cell], *, path: Path) -> None:
    def fail(number: int, problem: str, remedy: str) -> LabSourceError:
        return _Place(path=path, number=number, id=cells[number - 1].id).error(problem, remedy)

    seen: Counter[str] = Counter()
    for number, cell in enumerate(cells, start=1):
        seen[cell.id] += 1
        if seen[cell.id] > 1:
            raise fail(number, "another cell has the same id.", "Give each its own.")
        after = cells[number] if number < len(cells) else None
        checked = after is not None and after.role is Role.CHECKS and after.item == cell.item
        if cell.role is Role.ITEM and not checked:
            raise fail(
                number,
                f"no check follows the item {cell.item!r}.",
                f'Put # %% id="{cell.item}_check" checks="{cell.item}" points=1 right after it.',
            )
        before = cells[number - 2] if number > 1 else None
        if cell.role is Role.CHECKS and (
            before is None or before.role is not Role.ITEM or before.item != cell.item
        ):
            raise fail(
                number, f"it checks {cell.item!r}, and does not follow it.", "Put it right after that item."
            )
    names = Counter(cell.item for cell in cells if cell.role is Role.ITEM)
    for number, cell in enumerate(cells, start=1):
        if cell.role is Role.ITEM and names[cell.item] > 1:
            raise fail(number, f"two cells answer the item {cell.item!r}.", "Give each item its own name.")


def _regions(source: str) -> Iterator[tuple[str, bool]]:
    """Yield each line, and whether it is (the mark of) a solution."""
    inside = False
    for line in source.split("\n"):
        inside = inside or BEGIN_SOLUTION in line
        yield line, inside
        inside = inside and END_SOLUTION not in line
