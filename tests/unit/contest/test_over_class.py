"""Intervals over learners: against scipy where it computes the same, and what the order of forms does to them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from medialit.contest.over_class import class_change, mean_over, statistic_over, strata
from medialit.contest.simulate import Course, people, simulated_counts
from medialit.errors import ContestError
from medialit.forensics.statistics import Verdict, d_prime

RNG = np.random.default_rng(8)
VALUES = RNG.normal(0.4, 1.0, 30)
ONE = [np.arange(30)]


def test_an_interval_in_one_stratum_is_near_students() -> None:
    found = mean_over(VALUES, ONE, seed=1, n_resamples=20_000)
    low, high = stats.t.interval(0.95, 29, loc=VALUES.mean(), scale=VALUES.std(ddof=1) / np.sqrt(30))
    assert found.value == pytest.approx(VALUES.mean())
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.04)


def test_an_interval_is_wider_than_scipys_percentile_bootstrap_which_is_too_narrow_for_few() -> None:
    few = VALUES[:8]
    ours = mean_over(few, [np.arange(8)], seed=1, n_resamples=20_000)
    theirs = stats.bootstrap(
        (few,), np.mean, method="percentile", n_resamples=20_000, rng=np.random.default_rng(2)
    ).confidence_interval
    assert ours.low < theirs.low and ours.high > theirs.high


def test_a_statistic_of_the_mean_row_is_the_mean_where_it_is_the_mean() -> None:
    table = VALUES[:, np.newaxis]
    assert statistic_over(lambda means: float(means[0]), table, ONE, seed=3) == mean_over(VALUES, ONE, seed=3)


def test_a_harder_form_cancels_though_more_people_began_with_it() -> None:
    values = np.array([+0.5] * 14 + [-0.5] * 6)  # nothing changed, but form B is harder by half a d'
    firsts = ["b"] * 14 + ["a"] * 6
    assert mean_over(values, strata(firsts), seed=1).value == pytest.approx(0.0)
    assert values.mean() == pytest.approx(0.2)


def test_halves_of_one_are_not_averaged_apart_and_the_change_says_so() -> None:
    before, after = simulated_counts(people(6, course=Course(), seed=1), n_camera=24, n_synthetic=15, seed=1)
    assert class_change(before, after, ["a", "b", "a", "b", "a", "b"], seed=1).balanced
    assert not class_change(before, after, ["a"] * 6, seed=1).balanced
    assert not class_change(before, after, ["a"] * 5 + ["b"], seed=1).balanced


@pytest.mark.parametrize("n", [0, 1])
def test_one_learner_has_no_interval(n: int) -> None:
    with pytest.raises(ContestError, match="at least two"):
        mean_over(VALUES[:n], strata(["a"] * n), seed=1)


def test_counts_of_different_numbers_of_learners_are_refused() -> None:
    before, after = simulated_counts(people(6, course=Course(), seed=1), n_camera=24, n_synthetic=15, seed=1)
    with pytest.raises(ContestError, match="one count before and one after"):
        class_change(before, after[1:], ["a"] * 6, seed=1)


def test_a_simulated_class_has_the_d_prime_it_was_given() -> None:
    course = Course(
        start_d_prime=1.5, start_criterion=0.3, people_d_prime_sd=0, people_criterion_sd=0, harder_b=0
    )
    before, _after = simulated_counts(
        people(60, course=course, seed=2), n_camera=400, n_synthetic=400, seed=2
    )
    assert np.mean([d_prime(one) for one in before]) == pytest.approx(1.5, abs=0.05)


def shares(course: Course, *, n: int, n_classes: int = 120) -> dict[Verdict, float]:
    found = []
    for seed in range(n_classes):
        crowd = people(n, course=course, seed=seed)
        before, after = simulated_counts(crowd, n_camera=24, n_synthetic=15, seed=seed)
        found.append(class_change(before, after, crowd.firsts, seed=seed, n_resamples=400).change.verdict)
    return {verdict: found.count(verdict) / n_classes for verdict in Verdict}


def test_classes_that_only_grew_suspicious_are_not_called_better() -> None:
    said = shares(Course(criterion=-0.5), n=20)
    assert said[Verdict.MORE_SUSPICIOUS] > 0.85
    assert said[Verdict.BETTER] < 0.07  # nominal: 0.025, of 120 classes


def test_classes_that_see_better_are_called_better() -> None:
    said = shares(Course(d_prime=0.6), n=20)
    assert said[Verdict.BETTER] > 0.85
    assert said[Verdict.MORE_SUSPICIOUS] + said[Verdict.WORSE] < 0.05


def test_of_classes_in_which_nothing_changed_most_are_told_nothing() -> None:
    said = shares(Course(d_prime_sd=0, criterion_sd=0), n=10)
    assert said[Verdict.CANNOT_TELL] > 0.8


def test_classes_that_only_grew_trusting_are_called_so() -> None:
    said = shares(Course(criterion=0.5), n=20)
    assert said[Verdict.MORE_TRUSTING] > 0.85
    assert said[Verdict.BETTER] < 0.07
