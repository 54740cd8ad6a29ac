"""Trees kept as plain arrays give what scikit-learn gives, and a file of them cannot do harm."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from medialit.errors import CueError
from medialit.forensics.detectors.trees import HONEST, Forest, fit, from_dict

NAMES = ("a", "b", "c")


def _clips(n: int = 120, seed: int = 1, *, missing: float = 0.1) -> tuple[np.ndarray, list[str]]:
    """Return honest clips and two kinds of fakes, each given away by a feature of its own."""
    rng = np.random.default_rng(seed)
    kinds = [(HONEST, "swap", HONEST, "clone")[k % 4] for k in range(n)]
    x = rng.normal(size=(n, 3))
    x[:, 0] += 2.0 * (np.array(kinds) == "swap")
    x[:, 1] -= 2.0 * (np.array(kinds) == "clone")
    x[rng.random((n, 3)) < missing] = np.nan
    return x, kinds


@pytest.fixture(scope="module")
def forest() -> Forest:
    return fit(*_clips(), names=NAMES, seed=1, n_rounds=20)


def _of_scikit_learn(x: np.ndarray, kinds: list[str], n_rounds: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=n_rounds, learning_rate=0.06, max_leaf_nodes=4, min_samples_leaf=12, l2_regularization=3.0,
        max_features=0.15, early_stopping=False, random_state=1,
    ).fit(x, kinds)  # fmt: skip


@pytest.mark.parametrize("two", [False, True])
def test_arrays_give_the_log_odds_of_scikit_learn(two: bool) -> None:
    x, kinds = _clips(missing=0)
    kinds = [HONEST if kind == HONEST else "fake" for kind in kinds] if two else kinds
    ours = fit(x, kinds, names=NAMES, seed=1, n_rounds=20)
    theirs = _of_scikit_learn(x, [str(ours.kinds.index(kind)) for kind in kinds], 20)
    asked = np.random.default_rng(2).normal(size=(120, 3))  # nothing is missing: there we go our own way
    synthetic = 1 - theirs.predict_proba(asked)[:, 0]
    assert [ours.score(row) for row in asked] == pytest.approx(np.log(synthetic / (1 - synthetic)).tolist())


def test_each_kind_has_log_odds_of_its_own(forest: Forest) -> None:
    assert forest.kinds == (HONEST, "clone", "swap")
    for row, kind in (((3.0, 0.0, 0.0), "swap"), ((0.0, -3.0, 0.0), "clone"), ((-1.0, 1.0, 0.0), HONEST)):
        assert forest.kinds[int(forest.odds(np.array(row)).argmax())] == kind
    most = forest.contributions(np.array([3.0, 0.0, 0.0]))
    assert most.argmax() == 0 and most[0] > 0


def test_that_a_feature_is_missing_is_not_learnt() -> None:
    rng = np.random.default_rng(8)
    kinds = [(HONEST, "fake")[k % 2] for k in range(400)]
    x = rng.normal(size=(400, 2))
    x[1::2, 0] = np.nan  # only fakes lack it
    x[1, 0] = 0.0
    forest = fit(x, kinds, names=("a", "b"), seed=1, n_rounds=30)
    scores = np.array([forest.score(row) for row in x])
    assert abs(np.median(scores[::2]) - np.median(scores[1::2])) < 0.3


def test_what_is_missing_is_no_reason(forest: Forest) -> None:
    for row in _clips(seed=3)[0][:40]:
        assert not forest.contributions(row)[np.isnan(row)].any()


def test_a_clip_of_which_nothing_is_known_gets_the_mean_of_training() -> None:
    x = np.random.default_rng(5).normal(size=(90, 3))
    kinds = np.where(x[:, 0] + x[:, 1] > 0.5, "fake", HONEST).tolist()
    forest = fit(x, kinds, names=NAMES, seed=1, n_rounds=20)
    scores = [forest.score(row) for row in x]
    assert forest.score(np.full(3, np.nan)) == pytest.approx(np.mean(scores))
    assert max(scores) > 0 > min(scores)


def test_a_clip_goes_both_ways_where_a_feature_is_missing() -> None:
    x = np.random.default_rng(6).normal(size=(90, 1))
    kinds = np.where(x[:, 0] > 0.4, "fake", HONEST).tolist()
    forest = fit(x, kinds, names=("a",), seed=1, n_rounds=1, leaves=2)
    share = forest.trees.share[0, 0]
    low, high = forest.score(np.array([-9.0])), forest.score(np.array([9.0]))
    assert low < high
    assert forest.score(np.array([np.nan])) == pytest.approx(share * low + (1 - share) * high)


def test_a_forest_survives_its_file(forest: Forest) -> None:
    back = from_dict(json.loads(json.dumps(forest.as_dict())))
    for row in _clips(seed=4)[0][:20]:
        assert back.score(row) == pytest.approx(forest.score(row), abs=1e-3)
        assert back.strangeness(row) == pytest.approx(forest.strangeness(row))


def test_a_clip_from_elsewhere_is_strange_and_one_of_training_is_not(forest: Forest) -> None:
    assert forest.strangeness(np.zeros(3)) == 0
    assert forest.strangeness(np.array([1e3, -1e3, np.nan])) == 1
    assert forest.strangeness(np.full(3, np.nan)) == 1


def test_a_file_whose_trees_go_round_is_refused(forest: Forest) -> None:
    held = forest.as_dict()
    inner = next(k for k, left in enumerate(held["trees"][0]["left"]) if left)
    held["trees"][0]["left"][inner] = inner or 1
    held["trees"][0]["right"][inner] = 0
    with pytest.raises(CueError, match="points outside"):
        from_dict(held)
    with pytest.raises(CueError, match="no detector"):
        from_dict({"names": ["a"]})


def test_rows_and_clips_that_do_not_fit_are_refused(forest: Forest) -> None:
    with pytest.raises(CueError):
        forest.score(np.zeros(4))
    with pytest.raises(CueError):
        fit(np.zeros((4, 3)), ["fake"] * 4, names=NAMES, seed=1)
    with pytest.raises(CueError):
        fit(np.zeros((4, 3)), [HONEST] * 4, names=NAMES, seed=1)
    with pytest.raises(CueError):
        fit(np.zeros((4, 2)), [HONEST, "fake"] * 2, names=NAMES, seed=1)
