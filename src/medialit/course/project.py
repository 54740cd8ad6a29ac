"""Where the course's sources are, and what course.toml says about the course as a whole."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from medialit.course import supplied
from medialit.errors import CourseError
from medialit.home import medialit_home
from medialit.language import LANGUAGES

_T = TypeVar("_T")

ROOT_VARIABLE = "MEDIALIT_ROOT"
"""Environment variable: the folder with labs/, graders/ and course/, where it is neither a checkout nor installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """The folders that a course is built from."""

    root: Path

    @property
    def labs(self) -> Path:
        """One folder for each lab."""
        return self.root / "labs"

    @property
    def graders(self) -> Path:
        """Trusted checks; nothing in here may reach a learner."""
        return self.root / "graders"

    @property
    def course(self) -> Path:
        """course.toml and the nbgrader configuration."""
        return self.root / "course"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What holds for the whole course."""

    name: str
    """Begins every nbgrader course id: `medialit` gives `medialit-fr`."""
    title: str
    languages: tuple[str, ...]
    labs: tuple[str, ...]
    """Slugs in teaching order; empty means every folder of labs/, by its `order`."""
    seed: int
    """Seeds the clips and files that labs ship with."""

    def course_id(self, language: str) -> str:
        """Return the nbgrader course id for one language."""
        return f"{self.name}-{language}"


def find_project(root: Path | None = None) -> Project:
    """Return the project at `root`, at $MEDIALIT_ROOT, in the checkout here or around this package, or installed.

    What is installed is the package ``medialit-teach``; it is unpacked into $MEDIALIT_HOME first (`supplied.sources`).

    Raises
    ------
    CourseError
        If none of them holds course/course.toml.
    """
    named = os.environ.get(ROOT_VARIABLE)
    if root is not None:
        candidates = [root]
    elif named:
        candidates = [Path(named)]
    else:
        here = Path.cwd()
        candidates = [here, *here.parents, Path(__file__).resolve().parents[3]]
    for candidate in candidates:
        if (candidate / "course" / "course.toml").is_file():
            return Project(root=candidate.resolve())
    if root is None and not named and (installed := supplied.sources(medialit_home())) is not None:
        return Project(root=installed.resolve())
    raise CourseError(
        f"No course/course.toml was found in {candidates[0]}. The sources of the labs are in the package medialit-teach: "
        f"install it, run the command inside a checkout of medialit, or set {ROOT_VARIABLE} to the folder that holds "
        "labs/, graders/ and course/."
    )


def learner_only() -> bool:
    """Say whether this installation holds the labs as learners get them, and no sources of a course."""
    if supplied.released() is None:
        return False
    try:
        find_project()
    except CourseError:
        return True
    return False


def read_course(project: Project) -> Course:
    """Read course.toml.

    Raises
    ------
    CourseError
        If it cannot be read, or a value is missing or of the wrong kind.
    """
    path = project.course / "course.toml"
    table = read_toml(path)
    languages = strings(table, "languages", path=path)
    for code in languages:
        if code not in LANGUAGES or not LANGUAGES[code].course:
            courses = ", ".join(one.code for one in LANGUAGES.values() if one.course)
            raise CourseError(f"{path}: no course can be built in {code!r}. Use some of: {courses}.")
    return Course(
        name=entry(table, "name", str, path=path),
        title=entry(table, "title", str, path=path),
        languages=languages,
        labs=strings(table, "labs", path=path) if "labs" in table else (),
        seed=entry(table, "seed", int, path=path),
    )


def read_toml(path: Path) -> Mapping[str, Any]:
    """Read a TOML file; a `CourseError` says what is wrong with it."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CourseError(
            f"{path} cannot be read ({error.strerror}). Create it, or correct its rights."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} is not TOML: {error}. Correct it and build again.") from None


def entry(table: Mapping[str, Any], key: str, kind: type[_T], *, path: Path) -> _T:
    """Return a required entry of a TOML table, of exactly this type."""
    if key not in table:
        raise CourseError(f"{path}: `{key}` is missing. Add it; it is a {kind.__name__}.")
    value = table[key]
    if type(value) is not kind:
        raise CourseError(f"{path}: `{key}` is {value!r}. It must be a {kind.__name__}.")
    return value


def strings(table: Mapping[str, Any], key: str, *, path: Path) -> tuple[str, ...]:
    """Return a required list of strings."""
    values = entry(table, key, list, path=path)
    if not all(isinstance(value, str) and value.strip() for value in values):
        raise CourseError(f"{path}: `{key}` is {values!r}. It must be a list of strings, none of them empty.")
    return tuple(values)
