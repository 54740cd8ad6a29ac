"""What a build makes, what it must never show, and what it must never destroy."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from medialit.course.build import frozen_ids, read_description
from medialit.course.exchange import Home
from medialit.course.leaks import check_release
from medialit.course.nbgrader import tools_on_path
from medialit.course.notebook import wrap
from medialit.course.project import Project
from medialit.course.source import Lab, read_lab
from medialit.errors import CourseError, GradebookError, LabSourceError, LeakError
from medialit.language import language

from .conftest import FIXTURE, LANGUAGES, build_into

CANARIES = ("hit_rate_canary", "answer-canary", "hidden_case_canary", "expected_canary", "rubric-canary")


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def notebook(home: Home, lang: str, step: str = "release") -> nbformat.NotebookNode:
    return nbformat.read(home.course(lang) / step / "01_tiny" / "01_tiny.ipynb", as_version=4)


def cells(home: Home, lang: str, step: str = "release") -> dict[str, nbformat.NotebookNode]:
    return {cell.id: cell for cell in notebook(home, lang, step).cells}


def everything_below(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_that_learners_can_read_holds_a_secret(built_home: Home, lang: str) -> None:
    released = everything_below(built_home.course(lang) / "release")
    handed_out = everything_below(built_home.exchange / f"tiny-{lang}" / "outbound")
    assert released.keys() == {
        f"01_tiny/{name}" for name in ("01_tiny.ipynb", "checks.py", "messages.json", "clips/one.txt")
    }
    assert handed_out == released
    for name, content in released.items():
        for secret in (*CANARIES, "HIDDEN TESTS", "SOLUTION", "medialit.grading"):
            assert secret.encode() not in content, f"{name} shows {secret}"
    source = (built_home.course(lang) / "source" / "01_tiny" / "01_tiny.ipynb").read_text(encoding="utf-8")
    assert "hit_rate_canary" in source  # so the search above can find what it looks for
    assert 'grade(\\"01_tiny\\", \\"rates\\", globals())' in source


def test_code_is_the_same_in_every_language_and_prose_is_not(built_home: Home) -> None:
    english = cells(built_home, "en")
    for lang in ("fr", "ar"):
        for name, cell in cells(built_home, lang).items():
            assert cell.cell_type == english[name].cell_type
            assert (cell.source == english[name].source) == (cell.cell_type == "code")


def test_arabic_prose_is_right_to_left_and_says_that_it_is_a_draft(built_home: Home) -> None:
    arabic = cells(built_home, "ar")
    assert arabic["ask_rates"].source.startswith('<div dir="rtl" lang="ar">\n\nمن بين المقاطع')
    assert "ترجمة أولية" in arabic["title"].source
    assert "اكتب إجابتك هنا." in arabic["reflect"].source
    assert "draft" not in cells(built_home, "en")["title"].source.lower()


def test_code_inside_arabic_prose_stays_left_to_right() -> None:
    wrapped = wrap("اكتب `f(a, b)` ثم:\n\n```python\nx = 1\n```\n\nو`y`", language("ar"))
    assert '<span dir="ltr">`f(a, b)`</span>' in wrapped
    assert '<div dir="ltr">\n\n```python\nx = 1\n```\n\n</div>' in wrapped
    assert '<span dir="ltr">`y`</span>' in wrapped


def test_a_stale_cell_is_given_in_english_under_a_note(new_home, lab_folder: Path, project: Project) -> None:
    path = lab_folder / "lab.py"
    path.write_text(path.read_text(encoding="utf-8").replace("you catch?", "you miss?"), encoding="utf-8")
    home = new_home("fr", "ar")
    french, arabic = cells(home, "fr")["ask_rates"].source, cells(home, "ar")["ask_rates"].source
    assert french.startswith("> Ce passage a changé depuis sa traduction.")
    assert '<div dir="ltr" lang="en">\n\nOf the synthetic clips, what share did you miss?' in french
    assert arabic.startswith('<div dir="rtl" lang="ar">\n\n> تغيّر هذا الجزء')


def test_cells_have_the_rights_that_nbgrader_gives_them(built_home: Home) -> None:
    released = {name: cell.metadata.get("nbgrader", {}) for name, cell in cells(built_home, "en").items()}
    rights = {name: (one["grade"], one["solution"], one["locked"]) for name, one in released.items() if one}
    assert rights == {
        "setup": (False, False, True),
        "rates": (False, True, False),
        "rates_check": (True, False, True),
        "reflect": (True, True, False),
    }
    assert released["rates_check"]["points"] == 3
    assert cells(built_home, "en")["rates_check"].metadata["editable"] is False


def test_the_released_stub_runs_and_says_what_to_do(built_home: Home) -> None:
    stub = cells(built_home, "en")["rates"].source
    namespace: dict[str, object] = {}
    exec(stub, namespace)
    assert namespace["rates"](1, 1, 1, 1) is None
    assert "YOUR ANSWER" in stub


def test_the_course_describes_itself(built_home: Home) -> None:
    description = read_description(built_home.course("fr"))
    assert description is not None
    assert (description["schema"], description["language"], description["course_id"]) == (1, "fr", "tiny-fr")
    assert description["messages"] == {"01_tiny": {"rates are right": "les taux sont justes"}}
    assert Path(description["graders"]).is_dir()
    messages = json.loads(
        (built_home.course("fr") / "release" / "01_tiny" / "messages.json").read_text(encoding="utf-8")
    )
    assert messages["You gave {answer}."] == "Vous avez donné {answer}."


def test_the_gradebook_knows_the_points(built_home: Home) -> None:
    with (
        tools_on_path(),
        Gradebook(f"sqlite:///{built_home.course('ar') / 'gradebook.db'}", "tiny-ar") as gradebook,
    ):
        assignment = gradebook.find_assignment("01_tiny")
        assert (assignment.max_code_score, assignment.max_written_score) == (3, 4)


def test_a_second_build_changes_nothing(new_home, project: Project) -> None:
    home = new_home("en")
    before = everything_below(home.root)
    assert [built.changed for built in build_into(home, project, ["en"])] == [False]
    assert everything_below(home.root) == before


def test_a_forced_build_gives_the_same_files(new_home, project: Project) -> None:
    home = new_home("ar")
    before = everything_below(home.course("ar") / "release") | everything_below(home.exchange)
    assert build_into(home, project, ["ar"], force=True)[0].changed
    assert everything_below(home.course("ar") / "release") | everything_below(home.exchange) == before


def test_a_changed_lab_replaces_what_learners_fetch(new_home, project: Project, lab_folder: Path) -> None:
    home = new_home("en")
    append(lab_folder / "checks.py", "# changed\n")
    build_into(home, project, ["en"])
    handed_out = home.exchange / "tiny-en" / "outbound" / "01_tiny" / "checks.py"
    assert handed_out.read_text(encoding="utf-8").endswith("# changed\n")


def submit(home: Home, lang: str) -> Path:
    """Leave a submission and a mark, as grading would."""
    course = home.course(lang)
    submitted = course / "submitted" / "amina" / "01_tiny" / "01_tiny.ipynb"
    submitted.parent.mkdir(parents=True)
    submitted.write_bytes((course / "release" / "01_tiny" / "01_tiny.ipynb").read_bytes())
    with tools_on_path(), Gradebook(f"sqlite:///{course / 'gradebook.db'}", f"tiny-{lang}") as gradebook:
        gradebook.add_student("amina")
        gradebook.add_submission("01_tiny", "amina")
        gradebook.find_grade("rates_check", "01_tiny", "01_tiny", "amina").auto_score = 2.0
        gradebook.db.commit()
    return submitted


def mark(home: Home, lang: str) -> float:
    with (
        tools_on_path(),
        Gradebook(f"sqlite:///{home.course(lang) / 'gradebook.db'}", f"tiny-{lang}") as gradebook,
    ):
        return gradebook.find_grade("rates_check", "01_tiny", "01_tiny", "amina").auto_score


def test_a_rebuild_keeps_submissions_and_marks(new_home, project: Project, lab_folder: Path) -> None:
    home = new_home("en")
    submitted = submit(home, "en")
    content = submitted.read_bytes()
    path = lab_folder / "lab.py"
    path.write_text(
        path.read_text(encoding="utf-8").replace("check.rates(rates)", "check.rates(rates)  # two")
    )
    assert build_into(home, project, ["en"])[0].changed
    assert cells(home, "en")["rates_check"].source == "check.rates(rates)  # two"
    assert (submitted.read_bytes(), mark(home, "en")) == (content, 2.0)


def test_a_change_that_would_orphan_marks_is_refused_and_changes_nothing(
    new_home, project: Project, lab_folder: Path
) -> None:
    home = new_home("en")
    submit(home, "en")
    before = everything_below(home.course("en") / "release")
    path = lab_folder / "lab.py"
    path.write_text(path.read_text(encoding="utf-8").replace('id="rates_check"', 'id="check_rates"'))
    with pytest.raises(GradebookError, match=r"1 submission.*'check_rates' is new, 'rates_check' is gone"):
        build_into(home, project, ["en"])
    assert everything_below(home.course("en") / "release") == before
    assert mark(home, "en") == 2.0
    assert not list(home.course("en").glob(".build-*"))


LEAKS = {
    "a solution in the checks": ("checks.py", "# hit_rate_canary = hits / (hits + misses)\n"),
    "a solution, spaced otherwise": ("checks.py", "x = '''hit_rate_canary  =  hits /\n (hits + misses)'''\n"),
    "a model answer": ("checks.py", "HINT = 'A model answer names one cue and its limits: answer-canary.'\n"),
    "a grader's line": ("checks.py", "#hidden_case_canary = cases.rng.integers(1, 9, size=4)\n"),
    "a rubric's line": (
        "checks.py",
        "# 4 points: names one cue and one limit of it (rubric-canary). 2 points: names a cue.",
    ),
    "a hidden test": ("checks.py", "# ### BEGIN HIDDEN TESTS\n"),
}


@pytest.mark.parametrize(("name", "text"), LEAKS.values(), ids=LEAKS.keys())
def test_a_release_that_leaks_is_refused(
    built_home: Home, lab: Lab, project: Project, tmp_path: Path, name: str, text: str
) -> None:
    release = tmp_path / "release"
    shutil.copytree(built_home.course("fr") / "release" / "01_tiny", release)
    check_release(release, lab=lab, graders=project.graders)
    append(release / name, text)
    with pytest.raises(LeakError, match=name):
        check_release(release, lab=lab, graders=project.graders)


def test_a_lab_that_leaks_is_not_built(new_home, project: Project, lab_folder: Path) -> None:
    home = new_home("en")
    before = everything_below(home.root)
    append(lab_folder / "checks.py", LEAKS["a solution in the checks"][1])
    with pytest.raises(LeakError, match="part of the solution in the cell 'rates'"):
        build_into(home, project, ["en"])
    assert everything_below(home.root) == before


ASSET_LEAKS = {
    "a copy of the grader": "import shutil; shutil.copy(GRADER, folder / 'clip.mp4')",
    "its text in JSON": "import json; (folder / 'a.json').write_text(json.dumps({'a': [GRADER.read_text()]}))",
    "its bytes in a clip": "(folder / 'a.mp4').write_bytes(b'\\xff\\xfe' + GRADER.read_bytes())",
    "a link to it": "(folder / 'a.mp4').symlink_to(GRADER)",
}


@pytest.mark.parametrize("does", ASSET_LEAKS.values(), ids=ASSET_LEAKS.keys())
def test_assets_that_leak_a_grader_are_refused(lab: Lab, project: Project, tmp_path: Path, does: str) -> None:
    folder = tmp_path / "release"
    folder.mkdir()
    exec(does, {"GRADER": project.graders / "01_tiny.py", "folder": folder})
    with pytest.raises(LeakError):
        check_release(folder, lab=lab, graders=project.graders)


def test_what_every_learner_may_see_is_no_leak(lab: Lab, project: Project, tmp_path: Path) -> None:
    release = tmp_path / "release"
    release.mkdir()
    (release / "clip.mp4").write_bytes(bytes(range(256)) * 100)
    (release / "notes.md").write_text(lab.cells[3].visible, encoding="utf-8")
    check_release(release, lab=lab, graders=project.graders)


def test_assets_without_a_build_function_are_refused(new_home, project: Project, lab_folder: Path) -> None:
    (lab_folder / "assets.py").write_text("def make(): ...\n", encoding="utf-8")
    with pytest.raises(LabSourceError, match=r"no function build\(folder, \*, seed\)"):
        new_home("en")


def test_a_damaged_description_is_refused_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "medialit.json").write_text("{", encoding="utf-8")
    with pytest.raises(CourseError, match=r"is damaged: .* Delete it and run `medialit course build`"):
        read_description(tmp_path)


KILLED = """
import os, shutil, signal, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from conftest import build_into
from medialit.course import build
from medialit.course.exchange import Home
from medialit.course.project import find_project

home, project, checks = Home(root=Path({home!r})), find_project(Path({project!r})), Path({checks!r})

def die_at(moment):
    left = moment
    def counted(function):
        def wrapped(*arguments, **options):
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **options)
        return wrapped
    for owner, name in ((Path, "rename"), (Path, "replace"), (shutil, "copyfile"), (build, "check_release")):
        setattr(owner, name, counted(getattr(owner, name)))

for moment in range(1, 30):
    checks.write_text(checks.read_text() + f"# change {{moment}}\\n")
    if (child := os.fork()) == 0:
        die_at(moment)
        build_into(home, project, ["en"])
        os._exit(0)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
        break
print(moment)
"""


def test_a_build_killed_at_any_step_loses_nothing_and_the_next_one_completes_it(
    new_home, project: Project, lab_folder: Path
) -> None:
    home = new_home("en")
    submitted = submit(home, "en")
    content = submitted.read_bytes()
    script = KILLED.format(
        tests=str(Path(__file__).parent),
        home=str(home.root),
        project=str(project.root),
        checks=str(lab_folder / "checks.py"),
    )
    killed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    last = int(killed.stdout)
    assert last > 5, "the builds were killed at too few moments to show anything"
    released = home.course("en") / "release" / "01_tiny" / "checks.py"
    assert released.read_text(encoding="utf-8").endswith(f"# change {last}\n")
    assert not list(home.course("en").glob(".build-*"))
    assert (submitted.read_bytes(), mark(home, "en")) == (content, 2.0)


GOLDEN = Path(__file__).parents[2] / "golden" / "grade_ids.json"


def test_grade_ids_are_those_that_learners_have_submitted_under() -> None:
    """A cell that comes or goes after a release orphans marks, so only a new lab may change this file."""
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    folders = [*GOLDEN.parents[2].glob("labs/*/lab.toml"), *FIXTURE.glob("labs/*/lab.toml")]
    for folder in (path.parent for path in folders):
        ids = frozen_ids(read_lab(folder))
        assert ids == golden.get(folder.name), f"if {folder.name} is new, add to {GOLDEN}: {json.dumps(ids)}"
    assert golden.keys() == {path.parent.name for path in folders}, "a lab that was released has gone"
