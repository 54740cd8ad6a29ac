"""The lab "Spotting by eye, calibrated": its graders, checks, languages and its way through a kernel."""

from __future__ import annotations

import importlib.util
import math
import sys
from pathlib import Path
from statistics import NormalDist

import pytest

from medialit.course.project import Project
from medialit.course.source import Role, read_lab
from medialit.grading.inprocess import InProcessStudent
from medialit.grading.judge import load_grader

ROOT = Path(__file__).resolve().parents[2]
PROJECT = Project(root=ROOT)
LAB = read_lab(ROOT / "labs" / "07_spotting")
GRADER = load_grader(PROJECT.graders, LAB.slug)
SEEDS = range(20)


def module(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


MUTANTS = module(PROJECT.graders / "07_spotting_mutants.py", "mutants_07").MUTANTS


def namespace(replaced=None):
    """The names that the reference solution defines, with the cells of some items replaced."""
    names = {"NormalDist": NormalDist, "__name__": "__main__"}
    for cell in LAB.cells:
        if cell.role is Role.ITEM:
            exec((replaced or {}).get(cell.item, cell.source), names)
    return names


def scores(names, seed):
    verdicts = GRADER.judge(InProcessStudent(names), secret=b"secret", student_id=f"learner{seed}")
    assert all(verdict.grader_error is None for verdict in verdicts), verdicts
    return {verdict.item: verdict.score for verdict in verdicts}


def test_the_grader_and_the_lab_agree_on_items_and_points():
    assert {name: item.points for name, item in GRADER.items.items()} == LAB.items
    assert sum(cell.points for cell in LAB.cells) == 20


@pytest.mark.parametrize("seed", SEEDS)
def test_the_reference_solution_gets_everything(seed):
    assert scores(namespace(), seed) == LAB.items


@pytest.mark.parametrize("seed", SEEDS)
def test_an_empty_submission_gets_nothing(seed):
    assert set(scores({}, seed).values()) == {0.0}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.item}-{mutant.name}")
def test_a_wrong_answer_loses_exactly_its_points(mutant):
    names = namespace({mutant.item: mutant.source})
    for seed in SEEDS:
        expected = {item: points - mutant.loses.get(item, 0.0) for item, points in LAB.items.items()}
        assert scores(names, seed) == pytest.approx(expected), f"learner {seed}"


def test_every_item_has_at_least_three_wrong_answers_of_different_kinds():
    for item in LAB.items:
        own = [mutant for mutant in MUTANTS if mutant.item == item]
        assert len({mutant.name for mutant in own}) >= 3
        assert all(mutant.loses[item] > 0 for mutant in own)


CONSTANTS = [
    None, True, False, 0, 1, 0.5, 0.25, math.nan, math.inf, 1000, "better", "worse", "more suspicious",
    "more trusting", "cannot tell", [], [0, 0], [1.0, 0.0], [0, 0, 0, 0], [1, 1, 1, 1], [5, 5, 5, 5], {}, "",
]  # fmt: skip


@pytest.mark.parametrize("constant", CONSTANTS, ids=repr)
def test_an_answer_that_looks_at_nothing_gets_nothing(constant):
    names = dict.fromkeys(LAB.items, lambda *arguments, **named: constant)
    for seed in SEEDS:
        assert set(scores(names, seed).values()) == {0.0}


def test_learners_meet_different_cases_and_each_the_same_again():
    def questions(seed):
        asked = []

        class Recorder:
            def call(self, name, *arguments, **named):
                asked.append((name, repr(arguments)))

            def value(self, name):
                return None

        GRADER.judge(Recorder(), secret=b"secret", student_id=f"learner{seed}")
        return asked

    assert questions(1) == questions(1)
    assert not set(questions(1)) & set(questions(2)) - {("ppv", "(0.0, 0.0, 0.5)")}
