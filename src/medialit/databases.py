"""Which database keeps what: a file of SQLite for each thing, or one PostgreSQL for all of it.

::

    $MEDIALIT_DATABASE, or $MEDIALIT_HOME/database.json        postgresql://medialit@db.example.org/medialit
    ├── schema home                    consent and feed of $MEDIALIT_HOME
    ├── schema studio_3b_1f0c…         a class's studio: cards, feed, consent
    └── schema course_medialit_en_…    a course's gradebook

Each thing has a schema of its own, so that one database, one copy of it and one account serve a school. A URL holds no
password: it would be seen in lists of processes, logs and copies of the settings. The server's own files for that
(``~/.pgpass``, ``$PGPASSFILE``, ``pg_service.conf``) are read by every program here.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from medialit.errors import DatabaseError
from medialit.home import medialit_home

VARIABLE: Final = "MEDIALIT_DATABASE"
"""Environment variable with the URL of PostgreSQL; it goes before what `medialit move` wrote."""
FILE: Final = "database.json"

Kind = Literal["home", "studio", "course"]


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A file of SQLite whose content is in PostgreSQL now.

    Parameters
    ----------
    file : str
        Relative to the home.
    schema : str
    rows : int
        Of all its tables.
    sha256 : str
        Of its content, as `medialit.keep.content` takes it.
    """

    file: str
    schema: str
    rows: int
    sha256: str


def checked_url(url: str) -> URL:
    """Return a URL of PostgreSQL that may stand in settings and on command lines.

    Raises
    ------
    DatabaseError
        If it cannot be read, is of another database, or holds a password.

    Examples
    --------
    >>> checked_url("postgresql://medialit@/school?host=/run/postgresql").drivername
    'postgresql+psycopg'
    """
    try:
        found = make_url(url)
        backend = found.get_backend_name()
    except (ArgumentError, ValueError, SQLAlchemyError):
        raise DatabaseError(
            "The database's URL cannot be read. Write postgresql://USER@HOST/DATABASE."
        ) from None
    if backend != "postgresql" or not found.database:
        raise DatabaseError(
            f"Only PostgreSQL is named by a URL here, not {backend}: postgresql://USER@HOST/DATABASE."
        )
    if found.password or {"password", "sslpassword"} & found.query.keys():
        raise DatabaseError(
            "The database's URL holds a password. Take it out: put HOST:PORT:DATABASE:USER:PASSWORD into ~/.pgpass, "
            "readable by you alone (chmod 600), or into a file that PGPASSFILE names."
        )
    return found.set(drivername="postgresql+psycopg")


def configured(home: Path | None = None) -> str | None:
    """Return the URL of the PostgreSQL that keeps everything; None where files of SQLite do.

    Parameters
    ----------
    home : Path, optional
        `medialit_home()` when not given.

    Raises
    ------
    DatabaseError
        If what is set cannot be used.
    """
    named = os.environ.get(VARIABLE, "").strip()
    if named:
        return _plain(checked_url(named))
    noted = _noted(medialit_home() if home is None else home).get("url")
    return None if noted is None else _plain(checked_url(str(noted)))


def moved(home: Path) -> dict[str, Moved]:
    """Return which files of a home were moved into PostgreSQL, by their path in it."""
    return {one["file"]: Moved(**one) for one in _noted(home).get("moved", ())}


def note(home: Path, url: str, files: Sequence[Moved]) -> None:
    """Write down that a home is kept in PostgreSQL from now on, whole or not at all, for this account alone."""
    content = {"url": _plain(checked_url(url)), "moved": [asdict(one) for one in files]}
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = home / f".{FILE}.new"
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(json.dumps(content, ensure_ascii=False, indent=1) + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(home / FILE)


def place(kind: Kind, file: Path, *, name: str = "", home: Path | None = None) -> str | Path:
    """Return where something is kept: the file itself, or the URL of its schema in PostgreSQL.

    Parameters
    ----------
    kind : {"home", "studio", "course"}
    file : Path
        Of SQLite.
    name : str
        Of the class or the course.
    home : Path, optional
        `medialit_home()` when not given.

    Raises
    ------
    DatabaseError
        If PostgreSQL is configured, and the file is there and was never moved into it: whoever went on with the empty
        database would believe that all is lost.
    """
    home = medialit_home() if home is None else home
    url = configured(home)
    if url is None:
        return file
    known = moved(home)
    if file.is_file() and file.stat().st_size and str(_inside(file, home)) not in known:
        raise DatabaseError(
            f"{file} holds what was kept so far, and PostgreSQL is configured, into which it was never moved. Run "
            "`medialit move --to URL` once; or put the file away, to begin without it."
        )
    return in_schema(url, schema_name(kind, name))


def schema_name(kind: Kind, name: str = "") -> str:
    """Return what a thing's schema is called.

    Examples
    --------
    >>> schema_name("home"), schema_name("studio", "3B")
    ('home', 'studio_3b_6940226a')
    """
    if kind == "home":
        return "home"
    readable = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:32]
    return "_".join(filter(None, (kind, readable, sha256(name.encode()).hexdigest()[:8])))


def in_schema(url: str, schema: str) -> str:
    """Return the URL of one schema of a database; one that names a schema already is left as it is.

    Examples
    --------
    >>> in_schema("postgresql+psycopg://db/school", "home")
    'postgresql+psycopg://db/school?options=-csearch_path%3Dhome'
    """
    found = make_url(url)
    options = str(found.query.get("options", ""))
    if "search_path" in options:
        return url
    return _plain(found.update_query_dict({"options": f"{options} -csearch_path={schema}".strip()}))


def schema_of(url: str) -> str | None:
    """Return the schema that a URL names; None where it names none."""
    options = str(make_url(url).query.get("options", ""))
    found = re.search(r"search_path=(\w+)", options)
    return None if found is None else found[1]


def connect_options(url: URL, **settings: str) -> Mapping[str, str]:
    """Return the ``options`` of a connection: those of the URL, and settings of the session."""
    given = str(url.query.get("options", ""))
    return {"options": " ".join([given, *(f"-c {name}={value}" for name, value in settings.items())]).strip()}


@contextmanager
def server(url: str) -> Iterator[Engine]:
    """Open a database for a while.

    Raises
    ------
    DatabaseError
        If it cannot be reached, or says no; the message shows no password.
    """
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    try:
        yield engine
    except SQLAlchemyError as error:
        raise DatabaseError(f"The database {shown(url)} says: {said(error)}") from error
    finally:
        engine.dispose()


def make_schema(connection: Connection, url: str) -> None:
    """Make the schema that a URL names, where it is not there; together with others who do so at one moment."""
    schema = schema_of(url)
    if schema is not None:
        connection.execute(text("SELECT pg_advisory_xact_lock(:it)"), {"it": lock_number(f"schema {schema}")})
        connection.exec_driver_sql(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')


def lock_number(name: str) -> int:
    """Return the number by which PostgreSQL knows a lock of ours."""
    return int.from_bytes(sha256(f"medialit {name}".encode()).digest()[:8], "big", signed=True)


def shown(url: str) -> str:
    """Return a URL as a person may see it."""
    return make_url(url).set(query={}).render_as_string(hide_password=True)


def said(error: BaseException) -> str:
    """Return what a database said, in one line."""
    return " ".join(str(getattr(error, "orig", None) or error).split())[:500]


def _plain(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def _inside(file: Path, home: Path) -> Path:
    try:
        return file.resolve().relative_to(home.resolve())
    except ValueError:
        return file.resolve()


def _noted(home: Path) -> dict[str, Any]:
    path = home / FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise DatabaseError(
            f"{path} cannot be read ({error}). Restore it, or run `medialit move` again."
        ) from error
    if not isinstance(found, dict):
        raise DatabaseError(f"{path} is damaged. Restore it, or run `medialit move` again.")
    return found
