"""Hidden cases of "Physics and time: which law is broken?": drawn for each learner, judged in the trusted process.

A check passes only if *all* its cases are right, and each holds cases that disagree, so that an answer which
does not look at its arguments passes none. Which wrong rule fails which check is laid down by how the cases are
built, not left to the draw; `02_physics_mutants.py` holds the rules.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from medialit.grading import Cases, Check, Grader, Student, close, same, try_call

Levels: TypeAlias = NDArray[np.int64]
Doubles: TypeAlias = NDArray[np.float64]
Place: TypeAlias = tuple[float, float] | None

EARTH = 9.81

grader = Grader("02_physics")


def _(message: str) -> str:
    """Mark a text for the catalogues; the feedback translates it."""
    return message


@grader.item("places", points=3, n_checks=3)
def places(student: Student, cases: Cases) -> Iterator[Check]:
    """Draw bright objects, dark ones, and frames in which there is none."""
    rng = cases.rng
    blocks = (
        (_("An object brighter than the place"), [[1, 1, 1], [1, 1]]),
        (_("An object darker than the place"), [[-1, -1, -1], [-1, -1]]),
        (_("Frames in which nothing is seen"), [[1, 0, 1], [0, 1, 1], [0, 0]]),
    )
    for category, clips in blocks:
        right = True
        for signs in clips:
            empty = rng.integers(110, 130, (14, 18))
            drawn = [_frame(rng, empty, sign) for sign in signs]
            frames = np.stack([frame for frame, _place in drawn])
            answer = try_call(student, "places", frames, empty, 30)
            right &= _same_places(answer, [place for _frame_, place in drawn])
        yield Check(category, right)


@grader.item("gravity", points=3, n_checks=3)
def gravity(student: Student, cases: Cases) -> Iterator[Check]:
    """Drop balls from rest, throw them, and ask for the error where the points scatter."""
    rng = cases.rng
    rest, thrown, scattered = [], [], []
    for _case in range(3):
        times = np.arange(int(rng.integers(8, 14))) / int(rng.choice([12, 16, 24]))
        fall = rng.uniform(3, 5) - rng.uniform(3, 12) * times**2 / 2
        noise = rng.normal(0, 0.02, len(times))
        rest.append((times, fall))
        thrown.append((times, fall + rng.uniform(1, 3) * times + noise))
        scattered.append((times, fall + rng.uniform(1, 3) * times + 2 * noise))
    blocks = (
        (_("Falls from rest"), rest, 0),
        (_("Balls that are thrown"), thrown, 0),
        (_("The standard error"), scattered, 1),
    )
    for category, rows, place in blocks:
        right = True
        for times, heights in rows:
            answer = try_call(student, "gravity", times, heights)
            right &= _is_number(answer, place, _gravity(times, heights)[place])
        yield Check(category, right)


@grader.item("restitution", points=3, n_checks=3)
def restitution(student: Student, cases: Cases) -> Iterator[Check]:
    """Bounces that are known well, with an error, and so low that the error reaches the ground."""
    rng = cases.rng
    known, unsure, low = [], [], []
    for _case in range(3):
        before = float(rng.uniform(1, 3))
        after = float(before * rng.uniform(0.3, 0.8))
        known.append((before, after, 0.0))
        unsure.append((before, after, float(rng.uniform(0.05, 0.2))))
        error = float(rng.uniform(0.1, 0.2))
        low.append((before, float(error * rng.uniform(0.2, 0.8)), error))
    blocks = (
        (_("Heights that are known well"), known),
        (_("Heights with an error"), unsure),
        (_("A bounce that is lower than its error"), low),
    )
    for category, rows in blocks:
        answers = [(try_call(student, "restitution", *row), _bounds(*row)) for row in rows]
        yield Check(category, all(close(answer, wanted) for answer, wanted in answers))


@grader.item("permanence", points=2, n_checks=2)
def permanence(student: Student, cases: Cases) -> Iterator[Check]:
    """Gaps in the open, and what excuses a gap or leaves nothing to say."""
    rng = cases.rng

    def clip(*parts: tuple[bool, bool]) -> tuple[list[bool], list[bool]]:
        """Return whether it is seen and whether something may hide it, some frames for each part."""
        frames = [part for part in parts for _repeat in range(int(rng.integers(2, 7)))]
        return [there for there, _may in frames], [may for _there, may in frames]

    seen, gone = (True, False), (False, False)
    behind, glimpsed = (False, True), (True, True)
    some = int(rng.integers(4, 9))
    once = [place == some // 2 for place in range(some)]
    blocks = (
        (
            _("Gaps in the open"),
            [clip(gone, seen, gone, seen, gone), clip(gone, seen, gone, seen), clip(gone, seen, gone)],
        ),
        (
            _("Something in front of it, and too little seen"),
            [
                clip(seen, behind, seen, gone, seen),
                clip(seen, glimpsed, behind, gone, seen),
                (once, [False] * some),
                ([False] * some, [False] * some),
            ],
        ),
    )
    for category, rows in blocks:
        right = True
        for row in rows:
            wanted = _permanence(*row)
            answer = try_call(student, "permanence", *row)
            right &= same(answer, None) if wanted is None else close(answer, wanted)
        yield Check(category, right)


@grader.item("wins", points=2, n_checks=2)
def wins(student: Student, cases: Cases) -> Iterator[Check]:
    """Compare lists whose values all differ, and lists with equal ones."""
    rng = cases.rng
    differing: list[tuple[list[float], list[float]]] = []
    equal: list[tuple[list[float], list[float]]] = []
    while len(differing) < 3:
        first, second = (rng.uniform(0, 9, n).round(3).tolist() for n in (5, 5))
        share = _wins(first, second)
        beside = float(np.mean(np.array(first) > np.array(second)))
        if abs(share - 0.5) > 0.05 and 0 < share < 1 and beside != share:
            differing.append((first, second))
    while len(equal) < 3:
        first, second = (rng.integers(1, 6, n).astype(float).tolist() for n in (4, 6))
        ties = sum(a == b for a in first for b in second)
        if ties >= 2 and 0 < _wins(first, second) < 1:
            equal.append((first, second))
    blocks = ((_("All pairs of two lists"), differing), (_("Pairs of equal values"), equal))
    for category, rows in blocks:
        answers = [(try_call(student, "wins", *row), _wins(*row)) for row in rows]
        yield Check(category, all(close(answer, wanted) for answer, wanted in answers))


@grader.item("law", points=3, n_checks=4)
def law(student: Student, cases: Cases) -> Iterator[Check]:
    """Give readings of what vanishes, bounces and falls, and of what leaves it open."""
    rng = cases.rng

    def around(middle: float, half: float) -> list[float]:
        shift = float(rng.uniform(-0.05, 0.05))
        return [middle - half + shift, middle + half + shift]

    def reading(**changed: Any) -> dict[str, Any]:
        return {"gone": 0, "e": around(0.8, 0.1), "g": around(EARTH, 0.5), "clock": True} | changed

    few = int(rng.integers(1, 6))
    blocks = (
        (
            _("Something that is missing in the open"),
            [
                (reading(gone=few), "permanence"),
                (reading(gone=1), "permanence"),
                (reading(gone=few, e=around(1.4, 0.1), g=around(5, 0.4)), "permanence"),
                (reading(), "none"),
            ],
        ),
        (
            _("Bounces"),
            [
                (reading(e=around(1.3, 0.1)), "energy"),
                (reading(e=around(1.1, 0.3)), "none"),
                (reading(e=around(1.3, 0.1), g=None), "energy"),
                (reading(e=around(0.5, 0.1)), "none"),
            ],
        ),
        (
            _("Falls with a known clock"),
            [
                (reading(g=around(5, 0.5)), "gravity"),
                (reading(g=around(14, 0.8)), "gravity"),
                (reading(g=around(8.8, 1.4)), "none"),
                (reading(g=around(14, 0.8), e=None), "gravity"),
            ],
        ),
        (
            _("What leaves it open"),
            [
                (reading(g=around(5, 0.5), clock=False), "cannot tell"),
                (reading(g=None, e=None), "cannot tell"),
                (reading(clock=False), "none"),
                (reading(g=None), "none"),
            ],
        ),
    )
    for category, rows in blocks:
        order = rng.permutation(len(rows))
        answers = [(try_call(student, "law", rows[i][0]), rows[i][1]) for i in order]
        yield Check(category, all(same(answer, wanted) for answer, wanted in answers))


def _frame(rng: np.random.Generator, empty: Levels, sign: int) -> tuple[Levels, Place]:
    """Return a noisy frame with an uneven object, bright (1), dark (-1) or none (0), and its middle."""
    frame = empty + rng.integers(-9, 10, empty.shape)
    if sign == 0:
        return frame, None
    height, width = (int(n) for n in rng.integers(2, 5, 2))
    top = int(rng.integers(0, empty.shape[0] - height))
    left = int(rng.integers(0, empty.shape[1] - width))
    here = np.s_[top : top + height, left : left + width]
    frame[here] += sign * rng.integers(45, 90, (height, width))
    return frame, (left + (width - 1) / 2, top + (height - 1) / 2)


def _same_places(answer: Any, wanted: Sequence[Place]) -> bool:
    if not isinstance(answer, (list, tuple)) or len(answer) != len(wanted):
        return False
    pairs = zip(answer, wanted, strict=True)
    return all(same(given, None) if place is None else close(given, place) for given, place in pairs)


def _gravity(times: Doubles, heights: Doubles) -> tuple[float, float]:
    coefficients, covariance = np.polyfit(times, heights, 2, cov=True)
    return -2 * float(coefficients[0]), 2 * math.sqrt(float(covariance[0][0]))


def _is_number(answer: Any, place: int, wanted: float) -> bool:
    """Return whether an answer of two numbers has the wanted one at a place."""
    if not isinstance(answer, (list, tuple, np.ndarray)) or np.shape(answer)[:1] != (2,):
        return False
    return close(answer[place], wanted)


def _bounds(before: float, after: float, error: float) -> list[float]:
    low = math.sqrt(max(after - error, 0) / (before + error))
    return [low, math.sqrt((after + error) / (before - error))]


def _permanence(seen: Sequence[bool], hidden: Sequence[bool]) -> float | None:
    frames = [i for i, there in enumerate(seen) if there]
    if len(frames) < 2:
        return None
    due = [i for i in range(frames[0], frames[-1] + 1) if seen[i] or not hidden[i]]
    return len(frames) / len(due)


def _wins(first: Sequence[float], second: Sequence[float]) -> float:
    points = [(a > b) + 0.5 * (a == b) for a in first for b in second]
    return float(sum(points)) / len(points)
