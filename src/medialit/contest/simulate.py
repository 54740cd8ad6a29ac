"""A simulated class whose d' and c are known: to see how often the report says the right words.

Evidence is normal with variance 1 and mean plus or minus d'/2; beyond c one says "synthetic" (Macmillan and Creelman
2005, chapter 1). Learners differ from one another, change by different amounts, and one form may be harder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np
from scipy.stats import norm

from medialit.contest import order
from medialit.contest.machine import Machine
from medialit.contest.records import RATINGS, Answer, Form, Item, Occasion
from medialit.forensics.statistics import Counts

_AT: Final = datetime(2026, 11, 27, 9, tzinfo=UTC)
_EPOCHS: Final[tuple[Occasion, ...]] = ("before", "after")


@dataclass(frozen=True, kw_only=True)
class Course:
    """What a course does to a class, and what the class is like.

    Parameters
    ----------
    d_prime, criterion : float
        Mean change, in standard deviations.
    d_prime_sd, criterion_sd : float
        How much people differ in the change.
    start_d_prime, start_criterion : float
        Means before.
    people_d_prime_sd, people_criterion_sd : float
        How much people differ before.
    harder_b : float
        By so much is d' lower on form B.
    follows : float
        Chance of following advice that contradicts.
    """

    d_prime: float = 0.0
    criterion: float = 0.0
    d_prime_sd: float = 0.3
    criterion_sd: float = 0.2
    start_d_prime: float = 1.0
    start_criterion: float = 0.1
    people_d_prime_sd: float = 0.4
    people_criterion_sd: float = 0.3
    harder_b: float = 0.3
    follows: float = 0.5


@dataclass(frozen=True, kw_only=True)
class People:
    """A class: of each learner the first form, and d' and c on both occasions.

    Parameters
    ----------
    firsts : tuple of {"a", "b"}
    d_prime, criterion : ndarray of float64, shape (N, 2)
    """

    firsts: tuple[Form, ...]
    d_prime: np.ndarray
    criterion: np.ndarray


def people(n: int, *, course: Course, seed: int) -> People:
    """Draw a class.

    Parameters
    ----------
    n : int
        Learners.
    course : Course
    seed : int
    """
    rng = np.random.default_rng([seed, 0])
    firsts: tuple[Form, ...] = tuple("a" if i % 2 else "b" for i in range(n))
    d = rng.normal(course.start_d_prime, course.people_d_prime_sd, n)
    c = rng.normal(course.start_criterion, course.people_criterion_sd, n)
    d_after = d + course.d_prime + rng.normal(0, course.d_prime_sd, n)
    c_after = c + course.criterion + rng.normal(0, course.criterion_sd, n)
    shown_b = np.array([[first == "b", first == "a"] for first in firsts])
    sight = np.stack([d, d_after], axis=1) - course.harder_b * shown_b
    return People(firsts=firsts, d_prime=sight, criterion=np.stack([c, c_after], axis=1))


def simulated_counts(
    crowd: People, *, n_camera: int, n_synthetic: int, seed: int
) -> tuple[list[Counts], list[Counts]]:
    """Return each learner's outcomes before and after."""
    rng = np.random.default_rng([seed, 1])
    hits = rng.binomial(n_synthetic, norm.cdf(crowd.d_prime / 2 - crowd.criterion))
    alarms = rng.binomial(n_camera, norm.cdf(-crowd.d_prime / 2 - crowd.criterion))
    before, after = (
        [
            Counts(hits=h, misses=n_synthetic - h, false_alarms=f, correct_rejections=n_camera - f)
            for h, f in zip(hits[:, k].tolist(), alarms[:, k].tolist(), strict=True)
        ]
        for k in (0, 1)
    )
    return before, after


def simulated_answers(
    items: Sequence[Item], crowd: People, *, seed: int, machine: Machine | None = None, follows: float = 0.5
) -> tuple[list[Answer], dict[str, Form]]:
    """Return every answer that a class would give to a contest, and who began with which form.

    Parameters
    ----------
    items : sequence of Item
    crowd : People
    seed : int
    machine : Machine or None
        Whose advice is given in the block with advice.
    follows : float
        Chance of following it where it contradicts.
    """
    rng = np.random.default_rng([seed, 2])
    answers: list[Answer] = []
    firsts = {f"learner {i:03d}": first for i, first in enumerate(crowd.firsts)}
    for i, (learner, first) in enumerate(firsts.items()):
        for k, occasion in enumerate(_EPOCHS):
            shown = order.form_on(occasion, first=first)
            for item in (one for one in items if one.form == shown):
                d, c = float(crowd.d_prime[i, k]), float(crowd.criterion[i, k])
                evidence = rng.normal(d / 2 if item.synthetic else -d / 2)
                rating = _rating(evidence - c)
                seconds = round(float(rng.gamma(4, 2)), 2)
                answers.append(_answer(learner, occasion, item, "first", rating, seconds))
                if item.block == "advice" and machine is not None and item.machine is not None:
                    says = machine.says(item.machine)
                    if says != RATINGS[rating][0] and rng.random() < follows:
                        rating = 5 if says else 2
                    answers.append(_answer(learner, occasion, item, "final", rating, seconds / 2))
    return answers, firsts


def _rating(beyond: float) -> int:
    """Return one of the six answers, from how far the evidence lies from what the learner asks for."""
    return 1 + int(np.searchsorted([-1.2, -0.5, 0.0, 0.5, 1.2], beyond))


def _answer(learner: str, occasion: Occasion, item: Item, stage: str, rating: int, seconds: float) -> Answer:
    synthetic, confidence = RATINGS[rating]
    return Answer(
        learner=learner, occasion=occasion, clip=item.clip, stage="final" if stage == "final" else "first",
        synthetic=synthetic, confidence=confidence, seconds=seconds, at=_AT,
    )  # fmt: skip
