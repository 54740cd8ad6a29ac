"""Fit the detectors on some splits and score the others, for `benchmarks/detectors.py`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from detectors_rows import BUILD, Rows, maps_key

from medialit.forensics.detectors import Directions, Outliers, fit_curve, fit_directions, fit_outliers
from medialit.forensics.detectors.calibrated import Curve, state_of
from medialit.forensics.detectors.features import vector
from medialit.forensics.detectors.trees import HONEST, Forest, fit

SPLITS = ("train", "calibrate", "test")
OF_FEATURES = ("directions", "forest", "outliers")
ALL = (*OF_FEATURES, "network")
WAYS = {
    "directions": ("directions",), "forest": ("forest",), "outliers": ("outliers",), "network": ("network",),
    "together": OF_FEATURES, "all": ALL,
    "directions, network": ("directions", "network"), "forest, network": ("forest", "network"),
    "outliers, network": ("outliers", "network"),
}  # fmt: skip
"""Which detectors may be asked together; only some are reported."""
REPORTED = ("directions", "forest", "outliers", "together", "network", "all")

Models = dict[str, Directions | Forest | Outliers]
ALARMS = 0.01  # share of honest clips at the shipped operating point
MISSES = 0.03  # share of fakes that are told "no signs"
LEAST_HONEST = 40
"""Clips of a state that its own threshold needs."""
FILMED = ("carphone_pristine.mp4", "bikes.mp4")
"""Package videos that a camera took, which are fitted on. The others, an animation, an end card with letters and a
rendered globe, are only asked about: nothing that was not filmed should pass for what honest footage looks like."""


class Learned:
    """The network's scores of clips that it never saw, by `benchmarks/detectors_network.py`."""

    def __init__(self) -> None:
        self._known, self._without = (_kept(f"network-{name}.json") for name in ("scores", "without"))

    def __call__(self, rows: Rows, *, without: str | None = None) -> np.ndarray:
        """Return scores, shape (N,); NaN where there is none."""
        held = self._known if without is None else self._without.get(without, {})
        keys = [maps_key(row["sha256"], row.get("change")) for row in rows]
        return np.array([held.get(key, np.nan) for key in keys], np.float64)


def _kept(name: str) -> dict:
    path = BUILD / name
    return json.loads(path.read_text()) if path.exists() else {}


class Way:
    """One detector, or several together, on clips whose scenes, people and cameras were not fitted on."""

    def __init__(self, n: int) -> None:
        self.z, self.probability, self.flagged = np.full(n, np.nan), np.full(n, np.nan), np.zeros(n, bool)
        self.curves: dict[str, Curve] = {}  # by state, on scores of all clips, for what ships
        self.said: np.ndarray  # probabilities of all clips by them
        self.truth: np.ndarray
        self.states: np.ndarray
        self.without: dict[str, dict[str, Curve]] = {}  # by the split that was held out, and by state


@dataclass(frozen=True)
class Crossed:
    """Scores of clips by what was not fitted on their split."""

    scores: np.ndarray
    truth: np.ndarray
    states: np.ndarray
    groups: np.ndarray
    n: int  # that belong to packs: curves are fitted on those, thresholds hold for filmed footage too


def across(rows: Rows, footage: Rows, names: Sequence[str], learned: Learned) -> dict[str, Way]:
    """Hold out each split in turn; fit and calibrate on the others, score it; footage is fitted on but not scored."""
    ways = {key: Way(len(rows)) for key in WAYS}
    split, states = np.array([row["split"] for row in rows]), states_of(rows)
    for out in SPLITS:
        here = split == out
        inside, asked = [r for r in rows if r["split"] != out], [r for r in rows if r["split"] == out]
        held = crossed(inside, footage, names, learned)
        found = np.column_stack([scored(fitted([*inside, *footage], names), asked), learned(asked)])
        for key, way in ways.items():
            curves = curved(key, held)
            if not curves:
                continue
            said = probabilities(curves, held.scores, held.states)
            way.without[out] = curves
            way.probability[here] = probabilities(curves, found, states[here])
            way.z[here] = logit(way.probability[here])
            way.flagged[here] = way.probability[here] >= at(
                points(said, held.truth, held.states)[0], states[here]
            )
    held = crossed(rows, footage, names, learned)
    for key, way in ways.items():
        way.curves = curved(key, held)
        if way.curves:
            way.said = probabilities(way.curves, held.scores, held.states)
            way.truth, way.states = held.truth, held.states
    return {key: way for key, way in ways.items() if way.curves and len(way.without) == len(SPLITS)}


def crossed(rows: Rows, footage: Rows, names: Sequence[str], learned: Learned) -> Crossed:
    """Score rows by what was fitted on the other splits among them; package footage is a split of its own, and last."""
    every = [*rows, *footage]
    split = np.array([row["split"] for row in every])
    scores = np.full((len(every), len(ALL)), np.nan)
    for out in np.unique(split):
        inside, asked = [r for r in every if r["split"] != out], [r for r in every if r["split"] == out]
        scores[split == out, :-1] = scored(fitted(inside, names), asked)
    scores[:, -1] = learned(every)
    groups = np.array([row["group"] for row in every])
    return Crossed(scores=scores, truth=truth_of(every), states=states_of(every), groups=groups, n=len(rows))


def curved(key: str, held: Crossed) -> dict[str, Curve]:
    """Fit a curve for each state of clips; none where a detector said nothing."""
    columns = [ALL.index(name) for name in WAYS[key]]
    known = np.arange(len(held.scores)) < held.n
    found: dict[str, Curve] = {}
    for state in np.unique(held.states[known]):
        here = known & (held.states == state)
        # Originals are worn only where a fake took their grain: from them alone a curve would learn that worn is fake.
        for group in np.unique(held.groups[here]):
            if len(set(held.truth[here & (held.groups == group)].tolist())) < 2:
                here = here & (held.groups != group)
        there = here & np.isfinite(held.scores[:, columns]).all(axis=1)
        if there.sum() < 0.9 * here.sum():
            continue
        found[str(state)] = fit_curve(WAYS[key], held.scores[np.ix_(there, columns)], held.truth[there])
    return found


def probabilities(curves: dict[str, Curve], scores: np.ndarray, states: np.ndarray) -> np.ndarray:
    """Return probabilities of scores in the order of `ALL`; NaN where a detector that is asked said nothing."""
    found = [
        curves[state].probability(dict(zip(ALL, row, strict=True))) if state in curves else np.nan
        for row, state in zip(scores, states.tolist(), strict=True)
    ]
    return np.array(found, np.float64)


def states_of(rows: Rows) -> np.ndarray:
    """Return in which state clips are, as `medialit.forensics.detectors.calibrated.state_of` says it."""
    return np.array([state_of(tuple(row["size"]), row["f"].get("grain.level")) for row in rows])


def fitted(rows: Rows, names: Sequence[str]) -> Models:
    """Fit the detectors of features. What was never filmed, whatever made it, is one kind by how it arrived."""
    x, truth = np.stack([vector(row["f"], tuple(names)) for row in rows]), truth_of(rows)
    kinds = [row["kind"] if row.get("arrival") in (None, "filmed") else row["arrival"] for row in rows]
    pairs = [f"{row['pack']}:{row['pair']}" for row in rows]
    return {
        "directions": fit_directions(x, truth, names=names, kinds=kinds, pairs=pairs),
        "forest": fit(
            x,
            [kind if fake else HONEST for kind, fake in zip(kinds, truth, strict=True)],
            names=names,
            seed=1,
        ),
        "outliers": fit_outliers(x[~truth], names=names),
    }


def scored(models: Models, rows: Rows) -> np.ndarray:
    """Return the scores of each row by the detectors of features, shape (N, 3)."""
    asked = [models[name] for name in OF_FEATURES]
    found = [[model.score(vector(row["f"], model.names)) for model in asked] for row in rows]
    return np.array(found).reshape(-1, len(OF_FEATURES))


def points(probability: np.ndarray, truth: np.ndarray, states: np.ndarray) -> tuple[dict[str, float], float]:
    """Return from where on there are signs, by the state of a clip, and up to where there are none."""
    signs = {}
    for state in ("kept", "worn"):
        honest = ~truth & (states == state)
        honest = honest if honest.sum() >= LEAST_HONEST else ~truth
        signs[state] = float(np.nanquantile(probability[honest], 1 - ALARMS)) + 1e-4
    none = float(np.nanquantile(probability[truth], MISSES)) - 1e-4
    return signs, min(none, min(signs.values()) - 1e-3)


def at(signs: dict[str, float], states: np.ndarray) -> np.ndarray:
    """Return the threshold of each clip, by its state."""
    return np.array([signs[state] for state in states.tolist()])


def logit(probability: np.ndarray) -> np.ndarray:
    inside = np.clip(probability, 1e-9, 1 - 1e-9)
    return np.log(inside / (1 - inside))


def truth_of(rows: Rows) -> np.ndarray:
    return np.array([is_fake(row) for row in rows], bool)


def is_fake(row: dict) -> bool:
    return row["label"] == "synthetic"
