"""The three figures of the class report, readable in black and white; no figure shows one learner.

Axes run from left to right in every language, as in the textbooks of mathematics; Matplotlib (3.11) joins and orders
Arabic letters by itself.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from medialit.contest.records import Occasion
from medialit.contest.report import ClassReport
from medialit.contest.words import contestant_words, occasion_word
from medialit.forensics.calibration import Bin
from medialit.language import translator

_FONT = "DejaVu Sans"
_DPI = 130
_MARKS = {"before": ("o", "white", "--"), "after": ("o", "black", "-"), "later": ("s", "0.6", ":")}


def change_plot(report: ClassReport, *, lang: str) -> bytes | None:
    """Draw the class's d' against its c on each occasion, with intervals; None where there is one occasion only."""
    if len(report.occasions) < 2:
        return None
    _ = translator(lang)

    def draw(axes: Axes) -> None:
        axes.axvline(0, color="0.6", lw=1, ls=":")
        for occasion, found in report.occasions.items():
            mark, fill, _line = _MARKS[occasion]
            d, c = found.d_prime, found.criterion
            axes.plot([c.low, c.high], [d.value, d.value], color="0.3", lw=1.5)
            axes.plot([c.value, c.value], [d.low, d.high], color="0.3", lw=1.5)
            axes.plot(
                c.value, d.value, mark, mfc=fill, mec="black", ms=11, label=occasion_word(occasion, lang=lang)
            )
        axes.legend(loc="best")

    return png(
        draw,
        x=_("criterion c: suspicious on the left, trusting on the right"),
        y=_("sensitivity d': up is seeing better"),
        size=(6.0, 4.4),
    )


def calibration_plot(report: ClassReport, *, lang: str) -> bytes | None:
    """Draw what was said against what was, on each occasion; None where there is none."""
    if not report.occasions:
        return None
    curves = [(occasion, found.curve) for occasion, found in report.occasions.items()]
    return calibration(curves, lang=lang, size=(6.0, 4.6))


def calibration(
    curves: Iterable[tuple[Occasion, Sequence[Bin]]], *, lang: str, size: tuple[float, float]
) -> bytes:
    """Draw what was said against what was, a curve an occasion."""
    _ = translator(lang)

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color="0.5", ls="-.", lw=1, label=_("calibrated"))
        for shift, (occasion, curve) in enumerate(curves):
            mark, fill, line = _MARKS[occasion]
            at = [point.said + 0.008 * shift for point in curve]
            for x, point in zip(at, curve, strict=True):
                axes.plot([x, x], [point.was.low, point.was.high], color="0.3", lw=1.2)
            axes.plot(
                at, [point.was.value for point in curve], mark, ls=line, color="black", mfc=fill, mec="black",
                ms=8, label=occasion_word(occasion, lang=lang),
            )  # fmt: skip
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.03, 1.03))
        axes.legend(loc="upper left")

    return png(
        draw, x=_("said: probability of synthetic"), y=_("it was: share that was synthetic"), size=size
    )


def contest_plot(report: ClassReport, *, lang: str) -> bytes | None:
    """Draw the area under the ROC curve of people, crowds and machine on the last occasion with a lesson behind it."""
    _ = translator(lang)
    found = report.occasions.get("after") or report.occasions.get("before")
    if found is None:
        return None

    def draw(axes: Axes) -> None:
        axes.axvline(0.5, color="0.5", ls="-.", lw=1)
        for row, one in enumerate(reversed(found.contestants)):
            axes.plot([one.auc.low, one.auc.high], [row, row], color="0.3", lw=2.5, solid_capstyle="butt")
            human = one.name in ("individuals", "majority", "weighted")
            axes.plot(
                one.auc.value,
                row,
                "o" if human else "s",
                mfc="white" if human else "black",
                mec="black",
                ms=9,
            )
            axes.annotate(
                f"{one.auc.value:.2f}", (one.auc.value, row), (0, 8), textcoords="offset points", ha="center"
            )
        names = [contestant_words(one.name, lang=lang) for one in reversed(found.contestants)]
        axes.set_yticks(range(len(names)), names)
        least = min([0.5, *(one.auc.low for one in found.contestants)])
        axes.set(xlim=(least - 0.03, 1.02), ylim=(-0.6, len(names) - 0.3))

    return png(
        draw,
        x=_("area under the ROC curve (0.5 is guessing)"),
        y="",
        size=(7.6, 0.62 * len(found.contestants) + 1.0),
    )


def png(draw: Callable[[Axes], None], *, x: str, y: str, size: tuple[float, float]) -> bytes:
    """Return a figure of one pair of axes, `size` in inches, as the bytes of a PNG."""
    with rc_context(
        {"font.family": _FONT, "font.size": 10, "axes.spines.top": False, "axes.spines.right": False}
    ):
        figure = Figure(figsize=size, dpi=_DPI, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        draw(axes)
        axes.set(xlabel=x, ylabel=y)
        held = io.BytesIO()
        figure.savefig(held, format="png", metadata={"Software": None})
    return held.getvalue()
