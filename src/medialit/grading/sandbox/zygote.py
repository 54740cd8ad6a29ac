"""The warm parent behind the walls: it has imported everything, forks a worker for each job, watches it.

It never sees a job: the job's socket arrives as a descriptor and is handed on to the worker. It holds no
secret, so there is nothing in its memory for a worker, which is its copy, to find.

Time is charged fairly. A worker that waits for a processor because the machine is busy is not charged for
waiting (`/proc/PID/schedstat` says how long it did); one that sleeps is, and one that waits only for its own
threads pays for what they use. So a limit means the same at midnight with 900 submissions as it does alone.
A worker that has hardly run when `wall_factor` times its limit has passed is reported as *starved*: its job
is run again, never marked as slow.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import random
import resource
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medialit.errors import WorkerLostError
from medialit.grading.sandbox import _landlock, _scratch, _seccomp, walls
from medialit.grading.sandbox.limits import Limits
from medialit.grading.sandbox.messages import Inbox, parse, send

POLL_S = 0.02
_PAGE = resource.getpagesize()
_TICKS = os.sysconf("SC_CLK_TCK")
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4


@dataclass(frozen=True)
class Reading:
    """What a worker has had so far: seconds on the clock, in the queue for a processor, and on processors."""

    clock_s: float
    waited_s: float
    cpu_s: float
    n_threads: int

    def charged_since(self, before: Reading) -> float:
        """Return the seconds that the worker is charged for the time between two readings."""
        passed = self.clock_s - before.clock_s
        return max(passed - (self.waited_s - before.waited_s), self.cpu_s - before.cpu_s)


def read_meter(pid: int) -> Reading:
    """Read a process's meter; what the kernel does not tell, or no longer, is 0."""
    waited_s = cpu_s = 0.0
    n_threads = 0
    with suppress(OSError, IndexError, ValueError):
        waited_s = int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    with suppress(OSError, IndexError, ValueError):
        # proc(5): after the name in brackets, which a process chooses, come fields 3, 4, ...
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        cpu_s = (int(fields[11]) + int(fields[12])) / _TICKS
        n_threads = int(fields[17])
    return Reading(time.monotonic(), waited_s, cpu_s, n_threads)


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process, in megabytes; 0 if it is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / 2**20
    except (OSError, IndexError, ValueError):
        return 0.0


def main() -> None:
    """Serve jobs that arrive on the control socket, until it closes."""
    options: dict[str, Any] = json.loads(sys.argv[1])
    control = socket.socket(fileno=options["control"])
    scratch = Path(options["scratch"])
    lab = Path(options["lab"]) if options["lab"] else None
    limits = Limits(**options["limits"])
    _hide_memory()
    warm_up(options["preload"], scratch)
    _clean(scratch)
    send(control, {"ready": True, "resident_mb": resident_mb(os.getpid())})
    while True:
        try:
            message, descriptors, _, _ = socket.recv_fds(control, 1, 2)
        except OSError:
            return
        if not message:
            return
        job, watch = (socket.socket(fileno=descriptor) for descriptor in descriptors)
        _prepare(scratch, lab)
        pid = os.fork()
        if pid == 0:
            control.close()
            watch.close()
            _become_worker(job, scratch=scratch, lab=lab, limits=limits, options=options)
        job.close()
        report = supervise(pid, watch, scratch, limits)
        # What cannot be cleaned, or is not trusted to be clean, is torn down with every process in it.
        report["dirty"] = (
            options["one_job"] or not _clean(scratch) or (options["own_processes"] and _stragglers())
        )
        with suppress(OSError):  # nobody is waiting for it any more
            send(watch, report)
        watch.close()
        if report["dirty"]:
            return


def warm_up(preload: list[str], scratch: Path) -> None:
    """Import what the labs use, so that no worker has to, and leave no thread behind that a fork would lose."""
    from medialit.grading.sandbox import worker

    with suppress(OSError):
        os.chdir(scratch)
    for name in preload:
        with suppress(Exception):  # a lab's import that fails here fails in the worker, where it is shown
            importlib.import_module(name)
    worker.prepare()
    gc.collect()
    gc.freeze()  # a fork then shares these objects' pages instead of copying them


def supervise(pid: int, watch: socket.socket, scratch: Path, limits: Limits) -> dict[str, Any]:
    """Watch a worker until it has ended, and return why it did and what it used.

    The trusted side sends ``{"allow_s": seconds, "left_s": seconds}`` on `watch` before each thing it asks of
    the worker, for this thing and for everything from the beginning, and closes it when it wants no more.
    """
    inbox = Inbox(watch, limit=1 << 12)
    process = os.pidfd_open(pid)
    poller = select.poll()
    poller.register(process, select.POLLIN)
    poller.register(watch, select.POLLIN)
    since = now = read_meter(pid)
    allow_s, left_s, charged_s = 30.0, 30.0, 0.0  # until the first allowance
    reason, peak_mb = "", 0.0
    while not reason:
        ready = {descriptor for descriptor, _ in poller.poll(POLL_S * 1000)}
        if process in ready:
            reason = "ended"
            break
        now = read_meter(pid)
        peak_mb = max(peak_mb, resident_mb(pid))
        charge = now.charged_since(since)
        if watch.fileno() in ready:
            try:
                while (message := inbox.poll(wait=False)) is not None:
                    order = parse(message)
                    allow_s, left_s = float(order["allow_s"]), float(order["left_s"])
                    charged_s, charge, since = charged_s + charge, 0.0, now
            except WorkerLostError:
                reason = "killed"
        elif charge > min(allow_s, left_s - charged_s):
            reason = "time"
        elif now.clock_s - since.clock_s > allow_s * limits.wall_factor:
            reason = "starved"
        elif now.n_threads > limits.n_threads:
            reason = "threads"
        elif _scratch.is_over(scratch, limits.file_mb << 20):
            reason = "disk"
    os.close(process)
    if reason != "ended":
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    return {
        "ended": reason,
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "charged_s": charged_s + now.charged_since(since),
        "peak_mb": max(peak_mb, usage.ru_maxrss / 1024),
    }


def _become_worker(
    job: socket.socket, *, scratch: Path, lab: Path | None, limits: Limits, options: dict[str, Any]
) -> None:
    """Give up every right, then run the job; never returns."""
    try:
        os.setpgid(0, 0)
        _quiet()
        os.closerange(3, job.fileno())
        os.closerange(job.fileno() + 1, 1 << 16)
        _die_with_parent()
        random.seed(0)
        _limit(limits)
        if options["landlock"]:
            devices = [Path("/dev") / n for n in ("urandom", "random", "zero")]
            _landlock.apply(
                read=[*walls.readable(), *devices, *([lab] if lab else [])],
                write=[scratch, Path("/dev/null")],
                hide=walls.hidden(),
            )
        if options["seccomp"]:
            _seccomp.apply()
        from medialit.grading.sandbox import worker

        worker.serve(job)
    except BaseException:  # whatever a student's code did to us, this process ends here
        os._exit(70)
    os._exit(0)


def _quiet() -> None:
    """Point the three standard streams at nothing: what a student writes there past Python is dropped."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)


def _die_with_parent() -> None:
    import ctypes

    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    _hide_memory()


def _hide_memory() -> None:
    """Let no process of the same user read or write this one's memory."""
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _limit(limits: Limits) -> None:
    """Set the kernel's limits on this process, for good."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * _PAGE
    ceiling = used + (limits.memory_mb << 20)
    for kind, value in (
        (resource.RLIMIT_AS, ceiling),
        (resource.RLIMIT_CPU, limits.cpu_s),
        (resource.RLIMIT_FSIZE, limits.file_mb << 20),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        with suppress(ValueError, OSError):  # a lower limit is in force already
            resource.setrlimit(kind, (value, value))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a file too large is an OSError, not a death


def _prepare(scratch: Path, lab: Path | None) -> None:
    """Lay links to the lab's files in the empty scratch folder, as a learner's folder would have them."""
    work = scratch / "work"
    work.mkdir()
    if lab is not None:
        for path in lab.iterdir():
            if path.suffix != ".ipynb":
                (work / path.name).symlink_to(path)
    os.chdir(work)


def _clean(scratch: Path) -> bool:
    """Return whether the scratch folder could be emptied."""
    os.chdir("/")
    return _scratch.empty(scratch)


def _stragglers() -> bool:
    """Return whether a process other than bubblewrap's first and this one is left in the box."""
    own = {1, os.getpid()}
    return any(int(name) not in own for name in os.listdir("/proc") if name.isdigit())  # noqa: PTH208


if __name__ == "__main__":
    main()
