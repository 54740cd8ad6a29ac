"""What many observers see together: rules that make one answer of many, and what to expect of them.

Everybody says with which probability a clip is synthetic; a rule turns the crowd's sayings into one
score a clip. What it is worth is measured as for a detector: `auc` for its order, `brier_score` where
it is read as a probability. A machine is an observer like another: add its row to pool the two.

More heads help as far as they err apart. A crowd that was taught the same wrong sign errs as one.

References
----------
Grofman, Owen and Feld (1983), Theory and Decision 15:261 (Condorcet's theorem, theorem I).
Nitzan and Paroush (1982), International Economic Review 23:289 (weights of a vote).
Stone (1961), Annals of Mathematical Statistics 32:1339 (the mean of probabilities).
Genest and Zidek (1986), Statistical Science 1:114 (the mean of log-odds).
Sorkin and Dai (1994), Organizational Behavior and Human Decision Processes 60:1 (d' of a team).
Groh, Epstein, Firestone and Picard (2022), PNAS 119:e2110013119 (crowds and machines on deepfakes).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binom

from medialit.errors import EmptyCountsError, StatisticsError
from medialit.forensics.statistics import Estimate

Floats = NDArray[np.float64]
Rule = Callable[[ArrayLike], Floats]

CERTAIN = 0.01
"""Who says 0 or 1 is taken to mean 0.01 or 0.99 where log-odds are summed: certainty would outvote any crowd."""


def majority(said: ArrayLike) -> Floats:
    """Return the share of the observers who call each clip synthetic.

    Parameters
    ----------
    said : array_like of float, shape (O, N)
        The probability, 0 to 1, that each of O observers gave to "synthetic" for each of N clips; NaN
        where somebody did not judge a clip. Exactly one half is half a vote.

    Returns
    -------
    ndarray of float64, shape (N,)
        From 0 to 1; the crowd says "synthetic" above one half.

    Raises
    ------
    EmptyCountsError
        If nobody judged one of the clips.
    StatisticsError
        If a probability lies outside 0 to 1, or the array is not a table.

    Examples
    --------
    >>> majority([[0.9, 0.2], [0.6, 0.4], [0.1, 0.3]]).round(2).tolist()
    [0.67, 0.0]
    """
    table = _table(said)
    return _mean((np.sign(table - 0.5) + 1) / 2, np.ones_like(table))


def weighted_vote(said: ArrayLike) -> Floats:
    """Return the vote in which everybody weighs as much as their confidence.

    The weight of one who says 0.9 or 0.1 is 0.8; of one who says one half, nothing. Parameters, shape and errors
    as in `majority`. Where nobody favours either answer, the vote is one half.

    Examples
    --------
    Two who are in doubt do not outvote one who saw it:

    >>> said = [[0.95], [0.4], [0.45]]
    >>> majority(said).round(2).tolist(), weighted_vote(said).round(2).tolist()
    ([0.33], [0.75])
    """
    table = _table(said)
    return _mean((np.sign(table - 0.5) + 1) / 2, np.abs(2 * table - 1))


def mean_probability(said: ArrayLike) -> Floats:
    """Return the mean of what was said; parameters, shape and errors as in `majority`.

    The mean of calibrated sayings is too timid: each of them knows a part of what the crowd knows.

    References
    ----------
    Stone (1961), Annals of Mathematical Statistics 32:1339.

    Examples
    --------
    >>> mean_probability([[0.9, 0.2], [0.7, float("nan")]]).round(2).tolist()
    [0.8, 0.2]
    """
    table = _table(said)
    return _mean(table, np.ones_like(table))


def pooled_log_odds(
    said: ArrayLike, *, weights: ArrayLike | None = None, base_rate: float | None = None
) -> Floats:
    """Return the mean of what was said, taken as log-odds, or the sum of the evidence.

    Parameters
    ----------
    said : array_like of float, shape (O, N)
        As in `majority`. 0 and 1 are taken as 0.01 and 0.99 (`CERTAIN`).
    weights : array_like of float, shape (O,), optional
        How much each observer counts, 0 or more, for example `vote_weight` of what each got right before.
    base_rate : float, optional
        Where it is given, strictly between 0 and 1, the observers' evidence is added up from there, as if they
        erred independently (naive Bayes); each is taken to have started from that base rate. Observers who saw
        the same signs are then counted too often, and the result is too certain.

    Returns
    -------
    ndarray of float64, shape (N,)
        Probabilities.

    Raises
    ------
    EmptyCountsError
        If nobody who counts judged one of the clips.
    StatisticsError
        If a probability lies outside 0 to 1, a weight is negative, or the shapes differ.

    References
    ----------
    Genest and Zidek (1986), Statistical Science 1:114.

    Examples
    --------
    >>> human_and_machine = [[0.7], [0.8]]
    >>> pooled_log_odds(human_and_machine).round(2).tolist()
    [0.75]
    >>> pooled_log_odds(human_and_machine, base_rate=0.5).round(2).tolist()
    [0.9]
    """
    table = np.clip(_table(said), CERTAIN, 1 - CERTAIN)
    log_odds = np.log(table / (1 - table))
    weight = np.broadcast_to(_weights(weights, n=len(table))[:, None], table.shape)
    if base_rate is None:
        pooled = _mean(log_odds, weight, otherwise=None)
    else:
        if not 0 < base_rate < 1:
            raise StatisticsError(f"A base rate here lies strictly between 0 and 1, unlike {base_rate!r}.")
        start = math.log(base_rate / (1 - base_rate))
        pooled = start + np.nansum((log_odds - start) * weight, axis=0)
    return 1 / (1 + np.exp(-pooled))


RULES: Mapping[str, Rule] = {
    "majority": majority,
    "weighted_vote": weighted_vote,
    "mean_probability": mean_probability,
    "pooled_log_odds": pooled_log_odds,
}
"""The rules that need nothing but what was said."""


def vote_weight(accuracy: float) -> float:
    """Return the weight that makes a vote best, if observers err independently: the log-odds of being right.

    Parameters
    ----------
    accuracy : float
        The chance of being right, measured on *other* clips, strictly between 0 and 1.

    Returns
    -------
    float
        0 for a guesser; negative for one who is mostly wrong.

    References
    ----------
    Nitzan and Paroush (1982), International Economic Review 23:289, theorem 1.

    Examples
    --------
    >>> [round(vote_weight(accuracy), 2) for accuracy in (0.5, 0.6, 0.9)]
    [0.0, 0.41, 2.2]
    """
    if not 0 < accuracy < 1:
        raise StatisticsError(
            f"An accuracy here lies strictly between 0 and 1, unlike {accuracy!r}: correct it for few clips first."
        )
    return math.log(accuracy / (1 - accuracy))


def majority_accuracy(accuracy: float, *, n: int) -> float:
    """Return the chance that most of n observers are right, if each is so independently.

    Condorcet's theorem: above one half it rises to 1 with n, below it falls to 0. An even vote is drawn by lot.

    Parameters
    ----------
    accuracy : float
        Chance that one observer is right, 0 to 1, the same for all.
    n : int
        Number of observers, at least 1.

    References
    ----------
    Grofman, Owen and Feld (1983), Theory and Decision 15:261, theorem I.

    Examples
    --------
    >>> [round(majority_accuracy(0.6, n=n), 3) for n in (1, 3, 5, 11)]
    [0.6, 0.648, 0.683, 0.753]
    """
    if n < 1 or not 0 <= accuracy <= 1:
        raise StatisticsError(
            f"A crowd has at least one observer, right with a chance from 0 to 1, unlike {n} and {accuracy!r}."
        )
    tie = binom.pmf(n / 2, n, accuracy) if n % 2 == 0 else 0.0
    return float(binom.sf(n // 2, n, accuracy) + tie / 2)


def team_d_prime(d_primes: Sequence[float], *, correlation: float = 0.0) -> float:
    """Return the d' of a team that weighs its members in the best way.

    Parameters
    ----------
    d_primes : sequence of float
        Of each member.
    correlation : float
        Between what any two of them see of the same clip, beyond its kind, above -1 / (n - 1) and below 1.
        At 0 the squares add up; the nearer to 1, the less a second pair of eyes adds.

    Raises
    ------
    EmptyCountsError
        If there is nobody.
    StatisticsError
        If no n observers can be so correlated.

    References
    ----------
    Sorkin and Dai (1994), Organizational Behavior and Human Decision Processes 60:1, equation 5.

    Examples
    --------
    >>> round(team_d_prime([1.0] * 9), 2), round(team_d_prime([1.0] * 9, correlation=0.25), 2)
    (3.0, 1.73)
    """
    n = len(d_primes)
    if n == 0:
        raise EmptyCountsError("A team has at least one member: give the d' of each.")
    if not ((n - 1) * correlation > -1 and correlation < 1):
        raise StatisticsError(f"No {n} observers can all be correlated by {correlation!r} with each other.")
    d = np.asarray(d_primes, dtype=np.float64)
    apart = n * d.var() / (1 - correlation)
    shared = n * d.mean() ** 2 / (1 + (n - 1) * correlation)
    return float(np.sqrt(apart + shared))


@dataclass(frozen=True, kw_only=True)
class CrowdSize:
    """How well crowds of one size do.

    Parameters
    ----------
    n : int
        Observers in each crowd.
    value : Estimate
        The mean over random crowds, and the range of the middle 95 % of them. It is no confidence interval: it
        says how much depends on who is asked.
    """

    n: int
    value: Estimate


def by_size(
    statistic: Callable[[ArrayLike, ArrayLike], float],
    truths: ArrayLike,
    said: ArrayLike,
    *,
    sizes: Sequence[int],
    seed: int,
    rule: Rule = mean_probability,
    n_crowds: int = 200,
) -> list[CrowdSize]:
    """Return how well random crowds of each size do, drawn from those who judged every clip.

    Parameters
    ----------
    statistic : callable
        `statistic(truths, scores) -> float`, for example `auc`.
    truths : array_like of bool, shape (N,)
        True where the clip is synthetic.
    said : array_like of float, shape (O, N)
        As in `majority`, without NaN.
    sizes : sequence of int
        Each from 1 to O. Crowds are drawn without anybody twice.
    seed : int
        The same seed draws the same crowds.

    Examples
    --------
    >>> from medialit.forensics.roc import auc
    >>> truths = [True, True, False, False]
    >>> said = [[0.9, 0.4, 0.5, 0.1], [0.4, 0.9, 0.1, 0.5], [0.8, 0.7, 0.6, 0.9]]
    >>> [round(crowd.value.value, 2) for crowd in by_size(auc, truths, said, sizes=[1, 3], seed=1)]
    [0.66, 1.0]
    """
    table = _table(said)
    if np.isnan(table).any():
        raise StatisticsError(
            "Crowds of equal size are drawn from observers who judged every clip: leave out the others."
        )
    if not all(1 <= size <= len(table) for size in sizes):
        raise StatisticsError(
            f"A crowd drawn from {len(table)} observers has 1 to {len(table)} of them, not {sizes}."
        )
    generator = np.random.default_rng(seed)
    found = []
    for size in sizes:
        crowds = [generator.choice(len(table), size, replace=False) for _ in range(n_crowds)]
        values = np.array([statistic(truths, rule(table[crowd])) for crowd in crowds])
        low, high = np.quantile(values, [0.025, 0.975])
        found.append(
            CrowdSize(n=size, value=Estimate(float(values.mean()), low=float(low), high=float(high)))
        )
    return found


def _table(said: ArrayLike) -> Floats:
    table = np.asarray(said, dtype=np.float64)
    if table.ndim != 2 or table.size == 0:
        raise StatisticsError(
            f"Give a row for each observer and a column for each clip, not shape {table.shape}."
        )
    judged = ~np.isnan(table)
    if not np.all((table[judged] >= 0) & (table[judged] <= 1)):
        raise StatisticsError("A probability lies between 0 and 1; write 80 % as 0.8.")
    if not judged.any(axis=0).all():
        unseen = np.flatnonzero(~judged.any(axis=0)).tolist()
        raise EmptyCountsError(f"Nobody judged the clips {unseen}: leave them out.")
    return table


def _weights(weights: ArrayLike | None, *, n: int) -> Floats:
    if weights is None:
        return np.ones(n)
    weight = np.asarray(weights, dtype=np.float64)
    if weight.shape != (n,) or not np.all(weight >= 0):
        raise StatisticsError(f"Give each of the {n} observers a weight from 0 up, not {weight.tolist()}.")
    return weight


def _mean(values: Floats, weights: Floats, *, otherwise: float | None = 0.5) -> Floats:
    """Return the weighted mean of each column over what is there; `otherwise` where no weight is."""
    weight = np.where(np.isnan(values), 0.0, weights)
    total = weight.sum(axis=0)
    if otherwise is None and not np.all(total > 0):
        raise EmptyCountsError(
            f"Nobody with a weight judged the clips {np.flatnonzero(total == 0).tolist()}."
        )
    summed = (np.where(np.isnan(values), 0.0, values) * weight).sum(axis=0)
    mean: Floats = np.full(total.shape, 0.5 if otherwise is None else otherwise)
    np.divide(summed, total, out=mean, where=total > 0)
    return mean
