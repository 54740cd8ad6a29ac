"""A cluster gives the marks of one machine, whatever is killed: a real scheduler and real workers, over TLS."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from distributed import Future
from nbgrader.api import Gradebook
from tests.unit.grid import Cluster

from medialit import cluster
from medialit.errors import ClusterError, SandboxUnavailableError
from medialit.grading.harness import Result, Summary, grade_assignment

LAB = "01_probe"
HALF = {"rates": "def rates(h, m, f, c):\n    return h / (h + m), f / (f + c)"}
GOOD = {
    **HALF,
    "verdict": 'print("<b>ok</b>", float("nan"))\n'
    'def verdict(score):\n    return "synthetic" if score >= 0.5 else "cannot tell"',
}
ENDS = {"rates": "import os\ndef rates(h, m, f, c):\n    os._exit(1)", "verdict": GOOD["verdict"]}
ANSWERS: tuple[dict[str, str], ...] = (GOOD, HALF, {}, GOOD, HALF, ENDS)
NO_WALLS = """
from medialit.grading.sandbox import walls
walls.find = lambda: walls.NONE
"""


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    grid = Cluster(tmp_path_factory.mktemp("grid"))
    yield grid
    grid.end()


def a_class(built: Path, folder: Path) -> Path:
    """A course with six submissions, right, half right, blank and hostile."""
    course = Path(shutil.copytree(built / "en", folder / "course"))
    (course / "secret.key").write_text("5a" * 32)
    for number, answers in enumerate(ANSWERS):
        notebook = json.loads((course / "release" / LAB / f"{LAB}.ipynb").read_text())
        for cell in notebook["cells"]:
            cell["source"] = answers.get(cell["id"], cell["source"])
        folder = course / "submitted" / f"learner-{number}" / LAB
        folder.mkdir(parents=True)
        (folder / "timestamp.txt").write_text("2026-11-02 10:00:00 UTC")
        (folder / f"{LAB}.ipynb").write_text(json.dumps(notebook))
    return course


@pytest.fixture
def course(built_probe_course: Path, tmp_path: Path) -> Path:
    return a_class(built_probe_course, tmp_path)


@pytest.fixture(scope="module")
def expected(built_probe_course: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What one machine makes of it."""
    course = a_class(built_probe_course, tmp_path_factory.mktemp("local"))
    grade_assignment(course, LAB, workers=1)
    return written(course)


def written(course: Path) -> dict[str, object]:
    """Every mark in the gradebook, and every byte of the graded notebooks."""
    found: dict[str, object] = {
        str(path.relative_to(course)): path.read_bytes() for path in course.glob("autograded/*/*/*.ipynb")
    }
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        for submission in gradebook.assignment_submissions(LAB):
            for notebook in submission.notebooks:
                for grade in notebook.grades:
                    found[f"{submission.student.id}/{grade.name}"] = (
                        None if grade.auto_score is None else float(grade.auto_score).hex(),
                        grade.needs_manual_grade,
                    )
    return found


def on_grid(grid: Cluster, course: Path, **more: Callable[[Result], None]) -> Summary:
    return grade_assignment(course, LAB, scheduler=grid.address, tls=grid.keys, **more)


def test_a_worker_that_cannot_contain_a_students_code_refuses_as_one_machine_does(
    grid, course, expected, tmp_path
):
    (preload := grid.folder / "no_walls.py").write_text(NO_WALLS)
    worker = grid.add("--preload", str(preload))
    grid.need(1)
    with pytest.raises(SandboxUnavailableError, match="cannot be contained"):
        on_grid(grid, course)
    assert not (course / "autograded").exists() or not list((course / "autograded").iterdir())
    grid.need(3)  # with others beside it, they do its share
    assert on_grid(grid, course).count("graded") == len(ANSWERS)
    assert written(course) == expected
    worker.kill()
    worker.wait(timeout=30)


def test_a_cluster_gives_the_marks_of_one_machine_bit_for_bit(grid, course, expected):
    grid.need(2)
    summary = on_grid(grid, course)
    assert [result.status for result in summary.results] == ["graded"] * len(ANSWERS)
    assert [result.score for result in summary.results] == [5.0, 3.0, 0.0, 5.0, 3.0, 2.0]
    assert written(course) == expected
    assert len(expected) == len(ANSWERS) * 4
    assert on_grid(grid, course).count("skipped") == len(ANSWERS)


def test_a_result_that_arrives_twice_changes_no_mark(grid, course, expected, monkeypatch):
    grid.need(2)
    once = Future.add_done_callback
    arrived: list[str] = []

    def twice(self: Future, told: Callable[[Future], None]) -> None:
        once(self, lambda future: [told(future), told(future), arrived.append(future.key)])

    monkeypatch.setattr(Future, "add_done_callback", twice)
    told: list[Result] = []
    on_grid(grid, course, on_result=told.append)
    assert sorted(result.student for result in told) == [f"learner-{n}" for n in range(len(ANSWERS))]
    assert len(arrived) == len(ANSWERS)
    assert written(course) == expected


def test_whoever_has_no_key_or_another_one_is_turned_away(grid, course, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_S", 1)
    subprocess.run([sys.executable, grid.folder / "make_keys.py", tmp_path / "others"], check=True)
    with pytest.raises(ClusterError, match="No scheduler answers"):
        grade_assignment(course, LAB, scheduler=grid.address, tls=tmp_path / "others")
    with pytest.raises(ClusterError, match="No scheduler answers"):
        grade_assignment(course, LAB, scheduler=grid.address.replace("tls:", "tcp:"))
    with pytest.raises(ClusterError, match="--tls"):
        grade_assignment(course, LAB, scheduler=grid.address)


def test_a_killed_worker_changes_no_mark(grid, course, expected):
    grid.need(2)
    victim = grid.workers[-1]

    def kill(result: Result) -> None:
        if victim.poll() is None:
            os.kill(victim.pid, signal.SIGKILL)
            victim.wait(timeout=30)

    assert on_grid(grid, course, on_result=kill).count("graded") == len(ANSWERS)
    assert victim.poll() == -signal.SIGKILL
    assert written(course) == expected


def test_a_killed_scheduler_leaves_nothing_half_written_and_the_next_run_completes(grid, course, expected):
    grid.need(1)
    told: list[str] = []

    def kill(result: Result) -> None:
        told.append(result.student)
        if grid.scheduler.poll() is None:
            os.kill(grid.scheduler.pid, signal.SIGKILL)
            grid.scheduler.wait(timeout=30)

    with pytest.raises(ClusterError, match=r"was lost.*run the same command again"):
        on_grid(grid, course, on_result=kill)
    assert 1 <= len(told) < len(ANSWERS)
    found = written(course)
    assert {key: expected[key] for key in found} == found
    assert {key.split("/")[0] for key in found if "check" in key} == set(told)
    assert sorted(path.name for path in (course / "autograded").iterdir()) == sorted(told)
    grid.start()
    grid.need(1)
    summary = on_grid(grid, course)
    assert (summary.count("skipped"), summary.count("graded")) == (len(told), len(ANSWERS) - len(told))
    assert written(course) == expected


@pytest.mark.parametrize(
    "address",
    [
        "tcp://10.0.0.7:8786",
        "tcp://graders.example:8786",
        "10.0.0.7:8786",
        "ucx://127.0.0.1:1",
        "tcp://127.0.0.1.example:1",
    ],
)
def test_nothing_travels_in_the_clear_beyond_this_machine(course, address):
    with pytest.raises(ClusterError, match="tls://"):
        grade_assignment(course, LAB, scheduler=address)
