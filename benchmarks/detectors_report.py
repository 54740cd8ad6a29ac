"""The tables of `benchmarks/detectors.py`, in Markdown."""

from __future__ import annotations

from medialit.forensics.statistics import Estimate

_WAYS = {
    "crf30": "H.264 again, CRF 30",
    "vp9": "VP9, CRF 40",
    "half": "half the size",
}


_COLUMNS = ("directions", "forest", "together", "network", "all")


def tables(report: dict) -> str:
    """Return everything that was counted."""
    columns = [report.get(name) for name in _COLUMNS]
    n = report["network"]["n"] if report["network"] else 0
    lines = [
        f"{report['n_clips']} clips of the pack, each scored by detectors fitted without its scene, people and camera; "
        f"{report['n_train']} clips in all, {report['n_footage']} of them pieces of package footage; "
        f"{report['n_features']} features. The network, and what all three come to, is counted on the {n} clips of the "
        "split `test` alone. Intervals are of 95 % (bootstrap for areas, Wilson for "
        "shares).",
        "",
        "| | directions | trees | both | network | all three |",
        "|---|---|---|---|---|---|",
    ]
    for label, key, percent in (
        ("AUC, known kinds", "auc_known", False),
        ("honest clips flagged", "false_alarm_rate", True),
        ("real but odd flagged", "odd_flagged", True),
        ("fakes flagged", "hit_rate", True),
    ):
        lines.append(f"| {label} | " + " | ".join(_said(one, key, percent) for one in columns) + " |")
    lines.append(
        "| ECE | " + " | ".join("-" if one is None else f"{one['ece']:.3f}" for one in columns) + " |"
    )
    for rate in report["together"]["ppv"]:
        cells = [
            "-" if one is None or one["ppv"][rate] is None else f"{one['ppv'][rate]:.1%}" for one in columns
        ]
        lines.append(
            f"| synthetic, of those flagged, at a base rate of {float(rate):.1%} | "
            + " | ".join(cells)
            + " |"
        )
    three = columns[:3]
    lines += [
        "| AUC, the generator unknown | "
        + " | ".join(_value(one["auc_unknown"]) for one in three)
        + " | - | - |",
        f"| AUC, one kind left out, mean of {len(report['kinds'])} | "
        + " | ".join(f"{one['auc_leave_one_out']:.2f}" for one in three)
        + " | - | - |",
        "",
        "| AUC by kind of fake | both, known | both, left out | network |",
        "|---|---|---|---|",
    ]
    for kind in report["kinds"]:
        learned = report["network"]["by_kind"].get(kind) if report["network"] else None
        lines.append(
            f"| {kind} | {report['together']['by_kind'][kind]:.2f} | {report['together']['left_out'][kind]:.2f} | "
            f"{'-' if learned is None else f'{learned:.2f}'} |"
        )
    if report["changed"]:
        lines += [
            "",
            "| the split `test`, changed | AUC before | AUC after | honest clips flagged | clips |",
            "|---|---|---|---|---|",
        ]
        for change, one in report["changed"].items():
            lines.append(
                f"| {_WAYS[change]} | {_value(one['auc_before'])} | {_value(one['auc'])} | "
                f"{_value(one['false_alarm_rate'], percent=True)} | {one['n']} |"
            )
    return "\n".join([*lines, *_footage(report), *_points(report["operating"])]) + "\n"


def _footage(report: dict) -> list[str]:
    seen = report["footage"]
    if not seen:
        return []
    each = ", ".join(f"`{name}` {p:.2f}" for name, p in seen["by_source"].items())
    return [
        "",
        f"Package footage, each video by detectors of features fitted without it: of {seen['n']} pieces "
        f"{seen['over_threshold']} reach the threshold; {seen['strange']} are too unlike the others for anything to be "
        f'said; {seen["signs"]} are told "signs". Mean probability: {each}.',
    ]


def _points(points: dict) -> list[str]:
    return [
        "",
        f"Shipped: signs from a probability of {points['signs_at']:.2f} up (at most {points['false_alarm_rate']:.0%} of "
        f"honest clips, {points['hit_rate']:.0%} of fakes), no signs at {points['no_signs_at']:.2f} and below "
        f"({points['miss_rate']:.0%} of fakes), nothing said where more than {points['strange_above']:.0%} of the "
        "features lie beyond training.",
    ]


def _said(one: dict | None, key: str, percent: bool) -> str:
    return "-" if one is None else _value(one[key], percent=percent)


def _value(value: list[float], *, percent: bool = False) -> str:
    return format(Estimate(value[0], low=value[1], high=value[2]), ".0%" if percent else ".2f")
