from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from medialit.consent.ledger import Ledger
from medialit.consent.ledger_events import TEXT_FIELDS, Head
from medialit.consent.ledger_store import Store
from medialit.consent.ledger_verify import Finding, Verification, explain_verification
from medialit.consent.records import Principal, Revocation
from medialit.errors import LedgerError
from medialit.language import LANGUAGES

NOW = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
PEOPLE = (("tiziri", "ⵜⵉⵣⵉⵔⵉ"), ("nadir", "نادر"), ("yto", "Yto"), ("salma", "سلمى"))
TRIGGERS = ("no_update", "no_delete", "no_replace")


def _made(path: Path, *, forget: bool = False) -> Path:
    with Ledger(path) as ledger:
        for id, name in PEOPLE:
            ledger.append(Principal(id=id, name=name, born=date(1990, 5, 1)), by="school", now=NOW)
        ledger.append(Revocation(id="v1", principal="yto", by="yto", at=NOW, reason="no"), by="yto", now=NOW)
        if forget:
            ledger.forget("salma", by="salma", now=NOW)
    return path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _made(tmp_path_factory.mktemp("whole") / "ledger.db", forget=True)


def _copy(whole: Path, to: Path) -> Path:
    for ending in ("", ".head"):
        shutil.copy(f"{whole}{ending}", to / f"ledger.db{ending}")
    return to / "ledger.db"


def _attack(path: Path, *statements: str | tuple[str, Any], guarded: bool = True) -> None:
    """Do as somebody who has the file: drop the triggers, change it, and put the triggers back."""
    with sqlite3.connect(path) as database:
        made = [row[0] for row in database.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")]
        for name in TRIGGERS:
            database.execute(f"DROP TRIGGER consent_events_{name}")
        for one in statements:
            database.execute(*((one,) if isinstance(one, str) else one))
        for sql in made if guarded else ():
            database.execute(sql)
    database.close()


def _verified(path: Path, *, known: tuple[Head, ...] = ()) -> Verification:
    with Ledger(path) as ledger:
        return ledger.verify(known=known)


def test_a_whole_ledger_verifies(whole: Path) -> None:
    found = _verified(whole)
    assert (found.ok, found.finding, found.first_bad_seq, found.tail_checked) == (True, "whole", None, True)


CHAINS = {
    # A changed bit turns a hex digit into another one, which sorts before or after, or into a sign that is none.
    "every digit": ("0123456789abcdef" * 2, "fedcba9876543210" * 2),
    "own first": ("0" * 32, "f" * 32),
    "own last": ("f" * 32, "0" * 32),
    "one bit apart": ("b" * 32, "b" * 31 + "c"),
}
"""The ledger's own chain, and one that it imported."""


@pytest.fixture(scope="module", params=CHAINS.values(), ids=CHAINS.keys())
def with_import(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of six events, with an imported chain of five beside it."""
    folder = tmp_path_factory.mktemp("chains")
    own, other = folder / "ledger.db", folder / "other.db"
    for path, chain in zip((own, other), request.param, strict=True):
        Store(path, new_chain=chain).close()
        _made(path)
    with Ledger(other) as ledger:
        ledger.export(folder / "other.jsonl")
    with Ledger(own) as ledger:
        ledger.import_(folder / "other.jsonl", by="school", now=NOW)
        assert ledger.verify().ok
    return own


class _Attacker:
    """Somebody who has the file changes one field, asks what is found, and changes it back."""

    def __init__(self, path: Path) -> None:
        self.ledger = Ledger(path)
        self.database = sqlite3.connect(path)
        self.database.execute("PRAGMA synchronous=OFF")
        self._guard = self.database.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'consent_events_no_update'"
        ).fetchone()[0]

    def rows(self, column: str) -> list[tuple[int, int, Any]]:
        return self.database.execute(f'SELECT rowid, seq, "{column}" FROM consent_events').fetchall()

    def found(self, rowid: int, column: str, value: object, *, was: object) -> Verification | None:
        """Return what is found; None where the table itself refuses the value."""
        try:
            self._set(rowid, column, value)
        except sqlite3.IntegrityError:
            return None
        found = self.ledger.verify()
        self._set(rowid, column, was)
        return found

    def _set(self, rowid: int, column: str, value: object) -> None:
        cast = "CAST(? AS TEXT)" if column != "seq" else "?"
        with self.database:
            self.database.execute("BEGIN")
            self.database.execute("DROP TRIGGER consent_events_no_update")
            self.database.execute(
                f'UPDATE consent_events SET "{column}" = {cast} WHERE rowid = ?', (value, rowid)
            )
            self.database.execute(self._guard)


@pytest.fixture
def attacker(with_import: Path, tmp_path: Path) -> Iterator[_Attacker]:
    made = _Attacker(_copy(with_import, tmp_path))
    with made.ledger, closing(made.database):
        yield made
        assert made.ledger.verify().ok


@pytest.mark.parametrize("column", TEXT_FIELDS)
def test_a_changed_byte_in_any_column_of_any_event_is_found_and_located(
    attacker: _Attacker, column: str
) -> None:
    for rowid, seq, text in attacker.rows(column):
        data = text.encode()
        steps = len(data) if column == "chain" else 3  # the long one, in tests/attacks, takes all places
        for place in range(0, len(data), max(1, len(data) // steps)):
            for bit in (0x01, 0x80) if place % 8 == 0 else (0x01,):
                flipped = bytearray(data)
                flipped[place] ^= bit
                found = attacker.found(rowid, column, bytes(flipped), was=data)
                # None: another event has this place in the other chain, and the table keeps one of each
                assert found is None or (not found.ok and found.first_bad_seq == seq), (
                    seq,
                    place,
                    bit,
                    found,
                )
                assert found is not None or column == "chain"


def test_an_event_that_is_put_into_another_chain_is_located(attacker: _Attacker) -> None:
    rows = attacker.rows("chain")
    chains = {chain for _rowid, _seq, chain in rows}
    refused = 0
    for rowid, seq, chain in rows:
        (other,) = chains - {chain}
        found = attacker.found(rowid, "chain", other.encode(), was=chain.encode())
        refused += found is None
        assert found is None or (not found.ok and found.first_bad_seq == seq), (seq, found)
    assert refused == 10  # of the eleven, only the sixth has no namesake


@pytest.mark.parametrize("number", [0, -1, 0.5, 2.5, 99, 2**62, "many", b"\x01"])
def test_an_event_with_another_number_is_located(attacker: _Attacker, number: object) -> None:
    for rowid, seq, _number in attacker.rows("seq"):
        found = attacker.found(rowid, "seq", number, was=seq)
        assert found is not None and not found.ok and found.first_bad_seq == seq, found


def test_an_event_too_many_without_a_number_is_found(whole: Path, tmp_path: Path) -> None:
    path = _copy(whole, tmp_path)
    columns = ", ".join(f'"{name}"' for name in TEXT_FIELDS if name not in ("id", "prev_hash"))
    _attack(
        path,
        f"INSERT INTO consent_events (seq, id, prev_hash, {columns}) "
        f"SELECT 0, 'x', 'x', {columns} FROM consent_events WHERE seq = 2",
    )
    assert (_verified(path).finding, _verified(path).first_bad_seq) == (Finding.FOREIGN, None)


def test_an_event_with_neither_a_chain_nor_a_number_has_no_place(whole: Path, tmp_path: Path) -> None:
    path = _copy(whole, tmp_path)
    columns = ", ".join(f'"{name}"' for name in TEXT_FIELDS if name != "chain")
    _attack(
        path,
        f"INSERT INTO consent_events (chain, seq, {columns}) SELECT 'x', -1, {columns} FROM consent_events WHERE seq = 2",
    )
    assert (_verified(path).finding, _verified(path).first_bad_seq) == (Finding.FOREIGN, None)


def test_an_event_of_a_chain_that_nobody_imported_is_found(whole: Path, tmp_path: Path) -> None:
    with Ledger(path := _copy(whole, tmp_path)) as ledger:
        second = list(ledger.events())[1]
    stray = replace(second, chain="ab" * 16, seq=7).hashed().fields()
    names = ", ".join(f'"{name}"' for name in stray)
    _attack(
        path,
        (
            f"INSERT INTO consent_events ({names}) VALUES ({', '.join('?' * len(stray))})",
            tuple(stray.values()),
        ),
    )
    found = _verified(path)
    assert (found.finding, found.first_bad_seq, found.chain) == (Finding.FOREIGN, 7, "ab" * 16)


def test_a_head_that_was_changed_is_told_from_events_that_are_missing(whole: Path, tmp_path: Path) -> None:
    for change in ("chain = '" + "ab" * 16 + "'", "seq = 7", "seq = 2", "hash = '" + "ab" * 32 + "'"):
        path = _copy(whole, tmp_path)
        _attack(path, f"UPDATE consent_head SET {change}")
        found = _verified(path)
        assert found.finding is Finding.HEAD, (change, found)
        for ending in ("-wal", "-shm"):
            Path(f"{path}{ending}").unlink(missing_ok=True)


@pytest.mark.parametrize(
    ("statement", "finding", "seq"),
    [
        ("DELETE FROM consent_events WHERE seq = 3", Finding.MISSING, 3),
        ("DELETE FROM consent_events WHERE seq = 1", Finding.MISSING, 1),
        ("DELETE FROM consent_events WHERE seq = 6", Finding.CUT_OFF, 6),
        ("UPDATE consent_events SET seq = 99 WHERE seq = 2", Finding.MISSING, 2),
        ("UPDATE consent_events SET payload = NULL WHERE seq = 0 OR 0", Finding.WHOLE, None),
        ("UPDATE consent_events SET payload = CAST(payload AS BLOB) WHERE seq = 4", Finding.UNREADABLE, 4),
        ("UPDATE consent_events SET by = x'ff' WHERE seq = 4", Finding.UNREADABLE, 4),
        ("UPDATE consent_head SET seq = 5", Finding.HEAD, 6),
        ("UPDATE consent_head SET chain = 'x'", Finding.HEAD, None),
        ("DELETE FROM consent_head", Finding.HEAD, None),
        ("DELETE FROM consent_keys WHERE owner = 'nadir'", Finding.KEY, 2),
        ("UPDATE consent_keys SET key = zeroblob(32) WHERE owner = 'nadir'", Finding.KEY, 2),
        ("UPDATE consent_keys SET owner = 'zineb' WHERE owner = 'yto'", Finding.KEY, 3),
        (
            "INSERT INTO consent_keys SELECT chain, 'salma', key FROM consent_keys WHERE owner = 'yto'",
            Finding.KEY,
            6,
        ),
        ("INSERT INTO consent_events SELECT 'ff', 1, id, kind, subject, payload, by, at, recorded_at, not_before, "
         "prev_hash, hash FROM consent_events WHERE seq = 1", Finding.UNREADABLE, 1),
    ],
)  # fmt: skip
def test_what_somebody_with_the_file_can_do_is_found(
    whole: Path, tmp_path: Path, statement: str, finding: Finding, seq: int | None
) -> None:
    path = _copy(whole, tmp_path)
    _attack(path, statement)
    found = _verified(path)
    assert (found.finding, found.first_bad_seq, found.ok) == (finding, seq, finding is Finding.WHOLE)


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("consent_keys", "key", "NULL"),
        ("consent_keys", "key", "7"),
        ("consent_keys", "key", "'text'"),
        ("consent_keys", "owner", "x'00'"),
        ("consent_keys", "chain", "NULL"),
        ("consent_head", "seq", "'six'"),
        ("consent_head", "seq", "NULL"),
        ("consent_head", "hash", "x'00'"),
    ],
)
def test_what_is_kept_as_something_else_is_a_finding(
    whole: Path, tmp_path: Path, table: str, column: str, value: str
) -> None:
    path = _copy(whole, tmp_path)
    with sqlite3.connect(path) as database:  # as a damaged page does it: whatever the columns promise
        made = database.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
        rows = database.execute(f"SELECT * FROM {table}").fetchall()
        database.execute(f"DROP TABLE {table}")
        names = [
            line.split()[0] for line in made.splitlines()[1:] if line[:1] == "\t" and "PRIMARY" not in line
        ]
        database.execute(f"CREATE TABLE {table} ({', '.join(names)})")
        database.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(names))})", rows)
        database.execute(
            f"UPDATE {table} SET {column} = {value} WHERE rowid = (SELECT max(rowid) FROM {table})"
        )
    database.close()
    assert not _verified(path).ok
    with Ledger(path) as ledger, pytest.raises(LedgerError):
        ledger.state()


def test_two_events_that_change_places_are_found(whole: Path, tmp_path: Path) -> None:
    path = _copy(whole, tmp_path)
    _attack(
        path,
        "UPDATE consent_events SET seq = 50 WHERE seq = 2",
        "UPDATE consent_events SET seq = 2 WHERE seq = 3",
        "UPDATE consent_events SET seq = 3 WHERE seq = 50",
    )
    assert (_verified(path).finding, _verified(path).first_bad_seq) == (Finding.MOVED, 2)


def test_dropped_triggers_are_missed(whole: Path, tmp_path: Path) -> None:
    path = _copy(whole, tmp_path)
    _attack(path, guarded=False)
    assert _verified(path).finding is Finding.GUARD


def test_a_tail_cut_off_with_the_head_in_the_database_is_found_by_the_line_beside_it(tmp_path: Path) -> None:
    path = _made(tmp_path / "ledger.db")
    with Ledger(path) as ledger:
        head = ledger.head()
    cut = (
        "DELETE FROM consent_events WHERE seq > 4",
        "UPDATE consent_head SET (seq, hash) = (SELECT seq, hash FROM consent_events WHERE seq = 4)",
    )
    _attack(path, *cut)
    found = _verified(path)
    assert (found.finding, found.first_bad_seq) == (Finding.CUT_OFF, 5)
    with Ledger(path) as ledger:
        with pytest.raises(LedgerError, match="revocations may be missing"):
            ledger.state()
        with pytest.raises(LedgerError, match="cut off"):
            ledger.append(Principal(id="zineb", name="Zineb", minor=False), by="school", now=NOW)
    # The limit: who removes the line as well is found only by a head that was kept elsewhere.
    Path(f"{path}.head").unlink()
    alone = _verified(path)
    assert alone.ok is True and alone.tail_checked is False
    assert _verified(path, known=(head,)).finding is Finding.CUT_OFF


def test_a_ledger_written_anew_is_found_only_by_a_head_kept_elsewhere(whole: Path, tmp_path: Path) -> None:
    with Ledger(whole) as ledger:
        head = ledger.head()
    forged = _made(tmp_path / "ledger.db")
    assert _verified(forged).ok
    assert _verified(forged, known=(head,)).finding is Finding.CUT_OFF
    shutil.copy(f"{whole}.head", f"{forged}.head")
    assert _verified(forged).finding is Finding.CUT_OFF


def test_a_line_beside_the_ledger_that_was_changed_is_a_finding(whole: Path, tmp_path: Path) -> None:
    path = _copy(whole, tmp_path)
    line = Path(f"{path}.head")
    good = line.read_bytes()
    for place in range(0, len(good) - 1, 5):
        bad = bytearray(good)
        bad[place] ^= 1
        line.write_bytes(bytes(bad))
        assert not _verified(path).ok, (place, bad)


def test_postgresql_is_verified_as_well(
    new_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIALIT_HOME", str(tmp_path))
    url = new_database()
    _made(url)  # type: ignore[arg-type]
    off, on = (
        "ALTER TABLE consent_events DISABLE TRIGGER ALL",
        "ALTER TABLE consent_events ENABLE TRIGGER ALL",
    )
    for statement, finding, seq in (
        ("UPDATE consent_events SET by = 'mallory' WHERE seq = 3", Finding.CHANGED, 3),
        ("UPDATE consent_events SET by = 'yto' WHERE seq = 5", Finding.CHANGED, 3),
        ("UPDATE consent_events SET by = 'school' WHERE seq = 3", Finding.WHOLE, None),
        ("DELETE FROM consent_events WHERE seq = 5", Finding.CUT_OFF, 5),
        ("UPDATE consent_head SET (seq, hash) = (SELECT seq, hash FROM consent_events WHERE seq = 4)", "cut_off", 5),
        ("DELETE FROM consent_events WHERE seq = 2", Finding.MISSING, 2),
    ):  # fmt: skip
        with psycopg.connect(url, autocommit=True) as server:
            for one in (off, statement, on):
                server.execute(one)
        with Ledger(url) as ledger:
            found = ledger.verify()
        assert (found.finding, found.first_bad_seq) == (finding, seq)
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(off)
    with Ledger(new := new_database()), psycopg.connect(new, autocommit=True) as server:
        server.execute(off)
    with Ledger(new) as ledger:
        assert ledger.verify().finding is Finding.GUARD


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
@pytest.mark.parametrize("finding", list(Finding))
def test_each_finding_is_a_sentence_in_each_language(finding: Finding, lang: str) -> None:
    said = explain_verification(Verification(ok=False, finding=finding, first_bad_seq=41), lang=lang)
    english = explain_verification(Verification(ok=False, finding=finding, first_bad_seq=41), lang="en")
    assert ("41" in said) == ("41" in english)
    assert (said == english) == (lang in ("en", "zgh"))
