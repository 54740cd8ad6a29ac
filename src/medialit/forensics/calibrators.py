"""From a score to a probability: Platt's curve, isotonic steps, and the same probability at another base rate.

A calibrator is fitted on clips that neither trained nor test the detector, keeps their base rate, and is worth
what those clips are worth: on media of another kind its probabilities are numbers between 0 and 1, no more. Whether
they deserve belief is measured in `medialit.forensics.calibration`.

References
----------
Platt (1999), Probabilistic outputs for support vector machines, in Advances in Large Margin Classifiers.
Lin, Lin and Weng (2007), Machine Learning 68:267 (how to compute it).
Zadrozny and Elkan (2002), Transforming classifier scores into accurate multiclass probability estimates, KDD.
Saerens, Latinne and Decaestecker (2002), Neural Computation 14:21 (another base rate).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import isotonic_regression, minimize
from scipy.special import expit

from medialit.errors import StatisticsError
from medialit.forensics.roc import checked

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Platt:
    """A logistic curve over scores: two numbers, so that it can be fitted on few clips.

    Parameters
    ----------
    slope, intercept : float
        The probability is 1 / (1 + exp(-(slope * score + intercept))). It rises with the score where the slope is
        above 0; a slope below 0 says that the scores were worse than chance on the clips it was fitted on.

    Examples
    --------
    >>> Platt(slope=2.0, intercept=-1.0)([0.5, 2.0]).round(2).tolist()
    [0.5, 0.95]
    """

    slope: float
    intercept: float

    def __call__(self, scores: ArrayLike) -> Floats:
        """Return the probability of "synthetic" for each score."""
        probabilities: Floats = expit(self.slope * np.asarray(scores, dtype=np.float64) + self.intercept)
        return probabilities


@dataclass(frozen=True, kw_only=True)
class Isotonic:
    """Rising steps over scores, joined by straight lines; flat beyond the first and the last.

    Parameters
    ----------
    scores, probabilities : tuple of float
        The corners, both rising.

    Examples
    --------
    >>> Isotonic(scores=(1.0, 3.0), probabilities=(0.2, 0.6))([0, 2, 9]).round(2).tolist()
    [0.2, 0.4, 0.6]
    """

    scores: tuple[float, ...]
    probabilities: tuple[float, ...]

    def __call__(self, scores: ArrayLike) -> Floats:
        """Return the probability of "synthetic" for each score."""
        probabilities: Floats = np.interp(np.asarray(scores, np.float64), self.scores, self.probabilities)
        return probabilities


def platt(truths: ArrayLike, scores: ArrayLike) -> Platt:
    """Return Platt's curve for scores, fitted by maximum likelihood to targets drawn in a little from 0 and 1.

    Parameters
    ----------
    truths : array_like of bool, shape (N,)
        True where the clip is synthetic.
    scores : array_like of float, shape (N,)
        Higher is more synthetic; finite.

    Raises
    ------
    EmptyCountsError
        If one of the two kinds is absent.
    StatisticsError
        If the shapes differ, a score is not finite, or all scores are the same.

    References
    ----------
    Platt (1999), equation 13 (the targets); Lin, Lin and Weng (2007), Machine Learning 68:267, equation 3.

    Examples
    --------
    >>> curve = platt([True] * 20 + [False] * 20, [*range(10, 30), *range(20)])
    >>> curve([0, 15, 29]).round(2).tolist()
    [0.03, 0.53, 0.97]
    """
    signal, score = checked(truths, scores)
    centre, spread = float(score.mean()), float(score.std())
    if spread == 0:
        raise StatisticsError("All scores are the same, so no curve over them can be fitted.")
    n_synthetic, n_camera = int(signal.sum()), int((~signal).sum())
    target = np.where(signal, (n_synthetic + 1) / (n_synthetic + 2), 1 / (n_camera + 2))
    x = (score - centre) / spread

    def loss(parameters: Floats) -> tuple[float, Floats]:
        logit = parameters[0] * x + parameters[1]
        error = expit(logit) - target
        return float(np.sum(np.logaddexp(0, logit) - target * logit)), np.array([error @ x, error.sum()])

    slope, intercept = minimize(loss, np.zeros(2), jac=True, method="BFGS", options={"gtol": 1e-8}).x
    return Platt(slope=float(slope / spread), intercept=float(intercept - slope * centre / spread))


def isotonic(truths: ArrayLike, scores: ArrayLike) -> Isotonic:
    """Return the rising steps that lie nearest to the truths; parameters and errors as in `platt`.

    They follow any rising shape and therefore want hundreds of clips. The lowest step is often 0 and the highest 1:
    what was never seen on these clips is then called impossible.

    References
    ----------
    Zadrozny and Elkan (2002), KDD, section 3 (pool adjacent violators).

    Examples
    --------
    >>> isotonic([False, True, False, True], [1, 2, 3, 4])([1, 2, 3, 4]).tolist()
    [0.0, 0.5, 0.5, 1.0]
    """
    signal, score = checked(truths, scores)
    corners, which, n = np.unique(score, return_inverse=True, return_counts=True)
    shares = np.bincount(which, weights=signal) / n
    steps = isotonic_regression(shares, weights=n).x
    return Isotonic(scores=tuple(corners.tolist()), probabilities=tuple(np.clip(steps, 0, 1).tolist()))


def at_base_rate(probabilities: ArrayLike, *, was: float, now: float) -> Floats:
    """Return what probabilities become where synthetic clips are rarer or commoner than where they were fitted.

    Parameters
    ----------
    probabilities : array_like of float
        0 to 1, right at the base rate `was`.
    was, now : float
        Share of synthetic clips among those the calibrator was fitted on, and where it is used; strictly between
        0 and 1. That synthetic clips look alike at both places, and camera clips too, is taken for granted.

    Raises
    ------
    StatisticsError
        If a probability lies outside 0 to 1, or a base rate is not strictly between.

    References
    ----------
    Saerens, Latinne and Decaestecker (2002), Neural Computation 14:21, equation 2.4.

    Examples
    --------
    >>> at_base_rate([0.5, 0.9, 0.99], was=0.5, now=0.01).round(3).tolist()
    [0.01, 0.083, 0.5]
    """
    said = np.asarray(probabilities, dtype=np.float64)
    if not np.all((said >= 0) & (said <= 1)):
        raise StatisticsError("A probability lies between 0 and 1; write 80 % as 0.8.")
    for rate in (was, now):
        if not 0 < rate < 1:
            raise StatisticsError(f"A base rate here lies strictly between 0 and 1, unlike {rate!r}.")
    synthetic, camera = said * now / was, (1 - said) * (1 - now) / (1 - was)
    moved: Floats = synthetic / (synthetic + camera)
    return moved
