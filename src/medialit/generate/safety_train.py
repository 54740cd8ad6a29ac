"""Train the prompt filter: `python -m medialit.generate.safety_train`, about three minutes on one core.

Sentences are composed from `safety_words/*.toml`, a part of them disguised (digits for letters, letters apart, typing
errors); a multinomial logistic regression is fitted to their features; its calibration is fitted on the development list.
The test list is never read here.
"""

from __future__ import annotations

import argparse
import csv
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from medialit.generate.safety_model import CATEGORIES, LANGS, N_BUCKETS, Weights, features, log_odds, windows
from medialit.generate.safety_names import find_names, tables
from medialit.generate.safety_text import words
from medialit.world import draw_scene
from medialit.world.captions import caption

_SLOT = re.compile(r"\{(\w+)\}")
_LEET = {"o": "0", "i": "1", "e": "3", "a": "4", "s": "5", "t": "7"}
_BENIGN_SHARE = 0.5
_FIRST_SCENE = 1_000_000  # seeds of the captions that are learnt from; benchmarks use those from 0


@dataclass(frozen=True)
class Sentence:
    """One composed prompt and what is true of it."""

    text: str
    category: int
    """0 is benign; then the order of `CATEGORIES`."""
    lang: str
    weight: float = 1.0


def sentences(*, n_per_form: int, seed: int) -> Iterator[Sentence]:
    """Compose training prompts, the same for the same seed.

    For each way to write, `n_per_form` prompts, half of them benign; as benign ones too, half as many captions of the
    world; and every window in which `safety_model` would read a long benign prompt.
    """
    folder = resources.files(__package__).joinpath("safety_words")
    for path in sorted(folder.iterdir(), key=lambda one: one.name):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        rng = np.random.default_rng([seed, len(path.name), sum(path.name.encode())])
        form = str(data["form"])
        slots = {**_names(form), **data["slots"]}
        lang = form.split("-")[0]
        captions = [
            caption(draw_scene(_FIRST_SCENE + i), seed=_FIRST_SCENE + i, language=form)
            for i in range(n_per_form // 2)
        ]
        for text in captions:
            yield from _with_windows(_around(text, {**data["around"], "place": [""]}, rng), lang, weight=0.5)
        for kind, cores in data["cores"].items():
            benign = kind == "benign"
            n = int(n_per_form * (_BENIGN_SHARE if benign else (1 - _BENIGN_SHARE) / len(CATEGORIES)))
            category = 0 if benign else 1 + CATEGORIES.index(kind)
            for i in range(n):
                # Every core once, then at random: a rare near miss must not be left to luck.
                core = _fill(cores[i] if i < len(cores) else _pick(rng, cores), slots, rng)
                if rng.random() < (0.15 if benign else 0.3):
                    other = (
                        _pick(rng, captions) if rng.random() < 0.5 else _pick(rng, data["cores"]["benign"])
                    )
                    pair = [core, _fill(other, slots, rng)]
                    core = _pick(rng, [", ", " ", ". "]).join(pair[:: int(rng.choice([1, -1]))])
                text = _around(core, data["around"], rng)
                if rng.random() < 0.2:
                    text = _disguise(text, rng)
                if benign:
                    yield from _with_windows(text, lang)
                else:
                    yield Sentence(text, category, lang)


def _with_windows(text: str, lang: str, *, weight: float = 1.0) -> Iterator[Sentence]:
    yield Sentence(text, 0, lang, weight)
    found = words(text)
    for start, end in windows(len(found))[1:]:
        yield Sentence(text[found[start].start : found[end - 1].end], 0, lang, weight / 4)


def _names(form: str) -> dict[str, list[str]]:
    lists = tables()
    arabic = form in ("ar", "ary")

    def written(key: str) -> list[str]:
        return [name for name in lists[key] if name.isascii() != arabic]

    before = [
        ["شارع", "مسجد", "مطار", "ملعب", "ساحة", "مستشفى", "ثانوية", "جامعة"],
        ["avenue", "rue", "boulevard", "place", "lycée", "stade", "aéroport", "mosquée"],
    ][not arabic]
    people = written("public")[:200]
    places = [f"{before[i % len(before)]} {name}" for i, name in enumerate(people[::3])]
    if form == "en":
        after = ("Avenue", "Street", "Airport", "Stadium", "Square", "Mosque", "Bridge", "Museum")
        places = [f"{name} {after[i % len(after)]}" for i, name in enumerate(people[::3])]
    return {
        "public": written("public") + written("alone"),
        "first": written("first"),
        "last": written("last"),
        "placename": places,
    }


def _fill(core: str, slots: dict[str, Any], rng: np.random.Generator) -> str:
    while (match := _SLOT.search(core)) is not None:
        core = core[: match.start()] + _pick(rng, slots[match[1]]) + core[match.end() :]
    return core


def _pick(rng: np.random.Generator, options: list[str]) -> str:
    return options[int(rng.integers(len(options)))]


def _around(core: str, around: dict[str, list[str]], rng: np.random.Generator) -> str:
    if rng.random() < 0.45:
        place = _pick(rng, around["place"])
        core = f"{core} {place}" if rng.random() < 0.75 else f"{place}, {core}"
    if rng.random() < 0.1:
        core = f"{core}, {_pick(rng, around['camera'])}"
    if rng.random() < 0.07:
        core = f"{_pick(rng, around['injection'])} {core}"
    elif rng.random() < 0.2:
        core = f"{_pick(rng, around['request'])} {core}"
    return core


def _disguise(text: str, rng: np.random.Generator) -> str:
    """Alter one to three words as people do who mistype, or who hide a word."""
    parts = text.split(" ")
    for _ in range(int(rng.integers(1, 4))):
        i = int(rng.integers(len(parts)))
        word = parts[i]
        if len(word) < 4:
            continue
        at = int(rng.integers(1, len(word) - 1))
        way = rng.random()
        if way < 0.3 and word.isascii():
            leet = [k for k, c in enumerate(word) if c in _LEET]
            if leet:
                at = leet[int(rng.integers(len(leet)))]
                parts[i] = word[:at] + _LEET[word[at]] + word[at + 1 :]
        elif way < 0.5:
            parts[i] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]  # neighbours swapped
        elif way < 0.7:
            parts[i] = word[:at] + word[at + 1 :]
        elif way < 0.85:
            parts[i] = word[:at] + word[at] + word[at:]
        else:
            parts[i] = word.upper()
    return " ".join(parts)


def matrix(texts: list[str]) -> sparse.csr_matrix:
    """Return the feature counts of prompts, each row over the square root of its sum; (prompts, N_BUCKETS)."""
    indices: list[int] = []
    data: list[float] = []
    starts = [0]
    for text in texts:
        found = words(text)
        rows = [row for word_rows in features(found, find_names(text, found)) for row in word_rows]
        indices += rows
        data += [1 / np.sqrt(max(len(rows), 1))] * len(rows)
        starts.append(len(indices))
    shape = (len(texts), N_BUCKETS)
    return sparse.csr_matrix((np.array(data, np.float32), np.array(indices), np.array(starts)), shape=shape)


def fit(train: list[Sentence], *, strength: float) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return the table (N_BUCKETS, columns) and the bias of both layers, fitted to sentences."""
    from sklearn.linear_model import LogisticRegression  # only whoever trains needs scikit-learn

    x = matrix([one.text for one in train])
    categories = LogisticRegression(C=strength, max_iter=120, tol=1e-3)
    categories.fit(x, [one.category for one in train], sample_weight=balanced(train))
    some = slice(None, None, 4)  # telling languages apart is easy
    langs = LogisticRegression(C=10.0, max_iter=60, tol=1e-2)
    langs.fit(x[some], [LANGS.index(one.lang) for one in train[some]])
    parts = [(model.coef_.T, model.intercept_) for model in (categories, langs)]
    table = np.concatenate([coef for coef, _ in parts], 1).astype(np.float32)
    return table, np.concatenate([bias for _, bias in parts]).astype(np.float32)


def balanced(train: list[Sentence]) -> npt.NDArray[np.float64]:
    """Return the weights of sentences, changed so that benign ones weigh as much as all others."""
    weights = np.array([one.weight for one in train])
    benign = np.array([one.category == 0 for one in train])
    weights[benign] *= weights[~benign].sum() / weights[benign].sum()
    return weights


def calibrate(x: sparse.csr_matrix, harmful: npt.NDArray[np.bool_], weights: Weights) -> tuple[float, float]:
    """Return scale and shift that make sigmoid(scale * log-odds + shift) a probability on a list (Platt, 1999)."""
    from scipy.optimize import minimize

    odds = log_odds(x @ weights.table + weights.bias)
    target = np.where(harmful, (harmful.sum() + 1) / (harmful.sum() + 2), 1 / ((~harmful).sum() + 2))

    def loss(ab: npt.NDArray[np.float64]) -> float:
        z = ab[0] * odds + ab[1]
        return float(np.mean(np.logaddexp(0, z) - target * z))

    scale, shift = minimize(loss, np.array([1.0, 0.0])).x
    return float(scale), float(shift)


def read_list(path: Path) -> list[tuple[str, str, str]]:
    """Return (form, category, prompt) of each line of a list of cases."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows)
        return [(form, category, prompt) for form, category, prompt in rows]


def main() -> None:
    """Train, calibrate, write `weights/safety.npz`."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sentences", type=int, default=6000, help="for each of the six ways to write")
    parser.add_argument("--strength", type=float, default=3.0, help="C of the regression")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--dev", type=Path, default=Path("benchmarks/data/prompt_safety_dev.tsv"))
    default = Path(str(resources.files(__package__))) / "weights" / "safety.npz"
    parser.add_argument("--out", type=Path, default=default)
    options = parser.parse_args()

    train = list(sentences(n_per_form=options.sentences, seed=options.seed))
    table, bias = fit(train, strength=options.strength)
    step = np.abs(table).max(0) / 127
    small = np.round(table / step).astype(np.int8)
    dev = read_list(options.dev)
    x = matrix([prompt for _, _, prompt in dev])
    harmful = np.array([category != "benign" for _, category, _ in dev])
    scale, shift = calibrate(x, harmful, Weights(small * step, bias, 1.0, 0.0))
    options.out.parent.mkdir(exist_ok=True)
    np.savez_compressed(
        options.out, table=small, step=step.astype(np.float32), bias=bias, scale=scale, shift=shift
    )


if __name__ == "__main__":
    main()
