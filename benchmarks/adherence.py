"""Measure how far scorers of adherence that anybody can read agree with the network that judges the generator.

    python benchmarks/adherence.py            120 clips; about three minutes of one core
    python benchmarks/adherence.py --write    the same, kept as graders/01_prompting_clips.json, for the lab on prompting

Each clip is generated from a shot in which every word of a specification was left as it is or, one time in three, put
another. The network's score is the share of the words asked for that it sees, of colour, action and place and, in the
second column, of the kind, too; a scorer by rules sees no kinds. The table gives Spearman's rank correlation with 95 %
intervals (bootstrap over clips). The last line is one JSON object: `clips`, and for each scorer both correlations as
[value, low, high].
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medialit.generate import sampler
from medialit.generate.judge import judge
from medialit.generate.shot import Actor, Shot
from medialit.widgets.takes import evidence
from medialit.world import ACTIONS, BACKGROUNDS, COLOURS, KINDS

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "graders" / "01_prompting_clips.json"
WORDS: Mapping[str, tuple[str, ...]] = {
    "kind": tuple(KINDS),
    "colour": tuple(COLOURS),
    "action": tuple(action for action in ACTIONS if action not in ("hit", "wall")),
    "place": tuple(BACKGROUNDS),
}
BY_RULES = ("colour", "action", "place")
FIRST_SEED = 7_100_000  # apart from every seed of training and of the other benchmarks
ANOTHER, OPEN = 0.35, 0.2  # how often a word is put another, and a field of the specification left open

Row = dict[str, Any]
Scorer = Callable[[Mapping[str, Any], Mapping[str, Any]], float]


def drawn(seed: int) -> tuple[dict[str, str | None], dict[str, str]]:
    """Return a specification with two fields or more beside the kind, and the words that its clip is made from."""
    rng = np.random.default_rng([seed, 0xADE])
    asked: dict[str, str | None] = {
        field: words[int(rng.integers(len(words)))] for field, words in WORDS.items()
    }
    made = {field: str(word) for field, word in asked.items()}
    for field, words in WORDS.items():
        if rng.random() < ANOTHER:
            others = [word for word in words if word != asked[field]]
            made[field] = others[int(rng.integers(len(others)))]
    if rng.random() < 3 * OPEN:
        asked[("colour", "action", "place")[int(rng.integers(3))]] = None
    if rng.random() < OPEN:
        asked["kind"] = None
    return asked, made


def clip_row(seed: int) -> Row:
    """Return one clip as it is kept: what was asked, what rules see, and what the network says of it."""
    asked, made = drawn(seed)
    shot = _shot(made)
    clip = sampler.sample_shots([shot], seed=seed, model=("v2", "v1")[seed % 2])[0]
    found = judge([clip])[0]
    first = found.objects[0]
    return {
        "spec": asked,
        "seen": evidence(clip),
        "judge": {
            "kind": first.kind,
            "colour": first.colour,
            "action": first.action,
            "place": found.background,
        },
    }


def judged(row: Row, fields: Sequence[str]) -> float:
    """Return the share of these fields, of those asked for, that the network sees."""
    return float(np.mean([row["judge"][f] == row["spec"][f] for f in fields if row["spec"][f] is not None]))


def _shot(words: Mapping[str, str | None]) -> Shot:
    actor = Actor(kind=words["kind"], colour=words["colour"], action=words["action"])
    return Shot(objects=(actor,), background=words["place"])


def by_rules(*fields: str) -> Scorer:
    """Return a scorer that gives the mean of what rules see of these fields, where they are asked for."""

    def scorer(spec: Mapping[str, Any], seen: Mapping[str, Any]) -> float:
        found = {
            "colour": seen["colours"].get(spec["colour"], 0),
            "action": seen["action"] == spec["action"],
            "place": seen["place"] == spec["place"],
        }
        wanted = [field for field in fields if spec[field] is not None]
        return float(np.mean([found[field] for field in wanted])) if wanted else 0.5

    return scorer


SCORERS: Mapping[str, Scorer] = {
    "colour, action and place": by_rules(*BY_RULES),
    "colour and action": by_rules("colour", "action"),
    "colour alone": by_rules("colour"),
    "action alone": by_rules("action"),
    "place alone": by_rules("place"),
}


def ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ranks from 1, the mean where values are equal."""
    below = (values[None, :] < values[:, None]).sum(axis=1)
    equal = (values[None, :] == values[:, None]).sum(axis=1)
    return np.asarray(below + (equal + 1) / 2, np.float64)


def spearman(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Return the rank correlation of two lists of numbers."""
    return float(np.corrcoef(ranks(first), ranks(second))[0, 1])


def interval(first: NDArray[np.float64], second: NDArray[np.float64]) -> list[float]:
    """Return the rank correlation with its 95 % interval, by 2,000 draws of the clips."""
    rng = np.random.default_rng(7)
    picks = [rng.integers(0, len(first), len(first)) for _draw in range(2000)]
    low, high = np.percentile([spearman(first[pick], second[pick]) for pick in picks], [2.5, 97.5])
    return [round(float(value), 2) for value in (spearman(first, second), low, high)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=120, help="clips")
    parser.add_argument("--write", action="store_true", help=f"keep them as {KEPT.relative_to(ROOT)}")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    kept: list[Row] = []
    for i in range(options.n):
        kept.append(clip_row(FIRST_SEED + i))
        if i % 20 == 19:
            logging.info("%d of %d clips", i + 1, options.n)
    if options.write:
        lines = ",\n".join(json.dumps(row) for row in kept)
        KEPT.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    seen, everything = (
        np.array([judged(row, fields) for row in kept]) for fields in (BY_RULES, tuple(WORDS))
    )
    out: dict[str, Any] = {"clips": len(kept)}
    print(
        "| scorer | rank correlation with the judge's score of colour, action and place "
        "| and of the kind |\n|---|---|---|"
    )
    for name, scorer in SCORERS.items():
        values = np.array([scorer(row["spec"], row["seen"]) for row in kept])
        rhos = out[name] = [interval(values, seen), interval(values, everything)]
        print(f"| {name} |", " | ".join(f"{v:.2f} [{low:.2f}, {high:.2f}]" for v, low, high in rhos), "|")
    for field in BY_RULES:
        says = [_says(row["seen"], field) == row["judge"][field] for row in kept]
        print(f"Rules and judge name the same {field}: {sum(says)} of {len(says)}")
    print(json.dumps(out))


def _says(seen: Mapping[str, Any], field: str) -> str | None:
    if field != "colour":
        return str(seen[field])
    return max(seen["colours"], key=seen["colours"].get) if seen["colours"] else None


if __name__ == "__main__":
    main()
