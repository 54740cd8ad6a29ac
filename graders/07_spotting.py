"""Hidden cases of "Spotting by eye, calibrated": drawn for each learner, judged in the trusted process.

A check passes only if *all* its cases are right, and each holds cases that disagree, so that an answer which
does not look at its arguments passes none. The cases are drawn until they tell every wrong rule of
`07_spotting_mutants.py` from the right one. How well a learner spots is not asked anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import numpy as np

from medialit.forensics.calibration import brier_score
from medialit.forensics.statistics import Counts, criterion, d_prime, expected_cost
from medialit.forensics.statistics import ppv as true_ppv
from medialit.grading import Cases, Check, Grader, Student, close, same, try_call

Point: TypeAlias = tuple[float, float]
Desk: TypeAlias = tuple[list[Point], float, float, float]  # points, base rate, cost of miss, of false alarm
Rule: TypeAlias = Callable[[Desk], int]
Draw: TypeAlias = Callable[[np.random.Generator], tuple[float, float, float]]

grader = Grader("07_spotting")


def _(message: str) -> str:
    """Mark a text for the catalogues; the feedback translates it."""
    return message


@grader.item("count", points=2, n_checks=4)
def count(student: Student, cases: Cases) -> Iterator[Check]:
    """Each of the four counts in its place, over five blocks."""
    answers, expected = [], []
    for _case in range(5):
        wanted = [int(n) for n in cases.rng.permutation(np.arange(1, 10))[:4]]  # all different, none 0
        pairs = np.repeat([[True, True], [True, False], [False, True], [False, False]], wanted, axis=0)
        truths, said = cases.rng.permutation(pairs).T.tolist()
        answers.append(try_call(student, "count", truths, said))
        expected.append(wanted)
    categories = (
        _("Hits"),
        _("Misses"),
        _("False alarms"),
        _("Correct rejections"),
    )
    for place, category in enumerate(categories):
        right = [_at(answer, place, of=4) for answer in answers]
        yield Check(category, all(close(a, e[place]) for a, e in zip(right, expected, strict=True)))


@grader.item("sensitivity", points=4, n_checks=4)
def sensitivity(student: Student, cases: Cases) -> Iterator[Check]:
    """Ask for d' and c of ordinary blocks, and of blocks with nothing missed or no false alarm."""
    ordinary = [_ordinary_block(cases.rng) for _case in range(4)]
    n_synthetic, n_camera = (int(n) for n in cases.rng.integers(8, 30, 2))
    some = int(cases.rng.integers(1, 4))
    extreme = [
        Counts(n_synthetic, 0, some, n_camera),
        Counts(some, n_synthetic, 0, n_camera),
        Counts(n_synthetic, 0, n_camera, some),
    ]
    texts = (
        (ordinary, _("d' of ordinary blocks"), _("c of ordinary blocks")),
        (extreme, _("d' of blocks with a rate of 0 or 1"), _("c of blocks with a rate of 0 or 1")),
    )
    for blocks, of_d_prime, of_c in texts:
        answers = [
            try_call(student, "sensitivity", b.hits, b.misses, b.false_alarms, b.correct_rejections)
            for b in blocks
        ]
        for place, category, truth in ((0, of_d_prime, d_prime), (1, of_c, criterion)):
            right = [close(_at(a, place, of=2), truth(b)) for a, b in zip(answers, blocks, strict=True)]
            yield Check(category, all(right))


@grader.item("brier", points=2, n_checks=2)
def brier(student: Student, cases: Cases) -> Iterator[Check]:
    """Graded probabilities, and answers that are all certain."""
    levels = {
        _("Graded confidence"): (0.05, 0.2, 0.4, 0.6, 0.8, 0.95),
        _("Answers that are all certain, some of them wrong"): (0.0, 1.0),
    }
    for category, said in levels.items():
        right = True
        for _case in range(4):
            truths, probabilities = _beliefs(cases.rng, said)
            answer = try_call(student, "brier", truths, probabilities)
            right &= close(answer, brier_score(truths, probabilities))
        yield Check(category, right)


@grader.item("ppv", points=3, n_checks=3)
def ppv(student: Student, cases: Cases) -> Iterator[Check]:
    """Rare, balanced, and without any alarm."""
    rates = [(float(h), float(f)) for h, f in cases.rng.uniform((0.55, 0.05), (0.95, 0.45), (6, 2))]
    rare = [float(p) for p in cases.rng.uniform(0.005, 0.12, 3)]
    for category, bases, chosen in (
        (_("Where synthetic clips are rare"), rare, rates[:3]),
        (_("Where half of the clips are synthetic"), [0.5, 0.5], rates[3:5]),
    ):
        right = True
        for base, (hit, false_alarm) in zip(bases, chosen, strict=True):
            wanted = true_ppv(hit_rate=hit, false_alarm_rate=false_alarm, base_rate=base)
            right &= close(try_call(student, "ppv", hit, false_alarm, base), wanted)
        yield Check(category, right)
    quiet = [try_call(student, "ppv", 0.0, 0.0, base) for base in (rare[0], 0.5)]
    loud = try_call(student, "ppv", *rates[5], rare[1])  # None is no answer to everything
    yield Check(
        _("Where there is no alarm"),
        all(same(answer, None) for answer in quiet) and isinstance(loud, float),
    )


@grader.item("cheapest", points=2, n_checks=4)
def cheapest(student: Student, cases: Cases) -> Iterator[Check]:
    """Desks where the base rate alone decides, the costs alone, both, or where looking does not pay."""
    kinds: tuple[tuple[str, Draw], ...] = (
        (_("Equal costs: the base rate decides"), _equal_costs),
        (_("Half synthetic: the costs decide"), _balanced),
        (_("Base rate and costs together"), _anything),
        (_("Where “always camera” or “always synthetic” is cheapest"), _extremes),
    )
    for category, draw in kinds:
        desks = _telling_desks(cases.rng, draw)
        answers = [try_call(student, "cheapest", *desk) for desk in desks]
        yield Check(category, all(same(a, _cheapest(*desk)) for a, desk in zip(answers, desks, strict=True)))


@grader.item("verdict", points=3, n_checks=3)
def verdict(student: Student, cases: Cases) -> Iterator[Check]:
    """Sight first, then the criterion, and intervals that include 0 either way."""

    def above() -> list[float]:
        low, width = cases.rng.uniform((0.02, 0.3), (0.5, 1.5))
        return [float(low), float(low + width)]

    def below() -> list[float]:
        low, high = above()
        return [-high, -low]

    def up() -> list[float]:
        """Include 0, with a middle clearly above it."""
        near, far = cases.rng.uniform((0.05, 0.6), (0.3, 1.2))
        return [float(-near), float(far)]

    def down() -> list[float]:
        low, high = up()
        return [-high, -low]

    blocks: tuple[tuple[str, list[tuple[list[float], list[float], str]]], ...] = (
        (
            _("A change of sight that is shown"),
            [
                (above(), below(), "better"),
                (above(), above(), "better"),
                (above(), down(), "better"),
                (below(), below(), "worse"),
                (below(), above(), "worse"),
            ],
        ),
        (
            _("A change of the criterion alone"),
            [
                (up(), below(), "more suspicious"),
                (down(), below(), "more suspicious"),
                (up(), above(), "more trusting"),
                (down(), above(), "more trusting"),
            ],
        ),
        (
            _("Intervals that include 0"),
            [
                (up(), up(), "cannot tell"),
                (down(), down(), "cannot tell"),
                (up(), down(), "cannot tell"),
                (above(), up(), "better"),
            ],
        ),
    )
    for category, rows in blocks:
        order = cases.rng.permutation(len(rows))
        answers = [(try_call(student, "verdict", *rows[i][0], *rows[i][1]), rows[i][2]) for i in order]
        yield Check(category, all(same(answer, wanted) for answer, wanted in answers))


def _at(answer: object, place: int, *, of: int) -> object:
    """Return one item of an answer that has the right length, else None, which is close to nothing."""
    if isinstance(answer, np.ndarray):
        answer = answer.tolist()
    return answer[place] if isinstance(answer, list) and len(answer) == of else None


def _ordinary_block(rng: np.random.Generator) -> Counts:
    """Return a block with no extreme rate, unequal totals and a criterion away from 0."""
    while True:
        block = Counts(*(int(n) for n in rng.integers(2, 20, 4)))
        if abs(block.n_synthetic - block.n_camera) >= 3 and abs(criterion(block)) > 0.1:
            return block


def _beliefs(rng: np.random.Generator, levels: Sequence[float]) -> tuple[list[bool], list[float]]:
    """Return truths and probabilities whose Brier score no common slip hits by accident."""
    while True:
        n = int(rng.integers(8, 15))
        truths = [bool(t) for t in rng.random(n) < 0.5]
        said = [float(p) for p in rng.choice(levels, n)]
        score = brier_score(truths, said)
        if (
            len(set(truths)) == 2
            and 0.1 < score < 0.9
            and abs(score - brier_score(np.logical_not(truths), said)) > 0.05
        ):
            return truths, said


def _equal_costs(rng: np.random.Generator) -> tuple[float, float, float]:
    cost = float(rng.integers(1, 20))
    return float(rng.uniform(0.05, 0.95)), cost, cost


def _balanced(rng: np.random.Generator) -> tuple[float, float, float]:
    miss, false_alarm = rng.permutation(np.arange(1, 12))[:2]
    return 0.5, float(miss), float(false_alarm)


def _anything(rng: np.random.Generator) -> tuple[float, float, float]:
    miss, false_alarm = rng.permutation(np.arange(1, 12))[:2]
    return float(rng.uniform(0.1, 0.9)), float(miss), float(false_alarm)


def _extremes(rng: np.random.Generator) -> tuple[float, float, float]:
    base = float(rng.uniform(0.005, 0.03))
    if rng.random() < 0.5:
        return base, float(rng.integers(1, 6)), float(rng.integers(6, 12))
    return 1 - base, float(rng.integers(6, 12)), float(rng.integers(1, 6))


def _cheapest(points: Sequence[Point], base: float, miss: float, false_alarm: float) -> int:
    return int(np.argmin(_costs(points, base, miss, false_alarm)))


def _costs(points: Sequence[Point], base: float, miss: float, false_alarm: float) -> list[float]:
    return [
        expected_cost(
            hit_rate=h, false_alarm_rate=f, base_rate=base, cost_of_miss=miss, cost_of_false_alarm=false_alarm
        )
        for h, f in points
    ]


def _telling_desks(rng: np.random.Generator, draw: Draw) -> list[Desk]:
    """Return four desks of one kind, a clear winner each, that every wrong rule fails or cannot fail.

    A rule that ignores the base rate is right where it is one half; one that ignores or swaps the costs is
    right where they are equal, and at base rates near 0 or 1, which decide whatever the costs.
    """
    no_base: Rule = lambda desk: _cheapest(desk[0], 0.5, desk[2], desk[3])  # noqa: E731
    no_costs: Rule = lambda desk: _cheapest(desk[0], desk[1], 1.0, 1.0)  # noqa: E731
    swapped: Rule = lambda desk: _cheapest(desk[0], desk[1], desk[3], desk[2])  # noqa: E731
    blind: list[Rule] = []
    if draw is _balanced:
        blind = [no_base]
    elif draw is _equal_costs or draw is _extremes:
        blind = [no_costs, swapped]
    wrong = [_most_hits, _youden, *(rule for rule in (no_base, no_costs, swapped) if rule not in blind)]
    while True:
        desks = [_clear_desk(rng, draw) for _case in range(4)]
        answers = [_cheapest(*desk) for desk in desks]
        told = all(any(rule(desk) != a for desk, a in zip(desks, answers, strict=True)) for rule in wrong)
        spared = all(rule(desk) == a for rule in blind for desk, a in zip(desks, answers, strict=True))
        if told and spared and len(set(answers)) >= 2:
            return desks


def _clear_desk(rng: np.random.Generator, draw: Draw) -> Desk:
    """Return a desk whose cheapest point is at least 2 % cheaper than the next."""
    while True:
        hits = np.sort(rng.uniform(0.3, 0.97, 5))
        false_alarms = np.sort(hits * rng.uniform(0.05, 0.75, 5))
        points = [(0.0, 0.0), (1.0, 1.0), *zip(hits.tolist(), false_alarms.tolist(), strict=True)]
        points = [points[i] for i in rng.permutation(len(points))]
        base, miss, false_alarm = draw(rng)
        best, second = sorted(_costs(points, base, miss, false_alarm))[:2]
        extreme = points[_cheapest(points, base, miss, false_alarm)] in ((0.0, 0.0), (1.0, 1.0))
        if best < 0.98 * second and extreme is (draw is _extremes):
            return points, base, miss, false_alarm


def _most_hits(desk: Desk) -> int:
    points = desk[0]
    return max(range(len(points)), key=lambda i: points[i][0])


def _youden(desk: Desk) -> int:
    points = desk[0]
    return max(range(len(points)), key=lambda i: points[i][0] - points[i][1])
