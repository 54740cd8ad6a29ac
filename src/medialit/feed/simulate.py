"""What a ranking and its controls do to a made-up town in a month, under assumptions that are written down.

The ranker is the real one: the same features and weights as `medialit.feed.rank`, computed for all viewers at once. The
viewers are not: see `medialit.feed.simulate_world.Assumptions`. The same seed gives the same town, the same posts and
the same luck to every condition, so that two runs differ by the ranking and the controls alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import time
from typing import Final

import numpy as np
from numpy.typing import NDArray

from medialit.errors import FeedError
from medialit.feed.columns import Candidates, Flags, Floats, Ints
from medialit.feed.controls import mask
from medialit.feed.rank import CREATION_FIRST, ENGAGEMENT_FIRST, Weights, impersonal_features
from medialit.feed.records import Controls, Quiet
from medialit.feed.simulate_world import Assumptions, People, Posts, people, posts

MAX_PLACES: Final = 200
"""Posts that somebody sees in a day at the most."""
_CHUNK: Final = 2000  # viewers ranked at a time: what fits into a processor's cache

CONTROLLED: Final = Controls(
    posts_a_sitting=30, daily_minutes=45, quiet=(Quiet(start=time(21), end=time(7)),), hide_unlabelled=True
)
"""The controls of the simulator's own conditions."""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One way to run the feed.

    Parameters
    ----------
    weights : Weights
    controls : Controls
        The same for everybody. Messages and likeness play no part.
    """

    weights: Weights
    controls: Controls = field(default_factory=Controls)


CONDITIONS: Final[Mapping[str, Condition]] = {
    "engagement-first": Condition(weights=ENGAGEMENT_FIRST),
    "creation-first": Condition(weights=CREATION_FIRST),
    "not personalised": Condition(weights=CREATION_FIRST, controls=Controls(personalised=False)),
    "engagement-first, controlled": Condition(weights=ENGAGEMENT_FIRST, controls=CONTROLLED),
    "creation-first, controlled": Condition(weights=CREATION_FIRST, controls=CONTROLLED),
}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of it. All of it follows from the assumptions.

    Parameters
    ----------
    minutes : float
        Of a viewer and day, on average over the last seven days.
    minutes_p95 : float
        The same, of the viewer who has more than 95 % of the others.
    night_minutes : float
        Of a viewer and day, in the night.
    posts_seen : float
        Of a viewer and day.
    topic_bits, author_bits : float
        Entropy of the topics, and of the authors, that one viewer saw in all days; averaged over viewers.
    synthetic_share : float
        Of all impressions.
    unlabelled_share : float
        Of all impressions: synthetic without a label.
    pleasure : float
        Of an impression, on average, in the viewer's own units: 0 is indifferent.
    made : float
        Clips that a viewer made in 30 days.
    daily_minutes : tuple of float
        Average of each day.
    """

    minutes: float
    minutes_p95: float
    night_minutes: float
    posts_seen: float
    topic_bits: float
    author_bits: float
    synthetic_share: float
    unlabelled_share: float
    pleasure: float
    made: float
    daily_minutes: tuple[float, ...]

    def to_dict(self) -> dict[str, object]:
        """Return plain data."""
        return asdict(self)


def simulate(
    condition: Condition,
    *,
    seed: int,
    n_viewers: int = 10_000,
    n_days: int = 30,
    assumed: Assumptions | None = None,
    on_day: Callable[[int], None] = lambda day: None,
) -> Outcome:
    """Return what happens to a town under one condition.

    Parameters
    ----------
    condition : Condition
    seed : int
    n_viewers, n_days : int
        1 or more.
    assumed : Assumptions, optional
    on_day : callable
        Called after each day, for a progress bar.

    Raises
    ------
    FeedError
        If nobody watches, or for no day.

    Examples
    --------
    >>> found = simulate(CONDITIONS["creation-first"], seed=1, n_viewers=50, n_days=3)
    >>> 0 < found.minutes < 300 and 0 < found.topic_bits < 5
    True
    """
    if n_viewers < 1 or n_days < 1:
        raise FeedError(f"Simulate 1 viewer and 1 day or more, not {n_viewers} and {n_days}.")
    assumed = Assumptions() if assumed is None else assumed
    town = _Town(
        people(n_viewers, assumed=assumed, seed=seed), posts(n_days, assumed=assumed, seed=seed), assumed
    )
    for day in range(n_days):
        town.live(day, condition, np.random.default_rng([seed, 3, day]))
        on_day(day)
    return town.outcome()


def orders(
    candidates: Candidates,
    *,
    sums: Floats,
    follows: NDArray[np.bool_],
    places: Ints,
    seen: NDArray[np.bool_],
    weights: Weights,
    personalised: bool,
    n_places: int,
) -> Ints:
    """Return for each viewer the first places of the order, those not seen yet first; shape (V, n_places).

    Parameters
    ----------
    candidates : Candidates
    sums : ndarray of float32, shape (V, n_topics)
        What each viewer did with each topic, as `columns.profile` adds it up.
    follows : ndarray of bool, shape (V, n_authors)
    places : ndarray of int32, shape (V,)
    seen : ndarray of bool, shape (V, N)
    weights : Weights
    personalised : bool
    n_places : int
    """
    n_places = min(n_places, len(candidates))
    found = np.empty((len(sums), n_places), np.int32)
    for start in range(0, len(sums), _CHUNK):
        part = slice(start, start + _CHUNK)
        scores = score_all(
            candidates,
            sums=sums[part],
            follows=follows[part],
            places=places[part],
            weights=weights,
            personalised=personalised,
        )
        scores -= np.float32(1000.0) * seen[part]
        first = np.argpartition(-scores, n_places - 1, axis=1)[:, :n_places]
        inside = np.argsort(-np.take_along_axis(scores, first, axis=1), axis=1)
        found[part] = np.take_along_axis(first, inside, axis=1)
    return found


def score_all(
    candidates: Candidates,
    *,
    sums: Floats,
    follows: NDArray[np.bool_],
    places: Ints,
    weights: Weights,
    personalised: bool,
) -> Floats:
    """Return the scores that `rank.rank` gives, for many viewers at once; shape (V, N)."""
    shared = np.zeros(len(candidates), np.float32)
    for name, feature in impersonal_features(candidates).items():
        shared += np.float32(getattr(weights, name)) * feature
    scores = np.repeat(shared[np.newaxis], len(sums), axis=0)
    if personalised:
        about = np.zeros((len(candidates.topic_names), len(candidates)), np.float32)
        for codes in candidates.topics.T:
            rows = np.flatnonzero(codes >= 0)
            about[codes[rows], rows] += 1.0 / candidates.n_topics[rows]
        scores += np.float32(weights.activity) * ((sums / (1.0 + np.abs(sums))) @ about)
        scores += np.float32(weights.follows) * follows[:, candidates.authors]
        scores += np.float32(weights.place) * (places[:, np.newaxis] == candidates.places)
    return scores


@dataclass(kw_only=True)
class _Seen:
    """What was seen, counted."""

    minutes: list[Floats] = field(default_factory=list)
    night_minutes: float = 0.0
    n: int = 0
    n_synthetic: int = 0
    n_unlabelled: int = 0
    pleasure: float = 0.0
    made: int = 0


class _Town:
    """The viewers while they watch: what they like, are tired of, are used to; and what the ranker knows of them."""

    def __init__(self, who: People, what: Posts, assumed: Assumptions) -> None:
        n, n_posts = len(who.interests), len(what.columns)
        self.what, self.assumed, self.places = what, assumed, who.places
        self.interests, self.follows = who.interests.copy(), who.follows.copy()
        self.sums = np.zeros_like(self.interests)
        self.habit = np.ones(n, np.float32)
        self.likes, self.remixes = np.zeros(n_posts, np.float32), np.zeros(n_posts, np.float32)
        self.seen = np.zeros((n, n_posts), np.bool_)
        self.by_topic = np.zeros((n, assumed.n_topics), np.int32)
        self.by_author = np.zeros((n, assumed.n_authors), np.int32)
        self.counted = _Seen()

    def live(self, day: int, condition: Condition, rng: np.random.Generator) -> None:
        """Let everybody watch for a day."""
        assumed, controls = self.assumed, condition.controls
        window = self.what.window(day, assumed.window_days)
        candidates = self.what.of_day(
            day, window_days=assumed.window_days, likes=self.likes, remixes=self.remixes
        )
        order = window.start + orders(
            candidates,
            sums=self.sums,
            follows=self.follows,
            places=self.places,
            seen=self.seen[:, window],
            weights=condition.weights,
            personalised=controls.personalised,
            n_places=MAX_PLACES,
        )
        every_row = np.arange(len(candidates))
        shown = np.zeros(len(self.what.columns), np.bool_)  # the posts that the controls leave in
        shown[window] = mask(candidates, every_row, controls=_without_limit(controls))
        evening = _Evening(self, order, shown, controls, rng)
        for n_sitting in range(_MAX_SITTINGS):
            evening.sit(n_sitting)
        self.counted.minutes.append(evening.minutes)
        self.habit += np.float32(assumed.habit_gain) * (evening.minutes / 30.0 - self.habit)
        np.clip(self.habit, 0.3, 3.0, out=self.habit)

    def outcome(self) -> Outcome:
        """Return what was counted."""
        counted, n_days = self.counted, len(self.counted.minutes)
        n_viewers = len(self.habit)
        last = np.mean(counted.minutes[-7:], axis=0)
        n = max(counted.n, 1)
        return Outcome(
            minutes=float(last.mean()),
            minutes_p95=float(np.quantile(last, 0.95)),
            night_minutes=counted.night_minutes / (n_viewers * n_days),
            posts_seen=counted.n / (n_viewers * n_days),
            topic_bits=float(entropy_bits(self.by_topic).mean()),
            author_bits=float(entropy_bits(self.by_author).mean()),
            synthetic_share=counted.n_synthetic / n,
            unlabelled_share=counted.n_unlabelled / n,
            pleasure=counted.pleasure / n,
            made=counted.made / n_viewers * 30.0 / n_days,
            daily_minutes=tuple(float(one.mean()) for one in counted.minutes),
        )


_MAX_SITTINGS: Final = 6


class _Evening:
    """One day of watching, sitting by sitting, post by post; all viewers at once."""

    def __init__(
        self, town: _Town, order: Ints, shown: Flags, controls: Controls, rng: np.random.Generator
    ) -> None:
        n = len(town.habit)
        self.town, self.order, self.shown, self.controls, self.rng = town, order, shown, controls, rng
        self.n_sittings = rng.poisson(town.assumed.sittings * town.habit)
        self.place = np.zeros(n, np.int32)
        self.minutes = np.zeros(n, np.float32)
        self.boredom = np.zeros((n, town.assumed.n_topics), np.float32)

    def sit(self, n_sitting: int) -> None:
        """Let everybody who sits down so often scroll until they leave, or a control ends it."""
        assumed, controls = self.town.assumed, self.controls
        n = len(self.minutes)
        night = self.rng.random(n) < assumed.night_share
        active = self.n_sittings > n_sitting
        if controls.quiet:
            active &= ~night
        self.boredom *= 0.5
        begun = self.minutes.copy()
        n_places = (
            MAX_PLACES if controls.posts_a_sitting is None else min(controls.posts_a_sitting, MAX_PLACES)
        )
        for _ in range(n_places):
            active &= self.place < self.order.shape[1]
            if controls.daily_minutes is not None:
                active &= self.minutes < controls.daily_minutes
            if not active.any():
                break
            luck = self.rng.random((4, n), np.float32)
            noise = self.rng.standard_normal(n, np.float32)
            who = np.flatnonzero(active)
            active[who] = self._look(who, self.minutes[who] - begun[who], luck[:, who], noise[who])
        self.town.counted.night_minutes += float((self.minutes - begun)[night].sum())

    def _look(self, who: NDArray[np.intp], so_far: Floats, luck: Floats, noise: Floats) -> Flags:
        """Show each of them the next post; return who goes on."""
        town, assumed = self.town, self.town.assumed
        post = self.order[who, self.place[who]]
        self.place[who] += 1
        looked = self.shown[post]  # a post that is left out takes its place, and nothing is seen
        stay = np.ones(len(who), np.bool_)
        who, post, luck, noise, so_far = (
            who[looked],
            post[looked],
            luck[:, looked],
            noise[looked],
            so_far[looked],
        )
        first, second = town.what.columns.topics[post, 0], town.what.columns.topics[post, 1]
        two = second >= 0
        liking = town.interests[who, first]
        liking = np.where(two, 0.5 * (liking + town.interests[who, second]), liking)
        pleasure = liking + 0.6 * town.what.worth[post] - 0.5 - self.boredom[who, first]
        held = pleasure + 0.8 * town.what.pull[post]
        dwell_s = assumed.dwell_s * np.exp(0.5 * noise) * 2.0 * _sigmoid(2.0 * held - 1.0)
        dwell_s = np.clip(dwell_s, 1.0, 90.0)
        self.minutes[who] += dwell_s / 60.0
        liked = luck[0] < 0.25 * _sigmoid(4.0 * (pleasure - 0.5))
        made = luck[1] < 0.02 * town.what.remixable[post] * _sigmoid(2.0 * pleasure)
        self.boredom[who] *= np.float32(assumed.recovery)
        self.boredom[who, first] += np.float32(assumed.boredom)
        follows = liked & (luck[2] < assumed.follow_after_like)
        town.follows[who[follows], town.what.columns.authors[post[follows]]] = True
        self._count(who, post, first, second, two, dwell_s, liked, made, pleasure)
        wish = assumed.patience + 2.0 * held - so_far / assumed.tiring_minutes
        stay[looked] = luck[3] < _sigmoid(wish)
        return stay

    def _count(
        self,
        who: NDArray[np.intp],
        post: Ints,
        first: Ints,
        second: Ints,
        two: Flags,
        dwell_s: Floats,
        liked: Flags,
        made: Flags,
        pleasure: Floats,
    ) -> None:
        """Note what was seen: for the ranker, for the interests, and for the outcome."""
        town, counted = self.town, self.town.counted
        # As `columns.profile` counts a dwell, a like and a remix.
        signal = np.where(dwell_s < 2.0, -0.5, np.minimum(dwell_s, 30.0) / 20.0) + liked + 2.0 * made
        growth = np.float32(town.assumed.drift) * np.maximum(pleasure, 0.0)
        for topic, rows in ((first, slice(None)), (second, two)):
            seat = who[rows], topic[rows]  # each viewer once: no pair stands twice
            town.sums[seat] += signal[rows]
            town.by_topic[seat] += 1
            town.interests[seat] += growth[rows] * (1.0 - town.interests[seat])
        town.by_author[who, town.what.columns.authors[post]] += 1
        town.seen[who, post] = True
        n_posts = len(town.likes)
        town.likes += np.bincount(post[liked], minlength=n_posts).astype(np.float32)
        town.remixes += np.bincount(post[made], minlength=n_posts).astype(np.float32)
        synthetic, labelled = town.what.columns.synthetic[post], town.what.columns.labelled[post]
        counted.n += len(who)
        counted.n_synthetic += int(synthetic.sum())
        counted.n_unlabelled += int((synthetic & ~labelled).sum())
        counted.pleasure += float(pleasure.sum())
        counted.made += int(made.sum())


def entropy_bits(counts: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the Shannon entropy of each row of counts, in bits; 0 for a row without any.

    Examples
    --------
    >>> entropy_bits(np.array([[1, 1, 1, 1], [4, 0, 0, 0], [0, 0, 0, 0]], np.int32)).tolist()
    [2.0, 0.0, 0.0]
    """
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    found: NDArray[np.float64] = -(share * np.log2(np.where(share > 0, share, 1.0))).sum(axis=1)
    return found + 0.0


def _without_limit(controls: Controls) -> Controls:
    """Return the controls that look at a post alone."""
    return Controls(
        hide_unlabelled=controls.hide_unlabelled, hide_synthetic=controls.hide_synthetic, muted=controls.muted
    )


def _sigmoid(x: Floats) -> Floats:
    one = np.float32(1.0)
    return np.asarray(one / (one + np.exp(-x)), np.float32)
