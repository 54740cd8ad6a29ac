"""Train the prompt filter: `python -m medialit.generate.safety_train`, about three minutes on one core (PyTorch).

Sentences are composed from `safety_words/*.toml`, a part of them disguised (digits for letters, typing errors);
captions of the world are benign too. The linear layer of `safety_model` is fitted through its pooling, as the worst five
words of a sentence decide; then its calibration is fitted on the development list. The test list is never read here.
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

from medialit.generate.safety_model import CATEGORIES, LANGS, N_BUCKETS, WINDOW, features, log_odds, pooled
from medialit.generate.safety_names import find_names, tables
from medialit.generate.safety_text import words
from medialit.world import draw_scene
from medialit.world.captions import caption

_SLOT = re.compile(r"\{(\w+)\}")
_LEET = {"o": "0", "i": "1", "e": "3", "a": "4", "s": "5", "t": "7"}
_BENIGN_SHARE = 0.5
_RATE = 0.02
_DECAY = 0.05
_BATCH = 256
_DROPOUT = 0.3  # of features, so that a disguised or bent word is still known by what is left of it
_MORE = {"sexual": 1.6}  # everybody who may be asked for, times every way to say it
_LATIN_SHARE = 0.4  # of Tamazight prompts: written as people do in Latin letters, not as Tifinagh becomes
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

    For each way to write, about `n_per_form` prompts, half of them benign, and as many of each category but for
    `_MORE`; and a third as many captions of the world.
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
            for i in range(n_per_form // 3)
        ]
        for text in captions:
            yield Sentence(_around(text, {**data["around"], "place": [""]}, rng), 0, lang, 0.5)
        for kind, cores in data["cores"].items():
            benign = kind == "benign"
            n = int(n_per_form * (_BENIGN_SHARE if benign else (1 - _BENIGN_SHARE) / len(CATEGORIES)))
            n = int(n * _MORE.get(kind, 1))
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
                if lang == "zgh" and rng.random() < _LATIN_SHARE:
                    text = _with_vowels(text, rng)
                if rng.random() < 0.2:
                    text = _disguise(text, rng)
                yield Sentence(text, category, lang)


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


_DIGRAPHS = frozenset(["gh", "kh", "ch", "sh"])
_ACADEMIC = (("gh", "ɣ"), ("kh", "x"), ("ch", "c"), ("3", "ɛ"), ("7", "ḥ"))
_UNVOWELLED = re.compile(r"(?<=[bcdfgjklmnqrstvwxyz37])(?=[bcdfgjklmnqrstvwxyz37])")


def _with_vowels(text: str, rng: np.random.Generator) -> str:
    """Write Tamazight as in Latin letters: "e" between consonants, sometimes one letter for two, or ɛ and ɣ.

    Tifinagh writes no "e": ⴰⴳⵍⵍⵉⴷ is "agllid" letter by letter, "agellid" or "agelid" from most hands.
    """
    out = []
    for word in text.split(" "):
        last = 0
        written = ""
        for i, letter in enumerate(word):
            if i and _UNVOWELLED.match(word, i) and word[i - 1 : i + 1] not in _DIGRAPHS:
                doubled = word[i - 1] == letter
                draw = rng.random()
                if doubled and draw < 0.3:
                    continue
                if not doubled and draw < 0.35 and last < i - 1:
                    written += "e"
                    last = i
            written += letter
        out.append(written)
    text = " ".join(out)
    if rng.random() < 0.3:
        for ours, theirs in _ACADEMIC:
            text = text.replace(ours, theirs)
    return text


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


@dataclass(frozen=True)
class Rows:
    """The features of many prompts, flat."""

    rows: npt.NDArray[np.int64]
    words: npt.NDArray[np.int64]
    """Where each word's rows begin, and where the last end."""
    prompts: npt.NDArray[np.int64]
    """Where each prompt's words begin, and where the last end."""


def rows_of(texts: list[str]) -> Rows:
    """Return the features of prompts; one that has no word gets an empty one."""
    rows: list[int] = []
    word_ends, prompt_ends = [0], [0]
    for text in texts:
        found = words(text)
        for word_rows in features(found, find_names(text, found)) or [[]]:
            rows += word_rows
            word_ends.append(len(rows))
        prompt_ends.append(len(word_ends) - 1)
    return Rows(np.array(rows), np.array(word_ends), np.array(prompt_ends))


def fit(
    train: list[Sentence], *, n_epochs: int, seed: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return the table (N_BUCKETS, columns) and the bias, fitted to sentences."""
    import torch  # only whoever trains needs it
    from torch.nn import functional

    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    data = rows_of([one.text for one in train])
    labels = torch.tensor([one.category for one in train])
    spoken = torch.tensor([LANGS.index(one.lang) for one in train])
    weights = torch.tensor(balanced(train), dtype=torch.float32)
    n_columns, k = len(CATEGORIES) + len(LANGS), len(CATEGORIES)
    table = torch.zeros(N_BUCKETS, n_columns, requires_grad=True)
    bias = torch.full((n_columns,), -1.0, requires_grad=True)
    optimiser = torch.optim.AdamW([table, bias], lr=_RATE, weight_decay=_DECAY)
    n_steps = n_epochs * -(-len(train) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=_RATE, total_steps=n_steps, pct_start=0.1
    )
    for _ in range(n_epochs):
        order = rng.permutation(len(train))
        for at in range(0, len(order), _BATCH):
            chosen = order[at : at + _BATCH]
            spans = [(data.prompts[i], data.prompts[i + 1]) for i in chosen]
            rows = torch.from_numpy(
                np.concatenate([data.rows[data.words[a] : data.words[b]] for a, b in spans])
            )
            n_rows = np.concatenate([np.diff(data.words[a : b + 1]) for a, b in spans])
            starts = torch.from_numpy(np.concatenate([[0], np.cumsum(n_rows)[:-1]]))
            kept = (torch.rand(len(rows)) >= _DROPOUT).float() / (1 - _DROPOUT)
            by_word = functional.embedding_bag(rows, table, starts, mode="sum", per_sample_weights=kept)
            n_words = torch.tensor([b - a for a, b in spans])  # (B,)
            longest = max(int(n_words.max()), WINDOW)
            padded = torch.zeros(len(spans), longest, n_columns)
            padded[torch.arange(longest) < n_words[:, None]] = by_word  # (B, T, columns)
            sums = functional.pad(padded[..., :k].cumsum(1), (0, 0, 1, 0))
            window_sums = sums[:, WINDOW:] - sums[:, :-WINDOW]  # (B, T - WINDOW + 1, categories)
            inside = torch.arange(window_sums.shape[1]) <= (n_words[:, None] - WINDOW).clamp(min=0)
            worst = window_sums.masked_fill(~inside[..., None], -1e9).amax(1) + bias[:k]  # (B, categories)
            langs = padded[..., k:].sum(1) / n_words[:, None] + bias[k:]
            loss = functional.cross_entropy(functional.pad(worst, (1, 0)), labels[chosen], reduction="none")
            loss = (loss * weights[chosen]).mean() + 0.2 * functional.cross_entropy(langs, spoken[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return table.detach().numpy(), bias.detach().numpy()


def balanced(train: list[Sentence]) -> npt.NDArray[np.float64]:
    """Return the weights of sentences, changed so that benign ones weigh as much as all others."""
    weights = np.array([one.weight for one in train])
    benign = np.array([one.category == 0 for one in train])
    weights[benign] *= weights[~benign].sum() / weights[benign].sum()
    return weights


def calibrate(odds: npt.NDArray[np.float64], harmful: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Return scale and shift that make sigmoid(scale * log-odds + shift) a probability (Platt, 1999)."""
    from scipy.optimize import minimize

    target = np.where(harmful, (harmful.sum() + 1) / (harmful.sum() + 2), 1 / ((~harmful).sum() + 2))

    def loss(ab: npt.NDArray[np.float64]) -> float:
        z = ab[0] * odds + ab[1]
        return float(np.mean(np.logaddexp(0, z) - target * z))

    scale, shift = minimize(loss, np.array([1.0, 0.0])).x
    return float(scale), float(shift)


def odds_of(
    prompts: list[str], table: npt.NDArray[np.float32], bias: npt.NDArray[np.float32]
) -> npt.NDArray[np.float64]:
    """Return the log-odds of prompts before calibration."""
    logits = []
    for prompt in prompts:
        found = words(prompt)
        by_word = np.array([table[row].sum(0) for row in features(found, find_names(prompt, found))])
        logits.append(pooled(by_word) + bias)
    return log_odds(np.array(logits))


def read_list(path: Path) -> list[tuple[str, str, str]]:
    """Return (form, category, prompt) of each line of a list of cases."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows)
        return [(form, category, prompt) for form, category, prompt, *_ in rows]


def main() -> None:
    """Train, calibrate, write `weights/safety.npz`."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sentences", type=int, default=12000, help="for each of the six ways to write")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--runs", type=int, default=4, help="seeds in a row; their weights are averaged")
    lists = [Path("benchmarks/data") / f"prompt_safety_{name}.tsv" for name in ("dev", "nudity_dev")]
    parser.add_argument("--dev", type=Path, nargs="+", default=lists, help="what the score is calibrated on")
    default = Path(str(resources.files(__package__))) / "weights" / "safety.npz"
    parser.add_argument("--out", type=Path, default=default)
    options = parser.parse_args()

    fitted = []
    for seed in range(options.seed, options.seed + options.runs):
        train = list(sentences(n_per_form=options.sentences, seed=seed))
        fitted.append(fit(train, n_epochs=options.epochs, seed=seed))
    table = np.mean([one for one, _ in fitted], axis=0)
    bias = np.mean([one for _, one in fitted], axis=0)
    step = np.abs(table).max(0) / 127
    small = np.round(table / step).astype(np.int8)
    dev = [case for path in options.dev for case in read_list(path)]
    odds = odds_of([prompt for _, _, prompt in dev], small * step, bias)
    scale, shift = calibrate(odds, np.array([category != "benign" for _, category, _ in dev]))
    options.out.parent.mkdir(exist_ok=True)
    np.savez_compressed(
        options.out, table=small, step=step.astype(np.float32), bias=bias, scale=scale, shift=shift
    )


if __name__ == "__main__":
    main()
