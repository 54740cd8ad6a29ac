"""Windows behind a hub's sign-in: a person's own opens, nobody else's does, and no other port of the computer."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import httpx
import pytest

from medialit.language import translator

from .department import PASSWORD, ROOT, until

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

CONNECT = """
import socket
with socket.socket(socket.AF_UNIX) as one:
    try:
        one.connect({path!r})
        print("connected")
    except PermissionError:
        print("closed")
"""


@pytest.fixture(scope="module")
def yassine(department):
    """Somebody whose server runs, with the inspector open."""
    one = department.sign_in("yassine")
    one.start()
    until(lambda: one.ask("GET", "/user/yassine/inspector/").status_code == 200, 120)
    return one


def test_a_window_asks_for_all_that_it_needs_below_the_persons_own_address(yassine):
    page = yassine.ask("GET", "/user/yassine/inspector/")
    assert "gradio" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'self'")
    root = yassine.ok("GET", "/user/yassine/inspector/config")["root"]
    assert root == f"{yassine.hub}/user/yassine/inspector"
    wanted = set(re.findall(r'(?:src|href)="(\.?/[^"]+\.(?:js|css))"', page.text))
    assert wanted
    for one in wanted:
        path = one.lstrip("./")
        assert yassine.ask("GET", f"/user/yassine/inspector/{path}").status_code == 200, one


def test_a_window_is_refused_without_signing_in(department, yassine):
    answer = httpx.get(f"{department.address}/user/yassine/inspector/", timeout=60)
    assert answer.status_code == 302
    assert "/hub/api/oauth2/authorize" in answer.headers["location"]
    assert "gradio" not in answer.text
    last = httpx.get(f"{department.address}/user/yassine/inspector/", timeout=60, follow_redirects=True)
    assert last.url.path == "/hub/login"


@pytest.mark.parametrize("name", ["salma", "amina"])
def test_a_window_is_refused_to_another_learner_and_to_the_instructor(department, yassine, name):
    other = department.sign_in(name)
    answer = other.ask("GET", "/user/yassine/inspector/")
    assert answer.status_code in (403, 404)
    assert "gradio" not in answer.text


def test_a_windows_socket_is_closed_to_other_accounts_of_the_computer(department, yassine):
    lines = Path("/proc/net/unix").read_text().splitlines()
    paths = {line.split()[-1] for line in lines if "jupyter-server-proxy" in line or "/tmp/tmp" in line}
    [socket_path] = [one for one in paths if owner(department, one) == "yassine"]
    salma = department.sign_in("salma")
    salma.start()
    assert salma.run(CONNECT.format(path=socket_path)).strip() == "closed"
    assert yassine.run(CONNECT.format(path=socket_path)).strip() == "connected"


def owner(department, path):
    """Return the account to which a file belongs, among the department's."""
    return department.inside("stat", "--format=%U", path).stdout.strip()


@pytest.mark.parametrize("way", ["proxy/{port}", "proxy/absolute/{port}", "proxy/127.0.0.1:{port}"])
def test_no_other_port_of_the_computer_is_shown_below_a_persons_address(department, yassine, way):
    port = department.address.rpartition(":")[2]
    there = httpx.get(f"{department.address}/hub/api/", timeout=60)
    assert "version" in there.json()
    shown = yassine.ask("GET", f"/user/yassine/{way.format(port=port)}/hub/api/")
    assert shown.status_code == 403
    assert there.json()["version"] not in shown.text


def test_the_studio_is_said_to_be_elsewhere_and_is_no_tile(yassine):
    tiles = yassine.ok("GET", "/user/yassine/server-proxy/servers-info")["server_processes"]
    offered = {one["name"] for one in tiles if one["launcher_entry"]["enabled"]}
    assert offered == {"family", "inspector", "cameo", "market"}
    assert "has an address of its own" in yassine.ask("GET", "/user/yassine/studio/").text


@pytest.mark.browser
def test_a_learner_signs_in_with_a_browser_and_has_a_file_checked(department, yassine, tmp_path):
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        pytest.skip("needs the system package chromium")
    clip = next((department.course("fr") / "release" / "07_spotting").rglob("*.mp4"))
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        page.goto(f"{department.address}/user/yassine/inspector/", timeout=60_000)
        page.get_by_label("Username").fill("yassine")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.locator("input[type=file]").first.wait_for(state="attached", timeout=60_000)
        page.locator("input[type=file]").first.set_input_files(str(clip))
        heading = translator("fr")("What is known about this file")  # his course is in French
        report = page.get_by_role("heading", name=heading)
        playwright.expect(report).to_be_visible(timeout=120_000)
        playwright.expect(page.get_by_text(clip.name, exact=True).last).to_be_visible()
        shots = ROOT / "build" / "screenshots"
        shots.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(shots / "hub-inspector.png"))
        browser.close()
