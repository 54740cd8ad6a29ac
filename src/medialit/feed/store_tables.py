"""The feed's tables, their versions, and how an older database becomes a newer one.

Events are kept in one hash chain, as the ledger of consent keeps its own, whose event, hash and seal are used here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    inspect,
    text,
)

from medialit.consent.ledger_events import TEXT_FIELDS, genesis
from medialit.errors import FeedStoreError

META: Final = MetaData()
EVENTS: Final = Table(
    "feed_events",
    META,
    Column("chain", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    *(Column(name, Text, nullable=False) for name in TEXT_FIELDS if name != "chain"),
    UniqueConstraint("chain", "prev_hash"),  # no two events follow the same one
)
KEYS: Final = Table(
    "feed_keys",
    META,
    Column("owner", Text, primary_key=True),
    Column("key", LargeBinary, nullable=False),
)
HEAD: Final = Table(
    "feed_head",
    META,
    Column("one", BigInteger, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("chain", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
)
USAGE: Final = Table(  # since version 2: it changes with each heartbeat, and is no history
    "feed_usage",
    META,
    Column("member", Text, primary_key=True),
    Column("state", Text, nullable=False),
)
_BY_SUBJECT: Final = Index("feed_events_subject", EVENTS.c.kind, EVENTS.c.subject)  # since version 2

_REFUSAL: Final = "events of the feed are append-only"
_SQLITE: Final = {
    "feed_events_no_update": "BEFORE UPDATE ON feed_events",
    "feed_events_no_delete": "BEFORE DELETE ON feed_events",
    "feed_events_no_replace": (
        "BEFORE INSERT ON feed_events WHEN EXISTS (SELECT 1 FROM feed_events WHERE chain = NEW.chain "
        "AND (seq = NEW.seq OR prev_hash = NEW.prev_hash))"
    ),
}
_POSTGRES: Final = (
    "CREATE OR REPLACE FUNCTION feed_events_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$",
    "CREATE OR REPLACE TRIGGER feed_events_no_change BEFORE UPDATE OR DELETE ON feed_events "
    "FOR EACH ROW EXECUTE FUNCTION feed_events_refuse()",
    "CREATE OR REPLACE TRIGGER feed_events_no_truncate BEFORE TRUNCATE ON feed_events "
    "FOR EACH STATEMENT EXECUTE FUNCTION feed_events_refuse()",
)
_ADVISORY: Final = 0x6D65_6469_6665_6564  # "medifeed": who makes the tables waits for who is making them


def _version_1(connection: Connection) -> None:
    for table in (EVENTS, KEYS, HEAD):
        indexes = set(table.indexes)
        table.indexes.clear()  # the index came later
        try:
            table.create(connection)
        finally:
            table.indexes.update(indexes)
    guard(connection)


def _version_2(connection: Connection) -> None:
    USAGE.create(connection)
    _BY_SUBJECT.create(connection)


MIGRATIONS: Final[tuple[Callable[[Connection], None], ...]] = (_version_1, _version_2)
"""Each brings a database from the version of its place to the next one; they are never changed, only added to."""
VERSION: Final = len(MIGRATIONS)


def prepare(connection: Connection, *, new_chain: str, upto: int = VERSION) -> int:
    """Make the tables, or bring them up to date; return the version that they had, 0 for none.

    Raises
    ------
    FeedStoreError
        If a newer medialit made them.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:it)"), {"it": _ADVISORY})
    had = version(connection)
    if had > VERSION:
        raise FeedStoreError(
            f"The feed's database has version {had}; this medialit knows up to {VERSION}. Update medialit."
        )
    for step in MIGRATIONS[had:upto]:
        step(connection)
    if had == 0:
        first = {"one": 1, "version": upto, "chain": new_chain, "seq": 0, "hash": genesis(new_chain)}
        connection.execute(HEAD.insert(), first)
    elif had < upto:
        connection.execute(HEAD.update().values(version=upto))
    return had


def version(connection: Connection) -> int:
    """Return the version of the tables; 0 where there are none."""
    if not inspect(connection).has_table(HEAD.name):
        return 0
    found = connection.execute(HEAD.select()).one_or_none()
    if found is None or not isinstance(found.version, int):
        raise FeedStoreError("The feed's database does not say its version. Restore a copy from before.")
    return int(found.version)


def guard(connection: Connection) -> None:
    """Add the triggers that refuse changes of events. They stop mistakes; whoever owns the tables can drop them."""
    if connection.dialect.name == "postgresql":
        for statement in _POSTGRES:
            connection.exec_driver_sql(statement)
        return
    for name, when in _SQLITE.items():
        connection.exec_driver_sql(
            f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )


def unguard(connection: Connection) -> None:
    """Drop the triggers, for a wipe."""
    if connection.dialect.name == "postgresql":
        for name in ("feed_events_no_change", "feed_events_no_truncate"):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON feed_events")
        return
    for name in _SQLITE:
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
