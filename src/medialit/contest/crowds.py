"""One against all: individuals, the crowd by several rules, the machine, and people with the machine, on the same clips.

References
----------
Groh, Epstein, Firestone and Picard (2022), PNAS 119:e2110013119 (crowds and machines on deepfakes).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from medialit.contest.judged import Sitting
from medialit.contest.machine import EVEN, Machine
from medialit.contest.over_class import Strata, mean_over
from medialit.contest.records import Item
from medialit.forensics.calibration import brier_score
from medialit.forensics.crowd import majority, pooled_log_odds, weighted_vote
from medialit.forensics.roc import auc, auc_interval
from medialit.forensics.statistics import Estimate, count, d_prime

Name = Literal[
    "individuals",
    "majority",
    "weighted",
    "machine",
    "individuals_with_machine",
    "crowd_with_machine",
]
_HALF: Final = 0.5


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """Somebody, or many together, on the clips of an occasion.

    Parameters
    ----------
    name : str
    auc : Estimate
        Of individuals the mean with its interval over learners; of a crowd and the machine, with its interval over clips.
    d_prime : float
        Of individuals the mean.
    brier : float or None
        None for a share of votes, which is no probability.
    n_clips : int
    """

    name: Name
    auc: Estimate
    d_prime: float
    brier: float | None
    n_clips: int


def contestants(
    ended: Sequence[Sitting], *, machine: Machine | None, over: Strata, seed: int
) -> tuple[Contestant, ...]:
    """Return all contestants on one occasion.

    Each crowd is made of those who saw a clip: of the two forms before and after, one half of the class each.

    Parameters
    ----------
    ended : sequence of Sitting
        Of one occasion, each complete.
    machine : Machine or None
    over : sequence of ndarray
        The halves of the class, in the order of `ended`.
    seed : int
    """
    items = {one.item.clip: one.item for sitting in ended for one in sitting.firsts}
    clips = sorted(items)
    column = {clip: i for i, clip in enumerate(clips)}
    truths = np.array([items[clip].synthetic for clip in clips])
    said = np.full((len(ended), len(clips)), np.nan)
    for row, sitting in enumerate(ended):
        for one in sitting.firsts:
            said[row, column[one.item.clip]] = one.answer.probability
    found = [
        _individuals("individuals", truths, said, over=over, seed=seed),
        _one("majority", truths, majority(said), probability=False),
        _one("weighted", truths, weighted_vote(said), probability=False),
    ]
    if machine is not None:
        told = np.array([machine_probability(items[clip], machine) for clip in clips])
        scores = np.array(
            [machine.threshold if s is None else s for s in (items[clip].machine for clip in clips)]
        )
        with_machine = np.array([_pooled(row, told) for row in said])
        crowd = pooled_log_odds(np.vstack([pooled_log_odds(said), told]))
        found += [
            _machine(truths, scores, told),
            _individuals("individuals_with_machine", truths, with_machine, over=over, seed=seed),
            _one("crowd_with_machine", truths, crowd, probability=True),
        ]
    return tuple(found)


def machine_probability(item: Item, machine: Machine) -> float:
    """Return what the machine's word on a clip is worth as a probability; one half where it says nothing."""
    return EVEN if item.machine is None else machine.probability(item.machine)


def _pooled(row: np.ndarray, told: np.ndarray) -> np.ndarray:
    """Return one learner's sayings pooled with the machine's, where the learner said anything."""
    there = ~np.isnan(row)
    found = np.full(row.shape, np.nan)
    found[there] = pooled_log_odds(np.stack([row[there], told[there]]))
    return found


def _individuals(name: Name, truths: np.ndarray, said: np.ndarray, *, over: Strata, seed: int) -> Contestant:
    areas, sights, briers = [], [], []
    for row in said:
        there = ~np.isnan(row)
        areas.append(auc(truths[there], row[there]))
        sights.append(d_prime(count(truths[there].tolist(), (row[there] > _HALF).tolist())))
        briers.append(brier_score(truths[there], row[there]))
    return Contestant(
        name=name,
        auc=mean_over(areas, over, seed=seed),
        d_prime=float(np.mean(sights)),
        brier=float(np.mean(briers)),
        n_clips=len(truths),
    )


def _one(name: Name, truths: np.ndarray, score: np.ndarray, *, probability: bool) -> Contestant:
    return Contestant(
        name=name,
        auc=auc_interval(truths, score),
        d_prime=d_prime(count(truths.tolist(), (score > _HALF).tolist())),
        brier=brier_score(truths, score) if probability else None,
        n_clips=len(truths),
    )


def _machine(truths: np.ndarray, scores: np.ndarray, told: np.ndarray) -> Contestant:
    return Contestant(
        name="machine",
        auc=auc_interval(truths, scores),
        d_prime=d_prime(count(truths.tolist(), (told > _HALF).tolist())),
        brier=brier_score(truths, told),
        n_clips=len(truths),
    )
