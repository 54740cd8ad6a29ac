"""What an installation brings along: a teacher's sources are unpacked and keep their changes, a learner's labs theirs."""

import importlib
import json
import sys
from pathlib import Path

import pytest

from medialit.course import desk, project, supplied
from medialit.course.exchange import Home
from medialit.course.project import find_project, learner_only
from medialit.course.supplied import NEWER, receive, unpack
from medialit.errors import CourseError

FILES = {"labs/01_a/lab.py": "lab 1", "graders/01_a.py": "grader 1", "course/course.toml": "course 1"}


def ship(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def read(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8")


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Unpacked once."""
    unpack(ship(tmp_path / "old", FILES), tmp_path / "sources")
    return tmp_path / "sources"


def test_what_is_unpacked_is_what_was_shipped(sources: Path) -> None:
    assert {name: read(sources, name) for name in FILES} == FILES


def test_unpacking_again_changes_nothing(sources: Path, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in sources.rglob("*")}
    done = unpack(tmp_path / "old", sources)
    assert (done.written, done.removed, done.kept) == ((), (), ())
    assert before == {path: path.stat().st_mtime_ns for path in sources.rglob("*")}


def test_a_file_that_nobody_changed_follows_the_new_version(sources: Path, tmp_path: Path) -> None:
    new = ship(tmp_path / "new", FILES | {"labs/01_a/lab.py": "lab 2", "labs/02_b/lab.py": "another"})
    done = unpack(new, sources)
    assert set(done.written) == {"labs/01_a/lab.py", "labs/02_b/lab.py"}
    assert read(sources, "labs/01_a/lab.py") == "lab 2"


def test_what_a_teacher_changed_stays_and_the_new_version_lies_beside_it(
    sources: Path, tmp_path: Path
) -> None:
    (sources / "course/course.toml").write_text("mine", encoding="utf-8")
    (sources / "labs/99_own").mkdir()
    (sources / "labs/99_own/lab.py").write_text("my own", encoding="utf-8")
    done = unpack(ship(tmp_path / "new", FILES | {"course/course.toml": "course 2"}), sources)
    assert done.kept == ("course/course.toml",)
    assert read(sources, "course/course.toml") == "mine"
    assert read(sources, f"{NEWER}/course/course.toml") == "course 2"
    assert read(sources, "labs/99_own/lab.py") == "my own"
    assert unpack(tmp_path / "new", sources).kept == ()  # said once


def test_what_is_no_longer_shipped_goes_unless_it_was_changed(tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    unpack(ship(tmp_path / "old", FILES | {"labs/02_b/lab.py": "b", "labs/03_c/lab.py": "c"}), sources)
    (sources / "labs/03_c/lab.py").write_text("mine", encoding="utf-8")
    done = unpack(ship(tmp_path / "new", FILES), sources)
    assert done.removed == ("labs/02_b/lab.py",)
    assert not (sources / "labs/02_b/lab.py").exists()
    assert read(sources, "labs/03_c/lab.py") == "mine"


def test_a_lost_file_comes_back_and_so_does_a_lost_record(sources: Path, tmp_path: Path) -> None:
    (sources / "graders/01_a.py").unlink()
    assert unpack(tmp_path / "old", sources).written == ("graders/01_a.py",)
    (sources / supplied.RECORD).write_text("damaged", encoding="utf-8")
    (sources / "labs/01_a/lab.py").write_text("mine", encoding="utf-8")
    assert unpack(tmp_path / "old", sources).kept == ("labs/01_a/lab.py",)
    assert read(sources, "labs/01_a/lab.py") == "mine"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place where no checkout is around: what is found must be installed. Returns where packages lie."""
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    monkeypatch.setattr(project, "__file__", str(tmp_path / "lib" / "a" / "b" / "c" / "project.py"))
    monkeypatch.setenv("MEDIALIT_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MEDIALIT_ROOT", raising=False)
    monkeypatch.syspath_prepend(str(tmp_path / "packages"))
    yield tmp_path / "packages"
    sys.modules.pop(supplied.TEACHER, None)


def install(packages: Path) -> None:
    ship(packages / supplied.TEACHER, FILES | {"__init__.py": ""})
    importlib.invalidate_caches()


def test_an_installed_package_of_sources_is_the_project_outside_a_checkout(
    installed: Path, tmp_path: Path
) -> None:
    with pytest.raises(CourseError, match="medialit-teach"):
        find_project()
    install(installed)
    assert find_project().root == (tmp_path / "home" / "sources").resolve()
    assert read(tmp_path / "home", "sources/graders/01_a.py") == "grader 1"
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700  # solutions are in it


def test_a_checkout_comes_before_what_is_installed(installed: Path, tmp_path: Path, monkeypatch) -> None:
    install(installed)
    checkout = ship(tmp_path / "checkout", FILES)
    monkeypatch.setenv("MEDIALIT_ROOT", str(checkout))
    assert find_project().root == checkout.resolve()
    assert not (tmp_path / "home").exists()


@pytest.fixture
def released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two labs as a wheel holds them; the second makes a file."""
    folder = tmp_path / "released"
    told = {"title": "T", "language": "en", "course_id": "t-en", "seed": 5}
    told["labs"] = {slug: {"title": slug, "points": 3, "order": 1} for slug in ("01_a", "02_b")}
    ship(
        folder,
        {
            "en/medialit.json": json.dumps(told),
            "en/01_a/01_a.ipynb": "{}",
            "en/01_a/__pycache__/checks.pyc": "compiled",
            "en/02_b/02_b.ipynb": "{}",
            "files/02_b/assets.py": "def build(folder, *, seed):\n    (folder / 'made.txt').write_text(str(seed))\n",
        },
    )
    monkeypatch.setattr(supplied, "released", lambda: folder)
    return folder


def test_a_learner_receives_every_lab_with_its_files_and_keeps_what_is_begun(
    released: Path, tmp_path: Path
) -> None:
    home, seen = Home(root=tmp_path / "home"), []
    desk.receive(home, lang="en", on_lab=lambda slug, new: seen.append((slug, new)))
    work = home.work("en")
    assert seen == [("01_a", True), ("02_b", True)]
    assert read(work, "02_b/made.txt") == "5"
    assert sorted(path.name for path in (work / "01_a").iterdir()) == ["01_a.ipynb"]
    (work / "01_a" / "01_a.ipynb").write_text("my answers", encoding="utf-8")
    desk.receive(home, lang="en", on_lab=lambda slug, new: seen.append((slug, new)))
    assert seen[2:] == [("01_a", False), ("02_b", False)]
    assert read(work, "01_a/01_a.ipynb") == "my answers"


def test_a_lab_whose_files_cannot_be_made_is_not_left_half_there(released: Path, tmp_path: Path) -> None:
    def fail(path: Path, folder: Path, seed: int) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        receive(home=tmp_path / "home", lang="en", work=tmp_path / "work", make=fail)
    assert sorted(path.name for path in (tmp_path / "work").iterdir()) == ["01_a", ".receive.lock"][::-1]


def test_an_installation_without_sources_is_a_learners(installed: Path, released: Path) -> None:
    assert learner_only()
    install(installed)
    assert not learner_only()


def test_a_language_without_labs_is_refused_with_what_to_do(released: Path) -> None:
    with pytest.raises(CourseError, match=r"'fr'.*run.py package"):
        supplied.released_description("fr")


def test_a_learners_first_page_and_settings_know_no_exchange(released: Path, tmp_path: Path) -> None:
    home = Home(root=tmp_path / "home")
    desk.receive(home, lang="en", on_lab=lambda slug, new: None)
    desk.set_up(home, lang="en", role=desk.Role.LEARNER, browser=False, port=None, received=True)
    page = read(home.work("en"), "welcome.md")
    assert "give the notebook's file to your teacher" in page
    assert "Assignment List" not in page and "**01_a** (`01_a`, 3 points)" in page
    settings = home.jupyter("en") / "learner"
    extensions = json.loads(read(settings, "jupyter_server_config.json"))["ServerApp"]["jpserver_extensions"]
    assert not extensions["nbgrader.server_extensions.assignment_list"]
    assert not extensions["nbgrader.server_extensions.formgrader"]
