"""Laws of probabilities and base rates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialit.errors import StatisticsError
from medialit.forensics.calibration import expected_calibration_error
from medialit.forensics.detectors import fit_curve
from medialit.forensics.detectors.calibrated import Curve

WEIGHTS = st.floats(0, 50)
SCORES = st.floats(-1e6, 1e6)


@given(weight=WEIGHTS, bias=st.floats(-50, 50), one=SCORES, two=SCORES)
def test_a_higher_score_never_makes_a_lower_probability(
    weight: float, bias: float, one: float, two: float
) -> None:
    curve = Curve(weights={"forest": weight}, bias=bias)
    low, high = sorted((one, two))
    assert 0 <= curve.probability({"forest": low}) <= curve.probability({"forest": high}) <= 1


@given(seed=st.integers(0, 50), n_bad=st.integers(0, 2))
def test_a_fitted_curve_rises_even_where_a_detector_is_misled(seed: int, n_bad: int) -> None:
    rng = np.random.default_rng(seed)
    truth = np.arange(80) % 2 == 0
    scores = rng.normal(size=(80, 2)) + np.where(truth, 1.0, -1.0)[:, None] * np.array([1, 1 - n_bad])
    curve = fit_curve(("a", "b"), scores, truth)
    assert min(curve.weights.values()) >= 0


def test_a_fitted_curve_is_calibrated_where_scores_are_log_odds() -> None:
    rng = np.random.default_rng(3)
    truth = rng.random(4000) < 0.5
    scores = rng.normal(np.where(truth, 1.0, -1.0), 1.0)
    curve = fit_curve(("a",), scores[:, None], truth)
    said = [curve.probability({"a": score}) for score in scores]
    assert expected_calibration_error(truth, said) < 0.03
    assert curve.weights["a"] == pytest.approx(
        2.0, abs=0.2
    )  # two normals 2 apart: the log-odds are twice the score


def test_a_curve_is_the_same_whatever_share_of_the_clips_is_synthetic() -> None:
    rng = np.random.default_rng(4)
    truth = np.arange(3000) % 10 == 0
    scores = rng.normal(np.where(truth, 1.0, -1.0), 1.0)
    assert fit_curve(("a",), scores[:, None], truth).probability({"a": 0.0}) == pytest.approx(0.5, abs=0.06)


def test_one_kind_alone_or_a_score_that_is_no_number_is_refused() -> None:
    with pytest.raises(StatisticsError):
        fit_curve(("a",), np.zeros((4, 1)), np.ones(4, bool))
    with pytest.raises(StatisticsError):
        fit_curve(("a",), np.array([[0.0], [np.nan]]), np.array([True, False]))
