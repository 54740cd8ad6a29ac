"""All databases of a home: where each lies, which tables it has, how it is brought up to date, and how it is verified."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from sqlalchemy import Connection, Table, inspect

from medialit import gradebook
from medialit.consent import ledger_store
from medialit.consent.ledger import Ledger
from medialit.consent.ledger_events import Head
from medialit.databases import Kind, schema_name, server
from medialit.errors import DatabaseError
from medialit.feed import store_tables as feed_tables
from medialit.feed.store import FeedStore
from medialit.keep.content import copy
from medialit.studio import cabinet

What = Literal["consent", "feed", "studio", "gradebook"]


CHAINS: Final = ("consent", "feed")
"""What is a hash chain."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One database of a home.

    Parameters
    ----------
    what : {"consent", "feed", "studio", "gradebook"}
    kind : {"home", "studio", "course"}
        Whose it is.
    name : str
        Of the class; of a course its id in nbgrader; empty for the home's own.
    file : Path
        Of SQLite, absolute.
    """

    what: What
    kind: Kind
    name: str
    file: Path

    @property
    def schema(self) -> str:
        """Of PostgreSQL."""
        return schema_name(self.kind, self.name)

    @property
    def heads(self) -> Path:
        """Where a ledger in PostgreSQL has the line that says how far it goes."""
        return self.file.parent / "heads"

    def tables(self) -> Sequence[Table]:
        """Return its tables, those that others point to first."""
        if self.what == "gradebook":
            from nbgrader.api import Base

            return tuple(Base.metadata.sorted_tables)
        own: dict[str, tuple[Table, ...]] = {
            "consent": (ledger_store.EVENTS, ledger_store.KEYS, ledger_store.HEAD),
            "feed": (feed_tables.EVENTS, feed_tables.KEYS, feed_tables.HEAD, feed_tables.USAGE),
            "studio": (cabinet.CARDS,),
        }
        return own[self.what]

    def is_in(self, url: str) -> bool:
        """Say whether its tables are in a PostgreSQL."""
        with server(url) as engine, engine.connect() as connection:
            return inspect(connection).has_table(self.tables()[0].name, schema=self.schema)

    def make(self, connection: Connection) -> None:
        """Make its tables in PostgreSQL, empty, with their version and their guards."""
        make: dict[What, Callable[[], object]] = {
            "gradebook": lambda: gradebook.make_tables(connection),
            "consent": lambda: ledger_store.prepare(connection, new_chain="none"),
            "feed": lambda: feed_tables.prepare(connection, new_chain="none"),
            "studio": lambda: cabinet.prepare(connection),
        }
        make[self.what]()
        for head in (ledger_store.HEAD, feed_tables.HEAD):
            if head in self.tables():
                connection.execute(head.delete())  # the new chain that nobody began

    def bring_up(self, place: str | Path) -> None:
        """Bring a database up to what this program knows; refuse what a newer one made."""
        if self.what == "gradebook":
            gradebook.prepare(str(place) if "://" in str(place) else f"sqlite:///{place}")
        elif self.what == "studio":
            cabinet.Cabinet(place).close()
        elif self.what == "consent":
            Ledger(place, heads=self.heads).close()
        else:
            FeedStore(place, media=self.file.parent / "media").close()

    def verify(self, place: str | Path, *, known: Sequence[Head] = ()) -> Head | None:
        """Verify a hash chain from its first event to its last, and return how far it goes; None for what is none.

        Raises
        ------
        DatabaseError
            If it is broken, or does not go as far as is known.
        """
        if self.what == "consent":
            with Ledger(place, heads=self.heads) as ledger:
                found = ledger.verify(known=known)
                if not found.ok:
                    raise DatabaseError(f"The ledger of consent {self.file} does not verify: {found.what}.")
                return ledger.head()
        if self.what == "feed":
            with FeedStore(place, media=self.file.parent / "media") as store:
                check = store.verify(known=known)
                if not check.ok:
                    raise DatabaseError(f"The feed {self.file} does not verify: {check.detail}")
                return store.head()
        return None


def parts(home: Path) -> Iterator[Part]:
    """Yield the databases that a home has, or would have: those of its folders, the home's own first."""
    yield Part(what="consent", kind="home", name="", file=home / "consent" / "ledger.db")
    yield Part(what="feed", kind="home", name="", file=home / "feed" / "feed.db")
    for folder in sorted(path for path in (home / "studio").glob("*") if path.is_dir()):
        name = folder.name
        yield Part(what="studio", kind="studio", name=name, file=folder / "studio.db")
        yield Part(what="feed", kind="studio", name=name, file=folder / "feed" / "feed.db")
        yield Part(what="consent", kind="studio", name=name, file=folder / "consent" / "ledger.db")
    for course in sorted((home / "courses").glob("*")):
        file = course / gradebook.FILE
        if (course / gradebook.NAMED).exists() or not (course.is_dir()):
            continue
        yield Part(what="gradebook", kind="course", name=_course_id(course), file=file)


def snapshot(file: Path, target: Path) -> None:
    """Copy a SQLite file as it stands at one moment, also while it is written to; the file itself is only read.

    Raises
    ------
    DatabaseError
        If it is no such file, or damaged.
    """
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    tail = file.with_name(f"{file.name}.head")
    if tail.is_file():  # before the file, which may grow meanwhile
        shutil.copy2(tail, target.with_name(f"{target.name}.head"))
    try:
        with (
            closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=60)) as source,
            closing(sqlite3.connect(target)) as copied,
        ):
            source.backup(copied, pages=-1)
            if copied.execute("PRAGMA quick_check").fetchone() != ("ok",):
                raise DatabaseError(f"{file} is damaged. Restore it from a copy first.")
    except sqlite3.Error as error:
        raise DatabaseError(
            f"{file} cannot be read as a database ({error}). Restore it from a copy."
        ) from error
    target.chmod(0o600)


def fill(source: Connection, target: Connection, part: Part) -> None:
    """Copy all rows of a part into tables that `Part.make` made."""
    copy(source, target, part.tables())


def _course_id(course: Path) -> str:
    try:
        return str(json.loads((course / "medialit.json").read_text(encoding="utf-8"))["course_id"])
    except (OSError, ValueError, KeyError, TypeError):
        return course.name
