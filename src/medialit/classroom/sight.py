"""Does the class spot better after a lesson, or is it merely more suspicious? From the spotting lab's answers.

Nobody's own result is kept: answers lie under random names in what was handed in, and only means over the class leave
this module. Half of a class judges the two sets of clips in the other order; the halves weigh alike, so a harder set
cannot pass for a change (`medialit.contest.over_class`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from medialit.contest.over_class import ClassChange, class_change, mean_over, strata
from medialit.errors import SpottingError
from medialit.forensics.calibration import Bin, brier_score, expected_calibration_error, reliability
from medialit.forensics.statistics import Counts, Estimate, count
from medialit.widgets import pack

FEWEST: Final = 5
"""Learners: of fewer nothing is told; a mean of so few is nearly somebody's own result."""
N_BINS: Final = 5
_LARGEST: Final = 256 << 10  # bytes of a file of answers
_BLOCKS: tuple[pack.Block, ...] = ("before", "after")


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """The class before or after the lesson.

    Parameters
    ----------
    trust : Estimate
        Mean share of the camera clips that were called camera.
    caught : Estimate
        Mean share of the synthetic clips that were called synthetic.
    brier : Estimate
        Mean Brier score; always saying 50 % gets 0.25.
    ece : float
        Expected calibration error of all answers together.
    curve : sequence of Bin
        What was said against what was.
    """

    trust: Estimate
    caught: Estimate
    brier: Estimate
    ece: float
    curve: Sequence[Bin]


@dataclass(frozen=True, kw_only=True)
class Sight:
    """How a class's sight changed.

    Parameters
    ----------
    lab : str
    change : ClassChange
        Of d' and c, after less before.
    trust : Estimate
        Change of the share of camera clips that were called camera.
    occasions : mapping of str to Occasion
        "before" and "after", of the same learners.
    n_unfinished : int
        Learners who judged some clips and not all; their answers count nowhere.
    """

    lab: str
    change: ClassChange
    trust: Estimate
    occasions: Mapping[pack.Block, Occasion]
    n_unfinished: int


@dataclass(frozen=True, kw_only=True)
class _Sitting:
    part: str
    truths: list[bool]
    ratings: list[int]

    @property
    def counts(self) -> Counts:
        return count(self.truths, [rating >= 4 for rating in self.ratings])

    @property
    def said(self) -> list[float]:
        return [pack.PROBABILITIES[rating - 1] for rating in self.ratings]


def read_sight(course: Path, lab: str, *, seed: int = 0) -> Sight | int | None:
    """Return how a class's sight changed over a lab.

    Parameters
    ----------
    course : Path
    lab : str
        Its slug.
    seed : int
        Of the resamples.

    Returns
    -------
    Sight, int or None
        None where the lab has no clips to judge; a number where so many learners, fewer than `FEWEST`, judged all of
        them before and after.
    """
    clips = course / "release" / lab / "clips"
    if not (clips / pack.KEY).is_file():
        return None
    trials = {trial.clip: trial for trial in pack.read_key(clips)}
    pairs: list[tuple[_Sitting, _Sitting]] = []
    n_begun = 0
    for folder in sorted(course.glob(f"submitted/*/{lab}/answers")):
        found = [_sitting(folder, block, trials) for block in _BLOCKS]
        n_begun += any(one is not None for one in found)
        if found[0] is not None and found[1] is not None:
            pairs.append((found[0], found[1]))
    if len(pairs) < FEWEST:
        return len(pairs)
    firsts = [one.part for one, _two in pairs]
    over = strata(firsts)
    trusts = [[_trust(one.counts), _trust(two.counts)] for one, two in pairs]
    return Sight(
        lab=lab,
        change=class_change([a.counts for a, _b in pairs], [b.counts for _a, b in pairs], firsts, seed=seed),
        trust=mean_over([after - before for before, after in trusts], over, seed=seed),
        occasions={
            block: _occasion([pair[place] for pair in pairs], firsts, seed=seed)
            for place, block in enumerate(_BLOCKS)
        },
        n_unfinished=n_begun - len(pairs),
    )


def _occasion(sittings: Sequence[_Sitting], firsts: Sequence[str], *, seed: int) -> Occasion:
    over = strata(firsts)
    truths = [truth for one in sittings for truth in one.truths]
    said = [probability for one in sittings for probability in one.said]
    return Occasion(
        trust=mean_over([_trust(one.counts) for one in sittings], over, seed=seed),
        caught=mean_over([one.counts.hits / one.counts.n_synthetic for one in sittings], over, seed=seed),
        brier=mean_over([brier_score(one.truths, one.said) for one in sittings], over, seed=seed),
        ece=expected_calibration_error(np.array(truths), np.array(said), n_bins=N_BINS),
        curve=reliability(np.array(truths), np.array(said), n_bins=N_BINS),
    )


def _trust(counts: Counts) -> float:
    return counts.correct_rejections / counts.n_camera


def _sitting(folder: Path, block: pack.Block, trials: Mapping[str, pack.Trial]) -> _Sitting | None:
    """Return a finished block of answers; None for whatever else a hand-in may hold."""
    path = pack.path_of(folder, block)
    if folder.is_symlink() or path.is_symlink() or not path.is_file() or path.stat().st_size > _LARGEST:
        return None
    try:
        record = pack.load(folder, block)
    except SpottingError:
        return None
    if record is None:
        return None
    shown = {clip for clip, trial in trials.items() if trial.part == record.part}
    answers = {answer.clip: answer.rating for answer in record.answers if answer.clip in shown}
    if not shown or len(answers) != len(shown):
        return None
    return _Sitting(
        part=record.part,
        truths=[trials[clip].synthetic for clip in answers],
        ratings=list(answers.values()),
    )
