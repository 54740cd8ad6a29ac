"""The clips that `benchmarks/detectors.py` counts on, as rows of features, kept in build/detectors."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from medialit import cueing
from medialit.forensics import cues
from medialit.forensics.detectors.features import READ, features
from medialit.forensics.detectors.learned import tubes_of
from medialit.media import Clip, read
from medialit.media.degrade import recompress, resize

BUILD = Path(__file__).resolve().parent.parent / "build" / "detectors"
CHANGES: dict[str, Callable[[Clip], Clip]] = {
    "crf30": lambda clip: recompress(_silent(clip), crf=30),
    "vp9": lambda clip: recompress(_silent(clip), crf=40, codec="vp9"),
    "half": lambda clip: resize(_silent(clip), scale=0.5),
}
_KEPT = (
    "sha256", "file", "label", "kind", "method", "strength", "arrival", "split", "source", "scene", "odd", "pair",
)  # fmt: skip

Rows = list[dict]


def load(name: str) -> Rows:
    """Return the rows of a set; none where it was never taken."""
    path = _path(name)
    return [json.loads(line) for line in path.open(encoding="utf-8")] if path.exists() else []


def take_pack(
    name: str, folder: Path, *, most: int, change: str | None = None, split: str | None = None
) -> None:
    """Take the features, and the squares for the network, of a pack's clips, finished or not, that are not there yet."""
    done = {row["sha256"] for row in load(name)}
    parts = sorted(folder.glob("parts/*.json"))
    known = [row for part in parts for row in json.loads(part.read_text(encoding="utf-8"))]
    for row in known[:most]:
        if row["sha256"] in done or (split is not None and row["split"] != split):
            continue
        # Nobody looks for a face on a wall: that only saves time, and is the same for a clip and its twin.
        skip = () if row["source"] == "cast" else ("lip_sync", "face_boundary")
        clip: Clip | Path = folder / row["file"]
        if change is not None:
            clip = replace(CHANGES[change](read(folder / row["file"])), audio=None, sample_rate=None)
            skip = ("lip_sync",)  # the changes keep no sound
        footage = cueing.footage(clip, names=[one for one in READ if one not in skip])
        if change is None:
            _keep_tubes(row["sha256"], footage)
        _keep(name, {key: row.get(key) for key in _KEPT} | {"f": features(footage, skip=skip)})
        print(f"{name} {row['file']} {row['kind']} {row['label']}", flush=True)


def take_footage() -> None:
    """Take the features of two-second pieces of videos that packages carry."""
    from watermark_footage import PACKAGE_VIDEOS, package_piece

    done = {row["sha256"] for row in load("footage")}
    for name, (_what, n_pieces) in PACKAGE_VIDEOS.items():
        for k in range(n_pieces):
            key = f"footage:{name}:{k}"
            if key in done:
                continue
            piece = package_piece(name, k)
            if piece is None:
                break
            row = {
                "sha256": key,
                "source": name,
                "label": "camera",
                "split": "none",
                "kind": "none",
                "odd": None,
                "size": list(piece.size),
            }
            footage = cues.look(piece)
            _keep_tubes(key, footage)
            _keep("footage", row | {"f": features(footage, skip=("lip_sync", "face_boundary"))})
            print(key, flush=True)


def tubes(sha256: str) -> Path:
    """Return where a clip's squares lie, shape (N, 3, 64, 64)."""
    return BUILD / "tubes" / f"{sha256}.npy"


def _keep_tubes(sha256: str, footage: cues.Footage) -> None:
    tubes(sha256).parent.mkdir(parents=True, exist_ok=True)
    np.save(tubes(sha256), tubes_of(footage))


def _silent(clip: Clip) -> Clip:
    return replace(clip, audio=None, sample_rate=None)


def _keep(name: str, row: dict) -> None:
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")


def _path(name: str) -> Path:
    return BUILD / f"features-{name}.jsonl"
