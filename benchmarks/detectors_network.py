"""Score the pack's split `test` with the network: `python benchmarks/detectors_network.py PACK NETWORK.onnx`.

The network is trained without that split, by

    python -m medialit.forensics.detectors.train PACK ... --splits train,calibrate --out build/detectors/network

Scores go to build/detectors/network-scores.json, where `benchmarks/detectors.py` finds them.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from detectors_rows import BUILD

from medialit.forensics import cues
from medialit.forensics.detectors.learned import load_learned


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pack", type=Path)
    parser.add_argument("network", type=Path)
    given = parser.parse_args()
    network = load_learned(given.network)
    assert network is not None, f"there is no {given.network}"
    scores = {}
    for part in sorted(given.pack.glob("parts/*.json")):
        for row in json.loads(part.read_text(encoding="utf-8")):
            if row["split"] == "test":
                scores[row["sha256"]] = network.score(cues.look(given.pack / row["file"]))
                print(f"{len(scores)} {row['kind']} {row['label']} {scores[row['sha256']]:.2f}", flush=True)
    (BUILD / "network-scores.json").write_text(json.dumps(scores))


if __name__ == "__main__":
    main()
