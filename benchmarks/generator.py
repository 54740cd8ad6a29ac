"""Measure the generator: does it show what was asked, hold together in time, copy, and how fast is it?

    python benchmarks/generator.py                  everything, 500 held-out prompts; about an hour of one core
    python benchmarks/generator.py --quick          12 prompts; minutes
    python benchmarks/generator.py --parts prompts  only this part; the last results of the others are kept

Every figure of the model stands beside real renders of the same shots, the truth as tokens and painted (the best that
the generator could do: "painted") and clips scored against another clip's shot (chance). The table goes into
docs/explanation/generator-measures.md, between its markers, unless --quick or --no-docs is given. The last line is one
JSON object: `v2` and `v1` (`colour`, `object`, `action`, `background`, `joint`: shares of held-out prompts),
`unseen_pairs_joint`, `two_objects_joint`, `language_gap` (share by which the worst language falls short of English),
`s_per_clip` and `peak_mb` (a fresh process, default steps); a part that was never run is null.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from medialit.errors import MedialitError
from medialit.forensics import rules
from medialit.forensics.motion import Motion, fall_fit, measure
from medialit.forensics.roc import auc, bootstrap
from medialit.forensics.statistics import wilson
from medialit.forensics.tracker import follow
from medialit.generate.judge import Judgement, judge, score
from medialit.generate.novelty import nearest, thumbnail, thumbnails
from medialit.generate.shot import Shot, shot_of
from medialit.generate.split import has_unseen_pair, may_train, unseen_place
from medialit.media import Clip
from medialit.world import Scene, caption, draw_scene, render
from medialit.world.captions import languages

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "generator"
DOCS = ROOT / "docs" / "explanation" / "generator-measures.md"
PARTS = ("prompts", "steps", "languages", "novelty", "speed")
FIRST_SEED = 6_000_000  # apart from every seed of training (medialit.generate.data) and of the judge
CHUNK = 8  # clips in memory at once
MARKS = ("colour", "object", "action", "background", "joint")
SIZE = (256, 256)

Sample = Callable[..., list[Clip]]
Source = Callable[[Sequence[Scene]], list[Clip]]


def held_out(n: int) -> list[Scene]:
    """Return scenes with an object whose kind, action and place were never trained on together; no unseen pair."""
    return _draw(n, lambda s: not _pair(s) and any(unseen_place(t, s.background) for t in s.objects))


def pairs(n: int) -> list[Scene]:
    """Return scenes of one object in a colour that it never had in training."""
    return _draw(n, _pair, n_objects=1)


def two(n: int) -> list[Scene]:
    """Return scenes of two objects, with no unseen pair."""
    return _draw(n, lambda s: not _pair(s), n_objects=2)


def _pair(scene: Scene) -> bool:
    return any(has_unseen_pair(thing) for thing in scene.objects)


def _draw(n: int, wanted: Callable[[Scene], bool], n_objects: int | None = None) -> list[Scene]:
    out: list[Scene] = []
    seed = FIRST_SEED
    while len(out) < n:
        scene = draw_scene(seed, n_objects=n_objects, duration_s=2.0, fps=12.0, shake_m=0.0)
        out += [scene] if wanted(scene) else []
        seed += 1
    return out


@dataclasses.dataclass(frozen=True)
class Rig:
    """What is measured: the generator, its painters and its reader; tests put others in their place."""

    sample: Sample
    repaint: Callable[[Scene], Clip]
    read: Callable[[str], Shot]

    @classmethod
    def real(cls) -> Rig:
        from medialit.generate.sampler import sample_shots
        from medialit.generate.text import read

        return cls(sample_shots, repainted, lambda prompt: read(prompt).shot)

    def model(self, name: str, *, steps: int | None) -> Source:
        """Return a source of generated clips; the noise follows from the scene."""

        def source(scenes: Sequence[Scene]) -> list[Clip]:
            shots = [shot_of(scene) for scene in scenes]
            return self.sample(shots, seed=scenes[0].seed, model=name, steps=steps, guidance=None)

        return source


def rendered(scenes: Sequence[Scene]) -> list[Clip]:
    return [render(scene, size=SIZE) for scene in scenes]


def repainted(scene: Scene) -> Clip:
    """Return a scene as the painters give it: its true tokens, with the codes that the encoder finds by looking."""
    from medialit.generate.data import encode_shot
    from medialit.generate.data_layers import seen_codes, tokens_of
    from medialit.generate.sampler import encode_things, paint

    tokens = tokens_of(scene, *seen_codes(scene, encode_things))
    return Clip(frames=paint(tokens, encode_shot(shot_of(scene))), fps=scene.fps)


def clips_of(source: Source, scenes: Sequence[Scene]) -> Iterator[tuple[Scene, Clip]]:
    """Yield clips, a few in memory at once."""
    for start in range(0, len(scenes), CHUNK):
        part = scenes[start : start + CHUNK]
        yield from zip(part, source(part), strict=True)


def read_clips(source: Source, scenes: Sequence[Scene], *, n_motion: int) -> dict[str, Any]:
    """Return marks of each clip, and of the first `n_motion` what rules see and how they move."""
    rows: list[dict[str, Any]] = []
    seen: list[Judgement] = []
    for i, (scene, clip) in enumerate(clips_of(source, scenes)):
        found = judge([clip])[0]
        seen.append(found)
        row: dict[str, Any] = {
            "marks": marks(found, shot_of(scene)),
            "pan": found.pan == scene.pan,
            "n": len(scene.objects),
            "thumbnail": thumbnail(clip),
        }
        if i < n_motion:
            row |= moved(clip, scene, found)
        rows.append(row)
    # Chance: what one clip shows against what the next one was to show.
    chance = [marks(found, shot_of(scenes[i - 1])) for i, found in enumerate(seen)]
    return {"rows": rows, "chance": chance}


def marks(found: Judgement, shot: Shot) -> dict[str, bool]:
    result = score(found, shot)
    return {name: bool(getattr(result, name)) for name in MARKS}


def moved(clip: Clip, scene: Scene, found: Judgement) -> dict[str, Any]:
    """Return the measures of motion, and whether the rules agree with the network and with the truth."""
    reading = follow(clip, n_objects=len(scene.objects))
    out: dict[str, Any] = {"motion": {}, "rules": None}
    if reading.tracks:
        out["motion"] = dataclasses.asdict(measure(clip, reading=reading))
        flights = scene.objects[0].action in ("bounce", "fall") and len(scene.objects) == 1
        fall = fall_fit(reading.tracks[0]) if flights else None
        out["motion"] |= {
            "fall_residual": fall.residual if fall else None,
            "fall_gravity": fall.gravity if fall else None,
        }
        observed = rules.observe(clip, reading=reading)
        out["rules"] = compared(observed, scene, found)
    return out


def compared(observed: rules.Observation, scene: Scene, found: Judgement) -> dict[str, bool]:
    """Compare the rules with the truth, and with the network; by actions and colours, in no order."""

    def facts(objects: Sequence[Any], what: str) -> list[str]:
        return sorted(getattr(o, what) for o in objects)

    out = {}
    for what in ("colour", "action"):
        by_rule = facts(observed.objects, what)
        out[f"{what}_right"] = by_rule == facts(scene.objects, what)
        out[f"{what}_agrees"] = by_rule == facts(found.objects, what)
    out["background_right"] = observed.background == scene.background
    out["background_agrees"] = observed.background == found.background
    return out


def run_prompts(rig: Rig, options: argparse.Namespace) -> dict[str, Any]:
    """Return shares right for every source and every set of prompts, motion, and thumbnails kept for novelty."""
    sets = {
        "held-out prompts": held_out(options.n),
        "unseen pairs": pairs(max(8, options.n // 2)),
        "two objects": two(max(8, options.n // 2)),
    }
    sources: dict[str, Source] = {
        "v2": rig.model("v2", steps=options.steps),
        "v1": rig.model("v1", steps=options.steps),
        "painted": lambda scenes: [rig.repaint(scene) for scene in scenes],
        "render": rendered,
    }
    flow = ROOT / "src" / "medialit" / "generate" / "weights" / "flow.onnx"
    out: dict[str, Any] = {"marks": {}, "motion": {}, "rules": {}}
    out["flow_sha256"] = hashlib.sha256(flow.read_bytes()).hexdigest()
    kept: dict[str, np.ndarray[Any, Any]] = {}
    for set_name, scenes in sets.items():
        for name, source in sources.items():
            if set_name != "held-out prompts" and name in ("v1", "painted"):
                continue
            first = set_name == "held-out prompts"
            shown = scenes[: options.n_beside] if name in ("painted", "render") else scenes
            log(f"{set_name}: {name}")
            result = read_clips(source, shown, n_motion=options.n_motion if first else 0)
            rows = result["rows"]
            table = out["marks"].setdefault(set_name, {})
            table[name] = {m: [sum(r["marks"][m] for r in rows), len(rows)] for m in MARKS}
            if first:
                for n in (1, 2):
                    of = [r for r in rows if r["n"] == n]
                    out["marks"].setdefault(f"held-out, {'one object' if n == 1 else 'two objects'}", {})[
                        name
                    ] = {m: [sum(r["marks"][m] for r in of), len(of)] for m in MARKS}
                table[f"{name}, shuffled"] = {
                    m: [sum(c[m] for c in result["chance"]), len(rows)] for m in MARKS
                }
                out["motion"][name] = [r["motion"] for r in rows if "motion" in r]
                out["rules"][name] = [r["rules"] for r in rows if r.get("rules")]
                kept[name] = np.stack([r["thumbnail"] for r in rows])
    BUILD.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(BUILD / "thumbnails.npz", **kept)
    return out


def run_steps(rig: Rig, options: argparse.Namespace) -> dict[str, Any]:
    """Return quality and time for numbers of steps."""
    scenes = held_out(options.n_steps)
    table = {}
    for steps in (1, 2, 4, 8, 12, 24):
        log(f"{steps} steps")
        source = rig.model("v2", steps=steps)
        source(scenes[:1])
        spent, rows = 0.0, []
        for start in range(0, len(scenes), CHUNK):
            part = scenes[start : start + CHUNK]
            before = time.process_time()
            clips = source(part)
            spent += time.process_time() - before
            for scene, clip in zip(part, clips, strict=True):
                found = judge([clip])[0]
                rows.append((marks(found, shot_of(scene)), moved(clip, scene, found)["motion"]))
        table[str(steps)] = {
            "joint": [sum(m["joint"] for m, _ in rows), len(rows)],
            "flicker": median([m.get("flicker") for _, m in rows]),
            "acceleration_residual": median([m.get("acceleration_residual") for _, m in rows]),
            "cpu_s": round(spent / len(scenes), 3),
        }
    return table


def run_languages(rig: Rig, options: argparse.Namespace) -> dict[str, Any]:
    """Return, for each language, how often a prompt is read right, and how often the clip then shows it.

    What a caption leaves open (size, camera, painting) is filled in as in the scene, and the noise is the scene's, so
    that languages differ by what was understood of them and by nothing else.
    """
    scenes = [
        draw_scene(FIRST_SEED + 500_000 + i, duration_s=2.0, fps=12.0, shake_m=0.0)
        for i in range(options.n_languages)
    ]
    made: dict[tuple[Shot, int], dict[str, bool]] = {}
    table: dict[str, Any] = {}

    def shown(shot: Shot, scene: Scene) -> dict[str, bool]:
        key = (shot, scene.seed)
        if key not in made:
            clip = rig.sample([shot], seed=scene.seed, model="v2", steps=options.steps, guidance=None)[0]
            made[key] = marks(judge([clip])[0], shot_of(scene))
        return made[key]

    for language in languages():
        log(f"language {language}")
        right, rows = 0, []
        for i, scene in enumerate(scenes):
            asked = shot_of(scene)
            try:
                got = filled(rig.read(caption(scene, seed=i, language=language)), asked)
            except MedialitError as error:  # a prompt that can't be read or made is a prompt that isn't shown
                log(f"{language}: {error}")
                rows.append(dict.fromkeys(MARKS, False))
                continue
            right += got == asked
            rows.append(shown(got, scene))
        table[language] = {
            "read": [right, len(rows)],
            **{m: [sum(r[m] for r in rows), len(rows)] for m in MARKS},
        }
    return table


def filled(got: Shot, asked: Shot) -> Shot:
    """Return what was read, with what the words left open of size, camera and painting as in the scene."""
    objects = [
        dataclasses.replace(
            actor, size=actor.size or (asked.objects[i].size if i < len(asked.objects) else None)
        )
        for i, actor in enumerate(got.objects)
    ]
    return dataclasses.replace(
        got, objects=tuple(objects), pan=got.pan or asked.pan, look=asked.look
    ).settled(seed=0)


def run_novelty(rig: Rig, options: argparse.Namespace) -> dict[str, Any]:
    """Return distances to the nearest training clip, of generated clips and of fresh renders of the same shots."""
    kept = np.load(BUILD / "thumbnails.npz")
    library = training_library(options.n_train)
    out: dict[str, Any] = {"n_train": len(library)}
    limit = None
    for name in ("render", "v2", "v1"):
        distance, _ = nearest(list(kept[name]), library)
        limit = float(np.percentile(distance, 1)) if limit is None else limit
        out[name] = {
            "n": len(distance),
            "percentiles": [round(float(v), 2) for v in np.percentile(distance, (1, 5, 50, 95))],
            "nearer": int((distance < limit).sum()),
        }
    return out


def training_library(n: int) -> np.ndarray[Any, Any]:
    """Return thumbnails of the first `n` scenes that the generator was trained on, kept for the next run."""
    from medialit.generate.data import CLIP_SEEDS, training_scene

    path = BUILD / f"library_{n}.npy"
    if path.exists():
        return np.load(path)
    log(f"rendering {n} training scenes")
    scenes = (training_scene(seed) for seed in CLIP_SEEDS)
    allowed = (scene for scene in scenes if may_train(scene))
    library = thumbnails(scene for scene, _ in zip(allowed, range(n), strict=False))
    BUILD.mkdir(parents=True, exist_ok=True)
    np.save(path, library)
    return library


_FRESH = """
import json, pathlib, resource, sys, time
start = time.perf_counter()
from medialit.generate.sampler import sample
prompt = "a red ball bounces on the beach, camera pans left"
sample(prompt, seed=1)
first = time.perf_counter() - start
times = []
for seed in range(2, 7):
    start = time.perf_counter()
    sample(prompt, seed=seed)
    times.append(time.perf_counter() - start)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
status = pathlib.Path("/proc/self/status")
if status.exists():  # there ru_maxrss remembers the process that started this one
    peak = next(int(line.split()[1]) / 2**10 for line in status.open() if line.startswith("VmHWM"))
print(json.dumps({"first_s": first, "s_per_clip": sorted(times)[2], "peak_mb": peak}))
"""


def run_speed(rig: Rig, options: argparse.Namespace) -> dict[str, Any]:
    """Return seconds for the first clip of a fresh process, start included, then for another, and its peak memory."""
    done = subprocess.run(
        [sys.executable, "-c", _FRESH], capture_output=True, text=True, check=True, cwd=ROOT
    )
    found = json.loads(done.stdout.splitlines()[-1])
    return {name: round(value, 2) for name, value in found.items()}


RUN = {
    "prompts": run_prompts,
    "steps": run_steps,
    "languages": run_languages,
    "novelty": run_novelty,
    "speed": run_speed,
}


def median(values: Sequence[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return round(float(np.median(known)), 3) if known else None


def summary(results: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON object of the last line."""
    table = results.get("prompts", {}).get("marks", {})
    spoken = results.get("languages", {})
    speed = results.get("speed", {})

    def shares(name: str) -> dict[str, float] | None:
        row = table.get("held-out prompts", {}).get(name)
        return {m: round(row[m][0] / row[m][1], 4) for m in MARKS} if row else None

    def joint(set_name: str) -> float | None:
        row = table.get(set_name, {}).get("v2")
        return round(row["joint"][0] / row["joint"][1], 4) if row else None

    def share(language: str) -> float:
        right, n = spoken[language]["joint"]
        return right / n

    return {
        "v2": shares("v2"),
        "v1": shares("v1"),
        "unseen_pairs_joint": joint("unseen pairs"),
        "two_objects_joint": joint("two objects"),
        "language_gap": round(max(share("en") - share(code) for code in spoken), 4) if spoken else None,
        "s_per_clip": speed.get("s_per_clip"),
        "peak_mb": speed.get("peak_mb"),
        "n": table.get("held-out prompts", {}).get("v2", {}).get("joint", [0, 0])[1],
    }


LOWER_IS_BETTER = (
    "flicker",
    "coarse_flicker",
    "warp_error",
    "blotches",
    "acceleration_residual",
    "jumps",
    "fall_residual",
)
MEASURES = (*(f.name for f in dataclasses.fields(Motion)), "fall_residual", "fall_gravity")


def table_lines(results: dict[str, Any]) -> list[str]:
    """Return the Markdown tables."""
    lines: list[str] = []
    if prompts := results.get("prompts"):
        lines += (
            marks_lines(prompts["marks"]) + motion_lines(prompts["motion"]) + rules_lines(prompts["rules"])
        )
    if steps := results.get("steps"):
        lines += [
            "| steps | all four right | flicker | acceleration residual | processor s a clip |",
            "|---|---|---|---|---|",
        ]
        for n, row in steps.items():
            lines.append(
                f"| {n} | {share_of(row['joint'])} | {row['flicker']} | {row['acceleration_residual']} | {row['cpu_s']} |"
            )
        lines.append("")
    if spoken := results.get("languages"):
        lines += ["| language | read exactly | all four shown |", "|---|---|---|"]
        lines += [
            f"| {code} | {share_of(row['read'])} | {share_of(row['joint'])} |" for code, row in spoken.items()
        ]
        lines.append("")
    if novelty := results.get("novelty"):
        lines += [
            f"| nearest of {novelty['n_train']:,} training clips | 1 % | 5 % | median | 95 % | under the renders' 1 % |",
            "|---|---|---|---|---|---|",
        ]
        for name in ("render", "v2", "v1"):
            row = novelty[name]
            cells = " | ".join(f"{v:.1f}" for v in row["percentiles"])
            lines.append(f"| {name} | {cells} | {row['nearer']} of {row['n']} |")
        lines.append("")
    if speed := results.get("speed"):
        lines += [
            f"A fresh process has its first clip after {speed['first_s']} s, all starting included, and each further "
            f"one after {speed['s_per_clip']} s; its memory peaks at {speed['peak_mb']:.0f} MB.",
            "",
        ]
    return lines


def share_of(counted: Sequence[int]) -> str:
    right, n = counted
    return _percent(right, n)


def _percent(right: int, n: int) -> str:
    estimate = wilson(right, n)
    return f"{estimate.value:.1%} [{estimate.low:.1%}, {estimate.high:.1%}]"


def marks_lines(table: dict[str, Any]) -> list[str]:
    lines = [
        "| prompts | clips | n | " + " | ".join((*MARKS[:-1], "all four")) + " |",
        "|---|---|---|" + "---|" * 5,
    ]
    for set_name, rows in table.items():
        for name, row in rows.items():
            cells = " | ".join(_percent(*row[m]) for m in MARKS)
            lines.append(f"| {set_name} | {name} | {row['joint'][1]} | {cells} |")
    return [*lines, ""]


def motion_lines(table: dict[str, Any]) -> list[str]:
    names = ("render", "painted", "v2", "v1")
    lines = [
        "| measure, median | "
        + " | ".join(names)
        + " | AUC v1 against v2 | v1 worse, same prompt | AUC v2 against renders |",
        "|---|" + "---|" * (len(names) + 3),
    ]
    for measure_name in MEASURES:
        columns = {name: [row.get(measure_name) for row in table[name]] for name in names}
        medians = [median(columns[name]) for name in names]
        cells = ["none" if value is None else f"{value:g}" for value in medians]
        aucs = ["", "", ""]
        if measure_name != "fall_gravity":
            sign = 1 if measure_name in LOWER_IS_BETTER else -1
            aucs = [
                auc_of(columns["v1"], columns["v2"], sign),
                worse_of(columns["v1"], columns["v2"], sign),
                auc_of(columns["v2"], columns["render"], sign),
            ]
        lines.append(f"| {measure_name.replace('_', ' ')} | " + " | ".join([*cells, *aucs]) + " |")
    return [*lines, ""]


def worse_of(a: Sequence[float | None], b: Sequence[float | None], sign: int) -> str:
    """Return how often `a` is worse than `b` on one prompt, as a person sees them side by side; ties count half."""
    both = [sign * (x - y) for x, y in zip(a, b, strict=True) if x is not None and y is not None]
    if not both:
        return ""
    worse = sum(d > 0 for d in both) + sum(d == 0 for d in both) / 2
    return _percent(round(worse), len(both))


def auc_of(worse: Sequence[float | None], better: Sequence[float | None], sign: int) -> str:
    a, b = ([sign * v for v in values if v is not None] for values in (worse, better))
    if not a or not b:
        return ""
    return f"{bootstrap(auc, [True] * len(a) + [False] * len(b), [*a, *b], seed=1, n_resamples=500)}"


def rules_lines(table: dict[str, Any]) -> list[str]:
    lines = [
        "| rules on | colour right | action right | place right | colour, as the judge | action, as the judge "
        "| place, as the judge |",
        "|---|---|---|---|---|---|---|",
    ]
    keys = [f"{what}_{how}" for how in ("right", "agrees") for what in ("colour", "action", "background")]
    for name, rows in table.items():
        if rows:
            cells = " | ".join(_percent(sum(r[k] for r in rows), len(rows)) for k in keys)
            lines.append(f"| {name} | {cells} |")
    return [*lines, ""]


def write_docs(lines: list[str]) -> None:
    text = DOCS.read_text(encoding="utf-8")
    start, end = "<!-- benchmark: start -->\n", "<!-- benchmark: end -->"
    before, rest = text.split(start)
    DOCS.write_text(
        before + start + "\n" + "\n".join(lines) + "\n" + end + rest.split(end)[1], encoding="utf-8"
    )


def load(part: str) -> dict[str, Any]:
    path = BUILD / f"{part}.json"
    return json.loads(path.read_text()) if path.exists() else {}


def log(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--n", type=int, default=500, help="held-out prompts; half as many of the other two sets"
    )
    parser.add_argument(
        "--n-motion", type=int, default=150, help="of these, how many are followed and measured"
    )
    parser.add_argument(
        "--n-beside",
        type=int,
        default=None,
        help="of these, how many are also rendered and painted; default: all",
    )
    parser.add_argument("--n-steps", type=int, default=60, help="prompts for each number of steps")
    parser.add_argument("--n-languages", type=int, default=200, help="captions a language")
    parser.add_argument("--n-train", type=int, default=20_000, help="training clips that are compared with")
    parser.add_argument("--steps", type=int, default=None, help="by default the sampler's own")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--no-docs", action="store_true")
    options = parser.parse_args()
    if options.quick:
        options.n, options.n_motion, options.n_steps = 12, 6, 4
        options.n_languages, options.n_train = 6, 300
    rig = Rig.real()
    results: dict[str, Any] = {}
    for part in PARTS:
        if part in options.parts:
            results[part] = RUN[part](rig, options)
            BUILD.mkdir(parents=True, exist_ok=True)
            if not options.quick:
                (BUILD / f"{part}.json").write_text(json.dumps(results[part]))
        elif not options.quick:
            results[part] = load(part)
    lines = table_lines(results)
    print("\n".join(lines))
    if not (options.quick or options.no_docs):
        write_docs(lines)
        subprocess.run([sys.executable, ROOT / "benchmarks" / "generator_cards.py"], check=True)
    print(json.dumps(summary(results)))


if __name__ == "__main__":
    main()
