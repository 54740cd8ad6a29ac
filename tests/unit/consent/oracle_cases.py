"""The table of cases: every pair of deviations from a use that is allowed, for every kind of person; and random ones.

A deviation changes one thing: the request, the person, a grant, a prohibition, a revocation, a relation, the clock.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, product

from consent_oracle import Case

from medialit.consent.records import (
    Action,
    Audience,
    Grant,
    Lifting,
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
NADIR, TIZIRI, IDIR = "nadir", "tiziri", "idir"

SCOPE = Scope(
    purposes=frozenset({Purpose.EDUCATION, Purpose.ART}),
    actions=frozenset({Action.GENERATE, Action.PUBLISH}),
    audience=Audience.MUTUALS,
    territories=frozenset({"MA", "FR"}),
    media=frozenset({Medium.SOCIAL, Medium.CLASSROOM}),
    modalities=frozenset({Modality.FACE}),
    starts=NOW - 30 * DAY,
    ends=NOW + 30 * DAY,
)
NOTHING = frozenset[str]()
VOICE = frozenset({Modality.VOICE})

PEOPLE = {
    "adult": Principal(id=TIZIRI, name="ⵜⵉⵣⵉⵔⵉ", born=date(1990, 5, 1)),
    "minor": Principal(id=TIZIRI, name="ⵜⵉⵣⵉⵔⵉ", born=date(2012, 5, 1), guardians=("yto", "hmad")),
    "dead": Principal(
        id=TIZIRI, name="تيزيري", born=date(1950, 5, 1), died=date(2020, 1, 1), estate=("yto",)
    ),
    "figure": Principal(id=TIZIRI, name="Tiziri", born=date(1970, 5, 1), public_figure=True),
    "dead minor": Principal(
        id=TIZIRI,
        name="Tiziri",
        born=date(2001, 2, 3),
        died=date(2015, 1, 1),
        guardians=("hmad",),
        estate=("yto",),
    ),
    "alone minor": Principal(id=TIZIRI, name="Tiziri", minor=True),
    "dead, no estate": Principal(id=TIZIRI, name="Tiziri", minor=False, died=date(2020, 1, 1)),
}
SPEAKERS = {
    "adult": (TIZIRI,),
    "minor": ("yto", "hmad"),
    "dead": ("yto",),
    "figure": (TIZIRI,),
    "dead minor": ("yto",),
}


def allowed_case(kind: str) -> Case:
    """A use that the rules allow wherever they can allow one for such a person."""
    grant = Grant(
        id="g1",
        principal=TIZIRI,
        grantees=(NADIR,),
        scope=SCOPE,
        granted_by=SPEAKERS.get(kind, ("yto",)),
        at=NOW - 20 * DAY,
    )
    request = Request(
        id="r1", requester=NADIR, principals=(TIZIRI,), action=Action.GENERATE, purpose=Purpose.EDUCATION,
        audience=Audience.APPROVED, territories=frozenset({"MA"}), medium=Medium.SOCIAL,
        modalities=frozenset({Modality.FACE}), topics=NOTHING, contexts=NOTHING, appearance=NOTHING, at=NOW,
    )  # fmt: skip
    return Case(request=request, principals=(PEOPLE[kind],), grants=(grant,), now=NOW, label=kind)


Deviation = Callable[[Case], Case]


def asks(**changes) -> Deviation:
    return lambda case: replace(case, request=replace(case.request, **changes))


def is_(**changes) -> Deviation:
    return lambda case: replace(
        case,
        principals=tuple(replace(one, **changes) if one.id == TIZIRI else one for one in case.principals),
    )


def grants(**changes) -> Deviation:
    return lambda case: replace(case, grants=tuple(replace(one, **changes) for one in case.grants))


def scopes(**changes) -> Deviation:
    return lambda case: replace(
        case, grants=tuple(replace(one, scope=replace(one.scope, **changes)) for one in case.grants)
    )


def adds(*records) -> Deviation:
    def deviate(case: Case) -> Case:
        for one in records:
            kind = f"{type(one).__name__.lower()}s"
            case = replace(case, **{kind: (*getattr(case, kind), one)})
        return case

    return deviate


def circle(audience: Audience) -> Deviation:
    return grants(grantees=(), grantee_audience=audience)


def lifting(by: str = TIZIRI, at: datetime = NOW - DAY) -> Lifting:
    return Lifting(id="l1", principal=TIZIRI, prohibition="n1", by=by, at=at)


def no(id: str = "n1", by: str = TIZIRI, **limits) -> Prohibition:
    return Prohibition(**({"id": id, "principal": TIZIRI, "by": by, "at": NOW - 5 * DAY} | limits))


def ends(
    by: str = TIZIRI, grant: str | None = "g1", at: datetime = NOW - DAY, principal: str = TIZIRI
) -> Revocation:
    return Revocation(id="v1", principal=principal, grant=grant, by=by, at=at)


def relation(kind: RelationKind, source: str, target: str, *, at=NOW - 9 * DAY, until=None) -> Relation:
    return Relation(kind=kind, from_id=source, to_id=target, at=at, until=until)


def remixes(**changes) -> Deviation:
    original = Original(**({"maker": "amal", "principals": (TIZIRI,), "grant_ids": ("g0",)} | changes))
    return asks(action=Action.REMIX, original=original)


def first_grant(case: Case, **changes) -> Grant:
    return replace(
        case.grants[0], **({"id": "g0", "grantees": ("amal",), "grantee_audience": None} | changes)
    )


def adds_voice(case: Case) -> Case:
    voiced = [replace(one, id="g2", scope=replace(one.scope, modalities=VOICE)) for one in case.grants[:1]]
    return replace(case, grants=(*case.grants, *voiced))


def grown_up(case: Case) -> Case:
    return is_(born=date(2008, 11, 27), minor=None, died=None)(case)


FOLLOW, APPROVE = RelationKind.FOLLOW, RelationKind.APPROVE
BOTH = frozenset(Modality)
POLITICS = Restrictions(topics=frozenset({"politics"}), contexts=frozenset({"protest"}))
LOOKS = Restrictions(appearance=frozenset({"uniform"}))

DEVIATIONS: dict[str, Deviation] = {
    # the request
    "asks the voice": asks(modalities=VOICE),
    "asks both": asks(modalities=BOTH),
    "asks everyone": asks(audience=Audience.EVERYONE),
    "asks mutuals": asks(audience=Audience.MUTUALS),
    "asks only me": asks(audience=Audience.ONLY_ME),
    "asks to train": asks(action=Action.TRAIN),
    "asks to export": asks(action=Action.EXPORT),
    "asks politics": asks(purpose=Purpose.POLITICAL),
    "asks advertising": asks(purpose=Purpose.ADVERTISING),
    "asks satire": asks(purpose=Purpose.SATIRE),
    "asks worldwide": asks(territories=frozenset({"worldwide"})),
    "asks MA and DZ": asks(territories=frozenset({"MA", "DZ"})),
    "asks print": asks(medium=Medium.PRINT),
    "topic politics": asks(topics=frozenset({"politics", "tea"})),
    "context protest": asks(contexts=frozenset({"protest"})),
    "uniform": asks(appearance=frozenset({"uniform"})),
    "intimate": asks(contexts=frozenset({"intimate"})),
    "nudity": asks(appearance=frozenset({"nudity"})),
    "topics unseen": asks(topics=None),
    "nothing seen": asks(topics=None, contexts=None, appearance=None),
    "asked by the person": asks(requester=TIZIRI),
    "asked by a stranger": asks(requester="salma"),
    "asked by a guardian": asks(requester="yto"),
    "asked a little early": asks(at=NOW + timedelta(seconds=120)),
    "asked from the future": asks(at=NOW + timedelta(seconds=121)),
    "the requester is dead": adds(Principal(id=NADIR, name="Nadir", minor=False, died=date(2026, 1, 1))),
    "with an unknown": asks(principals=(TIZIRI, IDIR)),
    "with the requester": lambda case: adds(Principal(id=NADIR, name="Nadir", minor=False))(
        asks(principals=(TIZIRI, NADIR))(case)
    ),
    # the person
    "is a figure": is_(public_figure=True),
    "is 18 today": grown_up,
    "is 18 tomorrow": lambda case: is_(born=date(2008, 11, 28), minor=None, died=None)(case),
    "has one more guardian": lambda case: is_(guardians=("hmad", "yto", "zahra"))(case),
    "dies": is_(died=date(2026, 11, 20), estate=("yto",), born=date(1990, 1, 1), minor=None),
    "is not known": lambda case: replace(case, principals=tuple(p for p in case.principals if p.id != TIZIRI)),
    # grants
    "no grant": lambda case: replace(case, grants=()),
    "granted by one": grants(granted_by=("yto",)),
    "granted by a stranger": grants(granted_by=("salma",)),
    "granted by all and more": grants(granted_by=(TIZIRI, "yto", "hmad", "salma")),
    "to others": grants(grantees=("salma",), grantee_audience=None),
    "to approved": circle(Audience.APPROVED),
    "to mutuals": circle(Audience.MUTUALS),
    "to everyone": circle(Audience.EVERYONE),
    "to only me": circle(Audience.ONLY_ME),
    "granted a little early": grants(at=NOW + timedelta(seconds=120)),
    "granted from the future": grants(at=NOW + timedelta(seconds=121)),
    "except politics": grants(restrictions=POLITICS),
    "except a uniform": grants(restrictions=LOOKS),
    "scope is over": scopes(ends=NOW),
    "scope is nearly over": scopes(ends=NOW + timedelta(microseconds=1)),
    "scope begins now": scopes(starts=NOW),
    "scope begins later": scopes(starts=NOW + timedelta(seconds=1)),
    "scope has no end": scopes(ends=None),
    "scope of 366 days": scopes(starts=NOW - 30 * DAY, ends=NOW + 336 * DAY),
    "scope of 367 days": scopes(starts=NOW - 30 * DAY, ends=NOW + 337 * DAY),
    "scope of everything": scopes(
        purposes=frozenset(Purpose), actions=frozenset(Action), audience=Audience.EVERYONE,
        territories=frozenset({"worldwide"}), media=frozenset(Medium), modalities=BOTH,
    ),
    "scope may train": scopes(actions=frozenset({Action.TRAIN})),
    "scope of the voice": scopes(modalities=VOICE),
    "scope of only me": scopes(audience=Audience.ONLY_ME),
    "another grant for the voice": adds_voice,
    "another grant for art": lambda case: replace(
        case, grants=(*case.grants, *(replace(g, id="g3", scope=replace(g.scope, purposes=frozenset({Purpose.ART})))
                                      for g in case.grants[:1])),
    ),
    # no
    "revoked": adds(ends()),
    "revoked a little early": adds(ends(at=NOW + timedelta(seconds=120))),
    "revoked from the future": adds(ends(at=NOW + timedelta(seconds=121))),
    "revoked by a guardian": adds(ends(by="hmad")),
    "revoked by the estate": adds(ends(by="yto")),
    "revoked by a stranger": adds(ends(by="salma")),
    "revoked for another": adds(ends(principal=IDIR)),
    "another grant is revoked": adds(ends(grant="g9")),
    "all is revoked": adds(ends(grant=None)),
    "all was revoked before": adds(ends(grant=None, at=NOW - 25 * DAY)),
    "all was revoked just before": adds(ends(grant=None, at=NOW - 20 * DAY - timedelta(seconds=120))),
    "all was revoked a bit sooner": adds(ends(grant=None, at=NOW - 20 * DAY - timedelta(seconds=121))),
    "forbidden": adds(no()),
    "forbidden by a guardian": adds(no(by="hmad")),
    "forbidden by the estate": adds(no(by="yto")),
    "forbidden by a stranger": adds(no(by="salma")),
    "forbidden until now": adds(no(until=NOW)),
    "forbidden until soon": adds(no(until=NOW + DAY)),
    "forbidden from the future": adds(no(at=NOW + timedelta(seconds=121))),
    "forbidden and lifted": adds(no(), lifting()),
    "forbidden, lifted by another": adds(no(), lifting(by="yto")),
    "forbidden, lifted before": adds(no(), lifting(at=NOW - 6 * DAY)),
    "forbidden, lifted in future": adds(no(), lifting(at=NOW + DAY)),
    "forbidden to the requester": adds(no(whom=(NADIR,))),
    "forbidden to others": adds(no(whom=("salma",))),
    "education forbidden": adds(no(purposes=frozenset({Purpose.EDUCATION}))),
    "training forbidden": adds(no(actions=frozenset({Action.TRAIN}))),
    "the voice forbidden": adds(no(modalities=VOICE)),
    "everyone forbidden": adds(no(audiences=frozenset({Audience.EVERYONE}))),
    "Algeria forbidden": adds(no(territories=frozenset({"DZ"}))),
    "the world forbidden": adds(no(territories=frozenset({"worldwide"}))),
    "social forbidden": adds(no(media=frozenset({Medium.SOCIAL}))),
    "politics forbidden": adds(no(restrictions=POLITICS)),
    "a uniform forbidden": adds(no(restrictions=LOOKS)),
    "politics forbidden in print": adds(no(restrictions=POLITICS, media=frozenset({Medium.PRINT}))),
    # relations
    "is approved": adds(relation(APPROVE, TIZIRI, NADIR)),
    "approves": adds(relation(APPROVE, NADIR, TIZIRI)),
    "was approved": adds(relation(APPROVE, TIZIRI, NADIR, until=NOW)),
    "follows": adds(relation(FOLLOW, NADIR, TIZIRI)),
    "is followed": adds(relation(FOLLOW, TIZIRI, NADIR)),
    "mutual": adds(relation(FOLLOW, NADIR, TIZIRI), relation(FOLLOW, TIZIRI, NADIR)),
    "mutual soon": adds(
        relation(FOLLOW, NADIR, TIZIRI), relation(FOLLOW, TIZIRI, NADIR, at=NOW + timedelta(seconds=121))
    ),
    "mutual once": adds(relation(FOLLOW, NADIR, TIZIRI, until=NOW), relation(FOLLOW, TIZIRI, NADIR)),
    # remix
    "remixes": remixes(),
    "remixes, first grant holds": lambda case: scopes(actions=frozenset({Action.REMIX}))(
        remixes()(replace(case, grants=(*case.grants, *([first_grant(case)] if case.grants else ()))))
    ),
    "remixes, first grant is over": lambda case: remixes()(
        replace(case, grants=(*(replace(g, scope=replace(g.scope, actions=frozenset(Action))) for g in case.grants),
                              *([first_grant(case, scope=replace(SCOPE, ends=NOW))] if case.grants else ())))
    ),
    "remixes what the person made": remixes(maker=TIZIRI, grant_ids=()),
    "remixes what nobody agreed to": remixes(grant_ids=()),
    "remixes another's": remixes(principals=(IDIR,)),
    "scope may remix": scopes(actions=frozenset({Action.REMIX})),
    # the clock
    "no tolerance": lambda case: replace(case, tolerance=timedelta(0)),
    "in a year": lambda case: replace(case, now=NOW + 365 * DAY),
}  # fmt: skip


def cases() -> Iterator[Case]:
    """Every person with no, each one, and each pair of deviations that make a valid case."""
    for kind in PEOPLE:
        base = allowed_case(kind)
        yield base
        for n in (1, 2):
            for chosen in combinations(DEVIATIONS, n):
                case = deviated(base, chosen)
                if case is not None:
                    yield case


def random_cases(n: int, *, seed: int) -> Iterator[Case]:
    """Cases with three to eight deviations, and often a wide scope, so that not all are refused."""
    rng = random.Random(seed)
    while n:
        base = allowed_case(rng.choice(list(PEOPLE)))
        wide = ("scope of everything",) if rng.random() < 0.6 else ()
        case = deviated(base, (*wide, *rng.sample(list(DEVIATIONS), rng.randint(2, 7))))
        if case is not None:
            n -= 1
            yield case


def deviated(case: Case, chosen: tuple[str, ...]) -> Case | None:
    """Apply deviations in turn; None where two of them cannot be one case."""
    from medialit.errors import RecordError

    label = case.label
    for name in chosen:
        try:
            case = DEVIATIONS[name](case)
        except RecordError:
            return None
    for kind in ("principals", "grants", "prohibitions", "revocations"):
        ids = [one.id for one in getattr(case, kind)]
        if len(set(ids)) < len(ids):
            return None
    return replace(case, label=" + ".join((label, *chosen)))


def table(*, n_pairs: int | None, n_random: int) -> list[Case]:
    """Every single deviation for every person, the pairs that belong together, other pairs, and random heaps.

    Parameters
    ----------
    n_pairs : int or None
        How many; None for every one.
    n_random : int
    """
    everything = list(cases()) if n_pairs is None else [*singles(), *families(), *pairs(n_pairs, seed=11)]
    return everything + list(random_cases(n_random, seed=12))


def singles() -> Iterator[Case]:
    for kind in PEOPLE:
        base = allowed_case(kind)
        yield base
        yield from (case for name in DEVIATIONS if (case := deviated(base, (name,))) is not None)


# Deviations that are about the same rule: a few pairs drawn from all of them would leave most of these out.
FAMILIES = (
    (
        ("to approved", "to mutuals", "to everyone", "to only me"),
        ("is approved", "approves", "was approved", "follows", "is followed", "mutual", "mutual soon", "mutual once"),
    ),
    (
        ("except politics", "except a uniform", "politics forbidden", "a uniform forbidden"),
        ("topic politics", "context protest", "uniform", "topics unseen", "nothing seen"),
    ),
    (
        ("scope of everything",),
        ("asks politics", "asks to train", "asks everyone", "asks worldwide", "asks both", "asks MA and DZ"),
    ),
    (("asked by the person",), ("asks politics", "asks to train", "asks both", "forbidden", "no grant", "revoked")),
)  # fmt: skip


def families() -> Iterator[Case]:
    for kind in SPEAKERS:
        base = allowed_case(kind)
        for firsts, seconds in FAMILIES:
            for chosen in product(firsts, seconds):
                case = deviated(base, chosen)
                if case is not None:
                    yield case


def pairs(n: int, *, seed: int) -> Iterator[Case]:
    rng = random.Random(seed)
    names = list(DEVIATIONS)
    while n:
        case = deviated(
            allowed_case(rng.choice(list(SPEAKERS))), tuple(sorted(rng.sample(names, 2), key=names.index))
        )
        if case is not None:
            n -= 1
            yield case
