"""The write-ahead log of a SQLite file, begun by several programs at one moment."""

from __future__ import annotations

import random
import sqlite3
import time


def keep_a_log(connection: sqlite3.Connection, *, patience_s: float) -> None:
    """Have a file of SQLite keep a write-ahead log, so that readers and the one writer do not wait for each other.

    The timeout of a connection does not cover this: of programs that begin the log at one moment, all but one may be told
    at once that the file is locked. They wait here, and find it begun.

    Parameters
    ----------
    connection : sqlite3.Connection
        Outside a transaction.
    patience_s : float
        After so many seconds it gives up.

    Raises
    ------
    sqlite3.OperationalError
        If it is locked for longer, or cannot be written.
    """
    until = time.monotonic() + patience_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").fetchone()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(random.uniform(0.005, 0.05))  # so that they do not all come again at one moment
