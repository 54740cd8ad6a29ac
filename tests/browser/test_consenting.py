"""The consent widget in JupyterLab: somebody asks, reads why not, widens one scope of the permission, and is allowed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from medialit.consent.reasons import word_in
from medialit.language import translator
from medialit.likeness.cast import person
from medialit.widgets.consenting import ASKER, OWNER

from .conftest import SCREENSHOTS, Classroom, Window
from .test_course import LOCAL, run_cells

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

DIRECTION = {"en": "ltr", "fr": "ltr", "ar": "rtl"}


def test_a_refusal_says_why_and_one_wider_scope_turns_it_into_yes_in_three_languages(
    classroom: Callable[[str], Classroom], window: Window
) -> None:
    room, page = classroom("en"), window.page
    imported = "from medialit.widgets.consenting import ConsentWidget"
    sources = [imported, *(f"ConsentWidget(lang={lang!r})" for lang in DIRECTION)]
    page.set_viewport_size({"width": 1360, "height": 2600})  # JupyterLab draws no cell that is out of sight
    panel = run_cells(page, room, "consent", sources)

    for number, (lang, direction) in enumerate(DIRECTION.items()):
        _, cell = translator(lang), panel.locator(".jp-OutputArea-output .mlc-w").nth(number)
        names = {"name": person(OWNER).name(lang), "who": person(ASKER).name(lang)}
        answer = cell.locator(".mlc-answer")
        expect(cell).to_have_css("direction", direction)
        expect(answer).to_contain_text(_("Yes, this may be done."))

        # Asked for something else, the answer is no, and says what was not agreed to.
        asks = cell.locator(".mlc-card").nth(1)
        advertising = word_in("advertising", lang=lang)
        asks.get_by_label(_("For what")).select_option(advertising)
        expect(answer).to_contain_text(_("No, this may not be done."))
        expect(answer).to_contain_text(names["name"])
        expect(answer).to_contain_text(advertising)
        cell.scroll_into_view_if_needed()
        cell.screenshot(path=shot(f"consent-no-{lang}"))

        # She widens one scope; nothing else has changed.
        says = cell.locator(".mlc-card").first
        says.get_by_label(advertising, exact=True).check()
        expect(answer).to_contain_text(_("Yes, this may be done."))
        cell.screenshot(path=shot(f"consent-yes-{lang}"))

        # What she forbids stands above what she allowed.
        says.get_by_label(_("{name} has forbidden the topic “politics”").format(**names)).check()
        asks.get_by_label(_("The clip is about politics")).check()
        expect(answer).to_contain_text(_("No, this may not be done."))

        # Nothing is cut off, and nothing sticks out.
        for box in (answer, says, asks):
            assert box.evaluate("one => one.scrollWidth <= one.clientWidth + 1")
        tick, card = says.locator("input[type=checkbox]").first.bounding_box(), says.bounding_box()
        assert tick is not None and card is not None
        assert (tick["x"] > card["x"] + card["width"] / 2) == (direction == "rtl")
    assert window.hosts <= LOCAL


def shot(name: str) -> str:
    """Return where a picture of this name is kept."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return str(SCREENSHOTS / f"{name}.png")
