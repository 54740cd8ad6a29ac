"""Work beyond one machine: a Dask cluster is sent bytes and answers with bytes, whatever breaks on the way.

::

    item ──▶ pack ──▶ job (bytes) ──▶ scheduler ──▶ worker: work(digest, kit, job) ─┐
    (item, outcome) ◀── take ◀── result (bytes) ◀───────────────────────────────────┘

Dask itself pickles the function's name and the bytes it is given; whoever may speak to a scheduler may run code on its
workers. So beyond one machine only TLS with keys of both sides is spoken.

What is sent and what comes back is the caller's: `medialit.grading.cluster` marks submissions this way, and
`medialit.batch` makes clips.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import ipaddress
import logging
import queue
import time
import uuid
from concurrent.futures import wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar
from urllib.parse import urlsplit

import dask
from distributed import Client, Security
from distributed.scheduler import KilledWorker

from medialit.errors import ClusterError, MedialitError, WorkersEndedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator
    from pathlib import Path

log = logging.getLogger(__name__)
T = TypeVar("T")
S = TypeVar("S")
R = TypeVar("R")

CONNECT_S = 30
PATIENCE_S = 60.0  # how long a cluster may have no worker
TICK_S = 1.0
CA, CERTIFICATE, KEY = "ca.pem", "cert.pem", "key.pem"
HOW_TO = "See docs/how-to/grade-on-a-cluster.md."


class UnfitError(Exception):
    """A worker cannot do such jobs at all; the others go on.

    Parameters
    ----------
    worker : str
        Its address.
    error : MedialitError
        Why; raised where no other worker is left.
    """

    def __init__(self, worker: str, error: MedialitError) -> None:
        super().__init__(str(error))
        self.worker = worker
        self.error = error


@dataclass
class _Sent(Generic[T, S]):
    """A job that is somewhere in the cluster."""

    item: T
    kept: S
    content: bytes
    only: set[str] = field(default_factory=set)  # the workers that it may go to; empty: all
    future: Any = None


class Crew(Generic[T, S, R]):
    """The workers of a cluster, ready for jobs of one kind; use it as a context.

    Parameters
    ----------
    address : str
        Of the scheduler: ``tls://host:port``, or ``tcp://`` on this very machine.
    tls : Path, optional
        Folder of ``ca.pem``, ``cert.pem`` and ``key.pem``. Without it, Dask's own configuration names them.
    work : callable
        Called on a worker as ``work(digest, kit, job)``; a function of a module that is installed there. It returns
        bytes and raises nothing: an exception would travel as a pickle.
    kit : bytes
        What all jobs share; each worker is sent it once.
    pack : callable
        Returns for an item what is kept here until its result comes, and the job.
    take : callable
        Returns what came of an item, given it, what was kept, and the worker's bytes. It may raise `UnfitError`;
        any other exception is what came of the item.
    patience_s : float
        How long to wait for a worker where there is none.

    Raises
    ------
    ClusterError
        If the address is not safe, or nobody answers there.
    """

    def __init__(
        self,
        address: str,
        *,
        tls: Path | None = None,
        work: Callable[[str, bytes, bytes], bytes],
        kit: bytes,
        pack: Callable[[T], tuple[S, bytes]],
        take: Callable[[T, S, bytes], R],
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._address = address
        self._security = security(address, tls)
        self._work, self._pack, self._take = work, pack, take
        self._kit = kit
        self._digest = hashlib.sha256(kit).hexdigest()
        self._patience_s = patience_s
        self._refused: dict[str, MedialitError] = {}  # workers that cannot do this
        self._client: Any = None
        self._seen = time.monotonic()
        self._sent: dict[str, _Sent[T, S]] = {}
        self._done: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._held: Any = None  # the kit, as the cluster has it

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

    def run(self, waiting: Iterable[T], *, alone: bool = False) -> Iterator[tuple[T, R | Exception]]:
        """Yield what came of each item, once each, in the order in which they finish.

        Parameters
        ----------
        waiting : iterable
            What to do. Items are taken and packed as workers come free, so that all of them are never in memory.
        alone : bool
            One at a time.

        Raises
        ------
        ClusterError
            If the scheduler is lost, or no worker is left that can.
        """
        todo = iter(waiting)
        self._sent, self._done, self._held = {}, queue.SimpleQueue(), None
        self._seen = time.monotonic()
        try:
            while True:
                yield from self._fill(todo, alone=alone)
                if not self._sent:
                    return
                outcome = self._next()
                if outcome is not None:
                    yield outcome
        finally:
            with contextlib.suppress(Exception):
                if self._client.status == "running":
                    self._client.cancel([one.future for one in self._sent.values()])

    def _fill(self, todo: Iterator[T], *, alone: bool) -> Iterator[tuple[T, Exception]]:
        """Send jobs until enough are under way; yield items that cannot even be packed."""
        room = 1 if alone else self._room()
        if len(self._sent) >= room:
            return
        for item in todo:
            try:
                job = _Sent(item, *self._pack(item))
            except Exception as error:  # one item never stops a batch
                yield item, error
                continue
            self._send(job)
            if len(self._sent) >= room:
                return

    def _send(self, job: _Sent[T, S]) -> None:
        if self._held is None:
            self._held = self._submit(_keep, self._kit, key=f"medialit-kit-{uuid.uuid4().hex}")
        key = f"medialit-job-{uuid.uuid4().hex}"  # a scheduler's pages show keys: nobody's name
        job.only = self._workers() if self._refused else set()
        job.future = self._submit(
            self._work, self._digest, self._held, job.content, key=key, workers=sorted(job.only) or None
        )
        self._sent[key] = job
        done = self._done
        job.future.add_done_callback(lambda future: done.put((key, future)))

    def _submit(self, function: Callable[..., bytes], *arguments: object, **options: object) -> Any:
        # A lab's files may be some megabytes, which Dask warns of.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 GiB"}):
            return self._client.submit(function, *arguments, **options)

    def _next(self) -> tuple[T, R | Exception] | None:
        """Return one outcome, or None after having looked after the cluster."""
        try:
            key, future = self._done.get(timeout=TICK_S)
        except queue.Empty:
            self._look_after()
            return None
        if key not in self._sent:  # it came before, or its job was sent again: nothing counts twice
            return None
        content = self._content(future)
        if content is None:
            done = self._done
            future.add_done_callback(lambda future: done.put((key, future)))
            return None
        job = self._sent.pop(key)
        if isinstance(content, Exception):
            return job.item, content
        try:
            return job.item, self._take(job.item, job.kept, content)
        except UnfitError as unfit:
            log.warning("The worker %s does none of it: %s", unfit.worker, unfit)
            self._refused[unfit.worker] = unfit.error
            if not self._workers():
                raise unfit.error from None
            self._send(job)  # the others go on
            return None
        except Exception as error:
            return job.item, error

    def _content(self, future: Any) -> bytes | Exception | None:
        """Return what a worker sent, or the error of a job that took its worker with it again and again.

        None if the only worker that had it has ended meanwhile: it is computed again.
        """
        if future.status == "finished":
            try:
                return bytes(self._hear(lambda: self._client.gather(future, asynchronous=True)))
            except TimeoutError:
                return None
        if future.status == "error":
            broken = future.exception()
            if isinstance(broken, KilledWorker):
                return WorkersEndedError(
                    "The workers that took this ended, again and again. Look at their memory and logs, then run "
                    "the same command again."
                )
            raise ClusterError(
                f"A worker could not take the job ({type(broken).__name__}: {broken}). Install medialit[cluster] "
                f"there, the same version as here. {HOW_TO}"
            )
        if future.status in ("lost", "pending"):
            return None
        raise self._lost(future.status)

    def _hear(self, ask: Callable[[], Awaitable[Any]]) -> Any:
        """Return what the cluster answers.

        Whoever waits for Dask alone hears of a scheduler that has ended only when it has given up on it, half a minute
        later; yet all that was under way is lost to it the moment the connection is.

        Raises
        ------
        TimeoutError
            If nothing comes for `CONNECT_S`.
        ClusterError
            If the scheduler is lost.
        """

        async def asked() -> Any:
            return await ask()

        coming = asyncio.run_coroutine_threadsafe(asked(), self._client.loop.asyncio_loop)
        until = time.monotonic() + CONNECT_S
        while not wait([coming], timeout=TICK_S).done:
            lost, late = self._client.status != "running", time.monotonic() > until
            if lost or late:
                coming.cancel()
                raise self._lost(self._client.status) if lost else TimeoutError
        try:
            return coming.result()
        except TimeoutError:
            raise
        except Exception as error:  # lost on the way: with its scheduler, or with the only worker that had it
            raise self._lost(str(error)) from None

    def _look_after(self) -> None:
        """Find out whether the cluster still lives; send again what only workers that are gone may run."""
        if self._client.status != "running":
            raise self._lost(self._client.status)
        workers = self._workers()
        if not workers and time.monotonic() - self._seen > self._patience_s:
            for error in self._refused.values():
                raise error
            raise ClusterError(
                f"The cluster at {self._address} has no worker since {self._patience_s:.0f} s. Start one with "
                f"`dask worker`; then run the command again, it does what is left. {HOW_TO}"
            )
        for key, job in list(self._sent.items()):
            if job.only and workers and not job.only & workers:
                del self._sent[key]
                self._client.cancel([job.future])
                self._send(job)

    def _workers(self) -> set[str]:
        """Return the addresses of the workers that can do this.

        Raises
        ------
        ClusterError
            If one of them is spoken to without encryption, beyond its scheduler's machine.
        """
        workers = set(self._known())
        for address in sorted(workers):
            check_address(address)
        able = workers - self._refused.keys()
        if able:
            self._seen = time.monotonic()
        return able

    def _known(self) -> dict[str, Any]:
        """Return what the scheduler says of its workers, by their addresses."""
        try:
            told = self._hear(lambda: self._client.scheduler.identity(n_workers=-1))
        except TimeoutError:
            raise self._lost("it does not answer") from None
        return dict(told["workers"])

    def _room(self) -> int:
        """Return how many jobs may be under way: enough that no worker waits, few enough to hold in memory."""
        workers, known = self._workers(), self._known()
        return max(4, 2 * sum(int(known[address]["nthreads"]) for address in workers if address in known))

    def _lost(self, why: str) -> ClusterError:
        return ClusterError(
            f"The scheduler at {self._address} was lost ({why}). What was done before stays as it is, nothing else "
            "was written. Start the scheduler and its workers, then run the same command again."
        )


def _keep(content: bytes) -> bytes:
    """Return what it is given: as a task of its own, a kit reaches each worker once."""
    return content


def check_address(address: str) -> None:
    """Refuse an address that anything would travel to in the clear.

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
            f"{address} is not encrypted and not on this machine: what is sent would travel in the clear, and anybody "
            f"could run code on the workers. Use tls://, with keys. {HOW_TO}"
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
