"""A small part of the rules in plain lists and dictionaries, as a lesson writes them; the whole engine answers.

A learner's own rule can then be held against `medialit.consent.policy.decide`, which knows nothing of the lesson.
Days are counted from `DAY_0`, and what the lesson leaves out (media, places, minors, circles, the dead) is the same in
every question: one classroom, one country, grown-up people who are named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

import numpy as np

from medialit.consent.policy import decide
from medialit.consent.records import (
    Action,
    Audience,
    Decision,
    Grant,
    Medium,
    Modality,
    Principal,
    Prohibition,
    Purpose,
    Request,
    Restrictions,
    Revocation,
    Scope,
)
from medialit.errors import RecordError

Plain: TypeAlias = dict[str, Any]
Question: TypeAlias = tuple[Plain, list[Plain], list[Plain], list[Plain]]
"""A request, with the grants, the revocations and the forbidden topics that are known."""

DAY_0: Final = datetime(2026, 1, 1, tzinfo=UTC)
AUDIENCES: Final = tuple(one.value for one in Audience)
"""From the closest circle to the widest."""
PEOPLE: Final = ("hnia", "tiziri", "idir", "salma", "brahim")
PURPOSES: Final = ("education", "journalism", "art", "advertising")
ACTIONS: Final = ("generate", "publish", "export")
PARTS: Final = ("face", "voice")
TOPICS: Final = ("weaving", "credit", "politics", "cooking")


def answer(
    request: Mapping[str, Any],
    grants: Sequence[Mapping[str, Any]],
    revocations: Sequence[Mapping[str, Any]],
    forbidden: Sequence[Mapping[str, Any]],
) -> Decision:
    """Return what the engine decides about a question in plain dictionaries.

    Parameters
    ----------
    request : mapping
        `who`, `person`, `action`, `purpose`, `audience`, `parts`, `topics`, and `day` from 0 to 10,000.
    grants : sequence of mapping
        `id`, `person`, `to`, `actions`, `purposes`, `audience`, `parts`, and `starts` and `ends` as days.
    revocations : sequence of mapping
        `grant` and `day`; by the person whose likeness it is.
    forbidden : sequence of mapping
        `person` and `topic`.

    Raises
    ------
    RecordError
        If a word, an id or a day is not one that a record can hold, or a revocation names no grant.

    Examples
    --------
    >>> request, grants, revocations, forbidden = draw(3)
    >>> answer(request, grants, revocations, forbidden).allowed
    False
    """
    owner = {one["id"]: one["person"] for one in grants}
    strangers = [one["grant"] for one in revocations if one["grant"] not in owner]
    if strangers:
        raise RecordError(f"A revocation names the grant {strangers[0]!r}, which is not there. Give it, too.")
    people = {
        request["who"],
        request["person"],
        *owner.values(),
        *(one["person"] for one in forbidden),
    }
    return decide(
        _request(request),
        principals=[Principal(id=one, name=one, minor=False) for one in sorted(people)],
        grants=[grant_of(one) for one in grants],
        revocations=[
            Revocation(
                id=f"revocation{number}",
                principal=owner[one["grant"]],
                grant=one["grant"],
                by=owner[one["grant"]],
                at=_at(one["day"]),
            )
            for number, one in enumerate(revocations)
        ],
        relations=[],
        prohibitions=[
            Prohibition(
                id=f"prohibition{number}",
                principal=one["person"],
                by=one["person"],
                at=DAY_0,
                restrictions=Restrictions(topics=frozenset({one["topic"]})),
            )
            for number, one in enumerate(forbidden)
        ],
        now=_at(request["day"]),
    )


def draw(seed: int) -> Question:
    """Return the question that belongs to a seed: near an allowed one, with a few things changed.

    Parameters
    ----------
    seed : int
        Not negative.
    """
    rng = np.random.default_rng(seed)

    def some(words: Sequence[str], least: int = 1) -> list[str]:
        n = int(rng.integers(least, len(words) + 1))
        return sorted(str(word) for word in rng.choice(words, n, replace=False))

    person, who = (str(one) for one in rng.choice(PEOPLE, 2, replace=False))
    request: Plain = {
        "who": who if rng.random() < 0.93 else person,
        "person": person,
        "action": str(rng.choice(ACTIONS)),
        "purpose": str(rng.choice(PURPOSES)),
        "audience": str(rng.choice(AUDIENCES)),
        "parts": some(PARTS),
        "topics": some(TOPICS[:3], least=0),
        "day": int(rng.integers(40, 300)),
    }
    grants = [_near(request, who, f"g{number}", rng) for number in range(int(rng.integers(1, 3)))]
    revocations = [
        {"grant": one["id"], "day": request["day"] + int(rng.integers(-9, 10))}
        for one in grants
        if rng.random() < 0.2
    ]
    forbidden = [
        {"person": str(rng.choice(PEOPLE)), "topic": str(rng.choice(TOPICS))}
        for _one in range(int(rng.integers(0, 3)))
    ]
    return request, grants, revocations, forbidden


def _near(request: Plain, who: str, id: str, rng: np.random.Generator) -> Plain:
    """Return a grant that covers the request, but for up to four of its limits."""
    day = request["day"]
    grant: Plain = {
        "id": id,
        "person": request["person"],
        "to": [who],
        "actions": [request["action"]],
        "purposes": [request["purpose"]],
        "audience": request["audience"],
        "parts": list(request["parts"]),
        "starts": day - int(rng.integers(0, 40)),
        "ends": day + int(rng.integers(1, 60)),
    }
    others: Plain = {
        "person": str(rng.choice(PEOPLE)),
        "to": [str(rng.choice(PEOPLE))],
        "actions": [str(rng.choice(ACTIONS))],
        "purposes": [str(rng.choice(PURPOSES))],
        "audience": str(rng.choice(AUDIENCES)),
        "parts": [str(rng.choice(PARTS))],
        "starts": day + int(rng.integers(-2, 3)),
        "ends": day + int(rng.integers(-3, 4)),
    }
    changed = rng.choice(list(others), int(rng.integers(0, 5)), replace=False)
    grant |= {key: others[key] for key in (str(one) for one in changed)}
    grant["ends"] = max(grant["ends"], grant["starts"] + 1)
    return grant


def _request(plain: Mapping[str, Any]) -> Request:
    return Request(
        id="question",
        requester=plain["who"],
        principals=(plain["person"],),
        action=Action(plain["action"]),
        purpose=Purpose(plain["purpose"]),
        audience=Audience(plain["audience"]),
        territories=frozenset({"MA"}),
        medium=Medium.CLASSROOM,
        modalities=frozenset(map(Modality, plain["parts"])),
        topics=frozenset(plain["topics"]),
        contexts=frozenset(),
        appearance=frozenset(),
        at=_at(plain["day"]),
    )


def grant_of(plain: Mapping[str, Any]) -> Grant:
    """Return the record of a grant in a plain dictionary."""
    scope = Scope(
        purposes=frozenset(map(Purpose, plain["purposes"])),
        actions=frozenset(map(Action, plain["actions"])),
        audience=Audience(plain["audience"]),
        territories=frozenset({"MA"}),
        media=frozenset({Medium.CLASSROOM}),
        modalities=frozenset(map(Modality, plain["parts"])),
        starts=_at(plain["starts"]),
        ends=_at(plain["ends"]),
    )
    return Grant(
        id=plain["id"],
        principal=plain["person"],
        grantees=tuple(plain["to"]),
        scope=scope,
        granted_by=(plain["person"],),
        at=DAY_0,
    )


def _at(day: int) -> datetime:
    if not 0 <= day <= 10_000:
        raise RecordError(f"A day is counted from {DAY_0:%Y-%m-%d} and is 0 to 10,000, not {day!r}.")
    return DAY_0 + timedelta(days=int(day))
