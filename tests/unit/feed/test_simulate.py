"""The simulator: the real ranker, the same luck for all, and controls that do what they say."""

from __future__ import annotations

import numpy as np
import pytest

from medialit.errors import FeedError
from medialit.feed.columns import Profile
from medialit.feed.rank import CREATION_FIRST, ENGAGEMENT_FIRST, Weights, rank
from medialit.feed.records import Controls, Quiet
from medialit.feed.simulate import CONDITIONS, Condition, entropy_bits, orders, score_all, simulate
from medialit.feed.simulate_world import TOWNS, Assumptions, people, posts

SMALL = Assumptions(n_authors=40, posts_a_day=40)


@pytest.fixture(scope="module")
def free() -> dict[str, object]:
    return simulate(CONDITIONS["engagement-first"], seed=4, n_viewers=150, n_days=5, assumed=SMALL).to_dict()


def run(controls: Controls, weights: Weights = ENGAGEMENT_FIRST) -> dict[str, object]:
    condition = Condition(weights=weights, controls=controls)
    return simulate(condition, seed=4, n_viewers=150, n_days=5, assumed=SMALL).to_dict()


@pytest.mark.parametrize("weights", [CREATION_FIRST, ENGAGEMENT_FIRST])
@pytest.mark.parametrize("personalised", [True, False])
def test_the_simulator_scores_as_the_ranker_does(weights: Weights, personalised: bool) -> None:
    who, what = people(6, assumed=SMALL, seed=2), posts(3, assumed=SMALL, seed=2)
    rng = np.random.default_rng(0)
    n = len(what.columns)
    likes, remixes = rng.poisson(9, n).astype(np.float32), rng.poisson(2, n).astype(np.float32)
    candidates = what.of_day(1, window_days=3, likes=likes, remixes=remixes)
    sums = rng.normal(0, 2, who.interests.shape).astype(np.float32)
    scores = score_all(
        candidates,
        sums=sums,
        follows=who.follows,
        places=who.places,
        weights=weights,
        personalised=personalised,
    )
    order = orders(
        candidates, sums=sums, follows=who.follows, places=who.places, seen=np.zeros(scores.shape, np.bool_),
        weights=weights, personalised=personalised, n_places=20,
    )  # fmt: skip
    for row in range(6):
        me = Profile(
            viewer="me",
            follows=frozenset(f"a{author}" for author in np.flatnonzero(who.follows[row])),
            activity={f"t{topic}": float(s / (1 + abs(s))) for topic, s in enumerate(sums[row])},
            place=TOWNS[who.places[row]],
        )
        true = rank(candidates, me, weights=weights, personalised=personalised)
        np.testing.assert_allclose(scores[row], true.scores, atol=2e-5)
        np.testing.assert_allclose(true.scores[order[row]], true.scores[true.order[:20]], atol=2e-5)


def test_the_same_seed_gives_the_same_month_and_another_another(free: dict[str, object]) -> None:
    again = simulate(CONDITIONS["engagement-first"], seed=4, n_viewers=150, n_days=5, assumed=SMALL)
    other = simulate(CONDITIONS["engagement-first"], seed=5, n_viewers=150, n_days=5, assumed=SMALL)
    assert again.to_dict() == free != other.to_dict()


def test_hiding_unlabelled_and_synthetic_posts_leaves_none(free: dict[str, object]) -> None:
    assert free["unlabelled_share"] > 0  # type: ignore[operator]
    assert run(Controls(hide_unlabelled=True))["unlabelled_share"] == 0
    assert run(Controls(hide_synthetic=True))["synthetic_share"] == 0


def test_quiet_hours_leave_no_minutes_of_the_night(free: dict[str, object]) -> None:
    from datetime import time

    quiet = run(Controls(quiet=(Quiet(start=time(21), end=time(7)),)))
    assert free["night_minutes"] > 0 == quiet["night_minutes"]  # type: ignore[operator]


def test_a_daily_limit_holds_for_everybody_but_for_the_last_post(free: dict[str, object]) -> None:
    found = run(Controls(daily_minutes=3))
    assert free["minutes_p95"] > 4.5  # type: ignore[operator]
    assert found["minutes_p95"] <= 3 + 1.5  # type: ignore[operator]


def test_a_sitting_of_one_post_shows_no_more_posts_than_sittings() -> None:
    assert 0 < run(Controls(posts_a_sitting=1))["posts_seen"] <= 6  # type: ignore[operator]


def test_entropy_is_largest_for_equal_shares() -> None:
    counts = np.array([[5, 5, 5, 5], [17, 1, 1, 1]], np.int32)
    equal, unequal = entropy_bits(counts)
    assert equal == 2.0 > unequal > 0


def test_a_town_without_people_or_days_is_refused() -> None:
    with pytest.raises(FeedError, match="not 0 and 30"):
        simulate(CONDITIONS["creation-first"], seed=1, n_viewers=0)
    with pytest.raises(FeedError, match="`posts_a_day` of 2"):
        Assumptions(posts_a_day=1)
