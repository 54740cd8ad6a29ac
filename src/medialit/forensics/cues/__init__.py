"""Cues: one file each, each a measurement that a person can follow, each with a card that says how far to trust it.

`look` gathers what the cues look at; `read` and `read_all` let them look; `card` and `measured` say what a reading is
worth::

    footage = look("clip.mp4")
    for reading in read_all(footage):
        print(reading.cue, reading.score, reading.explain("fr"))

No cue says "fake". A score is evidence of one kind; how often honest clips reach it is in `measured`.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final, Protocol

from medialit.errors import CueError
from medialit.forensics.cues.footage import Footage, Progress, look
from medialit.forensics.cues.records import Card, Face, FaceFinder, Heat, Measured, Reading, Said, Series
from medialit.forensics.statistics import Estimate

__all__ = [
    "CUES",
    "Card",
    "Face",
    "FaceFinder",
    "Footage",
    "Heat",
    "Measured",
    "Reading",
    "Said",
    "Series",
    "card",
    "light",
    "look",
    "measured",
    "read",
    "read_all",
]

CUES: Final = (
    "double_jpeg",
    "jpeg_ghost",
    "error_level",
    "copy_move",
    "noise",
    "prnu",
    "spectrum",
    "flicker",
    "second_order",
    "warp_error",
    "duplication",
    "interpolation",
    "perspective",
    "ballistics",
    "permanence",
    "shadow",
    "lip_sync",
    "face_boundary",
)
"""The cues, each the name of a module here."""


class _Module(Protocol):
    CARD: Card

    def read(self, footage: Footage) -> Reading: ...


def read(name: str, footage: Footage) -> Reading:
    """Let one cue look; what it saw of a footage is kept with it.

    Raises
    ------
    CueError
        If there is no such cue.

    Examples
    --------
    >>> from medialit.world import Scene, Thing, film, render
    >>> scene = Scene("souk", (Thing("cat", "red", "roll_left"),), fps=12.0)
    >>> reading = read("flicker", look(film(render(scene, size=(128, 128)), seed=1)))
    >>> 0 < reading.score < 3, reading.explain("en")[:10]
    (True, 'On average')
    """
    module = _module(name)
    if name not in footage.readings:
        footage.readings[name] = module.read(footage)
    return footage.readings[name]


def read_all(
    footage: Footage, *, names: Sequence[str] | None = None, on_progress: Progress | None = None
) -> Iterator[Reading]:
    """Let cues look, one after the other; each reading is there as soon as it is made.

    Parameters
    ----------
    footage : Footage
    names : sequence of str, optional
        Default: those that are not heavy, `light()`.
    on_progress : callable, optional
        Called before each cue with the share that is done and the cue's name.
    """
    chosen = light() if names is None else tuple(names)
    for name in chosen:
        _module(name)  # an unknown name shows before any work is done
    for k, name in enumerate(chosen):
        if on_progress is not None:
            on_progress(k / len(chosen), name)
        yield read(name, footage)


def light() -> tuple[str, ...]:
    """Return the cues that are quick enough to be read unasked."""
    return tuple(name for name in CUES if not card(name).heavy)


def card(name: str) -> Card:
    """Return what a cue is and how far to trust it.

    Raises
    ------
    CueError
        If there is no such cue.
    """
    return _module(name).CARD


def measured(name: str) -> Measured | None:
    """Return how well a cue did in ``benchmarks/cues.py``; None where it was not measured."""
    found = _measurements().get(name)
    if found is None:
        return None

    def estimate(key: str) -> Estimate | None:
        value = found.get(key)
        return None if value is None else Estimate(value[0], low=value[1], high=value[2])

    auc = estimate("auc")
    assert auc is not None, "benchmarks/cues.py writes it for every cue that is there"
    return Measured(
        auc=auc,
        auc_pack=estimate("auc_pack"),
        threshold=float(found["threshold"]),
        false_positive_rate=estimate("false_positive_rate"),
        odd_rate=estimate("odd_rate"),
        n_synthetic=int(found["n_synthetic"]),
        n_camera=int(found["n_camera"]),
    )


@cache
def _measurements() -> Mapping[str, Any]:
    path = files("medialit.forensics.cues").joinpath("measured.json")
    return dict(json.loads(path.read_text(encoding="utf-8"))["cues"]) if path.is_file() else {}


def _module(name: str) -> _Module:
    if name not in CUES:
        raise CueError(f"There is no cue {name!r}. Use one of: {', '.join(CUES)}.")
    module: Any = importlib.import_module(f"medialit.forensics.cues.{name}")
    return module  # type: ignore[no-any-return]
