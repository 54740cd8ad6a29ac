"""The page of a challenge in a real Chromium: its colours at their moments, its recording, and whom it warns."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, expect, sync_playwright

from medialit.cli import main
from medialit.likeness.challenge import HUES, Challenge, Light
from medialit.likeness.enrol import issue
from medialit.likeness.models import FaceReader, missing_packages
from medialit.likeness.page import challenge_page
from medialit.likeness.recording import lacking, read_recording
from medialit.likeness.vault import Vault
from medialit.media import write, write_image

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"
TICK_MS = 50
COUNT_MS = 5_000
NAMES = {"rgb({}, {}, {})".format(*colour): hue for hue, colour in HUES.items()}
SEEN = """() => ({
  colour: document.body.style.background, asked: document.getElementById('asked').textContent,
  digit: document.getElementById('digit').textContent, on: !document.getElementById('stage').hidden,
})"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "install the system package chromium"
    arguments = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, asked: set[str]) -> Iterator[Page]:
    with chromium.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True) as context:
        context.on("request", lambda request: asked.add(urlsplit(request.url).scheme))
        opened = context.new_page()
        errors: list[str] = []
        opened.on("pageerror", lambda error: errors.append(str(error)))
        yield opened
        assert errors == []


@pytest.fixture
def asked() -> set[str]:
    """How addresses began that the page asked for."""
    return set()


@pytest.fixture
def challenge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Challenge:
    """A challenge of light that was issued in a home of its own, with its page and its file."""
    monkeypatch.setenv("MEDIALIT_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    one = issue(Vault(), now=datetime.now(UTC), seed=3, pace=0.6, light=True)
    Path("challenge.json").write_text(one.to_json())
    Path("challenge.html").write_text(challenge_page(one), encoding="utf-8")
    return one


def watched(page: Page, challenge: Challenge) -> list[dict[str, Any]]:
    """What the page shows every 50 ms from the first colour to the end, by a clock that stands in between."""
    page.clock.install()
    page.goto(Path("challenge.html").resolve().as_uri())
    later = datetime.now(UTC) + timedelta(seconds=5)  # the page's own moment is a little later than ours
    page.clock.pause_at(later)
    page.locator("#harmless").check()
    page.locator("#start").click()
    page.clock.run_for(COUNT_MS - 3 * TICK_MS)
    for _ in range(12):
        if page.evaluate(SEEN)["colour"]:
            break
        page.clock.run_for(TICK_MS)
    seen = []
    for _ in range(round(challenge.duration_s * 1000 / TICK_MS) + 10):
        seen.append(page.evaluate(SEEN))
        page.clock.run_for(TICK_MS)
    return seen


def test_what_chromium_shows_is_what_was_asked_and_lights_a_face_that_is_enrolled(
    page: Page, challenge: Challenge, asked: set[str]
) -> None:
    seen = watched(page, challenge)
    running = [one for one in seen if one["on"]]
    assert abs(len(running) * TICK_MS / 1000 - challenge.duration_s) < 0.15
    assert not seen[-1]["on"] and seen[-1]["colour"] == ""  # nothing stays lit
    for k, one in enumerate(running[:-2]):
        # A frame is painted up to 17 ms late: what was right a tick ago is right.
        near = [max(0.0, k * TICK_MS / 1000 + by) for by in (-0.05, 0.0, 0.05)]
        assert NAMES[one["colour"]] in {challenge.hue_at(t) for t in near}
        right = {(step.instruction("en"), "" if digit is None else str(digit.digit))
                 for step, digit in map(challenge.at, near)}  # fmt: skip
        assert (one["asked"], one["digit"]) in right
    assert asked == {"file"}

    changes = [k for k, one in enumerate(running) if k == 0 or one["colour"] != running[k - 1]["colour"]]
    lights = tuple(Light(start_s=k * TICK_MS / 1000, hue=NAMES[running[k]["colour"]]) for k in changes)
    assert min(b - a for a, b in pairwise(changes)) * TICK_MS > 333
    if missing_packages():
        pytest.skip(f"the extra `likeness` is not installed: {', '.join(missing_packages())}")
    benchmark("enrolment_rooms")
    subjects = benchmark("enrolment_subjects")
    puppet = subjects.portrait(FaceReader())
    write(subjects.perform(puppet, replace(challenge, lights=lights)), Path("cameo.mp4"))
    write_image(puppet.picture, Path("me.png"))
    given = ("--challenge", "challenge.json", "--reference", "me.png", "--name", "Tiziri Umlil")
    said = CliRunner().invoke(main, ["likeness", "enrol", "cameo.mp4", *given])
    assert said.exit_code == 0, said.output


def benchmark(name: str) -> ModuleType:
    """A module of the benchmark, by its path: benchmarks are no package."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "benchmarks" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def test_nothing_begins_before_the_warning_is_answered_and_escape_ends_it(
    page: Page, challenge: Challenge
) -> None:
    page.goto(Path("challenge.html").resolve().as_uri())
    expect(page.locator("#warning")).to_contain_text("seizures")
    expect(page.locator("#start")).to_be_disabled()
    page.locator("#harmless").check()
    page.locator("#start").click()
    expect(page.locator("#stage")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#stage")).to_be_hidden()
    expect(page.locator("#said")).to_contain_text("nothing was kept")
    expect(page.locator("#after")).to_be_hidden()


def test_the_page_records_from_the_beginning_to_the_end_what_can_be_handed_in(
    page: Page, challenge: Challenge, tmp_path: Path
) -> None:
    page.goto(Path("challenge.html").resolve().as_uri())
    page.locator("#camera").click()
    expect(page.locator("#said")).to_contain_text("The camera is open")
    page.locator("#harmless").check()
    page.locator("#start").click()
    page.locator("#save").wait_for(timeout=60_000)
    with page.expect_download() as saved:
        page.locator("#save").click()
    assert saved.value.suggested_filename == "cameo.webm"
    saved.value.save_as(tmp_path / "cameo.webm")
    clip = read_recording(tmp_path / "cameo.webm")
    assert lacking((clip,), challenge) is None
    assert clip.duration_s - challenge.duration_s < 1.5
    expect(page.locator("#command")).to_contain_text(
        "medialit likeness enrol cameo.webm --challenge challenge.json"
    )


@pytest.mark.parametrize("size", [(1280, 800), (360, 640)], ids=["desktop", "phone"])
@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_it_fits_the_window_and_runs_as_its_language_does(
    page: Page, challenge: Challenge, lang: str, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(Path("challenge.html").resolve().as_uri())
    page.locator(f"#tongues button[value={lang}]").click()
    assert page.evaluate("getComputedStyle(document.body).direction") == ("rtl" if lang == "ar" else "ltr")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"challenge-{lang}-{size[0]}.png", full_page=True)
    page.locator("#harmless").check()
    page.locator("#start").click()
    expect(page.locator("body")).to_have_attribute("style", re.compile("rgb"), timeout=30_000)
    stage, card, stop = (page.locator(f"#{id}").bounding_box() for id in ("stage", "card", "stop"))
    assert stage and card and stop
    assert (stage["width"], stage["height"]) == size
    assert card["x"] >= 0 and card["x"] + card["width"] <= size[0]
    assert stop["y"] > card["y"] + card["height"] and stop["y"] + stop["height"] <= size[1]
    assert card["width"] * card["height"] < 0.35 * size[0] * size[1]  # the rest gives light
    page.screenshot(path=SCREENSHOTS / f"challenge-lit-{lang}-{size[0]}.png")
    page.keyboard.press("Escape")


def test_a_challenge_that_has_run_out_is_not_begun(page: Page, challenge: Challenge) -> None:
    late = replace(challenge, deadline=challenge.issued_at)
    Path("late.html").write_text(challenge_page(late), encoding="utf-8")
    page.goto(Path("late.html").resolve().as_uri())
    page.locator("#harmless").check()
    expect(page.locator("#start")).to_be_disabled()
    expect(page.locator("#said")).to_contain_text("no time left")


def test_a_challenge_without_light_shows_no_warning_and_no_colour(page: Page, challenge: Challenge) -> None:
    Path("plain.html").write_text(challenge_page(replace(challenge, lights=())), encoding="utf-8")
    page.goto(Path("plain.html").resolve().as_uri())
    expect(page.locator("#warning")).to_be_hidden()
    page.locator("#start").click()
    expect(page.locator("#left")).to_contain_text("Seconds left", timeout=30_000)
    assert page.evaluate(SEEN)["colour"] == ""
