"""The wheels in a room of their own: a fresh environment, an empty folder, no network, and the checkout out of sight."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VISIT = Path(__file__).with_name("visit.py")
TOKEN = "a-token-for-this-test"
SPOTTING = "07_spotting"
SLUGS = sorted(path.parent.name for path in ROOT.glob("labs/*/lab.py"))

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]


class Room:
    """An environment into which wheels are installed."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.bin = place / "venv" / "bin"
        self.empty = place / "empty"
        self.visit = place / "visit.py"  # the one in the checkout cannot be seen from inside
        self.empty.mkdir(parents=True)
        shutil.copyfile(VISIT, self.visit)
        subprocess.run([sys.executable, "-m", "venv", str(place / "venv")], check=True)

    def pip(self, *arguments: str) -> None:
        self.run("pip", "--disable-pip-version-check", *arguments, alone=False)

    def run(
        self, program: str, *arguments: str, home: str = "home", alone: bool = True, fine: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run one of its programs in the empty folder; alone: without network and checkout."""
        inherited = {name: os.environ[name] for name in ("LANG", "PATH", "TERM") if name in os.environ}
        inherited |= {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_"))}
        environment = inherited | {
            "HOME": str(self.place),
            "MEDIALIT_HOME": str(self.place / home),
            "JUPYTER_TOKEN": TOKEN,
            "OMP_NUM_THREADS": "1",
        }
        done = subprocess.run(
            [*(walls() if alone else ()), str(self.bin / program), *arguments],
            cwd=self.empty, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert not fine or done.returncode == 0, done.stdout + done.stderr
        return done

    def look(
        self, port: int, paths: list[str], *command: str, home: str = "home"
    ) -> dict[str, tuple[int, str]]:
        """Start a server there, and return what these addresses answer."""
        program = [str(self.bin / command[0]), *command[1:]]
        done = self.run("python", str(self.visit), str(port), *paths, "--", *program, home=home)
        return {path: (status, body) for path, (status, body) in json.loads(done.stdout).items()}


def walls() -> tuple[str, ...]:
    """Return what hides the network and the checkout, where this machine can."""
    wrap = (
        "bwrap", "--dev-bind", "/", "/", "--proc", "/proc", "--tmpfs", str(ROOT), "--unshare-net", "--unshare-pid",
        "--die-with-parent", "--",
    )  # fmt: skip
    if (
        not shutil.which("bwrap")
        or subprocess.run([*wrap, "true"], capture_output=True, check=False).returncode
    ):
        return ()
    return wrap


@pytest.fixture(scope="module")
def room(dist: Path, one: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Room:
    """A learner's: only the wheel `medialit`, installed from a wheelhouse, without network."""
    made = Room(tmp_path_factory.mktemp("room"))
    pins, house = ("-c", str(dist / "constraints.txt")), str(made.place / "wheelhouse")
    wheel = str(one("medialit-*.whl"))
    made.pip("download", "--quiet", "--only-binary", ":all:", *pins, "-d", house, wheel)
    made.run("pip", "install", "--quiet", "--no-index", "--find-links", house, *pins, "medialit")
    return made


# A learner.


def test_what_runs_is_the_wheel(room: Room) -> None:
    where = room.run("python", "-c", "import medialit; print(medialit.__file__)").stdout
    assert Path(where.strip()).is_relative_to(room.place)
    assert room.run("pip", "check").returncode == 0


def test_a_learner_opens_every_lab_in_jupyterlab(room: Room) -> None:
    notebooks = [f"/api/contents/{slug}/{slug}.ipynb?token={TOKEN}" for slug in SLUGS]
    page, first = f"/lab/tree/welcome.md?token={TOKEN}", f"/files/welcome.md?token={TOKEN}"
    told = room.look(
        8931, [page, first, *notebooks], "medialit", "start", "--lang", "ar", "--no-browser", "--port", "8931"
    )
    assert {path: status for path, (status, _) in told.items()} == dict.fromkeys(
        [page, first, *notebooks], 200
    )
    assert "JupyterLab" in told[page][1]
    assert "سلّم ملف الدفتر" in told[first][1]
    for path in notebooks:
        cells = json.loads(told[path][1])["content"]["cells"]
        assert len(cells) > 5 and not any("BEGIN SOLUTION" in cell["source"] for cell in cells)
    assert len(list((room.place / "home/work/ar" / SPOTTING / "clips").glob("*.mp4"))) == 50


def test_nothing_was_written_where_it_is_installed(room: Room) -> None:
    [package] = room.place.glob("venv/lib/python*/site-packages/medialit")
    assert not list(package.rglob("build")) and not list(package.rglob("*.mp4"))


def test_a_learner_is_told_what_a_teacher_needs(room: Room) -> None:
    for command in (("start", "--as", "instructor"), ("course", "build")):
        refused = room.run("medialit", *command, fine=False)
        assert refused.returncode == 1 and "medialit-teach" in refused.stderr


def test_a_clip_is_generated_labelled_and_known_again(room: Room) -> None:
    room.run("medialit", "generate", "une balle rouge rebondit", "--seed", "3", "--out", "ball.mp4")
    [told] = json.loads(room.run("medialit", "inspect", "ball.mp4", "--format", "json").stdout)
    assert (
        told["watermark"]["found"] and told["credentials"]["state"] == "valid" and told["credentials"]["ai"]
    )


def test_studio_family_and_inspector_show_their_pages(room: Room) -> None:
    studio = room.look(8932, ["/", "/web/app.js"], "medialit", "studio", "--local", "--port", "8932")
    assert {status for status, _ in studio.values()} == {200}
    for port, command in ((8933, "family"), (8934, "inspector")):
        [(status, page)] = room.look(
            port, ["/"], "medialit", command, "--no-browser", "--port", str(port)
        ).values()
        assert status == 200 and "gradio" in page


# A teacher.


@pytest.fixture(scope="module")
def school(room: Room, one: Callable[[str], Path]) -> Path:
    """Both wheels, and a course that is started; returns the teacher's $MEDIALIT_HOME."""
    room.pip("install", "--quiet", "--no-index", "--no-deps", str(one("medialit_teach-*.whl")))
    (room.empty / "class.csv").write_text("id,first_name\namal,Amal\nidir,Idir\n", encoding="utf-8")
    room.run("medialit", "course", "init", "--lang", "en", "--roster", "class.csv", home="school")
    return room.place / "school"


def test_a_teacher_starts_a_course_with_every_lab_and_formgrader(room: Room, school: Path) -> None:
    page, grader = f"/lab?token={TOKEN}", f"/formgrader?token={TOKEN}"
    told = room.look(
        8935, [page, grader], "medialit", "start", "--no-browser", "--port", "8935", home="school"
    )
    assert [status for status, _ in told.values()] == [200, 200]
    assert sorted(path.name for path in (school / "courses/en/release").iterdir()) == SLUGS
    described = json.loads((school / "courses/en/medialit.json").read_text(encoding="utf-8"))
    assert described["graders"] == str(school / "sources/graders")


ATTACK = """
import pathlib, re, sys
found = [path for entry in sys.path for path in pathlib.Path(entry).glob("medialit_teach/labs/07_spotting/lab.py")]
for block in re.findall(r"^# %%[^\\n]*item=[^\\n]*\\n(.*?)(?=^# %%)", found[0].read_text(), re.M | re.S):
    exec(block, globals())
"""


def hand_in(school: Path, learner: str, answer: Callable[[dict], str]) -> None:
    """Hand in the lab on spotting with each item's cell replaced."""
    course = school / "courses/en"
    solved = json.loads((course / "source" / SPOTTING / f"{SPOTTING}.ipynb").read_text(encoding="utf-8"))
    notebook = json.loads((course / "release" / SPOTTING / f"{SPOTTING}.ipynb").read_text(encoding="utf-8"))
    answers = {
        cell["id"]: answer(cell)
        for cell in solved["cells"]
        if "### BEGIN SOLUTION" in "".join(cell["source"])
    }
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and cell["id"] in answers:
            cell["source"] = answers[cell["id"]]
    place = course / "submitted" / learner / SPOTTING
    place.mkdir(parents=True)
    (place / f"{SPOTTING}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


def reference(cell: dict) -> str:
    return re.sub(r"^\s*### (BEGIN|END) SOLUTION\n?", "", "".join(cell["source"]), flags=re.MULTILINE)


def marks(graded: subprocess.CompletedProcess[str]) -> dict[str, float]:
    return {
        found[1]: float(found[2])
        for found in re.finditer(r"^(\w+) +graded +([\d.]+) of", graded.stdout, re.MULTILINE)
    }


def grade(room: Room, school: Path, *options: str, alone: bool = True) -> subprocess.CompletedProcess[str]:
    course = str(school / "courses/en")
    return room.run(
        "medialit",
        "grade",
        SPOTTING,
        "--course",
        course,
        "--workers",
        "1",
        *options,
        home="school",
        alone=alone,
    )


@pytest.fixture(scope="module")
def handed_in(school: Path) -> None:
    """Amal solves it; Idir's notebook reads the solutions of whoever grades it."""
    hand_in(school, "amal", reference)
    hand_in(school, "idir", lambda cell: ATTACK)


@pytest.mark.usefixtures("handed_in")
@pytest.mark.parametrize("alone", [True, False], ids=["behind Landlock", "behind all walls"])
def test_work_is_graded_and_cannot_read_the_solutions_that_are_installed(
    room: Room, school: Path, alone: bool
) -> None:
    told = grade(room, school, "--force", alone=alone)
    points = marks(told)
    assert points["amal"] > 10, told.stdout
    assert points["idir"] == 0, told.stdout


@pytest.mark.usefixtures("handed_in")
def test_without_walls_the_same_notebook_would_have_read_them(room: Room, school: Path) -> None:
    points = marks(grade(room, school, "--force", "--no-sandbox", alone=False))
    assert points["idir"] == points["amal"] > 10
    assert marks(grade(room, school, "--force"))["idir"] == 0


@pytest.mark.usefixtures("handed_in")
def test_the_class_report_is_written(room: Room, school: Path) -> None:
    room.run("medialit", "report", str(school / "courses/en"), "--out", "report.html", home="school")
    assert "<html" in (room.empty / "report.html").read_text(encoding="utf-8")


# A newer version, and none.


@pytest.fixture(scope="module")
def newer(
    tmp_path_factory: pytest.TempPathFactory,
    copy_checkout: Callable[[Path], Path],
    build_in: Callable[..., Path],
) -> Path:
    """The next version: another title of a lab, another seed."""
    place = tmp_path_factory.mktemp("newer")
    checkout = copy_checkout(place / "medialit")
    changes = {
        "pyproject.toml": ('version = "0.1.0"', 'version = "0.1.1"'),
        "package/teach/pyproject.toml": ("0.1.0", "0.1.1"),
        "src/medialit/__init__.py": ("0.1.0", "0.1.1"),
        "labs/07_spotting/lab.toml": ("Spotting by eye, calibrated", "Spotting by eye, once more"),
        "course/course.toml": ('title = "Making', 'title = "Another title: making'),
    }
    for name, (old, new) in changes.items():
        text = (checkout / name).read_text(encoding="utf-8")
        assert old in text, name
        (checkout / name).write_text(text.replace(old, new), encoding="utf-8")
    return build_in(checkout, place / "dist")


@pytest.mark.usefixtures("handed_in")
def test_an_upgrade_keeps_marks_work_and_what_the_teacher_changed(
    room: Room, school: Path, newer: Path
) -> None:
    settings = school / "sources/course/course.toml"
    mine = settings.read_text(encoding="utf-8").replace('title = "Making', 'title = "Class 3B: making')
    settings.write_text(mine, encoding="utf-8")
    begun = room.place / "home/work/ar" / SPOTTING / f"{SPOTTING}.ipynb"
    begun.write_text(begun.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    before, key = begun.read_bytes(), (school / "courses/en/secret.key").read_bytes()
    points = marks(grade(room, school, "--force"))

    room.pip("install", "--quiet", "--no-index", "--no-deps", *map(str, sorted(newer.glob("*.whl"))))
    assert "0.1.1" in room.run("medialit", "--version").stdout
    told = room.run("medialit", "course", "build", "--lang", "en", home="school")

    assert "course/course.toml" in told.stderr  # that there is a newer one, and where
    assert settings.read_text(encoding="utf-8") == mine
    assert "Another title" in (school / "sources/newer/course/course.toml").read_text(encoding="utf-8")
    described = json.loads((school / "courses/en/medialit.json").read_text(encoding="utf-8"))
    assert described["title"].startswith("Class 3B")
    assert described["labs"][SPOTTING]["title"] == "Spotting by eye, once more"
    assert marks(grade(room, school)) == {}  # all have their marks already
    assert (school / "courses/en/secret.key").read_bytes() == key
    assert marks(grade(room, school, "--force")) == points
    room.pip("uninstall", "--yes", "--quiet", "medialit-teach")
    room.look(
        8936,
        [f"/api/status?token={TOKEN}"],
        "medialit",
        "start",
        "--lang",
        "ar",
        "--no-browser",
        "--port",
        "8936",
    )
    assert begun.read_bytes() == before


@pytest.mark.usefixtures("newer")
def test_uninstalling_leaves_what_people_made_and_nothing_else(room: Room, school: Path) -> None:
    room.pip("uninstall", "--yes", "--quiet", "medialit")
    [packages] = room.place.glob("venv/lib/python*/site-packages")
    assert [path.name for path in packages.iterdir() if path.name.startswith("medialit")] == []
    assert not (room.bin / "medialit").exists()
    assert (school / "courses/en/gradebook.db").is_file() and (room.place / "home/work/ar").is_dir()
