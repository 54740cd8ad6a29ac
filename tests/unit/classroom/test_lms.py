"""Marks for Moodle and Canvas, through nbgrader's own export."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from medialit.classroom.book import read_book
from medialit.course.build import read_description
from medialit.course.lms import CanvasExport, MoodleExport, read_back
from medialit.course.nbgrader import tools_on_path
from medialit.errors import CourseError

from .conftest import LAB


def export(kind, course: Path, to: Path, **options) -> Path:
    course_id = read_description(course)["course_id"]
    with tools_on_path(), Gradebook(f"sqlite:///{course / 'gradebook.db'}", course_id) as gradebook:
        kind(to=str(to), **options).export(gradebook)
    return to


def test_nbgrader_export_writes_the_marks_of_the_gradebook_for_moodle(simulated, tmp_path):
    to = tmp_path / "moodle.csv"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "nbgrader",
            "export",
            "--exporter=medialit.course.lms.MoodleExport",
            f"--to={to}",
        ],
        cwd=simulated.course,
        env={"PATH": str(Path(sys.executable).parent), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    [lab] = read_book(simulated.course).labs
    expected = {f"90{int(who[3:]) - 1 + 1:02}": round(work.points, 2) for who, work in lab.works.items()}
    found = read_back(to)
    assert {who: marks[LAB] for who, marks in found.items() if marks} == expected
    assert found["9015"] == {}  # who handed nothing in keeps an empty cell


@pytest.mark.parametrize("kind", [MoodleExport, CanvasExport])
def test_names_in_arabic_and_tifinagh_and_with_quotes_survive(simulated, tmp_path, kind):
    with export(kind, simulated.course, tmp_path / "m.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    cells = {part for row in rows for cell in row for part in cell.split(", ")}
    for learner in simulated.learners:
        assert learner.first_name in cells
        assert any(learner.last_name in cell for row in rows for cell in row)


@pytest.mark.parametrize("kind", [MoodleExport, CanvasExport])
def test_the_same_marks_give_the_same_bytes(simulated, tmp_path, kind):
    first, second = (export(kind, simulated.course, tmp_path / name) for name in ("a.csv", "b.csv"))
    assert first.read_bytes() == second.read_bytes()


def test_both_platforms_get_the_same_marks_and_canvas_what_there_was_to_get(simulated, tmp_path):
    moodle = read_back(export(MoodleExport, simulated.course, tmp_path / "m.csv"))
    path = export(CanvasExport, simulated.course, tmp_path / "c.csv")
    canvas = read_back(path)
    assert list(moodle.values()) == list(canvas.values())
    assert path.read_text(encoding="utf-8").splitlines()[1] == "    Points Possible,,,,,20"


def test_a_zero_is_written_for_who_handed_nothing_in_only_when_asked(simulated, tmp_path):
    found = read_back(export(MoodleExport, simulated.course, tmp_path / "m.csv", untouched_as_zero=True))
    assert found["9015"] == {LAB: 0.0}


def test_only_the_learners_that_were_asked_for_are_written_and_a_wrong_name_is_refused(simulated, tmp_path):
    assert list(read_back(export(MoodleExport, simulated.course, tmp_path / "m.csv", student=["sim02"]))) == [
        "9002"
    ]
    with pytest.raises(CourseError, match="no assignment called '99_x'"):
        export(MoodleExport, simulated.course, tmp_path / "n.csv", assignment=["99_x"])
    assert not (tmp_path / "n.csv").exists()


def test_what_is_no_table_of_marks_is_refused(tmp_path):
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(CourseError, match="no table of marks"):
        read_back(tmp_path / "x.csv")
