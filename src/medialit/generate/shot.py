"""A shot: what a prompt asks for, slot by slot; what it leaves open is None until the seed settles it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from medialit.errors import GenerateError
from medialit.world import ACTIONS, BACKGROUNDS, COLOURS, KINDS, PANS, SIZES_M, Scene, Thing
from medialit.world.captions import caption_phrases

MORE_COLOURS: dict[str, str] = {
    "pink": "#f48fb8",
    "brown": "#7a4a26",
    "black": "#1c1c22",
    "grey": "#8c8f94",
    "turquoise": "#1fb5b0",
    "light_blue": "#7fb6f0",
    "dark_red": "#7d1019",
    "dark_green": "#12532b",
}
"""Colours that the world has no name for and the model has learnt as numbers."""


@dataclass(frozen=True, kw_only=True)
class Actor:
    """One object of a shot; None is left open.

    Parameters
    ----------
    kind : str or None
        One of `medialit.world.KINDS`.
    colour : str or None
        A name from `medialit.world.COLOURS` or `MORE_COLOURS`, or ``"#rrggbb"``.
    action : str or None
        One of `medialit.world.ACTIONS`. ``"hit"`` is for the first object only; the second then stands.
    size : str or None
        One of `medialit.world.SIZES_M`.

    Raises
    ------
    GenerateError
        If a word is not in the vocabulary.
    """

    kind: str | None = None
    colour: str | None = None
    action: str | None = None
    size: str | None = None

    def __post_init__(self) -> None:
        _require("kind", self.kind, tuple(KINDS))
        _require("action", self.action, tuple(ACTIONS))
        _require("size", self.size, tuple(SIZES_M))
        if self.colour is not None and not self.colour.startswith("#"):
            _require("colour", self.colour, (*COLOURS, *MORE_COLOURS))


@dataclass(frozen=True, kw_only=True)
class Shot:
    """What is to be seen: one or two objects, a place, a movement of the camera.

    Parameters
    ----------
    objects : tuple of Actor
    background : str or None
        One of `medialit.world.BACKGROUNDS`.
    pan : str or None
        One of `medialit.world.PANS`.
    look : int or None
        Which painting of the background, as in `medialit.world.Scene`; no prompt names it.

    Raises
    ------
    GenerateError
        If a word is not in the vocabulary, or the objects cannot do that together.

    Examples
    --------
    >>> shot = Shot(objects=(Actor(kind="cat", action="bounce"),), background="beach")
    >>> shot.settled(seed=1).objects[0].colour is None
    False
    """

    objects: tuple[Actor, ...]
    background: str | None = None
    pan: str | None = None
    look: int | None = None

    def __post_init__(self) -> None:
        _require("background", self.background, tuple(BACKGROUNDS))
        _require("pan", self.pan, tuple(PANS))
        if not 1 <= len(self.objects) <= 2:
            raise GenerateError(f"A shot holds one or two objects, not {len(self.objects)}.")
        if any(actor.action == "hit" for actor in self.objects[1:]):
            raise GenerateError("Only the first object can hit the other; put the one that hits in front.")

    def settled(self, *, seed: int) -> Shot:
        """Return the shot with every open slot drawn by the seed, as the world draws them."""
        rng = np.random.default_rng([seed, 0x5E77])
        objects = list(self.objects)
        if objects[0].action == "hit" and len(objects) == 1:
            objects.append(Actor())
        taken: set[str] = {a.kind for a in objects if a.kind}
        for i, actor in enumerate(objects):
            kind = actor.kind or _draw(rng, [k for k in KINDS if k not in taken])
            taken.add(kind)
            others = {a.colour for a in objects if a is not actor}
            colour = actor.colour or _draw(rng, [c for c in COLOURS if c not in others])
            quiet = [a for a in ACTIONS if a not in ("hit", "wall")]
            action = "stand" if i and objects[0].action == "hit" else actor.action or _draw(rng, quiet)
            size = actor.size or _draw(rng, list(SIZES_M))
            objects[i] = Actor(kind=kind, colour=colour, action=action, size=size)
        return replace(
            self,
            objects=tuple(objects),
            background=self.background or _draw(rng, list(BACKGROUNDS)),
            pan=self.pan or "still",
            look=int(rng.integers(4)) if self.look is None else self.look,
        )


def rgb(colour: str) -> tuple[float, float, float]:
    """Return a colour, by name or as ``"#rrggbb"``, as sRGB from 0 to 1."""
    if colour in COLOURS:
        return COLOURS[colour]
    return Thing("ball", MORE_COLOURS.get(colour, colour), "stand").rgb


def shot_of(scene: Scene) -> Shot:
    """Return the shot that a scene of the world shows, with nothing left open."""
    return Shot(
        objects=tuple(
            Actor(kind=t.kind, colour=t.colour, action=t.action, size=t.size) for t in scene.objects
        ),
        background=scene.background,
        pan=scene.pan,
        look=scene.look,
    )


def scene_of(shot: Shot, *, seed: int = 0) -> Scene:
    """Return the scene of the world that a settled shot describes; `seed` draws the path of its objects."""
    assert shot.background and shot.pan and shot.look is not None, "settle the shot first"
    things = []
    for actor in shot.objects:
        assert actor.kind and actor.colour and actor.action and actor.size
        things.append(
            Thing(actor.kind, MORE_COLOURS.get(actor.colour, actor.colour), actor.action, actor.size)
        )
    return Scene(
        background=shot.background,
        objects=tuple(things),
        pan=shot.pan,
        seed=seed,
        duration_s=2.0,
        fps=12.0,
        look=shot.look,
    )


def describe(shot: Shot, *, language: str) -> str:
    """Return a settled shot as a sentence: what the model was asked for, the seed's choices included.

    Raises
    ------
    WorldError
        If the language has no grammar.
    """
    drawn = (caption_phrases(scene_of(shot), seed=seed, language=language) for seed in range(40))
    return max(drawn, key=lambda one: len(one[1]))[0]  # the first that leaves nothing out


def _draw(rng: np.random.Generator, options: list[str]) -> str:
    return options[int(rng.integers(len(options)))]


def _require(what: str, word: str | None, vocabulary: tuple[str, ...]) -> None:
    if word is not None and word not in vocabulary:
        raise GenerateError(f"{word!r} is not a known {what}; use one of: {', '.join(vocabulary)}.")
