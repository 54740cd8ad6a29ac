"""Candidates as columns, and a viewer as a profile: what the ranker reads, without a loop over posts."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from medialit.errors import FeedError
from medialit.feed.records import MAX_TOPICS, EventKind, FeedEvent, Post

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Candidates:
    """N posts that could be shown, one array a field.

    Parameters
    ----------
    ids : ndarray of str, shape (N,)
    authors : ndarray of int32, shape (N,)
        Places in `author_names`.
    topics : ndarray of int32, shape (N, MAX_TOPICS)
        Places in `topic_names`; -1 where there is none.
    places : ndarray of int32, shape (N,)
        Places in `place_names`; -1 where none was told.
    likes, comments, remixes : ndarray of float32, shape (N,)
        Counts.
    age_h : ndarray of float32, shape (N,)
        Hours since it was published, 0 or more.
    standing : ndarray of float32, shape (N,)
        Likes a post of the author's, over all candidates.
    risk : ndarray of float32, shape (N,)
        0 to 1.
    synthetic, labelled : ndarray of bool, shape (N,)
    tie : ndarray of int64, shape (N,)
        Which of two equal scores comes first: from the id alone, so that neither the order of the posts nor the
        author's luck with an alphabet decides.
    author_names, topic_names, place_names : tuple of str
    """

    ids: NDArray[np.str_]
    authors: Ints
    topics: Ints
    places: Ints
    likes: Floats
    comments: Floats
    remixes: Floats
    age_h: Floats
    standing: Floats
    risk: Floats
    synthetic: Flags
    labelled: Flags
    tie: NDArray[np.int64]
    author_names: tuple[str, ...]
    topic_names: tuple[str, ...]
    place_names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def n_topics(self) -> Floats:
        """How many topics each post has, but at least 1; shape (N,)."""
        found: Floats = np.maximum((self.topics >= 0).sum(axis=1), 1).astype(np.float32)
        return found

    def index(self, post_id: str) -> int:
        """Return where a post stands.

        Raises
        ------
        FeedError
            If it is not among the candidates.
        """
        found = np.flatnonzero(self.ids == post_id)
        if not found.size:
            raise FeedError(f"The post {post_id!r} is not among the {len(self)} candidates. Check the id.")
        return int(found[0])

    def topics_of(self, row: int) -> tuple[str, ...]:
        """Return the topic words of one post."""
        return tuple(self.topic_names[code] for code in self.topics[row] if code >= 0)


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What is known of a viewer: the only thing by which two viewers' personalised feeds differ.

    Parameters
    ----------
    viewer : str
    follows : frozenset of str
        Ids of authors.
    activity : mapping of str to float
        Topic word to -1 (left at once) .. 1 (watched, liked), from what was done in this feed.
    chat : mapping of str to float, or None
        The same from the viewer's own messages; None unless they allowed it.
    place : str
        Coarse, or empty.
    """

    viewer: str
    follows: frozenset[str] = frozenset()
    activity: Mapping[str, float] = field(default_factory=dict)
    chat: Mapping[str, float] | None = None
    place: str = ""


def columns(
    posts: Sequence[Post], *, now: datetime, counts: Mapping[str, Mapping[EventKind, int]] | None = None
) -> Candidates:
    """Return posts as columns.

    Parameters
    ----------
    posts : sequence of Post
    now : datetime
        Aware. Posts dated later count as new.
    counts : mapping, optional
        Post id to how often each kind of event happened, as `count` gives it.
    """
    counts = {} if counts is None else counts
    authors, author_names = _codes([one.author for one in posts])
    places, place_names = _codes([one.place for one in posts])
    flat, topic_names = _codes([word for one in posts for word in one.topics])
    topics = np.full((len(posts), MAX_TOPICS), -1, np.int32, order="F")  # read a column at a time
    place = 0
    for row, one in enumerate(posts):
        topics[row, : len(one.topics)] = flat[place : place + len(one.topics)]
        place += len(one.topics)

    def counted(kind: EventKind) -> Floats:
        return np.array([counts.get(one.id, {}).get(kind, 0) for one in posts], np.float32)

    likes = counted(EventKind.LIKE)
    return Candidates(
        ids=np.array([one.id for one in posts], np.str_),
        authors=authors,
        topics=topics,
        places=places,
        likes=likes,
        comments=counted(EventKind.COMMENT),
        remixes=counted(EventKind.REMIX),
        age_h=np.array([max(0.0, (now - one.at).total_seconds() / 3600) for one in posts], np.float32),
        standing=standing(authors, likes, n_authors=len(author_names)),
        risk=np.array([one.risk for one in posts], np.float32),
        synthetic=np.array([one.synthetic for one in posts], np.bool_),
        labelled=np.array([bool(one.label) for one in posts], np.bool_),
        tie=np.array([_tie(one.id) for one in posts], np.int64),
        author_names=author_names,
        topic_names=topic_names,
        place_names=place_names,
    )


def standing(authors: Ints, likes: Floats, *, n_authors: int) -> Floats:
    """Return for each post the likes a post of its author's."""
    n_posts = np.bincount(authors, minlength=n_authors)
    n_likes = np.bincount(authors, weights=likes, minlength=n_authors)
    return (n_likes / np.maximum(n_posts, 1)).astype(np.float32)[authors]


def count(events: Iterable[FeedEvent]) -> dict[str, Counter[EventKind]]:
    """Return how often each kind of event happened to each post; a like that was taken back does not count.

    Somebody's second like of a post is one like.
    """
    likes: set[tuple[str, str]] = set()
    found: dict[str, Counter[EventKind]] = {}
    for one in events:
        about = found.setdefault(one.target, Counter())
        pair = (one.who, one.target)
        if one.kind is EventKind.LIKE:
            about[EventKind.LIKE] += pair not in likes
            likes.add(pair)
        elif one.kind is EventKind.UNLIKE:
            about[EventKind.LIKE] -= pair in likes
            likes.discard(pair)
        else:
            about[one.kind] += 1
    return found


_SIGNALS: Mapping[EventKind, float] = {
    EventKind.LIKE: 1.0,
    EventKind.COMMENT: 1.0,
    EventKind.REMIX: 2.0,
    EventKind.UNLIKE: -1.0,
    EventKind.REPORT: -2.0,
}


def profile(
    viewer: str,
    events: Iterable[FeedEvent],
    *,
    posts: Mapping[str, Post],
    place: str = "",
    use_chat: bool = False,
) -> Profile:
    r"""Return what a feed can conclude from what a viewer did.

    A like or a comment is 1 for each topic of the post, a remix 2, a report -2; ten seconds of looking are 0.5, and less
    than two are -0.5. A topic's sum s becomes s / (1 + \|s\|), between -1 and 1.

    Parameters
    ----------
    viewer : str
    events : iterable of FeedEvent
        In order; those of others are passed over.
    posts : mapping of str to Post
    place : str
        The viewer's coarse place.
    use_chat : bool
        Whether the words of the viewer's messages may count, where they name a topic of `posts`. Nobody else's do.
    """
    sums: Counter[str] = Counter()
    words: Counter[str] = Counter()
    follows: set[str] = set()
    for one in events:
        if one.who != viewer:
            continue
        if one.kind is EventKind.FOLLOW:
            follows.add(one.target)
        elif one.kind in (EventKind.UNFOLLOW, EventKind.BLOCK):
            follows.discard(one.target)
        elif one.kind is EventKind.MESSAGE:
            words.update(one.text.casefold().split())
        post = posts.get(one.target)
        if post is not None:
            for topic in post.topics:
                sums[topic] += _signal(one)  # type: ignore[assignment]  # a Counter of floats is one all the same
    known = {topic for one in posts.values() for topic in one.topics}
    return Profile(
        viewer=viewer,
        follows=frozenset(follows),
        activity=_squeezed(sums),
        chat=_squeezed({word: words[word] for word in words.keys() & known}) if use_chat else None,
        place=place,
    )


def _signal(event: FeedEvent) -> float:
    if event.kind is EventKind.DWELL:
        return -0.5 if event.dwell_s < 2.0 else min(event.dwell_s, 30.0) / 20.0
    return _SIGNALS.get(event.kind, 0.0)


def _squeezed(sums: Mapping[str, float]) -> dict[str, float]:
    return {topic: value / (1.0 + abs(value)) for topic, value in sorted(sums.items()) if value}


def _codes(words: Sequence[str]) -> tuple[Ints, tuple[str, ...]]:
    """Return words as places in a sorted list of them; -1 for an empty one."""
    names = tuple(sorted({word for word in words if word}))
    places = {word: place for place, word in enumerate(names)}
    return np.array([places.get(word, -1) for word in words], np.int32), names


def _tie(post_id: str) -> int:
    return int.from_bytes(hashlib.blake2b(post_id.encode(), digest_size=3).digest(), "big")
