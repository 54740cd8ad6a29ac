"""SIGKILL while a class is graded: no submission and no mark is lost, and a re-run completes."""

from __future__ import annotations

import ctypes
import hashlib
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from medialit.grading.harness import grade_assignment

_DRIVER = """
import os, sys
from pathlib import Path
from medialit.grading.harness import grade_assignment
for line in sys.stdin:  # each run is a fork, so that it need not import everything again
    pid = os.fork()
    if pid == 0:
        try:
            grade_assignment(Path(line.strip()), "01_probe", workers=2)
        finally:
            os._exit(0)
    print(pid, flush=True)
    os.waitpid(pid, 0)
    print("over", flush=True)
"""
_SLOW = "import time\ntime.sleep(0.2)\n"


def _marks(course: Path) -> dict[tuple[str, str], float]:
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        return {
            (submission.student.id, grade.name): grade.auto_score
            for submission in gradebook.assignment_submissions("01_probe")
            for notebook in submission.notebooks
            for grade in notebook.grades
            if grade.auto_score is not None
        }


def _content(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _grade_and_kill(driver: subprocess.Popen[str], course: Path, after_s: float) -> bool:
    """Grade in a process of its own and kill it that long after it began; return whether it was interrupted."""
    assert driver.stdin is not None
    assert driver.stdout is not None
    driver.stdin.write(f"{course}\n")
    driver.stdin.flush()
    pid = int(driver.stdout.readline())
    interrupted = not select.select([driver.stdout], [], [], after_s)[0]
    if interrupted:
        os.kill(pid, signal.SIGKILL)
    assert driver.stdout.readline() == "over\n"
    return interrupted


def _children() -> list[str]:
    """Processes whose parent is this one: those that a killed process left come here."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_bytes().rpartition(b")")[2].split()
                line = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if int(fields[1]) == os.getpid() and fields[0] != b"Z" and b"zygote" in line:
                found.append(entry.name)
    return found


@pytest.fixture
def driver() -> Iterator[subprocess.Popen[str]]:
    """A process that has imported grading and forks a run for each course that it is told."""
    command = [sys.executable, "-W", "ignore", "-c", _DRIVER]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as driver:
        yield driver


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("n_kills", [6, pytest.param(50, marks=pytest.mark.long)])
def test_a_kill_at_any_moment_loses_nothing(n_kills, driver, built_probe_course, attacks, tmp_path):
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: orphans come to us
    pristine = Path(shutil.copytree(built_probe_course / "en", tmp_path / "pristine"))
    for name, answers in (
        ("amal", attacks.GOOD),
        ("badr", {"rates": attacks.RATES}),
        ("dina", {}),
        ("ezz", attacks.GOOD),
    ):
        attacks.Attack(name=name, tries="", answers=answers, code=_SLOW).hand_in(pristine, {})
    undisturbed = Path(shutil.copytree(pristine, tmp_path / "undisturbed"))
    began = time.monotonic()
    grade_assignment(undisturbed, "01_probe", workers=2)
    lasts_s = time.monotonic() - began
    expected = _marks(undisturbed)
    assert len(expected) == 10  # two checks each, and two zeros for untouched reflections

    moments = random.Random(7)
    course = Path(shutil.copytree(pristine, tmp_path / "course-0"))
    handed_in = _content(pristine / "submitted")
    before: dict[tuple[str, str], float] = {}
    n_interrupted = 0
    for n in range(1, n_kills + 1):
        n_interrupted += _grade_and_kill(driver, course, moments.uniform(0.0, lasts_s * 1.1))
        assert _content(course / "submitted") == handed_in
        after = _marks(course)
        assert before.items() <= after.items()
        assert after.items() <= expected.items()
        for student in {name for name, _ in after}:  # whole or not at all
            assert {k: v for k, v in after.items() if k[0] == student} == {
                k: v for k, v in expected.items() if k[0] == student
            }
        before = after
        if len(after) == len(expected):
            _completes(course, expected)
            course = Path(shutil.copytree(pristine, tmp_path / f"course-{n}"))
            before = {}
    _completes(course, expected)
    assert n_interrupted >= n_kills // 4
    deadline = time.monotonic() + 20
    while _children() and time.monotonic() < deadline:
        select.select([], [], [], 0.05)
    assert _children() == []
    while True:  # bury the orphans
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                break
        except ChildProcessError:
            break
    ctypes.CDLL(None).prctl(36, 0, 0, 0, 0)


def _completes(course: Path, expected: dict[tuple[str, str], float]) -> None:
    summary = grade_assignment(course, "01_probe", workers=2)
    assert {r.status for r in summary.results} <= {"graded", "skipped"}
    assert _marks(course) == expected
    assert sorted(p.parent.parent.name for p in (course / "autograded").glob("*/*/*.ipynb")) == [
        "amal",
        "badr",
        "dina",
        "ezz",
    ]
