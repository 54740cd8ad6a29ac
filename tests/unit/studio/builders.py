"""A studio that is served to browsers without a network, for the tests."""

from __future__ import annotations

import atexit
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from fastapi.testclient import TestClient
from httpx import Response

from medialit.feed.clock import Reading
from medialit.feed.records import Post
from medialit.media import Clip, write, write_image
from medialit.studio import Studio
from medialit.studio.codes import Rate
from medialit.studio.hand import Hand
from medialit.studio.server import Serving, build_app

HANDS = (Hand(niceness=0), Hand(niceness=0))
"""Shared by all tests: a process takes seconds to start."""
atexit.register(lambda: [one.stop() for one in HANDS])
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that only goes on when it is told to."""

    now: datetime = NOON

    def read(self) -> Reading:
        return Reading(wall=self.now, counted_s=(self.now - NOON).total_seconds() + 1000.0, boot="boot")

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class Browser:
    """Somebody's browser: a client of its own, and what the page remembers."""

    client: TestClient
    csrf: str = "join"
    me: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return str(self.me["id"])

    def get(self, path: str, **more: Any) -> Response:
        return self.client.get(path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Response:
        return self.client.post(path, json=body or {}, headers={"x-medialit-csrf": self.csrf} | more)

    def put(self, path: str, body: Any) -> Response:
        return self.client.put(path, json=body, headers={"x-medialit-csrf": self.csrf})

    def delete(self, path: str) -> Response:
        return self.client.delete(path, headers={"x-medialit-csrf": self.csrf})

    def came_in(self, answer: Response) -> Browser:
        assert answer.status_code in (200, 201), answer.text
        said = answer.json()
        self.csrf, self.me = said["csrf"], said["me"]
        self.codes = {key: said.get(key) for key in ("return_code", "guardian_code")}
        return self


@dataclass
class World:
    """A studio that is served to browsers without a network."""

    studio: Studio
    clock: Clock
    key: str
    app: Any

    def browser(self) -> Browser:
        return Browser(
            client=TestClient(self.app, base_url="http://localhost", client=("192.168.1.9", 50000))
        )

    def join(self, name: str, age: str = "adult", **more: str) -> Browser:
        body = {"code": self.studio.settings["code"], "pseudonym": name, "age": age, "lang": "en"} | more
        one = self.browser()
        return one.came_in(one.post("/api/join", body))

    def teacher(self) -> Browser:
        one = self.browser()
        return one.came_in(one.post("/api/teacher", {"key": self.key, "lang": "en"}))

    def guardian(self, ward: Browser) -> Browser:
        one = self.browser()
        body = {"pseudonym": ward.me["name"], "guardian_code": ward.codes["guardian_code"], "lang": "en"}
        return one.came_in(one.post("/api/guardian", body))

    def draft(
        self, who: Browser, prompt: str = "a red ball rolls on the beach", people: tuple[str, ...] = ()
    ) -> str:
        """Make a draft past the queue: what waits is tested where it is meant."""
        job = {
            "by": who.id, "prompt": prompt, "seed": 1, "model": "v2", "people": list(people), "remix_of": None,
            "parent_use": None, "purpose": "education", "doing": "wave", "lang": "en", "not_understood": [],
        }  # fmt: skip
        return self.studio.make_now(job, now=self.clock.now)

    def film(self, who: Browser, caption: str = "Look", **more: Any) -> str:
        """Publish a clip that no model made: quick, where it does not matter what is in it."""
        with TemporaryDirectory() as place:
            file, poster = Path(place) / "a.mp4", Path(place) / "a.jpg"
            colour = len(self.studio.store.state().posts) * 20 % 250
            clip = Clip(np.full((4, 64, 64, 3), colour, np.uint8), 4.0)
            write(clip, file)
            write_image(clip.frames[0], poster)
            kept = self.studio.keep_clip(file, poster=poster, marked=False)
        id = f"p-{len(self.studio.store.state().posts)}"
        settings = {"topics": ("football",), "caption": caption} | more
        post = Post(id=id, clip=kept, author=who.id, at=self.clock.now, **settings)
        self.studio.store.keep(post, by=who.id, now=self.clock.now)
        return id

    def post(self, who: Browser, people: tuple[str, ...] = (), caption: str = "Look") -> dict[str, Any]:
        """Make and publish a clip."""
        draft = self.draft(who, people=people)
        answer = who.post(f"/api/drafts/{draft}/publish", {"caption": caption, "topics": ["football"]})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())


def open_world(folder: Path, *, database: str | None = None, **serving: Any) -> World:
    clock = Clock()
    studio = Studio(folder, name="3B", clocks=clock.read, database=database, hands=HANDS)
    settings = {
        "entering": Rate(n=10_000),
        "coming": Rate(n=10_000),
        "writing": Rate(n=10_000),
        "reading": Rate(n=100_000),
    } | serving
    app = build_app(studio, Serving(now=lambda: clock.now, **settings))
    return World(studio=studio, clock=clock, key=studio.new_teacher_key(), app=app)
