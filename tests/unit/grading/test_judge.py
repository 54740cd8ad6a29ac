"""Judging: scores are builtin floats within bounds, and only the student's own failings cost points."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialit.errors import GradingError, SandboxUnavailableError, WorkerLostError
from medialit.grading import Cases, Check, Grader, InProcessStudent, StudentError, load_grader, try_call

CASES = Cases(7)


def judged(run, *, points=4.0, n_checks=1, namespace=None):
    grader = Grader("lab")
    grader.item("item", points=points, n_checks=n_checks)(run)
    return grader.items["item"].judge(InProcessStudent(namespace or {}), CASES)


@given(st.lists(st.tuples(st.booleans(), st.floats(0.01, 10)), min_size=1, max_size=20), st.floats(0.5, 100))
def test_a_score_is_a_float_within_its_points(checks, points):
    verdict = judged(
        lambda s, c: iter([Check("x", passed, weight) for passed, weight in checks]), points=points
    )
    assert type(verdict.score) is float
    assert 0.0 <= verdict.score <= points
    if all(passed for passed, _ in checks):
        assert verdict.score == points


@pytest.mark.parametrize(
    "passed", [1, 1000, math.nan, np.True_, np.float64(1), "True", [True], None, object()]
)
def test_only_true_has_passed(passed):
    assert judged(lambda s, c: iter([Check("x", passed)])).score == 0.0


def test_a_missing_answer_costs_the_checks_that_it_spoils():
    def run(student, cases):
        yield Check("first", True)
        yield Check("second", student.call("absent") == 1)

    verdict = judged(run, n_checks=4)
    assert (verdict.score, verdict.failure, verdict.detail) == (1.0, "missing", "absent")


def test_a_broken_grader_scores_nothing_and_calls_a_person():
    verdict = judged(lambda s, c: iter([Check("x", 1 / 0 > 0)][0:]))
    assert verdict.score == 0.0
    assert "ZeroDivisionError" in verdict.grader_error


def test_a_grader_that_yields_something_else_calls_a_person():
    verdict = judged(lambda s, c: iter([("rates", True)]))
    assert verdict.score == 0.0
    assert "tuple in place of a Check" in verdict.grader_error


@pytest.mark.parametrize("error", [WorkerLostError("busy"), SandboxUnavailableError("gone")])
def test_what_the_machine_did_is_no_wrong_answer(error):
    def run(student, cases):
        yield Check("x", True)
        raise error

    with pytest.raises(type(error)):
        judged(run)


def test_a_promise_of_checks_is_kept():
    with pytest.raises(GradingError, match="promised 3"):
        judged(lambda s, c: iter([Check("x", True)]), n_checks=3)


@pytest.mark.parametrize(
    ("function", "kind"),
    [
        (lambda: 1 / 0, "raised"),
        (lambda: (_ for _ in ()).throw(SystemExit), "raised"),
        (lambda: (x for x in ()), "not-data"),
        (lambda: object(), "not-data"),
        (3, "missing"),
    ],
)
def test_whatever_a_function_does_has_a_name(function, kind):
    with pytest.raises(StudentError) as caught:
        InProcessStudent({"f": function}).call("f")
    assert caught.value.kind == kind
    assert try_call(InProcessStudent({"f": function}), "f").kind == kind


def test_cases_are_drawn_from_all_four_and_nothing_else():
    seeds = {
        Cases.drawn(secret=secret, student=student, assignment=assignment, item=item).seed
        for secret in (b"a", b"b")
        for student in ("x", "y")
        for assignment in ("x", "y")
        for item in ("x", "y")
    }
    assert len(seeds) == 16
    assert all(0 <= seed < 2**63 for seed in seeds)
    first, second = (Cases.drawn(secret=b"a", student="x", assignment="l", item="i") for _ in range(2))
    assert first.rng.random(5).tolist() == second.rng.random(5).tolist()


def test_a_grader_names_its_assignment(tmp_path):
    (tmp_path / "lab.py").write_text("from medialit.grading import Grader\ngrader = Grader('other')\n")
    with pytest.raises(GradingError, match="Grader\\('lab'\\)"):
        load_grader(tmp_path, "lab")
    with pytest.raises(GradingError, match="does not exist"):
        load_grader(tmp_path, "absent")
