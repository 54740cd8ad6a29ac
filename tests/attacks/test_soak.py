"""The short forms of the soak tests, some minutes of each: a class with its studio and its grading, and a hub."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from tests.hub.department import missing

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.long
@pytest.mark.timeout(1500)
@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="a small disk has to be mounted")
def test_whatever_goes_wrong_nothing_that_was_acknowledged_is_lost(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "benchmarks/soak.py",
        "--minutes",
        "3",
        "--learners",
        "8",
        "--state",
        str(tmp_path / "soak"),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["lost"] == 0 and found["half_written"] == 0 and found["marks_that_differ"] == 0, done.stdout[
        -3000:
    ]
    assert found["ledger_ok"] and found["feed_ok"] and found["databases_ok"]
    assert found["words_in_the_log"] == 0 and found["unmeant_500"] == 0, done.stdout[-3000:]
    assert found["restarts"] >= 2 and len(found["seed_faults"]) >= 8 and found["acknowledged"] > 30


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.skipif(bool(missing()), reason=missing())
def test_on_a_hub_whose_processes_die_nothing_that_was_acknowledged_is_lost() -> None:
    # Not among pytest's own folders, which it keeps closed to others.
    state = Path(tempfile.mkdtemp(prefix="medialit-soak-"))
    state.chmod(0o755)
    command = [
        sys.executable,
        "benchmarks/soak.py",
        "--hub",
        "--minutes",
        "3",
        "--every",
        "6",
        "--state",
        f"{state}/hub",
    ]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    finally:
        shutil.rmtree(state, ignore_errors=True)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["lost"] == found["marks_that_differ"] == found["half_handed_in"] == 0, done.stdout[-3000:]
    assert found["databases_ok"] and found["did_not_come_back"] == 0, done.stdout[-3000:]
    assert found["acknowledged"] > 10 and len(found["seed_faults"]) >= 3, done.stdout[-3000:]
