"""Answers beside the truth, by learner and occasion; and what one learner's answers come to, which nobody is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from medialit.contest import order
from medialit.contest.records import Answer, Form, Item, Occasion, Stage
from medialit.forensics.calibration import brier_score
from medialit.forensics.roc import auc
from medialit.forensics.statistics import Counts, count, criterion, d_prime


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A clip that somebody judged.

    Parameters
    ----------
    item : Item
    answer : Answer
    """

    item: Item
    answer: Answer


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """What one learner answered on one occasion.

    Parameters
    ----------
    learner : str
    first : {"a", "b"}
        The form that they began with.
    occasion : {"before", "after", "later"}
    firsts, finals : tuple of Judged
        Answers before the machine's advice (to every clip), and after it (in the block with advice).
    finished : bool
        Whether every clip of the form has its first answer.
    """

    learner: str
    first: Form
    occasion: Occasion
    firsts: tuple[Judged, ...]
    finals: tuple[Judged, ...]
    finished: bool


@dataclass(frozen=True, kw_only=True)
class Measures:
    """What a series of answers comes to.

    Parameters
    ----------
    d_prime, criterion : float
        Log-linear corrected.
    auc : float
        Area under the ROC curve of the confidence.
    brier : float
        0 is perfect; always saying one half gets 0.25.
    """

    d_prime: float
    criterion: float
    auc: float
    brier: float


Which = Callable[[Item], bool]


def sittings(
    items: Iterable[Item], answers: Iterable[Answer], firsts: Mapping[str, Form]
) -> tuple[Sitting, ...]:
    """Return all answers beside the truth.

    An answer to a clip that is not in the learner's form of that occasion, or by an unknown learner, is left out.

    Parameters
    ----------
    items : iterable of Item
        The contest's.
    answers : iterable of Answer
    firsts : mapping of str to {"a", "b"}
        By learner.
    """
    by_clip = {item.clip: item for item in items}
    sizes = {form: sum(item.form == form for item in by_clip.values()) for form in ("a", "b", "c")}
    found: dict[tuple[str, Occasion], dict[Stage, dict[str, Judged]]] = {}
    for answer in answers:
        item = by_clip.get(answer.clip)
        first = firsts.get(answer.learner)
        if item is None or first is None or item.form != order.form_on(answer.occasion, first=first):
            continue
        stages = found.setdefault((answer.learner, answer.occasion), {"first": {}, "final": {}})
        stages[answer.stage].setdefault(answer.clip, Judged(item=item, answer=answer))
    return tuple(
        Sitting(
            learner=learner,
            first=firsts[learner],
            occasion=occasion,
            firsts=tuple(stages["first"].values()),
            finals=tuple(stages["final"].values()),
            finished=len(stages["first"]) == sizes[order.form_on(occasion, first=firsts[learner])],
        )
        for (learner, occasion), stages in sorted(found.items())
    )


def counts_of(judged: Iterable[Judged], *, where: Which = lambda item: True) -> Counts:
    """Return the four outcomes of the answers to some clips."""
    chosen = [one for one in judged if where(one.item)]
    return count([one.item.synthetic for one in chosen], [one.answer.synthetic for one in chosen])


def measures_of(judged: Sequence[Judged]) -> Measures:
    """Return what one learner's answers come to.

    Raises
    ------
    EmptyCountsError
        If clips of one kind only were judged.
    """
    truths = np.array([one.item.synthetic for one in judged])
    said = np.array([one.answer.probability for one in judged])
    counts = counts_of(judged)
    return Measures(
        d_prime=d_prime(counts),
        criterion=criterion(counts),
        auc=auc(truths, said),
        brier=brier_score(truths, said),
    )


def missed(all_sittings: Iterable[Sitting], *, least: int) -> dict[str, float]:
    """Return, by clip, the share of people who judged it wrongly, of clips that at least so many judged.

    It is what the next contest's forms can be matched by.
    """
    wrong: dict[str, list[bool]] = {}
    for sitting in all_sittings:
        for one in sitting.firsts:
            wrong.setdefault(one.item.clip, []).append(one.answer.synthetic != one.item.synthetic)
    return {clip: round(sum(w) / len(w), 4) for clip, w in sorted(wrong.items()) if len(w) >= least}
