"""The studio over HTTP: who asks, may they, and then a method of `Studio`. Nothing is decided here but that.

`ACCESS` says for each address which roles may use it; an address that is not there is refused to everybody, and a test
walks all of them with all roles.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from typing import Final
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

import medialit
from medialit.errors import DatabaseError, FeedError, FeedStoreError, LedgerError, MedialitError, StudioError
from medialit.health import Doors, has_room
from medialit.language import msgid as _msgid
from medialit.language import said, translator
from medialit.log import Requests
from medialit.studio.codes import Limiter, Rate
from medialit.studio.front import Below, caller, opened, prefix
from medialit.studio.gate import Gate
from medialit.studio.persons import LANGUAGES, Person, not_for_you, nothing
from medialit.studio.studio import Studio

COOKIE: Final = "medialit_session"
CSRF: Final = "x-medialit-csrf"
_ALL, _IN = (
    frozenset({"visitor", "learner", "guardian", "teacher"}),
    frozenset({"learner", "guardian", "teacher"}),
)
_LEARNER, _TEACHER = frozenset({"learner"}), frozenset({"teacher"})
_FAMILY = frozenset({"learner", "guardian"})
ENTERING, COMING, WRITING, READING = Rate(n=10), Rate(n=60), Rate(n=60), Rate(n=600)
_LOG: Final = logging.getLogger(__name__)
_AGAIN_S: Final = 30
ENTRANCES: Final = ("/api/join", "/api/return", "/api/guardian", "/api/teacher")

ACCESS: Final[Mapping[tuple[str, str], frozenset[str]]] = {
    ("GET", "/"): _ALL,
    ("GET", "/words/{lang}.json"): _ALL,
    ("GET", "/api/class"): _ALL,
    ("POST", "/api/join"): _ALL,
    ("POST", "/api/return"): _ALL,
    ("POST", "/api/guardian"): _ALL,
    ("POST", "/api/teacher"): _ALL,
    ("POST", "/api/leave"): _IN,
    ("GET", "/api/me"): _IN,
    ("PUT", "/api/me/language"): _IN,
    ("PUT", "/api/me/controls"): _FAMILY,
    ("POST", "/api/me/beat"): _LEARNER,
    ("PUT", "/api/me/steering"): _LEARNER,
    ("DELETE", "/api/me/steering"): _LEARNER,
    ("POST", "/api/me/check-in"): _LEARNER,
    ("GET", "/api/topics"): _ALL,
    ("GET", "/api/grounds"): _IN,
    ("GET", "/api/feed"): _LEARNER,
    ("GET", "/api/posts/{id}"): _IN,
    ("DELETE", "/api/posts/{id}"): _LEARNER,
    ("GET", "/api/posts/{id}/why"): _LEARNER,
    ("POST", "/api/posts/{id}/like"): _LEARNER,
    ("POST", "/api/posts/{id}/unlike"): _LEARNER,
    ("POST", "/api/posts/{id}/seen"): _LEARNER,
    ("POST", "/api/posts/{id}/comments"): _LEARNER,
    ("POST", "/api/posts/{id}/report"): _FAMILY,
    ("GET", "/api/cases"): _IN,
    ("POST", "/api/cases/{id}/appeal"): _FAMILY,
    ("GET", "/media/clip/{id}"): _IN,
    ("GET", "/media/poster/{id}"): _IN,
    ("GET", "/media/file/{id}"): _IN,
    ("GET", "/media/draft/{id}"): _FAMILY,
    ("GET", "/media/draft-poster/{id}"): _FAMILY,
    ("GET", "/media/face/{id}"): _IN,
    ("POST", "/api/clips"): _LEARNER,
    ("GET", "/api/jobs"): _LEARNER,
    ("GET", "/api/jobs/{id}"): _LEARNER,
    ("DELETE", "/api/jobs/{id}"): _LEARNER,
    ("GET", "/api/drafts"): _FAMILY,
    ("POST", "/api/drafts/{id}/publish"): _LEARNER,
    ("POST", "/api/drafts/{id}/answer"): _FAMILY,
    ("DELETE", "/api/drafts/{id}"): _FAMILY,
    ("GET", "/api/likeness"): _FAMILY,
    ("POST", "/api/likeness"): _LEARNER,
    ("DELETE", "/api/likeness"): _FAMILY,
    ("POST", "/api/asks"): _LEARNER,
    ("POST", "/api/asks/{id}/answer"): _FAMILY,
    ("POST", "/api/grants/{id}/revoke"): _FAMILY,
    ("GET", "/api/people"): _LEARNER,
    ("POST", "/api/people/{id}/follow"): _LEARNER,
    ("POST", "/api/people/{id}/unfollow"): _LEARNER,
    ("POST", "/api/people/{id}/block"): _LEARNER,
    ("GET", "/api/messages"): _LEARNER,
    ("POST", "/api/messages"): _LEARNER,
    ("GET", "/api/desk"): _TEACHER,
    ("POST", "/api/desk/pause"): _TEACHER,
    ("POST", "/api/desk/open"): _TEACHER,
    ("POST", "/api/desk/code"): _TEACHER,
    ("POST", "/api/desk/preset"): _TEACHER,
    ("POST", "/api/desk/quota"): _TEACHER,
    ("POST", "/api/desk/cases/{id}"): _TEACHER,
    ("POST", "/api/desk/posts/{id}/remove"): _TEACHER,
    ("POST", "/api/desk/members/{id}/return-code"): _TEACHER,
    ("GET", "/api/desk/replay"): _TEACHER,
    ("GET", "/api/desk/evidence"): _TEACHER,
    ("POST", "/api/desk/wipe"): _TEACHER,
    ("GET", "/qr.svg"): _TEACHER,
    ("GET", "/openapi.json"): _TEACHER,
}


@dataclass(frozen=True, kw_only=True)
class Serving:
    """How a studio is served.

    Parameters
    ----------
    join_url : str
        Where people open it, and what the QR code says, without the class code. Its path is where a proxy shows it.
    hosts : tuple of str
        Names of this computer.
    entering, coming : Rate
        Tries from an address that fail, as with a wrong code; and all tries. A whole class may share one address.
    writing, reading : Rate
        Changes and pages of a session.
    now : callable
        Gives the moment.
    on_wiped : callable
        Called after the class was wiped.
    """

    join_url: str = "http://localhost:8765/"
    hosts: tuple[str, ...] = ()
    entering: Rate = ENTERING
    coming: Rate = COMING
    writing: Rate = WRITING
    reading: Rate = READING
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    on_wiped: Callable[[], None] = field(default=lambda: None)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Who asks, and when."""

    who: Person
    now: datetime
    token: str = ""


def build_app(studio: Studio, serving: Serving | None = None) -> FastAPI:
    """Return the application of a studio."""
    serving = serving or Serving()
    limiter = Limiter()

    def asked(request: Request) -> Iterator[Asked]:
        yield _asked(request, studio, serving, limiter)  # what fails after this does not come back here
        if request.scope["route"].path in ENTRANCES:
            limiter.forgive(f"enter {_address(request)}")

    app = FastAPI(
        title="medialit studio", version=medialit.__version__, openapi_url=None, docs_url=None, redoc_url=None,
        dependencies=[Depends(asked)],
    )  # fmt: skip
    app.add_middleware(Doors, parts=_parts(studio), counts={"waiting": lambda: studio.n_waiting})
    at = urlsplit(serving.join_url)
    app.add_middleware(Gate, hosts=(*serving.hosts, at.hostname or "localhost"))
    app.add_middleware(Requests, logger=_LOG)
    if prefix(serving.join_url) or at.scheme == "https":
        app.add_middleware(Below, url=serving.join_url)
    _handlers(app, studio)
    from medialit.studio import routes

    routes.add(app, studio, serving, asked)
    web = files("medialit.studio").joinpath("web")
    app.mount("/web", StaticFiles(directory=str(web), check_dir=False), name="web")
    return app


def _parts(studio: Studio) -> dict[str, Callable[[], bool]]:
    """Return what ``/ready`` looks at, what may take long last."""

    def kept() -> bool:
        studio.cards.put("health", "ready", {})
        return studio.store.head().seq >= 0 and studio.desk.ledger.head().seq >= 0

    return {
        "class": lambda: not studio.wiped, "disk": has_room(studio.folder), "maker": lambda: studio.making,
        "database": kept,
    }  # fmt: skip


def _asked(request: Request, studio: Studio, serving: Serving, limiter: Limiter) -> Asked:
    """Find out who asks, and refuse whoever may not: role, forged requests, too many."""
    now = serving.now()
    if studio.wiped:
        raise StudioError(
            _msgid("This class has ended, and everything of it was deleted."), code="wiped", status=503
        )
    front = caller(request)
    token = opened(request.cookies.get(COOKIE, ""), front, secret=studio.settings["secret"])
    who = studio.whose(token, now=now)
    if who is None or (who.role == "teacher" and front is not None and not front.teaches):
        who = Person(lang=_spoken(request, studio))
    request.state.who = who
    path = request.scope["route"].path
    roles = ACCESS.get((request.method, path), frozenset())
    if who.role not in roles:
        if who.role == "visitor":
            raise StudioError(
                _msgid("Come in first: with the class code and a name."), code="come-in", status=401
            )
        raise nothing() if path.startswith("/media/") else not_for_you()
    if request.method in ("POST", "PUT", "DELETE"):
        _own_page(request)
        wanted = "join" if path in ENTRANCES else studio.csrf(token)
        if request.headers.get(CSRF, "") != wanted:
            raise StudioError(_msgid("This page is out of date. Load it again."), code="csrf", status=403)
    address = _address(request)
    if path in ENTRANCES:
        _slow(limiter.wait_s(f"come {address}", serving.coming))
        _slow(limiter.wait_s(f"enter {address}", serving.entering))
    elif request.method in ("POST", "PUT", "DELETE"):
        _slow(limiter.wait_s(f"write {who.id}", serving.writing))
    else:
        _slow(limiter.wait_s(f"read {who.id or address}", serving.reading))
    return Asked(who=who, now=now, token=token)


def _address(request: Request) -> str:
    """Return by what tries are counted: behind a sign-in everybody comes from the one address of its proxy."""
    front = caller(request)
    if front is not None:
        return f"account {front.name}"
    return request.client.host if request.client else "?"


def _slow(wait_s: float) -> None:
    if wait_s > 0:
        raise StudioError(
            _msgid("That was too often. Try again in {seconds} seconds."), code="too-often", status=429,
            more={"retry_after": math.ceil(wait_s)}, seconds=math.ceil(wait_s),
        )  # fmt: skip


def _own_page(request: Request) -> None:
    """Refuse what a page from elsewhere sends."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host", ""):
        raise StudioError(_msgid("This page is out of date. Load it again."), code="csrf", status=403)
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise StudioError(_msgid("This page is out of date. Load it again."), code="csrf", status=403)


def _spoken(request: Request, studio: Studio) -> str:
    """Return a visitor's language: what the address says, else the browser, else the class."""
    asked = request.query_params.get("lang", "")
    wanted = [
        asked,
        *(one.split(";")[0].strip()[:2] for one in request.headers.get("accept-language", "").split(",")),
    ]
    return next((one for one in wanted if one in LANGUAGES), str(studio.settings["lang"]))


def _handlers(app: FastAPI, studio: Studio) -> None:
    def lang_of(request: Request) -> str:
        who = getattr(request.state, "who", None)
        return who.lang if who is not None else "en"

    @app.exception_handler(StudioError)
    def studio_error(request: Request, error: StudioError) -> JSONResponse:
        words = said(error, lang=lang_of(request))
        headers = {"retry-after": str(error.more["retry_after"])} if "retry_after" in error.more else None
        body = {"error": {"code": error.code, "message": words} | error.more}
        return JSONResponse(body, status_code=error.status, headers=headers)

    def not_kept(request: Request, error: Exception) -> JSONResponse:
        """Answer while nothing can be kept: the disk is full, or the database is locked or gone."""
        _LOG.error("Something could not be kept.", exc_info=error)
        words = translator(lang_of(request))(
            _msgid(
                "The studio can keep nothing at the moment, so what you just did was not kept. Tell your teacher, "
                "and try again in a minute."
            )
        )
        body = {"error": {"code": "not-kept", "message": words, "retry_after": _AGAIN_S}}
        return JSONResponse(body, status_code=503, headers={"retry-after": str(_AGAIN_S)})

    for kind in (FeedStoreError, LedgerError, DatabaseError, SQLAlchemyError, OSError):
        app.add_exception_handler(kind, not_kept)

    @app.exception_handler(Exception)
    def broken(request: Request, error: Exception) -> JSONResponse:
        words = translator(lang_of(request))(
            _msgid(
                "Something went wrong in the studio. Tell your teacher what you did; it is in the studio's log."
            )
        )
        return JSONResponse({"error": {"code": "broken", "message": words}}, status_code=500)

    @app.exception_handler(MedialitError)
    def other_error(request: Request, error: MedialitError) -> JSONResponse:
        status = 422 if isinstance(error, FeedError) else 409
        body = {"error": {"code": "refused", "message": said(error, lang=lang_of(request))}}
        return JSONResponse(body, status_code=status)

    @app.exception_handler(RequestValidationError)
    def not_understood(request: Request, error: RequestValidationError) -> JSONResponse:
        fields = sorted({str(one["loc"][-1]) for one in error.errors()})[:5]
        words = translator(lang_of(request))(
            _msgid("Something was left out or is too long. Look at what you typed.")
        )
        return JSONResponse(
            {"error": {"code": "not-understood", "message": words, "fields": fields}}, status_code=422
        )

    @app.exception_handler(HTTPException)
    def no_page(request: Request, error: HTTPException) -> JSONResponse:
        words = translator(lang_of(request))(
            _msgid("There is nothing here, or it is not for you. Go back, and load the page again.")
        )
        return JSONResponse({"error": {"code": "not-found", "message": words}}, status_code=error.status_code)
