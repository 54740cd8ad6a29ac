"""The consent desk in a real Chromium: a likeness is enrolled, licensed, used, refused, taken back, and gone."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from skimage import data

from medialit.language import translator
from medialit.likeness.challenge import Challenge
from medialit.likeness.match import read_reference
from medialit.likeness.models import FaceReader, missing_packages
from medialit.likeness.vault import Enrolment, Template, Vault
from medialit.media import Clip, write

pytestmark = pytest.mark.browser

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
PATIENCE_MS = 90_000
FRAMES = (".mp4", ".webm", ".png", ".jpg", ".jpeg", ".webp", ".npz", ".npy", ".gif")


@dataclass(frozen=True)
class Opened:
    """A desk that was opened as a person opens it, with a home and a cache of its own."""

    address: str
    home: Path
    cache: Path

    def films(self) -> list[Path]:
        """Return every file that could show somebody, in the cache of the server and in temporary folders."""
        return [path for path in self.cache.rglob("*") if path.suffix.lower() in FRAMES]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    with _opened(tmp_path_factory.mktemp("desk")) as desk:
        yield desk


@contextmanager
def _opened(folder: Path) -> Iterator[Opened]:
    cache = folder / "temporary"
    cache.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = os.environ | {
        "MEDIALIT_HOME": str(folder / "home"),
        "GRADIO_TEMP_DIR": str(cache / "gradio"),
        "TMPDIR": str(cache),
    }
    command = [sys.executable, "-m", "medialit.cli", "cameo", "--no-browser", "--port", str(port)]
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        until = time.monotonic() + 90
        while process.poll() is None and time.monotonic() < until:
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        assert process.poll() is None, "the window did not open"
        yield Opened(address=f"http://127.0.0.1:{port}/", home=folder / "home", cache=cache)
        process.terminate()
        process.wait(30)


@dataclass(frozen=True)
class Filmed:
    """A desk where Amina has enrolled by camera, and a browser whose camera shows her.

    Amina is a puppet: a portrait that sways. The picture is that of the enrolment's tests.
    """

    desk: Opened
    browser: Browser
    another: Path
    picture: bytes


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Filmed]:
    lacking = [*missing_packages()] + ([] if importlib.util.find_spec("mediapipe") else ["mediapipe"])
    if lacking:
        pytest.skip(f"the extra `likeness` is not installed: {', '.join(lacking)}")
    folder = tmp_path_factory.mktemp("filmed")
    reader = FaceReader()
    her = np.ascontiguousarray(data.astronaut()[0:240, 64:384])
    vault = Vault(folder / "home")
    one = Enrolment(id=vault.new_id(), name="Amina Tazi", kind="camera", enrolled_at=datetime.now(UTC))
    vault.store(Template(enrolment=one, face=read_reference(her, reader=reader).face, picture=her))
    wall = write(Clip(np.full((40, 240, 320, 3), 190, np.uint8), 12.0), folder / "wall.mp4")
    camera = folder / "camera.y4m"
    with camera.open("wb") as film:
        film.write(b"YUV4MPEG2 W640 H480 F12:1 Ip A1:1 C420jpeg\n")
        for angle in np.linspace(0, 2 * np.pi, 48, endpoint=False):
            move = cv2.getRotationMatrix2D((160, 120), 3 * np.sin(angle), 2.0)
            move[:, 2] += (160 + 6 * np.sin(2 * angle), 120)
            seen = cv2.warpAffine(her, move, (640, 480), borderMode=cv2.BORDER_REPLICATE)
            film.write(b"FRAME\n" + cv2.cvtColor(seen, cv2.COLOR_RGB2YUV_I420).tobytes())
    arguments = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    browser = chromium.browser_type.launch(
        executable_path=_chromium(), args=[*arguments, f"--use-file-for-fake-video-capture={camera}"]
    )
    with _opened(folder) as desk:
        yield Filmed(desk=desk, browser=browser, another=wall, picture=her[120].tobytes()[300:420])
    browser.close()


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "install the system package chromium"
    return found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    with chromium.new_context(viewport={"width": 1000, "height": 1200}) as context:
        context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        yield context.new_page()


def test_a_likeness_is_licensed_used_refused_taken_back_and_gone(opened: Opened, page: Page) -> None:
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    page.goto(opened.address)

    # Me: the portrait is in the page itself, and is a picture.
    expect(page.locator("#ml-person h3")).to_have_text("Tiziri Oumlil")
    portrait = page.locator("#ml-person img")
    assert (portrait.get_attribute("src") or "").startswith("data:image/")
    assert portrait.evaluate("image => image.naturalWidth") == 320
    expect(page.locator("#ml-person")).to_contain_text("Not enrolled")
    page.locator("#ml-enrol").click()
    expect(page.locator("#ml-person")).to_contain_text("Enrolled since")
    expect(page.locator("#ml-enrol")).to_be_hidden()

    # Who may: what one begins with is narrow, and is said before it is allowed.
    step(page, "may")
    page.locator("#ml-open-allow > button").click()
    choose(page, "ml-grantee", "Idir Aït Tazart")
    said = page.locator("#ml-in-words")
    expect(said).to_contain_text(
        "Idir Aït Tazart may use the likeness of Tiziri Oumlil (the face) for: education."
    )
    expect(said).to_contain_text("Allowed steps: generating a clip.")
    expect(said).to_contain_text("May be seen by: only the person. Where: Morocco. Shown in: a classroom.")
    page.locator("#ml-allow").click()
    expect(page.locator("#ml-statements .ml-tag.yes")).to_have_text("in force")
    shoot(page, "cameo-may-en")

    # Make: what was allowed is made; a step further is refused, in whole sentences.
    become(page, "Idir Aït Tazart")
    step(page, "make")
    page.locator("#ml-prompt textarea").fill("a red ball bounces on the beach")
    choose(page, "ml-with", "Tiziri Oumlil")
    page.keyboard.press("Escape")
    page.locator("#ml-make").click()
    note = page.locator("#ml-note-make .ml-note")
    expect(note).to_contain_text("Tiziri Oumlil has agreed to this use.")
    film = page.locator("#ml-film video")
    assert (film.get_attribute("src") or "").startswith("data:video/mp4;base64,")
    assert film.evaluate(PLAYS) == [256, 256]
    shoot(page, "cameo-make-en")
    page.locator("#ml-publish").click()
    expect(note).to_contain_text("Tiziri Oumlil has not agreed to this action: publishing.")
    assert "action_not_granted" not in page.content()

    choose(page, "ml-purpose", "advertising")
    page.locator("#ml-make").click()
    expect(note).to_contain_text("Tiziri Oumlil has not agreed to this purpose: advertising.")
    expect(film).to_have_count(0)
    shoot(page, "cameo-refused-en")

    # Used: she sees it, watches it, and takes the permission back; the draft is gone.
    become(page, "Tiziri Oumlil")
    step(page, "used")
    expect(page.locator("#ml-uses .ml-card")).to_contain_text("Made by Idir Aït Tazart")
    expect(page.locator("#ml-log")).to_contain_text("refused")
    page.locator("#ml-look").click()
    assert page.locator("#ml-film-used video").evaluate(PLAYS) == [256, 256]
    shoot(page, "cameo-used-en")
    step(page, "may")
    page.locator("#ml-open-back > button").click()
    choose(page, "ml-what", "Everything that was allowed")
    page.locator("#ml-back").click()
    told = page.locator("#ml-note-back .ml-note")
    expect(told).to_contain_text("It is taken back, from this moment on.")
    expect(told).to_contain_text("Drafts that were destroyed: 1.")
    step(page, "used")
    expect(page.locator("#ml-uses .ml-tag")).to_have_text("withdrawn")
    expect(page.locator("video")).to_have_count(0)

    assert list((opened.home / "cameo").glob("*.sealed")) == []
    assert opened.films() == []
    assert asked <= {urlsplit(opened.address).netloc, ""}, asked


def test_in_arabic_everything_turns_and_a_refusal_is_said_in_arabic(opened: Opened, page: Page) -> None:
    page.goto(opened.address)
    become(page, "Salma Ouarghi")
    page.locator("#ml-enrol").click()
    expect(page.locator("#ml-enrol")).to_be_hidden()
    page.locator("#ml-language").get_by_text("العربية").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("#ml-person h3")).to_have_text("سلمى الورغي")
    expect(page.locator("h1").first).to_have_text("مكتب الموافقة")
    step(page, "may")
    page.locator("#ml-open-allow > button").click()
    choose(page, "ml-grantee", "إيدير أيت تازارت")
    expect(page.locator("#ml-in-words .ml-c")).to_have_attribute("dir", "rtl")
    expect(page.locator("#ml-in-words")).to_contain_text("التعليم")
    page.locator("#ml-allow").click()
    expect(page.locator("#ml-statements .ml-tag.yes")).to_have_text("سارٍ")
    shoot(page, "cameo-may-ar")
    become(page, "حميد البوشتاوي")
    step(page, "make")
    page.locator("#ml-prompt textarea").fill("كرة حمراء تقفز على الشاطئ")
    choose(page, "ml-with", "سلمى الورغي")
    page.keyboard.press("Escape")
    page.locator("#ml-make").click()
    note = page.locator("#ml-note-make .ml-note")
    expect(note).to_contain_text("لا يوجد لك أي إذن من سلمى الورغي")
    shoot(page, "cameo-refused-ar")
    english = re.findall(r"[A-Za-z]{4,}", page.locator("#ml-tabs").inner_text())
    assert english == [], english


@pytest.mark.parametrize(
    ("language", "lang", "direction"),
    [("English", "en", "ltr"), ("Français", "fr", "ltr"), ("العربية", "ar", "rtl")],
)
def test_every_step_fits_a_phone(
    opened: Opened, chromium: Browser, language: str, lang: str, direction: str
) -> None:
    with chromium.new_context(viewport={"width": 390, "height": 844}) as context:
        context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        page = context.new_page()
        page.goto(opened.address)
        page.locator("#ml-person h3").wait_for()
        page.locator("#ml-language").get_by_text(language).click()
        expect(page.locator("html")).to_have_attribute("dir", direction)
        # The page turns at once; its words come from the server, and are longer in French.
        expect(page.locator("h1").first).to_have_text(translator(lang)("Consent desk"))
        for number, name in enumerate(("me", "may", "make", "used")):
            step(page, name)
            if name == "may":
                page.locator("#ml-open-allow > button").click()
                page.locator("#ml-allow").wait_for()
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
            assert page.get_by_role("tab").nth(number).is_visible(), name
            shoot(page, f"cameo-phone-{name}-{lang}")


def test_somebody_takes_part_lends_a_recording_from_the_webcam_is_put_into_a_clip_and_takes_it_back(
    filmed: Filmed,
) -> None:
    home = filmed.desk.home
    with filmed.browser.new_context(viewport={"width": 1000, "height": 1200}) as context:
        context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        page = context.new_page()
        page.goto(filmed.desk.address)
        page.locator("#ml-person h3").wait_for()
        expect(page.locator("#ml-lend")).to_be_hidden()

        # She takes part, once it is said that she is an adult.
        page.locator("#ml-open-join > button").click()
        page.locator("#ml-join").click()
        note = page.locator("#ml-note-join .ml-note")
        expect(note).to_contain_text("Only adults take part with a camera.")
        page.locator("#ml-adult input").check()
        page.locator("#ml-join").click()
        expect(note).to_contain_text("Amina Tazi takes part now.")
        become(page, "Amina Tazi")
        expect(page.locator("#ml-lent")).to_contain_text("You have lent no recording")
        assert page.locator("#ml-person img").count() == 0

        # A film of a wall is refused; then the webcam is recorded, and nothing of it stays where it was sent to.
        page.locator("#ml-file").wait_for()
        page.locator("input[type=file]").last.set_input_files(filmed.another)
        told = page.locator("#ml-note-lend .ml-note")
        expect(told).to_contain_text("The face was not in the picture all the time.")
        assert filmed.desk.films() == []
        page.locator("#ml-recording button").first.click()
        page.locator("#ml-recording video").first.evaluate(PLAYS)
        capture = page.locator("#ml-recording .capture-button")
        capture.click()
        expect(capture).to_contain_text("Stop")
        page.wait_for_timeout(6000)  # a recording takes as long as it takes
        capture.click()
        expect(told).to_contain_text("The face matches the enrolled one", timeout=2 * PATIENCE_MS)
        expect(page.locator("#ml-lent")).to_contain_text("seconds of you are kept, encrypted.")
        page.locator("#ml-see").click()
        assert page.locator("#ml-film-lent video").evaluate(PLAYS)[0] == 480
        shoot(page, "cameo-lend-en")
        assert filmed.desk.films() == []
        assert len(list((home / "cameo" / "lent").glob("lent-*.sealed"))) == 1

        # Nobody may use it, until she says so; then she is in a clip.
        step(page, "may")
        page.locator("#ml-open-allow > button").click()
        choose(page, "ml-grantee", "Idir Aït Tazart")
        page.locator("#ml-allow").click()
        expect(page.locator("#ml-statements .ml-tag.yes")).to_have_text("in force")
        become(page, "Idir Aït Tazart")
        step(page, "make")
        page.locator("#ml-prompt textarea").fill("a red ball bounces on the beach")
        choose(page, "ml-with", "Amina Tazi")
        page.keyboard.press("Escape")
        page.locator("#ml-make").click()
        expect(page.locator("#ml-note-make .ml-note")).to_contain_text("Amina Tazi has agreed to this use.")
        assert page.locator("#ml-film video").evaluate(PLAYS) == [256, 256]
        shoot(page, "cameo-lent-made-en")

        # She takes the recording back: it is gone, and the draft with it.
        become(page, "Amina Tazi")
        step(page, "me")
        page.locator("#ml-unlend").click()
        expect(told).to_contain_text("The recording is erased.")
        expect(told).to_contain_text("Drafts that were destroyed: 1.")
        assert list((home / "cameo").rglob("*.sealed")) == [] and filmed.desk.films() == []
        for path in (
            one for folder in (home, filmed.desk.cache) for one in folder.rglob("*") if one.is_file()
        ):
            assert filmed.picture not in path.read_bytes(), path


@pytest.mark.parametrize(
    ("language", "direction", "words"),
    [
        ("English", "ltr", "Take the recording back"),
        ("Français", "ltr", "Reprendre la vidéo"),
        ("العربية", "rtl", "استرجع الفيديو"),
    ],
)
def test_lending_fits_a_phone_in_each_language(
    filmed: Filmed, language: str, direction: str, words: str
) -> None:
    with filmed.browser.new_context(viewport={"width": 390, "height": 844}) as context:
        context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        page = context.new_page()
        page.goto(filmed.desk.address)
        page.locator("#ml-person h3").wait_for()
        become(page, "Amina Tazi")
        page.locator("#ml-language").get_by_text(language).click()
        expect(page.locator("html")).to_have_attribute("dir", direction)
        expect(page.locator("#ml-unlend")).to_have_text(words)
        page.locator("#ml-see").click()
        expect(page.locator("#ml-note-lend .ml-note")).to_contain_text("Amina Tazi")
        page.locator("#ml-open-join > button").click()
        page.locator("#ml-join").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        shoot(page, f"cameo-phone-lend-{'ar' if direction == 'rtl' else language[:2].lower()}")


@pytest.mark.parametrize(("language", "direction"), [("English", "ltr"), ("العربية", "rtl")])
def test_a_challenge_of_light_is_drawn_at_the_desk_and_saved_with_its_page(
    opened: Opened, page: Page, tmp_path: Path, language: str, direction: str
) -> None:
    page.goto(opened.address)
    page.locator("#ml-person h3").wait_for()
    page.locator("#ml-language").get_by_text(language).click()
    expect(page.locator("html")).to_have_attribute("dir", direction)
    page.locator("#ml-open-join > button").click()
    page.locator("#ml-light input").check()
    page.locator("#ml-draw").click()
    links = page.locator("#ml-note-draw a.ml-save")
    expect(links).to_have_count(2)
    for link in links.all():
        with page.expect_download() as saved:
            link.click()
        saved.value.save_as(tmp_path / saved.value.suggested_filename)
    challenge = Challenge.from_json((tmp_path / "challenge.json").read_text(encoding="utf-8"))
    assert challenge.lights and Vault(opened.home).noted(challenge.nonce) is not None
    shoot(page, f"cameo-draw-{'ar' if direction == 'rtl' else 'en'}")
    page.goto((tmp_path / "challenge.html").as_uri())
    expect(page.locator("#warning")).to_be_visible()
    assert page.evaluate("document.documentElement.dir") == direction


def test_nobody_gets_a_file_of_the_home_or_the_cache_from_the_server(opened: Opened) -> None:
    published = opened.home / "cameo" / "published" / "use-0123456789abcdef.mp4"
    published.parent.mkdir(parents=True, exist_ok=True)
    published.write_bytes(b"frames of somebody")
    held = [path for path in opened.home.rglob("*") if path.is_file()]
    assert {path.suffix for path in held} >= {".db", ".key", ".mp4"}
    for path in held:
        for way in ("gradio_api/file=", "file=", "gradio_api/stream/"):
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(opened.address + way + quote(str(path)), timeout=30)
            refused.value.close()
            assert refused.value.code in (403, 404, 405), path


def test_no_act_can_be_called_as_an_interface(opened: Opened) -> None:
    with urllib.request.urlopen(opened.address + "gradio_api/info", timeout=30) as answer:
        said = answer.read().decode()
    assert said.replace(" ", "") == '{"named_endpoints":{},"unnamed_endpoints":{}}'


PLAYS = """video => new Promise((done, fail) => {
  if (video.error) { fail(video.error.message); }
  const ready = () => done([video.videoWidth, video.videoHeight]);
  video.onerror = () => fail(video.error.message);
  video.readyState >= 2 ? ready() : video.addEventListener('loadeddata', ready);
})"""


def step(page: Page, name: str) -> None:
    number = ("me", "may", "make", "used").index(name)
    tab = page.get_by_role("tab").nth(number)
    tab.click()
    expect(tab).to_have_attribute("aria-selected", "true")


def choose(page: Page, id: str, words: str) -> None:
    """Choose an option of a list by its words."""
    page.locator(f"#{id} input").first.click()
    page.get_by_role("option", name=words).first.click()


def become(page: Page, name: str) -> None:
    """Take another role, and wait until the page is that person's."""
    page.locator("#ml-person h3").wait_for(state="attached")
    choose(page, "ml-i-am", name)
    expect(page.locator("#ml-person h3")).to_have_text(name)


def shoot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
