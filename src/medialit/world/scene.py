"""What is filmed: a scene as data, the vocabulary it is written in, and random scenes by seed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from medialit.errors import WorldError

KINDS = (
    "ball",
    "football",
    "cube",
    "star",
    "tea_glass",
    "teapot",
    "lantern",
    "tagine",
    "sailboat",
    "bird",
    "car",
    "cat",
)
COLOURS: dict[str, tuple[float, float, float]] = {
    "red": (0.86, 0.13, 0.15),
    "orange": (0.98, 0.52, 0.07),
    "yellow": (0.99, 0.83, 0.14),
    "green": (0.13, 0.62, 0.28),
    "blue": (0.13, 0.32, 0.87),
    "purple": (0.56, 0.22, 0.78),
    "white": (0.95, 0.95, 0.93),
}
SIZES_M = {"small": 0.46, "medium": 0.60, "large": 0.76}
BACKGROUNDS = ("beach", "medina", "desert", "night", "souk", "mountains", "studio", "street")
ACTIONS = (
    "bounce",
    "roll_left",
    "roll_right",
    "fall",
    "rise",
    "spin",
    "orbit",
    "hit",
    "wall",
    "stand",
)
PANS = ("still", "left", "right")
N_LOOKS = 4

_HEX = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True)
class Thing:
    """One object and what it does.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    colour : str
        One of `COLOURS`, or ``"#rrggbb"`` in lower case.
    action : str
        One of `ACTIONS`. ``"hit"`` needs a second object, which stands until it is hit.
    size : str
        One of `SIZES_M`; the radius of the circle around the object.

    Raises
    ------
    WorldError
        If a word is not in the vocabulary.
    """

    kind: str
    colour: str
    action: str
    size: str = "medium"

    def __post_init__(self) -> None:
        _require("kind", self.kind, KINDS)
        if not _HEX.fullmatch(self.colour):
            _require("colour", self.colour, tuple(COLOURS))
        _require("action", self.action, ACTIONS)
        _require("size", self.size, tuple(SIZES_M))

    @property
    def radius_m(self) -> float:
        """Radius of the circle around the object, in metres."""
        return SIZES_M[self.size]

    @property
    def rgb(self) -> tuple[float, float, float]:
        """The main colour, sRGB from 0 to 1."""
        if self.colour in COLOURS:
            return COLOURS[self.colour]
        r, g, b = (int(self.colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
        return r, g, b


@dataclass(frozen=True)
class Scene:
    """Everything that a clip shows; the same scene gives the same clip, always.

    Parameters
    ----------
    background : str
        One of `BACKGROUNDS`.
    objects : tuple of Thing
        One or two objects.
    pan : str
        How the camera travels: one of `PANS`.
    seed : int
        Draws what the words leave open: starting points, speeds, how bouncy things are, the hand's shake.
    duration_s, fps : float
        Length and frame rate; the number of frames is ``round(duration_s * fps)``.
    look : int
        Which of the `N_LOOKS` paintings of the background (hour of the day, layout).
    shake_m : float
        Standard deviation of the hand-held camera's wander, in metres in the front lane.

    Raises
    ------
    WorldError
        If a word is not in the vocabulary or a number cannot be filmed.

    Examples
    --------
    >>> scene = Scene("beach", (Thing("football", "red", "bounce"),), pan="left")
    >>> scene.n_frames
    48
    """

    background: str
    objects: tuple[Thing, ...]
    pan: str = "still"
    seed: int = 0
    duration_s: float = 2.0
    fps: float = 24.0
    look: int = 0
    shake_m: float = 0.0

    def __post_init__(self) -> None:
        _require("background", self.background, BACKGROUNDS)
        _require("pan", self.pan, PANS)
        if not 1 <= len(self.objects) <= 2:
            raise WorldError(f"A scene holds one or two objects, not {len(self.objects)}.")
        if self.objects[0].action == "hit":
            if len(self.objects) == 1 or self.objects[1].action != "stand":
                raise WorldError('"hit" needs a second object whose action is "stand"; add one.')
        elif any(thing.action == "hit" for thing in self.objects):
            raise WorldError('The object that hits comes first; put the one whose action is "hit" in front.')
        if not (0 < self.duration_s <= 60 and 0 < self.fps <= 240):
            raise WorldError(
                "A scene lasts up to 60 s at up to 240 frames a second, "
                f"not {self.duration_s} s at {self.fps}; choose smaller, positive numbers."
            )
        if not 0 <= self.look < N_LOOKS:
            raise WorldError(f"There are {N_LOOKS} looks, counted from 0; {self.look} is not one of them.")
        if self.seed < 0 or not 0 <= self.shake_m <= 0.1:
            raise WorldError(
                f"The seed is 0 or more and the shake at most 0.1 m, not {self.seed} and {self.shake_m}."
            )

    @property
    def n_frames(self) -> int:
        """Number of frames at the scene's own rate; at least one."""
        return max(1, round(self.duration_s * self.fps))


def draw_scene(
    seed: int,
    *,
    n_objects: int | None = None,
    kinds: Sequence[str] = KINDS,
    colours: Sequence[str] = tuple(COLOURS),
    actions: Sequence[str] = ACTIONS,
    backgrounds: Sequence[str] = BACKGROUNDS,
    pans: Sequence[str] = PANS,
    duration_s: float = 2.0,
    fps: float = 24.0,
    shake_m: float = 0.008,
) -> Scene:
    """Draw a scene at random; the same seed and choices give the same scene on every machine.

    Parameters
    ----------
    seed : int
        0 or more.
    n_objects : int, optional
        1 or 2; by default about a third of the scenes hold two. ``"hit"`` always does.
    kinds, colours, actions, backgrounds, pans : sequence of str
        What to choose from, with equal chances.
    duration_s, fps, shake_m : float
        As in `Scene`.

    Returns
    -------
    Scene

    Raises
    ------
    WorldError
        If nothing is left to choose from.

    Examples
    --------
    >>> draw_scene(7) == draw_scene(7)
    True
    """
    if n_objects not in (None, 1, 2):
        raise WorldError(f"A scene holds one or two objects, not {n_objects}.")
    rng = np.random.default_rng([seed, 0x5CE2E])
    action = _choose(rng, "action", [a for a in actions if not (a == "hit" and n_objects == 1)])
    two = action == "hit" or (n_objects == 2 if n_objects else rng.random() < 1 / 3)
    first = Thing(
        _choose(rng, "kind", kinds), _choose(rng, "colour", colours), action, _choose(rng, "size", _SIZES)
    )
    objects: tuple[Thing, ...] = (first,)
    if two:
        others = [kind for kind in kinds if kind != first.kind] or list(kinds)
        quiet = [a for a in actions if a not in ("hit", "wall")] or ["stand"]
        second_action = "stand" if action == "hit" else _choose(rng, "action", quiet)
        objects += (
            Thing(
                _choose(rng, "kind", others),
                _choose(rng, "colour", [c for c in colours if c != first.colour] or list(colours)),
                second_action,
                _choose(rng, "size", _SIZES),
            ),
        )
    return Scene(
        background=_choose(rng, "background", backgrounds),
        objects=objects,
        pan=_choose(rng, "pan", pans),
        seed=int(rng.integers(2**31)),
        duration_s=duration_s,
        fps=fps,
        look=int(rng.integers(N_LOOKS)),
        shake_m=shake_m,
    )


_SIZES = tuple(SIZES_M)


def _choose(rng: np.random.Generator, what: str, options: Sequence[str]) -> str:
    if not options:
        raise WorldError(f"No {what} is left to choose from; allow at least one.")
    return options[int(rng.integers(len(options)))]


def _require(what: str, word: str, vocabulary: Sequence[str]) -> None:
    if word not in vocabulary:
        raise WorldError(f"{word!r} is not a known {what}; use one of: {', '.join(vocabulary)}.")
