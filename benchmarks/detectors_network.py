"""Train the network without each split, and without each kind of fake, and score clips that it never saw.

    python benchmarks/detectors_network.py PACK... [--epochs 28] [--kinds] [--ship]

What it is trained on and scored by are the maps that `benchmarks/detectors.py` kept when it took the features, so run
that first. Of each split a network is trained on the other two of all packs, and scores it, and so are changed clips and
package footage (which was in no training, and gets the mean of the three): build/detectors/network-scores.json. With
`--ship`, the network that ships is trained on all three splits, and written into the package.

With `--kinds`, a network for each kind is trained instead, on the splits `train` and `calibrate` without that kind's
fakes, and scores the split `test`: network-without.json. Training goes on from its last epoch where it was stopped.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
from detectors_rows import BUILD, CHANGES, load, maps, maps_key

from medialit.forensics.detectors import train
from medialit.forensics.detectors.learned import load_learned, pooled

HOME = Path(__file__).resolve().parent.parent / "src/medialit/forensics/detectors"
SPLITS = ("train", "calibrate", "test")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("packs", type=Path, nargs="+")
    parser.add_argument("--epochs", type=int, default=28)
    parser.add_argument("--kinds", action="store_true")
    parser.add_argument("--only", default="", help="with --kinds: those kinds alone, with commas between")
    parser.add_argument("--ship", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    train.torch.set_num_threads(1)
    rows = [row for folder in given.packs for row in train.listed(folder)]
    shown = train.examples(rows, maps)
    print(f"{len(rows)} clips, {len(shown)} stacks of maps", flush=True)
    if given.kinds:
        _without_kinds(shown, rows, given)
        return
    scores: dict[str, float] = {}
    footage: list[dict[str, float]] = []
    for out in SPLITS:
        network = _trained(shown, shown.splits != out, f"without-{out}", given)
        scores |= _scored(network, [row for row in rows if row["split"] == out])
        footage.append(_scored(network, load("footage")))
        if out == "test":
            for change in CHANGES:
                scores |= _scored(network, _changed(given.packs[0], change))
    scores |= {key: float(np.mean([one[key] for one in footage])) for key in footage[0]}
    (BUILD / "network-scores.json").write_text(json.dumps(scores))
    if given.ship:
        network = _trained(shown, np.ones(len(shown), bool), "shipped", given)
        shutil.copyfile(network, HOME / "network.onnx")


def _without_kinds(shown: train.Examples, rows: list[dict], given: argparse.Namespace) -> None:
    asked = [row for row in rows if row["split"] == "test"]
    only = [kind for kind in given.only.split(",") if kind]
    for kind in only or sorted({row["kind"] for row in rows}):
        kept = (shown.splits != "test") & ~(shown.synthetic & (shown.kinds == kind))
        # A kind that writes no picture was never shown.
        name = f"without-test-{kind}" if kind not in train.UNSEEN else "without-test"
        network = _trained(shown, kept, name, given)
        those = [row for row in asked if row["label"] == "camera" or row["kind"] == kind]
        held = json.loads(WITHOUT.read_text()) if WITHOUT.exists() else {}
        WITHOUT.write_text(json.dumps(held | {kind: _scored(network, those)}))


def _changed(folder: Path, change: str) -> list[dict]:
    """Return the changed clips of the split `test` of a pack."""
    return [row | {"change": change} for row in load(f"{folder.name}-{change}")]


WITHOUT = BUILD / "network-without.json"


def _trained(shown: train.Examples, kept: np.ndarray, name: str, given: argparse.Namespace) -> Path:
    """Train on some stacks, and return the network's file."""
    out = BUILD / "networks" / name
    some = shown.some(kept)
    network = train.train(some, out=out, n_epochs=given.epochs, seed=given.seed)
    train.export(network, out / "network.onnx")
    print(f"{name}: {len(some)} stacks", flush=True)
    return out / "network.onnx"


def _scored(path: Path, rows: list[dict]) -> dict[str, float]:
    network = load_learned(path)
    assert network is not None
    known = [(maps_key(row["sha256"], row.get("change")), maps(row)) for row in rows]
    return {key: pooled(network.logits(held)) for key, held in known if held is not None}


if __name__ == "__main__":
    main()
