"""The figures of the class report, readable in black and white; no figure shows one learner."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from medialit.classroom.items import ItemReport, Telling
from medialit.classroom.sight import Sight
from medialit.contest.plots import calibration, png
from medialit.language import translator

_FILLS = {
    Telling.YES: "black",
    Telling.UNSURE: "0.65",
    Telling.FEW: "0.65",
    Telling.NO: "white",
    Telling.ALIKE: "white",
}


def items_plot(items: Sequence[ItemReport], *, lang: str) -> bytes | None:
    """Draw the share of learners with full points for each item, with intervals; None where there is none."""
    if not items:
        return None
    _ = translator(lang)

    def draw(axes: Axes) -> None:
        for row, one in enumerate(reversed(items)):
            axes.plot([one.full.low, one.full.high], [row, row], color="0.3", lw=1.8, solid_capstyle="butt")
            axes.plot(one.full.value, row, "o", mfc=_FILLS[one.telling], mec="black", ms=7)
        axes.set_yticks(range(len(items)), [f"{one.lab[:2]} {one.item}" for one in reversed(items)])
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.7, len(items) - 0.3))
        axes.grid(axis="y", color="0.9", lw=0.8)
        axes.set_axisbelow(True)
        legend = (
            (Telling.YES, _("tells learners apart")),
            (Telling.UNSURE, _("cannot be told yet")),
            (Telling.NO, _("does not tell learners apart")),
        )
        for telling, said in legend:
            axes.plot([], [], "o", mfc=_FILLS[telling], mec="black", ms=7, label=said)
        axes.figure.legend(loc="outside upper center", ncols=3, frameon=False, fontsize=9)

    height = 0.24 * len(items) + 1.3
    return png(draw, x=_("share of learners with full points"), y="", size=(7.2, height))


def change_plot(sight: Sight, *, lang: str) -> bytes:
    """Draw the class's change of d' and of c, with intervals, against no change."""
    _ = translator(lang)
    change = sight.change.change
    rows = ((_("sensitivity d'"), change.d_prime, "black"), (_("criterion c"), change.criterion, "white"))

    def draw(axes: Axes) -> None:
        axes.axvline(0, color="0.5", lw=1, ls="-.")
        for row, (_name, found, fill) in enumerate(reversed(rows)):
            axes.plot([found.low, found.high], [row, row], color="0.3", lw=2.5, solid_capstyle="butt")
            axes.plot(found.value, row, "o", mfc=fill, mec="black", ms=10)
        axes.set_yticks(range(len(rows)), [name for name, _found, _fill in reversed(rows)])
        widest = max(0.6, *(abs(end) for _n, one, _f in rows for end in (one.low, one.high))) * 1.1
        axes.set(ylim=(-0.6, len(rows) - 0.4), xlim=(-widest, widest))

    return png(draw, x=_("change, after less before"), y="", size=(6.4, 1.8))


def calibration_plot(sight: Sight, *, lang: str) -> bytes:
    """Draw what was said against what was, before and after."""
    curves = [(block, found.curve) for block, found in sight.occasions.items()]
    return calibration(curves, lang=lang, size=(5.6, 4.2))
