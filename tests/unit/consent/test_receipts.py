"""Receipts: complete, signed, shown in part, and never more certain than they may be."""

from __future__ import annotations

import importlib.util
import json
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from jwcrypto.jwk import JWK
from rdflib import RDF, Graph, URIRef
from sd_jwt.verifier import SDJWTVerifier

from medialit.consent import receipts, sdjwt
from medialit.consent.odrl import terms_of
from medialit.consent.receipt_page import receipt_page, receipt_text
from medialit.consent.receipts import issue_receipt, make_receipt, present_receipt, verify_receipt
from medialit.consent.records import Revocation
from medialit.errors import ReceiptError

_spec = importlib.util.spec_from_file_location("consent_people", Path(__file__).with_name("people.py"))
people = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(people)

KEY = ec.generate_private_key(ec.SECP256R1())
HOLDER = ed25519.Ed25519PrivateKey.generate()
NAMES = {"nadir": "Nadir <b>", "lalla-itto": "لالة إيطو"}
REVOKED = Revocation(id="r1", principal="tiziri", grant="g1", by="tiziri", at=people.NOW)
DPV = "https://w3id.org/dpv#"

# Which fields the guide to TS 27560 marks as "1" or "1..*", by the property that it names for each.
MANDATORY_IN_RECORD = (
    "dct:conformsTo",
    "dct:identifier",
    "dpv:hasDataSubject",
    "dpv:hasNotice",
    "dpv:hasProcess",
)
MANDATORY_IN_PROCESS = (
    "dpv:hasPurpose", "dpv:hasPersonalData", "dpv:hasStorageCondition", "dpv:hasDataController",
    "dpv:hasRecipient", "dpv:hasConsentControl", "dpv:hasJurisdiction", "dpv:hasRight",
)  # fmt: skip


def made(grant=people.GRANT, principal=people.TIZIRI, **more):
    return make_receipt(
        grant,
        **{
            "id": "receipt-1",
            "principal": principal,
            "controller": people.SCHOOL,
            "notice": "notice-3",
            "lang": "ar",
            "jurisdiction": "MA",
            "now": people.NOW,
            "names": NAMES,
        }
        | more,
    )


def issued(receipt=None, **more):
    return issue_receipt(
        receipt or made(), key=KEY, issuer="https://tafilalt.example", now=people.NOW, **more
    )


def check(text, **more):
    return verify_receipt(text, KEY.public_key(), **{"now": people.NOW} | more)


def codes(checked):
    return [one.code for one in checked.findings]


@pytest.mark.parametrize("revocation", [None, REVOKED])
def test_a_receipt_has_every_mandatory_field(revocation):
    record = made(revocation=revocation)["dpv:hasRecordOfActivity"]
    assert all(record[name] for name in MANDATORY_IN_RECORD)
    assert all(record["dpv:hasProcess"][name] for name in MANDATORY_IN_PROCESS)
    assert record["dpv:hasNotice"]["dct:language"] == "ar"


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # rdflib's own reader
def test_a_receipt_is_json_ld_that_another_reader_takes_in():
    graph = Graph().parse(data=json.dumps(made()), format="json-ld")
    receipt = URIRef("urn:medialit:receipt:receipt-1")
    assert (receipt, RDF.type, URIRef(DPV + "ConsentReceipt")) in graph
    (record,) = graph.objects(receipt, URIRef(DPV + "hasRecordOfActivity"))
    (subject,) = graph.objects(record, URIRef(DPV + "hasDataSubject"))
    assert [str(one) for one in graph.objects(subject, URIRef(DPV + "hasName"))] == [people.TIZIRI.name]
    assert {str(one) for one in graph.predicates() if "dpv" in str(one)} >= {
        DPV + name.partition(":")[2] for name in MANDATORY_IN_PROCESS
    }


def test_a_library_by_others_verifies_a_receipt():
    theirs = SDJWTVerifier(issued(), lambda issuer, header: JWK(**sdjwt.public_jwk(KEY.public_key())))
    payload = theirs.get_verified_payload()
    assert payload["dpv:hasRecordOfActivity"] == made()["dpv:hasRecordOfActivity"]


def test_a_good_receipt_never_says_that_the_consent_holds():
    checked = check(issued())
    assert checked.ok and (checked.grant, checked.ask) == ("g1", people.SCHOOL.ask)
    assert codes(checked) == ["signed", "ask_ledger"]
    assert people.SCHOOL.ask in checked.findings[1].sentence


def test_the_terms_in_a_receipt_are_the_grant():
    process = check(issued()).receipt["dpv:hasRecordOfActivity"]["dpv:hasProcess"]
    assert terms_of(process["dpv:hasPolicy"]["@value"]).record == people.GRANT


@pytest.mark.parametrize("part", sorted(receipts.PARTS))
def test_only_what_is_shown_can_be_read(part):
    shown = check(present_receipt(issued(), show=(part,))).receipt
    here = {name for name, path in receipts.PARTS.items() if receipts._at(shown, path) is not None}
    assert here == {part}


def test_keeping_back_is_said():
    checked = check(present_receipt(issued(), show=("name",)))
    assert codes(checked) == ["signed", "ask_ledger", "hidden"]
    assert "5" in checked.findings[2].sentence


def test_who_agreed_for_a_minor_can_be_kept_back_with_the_name():
    text = issued(made(people.MINORS, people.IZIL))
    whole = check(text).receipt["dpv:hasRecordOfActivity"]["dpv:hasDataSubject"]
    assert whole["dpv:hasRepresentative"][0]["@type"] == "dpv:GuardianOfDataSubject"
    body = sdjwt._decode(present_receipt(text, show=("purposes",)).split(".")[1]).decode()
    assert people.IZIL.name not in body and "lalla-itto" not in body and "Guardian" not in body


def test_what_is_shown_does_not_tell_a_minor_from_an_adult():
    def shape(value):
        if isinstance(value, dict):
            return {name: shape(one) for name, one in value.items()}
        return len(value) if isinstance(value, list) else None

    shown = [
        json.loads(sdjwt._decode(present_receipt(text, show=()).split(".")[1]))
        for text in (issued(), issued(made(people.MINORS, people.IZIL)))
    ]
    assert shape(shown[0]) == shape(shown[1])


def test_a_proof_of_the_holder_is_said_and_its_absence_refused():
    text = issued(holder=HOLDER.public_key())
    proved = present_receipt(
        text, show=(), holder_key=HOLDER, audience="https://radio.example", nonce="n", now=people.NOW
    )
    assert "holder_proved" in codes(check(proved, audience="https://radio.example", nonce="n"))
    assert codes(check(text, audience="https://radio.example", nonce="n")) == ["holder"]


def test_a_receipt_of_a_withdrawal_says_so():
    checked = check(issued(made(revocation=REVOKED)))
    assert checked.ok and "withdrawn" in codes(checked)


def test_an_ended_period_is_said_without_refusing_the_receipt():
    checked = check(issued(), now=people.SCOPE.ends)
    assert checked.ok and "ended" in codes(checked)


def test_an_expired_receipt_is_refused():
    text = issued(expires=people.NOW + timedelta(days=1))
    assert codes(check(text, now=people.NOW + timedelta(days=2))) == ["expired"]


def test_a_wrong_key_and_a_signed_text_of_another_kind_are_refused():
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    assert codes(verify_receipt(issued(), other, now=people.NOW)) == ["signature"]
    assert codes(check(sdjwt.issue({"a": 1}, key=KEY, kind="other+jwt"))) == ["kind"]
    assert codes(check(sdjwt.issue({"a": 1}, key=KEY, kind=receipts.KIND))) == ["kind"]


def test_a_refused_receipt_gives_nothing_that_could_be_believed():
    checked = check(issued()[:-30] + "~")
    assert not checked.ok and checked.receipt is None and checked.grant == "" and checked.ask == ""


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
@pytest.mark.parametrize("code", sorted(receipts._SENTENCES))
def test_every_finding_is_said_in_every_language(lang, code):
    said = receipts._Sayer(lang)(code, grant="g1", where="x", n=1, day="2026-01-01").sentence
    assert said and "{" not in said
    if lang != "en":
        assert said != receipts._Sayer("en")(code, grant="g1", where="x", n=1, day="2026-01-01").sentence


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize(("lang", "direction"), [("en", "ltr"), ("fr", "ltr"), ("ar", "rtl")])
def test_the_page_has_the_languages_direction_and_escapes_what_others_wrote(lang, direction):
    tags = Tags()
    tags.feed(receipt_page(check(issued(), lang=lang), lang=lang))
    assert dict(tags.seen)["html"] == {"lang": lang, "dir": direction}
    assert not {"b", "script"} & {tag for tag, _ in tags.seen}
    assert "Nadir <b>" in tags.text and people.TIZIRI.name in tags.text


def test_the_page_hides_what_was_kept_back_and_shows_nothing_of_a_refused_receipt():
    shown = check(present_receipt(issued(), show=("purposes",)))
    text = receipt_text(shown, lang="en")
    assert people.TIZIRI.name not in text and "kept back" in text and "education" in text
    refused = receipt_text(check("x~"), lang="en")
    assert re.fullmatch(r"[^\n]+\n", refused)


def test_records_that_do_not_belong_together_make_no_receipt():
    with pytest.raises(ReceiptError, match="not of izil"):
        made(people.GRANT, people.IZIL)
    with pytest.raises(ReceiptError, match="another grant"):
        made(revocation=replace(REVOKED, grant="g9"))
    with pytest.raises(ReceiptError, match="older"):
        made(revocation=replace(REVOKED, at=people.GRANT.at - timedelta(days=1)))
    with pytest.raises(ReceiptError, match="notice"):
        made(notice="")
    with pytest.raises(ReceiptError, match="jurisdiction"):
        made(jurisdiction="Morocco")
    with pytest.raises(ReceiptError, match="`ask`"):
        replace(people.SCHOOL, ask=" ")
    with pytest.raises(ReceiptError, match="no part"):
        present_receipt(issued(), show=("address",))
