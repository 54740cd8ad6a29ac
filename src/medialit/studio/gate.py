"""What every request passes: the size of what is sent, the host it names, how often, and the headers of the answer."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterable, MutableMapping
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY: Final = 64 * 1024
POLICY: Final = (
    "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'"
)
HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "SAMEORIGIN",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
}


class Gate:
    """Refuses what is too large or names a host that is not ours, and adds the headers.

    Parameters
    ----------
    app : ASGI application
    hosts : iterable of str
        Names by which this computer is called, beside ``localhost`` and any address in digits. A page of somewhere else
        that has its own name point here is so kept out.
    """

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str] = ()) -> None:
        self._app = app
        self._hosts = {one.casefold() for one in (*hosts, "localhost", "testserver")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        public = scope["path"].removeprefix(scope.get("root_path", "")).startswith("/web/")
        sent = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add(message, public=public)
            await send(message)

        if not self._ours(sent.get("host", "")):
            await _refuse(answer, 400, "host", "This is not the address of the studio.")
            return
        length = sent.get("content-length", "0")
        if not length.isdigit() or int(length) > MAX_BODY:
            await _refuse(answer, 413, "too-large", "That is too much at once. Send less.")
            return
        body = bytearray()
        more = scope["method"] not in ("GET", "HEAD", "OPTIONS")
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            if len(body) > MAX_BODY:
                await _refuse(answer, 413, "too-large", "That is too much at once. Send less.")
                return
            more = message.get("more_body", False)
        given = False

        async def once() -> Message:
            nonlocal given
            if given or scope["method"] in ("GET", "HEAD", "OPTIONS"):
                return await receive()
            given = True
            return {"type": "http.request", "body": bytes(body), "more_body": False}

        await self._app(scope, once, answer)

    def _ours(self, host: str) -> bool:
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        name = name.strip("[]").casefold()
        if name in self._hosts:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True


def _add(message: MutableMapping[str, Any], *, public: bool) -> None:
    there = {name.lower() for name, _ in message["headers"]}
    for name, value in HEADERS.items():
        if name.encode() not in there:
            message["headers"].append((name.encode(), value.encode()))
    if b"cache-control" not in there:
        # The page's own files are kept, and asked for each time whether they have changed; what a class made is not kept.
        message["headers"].append((b"cache-control", b"no-cache" if public else b"no-store"))


async def _refuse(send: Send, status: int, code: str, words: str) -> None:
    body = json.dumps({"error": {"code": code, "message": words}}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
