"""A lab put to the proof: its reference, its grader, its wrong answers, and its releases, built and run once.

`test_every_lab.py` asks of each lab in labs/ what holds of all; a lab's own file, such as `test_07_spotting.py`,
asks what only that lab claims, of the same `Proof`.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import shutil
import sys
import warnings
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
from nbclient import NotebookClient

from medialit.course.build import build_courses
from medialit.course.i18n import Catalogue, check_messages
from medialit.course.project import Project, read_course
from medialit.course.source import Cell, Lab, Role, read_lab
from medialit.grading.inprocess import InProcessStudent
from medialit.grading.judge import Grader, load_grader
from medialit.grading.mutants import Mutant

PROJECT = Project(root=Path(__file__).resolve().parents[2])
SLUGS = tuple(path.parent.name for path in sorted(PROJECT.labs.glob("*/lab.py")))
LANGUAGES = ("en", "fr", "ar")

SIMPLER: Mapping[str, Mapping[str, str]] = {
    "07_spotting": {
        "SIZE = (224, 224)": "SIZE = (56, 56)",
        "duration_s=2.5)": "duration_s=2.5, backgrounds=('studio',), kinds=('ball', 'cube'))",
    },
}
"""What to put in the place of what in a lab's assets.py, where its real clips take minutes to draw."""


def load(path: Path, name: str) -> ModuleType:
    """Import a file that lies in no package."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


@cache
def mutants(slug: str) -> tuple[Mutant, ...]:
    """A lab's wrong answers; none where it has no file of them, which a test of its own refuses."""
    path = PROJECT.graders / f"{slug}_mutants.py"
    return tuple(load(path, f"mutants_{slug}").MUTANTS) if path.is_file() else ()


@dataclass(frozen=True, kw_only=True)
class Run:
    """A notebook that went through a real kernel, and the folder that it ran in."""

    notebook: nbformat.NotebookNode
    folder: Path

    def outputs(self, kind: str) -> list[tuple[str, nbformat.NotebookNode]]:
        """Each output of this kind, with the id of its cell."""
        return [
            (cell.id, out)
            for cell in self.notebook.cells
            for out in cell.get("outputs", [])
            if out.output_type == kind
        ]

    @property
    def said(self) -> Mapping[str, str]:
        """What each cell printed, by id; nothing for a cell that printed nothing."""
        said: defaultdict[str, str] = defaultdict(str)  # a kernel may send one cell's text in several pieces
        for cell, out in self.outputs("stream"):
            said[cell] += out.text
        return said


class Proof:
    """One lab, with all that is costly done at most once.

    Parameters
    ----------
    slug : str
        The lab's folder.
    scratch : callable
        Gives a new empty folder for a name.
    """

    def __init__(self, slug: str, *, scratch: Callable[[str], Path]) -> None:
        self.slug, self._scratch = slug, scratch
        self.lab: Lab = read_lab(PROJECT.labs / slug)
        self.mutants = mutants(slug)
        self._checks: dict[str, ModuleType] = {}

    @cached_property
    def grader(self) -> Grader:
        """The lab's grader."""
        return load_grader(PROJECT.graders, self.slug)

    @cached_property
    def _imports(self) -> str:
        """What the notebook imports before a learner's code runs, but for the checks."""
        found = []
        for cell in self.lab.cells:
            if cell.role not in (Role.PROSE, Role.MANUAL):
                for node in ast.parse(cell.source).body:
                    if isinstance(node, ast.Import) or (
                        isinstance(node, ast.ImportFrom) and node.module != "checks"
                    ):
                        found.append(ast.unparse(node))
        return "\n".join(found)

    def namespace(self, replaced: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return the names that the reference solution defines, with the cells of some items replaced."""
        names: dict[str, Any] = {"__name__": "__main__"}
        exec(self._imports, names)
        for cell in self.lab.cells:
            if cell.role is Role.ITEM:
                exec((replaced or {}).get(cell.item or "", cell.source), names)
        return names

    def wrong(self, mutant: Mutant) -> Any:
        """Return the function that answers an item wrongly."""
        return self.namespace({mutant.item: mutant.source})[mutant.item]

    def scores(self, names: Mapping[str, Any], seed: int) -> dict[str, float]:
        """Return the points that these answers get from the cases of one learner."""
        student = InProcessStudent(names)
        verdicts = self.grader.judge(student, secret=b"secret", student_id=f"learner{seed}")
        assert all(verdict.grader_error is None for verdict in verdicts), verdicts
        return {verdict.item: verdict.score for verdict in verdicts}

    def questions(self, seed: int) -> list[tuple[str, str]]:
        """Return what the grader asks one learner: each item, with its arguments."""
        asked: list[tuple[str, str]] = []

        class Recorder:
            def call(self, name: str, *arguments: object, **named: object) -> None:
                asked.append((name, repr(arguments)))

            def value(self, name: str) -> None:
                return None

        self.grader.judge(Recorder(), secret=b"secret", student_id=f"learner{seed}")
        return asked

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Every short text in the lab's code, solutions included: what a learner may always answer with."""
        code = [cell.source for cell in self.lab.cells if cell.role not in (Role.PROSE, Role.MANUAL)]
        nodes = [node for source in code for node in ast.walk(ast.parse(source))]
        texts = [node.value for node in nodes if isinstance(node, ast.Constant)]
        return tuple(sorted({text for text in texts if isinstance(text, str) and len(text) <= 40}))

    def catalogue(self, lang: str) -> Catalogue:
        """Return what the lab says in this language."""
        return Catalogue(self.lab, lang)

    def check(self, lang: str) -> Any:
        """Return the visible checks as they lie beside a released notebook in this language."""
        if lang not in self._checks:
            folder = self._scratch(f"checks_{lang}")
            shutil.copy(self.lab.folder / "checks.py", folder)
            said = self.catalogue(lang).translate(check_messages(self.lab))
            (folder / "messages.json").write_text(json.dumps(said))
            self._checks[lang] = load(folder / "checks.py", f"checks_{self.slug}_{lang}")
        return self._checks[lang].check

    def cell(self, cell_id: str) -> Cell:
        """Return one cell by its id."""
        return next(cell for cell in self.lab.cells if cell.id == cell_id)

    def prose(self, cell_id: str) -> str:
        """Return what a cell tells, on one line."""
        return " ".join(self.cell(cell_id).visible.split())

    @cached_property
    def built(self) -> Path:
        """The folder of the lab as it is handed out, one course for each of `LANGUAGES`."""
        project = _simpler(self._scratch("project"), self.slug) if self.slug in SIMPLER else PROJECT
        out = self._scratch("courses")
        build_courses(
            [read_lab(project.labs / self.slug)],
            course=read_course(project),
            project=project,
            languages=list(LANGUAGES),
            destination=lambda language: out / language,
            exchange=None,
        )
        return out

    def release(self, lang: str) -> Path:
        """Return the folder that learners fetch in this language."""
        return self.built / lang / "release" / self.slug

    def released(self, lang: str) -> nbformat.NotebookNode:
        """Return the notebook that learners fetch in this language, anew each time."""
        return nbformat.read(self.release(lang) / f"{self.slug}.ipynb", as_version=4)

    def released_text(self, lang: str) -> str:
        """Return all that can be read in the folder that learners fetch."""
        files = sorted(path for path in self.release(lang).rglob("*") if path.is_file())
        return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in files)

    @cached_property
    def blank(self) -> Run:
        """The English notebook as it is handed out, run to its end."""
        return self._run(self.released("en"), "en")

    @cached_property
    def solved(self) -> Run:
        """The Arabic notebook with the reference solution in it, run to its end."""
        notebook = self.released("ar")
        solutions = {cell.id: cell.source for cell in self.lab.cells if cell.role is Role.ITEM}
        for cell in notebook.cells:
            cell.source = solutions.get(cell.id, cell.source)
        return self._run(notebook, "ar")

    def _run(self, notebook: nbformat.NotebookNode, lang: str) -> Run:
        folder = self._scratch("learner") / self.slug  # what a learner's run leaves is not in the release
        shutil.copytree(self.release(lang), folder)
        resources = {"metadata": {"path": str(folder)}}
        client = NotebookClient(notebook, timeout=120, allow_errors=True, resources=resources)
        with warnings.catch_warnings():  # of the client's own libraries, about one another
            theirs = "zmq|jupyter_client|nbclient|traitlets"
            warnings.filterwarnings("ignore", category=DeprecationWarning, module=theirs)
            client.execute()
        return Run(notebook=notebook, folder=folder)


def _simpler(root: Path, slug: str) -> Project:
    """Return a course with this lab alone, whose clips are drawn in seconds."""
    shutil.copytree(PROJECT.labs / slug, root / "labs" / slug, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(PROJECT.graders, root / "graders", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(PROJECT.course, root / "course")
    assets = root / "labs" / slug / "assets.py"
    source = assets.read_text(encoding="utf-8")
    for old, new in SIMPLER[slug].items():
        assert old in source
        source = source.replace(old, new)
    assets.write_text(source, encoding="utf-8")
    return Project(root=root)


def pattern(sentences: Sequence[str]) -> re.Pattern[str]:
    """Return what matches any of these sentences, whatever stands in its slots."""
    return re.compile("|".join(re.sub(r"\\{\w+\\}", ".*", re.escape(text)) for text in sentences), re.DOTALL)
