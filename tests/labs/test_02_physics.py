"""What only the lab "Physics and time: which law is broken?" claims; `test_every_lab.py` has the rest."""

from __future__ import annotations

import ast
import re

import numpy as np
import pytest

from medialit.forensics import motion, roc
from medialit.forensics.tracker import Track

from .proof import PROJECT


@pytest.fixture(scope="module")
def proof(proofs):
    return proofs("02_physics")


@pytest.fixture(scope="module")
def reference(proof):
    return proof.namespace()


def test_no_two_learners_meet_the_same_measurement(proof):
    one, other = (set(proof.questions(seed)) for seed in (1, 2))
    assert {name for name, _ in one & other} <= {"permanence", "law"}


def test_the_release_holds_no_name_or_phrase_of_the_solution(proof):
    for secret in ("found.append", "coefficients, covariance", "points = [(a", "Of the first clip"):
        assert secret not in proof.released_text("ar")


def test_the_reference_counts_permanence_as_the_library_does_where_nothing_hides(reference):
    rng = np.random.default_rng(2)
    for _case in range(50):
        seen = rng.random(30) < 0.7
        xy = np.where(seen[:, None], 0.5, np.nan) * np.ones((30, 2))
        empty = np.zeros((30, 24, 24, 4), np.float32)
        track = Track(np.arange(30) / 24, xy, 0.01 * seen, np.zeros((30, 3)), empty, 0.2)
        own = reference["permanence"](seen.tolist(), [False] * 30)
        first, last = np.nonzero(seen)[0][[0, -1]]
        if first == 0 and last == 29:  # the library also asks whether it was about to enter or had left
            assert own == pytest.approx(motion.permanence(track))


def test_the_reference_wins_as_often_as_the_area_under_the_roc_curve(reference):
    rng = np.random.default_rng(3)
    for _case in range(50):
        first, second = (rng.integers(0, 6, n).astype(float) for n in rng.integers(1, 9, 2))
        truths = [True] * len(first) + [False] * len(second)
        assert reference["wins"](first, second) == pytest.approx(roc.auc(truths, [*first, *second]))


def test_a_clock_that_is_wrong_by_a_factor_makes_g_wrong_by_its_square(reference):
    times = np.arange(14) / 24
    heights = 3 - 9.81 * times**2 / 2 + np.random.default_rng(4).normal(0, 0.01, 14)
    quick, slow = reference["gravity"](times, heights), reference["gravity"](1.5 * times, heights)
    assert np.divide(quick, slow) == pytest.approx([2.25, 2.25])


def test_a_solved_lab_shows_what_the_text_tells(proof):
    said = proof.solved.said
    lines = said["gravity_case"].splitlines()
    told = [re.findall(r"\d+\.\d", line) for line in lines]
    assert told == [["9.7", "9.3", "10.1"], ["4.3", "4.1", "4.5"]]
    assert "9.7 and 4.3 m/s²" in proof.prose("gravity_read")
    low, high = re.search(r"e from (\S+) to (\S+)", said["bounce_case"]).groups()
    assert f"between {low} and {high}" in proof.prose("bounce_read")
    assert 1.4 < float(said["bounce_broken"].split()[-1]) < 1.7  # "about one and a half times"
    whole, broken = map(float, re.findall(r"\d\.\d\d", said["gone_case"]))
    assert whole == 1 and broken < 0.8
    values = ast.literal_eval(said["models_v2"])
    assert min(values["v1"]) > max(values["v2"])


def test_the_numbers_that_were_measured_elsewhere_stand_there(proof):
    measures = (PROJECT.root / "docs" / "explanation" / "generator-measures.md").read_text(encoding="utf-8")
    row = next(line for line in measures.splitlines() if line.startswith("| acceleration residual |"))
    told = proof.prose("wins_read")
    for share, low, high in re.findall(r"(\d\.\d\d) \[(\d\.\d\d), (\d\.\d\d)\]", row):
        assert share in told and f"{low} to {high}" in told, f"the lab tells other numbers than {row}"


def test_the_worth_of_an_alarm_is_the_one_that_follows(proof):
    told = proof.prose("law_read")
    alarms, n = 2, 17
    share = alarms / n
    wrong = 1000 * 0.12 * 0.99
    assert f"{100 * share:.0f} %" in told and f"about {wrong:.0f} wrong ones" in told
    assert f"right {100 * 10 / (10 + wrong):.0f} times in 100" in told
