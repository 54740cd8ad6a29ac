"""Hidden cases of "Taken back: what is still out there?": drawn for each learner, judged in the trusted process.

A check passes only if *all* its cases are right, and each holds cases that disagree, so that an answer which
does not look at its arguments passes none. The truth of `fates` and of `channels` is what the library decides. Which
wrong rule fails which check is laid down by how the cases are built; `04_revocation_mutants.py` holds the rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, TypeAlias

import numpy as np

from medialit.consent import notices
from medialit.consent.plain import DAY_0
from medialit.consent.spread import Conduct, Fate, Place, Posting, partition
from medialit.grading import Cases, Check, Grader, Student, close, same, try_call

Rng: TypeAlias = np.random.Generator
Plain: TypeAlias = dict[str, Any]

grader = Grader("04_revocation")


def _(message: str) -> str:
    """Mark a text for the catalogues; the feedback translates it."""
    return message


@grader.item("differ", points=2, n_checks=4)
def differ(student: Student, cases: Cases) -> Iterator[Check]:
    """Ask about copies, strangers, the same and the opposite, and lists that cannot be compared."""
    rng = cases.rng
    blocks: tuple[tuple[str, list[tuple[list[int], list[int], float | None]]], ...] = (
        (_("A copy"), [_pair(rng, 64, 0.05), _pair(rng, 96, 0.12)]),
        (
            _("Two clips that have nothing to do with each other"),
            [_pair(rng, 64, 0.45), _pair(rng, 80, 0.55)],
        ),
        (_("The same bits, and the opposite ones"), [_pair(rng, 48, 0.0), _pair(rng, 64, 1.0)]),
        (_("Lists of unlike length"), [_cut(rng), _cut(rng), _pair(rng, 40, 0.25)]),
    )
    for category, rows in blocks:
        right = True
        for one, other, wanted in rows:
            answer = try_call(student, "differ", one, other)
            right &= same(answer, None) if wanted is None else close(answer, wanted)
        yield Check(category, right)


def _pair(rng: Rng, n: int, share: float) -> tuple[list[int], list[int], float]:
    """Return two lists that differ in a share of their bits, more of them from 1 to 0 than back."""
    one = rng.permutation(np.arange(n) % 3 > 0).astype(int)
    n_changed = round(share * n)
    order = [*rng.permutation(np.flatnonzero(one == 1)), *rng.permutation(np.flatnonzero(one == 0))]
    if n_changed > 3:
        order = [*order[-1:], *order[:-1]]  # at least one the other way, so that counting ones does not do
    other = one.copy()
    other[order[:n_changed]] ^= 1
    return one.tolist(), other.tolist(), n_changed / n


def _cut(rng: Rng) -> tuple[list[int], list[int], None]:
    one, other, _share = _pair(rng, 64, 0.3)
    short = other[: int(rng.integers(20, 60))]
    return (one, short, None) if rng.random() < 0.5 else (short, one, None)


@grader.item("best_limit", points=3, n_checks=4)
def best_limit(student: Student, cases: Cases) -> Iterator[Check]:
    """Ask with some wrong flags allowed, with none, with limits that find the same, and with none that will do."""
    rng = cases.rng
    for category, kinds in (
        (_("A share of the others that may be flagged"), ("some", "just")),
        (_("No clip of others may be flagged"), ("none", "none at the edge")),
        (_("Limits that find the same copies"), ("equal", "equal")),
        (_("No limit is good enough"), ("hopeless", "some")),
    ):
        right = True
        for kind in kinds:
            copies, others, limits, most_wrong, wanted = _desk(rng, kind)
            answer = try_call(student, "best_limit", copies, others, limits, most_wrong)
            right &= same(answer, None) if wanted is None else close(answer, wanted)
        yield Check(category, right)


def _desk(rng: Rng, kind: str) -> tuple[list[float], list[float], list[float], float, float | None]:
    """Return distances, limits, what is allowed, and the limit that is wanted.

    Of 10 copies 3, 6, 8 and 10 lie below the four limits, of 20 others 0, 0, 2 and 5; nobody lies exactly at one but
    where the kind says so.
    """
    limits = [round(float(x), 3) for x in np.array([0.08, 0.16, 0.24, 0.32]) + rng.integers(-9, 10, 4) / 1000]
    spans = list(zip([0.02, *limits], limits, strict=False))

    def between(counts: Sequence[int], rest: int) -> list[float]:
        drawn = [
            rng.uniform(low + 0.01, high - 0.01)
            for (low, high), n in zip(spans, counts, strict=True)
            for _k in range(n)
        ]
        drawn += [rng.uniform(0.4, 0.5) for _k in range(rest)]
        return [round(float(x), 4) for x in rng.permutation(drawn)]

    copies, others = between([3, 3, 2, 2], 0), between([0, 0, 2, 3], 15)
    shuffled = [limits[i] for i in rng.permutation(4)]
    if kind == "some":
        return copies, others, shuffled, 0.15, limits[2]
    if kind == "just":  # exactly the share that is allowed
        return copies, others, shuffled, 0.1, limits[2]
    if kind == "none":
        return copies, others, shuffled, 0.0, limits[1]
    if kind == "none at the edge":  # one of the others lies at the second limit
        others[others.index(max(others))] = limits[1]
        return copies, others, shuffled, 0.0, limits[0]
    if kind == "equal":
        near = round(limits[1] + 0.004, 3)
        return copies, others, [limits[0], near, limits[1], limits[3]], 0.05, limits[1]
    return copies, others, [limits[3], limits[2]], 0.05, None


@grader.item("fates", points=3, n_checks=3)
def fates(student: Student, cases: Cases) -> Iterator[Check]:
    """Each conduct of a place, with copies from before, from the day itself, and from after it."""
    rng = cases.rng
    blocks: tuple[tuple[str, list[tuple[str, int]]], ...] = (
        (
            _("Places that cooperate"),
            [("cooperates", -9), ("cooperates", -1), ("cooperates", 0), ("cooperates", 7)],
        ),
        (_("Places that accept notices only"), [("notice_only", -5), ("notice_only", 6), ("cooperates", -3)]),
        (
            _("Where nobody can be reached"),
            [
                ("closed_group", -4),
                ("closed_group", 8),
                ("deleted_account", -6),
                ("deleted_account", 3),
                ("cooperates", 5),
            ],
        ),
    )
    for category, rows in blocks:
        right = True
        for _case in range(2):
            copies, places, day, wanted = _copies(rng, rows)
            right &= same(try_call(student, "fates", copies, places, day), wanted)
        yield Check(category, right)


def _copies(rng: Rng, rows: list[tuple[str, int]]) -> tuple[list[Plain], dict[str, str], int, dict[str, int]]:
    """Return copies of these kinds, each one to four times, and what the library does about them."""
    day = int(rng.integers(100, 200))
    places = {
        f"place{int(k)}": conduct
        for k, conduct in zip(rng.permutation(99), sorted({c for c, _d in rows}), strict=False)
    }
    at = {conduct: name for name, conduct in places.items()}
    drawn = [(conduct, days) for conduct, days in rows for _k in range(int(rng.integers(1, 5)))]
    copies = [{"place": at[drawn[i][0]], "day": day + drawn[i][1]} for i in rng.permutation(len(drawn))]
    reached = partition(
        [
            Posting(id=f"c{n}", place=one["place"], at=DAY_0 + timedelta(days=one["day"]))
            for n, one in enumerate(copies)
        ],
        [Place(id=name, conduct=Conduct(conduct)) for name, conduct in places.items()],
        at=DAY_0 + timedelta(days=day),
    )
    return copies, places, day, {fate.value: sum(one.fate is fate for one in reached) for fate in Fate}


@grader.item("in_force", points=4, n_checks=5)
def in_force(student: Student, cases: Cases) -> Iterator[Check]:
    """Ask what holds before an event, at an end, after revocations, and where lines are not in the order of days."""
    rng = cases.rng
    for category, kinds in (
        (_("What has not happened yet"), ("future grant", "future revoke", "today")),
        (_("The end of a grant"), ("ends today", "ends tomorrow")),
        (_("One grant revoked"), ("revoked", "revoked today")),
        (_("All grants revoked"), ("all", "all on the day of a grant")),
        (_("Lines that are not in the order of their days"), ("late letter", "late letter for all")),
    ):
        right = True
        for kind in kinds:
            events, day = _log(rng, kind)
            right &= same(try_call(student, "in_force", events, day), _folded(events, day))
        yield Check(category, right)


def _log(rng: Rng, kind: str) -> tuple[list[Plain], int]:
    """Return lines about four grants, with the one thing in them that the kind names, and the day that is asked about."""
    day = int(rng.integers(100, 200))
    ids = [f"g{int(k):03d}" for k in rng.choice(1000, 4, replace=False)]
    days = [int(one) for one in sorted(day - rng.choice(np.arange(20, 80, 3), 4, replace=False))]
    grants = [{"day": at, "kind": "grant", "id": id, "ends": None} for at, id in zip(days, ids, strict=True)]
    which = int(rng.integers(4))
    if kind == "future grant":
        grants[3]["day"] = day + int(rng.integers(1, 9))
    elif kind == "future revoke":
        return [*grants, {"day": day + int(rng.integers(1, 9)), "kind": "revoke", "id": ids[which]}], day
    elif kind == "today":
        grants[3]["day"] = day
    elif kind == "ends today":
        grants[which]["ends"] = day
        grants[(which + 1) % 4]["ends"] = day + 1
    elif kind == "ends tomorrow":
        grants[which]["ends"] = day + 1
        grants[(which + 2) % 4]["ends"] = day - 1
    elif kind == "revoked":
        return [*grants, {"day": day - int(rng.integers(1, 9)), "kind": "revoke", "id": ids[which]}], day
    elif kind == "revoked today":
        return [*grants, {"day": day, "kind": "revoke", "id": ids[which]}], day
    elif kind == "all":
        return [*grants[:2], {"day": days[1] + 1, "kind": "revoke all"}, *grants[2:]], day
    elif kind == "all on the day of a grant":
        return [*grants[:2], {"day": days[1], "kind": "revoke all"}, *grants[2:]], day
    elif kind == "late letter":  # the revocation was written above its grant
        return [{"day": days[which] + 2, "kind": "revoke", "id": ids[which]}, *grants], day
    else:  # all was revoked before the last two, and the line stands last, or above what it ends
        last = bool(rng.integers(2))
        line = {"day": days[1] + 1, "kind": "revoke all"}
        return ([*grants, line] if last else [*grants[2:], line, *grants[:2]]), day
    return grants, day


def _folded(events: list[Plain], day: int) -> list[str]:
    """Return the ids in force, by asking of each grant whether anything has ended it."""
    found = []
    for one in (one for one in events if one["kind"] == "grant" and one["day"] <= day):
        ended = one["ends"] is not None and one["ends"] <= day
        for other in (other for other in events if other["day"] <= day):
            ended |= other["kind"] == "revoke" and other["id"] == one["id"]
            ended |= other["kind"] == "revoke all" and one["day"] <= other["day"]
        if not ended:
            found.append(one["id"])
    return sorted(found)


@grader.item("channels", points=4, n_checks=4)
def channels(student: Student, cases: Cases) -> Iterator[Check]:
    """Ask about an intimate picture, other harms, a consent taken back and no more, and a person who lives in France."""
    rng = cases.rng
    blocks: tuple[tuple[str, list[tuple[tuple[str, ...], str, bool, bool]]], ...] = (
        (
            _("An intimate picture"),
            [
                (("intimate",), "MA", True, True),
                (("intimate", "revoked"), "MA", True, False),
                (("intimate",), "MA", False, False),
                (("intimate", "private"), "MA", False, True),
            ],
        ),
        (
            _("Another harm"),
            [
                ((_harm(rng),), "MA", True, True),
                ((_harm(rng),), "MA", True, False),
                ((_harm(rng), "revoked"), "MA", False, True),
                (("revoked", _harm(rng)), "MA", True, False),
            ],
        ),
        (
            _("Taken back, and nothing else"),
            [
                (("revoked",), "MA", True, True),
                (("revoked",), "MA", False, False),
                (("revoked",), "FR", True, True),
            ],
        ),
        (
            _("Who lives in France"),
            [
                ((_harm(rng),), "FR", True, False),
                (("intimate",), "FR", True, True),
                (("intimate",), "FR", False, False),
                ((_harm(rng), "revoked"), "FR", False, True),
            ],
        ),
    )
    for category, rows in blocks:
        right = True
        for i in rng.permutation(len(rows)):
            harms, country, us, eu = rows[i]
            case = {"harms": list(harms), "country": country, "serves_us": us, "serves_eu": eu}
            right &= same(try_call(student, "channels", case), _open(case))
        yield Check(category, right)


def _harm(rng: Rng) -> str:
    return str(rng.choice(("montage", "private", "defamation")))


def _open(case: Plain) -> list[str]:
    """Return the channels that the library finds, in the order of the lab's table."""
    found = notices.routes(
        notices.Case(
            harms=frozenset(map(notices.Harm, case["harms"])),
            minor=False,
            country=case["country"],
            platform_serves_us=case["serves_us"],
            platform_serves_eu=case["serves_eu"],
        )
    )
    names = [route.channel.value for route in found]
    table = ("take_it_down", "dsa", "prosecutor_ma", "law_09_08", "cndp", "gdpr", "platform")
    return [name for name in table if name in names]
