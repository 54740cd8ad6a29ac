"""Whether a server lives and is ready, for programs that watch: ``/health`` and ``/ready``, without signing in.

``/health`` is 200 as long as the process answers. ``/ready`` is 200 if every part of it works, and 503 otherwise; it
says which part, and nothing of anybody:

    {"ok": false, "version": "0.1.0", "parts": {"database": true, "disk": false, "maker": true}, "waiting": 3}

Whoever asks often does not make work: an answer serves for `FRESH_S`, and what is looked at is looked at once.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any, Final

import medialit

FRESH_S: Final = 2.0
PATIENCE_S: Final = 4.0
"""What has not answered by then, as a database that is locked, is not ready."""
FREE_BYTES: Final = 200_000_000
"""Below this a class would fill the disk within an hour; see docs/how-to/operate.md."""

Look = Callable[[], bool]


def has_room(folder: Path) -> Look:
    """Return what says whether a folder's disk has `FREE_BYTES` left; the folder need not be there yet."""

    def look() -> bool:
        there = next(one for one in (folder, *folder.parents) if one.exists())
        return shutil.disk_usage(there).free >= FREE_BYTES

    return look


class Doors:
    """Answers both addresses before the application, and passes everything else on.

    Parameters
    ----------
    app : ASGI application
    parts : mapping of str to callable
        Each says whether that part works; one that raises does not. They run in a thread, in this order: what may take
        long, as a database that is locked, comes last.
    counts : mapping of str to callable, optional
        Numbers that are told along.
    """

    def __init__(
        self,
        app: Callable[..., Awaitable[None]],
        *,
        parts: Mapping[str, Look],
        counts: Mapping[str, Callable[[], int]] | None = None,
    ) -> None:
        self._app, self._parts, self._counts = app, parts, counts or {}
        self._found: dict[str, Any] = {}
        self._at = -FRESH_S
        self._looking: asyncio.Task[None] | None = None

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        """Answer, or pass on."""
        asked = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        path = scope["path"].removeprefix(scope.get("root_path", "")) if asked else ""
        if path == "/health":
            await _answer(send, 200, {"ok": True, "version": medialit.__version__})
        elif path == "/ready":
            found = await self._ready()
            await _answer(send, 200 if found["ok"] else 503, found)
        else:
            await self._app(scope, receive, send)

    async def _ready(self) -> dict[str, Any]:
        if time.monotonic() - self._at >= FRESH_S:
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look())
            await asyncio.wait([self._looking], timeout=PATIENCE_S)
        parts = {name: self._found.get(name, False) for name in self._parts}  # no answer yet is no
        counts = {name: n for name, n in self._found.items() if name in self._counts}
        return {"ok": all(parts.values()), "version": medialit.__version__, "parts": parts} | counts

    async def _look(self) -> None:
        self._found = {}
        for name, look in self._parts.items():
            self._found[name] = bool(await asyncio.to_thread(_quiet, look, False))
        for name, count in self._counts.items():
            self._found[name] = int(await asyncio.to_thread(_quiet, count, 0))
        self._at = time.monotonic()


def _quiet(look: Callable[[], int], otherwise: int) -> int:
    try:
        return look()
    except Exception:  # whatever it is: that part does not work, and that is the answer
        return otherwise


async def _answer(send: Any, status: int, said: dict[str, Any]) -> None:
    body = json.dumps(said).encode()
    headers = [
        (b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]  # fmt: skip
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
