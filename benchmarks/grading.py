"""Grade 60 submissions of the spotting lab with plain nbgrader and with medialit, in one run, and compare.

Plain nbgrader runs at its best: through its own Python interface, in one process that has imported it. It
has no sandbox and does not grade side by side. Ours contains every submission and uses one box a core.

    python benchmarks/grading.py [--submissions 60] [--workers 2] [--lab 07_spotting]

The last line is one JSON object: `speedup_vs_nbgrader`, `identical_marks`, and where the time goes.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import logging
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType

from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from medialit.course.build import build_courses
from medialit.course.project import Project, read_course
from medialit.course.source import read_labs
from medialit.grading.harness import grade_assignment
from medialit.grading.settings import CourseSettings

ROOT = Path(__file__).resolve().parents[1]
Marks = dict[str, dict[str, float | None]]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--submissions", type=int, default=60)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--lab", default="07_spotting")
    options = parser.parse_args()
    logging.disable(logging.ERROR)
    os.environ["PYTHONWARNINGS"] = "ignore"
    os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    with tempfile.TemporaryDirectory() as folder:
        course = build(Path(folder), options.lab)
        kinds = hand_in(course, options.lab, options.submissions)
        plain_course = Path(shutil.copytree(course, Path(folder) / "plain"))
        plain_s = grade_plainly(plain_course, options.lab)
        started, before = time.perf_counter(), time.process_time()
        summary = grade_assignment(course, options.lab, workers=options.workers)
        ours_s = time.perf_counter() - started
        trusted_s = time.process_time() - before
        ours, plain = read_marks(course, options.lab), read_marks(plain_course, options.lab)
    n = len(summary.results)
    not_graded = [result for result in summary.results if result.status != "graded"]
    result = {
        "speedup_vs_nbgrader": round(plain_s / ours_s, 2),
        "identical_marks": ours == plain and not not_graded,
        "submissions": n,
        "workers": options.workers,
        "cores": os.cpu_count(),
        "walls": summary.walls,
        "plain_s_per_submission": round(plain_s / n, 3),
        "ours_s_per_submission": round(ours_s / n, 3),
        "ours_cpu_s_per_submission": {
            "student": round(sum(r.cpu_s for r in summary.results) / n, 3),
            "trusted": round(trusted_s / n, 3),
        },
        "peak_mb_per_worker": round(max(r.peak_mb for r in summary.results), 1),
        "kinds": kinds,
    }
    print(
        f"{n} submissions of {options.lab}: {', '.join(f'{count} {kind}' for kind, count in kinds.items())}"
    )
    print(f"{'':24}{'s a submission':>16}{'submissions an hour':>22}")
    for name, seconds in (("plain nbgrader", plain_s), (f"medialit, {options.workers} boxes", ours_s)):
        print(f"{name:24}{seconds / n:16.3f}{3600 * n / seconds:22.0f}")
    print(f"ratio {plain_s / ours_s:.1f}; marks {'identical' if result['identical_marks'] else 'DIFFER'}")
    for student in sorted(ours):
        if ours[student] != plain.get(student):
            print(f"  {student}: ours {ours[student]}, plain {plain.get(student)}")
    print(json.dumps(result))


def build(folder: Path, lab: str) -> Path:
    """Build the lab's course in English."""
    project = Project(root=ROOT)
    course = folder / "course"
    build_courses(
        read_labs(project, [lab]),
        course=read_course(project),
        project=project,
        languages=["en"],
        destination=lambda language: course,
        exchange=None,
    )
    return course


def hand_in(course: Path, lab: str, n: int) -> dict[str, int]:
    """Hand in reference solutions, wrong answers of every listed kind, and blanks; return how many of each."""
    release = course / "release" / lab
    source = {cell["id"]: cell for cell in read_notebook(course / "source" / lab / f"{lab}.ipynb")["cells"]}
    mutants = load(ROOT / "graders" / f"{lab}_mutants.py").MUTANTS
    kinds = {"reference": 0, "wrong": 0, "blank": 0}
    for number in range(n):
        notebook = read_notebook(release / f"{lab}.ipynb")
        kind = "blank" if number % 10 == 9 else "wrong" if number % 2 else "reference"
        kinds[kind] += 1
        if kind != "blank":
            mutant = mutants[number // 2 % len(mutants)] if kind == "wrong" else None
            for cell in notebook["cells"]:
                marks = cell["metadata"].get("nbgrader", {})
                if marks.get("solution") and not marks.get("grade"):
                    cell["source"] = source[cell["id"]]["source"]
                    if mutant is not None and cell["id"] == cell_of(mutant.item, source):
                        cell["source"] = mutant.source
        folder = course / "submitted" / f"student-{number:03}" / lab
        shutil.copytree(release, folder, ignore=shutil.ignore_patterns("*.ipynb"))
        (folder / f"{lab}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
        (folder / "timestamp.txt").write_text("2026-11-02 10:00:00 UTC", encoding="utf-8")
    return kinds


def cell_of(item: str, source: dict[str, dict]) -> str:
    """Return the id of the cell that answers an item: the last answer before its check."""
    answer = ""
    for cell_id, cell in source.items():
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("solution") and not marks.get("grade"):
            answer = cell_id
        if cell["metadata"].get("medialit", {}).get("checks") == item:
            return answer
    raise KeyError(item)


def grade_plainly(course: Path, lab: str) -> float:
    """Grade with nbgrader as it comes; return the seconds it took."""
    settings = CourseSettings.load(course)
    shutil.copy(ROOT / "graders" / f"{lab}.py", course / f"{lab}.py")
    os.environ["MEDIALIT_PLAIN_GRADING"] = str(settings.graders)
    os.environ["MEDIALIT_PLAIN_SECRET"] = settings.secret.hex()
    config = Config()
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.course_id = "plain"
    config.Execute.timeout = 120
    api = NbGraderAPI(config=config)
    students = sorted(path.name for path in (course / "submitted").iterdir())
    started = time.perf_counter()
    for student in students:
        os.environ["MEDIALIT_PLAIN_STUDENT"] = student
        with (
            Path(os.devnull).open("w") as null,
            contextlib.redirect_stdout(null),
            contextlib.redirect_stderr(null),
        ):
            done = api.autograde(lab, student)
        if not done["success"]:
            print(f"plain nbgrader failed on {student}: {done.get('error', '')[-300:]}")
    return time.perf_counter() - started


def read_marks(course: Path, lab: str) -> Marks:
    """Return every automatic mark, by student and cell."""
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        return {
            submission.student.id: {
                grade.name: grade.auto_score for notebook in submission.notebooks for grade in notebook.grades
            }
            for submission in gradebook.assignment_submissions(lab)
        }


def read_notebook(path: Path) -> dict:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return notebook


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem.replace(".", "_"), path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
