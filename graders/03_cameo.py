"""Hidden cases of "Cameo: who is it, and may I?": drawn for each learner, judged in the trusted process.

A check passes only if *all* its cases are right, and each holds cases that disagree, so that an answer which
does not look at its arguments passes none. The truth of `may_use` is what the library's engine decides, and each block
of it changes one thing alone, so that a wrong rule fails its own block; `03_cameo_mutants.py` holds the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np

from medialit.consent import plain
from medialit.consent.sdjwt import digest, encode
from medialit.grading import Cases, Check, Grader, Student, close, same, try_call

Rng: TypeAlias = np.random.Generator
Plain: TypeAlias = dict[str, Any]
Question: TypeAlias = tuple[Plain, list[Plain], list[Plain], list[Plain]]
Kind: TypeAlias = Callable[["_Asked"], Question]

STEPS = ("left", "right", "up", "blink", "speak")
N_CASES = 25
"""Cases in each of the eight blocks of `may_use`: 200 in all."""

grader = Grader("03_cameo")


def _(message: str) -> str:
    """Mark a text for the catalogues; the feedback translates it."""
    return message


@grader.item("accept", points=3, n_checks=4)
def accept(student: Student, cases: Cases) -> Iterator[Check]:
    """Ask about a foreign nonce, a used one, the deadline and the order, each beside one that is accepted."""
    rng = cases.rng
    blocks: tuple[tuple[str, list[tuple[Plain, str]]], ...] = (
        (
            _("A recording for another challenge"),
            [
                ({"foreign": True}, "unknown"),
                ({"foreign": True, "used": True}, "unknown"),
                ({"foreign": True, "seen": "swapped"}, "unknown"),
                ({}, "accept"),
            ],
        ),
        (
            _("A nonce that was handed in before"),
            [
                ({"used": True}, "used"),
                ({"used": True, "seen": "swapped"}, "used"),
                ({"used": True, "seen": "short"}, "used"),
                ({}, "accept"),
            ],
        ),
        (
            _("The deadline"),
            [
                ({"late_s": int(rng.integers(1, 90))}, "late"),
                ({"late_s": 1, "seen": "swapped"}, "late"),
                ({"late_s": 0}, "accept"),
                ({"late_s": 0, "seen": "swapped"}, "order"),
            ],
        ),
        (
            _("The order of the steps"),
            [
                ({"seen": "swapped"}, "order"),
                ({"seen": "short"}, "order"),
                ({"seen": "long"}, "order"),
                ({}, "accept"),
            ],
        ),
    )
    for category, rows in blocks:
        order = rng.permutation(len(rows))
        answers = [(try_call(student, "accept", *_handed(rng, **rows[i][0])), rows[i][1]) for i in order]
        yield Check(category, all(same(answer, wanted) for answer, wanted in answers))


def _handed(
    rng: Rng, *, foreign: bool = False, used: bool = False, late_s: int | None = None, seen: str = "right"
) -> tuple[Plain, Plain, list[str]]:
    """Return a challenge, a recording that fits but for what is told, and the nonces of others."""
    steps = ["ready", *(str(one) for one in rng.permutation(STEPS))]
    done = list(steps)
    if seen == "swapped":
        at = int(rng.integers(1, 5))
        done[at], done[at + 1] = done[at + 1], done[at]
    elif seen == "short":
        done.pop()
    elif seen == "long":
        done.append(str(rng.choice(STEPS)))
    deadline = int(rng.integers(200, 900))
    arrived = deadline - int(rng.integers(20, 180)) if late_s is None else deadline + late_s
    nonces = [f"{int(one):08x}" for one in rng.choice(2**32, 5, replace=False)]
    mine = nonces[1] if foreign else nonces[0]
    others = [*nonces[2:], mine] if used else nonces[2:]
    challenge = {"nonce": nonces[0], "steps": steps, "deadline": deadline}
    return challenge, {"nonce": mine, "seen": done, "arrived": arrived}, others


@grader.item("may_use", points=4, n_checks=8)
def may_use(student: Student, cases: Cases) -> Iterator[Check]:
    """Eight things that a rule has to look at, 25 cases each; in a block, nothing else stands in the way."""
    for category, rows in _blocks(cases.seed):
        answers = [(try_call(student, "may_use", *question), wanted) for question, wanted in rows]
        yield Check(category, all(same(answer, wanted) for answer, wanted in answers))


@lru_cache(maxsize=64)  # the engine's 200 decisions cost more than all else here, and are the same each time
def _blocks(seed: int) -> tuple[tuple[str, tuple[tuple[Question, bool], ...]], ...]:
    """Return the 200 questions that belong to a seed, with what the engine decides."""
    rng = np.random.default_rng(seed)
    blocks: tuple[tuple[str, tuple[Kind, ...]], ...] = (
        (_("Which action, and what for"), (_fits, _other_purpose, _other_action, _halves)),
        (_("Whose likeness, and who asks"), (_fits, _other_person, _other_grantee, _one_of_several)),
        (_("Who may see it"), (_wide_enough, _too_wide)),
        (_("The first and the last day"), (_first_day, _last_day, _day_after, _day_before)),
        (_("Taken back"), (_taken_back, _taken_back_today, _not_yet_taken_back, _other_taken_back)),
        (_("Face and voice"), (_one_part_short, _a_grant_for_each_part, _both_in_one)),
        (_("A forbidden topic"), (_forbidden, _forbidden_by_another, _other_topic)),
        (_("One's own likeness"), (_own, _own_forbidden, _no_grant)),
    )
    drawn = []
    for category, kinds in blocks:
        questions = [kinds[number % len(kinds)](_Asked(rng)) for number in rng.permutation(N_CASES)]
        drawn.append((category, tuple((one, plain.answer(*one).allowed) for one in questions)))
    return tuple(drawn)


class _Asked:
    """A request and the grant that covers it exactly, for the kinds below to change."""

    def __init__(self, rng: Rng) -> None:
        self.rng = rng
        self.person, self.who, self.third = (str(one) for one in rng.choice(plain.PEOPLE, 3, replace=False))
        self.purposes = [str(one) for one in rng.permutation(plain.PURPOSES)]
        self.actions = [str(one) for one in rng.permutation(plain.ACTIONS)]
        self.topics = [str(one) for one in rng.permutation(plain.TOPICS)]
        self.part = str(rng.choice(plain.PARTS))
        self.day = int(rng.integers(50, 300))
        self.audience = int(rng.integers(0, 4))

    def request(self, **told: Any) -> Plain:
        return {
            "who": self.who, "person": self.person, "action": self.actions[0], "purpose": self.purposes[0],
            "audience": plain.AUDIENCES[self.audience], "parts": [self.part], "topics": self.topics[:2],
            "day": self.day, **told,
        }  # fmt: skip

    def grant(self, **told: Any) -> Plain:
        """Return a covering grant with these changes, under an id of its own."""
        rng = self.rng
        return {
            "id": f"g{int(rng.integers(10**9))}", "person": self.person, "to": [self.who], "actions": [self.actions[0]],
            "purposes": [self.purposes[0]], "audience": plain.AUDIENCES[self.audience], "parts": [self.part],
            "starts": self.day - int(rng.integers(5, 40)), "ends": self.day + int(rng.integers(5, 40)), **told,
        }  # fmt: skip


def _fits(asked: _Asked) -> Question:
    return asked.request(), [asked.grant()], [], []


def _other_purpose(asked: _Asked) -> Question:
    return asked.request(), [asked.grant(purposes=asked.purposes[1:3])], [], []


def _other_action(asked: _Asked) -> Question:
    return asked.request(), [asked.grant(actions=asked.actions[1:])], [], []


def _halves(asked: _Asked) -> Question:
    halves = [asked.grant(purposes=asked.purposes[1:2]), asked.grant(actions=asked.actions[1:])]
    return asked.request(), [halves[i] for i in asked.rng.permutation(2)], [], []


def _other_person(asked: _Asked) -> Question:
    return asked.request(), [asked.grant(person=asked.third)], [], []


def _other_grantee(asked: _Asked) -> Question:
    return asked.request(), [asked.grant(to=[asked.third])], [], []


def _one_of_several(asked: _Asked) -> Question:
    return asked.request(), [asked.grant(to=[asked.third, asked.who])], [], []


def _wide_enough(asked: _Asked) -> Question:
    asked.audience = int(asked.rng.integers(0, 3))
    wider = plain.AUDIENCES[int(asked.rng.integers(asked.audience + 1, 4))]
    return asked.request(), [asked.grant(audience=wider)], [], []


def _too_wide(asked: _Asked) -> Question:
    asked.audience = int(asked.rng.integers(1, 4))
    closer = plain.AUDIENCES[int(asked.rng.integers(0, asked.audience))]
    return asked.request(), [asked.grant(audience=closer)], [], []


def _first_day(asked: _Asked) -> Question:
    return asked.request(), [asked.grant(starts=asked.day)], [], []


def _last_day(asked: _Asked) -> Question:
    return asked.request(), [asked.grant(ends=asked.day + 1)], [], []


def _day_after(asked: _Asked) -> Question:
    return asked.request(), [asked.grant(ends=asked.day)], [], []


def _day_before(asked: _Asked) -> Question:
    return asked.request(), [asked.grant(starts=asked.day + 1)], [], []


def _taken_back(asked: _Asked) -> Question:
    grant = asked.grant()
    day = asked.day - int(asked.rng.integers(1, 5))
    return asked.request(), [grant], [{"grant": grant["id"], "day": day}], []


def _taken_back_today(asked: _Asked) -> Question:
    grant = asked.grant()
    return asked.request(), [grant], [{"grant": grant["id"], "day": asked.day}], []


def _not_yet_taken_back(asked: _Asked) -> Question:
    grant = asked.grant()
    day = asked.day + int(asked.rng.integers(1, 5))
    return asked.request(), [grant], [{"grant": grant["id"], "day": day}], []


def _other_taken_back(asked: _Asked) -> Question:
    grants = [asked.grant(), asked.grant()]
    taken = grants[int(asked.rng.integers(2))]
    return asked.request(), grants, [{"grant": taken["id"], "day": asked.day - 1}], []


def _one_part_short(asked: _Asked) -> Question:
    return asked.request(parts=list(plain.PARTS)), [asked.grant()], [], []


def _a_grant_for_each_part(asked: _Asked) -> Question:
    return asked.request(parts=list(plain.PARTS)), [asked.grant(parts=[one]) for one in plain.PARTS], [], []


def _both_in_one(asked: _Asked) -> Question:
    return asked.request(parts=list(plain.PARTS)), [asked.grant(parts=list(plain.PARTS))], [], []


def _forbidden(asked: _Asked) -> Question:
    topic = asked.topics[int(asked.rng.integers(2))]
    return asked.request(), [asked.grant()], [], [{"person": asked.person, "topic": topic}]


def _forbidden_by_another(asked: _Asked) -> Question:
    return asked.request(), [asked.grant()], [], [{"person": asked.third, "topic": asked.topics[0]}]


def _other_topic(asked: _Asked) -> Question:
    return asked.request(), [asked.grant()], [], [{"person": asked.person, "topic": asked.topics[2]}]


def _own(asked: _Asked) -> Question:
    return asked.request(who=asked.person), [], [], []


def _own_forbidden(asked: _Asked) -> Question:
    return asked.request(who=asked.person), [], [], [{"person": asked.person, "topic": asked.topics[1]}]


def _no_grant(asked: _Asked) -> Question:
    return asked.request(), [], [], []


@grader.item("genuine", points=2, n_checks=4)
def genuine(student: Student, cases: Cases) -> Iterator[Check]:
    """All parts shown, some kept back, one that was never signed, one shown twice."""
    rng = cases.rng
    for category, kinds in (
        (_("All parts are shown"), ("all", "all", "foreign in the place of one")),
        (_("Parts that were kept back"), ("some", "none", "foreign alone")),
        (_("A part that was never signed"), ("foreign last", "foreign first", "all")),
        (_("A part that is shown twice"), ("twice", "twice", "all")),
    ):
        right = True
        for kind in rng.permutation(kinds):
            digests, parts, wanted = _receipt(rng, str(kind))
            right &= same(try_call(student, "genuine", digests, parts), wanted)
        yield Check(category, right)


def _receipt(rng: Rng, kind: str) -> tuple[list[str], list[str], bool]:
    """Return signed digests, the parts that are shown, and whether they hold."""
    names = ("dpv:hasName", "dpv:hasPurpose", "dpv:hasRecipient", "dpv:hasPolicy", "dpv:hasRepresentative")
    made = [
        encode(f'["{rng.integers(2**62):x}", "{one}", "{rng.integers(10**6)}"]'.encode()) for one in names
    ]
    kept = [made[i] for i in rng.permutation(len(made))]
    foreign = encode(f'["{rng.integers(2**62):x}", "{rng.choice(names)}", "everything"]'.encode())
    shown = {
        "all": kept,
        "some": kept[: int(rng.integers(1, 4))],
        "none": [],
        "foreign alone": [foreign],
        "foreign in the place of one": [*kept[1:], foreign],
        "foreign last": [*kept[:2], foreign],
        "foreign first": [foreign, *kept[:2]],
        "twice": [*kept, kept[int(rng.integers(0, 5))]],
    }[kind]
    return sorted(map(digest, made)), shown, not kind.startswith(("foreign", "twice"))


@grader.item("still", points=3, n_checks=4)
def still(student: Student, cases: Cases) -> Iterator[Check]:
    """Ask about a receipt that does not hold, a ledger that is silent or ignorant, a revocation, an end."""
    rng = cases.rng
    blocks: tuple[tuple[str, list[tuple[Plain, str]]], ...] = (
        (
            _("A receipt that does not hold"),
            [
                ({"ok": False}, "do not rely"),
                ({"ok": False, "ledger": "silent"}, "do not rely"),
                ({}, "holds"),
            ],
        ),
        (
            _("A ledger that cannot be asked, or does not know"),
            [({"ledger": "silent"}, "not known"), ({"ledger": "ignorant"}, "do not rely"), ({}, "holds")],
        ),
        (
            _("Taken back"),
            [
                ({"revoked": -int(rng.integers(1, 40))}, "taken back"),
                ({"revoked": 0}, "taken back"),
                ({"revoked": int(rng.integers(1, 9))}, "holds"),
                ({"revoked": -5, "ends": -2}, "taken back"),
            ],
        ),
        (
            _("At its end"),
            [
                ({"ends": 0}, "over"),
                ({"ends": -int(rng.integers(1, 40))}, "over"),
                ({"ends": 1}, "holds"),
                ({"ends": None}, "holds"),
            ],
        ),
    )
    for category, rows in blocks:
        order = rng.permutation(len(rows))
        answers = [(try_call(student, "still", *_proof(rng, **rows[i][0])), rows[i][1]) for i in order]
        yield Check(category, all(same(answer, wanted) for answer, wanted in answers))


def _proof(
    rng: Rng, *, ok: bool = True, ledger: str = "", revoked: int | None = None, ends: int | None = 20
) -> tuple[Plain, dict[str, Plain] | None, int]:
    """Return a receipt, what the ledger says, and the day; `revoked` and `ends` are counted from that day."""
    day = int(rng.integers(100, 400))
    mine, *others = (f"g{int(one)}" for one in rng.choice(10**6, 4, replace=False))
    entries = {one: {"revoked": day - 3, "ends": day + 9} for one in others}
    entry = {
        name: None if days is None else day + days for name, days in (("revoked", revoked), ("ends", ends))
    }
    known: dict[str, Plain] | None = entries | {mine: entry}
    if ledger:
        known = None if ledger == "silent" else entries
    return {"ok": ok, "grant": mine}, known, day


@grader.item("rates", points=2, n_checks=4)
def rates(student: Student, cases: Cases) -> Iterator[Check]:
    """FAR and FRR, each in its place, of lists of unlike length, with and without somebody at the limit."""
    rng = cases.rng
    answers, wanted = [], []
    for at_limit in (False, False, True, True):
        n_honest, n_thieves = (int(n) for n in rng.permutation([9, 14, 16, 23])[:2])
        n_refused = int(rng.integers(2, n_honest // 2))
        n_let_in = int(rng.integers(2, n_thieves // 2))
        limit = int(rng.integers(40, 60)) / 100
        near, far = (rng.integers(10, 39, 40) / 100, rng.integers(61, 95, 40) / 100)
        honest = [*near[: n_honest - n_refused], *far[:n_refused]]
        thieves = [*near[20 : 20 + n_let_in], *far[16 : 16 + n_thieves - n_let_in]]
        if at_limit:
            honest[0] = thieves[0] = limit
        mixed = [[float(one[i]) for i in rng.permutation(len(one))] for one in (honest, thieves)]
        answers.append(try_call(student, "rates", *mixed, limit))
        wanted.append([n_let_in / n_thieves, n_refused / n_honest])
    for place, name in enumerate((_("FAR"), _("FRR"))):
        right = [close(_at(answers[i], place), wanted[i][place]) for i in (0, 1)]
        yield Check(name, all(right))
    for place, name in enumerate(
        (_("FAR, with somebody at the limit"), _("FRR, with somebody at the limit"))
    ):
        right = [close(_at(answers[i], place), wanted[i][place]) for i in (2, 3)]
        yield Check(name, all(right))


def _at(answer: object, place: int) -> object:
    """Return one of two numbers, or None where there are not two."""
    if isinstance(answer, (list, tuple, np.ndarray)) and np.ndim(answer) == 1 and len(answer) == 2:
        return answer[place]
    return None


@grader.item("cheapest", points=2, n_checks=4)
def cheapest(student: Student, cases: Cases) -> Iterator[Check]:
    """Few thieves, many thieves, dear refusals, and limits that cost the same."""
    rng = cases.rng

    def jitter(value: float) -> float:
        return round(value * float(rng.uniform(0.97, 1.03)), 4)

    for category, kind in (
        (_("Few thieves"), "few"),
        (_("Many thieves"), "many"),
        (_("Dear refusals"), "dear"),
        (_("Limits that cost the same"), "equal"),
    ):
        right = True
        for _case in range(2):
            strict, middle, lax = sorted(
                int(one) / 100 for one in rng.choice(np.arange(35, 70), 3, replace=False)
            )
            rows = [
                [strict, jitter(0.01), jitter(0.20)],
                [middle, jitter(0.10), jitter(0.02)],
                [lax, jitter(0.40), 0.001],
            ]
            setting, wanted = {
                "few": ((jitter(0.01), 1000, 10), middle),
                "many": ((jitter(0.5), 1000, 10), strict),
                "dear": ((jitter(0.01), 10, 1000), lax),
                "equal": ((jitter(0.01), 1000, 10), strict),
            }[kind]
            if kind == "equal":  # the two lower limits are alike, and the lowest stands last
                rows[0][1:] = rows[1][1:]
                rows.reverse()
            else:
                rows = [rows[i] for i in rng.permutation(3)]
            right &= close(try_call(student, "cheapest", rows, *setting), wanted)
        yield Check(category, right)
