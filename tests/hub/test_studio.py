"""The class's studio behind a hub: real hub, real proxy, real studio under an account of its own, and no course built."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from medialit.language import translator
from medialit.studio.words import words_of

from .department import (
    ACCOUNTS,
    BY_PASSWORD,
    PASSWORD,
    ROOT,
    STARTED_S,
    Department,
    answers,
    free_ports,
    lay_out,
    lay_out_hub,
    missing,
    started,
    until,
)  # fmt: skip

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

PLACE = "/services/studio"
PATIENCE_MS = 90_000
ROSTERS = {"fr": "id\nyassine\n", "ar": "id\nsalma\n"}
TABLE = """
[studio]
url = "{address}/services/studio/"
account = "studio"
courses = ["ar"]
class = "3B"
language = "en"
port = {port}
token = "studio.token"
"""
# As in deploy/hub/medialit-studio.service: the account, its home, and the one right to a port below 1024.
SCRIPT = """
cd "$BASE/home/studio"
HOME="$BASE/home/studio" MEDIALIT_HOME="$BASE/home/studio/medialit" \\
JUPYTERHUB_API_URL="$(cat "$BASE/hub_api")" \\
setpriv --reuid studio --regid studio --init-groups --inh-caps=+net_bind_service --ambient-caps=+net_bind_service \\
    "$PYTHON" -m medialit.hub_studio "$BASE/etc/courses.toml" --log "$BASE/home/studio/log.json" \\
    > "$BASE/studio.log" 2>&1 &
cd "$BASE/state"
while :; do  # as systemd starts it again
    "$PYTHON" -m jupyterhub -f "$BASE/state/config.py" || true
done
"""
LISTEN = "import socket; socket.create_server(('127.0.0.1', {port}))"


@dataclass(frozen=True)
class Behind:
    """A studio behind a hub."""

    hub: Department
    port: int

    @property
    def url(self) -> str:
        return f"{self.hub.address}{PLACE}/"

    def come_in(self, name: str) -> httpx.Client:
        """Sign in at the hub as a browser does, and open the studio."""
        browser, answer = self.hub.try_to_sign_in(name)
        assert answer.status_code == 302, answer.text[:2000]
        page = browser.get(self.url, follow_redirects=True)
        assert page.status_code == 200, page.text[:2000]
        assert str(page.url) == self.url
        assert "web/app.js" in page.text
        return browser

    def ask(
        self, browser: httpx.Client, method: str, path: str, csrf: str = "join", **body: Any
    ) -> httpx.Response:
        """Ask the studio as its page does."""
        json = {"json": body} if method != "GET" else {}
        return browser.request(
            method, f"{self.url}{path}", headers={"x-medialit-csrf": csrf, "origin": self.hub.address}, **json
        )

    def code(self, browser: httpx.Client) -> str:
        """Return the class code, as its teacher sees it."""
        entered = self.ask(browser, "POST", "api/teacher")
        assert entered.status_code == 200, entered.text
        return str(self.ask(browser, "GET", "api/desk").json()["code"])

    def join(self, browser: httpx.Client, code: str, name: str) -> dict[str, Any]:
        entered = self.ask(browser, "POST", "api/join", code=code, pseudonym=name, age="adult")
        assert entered.status_code == 201, entered.text
        return dict(entered.json())


@pytest.fixture(scope="module")
def behind() -> Iterator[Behind]:
    """A hub and a studio; Salma learns in the studio's course and Yassine in another, Amina teaches both."""
    if lacks := missing():
        pytest.skip(lacks)
    base = Path(tempfile.mkdtemp(prefix="medialit-hub-lesson-"))
    try:
        ports, port = free_ports(3), closed_port()
        address = f"http://127.0.0.1:{ports[0]}"
        lay_out(base, ())
        table = TABLE.format(address=address, port=port)
        lay_out_hub(
            base, "state", "etc", ports, rosters=ROSTERS, scheme="http", more=BY_PASSWORD, tables=table
        )
        token = base / "etc" / "studio.token"
        token.write_text(os.urandom(32).hex())
        os.chown(token, 0, 61001 + ACCOUNTS.index("studio"))
        token.chmod(0o640)
        (base / "hub_api").write_text(f"http://127.0.0.1:{ports[1]}/hub/api")
        with started(base, SCRIPT, languages=(), address=address) as hub:
            made = Behind(hub, port)
            until(lambda: stands(made), 180)
            yield made
    finally:
        shutil.rmtree(base, ignore_errors=True)


def stands(one: Behind) -> bool:
    """Return whether the studio answers through the hub's proxy."""
    said = (one.hub.base / "studio.log").read_text()
    assert "Traceback" not in said, said[-4000:]
    return answers(one.hub.address) and httpx.get(f"{one.url}health", timeout=20).status_code == 200


def closed_port() -> int:
    """Return a port that nobody listens at, and that only who may can."""
    for port in range(1023, 600, -1):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    raise AssertionError("every port is taken")


@pytest.fixture(scope="module")
def code(behind) -> str:
    """The class code."""
    return behind.code(behind.come_in("amina"))


def test_the_hubs_page_offers_the_studio_to_its_people_and_to_nobody_else(behind):
    for name, offered in (("salma", True), ("amina", True), ("yassine", False)):
        browser, _ = behind.hub.try_to_sign_in(name)
        assert (f'"{PLACE}/"' in browser.get(f"{behind.hub.address}/hub/home").text) is offered, name


def test_without_signing_in_the_address_leads_to_the_hubs_login(behind):
    with behind.hub.browser() as browser:
        first = browser.get(f"{behind.url}?code=abc")
        assert first.status_code == 302
        assert first.headers["location"].startswith("/hub/api/oauth2/authorize?client_id=service-studio&")
        last = browser.get(behind.url, follow_redirects=True)
        assert last.url.path == "/hub/login"
        assert "web/app.js" not in last.text


@pytest.mark.parametrize("path", ["api/class", "web/app.js", "words/en.json", "openapi.json", "media/clip/x"])
def test_without_signing_in_nothing_of_the_studio_is_shown(behind, path):
    answer = httpx.get(f"{behind.url}{path}", timeout=60)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "sign-in"
    at_its_port = httpx.get(f"http://127.0.0.1:{behind.port}{PLACE}/{path}", timeout=60)
    assert (at_its_port.status_code, at_its_port.json()) == (401, answer.json())
    assert httpx.get(f"http://127.0.0.1:{behind.port}/{path}", timeout=60).status_code == 401


def test_only_this_computer_reaches_the_studios_port_and_no_other_account_can_take_it(behind):
    lines = [one.split() for one in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    lines += [one.split() for one in Path("/proc/net/tcp6").read_text().splitlines()[1:]]
    listening = {
        one[1].partition(":")[0] for one in lines if one[3] == "0A" and one[1].endswith(f":{behind.port:04X}")
    }
    assert listening == {"0100007F"}  # 127.0.0.1
    as_salma = ("setpriv", "--reuid", "salma", "--regid", "salma", "--init-groups")
    tried = behind.hub.inside(*as_salma, sys.executable, "-c", LISTEN.format(port=behind.port))
    assert "PermissionError" in tried.stderr


def test_a_learner_who_signed_in_joins_by_the_class_code_and_comes_back_to_the_same_place(behind, code):
    browser = behind.come_in("salma")
    me = behind.join(browser, code, "cedar")
    assert behind.ask(browser, "GET", "api/me").json()["id"] == me["me"]["id"]
    assert browser.get(f"{behind.url}?code={code}").status_code == 200  # no more asking at the hub
    assert not {one.path for one in browser.cookies.jar if one.name.startswith("medialit")} - {f"{PLACE}/"}


def test_who_is_in_none_of_the_studios_courses_is_refused_by_the_hub(behind):
    browser, signed_in = behind.hub.try_to_sign_in("yassine")
    assert signed_in.status_code == 302
    answer = browser.get(behind.url, follow_redirects=True)
    assert answer.status_code == 403
    assert "web/app.js" not in answer.text


def test_another_accounts_token_does_not_open_the_studio(behind):
    yassine = behind.hub.sign_in("yassine")
    assert yassine.ask("GET", "/hub/api/user").json()["name"] == "yassine"  # the token is a good one
    for token in (yassine.token, "0" * 32):
        cookies = {"service-studio": token}
        answer = httpx.get(f"{behind.url}api/class", cookies=cookies, timeout=60)
        assert answer.status_code in (401, 403)
        assert "quota_each_day" not in answer.text
    assert (
        httpx.get(f"{behind.url}api/class", cookies={"service-studio": yassine.token}, timeout=60).status_code
        == 403
    )


def test_a_learners_session_is_nobodys_in_the_browser_of_another_account(behind, code):
    salma, amina = behind.come_in("salma"), behind.come_in("amina")
    behind.join(salma, code, "gecko")
    [session] = [one for one in salma.cookies.jar if one.name == "medialit_session"]
    amina.cookies.set(session.name, session.value, domain=session.domain, path=session.path)
    assert behind.ask(amina, "GET", "api/me").status_code == 401
    assert behind.ask(salma, "GET", "api/me").status_code == 200


def test_an_instructor_of_the_course_is_the_teacher_without_a_key_and_a_learner_is_not(behind):
    amina, salma = behind.come_in("amina"), behind.come_in("salma")
    assert behind.ask(amina, "GET", "api/class").json()["teaches"] is True
    code = behind.code(amina)
    assert behind.ask(amina, "GET", "api/desk").json()["join_url"] == f"{behind.url}?code={code}"
    assert behind.ask(salma, "GET", "api/class").json()["teaches"] is False
    assert behind.ask(salma, "POST", "api/teacher").status_code == 403
    assert behind.ask(salma, "GET", "api/desk").status_code == 401


def test_signing_out_at_the_hub_ends_the_studio_too(behind, code):
    browser = behind.come_in("salma")
    behind.join(browser, code, "olive")
    kept = {one.name: one.value for one in browser.cookies.jar if one.path == f"{PLACE}/"}
    browser.get(f"{behind.hub.address}/hub/logout", follow_redirects=True)
    assert behind.ask(browser, "GET", "api/me").json()["error"]["code"] == "sign-in"
    assert httpx.get(f"{behind.url}api/me", cookies=kept, timeout=60).status_code == 401


@pytest.mark.parametrize("wrong", ["code", "state", "cookie"])
def test_a_way_back_from_the_hub_that_this_browser_did_not_begin_opens_nothing(behind, wrong):
    browser, _ = behind.hub.try_to_sign_in("salma")
    first = browser.get(behind.url)
    back = httpx.URL(browser.get(f"{behind.hub.address}{first.headers['location']}").headers["location"])
    assert back.path == f"{PLACE}/oauth_callback"
    if wrong == "cookie":
        browser = behind.hub.browser()
    else:
        back = back.copy_set_param(wrong, "0" * 32)
    answer = browser.get(httpx.URL(behind.hub.address).join(back))
    assert answer.status_code == 403
    assert "service-studio" not in {one.name for one in browser.cookies.jar}


def test_nothing_that_the_studio_keeps_or_tells_names_an_account_of_the_hub(behind, code):
    behind.join(behind.come_in("salma"), code, "saffron")
    home = behind.hub.base / "home" / "studio"
    kept = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    kept[behind.hub.base / "studio.log"] = (behind.hub.base / "studio.log").read_bytes()
    assert any(b"saffron" in data for data in kept.values())
    assert home / "log.json" in kept
    for name in (b"salma", b"amina", b"yassine"):
        assert [path for path, data in kept.items() if name in data] == []


def test_a_hub_that_is_killed_and_comes_back_takes_nobody_out_of_the_studio(behind, code):
    salma = behind.come_in("salma")
    me = behind.join(salma, code, "falcon")["csrf"]
    [hub] = hubs(behind)
    os.kill(hub, signal.SIGKILL)
    until(lambda: hubs(behind) not in ([], [hub]), 60)
    at_its_port = f"http://127.0.0.1:{behind.port}{PLACE}/api/me"
    assert salma.get(at_its_port).status_code == 200  # its word of a moment ago serves while it is away
    until(lambda: answers(behind.hub.address), STARTED_S)
    assert behind.ask(salma, "GET", "api/me").json()["csrf"] == me
    assert behind.hub.sign_in("salma").ok("GET", "/hub/api/user")["name"] == "salma"
    assert behind.ask(behind.come_in("amina"), "GET", "api/class").json()["teaches"] is True


def hubs(behind: Behind) -> list[int]:
    """Return the processes that are hubs, of those that the namespace's first one started."""
    first = behind.hub.process
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    said = {int(one): Path(f"/proc/{one}/cmdline").read_bytes().split(b"\0") for one in children}
    return [one for one, words in said.items() if b"jupyterhub" in words]


def test_the_check_of_the_hub_finds_what_is_wrong_with_the_studio_and_nothing_where_nothing_is(behind):
    def look(table: str) -> list[str]:
        path = behind.hub.base / "etc" / table
        asked = (sys.executable, "-m", "medialit.hub_health", str(path), "--url", behind.hub.address)
        return [line for line in behind.hub.inside(*asked).stdout.splitlines() if "studio" in line]

    assert look("courses.toml") == []
    text = (behind.hub.base / "etc" / "courses.toml").read_text()
    for before, after in (
        (f"port = {behind.port}", "port = 50000"),
        (PLACE, f"/elsewhere{PLACE}"),
        (".token", ".lost"),
    ):
        assert before in text
        text = text.replace(before, after)
    (behind.hub.base / "etc" / "wrong.toml").write_text(text)
    token, silent, port = look("wrong.toml")
    assert "openssl rand -hex 32" in token
    assert "systemctl start medialit-studio" in silent
    assert "port 50000" in port


def test_while_the_hub_is_away_nobody_new_comes_in_and_the_page_is_told_why(monkeypatch):
    pytest.importorskip("jupyterhub")
    from medialit.hub_entrance import Entrance, sign_in

    monkeypatch.setenv("JUPYTERHUB_API_URL", "http://127.0.0.1:9/hub/api")
    url = "https://hub.example.org/services/studio/"

    async def never(scope, receive, send):
        raise AssertionError("let in")

    client = TestClient(
        Entrance(never, sign_in(url, token="0" * 64), url=url), base_url="https://hub.example.org"
    )
    client.cookies.set("service-studio", "0" * 32)
    answer = client.get("/services/studio/api/me", headers={"accept-language": "ar"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    away = "Nobody can be asked at the moment who you are. Tell your teacher, and try again in a minute."
    assert answer.json()["error"] == {"code": "hub", "message": translator("ar")(away)}
    assert "no-store" in answer.headers["cache-control"]
    to_sign_in = TestClient(client.app, base_url="https://hub.example.org", follow_redirects=False).get(
        "/services/studio/"
    )
    cookie = to_sign_in.headers["set-cookie"]
    assert all(part in cookie for part in ("Path=/services/studio/", "HttpOnly", "Secure", "SameSite=lax"))


@pytest.mark.browser
def test_a_learner_signs_in_joins_and_finds_the_clip_among_the_drafts(behind, code):
    playwright = pytest.importorskip("playwright.sync_api")
    playwright.expect.set_options(timeout=PATIENCE_MS)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        pytest.skip("needs the system package chromium")
    say, troubles, asked = words_of("en"), [], []
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_context(locale="en-GB", viewport={"width": 420, "height": 860}).new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{behind.url}?code={code}")
        page.get_by_label("Username").fill("salma")
        page.get_by_label("Password").fill(PASSWORD)
        page.on("response", lambda one: asked.append(one.url))
        page.on("response", lambda one: one.status >= 400 and troubles.append(f"{one.status} {one.url}"))
        page.on("requestfailed", lambda one: troubles.append(f"{one.failure} {one.url}"))
        page.on("console", lambda one: one.type in ("error", "warning") and troubles.append(one.text))
        page.on("pageerror", lambda one: troubles.append(str(one)))
        page.get_by_role("button", name="Sign in").click()
        playwright.expect(page.get_by_label(say["join.code"], exact=True)).to_have_value(code)
        playwright.expect(page.get_by_text(say["join.join.known"])).to_be_visible()
        playwright.expect(page.get_by_role("link", name=say["join.back.door"])).to_be_visible()
        playwright.expect(page.get_by_role("link", name=say["join.teacher.door"])).to_have_count(0)
        page.get_by_label(say["join.pseudonym"], exact=True).fill("lantern")
        page.locator("input[value=adult]").check()
        shoot(page, "join")
        # A visitor is told so by 401: that is how the page learns that nobody has joined yet.
        assert [one for one in troubles if "/api/me" not in one and "401" not in one] == []
        troubles.clear()
        page.get_by_role("button", name=say["join.go"]).click()
        page.get_by_role("button", name=say["join.written"]).click()
        page.locator("main.view-feed").wait_for()
        page.evaluate("location.hash = 'make'")
        page.get_by_label(say["make.prompt"], exact=True).fill("a red ball bounces on the beach")
        page.get_by_role("button", name=say["make.go"], exact=True).click()
        page.locator(".job-done a").click(timeout=240_000)
        playwright.expect(page.locator(".draft .label")).to_be_visible()
        playwright.expect(page.locator(".draft video")).to_have_js_property("readyState", 4, timeout=60_000)
        shoot(page, "drafts")
        for view in ("likeness", "people", "messages", "me"):
            page.evaluate("view => { location.hash = view }", view)
            playwright.expect(page.locator(f"main.view-{view}:not([aria-busy]) h1").first).to_be_attached()
        page.evaluate("location.hash = 'likeness'")
        playwright.expect(page.locator("main.view-likeness img").first).to_have_js_property("complete", True)
        browser.close()
    assert troubles == []
    inside = [one for one in asked if not re.search(r"/hub/|/oauth_callback", one)]
    assert len(inside) > 30
    assert [one for one in inside if not one.startswith(behind.url)] == []


@pytest.mark.browser
def test_an_instructor_opens_the_desk_with_one_button(behind, code):
    playwright = pytest.importorskip("playwright.sync_api")
    playwright.expect.set_options(timeout=PATIENCE_MS)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        pytest.skip("needs the system package chromium")
    say = words_of("fr")
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_context(locale="fr-FR", viewport={"width": 1200, "height": 900}).new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(behind.url)
        page.get_by_label("Username").fill("amina")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name=say["join.teacher.door"]).click()
        playwright.expect(page.get_by_text(say["join.teacher.known"])).to_be_visible()
        shoot(page, "teacher")
        page.get_by_role("button", name=say["join.teacher.go"]).click()
        playwright.expect(page.locator("main.view-desk .code")).to_have_text(code)
        playwright.expect(page.get_by_text(say["desk.invite_known"])).to_be_visible()
        playwright.expect(page.locator("main.view-desk img.qr")).to_have_js_property("complete", True)
        assert page.locator("main.view-desk img.qr").evaluate("one => one.naturalWidth") > 0
        shoot(page, "desk")
        browser.close()


def shoot(page: Any, name: str) -> None:
    shots = ROOT / "build" / "screenshots"
    shots.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(shots / f"hub-studio-{name}.png"))
