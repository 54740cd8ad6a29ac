"""What `soak.py` keeps running, and how it is disturbed: the studio's server under a supervisor, graders, and faults."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from soak_clients import Town, dawdle, send_rubbish

FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
CLASS = "soak"


@dataclass
class Life:
    """One process of the server, from its start to its end."""

    pid: int
    began: float
    samples: list[tuple[float, float, int, int]] = field(default_factory=list)  # age s, MB, files, threads


class Server:
    """`medialit studio`, begun again whenever it has ended, as systemd's ``Restart=always`` does.

    Parameters
    ----------
    state : Path
        Where its output goes.
    home : Path
        Its `$MEDIALIT_HOME`.
    port : int
    town : Town
        Is told the codes.
    """

    def __init__(self, state: Path, *, home: Path, port: int, town: Town) -> None:
        self.state, self.home, self.port, self.town = state, home, port, town
        self.process: subprocess.Popen[str] | None = None
        self.lives: list[Life] = []
        self.restarts_s: list[float] = []
        self.failed_starts = 0
        self.clock = state / "clock"
        self.stopping = False

    async def supervise(self) -> None:
        """Keep it running, and note how long each start took until a page was answered."""
        while not self.stopping:
            down = time.monotonic()
            self._start()
            up = await self._answers()
            if up and len(self.lives) > 1:
                self.restarts_s.append(time.monotonic() - down)
            self.failed_starts += not up
            while not self.stopping and self.process is not None and self.process.poll() is None:
                self._sample()
                await asyncio.sleep(0.5)
            await asyncio.sleep(0.2 if up else 2.0)

    def kill(self) -> None:
        """End it as a power cut does; the workers see their input end."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def workers(self) -> list[int]:
        """Return the processes that make and publish."""
        return [] if self.process is None else children(self.process.pid)

    def set_clock(self, words: str) -> None:
        """Have the server's wall clock jump: ``+3d``, ``-2h``, ``+0``."""
        self.clock.write_text(words, encoding="ascii")

    def _start(self) -> None:
        command = [
            sys.executable, "-m", "medialit.cli", "studio", "--class", CLASS, "--local", "--port", str(self.port),
            "--log", str(self.state / "server.jsonl"),
        ]  # fmt: skip
        fake = {
            "LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(self.clock), "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1",
        }  # fmt: skip
        if not self.clock.exists():
            self.set_clock("+0")
        log = (self.state / "server.log").open("a", encoding="utf-8")
        environment = os.environ | {"MEDIALIT_HOME": str(self.home)} | (fake if FAKETIME.exists() else {})
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, text=True, encoding="utf-8", env=environment,
            start_new_session=True,
        )  # fmt: skip
        log.close()
        self.lives.append(Life(pid=self.process.pid, began=time.monotonic()))
        threading.Thread(target=self._listen, args=(self.process,), daemon=True).start()

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.match(r"Class code: (\S+)", line):
                self.town.class_code = found[1]
            if found := re.match(r"Teacher's key: (\S+)", line):
                self.town.teacher_key = found[1]
        process.stdout.close()

    async def _answers(self) -> bool:
        async with httpx.AsyncClient(timeout=5) as client:
            while self.process is not None and self.process.poll() is None and not self.stopping:
                with contextlib.suppress(httpx.HTTPError):
                    if (await client.get(f"http://localhost:{self.port}/health")).status_code == 200:
                        return True
                await asyncio.sleep(0.25)
        return False

    def _sample(self) -> None:
        life = self.lives[-1]
        age = time.monotonic() - life.began
        if life.samples and age - life.samples[-1][0] < 5:
            return
        with contextlib.suppress(OSError, ValueError, IndexError):
            status = Path(f"/proc/{life.pid}/status").read_text(encoding="ascii")
            kb = int(re.findall(r"VmRSS:\s+(\d+)", status)[0])
            threads = int(re.findall(r"Threads:\s+(\d+)", status)[0])
            life.samples.append(
                (round(age, 1), kb / 1024, len(list(Path(f"/proc/{life.pid}/fd").iterdir())), threads)
            )


def children(pid: int) -> list[int]:
    """Return the processes that a process began and that still run."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(one) for one in task.read_text(encoding="ascii").split()]
    return found


class Faults:
    """What goes wrong, each for a while, and then is put right."""

    def __init__(
        self, server: Server, *, mount: Path, state: Path, rng: random.Random, patience: float
    ) -> None:
        self.server, self.mount, self.state, self.rng, self.patience = server, mount, state, rng, patience
        self.grader: subprocess.Popen[str] | None = None
        self.done: list[dict[str, Any]] = []

    @property
    def all(self) -> dict[str, Callable[[], Awaitable[str]]]:
        """The faults by name."""
        return {
            "server killed": self._server_killed,
            "maker killed": self._worker_killed,
            "grader killed": self._grader_killed,
            "disk full": self._disk_full,
            "disk full and server killed": self._disk_full_and_killed,
            "clock jumps": self._clock_jumps,
            "rubbish": self._rubbish,
            "slow clients": self._slow,
            "database locked": self._locked,
            "server stopped for a while": self._frozen,
        }

    async def cause(self, name: str, town: Town) -> None:
        """Have one happen, and note when and what."""
        began, town.fault = time.time(), name
        detail = await self.all[name]()
        town.fault = ""
        self.done.append(
            {"fault": name, "at": round(began, 1), "s": round(time.time() - began, 1), "detail": detail}
        )

    async def _server_killed(self) -> str:
        self.server.kill()
        return "SIGKILL to the process and its workers"

    async def _worker_killed(self) -> str:
        workers = self.server.workers()
        if not workers:
            return "there was none"
        os.kill(self.rng.choice(workers), signal.SIGKILL)
        return "SIGKILL to one of the two workers"

    async def _grader_killed(self) -> str:
        for _ in range(300):
            if self.grader is not None and self.grader.poll() is None:
                break
            await asyncio.sleep(0.2)
        else:
            return "none ran"
        await asyncio.sleep(self.rng.uniform(1.0, 14.0))
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.grader.pid, signal.SIGKILL)
        return "SIGKILL to the grader's process group"

    async def _disk_full(self) -> str:
        with full(self.mount):
            await asyncio.sleep(self._while())
        return "no byte free in the home"

    async def _disk_full_and_killed(self) -> str:
        with full(self.mount):
            await asyncio.sleep(self._while() / 2)
            self.server.kill()
            await asyncio.sleep(self._while())
        return "no byte free, SIGKILL, started on a full disk"

    async def _clock_jumps(self) -> str:
        jump = self.rng.choice(["+1h", "-1h", "+3d", "-3d", "+10d", "-400d", "+400d"])
        self.server.set_clock(jump)
        await asyncio.sleep(self._while())
        self.server.set_clock("+0")
        return f"wall clock {jump} and back"

    async def _rubbish(self) -> str:
        await send_rubbish(self.server.town, self.rng, port=self.server.port)
        return "14 kinds"

    async def _slow(self) -> str:
        await dawdle(port=self.server.port, rng=self.rng, seconds=self._while())
        return "60 connections, a letter a second"

    async def _locked(self) -> str:
        folder = self.server.home / "studio" / CLASS
        path = folder / self.rng.choice(["studio.db", "feed/feed.db", "consent/ledger.db"])
        seconds = self._while() if self.rng.random() < 0.7 else self.patience * 6
        await asyncio.to_thread(hold, path, seconds)
        return f"{path.name} held for {seconds:.0f} s"

    async def _frozen(self) -> str:
        process = self.server.process
        assert process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGSTOP)
            await asyncio.sleep(self._while())
            os.killpg(process.pid, signal.SIGCONT)
        return "SIGSTOP, SIGCONT"

    def _while(self) -> float:
        return self.rng.uniform(0.5, 1.5) * self.patience


def hold(path: Path, seconds: float) -> None:
    """Keep a database from being written to."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=30)
    try:
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        connection.execute("ROLLBACK")
    finally:
        connection.close()


@contextlib.contextmanager
def full(mount: Path) -> Any:
    """Fill a disk to its last byte, and empty it again."""
    filler = mount / "filler"
    try:
        with filler.open("wb", buffering=0) as file:
            for size in (1 << 20, 4096, 1):
                try:
                    while True:
                        file.write(b"\0" * size)
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
        yield
    finally:
        filler.unlink(missing_ok=True)
