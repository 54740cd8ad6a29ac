"""A department's hub for `soak.py --hub`: two learners, an instructor and a grader, while processes die and disks fill.

The hub is started as `tests/hub` starts it, by `tests/hub/department.py`: JupyterHub, npm's proxy, the local spawner and
an operating system's accounts. The tester plays systemd: a loop begins the hub again two seconds after it has ended, and
leaves alone what else runs, as the unit in docs/how-to/run-a-hub.md says.

Acknowledged is what the hub's own addresses answered with success: a save through Jupyter's contents API (2xx), a
submission through nbgrader's list of assignments (`success`), and a line of `medialit grade` that says `graded`.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import soak_hub_look as looking
from soak_clients import Diary, Town
from soak_hub_faults import Faults
from soak_hub_people import Instructor, Learner, Works

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.hub.department import BY_PASSWORD, free_ports, lay_out, lay_out_hub, missing, started

LANGUAGE = "fr"
ROSTERS = {LANGUAGE: "id,first_name,last_name\nsalma,Salma,Alaoui\nyassine,Yassine,Tazi\n"}
BACK_S = 120.0
"""A hub that is not back by then counts as one that does not come back."""

# The loop is what systemd does for a unit with Restart=always, RestartSec=2 and KillMode=process.
SUPERVISED = """
cd "$BASE/state"
while :; do
    "$PYTHON" -m jupyterhub -f "$BASE/state/config.py" >> "{log}" 2>&1 || :
    sleep 2
done
"""


def main(state: Path, given: Any, *, seconds: float) -> dict[str, Any]:
    """Run the lesson on a small disk, look, and print what `soak.py` prints."""
    if lacks := missing():
        raise SystemExit(f"soak.py --hub {lacks}")
    shutil.rmtree(state, ignore_errors=True)
    mount = state / "disk"
    mount.mkdir(parents=True)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={given.size_mb}m,mode=755", "soak", str(mount)], check=True
    )
    try:
        found = _run(state, mount, given, seconds=seconds)
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=False)
    (state / "result.json").write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")
    for line in table(found):
        print(line)
    print(
        json.dumps({key: one for key, one in found.items() if key not in ("faults", "details")}), flush=True
    )
    return found


def _run(state: Path, mount: Path, given: Any, *, seconds: float) -> dict[str, Any]:
    base = mount / "hub"
    base.mkdir()
    lay_out(base, ROSTERS)
    ports = free_ports(3)
    lay_out_hub(base, "state", "etc", ports, rosters=ROSTERS, scheme="http", more=BY_PASSWORD)
    address = f"http://127.0.0.1:{ports[0]}"
    script = SUPERVISED.format(log=state / "hub.log")
    with started(base, script, languages=ROSTERS, address=address) as department:
        print(f"{time.strftime('%H:%M:%S')} the hub stands", flush=True)
        town = Town(base=address, diary=Diary(state / "diary.jsonl"))
        works = Works(department, LANGUAGE)
        faults = Faults(
            department, town, mount=mount, rng=random.Random(f"{given.seed} faults"), back_s=BACK_S
        )
        learners = [Learner(town, department, works, name, seed=given.seed) for name in ("salma", "yassine")]
        teacher = Instructor(town, department, works, faults, state=state, seed=given.seed)
        town.until = time.monotonic() + 3600  # until all have signed in, which is not part of the lesson
        began = faults.lesson([*learners, teacher], seconds=seconds, every=given.every, seed=given.seed)
        lasted = time.monotonic() - began
        teacher.last_turn()
        return _found(state, works, town, faults, [*learners, teacher], teacher, seconds=lasted)


def _found(
    state: Path, works: Works, town: Town, faults: Faults, people: list[Any], teacher: Instructor, *, seconds: float
) -> dict[str, Any]:  # fmt: skip
    seen = looking.look(works, looking.read_diary(state / "diary.jsonl"), scratch=state / "look")
    kept = {kind: n for kind, n in town.diary.n.items() if not kind.endswith("-asked")}
    return {
        "hours": round(seconds / 3600, 3), "seed_faults": Counter(one["fault"] for one in faults.done),
        "acknowledged": sum(kept.get(kind, 0) for kind in ("save", "submit", "graded")), "by_kind": kept,
        "lost": len(seen["lost"]), "marks_that_differ": len(seen["marks_that_differ"]),
        "half_handed_in": len(seen["half_handed_in"]), "half_collected": len(seen["half_collected"]),
        "left_over": len(seen["left_over"]), "databases_ok": seen["databases_ok"],
        "grade_runs_bad_undisturbed": len([one for one in teacher.bad if not one["fault"]]),
        "hub_back_s": _spread(faults.back_s["hub"]), "proxy_back_s": _spread(faults.back_s["proxy"]),
        "server_back_s": _spread(faults.back_s["server"]), "did_not_come_back": faults.never + faults.stuck,
        "all_work_again_s": _spread(faults.back_s["everybody"]),
        "servers_beside_known_ones": _beside(faults),
        "servers_that_a_restart_ended": faults.ended_with_the_hub,
        "answers": dict(town.answers), "load": round(os.getloadavg()[0], 1), "faults": faults.done,
        "details": seen | {"bad_runs": teacher.bad, "refused": {one.name: dict(one.refused) for one in people}},
    }  # fmt: skip


def _beside(faults: Faults) -> int:
    """Return how many servers run that are not their person's only one."""
    owners = Counter(faults.servers().values())
    return sum(n - 1 for n in owners.values())


def _spread(seconds: list[float]) -> dict[str, float]:
    times = seconds or [0.0]
    return {"n": len(seconds), "median": round(float(np.median(times)), 1), "worst": round(max(times), 1)}


def table(found: dict[str, Any]) -> list[str]:
    """Return the run as a table in Markdown, as docs/explanation/soak.md has it."""
    kinds = found["by_kind"]
    rows = [
        ("length, min", round(found["hours"] * 60, 1)), ("faults", sum(found["seed_faults"].values())),
        ("acknowledged saves; submissions; marks printed",
         "; ".join(str(kinds.get(kind, 0)) for kind in ("save", "submit", "graded"))),
        ("of these lost", found["lost"]),
        ("marks that differ from the design or from those printed", found["marks_that_differ"]),
        ("submissions that were never acknowledged, and lie half in the exchange", found["half_handed_in"]),
        ("of these the one that was collected at the end", found["half_collected"]),
        ("files that a kill left, and that belong to nothing", found["left_over"]),
        ("databases sound", found["databases_ok"]),
        ("runs of the grader that failed though nothing disturbed them", found["grade_runs_bad_undisturbed"]),
        *((f"{what} is back: times; median, worst, s", "{n}; {median}, {worst}".format(**found[key])) for what, key in (
            ("the hub", "hub_back_s"), ("the proxy", "proxy_back_s"), ("a person's server", "server_back_s"),
            ("everybody's work", "all_work_again_s"))),
        ("of these not within two minutes (hub, proxy) or four", found["did_not_come_back"]),
        ("servers beside the one that the hub knows, at the end", found["servers_beside_known_ones"]),
        ("servers that ended because the hub did", found["servers_that_a_restart_ended"]),
    ]  # fmt: skip
    lines = ["| what | found |", "|---|---|", *(f"| {what} | {one} |" for what, one in rows), ""]
    lines += ["| fault | times |", "|---|---|"]
    lines += [f"| {name} | {n} |" for name, n in sorted(found["seed_faults"].items())]
    return lines + [f"LOST: {one}" for one in found["details"]["lost"]]
