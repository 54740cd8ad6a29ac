"""Widgets of the labs about markets, feeds, files and contests, moved and pressed in JupyterLab, in Arabic."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from medialit.contest import Contest, answers_of
from medialit.forensics.cues.planted import pair
from medialit.language import translator
from medialit.media import write

from .conftest import SCREENSHOTS, Classroom, Window
from .test_contest import contest  # noqa: F401  (a fixture)
from .test_course import LOCAL, run_cells

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

SETTLE = """
import sys
sys.path.insert(0, {tests!r})
from tests.unit.widgets.test_settling import USES, contract
from medialit.widgets.settling import SettleWidget
SettleWidget(contract(), uses=USES, lang="ar")
"""
DESK = """
from pathlib import Path
from medialit.contest import read_contest
from medialit.widgets.contest import ContestDesk
ContestDesk(read_contest(Path({folder!r})), occasion="before", lang="ar", home=Path({home!r}))
"""
RANK = """
import sys
sys.path.insert(0, {tests!r})
from tests.unit.widgets.test_ranking import ME, candidates
from medialit.widgets.ranking import RankWidget
RankWidget(candidates(), ME, lang="ar")
"""
INSPECT = """
from medialit.widgets.inspector import InspectorWidget
InspectorWidget({clip!r}, lang="ar", cues="light")
"""


def test_sliders_settle_and_rank_a_desk_keeps_an_answer_and_an_inspector_shows_its_cues(
    contest: Contest,  # noqa: F811
    classroom: Callable[[str], Classroom],
    window: Window,
    tmp_path: Path,
) -> None:
    room, page, _ = classroom("ar"), window.page, translator("ar")
    clip = write(pair("noise", seed=1).planted.clip, tmp_path / "pasted.mp4")
    home = tmp_path / "home"
    tests = str(Path(__file__).resolve().parents[2])
    sources = [
        SETTLE.format(tests=tests),
        RANK.format(tests=tests),
        DESK.format(folder=str(contest.folder), home=str(home)),
        INSPECT.format(clip=str(clip)),
    ]
    page.set_viewport_size({"width": 1360, "height": 4000})  # JupyterLab draws no cell that is out of sight
    panel = run_cells(page, room, "widgets", sources)

    answer = panel.locator(".mls")
    expect(answer).to_have_attribute("dir", "rtl")
    before = answer.inner_text()
    handle = panel.locator(".mls-w .noUi-handle").first
    handle.focus()
    for _press in range(3):
        handle.press("ArrowRight")
    expect(answer).not_to_have_text(before, use_inner_text=True)

    feed = panel.locator(".mlr-w")
    order, reasons = feed.locator(".mlr").first, feed.locator(".mlr").last
    expect(order).to_have_attribute("dir", "rtl")
    expect(order.locator("tr").nth(1)).not_to_contain_text("bread")
    feed.get_by_role("button", name=_("Creation-first")).click()
    expect(order.locator("tr").nth(1)).to_contain_text("bread")
    feed.get_by_role("checkbox", name=_("Personal order")).uncheck()
    expect(reasons).to_contain_text(
        _("Personalisation is off: everybody gets this order, whatever they did before.")
    )

    panel.get_by_role("textbox", name=_("Code word")).fill("argan")
    panel.get_by_role("button", name=_("Start")).click()
    expect(panel.locator("video")).to_be_visible()
    panel.screenshot(path=_shot("widgets-ar"))
    assert answers_of(contest, home=home).of("argan") == ()

    panel.get_by_role("button", name=_("Inspect"), exact=True).click()
    expect(panel.locator("#cue-noise .ml-spots img").first).to_be_visible()
    panel.screenshot(path=_shot("inspector-widget-ar"))
    assert window.hosts <= LOCAL


def _shot(name: str) -> Path:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return SCREENSHOTS / f"{name}.png"
