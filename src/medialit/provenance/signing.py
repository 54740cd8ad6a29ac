"""Signing: a statement about a file, bound to its bytes.

Sign last. A signature covers the final bytes, so a watermark or a label that is added afterwards breaks it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal

import c2pa
from cryptography.hazmat.primitives.serialization import Encoding

from medialit.errors import SigningError
from medialit.provenance.keys import SigningKey
from medialit.provenance.reading import CredentialReader
from medialit.provenance.records import SOURCE_TYPES, SoftBinding
from medialit.provenance.store import CONSENT_LABEL
from medialit.provenance.trust import TrustList, trust_settings

TrainingUse = Literal["allowed", "notAllowed"]

# CAWG Training and Data Mining Assertion 1.1, section 2: the four uses that one may speak about.
_TRAINING_ENTRIES = (
    "cawg.ai_inference",
    "cawg.ai_generative_training",
    "cawg.ai_training",
    "cawg.data_mining",
)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What is said about a file.

    Parameters
    ----------
    title : str
        What readers are shown as the file's name.
    software, version : str
        The program that made the content.
    when : datetime
        Aware; when that was. Nobody vouches for it but the signer.
    parent : Path, optional
        The file that this one is an edit of. With it the statement is ``c2pa.opened`` and ``c2pa.edited``,
        without it ``c2pa.created``.
    components : sequence of Path
        Files that were placed in it.
    source_type : str, optional
        Last part of an IPTC digital source type. Without one it is ``trainedAlgorithmicMedia`` for something
        created and ``compositeWithTrainedAlgorithmicMedia`` for an edit.
    description : str, optional
        What was done, for people.
    soft_bindings : sequence of SoftBinding
        Watermarks or fingerprints by which a stripped copy can be found again.
    training : {"allowed", "notAllowed"}, optional
        Whether others may train on it or mine it. Not said when not given.
    consent_grants : sequence of str
        Ids of the grants under which likenesses were used.
    """

    title: str
    software: str
    version: str
    when: datetime
    parent: Path | None = None
    components: Sequence[Path] = ()
    source_type: str | None = None
    description: str | None = None
    soft_bindings: Sequence[SoftBinding] = ()
    training: TrainingUse | None = None
    consent_grants: Sequence[str] = ()


def sign(
    source: Path, target: Path, *, key: SigningKey, statement: Statement, trust: Sequence[TrustList] = ()
) -> None:
    """Write a copy of a file that carries a signed statement.

    Parameters
    ----------
    source : Path
        MP4, MOV, M4V, AVI, JPEG, PNG, WebP, GIF, TIFF, AVIF, WAV or another kind that the library signs. Its
        ending says which.
    target : Path
        With the same ending; it may be `source`. It appears at once and whole.
    key : SigningKey
        Who says it.
    statement : Statement
        What is said.
    trust : sequence of TrustList
        By which the parent and the components are judged; the outcome is written into the statement.

    Raises
    ------
    SigningError
        If a file cannot be read or written, a part of it is damaged, or the statement contradicts itself.
    """
    if source.suffix.lower() != target.suffix.lower():
        raise SigningError(
            f"Signing does not convert: {target.name} needs the ending {source.suffix!r} of {source.name}."
        )
    if key.stand_in is not None and source.suffix.lower() == ".png":
        raise SigningError("PNG has a checksum over its manifest: an expired key signs JPEG or MP4.")
    _require_readable([path for path in (statement.parent, *statement.components) if path is not None])
    settings = {
        "trust": trust_settings(trust),
        "verify": {
            "remote_manifest_fetch": False,
            "ocsp_fetch": False,
            "verify_after_sign": key.stand_in is None,
        },
        "core": {"allowed_network_hosts": []},
        "builder": {"thumbnail": {"enabled": False}},
    }
    with _replacing(target) as temporary:
        try:
            with (
                c2pa.Context.from_dict(settings) as context,
                c2pa.Builder(_definition(statement), context) as builder,
            ):
                _add_ingredients(builder, statement)
                with (
                    c2pa.Signer.from_callback(
                        _signature_of(key), c2pa.C2paSigningAlg.ES256, _chain_pem(key)
                    ) as signer,
                    source.open("rb") as original,
                    temporary.open("w+b") as signed,
                ):
                    builder.sign(signer, _kind(source), original, signed)
                    if key.stand_in is not None:
                        _swap_certificate(signed, key)
                    signed.flush()
                    os.fsync(signed.fileno())
        except c2pa.C2paError as error:
            raise SigningError(f"{source.name} could not be signed: {error}.") from error
        except OSError as error:
            raise SigningError(f"{source.name} could not be signed: {error.strerror}.") from error


def _require_readable(ingredients: Sequence[Path]) -> None:
    """Let another process open what strangers made, before this one, which holds a private key, does."""
    if not ingredients:
        return
    with CredentialReader() as reader:
        for path in ingredients:
            found = reader.read(path)
            if found.state == "unreadable":
                raise SigningError(f"{path.name} cannot become an ingredient. {found.reason}")


def _definition(statement: Statement) -> dict[str, Any]:
    """Return the manifest's definition as the library's builder takes it."""
    if statement.when.tzinfo is None:
        raise SigningError(f"A moment needs its time zone; {statement.when.isoformat()} has none. Use UTC.")
    assertions: list[tuple[str, dict[str, Any]]] = [("c2pa.actions.v2", {"actions": _actions(statement)})]
    assertions += [
        ("c2pa.soft-binding", {"alg": binding.algorithm, "blocks": [{"scope": {}, "value": binding.value}]})
        for binding in statement.soft_bindings
    ]
    if statement.training is not None:
        entries = {entry: {"use": statement.training} for entry in _TRAINING_ENTRIES}
        assertions.append(("cawg.training-mining", {"entries": entries}))
    if statement.consent_grants:
        assertions.append((CONSENT_LABEL, {"grants": list(statement.consent_grants)}))
    return {
        "title": statement.title,
        "claim_generator_info": [{"name": statement.software, "version": statement.version}],
        "assertions": [{"label": label, "data": data, "created": True} for label, data in assertions],
    }


def _actions(statement: Statement) -> list[dict[str, Any]]:
    shared = {
        "when": statement.when.isoformat(timespec="seconds"),
        "softwareAgent": {"name": statement.software, "version": statement.version},
    }
    what: dict[str, Any] = {"description": statement.description} if statement.description else {}
    if statement.parent is None:
        source_type = SOURCE_TYPES + (statement.source_type or "trainedAlgorithmicMedia")
        actions = [{"action": "c2pa.created", "digitalSourceType": source_type, **what}]
    else:
        source_type = SOURCE_TYPES + (statement.source_type or "compositeWithTrainedAlgorithmicMedia")
        actions = [
            {"action": "c2pa.opened", "parameters": {"ingredientIds": ["parent"]}},
            {"action": "c2pa.edited", "digitalSourceType": source_type, **what},
        ]
    actions += [
        {"action": "c2pa.placed", "parameters": {"ingredientIds": [f"component-{number}"]}}
        for number, _ in enumerate(statement.components)
    ]
    if statement.soft_bindings:
        actions.append({"action": "c2pa.watermarked.bound"})
    return [{**action, **shared} for action in actions]


def _add_ingredients(builder: c2pa.Builder, statement: Statement) -> None:
    ingredients = [("parent", "parentOf", statement.parent)] if statement.parent else []
    ingredients += [
        (f"component-{number}", "componentOf", path) for number, path in enumerate(statement.components)
    ]
    for label, relationship, path in ingredients:
        description = {"title": path.name, "relationship": relationship, "label": label}
        with path.open("rb") as file:
            builder.add_ingredient(description, _kind(path), file)


def _kind(path: Path) -> str:
    kind = path.suffix.lower().removeprefix(".")
    if kind not in c2pa.Builder.get_supported_mime_types():
        raise SigningError(
            f"{path.name} cannot carry Content Credentials: its ending {path.suffix!r} is not one that the "
            "library signs. Use MP4 or MOV for video, JPEG, PNG or WebP for pictures."
        )
    return kind


def _signature_of(key: SigningKey) -> Callable[[bytes], bytes]:
    """Return what signs for the library, with the true certificate in the place of a stand-in."""
    if key.stand_in is None:
        return key.sign
    stand_in, true = (c.public_bytes(Encoding.DER) for c in (key.stand_in, key.chain[0]))
    assert len(stand_in) == len(true)
    return lambda data: key.sign(data.replace(stand_in, true))


def _chain_pem(key: SigningKey) -> str:
    chain = key.chain if key.stand_in is None else (key.stand_in, *key.chain[1:])
    return "".join(certificate.public_bytes(Encoding.PEM).decode() for certificate in chain)


def _swap_certificate(signed: BinaryIO, key: SigningKey) -> None:
    """Put the true certificate where the stand-in is; the signature was made for it."""
    assert key.stand_in is not None
    stand_in, true = (c.public_bytes(Encoding.DER) for c in (key.stand_in, key.chain[0]))
    signed.seek(0)
    position = signed.read().find(stand_in)
    if position < 0:
        raise SigningError(
            "An expired key signs only formats that keep a manifest in one piece: use JPEG or MP4."
        )
    signed.seek(position)
    signed.write(true)


@contextlib.contextmanager
def _replacing(target: Path) -> Iterator[Path]:
    """Give a path beside `target` to write to, and move it there only when all went well."""
    temporary = target.with_name(f".{target.stem[:40]}-{secrets.token_hex(8)}{target.suffix}")
    try:
        temporary.open("xb").close()
    except OSError as error:
        raise SigningError(f"{target} cannot be written: {error.strerror}.") from error
    try:
        yield temporary
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
