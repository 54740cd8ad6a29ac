"""From free words to a shot: what a prompt asks for, and which of its words changed nothing.

A small network, run in NumPy, says of every word whether it names a slot of the shot (and for which of two objects),
is a mere function word, or is not understood. Its weights are made by `medialit.generate.text_train`. A word that
resembles nothing it was taught is never taken for a slot: a slot without a word stays open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Literal

import numpy as np
import numpy.typing as npt

from medialit.errors import GenerateError, ModelError
from medialit.generate.shot import Actor, Shot
from medialit.generate.text_words import (
    FUNCTION,
    LANGUAGES,
    N_FEATURES,
    TAGS,
    UNUSED,
    Forms,
    Word,
    letter_groups,
    words,
)
from medialit.language import translator

Array = npt.NDArray[np.float32]
Note = Literal["unused", "nothing", "twice", "hit_second"]

LONGEST_PROMPT = 1_000  # characters
_OBJECT_SLOTS = ("kind", "colour", "action", "size")
_TAGS_OF = {
    slot: [i for i, tag in enumerate(TAGS) if tag.split()[0] == slot] for slot in {t.split()[0] for t in TAGS}
}
_OF_SLOT = 0.6  # the surest value needs this share of what its slot needs


@dataclass(frozen=True, kw_only=True)
class Span:
    """Some letters of the prompt, ``prompt[start:end]``, and the slot that they filled (None: no slot)."""

    start: int
    end: int
    text: str
    slot: str | None
    object: int | None = None


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a prompt asks for.

    Parameters
    ----------
    shot : Shot
        A slot that the prompt does not name, or that was not understood, is None.
    language : str
        The prompt's language: ``en``, ``fr``, ``ar``, ``ary`` or ``zgh``.
    used, unused : tuple of Span
        Words that filled a slot, and words that changed nothing. Function words are in neither.
    notes : tuple of str
        Why something was left out; `explain` says it in sentences.
    """

    shot: Shot
    language: str
    used: tuple[Span, ...]
    unused: tuple[Span, ...]
    notes: tuple[Note, ...]

    def explain(self, lang: str) -> tuple[str, ...]:
        """Return, in whole sentences of a language of the platform, what was not used and why."""
        _ = translator(lang)
        names = ", ".join(dict.fromkeys(span.text for span in self.unused))
        sentences: dict[Note, str] = {
            "nothing": _("Nothing in this prompt is in the model's world; everything is drawn at random."),
            "unused": _("These words changed nothing: {words}.").format(words=names),
            "twice": _("Something was named twice in different ways; only one of the two counts."),
            "hit_second": _("What is hit stands still until then; its other movement was left out."),
        }
        return tuple(sentences[reason] for reason in self.notes if reason in sentences)


def read(prompt: str) -> Reading:
    """Return what a prompt in English, French, Arabic, Darija or Tamazight asks for.

    Parameters
    ----------
    prompt : str
        At most `LONGEST_PROMPT` characters; anything a person may type.

    Raises
    ------
    GenerateError
        If the prompt is empty, holds no word, or is too long.

    Examples
    --------
    >>> reading = read("a red ball bounces on the beach with a dragon")
    >>> reading.shot.objects[0].colour, reading.shot.background
    ('red', 'beach')
    >>> [span.text for span in reading.unused]
    ['dragon']
    """
    if len(prompt) > LONGEST_PROMPT:
        raise GenerateError(
            f"A prompt has at most {LONGEST_PROMPT:,} characters, not {len(prompt):,}; say it shorter."
        )
    found = words(prompt)
    if not any(word.script != "stop" for word in found):
        raise GenerateError(
            "The prompt holds no word; say what you want to see, such as: a red ball bounces."
        )
    reader = _reader()
    tags, objects, language = reader.judge(found)
    return _reading(prompt, found, _taken(found, tags, objects, reader), LANGUAGES[int(language.argmax())])


@dataclass(slots=True)
class _Vote:
    """What one word speaks for, and how surely."""

    word: int
    slot: str
    value: str
    object: int
    p: float


def _taken(found: Sequence[Word], tags: Array, objects: Array, reader: _Reader) -> dict[int, _Vote | None]:
    """Return, for each content word, the slot it speaks for, or None if it is not understood."""
    out: dict[int, _Vote | None] = {}
    for i, word in enumerate(found):
        best = int(tags[i].argmax())
        if word.script == "stop":
            continue
        if TAGS[best] == FUNCTION:
            if len(word.normal) > 3 and not reader.forms.resembles(word, best):
                out[i] = None  # it looks like a function word from where it stands, but no list holds it
            continue
        slot, _, value = TAGS[best].partition(" ")
        p = float(tags[i, best])
        p_slot = float(tags[i, _TAGS_OF[slot]].sum())  # blue or light blue, it is a colour
        known = reader.forms.resembles(word, best)
        enough = reader.surely if known else reader.surely_unseen
        if TAGS[best] == UNUSED or p_slot < enough or p < enough * _OF_SLOT:
            out[i] = None
            continue
        out[i] = _Vote(i, slot, value, int(objects[i].argmax()) if slot in _OBJECT_SLOTS else -1, p)
    return out


def _reading(prompt: str, found: Sequence[Word], votes: dict[int, _Vote | None], language: str) -> Reading:
    notes: list[Note] = []
    cast = [vote for vote in votes.values() if vote is not None]
    if {v.object for v in cast if v.object >= 0} == {1}:
        for vote in cast:
            vote.object = min(vote.object, 0)
    if any(v.slot == "action" and v.value == "hit" and v.object == 1 for v in cast):
        for vote in cast:
            vote.object = 1 - vote.object if vote.object >= 0 else -1
    chosen: dict[tuple[int, str], str] = {}
    for where, slot in dict.fromkeys((v.object, v.slot) for v in cast):
        weights: dict[str, float] = {}
        for vote in cast:
            if (vote.object, vote.slot) == (where, slot):
                weights[vote.value] = weights.get(vote.value, 0.0) + vote.p
        chosen[where, slot] = max(weights, key=lambda value: weights[value])
        if len(weights) > 1:
            notes.append("twice")
    if (both := _done_by_both(found, cast)) is not None:
        chosen[0, "action"] = chosen[1, "action"] = both
    if chosen.get((0, "action")) == "hit" and chosen.get((1, "action"), "stand") != "stand":
        del chosen[1, "action"]
        notes.append("hit_second")
    used: list[Span] = []
    unused: list[Span] = []
    for i, one in votes.items():
        counts = one is not None and chosen.get((one.object, one.slot)) == one.value
        span = Span(
            start=found[i].start,
            end=found[i].end,
            text=prompt[found[i].start : found[i].end],
            slot=one.slot if one is not None and counts else None,
            object=one.object if one is not None and counts and one.object >= 0 else None,
        )
        (used if counts else unused).append(span)
    if unused:
        notes.insert(0, "unused")
    if not used:
        notes.append("nothing")
    n_objects = 1 + max((where for where, _ in chosen), default=0)
    actors = tuple(
        Actor(**{slot: chosen.get((i, slot)) for slot in _OBJECT_SLOTS}) for i in range(max(1, n_objects))
    )
    shot = Shot(objects=actors, background=chosen.get((-1, "background")), pan=chosen.get((-1, "pan")))
    return Reading(
        shot=shot,
        language=language,
        used=tuple(used),
        unused=tuple(unused),
        notes=tuple(dict.fromkeys(notes)),
    )


_AND = frozenset({"and", "et", "w", "ou", "u", "و", "d", "ⴷ"})
_OF_ONE = frozenset({"hit", "wall"})  # what only one of two can do


def _done_by_both(found: Sequence[Word], cast: Sequence[_Vote]) -> str | None:
    """Return what both of two things do, where the prompt says it once, as in "a car and a cat roll".

    Tagging looks at words and their neighbours, and gives such a verb to the nearer thing. It is both's where "and" joins
    the two and the verb stands after them in a form for more than one, or, in Arabic, before them.
    """
    kinds = [vote for vote in cast if vote.slot == "kind"]
    actions = [vote for vote in cast if vote.slot == "action"]
    if {vote.object for vote in kinds} != {0, 1} or len({vote.object for vote in actions}) != 1:
        return None
    first = max(vote.word for vote in kinds if vote.object == 0)
    second = min(vote.word for vote in kinds if vote.object == 1)
    joined = {found[i].normal for i in range(first + 1, second)} & _AND
    joined |= {"و"} if found[second].script == "arabic" and found[second].normal.startswith("و") else set()
    value = max(actions, key=lambda vote: vote.p).value
    if first > second or not joined or value in _OF_ONE:
        return None
    verb = found[min(vote.word for vote in actions)]
    if max(vote.word for vote in actions) < first:
        return value if verb.script == "arabic" else None
    return value if min(vote.word for vote in actions) > second and _for_several(verb) else None


def _for_several(verb: Word) -> bool:
    """Say whether a verb's form may speak of more than one."""
    form = verb.normal
    if verb.script == "arabic":
        return form.endswith(("ان", "ون", "وا", "و"))
    if verb.script == "tifinagh":
        return form.endswith(("n", "ⵏ")) and not form.startswith(("i", "y", "ⵉ", "ⵢ"))
    return form in _ENGLISH_VERBS or form.endswith(("ing", "ent", "ant", "er", "ir", "o", "ou", "w", "iw"))


_ENGLISH_VERBS = frozenset({
    "roll", "bounce", "fall", "drop", "rise", "spin", "turn", "rotate", "orbit", "circle", "stand", "stay", "rest",
    "hop", "jump", "go", "move", "fly", "climb", "float", "drive", "travel", "tumble", "plunge", "hover", "wait", "sit",
    "ascend",
})  # fmt: skip


class _Reader:
    """The network and the words it was taught.

    Parameters
    ----------
    arrays : mapping of str to array
        As `medialit.generate.text_train` exports them.
    """

    def __init__(self, arrays: Mapping[str, npt.NDArray[np.generic]]) -> None:
        self.weights = {
            name: array.astype(np.float32) for name, array in arrays.items() if array.dtype == np.float16
        }
        self.temperature = float(arrays["temperature"])
        self.surely, self.surely_unseen = (float(v) for v in arrays["surely"])
        table = {}
        for line in bytes(arrays["forms"]).decode().splitlines():
            form, tags, languages = line.split("\t")
            table[form] = (frozenset(map(int, tags.split())), frozenset(map(int, languages.split())))
        self.forms = Forms(table)

    def judge(self, found: Sequence[Word]) -> tuple[Array, Array, Array]:
        """Return the chances of each word's tag (N, len(TAGS)) and object (N, 2), and of the language (5,)."""
        w = self.weights
        groups = np.stack([w["groups"][list(letter_groups(word.normal))].mean(0) for word in found])
        features = np.stack([self.forms.features(word.normal, word.script) for word in found])
        x = np.concatenate([groups, features], axis=1)  # (N, 32 + N_FEATURES)
        x = np.maximum(x @ w["word.weight"].T + w["word.bias"], 0)  # (N, hidden)
        h = self._both_ways(self._both_ways(x, 0), 1)  # (N, 2 * memory)
        tags = np.concatenate([h, x], axis=1) @ w["tag.weight"].T + w["tag.bias"]
        objects = h @ w["object.weight"].T + w["object.bias"]
        language = h.mean(0) @ w["language.weight"].T + w["language.bias"]
        return _softmax(tags / self.temperature), _softmax(objects), _softmax(language)

    def _both_ways(self, x: Array, layer: int) -> Array:
        there = self._gru(x, f"_l{layer}")
        back = self._gru(x[::-1], f"_l{layer}_reverse")[::-1]
        return np.concatenate([there, back], axis=1)

    def _gru(self, x: Array, name: str) -> Array:
        """Run a gated recurrent unit over words, (N, C) to (N, memory).

        References
        ----------
        Cho et al. (2014), arXiv 1406.1078, in the variant of cuDNN and PyTorch: the reset gate acts after the matrix.
        """
        w = self.weights
        recurrent, bias = w[f"context.weight_hh{name}"], w[f"context.bias_hh{name}"]
        n = recurrent.shape[1]
        inputs = x @ w[f"context.weight_ih{name}"].T + w[f"context.bias_ih{name}"]  # (N, 3 * memory)
        h = np.zeros(n, np.float32)
        out = np.empty((len(x), n), np.float32)
        for i, step in enumerate(inputs):
            again = recurrent @ h + bias
            reset, update = np.split(1 / (1 + np.exp(-(step[: 2 * n] + again[: 2 * n]))), 2)
            h = (1 - update) * np.tanh(step[2 * n :] + reset * again[2 * n :]) + update * h
            out[i] = h
        return out


def _softmax(x: Array) -> Array:
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True), np.float32)


@lru_cache(maxsize=1)
def _reader() -> _Reader:
    file = resources.files("medialit.generate").joinpath("weights", "text.npz")
    try:
        with file.open("rb") as stream, np.load(stream) as arrays:
            reader = _Reader(dict(arrays))
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(
            "The weights of the prompt reader, weights/text.npz, are missing or damaged; install medialit again."
        ) from error
    if reader.weights["word.weight"].shape[1] != 32 + N_FEATURES:
        raise ModelError("The weights of the prompt reader, weights/text.npz, are of another version.")
    return reader
