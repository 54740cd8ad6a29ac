"""Grade one class on this machine and on a cluster of it, in one run: how many submissions an hour, the same marks?

A real Dask scheduler and real workers, as processes of this machine. So this measures what a cluster costs, and how
far one writer reaches; it cannot show more cores than the machine has. The local time holds the start of its boxes,
some seconds once a class; the cluster's workers are warm from a class before. More submissions make that matter less.

    python benchmarks/scale.py [--submissions 40] [--workers 1 2] [--lab 07_spotting]

The last line is one JSON object: `submissions_per_hour` by way and number of workers, `identical_marks`, and
`writer_per_hour`: what the single writer could take if workers cost nothing.
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
from collections.abc import Iterator
from pathlib import Path

from distributed import Client
from grading import build, hand_in, read_marks

from medialit.grading import harness

SECRET = "5a" * 32


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--submissions", type=int, default=40)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--lab", default="07_spotting")
    options = parser.parse_args()
    rates: dict[str, float] = {}
    marks = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        course = build(folder, options.lab)
        hand_in(course, options.lab, options.submissions)
        (course / "secret.key").write_text(SECRET)
        writer_s = 0.0
        for n in options.workers:
            for way in ("local", "cluster"):
                copy = Path(shutil.copytree(course, folder / f"{way}-{n}"))
                with cluster(folder, n) if way == "cluster" else contextlib.nullcontext() as scheduler:
                    if scheduler:  # its workers import and warm their boxes, as a local grade does below
                        warm = Path(shutil.copytree(course, folder / f"warm-{n}"))
                        harness.grade_assignment(warm, options.lab, scheduler=scheduler)
                    with writing() as spent:
                        started = time.perf_counter()
                        summary = harness.grade_assignment(copy, options.lab, workers=n, scheduler=scheduler)
                        seconds = time.perf_counter() - started
                rates[f"{way}-{n}"] = round(3600 * options.submissions / seconds, 1)
                writer_s = spent[0]
                complete = summary.count(harness.GRADED) == options.submissions
                marks.append(read_marks(copy, options.lab) if complete else None)
                print(f"{way:8} {n} workers: {rates[f'{way}-{n}']:10.0f} submissions an hour", flush=True)
    same = marks[0] is not None and all(found == marks[0] for found in marks)
    writer = round(3600 * options.submissions / writer_s, 1)
    print(f"One writer alone: {writer:.0f} an hour; marks {'identical' if same else 'DIFFER'}")
    print(
        json.dumps(
            {
                "submissions_per_hour": rates,
                "identical_marks": same,
                "writer_per_hour": writer,
                "submissions": options.submissions,
                "cores": os.cpu_count(),
                "load_at_end": os.getloadavg()[0],
                "lab": options.lab,
            }
        )
    )


@contextlib.contextmanager
def writing() -> Iterator[list[float]]:
    """Measure the wall time that this process spends writing marks and graded notebooks."""
    spent = [0.0]
    settle = harness._settle

    def timed(*arguments: object) -> harness.Result:
        started = time.perf_counter()
        try:
            return settle(*arguments)
        finally:
            spent[0] += time.perf_counter() - started

    harness._settle = timed
    try:
        yield spent
    finally:
        harness._settle = settle


@contextlib.contextmanager
def cluster(folder: Path, n: int) -> Iterator[str]:
    """Start a scheduler and n workers of one thread each; yield the scheduler's address."""
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
            env={**os.environ, "OMP_NUM_THREADS": "1", "TMPDIR": str(folder)},
        )
        for what, *arguments in commands
    ]
    try:
        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(n, timeout=120)
        yield address
    finally:
        for process in processes:
            process.kill()
            process.wait()


if __name__ == "__main__":
    main()
