"""Content Credentials: reading what a file says about itself, and giving a file something to say.

The parts: `records` is what was read, `reading` reads it, `signing` writes it, `trust` says whom to rely on, and
`keys` makes a class's own certificates.

References
----------
C2PA Technical Specification 2.2; c2pa-python.
"""

from __future__ import annotations

from medialit.provenance.reading import CredentialReader, Limits, read
from medialit.provenance.records import (
    Action,
    Credentials,
    Failure,
    Ingredient,
    Manifest,
    Signer,
    SoftBinding,
    State,
)
from medialit.provenance.signing import Statement, TrainingUse, sign

__all__ = [
    "Action",
    "CredentialReader",
    "Credentials",
    "Failure",
    "Ingredient",
    "Limits",
    "Manifest",
    "Signer",
    "SoftBinding",
    "State",
    "Statement",
    "TrainingUse",
    "read",
    "sign",
]
