"""How well a revocation finds its copies after they have spread, and sorts them by what can still be done.

    python benchmarks/reach.py [--originals N] [--strangers N] [--seed N]

Clips are rendered, watermarked, written and registered; two thirds of their grants are revoked. Every clip is posted
again in ten ways at simulated places, before and after the revocation. A case is **right** where a copy of a revoked clip
is traced to its own original and falls under the fate that the table `TRUTH` gives for its place and moment. Strangers'
clips, changed in the same ways, must lead to nothing at all. Intervals are Wilson's, 95 %.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from medialit.consent.spread import Fate, Reached, measure
from medialit.forensics.statistics import wilson
from medialit.media import Clip
from medialit.provenance.registry import Registry
from medialit.reach import MIN_SIMILARITY, Found, trace
from medialit.reach_network import (
    HARD,
    KEY,
    PLACES,
    REVOKED_AT,
    Case,
    copies,
    look_alikes,
    publish_originals,
    strangers,
)

# By place: what becomes of a copy from before the revocation, and of one from after it. Written out by hand.
TRUTH = {
    "network": ("unpublished", "blocked"),
    "video-site": ("unpublished", "blocked"),
    "forum": ("notified", "notified"),
    "family-group": ("unreachable", "unreachable"),
    "gone": ("unreachable", "unreachable"),
}


LIMITS = (0.80, 0.85, 0.90)  # of the similarity of what only a fingerprint led to


@dataclass(frozen=True)
class Outcome:
    """What became of one case."""

    case: Case
    found: Found | None
    reached: Reached | None

    @property
    def right(self) -> bool:
        if self.case.original is None:
            return self.found is None
        if not self.case.revoked:
            return self.reached is None
        if self.reached is None or self.found is None or self.found.clip != self.case.original:
            return False
        posting = self.case.posting
        return self.reached.fate.value == TRUTH[posting.place][posting.at >= REVOKED_AT]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--originals", type=int, default=30)
    parser.add_argument("--strangers", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    n_revoked = max(1, options.originals * 2 // 3)
    began = time.process_time()
    with TemporaryDirectory() as place, Registry(Path(place) / "registry") as registry:
        originals = publish_originals(registry, Path(place), n=options.originals, seed=options.seed)
        revoked = [f"grant-{number}" for number in range(n_revoked)]

        def run(cases: Iterable[Case]) -> list[Outcome]:
            return [judge(case, registry, revoked) for case in cases]

        usual = run(copies(originals, n_revoked=n_revoked, seed=options.seed))
        hard = run(copies(originals[:n_revoked], n_revoked=n_revoked, seed=options.seed, changes=HARD))
        others = run(strangers(n=options.strangers, seed=options.seed))
        alike = run(look_alikes(n=options.originals, seed=options.seed))
    limits(usual, others)
    usual, hard, others, alike = (
        [stricter(one, MIN_SIMILARITY) for one in rows] for rows in (usual, hard, others, alike)
    )
    counted = [one for one in usual if one.case.revoked]
    report(counted, [one for one in usual if not one.case.revoked], hard, others, alike)
    false, right = sum(not one.right for one in others), sum(one.right for one in counted)
    acted = sum(one.reached is not None for one in others)
    print(f"\n{time.process_time() - began:.0f} s of CPU.")
    print(
        json.dumps(
            {
                "partition_right": right / len(counted),
                "partition_right_95": interval(right, len(counted)),
                "fpr": false / len(others),
                "fpr_95": interval(false, len(others)),
                "n": len(counted),
                "n_strangers": len(others),
                "strangers_acted_on": acted,
                "look_alikes_matched": sum(one.found is not None for one in alike) / len(alike),
                "hard_right": sum(one.right for one in hard) / len(hard),
            }
        )
    )


def judge(case: Case, registry: Registry, revoked: list[str]) -> Outcome:
    """Trace one case by itself, at the registry's own limit."""
    traced = trace(
        [(case.posting, case.clip)],
        PLACES,
        registry=registry,
        key=KEY,
        revoked=revoked,
        at=REVOKED_AT,
        min_similarity=LIMITS[0],
    )
    light = replace(
        case, clip=Clip(case.clip.frames[:1].copy(), case.clip.fps)
    )  # hundreds of clips fill a memory
    return Outcome(light, traced.found.get(case.posting.id), traced.reached[0] if traced.reached else None)


def stricter(one: Outcome, limit: float) -> Outcome:
    """The same case as `trace` would have it at a stricter limit."""
    found = one.found
    if found is None or found.by == "watermark" or (found.similarity or 0) >= limit:
        return one
    return Outcome(one.case, None, None)


def limits(usual: list[Outcome], others: list[Outcome]) -> None:
    print(f"{'similarity that a fingerprint needs':36}{'right':>9}{'strangers matched':>20}")
    for limit in LIMITS:
        right = sum(stricter(one, limit).right for one in usual if one.case.revoked)
        false = sum(not stricter(one, limit).right for one in others)
        used = "  (used)" if limit == MIN_SIMILARITY else ""
        n = sum(one.case.revoked for one in usual)
        print(f"{limit:<36.2f}{f'{right}/{n}':>9}{f'{false}/{len(others)}':>20}{used}")
    print()


def report(
    counted: list[Outcome],
    left: list[Outcome],
    hard: list[Outcome],
    others: list[Outcome],
    alike: list[Outcome],
) -> None:
    print(
        f"{'copies of revoked clips':36}{'right':>9}{'95 %':>16}{'watermark':>11}{'fingerpr.':>11}{'doubtful':>10}"
    )
    for rows in (counted, hard):
        for kind in dict.fromkeys(one.case.kind for one in rows):
            line(kind, [one for one in rows if one.case.kind == kind])
        line("all of these" if rows is counted else "all of these (made to escape)", rows)
        print()
    print(f"{'by true fate':36}{'right':>9}{'95 %':>16}")
    for fate in Fate:
        line(fate.value, [one for one in counted if truth(one.case) == fate.value])
    print(f"\n{'what must be left alone':36}{'left':>9}{'95 %':>16}{'watermark':>11}{'fingerpr.':>11}")
    line("copies under a licence that stands", left)
    line("strangers' clips", others)
    line("look-alikes (same words, other seed)", alike)
    reach = measure([one.reached for one in counted if one.reached is not None], at=REVOKED_AT)
    print()
    for sentence in reach.explain(lang="en"):
        print(sentence)
    if reach.delay_h is not None:
        print(f"Median delay until a post was down: {reach.delay_h:.1f} hours (as simulated).")


def line(name: str, rows: list[Outcome]) -> None:
    if not rows:
        return
    right = sum(one.right for one in rows)
    low, high = interval(right, len(rows))
    by = [
        sum(one.found is not None and one.found.by == way for one in rows)
        for way in ("watermark", "fingerprint")
    ]
    doubtful = sum(one.found is not None and one.found.doubtful for one in rows)
    print(
        f"{name:36}{f'{right}/{len(rows)}':>9}{f'{low:.3f} to {high:.3f}':>16}{by[0]:>11}{by[1]:>11}{doubtful:>10}"
    )


def truth(case: Case) -> str:
    return TRUTH[case.posting.place][case.posting.at >= REVOKED_AT]


def interval(k: int, n: int) -> tuple[float, float]:
    share = wilson(k, n)
    return share.low, share.high


if __name__ == "__main__":
    main()
