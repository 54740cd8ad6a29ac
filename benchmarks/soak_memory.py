"""What the studio's memory is made of, hour after hour: `python benchmarks/soak.py --memory --minutes 12 --pace 6`.

The real studio (`open_studio`, `serve`) runs in a process of its own, undisturbed, with the learners of `soak.py` as
clients; `--pace 6` has them act six times as often as a class does, and one comes back by the return code every five
seconds. Every ten seconds the server writes down what it holds:

    rss, anon      of the system: all pages, and those that are no file's
    used, free     of glibc's malloc: handed out, and kept for later though nobody uses it
    mapped         of glibc: large blocks that go back to the system when they are freed
    blocks         of Python's own allocator: how many objects of up to 512 bytes live
    sqlite         of SQLite: pages of the databases that it keeps, and what it works with
    events         of the feed: how much there is to hold

A leak is `used` or `blocks` that rise though `events` do not; a cache rises and stops; what lies in `free` is nobody's.
At the end the garbage is collected and glibc is asked to give back what is free (`malloc_trim`): what then goes was never
held by anything. With `--traced` Python notes where each block was asked for (`tracemalloc`), which makes it slower and
larger: look at its places, not at its megabytes.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ctypes
import gc
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import tracemalloc
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from soak_clients import PAUSE_S, Diary, Learner, Teacher, Town

EVERY_S = 10.0
COMES_BACK_S = 30.0
"""So often somebody of the class comes back."""
_MB = 1024 * 1024
_FIELDS = (
    "arena",
    "ordblks",
    "smblks",
    "hblks",
    "hblkhd",
    "usmblks",
    "fsmblks",
    "uordblks",
    "fordblks",
    "keepcost",
)


class Mallinfo(ctypes.Structure):
    """What glibc says of itself, `mallinfo2(3)`."""

    _fields_ = [(name, ctypes.c_size_t) for name in _FIELDS]


def main(state: Path, given: argparse.Namespace, *, seconds: float) -> None:
    """Run, print a table, and end with one line of JSON."""
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir(parents=True)
    rows = asyncio.run(_lesson(state, given, seconds=seconds))
    for line in table(rows):
        print(line)
    last = rows[-1]
    print(json.dumps({"acts": last["acts"], "peak_mb": max(one["rss"] for one in rows), **growth(rows),
                      "end": {k: v for k, v in last.items() if k not in ("types", "places")}}))  # fmt: skip


async def _lesson(state: Path, given: argparse.Namespace, *, seconds: float) -> list[dict[str, Any]]:
    """Have learners act on a server of their own, and return what it said of itself, with their acts so far."""
    command = [sys.executable, __file__, str(state / "memory.jsonl"), *(["--traced"] if given.traced else [])]
    environment = os.environ | {"MEDIALIT_HOME": str(state / "home")}
    server = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )
    assert server.stdout is not None and server.stdin is not None
    try:
        said: dict[str, Any] = json.loads(server.stdout.readline())
        town = Town(base=said["url"], diary=Diary(state / "diary.jsonl"), class_code=said["code"])
        town.teacher_key = said["key"]
        await _answers(town)
        town.until = time.monotonic() + seconds
        pause = (PAUSE_S[0] / given.pace, PAUSE_S[1] / given.pace)
        parts = ("salma", "yassine")
        people = [
            Learner(town, n, seed=given.seed, plays=parts[n] if n < len(parts) else "", pause_s=pause)
            for n in range(given.learners)
        ]
        acts: list[tuple[float, int]] = []
        watch = asyncio.gather(_count(town, acts), _comings(town, people, every_s=COMES_BACK_S / given.pace))
        await asyncio.gather(*(one.live() for one in (*people, Teacher(town, seed=given.seed))))
        await watch
        server.stdin.close()  # it looks at itself a last time, and ends
        await asyncio.to_thread(server.wait, 120)
    finally:
        server.kill()
        server.wait()
    rows = [json.loads(line) for line in (state / "memory.jsonl").read_text(encoding="utf-8").splitlines()]
    for row in rows:
        row["acts"] = max((n for at, n in acts if at <= row["at"]), default=0)
    (state / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
    return rows


async def _answers(town: Town) -> None:
    async with httpx.AsyncClient(timeout=5) as client:
        for _ in range(600):
            try:
                if (await client.get(f"{town.base}/health")).status_code == 200:
                    return
            except httpx.HTTPError:
                await asyncio.sleep(0.2)
    raise SystemExit("The server did not start.")


async def _count(town: Town, acts: list[tuple[float, int]]) -> None:
    while town.open:
        acts.append((time.time(), sum(town.answers.values())))
        await asyncio.sleep(2.0)
    acts.append((time.time(), sum(town.answers.values())))


async def _comings(town: Town, people: list[Learner], *, every_s: float) -> None:
    """Have one after the other come back by the return code, as after a pause or on another telephone."""
    while town.open:
        for one in people:
            await asyncio.sleep(min(every_s, max(0.0, town.until - time.monotonic())))
            if town.open and one.return_code:
                with contextlib.suppress(httpx.HTTPError):
                    await one._return()


def growth(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Return the slopes of the second half of a run, MB an hour, and per 1,000 answers."""
    lived = [one for one in rows if not one["trimmed"]]
    half = lived[len(lived) // 2 :]
    if len(half) < 3:
        return {}
    hours = np.array([one["age"] / 3600 for one in half])
    rss = np.array([one["rss"] for one in half])
    answers = np.array([one["acts"] / 1000 for one in half])
    return {
        "mb_an_hour": round(float(np.polyfit(hours, rss, 1)[0]), 1),
        "mb_a_1000_answers": round(float(np.polyfit(answers, rss, 1)[0]), 2) if np.ptp(answers) else 0.0,
    }


def table(rows: list[dict[str, Any]]) -> list[str]:
    """Return the run as a table in Markdown: ten moments of it, the last one after the memory was given back."""
    names = (
        "age",
        "acts",
        "rss",
        "anon",
        "used",
        "free",
        "mapped",
        "arenas",
        "threads",
        "blocks",
        "sqlite",
        "events",
    )
    some = [rows[round(k)] for k in np.linspace(0, len(rows) - 2, min(10, len(rows) - 1))] + [rows[-1]]
    lines = ["| " + " | ".join(names) + " |", "|" + "---:|" * len(names)]
    lines += ["| " + " | ".join(f"{one[name]:,.4g}" if isinstance(one[name], float) else f"{one[name]:,}"
                                for name in names) + " |" for one in some]  # fmt: skip
    first, last = Counter(rows[len(rows) // 2]["types"]), Counter(rows[-1]["types"])
    lines += ["", "| kind of object | more of them in the second half |", "|---|---:|"]
    lines += [f"| {name} | {n:+,} |" for name, n in (last - first).most_common(12)]
    if rows[-1]["places"]:
        lines += ["", "| place | more in the second half, kB |", "|---|---:|"]
        before = Counter(rows[len(rows) // 2]["places"])
        grown = Counter(rows[-1]["places"])
        grown.subtract(before)
        lines += [f"| {name} | {n / 1024:+,.0f} |" for name, n in grown.most_common(25)]
    return lines


# --- in the server ------------------------------------------------------------------------------------------------


def serve_and_look(out: Path, *, traced: bool) -> None:
    """Serve a studio until standard input ends, and write down what it holds."""
    from medialit.studio.serve import open_studio, serve

    if traced:
        tracemalloc.start(1)
    opened = open_studio(
        "memory", port=_free_port(), local=True, demo=False, database=None, lang="en", now=datetime.now(UTC)
    )
    url = opened.url.rstrip("/")
    sys.stdout.write(json.dumps({"url": url, "code": opened.code, "key": opened.teacher_key}) + "\n")
    sys.stdout.flush()
    ending = threading.Event()

    def listen() -> None:
        sys.stdin.read()
        ending.set()

    def watch() -> None:
        began, n = time.monotonic(), 0
        with out.open("w", encoding="utf-8") as file:
            while not ending.wait(EVERY_S):
                n += 1
                whole = n % 12 == 1  # who looks at each object stops the pages meanwhile
                file.write(json.dumps(_look(opened.studio, began, whole=whole)) + "\n")
                file.flush()
            file.write(json.dumps(_look(opened.studio, began, whole=True)) + "\n")
            gc.collect()
            _libc().malloc_trim(0)
            file.write(json.dumps(_look(opened.studio, began, whole=True, trimmed=True)) + "\n")
        os.kill(os.getpid(), 15)  # as whoever stops the studio does

    threading.Thread(target=listen, daemon=True).start()
    threading.Thread(target=watch, daemon=True).start()
    serve(opened)


_TYPES: dict[str, int] = {}
_PLACES: dict[str, int] = {}


def _look(studio: Any, began: float, *, whole: bool, trimmed: bool = False) -> dict[str, Any]:
    info = _mallinfo()
    status = Path("/proc/self/status").read_text(encoding="ascii")
    if whole:
        _TYPES.clear()
        _TYPES.update(Counter(type(one).__qualname__ for one in gc.get_objects()).most_common(60))
        if tracemalloc.is_tracing():
            _PLACES.clear()
            stats = tracemalloc.take_snapshot().statistics("lineno")
            _PLACES.update({"/".join(str(one.traceback[0]).split("/")[-3:]): one.size for one in stats[:400]})
    pools = [studio.cards._engine.pool, studio.store._engine.pool, studio.desk.ledger._store.engine.pool]
    return {
        "at": time.time(), "age": round(time.monotonic() - began), "trimmed": trimmed,
        "rss": _kb(status, "VmRSS") / 1024, "anon": _kb(status, "RssAnon") / 1024,
        "used": info.uordblks / _MB, "free": info.fordblks / _MB, "mapped": info.hblkhd / _MB, "arenas": _arenas(),
        "threads": _kb(status, "Threads"), "blocks": sys.getallocatedblocks(), "sqlite": _sqlite_mb(),
        "connections": sum(one.checkedin() + one.checkedout() for one in pools),  # type: ignore[attr-defined]
        "files": len(list(Path("/proc/self/fd").iterdir())), "events": len(studio.store.state().events),
        "workers": [_child_mb(hand) for hand in studio.hands],
        "types": dict(_TYPES), "places": dict(_PLACES),
    }  # fmt: skip


def _kb(status: str, name: str) -> int:
    return int(re.findall(rf"{name}:\s+(\d+)", status)[0])


def _child_mb(hand: Any) -> float:
    if hand._process is None:
        return 0.0
    try:
        status = Path(f"/proc/{hand._process.pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return round(_kb(status, "VmRSS") / 1024, 1) if "VmRSS" in status else 0.0


def _libc() -> Any:
    return ctypes.CDLL("libc.so.6")


def _mallinfo() -> Mallinfo:
    ask = _libc().mallinfo2
    ask.restype = Mallinfo
    found: Mallinfo = ask()
    return found


def _arenas() -> int:
    """Return how many heaps glibc has: threads that ask at one moment get one each, up to 8 for a core."""
    libc = _libc()
    libc.open_memstream.restype = ctypes.c_void_p
    text, size = ctypes.c_char_p(), ctypes.c_size_t()
    stream = ctypes.c_void_p(libc.open_memstream(ctypes.byref(text), ctypes.byref(size)))
    libc.malloc_info(0, stream)
    libc.fclose(stream)
    n = (text.value or b"").count(b"<heap nr=")
    libc.free(text)
    return n


def _sqlite_mb() -> float:
    library = ctypes.CDLL("libsqlite3.so.0")
    library.sqlite3_memory_used.restype = ctypes.c_int64
    return float(library.sqlite3_memory_used()) / _MB


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    serve_and_look(Path(sys.argv[1]), traced="--traced" in sys.argv)
