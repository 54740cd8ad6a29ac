"""One small class that goes through the real course, shared by all tests here; they only read it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from medialit.classroom.simulate import Simulated, simulate_class
from medialit.course.project import Project, read_course
from medialit.course.source import read_labs

PROJECT = Project(root=Path(__file__).resolve().parents[3])
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
LAB = "12_market"


def simulate(out: Path, slugs: list[str], *, n: int, lang: str = "en") -> Simulated:
    course = read_course(PROJECT)
    return simulate_class(
        read_labs(PROJECT, slugs),
        course=course,
        project=PROJECT,
        out=out,
        lang=lang,
        n_learners=n,
        seed=1,
        now=NOW,
    )


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    return simulate(tmp_path_factory.mktemp("simulated") / "class", [LAB], n=15)
