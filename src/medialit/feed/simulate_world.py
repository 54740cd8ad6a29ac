"""The made-up town of the simulator: who lives there, what is posted, and how people are assumed to watch.

Every number in `Assumptions` is assumed, none was measured on people. They are here, in one place, to be changed: what
the simulator says is what follows from them, and nothing about anybody.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from medialit.errors import FeedError
from medialit.feed.columns import Candidates, Floats, Ints, standing
from medialit.feed.records import MAX_TOPICS

TOWNS: Final = ("Agadir", "Oujda", "Safi", "Tangier")


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """How people are assumed to watch, and what to post. All of it is assumed.

    Parameters
    ----------
    n_topics, n_authors : int
    posts_a_day : int
    window_days : int
        A post is a candidate for so many days.
    farm_share : float
        Share of authors who post a lot, of the most popular topics, mostly synthetic, with more pull than worth.
    farm_posts : float
        Share of posts that come from them.
    farm_synthetic, other_synthetic : float
        Share of their posts, and of the others', that are synthetic.
    farm_unlabelled, other_unlabelled : float
        Share of those that carry no label.
    sittings : float
        Sittings a day of somebody whose habit is 1, on average.
    night_share : float
        Share of sittings that begin in the night.
    dwell_s : float
        Median seconds on a post of middling pleasure.
    boredom : float
        Pleasure that a topic loses with each post of it, until others come between.
    recovery : float
        What is left of boredom after each post of something else.
    patience : float
        The higher, the longer somebody stays in spite of little pleasure.
    tiring_minutes : float
        Minutes after which staying gets clearly harder.
    habit_gain : float
        How fast the habit follows the minutes of a day, against 30.
    drift : float
        How fast interests grow towards what was watched.
    follow_after_like : float
        Chance to follow an author whose post one liked.
    """

    n_topics: int = 20
    n_authors: int = 300
    posts_a_day: int = 300
    window_days: int = 3
    farm_share: float = 0.05
    farm_posts: float = 0.35
    farm_synthetic: float = 0.9
    other_synthetic: float = 0.35
    farm_unlabelled: float = 0.5
    other_unlabelled: float = 0.1
    sittings: float = 2.5
    night_share: float = 0.2
    dwell_s: float = 9.0
    boredom: float = 0.12
    recovery: float = 0.94
    patience: float = 5.0
    tiring_minutes: float = 6.0
    habit_gain: float = 0.03
    drift: float = 0.03
    follow_after_like: float = 0.1

    def __post_init__(self) -> None:
        for name in ("n_topics", "n_authors", "posts_a_day", "window_days"):
            if getattr(self, name) < 2:
                raise FeedError(f"The simulator needs `{name}` of 2 or more, not {getattr(self, name)}.")


@dataclass(frozen=True, kw_only=True, eq=False)
class Posts:
    """All posts of all days, oldest first, as columns; and what the ranker cannot see of them.

    Parameters
    ----------
    columns : Candidates
        With ages of 0 and no likes: `of_day` fills them in.
    day : ndarray of int32, shape (N,)
        On which they were published; before 0 for what is there at the start.
    pull, worth : ndarray of float32, shape (N,)
        0 to 1: how much it holds the eye, and how much pleasure it gives.
    remixable : ndarray of float32, shape (N,)
        0 to 1: how much it makes one want to make something.
    """

    columns: Candidates
    day: Ints
    pull: Floats
    worth: Floats
    remixable: Floats

    def window(self, day: int, window_days: int) -> slice:
        """Return which posts are candidates on a day."""
        low, high = np.searchsorted(self.day, [day - window_days + 1, day + 1])
        return slice(int(low), int(high))

    def of_day(self, day: int, *, window_days: int, likes: Floats, remixes: Floats) -> Candidates:
        """Return the candidates of a day, with the likes and remixes that they have by then."""
        part = self.window(day, window_days)
        one = self.columns
        authors = one.authors[part]
        return replace(
            one,
            ids=one.ids[part],
            authors=authors,
            topics=np.asfortranarray(one.topics[part]),
            places=one.places[part],
            likes=likes[part],
            comments=one.comments[part],
            remixes=remixes[part],
            age_h=(24.0 * (day - self.day[part])).astype(np.float32),
            standing=standing(authors, likes[part], n_authors=len(one.author_names)),
            risk=one.risk[part],
            synthetic=one.synthetic[part],
            labelled=one.labelled[part],
            tie=one.tie[part],
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class People:
    """The viewers, before they have watched anything.

    Parameters
    ----------
    interests : ndarray of float32, shape (V, n_topics)
        0 to 1; the truth, which the ranker does not see.
    places : ndarray of int32, shape (V,)
        Places in `TOWNS`.
    follows : ndarray of bool, shape (V, n_authors)
        Three friends each.
    """

    interests: Floats
    places: Ints
    follows: NDArray[np.bool_]


def people(n: int, *, assumed: Assumptions, seed: int) -> People:
    """Draw viewers: each likes three or four topics a lot, and a few a little."""
    rng = np.random.default_rng([seed, 1])
    liking = popularity(assumed.n_topics)
    interests = (0.25 * rng.random((n, assumed.n_topics))).astype(np.float32)
    for _ in range(4):
        topic = rng.choice(assumed.n_topics, size=n, p=liking)
        interests[np.arange(n), topic] = 0.6 + 0.4 * rng.random(n)
    follows = np.zeros((n, assumed.n_authors), np.bool_)
    n_farms = n_farm_authors(assumed)
    for _ in range(3):
        follows[np.arange(n), rng.integers(n_farms, assumed.n_authors, n)] = True
    return People(
        interests=interests, places=rng.integers(0, len(TOWNS), n).astype(np.int32), follows=follows
    )


def posts(n_days: int, *, assumed: Assumptions, seed: int) -> Posts:
    """Draw what is posted, from `window_days` before the first day on."""
    rng = np.random.default_rng([seed, 2])
    n = (n_days + assumed.window_days) * assumed.posts_a_day
    farm = rng.random(n) < assumed.farm_posts
    n_farms = n_farm_authors(assumed)
    authors = np.where(farm, rng.integers(0, n_farms, n), rng.integers(n_farms, assumed.n_authors, n))
    synthetic = rng.random(n) < np.where(farm, assumed.farm_synthetic, assumed.other_synthetic)
    bare = synthetic & (rng.random(n) < np.where(farm, assumed.farm_unlabelled, assumed.other_unlabelled))
    columns = Candidates(
        ids=np.array([f"s{place}" for place in range(n)], np.str_),
        authors=authors.astype(np.int32),
        topics=_topics(n, farm=farm, assumed=assumed, rng=rng),
        places=rng.integers(0, len(TOWNS), n).astype(np.int32),
        likes=np.zeros(n, np.float32),
        comments=np.zeros(n, np.float32),
        remixes=np.zeros(n, np.float32),
        age_h=np.zeros(n, np.float32),
        standing=np.zeros(n, np.float32),
        risk=(0.2 * rng.random(n)).astype(np.float32),
        synthetic=synthetic,
        labelled=synthetic & ~bare,
        tie=rng.permutation(n).astype(np.int64),
        author_names=tuple(f"a{place}" for place in range(assumed.n_authors)),
        topic_names=tuple(f"t{place}" for place in range(assumed.n_topics)),
        place_names=TOWNS,
    )
    return Posts(
        columns=columns,
        day=(np.arange(n) // assumed.posts_a_day - assumed.window_days).astype(np.int32),
        pull=np.where(farm, rng.beta(5, 2, n), rng.beta(2, 3, n)).astype(np.float32),
        worth=np.where(farm, rng.beta(2, 4, n), rng.beta(3, 3, n)).astype(np.float32),
        remixable=np.where(farm, rng.beta(1, 6, n), rng.beta(2, 4, n)).astype(np.float32),
    )


def popularity(n_topics: int) -> NDArray[np.float64]:
    """Return how many are interested in each topic: the first in most (1 / (place + 2))."""
    weight = 1.0 / (np.arange(n_topics) + 2.0)
    found: NDArray[np.float64] = weight / weight.sum()
    return found


def n_farm_authors(assumed: Assumptions) -> int:
    """Return how many authors post a lot; they come first."""
    return max(1, round(assumed.farm_share * assumed.n_authors))


def _topics(n: int, *, farm: NDArray[np.bool_], assumed: Assumptions, rng: np.random.Generator) -> Ints:
    """Return one or two topics a post; those of farms are the most popular ones."""
    topics = np.full((n, MAX_TOPICS), -1, np.int32)
    popular = np.minimum(rng.geometric(0.5, n) - 1, assumed.n_topics - 1)
    topics[:, 0] = np.where(farm, popular, rng.integers(0, assumed.n_topics, n))
    second = rng.integers(0, assumed.n_topics, n)
    topics[:, 1] = np.where((rng.random(n) < 0.4) & (second != topics[:, 0]), second, -1)
    return topics
