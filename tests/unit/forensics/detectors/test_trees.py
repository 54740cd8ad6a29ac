"""Trees kept as plain arrays give what scikit-learn gives, and a file of them cannot do harm."""

from __future__ import annotations

import json

import numpy as np
import pytest

from medialit.errors import CueError
from medialit.forensics.detectors.trees import Forest, fit, from_dict

NAMES = ("a", "b", "c")


def _clips(n: int = 120, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % 2 == 0
    x = rng.normal(size=(n, 3))
    x[:, 0] += truth
    x[rng.random((n, 3)) < 0.1] = np.nan
    return x, truth


@pytest.fixture(scope="module")
def forest() -> Forest:
    x, truth = _clips()
    return fit(x, truth, names=NAMES, seed=1, n_trees=20)


def test_arrays_give_the_log_odds_of_scikit_learn() -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier

    x, truth = _clips()
    ours = fit(x, truth, names=NAMES, seed=1, n_trees=20)
    theirs = HistGradientBoostingClassifier(
        max_iter=20, learning_rate=0.06, max_leaf_nodes=6, min_samples_leaf=12, l2_regularization=3.0,
        max_features=0.3, early_stopping=False, random_state=1,
    ).fit(x, truth)  # fmt: skip
    asked = np.random.default_rng(2).normal(size=(120, 3))  # nothing is missing: there we go our own way
    assert [ours.score(row) for row in asked] == pytest.approx(theirs.decision_function(asked).tolist())


def test_what_is_missing_is_no_reason(forest: Forest) -> None:
    for row in _clips(seed=3)[0][:40]:
        assert not forest.contributions(row)[np.isnan(row)].any()


def test_a_clip_of_which_nothing_is_known_gets_the_mean_of_training() -> None:
    x = np.random.default_rng(5).normal(size=(90, 3))
    forest = fit(x, x[:, 0] + x[:, 1] > 0.5, names=NAMES, seed=1, n_trees=20)
    scores = [forest.score(row) for row in x]
    assert forest.score(np.full(3, np.nan)) == pytest.approx(np.mean(scores))
    assert max(scores) > 0 > min(scores)


def test_a_clip_goes_both_ways_where_a_feature_is_missing() -> None:
    x = np.random.default_rng(6).normal(size=(90, 1))
    forest = fit(x, x[:, 0] > 0.4, names=("a",), seed=1, n_trees=1, leaves=2)
    [share] = forest.trees[0].share[:1]
    low, high = forest.score(np.array([-9.0])), forest.score(np.array([9.0]))
    assert low < high
    assert forest.score(np.array([np.nan])) == pytest.approx(share * low + (1 - share) * high)


def test_a_forest_survives_its_file(forest: Forest) -> None:
    back = from_dict(json.loads(json.dumps(forest.as_dict())))
    for row in _clips(seed=4)[0][:20]:
        assert back.score(row) == pytest.approx(forest.score(row), abs=1e-4)
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
        fit(np.zeros((4, 3)), np.ones(4, bool), names=NAMES, seed=1)
