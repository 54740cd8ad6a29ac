"""The family's window in a real Chromium: each activity is walked, in English on a desk and in Arabic on a telephone.

Every page is put before axe-core, and nobody but this computer may be asked for anything.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import opened_window

from medialit.apps import family_twins as twins
from medialit.apps import family_words as words
from medialit.cli_family import _own_address
from medialit.contest.session import DOUBLE_CLICK_S
from medialit.family import advert, alarm, falls, group
from medialit.family.agreement import PROMISES
from medialit.family.cards import CARDS
from medialit.family.children import CHILDREN
from medialit.language import translator

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
PATIENCE_MS = 90_000
SIZES = {"desk": (1000, 900), "phone": (360, 740)}
NAMES = {"en": "English", "fr": "Français", "ar": "العربية"}
STORIES = pytest.mark.parametrize(("lang", "size"), [("en", "desk"), ("ar", "phone")])
SLOW_STORIES = pytest.mark.parametrize(
    ("lang", "size"), [("en", "desk"), pytest.param("ar", "phone", marks=pytest.mark.long)]
)
"""Those that take longest: each is walked on a desk by default, and on a telephone among the long tests."""
TWINS = pytest.mark.parametrize(
    ("lang", "size", "key"),
    [
        pytest.param(lang, size, key, marks=() if (lang, key) == ("en", "alarm") else pytest.mark.long)
        for lang, size in (("en", "desk"), ("ar", "phone"))
        for key in twins.KEYS
    ],
)
SETTLED = """() => Promise.all(document.getAnimations()
  .filter(one => one.effect.getComputedTiming().endTime !== Infinity)
  .map(one => one.finished.catch(() => null)))"""
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@dataclass(frozen=True)
class Opened:
    """The family's window, opened as a person opens it."""

    address: str
    folder: Path


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    folder = tmp_path_factory.mktemp("family")
    with opened_window("family", folder=folder) as address:
        yield Opened(address=address, folder=folder)


@pytest.fixture
def asked() -> set[str]:
    """Whom the pages of a test asked for anything."""
    return set()


def open_page(
    chromium: Browser, opened: Opened, lang: str, size: str, asked: set[str], **settings: object
) -> Page:
    """Open the window in a language, on a desk or on a telephone."""
    width, height = SIZES[size]
    context = chromium.new_context(viewport={"width": width, "height": height}, **settings)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    page = context.new_page()
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    page.on("websocket", lambda one: asked.add(urlsplit(one.url).netloc))
    page.goto(opened.address)
    page.locator("#ml-welcome h2").wait_for()
    page.locator("#ml-language").get_by_text(NAMES[lang]).click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if lang == "ar" else "ltr")
    expect(page.locator("h1").first).to_have_text(translator(lang)("Family time"))
    return page


def enter(page: Page, key: str) -> None:
    page.locator(f"#ml-open-{key}").click()
    page.locator(f"#ml-back-{key}").wait_for()


def looked_at(page: Page, name: str, size: str) -> None:
    """Let axe look at the page, see that it fits, and keep a picture of it."""
    expect(page.locator(".pending")).to_have_count(0)  # while an answer comes in, the page is faded
    page.evaluate(SETTLED)  # and for a moment after
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES["runOnly"]}}).response
    wrong = [(one["id"], [node["html"][:160] for node in one["nodes"]]) for one in found["violations"]]
    assert wrong == [], (name, wrong)
    assert found["passes"]  # it looked
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0], name
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    path = SCREENSHOTS / f"family-{name}.png"
    page.screenshot(path=path, full_page=True)
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(64)
    small.save(path, optimize=True)


def in_one_language(page: Page, lang: str, where: str = "body") -> None:
    """See that no English was left in an Arabic page, but names of files and formats."""
    if lang == "ar":
        text = page.locator(where).inner_text()
        known = {"English", "Français", "medialit", "SHA", "MAD"}
        assert set(re.findall(r"[A-Za-zç]{4,}", text)) <= known, text


@SLOW_STORIES
def test_eight_clips_are_rated_and_both_mistakes_are_shown_alike(
    lang: str, size: str, opened: Opened, chromium: Browser, asked: set[str]
) -> None:
    _, page = translator(lang), open_page(chromium, opened, lang, size, asked)
    looked_at(page, f"menu-{lang}-{size}", size)
    enter(page, "spot")
    page.locator("#ml-begin").click()
    for number in range(1, 9):
        where = _("Clip {i} of {n}").format(i=number, n=8)
        expect(page.locator("#ml-clip .big")).to_have_text(where)
        if number == 1:
            looked_at(page, f"spot-{lang}-{size}", size)
        page.wait_for_timeout(1000 * DOUBLE_CLICK_S + 50)  # what comes sooner is half of a double tap
        if number % 2:
            page.keyboard.press("6")  # by keyboard, and by touch
        else:
            page.locator("#ml-rate-6").click()
    boxes = page.locator("#ml-clip .two .box")
    expect(boxes).to_have_count(2)
    # Who calls all eight made lets nothing pass, and accuses all four that a camera saw.
    expect(boxes.locator("b")).to_have_text([_("{k} of {n}").format(k=k, n=4) for k in (0, 4)])
    sizes = [
        boxes.nth(place).evaluate("one => [one.offsetWidth, getComputedStyle(one).fontSize]")
        for place in (0, 1)
    ]
    assert sizes[0] == sizes[1]
    expect(page.locator("#ml-clip")).to_contain_text("95 %")
    page.locator("#ml-clip summary").first.click()
    expect(page.locator("#ml-clip details[open] video")).to_be_visible()
    looked_at(page, f"rated-{lang}-{size}", size)
    in_one_language(page, lang)
    assert asked <= {urlsplit(opened.address).netloc, ""}, asked
    page.context.close()


@SLOW_STORIES
def test_switches_are_set_and_an_evening_passes_by_the_rules(
    lang: str, size: str, opened: Opened, chromium: Browser, asked: set[str]
) -> None:
    _, page = translator(lang), open_page(chromium, opened, lang, size, asked)
    enter(page, "switches")
    looked_at(page, f"switches-{lang}-{size}", size)
    end, messages = words.SWITCHES["end"][1], words.SWITCHES["messages"][1]
    page.locator("#ml-switch-end").get_by_text(_(end["never"]), exact=True).click()
    page.locator("#ml-switch-messages").get_by_text(_(messages["everyone"]), exact=True).click()
    page.locator("#ml-play").click()
    line = page.locator("#ml-evening .time")
    expect(line).to_contain_text(_("An adult whom nobody knows writes. The message does not arrive."))
    expect(page.locator("#ml-evening table tbody tr")).to_have_count(3)
    expect(page.locator("#ml-evening")).to_contain_text(_("What is assumed"))
    looked_at(page, f"evening-{lang}-{size}", size)

    lina = words.child_choice(CHILDREN["lina"], lang=lang)
    page.locator("#ml-child").get_by_text(lina, exact=True).click()
    expect(page.locator("#ml-child-note")).to_contain_text("13")
    expect(page.locator("#ml-evening .time")).to_have_count(0)
    page.locator("#ml-play").click()
    expect(line.locator("li")).to_have_text([
        re.compile(re.escape(_("The feed does not open: it is not for anybody under 13.")))
    ])  # fmt: skip
    looked_at(page, f"barred-{lang}-{size}", size)
    in_one_language(page, lang)
    assert asked <= {urlsplit(opened.address).netloc, ""}, asked
    page.context.close()


@SLOW_STORIES
def test_a_clip_that_is_brought_is_told_of_in_a_sentence_and_is_gone_afterwards(
    lang: str, size: str, opened: Opened, chromium: Browser, asked: set[str]
) -> None:
    _, page = translator(lang), open_page(chromium, opened, lang, size, asked)
    enter(page, "check")
    looked_at(page, f"check-{lang}-{size}", size)
    clip = next((opened.folder / "home" / "family" / "clips" / "clips").glob("*.mp4"))
    page.set_input_files("#ml-family-file input[type=file]", str(clip))
    short = page.locator("#ml-report .box .big")
    expect(short).to_have_text(
        _("Nothing in this file says where it comes from. That is usual: sending a file removes such notes.")
    )
    expect(page.locator("#ml-report")).to_contain_text(_("What is not known"))
    looked_at(page, f"checked-{lang}-{size}", size)
    assert list((opened.folder / "gradio").rglob(clip.name)) == []

    broken = opened.folder / "broken.mp4"
    broken.write_bytes(b"\x00\x00\x00\x18ftypmp42" + b"\xff" * 2000)
    page.set_input_files("#ml-family-file input[type=file]", str(broken))
    expect(short).to_contain_text(
        _("The pictures in this file could not be read here, so it stays as unknown as it was.")
    )
    assert asked <= {urlsplit(opened.address).netloc, ""}, asked
    page.context.close()


@SLOW_STORIES
def test_a_postcard_is_made_saved_and_checked_and_what_is_not_made_says_why(
    lang: str, size: str, opened: Opened, chromium: Browser, asked: set[str], tmp_path: Path
) -> None:
    _, page = translator(lang), open_page(chromium, opened, lang, size, asked)
    enter(page, "postcard")
    typed = page.locator("#ml-words").locator("textarea, input").first
    made = page.locator("#ml-postcard")
    typed.fill("Lionel Messi bounces on the beach")
    page.locator("#ml-make").click()
    expect(made.get_by_role("alert")).to_contain_text(_("Nothing was made."))
    expect(page.locator("#ml-check-it")).to_be_hidden()
    page.locator("#ml-prompt-0").click()
    expect(typed).to_have_value(_(words.PROMPTS[0]))
    page.locator("#ml-make").click()
    made.locator("video").wait_for()
    looked_at(page, f"postcard-{lang}-{size}", size)
    in_one_language(page, lang)
    with page.expect_download() as saved:
        made.locator("a.ml-save").click()
    path = tmp_path / saved.value.suggested_filename
    saved.value.save_as(path)
    assert path.name == "postcard.mp4" and path.read_bytes()[4:8] == b"ftyp"
    page.locator("#ml-check-it").click()
    short = page.locator("#ml-report .box .big")
    sealed = _(
        "Whoever signed this file says that AI made it, or a part of it, and the signature is known here."
    )
    expect(short).to_have_text(sealed)
    expect(page.locator("#ml-back-check")).to_be_visible()
    # What was saved and is brought back is known as well; neither clip nor words are left on the computer.
    page.set_input_files("#ml-family-file input[type=file]", str(path))
    expect(short).to_have_text(sealed)
    left = {one.name for one in (opened.folder / "home").iterdir()}
    assert left <= {"family", "keys", "watermark.key"}
    assert asked <= {urlsplit(opened.address).netloc, ""}, asked
    page.context.close()


@STORIES
def test_consent_cards_are_dealt_one_after_the_other_and_the_rule_says_why(
    lang: str, size: str, opened: Opened, chromium: Browser, asked: set[str]
) -> None:
    _, page = translator(lang), open_page(chromium, opened, lang, size, asked)
    enter(page, "cards")
    card = page.locator("#ml-card")
    for number, one in enumerate(CARDS):
        expect(card).to_contain_text(one.situation(lang=lang))
        assert card.get_by_role("status").count() == 0  # nothing is told before somebody has answered
        page.locator("#ml-answer-ask").click()
        yes = one.decision().allowed
        expect(card.get_by_role("status")).to_have_text(
            _("The rule says: yes.") if yes else _("The rule says: no.")
        )
        expect(card).to_contain_text(one.reasons(lang=lang)[0])
        if number == 0:
            looked_at(page, f"card-{lang}-{size}", size)
        page.locator("#ml-next").click()
    expect(card).to_contain_text(CARDS[0].situation(lang=lang))
    in_one_language(page, lang)
    assert asked <= {urlsplit(opened.address).netloc, ""}, asked
    page.context.close()


@STORIES
def test_an_agreement_is_chosen_and_becomes_a_sheet(
    lang: str, size: str, opened: Opened, chromium: Browser, asked: set[str], tmp_path: Path
) -> None:
    _, page = translator(lang), open_page(chromium, opened, lang, size, asked)
    enter(page, "agreement")
    page.locator("#ml-promises").get_by_text(_(PROMISES["meals"])).click()
    page.locator("#ml-sheet").click()
    link = page.locator("#ml-agreement a.ml-save")
    expect(link).to_be_visible()
    looked_at(page, f"agreement-{lang}-{size}", size)
    with page.expect_download() as saved:
        link.click()
    saved.value.save_as(tmp_path / "agreement.pdf")
    assert (tmp_path / "agreement.pdf").read_bytes().startswith(b"%PDF-")
    in_one_language(page, lang)
    assert asked <= {urlsplit(opened.address).netloc, ""}, asked
    page.context.close()


@TWINS
def test_rounds_are_asked_answered_and_told_one_after_the_other(
    lang: str, size: str, key: str, opened: Opened, chromium: Browser, asked: set[str]
) -> None:
    _, page = translator(lang), open_page(chromium, opened, lang, size, asked)
    activity = {"alarm": alarm, "group": group, "falls": falls, "advert": advert}[key]
    rounds = activity.rounds(lang=lang)
    enter(page, key)
    told, onward = page.locator(f"#ml-{key}-told"), page.locator(f"#ml-{key}-next")
    expect(page.locator(f"#ml-{key}")).to_contain_text(activity.intro(lang=lang)[0])
    onward.click()
    for number, one in enumerate(rounds):
        where = _("Round {i} of {n}").format(i=number + 1, n=len(rounds))
        expect(page.locator(f"#ml-{key} h2")).to_have_text(where)
        for text in one.asked:
            expect(page.locator(f"#ml-{key}")).to_contain_text(text)
        assert told.inner_text().strip() == ""  # nothing is told before somebody has answered
        chosen = number % len(one.choices)
        if number == 0:
            looked_at(page, f"{key}-asked-{lang}-{size}", size)
            reach(page, f"#ml-{key}-{chosen}")
            page.keyboard.press("Enter")
        else:
            page.locator(f"#ml-{key}-{chosen}").click()
        for text in one.told[chosen]:
            expect(told).to_contain_text(text)
        expect(page.locator(f"#ml-{key}-{chosen}")).to_be_hidden()
        if number in (0, len(rounds) - 1):
            looked_at(page, f"{key}-told-{number + 1}-{lang}-{size}", size)
            in_one_language(page, lang, f"#ml-view-{key}")
        onward.click()
    expect(page.locator(f"#ml-{key}")).to_contain_text(activity.intro(lang=lang)[0])
    assert asked <= {urlsplit(opened.address).netloc, ""}, asked
    page.context.close()


def test_one_family_sees_nothing_of_another_and_a_page_that_is_opened_anew_is_empty(
    opened: Opened, chromium: Browser, asked: set[str]
) -> None:
    one, other = (open_page(chromium, opened, "en", "phone", asked) for _ in range(2))
    for page in (one, other):
        enter(page, "spot")
    one.locator("#ml-begin").click()
    expect(one.locator("#ml-clip .big")).to_have_text("Clip 1 of 8")
    one.wait_for_timeout(1000 * DOUBLE_CLICK_S + 50)
    one.locator("#ml-rate-1").click()
    expect(one.locator("#ml-clip .big")).to_have_text("Clip 2 of 8")
    assert other.locator("#ml-clip video").count() == 0
    other.locator("#ml-begin").click()
    expect(other.locator("#ml-clip .big")).to_have_text("Clip 1 of 8")
    one.reload()
    one.locator("#ml-welcome h2").wait_for()
    enter(one, "spot")
    assert one.locator("#ml-clip video").count() == 0
    for page in (one, other):
        page.context.close()


def test_less_motion_is_respected_and_a_keyboard_is_enough(
    opened: Opened, chromium: Browser, asked: set[str]
) -> None:
    page = open_page(chromium, opened, "en", "desk", asked, reduced_motion="reduce")
    reach(page, "#ml-open-spot")
    page.keyboard.press("Enter")
    page.locator("#ml-begin").wait_for()
    expect(page.locator("#ml-view-spot h2").first).to_be_focused()
    reach(page, "#ml-begin")
    page.keyboard.press("Enter")
    page.locator("#ml-clip video").wait_for()
    page.wait_for_function("document.querySelector('#ml-clip video').readyState >= 2")
    assert page.evaluate("document.querySelector('#ml-clip video').paused")
    reach(page, "#ml-rate-2")
    page.wait_for_timeout(1000 * DOUBLE_CLICK_S + 50)
    page.keyboard.press("Enter")
    expect(page.locator("#ml-clip .big")).to_have_text("Clip 2 of 8")
    page.context.close()


def reach(page: Page, target: str) -> None:
    """Move on with the Tab key until a component has the focus."""
    for _ in range(60):
        if page.evaluate("target => document.activeElement?.closest(target) !== null", target):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{target} cannot be reached by keyboard")


def test_no_act_can_be_called_as_an_interface(opened: Opened) -> None:
    import urllib.request

    with urllib.request.urlopen(opened.address + "gradio_api/info", timeout=60) as answer:
        told = answer.read().decode()
    assert told.replace(" ", "") == '{"named_endpoints":{},"unnamed_endpoints":{}}'


def test_without_lan_nobody_else_in_the_network_can_open_it(opened: Opened) -> None:
    here = _own_address()
    if here.startswith("127."):
        pytest.skip("this computer is in no network")
    port = urlsplit(opened.address).port
    with socket.socket() as knock:
        knock.settimeout(5)
        assert knock.connect_ex((here, port)) != 0
