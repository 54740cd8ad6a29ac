"""ODRL: read back without loss, in the vocabulary's own terms, in the model's own shape."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import BNode, Graph, URIRef
from rdflib.namespace import ODRL2, RDF

from medialit.consent.odrl import Duty, DutyKind, policy_of, terms_of
from medialit.consent.records import (
    WORLDWIDE,
    Action,
    Audience,
    Medium,
    Modality,
    Prohibition,
    Purpose,
    Restrictions,
    Scope,
)
from medialit.errors import ReceiptError

_spec = importlib.util.spec_from_file_location("consent_people", Path(__file__).with_name("people.py"))
people = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(people)

SCHEMA = json.loads(Path(__file__).with_name("odrl.schema.json").read_text(encoding="utf-8"))
ODRL = "http://www.w3.org/ns/odrl/2/"
CONTEXT = json.loads(
    (Path(__file__).parents[2] / "fixtures" / "odrl" / "odrl.jsonld").read_text(encoding="utf-8")
)["@context"]
"""The context that W3C publishes for ODRL 2.2, as Digital Bazaar packs it for use offline."""


def read_by_others(policy):
    """Expand a policy by the published context, as a JSON-LD reader who knows nothing of us does."""
    here = [CONTEXT if one == "http://www.w3.org/ns/odrl.jsonld" else one for one in policy["@context"]]
    return Graph().parse(data=json.dumps(policy | {"@context": here}), format="json-ld")


def some(kind):
    return st.frozensets(st.sampled_from(list(kind)), min_size=1)


WORDS = st.frozensets(st.sampled_from(["alcohol", "سياسة", "ⴰⵎⵓⵏ", "a b", "it's: odd"]))
LIMITS = st.builds(Restrictions, topics=WORDS, contexts=WORDS, appearance=WORDS)
PLACES = st.one_of(
    st.just(frozenset({WORLDWIDE})), st.frozensets(st.sampled_from(["MA", "FR", "SN", "US"]), min_size=1)
)
SCOPES = st.builds(
    Scope,
    purposes=some(Purpose),
    actions=some(Action),
    audience=st.sampled_from(list(Audience)),
    territories=PLACES,
    media=some(Medium),
    modalities=some(Modality),
    starts=st.just(people.SCOPE.starts),
    ends=st.sampled_from([None, people.SCOPE.ends, people.NOW + timedelta(microseconds=1)]),
)
GRANTS = st.one_of(
    st.builds(lambda scope, limits: replace(people.GRANT, scope=scope, restrictions=limits), SCOPES, LIMITS),
    st.builds(
        lambda scope, circle: replace(people.GRANT, scope=scope, grantees=(), grantee_audience=circle),
        SCOPES,
        st.sampled_from(list(Audience)),
    ),
)
NOS = st.builds(
    Prohibition,
    id=st.just("p1"),
    principal=st.just("tiziri"),
    by=st.just("tiziri"),
    at=st.just(people.NOW),
    until=st.sampled_from([None, people.NOW + timedelta(days=3)]),
    whom=st.sampled_from([(), ("nadir", "aziz")]),
    purposes=st.frozensets(st.sampled_from(list(Purpose))),
    actions=st.frozensets(st.sampled_from(list(Action))),
    audiences=st.frozensets(st.sampled_from(list(Audience))),
    territories=st.sampled_from([frozenset(), frozenset({"MA"})]),
    media=st.frozensets(st.sampled_from(list(Medium))),
    modalities=st.sampled_from([frozenset(), frozenset({Modality.VOICE})]),
    restrictions=LIMITS,
)
DUTIES = st.sampled_from([
    (), (Duty(kind=DutyKind.ATTRIBUTE),),
    (Duty(kind=DutyKind.WATERMARK), Duty(kind=DutyKind.COMPENSATE, centimes=12_345)),
])  # fmt: skip


def over_the_wire(policy):
    return json.loads(json.dumps(policy))


@settings(max_examples=60, deadline=None)
@given(grant=GRANTS, duties=DUTIES)
def test_a_grant_comes_back_as_it_was_with_its_duties(grant, duties):
    found = terms_of(over_the_wire(policy_of(grant, duties=duties)))
    assert (found.record, found.duties) == (grant, duties)


@settings(max_examples=60, deadline=None)
@given(record=NOS)
def test_a_prohibition_comes_back_as_it_was(record):
    assert terms_of(over_the_wire(policy_of(record))).record == record


def test_what_means_the_same_comes_back_in_its_shorter_form():
    record = Prohibition(
        id="p1", principal="tiziri", by="tiziri", at=people.NOW, territories=frozenset({WORLDWIDE}),
        modalities=frozenset(Modality),
    )  # fmt: skip
    found = terms_of(policy_of(record)).record
    assert found == replace(record, territories=frozenset(), modalities=frozenset())


@settings(max_examples=30, deadline=None)
@given(record=st.one_of(GRANTS, NOS))
def test_every_policy_has_the_shape_of_the_information_model(record):
    jsonschema.validate(policy_of(record), SCHEMA)


@pytest.mark.parametrize("missing", ["target", "action", "assigner", "assignee"])
def test_the_schema_refuses_an_agreement_that_lacks_what_the_model_demands(missing):
    policy = policy_of(people.GRANT)
    del policy["permission"][0][missing]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(policy, SCHEMA)


def test_the_schema_refuses_a_policy_without_a_rule_and_a_constraint_without_an_operator():
    policy = policy_of(people.GRANT)
    del policy["permission"][0]["constraint"][0]["operator"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(policy, SCHEMA)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**policy_of(people.GRANT), "permission": []}, SCHEMA)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # rdflib's own reader
@settings(max_examples=10, deadline=None)
@given(record=st.one_of(GRANTS, NOS), duties=DUTIES)
def test_every_term_of_odrl_that_is_used_is_in_the_published_ontology(record, duties):
    policy = policy_of(record, duties=() if isinstance(record, Prohibition) else duties)
    graph = read_by_others(policy)
    used = {str(term)[len(ODRL) :] for triple in graph for term in triple if str(term).startswith(ODRL)}
    assert {"constraint", "target", "action"} <= used
    for name in used - {"or"}:  # a keyword of Python, which rdflib's list cannot hold
        assert ODRL2[name] == URIRef(ODRL + name)  # a closed namespace: another name raises


def words_of(policy):
    """Yield every key of a policy, and each value that the published context reads as a word of its vocabulary."""
    if isinstance(policy, list):
        for one in policy:
            yield from words_of(one)
    elif isinstance(policy, dict):
        for key, value in policy.items():
            yield key
            term = CONTEXT.get(key)
            if isinstance(value, str) and isinstance(term, dict) and term["@type"] == "@vocab":
                yield value
            yield from words_of(value)


@settings(max_examples=30, deadline=None)
@given(record=st.one_of(GRANTS, NOS), duties=DUTIES)
def test_every_word_of_a_policy_is_one_of_the_published_context_or_has_an_address(record, duties):
    policy = policy_of(record, duties=() if isinstance(record, Prohibition) else duties)
    own = {word for word in words_of({**policy, "@context": None}) if word not in CONTEXT and word[0] != "@"}
    assert {word for word in own if ":" not in word} == set()
    assert {word for word in own if not word.startswith(("urn:medialit:", "dct:", "http"))} == set()


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_a_reader_of_the_published_context_sees_who_may_do_what_to_what():
    graph = read_by_others(over_the_wire(policy_of(people.GRANT)))
    (policy,) = graph.subjects(RDF.type, ODRL2.Agreement)
    rules = list(graph.objects(policy, ODRL2.permission))
    assert rules
    for rule in rules:
        for name in ("assigner", "assignee", "target"):
            assert [one for one in graph.objects(rule, ODRL2[name]) if isinstance(one, URIRef | BNode)], name
        assert list(graph.objects(rule, ODRL2.action)) and list(graph.objects(rule, ODRL2.constraint))
    assert list(graph.objects(policy, ODRL2.conflict)) == [ODRL2.prohibit]


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_a_word_that_the_published_context_lacks_is_lost_on_its_readers():
    policy = over_the_wire(policy_of(people.GRANT))
    for rule in policy["permission"]:
        rule["asignee"] = rule.pop("assignee")
    assert not any(
        "assignee" in term or "asignee" in term for triple in read_by_others(policy) for term in triple
    )
    assert "asignee" in set(words_of(policy)) - set(CONTEXT)


def test_a_term_that_odrl_lacks_would_be_noticed():
    with pytest.raises(AttributeError):
        ODRL2["topics"]


def test_named_people_make_an_agreement_and_a_circle_an_offer():
    circle = replace(people.GRANT, grantees=(), grantee_audience=Audience.MUTUALS)
    assert policy_of(people.GRANT)["@type"] == "Agreement"
    assert policy_of(circle)["@type"] == "Offer"


def test_a_prohibition_wins_in_every_policy():
    assert policy_of(people.GRANT)["conflict"] == "prohibit"


def changed(**more):
    return over_the_wire(policy_of(people.GRANT)) | more


@pytest.mark.parametrize(
    "policy",
    [
        None, [], "x", {}, changed(profile="urn:other"), changed(uid="urn:other:1"), changed(permission=[]),
        changed(obligation=[{"action": "inform"}]), changed(**{"@type": "Offer"}), changed(permission=[{"target": []}]),
        changed(permission=[None]), changed(**{"dct:issued": "yesterday"}),
    ],
)  # fmt: skip
def test_a_policy_that_is_not_ours_is_refused_and_never_guessed(policy):
    with pytest.raises(ReceiptError):
        terms_of(policy)


def test_an_extra_constraint_is_not_dropped_silently():
    policy = over_the_wire(policy_of(people.GRANT))
    policy["permission"][0]["constraint"].append(
        {"leftOperand": "count", "operator": "lteq", "rightOperand": "3"}
    )
    with pytest.raises(ReceiptError, match="more, or other things"):
        terms_of(policy)


def test_a_duty_names_a_sum_only_to_compensate_and_a_prohibition_has_none():
    with pytest.raises(ReceiptError):
        Duty(kind=DutyKind.COMPENSATE)
    with pytest.raises(ReceiptError):
        Duty(kind=DutyKind.INFORM, centimes=1)
    with pytest.raises(ReceiptError):
        Duty(kind=DutyKind.COMPENSATE, centimes=True)
    no = Prohibition(id="p1", principal="tiziri", by="tiziri", at=people.NOW)
    with pytest.raises(ReceiptError):
        policy_of(no, duties=(Duty(kind=DutyKind.INFORM),))
