"""From raw scores to a probability, and from a probability to a finding.

References
----------
Platt (1999), Probabilistic outputs for support vector machines: a logistic curve over the score; here over the scores
of several detectors, each with a weight of 0 or more, so that a higher score never makes a lower probability.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from medialit.errors import StatisticsError

State = Literal["kept", "worn"]

LARGE: Final = 480
"""Pixels of the longer side from which on a clip can count as kept."""
GRAIN: Final = -0.4
"""Least median of the grain's level, in log2 of levels, for the same. It lies between clips that a camera kept and the
same clips encoded again at CRF 30; docs/explanation/detectors.md says what came of it."""


def state_of(size: tuple[int, int], grain_level: float | None) -> State:
    """Return which curves hold for a clip: grain tells more where it is left, and a lack of it means less where not.

    Parameters
    ----------
    size : tuple of int
        (width, height) in pixels.
    grain_level : float or None
        The feature ``grain.level``.

    Examples
    --------
    >>> state_of((640, 384), 0.3), state_of((640, 384), -1.5), state_of((320, 192), 0.3)
    ('kept', 'worn', 'worn')
    """
    there = grain_level is not None and grain_level >= GRAIN
    return "kept" if max(size) >= LARGE and there else "worn"


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A logistic curve over the scores of some detectors.

    Parameters
    ----------
    weights : mapping of str to float
        0 or more, of each detector.
    bias : float
    """

    weights: Mapping[str, float]
    bias: float

    def probability(self, scores: Mapping[str, float]) -> float:
        """Return the probability of "synthetic" at a base rate of one half.

        Examples
        --------
        >>> curve = Curve(weights={"forest": 1.0}, bias=0.0)
        >>> curve.probability({"forest": 0.0}), round(curve.probability({"forest": 2.0}), 2)
        (0.5, 0.88)
        """
        z = self.bias + sum(weight * scores[name] for name, weight in self.weights.items())
        return 1 / (1 + exp(-z)) if z >= 0 else exp(z) / (1 + exp(z))

    def as_dict(self) -> dict[str, Any]:
        """Return it in JSON types."""
        return {"weights": {k: round(v, 5) for k, v in self.weights.items()}, "bias": round(self.bias, 5)}


def fit_curve(names: Sequence[str], scores: NDArray[np.float64], synthetic: NDArray[np.bool_]) -> Curve:
    """Fit a curve; both kinds count alike, however many there are of each.

    Parameters
    ----------
    names : sequence of str
        Of the detectors.
    scores : ndarray of float64, shape (N, D)
        Of clips that the detectors were not fitted on.
    synthetic : ndarray of bool, shape (N,)

    Raises
    ------
    StatisticsError
        If there are not both kinds, or a score is not finite.
    """
    if scores.shape != (len(synthetic), len(names)) or len(set(synthetic.tolist())) < 2:
        raise StatisticsError(f"A curve needs clips of both kinds with a score of each of {list(names)}.")
    if not np.all(np.isfinite(scores)):
        raise StatisticsError("A score must be a finite number, higher for more synthetic.")
    share = synthetic.mean()
    weight = np.where(synthetic, 0.5 / share, 0.5 / (1 - share))
    sign = np.where(synthetic, 1.0, -1.0)

    def loss(w: NDArray[np.float64]) -> float:
        z = sign * (w[0] + scores @ w[1:])
        return float((weight * np.logaddexp(0, -z)).mean() + 1e-3 * (w[1:] ** 2).sum())

    start = np.concatenate([[0.0], np.full(len(names), 0.5)])
    found = minimize(loss, start, method="L-BFGS-B", bounds=[(None, None), *[(0.0, None)] * len(names)]).x
    return Curve(
        weights={name: float(w) for name, w in zip(names, found[1:], strict=True)}, bias=float(found[0])
    )
