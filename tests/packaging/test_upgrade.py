"""What an earlier version left is read, kept and gone on with by this one."""

from __future__ import annotations

import importlib.util
import shutil
import sys
import tarfile
from pathlib import Path
from types import ModuleType

import pytest
from nbgrader.api import Gradebook

from medialit.consent.ledger import Ledger
from medialit.consent.ledger_events import Head
from medialit.course.build import build_courses
from medialit.course.exchange import Home
from medialit.course.nbgrader import tools_on_path
from medialit.course.project import find_project, read_course
from medialit.course.source import read_labs

FIXTURES = Path(__file__).parents[1] / "fixtures"
HEAD = (
    "medialit-consent 97460d28174a4d52dab844e41dd2a0ab 3 "
    "a0fa5ffcb2564a93a5047e68b5e02b194b3de555708dd542dcc86e6589bf6d70"
)
"""Printed by `medialit consent verify` then, and kept elsewhere."""
RETURN_CODE = "TFNKJ-45VVP"
"""Which Amal wrote down."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder as it was left on 2026-11-27."""
    with tarfile.open(FIXTURES / "homes" / "2026-11-27.tar.xz") as archive:
        archive.extractall(tmp_path / "home", filter="data")
    return tmp_path / "home"


def score(course: Path) -> tuple[float, bool]:
    with tools_on_path(), Gradebook(f"sqlite:///{course / 'gradebook.db'}", "tiny-en") as gradebook:
        graded = gradebook.find_submission("01_tiny", "amal")
        return graded.code_score, graded.needs_manual_grade


def test_a_course_is_built_again_over_marks_and_submissions(home: Path, tmp_path: Path) -> None:
    course = Home(root=home).course("en")
    submitted = (course / "submitted/amal/01_tiny/01_tiny.ipynb").read_bytes()
    secret = (course / "secret.key").read_bytes()
    assert score(course)[0] == 3.0
    project = find_project(Path(shutil.copytree(FIXTURES / "labs", tmp_path / "project")))
    [built] = build_courses(
        read_labs(project), course=read_course(project), project=project, languages=["en"],
        destination=Home(root=home).course, exchange=None,
    )  # fmt: skip
    assert built.changed  # another version builds anew
    assert score(course)[0] == 3.0
    assert (course / "submitted/amal/01_tiny/01_tiny.ipynb").read_bytes() == submitted
    assert (course / "secret.key").read_bytes() == secret


def test_a_consent_ledger_is_whole_and_what_was_permitted_stands(home: Path) -> None:
    with Ledger(home / "consent" / "ledger.db") as ledger:
        found = ledger.verify(known=[Head.from_text(HEAD)])
        assert found.ok, found.what
        known = ledger.state().known
    assert [grant.principal for grant in known["grants"]] == ["tiziri"]


def test_a_studios_class_is_there_and_a_member_comes_back(home: Path) -> None:
    world = builders().open_world(home / "studio" / "3B")
    try:
        assert world.studio.store.state().posts["p-0"].caption == "The harbour"
        amal = world.browser()
        code = world.studio.settings["code"]  # which every start of a studio shows
        body = {"code": code, "pseudonym": "Amal", "return_code": RETURN_CODE, "lang": "en"}
        amal.came_in(amal.post("/api/return", body))
        world.film(amal, "And on")
        assert set(world.studio.store.state().posts) == {"p-0", "p-1"}
    finally:
        world.studio.__exit__(None, None, None)


def builders() -> ModuleType:
    """Return what the studio's own tests open a class with."""
    if "studio_builders" not in sys.modules:
        path = Path(__file__).parents[1] / "unit" / "studio" / "builders.py"
        spec = importlib.util.spec_from_file_location("studio_builders", path)
        assert spec is not None and spec.loader is not None
        sys.modules["studio_builders"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["studio_builders"])
    return sys.modules["studio_builders"]
