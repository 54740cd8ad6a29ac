"""Which version the tables of a database have, and how older ones become newer ones: all steps or none.

A database is brought up inside one transaction of its store: SQLite and PostgreSQL both take back tables that were made
in a transaction that never ended. Whatever kills a program leaves the old version or the new one, never half of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy import BigInteger, Column, Connection, MetaData, Table, Text, inspect

from medialit.errors import DatabaseError

Step = Callable[[Connection], None]

VERSIONS: Final = Table(
    "medialit_schema",
    MetaData(),
    Column("part", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
)


def bring_up(connection: Connection, part: str, *, steps: Sequence[Step], sign: str) -> int:
    """Bring a part's tables up to the version that this program knows.

    Parameters
    ----------
    connection : Connection
        In a transaction in which nobody else makes tables.
    part : str
        Whose tables: ``consent`` or ``studio``.
    steps : sequence of callable
        Each brings the tables from the version of its place to the next one. They are never changed, only added to.
    sign : str
        A table whose presence without a version means the first version: it was made before versions were written down.

    Returns
    -------
    int
        The version that was there, 0 for none.

    Raises
    ------
    DatabaseError
        If a newer medialit made them.
    """
    had = version(connection, part, sign=sign)
    if had > len(steps):
        raise DatabaseError(
            f"The tables of {part} have version {had}, and this medialit knows up to {len(steps)}. Update medialit: an "
            "older one could destroy what the newer one wrote."
        )
    for step in steps[had:]:
        step(connection)
    VERSIONS.create(connection, checkfirst=True)
    found = connection.execute(VERSIONS.update().where(VERSIONS.c.part == part).values(version=len(steps)))
    if not found.rowcount:
        connection.execute(VERSIONS.insert().values(part=part, version=len(steps)))
    return had


def version(connection: Connection, part: str, *, sign: str) -> int:
    """Return the version of a part's tables; 0 where there are none."""
    there = inspect(connection)
    if there.has_table(VERSIONS.name):
        found = connection.execute(VERSIONS.select().where(VERSIONS.c.part == part)).one_or_none()
        if found is not None:
            return int(found.version)
    return 1 if there.has_table(sign) else 0
