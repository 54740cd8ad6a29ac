"""A simulated class: invented learners go through the whole course, with the programs that real ones use.

::

    build + release ──▶ fetch ──▶ answer ──▶ submit ──▶ collect ──▶ grade ──▶ read ──▶ feedback ──▶ export
      (nbgrader)       (nbgrader)           (nbgrader)  (nbgrader)  (ours)    (by     (nbgrader)   (nbgrader)
                                                                              hand)

All accounts are one account here, so nbgrader's check of who owns a submission is off. Everything lies in one new
folder with a file `simulated.json`; a folder that holds anything else is refused, so no real course is ever touched.
"""

from __future__ import annotations

import hashlib
import json
import logging
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import nbformat
import numpy as np
from nbgrader.auth import Authenticator
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import (
    ExchangeCollect,
    ExchangeFetchAssignment,
    ExchangeFetchFeedback,
    ExchangeReleaseFeedback,
    ExchangeSubmit,
)
from nbgrader.plugins import CsvExportPlugin
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from medialit.classroom.design import Kind, Learner, Plan, invent_class, plans, read_mutants
from medialit.classroom.hand import disguised, in_own_hand
from medialit.course import exchange
from medialit.course.build import build_courses
from medialit.course.nbgrader import tools_on_path
from medialit.course.project import Course, Project
from medialit.course.source import Lab, Role
from medialit.errors import CourseError
from medialit.gradebook import gradebook_url, open_gradebook
from medialit.grading import harness
from medialit.grading.settings import SECRET
from medialit.widgets import pack

MARKER: Final = "simulated.json"
DAY: Final = timedelta(days=1)
_LEVELS: Final = (
    "",
    "I learned a lot, it was interesting.",
    "Before I looked for glitches; now I ask first how often such a clip is synthetic at all.",
    "Before I looked for glitches. Now I ask for the base rate, weigh a miss against a false alarm, and I say what "
    "I cannot know. Next time I would ask the sender for the original file first.",
)


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """A class that went through a course.

    Parameters
    ----------
    folder : Path
    course : Path
        The instructor's, for `medialit report`.
    learners : tuple of Learner
    plans : mapping of str to mapping of str to Plan
        By lab, then by learner: what each handed in, and the marks that it must get.
    marks : mapping of str to mapping of str to mapping of str to float
        By lab, learner and item: the automatic marks in the gradebook.
    n_ways, n_listed : int
        How many of the listed wrong answers somebody gave.
    """

    folder: Path
    course: Path
    learners: tuple[Learner, ...]
    plans: Mapping[str, Mapping[str, Plan]]
    marks: Mapping[str, Mapping[str, Mapping[str, float]]]
    n_ways: int
    n_listed: int

    @property
    def unexpected(self) -> tuple[str, ...]:
        """Each mark that is not as designed, in words for whoever wrote the grader; empty where all are right."""
        found = []
        for lab, by_learner in self.plans.items():
            for learner, plan in by_learner.items():
                given = self.marks[lab].get(learner, {})
                for item, points in plan.marks.items():
                    got = given.get(item)
                    if got is None or abs(got - points) > 1e-6:
                        way = plan.wrong.get(item, "as in the reference")
                        found.append(f"{lab} {learner} {item} ({way}): {got} in place of {points}")
        return tuple(found)


def simulate_class(
    labs: Sequence[Lab],
    *,
    course: Course,
    project: Project,
    out: Path,
    lang: str,
    n_learners: int,
    seed: int,
    now: datetime,
    workers: int = 2,
    on_step: Callable[[str, str], None] = lambda lab, step: None,
) -> Simulated:
    """Send an invented class through these labs.

    Parameters
    ----------
    labs : sequence of Lab
    course : Course
    project : Project
    out : Path
        A folder that is not there yet, or is empty.
    lang : str
        Language of the course.
    n_learners : int
        At least `design.FEWEST`; from 30 on every listed wrong answer is given by somebody.
    seed : int
        The same seed gives the same class, hidden cases and marks.
    now : datetime
        In UTC: when everything is handed in by; the labs were due a day before.
    workers : int
        Notebooks that are run side by side in grading.
    on_step : callable
        Told the lab and what is being done.

    Raises
    ------
    CourseError
        If the folder is in use, there are too few learners, or a lab lists no wrong answers.
    GradingError
        If a submission could not be graded.
    """
    learners = invent_class(n_learners)
    listed = {lab.slug: read_mutants(project.graders, lab.slug) for lab in labs}
    home = _new_home(out)
    planned = {lab.slug: plans(lab, listed[lab.slug], learners) for lab in labs}
    root = home.course(lang)
    on_step("", "build")
    build_courses(
        labs,
        course=course,
        project=project,
        languages=[lang],
        destination=home.course,
        exchange=home.exchange,
    )
    secret = hashlib.sha256(f"a simulated class, seed {seed}".encode()).hexdigest()
    (root / SECRET).write_text(secret, encoding="ascii")
    walk = _Walk(home=home, lang=lang, course_id=course.course_id(lang), now=now, seed=seed)
    walk.enrol(learners, labs)
    for lab in labs:
        for step, act in (("hand in", walk.hand_in), ("collect", walk.collect)):
            on_step(lab.slug, step)
            act(lab, learners, planned[lab.slug])
        on_step(lab.slug, "grade")
        _require_graded(harness.grade_assignment(root, lab.slug, workers=workers))
        for step, act in (("read", walk.read), ("feedback", walk.feed_back)):
            on_step(lab.slug, step)
            act(lab, learners, planned[lab.slug])
    on_step("", "export")
    walk.export()
    given = {(lab, way) for lab, by in planned.items() for plan in by.values() for way in plan.wrong.items()}
    done = Simulated(
        folder=home.root,
        course=root,
        learners=learners,
        plans=planned,
        marks={lab.slug: walk.marks(lab) for lab in labs},
        n_ways=len(given),
        n_listed=len({(lab, one.item, one.name) for lab, ways in listed.items() for one in ways}),
    )
    _mark(home.root, done, lang=lang, seed=seed)
    return done


def simulated_course(folder: Path) -> Path:
    """Return the instructor's course of a simulated class.

    Raises
    ------
    CourseError
        If the folder holds none, or one that was not finished.
    """
    try:
        return folder / str(json.loads((folder / MARKER).read_text(encoding="utf-8"))["course"])
    except (OSError, ValueError, KeyError, TypeError):
        raise CourseError(
            f"{folder} holds no finished simulated class. Make one: `medialit course simulate --out {folder}`."
        ) from None


def _new_home(out: Path) -> exchange.Home:
    """Return the folders of a class that is yet to be; refuse a folder that holds anything."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CourseError(
            f"{out} is in use. A simulated class goes into a folder of its own, so that it can never be mistaken for a "
            "real one: name another, or delete this one."
        )
    if exchange.WITHOUT_EXCHANGE:
        raise CourseError("nbgrader has no exchange on Windows. Simulate a class inside WSL.")
    out.mkdir(parents=True, exist_ok=True)
    (out / MARKER).write_text("{}\n", encoding="utf-8")
    home = exchange.Home(root=out.resolve())
    exchange.prepare_home(home)
    return home


def _mark(root: Path, done: Simulated, *, lang: str, seed: int) -> None:
    design = {
        "course": str(done.course.relative_to(root)),
        "language": lang,
        "seed": seed,
        "learners": [asdict(one) for one in done.learners],
        "wrong": {lab: {who: dict(plan.wrong) for who, plan in by.items()} for lab, by in done.plans.items()},
        "designed": {
            lab: {who: dict(plan.marks) for who, plan in by.items()} for lab, by in done.plans.items()
        },
    }
    text = json.dumps(design, ensure_ascii=False, indent=1, sort_keys=True)
    (root / MARKER).write_text(text + "\n", encoding="utf-8")


def _require_graded(summary: harness.Summary) -> None:
    left = [one for one in summary.results if one.status != harness.GRADED]
    if left:
        raise CourseError(
            f"{summary.assignment}: {len(left)} submissions were not graded; the first, of {left[0].student}: "
            f"{left[0].message} Put that right, and simulate into a new folder."
        )


class _SubmitAt(ExchangeSubmit):  # type: ignore[misc]  # nbgrader has no types
    """nbgrader's submit, at a moment that the simulation says."""

    at: datetime

    def set_timestamp(self) -> None:
        self.timestamp = self.at.strftime(self.timestamp_format)


class _Walk:
    """One class on its way through one course."""

    def __init__(self, *, home: exchange.Home, lang: str, course_id: str, now: datetime, seed: int) -> None:
        self._home, self._root, self._course_id = home, home.course(lang), course_id
        self._now, self._seed = now.astimezone(UTC), seed
        loader = PyFileConfigLoader("nbgrader_config.py", path=str(self._root))
        self._config: Config = loader.load_config()

    def enrol(self, learners: Sequence[Learner], labs: Sequence[Lab]) -> None:
        """Put the class into the gradebook, and say when each lab was due."""
        due = (self._now - DAY).replace(tzinfo=None)
        with tools_on_path(), self._gradebook() as gradebook:
            for one in learners:
                gradebook.update_or_create_student(
                    one.id, first_name=one.first_name, last_name=one.last_name, email=f"{one.id}@school.invalid",
                    lms_user_id=str(9000 + int(one.id.removeprefix("sim"))),
                )  # fmt: skip
            for lab in labs:
                gradebook.update_or_create_assignment(lab.slug, duedate=due)

    def hand_in(self, lab: Lab, learners: Sequence[Learner], planned: Mapping[str, Plan]) -> None:
        """Fetch, answer and submit, one learner after another."""
        for number, learner in enumerate(learners):
            if learner.id not in planned:
                continue
            self._exchange(ExchangeFetchAssignment, learner, lab).start()
            self._answer(lab, learner, planned[learner.id], number=number)
            late = learner.kind is Kind.LATE
            sender = self._exchange(_SubmitAt, learner, lab)
            sender.at = self._now - (timedelta(hours=2) if late else DAY + timedelta(minutes=5 + number))
            sender.start()

    def collect(self, lab: Lab, _learners: Sequence[Learner], _planned: Mapping[str, Plan]) -> None:
        """Take in what was handed in."""
        self._exchange(ExchangeCollect, None, lab).start()

    def read(self, lab: Lab, learners: Sequence[Learner], planned: Mapping[str, Plan]) -> None:
        """Give the answers in words their points, as a person does in formgrader, by the level that was designed."""
        manual = [cell for cell in lab.cells if cell.role is Role.MANUAL]
        with self._gradebook() as gradebook:
            for learner in learners:
                for cell in manual if learner.id in planned else ():
                    grade = gradebook.find_grade(cell.id, lab.slug, lab.slug, learner.id)
                    grade.manual_score = cell.points * planned[learner.id].level / (len(_LEVELS) - 1)
                    grade.needs_manual_grade = False
            gradebook.db.commit()

    def feed_back(self, lab: Lab, learners: Sequence[Learner], planned: Mapping[str, Plan]) -> None:
        """Write feedback, release it, and let each learner fetch it."""
        writer = GenerateFeedback(coursedir=self._folders(lab), config=self._config)
        writer.log = _quiet()
        with tools_on_path():
            writer.start()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # nbgrader leaves each timestamp.txt open
            self._exchange(ExchangeReleaseFeedback, None, lab).start()
        for learner in learners:
            if learner.id in planned:
                self._exchange(ExchangeFetchFeedback, learner, lab).start()

    def export(self) -> None:
        """Write all marks as nbgrader's own table."""
        exporter = CsvExportPlugin(to=str(self._root / "grades.csv"))
        exporter.log = _quiet()
        with self._gradebook() as gradebook:
            exporter.export(gradebook)

    def marks(self, lab: Lab) -> dict[str, dict[str, float]]:
        """Return the automatic marks of a lab, by learner and item."""
        items = {cell.id: cell.item for cell in lab.cells if cell.role is Role.CHECKS and cell.item}
        with self._gradebook() as gradebook:
            return {
                submission.student.id: {
                    items[grade.name]: grade.auto_score
                    for notebook in submission.notebooks
                    for grade in notebook.grades
                    if grade.name in items
                }
                for submission in gradebook.assignment_submissions(lab.slug)
            }

    def _answer(self, lab: Lab, learner: Learner, plan: Plan, *, number: int) -> None:
        folder = self._home.root / "work" / learner.id / lab.slug
        path = folder / f"{lab.slug}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        items = {cell.id: cell.item for cell in lab.cells if cell.role is Role.ITEM and cell.item}
        manual = {cell.id for cell in lab.cells if cell.role is Role.MANUAL}
        for place, cell in enumerate(notebook.cells):
            item = items.get(cell.id)
            if item is not None and item in plan.sources:
                cell.source = self._written(plan.sources[item], learner, place=place)
            elif cell.id in manual and plan.level:
                cell.source = _LEVELS[plan.level]
        nbformat.write(notebook, path)
        clips = folder / "clips"
        if (clips / pack.KEY).is_file() and learner.kind is not Kind.BLANK:
            _judge(clips, folder / "answers", number=number, seed=self._seed)

    def _written(self, source: str, learner: Learner, *, place: int) -> str:
        """Return an answer in the hand of whoever thought of it; a neighbour's is disguised a little."""
        author = learner.neighbour or learner.id
        own = in_own_hand(source, seed=seed_of(self._seed, author, place))
        return disguised(own, seed=seed_of(self._seed, learner.id, place)) if learner.neighbour else own

    def _gradebook(self) -> Any:
        return open_gradebook(gradebook_url(self._root, course_id=self._course_id), course_id=self._course_id)

    def _folders(self, lab: Lab, *, student: str = "*") -> CourseDirectory:
        return CourseDirectory(
            root=str(self._root), course_id=self._course_id, assignment_id=lab.slug, student_id=student,
            config=self._config,
        )  # fmt: skip

    def _exchange(self, kind: Any, learner: Learner | None, lab: Lab) -> Any:
        config = Config(self._config)
        config.Exchange.root = str(self._home.exchange)
        config.ExchangeCollect.check_owner = False
        if learner is not None:
            config.Exchange.assignment_dir = str(self._home.root / "work" / learner.id)
            config.Exchange.cache = str(self._home.root / "work" / learner.id / ".submitted")
            Path(config.Exchange.assignment_dir).mkdir(parents=True, exist_ok=True)
        made = kind(
            coursedir=self._folders(lab, student=learner.id if learner else "*"),
            authenticator=Authenticator(config=config),
            config=config,
        )
        made.log = _quiet()
        return made


def _judge(clips: Path, answers: Path, *, number: int, seed: int) -> None:
    """Judge the spotting lab's clips as somebody would who learns a little, with noise of their own.

    The observer is the equal-variance Gaussian one of signal detection theory: d' near 0.6 before and 1.3 after, and
    a criterion that stays. Half of the class begins with the other set.
    """
    rng = np.random.default_rng([seed, number])
    trials = pack.read_key(clips)
    able = rng.normal(0, 0.25)
    blocks: tuple[tuple[pack.Block, float], ...] = (("before", 0.6), ("after", 1.3))
    parts: tuple[pack.Part, pack.Part] = ("a", "b") if number % 2 else ("b", "a")
    name = rng.bytes(4).hex()
    for (block, mean), part in zip(blocks, parts, strict=True):
        record = pack.Record(learner=name, block=block, part=part, predicted=int(rng.integers(10, 18)))
        for trial in pack.order(trials, part=part, learner=name):
            seen = rng.normal((mean + able) * (0.5 if trial.synthetic else -0.5), 1)
            rating = 1 + int(np.searchsorted((-1.2, -0.5, 0.0, 0.5, 1.2), seen))
            seconds = round(float(rng.uniform(3, 12)), 2)
            record = record.with_answer(pack.Answer(clip=trial.clip, rating=rating, seconds=seconds))
        pack.save(answers, record)


def seed_of(seed: int, who: str, place: int) -> int:
    """Return the seed of what somebody writes in one place."""
    return int.from_bytes(hashlib.sha256(f"{seed} {who} {place}".encode()).digest()[:6], "big")


def _quiet() -> logging.Logger:
    log = logging.getLogger("medialit.classroom.nbgrader")
    log.setLevel(logging.ERROR)
    return log
