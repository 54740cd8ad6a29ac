"""Hidden cases of "Rights market: a face on loan": drawn for each learner, judged in the trusted process.

A check passes only if *all* its cases are right, and each holds cases that disagree, so that an answer which
does not look at its arguments passes none. Which wrong rule fails which check is laid down by how the cases are
built, not left to the draw; `12_market_mutants.py` holds the rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np

from medialit.grading import Cases, Check, Grader, Student, same, try_call

Rule: TypeAlias = dict[str, Any]
Licence: TypeAlias = dict[str, Any]

PURPOSES = ("advertising", "education", "journalism", "art", "satire")
LANDS = ("MA", "FR", "SN", "ES", "BE", "TN")
ACTIONS = ("generate", "publish", "export")
PAST_RECALL = ("broadcast", "cinema", "print")
ON_A_SERVER = ("social", "web", "messaging")
CODES = (
    "minor_without_guardian",
    "irrevocable",
    "hidden_voice",
    "perpetual",
    "worldwide_all_media",
    "no_fee_for_revenue",
    "exclusive_without_minimum",
)
RAISED: dict[str, dict[str, bool]] = {
    "minor_without_guardian": {"minor": True},
    "irrevocable": {"irrevocable": True},
    "hidden_voice": {"voice_included": True},
    "perpetual": {"perpetual": True},
    "worldwide_all_media": {"worldwide": True, "all_media": True},
    "no_fee_for_revenue": {"earns_revenue": True},
    "exclusive_without_minimum": {"exclusive": True},
}
HARMLESS: dict[str, dict[str, bool]] = {
    "minor_without_guardian": {"minor": True, "guardian_signs": True},
    "hidden_voice": {"voice_included": True, "voice_named": True},
    "no_fee_for_revenue": {"earns_revenue": True, "paid": True},
    "exclusive_without_minimum": {"exclusive": True, "minimum": True},
}
TERMS = [
    "minor",
    "guardian_signs",
    "irrevocable",
    "voice_included",
    "voice_named",
    "perpetual",
    "worldwide",
    "all_media",
    "earns_revenue",
    "paid",
    "exclusive",
    "minimum",
]

grader = Grader("12_market")


def _(message: str) -> str:
    """Mark a text for the catalogues; the feedback translates it."""
    return message


@grader.item("permits", points=3, n_checks=4)
def permits(student: Student, cases: Cases) -> Iterator[Check]:
    """One permission and a request near its edges, several permissions, prohibitions, and rules without limits."""
    rng = cases.rng
    purpose, other = _some(rng, PURPOSES, 2)
    land, abroad = _some(rng, LANDS, 2)
    action, elsewhere = _some(rng, ACTIONS, 2)
    first = int(rng.integers(2, 9))
    last = first + int(rng.integers(10, 40))
    inside = int(rng.integers(first + 1, last - 1))

    def advert() -> Rule:
        return _rule(
            action,
            ["purpose", "isAnyOf", [purpose]],
            ["spatial", "isAnyOf", [land]],
            ["day", "gteq", first],
            ["day", "lt", last],
        )

    def asked(**changed: Any) -> Rule:
        known = {"action": action, "purpose": purpose, "spatial": land, "day": inside, "topic": "food"}
        return known | changed

    lesson = _rule(action, ["purpose", "eq", other], ["spatial", "isAnyOf", [abroad]])
    never = _rule(action, ["topic", "isAnyOf", ["politics", "religion"]])
    anything = {"action": [action], "constraint": []}
    blocks: tuple[tuple[str, list[tuple[list[Rule], list[Rule], Rule, bool]]], ...] = (
        (
            _("One permission, and what lies inside and outside of it"),
            [
                ([advert()], [], asked(), True),
                ([advert()], [], asked(day=first), True),
                ([advert()], [], asked(day=last), False),
                ([advert()], [], asked(spatial=abroad), False),
                ([advert()], [], asked(purpose=other), False),
            ],
        ),
        (
            _("Several permissions"),
            [
                ([advert(), lesson], [], asked(spatial=abroad), False),
                ([advert(), lesson], [], asked(purpose=other), False),
                ([lesson, advert()], [], asked(), True),
                ([advert(), lesson], [], asked(purpose=other, spatial=abroad), True),
            ],
        ),
        (
            _("A prohibition beside a permission"),
            [
                ([advert()], [never], asked(topic="politics"), False),
                ([advert()], [never], asked(), True),
                ([advert()], [never], asked(topic="religion"), False),
            ],
        ),
        (
            _("Actions that nobody permitted, and rules without limits"),
            [
                ([anything], [], asked(action=elsewhere), False),
                ([], [], asked(), False),
                ([anything], [], asked(day=last + 50, purpose=other), True),
            ],
        ),
    )
    for category, rows in blocks:
        order = rng.permutation(len(rows))
        answers = []
        for number in order:
            permission, prohibition, request, wanted = rows[number]
            policy = {"permission": permission, "prohibition": prohibition}
            answers.append((try_call(student, "permits", policy, request), wanted))
        yield Check(category, all(same(answer, wanted) for answer, wanted in answers))


@grader.item("in_the_way", points=3, n_checks=4)
def in_the_way(student: Student, cases: Cases) -> Iterator[Check]:
    """Who promised exclusivity, days that meet, what both cover, and a licensee's own licences."""
    rng = cases.rng
    purpose, other, third = _some(rng, PURPOSES, 3)
    land, abroad, far = _some(rng, LANDS, 3)
    begin = int(rng.integers(20, 40))
    end = begin + int(rng.integers(10, 30))

    def made(who: str = "", **changed: Any) -> Licence:
        licence = {
            "licensee": who or f"shop{int(rng.integers(10**6))}",
            "exclusive": True,
            "purposes": [purpose],
            "territories": [land],
            "starts": begin,
            "ends": end,
        }
        return licence | changed

    offer = made("tea")
    blocks: tuple[tuple[str, list[tuple[Licence, list[tuple[Licence, bool]]]]], ...] = (
        (
            _("Which of the two is exclusive"),
            [
                (
                    offer,
                    [
                        (made(exclusive=False), True),
                        (made(exclusive=False), True),
                        (made(starts=0, ends=9), False),
                    ],
                ),
                (
                    made("tea", exclusive=False),
                    [(made(exclusive=False), False), (made(), True), (made(exclusive=False), False)],
                ),
            ],
        ),
        (
            _("Days that meet, and days that only touch"),
            [
                (
                    offer,
                    [
                        (made(starts=begin - 9, ends=begin), False),
                        (made(starts=end, ends=end + 9), False),
                        (made(starts=begin - 9, ends=begin + 1), True),
                    ],
                ),
                (
                    offer,
                    [(made(ends=end + 4), True), (made(starts=begin + 2, ends=end - 2), True)],
                ),
            ],
        ),
        (
            _("Purposes and territories that both cover"),
            [
                (
                    offer,
                    [
                        (made(purposes=[other]), False),
                        (made(territories=[abroad, far]), False),
                        (made(purposes=[other, purpose], territories=[far, land]), True),
                    ],
                ),
                (
                    offer,
                    [
                        (made(territories=["worldwide"]), True),
                        (made(territories=["worldwide"], purposes=[purpose, other]), True),
                        (made(territories=["worldwide"], purposes=[third]), False),
                    ],
                ),
                (made("tea", territories=["worldwide"]), [(made(territories=[far]), True)]),
            ],
        ),
        (
            _("A licensee's own licences"),
            [
                (offer, [(made("tea"), False), (made(), True), (made("tea", exclusive=False), False)]),
                (offer, [(made("tea"), False)]),
            ],
        ),
    )
    for category, rows in blocks:
        right = True
        for number in rng.permutation(len(rows)):
            asked, known = rows[number]
            known = [known[i] for i in rng.permutation(len(known))]
            wanted = [place for place, (_licence, meets) in enumerate(known) if meets]
            contracts = [licence for licence, _meets in known]
            right &= same(try_call(student, "in_the_way", asked, contracts), wanted)
        yield Check(category, right)


@grader.item("divide", points=3, n_checks=3)
def divide(student: Student, cases: Cases) -> Iterator[Check]:
    """Ask for sums that come out even, for centimes that are left over, and for equals among whom they are given out."""
    rng = cases.rng
    even = []
    for n in (2, 3):
        shares = _distinct(rng, n)
        even.append((sum(shares) * int(rng.integers(40, 900)), shares))
    left = [_with_remainders(rng, n) for n in (3, 4, 5)]
    equal = []
    for n in (3, 4, 5):
        equal.append((n * int(rng.integers(40, 900)) + n - 1, [int(rng.integers(1, 4))] * n))
    blocks = (
        (_("Sums that come out even"), even),
        (_("Centimes that are left over"), left),
        (_("Equal shares"), equal),
    )
    for category, rows in blocks:
        answers = [
            (try_call(student, "divide", centimes, shares), _divided(centimes, shares))
            for centimes, shares in rows
        ]
        yield Check(category, all(same(answer, wanted) for answer, wanted in answers))


@grader.item("settle", points=3, n_checks=4)
def settle(student: Student, cases: Cases) -> Iterator[Check]:
    """Begun days, posts that stay up, what was paid before, and a fee that does not divide."""
    rng = cases.rng

    def contract() -> tuple[int, int, int]:
        """Return a fee that divides by its days, the days, and how many of them are over."""
        n_days = int(rng.integers(20, 60))
        return n_days * int(rng.integers(100, 900)), n_days, int(rng.integers(4, n_days - 10))

    begun, up, paid = [], [], []
    odd: list[tuple[int, int, int, int, int]] = []
    for hours in (1, 13, 23):
        fee, n_days, over = contract()
        begun.append((fee, n_days, 24 * over + hours, 0, 0))
    for short in (False, True):
        fee, n_days, over = contract()
        stays = int(rng.integers(2, 6))
        up.append((fee, n_days, 24 * (n_days - 1 if short else over), stays, 0))
    for _case in range(2):
        fee, n_days, over = contract()
        paid.append((fee, n_days, 24 * over, 0, fee // n_days * int(rng.integers(1, over - 1))))
    while len(odd) < 2:
        fee, n_days, over = contract()
        fee += int(rng.integers(1, n_days))
        if fee * over % n_days > n_days / 2:  # whoever rounds to the nearest rounds up
            odd.append((fee, n_days, 24 * over, 0, 0))
    blocks = (
        (_("A day that has begun"), begun),
        (_("What stays up for some days"), up),
        (_("What was paid out before"), paid),
        (_("A fee that does not divide by its days"), odd),
    )
    for category, rows in blocks:
        answers = [(try_call(student, "settle", *row), _settled(*row)) for row in rows]
        yield Check(category, all(same(answer, wanted) for answer, wanted in answers))


@grader.item("fate", points=2, n_checks=2)
def fate(student: Student, cases: Cases) -> Iterator[Check]:
    """Ask about uses from before a revocation, and about those that it forbids."""
    rng = cases.rng
    revoked = int(rng.integers(100, 400))

    def use(media: Sequence[str], shown: int | None) -> dict[str, Any]:
        return {"medium": str(rng.choice(media)), "shown": shown}

    def before() -> int:
        return int(rng.integers(1, revoked - 1))

    blocks = (
        (
            _("What was shown before"),
            [
                (use(PAST_RECALL, before()), "remains"),
                (use(ON_A_SERVER, before()), "comes down"),
                (use(PAST_RECALL, revoked - 1), "remains"),
                (use(ON_A_SERVER, before()), "comes down"),
            ],
        ),
        (
            _("What was not shown yet, or too late"),
            [
                (use(ON_A_SERVER, None), "may not be shown"),
                (use(PAST_RECALL, None), "may not be shown"),
                (use(ON_A_SERVER, revoked + int(rng.integers(1, 99))), "breach"),
                (use(PAST_RECALL, revoked + int(rng.integers(1, 99))), "breach"),
                (use(ON_A_SERVER, revoked), "breach"),
            ],
        ),
    )
    for category, rows in blocks:
        order = rng.permutation(len(rows))
        answers = [(try_call(student, "fate", rows[i][0], revoked), rows[i][1]) for i in order]
        yield Check(category, all(same(answer, wanted) for answer, wanted in answers))


@grader.item("stops", points=2, n_checks=2)
def stops(student: Student, cases: Cases) -> Iterator[Check]:
    """Papers with several flags, and clauses of which half is there."""
    rng = cases.rng
    flagged, harmless = [], []
    for codes in (_some(rng, CODES, 3), _some(rng, CODES, 2), list(CODES)):
        terms = dict.fromkeys(TERMS, False)
        for code in codes:
            terms |= RAISED[code]
        flagged.append((terms, [code for code in CODES if code in codes]))
    for half in ("worldwide", "all_media"):
        terms = dict.fromkeys(TERMS, False) | {half: True}
        for code in HARMLESS:
            terms |= HARMLESS[code]
        real = str(rng.choice(["irrevocable", "perpetual"]))
        harmless.append((terms | {real: True}, [real]))
        harmless.append((terms, []))
    blocks = (
        (_("Clauses to stop at"), flagged),
        (_("Clauses that only sound like it"), harmless),
    )
    for category, rows in blocks:
        answers = [(try_call(student, "stops", terms), wanted) for terms, wanted in rows]
        yield Check(category, all(same(answer, wanted) for answer, wanted in answers))


def _some(rng: np.random.Generator, words: Sequence[str], n: int) -> list[str]:
    return [words[i] for i in rng.permutation(len(words))[:n]]


def _rule(action: str, *constraints: list[Any]) -> Rule:
    return {"action": [action], "constraint": list(constraints)}


def _distinct(rng: np.random.Generator, n: int) -> list[int]:
    return [int(share) for share in rng.permutation(np.arange(1, 12))[:n]]


def _divided(centimes: int, shares: Sequence[int]) -> list[int]:
    whole = sum(shares)
    parts = [centimes * share // whole for share in shares]
    lost = [centimes * share % whole for share in shares]
    for payee in sorted(range(len(shares)), key=lambda one: -lost[one])[: centimes - sum(parts)]:
        parts[payee] += 1
    return parts


def _with_remainders(rng: np.random.Generator, n: int) -> tuple[int, list[int]]:
    """Return a sum and shares on which every wrong way to give out what is left comes out otherwise."""
    while True:
        shares, centimes = _distinct(rng, n), int(rng.integers(1_000, 90_000))
        whole = sum(shares)
        down = [centimes * share // whole for share in shares]
        lost = [centimes * share % whole for share in shares]
        left = centimes - sum(down)
        if left == 0 or len(set(lost)) < n:
            continue
        largest = sorted(range(n), key=lambda one: -shares[one])[:left]
        wrong = [
            [part + (one in largest) for one, part in enumerate(down)],
            [down[0] + left, *down[1:]],
            [*down[:-1], down[-1] + left],
        ]
        wrong.append([round(centimes * share / whole) for share in shares])
        if _divided(centimes, shares) not in wrong:
            return centimes, shares


def _settled(fee: int, n_days: int, hours: int, up_days: int, paid: int) -> list[int]:
    earned = fee * min(-(-hours // 24) + up_days, n_days) // n_days
    return [earned, earned - paid, fee - earned]
