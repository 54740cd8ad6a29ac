import json
from collections import Counter

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from medialit.errors import WorldError
from medialit.media import io
from medialit.world import VIOLATIONS, spotting_pack, write_pack

SMALL = {"size": (64, 64), "fps": 12.0, "duration_s": 1.25}


def test_a_pack_holds_what_was_asked_for():
    pack = spotting_pack(seed=3, n=18, share_synthetic=1 / 3, **SMALL)
    assert Counter(item.label for item in pack) == {"synthetic": 6, "camera": 12}
    assert Counter(item.violation for item in pack) == {None: 12, **dict.fromkeys(VIOLATIONS, 1)}
    for item in pack:
        assert (item.truth is None) == (item.label == "camera") == (item.strength == 0)
    assert len({item.clip_id for item in pack}) == 18
    assert len({(item.clip.size, item.clip.fps, item.clip.n_frames) for item in pack}) == 1


def test_the_same_seed_makes_the_same_pack_and_another_does_not():
    first, again, other = (spotting_pack(seed=s, n=6, **SMALL) for s in (1, 1, 2))
    assert [(i.clip_id, i.clip.sha256, i.label) for i in first] == [
        (i.clip_id, i.clip.sha256, i.label) for i in again
    ]
    assert not {i.clip.sha256 for i in first} & {i.clip.sha256 for i in other}


def test_files_play_and_the_listing_gives_nothing_away(tmp_path):
    pack = spotting_pack(seed=8, n=4, **SMALL)
    listing = write_pack(pack, tmp_path)
    text = listing.read_text("utf-8")
    assert not [w for w in ("synthetic", "camera_label", "label", "strength", *VIOLATIONS) if w in text]
    truth = json.loads((tmp_path / "truth.json").read_text("utf-8"))
    for entry, item in zip(json.loads(text), pack, strict=True):
        clip = io.read(tmp_path / entry["file"])
        assert (clip.size, clip.n_frames, clip.fps) == (item.clip.size, item.clip.n_frames, item.clip.fps)
        assert np.abs(clip.frames.astype(int) - item.clip.frames).mean() < 8
        assert truth[entry["id"]]["label"] == item.label
        first_frame = (truth[entry["id"]]["truth"] or {}).get("first_frame")
        assert first_frame == (item.truth.first_frame if item.truth else None)


def test_file_size_brightness_and_noise_do_not_tell_the_labels_apart(tmp_path):
    """The shortcut that a lazy detector, or a learner, would find first."""
    pack = spotting_pack(seed=20, n=200, size=(48, 48), fps=8.0, duration_s=1.25)
    write_pack(pack, tmp_path)
    features = np.array([_shallow(item, tmp_path) for item in pack])
    labels = np.array([item.label == "synthetic" for item in pack])
    assert labels.sum() == 100
    assert not np.ptp(features[:, :2], axis=0).any()  # frames and rate: one value for all
    model = make_pipeline(StandardScaler(), LogisticRegression())
    folds = StratifiedKFold(10, shuffle=True, random_state=0)
    scores = cross_val_predict(model, features[:, 2:], labels, cv=folds, method="predict_proba")[:, 1]
    # Chance is .5 with a standard error of .041 at 100 + 100 (Hanley and McNeil 1982).
    assert 0.37 < roc_auc_score(labels, scores) < 0.63


def _shallow(item, folder):
    frames = item.clip.frames
    n_bytes = (folder / f"{item.clip_id}.mp4").stat().st_size
    return [
        frames.shape[0],
        item.clip.fps,
        np.log(n_bytes),
        frames.mean(),
        frames.std(),
        frames[..., 0].mean() - frames[..., 2].mean(),
        frames[0].mean() - frames[-1].mean(),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"n": 0},
        {"share_synthetic": 1.2},
        {"strengths": (0.0, 1.0)},
        {"strengths": (0.9, 0.2)},
        {"violations": ()},
    ],
)
def test_a_pack_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(WorldError, match="A pack needs"):
        spotting_pack(**{"seed": 1, "n": 2, **wrong})
