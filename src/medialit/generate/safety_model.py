"""The learned part of the prompt filter: hashed pieces of words, one linear layer, the worst five words; numpy only.

Every word gives features: itself, its pieces of three to five letters, its sound, and its pairs with the two words
before it. A feature's hash picks a row of weights; a word's logits are the sum of its rows. For each category the
greatest sum over five neighbouring words counts, so that what surrounds a word can excuse it ("a naked flame") and what
is far from it cannot (a padded prompt).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from io import BytesIO

import numpy as np
import numpy.typing as npt

from medialit.errors import GenerateError
from medialit.generate.safety_names import Named
from medialit.generate.safety_text import Word, sound

CATEGORIES = ("public_person", "private_person", "minor", "sexual", "violence", "politics")
"""What is not made, in the order of the model's first columns."""
LANGS = ("en", "fr", "ar", "ary", "zgh")
"""The languages that the model tells apart, in the order of its last columns."""
N_BUCKETS = 1 << 16
WINDOW = 5
"""Words that are judged together."""

_MARKS = {"public": "§public", "person": "§person", "place": "§place"}
_CLITICS = ("وال", "بال", "فال", "كال", "ال", "لل")

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Weights:
    """What training leaves behind."""

    table: Floats
    """(N_BUCKETS, categories + languages)"""
    bias: Floats
    scale: float
    """Calibration: probability = sigmoid(scale * log-odds + shift), fitted on the development list."""
    shift: float


@dataclass(frozen=True)
class Reading:
    """What the learned part says about a prompt."""

    harm: float
    """Calibrated probability that the prompt asks for what is not made."""
    category: str
    """The most probable category, whether or not the harm is probable."""
    lang: str
    by_word: Floats
    """(words, categories): how much each word speaks for each category."""


@cache
def load() -> Weights:
    """Return the weights that ship with the package.

    Raises
    ------
    GenerateError
        If the file does not fit this version.
    """
    raw = resources.files(__package__).joinpath("weights", "safety.npz").read_bytes()
    with np.load(BytesIO(raw), allow_pickle=False) as file:
        table = file["table"].astype(np.float32) * file["step"]
        if table.shape != (N_BUCKETS, len(CATEGORIES) + len(LANGS)):
            raise GenerateError(
                f"The prompt filter's weights have the shape {table.shape}, which this version cannot read; "
                "run `python -m medialit.generate.safety_train`."
            )
        return Weights(table, file["bias"], float(file["scale"]), float(file["shift"]))


def read(found: tuple[Word, ...], names: tuple[Named, ...], *, weights: Weights) -> Reading:
    """Judge the words of a prompt, at least one; the worst five neighbours count."""
    by_word = np.array([weights.table[row].sum(0) for row in features(found, names)])  # (words, columns)
    logits = pooled(by_word) + weights.bias
    k = len(CATEGORIES)
    odds = log_odds(logits[None])[0]
    return Reading(
        harm=float(1 / (1 + np.exp(-(weights.scale * odds + weights.shift)))),
        category=CATEGORIES[int(logits[:k].argmax())],
        lang=_lang(found, logits[k:]),
        by_word=by_word[:, :k],
    )


def pooled(by_word: Floats) -> Floats:
    """Return, for each category, the greatest sum over `WINDOW` neighbours; for each language, the mean; (columns,)."""
    k = len(CATEGORIES)
    sums = np.concatenate([np.zeros((1, k), np.float32), np.cumsum(by_word[:, :k], 0)])
    n = min(WINDOW, len(by_word))
    return np.concatenate([(sums[n:] - sums[:-n]).max(0), by_word[:, k:].mean(0)])


def _lang(found: tuple[Word, ...], logits: npt.NDArray[np.floating]) -> str:
    """Return the likeliest language among those that are written so."""
    if any(word.tifinagh for word in found):
        return "zgh"
    arabic = any("ء" <= letter <= "ي" for word in found for letter in word.text)
    possible = ("ar", "ary") if arabic else ("en", "fr", "ary")
    return max(possible, key=lambda lang: float(logits[LANGS.index(lang)]))


def log_odds(logits: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Return log(p(any category) / p(benign)) for each row of logits; benign has the logit 0."""
    harm = logits[:, : len(CATEGORIES)].astype(np.float64)
    top = harm.max(1)
    return np.asarray(top + np.log(np.exp(harm - top[:, None]).sum(1)))


def features(found: tuple[Word, ...], names: tuple[Named, ...]) -> list[list[int]]:
    """Return, for each word, the rows of the table that it picks."""
    marks: dict[int, str] = {}
    places: set[int] = set()
    for name in names:
        marks[name.first] = _MARKS[name.kind]
        if name.kind == "place":
            places.update(range(name.first, name.end))
    rows: list[list[int]] = []
    before = ["^", "^"]
    for i, word in enumerate(found):
        if i in places:
            forms: tuple[str, ...] = ("§place",)
        elif len(word.text) > 1 and word.text.isdigit():
            forms = ("§n", word.text)
        else:
            forms = word.forms
        row = [_hash(f"m:{marks[i]}")] if i in marks else []
        for form in forms:
            row += _word_rows(form)
        row.append(_hash(f"b:{before[-1]} {forms[-1]}"))
        row.append(_hash(f"k:{before[-2]} {forms[-1]}"))
        heard = sound(forms[-1])
        row.append(_hash(f"p:{sound(before[-1])} {heard}"))
        rows.append(row)
        before.append(forms[-1])
    return rows


@lru_cache(maxsize=1 << 16)
def _word_rows(form: str) -> tuple[int, ...]:
    rows = [_hash(f"w:{form}")] * 2
    for clitic in _CLITICS:
        if form.startswith(clitic) and len(form) - len(clitic) >= 3:
            rows.append(_hash(f"w:{form[len(clitic) :]}"))
            break
    heard = sound(form)
    if len(heard) >= 2:
        rows.append(_hash(f"s:{heard}"))
    framed = f"<{form}>"
    for n in (3, 4, 5):
        rows += [_hash(framed[i : i + n]) for i in range(len(framed) - n + 1)]
    return tuple(rows)


def _hash(feature: str) -> int:
    return zlib.crc32(feature.encode()) & (N_BUCKETS - 1)
