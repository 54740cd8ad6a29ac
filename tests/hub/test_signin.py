"""People come to a hub from a learning platform by LTI 1.3: each lands in their own account, and a forgery in none."""

from __future__ import annotations

import html
import shutil
import sqlite3
from contextlib import closing

import httpx
import pytest
from tests.lti.platform import FORGERIES, INSTRUCTOR, launch_form, walk

from medialit.language import translator

from .conftest import SALMA, STRANGER, YASSINE
from .department import until

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

USED = "This launch was used before. Go back to your course, and open the activity again."
UNKNOWN = "You are in no roster of this hub. Tell your teacher, who can add you."


@pytest.fixture
def browser(department):
    """A new browser."""
    return department.browser()


def signed_in(department, browser):
    """Return who the hub takes a browser for; None where it asks to sign in."""
    answer = browser.get(f"{department.lti}/hub/home")
    if answer.status_code == 302:
        assert "/hub/login" in answer.headers["location"] or "lti13" in answer.headers["location"]
        return None
    assert answer.status_code == 200
    return next(name for name in ("salma", "yassine", "amina") if f'"{name}"' in answer.text)


@pytest.mark.parametrize(("person", "account"), [(SALMA, "salma"), (YASSINE, "yassine")])
def test_a_learner_lands_in_the_account_whose_names_are_theirs(
    department, platform, browser, person, account
):
    walk(platform.launch_url(person), browser)
    assert signed_in(department, browser) == account
    with closing(sqlite3.connect(department.course("fr") / "gradebook.db")) as gradebook:
        [names] = gradebook.execute(
            "select first_name, last_name, lms_user_id from student where id = ?", [account]
        )
    assert names == (person.given, person.family, person.id)


def test_a_learner_of_one_course_comes_from_the_platform_into_its_jupyterlab(department, platform, browser):
    answer = walk(platform.launch_url(YASSINE), browser)
    assert answer.url.path in ("/hub/spawn-pending/yassine", "/user/yassine/lab/tree/welcome.md")
    visitor = department.visitor("yassine", department.lti, browser)
    until(lambda: visitor.ask("GET", "/user/yassine/api/status").status_code == 200, 90)
    assert "welcome.md" in {one["name"] for one in visitor.ok("GET", "/user/yassine/api/contents")["content"]}
    visitor.stop()


def test_a_learner_of_two_courses_chooses_one_by_its_own_name(department, platform, browser):
    answer = walk(platform.launch_url(SALMA), browser)
    assert answer.url.path == "/hub/spawn"
    assert '<option value="fr" lang="fr">Français</option>' in answer.text
    assert '<option value="ar" lang="ar">العربية</option>' in answer.text


@pytest.mark.browser
def test_a_browser_brings_the_hubs_cookies_along_from_the_platforms_page(department, platform):
    """Over the bounds of two sites, where browsers send cookies only if they were set for that."""
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        pytest.skip("needs the system package chromium")
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_context(ignore_https_errors=True).new_page()
        page.goto(platform.launch_url(SALMA), timeout=60_000)
        page.wait_for_url(f"{department.lti}/hub/spawn**", timeout=60_000)
        playwright.expect(page.get_by_role("combobox", name="medialit")).to_be_visible(timeout=60_000)
        assert page.get_by_role("option").all_inner_texts() == ["Français", "العربية"]
        browser.close()


def test_an_instructor_is_taken_to_the_course(department, platform, browser):
    answer = walk(platform.launch_url(INSTRUCTOR), browser)
    assert signed_in(department, browser) == "amina"
    assert answer.url.path.endswith("/user/course-fr/")


def test_an_email_address_opens_nobodys_account(department, platform, browser):
    answer = walk(platform.launch_url(STRANGER), browser)
    assert answer.status_code == 403
    assert translator("fr")(UNKNOWN) in html.unescape(answer.text)
    assert signed_in(department, browser) is None


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_or_expired_launch_signs_nobody_in(department, platform, browser, forgery):
    walk(platform.launch_url(YASSINE), department.browser())  # so that there is a nonce to repeat
    with platform.forging(forgery):
        answer = walk(platform.launch_url(SALMA), browser)
    assert answer.status_code in (400, 401, 403)
    assert signed_in(department, browser) is None


def test_a_launch_that_was_used_is_refused_even_with_the_cookies_that_it_came_with(
    department, platform, browser
):
    form = launch_form(platform.launch_url(SALMA), browser)
    kept = httpx.Cookies(browser.cookies)
    first = browser.post(form.action, data=form.fields)
    assert first.status_code == 302
    assert signed_in(department, browser) == "salma"
    again = browser.post(form.action, data=form.fields)
    assert again.status_code == 400
    thief = department.browser()
    thief.cookies = kept
    refused = thief.post(form.action, data=form.fields)
    assert refused.status_code == 403
    assert translator("ar")(USED) in html.unescape(refused.text)
    assert signed_in(department, thief) is None


def test_a_launch_is_refused_in_another_browser(department, platform, browser):
    form = launch_form(platform.launch_url(SALMA), browser)
    other = department.browser()
    assert other.post(form.action, data=form.fields).status_code == 400
    assert signed_in(department, other) is None


def test_the_hub_keeps_nothing_that_the_platform_tells_of_a_person(department, platform, browser):
    walk(platform.launch_url(SALMA), browser)
    kept = b"".join(path.read_bytes() for path in (department.base / "lti").glob("hub.sqlite*"))
    kept += (department.base / "lti.log").read_bytes()
    for told in (SALMA.given, SALMA.family, SALMA.email):
        assert told.encode() not in kept
