"""Copies of a home: whole or not at all, made while it is used, and told apart from those that were cut off."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medialit.consent.ledger import Ledger
from medialit.consent.records import Principal
from medialit.databases import configured
from medialit.errors import BackupError, MedialitError
from medialit.feed.store import FeedStore
from medialit.keep.backup import Anchor, back_up, restore
from medialit.keep.move import finish, move
from medialit.studio.cabinet import Cabinet

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
NewDatabase = Callable[[], str]


def names(home: Path) -> dict[str, str]:
    with Ledger(home / "consent" / "ledger.db") as ledger:
        return ledger.state().names()


def test_what_is_brought_back_is_what_was_kept(lived_in: Path, tmp_path: Path) -> None:
    (lived_in / "feed" / "media" / "ab").mkdir(parents=True)
    (lived_in / "feed" / "media" / "ab" / "x").write_bytes(b"\0\1\2")
    (lived_in / "jupyter").mkdir()
    (lived_in / "jupyter" / "made-again").write_text("x")
    copied = back_up(lived_in, tmp_path, now=NOW)
    assert copied.path.name == "medialit-2026-11-27T120000Z.tar"
    assert copied.path.stat().st_mode & 0o077 == 0
    there = tmp_path / "there"
    found = restore(copied.path, there, anchors=copied.anchors)
    assert {one.file for one in copied.anchors} == set(found.heads) and not found.missing
    assert names(there) == names(lived_in) == {"tiziri": "ⵜⵉⵣⵉⵔⵉ", "salma": "سلمى"}
    assert (there / "feed" / "media" / "ab" / "x").read_bytes() == b"\0\1\2"
    assert not (there / "jupyter").exists()
    cards = Cabinet(there / "studio" / "3B" / "studio.db")
    assert cards.get("account", "aya") is not None
    cards.close()


WRITER = """
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from medialit.consent.ledger import Ledger
from medialit.consent.records import Principal
with Ledger(Path(sys.argv[1]) / "consent" / "ledger.db") as ledger:
    print("ready", flush=True)
    for n in range(100000):
        ledger.append(Principal(id=f"p{n}", name=f"P {n}", born=date(1990, 1, 1)), by=f"p{n}", now=datetime.now(UTC))
        print(n, flush=True)
"""


def test_a_copy_made_while_somebody_writes_verifies_and_holds_what_was_acknowledged_before(
    lived_in: Path, tmp_path: Path
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, lived_in], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        acknowledged = -1
        while acknowledged < 20:
            line = writer.stdout.readline().strip()
            acknowledged = int(line) if line.isdecimal() else -1
        copied = back_up(lived_in, tmp_path / "copy.tar", now=NOW)
        writer.kill()
    restore(copied.path, tmp_path / "there", anchors=copied.anchors)
    known = names(tmp_path / "there")
    assert {f"p{n}" for n in range(acknowledged + 1)} <= known.keys()


@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
def test_a_copy_that_was_cut_off_is_refused_and_brings_nothing_back(
    lived_in: Path, tmp_path: Path, share: float
) -> None:
    path = back_up(lived_in, tmp_path / "copy.tar", now=NOW).path
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share) // 512 * 512])
    with pytest.raises(BackupError):
        restore(path, tmp_path / "there")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["copy.tar", "home"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.floats(0, 0.999), flip=st.integers(1, 255))
def test_a_copy_with_one_byte_changed_is_never_brought_back_as_another(
    lived_in: Path, tmp_path: Path, where: float, flip: int
) -> None:
    path = tmp_path / "copy.tar"
    if not path.exists():
        back_up(lived_in, path, now=NOW)
    changed = bytearray(path.read_bytes())
    changed[int(where * len(changed))] ^= flip
    other, there = tmp_path / "other.tar", tmp_path / "there"
    other.write_bytes(changed)
    shutil.rmtree(there, ignore_errors=True)
    try:
        restore(other, there)
    except MedialitError:
        assert not there.exists()
        return
    assert names(there) == {"tiziri": "ⵜⵉⵣⵉⵔⵉ", "salma": "سلمى"}  # padding, or a file's date


KILLED = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from medialit.keep import backup
seen = []
def on_file(name):
    seen.append(name)
    if len(seen) == 3:
        os.kill(os.getpid(), 9)
source, target = Path(sys.argv[2]), Path(sys.argv[3])
if sys.argv[1] == "back_up":
    backup.back_up(source, target, now=datetime.now(UTC), on_file=on_file)
else:
    backup.restore(source, target, on_file=on_file)
"""


def test_killed_while_it_copies_no_file_looks_like_a_copy(lived_in: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.tar"
    done = subprocess.run([sys.executable, "-c", KILLED, "back_up", lived_in, target], check=False)
    assert done.returncode == -9
    assert not target.exists()
    assert back_up(lived_in, target, now=NOW).path.is_file()


@pytest.mark.long
def test_killed_while_it_brings_back_the_next_run_does(lived_in: Path, tmp_path: Path) -> None:
    path, there = back_up(lived_in, tmp_path / "copy.tar", now=NOW).path, tmp_path / "there"
    done = subprocess.run([sys.executable, "-c", KILLED, "restore", path, there], check=False)
    assert done.returncode == -9
    assert not there.exists()
    restore(path, there)
    assert names(there) == names(lived_in)


def grow(home: Path) -> None:
    with Ledger(home / "consent" / "ledger.db") as ledger:
        ledger.append(Principal(id="idir", name="Idir", minor=False), by="idir", now=NOW + timedelta(hours=1))


def test_an_older_copy_is_told_apart_by_an_anchor_and_by_nothing_else(lived_in: Path, tmp_path: Path) -> None:
    old = back_up(lived_in, tmp_path / "old.tar", now=NOW)
    grow(lived_in)
    new = back_up(lived_in, tmp_path / "new.tar", now=NOW + timedelta(hours=2))
    restore(old.path, tmp_path / "unaware")  # the older copy is whole, and nothing in it says that it is old
    with pytest.raises(BackupError, match="went to event 3"):
        restore(old.path, tmp_path / "aware", anchors=new.anchors)
    assert not (tmp_path / "aware").exists()
    found = restore(old.path, tmp_path / "aware", anchors=new.anchors, older=True)
    assert [one.head.seq for one in found.missing] == [3]
    assert not restore(new.path, tmp_path / "newest", anchors=[*old.anchors, *new.anchors]).missing


def test_a_ledger_whose_end_was_cut_off_with_everything_beside_it_is_told_by_an_anchor(
    lived_in: Path, tmp_path: Path
) -> None:
    """Whoever can write everything cuts the last event off, and has the head and the line beside agree."""
    anchors = back_up(lived_in, tmp_path / "before.tar", now=NOW).anchors
    file = lived_in / "consent" / "ledger.db"
    with closing(sqlite3.connect(file)) as db:
        kept = db.execute("SELECT chain, hash FROM consent_events WHERE seq = 1").fetchone()
        db.execute("DROP TRIGGER consent_events_no_delete")
        db.execute("DELETE FROM consent_events WHERE seq > 1")
        db.execute("DELETE FROM consent_keys WHERE owner = 'salma'")
        db.execute("UPDATE consent_head SET seq = 1, hash = ?", (kept[1],))
        db.execute(
            "CREATE TRIGGER consent_events_no_delete BEFORE DELETE ON consent_events "
            "BEGIN SELECT RAISE(ABORT, 'the consent ledger is append-only'); END"
        )
        db.commit()
    file.with_name("ledger.db.head").write_text(f"medialit-consent {kept[0]} 1 {kept[1]}\n")
    cut = back_up(lived_in, tmp_path / "cut.tar", now=NOW)
    restore(cut.path, tmp_path / "believed")
    with pytest.raises(BackupError, match="cut off"):
        restore(cut.path, tmp_path / "there", anchors=anchors)


def test_nothing_is_written_over(lived_in: Path, tmp_path: Path) -> None:
    path = back_up(lived_in, tmp_path / "copy.tar", now=NOW).path
    with pytest.raises(BackupError, match="already"):
        back_up(lived_in, path, now=NOW)
    with pytest.raises(BackupError, match="not empty"):
        restore(path, lived_in)


def test_a_copy_cannot_write_outside_of_its_place(tmp_path: Path) -> None:
    path = tmp_path / "evil.tar"
    source = tmp_path / "x"
    source.write_text("x")
    for name in ("../outside", "/tmp/outside-of-it"):
        with tarfile.open(path, "w") as tar:
            tar.add(source, name)
        with pytest.raises(BackupError):
            restore(path, tmp_path / "there")
    with tarfile.open(path, "w") as tar:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc"
        tar.addfile(link)
    with pytest.raises(BackupError, match="no file"):
        restore(path, tmp_path / "there")
    assert not (tmp_path / "outside").exists()


def test_an_anchor_is_read_as_it_was_written(lived_in: Path, tmp_path: Path) -> None:
    for one in back_up(lived_in, tmp_path / "copy.tar", now=NOW).anchors:
        assert Anchor.from_text(one.to_text() + "\n") == one
    with pytest.raises(BackupError, match="no anchor"):
        Anchor.from_text("nonsense")


def test_postgresql_is_copied_along_and_comes_back_into_an_empty_database(
    lived_in: Path, tmp_path: Path, new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = new_database(), new_database()
    move(lived_in, first)
    finish(lived_in)  # what is left of the class in the home are empty folders
    with Ledger() as ledger:
        ledger.append(Principal(id="idir", name="Idir", minor=False), by="idir", now=NOW)
        head = ledger.head()
    copied = back_up(lived_in, tmp_path / "copy.tar", now=NOW)
    assert any(one.head == head for one in copied.anchors)
    with tarfile.open(copied.path) as tar:
        assert not {"consent/ledger.db", "studio/3B/studio.db"} & set(tar.getnames())
    there = tmp_path / "there"
    with pytest.raises(BackupError, match="--to"):
        restore(copied.path, there)
    with pytest.raises(BackupError, match="not empty"):
        restore(copied.path, there, url=first)
    monkeypatch.setenv("MEDIALIT_HOME", str(there))  # as whoever lost the home has it
    restore(copied.path, there, url=second, anchors=copied.anchors)
    named = configured(there)
    assert named is not None and named.split("?")[0].endswith(second.split("?")[0].rpartition("/")[2])
    with Ledger() as ledger, FeedStore() as store:
        assert ledger.head() == head and ledger.verify(known=[head]).ok
        assert ledger.state().names()["idir"] == "Idir"
        assert store.state().posts["p1"].caption == "ça va"
        ledger.append(Principal(id="lina", name="Lina", minor=False), by="lina", now=NOW)  # it goes on


@pytest.mark.long
def test_a_dump_that_is_older_than_an_anchor_leaves_the_database_empty(
    lived_in: Path, tmp_path: Path, new_database: NewDatabase
) -> None:
    move(lived_in, new_database())
    old = back_up(lived_in, tmp_path / "old.tar", now=NOW)
    with Ledger() as ledger:
        ledger.append(Principal(id="idir", name="Idir", minor=False), by="idir", now=NOW)
    new = back_up(lived_in, tmp_path / "new.tar", now=NOW)
    empty = new_database()
    with pytest.raises(BackupError, match="older"):
        restore(old.path, tmp_path / "there", url=empty, anchors=new.anchors)
    with psycopg.connect(empty) as server:
        assert server.execute("SELECT count(*) FROM pg_namespace WHERE nspname = 'home'").fetchone() == (0,)
    restore(old.path, tmp_path / "there", url=empty, anchors=new.anchors, older=True)


def test_pg_restore_that_is_killed_leaves_an_empty_database_and_goes_through_when_run_again(
    lived_in: Path, tmp_path: Path, new_database: NewDatabase
) -> None:
    """The documented commands, without medialit: a dump, a restore that dies in the middle, and another one."""
    from medialit.keep.dump import plain

    url, target, file = new_database(), new_database(), tmp_path / "school.dump"
    move(lived_in, url)
    run = {"check": True, "capture_output": True}
    subprocess.run(["pg_dump", "--format=custom", f"--file={file}", f"--dbname={plain(url)}"], **run)
    with psycopg.connect(target) as holder:
        holder.execute("CREATE SCHEMA home")  # whoever makes the same schema waits for this transaction
        command = [
            "pg_restore",
            "--single-transaction",
            "--exit-on-error",
            f"--dbname={plain(target)}",
            str(file),
        ]
        restoring = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with psycopg.connect(target, autocommit=True) as watcher:
            asked = (
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pg_restore' "
                "AND wait_event_type = 'Lock'"
            )
            while watcher.execute(asked).fetchone() == (0,):
                assert restoring.poll() is None
        restoring.kill()
        restoring.wait()
        holder.rollback()
    with psycopg.connect(target) as server:
        found = server.execute("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'consent%'").fetchone()
        assert found == (0,)
    subprocess.run(command, **run)
    with psycopg.connect(url) as one, psycopg.connect(target) as other:
        asked = "SELECT chain, seq, hash FROM home.consent_head"
        assert one.execute(asked).fetchall() == other.execute(asked).fetchall()
