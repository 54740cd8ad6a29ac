"""The tables of `benchmarks/detectors.py`, in Markdown."""

from __future__ import annotations

from detectors_fit import REPORTED

from medialit.forensics.statistics import Estimate

_WAYS = {
    "crf30": "H.264 again, CRF 30",
    "vp9": "VP9, CRF 40",
    "half": "half the size",
}
_TITLES = {"originals": "Originals", "shared": "Shared clips"}
_HEAD = [
    "| | directions | trees | outliers | these three | network | all four |",
    "|---|---|---|---|---|---|---|",
]


def tables(report: dict) -> str:
    """Return everything that was counted."""
    n = ", ".join(f"{report[group][report['best']]['n']} {group}" for group in report["groups"])
    lines = [
        f"{report['n']} clips ({n}, {report['n_footage']} pieces of package footage), each scored by detectors fitted "
        f"without its scene, people and camera; {report['n_features']} features. Intervals are of 95 % (bootstrap for "
        "areas, Wilson for shares).",
    ]
    for group in report["groups"]:
        lines += _group(report[group], title=f"{_TITLES[group]}: {report[group][report['best']]['n']}")
    lines += _arrivals(report)
    for group in report["groups"]:
        lines += _kinds(report[group], title=_TITLES[group], best=report["best"])
    return "\n".join([*lines, *_changed(report), *_footage(report), *_points(report["operating"])]) + "\n"


def _group(ways: dict, *, title: str) -> list[str]:
    columns = [ways.get(name) for name in REPORTED]
    lines = ["", f"**{title}**", "", *_HEAD]
    for label, key, percent in (
        ("AUC, known kinds", "auc_known", False),
        ("AUC, known kinds that were all filmed", "filmed", False),
        ("AUC, the generator unknown", "auc_unknown", False),
        ("honest clips flagged", "false_alarm_rate", True),
        ("real but odd flagged", "odd_flagged", True),
        ("fakes flagged", "hit_rate", True),
    ):
        lines.append(_row(label, [_said(one, key, percent) for one in columns]))
    lines.append(
        _row("AUC, one kind left out, mean", [_plain(one, "auc_leave_one_out", ".2f") for one in columns])
    )
    lines.append(_row("ECE", [_plain(one, "ece", ".3f") for one in columns]))
    for rate in ways["together"]["ppv"]:
        cells = [
            "-" if one is None or one["ppv"][rate] is None else f"{one['ppv'][rate]:.1%}" for one in columns
        ]
        lines.append(_row(f"synthetic, of those flagged, at a base rate of {float(rate):.1%}", cells))
    return lines


def _arrivals(report: dict) -> list[str]:
    """Say how what no camera filmed did, by the way it came into the pack."""
    found = {group: report[group][report["best"]]["by_arrival"] for group in report["groups"]}
    rows = [(group, arrival, one) for group, ways in found.items() for arrival, one in ways.items()]
    return [
        "",
        "| generated, or against a law of physics: how it came into the pack | clips | AUC, all four |",
        "|---|---|---|",
        *(f"| {_TITLES[group]}: {arrival} | {one['n']} | {one['auc']:.2f} |" for group, arrival, one in rows),
    ]


def _kinds(ways: dict, *, title: str, best: str) -> list[str]:
    names = {"together": "of features", "outliers": "outliers", "network": "network", "all": "all four"}
    shown = [key for key in names if key in ways]
    heads = [f"{names[key]}, {what}" for key in shown for what in ("known", "left out")]
    lines = [
        "",
        f"| {title}: AUC by kind of fake | " + " | ".join(heads) + " |",
        "|---|" + "---|" * len(heads),
    ]
    for kind in sorted(ways[best]["by_kind"]):
        cells = []
        for key in shown:
            cells.append(f"{ways[key]['by_kind'][kind]:.2f}")
            left = ways[key].get("left_out", {}).get(kind)
            cells.append("-" if left is None else f"{left:.2f}")
        lines.append(_row(kind, cells))
    return lines


def _changed(report: dict) -> list[str]:
    if not report["changed"]:
        return []
    lines = [
        "",
        "| originals of the split `test`, changed | AUC before | AUC after | honest clips flagged | clips |",
        "|---|---|---|---|---|",
    ]
    for change, one in report["changed"].items():
        lines.append(
            f"| {_WAYS[change]} | {_value(one['auc_before'])} | {_value(one['auc'])} | "
            f"{_value(one['false_alarm_rate'], percent=True)} | {one['n']} |"
        )
    return lines


def _footage(report: dict) -> list[str]:
    lines: list[str] = []
    for kind, seen in (report["footage"] or {}).items():
        each = ", ".join(f"`{name}` {p:.2f}" for name, p in seen["by_source"].items())
        lines += [
            "",
            f"Package footage, {kind}, each video by all four, fitted without it: of {seen['n']} pieces "
            f"{seen['over_threshold']} reach the threshold; {seen['strange']} are too unlike the others for anything to "
            f'be said; {seen["signs"]} are told "signs". Mean probability: {each}.',
        ]
    return lines


def _points(points: dict) -> list[str]:
    return [
        "",
        f"Shipped: signs from a probability of {points['signs_at']:.2f} up, of worn clips from "
        f"{points['worn_signs_at']:.2f} (at most {points['false_alarm_rate']:.0%} of "
        f"honest clips, {points['hit_rate']:.0%} of fakes), no signs at {points['no_signs_at']:.2f} and below "
        f"({points['miss_rate']:.0%} of fakes), nothing said where more than {points['strange_above']:.0%} of the "
        "features lie beyond training.",
    ]


def _row(label: str, cells: list[str]) -> str:
    return f"| {label} | " + " | ".join(cells) + " |"


def _plain(one: dict | None, key: str, form: str) -> str:
    return "-" if one is None or one.get(key) is None else format(one[key], form)


def _said(one: dict | None, key: str, percent: bool) -> str:
    return "-" if one is None or one.get(key) is None else _value(one[key], percent=percent)


def _value(value: list[float], *, percent: bool = False) -> str:
    return format(Estimate(value[0], low=value[1], high=value[2]), ".0%" if percent else ".2f")
