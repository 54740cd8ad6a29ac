"""Whoever has the ledger's file changes its bytes, and looks in it for the names of who was erased."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from medialit.consent.ledger import Ledger
from medialit.consent.ledger_events import TEXT_FIELDS, Event
from medialit.consent.records import Principal, Revocation
from medialit.errors import LedgerError

NOW = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
NAMES = {"tiziri": "ⵜⵉⵣⵉⵔⵉ ⵏ ⵉⵎⵓⵣⵣⴰⵔ", "nadir": "نادر الإدريسي", "yto": "Yto Aït-Ouzineb"}
WORDS = "because my grandmother asked me to"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ledger") / "ledger.db"
    with Ledger(path) as ledger:
        for id, name in NAMES.items():
            ledger.append(Principal(id=id, name=name, born=date(1990, 5, 1)), by="school", now=NOW)
        ledger.append(Revocation(id="v1", principal="yto", by="yto", at=NOW, reason=WORDS), by="yto", now=NOW)
        assert ledger.verify().ok
    return path


def _events(path: Path) -> list[Event]:
    with Ledger(path) as ledger:
        return list(ledger.events())


def _flip(whole: Path, folder: Path, places: Iterable[int]) -> Counter[str]:
    """Flip one bit at each place; return how often what was found, ``nothing`` where no event changed."""
    good, events = whole.read_bytes(), _events(whole)
    path = folder / "ledger.db"
    told: Counter[str] = Counter()
    for place in places:
        for old in folder.iterdir():
            old.unlink()
        shutil.copy(f"{whole}.head", f"{path}.head")
        bad = bytearray(good)
        bad[place] ^= 1 << (place % 8)
        path.write_bytes(bytes(bad))
        try:
            with Ledger(path) as ledger:
                found = ledger.verify()
                same = list(ledger.events()) == events if found.ok else False
                said = (
                    "nothing"
                    if found.ok
                    else f"{found.finding}, {'a' if found.first_bad_seq else 'no'} place"
                )
        except LedgerError:
            said, same = "cannot be opened", False
        assert same or said != "nothing", f"byte {place} changed an event, and nobody noticed"
        told[said] += 1
    return told


def test_a_changed_byte_of_the_file_is_found_or_changed_no_event(whole: Path, tmp_path: Path) -> None:
    size = whole.stat().st_size
    told = _flip(whole, tmp_path, sorted(random.Random(20260901).sample(range(size), 60)))
    assert told.total() == 60 and 0 < told["nothing"] < 60


def test_a_changed_byte_where_events_lie_is_found(whole: Path, tmp_path: Path) -> None:
    data = whole.read_bytes()
    payloads = [event.payload.encode() for event in _events(whole)]
    told = _flip(whole, tmp_path, [data.index(payload) + len(payload) // 2 for payload in payloads])
    assert sum(n for said, n in told.items() if said.endswith(", a place")) == len(payloads)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_each_byte_of_the_file_is_found_or_changed_no_event(whole: Path, tmp_path: Path) -> None:
    told = _flip(whole, tmp_path, range(whole.stat().st_size))
    print(f"\n{told.total()} bytes, one bit each: {dict(told.most_common())}")
    assert told["nothing"] < told.total()


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_each_byte_of_each_field_of_each_event_is_found_and_located(whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    shutil.copy(whole, path)
    n = 0
    with Ledger(path) as ledger, closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA synchronous=OFF")
        rows = database.execute(f"SELECT rowid, seq, {', '.join(TEXT_FIELDS)} FROM consent_events").fetchall()
        for rowid, seq, *values in rows:
            for name, value in zip(TEXT_FIELDS, values, strict=True):
                for place in range(len(value.encode())):
                    flipped = bytearray(value.encode())
                    flipped[place] ^= 1 << (place % 8)
                    _set(database, name, bytes(flipped), rowid=rowid)
                    found = ledger.verify()
                    assert not found.ok and found.first_bad_seq == seq, (seq, name, place, found)
                    _set(database, name, value.encode(), rowid=rowid)
                    n += 1
        assert ledger.verify().ok
    print(f"\n{n} bytes of fields, one bit each: all found and located")


def _set(database: sqlite3.Connection, name: str, value: bytes, *, rowid: int) -> None:
    """Change one field as somebody who has the file: drop the trigger, write, and make it again."""
    sql = database.execute(
        "SELECT sql FROM sqlite_master WHERE name = 'consent_events_no_update'"
    ).fetchone()[0]
    database.execute("DROP TRIGGER consent_events_no_update")
    database.execute(f'UPDATE consent_events SET "{name}" = CAST(? AS TEXT) WHERE rowid = ?', (value, rowid))
    database.execute(sql)
    database.commit()


def _bytes(folder: Path) -> bytes:
    return b"\0".join(path.read_bytes() for path in sorted(folder.iterdir()))


def test_no_name_is_ever_in_the_files_and_a_key_is_gone_once_its_person_is_forgotten(tmp_path: Path) -> None:
    path, taken = tmp_path / "here" / "ledger.db", tmp_path / "taken.jsonl"
    with Ledger(path) as ledger:
        for id, name in NAMES.items():
            ledger.append(Principal(id=id, name=name, born=date(1990, 5, 1)), by="school", now=NOW)
        ledger.append(Revocation(id="v1", principal="yto", by="yto", at=NOW, reason=WORDS), by="yto", now=NOW)
        with ledger._store.reading() as session:
            keys = {owner: key for (_chain, owner), key in session.keys().items()}
        assert all(key in _bytes(path.parent) for key in keys.values())
        ledger.forget("yto", by="yto", now=NOW)
        for held in (_bytes(path.parent),):  # while it is open, with its log
            assert keys["yto"] not in held and keys["nadir"] in held
            assert not any(text.encode() in held for text in (*NAMES.values(), WORDS, "1990-05-01"))
        ledger.export(taken)
        assert ledger.verify().ok
    with sqlite3.connect(path) as database:
        database.execute("VACUUM")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    for held in (_bytes(path.parent), taken.read_bytes()):
        assert keys["yto"] not in held
        assert not any(text.encode() in held for text in (*NAMES.values(), WORDS))
    with Ledger(path) as ledger:
        state = ledger.state()
        assert ledger.verify().ok
        assert {one.name for one in state.principals} == {NAMES["tiziri"], NAMES["nadir"]}
