"""Whatever stands in a manifest store or a trust list, it is read into records or refused, never stumbled over."""

import copy
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medialit.errors import TrustListError
from medialit.provenance import keys
from medialit.provenance.store import parse_store
from medialit.provenance.trust import parse_trust_list

STATES = {"none", "invalid", "valid", "trusted", "remote", "unreadable"}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)

GENUINE: dict[str, Any] = {
    "active_manifest": "urn:b",
    "manifests": {
        "urn:b": {
            "title": "edit",
            "claim_generator_info": [{"name": "medialit", "version": "1"}],
            "ingredients": [
                {
                    "title": "parent",
                    "relationship": "parentOf",
                    "active_manifest": "urn:a",
                    "label": "c2pa.ingredient.v3",
                    "validation_results": {
                        "activeManifest": {"failure": [{"code": "x.mismatch", "url": "/c2pa/urn:a/y"}]}
                    },
                }
            ],
            "assertions": [
                {"label": "c2pa.actions.v2", "data": {"actions": [{"action": "c2pa.edited", "when": "now"}]}},
                {"label": "c2pa.soft-binding", "data": {"alg": "a", "blocks": [{"value": "b"}]}},
                {
                    "label": "cawg.training-mining",
                    "data": {"entries": {"cawg.data_mining": {"use": "allowed"}}},
                },
                {"label": "org.medialit.consent", "data": {"grants": ["g"]}},
            ],
            "signature_info": {"alg": "Es256", "cert_serial_number": "12", "common_name": "c"},
        },
        "urn:a": {
            "ingredients": [{"active_manifest": "urn:b"}],
            "assertions": [
                {"label": "c2pa.actions", "data": {"actions": [{"digitalSourceType": "x/digitalCapture"}]}}
            ],
        },
    },
    "validation_results": {
        "activeManifest": {"failure": [], "success": []},
        "ingredientDeltas": [
            {"ingredientAssertionURI": "self#jumbf=/c2pa/urn:b/c2pa.assertions/c2pa.ingredient.v3"}
        ],
    },
    "validation_state": "Trusted",
}


def _paths(value: object, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [here] if here else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found += _paths(inner, (*here, key))
    return found


def _parsed(store: str, certificates: str = "{}") -> str:
    found = parse_store(store, certificates=certificates, remote=None, vouching=None, lists=[])
    assert found.state in STATES - {"trusted"}, "nobody vouched"
    json.dumps(found.as_dict())
    return found.state


def test_manifests_that_lead_to_each_other_are_read_once() -> None:
    found = parse_store(json.dumps(GENUINE), certificates="{}", remote=None, vouching=None, lists=[])
    assert [manifest.label for manifest in found.manifests] == ["urn:a", "urn:b"]
    assert found.state == "valid" and found.consent_grants == ("g",)
    assert {failure.code for failure in found.ingredient_failures} == {"x.mismatch"}


@settings(max_examples=300, deadline=None)
@given(data=st.data(), other=anything)
def test_any_part_of_a_store_may_be_anything(data: st.DataObject, other: object) -> None:
    store = copy.deepcopy(GENUINE)
    *before, last = data.draw(st.sampled_from(_paths(GENUINE)))
    place: Any = store
    for key in before:
        place = place[key]
    place[last] = other
    _parsed(json.dumps(store))


@settings(max_examples=150, deadline=None)
@given(store=anything, certificates=anything)
def test_a_store_may_be_any_json(store: object, certificates: object) -> None:
    assert _parsed(json.dumps(store), json.dumps(certificates)) == "unreadable"


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"a":' * 50_000, "\x00", '"\ud800"'])
def test_a_store_may_be_no_json_at_all(text: str) -> None:
    assert _parsed(text) == "unreadable"


def test_a_chain_of_many_ingredients_ends() -> None:
    manifests = {f"urn:{n}": {"ingredients": [{"active_manifest": f"urn:{n + 1}"}]} for n in range(5000)}
    store = {"active_manifest": "urn:0", "manifests": manifests, "validation_state": "Valid"}
    found = parse_store(json.dumps(store), certificates="{}", remote=None, vouching=None, lists=[])
    assert len(found.manifests) == 1000 and found.active is not None and found.active.label == "urn:0"


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("home") / "keys"
    return keys.open_authority(folder, now=datetime(2026, 9, 1, tzinfo=UTC)).trust_list_pem()


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_trust_list_with_changed_bytes_is_read_or_refused(listed: bytes, data: st.DataObject) -> None:
    changed = bytearray(listed)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    try:
        parse_trust_list(bytes(changed), name="x", file_date=date(2026, 9, 1))
    except TrustListError as error:
        assert "x" in str(error)
