"""Made-up prompts with the meaning of each word, for the reader to learn from.

A third are captions of the world's grammars. The rest are composed from the word lists in ``lexicon``: slots left
out, any order, chat around them, words that the world has nothing for, two languages mixed, typing errors.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import numpy as np

from medialit.generate.text_words import FUNCTION, UNUSED, normal_form, words
from medialit.world import ACTIONS, BACKGROUNDS, KINDS, PANS, SIZES_M, draw_scene
from medialit.world.captions import caption_phrases

SOURCES: dict[str, str] = {"en": "en", "fr": "fr", "ar": "ar", "ary": "ary", "ary-Latn": "ary", "zgh": "zgh"}
"""Word lists, and the language that each teaches."""

_TABLES = ("kinds", "colours", "sizes", "actions", "backgrounds", "cameras")
_SLOTS = dict(zip(_TABLES, ("kind", "colour", "size", "action", "background", "pan"), strict=True))


@dataclass(slots=True)
class Token:
    """A word of a made-up prompt: what it means, and of which object it is said (-1: of none)."""

    normal: str
    script: str
    tag: str
    object: int = -1


@dataclass(slots=True)
class Prompt:
    """A made-up prompt."""

    tokens: list[Token]
    language: str


@dataclass(frozen=True)
class WordList:
    """Everything that one language teaches: phrases by slot and value, and the words around them."""

    source: str
    language: str
    phrases: dict[str, dict[str, list[str]]]
    function: frozenset[str]
    others: dict[str, list[str]]
    chat: dict[str, list[str]] = field(repr=False)


def word_list(source: str) -> WordList:
    """Read the word list and the caption grammar of one source."""
    lexicon = _toml("medialit.generate", "lexicon", source)
    grammar = _toml("medialit.world", "grammars", source)
    phrases: dict[str, dict[str, list[str]]] = {}
    for table in _TABLES:
        slot = phrases.setdefault(_SLOTS[table], {})
        for entries in (grammar[table], lexicon[table]):
            for value, options in entries.items():
                if value != "other":
                    slot.setdefault(value, []).extend(_flat(options))
        for value, options in slot.items():
            slot[value] = list(dict.fromkeys(options))
    for verbs in grammar.get("actions_by_kind", {}).values():
        for value, options in verbs.items():
            phrases["action"][value].extend(_flat(options))
    function = {w.normal for w in words(lexicon["function"])}
    chat = {
        k: lexicon[k]
        for k in (
            "openings",
            "closings",
            "negations",
            "articles",
            "joins",
            "reversed_hit",
            "relatives",
            "pronouns",
            "noun_orders",
        )
    }
    function |= {
        w.normal
        for k in ("openings", "closings", "negations", "articles", "joins", "pronouns", "relatives")
        for t in chat[k]
        for w in words(t)
    }
    others = {k: v.split() for k, v in lexicon["others"].items()}
    slot_words = {
        w.normal for values in phrases.values() for texts in values.values() for t in texts for w in words(t)
    }
    others["near"] = [w for w in others["near"] if normal_form(w) not in slot_words | function]
    return WordList(source, SOURCES[source], phrases, frozenset(function), others, chat)


def known_words(lists: list[WordList], *, others: bool = True) -> Iterator[tuple[str, str, str]]:
    """Give (normal form, tag, language) for every word of the lists."""
    for one in lists:
        for slot, values in one.phrases.items():
            for value, options in values.items():
                for option in options:
                    for word in words(option):
                        if word.normal not in one.function and word.script != "stop":
                            yield word.normal, f"{slot} {value}", one.language
        for normal in one.function:
            if normal.isalnum():
                yield normal, FUNCTION, one.language
        if others:
            for other in (w for group in one.others.values() for o in group for w in words(o)):
                yield other.normal, UNUSED, one.language


class Composer:
    """Draws prompts; the same generator gives the same prompts."""

    def __init__(self, lists: list[WordList], rng: np.random.Generator) -> None:
        self.lists, self.rng = lists, rng

    def draw(self) -> Prompt:
        """Return a prompt in a language drawn with equal chances by word list."""
        one = self._pick(self.lists)
        kind = self.rng.random()
        tokens = (
            self._caption(one) if kind < 0.35 else self._bare(one) if kind < 0.42 else self._composed(one)
        )
        if self._chance(0.3):
            tokens = self._said(self._pick(one.chat["openings"]), one, FUNCTION) + tokens
        if self._chance(0.08):
            tokens = tokens + self._said(self._pick(one.chat["closings"]), one, FUNCTION)
        if self._chance(0.25):
            share = self._pick([0.15, 0.5, 1.0])
            tokens = [t for t in tokens if t.tag != FUNCTION or not self._chance(share)] or tokens
        rate = self._pick([0, 0, 0, 0.02, 0.05, 0.08])
        for token in tokens if rate else ():
            token.normal = self._mistyped(token.normal, rate)
        if one.language == "zgh" and self._chance(0.3):
            for token in tokens:
                token.normal, token.script = (
                    self._in_latin(token.normal),
                    "latin" if token.script == "tifinagh" else token.script,
                )
        return Prompt(tokens[:44], one.language)

    def _caption(self, one: WordList) -> list[Token]:
        seed = int(self.rng.integers(2**31))
        actions = ACTIONS if not self._chance(0.15) else ("hit", "wall")
        scene = draw_scene(seed, n_objects=2 if self._chance(0.3) else None, actions=actions)
        text, phrases = caption_phrases(scene, seed=seed, language=one.source)
        tokens = []
        for word in words(text):
            inside = [p for p in phrases if word.start < p.end and word.end > p.start]
            if inside and word.normal not in one.function and word.script != "stop":
                where = -1 if inside[-1].object is None else inside[-1].object
                tokens.append(Token(word.normal, word.script, f"{inside[-1].slot} {inside[-1].value}", where))
            else:
                tokens.append(Token(word.normal, word.script, FUNCTION))
        return tokens

    def _bare(self, one: WordList) -> list[Token]:
        """Return one or two words: a slot alone, or something strange that does something."""
        if self._chance(0.5):
            actions = [a for a in ACTIONS if a != "hit"]
            return self._strange(one, "nouns") + self._slot(one, "action", self._pick(actions), 0)
        slot = self._pick(["kind", "colour", "action", "background"])
        value = self._pick([v for v in one.phrases[slot] if v != "hit"])
        return self._slot(one, slot, value, -1 if slot == "background" else 0)

    def _composed(self, one: WordList) -> list[Token]:
        n = int(self.rng.choice(4, p=[0.06, 0.58, 0.31, 0.05]))
        things = [self._thing(one, i) for i in range(n)]
        if n >= 2 and self._chance(0.1):  # a red ball and a blue ball
            kind = self._pick(KINDS)
            things[:2] = [self._thing(one, i, kind) for i in range(2)]
        clauses: list[list[Token]] = []
        if n >= 2 and self._chance(0.3):
            clauses.append(self._hitting(one, *things[:2]))
        elif n >= 2 and self._chance(0.12):  # a dog chases a cat
            clauses.append(things[0] + self._strange(one, "verbs") + things[1])
        for i in range(2 * len(clauses), n):
            clauses.append(self._clause(one, things[i], self._verb(one, i)))
        ends: list[list[Token]] = []
        if self._chance(0.5) or not n:
            ends.append(self._slot(one, "background", self._pick(BACKGROUNDS), -1))
        elif self._chance(0.2):
            ends.append(self._strange(one, "nouns"))
        if self._chance(0.25):
            ends.append(self._slot(one, "pan", self._pick(PANS), -1))
        if self._chance(0.1):
            ends.append(self._strange(one, "adverbs"))
        if self._chance(0.12):
            ends.append(self._negated(one))
        body: list[Token] = []
        for i, clause in enumerate(clauses):
            body += (self._join(one) if i else []) + clause
        return self._arranged(body, ends)

    def _verb(self, one: WordList, which: int) -> list[Token]:
        if self._chance(0.2):
            return []
        if self._chance(0.12):
            return self._strange(one, "verbs")
        if self._chance(0.12):
            return self._strange(one, "aimless")
        return self._slot(one, "action", self._pick([a for a in ACTIONS if a != "hit"]), which)

    def _clause(self, one: WordList, thing: list[Token], verb: list[Token]) -> list[Token]:
        if self._chance(0.35 if one.language in ("ar", "zgh") else 0.1):
            return verb + thing
        if verb and self._chance(0.1):  # a bouncing ball
            lead = next((i for i, token in enumerate(thing) if token.tag != FUNCTION), 0)
            return thing[:lead] + verb + thing[lead:]
        if verb and self._chance(0.08):  # a ball. it bounces
            stop = Token(self._pick([".", ",", ";"]), "stop", FUNCTION)
            return [*thing, stop, *self._said(self._pick(one.chat["pronouns"]), one, FUNCTION), *verb]
        if verb and self._chance(0.15):
            verb = self._said(self._pick(one.chat["relatives"]), one, FUNCTION) + verb
        return thing + verb

    def _arranged(self, body: list[Token], ends: list[list[Token]]) -> list[Token]:
        parts = [body] if body else []
        for end in ends:
            parts.insert(0 if self._chance(0.3) else len(parts), end)
        out: list[Token] = []
        for part in parts:
            if out and self._chance(0.4):
                out.append(Token(self._pick([",", ",", ";", ":", "."]), "stop", FUNCTION))
            out += part
        return out

    def _hitting(self, one: WordList, first: list[Token], second: list[Token]) -> list[Token]:
        if self._chance(0.7) or not one.chat["reversed_hit"]:
            return first + self._slot(one, "action", "hit", 0) + second
        return second + self._said(self._pick(one.chat["reversed_hit"]), one, "action hit", 0) + first

    def _thing(self, one: WordList, which: int, kind: str = "") -> list[Token]:
        tokens = self._said(self._pick(one.chat["articles"]), one, FUNCTION)
        mixed = ["light_blue", "dark_red", "dark_green"]  # two words each, so more to learn
        colour = self._pick(mixed if self._chance(0.2) else list(one.phrases["colour"]))
        draw = {
            "kind": self._slot(one, "kind", kind or self._pick(KINDS), which)
            if kind or self._chance(0.85)
            else self._strange(one, "nouns"),
            "colour": self._slot(one, "colour", colour, which) if self._chance(0.6) else [],
            "size": self._slot(one, "size", self._pick(list(SIZES_M)), which) if self._chance(0.27) else [],
            "other": self._strange(one, "adjectives"),
        }
        no = self._negated(one, "colour") if self._chance(0.04) else []
        fragments = self._chance(0.07)
        for piece in self._pick(one.chat["noun_orders"]).split():
            if fragments and tokens and tokens[-1].script != "stop":
                tokens.append(Token(self._pick([".", ",", ":"]), "stop", FUNCTION))
            tokens += draw[piece[1:-1]] if piece[0] == "{" else self._said(piece, one, FUNCTION)
        return tokens + no

    def _slot(self, one: WordList, slot: str, value: str, which: int) -> list[Token]:
        if self._chance(0.04):
            one = self._pick(self.lists)
        options = one.phrases[slot].get(value)
        if not options:
            return []
        if which > 1:
            return self._said(self._pick(options), one, UNUSED)
        return self._said(self._pick(options), one, f"{slot} {value}", which)

    def _strange(self, one: WordList, group: str) -> list[Token]:
        options = one.others[
            "near" if group in ("nouns", "adjectives", "verbs") and self._chance(0.35) else group
        ]
        word = self._pick(options) if self._chance(0.85) else self._invented(self._pick(options))
        lead = self._said(self._pick(one.chat["articles"]), one, FUNCTION) if group == "nouns" else []
        return lead + [Token(w.normal, w.script, UNUSED) for w in words(word)]

    def _negated(self, one: WordList, slot: str = "") -> list[Token]:
        slot = slot or self._pick(["kind", "colour", "action", "background"])
        option = self._pick(one.phrases[slot][self._pick(list(one.phrases[slot]))])
        article = self._pick(one.chat["articles"]) if self._chance(0.4) else ""
        no = self._pick(one.chat["negations"])
        return self._said(f"{no} {article}", one, FUNCTION) + self._said(option, one, UNUSED)

    def _join(self, one: WordList) -> list[Token]:
        return self._said(self._pick(one.chat["joins"]), one, FUNCTION)

    def _said(self, text: str, one: WordList, tag: str, which: int = -1) -> list[Token]:
        tokens = []
        for word in words(text):
            plain = tag == FUNCTION or word.normal in one.function or word.script == "stop"
            tokens.append(Token(word.normal, word.script, FUNCTION if plain else tag, -1 if plain else which))
        if tokens and one.language in ("ar", "ary") and tokens[0].script == "arabic" and self._chance(0.15):
            tokens[0].normal = self._pick(["ال", "و", "ب", "ف", "ل"]) + tokens[0].normal
        return tokens

    def _invented(self, like: str) -> str:
        letters = list(normal_form(like))
        self.rng.shuffle(letters)
        return "".join(letters)

    def _mistyped(self, normal: str, rate: float) -> str:
        if len(normal) < 3 or self.rng.random(len(normal)).min() > rate:
            return normal
        i = int(self.rng.integers(len(normal)))
        how = int(self.rng.integers(4))
        if how == 0 and len(normal) > 3:
            return normal[:i] + normal[i + 1 :]
        if how == 1:
            return normal[:i] + normal[i] + normal[i:]
        if how == 2 and len(normal) > 3:
            near = "abcdefghijklmnopqrstuvwxyz" if normal[0] < "\u024f" else "ابتثجحخدرزسشصضطعغفقكلمنهوي"
            return normal[:i] + str(self._pick(near)) + normal[i + 1 :]
        i = min(i, len(normal) - 2)
        return normal[:i] + normal[i + 1] + normal[i] + normal[i + 2 :]

    def _in_latin(self, normal: str) -> str:
        text = normal  # its Tifinagh is Latin letters already
        for one, other in (("ch", "c"), ("kh", "x"), ("u", "ou"), ("gg", "g"), ("tt", "t")):
            if self._chance(0.1):
                text = text.replace(one, other)
        return text

    def _chance(self, p: float) -> bool:
        return bool(self.rng.random() < p)

    def _pick(self, options: Any) -> Any:
        return options[int(self.rng.integers(len(options)))]


def _flat(options: Any) -> list[str]:
    if isinstance(options, dict):
        return (
            [options["text"]]
            if "text" in options
            else [t for forms in options.values() for t in _flat(forms)]
        )
    return [options] if isinstance(options, str) else [t for option in options for t in _flat(option)]


def _toml(package: str, folder: str, source: str) -> dict[str, Any]:
    text = resources.files(package).joinpath(folder, f"{source}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
