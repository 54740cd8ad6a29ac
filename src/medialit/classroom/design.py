"""Who is in a simulated class, and which answer each of them gives to each question.

Every wrong answer is one that the graders' own tests list (``graders/NN_slug_mutants.py``), so the points that it loses
are known before anything is graded.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from medialit.course.source import BEGIN_SOLUTION, END_SOLUTION, Lab, Role
from medialit.errors import CourseError
from medialit.grading.mutants import Mutant

FEWEST = 8
"""Learners: one of each kind, and one more to copy from."""


class Kind(StrEnum):
    """What a simulated learner is like."""

    STRONG = "strong"
    WRONG = "wrong"
    WEAK = "weak"
    COPYING = "copying"
    LATE = "late"
    BLANK = "blank"
    ABSENT = "absent"


@dataclass(frozen=True, kw_only=True)
class Learner:
    """One simulated learner.

    Parameters
    ----------
    id, first_name, last_name : str
        Invented.
    kind : Kind
    neighbour : str or None
        Whose answers a copying learner hands in.
    """

    id: str
    first_name: str
    last_name: str
    kind: Kind
    neighbour: str | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What one learner hands in for one lab.

    Parameters
    ----------
    sources : mapping of str to str
        The code of each answered item, by item, before it is put into the learner's own hand.
    wrong : mapping of str to str
        The wrong answer's name, by item.
    marks : mapping of str to float
        The points that each item must get.
    level : int
        Of the answers in words, from 0 (none) to 3, as a person would mark them.
    """

    sources: Mapping[str, str]
    wrong: Mapping[str, str]
    marks: Mapping[str, float]
    level: int


_NAMES = (
    ("Amina", "El Fassi"), ("ياسين", "بناني"), ("Ilyas", "Ouazzani"), ("ⵜⵉⵍⵍⵉ", "ⴰⵢⵜ ⵓⴼⵍⵍⴰ"), ("Hind", "Tazi"),
    ("سلمى", "العلوي"), ("Mehdi", "Chraïbi"), ("Nora", "Aït Baha"), ("أيوب", "الإدريسي"), ("Salma", "Berrada"),
    ("ⵉⴷⵉⵔ", "ⴰⵎⵖⴰⵔ"), ("Younes", "Lahlou"), ("مريم", "الزهراوي"), ("Rania", "Skalli"), ("Omar", "Bennis"),
    ("هاجر", "المنصوري"), ("Anas", "Kettani"), ("Zineb", "O’Hara, dite « Zaza »"), ("طارق", "الشرقاوي"),
    ("Lina", "Sebti"), ("ⵜⴰⵏⵉⵔⵜ", "ⵓⵎⵣⵉⵍ"), ("Karim", "Jazouli"), ("خديجة", "أمزيان"), ("Ghita", "Alami"),
    ("Bilal", "Naciri"), ("دنيا", "السوسي"), ("Reda", "Filali"), ("Imane", "Guessous"), ("سفيان", "اليعقوبي"),
    ("Touria", "Hajji"),
)  # fmt: skip


def invent_class(n: int) -> tuple[Learner, ...]:
    """Return so many learners of all kinds; most are wrong somewhere, as in a class.

    Parameters
    ----------
    n : int
        At least `FEWEST`. From 30 on, every listed wrong answer of a lab finds somebody who gives it.

    Raises
    ------
    CourseError
        If there are too few.

    Examples
    --------
    >>> from collections import Counter
    >>> {str(kind): n for kind, n in Counter(one.kind for one in invent_class(30)).items()}
    {'strong': 4, 'wrong': 14, 'weak': 6, 'copying': 2, 'late': 2, 'blank': 1, 'absent': 1}
    """
    if n < FEWEST:
        raise CourseError(
            f"A simulated class needs at least {FEWEST} learners, one of each kind; {n} were asked for."
        )
    few = max(1, n // 15)
    strong, weak = max(1, n // 7), max(1, n // 5)
    kinds = [Kind.STRONG] * strong
    tail = [Kind.WEAK] * weak + [Kind.COPYING] * few + [Kind.LATE] * few + [Kind.BLANK, Kind.ABSENT]
    kinds += [Kind.WRONG] * (n - strong - len(tail)) + tail
    learners: list[Learner] = []
    wrong = [number for number, kind in enumerate(kinds) if kind in (Kind.WRONG, Kind.WEAK)]
    copied = 0
    for number, kind in enumerate(kinds):
        first, last = _NAMES[number % len(_NAMES)]
        neighbour = None
        if kind is Kind.COPYING:
            neighbour = _id(wrong[copied])
            copied += 1
        learners.append(
            Learner(id=_id(number), first_name=first, last_name=last, kind=kind, neighbour=neighbour)
        )
    return tuple(learners)


def _id(number: int) -> str:
    return f"sim{number + 1:02}"


def plans(lab: Lab, mutants: Sequence[Mutant], learners: Sequence[Learner]) -> Mapping[str, Plan]:
    """Return what each learner hands in for a lab, by id; who is absent hands nothing in.

    Parameters
    ----------
    lab : Lab
    mutants : sequence of Mutant
        Its listed wrong answers.
    learners : sequence of Learner
        As from `invent_class`.
    """
    right = reference(lab)
    erring = _errors(lab, mutants, learners)
    found: dict[str, Plan] = {}
    for learner in learners:
        if learner.kind is Kind.ABSENT:
            continue
        if learner.neighbour is not None:
            found[learner.id] = found[learner.neighbour]
            continue
        own = erring.get(learner.id, {})
        if learner.kind is Kind.BLANK:
            own = dict.fromkeys(lab.items)
        sources = {item: source for item, source in right.items() if item not in own}
        sources |= {item: mutant.source for item, mutant in own.items() if mutant is not None}
        marks = {item: float(points) for item, points in lab.items.items()}
        for item, mutant in own.items():
            if mutant is None:
                marks[item] = 0.0
            else:
                marks[item] -= mutant.loses.get(item, 0.0)
        found[learner.id] = Plan(
            sources=sources,
            wrong={item: mutant.name for item, mutant in own.items() if mutant is not None},
            marks=marks,
            level={Kind.STRONG: 3, Kind.LATE: 3, Kind.WRONG: 2, Kind.WEAK: 1}.get(learner.kind, 0),
        )
    return found


def reference(lab: Lab) -> Mapping[str, str]:
    """Return the reference solution of each item, without the marks around it."""
    return {
        cell.item: "\n".join(
            line for line in cell.source.splitlines() if line.strip() not in (BEGIN_SOLUTION, END_SOLUTION)
        )
        for cell in lab.cells
        if cell.role is Role.ITEM and cell.item
    }


def read_mutants(graders: Path, slug: str) -> tuple[Mutant, ...]:
    """Return a lab's listed wrong answers; of trusted graders only: the file is run.

    Raises
    ------
    CourseError
        If the lab has none, or one loses points elsewhere too, so that two at once could not be foretold.
    """
    path = graders / f"{slug}_mutants.py"
    if not path.is_file():
        raise CourseError(
            f"{path} does not exist: a class is simulated from the wrong answers listed there. Write it."
        )
    spec = importlib.util.spec_from_file_location(f"medialit_mutants.{slug}", path)
    assert spec is not None and spec.loader is not None  # the path ends in .py
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    listed = tuple(module.MUTANTS)
    for mutant in listed:
        if set(mutant.loses) - {mutant.item}:
            raise CourseError(
                f"{path}: {mutant.name!r} also loses points of other items, so it cannot stand beside other "
                "wrong answers. Let it lose its own item's only."
            )
    return listed


def _errors(
    lab: Lab, mutants: Sequence[Mutant], learners: Sequence[Learner]
) -> dict[str, dict[str, Mutant | None]]:
    """Return which items each learner gets wrong, and how; None is an item left as it was.

    Those who are weak err in every item and leave some out; of the others so many err that every listed wrong answer
    has somebody who gives it. Who begins differs from item to item.
    """
    weak = [one.id for one in learners if one.kind is Kind.WEAK]
    others = [one.id for one in learners if one.kind is Kind.WRONG]
    found: dict[str, dict[str, Mutant | None]] = {}
    for number, item in enumerate(lab.items):
        ways: list[Mutant | None] = [mutant for mutant in mutants if mutant.item == item]
        out = [name for place, name in enumerate(weak) if (place + number) % 4 == 3]
        if len(ways) > len(weak) + len(others) - len(out):
            out = []
        start = (number * 5) % max(len(others), 1)
        order = [name for name in weak if name not in out] + others[start:] + others[:start]
        n = max(len(ways), len(weak) - len(out))
        for place, name in enumerate(order[:n]):
            if ways:
                found.setdefault(name, {})[item] = ways[place % len(ways)]
        for name in out:
            found.setdefault(name, {})[item] = None
    return found
