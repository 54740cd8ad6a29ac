"""Confidence and ROC curves, against scikit-learn and published figures."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, roc_auc_score, roc_curve

from medialit.errors import EmptyCountsError, StatisticsError
from medialit.forensics.calibration import (
    brier_parts,
    brier_score,
    chance_calibration_error,
    expected_calibration_error,
    reliability,
)
from medialit.forensics.roc import auc, auc_interval, bootstrap, delong, delong_difference, difference, roc

HANLEY_TRUTHS = [False] * 58 + [True] * 51
HANLEY_SCORES = [
    *np.repeat(range(1, 6), [33, 6, 6, 11, 2]),
    *np.repeat(range(1, 6), [3, 2, 2, 11, 33]),
]
"""Hanley and McNeil (1982), Radiology 143:29, table I: 58 normal and 51 abnormal images, 5 categories."""

ratings = st.lists(st.tuples(st.booleans(), st.integers(1, 6)), min_size=2, max_size=60).filter(
    lambda pairs: len({truth for truth, _ in pairs}) == 2
)
beliefs = st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=60)


def split(pairs):
    return [truth for truth, _ in pairs], [value for _, value in pairs]


@settings(deadline=None, max_examples=50)
@given(beliefs)
def test_the_brier_score_is_that_of_scikit_learn(pairs):
    truths, said = split(pairs)
    assert brier_score(truths, said) == pytest.approx(
        brier_score_loss(truths, said, pos_label=True), abs=1e-12
    )


@settings(deadline=None, max_examples=50)
@given(beliefs, st.integers(1, 12))
def test_the_calibration_curve_is_that_of_scikit_learn(pairs, n_bins):
    edges = np.linspace(0, 1, n_bins + 1)[1:-1]
    # An edge belongs to the upper bin here and to the lower one there.
    pairs = [pair for pair in pairs if not np.isclose(pair[1], edges).any()]
    if not pairs:
        return
    truths, said = split(pairs)
    was, mean = calibration_curve(truths, said, n_bins=n_bins, strategy="uniform", pos_label=True)
    curve = reliability(truths, said, n_bins=n_bins)
    assert [point.said for point in curve] == pytest.approx(list(mean))
    assert [point.was.value for point in curve] == pytest.approx(list(was))
    assert sum(point.n for point in curve) == len(said)


def test_calibrated_forecasts_have_no_calibration_error_and_overconfident_ones_do():
    truths = [True] * 8 + [False] * 2
    assert expected_calibration_error(truths, [0.8] * 10) == pytest.approx(0, abs=1e-12)
    assert expected_calibration_error(truths, [1.0] * 10) == pytest.approx(0.2)


def test_the_calibration_error_of_two_bins_done_by_hand():
    truths = [True, False, True, True, False]
    said = [0.1, 0.3, 0.9, 0.7, 0.8]
    # Lower bin: said 0.2, was 0.5, weight 2/5. Upper bin: said 0.8, was 2/3, weight 3/5.
    assert expected_calibration_error(truths, said, n_bins=2) == pytest.approx(
        0.4 * 0.3 + 0.6 * (0.8 - 2 / 3)
    )


@settings(deadline=None, max_examples=50)
@given(ratings)
def test_the_area_is_that_of_scikit_learn(pairs):
    truths, scores = split(pairs)
    assert auc(truths, scores) == pytest.approx(roc_auc_score(truths, scores), abs=1e-12)


@settings(deadline=None, max_examples=50)
@given(ratings)
def test_the_curve_is_that_of_scikit_learn(pairs):
    truths, scores = split(pairs)
    false_alarms, hits, thresholds = roc_curve(truths, scores, drop_intermediate=False)
    curve = roc(truths, scores)
    assert curve.hit_rates == pytest.approx(hits)
    assert curve.false_alarm_rates == pytest.approx(false_alarms)
    assert curve.thresholds[1:] == pytest.approx(thresholds[1:])


def test_the_area_of_the_published_ratings():
    truths, scores = HANLEY_TRUTHS, HANLEY_SCORES
    assert auc(truths, scores) == pytest.approx(0.893, abs=5e-4)
    interval = bootstrap(auc, truths, scores, seed=1)
    # Their standard error is 0.032 (table II): 1.96 of it to either side.
    assert (interval.low, interval.high) == pytest.approx((0.830, 0.956), abs=0.015)


def test_delongs_interval_is_that_of_the_published_analysis():
    # Stata Base Reference Manual, roctab, example 1, of the same images: area 0.8932, standard error 0.0307.
    interval = delong(HANLEY_TRUTHS, HANLEY_SCORES)
    assert interval.value == pytest.approx(0.8932, abs=5e-5)
    assert (interval.low, interval.high) == pytest.approx((0.83295, 0.95339), abs=5e-6)


some_of_both = st.lists(st.tuples(st.booleans(), st.integers(1, 6), st.integers(1, 6)), min_size=4, max_size=40).filter(
    lambda rows: 2 <= sum(truth for truth, _, _ in rows) <= len(rows) - 2
)  # fmt: skip


@settings(deadline=None, max_examples=50)
@given(some_of_both)
def test_delongs_variance_is_that_of_all_pairs_counted_one_by_one(rows):
    truth, *scores = (np.array(column) for column in zip(*rows, strict=True))
    shares = []
    for score in scores:
        won = score[truth][:, None] - score[~truth][None, :]
        shares.append((won > 0) + 0.5 * (won == 0))  # (M, N)
    by_clip = [(won.mean(axis=1), won.mean(axis=0)) for won in shares]
    variance = sum(np.var(kind[1] - kind[0], ddof=1) / len(kind[0]) for kind in zip(*by_clip, strict=True))
    change = delong_difference(truth, *scores)
    assert change.value == pytest.approx(shares[1].mean() - shares[0].mean(), abs=1e-12)
    if change.low > -1 and change.high < 1:
        assert change.high - change.low == pytest.approx(2 * 1.959964 * math.sqrt(variance), abs=1e-5)


@settings(deadline=None, max_examples=50)
@given(some_of_both)
def test_nothing_changes_between_a_score_and_itself(rows):
    truth, score, _ = (np.array(column) for column in zip(*rows, strict=True))
    assert delong_difference(truth, score, score) == delong_difference(truth, score, 2.0 * score + 1)
    same = difference(auc, truth, score, score, seed=1, n_resamples=20)
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)


def test_the_paired_interval_is_the_narrower_the_more_two_scores_agree():
    generator = np.random.default_rng(4)
    truth = np.arange(80) % 2 == 0
    common, own = generator.normal(truth * 1.0, 1.0), generator.normal(size=(2, 80))
    alike = delong_difference(truth, common + 0.1 * own[0], common + 0.1 * own[1])
    apart = delong_difference(truth, common + 2 * own[0], common + 2 * own[1])
    assert alike.high - alike.low < 0.5 * (apart.high - apart.low)


@settings(deadline=None, max_examples=50)
@given(ratings)
def test_an_areas_interval_lies_where_hanley_and_mcneils_variance_puts_it(pairs):
    truths, scores = split(pairs)
    interval = auc_interval(truths, scores)
    assert 0 <= interval.low <= interval.value <= interval.high <= 1
    assert interval.high - interval.low > 0.05  # at most 60 clips: something is always left open
    m = (len(truths)) / 2
    for end in (interval.low, interval.high):
        if 0 < end < 1:  # 1.96 of its own standard errors away (Hanley and McNeil 1982, equations 1 and 2)
            q1, q2 = end / (2 - end), 2 * end**2 / (1 + end)
            variance = (end * (1 - end) + (m - 1) * (q1 + q2 - 2 * end**2)) / (
                sum(truths) * (len(truths) - sum(truths))
            )
            assert abs(interval.value - end) == pytest.approx(1.959964 * math.sqrt(variance), abs=1e-4)


@pytest.mark.parametrize(("n_synthetic", "n_camera"), [(5, 5), (11, 150)])
@pytest.mark.parametrize("d", [0.5, 2.0])
def test_an_areas_interval_holds_the_true_one_as_often_as_it_says(n_synthetic, n_camera, d):
    generator = np.random.default_rng(6)
    truths = np.arange(n_synthetic + n_camera) < n_synthetic
    true = norm.cdf(d / math.sqrt(2))
    intervals = [auc_interval(truths, generator.normal(truths * d)) for _ in range(400)]
    assert np.mean([one.low <= true <= one.high for one in intervals]) >= 0.93


@settings(deadline=None, max_examples=50)
@given(beliefs)
def test_the_parts_of_the_brier_score_add_up_to_it(pairs):
    truths, said = split(pairs)
    parts = brier_parts(truths, said)
    total = parts.reliability - parts.resolution + parts.uncertainty
    assert total == pytest.approx(brier_score(truths, said), abs=1e-9)
    assert min(parts.reliability, parts.resolution) >= 0
    assert parts.resolution <= parts.uncertainty + 1e-12


def test_the_parts_of_a_forecast_done_by_hand():
    # Said 0.8 of five clips, four synthetic; said 0.2 of five, one synthetic: calibrated, base rate one half.
    parts = brier_parts([1, 1, 1, 1, 0, 1, 0, 0, 0, 0], [0.8] * 5 + [0.2] * 5)
    assert (parts.reliability, parts.resolution, parts.uncertainty) == pytest.approx((0, 0.09, 0.25))


@pytest.mark.parametrize("n", [20, 200])
def test_a_calibrated_observers_error_is_the_mean_over_drawn_truths(n):
    said = np.linspace(0.02, 0.98, n)
    expected = chance_calibration_error(said, seed=1)
    generator = np.random.default_rng(2)
    drawn = [expected_calibration_error(generator.random(n) < said, said) for _ in range(400)]
    assert expected.value == pytest.approx(np.mean(drawn), abs=0.01)
    assert np.mean([expected.low <= error <= expected.high for error in drawn]) == pytest.approx(
        0.95, abs=0.04
    )


def test_more_clips_leave_a_calibrated_observer_less_error():
    few, many = (chance_calibration_error(np.linspace(0.02, 0.98, n), seed=1) for n in (20, 2000))
    assert many.high < few.low


@settings(deadline=None, max_examples=50)
@given(ratings)
def test_any_rising_change_of_scale_leaves_the_area(pairs):
    truths, scores = split(pairs)
    assert auc(truths, np.exp(scores)) == pytest.approx(auc(truths, scores), abs=1e-12)
    assert auc(truths, -np.array(scores)) == pytest.approx(1 - auc(truths, scores), abs=1e-12)


def test_the_same_seed_gives_the_same_interval_and_another_seed_another():
    truths, scores = [True] * 9 + [False] * 9, list(range(18))
    scores[3:15:4] = [1, 17, 2]
    assert bootstrap(auc, truths, scores, seed=3) == bootstrap(auc, truths, scores, seed=3)
    assert bootstrap(auc, truths, scores, seed=3) != bootstrap(auc, truths, scores, seed=4)


@pytest.mark.parametrize(
    ("mistake", "error"),
    [
        (lambda: brier_score([], []), EmptyCountsError),
        (lambda: brier_score([True], [80]), StatisticsError),
        (lambda: brier_score([True], [math.nan]), StatisticsError),
        (lambda: brier_score([True, False], [0.5]), StatisticsError),
        (lambda: reliability([True], [0.5], n_bins=0), StatisticsError),
        (lambda: roc([True, True], [1, 2]), EmptyCountsError),
        (lambda: roc([True, False], [1, math.inf]), StatisticsError),
        (lambda: auc([True, False], [1]), StatisticsError),
        (lambda: delong([True, False, False], [1, 2, 3]), EmptyCountsError),
        (lambda: auc_interval([True, False], [1, 2], confidence=95), StatisticsError),
        (lambda: delong_difference([True, False], [1, 2], [1]), StatisticsError),
        (lambda: brier_parts([], []), EmptyCountsError),
        (lambda: chance_calibration_error([80], seed=1), StatisticsError),
    ],
)
def test_what_cannot_be_computed_is_refused_with_a_reason(mistake, error):
    with pytest.raises(error, match=r".{20,}"):
        mistake()
