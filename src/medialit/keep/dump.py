"""PostgreSQL's own copies: `pg_dump` writes one, `pg_restore` brings it back, in one transaction."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url

from medialit.databases import checked_url, server, shown
from medialit.errors import BackupError, DatabaseError


def write(url: str, target: Path) -> None:
    """Write a dump of a database, as it stands at one moment.

    Raises
    ------
    DatabaseError
        If pg_dump is not there, is older than the server, or the server refuses.
    """
    _run("pg_dump", "--format=custom", "--no-owner", f"--file={target}", f"--dbname={plain(url)}")
    target.chmod(0o600)


@contextmanager
def loaded(source: Path, url: str) -> Iterator[None]:
    """Bring a dump into an empty database; where what follows fails, the database is emptied again.

    Raises
    ------
    BackupError
        If the database is not empty.
    DatabaseError
        If pg_restore is not there, or the server refuses.
    """
    url = checked_url(url).render_as_string(hide_password=False)
    there = _schemas(url)
    if there:
        raise BackupError(
            f"{shown(url)} is not empty: it has {', '.join(there[:5])}. Make a new database: createdb NAME."
        )
    _run(
        "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", f"--dbname={plain(url)}", str(source)
    )  # fmt: skip
    try:
        yield
    except BaseException:
        with server(url) as engine, engine.begin() as connection:
            for one in _schemas(url):
                connection.exec_driver_sql(f'DROP SCHEMA "{one}" CASCADE')
        raise


def plain(url: str) -> str:
    """Return a URL as PostgreSQL's own programs read it; there is no password in it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _schemas(url: str) -> list[str]:
    """Return the schemas that somebody made, and ``public`` where it has tables."""
    asked = text(
        "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public') "
        "UNION SELECT 'public' WHERE EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = 'public') ORDER BY 1"
    )
    with server(url) as engine, engine.connect() as connection:
        return [str(row[0]) for row in connection.execute(asked)]


def _run(program: str, *arguments: str) -> None:
    found = shutil.which(program)
    if found is None:
        others = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: path.parts[-3])
        if not others:
            raise DatabaseError(
                f"{program} is not there. Install PostgreSQL's programs (Debian: apt-get install postgresql-client), of "
                "the server's version or newer."
            )
        found = str(others[-1])
    done = subprocess.run([found, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise DatabaseError(f"{program} says: {' '.join(done.stderr.split())[:500]}")
