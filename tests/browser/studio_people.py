"""A running studio, and people with browsers of their own who use it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from tests.browser.conftest import SCREENSHOTS

from medialit.studio.words import words_of

PATIENCE_MS = 60_000
SIZES = {"desk": (1280, 860), "phone": (360, 740)}
LOCALES = {"en": "en-GB", "fr": "fr-FR", "ar": "ar-MA"}
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
TOO_SMALL = """() => [...document.querySelectorAll('button, summary, .button, .tab, .options label')]
  .filter(one => one.offsetParent && (one.offsetWidth < 44 || one.offsetHeight < 44))
  .map(one => one.outerHTML.slice(0, 90))"""


@dataclass(frozen=True)
class Room:
    """A running studio of a made-up class."""

    url: str
    code: str
    key: str


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "medialit.cli", "studio", "--demo", "--local", f"--port={port}"]
    environment = os.environ | {"MEDIALIT_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    log = home / "studio.log"
    with log.open("wb") as out, subprocess.Popen(command, env=environment, stdout=out, stderr=out) as process:
        try:
            _wait(process, port, log)
            said = log.read_text()
            code, key = (re.search(rf"{what}: (\S+)", said) for what in ("code", "key"))
            assert code is not None and key is not None, said
            yield Room(f"http://127.0.0.1:{port}/", code[1], key[1])
        finally:
            process.terminate()
            process.wait(60)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + 240
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10):
                return
        except OSError:
            time.sleep(0.2)  # it cannot tell us when it listens
    pytest.fail(f"the studio did not open: {log.read_text()}")


@dataclass
class Person:
    """Somebody with a browser of their own, and every host that it spoke to."""

    room: Room
    context: BrowserContext
    page: Page
    lang: str
    name: str = ""
    codes: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    troubles: list[str] = field(default_factory=list)
    taps: int = 0

    def say(self, key: str, **slots: object) -> str:
        isolated = {
            name: f"\u2068{value}\u2069" if isinstance(value, str) else value for name, value in slots.items()
        }
        return words_of(self.lang)[key].format(**isolated)

    def button(self, key: str, within: Locator | None = None) -> Locator:
        return (within or self.page).get_by_role("button", name=self.say(key), exact=True)

    def tap(self, target: Locator) -> None:
        self.taps += 1
        target.click()

    def go(self, view: str) -> None:
        self.page.evaluate("view => { location.hash = view }", view)
        expect(
            self.page.locator(f"main.view-{view.split('/')[0]}:not([aria-busy]) h1").first
        ).to_be_attached()

    def sheet(self) -> Locator:
        return self.page.locator("dialog[open]")

    def knock(self, name: str, *, age: str = "adult") -> None:
        """Fill in the door's form and send it."""
        self.name = name
        self.page.goto(f"{self.room.url}?code={self.room.code}")
        self.page.get_by_label(self.say("join.pseudonym"), exact=True).fill(name)
        self.page.get_by_label(self.say(f"age.{age}"), exact=True).check()
        self.send(self.button("join.go").click)

    def send(self, press: Callable[[], None]) -> None:
        """Press until the door answers: only so many may join from one address in a minute, and here everybody does."""
        for _minute in range(20):
            with self.page.expect_response("**/api/join") as answer:
                press()
            if answer.value.status != 429:
                return
            self.page.wait_for_timeout(5000)

    def join(self, name: str, *, age: str = "adult") -> Person:
        self.knock(name, age=age)
        expect(self.page.locator(".keep").first).to_be_visible()
        self.codes = self.page.locator(".keep .code").all_inner_texts()
        return self

    def enter(self) -> Person:
        self.button("join.written").click()
        expect(self.page.locator("nav.bar")).to_be_visible()
        return self

    def shoot(self, name: str) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"studio-{name}.png", animations="disabled")

    def fits(self) -> None:
        """Nothing may be wider than the screen, and axe-core finds nothing against WCAG 2.2 AA."""
        page = self.page
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
        small = page.evaluate(TOO_SMALL)
        assert not small, small
        found = Axe().run(page, options=RULES).response["violations"]
        said = [(one["id"], [node["html"][:160] for node in one["nodes"]]) for one in found]
        assert not said, said


@pytest.fixture
def visit(chromium: Browser, room: Room) -> Iterator[Callable[..., Person]]:
    """Return a function that gives somebody with a new browser."""
    people: list[Person] = []

    def come(lang: str = "en", size: str = "desk", **how: Any) -> Person:
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            locale=LOCALES[lang],
            timezone_id="Africa/Casablanca",
            **how,
        )
        context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        one = Person(room, context, context.new_page(), lang)
        context.on("request", lambda asked: one.hosts.add(urlsplit(asked.url).hostname or "blob"))
        one.page.on("pageerror", lambda error: one.troubles.append(str(error)))
        one.page.on(
            "console",
            lambda said: one.troubles.append(said.text) if "Content Security" in said.text else None,
        )
        people.append(one)
        return one

    yield come
    for n, one in enumerate(people):
        one.shoot(f"last-{n}")
        one.context.close()
        assert one.hosts <= {"127.0.0.1"}, "a request left for another computer"
        assert one.troubles == []
