"""What is passed on, built from a copy of the checkout in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(
    ".git",
    ".venv",
    ".whl",
    "build",
    "dist",
    "shared",
    "__pycache__",
    ".*_cache",
    ".hypothesis",
    "*.ipynb",
    "labs-built",
)


def copy_of_the_checkout(place: Path) -> Path:
    """Copy what a person would commit; without git, all but what is made."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=False
    )
    if listed.returncode != 0:
        return Path(shutil.copytree(ROOT, place, ignore=LEFT_OUT))
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, place / name)
    return place


def build(checkout: Path, out: Path, **environment: str) -> Path:
    """Run package/build.py of a checkout, with that checkout's own library."""
    clean = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    done = subprocess.run(
        [sys.executable, "package/build.py", "--out", str(out)],
        cwd=checkout, capture_output=True, text=True, check=False,
        env=clean | {"PYTHONPATH": str(checkout / "src"), "PYTHONDONTWRITEBYTECODE": "1"} | environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return out


@pytest.fixture(scope="session")
def copy_checkout() -> Callable[[Path], Path]:
    """Copy the checkout to a place."""
    return copy_of_the_checkout


@pytest.fixture(scope="session")
def build_in() -> Callable[..., Path]:
    """Build what is passed on: given a checkout, a folder to write to, and environment variables."""
    return build


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy, which nothing changes while it is built."""
    return copy_of_the_checkout(tmp_path_factory.mktemp("here") / "medialit")


@pytest.fixture(scope="session")
def dist(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Wheels, sdist, bills of materials and checksums; those of $MEDIALIT_DIST, if they are about to be passed on."""
    if ready := os.environ.get("MEDIALIT_DIST"):
        return Path(ready).resolve()
    return build(checkout, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def one(dist: Path) -> Callable[[str], Path]:
    """Give the one file of what was built that fits a pattern."""

    def find(pattern: str) -> Path:
        [path] = dist.glob(pattern)
        return path

    return find
