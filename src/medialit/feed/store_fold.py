"""What stands in the feed: a fold of the events of its chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from medialit.consent.ledger_events import Content, Event, Head
from medialit.errors import FeedError, FeedStoreError
from medialit.feed.codec import case_with, event_of, member_of, post_of
from medialit.feed.moderation import Case
from medialit.feed.records import FeedEvent, Member, Post


@dataclass(frozen=True, kw_only=True)
class FeedState:
    """What stands.

    Parameters
    ----------
    members : mapping of str to Member
        As they last were.
    posts : mapping of str to Post
        All that were published, those taken back among them, oldest first; none of somebody who was erased.
    events : tuple of FeedEvent
        In the order of the chain; none of somebody who was erased.
    taken_back : frozenset of str
        Ids of posts.
    cases : mapping of str to Case
    erased : frozenset of str
        Ids of members.
    """

    members: Mapping[str, Member]
    posts: Mapping[str, Post]
    events: tuple[FeedEvent, ...]
    taken_back: frozenset[str]
    cases: Mapping[str, Case]
    erased: frozenset[str]


class Fold:
    """Takes one event after the other.

    Parameters
    ----------
    head : Head
        After which event the first one comes.
    """

    def __init__(self, head: Head) -> None:
        self.head = head
        self.members: dict[str, Member] = {}
        self.posts: dict[str, Post] = {}
        self.events: list[FeedEvent] = []
        self.taken_back: set[str] = set()
        self.cases: dict[str, Case] = {}
        self.erased: set[str] = set()
        self._state: FeedState | None = None

    def take(self, event: Event, content: Content) -> None:
        """Take the next event; what was sealed for somebody who was erased since is passed over.

        Raises
        ------
        FeedStoreError
            If it cannot be read.
        """
        self.head, self._state = event.head, None
        data = content.record
        try:
            if event.kind == "erasure":
                self._erase(event.subject)
            elif event.kind == "take_back":
                self.taken_back.add(event.subject)
            elif content.hidden is not None:
                self._keep(event.kind, data | content.hidden)
            elif event.kind == "case":  # the words of a step are gone, the step stays
                self._keep(event.kind, data | {"why": ""})
        except (FeedError, KeyError) as error:
            raise FeedStoreError(
                f"Event {event.seq} ({event.id}) of the feed cannot be read: {error}"
            ) from error

    def state(self) -> FeedState:
        """Return what stands now."""
        if self._state is None:
            self._state = FeedState(
                members=MappingProxyType(dict(self.members)),
                posts=MappingProxyType(dict(self.posts)),
                events=tuple(self.events),
                taken_back=frozenset(self.taken_back),
                cases=MappingProxyType(dict(self.cases)),
                erased=frozenset(self.erased),
            )
        return self._state

    def _keep(self, kind: str, data: Mapping[str, object]) -> None:
        if kind == "member":
            member = member_of(data)
            self.members[member.id] = member
        elif kind == "post":
            post = post_of(data)
            self.posts[post.id] = post
        elif kind == "event":
            self.events.append(event_of(data))
        elif kind == "case":
            id = str(data["id"])
            self.cases[id] = case_with(self.cases.get(id), data)
        else:
            raise FeedError(f"its kind is {kind!r}, which this medialit does not know. Update it.")

    def _erase(self, member: str) -> None:
        self.erased.add(member)
        self.members.pop(member, None)
        self.posts = {id: one for id, one in self.posts.items() if one.author != member}
        self.events = [one for one in self.events if member not in (one.who, one.target)]
