"""A studio in operation: its log, whether it is ready, and what it does on a disk without room."""

from __future__ import annotations

import io
import json
import logging
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError
from studio_builders import NOON, Browser, World

from medialit import health, log
from medialit.errors import StudioError
from medialit.feed.quota import Queue
from medialit.language import said
from medialit.studio.serve import open_studio

Opens = Callable[..., World]


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[io.StringIO]:
    level = logging.getLogger().level
    shown = io.StringIO()
    log.start(command="studio", file=tmp_path / "studio.log", level="debug", terminal=shown)
    yield shown
    log.stop()
    logging.getLogger().setLevel(level)


def no_more_room(world: World, *, full: bool) -> None:
    """Let the studio's cards and its feed grow no further: SQLite says that the disk is full."""
    for engine in (world.studio.cards._engine, world.studio.store._engine):

        @event.listens_for(engine, "checkout")
        def limited(connection: sqlite3.Connection, *_rest: object, full: bool = full) -> None:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count={pages if full else 1 << 30}")


def filled(world: World) -> None:
    """Use up what room the pages have that are there already."""
    no_more_room(world, full=True)
    for kind, size in (("filler", 900), ("filling", 200), ("fine", 30), ("health", 1)):
        for n in range(3000):
            try:
                world.studio.cards.put(kind, f"{size} {n}", {"x": "y" * size})
            except SQLAlchemyError as error:
                assert "full" in str(error)
                break
        else:
            raise AssertionError("There is room still.")


def everything(world: World) -> tuple[list[str], list[Browser]]:
    """Do a bit of everything, with words that can be looked for, well and badly; return the words and the browsers."""
    aya = world.join("Markername")
    idir = world.join("Markerother", age="16_17")
    teacher = world.teacher()
    id = world.film(aya, caption="markercaption")
    aya.post(f"/api/posts/{id}/comments", {"text": "markercomment"})
    aya.post(f"/api/posts/{id}/comments", {"text": "markertoolong" * 200})
    aya.post("/api/messages", {"to": idir.id, "text": "markermessage"})
    aya.put("/api/me/steering", {"text": "more markersteering"})
    aya.post("/api/clips", {"prompt": "a red ball rolls on the markerbeach"})
    aya.post("/api/clips", {"prompt": "markerprompt naked child"})
    aya.post(f"/api/posts/{id}/report", {"ground": "markerground", "why": "markerwhy"})
    aya.get("/api/markerpath", params={"q": "markerquery"})
    aya.get("/media/clip/markerid?x=markerquery")
    aya.get(
        "/api/posts/markerpost", headers={"x-odd": "markerheader", "cookie": "medialit_session=markercookie"}
    )
    world.browser().post("/api/join", {"code": "markercode", "pseudonym": "Markerthird", "age": "adult"})
    world.browser().post("/api/teacher", {"key": "markerkey"})
    codes = [*aya.codes.values(), *idir.codes.values(), world.key, str(world.studio.settings["code"])]
    tokens = [one.client.cookies["medialit_session"] for one in (aya, idir, teacher)]
    return [one for one in [*codes, *tokens, aya.csrf, world.studio.settings["secret"], "marker"] if one], [
        aya,
        idir,
    ]


def test_a_log_holds_no_word_name_code_or_token_of_anybody(
    world: World, tmp_path: Path, terminal: io.StringIO
) -> None:
    words, (aya, _idir) = everything(world)
    filled(world)
    answer = aya.put("/api/me/steering", {"text": "more markerfull " + "x" * 400})
    assert answer.status_code == 503
    no_more_room(world, full=False)
    said = (tmp_path / "studio.log").read_text(encoding="utf-8") + terminal.getvalue()
    assert "SQLITE_FULL" in said  # errors are told, by kind and place
    for one in words:
        assert one.casefold() not in said.casefold(), one


def test_a_line_of_the_log_names_the_request_that_the_answer_names(
    world: World, tmp_path: Path, terminal: io.StringIO
) -> None:
    aya = world.join("Aya")
    id = world.film(aya)
    answer = aya.post(f"/api/posts/{id}/comments", {"text": "hello"})
    lines = [json.loads(one) for one in (tmp_path / "studio.log").read_text(encoding="utf-8").splitlines()]
    (own,) = [one for one in lines if one.get("request") == answer.headers["x-request-id"]]
    assert (own["method"], own["path"], own["status"]) == ("POST", "/api/posts/{id}/comments", 201)
    refused = aya.get("/api/desk")
    assert refused.status_code == 403 and refused.headers["x-request-id"]


def test_a_decision_about_a_likeness_is_told_by_the_id_that_the_ledger_has(
    world: World, tmp_path: Path, terminal: io.StringIO
) -> None:
    aya, idir = world.join("Aya"), world.join("Idir")
    aya.post("/api/likeness", {"cast": "salma"})
    assert idir.post("/api/clips", {"prompt": "a red ball", "people": ["salma"]}).status_code == 403
    lines = [json.loads(one) for one in (tmp_path / "studio.log").read_text(encoding="utf-8").splitlines()]
    (decided,) = [one for one in lines if one["what"] == "decided"]
    known = [one.subject for one in world.studio.desk.ledger.events()]
    assert decided["allowed"] is False and decided["decision"] in known


def test_a_studio_lives_and_is_ready_for_whoever_asks_and_tells_nothing_else(world: World) -> None:
    world.join("Aya")
    visitor = world.browser()
    assert visitor.get("/health").json().keys() == {"ok", "version"}
    answer = visitor.get("/ready")
    assert answer.status_code == 200
    said = answer.json()
    assert said.keys() == {"ok", "version", "parts", "waiting"} and said["waiting"] == 0
    assert said["parts"] == {"class": True, "disk": True, "maker": True, "database": True}


def test_without_room_it_is_not_ready_says_so_to_people_and_goes_on_once_there_is_room(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "FRESH_S", 0.0)
    aya = world.join("Aya")
    filled(world)
    ready = aya.get("/ready")
    assert ready.status_code == 503 and ready.json()["parts"]["database"] is False
    assert aya.get("/health").status_code == 200
    refused = aya.put("/api/me/steering", {"text": "more football " + "x" * 400})
    assert refused.status_code == 503 and refused.json()["error"]["code"] == "not-kept"
    assert int(refused.headers["retry-after"]) > 0
    assert aya.get("/api/feed").status_code in (200, 503)  # a page may have a heartbeat to keep
    no_more_room(world, full=False)
    assert aya.put("/api/me/steering", {"text": "more football"}).status_code == 200
    assert aya.get("/ready").status_code == 200


def test_a_class_that_was_wiped_is_not_ready(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FRESH_S", 0.0)
    with TestClient(world.app, base_url="http://localhost") as client:
        teacher = world.teacher()
        assert teacher.post("/api/desk/wipe", {"name": "3B"}).status_code == 204
        assert client.get("/ready").json()["parts"]["class"] is False


def asked_for(world: World, who: str) -> str:
    """Ask for a clip, and return the request's id."""
    person = world.studio.person(who)
    assert person is not None
    job = world.studio.ask_for_clip(
        person, prompt="a red ball rolls on the beach", seed=1, model="v2", people=[], remix_of=None,
        purpose="education", doing="wave", now=world.clock.now,
    )  # fmt: skip
    return str(job["id"])


def test_a_clip_that_cannot_be_kept_for_want_of_room_is_made_once_there_is_room(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("medialit.studio.making.AGAIN_S", 0.05)
    aya = world.join("Aya")
    person = world.studio.person(aya.id)
    assert person is not None
    with world.studio.lock:  # the maker cannot take its turn meanwhile
        job = asked_for(world, aya.id)
        filled(world)
    while not world.studio._interrupted:
        world.studio._thread.join(timeout=0.02)
    assert world.studio.making
    no_more_room(world, full=False)
    while world.studio.job(job, person, now=world.clock.now)["state"] in ("waiting", "making"):
        world.studio._thread.join(timeout=0.02)
    assert world.studio.job(job, person, now=world.clock.now)["state"] == "done"
    assert len(world.studio.cards.all("draft")) == 1


def test_a_request_whose_end_could_not_be_kept_is_not_forgotten(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queue was kept without it and its card was not: it waited for ever, also after a start."""
    monkeypatch.setattr("medialit.studio.making.AGAIN_S", 0.05)
    aya = world.join("Aya")
    person = world.studio.person(aya.id)
    assert person is not None
    with closing(sqlite3.connect(world.studio.folder / "studio.db")) as other:
        for change in ("INSERT", "UPDATE"):  # the end of a request alone is not kept now
            other.execute(
                f"CREATE TRIGGER no_end_{change} BEFORE {change} ON studio_cards WHEN NEW.kind = 'job' AND "
                "NEW.body LIKE '%\"state\": \"done\"%' BEGIN SELECT RAISE(FAIL, 'full'); END"
            )
        job = asked_for(world, aya.id)
        while not world.studio._interrupted:
            world.studio._thread.join(timeout=0.02)
        for change in ("INSERT", "UPDATE"):
            other.execute(f"DROP TRIGGER no_end_{change}")
    until = time.monotonic() + 30
    while world.studio.job(job, person, now=world.clock.now)["state"] != "done":
        assert time.monotonic() < until, "it waits for ever"
        world.studio._thread.join(timeout=0.02)


def test_a_draft_whose_post_could_not_be_kept_is_a_draft_still(world: World) -> None:
    aya = world.join("Aya")
    draft = world.draft(aya)
    feed = world.studio.folder / "feed" / "feed.db"
    with closing(sqlite3.connect(feed)) as other:  # the feed alone takes nothing now
        other.execute(
            "CREATE TRIGGER no_room BEFORE INSERT ON feed_events BEGIN SELECT RAISE(FAIL, 'full'); END"
        )
        refused = aya.post(f"/api/drafts/{draft}/publish", {"caption": "Look"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "not-kept")
        other.execute("DROP TRIGGER no_room")
    assert [one["id"] for one in aya.get("/api/drafts").json()["mine"]] == [draft]
    assert aya.post(f"/api/drafts/{draft}/publish", {"caption": "Look"}).status_code == 201
    assert aya.get("/api/drafts").json()["mine"] == []


def test_a_clock_that_was_years_ahead_for_a_moment_does_not_use_up_the_days_until_then(world: World) -> None:
    aya = world.join("Aya")
    person = world.studio.person(aya.id)
    assert person is not None
    world.studio.set(quota=1)
    ahead = world.clock.now.date() + timedelta(days=400)
    used = Queue(day=ahead, quota=1, served=((aya.id, 1),))
    world.studio._keep_queue(used)  # as it was kept while the clock was wrong
    assert world.studio.quota_card(person, now=world.clock.now + timedelta(days=400))["left"] == 0
    assert world.studio.quota_card(person, now=world.clock.now)["left"] == 1
    world.studio._keep_queue(replace(used, day=world.clock.now.date() + timedelta(days=1)))
    assert (
        world.studio.quota_card(person, now=world.clock.now)["left"] == 0
    )  # no clock put back by a day gives clips


def test_what_a_killed_worker_left_of_a_draft_is_gone_after_the_start(
    new_world: Opens, tmp_path: Path
) -> None:
    world = new_world(tmp_path / "class")
    aya = world.join("Aya")
    draft = world.draft(aya)
    left = [world.studio.drafts / name for name in ("d-0123.mp4", ".0a1b2c", f"{draft}.published.mp4")]
    for one in left:
        one.write_bytes(b"half")
    folder = world.studio.drafts / ".publishing-bnt2yq84"  # whoever publishes works in one
    (folder / "deeper").mkdir(parents=True)
    (folder / "deeper" / "clip.mp4").write_bytes(b"half")
    left.append(folder)
    world.studio.__exit__(None, None, None)
    again = new_world(tmp_path / "class")
    assert not any(one.exists() for one in left)
    assert (again.studio.drafts / f"{draft}.mp4").is_file() and (again.studio.drafts / "seal.key").is_file()


def test_a_class_that_cannot_be_opened_is_said_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home").write_text("")  # a file, where the folder should be
    monkeypatch.setenv("MEDIALIT_HOME", str(tmp_path / "home"))
    with pytest.raises(StudioError) as caught:
        open_studio("3B", port=free_port(), local=True, demo=False, database=None, lang="en", now=NOON)
    assert caught.value.code == "not-kept"
    assert "start again" in said(caught.value, lang="en") and "recommencez" in said(caught.value, lang="fr")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_clip_that_goes_while_it_is_asked_for_is_not_there_and_no_error_of_the_studio(
    world: World,
) -> None:
    """A draft that is published or thrown away, a post that is taken back: a page may ask for it at that moment."""
    aya = world.join("Aya")
    card = {"by": aya.id, "people": [], "post": None, "answers": {}, "at": NOON.isoformat()}
    world.studio.cards.put("draft", "d-going", card)
    for ending, address in ((".mp4", "draft"), (".jpg", "draft-poster")):
        (world.studio.drafts / f"d-going{ending}").write_bytes(b"there")
        assert aya.get(f"/media/{address}/d-going").content == b"there"
        (world.studio.drafts / f"d-going{ending}").unlink()
        answer = aya.get(f"/media/{address}/d-going")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not-found")
