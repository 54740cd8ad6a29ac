"""What the watermark's detector says about pictures that carry no mark, and the fit of its p-value.

    python benchmarks/watermark_null.py fit --trials 30000     the table in src/medialit/provenance/_null.py
    python benchmarks/watermark_null.py check --trials 100000  the false-positive rate, on other pictures

A trial is one crop of an unmarked picture (one in eight: a few frames of a video, averaged as the detector does), of
random place, size, shape and mirror, judged with a key that no other trial had. The two sets share no picture.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from watermark_footage import null_sources

from medialit.provenance import _null, _sync, _tile, watermark

Frames = NDArray[np.uint8]
_AT_ONCE = 16  # trials decoded together, which is faster


def trials(sources: list[Frames], *, numbers: range, seed: int) -> Iterator[watermark.Evidence]:
    """Yield the evidence of numbered trials; the same for the same seed, number and sources."""
    for start in range(numbers.start, numbers.stop, _AT_ONCE):
        batch = range(start, min(start + _AT_ONCE, numbers.stop))
        yield from watermark.weigh([_trial(sources, number=i, seed=seed) for i in batch])


def _trial(sources: list[Frames], *, number: int, seed: int) -> tuple[NDArray[np.complex64], _tile.Layout]:
    rng = np.random.default_rng((seed, number))
    clip = sources[int(rng.integers(len(sources)))]
    length = int(min(rng.choice([1, 1, 1, 1, 1, 1, 1, 8]), len(clip)))
    start = int(rng.integers(len(clip) - length + 1))
    crop = _crop(clip[start : start + length], rng)
    plan = _tile.layout(_tile.derive_key(f"null {seed} {number}"))
    return watermark.read(_sync.make_fields(crop), plan), plan


def _crop(frames: Frames, rng: np.random.Generator) -> Frames:
    height, width = frames.shape[1:3]
    keep = rng.uniform(0.35, 1.0)
    aspect = float(rng.choice([1.0, 4 / 3, 16 / 9, 9 / 16]))
    h = min(height, width / aspect) * keep
    w = h * aspect
    y, x = rng.uniform(0, height - h), rng.uniform(0, width - w)
    crop = frames[:, int(y) : int(y + h), int(x) : int(x + w)]
    if rng.integers(2):
        crop = crop[:, :, ::-1]
    short = min(crop.shape[1:3])
    wanted = 160 if short >= 160 else 128
    size = round(crop.shape[2] * wanted / short), round(crop.shape[1] * wanted / short)
    return np.stack([cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in crop])


def measure(sources: list[Frames], *, n: int, seed: int, save: Path | None) -> NDArray[np.float64]:
    """Return statistic, tagged statistic and tries of each trial, shape (n, 3), going on where a saved run stopped."""
    table = np.zeros((n, 3))
    done = 0
    if save is not None and save.exists():
        saved = np.load(save)[:n]
        done = len(saved)
        table[:done] = saved
    began = time.monotonic()
    for i, evidence in enumerate(trials(sources, numbers=range(done, n), seed=seed), start=done):
        table[i] = evidence.statistic, evidence.tagged_statistic, evidence.n_tries
        if (i + 1) % 1000 == 0:
            print(
                f"{i + 1:,} of {n:,} unmarked crops; {time.monotonic() - began:.0f} s",
                file=sys.stderr,
                flush=True,
            )
            if save is not None:
                np.save(save, table[: i + 1])
    return table


def fit(statistic: NDArray[np.float64]) -> dict[str, object]:
    """Return the survival function as a table of quantiles and an exponential beyond it."""
    ordered = np.sort(statistic)
    shares = [0.5, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001]
    points = [(round(float(np.quantile(ordered, 1 - share)), 5), share) for share in shares]
    last = points[-1][0]
    beyond = ordered[ordered > last] - last
    return {
        "trials": len(ordered),
        "low": round(float(ordered[0]), 5),
        "points": points,
        "scale": round(float(beyond.mean()), 5),
    }


def check(table: NDArray[np.float64]) -> dict[str, object]:
    """Return how often the p-value fell under what it promises."""
    tails = np.array([_null.tail(float(value)) for value in table[:, 0]])
    tags = int((table[:, 1] > 0).sum())
    p_values = [
        watermark.judge(watermark.Evidence(float(a), 0 if b > 0 else None, float(b), int(n))).p_value
        for a, b, n in table
    ]
    return {
        "trials": len(table),
        "false_positives": int((np.array(p_values) <= watermark.SIGNIFICANCE).sum()),
        "tail_at": {str(level): float((tails <= level).mean()) for level in (0.5, 0.1, 0.01, 0.005, 0.001)},
        "tags": tags,
        "tags_expected": round(float(table[:, 2].sum()) / 2**_tile.TAG_BITS, 2),
        "highest": round(float(table[:, 0].max()), 4),
        "smallest_p": float(min(p_values)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("set", choices=["fit", "check"])
    parser.add_argument("--trials", type=int, default=100_000)
    parser.add_argument(
        "--save", type=Path, help="keep the statistics in this .npy file; a run cut short goes on there"
    )
    options = parser.parse_args()
    cv2.setNumThreads(1)
    seed = {"fit": 1, "check": 2}[options.set]
    table = measure(null_sources(options.set), n=options.trials, seed=seed, save=options.save)
    print(json.dumps(fit(table[:, 0]) if options.set == "fit" else check(table)))


if __name__ == "__main__":
    main()
