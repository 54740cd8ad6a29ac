"""Several connections begin a file's write-ahead log while another one is in the way."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from medialit.sqlite_log import keep_a_log


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=0.0, isolation_level=None, check_same_thread=False)


def _mode(path: Path) -> str:
    with closing(_open(path)) as db:
        return str(db.execute("PRAGMA journal_mode").fetchone()[0])


def test_who_finds_the_file_locked_waits_and_then_begins_the_log(tmp_path: Path) -> None:
    path = tmp_path / "one.db"
    with closing(_open(path)) as holder, closing(_open(path)) as late:
        holder.execute("BEGIN EXCLUSIVE")
        holder.execute("CREATE TABLE t (x)")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            late.execute("PRAGMA journal_mode=WAL")
        waiting = threading.Thread(target=keep_a_log, args=(late,), kwargs={"patience_s": 30.0})
        waiting.start()
        holder.execute("COMMIT")
        waiting.join()
    assert _mode(path) == "wal"


def test_its_patience_ends(tmp_path: Path) -> None:
    path = tmp_path / "one.db"
    with closing(_open(path)) as holder, closing(_open(path)) as late:
        holder.execute("BEGIN EXCLUSIVE")
        holder.execute("CREATE TABLE t (x)")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            keep_a_log(late, patience_s=0.0)


def test_many_at_once_all_begin_it(tmp_path: Path) -> None:
    for n in range(10):
        path = tmp_path / f"{n}.db"
        wrong: list[BaseException] = []

        def begin(path: Path = path, wrong: list[BaseException] = wrong) -> None:
            try:
                with closing(_open(path)) as db:
                    keep_a_log(db, patience_s=30.0)
            except BaseException as error:
                wrong.append(error)

        threads = [threading.Thread(target=begin) for _ in range(8)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert wrong == [] and _mode(path) == "wal"
