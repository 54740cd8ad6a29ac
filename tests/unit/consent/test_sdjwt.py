"""SD-JWT against RFC 9901's own example, against two libraries by others, and against hostile input."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

from medialit.consent import sdjwt
from medialit.errors import ReceiptError

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
KIND = "test+sd-jwt"
KEY = ec.generate_private_key(ec.SECP256R1())
HOLDER = ed25519.Ed25519PrivateKey.generate()
CLAIMS = {"iss": "https://tafilalt.example", "name": "ⵜⵉⵣⵉⵔⵉ", "born": {"place": "Errachidia", "year": 2001}}
HIDDEN = (("name",), ("born",), ("born", "place"))

# RFC 9901, section 5.1, and the issuer's key of appendix A.5: facts, which any implementation must agree with.
RFC_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "b28d4MwZMjw8-00CG4xfnn9SLMVMM19SlqZpVb_uNtQ",
    "y": "Xv5zWwuoaTgdS6hV43yI6gBwTnjukmFQQnJ_kCxzqk8",
}
RFC_JWT = (
    "eyJhbGciOiAiRVMyNTYiLCAidHlwIjogImV4YW1wbGUrc2Qtand0In0.eyJfc2QiOiBbIkNyUWU3UzVrcUJBSHQtbk1ZWGdjNmJkdDJTSDVhVFkx"
    "c1VfTS1QZ2tqUEkiLCAiSnpZakg0c3ZsaUgwUjNQeUVNZmVadTZKdDY5dTVxZWhabzdGN0VQWWxTRSIsICJQb3JGYnBLdVZ1Nnh5bUphZ3ZrRnNG"
    "WEFiUm9jMkpHbEFVQTJCQTRvN2NJIiwgIlRHZjRvTGJnd2Q1SlFhSHlLVlFaVTlVZEdFMHc1cnREc3JaemZVYW9tTG8iLCAiWFFfM2tQS3QxWHlY"
    "N0tBTmtxVlI2eVoyVmE1TnJQSXZQWWJ5TXZSS0JNTSIsICJYekZyendzY002R242Q0pEYzZ2Vks4QmtNbmZHOHZPU0tmcFBJWmRBZmRFIiwgImdi"
    "T3NJNEVkcTJ4Mkt3LXc1d1BFemFrb2I5aFYxY1JEMEFUTjNvUUw5Sk0iLCAianN1OXlWdWx3UVFsaEZsTV8zSmx6TWFTRnpnbGhRRzBEcGZheVF3"
    "TFVLNCJdLCAiaXNzIjogImh0dHBzOi8vaXNzdWVyLmV4YW1wbGUuY29tIiwgImlhdCI6IDE2ODMwMDAwMDAsICJleHAiOiAxODgzMDAwMDAwLCAi"
    "c3ViIjogInVzZXJfNDIiLCAibmF0aW9uYWxpdGllcyI6IFt7Ii4uLiI6ICJwRm5kamtaX1ZDem15VGE2VWpsWm8zZGgta284YUlLUWM5RGxHemhh"
    "VllvIn0sIHsiLi4uIjogIjdDZjZKa1B1ZHJ5M2xjYndIZ2VaOGtoQXYxVTFPU2xlclAwVmtCSnJXWjAifV0sICJfc2RfYWxnIjogInNoYS0yNTYi"
    "LCAiY25mIjogeyJqd2siOiB7Imt0eSI6ICJFQyIsICJjcnYiOiAiUC0yNTYiLCAieCI6ICJUQ0FFUjE5WnZ1M09IRjRqNFc0dmZTVm9ISVAxSUxp"
    "bERsczd2Q2VHZW1jIiwgInkiOiAiWnhqaVdXYlpNUUdIVldLVlE0aGJTSWlyc1ZmdWVjQ0U2dDRqVDlGMkhaUSJ9fX0.MczwjBFGtzf-6WMT-hIv"
    "Ybkb11NrV1WMO-jTijpMPNbswNzZ87wY2uHz-CXo6R04b7jYrpj9mNRAvVssXou1iw"
)
RFC_FAMILY = "WyJlbHVWNU9nM2dTTklJOEVZbnN4QV9BIiwgImZhbWlseV9uYW1lIiwgIkRvZSJd"
RFC_US = "WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIlVTIl0"


def verify(text, key=None, **more):
    return sdjwt.verify(text, key=key or KEY.public_key(), kind=KIND, now=more.pop("now", NOW), **more)


def refusal(text, key=None, **more):
    with pytest.raises(ReceiptError) as caught:
        verify(text, key, **more)
    return caught.value.code


def disclosure(*parts):
    return sdjwt.encode(json.dumps(parts).encode())


@pytest.fixture(params=["ES256", "EdDSA"])
def key(request):
    return KEY if request.param == "ES256" else HOLDER


def issued(key=KEY, **more):
    return sdjwt.issue(CLAIMS, key=key, kind=KIND, hidden=HIDDEN, **more)


def test_the_example_of_the_rfc_verifies_with_all_that_it_discloses():
    found = sdjwt.verify(
        f"{RFC_JWT}~{RFC_FAMILY}~{RFC_US}~", key=sdjwt.key_from_jwk(RFC_KEY), kind="example+sd-jwt", now=NOW
    )
    assert found.claims["family_name"] == "Doe"
    assert found.claims["nationalities"] == ["US"]
    assert found.claims["sub"] == "user_42"
    assert "given_name" not in found.claims
    assert "_sd" not in found.claims and "_sd_alg" not in found.claims
    assert found.n_hidden == 8
    assert found.disclosed == ("family_name", "[]")


@pytest.mark.parametrize("extra", [RFC_FAMILY, "WyJkdW1teXNhbHQiLCAiZm9vIiwgImJhciJd"])
def test_a_disclosure_that_stands_twice_or_belongs_nowhere_is_refused(extra):
    with pytest.raises(ReceiptError) as caught:
        sdjwt.verify(
            f"{RFC_JWT}~{RFC_FAMILY}~{extra}~",
            key=sdjwt.key_from_jwk(RFC_KEY),
            kind="example+sd-jwt",
            now=NOW,
        )
    assert caught.value.code == "disclosure"


def test_all_disclosed_gives_back_all_that_was_signed(key):
    assert verify(issued(key), key.public_key()).claims == CLAIMS


def test_nothing_hidden_is_readable_in_what_is_shown():
    shown = sdjwt.present(issued(), show=[])
    body = base64.urlsafe_b64decode(shown.split(".")[1] + "==").decode()
    assert "Errachidia" not in body and "ⵜⵉⵣⵉⵔⵉ" not in body
    assert verify(shown).claims == {"iss": CLAIMS["iss"]}


def test_a_library_by_others_verifies_what_we_issue(key):
    text = issued(key)
    theirs = SDJWTVerifier(text, lambda issuer, header: JWK(**sdjwt.public_jwk(key.public_key())))
    assert theirs.get_verified_payload() == CLAIMS


def test_a_library_by_others_verifies_what_we_present_with_a_proof():
    holder = ec.generate_private_key(ec.SECP256R1())
    text = sdjwt.present(
        issued(holder=holder.public_key()),
        show=["name"],
        holder_key=holder,
        audience="https://radio.example",
        nonce="n-1",
        now=NOW,
    )
    theirs = SDJWTVerifier(
        text, lambda issuer, header: JWK(**sdjwt.public_jwk(KEY.public_key())), "https://radio.example", "n-1"
    )
    assert theirs.get_verified_payload()["name"] == CLAIMS["name"]
    assert verify(text, audience="https://radio.example", nonce="n-1").holder_bound


def test_we_verify_what_a_library_by_others_issues():
    secret = JWK.generate(kty="EC", crv="P-256")
    theirs = SDJWTIssuer(
        {"iss": "https://other.example", SDObj("name"): "Nadir", "languages": [SDObj("zgh"), SDObj("ar")]},
        secret,
        extra_header_parameters={"typ": KIND},
    )
    public = sdjwt.key_from_jwk(secret.export_public(as_dict=True))
    found = verify(theirs.sd_jwt_issuance, public)
    assert found.claims["name"] == "Nadir"
    assert found.claims["languages"] == ["zgh", "ar"]


def test_only_the_asked_audience_with_its_nonce_accepts_a_fresh_proof():
    text = sdjwt.present(
        issued(holder=HOLDER.public_key()), show=[], holder_key=HOLDER, audience="a", nonce="n", now=NOW
    )
    assert verify(text, audience="a", nonce="n").holder_bound
    assert refusal(text, audience="b", nonce="n") == "holder"
    assert refusal(text, audience="a", nonce="m") == "holder"
    assert refusal(text, audience="a", nonce="n", now=NOW + timedelta(hours=1)) == "holder"
    assert refusal(sdjwt.present(issued(), show=[]), audience="a", nonce="n") == "holder"


def test_a_proof_does_not_carry_over_to_other_disclosures():
    whole = issued(holder=HOLDER.public_key())
    narrow = sdjwt.present(whole, show=[], holder_key=HOLDER, audience="a", nonce="n", now=NOW)
    wide = sdjwt.present(whole, show=["name"]) + narrow.rpartition("~")[2]
    assert refusal(wide, audience="a", nonce="n") == "holder"


def test_an_unsigned_text_is_refused():
    head, body, _ = sdjwt._sign(CLAIMS, key=KEY, kind=KIND).split(".")
    none = sdjwt.encode(json.dumps({"alg": "none", "typ": KIND}).encode())
    assert refusal(f"{none}.{body}.~") == "algorithm"
    assert refusal(f"{head}.{body}.~") == "signature"


def test_another_key_or_another_kind_of_key_is_refused():
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    assert refusal(issued(), other) == "signature"
    assert refusal(issued(), HOLDER.public_key()) == "algorithm"


def test_each_changed_letter_of_the_signed_part_is_refused():
    text = issued()
    for place in range(0, text.index("~"), 7):
        changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        with pytest.raises(ReceiptError):
            verify(changed)


def test_a_swapped_disclosure_is_refused():
    jwt, *rest = issued().split("~")
    rest[0] = disclosure("salt", "name", "somebody else")
    assert refusal("~".join([jwt, *rest])) == "disclosure"


def test_a_disclosure_from_another_receipt_is_refused():
    jwt = issued().split("~")[0]
    assert refusal("~".join([jwt, *issued().split("~")[1:]])) == "disclosure"


def test_an_unknown_critical_extension_is_refused():
    head = sdjwt.encode(json.dumps({"alg": "ES256", "typ": KIND, "crit": ["b64"], "b64": False}).encode())
    _, body, signature = sdjwt._sign(CLAIMS, key=KEY, kind=KIND).split(".")
    assert refusal(f"{head}.{body}.{signature}~") == "critical"


@pytest.mark.parametrize(
    "payload",
    [
        {"_sd": ["a", "a"]},
        {"_sd": ["a"], "inner": {"_sd": ["a"]}},
        {"_sd": "a"},
        {"_sd": [1]},
        {"...": "a"},
        {"list": [{"...": "a", "more": 1}]},
    ],
)
def test_digests_that_break_the_rules_are_refused_even_where_signed(payload):
    assert refusal(sdjwt._sign(payload, key=KEY, kind=KIND) + "~") == "disclosure"


@pytest.mark.parametrize(
    "parts", [("s", "iss", 1), ("s", "_sd", []), ("s", "...", 1), (1, "a", 2), ("s",), ("s", 1, 2)]
)
def test_disclosures_that_break_the_rules_are_refused_even_where_signed(parts):
    one = disclosure(*parts)
    payload = {"iss": "x", "_sd": [sdjwt.digest(one)]}
    assert refusal(sdjwt._sign(payload, key=KEY, kind=KIND) + f"~{one}~") == "disclosure"


def test_times_outside_the_clock_skew_are_refused():
    def stamped(**times):
        return sdjwt._sign({"iss": "x", **times}, key=KEY, kind=KIND) + "~"

    second = int(NOW.timestamp())
    assert refusal(stamped(exp=second - 300)) == "expired"
    assert refusal(stamped(nbf=second + 300)) == "future"
    assert refusal(stamped(iat=second + 300)) == "future"
    assert refusal(stamped(exp=True)) == "malformed"
    assert verify(stamped(exp=second + 1, iat=second, nbf=second)).claims["iss"] == "x"


def test_what_is_huge_deep_or_doubled_is_refused():
    assert refusal("a" * (sdjwt.MAX_CHARACTERS + 1)) == "too_large"
    assert refusal(issued() + f"{disclosure('s', 'n', 1)}~" * 200) == "too_large"
    deep = {}
    for _ in range(sdjwt.MAX_DEPTH + 5):
        deep = {"a": deep}
    assert refusal(sdjwt._sign(deep, key=KEY, kind=KIND) + "~") == "too_large"
    head = sdjwt._sign({}, key=KEY, kind=KIND).split(".")[0]
    double = sdjwt.encode(b'{"iss":"a","iss":"b"}')
    body = f"{head}.{double}"
    raw = KEY.sign(body.encode(), ec.ECDSA(sdjwt.hashes.SHA256()))
    r, s = sdjwt.utils.decode_dss_signature(raw)
    assert refusal(f"{body}.{sdjwt.encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}~") == "malformed"


@pytest.mark.parametrize(
    "text", ["", "~", "a.b~", "a.b.c~", "....~", "é~", issued().rstrip("~"), "[" * 5000 + "~"]
)
def test_what_is_no_receipt_is_refused(text):
    assert refusal(text) in ("malformed", "holder")


def test_another_hash_than_sha_256_is_refused():
    assert refusal(sdjwt._sign({"_sd_alg": "md5"}, key=KEY, kind=KIND) + "~") == "algorithm"


def test_issuing_refuses_reserved_names_and_paths_that_lead_nowhere():
    with pytest.raises(ReceiptError, match="reserved"):
        sdjwt.issue({"a": {"_sd": []}}, key=KEY, kind=KIND)
    with pytest.raises(ReceiptError, match="no claim at a > b"):
        sdjwt.issue({"a": {}}, key=KEY, kind=KIND, hidden=[("a", "b")])
    with pytest.raises(ReceiptError, match="nothing named"):
        sdjwt.present(issued(), show=["address"])
