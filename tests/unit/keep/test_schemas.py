"""Tables of every older version become those of today, all steps or none; a newer version is refused."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from nbgrader.api import Base
from sqlalchemy import create_engine, inspect, text

from medialit.consent.ledger import Ledger
from medialit.databases import in_schema
from medialit.errors import DatabaseError, MedialitError
from medialit.feed import store_tables
from medialit.feed.store import FeedStore
from medialit.gradebook import head, open_gradebook, prepare
from medialit.provenance.registry import Registry
from medialit.studio.cabinet import Cabinet

NewDatabase = Callable[[], str]


@pytest.fixture(params=["sqlite", "postgres"])
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return in_schema(str(request.getfixturevalue("new_database")()), "old")
    return f"sqlite:///{tmp_path}/old.db"


def engine_of(url: str):
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://"))


def run(url: str, *statements: str) -> None:
    engine = engine_of(url)
    with engine.begin() as connection:
        for one in statements:
            connection.execute(text(one))
    engine.dispose()


def version_of(url: str, part: str) -> int | None:
    engine = engine_of(url)
    with engine.connect() as connection:
        found = connection.execute(
            text(f"SELECT version FROM medialit_schema WHERE part = '{part}'")
        ).scalar()
    engine.dispose()
    return None if found is None else int(found)


OPENERS: dict[str, Callable[[str], object]] = {"consent": Ledger, "studio": Cabinet, "feed": FeedStore}


@pytest.mark.parametrize("part", ["consent", "studio"])
def test_tables_from_before_versions_were_written_down_are_the_first_version(
    home: Path, new_place: str, part: str
) -> None:
    """The oldest tables of the repository's history: today's, without the table of versions."""
    OPENERS[part](new_place).close()  # type: ignore[attr-defined]
    run(new_place, "DROP TABLE medialit_schema")
    OPENERS[part](new_place).close()  # type: ignore[attr-defined]
    assert version_of(new_place, part) == 1


def test_a_feed_of_the_first_version_becomes_one_of_today(home: Path, new_place: str) -> None:
    engine = engine_of(new_place)
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("CREATE SCHEMA old"))
        assert store_tables.prepare(connection, new_chain="0" * 32, upto=1) == 0
        assert not inspect(connection).has_table("feed_usage")
    engine.dispose()
    with FeedStore(new_place) as store:
        assert store.verify().ok and store.usage("aya") is None
    with FeedStore(new_place) as store:
        assert store.head().chain == "0" * 32


NEWER = {
    "consent": "UPDATE medialit_schema SET version = 99",
    "studio": "UPDATE medialit_schema SET version = 99",
    "feed": "UPDATE feed_head SET version = 99",
}


@pytest.mark.parametrize("part", ["consent", "studio", "feed"])
def test_what_a_newer_program_made_is_refused_and_left_alone(home: Path, new_place: str, part: str) -> None:
    OPENERS[part](new_place).close()  # type: ignore[attr-defined]
    run(new_place, NEWER[part])
    with pytest.raises(MedialitError, match="Update medialit"):
        OPENERS[part](new_place)
    if part != "feed":
        assert version_of(new_place, part) == 99


KILLED = """
import os, sys
from sqlalchemy import text
from medialit.consent import ledger_store
from medialit.consent.ledger import Ledger
def half(connection):
    connection.execute(text("CREATE TABLE consent_later (one INTEGER)"))
    connection.execute(text("DELETE FROM consent_keys"))
    os.kill(os.getpid(), 9)
ledger_store.MIGRATIONS = (*ledger_store.MIGRATIONS, half)
Ledger(sys.argv[1])
"""


def test_a_step_that_is_killed_half_way_leaves_the_version_before(home: Path, new_place: str) -> None:
    Ledger(new_place).close()
    run(new_place, "INSERT INTO consent_keys VALUES ('c', 'aya', '\\x00')")
    done = subprocess.run([sys.executable, "-c", KILLED, new_place], check=False)
    assert done.returncode == -9
    Ledger(new_place).close()
    assert version_of(new_place, "consent") == 1
    engine = engine_of(new_place)
    with engine.connect() as connection:
        assert not inspect(connection).has_table("consent_later")
        assert connection.execute(text("SELECT count(*) FROM consent_keys")).scalar() == 1
    engine.dispose()


def old_gradebook(url: str) -> None:
    """Make the tables of the first revision that nbgrader has, with a mark in them."""
    engine = engine_of(url)
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("CREATE SCHEMA IF NOT EXISTS old"))
        for statement in OLD_TABLES:
            connection.execute(text(statement))
    engine.dispose()


OLD_TABLES = (
    "CREATE TABLE assignment (id VARCHAR(32) PRIMARY KEY, name VARCHAR(128) NOT NULL UNIQUE, duedate TIMESTAMP)",
    "CREATE TABLE student (id VARCHAR(128) PRIMARY KEY, first_name VARCHAR(128), last_name VARCHAR(128), "
    "email VARCHAR(128))",
    "CREATE TABLE notebook (id VARCHAR(32) PRIMARY KEY, name VARCHAR(128) NOT NULL, "
    "assignment_id VARCHAR(32) REFERENCES assignment (id), UNIQUE (name, assignment_id))",
    "CREATE TABLE grade_cell (id VARCHAR(32) PRIMARY KEY, name VARCHAR(128) NOT NULL, max_score FLOAT NOT NULL, "
    "cell_type VARCHAR(8) NOT NULL, notebook_id VARCHAR(32) REFERENCES notebook (id))",
    "CREATE TABLE solution_cell (id VARCHAR(32) PRIMARY KEY, name VARCHAR(128) NOT NULL, "
    "notebook_id VARCHAR(32) REFERENCES notebook (id))",
    "CREATE TABLE source_cell (id VARCHAR(32) PRIMARY KEY, name VARCHAR(128) NOT NULL, cell_type VARCHAR(8) NOT NULL, "
    "locked BOOLEAN NOT NULL, source TEXT, checksum VARCHAR(128), notebook_id VARCHAR(32) REFERENCES notebook (id))",
    "CREATE TABLE submitted_assignment (id VARCHAR(32) PRIMARY KEY, assignment_id VARCHAR(32) "
    "REFERENCES assignment (id), student_id VARCHAR(128) REFERENCES student (id), timestamp TIMESTAMP, "
    "extension INTERVAL)",
    "CREATE TABLE submitted_notebook (id VARCHAR(32) PRIMARY KEY, "
    "assignment_id VARCHAR(32) REFERENCES submitted_assignment (id), notebook_id VARCHAR(32) REFERENCES notebook (id), "
    "flagged BOOLEAN, late_submission_penalty FLOAT)",
    "CREATE TABLE grade (id VARCHAR(32) PRIMARY KEY, notebook_id VARCHAR(32) REFERENCES submitted_notebook (id), "
    "cell_id VARCHAR(32), auto_score FLOAT, manual_score FLOAT, needs_manual_grade BOOLEAN NOT NULL)",
    "CREATE TABLE comment (id VARCHAR(32) PRIMARY KEY, notebook_id VARCHAR(32) REFERENCES submitted_notebook (id), "
    "cell_id VARCHAR(32), auto_comment TEXT, manual_comment TEXT)",
    "INSERT INTO assignment VALUES ('a', 'ps1', NULL)",
    "INSERT INTO student VALUES ('amal', 'Amal', NULL, NULL)",
    "INSERT INTO notebook VALUES ('n', 'p1', 'a')",
    "INSERT INTO grade_cell VALUES ('g', 'q1', 3.0, 'code', 'n')",
    "INSERT INTO solution_cell VALUES ('s', 'q1', 'n')",
    "INSERT INTO submitted_assignment VALUES ('sa', 'a', 'amal', NULL, NULL)",
    "INSERT INTO submitted_notebook VALUES ('sn', 'sa', 'n', FALSE, NULL)",
    "INSERT INTO grade VALUES ('gr', 'sn', 'g', 2.0, NULL, FALSE)",
)


def test_a_gradebook_of_nbgraders_first_revision_becomes_one_of_today_with_its_marks(tmp_path: Path) -> None:
    new_place = f"sqlite:///{tmp_path}/gradebook.db"
    old_gradebook(new_place)
    with open_gradebook(new_place, course_id="c") as book:
        assert book.find_submission("ps1", "amal").score == 2.0
        assert [one.lms_user_id for one in book.students] == [None]
    engine = engine_of(new_place)
    assert set(Base.metadata.tables) <= set(inspect(engine).get_table_names())
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [head()]
    engine.dispose()


def test_a_gradebook_of_a_newer_nbgrader_is_refused_and_left_alone(new_place: str) -> None:
    prepare(new_place)
    run(new_place, "UPDATE alembic_version SET version_num = 'ffffffffffff'")
    with pytest.raises(DatabaseError, match="newer"):
        prepare(new_place)


KILLED_GRADEBOOK = """
import os, sys
from medialit import gradebook
before = gradebook._upgrade
def half(connection, start):
    before(connection, start)
    os.kill(os.getpid(), 9)
gradebook._upgrade = half
gradebook.prepare(sys.argv[1])
"""


def test_where_nbgraders_own_step_fails_in_postgresql_the_gradebook_is_as_it_was(
    new_database: NewDatabase,
) -> None:
    """Its last step wants a course for each assignment, and gives none: in SQLite that goes unnoticed."""
    url = in_schema(new_database(), "old")
    old_gradebook(url)
    with pytest.raises(DatabaseError, match="course_id"):
        prepare(url)
    engine = engine_of(url)
    assert "base_cell" not in inspect(engine).get_table_names()
    engine.dispose()


def test_a_gradebook_whose_upgrade_is_killed_is_as_it_was_and_is_upgraded_the_next_time(
    tmp_path: Path,
) -> None:
    new_place = f"sqlite:///{tmp_path}/gradebook.db"
    old_gradebook(new_place)
    done = subprocess.run([sys.executable, "-c", KILLED_GRADEBOOK, new_place], check=False)
    assert done.returncode == -9
    engine = engine_of(new_place)
    assert "base_cell" not in inspect(engine).get_table_names()
    engine.dispose()
    with open_gradebook(new_place, course_id="c") as book:
        assert book.find_submission("ps1", "amal").score == 2.0


def test_the_file_from_before_an_upgrade_is_kept_beside_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/gradebook.db"
    old_gradebook(url)
    before = (tmp_path / "gradebook.db").read_bytes()
    prepare(url)
    assert (tmp_path / f"gradebook.db.before-{head()}").read_bytes() == before
    with closing(sqlite3.connect(tmp_path / "gradebook.db")) as db:
        assert db.execute("PRAGMA quick_check").fetchone() == ("ok",)


def test_a_registry_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    with Registry(tmp_path) as registry:
        assert registry.clips() == ()
    with closing(sqlite3.connect(tmp_path / "registry.db")) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
        db.execute("PRAGMA user_version = 9")
    with pytest.raises(MedialitError, match="Update medialit"):
        Registry(tmp_path)
