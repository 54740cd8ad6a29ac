"""Look at this computer, and say what the course needs and does not find, and what to do. Nothing is changed."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import socket
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from sqlalchemy import inspect

import medialit
from medialit.course.build import read_description
from medialit.course.exchange import WITHOUT_EXCHANGE, Home
from medialit.databases import server
from medialit.errors import MedialitError
from medialit.gradebook import gradebook_url
from medialit.grading.sandbox import walls as sandbox_walls
from medialit.language import translator

MIN_PYTHON: Final = (3, 11)
MIN_DISK_GB: Final = 2.0
MIN_MEMORY_GB: Final = 4.0
MIN_SQLITE: Final = (3, 35, 0)
MIN_FREE_MEMORY_GB: Final = 1.0
PORTS: Final = (8888, 7860, 8765)
"""JupyterLab's, the windows' first and the studio's; others are taken, or can be named, where these are not free."""
RELEASED: Final = datetime(2026, 11, 1, tzinfo=UTC)
"""No clock that is right shows an earlier day."""
SLACK: Final = timedelta(minutes=5)
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "chrome")
_PACKAGES: Final = (
    "jupyterlab",
    "nbgrader",
    "ipykernel",
    "gradio",
    "av",
    "opencv-python-headless",
    "onnxruntime",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at.

    Parameters
    ----------
    name : str
        For programs: the same in every language.
    title, detail : str
        For people.
    fine : bool
    remedy : str
        What to do where it is not fine.
    needed : bool
        False where the course works without it.
    """

    name: str
    title: str
    fine: bool
    detail: str
    remedy: str = ""
    needed: bool = True


def examine(home: Home, *, lang: str, now: datetime) -> Iterator[Finding]:
    """Yield what was found on this computer.

    Parameters
    ----------
    home : Home
        Need not exist.
    lang : str
        A code of `medialit.language.LANGUAGES`.
    now : datetime
        What this computer's clock shows, in UTC.

    Examples
    --------
    >>> from medialit.course.exchange import find_home
    >>> found = examine(find_home(), lang="en", now=datetime.now(UTC))
    >>> [finding.name for finding in found][:2]
    ['python', 'packages']
    """
    machine = (_python, _packages, _video, _cores, _memory, _free_memory, _sandbox)
    for look in (*machine, _alembic, _hand_in, _fonts, _browser, _ports):
        yield look(lang)
    yield _disk(home.root, lang=lang)
    yield _clock(home, lang=lang, now=now)
    yield _database(lang)
    yield from _courses(home, lang=lang)


def in_checkout(package: Path) -> bool:
    """Say whether a package's folder lies in a checkout, where `run.py` sets everything up."""
    return (package.parent.parent / "run.py").is_file()


def _again(lang: str, in_a_checkout: str) -> str:
    """Return what puts an installation right: another sentence where there is no checkout."""
    if in_checkout(Path(medialit.__file__).parent):
        return in_a_checkout
    _ = translator(lang)
    return _(
        "Make a new environment with Python 3.11 or later, and install medialit there from the file that it came in."
    )


def _python(lang: str) -> Finding:
    _ = translator(lang)
    return Finding(
        name="python",
        title="Python",
        fine=sys.version_info >= MIN_PYTHON,
        detail=".".join(map(str, sys.version_info[:3])),
        remedy=_again(
            lang,
            _("Install Python 3.11 or later from python.org, delete .venv and run python3 run.py setup."),
        ),
    )


def _packages(lang: str) -> Finding:
    _ = translator(lang)
    missing = []
    for name in _PACKAGES:
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    return Finding(
        name="packages",
        title=_("Packages"),
        fine=not missing,
        detail=_("Missing: {names}.").format(names=", ".join(missing))
        if missing
        else _("All are installed."),
        remedy=_again(lang, _("Run python3 run.py setup.")),
    )


def _video(lang: str) -> Finding:
    """Load what reads and writes video, which may be installed and not fit this computer. No ffmpeg is asked for."""
    _ = translator(lang)
    try:
        import av

        av.codec.Codec("libx264", "w")
        fine = True
    except (ImportError, OSError, ValueError):
        fine = False
    return Finding(
        name="video",
        title=_("Video"),
        fine=fine,
        detail=_("H.264 is read and written, without ffmpeg.") if fine
        else _("What reads and writes video cannot be loaded."),
        remedy=_again(lang, _("Delete .venv and run python3 run.py setup, so that it fits this computer.")),
    )  # fmt: skip


def _cores(lang: str) -> Finding:
    _ = translator(lang)
    n = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Finding(
        name="cores",
        title=_("Processor cores"),
        fine=n >= 2,
        detail=_("Cores that this program may use: {n}.").format(n=n),
        remedy=_("It works with one, slowly: grade with --workers 1, and let learners generate in turn."),
        needed=False,
    )


def _memory(lang: str) -> Finding:
    _ = translator(lang)
    title, remedy = _("Memory"), _("Close other programs, and grade with --workers 1.")
    try:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    except (AttributeError, ValueError, OSError):
        return Finding(name="memory", title=title, fine=True, detail=_("Not known on this system."))
    total = min([total, *(limit / 1e9 for limit in memory_limits())])
    return Finding(
        name="memory",
        title=title,
        fine=total >= MIN_MEMORY_GB * 0.9,  # part of what is sold as 4 GB belongs to the graphics
        detail=_("{total} GB; the labs want {least}.").format(
            total=f"{total:.1f}", least=f"{MIN_MEMORY_GB:.0f}"
        ),
        remedy=remedy,
    )


def memory_limits(root: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")) -> list[int]:
    """Return what a container, or a service of systemd, may use: its own limit and those around it, in bytes.

    Parameters
    ----------
    root, own : Path
        Where Linux says it.
    """
    try:
        lines = [one.split(":", 2) for one in own.read_text(encoding="ascii").splitlines()]
    except OSError:
        return []
    found = []
    for _number, controllers, place in lines:
        if controllers not in ("", "memory"):  # "" is version 2 of control groups, where one tree holds all
            continue
        top, name = (root / "memory", "memory.limit_in_bytes") if controllers else (root, "memory.max")
        folder = top / place.lstrip("/")
        for one in (folder, *folder.parents):
            limit = one / name
            if one.is_relative_to(top) and limit.is_file():
                text = limit.read_text(encoding="ascii").strip()
                found += [int(text)] if text.isdigit() else []
    return found


def _free_memory(lang: str) -> Finding:
    _ = translator(lang)
    title, remedy = _("Free memory"), _("Close other programs, and grade with --workers 1.")
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        free = next(int(one.split()[1]) for one in lines if one.startswith("MemAvailable")) / 1e6
    except (OSError, StopIteration):
        return Finding(
            name="free-memory", title=title, fine=True, detail=_("Not known on this system."), remedy=remedy
        )
    return Finding(
        name="free-memory",
        title=title,
        fine=free >= MIN_FREE_MEMORY_GB,
        detail=_("{free} GB; below {least} GB everything is slow.").format(
            free=f"{free:.1f}", least=f"{MIN_FREE_MEMORY_GB:.0f}"
        ),
        remedy=remedy,
        needed=False,
    )


def _sandbox(lang: str) -> Finding:
    _ = translator(lang)
    walls = sandbox_walls.find()
    if walls.stand:
        detail = _("Students' code is contained by {walls}.").format(walls=walls.name)
    else:
        detail = _("Students' code cannot be contained here, so nothing is graded.")
    return Finding(
        name="sandbox",
        title=_("Sandbox"),
        fine=walls.stand,
        detail=detail,
        remedy=_("On Linux run sudo apt-get install bubblewrap. On Windows grade inside WSL, on a Mac in a "
                 "Linux virtual machine."),
    )  # fmt: skip


def _alembic(lang: str) -> Finding:
    _ = translator(lang)
    where = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    tool = shutil.which("alembic", path=where)
    return Finding(
        name="gradebook-tool",
        title=_("Gradebook tool"),
        fine=tool is not None,
        detail=tool or _("alembic, which nbgrader calls by name, is not found."),
        remedy=_again(lang, _("Run python3 run.py setup.")),
    )


def _hand_in(lang: str) -> Finding:
    _ = translator(lang)
    return Finding(
        name="hand-in",
        title=_("Handing in"),
        fine=not WITHOUT_EXCHANGE,
        detail=_("nbgrader has no exchange on Windows.")
        if WITHOUT_EXCHANGE
        else _("nbgrader's exchange works here."),
        remedy=_("Grade inside WSL: run wsl --install, then python3 run.py start in its Ubuntu window."),
    )


def _fonts(lang: str) -> Finding:
    """Look for the font that draws labels and reports: it holds Latin, Arabic and Tifinagh."""
    _ = translator(lang)
    package = find_spec("matplotlib")
    folders = list(package.submodule_search_locations or ()) if package else []
    found = any(
        (Path(folder) / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf").is_file() for folder in folders
    )
    return Finding(
        name="fonts",
        title=_("Fonts"),
        fine=found,
        detail=_("DejaVu Sans draws Latin, Arabic and Tifinagh.")
        if found
        else _("DejaVu Sans is not found."),
        remedy=_again(lang, _("Run python3 run.py setup: the fonts come with matplotlib.")),
    )


def _browser(lang: str) -> Finding:
    _ = translator(lang)
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    return Finding(
        name="browser",
        title="Chromium",
        fine=browser is not None,
        detail=browser
        or _("Not found. Any browser shows the course; only this project's own tests need Chromium."),
        remedy=_("apt-get install chromium, or brew install --cask chromium"),
        needed=False,
    )


def _ports(lang: str) -> Finding:
    _ = translator(lang)
    taken = [str(port) for port in PORTS if not _is_free(port)]
    return Finding(
        name="ports",
        title=_("Ports"),
        fine=not taken,
        detail=_("In use: {ports}.").format(ports=", ".join(taken)) if taken
        else _("Free: {ports}.").format(ports=", ".join(map(str, PORTS))),
        remedy=_("Something runs there, perhaps the course itself. Another port is taken, or name one with --port."),
        needed=False,
    )  # fmt: skip


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _disk(folder: Path, *, lang: str) -> Finding:
    _ = translator(lang)
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free / 1e9
    writable = folder.is_dir() and os.access(
        folder, os.W_OK
    )  # false for a disk that is mounted for reading only, too
    detail = _("{free} GB are free at {folder}.").format(free=f"{free:.1f}", folder=folder)
    return Finding(
        name="disk",
        title=_("Disk"),
        fine=free >= MIN_DISK_GB and writable,
        detail=detail if writable else detail + " " + _("Nothing can be written there."),
        remedy=_("Free {least} GB, or set MEDIALIT_HOME to a folder with room that you may write.").format(
            least=f"{MIN_DISK_GB:.0f}"
        ),
    )


def _clock(home: Home, *, lang: str, now: datetime) -> Finding:
    """Hold the clock against the day of this program, and against the newest gradebook: nothing here is of tomorrow."""
    _ = translator(lang)
    stamps = [path.stat().st_mtime for path in home.root.glob("courses/*/gradebook.db")]
    latest = max((datetime.fromtimestamp(stamp, UTC) for stamp in stamps), default=RELEASED)
    fine = now >= RELEASED and now + SLACK >= latest
    shown = _("It shows {now} (UTC).").format(now=f"{now:%Y-%m-%d %H:%M}")
    return Finding(
        name="clock",
        title=_("Clock"),
        fine=fine,
        detail=shown if fine else shown + " " + _("That is before the last change here: {latest}.").format(
            latest=f"{latest:%Y-%m-%d %H:%M}"),
        remedy=_("Set the clock. Lateness, signatures and permissions that end are judged by it."),
    )  # fmt: skip


def _database(lang: str) -> Finding:
    _ = translator(lang)
    return Finding(
        name="database",
        title=_("Database"),
        fine=sqlite3.sqlite_version_info >= MIN_SQLITE,
        detail=f"SQLite {sqlite3.sqlite_version}",
        remedy=_("Install a newer Python: SQLite comes with it."),
    )


def _courses(home: Home, *, lang: str) -> Iterator[Finding]:
    """Yield a finding for each built course: its description, its graders, its releases and its gradebook."""
    _ = translator(lang)
    for course in sorted(home.root.glob("courses/*")):
        if not course.is_dir():
            continue
        problems = _problems(course, lang=lang)
        yield Finding(
            name=f"course-{course.name}",
            title=_("Course {language}").format(language=course.name),
            fine=not problems,
            detail=" ".join(problems) or _("It is whole, and its gradebook is sound."),
            remedy=_("Run medialit course build; marks and submissions stay. A damaged gradebook comes back from your "
                     "last copy."),
        )  # fmt: skip


def _problems(course: Path, *, lang: str) -> list[str]:
    _ = translator(lang)
    try:
        description = read_description(course)
    except MedialitError as error:
        return [str(error)]
    if description is None:
        return [_("Nothing is built in it yet.")]
    found = []
    if not Path(description["graders"]).is_dir():
        found.append(_("Its graders are not at {folder}.").format(folder=description["graders"]))
    gone = [
        slug for slug in description["labs"] if not (course / "release" / slug / f"{slug}.ipynb").is_file()
    ]
    if gone:
        found.append(_("Labs that are not released: {labs}.").format(labs=", ".join(gone)))
    if not _holds_marks(course, description["course_id"]):
        found.append(_("Its gradebook is missing or damaged."))
    return found


def _holds_marks(course: Path, course_id: str) -> bool:
    """Say whether a course's gradebook can be read, wherever it is."""
    try:
        url = gradebook_url(course, course_id=course_id)
        if url.startswith("sqlite"):
            return _is_sound(course / "gradebook.db")
        with server(url) as engine, engine.connect() as connection:
            return inspect(connection).has_table("assignment")
    except MedialitError:
        return False


def _is_sound(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        opened = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            return bool(opened.execute("PRAGMA quick_check").fetchone() == ("ok",))
        finally:
            opened.close()
    except sqlite3.Error:
        return False
