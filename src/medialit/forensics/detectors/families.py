"""Which family of measurements a feature belongs to, and what that family is called for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from medialit.forensics import cues
from medialit.forensics.detectors.records import Spoke
from medialit.language import msgid as _msgid

FAMILIES: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    ("back", _msgid("Grain that comes back later"), ("grain.back_",)),
    ("again", _msgid("Grain of one frame that is found in the next"), ("grain.again",)),
    ("steps", _msgid("The rhythm of change from frame to frame"), ("grain.step_", "grain.frozen")),
    (
        "places",
        _msgid("Noise that differs from place to place in a picture"),
        ("grain.fit_", "grain.map_"),
    ),
    (
        "times",
        _msgid("Noise that changes from frame to frame"),
        (
            "grain.time_",
            "grain.dip",
            "grain.rise",
            "grain.beat",
            "grain.nyquist",
            "grain.drift",
            "grain.block_",
        ),
    ),
    ("level", _msgid("How much noise there is"), ("grain.",)),
    (
        "neighbours",
        _msgid("How neighbouring pixels go together"),
        ("still.rest_", "still.lag_", "still.second_"),
    ),
    (
        "sharpness",
        _msgid("Fine detail beside coarse detail"),
        ("still.fine", "still.middle", "still.sharp_"),
    ),
    (
        "colours",
        _msgid("Fine detail of the colours"),
        ("still.rg", "still.gb", "still.chroma", "still.colour_"),
    ),
    ("grid", _msgid("Edges along a grid of blocks"), ("still.grid_",)),
    ("light", _msgid("Places that do not brighten and darken with the rest"), ("light.",)),
    ("shake", _msgid("Places that do not go along with the shake of the camera"), ("shake.",)),
    ("rings", _msgid("The shape of the spectrum"), ("still.",)),
)
"""Name, title, and how the features' names begin; the first that fits holds."""

LEARNED_TITLE: Final = _msgid("What a small network makes of maps of grain, light and motion")

_LEAST_WEIGHT: Final = 0.1


def family(feature: str) -> tuple[str, str]:
    """Return the name and the title (an English message) of a feature's family.

    Examples
    --------
    >>> family("grain.back_noise")[0], family("cue.flicker")
    ('back', ('cue.flicker', 'Flicker'))
    """
    if feature.startswith("cue."):
        name = feature.split(".")[1]
        return f"cue.{name}", cues.card(name).title
    return next(
        ((name, title) for name, title, begins in FAMILIES if feature.startswith(begins)),
        (feature, feature),
    )


def spoken(names: Sequence[str], added: NDArray[np.float64]) -> tuple[Spoke, ...]:
    """Add up log-odds by family; the strongest first, those that hardly weigh left out."""
    sums: dict[tuple[str, str], float] = {}
    for name, weight in zip(names, added, strict=True):
        sums[family(name)] = sums.get(family(name), 0.0) + float(weight)
    ordered = sorted(sums.items(), key=lambda item: -abs(item[1]))
    return tuple(
        Spoke(name=name, title=title, weight=weight)
        for (name, title), weight in ordered
        if abs(weight) >= _LEAST_WEIGHT
    )
