"""A curve over time as SVG: it stretches to any width, prints in black and white, and its words are HTML around it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from medialit.forensics.cues.shown import Curve
from medialit.language import translator

_WIDE, _TALL = 600.0, 120.0  # the drawing's own units; it is stretched to its place
_DOTTED = 60  # fewer points than this are shown as dots too


def plot(curve: Curve, *, lang: str, said: str, marks_s: Sequence[float] = (), strip: str = "") -> str:
    """Return a curve with its axes.

    Parameters
    ----------
    curve : Curve
    lang : str
        Of the words.
    said : str
        What it shows, for who does not see it.
    marks_s : sequence of float
        Moments at which a dotted line stands.
    strip : str
        HTML that is put right above the curve, on the same axis.
    """
    _ = translator(lang)
    known = [value for value in curve.values if value is not None]
    if not known:
        return ""
    low, high = _range(known, curve.limit)
    first, last = min(0.0, curve.times_s[0]), max(curve.times_s[-1], curve.times_s[0] + 1e-3)

    def across(time_s: float) -> float:
        return _WIDE * (time_s - first) / (last - first)

    def down(value: float) -> float:
        return _TALL * (1 - (value - low) / (high - low))

    runs = _runs(curve)
    lines = "".join(
        f'<polyline points="{" ".join(f"{across(t):.1f},{down(v):.1f}" for t, v in run)}" fill="none" '
        'stroke="#1b1b1b" stroke-width="1.6" vector-effect="non-scaling-stroke"/>'
        for run in runs
    )
    if len(known) < _DOTTED or any(len(run) == 1 for run in runs):
        dots = " ".join(f"M{across(t):.1f} {down(v):.1f}h0" for run in runs for t, v in run)
        lines += f'<path d="{dots}" stroke="#1b1b1b" stroke-width="5" stroke-linecap="round" {_SAME}/>'
    if curve.limit is not None:
        y = down(curve.limit)
        lines += f'<path d="M0 {y:.1f}H{_WIDE:g}" stroke="#555" stroke-width="1.5" stroke-dasharray="7 5" {_SAME}/>'
    for time_s in marks_s:
        x = across(min(max(time_s, first), last))
        lines += f'<path d="M{x:.1f} 0V{_TALL:g}" stroke="#b45309" stroke-width="2" stroke-dasharray="2 4" {_SAME}/>'
    label = escape(_(curve.label))
    return (
        f'<div class="ml-plot"><p class="ml-label" dir="auto">{label}</p>{strip}'
        f'<div class="ml-axis"><span>{_short(high)}</span></div>'
        f'<svg role="img" aria-label="{escape(said)}" viewBox="0 -4 {_WIDE:g} {_TALL + 8:g}" '
        f'preserveAspectRatio="none">{lines}</svg>'
        f'<div class="ml-axis"><span>{_short(low)}</span></div>'
        f'<div class="ml-axis"><span dir="auto">{escape(_("{time} s").format(time=f"{first:.1f}"))}</span>'
        f'<span dir="auto">{escape(_("{time} s").format(time=f"{last:.1f}"))}</span></div></div>'
    )


_SAME = 'fill="none" vector-effect="non-scaling-stroke"'


def _short(value: float) -> str:
    return f"{0.0 if abs(value) < 0.005 else value:.3g}"


def _range(known: Sequence[float], limit: float | None) -> tuple[float, float]:
    """Return the lowest and the highest value to show: 0 is among them, so that little unrest looks little."""
    values = [0.0, *known, *([] if limit is None else [limit])]
    low, high = min(values), max(values)
    return (low, high) if high - low > 1e-9 else (low - 0.5, high + 0.5)


def _runs(curve: Curve) -> list[list[tuple[float, float]]]:
    """Cut the curve where nothing could be measured."""
    runs: list[list[tuple[float, float]]] = [[]]
    for time_s, value in zip(curve.times_s, curve.values, strict=True):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((time_s, value))
    return [run for run in runs if run]
