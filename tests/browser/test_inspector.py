"""The inspector's window in a real Chromium: a file goes in, a report comes out, and nobody else is asked."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from medialit import pipeline
from medialit.forensics import cues
from medialit.forensics.cues.planted import pair
from medialit.media import Clip, write

pytestmark = pytest.mark.browser

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
TITLE = "<img src=x onerror=alert(1)> ${1} {{2}}"
PATIENCE_MS = 180_000


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("window")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDIALIT_HOME", str(folder / "home"))
        small = np.random.default_rng(4).integers(40, 220, (1, 17, 30, 3), np.uint8)
        frames = small.repeat(16, axis=1).repeat(16, axis=2).repeat(8, axis=0)
        source = write(Clip(frames, 8.0), folder / "<b>market.mp4")
        target = folder / "<u>published.mp4"
        pipeline.publish(source, target, title=TITLE, lang="en", now=datetime.now(UTC))
        yield target


@pytest.fixture(scope="module")
def address(published: Path) -> Iterator[str]:
    """Start the window as a person does."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "medialit.cli",
        "inspector",
        "--no-browser",
        "--trust-course",
        "--port",
        str(port),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        until = time.monotonic() + 90
        while process.poll() is None and time.monotonic() < until:
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        assert process.poll() is None, "the window did not open"
        yield f"http://127.0.0.1:{port}/"
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "install the system package chromium"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    with chromium.new_context(viewport={"width": 1000, "height": 1500}) as context:
        context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        yield context.new_page()


def test_a_file_is_read_in_english_and_then_in_arabic(address: str, page: Page, published: Path) -> None:
    asked: set[str] = set()
    dialogs: list[str] = []
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(address)
    page.set_input_files("#ml-file input[type=file]", str(published))
    report = page.locator("article.ml-report")
    expect(report).to_have_attribute("lang", "en", timeout=PATIENCE_MS)
    expect(report.locator(".ml-credentials")).to_contain_text("Trusted is not true")
    expect(report.locator(".ml-watermark")).to_contain_text(TITLE)
    expect(page.locator("html")).to_have_attribute("dir", "ltr")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "inspector-en.png", full_page=True)

    page.locator("#ml-language").get_by_text("العربية").click()
    expect(report).to_have_attribute("lang", "ar", timeout=PATIENCE_MS)
    expect(report).to_have_attribute("dir", "rtl")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("h1").first).to_have_text("افحص ملفًا")
    expect(report.locator(".ml-credentials")).to_contain_text("موثوقة")
    assert report.locator("h2").first.evaluate("node => getComputedStyle(node).textAlign") in (
        "start",
        "right",
    )
    page.screenshot(path=SCREENSHOTS / "inspector-ar.png", full_page=True)

    with page.expect_download() as download:
        page.locator("#ml-json").click()
    [said] = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert (said["language"], said["credentials"]["state"]) == ("ar", "trusted")

    assert asked <= {urlsplit(address).netloc, ""}, asked
    assert dialogs == []
    assert report.locator("img, script, b, u").count() == 0


def test_the_window_fits_a_phone_and_begins_with_what_matters(
    address: str, chromium: Browser, published: Path
) -> None:
    with chromium.new_context(viewport={"width": 390, "height": 844}) as context:
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.goto(address)
        page.set_input_files("#ml-file input[type=file]", str(published))
        report = page.locator("article.ml-report")
        for language, lang, side in (("English", "en", "left"), ("العربية", "ar", "right")):
            page.locator("#ml-language").get_by_text(language).click()
            expect(report).to_have_attribute("lang", lang, timeout=PATIENCE_MS)
            expect(page.locator("html")).to_have_attribute("dir", "rtl" if lang == "ar" else "ltr")
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
            expect(report.locator("h2").first).to_have_text({"en": "In short", "ar": "باختصار"}[lang])
            expect(report.locator(".ml-summary tr")).to_have_count(4)
            cell = report.locator(".ml-summary td").first
            aligned = cell.evaluate("node => getComputedStyle(node).textAlign")
            assert aligned in ("start", side)


def test_the_policy_keeps_even_a_script_from_asking_elsewhere(address: str, page: Page) -> None:
    page.goto(address)
    refused = "async () => { try { await fetch('http://192.0.2.1/'); return 'asked' } catch (e) { return String(e) } }"
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    assert "TypeError" in page.evaluate(refused)
    assert any("Content Security Policy" in text for text in messages)


def test_the_page_to_take_along_stands_alone_in_both_directions(
    published: Path, page: Page, tmp_path: Path
) -> None:
    from medialit import verify

    asked: list[str] = []
    with pipeline.inspector(trust_course=True) as one:
        report = one.inspect(published)
    for lang, direction in (("fr", "ltr"), ("ar", "rtl")):
        saved = tmp_path / f"{lang}.html"
        saved.write_text(verify.to_html([report], lang=lang), encoding="utf-8")
        page.on("request", lambda request: asked.append(request.url))
        page.goto(saved.as_uri())
        expect(page.locator("html")).to_have_attribute("dir", direction)
        expect(page.locator(".ml-watermark")).to_contain_text(TITLE)
        assert page.locator("img, script, link").count() == 0
        page.screenshot(path=SCREENSHOTS / f"report-{lang}.png", full_page=True)
    assert all(url.startswith("file:") for url in asked), asked


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An honest clip, and the same with a region that comes from elsewhere."""
    folder = tmp_path_factory.mktemp("planted")
    made = pair("noise", seed=1)
    return write(made.honest.clip, folder / "honest.mp4"), write(made.planted.clip, folder / "pasted.mp4")


def test_the_cues_look_closer_and_a_cue_and_a_frame_are_chosen(
    address: str, page: Page, planted: tuple[Path, Path]
) -> None:
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    page.goto(address)
    page.get_by_role("tab", name="Look closer").click()
    look = page.locator("#ml-closer-look")
    expect(look).to_be_disabled()
    page.set_input_files("#ml-file input[type=file]", str(planted[1]))
    expect(look).to_be_enabled()
    look.click()
    expect(page.locator("#ml-glance")).to_contain_text("of an honest clip, about")
    seen = page.locator("#ml-cue-shown")
    expect(seen.locator("h3")).to_be_visible()

    page.locator("#ml-cue input").click()
    page.get_by_role("option", name="Noise residual").click()
    expect(seen.locator("h3")).to_have_text("Noise residual")
    expect(seen.locator(".ml-spots img")).to_have_count(2)
    before = seen.locator(".ml-spots img").nth(1).get_attribute("src")
    page.locator("#ml-frame label").nth(1).click()
    expect(seen.locator(".ml-spots img").nth(1)).not_to_have_attribute("src", str(before))
    expect(seen.locator(".ml-plot svg")).to_be_visible()
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "inspector-cue-en.png", full_page=True)

    page.locator("#ml-language").get_by_text("العربية").click()
    expect(seen.locator("h3")).to_have_text("بقايا الضجيج")
    expect(seen.locator(".ml-cues")).to_have_attribute("dir", "rtl")
    page.set_viewport_size({"width": 360, "height": 780})
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.screenshot(path=SCREENSHOTS / "inspector-cue-ar-phone.png", full_page=True)

    with page.expect_download() as download:
        page.locator("#ml-json").click()
    [said] = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert said["cues"]["asked"] == "light" and len(said["cues"]["readings"]) == len(cues.light())
    assert asked <= {urlsplit(address).netloc, ""}, asked


def test_a_fake_and_its_original_stand_side_by_side(
    address: str, page: Page, planted: tuple[Path, Path]
) -> None:
    page.goto(address)
    page.get_by_role("tab", name="Side by side").click()
    page.set_input_files("#ml-first input[type=file]", str(planted[0]))
    page.set_input_files("#ml-second input[type=file]", str(planted[1]))
    expect(page.locator("#ml-second")).to_contain_text("pasted")
    page.locator("#ml-pair-look").click()
    both = page.locator("#ml-pair-shown")
    expect(both).to_contain_text("who meets it in a feed has no original")
    expect(both.locator("tr.ml-reaches")).to_contain_text(["Noise residual"])
    expect(both.locator("#beside-noise .ml-beside img")).to_have_count(4)
    page.screenshot(path=SCREENSHOTS / "inspector-beside-en.png", full_page=True)
