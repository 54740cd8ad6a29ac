"""The trusted side of a sandbox: start a box, run a notebook in it, ask it questions.

A `Session` survives what a student's code does to its worker. A cell or a function that never ends, eats
all memory or ends the process is remembered as the culprit; the notebook is run again in a fresh worker
without it, and the rest is judged as if it had only failed.
"""

from __future__ import annotations

import json
import logging
import select
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from medialit.errors import SandboxUnavailableError, WorkerLostError
from medialit.grading.judge import StudentError
from medialit.grading.sandbox import _scratch
from medialit.grading.sandbox import walls as _walls
from medialit.grading.sandbox.limits import Limits
from medialit.grading.sandbox.messages import Inbox, parse, send
from medialit.grading.values import NotPlainDataError, dumps, loads, parse_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from medialit.grading.values import Value

log = logging.getLogger(__name__)

START_S = 120.0  # a cold disk may take long to import everything
ANSWER_LIMIT = 96 << 20  # bytes of a message: the largest array, in base64
OUTPUT_LIMIT = 16 << 20  # bytes of all outputs of a notebook
PRELOAD = (
    "numpy", "scipy", "matplotlib.pyplot", "PIL.Image", "cv2", "av", "ipywidgets", "IPython.display",
    "medialit.media", "medialit.world", "medialit.forensics", "medialit.widgets",
)  # fmt: skip


class StarvedError(WorkerLostError):
    """A worker hardly ran, because the machine was busy: run the submission again, later."""


@dataclass(frozen=True)
class Allowance:
    """How long each thing asked of a student's code may take, in charged seconds (see `zygote`).

    Attributes
    ----------
    cell_s : float
        For one cell.
    total_s : float
        For the whole submission, restarts and answers included.
    n_restarts : int
        How many times a submission may lose its worker before the rest of it counts as ended.
    """

    cell_s: float = 20.0
    total_s: float = 300.0
    n_restarts: int = 5


@dataclass
class Usage:
    """What a submission used, over all its workers."""

    cpu_s: float = 0.0
    peak_mb: float = 0.0
    n_workers: int = 0


class Box:
    """A zygote behind walls, one job at a time.

    Parameters
    ----------
    walls : Walls
        As `walls.find` or `walls.require` returned them.
    lab : Path, optional
        The released lab's folder; its files stand in the worker's folder, readable.
    preload : sequence of str
        Modules to import before the first fork.
    limits : Limits
        What a worker may use.

    Raises
    ------
    SandboxUnavailableError
        If the zygote does not start; the message ends with what it said.
    """

    def __init__(
        self,
        walls: _walls.Walls,
        *,
        lab: Path | None = None,
        preload: Sequence[str] = PRELOAD,
        limits: Limits | None = None,
    ) -> None:
        self.walls = walls
        self.limits = limits or Limits()
        self._lab = lab
        self._preload = list(preload)
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._folder: Path | None = None
        self.resident_mb = 0.0
        self.n_starts = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the zygote and wait until it is warm; nothing if it runs already."""
        if self._process is not None and self._process.poll() is None:
            return
        self.close()
        ours, theirs = socket.socketpair()
        self._folder = Path(tempfile.mkdtemp(prefix="medialit-box-"))
        options = {
            "control": theirs.fileno(),
            "scratch": str(_walls.SCRATCH_IN_BOX if self.walls.outer else self._folder),
            "lab": str(_walls.LAB_IN_BOX if self.walls.outer else self._lab) if self._lab else None,
            "limits": asdict(self.limits),
            "preload": self._preload,
            "landlock": self.walls.landlock,
            "seccomp": self.walls.seccomp,
            "own_processes": bool(self.walls.outer),
            # Without its inner walls a worker could change the zygote, which the next student would meet.
            "one_job": bool(self.walls.outer) and not (self.walls.landlock and self.walls.seccomp),
        }
        command, environment = _walls.command(
            self.walls, lab=self._lab, scratch_mb=self.limits.file_mb * 2, arguments=[json.dumps(options)]
        )
        if not self.walls.outer:
            environment = {
                key: value.replace(str(_walls.SCRATCH_IN_BOX), str(self._folder))
                for key, value in environment.items()
            }
        complaints = tempfile.TemporaryFile()  # noqa: SIM115  # read below, and gone with the process
        with theirs:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=complaints,
                stderr=complaints,
                pass_fds=[theirs.fileno()],
                env=environment,
                cwd=self._folder,
                close_fds=True,
            )
        self._control = ours
        ours.settimeout(START_S)
        try:
            hello = parse(Inbox(ours, limit=1 << 12).receive())
        except (WorkerLostError, TimeoutError):
            self._process.kill()
            self._process.wait()
            complaints.seek(0)
            said = complaints.read()[-2000:].decode(errors="replace").strip()
            self.close()
            raise SandboxUnavailableError(
                f"The sandbox ({self.walls.name}) did not start. It said: {said or 'nothing'}"
            ) from None
        finally:
            complaints.close()
        self.resident_mb = float(hello["resident_mb"])
        self.n_starts += 1

    def close(self) -> None:
        """End the zygote and everything in its box."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            try:
                self._process.wait(timeout=2)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        if self._folder is not None:
            _scratch.remove(self._folder)
            self._folder = None

    def open_job(self) -> tuple[socket.socket, socket.socket]:
        """Fork a worker; return the socket to it, and the one to its watchman."""
        for attempt in (1, 2):
            self.start()
            assert self._control is not None
            job, job_theirs = socket.socketpair()
            watch, watch_theirs = socket.socketpair()
            with job_theirs, watch_theirs:
                try:
                    socket.send_fds(self._control, [b"j"], [job_theirs.fileno(), watch_theirs.fileno()])
                except OSError:  # the box was torn down after the last job
                    job.close()
                    watch.close()
                    self.close()
                    if attempt == 2:
                        raise
                    continue
            return job, watch
        raise AssertionError("unreachable")

    def session(
        self,
        cells: Sequence[str],
        *,
        files: Mapping[str, str] | None = None,
        seed: int = 0,
        allowance: Allowance | None = None,
    ) -> Session:
        """Return a session that has run a notebook's cells in order.

        Parameters
        ----------
        cells : sequence of str
            Sources of the code cells.
        files : mapping, optional
            Text files that the student handed in beside the notebook, by name; they stand beside the lab's.
        seed : int
            Seeds the usual sources of chance in the worker.
        allowance : Allowance, optional
            How long things may take.

        Raises
        ------
        StarvedError
            If the machine was too busy for a fair run.
        """
        session = Session(self, cells, files=files or {}, seed=seed, allowance=allowance or Allowance())
        try:
            session.run()
        except BaseException:
            session.close()
            raise
        return session


@dataclass
class _Job:
    """One worker: its sockets, and the messages that arrive on them."""

    job: socket.socket
    watch: socket.socket
    inbox: Inbox = field(init=False)
    reports: Inbox = field(init=False)

    def __post_init__(self) -> None:
        self.inbox = Inbox(self.job, limit=OUTPUT_LIMIT)
        self.reports = Inbox(self.watch, limit=1 << 12)

    def close(self) -> None:
        """Want no more of the worker: its watchman ends it."""
        self.job.close()
        with suppress(OSError):
            self.watch.shutdown(socket.SHUT_WR)


class Session:
    """A student's notebook that has run, ready to be asked; it is the `Student` of `judge`.

    Attributes
    ----------
    outputs : list of list of dict
        For each cell, its outputs: untrusted, in nbformat's shape or not.
    usage : Usage
        Processor time and memory, over all workers.
    """

    def __init__(
        self,
        box: Box,
        cells: Sequence[str],
        *,
        files: Mapping[str, str],
        seed: int,
        allowance: Allowance,
    ) -> None:
        self._box = box
        self._cells = list(cells)
        self._start = {"files": dict(files), "seed": seed}
        self._allowance = allowance
        self._current: _Job | None = None
        self._culprits: dict[int, str] = {}  # cells that took their worker with them, and how
        self._refused: dict[str, StudentError] = {}  # functions that did
        self._over: str | None = None  # why there will be no more answers
        self._left_s = allowance.total_s
        self._output_room = OUTPUT_LIMIT
        self.outputs: list[list[dict[str, Any]]] = [[] for _ in self._cells]
        self.usage = Usage()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker and take its report."""
        if self._current is not None:
            job, self._current = self._current, None
            job.close()
            self._account(self._report(job))

    def run(self) -> None:
        """Run the cells, again without the culprit whenever a worker is lost."""
        while not self._over and self._current is None:
            if self._left_s <= 0:
                self._over = "slow"
                return
            if self.usage.n_workers > self._allowance.n_restarts:
                self._over = "ended"
                return
            self._current = _Job(*self._box.open_job())
            self.usage.n_workers += 1
            self._replay()

    def call(self, name: str, /, *args: object, timeout_s: float = 2.0, **kwargs: object) -> Value:
        """Call a function of the student's; see `judge.Student`."""
        order = {"op": "call", "name": name, "args": list(args), "kwargs": kwargs}
        return self._ask(name, dumps(order), timeout_s)

    def value(self, name: str) -> Value:
        """Return a variable of the student's; see `judge.Student`."""
        return self._ask(name, dumps({"op": "value", "name": name}), 2.0)

    def _replay(self) -> None:
        assert self._current is not None
        try:
            send(self._current.job, self._start)
        except OSError:
            self._lose()
            return
        for index, source in enumerate(self._cells):
            if index in self._culprits:
                continue
            content = json.dumps({"op": "cell", "source": source}).encode()
            try:
                reply = self._exchange(content, self._allowance.cell_s, limit=OUTPUT_LIMIT)
            except WorkerLostError:
                how = self._lose()
                self._culprits[index] = how
                self.outputs[index] = [_ended_output(how)]
                return
            if not self.outputs[index]:
                self.outputs[index] = self._outputs_in(reply)

    def _outputs_in(self, reply: bytes) -> list[dict[str, Any]]:
        """Return the outputs that a worker told, as long as there is room for them."""
        note = {
            "output_type": "stream",
            "name": "stdout",
            "text": "[This output was too long and is not kept.]\n",
        }
        if len(reply) > self._output_room:
            return [note]
        self._output_room -= len(reply)
        try:
            told = parse_json(reply)
        except (NotPlainDataError, ValueError, RecursionError, MemoryError):
            return [note]
        outputs = told.get("outputs") if isinstance(told, dict) else None
        return outputs if isinstance(outputs, list) else []

    def _ask(self, name: str, order: bytes, allow_s: float) -> Value:
        if name in self._refused:
            raise self._refused[name]
        self.run()
        if self._over:
            raise StudentError(self._over)
        try:
            message = self._exchange(order, allow_s, limit=ANSWER_LIMIT)
        except WorkerLostError:
            error = StudentError(self._lose())
            self._refused[name] = error
            raise error from None
        try:
            reply = loads(message)
        except NotPlainDataError as problem:
            raise StudentError("not-data", str(problem)) from None
        if isinstance(reply, dict) and "answer" in reply:
            return reply["answer"]
        if isinstance(reply, dict) and isinstance(kind := reply.get("kind"), str):
            detail = reply.get("detail")
            if kind == "missing":  # what was missing is known on this side
                raise StudentError(kind, name)
            if kind in ("raised", "not-data"):
                raise StudentError(kind, detail[:600] if isinstance(detail, str) else "")
        raise StudentError("not-data", "The process answered something else.")

    def _exchange(self, content: bytes, allow_s: float, *, limit: int) -> bytes:
        """Send one message to the worker and return its answer, of at most `limit` bytes.

        Raises
        ------
        WorkerLostError
            If it ended, was ended, or broke the protocol.
        """
        assert self._current is not None
        job = self._current
        job.inbox.limit = limit
        deadline = time.monotonic() + allow_s * self._box.limits.wall_factor + 30.0
        try:
            send(job.watch, {"allow_s": allow_s, "left_s": self._left_s})
            _send_within(job.job, content, deadline)
        except OSError:
            raise WorkerLostError("The worker takes no more messages.") from None
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise WorkerLostError("The watchman is silent.")
            ready = select.select([job.job, job.watch], [], [], left)[0]
            if job.job in ready:
                message = job.inbox.poll()
                if message is not None:
                    return message
            elif ready:
                raise WorkerLostError("The worker has ended.")

    def _lose(self) -> str:
        """Close a lost worker; return how it was lost: ``slow`` or ``ended``."""
        assert self._current is not None
        job, self._current = self._current, None
        report = self._report(job, ended=True)
        job.close()
        self._account(report)
        if report.get("ended") in ("starved", "lost"):
            raise StarvedError(
                "The machine was too busy to run this submission fairly; grade it again later."
            )
        return "slow" if report.get("ended") == "time" else "ended"

    def _report(self, job: _Job, *, ended: bool = False) -> dict[str, Any]:
        """Return the watchman's report; a watchman that says nothing loses its box."""
        job.watch.settimeout(10.0)
        try:
            if ended:
                job.job.close()
                # A worker that only broke the protocol still runs: want no more of it.
                if not select.select([job.watch], [], [], 0.5)[0]:
                    job.watch.shutdown(socket.SHUT_WR)
            report = parse(job.reports.receive())
        except (WorkerLostError, OSError):
            log.warning("A sandbox did not report on its worker and is started anew.")
            self._box.close()
            return {"ended": "lost"}
        finally:
            job.watch.close()
        if report.get("dirty"):
            self._box.close()
        return report

    def _account(self, report: Mapping[str, Any]) -> None:
        self.usage.cpu_s += float(report.get("cpu_s", 0.0))
        self._left_s -= float(report.get("charged_s", 0.0))
        self.usage.peak_mb = max(self.usage.peak_mb, float(report.get("peak_mb", 0.0)))


def _send_within(channel: socket.socket, content: bytes, deadline: float) -> None:
    """Send a message to a process that may never read it."""
    channel.settimeout(max(0.1, deadline - time.monotonic()))
    try:
        from medialit.grading.sandbox.messages import send_bytes

        send_bytes(channel, content)
    finally:
        channel.settimeout(None)


def _ended_output(how: str) -> dict[str, Any]:
    name, text = {
        "slow": ("Timeout", "This cell took too long and was stopped."),
        "ended": ("ProcessEnded", "This cell ended its process, or used more memory or disk than it may."),
    }[how]
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": [f"{name}: {text}"]}
