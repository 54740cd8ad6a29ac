"""Hidden cases of "Watermarks: what a hidden mark can prove": drawn for each learner, judged in the trusted process.

A check passes only if *all* its cases are right, and each holds cases that disagree, so that an answer which
does not look at its arguments passes none. Which wrong rule fails which check is laid down by how the cases are
built, not left to the draw; `05_watermarks_mutants.py` holds the rules.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from medialit.grading import Cases, Check, Grader, Student, close, same, try_call

Levels: TypeAlias = NDArray[np.int64]
Bits: TypeAlias = list[int]
Outcome: TypeAlias = list[float]

MAX_P = 1e-6
N_BITS = 40

grader = Grader("05_watermarks")


def _(message: str) -> str:
    """Mark a text for the catalogues; the feedback translates it."""
    return message


@grader.item("embed", points=3, n_checks=3)
def embed(student: Student, cases: Cases) -> Iterator[Check]:
    """Each of the two bits, and levels that would leave the range."""
    rng = cases.rng
    blocks = (
        (_("The bit 1"), [(1, (60, 190)), (1, (60, 190))]),
        (_("The bit 0"), [(0, (60, 190)), (0, (60, 190))]),
        (_("Levels near black and white"), [(1, (250, 256)), (0, (0, 6)), (1, (0, 6)), (0, (250, 256))]),
    )
    for category, rows in blocks:
        right = True
        for bit, (low, high) in rows:
            picture = rng.integers(low, high, (6, 8))
            pattern = _balanced(rng, (6, 8))
            strength = int(rng.integers(7, 12))
            wanted = np.clip(picture + (1 if bit else -1) * strength * pattern, 0, 255)
            right &= close(try_call(student, "embed", picture, pattern, bit, strength), wanted)
        yield Check(category, right)


@grader.item("detect", points=3, n_checks=3)
def detect(student: Student, cases: Cases) -> Iterator[Check]:
    """Clear marks, pictures that hold none, and bright pictures under a pattern that is not balanced."""
    rng = cases.rng
    clear: list[tuple[NDArray[np.float64], Levels, int | None]] = []
    empty: list[tuple[NDArray[np.float64], Levels, int | None]] = []
    uneven: list[tuple[NDArray[np.float64], Levels, int | None]] = []
    for bit in (1, 0):
        pattern = _balanced(rng, (16, 16))
        clear.append((_with_score(rng, pattern, (20 if bit else -20)), pattern, bit))
    for score in (6, -6):  # under the threshold, and far above it if somebody sums
        pattern = _balanced(rng, (16, 16))
        empty.append((_with_score(rng, pattern, score), pattern, None))
    pattern = _balanced(rng, (16, 16))
    empty.append((_with_score(rng, pattern, 20), pattern, 1))
    for score, found in ((-20, 0), (0, None), (20, 1)):
        pattern = _mostly_one(rng, (16, 16))
        uneven.append((_with_score(rng, pattern, score, mean=190), pattern, found))
    blocks = (
        (_("A mark that is plain"), clear),
        (_("Pictures in which nothing is found"), empty),
        (_("Bright pictures, patterns with more +1 than −1"), uneven),
    )
    for category, rows in blocks:
        order = rng.permutation(len(rows))
        answers = [(try_call(student, "detect", rows[i][0], rows[i][1], 10), rows[i][2]) for i in order]
        yield Check(category, all(same(answer, wanted) for answer, wanted in answers))


@grader.item("psnr", points=2, n_checks=2)
def psnr(student: Student, cases: Cases) -> Iterator[Check]:
    """Pictures that differ, and such that do not."""
    rng = cases.rng

    def pair() -> tuple[Levels, Levels, float]:
        one = rng.integers(20, 220, (5, 7))
        other = one + rng.integers(1, 12, (5, 7)) * rng.choice([-1, 1], (5, 7))
        other[0, 0] += 14
        return one, other, 10 * math.log10(255**2 / float(np.mean((one - other) ** 2)))

    differing = [pair() for _case in range(3)]
    yield Check(
        _("Pictures that differ"), all(close(try_call(student, "psnr", a, b), db) for a, b, db in differing)
    )
    one, other, wanted = pair()
    yield Check(
        _("Pictures that are the same"),
        same(try_call(student, "psnr", one, one), None)
        and close(try_call(student, "psnr", one, other), wanted),
    )


@grader.item("removes", points=2, n_checks=2)
def removes(student: Student, cases: Cases) -> Iterator[Check]:
    """Desks on which an attack is within the budget, and such on which none is."""
    rng = cases.rng
    within = [_outcomes(rng, tight=False) for _case in range(4)]
    tight = [_outcomes(rng, tight=True) for _case in range(3)]
    blocks = (
        (_("An attack within the budget"), within),
        (_("No attack within the budget"), [*tight, within[0]]),
    )
    for category, rows in blocks:
        order = rng.permutation(len(rows))
        answers = [(try_call(student, "removes", *rows[i]), _best(*rows[i])) for i in order]
        yield Check(category, all(same(answer, wanted) for answer, wanted in answers))


@grader.item("decode", points=3, n_checks=3)
def decode(student: Student, cases: Cases) -> Iterator[Check]:
    """Let copies agree, err here and there, or be one sure one against two that guess."""
    rng = cases.rng

    def spoken(bits: Bits) -> NDArray[np.float64]:
        return np.array([1.0 if bit else -1.0 for bit in bits])

    agreeing, erring, unsure = [], [], []
    for _case in range(3):
        bits = _bits(rng, 8)
        scores = spoken(bits) * rng.uniform(1, 3, (3, 8))
        agreeing.append((bits, scores))
        bits = _bits(rng, 7)
        scores = spoken(bits) * rng.uniform(2, 3, (5, 7))
        scores[0, 1:3] *= -0.5  # the first copy is wrong in some bits, another one in others
        scores[2, 4] *= -0.5
        erring.append((bits, scores))
        bits = _bits(rng, 6)
        scores = spoken(bits) * rng.uniform(6, 9, (3, 6))
        scores[:2, 2:5] *= -0.1
        unsure.append((bits, scores))
    blocks = (
        (_("Copies that agree"), agreeing),
        (_("Copies that are wrong here and there"), erring),
        (_("One sure copy against two that guess"), unsure),
    )
    for category, rows in blocks:
        right = True
        for bits, scores in rows:
            given = [float(score) for score in scores.ravel()]
            right &= same(try_call(student, "decode", given, len(bits)), bits)
        yield Check(category, right)


@grader.item("verdict", points=3, n_checks=4)
def verdict(student: Student, cases: Cases) -> Iterator[Check]:
    """Each of the four things that a mark allows one to say."""
    rng = cases.rng
    register = {f"{int(rng.integers(2**40)):010x}": _bits(rng, N_BITS) for _entry in range(4)}
    known, other = list(register)[:2]
    stranger = f"{int(rng.integers(2**40, 2**41)):011x}"
    sure = float(10.0 ** -rng.uniform(8, 30))
    unsure = float(10.0 ** -rng.uniform(1, 5))
    itself = register[known]
    blocks: tuple[tuple[str, list[tuple[str | None, float, Bits, str]]], ...] = (
        (
            _("Nothing found, or nothing sure"),
            [
                (None, float(rng.uniform(0.05, 1)), itself, "says nothing"),
                (None, unsure, _changed(rng, itself, 20), "says nothing"),
                (known, unsure, itself, "says nothing"),
                (known, sure, itself, "registered clip"),
            ],
        ),
        (
            _("A payload that nobody registered"),
            [
                (stranger, sure, itself, "unknown payload"),
                (stranger, sure, _changed(rng, itself, 20), "unknown payload"),
                (other, sure, register[other], "registered clip"),
            ],
        ),
        (
            _("A mark in other pictures than those it was made for"),
            [
                (known, sure, _changed(rng, itself, 20), "foreign clip"),
                (known, sure, _changed(rng, itself, 9), "foreign clip"),
                (known, sure, itself, "registered clip"),
            ],
        ),
        (
            _("A registered clip, changed a little"),
            [
                (known, sure, _changed(rng, itself, 2), "registered clip"),
                (other, sure, _changed(rng, register[other], 5), "registered clip"),
                (None, float(rng.uniform(0.05, 1)), itself, "says nothing"),
            ],
        ),
    )
    for category, rows in blocks:
        order = rng.permutation(len(rows))
        answers = [(try_call(student, "verdict", *rows[i][:3], register), rows[i][3]) for i in order]
        yield Check(category, all(same(answer, wanted) for answer, wanted in answers))


def _balanced(rng: np.random.Generator, shape: tuple[int, int]) -> Levels:
    """Return a pattern with as many +1 as −1."""
    half = shape[0] * shape[1] // 2
    return rng.permutation(np.repeat([1, -1], half)).reshape(shape).astype(np.int64)


def _mostly_one(rng: np.random.Generator, shape: tuple[int, int]) -> Levels:
    """Return a pattern of which five in eight are +1."""
    size = shape[0] * shape[1]
    return rng.permutation(np.repeat([1, -1], [5 * size // 8, 3 * size // 8])).reshape(shape).astype(np.int64)


def _with_score(
    rng: np.random.Generator, pattern: Levels, score: int, *, mean: int = 120
) -> NDArray[np.float64]:
    """Return a picture whose own score under a pattern is this one."""
    picture = rng.normal(0, 6, pattern.shape)
    centred = pattern - pattern.mean()
    picture -= picture.mean()
    picture += centred * ((score - (picture * pattern).mean()) / (centred * pattern).mean())
    return np.asarray(picture + mean, np.float64)


def _outcomes(rng: np.random.Generator, *, tight: bool) -> tuple[list[Outcome], float]:
    """Return attacks and a budget: some remove the mark, the best of all does not."""
    gone = [
        [float(db), float(p)]
        for db, p in zip(rng.uniform(20, 34, 3), rng.uniform(0.001, 0.9, 3), strict=True)
    ]
    gone.append([float(rng.uniform(10, 15)), 0.99])  # the surest is the dearest
    kept = [
        [float(db), float(10.0**-e)]
        for db, e in zip(rng.uniform(36, 45, 2), rng.uniform(8, 30, 2), strict=True)
    ]
    kept.append([float(rng.uniform(12, 18)), 1e-9])
    best = max(db for db, _p in gone)
    budget = best + 1 if tight else 18.0
    outcomes = [*gone, *kept]
    return [outcomes[i] for i in rng.permutation(len(outcomes))], float(budget)


def _best(outcomes: Sequence[Outcome], budget: float) -> int | None:
    able = [(db, i) for i, (db, p) in enumerate(outcomes) if p > MAX_P and db >= budget]
    return max(able)[1] if able else None


def _bits(rng: np.random.Generator, n: int) -> Bits:
    """Return bits of both kinds, which read otherwise in another order."""
    while True:
        bits = [int(bit) for bit in rng.integers(0, 2, n)]
        if 0 < sum(bits[2:5]) < 3 and 0 < sum(bits) < n:
            return bits


def _changed(rng: np.random.Generator, bits: Bits, n: int) -> Bits:
    """Return a fingerprint with so many bits turned."""
    turned = set(rng.permutation(len(bits))[:n].tolist())
    return [1 - bit if i in turned else bit for i, bit in enumerate(bits)]
