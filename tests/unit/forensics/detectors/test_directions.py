"""Directions are learnt from twins, kept as plain arrays, and say what they went by."""

from __future__ import annotations

import json

import numpy as np
import pytest

from medialit.errors import CueError
from medialit.forensics.detectors import Directions, fit_directions
from medialit.forensics.detectors.directions import directions_from_dict
from medialit.forensics.roc import auc

NAMES = tuple("abcdef")


def _twins(
    n: int = 60, *, seed: int = 1, kinds: tuple[str, ...] = ("soft", "still")
) -> dict[str, np.ndarray]:
    """Scenes differ by much more than a fake differs from its twin; each kind moves two features of six."""
    rng = np.random.default_rng(seed)
    scenes = rng.normal(size=(n, 6)) * 2
    scenes[:, 1] = scenes[:, 0] + 0.2 * rng.normal(size=n)  # in honest clips these two go together
    kind = np.array([kinds[k % len(kinds)] for k in range(n)])
    fakes = scenes + 0.1 * rng.normal(size=(n, 6))
    fakes[:, 1] += np.where(kind == "soft", 2.0, 0.0)
    fakes[:, 4] += np.where(kind == "still", 4.0, 0.0)
    return {
        "x": np.concatenate([scenes, fakes]),
        "synthetic": np.arange(2 * n) >= n,
        "kinds": np.concatenate([kind, kind]),
        "pairs": np.array([str(k % n) for k in range(2 * n)]),
    }


def _fitted(**clips: np.ndarray) -> Directions:
    x, synthetic = clips["x"], clips["synthetic"]
    return fit_directions(
        x, synthetic, names=NAMES, kinds=clips["kinds"].tolist(), pairs=clips["pairs"].tolist()
    )


@pytest.fixture(scope="module")
def model() -> Directions:
    return _fitted(**_twins())


def test_a_small_shift_against_what_goes_together_is_found_in_scenes_not_seen() -> None:
    model = _fitted(**_twins(kinds=("soft",)))
    fresh = _twins(seed=2, kinds=("soft",))
    scores = [model.score(row) for row in fresh["x"]]
    alone = fresh["x"][:, 1]  # the feature by itself hardly tells: scenes differ by more
    assert auc(fresh["synthetic"], scores) > auc(fresh["synthetic"], alone) + 0.1


def test_the_features_that_a_fake_moved_are_those_that_spoke(model: Directions) -> None:
    row = np.zeros(6)
    row[4] = 6.0
    added = model.contributions(row)
    assert int(np.argmax(added)) == 4


def test_what_is_missing_says_nothing(model: Directions) -> None:
    row = np.array([0.5, 0.5, 0.0, 1.0, 3.0, 0.0])
    without = row.copy()
    without[4] = np.nan
    assert model.contributions(row)[4] > 0 == model.contributions(without)[4]
    assert model.score(np.full(6, np.nan)) == pytest.approx(0.0)


def test_no_number_however_wild_makes_a_score_that_is_no_number(model: Directions) -> None:
    for wild in (1e30, -1e30, np.nan):
        assert np.isfinite(model.score(np.full(6, wild)))


def test_how_strange_a_clip_is_counts_what_training_never_saw(model: Directions) -> None:
    assert model.strangeness(np.zeros(6)) == 0
    assert model.strangeness(np.array([1e6, 0, 0, 0, 0, -1e6])) == pytest.approx(2 / 6)


def test_directions_survive_their_file(model: Directions) -> None:
    back = directions_from_dict(json.loads(json.dumps(model.as_dict())))
    for row in _twins(seed=3)["x"][:20]:
        assert back.score(row) == pytest.approx(model.score(row), abs=0.02)


def test_a_file_that_does_not_fit_itself_is_refused(model: Directions) -> None:
    held = model.as_dict()
    with pytest.raises(CueError, match="do not fit"):
        directions_from_dict({**held, "mean": held["mean"][:-1]})
    with pytest.raises(CueError, match="no detector"):
        directions_from_dict({"names": ["a"]})


def test_without_twins_there_are_no_directions() -> None:
    clips = _twins(8)
    clips["pairs"] = np.array([str(k) for k in range(16)])
    with pytest.raises(CueError, match="twins"):
        _fitted(**clips)
