"""Is the ledger as it was written? Each check, and the place of the first thing that is wrong.

A damaged ledger gives a finding, never a traceback. What a finding means is a sentence in the reader's language.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from sqlalchemy import bindparam, text
from sqlalchemy.exc import DBAPIError

from medialit.consent.ledger_events import (
    TEXT_FIELDS,
    Event,
    Head,
    decision_in,
    genesis,
    is_hex,
    read_payload,
)
from medialit.consent.ledger_state import Fold
from medialit.consent.ledger_store import SQLITE_TRIGGERS, Session, Store, sqlite_trigger
from medialit.consent.ledger_tail import read_tail
from medialit.errors import LedgerError
from medialit.language import translator


class Finding(StrEnum):
    """What can be wrong."""

    WHOLE = "whole"
    UNREADABLE = "unreadable"
    MISSING = "missing"
    CHANGED = "changed"
    MOVED = "moved"
    FOREIGN = "foreign"
    CUT_OFF = "cut_off"
    HEAD = "head"
    KEY = "key"
    GUARD = "guard"
    FILE = "file"
    CONTRADICTION = "contradiction"


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What was found.

    Parameters
    ----------
    ok : bool
    finding : Finding
        ``whole`` if it is ok.
    first_bad_seq : int or None
        Which event is the first that is wrong; None where no single one is.
    chain : str or None
        Whose.
    what : str
        What exactly, for who repairs it, in English.
    tail_checked : bool
        Whether something outside the database said how far the ledger must go.
    head : Head or None
        How far it goes, where that can be read.
    """

    ok: bool
    finding: Finding
    first_bad_seq: int | None = None
    chain: str | None = None
    what: str = ""
    tail_checked: bool = False
    head: Head | None = None


def _(message: str) -> str:
    """Mark a sentence for the catalogues; `explain_verification` looks it up."""
    return message


_SENTENCES: Final[Mapping[Finding, str]] = {
    Finding.WHOLE: _("The consent ledger is whole: every event is as it was written."),
    Finding.UNREADABLE: _("Event {seq} of the consent ledger cannot be read: it was damaged or changed."),
    Finding.MISSING: _("Event {seq} of the consent ledger is missing."),
    Finding.CHANGED: _("Event {seq} of the consent ledger was changed after it was written."),
    Finding.MOVED: _("Event {seq} of the consent ledger does not follow the one before it."),
    Finding.FOREIGN: _("The consent ledger holds events that nobody says were imported."),
    Finding.CUT_OFF: _(
        "The end of the consent ledger was cut off before event {seq}, or an older copy was put in its place."
    ),
    Finding.HEAD: _("The consent ledger and its own note of how far it goes do not agree, at event {seq}."),
    Finding.KEY: _("Event {seq} of the consent ledger cannot be decrypted, though nobody was erased."),
    Finding.GUARD: _("What keeps other programs from changing the consent ledger was removed."),
    Finding.FILE: _("The file of the consent ledger is damaged."),
    Finding.CONTRADICTION: _("Event {seq} of the consent ledger says something that cannot be."),
}


def explain_verification(verification: Verification, *, lang: str) -> str:
    """Return what was found as a sentence.

    Examples
    --------
    >>> explain_verification(Verification(ok=False, finding=Finding.MISSING, first_bad_seq=3), lang="en")
    'Event 3 of the consent ledger is missing.'
    """
    sentence = translator(lang)(_SENTENCES[verification.finding])
    return sentence.format(seq=verification.first_bad_seq)


class _FoundError(Exception):
    def __init__(
        self, finding: Finding, what: str, *, seq: int | None = None, chain: str | None = None
    ) -> None:
        super().__init__(what)
        self.finding, self.what, self.seq, self.chain = finding, what, seq, chain


def verify(store: Store, *, tail: Path | None, known: tuple[Head, ...]) -> Verification:
    """Return the first thing that is wrong: an event before the database around it."""
    head: Head | None = None
    checked = bool(known)
    outside: list[Head] = list(known)
    try:
        if tail is not None:
            line = read_tail(tail)  # before the database, which may grow meanwhile
            outside += [] if line is None else [line]
            checked = bool(outside)
        with store.reading() as session:
            head = _events(session, store, outside)
            _guards(session, store)
    except _FoundError as found:
        return Verification(
            ok=False,
            finding=found.finding,
            first_bad_seq=found.seq,
            chain=found.chain,
            what=found.what,
            tail_checked=checked,
            head=head,
        )
    except LedgerError as error:
        return Verification(ok=False, finding=Finding.FILE, what=str(error), tail_checked=checked, head=head)
    return Verification(ok=True, finding=Finding.WHOLE, tail_checked=checked, head=head)


def _events(session: Session, store: Store, outside: list[Head]) -> Head:
    """Check all events, then what says how far they go, then what they say together."""
    head = _stored_head(session)
    walk = _Walk(session, store, ends={head.chain: head.seq})
    last = walk.chain(head.chain)
    _own_end(walk, last, head)
    while waiting := [chain for chain in walk.ends if chain not in walk.counts]:
        walk.chain(waiting[0])  # which may have imported others
    walk.ends_reached()
    walk.strays()
    _outside(last, outside, walk.hashes)
    _meaning(session, last, walk.counts)
    return last


@dataclass(frozen=True)
class _Row:
    """A row of the table, and its own number where this can be one."""

    number: int | None
    event: Event | None
    why: str = ""


class _Walk:
    """A walk along the ledger's own chain, along those that it imported, and past what belongs to none of them.

    A row whose chain was changed is missing where it was, and lies where nothing is awaited: a stray. Both places have
    the same number, so that number is told, never the place among the rows that happened to be read.
    """

    def __init__(self, session: Session, store: Store, *, ends: dict[str, int]) -> None:
        self._session, self._store = session, store
        self.ends = ends
        """Each chain that is known of, and how far it is said to go."""
        self.counts: dict[str, int] = {}
        self.hashes: dict[tuple[str, int], str] = {}
        self._unnumbered: list[tuple[str, _Row]] = []

    def chain(self, chain: str) -> Head:
        """Compare each event of a chain with the one before it."""
        head = Head(chain=chain, seq=0, hash=genesis(chain))
        for row in self._rows([chain], inside=True):
            if row.number is None:
                self._unnumbered.append((chain, row))  # the gap that it left says which one it was
                continue
            self._check(row, head)
            assert row.event is not None
            head = row.event.head
            self.hashes[chain, head.seq] = head.hash
            if row.event.kind == "import":
                self._imported(row.event)
        self.counts[chain] = head.seq
        return head

    def _check(self, row: _Row, before: Head) -> None:
        event, chain, number = row.event, before.chain, row.number or 0
        true = event is not None and event.hash == event.true_hash()
        if number > before.seq + 1:
            if before.seq >= self.ends[chain] and not true:
                what = f"event {number} lies in a chain that ends at event {before.seq}"
                raise _FoundError(Finding.MOVED, what, seq=number, chain=chain)
            what = f"after event {before.seq} comes event {number}"
            raise _FoundError(Finding.MISSING, what, seq=before.seq + 1, chain=chain)
        if event is None:
            raise _FoundError(Finding.UNREADABLE, f"event {number}: {row.why}", seq=number, chain=chain)
        if number <= before.seq or event.prev_hash != before.hash:
            what = f"event {number} names another hash before it than event {before.seq} has"
            raise _FoundError(Finding.MOVED, what, seq=number, chain=chain)
        if not true:
            what = f"the fields of event {number} ({event.id}) do not have its hash"
            raise _FoundError(Finding.CHANGED, what, seq=number, chain=chain)

    def _imported(self, event: Event) -> None:
        """Take note of how far another chain goes; whether the event says something valid is for the fold."""
        try:
            record = read_payload(event, keys={}).record
        except LedgerError:
            return
        chain, seq = record.get("chain"), record.get("seq")
        if isinstance(chain, str) and is_hex(chain, 32) and type(seq) is int:
            self.ends[chain] = max(seq, self.ends.get(chain, 0))

    def ends_reached(self) -> None:
        """Refuse an imported chain that ends before the event up to which it was imported."""
        for chain, end in self.ends.items():
            if self.counts[chain] < end:
                what = f"chain {chain} was imported up to event {end}, and ends at event {self.counts[chain]}"
                raise _FoundError(Finding.CUT_OFF, what, seq=self.counts[chain] + 1, chain=chain)

    def named_by_hash(self, head: Head) -> str | None:
        """Return the chain of the event whose hash a head has, though it names another chain."""
        others = (row.event for row in self._rows([head.chain], inside=False) if row.event is not None)
        return next((one.chain for one in others if one.hash == head.hash == one.true_hash()), None)

    def strays(self) -> None:
        """Refuse what belongs to no chain that is known of, and what has no number."""
        for row in self._rows(list(self.ends), inside=False):
            if row.number is None:
                raise _FoundError(Finding.FOREIGN, f"an event of no known chain and no number: {row.why}")
            if row.event is None:
                raise _FoundError(Finding.UNREADABLE, f"event {row.number}: {row.why}", seq=row.number)
            what = f"nobody says that chain {row.event.chain} was imported, which holds event {row.number}"
            raise _FoundError(Finding.FOREIGN, what, seq=row.number, chain=row.event.chain)
        for chain, row in self._unnumbered:
            raise _FoundError(Finding.FOREIGN, f"an event too many: {row.why}", chain=chain)

    def _rows(self, chains: list[str], *, inside: bool) -> Iterator[_Row]:
        """Yield the rows of these chains, or of all others, by number.

        They are read as bytes, from the table itself and not from an index: a text that is no longer UTF-8 has a place,
        too, and is not hidden by a copy that is still good.
        """
        sqlite = self._store.sqlite
        kind = "BLOB" if sqlite else "TEXT"
        columns = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name in TEXT_FIELDS)
        typed = " AND ".join(f"typeof(\"{name}\") = 'text'" for name in TEXT_FIELDS) if sqlite else "TRUE"
        select = f"SELECT {typed} AS typed, seq, {columns} FROM consent_events"  # noqa: S608 - our own names only
        where = f"COALESCE(CAST(chain AS {kind}), '') {'' if inside else 'NOT '}IN :chains"
        query = text(f"{select} WHERE {where} ORDER BY seq").bindparams(bindparam("chains", expanding=True))
        values: list[Any] = [chain.encode() for chain in chains] if sqlite else list(chains)
        number = 0
        try:
            for row in self._session.connection.execute(query, {"chains": values}).mappings():
                found = _row(row)
                number = found.number or number
                yield found
        except (DBAPIError, sqlite3.Error) as error:
            what = f"the database stops at event {number + 1}: {getattr(error, 'orig', error)}"
            raise _FoundError(Finding.UNREADABLE, what, seq=number + 1, chain=chains[0]) from error


def _row(row: Mapping[Any, Any]) -> _Row:
    seq = row["seq"]
    number = seq if type(seq) is int and seq >= 1 else None
    try:
        if not row["typed"]:
            raise LedgerError("a field is kept as something else than text.")
        return _Row(number, Event.from_fields({name: _text(row[name]) for name in ("seq", *TEXT_FIELDS)}))
    except LedgerError as error:
        return _Row(number, None, str(error))


def _own_end(walk: _Walk, last: Head, head: Head) -> None:
    """Compare where the events of the own chain end with where the database says that they do."""
    if head.hash == last.hash and head.seq != last.seq:
        what = f"the head says event {head.seq}, and has the hash of event {last.seq}, the last one"
        raise _FoundError(Finding.HEAD, what, seq=last.seq, chain=last.chain)
    if last.seq == 0 and (named := walk.named_by_hash(head)) is not None:
        what = f"the head says chain {head.chain}, and has the hash of event {head.seq} of chain {named}"
        raise _FoundError(Finding.HEAD, what, seq=head.seq, chain=named)
    if head.seq > last.seq:
        what = f"the head says event {head.seq}, and the last one is {last.seq}"
        raise _FoundError(Finding.CUT_OFF, what, seq=last.seq + 1, chain=last.chain)
    if head != last:
        what = f"the head says {head.to_text()}, and the events {last.to_text()}"
        raise _FoundError(Finding.HEAD, what, seq=last.seq, chain=last.chain)


def _outside(last: Head, outside: list[Head], hashes: Mapping[tuple[str, int], str]) -> None:
    """Compare the chain with what is known of it elsewhere."""
    for one in outside:
        found = genesis(one.chain) if one.seq == 0 else hashes.get((one.chain, one.seq))
        if found is None:
            what = f"it once went to {one.to_text()}, and goes to {last.to_text()}"
            raise _FoundError(Finding.CUT_OFF, what, seq=min(last.seq + 1, one.seq), chain=last.chain)
        if found != one.hash:
            what = f"event {one.seq} once had the hash {one.hash}, and has {found}"
            raise _FoundError(Finding.CHANGED, what, seq=one.seq, chain=one.chain)


def _meaning(session: Session, last: Head, counts: Mapping[str, int]) -> None:
    """Decrypt and fold everything."""
    fold = Fold(last.chain)
    erased = session.erased(last.chain)
    keys = session.keys()
    for (chain, owner), _key in keys.items():
        if owner in erased:
            what = f"the key of {owner}, who was erased, is back"
            raise _FoundError(Finding.KEY, what, seq=_erasure(session, last.chain, owner), chain=chain)
    try:
        fold.advance(session)
        for chain in counts:
            owned = {owner: key for (place, owner), key in keys.items() if place == chain}
            for event in session.events(chain):
                fold.current = event
                if event.kind == "decision":
                    decision_in(event, read_payload(event, keys=owned))
    except LedgerError as error:
        at = fold.current
        finding = (
            Finding.KEY if at is not None and "cannot be opened" in str(error) else Finding.CONTRADICTION
        )
        raise _FoundError(
            finding, str(error), seq=at.seq if at else None, chain=at.chain if at else None
        ) from error
    for chain, count in counts.items():
        if fold.head(chain).seq != count:
            what = f"chain {chain} has {count} events, of which {fold.head(chain).seq} were imported"
            raise _FoundError(Finding.FOREIGN, what, seq=fold.head(chain).seq + 1, chain=chain)
    if (closed := fold.closed()) is not None:
        what = f"a key that event {closed.seq} ({closed.id}) needs is gone"
        raise _FoundError(Finding.KEY, what, seq=closed.seq, chain=closed.chain)


def _erasure(session: Session, chain: str, owner: str) -> int | None:
    return next((one.seq for one in session.about("erasure", owner) if one.chain == chain), None)


def _stored_head(session: Session) -> Head:
    try:
        return Head.from_text(session.head().to_text())
    except LedgerError as error:
        raise _FoundError(Finding.HEAD, f"the head cannot be read: {error}", seq=None) from error


def _text(value: object) -> object:
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value


def _guards(session: Session, store: Store) -> None:
    """Check what stands around the events: the file's own structure, and the triggers."""
    connection = session.connection
    if store.sqlite:
        said = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check")]
        if said != ["ok"]:
            raise _FoundError(Finding.FILE, "; ".join(said)[:500])
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        found = {row[0]: row[1] for row in connection.exec_driver_sql(query)}
        wanted: dict[str, Any] = {name: sqlite_trigger(name) for name in SQLITE_TRIGGERS}
    else:
        query = (
            "SELECT tgname, tgenabled::text FROM pg_trigger WHERE tgrelid = 'consent_events'::regclass "
            "AND NOT tgisinternal"
        )
        found = {row[0]: row[1] for row in connection.exec_driver_sql(query)}
        wanted = {"consent_events_no_change": "O", "consent_events_no_truncate": "O"}
    for name, sql in wanted.items():
        if found.get(name) != sql:
            raise _FoundError(Finding.GUARD, f"the trigger {name} is gone or was changed")
