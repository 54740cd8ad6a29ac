"""Means over a class and what they are worth: a paired bootstrap over learners, with the order of the forms evened out.

The unit is the learner: two answers of one person are not two people's. Learners who began with form A and those who
began with form B are averaged apart and then together with equal weight. A form that is harder than the other moves the
two halves in opposite directions, so it cancels, whatever their sizes.

References
----------
Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapters 8 and 13.
Hesterberg (2015), The American Statistician 69:371, section 3.4 (the expanded percentile interval for small samples).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm, t

from medialit.errors import ContestError
from medialit.forensics.statistics import Change, Counts, Estimate, criterion, d_prime
from medialit.language import msgid as _msgid

Floats = NDArray[np.float64]
Strata = Sequence[NDArray[np.intp]]
N_RESAMPLES = 2000


@dataclass(frozen=True, kw_only=True)
class ClassChange:
    """How a class changed between two occasions.

    Parameters
    ----------
    change : Change
        Mean over learners of after minus before, of d' and of c.
    n : int
        Learners who took part in both.
    balanced : bool
        Whether the order of the forms could be evened out; if not, a harder form may pass for a change.
    """

    change: Change
    n: int
    balanced: bool


def class_change(
    before: Sequence[Counts],
    after: Sequence[Counts],
    firsts: Sequence[str],
    *,
    seed: int,
    confidence: float = 0.95,
    n_resamples: int = N_RESAMPLES,
) -> ClassChange:
    """Return how much d' and c changed, with intervals over learners.

    Parameters
    ----------
    before, after : sequence of Counts
        One of each learner, in the same order.
    firsts : sequence of str
        The form that each began with.
    seed : int
        The same seed gives the same intervals.
    confidence : float
        Of each interval.
    n_resamples : int

    Raises
    ------
    ContestError
        If the series differ in length, or there are fewer than two learners.

    Examples
    --------
    >>> start = [Counts(hits=9, misses=6, false_alarms=6, correct_rejections=18)] * 6
    >>> end = [Counts(hits=12 + i % 2, misses=3 - i % 2, false_alarms=12, correct_rejections=12) for i in range(6)]
    >>> found = class_change(start, end, ["a", "b", "b", "a", "a", "b"], seed=1)
    >>> str(found.change.verdict), found.n, found.balanced
    ('more suspicious', 6, True)
    """
    d = [d_prime(two) - d_prime(one) for one, two in _pairs(before, after)]
    c = [criterion(two) - criterion(one) for one, two in _pairs(before, after)]
    over = strata(firsts)
    sight, readiness = (
        mean_over(values, over, seed=seed, confidence=confidence, n_resamples=n_resamples)
        for values in (d, c)
    )
    return ClassChange(
        change=Change(d_prime=sight, criterion=readiness), n=len(before), balanced=len(over) > 1
    )


def strata(firsts: Sequence[str]) -> Strata:
    """Return the positions of each half of a class; all in one where a half has fewer than two learners.

    Examples
    --------
    >>> [half.tolist() for half in strata(["a", "b", "b", "a"])], len(strata(["a", "a", "b"]))
    ([[0, 3], [1, 2]], 1)
    """
    halves = [np.flatnonzero(np.array(firsts) == form) for form in sorted(set(firsts))]
    return halves if all(half.size >= 2 for half in halves) else [np.arange(len(firsts))]


def mean_over(
    values: ArrayLike, over: Strata, *, seed: int, confidence: float = 0.95, n_resamples: int = N_RESAMPLES
) -> Estimate:
    """Return the mean of learners' values, the halves weighing alike, with its expanded percentile interval."""
    table = np.asarray(values, dtype=np.float64)[:, np.newaxis]
    means = _means(table, over, seed=seed, n_resamples=n_resamples, confidence=confidence)[:, 0]
    return _estimate(_mean(table, over)[0], means, over, confidence=confidence)


def statistic_over(
    statistic: Callable[[Floats], float],
    table: Floats,
    over: Strata,
    *,
    seed: int,
    confidence: float = 0.95,
    n_resamples: int = N_RESAMPLES,
) -> Estimate:
    """Return a statistic of the mean of learners' rows, with an interval over learners.

    Parameters
    ----------
    statistic : callable
        Of a row's mean, shape (K,). NaN where a resample does not give it; such resamples are left out.
    table : ndarray of float64, shape (N, K)
        A row for each learner.
    over : sequence of ndarray
        As from `strata`.
    seed : int
    confidence : float
    n_resamples : int

    Raises
    ------
    ContestError
        If there are fewer than two learners, or the confidence is not between 0 and 1.
    """
    means = _means(table, over, seed=seed, n_resamples=n_resamples, confidence=confidence)
    found = np.array([statistic(mean) for mean in means])
    return _estimate(statistic(_mean(table, over)), found, over, confidence=confidence)


def _means(table: Floats, over: Strata, *, seed: int, n_resamples: int, confidence: float) -> Floats:
    """Return the mean row of each resample, shape (R, K): learners are drawn within their half, again and again."""
    if min((half.size for half in over), default=0) < 2 or not 0 < confidence < 1:
        raise ContestError(
            _msgid("An interval over learners needs at least two of them, and a confidence between 0 and 1.")
        )
    generator = np.random.default_rng(seed)
    drawn = [half[generator.integers(half.size, size=(n_resamples, half.size))] for half in over]
    return np.asarray(np.mean([table[which].mean(axis=1) for which in drawn], axis=0))


def _mean(table: Floats, over: Strata) -> Floats:
    return np.asarray(np.mean([table[half].mean(axis=0) for half in over], axis=0))


def _estimate(value: float, found: Floats, over: Strata, *, confidence: float) -> Estimate:
    found = found[np.isfinite(found)]
    if not found.size:
        return Estimate(float(value), low=-math.inf, high=math.inf)
    least = min(half.size for half in over)
    tail = _tail(confidence, n=sum(half.size for half in over), n_strata=len(over), least=least)
    low, high = np.quantile(found, [tail, 1 - tail])
    return Estimate(float(value), low=float(low), high=float(high))


def _tail(confidence: float, *, n: int, n_strata: int, least: int) -> float:
    """Return the share of resamples to cut at each end: fewer than usual, as a small sample varies too little."""
    wider = t.ppf(0.5 + confidence / 2, n - n_strata) * math.sqrt(least / (least - 1))
    return float(norm.cdf(-wider))


def _pairs(before: Sequence[Counts], after: Sequence[Counts]) -> list[tuple[Counts, Counts]]:
    if len(before) != len(after):
        raise ContestError(
            _msgid("There must be one count before and one after for each learner: {before} and {after}."),
            before=len(before),
            after=len(after),
        )
    return list(zip(before, after, strict=True))
