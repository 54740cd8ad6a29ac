"""Moving what files of SQLite keep into one PostgreSQL: all of it in one transaction, compared, and then switched to.

::

    file ──▶ snapshot, brought up to date, verified ──▶ rows in a schema of their own ──▶ counted and hashed again
                                                              one transaction               equal, or taken back

The files are only read. Whatever kills it before the end leaves PostgreSQL as it was; after it, a second run finds
everything there, compares again, and completes the switch.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, create_engine, inspect, text

from medialit.consent.ledger_tail import write_tail
from medialit.databases import (
    FILE,
    Moved,
    checked_url,
    in_schema,
    lock_number,
    make_schema,
    moved,
    note,
    server,
    shown,
)
from medialit.errors import DatabaseError
from medialit.feed.media import scrub
from medialit.keep.content import Content, content
from medialit.keep.places import Part, fill, parts, snapshot

_DRAFTS: Final = ".moving"


@dataclass(frozen=True, kw_only=True)
class Step:
    """What became of one file.

    Parameters
    ----------
    part : Part
    found : Content
        Of the file, and of PostgreSQL.
    already : bool
        Whether it was there before.
    """

    part: Part
    found: Content
    already: bool


def move(home: Path, url: str, *, on_step: Callable[[Step], None] = lambda step: None) -> tuple[Step, ...]:
    """Move all databases of a home into PostgreSQL, and have everything use it from then on.

    Parameters
    ----------
    home : Path
        `$MEDIALIT_HOME`. Nobody may be using it: studios and graders are stopped first.
    url : str
        ``postgresql://USER@HOST/DATABASE``, without a password.
    on_step : callable
        Called after each file.

    Raises
    ------
    DatabaseError
        If a file is damaged, is of a newer program or is written to meanwhile; if PostgreSQL holds something else under
        the same name; or if it cannot be reached. Nothing was changed then.
    """
    target = checked_url(url).render_as_string(hide_password=False)
    files = [one for one in parts(home) if one.file.is_file() and one.file.stat().st_size]
    drafts = home / _DRAFTS
    with ExitStack() as stack:
        stack.enter_context(_alone(home))
        _clear(drafts)
        stack.callback(_clear, drafts)
        watched = [stack.enter_context(_watched(one.file)) for one in files]
        for one in files:
            copy = _draft(drafts, one, home)
            snapshot(one.file, copy)
            one.bring_up(copy)
            one.verify(copy)
        steps = _copied(files, drafts, home, target, on_step=on_step, unchanged=lambda: _unchanged(watched))
        for one in files:
            head = one.verify(in_schema(target, one.schema))
            if one.what == "consent" and head is not None and head.seq:
                write_tail(one.heads / f"{head.chain}.head", head)
        done = [
            Moved(
                file=str(step.part.file.relative_to(home)), schema=step.part.schema,
                rows=step.found.n_rows, sha256=step.found.sha256,
            )
            for step in steps
        ]  # fmt: skip
        note(home, target, done)
    return steps


def finish(home: Path) -> tuple[Path, ...]:
    """Overwrite and delete the files whose content is in PostgreSQL, each compared with what was moved.

    Raises
    ------
    DatabaseError
        If one was written to after it was moved: then nothing is deleted.
    """
    known = moved(home)
    drafts = home / _DRAFTS
    left = [one for one in parts(home) if str(one.file.relative_to(home)) in known and one.file.is_file()]
    with _alone(home):
        _clear(drafts)
        try:
            for one in left:
                copy = _draft(drafts, one, home)
                snapshot(one.file, copy)
                one.bring_up(copy)
                if _of_file(copy, one).sha256 != known[str(one.file.relative_to(home))].sha256:
                    raise DatabaseError(
                        f"{one.file} was written to after it was moved: some program still uses it. Find that program; "
                        "what it wrote is not in PostgreSQL. Nothing was deleted."
                    )
        finally:
            _clear(drafts)
        for one in left:
            for path in sorted(one.file.parent.glob(f"{one.file.name}*")):
                scrub(path)
    return tuple(one.file for one in left)


def _copied(
    files: Sequence[Part],
    drafts: Path,
    home: Path,
    url: str,
    *,
    on_step: Callable[[Step], None],
    unchanged: Callable[[], None],
) -> tuple[Step, ...]:
    """Copy snapshots into PostgreSQL in one transaction."""
    steps = []
    with server(url) as engine, engine.begin() as connection:
        _alone_there(connection, url)
        for one in files:
            connection.execute(text(f'SET LOCAL search_path TO "{one.schema}"'))
            copy = _draft(drafts, one, home)
            step = _step(connection, one, copy, in_schema(url, one.schema))
            steps.append(step)
            on_step(step)
        unchanged()
    return tuple(steps)


def _step(connection: Connection, part: Part, copy: Path, url: str) -> Step:
    wanted = _of_file(copy, part)
    already = inspect(connection).has_table(part.tables()[0].name, schema=part.schema)
    if not already:
        make_schema(connection, url)
        part.make(connection)
        with _opened(copy) as engine, engine.connect() as source:
            fill(source, connection, part)
    found = content(connection, part.tables())
    if found != wanted and already:
        raise DatabaseError(
            f"{shown(url)} holds another {part.what} in its schema {part.schema} than {part.file}: {found.n_rows} rows "
            f"there, {wanted.n_rows} in the file. Name an empty database; or, if that schema is a leftover, drop it with "
            "psql."
        )
    if found != wanted:
        raise DatabaseError(
            f"What arrived in {part.schema} is not what {part.file} holds. Nothing was moved."
        )
    return Step(part=part, found=found, already=already)


def _of_file(copy: Path, part: Part) -> Content:
    with _opened(copy) as engine, engine.connect() as connection:
        return content(connection, part.tables())


@contextmanager
def _opened(file: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{file}")
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _watched(file: Path) -> Iterator[tuple[Path, sqlite3.Connection, int]]:
    """Look at a file from now on: SQLite counts what others write to it."""
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        yield file, connection, _version(connection)


def _unchanged(watched: Sequence[tuple[Path, sqlite3.Connection, int]]) -> None:
    for file, connection, before in watched:
        if _version(connection) != before:
            raise DatabaseError(
                f"{file} was written to while it was moved. Stop the studio, JupyterLab and graders, and run it again. "
                "Nothing was moved."
            )


def _version(connection: sqlite3.Connection) -> int:
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


def _alone_there(connection: Connection, url: str) -> None:
    if not connection.scalar(text("SELECT pg_try_advisory_xact_lock(:it)"), {"it": lock_number("move")}):
        raise DatabaseError(f"Another program is moving files into {shown(url)} now. Wait for it to end.")


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Keep graders, builders and another move away."""
    courses = [path for path in sorted((home / "courses").glob("*")) if path.is_dir()]
    wanted = [home / f".{FILE}.lock"]
    wanted += [course / name for course in courses for name in (".grading.lock", ".build.lock")]
    with ExitStack() as stack:
        for path in wanted:
            try:
                stack.enter_context(FileLock(path, timeout=0))
            except Timeout:
                raise DatabaseError(f"Another program works in {path.parent}. Wait for it to end.") from None
        yield


def _draft(drafts: Path, part: Part, home: Path) -> Path:
    return drafts / part.file.relative_to(home)


def _clear(drafts: Path) -> None:
    """Overwrite and delete snapshots: they hold keys and names."""
    for path in sorted(drafts.rglob("*"), reverse=True):
        if path.is_file():
            scrub(path)
    shutil.rmtree(drafts, ignore_errors=True)
