"""Is there a shortcut in a pack of clips? `python benchmarks/clips.py build/clips/pack [--folds 10]`.

A classifier that sees only containers (sizes, rates, packets, kinds of frames) is trained on the pack with the labels,
twins always on the same side of the cut, and its AUC is taken on what it did not see. The same is done on simple means of
the pictures, on mean brightness, size and length alone, and on the same clips written the usual way, at one CRF, to show
what such a test finds where there is something. A table for people; the last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from medialit.clips import Pack, read_pack
from medialit.clips.container import container_facts
from medialit.media import write


def table(paths: list[Path]) -> tuple[np.ndarray, list[str]]:
    rows = [container_facts(path) for path in paths]
    names = list(rows[0])
    return np.array([[row[name] for name in names] for row in rows]), names


def folded_auc(
    x: np.ndarray, y: np.ndarray, groups: np.ndarray, *, n_folds: int, n_seeds: int
) -> dict[str, float]:
    """Return the AUC of two classifiers, each the mean over several shuffles of the folds."""
    found: dict[str, list[float]] = {"forest": [], "logistic": []}
    for seed in range(n_seeds):
        order = np.random.default_rng(seed).permutation(groups.max() + 1)
        scores = {name: np.zeros(len(y)) for name in found}
        for train, test in GroupKFold(min(n_folds, len(set(groups.tolist())))).split(x, y, order[groups]):
            models = {
                "forest": RandomForestClassifier(200, min_samples_leaf=3, random_state=seed),
                "logistic": make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000)),
            }
            for name, model in models.items():
                scores[name][test] = model.fit(x[train], y[train]).predict_proba(x[test])[:, 1]
        for name in found:
            found[name].append(float(roc_auc_score(y, scores[name])))
    return {name: float(np.mean(values)) for name, values in found.items()}


def pictures(pack: Pack) -> np.ndarray:
    """Return the means and deviations of each clip's colours and of its steps in space and time."""
    rows = []
    for entry in pack.entries:
        frames = entry.read().frames.astype(np.float32)
        steps = [np.abs(np.diff(frames, axis=axis)).mean() for axis in (0, 1, 2)]
        rows.append([*frames.mean(axis=(0, 1, 2)), *frames.std(axis=(0, 1, 2)), *steps])
    return np.array(rows)


def trivial(pack: Pack) -> np.ndarray:
    """Return what takes no look at all: mean brightness, width, height, frames a second, and how many frames."""
    rows = []
    for entry in pack.entries:
        clip = entry.read()
        rows.append([float(clip.frames.mean()), *clip.size, clip.fps, clip.n_frames])
    return np.array(rows)


def at_one_crf(pack: Pack, crf: int) -> list[Path]:
    """Write the clips again the way one would without thinking of it."""
    folder = Path(tempfile.mkdtemp(prefix="medialit-crf-"))
    return [write(e.read(), folder / f"{e.id}.mp4", crf=crf) for e in pack.entries]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pack", type=Path)
    parser.add_argument("--folds", type=int, default=10)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--crf", type=int, default=23)
    parser.add_argument(
        "--no-crf", action="store_true", help="do not write all clips again: takes long for large ones"
    )
    given = parser.parse_args()
    pack = read_pack(given.pack)
    assert not pack.damaged(), "build the pack again"
    y = np.array([entry.synthetic for entry in pack.entries])
    groups = np.array([entry.truth["pair"] for entry in pack.entries])
    ways = {"folds": given.folds, "seeds": given.seeds}
    x, names = table([entry.path for entry in pack.entries])
    told = {
        "container": folded_auc(x, y, groups, n_folds=ways["folds"], n_seeds=ways["seeds"]),
        "mean levels": folded_auc(pictures(pack), y, groups, n_folds=ways["folds"], n_seeds=ways["seeds"]),
        "brightness, size, length": folded_auc(
            trivial(pack), y, groups, n_folds=ways["folds"], n_seeds=ways["seeds"]
        ),
    }
    if not given.no_crf:
        told["container at one CRF"] = folded_auc(
            table(at_one_crf(pack, given.crf))[0], y, groups, n_folds=ways["folds"], n_seeds=ways["seeds"]
        )
    print(f"{'seen by the classifier':24} {'forest':>8} {'logistic':>8}   AUC, {len(y)} clips")
    for name, aucs in told.items():
        print(f"{name:24} {aucs['forest']:8.3f} {aucs['logistic']:8.3f}")
    single = {n: float(roc_auc_score(y, x[:, i])) for i, n in enumerate(names)}
    worst = sorted(single, key=lambda n: -abs(single[n] - 0.5))[:5]
    print("single facts furthest from chance: " + ", ".join(f"{n} {single[n]:.3f}" for n in worst))
    unlike = [n for i, n in enumerate(names) if _differs_within_pairs(x[:, i], groups)]
    print(f"facts in which twins ever differ: {', '.join(unlike) or 'none'}")
    at_chance = max(abs(auc - 0.5) for auc in told["container"].values())
    print(
        json.dumps(
            {
                "clips": len(y),
                "container_auc": told["container"],
                "container_auc_at_one_crf": told.get("container at one CRF"),
                "levels_auc": told["mean levels"],
                "trivial_auc": told["brightness, size, length"],
                "largest_distance_from_chance": at_chance,
                "twins_differ_in": unlike,
            }
        )
    )


def _differs_within_pairs(values: np.ndarray, groups: np.ndarray) -> bool:
    return any(np.ptp(values[groups == g]) > 0 for g in np.unique(groups))


if __name__ == "__main__":
    main()
