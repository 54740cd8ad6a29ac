"""A course with a real gradebook, and a platform whose people are its learners."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from medialit.course.lti import LtiExport, Plan, plan
from medialit.course.lti_keys import ToolKey, make_key
from medialit.course.nbgrader import tools_on_path
from medialit.course.roster import enrol
from medialit.gradebook import open_gradebook

from .platform import INSTRUCTOR, Person, Platform

LAB, SECOND = "01_probe", "02_words"
TITLE = "كشف التزييف · ⴰⵙⵙⵓⴼⵖ «7»"
CLASS = (
    Person(id="9001", given="سلمى", family="العلوي", email="salma@example.org"),
    Person(id="9002", given="ⵢⴰⵙⵉⵏ", family="ⴰⵎⵖⵏⴰⵙ", email="yassine@example.org"),
    Person(id="9003", given="Inès", family="d'Anfa, «la photographe»", email="ines@example.org"),
    Person(id="9004", given="Badr", family="ⵉⵣⴰⵢⴰⵏ", email="badr@example.org"),
)
IDS = ("salma", "yassine", "ines", "badr")


@dataclass
class Course:
    """An instructor's course folder, and what its teacher can do in it."""

    folder: Path
    key: ToolKey

    def book(self):
        about = json.loads((self.folder / "medialit.json").read_text(encoding="utf-8"))
        return open_gradebook(f"sqlite:///{self.folder / 'gradebook.db'}", course_id=about["course_id"])

    def mark(
        self, learner: str, *, share: float, reflection: float | None, late: float = 0.0, lab: str = LAB
    ):
        """Mark a submission: a share of each automatic answer's points, and points for the one that a person reads."""
        with tools_on_path(), self.book() as gradebook:
            submission = gradebook.update_or_create_submission(lab, learner)
            [notebook] = submission.notebooks
            notebook.late_submission_penalty = late
            for grade in notebook.grades:
                by_hand = grade.cell.cell_type == "markdown"
                grade.auto_score = None if by_hand else share * grade.max_score
                grade.manual_score = reflection if by_hand else None
                grade.needs_manual_grade = by_hand and reflection is None
            gradebook.db.commit()

    def set_user(self, learner: str, user_id: str | None) -> None:
        """Change a learner's `lms_user_id`."""
        with tools_on_path(), self.book() as gradebook:
            gradebook.update_or_create_student(learner, lms_user_id=user_id)

    def plan(self) -> Plan:
        """Return what there is to send."""
        with tools_on_path(), self.book() as gradebook:
            return plan(gradebook, *LtiExport().chosen(gradebook), titles={LAB: TITLE}, lang="ar")

    def connect(self, platform: Platform, **more: str) -> None:
        """Write `lti.toml` for this platform."""
        values = {
            "client_id": platform.client_id,
            "token_url": platform.token_url,
            "lineitems_url": platform.lineitems_url,
            "key": str(self.folder.parent / "lti" / "key.pem"),
            **more,
        }
        lines = [f"{name} = {json.dumps(value)}\n" for name, value in values.items()]
        (self.folder / "lti.toml").write_text("".join(lines), encoding="utf-8")


@pytest.fixture(scope="session")
def marked_course(built_probe_course: Path, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The Arabic course: Salma is marked, Yassine waits to be read, Ines is marked in two labs and was
    late in one, Badr gave nothing.
    """
    root = tmp_path_factory.mktemp("lti")
    folder = Path(shutil.copytree(built_probe_course / "ar", root / "course"))
    roster = root / "roster.csv"
    rows = [
        f'{name},{one.given},"{one.family}",{one.email},{one.id}\n'
        for name, one in zip(IDS, CLASS, strict=True)
    ]
    roster.write_text("id,first_name,last_name,email,lms_user_id\n" + "".join(rows), encoding="utf-8")
    enrol(folder, roster, course_id=json.loads((folder / "medialit.json").read_text())["course_id"])
    about = json.loads((folder / "medialit.json").read_text(encoding="utf-8"))
    about["labs"][LAB]["title"] = TITLE
    (folder / "medialit.json").write_text(json.dumps(about), encoding="utf-8")
    course = Course(folder, make_key(root / "lti" / "key.pem"))
    with tools_on_path(), course.book() as gradebook:
        gradebook.add_assignment(SECOND)
        gradebook.add_notebook("words", SECOND)
        gradebook.add_grade_cell("words_check", "words", SECOND, max_score=3, cell_type="code")
    course.mark("salma", share=1.0, reflection=1.5)
    course.mark("yassine", share=0.5, reflection=None)
    course.mark("ines", share=0.5, reflection=1.0, late=0.25)
    course.mark("ines", share=1 / 3, reflection=None, lab=SECOND)
    return course


@pytest.fixture
def course(marked_course: Course, tmp_path: Path) -> Course:
    """The same, to be changed."""
    folder = Path(shutil.copytree(marked_course.folder.parent, tmp_path / "lti")) / "course"
    return Course(folder, marked_course.key)


@pytest.fixture
def platform(marked_course: Course):
    with Platform(people=(*CLASS, INSTRUCTOR)) as one:
        one.register(jwks=marked_course.key.jwks())
        yield one


@pytest.fixture
def clock() -> Callable[[], datetime]:
    """A clock by which each look is two seconds later, as no platform takes two scores of one second."""
    ticks = itertools.count()
    begin = datetime.now(UTC)
    return lambda: begin + timedelta(seconds=2 * next(ticks))
