"""What happened, counted as it comes in, so that no page goes through all of it again."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from medialit.feed.controls import Tie
from medialit.feed.records import EventKind, FeedEvent
from medialit.feed.store_fold import FeedState


class Index:
    """Counts of a feed's events; `take` reads those that are new."""

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._n = 0
        self._erased: frozenset[str] = frozenset()
        self.counts: dict[str, Counter[EventKind]] = {}
        self.likes: set[tuple[str, str]] = set()
        self.by_member: dict[str, list[FeedEvent]] = {}
        self.comments: dict[str, list[FeedEvent]] = {}
        self.follows: set[tuple[str, str]] = set()
        self.blocks: set[tuple[str, str]] = set()
        self.messages: dict[frozenset[str], list[FeedEvent]] = {}
        self.impressions: dict[str, list[tuple[datetime, str]]] = {}

    def take(self, state: FeedState) -> None:
        """Read the events that came since; from the beginning where somebody was erased."""
        if state.erased != self._erased or len(state.events) < self._n:
            self._forget()
            self._erased = state.erased
        for one in state.events[self._n :]:
            self._take(one)
        self._n = len(state.events)

    def tie(self, sender: str, recipient: str) -> Tie:
        """Return what is between two members, seen from the first."""
        talk = self.messages.get(frozenset({sender, recipient}), [])
        return Tie(
            follows=(sender, recipient) in self.follows,
            followed=(recipient, sender) in self.follows,
            blocked=bool({(sender, recipient), (recipient, sender)} & self.blocks),
            opened_by_recipient=bool(talk) and talk[0].who == recipient,
        )

    def mutual(self, one: str, other: str) -> bool:
        """Say whether two members follow each other."""
        return {(one, other), (other, one)} <= self.follows

    def _take(self, one: FeedEvent) -> None:
        pair = (one.who, one.target)
        self.by_member.setdefault(one.who, []).append(one)
        match one.kind:
            case EventKind.FOLLOW:
                self.follows.add(pair)
            case EventKind.UNFOLLOW:
                self.follows.discard(pair)
            case EventKind.BLOCK:
                self.blocks.add(pair)
                self.follows -= {pair, pair[::-1]}
            case EventKind.MESSAGE:
                self.messages.setdefault(frozenset(pair), []).append(one)
            case EventKind.LIKE:
                self._counted(one.target)[EventKind.LIKE] += pair not in self.likes
                self.likes.add(pair)
            case EventKind.UNLIKE:
                self._counted(one.target)[EventKind.LIKE] -= pair in self.likes
                self.likes.discard(pair)
            case _:
                self._counted(one.target)[one.kind] += 1
                if one.kind is EventKind.COMMENT:
                    self.comments.setdefault(one.target, []).append(one)
                elif one.kind is EventKind.IMPRESSION:
                    self.impressions.setdefault(one.who, []).append((one.at, one.target))

    def _counted(self, post: str) -> Counter[EventKind]:
        return self.counts.setdefault(post, Counter())
