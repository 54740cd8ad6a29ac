"""Captions by grammar: one scene, many true sentences. A language is a file of data in ``grammars``."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np

from medialit.errors import WorldError
from medialit.world.scene import Scene, Thing
from medialit.world.shapes import SHAPES

Grammar = dict[str, Any]


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
    'a medium-sized red soccer ball is bouncing at the seaside'
    """
    grammar = _grammar(language)
    rng = np.random.default_rng([seed, 0xCA97])
    first = scene.objects[0]
    shape = "one" if len(scene.objects) == 1 else "hit" if first.action == "hit" else "two"
    place = _pick(rng, grammar["backgrounds"][scene.background])
    camera = _pick(rng, grammar["cameras"][scene.pan])
    slots = {
        "a_thing": _noun(grammar, rng, first),
        "does": _verb(grammar, rng, first),
        "hits": _verb(grammar, rng, first),
        "place": place,
        "place_first": place,
        "camera": camera,
        "camera_first": camera,
    }
    if len(scene.objects) == 2:
        slots["another_thing"] = _noun(grammar, rng, scene.objects[1])
        slots["another_does"] = _verb(grammar, rng, scene.objects[1])
    return _pick(rng, grammar["sentences"][shape]).format(**slots)


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


def _noun(grammar: Grammar, rng: np.random.Generator, thing: Thing) -> str:
    noun = grammar["kinds"][thing.kind][int(rng.integers(len(grammar["kinds"][thing.kind])))]
    colours = grammar["colours"].get(thing.colour, grammar["colours"]["other"])
    colour = _pick(rng, colours[noun["gender"]])
    size = _pick(rng, grammar["sizes"][thing.size][noun["gender"]])
    pattern = _pick(rng, grammar["nouns"]["thing"])
    articles = grammar["articles"]
    words = pattern.format(article="", size=size, colour=colour, kind=noun["text"]).strip()
    article = articles["vowel"] if words[0].lower() in "aeiou" else articles["other"]
    return pattern.format(article=article, size=size, colour=colour, kind=noun["text"])


def _verb(grammar: Grammar, rng: np.random.Generator, thing: Thing) -> str:
    by_kind = grammar.get("actions_by_kind", {})
    upright = by_kind.get("upright", {}) if SHAPES[thing.kind].gait == "glide" else {}
    options = by_kind.get(thing.kind, upright).get(thing.action, grammar["actions"][thing.action])
    return _pick(rng, options)


def _pick(rng: np.random.Generator, options: list[str]) -> str:
    return options[int(rng.integers(len(options)))]
