"""RS256 and JWK by the letter of RFC 7515 to 7518, on `cryptography` alone.

The platform of the tests signs and checks with this, the tool with PyJWT: neither can agree with its own mistake.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


class JoseError(Exception):
    """A token that is no JWS, or is not signed by who it should be."""


def new_key() -> rsa.RSAPrivateKey:
    """Return a new RSA key of 2048 bits."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_jwk(key: rsa.RSAPrivateKey | rsa.RSAPublicKey, *, kid: str) -> dict[str, str]:
    """Return the public half as a JWK, for signatures by RS256."""
    public = key.public_key() if isinstance(key, rsa.RSAPrivateKey) else key
    numbers = public.public_numbers()
    return {
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "kid": kid,
        "n": encode(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")),
        "e": encode(numbers.e.to_bytes((numbers.e.bit_length() + 7) // 8, "big")),
    }


def sign(claims: Mapping[str, Any], *, key: rsa.RSAPrivateKey, kid: str) -> str:
    """Return claims as a compact JWS, signed by RS256."""
    head = encode(_json({"alg": "RS256", "typ": "JWT", "kid": kid}))
    signed = f"{head}.{encode(_json(claims))}"
    return f"{signed}.{encode(key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def sign_as_nobody(claims: Mapping[str, Any]) -> str:
    """Return claims with the algorithm "none", which nobody may believe."""
    return f"{encode(_json({'alg': 'none', 'typ': 'JWT'}))}.{encode(_json(claims))}."


def sign_by_the_public_key(claims: Mapping[str, Any], *, key: rsa.RSAPrivateKey, kid: str) -> str:
    """Return claims under an HMAC whose secret is the public key: who lets a token choose its algorithm is fooled."""
    pem = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signed = f"{encode(_json({'alg': 'HS256', 'typ': 'JWT', 'kid': kid}))}.{encode(_json(claims))}"
    return f"{signed}.{encode(hmac.digest(pem, signed.encode(), hashlib.sha256))}"


def verify(token: str, *, jwks: Mapping[str, Any]) -> dict[str, Any]:
    """Return the claims of a token that one of these keys has signed by RS256.

    Raises
    ------
    JoseError
        If it is malformed, of another algorithm, by an unknown key, or altered.
    """
    try:
        head, body, signature = token.split(".")
        header, claims = json.loads(decode(head)), json.loads(decode(body))
        if not isinstance(header, dict) or not isinstance(claims, dict):
            raise JoseError("its parts are not objects")
        if header.get("alg") != "RS256":
            raise JoseError(f"its algorithm is {header.get('alg')!r}")
        keys = [one for one in jwks.get("keys", ()) if header.get("kid") in (one.get("kid"), None)]
        if not keys:
            raise JoseError(f"no key is called {header.get('kid')!r}")
        for jwk in keys:
            numbers = (int.from_bytes(decode(jwk[part]), "big") for part in ("e", "n"))
            try:
                rsa.RSAPublicNumbers(*numbers).public_key().verify(
                    decode(signature), f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256()
                )
            except InvalidSignature:
                continue
            return claims
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise JoseError(f"it is no JWS: {error}") from None
    raise JoseError("its signature is not by a key of the tool")


def encode(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Return what base64url without padding stands for."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
