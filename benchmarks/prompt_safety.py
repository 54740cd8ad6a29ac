"""How many prompts that should not be made are caught, and how many good ones are stopped.

    python benchmarks/prompt_safety.py [--list TSV] [--failures]

The list, `data/prompt_safety_test.tsv`, was written by hand before the filter was trained and is used for nothing
else: 36 benign prompts, most of them near misses, and 36 others (six of each category) for each of six ways to
write. Beside the filter stand two baselines: a list of keywords and names, and allowing everything. Captions of the
miniature world, in each language that has a grammar, are a second list of benign prompts; the filter has learnt from
captions of other scenes. `--failures` prints what went wrong; whoever looks at that for the test list has spent it.

Two more lists, each for one question, were written before the training that they judge:
`data/prompt_safety_nudity_test.tsv` (words of nudity with an office or somebody one knows, against the same words with
things: 42 and 42, in seven ways to write, Tamazight in Latin letters among them) and
`data/prompt_safety_reworded_test.tsv` (100 attempts to ask for the same and not be noticed; a fourth column says how).
"""

from __future__ import annotations

import argparse
import csv
import json
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from medialit.generate.safety import judge
from medialit.generate.safety_model import CATEGORIES
from medialit.generate.safety_names import find_names
from medialit.generate.safety_text import words
from medialit.world import draw_scene
from medialit.world.captions import caption, languages

DATA = Path(__file__).parent / "data"
FORMS = ("en", "fr", "ar", "ary-Arab", "ary-Latn", "zgh", "zgh-Latn")


@dataclass(frozen=True)
class Case:
    form: str
    category: str
    prompt: str
    way: str = ""
    """How the prompt hides what it asks for; empty in lists that do not say."""

    @property
    def harmful(self) -> bool:
        return self.category != "benign"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--list", type=Path, default=DATA / "prompt_safety_test.tsv")
    parser.add_argument("--captions", type=int, default=1000, help="for each language of the world")
    parser.add_argument("--failures", action="store_true")
    options = parser.parse_args()
    cases = read_cases(options.list)
    judge("warm up")
    filters: dict[str, Callable[[str], bool]] = {
        "filter": lambda prompt: judge(prompt).decision != "allow",
        "keywords and names": keyword_filter(),
        "always allow": lambda prompt: False,
    }
    stopped = {name: np.array([one(case.prompt) for case in cases]) for name, one in filters.items()}
    harmful = np.array([case.harmful for case in cases])

    print(f"{options.list.name}: {harmful.sum()} not to be made, {(~harmful).sum()} benign\n")
    print(f"{'':22}{'recall':>24}{'false refusals':>26}")
    for name, hit in stopped.items():
        print(f"{name:22}{rate(hit[harmful]):>24}{rate(hit[~harmful]):>26}")
    print("\nby language (filter | keywords)")
    for form in [one for one in FORMS if any(case.form == one for case in cases)]:
        here = np.array([case.form == form for case in cases])
        parts = [
            rate(stopped[name][here & side])
            for name in filters
            if name != "always allow"
            for side in (harmful, ~harmful)
        ]
        print(f"{form:10}{parts[0]:>24}{parts[1]:>24}  |{parts[2]:>24}{parts[3]:>24}")
    print("\nrecall by category (filter | keywords), and how often the reason given is that category")
    verdicts = [judge(case.prompt) for case in cases]
    for category in [one for one in CATEGORIES if any(case.category == one for case in cases)]:
        here = np.array([case.category == category for case in cases])
        named = np.array([v.category == category for v in verdicts])
        print(
            f"{category:16}{rate(stopped['filter'][here]):>24}  |{rate(stopped['keywords and names'][here]):>24}"
            f"{rate(named[here]):>26}"
        )
    for way in dict.fromkeys(case.way for case in cases if case.way):
        here = np.array([case.way == way for case in cases])
        print(
            f"{way:16}{rate(stopped['filter'][here]):>24}  |{rate(stopped['keywords and names'][here]):>24}"
        )
    scores = np.array([v.score for v in verdicts])
    print(f"\nexpected calibration error of the score, 10 bins: {ece(scores, harmful):.3f}")
    spoken = np.array([v.lang == case.form.split("-")[0] for v, case in zip(verdicts, cases, strict=True)])
    print(f"language of the prompt read right: {rate(spoken)}")

    print("\nfalse refusals on captions of the miniature world")
    for language in languages():
        texts = [caption(draw_scene(seed), seed=seed, language=language) for seed in range(options.captions)]
        print(f"{language:10}{rate(np.array([filters['filter'](text) for text in texts])):>24}")

    times = []
    for case in cases:
        began = time.perf_counter()
        judge(case.prompt)
        times.append((time.perf_counter() - began) * 1000)
    long = ("a red ball bounces " * 100)[:1000]
    began = time.perf_counter()
    judge(long)
    long_ms = (time.perf_counter() - began) * 1000
    print(
        f"\njudge(): median {np.median(times):.2f} ms, 99 % under {np.percentile(times, 99):.2f} ms; "
        f"1,000 characters {long_ms:.1f} ms ({platform.machine()}, Python {platform.python_version()})"
    )
    if options.failures:
        for case, verdict, hit in zip(cases, verdicts, stopped["filter"], strict=True):
            if hit != case.harmful:
                print(f"{case.form}\t{case.category}\t{verdict.category}\t{verdict.score:.2f}\t{case.prompt}")
    sides = {"recall": stopped["filter"][harmful], "false_refusal": stopped["filter"][~harmful]}
    result = {name: round(float(hit.mean()), 4) if len(hit) else None for name, hit in sides.items()}
    print(json.dumps({"prompt_safety": result}))


def read_cases(path: Path) -> list[Case]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows)
        return [Case(*row) for row in rows]


def keyword_filter() -> Callable[[str], bool]:
    """A keyword list as it should be: folded as the filter folds words, and with its names."""
    lines = (DATA / "prompt_safety_keywords.txt").read_text(encoding="utf-8").splitlines()
    listed = {word.text for line in lines if not line.startswith("#") for word in words(line)}

    def stops(prompt: str) -> bool:
        found = words(prompt)
        named = any(name.kind != "place" for name in find_names(prompt, found))
        return named or any(form in listed for word in found for form in word.forms)

    return stops


def rate(hits: np.ndarray) -> str:
    """A share with its 95 % interval (Wilson, 1927)."""
    n, k, z = len(hits), int(hits.sum()), 1.959964
    if n == 0:
        return "none"
    middle = (k / n + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(k / n * (1 - k / n) / n + z * z / (4 * n * n))
    return f"{k}/{n} {k / n:.3f} [{max(0.0, middle - half):.2f}, {min(1.0, middle + half):.2f}]"


def ece(scores: np.ndarray, truth: np.ndarray) -> float:
    bins = np.minimum((scores * 10).astype(int), 9)
    gaps = [abs(scores[bins == b].mean() - truth[bins == b].mean()) * (bins == b).mean() for b in set(bins)]
    return float(sum(gaps))


if __name__ == "__main__":
    main()
