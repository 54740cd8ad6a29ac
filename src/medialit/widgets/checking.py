"""What a lab's visible checks have in common: say it in the learner's language, and teach.

A lab's `checks.py` is copied beside the released notebook and may be read by learners. Its messages go
through the function that `messages_of` returns; a check that is not passed yet raises `NotYet`, which a
notebook shows as one sentence instead of a traceback. Marks do not come from here: hidden cases decide those.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from types import SimpleNamespace

_RIGHT_TO_LEFT_ISOLATE, _POP_ISOLATE = "\u2067", "\u2069"


class NotYet(AssertionError):  # noqa: N818 - learners read the name, and an answer is not wrong but unfinished
    """The answer does not do yet what it should; the message says what to look at."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows in place of a traceback."""
        return [str(self)]


def messages_of(folder: Path) -> Callable[[str], str]:
    """Return a function that gives an English message in the language of the lab in this folder.

    Parameters
    ----------
    folder : Path
        The folder of the released notebook. Its `messages.json` maps English to the course's language;
        without one, messages stay English.
    """
    try:
        found = json.loads((folder / "messages.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = {}
    messages: Mapping[str, object] = found if isinstance(found, dict) else {}

    def translate(message: str) -> str:
        text = messages.get(message, message)
        return isolated(text) if isinstance(text, str) else message

    return translate


def isolated(text: str) -> str:
    """Return Arabic text so that it reads from right to left in the left-to-right output of a cell."""
    arabic = any("\u0600" <= letter <= "\u06ff" for letter in text)
    return f"{_RIGHT_TO_LEFT_ISOLATE}{text}{_POP_ISOLATE}" if arabic else text


def alike(answer: object, expected: object) -> bool:
    """Return whether an answer is what was expected: numbers to 1e-6, sequences item by item.

    Examples
    --------
    >>> alike((1.0, 2), [1, 2.0000000001]), alike([1, 2], [2, 1]), alike(True, 1), alike("better", "better")
    (True, False, False, True)
    """
    if isinstance(expected, str) or expected is None:
        return type(answer) is type(expected) and answer == expected
    if isinstance(expected, Sequence):
        if isinstance(answer, (str, bytes, Mapping)) or not hasattr(answer, "__len__"):
            return False
        items = list(answer)  # type: ignore[call-overload]  # it has a length; an array is fine too
        return len(items) == len(expected) and all(map(alike, items, expected))
    assert isinstance(expected, (int, float))
    if isinstance(answer, (bool, str)) or type(answer).__name__ in ("bool", "bool_"):
        return False
    try:
        return math.isclose(float(answer), expected, rel_tol=1e-6, abs_tol=1e-9)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return False


def compare(answer: object, *, expected: object, slips: Sequence[tuple[object, str]], otherwise: str) -> None:
    """Raise `NotYet` unless the answer is the expected one, with the message of the slip that it shows.

    Parameters
    ----------
    answer : object
        What the learner's function returned.
    expected : object
        Numbers, text, None or a sequence of them.
    slips : sequence of (object, str)
        What a common wrong answer would have returned, and what to say about it, the likeliest first.
    otherwise : str
        What to say to any other wrong answer.
    """
    if alike(answer, expected):
        return
    for wrong, message in slips:
        if alike(answer, wrong):
            raise NotYet(message)
    raise NotYet(otherwise)


def advising(**checks: Callable[..., None]) -> SimpleNamespace:
    """Return a lab's checks by name, as the notebook calls them.

    Under nbgrader's autograding, which says so in ``NBGRADER_EXECUTION``, a check only prints what it has to
    say: there, hidden cases decide, and an answer that is right in part keeps its points.
    """
    return SimpleNamespace(**{name: _advising(check) for name, check in checks.items()})


def _advising(check: Callable[..., None]) -> Callable[..., None]:
    @wraps(check)
    def checked(*answers: object) -> None:
        if os.environ.get("NBGRADER_EXECUTION") != "autograde":
            check(*answers)
            return
        try:
            check(*answers)
        except Exception as error:
            print(f"{type(error).__name__}: {error}")  # noqa: T201 - in a notebook, this is how it is said

    return checked
