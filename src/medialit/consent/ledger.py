"""The ledger: every statement about a likeness, and every decision, kept for good in one hash-chained log.

::

    $MEDIALIT_HOME/consent/           0700
    ├── ledger.db                     events, keys and the head (SQLite)
    └── ledger.db.head                how far it goes, once more

Events are only ever added. What stands is a fold of them, `Ledger.state`, in the shape that `policy.decide` takes.
What is acknowledged is on the disk. Names and what else can hurt (`ledger_events.SEALED`) are encrypted under a key of
the person's own, so that `Ledger.forget` erases them though the log stays whole. See docs/explanation/ledger.md.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from medialit.consent import checks
from medialit.consent.ledger_events import (
    KEY_BYTES,
    Event,
    Head,
    LoggedDecision,
    Statement,
    decision_in,
    event_id,
    owners_of,
    people_of,
    read_payload,
    split_decision,
    split_record,
    statement_in,
    subject_of,
    write_payload,
)
from medialit.consent.ledger_file import Imported, read_export, take_in, write_export
from medialit.consent.ledger_state import Fold, State
from medialit.consent.ledger_store import Session, Store
from medialit.consent.ledger_tail import check_tail, read_tail, write_tail
from medialit.consent.ledger_verify import Verification, verify
from medialit.consent.records import (
    Decision,
    Grant,
    Principal,
    Relation,
    Request,
)
from medialit.databases import place as kept
from medialit.errors import LedgerError
from medialit.home import medialit_home


class Ledger:
    """An open ledger. Use it as a context manager. Several processes may use one at the same time.

    Parameters
    ----------
    place : str or Path, optional
        A path of a SQLite file, or a URL: ``sqlite:///PATH`` or ``postgresql://USER@HOST/DATABASE``, which needs the
        extra ``postgres``. When not given: where `medialit.databases` keeps `$MEDIALIT_HOME`'s, which is
        ``$MEDIALIT_HOME/consent/ledger.db`` unless PostgreSQL is configured. It is made where there is none.
    heads : Path, optional
        Folder of the line that says how far a ledger in PostgreSQL goes; ``$MEDIALIT_HOME/consent/heads`` when not given.

    Raises
    ------
    LedgerError
        If it cannot be made, is damaged, or is something else.

    Examples
    --------
    >>> import tempfile
    >>> from datetime import UTC, date
    >>> moment = datetime(2026, 9, 1, tzinfo=UTC)
    >>> tiziri = Principal(id="tiziri", name="ⵜⵉⵣⵉⵔⵉ", born=date(1990, 5, 1))
    >>> with tempfile.TemporaryDirectory() as home, Ledger(Path(home) / "ledger.db") as ledger:
    ...     first = ledger.append(tiziri, by="tiziri", now=moment)
    ...     again = ledger.append(tiziri, by="tiziri", now=moment)
    ...     first == again, ledger.state().principal("tiziri").name, ledger.verify().ok
    (True, 'ⵜⵉⵣⵉⵔⵉ', True)
    """

    def __init__(self, place: str | Path | None = None, *, heads: Path | None = None) -> None:
        if place is None:
            place = kept("home", medialit_home() / "consent" / "ledger.db")
        self._heads = heads
        self._store = Store(place, new_chain=secrets.token_hex(16))
        self._fold: Fold | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self._store.close()

    def append(self, record: Statement, *, by: str, now: datetime, replaces: str | None = None) -> Event:
        """Keep a statement, and return its event once it is on the disk.

        The same statement handed in twice is one event. A `Relation` between the same two people replaces the one
        before it. A `Principal` who changed replaces the older one only if `replaces` names it, so that of two people
        who change it at once the second is told.

        Parameters
        ----------
        record : Principal, Grant, Prohibition, Revocation, Lifting or Relation
        by : str
            Who hands it in: one of those who speak in it. Whoever keeps the register hands in principals.
        now : datetime
            Aware.
        replaces : str, optional
            The hash of the event with the older state of a principal.

        Raises
        ------
        LedgerError
            If `by` does not speak in it, its id stands for something else here, or the person was erased.
        RecordError
            If `by` or `now` is no id or moment.
        """
        if not isinstance(record, Statement):
            raise LedgerError(
                f"The ledger keeps statements, not {checks.shown(record)}. A decision goes into `log`."
            )
        by, now = checks.ident(by, "`by`"), checks.moment(now, "`now`")
        _check_speaker(record, by)
        kind, subject = record.record_type, subject_of(record)
        about = people_of(record)
        with self._writing() as session:
            chain = session.head(lock=True).chain
            before = session.about(kind, subject)
            found = self._same(session, record, before, chain=chain, replaces=replaces)
            if found is not None:
                return found
            for person in about:
                if session.about("erasure", person):
                    raise LedgerError(
                        f"{person} was erased here on request. Enrol the person again, under a new id."
                    )
            stays, hidden = split_record(record.to_dict(), kind)
            id = event_id(kind, subject, 1 + sum(one.chain == chain for one in before))
            keys = self._keys(session, chain, about) if hidden else {}
            payload = write_payload(stays, hidden, keys=keys, context=f"{chain}/{id}")
            at = now if isinstance(record, Principal) else record.at
            return session.write(id, kind, subject, payload, by=by, at=at, now=now)

    def log(self, request: Request, decision: Decision, *, by: str, now: datetime) -> Event:
        """Keep a decision, a refusal too, and return its event once it is on the disk.

        The same answer to the same request, twice in a row, is one event; another answer is a new one.

        Parameters
        ----------
        request : Request
        decision : Decision
            As `policy.decide` gave it.
        by : str
            Which gate asked, such as ``publish``.
        now : datetime
            Aware.

        Raises
        ------
        LedgerError
            If the request's id stands for another request here.
        RecordError
            If `by` or `now` is no id or moment.
        """
        by, now = checks.ident(by, "`by`"), checks.moment(now, "`now`")
        people = {request.requester, *request.principals}
        if request.original is not None:
            people |= {request.original.maker, *request.original.principals}
        with self._writing() as session:
            chain = session.head(lock=True).chain
            before = [one for one in session.about("decision", request.id) if one.chain == chain]
            if before:
                last = self._decision(session, before[-1])
                if _bare(last.request, last.complete) != _bare(request, last.complete):
                    raise LedgerError(
                        f"The request {request.id} is already here and asks for something else. Give the new request "
                        "an id of its own."
                    )
                if last.complete and last.decision == decision:
                    return before[-1]
            stays, hidden = split_decision(request, decision)
            id = event_id("decision", request.id, 1 + len(before))
            gone = any(session.about("erasure", one) for one in people)
            keys = None if gone else self._keys(session, chain, sorted(people))
            payload = write_payload(stays, hidden, keys=keys, context=f"{chain}/{id}")
            return session.write(id, "decision", request.id, payload, by=by, at=now, now=now)

    def forget(self, principal: str, *, by: str, now: datetime) -> Event:
        """Erase a person: delete the key of the name and of all else that is sealed, and keep that it was done.

        Afterwards no record in `state` is about this person, so every use of the likeness is refused. Ids, times and
        kinds of events stay: the log would not verify without them.

        Parameters
        ----------
        principal : str
        by : str
            Who asked for it.
        now : datetime
            Aware.

        Returns
        -------
        Event
            The first one, where the person was erased before.

        Raises
        ------
        LedgerError
            If nobody of this id is known, or another program keeps the deleted page from being overwritten.
        RecordError
            If `by` or `now` is no id or moment.
        """
        principal, by = checks.ident(principal, "`principal`"), checks.ident(by, "`by`")
        now = checks.moment(now, "`now`")
        with self._writing() as session:
            chain = session.head(lock=True).chain
            done = [one for one in session.about("erasure", principal) if one.chain == chain]
            if not done and not session.keys(owners=[principal]):
                raise LedgerError(f"The ledger keeps nothing about {principal}. Check the id.")
            session.delete_keys(principal)
            if done:
                event = done[0]
            else:
                id = event_id("erasure", principal, 1)
                payload = write_payload({"principal": principal}, {}, keys=None, context="")
                event = session.write(id, "erasure", principal, payload, by=by, at=now, now=now)
        self._store.wipe()
        return event

    def keeps(self, principal: str) -> bool:
        """Say whether anything is kept that `forget` would erase."""
        with self._store.reading() as session:
            return bool(session.keys(owners=[principal]))

    def wipe(self) -> None:
        """Delete everything, names and log alike: for a class that ends. A new, empty chain begins.

        What PostgreSQL's own log, a flash disk or a backup still holds is out of reach from here.
        """
        path = self._tail_path
        self._store.empty(secrets.token_hex(16))
        path.unlink(missing_ok=True)
        self._fold = None

    def events(self, *, after: int = 0) -> Iterator[Event]:
        """Yield the events of the ledger's own chain in order, after a number. Only `verify` compares hashes."""
        with self._store.reading() as session:
            found = list(session.events(session.head().chain, after))
        yield from found  # outside: a reader that pauses would keep deleted keys in SQLite's log

    def record(self, event: Event) -> Statement | LoggedDecision | None:
        """Return what an event says: None for an import or an erasure, and for a statement that was erased.

        Raises
        ------
        LedgerError
            If it cannot be read though nothing was erased.
        """
        with self._store.reading() as session:
            if event.kind == "decision":
                return self._decision(session, event)
            return None if event.kind in ("import", "erasure") else self._statement(session, event)

    def decisions(self) -> Iterator[LoggedDecision]:
        """Yield every decision in the order in which they were logged."""
        with self._store.reading() as session:
            own = session.events(session.head().chain)
            found = [self._decision(session, event) for event in own if event.kind == "decision"]
        yield from found

    def state(self) -> State:
        """Return what stands. Each event is compared with its hash; those folded before are not read again.

        Raises
        ------
        LedgerError
            If the chain is broken, ends too early, or something cannot be read though nobody erased it.
        """
        with self._reading() as session:
            head = session.head()
            fold, self._fold = self._fold, None  # a fold that fails half-way is thrown away
            if fold is None or fold.chain != head.chain or fold.head().seq > head.seq:
                fold = Fold(head.chain)
            fold.advance(session, upto=head.seq)
            if fold.head() != head:
                raise LedgerError(
                    f"The consent ledger says that it goes to event {head.seq}, and ends at {fold.head().seq}: its "
                    "end was cut off or changed. Run verify(), and restore a copy."
                )
            state = fold.state()
            self._fold = fold
            return state

    def head(self) -> Head:
        """Return how far the ledger goes: keep this elsewhere, and hand it to `verify` later."""
        with self._store.reading() as session:
            return session.head()

    def verify(self, *, known: Iterable[Head] = ()) -> Verification:
        """Compare everything with everything: hashes, order, keys, triggers, and how far the ledger goes.

        Parameters
        ----------
        known : iterable of Head, optional
            Heads that were kept elsewhere. Only these tell whether somebody who can write everything here cut the
            end off, or wrote the whole ledger anew.

        Returns
        -------
        Verification
            The first thing that is wrong, with its place; nothing is raised for a damaged ledger.
        """
        return verify(self._store, tail=self._tail_path, known=tuple(known))

    def export(self, path: Path) -> Head:
        """Write the whole ledger to a file, with the keys: whoever has the file can read the names.

        Parameters
        ----------
        path : Path
            Replaced whole or not at all.

        Raises
        ------
        LedgerError
            If it cannot be written.
        """
        with self._reading() as session:
            return write_export(session, path)

    def import_(self, path: Path, *, by: str, now: datetime, expected: Head | None = None) -> Imported:
        """Take in a file that `export` wrote: all of it or nothing.

        Into an empty ledger, it becomes this ledger. Where it goes on from this ledger, what is missing is added. Any
        other chain is kept beside, under its own name, and counts from an event of kind ``import`` on.

        Parameters
        ----------
        path : Path
        by : str
            Who vouches for the file: its hashes show that it is whole, not that it is true.
        now : datetime
            Aware.
        expected : Head, optional
            What whoever made the file says its head is.

        Raises
        ------
        LedgerError
            If it is no such file, is damaged, is not the expected one, or contradicts what is here; the message says in
            which line.
        RecordError
            If `by` or `now` is no id or moment.
        """
        by, now = checks.ident(by, "`by`"), checks.moment(now, "`now`")
        file = read_export(path, expected=expected)
        with self._writing() as session:
            session.head(lock=True)
            imported = take_in(session, file, by=by, now=now)
        self._fold = None
        return imported

    @property
    def _tail_path(self) -> Path:
        if self._store.path is not None:
            return self._store.path.with_name(f"{self._store.path.name}.head")
        folder = self._heads or medialit_home() / "consent" / "heads"
        return folder / f"{self.head().chain}.head"

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        tail = read_tail(self._tail_path)  # before the database, which may grow meanwhile
        with self._store.reading() as session:
            check_tail(session, tail)
            yield session

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        path = self._tail_path
        tail = read_tail(path)
        with self._store.writing() as session:
            before = session.head(lock=True)
            check_tail(session, tail)
            yield session
            after = session.head()
        if after.seq:
            write_tail(self._tail_path if before.chain != after.chain else path, after)

    def _same(
        self, session: Session, record: Statement, before: list[Event], *, chain: str, replaces: str | None
    ) -> Event | None:
        """Return the event that says this already, if one does, or refuse an id that stands for something else."""
        own = [one for one in before if one.chain == chain] or before
        if not own:
            if replaces is not None:
                raise LedgerError(
                    f"There is no {record.record_type} {subject_of(record)} here to be replaced."
                )
            return None
        said = {one.hash: self._statement(session, one) for one in own}
        if said[own[-1].hash] == record:
            return own[-1]
        if replaces is None:
            for one in own:
                if said[one.hash] == record:
                    return one
        if isinstance(record, Relation) or (isinstance(record, Principal) and replaces == own[-1].hash):
            return None
        if isinstance(record, Principal) and replaces is not None:
            raise LedgerError(
                f"The principal {record.id} was changed meanwhile, by {own[-1].by}. Look at the newer state, and "
                f"replace that one: {own[-1].hash}."
            )
        if isinstance(record, Principal):
            raise LedgerError(
                f"The principal {record.id} is already here with other details. If they changed, say which event this "
                f"replaces: {own[-1].hash}. Another person needs another id."
            )
        raise LedgerError(
            f"The {record.record_type} {record.id} is already here and says something else; what was said stays. Give "
            "the new statement an id of its own."
        )

    def _statement(self, session: Session, event: Event) -> Statement | None:
        return statement_in(event, read_payload(event, keys=_owned(session, event)))

    def _decision(self, session: Session, event: Event) -> LoggedDecision:
        return decision_in(event, read_payload(event, keys=_owned(session, event)))

    def _keys(self, session: Session, chain: str, owners: Iterable[str]) -> Mapping[str, bytes]:
        """Return the keys of these people, new ones where there are none yet."""
        owners = tuple(owners)
        found = session.keys(chain, owners)
        new = {(chain, one): os.urandom(KEY_BYTES) for one in owners if (chain, one) not in found}
        session.add_keys(new)
        return {owner: key for (_chain, owner), key in (found | new).items()}


def _owned(session: Session, event: Event) -> dict[str, bytes]:
    """Return the keys that an event's sealed part needs, as far as they are there."""
    found = session.keys(event.chain, owners_of(event))
    return {owner: key for (_chain, owner), key in found.items()}


def _check_speaker(record: Statement, by: str) -> None:
    """Refuse a statement that is handed in by somebody who does not speak in it."""
    if isinstance(record, Principal):
        return
    if isinstance(record, Grant):
        speakers = record.granted_by
    else:
        speakers = (record.from_id,) if isinstance(record, Relation) else (record.by,)
    if by not in speakers:
        raise LedgerError(
            f"{by} hands in a {record.record_type} in which {', '.join(speakers)} speaks. Each person hands in their own."
        )


def _bare(request: Request, complete: bool) -> Request:
    """Return a request as it can be compared: without what was found, where that was erased."""
    return request if complete else replace(request, topics=None, contexts=None, appearance=None)
