"""The tables of `benchmarks/detectors.py`, in Markdown."""

from __future__ import annotations

from medialit.forensics.statistics import Estimate

_WAYS = {
    "crf30": "H.264 again, CRF 30",
    "vp9": "VP9, CRF 40",
    "half": "half the size",
}


def tables(report: dict) -> str:
    """Return everything that was counted."""
    lines = [
        f"{report['n_clips']} clips of the pack, each scored by trees that saw none of its scene, people and camera; "
        f"{report['n_train']} clips in all, {report['n_features']} features. Intervals are of 95 % (bootstrap for "
        "areas, Wilson for shares).",
        "",
        "| | trees | network | both |",
        "|---|---|---|---|",
    ]
    three = [report[name] for name in ("forest", "network", "both")]
    for label, key, percent in (
        ("AUC, known kinds", "auc_known", False),
        ("honest clips flagged", "false_alarm_rate", True),
        ("real but odd flagged", "odd_flagged", True),
        ("fakes flagged", "hit_rate", True),
    ):
        lines.append(f"| {label} | " + " | ".join(_said(one, key, percent) for one in three) + " |")
    lines.append("| ECE | " + " | ".join("-" if one is None else f"{one['ece']:.3f}" for one in three) + " |")
    forest = report["forest"]
    for rate in forest["ppv"]:
        cells = [
            "-" if one is None or one["ppv"][rate] is None else f"{one['ppv'][rate]:.1%}" for one in three
        ]
        lines.append(
            f"| of flagged clips synthetic, at a base rate of {float(rate):.1%} | " + " | ".join(cells) + " |"
        )
    lines += [
        f"| AUC, the generator unknown | {_value(forest['auc_unknown'])} | - | - |",
        f"| AUC, one kind left out, mean of {len(forest['left_out'])} | {forest['auc_leave_one_out']:.2f} | - | - |",
        "",
        "| kind of fake | known | left out | network |",
        "|---|---|---|---|",
    ]
    network = report["network"]
    for kind in report["kinds"]:
        learned = network["by_kind"].get(kind) if network else None
        lines.append(
            f"| {kind} | {forest['by_kind'][kind]:.2f} | {forest['left_out'][kind]:.2f} | "
            f"{'-' if learned is None else f'{learned:.2f}'} |"
        )
    if forest["changed"]:
        lines += ["", "| the test split, changed | AUC before | AUC after | clips |", "|---|---|---|---|"]
        for change, one in forest["changed"].items():
            lines.append(
                f"| {_WAYS[change]} | {_value(one['auc_before'])} | {_value(one['auc'])} | {one['n']} |"
            )
    if report["footage"]:
        seen = report["footage"]
        each = ", ".join(f"`{name}` {p:.2f}" for name, p in seen["by_source"].items())
        lines += [
            "",
            f"Package footage: of {seen['n']} pieces {seen['over_threshold']} reach the trees' threshold; "
            f"{seen['strange']} are too unlike the training clips for anything to be said; {seen['signs']} are told "
            '"signs". Mean probability: '
            f"{each}.",
        ]
    points = report["operating"]
    lines += [
        "",
        f"Shipped: signs from a probability of {points['signs_at']:.2f} up, no signs at {points['no_signs_at']:.2f} and "
        f"below, nothing said where more than {points['strange_above']:.0%} of the features lie beyond training.",
    ]
    return "\n".join(lines) + "\n"


def _said(one: dict | None, key: str, percent: bool) -> str:
    return "-" if one is None else _value(one[key], percent=percent)


def _value(value: list[float], *, percent: bool = False) -> str:
    return format(Estimate(value[0], low=value[1], high=value[2]), ".0%" if percent else ".2f")
