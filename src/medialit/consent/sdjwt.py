"""Signed statements of which the holder shows only what is needed: SD-JWT, RFC 9901.

The compact form only, with SHA-256, signed with ES256 (P-256) or EdDSA (Ed25519). Whatever a stranger wrote is read
within limits, and the first thing that is wrong refuses all of it with a `ReceiptError` that carries a `code`.

References
----------
RFC 9901 (the processing rules of section 7.1, key binding of 7.3); RFC 7515 (JWS); RFC 8037 (EdDSA).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils

from medialit.consent import checks
from medialit.errors import ReceiptError

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
PublicKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey

MAX_CHARACTERS: Final = 200_000
MAX_DISCLOSURES: Final = 100
MAX_DEPTH: Final = 20
CLOCK_SKEW: Final = timedelta(minutes=2)
BINDING_TYPE: Final = "kb+jwt"
BINDING_LIFE: Final = timedelta(minutes=10)
"""A proof of the holder's key older than this may have been copied."""
_RESERVED: Final = ("_sd", "...")


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What a signature vouches for.

    Parameters
    ----------
    claims : dict
        The payload with everything that was disclosed in its place, and without digests.
    disclosed : tuple of str
        Names of the claims that were disclosed, in the order shown; an array's element has the name ``[]``.
    n_hidden : int
        Digests for which no disclosure was shown. Some may be decoys.
    holder_bound : bool
        Whether whoever shows it proved to hold the key that it was issued to.
    """

    claims: dict[str, Any]
    disclosed: tuple[str, ...]
    n_hidden: int
    holder_bound: bool


def issue(
    claims: Mapping[str, Any],
    *,
    key: PrivateKey,
    kind: str,
    hidden: Collection[tuple[str, ...]] = (),
    holder: PublicKey | None = None,
    salt: Callable[[], str] | None = None,
) -> str:
    """Return a signed SD-JWT with all its disclosures.

    Parameters
    ----------
    claims : mapping
        JSON. Must not hold ``_sd``, ``_sd_alg``, ``...`` or ``cnf``.
    key : private key
        P-256 or Ed25519.
    kind : str
        The header's `typ`.
    hidden : collection of tuple of str
        Paths of object members that are disclosed separately; a step into an array is its index.
    holder : public key, optional
        Whose key alone may present it with a proof.
    salt : callable, optional
        Returns a new salt of at least 128 random bits each time; the default does.

    Raises
    ------
    ReceiptError
        If a path leads nowhere, or a reserved name is used.
    """
    payload: dict[str, Any] = json.loads(json.dumps(dict(claims), allow_nan=False))
    if reserved := [name for name in _names(payload) if name in (*_RESERVED, "_sd_alg")]:
        raise ReceiptError(f"The name {reserved[0]} is reserved by RFC 9901. Rename the claim.")
    draw = salt or (lambda: secrets.token_urlsafe(16))
    disclosures = []
    for path in sorted(
        hidden, key=len, reverse=True
    ):  # the deepest first, so that a parent may be hidden too
        parent: Any = payload
        for step in path[:-1]:
            parent = child(parent, step)
        if not isinstance(parent, dict) or path[-1] not in parent:
            raise ReceiptError(f"There is no claim at {' > '.join(path)} to hide.")
        text = encode(json.dumps([draw(), path[-1], parent.pop(path[-1])], ensure_ascii=False).encode())
        disclosures.append(text)
        parent["_sd"] = sorted([*parent.get("_sd", []), digest(text)])  # the order tells nothing of the names
    payload["_sd_alg"] = "sha-256"
    if holder is not None:
        payload["cnf"] = {"jwk": public_jwk(holder)}
    return "~".join([_sign(payload, key=key, kind=kind), *disclosures, ""])


def present(
    text: str,
    *,
    show: Collection[str],
    holder_key: PrivateKey | None = None,
    audience: str = "",
    nonce: str = "",
    now: datetime | None = None,
) -> str:
    """Return the SD-JWT with only the disclosures of the named claims.

    Parameters
    ----------
    text : str
        As issued, without a proof.
    show : collection of str
        Names of claims.
    holder_key : private key, optional
        Proves to `audience`, who asked with `nonce`, at `now`, that it is shown by its holder.

    Raises
    ------
    ReceiptError
        If a name is not among those that can be disclosed, or a part of the proof is missing.
    """
    jwt, disclosures, binding = _split(text)
    if binding:
        raise ReceiptError(
            "This was already presented with a proof. Start from the receipt as it was issued."
        )
    named = {text: _disclosure(text)[0] for text in disclosures}
    if unknown := sorted(set(show) - set(named.values())):
        known = ", ".join(sorted(set(named.values())))
        raise ReceiptError(f"There is nothing named {unknown[0]} to show. Known: {known}.")
    shown = "~".join([jwt, *(text for text, name in named.items() if name in show), ""])
    if holder_key is None:
        return shown
    if not audience or not nonce or now is None:
        raise ReceiptError("A proof needs the audience that asked, its nonce, and `now`.")
    proof = {
        "aud": audience, "nonce": nonce, "iat": int(checks.moment(now, "`now`").timestamp()),
        "sd_hash": digest(shown),
    }  # fmt: skip
    return shown + _sign(proof, key=holder_key, kind=BINDING_TYPE)


def verify(
    text: str,
    *,
    key: PublicKey,
    kind: str,
    now: datetime,
    audience: str | None = None,
    nonce: str | None = None,
) -> Verified:
    """Return what a trusted key signed and the holder chose to show.

    Parameters
    ----------
    text : str
        Anything.
    key : public key
        Of the issuer. It decides the algorithm; the header may only agree.
    kind : str
        The `typ` that is expected, so that a statement made for something else is not taken for this.
    audience, nonce : str, optional
        Both, or neither: with them a proof of the holder's key is required.

    Raises
    ------
    ReceiptError
        With the `code` malformed, too_large, algorithm, critical, kind, signature, disclosure, expired, future or holder.
    """
    at = checks.moment(now, "`now`")
    if (audience is None) != (nonce is None):
        raise ReceiptError("Give both the audience and the nonce, or neither.")
    jwt, disclosures, binding = _split(text)
    payload = _open(jwt, key=key, kind=kind)
    if payload.get("_sd_alg", "sha-256") != "sha-256":
        raise ReceiptError("Only SHA-256 digests are read.", code="algorithm")
    known: dict[str, tuple[str, Any]] = {}
    for one in disclosures:
        if digest(one) in known:
            raise ReceiptError("A disclosure stands twice.", code="disclosure")
        known[digest(one)] = _disclosure(one)
    seen: set[str] = set()
    claims = _unpack(payload, known, seen, 0)
    if set(known) - seen:
        raise ReceiptError("A disclosure belongs to no digest that was signed.", code="disclosure")
    claims.pop("_sd_alg", None)
    _check_times(claims, at)
    bound = False
    if audience is not None and nonce is not None:
        _check_binding(text, binding, claims, audience=audience, nonce=nonce, at=at)
        bound = True
    names = tuple(known[digest(one)][0] for one in disclosures)
    return Verified(claims=claims, disclosed=names, n_hidden=len(seen - set(known)), holder_bound=bound)


def encode(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def digest(text: str) -> str:
    """Return the SHA-256 digest of an encoded disclosure, encoded.

    Examples
    --------
    The example of RFC 9901, section 4.2.3:

    >>> digest("WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0")
    'X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0'
    """
    return encode(hashlib.sha256(text.encode("ascii")).digest())


def child(value: object, step: str) -> Any:
    """Return a member of an object or, by its index, of an array; None where there is none."""
    if isinstance(value, Mapping):
        return value.get(step)
    if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
        return value[int(step)]
    return None


def public_jwk(key: PublicKey) -> dict[str, str]:
    """Return a public key as a JSON Web Key."""
    if _algorithm(key) == "EdDSA":
        assert isinstance(key, ed25519.Ed25519PublicKey)
        return {"kty": "OKP", "crv": "Ed25519", "x": encode(key.public_bytes_raw())}
    assert isinstance(key, ec.EllipticCurvePublicKey)
    numbers = key.public_numbers()
    return {
        "kty": "EC", "crv": "P-256", "x": encode(numbers.x.to_bytes(32, "big")),
        "y": encode(numbers.y.to_bytes(32, "big")),
    }  # fmt: skip


def key_from_jwk(jwk: object) -> PublicKey:
    """Return the public key that a JSON Web Key holds.

    Raises
    ------
    ReceiptError
        If it is none of P-256 or Ed25519.
    """
    try:
        if isinstance(jwk, Mapping) and (jwk.get("kty"), jwk.get("crv")) == ("EC", "P-256"):
            x, y = (int.from_bytes(_decode(jwk[name]), "big") for name in ("x", "y"))
            return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        if isinstance(jwk, Mapping) and (jwk.get("kty"), jwk.get("crv")) == ("OKP", "Ed25519"):
            return ed25519.Ed25519PublicKey.from_public_bytes(_decode(jwk["x"]))
    except (KeyError, ValueError) as error:
        raise ReceiptError(f"The key is damaged: {error}.", code="holder") from error
    raise ReceiptError("The key is neither P-256 nor Ed25519.", code="holder")


def _algorithm(key: object) -> str:
    if isinstance(key, ed25519.Ed25519PublicKey | ed25519.Ed25519PrivateKey):
        return "EdDSA"
    if (
        isinstance(key, ec.EllipticCurvePublicKey | ec.EllipticCurvePrivateKey)
        and key.curve.name == "secp256r1"
    ):
        return "ES256"
    raise ReceiptError(
        f"A receipt is signed with a P-256 or an Ed25519 key, not with {type(key).__name__}. Make a new one."
    )


def _sign(payload: Mapping[str, Any], *, key: PrivateKey, kind: str) -> str:
    header = {"alg": _algorithm(key), "typ": kind}
    body = ".".join(encode(json.dumps(one, ensure_ascii=False).encode()) for one in (header, payload))
    if isinstance(key, ed25519.Ed25519PrivateKey):
        signature = key.sign(body.encode("ascii"))
    else:
        r, s = utils.decode_dss_signature(key.sign(body.encode("ascii"), ec.ECDSA(hashes.SHA256())))
        signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return f"{body}.{encode(signature)}"


def _open(jwt: str, *, key: PublicKey, kind: str) -> dict[str, Any]:
    """Return the payload of a JWT that the key signed."""
    parts = jwt.split(".")
    if len(parts) != 3:
        raise ReceiptError(f"A signed text has 3 parts, not {len(parts)}.")
    header, expected = _json_object(parts[0]), _algorithm(key)
    if header.get("alg") != expected:
        raise ReceiptError(
            f"It says to be signed with {checks.shown(header.get('alg'))}; this key signs with {expected}.",
            code="algorithm",
        )
    if "crit" in header:
        raise ReceiptError("It demands an extension that is not known here.", code="critical")
    if header.get("typ") != kind:
        raise ReceiptError(f"It is a {checks.shown(header.get('typ'))}, not a {kind}.", code="kind")
    signature, body = _decode(parts[2]), f"{parts[0]}.{parts[1]}".encode("ascii")
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, body)
        elif len(signature) == 64:
            pair = (int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
            key.verify(utils.encode_dss_signature(*pair), body, ec.ECDSA(hashes.SHA256()))
        else:
            raise InvalidSignature
    except InvalidSignature:
        raise ReceiptError(
            "The signature is not by this key, or the text was altered.", code="signature"
        ) from None
    return _json_object(parts[1])


def _split(text: object) -> tuple[str, list[str], str]:
    """Return the JWT, the disclosures and the proof, which may be empty."""
    if not isinstance(text, str):
        raise ReceiptError(f"A receipt is text, not {checks.shown(text)}.")
    if len(text) > MAX_CHARACTERS:
        raise ReceiptError(f"It has {len(text)} characters; {MAX_CHARACTERS} are read.", code="too_large")
    if not text.isascii():
        raise ReceiptError("It holds signs that a receipt never has. Copy it again.")
    jwt, *disclosures = text.split("~")
    if not disclosures:
        raise ReceiptError("It has no ~ at its end: a piece is missing. Copy all of it.")
    binding = disclosures.pop()
    if binding and binding.count(".") != 2:
        raise ReceiptError("It does not end with ~ or a proof: a piece is missing. Copy all of it.")
    if len(disclosures) > MAX_DISCLOSURES:
        raise ReceiptError(
            f"It has {len(disclosures)} disclosures; {MAX_DISCLOSURES} are read.", code="too_large"
        )
    return jwt, disclosures, binding


def _decode(text: object) -> bytes:
    """Return the bytes of base64url text in its one canonical form."""
    if not isinstance(text, str):
        raise ReceiptError("A part is not text.")
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise ReceiptError(f"A part is not base64url: {error}.") from error
    if encode(data) != text:
        raise ReceiptError("A part is not base64url in its canonical form.")
    return data


def _json(text: str) -> Any:
    try:
        return json.loads(_decode(text).decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ReceiptError(f"A part is not JSON: {error}.") from error


def _json_object(text: str) -> dict[str, Any]:
    found = _json(text)
    if not isinstance(found, dict):
        raise ReceiptError("A part is not a JSON object.")
    return found


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _no_constant(word: str) -> object:
    raise ValueError(f"{word} is not JSON")


def _disclosure(text: str) -> tuple[str, Any]:
    """Return name and value; the name ``[]`` stands for an element of an array."""
    found = _json(text)
    if not isinstance(found, list) or len(found) not in (2, 3) or not isinstance(found[0], str):
        raise ReceiptError("A disclosure is not an array of salt, name and value.", code="disclosure")
    if len(found) == 2:
        return "[]", found[1]
    if not isinstance(found[1], str) or found[1] in _RESERVED:
        raise ReceiptError("A disclosure has a name that no claim may have.", code="disclosure")
    return found[1], found[2]


def _unpack(value: Any, known: Mapping[str, tuple[str, Any]], seen: set[str], depth: int) -> Any:
    """Return a value with what was disclosed in its place (RFC 9901, 7.1, step 3)."""
    if depth > MAX_DEPTH:
        raise ReceiptError(f"It is nested deeper than {MAX_DEPTH}.", code="too_large")
    if isinstance(value, dict):
        if "..." in value:
            raise ReceiptError("A digest of an array's element stands outside an array.", code="disclosure")
        found = {name: _unpack(one, known, seen, depth + 1) for name, one in value.items() if name != "_sd"}
        for one in _digests(value.get("_sd", []), seen):
            if one in known:
                name, inner = known[one]
                if name == "[]" or name in found:
                    raise ReceiptError("A disclosure would stand where something stands.", code="disclosure")
                found[name] = _unpack(inner, known, seen, depth + 1)
        return found
    if isinstance(value, list):
        return list(_elements(value, known, seen, depth))
    return value


def _elements(
    value: Sequence[Any], known: Mapping[str, tuple[str, Any]], seen: set[str], depth: int
) -> Iterator[Any]:
    for element in value:
        if isinstance(element, dict) and "..." in element:
            if len(element) != 1:
                raise ReceiptError("A digest in an array has something beside it.", code="disclosure")
            (one,) = _digests([element["..."]], seen)
            if one in known:
                name, inner = known[one]
                if name != "[]":
                    raise ReceiptError("A named disclosure stands for an array's element.", code="disclosure")
                yield _unpack(inner, known, seen, depth + 1)
        else:
            yield _unpack(element, known, seen, depth + 1)


def _digests(found: object, seen: set[str]) -> list[str]:
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise ReceiptError("Digests are not a list of text.", code="disclosure")
    for one in found:
        if one in seen:
            raise ReceiptError("A digest stands twice.", code="disclosure")
        seen.add(one)
    return found


def _check_times(claims: Mapping[str, Any], at: datetime) -> None:
    for name in ("exp", "nbf", "iat"):
        value = claims.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ReceiptError(f"`{name}` is not a number of seconds.")
        if name == "exp" and at.timestamp() - CLOCK_SKEW.total_seconds() >= value:
            raise ReceiptError("It has expired.", code="expired")
        if name != "exp" and at.timestamp() + CLOCK_SKEW.total_seconds() < value:
            raise ReceiptError("It is dated in the future. Check both clocks.", code="future")


def _check_binding(
    text: str, binding: str, claims: Mapping[str, Any], *, audience: str, nonce: str, at: datetime
) -> None:
    """Check the holder's proof (RFC 9901, 7.3, step 5)."""
    cnf = claims.get("cnf")
    if not binding or not isinstance(cnf, dict):
        raise ReceiptError("Nobody proved to be its holder.", code="holder")
    try:
        proof = _open(binding, key=key_from_jwk(cnf.get("jwk")), kind=BINDING_TYPE)
    except ReceiptError as error:
        raise ReceiptError(f"The holder's proof does not hold: {error}", code="holder") from error
    made = proof.get("iat")
    fresh = isinstance(made, int) and abs(at.timestamp() - made) <= BINDING_LIFE.total_seconds()
    whole = proof.get("sd_hash") == digest(text[: len(text) - len(binding)])
    if not (fresh and whole and proof.get("aud") == audience and proof.get("nonce") == nonce):
        raise ReceiptError("The holder's proof is old, or was made for something else.", code="holder")


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield name
            yield from _names(one)
    elif isinstance(value, list):
        for one in value:
            yield from _names(one)
