"""A class for `soak.py`: learners at a class's pace, and two clients that nobody invited.

What the server acknowledged goes into the diary, a file of the tester's own, at once. What was asked and never answered
is neither kept nor lost: it may be there, and may not.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

PAUSE_S = (3.0, 9.0)
GOOD = (200, 201, 202, 204)
PROMPTS = (
    "a red ball rolls on the beach", "a blue car drives in the street", "a yellow kite flies over the mountains",
    "a green tea glass stands in the souk", "a cat walks in the medina",
)  # fmt: skip
WEIGHTS = {
    "watch": 34, "see": 16, "comment": 12, "like": 10, "write": 6, "follow": 4, "steer": 4, "make": 5, "look": 6,
    "report": 1, "lend": 2,
}  # fmt: skip


class Diary:
    """What was acknowledged, a line of JSON each, on a disk that no fault touches."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self._lock = threading.Lock()
        self.n: Counter[str] = Counter()

    def note(self, kind: str, **what: Any) -> None:
        """Keep one thing that was acknowledged."""
        with self._lock:  # the people on the hub are threads
            self._file.write(json.dumps({"kind": kind, "at": round(time.time(), 3)} | what) + "\n")
            self._file.flush()
            self.n[kind] += 1


@dataclass
class Town:
    """What clients know of the server, and what was seen of it."""

    base: str
    diary: Diary
    class_code: str = ""
    teacher_key: str = ""
    fault: str = ""
    until: float = 0.0
    answers: Counter[str] = field(default_factory=Counter)
    broken: list[dict[str, Any]] = field(default_factory=list)
    pages_s: list[tuple[str, float]] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """Whether the lesson goes on."""
        return time.monotonic() < self.until

    def end(self) -> None:
        """End the lesson now."""
        self.until = 0.0

    def saw(self, answer: httpx.Response, path: str) -> None:
        """Count an answer; one that the server did not mean to give is kept whole."""
        self.answers[f"{answer.status_code}"] += 1
        if answer.status_code == 500:
            self.broken.append({"path": path, "fault": self.fault, "text": answer.text[:300]})


class Learner:
    """One browser."""

    def __init__(
        self, town: Town, n: int, *, seed: int, plays: str = "", pause_s: tuple[float, float] = PAUSE_S
    ) -> None:
        self.town, self.n, self.plays, self.pause_s = town, n, plays, pause_s
        self.name = f"Soaker {n}"
        self.rng = random.Random(f"{seed} learner {n}")
        self.id = self.return_code = ""
        self.csrf = "join"
        self.turn = 0
        self.posts: list[dict[str, Any]] = []
        self.jobs: list[str] = []
        self.liked: set[str] = set()
        self.client = httpx.AsyncClient(base_url=town.base, timeout=90)

    async def live(self) -> None:
        """Learn until the lesson ends."""
        while self.town.open:
            try:
                if not self.id:
                    await self._join()
                else:
                    act = self.rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
                    if not self.posts:  # the first minutes of a class: somebody has to make something
                        act = "make" if not self.jobs else self.rng.choice(["look", "watch"])
                    await getattr(self, f"_{act}")()
            except (httpx.HTTPError, ConnectionError, json.JSONDecodeError):
                self.town.answers["none"] += 1
            await asyncio.sleep(self.rng.uniform(*self.pause_s))
        await self.client.aclose()

    async def _ask(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        headers = {"x-medialit-csrf": self.csrf}
        answer = await self.client.request(method, path, json=body, headers=headers, **more)
        self.town.saw(answer, path)
        if answer.status_code == 401 and self.return_code:
            await self._return()
        return answer

    async def _join(self) -> None:
        body = {
            "code": self.town.class_code,
            "pseudonym": self.name,
            "age": "adult",
            "place": "Fes",
            "lang": "en",
        }
        self.csrf = "join"
        answer = await self._ask("POST", "/api/join", body)
        if answer.status_code == 409:  # it came in, and the answer was lost on the way: somebody new, then
            self.name += "b"
        if answer.status_code != 201:
            return
        said = answer.json()
        self.csrf, self.id, self.return_code = said["csrf"], said["me"]["id"], said["return_code"]
        self.town.diary.note("join", id=self.id, name=self.name)
        free = {"personalised": True, "posts_a_sitting": None, "daily_minutes": None}
        await self._ask("PUT", "/api/me/controls", {"controls": free})
        if self.plays and (await self._ask("POST", "/api/likeness", {"cast": self.plays})).status_code == 201:
            self.town.diary.note("play", id=self.id, cast=self.plays)

    async def _return(self) -> None:
        """Come back: the session ended, as when a clock jumped by days."""
        self.csrf = "join"
        body = {
            "code": self.town.class_code,
            "pseudonym": self.name,
            "return_code": self.return_code,
            "lang": "en",
        }
        answer = await self.client.post("/api/return", json=body, headers={"x-medialit-csrf": "join"})
        self.town.saw(answer, "/api/return")
        if answer.status_code == 200:
            self.csrf = answer.json()["csrf"]

    async def _watch(self) -> None:
        began = time.monotonic()
        answer = await self._ask("GET", "/api/feed", params={"n": 10})
        self.town.pages_s.append((self.town.fault, time.monotonic() - began))
        if answer.status_code == 200:
            self.posts = answer.json()["posts"]
        for post in self.posts[:1]:
            await self._ask("GET", post["video"])

    async def _see(self) -> None:
        for post in self._some():
            if (
                await self._ask("POST", f"/api/posts/{post['id']}/seen", {"dwell_s": 3.0})
            ).status_code in GOOD:
                self.town.diary.note("seen", id=self.id, post=post["id"])

    async def _comment(self) -> None:
        for post in self._some():
            self.turn += 1
            text = f"{self.name} says {self.turn} {self.rng.random():.9f}"
            answer = await self._ask("POST", f"/api/posts/{post['id']}/comments", {"text": text})
            if answer.status_code in GOOD:
                self.town.diary.note("comment", id=self.id, post=post["id"], text=text)

    async def _like(self) -> None:
        for post in self._some():
            if post["id"] in self.liked:
                continue
            if (await self._ask("POST", f"/api/posts/{post['id']}/like")).status_code in GOOD:
                self.liked.add(post["id"])
                self.town.diary.note("like", id=self.id, post=post["id"])

    async def _follow(self) -> None:
        answer = await self._ask("GET", "/api/people")
        people = answer.json() if answer.status_code == 200 else []
        for one in self.rng.sample(people, min(1, len(people))):
            if (await self._ask("POST", f"/api/people/{one['id']}/follow")).status_code in GOOD:
                self.town.diary.note("follow", id=self.id, to=one["id"])

    async def _write(self) -> None:
        answer = await self._ask("GET", "/api/people")
        people = [one for one in (answer.json() if answer.status_code == 200 else []) if one["may_message"]]
        for one in self.rng.sample(people, min(1, len(people))):
            self.turn += 1
            text = f"{self.name} writes {self.turn} {self.rng.random():.9f}"
            answer = await self._ask("POST", "/api/messages", {"to": one["id"], "text": text})
            if answer.status_code in GOOD:
                self.town.diary.note("message", id=self.id, to=one["id"], text=text)

    async def _steer(self) -> None:
        text = self.rng.choice(["more football", "less music", "more nature", "more cooking"])
        self.town.diary.note("steer-asked", id=self.id, text=text)
        if (await self._ask("PUT", "/api/me/steering", {"text": text})).status_code in GOOD:
            self.town.diary.note("steer", id=self.id, text=text)

    async def _report(self) -> None:
        answer = await self._ask("GET", "/api/grounds")
        grounds = answer.json() if answer.status_code == 200 else []
        for post in self._some():
            ground = self.rng.choice(grounds)["id"] if grounds else ""
            answer = await self._ask(
                "POST", f"/api/posts/{post['id']}/report", {"ground": ground, "why": "soak"}
            )
            if answer.status_code in GOOD:
                self.town.diary.note("report", id=self.id, post=post["id"])

    async def _make(self) -> None:
        if len(self.jobs) >= 3:
            return
        body = {"prompt": self.rng.choice(PROMPTS), "seed": self.rng.randrange(10**6)}
        answer = await self._ask("POST", "/api/clips", body)
        if answer.status_code in GOOD:
            self.jobs.append(answer.json()["id"])
            self.town.diary.note("job", id=self.id, job=self.jobs[-1])

    async def _look(self) -> None:
        """Look after one's own requests: publish what is made, or throw it away; now and then take a post back."""
        for job in self.jobs[:1]:
            answer = await self._ask("GET", f"/api/jobs/{job}")
            state = answer.json().get("state") if answer.status_code == 200 else None
            if state == "failed":
                self.jobs.remove(job)
                self.town.answers["job failed"] += 1
            elif state == "done":
                await self._finish(job, answer.json()["draft"])

    async def _finish(self, job: str, draft: str) -> None:
        if self.rng.random() < 0.2:
            self.town.diary.note("throw-asked", draft=draft)
            answer = await self._ask("DELETE", f"/api/drafts/{draft}")
            if answer.status_code == 204:
                self.town.diary.note("throw", draft=draft)
        else:
            self.turn += 1
            body = {
                "caption": f"Clip {self.n}.{self.turn}",
                "topics": [self.rng.choice(["football", "nature"])],
            }
            self.town.diary.note("publish-asked", draft=draft)
            answer = await self._ask("POST", f"/api/drafts/{draft}/publish", body)
            if answer.status_code == 201:
                post = answer.json()["id"]
                self.town.diary.note("post", id=self.id, post=post, caption=body["caption"], draft=draft)
                if self.rng.random() < 0.1:
                    self.town.diary.note("back-asked", post=post)
                    if (await self._ask("DELETE", f"/api/posts/{post}")).status_code == 204:
                        self.town.diary.note("back", post=post)
        if answer.status_code in (*GOOD, 404):
            self.jobs.remove(job)

    async def _lend(self) -> None:
        """Ask for a likeness, answer whoever asked for one's own, and now and then take a permission back."""
        answer = await self._ask("GET", "/api/likeness")
        if answer.status_code != 200:
            return
        card = answer.json()
        if not self.plays:
            to = self.rng.choice(["salma", "yassine"])
            body = {"to": to, "actions": ["generate", "publish"], "purpose": "education"}
            answer = await self._ask("POST", "/api/asks", body)
            if answer.status_code == 201:
                self.town.diary.note("ask", ask=answer.json()["id"])
            return
        for one in [one for one in card["asks_to_me"] if one["mine_to_answer"]][:1]:
            answer = await self._ask("POST", f"/api/asks/{one['id']}/answer", {"yes": True, "until_days": 90})
            if answer.status_code in GOOD:
                self.town.diary.note("answer", ask=one["id"], yes=True)
        lent = [
            one
            for one in card["grants_given"]
            if one["stands"] and self.id not in [to["id"] for to in one["to"]]
        ]
        if lent and self.rng.random() < 0.4:
            answer = await self._ask("POST", f"/api/grants/{lent[0]['id']}/revoke", {"why": "enough"})
            if answer.status_code in GOOD:
                self.town.diary.note("revoke", grant=lent[0]["id"])

    def _some(self) -> list[dict[str, Any]]:
        return self.rng.sample(self.posts, min(1, len(self.posts)))


class Teacher:
    """The teacher's page, left open: comes in anew after each start, for the key is a new one."""

    def __init__(self, town: Town, *, seed: int) -> None:
        self.town, self.rng = town, random.Random(f"{seed} teacher")
        self.csrf = "join"
        self.key = ""

    async def live(self) -> None:
        """Look at the desk until the lesson ends."""
        async with httpx.AsyncClient(base_url=self.town.base, timeout=90) as client:
            while self.town.open:
                try:
                    await self._look(client)
                except (httpx.HTTPError, json.JSONDecodeError):
                    self.town.answers["none"] += 1
                await asyncio.sleep(self.rng.uniform(10.0, 25.0))

    async def _look(self, client: httpx.AsyncClient) -> None:
        if self.key != self.town.teacher_key:
            body = {"key": self.town.teacher_key, "lang": "en"}
            answer = await client.post("/api/teacher", json=body, headers={"x-medialit-csrf": "join"})
            self.town.saw(answer, "/api/teacher")
            if answer.status_code != 200:
                return
            self.csrf, self.key = answer.json()["csrf"], self.town.teacher_key
        answer = await client.get("/api/desk")
        self.town.saw(answer, "/api/desk")
        if answer.status_code == 401:
            self.key = ""
        each = self.rng.choice([90, 95, 100])
        self.town.diary.note("quota-asked", each=each)
        answer = await client.post(
            "/api/desk/quota", json={"each_day": each}, headers={"x-medialit-csrf": self.csrf}
        )
        self.town.saw(answer, "/api/desk/quota")
        if answer.status_code in GOOD:
            self.town.diary.note("quota", each=each)


def rubbish(rng: random.Random) -> Iterator[bytes]:
    """Yield what no browser sends."""
    deep = b"[" * 30_000
    head = b"POST /api/join HTTP/1.1\r\nHost: localhost\r\nx-medialit-csrf: join\r\n"
    yield rng.randbytes(4096)
    yield b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + rng.randbytes(500)
    yield head + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(deep) + deep
    yield head + b"Content-Type: application/json\r\nContent-Length: 40\r\n\r\n" + rng.randbytes(40)
    yield head + b"Content-Length: -5\r\n\r\nhello"
    yield head + b"Content-Length: 999999999999\r\n\r\n"
    yield head + b"Transfer-Encoding: chunked\r\n\r\n" + b"FFFF\r\n" + rng.randbytes(65535) + b"\r\nzz\r\n"
    yield b"GET /../../../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n"
    yield b"GET /media/clip/..%2f..%2fstudio.db HTTP/1.1\r\nHost: localhost\r\n\r\n"
    yield (
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"".join(b"X-%d: y\r\n" % k for k in range(3000)) + b"\r\n"
    )
    yield b"BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    yield b"GET /api/feed?n=%FF%FE&start=999999999999999999999 HTTP/1.1\r\nHost: localhost\r\n\r\n"
    yield b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    yield (
        b"GET /api/me HTTP/1.1\r\nHost: localhost\r\nCookie: medialit_session=" + b"\xff" * 3000 + b"\r\n\r\n"
    )


async def send_rubbish(town: Town, rng: random.Random, *, port: int) -> None:
    """Send all of it; an answer of 500 is kept with what broke."""
    for data in rubbish(rng):
        with contextlib.suppress(OSError, asyncio.TimeoutError, TimeoutError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            with contextlib.suppress(OSError):
                writer.write(data)
                await writer.drain()
                said = await asyncio.wait_for(reader.read(400), 5)
                if b" 500 " in said[:20]:
                    town.broken.append(
                        {"path": data[:60].decode("latin-1"), "fault": "rubbish", "text": str(said)[:300]}
                    )
            writer.close()


async def dawdle(*, port: int, rng: random.Random, seconds: float, n: int = 60) -> None:
    """Open many connections, and say a letter a second in each."""

    async def one() -> None:
        with contextlib.suppress(OSError):
            _reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for letter in b"GET /api/class HTTP/1.1\r\nHost: localhost\r\nX: "[: int(seconds)]:
                writer.write(bytes([letter]))
                await writer.drain()
                await asyncio.sleep(1 + rng.random() / 10)
            writer.close()

    await asyncio.gather(*(one() for _ in range(n)))
