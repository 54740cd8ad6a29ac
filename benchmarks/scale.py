"""Grade one class, and make one batch of clips, on this machine and on a cluster of it: how many an hour, and the same?

A real Dask scheduler and real workers, as processes of this machine. So this measures what a cluster costs, and how far
one writer reaches; it cannot show more cores than the machine has. The local times hold the start of the boxes, some
seconds once a class; the cluster's workers are warm from a class before. More submissions make that matter less.

Beside each rate stands what `scale_model.rate` says by the CPU seconds of the run with one worker of the cluster. On a
machine that others use too, `cores` is what our processes got of it: the model then says whether the costs stay what
they are, and no more. Its error is in percent of what was measured.

    python benchmarks/scale.py [--submissions 40] [--workers 1 2 4] [--lab 07_spotting] [--clips 24]

The last line is one JSON object: `submissions_per_hour` by way and number of workers, `identical_marks`,
`writer_per_hour` (what the single writer could take if workers cost nothing), `clips_per_hour`, `identical_clips`,
`costs` for the model and its `error_percent`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
from distributed import Client
from grading import build, hand_in, read_marks
from scale_model import Costs, error_percent, rate

from medialit.batch import make_batch
from medialit.batch import run as batch_run
from medialit.grading import harness
from medialit.provenance.registry import Registry

SECRET = "5a" * 32
CLIP_WORKERS = (1, 2)
NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Run:
    """One class graded, or one batch made.

    Parameters
    ----------
    per_hour : float
    cores : float
        CPU seconds of all our processes, a second.
    worker_s, trusted_s, scheduler_s : float
        CPU seconds for each submission or clip: of workers, of this process, of the scheduler.
    writing_s : float
        Wall seconds of writing what came of one.
    disk_s : float
        Of these, seconds in which this process neither ran nor waited for a core.
    load : float
        Of the machine at the end, over one minute.
    """

    per_hour: float
    cores: float
    worker_s: float
    trusted_s: float
    scheduler_s: float
    writing_s: float
    disk_s: float
    load: float

    @property
    def costs(self) -> Costs:
        """What the model needs: of the trusted process its CPU, and its waits for the disk while it writes."""
        return Costs(
            worker_s=self.worker_s, grader_s=self.trusted_s + self.disk_s, scheduler_s=self.scheduler_s
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--submissions", type=int, default=40)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--lab", default="07_spotting")
    parser.add_argument("--clips", type=int, default=24)
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before", flush=True)
    with tempfile.TemporaryDirectory() as name:
        graded, same_marks = grade_classes(Path(name), options.lab, options.submissions, options.workers)
        made, same_clips = make_batches(Path(name), options.clips)
    costs = graded[f"cluster-{options.workers[0]}"].costs
    errors = compare(graded, costs)
    print(f"Marks {'identical' if same_marks else 'DIFFER'}; clips {'identical' if same_clips else 'DIFFER'}")
    print(
        json.dumps(
            {
                "submissions_per_hour": {way: run.per_hour for way, run in graded.items()},
                "identical_marks": same_marks,
                "writer_per_hour": round(3600 / costs.grader_s),
                "clips_per_hour": {way: run.per_hour for way, run in made.items()},
                "clip_writer_per_hour": round(3600 / made["cluster-1"].costs.grader_s),
                "identical_clips": same_clips,
                "costs": asdict(costs),
                "error_percent": errors,
                "runs": {kind: {way: asdict(run) for way, run in runs.items()}
                         for kind, runs in (("submissions", graded), ("clips", made))},
                "submissions": options.submissions,
                "clips": options.clips,
                "cores": os.cpu_count(),
                "lab": options.lab,
            }
        )
    )  # fmt: skip


def grade_classes(folder: Path, lab: str, n: int, workers: Sequence[int]) -> tuple[dict[str, Run], bool]:
    """Grade a class each way; return the runs, and whether all gave the same marks."""
    course = build(folder, lab)
    hand_in(course, lab, n)
    (course / "secret.key").write_text(SECRET)
    runs: dict[str, Run] = {}
    marks = []
    for n_workers in workers:
        for way in ("local", "cluster"):
            copy = Path(shutil.copytree(course, folder / f"{way}-{n_workers}"))
            with cluster(folder, n_workers, way=way) as there:
                if there.address:  # its workers import and warm their boxes, as a local grade does below
                    warm = Path(shutil.copytree(course, folder / f"warm-{n_workers}"))
                    harness.grade_assignment(warm, lab, scheduler=there.address)
                name = f"{way}-{n_workers}"
                with timed(there, n, harness, "_settle") as told:
                    summary = harness.grade_assignment(copy, lab, workers=n_workers, scheduler=there.address)
                runs[name] = told[0]
            marks.append(read_marks(copy, lab) if summary.count(harness.GRADED) == n else None)
            tell(name, runs[name], "submissions")
    return runs, marks[0] is not None and all(found == marks[0] for found in marks)


def make_batches(folder: Path, n: int) -> tuple[dict[str, Run], bool]:
    """Make a batch each way; return the runs, and whether the registry holds the same clips after each."""
    prompts = folder / "prompts.csv"
    rows = [f"a red ball bounces on the beach,{seed},{seed}" for seed in range(n)]
    prompts.write_text("\n".join(["prompt,seed,name", *rows]))
    runs: dict[str, Run] = {}
    clips = []
    key = "5a" * 32
    for n_workers in CLIP_WORKERS:
        for way in ("local", "cluster"):
            name = f"{way}-{n_workers}"
            home = folder / f"home-{name}"
            home.mkdir(mode=0o700)
            (home / "watermark.key").write_text(key)
            with cluster(folder, n_workers, way=way) as there:
                settings = {"clock": lambda: NOW, "scheduler": there.address, "workers": n_workers}
                if there.address:
                    make_batch(
                        prompts,
                        out=folder / f"warm-clips-{name}",
                        home=folder / f"warm-home-{name}",
                        **settings,
                    )
                with timed(there, n, batch_run, "_publish") as told:
                    made = make_batch(prompts, out=folder / f"clips-{name}", home=home, **settings)
                runs[name] = told[0]
            with Registry(home / "registry") as registry:
                found = sorted((clip.id, clip.payload) for clip in registry.clips())
            clips.append(found if made.count("made") == n else None)
            tell(name, runs[name], "clips")
    return runs, clips[0] is not None and all(found == clips[0] for found in clips)


def compare(runs: dict[str, Run], costs: Costs) -> dict[str, float]:
    """Print the model beside what was measured on the cluster, and return its errors."""
    print(f"{'cluster':10}{'measured':>10}{'cores got':>11}{'model':>10}{'error':>9}  held back by")
    errors: dict[str, float] = {}
    for way, run in runs.items():
        if not way.startswith("cluster"):
            continue
        workers = int(way.rpartition("-")[2])
        model, why = rate(costs, workers=workers, cores=run.cores)
        errors[way] = error_percent(model, run.per_hour)
        print(f"{way:10}{run.per_hour:10.0f}{run.cores:11.2f}{model:10.0f}{errors[way]:8.1f}%  {why}")
    return errors


def tell(way: str, run: Run, what: str) -> None:
    """Print one run."""
    print(
        f"{way:10} {run.per_hour:8.0f} {what} an hour; CPU seconds each: workers {run.worker_s:.3f}, trusted process "
        f"{run.trusted_s:.3f}, scheduler {run.scheduler_s:.3f}; writing {run.writing_s:.3f} s, "
        f"{run.disk_s:.3f} of it the disk; {run.cores:.2f} cores; "
        f"load {run.load:.1f}",
        flush=True,
    )


@contextlib.contextmanager
def timed(there: There, n: int, module: object, writer: str) -> Iterator[list[Run]]:
    """Measure what happens inside: one run for each of n results that a module's function writes."""
    spent = {"wall": 0.0, "busy": 0.0}
    write: Callable[..., object] = getattr(module, writer)

    def watched(*arguments: object, **named: object) -> object:
        wall, busy = time.perf_counter(), ran_or_queued()
        try:
            return write(*arguments, **named)
        finally:
            spent["wall"] += time.perf_counter() - wall
            spent["busy"] += ran_or_queued() - busy

    setattr(module, writer, watched)
    told: list[Run] = []
    started, before = time.perf_counter(), spent_by(there)
    try:
        yield told
    finally:
        setattr(module, writer, write)
    wall = time.perf_counter() - started
    workers, trusted, scheduler = (after - was for after, was in zip(spent_by(there), before, strict=True))
    told.append(
        Run(
            per_hour=round(3600 * n / wall, 1),
            cores=round((workers + trusted + scheduler) / wall, 3),
            worker_s=round(workers / n, 4),
            trusted_s=round(trusted / n, 4),
            scheduler_s=round(scheduler / n, 4),
            writing_s=round(spent["wall"] / n, 4),
            disk_s=round(max(0.0, spent["wall"] - spent["busy"]) / n, 4),
            load=round(os.getloadavg()[0], 1),
        )
    )


@dataclass(frozen=True, kw_only=True)
class There:
    """A cluster's processes; none where this machine works alone."""

    address: str | None = None
    scheduler: int = 0
    workers: tuple[int, ...] = ()


def spent_by(there: There) -> tuple[float, float, float]:
    """Return CPU seconds so far: of workers and what they started, of this process alone, of the scheduler."""
    own = time.process_time()
    if there.address is None:
        children = os.times()
        ended = children.children_user + children.children_system
        return ended + sum(map(of_tree, (child.pid for child in psutil.Process().children()))), own, 0.0
    return sum(map(of_tree, there.workers)), own, of_tree(there.scheduler)


def ran_or_queued() -> float:
    """Return seconds that this thread has run, or waited for a core (Linux; see proc(5), `schedstat`)."""
    ran, queued, _slices = Path("/proc/thread-self/schedstat").read_text().split()
    return (int(ran) + int(queued)) / 1e9


def of_tree(pid: int) -> float:
    """Return CPU seconds of a process and everything it started, ended ones too."""
    total = 0.0
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for one in (process, *process.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                times = one.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
    return total


@contextlib.contextmanager
def cluster(folder: Path, n: int, *, way: str) -> Iterator[There]:
    """Start a scheduler and n workers of one thread each, unless this machine is to work alone."""
    if way == "local":
        yield There()
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    quiet = ("--no-dashboard", "--dashboard-address", "127.0.0.1:0")
    one = ("--nworkers", "1", "--nthreads", "1", "--no-nanny", "--local-directory", str(folder))
    commands = [("scheduler", "--host", address, *quiet), *[("worker", address, *one, *quiet)] * n]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{what}", *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "OMP_NUM_THREADS": "1", "MEDIALIT_THREADS": "1", "TMPDIR": str(folder)},
        )
        for what, *arguments in commands
    ]
    try:
        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(n, timeout=300)
        scheduler, *workers = (process.pid for process in processes)
        yield There(address=address, scheduler=scheduler, workers=tuple(workers))
    finally:
        for process in processes:
            process.kill()
            process.wait()


if __name__ == "__main__":
    main()
