"""Hidden cases of "Detection by measurement": drawn for each learner, judged in the trusted process.

Tables of features and scores are drawn with known truth, so that no clip has to be measured while a class is graded.
A check passes only if *all* its cases are right, and each holds cases that disagree, so that an answer which does not
look at its arguments passes none. Cases are drawn anew until they tell every wrong rule of `08_detection_mutants.py`
from the right one, or cannot, where that rule is meant to be right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from medialit.forensics.roc import auc
from medialit.forensics.statistics import ppv, wilson
from medialit.grading import Cases, Check, Grader, Student, close, same, try_call

Rng: TypeAlias = np.random.Generator
Table: TypeAlias = dict[str, list[float]]
Rates: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]
Desk: TypeAlias = tuple[
    list[bool], list[int], float, float, float
]  # truths, scores, base rate, miss, false alarm
Groups: TypeAlias = tuple[list[int], list[int], list[int], list[int]]

NAMES = (
    "aspect",
    "blotch",
    "crisp",
    "drift",
    "echo",
    "fringe",
    "glow",
    "halo",
    "jitter",
    "lustre",
    "moire",
    "ripple",
)
LEAST = 0.15
N = 20  # clips of either kind in a table

grader = Grader("08_detection")


def _(message: str) -> str:
    """Mark a text for the catalogues; the feedback translates it."""
    return message


@grader.item("survivors", points=3, n_checks=3)
def survivors(student: Student, cases: Cases) -> Iterator[Check]:
    """Features high or low before and after, such as lose or gain by the messenger, and such as change sides."""
    blocks = (
        (
            _("Features that speak for or against “synthetic”"),
            (("high", "high"), ("low", "low"), ("none", "none"), ("low", "low")),
        ),
        (
            _("Features that lose by the messenger, or only come with it"),
            (("high", "high"), ("high", "none"), ("none", "high"), ("none", "none")),
        ),
        (
            _("Features that change sides"),
            (("high", "high"), ("high", "low"), ("low", "high"), ("none", "none")),
        ),
    )
    for category, kinds in blocks:
        right = True
        for _case in range(2):
            truths = [bool(t) for t in cases.rng.permutation([True] * N + [False] * N)]
            order = cases.rng.permutation(len(kinds))
            names = [str(name) for name in cases.rng.permutation(NAMES)[: len(kinds)]]
            original, forwarded, kept = {}, {}, []
            for name, place in zip(names, order, strict=True):
                before, after = kinds[place]
                original[name] = _feature(cases.rng, truths, before)
                forwarded[name] = _feature(cases.rng, truths, after)
                if before == after != "none":
                    kept.append(name)
            right &= same(try_call(student, "survivors", truths, original, forwarded, LEAST), kept)
        yield Check(category, right)


@grader.item("folds", points=3, n_checks=3)
def folds(student: Student, cases: Cases) -> Iterator[Check]:
    """Give lists whose scenes stand together, such with scenes of very different size, and such that are mixed."""
    rng = cases.rng
    blocks = (
        (_("Scenes that stand together"), _together, False),
        (_("Folds as even as they can be made"), _uneven, True),
        (_("Scenes whose clips are scattered over the list"), _scattered, False),
    )
    for category, draw, even in blocks:
        right = True
        for n_folds in (3, 4):
            scenes = draw(rng, n_folds)
            answer = try_call(student, "folds", scenes, n_folds)
            right &= _is_grouped(answer, scenes, n_folds) and (
                not even or _sizes(answer) == _best_sizes(scenes, n_folds)
            )
        yield Check(category, right)


@grader.item("drop", points=2, n_checks=2)
def drop(student: Student, cases: Cases) -> Iterator[Check]:
    """Methods that are seen less once they are new, and such that are not."""
    blocks = (
        (_("A method that is seen less when it is new"), True),
        (_("A method that is not seen less when it is new"), False),
    )
    for category, falls in blocks:
        right = True
        for _case in range(2):
            truths, methods, known, unseen, method, fall = _left_out(cases.rng, falls=falls)
            right &= close(try_call(student, "drop", truths, methods, known, unseen, method), fall)
        yield Check(category, right)


@grader.item("threshold", points=3, n_checks=3)
def threshold(student: Student, cases: Cases) -> Iterator[Check]:
    """Desks where the base rate decides, where the costs do, and such on which flagging does not pay."""
    rng = cases.rng
    kinds = (
        (_("Where synthetic clips are rare, and a miss is dear"), _rare),
        (_("Where half of the clips are synthetic, and the costs decide"), _balanced),
        (_("Where never flagging is the cheapest, or nearly"), _quiet),
    )
    for category, draw in kinds:
        desks = draw(rng)
        answers = [try_call(student, "threshold", *desk) for desk in desks]
        yield Check(category, all(_is_cheapest(a, desk) for a, desk in zip(answers, desks, strict=True)))


@grader.item("promise", points=2, n_checks=2)
def promise(student: Student, cases: Cases) -> Iterator[Check]:
    """Give counts with false alarms, and counts without any."""
    blocks = (
        (_("Where false alarms were seen"), (1, 9)),
        (_("Where no false alarm was seen"), (0, 1)),
    )
    for category, (fewest, most) in blocks:
        right = True
        for _case in range(3):
            n_synthetic, n_camera = (int(n) for n in cases.rng.integers(30, 120, 2))
            hits = int(cases.rng.integers(n_synthetic // 5, n_synthetic - 5))
            false_alarms = int(cases.rng.integers(fewest, most))
            base = float(cases.rng.uniform(0.01, 0.3))
            wanted = ppv(
                hit_rate=hits / n_synthetic,
                false_alarm_rate=wilson(false_alarms, n_camera).high,
                base_rate=base,
            )
            answer = try_call(student, "promise", hits, n_synthetic, false_alarms, n_camera, base)
            right &= close(answer, wanted)
        yield Check(category, right)


@grader.item("audit", points=3, n_checks=3)
def audit(student: Student, cases: Cases) -> Iterator[Check]:
    """Detectors that follow the file, in either direction, the fake, both, or neither."""
    # Of each: the level of camera clips, forwarded ones, synthetic ones, forwarded ones.
    blocks = (
        (
            _("Detectors that follow how the file was passed on"),
            [((0, 3, 0, 3), "the file"), ((3, 0, 3, 0), "the file"), ((0, 0, 3, 3), "the fake")],
        ),
        (
            _("Detectors that follow the fake"),
            [((0, 0, 3, 3), "the fake"), ((0, 0, 3, 6), "the fake"), ((0, 3, 0, 3), "the file")],
        ),
        (
            _("Detectors that follow both, or neither"),
            [
                ((0, 3, 3, 6), "both"),
                ((0, 0, 3, 0), "neither"),
                ((0, 0, 0, 3), "neither"),
                ((0, 0, 0, 0), "neither"),
                ((0, 0, 3, 3), "the fake"),
            ],
        ),
    )  # fmt: skip
    for category, rows in blocks:
        order = cases.rng.permutation(len(rows))
        answers = [(try_call(student, "audit", *_groups(cases.rng, rows[i][0])), rows[i][1]) for i in order]
        yield Check(category, all(same(answer, wanted) for answer, wanted in answers))


def _feature(rng: Rng, truths: Sequence[bool], kind: str) -> list[float]:
    """Return values of a feature that is high, low or nothing for synthetic clips, its AUC clear of every edge."""
    shift = {"high": 1.4, "low": -1.4, "none": 0.0}[kind]
    low, high = {"high": (0.73, 0.93), "low": (0.07, 0.27), "none": (0.42, 0.58)}[kind]
    while True:
        values = [round(float(v), 3) for v in rng.normal(0, 1, len(truths)) + shift * np.asarray(truths)]
        if low < auc(truths, values) < high:
            return values


def _scene_names(rng: Rng, sizes: Sequence[int]) -> list[str]:
    """Return the scene of each clip, the scenes one after the other, in an order of no meaning."""
    names = rng.permutation(1000)[: len(sizes)]
    return [f"scene-{name}" for name, size in zip(names, sizes, strict=True) for _clip in range(size)]


def _together(rng: Rng, n_folds: int) -> list[str]:
    """Return clips whose scenes stand together, though not where a cut into equal pieces would go."""
    while True:
        scenes = _scene_names(rng, rng.integers(3, 7, 2 * n_folds).tolist())
        cut = [i * n_folds // len(scenes) for i in range(len(scenes))]
        if not _is_grouped(cut, scenes, n_folds):
            return scenes


def _uneven(rng: Rng, n_folds: int) -> list[str]:
    """Return scenes that stand together, of sizes at which every careless order makes folds that are less even."""
    while True:
        sizes = [int(n) for n in rng.integers(1, 12, 2 * n_folds + 2)]
        scenes = _scene_names(rng, sizes)
        in_turn = [i % n_folds for i, size in enumerate(sizes) for _clip in range(size)]
        largest_in_turn = {scene: i % n_folds for i, (scene, _n) in enumerate(Counter(scenes).most_common())}
        careless = (
            _sizes(in_turn),
            _sizes([largest_in_turn[scene] for scene in scenes]),
            _filled(sizes, n_folds),
            _filled(sorted(sizes), n_folds),
        )
        if _best_sizes(scenes, n_folds) not in careless:
            return scenes


def _scattered(rng: Rng, n_folds: int) -> list[str]:
    """Return clips of scenes in no order."""
    sizes = rng.integers(3, 7, 2 * n_folds).tolist()
    return [str(scene) for scene in rng.permutation(_scene_names(rng, sizes))]


def _is_grouped(answer: object, scenes: Sequence[str], n_folds: int) -> bool:
    """Return whether an answer gives each scene one fold, and uses all folds."""
    if isinstance(answer, np.ndarray):
        answer = answer.tolist()
    if not isinstance(answer, (list, tuple)) or len(answer) != len(scenes):
        return False
    if any(isinstance(fold, bool) or not isinstance(fold, (int, np.integer)) for fold in answer):
        return False
    one_each = len(set(zip(scenes, answer, strict=True))) == len(set(scenes))
    return one_each and set(answer) == set(range(n_folds))


def _sizes(answer: object) -> list[int]:
    return sorted(Counter(np.asarray(answer).tolist()).values())


def _filled(sizes: Sequence[int], n_folds: int) -> list[int]:
    """Return the sizes of folds if each scene goes into the least filled one, in this order."""
    filled = [0] * n_folds
    for size in sizes:
        filled[filled.index(min(filled))] += size
    return sorted(filled)


def _best_sizes(scenes: Sequence[str], n_folds: int) -> list[int]:
    return _filled(sorted(Counter(scenes).values(), reverse=True), n_folds)


def _left_out(rng: Rng, *, falls: bool) -> tuple[list[bool], list[str], list[int], list[int], str, float]:
    """Return scores of three methods and camera clips, a method, and how much its area falls."""
    names = [f"method-{n}" for n in rng.permutation(100)[:3]]
    while True:
        methods = [str(m) for m in rng.permutation([*names * 8, *["camera"] * 20])]
        truths = [one != "camera" for one in methods]
        left_out = names[0]
        shift = {one: float(rng.uniform(1, 3)) for one in names} | {"camera": 0.0}
        before = shift | {left_out: 2.5 if falls else 1.0}
        after = shift | {left_out: 0.8 if falls else 2.2}
        known, unseen = (_scores(rng, [level[one] for one in methods]) for level in (before, after))
        mine = [i for i, one in enumerate(methods) if one in ("camera", left_out)]
        fall = _area(truths, known, mine) - _area(truths, unseen, mine)
        pooled = auc(truths, known) - auc(truths, unseen)
        if (fall > 0.05 if falls else fall < -0.05) and abs(fall - pooled) > 0.02:
            return truths, methods, known, unseen, left_out, fall


def _area(truths: Sequence[bool], scores: Sequence[int], places: Sequence[int]) -> float:
    return auc([truths[i] for i in places], [scores[i] for i in places])


def _scores(rng: Rng, levels: Sequence[float]) -> list[int]:
    """Return whole scores from 0 to 9, many of them equal."""
    return [
        int(s) for s in np.clip(np.round(3 + 1.5 * rng.normal(0, 1, len(levels)) + np.asarray(levels)), 0, 9)
    ]


def _rates(desk: Desk) -> Rates:
    """Return F and H of every threshold from 0 to 10, which no score reaches, and how many clips each flags."""
    truth, scores = np.asarray(desk[0]), np.asarray(desk[1])
    said = scores >= np.arange(11)[:, np.newaxis]
    return said[:, ~truth].mean(axis=1), said[:, truth].mean(axis=1), said.sum(axis=1)


def _costs(rates: Rates, base: float, miss: float, alarm: float) -> NDArray[np.float64]:
    """Return the cost of every threshold (`medialit.forensics.statistics.expected_cost`, all at once)."""
    costs: NDArray[np.float64] = base * (1 - rates[1]) * miss + (1 - base) * rates[0] * alarm
    return costs


def _is_cheapest(answer: object, desk: Desk) -> bool:
    """Return whether an answer is a threshold that flags what the cheapest does, or None where nothing should be."""
    rates = _rates(desk)
    n_flagged = int(rates[2][_costs(rates, *desk[2:]).argmin()])
    if n_flagged == 0:
        return answer is None
    if isinstance(answer, np.generic):
        answer = answer.item()
    if isinstance(answer, bool) or not isinstance(answer, (int, float)):
        return False
    return sum(score >= answer for score in desk[1]) == n_flagged


def _desk(rng: Rng, base: float, miss: float, alarm: float) -> Desk:
    """Return a desk with a table of its own, whose cheapest threshold is cheaper than the next by 2 %."""
    while True:
        truths = [bool(t) for t in rng.permutation([True] * 20 + [False] * 20)]
        desk = (truths, _scores(rng, [2.5 if truth else 0.0 for truth in truths]), base, miss, alarm)
        rates = _rates(desk)
        _n, each = np.unique(rates[2], return_index=True)  # thresholds that no score tells apart are one
        costs = np.sort(_costs(rates, base, miss, alarm)[each])
        if costs[0] < 0.98 * costs[1]:
            return desk


def _flagged_by(rule: str, desk: Desk) -> int:
    """Return how many clips the threshold flags that a rule, right or wrong, would choose."""
    rates, (base, miss, alarm) = _rates(desk), desk[2:]
    costs: dict[str, Callable[[], NDArray[np.float64]]] = {
        "right": lambda: _costs(rates, base, miss, alarm),
        "table's base rate": lambda: _costs(rates, 0.5, miss, alarm),
        "no costs": lambda: _costs(rates, base, 1.0, 1.0),
        "swapped costs": lambda: _costs(rates, base, alarm, miss),
        "largest distance": lambda: rates[0] - rates[1],
        "always flags": lambda: np.where(rates[2] > 0, _costs(rates, base, miss, alarm), np.inf),
    }
    return int(rates[2][costs[rule]().argmin()])


WRONG = ("table's base rate", "no costs", "swapped costs", "largest distance", "always flags")


def _telling(draw: Callable[[], list[Desk]], *, spared: Sequence[str]) -> list[Desk]:
    """Return desks that all wrong rules fail but those that are spared, and no one threshold serves."""
    while True:
        desks = draw()
        right = [_flagged_by("right", desk) for desk in desks]
        failed = {rule for rule in WRONG if [_flagged_by(rule, desk) for desk in desks] != right}
        serves = np.all([_rates(desk)[2] == n for desk, n in zip(desks, right, strict=True)], axis=0)
        if failed == set(WRONG) - set(spared) and not serves.any():
            return desks


def _rare(rng: Rng) -> list[Desk]:
    def draw() -> list[Desk]:
        bases, misses, alarms = rng.uniform(0.05, 0.25, 4), rng.integers(6, 14, 4), rng.integers(1, 4, 4)
        return [
            _paying(rng, float(b), float(m), float(a)) for b, m, a in zip(bases, misses, alarms, strict=True)
        ]

    return _telling(draw, spared=("always flags",))


def _balanced(rng: Rng) -> list[Desk]:
    def draw() -> list[Desk]:
        pairs = [rng.permutation(np.arange(1, 9))[:2] for _case in range(4)]
        return [_paying(rng, 0.5, float(miss), float(alarm)) for miss, alarm in pairs]

    return _telling(draw, spared=("always flags", "table's base rate"))


def _quiet(rng: Rng) -> list[Desk]:
    def draw() -> list[Desk]:
        cost = float(rng.integers(1, 9))
        desks = [_paying(rng, float(rng.uniform(*b)), cost, cost, pays=pays) for b, pays in kinds]
        return [desks[i] for i in rng.permutation(4)]

    kinds = (((0.001, 0.006), False), ((0.001, 0.006), False), ((0.15, 0.25), True), ((0.15, 0.25), True))
    return _telling(draw, spared=("no costs", "swapped costs"))


def _paying(rng: Rng, base: float, miss: float, alarm: float, *, pays: bool = True) -> Desk:
    """Return a desk on which flagging pays, or does not."""
    while True:
        desk = _desk(rng, base, miss, alarm)
        if (_flagged_by("right", desk) > 0) is pays:
            return desk


def _groups(rng: Rng, levels: Sequence[int]) -> Groups:
    """Return four lists of scores at these levels, every area that the rule asks for clear of its limit."""
    while True:
        camera, sent, fake, fake_sent = (
            [int(s) for s in np.round(8 + level + rng.normal(0, 1.5, n))]
            for level, n in zip(levels, rng.integers(12, 20, 4), strict=True)
        )
        pairs = ((sent, camera), (fake, camera), (fake_sent, sent), (fake_sent, camera), (fake_sent, fake))
        if all(
            abs(_above(one, other) - 0.5) < 0.15 if gap == 0 else abs(_above(one, other) - 0.5) > 0.3
            for (one, other), gap in zip(pairs, _gaps(levels), strict=True)
        ):
            return camera, sent, fake, fake_sent


def _gaps(levels: Sequence[int]) -> tuple[int, ...]:
    camera, sent, fake, fake_sent = levels
    return sent - camera, fake - camera, fake_sent - sent, fake_sent - camera, fake_sent - fake


def _above(some: Sequence[int], others: Sequence[int]) -> float:
    return auc([True] * len(some) + [False] * len(others), [*some, *others])
