"""The worker's side of a cluster: a Dask worker contains and judges a submission as a local grade does.

It is a trusted process: it holds the grader. Students' code runs in a box beside it, which has no network and
sees nothing of the worker's files. A worker keeps its boxes warm until another assignment comes, or it ends.
"""

from __future__ import annotations

import atexit
import contextlib
import shutil
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from distributed import get_worker

from medialit.errors import ClusterError, GradingError, MedialitError, SandboxUnavailableError
from medialit.grading import cluster_jobs as jobs
from medialit.grading.cluster_jobs import FAILED, STARVED, UNCONTAINED, UNFIT, Kit, Refusal
from medialit.grading.runner import Assignment, examine
from medialit.grading.sandbox import walls as sandbox_walls
from medialit.grading.sandbox.box import StarvedError
from medialit.grading.settings import CourseSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from medialit.grading.sandbox.box import Allowance, Box
    from medialit.grading.sandbox.walls import Walls


def work(digest: str, kit: bytes, job: bytes) -> bytes:
    """Run and judge one submission; what a cluster's worker is asked.

    Parameters
    ----------
    digest : str
        Names the kit.
    kit, job : bytes
        As `Kit.pack` and `cluster_jobs.pack_job` packed them.

    Returns
    -------
    bytes
        As `cluster_jobs.unpack_result` reads them. Nothing is raised: an exception would travel as a pickle.
    """
    try:
        asked = jobs.unpack_job(job)
        with _place(digest, kit) as (bench, box):
            examined = examine(
                bench.assignment.grader,
                asked["sources"],
                asked["files"],
                seeds=asked["seeds"],
                box=box,
                allowance=bench.allowance,
            )
        return jobs.pack_result(examined)
    except StarvedError as error:
        kind, message = STARVED, str(error)
    except SandboxUnavailableError as error:
        kind, message = UNCONTAINED, str(error)
    except ClusterError as error:
        kind, message = UNFIT, str(error)
    except MedialitError as error:
        kind, message = FAILED, str(error)
    except Exception as error:
        kind, message = FAILED, f"{type(error).__name__}: {error}"
    return jobs.pack_refusal(Refusal(kind, message, _address()))


def _address() -> str:
    try:
        return str(get_worker().address)
    except ValueError:  # not in a worker: a test calls `work` itself
        return ""


@dataclass
class _Bench:
    """An assignment laid out on this machine, and its warm boxes."""

    folder: Path
    assignment: Assignment
    allowance: Allowance | None
    walls: Walls
    free: list[Box] = field(default_factory=list)
    n_in_use: int = 0

    @classmethod
    def lay_out(cls, content: bytes) -> _Bench:
        kit = Kit.unpack(content)
        kit.check_versions()
        walls = sandbox_walls.require() if kit.sandbox else sandbox_walls.NONE
        folder = Path(tempfile.mkdtemp(prefix="medialit-kit-"))
        try:
            kit.lay_out(folder)
            settings = CourseSettings(
                folder, language="en", graders=folder / "graders", messages={}, secret=b""
            )
            return cls(folder, Assignment.load(settings, kit.assignment), kit.allowance, walls)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def open_box(self) -> Box:
        try:
            return self.assignment.open_box(self.walls)
        except GradingError as error:  # where this worker keeps its files
            raise ClusterError(f"{error} Set TMPDIR for this worker to another folder.") from None

    def close(self) -> None:
        for box in self.free:
            box.close()
        shutil.rmtree(self.folder, ignore_errors=True)


# Of this process: Dask calls a function, and the boxes outlive the call.
_benches: dict[str, _Bench] = {}
_lock = threading.Lock()


@contextlib.contextmanager
def _place(digest: str, kit: bytes) -> Iterator[tuple[_Bench, Box]]:
    """Lend a box of an assignment; those of assignments that nobody grades any more are closed."""
    with _lock:
        idle = [name for name, bench in _benches.items() if name != digest and not bench.n_in_use]
        stale = [_benches.pop(name) for name in idle]
        if digest not in _benches:
            _benches[digest] = _Bench.lay_out(kit)
        bench = _benches[digest]
        bench.n_in_use += 1
        box = bench.free.pop() if bench.free else None
    try:
        for one in stale:
            one.close()
        box = box or bench.open_box()
        yield bench, box
    finally:
        with _lock:
            bench.n_in_use -= 1
            if box is not None:
                bench.free.append(box)


@atexit.register
def _close_all() -> None:
    while _benches:
        _benches.popitem()[1].close()
