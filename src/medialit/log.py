"""What a program that runs for long tells of itself: lines of JSON in a file, and lines for people on the terminal.

A line says what happened, never what somebody wrote. It holds the sentence that stands in the program, numbers, and ids
that the program made up; no prompt, name, message, code or token, and of an error the kind and the place, not its words,
for an error's words quote what somebody typed. `tests/unit/test_log.py` proves it with a real studio.

::

    {"at": "2026-11-27T16:40:34.123Z", "level": "info", "command": "studio", "from": "medialit.studio.server",
     "what": "answered", "request": "5f0c6a1e9b2d4c77", "method": "POST", "path": "/api/posts/{id}/comments",
     "status": 201, "ms": 8.4}

Times are in UTC. The file is for its owner alone and is turned over before it grows beyond `MAX_BYTES`.
"""

from __future__ import annotations

import errno
import json
import logging
import logging.handlers
import os
import re
import secrets
import sqlite3
import sys
import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TextIO

from medialit.errors import LogError

LEVELS: Final = ("debug", "info", "warning", "error")
MAX_BYTES: Final = 10_000_000
KEPT: Final = 5
"""So many files that are full are kept beside the one that is written: at most 60 MB."""
REQUEST: ContextVar[str] = ContextVar("medialit_request", default="")
"""The id of the request that is being answered, for everything that is told meanwhile."""
_LOG: Final = logging.getLogger(__name__)
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.:/{}+-]{1,120}")
_FIELDS: Final = "medialit_fields"
_TRUSTED: Final = ("medialit", "uvicorn")
"""Whose sentences stand in the program. Of others, what is not a pattern may quote somebody, and is left out."""

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def start(*, command: str, file: Path | None, level: str = "info", terminal: TextIO | None = None) -> None:
    """Have everything that is told from now on go to the terminal, from warnings on, and to a file.

    Errors that nobody catches are told too, in place of Python's own lines, which quote their words.

    Parameters
    ----------
    command : str
        What runs, such as ``studio``.
    file : Path, optional
        Made where there is none, for this account alone; the terminal only when not given.
    level : {"debug", "info", "warning", "error"}
        From which on the file is written.
    terminal : text stream, optional
        Standard error when not given.

    Raises
    ------
    LogError
        If the file cannot be written.
    """
    stop()
    root = logging.getLogger()
    shown = _Terminal(terminal or sys.stderr)
    shown.setLevel(max(logging.WARNING, _number(level)))
    handlers: list[logging.Handler] = [shown]
    if file is not None:
        handlers.append(_open(file, command=command, level=level))
    for one in handlers:
        root.addHandler(one)
    root.setLevel(_number(level))
    sys.excepthook = _ended
    threading.excepthook = lambda one: _ended(one.exc_type, one.exc_value, one.exc_traceback)


def stop() -> None:
    """End what `start` began, and leave all as it was before."""
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one, (_File, _Terminal))]:
        root.removeHandler(old)
        old.close()
        if isinstance(old, _Terminal):
            sys.excepthook, threading.excepthook = old.hooks
            root.setLevel(old.before)


def told(**fields: object) -> dict[str, dict[str, object]]:
    """Return what a line says beside its sentence, as ``extra`` of a logger's methods.

    Numbers, truth values and short ids stand as they are; of anything else the line says only that it was left out.

    Examples
    --------
    >>> told(status=201, path="/api/posts/{id}", words="a prompt of somebody")
    {'medialit_fields': {'status': 201, 'path': '/api/posts/{id}', 'words': '(left out)'}}
    """
    return {_FIELDS: {name: _plain(value) for name, value in fields.items()}}


def error_place(error: BaseException) -> dict[str, object]:
    """Return what a line says of an error: its kind, its code and where it came up, not its words.

    Examples
    --------
    >>> error_place(OSError(28, "No space left on device", "/home/aya/prompt.txt"))
    {'error': 'OSError', 'code': 'ENOSPC', 'places': []}
    """
    found: dict[str, object] = {"error": type(error).__name__}
    for one in (error, error.__cause__, getattr(error, "orig", None)):
        if isinstance(one, OSError) and one.errno is not None:
            found["code"] = errno.errorcode.get(one.errno, str(one.errno))
        elif isinstance(one, sqlite3.Error) and getattr(one, "sqlite_errorname", None):
            found["code"] = one.sqlite_errorname
        elif isinstance(getattr(one, "orig", None), sqlite3.Error):
            found["code"] = getattr(one.orig, "sqlite_errorname", "SQLITE")  # type: ignore[union-attr]
    places, trace = [], error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{Path(code.co_filename).name}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return found | {"places": places[-12:]}


class Requests:
    """Gives each request of an ASGI application an id, says it in the answer's ``x-request-id``, and tells how it went.

    Parameters
    ----------
    app : ASGI application
    logger : logging.Logger
    """

    def __init__(self, app: Callable[..., Awaitable[None]], *, logger: logging.Logger) -> None:
        self._app, self._log = app, logger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, and tell of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        id, began, status = secrets.token_hex(8), time.monotonic(), 0
        path = scope["path"].removeprefix(scope.get("root_path", ""))  # before a mounted part adds its own
        token = REQUEST.set(id)

        async def with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", id.encode())]
            await send(message)

        try:
            await self._app(scope, receive, with_id)
        finally:
            said = {"method": scope["method"], "path": _route(scope, path), "status": status}
            watching = said["path"] in ("/health", "/ready")  # every minute, all day
            level = logging.WARNING if not 0 < status < 500 else logging.DEBUG if watching else logging.INFO
            took = round((time.monotonic() - began) * 1000, 1)
            self._log.log(level, "answered", extra=told(**said, ms=took))
            REQUEST.reset(token)


def ended(error: Exception) -> None:
    """Tell of an error that ends the program."""
    _ended(type(error), error, error.__traceback__)


def _ended(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """Tell of an error that nobody caught; Python itself would print its words."""
    if error is None or issubclass(kind, (KeyboardInterrupt, SystemExit)):
        return
    _LOG.critical("An error that nobody expected ended it.", exc_info=(kind, error, trace))


class _Json(logging.Formatter):
    def __init__(self, command: str) -> None:
        super().__init__()
        self._command = command

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": _moment(record.created), "level": record.levelname.lower(), "command": self._command,
            "from": record.name, "what": _sentence(record),
        }  # fmt: skip
        return json.dumps(line | _more(record), ensure_ascii=False)


class _Readable(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        more = _more(record)
        places = more.pop("places", [])
        at = f" at {places[-1]}" if isinstance(places, list) and places else ""
        said = " ".join(f"{name}={value}" for name, value in more.items())
        return (
            f"{_moment(record.created)} {record.levelname.lower():7} {_sentence(record)} {said}".rstrip() + at
        )


class _Terminal(logging.StreamHandler[TextIO]):
    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self.setFormatter(_Readable())
        self.hooks = (sys.excepthook, threading.excepthook)
        self.before = logging.getLogger().level


def _worth(record: logging.LogRecord) -> bool:
    """Say whether a line belongs into the file: what other packages tell of themselves does from warnings on."""
    return record.levelno >= logging.WARNING or record.name.partition(".")[0] in _TRUSTED


class _File(logging.handlers.RotatingFileHandler):
    """A file that may become unwritable, as on a full disk: then lines are missing, and the next one says how many."""

    missing = 0

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        self.missing += 1

    def emit(self, record: logging.LogRecord) -> None:
        before = self.missing
        if before:
            record.__dict__.setdefault(_FIELDS, {})["lines_missing_before"] = before
        super().emit(record)
        if self.missing == before:
            self.missing = 0

    def _open(self) -> Any:
        def own(path: str, flags: int) -> int:
            return os.open(path, flags, 0o600)

        return open(self.baseFilename, self.mode, encoding=self.encoding, errors=self.errors, opener=own)


def _open(file: Path, *, command: str, level: str) -> _File:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = _File(
            file, maxBytes=MAX_BYTES, backupCount=KEPT, encoding="utf-8", errors="backslashreplace"
        )
    except OSError as error:
        raise LogError(
            f"The log {file} cannot be written: {error.strerror}. Name another file with --log, in a folder that you "
            "may write."
        ) from error
    handler.setFormatter(_Json(command))
    handler.addFilter(_worth)
    handler.setLevel(_number(level))
    return handler


def _more(record: logging.LogRecord) -> dict[str, object]:
    found: dict[str, object] = {"request": REQUEST.get()} if REQUEST.get() else {}
    found |= getattr(record, _FIELDS, {})
    if record.exc_info and record.exc_info[1] is not None:
        found |= error_place(record.exc_info[1])
    return found


def _sentence(record: logging.LogRecord) -> str:
    """Return the sentence as it stands in the program, its numbers put in; what else was to stand in it is left out."""
    said = str(record.msg)
    if record.args and isinstance(record.args, tuple):
        numbers = tuple(one if isinstance(one, (int, float)) else "…" for one in record.args)
        try:
            said = said % numbers
        except (TypeError, ValueError):
            said = said.replace("%", "")
    if (
        record.name.partition(".")[0] not in _TRUSTED and not record.args
    ):  # it may have been put together already
        return f"Something told by {record.name} in line {record.lineno} of {record.filename}."
    return said[:300]


def _plain(value: object) -> object:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return value if isinstance(value, str) and _PLAIN.fullmatch(value) else "(left out)"


def _route(scope: Scope, path: str) -> str:
    """Return the pattern of an address; the address itself may hold what somebody typed."""
    route = getattr(scope.get("route"), "path", None)
    if route is not None:
        return str(route)
    return path if path in ("/", "/health", "/ready") else "/web" if path.startswith("/web/") else "(other)"


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _number(level: str) -> int:
    if level not in LEVELS:
        raise LogError(f"A level is one of {', '.join(LEVELS)}, not {level!r}.")
    return int(getattr(logging, level.upper()))
