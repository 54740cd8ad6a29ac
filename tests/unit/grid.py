"""A Dask cluster of this machine, for tests: a real scheduler and real workers, each a process, over TLS."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

from distributed import Client

from medialit import cluster

ROOT = Path(__file__).resolve().parents[2]


class Cluster:
    """A scheduler of this machine and its workers, each a process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys = folder / "keys"
        self.address = ""
        self.scheduler: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes]] = []
        page = (ROOT / "docs" / "how-to" / "grade-on-a-cluster.md").read_text(encoding="utf-8")
        program = re.search(r"```python\n(.*?)```", page, re.DOTALL)
        assert program
        (folder / "make_keys.py").write_text(program[1])
        subprocess.run([sys.executable, "make_keys.py", "keys"], cwd=folder, check=True)
        self.start()

    def start(self) -> None:
        """Start a scheduler; workers of the one before it are of no use any more."""
        for worker in self.workers:
            worker.kill()
            worker.wait(timeout=60)
        self.workers.clear()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"tls://127.0.0.1:{port}"
        self.scheduler = self._run("scheduler", "--host", self.address, "--port", str(port))

    def add(self, *more: str) -> subprocess.Popen[bytes]:
        options = ("--nworkers", "1", "--nthreads", "1", "--no-nanny", "--local-directory", str(self.folder))
        worker = self._run("worker", self.address, *options, *more)
        self.workers.append(worker)
        return worker

    def need(self, n: int) -> None:
        """Have so many workers in order."""
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        while len(self.workers) < n:
            self.add()
        with Client(
            self.address, security=cluster.security(self.address, self.keys), set_as_default=False
        ) as client:
            client.wait_for_workers(n, timeout=240)

    def _run(self, what: str, *options: str) -> subprocess.Popen[bytes]:
        keys = (
            f"--tls-{a}={self.keys / b}"
            for a, b in (("ca-file", "ca.pem"), ("cert", "cert.pem"), ("key", "key.pem"))
        )
        pages = ("--no-dashboard", "--dashboard-address", "127.0.0.1:0")
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "distributed.cli.dask_" + what, *options, *keys, *pages],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env={**os.environ, "OMP_NUM_THREADS": "1", "TMPDIR": str(self.folder)},
            )

    def end(self) -> None:
        assert self.scheduler
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait(timeout=60)
