"""Directions: where a kind of fake moves a clip, learnt from twins, and how far a clip has gone that way.

A fake and its twin differ in the fake alone; the mean of that difference is a direction in the space of features. How
much honest clips differ from each other says how far is far. With that, each kind of fake is a cloud shifted from the
honest one, and the score is how much better the shifted clouds explain a clip than the honest one does.

With x the features in deviations of honest clips, far ones drawn in (2 asinh(z / 2)), m the honest mean, S the honest
covariance (shrunk), and d_k the shift of kind k:

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
from scipy.special import logsumexp, softmax

from medialit.errors import CueError

Doubles = NDArray[np.float64]

_DRAWN_IN: Final = 2.0  # deviations from which on a value counts by its logarithm
_FARTHEST: Final = 30.0  # deviations: further is not believed
_FEWER: Final = 4.0  # twins that are taken to have shown no shift, so that few twins shift little
_RIDGE: Final = 0.1
_ARRAYS: Final = ("lowest", "highest", "middle", "scale", "mean", "shifts", "weights")


@dataclass(frozen=True, eq=False, kw_only=True)
class Directions:
    """A fitted detector of directions.

    Parameters
    ----------
    names : tuple of str
        Of the F features.
    kinds : tuple of str
        Of the K kinds of fakes.
    lowest, highest : ndarray of float64, shape (F,)
        Of each feature in training; beyond them training saw nothing.
    middle, scale : ndarray of float64, shape (F,)
        Median and robust deviation of each feature in honest clips.
    mean : ndarray of float64, shape (F,)
    shifts, weights : ndarray of float64, shape (K, F)
    """

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    lowest: Doubles
    highest: Doubles
    middle: Doubles
    scale: Doubles
    mean: Doubles
    shifts: Doubles
    weights: Doubles

    def score(self, row: Doubles) -> float:
        """Return how much better fakes explain a row of features than honest clips do, as log-odds."""
        return float(logsumexp(self._each(row).sum(axis=1)) - np.log(len(self.kinds)))

    def contributions(self, row: Doubles) -> Doubles:
        """Return how many log-odds each feature added, for the kinds that explain the clip best, shape (F,)."""
        each = self._each(row)
        return np.asarray(softmax(each.sum(axis=1)) @ each, np.float64)

    def strangeness(self, row: Doubles) -> float:
        """Return the share of the features that lie beyond all that training saw."""
        self._require(row)
        known = ~np.isnan(row)
        if not known.any():
            return 1.0
        beyond = (row[known] < self.lowest[known]) | (row[known] > self.highest[known])
        return float(beyond.mean())

    def as_dict(self) -> dict[str, Any]:
        """Return it in JSON types."""
        return {
            "names": list(self.names),
            "kinds": list(self.kinds),
            **{name: _rounded(getattr(self, name)) for name in _ARRAYS},
        }

    def _each(self, row: Doubles) -> Doubles:
        """Return the log-odds of each kind by each feature, shape (K, F); what is missing adds nothing."""
        self._require(row)
        normal = _in_deviations(row, self.middle, self.scale)
        each = self.weights * (normal - self.mean - self.shifts / 2)
        return np.where(np.isnan(row), 0.0, each)

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
    middle, scale = _usual(x[~synthetic], x)
    normal = _in_deviations(x, middle, scale)
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
        names=tuple(names), kinds=tuple(shifts), lowest=_least(x), highest=-_least(-x), middle=middle, scale=scale,
        mean=mean, shifts=moved, weights=weights,
    )  # fmt: skip


def directions_from_dict(held: Mapping[str, Any]) -> Directions:
    """Read what `Directions.as_dict` wrote.

    Raises
    ------
    CueError
        If it is no such detector.
    """
    try:
        arrays = {name: np.array(held[name], np.float64) for name in _ARRAYS}
        found = Directions(names=tuple(held["names"]), kinds=tuple(held["kinds"]), **arrays)
    except (KeyError, TypeError, ValueError) as error:
        raise CueError(f"This is no detector of directions ({error}): fit it again, or reinstall.") from error
    n, k = len(found.names), len(found.kinds)
    fits = k > 0 and all(getattr(found, name).shape == (n,) for name in _ARRAYS[:5])
    if not fits or found.shifts.shape != (k, n) or found.weights.shape != (k, n):
        raise CueError("The arrays of this detector do not fit each other: fit it again, or reinstall.")
    return found


def _usual(honest: Doubles, every: Doubles) -> tuple[Doubles, Doubles]:
    """Return the median and a robust deviation of each feature in honest clips."""
    middle, scale = np.zeros(every.shape[1]), np.ones(every.shape[1])
    for k in range(every.shape[1]):
        column, wider = (values[~np.isnan(values[:, k]), k] for values in (honest, every))
        if len(column) < 2:
            continue
        tenth, quarter, middle[k], most, nine = np.quantile(column, (0.1, 0.25, 0.5, 0.75, 0.9))
        # 1.349 and 2.563 deviations of a normal lie between its quartiles and between its outer tenths.
        found = max((most - quarter) / 1.349, (nine - tenth) / 2.563)
        scale[k] = found if found > 1e-9 else float(wider.std()) + 1e-6
    return middle, scale


def _in_deviations(x: Doubles, middle: Doubles, scale: Doubles) -> Doubles:
    """Return how many deviations each value lies off, far ones drawn in; what is missing is in the middle."""
    z = np.clip((x - middle) / scale, -_FARTHEST, _FARTHEST)
    return np.asarray(np.where(np.isnan(z), 0.0, _DRAWN_IN * np.arcsinh(z / _DRAWN_IN)), np.float64)


def _least(x: Doubles) -> Doubles:
    known = [column[~np.isnan(column)] for column in x.T]
    return np.array([column.min() if len(column) else 0.0 for column in known])


def _rounded(values: Doubles) -> Any:
    if values.ndim == 2:
        return [_rounded(row) for row in values]
    return [float(f"{v:.5g}") for v in values]
