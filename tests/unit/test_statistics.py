"""Sensitivity, criterion, predictive values: published figures, other people's code, exact coverage."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, norm

from medialit.errors import EmptyCountsError, StatisticsError
from medialit.forensics.statistics import (
    Change,
    Counts,
    Estimate,
    Verdict,
    compare,
    count,
    criterion,
    criterion_interval,
    d_prime,
    d_prime_interval,
    expected_cost,
    npv,
    npv_interval,
    ppv,
    ppv_interval,
    rates,
    share_difference,
    wilson,
)

numbers = st.integers(0, 60)
some = st.integers(1, 60)
judged = st.builds(
    lambda hits, misses, false_alarms, rejections: Counts(hits, misses + 1, false_alarms, rejections + 1),
    numbers, numbers, numbers, numbers,
)  # fmt: skip
shares = st.floats(0.01, 0.99)


def relabelled(counts: Counts) -> Counts:
    """The same judgements with the answers swapped: synthetic for camera."""
    return Counts(counts.misses, counts.hits, counts.correct_rejections, counts.false_alarms)


@settings(deadline=None)
@given(judged)
def test_swapping_the_answers_flips_both_signs(counts):
    assert d_prime(relabelled(counts)) == pytest.approx(-d_prime(counts), abs=1e-12)
    assert criterion(relabelled(counts)) == pytest.approx(-criterion(counts), abs=1e-12)


@settings(deadline=None)
@given(judged)
def test_swapping_the_two_kinds_flips_the_sign_of_d_prime_only(counts):
    swapped = Counts(counts.false_alarms, counts.correct_rejections, counts.hits, counts.misses)
    assert d_prime(swapped) == pytest.approx(-d_prime(counts), abs=1e-12)
    assert criterion(swapped) == pytest.approx(criterion(counts), abs=1e-12)


@settings(deadline=None)
@given(judged)
def test_one_more_hit_in_place_of_a_miss_raises_d_prime_and_lowers_the_criterion(counts):
    better = Counts(counts.hits + 1, counts.misses - 1, counts.false_alarms, counts.correct_rejections)
    assert d_prime(better) > d_prime(counts)
    assert criterion(better) < criterion(counts)


@settings(deadline=None)
@given(judged)
def test_every_estimate_is_finite_and_inside_its_interval(counts):
    for estimate in (
        d_prime_interval(counts),
        criterion_interval(counts),
        ppv_interval(counts, base_rate=0.1),
    ):
        assert math.isfinite(estimate.low) and math.isfinite(estimate.high)
        assert estimate.low < estimate.value < estimate.high


def test_d_prime_and_c_agree_with_the_textbook_where_the_correction_vanishes():
    # Macmillan and Creelman (2005), chapters 1 and 2: H = 0.8, F = 0.4.
    many = 10**7
    counts = Counts(20 * many, 5 * many, 10 * many, 15 * many)
    assert d_prime(counts) == pytest.approx(1.095, abs=5e-4)
    assert criterion(counts) == pytest.approx(-0.294, abs=5e-4)


@settings(deadline=None)
@given(judged)
def test_d_prime_is_what_scipy_gives_for_the_log_linear_rates(counts):
    hit = norm.ppf((counts.hits + 0.5) / (counts.n_synthetic + 1))
    false_alarm = norm.ppf((counts.false_alarms + 0.5) / (counts.n_camera + 1))
    assert d_prime(counts) == pytest.approx(hit - false_alarm, abs=1e-9)
    assert criterion(counts) == pytest.approx(-(hit + false_alarm) / 2, abs=1e-9)


@pytest.mark.parametrize("true_d", [0.0, 1.0, 2.5])
@pytest.mark.parametrize("true_c", [0.0, 0.5])
def test_the_intervals_of_ten_clips_of_each_kind_cover_the_truth_as_often_as_they_say(true_d, true_c):
    n = 10
    hit, false_alarm = norm.cdf(true_d / 2 - true_c), norm.cdf(-true_d / 2 - true_c)
    covered_d = covered_c = 0.0
    for hits in range(n + 1):  # every outcome, weighted by its probability: exact, nothing is drawn
        for false_alarms in range(n + 1):
            chance = binom.pmf(hits, n, hit) * binom.pmf(false_alarms, n, false_alarm)
            counts = Counts(hits, n - hits, false_alarms, n - false_alarms)
            interval = d_prime_interval(counts)
            covered_d += chance * (interval.low <= true_d <= interval.high)
            interval = criterion_interval(counts)
            covered_c += chance * (interval.low <= true_c <= interval.high)
    assert 0.95 <= covered_d < 0.99
    assert 0.95 <= covered_c < 1.0


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    # Newcombe (1998), Statistics in Medicine 17:857, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_agrees_with_the_published_table(successes, n, low, high):
    estimate = wilson(successes, n)
    assert (estimate.low, estimate.high) == pytest.approx((low, high), abs=5e-5)


@settings(deadline=None)
@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.5, 0.999))
def test_wilson_agrees_with_scipy(share, confidence):
    expected = binomtest(*share).proportion_ci(confidence, method="wilson")
    estimate = wilson(*share, confidence=confidence)
    assert (estimate.low, estimate.high) == pytest.approx((expected.low, expected.high), abs=1e-9)


@pytest.mark.parametrize(
    ("after", "before", "low", "high"),
    # Newcombe (1998), Statistics in Medicine 17:873, table II, method 10: contrasts (a) to (c).
    [((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090), ((6, 7), (2, 7), 0.0582, 0.8062)],
)  # fmt: skip
def test_the_difference_of_shares_agrees_with_the_published_table(after, before, low, high):
    change = share_difference(wilson(*before), wilson(*after))
    assert (change.low, change.high) == pytest.approx((low, high), abs=5e-5)


@settings(deadline=None)
@given(st.integers(0, 30), st.integers(0, 30))
def test_the_change_of_a_share_turns_round_with_time_and_stays_within_one(first, second):
    one, other = wilson(first, 30), wilson(second, 30)
    there, back = share_difference(one, other), share_difference(other, one)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-12)
    assert -1 <= there.low <= there.value <= there.high <= 1


@settings(deadline=None)
@given(judged, st.floats(0.01, 0.99))
def test_npv_is_the_ppv_of_the_answer_camera(counts, base):
    turned = Counts(counts.correct_rejections, counts.false_alarms, counts.misses, counts.hits)
    assert npv_interval(counts, base_rate=base) == ppv_interval(turned, base_rate=1 - base)
    hit = (counts.hits + 0.5) / (counts.n_synthetic + 1)
    false_alarm = (counts.false_alarms + 0.5) / (counts.n_camera + 1)
    expected = npv(hit_rate=hit, false_alarm_rate=false_alarm, base_rate=base)
    assert npv_interval(counts, base_rate=base).value == pytest.approx(expected)


def test_ppv_gives_the_classic_screening_example():
    # Gigerenzer (2002), Reckoning with Risk: 90 % sensitivity, 9 % false positives, 1 % base rate: about 9 %.
    assert ppv(hit_rate=0.9, false_alarm_rate=0.09, base_rate=0.01) == pytest.approx(0.0917, abs=5e-5)


@settings(deadline=None)
@given(shares, shares, shares)
def test_ppv_and_npv_are_the_shares_of_an_imagined_thousand(hit, false_alarm, base):
    synthetic, camera = 1000 * base, 1000 * (1 - base)
    alarms = synthetic * hit + camera * false_alarm
    assert ppv(hit_rate=hit, false_alarm_rate=false_alarm, base_rate=base) == pytest.approx(
        synthetic * hit / alarms
    )
    quiet = synthetic * (1 - hit) + camera * (1 - false_alarm)
    assert npv(hit_rate=hit, false_alarm_rate=false_alarm, base_rate=base) == pytest.approx(
        camera * (1 - false_alarm) / quiet
    )


@settings(deadline=None)
@given(shares, shares, st.lists(shares, min_size=2, max_size=2, unique=True))
def test_ppv_rises_with_the_base_rate(hit, false_alarm, bases):
    low, high = (ppv(hit_rate=hit, false_alarm_rate=false_alarm, base_rate=base) for base in sorted(bases))
    assert low < high


def test_there_is_no_ppv_without_an_alarm():
    assert ppv(hit_rate=0.0, false_alarm_rate=0.0, base_rate=0.5) is None


def test_the_interval_of_ppv_covers_the_truth_as_often_as_it_says():
    n, hit, false_alarm, base = 20, 0.8, 0.2, 0.1
    truth = ppv(hit_rate=hit, false_alarm_rate=false_alarm, base_rate=base)
    covered = 0.0
    for hits in range(n + 1):
        for false_alarms in range(n + 1):
            interval = ppv_interval(Counts(hits, n - hits, false_alarms, n - false_alarms), base_rate=base)
            inside = interval.low <= truth <= interval.high
            covered += inside * binom.pmf(hits, n, hit) * binom.pmf(false_alarms, n, false_alarm)
    assert 0.94 <= covered < 0.99


@settings(deadline=None)
@given(judged, judged)
def test_comparing_the_other_way_round_flips_the_change(before, after):
    there, back = compare(before, after), compare(after, before)
    assert there.d_prime.value == pytest.approx(-back.d_prime.value, abs=1e-12)
    opposite = {
        Verdict.BETTER: Verdict.WORSE,
        Verdict.WORSE: Verdict.BETTER,
        Verdict.MORE_SUSPICIOUS: Verdict.MORE_TRUSTING,
        Verdict.MORE_TRUSTING: Verdict.MORE_SUSPICIOUS,
        Verdict.CANNOT_TELL: Verdict.CANNOT_TELL,
    }
    assert back.verdict is opposite[there.verdict]


@pytest.mark.parametrize(
    ("d_change", "c_change", "expected"),
    [
        ((0.1, 1.0), (-1.0, -0.1), Verdict.BETTER),
        ((-1.0, -0.1), (-1.0, -0.1), Verdict.WORSE),
        ((-0.5, 0.5), (-1.0, -0.1), Verdict.MORE_SUSPICIOUS),
        ((-0.5, 0.5), (0.1, 1.0), Verdict.MORE_TRUSTING),
        ((-0.5, 0.5), (-0.5, 0.5), Verdict.CANNOT_TELL),
    ],
)
def test_sight_decides_first_and_suspicion_second(d_change, c_change, expected):
    def around(ends):
        return Estimate(sum(ends) / 2, low=ends[0], high=ends[1])

    assert Change(d_prime=around(d_change), criterion=around(c_change)).verdict is expected


def test_somebody_who_learnt_only_to_doubt_is_not_called_better():
    """At most one in twenty, over every outcome of two blocks of 20 clips: exact, nothing is drawn."""
    n, d = 10, 1.0
    chance_better = 0.0
    for hits, false_alarms, weight in _outcomes(n, d=d, c=0.4):
        before = Counts(hits, n - hits, false_alarms, n - false_alarms)
        for hits_after, false_alarms_after, weight_after in _outcomes(n, d=d, c=-0.4):
            after = Counts(hits_after, n - hits_after, false_alarms_after, n - false_alarms_after)
            chance_better += weight * weight_after * (compare(before, after).verdict is Verdict.BETTER)
    assert chance_better < 0.025


def _outcomes(n, *, d, c):
    hit, false_alarm = norm.cdf(d / 2 - c), norm.cdf(-d / 2 - c)
    for hits in range(n + 1):
        for false_alarms in range(n + 1):
            yield hits, false_alarms, binom.pmf(hits, n, hit) * binom.pmf(false_alarms, n, false_alarm)


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=40))
def test_counting_keeps_every_judgement_once(pairs):
    counts = count([truth for truth, _ in pairs], [answer for _, answer in pairs])
    assert counts.n == len(pairs)
    assert counts.n_synthetic == sum(truth for truth, _ in pairs)
    assert counts.hits + counts.false_alarms == sum(answer for _, answer in pairs)


@settings(deadline=None)
@given(judged, judged)
def test_pooling_adds_every_cell(one, other):
    pooled = one + other
    assert pooled.n == one.n + other.n
    assert rates(pooled).hit == pytest.approx((one.hits + other.hits) / (one.n_synthetic + other.n_synthetic))


def test_always_saying_camera_costs_only_the_misses():
    cost = expected_cost(
        hit_rate=0, false_alarm_rate=0, base_rate=0.01, cost_of_miss=30, cost_of_false_alarm=1
    )
    assert cost == pytest.approx(0.3)


@pytest.mark.parametrize("counts", [Counts(0, 0, 3, 4), Counts(3, 4, 0, 0)])
def test_a_rate_without_trials_is_an_error_that_says_which_kind_is_missing(counts):
    missing = "synthetic" if counts.n_synthetic == 0 else "camera"
    for statistic in (rates, d_prime, criterion):
        with pytest.raises(EmptyCountsError, match=f"No {missing} clip"):
            statistic(counts)


@pytest.mark.parametrize(
    "mistake",
    [
        lambda: Counts(-1, 0, 0, 0),
        lambda: Counts(0.5, 0, 0, 0),
        lambda: Counts(True, 0, 0, 0),
        lambda: count([True], [True, False]),
        lambda: wilson(3, 2),
        lambda: wilson(0, 0),
        lambda: wilson(1, 2, confidence=95),
        lambda: ppv(hit_rate=80, false_alarm_rate=0.1, base_rate=0.1),
        lambda: ppv(hit_rate=math.nan, false_alarm_rate=0.1, base_rate=0.1),
        lambda: ppv_interval(Counts(1, 1, 1, 1), base_rate=0),
        lambda: expected_cost(
            hit_rate=0, false_alarm_rate=0, base_rate=2, cost_of_miss=1, cost_of_false_alarm=1
        ),
    ],
)
def test_what_cannot_be_computed_is_refused_with_a_reason(mistake):
    with pytest.raises(StatisticsError, match=r".{20,}"):
        mistake()


def test_numpy_series_are_counted_like_lists():
    truths, answers = np.array([True, False, True]), np.array([1, 0, 0])
    assert count(truths, answers) == Counts(1, 1, 0, 1)
