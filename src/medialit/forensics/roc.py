"""Every threshold at once: the ROC curve of ratings or scores, its area, and intervals by resampling.

References
----------
Fawcett (2006), Pattern Recognition Letters 27:861 (the curve, algorithm 1).
Hanley and McNeil (1982), Radiology 143:29 (the area is the chance of ranking two clips right).
Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13 (percentile interval).
DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44:837 (areas of one set of clips, and their difference).
Sun and Xu (2014), IEEE Signal Processing Letters 21:1389 (the same from ranks).
Newcombe (2006), Statistics in Medicine 25:559 (an area's interval that stays inside 0 and 1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.stats import norm, rankdata

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
    signal, score = checked(truths, scores)
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
    signal, score = checked(truths, scores)
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
    base rate of the sample stays what it was. With fewer than 50 clips, and for a high area with fewer than 200, the
    interval is too narrow (benchmarks/intervals.py): take `auc_interval` for an area then.

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
    signal, score = checked(truths, scores)
    values = [statistic(signal[clips], score[clips]) for clips in _resamples(signal, seed, n_resamples)]
    return _percentiles(statistic(signal, score), values, confidence=confidence)


def difference(
    statistic: Callable[[Flags, Floats], float],
    truths: ArrayLike,
    before: ArrayLike,
    after: ArrayLike,
    *,
    seed: int,
    n_resamples: int = 1000,
    confidence: float = 0.95,
) -> Estimate:
    """Return the change of a statistic on the same clips, with its paired percentile bootstrap interval.

    Each resample takes the same clips for both, so that what makes a clip hard for both cancels.

    Parameters
    ----------
    statistic, truths, seed
        As in `bootstrap`.
    before, after : array_like of float, shape (N,)
        Two scores of each clip.

    Examples
    --------
    >>> truths = [True] * 6 + [False] * 6
    >>> before, after = [3, 1, 2, 5, 4, 6, 2, 1, 4, 3, 5, 1], [8, 7, 5, 9, 8, 6, 2, 1, 4, 3, 5, 1]
    >>> print(difference(auc, truths, before, after, seed=7))
    0.35 [0.07, 0.67]
    """
    (signal, first), (_, second) = checked(truths, before), checked(truths, after)
    values = [
        statistic(signal[clips], second[clips]) - statistic(signal[clips], first[clips])
        for clips in _resamples(signal, seed, n_resamples)
    ]
    return _percentiles(statistic(signal, second) - statistic(signal, first), values, confidence=confidence)


def delong(truths: ArrayLike, scores: ArrayLike, *, confidence: float = 0.95) -> Estimate:
    """Return the area under the ROC curve with DeLong's interval, which assumes nothing about the scores' shapes.

    It is symmetrical about the area and cut off at 0 and 1. For an area of 1 its width is 0, however few the clips:
    take `auc_interval` for few clips or a high area.

    References
    ----------
    DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44:837, equations 4 to 6, from ranks (Sun and Xu 2014).

    Examples
    --------
    >>> print(delong([True] * 8 + [False] * 8, [*range(4, 12), *range(8)]))
    0.88 [0.71, 1.00]
    """
    signal, score = checked(truths, scores)
    area, covariance = _delong(signal, score[np.newaxis])
    half = _z_of(confidence) * float(np.sqrt(covariance[0, 0]))
    return Estimate(float(area[0]), low=max(0.0, float(area[0]) - half), high=min(1.0, float(area[0]) + half))


def delong_difference(
    truths: ArrayLike, before: ArrayLike, after: ArrayLike, *, confidence: float = 0.95
) -> Estimate:
    """Return the change of the area between two scores of the same clips, with DeLong's interval.

    References
    ----------
    DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44:837, equation 8.

    Examples
    --------
    >>> truths = [True] * 6 + [False] * 6
    >>> before, after = [3, 1, 2, 5, 4, 6, 2, 1, 4, 3, 5, 1], [8, 7, 5, 9, 8, 6, 2, 1, 4, 3, 5, 1]
    >>> print(delong_difference(truths, before, after))
    0.35 [0.03, 0.66]
    """
    (signal, first), (_, second) = checked(truths, before), checked(truths, after)
    areas, covariance = _delong(signal, np.stack([first, second]))
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    change, half = float(areas[1] - areas[0]), _z_of(confidence) * float(np.sqrt(max(variance, 0.0)))
    return Estimate(change, low=max(-1.0, change - half), high=min(1.0, change + half))


def auc_interval(truths: ArrayLike, scores: ArrayLike, *, confidence: float = 0.95) -> Estimate:
    """Return the area under the ROC curve with an interval fit for few clips.

    The interval holds each area from which the observed one is not too far off, by the variance that an area of that
    height would have. So it stays inside 0 and 1 and has a width for an observed area of 1 too.

    References
    ----------
    Newcombe (2006), Statistics in Medicine 25:559, method 5: Hanley and McNeil's variance (1982, equations 1 and 2)
    for the unobserved area, with the mean of the two numbers of clips in place of each.

    Examples
    --------
    >>> print(auc_interval([True] * 5 + [False] * 5, range(10, 0, -1)))
    1.00 [0.64, 1.00]
    """
    signal, score = checked(truths, scores)
    area = auc(signal, score)
    n_synthetic, n_camera = int(signal.sum()), int((~signal).sum())
    z, n_mean = _z_of(confidence), (n_synthetic + n_camera) / 2

    def too_far(true: float) -> float:
        """Return how far the observed area is off a true one, less what is allowed: squared, in one piece."""
        spread = 1 + (n_mean - 1) * ((1 - true) / (2 - true) + true / (1 + true))
        return (true - area) ** 2 - z**2 * true * (1 - true) * spread / (n_synthetic * n_camera)

    edge = 1e-12  # an observed area of 1 makes 1 itself a second, false root
    return Estimate(
        area,
        low=0.0 if area == 0 else float(brentq(too_far, 0.0, min(area, 1 - edge))),
        high=1.0 if area == 1 else float(brentq(too_far, max(area, edge), 1.0)),
    )


def _resamples(signal: Flags, seed: int, n_resamples: int) -> NDArray[np.intp]:
    """Return the clips of each resample, the two kinds drawn apart, shape (n_resamples, N)."""
    generator = np.random.default_rng(seed)
    kinds = np.flatnonzero(signal), np.flatnonzero(~signal)
    return np.concatenate([generator.choice(kind, (n_resamples, kind.size)) for kind in kinds], axis=1)


def _percentiles(value: float, values: list[float], *, confidence: float) -> Estimate:
    low, high = np.quantile(values, [0.5 - confidence / 2, 0.5 + confidence / 2])
    return Estimate(value, low=float(low), high=float(high))


def _delong(signal: Flags, scores: Floats) -> tuple[Floats, Floats]:
    """Return the areas of K scores of the same clips, and their covariances, shapes (K,) and (K, K)."""
    synthetic, camera = scores[:, signal], scores[:, ~signal]  # (K, M), (K, N)
    n_synthetic, n_camera = synthetic.shape[1], camera.shape[1]
    if min(n_synthetic, n_camera) < 2:
        raise EmptyCountsError("DeLong's variance needs at least two synthetic and two camera clips.")
    ranks = rankdata(np.concatenate([synthetic, camera], axis=1), axis=1)  # ties share their mean rank
    # Of each clip: the share of the other kind that it is ranked right against.
    beaten = (ranks[:, :n_synthetic] - rankdata(synthetic, axis=1)) / n_camera  # (K, M)
    beaten_by = 1 - (ranks[:, n_synthetic:] - rankdata(camera, axis=1)) / n_synthetic  # (K, N)
    covariance = np.atleast_2d(np.cov(beaten)) / n_synthetic + np.atleast_2d(np.cov(beaten_by)) / n_camera
    return beaten.mean(axis=1), covariance


def _z_of(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise StatisticsError(f"A confidence lies strictly between 0 and 1, unlike {confidence!r}.")
    return float(norm.ppf(0.5 + confidence / 2))


def checked(truths: ArrayLike, scores: ArrayLike) -> tuple[Flags, Floats]:
    """Return truths and scores as arrays, shape (N,); refuse what no curve can be drawn of.

    Raises
    ------
    EmptyCountsError
        If one of the two kinds is absent.
    StatisticsError
        If the shapes differ or a score is not finite.
    """
    signal = np.asarray(truths, dtype=bool)
    score = np.asarray(scores, dtype=np.float64)
    if signal.ndim != 1 or signal.shape != score.shape:
        raise StatisticsError(f"Give one score for each clip: {score.shape} scores, {signal.shape} truths.")
    if signal.all() or not signal.any():
        raise EmptyCountsError("There must be at least one synthetic and one camera clip.")
    if not np.all(np.isfinite(score)):
        raise StatisticsError("A score must be a finite number, higher for more synthetic.")
    return signal, score
