"""What people do in the course, in a real Chromium: learn in JupyterLab, grade in formgrader, read the feedback.

In English and in Arabic. What the windows showed is kept in build/screenshots; look at it after a change. The pictures in
docs/images are copies of these, under the same names.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

import nbformat
import pytest
from nbgrader.utils import get_username
from playwright.sync_api import FrameLocator, Locator, Page, expect

from medialit.language import translator

from .conftest import PATIENCE_MS, TOKEN, Classroom, Window

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

LAB = "07_spotting"
ITEMS = ("count", "sensitivity", "brier", "ppv", "cheapest", "verdict")
DIRECTION = {"en": "ltr", "ar": "rtl"}
N_JUDGED = {"en": 20, "ar": 4}  # a whole block, and one that is broken off
LANGUAGES = pytest.mark.parametrize("lang", list(DIRECTION))
PLAYS = """video => new Promise(ready => {
  const look = () => video.currentTime > 0.5 && video.videoWidth > 0 ? ready() : requestAnimationFrame(look);
  look();
})"""
REFLECTION = {
    "en": "I cannot tell whether I got better: both intervals include 0. I would ring the town hall.",
    "ar": "لا أستطيع الجزم بأنني تحسّنت: كلا المجالين يشمل الصفر. سأتصل بالبلدية.",
}
COMMENT = {"en": "Good. Which bridge would you have compared it with?", "ar": "جيد. بأي جسر كنتَ ستقارنه؟"}
OWN = "These are your own answers to {n} clips."
TOURIA = "You have not finished this block: these are the answers of Touria, an invented colleague."
WRONG = {
    "cheapest": "def cheapest(points, base_rate, cost_of_miss, cost_of_false_alarm):\n"
    "    from IPython.display import HTML, display\n"
    "    display(HTML('<script>window.stolen = 1</script><img src=https://example.org/x.png>'))\n"
    "    return -1"
}
NBGRADER = [sys.executable, "-m", "nbgrader"]
LOCAL = {"127.0.0.1", ""}  # a picture or a film inside the page has no host


@LANGUAGES
def test_a_learner_fetches_judges_answers_validates_and_submits(
    lang: str, classroom: Callable[[str], Classroom], window: Window
) -> None:
    room, page = classroom(lang), window.page
    open_course(page, room)
    expect(page.locator(".jp-MarkdownViewer h1")).to_have_css("direction", DIRECTION[lang])
    window.shoot(f"welcome-{lang}")
    menu(page, "Nbgrader", "Assignment List")
    released = page.locator("#released_assignments_list .list_item", has_text=LAB)
    released.get_by_role("button", name="Fetch").click()
    fetched = page.locator("#fetched_assignments_list")
    fetched.locator(".assignment-notebooks-link").click()
    fetched.get_by_role("link", name=LAB, exact=True).click()
    notebook = page.locator(".jp-NotebookPanel:visible")
    expect(notebook.get_by_role("heading", level=1)).to_have_css("direction", DIRECTION[lang])

    for name, source in reference_answers(room).items():
        type_into(page, notebook.locator(".jp-CodeCell", has_text=f"def {name}("), source)
    words = notebook.locator(".jp-MarkdownCell", has_text=translator(lang)("Write your answer here."))
    words.dblclick()
    type_into(page, words, REFLECTION[lang])
    page.keyboard.press("Shift+Enter")
    run_all(page, notebook, room, LAB)
    expect(notebook.locator("[data-mime-type='application/vnd.jupyter.error']")).to_have_count(0)

    desk = notebook.locator(".medialit-desk").first
    expect(desk).to_have_css("direction", DIRECTION[lang])
    desk.get_by_role("button", name=translator(lang)("Start")).click()
    n_judged = N_JUDGED[lang]
    judge(window, desk, lang=lang, n=n_judged)
    run(page, notebook.locator(".jp-CodeCell", has_text='before = desk.judgements("before")'))
    if n_judged == 20:
        expect(desk).to_contain_text(translator(lang)("Clip by clip"))
        expect(notebook).to_contain_text(translator(lang)(OWN).format(n=20))
    else:
        expect(desk).to_contain_text(translator(lang)("Clip {i} of {n}").format(i=n_judged + 1, n=20))
        expect(notebook).to_contain_text(translator(lang)(TOURIA))
    [record] = [json.loads(path.read_text()) for path in room.work.glob(f"{LAB}/answers/*.json")]
    assert len(record["answers"]) == n_judged

    notebook.get_by_role("button", name="Validate").click()
    expect(page.locator(".jp-Dialog")).to_contain_text("Success! Your notebook passes all the tests.")
    page.locator(".jp-Dialog").get_by_role("button", name="OK").click()
    expect(notebook.get_by_role("button", name="Validate")).to_be_enabled()
    menu(page, "File", "Save Notebook")
    expect(page.locator(".lm-TabBar-tab.jp-mod-current.jp-mod-dirty")).to_have_count(0)
    menu(page, "Nbgrader", "Assignment List")
    fetched.get_by_role("button", name="Submit").click()
    expect(page.locator("#submitted_assignments_list")).to_contain_text(re.compile(r"\d{4}-\d\d-\d\d"))
    window.shoot(f"submitted-{lang}")

    [submitted] = (room.home / "exchange" / f"medialit-{lang}" / "inbound").glob(
        f"{get_username()}+{LAB}+*/*.ipynb"
    )
    cells = {cell.id: cell for cell in nbformat.read(submitted, as_version=4).cells}
    assert "zip" in cells["brier"].source and cells["reflection"].source == REFLECTION[lang]
    assert window.hosts <= LOCAL


@LANGUAGES
def test_an_instructor_collects_grades_writes_feedback_and_exports(
    lang: str, classroom: Callable[[str], Classroom], window: Window
) -> None:
    room, page = classroom(lang), window.page
    hand_in(room, "amina", WRONG | {"reflection": REFLECTION[lang]})
    open_course(page, room)
    menu(page, "Nbgrader", "Formgrader")
    form = page.frame_locator("iframe[src*='formgrader']")
    row = form.locator("tr", has=page.get_by_role("link", name=LAB, exact=True))
    row.locator(".collect a").click()
    confirm(form)
    row.locator(".num-submissions a").click()
    amina = form.locator("tr", has=page.locator(".student-id", has_text="amina"))
    amina.locator(".autograde a").click()
    confirm(form)
    expect(amina.locator(".status")).to_have_text("needs manual grading")
    expect(amina.locator(".score")).to_have_text("14 / 20")
    window.shoot(f"submissions-{lang}")

    amina.locator(".student-name a").click()
    form.get_by_role("link", name=LAB, exact=True).click()
    verdict = form.locator(f"[dir={DIRECTION[lang]}]", has_text=category(room)).first
    expect(verdict).to_be_visible()
    expect(form.locator("#cheapest_check")).to_have_attribute("placeholder", "0")
    show(verdict)
    window.shoot(f"formgrader-{lang}")
    comment, mark = form.locator("#reflection-comment"), form.locator("#reflection")
    expect(comment).to_have_attribute("placeholder", re.compile("comments"))  # formgrader has loaded it
    with page.expect_response(re.compile(r"/formgrader/api/comment/")):
        comment.fill(COMMENT[lang])
        comment.blur()
    with page.expect_response(re.compile(r"/formgrader/api/grade/")):
        mark.fill("3")
        mark.blur()
    mark.scroll_into_view_if_needed()
    window.shoot(f"formgrader-words-{lang}")

    menu(page, "Nbgrader", "Assignment List")
    menu(page, "Nbgrader", "Formgrader")
    form.get_by_role("link", name="Manual Grading").click()
    form.get_by_role("link", name="Manage Assignments").click()
    row.locator(".num-submissions a").click()
    expect(amina.locator(".status")).to_have_text("graded")
    expect(amina.locator(".score")).to_have_text("17 / 20")
    amina.locator(".generate-feedback a").click()
    confirm(form)

    page.goto((room.course / "feedback" / "amina" / LAB / f"{LAB}.html").as_uri())
    expect(page.get_by_role("heading", level=1).first).to_have_css("direction", DIRECTION[lang])
    told = page.locator(f"[dir={DIRECTION[lang]}][lang={lang}]", has_text=category(room)).first
    expect(told).to_have_css("direction", DIRECTION[lang])
    words = page.locator("[dir=auto]", has_text=COMMENT[lang])
    expect(words).to_have_css("direction", DIRECTION[lang])
    window.shoot(f"feedback-top-{lang}")
    show(told)
    window.shoot(f"feedback-{lang}")
    assert page.evaluate("window.stolen") is None

    subprocess.run([*NBGRADER, "export"], cwd=room.course, check=True, capture_output=True, timeout=120)
    rows = csv.DictReader((room.course / "grades.csv").read_text(encoding="utf-8").splitlines())
    [marks] = [row for row in rows if (row["student_id"], row["assignment"]) == ("amina", LAB)]
    assert (marks["assignment"], float(marks["score"]), float(marks["max_score"])) == (LAB, 17.0, 20.0)
    assert window.hosts <= LOCAL


def open_course(page: Page, room: Classroom) -> None:
    """Open the address that `medialit start` prints."""
    page.goto(f"{room.url}?token={TOKEN}")
    page.locator(".jp-MarkdownViewer h1:visible").wait_for()


def show(place: Locator) -> None:
    """Bring a place to the middle of its window."""
    place.evaluate("place => place.scrollIntoView({block: 'center'})")


def menu(page: Page, name: str, entry: str) -> None:
    page.get_by_role("menuitem", name=name, exact=True).click()
    page.locator(".lm-Menu").get_by_role("menuitem", name=entry).first.click()


def confirm(form: FrameLocator) -> None:
    """Read formgrader's dialog, which must tell of success, and close it."""
    dialog = form.locator(".modal.in")
    expect(dialog.locator(".modal-title")).to_have_text("Success")
    dialog.locator(".modal-footer button").click()
    expect(dialog).to_have_count(0)


def type_into(page: Page, cell: Locator, text: str) -> None:
    """Put a text in place of what a cell holds."""
    editor = cell.locator(".cm-content")
    editor.click()
    expect(editor).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(text)


def run(page: Page, cell: Locator) -> None:
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")


def run_cells(page: Page, room: Classroom, name: str, sources: Sequence[str]) -> Locator:
    """Write a notebook of code cells into a classroom, open it, run all of it, and return its panel.

    It has a workspace of its own: JupyterLab would otherwise open again, beside it, what an earlier test left open.
    """
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, room.work / f"{name}.ipynb")
    page.goto(f"{room.url}lab/workspaces/{name}/tree/work/{room.work.name}/{name}.ipynb?token={TOKEN}")
    panel = page.locator(".jp-NotebookPanel:visible")
    run_all(page, panel, room, name)
    return panel


def run_all(page: Page, notebook: Locator, room: Classroom, name: str) -> None:
    """Run every cell, and wait until the last one has its number.

    Whoever runs a notebook before JupyterLab has given it a kernel is asked to choose one, and that question lies over
    everything else. The window does not show it: it says "idle" before there is a kernel. The server is asked.
    While JupyterLab is still starting it lets the command fall; then no cell has begun, and it is given again.
    """
    notebook.locator(".jp-CodeCell").first.wait_for()
    until = time.monotonic() + PATIENCE_MS / 1000
    while f"{name}.ipynb" not in with_a_kernel(page, room):
        assert time.monotonic() < until, f"{name}.ipynb was given no kernel"
        page.wait_for_timeout(200)
    expect(notebook.locator(".jp-Notebook-ExecutionIndicator")).to_have_attribute("data-status", "idle")
    first = notebook.locator(".jp-CodeCell").first.locator(".jp-InputPrompt")
    for _attempt in range(5):
        menu(page, "Run", "Run All Cells")
        try:
            expect(first).not_to_have_text("[ ]:", timeout=10_000)
            break
        except AssertionError:
            continue
    prompt = notebook.locator(".jp-CodeCell").last.locator(".jp-InputPrompt")
    expect(prompt).to_have_text(re.compile(r"\[\d+\]:"))


def with_a_kernel(page: Page, room: Classroom) -> set[str]:
    """Return the names of the notebooks whose kernel a window is connected to."""
    sessions = page.request.get(f"{room.url}api/sessions?token={TOKEN}").json()
    connected = [session for session in sessions if session["kernel"]["connections"]]
    return {session["path"].rpartition("/")[2] for session in connected}


def judge(window: Window, desk: Locator, *, lang: str, n: int) -> None:
    """Watch each of the first clips of a block of 20, and rate it."""
    for number in range(1, n + 1):
        expect(desk).to_contain_text(translator(lang)("Clip {i} of {n}").format(i=number, n=20))
        desk.locator("video").evaluate(PLAYS)
        if number == 2:
            desk.scroll_into_view_if_needed()
            window.shoot(f"lab-07-{lang}")
        desk.locator(".medialit-rate").nth(number % 6).click()


def reference_answers(room: Classroom) -> dict[str, str]:
    """Return the reference solution of each item, without nbgrader's marks."""
    notebook = nbformat.read(room.course / "source" / LAB / f"{LAB}.ipynb", as_version=4)
    sources = {cell.id: cell.source.splitlines() for cell in notebook.cells if cell.id in ITEMS}
    return {name: "\n".join(line for line in lines if "###" not in line) for name, lines in sources.items()}


def hand_in(room: Classroom, student: str, changed: dict[str, str]) -> None:
    """Put a submission into the exchange, as that learner's own nbgrader would."""
    notebook = nbformat.read(room.course / "release" / LAB / f"{LAB}.ipynb", as_version=4)
    answers = reference_answers(room) | changed
    for cell in notebook.cells:
        cell.source = answers.get(cell.id, cell.source)
    folder = room.home / "exchange" / f"medialit-{room.lang}" / "inbound"
    folder /= f"{student}+{LAB}+2026-11-02 10:00:00 UTC+1"
    folder.mkdir()
    (folder / "timestamp.txt").write_text("2026-11-02 10:00:00 UTC")
    nbformat.write(notebook, folder / f"{LAB}.ipynb")


def category(room: Classroom) -> str:
    """Return what the grader calls the first kind of case that the wrong answer fails, in the course's language."""
    english = "Equal costs: the base rate decides"
    described = json.loads((room.course / "medialit.json").read_text(encoding="utf-8"))
    messages: dict[str, str] = described["messages"].get(LAB, {})
    return messages[english] if room.lang != "en" else english
