"""How often the detectors are right and wrong, on clips whose scenes, people and cameras they never saw.

    python benchmarks/detectors.py [--originals DIR ...] [--shared DIR ...] [--changes] [--footage] [--kinds] [--write]

Features are taken once and kept in build/detectors/features-SET.jsonl, so that a run that was stopped goes on. Then, with
the three splits of all packs in turn held out (no scene, person or camera body is in two of them), detectors are fitted
on the other two, their probability is calibrated on scores across those two, and all is counted on the third:

- **originals** and **shared**: clips as a camera kept them, and as they are passed around, by the same detectors;
- **known**: every kind of fake was in training; **unknown**: the generator's clips (v1, v2) and what goes through its
  decoder (regenerate) were not; **leave one out**: one kind at a time was not;
- **recompressed**: originals of the split `test` at CRF 30 in H.264, at CRF 40 in VP9, at half the size (`--changes`);
- **odd**: honest clips that are slow, dark, shaken, compressed, passed on;
- **footage**: pieces of videos that packages carry (`--footage`), honest clips without twins; each video is counted with
  what was fitted without it.

The network's scores come from `benchmarks/detectors_network.py`, run after the features were taken. `--write` fits what
ships on all packs, and writes it and the tables of docs/explanation/detectors.md. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from detectors_fit import (
    FILMED,
    REPORTED,
    SPLITS,
    WAYS,
    Learned,
    Way,
    across,
    at,
    fitted,
    is_fake,
    logit,
    points,
    probabilities,
    scored,
    states_of,
    truth_of,
)  # fmt: skip
from detectors_report import tables
from detectors_rows import CHANGES, Rows, load, take_footage, take_pack

from medialit.clips.plan import UNFILMED
from medialit.forensics.calibration import expected_calibration_error
from medialit.forensics.detectors.calibrated import Curve
from medialit.forensics.detectors.features import vector
from medialit.forensics.roc import auc, bootstrap
from medialit.forensics.statistics import ppv, wilson

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "src/medialit/forensics/detectors"
PAGE = ROOT / "docs/explanation/detectors.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
GENERATED = ("v1", "v2", "regenerate")
BASE_RATES = (0.005, 0.05, 0.5)
GROUPS = {"original": "originals", "shared": "shared"}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--originals", type=Path, nargs="*", default=[], help="packs built --as original")
    parser.add_argument("--shared", type=Path, nargs="*", default=[], help="packs built --as shared")
    parser.add_argument("--changes", action="store_true", help="originals, recompressed and resized")
    parser.add_argument("--footage", action="store_true", help="videos that packages carry")
    parser.add_argument("--kinds", action="store_true", help="leave one kind out at a time: takes longest")
    parser.add_argument("--most", type=int, default=10_000, help="clips of each pack")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    for folder in (*options.originals, *options.shared):
        take_pack(folder.name, folder, most=options.most)
    if options.changes:
        for change in CHANGES:
            for folder in options.originals[:1]:
                take_pack(f"{folder.name}-{change}", folder, change=change, split="test", most=options.most)
    if options.footage:
        take_footage()
    rows = gathered(options.originals, options.shared, most=options.most)
    first = options.originals[0] if options.originals else None
    report = evaluate(
        rows, {change: _changed_rows(first, change) for change in CHANGES}, load("footage"),
        write=options.write, kinds=options.kinds,
    )  # fmt: skip
    shown = tables(report)
    print(shown)
    if options.write and PAGE.exists():
        page = PAGE.read_text(encoding="utf-8")
        before, rest = page.split(BEGIN)
        PAGE.write_text(before + BEGIN + "\n\n" + shown + "\n" + END + rest.split(END)[1], encoding="utf-8")
    print(json.dumps({group: _short(report[group]) for group in report["groups"]} | {"n": report["n"]}))


def gathered(originals: Sequence[Path], shared: Sequence[Path], *, most: int = 10_000) -> Rows:
    """Return the rows of packs, with the pack, the group and the size of each clip."""
    return [
        row | {"pack": folder.name, "group": group, "size": _sizes(folder)[row["sha256"]]}
        for group, folders in (("originals", originals), ("shared", shared))
        for folder in folders
        for row in load(folder.name)[:most]
        if row["sha256"] in _sizes(folder)  # a clip that was made anew since is another clip
    ]


def filmed_footage() -> Rows:
    """Return the rows of package footage that a camera took: it is fitted on, but belongs to no pack."""
    pieces = [
        row | {"pack": "footage", "pair": k, "group": "footage"} for k, row in enumerate(load("footage"))
    ]
    return [row for row in pieces if row["source"] in FILMED]


def _changed_rows(folder: Path | None, change: str) -> Rows:
    """Return changed clips with the size that they have now."""
    if folder is None:
        return []
    scale = 0.5 if change == "half" else 1.0
    sizes = _sizes(folder)
    rows = load(f"{folder.name}-{change}")
    return [
        row | {"size": [scale * side for side in sizes[row["sha256"]]], "change": change}
        for row in rows
        if row["sha256"] in sizes
    ]


@cache
def _sizes(folder: Path) -> dict[str, list[int]]:
    """Return the size of each clip of a pack, by its hash."""
    parts = (json.loads(part.read_text(encoding="utf-8")) for part in folder.glob("parts/*.json"))
    return {row["sha256"]: row["size"] for rows in parts for row in rows}


def _short(ways: dict) -> dict:
    return {
        key: {
            "auc_known": one["auc_known"][0], "auc_leave_one_out": one.get("auc_leave_one_out"), "ece": one["ece"],
            "odd_flagged": one["odd_flagged"][0], "hit_rate": one["hit_rate"][0],
        } for key, one in ways.items()
    }  # fmt: skip


def evaluate(rows: Rows, changed: dict[str, Rows], footage: Rows, *, write: bool, kinds: bool) -> dict:
    """Return all numbers of the report."""
    pieces = [row | {"pack": "footage", "pair": k, "group": "footage"} for k, row in enumerate(footage)]
    footage = [row for row in pieces if row["source"] in FILMED]
    names = tuple(sorted({name for row in (*rows, *footage) for name in row["f"]}))
    learned = Learned()
    ways = across(rows, footage, names, learned)
    group = np.array([row["group"] for row in rows])
    report: dict = {
        "n": len(rows) + len(footage), "n_footage": len(footage), "n_features": len(names),
        "groups": [name for name in GROUPS.values() if (group == name).any()],
        "kinds": sorted({row["kind"] for row in rows}),
    }  # fmt: skip
    for name in report["groups"]:
        here = group == name
        those = [row for row in rows if row["group"] == name]
        report[name] = {
            key: _counted(those, way.z[here], way.probability[here], way.flagged[here])
            for key, way in ways.items()
            if key in REPORTED
        }
    if kinds:
        _left_out(report, rows, footage, names, ways, learned)
    best = "all" if "all" in ways else "together"
    report["changed"] = {
        change: _changed(rows, footage, names, those, ways[best], learned)
        for change, those in changed.items()
        if len(those) > 20
    }
    shipped = _shipped(rows, footage, names, ways, best)
    report["footage"] = _on_footage(pieces, footage, rows, names, shipped, best, learned)
    report["operating"] = shipped["operating"]
    report["best"] = best
    main_group = report["groups"][0]
    for key in report[main_group]:
        shipped["measured"][key] = report[main_group][key] | {"n_clips": report[main_group][key]["n"]}
        if "shared" in report["groups"] and main_group != "shared":
            shipped["measured"][key]["shared"] = report["shared"][key]
    shipped["measured"][best] |= {"changed": report["changed"], "footage": report["footage"]}
    if write:
        for name, model in fitted([*rows, *footage], names).items():
            (HOME / f"{name}.json").write_text(json.dumps(model.as_dict()) + "\n")
        (HOME / "shipped.json").write_text(json.dumps(shipped, indent=1) + "\n")
    return report


def _counted(rows: Rows, scores: np.ndarray, probability: np.ndarray, flagged: np.ndarray) -> dict:
    truth = truth_of(rows)
    odd = np.array([bool(row["odd"]) for row in rows]) & ~truth
    kinds = np.array([row["kind"] for row in rows])
    # How what was made whole came into the pack; filmed are these from a screen, and all the others.
    whole = np.array([row["arrival"] if is_fake(row) and row["kind"] in UNFILMED else "" for row in rows])
    filmed = np.isin(whole, ("", "filmed"))
    # No alarm among so many clips is not "never": half a clip is added to each count (as for d').
    hits, alarms = ((flagged[kind].sum() + 0.5) / (kind.sum() + 1) for kind in (truth, ~truth))
    return {
        "n": len(rows),
        "auc_known": _flat(bootstrap(auc, truth, scores, seed=1)),
        "by_kind": {
            str(kind): round(auc(truth[those], scores[those]), 3)
            for kind in np.unique(kinds[truth])
            for those in [~truth | (kinds == kind)]
        },
        "filmed": _flat(bootstrap(auc, truth[filmed], scores[filmed], seed=1)),
        "by_arrival": {
            arrival: {"auc": round(auc(truth[those], scores[those]), 3), "n": int((whole == arrival).sum())}
            for arrival in np.unique(whole[whole != ""]).tolist()
            for those in [~truth | (whole == arrival)]
        },
        "ece": round(expected_calibration_error(truth, probability), 4),
        "odd_flagged": _flat(wilson(int(flagged[odd].sum()), int(odd.sum()))),
        "hit_rate": _flat(wilson(int(flagged[truth].sum()), int(truth.sum()))),
        "false_alarm_rate": _flat(wilson(int(flagged[~truth].sum()), int((~truth).sum()))),
        "ppv": {
            str(rate): round(ppv(hit_rate=hits, false_alarm_rate=alarms, base_rate=rate) or 0.0, 3)
            for rate in BASE_RATES
        },
    }


def _left_out(
    report: dict, rows: Rows, footage: Rows, names: Sequence[str], ways: dict[str, Way], learned: Learned
) -> None:
    """Add the areas for kinds that were not in training, against all honest clips of the same group."""
    left_out = {kind: (kind,) for kind in report["kinds"]} | {"unknown": GENERATED}
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        asked = {
            what: pool.submit(_without, rows, footage, names, kinds, ways, learned)
            for what, kinds in left_out.items()
        }
        found = {what: one.result() for what, one in asked.items()}
    for name in report["groups"]:
        for key in report[name]:
            each = {what: _area(asked, name, scores.get(key)) for what, (asked, scores) in found.items()}
            if any(one is None for what, one in each.items() if what != "unknown"):
                continue
            report[name][key] |= {
                "left_out": {kind: each[kind][0] for kind in report["kinds"]},
                "auc_leave_one_out": round(float(np.mean([each[kind][0] for kind in report["kinds"]])), 4),
                "auc_unknown": each["unknown"],
            }


def _area(asked: Rows, group: str, scores: np.ndarray | None) -> list[float] | None:
    if scores is None:
        return None
    here = np.array([row["group"] == group for row in asked]) & np.isfinite(scores)
    truth = truth_of(asked)[here]
    if len(set(truth.tolist())) < 2:
        return None
    return _flat(bootstrap(auc, truth, scores[here], seed=1, n_resamples=300))


def _without(
    rows: Rows,
    footage: Rows,
    names: Sequence[str],
    kinds: Sequence[str],
    ways: dict[str, Way],
    learned: Learned,
) -> tuple[Rows, dict[str, np.ndarray]]:
    """Return clips of each split, honest or of these kinds, and how they score without these kinds in fitting.

    The network was trained without a kind for the split `test` only; elsewhere its scores are missing.
    """
    asked_all: Rows = []
    scores: dict[str, list[np.ndarray]] = {key: [] for key in ways}
    for out in SPLITS:
        inside = [r for r in rows if r["split"] != out and not (is_fake(r) and r["kind"] in kinds)]
        asked = [r for r in rows if r["split"] == out and (not is_fake(r) or r["kind"] in kinds)]
        if not any(map(is_fake, asked)):
            continue
        network = learned(asked, without=kinds[0]) if len(kinds) == 1 else np.full(len(asked), np.nan)
        found = np.column_stack([scored(fitted([*inside, *footage], names), asked), network])
        for key in ways:  # only puts the three splits on one scale: the curve of all kinds will do
            scores[key].append(logit(probabilities(ways[key].without[out], found, states_of(asked))))
        asked_all += asked
    return asked_all, {key: np.concatenate(values) for key, values in scores.items()}


def _changed(
    rows: Rows, footage: Rows, names: Sequence[str], those: Rows, way: Way, learned: Learned
) -> dict:
    """Return what becomes of clips of the split `test` that were changed."""
    inside = [row for row in rows if row["split"] != "test"]
    models = fitted([*inside, *footage], names)
    same = {row["sha256"] for row in those}
    before = [row for row in rows if row["sha256"] in same]
    found = {}
    for key, asked in (("auc", those), ("auc_before", before)):
        said = _said(way.without["test"], scored(models, asked), learned(asked), asked)
        found[key] = _flat(bootstrap(auc, truth_of(asked), said, seed=1))
        if key == "auc":
            honest = said[~truth_of(asked)]
    limit = at(
        points(way.said, way.truth, way.states)[0], states_of([row for row in those if not is_fake(row)])
    )
    flagged = int((honest >= limit).sum())
    return found | {"n": len(those), "false_alarm_rate": _flat(wilson(flagged, len(honest)))}


def _said(curves: dict[str, Curve], scores: np.ndarray, network: np.ndarray, rows: Rows) -> np.ndarray:
    """Return probabilities of the scores of the detectors of features, shape (N, 3), and of the network, (N,)."""
    return probabilities(curves, np.column_stack([scores, network]), states_of(rows))


def _shipped(rows: Rows, footage: Rows, names: Sequence[str], ways: dict[str, Way], best: str) -> dict:
    """Return the curves and points that ship: fitted on what every clip scored when it was held out."""
    curves: dict[str, dict] = {}
    for key, way in ways.items():
        for state, curve in way.curves.items():
            curves.setdefault(state, {})["+".join(WAYS[key])] = curve.as_dict()
    both = [points(ways[key].said, ways[key].truth, ways[key].states) for key in {best, "together"}]
    # The more careful of the two.
    signs = {state: max(one[state] for one, _ in both) for state in ("kept", "worn")}
    operating = _rates(ways[best], signs=signs, none=min(none for _, none in both))
    return {
        "curves": curves,
        "operating": operating | {"strange_above": _strange([*rows, *footage], names)},
        "measured": {},
    }


def _on_footage(
    pieces: Rows, footage: Rows, rows: Rows, names: Sequence[str], shipped: dict, best: str, learned: Learned
) -> dict | None:
    """Return what is said of package footage, filmed or not, each video by what was fitted without it."""
    if not pieces:
        return None
    curves = {state: Curve(**held["+".join(WAYS[best])]) for state, held in shipped["curves"].items()}
    operating = shipped["operating"]
    signs = {"kept": operating["signs_at"], "worn": operating["worn_signs_at"]}
    said: list[float] = []
    strange: list[float] = []
    asked: Rows = []
    for name in sorted({row["source"] for row in pieces}):
        models = fitted([*rows, *(row for row in footage if row["source"] != name)], names)
        those = [row for row in pieces if row["source"] == name]
        said += _said(curves, scored(models, those), learned(those), those).tolist()
        judge = models["directions"]
        strange += [judge.strangeness(vector(row["f"], judge.names)) for row in those]
        asked += those
    over = np.array(said) >= at(signs, states_of(asked))
    far = np.array(strange) > operating["strange_above"]
    filmed = np.array([row["source"] in FILMED for row in asked])
    return {
        kind: {
            "n": int(here.sum()),
            "over_threshold": int((over & here).sum()),
            "signs": int((over & ~far & here).sum()),
            "strange": int((far & here).sum()),
            "by_source": {
                name: round(
                    float(np.mean([p for p, row in zip(said, asked, strict=True) if row["source"] == name])),
                    3,
                )
                for name in sorted({row["source"] for row, yes in zip(asked, here, strict=True) if yes})
            },
        }
        for kind, here in (("filmed", filmed), ("never filmed", ~filmed))
    }


def _strange(rows: Rows, names: Sequence[str]) -> float:
    """Return the share of features beyond training that 2 % of clips of unseen scenes exceed."""
    shares = []
    for out in SPLITS:
        model = fitted([row for row in rows if row["split"] != out], names)["directions"]
        shares += [model.strangeness(vector(row["f"], model.names)) for row in rows if row["split"] == out]
    return round(float(np.quantile(shares, 0.98)), 3)


def _rates(way: Way, *, signs: dict[str, float], none: float) -> dict[str, float]:
    there = np.isfinite(way.said)
    probability, truth = way.said[there], way.truth[there]
    over = probability >= at(signs, way.states[there])
    return {
        "signs_at": round(signs["kept"], 4),
        "worn_signs_at": round(signs["worn"], 4),
        "no_signs_at": round(none, 4),
        "false_alarm_rate": round(wilson(int(over[~truth].sum()), int((~truth).sum())).high, 4),
        "hit_rate": round(float(over[truth].mean()), 4),
        "miss_rate": round(float((probability[truth] <= none).mean()), 4),
    }


def _flat(one: object) -> list[float]:
    return [round(float(getattr(one, name)), 4) for name in ("value", "low", "high")]


if __name__ == "__main__":
    main()
