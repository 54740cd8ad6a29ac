"""What several folders of tests share."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# Laws hold on a busy machine too: no example is timed. And whoever runs the tests meets the same examples; new ones are
# looked for with `pytest --hypothesis-profile=search`. Here, because a test takes the profile as it is collected.
settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same for all", settings.get_profile("search"), derandomize=True)
settings.load_profile("same for all")


FIXTURES = Path(__file__).parent / "fixtures"

GOOD = {
    "rates": "def rates(h, m, f, c):\n    return h / (h + m), f / (f + c)",
    "verdict": 'def verdict(score):\n    return "synthetic" if score >= 0.5 else "cannot tell"',
    "reflect": "I look for shadows now, and I know that I miss one in five.",
}


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """No test leaves this process with real-time priority: what it starts inherits that, and starves all others."""
    if sys.platform == "linux" and os.sched_getscheduler(0) in (os.SCHED_FIFO, os.SCHED_RR):
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        pytest.fail(f"{item.nodeid} left the process with real-time priority.")


@pytest.fixture(scope="session")
def built_probe_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The probe lab, built in English and Arabic by the project's own builder."""
    from medialit.course.build import build_courses
    from medialit.course.project import Project, read_course
    from medialit.course.source import read_labs

    root = tmp_path_factory.mktemp("probe")
    project = Project(root=FIXTURES / "grading")
    build_courses(
        read_labs(project),
        course=read_course(project),
        project=project,
        languages=["en", "ar"],
        destination=lambda language: root / language,
        exchange=None,
    )
    return root


@pytest.fixture
def probe_course(built_probe_course: Path, tmp_path: Path) -> Path:
    """A fresh English course without submissions."""
    return Path(shutil.copytree(built_probe_course / "en", tmp_path / "course"))


@pytest.fixture
def hand_in(probe_course: Path) -> Callable[..., Path]:
    """Hand in the probe lab for a student; answers replace cells by id, `change` alters the whole notebook."""

    def hand_in(
        student: str,
        answers: Mapping[str, str] = GOOD,
        *,
        change: Callable[[dict[str, Any]], object] = lambda notebook: None,
        course: Path = probe_course,
    ) -> Path:
        notebook = json.loads((course / "release" / "01_probe" / "01_probe.ipynb").read_text())
        for cell in notebook["cells"]:
            if cell["id"] in answers:
                cell["source"] = answers[cell["id"]]
        change(notebook)
        folder = course / "submitted" / student / "01_probe"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "timestamp.txt").write_text("2026-11-02 10:00:00 UTC")
        path = folder / "01_probe.ipynb"
        path.write_text(json.dumps(notebook))
        return path

    return hand_in
