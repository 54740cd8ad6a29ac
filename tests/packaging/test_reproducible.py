"""The same sources give the same bytes: in another folder, at another time, for another account; from the sdist, too."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]


def digests(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.name != ".gitignore"
    }


def test_two_builds_in_two_folders_at_two_times_give_the_same_bytes(
    checkout: Path, dist: Path, tmp_path: Path, build_in: Callable[..., Path]
) -> None:
    other = tmp_path / "somebody's folder" / "é"
    shutil.copytree(checkout, other, ignore=shutil.ignore_patterns("build", "__pycache__"))
    for path in sorted(other.rglob("*"), reverse=True):
        os.utime(path, (1_000_000_000, 1_000_000_000))
        path.chmod(0o700 if path.is_dir() else 0o600)
    environment = {"TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "7", "HOME": str(tmp_path)}
    assert digests(build_in(other, tmp_path / "out", **environment)) == digests(dist)


def test_a_wheel_made_from_the_sdist_is_the_wheel(one: Callable[[str], Path], tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable, "-m", "pip", "wheel", "--no-build-isolation", "--no-deps", "--no-index", "--no-cache-dir",
            "-w", str(tmp_path), str(one("medialit-*.tar.gz")),
        ],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    [made] = tmp_path.glob("*.whl")
    wheel = one("medialit-*.whl")
    assert (made.name, hashlib.sha256(made.read_bytes()).hexdigest()) == (
        wheel.name, hashlib.sha256(wheel.read_bytes()).hexdigest(),
    )  # fmt: skip


def test_a_checkout_without_released_labs_builds_no_empty_wheel_and_says_what_to_do(
    tmp_path: Path, copy_checkout: Callable[[Path], Path]
) -> None:
    bare = copy_checkout(tmp_path / "bare")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "out")],
        cwd=bare, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "python3 run.py package" in done.stdout + done.stderr
    assert not list((tmp_path / "out").glob("*.whl"))
