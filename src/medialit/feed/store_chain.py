"""Reading the chain of the feed: its events in order, what is wrong with them, and the keys of what is sealed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from medialit.consent.ledger_events import KEY_BYTES, Event, Head
from medialit.errors import FeedStoreError
from medialit.feed.store_tables import EVENTS, KEYS


def events_of(connection: Connection, chain: str, *, after: int = 0) -> Iterator[Event]:
    """Yield the events of the chain in order."""
    query = select(EVENTS).where(EVENTS.c.chain == chain, EVENTS.c.seq > after).order_by(EVENTS.c.seq)
    for row in connection.execute(query).mappings():
        yield event_in(row)


def event_at(connection: Connection, head: Head) -> Event:
    """Return the event of a head.

    Raises
    ------
    FeedStoreError
        If it is not there.
    """
    found = next(events_of(connection, head.chain, after=head.seq - 1), None)
    if found is None or found.seq != head.seq:
        raise FeedStoreError(
            f"The feed says that it goes to event {head.seq}, which is not there: its end was cut off. Restore a copy."
        )
    return found


def event_in(row: Mapping[Any, Any]) -> Event:
    """Return the event of a row; its hash is not compared."""
    fields = dict(row)
    try:
        for name in ("at", "recorded_at", "not_before"):
            fields[name] = datetime.fromisoformat(fields[name])
        return Event(**fields)
    except (TypeError, ValueError) as error:
        raise FeedStoreError(f"Event {row['seq']} of the feed is damaged: {error}.") from error


def problem(event: Event, before: Head) -> str:
    """Return what is wrong with an event that stands after a head; empty where nothing is."""
    if event.seq != before.seq + 1:
        return f"Event {before.seq + 1} of the feed is missing."
    if event.prev_hash != before.hash or event.hash != event.true_hash():
        return f"Event {event.seq} ({event.id}) of the feed was changed."
    return ""


def cut_off(head: Head, found: Head) -> str:
    """Return what is said of a chain that ends elsewhere than its head."""
    return f"The feed says that it goes to event {head.seq}, and ends at {found.seq}: its end was cut off or changed."


def keys_of(connection: Connection, owners: set[str] | None, *, make: bool) -> dict[str, bytes]:
    """Return keys by owner, all of them for None; with `make`, those that are missing are made."""
    query = select(KEYS) if owners is None else select(KEYS).where(KEYS.c.owner.in_(owners))
    found = {row.owner: bytes(row.key) for row in connection.execute(query)}
    if make and owners is not None:
        new = {owner: os.urandom(KEY_BYTES) for owner in sorted(owners - set(found))}
        if new:
            connection.execute(insert(KEYS), [{"owner": owner, "key": key} for owner, key in new.items()])
        found |= new
    return found
