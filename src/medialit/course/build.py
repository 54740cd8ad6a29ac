"""Build one nbgrader course for each language, from one source.

A lab is built in a staging folder, checked for leaks there, recorded in the gradebook, and only then put in
place of the one before. So a build that fails, or is killed, leaves the course as it was, and the next one
completes it. Submissions, marks and feedback are never touched; a change that would orphan them is refused.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from filelock import FileLock
from nbgrader.api import MissingEntry
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

import medialit
from medialit.course import exchange as handing
from medialit.course.i18n import Catalogue, Message, check_messages, grader_messages
from medialit.course.leaks import check_release
from medialit.course.nbgrader import release_config, tools_on_path
from medialit.course.notebook import source_notebook
from medialit.course.project import Course, Project
from medialit.course.source import Lab
from medialit.errors import CourseError, GradebookError, LabSourceError
from medialit.gradebook import gradebook_url, open_gradebook, prepare

SCHEMA = 1
"""Of medialit.json."""
DESCRIPTION = "medialit.json"
MESSAGES = "messages.json"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What was done for one lab in one language."""

    lab: str
    language: str
    changed: bool
    """False where the course already held this very build."""
    release: Path


def build_courses(
    labs: Sequence[Lab],
    *,
    course: Course,
    project: Project,
    languages: Sequence[str],
    destination: Callable[[str], Path],
    exchange: Path | None,
    force: bool = False,
    on_built: Callable[[Built], None] = lambda built: None,
) -> list[Built]:
    """Build these labs in these languages.

    Parameters
    ----------
    labs : sequence of Lab
        Read and checked.
    course : Course
        Title, ids and seed.
    project : Project
        Where graders/ and the nbgrader configuration are.
    languages : sequence of str
        Codes; one nbgrader course each.
    destination : callable
        Gives each language's course folder.
    exchange : Path or None
        Where learners fetch from; None puts nothing there.
    force : bool
        Build even what is up to date.
    on_built : callable
        Called after each lab in each language, to show progress.

    Returns
    -------
    list of Built
        In the order of languages, then labs.

    Raises
    ------
    CourseError
        A `LeakError` if a release would show what it must not, a `GradebookError` if marks would be orphaned.
    """
    done: list[Built] = []
    with tempfile.TemporaryDirectory(prefix="medialit-assets-") as folder:
        assets = _Assets(Path(folder), seed=course.seed)
        for lang in languages:
            root = destination(lang).resolve()
            root.mkdir(parents=True, exist_ok=True)
            with FileLock(root / ".build.lock"):
                builder = _Builder(root, language=lang, course=course, project=project, exchange=exchange)
                for lab in labs:
                    built = builder.build(lab, assets=assets, force=force)
                    done.append(built)
                    on_built(built)
    return done


class _Assets:
    """The files that each lab ships with, made once however many languages there are."""

    def __init__(self, folder: Path, *, seed: int) -> None:
        self._folder = folder
        self._seed = seed

    def copy(self, lab: Lab, destination: Path) -> None:
        """Put a lab's files beside its notebook."""
        if lab.assets is None:
            return
        made = self._folder / lab.slug
        if not made.exists():
            _log.info("Making the files of %s", lab.slug)
            made.mkdir()
            load_assets(lab.assets).build(made, seed=self._seed)
        shutil.copytree(made, destination, dirs_exist_ok=True)


class _Builder:
    """One language's course folder, locked while labs are built into it."""

    def __init__(
        self, root: Path, *, language: str, course: Course, project: Project, exchange: Path | None
    ) -> None:
        self._root = root
        self._language = language
        self._course = course
        self._project = project
        self._exchange = exchange
        self._description = read_description(root) or {}
        for leftover in root.glob(".build-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        write_whole(
            root / "nbgrader_config.py", (project.course / "nbgrader_config.py").read_text(encoding="utf-8")
        )

    def build(self, lab: Lab, *, assets: _Assets, force: bool) -> Built:
        fingerprint = self._fingerprint(lab)
        release = self._root / "release" / lab.slug
        known = self._description.get("labs", {}).get(lab.slug, {})
        fresh = (
            known.get("fingerprint") == fingerprint
            and release.is_dir()
            and (self._root / "source" / lab.slug).is_dir()
            and self._described()
        )
        if not fresh or force:
            with tempfile.TemporaryDirectory(prefix=".build-", dir=self._root) as staging:
                self._stage(lab, Path(staging), assets=assets)
                for step in ("source", "release"):
                    _swap(Path(staging) / step / lab.slug, self._root / step / lab.slug, trash=Path(staging))
            self._describe(lab, fingerprint)
        if self._exchange is not None and (not fresh or force or not self._handed_out(lab)):
            handing.release(
                self._root,
                assignment=lab.slug,
                course_id=self._course.course_id(self._language),
                exchange=self._exchange,
            )
        return Built(lab=lab.slug, language=self._language, changed=not fresh or force, release=release)

    def _stage(self, lab: Lab, staging: Path, *, assets: _Assets) -> None:
        """Write source and release into an empty folder, refuse leaks, then record the cells."""
        catalogue = Catalogue(lab, self._language)
        source = staging / "source" / lab.slug
        source.mkdir(parents=True)
        assets.copy(lab, source)
        if lab.checks is not None:
            shutil.copyfile(lab.checks, source / "checks.py")
        write_whole(source / MESSAGES, _json(catalogue.translate(check_messages(lab))))
        notebook = source_notebook(lab, catalogue)
        nbformat.write(notebook, source / f"{lab.slug}.ipynb")
        self._refuse_orphans(lab, notebook)
        self._generate(lab, staging, record=False)
        check_release(staging / "release" / lab.slug, lab=lab, graders=self._project.graders)
        self._generate(lab, staging, record=True)

    def _generate(self, lab: Lab, staging: Path, *, record: bool) -> None:
        """Run nbgrader's own generate_assignment in the staging folder."""
        config = Config()
        release_config(config, language=self._language)
        config.SaveCells.enabled = record
        config.GenerateAssignment.no_database = not record
        directory = CourseDirectory(
            root=str(staging),
            db_url=self._db_url,
            course_id=self._course.course_id(self._language),
            assignment_id=lab.slug,
            config=config,
        )
        generator = GenerateAssignment(coursedir=directory, config=config)
        if record:
            prepare(self._db_url)
        generator.force = True
        generator.log = _quiet_log()
        try:
            with tools_on_path():
                generator.start()
        except (NbGraderException, RuntimeError, ValueError) as error:
            raise CourseError(
                f"nbgrader could not release {lab.slug} in {self._language!r}: {error}. "
                "Correct the lab's source, and build again."
            ) from error

    @property
    def _db_url(self) -> str:
        return gradebook_url(self._root, course_id=self._course.course_id(self._language))

    def _refuse_orphans(self, lab: Lab, notebook: nbformat.NotebookNode) -> None:
        """Refuse cells that come or go once there are submissions: nbgrader could not place their marks."""
        url = self._db_url
        if url.startswith("sqlite") and not (self._root / "gradebook.db").is_file():
            return
        with open_gradebook(url, course_id=self._course.course_id(self._language)) as gradebook:
            try:
                recorded = gradebook.find_notebook(lab.slug, lab.slug)
            except MissingEntry:
                return
            if not recorded.submissions:
                return
            before = {cell.name for cell in recorded.source_cells}
            n_submissions = len(recorded.submissions)
        now = {cell.id for cell in notebook.cells if "nbgrader" in cell.metadata}
        if before != now:
            changes = [f"{name!r} is new" for name in sorted(now - before)]
            changes += [f"{name!r} is gone" for name in sorted(before - now)]
            raise GradebookError(
                f"{lab.slug} has {n_submissions} submission(s) in {self._root}, and its cells changed: "
                f"{', '.join(changes)}. Restore them, or give the changed lab a new folder, such as "
                f"{lab.slug}_b."
            )

    def _fingerprint(self, lab: Lab) -> str:
        """Return a hash of all that a build depends on: the lab, graders, course and code."""
        digest = hashlib.sha256()
        folders = {
            "lab": lab.folder,
            "course": self._project.course,
            "graders": self._project.graders,
            "code": Path(medialit.__file__).parent,
        }
        for name, folder in folders.items():
            for path in sorted(folder.rglob("*")):
                if path.is_file() and "__pycache__" not in path.parts:
                    digest.update(f"{name}/{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
                    digest.update(path.read_bytes())
        digest.update(f"{SCHEMA} {self._language}".encode())
        return digest.hexdigest()

    def _described(self) -> bool:
        """Say whether medialit.json is right but for the labs it lists."""
        listed = ("labs", "messages")
        return {
            key: value for key, value in self._description.items() if key not in listed
        } == self._new_description()

    def _new_description(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "language": self._language,
            "course_id": self._course.course_id(self._language),
            "title": self._course.title,
            "graders": str(self._project.graders),
            "exchange": str(self._exchange) if self._exchange else None,
        }

    def _describe(self, lab: Lab, fingerprint: str) -> None:
        catalogue = Catalogue(lab, self._language)
        title = catalogue.look_up(Message("lab", lab.title)).text
        said = catalogue.translate(grader_messages(lab, graders=self._project.graders))
        before = self._description
        labs = before.get("labs", {}) | {
            lab.slug: {"title": title, "points": lab.points, "order": lab.order, "fingerprint": fingerprint}
        }
        self._description = self._new_description() | {
            "messages": before.get("messages", {}) | {lab.slug: said},
            "labs": labs,
        }
        write_whole(self._root / DESCRIPTION, _json(self._description))

    def _handed_out(self, lab: Lab) -> bool:
        assert self._exchange is not None
        course_id = self._course.course_id(self._language)
        return handing.WITHOUT_EXCHANGE or (self._exchange / course_id / "outbound" / lab.slug).is_dir()


def read_description(course: Path) -> dict[str, Any] | None:
    """Return a built course's medialit.json, or None where nothing has been built.

    Raises
    ------
    CourseError
        If it is damaged, or of another version.
    """
    path = course / DESCRIPTION
    if not path.is_file():
        return None
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CourseError(f"{path} is damaged: {error}. Delete it and run `medialit course build`.") from None
    if not isinstance(description, dict) or description.get("schema") != SCHEMA:
        raise CourseError(f"{path} is of another version. Delete it and run `medialit course build`.")
    return description


def frozen_ids(lab: Lab) -> Mapping[str, Sequence[object]]:
    """Return what must not change once learners have submitted: each nbgrader cell's id, role and points."""
    catalogue = Catalogue(lab, "en")
    return {
        cell.id: [lab_cell.role.value, lab_cell.points]
        for cell, lab_cell in zip(source_notebook(lab, catalogue).cells, lab.cells, strict=True)
        if "nbgrader" in cell.metadata
    }


def _swap(new: Path, place: Path, *, trash: Path) -> None:
    """Put a folder in the place of another; what was there goes to the trash."""
    place.parent.mkdir(exist_ok=True)
    if place.exists():
        place.rename(trash / f"{place.parent.name}-{place.name}.old")
    new.rename(place)


def load_assets(path: Path) -> Any:
    """Return a lab's assets.py as a module, which has `build(folder, *, seed)`.

    Raises
    ------
    LabSourceError
        If it has not.
    """
    spec = importlib.util.spec_from_file_location(f"medialit_lab_{path.parent.name}_{path.stem}", path)
    assert spec is not None  # the path ends in .py
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses in it look their module up
    spec.loader.exec_module(module)
    if not callable(getattr(module, "build", None)):
        raise LabSourceError(f"{path} has no function build(folder, *, seed). Write it, or delete the file.")
    return module


def _quiet_log() -> logging.Logger:
    log = logging.getLogger("medialit.course.nbgrader")
    log.setLevel(logging.ERROR)
    return log


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    staged = Path(file.name)
    staged.chmod(0o644)
    staged.replace(path)
