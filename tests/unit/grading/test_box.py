"""A box: runs a notebook, survives what it does, charges time fairly, and tells starved from slow."""

from __future__ import annotations

import dataclasses
import os
import signal
import threading
from pathlib import Path

import pytest

from medialit.grading.judge import StudentError
from medialit.grading.sandbox import walls
from medialit.grading.sandbox.box import Allowance, Box, StarvedError
from medialit.grading.sandbox.zygote import Limits, Reading

QUICK = Allowance(cell_s=0.5, total_s=5.0)


@pytest.fixture(scope="module")
def box():
    if not walls.find().stand:
        pytest.skip("no walls on this machine")
    with Box(walls.find(), preload=["numpy"]) as box:
        yield box


def test_cells_run_in_order_and_functions_answer(box):
    with box.session(["x = 2", "def f(a, *, b): return a * x + b", "print(f(1, b=1))"]) as session:
        assert session.outputs[2] == [{"output_type": "stream", "name": "stdout", "text": "3\n"}]
        assert session.call("f", 5, b=1) == 11
        assert session.value("x") == 2


def test_students_do_not_meet(box):
    with box.session(["import builtins, os\nbuiltins.left = 1\nopen('left', 'w').write('1')"]):
        pass
    with box.session(
        ["import builtins, os\nfound = hasattr(builtins, 'left') or os.path.exists('left')"]
    ) as session:
        assert session.value("found") is False


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("while True: pass", "Timeout"),
        ("import os; os._exit(0)", "ProcessEnded"),
        ("x = 1/0", "ZeroDivisionError"),
    ],
)
def test_a_bad_cell_is_shown_and_the_rest_stands(box, cell, name):
    with box.session(["def f(): return 1", cell, "y = f()"], allowance=QUICK) as session:
        assert session.outputs[1][0]["ename"] == name
        assert session.value("y") == 1


def test_a_function_that_ends_its_process_is_asked_once(box):
    cells = ["import os\ndef f(): os._exit(0)\ndef g(): return 1"]
    with box.session(cells) as session:
        for _ in range(20):
            with pytest.raises(StudentError, match="ended"):
                session.call("f")
        assert session.call("g") == 1
    assert session.usage.n_workers == 2


def test_restarts_come_to_an_end(box):
    cells = [f"import os; os._exit({n})" for n in range(9)]
    with (
        box.session([*cells, "x = 1"], allowance=Allowance(n_restarts=3)) as session,
        pytest.raises(StudentError, match="ended"),
    ):
        session.value("x")
    assert session.usage.n_workers == 4


def test_the_whole_submission_has_a_limit_too(box):
    cells = ["import time; time.sleep(0.4)"] * 40
    with (
        box.session([*cells, "x = 1"], allowance=Allowance(cell_s=1.0, total_s=2.0)) as session,
        pytest.raises(StudentError, match="slow"),
    ):
        session.value("x")


def test_a_worker_that_never_ran_is_starved_not_slow():
    """With a factor below one, an operation counts as starved before it can be slow, however idle the machine."""
    with (
        Box(walls.require(), preload=[], limits=Limits(wall_factor=0.2)) as box,
        pytest.raises(StarvedError, match="too busy"),
    ):
        box.session(["import time; time.sleep(60)"], allowance=Allowance(cell_s=5.0))


def test_a_starved_answer_is_not_a_wrong_one():
    with (
        Box(walls.require(), preload=[], limits=Limits(wall_factor=0.2)) as box,
        box.session(["import time\ndef f(): time.sleep(60)"]) as session,
        pytest.raises(StarvedError),
    ):
        session.call("f", timeout_s=4.0)


def test_a_lost_watchman_blames_nobody_and_the_next_student_is_served():
    kind = walls.require()
    with Box(dataclasses.replace(kind, outer=None) if kind.landlock else kind, preload=[]) as box:
        killer = threading.Timer(1.0, lambda: os.kill(box._process.pid, signal.SIGKILL))
        killer.start()
        with pytest.raises(StarvedError):
            box.session(["import time; time.sleep(30)"], allowance=Allowance(cell_s=20.0))
        killer.join()
        with box.session(["x = 1"]) as session:
            assert session.value("x") == 1


@pytest.mark.parametrize(
    ("later", "charge"),
    [
        (Reading(10.0, 0.0, 0.0, 1), 10.0),  # it slept: its own time
        (Reading(10.0, 9.0, 1.0, 1), 1.0),  # it queued for a processor: the machine's
        (Reading(10.0, 9.5, 15.0, 30), 15.0),  # it queued behind its own threads: its own
    ],
)
def test_waiting_for_a_processor_is_not_charged_but_own_threads_are(later, charge):
    assert later.charged_since(Reading(0.0, 0.0, 0.0, 1)) == charge


def test_chance_is_the_same_on_every_run(box):
    cells = [
        "import random, numpy as np, uuid",
        "a = [random.random(), float(np.random.rand()), float(np.random.default_rng().random())]",
        "b = [hash('x'), list({'p', 'q', 'r', 's'}), random.SystemRandom is not None]",
    ]
    seen = set()
    for _ in range(3):
        with box.session(cells) as session:
            seen.add((str(session.value("a")), str(session.value("b"))))
    with Box(walls.require(), preload=["numpy"]) as other, other.session(cells) as session:
        seen.add((str(session.value("a")), str(session.value("b"))))
    assert len(seen) == 1


def test_a_box_leaves_nothing(tmp_path, monkeypatch):
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with Box(walls.require(), preload=[]) as box, box.session(["open('x', 'w').write('1')"]):
        pid = box._process.pid
    assert list(tmp_path.iterdir()) == []
    assert not Path(f"/proc/{pid}").exists()
