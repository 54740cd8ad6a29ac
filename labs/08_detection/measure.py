"""Measure `table.json`: eight features of clips of the pack, as they were exported and after a messenger.

    python labs/08_detection/measure.py

The lab ships the table and not the clips, so that it is small and every number in it can be looked at. The rows of
features as exported are those that `benchmarks/detectors.py` keeps; the forwarded copies are made and measured here,
in about a minute. Run it again where the pack, the features or the messenger's recipe change, and then
`pytest tests/labs -k 08_detection`: the lab tells what it finds.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

import detectors_rows

from medialit import cueing
from medialit.forensics.detectors.features import READ, features
from medialit.media import read
from medialit.media.degrade import messenger

TABLE = Path(__file__).with_name("table.json")
PACKS = {"pack": ROOT / "build/clips/pack", "train-train7": ROOT / "build/clips/train7"}
GENERATORS = {"v1": "frames", "v2": "whole", "regenerate": "decoder"}
"""What a model drew: frame by frame, as a whole, or anew from a camera clip."""
PLAIN = "duplicate"
"""A kind that one feature sees: left out of the archive, whose clips should be hard."""
FEATURES = {
    "colour": "still.chroma",
    "ring": "still.ring_4",
    "steps": "grain.step_std",
    "evenness": "cue.second_order",
    "copies": "cue.copy_move",
    "dips": "grain.block_dip",
    "flutter": "grain.time_std",
    "peaks": "cue.spectrum",
}
FORWARDED = "lab08-messenger"
SKIPPED = ("lip_sync", "face_boundary")

Row = dict[str, Any]


def main() -> None:
    """Measure what is not measured yet, and write the table."""
    rows = [(folder, row) for name, folder in PACKS.items() for row in detectors_rows.load(name)]
    scenes = {scene: i for i, scene in enumerate(sorted({row["scene"] for _folder, row in rows}))}
    known = {row["sha256"]: row["f"] for row in detectors_rows.load(FORWARDED)}
    table: dict[str, list[Row]] = {"clips": [], "archive": []}
    for folder, row in rows:
        synthetic = row["label"] == "synthetic"
        if row["kind"] in GENERATORS:
            part = "clips"
        elif row["kind"] != PLAIN and synthetic == (scenes[row["scene"]] % 2 == 0):
            part = "archive"  # of each scene either the camera clips or the fakes, as one finds them
        else:
            continue
        about = {
            "scene": scenes[row["scene"]],
            "synthetic": synthetic,
            "method": GENERATORS.get(row["kind"], row["kind"]) if synthetic else "camera",
        }
        about["original"] = _chosen(row["f"])
        if part == "clips":
            if row["sha256"] not in known:
                known[row["sha256"]] = _forwarded(folder, row)
            about["forwarded"] = _chosen(known[row["sha256"]])
        table[part].append(about)
    lines = {part: ",\n".join(json.dumps(row) for row in found) for part, found in table.items()}
    said = ",\n".join(f'"{part}": [\n{found}\n]' for part, found in lines.items())
    TABLE.write_text("{\n" + said + "\n}\n", encoding="utf-8")


def _chosen(found: Mapping[str, float]) -> dict[str, float]:
    return {name: float(f"{found[feature]:.4g}") for name, feature in FEATURES.items()}


def _forwarded(folder: Path, row: Row) -> dict[str, float]:
    path = folder / row["file"]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == row["sha256"], f"{path} is not the clip measured"
    clip = replace(messenger(read(path)), audio=None, sample_rate=None)
    footage = cueing.footage(clip, names=[name for name in READ if name not in SKIPPED])
    found = features(footage, skip=SKIPPED)
    detectors_rows._keep(FORWARDED, {"sha256": row["sha256"], "f": found})
    print(row["file"], row["kind"], row["label"], flush=True)
    return found


if __name__ == "__main__":
    main()
