"""Score the split `test` of packs with the network: `python benchmarks/detectors_network.py NETWORK.onnx PACK...`.

The network is trained without that split (remove the scores when it is another network), by

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
    parser.add_argument("network", type=Path)
    parser.add_argument("packs", type=Path, nargs="+")
    given = parser.parse_args()
    network = load_learned(given.network)
    assert network is not None, f"there is no {given.network}"
    kept = BUILD / "network-scores.json"
    scores = json.loads(kept.read_text()) if kept.exists() else {}
    for folder in given.packs:
        for part in sorted(folder.glob("parts/*.json")):
            for row in json.loads(part.read_text(encoding="utf-8")):
                if row["split"] == "test" and row["sha256"] not in scores:
                    scores[row["sha256"]] = network.score(cues.look(folder / row["file"]))
                    print(f"{len(scores)} {row['kind']} {row['label']}", flush=True)
        kept.write_text(json.dumps(scores))


if __name__ == "__main__":
    main()
