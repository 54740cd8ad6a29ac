"""Where the ledger's events and keys lie: tables in SQLite or PostgreSQL that refuse to be changed.

Triggers refuse UPDATE, DELETE, TRUNCATE and replacing. They stop mistakes and simple programs. Whoever holds the file,
or owns the tables, can drop them: that is what the hash chain is for.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, cast

from filelock import FileLock, Timeout
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    delete,
    event,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from medialit.consent import checks
from medialit.consent.ledger_events import TEXT_FIELDS, Event, Head, genesis
from medialit.databases import connect_options, make_schema
from medialit.errors import DatabaseError, LedgerError
from medialit.schema import bring_up
from medialit.sqlite_log import keep_a_log

BUSY_S: Final = 60.0
"""How long a writer waits for the others."""
_ADVISORY: Final = 0x6D65_6469_616C_6974  # "medialit": who makes the tables waits for who is making them

_META = MetaData()
EVENTS = Table(
    "consent_events",
    _META,
    Column("chain", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    *(Column(name, Text, nullable=False) for name in TEXT_FIELDS if name != "chain"),
    UniqueConstraint("chain", "id"),
    UniqueConstraint("chain", "prev_hash"),  # no two events follow the same one
    Index("consent_events_subject", "subject"),
)
KEYS = Table(
    "consent_keys",
    _META,
    Column("chain", Text, primary_key=True),
    Column("owner", Text, primary_key=True),
    Column("key", LargeBinary, nullable=False),
)
HEAD = Table(
    "consent_head",
    _META,
    Column("one", BigInteger, primary_key=True, autoincrement=False),
    Column("chain", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
)

_REFUSAL: Final = "the consent ledger is append-only"
SQLITE_TRIGGERS: Final = {
    "consent_events_no_update": "BEFORE UPDATE ON consent_events",
    "consent_events_no_delete": "BEFORE DELETE ON consent_events",
    "consent_events_no_replace": (
        "BEFORE INSERT ON consent_events WHEN EXISTS (SELECT 1 FROM consent_events WHERE chain = NEW.chain "
        "AND (seq = NEW.seq OR id = NEW.id OR prev_hash = NEW.prev_hash))"
    ),
}
_POSTGRES: Final = (
    f"CREATE OR REPLACE FUNCTION consent_events_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$",
    "CREATE OR REPLACE TRIGGER consent_events_no_change BEFORE UPDATE OR DELETE ON consent_events "
    "FOR EACH ROW EXECUTE FUNCTION consent_events_refuse()",
    "CREATE OR REPLACE TRIGGER consent_events_no_truncate BEFORE TRUNCATE ON consent_events "
    "FOR EACH STATEMENT EXECUTE FUNCTION consent_events_refuse()",
)


def sqlite_trigger(name: str) -> str:
    """Return the statement that makes one of `SQLITE_TRIGGERS`."""
    return f"CREATE TRIGGER {name} {SQLITE_TRIGGERS[name]} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"


@dataclass(frozen=True)
class Session:
    """One transaction on the ledger's tables."""

    connection: Connection

    def head(self, *, lock: bool = False) -> Head:
        """Return how far the ledger's own chain goes; with `lock`, nobody else writes until this transaction ends."""
        query = select(HEAD.c.chain, HEAD.c.seq, HEAD.c.hash)
        found = self.connection.execute(query.with_for_update() if lock else query).one_or_none()
        if found is None:
            raise LedgerError(
                "The consent ledger does not say how far it goes. Restore a copy from before it was damaged."
            )
        if (type(found.chain), type(found.seq), type(found.hash)) != (str, int, str):
            raise LedgerError(
                f"What the consent ledger says of how far it goes is damaged: {checks.shown(tuple(found))}. Restore a "
                "copy from before."
            )
        return Head(chain=found.chain, seq=found.seq, hash=found.hash)

    def set_head(self, head: Head) -> None:
        """Say how far the ledger's own chain goes."""
        self.connection.execute(update(HEAD).values(chain=head.chain, seq=head.seq, hash=head.hash))

    def write(
        self, id: str, kind: str, subject: str, payload: str, *, by: str, at: datetime, now: datetime
    ) -> Event:
        """Write the next event of the ledger's own chain; the head must be locked."""
        head = self.head()
        last = self.at(head.chain, head.seq) if head.seq else None
        if head.seq and last is None:
            raise LedgerError(
                f"The consent ledger says that it goes to event {head.seq}, which is not there: its end was cut off. Run "
                "verify(), and restore a copy."
            )
        event = Event(
            chain=head.chain,
            seq=head.seq + 1,
            id=id,
            kind=kind,
            subject=subject,
            payload=payload,
            by=by,
            at=at,
            recorded_at=now,
            not_before=now if last is None else max(now, last.not_before),
            prev_hash=head.hash,
        ).hashed()
        self.add([event])
        self.set_head(event.head)
        return event

    def add(self, events: Iterable[Event]) -> None:
        """Write events, in chunks."""
        chunk: list[dict[str, Any]] = []
        for one in events:
            chunk.append(one.fields())
            if len(chunk) == 500:
                self.connection.execute(insert(EVENTS), chunk)
                chunk = []
        if chunk:
            self.connection.execute(insert(EVENTS), chunk)

    def events(self, chain: str, after: int = 0, upto: int = 2**63 - 1) -> Iterator[Event]:
        """Yield the events of a chain in order, after one number and up to another."""
        query = select(EVENTS).where(EVENTS.c.chain == chain, EVENTS.c.seq > after, EVENTS.c.seq <= upto)
        for row in self.connection.execute(query.order_by(EVENTS.c.seq)).mappings():
            yield _event(row)

    def about(self, kind: str, subject: str) -> list[Event]:
        """Return all events of a kind about a subject, of every chain."""
        query = select(EVENTS).where(EVENTS.c.subject == subject, EVENTS.c.kind == kind)
        return [_event(row) for row in self.connection.execute(query.order_by(EVENTS.c.seq)).mappings()]

    def at(self, chain: str, seq: int) -> Event | None:
        """Return one event."""
        return next(self.events(chain, seq - 1, seq), None)

    def counts(self) -> dict[str, int]:
        """Return how many events each chain has."""
        query = select(EVENTS.c.chain, func.count()).group_by(EVENTS.c.chain)
        return {row[0]: row[1] for row in self.connection.execute(query)}

    def erased(self, chain: str) -> frozenset[str]:
        """Return who was erased in a chain."""
        query = select(EVENTS.c.subject).where(EVENTS.c.kind == "erasure", EVENTS.c.chain == chain)
        return frozenset(self.connection.scalars(query))

    def keys(
        self, chain: str | None = None, owners: Iterable[str] | None = None
    ) -> dict[tuple[str, str], bytes]:
        """Return keys by chain and owner."""
        query = select(KEYS)
        if chain is not None:
            query = query.where(KEYS.c.chain == chain)
        if owners is not None:
            query = query.where(KEYS.c.owner.in_(list(owners)))
        found = {}
        for row in self.connection.execute(query):
            if not (isinstance(row.chain, str) and isinstance(row.owner, str) and isinstance(row.key, bytes)):
                raise LedgerError(
                    f"The key of {checks.shown(row.owner)} in the consent ledger is damaged. Restore a copy from before."
                )
            found[row.chain, row.owner] = row.key
        return found

    def add_keys(self, keys: Mapping[tuple[str, str], bytes]) -> None:
        """Keep keys."""
        rows = [{"chain": chain, "owner": owner, "key": key} for (chain, owner), key in keys.items()]
        if rows:
            self.connection.execute(insert(KEYS), rows)

    def delete_keys(self, owner: str) -> None:
        """Delete a person's keys, of every chain."""
        self.connection.execute(delete(KEYS).where(KEYS.c.owner == owner))


class Store:
    """An open database. Sessions are its transactions.

    Parameters
    ----------
    place : str or Path
        A path, or a URL that SQLAlchemy takes for SQLite or PostgreSQL.
    new_chain : str
        What a new ledger's chain is called.
    """

    def __init__(self, place: str | Path, *, new_chain: str) -> None:
        self.url = database_url(place)
        self.name = self.url.render_as_string(hide_password=True)
        self.path = Path(self.url.database) if self.sqlite and self.url.database else None
        if self.path is not None:
            self.name = str(self.path)
            make_folder(self.path.parent)
        with self.guarded():
            self.engine = open_engine(self.url)
            try:
                if self.path is None:
                    self._make(new_chain)
                else:
                    with self.lock(), self.guarded():
                        self._make(new_chain)
            except BaseException:
                self.engine.dispose()
                raise

    @property
    def sqlite(self) -> bool:
        """Whether it is a file."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the lock beside the file."""
        lock = FileLock(f"{self.path}.lock", timeout=BUSY_S)
        try:
            with lock:
                yield
        except Timeout as error:
            raise LedgerError(
                f"{self.path} has been locked for {BUSY_S:.0f} s. Is another program stuck?"
            ) from error
        except OSError as error:
            raise LedgerError(
                f"The consent ledger {self.path} cannot be made: {error.strerror}. Set MEDIALIT_HOME to a folder that "
                "you may write."
            ) from error

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Begin a transaction that sees one moment of the ledger."""
        with self.guarded(), self.engine.connect() as connection:
            if not self.sqlite:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield Session(connection)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Begin a transaction in which nobody else writes; it is on the disk when this ends, or nothing of it is."""
        with (
            self.guarded(),
            self.engine.connect().execution_options(medialit_write=True) as connection,
            connection.begin(),
        ):
            yield Session(connection)

    def wipe(self) -> None:
        """Remove what deleted keys left behind in the database's own files, as far as it can be reached."""
        with self.guarded():
            if self.sqlite:  # secure_delete has overwritten the row; the log still holds the page as it was
                busy = self._outside("PRAGMA wal_checkpoint(TRUNCATE)")[0]
                if busy:
                    raise LedgerError(
                        "The key is deleted, but another program reads the ledger and keeps the page with it in the log. "
                        "Close it, and ask to forget again."
                    )
            else:
                self._outside("VACUUM FULL consent_keys")

    def empty(self, new_chain: str) -> None:
        """Delete everything, with what PostgreSQL's own files keep of it; a new, empty chain begins."""
        with self.writing() as session:
            session.head(lock=True)
            unguard(session.connection)
            for table in (EVENTS, KEYS, HEAD):
                session.connection.execute(delete(table))
            guard(session.connection)
            _begin(session.connection, new_chain)
        if self.sqlite:
            self.wipe()
        else:
            for table in (EVENTS, KEYS, HEAD):
                self._outside(f"VACUUM FULL {table.name}")

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Turn what the database says into a LedgerError."""
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            said = str(getattr(error, "orig", error)).strip()
            raise LedgerError(
                f"The consent ledger {self.name} cannot be used ({said}). If it is damaged, restore a "
                "copy, or move it away and import your last export."
            ) from error
        except DatabaseError as error:
            raise LedgerError(f"The consent ledger {self.name} cannot be used. {error}") from error
        except (SQLAlchemyError, ModuleNotFoundError, UnicodeDecodeError, ValueError, OverflowError) as error:
            raise LedgerError(f"The consent ledger {self.name} cannot be used ({error}).") from error

    def _make(self, new_chain: str) -> None:
        """Make what is not there yet; together with others who do so at the same moment."""
        if self.sqlite:
            begin_log(self.engine)
        with self.engine.connect().execution_options(medialit_write=True) as connection, connection.begin():
            if not self.sqlite:
                make_schema(connection, self.url.render_as_string(hide_password=False))
            prepare(connection, new_chain=new_chain)

    def _outside(self, statement: str) -> Any:
        """Run a statement that stands outside transactions; return SQLite's answer."""
        if self.sqlite:
            raw = self.engine.raw_connection()
            try:
                row = raw.cursor().execute(statement).fetchone()
            finally:
                raw.close()
            return row
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(statement)
        return None


def prepare(connection: Connection, *, new_chain: str) -> int:
    """Make the tables, or bring them up to date; return the version that they had, 0 for none.

    Raises
    ------
    DatabaseError
        If a newer medialit made them.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:it)"), {"it": _ADVISORY})
    had = bring_up(connection, "consent", steps=MIGRATIONS, sign=HEAD.name)
    if had == 0:
        _begin(connection, new_chain)
    return had


def _version_1(connection: Connection) -> None:
    _META.create_all(connection)
    guard(connection)


MIGRATIONS: Final = (_version_1,)
"""Each brings the tables from the version of its place to the next one; they are never changed, only added to."""


def _begin(connection: Connection, chain: str) -> None:
    first = {"one": 1, "chain": chain, "seq": 0, "hash": genesis(chain)}
    connection.execute(insert(HEAD), first)


def guard(connection: Connection) -> None:
    """Add the triggers that refuse changes of events."""
    sqlite = connection.dialect.name == "sqlite"
    for statement in map(sqlite_trigger, SQLITE_TRIGGERS) if sqlite else _POSTGRES:
        connection.exec_driver_sql(statement)


def unguard(connection: Connection) -> None:
    """Drop the triggers, before all is deleted."""
    if connection.dialect.name == "sqlite":
        for name in SQLITE_TRIGGERS:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        return
    for name in ("consent_events_no_change", "consent_events_no_truncate"):
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON consent_events")


def database_url(place: str | Path) -> URL:
    """Return where a database is: a path is a file of SQLite."""
    if isinstance(place, Path) or "://" not in place:
        return URL.create("sqlite", database=str(place))
    try:
        url = make_url(place)
        backend = url.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise LedgerError(
            "The ledger's URL cannot be read. Give a path, or postgresql://USER@HOST/DATABASE."
        ) from error
    if backend == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if backend == "sqlite" and url.database and url.database != ":memory:":
        return url
    raise LedgerError(
        f"The ledger is kept in a file of SQLite or in PostgreSQL, not in {backend}. Give a path, or "
        "postgresql://USER@HOST/DATABASE."
    )


def make_folder(folder: Path) -> None:
    """Make a folder that only its owner can open."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)  # of writers who come at once, one makes it
    except OSError as error:
        raise LedgerError(
            f"The folder {folder} of the consent ledger cannot be made: {error.strerror}. Set MEDIALIT_HOME to a folder "
            "that you may write."
        ) from error


def open_engine(url: URL) -> Engine:
    """Return an engine whose acknowledged transactions are on the disk, and that says BEGIN itself."""
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": BUSY_S})
        event.listen(engine, "connect", _durable_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        return create_engine(url, connect_args=dict(connect_options(url, synchronous_commit="on")))
    except ModuleNotFoundError as error:
        raise LedgerError(
            "PostgreSQL needs the package psycopg. Install it: pip install 'medialit[postgres]'"
        ) from error


def begin_log(engine: Engine) -> None:
    """Have the SQLite file of an engine keep a write-ahead log."""
    raw = engine.raw_connection()
    try:
        keep_a_log(cast(sqlite3.Connection, raw.driver_connection), patience_s=BUSY_S)
    finally:
        raw.close()


def _durable_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: Python's module would say it too late
    for line in ("synchronous=FULL", "secure_delete=ON", "foreign_keys=ON", "trusted_schema=OFF"):
        connection.execute(f"PRAGMA {line}")


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("medialit_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _event(row: Mapping[Any, Any]) -> Event:
    try:
        return Event.from_fields(dict(row))
    except LedgerError as error:
        raise LedgerError(
            f"Event {row['seq']} of the consent ledger is damaged. {error} Run verify(), and restore a copy."
        ) from error
