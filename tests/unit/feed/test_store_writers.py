"""Several real processes write at once, and some of them are killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from feed_builders import NOON, member, post

from medialit.feed.records import EventKind, FeedEvent
from medialit.feed.store import FeedStore

_WRITER = """
import sys
from datetime import UTC, datetime
from medialit.feed.records import EventKind, FeedEvent
from medialit.feed.store import FeedStore

place, who, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
now = datetime(2026, 9, 1, tzinfo=UTC)
print("ready", flush=True)
sys.stdin.readline()
with FeedStore(place) as store:
    for n in range(count):
        one = FeedEvent(kind=EventKind.COMMENT, who=who, target="p1", at=now, text=f"{who}-{n}")
        head = store.keep(one, by=who, now=now)
        sys.stdout.write(f"{one.text} {head.seq} {head.hash}\\n")  # only now is it acknowledged
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


def test_writers_at_once_lose_nothing(new_place: Callable[[], str]) -> None:
    place, n_writers, count = new_place(), 4, 8
    children = [_start(place, f"w{n}", count) for n in range(n_writers)]
    for child in children:  # none of them made the store before the others began
        _go(child)
    said = [child.communicate()[0].split("\n")[:-1] for child in children]
    assert [child.returncode for child in children] == [0] * n_writers
    acknowledged = [line.split()[0] for lines in said for line in lines]
    assert len(acknowledged) == n_writers * count
    with FeedStore(place) as store:
        assert sorted(one.text for one in store.state().events) == sorted(acknowledged)
        assert store.verify().n_events == n_writers * count
        assert store.verify().ok


def test_threads_of_one_program_share_a_store_and_lose_nothing(tmp_path: Path) -> None:
    n_threads, count = 8, 10
    with FeedStore(tmp_path / "feed.db") as store:
        store.keep_all([member("aya"), post("p1", "aya")], by="aya", now=NOON)
        wrong: list[BaseException] = []

        def write(who: str) -> None:
            try:
                for n in range(count):
                    one = FeedEvent(kind=EventKind.LIKE, who=f"{who}-{n}", target="p1", at=NOON)
                    store.keep(one, by=who, now=NOON)
                    assert one in store.state().events
            except BaseException as error:
                wrong.append(error)

        threads = [threading.Thread(target=write, args=(f"t{n}",)) for n in range(n_threads)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert wrong == []
        assert len({one.who for one in store.state().events}) == n_threads * count
        assert store.verify().ok


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
        whole = [line for line in rest if len(line.rpartition(" ")[2]) == 64]
        acknowledged += [line.split()[0] for line in (*lines, *whole)]
        with FeedStore(place) as store:
            there = [one.text for one in store.state().events]
            assert set(acknowledged) <= set(there)
            assert (
                len(there) - len(acknowledged) <= round_ + 1
            )  # at most the one that was under way, each time
            found = store.verify()
            assert found.ok, found


def test_kills_lose_no_acknowledged_event(new_place: Callable[[], str]) -> None:
    place = new_place()
    _kills(place, 2 if place.startswith("postgresql") else 4, seed=20260901)


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_fifty_kills_lose_no_acknowledged_event(tmp_path: Path) -> None:
    _kills(str(tmp_path / "feed.db"), 50, seed=7)
