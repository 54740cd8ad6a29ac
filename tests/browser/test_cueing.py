"""Cues in a real Chromium: the page that a command writes, and the widgets in JupyterLab."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import expect

from medialit.cli import main
from medialit.forensics.cues.planted import pair
from medialit.language import translator
from medialit.media import write

from .conftest import SCREENSHOTS, Classroom, Window
from .test_course import LOCAL, run_cells

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def pasted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(pair("noise", seed=1).planted.clip, tmp_path_factory.mktemp("clips") / "pasted.mp4")


@pytest.mark.parametrize(("lang", "width"), [("en", 1000), ("ar", 360)])
def test_the_page_that_the_command_writes_opens_and_its_evidence_unfolds(
    lang: str, width: int, pasted: Path, window: Window, tmp_path: Path
) -> None:
    names = ("noise", "flicker", "copy_move", "duplication")
    chosen = [word for name in names for word in ("--cue", name)]
    command = ["cues", "run", str(pasted), *chosen, "--out", str(tmp_path), "--lang", lang]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    page = window.page
    page.set_viewport_size({"width": width, "height": 900})
    page.goto((tmp_path / "cues.html").as_uri())
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if lang == "ar" else "ltr")
    # What reaches its threshold is open, and what does not is to be opened.
    expect(page.locator("#cue-noise .ml-spots img").first).to_be_visible()
    flicker = page.locator("#cue-flicker")
    expect(flicker.locator(".ml-plot svg")).to_be_hidden()
    flicker.get_by_text(translator(lang)("What this cue sees")).click()
    expect(flicker.locator(".ml-plot svg")).to_be_visible()
    assert page.evaluate("[...document.images].every(one => one.complete && one.naturalWidth > 0)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert window.hosts <= {""}
    window.page.screenshot(path=_shot(f"cues-page-{lang}"), full_page=True)


def test_the_widgets_show_a_cue_at_work_and_what_catches_a_fake(
    pasted: Path, classroom: Callable[[str], Classroom], window: Window
) -> None:
    room, page = classroom("en"), window.page
    sources = [
        "from medialit.widgets.cueing import CueWidget, TrialWidget",
        f"CueWidget({str(pasted)!r}, lang='en')",
        "TrialWidget(names=['duplication', 'flicker'], lang='ar')",
    ]
    page.set_viewport_size({"width": 1360, "height": 3000})  # JupyterLab draws no cell that is out of sight
    panel = run_cells(page, room, "cues", sources)

    panel.get_by_role("button", name="Look", exact=True).click()
    seen = panel.locator(".ml-cues").first
    expect(seen.locator("h3")).to_have_text("Noise residual")
    expect(seen.locator(".ml-spots img")).to_have_count(6)
    expect(seen.locator(".ml-plot svg")).to_be_visible()
    # JupyterLab floats the terms of a list beside what they mean; here they stand above it.
    assert seen.locator("dt").first.evaluate("node => getComputedStyle(node).float") == "none"
    panel.screenshot(path=_shot("cue-widget-en"))

    panel.get_by_role("button", name=translator("ar")("Make it and look")).click()
    both = panel.locator(".ml-cues").nth(1)
    expect(both).to_have_attribute("dir", "rtl")
    expect(both.locator("tr.ml-reaches")).to_have_count(1)
    expect(both.locator("#beside-duplication .ml-beside")).to_be_visible()
    both.screenshot(path=_shot("trial-widget-ar"))
    assert window.hosts <= LOCAL


def _shot(name: str) -> Path:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return SCREENSHOTS / f"{name}.png"
