"""Who is on the hub in `soak.py --hub`: learners who save and hand in, and an instructor who collects and grades."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from textwrap import dedent
from typing import Any

import httpx
import nbformat
from grading import load
from soak_clients import Town
from soak_grading import LINE
from soak_hub_look import points

from medialit.course.exchange import Home

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.hub.department import LAB, ROOT, Department, Visitor

FULL = 16.0
"""What the lab's items give that no person reads."""
PAUSE_S = (1.0, 4.0)
Cells = dict[str, str]


class Works:
    """Where on the hub's disk each thing lies, and what every version is worth."""

    def __init__(self, department: Department, language: str) -> None:
        self.department, self.language = department, language
        self.course = department.course(language)
        self.inbound = department.base / language / "exchange" / f"medialit-{language}" / "inbound"
        source = nbformat.read(self.course / "source" / LAB / f"{LAB}.ipynb", as_version=4)
        self.right: Cells = {
            one.id: one.source for one in source.cells if one.metadata.get("nbgrader", {}).get("solution")
        }
        self.wrong = {
            one.name: (one.item, dedent(one.source), sum(one.loses.values()))
            for one in load(ROOT / "graders" / f"{LAB}_mutants.py").MUTANTS
            if one.item in self.right
        }
        self.worth: dict[str, float] = {}  # by digest of the cells

    def answer(self, rng: random.Random, mark: str) -> tuple[Cells, float]:
        """Return right or wrong answers that nobody else has, and the points that they must get."""
        cells, worth = dict(self.right), FULL
        item = rng.choice(sorted(cells))
        if rng.random() < 0.7:
            item, source, loses = self.wrong[rng.choice(sorted(self.wrong))]
            cells[item], worth = source, FULL - loses
        tests = [one for one in cells if any(one == wrong[0] for wrong in self.wrong.values())]
        where = item if item in tests else rng.choice(sorted(tests))
        cells[where] += f"\n# {mark}"
        return cells, worth

    def file(self, name: str) -> Path:
        """Return a learner's notebook on the hub's disk."""
        home = Home(root=self.department.base / "home" / name / "medialit")
        return home.work(self.language) / LAB / f"{LAB}.ipynb"


def digest(notebook: Any) -> str:
    """Return one name for all that stands in a notebook's cells."""
    cells = [(one.get("id"), "".join(one["source"])) for one in notebook["cells"]]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def read_digest(path: Path) -> str:
    """Return the name of what a file holds; of one that cannot be read, why."""
    try:
        return digest(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"cannot be read: {type(error).__name__}"


class Person(threading.Thread):
    """Somebody who goes on whatever happens, and notes what did not succeed."""

    def __init__(self, town: Town, department: Department, name: str, *, account: str, seed: int) -> None:
        super().__init__(daemon=True)
        self.town, self.department, self.name, self.account = town, department, name, account
        self.rng = random.Random(f"{seed} {name}")
        self.visitor: Visitor | None = None
        self.refused: Counter[str] = Counter()
        self.doing, self.turns = "", 0
        self.ready = threading.Event()

    def run(self) -> None:
        """Take turns until the lesson ends."""
        while self.town.open:
            try:
                if self.visitor is None or self.rng.random() < 0.04:
                    self.doing = "sign in"
                    self.visitor = self.department.sign_in(self.name)
                self.doing = "start"
                self._start()
                self.turn()
                self.turns += 1
            except (httpx.HTTPError, AssertionError, KeyError, OSError, ValueError) as error:
                said = str(error).splitlines()[-1][:160] if str(error) else ""
                self.refused[
                    f"{self.town.fault or 'no fault'}: {self.doing}: {type(error).__name__} {said}"
                ] += 1
                self.town.answers["none"] += 1
            self.doing = ""
            time.sleep(self.rng.uniform(*PAUSE_S))

    def turn(self) -> None:
        """Do one thing."""
        raise NotImplementedError

    def here(self) -> bool:
        """Whether this person's server answers through the proxy."""
        try:
            return self.visitor is not None and (
                self.visitor.ask("GET", f"/user/{self.account}/api/status").status_code == 200
            )
        except httpx.HTTPError:
            return False

    def _start(self) -> None:
        """As somebody does whose page says that the server does not answer: start it, and wait."""
        assert self.visitor is not None
        until = time.monotonic() + 180
        while not self.here():
            assert time.monotonic() < until, "the server is not there after 180 s"
            with contextlib.suppress(httpx.HTTPError):
                asked = self.visitor.ask("POST", f"/hub/api/users/{self.account}/server", json={})
                self.town.answers[f"start {asked.status_code}"] += 1
            time.sleep(1.0)


class Learner(Person):
    """Fetches the lab, and then saves, reads again and hands in, over and over."""

    def __init__(self, town: Town, department: Department, works: Works, name: str, *, seed: int) -> None:
        super().__init__(town, department, name, account=name, seed=seed)
        self.works, self.n = works, 0
        self.notebook: Any = None
        self.kept = ""

    def turn(self) -> None:
        """Fetch what is not there yet; else save, look, or hand in."""
        assert self.visitor is not None
        address = f"/user/{self.name}/api/contents/{LAB}/{LAB}.ipynb"
        if self.notebook is None:
            self.doing = "fetch"
            if not self.works.file(self.name).exists():
                self.visitor.assignment("fetch", self.works.language)
            self.notebook = self.visitor.ok("GET", address)["content"]
            self.ready.set()
        act = self.rng.choices(["save", "look", "submit"], [60, 15, 25])[0] if self.kept else "save"
        self.doing = act
        getattr(self, f"_{act}")(address)

    def _save(self, address: str) -> None:
        assert self.visitor is not None and self.notebook is not None
        self.n += 1
        cells, worth = self.works.answer(self.rng, f"{self.name} {self.n}")
        notebook = json.loads(json.dumps(self.notebook))
        for cell in notebook["cells"]:
            cell["source"] = cells.get(cell["id"], cell["source"])
        name = digest(notebook)
        self.works.worth[name] = worth
        self.town.diary.note("save-asked", who=self.name, n=self.n, digest=name)
        body = {"type": "notebook", "format": "json", "content": notebook}
        answer = self.visitor.ask("PUT", address, json=body)
        self.town.answers[f"save {answer.status_code}"] += 1
        if answer.is_success:
            self.town.diary.note("save", who=self.name, n=self.n, digest=name)
            self.kept = name

    def _look(self, address: str) -> None:
        assert self.visitor is not None
        shown = digest(self.visitor.ok("GET", address)["content"])
        self.town.diary.note("look", who=self.name, n=self.n, digest=shown)

    def _submit(self, _address: str) -> None:
        assert self.visitor is not None
        before, asked = _bytes(self.works.file(self.name)), time.time()
        told = {"course_id": f"medialit-{self.works.language}", "assignment_id": LAB}
        answer = self.visitor.ask("POST", f"/user/{self.name}/assignments/submit", json=told)
        self.town.answers[f"submit {answer.status_code}"] += 1
        if answer.is_success and answer.json()["success"]:
            sent = sorted({before, _bytes(self.works.file(self.name))})
            self.town.diary.note("submit", who=self.name, asked=asked, sha256=sent)


def _bytes(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Instructor(Person):
    """Collects through formgrader, grades with `medialit grade`, and looks at once whether the gradebook has it."""

    def __init__(
        self, town: Town, department: Department, works: Works, faults: Any, *, state: Path, seed: int
    ) -> None:
        super().__init__(town, department, "amina", account=f"course-{works.language}", seed=seed)
        self.works, self.faults, self.scratch = works, faults, state / "look"
        self.bad: list[dict[str, Any]] = []

    def turn(self) -> None:
        """Collect and grade what there is."""
        assert self.visitor is not None
        self.doing = "collect"
        self.ready.set()
        said = self.visitor.formgrader("collect", self.works.language)
        assert said["success"], str(said)[-300:]
        self.doing = "grade"
        self._grade()

    def last_turn(self) -> None:
        """Once nothing disturbs any more: all that was handed in is collected and graded."""
        until = time.monotonic() + 300
        while time.monotonic() < until:
            try:
                self._start()
                self.turn()
                return
            except (httpx.HTTPError, AssertionError) as error:
                self.refused[f"at the end: {self.doing}: {str(error)[-160:]}"] += 1
        self.bad.append({"status": None, "fault": "", "said": "was not graded at the end"})

    def _grade(self) -> None:
        submitted = self.works.course / "submitted"
        before = {one.name: read_digest(one / LAB / f"{LAB}.ipynb") for one in submitted.iterdir()} if (
            submitted.exists()) else {}  # fmt: skip
        disturbed, n = self.town.fault, len(self.faults.done)
        status, said = self._run_grader()
        disturbed = (
            disturbed
            or self.town.fault
            or (self.faults.done[-1]["fault"] if len(self.faults.done) > n else "")
        )
        found = [match for line in said.splitlines() if (match := LINE.match(line))]
        self.town.diary.n["grade runs"] += 1
        kept = points(self.works.course, LAB, scratch=self.scratch)
        for one in found:
            if one[2] == "graded" and one[3]:
                self.town.diary.note(
                    "graded", who=one[1], digest=before.get(one[1], ""), points=float(one[3]), kept=kept.get(one[1]),
                    worth=self.works.worth.get(before.get(one[1], "")),
                )  # fmt: skip
        if status not in (0, 3) or any(one[2] == "failed" for one in found):
            self.bad.append({"status": status, "fault": disturbed, "said": said[-800:]})

    def _run_grader(self) -> tuple[int, str]:
        account, base = self.account, self.department.base
        command = [
            "nsenter", "--target", str(self.department.process), "--mount", "--pid", f"--wd={base}/home/{account}",
            "setpriv", "--reuid", account, "--regid", account, "--init-groups",
            sys.executable, "-m", "medialit.cli", "grade", LAB, "--course", str(self.works.course), "--workers", "1",
        ]  # fmt: skip
        told = {
            "HOME": f"{base}/home/{account}", "MEDIALIT_HOME": f"{base}/{self.works.language}",
            "MEDIALIT_ROOT": f"{base}/checkout", "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1",
            "LANG": "C.UTF-8", "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        }  # fmt: skip
        process = subprocess.Popen(
            command, env=told, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
            start_new_session=True,
        )  # fmt: skip
        self.faults.grader = process
        try:
            said, _ = process.communicate(timeout=400)
        except subprocess.TimeoutExpired:
            said = "did not end within 400 s"
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        return process.wait(), said
