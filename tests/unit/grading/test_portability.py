from __future__ import annotations

import subprocess
import sys

import pytest

from medialit.errors import SandboxUnavailableError
from medialit.grading.sandbox import walls

PRETEND_WINDOWS = """
import sys, warnings
warnings.simplefilter("ignore")  # filelock says that its lock is a soft one here
for name in ("resource", "fcntl", "termios"):  # nbgrader sees to pwd itself
    sys.modules[name] = None
import medialit.grading.harness, medialit.grading.settings, medialit.cli, medialit.course.build
"""


def test_the_course_side_needs_nothing_that_only_unix_has():
    done = subprocess.run(
        [sys.executable, "-c", PRETEND_WINDOWS], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("platform", "remedy"), [("win32", "wsl --install"), ("darwin", "Linux"), ("linux", "bubblewrap")]
)
def test_where_nothing_contains_code_grading_is_refused_and_says_what_to_do(monkeypatch, platform, remedy):
    monkeypatch.setattr(walls, "find", lambda: walls.NONE)
    monkeypatch.setattr(walls.sys, "platform", platform)
    with pytest.raises(SandboxUnavailableError, match=remedy) as refused:
        walls.require()
    assert "was not run" in str(refused.value)
    assert "--no-sandbox" in str(refused.value)
