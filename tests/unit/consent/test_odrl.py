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
from rdflib import Graph, URIRef
from rdflib.namespace import ODRL2

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
# The published context could not be had offline; this one says the same of the terms that we write.
LOCAL_CONTEXT = {
    "odrl": ODRL,
    "dct": "http://purl.org/dc/terms/",
    "uid": "@id",
    **{name: f"odrl:{name}" for name in ("Set", "Offer", "Agreement", "PartyCollection", "LogicalConstraint")},
    **{name: {"@id": f"odrl:{name}", "@type": "@id"} for name in ("target", "assigner", "assignee", "profile")},
    **{
        name: {"@id": f"odrl:{name}", "@type": "@vocab"}
        for name in ("action", "operator", "leftOperand", "conflict", "unit")
    },
    **{
        name: f"odrl:{name}"
        for name in (
            "permission", "prohibition", "duty", "constraint", "rightOperand", "or", "use", "attribute", "watermark",
            "inform", "compensate", "purpose", "media", "recipient", "spatial", "dateTime", "payAmount", "isAnyOf",
            "isNoneOf", "eq", "lt", "gteq",
        )
    },
    "prohibit": "odrl:prohibit",
}  # fmt: skip


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
    graph = Graph().parse(data=json.dumps(policy | {"@context": LOCAL_CONTEXT}), format="json-ld")
    used = {str(term)[len(ODRL) :] for triple in graph for term in triple if str(term).startswith(ODRL)}
    assert {"constraint", "target", "action"} <= used
    for name in used - {"or"}:  # a keyword of Python, which rdflib's list cannot hold
        assert ODRL2[name] == URIRef(ODRL + name)  # a closed namespace: another name raises


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
