"""The clips that `benchmarks/detectors.py` counts on, as rows of features, kept in build/detectors."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from medialit import cueing
from medialit.forensics import cues
from medialit.forensics.detectors.features import READ, features
from medialit.forensics.detectors.mapped import Maps, maps_of
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
    """Take the features, and the maps for the network, of a pack's clips, finished or not, that are not there yet."""
    done = {row["sha256"] for row in load(name)}
    parts = sorted(folder.glob("parts/*.json"))
    known = [row for part in parts for row in json.loads(part.read_text(encoding="utf-8"))]
    for row in known[:most]:
        key = maps_key(row["sha256"], change)
        taken = row["sha256"] in done
        if (taken and maps_file(key).exists()) or (split is not None and row["split"] != split):
            continue
        clip: Clip | Path = folder / row["file"]
        if change is not None:
            clip = replace(CHANGES[change](read(folder / row["file"])), audio=None, sample_rate=None)
        if taken:
            _keep_maps(key, cues.look(clip))
            continue
        # Nobody looks for a face on a wall: that only saves time, and is the same for a clip and its twin.
        skip = () if row["source"] == "cast" else ("lip_sync", "face_boundary")
        if change is not None:
            skip = ("lip_sync",)  # the changes keep no sound
        footage = cueing.footage(clip, names=[one for one in READ if one not in skip])
        _keep_maps(key, footage)
        _keep(name, {field: row.get(field) for field in _KEPT} | {"f": features(footage, skip=skip)})
        print(f"{name} {row['file']} {row['kind']} {row['label']}", flush=True)


def take_footage() -> None:
    """Take the features of two-second pieces of videos that packages carry."""
    from watermark_footage import PACKAGE_VIDEOS, package_piece

    done = {row["sha256"] for row in load("footage")}
    for name, (_what, n_pieces) in PACKAGE_VIDEOS.items():
        for k in range(n_pieces):
            key = f"footage:{name}:{k}"
            if key in done and maps_file(key).exists():
                continue
            piece = package_piece(name, k)
            if piece is None:
                break
            if key in done:
                _keep_maps(key, cues.look(piece))
                continue
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
            _keep_maps(key, footage)
            _keep("footage", row | {"f": features(footage, skip=("lip_sync", "face_boundary"))})
            print(key, flush=True)


def maps_key(sha256: str, change: str | None = None) -> str:
    """Return what a clip's maps, and the network's scores of it, are called: a changed clip has its own."""
    return sha256 if change is None else f"{sha256}-{change}"


def maps_file(key: str) -> Path:
    """Return where a clip's maps lie."""
    return BUILD / "maps" / f"{key}.npz"


def maps(row: Mapping) -> Maps | None:
    """Return the maps of a row's clip; None where none were taken, or nothing could be measured in places."""
    path = maps_file(maps_key(row["sha256"], row.get("change")))
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as held:
        if not len(held["values"]):
            return None
        spans = tuple((int(first), int(end)) for first, end in held["spans"])
        return Maps(values=held["values"], spans=spans, side=int(held["side"]))


def _keep_maps(key: str, footage: cues.Footage) -> None:
    path, found = maps_file(key), maps_of(footage)
    path.parent.mkdir(parents=True, exist_ok=True)
    if found is None:
        np.savez(path, values=np.zeros(0), spans=np.zeros((0, 2), int), side=0)
    else:
        np.savez(path, values=found.values, spans=np.array(found.spans), side=found.side)


def _silent(clip: Clip) -> Clip:
    return replace(clip, audio=None, sample_rate=None)


def _keep(name: str, row: dict) -> None:
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")


def _path(name: str) -> Path:
    return BUILD / f"features-{name}.jsonl"
