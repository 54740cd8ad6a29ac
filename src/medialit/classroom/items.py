"""Item analysis: how hard each question was for a class, and whether it tells those who know from those who do not.

Difficulty is the share of learners with full points, with Wilson's interval, and the mean share of the points.
Discrimination is the correlation between the points of an item and the mean of all *other* items that the same learner
answered, so that an item is not compared with itself; its interval is Fisher's, which takes marks as roughly normal.
With a class of thirty it is about ±0.3 wide: that is why three answers are possible.

References
----------
Ebel and Frisbie (1991), Essentials of Educational Measurement, chapter 13 (below 0.2 an item is poor).
Fisher (1921), Metron 1:3 (the interval of a correlation).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from scipy.stats import norm

from medialit.classroom.book import LabBook, Said, Work
from medialit.forensics.statistics import Estimate, wilson

POOR: Final = 0.2
"""Ebel's bound: an item whose discrimination is below it is to be rewritten."""
FEWEST: Final = 8
"""Learners: of fewer no discrimination is told."""


class Telling(StrEnum):
    """Whether an item tells learners apart."""

    YES = "yes"
    UNSURE = "unsure"
    NO = "no"
    ALIKE = "alike"
    FEW = "few"


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """The most common way to get an item wrong.

    Parameters
    ----------
    said : Said
        Which categories were missed together, or how no answer came.
    n : int
        Learners.
    n_ways : int
        Different ways that were seen in this item.
    """

    said: Said
    n: int
    n_ways: int


@dataclass(frozen=True, kw_only=True)
class ItemReport:
    """One item.

    Parameters
    ----------
    lab, item : str
    n : int
        Learners who handed the lab in.
    n_untouched : int
        Of these, who left the item as it was.
    full : Estimate
        Share with full points.
    mean : float
        Mean share of its points.
    discrimination : Estimate or None
        None where everybody got the same, or there are fewer than `FEWEST`.
    telling : Telling
    wrong : Wrong or None
        None where nobody who answered was wrong, or the graded notebooks do not say.
    """

    lab: str
    item: str
    n: int
    n_untouched: int
    full: Estimate
    mean: float
    discrimination: Estimate | None
    telling: Telling
    wrong: Wrong | None


def analyse(labs: Sequence[LabBook]) -> tuple[ItemReport, ...]:
    """Return what can be said of each automatic item, in the order of the course."""
    return tuple(
        _item(lab, item, labs) for lab in labs if lab.works for item in lab.items if _answered(lab, item)
    )


def _answered(lab: LabBook, item: str) -> Mapping[str, Work]:
    return {name: work for name, work in lab.works.items() if item in work.shares}


def _item(lab: LabBook, item: str, labs: Sequence[LabBook]) -> ItemReport:
    works = _answered(lab, item)
    shares = [work.shares[item] for work in works.values()]
    rests = [_rest(name, lab.slug, item, labs) for name in works]
    found, telling = discrimination(shares, rests)
    return ItemReport(
        lab=lab.slug,
        item=item,
        n=len(shares),
        n_untouched=sum(item not in work.sources for work in works.values()),
        full=wilson(sum(share > 1 - 1e-9 for share in shares), len(shares)),
        mean=float(np.mean(shares)),
        discrimination=found,
        telling=telling,
        wrong=_most_common([work for work in works.values() if item in work.sources], item),
    )


def _rest(name: str, slug: str, item: str, labs: Sequence[LabBook]) -> float | None:
    others = [
        share
        for lab in labs
        if name in lab.works
        for other, share in lab.works[name].shares.items()
        if (lab.slug, other) != (slug, item)
    ]
    return float(np.mean(others)) if others else None


def discrimination(
    shares: Sequence[float], rests: Sequence[float | None], *, confidence: float = 0.95
) -> tuple[Estimate | None, Telling]:
    """Return the correlation of an item's points with the rest of the same learners' points, and what it means.

    Parameters
    ----------
    shares : sequence of float
        Of the item's points, one of each learner.
    rests : sequence of float or None
        The mean of the other items; None where there is none.
    confidence : float
        Of the interval.

    Examples
    --------
    >>> discrimination([0, 0, 0, 0, 1, 1, 1, 1], [.1, .2, .1, .3, .8, .9, .7, .9])[1]
    <Telling.YES: 'yes'>
    >>> discrimination([1.0] * 9, [0.1 * n for n in range(9)])[1]
    <Telling.ALIKE: 'alike'>
    """
    pairs = [(one, rest) for one, rest in zip(shares, rests, strict=True) if rest is not None]
    n = len(pairs)
    if n < FEWEST:
        return None, Telling.FEW
    ours, others = np.array([one for one, _rest in pairs]), np.array([rest for _one, rest in pairs])
    if np.ptp(ours) < 1e-9 or np.ptp(others) < 1e-9:
        return None, Telling.ALIKE
    r = float(np.clip(np.corrcoef(ours, others)[0, 1], -1 + 1e-12, 1 - 1e-12))
    half = float(norm.ppf(0.5 + confidence / 2)) / math.sqrt(n - 3)
    found = Estimate(r, low=math.tanh(math.atanh(r) - half), high=math.tanh(math.atanh(r) + half))
    if r < POOR:
        return found, Telling.NO
    return found, Telling.YES if found.low > 0 else Telling.UNSURE


def _most_common(works: Sequence[Work], item: str) -> Wrong | None:
    """Return the set of categories that most of those who were wrong missed together."""
    ways = Counter(
        work.said[item]
        for work in works
        if item in work.said and (work.said[item].missed or work.said[item].failure)
    )
    if not ways:
        return None
    said, n = min(ways.items(), key=lambda pair: (-pair[1], pair[0].missed, pair[0].failure or ""))
    return Wrong(said=said, n=n, n_ways=len(ways))
