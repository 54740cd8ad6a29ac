"""Members, posts and moments for the tests of the feed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from medialit.feed.columns import Candidates, columns
from medialit.feed.lexicon import TOPICS
from medialit.feed.records import AgeBand, EventKind, Member, Post

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
TOWNS = ("Tangier", "Agadir", "Oujda", "")
CASABLANCA = "Africa/Casablanca"


def member(id: str = "aya", age: AgeBand = AgeBand.ADULT, **more: object) -> Member:
    return Member(id=id, age=age, zone=CASABLANCA, **more)  # type: ignore[arg-type]


def post(id: str, author: str = "aya", **more: object) -> Post:
    given = {"clip": f"clip-{id}", "at": NOON, **more}
    return Post(id=id, author=author, **given)  # type: ignore[arg-type]


def some_posts(n: int, *, seed: int) -> list[Post]:
    rng = np.random.default_rng(seed)
    names = list(TOPICS)
    return [
        post(
            f"p{place}",
            f"a{rng.integers(8)}",
            topics=tuple(rng.choice(names, size=rng.integers(0, 4), replace=False).tolist()),
            at=NOON - timedelta(hours=float(rng.integers(0, 72))),
            synthetic=bool(rng.integers(2)),
            label="made with a model" if rng.integers(2) else "",
            place=TOWNS[rng.integers(4)],
            risk=float(rng.integers(0, 10)) / 10,
        )
        for place in range(n)
    ]


def candidates(posts: list[Post], *, seed: int = 1) -> Candidates:
    rng = np.random.default_rng(seed)
    counts = {
        one.id: {EventKind.LIKE: int(rng.integers(0, 60)), EventKind.REMIX: int(rng.integers(0, 9))}
        for one in posts
    }
    return columns(posts, now=NOON, counts=counts)
