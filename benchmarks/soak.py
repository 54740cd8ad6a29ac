"""A class, its studio and its grading on one machine for hours, while things go wrong: is all kept that was acknowledged?

    python benchmarks/soak.py --hours 2            # in a folder of its own; needs root, for a small disk that fills up
    python benchmarks/soak.py --minutes 2          # the short form: each fault once
    python benchmarks/soak.py --hub --minutes 15   # JupyterHub, its proxy and servers, and grading (soak_hub.py)
    python benchmarks/soak.py --memory --minutes 12 --pace 6   # undisturbed: what the studio's memory is made of

The real server (`medialit studio`) and the real grader (`medialit grade`) run as processes; learners are HTTP clients at
a class's pace. Faults come at random moments drawn from `--seed`: SIGKILL of the server, of its workers and of the
grader; a full disk (the home is a small tmpfs of its own); a wall clock that jumps by hours and days (libfaketime, for
the server); rubbish, slow clients, a locked database, a server that stands still. What the server acknowledged (a status
of 2xx) and what the grader printed is written into a diary on another disk. At the end everything in it is looked for.

SIGTERM ends the lesson early, and then all is looked for as at its end.

The last line is one JSON object: `lost` (acknowledged and not there), `ledger_ok`, `feed_ok`, `half_written`,
`unmeant_500`, `restart_s`, and how memory, files and threads grew. `--look` compares again what a run left.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import soak_grading
import soak_look
from soak_clients import Diary, Learner, Teacher, Town
from soak_town import CLASS, FAKETIME, Faults, Life, Server

LONG_LIFE_S = 240.0
"""Of shorter lives of the server nobody can say whether it grew."""
WARM_S = 90.0


def main() -> None:
    """Run, print a table, and end with one line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hours", type=float, default=0.0)
    parser.add_argument("--minutes", type=float, default=0.0)
    parser.add_argument("--learners", type=int, default=12)
    parser.add_argument("--students", type=int, default=6)
    parser.add_argument("--lab", default="07_spotting")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size-mb", type=int, default=768, help="Of the small disk.")
    parser.add_argument("--every", type=float, default=45.0, help="Mean seconds between two faults.")
    parser.add_argument("--state", type=Path, default=Path("build/soak"))
    parser.add_argument("--look", action="store_true", help="Only compare what an earlier run left in STATE.")
    parser.add_argument("--hub", action="store_true", help="A department's hub instead: see soak_hub.py.")
    parser.add_argument(
        "--memory", action="store_true", help="The studio alone, undisturbed: see soak_memory.py."
    )
    parser.add_argument(
        "--pace", type=float, default=1.0, help="With --memory: so many times as fast as a class."
    )
    parser.add_argument(
        "--traced", action="store_true", help="With --memory: where each block was asked for."
    )
    given = parser.parse_args()
    seconds = given.hours * 3600 + given.minutes * 60 or 7200.0
    state = given.state.resolve()
    if given.hub:
        import soak_hub  # needs the extra hub and the tests' folder, which the studio's class does not

        soak_hub.main(state, given, seconds=seconds)
        return
    if given.memory:
        import soak_memory

        soak_memory.main(state, given, seconds=seconds)
        return
    if given.look:
        print(
            json.dumps(
                soak_look.look(state / "kept" / "studio" / CLASS, soak_look.read_diary(state / "diary.jsonl"))
            )
        )
        return
    shutil.rmtree(state, ignore_errors=True)
    mount = state / "disk"
    mount.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={given.size_mb}m", "soak", str(mount)], check=True)
    try:
        found = asyncio.run(soak(state, mount, given, seconds=seconds))
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=False)
    (state / "result.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    for line in table(found):
        print(line)
    print(
        json.dumps({key: value for key, value in found.items() if key not in ("faults", "details")}),
        flush=True,
    )


async def soak(state: Path, mount: Path, given: Any, *, seconds: float) -> dict[str, Any]:
    """Run the class, disturb it, let it come to rest, and look."""
    home = mount / "home"
    os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    course = soak_grading.Course(home, state, lab=given.lab, n=given.students)
    port = _free_port()
    town = Town(base=f"http://localhost:{port}", diary=Diary(state / "diary.jsonl"))
    server = Server(state, home=home, port=port, town=town)
    supervisor = asyncio.create_task(server.supervise())
    faults = Faults(server, mount=mount, state=state, rng=random.Random(f"{given.seed} faults"),
                    patience=min(12.0, seconds / 40))  # fmt: skip
    while not town.class_code:
        await asyncio.sleep(0.2)
    began = time.monotonic()
    town.until = began + seconds
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, town.end)
    parts = ("salma", "yassine")
    learners = [
        Learner(town, n, seed=given.seed, plays=parts[n] if n < len(parts) else "")
        for n in range(given.learners)
    ]
    lesson = [asyncio.create_task(one.live()) for one in (*learners, Teacher(town, seed=given.seed))]
    grading = asyncio.create_task(
        course.lesson(
            town, faults, rng=random.Random(f"{given.seed} grading"), pause_s=min(40.0, seconds / 12)
        )
    )
    await _disturb(faults, town, every=given.every, rng=random.Random(f"{given.seed} when"), state=state)
    await asyncio.gather(*lesson)
    seconds = time.monotonic() - began
    bad_runs = await grading
    await _rest(home / "studio" / CLASS, seconds=240.0)
    server.stopping = True
    server.kill()
    await supervisor
    status, _lines, words = await course.grade()
    if status:
        bad_runs.append({"status": status, "fault": "at the end", "said": words})
    return _found(state, home, town, server, faults, course, bad_runs, seconds=seconds)


async def _disturb(faults: Faults, town: Town, *, every: float, rng: random.Random, state: Path) -> None:
    """Cause each fault once in a drawn order, and again, until the lesson ends."""
    names: list[str] = []
    length = town.until - time.monotonic()
    every = min(every, length / (len(faults.all) * 2.5))
    while town.open:
        await asyncio.sleep(min(rng.uniform(0.3, 1.7) * every, max(0.0, town.until - time.monotonic())))
        if not town.open:
            return
        if not names:
            names = rng.sample(sorted(faults.all), len(faults.all))
        name = names.pop()
        if name == "server killed" or faults.server.process is not None:
            await faults.cause(name, town)
        print(
            f"{time.strftime('%H:%M:%S')} {name:28} {faults.done[-1]['detail']:48} {sum(town.diary.n.values()):6} kept, "
            f"{dict(town.answers)}", flush=True,
        )  # fmt: skip
        (state / "faults.json").write_text(json.dumps(faults.done), encoding="utf-8")


async def _rest(folder: Path, *, seconds: float) -> None:
    """Wait until no request is waiting any more, and not for ever."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        await asyncio.sleep(3.0)
        with closing(sqlite3.connect(f"{(folder / 'studio.db').as_uri()}?mode=ro", uri=True)) as opened:
            bodies = opened.execute("SELECT body FROM studio_cards WHERE kind = 'job'").fetchall()
        if not any(json.loads(body)["state"] in ("waiting", "making") for (body,) in bodies):
            return


def _found(
    state: Path, home: Path, town: Town, server: Server, faults: Faults, course: soak_grading.Course,
    bad_runs: list[dict[str, Any]], *, seconds: float,
) -> dict[str, Any]:  # fmt: skip
    diary = soak_look.read_diary(state / "diary.jsonl")
    shutil.copytree(home, state / "kept", ignore=shutil.ignore_patterns("course"), dirs_exist_ok=True)
    studio = soak_look.look(home / "studio" / CLASS, diary)
    marks = soak_grading.look(course, diary, course.points())
    restarts = sorted(server.restarts_s) or [0.0]
    asked = ("throw-asked", "publish-asked", "steer-asked", "back-asked", "quota-asked")
    kept = {kind: n for kind, n in town.diary.n.items() if kind not in (*asked, "grade runs")}
    return {
        "hours": round(seconds / 3600, 3), "seed_faults": Counter(one["fault"] for one in faults.done),
        "acknowledged": sum(kept.values()), "by_kind": kept, "lost": len(studio["lost"]) + len(marks["lost"]),
        "ledger_ok": studio["ledger_ok"], "feed_ok": studio["feed_ok"], "databases_ok": studio["databases_ok"],
        "half_written": len(studio["half_written"]), "stray_files": len(studio["stray"]),
        "marks_that_differ": len(marks["marks_that_differ"]), "submissions_damaged": len(marks["submissions_damaged"]),
        "grade_runs": town.diary.n["grade runs"],
        "grade_runs_bad_undisturbed": sum(
            one["status"] != -9 and one["fault"] in ("", "at the end") for one in bad_runs
        ),
        "restarts": len(server.restarts_s), "failed_starts": server.failed_starts,
        "restart_s": {"median": round(float(np.median(restarts)), 1), "worst": round(restarts[-1], 1)},
        "words_in_the_log": _words_in_the_log(state, diary),
        "unmeant_500": len(town.broken), "answers": dict(town.answers), "pages_s": _pages(town),
        "growth": growth(server.lives), "clock": "libfaketime" if FAKETIME.exists() else "not jumped: no libfaketime",
        "load": round(os.getloadavg()[0], 1), "faults": faults.done,
        "details": {"studio": studio, "marks": marks, "broken": town.broken, "bad_runs": bad_runs},
    }  # fmt: skip


def _words_in_the_log(state: Path, diary: soak_look.Lines) -> int:
    """Return how many of the names, comments and messages stand in the server's log, where none may stand."""
    said = "".join(
        one.read_text(encoding="utf-8") for one in [state / "server.log", *state.glob("server.jsonl*")]
    )
    words = {one["name"] for one in diary.get("join", [])} | {"Soaker"}
    words |= {one["text"] for kind in ("comment", "message") for one in diary.get(kind, [])}
    return sum(one in said for one in words)


def _pages(town: Town) -> dict[str, float]:
    calm = np.array([s for fault, s in town.pages_s if not fault] or [0.0])
    upset = np.array([s for fault, s in town.pages_s if fault] or [0.0])
    return {
        "p50": round(float(np.percentile(calm, 50)), 3), "p95": round(float(np.percentile(calm, 95)), 3),
        "p95_in_a_fault": round(float(np.percentile(upset, 95)), 3),
        "worst": round(float(max(calm.max(), upset.max())), 1),
    }  # fmt: skip


def growth(lives: list[Life]) -> dict[str, float]:
    """Return how memory, open files and threads grew in the server's longer lives, once each was warm.

    MB an hour is the slope of a line through the samples, files and threads are the last quarter of the samples against
    the first; of each the median over the lives.
    """
    slopes, files, threads, most = [], [], [], 0.0
    for life in lives:
        warm = np.array([one for one in life.samples if one[0] > WARM_S])
        most = max([most, *(one[1] for one in life.samples)])
        if len(warm) < 12 or warm[-1, 0] < LONG_LIFE_S:
            continue
        slopes.append(float(np.polyfit(warm[:, 0] / 3600, warm[:, 1], 1)[0]))
        part = max(4, len(warm) // 4)
        files.append(float(np.median(warm[-part:, 2]) - np.median(warm[:part, 2])))
        threads.append(float(np.median(warm[-part:, 3]) - np.median(warm[:part, 3])))
    return {
        "lives": len(lives), "long_lives": len(slopes), "peak_mb": round(most, 1),
        "mb_an_hour": round(float(np.median(slopes)), 1) if slopes else 0.0,
        "files": float(np.median(files)) if files else 0.0, "threads": float(np.median(threads)) if threads else 0.0,
    }  # fmt: skip


def table(found: dict[str, Any]) -> list[str]:
    """Return the run as a table in Markdown, as docs/explanation/soak.md has it."""
    rows = [
        ("length, h", found["hours"]), ("faults", sum(found["seed_faults"].values())),
        ("acknowledged writes and marks", found["acknowledged"]), ("of these lost", found["lost"]),
        ("consent ledger, feed, databases sound", all(found[k] for k in ("ledger_ok", "feed_ok", "databases_ok"))),
        ("half-written files", found["half_written"]), ("stray files that a kill left", found["stray_files"]),
        ("runs of the grader", found["grade_runs"]),
        ("runs of the grader that failed though nothing disturbed them", found["grade_runs_bad_undisturbed"]),
        ("marks that differ from those printed", found["marks_that_differ"]),
        ("restarts; median and worst time until a page, s",
         f"{found['restarts']}; {found['restart_s']['median']}, {found['restart_s']['worst']}"),
        ("names and sentences of learners in the log", found["words_in_the_log"]),
        ("answers of 500", found["unmeant_500"]),
        ("page of the feed: p50, p95, p95 during a fault, s",
         f"{found['pages_s']['p50']}, {found['pages_s']['p95']}, {found['pages_s']['p95_in_a_fault']}"),
        ("memory: most, MB; growth, MB an hour", f"{found['growth']['peak_mb']}; {found['growth']['mb_an_hour']}"),
        ("growth of open files; of threads", f"{found['growth']['files']:g}; {found['growth']['threads']:g}"),
    ]  # fmt: skip
    lines = ["| what | found |", "|---|---|", *(f"| {what} | {value} |" for what, value in rows)]
    lines += [
        "",
        "| fault | times |",
        "|---|---|",
        *(f"| {k} | {n} |" for k, n in sorted(found["seed_faults"].items())),
    ]
    for one in found["details"]["studio"]["lost"] + found["details"]["marks"]["lost"]:
        lines.append(f"LOST: {one}")
    kinds = Counter(
        (one["path"].partition("?")[0], one["fault"], one["text"][:120]) for one in found["details"]["broken"]
    )
    lines += [f"500: {n} x {what}" for what, n in kinds.most_common(12)]
    return lines


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
