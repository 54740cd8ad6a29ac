"""How well a revocation finds its copies after they have spread, and sorts them by what can still be done.

    python benchmarks/reach.py [--originals N] [--strangers N] [--seed N]

Clips are rendered, watermarked, written and registered; two thirds of their grants are revoked. Every clip is posted
again in ten ways at simulated places, before and after the revocation. A case is **right** where a copy of a revoked clip
is traced to its own original and falls under the fate that the table `TRUTH` gives for its place and moment. Strangers'
clips, changed in the same ways, must lead to nothing at all. What a person is asked to look at first counts as found, in
both; it is shown apart as well. Intervals are Wilson's, 95 %.

The limits of `medialit.reach_compare` were set on the seeds from 5000 on; take others here.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from medialit.consent.spread import Fate, Posting, Reached, measure
from medialit.forensics.statistics import wilson
from medialit.media import Clip
from medialit.provenance.registry import Registry
from medialit.reach import Found, trace
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
            return judge(cases, registry, revoked)

        usual = run(copies(originals, n_revoked=n_revoked, seed=options.seed))
        hard = run(copies(originals[:n_revoked], n_revoked=n_revoked, seed=options.seed, changes=HARD))
        others = run(strangers(n=options.strangers, seed=options.seed))
        alike = run(look_alikes(n=options.originals, seed=options.seed))
    counted = [one for one in usual if one.case.revoked]
    report(counted, [one for one in usual if not one.case.revoked], hard, others, alike)
    false, right = sum(not one.right for one in others), sum(one.right for one in counted)
    acted = sum(surely(one) and one.reached is not None for one in others)
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
                "strangers_acted_on_without_a_look": acted,
                "right_without_a_look": sum(one.right and surely(one) for one in counted) / len(counted),
                "look_alikes_matched": sum(one.found is not None for one in alike) / len(alike),
                "look_alikes_acted_on": sum(surely(one) for one in alike) / len(alike),
                "hard_right": sum(one.right for one in hard) / len(hard),
            }
        )
    )


def judge(cases: Iterable[Case], registry: Registry, revoked: list[str]) -> list[Outcome]:
    """Trace cases together, as after a revocation."""
    kept: list[Case] = []

    def postings() -> Iterator[tuple[Posting, Clip]]:
        for case in cases:
            light = Clip(case.clip.frames[:1].copy(), case.clip.fps)  # hundreds of clips fill a memory
            kept.append(replace(case, clip=light))
            yield case.posting, case.clip

    traced = trace(
        postings(),
        PLACES,
        registry=registry,
        key=KEY,
        revoked=revoked,
        at=REVOKED_AT,
    )
    reached = {one.posting.id: one for one in traced.reached}
    return [Outcome(one, traced.found.get(one.posting.id), reached.get(one.posting.id)) for one in kept]


def report(
    counted: list[Outcome],
    left: list[Outcome],
    hard: list[Outcome],
    others: list[Outcome],
    alike: list[Outcome],
) -> None:
    print(
        f"{'copies of revoked clips':36}{'right':>9}{'95 %':>16}{'watermark':>11}{'looks':>11}{'doubtful':>10}"
    )
    for rows in (counted, hard):
        for kind in dict.fromkeys(one.case.kind for one in rows):
            line(kind, [one for one in rows if one.case.kind == kind])
        line("all of these" if rows is counted else "all of these (made to escape)", rows)
        print()
    print(f"{'by true fate':36}{'right':>9}{'95 %':>16}")
    for fate in Fate:
        line(fate.value, [one for one in counted if truth(one.case) == fate.value])
    print(
        f"\n{'what must be left alone':36}{'left':>9}{'95 %':>16}{'watermark':>11}{'looks':>11}{'doubtful':>10}"
    )
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


def surely(one: Outcome) -> bool:
    """Say whether something was found that no person has to look at first."""
    return one.found is not None and not one.found.doubtful


def truth(case: Case) -> str:
    return TRUTH[case.posting.place][case.posting.at >= REVOKED_AT]


def interval(k: int, n: int) -> tuple[float, float]:
    share = wilson(k, n)
    return share.low, share.high


if __name__ == "__main__":
    main()
