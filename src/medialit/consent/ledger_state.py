"""What stands, folded out of the events of a ledger, in the shape that `policy.decide` takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, TypedDict

from medialit.consent.ledger_events import (
    Event,
    Head,
    Statement,
    event_id,
    genesis,
    is_hex,
    owners_of,
    people_of,
    read_payload,
    statement_in,
)
from medialit.consent.records import (
    Grant,
    Lifting,
    Principal,
    Prohibition,
    Relation,
    Revocation,
)
from medialit.errors import LedgerError

LAST: Final = 2**63 - 1
"""No chain goes further."""


class Known(TypedDict):
    """The records that `policy.decide` asks for, by the names that it gives them."""

    principals: tuple[Principal, ...]
    grants: tuple[Grant, ...]
    prohibitions: tuple[Prohibition, ...]
    revocations: tuple[Revocation, ...]
    liftings: tuple[Lifting, ...]
    relations: tuple[Relation, ...]


@dataclass(frozen=True, kw_only=True)
class State:
    """Everything that the ledger knows, up to its head.

    Parameters
    ----------
    head : Head
    principals, grants, prohibitions, revocations, liftings, relations : tuple of records
        Each once, the newest where one replaces another, in the order in which they were first said.
    forgotten : frozenset of str
        Principals who were erased. None of the records is about them, so that every use of their likeness is refused.
    set_aside : tuple of records
        Grants, liftings and relations of an imported chain about somebody who did not come from that chain. They have
        no effect: whoever makes a file could otherwise give away the likeness of somebody who is known here.
    """

    head: Head
    principals: tuple[Principal, ...]
    grants: tuple[Grant, ...]
    prohibitions: tuple[Prohibition, ...]
    revocations: tuple[Revocation, ...]
    liftings: tuple[Lifting, ...]
    relations: tuple[Relation, ...]
    forgotten: frozenset[str]
    set_aside: tuple[Statement, ...] = ()

    @property
    def known(self) -> Known:
        """For ``decide(request, **state.known, now=now)``."""
        return Known(
            principals=self.principals,
            grants=self.grants,
            prohibitions=self.prohibitions,
            revocations=self.revocations,
            liftings=self.liftings,
            relations=self.relations,
        )

    def principal(self, id: str) -> Principal | None:
        """Return the principal with this id, if it is known."""
        return next((one for one in self.principals if one.id == id), None)

    def names(self) -> dict[str, str]:
        """Return the names by id, as `reasons.explain` takes them."""
        return {one.id: one.name for one in self.principals}


class Reader(Protocol):
    """What a fold reads from: a session of the store, or an export."""

    def events(self, chain: str, after: int = 0, upto: int = LAST) -> Iterable[Event]:
        """Give the events of a chain, after one number and up to another."""

    def keys(self, chain: str) -> Mapping[tuple[str, str], bytes]:
        """Give the keys of a chain, by chain and owner."""


class Fold:
    """A fold that can go on where it stopped.

    Parameters
    ----------
    chain : str
        The ledger's own.
    """

    def __init__(self, chain: str) -> None:
        self.chain = chain
        self.current: Event | None = None
        """The event that was taken last, or that could not be taken."""
        self.heads: dict[str, Head] = {}
        self._n: dict[tuple[str, str, str], int] = {}
        self._statements: dict[tuple[str, str], tuple[str, Statement]] = {}
        self._origin: dict[str, str] = {}
        self._forgotten: set[str] = set()
        self._erased: set[str] = set()
        self._closed: dict[str, Event] = {}
        self._reader: Reader | None = None
        self._keys: dict[str, dict[str, bytes]] = {}

    def head(self, chain: str | None = None) -> Head:
        """Return how far a chain has been folded."""
        chain = self.chain if chain is None else chain
        return self.heads.get(chain, Head(chain=chain, seq=0, hash=genesis(chain)))

    def advance(self, reader: Reader, *, upto: int = LAST) -> None:
        """Fold in what the own chain has beyond what was folded already.

        Raises
        ------
        LedgerError
            If an event does not follow the one before it, was changed, or says nothing valid.
        """
        self._reader, self._keys = reader, {}
        try:
            for event in reader.events(self.chain, self.head().seq, upto):
                self._take(event)
        finally:
            self._reader = None

    def check(self) -> None:
        """Refuse a ledger in which something cannot be read though nobody was erased.

        Raises
        ------
        LedgerError
            If so.
        """
        if (event := self.closed()) is not None:
            raise LedgerError(
                f"Event {event.seq} ({event.id}) cannot be read: the key of {event.subject} or another person is gone, "
                "though nobody asked to erase it. Restore a copy of the ledger that holds it."
            )

    def closed(self) -> Event | None:
        """Return the first event that cannot be read though nobody was erased."""
        return next((event for owner, event in self._closed.items() if owner not in self._erased), None)

    def state(self) -> State:
        """Return what stands now."""
        self.check()
        known = [
            (chain, one)
            for chain, one in self._statements.values()
            if not self._forgotten.intersection(people_of(one))
        ]
        found = [one for chain, one in known if self._counts(chain, one)]
        return State(
            head=self.head(),
            principals=tuple(one for one in found if isinstance(one, Principal)),
            grants=tuple(one for one in found if isinstance(one, Grant)),
            prohibitions=tuple(one for one in found if isinstance(one, Prohibition)),
            revocations=tuple(one for one in found if isinstance(one, Revocation)),
            liftings=tuple(one for one in found if isinstance(one, Lifting)),
            relations=tuple(one for one in found if isinstance(one, Relation)),
            forgotten=frozenset(self._forgotten),
            set_aside=tuple(one for chain, one in known if not self._counts(chain, one)),
        )

    def _counts(self, chain: str, one: Statement) -> bool:
        """Say whether a statement has effect: what permits must come from where the person came from."""
        permits = isinstance(one, Grant | Lifting | Relation)
        return chain == self.chain or not permits or self._origin.get(people_of(one)[0]) == chain

    def _take(self, event: Event) -> None:
        self.current = event
        before = self.head(event.chain)
        if event.seq != before.seq + 1 or event.prev_hash != before.hash or event.hash != event.true_hash():
            raise LedgerError(
                f"Event {event.seq} of the consent ledger does not follow event {before.seq}: the ledger was tampered "
                "with or is damaged. Run verify() to see where, and restore a copy from before."
            )
        key = (event.chain, event.kind, event.subject)
        n = self._n.get(key, 0) + 1
        if event.id != event_id(event.kind, event.subject, n):
            wanted = event_id(event.kind, event.subject, n)
            raise LedgerError(
                f"Event {event.seq} is called {event.id} where {wanted} is next: an id stands twice, or one is left out."
            )
        self._n[key] = n
        self.heads[event.chain] = event.head  # before an import: a chain may come home inside another one
        if event.kind == "erasure":
            self._erase(event)
        elif event.kind == "import":
            self._import(event)
        elif event.kind == "decision":
            owners_of(event)
        else:
            self._state(event)

    def _erase(self, event: Event) -> None:
        """Drop a person: of every chain where this ledger says so, of one chain where that chain does."""
        own = event.chain == self.chain
        self._erased.add(event.subject)
        if own:
            self._forgotten.add(event.subject)
        for place, (chain, one) in list(self._statements.items()):
            if (own or chain == event.chain) and event.subject in people_of(one):
                del self._statements[place]

    def _import(self, event: Event) -> None:
        assert self._reader is not None
        record = read_payload(event, keys={}).record
        chain, seq, hash = record.get("chain"), record.get("seq"), record.get("hash")
        if not (isinstance(chain, str) and is_hex(chain, 32) and type(seq) is int):
            raise LedgerError(f"Event {event.seq} ({event.id}) names no chain that was imported.")
        for one in self._reader.events(chain, self.head(chain).seq, seq):
            self._take(one)
        self.current = event
        reached = self.head(chain)
        if reached.seq < seq or (reached.seq == seq and reached.hash != hash):
            raise LedgerError(
                f"The imported chain {chain} ends at event {reached.seq}, not at event {seq} as the ledger says. It was "
                "cut off or changed: import its file again."
            )

    def _state(self, event: Event) -> None:
        content = read_payload(event, keys=self._keys_of(event.chain))
        statement = statement_in(event, content)
        if statement is None:
            for owner in content.owners:
                self._closed.setdefault(owner, event)
            return
        if isinstance(statement, Principal):
            self._origin.setdefault(statement.id, event.chain)
        place = (event.kind, event.subject)
        holder = self._statements.get(place)
        if holder is None or event.chain in (holder[0], self.chain):
            self._statements[place] = (event.chain, statement)
        elif event.kind not in _FIRST_COUNTS and holder[1] != statement:
            raise LedgerError(
                f"The {event.kind} {event.subject} says one thing here and another in the chain {event.chain}. Ask "
                "whoever sent it to give it another id."
            )

    def _keys_of(self, chain: str) -> Mapping[str, bytes]:
        assert self._reader is not None
        if chain not in self._keys:
            self._keys[chain] = {owner: key for (_chain, owner), key in self._reader.keys(chain).items()}
        return self._keys[chain]


_FIRST_COUNTS: Final = ("principal", "relation")
"""Of which what is known already counts, whatever another chain says."""
