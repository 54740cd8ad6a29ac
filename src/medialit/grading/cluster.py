"""Grading beyond one machine: Dask workers run and judge, this process alone writes.

::

    submitted/ ──▶ read and rebuild ──▶ job (bytes) ──▶ scheduler ──▶ worker 1: box ─▶ judge ─┐
                                                                 ──▶ worker n: box ─▶ judge ─┤
    gradebook.db, autograded/ ◀── one writer ◀── look at every part ◀── result (plain data) ──┘

How jobs travel is `medialit.cluster`'s. No student's code ever holds a cluster's key: it sits in a box without network
and without those files.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from medialit import cluster
from medialit.cluster import PATIENCE_S, UnfitError
from medialit.errors import ClusterError, SandboxUnavailableError, WorkersEndedError
from medialit.grading import cluster_jobs as jobs
from medialit.grading.cluster_jobs import STARVED, UNCONTAINED, UNFIT, Kit, Refusal
from medialit.grading.cluster_worker import work
from medialit.grading.runner import Graded, write_up
from medialit.grading.sandbox.box import Allowance, StarvedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from medialit.grading.runner import Assignment
    from medialit.grading.submission import Submission

T = TypeVar("T")


class Crew(Generic[T]):
    """The workers of a cluster, ready to examine one assignment; use it as a context.

    Parameters
    ----------
    assignment : Assignment
        Loaded from the course.
    address : str
        Of the scheduler: ``tls://host:port``, or ``tcp://`` on this very machine.
    read : callable
        Returns for one of what is to be graded the learner's id and the submission, rebuilt here. It is called as
        workers come free, so that a large class is never in memory as a whole.
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
        read: Callable[[T], tuple[str, Submission]],
        tls: Path | None = None,
        sandbox: bool = True,
        allowance: Allowance | None = None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._assignment = assignment
        self._read = read
        self._walls: Counter[str] = Counter()
        self._crew: cluster.Crew[T, Submission, Graded] = cluster.Crew(
            address,
            tls=tls,
            work=work,
            kit=Kit.gather(assignment, sandbox=sandbox, allowance=allowance).pack(),
            pack=self._packed,
            take=self._taken,
            patience_s=patience_s,
        )

    @property
    def walls(self) -> str:
        """Behind what the students' code ran, on all machines."""
        return ", ".join(sorted(self._walls)) or "a cluster, where nothing was run"

    def __enter__(self) -> Self:
        self._crew.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._crew.__exit__(*error)

    def run(self, waiting: Sequence[T], *, alone: bool = False) -> Iterator[tuple[T, Graded | Exception]]:
        """Yield what came of each submission, once each, in the order in which they finish.

        Parameters
        ----------
        waiting : sequence
            What to grade.
        alone : bool
            One at a time.

        Raises
        ------
        ClusterError
            If the scheduler is lost, or no worker is left.
        SandboxUnavailableError
            If no worker can contain students' code.
        """
        for item, outcome in self._crew.run(waiting, alone=alone):
            if isinstance(outcome, WorkersEndedError):  # nothing is known of the submission: no fair run
                yield item, StarvedError(str(outcome))
            else:
                yield item, outcome

    def _packed(self, item: T) -> tuple[Submission, bytes]:
        student, submission = self._read(item)
        return submission, jobs.pack_job(submission, self._assignment.seeds(student))

    def _taken(self, _item: T, submission: Submission, content: bytes) -> Graded:
        result = jobs.unpack_result(content, grader=self._assignment.grader, n_cells=len(submission.runnable))
        if isinstance(result, Refusal):
            raise _raised(result)
        self._walls[result.walls] += 1
        return write_up(self._assignment, submission, result)


def _raised(refusal: Refusal) -> Exception:
    """Return a worker's word that it has not judged, as the exception that it is here."""
    there = f"On the worker {refusal.worker}: {refusal.message}"
    if refusal.kind == UNCONTAINED:
        return UnfitError(refusal.worker, SandboxUnavailableError(there))
    if refusal.kind == UNFIT:
        return UnfitError(refusal.worker, ClusterError(there))
    return StarvedError(refusal.message) if refusal.kind == STARVED else ClusterError(refusal.message)
