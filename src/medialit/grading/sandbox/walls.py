"""Which walls this machine can put around a student's code, and how a box is started behind them.

Two layers. The **outer** one is bubblewrap: namespaces in which there is no network, no other process and
no file but the interpreter, the lab and a small scratch folder in memory. The **inner** one is entered by
each worker after it was forked: Landlock, a system-call filter and resource limits.

The system-call filter is always required: only it bounds the number of processes. Beside it one other wall
must stand, bubblewrap or Landlock. Otherwise grading is refused unless the instructor accepts the risk.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import medialit
from medialit.errors import SandboxUnavailableError
from medialit.grading.sandbox import _landlock, _seccomp

SCRATCH_IN_BOX = Path("/scratch")
LAB_IN_BOX = Path("/lab")


@dataclass(frozen=True)
class Walls:
    """What stands between a student's code and the machine.

    Attributes
    ----------
    outer : str or None
        Path of bubblewrap, if it works here.
    landlock, seccomp : bool
        Whether each worker enters them.
    """

    outer: str | None
    landlock: bool
    seccomp: bool

    @property
    def name(self) -> str:
        """The walls in words, for reports and feedback."""
        inner = [word for word, on in (("Landlock", self.landlock), ("seccomp", self.seccomp)) if on]
        return " + ".join((["bubblewrap"] if self.outer else []) + inner) or "no sandbox"

    @property
    def stand(self) -> bool:
        """Whether they are enough to run a stranger's code behind."""
        # Without the filter nothing bounds how many processes there are, and no namespace would change that.
        return self.seccomp and (bool(self.outer) or self.landlock)


TEACHERS_PACKAGE = "medialit_teach"
"""Holds solutions and graders, and may be installed beside Python, where students' code has to read."""

NONE = Walls(None, landlock=False, seccomp=False)


@cache
def find() -> Walls:
    """Return the best walls that work on this machine; they may be too few (`Walls.stand`)."""
    if sys.platform != "linux":
        return NONE
    return Walls(_working_bubblewrap(), landlock=_landlock.version() >= 1, seccomp=_seccomp.is_supported())


def require() -> Walls:
    """Return walls that stand.

    Raises
    ------
    SandboxUnavailableError
        If there are none on this machine; the message says what to install.
    """
    walls = find()
    if walls.stand:
        return walls
    if sys.platform == "win32":
        remedy = "Grade inside WSL: `wsl --install`, then run the same command in the Ubuntu window."
    elif sys.platform == "darwin":
        remedy = "Grade on Linux, or in a Linux virtual machine."
    else:
        remedy = (
            "Install bubblewrap (Debian, Ubuntu: `sudo apt-get install bubblewrap`); "
            "it takes Linux on a 64-bit x86 or Arm processor."
        )
    raise SandboxUnavailableError(
        "Students' code cannot be contained on this machine, so it was not run. "
        f"{remedy} To run it with your own rights all the same, add --no-sandbox."
    )


def describe() -> list[str]:
    """Return sentences about this machine's walls, for `medialit doctor`."""
    walls = find()
    if walls.stand:
        return [f"Students' code is contained by {walls.name}."]
    try:
        require()
    except SandboxUnavailableError as error:
        return [str(error)]
    return []


def command(
    walls: Walls, *, lab: Path | None, scratch_mb: int, arguments: list[str]
) -> tuple[list[str], dict[str, str]]:
    """Return the command that starts a box's zygote behind the outer wall, and its environment.

    Parameters
    ----------
    walls : Walls
        As found.
    lab : Path, optional
        The released lab's folder, readable in the box.
    scratch_mb : int
        Size of the scratch folder, in megabytes; bounded by the kernel behind bubblewrap.
    arguments : list of str
        The zygote's arguments.
    """
    environment = {
        "PATH": os.pathsep.join((str(Path(sys.prefix) / "bin"), "/usr/bin", "/bin")),
        "HOME": str(SCRATCH_IN_BOX),
        "TMPDIR": str(SCRATCH_IN_BOX),
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": str(SCRATCH_IN_BOX / "matplotlib"),
        "IPYTHONDIR": str(SCRATCH_IN_BOX / "ipython"),
        # One thread a worker: a class is graded side by side, and a fork copies no idle threads.
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    }
    # Kernels of the linear-algebra library that an administrator chose for this processor.
    environment |= {k: v for k, v in os.environ.items() if k.startswith("OPENBLAS_") and k not in environment}
    zygote = [sys.executable, "-s", "-P", "-m", "medialit.grading.sandbox.zygote", *arguments]
    if not walls.outer:
        return zygote, environment
    return [*_bubblewrap(walls.outer, lab=lab, scratch_mb=scratch_mb), "--", *zygote], environment


def readable() -> list[Path]:
    """Return the folders that a Python program needs to run: the interpreter, libraries, this package."""
    package = Path(medialit.__file__).resolve().parent
    paths = [Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parent.parent, package]
    paths += [Path(p) for p in ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin")]
    paths += [Path("/etc") / n for n in ("ld.so.cache", "fonts", "localtime", "alternatives", "mime.types")]
    return [path for path in dict.fromkeys(paths) if path.exists()]


def hidden() -> list[Path]:
    """Return the folders inside `readable()` that students' code must not read: solutions and graders, if installed."""
    places = [Path(entry).resolve() / TEACHERS_PACKAGE for entry in sys.path if entry]
    return [place for place in dict.fromkeys(places) if place.is_dir()]


def _bubblewrap(program: str, *, lab: Path | None, scratch_mb: int) -> list[str]:
    arguments = [
        program, "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL",
        "--proc", "/proc", "--dev", "/dev", "--size", str(1 << 20), "--tmpfs", "/dev/shm",  # noqa: S108  # inside the box
    ]  # fmt: skip
    for path in readable():
        if path.is_symlink():
            arguments += ["--symlink", str(path.readlink()), str(path)]
        else:
            arguments += ["--ro-bind", str(path), str(path)]
    for place in hidden():
        arguments += ["--size", "4096", "--tmpfs", str(place)]
    if lab is not None:
        arguments += ["--ro-bind", str(lab.resolve()), str(LAB_IN_BOX)]
    arguments += ["--size", str(scratch_mb << 20), "--tmpfs", str(SCRATCH_IN_BOX)]
    temporary = Path("/tmp")  # noqa: S108  # inside the box; a checkout of ours may itself lie under it
    if not any(path.is_relative_to(temporary) for path in readable()):
        arguments += ["--symlink", str(SCRATCH_IN_BOX), str(temporary)]
    return [*arguments, "--remount-ro", "/", "--chdir", str(SCRATCH_IN_BOX)]


def _working_bubblewrap() -> str | None:
    """Return bubblewrap's path if it can make a box here; an ordinary user may not be let."""
    program = shutil.which("bwrap")
    if program is None:
        return None
    trial = [*_bubblewrap(program, lab=None, scratch_mb=1), "--", sys.executable, "-I", "-c", "pass"]
    try:
        done = subprocess.run(trial, capture_output=True, timeout=20, check=False, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return program if done.returncode == 0 else None
