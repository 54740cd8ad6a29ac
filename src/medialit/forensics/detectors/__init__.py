"""Detectors: what the cues and the finest detail of a clip come to, as a calibrated probability and a careful finding.

`assess` asks all detectors; `card` says what one is worth::

    from medialit import cueing
    from medialit.forensics import detectors

    assessment = detectors.assess(cueing.footage("clip.mp4"))
    print(assessment.finding, assessment.probability, assessment.explain("fr"))

A detector has a `name` and a `score`; higher is more synthetic. "Cannot tell" is an answer, and often the right one:
what was measured for each detector, and where it is at chance, is on its card and in docs/explanation/detectors.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import cv2
import numpy as np

from medialit.errors import CueError, MedialitError
from medialit.forensics.cues import Footage
from medialit.forensics.cues.records import Heat, Said
from medialit.forensics.detectors.calibrated import Curve, State, fit_curve, state_of
from medialit.forensics.detectors.cards import CARDS, Card
from medialit.forensics.detectors.directions import Directions, directions_from_dict, fit_directions
from medialit.forensics.detectors.families import LEARNED_TITLE, spoken
from medialit.forensics.detectors.features import LEAST_FRAMES, LEAST_SIDE, can_be_judged, features, vector
from medialit.forensics.detectors.learned import Learned, load_learned
from medialit.forensics.detectors.outliers import Outliers, fit_outliers, outliers_from_dict
from medialit.forensics.detectors.records import (
    BETWEEN,
    BETWEEN_WORN,
    NO_SIGNS,
    SIGNS,
    STRANGE,
    TOO_SHORT,
    TOO_SMALL,
    UNMEASURED,
    Assessment,
    Detector,
    Finding,
    Operating,
    Spoke,
)
from medialit.forensics.detectors.trees import Forest, from_dict

__all__ = [
    "DETECTORS",
    "Assessment",
    "Card",
    "Curve",
    "Detector",
    "Directions",
    "Finding",
    "Forest",
    "Learned",
    "Operating",
    "Outliers",
    "Spoke",
    "assess",
    "card",
    "detector",
    "features",
    "fit_curve",
    "fit_directions",
    "fit_outliers",
    "measured",
    "where",
]

DETECTORS: Final = ("directions", "forest", "outliers", "network")
"""The detectors that ship: directions, boosted trees and outliers over features, and a small network over maps."""

_OF_FEATURES: Final = ("directions", "forest", "outliers")
_DAMAGE: Final = (cv2.error, ArithmeticError, ValueError, IndexError, np.linalg.LinAlgError, MedialitError)
_N_SPOKE: Final = 6


def assess(footage: Footage, *, names: Sequence[str] | None = None) -> Assessment:
    """Ask detectors about a clip.

    Parameters
    ----------
    footage : Footage
        By `medialit.forensics.cues.look`, or by `medialit.cueing.footage`, which finds faces too.
    names : sequence of str, optional
        Default: all of `DETECTORS`.

    Returns
    -------
    Assessment
        For any clip that can be read: where nothing can be said, that is the finding.

    Raises
    ------
    CueError
        If there is no such detector.

    Examples
    --------
    >>> from medialit.forensics.cues import look
    >>> from medialit.media import Clip
    >>> short = assess(look(Clip(frames=np.zeros((3, 128, 128, 3), np.uint8), fps=12.0)))
    >>> short.finding, short.probability
    ('cannot-tell', None)
    """
    asked = tuple(DETECTORS if names is None else names)
    for name in asked:
        _require(name)
    scores: dict[str, float | None] = dict.fromkeys(asked)
    spoke: dict[str, tuple[Spoke, ...]] = {}
    strangeness, state = None, state_of(footage.stills.size, None)
    if can_be_judged(footage):
        if set(asked) & set(_OF_FEATURES):
            found, spoke, strangeness, level = _of_features(footage)
            state = state_of(footage.stills.size, level)
            scores |= {name: found[name] for name in asked if name in found}
        if "network" in asked:
            scores["network"] = _network_on(footage)
    known = {name: score for name, score in scores.items() if score is not None}
    curve = _curve(tuple(name for name in DETECTORS if name in known), state) or _curve(
        tuple(name for name in _OF_FEATURES if name in known), state
    )
    probability = None if curve is None else curve.probability(known)
    finding, said = _finding(footage, probability, strangeness, state)
    return Assessment(
        scores=scores,
        probability=probability,
        finding=finding,
        said=said,
        spoke=() if curve is None else _together(curve, known, spoke),
        strangeness=strangeness,
        operating=operating(),
        cards={name: measured(name) for name in (*asked, *(["all"] if len(known) == len(DETECTORS) else []))},
    )


@dataclass(frozen=True)
class _Shipped:
    name: str

    def score(self, footage: Footage) -> float | None:
        """Return the raw score; None where there is nothing to score."""
        if not can_be_judged(footage):
            return None
        return _network_on(footage) if self.name == "network" else _of_features(footage)[0].get(self.name)


def where(footage: Footage) -> Heat | None:
    """Return a frame, and between 0 and 1 how much more each of its places looks like what a fake wrote than like others.

    By the network alone, and from the stretch of the clip that it finds most suspicious.

    Returns
    -------
    Heat or None
        None where the clip is too short or too small to be measured in places.
    """
    network = load_learned()
    if network is None or not can_be_judged(footage):
        return None
    try:
        return network.where(footage)
    except _DAMAGE:
        return None


def detector(name: str) -> Detector:
    """Return one detector.

    Raises
    ------
    CueError
        If there is no such detector.
    """
    _require(name)
    return _Shipped(name)


def card(name: str) -> Card:
    """Return what a detector is, in English messages.

    Raises
    ------
    CueError
        If there is no such detector.
    """
    _require(name)
    return CARDS[name]


def measured(name: str) -> Mapping[str, Any]:
    """Return the numbers of ``python benchmarks/detectors.py``, of a detector; empty where there are none.

    ``together`` is all detectors of features, ``all`` the network too.

    Raises
    ------
    CueError
        If there is no such detector.
    """
    if name not in ("together", "all"):
        _require(name)
    return dict(_shipped()["measured"].get(name, {}))


def operating() -> Operating:
    """Return the shipped operating points."""
    return Operating(**_shipped()["operating"])


@cache
def forest() -> Forest:
    """Return the trees that ship."""
    return from_dict(_held("forest.json"))


@cache
def directions() -> Directions:
    """Return the directions that ship."""
    return directions_from_dict(_held("directions.json"))


@cache
def outliers() -> Outliers:
    """Return the outliers that ship."""
    return outliers_from_dict(_held("outliers.json"))


def _of_features(
    footage: Footage,
) -> tuple[dict[str, float], dict[str, tuple[Spoke, ...]], float | None, float | None]:
    """Return the score of each detector of features, what spoke in each, how strange the clip is, and its grain."""
    try:
        found = features(footage)
    except _DAMAGE:
        return {}, {}, None, None
    scores, spoke = {}, {}
    models: dict[str, Directions | Forest | Outliers] = {
        "directions": directions(), "forest": forest(), "outliers": outliers(),
    }  # fmt: skip
    for name, model in models.items():
        row = vector(found, model.names)
        if np.isnan(row).all():
            return {}, {}, None, None
        scores[name] = model.score(row)
        spoke[name] = spoken(model.names, model.contributions(row))
    ranges = directions()
    return scores, spoke, ranges.strangeness(vector(found, ranges.names)), found.get("grain.level")


def _together(
    curve: Curve, scores: Mapping[str, float], spoke: Mapping[str, tuple[Spoke, ...]]
) -> tuple[Spoke, ...]:
    """Return what weighed most, in log-odds of the probability that is shown."""
    sums: dict[tuple[str, str], float] = {}
    for name, weight in curve.weights.items():
        if weight == 0:
            continue
        given = spoke.get(name, (Spoke(name=name, title=LEARNED_TITLE, weight=scores[name]),))
        for one in given:
            key = one.name, one.title
            sums[key] = sums.get(key, 0.0) + weight * one.weight
    ordered = sorted(sums.items(), key=lambda item: -abs(item[1]))[:_N_SPOKE]
    return tuple(Spoke(name=name, title=title, weight=weight) for (name, title), weight in ordered)


def _network_on(footage: Footage) -> float | None:
    network = load_learned()
    if network is None:
        return None
    try:
        return network.score(footage)
    except _DAMAGE:
        return None


def _finding(
    footage: Footage, probability: float | None, strangeness: float | None, state: State
) -> tuple[Finding, Said]:
    points = operating()
    if footage.n_frames < LEAST_FRAMES:
        return "cannot-tell", Said(
            message=TOO_SHORT, slots={"n": str(footage.n_frames), "least": str(LEAST_FRAMES)}
        )
    if min(footage.stills.size) < LEAST_SIDE:
        return "cannot-tell", Said(
            message=TOO_SMALL, slots={"n": str(min(footage.stills.size)), "least": str(LEAST_SIDE)}
        )
    if probability is None:
        return "cannot-tell", Said(message=UNMEASURED)
    if strangeness is not None and strangeness > points.strange_above:
        return "cannot-tell", Said(message=STRANGE, slots={"share": f"{strangeness:.0%}"})
    if probability >= (points.worn_signs_at if state == "worn" else points.signs_at):
        return "signs", Said(message=SIGNS, slots={"alarms": f"{points.false_alarm_rate:.0%}"})
    if probability <= points.no_signs_at:
        return "no-signs", Said(message=NO_SIGNS, slots={"misses": f"{points.miss_rate:.0%}"})
    return "cannot-tell", Said(message=BETWEEN_WORN if state == "worn" else BETWEEN)


@cache
def _shipped() -> Mapping[str, Any]:
    return _held("shipped.json")


def _held(name: str) -> Mapping[str, Any]:
    text = files("medialit.forensics.detectors").joinpath(name).read_text(encoding="utf-8")
    return dict(json.loads(text))


@cache
def _curve(names: tuple[str, ...], state: State) -> Curve | None:
    held = _shipped()["curves"].get(state, {}).get("+".join(names))
    return None if held is None else Curve(weights=dict(held["weights"]), bias=float(held["bias"]))


def _require(name: str) -> None:
    if name not in DETECTORS:
        raise CueError(f"There is no detector {name!r}. Use one of: {', '.join(DETECTORS)}.")
