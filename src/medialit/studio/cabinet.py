"""Small cards on the disk: accounts, sessions, drafts, requests and settings of a class, in SQLite or PostgreSQL.

A card is plain data under a kind and an id. All cards are held in memory too, so that a page asks no database; what `put`
acknowledged is on the disk. One process keeps a cabinet open.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Column, Connection, MetaData, Table, Text, delete, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from medialit.consent.ledger_store import begin_log, database_url, open_engine
from medialit.databases import make_schema
from medialit.errors import DatabaseError, FeedStoreError
from medialit.schema import bring_up

Card = dict[str, Any]
_META: Final = MetaData()
CARDS: Final = Table(
    "studio_cards",
    _META,
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("body", Text, nullable=False),
)
_ADVISORY: Final = 0x6D65_6469_6361_7264  # "medicard": who makes the tables waits for who is making them


def prepare(connection: Connection) -> int:
    """Make the table, or bring it up to date; return the version that it had, 0 for none.

    Raises
    ------
    DatabaseError
        If a newer medialit made it.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:it)"), {"it": _ADVISORY})
    return bring_up(connection, "studio", steps=MIGRATIONS, sign=CARDS.name)


def _version_1(connection: Connection) -> None:
    _META.create_all(connection)


MIGRATIONS: Final = (_version_1,)
"""Each brings the table from the version of its place to the next one; they are never changed, only added to."""


class Cabinet:
    """Open cards.

    Parameters
    ----------
    place : str or Path
        A path of a SQLite file, or a URL of SQLAlchemy.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     one = Cabinet(Path(folder) / "studio.db")
    ...     one.put("draft", "d1", {"prompt": "a ball"})
    ...     one.close()
    ...     Cabinet(Path(folder) / "studio.db").get("draft", "d1")
    {'prompt': 'a ball'}
    """

    def __init__(self, place: str | Path) -> None:
        self._lock = threading.RLock()  # around writes alone: a page does not wait for them
        url = database_url(place)
        self._sqlite = url.get_backend_name() == "sqlite"
        try:
            self._engine = open_engine(url)
            if self._sqlite:
                begin_log(self._engine)
            with (
                self._engine.connect().execution_options(medialit_write=True) as connection,
                connection.begin(),
            ):
                if not self._sqlite:
                    make_schema(connection, url.render_as_string(hide_password=False))
                prepare(connection)
                rows = connection.execute(select(CARDS)).all()
        except DatabaseError as error:
            self._engine.dispose()
            raise FeedStoreError(f"The studio's cards cannot be opened. {error}") from error
        except (SQLAlchemyError, OSError) as error:
            raise FeedStoreError(f"The studio's cards cannot be opened ({error}). Restore a copy.") from error
        self._cards: dict[str, dict[str, Card]] = {}
        for kind, id, body in rows:
            self._cards.setdefault(kind, {})[id] = json.loads(body)

    def close(self) -> None:
        """Close the database."""
        self._engine.dispose()

    def get(self, kind: str, id: str) -> Card | None:
        """Return a copy of a card; None where there is none."""
        found = self._cards.get(kind, {}).get(id)
        return None if found is None else dict(found)

    def all(self, kind: str) -> dict[str, Card]:
        """Return all cards of a kind by id."""
        return {id: dict(card) for id, card in dict(self._cards.get(kind, {})).items()}

    def put(self, kind: str, id: str, card: Mapping[str, Any]) -> None:
        """Keep a card in place of the one of this kind and id."""
        self.put_all([(kind, id, card)])

    def put_all(self, cards: Iterable[tuple[str, str, Mapping[str, Any]]]) -> None:
        """Keep several cards, all or none."""
        rows = [
            {"kind": kind, "id": id, "body": json.dumps(card, ensure_ascii=False)} for kind, id, card in cards
        ]
        with self._lock:
            with self._engine.begin() as connection:
                for row in rows:
                    connection.execute(
                        delete(CARDS).where(CARDS.c.kind == row["kind"], CARDS.c.id == row["id"])
                    )
                    connection.execute(insert(CARDS), row)
            for row in rows:
                self._cards.setdefault(row["kind"], {})[row["id"]] = json.loads(row["body"])

    def drop(self, kind: str, id: str) -> None:
        """Throw a card away; nothing happens where there is none."""
        with self._lock:
            with self._engine.begin() as connection:
                connection.execute(delete(CARDS).where(CARDS.c.kind == kind, CARDS.c.id == id))
            self._cards.get(kind, {}).pop(id, None)

    def wipe(self) -> None:
        """Throw everything away, and what the database's own files keep of it."""
        with self._lock:
            with self._engine.begin() as connection:
                connection.execute(delete(CARDS))
            self._cards.clear()
        self.clean()

    def clean(self) -> None:
        """Remove what dropped cards left behind in the database's own files, as far as it can be reached."""
        with self._lock:
            if not self._sqlite:
                with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    connection.exec_driver_sql("VACUUM FULL studio_cards")
                return
            raw = self._engine.raw_connection()
            try:
                for line in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                    raw.cursor().execute(line).fetchall()
            finally:
                raw.close()
