"""How often an interval of 95 % holds the truth, for 10, 20, 50 and 200 clips.

    python benchmarks/intervals.py [--quick] [--write]

Half of the clips are synthetic; a second table takes one in five. Observers see evidence that is normal about 0 for a
camera clip and about d' for a synthetic one. Where an interval depends on counts alone, every outcome is weighed by
its probability and nothing is drawn; the others are simulated, and the number of simulations and its own error
are said. `--write` puts the tables into docs/explanation/statistics.md. The last line is one JSON object: `lowest`,
each interval's lowest coverage over the cells of both tables.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from scipy.stats import binom, norm

from medialit.forensics.calibration import (
    brier_score,
    chance_calibration_error,
    expected_calibration_error,
)
from medialit.forensics.calibrators import at_base_rate
from medialit.forensics.roc import auc, auc_interval, bootstrap, delong, delong_difference, difference
from medialit.forensics.statistics import (
    Counts,
    Estimate,
    compare,
    criterion_interval,
    d_prime_interval,
    npv,
    npv_interval,
    ppv,
    ppv_interval,
    share_difference,
    wilson,
)

PAGE = Path(__file__).resolve().parent.parent / "docs/explanation/statistics.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
SIZES = (10, 20, 50, 200)
SHARES = (0.5, 0.2)
D_PRIMES = (0.5, 1.0, 2.0)
"""A class before a lesson, a class after it, and a good eye: areas of 0.64, 0.76 and 0.92."""

N_RESAMPLES = 300


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="few simulations")
    parser.add_argument("--write", action="store_true", help="write the page's tables")
    options = parser.parse_args()
    n_drawn, n_resampled = (60, 20) if options.quick else (1000, 150)
    tables, lowest = [], {}
    for share in SHARES:
        rows: dict[str, dict[int, list[float]]] = {}
        for n in SIZES:
            for d in D_PRIMES:
                for name, covered in every(n, share=share, d=d, n_drawn=n_drawn, n_resampled=n_resampled):
                    rows.setdefault(name, {}).setdefault(n, []).append(covered)
                    lowest[name] = min(lowest.get(name, 1.0), covered)
            print(f"share {share}, {n} clips: done", file=sys.stderr, flush=True)
        tables.append(as_table(rows, share))
    text = "\n".join(tables) + note(n_drawn, n_resampled)
    print(text)
    if options.write:
        page = PAGE.read_text(encoding="utf-8")
        before, rest = page.split(BEGIN)
        PAGE.write_text(before + BEGIN + "\n\n" + text + "\n" + END + rest.split(END)[1], encoding="utf-8")
    print(json.dumps({"lowest": {name: round(value, 4) for name, value in lowest.items()}}))


def every(n: int, *, share: float, d: float, n_drawn: int, n_resampled: int) -> Iterator[tuple[str, float]]:
    """Yield the name and the coverage of each interval in one cell."""
    n_synthetic = max(2, round(n * share))
    n_camera = n - n_synthetic
    yield from of_counts(n_synthetic, n_camera, d=d)
    yield from of_pairs_of_counts(n_synthetic, n_camera, d=d, n_drawn=n_drawn)
    yield from of_scores(n_synthetic, n_camera, d=d, n_drawn=n_drawn, n_resampled=n_resampled)


def of_counts(n_synthetic: int, n_camera: int, *, d: float) -> Iterator[tuple[str, float]]:
    """Weigh every outcome of one block, for an observer without bias."""
    hit, false_alarm = norm.cdf(d / 2), norm.cdf(-d / 2)
    rates = {"hit_rate": hit, "false_alarm_rate": false_alarm, "base_rate": 0.05}
    base = {"base_rate": 0.05}
    measures: dict[str, tuple[float, Callable[[Counts], Estimate]]] = {
        "share (Wilson)": (hit, lambda one: wilson(one.hits, one.n_synthetic)),
        "d'": (d, d_prime_interval),
        "criterion c": (0.0, criterion_interval),
        "PPV at 5 %": (ppv(**rates) or 0.0, lambda one: ppv_interval(one, **base)),
        "NPV at 5 %": (npv(**rates) or 0.0, lambda one: npv_interval(one, **base)),
    }
    covered = dict.fromkeys(measures, 0.0)
    for hits in range(n_synthetic + 1):
        for false_alarms in range(n_camera + 1):
            chance = binom_pmf(hits, n_synthetic, hit) * binom_pmf(false_alarms, n_camera, false_alarm)
            if chance < 1e-9:
                continue
            counts = Counts(hits, n_synthetic - hits, false_alarms, n_camera - false_alarms)
            for name, (truth, interval) in measures.items():
                covered[name] += chance * holds(interval(counts), truth)
    yield from covered.items()


def of_pairs_of_counts(
    n_synthetic: int, n_camera: int, *, d: float, n_drawn: int
) -> Iterator[tuple[str, float]]:
    """Draw two blocks: before, and after a lesson that taught doubt (c falls by 0.5) and half a d'."""
    generator = np.random.default_rng([n_synthetic, n_camera, int(10 * d)])

    def block(d: float, c: float) -> tuple[list[Counts], float]:
        hit, false_alarm = norm.cdf(d / 2 - c), norm.cdf(-d / 2 - c)
        hits, alarms = (
            generator.binomial(n_synthetic, hit, n_drawn),
            generator.binomial(n_camera, false_alarm, n_drawn),
        )
        pairs = zip(hits.tolist(), alarms.tolist(), strict=True)
        return [Counts(h, n_synthetic - h, a, n_camera - a) for h, a in pairs], float(false_alarm)

    (before, alarms_before), (after, alarms_after) = block(d, 0.25), block(d + 0.5, -0.25)
    changes = [compare(*pair) for pair in zip(before, after, strict=True)]
    alarms = [
        share_difference(wilson(x.false_alarms, n_camera), wilson(y.false_alarms, n_camera))
        for x, y in zip(before, after, strict=True)
    ]
    yield "change of d'", mean(holds(change.d_prime, 0.5) for change in changes)
    yield "change of c", mean(holds(change.criterion, -0.5) for change in changes)
    yield "change of a share", mean(holds(one, alarms_after - alarms_before) for one in alarms)


def of_scores(
    n_synthetic: int, n_camera: int, *, d: float, n_drawn: int, n_resampled: int
) -> Iterator[tuple[str, float]]:
    """Draw evidence: areas of it, and what is said of probabilities that are calibrated."""
    generator = np.random.default_rng([n_synthetic, n_camera, int(10 * d), 1])
    truths = np.arange(n_synthetic + n_camera) < n_synthetic
    base = n_synthetic / len(truths)

    def draw() -> tuple[np.ndarray, np.ndarray]:
        """Return the evidence of two observers of one sensitivity, who share half of what varies."""
        shared, own = generator.normal(size=len(truths)), generator.normal(size=(2, len(truths)))
        first, second = truths * d + (shared + own) / np.sqrt(2)
        return first, second

    def probability(evidence: np.ndarray) -> np.ndarray:
        likely = 1 / (1 + np.exp(-d * (evidence - d / 2)))
        return at_base_rate(likely, was=0.5, now=base)

    area = float(norm.cdf(d / np.sqrt(2)))
    brier = brier_in_the_long_run(d, base)
    drawn = [draw() for _ in range(n_drawn)]
    few = [(draw(), seed) for seed in range(n_resampled)]
    yield "AUC (`auc_interval`)", mean(holds(auc_interval(truths, x), area) for x, _ in drawn)
    yield "AUC (`delong`)", mean(holds(delong(truths, x), area) for x, _ in drawn)
    yield (
        "AUC (`bootstrap`)",
        mean(holds(bootstrap(auc, truths, x, seed=s, n_resamples=N_RESAMPLES), area) for (x, _), s in few),
    )
    yield (
        "change of AUC (`delong_difference`)",
        mean(holds(delong_difference(truths, x, y), 0.0) for x, y in drawn),
    )
    yield (
        "change of AUC (`difference`)",
        mean(holds(difference(auc, truths, x, y, seed=s, n_resamples=N_RESAMPLES), 0.0) for (x, y), s in few),
    )
    said = [(probability(x), s) for (x, _), s in few]
    yield (
        "Brier (`bootstrap`)",
        mean(
            holds(bootstrap(brier_score, truths, p, seed=s, n_resamples=N_RESAMPLES), brier) for p, s in said
        ),
    )
    yield (
        "ECE (`bootstrap`)",
        mean(
            holds(bootstrap(expected_calibration_error, truths, p, seed=s, n_resamples=N_RESAMPLES), 0.0)
            for p, s in said[: max(20, n_resampled // 3)]
        ),
    )
    yield "ECE by chance (`chance_calibration_error`)", mean(by_chance(p, s) for p, s in said)


def by_chance(said: np.ndarray, seed: int) -> bool:
    """Return whether the error of an observer who is calibrated lies in the range that is promised for one."""
    truths = np.random.default_rng([seed, 2]).random(said.size) < said
    return holds(chance_calibration_error(said, seed=seed), expected_calibration_error(truths, said))


def brier_in_the_long_run(d: float, base: float) -> float:
    """Return the Brier score of a calibrated observer over very many clips; the calibration error of one is 0."""
    evidence = np.linspace(-8, 8 + d, 20_001)
    synthetic, camera = base * norm.pdf(evidence, d), (1 - base) * norm.pdf(evidence)
    said = synthetic / (synthetic + camera)
    return float(np.trapezoid(synthetic * (1 - said) ** 2 + camera * said**2, evidence))


def binom_pmf(k: int, n: int, p: float) -> float:
    key = (n, p)
    if key not in _PMF:
        _PMF[key] = binom.pmf(np.arange(n + 1), n, p)
    return float(_PMF[key][k])


_PMF: dict[tuple[int, float], np.ndarray] = {}


def holds(interval: Estimate, truth: float) -> bool:
    return interval.low <= truth <= interval.high


def mean(flags: Iterator[bool]) -> float:
    return float(np.mean(list(flags)))


def as_table(rows: dict[str, dict[int, list[float]]], share: float) -> str:
    lines = [
        f"| {share:.0%} of the clips synthetic | " + " | ".join(f"{n} clips" for n in SIZES) + " |",
        "|---|" + "---|" * len(SIZES),
    ]
    for name, cells in rows.items():
        shown = [f"{min(cells[n]):.0%} to {max(cells[n]):.0%}" for n in SIZES]
        lines.append(f"| {name} | " + " | ".join(shown) + " |")
    return "\n".join(lines) + "\n"


def note(n_drawn: int, n_resampled: int) -> str:
    def error(n: int) -> str:
        return f"{1.96 * np.sqrt(0.95 * 0.05 / n):.1%}"

    return (
        f"\nLowest and highest over a true d' of {', '.join(map(str, D_PRIMES))}. The first five rows are exact. "
        f"Changes of counts, and formulas for areas: {n_drawn} simulations a cell, which tell a coverage of 95 % to "
        f"{error(n_drawn)}. Bootstraps and chance: {n_resampled} simulations of {N_RESAMPLES} resamples "
        f"({error(n_resampled)}), for ECE a third of them.\n"
    )


if __name__ == "__main__":
    main()
