"""A class of 60, some of whom inject scripts: the instructor's feedback and formgrader in a real Chromium."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.apps.baseapp import NbGrader
from playwright.sync_api import Browser, Page, sync_playwright
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from medialit.grading.harness import grade_assignment

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

TOKEN = "a-token-for-this-test"
ACTING = """() => [...document.querySelectorAll('*')]
    .flatMap(e => [...e.attributes].map(a => [e.tagName, a.name, a.value]))
    .filter(([tag, name, value]) => (name.startsWith('on') && /pwned/.test(value)) || name === 'srcdoc'
        || /^\\s*javascript:.*pwned/i.test(value)
        || (/^(src|href|action)$/.test(name) && /127\\.0\\.0\\.1:9\\//.test(value) && tag !== 'A'))"""


@pytest.fixture(scope="module")
def course(built_probe_course, attacks, tmp_path_factory) -> Path:
    """A class of 60 that has been graded."""
    course = Path(shutil.copytree(built_probe_course / "en", tmp_path_factory.mktemp("class") / "course"))
    names = {"PORT": "9"}  # where nobody listens: what matters is that nobody is asked for
    for attack in attacks.SCRIPTS:
        attack.hand_in(course, names)
    for n in range(60 - len(attacks.SCRIPTS)):
        attacks.Attack(name=f"learner{n:02}", tries="").hand_in(course, names)
    summary = grade_assignment(course, "01_probe")
    assert summary.count("graded") == 60
    return course


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert executable, "install the system package chromium"
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=executable, args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        yield browser
        browser.close()


def _look(page: Page, url: str, home: str) -> None:
    """Open a page, touch what is in it, and see that nothing ran and nothing was asked for."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: asked.append(f"dialog {dialog.message}"))
    page.goto(url, wait_until="load")
    for element in page.locator("div, a, p").all()[:200]:
        element.dispatch_event("mouseover")
    assert page.evaluate(ACTING) == []
    for frame in page.frames:
        assert frame.evaluate("window.pwned") is None
    assert "pwned" not in page.title()
    assert page.url.split("#")[0].split("?")[0] == url.split("?")[0]
    assert {
        urlsplit(u).netloc for u in asked if urlsplit(u).scheme not in ("file", "data", "about", "blob")
    } <= {home}


def test_no_script_runs_in_feedback(course, attacks, chromium, monkeypatch):
    monkeypatch.chdir(course)
    config = PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()
    config.merge(Config({"CourseDirectory": {"root": str(course)}}))
    api = NbGraderAPI(config=config)
    for attack in attacks.SCRIPTS:
        result = api.generate_feedback("01_probe", attack.name)
        assert result["success"], result["log"]
        path = course / "feedback" / attack.name / "01_probe" / "01_probe.html"
        assert "points" in path.read_text()
        page = chromium.new_page()
        _look(page, path.as_uri(), "")
        page.close()
    NbGrader.clear_instance()


@pytest.fixture(scope="module")
def formgrader(course, tmp_path_factory) -> Iterator[str]:
    """The address of a Jupyter server with formgrader, on the course."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = tmp_path_factory.mktemp("jupyter")
    command = [
        sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", f"--port={port}", "--ip=127.0.0.1",
        f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={course}",
        "--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}",
    ]  # fmt: skip
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(home),
        "JUPYTER_RUNTIME_DIR": str(home),
        "HOME": str(home),
    }
    environment["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), environment["PATH"]))
    log = home / "log"
    with (
        log.open("wb") as output,
        subprocess.Popen(command, cwd=course, env=environment, stdout=output, stderr=output) as process,
    ):
        try:
            deadline = time.monotonic() + 120
            while time.monotonic() < deadline:
                assert process.poll() is None, log.read_text(errors="replace")
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api?token={TOKEN}", timeout=5):
                        break
                except (urllib.error.URLError, ConnectionError, TimeoutError):
                    time.sleep(0.2)
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()


def test_no_script_runs_in_formgrader(course, attacks, chromium, formgrader):
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        ids = {
            s.student.id: s.notebooks[0].id
            for s in gradebook.assignment_submissions("01_probe")
            if s.student.id in {a.name for a in attacks.SCRIPTS}
        }
    assert len(ids) == len(attacks.SCRIPTS)
    context = chromium.new_context()
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(f"http://{formgrader}/formgrader?token={TOKEN}")
    for submission in ids.values():
        page = context.new_page()
        _look(page, f"http://{formgrader}/formgrader/submissions/{submission}/", formgrader)
        assert page.locator("text=points").count() > 0
        page.close()
    for table in ("manage_submissions/01_probe", "gradebook/01_probe/01_probe", "manage_students"):
        page = context.new_page()
        _look(page, f"http://{formgrader}/formgrader/{table}", formgrader)
        page.close()
    context.close()
