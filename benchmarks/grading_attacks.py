"""Let the attacks of ``tests/attacks`` loose on plain nbgrader and on medialit, and write what came of each.

Plain nbgrader runs with its own preprocessors, a fresh course for each attack and an honest classmate after it,
inside a bubblewrap of its own so that what succeeds harms nobody. Attacks that would take the machine down
are not run on it. Ours is one batch of everything.

    python benchmarks/grading_attacks.py [--only NAME ...] [--jobs 2]

Writes the table between the markers in ``docs/explanation/grading.md`` (not with --only); the last line printed
is one JSON object: how many attacks were run on each, and how many held.
"""

# the path is set right before anything is imported
from __future__ import annotations

import sys

# Else `inspect` is the benchmark of that name beside this file, not the standard library's module.
sys.path.pop(0)

import argparse
import contextlib
import importlib.util
import json
import logging
import os
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from nbgrader.api import Gradebook, MissingEntry

from medialit.course.build import build_courses
from medialit.course.project import Project, read_course
from medialit.course.source import read_labs
from medialit.grading.sandbox import _scratch, walls

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "explanation" / "grading.md"
BEGIN, END = "<!-- attacks: begin -->", "<!-- attacks: end -->"
LIMIT_S = 120

PLAINLY = """
import json, os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from conftest import Friend
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config
course, home = Path(sys.argv[2]), Path(sys.argv[3])
names = json.loads(sys.argv[4])
friend = Friend(home, names["TOKEN"], port=int(names["PORT"]))
config = Config()
config.CourseDirectory.root = str(course)
config.CourseDirectory.course_id = "plain"
config.Execute.timeout = 10
api = NbGraderAPI(config=config)
for student in sys.argv[5:]:
    os.environ["MEDIALIT_PLAIN_STUDENT"] = student
    graded = api.autograde("01_probe", student)["success"]
    shown = graded and api.generate_feedback("01_probe", student)["success"]
    (home / f"{student}.said.json").write_text(json.dumps({"graded": graded, "shown": shown}))
(home / "heard.json").write_text(json.dumps(friend.heard))
os._exit(0)
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    field = load(ROOT / "tests" / "attacks" / "conftest.py", "conftest")
    data = field.load("attacks")
    attacks = [a for a in data.ATTACKS if not options.only or a.name in options.only]
    with hardy_folder() as folder:
        built = build(folder / "built")
        with pytest.MonkeyPatch.context() as patch:
            everybody = {a.name: a for a in (*attacks, *data.HONEST)}
            (folder / "ours").mkdir()
            battle = field.fight(built, folder / "ours", everybody, walls.require(), patch)
        ours = {a.name: judge_ours(a, battle) for a in attacks}

        def plainly(attack: Any) -> str:
            place = folder / f"plain-{secrets.token_hex(4)}"
            try:
                return run_plainly(attack, data.HONEST[0], built / "en", place)
            except (OSError, RecursionError) as error:  # what it left cannot even be looked at
                return f"**leaves a course that cannot be read** ({type(error).__name__})"
            finally:
                if place.exists():
                    _scratch.remove(place)

        with ThreadPoolExecutor(options.jobs) as pool:
            plain = dict(zip((a.name for a in attacks), pool.map(plainly, attacks), strict=True))
    rows = [(a.tries, plain[a.name], ours[a.name]) for a in attacks]
    table = "\n".join(
        ["| attack | plain nbgrader 0.9.6 | here |", "|---|---|---|"]
        + [f"| {' | '.join(map(cell, row))} |" for row in rows]
    )
    print(table)
    if not options.only:
        text = PAGE.read_text(encoding="utf-8")
        before, after = text.split(BEGIN)[0], text.split(END)[1]
        PAGE.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")
    run = [a for a in attacks if not a.alone]
    harmed = [a for a in run if "**" in plain[a.name]]
    summary = {
        "attacks": len(attacks),
        "held_here": sum(ours[a.name].startswith("holds") for a in attacks),
        "run_on_plain": len(run),
        "held_on_plain": sum(plain[a.name].startswith("holds") for a in run),
        "harm_on_plain": len(harmed),
        "not_graded_or_short_on_plain": sum(plain[a.name].startswith(("discarded", "loses")) for a in run),
        "walls": walls.require().name,
    }
    print(json.dumps(summary))


@contextlib.contextmanager
def hardy_folder() -> Iterator[Path]:
    """Yield a temporary folder that can be removed whatever an attack left in it."""
    folder = Path(tempfile.mkdtemp(prefix="medialit-attacks-"))
    try:
        yield folder
    finally:
        _scratch.remove(folder)


def judge_ours(attack: Any, battle: Any) -> str:
    """Return what came of an attack in our batch, whose common damage counts against every attack."""
    result = next(r for r in battle.summary.results if r.student == attack.name)
    if battle.heard or battle.changed or battle.processes or battle.temporary:
        return "damage was done in this batch"
    if (result.status, result.score) != (attack.status, attack.mark):
        return f"{result.status}, {result.score:g} instead of {attack.mark:g}"
    if told := leaks(battle.course, attack.name, battle.canaries):
        return told
    return (
        f"holds: {result.score:g} of 5"
        if result.status == "graded"
        else "holds: refused, and the teacher is told"
    )


def leaks(course: Path, student: str, canaries: dict[str, str]) -> str:
    """Return which secrets stand in what was written about a student."""
    told = set()
    # Only what nbgrader writes: an attack may have left a tree that is too deep to walk.
    folders = [course / kind / student / "01_probe" for kind in ("autograded", "feedback")]
    for path in (p for f in folders for p in (f / "01_probe.ipynb", f / "01_probe.html") if p.is_file()):
        text = path.read_text(encoding="utf-8", errors="replace")
        told |= {place for place, canary in canaries.items() if canary in text}
        if re.search(r"hidden case: \(?\d|Case\d", text):
            told.add("hidden cases")
        if path.suffix == ".html" and (
            "<script>document.title" in text or "<img src='http://127.0.0.1" in text
        ):
            told.add("a script, which runs in the teacher's browser,")
    return f"**{', '.join(sorted(told))} in what is written**" if told else ""


def run_plainly(attack: Any, classmate: Any, built: Path, folder: Path) -> str:
    """Grade an attack and then a classmate with plain nbgrader; return what came of it, in words."""
    if attack.alone:
        return f"not run: {attack.alone}"
    folder.mkdir()
    course = Path(shutil.copytree(built, folder / "course"))
    graders = Path(shutil.copytree(ROOT / "tests" / "fixtures" / "grading" / "graders", folder / "graders"))
    home = folder / "home"
    home.mkdir()
    (course / "nbgrader_config.py").write_text("c = get_config()\n")
    canaries = {
        "the secret": (course / "secret.key").read_text()
        if (course / "secret.key").exists()
        else secrets.token_hex(32),
        "the grader": "canary-of-the-grader",
        "the home folder": f"canary-{secrets.token_hex(8)}",
        "the environment": f"canary-{secrets.token_hex(8)}",
        "a classmate's work": "canary-of-the-victim",
        "the gradebook": f"canary-{secrets.token_hex(8)}",
    }
    (course / "secret.key").write_text(canaries["the secret"])
    (home / ".netrc").write_text(canaries["the home folder"])
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        gradebook.update_or_create_student("somebody", email=canaries["the gradebook"])
    names = {
        "COURSE": str(course),
        "HOME": str(home),
        "GRADERS": str(graders),
        "PORT": "8999",
        "TOKEN": secrets.token_hex(8),
    }
    attack.hand_in(course, names)
    classmate.hand_in(course, names)
    handed_in = {p: p.read_bytes() for p in watched(course, graders) if p.is_file()}
    environment = {
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
        "HOME": str(home), "LANG": "C.UTF-8",
        "MEDIALIT_PLAIN_GRADING": str(graders), "MEDIALIT_PLAIN_SECRET": canaries["the secret"],
        "MEDIALIT_CANARY": canaries["the environment"], "PYTHONWARNINGS": "ignore", "TMPDIR": str(folder),
    }  # fmt: skip
    program = walls.find().outer
    assert program, "plain nbgrader is only let loose inside bubblewrap"
    command = [
        "timeout", "--kill-after=5", str(LIMIT_S), program, "--unshare-all", "--die-with-parent", "--new-session",
        "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--size", str(256 << 20), "--tmpfs", "/tmp",
        "--bind", str(folder), str(folder), "--chdir", str(course), "--",
        "prlimit", "--fsize=268435456", "--as=6442450944",
        sys.executable, "-c", PLAINLY, str(ROOT / "tests" / "attacks"), str(course), str(home), json.dumps(names),
        attack.name, classmate.name,
    ]  # fmt: skip
    done = subprocess.run(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    found: list[str] = []
    said = {name: nbgrader_said(home, name) for name in (attack.name, classmate.name)}
    # Rows are left in the gradebook when grading failed: a mark is one that nbgrader says it gave.
    marks = {name: mark(course, name) if said[name]["graded"] else None for name in said}
    own = marks[attack.name]
    if own is not None and not own <= attack.mark:
        found.append(f"**scores {own:g} of 5**")
    if told := leaks(course, attack.name, canaries):
        found.append(told)
    heard = home / "heard.json"
    if heard.exists() and json.loads(heard.read_text()):
        found.append("**reaches the network**")
    if any(not p.is_file() or p.read_bytes() != content for p, content in handed_in.items()):
        found.append("**changes others' files**")
    if any((home / p).exists() for p in ("survived", ".bashrc", ".ipython/profile_default/startup/00.py")):
        found.append("**stays for the next student**")
    if done.returncode == 124:  # our limit, not the attack: nothing is known of what would have come
        found.append(f"no end within {LIMIT_S} s")
    elif done.returncode:
        found.append("**ends nbgrader: the batch is lost**")
    elif marks[classmate.name] != classmate.mark:
        other = marks[classmate.name]
        found.append(
            "**the next student is not graded**" if other is None else f"**the next student gets {other:g}**"
        )
    if not found and own is None:
        return "discarded: not graded"
    if not found and not said[attack.name]["shown"]:
        return f"{own:g} of 5, but no feedback can be written"
    if not found and own is not None and own < attack.mark:
        return f"loses honest marks: {own:g} of {attack.mark:g}"
    return "; ".join(found) or f"holds: {own:g} of 5"


def nbgrader_said(home: Path, student: str) -> dict[str, bool]:
    """Return whether nbgrader says that it graded a student, and wrote the feedback."""
    path = home / f"{student}.said.json"
    return json.loads(path.read_text()) if path.exists() else {"graded": False, "shown": False}


def watched(course: Path, graders: Path) -> list[Path]:
    folders = (course / "submitted", course / "source", course / "release", graders)
    return [p for f in folders for p in f.rglob("*") if p.suffix != ".pyc"] + [course / "secret.key"]


def mark(course: Path, student: str) -> float | None:
    try:
        with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
            submission = gradebook.find_submission("01_probe", student)
            grades = [g for n in submission.notebooks for g in n.grades if g.cell.cell_type == "code"]
            if any(g.auto_score is None and not g.needs_manual_grade for g in grades):
                return None
            return float(sum(g.score for g in grades))
    except MissingEntry:
        return None
    except Exception as error:  # the attack took the gradebook apart
        print(f"{student}: {error}", file=sys.stderr)
        return None


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def build(folder: Path) -> Path:
    project = Project(root=ROOT / "tests" / "fixtures" / "grading")
    build_courses(
        read_labs(project), course=read_course(project), project=project, languages=["en"],
        destination=lambda language: folder / language, exchange=None,
    )  # fmt: skip
    return folder


def load(path: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
