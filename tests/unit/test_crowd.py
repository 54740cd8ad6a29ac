"""Crowd rules and advice: published examples, other people's code, laws."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit, logit
from scipy.stats import binomtest

from medialit.errors import EmptyCountsError, StatisticsError
from medialit.forensics.advice import gain, reliance, weight_of_advice
from medialit.forensics.crowd import (
    RULES,
    by_size,
    majority,
    majority_accuracy,
    mean_probability,
    pooled_log_odds,
    team_d_prime,
    vote_weight,
    weighted_vote,
)
from medialit.forensics.roc import auc

tables = st.tuples(st.integers(1, 6), st.integers(1, 8)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.floats(0, 1))
)
middling = st.tuples(st.integers(1, 6), st.integers(1, 8)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.floats(0.02, 0.98))
)


@settings(deadline=None, max_examples=40)
@given(tables)
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_crowd_of_one_mind_says_what_it_says(rule, said):
    one = said[:1]
    assert rule(np.repeat(one, 5, axis=0)) == pytest.approx(rule(one), abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(tables, st.randoms(use_true_random=False))
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_no_rule_cares_who_says_it(rule, said, random):
    order = list(range(len(said)))
    random.shuffle(order)
    assert rule(said[order]) == pytest.approx(rule(said), abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(tables)
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_saying_the_opposite_turns_every_rule_round(rule, said):
    # Whole numbers of a thousand: 1 - p turns a p just below one half into one half.
    said = said.round(3)
    assert rule(1 - said) == pytest.approx(1 - rule(said), abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(tables)
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_one_who_did_not_judge_changes_nothing(rule, said):
    absent = np.full((1, said.shape[1]), math.nan)
    assert rule(np.concatenate([said, absent])) == pytest.approx(rule(said), abs=1e-12)


@settings(deadline=None, max_examples=40)
@given(middling)
def test_the_pools_are_numpys_means_of_probabilities_and_of_scipys_log_odds(said):
    assert mean_probability(said) == pytest.approx(said.mean(axis=0), abs=1e-12)
    assert pooled_log_odds(said) == pytest.approx(expit(logit(said).mean(axis=0)), abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(middling, st.floats(0.05, 0.95))
def test_adding_evidence_is_bayes_rule_for_observers_who_err_independently(said, base):
    # Each saying is a likelihood ratio times the prior odds; the ratios multiply.
    ratios = (said / (1 - said)) / (base / (1 - base))
    odds = base / (1 - base) * ratios.prod(axis=0)
    assert pooled_log_odds(said, base_rate=base) == pytest.approx(odds / (1 + odds), abs=1e-9)


def test_a_weight_of_two_is_two_observers():
    said = [[0.9, 0.3], [0.4, 0.6]]
    assert pooled_log_odds(said, weights=[2, 1]) == pytest.approx(pooled_log_odds([said[0], *said]))


def test_confidence_decides_where_heads_do_not():
    said = [[0.9], [0.45], [0.45]]
    assert majority(said)[0] < 0.5 < weighted_vote(said)[0]
    assert weighted_vote([[0.5], [0.5]]).tolist() == [0.5]


@pytest.mark.parametrize(("n", "expected"), [(3, 0.648), (5, 0.683), (7, 0.710), (9, 0.733), (11, 0.753)])
def test_condorcet_has_his_table(n, expected):
    # Sum over k > n/2 of C(n, k) 0.6^k 0.4^(n - k), as tabulated for Condorcet's theorem at p = 0.6.
    assert majority_accuracy(0.6, n=n) == pytest.approx(expected, abs=5e-4)
    by_hand = sum(math.comb(n, k) * 0.6**k * 0.4 ** (n - k) for k in range(n // 2 + 1, n + 1))
    assert majority_accuracy(0.6, n=n) == pytest.approx(by_hand)


@settings(deadline=None, max_examples=40)
@given(st.floats(0, 1), st.integers(1, 30))
def test_the_crowd_exaggerates_what_its_members_are(accuracy, n):
    crowd = majority_accuracy(accuracy, n=n)
    assert (crowd - accuracy) * (accuracy - 0.5) >= -1e-12
    assert majority_accuracy(1 - accuracy, n=n) == pytest.approx(1 - crowd, abs=1e-9)
    if n % 2:  # a second opinion, tossed for where the two differ, adds nothing
        assert majority_accuracy(accuracy, n=n + 1) == pytest.approx(crowd, abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(-1, 4), min_size=1, max_size=8), st.floats(-0.1, 0.9))
def test_the_teams_d_prime_is_the_distance_of_the_means_in_units_of_the_covariance(d_primes, correlation):
    # Mahalanobis: d' sigma^-1 d, with ones on the diagonal and the correlation elsewhere.
    n = len(d_primes)
    sigma = np.full((n, n), correlation) + (1 - correlation) * np.eye(n)
    expected = math.sqrt(max(0.0, np.asarray(d_primes) @ np.linalg.solve(sigma, d_primes)))
    assert team_d_prime(d_primes, correlation=correlation) == pytest.approx(expected, abs=1e-6)


def test_nine_strangers_see_three_times_as_well_and_nine_alike_no_better():
    assert team_d_prime([1.0] * 9) == pytest.approx(3.0)
    assert team_d_prime([1.0] * 9, correlation=1 - 1e-12) == pytest.approx(1.0)


def test_the_best_weights_are_the_log_odds_and_beat_equal_weights():
    # Five independent judges, over all 32 outcomes: nothing is drawn.
    right = np.array(
        [0.9, 0.9, 0.6, 0.6, 0.6]
    )  # the example of Shapley and Grofman (1984), Public Choice 43:329
    weights = np.array([vote_weight(one) for one in right])
    equal = best = 0.0
    for outcome in np.ndindex(2, 2, 2, 2, 2):
        voted = np.array(outcome)
        chance = float(np.prod(np.where(voted, right, 1 - right)))
        equal += chance * (voted.sum() > 2)
        best += chance * (weights @ (2 * voted - 1) > 0)
    assert equal == pytest.approx(0.877, abs=1e-3)
    assert best == pytest.approx(0.927, abs=1e-3)


def test_larger_crowds_of_strangers_do_better_and_depend_less_on_who_is_asked():
    generator = np.random.default_rng(5)
    truths = np.arange(60) % 2 == 0
    said = expit(generator.normal(np.where(truths, 0.5, -0.5), 1.0, (25, 60)))
    one, nine, all_ = by_size(auc, truths, said, sizes=[1, 9, 25], seed=2)
    assert one.value.value < nine.value.value < all_.value.value
    assert one.value.high - one.value.low > nine.value.high - nine.value.low
    assert all_.value.low == all_.value.high == auc(truths, mean_probability(said))


cases = st.lists(st.tuples(*[st.booleans()] * 4), min_size=1, max_size=60)


@settings(deadline=None, max_examples=40)
@given(cases)
def test_reliance_counts_as_one_would_by_hand_with_scipys_intervals(rows):
    used = reliance(*np.array(rows).T)
    differed = [row for row in rows if row[1] != row[2]]
    assert (used.n, used.n_differed) == (len(rows), len(differed))
    for share, among, flag in (
        (used.over, [r for r in differed if r[2] != r[0]], lambda r: r[3] == r[2]),
        (used.under, [r for r in differed if r[2] == r[0]], lambda r: r[3] != r[2]),
        (used.followed, differed, lambda r: r[3] == r[2]),
    ):
        if not among:
            assert share is None
            continue
        expected = binomtest(sum(map(flag, among)), len(among)).proportion_ci(0.95, method="wilson")
        assert (share.low, share.high) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_who_never_listens_is_not_over_reliant_and_who_always_does_is_not_under_reliant():
    truths, first, advice = [True, True, False, False], [True, False, False, True], [False, True, True, False]
    deaf, tame = reliance(truths, first, advice, first), reliance(truths, first, advice, advice)
    assert (deaf.over.value, deaf.under.value) == (0.0, 1.0)
    assert (tame.over.value, tame.under.value) == (1.0, 0.0)


@settings(deadline=None, max_examples=40)
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_an_answer_between_the_two_has_the_weight_that_put_it_there(first, advice, weight):
    if abs(advice - first) < 1e-3:
        return
    last = min(1.0, max(0.0, first + weight * (advice - first)))
    assert weight_of_advice([first], [advice], [last])[0] == pytest.approx(weight, abs=1e-9)


def test_a_team_that_only_repeats_the_machine_does_not_complement_it():
    generator = np.random.default_rng(1)
    truths = np.arange(240) % 2 == 0
    person, machine = (generator.normal(truths * 1.0, 1.0) for _ in range(2))
    copied = gain(auc, truths, person=person, machine=machine, together=machine, seed=3)
    assert (copied.over_machine.low, copied.over_machine.high) == (0.0, 0.0)
    assert not copied.complements
    summed = gain(auc, truths, person=person, machine=machine, together=person + machine, seed=3)
    assert summed.complements


@pytest.mark.parametrize(
    ("mistake", "error"),
    [
        (lambda: majority([0.5, 0.5]), StatisticsError),
        (lambda: majority([[80]]), StatisticsError),
        (lambda: majority([[math.nan], [math.nan]]), EmptyCountsError),
        (lambda: majority(np.zeros((0, 3))), StatisticsError),
        (lambda: pooled_log_odds([[0.5]], weights=[-1]), StatisticsError),
        (lambda: pooled_log_odds([[0.5]], weights=[1, 1]), StatisticsError),
        (lambda: pooled_log_odds([[0.5], [0.7]], weights=[0, 0]), EmptyCountsError),
        (lambda: pooled_log_odds([[0.5]], base_rate=1), StatisticsError),
        (lambda: vote_weight(1), StatisticsError),
        (lambda: majority_accuracy(0.6, n=0), StatisticsError),
        (lambda: majority_accuracy(60, n=3), StatisticsError),
        (lambda: team_d_prime([]), EmptyCountsError),
        (lambda: team_d_prime([1, 1, 1], correlation=-0.5), StatisticsError),
        (lambda: by_size(auc, [True, False], [[0.1, math.nan], [0.1, 0.2]], sizes=[1], seed=1), StatisticsError),
        (lambda: by_size(auc, [True, False], [[0.1, 0.2]], sizes=[2], seed=1), StatisticsError),
        (lambda: reliance([True], [True], [True], [True, False]), StatisticsError),
        (lambda: weight_of_advice([0.5], [50], [0.5]), StatisticsError),
        (lambda: weight_of_advice([0.5], [0.5], []), StatisticsError),
    ],
)  # fmt: skip
def test_what_cannot_be_computed_is_refused_with_a_reason(mistake, error):
    with pytest.raises(error, match=r".{20,}"):
        mistake()
