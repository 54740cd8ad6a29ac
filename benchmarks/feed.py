"""How fast the feed is ranked and simulated, on one core: `python benchmarks/feed.py [--quick]`.

Ranking: 100,000 candidates for one viewer, all features, the full order; beside it the same ranking written as Python's
own loop and sort over 2,000 of them, which is how a first version would be written, and whose scores must be the same.
Simulation: 10,000 viewers for 30 days under one condition. Counted are the process's own seconds, which a neighbour on
the core changes little; those of the clock on the wall stand beside them. The load of an app (`p95_ms`, `lost_writes`)
is that of the studio, forty clients at once over its real server, by the clock on the wall (`benchmarks/studio.py`).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time

# Before numpy is loaded: one core is what is promised.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_name] = "1"

import math  # noqa: E402
from collections.abc import Callable  # noqa: E402

import numpy as np  # noqa: E402
from studio import measure  # noqa: E402  (the benchmark beside this one)

from medialit.feed.columns import Candidates, Profile, standing  # noqa: E402
from medialit.feed.rank import ENGAGEMENT_FIRST, HALF_LIFE_H, HALF_LIKES, HALF_REMIXES, Weights, rank  # noqa: E402
from medialit.feed.records import MAX_TOPICS  # noqa: E402
from medialit.feed.simulate import CONDITIONS, simulate  # noqa: E402
from medialit.feed.steering import steer  # noqa: E402

N = 100_000
N_PEER = 2_000
WEIGHTS = Weights(
    **{name: value for name, value in vars(ENGAGEMENT_FIRST).items() if name != "making"}, making=0.5
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="Simulate 1,000 viewers only.")
    options = parser.parse_args()
    seen, me = candidates(N, seed=3), viewer(seed=4)
    asked = steer("more football, less music", lang="en")

    small = first(seen, N_PEER)
    fast = rank(small, me, weights=WEIGHTS, personalised=True, steering=asked)
    slow = loop(small, me)
    assert np.allclose(fast.scores[fast.order], fast.scores[slow], atol=2e-4), (
        "the plain loop ranks otherwise"
    )
    rank_cpu, rank_wall = timed(
        lambda: rank(seen, me, weights=WEIGHTS, personalised=True, steering=asked), rounds=60
    )
    off_cpu, off_wall = timed(lambda: rank(seen, None, weights=WEIGHTS, personalised=False), rounds=60)
    peer_cpu, peer_wall = timed(lambda: loop(small, me), rounds=5)

    scale = N / N_PEER
    print("| ranking, milliseconds (median)                  |    CPU |   wall |")
    print("|-------------------------------------------------|-------:|-------:|")
    for name, cpu_s, wall_s in (
        ("100,000 candidates, personalised and steered", rank_cpu, rank_wall),
        ("100,000 candidates, not personalised", off_cpu, off_wall),
        (f"plain Python, 2,000 candidates times {scale:.0f}", scale * peer_cpu, scale * peer_wall),
    ):
        print(f"| {name:47} | {1e3 * cpu_s:6.1f} | {1e3 * wall_s:6.1f} |")

    n_viewers = 1_000 if options.quick else 10_000
    begun_cpu, begun = time.process_time(), time.perf_counter()
    found = simulate(CONDITIONS["engagement-first"], seed=1, n_viewers=n_viewers)
    cpu, wall = time.process_time() - begun_cpu, time.perf_counter() - begun
    print(
        f"\n{n_viewers} viewers, 30 days: {cpu:.1f} s CPU, {wall:.1f} s wall, one process; {found.minutes:.1f} min a day"
    )
    load = measure(n_clients=40, seconds=20.0 if options.quick else 60.0, n_posts=200)
    pages = f"{load.n_pages} pages of the feed, p50 {load.p50_ms:.0f} ms, p95 {load.p95_ms:.0f} ms"
    print(f"40 clients of the studio: {pages}; {load.n_writes} writes, {load.lost_writes} lost")
    print(
        json.dumps(
            {
                "rank_100k_ms": round(1e3 * rank_cpu, 2),
                "rank_100k_wall_ms": round(1e3 * rank_wall, 2),
                "rank_plain_100k_ms": round(1e3 * scale * peer_cpu),
                "simulate_s": round(cpu, 1),
                "simulate_wall_s": round(wall, 1),
                "simulate_viewers": n_viewers,
                "p95_ms": load.p95_ms,
                "lost_writes": load.lost_writes,
            }
        )
    )


def candidates(n: int, *, seed: int) -> Candidates:
    """Draw posts, straight as columns."""
    rng = np.random.default_rng(seed)
    authors = rng.integers(0, 2000, n).astype(np.int32)
    likes = rng.poisson(rng.gamma(1.0, 20.0, n)).astype(np.float32)
    topics = np.asfortranarray(rng.integers(-1, 20, (n, MAX_TOPICS)).astype(np.int32))
    return Candidates(
        ids=np.array([f"p{place}" for place in range(n)]),
        authors=authors,
        topics=topics,
        places=rng.integers(-1, 8, n).astype(np.int32),
        likes=likes,
        comments=np.zeros(n, np.float32),
        remixes=rng.poisson(2.0, n).astype(np.float32),
        age_h=rng.uniform(0, 72, n).astype(np.float32),
        standing=standing(authors, likes, n_authors=2000),
        risk=rng.uniform(0, 0.5, n).astype(np.float32),
        synthetic=rng.random(n) < 0.5,
        labelled=rng.random(n) < 0.5,
        tie=rng.permutation(n).astype(np.int64),
        author_names=tuple(f"a{place}" for place in range(2000)),
        topic_names=("football", "music", *(f"topic{place}" for place in range(18))),
        place_names=tuple(f"town{place}" for place in range(8)),
    )


def viewer(*, seed: int) -> Profile:
    rng = np.random.default_rng(seed)
    words = ("football", "music", *(f"topic{place}" for place in range(18)))
    return Profile(
        viewer="me",
        follows=frozenset(f"a{place}" for place in rng.integers(0, 2000, 60)),
        activity={word: float(rng.uniform(-1, 1)) for word in words},
        chat={word: float(rng.uniform(0, 1)) for word in words[:6]},
        place="town3",
    )


def first(seen: Candidates, n: int) -> Candidates:
    """Return the first n candidates."""
    arrays = {
        name: value[:n] if isinstance(value, np.ndarray) else value
        for name, value in vars(seen).items()
        if name in Candidates.__dataclass_fields__
    }
    return Candidates(**arrays)


def loop(seen: Candidates, me: Profile) -> list[int]:
    """Rank as one would write it first: a score for each post in turn, then Python's sort."""
    asked = {"football": 1.0, "music": -1.0}
    scored = []
    for row in range(len(seen)):
        topics = seen.topics_of(row)
        n = max(len(topics), 1)
        place = seen.places[row]
        here = place >= 0 and seen.place_names[place] == me.place
        likes, remixes, standing_ = (
            float(seen.likes[row]),
            float(seen.remixes[row]),
            float(seen.standing[row]),
        )
        score = (
            WEIGHTS.activity * sum(me.activity.get(one, 0.0) for one in topics) / n
            + WEIGHTS.chat * sum((me.chat or {}).get(one, 0.0) for one in topics) / n
            + WEIGHTS.steering * sum(asked.get(one, 0.0) for one in topics) / n
            + WEIGHTS.follows * (seen.author_names[seen.authors[row]] in me.follows)
            + WEIGHTS.place * here
            + WEIGHTS.likes * likes / (likes + HALF_LIKES)
            + WEIGHTS.making * remixes / (remixes + HALF_REMIXES)
            + WEIGHTS.author * standing_ / (standing_ + HALF_LIKES)
            + WEIGHTS.freshness * math.exp2(-float(seen.age_h[row]) / HALF_LIFE_H)
            - WEIGHTS.safety * float(seen.risk[row])
        )
        scored.append((-round(score * 1e5), -int(seen.tie[row]), row))
    return [row for _, _, row in sorted(scored)]


def timed(work: Callable[[], object], *, rounds: int) -> tuple[float, float]:
    """Return the median CPU and wall seconds, after one round that does not count."""
    work()
    cpu, wall = [], []
    for _ in range(rounds):
        cpu_0, wall_0 = time.process_time(), time.perf_counter()
        work()
        cpu.append(time.process_time() - cpu_0)
        wall.append(time.perf_counter() - wall_0)
    return statistics.median(cpu), statistics.median(wall)


if __name__ == "__main__":
    main()
