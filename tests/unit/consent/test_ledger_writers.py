"""Several real processes write at once, and some of them are killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from medialit.consent.ledger import Ledger

_WRITER = """
import sys
from datetime import UTC, datetime
from medialit.consent.ledger import Ledger
from medialit.consent.records import Relation, RelationKind, Revocation

place, who, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
now = datetime(2026, 9, 1, tzinfo=UTC)
print("ready", flush=True)
sys.stdin.readline()
with Ledger(place) as ledger:
    for n in range(count):
        record = Revocation(id=f"{who}-{n}", principal=who, by=who, at=now, reason="no")
        event = ledger.append(record, by=who, now=now)
        shared = Revocation(id=f"all-{n}", principal="yto", by="yto", at=now)
        if count < 1000:
            ledger.append(shared, by="yto", now=now)
        sys.stdout.write(f"{event.id} {event.hash}\\n")  # only now is it acknowledged
        sys.stdout.flush()
"""


def _start(place: str, who: str, count: int) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", _WRITER, place, who, str(count)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None and child.stdout.readline() == "ready\n"
    return child


def _go(child: subprocess.Popen[str]) -> None:
    assert child.stdin is not None
    child.stdin.write("\n")
    child.stdin.flush()


def test_writers_at_once_lose_nothing_and_a_statement_of_all_is_one_event(
    new_place: Callable[[], str],
) -> None:
    place, n_writers, count = new_place(), 4, 12
    children = [_start(place, f"w{n}", count) for n in range(n_writers)]
    for child in children:  # none of them made the ledger before the others began
        _go(child)
    said = [child.communicate()[0].split("\n")[:-1] for child in children]
    assert [child.returncode for child in children] == [0] * n_writers
    assert [len(lines) for lines in said] == [count] * n_writers
    with Ledger(place) as ledger:
        there = {f"{event.id} {event.hash}" for event in ledger.events()}
        assert len(there) == ledger.head().seq == n_writers * count + count
        assert {line for lines in said for line in lines} <= there
        assert len(ledger.state().revocations) == n_writers * count + count
        assert ledger.verify().ok


def _kills(place: str, n: int, *, seed: int) -> None:
    """Kill a writer after some acknowledged event, again and again, and miss none of them each time."""
    rng = random.Random(seed)
    acknowledged: list[str] = []
    for round_ in range(n):
        child = _start(place, f"r{round_}", 10_000)
        _go(child)
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(rng.randint(1, 5))]
        for _turn in range(rng.randint(0, 20_000)):  # a moment that is no round number of events
            pass
        os.kill(child.pid, signal.SIGKILL)
        rest = child.stdout.read().split("\n")
        child.wait()
        assert child.returncode == -signal.SIGKILL
        child.stdout.close()
        if child.stdin is not None:
            child.stdin.close()
        acknowledged += [line.strip() for line in lines]
        acknowledged += [line for line in rest if len(line.rpartition(" ")[2]) == 64]  # whole lines only
        with Ledger(place) as ledger:
            there = [f"{event.id} {event.hash}" for event in ledger.events()]
            assert set(acknowledged) <= set(there)
            assert (
                len(there) - len(acknowledged) <= round_ + 1
            )  # at most the one that was under way, each time
            found = ledger.verify()
            assert found.ok, found
            ledger.state()


def test_kills_lose_no_acknowledged_event(new_place: Callable[[], str]) -> None:
    place = new_place()
    _kills(place, 4 if place.startswith("postgresql") else 10, seed=20260901)


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_a_hundred_kills_lose_no_acknowledged_event(tmp_path: Path) -> None:
    _kills(str(tmp_path / "ledger.db"), 100, seed=7)
