"""Boosted trees as plain arrays: fitted by scikit-learn, kept in a JSON that a person can open, read by numpy alone.

Each tree asks of one feature at a time whether it is at most a threshold, and adds to the log-odds of one kind of clip:
honest ones, or one of the kinds of fakes. So a feature that gives one kind away does not have to hold for the others. A
clip that lacks a feature goes both ways, in the shares of training, so that what could not be measured says nothing; nor
can training learn anything from its being missing, for it gets the value of some other clip. The score is how much better
the kinds of fakes together explain a clip than honest clips do.

References
----------
Friedman (2001), Greedy function approximation: a gradient boosting machine, Annals of Statistics 29:1189; section 4.6:
several classes.
Saabas (2014), Interpreting random forests: a decision is the sum of the steps along its path; `contributions`.
Quinlan (1989), Unknown attribute values in induction, ICML: going both ways where a value is missing.
Andridge and Little (2010), A review of hot deck imputation, International Statistical Review 78:40: others' values.
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
Integers = NDArray[np.int32]

HONEST: Final = "honest"
"""What `fit` calls a clip that is no fake."""

_LEARNING_RATE: Final = 0.06
_SHRINKAGE: Final = 3.0
_LEAST_CLIPS: Final = 20  # in a leaf
_SHARE_ASKED: Final = 0.15  # of the features, at each node


@dataclass(frozen=True, eq=False, kw_only=True)
class Trees:
    """T trees of at most N nodes; node 0 is a root, and a node whose `left` is 0 is a leaf or not there.

    Parameters
    ----------
    kind : ndarray of int32, shape (T,)
        To the log-odds of which kind of clip the tree adds.
    feature, left, right : ndarray of int32, shape (T, N)
        A child comes after its parent.
    threshold, value : ndarray of float64, shape (T, N)
        `value` is the node's answer, in log-odds: of a node on the way, the mean over the clips of training that passed.
        That of a root is 0.
    share : ndarray of float64, shape (T, N)
        Of the clips of training that passed a node, how many went left.
    """

    kind: Integers
    feature: Integers
    left: Integers
    right: Integers
    threshold: Doubles
    value: Doubles
    share: Doubles

    def steps(self, row: Doubles, *, n_kinds: int) -> Doubles:
        """Return what each feature of a row adds to the log-odds of each kind, shape (K, F).

        Where a feature is missing a clip goes both ways, in the shares of training: that adds nothing.
        """
        added = np.zeros(n_kinds * len(row))
        passes = np.zeros(self.left.shape)
        passes[:, :1] = 1.0
        for node in range(self.left.shape[1]):  # a child comes after its parent
            trees = np.flatnonzero((self.left[:, node] > 0) & (passes[:, node] > 0))
            feature, low, high = (held[trees, node] for held in (self.feature, self.left, self.right))
            asked = row[feature]
            missing = np.isnan(asked)
            goes_left = np.where(missing, self.share[trees, node], asked <= self.threshold[trees, node])
            before = passes[trees, node]
            passes[trees, low] += before * goes_left
            passes[trees, high] += before * (1 - goes_left)
            after = np.where(goes_left > 0.5, self.value[trees, low], self.value[trees, high])
            step = np.where(missing, 0.0, before * (after - self.value[trees, node]))
            added += np.bincount(self.kind[trees] * len(row) + feature, weights=step, minlength=len(added))
        return added.reshape(n_kinds, len(row))


@dataclass(frozen=True, eq=False, kw_only=True)
class Forest:
    """Trees, and the names of the features they ask for.

    Parameters
    ----------
    names : tuple of str
    kinds : tuple of str
        Of the K kinds of clips, honest ones first.
    base : ndarray of float64, shape (K,)
        Log-odds of a clip of which nothing is known.
    trees : Trees
    low, high : ndarray of float64, shape (F,)
        The 1st and 99th percentile of each feature in training: beyond them the trees have seen nothing.
    """

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    base: Doubles
    trees: Trees
    low: Doubles
    high: Doubles

    def score(self, row: Doubles) -> float:
        """Return how much better fakes explain a row of features than honest clips do, as log-odds; NaN where missing."""
        found = self.odds(row)
        return float(logsumexp(found[1:]) - found[0])

    def odds(self, row: Doubles) -> Doubles:
        """Return the log-odds of each kind, shape (K,); only their differences mean anything."""
        return np.asarray(self.base + self._each(row).sum(axis=1), np.float64)

    def contributions(self, row: Doubles) -> Doubles:
        """Return how many log-odds each feature added, for the kinds that explain the clip best, shape (F,)."""
        each = self._each(row)
        likely = softmax(self.base[1:] + each[1:].sum(axis=1))
        return np.asarray(likely @ each[1:] - each[0], np.float64)

    def strangeness(self, row: Doubles) -> float:
        """Return the share of the features that lie beyond what training saw (2 % is usual)."""
        self._require(row)
        known = ~np.isnan(row)
        if not known.any():
            return 1.0
        beyond = (row[known] < self.low[known]) | (row[known] > self.high[known])
        return float(beyond.mean())

    def as_dict(self) -> dict[str, Any]:
        """Return it in JSON types: each tree by itself, its nodes in order."""
        trees = self.trees
        return {
            "names": list(self.names),
            "kinds": list(self.kinds),
            "base": _rounded(self.base),
            "low": _rounded(self.low),
            "high": _rounded(self.high),
            "trees": [
                {"kind": int(trees.kind[t])}
                | {name: getattr(trees, name)[t, :n].tolist() for name in _WHOLE}
                | {name: _rounded(getattr(trees, name)[t, :n]) for name in _REAL}
                for t, n in enumerate(_n_nodes(trees))
            ],
        }

    def _each(self, row: Doubles) -> Doubles:
        self._require(row)
        return self.trees.steps(row, n_kinds=len(self.kinds))

    def _require(self, row: Doubles) -> None:
        if row.shape != (len(self.names),):
            raise CueError(f"A row holds {len(self.names)} features, not an array of {row.shape}.")


_WHOLE: Final = ("feature", "left", "right")
_REAL: Final = ("threshold", "value", "share")


def from_dict(held: Mapping[str, Any]) -> Forest:
    """Read what `Forest.as_dict` wrote.

    Raises
    ------
    CueError
        If it is no forest.
    """
    try:
        listed = list(held["trees"])
        trees = Trees(
            kind=np.array([one["kind"] for one in listed], np.int32),
            **{name: _filled([one[name] for one in listed], np.int32) for name in _WHOLE},
            **{name: _filled([one[name] for one in listed], np.float64) for name in _REAL},
        )
        low, high = (np.array([np.nan if x is None else x for x in held[k]], float) for k in ("low", "high"))
        forest = Forest(
            names=tuple(held["names"]), kinds=tuple(held["kinds"]), base=np.array(held["base"], np.float64),
            trees=trees, low=low, high=high,
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise CueError(f"This is no detector of trees ({error}): fit it again, or reinstall.") from error
    if not _fits(forest):
        raise CueError("A tree of this detector points outside itself: fit it again, or reinstall.")
    return forest


def _fits(forest: Forest) -> bool:
    """Say whether every tree stays within itself, so that no file can make a walk go round, and the arrays agree."""
    trees, n = forest.trees, len(forest.names)
    if len({getattr(trees, name).shape for name in (*_WHOLE, *_REAL)}) > 1 or trees.left.ndim != 2:
        return False
    if forest.base.shape != (len(forest.kinds),) or len(forest.kinds) < 2 or forest.low.shape != (n,):
        return False
    here = np.broadcast_to(np.arange(trees.left.shape[1]), trees.left.shape)
    inner, n_nodes = trees.left > 0, np.broadcast_to(trees.left.shape[1], trees.left.shape)
    forward = all(
        np.all(side[inner] > here[inner]) and np.all(side[inner] < n_nodes[inner])
        for side in (trees.left, trees.right)
    )
    known = np.all((trees.feature >= 0) & (trees.feature < n)) and np.all(trees.left >= 0)
    return bool(forward and known and np.all((trees.kind >= 0) & (trees.kind < len(forest.kinds))))


def fit(
    x: Doubles, kinds: Sequence[str], *, names: Sequence[str], seed: int, n_rounds: int = 200, leaves: int = 4,
) -> Forest:  # fmt: skip
    """Fit boosted trees with scikit-learn.

    Parameters
    ----------
    x : ndarray of float64, shape (N, F)
        NaN where missing.
    kinds : sequence of str
        Of each clip: `HONEST`, or which kind of fake it is.
    names : sequence of str
        Of the F features.
    seed : int
        Of the features that each node is allowed, and of the values that stand in for missing ones.
    n_rounds : int
        In each, one tree is grown for each kind.
    leaves : int

    Raises
    ------
    CueError
        If there are not both honest clips and fakes, or the shapes do not fit.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    fakes = sorted(set(kinds) - {HONEST})
    if x.ndim != 2 or x.shape != (len(kinds), len(names)) or not fakes or HONEST not in kinds:
        raise CueError(
            f"Give {len(names)} features of each clip, honest ones and fakes; there are {x.shape} numbers, and "
            f"{len(fakes)} kinds of fakes among {len(kinds)} clips."
        )
    order = (HONEST, *fakes)
    number = {kind: k for k, kind in enumerate(order)}
    model = HistGradientBoostingClassifier(
        max_iter=n_rounds,
        learning_rate=_LEARNING_RATE,
        max_leaf_nodes=leaves,
        min_samples_leaf=max(2, min(_LEAST_CLIPS, len(kinds) // 10)),
        l2_regularization=_SHRINKAGE,
        max_features=_SHARE_ASKED,
        early_stopping=False,
        random_state=seed,
    ).fit(_dealt(x, np.random.default_rng(seed)), [number[kind] for kind in kinds])
    base, grown, of_kind = np.zeros(len(order)), [], []
    # With two kinds there is one tree a round, for the second.
    whose = np.arange(len(order)) if len(order) > 2 else np.array([1])
    base[whose] = model._baseline_prediction.ravel()
    for stage in model._predictors:
        for kind, predictor in zip(whose.tolist(), stage, strict=True):
            root, tree = _tree(predictor.nodes)
            base[kind] += root
            if len(tree["left"]) > 1:
                grown.append(tree)
                of_kind.append(kind)
    return Forest(
        names=tuple(names),
        kinds=order,
        base=base,
        trees=Trees(
            kind=np.array(of_kind, np.int32),
            **{name: _filled([tree[name] for tree in grown], np.int32) for name in _WHOLE},
            **{name: _filled([tree[name] for tree in grown], np.float64) for name in _REAL},
        ),
        low=_quantile(x, 0.01),
        high=_quantile(x, 0.99),
    )


def _dealt(x: Doubles, rng: np.random.Generator) -> Doubles:
    """Return features of which none is missing that any clip has: each is another clip's, whatever that is."""
    filled = x.copy()
    for column in filled.T:
        missing = np.isnan(column)
        if missing.any() and not missing.all():
            column[missing] = rng.choice(column[~missing], missing.sum())
    return filled


def _tree(nodes: Any) -> tuple[float, dict[str, NDArray[Any]]]:
    """Return what a tree of scikit-learn answers on average, and the tree, which answers what differs from that."""
    leaf = nodes["is_leaf"].astype(bool)
    left, right = (np.where(leaf, 0, nodes[side]).astype(np.int32) for side in ("left", "right"))
    count = nodes["count"].astype(np.float64)
    share = np.where(leaf, 0.0, count[left] / count)
    value = nodes["value"].astype(np.float64)
    for node in np.flatnonzero(~leaf)[::-1]:
        value[node] = share[node] * value[left[node]] + (1 - share[node]) * value[right[node]]
    return float(value[0]), {
        "feature": np.where(leaf, 0, nodes["feature_idx"]).astype(np.int32),
        "threshold": np.where(leaf, 0.0, nodes["num_threshold"]).astype(np.float64),
        "left": left,
        "right": right,
        "value": value - value[0],
        "share": share,
    }


def _filled(lists: Sequence[Sequence[float] | NDArray[Any]], dtype: type[np.generic]) -> NDArray[Any]:
    """Return lists of different lengths as one array, with 0 where there is nothing."""
    found = np.zeros((len(lists), max(map(len, lists), default=1)), dtype)
    for row, one in zip(found, lists, strict=True):
        row[: len(one)] = one
    return found


def _n_nodes(trees: Trees) -> list[int]:
    """Return how many nodes each tree has: up to its last child."""
    return [
        int(max(left.max(), right.max())) + 1 for left, right in zip(trees.left, trees.right, strict=True)
    ]


def _quantile(x: Doubles, q: float) -> Doubles:
    known = [column[~np.isnan(column)] for column in x.T]
    return np.array([np.quantile(column, q) if len(column) else np.nan for column in known])


def _rounded(values: Doubles) -> list[float | None]:
    return [None if np.isnan(v) else float(f"{v:.6g}") for v in values]
