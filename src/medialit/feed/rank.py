"""The ranker: a weighted sum of ten features, each between 0 and 1 (or -1 and 1), every weight visible.

The score of a post is the sum of its terms, a term is weight times feature, and nothing else: so `explain` can say all of
it. What may not be shown at all is filtered before (`medialit.feed.moderation`, `medialit.feed.controls`), never scored.

=============  =============================================================  =========
feature        what it is                                                     personal
=============  =============================================================  =========
activity       mean over the post's topics of what the viewer did with them   yes
follows        1 where the viewer follows the author                          yes
place          1 where viewer and post are in the same coarse place           yes
chat           as activity, from the viewer's own messages; opt-in            yes
steering       what the viewer asked for in words, just now                   no
likes          n / (n + 20)                                                   no
making         remixes: n / (n + 5)                                           no
author         likes a post of the author's: n / (n + 20)                     no
freshness      halves every 24 hours                                          no
safety         minus the risk that the checks found                           no
=============  =============================================================  =========

Where personalisation is off the personal weights are 0 and the profile is not read at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from medialit.errors import FeedError
from medialit.feed.columns import Candidates, Flags, Floats, Profile
from medialit.feed.steering import NO_STEERING, Steering

PERSONAL: Final = ("activity", "follows", "place", "chat")
"""Features that are read from the viewer's profile."""
HALF_LIKES: Final = 20.0
HALF_REMIXES: Final = 5.0
HALF_LIFE_H: Final = 24.0
_STEP: Final = 1e-5  # scores nearer to each other than this are equal, and the tie decides


@dataclass(frozen=True, kw_only=True)
class Weights:
    """How much each feature counts. A negative weight turns a feature around."""

    activity: float = 0.0
    follows: float = 0.0
    place: float = 0.0
    chat: float = 0.0
    steering: float = 4.0
    likes: float = 0.0
    making: float = 0.0
    author: float = 0.0
    freshness: float = 0.0
    safety: float = 2.0

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not -100.0 <= value <= 100.0:
                raise FeedError(f"The weight `{name}` is from -100 to 100, not {value!r}.")

    def impersonal(self) -> Weights:
        """Return the same weights, with 0 for all that is personal."""
        return replace(self, **dict.fromkeys(PERSONAL, 0.0))


CREATION_FIRST: Final = Weights(
    activity=0.6, follows=1.2, place=0.4, likes=0.2, making=1.5, author=-0.4, freshness=0.8
)
"""Puts in front what others remix, people whom one follows, and authors who are not known yet."""
ENGAGEMENT_FIRST: Final = Weights(
    activity=2.0, follows=0.4, place=0.2, chat=0.8, likes=1.5, author=0.6, freshness=0.3, safety=1.0
)
"""Puts in front what holds a viewer: more of what was watched, and what many like."""
PRESETS: Final[Mapping[str, Weights]] = {
    "creation-first": CREATION_FIRST, "engagement-first": ENGAGEMENT_FIRST,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Ranking:
    """Candidates in order.

    Parameters
    ----------
    order : ndarray of int64, shape (M,)
        Rows of the candidates, the first to be shown first. M is less than N where steering leaves posts out.
    scores : ndarray of float32, shape (N,)
        Of every candidate.
    """

    order: NDArray[np.int64]
    scores: Floats


@dataclass(frozen=True, kw_only=True)
class Term:
    """One part of a post's score.

    Parameters
    ----------
    feature : str
        A field of `Weights`.
    value : float
        Of the feature.
    weight : float
    """

    feature: str
    value: float
    weight: float

    @property
    def points(self) -> float:
        """What it adds to the score."""
        return self.value * self.weight


def rank(
    candidates: Candidates,
    profile: Profile | None,
    *,
    weights: Weights,
    personalised: bool,
    steering: Steering = NO_STEERING,
) -> Ranking:
    """Return the candidates in the order of their scores.

    Parameters
    ----------
    candidates : Candidates
    profile : Profile or None
        Not read where `personalised` is false, except for whom the viewer follows, and that only where `steering` asks
        for people whom one follows.
    weights : Weights
    personalised : bool
    steering : Steering
        What the viewer asked for in words. "Only" and "no" leave posts out; "more" and "less" move them.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from medialit.feed.columns import columns
    >>> from medialit.feed.records import Post
    >>> noon = datetime(2026, 11, 27, 12, tzinfo=UTC)
    >>> posts = [Post(id=id, clip="c", author=who, at=noon) for id, who in (("p1", "aya"), ("p2", "idir"))]
    >>> seen = columns(posts, now=noon)
    >>> me = Profile(viewer="tiziri", follows=frozenset({"idir"}))
    >>> found = rank(seen, me, weights=CREATION_FIRST, personalised=True)
    >>> seen.ids[found.order].tolist()
    ['p2', 'p1']
    """
    scores = np.zeros(len(candidates), np.float32)
    for name, feature in _features(candidates, profile, weights, personalised, steering).items():
        scores += np.float32(getattr(weights, name)) * feature
    # One sortable number a post: the score in small steps, then the tie.
    key = (np.rint(scores / np.float32(_STEP)).astype(np.int64) << 24) + candidates.tie
    kept = _kept(candidates, profile, steering)
    if kept is None:
        return Ranking(order=np.argsort(-key), scores=scores)
    rows = np.flatnonzero(kept)
    return Ranking(order=rows[np.argsort(-key[rows])], scores=scores)


def explain(
    candidates: Candidates,
    post_id: str,
    profile: Profile | None,
    *,
    weights: Weights,
    personalised: bool,
    steering: Steering = NO_STEERING,
) -> tuple[Term, ...]:
    """Return every term of a post's score, the one that moves it most first; terms of 0 are left out.

    Their points add up to the score that `rank` gives, up to rounding.

    Raises
    ------
    FeedError
        If the post is not among the candidates.
    """
    row = candidates.index(post_id)
    found = _features(candidates, profile, weights, personalised, steering)
    terms = [
        Term(feature=name, value=float(feature[row]), weight=getattr(weights, name))
        for name, feature in found.items()
    ]
    return tuple(
        sorted((one for one in terms if one.points), key=lambda one: (-abs(one.points), one.feature))
    )


def impersonal_features(candidates: Candidates) -> dict[str, Floats]:
    """Return the features that are the same for every viewer, each of shape (N,)."""
    return {
        "likes": saturating(candidates.likes, HALF_LIKES),
        "making": saturating(candidates.remixes, HALF_REMIXES),
        "author": saturating(candidates.standing, HALF_LIKES),
        "freshness": np.exp2(-candidates.age_h / np.float32(HALF_LIFE_H)),
        "safety": -candidates.risk,
    }


def saturating(counts: Floats, half: float) -> Floats:
    """Return n / (n + half): 0 for none, a half for `half`, below 1 for any."""
    return counts / (counts + np.float32(half))


def _features(
    candidates: Candidates,
    profile: Profile | None,
    weights: Weights,
    personalised: bool,
    steering: Steering,
) -> dict[str, Floats]:
    """Return the features whose weight is not 0."""
    found = impersonal_features(candidates)
    if steering.more or steering.less:
        found["steering"] = _by_topic(
            candidates, dict.fromkeys(steering.less, -1.0) | dict.fromkeys(steering.more, 1.0)
        )
    if personalised and profile is not None:
        if weights.activity:
            found["activity"] = _by_topic(candidates, profile.activity)
        if weights.chat and profile.chat:
            found["chat"] = _by_topic(candidates, profile.chat)
        if weights.follows:
            found["follows"] = _followed(candidates, profile).astype(np.float32)
        if weights.place and profile.place in candidates.place_names:
            here = candidates.place_names.index(profile.place)
            found["place"] = (candidates.places == here).astype(np.float32)
    return {name: feature for name, feature in found.items() if getattr(weights, name)}


def _by_topic(candidates: Candidates, interest: Mapping[str, float]) -> Floats:
    """Return for each post the mean interest in its topics; 0 for a post without topics."""
    table = np.zeros(len(candidates.topic_names) + 1, np.float32)  # the last place is for -1, no topic
    for place, word in enumerate(candidates.topic_names):
        table[place] = interest.get(word, 0.0)
    total = np.zeros(len(candidates), np.float32)
    for codes in candidates.topics.T:
        total += table[codes]
    return total / candidates.n_topics


def _followed(candidates: Candidates, profile: Profile | None) -> Flags:
    follows = frozenset() if profile is None else profile.follows
    table = np.array([name in follows for name in candidates.author_names], np.bool_)
    return table[candidates.authors]


def _kept(candidates: Candidates, profile: Profile | None, steering: Steering) -> Flags | None:
    """Return which posts steering leaves in; None for all."""
    if not steering.leaves_out:
        return None
    masks: list[Flags] = []
    if steering.none:
        masks.append(~_about(candidates, steering.none))
    if steering.only:
        masks.append(_about(candidates, steering.only))
    if steering.only_follows:
        masks.append(_followed(candidates, profile))
    if steering.no_synthetic:
        masks.append(~candidates.synthetic)
    kept: Flags = np.array(np.stack(masks).all(axis=0), np.bool_)
    return kept


def _about(candidates: Candidates, words: frozenset[str]) -> Flags:
    table = np.array([*(word in words for word in candidates.topic_names), False], np.bool_)
    found: Flags = np.array(table[candidates.topics].any(axis=1), np.bool_)
    return found


def visible(weights: Weights) -> dict[str, Any]:
    """Return the weights as plain data, in the order of the table above."""
    return {one.name: getattr(weights, one.name) for one in fields(weights)}
