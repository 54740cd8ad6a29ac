"""From scores to probabilities, against scikit-learn, Bayes' rule and laws."""

import json
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit
from sklearn.calibration import _SigmoidCalibration
from sklearn.isotonic import IsotonicRegression

from medialit.errors import EmptyCountsError, StatisticsError
from medialit.forensics.calibration import brier_score, expected_calibration_error
from medialit.forensics.calibrators import Isotonic, at_base_rate, isotonic, platt

ratings = st.lists(st.tuples(st.booleans(), st.integers(-9, 9)), min_size=4, max_size=60).filter(
    lambda pairs: len({truth for truth, _ in pairs}) == 2 and len({score for _, score in pairs}) > 1
)
rates = st.floats(0.01, 0.99)


def split(pairs):
    return [truth for truth, _ in pairs], [float(value) for _, value in pairs]


def drawn(seed, n=400):
    """Scores whose probability is expit(1.5 * score - 0.5)."""
    generator = np.random.default_rng(seed)
    scores = generator.normal(size=n) * 2
    return generator.random(n) < expit(1.5 * scores - 0.5), scores


@settings(deadline=None, max_examples=50)
@given(ratings)
def test_platts_curve_is_that_of_scikit_learn(pairs):
    truths, scores = split(pairs)
    theirs = _SigmoidCalibration().fit(np.array(scores), np.array(truths))
    assert platt(truths, scores)(scores) == pytest.approx(theirs.predict(np.array(scores)), abs=2e-3)


@settings(deadline=None, max_examples=50)
@given(ratings)
def test_the_steps_are_those_of_scikit_learn(pairs):
    truths, scores = split(pairs)
    theirs = IsotonicRegression(out_of_bounds="clip").fit(scores, truths)
    asked = np.linspace(-10, 10, 41)
    assert isotonic(truths, scores)(asked) == pytest.approx(theirs.predict(asked), abs=1e-9)


@settings(deadline=None, max_examples=50)
@given(ratings)
def test_the_steps_never_fall_and_keep_the_base_rate(pairs):
    truths, scores = split(pairs)
    curve = isotonic(truths, scores)
    assert np.all(np.diff(curve.probabilities) >= 0)
    assert np.mean(curve(scores)) == pytest.approx(np.mean(truths), abs=1e-9)


@settings(deadline=None, max_examples=50)
@given(ratings, st.floats(0.01, 100), st.floats(-50, 50))
def test_platts_probabilities_do_not_depend_on_the_unit_of_the_score(pairs, scale, shift):
    truths, scores = split(pairs)
    moved = [scale * score + shift for score in scores]
    assert platt(truths, moved)(moved) == pytest.approx(platt(truths, scores)(scores), abs=1e-4)


def test_the_curve_that_made_the_truths_is_found_again():
    curve = platt(*drawn(1, n=20_000))
    assert (curve.slope, curve.intercept) == pytest.approx((1.5, -0.5), abs=0.08)


@pytest.mark.parametrize("fit", [platt, isotonic])
def test_a_calibrator_mends_overconfidence_on_other_clips(fit):
    truths, scores = drawn(2)
    overconfident = expit(6 * scores)
    mended = fit(*drawn(3))(scores)
    assert expected_calibration_error(truths, mended) < expected_calibration_error(truths, overconfident)
    assert brier_score(truths, mended) < brier_score(truths, overconfident)


@settings(deadline=None, max_examples=50)
@given(st.floats(0.001, 0.999), rates, rates)
def test_another_base_rate_moves_the_log_odds_by_that_of_the_rates(probability, was, now):
    moved = at_base_rate(probability, was=was, now=now)
    assert logit(moved) == pytest.approx(logit(probability) + logit(now) - logit(was), abs=1e-6)
    assert at_base_rate(moved, was=now, now=was) == pytest.approx(probability, abs=1e-9)


def test_another_base_rate_is_bayes_rule_for_an_imagined_population():
    # Of 1000 clips half are synthetic; a score is seen in 40 of them and in 10 camera clips: 0.8.
    # Where 50 of 1000 are synthetic it is seen in 4 of them and in 19 of 950 camera clips.
    assert at_base_rate(0.8, was=0.5, now=0.05) == pytest.approx(4 / 23)


@settings(deadline=None, max_examples=50)
@given(ratings)
def test_a_calibrator_of_numbers_survives_json(pairs):
    truths, scores = split(pairs)
    curve = isotonic(truths, scores)
    read = json.loads(json.dumps(asdict(curve)))
    assert Isotonic(scores=tuple(read["scores"]), probabilities=tuple(read["probabilities"])) == curve


@pytest.mark.parametrize(
    ("mistake", "error"),
    [
        (lambda: platt([True, True], [1, 2]), EmptyCountsError),
        (lambda: platt([True, False], [1, 1]), StatisticsError),
        (lambda: isotonic([True, False], [1, float("nan")]), StatisticsError),
        (lambda: isotonic([True, False], [1]), StatisticsError),
        (lambda: at_base_rate(80, was=0.5, now=0.1), StatisticsError),
        (lambda: at_base_rate(0.8, was=0.5, now=0), StatisticsError),
        (lambda: at_base_rate(0.8, was=50, now=0.1), StatisticsError),
    ],
)
def test_what_cannot_be_computed_is_refused_with_a_reason(mistake, error):
    with pytest.raises(error, match=r".{20,}"):
        mistake()
