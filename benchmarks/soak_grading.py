"""Grading in `soak.py`: learners hand in again and again, and `medialit grade` marks what is new, as a teacher would."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from grading import build, hand_in, read_marks
from nbgrader.api import Gradebook
from soak_clients import Town
from soak_town import Faults

LINE = re.compile(r"^([\w-]+)\s+(graded|skipped|rerun|failed)(?:\s+(\S+) of (\S+))?")


class Course:
    """A course on the disk that fills up, and every version that its learners hand in.

    Parameters
    ----------
    home, state : Path
        Where the course lives; where what is handed in waits meanwhile.
    lab : str
    n : int
        Learners.
    """

    def __init__(self, home: Path, state: Path, *, lab: str, n: int) -> None:
        self.lab, self.n = lab, n
        self.versions = state / "versions"
        plain = build(state / "built", lab)
        hand_in(plain, lab, max(n, 4))
        shutil.copytree(plain / "submitted", self.versions)
        shutil.rmtree(plain / "submitted")
        home.mkdir(parents=True, exist_ok=True)
        self.folder = Path(shutil.copytree(plain, home / "course"))
        self.now: dict[str, str] = {}  # which version a learner has handed in
        self.turn = 0

    def hand_in(self, rng: random.Random) -> bool:
        """Have one learner hand in, whole or not at all; False where the disk had no room."""
        self.turn += 1
        student = f"student-{rng.randrange(self.n):03}"
        version = rng.choice(sorted(one.name for one in self.versions.iterdir()))
        target = self.folder / "submitted" / student / self.lab
        draft = self.folder / f".handing-in-{student}"
        try:
            shutil.copytree(self.versions / version / self.lab, draft)
            stamp = f"2026-11-{3 + self.turn // 1440:02} {self.turn // 60 % 24:02}:{self.turn % 60:02}:00 UTC"
            (draft / "timestamp.txt").write_text(stamp, encoding="utf-8")
            target.parent.mkdir(parents=True, exist_ok=True)
            old = self.folder / f".old-{student}"
            if target.exists():
                target.rename(old)
            draft.rename(target)
            shutil.rmtree(old, ignore_errors=True)
        except OSError:
            shutil.rmtree(draft, ignore_errors=True)
            return False
        self.now[student] = version
        return True

    async def grade(self, faults: Faults | None = None) -> tuple[int, list[tuple[str, str, float]], str]:
        """Run `medialit grade`, and return its status, what it printed of whom, and its last words."""
        command = [
            sys.executable,
            "-m",
            "medialit.cli",
            "grade",
            self.lab,
            "--course",
            str(self.folder),
            "--workers",
            "1",
        ]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
            start_new_session=True, env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        if faults is not None:
            faults.grader = process
        try:
            said, _ = await asyncio.to_thread(process.communicate)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        found = [
            (match[1], match[2], float(match[3] or 0))
            for line in said.splitlines()
            if (match := LINE.match(line)) and match[1] in self.now  # the last line counts: "1 graded, ..."
        ]
        return process.returncode, found, said[-600:]

    async def lesson(
        self, town: Town, faults: Faults, *, rng: random.Random, pause_s: float
    ) -> list[dict[str, Any]]:
        """Hand in and grade until the lesson ends; return the runs that ended badly."""
        bad = []
        while town.open:
            self.hand_in(rng)
            before, fault, n_faults = dict(self.now), town.fault, len(faults.done)
            status, lines, words = await self.grade(faults)
            fault = fault or town.fault or ("one before" if len(faults.done) > n_faults else "")
            for student, state, points in lines:
                if state == "graded":
                    town.diary.note("graded", student=student, version=before[student], points=points)
            town.diary.n["grade runs"] += 1
            if status not in (0, 3) or any(state == "failed" for _student, state, _points in lines):
                bad.append({"status": status, "fault": fault, "said": words})
            await asyncio.sleep(rng.uniform(0.5, 1.5) * pause_s)
        return bad

    def points(self) -> dict[str, float]:
        """Return what the gradebook says that each learner has; nothing for whoever has no marks."""
        with contextlib.suppress(Exception):
            marks = read_marks(self.folder, self.lab)
            return {
                one: sum(mark for mark in found.values() if mark is not None)
                for one, found in marks.items()
                if any(mark is not None for mark in found.values())
            }
        return {}


def look(course: Course, diary: dict[str, list[dict[str, Any]]], after: dict[str, float]) -> dict[str, Any]:
    """Compare the gradebook with what was printed.

    `after` is what the gradebook says after one more, undisturbed run.
    """
    printed = diary.get("graded", [])
    points: dict[tuple[str, str], Counter[float]] = {}
    for one in printed:
        points.setdefault((one["student"], one["version"]), Counter())[one["points"]] += 1
    odd = [
        f"{student}, {version}: {dict(found)}"
        for (student, version), found in points.items()
        if len(found) > 1
    ]
    lost = [f"mark of {one}" for one in {line["student"] for line in printed} if one not in after]
    for student, version in course.now.items():
        known = points.get((student, version))
        if known and student in after and after[student] not in known:
            lost.append(f"{student}, {version}: printed {dict(known)}, kept {after[student]}")
    handed = [
        student for student in course.now
        if not _whole(course.folder / "submitted" / student / course.lab / f"{course.lab}.ipynb")
    ]  # fmt: skip
    with Gradebook(f"sqlite:///{course.folder}/gradebook.db") as gradebook:
        n = len(gradebook.assignment_submissions(course.lab))
    return {"lost": lost, "marks_that_differ": odd, "submissions_damaged": handed, "in_gradebook": n}


def _whole(path: Path) -> bool:
    try:
        json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return True
