"""How often the detectors are right and wrong, on clips whose scenes, people and cameras they never saw.

    python benchmarks/detectors.py [--pack DIR] [--train DIR ...] [--changes] [--footage] [--networks] [--write]

Features are taken once and kept in build/detectors/features-SET.jsonl, so that a run that was stopped goes on. Then, with
the three splits of a pack in turn held out (no scene, person or camera body is in two of them, nor in two splits of
another pack), trees are fitted on the other two, their probability is calibrated on scores across those two, and all is
counted on the third:

- **known**: every kind of fake was in training; **unknown**: the generator's clips (v1, v2) and what goes through its
  decoder (regenerate) were not; **leave one out**: one kind at a time was not;
- **recompressed**: the same clips at CRF 30 in H.264, at CRF 40 in VP9, at half the size (`--changes`; the detector is
  not fitted on such clips);
- **odd**: honest clips that are slow, dark, shaken, compressed, passed on;
- **footage**: pieces of videos that packages carry (`--footage`), honest clips without twins; each video is counted with
  what was fitted without it.

The network takes minutes to train, so it is trained once without the split `test`, and counted on that split alone
(`--networks` names its file). `--write` fits the trees that ship on all packs, and writes forest.json, shipped.json and
the tables of docs/explanation/detectors.md. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from detectors_report import tables
from detectors_rows import BUILD, CHANGES, Rows, load, take_footage, take_pack

from medialit.forensics.calibration import expected_calibration_error
from medialit.forensics.detectors import Directions, fit_curve, fit_directions
from medialit.forensics.detectors.calibrated import Curve
from medialit.forensics.detectors.features import vector
from medialit.forensics.detectors.trees import Forest, fit
from medialit.forensics.roc import auc, bootstrap
from medialit.forensics.statistics import ppv, wilson

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "src/medialit/forensics/detectors"
PAGE = ROOT / "docs/explanation/detectors.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
SPLITS = ("train", "calibrate", "test")
GENERATED = ("v1", "v2", "regenerate")
ALARMS = 0.02  # share of honest clips at the shipped operating point
MISSES = 0.03  # share of fakes that are told "no signs"
BASE_RATES = (0.005, 0.05, 0.5)
OF_FEATURES = ("directions", "forest")
ALL = (*OF_FEATURES, "network")
N_TREES = 120


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pack", type=Path, help="the pack that is evaluated on")
    parser.add_argument("--train", type=Path, nargs="*", default=[], help="packs that are only trained on")
    parser.add_argument(
        "--changes", action="store_true", help="the pack's test split, recompressed and resized"
    )
    parser.add_argument("--footage", action="store_true", help="videos that packages carry")
    parser.add_argument("--most", type=int, default=10_000, help="clips of each pack")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if options.pack:
        take_pack("pack", options.pack, most=options.most)
        if options.changes:
            for change in CHANGES:
                take_pack(f"pack-{change}", options.pack, change=change, split="test", most=options.most)
    for folder in options.train:
        take_pack(f"train-{folder.name}", folder, most=options.most)
    if options.footage:
        take_footage()
    report = evaluate(
        [row | {"pack": "pack"} for row in load("pack")],
        [
            row | {"pack": path.stem}
            for path in sorted(BUILD.glob("features-train-*.jsonl"))
            for row in load(path.stem[9:])
        ],
        {change: load(f"pack-{change}") for change in CHANGES},
        load("footage"),
        write=options.write,
    )
    shown = tables(report)
    print(shown)
    if options.write and PAGE.exists():
        page = PAGE.read_text(encoding="utf-8")
        before, rest = page.split(BEGIN)
        PAGE.write_text(before + BEGIN + "\n\n" + shown + "\n" + END + rest.split(END)[1], encoding="utf-8")
    one = report["together"]
    print(
        json.dumps(
            {
                "auc_known": one["auc_known"][0],
                "auc_leave_one_out": one["auc_leave_one_out"],
                "ece": one["ece"],
                "odd_flagged": one["odd_flagged"][0],
                "auc_unknown": one["auc_unknown"][0],
                "network_auc": report["network"] and report["network"]["auc_known"][0],
                "all_auc": report["all"] and report["all"]["auc_known"][0],
                "n_clips": report["n_clips"],
                "n_train": report["n_train"],
            }
        )
    )


def evaluate(pack: Rows, extra: Rows, changed: dict[str, Rows], footage: Rows, *, write: bool) -> dict:
    """Return all numbers of the report."""
    footage = [row | {"pack": "footage", "pair": k} for k, row in enumerate(footage)]
    extra = [*extra, *footage]  # honest clips without twins, of a split of their own
    names = tuple(sorted({name for row in (*pack, *extra) for name in row["f"]}))
    held = _across(pack, extra, names)
    report: dict = {
        "n_clips": len(pack),
        "n_train": len(pack) + len(extra),
        "n_footage": len(footage),
        "kinds": sorted({row["kind"] for row in pack}),
        "n_features": len(names),
    }
    for key, one in held.ways.items():
        report[key] = _counted(pack, one.z, one.probability, one.flagged)
    left_out = {kind: _without(pack, extra, names, (kind,), held) for kind in report["kinds"]}
    unknown = _without(pack, extra, names, GENERATED, held)
    for key in held.ways:
        report[key] |= {
            "left_out": {kind: one[key][0] for kind, one in left_out.items()},
            "auc_leave_one_out": round(float(np.mean([one[key][0] for one in left_out.values()])), 4),
            "auc_unknown": unknown[key],
        }
    report |= _network(pack, extra, held)
    report["changed"] = {
        change: _changed(pack, extra, names, rows) for change, rows in changed.items() if len(rows) > 20
    }
    models = _fit([*pack, *extra], names)
    curves = {key: one.curve.as_dict() for key, one in held.ways.items() if key != "together"}
    curves["directions+forest"] = held.ways["together"].curve.as_dict()
    curves |= {key: curve.as_dict() for key, curve in report.pop("curves", {}).items()}
    points = _operating(held.crossed, held.crossed_truth)
    if report.get("operating"):  # what ships says the more careful of the two
        three = report["operating"]
        points = _rates(
            *report.pop("said"),
            signs=max(points["signs_at"], three["signs_at"]),
            none=min(points["no_signs_at"], three["no_signs_at"]),
        )
    shipped = {
        "curves": curves,
        "operating": points | {"strange_above": _strange([*pack, *extra], names)},
        "measured": {},
    }
    report["footage"] = _on_footage(footage, [*pack, *extra], names, shipped)
    report["operating"] = shipped["operating"]
    for name in ("directions", "forest", "network", "together", "all"):
        if report.get(name):
            shipped["measured"][name] = report[name] | {"n_clips": report[name]["n"]}
    shipped["measured"]["together"] |= {"changed": report["changed"], "footage": report["footage"]}
    if write:
        for name, model in models.items():
            (HOME / f"{name}.json").write_text(json.dumps(model.as_dict()) + "\n")
        (HOME / "shipped.json").write_text(json.dumps(shipped, indent=1) + "\n")
    return report


class _Way:
    """One detector, or both of features together, on clips whose scenes, people and cameras were not fitted on."""

    def __init__(self, n: int) -> None:
        self.z, self.probability, self.flagged = np.zeros(n), np.zeros(n), np.zeros(n, bool)
        self.curve: Curve


class _Held:
    def __init__(self, n: int, n_extra: int) -> None:
        self.scores = np.zeros((n, len(OF_FEATURES)))
        self.extra = np.zeros((n_extra, len(OF_FEATURES)))
        self.curves: dict[str, dict[str, Curve]] = {out: {} for out in SPLITS}
        self.ways = {key: _Way(n) for key in (*OF_FEATURES, "together")}
        self.crossed: (
            np.ndarray
        )  # probabilities of all clips together, each scored by what did not see its split
        self.crossed_truth: np.ndarray


def _across(pack: Rows, extra: Rows, names: Sequence[str]) -> _Held:
    held = _Held(len(pack), len(extra))
    split = np.array([row["split"] for row in pack])
    for out in SPLITS:
        here = split == out
        if not here.any():
            continue
        inside = [row for row in (*pack, *extra) if row["split"] != out]
        scores, truths = _crossed(inside, names)
        models = _fit(inside, names)
        held.scores[here] = _scored(models, [row for row in pack if row["split"] == out])
        there = np.array([row["split"] == out for row in extra], bool)
        if there.any():
            held.extra[there] = _scored(models, [row for row in extra if row["split"] == out])
        for key, way in held.ways.items():
            curve, said = _curved(key, scores, truths, _of_packs(inside))
            held.curves[out][key] = curve
            signs, _ = _points(said, truths)
            way.probability[here] = _said(curve, held.scores[here])
            way.z[here] = _logit(way.probability[here])
            way.flagged[here] = way.probability[here] >= signs
    scores, truths = _crossed([*pack, *extra], names)
    for key, way in held.ways.items():
        way.curve, said = _curved(key, scores, truths, _of_packs([*pack, *extra]))
    held.crossed, held.crossed_truth = said, truths
    return held


def _curved(key: str, scores: np.ndarray, truths: np.ndarray, n: int) -> tuple[Curve, np.ndarray]:
    """Fit a curve on the first n scores, and return the probabilities of all."""
    asked = OF_FEATURES if key == "together" else (key,)
    columns = [OF_FEATURES.index(name) for name in asked]
    curve = fit_curve(asked, scores[:n, columns], truths[:n])
    return curve, _said(curve, scores)


def _of_packs(rows: Rows) -> int:
    return sum(row["split"] != "none" for row in rows)


def _said(curve: Curve, scores: np.ndarray) -> np.ndarray:
    """Return probabilities of scores in the order of `ALL`, of which the last may be missing."""
    return np.array([curve.probability(dict(zip(ALL, row, strict=False))) for row in scores])


def _logit(probability: np.ndarray) -> np.ndarray:
    inside = np.clip(probability, 1e-9, 1 - 1e-9)
    return np.log(inside / (1 - inside))


def _crossed(rows: Rows, names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return scores of rows by what was fitted on the other splits among them, shape (N, 2), and the truths.

    Package footage, a split of its own, comes last: curves are fitted on packs, thresholds hold for footage too.
    """
    rows = sorted(rows, key=lambda row: row["split"] == "none")
    split = np.array([row["split"] for row in rows])
    scores = np.zeros((len(rows), len(OF_FEATURES)))
    for out in np.unique(split):
        models = _fit([r for r in rows if r["split"] != out], names)
        scores[split == out] = _scored(models, [r for r in rows if r["split"] == out])
    return scores, _truth(rows)


def _fit(rows: Rows, names: Sequence[str]) -> dict[str, Directions | Forest]:
    x, truth = _xy(rows, names)
    return {
        "directions": fit_directions(
            x,
            truth,
            names=names,
            kinds=[row["kind"] for row in rows],
            pairs=[f"{row['pack']}:{row['pair']}" for row in rows],
        ),
        "forest": fit(x, truth, names=names, seed=1, n_trees=N_TREES),
    }


def _counted(rows: Rows, scores: np.ndarray, probability: np.ndarray, flagged: np.ndarray) -> dict:
    truth = _truth(rows)
    odd = np.array([bool(row["odd"]) for row in rows]) & ~truth
    kinds = np.array([row["kind"] for row in rows])
    # No alarm among so many clips is not "never": half a clip is added to each count (as for d').
    hits, alarms = ((flagged[kind].sum() + 0.5) / (kind.sum() + 1) for kind in (truth, ~truth))
    by_kind = {}
    for kind in np.unique(kinds):
        those = ~truth | (kinds == kind)
        if truth[those].any():
            by_kind[str(kind)] = round(auc(truth[those], scores[those]), 3)
    return {
        "n": len(rows),
        "auc_known": _flat(bootstrap(auc, truth, scores, seed=1)),
        "by_kind": by_kind,
        "ece": round(expected_calibration_error(truth, probability), 4),
        "odd_flagged": _flat(wilson(int(flagged[odd].sum()), int(odd.sum()))),
        "hit_rate": _flat(wilson(int(flagged[truth].sum()), int(truth.sum()))),
        "false_alarm_rate": _flat(wilson(int(flagged[~truth].sum()), int((~truth).sum()))),
        "ppv": {
            str(rate): round(ppv(hit_rate=hits, false_alarm_rate=alarms, base_rate=rate) or 0.0, 3)
            for rate in BASE_RATES
        },
    }


def _without(
    pack: Rows, extra: Rows, names: Sequence[str], kinds: Sequence[str], held: _Held
) -> dict[str, list[float]]:
    """Return the areas for kinds that were not in training, against all honest clips."""
    scores: dict[str, list[np.ndarray]] = {key: [] for key in (*OF_FEATURES, "together")}
    truths = []
    for out in SPLITS:
        inside = [
            row
            for row in (*pack, *extra)
            if row["split"] != out and not (_is_fake(row) and row["kind"] in kinds)
        ]
        asked = [row for row in pack if row["split"] == out and (not _is_fake(row) or row["kind"] in kinds)]
        if not any(_is_fake(row) for row in asked):
            continue
        found = _scored(_fit(inside, names), asked)
        for key in scores:  # only puts the three splits on one scale: the curve of all kinds will do
            scores[key].append(_logit(_said(held.curves[out][key], found)))
        truths.append(_truth(asked))
    truth = np.concatenate(truths)
    return {
        key: _flat(bootstrap(auc, truth, np.concatenate(values), seed=1, n_resamples=300))
        for key, values in scores.items()
    }


def _changed(pack: Rows, extra: Rows, names: Sequence[str], rows: Rows) -> dict:
    inside = [row for row in (*pack, *extra) if row["split"] != "test"]
    models = _fit(inside, names)
    crossed, known = _crossed(inside, names)
    curve, said = _curved("together", crossed, known, _of_packs(inside))
    signs, _ = _points(said, known)
    same = {row["sha256"] for row in rows}
    before = [row for row in pack if row["sha256"] in same]
    found = {}
    for key, those in (("auc", rows), ("auc_before", before)):
        probability = _said(curve, _scored(models, those))
        found[key] = _flat(bootstrap(auc, _truth(those), probability, seed=1))
    after = _said(curve, _scored(models, rows))[~_truth(rows)]
    flagged = int((after >= signs).sum())
    return found | {"n": len(rows), "false_alarm_rate": _flat(wilson(flagged, len(after)))}


def _network(pack: Rows, extra: Rows, held: _Held) -> dict:
    """Return the network's numbers on the split that it never saw, and those of all detectors together.

    They are calibrated on that split of the other packs, and counted on that of the pack.
    """
    where = BUILD / "network-scores.json"
    known = json.loads(where.read_text()) if where.exists() else {}
    sets = []
    for rows, scores in ((pack, held.scores), (extra, held.extra)):
        here = np.array([row["split"] == "test" and row["sha256"] in known for row in rows], bool)
        those = [row for row, yes in zip(rows, here, strict=True) if yes]
        learned = np.array([known[row["sha256"]] for row in those]).reshape(-1, 1)
        sets.append((those, np.concatenate([scores[here], learned], axis=1)))
    (rows, asked), (others, fitted) = sets
    if min(len(rows), len(others)) < 20:
        return {"network": None, "all": None}
    found: dict = {"curves": {}}
    everyone, truths = np.concatenate([asked, fitted]), _truth([*rows, *others])
    for names in (("network",), ("directions", "network"), ("forest", "network"), ALL):
        columns = [ALL.index(name) for name in names]
        curve = fit_curve(names, fitted[:, columns], _truth(others))
        probability, before = _said(curve, asked), _said(curve, fitted)
        flagged = probability >= _points(before, _truth(others))[0]
        if names == ("network",) or names == ALL:
            key = "network" if len(names) == 1 else "all"
            found[key] = _counted(rows, _logit(probability), probability, flagged)
        shipped = fit_curve(names, everyone[:, columns], truths)
        found["curves"]["+".join(names)] = shipped
        if names == ALL:
            found["said"] = _said(shipped, everyone), truths
            found["operating"] = _operating(*found["said"])
    return found


def _on_footage(footage: Rows, rows: Rows, names: Sequence[str], shipped: dict) -> dict | None:
    """Return how often package footage is flagged, each video by what was fitted without it; one is an animation."""
    if not footage:
        return None
    curve = Curve(**shipped["curves"]["directions+forest"])
    points = shipped["operating"]
    said: list[float] = []
    strange: list[float] = []
    asked: Rows = []
    for name in sorted({row["source"] for row in footage}):
        models = _fit([row for row in rows if row["pack"] != "footage" or row["source"] != name], names)
        those = [row for row in footage if row["source"] == name]
        said += _said(curve, _scored(models, those)).tolist()
        judge = models["directions"]
        strange += [judge.strangeness(vector(row["f"], judge.names)) for row in those]
        asked += those
    over = np.array(said) >= points["signs_at"]
    far = np.array(strange) > points["strange_above"]
    return {
        "n": len(asked),
        "over_threshold": int(over.sum()),
        "signs": int((over & ~far).sum()),
        "strange": int(far.sum()),
        "mean_probability": round(float(np.mean(said)), 3),
        "by_source": {
            name: round(
                float(np.mean([p for p, row in zip(said, asked, strict=True) if row["source"] == name])), 3
            )
            for name in sorted({row["source"] for row in asked})
        },
    }


def _strange(rows: Rows, names: Sequence[str]) -> float:
    """Return the share of features beyond training that 2 % of clips of unseen scenes exceed."""
    shares = []
    for out in SPLITS:
        model = _fit([row for row in rows if row["split"] != out], names)["directions"]
        shares += [model.strangeness(vector(row["f"], model.names)) for row in rows if row["split"] == out]
    return round(float(np.quantile(shares, 0.98)), 3)


def _operating(probability: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    signs, none = _points(probability, truth)
    return _rates(probability, truth, signs=signs, none=none)


def _rates(probability: np.ndarray, truth: np.ndarray, *, signs: float, none: float) -> dict[str, float]:
    return {
        "signs_at": round(signs, 4),
        "no_signs_at": round(none, 4),
        "false_alarm_rate": round(
            wilson(int((probability[~truth] >= signs).sum()), int((~truth).sum())).high, 4
        ),
        "hit_rate": round(float((probability[truth] >= signs).mean()), 4),
        "miss_rate": round(float((probability[truth] <= none).mean()), 4),
    }


def _points(probability: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    """Return from where on there are signs, and up to where there are none."""
    signs = float(np.quantile(probability[~truth], 1 - ALARMS)) + 1e-4
    none = float(np.quantile(probability[truth], MISSES)) - 1e-4
    return signs, min(none, signs - 1e-3)


def _xy(rows: Rows, names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    return np.stack([vector(row["f"], tuple(names)) for row in rows]), _truth(rows)


def _scored(models: dict, rows: Rows) -> np.ndarray:
    """Return the scores of each row, shape (N, 2)."""
    first = models[OF_FEATURES[0]]
    x = [vector(row["f"], first.names) for row in rows]
    return np.array([[models[name].score(row) for name in OF_FEATURES] for row in x])


def _truth(rows: Rows) -> np.ndarray:
    return np.array([_is_fake(row) for row in rows])


def _is_fake(row: dict) -> bool:
    return row["label"] == "synthetic"


def _flat(one: object) -> list[float]:
    return [round(float(getattr(one, name)), 4) for name in ("value", "low", "high")]


if __name__ == "__main__":
    main()
