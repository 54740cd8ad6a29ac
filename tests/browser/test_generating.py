"""The generator's widget in JupyterLab: a prompt is typed, a button clicked, and two clips play side by side."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from medialit.language import translator

from .conftest import Classroom, Window
from .test_course import DIRECTION, LOCAL, PLAYS, run_cells, show

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

PROMPT = {"en": "a red ball bounces on the beach", "ar": "كرة حمراء تقفز على الشاطئ"}


@pytest.mark.parametrize("lang", list(DIRECTION))
def test_a_prompt_becomes_two_clips_that_play_side_by_side(
    lang: str, classroom: Callable[[str], Classroom], window: Window
) -> None:
    _, room, page = translator(lang), classroom(lang), window.page
    source = f"from medialit.widgets.generating import GeneratorWidget\nGeneratorWidget(lang={lang!r})"
    panel = run_cells(page, room, "generator", [source])

    field = panel.locator(".jp-OutputArea textarea")
    field.fill(PROMPT[lang])
    panel.get_by_role("button", name=_("Both, side by side")).click()
    make = panel.get_by_role("button", name=_("Make the clip"))
    make.click()
    films = panel.locator("video")
    expect(films).to_have_count(2)
    for i in range(2):
        films.nth(i).evaluate(PLAYS)
    expect(panel).to_contain_text(_("The file is labelled, watermarked, signed and registered as synthetic."))
    expect(make).to_be_enabled()
    show(films.first)
    window.shoot(f"generator-{lang}")
    assert len(list(room.work.glob("clips/clip-v[12]-1-*.mp4"))) == 2
    assert window.hosts <= LOCAL

    field.fill("a naked woman on the beach")
    make.click()
    expect(panel.locator("[role=alert]")).to_be_visible()
    expect(films).to_have_count(0)
