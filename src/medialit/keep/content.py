"""What a database holds, apart from how it holds it: rows counted and hashed, and copied from one kind into another."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, Table, func, insert, select

from medialit.errors import DatabaseError

_CHUNK: Final = 500
_MODULUS: Final = 2**256


@dataclass(frozen=True, kw_only=True)
class Content:
    """How much there is, and one hash of all of it.

    Parameters
    ----------
    rows : mapping of str to int
        By table.
    sha256 : str
        The same for the same rows, in whatever order and in whatever kind of database they are.
    """

    rows: Mapping[str, int]
    sha256: str

    @property
    def n_rows(self) -> int:
        """Of all tables."""
        return sum(self.rows.values())


def content(connection: Connection, tables: Sequence[Table]) -> Content:
    """Count and hash what tables hold.

    Each row is hashed by itself and the hashes of a table are added: databases sort text differently, and a sum has no
    order.
    """
    rows: dict[str, int] = {}
    whole = sha256()
    for table in tables:
        n, total = 0, 0
        for row in connection.execute(select(table)):
            n += 1
            total = (total + int.from_bytes(sha256(_plain(row).encode()).digest(), "big")) % _MODULUS
        rows[table.name] = n
        whole.update(f"{table.name} {n} {total:064x}\n".encode())
    return Content(rows=rows, sha256=whole.hexdigest())


def copy(source: Connection, target: Connection, tables: Iterable[Table]) -> None:
    """Copy the rows of tables into tables that are there and empty.

    Raises
    ------
    DatabaseError
        If a row cannot be kept in the other database as it is: text with a zero sign.
    """
    for table in tables:
        chunk: list[dict[str, object]] = []
        for row in source.execute(select(table)).mappings():
            fields = dict(row)
            if any(isinstance(value, str) and "\0" in value for value in fields.values()):
                raise DatabaseError(
                    f"A row of {table.name} holds a zero sign in a text, which PostgreSQL cannot keep. Correct that "
                    "row first."
                )
            chunk.append(fields)
            if len(chunk) == _CHUNK:
                target.execute(insert(table), chunk)
                chunk = []
        if chunk:
            target.execute(insert(table), chunk)


def is_empty(connection: Connection, tables: Iterable[Table]) -> bool:
    """Say whether there is no row in any of these tables."""
    return not any(connection.scalar(select(func.count()).select_from(table)) for table in tables)


def _plain(row: Sequence[object]) -> str:
    return json.dumps([_value(one) for one in row], ensure_ascii=True)


def _value(value: object) -> object:
    if isinstance(value, bytes | memoryview):
        return {"bytes": bytes(value).hex()}
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    if isinstance(value, timedelta):
        return {"seconds": value.total_seconds()}
    if isinstance(value, float):
        return {"float": value.hex()}
    return value
