"""A week of two courses on a hub: handed out, handed in, collected, graded, given back; and who can see what."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from textwrap import dedent
from typing import Any

import nbformat
import pytest

from .conftest import SALMA, YASSINE
from .department import LAB, ROOT

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

FULL = 16.0
"""What the lab's items give that are not read by a person."""
DESIGNED = {
    ("fr", "yassine"): "asks_the_criterion_first",
    ("fr", "salma"): None,
    ("ar", "salma"): "reads_the_middles",
}
"""With which wrong answer of the grader's own proof each work was handed in; None was handed in as it was fetched."""

GRADE = """
import subprocess, sys
done = subprocess.run(
    [sys.executable, "-m", "medialit.cli", "grade", "07_spotting", "--course", "{course}", "--workers", "1"],
    capture_output=True, text=True, check=False)
print(done.returncode, done.stdout, done.stderr)
"""
LOOK = """
import os
for path in {paths!r}:
    try:
        os.listdir(path) if path.endswith("/") else open(path, "rb").read()
        print("READ", path)
    except PermissionError:
        print("closed", path)
"""


@dataclass
class Week:
    """What was done, and what came of it."""

    people: dict[str, Any]
    graded: dict[str, str]
    listed: dict[tuple[str, str], Any]


def mutants():
    """The wrong answers that the lab's grader is proved with, by name."""
    spec = importlib.util.spec_from_file_location("mutants_07", ROOT / "graders" / f"{LAB}_mutants.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {one.name: one for one in module.MUTANTS}


@pytest.fixture(scope="module")
def week(department):
    """Two learners hand in three works in two courses; the instructor collects, grades and gives back."""
    people = {name: department.sign_in(name) for name in ("amina", "yassine", "salma")}
    amina, yassine, salma = people.values()
    for account in ("course-fr", "course-ar"):
        amina.start(account)
    yassine.start(language="ar")  # in which he is not: he gets the one that he is in
    hand_in(department, yassine, "fr")
    salma.start(language="fr")
    hand_in(department, salma, "fr")
    salma.stop()
    salma.start(language="ar")
    hand_in(department, salma, "ar")
    graded = {}
    for language in ("fr", "ar"):
        assert amina.formgrader("collect", language)["success"]
        grade = GRADE.format(course=department.course(language))
        graded[language] = amina.run(grade, account=f"course-{language}")
        for action in ("generate_feedback", "release_feedback"):
            answer = amina.formgrader(action, language)
            assert answer["success"], answer
    listed = {
        ("fr", "yassine"): yassine.assignment("fetch_feedback", "fr"),
        ("ar", "salma"): salma.assignment("fetch_feedback", "ar"),
    }
    return Week(people, graded, listed)


def hand_in(department, learner, language):
    """Fetch the lab, answer it as designed, save it and hand it in."""
    learner.assignment("fetch", language)
    wrong = DESIGNED[language, learner.name]
    if wrong:
        address = f"/user/{learner.name}/api/contents/{LAB}/{LAB}.ipynb"
        notebook = learner.ok("GET", address)["content"]
        source = nbformat.read(department.course(language) / "source" / LAB / f"{LAB}.ipynb", as_version=4)
        answers = {
            one.id: one.source for one in source.cells if one.metadata.get("nbgrader", {}).get("solution")
        }
        mutant = mutants()[wrong]
        answers[mutant.item] = dedent(mutant.source)
        for cell in notebook["cells"]:
            cell["source"] = answers.get(cell["id"], cell["source"])
        body = {"type": "notebook", "format": "json", "content": notebook}
        learner.ok("PUT", address, json=body)
    learner.assignment("submit", language)


def ask(department, language, question):
    """Read from the gradebook."""
    with closing(sqlite3.connect(department.course(language) / "gradebook.db")) as gradebook:
        return gradebook.execute(question).fetchall()


def marks(department, language):
    """Read the points of each learner that no person gives."""
    return dict(
        ask(
            department,
            language,
            "select submitted_assignment.student_id, sum(grade.auto_score) from grade"
            " join submitted_notebook on grade.notebook_id = submitted_notebook.id"
            " join submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id"
            " group by submitted_assignment.student_id",
        )
    )


def test_each_learner_gets_the_marks_of_what_they_handed_in_there_and_no_others(department, week):
    assert {language: said.split()[0] for language, said in week.graded.items()} == {"fr": "0", "ar": "0"}, (
        week.graded
    )
    expected = {
        key: FULL - sum(mutants()[wrong].loses.values()) if wrong else 0.0 for key, wrong in DESIGNED.items()
    }
    assert expected == {("fr", "yassine"): 15.0, ("fr", "salma"): 0.0, ("ar", "salma"): 14.0}
    found = {(lang, name): mark for lang in ("fr", "ar") for name, mark in marks(department, lang).items()}
    assert found == expected


def test_names_of_any_script_reach_the_gradebook_from_the_roster(department, week):
    names = "select id, first_name, last_name from student order by id"
    salma, yassine = ("salma", SALMA.given, SALMA.family), ("yassine", YASSINE.given, YASSINE.family)
    assert ask(department, "fr", names) == [salma, yassine]
    assert ask(department, "ar", names) == [salma]


def test_the_feedback_that_a_learner_fetches_is_what_the_instructor_made_to_the_byte(department, week):
    for (language, name), listed in week.listed.items():
        [handed_in] = [
            one for one in listed if "submissions" in one and one["course_id"] == f"medialit-{language}"
        ]
        path = f"{handed_in['submissions'][-1]['local_feedback_path']}/{LAB}.html"
        made = (department.course(language) / "feedback" / name / LAB / f"{LAB}.html").read_bytes()
        read = f"import hashlib; print(hashlib.sha256(open({path!r}, 'rb').read()).hexdigest())"
        assert week.people[name].run(read).strip() == hashlib.sha256(made).hexdigest()
        mark = marks(department, language)[name]
        assert re.search(rf"Score: {mark} / 20\.0", made.decode()), "the feedback shows another mark"


def test_a_learner_cannot_read_what_others_handed_in_nor_the_course(department, week):
    course = department.course("fr")
    inbound = department.base / "fr" / "exchange" / "medialit-fr" / "inbound"
    assert any(one.name.startswith("yassine+") for one in inbound.iterdir())
    paths = [
        f"{inbound}/",
        f"{department.base}/home/yassine/",
        f"{department.base}/home/course-fr/",
        f"{course}/",
        str(course / "gradebook.db"),
        str(course / "secret.key"),
        str(course / "source" / LAB / f"{LAB}.ipynb"),
        str(course / "submitted" / "yassine" / LAB / f"{LAB}.ipynb"),
        str(course / "feedback" / "yassine" / LAB / f"{LAB}.html"),
        str(department.base / "checkout" / "graders" / f"{LAB}.py"),
        str(department.base / "state" / "hub.sqlite"),
        str(department.base / "state" / "cookie_secret"),
    ]
    said = week.people["salma"].run(LOOK.format(paths=paths)).split("\n")
    assert [line for line in said if line] == [f"closed {path}" for path in paths]
    own = f"{department.base}/home/salma/"
    assert week.people["salma"].run(LOOK.format(paths=[own])).strip() == f"READ {own}"


@pytest.mark.parametrize("owner", ["yassine", "course-fr", "course-ar"])
def test_a_learner_cannot_open_or_start_the_server_of_another(week, owner):
    salma = week.people["salma"]
    assert salma.ask("GET", f"/user/{owner}/api/contents").status_code in (403, 404)
    assert salma.ask("POST", f"/hub/api/users/{owner}/server").status_code in (403, 404)
    assert salma.ask("GET", "/user/salma/api/contents").status_code == 200


def test_a_learner_has_no_formgrader(week):
    assert week.people["salma"].ask("GET", "/user/salma/formgrader/api/assignments").status_code == 404
    assert week.people["amina"].ask("GET", "/user/course-fr/formgrader/api/assignments").status_code == 200


@pytest.mark.parametrize("name", ["course-fr", "somebody", "root"])
def test_nobody_signs_in_as_a_course_or_from_outside_the_rosters(department, name):
    assert department.try_to_sign_in(name)[1].status_code in (401, 403)


def test_an_instructor_is_taken_to_their_course(department):
    _browser, answer = department.try_to_sign_in("amina")
    assert answer.headers["location"] == "/user/course-fr/"


def test_no_server_was_refused_what_it_tells_the_hub(department, week):
    log = (department.base / "log").read_text()
    assert re.search(r" 200 POST /hub/api/users/course-fr/activity", log)
    assert not re.search(r" 403 POST /hub/api/users/\S+/activity", log)
