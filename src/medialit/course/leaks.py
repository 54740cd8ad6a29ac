"""Refuse a release that shows learners a solution, a hidden test, or anything of graders/."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import nbformat
import polib

from medialit.course.source import Lab
from medialit.errors import LeakError

MIN_SOLUTION_CHARACTERS = 12
"""A shorter line of a solution, such as `return d`, is no secret: it would be found by chance."""
MIN_GRADER_CHARACTERS = 24
"""The same for a grader, which shares more with any other Python file."""

_FORBIDDEN = (
    "BEGIN SOLUTION",
    "END SOLUTION",
    "BEGIN HIDDEN TESTS",
    "END HIDDEN TESTS",
    "medialit.grading.plain",
)
_READABLE = (".py", ".md", ".toml", ".json", ".txt")
_COMMONPLACE = re.compile(
    r"(<|from|import|def|class|@|return$|pass$|else:|try:|\)|\]|\}|\"\"\"|raise NotImplementedError)"
)


def check_release(release: Path, *, lab: Lab, graders: Path) -> None:
    """Read every file of a release and refuse it if it shows what it must not.

    Parameters
    ----------
    release : Path
        The folder that learners will fetch.
    lab : Lab
        Whose solutions are secret.
    graders : Path
        Whose modules for this lab are secret.

    Raises
    ------
    LeakError
        Naming the file and what it shows.
    """
    grader_files = sorted(graders.glob(f"**/{lab.slug}*")) if graders.is_dir() else []
    hashes = {_digest(path): path for path in grader_files if path.is_file() and path.stat().st_size}
    secrets = _secrets(lab, [path for path in grader_files if path.suffix in _READABLE])
    for path in sorted(release.rglob("*")):
        if path.is_symlink():
            raise LeakError(f"{path} is a link, which may lead anywhere. Put the file itself into the lab.")
        if not path.is_file():
            continue
        if (grader := hashes.get(_digest(path))) is not None:
            raise LeakError(f"{path} is a copy of {grader}. Nothing in {graders} may be released: remove it.")
        _check_text(path, _text(path), secrets=secrets)


def _check_text(path: Path, text: str, *, secrets: dict[str, str]) -> None:
    for mark in _FORBIDDEN:
        if mark in text:
            raise LeakError(
                f"{path} holds {mark!r}, which only the instructor's copy may hold. Remove it there."
            )
    flat = _flat(text)
    for secret, origin in secrets.items():
        if secret in flat:
            raise LeakError(f"{path} shows {secret!r}, which is {origin}. Take it out of what learners get.")


def _secrets(lab: Lab, grader_texts: Iterable[Path]) -> dict[str, str]:
    """Return the lines that must not be seen, flattened, and where each comes from."""
    visible = _flat("\n".join([*(cell.visible for cell in lab.cells), *_translations(lab)]))
    found: dict[str, str] = {}
    for cell in lab.cells:
        for line in map(_flat, cell.solution):
            if len(line) >= MIN_SOLUTION_CHARACTERS and line not in visible and not _COMMONPLACE.match(line):
                found[line] = f"part of the solution in the cell {cell.id!r}"
    for module in grader_texts:
        for line in map(_flat, module.read_text(encoding="utf-8").splitlines()):
            if len(line) >= MIN_GRADER_CHARACTERS and line not in visible and not _COMMONPLACE.match(line):
                found[line] = f"part of {module.name}"
    return found


def _translations(lab: Lab) -> Iterator[str]:
    """Yield what learners may read in other languages; a rubric may quote its question."""
    for path in sorted(lab.folder.glob("i18n/*.po")):
        for entry in polib.pofile(str(path)):
            if (entry.msgctxt or "").startswith("cell:"):
                yield entry.msgstr


def _text(path: Path) -> str:
    """Return all that can be read in a file; a notebook's and a JSON file's strings are unescaped."""
    text = path.read_bytes().decode("utf-8", errors="replace")
    if path.suffix == ".ipynb":
        notebook = nbformat.reads(text, as_version=4)
        return "\n".join([text, *(cell.source for cell in notebook.cells)])
    if path.suffix == ".json":
        return "\n".join([text, *_json_strings(json.loads(text))])
    return text


def _json_strings(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from (key, *_json_strings(one))
    elif isinstance(value, list):
        for one in value:
            yield from _json_strings(one)


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
