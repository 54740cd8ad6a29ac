"""The same batch, graded by a user without privileges: an administrator's rights must not be what contains."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from medialit.grading.sandbox import walls

NOBODY = 65534
ROOT = Path(__file__).parents[2]

# The interpreter may lie in a folder that only its owner may enter: show it, and nothing else of that folder.
_SCRIPT = """
set -e
if [ -n "$CLOSED" ]; then
    mkdir "$BASE/interpreter"
    mount --bind "$PREFIX" "$BASE/interpreter"
    mount -t tmpfs -o mode=755 tmpfs "$CLOSED"
    mkdir -p "$PREFIX"
    mount --bind "$BASE/interpreter" "$PREFIX"
fi
exec setpriv --reuid "$NOBODY" --regid "$NOBODY" --clear-groups --inh-caps=-all "$@"
"""


def _closed(path: Path) -> str:
    """Return the topmost folder above a path that others may not enter, or nothing."""
    for folder in reversed(path.parents):
        if not folder.stat().st_mode & 0o001:
            return str(folder)
    return ""


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("kind", ["all", "landlock"])
def test_the_batch_holds_for_an_ordinary_user(kind):
    if os.getuid() != 0:
        pytest.skip("these tests run as an ordinary user already")
    if not (shutil.which("setpriv") and shutil.which("unshare")):
        pytest.skip("needs setpriv and unshare (util-linux) to become an ordinary user")
    if not walls.find().landlock:
        pytest.skip("needs Landlock")
    # Not among pytest's own folders, which it keeps closed to others.
    with tempfile.TemporaryDirectory(prefix="medialit-ordinary-", ignore_cleanup_errors=True) as folder:
        _run_batch(kind, Path(folder))


def _run_batch(kind: str, base: Path) -> None:
    base.chmod(0o755)
    theirs = base / "theirs"
    theirs.mkdir()
    os.chown(theirs, NOBODY, NOBODY)
    prefix = Path(sys.base_prefix).resolve()
    command = [
        "unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", _SCRIPT, "sh",
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(Path(__file__).with_name("test_batch.py")),
        "-k", kind, "--basetemp", str(theirs / "pytest"), "--rootdir", str(ROOT), "-m", "",
    ]  # fmt: skip
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(theirs),
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "BASE": str(base),
        "PREFIX": str(prefix),
        "CLOSED": _closed(prefix),
        "NOBODY": str(NOBODY),
    }
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=1100
    )
    assert done.returncode == 0, done.stdout[:6000] + done.stderr[-2000:]
    assert "passed" in done.stdout
    assert "skipped" not in done.stdout, done.stdout[-2000:]
