"""How many requests a second the consent policy decides on one core: `python benchmarks/consent.py [--requests N]`.

A made-up town: adults, minors, dead people and public figures; several grants each, to names and to circles; follows,
approvals, prohibitions, revocations. Requests are drawn by chance. The batch (`decide_many`, which also has to read all
records) is shown beside `decide` in a loop over the same records, in the same run, and must answer exactly the same.
Counted is the process's own time, so that neighbours on the core take less of it away; the number is the median of
several rounds, and the best one is shown beside it. Python's garbage collector runs, but not over the town, which is
made before.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from medialit.consent.policy import decide, decide_many
from medialit.consent.records import (
    Action,
    Audience,
    Grant,
    Medium,
    Modality,
    Original,
    Principal,
    Prohibition,
    Purpose,
    Relation,
    RelationKind,
    Request,
    Restrictions,
    Revocation,
    Scope,
)

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
DAY = timedelta(days=1)
TOPICS = ("tea", "football", "politics", "alcohol", "wedding", "school", "protest", "cinema")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    rng = random.Random(4)

    records = town(options.people, rng)
    requests = [draw_request(n, options.people, rng) for n in range(options.requests)]
    small = requests[: max(1, options.requests // 200)]

    gc.collect()
    gc.freeze()
    (batch_s, best_s), answers = timed(
        lambda: decide_many(requests, now=NOW, **records), rounds=options.rounds
    )
    (loop_s, _), singles = timed(lambda: [decide(one, now=NOW, **records) for one in small], rounds=1)
    identical = singles == answers[: len(small)]
    assert identical, "the batch answers otherwise than single questions"

    batch, loop = len(requests) / batch_s, len(small) / loop_s
    allowed = sum(one.allowed for one in answers) / len(answers)
    print(f"{len(requests)} requests, {100 * allowed:.0f} % allowed; " + sizes(records))
    print("\n| what                         | decisions a second | against the loop |")
    print("|------------------------------|-------------------:|-----------------:|")
    print(f"| decide_many, records read in | {batch:18,.0f} | {batch / loop:16,.0f} |")
    print(
        f"| the same, best round         | {len(requests) / best_s:18,.0f} | {len(requests) / best_s / loop:16,.0f} |"
    )
    print(f"| decide in a loop             | {loop:18,.0f} |                1 |")
    print("\nThe five weightiest reasons that were most frequent:")
    for code, n in Counter(one.reason.code for one in answers).most_common(5):
        print(f"  {code:24} {100 * n / len(answers):5.1f} %")
    print(
        json.dumps(
            {
                "decisions_per_s": round(batch),
                "best_decisions_per_s": round(len(requests) / best_s),
                "loop_decisions_per_s": round(loop, 1),
                "identical_decisions": identical,
                "n_compared": len(small),
                "n_requests": len(requests),
                "n_records": sum(map(len, records.values())),
                "share_allowed": round(allowed, 3),
            }
        )
    )


def timed(run: Callable[[], Any], *, rounds: int) -> tuple[tuple[float, float], Any]:
    """Return the median and the shortest time in seconds of the process's own work, and the last result."""
    spent, result = [], None
    for _round in range(rounds):
        begun = time.process_time()
        result = run()
        spent.append(time.process_time() - begun)
    return (statistics.median(spent), min(spent)), result


def sizes(records: dict[str, list[Any]]) -> str:
    return ", ".join(f"{len(found)} {kind}" for kind, found in records.items()) + "."


def person(n: int) -> str:
    return f"p{n}"


def town(n: int, rng: random.Random) -> dict[str, list[Any]]:
    people, grants = [], []
    for i in range(n):
        kind = rng.choices(["adult", "minor", "dead", "figure"], weights=[80, 8, 4, 8])[0]
        born = date(2012, 3, 1) if kind == "minor" else date(rng.randrange(1950, 2005), 3, 1)
        guardians = tuple(person(g) for g in rng.sample(range(n), 2) if g != i) if kind == "minor" else ()
        estate = (person((i + 1) % n),) if kind == "dead" else ()
        people.append(
            Principal(
                id=person(i), name=f"ⵜⵉⵣⵉⵔⵉ {i}", born=born, died=date(2020, 1, 1) if kind == "dead" else None,
                guardians=guardians, estate=estate, public_figure=kind == "figure",
            )
        )  # fmt: skip
        grants += [draw_grant(f"g{i}.{k}", i, n, guardians or estate or (person(i),), rng) for k in range(6)]
    pairs = {tuple(rng.sample(range(n), 2)) for _ in range(40 * n)}
    relations = [
        Relation(
            kind=rng.choice([RelationKind.FOLLOW, RelationKind.FOLLOW, RelationKind.APPROVE]),
            from_id=person(a), to_id=person(b), at=NOW - 50 * DAY,
        )
        for a, b in sorted(pairs)
    ]  # fmt: skip
    prohibitions = [
        Prohibition(
            id=f"n{k}", principal=person(i), by=person(i), at=NOW - 9 * DAY,
            restrictions=Restrictions(topics=frozenset(rng.sample(TOPICS, 2))),
        )
        for k, i in enumerate(rng.choices(range(n), k=n // 2))
    ]  # fmt: skip
    revocations = [
        Revocation(id=f"v{k}", principal=one.principal, grant=one.id, by=one.principal, at=NOW - DAY)
        for k, one in enumerate(rng.sample(grants, len(grants) // 10))
    ]
    return {
        "principals": people, "grants": grants, "relations": relations, "prohibitions": prohibitions,
        "revocations": revocations,
    }  # fmt: skip


def draw_grant(id: str, principal: int, n: int, givers: tuple[str, ...], rng: random.Random) -> Grant:
    circle = rng.choice([None, Audience.APPROVED, Audience.MUTUALS, Audience.EVERYONE])
    others = tuple({person(g) for g in rng.sample(range(n), 20)} - {person(principal)})
    return Grant(
        id=id,
        principal=person(principal),
        grantees=others if circle is None else (),
        grantee_audience=circle,
        scope=Scope(
            purposes=frozenset(rng.sample(list(Purpose), 6)),
            actions=frozenset(rng.sample(list(Action), 4)),
            audience=rng.choice([Audience.MUTUALS, Audience.EVERYONE]),
            territories=frozenset(rng.choice([{"worldwide"}, {"MA", "FR", "DZ", "TN"}])),
            media=frozenset(rng.sample(list(Medium), 5)),
            modalities=frozenset(
                rng.choice([{Modality.FACE}, {Modality.VOICE}, set(Modality), set(Modality)])
            ),
            starts=NOW - 100 * DAY,
            ends=NOW + rng.randrange(-20, 200) * DAY,
        ),
        granted_by=givers,
        at=NOW - 100 * DAY,
    )


def draw_request(k: int, n: int, rng: random.Random) -> Request:
    asked = rng.sample(range(n), rng.choices([2, 3], weights=[85, 15])[0])
    requester, *principals = map(person, asked)
    if rng.random() < 0.1:
        principals = [requester]  # their own likeness
    action = rng.choice(list(Action))
    return Request(
        id=f"r{k}",
        requester=requester,
        principals=tuple(principals),
        action=action,
        purpose=rng.choice([Purpose.EDUCATION, *Purpose]),
        audience=rng.choice(list(Audience)),
        territories=frozenset(rng.choice([{"MA"}, {"MA", "FR"}, {"worldwide"}])),
        medium=rng.choice(list(Medium)),
        modalities=frozenset(rng.choice([{Modality.FACE}, {Modality.FACE}, {Modality.VOICE}, set(Modality)])),
        topics=frozenset(rng.sample(TOPICS, rng.randrange(3))),
        contexts=frozenset(),
        appearance=frozenset(),
        original=Original(maker=requester, principals=(), grant_ids=()) if action is Action.REMIX else None,
        at=NOW,
    )


if __name__ == "__main__":
    main()
