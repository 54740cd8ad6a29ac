"""A whole class at once: `python benchmarks/studio.py [--clients 40] [--seconds 60] [--posts 200]`.

The real server runs in a process of its own, as `medialit studio` starts it, over HTTP on this computer; forty clients
run in another. Each does what a learner does: a page of the feed, a clip, that it was seen, now and then a like and a
comment; and each asks for two clips, which are made meanwhile. Timed is every page of the feed, to its last byte.
A write is lost if the server acknowledged it and the store, opened anew after the server was killed (SIGKILL), lacks it.

A page takes the server about 5 ms of its own; the rest is the wait for a core and for the disk. So where many other
programs run, the clock on the wall says more of them than of the server: the load is printed beside it.

Why not locust: it times requests, and does not know which writes were acknowledged, which is the question here; httpx is
installed already. Members join before the server starts, so that what is timed is a class at work.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import numpy as np

from medialit.feed.records import Post
from medialit.feed.store import FeedStore
from medialit.media import Clip, write, write_image
from medialit.studio import Studio

PAUSE_S = (2.0, 5.0)  # between two things that a learner does: 60 changes a minute are the most that is taken


@dataclass
class Learner:
    """One client and what was acknowledged to it."""

    id: str
    token: str
    csrf: str
    pages_s: list[float] = field(default_factory=list)
    comments: set[str] = field(default_factory=set)
    likes: set[str] = field(default_factory=set)
    n_seen: int = 0
    n_jobs: int = 0
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Load:
    """What one run gave."""

    p50_ms: float
    p95_ms: float
    worst_ms: float
    n_pages: int
    n_writes: int
    lost_writes: int
    n_clips: int
    refused: int


def main() -> None:
    """Measure, print a table, and end with one line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clients", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--posts", type=int, default=200)
    given = parser.parse_args()
    found = measure(n_clients=given.clients, seconds=given.seconds, n_posts=given.posts)
    print(
        f"{given.clients} clients for {given.seconds:g} s over {given.posts} posts; load {os.getloadavg()[0]:.1f}"
    )
    times = f"p50 {found.p50_ms:6.0f} ms   p95 {found.p95_ms:6.0f} ms   worst {found.worst_ms:6.0f} ms"
    print(f"pages of the feed   {found.n_pages:6}   {times}")
    print(f"writes acknowledged {found.n_writes:6}   lost {found.lost_writes}")
    print(f"clips made meanwhile {found.n_clips:5}   requests refused {found.refused}")
    print(json.dumps({"p95_ms": found.p95_ms, "lost_writes": found.lost_writes, "p50_ms": found.p50_ms,
                      "n_pages": found.n_pages, "n_writes": found.n_writes, "n_clips": found.n_clips}))  # fmt: skip


def measure(*, n_clients: int, seconds: float, n_posts: int, seed: int = 1) -> Load:
    """Run the server and the clients, and return what came of it."""
    with TemporaryDirectory() as home:
        os.environ["MEDIALIT_HOME"] = home
        learners = _class_of(n_clients, n_posts=n_posts)
        port = _free_port()
        command = [
            sys.executable,
            "-m",
            "medialit.cli",
            "studio",
            "--class",
            "bench",
            "--local",
            "--port",
            str(port),
        ]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        try:
            _wait_for(port)
            asyncio.run(_lesson(learners, port=port, seconds=seconds, seed=seed))
        finally:
            os.killpg(server.pid, signal.SIGKILL)  # the workers go with it
            server.wait()
        return _counted(learners, Path(home) / "studio" / "bench")


def _class_of(n: int, *, n_posts: int) -> list[Learner]:
    now = datetime.now(UTC)
    folder = Path(os.environ["MEDIALIT_HOME"]) / "studio" / "bench"
    with Studio(folder, name="bench") as studio:
        found = []
        for k in range(n):
            entry = studio.join(
                class_code=studio.settings["code"], name=f"Learner {k}", age="adult", place="Fes",
                zone="Africa/Casablanca", lang="en", now=now,
            )  # fmt: skip
            studio.set_controls(
                entry.person,
                changes={"personalised": True, "posts_a_sitting": None, "daily_minutes": None},
                now=now,
            )
            found.append(Learner(id=entry.person.id, token=entry.token, csrf=studio.csrf(entry.token)))
        with TemporaryDirectory() as place:
            file, poster = Path(place) / "a.mp4", Path(place) / "a.jpg"
            noise = np.random.default_rng(1).integers(0, 255, (24, 256, 256, 3), dtype=np.uint8)
            write(Clip(noise, 12.0), file, crf=32)
            write_image(noise[0], poster)
            clip = studio.keep_clip(file, poster=poster, marked=False)
        topics = ("football", "cooking", "music", "nature")
        posts = [
            Post(
                id=f"p{k}",
                clip=clip,
                author=found[k % n].id,
                at=now,
                topics=(topics[k % 4],),
                caption=f"Clip {k}",
            )
            for k in range(n_posts)
        ]
        for k in range(0, n_posts, 500):
            studio.store.keep_all(posts[k : k + 500], by="bench", now=now)
    return found


async def _lesson(learners: list[Learner], *, port: int, seconds: float, seed: int) -> None:
    until = time.perf_counter() + seconds
    await asyncio.gather(
        *(_learn(one, port=port, until=until, rng=random.Random(f"{seed} {one.id}")) for one in learners)
    )


async def _learn(me: Learner, *, port: int, until: float, rng: random.Random) -> None:
    headers = {"x-medialit-csrf": me.csrf, "cookie": f"medialit_session={me.token}"}
    async with httpx.AsyncClient(base_url=f"http://localhost:{port}", headers=headers, timeout=60) as client:
        await asyncio.sleep(rng.uniform(0, PAUSE_S[1]))
        start, turn = 0, 0
        while time.perf_counter() < until:
            began = time.perf_counter()
            answer = await client.get("/api/feed", params={"start": start, "n": 10})
            me.pages_s.append(time.perf_counter() - began)
            if answer.status_code != 200:
                me.refused.append(answer.text)
                continue
            page = answer.json()
            start = page["next"] or 0
            for post in page["posts"][:2]:
                await client.get(post["video"], headers={"range": "bytes=0-65535"})
                await asyncio.sleep(rng.uniform(*PAUSE_S) / 2)
                me.n_seen += await _acknowledged(
                    client, me, f"/api/posts/{post['id']}/seen", {"dwell_s": 3.0}
                )
                if rng.random() < 0.3 and await _acknowledged(
                    client, me, f"/api/posts/{post['id']}/like", {}
                ):
                    me.likes.add(post["id"])
                if rng.random() < 0.3:
                    text = f"{me.id} {turn} {rng.random()}"
                    if await _acknowledged(client, me, f"/api/posts/{post['id']}/comments", {"text": text}):
                        me.comments.add(text)
                turn += 1
            if me.n_jobs < 2:
                me.n_jobs += await _acknowledged(
                    client, me, "/api/clips", {"prompt": "a red ball rolls on the beach"}
                )
            await asyncio.sleep(rng.uniform(*PAUSE_S))


async def _acknowledged(client: httpx.AsyncClient, me: Learner, path: str, body: dict[str, object]) -> bool:
    answer = await client.post(path, json=body)
    if answer.status_code not in (200, 201, 202, 204):
        me.refused.append(answer.text)
    return answer.status_code in (200, 201, 202, 204)


def _counted(learners: list[Learner], folder: Path) -> Load:
    """Compare what was acknowledged with what the store holds, opened anew."""
    with FeedStore(folder / "feed" / "feed.db") as store:
        state = store.state()
        assert store.verify().ok
    texts = {one.text for one in state.events if one.kind == "comment"}
    likes = {(one.who, one.target) for one in state.events if one.kind == "like"}
    seen = [one.who for one in state.events if one.kind == "dwell"]
    lost = 0
    for one in learners:
        lost += len(one.comments - texts)
        lost += sum((one.id, post) not in likes for post in one.likes)
        lost += max(0, one.n_seen - seen.count(one.id))
    with Studio(folder) as studio:
        n_jobs = len(studio.cards.all("job"))
        lost += sum(one.n_jobs for one in learners) - n_jobs
        n_clips = len(studio.cards.all("draft"))
    pages = np.array([one for learner in learners for one in learner.pages_s]) * 1000
    return Load(
        p50_ms=round(float(np.percentile(pages, 50)), 1), p95_ms=round(float(np.percentile(pages, 95)), 1),
        worst_ms=round(float(pages.max()), 1), n_pages=len(pages), lost_writes=lost, n_clips=n_clips,
        n_writes=sum(len(one.comments) + len(one.likes) + one.n_seen + one.n_jobs for one in learners),
        refused=sum(len(one.refused) for one in learners),
    )  # fmt: skip


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(600):
        try:
            if httpx.get(f"http://localhost:{port}/health", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    raise SystemExit("The server did not start.")


if __name__ == "__main__":
    main()
