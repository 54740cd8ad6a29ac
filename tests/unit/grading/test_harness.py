from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from medialit.grading.harness import grade_assignment


def marks(course: Path) -> dict[str, dict[str, tuple[float | None, bool, float | None]]]:
    """Every mark in a course's gradebook, by student and cell."""
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        return {
            submission.student.id: {
                grade.name: (
                    grade.auto_score,
                    grade.needs_manual_grade,
                    grade.notebook.late_submission_penalty,
                )
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in gradebook.assignment_submissions("01_probe")
        }


HALF = {"rates": "def rates(h, m, f, c):\n    return h / (h + m), f / (f + c)"}


def test_a_class_is_graded(probe_course, hand_in):
    hand_in("amal")
    hand_in("badr", HALF)
    hand_in("dina", {})
    summary = grade_assignment(probe_course, "01_probe")
    assert [(r.student, r.status, r.score) for r in summary.results] == [
        ("amal", "graded", 5.0),
        ("badr", "graded", 3.0),
        ("dina", "graded", 0.0),
    ]
    found = marks(probe_course)
    assert found["amal"] == {
        "rates_check": (3.0, False, None),
        "verdict_check": (2.0, False, None),
        "reflect": (None, True, None),
    }
    assert found["dina"]["reflect"] == (0.0, False, None)


def test_nbgrader_autograde_gives_the_same_marks_as_medialit_grade(probe_course, hand_in, tmp_path):
    for student, answers in (("amal", None), ("badr", HALF), ("dina", {})):
        hand_in(student, *([] if answers is None else [answers]))
    late = probe_course / "submitted" / "amal" / "01_probe" / "timestamp.txt"
    late.write_text("2026-11-09 10:00:00 UTC")
    other = tmp_path / "other"
    subprocess.run(["cp", "-r", probe_course, other], check=True)
    (other / "medialit.json").write_text((probe_course / "medialit.json").read_text())
    grade_assignment(probe_course, "01_probe")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", "01_probe"],
        cwd=other,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert marks(other) == marks(probe_course)
    for student in ("amal", "badr", "dina"):
        ours, theirs = (
            json.loads((course / "autograded" / student / "01_probe" / "01_probe.ipynb").read_text())["cells"]
            for course in (probe_course, other)
        )
        for cell in theirs:
            cell["source"] = "".join(cell["source"])
        assert [(c["id"], c["source"]) for c in ours] == [(c["id"], c["source"]) for c in theirs]


def test_what_is_graded_is_not_graded_again_until_it_is_handed_in_again(probe_course, hand_in):
    hand_in("amal", {})
    grade_assignment(probe_course, "01_probe")
    assert [r.status for r in grade_assignment(probe_course, "01_probe").results] == ["skipped"]
    path = hand_in("amal")
    path.with_name("timestamp.txt").write_text("2026-11-03 10:00:00 UTC")
    assert [(r.status, r.score) for r in grade_assignment(probe_course, "01_probe").results] == [
        ("graded", 5.0)
    ]


def test_neighbours_meet_different_hidden_cases(probe_course):
    from medialit.grading.judge import Cases

    seeds = {
        Cases.drawn(secret=b"s", student=student, assignment="a", item=item).seed
        for student in ("amal", "badr")
        for item in ("x", "y")
    }
    assert len(seeds) == 4


@pytest.mark.parametrize("workers", [0, -1])
def test_a_class_needs_a_worker(probe_course, workers):
    from medialit.errors import GradingError

    with pytest.raises(GradingError, match="worker"):
        grade_assignment(probe_course, "01_probe", workers=workers)


def test_a_course_that_students_code_could_read_is_not_graded(probe_course, hand_in, monkeypatch):
    from medialit.grading.sandbox import walls

    hand_in("amal")
    everywhere = [*walls.readable(), probe_course.parent]
    monkeypatch.setattr(walls, "readable", lambda: everywhere)
    (result,) = grade_assignment(probe_course, "01_probe").results
    assert result.status == "failed"
    assert "students' code" in result.message
