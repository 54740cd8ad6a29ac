"""What a class made of the machine's advice: followed where it was wrong, left where it was right.

References
----------
Schemmer, Kuehl, Benz, Bartos and Satzger (2023), Appropriate reliance on AI advice, IUI, section 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from medialit.contest.judged import Sitting
from medialit.contest.machine import Machine
from medialit.contest.over_class import Strata, mean_over, statistic_over
from medialit.forensics.roc import auc
from medialit.forensics.statistics import Estimate


@dataclass(frozen=True, kw_only=True)
class Trust:
    """Advice and what became of it, with intervals over learners.

    Parameters
    ----------
    n : int
        Final answers.
    n_wrong, n_right : int
        How often wrong, and right, advice contradicted the first answer. Only these cases say anything.
    over : Estimate or None
        Share of wrong advice that was followed against one's own right answer. None where there was none.
    under : Estimate or None
        Share of right advice that was not followed. None where there was none.
    gain : Estimate or None
        Change of the AUC from first to final answer, in this block.
    """

    n: int
    n_wrong: int
    n_right: int
    over: Estimate | None
    under: Estimate | None
    gain: Estimate | None


def trust_in(ended: Sequence[Sitting], *, machine: Machine | None, over: Strata, seed: int) -> Trust | None:
    """Return what became of the advice, or None where none was given.

    Parameters
    ----------
    ended : sequence of Sitting
    machine : Machine or None
    over : sequence of ndarray
        The halves of the class.
    seed : int
    """
    if machine is None:
        return None
    table = np.array([_cases(sitting, machine) for sitting in ended], dtype=np.float64)
    totals = table.sum(axis=0).astype(int)
    if not totals[4]:
        return None

    def share(followed: int, of: int) -> Estimate | None:
        if not totals[of]:
            return None
        return statistic_over(
            lambda means: float(means[followed] / means[of]) if means[of] else float("nan"),
            table,
            over,
            seed=seed,
        )

    gains = [_gain(sitting) for sitting in ended]
    known = [value for value in gains if value is not None]
    return Trust(
        n=int(totals[4]),
        n_wrong=int(totals[1]),
        n_right=int(totals[3]),
        over=share(0, 1),
        under=share(2, 3),
        gain=mean_over(known, over, seed=seed) if len(known) == len(ended) else None,
    )


def _cases(sitting: Sitting, machine: Machine) -> tuple[int, int, int, int, int]:
    """Return how often wrong advice was followed, of how often; right advice left, of how often; and final answers."""
    before = {one.item.clip: one.answer.synthetic for one in sitting.firsts}
    followed = wrong = left = right = 0
    for one in sitting.finals:
        score = one.item.machine
        if score is None or machine.says(score) == before[one.item.clip]:
            continue
        advice = machine.says(score)
        if advice == one.item.synthetic:
            right += 1
            left += one.answer.synthetic != advice
        else:
            wrong += 1
            followed += one.answer.synthetic == advice
    return followed, wrong, left, right, len(sitting.finals)


def _gain(sitting: Sitting) -> float | None:
    final = {one.item.clip: one.answer.probability for one in sitting.finals}
    both = [one for one in sitting.firsts if one.item.clip in final]
    truths = [one.item.synthetic for one in both]
    if not any(truths) or all(truths):
        return None
    first = [one.answer.probability for one in both]
    return auc(truths, [final[one.item.clip] for one in both]) - auc(truths, first)
