"""The rights market in a real Chromium: two stories are played, in three languages, on a desk and on a phone."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import opened_window

from medialit.apps import market_words as words
from medialit.language import translator
from medialit.likeness.cast import person

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
PATIENCE_MS = 90_000
SIZES = {"desk": (1000, 900), "phone": (360, 800)}
TABS = ("offer", "sign", "use", "end", "papers")
NAMES = {"en": "English", "fr": "Français", "ar": "العربية"}


@dataclass(frozen=True)
class Opened:
    """A market that was opened as a person opens it."""

    address: str
    home: Path


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    folder = tmp_path_factory.mktemp("market")
    with opened_window("market", "open", folder=folder) as address:
        yield Opened(address=address, home=folder / "home")


@pytest.fixture
def asked() -> set[str]:
    """Whom the pages of a test asked for anything."""
    return set()


def open_page(chromium: Browser, opened: Opened, lang: str, size: str, asked: set[str]) -> Page:
    """Open the market in a language, on a desk or on a phone."""
    width, height = SIZES[size]
    context = chromium.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    page = context.new_page()
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    page.on("websocket", lambda one: asked.add(urlsplit(one.url).netloc))
    page.goto(opened.address)
    page.locator("#ml-stage .ml-stage").wait_for()
    page.locator("#ml-language").get_by_text(NAMES[lang]).click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if lang == "ar" else "ltr")
    expect(page.locator("h1").first).to_have_text(translator(lang)("The rights market"))
    return page


@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("lang", ["en", "ar"])
def test_a_campaign_that_ends_early_is_settled_to_the_centime(
    lang: str, size: str, opened: Opened, chromium: Browser, asked: set[str], tmp_path: Path
) -> None:
    _, page = translator(lang), open_page(chromium, opened, lang, size, asked)
    number = f"{lang}-{size}"
    page.locator("#ml-story-cooperative").click()
    expect(page.locator("#ml-stage")).to_contain_text("2027-03-10")
    expect(page.locator("#ml-story ol li")).to_have_count(3)

    # A look ahead says who would get what; nothing has moved yet.
    step(page, "end")
    table = page.locator("#ml-end table")
    expect(page.locator("#ml-end .ml-tag")).to_have_text(_("a look ahead"))
    sums = [
        "1,000.00",
        "433.33",
        "186.66",
        "46.67",
        "160.00",
        "40.00",
        "566.67",
        "1,000.00",
        "338.00",
        "84.50",
    ]
    assert cells(table) == [said(one, lang) for one in sums]
    shoot(page, f"market-ahead-{number}")
    page.locator("#ml-back").click()
    expect(page.locator("#ml-note-end .ml-note.yes")).to_contain_text(
        _("It is taken back, from this moment on.")
    )
    expect(page.locator("#ml-end .ml-tag")).to_have_text(_("taken back"))
    assert cells(table) == [said(one, lang) for one in sums]
    expect(page.locator("#ml-end")).to_contain_text(words.names(lang)["canal-sept"])
    shoot(page, f"market-end-{number}")

    # Nothing new may be shown, and the reason is a sentence.
    step(page, "use")
    page.locator("#ml-show").click()
    refused = page.locator("#ml-note-use .ml-note.no")
    expect(refused).to_contain_text(_("No, this may not be shown. Nothing was written down."))
    expect(refused).to_contain_text(person("fatimazahra").name(lang))
    shoot(page, f"market-use-{number}")

    # All of the money is there; the licence is saved, read back, and a forged one is refused.
    step(page, "papers")
    total = said("1,600.00", lang)
    assert cells(page.locator("#ml-accounts table"))[-2:] == [total, total]
    with page.expect_download() as saved:
        page.locator("#ml-licence a.ml-save").click()
    path = tmp_path / "licence.json"
    saved.value.save_as(path)
    assert saved.value.suggested_filename == "licence-C1.json"
    bring(page, path)
    expect(page.locator("#ml-note-file .ml-note.yes")).to_have_text(
        _("This stage has the same licence, word for word.")
    )
    shoot(page, f"market-papers-{number}")
    forged = tmp_path / "forged.json"
    forged.write_text(path.read_text(encoding="utf-8").replace("100000", "1"), encoding="utf-8")
    bring(page, forged)
    expect(page.locator("#ml-note-file .ml-note.no")).to_contain_text(
        _("This looks like a licence, but its parts do not fit each other: something was changed, added or lost. "
          "Do not rely on it, and ask the other side for the file again.")
    )  # fmt: skip
    if lang == "ar":
        english = re.findall(r"[A-Za-z]{4,}", page.locator("#ml-log").inner_text())
        assert english == []
    page.reload()
    page.locator("#ml-stage .ml-stage").wait_for()
    expect(page.locator("#ml-stage")).to_contain_text("2027-03-10")
    assert asked <= {urlsplit(opened.address).netloc, ""}, asked
    page.context.close()


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_warnings_come_before_the_signature_and_the_calendar_keeps_a_rival_away(
    lang: str, opened: Opened, chromium: Browser, asked: set[str]
) -> None:
    _, page = translator(lang), open_page(chromium, opened, lang, "desk", asked)
    page.locator("#ml-story-riad").click()
    expect(page.locator("#ml-offers .ml-card")).to_have_count(3)
    step(page, "sign")
    expect(page.locator("#ml-signing .ml-flag")).to_have_count(5)
    shoot(page, f"market-warnings-{lang}")
    choose(page, "ml-offer", "O2")
    expect(page.locator("#ml-signing .ml-flag")).to_have_count(1)

    page.locator("#ml-sign").click()
    note = page.locator("#ml-note-sign .ml-note")
    expect(note).to_have_text(_("First read the terms and the warnings, and tick that you have."))
    page.locator("#ml-read input").check()
    page.locator("#ml-sign").click()
    expect(page.locator("#ml-note-sign .ml-note.yes")).to_contain_text("C1")
    expect(page.locator("#ml-read input")).not_to_be_checked()

    choose(page, "ml-offer", "O3")
    expect(page.locator("#ml-who input")).to_have_value(words.names(lang)["teapot"])
    expect(page.locator("#ml-signing .ml-bar.clash")).to_have_count(2)
    expect(page.locator("#ml-signing .ml-note.no")).to_contain_text("2027-03-31")
    page.locator("#ml-read input").check()
    page.locator("#ml-sign").click()
    expect(page.locator("#ml-note-sign .ml-note.no")).to_contain_text(words.names(lang)["riad"])
    shoot(page, f"market-calendar-{lang}")

    page.locator("#ml-signing details summary").click()
    policy = json.loads(page.locator("#ml-signing pre").inner_text())
    assert policy["@type"] == "Agreement" and policy["permission"][0]["assignee"] == [
        "urn:medialit:person:teapot"
    ]
    assert asked <= {urlsplit(opened.address).netloc, ""}, asked
    page.context.close()


@pytest.mark.parametrize("lang", list(NAMES))
def test_every_step_and_field_fits_a_phone(
    lang: str, opened: Opened, chromium: Browser, asked: set[str]
) -> None:
    page = open_page(chromium, opened, lang, "phone", asked)
    page.locator("#ml-story-cooperative").click()
    expect(page.locator("#ml-stage")).to_contain_text("2027-03-10")
    for number, name in enumerate(TABS):
        step(page, name)
        if name == "offer":
            page.locator("#ml-open-offer > button").click()
            page.locator("#ml-put-up").wait_for()
        if name == "sign":
            page.locator("#ml-open-paper > button").click()
            page.locator("#ml-says").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
        assert page.get_by_role("tab").nth(number).is_visible(), name
        shoot(page, f"market-phone-{name}-{lang}")
    page.context.close()


def test_somebody_makes_an_offer_of_their_own_and_turns_the_clock(
    opened: Opened, chromium: Browser, asked: set[str]
) -> None:
    page = open_page(chromium, opened, "en", "desk", asked)
    page.locator("#ml-anew").click()
    # The page that comes back is waited for: it would overtake what is typed next.
    expect(page.locator("#ml-note-stage .ml-note")).to_be_visible()
    expect(page.locator("#ml-offers")).to_contain_text("Nothing is offered yet.")
    page.locator("#ml-open-offer > button").click()
    fee = page.locator("#ml-fee input")
    for _ in range(5):  # an answer still on its way may overtake what is typed; a person would type it again
        fee.fill("1,200")
        page.keyboard.press("Tab")
        page.wait_for_timeout(1000)
        if fee.input_value() == "1,200":
            break
    expect(fee).to_have_value("1,200")
    page.locator("#ml-put-up").click()
    expect(page.locator("#ml-note-offer .ml-note")).to_contain_text("This is no sum of dirhams.")
    page.locator("#ml-fee input").fill("300")
    page.locator("#ml-put-up").click()
    expect(page.locator("#ml-note-offer .ml-note.yes")).to_contain_text("O1")
    step(page, "sign")
    page.locator("#ml-read input").check()
    page.locator("#ml-sign").click()
    expect(page.locator("#ml-note-sign .ml-note.no")).to_contain_text("300.00")
    page.locator("#ml-open-money > button").click()
    page.locator("#ml-bring").click()
    expect(page.locator("#ml-note-money .ml-note.yes")).to_contain_text("1,500.00")
    page.locator("#ml-sign").click()
    expect(page.locator("#ml-note-sign .ml-note.yes")).to_contain_text("C1")
    page.locator("#ml-week").click()
    step(page, "use")
    expect(page.locator("#ml-contract")).to_contain_text("Day 8 of 30.")
    page.locator("#ml-release").click()
    expect(page.locator("#ml-note-use .ml-note.yes")).to_contain_text("80.00")
    page.context.close()


def test_no_act_can_be_called_as_an_interface(opened: Opened) -> None:
    with urllib.request.urlopen(opened.address + "gradio_api/info", timeout=60) as answer:
        told = answer.read().decode()
    assert told.replace(" ", "") == '{"named_endpoints":{},"unnamed_endpoints":{}}'


def step(page: Page, name: str) -> None:
    tab = page.get_by_role("tab").nth(TABS.index(name))
    tab.click()
    expect(tab).to_have_attribute("aria-selected", "true")


def choose(page: Page, id: str, start: str) -> None:
    """Choose an option of a list by how it begins."""
    page.locator(f"#{id} input").first.click()
    page.get_by_role("option").filter(has_text=start).first.click()


def cells(table: object) -> list[str]:
    """Return the sums of a table, as they are read."""
    assert hasattr(table, "locator")
    return [plain(text) for text in table.locator("tbody td.n").all_inner_texts()]


def plain(text: str) -> str:
    return re.sub("[\u2066\u2069]", "", text).strip()


def said(sum: str, lang: str) -> str:
    """Return an English sum as another language writes it."""
    return sum if lang == "en" else sum.replace(",", "\u202f").replace(".", ",")


def bring(page: Page, path: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.locator("#ml-file").click()
    chooser.value.set_files(path)


def shoot(page: Page, name: str) -> None:
    """Keep what the window shows, as a small PNG."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    path = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=path, full_page=True)
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(64)
    small.save(path, optimize=True)
