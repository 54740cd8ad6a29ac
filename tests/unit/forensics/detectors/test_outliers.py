"""Outliers know honest clips alone, and which end of a feature is suspicious."""

from __future__ import annotations

import json

import numpy as np
import pytest

from medialit.errors import CueError
from medialit.forensics.detectors import Outliers, fit_outliers
from medialit.forensics.detectors.outliers import N_STRANGEST, outliers_from_dict

NAMES = ("still.copied", "still.rg", "grain.face_noise", "cue.shadow", "grain.level")


@pytest.fixture(scope="module")
def model() -> Outliers:
    return fit_outliers(np.random.default_rng(1).normal(size=(200, len(NAMES))), names=NAMES)


def row_with(model: Outliers, **values: float) -> np.ndarray:
    row = np.zeros(len(model.names))
    for name, value in values.items():
        row[[n.split(".")[1] for n in model.names].index(name)] = value
    return row


def test_only_features_with_a_known_direction_are_asked(model: Outliers) -> None:
    assert model.names == NAMES[:4]


@pytest.mark.parametrize(
    ("name", "high", "low"), [("copied", True, False), ("rg", False, True), ("face_noise", True, True)]
)
def test_the_suspicious_end_counts_and_the_other_does_not(
    model: Outliers, name: str, high: bool, low: bool
) -> None:
    usual = model.score(row_with(model))
    assert (model.score(row_with(model, **{name: 9.0})) > usual + 1) == high
    assert (model.score(row_with(model, **{name: -9.0})) > usual + 1) == low


def test_further_off_is_more_suspicious_and_no_number_is_too_wild(model: Outliers) -> None:
    scores = [model.score(row_with(model, copied=value)) for value in (0, 3, 6, 1e30, np.inf)]
    assert scores == sorted(scores) and np.isfinite(scores).all()
    assert np.isfinite(model.score(np.full(4, np.nan)))


def test_no_more_than_the_strangest_three_speak(model: Outliers) -> None:
    everything = model.contributions(row_with(model, copied=9, rg=-9, face_noise=9, shadow=9))
    assert (everything > 0).sum() == N_STRANGEST


def test_outliers_survive_their_file(model: Outliers) -> None:
    back = outliers_from_dict(json.loads(json.dumps(model.as_dict())))
    row = row_with(model, copied=4, rg=-3)
    assert back.score(row) == pytest.approx(model.score(row), abs=1e-3)


def test_a_file_that_does_not_fit_itself_is_refused(model: Outliers) -> None:
    with pytest.raises(CueError, match="do not fit"):
        outliers_from_dict({**model.as_dict(), "limit": [1.0]})
    with pytest.raises(CueError, match="no detector"):
        outliers_from_dict({"names": ["still.copied"]})


def test_too_few_honest_clips_are_refused() -> None:
    with pytest.raises(CueError, match="20 honest clips"):
        fit_outliers(np.zeros((5, len(NAMES))), names=NAMES)
