"""What is kept, over a restart, in either database, and until it is wiped."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from studio_builders import World

from medialit.consent.ledger import Ledger
from medialit.errors import DatabaseError
from medialit.feed.quota import Ask, take
from medialit.studio.codes import LETTERS

Opens = Callable[..., World]


def test_everything_goes_on_after_a_restart(new_world: Opens, tmp_path: Path) -> None:
    world = new_world(tmp_path / "class")
    aya = world.join("Aya")
    id = world.film(aya)
    aya.post(f"/api/posts/{id}/comments", {"text": "first"})
    aya.put("/api/me/steering", {"text": "more football"})
    world.studio.__exit__(None, None, None)

    again = new_world(tmp_path / "class")
    same = again.browser()
    same.client.cookies = aya.client.cookies
    same.csrf = aya.csrf
    assert same.get("/api/me").json()["name"] == "Aya"
    assert same.get(f"/api/posts/{id}").json()["comments"][0]["text"] == "first"
    assert same.get("/api/feed").json()["steering"]["text"] == "more football"
    assert same.post(f"/api/posts/{id}/like").json() == {
        "likes": 1,
        "liked": True,
    }  # the secret of forms stays, too


def test_a_clip_that_was_being_made_when_the_power_went_is_made_after_the_start(
    new_world: Opens, tmp_path: Path
) -> None:
    world = new_world(tmp_path / "class")
    aya = world.join("Aya")
    with world.studio.lock:  # the worker's thread cannot take a turn meanwhile
        person = world.studio.person(aya.id)
        assert person is not None
        job = world.studio.ask_for_clip(
            person, prompt="a red ball rolls on the beach", seed=1, model="v2", people=[], remix_of=None,
            purpose="education", doing="wave", now=world.clock.now,
        )["id"]  # fmt: skip
        world.studio._stopping = True
        running, turn = take(world.studio._queue(world.clock.now))
        assert turn == Ask(id=job, member=aya.id, number=1)
        world.studio._keep_queue(running)  # as it stands on the disk while a clip is made
        card = world.studio.cards.get("job", job)
        assert card is not None
        world.studio.cards.put("job", job, card | {"state": "making"})
    world.studio.__exit__(None, None, None)

    again = new_world(tmp_path / "class")
    person = again.studio.person(aya.id)
    assert person is not None
    while again.studio.job(job, person, now=again.clock.now)["state"] in ("waiting", "making"):
        again.studio._thread.join(timeout=0.02)
    assert again.studio.job(job, person, now=again.clock.now)["state"] == "done"
    assert len(again.studio.cards.all("draft")) == 1
    assert again.studio.quota_card(person, now=again.clock.now)["left"] == again.studio.settings["quota"] - 1


def test_a_request_that_is_taken_back_is_not_made_and_does_not_count(world: World) -> None:
    aya = world.join("Aya")
    person = world.studio.person(aya.id)
    assert person is not None
    with world.studio.lock:
        job = world.studio.ask_for_clip(
            person, prompt="a red ball", seed=1, model="v2", people=[], remix_of=None, purpose="education",
            doing="wave", now=world.clock.now,
        )["id"]  # fmt: skip
        world.studio.cancel(job, person, now=world.clock.now)
        assert world.studio.quota_card(person, now=world.clock.now)["left"] == world.studio.settings["quota"]
    assert aya.get("/api/jobs").json() == []


def test_a_wiped_class_is_gone_from_the_disk_byte_by_byte(new_world: Opens, tmp_path: Path) -> None:
    """Each file gets a second name first: what is left in its blocks can then be read after it was deleted."""
    folder = tmp_path / "class"
    world = new_world(folder)
    aya, teacher = world.join("Ayapseudonym"), world.teacher()
    aya.post("/api/likeness", {"cast": "salma"})
    post = world.post(aya, people=("salma",), caption="acaptionthatisunlikely")
    world.draft(aya, prompt="a promptly red lantern spins")
    video = aya.get(post["video"]).content
    marks = [
        b"Ayapseudonym",
        b"acaptionthatisunlikely",
        b"promptly",
        video[2000:2064],
    ]
    secrets = [(folder / "watermark.key").read_bytes().strip(), world.studio.settings["secret"].encode()]
    kept = tmp_path / "kept"
    kept.mkdir()
    files = [one for one in folder.rglob("*") if one.is_file()]
    for n, one in enumerate(files):
        os.link(one, kept / str(n))
    before = b"".join(one.read_bytes() for one in kept.iterdir())
    assert all(mark in before for mark in (*marks, *secrets))  # the search finds what is there

    assert teacher.post("/api/desk/wipe", {"name": "4C"}).status_code == 422
    assert teacher.post("/api/desk/wipe", {"name": "3B"}).status_code == 204
    assert not folder.exists()
    after = b"".join(one.read_bytes() for one in kept.iterdir())
    assert not any(mark in after for mark in (*marks, *secrets))
    assert (aya.get("/api/me").status_code, aya.get("/api/me").json()["error"]["code"]) == (503, "wiped")


def test_taken_back_is_deleted_from_the_disk(world: World) -> None:
    aya = world.join("Aya")
    post = world.post(aya)
    video = aya.get(post["video"]).content
    assert aya.delete(f"/api/posts/{post['id']}").status_code == 204
    there = [one.read_bytes() for one in world.studio.folder.rglob("*") if one.is_file()]
    assert not any(video == one for one in there)


def test_codes_are_kept_as_slow_hashes(world: World) -> None:
    aya = world.join("Aya", age="16_17")
    there = b"".join(one.read_bytes() for one in world.studio.folder.rglob("*") if one.is_file())
    for secret in (aya.codes["return_code"], aya.codes["guardian_code"], world.key):
        assert set(secret) <= {*LETTERS, "-"}
        assert secret.encode() not in there
    assert aya.client.cookies["medialit_session"].encode() not in there


def test_a_class_lives_in_postgresql(
    new_world: Opens, tmp_path: Path, new_database: Callable[[], str]
) -> None:
    url = new_database()
    world = new_world(tmp_path / "class", database=url)
    aya, idir = world.join("Aya"), world.join("Idir")
    id = world.film(aya)
    assert idir.post(f"/api/posts/{id}/like").json()["likes"] == 1
    world.studio.__exit__(None, None, None)
    again = new_world(tmp_path / "class", database=url)
    assert list(again.studio.store.state().posts) == [id]
    assert again.studio.person(aya.id) is not None
    teacher = again.teacher()
    assert teacher.post("/api/desk/wipe", {"name": "3B"}).status_code == 204
    empty = new_world(tmp_path / "class", database=url)
    assert not empty.studio.store.state().members and empty.studio.person(aya.id) is None


def test_in_postgresql_consent_is_there_too_and_not_in_the_folder(
    new_world: Opens, tmp_path: Path, new_database: Callable[[], str]
) -> None:
    url = new_database()
    world = new_world(tmp_path / "class", database=url)
    aya = world.join("Aya")
    aya.post("/api/likeness", {"cast": "salma"})
    head = world.studio.desk.ledger.head()
    assert head.seq > 0
    assert not (tmp_path / "class" / "consent" / "ledger.db").exists()
    world.studio.__exit__(None, None, None)
    with Ledger(url, heads=tmp_path / "class" / "consent" / "heads") as ledger:
        assert ledger.head() == head
    again = new_world(tmp_path / "class", database=url)
    assert again.studio.likeness_of(aya.id) == "salma"
    again.teacher().post("/api/desk/wipe", {"name": "3B"})
    with psycopg.connect(url) as server:
        assert server.execute("SELECT count(*) FROM consent_events").fetchone() == (0,)
        assert server.execute("SELECT count(*) FROM consent_keys").fetchone() == (0,)


def kept_consent_alone(folder: Path) -> None:
    """Leave a class's folder as an older program did that kept all but consent in PostgreSQL."""
    for file in (folder / "studio.db", folder / "feed" / "feed.db"):
        file.unlink()


def test_a_class_that_is_kept_in_files_is_not_opened_in_postgresql_as_an_empty_one(
    new_world: Opens, tmp_path: Path, new_database: Callable[[], str]
) -> None:
    world = new_world(tmp_path / "class")
    world.join("Aya")
    world.studio.__exit__(None, None, None)
    with pytest.raises(DatabaseError, match="medialit move"):
        new_world(tmp_path / "class", database=new_database())
    assert (tmp_path / "class" / "consent" / "ledger.db").is_file()


def test_a_ledger_that_an_older_program_kept_in_a_file_beside_postgresql_is_brought_along(
    new_world: Opens, tmp_path: Path, new_database: Callable[[], str]
) -> None:
    url, folder = new_database(), tmp_path / "class"
    world = new_world(folder)
    world.join("Aya").post("/api/likeness", {"cast": "salma"})
    head = world.studio.desk.ledger.head()
    world.studio.__exit__(None, None, None)
    kept_consent_alone(folder)
    again = new_world(folder, database=url)
    assert again.studio.desk.ledger.head() == head
    assert again.studio.desk.ledger.verify(known=[head]).ok
    assert not list((folder / "consent").glob("ledger.db*"))
    again.studio.__exit__(None, None, None)
    assert new_world(folder, database=url).studio.desk.ledger.head() == head


def test_a_ledger_that_was_brought_along_only_half_is_completed_at_the_next_start(
    new_world: Opens, tmp_path: Path, new_database: Callable[[], str]
) -> None:
    url, folder = new_database(), tmp_path / "class"
    world = new_world(folder)
    world.join("Aya").post("/api/likeness", {"cast": "salma"})
    head = world.studio.desk.ledger.head()
    world.studio.__exit__(None, None, None)
    kept_consent_alone(folder)
    shutil.copytree(folder / "consent", tmp_path / "as-before")
    new_world(folder, database=url).studio.__exit__(None, None, None)
    shutil.copytree(
        tmp_path / "as-before", folder / "consent", dirs_exist_ok=True
    )  # killed before it deleted the file
    assert new_world(folder, database=url).studio.desk.ledger.head() == head
    assert not list((folder / "consent").glob("ledger.db*"))
