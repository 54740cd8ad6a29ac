"""A real Chromium on a real JupyterLab, started as a person starts it: `medialit start --no-browser`."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"
"""Where what the browser showed is kept. `docs/images` holds copies of some of them."""
TOKEN = "a-token-for-this-test"
PATIENCE_MS = 90_000
STARTS_IN_S = 240  # the first start builds the course; a busy computer is slow


@contextmanager
def opened_window(*words: str, folder: Path) -> Iterator[str]:
    """Open a window as a person does, `medialit WORDS`, with its files in a folder; give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = os.environ | {
        "MEDIALIT_HOME": str(folder / "home"),
        "GRADIO_TEMP_DIR": str(folder / "gradio"),
        "TMPDIR": str(folder),
    }
    command = [sys.executable, "-m", "medialit.cli", *words, "--no-browser", "--port", str(port)]
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until = time.monotonic() + STARTS_IN_S
            while process.poll() is None and time.monotonic() < until:
                with socket.socket() as knock:
                    if knock.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.2)  # it cannot tell us when it listens
            assert process.poll() is None, f"`medialit {' '.join(words)}` did not open a window"
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()
            process.wait(30)


@dataclass(frozen=True)
class Classroom:
    """A course in one language, with JupyterLab running on it."""

    lang: str
    home: Path
    url: str

    @property
    def course(self) -> Path:
        """The instructor's folder."""
        return self.home / "courses" / self.lang

    @property
    def work(self) -> Path:
        """The learner's folder."""
        return self.home / "work" / self.lang


@dataclass
class Window:
    """A browser window, and which hosts it spoke to."""

    page: Page
    hosts: set[str] = field(default_factory=set)

    def shoot(self, name: str) -> None:
        """Keep what the window shows, as a small PNG."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        self.page.screenshot(path=path)
        with Image.open(path) as picture:
            small = picture.convert("RGB").quantize(256)
        small.save(path, optimize=True)


@pytest.fixture(scope="module")  # Playwright's event loop must be gone before another module starts its own
def chromium() -> Iterator[Browser]:
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert executable, "install the system package chromium"
    arguments = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    arguments += ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=executable, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def window(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Window]:
    """A new window; what it showed last is kept under the test's name, and a dialog that stood open is told."""
    context = chromium.new_context(viewport={"width": 1360, "height": 900}, locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    seen = Window(context.new_page())

    def note(url: str) -> None:
        seen.hosts.add(urlsplit(url).hostname or "")

    context.on("request", lambda asked: note(asked.url))
    context.on("page", lambda page: page.on("websocket", lambda socket: note(socket.url)))
    seen.page.on("websocket", lambda socket: note(socket.url))
    yield seen
    seen.shoot(f"last-{request.node.name}")
    dialog = seen.page.locator("dialog:visible, [role=dialog]:visible")
    for text in dialog.all_inner_texts():
        print(f"A dialog stood open: {text!r}")  # shown with a test that failed
    context.close()


@pytest.fixture(scope="package")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Classroom]]:
    """Return a function that gives the classroom of a language; its JupyterLab runs until the last test."""
    home = tmp_path_factory.mktemp("home")
    running: dict[str, Classroom] = {}
    closing = []

    def of(lang: str) -> Classroom:
        if lang not in running:
            opened = _jupyterlab(home, lang)
            running[lang] = opened.__enter__()
            closing.append(opened)
        return running[lang]

    yield of
    for opened in closing:
        opened.__exit__(None, None, None)


@contextmanager
def _jupyterlab(home: Path, lang: str) -> Iterator[Classroom]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = home / f"{lang}.log"
    command = [
        sys.executable,
        "-m",
        "medialit.cli",
        "start",
        f"--lang={lang}",
        "--no-browser",
        f"--port={port}",
    ]
    environment = os.environ | {"MEDIALIT_HOME": str(home), "JUPYTER_TOKEN": TOKEN}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            room = Classroom(lang, home, f"http://127.0.0.1:{port}/")
            _wait_for(room, process, log)
            yield room
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)


def _wait_for(room: Classroom, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_IN_S
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text(errors="replace")
        try:
            with urllib.request.urlopen(f"{room.url}api/status?token={TOKEN}", timeout=30):
                return
        except OSError:
            time.sleep(0.3)  # it cannot tell us when it listens
    pytest.fail(f"JupyterLab did not answer: {log.read_text(errors='replace')}")
