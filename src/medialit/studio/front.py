"""What may stand before a studio: a proxy that shows it below an address of another server, and a sign-in of that server.

Nothing here trusts a header. A front is part of this process, and puts a `Caller` into the scope of a request.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from medialit.errors import StudioError
from medialit.language import msgid as _msgid

CALLER: Final = "medialit.caller"
"""Key of a request's scope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who has signed in to the server in front. The studio keeps neither.

    Parameters
    ----------
    name : str
        Of the account there: a session is good for that account alone, and tries are counted by it.
    teaches : bool
        Whether they are this class's teacher, and so need no key.
    """

    name: str
    teaches: bool


def caller(request: Request) -> Caller | None:
    """Return who has signed in to the server in front; None where there is none."""
    found: Caller | None = request.scope.get(CALLER)
    return found


def prefix(url: str) -> str:
    """Return the path below which a studio is shown, without the slash at its end.

    Examples
    --------
    >>> prefix("https://hub.example.org/services/studio/"), prefix("http://localhost:8765/")
    ('/services/studio', '')
    """
    return urlsplit(url).path.rstrip("/")


def checked(url: str) -> str:
    """Return the address where a proxy shows a studio, with the slash at its end.

    Raises
    ------
    StudioError
        If it is none.

    Examples
    --------
    >>> checked("https://hub.example.org/services/studio")
    'https://hub.example.org/services/studio/'
    """
    at = urlsplit(url)
    if at.scheme not in ("http", "https") or not at.hostname or at.query or at.fragment or "//" in at.path:
        raise StudioError(
            _msgid(
                "{url} is no address at which people can open a studio. Give one such as https://school.example/studio/."
            ),
            code="url", url=url,
        )  # fmt: skip
    return url.rstrip("/") + "/"


class Below:
    """Shows an application below a path, whether or not the proxy in front takes that path off.

    Parameters
    ----------
    app : ASGI application
        Finds the path in ``root_path``.
    url : str
        What people type. Where it is ``https``, the proxy in front ends it.
    """

    def __init__(self, app: ASGIApp, *, url: str) -> None:
        self._app, self._prefix, self._scheme = app, prefix(url), urlsplit(url).scheme

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; the path without its last slash leads to the one with it, for pages ask beside it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        if self._prefix and path == self._prefix:
            query = scope.get("query_string", b"")
            to = f"{self._prefix}/".encode() + (b"?" + query if query else b"")
            headers = [(b"location", to), (b"content-length", b"0"), (b"cache-control", b"no-store")]
            await send({"type": "http.response.start", "status": 307, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        if not path.startswith(f"{self._prefix}/"):
            path = self._prefix + path
        below = {"path": path, "root_path": self._prefix, "scheme": self._scheme}
        await self._app({**scope, **below}, receive, send)


def sealed(token: str, who: Caller | None, *, secret: str) -> str:
    """Return what a cookie says of a session: good for the account that began it, where there are accounts.

    The account itself can be read neither from it nor from anything that is kept here.

    Examples
    --------
    >>> salma, aya = (Caller(name=name, teaches=False) for name in ("salma", "aya"))
    >>> cookie = sealed("t1", salma, secret="s")
    >>> opened(cookie, salma, secret="s"), opened(cookie, aya, secret="s"), opened("t1", salma, secret="s")
    ('t1', '', '')
    >>> sealed("t1", None, secret="s"), opened("t1", None, secret="s")
    ('t1', 't1')
    """
    if who is None:
        return token
    seal = hmac.new(secret.encode(), f"session {token} of {who.name}".encode(), hashlib.sha256)
    return f"{token}.{seal.hexdigest()}"


def opened(cookie: str, who: Caller | None, *, secret: str) -> str:
    """Return the token of a cookie that `sealed` made for the same account; nothing of another."""
    token = cookie if who is None else cookie.rpartition(".")[0]
    return token if hmac.compare_digest(cookie.encode(), sealed(token, who, secret=secret).encode()) else ""
