"""The store: what is kept, refused, erased, wiped, migrated and found to be tampered with."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from feed_builders import CASABLANCA, NOON, member, post
from sqlalchemy import create_engine, text

from medialit.errors import FeedStoreError
from medialit.feed.clock import Reading
from medialit.feed.limits import beat, first_usage
from medialit.feed.moderation import Act, Ground, go_on, report
from medialit.feed.records import AgeBand, Controls, EventKind, FeedEvent, Messages
from medialit.feed.store import FeedStore
from medialit.feed.store_tables import VERSION, prepare

SECRET = "zoukini-in-the-courtyard"
AYA = member("aya", place="Tangier", own=Controls(messages=Messages.OFF, muted=frozenset({"news"})))
IDIR = member("idir", AgeBand.TEEN_16_17, guardian="mother")


def say(who: str, target: str, words: str = SECRET) -> FeedEvent:
    return FeedEvent(kind=EventKind.COMMENT, who=who, target=target, at=NOON, text=words)


def fill(store: FeedStore) -> None:
    store.keep_all([AYA, IDIR], by="aya", now=NOON)
    store.keep_all(
        [
            post("p1", "aya", caption=SECRET, topics=("cooking",), grants=("g1",)),
            post("p2", "idir", remix_of="p1"),
        ],
        by="aya",
        now=NOON,
    )
    store.keep_all([say("idir", "p1"), say("aya", "p2", "fine")], by="aya", now=NOON)


def test_what_is_kept_comes_back_in_another_program(new_place: Callable[[], str]) -> None:
    place = new_place()
    with FeedStore(place) as store:
        fill(store)
        head = store.head()
    with FeedStore(place) as store:
        state = store.state()
        assert dict(state.members) == {"aya": AYA, "idir": IDIR}
        assert list(state.posts.values()) == [
            post("p1", "aya", caption=SECRET, topics=("cooking",), grants=("g1",)),
            post("p2", "idir", remix_of="p1"),
        ]
        assert state.events == (say("idir", "p1"), say("aya", "p2", "fine"))
        assert store.head() == head
        assert store.verify(known=[head]).ok


def test_a_program_that_reads_on_sees_what_another_wrote(new_place: Callable[[], str]) -> None:
    place = new_place()
    with FeedStore(place) as one, FeedStore(place) as other:
        fill(one)
        assert len(other.state().events) == 2
        one.keep(say("aya", "p1"), by="aya", now=NOON)
        assert len(other.state().events) == 3
        assert other.state() is other.state()


def test_the_same_member_or_post_is_kept_once_a_changed_member_anew_another_post_not(
    new_place: Callable[[], str],
) -> None:
    with FeedStore(new_place()) as store:
        fill(store)
        head = store.head()
        assert store.keep_all([AYA, post("p2", "idir", remix_of="p1")], by="aya", now=NOON) == head
        moved = member("aya", place="Oujda")
        assert store.keep(moved, by="aya", now=NOON).seq == head.seq + 1
        assert store.state().members["aya"] == moved
        with pytest.raises(FeedStoreError, match="p1 is here and is another one"):
            store.keep(post("p1", "aya"), by="aya", now=NOON)


def test_all_of_a_batch_is_kept_or_nothing(new_place: Callable[[], str]) -> None:
    with FeedStore(new_place()) as store:
        fill(store)
        head = store.head()
        with pytest.raises(FeedStoreError, match="no member"):
            store.keep_all([say("aya", "p1"), post("p9", "stranger")], by="aya", now=NOON)
        with pytest.raises(FeedStoreError, match="under 13"):
            store.keep_all([say("aya", "p1"), member("kid", AgeBand.UNDER_13)], by="aya", now=NOON)
        with pytest.raises(FeedStoreError, match="Up to 1000"):
            store.keep_all([say("aya", "p1")] * 1001, by="aya", now=NOON)
        with pytest.raises(FeedStoreError, match="p5 is here and is another one"):
            store.keep_all([post("p5", "aya"), post("p5", "aya", caption="another")], by="aya", now=NOON)
        assert store.head() == head
        assert len(store.state().events) == 2
        assert store.verify().ok
        twice = [member("new"), post("p6", "new"), post("p6", "new")]
        assert store.keep_all(twice, by="new", now=NOON).seq == head.seq + 2


def test_a_post_is_taken_back_once(new_place: Callable[[], str]) -> None:
    with FeedStore(new_place()) as store:
        fill(store)
        head = store.take_back("p1", by="aya", now=NOON)
        assert store.take_back("p1", by="aya", now=NOON) == head
        assert store.state().taken_back == {"p1"}
        with pytest.raises(FeedStoreError, match="no post 'p7'"):
            store.take_back("p7", by="aya", now=NOON)


def test_of_two_who_decide_a_case_at_once_the_second_is_told(new_place: Callable[[], str]) -> None:
    with FeedStore(new_place()) as store:
        fill(store)
        case = report(
            "c1", post("p1", "aya"), by="idir", ground=Ground.HARASSMENT, now=NOON, why="Look at it."
        )
        store.keep(case, by="idir", now=NOON)
        later = NOON + timedelta(hours=1)
        down = go_on(case, Act.TAKE_DOWN, by="nadia", now=later, moderators=["nadia", "omar"], why="Rule 2.")
        kept = go_on(case, Act.KEEP, by="omar", now=later, moderators=["nadia", "omar"], why="It is fine.")
        store.keep(down, by="nadia", now=later)
        with pytest.raises(FeedStoreError, match="Somebody else went on with case c1"):
            store.keep(kept, by="omar", now=later)
        assert store.state().cases["c1"] == down


def test_times_of_use_are_kept_over_a_restart(new_place: Callable[[], str]) -> None:
    place = new_place()
    usage = first_usage(Reading(wall=NOON, counted_s=1.0, boot="b"), zone=CASABLANCA)
    with FeedStore(place) as store:
        assert store.usage("aya") is None
        store.keep_usage("aya", usage)
        usage = beat(usage, Reading(wall=NOON, counted_s=9.0, boot="b"), zone=CASABLANCA, active=True)
        store.keep_usage("aya", usage)
    with FeedStore(place) as store:
        assert store.usage("aya") == usage


def in_files(folder: Path, words: str) -> list[str]:
    return [str(one) for one in folder.rglob("*") if one.is_file() and words.encode() in one.read_bytes()]


def test_a_member_who_is_forgotten_is_gone_from_the_state_and_the_disk_and_the_chain_is_whole(
    new_place: Callable[[], str], tmp_path: Path
) -> None:
    place = new_place()
    with FeedStore(place) as store:
        fill(store)
        shared, own = store.media.add(b"shared" * 99), store.media.add(b"own" * 99)
        store.keep_all(
            [post("m1", "aya", clip=shared), post("m2", "idir", clip=shared), post("m3", "idir", clip=own)],
            by="aya",
            now=NOON,
        )
        store.keep_usage("idir", first_usage(Reading(wall=NOON, counted_s=1.0, boot="b"), zone=CASABLANCA))
        store.forget("idir", by="idir", now=NOON)
        state = store.state()
        assert "idir" not in state.members and state.erased == {"idir"}
        assert list(state.posts) == ["p1", "m1"]
        assert [one.who for one in state.events] == ["aya"]
        assert store.usage("idir") is None
        assert list(store.media.names()) == [shared]
        assert store.verify().ok
        with pytest.raises(FeedStoreError, match="idir was erased here"):
            store.keep(IDIR, by="idir", now=NOON)
        if not place.startswith("postgresql"):
            assert not in_files(tmp_path, "mother")  # the guardian was only ever sealed
    with FeedStore(place) as store:
        assert store.state() == state


def test_a_wipe_leaves_nothing_on_the_disk_and_other_programs_see_an_empty_feed(tmp_path: Path) -> None:
    place = tmp_path / "feed" / "feed.db"
    with FeedStore(place) as store, FeedStore(place) as other:
        fill(store)
        picture = store.media.add(SECRET.encode() * 5000)
        (store.media.folder / picture[:2] / ".unfinished").write_text(SECRET)
        store.keep_usage("aya", first_usage(Reading(wall=NOON, counted_s=1.0, boot="b"), zone=CASABLANCA))
        assert other.state().posts
        handle = store.media.path(picture).open("rb")  # a player that still has the file open
        assert in_files(tmp_path, SECRET) and in_files(tmp_path, "clip-p1")
        old = store.head()
        store.wipe()
        assert handle.read() == bytes(len(SECRET) * 5000)
        handle.close()
        for words in (SECRET, "clip-p1", "aya", "idir", old.chain, old.hash):
            assert in_files(tmp_path, words) == []
        assert list(store.media.folder.iterdir()) == []
        assert not other.state().posts and other.usage("aya") is None
        other.keep(AYA, by="aya", now=NOON)
        assert list(store.state().members) == ["aya"]
        assert store.verify().ok
        assert not store.verify(known=[old]).ok
        with pytest.raises(FeedStoreError, match="append-only"), store._writing() as connection:
            connection.execute(text("DELETE FROM feed_events"))


def test_a_wipe_empties_a_postgresql_database_too(new_database: Callable[[], str], tmp_path: Path) -> None:
    with FeedStore(new_database(), media=tmp_path / "media") as store:
        fill(store)
        store.wipe()
        assert not store.state().members and store.head().seq == 0
        fill(store)
        assert store.verify().ok
        with pytest.raises(FeedStoreError, match="append-only"), store._writing() as connection:
            connection.execute(text("UPDATE feed_events SET payload = ''"))


def test_what_somebody_tampers_with_is_found(tmp_path: Path) -> None:
    for n, damage in enumerate(
        (
            "UPDATE feed_events SET payload = replace(payload, 'cooking', 'x'), by = 'eve' WHERE seq = 3",
            "DELETE FROM feed_events WHERE seq = 2",
            "DELETE FROM feed_events WHERE seq = (SELECT max(seq) FROM feed_events)",
            "UPDATE feed_events SET at = 'soon' WHERE seq = 1",
            "DELETE FROM feed_head",
        )
    ):
        place = tmp_path / f"{n}.db"
        with FeedStore(place) as store:
            fill(store)
        raw = sqlite3.connect(place)
        for trigger in ("update", "delete"):
            raw.execute(f"DROP TRIGGER feed_events_no_{trigger}")
        raw.execute(damage)
        raw.commit()
        raw.close()
        if "feed_head" in damage:
            with pytest.raises(FeedStoreError, match="version"):
                FeedStore(place)
            continue
        with FeedStore(place) as store:
            found = store.verify()
            assert not found.ok and found.detail
            with pytest.raises(FeedStoreError):
                store.state()


def test_an_older_database_is_brought_up_to_date_with_all_that_is_in_it(new_place: Callable[[], str]) -> None:
    template, old = new_place(), new_place()
    with FeedStore(template) as store:
        fill(store)
        with store._reading() as connection:
            rows = [dict(row) for row in connection.execute(text("SELECT * FROM feed_events")).mappings()]
            keys = [dict(row) for row in connection.execute(text("SELECT * FROM feed_keys")).mappings()]
            head = dict(connection.execute(text("SELECT * FROM feed_head")).mappings().one())
        state = store.state()
    url = old.replace("postgresql:", "postgresql+psycopg:") if "://" in old else f"sqlite:///{old}"
    if "://" not in old:
        Path(old).parent.mkdir()
    engine = create_engine(url)
    with engine.begin() as connection:  # the first version had no times of use
        assert prepare(connection, new_chain=head["chain"], upto=1) == 0
        for table, found in (("feed_events", rows), ("feed_keys", keys)):
            names = list(found[0])
            connection.execute(
                text(
                    f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(':' + one for one in names)})"
                ),
                found,
            )
        connection.execute(text("UPDATE feed_head SET seq = :seq, hash = :hash"), head)
    engine.dispose()
    with FeedStore(old) as store:
        assert store.state() == state
        assert store.usage("aya") is None
        store.keep_usage("aya", first_usage(Reading(wall=NOON, counted_s=1.0, boot="b"), zone=CASABLANCA))
        assert store.verify().ok


def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "feed.db"
    FeedStore(place).close()
    raw = sqlite3.connect(place)
    raw.execute("UPDATE feed_head SET version = 99")
    raw.commit()
    raw.close()
    with pytest.raises(FeedStoreError, match=f"version 99; this medialit knows up to {VERSION}"):
        FeedStore(place)


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "feed.db"
    place.write_text("not a database " * 500)
    with pytest.raises(FeedStoreError, match="cannot be used"):
        FeedStore(place)
    with pytest.raises(FeedStoreError, match="not in mysql"):
        FeedStore("mysql://somewhere/feed")


def test_media_are_kept_once_by_their_hash_and_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    with FeedStore(tmp_path / "feed.db") as store:
        name = store.media.add(b"a clip")
        assert store.media.add(b"a clip") == name
        assert store.media.path(name).read_bytes() == b"a clip"
        assert list(store.media.names()) == [name]
        for bad in ("../feed.db", name.upper(), name[:-1], f"{name}/..", "", "a" * 63 + "\n"):
            with pytest.raises(FeedStoreError):
                store.media.path(bad)
        with pytest.raises(FeedStoreError, match="no media file"):
            store.media.path("0" * 64)
        with pytest.raises(FeedStoreError, match="not 0"):
            store.media.add(b"")
        assert store.media.damaged() == ()
        store.media.path(name).write_bytes(b"another clip")
        assert store.media.damaged() == (name,)
