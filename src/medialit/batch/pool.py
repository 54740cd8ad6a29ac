"""Worker processes of this machine, used as a cluster's are; one that ends takes no job with it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.connection import wait as wait_for
from typing import Generic, Self, TypeVar

from medialit.errors import WorkersEndedError
from medialit.generate.sampler import THREADS

T = TypeVar("T")
S = TypeVar("S")
R = TypeVar("R")
PATIENCE = 2  # how often a worker may end with nothing but one job in hand


@dataclass
class _Job(Generic[T, S]):
    item: T
    kept: S
    content: bytes
    alone: bool = False  # whether nothing else is under way with it
    n_ended: int = 0  # workers that ended with it alone


class Pool(Generic[T, S, R]):
    """Processes of this machine; use it as a context. Parameters and `run` are those of `medialit.cluster.Crew`.

    Parameters
    ----------
    n : int
        How many processes.
    """

    def __init__(
        self,
        n: int,
        *,
        work: Callable[[str, bytes, bytes], bytes],
        kit: bytes,
        pack: Callable[[T], tuple[S, bytes]],
        take: Callable[[T, S, bytes], R],
    ) -> None:
        self._n, self._work, self._kit, self._pack, self._take = n, work, kit, pack, take
        self._processes: ProcessPoolExecutor | None = None
        self._flying: dict[Future[bytes], _Job[T, S]] = {}
        self._suspects: deque[_Job[T, S]] = deque()  # a worker ended while they were under way

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def run(self, waiting: Iterable[T]) -> Iterator[tuple[T, R | Exception]]:
        """Yield what came of each item, once each, in the order in which they finish."""
        todo = iter(waiting)
        while True:
            yield from self._fill(todo)
            if not self._flying and not self._suspects:
                return
            done = wait(self._flying, return_when=FIRST_COMPLETED).done if self._flying else set()
            for future in done:
                job = self._flying.pop(future)
                outcome = self._outcome(job, future)
                if outcome is not None:
                    yield job.item, outcome

    def _fill(self, todo: Iterator[T]) -> Iterator[tuple[T, Exception]]:
        """Start jobs until enough are under way; yield items that cannot even be packed.

        After a worker has ended, what was under way is tried again one by one, so that no job is blamed for another.
        """
        if self._suspects:
            if not self._flying:
                job = self._suspects.popleft()
                job.alone = True
                self._start(job)
            return
        if len(self._flying) > self._n:
            return
        for item in todo:
            try:
                job = _Job(item, *self._pack(item))
            except Exception as error:  # one item never stops a batch
                yield item, error
                continue
            if not self._start(job) or len(self._flying) > self._n:  # one more than there are processes
                return

    def _start(self, job: _Job[T, S]) -> bool:
        if self._processes is None:
            spawn = multiprocessing.get_context("spawn")
            self._processes = ProcessPoolExecutor(self._n, mp_context=spawn, initializer=_begin)
        try:
            self._flying[self._processes.submit(self._work, "", self._kit, job.content)] = job
        except BrokenProcessPool:
            self._suspects.append(job)
            if not self._flying:
                self._end()
            return False
        return True

    def _outcome(self, job: _Job[T, S], future: Future[bytes]) -> R | Exception | None:
        """Return what came of a job; None where its worker ended, and it is to be tried again."""
        try:
            return self._take(job.item, job.kept, future.result())
        except BrokenProcessPool:
            if self._processes is not None and not self._flying:
                self._end()
            job.n_ended += job.alone
            if job.n_ended >= PATIENCE:
                return WorkersEndedError(
                    "The worker processes that took this ended, again and again: is there enough memory? Run the same "
                    "command again, with fewer --workers."
                )
            self._suspects.append(job)
            return None
        except Exception as error:
            return error

    def _end(self) -> None:
        if self._processes is not None:
            self._processes.shutdown(wait=True, cancel_futures=True)
            self._processes = None


def _begin() -> None:
    """Make a process a worker: one core, deaf to Ctrl-C, which is the trusted process's to hear, and gone with it."""
    os.environ[THREADS] = "1"
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait_for([parent.sentinel])
    os._exit(1)
