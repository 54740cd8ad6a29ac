"""The command line, as a person or a script meets it."""

import importlib.util
import json
import shutil
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from medialit.cli import main

ROOT = Path(__file__).parents[2]
FIXTURE = ROOT / "tests" / "fixtures" / "labs"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The command, on a project and a home of its own."""
    shutil.copytree(FIXTURE, tmp_path / "project", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setenv("MEDIALIT_ROOT", str(tmp_path / "project"))
    monkeypatch.setenv("MEDIALIT_HOME", str(tmp_path / "home"))

    def invoke(*arguments: str) -> Result:
        result = CliRunner().invoke(main, arguments, catch_exceptions=True)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


@pytest.fixture
def with_gradebooks(tmp_path: Path, empty_gradebook: Path) -> None:
    """Put gradebooks where courses will be built, which saves the seconds of making them."""
    for course in ("home/courses/en", "home/courses/fr", "out/en"):
        (tmp_path / course).mkdir(parents=True)
        shutil.copyfile(empty_gradebook, tmp_path / course / "gradebook.db")


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for name, command in group.commands.items():
        found += commands(command, (*path, name)) if isinstance(command, click.Group) else [(*path, name)]
    return found


def test_the_reference_page_is_what_the_commands_say_of_themselves() -> None:
    spec = importlib.util.spec_from_file_location("docs_build", ROOT / "docs" / "build.py")
    assert spec is not None
    assert spec.loader is not None
    docs = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(docs)
    page = docs.CLI_PAGE.read_text(encoding="utf-8")
    assert page == docs.cli_reference(), "run: python docs/build.py --reference"
    for path in commands(main):
        assert f"## medialit {' '.join(path)}\n" in page


@pytest.mark.parametrize("path", commands(main), ids=" ".join)
def test_every_command_and_option_explains_itself(path: tuple[str, ...]) -> None:
    command: click.Command = main
    for name in path:
        assert isinstance(command, click.Group)
        command = command.commands[name]
    assert command.help
    for parameter in command.params:
        assert isinstance(parameter, click.Argument) or parameter.help, f"{path}: {parameter.name}"


@pytest.mark.usefixtures("with_gradebooks")
def test_a_course_is_built_and_then_left_alone(run) -> None:
    first = run("course", "build", "--lang", "fr")
    assert first.exit_code == 0
    assert first.output.split()[:3] == ["fr", "01_tiny", "built"]
    assert "up to date" in run("course", "build", "--lang", "fr").output


@pytest.mark.usefixtures("with_gradebooks")
def test_a_course_is_built_elsewhere_on_demand(run, tmp_path: Path) -> None:
    assert run("course", "build", "01_tiny", "--lang", "en", "--out", str(tmp_path / "out")).exit_code == 0
    assert (tmp_path / "out" / "en" / "release" / "01_tiny" / "01_tiny.ipynb").is_file()
    assert (tmp_path / "out" / "exchange" / "tiny-en" / "outbound" / "01_tiny").is_dir()
    assert not (tmp_path / "home" / "exchange").exists()


def test_what_a_person_can_put_right_is_said_without_a_traceback(run) -> None:
    result = run("course", "build", "09_none")
    assert result.exit_code == 1
    assert result.output.endswith("holds no lab called '09_none'. It holds: 01_tiny.\n")
    assert "Traceback" not in result.output


def test_status_is_for_people_and_for_programs(run) -> None:
    assert "9/9 (100 %)" in run("labs", "status", "--lang", "fr").output
    [row] = json.loads(run("labs", "status", "--lang", "fr", "--format", "json").output)
    assert row == {
        "lab": "01_tiny", "language": "fr", "total": 9, "translated": 9, "stale": 0, "draft": True,
        "review": "draft", "percent": 100,
    }  # fmt: skip


def test_update_begins_a_catalogue(run, tmp_path: Path) -> None:
    result = run("labs", "update", "--lang", "zgh")
    assert result.exit_code == 0
    assert Path(result.output.strip()).name == "zgh.po"
    assert json.loads(run("labs", "status", "--lang", "zgh", "--format", "json").output)[0]["percent"] == 0


@pytest.mark.usefixtures("with_gradebooks")
def test_a_roster_fills_the_gradebook_and_may_be_given_again(run, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("id,first_name,last_name\namina,Amina,Idrissi\nbadr,Badr,Alaoui\n", encoding="utf-8")
    for _ in range(2):
        result = run("course", "init", "--lang", "en", "--roster", str(roster))
        assert "en: 2 learners" in result.output


@pytest.mark.parametrize(
    ("text", "said"),
    [("name\namina\n", "line 2"), ("id\nam/ina\n", "holds no + * /"), ("id\n\namina\n \n", "line 4")],
)
@pytest.mark.usefixtures("with_gradebooks")
def test_a_roster_with_a_line_that_is_no_learner_is_refused(
    run, tmp_path: Path, text: str, said: str
) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text(text, encoding="utf-8")
    result = run("course", "init", "--lang", "en", "--roster", str(roster))
    assert result.exit_code == 1
    assert said in result.output


@pytest.mark.usefixtures("with_gradebooks")
def test_grading_prints_a_line_for_each_learner_and_what_to_do_next(run, tmp_path: Path) -> None:
    run("course", "build", "--lang", "en")
    course = tmp_path / "home" / "courses" / "en"
    nothing = run("grade", "01_tiny", "--course", str(course))
    assert "Nothing was submitted. Next: collect" in nothing.output
    submitted = course / "submitted" / "amina" / "01_tiny"
    shutil.copytree(course / "release" / "01_tiny", submitted)
    graded = run("grade", "01_tiny", "--course", str(course), "--workers", "1")
    assert graded.exit_code == 0, graded.output
    assert "amina                    graded         0 of 3" in graded.output
    assert "1 graded, 0 had their marks already, 0 to run again, 0 failed." in graded.output
    again = run("grade", "01_tiny", "--course", str(course))
    assert "0 graded, 1 had their marks already" in again.output


def test_doctor_looks_and_changes_nothing(run, tmp_path: Path) -> None:
    result = run("doctor")
    assert "Python" in result.output
    assert "Students' code" in result.output
    assert not (tmp_path / "home").exists()
