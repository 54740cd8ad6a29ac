"""What a lab's visible checks have in common: say it in the learner's language, and teach.

A lab's `checks.py` is copied beside the released notebook and may be read by learners. What only that lab says
goes through the function that `messages_of` returns; what every lab says is said here. A check that is not
passed yet raises `NotYet`, which a notebook shows as one sentence instead of a traceback. Marks do not come
from here: hidden cases decide those::

    _ = messages_of(Path(__file__).parent)
    lang = _("en")
    ask = Asking(lang)


    def double(function):
        compare(
            ask.returned(function, 3),
            expected=6,
            slips=[(9, _("This is the square. Add the number to itself."))],
            otherwise=_("Twice 3 is 6."),
        )


    check = advising(lang, double=double)
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from types import MappingProxyType, SimpleNamespace

from medialit.language import translator

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


_NO_STOPS: Mapping[type[Exception], str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks a learner's function, and says in the language of the course why there is no answer.

    Parameters
    ----------
    lang : str
        The code of the course's language: what a lab's `_("en")` gives.

    Examples
    --------
    >>> ask = Asking("en")
    >>> ask(max, 3, 4)
    4
    >>> ask(lambda share: 1 / share, 0)
    Traceback (most recent call last):
    ...
    medialit.widgets.checking.NotYet: With the arguments 0 your function stops: ZeroDivisionError: division by zero.
    """

    lang: str

    def __call__(
        self,
        function: Callable[..., object],
        *arguments: object,
        stops: Mapping[type[Exception], str] = _NO_STOPS,
    ) -> object:
        """Return the function's answer, None included.

        Parameters
        ----------
        function : callable
            The learner's.
        *arguments : object
            What it is asked about.
        stops : mapping of exception type to str
            What to say, already translated, to a function that stops in one of these ways. Any other way is
            told by its name, with the arguments.

        Raises
        ------
        NotYet
            If the function stops.
        """
        try:
            return function(*arguments)
        except NotYet:
            raise
        except Exception as error:
            foreseen = [message for kind, message in stops.items() if isinstance(error, kind)]
            raise NotYet(foreseen[0] if foreseen else self._stopped(error, arguments)) from None

    def returned(
        self,
        function: Callable[..., object],
        *arguments: object,
        stops: Mapping[type[Exception], str] = _NO_STOPS,
    ) -> object:
        """Return the function's answer where None cannot be right, such as that of one that only prints.

        Raises
        ------
        NotYet
            If the function stops, as above, or gives back None.
        """
        answer = self(function, *arguments, stops=stops)
        if answer is None:
            _ = translator(self.lang)
            raise NotYet(
                isolated(
                    _(
                        "Your function gives back None. Is your answer written yet, and does its last line "
                        "begin with `return`?"
                    )
                )
            )
        return answer

    def _stopped(self, error: Exception, arguments: Sequence[object]) -> str:
        _ = translator(self.lang)
        return isolated(_("With the arguments {arguments} your function stops: {name}: {error}.")).format(
            arguments=", ".join(map(repr, arguments)), name=type(error).__name__, error=error
        )


def alike(answer: object, expected: object) -> bool:
    """Return whether an answer is what was expected: numbers to 1e-6, sequences item by item, else exactly.

    A truth value is no number: True is not 1, and 1 is not True.

    Examples
    --------
    >>> alike((1.0, 2), [1, 2.0000000001]), alike([1, 2], [2, 1]), alike("better", "better")
    (True, False, True)
    >>> alike(True, True), alike(True, 1), alike(1, True), alike(None, False)
    (True, False, False, False)
    """
    if isinstance(expected, (bool, str)) or expected is None:
        return type(answer) is type(expected) and answer == expected
    if isinstance(expected, Sequence):
        if isinstance(answer, (str, bytes, Mapping)) or not hasattr(answer, "__len__"):
            return False
        try:
            items = list(answer)  # type: ignore[call-overload]  # it has a length; an array is fine too
        except TypeError:  # but for an array without dimensions, which has none in spite of its `__len__`
            return False
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
        Numbers, truth values, text, None or a sequence of them.
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


def advising(lang: str, /, **checks: Callable[..., None]) -> SimpleNamespace:
    """Return a lab's checks by name, as the notebook calls them: what passes is told so in this language.

    Under nbgrader's autograding, which says so in ``NBGRADER_EXECUTION``, a check only prints what it has to
    say: there, hidden cases decide, and an answer that is right in part keeps its points.
    """
    _ = translator(lang)
    passed = isolated(_("✓ The example is right. The hidden cases are others."))
    return SimpleNamespace(**{name: _advising(check, passed) for name, check in checks.items()})


def _advising(check: Callable[..., None], passed: str) -> Callable[..., None]:
    @wraps(check)
    def checked(*answers: object) -> None:
        try:
            check(*answers)
        except Exception as error:
            if os.environ.get("NBGRADER_EXECUTION") != "autograde":
                raise
            print(f"{type(error).__name__}: {error}")  # noqa: T201 - in a notebook, this is how it is said
        else:
            print(passed)  # noqa: T201

    return checked
