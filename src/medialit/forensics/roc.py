"""Every threshold at once: the ROC curve of ratings or scores, its area, and intervals by resampling.

References
----------
Fawcett (2006), Pattern Recognition Letters 27:861 (the curve, algorithm 1).
Hanley and McNeil (1982), Radiology 143:29 (the area is the chance of ranking two clips right).
Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13 (percentile interval).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from medialit.errors import EmptyCountsError, StatisticsError
from medialit.forensics.statistics import Estimate

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Roc:
    """Operating points from "never say synthetic" to "always say synthetic".

    Parameters
    ----------
    thresholds : ndarray of float64, shape (K,)
        Falling; a clip is called synthetic at a threshold if its score reaches it. The first is infinite.
    false_alarm_rates, hit_rates : ndarray of float64, shape (K,)
        Rising from 0 to 1.
    """

    thresholds: Floats
    false_alarm_rates: Floats
    hit_rates: Floats


def roc(truths: ArrayLike, scores: ArrayLike) -> Roc:
    """Return the ROC curve of scores or ratings, one point for each distinct score.

    Parameters
    ----------
    truths : array_like of bool, shape (N,)
        True where the clip is synthetic.
    scores : array_like of float, shape (N,)
        Higher is more synthetic; finite. Only their order matters.

    Raises
    ------
    EmptyCountsError
        If one of the two kinds is absent.
    StatisticsError
        If the shapes differ or a score is not finite.

    Examples
    --------
    >>> curve = roc([True, True, False, False], [6, 4, 4, 1])
    >>> curve.hit_rates.tolist(), curve.false_alarm_rates.tolist()
    ([0.0, 0.5, 1.0, 1.0], [0.0, 0.0, 0.5, 1.0])
    """
    signal, score = _checked(truths, scores)
    thresholds = np.unique(score)[::-1]  # (K - 1,)
    called = score[np.newaxis, :] >= thresholds[:, np.newaxis]  # (K - 1, N)
    return Roc(
        thresholds=np.concatenate([[np.inf], thresholds]),
        false_alarm_rates=np.concatenate([[0.0], called[:, ~signal].mean(axis=1)]),
        hit_rates=np.concatenate([[0.0], called[:, signal].mean(axis=1)]),
    )


def auc(truths: ArrayLike, scores: ArrayLike) -> float:
    """Return the area under the ROC curve.

    Returns
    -------
    float
        The chance that a random synthetic clip outscores a random camera clip, ties counted half:
        1 is perfect, 0.5 is guessing.

    References
    ----------
    Hanley and McNeil (1982), Radiology 143:29.

    Examples
    --------
    >>> auc([True, True, False, False], [6, 4, 4, 1])
    0.875
    """
    signal, score = _checked(truths, scores)
    camera = np.sort(score[~signal])
    # Of each synthetic clip: how many camera clips it outscores, and half of those it ties with.
    outscored = np.searchsorted(camera, score[signal], "left") + np.searchsorted(
        camera, score[signal], "right"
    )
    return float(outscored.mean() / (2 * camera.size))


def bootstrap(
    statistic: Callable[[Flags, Floats], float],
    truths: ArrayLike,
    scores: ArrayLike,
    *,
    seed: int,
    n_resamples: int = 1000,
    confidence: float = 0.95,
) -> Estimate:
    """Return a statistic with its percentile bootstrap interval.

    The synthetic and the camera clips are resampled apart, so that both kinds are always there and the
    base rate of the sample stays what it was.

    Parameters
    ----------
    statistic : callable
        `statistic(truths, scores) -> float`, for example `auc` or `brier_score`.
    truths, scores : array_like, shape (N,)
        As in `roc`.
    seed : int
        The same seed gives the same interval.

    Examples
    --------
    >>> print(bootstrap(auc, [True] * 8 + [False] * 8, [*range(4, 12), *range(8)], seed=7))
    0.88 [0.70, 1.00]
    """
    signal, score = _checked(truths, scores)
    generator = np.random.default_rng(seed)
    kinds = np.flatnonzero(signal), np.flatnonzero(~signal)
    drawn = np.concatenate([generator.choice(kind, (n_resamples, kind.size)) for kind in kinds], axis=1)
    values = np.array([statistic(signal[clips], score[clips]) for clips in drawn])
    low, high = np.quantile(values, [0.5 - confidence / 2, 0.5 + confidence / 2])
    return Estimate(statistic(signal, score), low=float(low), high=float(high))


def _checked(truths: ArrayLike, scores: ArrayLike) -> tuple[Flags, Floats]:
    signal = np.asarray(truths, dtype=bool)
    score = np.asarray(scores, dtype=np.float64)
    if signal.ndim != 1 or signal.shape != score.shape:
        raise StatisticsError(f"Give one score for each clip: {score.shape} scores, {signal.shape} truths.")
    if signal.all() or not signal.any():
        raise EmptyCountsError("A ROC curve needs at least one synthetic and one camera clip.")
    if not np.all(np.isfinite(score)):
        raise StatisticsError("A score must be a finite number, higher for more synthetic.")
    return signal, score
