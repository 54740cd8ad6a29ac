"""A real PostgreSQL server for the tests, in a folder of its own, reached through a socket that lies there."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

collect_ignore = ["oracle_cases.py"]
"""It has no doctests, and imports the oracle by a name that only its users give."""


def _binaries() -> Path | None:
    """Return the folder with `initdb`; Debian keeps it off the path."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = sorted(versions, key=lambda path: int(path.parts[-3]) if path.parts[-3].isdecimal() else 0)
    return newest[-1].parent if newest else None


def _account() -> str | None:
    """Return whom the server runs as: it refuses root."""
    if os.geteuid() != 0:
        return None
    known = {one.pw_name for one in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in known), None)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Where a server listens: the folder of its socket."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server on this machine: apt-get install postgresql")
    account = _account()
    home = Path(tempfile.mkdtemp(prefix="medialit-pg-"))
    if account is not None:
        shutil.chown(home, account)
    data, log = home / "data", home / "log"

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [binaries / program, *arguments],
            user=account,
            cwd=home,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == 0, f"{program}: {done.stdout}{log.read_text() if log.exists() else ''}"

    try:
        run(
            "initdb",
            "-D",
            str(data),
            "-U",
            "medialit",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        )
        options = f"-c listen_addresses='' -c unix_socket_directories={home} -c fsync=off"
        run("pg_ctl", "-D", str(data), "-l", str(log), "-w", "-o", options, "start")
        try:
            yield str(home)
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def new_database(postgres_server: str) -> Iterator[Callable[[], str]]:
    """Make empty databases, and return their URLs."""
    made: list[str] = []
    with psycopg.connect(host=postgres_server, user="medialit", dbname="postgres", autocommit=True) as server:

        def new() -> str:
            name = f"d{uuid4().hex}"
            server.execute(f"CREATE DATABASE {name}")
            made.append(name)
            return f"postgresql://medialit@/{name}?host={postgres_server}"

        yield new
        for name in made:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres"])
def new_place(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], str]:
    """Make places for new ledgers, in one kind of database and then in the other."""
    monkeypatch.setenv("MEDIALIT_HOME", str(tmp_path / "home"))
    if request.param == "postgres":
        found: Callable[[], str] = request.getfixturevalue("new_database")
        return found
    return lambda: str(tmp_path / uuid4().hex / "ledger.db")
