"""Hidden cases of "Newsroom: thirty minutes before the match": drawn for each learner, judged in the trusted process.

A check passes only if *all* its cases are right, and each holds cases that disagree, so that an answer which
does not look at its arguments passes none. Cases are built, or drawn until, they tell every wrong rule of
`09_newsroom_mutants.py` from the right one in the categories that are about it, and in no other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations, pairwise
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from medialit.grading import Cases, Check, Grader, Student, close, same, try_call
from medialit.widgets.newsroom import cost_after, sun

Costs: TypeAlias = dict[str, list[float]]
Evidence: TypeAlias = list[list[Any]]
Clip: TypeAlias = dict[str, Any]
Row: TypeAlias = dict[str, Any]
Interval: TypeAlias = tuple[float, float]
Rule: TypeAlias = Callable[[float, float, Costs], str]

grader = Grader("09_newsroom")


def _(message: str) -> str:
    """Mark a text for the catalogues; the feedback translates it."""
    return message


@grader.item("sources", points=2, n_checks=2)
def sources(student: Student, cases: Cases) -> Iterator[Check]:
    """Ask about copies of copies, and copies of what is gone."""
    blocks = (
        (_("Copies of copies"), [_chains(cases.rng) for _case in range(3)]),
        (_("Copies of a post that is gone"), [_gone(cases.rng) for _case in range(3)]),
    )
    for category, graphs in blocks:
        yield Check(category, all(same(try_call(student, "sources", g), _origins(g)) for g in graphs))


@grader.item("posterior", points=3, n_checks=3)
def posterior(student: Student, cases: Cases) -> Iterator[Check]:
    """Origins apart, copies that say the same, and pieces of one origin that differ."""
    rng = cases.rng
    blocks = (
        (_("Each piece from an origin of its own"), _apart),
        (_("Copies of one piece"), _copied),
        (_("Different pieces from one origin"), _mixed),
    )
    for category, draw in blocks:
        right = True
        for turn in range(4):
            base, evidence = float(rng.uniform(0.05, 0.4)), draw(rng, turn)
            answer = try_call(student, "posterior", base, evidence)
            right &= close(answer, _posterior(base, evidence))
        yield Check(category, right)


@grader.item("contradictions", points=3, n_checks=4)
def contradictions(student: Student, cases: Cases) -> Iterator[Check]:
    """Each contradiction with its innocent double, and several at once."""
    rng = cases.rng
    before, at_once, after = (-int(rng.integers(30, 2000)), 0, int(rng.integers(1, 90)))
    seen = [_clip(rng, seen=gap) for gap in (before, at_once, after)] + [_clip(rng, unknown="first_seen")]
    shadows = [_clip(rng, shadow=turn) for turn in (1, -1)] + [_clip(rng), _clip(rng, unknown="shadow")]
    travel = [_clip(rng, far=True), _clip(rng, later=True), _clip(rng, far=True, later=True)]
    travel += [_clip(rng), _clip(rng, unknown="elsewhere")]
    several = [
        _clip(rng, seen=before, shadow=1, far=True),
        _clip(rng, seen=before, far=True),
        _clip(rng, shadow=1, far=True),
    ]
    blocks = (
        (_("When it was first seen"), seen),
        (_("What its shadow says"), shadows),
        (_("Where its telephone was"), travel),
        (_("Several contradictions at once"), several),
    )
    for category, clips in blocks:
        order = rng.permutation(len(clips))
        answers = [(try_call(student, "contradictions", clips[i]), _contradicting(clips[i])) for i in order]
        yield Check(category, all(same(answer, wanted) for answer, wanted in answers))


@grader.item("decide", points=2, n_checks=2)
def decide(student: Student, cases: Cases) -> Iterator[Check]:
    """Intervals so narrow that every reading of them agrees, and wide ones."""
    for category, wide in (
        (_("A probability that is well known"), False),
        (_("A probability that is known to a wide interval"), True),
    ):
        right = True
        for low, high, costs in _desks(cases.rng, wide=wide):
            right &= same(try_call(student, "decide", low, high, costs), _worst(low, high, costs))
        yield Check(category, right)


@grader.item("plan", points=3, n_checks=3)
def plan(student: Student, cases: Cases) -> Iterator[Check]:
    """Which checks, of one origin at most one, and in which order."""
    blocks = _rounds(cases.seed)
    for category, rounds, ordered in (
        (_("Which checks fit and change most"), blocks[0], False),
        (_("Checks of one origin"), blocks[1], False),
        (_("The order of the checks"), blocks[2], True),
    ):
        right = True
        for one in rounds:
            answer = try_call(student, "plan", one.checks, one.minutes, one.p, one.costs)
            right &= same(answer if ordered else _sorted(answer), one.order if ordered else sorted(one.order))
        yield Check(category, right)


@grader.item("faults", points=3, n_checks=5)
def faults(student: Student, cases: Cases) -> Iterator[Check]:
    """Each fault with its innocent double, and several at once."""
    for category, rows in _notes(cases.rng):
        order = cases.rng.permutation(len(rows))
        answers = [(try_call(student, "faults", rows[i][0], rows[i][1]), rows[i][2]) for i in order]
        yield Check(category, all(same(answer, wanted) for answer, wanted in answers))


# Sources


def _names(rng: np.random.Generator, n: int) -> list[str]:
    return [f"{'abcdefghkmnprst'[int(i) % 15]}{int(i):03}" for i in rng.permutation(1000)[:n]]


def _chains(rng: np.random.Generator) -> dict[str, str | None]:
    """Return two originals with copies of copies of them, the later original in the alphabet first."""
    while True:
        names = _names(rng, 8)
        copy_of: dict[str, str | None] = {names[0]: None, names[1]: None}
        for place in range(2, 8):
            copy_of[names[place]] = names[place - 2] if place < 6 else names[int(rng.integers(2, 6))]
        if names[0] > names[1]:
            return copy_of


def _gone(rng: np.random.Generator) -> dict[str, str | None]:
    """Return copies of a post that is gone, and originals after them in the list and before it in the alphabet."""
    while True:
        gone, *names = _names(rng, 6)
        if gone > names[4]:
            return {names[0]: gone, names[1]: gone, names[2]: gone, names[3]: names[4], names[4]: None}


def _origins(copy_of: Mapping[str, str | None]) -> list[str]:
    origins = set()
    for post in copy_of:
        at: str = post
        while (earlier := copy_of.get(at)) is not None:
            at = earlier
        origins.add(at)
    return sorted(origins)


# Evidence


def _ratios(rng: np.random.Generator, n: int) -> list[float]:
    """Return ratios above 1 whose factors differ plainly, in any order."""
    return [round(float(r), 2) for r in rng.permutation(1.6 + 1.4 * np.arange(n) + rng.uniform(0, 0.8, n))]


def _shuffled(rng: np.random.Generator, evidence: Evidence) -> Evidence:
    return [evidence[i] for i in rng.permutation(len(evidence))]


def _apart(rng: np.random.Generator, _turn: int) -> Evidence:
    one, other = _ratios(rng, 2)
    values = [one, one, round(1 / other, 3)]
    return _shuffled(rng, [[name, value] for name, value in zip(_names(rng, 3), values, strict=True)])


def _copied(rng: np.random.Generator, _turn: int) -> Evidence:
    one, other = _ratios(rng, 2)
    first, second = _names(rng, 2)
    copies = [[first, one]] * int(rng.integers(3, 6))
    return _shuffled(rng, [*copies, [second, round(1 / other, 3)], [second, round(1 / other, 3)]])


def _mixed(rng: np.random.Generator, turn: int) -> Evidence:
    """Return pieces of one origin, the strongest neither first nor last, for the claim or against it by turns."""
    weak, middle, strong, other = sorted(_ratios(rng, 4))[:3] + _ratios(rng, 1)
    ours, theirs = _names(rng, 2)
    pieces = [middle, round(1 / strong, 3), weak] if turn % 2 else [round(1 / middle, 3), strong, weak]
    evidence = [[ours, value] for value in pieces]
    return [evidence[0], [theirs, round(1 / other, 3)], *evidence[1:]]


def _posterior(base: float, evidence: Evidence) -> float:
    strongest: dict[str, float] = {}
    for origin, ratio in evidence:
        strongest[origin] = max(strongest.get(origin, 1.0), ratio, key=lambda r: abs(math.log(r)))
    odds = base / (1 - base) * math.prod(strongest.values())
    return odds / (1 + odds)


# A clip's story


def _clip(
    rng: np.random.Generator,
    *,
    seen: int | None = None,
    shadow: int = 0,
    far: bool = False,
    later: bool = False,
    unknown: str = "",
) -> Clip:
    """Return a clip whose story holds but for what is asked; `shadow` says higher (1) or lower (-1) than the sun."""
    filmed = int(rng.integers(630, 950))
    height = round(float(rng.uniform(0.8, 3)), 2)
    off = float(rng.uniform(-3, 3)) if not shadow else shadow * float(rng.uniform(9, 15))
    away = int(rng.integers(30, 120))
    km = away + int(rng.integers(10, 60)) if far else away - int(rng.integers(5, 25))
    clip: Clip = {
        "filmed": filmed,
        "first_seen": filmed + (int(rng.integers(1, 90)) if seen is None else seen),
        "height": height,
        "shadow": height / math.tan(math.radians(sun(filmed) + off)),
        "elsewhere": [filmed + away if later else filmed - away, km],
    }
    return clip | ({unknown: None} if unknown else {})


def _contradicting(clip: Clip) -> list[str]:
    filmed, found = clip["filmed"], []
    if clip["first_seen"] is not None and clip["first_seen"] < filmed:
        found.append("seen before")
    if clip["shadow"] is not None:
        high = math.degrees(math.atan2(clip["height"], clip["shadow"]))
        if abs(high - sun(filmed)) > 5:
            found.append("shadow")
    if clip["elsewhere"] is not None and clip["elsewhere"][1] > abs(filmed - clip["elsewhere"][0]):
        found.append("too far")
    return found


# Answers and what they cost


def _costs(rng: np.random.Generator) -> Costs:
    """Return costs under which each of the four answers is the best one somewhere, in any order."""
    whole = [(0, 0), (25, 50), (3, 8), (6, 12), (12, 22), (1, 4), (50, 90), (0, 0)]
    one = [float(rng.integers(low, high + 1)) for low, high in whole]
    costs = {"publish": one[0:2], "label": one[2:4], "hold": one[4:6], "debunk": one[6:8]}
    return {answer: costs[answer] for answer in rng.permutation(list(costs)).tolist()}


def _least(costs: Costs, price: Callable[[str], float]) -> str:
    return min(costs, key=price)


def _at(p: float, costs: Costs) -> Callable[[str], float]:
    return lambda answer: p * costs[answer][0] + (1 - p) * costs[answer][1]


def _worst(low: float, high: float, costs: Costs) -> str:
    return _least(costs, lambda answer: max(_at(p, costs)(answer) for p in (low, high)))


def _wrong_everywhere() -> tuple[Rule, ...]:
    """Return the rules that misread a narrow interval as well."""

    def swapped(low: float, high: float, costs: Costs) -> str:
        return _worst(low, high, {answer: pair[::-1] for answer, pair in costs.items()})

    def blind(_low: float, _high: float, costs: Costs) -> str:
        return _least(costs, lambda answer: max(costs[answer]))

    def half(low: float, high: float, _costs: Costs) -> str:
        return "publish" if low + high > 1 else "debunk"

    return swapped, blind, half


def _wrong_if_wide() -> tuple[Rule, ...]:
    """Return the rules that take one point for the interval."""

    def middle(low: float, high: float, costs: Costs) -> str:
        return _least(costs, _at((low + high) / 2, costs))

    def lower(low: float, _high: float, costs: Costs) -> str:
        return _least(costs, _at(low, costs))

    def upper(_low: float, high: float, costs: Costs) -> str:
        return _least(costs, _at(high, costs))

    def best(low: float, high: float, costs: Costs) -> str:
        return _least(costs, lambda answer: min(_at(p, costs)(answer) for p in (low, high)))

    return middle, lower, upper, best


def _desks(rng: np.random.Generator, *, wide: bool) -> list[tuple[float, float, Costs]]:
    """Return five desks whose right answers are clear and differ, and that tell the wrong rules."""
    told = _wrong_everywhere() + (_wrong_if_wide() if wide else ())
    spared = () if wide else _wrong_if_wide()
    while True:
        desks: list[tuple[float, float, Costs]] = []
        while len(desks) < 5:
            middle, half = float(rng.uniform(0.01, 0.99)), float(rng.uniform(0.15, 0.35) if wide else 0.005)
            low, high, costs = max(0.002, middle - half), min(0.998, middle + half), _costs(rng)
            prices = sorted(max(_at(p, costs)(answer) for p in (low, high)) for answer in costs)
            right = _worst(low, high, costs)
            if prices[0] < 0.95 * prices[1] and all(rule(low, high, costs) == right for rule in spared):
                desks.append((low, high, costs))
        answers = [_worst(*desk) for desk in desks]
        if len(set(answers)) >= (2 if wide else 3) and all(
            any(rule(*desk) != answer for desk, answer in zip(desks, answers, strict=True)) for rule in told
        ):
            return desks


# Plans


class _Round(NamedTuple):
    """A desk with some minutes, and the plan to make, in its order."""

    checks: list[Row]
    minutes: int
    p: float
    costs: Costs
    order: list[str]


_Names: TypeAlias = tuple[str, ...]


class _Plans:
    """What every plan of a desk leaves, and what the rules make of it."""

    def __init__(self, checks: list[Row], minutes: int, p: float, costs: Costs) -> None:
        self.checks, self.minutes, self.p, self.costs = checks, minutes, p, costs
        every = [some for n in range(len(checks) + 1) for some in combinations(checks, n)]
        self.left = {self.names(some): cost_after(some, p, costs) for some in every}
        self.takes = {self.names(some): sum(int(one["minutes"]) for one in some) for some in every}
        self.apart = {self.names(some): len({one["origin"] for one in some}) == len(some) for some in every}
        self.fitting = [some for some in self.left if self.apart[some] and self.takes[some] <= minutes]
        self.best = self.chosen(self.fitting)

    @staticmethod
    def names(some: Sequence[Row]) -> _Names:
        return tuple(str(one["name"]) for one in some)

    def chosen(self, plans: Sequence[_Names], *, longest: bool = False) -> _Names:
        sign = -1 if longest else 1
        return min(plans, key=lambda some: (self.left[some], sign * self.takes[some]))

    def saves(self, name: str) -> float:
        return self.left[()] - self.left[name,]

    def a_minute(self, name: str) -> float:
        return self.saves(name) / self.takes[name,]

    def ordered(self, some: Sequence[str]) -> list[str]:
        return sorted(some, key=lambda name: -self.a_minute(name))

    def filled(self, order: Sequence[str]) -> _Names:
        """Take the checks in an order, each that still fits and whose origin is new."""
        taken: set[str] = set()
        for name in order:
            trial = self.listed(taken | {name})
            if self.apart[trial] and self.takes[trial] <= self.minutes:
                taken.add(name)
        return self.listed(taken)

    def listed(self, some: set[str]) -> _Names:
        return tuple(str(one["name"]) for one in self.checks if one["name"] in some)

    @property
    def all_names(self) -> list[str]:
        return [str(one["name"]) for one in self.checks]

    @property
    def greedy(self) -> _Names:
        return self.filled(self.ordered(self.all_names))

    @property
    def shortest_first(self) -> _Names:
        return self.filled(sorted(self.all_names, key=lambda name: self.takes[name,]))

    @property
    def within_time(self) -> _Names:
        """The best plan if origins did not matter."""
        return self.chosen([some for some in self.left if self.takes[some] <= self.minutes])

    @property
    def without_limit(self) -> _Names:
        return self.chosen([some for some in self.left if self.apart[some]])

    @property
    def clear(self) -> bool:
        """Whether the best plan is plainly better than any other and its order plain."""
        others = [self.left[some] for some in self.fitting if some != self.best]
        rates = [self.a_minute(name) for name in self.ordered(self.best)]
        apart = all(one > other + 0.004 for one, other in pairwise(rates))
        return len(self.best) >= 2 and self.left[self.best] < 0.98 * min(others) and apart

    def round(self) -> _Round:
        return _Round(self.checks, self.minutes, self.p, self.costs, self.ordered(self.best))


def _drawn(rng: np.random.Generator, *, shared: bool = False) -> _Plans:
    """Return any desk; with `shared`, two pairs of its checks have one origin each."""
    names = _names(rng, 5)
    origins = [names[0], names[0], names[2], names[2], names[4]] if shared else names
    checks = [
        {
            "name": name,
            "origin": f"o{origin}",
            "minutes": int(rng.integers(3, 15)),
            "yes_if_true": round(float(rng.uniform(0.6, 0.97)), 2),
            "yes_if_false": round(float(rng.uniform(0.03, 0.45)), 2),
        }
        for name, origin in zip(names, origins, strict=True)
    ]
    checks = [checks[i] for i in rng.permutation(5)]
    return _Plans(checks, int(rng.integers(14, 25)), round(float(rng.uniform(0.15, 0.6)), 2), _costs(rng))


def _idle(rng: np.random.Generator) -> _Plans:
    """Return a desk on which no result changes the answer."""
    while True:
        checks = [
            {
                "name": name,
                "origin": f"o{name}",
                "minutes": int(rng.integers(3, 9)),
                "yes_if_true": round(float(rng.uniform(0.52, 0.6)), 2),
                "yes_if_false": round(float(rng.uniform(0.45, 0.5)), 2),
            }
            for name in _names(rng, 4)
        ]
        found = _Plans(
            checks, int(rng.integers(14, 25)), round(float(rng.uniform(0.96, 0.99)), 3), _costs(rng)
        )
        if len(set(found.left.values())) == 1:
            return found


def _until(draw: Callable[[], _Plans], fits: Callable[[_Plans], bool]) -> _Plans:
    while True:
        found = draw()
        if found.clear and fits(found):
            return found


@cache
def _rounds(seed: int) -> tuple[list[_Round], list[_Round], list[_Round]]:
    """Return the three blocks of cases; kept, because drawing them takes longer than asking."""
    rng = np.random.default_rng(seed)

    def too_long(one: _Plans) -> bool:
        return one.shortest_first != one.best and one.without_limit != one.best

    which = [
        _until(lambda: _drawn(rng), lambda one: too_long(one) and one.greedy != one.best),
        _until(lambda: _drawn(rng), too_long),
        _idle(rng),
    ]
    origin = [
        _until(
            lambda: _drawn(rng, shared=True),
            lambda one: too_long(one) and one.greedy == one.best and one.within_time != one.best,
        )
        for _case in range(2)
    ]

    def misleading(one: _Plans) -> bool:
        right = one.ordered(one.best)
        by_minutes = sorted(one.best, key=lambda name: one.takes[name,])
        by_saving = sorted(one.best, key=lambda name: -one.saves(name))
        return right not in (list(one.best), by_minutes, by_saving)

    order = [
        _until(
            lambda: _drawn(rng),
            lambda one: too_long(one) and one.greedy == one.best and misleading(one),
        )
        for _case in range(2)
    ]
    a, b, c = ([one.round() for one in block] for block in (which, origin, order))
    return a, b, c


def _sorted(answer: object) -> object:
    """Return a list of names in alphabetical order, and anything else as it is."""
    if isinstance(answer, (list, tuple)) and all(isinstance(name, str) for name in answer):
        return sorted(answer)
    return answer


# Corrections

_CLAIM = {
    "fire": "fireworks",
    "gate": "investigated",
    "rain": "training",
    "wall": "wallets",
    "boat": "boatyard",
    "dam": "damaged",
    "port": "sports",
    "road": "broadcast",
    "tower": "towering",
    "bus": "business",
}
_KNOWN = (
    "rehearsal",
    "bakery",
    "smoke",
    "exercise",
    "painting",
    "pump",
    "lantern",
    "drill",
    "paint",
    "harvest",
)
_PLACES = ("Tanoumrit", "Imsker", "Ait Lahna", "Tizelmi")

_Note: TypeAlias = dict[str, str]
_NoteRow: TypeAlias = tuple[_Note, dict[str, Any], list[str]]


def _notes(rng: np.random.Generator) -> list[tuple[str, list[_NoteRow]]]:
    """Return for each category notes with the fault, and notes that only look like it."""

    def error() -> dict[str, Any]:
        hour, minute, later = int(rng.integers(10, 22)), int(rng.integers(10, 25)), int(rng.integers(30, 59))
        return {
            "claim": [str(word) for word in rng.permutation(list(_CLAIM))[:2]],
            "published": f"{hour}:{minute}",
            "corrected": f"{hour}:{later}",
            "known": [str(word) for word in rng.permutation(_KNOWN)[:2]],
        }

    place = str(rng.choice(_PLACES))
    calm = f"{place}: what we know now"

    def row(headline: str, fault: Sequence[str], **lacking: Any) -> _NoteRow:
        one = error()
        a, b = one["claim"]
        headline = headline.format(a=a.capitalize(), b=b)
        return {"headline": headline, "text": _text(one, place, **lacking)}, one, list(fault)

    several = ["claim in headline", "what was wrong", "when", "what is known"]
    nothing = {"claim": (), "times": (), "known": ()}
    return [
        (
            _("What the headline repeats"),
            [
                row("{a} and {b} in " + place, several[:1]),
                row("No {a}, no {b} in " + place, several[:1]),
                row("The {b} of " + place + ": a correction", []),
                row(calm, []),
            ],
        ),
        (
            _("What was wrong"),
            [
                row(calm, several[1:2], claim=(0,)),
                row(calm, several[1:2], claim=(1,)),
                row(calm, several[1:2], claim=(), like=True),
                row(calm, []),
            ],
        ),
        (
            _("When it was said, and when corrected"),
            [row(calm, several[2:3], times=(0,)), row(calm, several[2:3], times=(1,)), row(calm, [])],
        ),
        (
            _("What is known now"),
            [row(calm, several[3:], known=(0,)), row(calm, several[3:], known=(1,)), row(calm, [])],
        ),
        (
            _("Several faults at once"),
            [
                row("{a} and {b} in " + place, several, **nothing),
                row(calm, several[1:3], claim=(), times=()),
                row(calm, several[2:], times=(), known=()),
            ],
        ),
    ]


def _text(
    error: Mapping[str, Any],
    place: str,
    *,
    claim: Sequence[int] = (0, 1),
    times: Sequence[int] = (0, 1),
    known: Sequence[int] = (0, 1),
    like: bool = False,
) -> str:
    """Return a correction's text with these words and times in it; `like` puts in words that only hold the claim's."""
    said = [error["claim"][i] for i in claim] + ([_CLAIM[word] for word in error["claim"]] if like else [])
    first = f"At {error['published']} we" if 0 in times else "We"
    last = f" Corrected at {error['corrected']}." if 1 in times else ""
    now = " and ".join(error["known"][i] for i in known) or "nothing more"
    what = " and ".join(said) or "something else"
    return f"{first} reported from {place}: {what}. That was wrong. Known now: {now}.{last}"
