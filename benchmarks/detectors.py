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
- **footage**: pieces of videos that packages carry (`--footage`): nothing was fitted on them.

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
from medialit.forensics.detectors import fit_curve
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
ALARMS = 0.03  # share of honest clips at the shipped operating point
MISSES = 0.03  # share of fakes that are told "no signs"
BASE_RATES = (0.005, 0.05, 0.5)


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
        load("pack"),
        [row for path in sorted(BUILD.glob("features-train-*.jsonl")) for row in load(path.stem[9:])],
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
    both = report["both"] or report["forest"]
    print(
        json.dumps(
            {
                "auc_known": report["forest"]["auc_known"][0],
                "auc_leave_one_out": report["forest"]["auc_leave_one_out"],
                "ece": report["forest"]["ece"],
                "odd_flagged": report["forest"]["odd_flagged"][0],
                "auc_unknown": report["forest"]["auc_unknown"][0],
                "both": {k: both[k] for k in ("auc_known", "ece", "odd_flagged")},
                "network": report["network"] and {k: report["network"][k] for k in ("auc_known",)},
                "n_clips": report["n_clips"],
                "n_train": report["n_train"],
            }
        )
    )


def evaluate(pack: Rows, extra: Rows, changed: dict[str, Rows], footage: Rows, *, write: bool) -> dict:
    """Return all numbers of the report."""
    names = tuple(sorted({name for row in (*pack, *extra) for name in row["f"]}))
    held = _across(pack, extra, names)
    report = {
        "n_clips": len(pack),
        "n_train": len(pack) + len(extra),
        "kinds": sorted({row["kind"] for row in pack}),
        "n_features": len(names),
    }
    one = _counted(pack, held.known, held.probability, held.flagged)
    one |= _left_out(pack, extra, names)
    one["auc_unknown"] = _unknown(pack, extra, names)
    one["changed"] = {
        change: _changed(pack, extra, names, rows) for change, rows in changed.items() if len(rows) > 20
    }
    report["forest"] = one
    report["network"], report["both"], curves = _network(pack, held)
    trees = fit(*_xy([*pack, *extra], names), names=names, seed=1)
    strange = _strange([*pack, *extra], names)
    operating = held.operating if report["both"] is None else report["both"]["operating"]
    shipped = {
        "curves": {"forest": held.curve.as_dict(), **{k: v.as_dict() for k, v in curves.items()}},
        "operating": {**operating, "strange_above": strange},
        "measured": {},
    }
    report["footage"] = _on_footage(footage, trees, shipped)
    report["operating"] = shipped["operating"]
    for name in ("forest", "network", "both"):
        if report[name] is not None:
            shipped["measured"][name] = {
                k: v for k, v in report[name].items() if k not in ("scores", "operating")
            } | {"n_clips": report["n_clips"], "footage": report["footage"]}
    if write:
        (HOME / "forest.json").write_text(json.dumps(trees.as_dict()) + "\n")
        (HOME / "shipped.json").write_text(json.dumps(shipped, indent=1) + "\n")
    return report


class _Held:
    """Scores of every clip of the pack, by trees that saw neither its scene, its people nor its camera."""

    def __init__(self, n: int) -> None:
        self.known = np.zeros(n)
        self.probability = np.zeros(n)
        self.flagged = np.zeros(n, bool)
        self.cleared = np.zeros(n, bool)
        self.curve: Curve
        self.operating: dict[str, float]


def _across(pack: Rows, extra: Rows, names: Sequence[str]) -> _Held:
    held = _Held(len(pack))
    split = np.array([row["split"] for row in pack])
    for out in SPLITS:
        here = split == out
        if not here.any():
            continue
        inside = [row for row in (*pack, *extra) if row["split"] != out]
        scores, truths = _crossed(inside, names)
        curve = fit_curve(("forest",), scores[:, None], truths)
        signs, _ = _points(np.array([curve.probability({"forest": s}) for s in scores]), truths)
        trees = fit(*_xy(inside, names), names=names, seed=1)
        held.known[here] = _scored(trees, [row for row in pack if row["split"] == out])
        held.probability[here] = [curve.probability({"forest": s}) for s in held.known[here]]
        held.flagged[here] = held.probability[here] >= signs
    everyone = [*pack, *extra]
    scores, truths = _crossed(everyone, names)
    held.curve = fit_curve(("forest",), scores[:, None], truths)
    held.operating = _operating(np.array([held.curve.probability({"forest": s}) for s in scores]), truths)
    return held


def _crossed(rows: Rows, names: Sequence[str], *, salt: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return scores of rows by trees that were fitted on the other splits among them."""
    split = np.array([row["split"] for row in rows])
    scores = np.zeros(len(rows))
    for out in np.unique(split):
        trees = fit(*_xy([r for r in rows if r["split"] != out], names), names=names, seed=1 + salt)
        scores[split == out] = _scored(trees, [r for r in rows if r["split"] == out])
    return scores, _truth(rows)


def _counted(rows: Rows, scores: np.ndarray, probability: np.ndarray, flagged: np.ndarray) -> dict:
    truth = _truth(rows)
    odd = np.array([bool(row["odd"]) for row in rows]) & ~truth
    kinds = np.array([row["kind"] for row in rows])
    hits, alarms = float(flagged[truth].mean()), float(flagged[~truth].mean())
    return {
        "auc_known": _flat(bootstrap(auc, truth, scores, seed=1)),
        "by_kind": {
            kind: round(auc(truth[one], scores[one]), 3)
            for kind in np.unique(kinds)
            if (one := (~truth | (kinds == kind))).any() and truth[one].any()
        },
        "ece": round(expected_calibration_error(truth, probability), 4),
        "odd_flagged": _flat(wilson(int(flagged[odd].sum()), int(odd.sum()))),
        "hit_rate": _flat(wilson(int(flagged[truth].sum()), int(truth.sum()))),
        "false_alarm_rate": _flat(wilson(int(flagged[~truth].sum()), int((~truth).sum()))),
        "ppv": {
            str(rate): None
            if hits + alarms == 0
            else round(ppv(hit_rate=hits, false_alarm_rate=alarms, base_rate=rate) or 0.0, 3)
            for rate in BASE_RATES
        },
    }


def _left_out(pack: Rows, extra: Rows, names: Sequence[str]) -> dict:
    """Return the area for each kind of fake that was not in training, and their mean."""
    found = {}
    for kind in sorted({row["kind"] for row in pack}):
        found[kind] = _without(pack, extra, names, (kind,))
    return {
        "left_out": {kind: one[0] for kind, one in found.items()},
        "auc_leave_one_out": round(float(np.mean([one[0] for one in found.values()])), 4),
    }


def _unknown(pack: Rows, extra: Rows, names: Sequence[str]) -> list[float]:
    return _without(pack, extra, names, GENERATED)


def _without(pack: Rows, extra: Rows, names: Sequence[str], kinds: Sequence[str]) -> list[float]:
    scores, truths = [], []
    for out in SPLITS:
        inside = [
            row
            for row in (*pack, *extra)
            if row["split"] != out and not (_is_fake(row) and row["kind"] in kinds)
        ]
        asked = [row for row in pack if row["split"] == out and (not _is_fake(row) or row["kind"] in kinds)]
        if not any(_is_fake(row) for row in asked):
            continue
        trees = fit(*_xy(inside, names), names=names, seed=1)
        scores.append(_scored(trees, asked))
        truths.append(_truth(asked))
    return _flat(bootstrap(auc, np.concatenate(truths), np.concatenate(scores), seed=1, n_resamples=400))


def _changed(pack: Rows, extra: Rows, names: Sequence[str], rows: Rows) -> dict:
    trees = fit(*_xy([row for row in (*pack, *extra) if row["split"] != "test"], names), names=names, seed=1)
    same = {row["sha256"] for row in rows}
    before = [row for row in pack if row["sha256"] in same]
    return {
        "auc": _flat(bootstrap(auc, _truth(rows), _scored(trees, rows), seed=1)),
        "auc_before": _flat(bootstrap(auc, _truth(before), _scored(trees, before), seed=1)),
        "n": len(rows),
    }


def _network(pack: Rows, held: _Held) -> tuple[dict | None, dict | None, dict[str, Curve]]:
    """Return the network's numbers on the split that it never saw, and those of both detectors together."""
    where = BUILD / "network-scores.json"
    if not where.exists():
        return None, None, {}
    known = json.loads(where.read_text())
    here = np.array([row["split"] == "test" and row["sha256"] in known for row in pack])
    rows = [row for row, yes in zip(pack, here, strict=True) if yes]
    if len(rows) < 20:
        return None, None, {}
    scores = np.array([known[row["sha256"]] for row in rows])
    truth = _truth(rows)
    pairs = np.array([row["pair"] for row in rows])
    half = (
        pairs % 2 == 0
    )  # calibrated on one half of the split, counted on the other, and the other way round
    both = np.stack([held.known[here], scores], axis=1)
    done = {
        "network": _halves(("network",), scores[:, None], truth, half),
        "both": _halves(("forest", "network"), both, truth, half),
    }
    reports = {
        "network": _counted(rows, scores, *done["network"]),
        "both": _counted(rows, done["both"][0], *done["both"]),
    }
    curves = {
        "network": fit_curve(("network",), scores[:, None], truth),
        "forest+network": fit_curve(("forest", "network"), both, truth),
    }
    together = curves["forest+network"]
    said = np.array([together.probability({"forest": a, "network": b}) for a, b in both])
    reports["both"]["operating"] = _operating(said, truth)
    return reports["network"], reports["both"], curves


def _halves(
    names: Sequence[str], scores: np.ndarray, truth: np.ndarray, half: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    probability, flagged = np.zeros(len(truth)), np.zeros(len(truth), bool)
    for fitted, asked in ((half, ~half), (~half, half)):
        curve = fit_curve(names, scores[fitted], truth[fitted])
        said = np.array([curve.probability(dict(zip(names, row, strict=True))) for row in scores])
        probability[asked] = said[asked]
        flagged[asked] = said[asked] >= _points(said[fitted], truth[fitted])[0]
    return probability, flagged


def _on_footage(rows: Rows, trees: Forest, shipped: dict) -> dict | None:
    """Return how often package footage is flagged by what ships; it was filmed, save one animation."""
    if not rows:
        return None
    curve = Curve(**shipped["curves"]["forest"])
    points = shipped["operating"]
    x = [vector(row["f"], trees.names) for row in rows]
    said = np.array([curve.probability({"forest": trees.score(row)}) for row in x])
    strange = np.array([trees.strangeness(row) for row in x])
    over = said >= points["signs_at"]
    return {
        "n": len(rows),
        "over_threshold": int(over.sum()),
        "signs": int((over & (strange <= points["strange_above"])).sum()),
        "strange": int((strange > points["strange_above"]).sum()),
        "mean_probability": round(float(said.mean()), 3),
        "by_source": {
            name: round(float(said[[row["source"] == name for row in rows]].mean()), 3)
            for name in sorted({row["source"] for row in rows})
        },
    }


def _strange(rows: Rows, names: Sequence[str]) -> float:
    """Return the share of features beyond training that 2 % of clips of unseen scenes exceed."""
    shares = []
    for out in SPLITS:
        inside = [row for row in rows if row["split"] != out]
        x, _ = _xy(inside, names)
        known = [column[~np.isnan(column)] for column in x.T]
        low, high = (np.array([np.quantile(c, q) if len(c) else np.nan for c in known]) for q in (0.01, 0.99))
        for row in rows:
            if row["split"] == out:
                v = vector(row["f"], tuple(names))
                there = ~np.isnan(v)
                shares.append(float(((v[there] < low[there]) | (v[there] > high[there])).mean()))
    return round(float(np.quantile(shares, 0.98)), 3)


def _operating(probability: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    signs, none = _points(probability, truth)
    return {
        "signs_at": round(signs, 4),
        "no_signs_at": round(none, 4),
        "false_alarm_rate": round(float((probability[~truth] >= signs).mean()), 4),
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


def _scored(trees: Forest, rows: Rows) -> np.ndarray:
    return np.array([trees.score(vector(row["f"], trees.names)) for row in rows])


def _truth(rows: Rows) -> np.ndarray:
    return np.array([_is_fake(row) for row in rows])


def _is_fake(row: dict) -> bool:
    return row["label"] == "synthetic"


def _flat(one: object) -> list[float]:
    return [round(float(getattr(one, name)), 4) for name in ("value", "low", "high")]


if __name__ == "__main__":
    main()
