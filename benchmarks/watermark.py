"""Measure the watermark: what it survives and costs, its errors and speed, what breaks it, and its peers side by side.

    python benchmarks/watermark.py              everything; hours: 100,000 unmarked crops, peers of seconds a frame
    python benchmarks/watermark.py --quick      two clips, 300 unmarked crops, the peers on two frames of one clip
    python benchmarks/watermark.py --parts ours speed    only these; the others' last results are kept

The table goes into docs/explanation/watermark.md, between its markers, unless --quick or --no-docs is given. The last
line is one JSON object: `exact_512` and `exact_256` (share of required cells with the exact payload), `psnr_db` and
`ssim` (lowest of all clips), `fpr` (false positives over `fpr_trials` unmarked crops), `embed_fps_720p`,
`detect_s_720p`, `peers` (mean bit accuracy over all cells that each peer ran; 0.5 is chance). With --resume a run that
was cut short goes on where it stopped; the unmarked crops always do.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import watermark_null
import watermark_peers
from watermark_footage import (
    BUILD,
    null_sources,
    package_video,
    pan,
    still,
    video,
    world_clip,
)

from medialit.media import degrade
from medialit.media.clip import Clip
from medialit.provenance import _mark, watermark

KEY = "benchmark key"
PAYLOAD = 0xC0FFEE_15_600D_F00D
N_FRAMES = 48
DOCS = Path(__file__).resolve().parent.parent / "docs" / "explanation" / "watermark.md"
PEER_CLIPS = ("telephone in a car 256", "astronaut, pan 512", "world, filmed 256", "bikes 910 x 512")
SLOW_PEERS = {"rivaGan": PEER_CLIPS[:2]}  # it takes seconds a frame
PARTS = ("ours", "peers", "null", "speed", "weak")


@dataclass(frozen=True)
class Attack:
    """Something that happens to a clip on its way."""

    name: str
    change: Callable[[Clip], Clip]
    at_256: bool = True  # required of clips of 256 pixels too


def burnt_label(clip: Clip) -> Clip:
    """Burn an opaque box with words over the lower left, about a twelfth of the picture."""
    frames = clip.frames.copy()
    w, h = clip.size
    corner, size = (round(0.05 * w), round(0.78 * h)), (round(0.45 * w), round(0.16 * h))
    for frame in frames:
        cv2.rectangle(frame, corner, (corner[0] + size[0], corner[1] + size[1]), (0, 0, 0), -1)
        place = corner[0] + 4, corner[1] + round(0.7 * size[1])
        cv2.putText(frame, "AI-generated", place, 0, w / 640, (255, 255, 255), max(1, w // 320), cv2.LINE_AA)
    return clip.with_frames(frames)


ATTACKS = (
    Attack("none", lambda clip: clip),
    *(
        Attack(f"H.264 CRF {crf}", lambda clip, crf=crf: degrade.recompress(clip, crf=crf), crf < 40)
        for crf in (23, 28, 35, 40)
    ),
    *(Attack(f"resize {p} %", lambda clip, p=p: degrade.resize(clip, scale=p / 100)) for p in (75, 50, 33)),
    Attack("crop 90 %", lambda clip: degrade.crop(clip, keep=0.9, anchor=(0.1, 0.8))),
    Attack("crop 75 %", lambda clip: degrade.crop(clip, keep=0.75, anchor=(0.8, 0.3))),
    Attack("crop 50 %", lambda clip: degrade.crop(clip, keep=0.5, anchor=(0.4, 0.6)), False),
    Attack("flip", degrade.flip),
    Attack("brightness +20 %", lambda clip: degrade.brightness(clip, shift=51)),
    Attack("brightness -20 %", lambda clip: degrade.brightness(clip, shift=-51)),
    Attack("contrast +20 %", lambda clip: degrade.contrast(clip, factor=1.2)),
    Attack("contrast -20 %", lambda clip: degrade.contrast(clip, factor=0.8)),
    Attack("JPEG 50", lambda clip: degrade.jpeg(clip, quality=50)),
    Attack("every 2nd frame lost", lambda clip: degrade.drop_frames(clip, every=2, gap="close")),
    Attack("15 frames a second", lambda clip: degrade.change_fps(clip, fps=15.0)),
    Attack("messenger", degrade.messenger, False),
    Attack("screenshot", degrade.screenshot),
    Attack("turn 2 degrees", lambda clip: degrade.rotate(clip, degrees=2)),
    Attack("burnt label", burnt_label),
)


def clips(quick: bool) -> Iterator[tuple[str, int, Callable[[], Clip]]]:
    """Yield name, class (256 or 512) and maker of each clip; none of them was tuned on."""
    bunny, bikes, phone = (
        package_video(name) for name in ("bigbuckbunny.mp4", "bikes.mp4", "carphone_pristine.mp4")
    )

    def pans(name: str, size: tuple[int, int]) -> Callable[[], Clip]:
        return lambda: Clip(pan(still(name), size, n=N_FRAMES, seed=7), 24.0)

    def drawn(seed: int, size: tuple[int, int], filmed: bool) -> Callable[[], Clip]:
        return lambda: world_clip(seed, size, n=N_FRAMES, filmed=filmed)

    every: list[tuple[str, int, Callable[[], Clip]]] = [
        ("astronaut, pan 512", 512, pans("astronaut", (512, 512))),
        ("astronaut, pan 256", 256, pans("astronaut", (256, 256))),
        ("animation 720p", 512, lambda: video(bunny, (1280, 720), n=N_FRAMES, start=40)),
        ("bikes 910 x 512", 512, lambda: video(bikes, (910, 512), n=N_FRAMES, start=60)),
        ("cat, pan 910 x 512", 512, pans("chelsea", (910, 512))),
        ("world, drawn 512", 512, drawn(31, (512, 512), False)),
        ("world, filmed 910 x 512", 512, drawn(32, (910, 512), True)),
        ("telephone in a car 256", 256, lambda: video(phone, (256, 256), n=N_FRAMES)),
        ("bikes 256", 256, lambda: video(bikes, (256, 256), n=N_FRAMES, start=120)),
        ("animation 256", 256, lambda: video(bunny, (256, 256), n=N_FRAMES, start=80)),
        ("world, drawn 256", 256, drawn(33, (256, 256), False)),
        ("world, filmed 256", 256, drawn(34, (256, 256), True)),
    ]
    yield from every[:2] if quick else every


def run_ours(options: argparse.Namespace) -> dict[str, Any]:
    """Return per clip: quality, and for each attack whether the payload came back exactly."""
    table: dict[str, Any] = load("ours") if options.resume else {}
    for name, kind, make in clips(options.quick):
        if name in table:
            continue
        clip = make()
        marked = watermark.embed(clip, PAYLOAD, key=KEY)
        cells: dict[str, Any] = {}
        for attack in ATTACKS:
            found = watermark.detect(attack.change(marked), key=KEY)
            cells[attack.name] = {
                "exact": found.payload == PAYLOAD,
                "p": found.p_value,
                "wrong": found.payload not in (None, PAYLOAD),
            }
        table[name] = {"kind": kind, **quality(clip, marked), "cells": cells}
        missed = [attack for attack, cell in cells.items() if not cell["exact"]]
        log(
            f"{name}: {table[name]['psnr']:.2f} dB, SSIM {table[name]['ssim']:.4f}, missed: {', '.join(missed) or 'none'}"
        )
        save("ours", table)
    return table


def quality(clip: Clip, marked: Clip) -> dict[str, float]:
    """Return PSNR over red, green and blue, mean SSIM of luma, and the PSNR of the first frame, which has more mark."""
    pairs = list(zip(clip.frames, marked.frames, strict=True))
    errors = np.array([((a.astype(np.float32) - b) ** 2).mean() for a, b in pairs])
    return {
        "psnr": float(10 * np.log10(255**2 / errors.mean())),
        "ssim": float(np.mean([_mark.ssim(a, b) for a, b in pairs])),
        "first_psnr": float(10 * np.log10(255**2 / errors[0])),
    }


def run_null(options: argparse.Namespace) -> dict[str, Any]:
    """Return what unmarked crops were taken for; see watermark_null.py."""
    n = 300 if options.quick else options.trials
    path = BUILD / ("null_quick.npy" if options.quick else "null_check.npy")
    table = watermark_null.measure(null_sources("check"), n=n, seed=2, save=path)
    return watermark_null.check(table)


def run_speed(options: argparse.Namespace) -> dict[str, Any]:
    """Return frames a second of embedding and seconds of detection, 720p, best of three, all cores that OpenCV takes."""
    clip = video(package_video("bigbuckbunny.mp4"), (1280, 720), n=125)
    short = Clip(clip.frames[:N_FRAMES], clip.fps)
    marked = watermark.embed(short, PAYLOAD, key=KEY)
    five_s = Clip(np.concatenate([marked.frames] * 3)[: round(5 * clip.fps)], clip.fps)
    rounds = 1 if options.quick else 3
    embed_s, embed_cpu_s = best_of(rounds, lambda: watermark.embed(short, PAYLOAD, key=KEY))
    detect_s, detect_cpu_s = best_of(rounds, lambda: watermark.detect(five_s, key=KEY))
    return {
        "embed_fps_720p": round(N_FRAMES / embed_s, 1),
        "detect_s_720p": round(detect_s, 2),
        "embed_cpu_ms": round(1000 * embed_cpu_s / N_FRAMES, 1),
        "detect_cpu_s": round(detect_cpu_s, 2),
        "load": load_average(),
    }


def run_weak(options: argparse.Namespace) -> dict[str, Any]:
    """Return what breaks the mark, and what it costs the attacker in quality."""
    clip = Clip(pan(still("astronaut"), (512, 512), n=24, seed=7), 24.0)
    other = Clip(pan(still("chelsea"), (512, 512), n=24, seed=9), 24.0)
    marked = watermark.embed(clip, PAYLOAD, key=KEY)
    trail = marked.frames.astype(np.float32) - clip.frames

    def verdict(attacked: Clip, reference: Clip | None = None) -> dict[str, Any]:
        found = watermark.detect(attacked, key=KEY)
        psnr = None if reference is None else quality(reference, attacked)["psnr"]
        return {"payload_read": found.payload == PAYLOAD, "p": found.p_value, "psnr": psnr}

    # With the key: read the payload, draw its pattern, take it away.
    known = watermark.detect(marked, key=KEY).payload
    assert known is not None
    again = watermark.embed(marked, known, key=KEY).frames.astype(np.float32) - marked.frames
    out = {"known key": verdict(with_levels(clip, marked.frames - again), clip)}
    # Without the key: average what many clips of one owner have in common, then subtract it.
    for n in (16, 64, 256):
        mean = average_residual(n)
        aligned = cv2.resize(mean, clip.size)
        scale = float(
            (aligned * trail[0]).sum() / max((aligned**2).sum(), 1e-9)
        )  # the attacker's best guess, given for free
        out[f"average of {n} clips"] = verdict(with_levels(clip, marked.frames - scale * aligned), clip)
    # Make the picture anew: shrink, denoise, enlarge.
    for percent in (25, 12, 6):
        few = degrade.resize(marked, scale=percent / 100)
        anew = [cv2.fastNlMeansDenoisingColored(frame, None, 10, 10, 5, 15) for frame in few.frames]
        large = np.stack([cv2.resize(frame, clip.size, interpolation=cv2.INTER_CUBIC) for frame in anew])
        out[f"shrunk to {percent} %, denoised, enlarged"] = verdict(clip.with_frames(large), clip)
    # Copy the mark onto a clip that its owner never saw.
    out["copy onto another clip (original at hand)"] = verdict(
        with_levels(other, other.frames + trail), other
    )
    guess = np.stack(
        [frame - cv2.bilateralFilter(frame, 9, 30, 7).astype(np.float32) for frame in marked.frames]
    )
    out["copy onto another clip (estimated)"] = verdict(
        with_levels(other, other.frames + guess.mean(axis=0)), other
    )
    for degrees in (5, 8):
        out[f"turn {degrees} degrees"] = verdict(degrade.rotate(marked, degrees=degrees))
    for percent in (3, 6):
        size = round(clip.width * (1 + percent / 100)), clip.height
        out[f"stretch {percent} %"] = verdict(
            clip.with_frames(np.stack([cv2.resize(f, size) for f in marked.frames]))
        )
    for percent in (44, 40):
        out[f"crop {percent} %"] = verdict(degrade.crop(marked, keep=percent / 100))
    out["upside down"] = verdict(degrade.flip(marked, axis="vertical"))
    faint = watermark.embed(clip, PAYLOAD, key=KEY, psnr_db=44)
    for crf in (28, 35):
        out[f"mark of 44 dB, H.264 CRF {crf}"] = verdict(degrade.recompress(faint, crf=crf))
    out["mark of 44 dB, crop 50 %"] = verdict(degrade.crop(faint, keep=0.5))
    out["mark of 44 dB, screenshot"] = verdict(degrade.screenshot(faint))
    out["first 12 frames lost, H.264 CRF 35"] = verdict(
        degrade.recompress(Clip(marked.frames[12:], marked.fps), crf=35)
    )
    return out


def average_residual(n: int) -> np.ndarray[Any, Any]:
    """Return the mean high-frequency residual of `n` stills marked with one payload and key, shape (512, 512, 3)."""
    sources = [
        still(name)
        for name in ("chelsea", "hubble_deep_field", "retina", "coffee", "rocket", "motorcycle_left")
    ]
    total = np.zeros((512, 512, 3), np.float32)
    for i in range(n):
        one = Clip(pan(sources[i % len(sources)], (512, 512), n=2, seed=100 + i)[:1], 24.0)
        marked = watermark.embed(one, PAYLOAD, key=KEY).frames[0].astype(np.float32)
        total += np.clip(marked - cv2.GaussianBlur(marked, (0, 0), 12.0), -12, 12) / n
    return total


def with_levels(clip: Clip, levels: np.ndarray[Any, Any]) -> Clip:
    return clip.with_frames(np.clip(np.rint(levels), 0, 255).astype(np.uint8))


def run_peers(options: argparse.Namespace) -> dict[str, Any]:
    """Return each peer's quality and bit accuracy on the same clips and attacks; see watermark_peers.py."""
    table: dict[str, Any] = load("peers") if options.resume else {}
    python = watermark_peers.environment(BUILD / "peers")
    wanted = PEER_CLIPS[1:2] if options.quick else PEER_CLIPS
    whole = {name: (kind, make()) for name, kind, make in clips(options.quick) if name in wanted}
    for peer, n_frames in watermark_peers.PEERS.items():
        n = 2 if options.quick else n_frames
        todo = {
            name: Clip(clip.frames[:n].copy(), clip.fps)
            for name, (_, clip) in whole.items()
            if name not in table.get(peer, {}) and name in SLOW_PEERS.get(peer, PEER_CLIPS)
        }
        if not todo:
            continue
        rows = table.setdefault(peer, {})
        for name, row in one_peer(python, peer, todo).items():
            rows[name] = row | {"kind": whole[name][0]}
            log(f"{peer}, {name}: {row['psnr']:.1f} dB, {np.mean(list(row['cells'].values())):.2f}")
        save("peers", table)
    return table


def one_peer(python: Path, peer: str, todo: dict[str, Clip]) -> dict[str, dict[str, Any]]:
    """Return a row for each clip; all are marked in one process and read in another, for starting them takes seconds."""
    given = {name: clip.frames for name, clip in todo.items()}
    marked = {
        name: todo[name].with_frames(frames)
        for name, frames in watermark_peers.embed(python, peer, given, PAYLOAD, BUILD).items()
    }
    attacked = {
        (name, attack.name): attack.change(clip).frames for name, clip in marked.items() for attack in ATTACKS
    }
    accuracy = watermark_peers.bit_accuracy(python, peer, attacked, PAYLOAD, BUILD)
    return {
        name: {
            **quality(clip, marked[name]),
            "cells": {attack.name: accuracy[name, attack.name] for attack in ATTACKS},
        }
        for name, clip in todo.items()
    }


RUN = {"ours": run_ours, "peers": run_peers, "null": run_null, "speed": run_speed, "weak": run_weak}


def summary(results: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON object of the last line; a part that was never run is null."""
    ours, null, speed = results.get("ours", {}), results.get("null", {}), results.get("speed", {})
    return {
        "exact_512": share(ours, 512),
        "exact_256": share(ours, 256),
        "psnr_db": round(min((row["psnr"] for row in ours.values()), default=0.0), 2),
        "ssim": round(min((row["ssim"] for row in ours.values()), default=0.0), 4),
        "fpr": null["false_positives"] / null["trials"] if null else None,
        "fpr_trials": null.get("trials"),
        "embed_fps_720p": speed.get("embed_fps_720p"),
        "detect_s_720p": speed.get("detect_s_720p"),
        "peers": {
            peer: round(
                float(np.mean([value for row in rows.values() for value in row["cells"].values()])), 3
            )
            for peer, rows in results.get("peers", {}).items()
        },
    }


def share(ours: dict[str, Any], kind: int) -> float | None:
    cells = [
        row["cells"][attack.name]["exact"]
        for row in ours.values()
        if row["kind"] == kind
        for attack in ATTACKS
        if kind == 512 or attack.at_256
    ]
    return round(float(np.mean(cells)), 4) if cells else None


def table_lines(results: dict[str, Any]) -> list[str]:
    """Return the Markdown tables."""
    ours, peers = results.get("ours", {}), results.get("peers", {})
    head = [
        "attack",
        "exact, 512 px and above",
        "exact, 256 px",
        *(f"{peer} (bits right, {len(rows)} clips)" for peer, rows in peers.items()),
        "ours beside them, same clips",
    ]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for attack in ATTACKS:
        row = [attack.name]
        for kind in (512, 256):
            cells = [one["cells"][attack.name]["exact"] for one in ours.values() if one["kind"] == kind]
            row.append(
                f"{sum(cells)} of {len(cells)}" + ("" if kind == 512 or attack.at_256 else " (not required)")
            )
        row += [
            f"{np.mean([one['cells'][attack.name] for one in rows.values()]):.2f}" for rows in peers.values()
        ]
        row.append(standing(attack.name, ours, peers))
        lines.append("| " + " | ".join(row) + " |")
    dbs = [[f"{np.mean([one['psnr'] for one in rows.values()]):.1f}" for rows in peers.values()]]
    mine = [
        f"{min((row['psnr'] for row in ours.values() if row['kind'] == kind), default=0):.1f} at least"
        for kind in (512, 256)
    ]
    lines.append("| " + " | ".join(["PSNR in dB", *mine, *dbs[0], ""]) + " |")
    lines += [
        "",
        "| clip | PSNR in dB | SSIM | first frame, dB | required cells missed |",
        "|---|---|---|---|---|",
    ]
    for name, one in ours.items():
        missed = [
            a.name for a in ATTACKS if (one["kind"] == 512 or a.at_256) and not one["cells"][a.name]["exact"]
        ]
        figures = f"{one['psnr']:.2f} | {one['ssim']:.4f} | {one['first_psnr']:.1f}"
        lines.append(f"| {name} | {figures} | {', '.join(missed) or 'none'} |")
    if weak := results.get("weak"):
        lines += ["", "| what was done | payload still read | PSNR of the result in dB |", "|---|---|---|"]
        for name, one in weak.items():
            psnr = "" if one["psnr"] is None else f"{one['psnr']:.1f}"
            lines.append(f"| {name} | {'yes' if one['payload_read'] else 'no'} | {psnr} |")
    if null := results.get("null"):
        tails = ", ".join(f"{value:.4f} under {level}" for level, value in null["tail_at"].items())
        lines += [
            "",
            f"Unmarked crops: {null['trials']:,}. Payloads claimed: {null['false_positives']}. "
            f"Tags that fitted by chance: {null['tags']} ({null['tags_expected']} expected). "
            f"Smallest p-value: {null['smallest_p']:.1e}. Share of crops with a tail probability {tails}.",
        ]
    if speed := results.get("speed"):
        lines += [
            "",
            f"At 720p {speed['embed_fps_720p']} frames a second are embedded and five seconds are read in "
            f"{speed['detect_s_720p']} s, with a load average of {speed['load']} on the machine. "
            f"Processor time: {speed['embed_cpu_ms']} ms a frame and {speed['detect_cpu_s']} s.",
        ]
    return lines


def standing(attack: str, ours: dict[str, Any], peers: dict[str, Any]) -> str:
    """Return how ours stands beside the peers on the clips that they ran too."""
    shared = sorted({name for rows in peers.values() for name in rows} & set(ours))
    missed = [name for name in shared if not ours[name]["cells"][attack]["exact"]]
    perfect = [
        peer
        for peer, rows in peers.items()
        if rows and all(one["cells"][attack] == 1.0 for one in rows.values())
    ]
    if missed:
        return f"ours is missed on {', '.join(missed)}" + (
            f"; not on it: {', '.join(perfect)}" if perfect else ""
        )
    if perfect:
        return f"level with {', '.join(perfect)}: no bit is left to win"
    return "ahead" if shared else ""


def write_docs(lines: list[str]) -> None:
    text = DOCS.read_text(encoding="utf-8")
    start, end = "<!-- benchmark: start -->\n", "<!-- benchmark: end -->"
    before, rest = text.split(start)
    DOCS.write_text(
        before + start + "\n" + "\n".join(lines) + "\n\n" + end + rest.split(end)[1], encoding="utf-8"
    )


def load(part: str) -> dict[str, Any]:
    path = BUILD / f"{part}.json"
    return json.loads(path.read_text()) if path.exists() else {}


def save(part: str, value: dict[str, Any]) -> None:
    BUILD.mkdir(parents=True, exist_ok=True)
    (BUILD / f"{part}.json").write_text(json.dumps(value))


def best_of(n: int, work: Callable[[], object]) -> tuple[float, float]:
    """Return the least of `n` wall times and of `n` processor times, in seconds."""
    walls, processors = [], []
    for _ in range(n):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    return min(walls), min(processors)


def load_average() -> float:
    return (
        round(float(Path("/proc/loadavg").read_text().split()[0]), 1)
        if Path("/proc/loadavg").exists()
        else 0.0
    )


def log(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--trials", type=int, default=100_000, help="unmarked crops")
    parser.add_argument(
        "--resume", action="store_true", help="keep finished clips of a run that was cut short"
    )
    parser.add_argument("--no-docs", action="store_true", help="leave docs/explanation/watermark.md alone")
    options = parser.parse_args()
    results: dict[str, Any] = {} if options.quick else {part: load(part) for part in PARTS}
    for part in options.parts:
        results[part] = RUN[part](options)
        if not options.quick:
            save(part, results[part])
    lines = table_lines(results)
    print("\n".join(lines))
    if not (options.quick or options.no_docs):
        write_docs(lines)
    print(json.dumps(summary(results)))


if __name__ == "__main__":
    main()
