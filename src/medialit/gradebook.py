"""A course's gradebook: nbgrader's own tables, in SQLite beside the course or in PostgreSQL, opened in one way.

`open_gradebook` makes the tables where there are none, brings those of an older nbgrader up to date, and refuses those
of a newer one. nbgrader does none of this by itself, and two programs that begin one PostgreSQL gradebook at the same
moment would both make its tables.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from medialit.databases import (
    checked_url,
    in_schema,
    lock_number,
    make_schema,
    place,
    said,
    schema_name,
    shown,
)
from medialit.errors import DatabaseError, GradingError

if TYPE_CHECKING:
    from nbgrader.api import Gradebook

FILE: Final = "gradebook.db"
NAMED: Final = "gradebook.url"
"""A file in a course's folder that names another PostgreSQL than everything else is in."""
_WAIT_S: Final = 60.0


def gradebook_url(course: Path, *, course_id: str) -> str:
    """Return the URL by which a course's gradebook is opened.

    The first that says one: ``gradebook.url`` in the course's folder; for the courses of `$MEDIALIT_HOME`, what
    `medialit.databases.configured` says; else ``gradebook.db`` in the folder.

    Parameters
    ----------
    course : Path
        The instructor's course folder.
    course_id : str
        nbgrader's id of the course; it names the schema in PostgreSQL.

    Raises
    ------
    DatabaseError
        If what is set cannot be used, or marks lie in a file that was never moved.
    """
    course = course.resolve()
    own = course / NAMED
    if own.is_file():
        url = checked_url(own.read_text(encoding="utf-8").strip()).render_as_string(hide_password=False)
        return in_schema(url, schema_name("course", course_id))
    file = course / FILE
    found: str | Path = file
    if course.parent.name == "courses":
        found = place("course", file, name=course_id, home=course.parent.parent)
    return found if isinstance(found, str) else f"sqlite:///{found}"


@contextmanager
def open_gradebook(url: str, *, course_id: str) -> Iterator[Gradebook]:
    """Open a gradebook, its tables made or brought up to date.

    Raises
    ------
    DatabaseError
        If it cannot be reached, is damaged, or a newer nbgrader made it.
    """
    from nbgrader.api import Gradebook

    prepare(url)
    with _said(url):
        gradebook = Gradebook(url, course_id)
    try:
        yield gradebook
    finally:
        gradebook.close()


@contextmanager
def grading_alone(url: str, *, course: Path, assignment: str) -> Iterator[None]:
    """Hold a gradebook for one grader: all of it in SQLite, one assignment of it in PostgreSQL.

    In PostgreSQL the server holds the lock, for graders on any machine, and lets go of it when this program dies.

    Raises
    ------
    GradingError
        If another program holds it.
    DatabaseError
        If it cannot be reached.
    """
    if make_url(url).get_backend_name() == "sqlite":
        lock = FileLock(course / ".grading.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise _held(str(course)) from None
        try:
            yield
        finally:
            lock.release()
        return
    engine = _engine(url)
    try:
        with _said(url), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            asked = {"it": lock_number(f"grade {url_key(url)} {assignment}")}
            if not connection.scalar(text("SELECT pg_try_advisory_lock(:it)"), asked):
                raise _held(f"{shown(url)}, {assignment},")
            yield
    finally:
        engine.dispose()


def prepare(url: str) -> None:
    """Make a gradebook's tables where there are none, and bring those of an older nbgrader up to date: all or nothing.

    Raises
    ------
    DatabaseError
        If it cannot be reached, is damaged, or a newer nbgrader made it.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        file = Path(str(parsed.database))
        file.parent.mkdir(parents=True, exist_ok=True)
        if _revision_of_file(file) == head():
            return
        with FileLock(f"{file}.lock", timeout=_WAIT_S), _said(url):
            _prepare_file(file)
        return
    engine = _engine(url)
    try:
        with _said(url), engine.begin() as connection:
            make_schema(connection, url)
            connection.execute(text("SELECT pg_advisory_xact_lock(:it)"), {"it": lock_number("gradebook")})
            _bring_up(connection)
    finally:
        engine.dispose()


def vacuum(url: str) -> None:
    """Remove what deleted rows left behind in a gradebook's own files, as far as it can be reached."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        with _said(url), closing(sqlite3.connect(str(parsed.database), isolation_level=None)) as db:
            db.execute("PRAGMA secure_delete = ON")
            db.execute("VACUUM")
        return
    from nbgrader.api import Base

    engine = _engine(url)
    try:
        with _said(url), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in Base.metadata.sorted_tables:
                connection.exec_driver_sql(f'VACUUM FULL "{table.name}"')
    finally:
        engine.dispose()


def head() -> str:
    """Return the revision of the gradebook's tables that this nbgrader knows."""
    return str(_scripts().get_current_head())


def url_key(url: str) -> str:
    """Return by what two ways of writing one gradebook's URL are the same."""
    parsed = make_url(url)
    return f"{parsed.database} {parsed.query.get('options', '')}"


def make_tables(connection: Connection) -> None:
    """Make nbgrader's tables, empty, and say of which revision they are; the transaction is the caller's."""
    from nbgrader.api import Base

    Base.metadata.create_all(connection)
    connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    connection.execute(text("INSERT INTO alembic_version VALUES (:it)"), {"it": head()})


def _bring_up(connection: Connection) -> None:
    """Bring tables up to `head`; the transaction is the caller's."""
    from alembic.runtime.migration import MigrationContext

    if not inspect(connection).has_table("assignment"):
        make_tables(connection)
        return
    context = MigrationContext.configure(connection)
    now = context.get_current_revision()
    if now == head():
        return
    known = {one.revision for one in _scripts().walk_revisions()}
    if now is not None and now not in known:
        raise DatabaseError(
            f"The gradebook's tables have the revision {now}, which this nbgrader does not know: a newer one made them. "
            "Update medialit and nbgrader."
        )
    _upgrade(connection, now or "base")


def _upgrade(connection: Connection, start: str) -> None:
    """Run nbgrader's own steps, on the caller's connection."""
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    scripts = _scripts()
    target = head()

    def steps(_revision: Any, context: Any) -> Any:
        return scripts._upgrade_revs(target, None if start == "base" else start)

    context = MigrationContext.configure(connection, opts={"fn": steps})
    with Operations.context(context), _quiet():
        context.run_migrations()


def _scripts() -> Any:
    from alembic.script import ScriptDirectory
    from nbgrader.dbutil import ALEMBIC_DIR

    return ScriptDirectory(ALEMBIC_DIR)


@contextmanager
def _quiet() -> Iterator[None]:
    log = logging.getLogger("alembic")
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before


def _revision_of_file(file: Path) -> str | None:
    """Return the revision of a file's tables, asked without writing; None where there is none or it cannot be told."""
    if not file.is_file() or not file.stat().st_size:
        return None
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as db:
            row = db.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error:
        return None
    return None if row is None else str(row[0])


def _prepare_file(file: Path) -> None:
    """Bring a file up in a copy that takes its place: the steps for SQLite do not stand in one transaction."""
    if _revision_of_file(file) == head():
        return
    old = file.is_file() and file.stat().st_size > 0
    draft = file.with_name(f".{file.name}.draft")  # the lock beside the file is held
    draft.unlink(missing_ok=True)
    draft.touch()
    try:
        with closing(sqlite3.connect(draft)) as target:
            if old:
                with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as source:
                    source.backup(target)
        engine = create_engine(f"sqlite:///{draft}")
        try:
            with engine.begin() as connection:
                _bring_up(connection)
        finally:
            engine.dispose()
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        if old:
            shutil.copy(file, file.with_name(f"{file.name}.before-{head()}"))
            draft.chmod(file.stat().st_mode & 0o777)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def _engine(url: str) -> Engine:
    try:
        return create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    except ModuleNotFoundError as error:
        raise DatabaseError(
            "PostgreSQL needs the package psycopg. Install it: pip install 'medialit[postgres]'"
        ) from error


@contextmanager
def _said(url: str) -> Iterator[None]:
    try:
        yield
    except (DBAPIError, SQLAlchemyError, sqlite3.Error) as error:
        raise DatabaseError(
            f"The gradebook {shown(url)} cannot be used: {said(error)}. Is the server running, and may this account "
            "open it?"
        ) from error
    except Timeout as error:
        raise DatabaseError(
            f"Another program has been making the gradebook {shown(url)} for a minute."
        ) from error


def _held(where: str) -> GradingError:
    return GradingError(f"Another process is grading in {where}. Wait for it to end, then try again.")
