"""Train the network without each split, and without each kind of fake, and score clips that it never saw.

    python benchmarks/detectors_network.py PACK... [--epochs 12] [--kinds] [--ship]

Squares are cut from each pack once (build/detectors/squares-PACK.npz); what is scored are the squares that
`benchmarks/detectors.py` kept when it took the features, so run that first. Of each split a network is trained on the
other two of all packs, and scores it: build/detectors/network-scores.json. With `--kinds`, a network for each kind is
trained on the splits `train` and `calibrate` without that kind's fakes, and scores the split `test`:
network-without.json. With `--ship`, the network that ships is trained on `train` and `calibrate`, and written into the
package. Training goes on from its last epoch where it was stopped.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
from detectors_rows import BUILD, load, tubes

from medialit.forensics.detectors import train
from medialit.forensics.detectors.learned import load_learned, pooled

HOME = Path(__file__).resolve().parent.parent / "src/medialit/forensics/detectors"
SPLITS = ("train", "calibrate", "test")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("packs", type=Path, nargs="+")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--kinds", action="store_true")
    parser.add_argument("--ship", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    train.torch.set_num_threads(1)
    rows = [row for folder in given.packs for row in train.listed(folder)]
    squares = _joined([_squares(folder, given.seed) for folder in given.packs])
    scores: dict[str, float] = {}
    for out in SPLITS:
        network = _trained(squares, squares.splits != out, f"without-{out}", given)
        scores |= _scored(network, [row for row in rows if row["split"] == out])
        if out == "test":
            scores |= _scored(network, load("footage"))
        (BUILD / "network-scores.json").write_text(json.dumps(scores))
    if given.ship:
        shutil.copyfile(BUILD / "networks" / "without-test" / "network.onnx", HOME / "network.onnx")
    if not given.kinds:
        return
    without: dict[str, dict[str, float]] = {}
    asked = [row for row in rows if row["split"] == "test"]
    for kind in sorted({row["kind"] for row in rows}):
        if kind in train.SEEN_IN_PIXELS:
            kept = (squares.splits != "test") & ~(squares.synthetic & (squares.kinds == kind))
            network = _trained(squares, kept, f"without-test-{kind}", given)
        else:
            network = BUILD / "networks" / "without-test" / "network.onnx"  # never shown that kind
        those = [row for row in asked if row["label"] == "camera" or row["kind"] == kind]
        without[kind] = _scored(network, those)
        (BUILD / "network-without.json").write_text(json.dumps(without))


def _squares(folder: Path, seed: int) -> train.Squares:
    """Return a pack's squares, cut once."""
    path = BUILD / f"squares-{folder.name}.npz"
    if not path.exists():
        found = train.cut(train.listed(folder), seed=seed)
        np.savez(path, tubes=found.tubes, synthetic=found.synthetic, kinds=found.kinds, splits=found.splits)
    with np.load(path, allow_pickle=False) as held:
        return train.Squares(**{name: held[name] for name in ("tubes", "synthetic", "kinds", "splits")})


def _joined(those: list[train.Squares]) -> train.Squares:
    names = ("tubes", "synthetic", "kinds", "splits")
    return train.Squares(**{name: np.concatenate([getattr(one, name) for one in those]) for name in names})


def _trained(squares: train.Squares, kept: np.ndarray, name: str, given: argparse.Namespace) -> Path:
    """Train on some squares, and return the network's file."""
    out = BUILD / "networks" / name
    some = train.Squares(
        tubes=squares.tubes[kept], synthetic=squares.synthetic[kept], kinds=squares.kinds[kept],
        splits=squares.splits[kept],
    )  # fmt: skip
    network = train.train(some, out=out, n_epochs=given.epochs, seed=given.seed)
    train.export(network, out / "network.onnx")
    print(f"{name}: {len(some.tubes)} squares", flush=True)
    return out / "network.onnx"


def _scored(path: Path, rows: list[dict]) -> dict[str, float]:
    network = load_learned(path)
    assert network is not None
    known = [(row["sha256"], tubes(row["sha256"])) for row in rows]
    return {sha: pooled(network.logits(np.load(file))) for sha, file in known if file.exists()}


if __name__ == "__main__":
    main()
