"""Files of SQLite become schemas of PostgreSQL: all of it, compared, or nothing."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest

from medialit.consent.ledger import Ledger
from medialit.databases import configured, in_schema, schema_name
from medialit.errors import DatabaseError, MedialitError
from medialit.feed.store import FeedStore
from medialit.keep.move import finish, move
from medialit.keep.places import parts
from medialit.studio.cabinet import Cabinet

NewDatabase = Callable[[], str]


def hashes(home: Path) -> dict[str, str]:
    """Each file that is a database, by its bytes."""
    return {
        str(path.relative_to(home)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.rglob("*.db"))
    }


def schemas(url: str) -> set[str]:
    with psycopg.connect(url) as server:
        rows = server.execute("SELECT DISTINCT table_schema FROM information_schema.tables").fetchall()
    return {row[0] for row in rows} - {"pg_catalog", "information_schema"}


def test_what_was_moved_is_there_and_verifies_and_the_files_are_as_they_were(
    lived_in: Path, new_database: NewDatabase
) -> None:
    with Ledger() as ledger, FeedStore() as store:
        head, feed, names = ledger.head(), store.head(), ledger.state().names()
    before = hashes(lived_in)
    url = new_database()
    steps = move(lived_in, url)
    assert hashes(lived_in) == before
    assert {(one.part.what, one.part.kind) for one in steps} == {
        ("consent", "home"), ("feed", "home"), ("studio", "studio"), ("feed", "studio"), ("consent", "studio"),
    }  # fmt: skip
    assert all(one.found.n_rows for one in steps)
    assert configured(lived_in) is not None
    with Ledger() as ledger, FeedStore() as store:  # by configuration alone
        assert ledger._store.name.startswith("postgresql")
        assert (ledger.head(), ledger.state().names()) == (head, names)
        assert ledger.verify(known=[head]).ok
        assert store.head() == feed and store.verify(known=[feed]).ok
        assert store.state().posts["p1"].caption == "ça va"
    cards = Cabinet(in_schema(url, schema_name("studio", "3B")))
    assert cards.get("account", "aya") == {"kind": "learner", "name": "آية", "lang": "ar"}
    cards.close()


def test_a_second_run_compares_and_changes_nothing(lived_in: Path, new_database: NewDatabase) -> None:
    url = new_database()
    first = move(lived_in, url)
    second = move(lived_in, url)
    assert [one.found for one in second] == [one.found for one in first]
    assert all(one.already for one in second) and not any(one.already for one in first)


def test_a_database_that_holds_something_else_is_refused(lived_in: Path, new_database: NewDatabase) -> None:
    url = new_database()
    move(lived_in, url)
    with Ledger() as ledger:
        from datetime import UTC, datetime

        ledger.forget("salma", by="salma", now=datetime(2026, 11, 28, tzinfo=UTC))
    with pytest.raises(DatabaseError, match="another consent"):
        move(lived_in, url)


def test_a_damaged_chain_is_not_moved(lived_in: Path, new_database: NewDatabase) -> None:
    with closing(sqlite3.connect(lived_in / "consent" / "ledger.db")) as db:
        db.execute("DROP TRIGGER consent_events_no_update")
        db.execute("UPDATE consent_events SET subject = 'somebody' WHERE seq = 1")
        db.commit()
    url = new_database()
    with pytest.raises(MedialitError):
        move(lived_in, url)
    assert schemas(url) == set()
    assert configured(lived_in) is None


KILLED = """
import os, sys
from pathlib import Path
from medialit.keep import move, places
stop = int(sys.argv[3])
steps = []
def on_step(step):
    steps.append(step)
    if len(steps) == stop:
        os.kill(os.getpid(), 9)
if stop == 99:
    move.note = lambda *rest: os.kill(os.getpid(), 9)
move.move(Path(sys.argv[1]), sys.argv[2], on_step=on_step)
"""


@pytest.mark.parametrize(
    "stop", [pytest.param(1, marks=pytest.mark.long), 4, pytest.param(99, marks=pytest.mark.long)]
)
def test_killed_in_the_middle_it_leaves_nothing_or_completes_when_run_again(
    lived_in: Path, new_database: NewDatabase, stop: int
) -> None:
    url, before = new_database(), hashes(lived_in)
    done = subprocess.run([sys.executable, "-c", KILLED, lived_in, url, str(stop)], check=False)
    assert done.returncode == -9
    assert configured(lived_in) is None  # files are used until all is moved
    assert bool(schemas(url)) is (stop == 99)
    assert {name: one for name, one in hashes(lived_in).items() if ".moving" not in name} == before
    steps = move(lived_in, url)
    assert all(one.already is (stop == 99) for one in steps)
    assert not (lived_in / ".moving").exists()
    with Ledger() as ledger:
        assert ledger.verify().ok


def test_what_is_written_meanwhile_stops_the_move(lived_in: Path, new_database: NewDatabase) -> None:
    url = new_database()

    def write_once(step: object, done: list[int] = []) -> None:  # noqa: B006
        if not done:
            done.append(1)
            cards = Cabinet(lived_in / "studio" / "3B" / "studio.db")
            cards.put("account", "idir", {"kind": "learner"})
            cards.close()

    with pytest.raises(DatabaseError, match="written to while"):
        move(lived_in, url, on_step=write_once)
    assert schemas(url) == set()


def test_a_file_that_was_never_moved_is_not_passed_over(
    lived_in: Path, new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIALIT_DATABASE", new_database())
    with pytest.raises(DatabaseError, match="medialit move"):
        Ledger()


def test_the_files_go_only_when_they_are_as_they_were_moved(
    lived_in: Path, new_database: NewDatabase
) -> None:
    move(lived_in, new_database())
    files = [one.file for one in parts(lived_in) if one.file.is_file()]
    cards = Cabinet(lived_in / "studio" / "3B" / "studio.db")
    cards.put("account", "late", {"kind": "learner"})
    cards.close()
    with pytest.raises(DatabaseError, match="after it was moved"):
        finish(lived_in)
    assert all(one.is_file() for one in files)
    cards = Cabinet(lived_in / "studio" / "3B" / "studio.db")
    cards.drop("account", "late")
    cards.close()
    assert sorted(finish(lived_in)) == sorted(files)
    assert not any(one.exists() for one in files)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:secret@db/x",
        "postgresql://me@db/x?password=secret",
        "mysql://me@db/x",
        "postgresql://",
        "nonsense",
    ],
)
def test_a_url_with_a_password_or_of_something_else_is_refused_without_repeating_it(
    url: str, home: Path
) -> None:
    with pytest.raises(DatabaseError) as refused:
        move(home, url)
    assert "secret" not in str(refused.value)


def test_the_configuration_is_for_this_account_alone(lived_in: Path, new_database: NewDatabase) -> None:
    move(lived_in, new_database())
    assert (lived_in / "database.json").stat().st_mode & 0o077 == 0


@pytest.fixture(autouse=True)
def _nothing_is_left_in_the_home(home: Path) -> Iterator[None]:
    yield
    assert not list(home.rglob("*.moving"))
