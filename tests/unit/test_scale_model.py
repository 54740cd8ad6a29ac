"""The model of a large programme: no station passes on more than it can take, and more of anything is never worse."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"


def load():
    """The module; benchmarks are no package."""
    spec = importlib.util.spec_from_file_location("scale_model", FOLDER / "scale_model.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["scale_model"] = module
    spec.loader.exec_module(module)
    return module


model = load()
seconds = st.floats(0.001, 100)
costs = st.builds(model.Costs, worker_s=seconds, grader_s=seconds, scheduler_s=st.floats(0, 1))
machines = st.builds(
    model.Machine, cores=st.integers(1, 128), price_an_hour=st.floats(0, 100), usable=st.floats(0.1, 1)
)
programmes = st.builds(
    model.Programme, learners=st.integers(1, 10**6), submissions_a_week=st.floats(0.1, 10),
    hours_until_marks=st.floats(0.5, 168), minutes_a_reflection=st.floats(0, 30),
)  # fmt: skip


@given(costs, st.integers(1, 100), st.floats(0.1, 256))
def test_a_rate_keeps_every_bound_and_meets_the_one_that_it_names(one, workers, cores):
    found, why = model.rate(one, workers=workers, cores=cores)
    bounds = {
        "workers": 3600 * workers / one.worker_s,
        "cores": 3600 * cores / (one.worker_s + one.grader_s + one.scheduler_s),
        "writer": 3600 / one.grader_s,
    }
    assert all(found <= bound * (1 + 1e-9) + 1e-6 for bound in bounds.values())
    assert found == pytest.approx(bounds[why], rel=1e-6)


@given(costs, st.integers(1, 100), st.floats(0.1, 256))
def test_another_worker_or_core_never_slows_a_course_down(one, workers, cores):
    found, _why = model.rate(one, workers=workers, cores=cores)
    assert model.rate(one, workers=workers + 1, cores=cores)[0] >= found
    assert model.rate(one, workers=workers, cores=cores + 1)[0] >= found


@given(programmes, costs, machines)
def test_a_plan_is_in_time_and_one_machine_or_writer_less_would_not_be(programme, one, machine):
    found = model.plan(programme, one, machine)
    window = programme.hours_until_marks
    usable = machine.cores * machine.usable
    assert found.hours <= window + 0.01
    if found.machines > 1:
        assert found.submissions * one.worker_s / ((found.machines - 1) * usable) > window * 3600 * (1 - 1e-9)
    if found.writers > 1:
        assert found.submissions * one.grader_s / (found.writers - 1) > window * 3600 * (1 - 1e-9)


@given(programmes, costs, machines)
def test_more_learners_never_need_less_of_anything(programme, one, machine):
    more = model.Programme(
        learners=programme.learners * 2, submissions_a_week=programme.submissions_a_week,
        hours_until_marks=programme.hours_until_marks, minutes_a_reflection=programme.minutes_a_reflection,
    )  # fmt: skip
    few, many = model.plan(programme, one, machine), model.plan(more, one, machine)
    for name in ("submissions", "machines", "writers", "core_hours", "marker_hours", "markers"):
        assert getattr(many, name) >= getattr(few, name), name


def test_by_hand():
    """100,000 submissions of 0.36 s in an hour: 10 core hours, so 10 cores; 0.18 s of writing: 5 writers."""
    found = model.plan(
        model.Programme(learners=50_000, submissions_a_week=2, hours_until_marks=1, minutes_a_reflection=3),
        model.Costs(worker_s=0.36, grader_s=0.18),
        model.Machine(cores=2, price_an_hour=1.5, usable=1.0),
    )
    assert (found.machines, found.writers, found.hours) == (5, 5, 1.0)
    assert found.cost == (5 + 2) * 1.5  # five writers share two machines more
    assert (found.core_hours, found.marker_hours, found.markers) == (15.0, 5000.0, 500)


def test_the_command_says_what_the_functions_say(monkeypatch, capsys):
    monkeypatch.setattr(
        sys, "argv", ["scale_model.py", "--learners", "1000", "--worker-s", "36", "--grader-s", "1"]
    )
    model.main()
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert last["plan"]["submissions"] == 1000
    assert last["plan"]["bottleneck"] == "workers"
    assert last["plan"]["machines"] == 1
