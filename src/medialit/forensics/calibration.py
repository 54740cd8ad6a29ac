"""Whether confidence deserves belief: Brier score, calibration curve, expected calibration error.

Somebody who says "80 % synthetic" a hundred times is calibrated if eighty of those clips are synthetic.
How a score becomes a probability: `medialit.forensics.calibrators`.

References
----------
Brier (1950), Monthly Weather Review 78:1.
Murphy (1973), Journal of Applied Meteorology 12:595 (the parts of the Brier score).
Guo, Pleiss, Sun and Weinberger (2017), On calibration of modern neural networks, ICML (ECE, equation 5).
Broecker and Smith (2007), Weather and Forecasting 22:651 (what a calibrated observer's curve looks like).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from medialit.errors import EmptyCountsError, StatisticsError
from medialit.forensics.statistics import Estimate, wilson


@dataclass(frozen=True)
class Bin:
    """One point of a calibration curve.

    Parameters
    ----------
    said : float
        Mean probability that was given, 0 to 1.
    was : Estimate
        Share that was synthetic, with its Wilson interval.
    n : int
        Number of judgements in the bin, at least 1.
    """

    said: float
    was: Estimate
    n: int


@dataclass(frozen=True, kw_only=True)
class BrierParts:
    """What the Brier score is made of: reliability - resolution + uncertainty.

    Parameters
    ----------
    reliability : float
        How far what was said lies from what was: 0 is calibrated.
    resolution : float
        How far the clips are told apart: 0 where always the same is said, at most the uncertainty.
    uncertainty : float
        What nobody can change: the base rate times 1 minus itself.
    """

    reliability: float
    resolution: float
    uncertainty: float


def brier_score(truths: ArrayLike, probabilities: ArrayLike) -> float:
    """Return the mean squared distance between probability and truth.

    Parameters
    ----------
    truths : array_like of bool, shape (N,)
        True where the clip is synthetic.
    probabilities : array_like of float, shape (N,)
        The probability, 0 to 1, given to "synthetic".

    Returns
    -------
    float
        0 is perfect; always saying one half gets 0.25; 1 is certain and always wrong.

    Raises
    ------
    EmptyCountsError
        If there is no judgement.
    StatisticsError
        If the shapes differ or a probability lies outside 0 to 1.

    References
    ----------
    Brier (1950), Monthly Weather Review 78:1, for two outcomes, halved as is usual today.

    Examples
    --------
    >>> round(brier_score([True, False], [0.8, 0.4]), 3)
    0.1
    """
    outcome, said = _checked(truths, probabilities)
    return float(np.mean((said - outcome) ** 2))


def brier_parts(truths: ArrayLike, probabilities: ArrayLike) -> BrierParts:
    """Return the parts of the Brier score; parameters and errors as in `brier_score`.

    Judgements with the very same probability form one group, so this is for confidence given in steps. Where every
    probability is another, each group is one clip and the parts say nothing: round them first.

    References
    ----------
    Murphy (1973), Journal of Applied Meteorology 12:595, equation 7.

    Examples
    --------
    >>> parts = brier_parts([True, True, False, False, True], [0.8, 0.8, 0.8, 0.2, 0.2])
    >>> f"{parts.reliability:.3f} - {parts.resolution:.3f} + {parts.uncertainty:.3f}"
    '0.047 - 0.007 + 0.240'
    """
    outcome, said = _checked(truths, probabilities)
    values, which, n = np.unique(said, return_inverse=True, return_counts=True)
    was, base = np.bincount(which, weights=outcome) / n, float(outcome.mean())
    return BrierParts(
        reliability=float(np.average((values - was) ** 2, weights=n)),
        resolution=float(np.average((was - base) ** 2, weights=n)),
        uncertainty=base * (1 - base),
    )


def reliability(
    truths: ArrayLike, probabilities: ArrayLike, *, n_bins: int = 10, confidence: float = 0.95
) -> Sequence[Bin]:
    """Return the calibration curve: what was said against what was, in bins of equal width.

    Parameters
    ----------
    truths : array_like of bool, shape (N,)
        True where the clip is synthetic.
    probabilities : array_like of float, shape (N,)
        The probability, 0 to 1, given to "synthetic".
    n_bins : int
        Bins between 0 and 1, at least 1. A probability on an edge belongs to the bin above; empty bins
        are left out.
    confidence : float
        Of the Wilson interval of each point.

    Examples
    --------
    >>> curve = reliability([True, True, False, True], [0.9, 0.9, 0.9, 0.2], n_bins=5)
    >>> [(round(point.said, 2), round(point.was.value, 2), point.n) for point in curve]
    [(0.2, 1.0, 1), (0.9, 0.67, 3)]
    """
    if n_bins < 1:
        raise StatisticsError(f"A calibration curve needs at least one bin, not {n_bins}.")
    outcome, said = _checked(truths, probabilities)
    which = np.minimum((said * n_bins).astype(int), n_bins - 1)  # (N,)
    return [
        Bin(
            said=float(said[which == index].mean()),
            was=wilson(
                int(outcome[which == index].sum()), int(np.sum(which == index)), confidence=confidence
            ),
            n=int(np.sum(which == index)),
        )
        for index in np.unique(which)
    ]


def expected_calibration_error(truths: ArrayLike, probabilities: ArrayLike, *, n_bins: int = 10) -> float:
    """Return the mean distance between what was said and what was, weighted by the bins' sizes.

    Returns
    -------
    float
        0 is perfectly calibrated, 1 is certain and always wrong. With few judgements it is above 0
        even for a calibrated observer: show it beside the interval of each bin.

    References
    ----------
    Guo, Pleiss, Sun and Weinberger (2017), ICML, equation 5.

    Examples
    --------
    >>> round(expected_calibration_error([True, True, False, False], [1.0, 1.0, 0.5, 0.5]), 3)
    0.25
    """
    curve = reliability(truths, probabilities, n_bins=n_bins)
    n = sum(point.n for point in curve)
    return sum(point.n / n * abs(point.said - point.was.value) for point in curve)


def chance_calibration_error(
    probabilities: ArrayLike, *, seed: int, n_bins: int = 10, n_draws: int = 1000
) -> Estimate:
    """Return the calibration error of an observer who says the same and is perfectly calibrated.

    With few clips even such a one has an error, by the luck of the draw. An observed error inside this range is
    no evidence of miscalibration, and one that is small may be below what the clips can show.

    Parameters
    ----------
    probabilities : array_like of float, shape (N,)
        What was said, 0 to 1.
    seed : int
        The same seed draws the same truths.
    n_bins : int
        As in `expected_calibration_error`.

    Returns
    -------
    Estimate
        The mean, and the range of the middle 95 %.

    References
    ----------
    Broecker and Smith (2007), Weather and Forecasting 22:651, section 3.

    Examples
    --------
    >>> print(chance_calibration_error([0.1, 0.3, 0.5, 0.7, 0.9] * 6, seed=1))
    0.13 [0.05, 0.23]
    """
    said = np.asarray(probabilities, dtype=np.float64)
    _checked(np.zeros(said.shape, bool), said)
    truths = np.random.default_rng(seed).random((n_draws, said.size)) < said  # (n_draws, N)
    which = np.minimum((said * n_bins).astype(int), n_bins - 1)
    bins = np.eye(n_bins)[
        which
    ]  # (N, n_bins): the sum over bins of n / N * |said - was| is |sum of differences| / N
    errors = np.abs((truths - said) @ bins).sum(axis=1) / said.size
    low, high = np.quantile(errors, [0.025, 0.975])
    return Estimate(float(errors.mean()), low=float(low), high=float(high))


def _checked(truths: ArrayLike, probabilities: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    outcome = np.asarray(truths, dtype=bool).astype(np.float64)
    said = np.asarray(probabilities, dtype=np.float64)
    if outcome.ndim != 1 or outcome.shape != said.shape:
        raise StatisticsError(
            f"Give one probability for each clip: {said.shape} probabilities, {outcome.shape} truths."
        )
    if outcome.size == 0:
        raise EmptyCountsError("No clip was judged, so there is nothing to average.")
    if not np.all((said >= 0) & (said <= 1)):  # refuses NaN too
        raise StatisticsError("A probability lies between 0 and 1; write 80 % as 0.8.")
    return outcome, said
