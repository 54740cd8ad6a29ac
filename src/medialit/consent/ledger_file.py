"""The ledger as a file: JSON Lines, so that people keep their grants when a platform closes.

The first line says what follows: the chain, its head, and how many keys and events there are. Then come the keys, a
line each, then the events, a line each, the ledger's own chain first. Nothing of a file is believed: each line is
bounded and parsed strictly, each chain is folded from its first event, and only then is anything written.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final, Literal

from medialit.consent import checks
from medialit.consent.ledger_events import (
    KEY_BYTES,
    Event,
    Head,
    canonical,
    decision_in,
    event_id,
    is_hex,
    read_payload,
    write_payload,
)
from medialit.consent.ledger_state import LAST, Fold
from medialit.consent.ledger_store import Session
from medialit.errors import LedgerError, RecordError

FORMAT: Final = "medialit-consent-ledger"
SCHEMA_VERSION: Final = 1
MAX_LINE: Final = 16 * 2**20
"""Bytes of one line."""
MAX_FILE: Final = 512 * 2**20
"""Bytes of a file: it is held in memory while it is checked."""


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What an import did.

    Parameters
    ----------
    how : str
        ``adopted``: the empty ledger became this chain. ``continued``: it was this chain already. ``beside``: it is
        kept beside, as a chain of its own.
    head : Head
        Of the file's chain.
    n_added : int
        Events that were not here before, the one about the import itself not counted.
    """

    how: Literal["adopted", "continued", "beside"]
    head: Head
    n_added: int


@dataclass(frozen=True)
class ExportFile:
    """A file that was read and found whole; a `ledger_state.Reader`."""

    head: Head
    chains: dict[str, list[Event]] = field(repr=False)
    lines: dict[tuple[str, int], int] = field(repr=False)
    all_keys: dict[tuple[str, str], bytes] = field(repr=False)

    def events(self, chain: str, after: int = 0, upto: int = LAST) -> Iterable[Event]:
        """Give the events of a chain, after one number and up to another."""
        return (one for one in self.chains.get(chain, ()) if after < one.seq <= upto)

    def keys(self, chain: str) -> Mapping[tuple[str, str], bytes]:
        """Give the keys of a chain."""
        return {place: key for place, key in self.all_keys.items() if place[0] == chain}


def write_export(session: Session, path: Path) -> Head:
    """Write everything to a file, whole or not at all."""
    head = session.head()
    counts = session.counts()
    chains = sorted(counts, key=lambda chain: (chain != head.chain, chain))
    keys = sorted(session.keys().items())
    top = {
        "format": FORMAT,
        "schema_version": SCHEMA_VERSION,
        "chain": head.chain,
        "head": {"seq": head.seq, "hash": head.hash},
        "keys": len(keys),
        "count": sum(counts.values()),
    }
    try:
        with NamedTemporaryFile("wb", dir=path.parent, prefix=".", delete=False) as draft:
            place = Path(draft.name)
            try:
                draft.write(_line(top))
                for (chain, owner), key in keys:
                    text = base64.b64encode(key).decode("ascii")
                    draft.write(_line({"key": {"chain": chain, "owner": owner, "key": text}}))
                for chain in chains:
                    for event in session.events(chain):
                        draft.write(_line({"event": event.fields()}))
                draft.flush()
                os.fsync(draft.fileno())
                place.replace(path)
            finally:
                place.unlink(missing_ok=True)
    except OSError as error:
        raise LedgerError(f"The ledger cannot be written to {path}: {error.strerror}.") from error
    return head


def read_export(path: Path, *, expected: Head | None) -> ExportFile:
    """Return a file that is whole.

    Raises
    ------
    LedgerError
        If it is not, with the line.
    """
    lines = _lines(path)
    top = next(lines, (1, {}))[1]
    head, n_keys, n_events = _header(top)
    if expected is not None and expected != head:
        raise LedgerError(
            f"Line 1: the file's head is {head.to_text()!r}, not {expected.to_text()!r}. It is another file, an older "
            "one, or a forged one; ask for it again."
        )
    file = ExportFile(head, {}, {}, {})
    for number, line in lines:
        with_line = _Line(number)
        if set(line) == {"key"} and not file.lines:
            with_line.key(line["key"], file.all_keys)
        elif set(line) == {"event"}:
            with_line.event(line["event"], file)
        else:
            raise with_line.error(
                "it holds neither a key before all events nor an event. Is it an export of a consent ledger?"
            )
    if (len(file.all_keys), len(file.lines)) != (n_keys, n_events):
        raise LedgerError(
            f"Line 1 promises {n_keys} keys and {n_events} events, and {len(file.all_keys)} and {len(file.lines)} "
            "follow. The file was cut off or joined; copy it again."
        )
    _check(file)
    return file


def take_in(session: Session, file: ExportFile, *, by: str, now: datetime) -> Imported:
    """Write what is missing of a file; the caller's transaction is rolled back if anything is raised."""
    own, how = session.head(), _how(session, file)
    n_added = 0
    for chain, events in file.chains.items():
        here = list(session.events(chain))
        for old, new in zip(here, events, strict=False):
            if old.hash != new.hash:
                raise _at(file, new).error(
                    f"event {new.seq} is another one than event {new.seq} here: two copies of this ledger went on "
                    "separately. Nothing was imported. Keep one, and hand the other's newer statements in again."
                )
        session.add(events[len(here) :])
        n_added += max(0, len(events) - len(here))
    if how != "beside" and file.head.seq > own.seq:
        session.set_head(file.head)
    _take_keys(session, file)
    if how == "beside":
        _attest(session, file.head, by=by, now=now)
    fold = Fold(session.head().chain)
    try:
        fold.advance(session)
        fold.check()
    except LedgerError as error:
        event = fold.current
        line = file.lines.get((event.chain, event.seq)) if event is not None else None
        raise LedgerError(
            f"{'The file' if line is None else f'Line {line}'} cannot be taken in: {error} Nothing was imported."
        ) from error
    return Imported(how=how, head=file.head, n_added=n_added)


def _how(session: Session, file: ExportFile) -> Literal["adopted", "continued", "beside"]:
    own = session.head()
    if own.chain == file.head.chain:
        return "continued"
    return "adopted" if own.seq == 0 else "beside"


def _take_keys(session: Session, file: ExportFile) -> None:
    """Keep the keys that are new, except those of people who were erased here."""
    forgotten = session.erased(session.head().chain)
    here = session.keys()
    for place, key in file.all_keys.items():
        if here.get(place, key) != key:
            raise LedgerError(
                f"The file has another key for {place[1]} than this ledger. Nothing was imported."
            )
    session.add_keys(
        {
            place: key
            for place, key in file.all_keys.items()
            if place not in here and place[1] not in forgotten
        }
    )
    for owner in forgotten:
        session.delete_keys(owner)


def _attest(session: Session, head: Head, *, by: str, now: datetime) -> None:
    """Say in the ledger's own chain that another one was taken in, and how far."""
    own = session.head().chain
    before = [one for one in session.about("import", head.chain) if one.chain == own]
    if before and read_payload(before[-1], keys={}).record["seq"] >= head.seq:
        return
    record = {"chain": head.chain, "seq": head.seq, "hash": head.hash}
    payload = write_payload(record, {}, keys=None, context="")
    id = event_id("import", head.chain, 1 + len(before))
    session.write(id, "import", head.chain, payload, by=by, at=now, now=now)


def _check(file: ExportFile) -> None:
    """Fold the file on its own, and read every decision in it."""
    fold = Fold(file.head.chain)
    try:
        fold.advance(file)
    except LedgerError as error:
        raise _at(file, fold.current).error(str(error)) from error
    fold.check()
    if fold.head() != file.head:
        raise LedgerError(
            f"Line 1 says that the chain ends in event {file.head.seq} with {file.head.hash[:16]}…, and it ends in event "
            f"{fold.head().seq} with {fold.head().hash[:16]}…. The file was cut off or changed; copy it again."
        )
    for chain, events in file.chains.items():
        keys = {owner: key for (_chain, owner), key in file.keys(chain).items()}
        for event in events:
            if event.seq > fold.head(chain).seq:
                raise _at(file, event).error(
                    "nothing in the file's own chain says that this chain was imported."
                )
            if event.kind == "decision":
                try:
                    decision_in(event, read_payload(event, keys=keys))
                except LedgerError as error:
                    raise _at(file, event).error(str(error)) from error


class _Line:
    """A line of a file, by its number, and what may stand in it."""

    def __init__(self, number: int) -> None:
        self.number = number

    def error(self, what: str) -> LedgerError:
        return LedgerError(f"Line {self.number}: {what} Nothing was imported.")

    def key(self, data: object, keys: dict[tuple[str, str], bytes]) -> None:
        if isinstance(data, dict) and set(data) == {"chain", "owner", "key"} and _texts(data.values()):
            try:
                key = base64.b64decode(data["key"], validate=True)
                place = (data["chain"], checks.ident(data["owner"], "owner"))
            except ValueError:
                raise self.error("its key is not base64.") from None
            except RecordError as error:
                raise self.error(str(error)) from error
            if len(key) == KEY_BYTES and is_hex(place[0], 32) and place not in keys:
                keys[place] = key
                return
        raise self.error(
            "it holds no key of 32 bytes with its chain and owner, or one that stands above already."
        )

    def event(self, data: object, file: ExportFile) -> None:
        try:
            if not isinstance(data, dict):
                raise LedgerError("it holds no event.")
            event = Event.from_fields(data)
        except LedgerError as error:
            raise self.error(str(error)) from error
        events = file.chains.setdefault(event.chain, [])
        if event.seq != len(events) + 1:
            raise self.error(
                f"event {event.seq} stands where event {len(events) + 1} is next. Lines were moved, doubled or taken out."
            )
        if event.hash != event.true_hash():
            raise self.error(
                f"the hash of event {event.seq} is wrong: the line was changed. Ask for the file again."
            )
        events.append(event)
        file.lines[event.chain, event.seq] = self.number


def _at(file: ExportFile, event: Event | None) -> _Line:
    return _Line(1 if event is None else file.lines.get((event.chain, event.seq), 1))


def _texts(values: Iterable[object]) -> bool:
    return all(isinstance(one, str) for one in values)


def _header(top: Mapping[str, Any]) -> tuple[Head, int, int]:
    version, head = top.get("schema_version"), top.get("head")
    if top.get("format") != FORMAT:
        raise LedgerError(f"Line 1: this is no export of a consent ledger ({FORMAT}). Choose another file.")
    if version != SCHEMA_VERSION or isinstance(version, bool):
        raise LedgerError(
            f"Line 1: the file has version {checks.shown(version)}; this medialit reads version {SCHEMA_VERSION}. "
            "Update it."
        )
    counts = (top.get("keys"), top.get("count"))
    if isinstance(head, dict) and all(type(one) is int and one >= 0 for one in (*counts, head.get("seq"))):
        chain, hash = top.get("chain"), head.get("hash")
        if isinstance(chain, str) and isinstance(hash, str) and is_hex(chain, 32) and is_hex(hash, 64):
            return Head(chain=chain, seq=head["seq"], hash=hash), int(top["keys"]), int(top["count"])
    raise LedgerError(
        "Line 1: it does not say the chain, its head and how much follows. Ask for the file again."
    )


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each line's number and object."""
    try:
        if path.stat().st_size > MAX_FILE:
            raise LedgerError(
                f"{path.name} is larger than {MAX_FILE >> 20} MiB. Is it an export of a consent ledger?"
            )
        with path.open("rb") as file:
            number = 0
            while data := file.readline(MAX_LINE + 1):
                number += 1
                if len(data) > MAX_LINE:
                    raise LedgerError(
                        f"Line {number} is longer than {MAX_LINE >> 20} MiB. No line that medialit writes is. Nothing "
                        "was imported."
                    )
                yield number, _parsed(number, data)
    except OSError as error:
        raise LedgerError(f"{path} cannot be read: {error.strerror}. Check the path.") from error


def _parsed(number: int, data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
        if isinstance(found, dict):
            return found
        why = "it is not an object"
    except UnicodeDecodeError:
        why = "it is not UTF-8"
    except (ValueError, RecursionError) as error:
        why = str(error)
    raise LedgerError(f"Line {number} is not JSON as medialit writes it ({why}). Nothing was imported.")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _no_constant(word: str) -> object:
    raise ValueError(f"{word} is not JSON")


def _line(data: Mapping[str, object]) -> bytes:
    return canonical(data).encode("utf-8") + b"\n"
