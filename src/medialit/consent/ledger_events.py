"""One event of the ledger: its fields, its place in a hash chain, and what of it can be erased.

An event's hash covers every field and the hash before it, each with its length in front, so that no two different
events are the same bytes. What tells something about a person (`SEALED`) stands in the event encrypted, under keys that
lie outside the chain: deleting a person's key erases it for good, and the chain still verifies.

References
----------
Haber and Stornetta (1991), How to time-stamp a digital document, J. Cryptology 3:99. NIST SP 800-88 Rev. 1, 2.6
"Cryptographic Erase". RFC 5869 (HKDF). NIST SP 800-38D (GCM).
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from medialit.consent import checks
from medialit.consent.records import (
    Decision,
    Grant,
    Lifting,
    Principal,
    Prohibition,
    Relation,
    Request,
    Revocation,
    record_from_dict,
)
from medialit.errors import LedgerError, RecordError

Statement = Principal | Grant | Prohibition | Revocation | Lifting | Relation
"""What `Ledger.append` takes."""

KEY_BYTES: Final = 32
MAX_PAYLOAD: Final = 4_000_000
"""Longest payload, in characters: a record of the greatest size, sealed and as base64."""
SEALED: Final[Mapping[str, tuple[str, ...]]] = {
    "principal": ("name", "born", "minor", "died"),
    "grant": ("restrictions",),
    "prohibition": ("restrictions",),
    "revocation": ("reason",),
    "lifting": (),
    "relation": (),
    "decision": ("topics", "contexts", "appearance", "details"),
    "import": (),
    "erasure": (),
}
"""Each kind of event, with what of its record is encrypted."""
TEXT_FIELDS: Final = (
    "chain", "id", "kind", "subject", "payload", "by", "at", "recorded_at", "not_before", "prev_hash", "hash",
)  # fmt: skip

_EVENT: Final = "medialit consent ledger event 1"
_GENESIS: Final = "medialit consent ledger genesis 1"
_SUBJECT: Final = "medialit consent ledger relation 1"
_SEAL: Final = b"medialit consent ledger seal 1"


def digest(*parts: str) -> str:
    """Return the SHA-256 of texts, each in UTF-8 with its length (8 bytes, big-endian) in front, in hexadecimal.

    Examples
    --------
    >>> digest("ab", "c") == digest("a", "bc")
    False
    """
    found = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        found.update(len(data).to_bytes(8, "big"))
        found.update(data)
    return found.hexdigest()


def genesis(chain: str) -> str:
    """Return what the first event of a chain names as the hash before it."""
    return digest(_GENESIS, chain)


@dataclass(frozen=True, kw_only=True)
class Head:
    """How far a chain goes: whoever keeps this line elsewhere can tell later whether its end was cut off.

    Parameters
    ----------
    chain : str
        32 hexadecimal digits.
    seq : int
        Of the last event; 0 where there is none.
    hash : str
        Of the last event.
    """

    chain: str
    seq: int
    hash: str

    def to_text(self) -> str:
        """Return one line, to be printed, mailed or signed."""
        return f"medialit-consent {self.chain} {self.seq} {self.hash}"

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return the head that a line says.

        Raises
        ------
        LedgerError
            If it is no such line.
        """
        words = text.split()
        good = len(words) == 4 and words[0] == "medialit-consent" and is_hex(words[1], 32)
        if not good or not is_hex(words[3], 64) or not (words[2].isascii() and words[2].isdecimal()):
            raise LedgerError(
                f"{checks.shown(text)} is not the head of a ledger. It has four words: medialit-consent, the chain, "
                "a number and a hash."
            )
        return cls(chain=words[1], seq=int(words[2][:18]), hash=words[3])


@dataclass(frozen=True, kw_only=True)
class Event:
    """One line of the ledger.

    Parameters
    ----------
    chain : str
        32 hexadecimal digits; which chain it is in.
    seq : int
        Its place there, from 1.
    id : str
        ``kind/subject/n``, the n-th event of this kind about this subject.
    kind : str
        One of `SEALED`.
    subject : str
        The id of its record; for a relation, a hash of who and whom.
    payload : str
        Canonical JSON: ``record`` as far as it can stay, ``sealed`` and its ``owners``.
    by : str
        Who handed it in.
    at : datetime
        When it was said, as the record says.
    recorded_at : datetime
        The clock of the computer that wrote it. It may lie before the event before it: clocks are wrong.
    not_before : datetime
        The latest `recorded_at` of the chain up to here, which never goes back.
    prev_hash, hash : str
        64 hexadecimal digits each.
    """

    chain: str
    seq: int
    id: str
    kind: str
    subject: str
    payload: str
    by: str
    at: datetime
    recorded_at: datetime
    not_before: datetime
    prev_hash: str
    hash: str = ""

    def fields(self) -> dict[str, Any]:
        """Return plain data: text, and the number `seq`."""
        found: dict[str, Any] = {"seq": self.seq} | {name: getattr(self, name) for name in TEXT_FIELDS}
        for name in ("at", "recorded_at", "not_before"):
            found[name] = moment_text(found[name])
        return found

    @classmethod
    def from_fields(cls, data: Mapping[str, object]) -> Self:
        """Return the event that plain data hold; its hash is not compared.

        Raises
        ------
        LedgerError
            If a field is missing, unknown, or not as it is written here.
        """
        if set(data) != {"seq", *TEXT_FIELDS}:
            raise LedgerError(
                f"It has the fields {checks.shown(sorted(map(str, data)))}, not those of an event."
            )
        seq, text = data["seq"], {name: data[name] for name in TEXT_FIELDS}
        if type(seq) is not int or not 1 <= seq < 2**63:
            raise LedgerError(f"Its number is {checks.shown(seq)}, not a number from 1 on.")
        given: dict[str, Any] = {}
        for name, value in text.items():
            if not isinstance(value, str) or any("\ud800" <= sign <= "\udfff" for sign in value):
                raise LedgerError(f"Its `{name}` is {checks.shown(value)}, not text.")
            given[name] = value
        for name, length in (("chain", 32), ("prev_hash", 64), ("hash", 64)):
            if not is_hex(given[name], length):
                raise LedgerError(f"Its `{name}` is {checks.shown(given[name])}, not {length} hex digits.")
        for name in ("at", "recorded_at", "not_before"):
            given[name] = _moment(given[name], name)
        for name in ("subject", "by"):
            if not _is_ident(given[name]):
                raise LedgerError(f"Its `{name}` is {checks.shown(given[name])}, which is no id.")
        if given["kind"] not in SEALED:
            raise LedgerError(
                f"Its kind is {checks.shown(given['kind'])}. Known: {', '.join(SEALED)}. A newer medialit may have "
                "written it."
            )
        if len(given["payload"]) > MAX_PAYLOAD:
            raise LedgerError(f"Its payload has {len(given['payload'])} characters; {MAX_PAYLOAD} at most.")
        return cls(seq=seq, **given)

    def true_hash(self) -> str:
        """Return the hash that its fields have."""
        given = self.fields()
        return digest(_EVENT, str(self.seq), *(str(given[name]) for name in TEXT_FIELDS if name != "hash"))

    def hashed(self) -> Self:
        """Return the event with its hash."""
        return replace(self, hash=self.true_hash())

    @property
    def head(self) -> Head:
        """The chain up to here."""
        return Head(chain=self.chain, seq=self.seq, hash=self.hash)


@dataclass(frozen=True, kw_only=True)
class LoggedDecision:
    """A decision as the ledger keeps it.

    Parameters
    ----------
    request : Request
    decision : Decision
    by : str
        Which gate asked.
    recorded_at : datetime
    complete : bool
        False where somebody whom it concerns was forgotten: what was found in the clip, and the details of the
        reasons, are then gone.
    """

    request: Request
    decision: Decision
    by: str
    recorded_at: datetime
    complete: bool


def subject_of(statement: Statement) -> str:
    """Return what an event about this statement is filed under."""
    if isinstance(statement, Relation):
        return digest(_SUBJECT, statement.kind.value, statement.from_id, statement.to_id)[:32]
    return statement.id


def people_of(statement: Statement) -> tuple[str, ...]:
    """Return whose data a statement is."""
    if isinstance(statement, Principal):
        return (statement.id,)
    if isinstance(statement, Relation):
        return (statement.from_id, statement.to_id)
    return (statement.principal,)


def event_id(kind: str, subject: str, n: int) -> str:
    """Return what the n-th event of a kind about a subject is called."""
    return f"{kind}/{subject}/{n}"


def split_record(record: Mapping[str, Any], kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what of a statement's plain data stays readable, and what is sealed."""
    hidden = {name: record[name] for name in SEALED[kind]}
    return {name: value for name, value in record.items() if name not in hidden}, hidden


def split_decision(request: Request, decision: Decision) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the same for a decision: codes and ids stay; what was found, and what reasons quote, is sealed."""
    asked, answered = request.to_dict(), decision.to_dict()
    hidden: dict[str, Any] = {
        name: asked[name] for name in ("topics", "contexts", "appearance") if asked[name] is not None
    }
    for name in ("topics", "contexts", "appearance"):
        asked[name] = None
    hidden["details"] = [reason["detail"] for reason in answered["reasons"]]
    for reason in (answered["reason"], *answered["reasons"]):
        reason["detail"] = []
    return {"request": asked, "decision": answered}, hidden


def write_payload(
    record: Mapping[str, Any], hidden: Mapping[str, Any], *, keys: Mapping[str, bytes] | None, context: str
) -> str:
    """Return an event's payload.

    Parameters
    ----------
    record, hidden : mapping
        What stays readable, and what is sealed.
    keys : mapping of str to bytes, or None
        Of everybody whom it concerns: without any one of them nothing sealed can be read again. None keeps nothing
        of what would be sealed, because one of them was forgotten.
    context : str
        Chain and event; a sealed part that is moved to another event cannot be opened.
    """
    sealed: str | None = None
    owners: tuple[str, ...] = ()
    if keys and hidden:
        nonce = os.urandom(12)
        data = AESGCM(_content_key(keys)).encrypt(nonce, canonical(hidden).encode(), context.encode())
        sealed, owners = base64.b64encode(nonce + data).decode("ascii"), tuple(sorted(keys))
    return canonical({"record": dict(record), "sealed": sealed, "owners": list(owners)})


@dataclass(frozen=True, kw_only=True)
class Content:
    """What an event says, as far as it can be read.

    Parameters
    ----------
    record : dict
    owners : tuple of str
        Whose keys open what is sealed; empty where nothing is.
    hidden : dict or None
        What was sealed; None where a key is gone.
    """

    record: dict[str, Any]
    owners: tuple[str, ...]
    hidden: dict[str, Any] | None


def owners_of(event: Event) -> tuple[str, ...]:
    """Return whose keys an event's sealed part needs.

    Raises
    ------
    LedgerError
        If the payload is none.
    """
    return _payload(event)[2]


def read_payload(event: Event, *, keys: Mapping[str, bytes]) -> Content:
    """Return what an event says.

    Raises
    ------
    LedgerError
        If its payload is none, or a key is there and does not open it.
    """
    record, sealed, owners = _payload(event)
    if sealed is None:
        return Content(record=record, owners=(), hidden=None if event.kind == "decision" else {})
    if any(owner not in keys for owner in owners):
        return Content(record=record, owners=owners, hidden=None)
    try:
        data = AESGCM(_content_key({owner: keys[owner] for owner in owners})).decrypt(
            sealed[:12], sealed[12:], context_of(event).encode()
        )
    except (InvalidTag, ValueError) as error:
        raise LedgerError(
            f"Event {event.seq} ({event.id}) cannot be opened: a key of {', '.join(owners)} was changed."
        ) from error
    return Content(record=record, owners=owners, hidden=_object(data.decode("utf-8", "replace"), event))


def context_of(event: Event) -> str:
    """Return what a sealed part is bound to."""
    return f"{event.chain}/{event.id}"


def statement_in(event: Event, content: Content) -> Statement | None:
    """Return the statement of an event; None where what is needed of it was erased.

    Raises
    ------
    LedgerError
        If it holds none, or is filed under something else than what it says.
    """
    if content.hidden is None:
        return None
    try:
        found = record_from_dict(content.record | content.hidden)
    except RecordError as error:
        raise LedgerError(f"Event {event.seq} ({event.id}) holds no valid record: {error}") from error
    if (
        not isinstance(found, Statement)
        or found.record_type != event.kind
        or subject_of(found) != event.subject
    ):
        raise LedgerError(
            f"Event {event.seq} ({event.id}) holds something else than it is filed under. Who made the file?"
        )
    return found


def decision_in(event: Event, content: Content) -> LoggedDecision:
    """Return the decision of an event.

    Raises
    ------
    LedgerError
        If it holds none.
    """
    try:
        asked, answered = dict(content.record["request"]), dict(content.record["decision"])
        if content.hidden is not None:
            details = content.hidden["details"]
            asked |= {name: value for name, value in content.hidden.items() if name != "details"}
            answered["reasons"] = [
                dict(reason, detail=detail)
                for reason, detail in zip(answered["reasons"], details, strict=True)
            ]
            answered["reason"] = answered["reasons"][0]
        request, decision = Request.from_dict(asked), Decision.from_dict(answered)
    except (RecordError, KeyError, TypeError, ValueError, IndexError) as error:
        raise LedgerError(f"Event {event.seq} ({event.id}) holds no valid decision: {error}") from error
    return LoggedDecision(
        request=request,
        decision=decision,
        by=event.by,
        recorded_at=event.recorded_at,
        complete=content.hidden is not None,
    )


def canonical(data: object) -> str:
    """Return the one JSON text of plain data: sorted keys, no spaces."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def moment_text(moment: datetime) -> str:
    """Return a moment as it is written: ISO 8601, UTC, ending in Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def is_hex(text: str, length: int) -> bool:
    """Say whether a text is this many hexadecimal digits, in small letters."""
    return len(text) == length and all(sign in "0123456789abcdef" for sign in text)


def _is_ident(text: str) -> bool:
    try:
        return checks.ident(text, "") == text
    except RecordError:
        return False


def _moment(text: str, name: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None and moment_text(found) == text:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise LedgerError(f"Its `{name}` is {checks.shown(text)}, not a moment such as 2026-11-27T09:00:00Z.")


def _payload(event: Event) -> tuple[dict[str, Any], bytes | None, tuple[str, ...]]:
    data = _object(event.payload, event)
    record, sealed, owners = data.get("record"), data.get("sealed"), data.get("owners")
    if set(data) == {"record", "sealed", "owners"} and isinstance(record, dict) and _all_text(owners):
        if sealed is None and not owners:
            return record, None, ()
        if isinstance(sealed, str) and owners:
            try:
                return record, base64.b64decode(sealed, validate=True), tuple(owners)
            except ValueError:
                pass
    raise LedgerError(f"Event {event.seq} ({event.id}) has no payload as this ledger writes it.")


def _all_text(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _object(text: str, event: Event) -> dict[str, Any]:
    try:
        found = json.loads(text)
        if isinstance(found, dict) and canonical(found) == text:
            return found
    except (ValueError, RecursionError):
        pass
    raise LedgerError(f"Event {event.seq} ({event.id}) has no payload as this ledger writes it.")


def _content_key(keys: Mapping[str, bytes]) -> bytes:
    """Return one key out of everybody's; the event it is for is bound by the associated data."""
    ordered: Sequence[bytes] = [keys[owner] for owner in sorted(keys)]
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=_SEAL).derive(b"".join(ordered))
