"""A made-up class with its posts and a week of what happened: for trying things out, and for lessons."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from medialit.feed.lexicon import TOPICS
from medialit.feed.records import AgeBand, EventKind, FeedEvent, Member, Post
from medialit.feed.store_fold import FeedState

TOWNS = ("Agadir", "Oujda", "Safi", "Tangier")


def example_class(*, seed: int, now: datetime, n_members: int = 20, n_posts: int = 120) -> FeedState:
    """Return a class of fictional members, m0 and so on, of whom the first half is under 18.

    Parameters
    ----------
    seed : int
        The same seed and moment give the same class.
    now : datetime
        Aware. The posts are of the week before it.
    n_members, n_posts : int

    Examples
    --------
    >>> from datetime import UTC
    >>> found = example_class(seed=1, now=datetime(2026, 11, 27, tzinfo=UTC))
    >>> len(found.members), len(found.posts)
    (20, 120)
    """
    rng = np.random.default_rng(seed)
    names = [f"m{n}" for n in range(n_members)]
    members = {
        name: Member(
            id=name,
            age=AgeBand.TEEN_16_17 if n < n_members // 2 else AgeBand.ADULT,
            zone="Africa/Casablanca",
            place=str(rng.choice(TOWNS)),
        )
        for n, name in enumerate(names)
    }
    posts = {one.id: one for one in (_post(n, names, now=now, rng=rng) for n in range(n_posts))}
    topics = list(TOPICS)
    likes = {name: set(rng.choice(topics, 4, replace=False).tolist()) for name in names}
    events = [
        FeedEvent(kind=EventKind.FOLLOW, who=name, target=str(other), at=now - timedelta(days=7))
        for name in names
        for other in rng.choice([one for one in names if one != name], 3, replace=False)
    ]
    for one in posts.values():
        for name in rng.choice(names, 8, replace=False).tolist():
            events += _watched(name, one, pleased=bool(likes[name] & set(one.topics)), rng=rng)
    return FeedState(
        members=members,
        posts=posts,
        events=tuple(sorted(events, key=lambda event: event.at)),
        taken_back=frozenset(),
        cases={},
        erased=frozenset(),
    )


def _post(n: int, names: list[str], *, now: datetime, rng: np.random.Generator) -> Post:
    synthetic = bool(rng.random() < 0.6)
    return Post(
        id=f"p{n}",
        clip=f"clip{n}",
        author=str(rng.choice(names)),
        at=now - timedelta(hours=float(rng.uniform(1, 168))),
        topics=tuple(rng.choice(list(TOPICS), rng.integers(1, 3), replace=False).tolist()),
        synthetic=synthetic,
        label="made with a model" if synthetic and rng.random() < 0.8 else "",
        place=str(rng.choice(TOWNS)),
        risk=round(float(rng.uniform(0, 0.3)), 2),
    )


def _watched(who: str, post: Post, *, pleased: bool, rng: np.random.Generator) -> list[FeedEvent]:
    at = post.at + timedelta(minutes=float(rng.uniform(1, 50)))
    dwell_s = float(rng.uniform(8, 40) if pleased else rng.uniform(0.5, 6))
    found = [
        FeedEvent(kind=EventKind.IMPRESSION, who=who, target=post.id, at=at),
        FeedEvent(kind=EventKind.DWELL, who=who, target=post.id, at=at, dwell_s=round(dwell_s, 1)),
    ]
    if pleased and rng.random() < 0.5:
        found.append(FeedEvent(kind=EventKind.LIKE, who=who, target=post.id, at=at))
    if pleased and rng.random() < 0.15:
        found.append(FeedEvent(kind=EventKind.REMIX, who=who, target=post.id, at=at))
    return found
