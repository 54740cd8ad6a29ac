"""A real JupyterLab on a built course: what a learner and an instructor reach over HTTP, with nbgrader's own API."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from medialit.course import desk
from medialit.course.desk import Role
from medialit.course.exchange import Home, deliver
from medialit.course.nbgrader import tools_on_path
from medialit.errors import CourseError

TOKEN = "a-token-for-this-test"
SOLUTION = "def rates(h, m, f, c):\n    return h / (h + m), f / (f + c)"


class Lab:
    """A running JupyterLab."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/"

    def ask(self, path: str, body: dict | None = None):
        request = urllib.request.Request(
            self.url + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {TOKEN}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)

    def text(self, path: str) -> str:
        with urllib.request.urlopen(f"{self.url}{path}?token={TOKEN}", timeout=120) as answer:
            return answer.read().decode()

    def answers(self, path: str) -> bool:
        try:
            self.ask(path)
        except urllib.error.HTTPError as error:
            return error.code != 404
        return True


@contextmanager
def jupyterlab(home: Home, lang: str, role: Role) -> Iterator[Lab]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "medialit.cli", "start", "--no-build", "--no-browser"]
    log = home.root / f"{role}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, f"--lang={lang}", f"--as={role}", f"--port={port}"],
            env=os.environ | {"MEDIALIT_HOME": str(home.root), "JUPYTER_TOKEN": TOKEN},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            lab = Lab(port)
            wait_for(lab, process, log)
            yield lab
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)
    with socket.socket() as gone, pytest.raises(ConnectionRefusedError):
        gone.connect(("127.0.0.1", port))  # what was started is the server itself: nothing outlives it


def wait_for(lab: Lab, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text(errors="replace")
        try:
            lab.ask("api/status")
        except (urllib.error.URLError, HTTPException, OSError):
            time.sleep(0.2)  # it cannot tell us when it listens
        else:
            return
    pytest.fail(f"JupyterLab did not answer: {log.read_text(errors='replace')}")


@pytest.mark.timeout(600)
def test_a_learner_and_an_instructor_go_the_whole_way_in_arabic(new_home) -> None:
    home: Home = new_home("ar")
    this = {"course_id": "tiny-ar", "assignment_id": "01_tiny"}
    with jupyterlab(home, "ar", Role.BOTH) as lab:
        assert lab.ask("formgraders")["value"][0]["course_id"] == "tiny-ar"
        [released] = lab.ask("assignments?course_id=tiny-ar")["value"]
        assert released["status"] == "released"

        [fetched] = lab.ask("assignments/fetch", this)["value"]
        assert (fetched["status"], fetched["path"]) == ("fetched", "work/ar/01_tiny")
        path = home.work("ar") / "01_tiny" / "01_tiny.ipynb"
        answer(path)
        told = lab.ask("assignments/validate", {"path": "work/ar/01_tiny/01_tiny.ipynb"})
        assert told == {"success": True, "value": {}}
        statuses = [one["status"] for one in lab.ask("assignments/submit", this)["value"]]
        assert statuses == ["fetched", "submitted"]

        for step in ("assignment/01_tiny/collect", f"submission/01_tiny/{learner(home)}/autograde"):
            done = lab.ask(f"formgrader/api/{step}", {})
            assert done["success"], done["error"]
        for step in ("generate_feedback", "release_feedback"):
            done = lab.ask(f"formgrader/api/assignment/01_tiny/{step}", {})
            assert done["success"], done
        lab.ask("assignments/fetch_feedback", this)
        with (
            tools_on_path(),
            Gradebook(f"sqlite:///{home.course('ar') / 'gradebook.db'}", "tiny-ar") as gradebook,
        ):
            graded = gradebook.find_submission("01_tiny", learner(home))
            assert (graded.code_score, graded.needs_manual_grade) == (3.0, True)
    [feedback] = home.work("ar").glob("01_tiny/feedback/*/*.html")
    page = feedback.read_text(encoding="utf-8")
    assert 'dir="rtl" lang="ar"' in page
    assert "المعدّلان صحيحان" in page
    assert not any(secret in page for secret in ("hidden_case_canary", "HIDDEN TESTS", "hit_rate_canary"))


def answer(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    cells = {cell.id: cell for cell in notebook.cells}
    cells["rates"].source = SOLUTION
    cells["reflect"].source += "\n\nأنظر الآن إلى الظلال أولًا."
    nbformat.write(notebook, path)


def learner(home: Home) -> str:
    [submission] = (home.exchange / "tiny-ar" / "inbound").iterdir()
    return submission.name.split("+")[0]


@pytest.mark.timeout(300)
def test_a_learners_computer_has_no_formgrader_and_opens_on_the_learners_folder(built_home: Home) -> None:
    with jupyterlab(built_home, "fr", Role.LEARNER) as lab:
        assert not lab.answers("formgrader/api/status")
        assert [one["assignment_id"] for one in lab.ask("assignments?course_id=tiny-fr")["value"]] == [
            "01_tiny"
        ]
        assert [one["name"] for one in lab.ask("api/contents")["content"]] == ["welcome.md"]
        french = lab.ask("lab/api/settings/@jupyterlab/translation-extension:plugin")
        assert french["schema"]["properties"]["locale"]["default"] == "fr_FR"
        assert "[dir='rtl'] p" in lab.text("custom/custom.css")
        disabled = built_home.jupyter("fr") / "learner" / "lab" / "page_config.json"
        assert json.loads(disabled.read_text())["disabledExtensions"]["@jupyter/nbgrader:formgrader"] is True


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "# Welcome"),
        ("fr", '<div dir="ltr" lang="fr">\n\n# Bienvenue'),
        ("ar", '<div dir="rtl" lang="ar">\n\n# مرحبًا'),
    ],
)
def test_the_first_page_says_what_to_click_in_the_courses_language(
    built_home: Home, lang: str, said: str
) -> None:
    desk.set_up(built_home, lang=lang, role=Role.BOTH, browser=False, port=None)
    page = (built_home.work(lang) / "welcome.md").read_text(encoding="utf-8")
    assert said in page
    assert "**Assignment List**" in page
    assert "**Formgrader**" in page


def test_a_learners_first_page_does_not_teach_grading(built_home: Home) -> None:
    desk.set_up(built_home, lang="en", role=Role.LEARNER, browser=False, port=None)
    assert "Formgrader" not in (built_home.work("en") / "welcome.md").read_text(encoding="utf-8")


def test_a_course_that_is_not_built_is_refused_with_the_command_that_builds_it(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"Run `medialit course build --lang ar` first"):
        desk.set_up(Home(root=tmp_path), lang="ar", role=Role.BOTH, browser=False, port=None)


def test_a_lab_is_delivered_once_and_never_over_a_learners_work(built_home: Home, tmp_path: Path) -> None:
    course = built_home.course("en")
    assert deliver(course, assignment="01_tiny", work=tmp_path)
    (tmp_path / "01_tiny" / "01_tiny.ipynb").write_text("mine", encoding="utf-8")
    assert not deliver(course, assignment="01_tiny", work=tmp_path)
    assert (tmp_path / "01_tiny" / "01_tiny.ipynb").read_text(encoding="utf-8") == "mine"
