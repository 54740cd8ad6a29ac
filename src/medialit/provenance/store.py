"""From the validator's JSON to records.

Everything in a manifest store was written by whoever made the file. Nothing here assumes that a value has the
type, the length or the characters that it should have.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from medialit.provenance.records import (
    AI_SOURCES,
    HUMAN_SOURCES,
    Action,
    Credentials,
    Failure,
    Identity,
    IdentityState,
    Ingredient,
    Manifest,
    Signer,
    SoftBinding,
    State,
)
from medialit.provenance.trust import TrustList, revoked_on

# A reverse-domain label, as the C2PA asks of assertions that are not its own.
CONSENT_LABEL = "org.medialit.consent"

_MAX_MANIFESTS = 1000
_MAX_TEXT = 400
_MAX_PAYLOAD = 4096
_MAX_DEPTH = 32
_MAX_SERIAL_DIGITS = 50  # of 20 octets, RFC 5280, section 4.1.2.2, with two to spare
_STATES: dict[str, State] = {"Invalid": "invalid", "Valid": "valid", "Trusted": "trusted"}
# What turns the order of a line around for whoever reads it (Unicode Annex 9); joiners and marks may stay.
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_PASSED = (".validated", ".match", ".trusted", ".insideValidity", ".notRevoked", ".accessible")
_UNTRUSTED = "signingCredential.untrusted"
_OF_IDENTITY = "cawg."

Json = Mapping[str, Any]


def parse_store(
    store: str,
    *,
    certificates: str,
    remote: str | None,
    vouching: TrustList | None,
    lists: Sequence[TrustList],
) -> Credentials:
    """Return what the validator found, judged once more against the lists.

    Parameters
    ----------
    store : str
        ``Reader.json()`` of c2pa-python.
    certificates : str
        ``Reader.crjson()``, which alone says who issued a certificate.
    remote : str or None
        Where the manifest was fetched, if it was.
    vouching : TrustList or None
        The first list that vouches for the signer of the active manifest.
    lists : sequence of TrustList
        Those that the validator was given.

    Returns
    -------
    Credentials
        With the state ``unreadable`` where the JSON holds no manifest.
    """
    try:
        data, issued = _mapping(json.loads(store)), _issued(json.loads(certificates))
    except (ValueError, RecursionError):
        return Credentials(
            "unreadable", "The manifest store is no JSON that can be read.", trust_lists=tuple(lists)
        )
    found = _mapping(data.get("manifests"))
    active = data.get("active_manifest")
    if not isinstance(active, str) or active not in found:
        return Credentials(
            "unreadable", "The manifest store has no active manifest.", trust_lists=tuple(lists)
        )
    results = _mapping(data.get("validation_results"))
    labels = _oldest_first(active, found)
    checked = _checked(results)
    manifests = tuple(_manifest(label, _mapping(found[label]), issued, checked) for label in labels)
    deltas = _deltas(results)
    ingredients = tuple(
        _ingredient(label, item, found, deltas)
        for label in labels
        for item in map(_mapping, _sequence(_mapping(found[label]).get("ingredients")))
    )
    state, failures, trusted_by = _judge(data, results, manifests[-1].signer, vouching, lists)
    return Credentials(
        state,
        ai=_ai(manifests, ingredients) if state in ("valid", "trusted") else None,
        manifests=manifests,
        ingredients=ingredients,
        failures=failures,
        trusted_by=trusted_by,
        trust_lists=tuple(lists),
        remote=remote,
    )


def _judge(
    data: Json,
    results: Json,
    signer: Signer | None,
    vouching: TrustList | None,
    lists: Sequence[TrustList],
) -> tuple[State, tuple[Failure, ...], TrustList | None]:
    """Take the validator's state, and take back what it grants too much."""
    state = _STATES.get(str(data.get("validation_state")), "invalid")
    active = _mapping(results.get("activeManifest"))
    every = _failures(active.get("failure") if active else data.get("validation_status"))
    failures = tuple(one for one in every if not one.code.startswith(_OF_IDENTITY))
    serial, issuer = (_serial(signer), signer.authority) if signer else (None, None)
    if serial is not None and issuer is not None:
        revoking = revoked_on(serial, issuer=issuer, lists=lists)
        if revoking is not None:
            sentence = f"the signing certificate is on the revocation list in {revoking.name}"
            return "invalid", (*failures, Failure("signingCredential.revoked", sentence)), None
    if state == "invalid":
        return state, failures, None
    if vouching is None:
        said = any(one.code == _UNTRUSTED for one in failures)
        sentence = "no list of signers holds the signing certificate's authority"
        return "valid", failures if said else (*failures, Failure(_UNTRUSTED, sentence)), None
    if state == "valid" and failures:
        return state, failures, None
    # Where nothing of its own failed, the validator says "valid" only because it does not know an identity beside
    # the signer.
    return "trusted", failures, vouching


def _oldest_first(active: str, found: Json) -> list[str]:
    """Order the manifests that the active one leads to, each after its ingredients."""
    order: dict[str, None] = {}
    open_labels = {active}
    stack: list[tuple[str, Iterator[str]]] = [(active, _leads_to(active, found))]
    while stack:
        label, rest = stack[-1]
        following = next(
            (x for x in rest if x not in open_labels and len(open_labels) < _MAX_MANIFESTS), None
        )
        if following is None:
            order[label] = None
            stack.pop()
        else:
            open_labels.add(following)
            stack.append((following, _leads_to(following, found)))
    return list(order)


def _leads_to(label: str, found: Json) -> Iterator[str]:
    for item in _sequence(_mapping(found[label]).get("ingredients")):
        target = _mapping(item).get("active_manifest")
        if isinstance(target, str) and target in found:
            yield target


def _manifest(
    label: str, data: Json, issued: Mapping[str, Json], checked: Mapping[str, tuple[Failure, ...]]
) -> Manifest:
    assertions = [_mapping(item) for item in _sequence(data.get("assertions"))]
    return Manifest(
        label=_text(label) or "",
        title=_text(data.get("title")),
        generator=_generator(data),
        signer=_signer(_mapping(data.get("signature_info")), issued.get(label, {})),
        actions=tuple(_actions(label, assertions)),
        source_types=tuple(dict.fromkeys(t for a in assertions for t in _source_types(a.get("data")))),
        soft_bindings=tuple(_soft_bindings(assertions)),
        training=tuple(_training(assertions)),
        consent_grants=tuple(_grants(assertions)),
        identities=tuple(_identities(label, assertions, checked)),
    )


def _generator(data: Json) -> str | None:
    for info in map(_mapping, _sequence(data.get("claim_generator_info"))):
        name, version = _text(info.get("name")), _text(info.get("version"))
        if name:
            return f"{name} {version}" if version else name
    return _text(data.get("claim_generator"))


def _signer(info: Json, certificate: Json) -> Signer | None:
    if not info:
        return None
    validity = _mapping(certificate.get("validity"))
    return Signer(
        name=_text(info.get("common_name")),
        organisation=_text(info.get("issuer")),
        authority=_text(_mapping(certificate.get("issuer")).get("CN")),
        algorithm=_text(info.get("alg")),
        serial_number=_text(info.get("cert_serial_number")),
        valid_from=_text(validity.get("notBefore")),
        valid_until=_text(validity.get("notAfter")),
        signed_at=_text(info.get("time")),
    )


def _actions(label: str, assertions: Sequence[Json]) -> Iterator[Action]:
    for assertion in assertions:
        if str(assertion.get("label")).startswith("c2pa.actions"):
            for item in map(_mapping, _sequence(_mapping(assertion.get("data")).get("actions"))):
                software = item.get("softwareAgent")
                name = _mapping(software).get("name") if isinstance(software, Mapping) else software
                yield Action(
                    manifest=_text(label) or "",
                    action=_text(item.get("action")) or "unnamed",
                    when=_text(item.get("when")),
                    software=_text(name),
                    description=_text(
                        item.get("description") or _mapping(item.get("parameters")).get("description")
                    ),
                    source_type=_last_part(item.get("digitalSourceType")),
                )


def _soft_bindings(assertions: Sequence[Json]) -> Iterator[SoftBinding]:
    for data in _data_of(assertions, "c2pa.soft-binding"):
        algorithm = _text(data.get("alg"))
        for block in map(_mapping, _sequence(data.get("blocks"))):
            value = _text(block.get("value"), limit=_MAX_PAYLOAD)
            if algorithm and value:
                yield SoftBinding(algorithm, value)


def _training(assertions: Sequence[Json]) -> Iterator[tuple[str, str]]:
    for label in ("cawg.training-mining", "c2pa.training-mining"):
        for data in _data_of(assertions, label):
            for entry, value in _mapping(data.get("entries")).items():
                name, use = _text(entry), _text(_mapping(value).get("use"))
                if name and use:
                    yield name, use


def _grants(assertions: Sequence[Json]) -> Iterator[str]:
    for data in _data_of(assertions, CONSENT_LABEL):
        yield from filter(None, map(_text, _sequence(data.get("grants"))))


def _identities(
    label: str, assertions: Sequence[Json], checked: Mapping[str, tuple[Failure, ...]]
) -> Iterator[Identity]:
    """Read CAWG identity assertions (CAWG Identity Assertion 1.1, sections 5 and 8)."""
    for assertion in assertions:
        name = str(assertion.get("label"))
        if name.partition("__")[0] != "cawg.identity":
            continue
        data = _mapping(assertion.get("data"))
        payload, info = _mapping(data.get("signer_payload")), _mapping(data.get("signature_info"))
        outcome = checked.get(f"{label}/{name}")
        yield Identity(
            name=_text(info.get("common_name")) or _verified_name(data),
            organisation=_text(info.get("issuer")),
            kind=_text(payload.get("sig_type") or data.get("sig_type")) or "unknown",
            roles=tuple(filter(None, map(_text, _sequence(payload.get("role") or data.get("role"))))),
            state=_identity_state(outcome),
            failures=outcome or (),
        )


def _verified_name(data: Json) -> str | None:
    """Take a name out of an aggregation of claims, which has verified accounts instead of a certificate."""
    subject = _mapping(data.get("credentialSubject"))
    for one in map(_mapping, _sequence(data.get("verifiedIdentities") or subject.get("verifiedIdentities"))):
        name = _text(one.get("name")) or _text(one.get("username"))
        if name:
            return name
    return None


def _identity_state(failures: tuple[Failure, ...] | None) -> IdentityState | None:
    codes = {one.code for one in failures or ()}
    if (
        failures is None or "cawg.ica.did_unavailable" in codes
    ):  # not checked: who vouches is asked by the network
        return None
    if not codes:
        return "trusted"
    return "valid" if codes == {"cawg.x509.credential.untrusted"} else "invalid"


def _checked(results: Json) -> dict[str, tuple[Failure, ...]]:
    """Key what did not pass by ``MANIFEST/ASSERTION``, for every identity that was checked."""
    found: dict[str, list[Failure]] = {}
    active = _mapping(results.get("activeManifest"))
    for part in ("success", "informational", "failure"):
        for entry in map(_mapping, _sequence(active.get(part))):
            parts = str(entry.get("url")).split("/")
            if str(entry.get("code")).startswith(_OF_IDENTITY) and len(parts) >= 4:
                place = found.setdefault(f"{parts[-3]}/{parts[-1]}", [])
                place += [] if part == "success" else _failures([entry])
    return {place: tuple(dict.fromkeys(those)) for place, those in found.items()}


def _data_of(assertions: Sequence[Json], label: str) -> Iterator[Json]:
    """Yield the data of every assertion of a kind; a second of one kind is labelled ``KIND__1``."""
    for assertion in assertions:
        if str(assertion.get("label")).partition("__")[0] == label:
            yield _mapping(assertion.get("data"))


def _source_types(data: object) -> Iterator[str]:
    """Find digital source types wherever a product writes them: actions, templates, IPTC metadata."""
    stack: list[tuple[object, int]] = [(data, 0)]
    while stack:
        value, depth = stack.pop()
        if depth > _MAX_DEPTH:
            continue
        if isinstance(value, Mapping):
            for key, inner in value.items():
                if str(key).lower().endswith("digitalsourcetype"):
                    part = _last_part(inner)
                    if part:
                        yield part
                stack.append((inner, depth + 1))
        elif isinstance(value, list):
            stack.extend((inner, depth + 1) for inner in value)


def _ingredient(used_by: str, item: Json, found: Json, deltas: Mapping[str, Json]) -> Ingredient:
    target = item.get("active_manifest")
    recorded = _mapping(_mapping(item.get("validation_results")).get("activeManifest"))
    before = _failures(recorded.get("failure") if recorded else item.get("validation_status"))
    delta = _mapping(deltas.get(f"{used_by}/{item.get('label')}"))
    now = _failures(delta.get("failure"))
    trusted_now = any(
        _mapping(entry).get("code") == "signingCredential.trusted"
        for entry in _sequence(delta.get("success"))
    )
    failures = tuple(dict.fromkeys(f for f in (*before, *now) if not (trusted_now and f.code == _UNTRUSTED)))
    return Ingredient(
        title=_text(item.get("title")),
        format=_text(item.get("format")),
        relationship=_text(item.get("relationship")),
        used_by=_text(used_by) or "",
        manifest=_text(target) if isinstance(target, str) and target in found else None,
        failures=failures,
    )


def _deltas(results: Json) -> dict[str, Json]:
    """Key what changed since an ingredient was added by ``MANIFEST/INGREDIENT``."""
    changed: dict[str, Json] = {}
    for item in map(_mapping, _sequence(results.get("ingredientDeltas"))):
        parts = str(item.get("ingredientAssertionURI")).split("/")
        if len(parts) >= 4:
            changed[f"{parts[-3]}/{parts[-1]}"] = _mapping(item.get("validationDeltas"))
    return changed


def _ai(manifests: Sequence[Manifest], ingredients: Sequence[Ingredient]) -> bool | None:
    """Say whether AI is claimed anywhere, and say no only where nothing is left open."""
    stated = {t for manifest in manifests for t in manifest.source_types}
    if stated & AI_SOURCES:
        return True
    with_parent = {i.used_by for i in ingredients if i.relationship == "parentOf"}
    origins_known = all(m.source_types or m.label in with_parent for m in manifests)
    parts_known = all(i.manifest is not None and not i.failures for i in ingredients)
    return False if stated and stated <= HUMAN_SOURCES and origins_known and parts_known else None


def _failures(entries: object) -> tuple[Failure, ...]:
    found = []
    for entry in map(_mapping, _sequence(entries)):
        code = _text(entry.get("code"))
        if code and not code.endswith(_PASSED):
            explanation = _text(entry.get("explanation")) or ""
            found.append(Failure(code, explanation, _manifest_of(entry.get("url"))))
    return tuple(dict.fromkeys(found))


def _manifest_of(url: object) -> str | None:
    """Take the manifest's label out of ``self#jumbf=/c2pa/LABEL/...``."""
    _, _, path = str(url).partition("/c2pa/")
    return _text(path.partition("/")[0]) or None


def _serial(signer: Signer) -> int | None:
    digits = signer.serial_number or ""
    return (
        int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= _MAX_SERIAL_DIGITS else None
    )


def _issued(data: object) -> dict[str, Json]:
    """Key each signature's certificate by its manifest's label."""
    return {
        str(item.get("label")): _mapping(_mapping(item.get("signature")).get("certificateInfo"))
        for item in map(_mapping, _sequence(_mapping(data).get("manifests")))
    }


def _last_part(value: object) -> str | None:
    text = _text(value)
    return text.rstrip("/").rpartition("/")[2] if text else None


def _text(value: object, *, limit: int = _MAX_TEXT) -> str | None:
    """Return text that is safe to print: bounded, on one line, without control characters."""
    if not isinstance(value, str):
        return None
    kept = (
        " " if character.isspace() else character
        for character in value[: 4 * limit]
        if character.isspace()
        or (unicodedata.category(character) not in ("Cc", "Cs") and character not in _BIDI_CONTROLS)
    )
    text = "".join(kept).strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _mapping(value: object) -> Json:
    return value if isinstance(value, Mapping) else {}


def _sequence(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else []
