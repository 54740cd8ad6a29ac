"""Grading under plain nbgrader, inside the student's own kernel: for comparison only.

A released lab's autograded source ends in a call of `grade`. Under medialit's own grading that line never
runs. Under plain nbgrader it does, beside the student's code and with the instructor's rights, which is
the weakness that ``docs/explanation/grading.md`` measures. So it refuses unless it is told, through
``MEDIALIT_PLAIN_GRADING``, which folder of graders to use, knowing that.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medialit.errors import SandboxUnavailableError
from medialit.grading.inprocess import InProcessStudent
from medialit.grading.judge import Cases, load_grader

if TYPE_CHECKING:
    from collections.abc import Mapping


def grade(assignment: str, item: str, namespace: Mapping[str, Any]) -> float:
    """Return the score of one item, judged in this process; nbgrader takes it as partial credit.

    Raises
    ------
    SandboxUnavailableError
        If ``MEDIALIT_PLAIN_GRADING`` is not set.
    """
    folder = os.environ.get("MEDIALIT_PLAIN_GRADING")
    if not folder:
        raise SandboxUnavailableError(
            "Plain nbgrader would run this student's code with your rights. Use `medialit grade`, or load "
            "medialit's nbgrader configuration. To accept the risk, set MEDIALIT_PLAIN_GRADING to the graders' folder."
        )
    secret = bytes.fromhex(os.environ.get("MEDIALIT_PLAIN_SECRET", ""))
    student = os.environ.get("MEDIALIT_PLAIN_STUDENT", "")
    cases = Cases.drawn(secret=secret, student=student, assignment=assignment, item=item)
    return load_grader(Path(folder), assignment).items[item].judge(InProcessStudent(namespace), cases).score
