"""One learner is erased from a class: nothing of theirs can be read on the disk, and the others keep theirs."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from studio_builders import Browser, World

from medialit.errors import StudioError
from medialit.feed.records import Post
from medialit.studio.leaving import erase, find, hold, quiet

Opens = Callable[..., World]
MARKS = (b"Ayapseudonym", b"acaptionthatisunlikely", b"promptly", b"acommentthatisunlikely", b"amessagethatisunlikely",
         b"asteeringthatisunlikely", b"awishthatisunlikely", b"afilmedcaption")  # fmt: skip


def lives(world: World) -> tuple[Browser, Browser, dict[str, object]]:
    """Aya does everything that a learner can do, and Idir something too."""
    aya, idir = world.join("Ayapseudonym", age="16_17"), world.join("Idirpseudonym")
    for answer in (
        aya.post("/api/likeness", {"cast": "salma"}),
        idir.post("/api/likeness", {"cast": "brahim"}),
    ):
        assert answer.status_code in (200, 201), answer.text
    post = world.post(idir, caption="idirscaption")
    filmed = world.film(aya, caption="afilmedcaption")
    made = world.post(aya, caption="acaptionthatisunlikely")
    world.draft(aya, prompt="a promptly red lantern spins")
    aya.post(f"/api/posts/{post['id']}/comments", {"text": "acommentthatisunlikely"})
    aya.post(f"/api/posts/{post['id']}/like")
    idir.post(f"/api/people/{aya.id}/follow")
    aya.post(f"/api/people/{idir.id}/follow")
    aya.post(f"/api/messages/{idir.id}", {"text": "amessagethatisunlikely"})
    aya.put("/api/me/steering", {"text": "more football asteeringthatisunlikely"})
    aya.post(
        "/api/asks",
        {"to": "brahim", "actions": ["generate"], "purpose": "education", "words": "awishthatisunlikely"},
    )
    person = world.studio.person(aya.id)
    assert person is not None
    return aya, idir, {"post": post, "made": made, "filmed": filmed}


def bytes_in(folder: Path) -> bytes:
    return b"".join(one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file())


def test_nothing_of_an_erased_learner_is_on_the_disk_and_the_others_go_on(
    new_world: Opens, tmp_path: Path
) -> None:
    """Each file gets a second name first: what is left in its blocks can then be read after it was deleted."""
    folder = tmp_path / "class"
    world = new_world(folder)
    aya, idir, there = lives(world)
    video = aya.get(f"/api/posts/{there['filmed']}").json()["video"]
    film = aya.get(video).content
    world.studio.__exit__(None, None, None)
    before = bytes_in(folder)
    readable = [one for one in MARKS if one in before]
    assert {b"Ayapseudonym", b"promptly", b"asteeringthatisunlikely"} <= set(
        readable
    )  # the search finds what is there
    assert film in before
    kept = tmp_path / "kept"
    kept.mkdir()
    for n, one in enumerate(path for path in folder.rglob("*") if path.is_file()):
        os.link(one, kept / str(n))
    with quiet(folder) as studio:
        assert find(studio, "ayaPseudonym") == aya.id
        left = erase(studio, aya.id, by="teacher", now=world.clock.now)
        assert find(studio, "ayaPseudonym") is None and find(studio, aya.id) is None
    assert (left.posts, left.drafts) == (2, 2)
    for after in (bytes_in(folder), bytes_in(kept)):
        assert not [one for one in MARKS if one in after]
        assert film not in after

    again = new_world(folder)
    assert again.studio.store.verify().ok and again.studio.desk.ledger.verify().ok
    state = again.studio.store.state()
    assert list(state.members) == [idir.id] and [one.author for one in state.posts.values()] == [idir.id]
    assert again.studio.likeness_of(idir.id) == "brahim" and again.studio.player("salma") is None
    same = again.browser()
    same.client.cookies, same.csrf = idir.client.cookies, idir.csrf
    assert same.get("/api/feed").status_code == 200
    assert same.get(there["post"]["video"]).status_code == 200  # type: ignore[index]
    assert same.get("/api/people").json() == []
    fresh = again.join("Ayapseudonym")  # the name is free again
    assert fresh.post("/api/likeness", {"cast": "salma"}).status_code in (200, 201)


def test_an_erasure_that_was_interrupted_is_completed_by_the_next(
    new_world: Opens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "class"
    world = new_world(folder)
    aya, _idir, _there = lives(world)
    world.studio.__exit__(None, None, None)
    with quiet(folder) as studio:

        def fails(*_rest: object, **_more: object) -> None:
            raise StudioError("the power went", code="power")

        with monkeypatch.context() as patched:
            patched.setattr(studio.store, "forget", fails)
            with pytest.raises(StudioError):
                erase(studio, aya.id, by="teacher", now=world.clock.now)
        assert find(studio, aya.id) == aya.id
        erase(studio, aya.id, by="teacher", now=world.clock.now)
    assert not [one for one in MARKS if one in bytes_in(folder)]


def test_a_clip_that_somebody_else_posted_too_stays(new_world: Opens, tmp_path: Path) -> None:
    folder = tmp_path / "class"
    world = new_world(folder)
    aya, idir = world.join("Aya"), world.join("Idir")
    id = world.film(aya)
    post = world.studio.store.state().posts[id]
    world.studio.store.keep(
        Post(id="p-x", clip=post.clip, author=idir.id, at=post.at), by=idir.id, now=post.at
    )
    world.studio.__exit__(None, None, None)
    with quiet(folder) as studio:
        erase(studio, aya.id, by="teacher", now=world.clock.now)
        assert post.clip in set(studio.store.media.names())
        assert studio.cards.get("clip", post.clip) is not None


def test_a_class_that_is_open_is_left_alone(tmp_path: Path) -> None:
    with hold(tmp_path / "class"), pytest.raises(StudioError, match="open"), quiet(tmp_path / "class"):
        pass


def test_in_postgresql_too(
    new_world: Opens, tmp_path: Path, new_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = new_database()
    monkeypatch.setenv("MEDIALIT_DATABASE", url)
    folder = tmp_path / "studio" / "3B"
    world = new_world(folder)
    aya, idir, _there = lives(world)
    world.studio.__exit__(None, None, None)
    with quiet(folder) as studio:
        erase(studio, aya.id, by="teacher", now=world.clock.now)
        assert list(studio.store.state().members) == [idir.id]
        assert studio.store.verify().ok and studio.desk.ledger.verify().ok
    import psycopg

    with psycopg.connect(url) as server:
        tables = server.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname LIKE 'studio%'"
        ).fetchall()
        said = b"".join(
            str(server.execute(f'SELECT * FROM "{schema}"."{table}"').fetchall()).encode()
            for schema, table in tables
        )
    assert b"Idirpseudonym" in said
    assert not [one for one in MARKS if one in said]
