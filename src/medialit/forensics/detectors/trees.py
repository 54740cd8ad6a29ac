"""Boosted trees as plain arrays: fitted by scikit-learn, kept in a JSON that a person can open, read by numpy alone.

Each tree asks of one feature at a time whether it is at most a threshold; a clip that lacks the feature goes both ways,
in the shares of training, so that what could not be measured says nothing. The sum of the leaves is the log-odds of
"synthetic".

References
----------
Friedman (2001), Greedy function approximation: a gradient boosting machine, Annals of Statistics 29:1189.
Saabas (2014), Interpreting random forests: a decision is the sum of the steps along its path; `contributions`.
Quinlan (1989), Unknown attribute values in induction, ICML: going both ways where a value is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medialit.errors import CueError

Doubles = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class Tree:
    """One tree; node 0 is its root, and a node whose `left` is 0 is a leaf.

    Parameters
    ----------
    feature, left, right : ndarray of int32, shape (N,)
    threshold, value : ndarray of float64, shape (N,)
        `value` is the node's answer, in log-odds: of a node on the way, the mean over the clips of training that passed.
    share : ndarray of float64, shape (N,)
        Of the clips of training that passed a node, how many went left.
    """

    feature: NDArray[np.int32]
    threshold: Doubles
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: Doubles
    share: Doubles

    def steps(self, row: Doubles) -> Iterator[tuple[int, float]]:
        """Yield the features that a row is asked for, and how many log-odds each answer adds.

        A clip goes both ways where the feature is missing, in the shares of training: that adds nothing.
        """
        passes = np.zeros(len(self.left))
        passes[0] = 1.0
        for node in np.flatnonzero(self.left).tolist():  # a child comes after its parent
            if passes[node] == 0.0:
                continue
            feature, low, high = int(self.feature[node]), self.left[node], self.right[node]
            asked = row[feature]
            missing = np.isnan(asked)
            goes_left = float(self.share[node]) if missing else float(asked <= self.threshold[node])
            passes[low] += passes[node] * goes_left
            passes[high] += passes[node] * (1 - goes_left)
            if not missing:
                after = self.value[low] if goes_left else self.value[high]
                yield feature, float(passes[node] * (after - self.value[node]))


@dataclass(frozen=True, eq=False, kw_only=True)
class Forest:
    """Trees, one after the other, and the names of the features they ask for.

    Parameters
    ----------
    names : tuple of str
    base : float
        Log-odds of a clip of which nothing is known.
    trees : tuple of Tree
    low, high : ndarray of float64, shape (F,)
        The 1st and 99th percentile of each feature in training: beyond them the trees have seen nothing.
    """

    names: tuple[str, ...]
    base: float
    trees: tuple[Tree, ...]
    low: Doubles
    high: Doubles

    def score(self, row: Doubles) -> float:
        """Return the log-odds of "synthetic" of one row of features, NaN where missing."""
        return self.base + float(self.contributions(row).sum())

    def contributions(self, row: Doubles) -> Doubles:
        """Return how many log-odds each feature added, shape (F,); with `base` they add up to the score."""
        self._require(row)
        added = np.zeros(len(self.names))
        for tree in self.trees:
            for feature, log_odds in tree.steps(row):
                added[feature] += log_odds
        return added

    def strangeness(self, row: Doubles) -> float:
        """Return the share of the features that lie beyond what training saw (2 % is usual)."""
        self._require(row)
        known = ~np.isnan(row)
        if not known.any():
            return 1.0
        beyond = (row[known] < self.low[known]) | (row[known] > self.high[known])
        return float(beyond.mean())

    def as_dict(self) -> dict[str, Any]:
        """Return it in JSON types."""
        return {
            "names": list(self.names),
            "base": self.base,
            "low": _rounded(self.low),
            "high": _rounded(self.high),
            "trees": [
                {
                    "feature": tree.feature.tolist(),
                    "threshold": _rounded(tree.threshold),
                    "left": tree.left.tolist(),
                    "right": tree.right.tolist(),
                    "value": _rounded(tree.value),
                    "share": _rounded(tree.share),
                }
                for tree in self.trees
            ],
        }

    def _require(self, row: Doubles) -> None:
        if row.shape != (len(self.names),):
            raise CueError(f"A row holds {len(self.names)} features, not an array of {row.shape}.")


def from_dict(held: Mapping[str, Any]) -> Forest:
    """Read what `Forest.as_dict` wrote.

    Raises
    ------
    CueError
        If it is no forest.
    """
    try:
        trees = tuple(
            Tree(
                feature=np.array(one["feature"], np.int32),
                threshold=np.array(one["threshold"], np.float64),
                left=np.array(one["left"], np.int32),
                right=np.array(one["right"], np.int32),
                value=np.array(one["value"], np.float64),
                share=np.array(one["share"], np.float64),
            )
            for one in held["trees"]
        )
        low, high = (np.array([np.nan if x is None else x for x in held[k]], float) for k in ("low", "high"))
        forest = Forest(names=tuple(held["names"]), base=float(held["base"]), trees=trees, low=low, high=high)
    except (KeyError, TypeError, ValueError) as error:
        raise CueError(f"This is no detector of trees ({error}): fit it again, or reinstall.") from error
    for tree in trees:
        here = np.arange(len(tree.left))
        inner = tree.left > 0
        children = np.concatenate([tree.left[inner], tree.right[inner]])
        # A child always comes after its parent, so that no file can make a walk go round.
        forward = np.all(tree.left[inner] > here[inner]) and np.all(tree.right[inner] > here[inner])
        if not forward or np.any(children >= len(here)) or np.any(tree.feature[inner] >= len(forest.names)):
            raise CueError("A tree of this detector points outside itself: fit it again, or reinstall.")
    return forest


def fit(
    x: Doubles, synthetic: NDArray[np.bool_], *, names: Sequence[str], seed: int, n_trees: int = 200,
    weights: Doubles | None = None, leaves: int = 6,
) -> Forest:  # fmt: skip
    """Fit boosted trees with scikit-learn.

    Parameters
    ----------
    x : ndarray of float64, shape (N, F)
        NaN where missing.
    synthetic : ndarray of bool, shape (N,)
    names : sequence of str
        Of the F features.
    seed : int
        Of the columns that each tree is allowed.
    n_trees, leaves : int
    weights : ndarray of float64, shape (N,), optional

    Raises
    ------
    CueError
        If there are not both kinds of clips, or the shapes do not fit.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    if x.ndim != 2 or x.shape != (len(synthetic), len(names)) or len(set(synthetic.tolist())) < 2:
        raise CueError(
            f"Give {len(names)} features of each clip, of both kinds; there are {x.shape} numbers and "
            f"{int(synthetic.sum())} synthetic clips of {len(synthetic)}."
        )
    model = HistGradientBoostingClassifier(
        max_iter=n_trees,
        learning_rate=0.06,
        max_leaf_nodes=leaves,
        min_samples_leaf=max(2, min(12, len(synthetic) // 10)),
        l2_regularization=3.0,
        max_features=0.3,
        early_stopping=False,
        random_state=seed,
    ).fit(x, synthetic, sample_weight=weights)
    grown = [_tree(stage[0].nodes) for stage in model._predictors]
    return Forest(
        names=tuple(names),
        base=float(model._baseline_prediction.ravel()[0] + sum(root for root, _ in grown)),
        trees=tuple(tree for _, tree in grown),
        low=_quantile(x, 0.01),
        high=_quantile(x, 0.99),
    )


def _tree(nodes: Any) -> tuple[float, Tree]:
    """Return what a tree of scikit-learn answers on average, and the tree, which answers what differs from that."""
    leaf = nodes["is_leaf"].astype(bool)
    left, right = (np.where(leaf, 0, nodes[side]).astype(np.int32) for side in ("left", "right"))
    count = nodes["count"].astype(np.float64)
    share = np.where(leaf, 0.0, count[left] / count)
    value = nodes["value"].astype(np.float64)
    for node in np.flatnonzero(~leaf)[::-1]:
        value[node] = share[node] * value[left[node]] + (1 - share[node]) * value[right[node]]
    return float(value[0]), Tree(
        feature=np.where(leaf, 0, nodes["feature_idx"]).astype(np.int32),
        threshold=np.where(leaf, 0.0, nodes["num_threshold"]).astype(np.float64),
        left=left,
        right=right,
        value=value - value[0],
        share=share,
    )


def _quantile(x: Doubles, q: float) -> Doubles:
    known = [column[~np.isnan(column)] for column in x.T]
    return np.array([np.quantile(column, q) if len(column) else np.nan for column in known])


def _rounded(values: Doubles) -> list[float | None]:
    return [None if np.isnan(v) else float(f"{v:.6g}") for v in values]
