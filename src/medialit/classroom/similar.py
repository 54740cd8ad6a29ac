"""Which learners' sources resemble each other more than chance and the question explain.

Hidden cases differ from learner to learner, so a copied *result* is wrong; a copied *function* is right, wherever it
came from, and no mark tells. So sources are compared. `rapidfuzz` gives the distance (Indel, normalised): nbgrader
brings it along anyway, it is fast, and it works on sequences of tokens as well as on text. Tokens come from Python's
own `tokenize`. The fingerprints of large plagiarism detectors (Moss's winnowing) want files of hundreds of lines and are
blind to names; an answer here has two to twelve lines, in which names and remarks are most of what is somebody's own.

Two answers to a small question are alike because the question is small. So what counts is by how much a pair is more
alike than the class is: in each item a pair is ranked among the pairs with as many full marks (two, one or none: who is
right writes like others who are right), and a pair's score is the mean rank over the items that both answered, less what
the two people's styles explain. A pair is listed where it stands out from the spread of all pairs, at Bonferroni's
threshold, and is nearly the same in wording too. `benchmarks/similarity.py` measures how often that is wrong.

References
----------
Schleimer, Wilkerson and Aiken (2003), Winnowing, SIGMOD (what is not used here, and why).
"""

from __future__ import annotations

import ast
import io
import itertools
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from rapidfuzz.distance import Indel
from scipy.stats import norm, rankdata

from medialit.classroom.book import LabBook

FEWEST_ITEMS: Final = 4
"""Items that two learners must both have answered; of fewer nothing is said of them."""
FEWEST_PAIRS: Final = 10
"""Pairs that an item must have, so that a rank means something."""
FEWEST_COMPARED: Final = 28
"""Pairs of learners (those of eight people), so that a class has a spread to stand out from."""
SAME: Final = 0.9
"""Likeness from which two sources are called nearly the same."""
ALPHA: Final = 0.05
"""Chance that an honest class has any pair listed, were the spread of its pairs normal; it is only nearly so."""
_SKIPPED: Final = {
    tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.ENDMARKER,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two learners.

    Parameters
    ----------
    first, second : str
        Their ids.
    n_items : int
        Items that both answered.
    alike : float
        Mean likeness of their sources, 0 to 1.
    rank : float
        Mean rank among the pairs of each item; near 0.5 for people who worked apart, 1 for the most alike everywhere.
    z : float
        By how many standard deviations of the class's pairs it is above what the two people's styles explain.
    same_wrong : int
        Items in which both lost points by sources that are nearly the same.
    """

    first: str
    second: str
    n_items: int
    alike: float
    rank: float
    z: float
    same_wrong: int


@dataclass(frozen=True, kw_only=True)
class Similarity:
    """All pairs of a class.

    Parameters
    ----------
    listed : tuple of Pair
        Those beyond the threshold, the most alike first.
    n_pairs : int
        Pairs that could be compared.
    others : float or None
        Mean likeness of the pairs that are not listed.
    """

    listed: tuple[Pair, ...]
    n_pairs: int
    others: float | None


def tokens(source: str) -> tuple[str, ...]:
    """Return what a source is made of: its words, signs and remarks, without the spaces between.

    Examples
    --------
    >>> tokens("x = 1  # one")
    ('x', '=', '1', '# one')
    """
    try:
        source = ast.unparse(ast.parse(source)) + "\n" + "\n".join(_remarks(source))
        return tuple(
            one.string
            for one in tokenize.generate_tokens(io.StringIO(source).readline)
            if one.type not in _SKIPPED and one.string
        )
    except (SyntaxError, ValueError, tokenize.TokenError, RecursionError, MemoryError):
        return tuple(source.split())


def _remarks(source: str) -> Iterator[str]:
    for one in tokenize.generate_tokens(io.StringIO(source).readline):
        if one.type == tokenize.COMMENT:
            yield one.string


def likeness(one: Sequence[str], two: Sequence[str]) -> float:
    """Return how alike two sequences of tokens are, from 0 to 1: one less the normalised Indel distance."""
    return float(Indel.normalized_similarity(one, two))


def compare(labs: Sequence[LabBook]) -> Similarity:
    """Compare every pair of learners over every item that both answered."""
    alike: dict[tuple[str, str], list[tuple[float, float, bool]]] = {}
    for lab in labs:
        for item in lab.items:
            for pair, found in _item(lab, item).items():
                alike.setdefault(pair, []).append(found)
    compared = {pair: found for pair, found in alike.items() if len(found) >= FEWEST_ITEMS}
    if len(compared) < FEWEST_COMPARED:
        return Similarity(listed=(), n_pairs=len(compared), others=None)
    bound = float(norm.isf(ALPHA / len(compared)))
    ranks = {
        pair: float(np.mean([rank for _alike, rank, _wrong in found])) for pair, found in compared.items()
    }
    above = _above(ranks)
    pairs = [_pair(pair, found, rank=ranks[pair], z=above[pair]) for pair, found in compared.items()]
    listed = [one for one in pairs if one.z > bound and one.alike > SAME]
    others = [one.alike for one in pairs if one not in listed]
    listed.sort(key=lambda one: (-one.z, one.first, one.second))
    return Similarity(
        listed=tuple(listed), n_pairs=len(pairs), others=float(np.mean(others)) if others else None
    )


def _above(ranks: Mapping[tuple[str, str], float]) -> Mapping[tuple[str, str], float]:
    """Return by how many standard deviations each pair is above what its two people's styles explain.

    Somebody who writes tersely is near everybody: each one's own mean over all their pairs is taken off. What is left
    scatters around 0; its spread is read from the middle of the class (median and quartiles), which a few copied pairs
    do not move.
    """
    whole = float(np.mean(list(ranks.values())))
    own: dict[str, list[float]] = {}
    for pair, rank in ranks.items():
        for name in pair:
            own.setdefault(name, []).append(rank)
    means = {name: float(np.median(found)) for name, found in own.items()}
    left = {pair: rank - means[pair[0]] - means[pair[1]] + whole for pair, rank in ranks.items()}
    low, middle, high = np.quantile(list(left.values()), [0.25, 0.5, 0.75])
    spread = max(float(high - low) / (2 * float(norm.ppf(0.75))), 1e-9)
    return {pair: (one - float(middle)) / spread for pair, one in left.items()}


def _pair(
    names: tuple[str, str], found: Sequence[tuple[float, float, bool]], *, rank: float, z: float
) -> Pair:
    return Pair(
        first=names[0],
        second=names[1],
        n_items=len(found),
        alike=float(np.mean([alike for alike, _rank, _wrong in found])),
        rank=rank,
        z=z,
        same_wrong=sum(wrong for _alike, _rank, wrong in found),
    )


def _item(lab: LabBook, item: str) -> Mapping[tuple[str, str], tuple[float, float, bool]]:
    """Return for each pair how alike it is in one item, its rank among all pairs there, and whether both are wrong."""
    written = {name: tokens(work.sources[item]) for name, work in lab.works.items() if item in work.sources}
    names = sorted(name for name, words in written.items() if words)
    pairs = list(itertools.combinations(names, 2))
    if len(pairs) < FEWEST_PAIRS:
        return {}
    alike = np.array([likeness(written[one], written[two]) for one, two in pairs])
    full = {name: lab.works[name].shares.get(item, 0.0) > 1 - 1e-9 for name in names}
    n_full = np.array([full[one] + full[two] for one, two in pairs])
    found: dict[tuple[str, str], tuple[float, float, bool]] = {}
    for number in (0, 1, 2):
        places = np.flatnonzero(n_full == number)
        if places.size < FEWEST_PAIRS:
            continue
        ranks = (rankdata(alike[places]) - 0.5) / places.size
        for place, rank in zip(places.tolist(), ranks.tolist(), strict=True):
            same_wrong = number == 0 and alike[place] > SAME
            found[pairs[place]] = (float(alike[place]), float(rank), bool(same_wrong))
    return found
