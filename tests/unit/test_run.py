"""run.py: when it installs, when it does not, and what it tells an older Python."""

import ast
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

RUN = Path(__file__).parents[2] / "run.py"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """run.py as a module, in a project of its own where pip only takes notes."""
    spec = importlib.util.spec_from_file_location("run", RUN)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "requirements").mkdir()
    for level in ("base", "dev", "docs", "package"):
        (tmp_path / "requirements" / f"{level}.txt").write_text(f"{level}==1\n", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").touch()
    places = {"ROOT": tmp_path, "VENV": venv, "STAMP": venv / "stamp.json", "PYTHON": venv / "bin" / "python"}
    for name, place in places.items():
        monkeypatch.setattr(module, name, place)
    module.installed = []
    monkeypatch.setattr(module, "pip", lambda *arguments: module.installed.append(arguments[-1]))
    monkeypatch.setattr(module, "venv_works", lambda: True)
    return module


def levels(run: ModuleType) -> list[str]:
    names = [Path(argument).stem for argument in run.installed if argument.endswith(".txt")]
    run.installed.clear()
    return names


def test_the_second_run_installs_nothing(run: ModuleType) -> None:
    run.set_up("base")
    assert levels(run) == ["base"]
    run.set_up("base")
    assert levels(run) == []


def test_what_the_tests_need_holds_what_the_course_needs(run: ModuleType) -> None:
    run.set_up("dev")
    run.set_up("base")
    assert levels(run) == ["dev"]


@pytest.mark.parametrize("changed", ["requirements/base.txt", "pyproject.toml"])
def test_a_changed_pin_or_project_is_installed(run: ModuleType, changed: str) -> None:
    run.set_up("base")
    (run.ROOT / changed).write_text("changed\n", encoding="utf-8")
    run.set_up("base")
    assert levels(run) == ["base", "base"]


def test_another_python_is_installed_for(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    run.set_up("base")
    monkeypatch.setattr(run.platform, "python_version", lambda: "3.99.0")
    run.set_up("base")
    assert levels(run) == ["base", "base"]


def test_a_moved_folder_is_installed_anew(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    before = run.fingerprint("base")
    monkeypatch.setattr(run, "VENV", run.VENV.with_name("moved"))
    assert run.fingerprint("base") != before


def test_an_installation_that_failed_is_not_taken_for_done(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*arguments: str) -> None:
        raise run.SetupError("no network")

    monkeypatch.setattr(run, "pip", fails)
    with pytest.raises(run.SetupError):
        run.set_up("base")
    assert run.read_stamp(run.STAMP) == {}


@pytest.mark.parametrize("damage", ["", "{", "[]", "null"])
def test_a_damaged_stamp_means_install(run: ModuleType, damage: str) -> None:
    run.STAMP.write_text(damage, encoding="utf-8")
    run.set_up("base")
    assert levels(run) == ["base"]


def test_files_by_others_are_fetched_once_and_may_be_missing(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "requirements" / "test-files.txt").write_text("some==1\n", encoding="utf-8")
    run.fetch_test_files()
    assert levels(run) == ["test-files"]
    (tmp_path / "build" / "test-files").mkdir(parents=True)
    (tmp_path / "build" / "test-files" / "some-1.tar.gz").touch()
    run.fetch_test_files()
    assert levels(run) == []
    (tmp_path / "build" / "test-files" / "some-1.tar.gz").unlink()

    def offline(*arguments: str) -> None:
        raise run.SetupError("no network")

    monkeypatch.setattr(run, "pip", offline)
    run.fetch_test_files()


def test_face_models_are_installed_once_and_may_be_missing(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run.install_face_models()  # a project without them
    assert levels(run) == []
    (tmp_path / "requirements" / "likeness.txt").write_text("some==1\n", encoding="utf-8")

    def offline(*arguments: str) -> None:
        raise run.SetupError("no network")

    with monkeypatch.context() as patch:
        patch.setattr(run, "pip", offline)
        run.install_face_models()
    run.install_face_models()
    assert levels(run) == ["likeness"]
    run.install_face_models()
    assert levels(run) == []


def test_what_stands_after_two_dashes_goes_to_pytest(run: ModuleType) -> None:
    assert run.split_arguments(["--long", "--", "-k", "x", "--", "y"]) == (["--long"], ["-k", "x", "--", "y"])
    assert run.split_arguments(["--long"]) == (["--long"], [])


def test_the_exit_status_is_pytests_and_a_failed_check_is_never_a_success(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "install_system_packages", lambda: None)
    asked: list[list[str]] = []

    def outcome(of_ruff: int, of_pytest: int) -> int:
        def call(command: list[str]) -> int:
            asked.append([str(part) for part in command])
            return of_pytest if "pytest" in asked[-1] else of_ruff if "ruff" in asked[-1][0] else 0

        monkeypatch.setattr(run, "call", call)
        return run.test(["--", "-x"])

    assert outcome(0, 0) == 0
    assert outcome(0, 5) == 5
    assert outcome(1, 0) == 1
    assert asked[-1][1:5] == [
        "-m",
        "pytest",
        "-m",
        "not long",
    ]  # pytest runs last, so its closing line is the last
    assert asked[-1][-1] == "-x"  # what was asked for comes after our own words, and so beats them


@pytest.mark.parametrize(
    ("cores", "asked", "beside"), [(1, [], False), (2, [], True), (8, ["--long"], False)]
)
def test_two_files_are_tested_at_a_time_where_two_cores_are_and_no_test_takes_minutes(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, cores: int, asked: list[str], beside: bool
) -> None:
    monkeypatch.setattr(run, "install_system_packages", lambda: None)
    monkeypatch.setattr(run.os, "cpu_count", lambda: cores)
    called: list[list[str]] = []
    monkeypatch.setattr(run, "call", lambda command: called.append([str(part) for part in command]) or 0)
    assert run.test(asked) == 0
    assert ("loadfile" in called[-1]) is beside


@pytest.mark.skipif(os.name != "posix", reason="Windows cannot put one program in place of another")
def test_a_signal_to_start_reaches_the_course_itself(run: ModuleType, tmp_path: Path) -> None:
    program = tmp_path / ".venv" / "bin" / "medialit"
    program.write_text("#!/bin/sh\necho $$ $*\n", encoding="utf-8")
    program.chmod(0o755)
    script = f"import sys; sys.path.insert(0, {str(RUN.parent)!r}); import run; run.become([{str(program)!r}, 'start'])"
    process = subprocess.Popen([sys.executable, "-B", "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.communicate(timeout=60)[0].split() == [str(process.pid), "start"]


def test_an_older_python_is_told_what_to_install() -> None:
    """The file must be understood by old Pythons as far as the sentence that sends them away."""
    text = RUN.read_text(encoding="utf-8")
    ast.parse(text, feature_version=(3, 7))
    first = text[: text.index("import argparse")]
    assert 'f"' not in first
    old = first.replace("sys.version_info", "OLD").replace("import sys", "import sys\nOLD = (3, 8, 1)")
    told = subprocess.run([sys.executable, "-c", old], capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert "needs Python 3.11 or later, and this is Python 3.8." in told.stderr


def test_it_imports_nothing_beyond_the_standard_library() -> None:
    imported = re.findall(r"^(?:import|from) (\w+)", RUN.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(imported) <= set(sys.stdlib_module_names)


def test_what_is_passed_on_is_built_with_pinned_tools(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[list[str]] = []
    monkeypatch.setattr(run, "call", lambda command: called.append([str(part) for part in command]) or 0)
    assert run.main(["package", "--out", "elsewhere"]) == 0
    assert levels(run) == ["base", "package"]
    assert called == [[str(run.PYTHON), str(run.ROOT / "package" / "build.py"), "--out", "elsewhere"]]


def test_the_pins_hold_every_dependency_of_the_project() -> None:
    root = RUN.parent
    tables = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    for level, wanted in {
        "base": tables["project"]["dependencies"],
        "dev": tables["project"]["optional-dependencies"]["dev"],
        "docs": tables["project"]["optional-dependencies"]["docs"],
        "package": tables["project"]["optional-dependencies"]["package"],
    }.items():
        pins = (root / "requirements" / f"{level}.txt").read_text(encoding="utf-8").splitlines()
        pinned = {line.split("==")[0].lower() for line in pins}
        names = {re.match(r"[\w.-]+", one).group().lower().replace("_", "-") for one in wanted}
        assert names <= pinned, f"requirements/{level}.txt lacks {names - pinned}"
