"""The part of nbgrader's configuration that concerns building and handing out; grading adds its own."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from traitlets.config import Config

from medialit.course.notebook import answer_stub
from medialit.gradebook import gradebook_url

CODE_STUB = "...  # YOUR ANSWER: put your own lines in place of this one"
"""Stands where the solution was. It runs, so the check below can say what is missing."""


def release_config(config: Config, *, language: str) -> None:
    """Set how a release is made from a source: what stands in place of the answers."""
    config.ClearSolutions.code_stub = {"python": CODE_STUB}
    config.ClearSolutions.text_stub = answer_stub(language)


def configure(config: Config, course: Path) -> None:
    """Set up nbgrader for the built course in this folder; its nbgrader_config.py calls this.

    Parameters
    ----------
    config : Config
        What `get_config()` returns in a configuration file.
    course : Path
        The folder that holds medialit.json.
    """
    description = json.loads((course / "medialit.json").read_text(encoding="utf-8"))
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.course_id = description["course_id"]
    config.CourseDirectory.db_url = gradebook_url(course, course_id=description["course_id"])
    if description["exchange"] is not None:
        config.Exchange.root = description["exchange"]
        config.ExchangeFactory.submit = "medialit.course.whole.WholeSubmit"
    release_config(config, language=description["language"])


@contextmanager
def tools_on_path() -> Iterator[None]:
    """Put this environment's programs on PATH: nbgrader calls `alembic` by name."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before
