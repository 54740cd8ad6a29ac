"""Confidence and ROC curves, against scikit-learn and published figures."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, roc_auc_score, roc_curve

from medialit.errors import EmptyCountsError, StatisticsError
from medialit.forensics.calibration import brier_score, expected_calibration_error, reliability
from medialit.forensics.roc import auc, bootstrap, roc

ratings = st.lists(st.tuples(st.booleans(), st.integers(1, 6)), min_size=2, max_size=60).filter(
    lambda pairs: len({truth for truth, _ in pairs}) == 2
)
beliefs = st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=60)


def split(pairs):
    return [truth for truth, _ in pairs], [value for _, value in pairs]


@settings(deadline=None)
@given(beliefs)
def test_the_brier_score_is_that_of_scikit_learn(pairs):
    truths, said = split(pairs)
    assert brier_score(truths, said) == pytest.approx(
        brier_score_loss(truths, said, pos_label=True), abs=1e-12
    )


@settings(deadline=None)
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


@settings(deadline=None)
@given(ratings)
def test_the_area_is_that_of_scikit_learn(pairs):
    truths, scores = split(pairs)
    assert auc(truths, scores) == pytest.approx(roc_auc_score(truths, scores), abs=1e-12)


@settings(deadline=None)
@given(ratings)
def test_the_curve_is_that_of_scikit_learn(pairs):
    truths, scores = split(pairs)
    false_alarms, hits, thresholds = roc_curve(truths, scores, drop_intermediate=False)
    curve = roc(truths, scores)
    assert curve.hit_rates == pytest.approx(hits)
    assert curve.false_alarm_rates == pytest.approx(false_alarms)
    assert curve.thresholds[1:] == pytest.approx(thresholds[1:])


def test_the_area_of_the_published_ratings():
    # Hanley and McNeil (1982), Radiology 143:29, table I: 58 normal and 51 abnormal images, 5 categories.
    normal, abnormal = [33, 6, 6, 11, 2], [3, 2, 2, 11, 33]
    truths = [False] * 58 + [True] * 51
    scores = [*np.repeat(range(1, 6), normal), *np.repeat(range(1, 6), abnormal)]
    assert auc(truths, scores) == pytest.approx(0.893, abs=5e-4)
    interval = bootstrap(auc, truths, scores, seed=1)
    # Their standard error is 0.032 (table II): 1.96 of it to either side.
    assert (interval.low, interval.high) == pytest.approx((0.830, 0.956), abs=0.015)


@settings(deadline=None)
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
    ],
)
def test_what_cannot_be_computed_is_refused_with_a_reason(mistake, error):
    with pytest.raises(error, match=r".{20,}"):
        mistake()
