"""Judging: trusted checks that ask a student's code questions and compare the answers with the truth.

A grader is a file in ``graders/``. It holds one function for each graded item; the function draws hidden
cases, asks the student, and yields a `Check` for each thing it looked at::

    grader = Grader("07_spotting")

    @grader.item("rates", points=3, n_checks=6)
    def rates(student: Student, cases: Cases) -> Iterator[Check]:
        for _ in range(6):
            hits, misses = cases.rng.integers(1, 20, 2)
            answer = student.call("hit_rate", int(hits), int(misses))
            yield Check("The hit rate", close(answer, hits / (hits + misses)))

The student's code is somewhere else, behind `Student`: here in a test, a sandboxed process in a class.
The function never sees it, and it never sees the function.
"""

from __future__ import annotations

import hashlib
import hmac
import importlib.util
import logging
import math
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from medialit.errors import GradingError, SandboxUnavailableError, WorkerLostError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from medialit.grading.values import Value

log = logging.getLogger(__name__)


class StudentError(GradingError):
    """The student's code gave no answer.

    Attributes
    ----------
    kind : str
        One of ``missing`` (no such name), ``raised`` (an exception), ``slow`` (no answer in time),
        ``not-data`` (the answer is not plain data) and ``ended`` (its process is gone).
    detail : str
        The exception's type and message as the student's process told it: untrusted text.
    """

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(f"{kind}: {detail}" if detail else kind)
        self.kind = kind
        self.detail = detail


@dataclass(frozen=True)
class Failure:
    """What `try_call` returns in place of an answer; it equals no answer that anyone could give."""

    kind: str
    detail: str = ""


class Student(Protocol):
    """A student's code, wherever it runs."""

    def call(self, name: str, /, *args: object, timeout_s: float = 2.0, **kwargs: object) -> Value:
        """Call a function of the student's with plain data and return its answer.

        Raises
        ------
        StudentError
            If there is no answer.
        """

    def value(self, name: str) -> Value:
        """Return a variable of the student's.

        Raises
        ------
        StudentError
            If there is none, or it is not plain data.
        """


def try_call(
    student: Student, name: str, /, *args: object, timeout_s: float = 2.0, **kwargs: object
) -> Value | Failure:
    """Call a student's function; a missing answer is returned as a `Failure`, not raised."""
    try:
        return student.call(name, *args, timeout_s=timeout_s, **kwargs)
    except StudentError as error:
        return Failure(error.kind, error.detail)


@dataclass(frozen=True)
class Cases:
    """The source of one learner's hidden cases for one item.

    Attributes
    ----------
    seed : int
        Below 2**63, from the course secret, the learner, the assignment and the item. The same learner
        meets the same cases whenever the work is graded; a neighbour meets others.
    """

    seed: int
    rng: np.random.Generator = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rng", np.random.default_rng(self.seed))

    @classmethod
    def drawn(cls, *, secret: bytes, student: str, assignment: str, item: str) -> Cases:
        """Return the cases that a learner meets: HMAC-SHA256 of who and what, keyed by the course secret."""
        message = "\0".join((student, assignment, item)).encode()
        digest = hmac.new(secret, message, hashlib.sha256).digest()
        return cls(int.from_bytes(digest[:8], "big") >> 1)


@dataclass(frozen=True)
class Check:
    """One thing that a grader looked at.

    Attributes
    ----------
    category : str
        What was looked at, in words a learner may read. It must not give a hidden case away; checks of
        one category are counted together in the feedback.
    passed : bool
        Whether the answer was right.
    weight : float
        Its share of the item's points, relative to the other checks.
    """

    category: str
    passed: bool
    weight: float = 1.0


@dataclass(frozen=True)
class Verdict:
    """What an item scored, and why, in categories.

    Attributes
    ----------
    score : float
        From 0 to `points`, a builtin float.
    checks : tuple of Check
        What was looked at, in order.
    failure : str or None
        The kind of the `StudentError` that ended the item early.
    detail : str
        The student's own exception, if `failure` is ``raised``: untrusted text.
    grader_error : str or None
        The trusted check itself broke: the item scores 0 until a person has looked at it.
    """

    item: str
    points: float
    score: float
    checks: tuple[Check, ...] = ()
    failure: str | None = None
    detail: str = ""
    grader_error: str | None = None

    def by_category(self) -> dict[str, tuple[int, int]]:
        """Return for each category how many checks passed, and how many there were."""
        counts: dict[str, tuple[int, int]] = {}
        for check in self.checks:
            passed, total = counts.get(check.category, (0, 0))
            counts[check.category] = (passed + bool(check.passed), total + 1)
        return counts


@dataclass(frozen=True)
class Item:
    """One graded item: a function that yields checks, and what it is worth."""

    name: str
    points: float
    n_checks: int
    run: Callable[[Student, Cases], Iterator[Check]]

    def judge(self, student: Student, cases: Cases) -> Verdict:
        """Ask, compare and score; whatever goes wrong on the student's side costs only the checks it spoils.

        Checks that were promised by `n_checks` and never made, because the student's code gave no answer,
        count as failed, each with the weight 1.

        Raises
        ------
        WorkerLostError, SandboxUnavailableError
            If the machine gave the student's code no fair run: that is nobody's wrong answer.
        """
        checks: list[Check] = []
        failure: StudentError | None = None
        try:
            for check in self.run(student, cases):
                if not isinstance(check, Check):
                    raise GradingError(f"It yielded a {type(check).__name__} in place of a Check.")
                checks.append(check)
        except StudentError as error:
            failure = error
        except (WorkerLostError, SandboxUnavailableError):
            raise
        except Exception as error:
            log.exception(
                "The grader of item %r broke; the item scores 0 until a person looks at it", self.name
            )
            return Verdict(self.name, self.points, 0.0, grader_error=f"{type(error).__name__}: {error}")
        return Verdict(
            self.name,
            self.points,
            self._score(checks, complete=failure is None),
            tuple(checks),
            failure=failure.kind if failure else None,
            detail=failure.detail if failure else "",
        )

    def _score(self, checks: list[Check], *, complete: bool) -> float:
        total = math.fsum(check.weight for check in checks)
        if not complete:
            total += max(1, self.n_checks - len(checks))
        elif len(checks) < self.n_checks:
            raise GradingError(
                f"Item {self.name!r} promised {self.n_checks} checks and made {len(checks)}; "
                "correct n_checks in its grader."
            )
        passed = math.fsum(check.weight for check in checks if check.passed is True)
        share = passed / total if total > 0 else 0.0  # exactly 1 where all have passed
        return float(min(max(self.points * share, 0.0), self.points))


class Grader:
    """The trusted checks of one assignment.

    Parameters
    ----------
    assignment : str
        The assignment's name, which is its lab's folder.
    """

    def __init__(self, assignment: str) -> None:
        self.assignment = assignment
        self.items: dict[str, Item] = {}

    def item(
        self, name: str, *, points: float, n_checks: int = 1
    ) -> Callable[[Callable[[Student, Cases], Iterator[Check]]], Callable[[Student, Cases], Iterator[Check]]]:
        """Register the function below as the check of an item.

        Parameters
        ----------
        name : str
            The ``item`` of the lab's cell.
        points : float
            What the item is worth; positive. The lab's cell must say the same.
        n_checks : int
            How many checks the function makes at least, so that a crash half-way earns no full marks.
        """
        if name in self.items:
            raise GradingError(f"The grader of {self.assignment!r} has two items named {name!r}.")
        if not points > 0 or n_checks < 1:
            raise GradingError(f"Item {name!r} needs positive points and at least one check.")

        def register(
            run: Callable[[Student, Cases], Iterator[Check]],
        ) -> Callable[[Student, Cases], Iterator[Check]]:
            self.items[name] = Item(name, float(points), n_checks, run)
            return run

        return register

    def judge(self, student: Student, *, secret: bytes, student_id: str) -> list[Verdict]:
        """Return a verdict for each item, in the order of the grader."""
        return [
            item.judge(
                student,
                Cases.drawn(secret=secret, student=student_id, assignment=self.assignment, item=item.name),
            )
            for item in self.items.values()
        ]


def load_grader(folder: Path, assignment: str) -> Grader:
    """Return the grader of an assignment from a folder of trusted graders.

    Raises
    ------
    GradingError
        If there is no such file, or it defines no `grader` for this assignment.
    """
    path = folder / f"{assignment}.py"
    if not path.is_file():
        raise GradingError(
            f"No grader for {assignment!r}: {path} does not exist. Graders live beside the labs, in graders/."
        )
    spec = importlib.util.spec_from_file_location(f"medialit_graders.{assignment}", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses in a grader look their module up
    spec.loader.exec_module(module)
    grader = getattr(module, "grader", None)
    if not isinstance(grader, Grader) or grader.assignment != assignment:
        raise GradingError(f"{path} must define `grader = Grader({assignment!r})`.")
    return grader


def close(answer: object, expected: object, *, rtol: float = 1e-6, atol: float = 1e-9) -> bool:
    """Return whether a number, list or array of the student's is the expected one, within a tolerance.

    Total: whatever the answer is, it is judged and nothing is raised. A boolean is not a number, NaN is
    close only to NaN, and shapes must agree.
    """
    if isinstance(answer, (Failure, bool, np.bool_, str, dict, type(None))):
        return False
    try:
        given = np.asarray(answer)
        wanted = np.asarray(expected, dtype=np.float64)
        if given.dtype.kind not in "iuf" or given.shape != wanted.shape:
            return False
        return bool(np.allclose(given.astype(np.float64), wanted, rtol=rtol, atol=atol, equal_nan=True))
    except (ValueError, TypeError, OverflowError):
        return False


def same(answer: object, expected: object) -> bool:
    """Return whether an answer is exactly the expected value, type included (True is not 1).

    Lists and tuples are the same if their items are; an array is compared as the list it holds, and only
    as far as that may be equal: a student's array can be long.
    """
    if isinstance(answer, np.ndarray) and answer.ndim == 0:
        answer = answer.item()
    if isinstance(answer, np.generic):
        answer = answer.item()
    if isinstance(expected, np.ndarray):
        expected = expected.tolist()
    if isinstance(expected, (list, tuple)):
        return (
            isinstance(answer, (list, tuple, np.ndarray))
            and len(answer) == len(expected)
            and all(same(a, e) for a, e in zip(answer, expected, strict=True))
        )
    if isinstance(expected, dict):
        return (
            isinstance(answer, dict)
            and answer.keys() == expected.keys()
            and all(same(answer[key], value) for key, value in expected.items())
        )
    return type(answer) is type(expected) and answer == expected
