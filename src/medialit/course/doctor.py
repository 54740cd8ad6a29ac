"""Look at this computer, and say what the course needs and does not find."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from medialit.course.exchange import WITHOUT_EXCHANGE, Home

MIN_DISK_GB = 2.0
MIN_MEMORY_GB = 4.0
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    name: str
    fine: bool
    detail: str
    remedy: str = ""
    """What to do; empty where nothing is needed."""
    needed: bool = True
    """False where only the project's own tests need it."""


def examine(home: Home) -> Iterator[Finding]:
    """Yield what was found on this computer, without changing it.

    Examples
    --------
    >>> from medialit.course.exchange import find_home
    >>> [finding.name for finding in examine(find_home())][:2]
    ['Python', 'packages']
    """
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(
        name="Python",
        fine=sys.version_info >= (3, 11),
        detail=version,
        remedy="Install Python 3.11 or later from python.org, delete .venv and run python3 run.py setup.",
    )
    yield _packages()
    yield _disk(home.root)
    yield _memory()
    yield _alembic()
    yield Finding(
        name="hand-in",
        fine=not WITHOUT_EXCHANGE,
        detail=f"the exchange {home.exchange}"
        if not WITHOUT_EXCHANGE
        else "nbgrader has no exchange on Windows",
        remedy="Grade inside WSL: run `wsl --install`, then python3 run.py start in its Ubuntu window.",
    )
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    yield Finding(
        name="Chromium",
        fine=browser is not None,
        detail=browser or "not found; only the project's own browser tests need it",
        remedy="apt-get install chromium, or brew install --cask chromium",
        needed=False,
    )


def _packages() -> Finding:
    names = ("jupyterlab", "nbgrader", "ipykernel", "av", "opencv-python-headless")
    found, missing = [], []
    for name in names:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    return Finding(
        name="packages",
        fine=not missing,
        detail=", ".join(found) if not missing else f"missing: {', '.join(missing)}",
        remedy="Run python3 run.py setup.",
    )


def _disk(folder: Path) -> Finding:
    while not folder.exists():
        folder = folder.parent
    free_gb = shutil.disk_usage(folder).free / 1e9
    return Finding(
        name="disk",
        fine=free_gb >= MIN_DISK_GB and os.access(folder, os.W_OK),
        detail=f"{free_gb:.1f} GB free at {folder}",
        remedy=f"Free {MIN_DISK_GB:.0f} GB, or set MEDIALIT_HOME to a folder with room that you may write.",
    )


def _memory() -> Finding:
    try:
        total_gb = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    except (AttributeError, ValueError, OSError):
        return Finding(name="memory", fine=True, detail="not known on this system")
    return Finding(
        name="memory",
        fine=total_gb >= MIN_MEMORY_GB * 0.9,  # part of what is sold as 4 GB belongs to the graphics
        detail=f"{total_gb:.1f} GB",
        remedy=f"The labs want {MIN_MEMORY_GB:.0f} GB. Close other programs, and grade with --workers 1.",
    )


def _alembic() -> Finding:
    tool = shutil.which(
        "alembic", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    )
    return Finding(
        name="gradebook tool",
        fine=tool is not None,
        detail=tool or "alembic, which nbgrader calls by name, is not found",
        remedy="Run python3 run.py setup.",
    )
