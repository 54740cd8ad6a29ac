"""What an installation brings along where there is no checkout: a learner's released labs, a teacher's sources.

Two wheels, because a wheel can be unzipped. ``medialit`` holds the labs as learners get them, in `released/`;
``medialit-teach`` holds labs/, graders/ and course/, with every solution. A teacher edits these, and students' code may
read all that is installed beside Python; so they are unpacked into `$MEDIALIT_HOME/sources`, which it may not read,
and the sandbox hides the installed copy.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from filelock import FileLock

from medialit.errors import CourseError

TEACHER = "medialit_teach"
"""The package that holds the sources."""
PARTS = ("labs", "graders", "course")
SOURCES = "sources"
"""Folder of $MEDIALIT_HOME into which they are unpacked."""
NEWER = "newer"
"""Folder of SOURCES for new versions of files that the teacher has changed."""
RECORD = ".supplied.json"
MADE = "made"
"""Folder of $MEDIALIT_HOME for clips drawn on this computer; it may be deleted."""

_COMPILED = shutil.ignore_patterns("__pycache__")  # pip compiles whatever ends in .py
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """What unpacking did, as paths relative to the folder of sources."""

    written: tuple[str, ...]
    removed: tuple[str, ...]
    kept: tuple[str, ...]
    """The teacher's own versions of files that have a newer one, which now lies in `newer/`."""


def teachers_files() -> Path | None:
    """Return the folder of the installed sources, or None where ``medialit-teach`` is not installed."""
    try:
        folder = Path(str(files(TEACHER)))
    except ModuleNotFoundError:
        return None
    return folder if (folder / "course" / "course.toml").is_file() else None


def sources(home: Path) -> Path | None:
    """Return `$MEDIALIT_HOME/sources`, brought up to the installed ``medialit-teach``; None where there is neither.

    Parameters
    ----------
    home : Path
        $MEDIALIT_HOME.
    """
    folder = home / SOURCES
    shipped = teachers_files()
    if shipped is not None:
        if not home.exists():
            home.mkdir(parents=True)
            home.chmod(0o700)
        with FileLock(home / ".sources.lock"):
            done = unpack(shipped, folder)
        if done.kept:
            _log.warning(
                "You have changed %s; the new version lies in %s, and yours stays in use.",
                ", ".join(done.kept),
                folder / NEWER,
            )
    return folder if (folder / "course" / "course.toml").is_file() else None


def unpack(shipped: Path, folder: Path) -> Unpacked:
    """Bring a folder up to what is shipped, without overwriting what a person has changed in it.

    A file that is as it was shipped is replaced or removed; a missing one comes back; one that was changed stays, and
    its new version goes to `newer/`. Files of other names are never touched.

    Parameters
    ----------
    shipped : Path
        Holds labs/, graders/ and course/.
    folder : Path
        Need not exist.
    """
    new = {
        path.relative_to(shipped).as_posix(): _digest(path)
        for part in PARTS
        for path in sorted((shipped / part).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    old = _read_record(folder / RECORD)
    if new == old and all((folder / name).is_file() for name in new):
        return Unpacked(written=(), removed=(), kept=())
    written, removed, kept = [], [], []
    shutil.rmtree(folder / NEWER, ignore_errors=True)
    for name, digest in new.items():
        here = _digest(folder / name) if (folder / name).is_file() else None
        if here == digest:
            continue
        if here is None or here == old.get(name):
            _copy(shipped / name, folder / name)
            written.append(name)
        elif digest != old.get(name):
            _copy(shipped / name, folder / NEWER / name)
            kept.append(name)
    for name in old.keys() - new.keys():
        if (folder / name).is_file() and _digest(folder / name) == old[name]:
            (folder / name).unlink()
            removed.append(name)
    _write(folder / RECORD, json.dumps(new, indent=1, sort_keys=True) + "\n")
    return Unpacked(written=tuple(written), removed=tuple(sorted(removed)), kept=tuple(kept))


def released() -> Path | None:
    """Return the folder of the labs as learners get them, which the wheel holds and a checkout does not."""
    folder = Path(str(files("medialit"))) / "released"
    return folder if folder.is_dir() else None


def released_description(lang: str) -> Mapping[str, Any]:
    """Return what the wheel says of its course in one language: title, seed, and the labs' titles and points.

    Raises
    ------
    CourseError
        If this installation holds no course in this language.
    """
    folder = released()
    path = folder / lang / "medialit.json" if folder else None
    if path is None or not path.is_file():
        raise CourseError(
            f"This installation of medialit holds no labs in {lang!r}. Install a wheel that "
            "`python3 run.py package` made, or run the command inside a checkout."
        )
    description: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return description


def receive(
    *,
    home: Path,
    lang: str,
    work: Path,
    make: Callable[[Path, Path, int], None],
    on_lab: Callable[[str, bool], None] = lambda slug, new: None,
) -> None:
    """Put the released labs into a learner's folder; a lab that is there already stays as the learner left it.

    Parameters
    ----------
    home : Path
        $MEDIALIT_HOME, where the clips that take a minute to draw are kept.
    lang : str
        Of the labs.
    work : Path
        The learner's folder.
    make : callable
        Runs a lab's assets.py: given its path, the folder to fill and the seed.
    on_lab : callable
        Called with each lab's slug and whether it is new, before it is made.

    Raises
    ------
    CourseError
        If this installation holds no course in this language.
    """
    description = released_description(lang)
    folder = released()
    assert folder is not None  # the description was in it
    work.mkdir(parents=True, exist_ok=True)
    with FileLock(work / ".receive.lock"):
        for slug in description["labs"]:
            place = work / slug
            on_lab(slug, not place.exists())
            if place.exists():
                continue
            with tempfile.TemporaryDirectory(prefix=".receive-", dir=work) as draft:
                lab = Path(draft) / slug
                shutil.copytree(folder / lang / slug, lab, ignore=_COMPILED)
                if (makers := folder / "files" / slug).is_dir():
                    # Copied out first: a maker keeps its clips two folders above itself.
                    copied = home / MADE / "labs" / slug
                    shutil.copytree(makers, copied, dirs_exist_ok=True, ignore=_COMPILED)
                    make(copied / "assets.py", lab, description["seed"])
                lab.rename(place)


def _read_record(path: Path) -> dict[str, str]:
    with suppress(OSError, ValueError):
        record = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(record, dict):
            return record
    return {}


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(target.name + ".part")
    shutil.copyfile(source, draft)
    draft.replace(target)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
