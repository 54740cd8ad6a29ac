"""What only the lab "Newsroom: thirty minutes before the match" claims; `test_every_lab.py` has the rest."""

from __future__ import annotations

import math
from itertools import combinations

import pytest

from medialit.forensics import statistics as stats
from medialit.widgets.newsroom import cost_after, sun

from .proof import PROJECT


@pytest.fixture(scope="module")
def proof(proofs):
    return proofs("09_newsroom")


@pytest.fixture(scope="module")
def case(proof):
    """The lab's names after its cells that only define something, and the reference solution."""
    names = proof.namespace()
    for cell in ("sources_posts", "decide_costs", "plan_checks"):
        exec(proof.cell(cell).source, names)
    return names


def after(base, *ratios):
    odds = base / (1 - base) * math.prod(ratios)
    return odds / (1 + odds)


def test_no_two_learners_meet_the_same_case(proof):
    assert not set(proof.questions(1)) & set(proof.questions(2))


def test_the_release_holds_no_name_or_phrase_of_the_solution(proof):
    for secret in ("strongest[origin]", "fitting = [", "found.append", "Dear Driss"):
        assert secret not in proof.released_text("ar")


def test_the_six_posts_have_one_origin(case):
    assert case["sources"](case["posts"]) == ["oued_2023"]


def test_the_text_tells_the_base_rate_and_what_follows_from_it(proof):
    base = stats.wilson(40, 200)
    assert f"95 % interval from {100 * base.low:.0f} to {100 * base.high:.0f} %" in proof.prose("ratio_read")
    told = proof.prose("posterior_read")
    for start, ratios in ((" it was ", (3, 0.56)), (" underpass ", (8,))):
        low, middle, high = (round(100 * after(rate, *ratios)) for rate in (base.low, base.value, base.high))
        told_here = told.split(start)[1]
        assert told_here.startswith(f"{middle} %")
        assert f"{low} to {high} %" in told_here[:70] or f"({low} to {high})" in told_here[:70]


def test_the_worst_costs_that_the_text_tells_are_those_of_the_intervals(proof, case):
    told, costs = proof.prose("decide_read"), case["COSTS"]
    for low, high, answer in ((0.23, 0.37, "hold"), (0.59, 0.74, "label")):
        assert f"{100 * low:.0f} and {100 * high:.0f} %" in told
        assert case["decide"](low, high, costs) == answer
        worst = max(p * costs[answer][0] + (1 - p) * costs[answer][1] for p in (low, high))
        assert f"`{answer}` is at worst {worst:.1f}" in told
    for p, below, above in ((0.0625, "debunk", "hold"), (30 / 35, "label", "publish")):
        assert case["decide"](p - 0.001, p - 0.001, costs) == below
        assert case["decide"](p + 0.001, p + 0.001, costs) == above
    assert "below 6 %" in told and "above 86 %" in told


def test_the_plan_that_the_text_calls_best_is_the_best_of_all(proof, case):
    checks, costs = case["checks"], case["COSTS"]
    best = case["plan"](checks, 30, 0.43, costs)
    assert " ".join(best) in proof.cell("plan_case").source
    fitting = [
        some
        for n in range(len(checks) + 1)
        for some in combinations(checks, n)
        if sum(one["minutes"] for one in some) <= 30 and len({one["origin"] for one in some}) == n
    ]
    least = min(cost_after(some, 0.43, costs) for some in fitting)
    assert f"best plan there is: {least:.2f}" in proof.prose("plan_read")


def test_the_clip_of_the_case_contradicts_its_own_story(case):
    clip = {"filmed": 868, "first_seen": -1_500_000, "height": 1.1, "shadow": 2.8, "elsewhere": None}
    assert case["contradictions"](clip) == ["seen before", "shadow"]
    assert all(
        case["contradictions"](clip | {"filmed": minute, "first_seen": minute}) == [] for minute in (605, 982)
    )
    assert round(sun(868)) == 36


def test_the_model_correction_passes_the_rule_of_the_lab(proof, case):
    answer = proof.cell("reflection").source
    headline, text = answer.split("**")[1:3]
    error = {
        "claim": ["flood", "gate"],
        "published": "14:50",
        "corrected": "15:20",
        "known": ["dry", "underpass", "closed"],
    }
    note = text.split("Dear Driss")[0]
    assert case["faults"]({"headline": headline, "text": note}, error) == []
    assert len(note.replace("#", "").split()) <= 80


def test_a_solved_lab_shows_what_the_text_and_the_facilitators_key_tell(proof):
    said = proof.solved.said
    shares = dict(line.rsplit(maxsplit=1) for line in said["posterior_case"].splitlines())
    assert shares == {
        "Driss": "99%",
        "Salma": "8%",
        "gate, origins counted once": "30%",
        "underpass, Fadma alone": "67%",
    }
    assert "multiplied 0.35, counted together 0.51" in said["together"]
    costs = [line.split(":")[0].split()[-1] for line in said["plan_case"].splitlines()]
    assert costs == ["7.85", "7.70", "4.73", "2.51", "2.11"]
    key = (PROJECT.course / "facilitator" / "09_newsroom.md").read_text(encoding="utf-8")
    for number in (*costs, "99 %", "8 %", "30 % [23, 37]", "67 % [59, 74]", "0.35", "0.51", "16:22"):
        assert number in key, number


@pytest.mark.long
def test_all_wrong_answers_are_told_apart_for_a_hundred_learners(proof):
    reference = proof.namespace()
    plans = [mutant for mutant in proof.mutants if mutant.item in ("plan", "decide")]
    wrong = [(mutant, reference | {mutant.item: proof.wrong(mutant)}) for mutant in plans]
    for seed in range(100, 200):
        for mutant, names in wrong:
            points = proof.lab.items[mutant.item] - mutant.loses[mutant.item]
            assert proof.scores(names, seed)[mutant.item] == pytest.approx(points), (seed, mutant.name)
