"""On a small pack: what is plainly there is found in scenes, people and cameras that were never seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from medialit import cueing
from medialit.clips import build, read_pack
from medialit.forensics.detectors import assess, features, fit_directions
from medialit.forensics.detectors.features import READ, vector
from medialit.forensics.roc import auc


@pytest.mark.long
@pytest.mark.timeout(1500)
def test_repeated_and_dreamt_frames_are_found_in_scenes_never_seen(tmp_path: Path) -> None:
    build(tmp_path / "pack", n=32, seed=3, kinds=("duplicate", "regenerate"))
    entries = read_pack(tmp_path / "pack").entries
    footage = [cueing.footage(entry.path, names=READ) for entry in entries]
    rows = [features(one) for one in footage]
    names = tuple(sorted({name for row in rows for name in row}))
    x = np.stack([vector(row, names) for row in rows])
    synthetic = np.array([entry.synthetic for entry in entries])
    train = np.array([entry.truth["split"] == "train" for entry in entries])
    model = fit_directions(
        x[train],
        synthetic[train],
        names=names,
        kinds=[e.truth["kind"] for e, yes in zip(entries, train, strict=True) if yes],
        pairs=[str(e.truth["pair"]) for e, yes in zip(entries, train, strict=True) if yes],
    )
    assert auc(synthetic[~train], [model.score(row) for row in x[~train]]) > 0.8
    shipped = [assess(one) for one in footage]
    assert all(found.probability is not None for found in shipped)
    flagged = np.array([found.finding == "signs" for found in shipped])
    assert flagged[~synthetic].mean() <= 0.1 < flagged[synthetic].mean()
