"""Grading beyond one machine: Dask workers run and judge, this process alone writes.

::

    submitted/ ──▶ read and rebuild ──▶ job (bytes) ──▶ scheduler ──▶ worker 1: box ─▶ judge ─┐
                                                                 ──▶ worker n: box ─▶ judge ─┤
    gradebook.db, autograded/ ◀── one writer ◀── look at every part ◀── result (plain data) ──┘

Dask itself pickles the function's name and the bytes it is given; whoever may speak to a scheduler may run
code on its workers. So beyond one machine only TLS with keys of both sides is spoken, and no student's code
ever holds such a key: it sits in a box without network and without those files.
"""

from __future__ import annotations

import contextlib
import hashlib
import ipaddress
import itertools
import logging
import queue
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar
from urllib.parse import urlsplit

import dask
from distributed import Client, Security
from distributed.scheduler import KilledWorker

from medialit.errors import ClusterError, SandboxUnavailableError
from medialit.grading import cluster_jobs as jobs
from medialit.grading.cluster_jobs import STARVED, UNCONTAINED, UNFIT, Kit, Refusal
from medialit.grading.cluster_worker import keep, work
from medialit.grading.runner import Graded, write_up
from medialit.grading.sandbox.box import Allowance, StarvedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from medialit.grading.runner import Assignment
    from medialit.grading.submission import Submission

log = logging.getLogger(__name__)
T = TypeVar("T")

CONNECT_S = 30
PATIENCE_S = 60.0  # how long a cluster may have no worker
TICK_S = 1.0
CA, CERTIFICATE, KEY = "ca.pem", "cert.pem", "key.pem"
HOW_TO = "See docs/how-to/grade-on-a-cluster.md."


@dataclass
class _Sent(Generic[T]):
    """A job that is somewhere in the cluster."""

    item: T
    submission: Submission
    content: bytes
    only: set[str] = field(default_factory=set)  # the workers that it may go to; empty: all
    future: Any = None


class Crew:
    """The workers of a cluster, ready to examine one assignment; use it as a context.

    Parameters
    ----------
    assignment : Assignment
        Loaded from the course.
    address : str
        Of the scheduler: ``tls://host:port``, or ``tcp://`` on this very machine.
    tls : Path, optional
        Folder of ``ca.pem``, ``cert.pem`` and ``key.pem``. Without it, Dask's own configuration names them.
    sandbox : bool
        False runs students' code with the workers' rights.
    allowance : Allowance, optional
        How long students' code may take.
    patience_s : float
        How long to wait for a worker where there is none.

    Raises
    ------
    ClusterError
        If the address is not safe, or nobody answers there.
    """

    def __init__(
        self,
        assignment: Assignment,
        address: str,
        *,
        tls: Path | None = None,
        sandbox: bool = True,
        allowance: Allowance | None = None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._assignment = assignment
        self._address = address
        self._security = security(address, tls)
        self._kit = Kit.gather(assignment, sandbox=sandbox, allowance=allowance).pack()
        self._digest = hashlib.sha256(self._kit).hexdigest()
        self._patience_s = patience_s
        self._refused: dict[str, Refusal] = {}  # workers that cannot grade here
        self._walls: Counter[str] = Counter()
        self._client: Any = None
        self._seen = time.monotonic()

    @property
    def walls(self) -> str:
        """Behind what the students' code ran, on all machines."""
        return ", ".join(sorted(self._walls)) or "a cluster, where nothing was run"

    def __enter__(self) -> Self:
        try:
            self._client = Client(
                self._address, security=self._security, timeout=CONNECT_S, set_as_default=False
            )
        except (OSError, TypeError, RuntimeError, ValueError) as error:
            raise ClusterError(
                f"No scheduler answers at {self._address} ({error}). Start it with `dask scheduler`, and look "
                f"whether the keys are those that it was started with. {HOW_TO}"
            ) from None
        return self

    def __exit__(self, *_: object) -> None:
        if self._client is not None:
            with contextlib.suppress(Exception):
                self._client.close(timeout=2)

    def run(
        self, waiting: Sequence[T], read: Callable[[T], tuple[str, Submission]], *, alone: bool = False
    ) -> Iterator[tuple[T, Graded | Exception]]:
        """Yield what came of each submission, once each, in the order in which they finish.

        Parameters
        ----------
        waiting : sequence
            What to grade.
        read : callable
            Returns for one of them the learner's id and the submission, rebuilt here. It is called as workers
            come free, so that a large class is never in memory as a whole.
        alone : bool
            One at a time.

        Raises
        ------
        ClusterError
            If the scheduler is lost, or no worker is left.
        SandboxUnavailableError
            If no worker can contain students' code.
        """
        if not waiting:
            return
        todo = iter(waiting)
        done: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        sent: dict[str, _Sent[T]] = {}
        self._seen = time.monotonic()
        kit = self._submit(keep, self._kit, key=f"medialit-kit-{uuid.uuid4().hex}")
        try:
            n_left = len(waiting)
            while n_left:
                room = 1 if alone else self._room()
                for item in itertools.islice(todo, max(0, room - len(sent))):
                    try:
                        student, submission = read(item)
                        content = jobs.pack_job(submission, self._assignment.seeds(student))
                    except Exception as error:  # one submission never stops a batch
                        n_left -= 1
                        yield item, error
                        continue
                    self._send(_Sent(item, submission, content), kit, sent, done)
                outcome = self._next(kit, sent, done)
                if outcome is not None:
                    n_left -= 1
                    yield outcome
        finally:
            with contextlib.suppress(Exception):
                if self._client.status == "running":
                    self._client.cancel([one.future for one in sent.values()])

    def _send(self, job: _Sent[T], kit: Any, sent: dict[str, _Sent[T]], done: Any) -> None:
        key = f"medialit-job-{uuid.uuid4().hex}"  # a scheduler's pages show keys: nobody's name
        job.only = self._workers() if self._refused else set()
        job.future = self._submit(
            work, self._digest, kit, job.content, key=key, workers=sorted(job.only) or None
        )
        sent[key] = job
        job.future.add_done_callback(lambda future: done.put((key, future)))

    def _submit(self, function: Callable[..., bytes], *arguments: object, **options: object) -> Any:
        # A lab's files may be some megabytes, which Dask warns of.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 GiB"}):
            return self._client.submit(function, *arguments, **options)

    def _next(
        self, kit: Any, sent: dict[str, _Sent[T]], done: queue.SimpleQueue[tuple[str, Any]]
    ) -> tuple[T, Graded | Exception] | None:
        """Return one outcome, or None after having looked after the cluster."""
        if not sent:
            return None
        try:
            key, future = done.get(timeout=TICK_S)
        except queue.Empty:
            self._look_after(kit, sent, done)
            return None
        if key not in sent:  # it came before, or its job was sent again: nothing is marked twice
            return None
        content = self._content(future)
        if content is None:
            future.add_done_callback(lambda future: done.put((key, future)))
            return None
        job = sent.pop(key)
        if isinstance(content, Exception):
            return job.item, content
        return self._outcome(job, content, kit, sent, done)

    def _content(self, future: Any) -> bytes | Exception | None:
        """Return what a worker sent, or the error of a job that took its worker with it again and again.

        None if the only worker that had it has ended meanwhile: it is computed again.
        """
        if future.status == "finished":
            try:
                return bytes(future.result(timeout=CONNECT_S))
            except TimeoutError:
                return None
            except (
                Exception
            ) as error:  # lost on the way: with its scheduler, or with the only worker that had it
                raise self._lost(str(error)) from None
        if future.status == "error":
            broken = future.exception()
            if isinstance(broken, KilledWorker):
                return StarvedError(
                    "The workers that ran this submission ended, again and again. Look at their memory and logs, "
                    "then grade it again."
                )
            raise ClusterError(
                f"A worker could not take the job ({type(broken).__name__}: {broken}). Install medialit[cluster] "
                f"there, the same version as here. {HOW_TO}"
            )
        if future.status in ("lost", "pending"):
            return None
        raise self._lost(future.status)

    def _outcome(
        self, job: _Sent[T], content: bytes, kit: Any, sent: dict[str, _Sent[T]], done: Any
    ) -> tuple[T, Graded | Exception] | None:
        try:
            result = jobs.unpack_result(
                content, grader=self._assignment.grader, n_cells=len(job.submission.runnable)
            )
        except ClusterError as error:
            return job.item, error
        if not isinstance(result, Refusal):
            self._walls[result.walls] += 1
            return job.item, write_up(self._assignment, job.submission, result)
        if result.kind in (UNCONTAINED, UNFIT):
            log.warning("The worker %s grades nothing: %s", result.worker, result.message)
            self._refused[result.worker] = result
            self._fit_or_raise(result)
            self._send(job, kit, sent, done)  # the others go on
            return None
        return job.item, (
            StarvedError(result.message) if result.kind == STARVED else ClusterError(result.message)
        )

    def _look_after(self, kit: Any, sent: dict[str, _Sent[T]], done: Any) -> None:
        """Find out whether the cluster still lives; send again what only workers that are gone may run."""
        if self._client.status != "running":
            raise self._lost(self._client.status)
        workers = self._workers()
        if workers:
            self._seen = time.monotonic()
        elif time.monotonic() - self._seen > self._patience_s:
            for refusal in self._refused.values():
                self._fit_or_raise(refusal)
            raise ClusterError(
                f"The cluster at {self._address} has no worker since {self._patience_s:.0f} s. Start one with "
                f"`dask worker`; then run the command again, it grades what has no marks. {HOW_TO}"
            )
        for key, job in list(sent.items()):
            if job.only and workers and not job.only & workers:
                del sent[key]
                self._client.cancel([job.future])
                self._send(job, kit, sent, done)

    def _fit_or_raise(self, refusal: Refusal) -> None:
        if self._workers():
            return
        if refusal.kind == UNCONTAINED:
            raise SandboxUnavailableError(f"On the worker {refusal.worker}: {refusal.message}")
        raise ClusterError(f"On the worker {refusal.worker}: {refusal.message}")

    def _workers(self) -> set[str]:
        """Return the addresses of the workers that can grade.

        Raises
        ------
        ClusterError
            If one of them is spoken to without encryption, beyond its scheduler's machine.
        """
        workers = set(self._client.scheduler_info().get("workers", {}))
        for address in sorted(workers):
            check_address(address)
        return workers - self._refused.keys()

    def _room(self) -> int:
        """Return how many jobs may be under way: enough that no worker waits, few enough to hold in memory."""
        workers = self._workers()
        known = self._client.scheduler_info().get("workers", {})
        return max(4, 2 * sum(int(known[address]["nthreads"]) for address in workers if address in known))

    def _lost(self, why: str) -> ClusterError:
        return ClusterError(
            f"The scheduler at {self._address} was lost ({why}). What was graded before has its marks, nothing else "
            "was written. Start the scheduler and its workers, then run the same command again."
        )


def check_address(address: str) -> None:
    """Refuse an address that students' work would travel to in the clear.

    Raises
    ------
    ClusterError
        If it is neither ``tls://`` nor ``tcp://`` on this machine.

    Examples
    --------
    >>> check_address("tls://10.0.0.7:8786")
    >>> check_address("tcp://127.0.0.1:8786")
    """
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme not in ("tls", "tcp") or not host:
        raise ClusterError(
            f"{address!r} is not a scheduler's address: write tls://HOST:8786, or tcp://127.0.0.1:8786 for one on "
            "this machine."
        )
    if parts.scheme == "tcp" and not _is_loopback(host):
        raise ClusterError(
            f"{address} is not encrypted and not on this machine: learners' work and graders would travel in the "
            f"clear, and anybody could run code on the workers. Use tls://, with keys. {HOW_TO}"
        )


def security(address: str, tls: Path | None) -> Security:
    """Return with which keys a scheduler is spoken to.

    Raises
    ------
    ClusterError
        If the address is not safe, or a key is missing.
    """
    check_address(address)
    if address.startswith("tcp://"):
        return Security(require_encryption=False)
    if tls is not None:
        missing = [name for name in (CA, CERTIFICATE, KEY) if not (tls / name).is_file()]
        if missing:
            raise ClusterError(f"{tls} has no {', '.join(missing)}. Make the keys first. {HOW_TO}")
        return Security(
            tls_ca_file=str(tls / CA),
            tls_client_cert=str(tls / CERTIFICATE),
            tls_client_key=str(tls / KEY),
            require_encryption=True,
        )
    configured = Security(require_encryption=True)
    named: Any = configured  # its fields are set by name
    if not (named.tls_ca_file and named.tls_client_cert):
        raise ClusterError(
            f"{address} is spoken to with keys, and none are named. Add --tls FOLDER, where {CA}, {CERTIFICATE} and "
            f"{KEY} are. {HOW_TO}"
        )
    return configured


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
