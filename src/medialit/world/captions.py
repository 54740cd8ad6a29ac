"""Captions by grammar: one scene, many true sentences. A language is a file of data in ``grammars``."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np

from medialit.errors import WorldError
from medialit.world.scene import Scene, Thing
from medialit.world.shapes import SHAPES

Grammar = dict[str, Any]

_OPEN, _CLOSE = "\ue000", "\ue001"  # private-use signs around what stands for a slot, until they are read off
_MARK = re.compile(f"{_OPEN}([0-9a-z_ ]+)\ue002|{_CLOSE}")


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """Which letters of a caption stand for what.

    Parameters
    ----------
    start, end : int
        The letters are ``text[start:end]``.
    slot : str
        ``"kind"``, ``"colour"``, ``"action"``, ``"size"``, ``"background"`` or ``"pan"``.
    value : str
        From the world's vocabulary for that slot.
    object : int or None
        0 or 1, the object that it is said of; None for the background and the camera.
    """

    start: int
    end: int
    slot: str
    value: str
    object: int | None


def languages() -> tuple[str, ...]:
    """Return the codes of the languages that have a grammar."""
    folder = resources.files(__package__).joinpath("grammars")
    return tuple(sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")))


def caption(scene: Scene, *, seed: int, language: str = "en") -> str:
    """Return a true sentence about a scene.

    Parameters
    ----------
    scene : Scene
    seed : int
        Draws the wording.
    language : str
        One of `languages`.

    Returns
    -------
    str
        Colours, kinds, actions and background are always named; size and camera sometimes.

    Raises
    ------
    WorldError
        If the language has no grammar.

    Examples
    --------
    >>> from medialit.world import Scene, Thing
    >>> scene = Scene("beach", (Thing("football", "red", "bounce"),), pan="left")
    >>> caption(scene, seed=0)
    'a medium-sized bright red soccer ball is bouncing at the seaside, camera moves to the left'
    """
    return caption_phrases(scene, seed=seed, language=language)[0]


def caption_phrases(scene: Scene, *, seed: int, language: str = "en") -> tuple[str, tuple[Phrase, ...]]:
    """Return the caption that `caption` gives, and which of its letters name what.

    Examples
    --------
    >>> from medialit.world import Scene, Thing
    >>> text, phrases = caption_phrases(Scene("beach", (Thing("cat", "red", "spin"),)), seed=0)
    >>> [(phrase.slot, text[phrase.start : phrase.end]) for phrase in phrases][:3]
    [('size', 'medium-sized'), ('colour', 'bright red'), ('kind', 'kitten')]
    """
    grammar = _grammar(language)
    rng = np.random.default_rng([seed, 0xCA97])
    first = scene.objects[0]
    shape = "one" if len(scene.objects) == 1 else "hit" if first.action == "hit" else "two"
    place = _marked(_pick(rng, grammar["backgrounds"][scene.background]), f"background {scene.background}")
    camera = _marked(_pick(rng, grammar["cameras"][scene.pan]), f"pan {scene.pan}")
    thing, gender = _noun(grammar, rng, first, 0)
    does = _verb(grammar, rng, first, gender, 0)
    slots = {
        "a_thing": thing,
        "does": does,
        "hits": does,
        "place": place,
        "place_first": place,
        "camera": camera,
        "camera_first": camera,
    }
    if len(scene.objects) == 2:
        slots["another_thing"], gender = _noun(grammar, rng, scene.objects[1], 1)
        slots["another_does"] = _verb(grammar, rng, scene.objects[1], gender, 1)
    return _read_marks(_pick(rng, grammar["sentences"][shape]).format(**slots))


def captions(scene: Scene, *, n: int, seed: int = 0, language: str = "en") -> tuple[str, ...]:
    """Return up to `n` different captions, in the order in which they were drawn."""
    drawn = (caption(scene, seed=seed + i, language=language) for i in range(20 * n))
    return tuple(dict.fromkeys(drawn))[:n]


@lru_cache(maxsize=16)
def _grammar(language: str) -> Grammar:
    if language not in languages():
        raise WorldError(f"There is no grammar for {language!r}; use one of: {', '.join(languages())}.")
    text = resources.files(__package__).joinpath("grammars", f"{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _noun(grammar: Grammar, rng: np.random.Generator, thing: Thing, which: int) -> tuple[str, str]:
    noun = _pick(rng, grammar["kinds"][thing.kind])
    text, gender = str(noun["text"]), str(noun["gender"])
    colours = grammar["colours"].get(thing.colour, grammar["colours"]["other"])
    colour = _pick(rng, colours[gender])
    size = _pick(rng, grammar["sizes"][thing.size][gender])
    patterns = grammar["nouns"]
    pattern = _pick(rng, patterns.get(thing.size, patterns["thing"]))
    articles = grammar["articles"]
    words = pattern.format(article="", size=size, colour=colour, kind=text).strip()
    vowel = "vowel" if words[0].lower() in "aeiou" else "other"
    return pattern.format(
        article=articles.get(gender, articles.get(vowel, "")),
        size=_marked(size, f"size {thing.size} {which}"),
        colour=_marked(colour, f"colour {thing.colour.replace('#', '')} {which}"),
        kind=_marked(text, f"kind {thing.kind} {which}"),
    ), gender


def _verb(grammar: Grammar, rng: np.random.Generator, thing: Thing, gender: str, which: int) -> str:
    by_kind = grammar.get("actions_by_kind", {})
    upright = by_kind.get("upright", {}) if SHAPES[thing.kind].gait == "glide" else {}
    options = by_kind.get(thing.kind, upright).get(thing.action, grammar["actions"][thing.action])
    forms = options[gender] if isinstance(options, dict) else options
    return _marked(_pick(rng, forms), f"action {thing.action} {which}")


def _marked(text: str, meaning: str) -> str:
    return f"{_OPEN}{meaning}\ue002{text}{_CLOSE}"


def _read_marks(marked: str) -> tuple[str, tuple[Phrase, ...]]:
    """Take the marks out of a sentence; marks do not nest."""
    text, phrases, at = "", [], 0
    for mark in _MARK.finditer(marked):
        text += marked[at : mark.start()]
        at = mark.end()
        if mark[1]:
            start, meaning = len(text), mark[1].split()
            continue
        slot, value, *which = meaning
        number = int(which[0]) if which else None
        phrases.append(Phrase(start=start, end=len(text), slot=slot, value=value, object=number))
    return text + marked[at:], tuple(phrases)


def _pick(rng: np.random.Generator, options: list[Any]) -> Any:
    return options[int(rng.integers(len(options)))]
