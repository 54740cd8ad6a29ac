"""What a class can be told: means over learners with intervals, never one learner's.

Of fewer than five learners nothing is told (`FEWEST`): a mean of so few is nearly somebody's own result, and no
interval holds on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from medialit.contest.crowds import Contestant, contestants
from medialit.contest.judged import Judged, Sitting, Which, counts_of, measures_of, sittings
from medialit.contest.machine import Machine
from medialit.contest.over_class import (
    ClassChange,
    Strata,
    class_change,
    mean_over,
    statistic_over,
    strata,
)
from medialit.contest.records import BLOCKS, FEWEST, OCCASIONS, Answer, BlockName, Form, Item, Occasion
from medialit.contest.trust import Trust, trust_in
from medialit.forensics.calibration import Bin, expected_calibration_error, reliability
from medialit.forensics.statistics import Counts, Estimate, criterion, d_prime

N_BINS: Final = 5


@dataclass(frozen=True, kw_only=True)
class Rates:
    """What became of one sort of clips.

    Parameters
    ----------
    before, after : Estimate or None
        Share called synthetic: of camera clips the false alarms, of fakes the hits. None where nobody saw any.
    change : Estimate or None
        After less before, of those who took part in both.
    """

    before: Estimate | None
    after: Estimate | None
    change: Estimate | None


@dataclass(frozen=True, kw_only=True)
class BlockReport:
    """One block on one occasion, the class's answers pooled.

    Parameters
    ----------
    camera_share : float
        Of the clips shown.
    hit, false_alarm, d_prime, criterion : Estimate
        With intervals over learners.
    right_alarms : Estimate or None
        Share of the alarms that were right; None without an alarm.
    """

    camera_share: float
    hit: Estimate
    false_alarm: Estimate
    d_prime: Estimate
    criterion: Estimate
    right_alarms: Estimate | None


@dataclass(frozen=True, kw_only=True)
class OccasionReport:
    """A class on one occasion.

    Parameters
    ----------
    n : int
        Learners who judged every clip.
    n_unfinished : int
        Learners who began and did not end; their answers count nowhere.
    d_prime, criterion, auc, brier : Estimate
        Means over learners.
    seconds : float
        Median time for an answer.
    ece : float
        Expected calibration error of all answers together.
    curve : sequence of Bin
        What was said against what was.
    blocks : mapping of str to BlockReport
    contestants : tuple of Contestant
        Individuals, crowds, the machine, and both together, on the same clips.
    trust : Trust or None
        What was made of the machine's advice.
    """

    n: int
    n_unfinished: int
    d_prime: Estimate
    criterion: Estimate
    auc: Estimate
    brier: Estimate
    seconds: float
    ece: float
    curve: Sequence[Bin]
    blocks: Mapping[BlockName, BlockReport]
    contestants: tuple[Contestant, ...]
    trust: Trust | None


@dataclass(frozen=True, kw_only=True)
class ClassReport:
    """What a class can be told.

    Parameters
    ----------
    occasions : mapping of str to OccasionReport
        Those on which at least five learners judged every clip.
    too_few : mapping of str to int
        Occasions with fewer, and how many there were.
    change : ClassChange or None
        From before to after.
    later : ClassChange or None
        From before to the delayed form, whose difficulty nothing evens out.
    plain, odd, common, unseen : Rates
        Camera clips without and with an oddity; fakes of the kinds that all forms have, and of the kind that was
        in no form before.
    odd_alarms : Estimate or None
        How much more often odd camera clips were called synthetic than plain ones, at the end.
    """

    occasions: Mapping[Occasion, OccasionReport]
    too_few: Mapping[Occasion, int]
    change: ClassChange | None
    later: ClassChange | None
    plain: Rates
    odd: Rates
    common: Rates
    unseen: Rates
    odd_alarms: Estimate | None


def class_report(
    items: Sequence[Item],
    answers: Iterable[Answer],
    firsts: Mapping[str, Form],
    *,
    machine: Machine | None = None,
    seed: int = 0,
) -> ClassReport:
    """Return what a class can be told.

    Parameters
    ----------
    items : sequence of Item
        The contest's.
    answers : iterable of Answer
    firsts : mapping of str to {"a", "b"}
        The form that each learner began with.
    machine : Machine or None
    seed : int
        Of the resamples.
    """
    everything = sittings(items, answers, firsts)
    done = {
        occasion: {one.learner: one for one in everything if one.occasion == occasion and one.finished}
        for occasion in OCCASIONS
    }
    told = {occasion: one for occasion, one in done.items() if len(one) >= FEWEST}
    n_begun = {occasion: sum(one.occasion == occasion for one in everything) for occasion in OCCASIONS}

    def between(one: Occasion, two: Occasion) -> list[tuple[Sitting, Sitting]]:
        return [(sitting, done[two][name]) for name, sitting in done[one].items() if name in done[two]]

    both = between("before", "after")

    def rates(where: Which) -> Rates:
        return Rates(
            before=_share(told.get("before", {}).values(), where, seed=seed),
            after=_share(told.get("after", {}).values(), where, seed=seed),
            change=_share_change(both, where, seed=seed),
        )

    last = told.get("after") or told.get("before") or {}
    return ClassReport(
        occasions={
            occasion: _occasion(
                list(ended.values()), n_unfinished=n_begun[occasion] - len(ended), machine=machine, seed=seed
            )
            for occasion, ended in told.items()
        },
        too_few={occasion: n for occasion, n in n_begun.items() if n and occasion not in told},
        change=_change(both, seed=seed),
        later=_change(between("before", "later"), seed=seed),
        plain=rates(lambda item: not item.synthetic and item.odd is None),
        odd=rates(lambda item: not item.synthetic and item.odd is not None),
        common=rates(lambda item: item.synthetic and not item.unseen),
        unseen=rates(lambda item: item.unseen),
        odd_alarms=_odd_alarms(list(last.values()), seed=seed),
    )


def _occasion(
    ended: Sequence[Sitting], *, n_unfinished: int, machine: Machine | None, seed: int
) -> OccasionReport:
    over = strata([sitting.first for sitting in ended])
    each = [measures_of(sitting.firsts) for sitting in ended]
    judged = [one for sitting in ended for one in sitting.firsts]
    truths = [one.item.synthetic for one in judged]
    said = [one.answer.probability for one in judged]

    def mean(name: str) -> Estimate:
        return mean_over([getattr(one, name) for one in each], over, seed=seed)

    return OccasionReport(
        n=len(ended),
        n_unfinished=n_unfinished,
        d_prime=mean("d_prime"),
        criterion=mean("criterion"),
        auc=mean("auc"),
        brier=mean("brier"),
        seconds=float(np.median([one.answer.seconds for one in judged])),
        ece=expected_calibration_error(truths, said, n_bins=N_BINS),
        curve=reliability(truths, said, n_bins=N_BINS),
        blocks={block: _block(ended, block, over, seed=seed) for block in BLOCKS},
        contestants=contestants(ended, machine=machine, over=over, seed=seed),
        trust=trust_in(ended, machine=machine, over=over, seed=seed),
    )


def _block(ended: Sequence[Sitting], block: BlockName, over: Strata, *, seed: int) -> BlockReport:
    """Return one block. Learners have too few clips in it for a d' each, so their counts are averaged first."""
    each = [counts_of(sitting.firsts, where=lambda item: item.block == block) for sitting in ended]
    table = np.array(
        [[c.hits, c.misses, c.false_alarms, c.correct_rejections] for c in each], dtype=np.float64
    )
    n = len(ended)

    def pooled(means: np.ndarray) -> Counts:
        whole = np.rint(means * n).astype(int).tolist()
        return Counts(hits=whole[0], misses=whole[1], false_alarms=whole[2], correct_rejections=whole[3])

    def right(means: np.ndarray) -> float:
        alarms = means[0] + means[2]
        return float(means[0] / alarms) if alarms else float("nan")

    def over_learners(statistic: object) -> Estimate:
        assert callable(statistic)
        return statistic_over(lambda means: float(statistic(means)), table, over, seed=seed)

    return BlockReport(
        camera_share=float(table[:, 2:].sum() / table.sum()),
        hit=over_learners(lambda means: means[0] / (means[0] + means[1])),
        false_alarm=over_learners(lambda means: means[2] / (means[2] + means[3])),
        d_prime=over_learners(lambda means: d_prime(pooled(means))),
        criterion=over_learners(lambda means: criterion(pooled(means))),
        right_alarms=over_learners(right) if table[:, [0, 2]].any() else None,
    )


def _change(both: Sequence[tuple[Sitting, Sitting]], *, seed: int) -> ClassChange | None:
    if len(both) < FEWEST:
        return None
    return class_change(
        [counts_of(one.firsts) for one, _two in both],
        [counts_of(two.firsts) for _one, two in both],
        [one.first for one, _two in both],
        seed=seed,
    )


def _share(ended: Iterable[Sitting], where: Which, *, seed: int) -> Estimate | None:
    chosen = [(sitting.first, _called(sitting.firsts, where)) for sitting in ended]
    shares = [(first, share) for first, share in chosen if share is not None]
    if len(shares) < FEWEST:
        return None
    over = strata([first for first, _share in shares])
    return mean_over([share for _first, share in shares], over, seed=seed)


def _share_change(both: Sequence[tuple[Sitting, Sitting]], where: Which, *, seed: int) -> Estimate | None:
    found = [(one.first, _called(one.firsts, where), _called(two.firsts, where)) for one, two in both]
    changes = [(first, two - one) for first, one, two in found if one is not None and two is not None]
    if len(changes) < FEWEST:
        return None
    return mean_over(
        [value for _first, value in changes], strata([first for first, _value in changes]), seed=seed
    )


def _odd_alarms(ended: Sequence[Sitting], *, seed: int) -> Estimate | None:
    if len(ended) < FEWEST:
        return None
    differences = []
    for sitting in ended:
        odd = _called(sitting.firsts, lambda item: not item.synthetic and item.odd is not None)
        plain = _called(sitting.firsts, lambda item: not item.synthetic and item.odd is None)
        if odd is None or plain is None:
            return None
        differences.append(odd - plain)
    return mean_over(differences, strata([sitting.first for sitting in ended]), seed=seed)


def _called(judged: Iterable[Judged], where: Which) -> float | None:
    """Return the share of some clips that was called synthetic; None where there is no such clip."""
    said = [one.answer.synthetic for one in judged if where(one.item)]
    return sum(said) / len(said) if said else None
