"""Fair grading: a student's code in a sandbox, trusted graders outside it."""

from medialit.grading.inprocess import InProcessStudent
from medialit.grading.judge import (
    Cases,
    Check,
    Failure,
    Grader,
    Item,
    Student,
    StudentError,
    Verdict,
    close,
    load_grader,
    same,
    try_call,
)

__all__ = [
    "Cases",
    "Check",
    "Failure",
    "Grader",
    "InProcessStudent",
    "Item",
    "Student",
    "StudentError",
    "Verdict",
    "close",
    "load_grader",
    "same",
    "try_call",
]
