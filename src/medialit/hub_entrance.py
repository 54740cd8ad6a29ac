"""The hub's sign-in before an ASGI application: who has not signed in is sent to the hub, and comes back by OAuth.

The protocol is JupyterHub's own, by `jupyterhub.services.auth.HubOAuth`: its addresses, its state, its proof key (PKCE),
its exchange of the code, its answer to whose token this is and what that person may do. Here is only what connects it to
requests that do not come through tornado.
"""

from __future__ import annotations

import hmac
import logging
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from medialit.hub_studio import OPEN, PLACE, SERVICE, TEACH
from medialit.language import msgid as _msgid
from medialit.language import translator
from medialit.studio.front import CALLER, Caller, prefix
from medialit.studio.gate import HEADERS
from medialit.studio.persons import LANGUAGES

_FRESH_S: Final = 60
"""How long the hub's word on a token serves: so long somebody who was taken out of a roster may stay."""
_SIGN_IN_S: Final = 600
_CALLBACK: Final = "/oauth_callback"
_OPEN_DOORS: Final = ("/health", "/ready")  # for programs that watch; they say nothing of anybody
_LOG: Final = logging.getLogger(__name__)


def sign_in(url: str, *, token: str) -> Any:
    """Return what asks the hub, whose own address stands in ``JUPYTERHUB_API_URL`` where it is not the usual one.

    Parameters
    ----------
    url : str
        Where people open the studio.
    token : str
        By which the hub knows the studio.
    """
    from jupyterhub.services.auth import HubOAuth

    path = urlsplit(url).path
    return HubOAuth(
        api_token=token, base_url=path, hub_prefix=f"{path.removesuffix(PLACE)}/hub/",
        oauth_client_id=f"service-{SERVICE}", oauth_redirect_uri=f"{prefix(url)}{_CALLBACK}", access_scopes={OPEN},
        cache_max_age=_FRESH_S, oauth_state_max_age=_SIGN_IN_S,
    )  # fmt: skip


class Entrance:
    """Lets in whom the hub lets in, and tells the application who that is.

    Parameters
    ----------
    app : ASGI application
    hub : HubOAuth
    url : str
        Where people open the application.
    """

    def __init__(self, app: ASGIApp, hub: Any, *, url: str) -> None:
        self._app, self._hub, self._prefix = app, hub, prefix(url)
        self._secure = urlsplit(url).scheme == "https"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request here, or pass it on with who asks."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        request = Request(scope, receive)
        path = scope["path"].removeprefix(self._prefix)
        if path in _OPEN_DOORS:
            await self._app(scope, receive, send)
            return
        found = await (self._came_back(request) if path == _CALLBACK else self._who(request, path))
        if isinstance(found, Caller):
            await self._app({**scope, CALLER: found}, receive, send)
            return
        for name, value in {**HEADERS, "cache-control": "no-store"}.items():
            found.headers[name] = value
        await found(scope, receive, send)

    async def _who(self, request: Request, path: str) -> Caller | Response:
        """Return who asks, or the answer for whoever may not come in."""
        from tornado.web import HTTPError

        token = request.cookies.get(self._hub.cookie_name, "")
        try:
            # The session at the hub is part of the question, so that signing out there counts at once.
            session = request.cookies.get("jupyterhub-session-id", "")
            who = token and await self._hub.user_for_token(token, session_id=session, sync=False)
        except HTTPError:  # the hub's own log says what it was
            return self._silent(request)
        if not who:
            page = path in ("", "/") and request.method in ("GET", "HEAD")
            return self._to_the_hub(request) if page else self._sign_in_first(request)
        if not self._hub.check_scopes(self._hub.access_scopes, who):
            return self._refused(
                request,
                _msgid(
                    "This studio is not for your account. Ask your teacher whether you are in its course."
                ),
            )
        return Caller(name=who["name"], teaches=bool(self._hub.check_scopes({TEACH}, who)))

    def _to_the_hub(self, request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        verifier, challenge, method = self._hub.generate_pkce_code_challenge()
        state = self._hub.generate_state(f"{self._prefix}/{query}", code_verifier=verifier)
        asked = {"state": state, "code_challenge": challenge, "code_challenge_method": method}
        answer = RedirectResponse(f"{self._hub.login_url}&{urlencode(asked)}", status_code=302)
        self._keep(answer, self._state_cookie(state), state, max_age=_SIGN_IN_S)
        return answer

    async def _came_back(self, request: Request) -> Response:
        """Take the token for the code that the hub sent a browser back with, if it is the browser that went."""
        from tornado.web import HTTPError

        code, state = (request.query_params.get(key, "") for key in ("code", "state"))
        cookie = self._state_cookie(state)
        there = request.cookies.get(cookie, "")
        if not code or not state or not hmac.compare_digest(there.encode(), state.encode()):
            return self._lost(request)
        verifier, to = self._hub.get_code_verifier(state), self._hub.get_next_url(state)
        self._hub.clear_oauth_state(state)
        try:
            token = await self._hub.token_for_code(code, code_verifier=verifier, sync=False)
        except HTTPError:
            return self._lost(request)
        answer = RedirectResponse(to, status_code=302)
        self._keep(answer, cookie, "", max_age=0)
        self._keep(answer, self._hub.cookie_name, token, max_age=None)  # until the browser ends
        return answer

    def _keep(self, answer: Response, name: str, value: str, *, max_age: int | None) -> None:
        answer.set_cookie(
            name, value, max_age=max_age, path=f"{self._prefix}/", httponly=True, samesite="lax",
            secure=self._secure,
        )  # fmt: skip

    def _state_cookie(self, state: str) -> str:
        """Return a cookie's name for each time that somebody goes to sign in: two tabs may do so at once."""
        return f"{self._hub.state_cookie_name}-{state[:8]}"

    def _sign_in_first(self, request: Request) -> Response:
        words = _spoken(request)(_msgid("You are no longer signed in. Load the page again."))
        return JSONResponse({"error": {"code": "sign-in", "message": words}}, status_code=401)

    def _refused(self, request: Request, sentence: str) -> Response:
        return PlainTextResponse(_spoken(request)(sentence), status_code=403)

    def _lost(self, request: Request) -> Response:
        return self._refused(request, _msgid("Signing in did not work. Open the studio's address again."))

    def _silent(self, request: Request) -> Response:
        _LOG.error("The hub does not say who somebody is.")
        words = _spoken(request)(
            _msgid(
                "Nobody can be asked at the moment who you are. Tell your teacher, and try again in a minute."
            )
        )
        body = {"error": {"code": "hub", "message": words}}
        return JSONResponse(body, status_code=503, headers={"retry-after": "30"})


def _spoken(request: Request) -> Any:
    wanted = (one.strip()[:2] for one in request.headers.get("accept-language", "").split(","))
    return translator(next((one for one in wanted if one in LANGUAGES), "en"))
