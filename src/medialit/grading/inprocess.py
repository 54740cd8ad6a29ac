"""A student's code in this very process: for tests of graders, and for plain nbgrader.

Nothing is contained here. A class is graded by `medialit.grading.box`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from medialit.grading.judge import StudentError
from medialit.grading.values import NotPlainDataError, Value, dumps, loads

if TYPE_CHECKING:
    from collections.abc import Mapping


class InProcessStudent:
    """A `Student` whose functions are in a namespace of this process.

    Values pass through the same encoding as between processes, so that an answer is judged alike.
    """

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self._namespace = namespace

    def call(self, name: str, /, *args: object, timeout_s: float = 2.0, **kwargs: object) -> Value:
        """Call a function of the student's; `timeout_s` is not enforced in process."""
        return loads(answer(self._namespace, {"op": "call", "name": name, "args": args, "kwargs": kwargs}))

    def value(self, name: str) -> Value:
        """Return a variable of the student's."""
        return loads(answer(self._namespace, {"op": "value", "name": name}))


def answer(namespace: Mapping[str, Any], question: Mapping[str, Any]) -> bytes:
    """Answer a question about a namespace; also what the sandboxed worker does.

    Returns
    -------
    bytes
        The packed answer.

    Raises
    ------
    StudentError
        If there is none.
    """
    name = question["name"]
    if name not in namespace:
        raise StudentError("missing", name)
    result = namespace[name]
    if question["op"] == "call":
        if not callable(result):
            raise StudentError("missing", f"{name} is not a function")
        args, kwargs = loads(dumps(list(question["args"]))), loads(dumps(dict(question["kwargs"])))
        assert isinstance(args, list) and isinstance(kwargs, dict)
        try:
            result = result(*args, **kwargs)
        except (KeyboardInterrupt, SystemExit) as error:
            raise StudentError("raised", type(error).__name__) from None
        except Exception as error:
            raise StudentError("raised", f"{type(error).__name__}: {_text(error)}") from None
    try:
        return dumps(result)
    except NotPlainDataError as error:
        raise StudentError("not-data", str(error)) from None
    except Exception as error:  # a hostile __iter__, items or float
        raise StudentError("not-data", type(error).__name__) from None


def _text(error: BaseException) -> str:
    """Return an exception's message; a student's own class may raise even here."""
    try:
        return str(error)[:500]
    except Exception:
        return ""
