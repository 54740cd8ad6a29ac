"""The battlefield: a course with every attack handed in, canaries planted, and a friend who listens."""

from __future__ import annotations

import ctypes
import dataclasses
import hashlib
import importlib.util
import json
import os
import secrets
import selectors
import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pytest
from nbgrader.api import Gradebook

from medialit.grading.harness import Summary, grade_assignment
from medialit.grading.sandbox import walls as sandbox_walls
from medialit.grading.sandbox.box import Allowance

_PR_SET_CHILD_SUBREAPER = 36
ALLOWANCE = Allowance(cell_s=1.0, total_s=8.0)


def load(name: str) -> ModuleType:
    """Load a module that lies beside this file."""
    key = f"medialit_tests_{name}"
    if key not in sys.modules:
        spec = importlib.util.spec_from_file_location(key, Path(__file__).with_name(f"{name}.py"))
        assert spec and spec.loader
        sys.modules[key] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[key]


class Friend:
    """Somebody outside who notes whatever reaches them: TCP, UDP, and Unix sockets by path and by name."""

    def __init__(self, home: Path, token: str, *, port: int = 0) -> None:
        self.heard: list[str] = []
        tcp = socket.create_server(("127.0.0.1", port))
        self.port = tcp.getsockname()[1]
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", self.port))
        unix, abstract = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
        unix.bind(str(home / "friend.sock"))
        abstract.bind(f"\0{token}")
        unix.listen()
        abstract.listen()
        self._sockets = (tcp, udp, unix, abstract)
        self._stop = socket.socketpair()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        with selectors.DefaultSelector() as selector:
            for channel in (*self._sockets, self._stop[1]):
                selector.register(channel, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fileobj is self._stop[1]:
                        return
                    self.heard.append(str(key.fileobj))
                    selector.unregister(key.fileobj)

    def close(self) -> None:
        self._stop[0].send(b"x")
        self._thread.join()
        for channel in (*self._sockets, *self._stop):
            channel.close()


@dataclass
class Battle:
    """What was handed in, and what came of it."""

    submissions: dict[str, object]
    course: Path
    home: Path
    summary: Summary
    canaries: Mapping[str, str]
    heard: list[str]
    changed: list[str]
    processes: list[str]
    temporary: list[str]
    gradebook: dict[str, float] = field(default_factory=dict)


def fortify(walls_named: str) -> sandbox_walls.Walls:
    """Return walls of a kind, or skip where this machine cannot build them."""
    best = sandbox_walls.find()
    walls = {
        "all": best,
        "landlock": dataclasses.replace(best, outer=None),
        "bubblewrap": dataclasses.replace(best, landlock=False),
    }[walls_named]
    if not walls.stand or (walls_named != "landlock" and not best.outer):
        pytest.skip(f"this machine cannot build these walls; it has: {best.name}")
    return walls


def fight(
    built: Path, root: Path, submissions: Mapping[str, object], walls: sandbox_walls.Walls, monkeypatch
) -> Battle:
    """Plant canaries, hand everything in, grade it in one call, and look at what is left."""
    course = Path(shutil.copytree(built / "en", root / "course"))
    graders = Path(
        shutil.copytree(json.loads((course / "medialit.json").read_text())["graders"], root / "graders")
    )
    home = root / "home"
    temporary = root / "tmp"
    home.mkdir()
    temporary.mkdir()
    token = secrets.token_hex(8)
    canaries = {
        "the secret": secrets.token_hex(32),
        **{
            place: f"canary-{secrets.token_hex(8)}"
            for place in ("the grader", "the gradebook", "the home folder", "the environment")
        },
        "a classmate's work": "canary-of-the-victim",
    }
    (course / "secret.key").write_text(canaries["the secret"])
    (home / ".netrc").write_text(canaries["the home folder"])
    grader = graders / "01_probe.py"
    grader.write_text(grader.read_text() + f'\nCANARY = "{canaries["the grader"]}"\n')
    settings = json.loads((course / "medialit.json").read_text())
    (course / "medialit.json").write_text(json.dumps(settings | {"graders": str(graders)}))
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        gradebook.update_or_create_student("somebody", email=canaries["the gradebook"])
    friend = Friend(home, token)
    names = {
        "COURSE": str(course), "HOME": str(home), "GRADERS": str(graders), "PORT": str(friend.port), "TOKEN": token,
    }  # fmt: skip
    for submission in submissions.values():
        submission.hand_in(course, names)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("MEDIALIT_CANARY", canaries["the environment"])
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setattr(sandbox_walls, "require", lambda: walls)
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # nobody's orphan gets lost
    known = set(_descendants())
    before = _snapshot(root)
    try:
        summary = grade_assignment(course, "01_probe", allowance=ALLOWANCE)
    finally:
        friend.close()
        processes = [line for pid, line in _descendants().items() if pid not in known]
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
    after = _snapshot(root)
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        marks = {s.student.id: float(s.score) for s in gradebook.assignment_submissions("01_probe")}
    return Battle(
        submissions=dict(submissions),
        course=course,
        home=home,
        summary=summary,
        canaries=canaries,
        heard=friend.heard,
        changed=sorted(p for p in before.keys() | after.keys() if before.get(p) != after.get(p)),
        processes=processes,
        temporary=[path.name for path in temporary.iterdir()],
        gradebook=marks,
    )


def _snapshot(root: Path) -> dict[str, tuple[object, ...]]:
    """Everything but what grading is to write: mode, owner, time and content."""
    found: dict[str, tuple[object, ...]] = {}
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        if here.name == "course":
            folders[:] = [f for f in folders if f != "autograded"]
            names = [n for n in names if not n.startswith(("gradebook.db", ".grading.lock"))]
        for path in (here, *(here / name for name in names)):
            status = path.lstat()
            regular = path.is_file() and not path.is_symlink() and status.st_size < 1 << 20
            content = hashlib.sha256(path.read_bytes()).hexdigest() if regular else ""
            moved = 0 if path.name in ("course", "tmp") or path == root else status.st_mtime_ns
            found[str(path.relative_to(root))] = (status.st_mode, status.st_uid, moved, content)
    return found


def _descendants() -> dict[int, str]:
    """Every process below this one: its command line by its number."""
    parents: dict[int, int] = {}
    lines: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_bytes().rpartition(b")")[2].split()
                lines[int(entry.name)] = (
                    (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                )
            except OSError:
                continue
            if fields[0] != b"Z":
                parents[int(entry.name)] = int(fields[1])

    def is_below(pid: int) -> bool:
        while pid in parents:
            pid = parents[pid]
            if pid == os.getpid():
                return True
        return False

    return {pid: lines[pid] for pid in parents if is_below(pid)}


@pytest.fixture(scope="session")
def attacks() -> ModuleType:
    """The attacks as data."""
    return load("attacks")


@pytest.fixture(
    scope="module", params=["all", "landlock", pytest.param("bubblewrap", marks=pytest.mark.long)]
)
def battle(request, built_probe_course, tmp_path_factory, attacks) -> Iterator[Battle]:
    """All attacks and honest work, graded in one batch behind each kind of walls."""
    walls = fortify(request.param)
    everybody = {a.name: a for a in (*attacks.ATTACKS, *attacks.HONEST)}
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield fight(built_probe_course, tmp_path_factory.mktemp("battle"), everybody, walls, monkeypatch)
