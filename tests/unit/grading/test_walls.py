"""The walls, door by door: what a worker may not do, and that it may do all that a lab needs."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import medialit
from medialit.errors import SandboxUnavailableError
from medialit.grading.sandbox import _landlock, _scratch, _seccomp, walls
from medialit.grading.sandbox.box import Box

DOORS = r"""
import ctypes, os, socket, subprocess, json, sys, fcntl, signal, threading, resource
libc = ctypes.CDLL(None, use_errno=True)
doors = {}
def attempt(name, act):
    try: doors[name] = f"open: {act()!r}"
    except OSError as error: doors[name] = error.errno
    except Exception as error: doors[name] = type(error).__name__
def call(number, *args):
    if libc.syscall(number, *args) < 0: raise OSError(ctypes.get_errno(), "")
attempt("fork", os.fork)
attempt("exec", lambda: os.execv("/bin/true", ["true"]))
attempt("spawn", lambda: os.posix_spawn("/bin/true", ["true"], {}))
attempt("tcp", socket.socket)
attempt("unix", lambda: socket.socket(socket.AF_UNIX))
attempt("kill parent", lambda: os.kill(os.getppid(), 0))
attempt("kill everybody", lambda: os.kill(-1, 0))
attempt("kill group", lambda: os.kill(0, 0))
attempt("signal owner", lambda: fcntl.fcntl(socket.socketpair()[0], fcntl.F_SETOWN, os.getppid()))
try: resource.setrlimit(resource.RLIMIT_CPU, (1, 1)); doors["limit"] = "open"
except ValueError: pass  # how Python says EPERM
attempt("priority", lambda: os.nice(1))
attempt("idle", lambda: os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0)))
attempt("affinity", lambda: os.sched_setaffinity(0, {0}))
attempt("chown", lambda: os.chown(".", 0, 0))
attempt("truncate", lambda: os.truncate("/etc/ld.so.cache", 0))
attempt("xattr", lambda: os.setxattr(".", "user.a", b"1"))
attempt("memfd", lambda: os.memfd_create("x"))
attempt("write /usr", lambda: open("/usr/x", "w"))
attempt("write package", lambda: open(sys.modules["medialit"].__file__, "a"))
attempt("shadow", lambda: open("/etc/shadow").read())
attempt("passwd", lambda: open("/etc/passwd").read())
attempt("list homes", lambda: os.listdir("/home"))
attempt("parent's memory", lambda: open(f"/proc/{os.getppid()}/mem", "rb"))
attempt("parent's environment", lambda: open(f"/proc/{os.getppid()}/environ", "rb").read())
if os.uname().machine == "x86_64":
    for name, args in dict(ptrace=(101, 16, os.getppid(), 0, 0), unshare=(272, 0x10000000), io_uring=(425, 8, 0),
                           keyctl=(250, 0, 0), bpf=(321, 0, 0, 0), userfaultfd=(323, 0), iopl=(172, 3), inotify=(294, 0),
                           vmread=(310, os.getppid(), 0, 0, 0, 0, 0), clone=(56, 17, 0, 0, 0, 0), adjtime=(159, 0),
                           pidfd_getfd=(438, 0, 0, 0), process=(424, 0, 9, 0, 0)).items():
        attempt(name, lambda: call(*args))
result = {k: v for k, v in doors.items() if not isinstance(v, int)}
"""

NEEDS = r"""
import os, shutil, tempfile, threading, asyncio, socket, signal
os.makedirs("out/deep", exist_ok=True)
open("out/a.txt", "w").write("a")
shutil.copy("out/a.txt", "out/b.txt"); os.chmod("out/b.txt", 0o600); os.utime("out/b.txt")
os.rename("out/b.txt", "out/deep/c.txt"); shutil.rmtree("out/deep")
with tempfile.TemporaryFile() as file: file.write(b"x")
thread = threading.Thread(target=lambda: None); thread.start(); thread.join()
await asyncio.sleep(0)
a, b = socket.socketpair(); a.send(b"x"); b.recv(1)
signal.getsignal(signal.SIGINT)
import numpy as np, matplotlib.pyplot as plt
np.linalg.svd(np.random.rand(50, 50))
figure = plt.figure(); plt.plot([1, 2]); figure.savefig("a.png")
os.urandom(3), open("/dev/null", "w").write("x")
result = "fine"
"""


@pytest.fixture(scope="module", params=["all", "landlock", "bubblewrap"])
def box(request):
    best = walls.find()
    kind = {
        "all": best,
        "landlock": dataclasses.replace(best, outer=None),
        "bubblewrap": dataclasses.replace(best, landlock=False),
    }[request.param]
    if not kind.stand or (request.param != "landlock" and not best.outer):
        pytest.skip(f"this machine cannot build these walls; it has: {best.name}")
    with Box(kind) as box:
        yield box


def test_every_door_is_shut(box):
    with box.session([DOORS]) as session:
        told = json.dumps(session.outputs)
        left_open = session.value("result")

    assert left_open == {}, told


def test_a_lab_has_what_it_needs(box):
    with box.session([NEEDS]) as session:
        assert [o for outputs in session.outputs for o in outputs if o["output_type"] == "error"] == []
        assert session.value("result") == "fine"


def test_bubblewrap_covers_an_installed_package_of_solutions(monkeypatch):
    kind = dataclasses.replace(walls.find(), landlock=False)
    if not kind.outer:
        pytest.skip(f"this machine has no bubblewrap that works; it has: {kind.name}")
    secret = (
        Path(medialit.__file__).parent / "generate" / "cards"
    )  # stands for it: a folder that Python may read
    assert list(secret.iterdir())
    monkeypatch.setattr(walls, "hidden", lambda: [secret])
    with Box(kind) as box, box.session([f"import os\nresult = os.listdir({str(secret)!r})"]) as session:
        assert session.value("result") == []


LANDLOCKED = r"""
import pathlib, sys
from medialit.grading.sandbox import _landlock
site, secret = map(pathlib.Path, sys.argv[1:])
_landlock.apply(read=[site.parent, *map(pathlib.Path, ("/usr", "/lib", "/lib64"))], write=[], hide=[secret])
assert (site / "other" / "module.py").read_text() == "open"
assert {one.name for one in site.iterdir()} == {"other", "teach"}
for name in ("teach/graders/07.py", "../lib64/teach/graders/07.py"):
    try:
        (site / name).read_text()
    except PermissionError:
        print("shut")
"""


@pytest.mark.skipif(_landlock.version() < 1, reason="this kernel has no Landlock")
def test_landlock_opens_what_lies_around_a_hidden_folder_and_not_the_folder(tmp_path):
    site = tmp_path / "prefix" / "lib"
    for name, text in (("other/module.py", "open"), ("teach/graders/07.py", "secret")):
        (site / name).parent.mkdir(parents=True)
        (site / name).write_text(text, encoding="utf-8")
    (site.parent / "lib64").symlink_to("lib")
    told = subprocess.run(
        [sys.executable, "-c", LANDLOCKED, str(site), str(site / "teach")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.split() == ["shut", "shut"]


def test_the_package_of_solutions_is_found_wherever_python_looks(tmp_path, monkeypatch):
    (tmp_path / walls.TEACHERS_PACKAGE).mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    assert tmp_path / walls.TEACHERS_PACKAGE in walls.hidden()


@pytest.mark.parametrize(
    ("kind", "stand"),
    [
        (walls.Walls("/usr/bin/bwrap", landlock=True, seccomp=True), True),
        (walls.Walls("/usr/bin/bwrap", landlock=False, seccomp=True), True),
        (walls.Walls(None, landlock=True, seccomp=True), True),
        (walls.Walls("/usr/bin/bwrap", landlock=True, seccomp=False), False),
        (walls.Walls(None, landlock=True, seccomp=False), False),
        (walls.Walls(None, landlock=False, seccomp=True), False),
        (walls.NONE, False),
    ],
)
def test_walls_stand_only_together(kind, stand, monkeypatch):
    assert kind.stand == stand
    monkeypatch.setattr(walls, "find", lambda: kind)
    if stand:
        assert walls.require() is kind
    else:
        with pytest.raises(SandboxUnavailableError, match="--no-sandbox"):
            walls.require()


@pytest.mark.parametrize(("platform", "word"), [("darwin", "Linux"), ("win32", "WSL")])
def test_other_systems_are_told_what_to_do(platform, word, monkeypatch):
    monkeypatch.setattr(walls, "find", lambda: walls.NONE)
    monkeypatch.setattr(walls.sys, "platform", platform)
    with pytest.raises(SandboxUnavailableError, match=word):
        walls.require()


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_a_filter_has_the_kernels_shape(machine):
    code = _seccomp.program(machine, pid=77)
    assert len(code) % 8 == 0
    assert len(code) // 8 < 4096  # BPF_MAXINSNS


def test_an_unknown_processor_is_refused():
    with pytest.raises(SandboxUnavailableError, match="riscv64"):
        _seccomp.program("riscv64", pid=1)


def test_a_hostile_folder_is_measured_and_emptied(tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"x" * 10_000)
    assert not _scratch.is_over(tmp_path, 20_000)
    assert _scratch.is_over(tmp_path, 5_000)
    (tmp_path / "link").symlink_to("/etc")
    monkeypatch.chdir(tmp_path)
    for _ in range(1200):
        os.mkdir("d")  # noqa: PTH102
        os.chdir("d")
    (tmp_path / "closed").mkdir(mode=0)
    os.chdir("/")
    assert _scratch.is_over(tmp_path, 1 << 40)
    assert _scratch.empty(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_many_small_files_are_much(tmp_path):
    for n in range(300):
        (tmp_path / str(n)).touch()
    assert _scratch.is_over(tmp_path, 1 << 20)
