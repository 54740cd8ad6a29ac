"""Records as plain data and back, split into what stays readable in the chain and what is sealed.

Sealed is what tells something about a person: an age, a place, settings, words. Ids, times and kinds stay, so that the
chain can be followed after somebody was erased.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from medialit.errors import FeedError
from medialit.feed.moderation import Act, Case, Ground, Step
from medialit.feed.records import Controls, FeedEvent, Member, Post

Kept = Member | Post | FeedEvent | Case
"""What the store keeps."""
Made = TypeVar("Made", Member, Post, FeedEvent)

SEALED: Final[Mapping[str, tuple[str, ...]]] = {
    "member": ("age", "zone", "place", "guardian", "own", "set_by_guardian"),
    "post": ("place", "caption", "topics"),
    "event": ("text",),
    "case": ("why",),
    "take_back": (),
    "erasure": (),
}
"""Each kind of event in the store, with what of its record is encrypted."""


@dataclass(frozen=True, kw_only=True)
class Plain:
    """A record on its way into the chain.

    Parameters
    ----------
    kind : str
        One of `SEALED`.
    subject : str
        The id of a member, a post or a case.
    owner : str
        Whose data it is, and whose key seals it.
    open, hidden : dict
        What stays readable, and what is sealed.
    """

    kind: str
    subject: str
    owner: str
    open: dict[str, Any]
    hidden: dict[str, Any]


def plain(record: Kept) -> Plain:
    """Return a record as plain data. Of a case only the last step is written."""
    if isinstance(record, Member):
        data = _written(record)
        return _split("member", record.id, record.id, data)
    if isinstance(record, Post):
        return _split("post", record.id, record.author, _written(record))
    if isinstance(record, FeedEvent):
        return _split("event", record.target, record.who, _written(record))
    step = record.trail[-1].to_dict()
    data = {
        "id": record.id,
        "post": record.post,
        "author": record.author,
        "ground": record.ground.value,
    } | step
    return _split("case", record.id, record.trail[-1].by, data)


def member_of(data: Mapping[str, Any]) -> Member:
    """Return a member from plain data."""
    given = dict(data)
    for field in ("own", "set_by_guardian"):
        given[field] = None if given[field] is None else Controls.from_dict(given[field])
    return _made(Member, given)


def post_of(data: Mapping[str, Any]) -> Post:
    """Return a post from plain data."""
    given = dict(data)
    for field in ("grants", "shows", "topics"):
        given[field] = tuple(given.get(field, ()))
    return _made(Post, given | {"at": _moment(given["at"])})


def event_of(data: Mapping[str, Any]) -> FeedEvent:
    """Return what happened, from plain data."""
    return _made(FeedEvent, {**data, "at": _moment(data["at"])})


def case_with(before: Case | None, data: Mapping[str, Any]) -> Case:
    """Return a case with the step that plain data hold."""
    try:
        step = Step(act=Act(data["act"]), by=data["by"], at=_moment(data["at"]), why=data.get("why", ""))
        trail = (step,) if before is None else (*before.trail, step)
        return Case(
            id=data["id"],
            post=data["post"],
            author=data["author"],
            ground=Ground(data["ground"]),
            trail=trail,
        )
    except (KeyError, ValueError, TypeError) as error:
        raise FeedError(f"The feed holds a step of a case that cannot be read: {error!r}.") from error


def _split(kind: str, subject: str, owner: str, data: dict[str, Any]) -> Plain:
    hidden = {name: data.pop(name) for name in SEALED[kind]}
    return Plain(kind=kind, subject=subject, owner=owner, open=data, hidden=hidden)


def _written(record: Member | Post | FeedEvent) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in fields(record):
        value = getattr(record, field.name)
        if isinstance(value, Controls):
            value = value.to_dict()
        elif isinstance(value, datetime):
            value = value.astimezone(UTC).isoformat()
        elif isinstance(value, tuple):
            value = list(value)
        elif isinstance(value, str):
            value = str(value)  # the word of an enumeration
        found[field.name] = value
    return found


def _made(kind: type[Made], data: Mapping[str, Any]) -> Made:
    try:
        return kind(**data)
    except (TypeError, ValueError, KeyError) as error:
        raise FeedError(
            f"The feed holds a {kind.__name__.lower()} that cannot be read: {error!r}."
        ) from error


def _moment(text: object) -> datetime:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError as error:
        raise FeedError(f"The feed holds a moment that cannot be read: {text!r}.") from error
