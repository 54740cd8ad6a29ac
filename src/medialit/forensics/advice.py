"""What a machine's advice did to a person's answers: followed where it was wrong, left where it was right.

Somebody judges a clip, is told what a detector says and how often it errs, and may judge again. Agreement
teaches nothing about trust; of the cases in which the two differ at first, two shares tell all: how often wrong
advice was followed (**over-reliance**) and how often right advice was left (**under-reliance**). The first
alone would praise a person who never listens, the second one who always does.

References
----------
Schemmer, Kuehl, Benz, Bartos and Satzger (2023), Appropriate reliance on AI advice, IUI, section 4: their RAIR is
1 - under, their RSR is 1 - over.
Harvey and Fischer (1997), Organizational Behavior and Human Decision Processes 70:117 (weight of advice).
Bansal and others (2021), Does the whole exceed its parts?, CHI (a team better than either).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from medialit.errors import StatisticsError
from medialit.forensics.roc import difference
from medialit.forensics.statistics import Estimate, wilson

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Reliance:
    """How advice was used, over the cases in which it differed from the first answer.

    Parameters
    ----------
    n : int
        Cases in all.
    n_differed : int
        Cases in which advice and first answer differed; only these say anything.
    followed : Estimate or None
        Share of them in which the last answer is the advice's.
    over : Estimate or None
        Share that followed, of the cases in which the advice was wrong (and so the first answer right).
    under : Estimate or None
        Share that did not follow, of the cases in which the advice was right.

    Notes
    -----
    None where no such case came up. The intervals are Wilson's and take the cases as independent: for many
    answers of a few people they are too narrow; resample the people then.
    """

    n: int
    n_differed: int
    followed: Estimate | None
    over: Estimate | None
    under: Estimate | None


@dataclass(frozen=True, kw_only=True)
class Gain:
    """What a person with a machine has beyond each of them alone.

    Parameters
    ----------
    over_person, over_machine : Estimate
        Difference of the statistic, on the same clips.
    """

    over_person: Estimate
    over_machine: Estimate

    @property
    def complements(self) -> bool:
        """True if both intervals lie above 0: together they are better than the better of the two."""
        return self.over_person.low > 0 and self.over_machine.low > 0


def reliance(
    truths: ArrayLike, first: ArrayLike, advice: ArrayLike, last: ArrayLike, *, confidence: float = 0.95
) -> Reliance:
    """Return how advice was used.

    Parameters
    ----------
    truths : array_like of bool, shape (N,)
        True where the clip is synthetic.
    first, advice, last : array_like of bool, shape (N,)
        True for "synthetic": the answer before the advice, the advice, the answer after it.
    confidence : float
        Of the intervals.

    Raises
    ------
    StatisticsError
        If the series differ in length.

    Examples
    --------
    >>> truths = [True, True, False, False, True, False]
    >>> first  = [True, False, False, False, False, True]
    >>> advice = [True, True, True, False, True, False]
    >>> last   = [True, True, True, False, False, False]
    >>> used = reliance(truths, first, advice, last)
    >>> used.n_differed, used.over.value, round(used.under.value, 2)
    (4, 1.0, 0.33)
    """
    truth, before, told, after = _series(truths, first, advice, last)
    differed = before != told
    followed, right = after == told, told == truth

    def share(flag: Flags, among: Flags) -> Estimate | None:
        n = int(among.sum())
        return wilson(int((flag & among).sum()), n, confidence=confidence) if n else None

    return Reliance(
        n=truth.size,
        n_differed=int(differed.sum()),
        followed=share(followed, differed),
        over=share(followed, differed & ~right),
        under=share(~followed, differed & right),
    )


def weight_of_advice(first: ArrayLike, advice: ArrayLike, last: ArrayLike) -> Floats:
    """Return how far each probability moved towards the advice.

    Parameters
    ----------
    first, advice, last : array_like of float, shape (N,)
        Probabilities of "synthetic", 0 to 1.

    Returns
    -------
    ndarray of float64, shape (N,)
        0 did not move, 1 took the advice over, 0.5 met it half-way; below 0 moved away, above 1 beyond it. NaN where
        the advice said what had been said already. Report the median: small distances divide into large numbers.

    References
    ----------
    Harvey and Fischer (1997), Organizational Behavior and Human Decision Processes 70:117.

    Examples
    --------
    >>> weight_of_advice([0.2, 0.5, 0.5], [0.8, 0.9, 0.5], [0.5, 0.5, 0.6]).round(2).tolist()
    [0.5, 0.0, nan]
    """
    before, told, after = (np.asarray(values, dtype=np.float64) for values in (first, advice, last))
    if before.ndim != 1 or not before.shape == told.shape == after.shape:
        raise StatisticsError(
            f"Give three series of one length, not {before.shape}, {told.shape}, {after.shape}."
        )
    if not all(np.all((values >= 0) & (values <= 1)) for values in (before, told, after)):
        raise StatisticsError("A probability lies between 0 and 1; write 80 % as 0.8.")
    moved: Floats = np.full(before.shape, np.nan)
    np.divide(after - before, told - before, out=moved, where=told != before)
    return moved


def gain(
    statistic: Callable[[Flags, Floats], float],
    truths: ArrayLike,
    *,
    person: ArrayLike,
    machine: ArrayLike,
    together: ArrayLike,
    seed: int,
    confidence: float = 0.95,
) -> Gain:
    """Return what a person with a machine has beyond each of them alone, with paired bootstrap intervals.

    Parameters
    ----------
    statistic : callable
        `statistic(truths, scores) -> float`, higher is better, for example `auc`.
    truths : array_like of bool, shape (N,)
        True where the clip is synthetic.
    person, machine, together : array_like of float, shape (N,)
        Scores of the same clips: before the advice, the machine's, after the advice or pooled.
    seed : int
        The same seed gives the same intervals.
    """
    return Gain(
        over_person=difference(statistic, truths, person, together, seed=seed, confidence=confidence),
        over_machine=difference(statistic, truths, machine, together, seed=seed, confidence=confidence),
    )


def _series(*series: ArrayLike) -> tuple[Flags, ...]:
    flags = tuple(np.asarray(values, dtype=bool) for values in series)
    if flags[0].ndim != 1 or len({values.shape for values in flags}) != 1:
        shapes = ", ".join(str(values.shape) for values in flags)
        raise StatisticsError(f"Give one truth, answer, advice and last answer for each clip, not {shapes}.")
    return flags
