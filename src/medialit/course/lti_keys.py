"""The key by which a learning platform knows this course: one RSA key, made once and kept from other accounts.

::

    $MEDIALIT_HOME/lti/           0700
    └── key.pem                   0600  the private key (PKCS #8)

The platform is given the public half only, in the form that it asks for: PEM (Moodle's "RSA key"), one JWK (Canvas) or
a key set (JWKS, RFC 7517). The key's id is its thumbprint (RFC 7638), so the same key always has the same name.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from medialit.errors import LtiError
from medialit.home import medialit_home

_BITS = 2048  # what LTI's security framework asks for at least, and every platform takes


@dataclass(frozen=True)
class ToolKey:
    """The private key, and what the platform is told of it."""

    private: rsa.RSAPrivateKey

    @property
    def kid(self) -> str:
        """Its thumbprint, by SHA-256."""
        jwk = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        canonical = json.dumps({name: jwk[name] for name in ("e", "kty", "n")}, separators=(",", ":"))
        return base64.urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).rstrip(b"=").decode()

    def pem(self) -> str:
        """Return the public half for Moodle's field "Public key"."""
        return (
            self.private.public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode()
        )

    def jwk(self) -> dict[str, str]:
        """Return the public half for Canvas's field "Public JWK"."""
        jwk = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": self.kid, "n": jwk["n"], "e": jwk["e"]}

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """Return the key set, for a platform that fetches or takes one."""
        return {"keys": [self.jwk()]}


def key_path() -> Path:
    """Return where the key is unless a course's settings say otherwise."""
    return medialit_home() / "lti" / "key.pem"


def make_key(path: Path) -> ToolKey:
    """Return the key in this file; where there is none, make one first.

    Two processes that begin together end up with one key.

    Raises
    ------
    LtiError
        If it cannot be written or read.
    """
    if not path.exists():
        private = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
        text = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write_once(path, text)
        except OSError as error:
            raise LtiError(f"The key {path} cannot be written: {error.strerror}.") from error
    return read_key(path)


def read_key(path: Path) -> ToolKey:
    """Read the key.

    Raises
    ------
    LtiError
        If it is not there, is damaged or of another kind, or other accounts may read it.
    """
    try:
        mode, data = path.stat().st_mode, path.read_bytes()
    except OSError as error:
        raise LtiError(
            f"The key {path} cannot be read: {error.strerror}. Make one with `medialit lti key`, and give its public "
            "half to the platform."
        ) from error
    if mode & 0o077:
        raise LtiError(f"Other accounts may read the key {path}. Run: chmod 600 {path}")
    try:
        private = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError) as error:
        raise LtiError(f"The key {path} is damaged. Restore it from a copy, or make another.") from error
    if not isinstance(private, rsa.RSAPrivateKey) or private.key_size < _BITS:
        raise LtiError(
            f"The key {path} is no RSA key of {_BITS} bits or more. Move it away and make another."
        )
    return ToolKey(private)


def _write_once(path: Path, data: bytes) -> None:
    """Write a new file whole; keep the one that another process wrote first."""
    descriptor, name = tempfile.mkstemp(prefix=".key-", dir=path.parent)  # 0600
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(temporary)
    except FileExistsError:
        pass
    finally:
        temporary.unlink(missing_ok=True)
