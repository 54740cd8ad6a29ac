"""Directions: where a kind of fake moves a clip, learnt from twins, and how far a clip has gone that way.

A fake and its twin differ in the fake alone; the mean of that difference is a direction in the space of features. How
much honest clips differ from each other says how far is far. With that, each kind of fake is a cloud shifted from the
honest one, and the score is how much better the shifted clouds explain a clip than the honest one does.

With x the features made normal by rank, m the honest mean, S the honest covariance (shrunk), and d_k the shift of kind k:

    w_k = S^-1 d_k,    s_k = w_k . (x - m - d_k / 2),    score = log mean_k exp(s_k)

References
----------
Fisher (1936), The use of multiple measurements in taxonomic problems, Annals of Eugenics 7:179: the direction.
Ledoit and Wolf (2004), A well-conditioned estimator for large-dimensional covariance matrices, JMVA 88:365.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, ndtri, softmax

from medialit.errors import CueError

Doubles = NDArray[np.float64]

_KNOTS: Final = 41
_FARTHEST: Final = 3.0  # deviations: further is not believed
_FEWER: Final = 4.0  # twins that are taken to have shown no shift, so that few twins shift little
_RIDGE: Final = 0.1


@dataclass(frozen=True, eq=False, kw_only=True)
class Directions:
    """A fitted detector of directions.

    Parameters
    ----------
    names : tuple of str
        Of the F features.
    kinds : tuple of str
        Of the K kinds of fakes.
    knots : ndarray of float64, shape (F, 41)
        Quantiles of each feature in training; beyond them training saw nothing.
    mean : ndarray of float64, shape (F,)
    shifts, weights : ndarray of float64, shape (K, F)
    """

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    knots: Doubles
    mean: Doubles
    shifts: Doubles
    weights: Doubles

    def score(self, row: Doubles) -> float:
        """Return how much better fakes explain a row of features than honest clips do, as log-odds."""
        return float(logsumexp(self._each(self._normal(row)).sum(axis=1)) - np.log(len(self.kinds)))

    def contributions(self, row: Doubles) -> Doubles:
        """Return how many log-odds each feature added, for the kinds that explain the clip best, shape (F,)."""
        each = self._each(self._normal(row))
        return np.asarray(softmax(each.sum(axis=1)) @ each, np.float64)

    def strangeness(self, row: Doubles) -> float:
        """Return the share of the features that lie beyond all that training saw."""
        self._require(row)
        known = ~np.isnan(row)
        if not known.any():
            return 1.0
        beyond = (row[known] < self.knots[known, 0]) | (row[known] > self.knots[known, -1])
        return float(beyond.mean())

    def as_dict(self) -> dict[str, Any]:
        """Return it in JSON types."""
        arrays = {"knots": self.knots, "mean": self.mean, "shifts": self.shifts, "weights": self.weights}
        return {
            "names": list(self.names),
            "kinds": list(self.kinds),
            **{name: _rounded(values) for name, values in arrays.items()},
        }

    def _each(self, normal: Doubles) -> Doubles:
        return np.asarray(self.weights * (normal - self.mean - self.shifts / 2), np.float64)  # (K, F)

    def _normal(self, row: Doubles) -> Doubles:
        self._require(row)
        return np.asarray(_made_normal(row[None], self.knots)[0], np.float64)

    def _require(self, row: Doubles) -> None:
        if row.shape != (len(self.names),):
            raise CueError(f"A row holds {len(self.names)} features, not an array of {row.shape}.")


def fit_directions(
    x: Doubles,
    synthetic: NDArray[np.bool_],
    *,
    names: Sequence[str],
    kinds: Sequence[str],
    pairs: Sequence[str],
) -> Directions:
    """Fit the directions of the kinds of fakes that have twins.

    Parameters
    ----------
    x : ndarray of float64, shape (N, F)
        NaN where missing; such a feature says nothing about the clip.
    synthetic : ndarray of bool, shape (N,)
    names : sequence of str
        Of the F features.
    kinds : sequence of str
        Of each clip: which kind of fake it, or its twin, is.
    pairs : sequence of str
        The same for a clip and its twin.

    Raises
    ------
    CueError
        If the shapes do not fit, or no kind has two pairs.
    """
    from sklearn.covariance import ledoit_wolf

    if x.ndim != 2 or x.shape != (len(synthetic), len(names)) or len(kinds) != len(x) or len(pairs) != len(x):
        raise CueError(
            f"Give {len(names)} features, a kind and a pair of each clip; there are {x.shape} numbers."
        )
    knots = _knots(x)
    normal = _made_normal(x, knots)
    honest = normal[~synthetic]
    twins = dict(zip(np.asarray(pairs)[~synthetic].tolist(), honest, strict=True))
    shifts: dict[str, Doubles] = {}
    for kind in sorted(set(kinds)):
        those = np.flatnonzero(synthetic & (np.asarray(kinds) == kind))
        apart = [normal[k] - twins[pairs[int(k)]] for k in those if pairs[int(k)] in twins]
        if len(apart) >= 2:
            shifts[kind] = np.sum(apart, axis=0) / (len(apart) + _FEWER)
    if not shifts or len(honest) < 4:
        raise CueError("Directions need honest clips, and two fakes of one kind with their twins.")
    mean = honest.mean(axis=0)
    spread, _ = ledoit_wolf(honest - mean, assume_centered=True)
    moved = np.stack(list(shifts.values()))
    weights = np.linalg.solve(spread + _RIDGE * np.eye(len(names)), moved.T).T
    return Directions(
        names=tuple(names), kinds=tuple(shifts), knots=knots, mean=mean, shifts=moved, weights=weights
    )


def directions_from_dict(held: Mapping[str, Any]) -> Directions:
    """Read what `Directions.as_dict` wrote.

    Raises
    ------
    CueError
        If it is no such detector.
    """
    try:
        arrays = {k: np.array(held[k], np.float64) for k in ("knots", "mean", "shifts", "weights")}
        found = Directions(names=tuple(held["names"]), kinds=tuple(held["kinds"]), **arrays)
    except (KeyError, TypeError, ValueError) as error:
        raise CueError(f"This is no detector of directions ({error}): fit it again, or reinstall.") from error
    n, k = len(found.names), len(found.kinds)
    fits = found.knots.shape == (n, _KNOTS) and found.mean.shape == (n,) and k > 0
    if not fits or found.shifts.shape != (k, n) or found.weights.shape != (k, n):
        raise CueError("The arrays of this detector do not fit each other: fit it again, or reinstall.")
    return found


def _knots(x: Doubles) -> Doubles:
    known = [column[~np.isnan(column)] for column in x.T]
    at = np.linspace(0, 1, _KNOTS)
    return np.stack([np.quantile(column, at) if len(column) else np.zeros(_KNOTS) for column in known])


def _made_normal(x: Doubles, knots: Doubles) -> Doubles:
    """Return the rank of each value in training, as deviations of a normal; what is missing is in the middle."""
    at = np.linspace(0, 1, _KNOTS)
    ranks = np.full(x.shape, 0.5)
    for k, ladder in enumerate(knots):
        known = ~np.isnan(x[:, k])
        if ladder[-1] > ladder[0]:
            # Equal knots are climbed from both sides, so that a value that many clips share lies in their middle.
            up = np.interp(x[known, k], ladder, at)
            down = 1 - np.interp(-x[known, k], -ladder[::-1], at)
            ranks[known, k] = (up + down) / 2
    return np.asarray(np.clip(ndtri(ranks), -_FARTHEST, _FARTHEST), np.float64)


def _rounded(values: Doubles) -> Any:
    if values.ndim == 2:
        return [_rounded(row) for row in values]
    return [float(f"{v:.5g}") for v in values]
