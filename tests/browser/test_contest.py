"""The contest's window in a real Chromium: by keyboard in English, by touch on a telephone in Arabic."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import PATIENCE_MS, SCREENSHOTS
from tests.unit.contest.conftest import TINY, entries, scores

from medialit.clips import Pack
from medialit.contest import Answer, Contest, answers_of, plan
from medialit.media import Clip, write

ARABIC_TWO = "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '٢', bubbles: true}))"
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def contest(tmp_path_factory: pytest.TempPathFactory) -> Contest:
    """Twelve clips a form, of one small film that plays."""
    folder = tmp_path_factory.mktemp("contest")
    held = entries(folder=folder / "pack")
    frames = np.kron(np.random.default_rng(1).integers(0, 256, (8, 6, 8, 3)), np.ones((1, 16, 16, 1))).astype(
        np.uint8
    )
    film = write(Clip(frames, 8.0), folder / "film.mp4").read_bytes()
    (folder / "pack" / "clips").mkdir(parents=True)
    for entry in held:
        entry.path.write_bytes(film)
    pack = Pack(folder=folder / "pack", facts={}, entries=held)
    return plan(pack, folder / "contest", seed=3, design=TINY, machine=("a file", scores(held)))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def address(contest: Contest, home: Path) -> Iterator[str]:
    """Start the window as a person does."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "medialit.cli", "contest", "run", str(contest.folder)]
    command += ["--on", "before", "--no-browser", "--port", str(port)]
    environment = os.environ | {"MEDIALIT_HOME": str(home)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        until = time.monotonic() + 240
        while process.poll() is None and time.monotonic() < until:
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)  # it cannot tell us when it listens
        assert process.poll() is None, "the window did not open"
        yield f"http://127.0.0.1:{port}/"
        process.terminate()
        process.wait(30)


def enter(page: Page, code: str) -> None:
    page.locator("#ml-code input, #ml-code textarea").first.fill(code)
    page.locator("#ml-start").click()


def shown(page: Page) -> str | None:
    """Return which clip is shown, and for which answer; None after the last."""
    film = page.locator("#ml-stage video")
    return film.get_attribute("data-clip") if film.count() else None


def wait_for_the_next(page: Page, last: str) -> None:
    page.wait_for_function(
        "last => { const v = document.querySelector('#ml-stage video'); return !v || v.dataset.clip !== last }",
        arg=last,
    )


def rested(page: Page) -> None:
    """Look at a clip for longer than a double click takes."""
    page.wait_for_timeout(500)


def kept(contest: Contest, home: Path, learner: str) -> tuple[Answer, ...]:
    return answers_of(contest, home=home).of(learner)


def test_a_form_is_answered_by_keyboard_in_english_and_goes_on_after_a_reload(
    address: str, contest: Contest, home: Path, chromium: Browser
) -> None:
    with chromium.new_context(viewport={"width": 1000, "height": 800}, locale="en-GB") as context:
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.goto(address)
        enter(page, " ")
        expect(page.locator("#ml-note")).to_contain_text("A code word has 1 to 40", timeout=PATIENCE_MS)
        enter(page, "<b>Argan</b> 7")
        page.locator("#ml-stage video").wait_for()
        page.wait_for_function(
            "document.querySelector('#ml-stage video').currentTime > 0"
        )  # it plays by itself
        first = shown(page)
        assert first is not None
        rested(page)
        page.keyboard.press("5")
        wait_for_the_next(page, first)
        page.reload()
        enter(page, "<b>ARGAN</b> 7")
        expect(page.locator("#ml-stage")).to_contain_text("Clip 2 of 12", timeout=PATIENCE_MS)
        advised = False
        while (now := shown(page)) is not None:
            if now.endswith("/final"):
                expect(page.locator(".ml-advice")).to_contain_text("On other clips it called")
                if not advised:
                    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
                    page.screenshot(path=SCREENSHOTS / "contest-advice-en.png")
                advised = True
            rested(page)
            page.evaluate(
                ARABIC_TWO
            )  # Playwright has no such key on its keyboard; telephones and Arabic layouts have
            wait_for_the_next(page, now)
        assert advised
        expect(page.locator("#ml-note")).to_contain_text(
            "Finished. Every answer is kept.", timeout=PATIENCE_MS
        )
        assert "synthetic" not in page.locator("#ml-note").inner_text()
    answers = kept(contest, home, "<b>argan</b> 7")
    assert len(answers) == TINY.n + 4
    assert [(one.synthetic, one.confidence) for one in answers] == [(True, 80)] + [(False, 80)] * (TINY.n + 3)


def test_a_telephone_in_arabic_fits_runs_from_the_right_and_counts_a_double_tap_once(
    address: str, contest: Contest, home: Path, chromium: Browser
) -> None:
    with chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True) as context:
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.goto(address)
        page.locator("#ml-language").get_by_text("العربية").click()
        expect(page.locator("h1").first).to_have_text("مصوَّر أم اصطناعي؟", timeout=PATIENCE_MS)
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        enter(page, "أركان")
        expect(page.locator("#ml-stage")).to_contain_text("المقطع 1 من 12", timeout=PATIENCE_MS)
        asked: list[str] = []
        n = 0
        while (now := shown(page)) is not None:
            asked.append(now)
            rested(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
            six = page.locator("#ml-rate-6")
            assert six.bounding_box()["y"] + six.bounding_box()["height"] <= 844  # no scrolling to answer
            six.dblclick() if n % 2 else six.tap()
            n += 1
            wait_for_the_next(page, now)
        assert page.locator("#ml-rate-1").is_hidden()
        expect(page.locator("#ml-note")).to_contain_text("انتهيت", timeout=PATIENCE_MS)
        page.locator("#ml-again").click()
        page.locator("#ml-start").wait_for()
    answers = kept(contest, home, "أركان")
    assert [f"{one.clip}/{one.stage}" for one in answers] == asked
    assert len(answers) == TINY.n + 4
