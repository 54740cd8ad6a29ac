"""Laws of the consent policy, over cases that heap changes upon a use that is allowed."""

import sys
from dataclasses import replace
from datetime import timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from hypothesis import assume, given
from hypothesis import strategies as st

from medialit.consent.policy import decide, decide_many
from medialit.consent.records import (
    Action,
    Audience,
    Decision,
    Grant,
    Lifting,
    Medium,
    Modality,
    Prohibition,
    Purpose,
    Relation,
    RelationKind,
    Restrictions,
    Revocation,
)

CONSENT = Path(__file__).parents[1] / "unit" / "consent"


def beside(name: str) -> ModuleType:
    """Import a file of the unit tests' folder, which is no package."""
    spec = spec_from_file_location(f"consent_{name}", CONSENT / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


oracle = beside("oracle")
of = beside("oracle_cases")
Case = oracle.Case
NOW, TIZIRI, NADIR = of.NOW, of.TIZIRI, of.NADIR

people = st.sampled_from(("nadir", "tiziri", "idir", "yto", "hmad", "salma", "amal"))
moments = st.sampled_from(
    [timedelta(seconds=s) for s in (-9_000_000, -86_400, -120, -1, 0, 1, 120, 121, 9_000_000)]
).map(NOW.__add__)
deviations = st.lists(st.sampled_from(sorted(of.DEVIATIONS)), max_size=4, unique=True)


@st.composite
def cases(draw: st.DrawFn):
    """A use that is allowed, and up to four changes; often a scope so wide that something still is."""
    wide = draw(st.sampled_from([(), ("scope of everything",)]))
    case = of.deviated(
        of.allowed_case(draw(st.sampled_from(sorted(of.SPEAKERS)))), (*wide, *draw(deviations))
    )
    assume(case is not None)
    return case


def subset(kind):
    return st.just(frozenset()) | st.frozensets(st.sampled_from(list(kind)), min_size=1, max_size=3)


prohibitions = st.builds(
    Prohibition,
    id=st.just("law"),
    principal=st.just(TIZIRI) | people,
    by=st.sampled_from([TIZIRI, "yto"]) | people,
    at=st.just(NOW) | moments,
    whom=st.just(()) | st.lists(people, max_size=2),
    purposes=subset(Purpose),
    actions=subset(Action),
    audiences=subset(Audience),
    media=subset(Medium),
    modalities=subset(Modality),
    restrictions=st.builds(
        Restrictions,
        topics=subset(["politics", "tea"]),
        contexts=subset(["protest"]),
        appearance=subset(["uniform"]),
    ),
)
revocations = st.builds(
    Revocation,
    id=st.just("law"),
    principal=st.just(TIZIRI) | people,
    by=st.sampled_from([TIZIRI, "yto"]) | people,
    at=st.just(NOW) | moments,
    grant=st.sampled_from([None, "g0", "g1", "g2"]),
)
relations = st.builds(
    Relation, kind=st.sampled_from(RelationKind), from_id=people, to_id=st.just("x"), at=moments
)


def answer(case, **changes) -> Decision:
    return decide(case.request, **(case.records() | changes))


def allows_no_more(before: Decision, after: Decision) -> bool:
    return before.allowed or not after.allowed


@given(cases(), revocations)
def test_adding_a_revocation_never_allows_more(case, one):
    assert allows_no_more(answer(case), answer(case, revocations=(*case.revocations, one)))


@given(cases(), prohibitions)
def test_adding_a_prohibition_never_allows_more(case, one):
    assert allows_no_more(answer(case), answer(case, prohibitions=(*case.prohibitions, one)))


@given(cases(), st.data())
def test_an_earlier_end_or_a_narrower_scope_never_allows_more(case, data):
    def narrower(grant: Grant) -> Grant:
        scope = grant.scope
        end = data.draw(moments.filter(lambda one: one > scope.starts))
        ends = end if scope.ends is None else min(end, scope.ends)
        kept = {}
        for field in ("purposes", "actions", "media", "modalities"):
            words = sorted(getattr(scope, field))
            kept[field] = frozenset(words) - {data.draw(st.sampled_from(words))} or frozenset(words)
        if data.draw(st.booleans()):
            kept["audience"] = data.draw(
                st.sampled_from([one for one in Audience if one.width <= scope.audience.width])
            )
        return replace(grant, scope=replace(scope, ends=ends, **kept))

    # A minor's grant must end soon: where it ran too long, an earlier end is what makes it count (rule 11).
    assume(all(reason.code != "minor_period" for reason in answer(case).reasons))
    assert allows_no_more(answer(case), answer(case, grants=tuple(map(narrower, case.grants))))


@given(cases(), st.data())
def test_taking_away_a_grant_a_relation_or_a_lifting_never_allows_more(case, data):
    for kind in ("grants", "relations", "liftings"):
        kept = tuple(one for one in getattr(case, kind) if data.draw(st.booleans()))
        assert allows_no_more(answer(case), answer(case, **{kind: kept})), kind


@given(
    cases(),
    st.sampled_from(["topics", "contexts", "appearance"]),
    st.sampled_from(["politics", "protest", "uniform", "nudity"]),
)
def test_finding_one_more_word_never_allows_more(case, kind, word):
    found = getattr(case.request, kind)
    assume(found is not None)
    more = replace(case.request, **{kind: found | {word}})
    assert allows_no_more(answer(case), decide(more, **case.records()))


@given(cases())
def test_not_having_looked_never_allows_more(case):
    blind = replace(case.request, topics=None, contexts=None, appearance=None)
    if not {reason.code for reason in answer(case).reasons} & {"never"}:
        assert allows_no_more(answer(case), decide(blind, **case.records()))


@given(cases(), st.sets(st.sampled_from(["tiziri", "nadir", "idir"]), min_size=1))
def test_one_more_person_in_it_never_allows_more(case, others):
    more = replace(case.request, principals=(*case.request.principals, *others))
    assert allows_no_more(answer(case), decide(more, **case.records()))


@given(cases(), st.sets(st.sampled_from(list(Modality))), st.sampled_from([{"worldwide"}, {"DZ"}]))
def test_asking_for_more_never_allows_more(case, modalities, places):
    wider = case.request.territories | places
    more = replace(
        case.request,
        modalities=case.request.modalities | modalities,
        territories=frozenset({"worldwide"}) if "worldwide" in wider else wider,
    )
    assert allows_no_more(answer(case), decide(more, **case.records()))


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter_nor_does_a_record_given_twice(case, random):
    changed = {}
    for kind in ("principals", "grants", "prohibitions", "revocations", "liftings", "relations"):
        records = [*getattr(case, kind), *random.sample(getattr(case, kind), k=len(getattr(case, kind)) // 2)]
        records += getattr(case, kind)[:1]
        random.shuffle(records)
        changed[kind] = records
    assert answer(case, **changed) == answer(case)


@given(cases(), relations, prohibitions)
def test_records_of_people_whom_it_does_not_concern_change_nothing(case, relation, prohibition):
    stranger = replace(prohibition, principal="somebody")
    stray = Lifting(id="law", principal="somebody", prohibition="n1", by=TIZIRI, at=NOW)
    more = {
        "relations": (*case.relations, replace(relation, from_id="somebody")),
        "prohibitions": (*case.prohibitions, stranger),
        "liftings": (*case.liftings, stray),
    }
    assert answer(case, **more) == answer(case)


@given(st.lists(cases(), min_size=1, max_size=4), st.data())
def test_a_batch_answers_as_single_questions_do(several, data):
    case = several[0]
    requests = [one.request for one in several] + [case.request]
    changes = {"prohibitions": (*case.prohibitions, data.draw(prohibitions))}
    singly = [decide(one, **(case.records() | changes)) for one in requests]
    assert decide_many(requests, **(case.records() | changes)) == singly


@given(st.booleans(), st.booleans(), moments, moments)
def test_mutuals_are_mutual_for_both(one_way, other_way, at, until):
    """Each of two people permits mutuals: either both may use the other's likeness, or neither may."""
    case = of.deviated(of.allowed_case("adult"), ("to mutuals",))
    assert case is not None
    (tiziri,), (grant,) = case.principals, case.grants
    both = {
        "principals": (tiziri, replace(tiziri, id=NADIR)),
        "grants": (grant, replace(grant, id="back", principal=NADIR, granted_by=(NADIR,))),
        "relations": [
            Relation(kind=RelationKind.FOLLOW, from_id=a, to_id=b, at=at, until=until if until > at else None)
            for a, b, there in ((TIZIRI, NADIR, one_way), (NADIR, TIZIRI, other_way))
            if there
        ],
    }
    back = replace(case.request, requester=TIZIRI, principals=(NADIR,))
    there = answer(case, **both)
    assert there.allowed == decide(back, **(case.records() | both)).allowed
    if not (one_way and other_way):
        assert not there.allowed


@given(cases())
def test_a_refusal_names_no_grant_and_a_permission_only_grants_of_the_people_in_it(case):
    decision = answer(case)
    concerned = {
        *case.request.principals,
        *(case.request.original.principals if case.request.original else ()),
    }
    owners = {one.id: one.principal for one in case.grants}
    assert decision.allowed or not decision.grant_ids
    assert {owners[id] for id in decision.grant_ids} <= concerned


@given(cases())
def test_what_is_allowed_stays_allowed_under_the_same_grants_alone(case):
    """The ids in a decision are enough to answer for it: this is what credentials and receipts rely on."""
    decision = answer(case)
    assume(decision.allowed)
    named = {*decision.grant_ids, *(case.request.original.grant_ids if case.request.original else ())}
    kept = tuple(one for one in case.grants if one.id in named)
    assert answer(case, grants=kept) == decision
