"""Grading a class: everything rebuilt and run side by side behind walls, one trusted process that writes.

::

    submitted/ ──▶ read and rebuild ──▶ box 1 ─┐
                                    ──▶ box 2 ─┼─▶ judge ──▶ one writer ──▶ gradebook.db, autograded/
                                    ──▶ box n ─┘

A submission's marks and its graded notebook are each written whole or not at all, the marks first. Whatever
kills this process, and whenever, the next run grades what has no complete marks or no graded notebook, and
gives the marks that an undisturbed run would have given.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import re
import secrets
import shutil
import stat
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from nbgrader.coursedir import CourseDirectory
from traitlets.config.loader import PyFileConfigLoader

from medialit.errors import ClusterError, GradingError, MedialitError
from medialit.gradebook import grading_alone, open_gradebook
from medialit.grading import submission as submissions
from medialit.grading.marks import MarkBook
from medialit.grading.runner import Assignment, Graded, grade
from medialit.grading.sandbox import walls as sandbox_walls
from medialit.grading.sandbox.box import Allowance, StarvedError
from medialit.grading.settings import CourseSettings

if TYPE_CHECKING:
    from datetime import datetime

    from traitlets.config import Config

    from medialit.grading.cluster import Crew
    from medialit.grading.sandbox.walls import Walls

log = logging.getLogger(__name__)

_STUDENT = re.compile(r"\w[\w.@-]{0,127}")
GRADED, SKIPPED, RERUN, FAILED = "graded", "skipped", "rerun", "failed"


@dataclass(frozen=True)
class Result:
    """What came of one submission.

    Attributes
    ----------
    student : str
        The student's id.
    status : str
        ``graded``; ``skipped`` (its marks are up to date); ``rerun`` (the machine was too busy for a fair
        run: nothing was marked); ``failed`` (our fault or the course's: nothing was marked).
    score, points : float
        Automatic score, and what was to be had.
    notes : tuple of str
        What was amiss in the submission, as keys of `feedback.NOTES`.
    message : str
        Why it failed, or must be run again.
    cpu_s, peak_mb : float
        What the student's code used.
    needs_a_person : bool
        Whether a grader broke.
    """

    student: str
    status: str
    score: float = 0.0
    points: float = 0.0
    notes: tuple[str, ...] = ()
    message: str = ""
    cpu_s: float = 0.0
    peak_mb: float = 0.0
    needs_a_person: bool = False


@dataclass(frozen=True)
class Summary:
    """What came of a class.

    Attributes
    ----------
    assignment : str
        Its name.
    walls : str
        Behind what the students' code ran.
    results : tuple of Result
        By student.
    """

    assignment: str
    walls: str
    results: tuple[Result, ...] = field(repr=False)

    def count(self, status: str) -> int:
        """Return how many submissions have a status."""
        return sum(result.status == status for result in self.results)


@dataclass(frozen=True)
class _Work:
    student: str
    folder: Path
    timestamp: datetime | None
    problem: str = ""


@dataclass
class _Course:
    """An open course: its folders by nbgrader's own configuration, and trusted material."""

    settings: CourseSettings
    config: Config
    folders: CourseDirectory
    assignment: Assignment

    def path(self, kind: str, student: str) -> Path:
        return Path(self.folders.format_path(kind, student, self.assignment.name))


def grade_assignment(
    course: Path,
    assignment: str,
    *,
    workers: int = 2,
    students: Sequence[str] | None = None,
    sandbox: bool = True,
    force: bool = False,
    allowance: Allowance | None = None,
    scheduler: str | None = None,
    tls: Path | None = None,
    on_result: Callable[[Result], None] = lambda result: None,
) -> Summary:
    """Grade every submission of an assignment that has no marks yet, or newer work than its marks.

    Parameters
    ----------
    course : Path
        The course's folder, where ``nbgrader_config.py`` is.
    assignment : str
        Its name.
    workers : int
        How many students' notebooks run at the same time.
    students : sequence of str, optional
        Only these.
    sandbox : bool
        False runs students' code with the caller's rights. Feedback says so.
    force : bool
        Grade again what has marks.
    allowance : Allowance, optional
        How long students' code may take.
    scheduler : str, optional
        Address of a Dask scheduler: its workers run and judge, and `workers` is not looked at. This process
        alone writes, here as there.
    tls : Path, optional
        Folder of the keys with which the scheduler is spoken to (`cluster.Crew`).
    on_result : callable
        Called after each submission, in this thread.

    Raises
    ------
    SandboxUnavailableError
        If students' code cannot be contained on this machine, or on any of the cluster.
    ClusterError
        If the cluster cannot be asked, or is lost; marks that were written stay.
    CourseError, GradingError
        If the course, the lab or its grader is not in order, or another process is grading it.
    """
    if workers < 1:
        raise GradingError(f"At least one worker is needed, not {workers}.")
    walls = _walls(sandbox) if scheduler is None else None
    opened = _open(course.resolve(), assignment)
    crew: _Here | _There
    with contextlib.ExitStack() as stack:
        stack.enter_context(
            grading_alone(opened.folders.db_url, course=opened.settings.root, assignment=assignment)
        )
        folders = opened.folders
        gradebook = stack.enter_context(open_gradebook(folders.db_url, course_id=folders.course_id))
        if scheduler is None:
            assert walls is not None
            crew = _Here(opened, walls, workers, allowance)
        else:
            crew = _There.join(stack, opened, scheduler, tls=tls, sandbox=sandbox, allowance=allowance)
        book = MarkBook(gradebook, assignment=assignment, notebook=assignment, config=opened.config)
        found = list(_find(opened, students))
        sound = [work for work in found if not work.problem]
        waiting = [work for work in sound if force or not _is_done(opened, book, work)]
        names = {work.student for work in waiting}
        results = [Result(work.student, FAILED, message=work.problem) for work in found if work.problem]
        results += [Result(work.student, SKIPPED) for work in sound if work.student not in names]
        for result in results:
            on_result(result)
        for result in _grade_all(opened, book, waiting, crew):
            results.append(result)
            on_result(result)
    return Summary(assignment, crew.walls, tuple(sorted(results, key=lambda result: result.student)))


@dataclass(frozen=True)
class _Here:
    """Boxes of this machine."""

    course: _Course
    _walls: Walls
    workers: int
    allowance: Allowance | None

    @property
    def walls(self) -> str:
        return self._walls.name

    def run(self, waiting: Sequence[_Work], *, alone: bool) -> Iterator[tuple[_Work, Graded | Exception]]:
        n = 1 if alone else self.workers
        return _run(self.course, waiting, walls=self._walls, workers=n, allowance=self.allowance)


@dataclass(frozen=True)
class _There:
    """Boxes of a cluster's machines."""

    course: _Course
    crew: Crew[_Work]

    @classmethod
    def join(
        cls,
        stack: contextlib.ExitStack,
        course: _Course,
        scheduler: str,
        *,
        tls: Path | None,
        sandbox: bool,
        allowance: Allowance | None,
    ) -> _There:
        try:
            from medialit.grading.cluster import Crew
        except ImportError as error:
            raise ClusterError(
                f"Dask is not installed here ({error}): `pip install 'medialit[cluster]'`, on the workers too."
            ) from None
        crew: Crew[_Work] = Crew(
            course.assignment,
            scheduler,
            read=lambda work: (work.student, _read(course, work)),
            tls=tls,
            sandbox=sandbox,
            allowance=allowance,
        )
        return cls(course, stack.enter_context(crew))

    @property
    def walls(self) -> str:
        return self.crew.walls

    def run(self, waiting: Sequence[_Work], *, alone: bool) -> Iterator[tuple[_Work, Graded | Exception]]:
        return self.crew.run(waiting, alone=alone)


def _walls(sandbox: bool) -> Walls:
    return sandbox_walls.require() if sandbox else sandbox_walls.NONE


def _read(course: _Course, work: _Work) -> submissions.Submission:
    return submissions.read(work.folder / f"{course.assignment.name}.ipynb", course.assignment.skeleton)


def _grade_all(
    course: _Course, book: MarkBook, waiting: Sequence[_Work], crew: _Here | _There
) -> Iterator[Result]:
    """Run submissions side by side; yield each when its marks are on disk. Starved ones get a second run, alone."""
    starved: list[_Work] = []
    for work, outcome in crew.run(waiting, alone=False):
        if isinstance(outcome, StarvedError):
            starved.append(work)
        else:
            yield _settle(course, book, work, outcome)
    for work, outcome in crew.run(starved, alone=True):
        yield _settle(course, book, work, outcome)


def _run(
    course: _Course, waiting: Sequence[_Work], *, walls: Walls, workers: int, allowance: Allowance | None
) -> Iterator[tuple[_Work, Graded | Exception]]:
    """Yield what came of each submission, in the order in which they finish."""
    todo: queue.SimpleQueue[_Work] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[_Work, Graded | Exception]] = queue.SimpleQueue()
    for work in waiting:
        todo.put(work)
    stop = threading.Event()
    lock = threading.Lock()
    failed: list[threading.Thread] = []

    def serve() -> None:
        with course.assignment.open_box(walls) as box:
            while not stop.is_set():
                try:
                    work = todo.get_nowait()
                except queue.Empty:
                    return
                try:
                    graded = grade(
                        course.assignment,
                        _read(course, work),
                        student=work.student,
                        box=box,
                        allowance=allowance,
                    )
                    done.put((work, graded))
                except Exception as error:  # one submission never stops a batch
                    done.put((work, error))

    def serve_or_fail() -> None:
        try:
            serve()
        except Exception as error:  # the box itself does not start
            log.warning("One of the boxes did not start", exc_info=error)
            with lock:
                failed.append(threading.current_thread())
                if len(failed) < len(threads):
                    return  # the others go on
            while not todo.empty():
                with contextlib.suppress(queue.Empty):
                    done.put((todo.get_nowait(), error))

    threads = [
        threading.Thread(target=serve_or_fail, name=f"box-{n}", daemon=True)
        for n in range(min(workers, len(waiting)))
    ]
    for thread in threads:
        thread.start()
    try:
        for _ in waiting:
            yield done.get()
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _settle(course: _Course, book: MarkBook, work: _Work, outcome: Graded | Exception) -> Result:
    """Write what came of a submission, and return it as a result."""
    if isinstance(outcome, StarvedError):
        return Result(work.student, RERUN, message=str(outcome))
    if isinstance(outcome, Exception):
        log.error("The submission of %r was not graded", work.student, exc_info=outcome)
        text = str(outcome) if isinstance(outcome, MedialitError) else f"{type(outcome).__name__}: {outcome}"
        return Result(work.student, FAILED, message=text)
    try:
        draft = _write_draft(course, work, outcome)
        book.write(work.student, outcome, timestamp=work.timestamp)
        _put_in_place(draft, course.path(course.folders.autograded_directory, work.student))
    except Exception as error:
        log.exception("The marks of %r were not written", work.student)
        return Result(work.student, FAILED, message=f"The marks were not written: {error}")
    return Result(
        work.student,
        GRADED,
        score=outcome.score,
        points=sum(verdict.points for verdict in outcome.verdicts.values()),
        notes=outcome.notes,
        cpu_s=outcome.usage.cpu_s,
        peak_mb=outcome.usage.peak_mb,
        needs_a_person=bool(outcome.needs_a_person),
    )


def _write_draft(course: _Course, work: _Work, graded: Graded) -> Path:
    """Write the graded notebook, synced, beside where it belongs."""
    final = course.path(course.folders.autograded_directory, work.student)
    final.parent.mkdir(parents=True, exist_ok=True)
    draft = final.with_name(f".{final.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    # nbgrader's release_feedback stops at the first learner who lacks one of these two, as who mailed a notebook does.
    stamp = f"{work.timestamp.isoformat(' ')} UTC" if work.timestamp else ""
    (draft / submissions.TIMESTAMP).write_text(stamp, encoding="utf-8")
    (draft / submissions.FEEDBACK_KEY).write_text(
        submissions.read_feedback_key(work.folder) or secrets.token_hex(64), encoding="ascii"
    )
    with (draft / f"{course.assignment.name}.ipynb").open("w", encoding="utf-8") as file:
        json.dump(graded.notebook, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _put_in_place(draft: Path, final: Path) -> None:
    """Let the draft take the place of an earlier graded notebook."""
    if final.exists():
        old = final.with_name(f".{final.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        final.rename(old)
        draft.rename(final)
        shutil.rmtree(old, ignore_errors=True)
    else:
        draft.rename(final)


def _is_done(course: _Course, book: MarkBook, work: _Work) -> bool:
    """Return whether a submission's marks and graded notebook are there, and of this submission."""
    final = course.path(course.folders.autograded_directory, work.student)
    if not (final / f"{course.assignment.name}.ipynb").is_file():
        return False
    return submissions.read_timestamp(final) == work.timestamp and book.is_complete(
        work.student, work.timestamp
    )


def _find(course: _Course, students: Sequence[str] | None) -> Iterator[_Work]:
    """Yield the submissions of an assignment, by student; one that cannot be looked at has a `problem`."""
    root = Path(course.folders.format_path(course.folders.submitted_directory, ".", ".")).resolve()
    wanted = set(students) if students is not None else None
    found: set[str] = set()
    for entry in sorted(root.iterdir()) if root.is_dir() else ():
        if entry.name.startswith(".") or (wanted is not None and entry.name not in wanted):
            continue
        folder = entry / course.assignment.name
        if not os.path.lexists(folder) and not entry.is_symlink():
            continue
        found.add(entry.name)
        yield _Work(entry.name, folder, submissions.read_timestamp(folder), _problem(entry, folder))
    if wanted and (missing := wanted - found):
        raise GradingError(
            f"Nothing was handed in for {course.assignment.name!r} by {', '.join(sorted(missing))}. Look in {root}."
        )


def _problem(entry: Path, folder: Path) -> str:
    """Return why a submission's folder is not looked into, or nothing."""
    if not _STUDENT.fullmatch(entry.name):
        return f"{entry.name!a} is not a student's id: letters, digits and . _ @ - only. Rename the folder."
    for path in (entry, folder):
        if path.is_symlink() or not stat.S_ISDIR(path.lstat().st_mode):
            return f"{path} is a link or a file, not a folder. Put the submission itself there."
    if not os.access(folder, os.R_OK | os.X_OK):
        return f"{folder} cannot be read. Make it readable for you: chmod -R u+rX."
    return ""


def _open(root: Path, assignment: str) -> _Course:
    settings = CourseSettings.load(root)
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    config.CourseDirectory.root = str(root)
    folders = CourseDirectory(config=config)
    return _Course(settings, config, folders, Assignment.load(settings, assignment))
