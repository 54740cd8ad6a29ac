"""The addresses of the studio, each one call of a method of `Studio`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.resources import files
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import FileResponse, JSONResponse

from medialit.feed.records import EventKind
from medialit.studio import bodies
from medialit.studio.accounts import SESSION_DAYS, Entry
from medialit.studio.files import ClassFile
from medialit.studio.front import caller, prefix, sealed
from medialit.studio.making import topics_known
from medialit.studio.persons import LANGUAGES, not_for_you, nothing
from medialit.studio.server import Asked, Serving
from medialit.studio.studio import Studio
from medialit.studio.words import pages

_PRIVATE = {"cache-control": "private, no-store"}
_Start = Annotated[int, Query(ge=0, le=100_000)]
_Page = Annotated[int, Query(ge=1, le=20)]
_Who = Annotated[str, Query(alias="with", max_length=64)]


def add(app: FastAPI, studio: Studio, serving: Serving, asked: Callable[[Request], Iterator[Asked]]) -> None:
    """Add every address."""
    who = Depends(asked)
    _doors(app, studio, serving, who)
    _own(app, studio, who)
    _feed(app, studio, who)
    _media(app, studio, who)
    _making(app, studio, who)
    _likeness(app, studio, who)
    _people(app, studio, who)
    _desk(app, studio, serving, who)


def _doors(app: FastAPI, studio: Studio, serving: Serving, who: Any) -> None:
    path = f"{prefix(serving.join_url)}/"

    def entered(found: Entry, response: Response, request: Request, now: datetime) -> dict[str, Any]:
        cookie = sealed(found.token, caller(request), secret=studio.settings["secret"])
        response.set_cookie(
            "medialit_session", cookie, max_age=SESSION_DAYS * 86_400, path=path, httponly=True, samesite="strict",
            secure=request.url.scheme == "https",
        )  # fmt: skip
        csrf = studio.csrf(found.token)
        return {"me": studio.me(found.person, now=now) | {"csrf": csrf}, "csrf": csrf}

    @app.get("/", include_in_schema=False)
    def page() -> FileResponse:
        return FileResponse(
            str(files("medialit.studio").joinpath("web", "index.html")), media_type="text/html"
        )

    @app.get("/words/{lang}.json")
    def words(lang: str) -> dict[str, Any]:
        if lang not in LANGUAGES:
            raise nothing()
        return pages(lang)

    @app.get("/api/class")
    def class_card(request: Request) -> dict[str, Any]:
        front = caller(request)
        return studio.class_card() | ({} if front is None else {"teaches": front.teaches})

    @app.post("/api/join", status_code=201)
    def join(body: bodies.Join, request: Request, response: Response, one: Asked = who) -> dict[str, Any]:
        found = studio.join(
            class_code=body.code, name=body.pseudonym, age=body.age, place=body.place, zone=body.zone,
            lang=body.lang or one.who.lang, now=one.now,
        )  # fmt: skip
        codes = {"return_code": found.return_code, "guardian_code": found.guardian_code}
        return entered(found, response, request, one.now) | codes

    @app.post("/api/return")
    def come_back(
        body: bodies.Return, request: Request, response: Response, one: Asked = who
    ) -> dict[str, Any]:
        found = studio.come_back(
            class_code=body.code,
            name=body.pseudonym,
            return_code=body.return_code,
            lang=body.lang,
            now=one.now,
        )
        return entered(found, response, request, one.now)

    @app.post("/api/guardian")
    def guardian(
        body: bodies.Guardian, request: Request, response: Response, one: Asked = who
    ) -> dict[str, Any]:
        found = studio.guardian(
            name=body.pseudonym, guardian_code=body.guardian_code, lang=body.lang, now=one.now
        )
        return entered(found, response, request, one.now)

    @app.post("/api/teacher")
    def teacher(
        body: bodies.Teacher, request: Request, response: Response, one: Asked = who
    ) -> dict[str, Any]:
        front = caller(request)
        if front is None:
            found = studio.teacher(key=body.key, lang=body.lang, now=one.now)
        elif front.teaches:
            found = studio.teacher_known(lang=body.lang, now=one.now)
        else:
            raise not_for_you()
        return entered(found, response, request, one.now)

    @app.post("/api/leave", status_code=204)
    def leave(response: Response, one: Asked = who) -> None:
        studio.leave(one.token)
        response.delete_cookie("medialit_session", path=path, httponly=True, samesite="strict")


def _own(app: FastAPI, studio: Studio, who: Any) -> None:
    @app.get("/api/me")
    def me(one: Asked = who) -> dict[str, Any]:
        return studio.me(one.who, now=one.now) | {"csrf": studio.csrf(one.token)}

    @app.put("/api/me/language")
    def speak(body: bodies.Language, one: Asked = who) -> dict[str, Any]:
        studio.speak(one.who, body.lang)
        again = studio.person(one.who.id) or one.who
        return studio.me(again, now=one.now) | {"csrf": studio.csrf(one.token)}

    @app.put("/api/me/controls")
    def controls(body: bodies.Controls, one: Asked = who) -> dict[str, Any]:
        found = studio.set_controls(one.who, changes=body.controls, now=one.now)
        return found | {"csrf": studio.csrf(one.token)}

    @app.post("/api/me/beat")
    def beat(body: bodies.Beat, one: Asked = who) -> dict[str, Any]:
        return studio.beat(one.who, active=body.active, now=one.now)

    @app.put("/api/me/steering")
    def steer(body: bodies.Steering, one: Asked = who) -> dict[str, Any]:
        return studio.steer(one.who, text=body.text, now=one.now)

    @app.delete("/api/me/steering")
    def unsteer(one: Asked = who) -> dict[str, Any]:
        return studio.steer(one.who, text="", now=one.now)

    @app.post("/api/me/check-in")
    def check_in(body: bodies.CheckIn, one: Asked = who) -> dict[str, Any]:
        return studio.answer_check_in(one.who, answer=body.answer, now=one.now)

    @app.get("/api/topics")
    def topics(one: Asked = who) -> list[dict[str, Any]]:
        return topics_known(one.who.lang)


def _feed(app: FastAPI, studio: Studio, who: Any) -> None:
    @app.get("/api/feed")
    def feed(one: Asked = who, start: _Start = 0, n: _Page = 10) -> dict[str, Any]:
        studio.tidy(now=one.now)
        return studio.feed(one.who, start=start, n=n, now=one.now)

    @app.get("/api/posts/{id}")
    def post(id: str, one: Asked = who) -> dict[str, Any]:
        return studio.post(id, one.who, now=one.now)

    @app.delete("/api/posts/{id}", status_code=204)
    def take_back(id: str, one: Asked = who) -> None:
        studio.take_back(id, one.who, now=one.now)

    @app.get("/api/posts/{id}/why")
    def why(id: str, one: Asked = who) -> dict[str, Any]:
        return studio.why(id, one.who, now=one.now)

    @app.post("/api/posts/{id}/like")
    def like(id: str, one: Asked = who) -> dict[str, Any]:
        return studio.like(id, one.who, on=True, now=one.now)

    @app.post("/api/posts/{id}/unlike")
    def unlike(id: str, one: Asked = who) -> dict[str, Any]:
        return studio.like(id, one.who, on=False, now=one.now)

    @app.post("/api/posts/{id}/seen", status_code=204)
    def seen(id: str, body: bodies.Seen, one: Asked = who) -> None:
        studio.seen(id, one.who, dwell_s=body.dwell_s, now=one.now)

    @app.post("/api/posts/{id}/comments", status_code=201)
    def comment(id: str, body: bodies.Comment, one: Asked = who) -> dict[str, Any]:
        return studio.comment(id, one.who, text=body.text, now=one.now)

    @app.post("/api/posts/{id}/report", status_code=201)
    def report(id: str, body: bodies.Report, one: Asked = who) -> dict[str, Any]:
        return studio.report(id, one.who, ground=body.ground, why=body.why, now=one.now)

    @app.get("/api/grounds")
    def grounds(one: Asked = who) -> list[dict[str, Any]]:
        return studio.grounds(one.who)

    @app.get("/api/cases")
    def cases(one: Asked = who) -> list[dict[str, Any]]:
        return studio.cases(one.who, now=one.now)

    @app.post("/api/cases/{id}/appeal")
    def appeal(id: str, body: bodies.Why, one: Asked = who) -> dict[str, Any]:
        return studio.step(id, one.who, act="appeal", why=body.why, now=one.now)


def _media(app: FastAPI, studio: Studio, who: Any) -> None:
    @app.get("/media/clip/{id}", response_class=ClassFile)
    def clip(id: str, one: Asked = who) -> ClassFile:
        path = studio.clip_file(id, one.who, poster=False, now=one.now)
        return ClassFile(path, media_type="video/mp4", headers=_PRIVATE)

    @app.get("/media/poster/{id}", response_class=ClassFile)
    def poster(id: str, one: Asked = who) -> ClassFile:
        path = studio.clip_file(id, one.who, poster=True, now=one.now)
        return ClassFile(path, media_type="image/jpeg", headers=_PRIVATE)

    @app.get("/media/file/{id}", response_class=ClassFile)
    def file(id: str, one: Asked = who) -> ClassFile:
        path = studio.exported(id, one.who, now=one.now)
        return ClassFile(path, media_type="video/mp4", headers=_PRIVATE, filename=f"medialit-{id}.mp4")

    @app.get("/media/draft/{id}", response_class=ClassFile)
    def draft(id: str, one: Asked = who) -> ClassFile:
        path = studio.draft_file(id, one.who, poster=False)
        return ClassFile(path, media_type="video/mp4", headers=_PRIVATE)

    @app.get("/media/draft-poster/{id}", response_class=ClassFile)
    def draft_poster(id: str, one: Asked = who) -> ClassFile:
        path = studio.draft_file(id, one.who, poster=True)
        return ClassFile(path, media_type="image/jpeg", headers=_PRIVATE)

    @app.get("/media/face/{id}", response_class=Response)
    def face(id: str, one: Asked = who) -> Response:
        return Response(
            studio.face(id), media_type="image/jpeg", headers={"cache-control": "private, max-age=3600"}
        )


def _making(app: FastAPI, studio: Studio, who: Any) -> None:
    @app.post("/api/clips", status_code=202)
    def make(body: bodies.Clip, one: Asked = who) -> dict[str, Any]:
        return studio.ask_for_clip(one.who, now=one.now, **body.model_dump())

    @app.get("/api/jobs")
    def jobs(one: Asked = who) -> list[dict[str, Any]]:
        return studio.jobs(one.who, now=one.now)

    @app.get("/api/jobs/{id}")
    def job(id: str, one: Asked = who) -> dict[str, Any]:
        return studio.job(id, one.who, now=one.now)

    @app.delete("/api/jobs/{id}", status_code=204)
    def cancel(id: str, one: Asked = who) -> None:
        studio.cancel(id, one.who, now=one.now)

    @app.get("/api/drafts")
    def drafts(one: Asked = who) -> dict[str, Any]:
        return studio.drafts_of(one.who, now=one.now)

    @app.post("/api/drafts/{id}/publish", status_code=201)
    def publish(id: str, body: bodies.Publish, one: Asked = who) -> dict[str, Any]:
        return studio.publish(id, one.who, caption=body.caption, topics=body.topics, now=one.now)

    @app.post("/api/drafts/{id}/answer")
    def answer(id: str, body: bodies.Yes, one: Asked = who) -> dict[str, Any]:
        return studio.answer_draft(id, one.who, yes=body.yes, now=one.now)

    @app.delete("/api/drafts/{id}", status_code=204)
    def throw_away(id: str, one: Asked = who) -> None:
        studio.throw_away(id, one.who)


def _likeness(app: FastAPI, studio: Studio, who: Any) -> None:
    @app.get("/api/likeness")
    def likeness(one: Asked = who) -> dict[str, Any]:
        return studio.likeness(one.who, now=one.now)

    @app.post("/api/likeness", status_code=201)
    def play(body: bodies.Likeness, one: Asked = who) -> dict[str, Any]:
        return studio.play(one.who, cast_id=body.cast, now=one.now)

    @app.delete("/api/likeness")
    def give_back(one: Asked = who) -> dict[str, Any]:
        return studio.give_back(one.who, now=one.now)

    @app.post("/api/asks", status_code=201)
    def ask(body: bodies.Ask, one: Asked = who) -> dict[str, Any]:
        return studio.ask(one.who, now=one.now, **body.model_dump())

    @app.post("/api/asks/{id}/answer")
    def answer(id: str, body: bodies.Answer, one: Asked = who) -> dict[str, Any]:
        return studio.answer_ask(id, one.who, yes=body.yes, until_days=body.until_days, now=one.now)

    @app.post("/api/grants/{id}/revoke")
    def revoke(id: str, body: bodies.Why, one: Asked = who) -> dict[str, Any]:
        return studio.revoke(id, one.who, why=body.why, now=one.now)


def _people(app: FastAPI, studio: Studio, who: Any) -> None:
    @app.get("/api/people")
    def people(one: Asked = who) -> list[dict[str, Any]]:
        return studio.people(one.who, now=one.now)

    def relating(kind: EventKind) -> Callable[..., dict[str, Any]]:
        def relate(id: str, one: Asked = who) -> dict[str, Any]:
            return studio.relate(id, one.who, kind=kind, now=one.now)

        relate.__name__ = kind.value
        return relate

    for kind in (EventKind.FOLLOW, EventKind.UNFOLLOW, EventKind.BLOCK):
        app.post(f"/api/people/{{id}}/{kind.value}")(relating(kind))

    @app.get("/api/messages")
    def messages(one: Asked = who, other: _Who = "") -> list[dict[str, Any]]:
        return (
            studio.messages(one.who, other=other, now=one.now)
            if other
            else studio.talks(one.who, now=one.now)
        )

    @app.post("/api/messages", status_code=201)
    def write(body: bodies.Message, one: Asked = who) -> dict[str, Any]:
        return studio.write(one.who, to=body.to, text=body.text, now=one.now)


def _desk(app: FastAPI, studio: Studio, serving: Serving, who: Any) -> None:
    def join_url() -> str:
        return f"{serving.join_url}?code={studio.settings['code']}"

    @app.get("/api/desk")
    def desk(one: Asked = who) -> dict[str, Any]:
        return studio.desk_page(one.who, now=one.now) | {"join_url": join_url()}

    @app.post("/api/desk/pause")
    def pause(body: bodies.Paused, one: Asked = who) -> dict[str, Any]:
        return studio.arrange(one.who, paused=body.paused)

    @app.post("/api/desk/open")
    def open_(body: bodies.Open, one: Asked = who) -> dict[str, Any]:
        return studio.arrange(one.who, open=body.open)

    @app.post("/api/desk/code")
    def code(one: Asked = who) -> dict[str, Any]:
        return studio.new_class_code(one.who) | {"join_url": join_url()}

    @app.post("/api/desk/preset")
    def preset(body: bodies.Preset, one: Asked = who) -> dict[str, Any]:
        return studio.arrange(one.who, preset=body.preset)

    @app.post("/api/desk/quota")
    def quota(body: bodies.Quota, one: Asked = who) -> dict[str, Any]:
        return studio.arrange(one.who, quota=body.each_day)

    @app.post("/api/desk/cases/{id}")
    def decide(id: str, body: bodies.Step, one: Asked = who) -> dict[str, Any]:
        return studio.step(id, one.who, act=body.act, why=body.why, now=one.now)

    @app.post("/api/desk/posts/{id}/remove")
    def remove(id: str, body: bodies.Why, one: Asked = who) -> dict[str, Any]:
        return studio.remove(id, one.who, why=body.why, now=one.now)

    @app.post("/api/desk/members/{id}/return-code")
    def return_code(id: str, one: Asked = who) -> dict[str, Any]:
        return {"return_code": studio.new_return_code(id)}

    @app.get("/api/desk/replay")
    def replay(at: datetime, one: Asked = who) -> dict[str, Any]:
        moment = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
        return studio.replay(one.who, at=moment, now=one.now)

    @app.get("/api/desk/evidence", response_class=Response)
    def evidence(one: Asked = who) -> Response:
        name = f'attachment; filename="evidence-{one.now:%Y%m%d-%H%M}.zip"'
        data = studio.evidence(one.who, now=one.now)
        return Response(data, media_type="application/zip", headers={"content-disposition": name})

    @app.post("/api/desk/wipe", status_code=204)
    def wipe(body: bodies.Wipe, one: Asked = who) -> None:
        studio.wipe(one.who, name=body.name)
        serving.on_wiped()

    @app.get("/qr.svg", response_class=Response)
    def qr(one: Asked = who) -> Response:
        from medialit.studio.qr import svg

        return Response(svg(join_url()), media_type="image/svg+xml")

    @app.get("/openapi.json", include_in_schema=False)
    def schema(one: Asked = who) -> JSONResponse:
        return JSONResponse(get_openapi(title=app.title, version=app.version, routes=app.routes))
