"""A second reading of the rules in docs/explanation/consent.md, as a table of vetoes.

It knows nothing of the policy's code. Slow and literal:
every veto is one sentence of the page as one function of (case, person), or of (case, person, grant).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from medialit.consent.records import (
    Grant,
    Lifting,
    Principal,
    Prohibition,
    Relation,
    Request,
    Revocation,
)

KINDS = ("topics", "contexts", "appearance")
WIDTH = ["only_me", "approved", "mutuals", "everyone"]


@dataclass(frozen=True, kw_only=True)
class Case:
    request: Request
    principals: tuple[Principal, ...] = ()
    grants: tuple[Grant, ...] = ()
    prohibitions: tuple[Prohibition, ...] = ()
    revocations: tuple[Revocation, ...] = ()
    liftings: tuple[Lifting, ...] = ()
    relations: tuple[Relation, ...] = ()
    now: datetime
    tolerance: timedelta = timedelta(minutes=2)
    label: str = field(default="", compare=False)

    def records(self) -> dict[str, Any]:
        kinds = (
            "principals",
            "grants",
            "prohibitions",
            "revocations",
            "liftings",
            "relations",
            "now",
            "tolerance",
        )
        return {kind: getattr(self, kind) for kind in kinds}


@dataclass(frozen=True)
class Verdict:
    allowed: bool
    met: frozenset[tuple[str, str | None, frozenset[str]]]
    grant_ids: frozenset[str]


# Words of the page.


def who(case: Case, person: str) -> Principal | None:
    return next((one for one in case.principals if one.id == person), None)


def birthday(born, years: int) -> tuple[int, int, int]:
    return (
        (born.year + years, 3, 1)
        if (born.month, born.day) == (2, 29)
        else (born.year + years, born.month, born.day)
    )


def minor(case: Case, one: Principal) -> bool:
    if one.minor is not None:
        return one.minor
    day = case.now.date()
    if one.died is not None and one.died < day:
        day = one.died
    return (day.year, day.month, day.day) < birthday(one.born, 18)


def dead(one: Principal) -> bool:
    return one.died is not None


def alone(case: Case, one: Principal) -> bool:
    return not minor(case, one) and not dead(one)


def own(case: Case, person: str) -> bool:
    one = who(case, person)
    return one is not None and person == case.request.requester and alone(case, one)


def yes_sayers(case: Case, one: Principal) -> set[str]:
    if dead(one):
        return set(one.estate)
    if minor(case, one):
        return set(one.guardians)
    return {one.id}


def no_sayers(case: Case, one: Principal) -> set[str]:
    sayers = {one.id}
    if minor(case, one):
        sayers |= set(one.guardians)
    if dead(one):
        sayers |= set(one.estate)
    return sayers


def dated_later(case: Case, record) -> bool:
    return record.at - case.tolerance > case.now


def over(case: Case, end: datetime | None) -> bool:
    return end is not None and case.now >= end


def holds(case: Case, kind: str, source: str, target: str) -> bool:
    return any(
        one.kind == kind and one.from_id == source and one.to_id == target
        for one in case.relations
        if not dated_later(case, one) and not over(case, one.until)
    )


def countries(places: Iterable[str]) -> Callable[[str], bool]:
    return lambda place: "worldwide" in places or place in places


def share_a_place(some: frozenset[str], others: frozenset[str]) -> bool:
    return "worldwide" in some | others or bool(some & others)


# Refusals of a request as a whole: name, when, detail.

WHOLE = {
    "request_from_future": lambda case: set() if dated_later(case, case.request) else None,
    "requester_dead": lambda case: (
        set() if any(one.id == case.request.requester and dead(one) for one in case.principals) else None
    ),
    "never": lambda case: (
        (
            {word for kind in KINDS for word in getattr(case.request, kind) or ()}
            & {"intimate", "nudity", "sexual"}
        )
        or None
    ),
    "original_unknown_grant": lambda case: (
        None
        if case.request.original is None
        else {
            id
            for id in case.request.original.grant_ids
            if not any(one.id == id and who(case, one.principal) for one in case.grants)
        }
        or None
    ),
}

# Refusals for one person, whatever was granted.


def a_minor_and(
    test: Callable[[Request], bool], detail: Callable[[Request], set[str]] = lambda request: set()
):
    return lambda case, one: detail(case.request) if minor(case, one) and test(case.request) else None


def unexamined(request: Request) -> set[str]:
    return {kind for kind in KINDS if getattr(request, kind) is None}


PERSONAL = {
    "minor_voice": a_minor_and(lambda request: "voice" in request.modalities),
    "minor_everyone": a_minor_and(lambda request: request.audience == "everyone"),
    "minor_train": a_minor_and(lambda request: request.action == "train"),
    "minor_purpose": a_minor_and(
        lambda request: request.purpose in ("commercial", "advertising", "political"),
        lambda request: {request.purpose.value},
    ),
    "minor_not_examined": a_minor_and(lambda request: bool(unexamined(request)), unexamined),
    "dead_train": lambda case, one: set() if dead(one) and case.request.action == "train" else None,
    "dead_political": lambda case, one: set() if dead(one) and case.request.purpose == "political" else None,
    "public_figure_political": lambda case, one: (
        set() if one.public_figure and case.request.purpose == "political" and not own(case, one.id) else None
    ),
    "no_guardian": lambda case, one: (
        set() if minor(case, one) and not dead(one) and not one.guardians else None
    ),
    "no_estate": lambda case, one: set() if dead(one) and not one.estate else None,
    "original_without_consent": lambda case, one: (
        set() if original_asked(case, one) and not original_grants(case, one) else None
    ),
    "original_consent_ended": lambda case, one: (
        set()
        if original_asked(case, one)
        and any(without_effect(case, one, grant) for grant in original_grants(case, one))
        else None
    ),
}


def original_asked(case: Case, one: Principal) -> bool:
    original = case.request.original
    if original is None or one.id not in original.principals:
        return False
    return not (alone(case, one) and one.id in (case.request.requester, original.maker))


def original_grants(case: Case, one: Principal) -> list[Grant]:
    return [
        grant
        for grant in case.grants
        if grant.id in case.request.original.grant_ids and grant.principal == one.id
    ]


# Prohibitions.


def lifted(case: Case, no: Prohibition) -> bool:
    return any(
        (one.prohibition, one.principal, one.by) == (no.id, no.principal, no.by)
        and one.at >= no.at
        and not dated_later(case, one)
        for one in case.liftings
    )


LIMITS = (
    lambda no, request: not no.whom or request.requester in no.whom,
    lambda no, request: not no.purposes or request.purpose in no.purposes,
    lambda no, request: not no.actions or request.action in no.actions,
    lambda no, request: not no.audiences or request.audience in no.audiences,
    lambda no, request: not no.media or request.medium in no.media,
    lambda no, request: not no.modalities or no.modalities & request.modalities,
    lambda no, request: not no.territories or share_a_place(no.territories, request.territories),
)


def prohibited(case: Case, one: Principal) -> list[tuple[str, set[str]]]:
    met = []
    for no in case.prohibitions:
        stands = (
            no.principal == one.id
            and no.by in no_sayers(case, one)
            and not dated_later(case, no)
            and not over(case, no.until)
            and not lifted(case, no)
        )
        if not stands or not all(limit(no, case.request) for limit in LIMITS):
            continue
        if not any(getattr(no.restrictions, kind) for kind in KINDS):
            met.append(("prohibited", set()))
        for kind, code in zip(KINDS, ("topic", "context", "appearance"), strict=True):
            words, found = getattr(no.restrictions, kind), getattr(case.request, kind)
            if words and found is None:
                met.append(("not_examined", {kind}))
            elif words & (found or set()):
                met.append((f"prohibited_{code}", words & found))
    return met


# What a grant lacks.


def revoked(case: Case, one: Principal, grant: Grant) -> bool:
    return any(
        no.principal == grant.principal
        and no.by in no_sayers(case, one)
        and not dated_later(case, no)
        and (no.grant == grant.id if no.grant is not None else grant.at <= no.at + case.tolerance)
        for no in case.revocations
    )


def too_long(case: Case, one: Principal, grant: Grant) -> bool:
    scope = grant.scope
    return minor(case, one) and (scope.ends is None or scope.ends > scope.starts + timedelta(days=366))


EFFECT = {
    "not_given_by_all": lambda case, one, grant: (
        not yes_sayers(case, one) or bool(yes_sayers(case, one) - set(grant.granted_by))
    ),
    "revoked": revoked,
    "grant_from_future": lambda case, one, grant: dated_later(case, grant),
    "not_started": lambda case, one, grant: case.now < grant.scope.starts,
    "expired": lambda case, one, grant: over(case, grant.scope.ends),
    "minor_period": too_long,
}


def without_effect(case: Case, one: Principal, grant: Grant) -> bool:
    return any(veto(case, one, grant) for veto in EFFECT.values())


def sheltered(case: Case, one: Principal) -> bool:
    return minor(case, one) or dead(one) or one.public_figure


REACH = {
    "must_be_named": lambda case, one, grant: grant.grantee_audience is not None and sheltered(case, one),
    "not_mutual": lambda case, one, grant: (
        grant.grantee_audience == "mutuals"
        and not sheltered(case, one)
        and not (
            holds(case, "follow", one.id, case.request.requester)
            and holds(case, "follow", case.request.requester, one.id)
        )
    ),
    "not_approved": lambda case, one, grant: (
        grant.grantee_audience == "approved"
        and not sheltered(case, one)
        and not holds(case, "approve", one.id, case.request.requester)
    ),
}

SCOPE = {
    "purpose_not_granted": lambda request, scope: (
        {request.purpose.value} if request.purpose not in scope.purposes else None
    ),
    "action_not_granted": lambda request, scope: (
        {request.action.value} if request.action not in scope.actions else None
    ),
    "medium_not_granted": lambda request, scope: (
        {request.medium.value} if request.medium not in scope.media else None
    ),
    "audience_not_granted": lambda request, scope: (
        {request.audience.value} if WIDTH.index(request.audience) > WIDTH.index(scope.audience) else None
    ),
    "territory_not_granted": lambda request, scope: (
        None if all(map(countries(scope.territories), request.territories)) else set(request.territories)
    ),
}


def excluded(request: Request, grant: Grant) -> list[tuple[str, set[str]]]:
    met = []
    for kind in KINDS:
        words, found = getattr(grant.restrictions, kind), getattr(request, kind)
        if words and found is None:
            met.append(("grant_not_examined", {kind}))
        elif found and words & found:
            met.append(("grant_restricted", set(words & found)))
    return met


def lacks(case: Case, one: Principal, grant: Grant, modality: str) -> list[tuple[str, set[str]]]:
    """Why it has no effect; or else why it does not reach the requester; or else what it does not cover."""
    for vetoes in (EFFECT, REACH):
        met = [(code, set()) for code, veto in vetoes.items() if veto(case, one, grant)]
        if met:
            return met
    for code, veto in SCOPE.items():
        detail = veto(case.request, grant.scope)
        if detail is not None:
            met.append((code, detail))
    if modality not in grant.scope.modalities:
        met.append((f"{modality}_not_granted", set()))
    return met + excluded(case.request, grant)


def addressed(case: Case, grant: Grant) -> bool:
    if grant.grantee_audience is None:
        return case.request.requester in grant.grantees
    return grant.grantee_audience != "only_me"


# The verdict.


def judge(case: Case) -> Verdict:
    met: dict[tuple[str, str | None], set[str]] = {}
    used: set[str] = set()

    def note(code: str, person: str | None, detail: set[str]) -> None:
        met.setdefault((code, person), set()).update(detail)

    for code, veto in WHOLE.items():
        detail = veto(case)
        if detail is not None:
            note(code, None, detail)
    original = case.request.original
    people = sorted({*case.request.principals, *(original.principals if original else ())})
    for person in people:
        one = who(case, person)
        if one is None:
            note("unknown_person", person, set())
            continue
        for code, veto in PERSONAL.items():
            detail = veto(case, one)
            if detail is not None:
                note(code, person, detail)
        for code, detail in prohibited(case, one):
            note(code, person, detail)
        if own(case, person):
            continue
        heard = [grant for grant in case.grants if grant.principal == person and addressed(case, grant)]
        for modality in case.request.modalities:
            faults = {grant.id: lacks(case, one, grant, modality.value) for grant in heard}
            covering = {id for id, met_by_it in faults.items() if not met_by_it}
            used |= covering
            if covering:
                continue
            if not heard:
                note("no_grant", person, set())
            for met_by_it in faults.values():
                for code, detail in met_by_it:
                    note(code, person, detail)
    if not met:
        for person in people:
            note("own_likeness" if own(case, person) else "granted", person, set())
        return Verdict(True, frozen(met), frozenset(used))
    return Verdict(False, frozen(met), frozenset())


def frozen(met: dict[tuple[str, str | None], set[str]]) -> frozenset[tuple[str, str | None, frozenset[str]]]:
    return frozenset((code, person, frozenset(detail)) for (code, person), detail in met.items())
