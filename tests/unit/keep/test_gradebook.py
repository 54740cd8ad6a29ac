"""A gradebook in PostgreSQL: the same marks, by every command, and two graders at once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from traitlets.config import Config

from medialit.errors import DatabaseError, GradingError
from medialit.gradebook import gradebook_url, grading_alone, head, open_gradebook
from medialit.grading.harness import grade_assignment
from medialit.grading.marks import MarkBook
from medialit.keep.move import move

NewDatabase = Callable[[], str]
HALF = {"rates": "def rates(h, m, f, c):\n    return h / (h + m), f / (f + c)"}


def marks(course: Path) -> dict[str, dict[str, tuple[float | None, bool, float | None]]]:
    """Every mark, by learner and cell, from wherever the course's gradebook is."""
    course_id = json.loads((course / "medialit.json").read_text())["course_id"]
    with open_gradebook(gradebook_url(course, course_id=course_id), course_id=course_id) as gradebook:
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


def nbgrader(course: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of nbgrader's own commands in a course."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    environment["PGTZ"] = "Africa/Casablanca"  # a session's time zone must not move a deadline
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture
def moved_course(graded: Path, new_database: NewDatabase) -> Path:
    """The graded course, in PostgreSQL; the file is put away so that nothing can read it by mistake."""
    move(graded.parents[1], new_database())
    (graded / "gradebook.db").rename(graded / "gradebook.away")
    return graded


def test_marks_are_the_same_after_the_move_and_when_all_is_graded_again(
    graded: Path, new_database: NewDatabase
) -> None:
    before = marks(graded)
    assert before["amal"]["rates_check"][0] == 3.0
    move(graded.parents[1], new_database())
    (graded / "gradebook.db").unlink()
    assert marks(graded) == before
    assert {one.status for one in grade_assignment(graded, "01_probe").results} == {"skipped"}
    again = grade_assignment(graded, "01_probe", force=True)
    assert {one.status for one in again.results} == {"graded"}
    assert marks(graded) == before
    assert not (graded / "gradebook.db").exists()


@pytest.mark.long
def test_nbgraders_own_commands_and_the_exporters_work_on_postgresql(
    moved_course: Path, tmp_path: Path
) -> None:
    before = marks(moved_course)
    shutil.rmtree(moved_course / "autograded" / "badr")
    nbgrader(moved_course, "autograde", "01_probe", "--student=badr")
    assert marks(moved_course) == before
    nbgrader(moved_course, "generate_feedback", "01_probe")
    assert (moved_course / "feedback" / "amal" / "01_probe" / "01_probe.html").is_file()
    listed = nbgrader(moved_course, "db", "student", "list").stdout
    assert "amal" in listed and "badr" in listed
    nbgrader(moved_course, "db", "student", "add", "ⵜⵉⵣⵉⵔⵉ", "--first-name=ⵜⵉⵣⵉⵔⵉ")
    out = tmp_path / "marks.csv"
    nbgrader(moved_course, "export", f"--CsvExportPlugin.to={out}")
    rows = out.read_text(encoding="utf-8").splitlines()
    assert any(",amal," in row and ",5.0," in row for row in rows) and any("ⵜⵉⵣⵉⵔⵉ" in row for row in rows)


@pytest.mark.long
def test_the_class_report_reads_postgresql(moved_course: Path) -> None:
    from medialit.classroom.book import read_book

    book = read_book(moved_course)
    assert set(book.labs[0].works) == {"amal", "badr"}
    assert book.labs[0].works["amal"].points == 5.0


GRADER = """
import sys
from pathlib import Path
from medialit.grading.harness import grade_assignment
from medialit.grading.marks import MarkBook
for result in grade_assignment(Path(sys.argv[1]), sys.argv[2], workers=1, force=True).results:
    print(result.student, result.status, result.message)
"""


@pytest.mark.long
def test_two_graders_at_once_on_one_assignment_lose_and_double_nothing(
    moved_course: Path, hand_in: Callable[..., Path]
) -> None:
    before = marks(moved_course)
    for student in ("idir", "lina", "omar"):
        hand_in(student, HALF, course=moved_course)
    racing = [
        subprocess.Popen(
            [sys.executable, "-c", GRADER, moved_course, "01_probe"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    said = [one.communicate() for one in racing]
    refused = [error for (_out, error), one in zip(said, racing, strict=True) if one.returncode]
    assert len(refused) < 2 and all("Another process is grading" in error for error in refused)
    after = marks(moved_course)
    assert {one: after[one] for one in before} == before
    assert {after[one]["rates_check"][0] for one in ("idir", "lina", "omar")} == {3.0}


def test_one_assignment_is_held_and_another_is_not(tmp_path: Path, new_database: NewDatabase) -> None:
    url = new_database()
    with grading_alone(url, course=tmp_path, assignment="01_probe"):
        with (
            pytest.raises(GradingError, match="Another process"),
            grading_alone(url, course=tmp_path, assignment="01_probe"),
        ):
            pass
        with grading_alone(url, course=tmp_path, assignment="02_other"):
            pass
    with grading_alone(url, course=tmp_path, assignment="01_probe"):
        pass


@pytest.mark.long
def test_two_programs_that_begin_one_gradebook_at_the_same_moment_make_it_once(
    new_database: NewDatabase,
) -> None:
    url = f"{new_database()}&options=-csearch_path%3Dcourse_x"
    program = "import sys; from medialit.gradebook import prepare; prepare(sys.argv[1])"
    racing = [subprocess.Popen([sys.executable, "-c", program, url]) for _ in range(3)]
    assert [one.wait() for one in racing] == [0, 0, 0]
    with psycopg.connect(url) as server:
        assert server.execute("SELECT version_num FROM alembic_version").fetchall() == [(head(),)]


def test_a_course_outside_of_the_home_names_its_own_database(
    probe_course: Path, home: Path, new_database: NewDatabase
) -> None:
    (probe_course / "gradebook.url").write_text(f"{new_database()}\n")
    url = gradebook_url(probe_course, course_id="probe-en")
    assert url.startswith("postgresql+psycopg://") and "search_path" in url
    (probe_course / "gradebook.url").write_text("postgresql://me:secret@db/x")
    with pytest.raises(DatabaseError, match="pgpass"):
        gradebook_url(probe_course, course_id="probe-en")


def test_two_writers_of_two_assignments_make_each_learner_once_and_lose_none(
    new_database: NewDatabase,
) -> None:
    """Both meet the same new learners at the same moment: one of the two is told no by the server, and writes again."""
    url = new_database()
    labs, learners = ("01_probe", "02_other"), [f"learner-{n}" for n in range(40)]
    with open_gradebook(url, course_id="c") as book:
        for lab in labs:
            book.add_assignment(lab)
            book.add_notebook(lab, lab)
    together, failed = threading.Barrier(2), []

    def write(lab: str) -> None:
        try:
            with open_gradebook(url, course_id="c") as book:
                marks = MarkBook(book, assignment=lab, notebook=lab, config=Config())
                for learner in learners:
                    together.wait(timeout=60)
                    nothing = SimpleNamespace(notebook={"cells": []}, needs_a_person=())
                    marks.write(learner, nothing, timestamp=None)  # type: ignore[arg-type]
        except BaseException as error:
            failed.append(error)
            together.abort()

    writers = [threading.Thread(target=write, args=(lab,)) for lab in labs]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    assert not failed
    with open_gradebook(url, course_id="c") as book:
        assert sorted(one.id for one in book.students) == sorted(learners)
        assert [len(book.assignment_submissions(lab)) for lab in labs] == [40, 40]
