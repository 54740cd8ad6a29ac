"""What goes wrong on the hub of `soak.py --hub`, when, and how long it takes until all is there again."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from soak_clients import Town
from soak_town import children, full, hold

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.hub.department import Department, answers


class Faults:
    """One after the other, each with a time in which all has to be back."""

    def __init__(
        self, department: Department, town: Town, *, mount: Path, rng: random.Random, back_s: float
    ) -> None:
        self.department, self.town, self.mount, self.rng, self.limit_s = department, town, mount, rng, back_s
        self.grader: subprocess.Popen[str] | None = None
        self.done: list[dict[str, Any]] = []
        self.back_s: dict[str, list[float]] = {"hub": [], "proxy": [], "server": [], "everybody": []}
        self.stuck = 0
        self.never = 0
        self.ended_with_the_hub = 0
        self.people: list[Any] = []

    @property
    def all(self) -> dict[str, Callable[[], str]]:
        """The faults by name."""
        return {
            "hub killed": self._hub_killed,
            "hub restarted by the administrator": self._hub_restarted,
            "proxy killed": self._proxy_killed,
            "hub and proxy killed": self._both_killed,
            "learner's server killed": self._server_killed,
            "learner's server killed in a save": lambda: self._killed_while("save"),
            "learner's server killed in a submission": lambda: self._killed_while("submit"),
            "course's server killed": self._course_killed,
            "grader killed": self._grader_killed,
            "disk full": self._disk_full,
            "disk full and hub killed": self._disk_full_and_killed,
            "hub stands still": self._hub_stopped,
            "hub's database locked": self._locked,
        }

    def lesson(self, people: list[Any], *, seconds: float, every: float, seed: int) -> float:
        """Have the people begin; once all work, disturb them until the lesson ends. Return when it began."""
        self.people = people
        for one in people:
            one.start()
        for one in people:
            while not one.ready.wait(5):
                if not one.is_alive():
                    raise RuntimeError(f"{one.name} gave up: {dict(one.refused)}")
                if one.refused:
                    print(f"{one.name}: {dict(one.refused)}", flush=True)
        print(f"{time.strftime('%H:%M:%S')} all have signed in", flush=True)
        began = time.monotonic()
        self.town.until = began + seconds
        rng, names = random.Random(f"{seed} when"), list[str]()
        signal.signal(signal.SIGTERM, lambda _number, _frame: self.town.end())
        while self.town.open:
            time.sleep(min(rng.uniform(0.3, 1.7) * every, max(0.0, self.town.until - time.monotonic())))
            if self.town.open:
                names = names or rng.sample(sorted(self.all), len(self.all))
                self.cause(names.pop())
                if rng.random() < 0.75:  # else the next one may come while this one is being mended
                    self._all_work_again()
        for one in people:
            one.join(900)
        return began

    def _all_work_again(self) -> None:
        """Wait until each person has done something since the last fault."""
        began, turns = time.monotonic(), {one.name: one.turns for one in self.people}
        while self.town.open and any(one.turns == turns[one.name] for one in self.people):
            if time.monotonic() - began > self.limit_s * 2:
                self.stuck += 1
                return
            time.sleep(0.3)
        if self.town.open:
            self.back_s["everybody"].append(round(time.monotonic() - began, 1))

    def cause(self, name: str) -> None:
        """Have one happen, wait until the hub answers again, and note when and what."""
        began, self.town.fault = time.time(), name
        detail = self.all[name]()
        self.town.fault = ""
        self.done.append(
            {"fault": name, "at": round(began, 1), "s": round(time.time() - began, 1), "detail": detail}
        )
        kept = sum(n for kind, n in self.town.diary.n.items() if not kind.endswith("-asked"))
        print(
            f"{time.strftime('%H:%M:%S')} {name:40} {detail:60} {kept:5} kept, {dict(self.town.answers)}",
            flush=True,
        )

    def _hub_killed(self) -> str:
        return self._end_hub(signal.SIGKILL)

    def _hub_restarted(self) -> str:
        return self._end_hub(signal.SIGTERM)

    def _end_hub(self, how: signal.Signals) -> str:
        before, [hub] = set(self.servers()), self.find("-m jupyterhub -f")[:1]
        os.kill(hub, how)
        self._wait(lambda: not Path(f"/proc/{hub}").exists(), kind="")
        said = self._wait(lambda: answers(self.department.address), kind="hub")
        ended = before - set(self.servers())
        self.ended_with_the_hub += len(ended)
        return f"{how.name}; {said}; {len(ended)} of {len(before)} servers ended"

    def _proxy_killed(self) -> str:
        proxy = self.find("configurable-http-proxy")
        for one in proxy:
            os.kill(one, signal.SIGKILL)
        return self._wait(lambda: answers(self.department.address), kind="proxy")

    def _both_killed(self) -> str:
        for one in [*self.find("-m jupyterhub -f"), *self.find("configurable-http-proxy")]:
            os.kill(one, signal.SIGKILL)
        return self._wait(lambda: answers(self.department.address), kind="hub")

    def _server_killed(self) -> str:
        return self._end_server(self.rng.choice(self.people[:2]))

    def _course_killed(self) -> str:
        return self._end_server(self.people[2])

    def _killed_while(self, what: str) -> str:
        """Just after it was asked for: a save takes some ten milliseconds, and the kill falls before, in or after it."""
        until = time.monotonic() + 60
        while time.monotonic() < until and self.town.open:
            for one in self.people[:2]:
                if one.doing == what:
                    time.sleep(self.rng.uniform(0.0, 0.25))
                    return f"{what}: {self._end_server(one)}"
            time.sleep(0.002)
        return "none came"

    def _end_server(self, person: Any) -> str:
        account = person.account
        found = [pid for pid, uid in self.servers().items() if uid == self._uid(account)]
        for one in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        return f"{account}, {len(found)}: {self._wait(person.here, kind='server' if found else '')}"

    def _grader_killed(self) -> str:
        until = time.monotonic() + 60
        while self.grader is None or self.grader.poll() is not None:
            if time.monotonic() > until:
                return "none ran"
            time.sleep(0.1)
        time.sleep(self.rng.uniform(1.0, 14.0))
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.grader.pid, signal.SIGKILL)
        return "SIGKILL to its process group"

    def _disk_full(self) -> str:
        with full(self.mount):
            seconds = self.rng.uniform(5, 15)
            time.sleep(seconds)
        return f"{seconds:.0f} s; {self._wait(lambda: answers(self.department.address), kind='')}"

    def _disk_full_and_killed(self) -> str:
        with full(self.mount):
            time.sleep(self.rng.uniform(1, 4))
            for one in self.find("-m jupyterhub -f"):
                os.kill(one, signal.SIGKILL)
            time.sleep(self.rng.uniform(8, 16))
        return self._wait(lambda: answers(self.department.address), kind="hub")

    def _hub_stopped(self) -> str:
        hub = self.find("-m jupyterhub -f")
        for one in hub:
            os.kill(one, signal.SIGSTOP)
        time.sleep(self.rng.uniform(4, 12))
        for one in hub:
            os.kill(one, signal.SIGCONT)
        return f"SIGSTOP, SIGCONT; {self._wait(lambda: answers(self.department.address), kind='')}"

    def _locked(self) -> str:
        seconds = self.rng.uniform(4, 15)
        hold(self.department.base / "state" / "hub.sqlite", seconds)
        return f"{seconds:.0f} s; {self._wait(lambda: answers(self.department.address), kind='')}"

    def _wait(self, true: Callable[[], bool], *, kind: str) -> str:
        began = time.monotonic()
        time.sleep(0.3)
        while not true():
            if kind == "server" and not self.town.open:
                return "the lesson was over, and nobody started it again"
            limit_s = self.limit_s * (2 if kind == "server" else 1)
            if time.monotonic() - began > limit_s:
                self.never += 1
                return f"NOT BACK after {limit_s:.0f} s"
            time.sleep(0.3)
        seconds = time.monotonic() - began
        if kind:
            self.back_s[kind].append(round(seconds, 1))
        return f"back after {seconds:.1f} s"

    def find(self, words: str) -> list[int]:
        """Return the processes of the hub's namespace whose command has these words."""
        return [pid for pid in descendants(self.department.process) if words in _command(pid)]

    def servers(self) -> dict[int, int]:
        """Return people's servers, each with the number of the account that it runs as."""
        found = {}
        for pid in self.find("jupyterhub.singleuser"):
            with contextlib.suppress(OSError):
                found[pid] = Path(f"/proc/{pid}").stat().st_uid
        return found

    def _uid(self, account: str) -> int:
        lines = (self.department.base / "passwd").read_text(encoding="utf-8").splitlines()
        return next(int(line.split(":")[2]) for line in lines if line.startswith(f"{account}:"))


def descendants(pid: int) -> list[int]:
    """Return every process that came from one."""
    below = children(pid)
    return below + [one for child in below for one in descendants(child)]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
