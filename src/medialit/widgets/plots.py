"""The figures of the labs: readable in black and white, with words in the learner's language.

Axes stay left to right in every language, as in the mathematics textbooks of the Maghreb; Matplotlib (3.11)
joins and orders Arabic letters by itself. Each figure carries a sentence with its numbers, which a screen reader reads.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from medialit.forensics.calibration import reliability
from medialit.forensics.roc import roc
from medialit.forensics.statistics import (
    Counts,
    Estimate,
    compare,
    criterion_interval,
    d_prime_interval,
    ppv_interval,
)
from medialit.language import translator

_FONT = "DejaVu Sans"  # comes with Matplotlib; Latin, Arabic, Tifinagh
_SIZE_IN = (6.4, 4.6)
_DPI = 100


@dataclass(frozen=True)
class Picture:
    """A figure that a notebook shows, and what it says in one sentence.

    Parameters
    ----------
    png : bytes
        The figure.
    description : str
        The sentence, in the learner's language.
    """

    png: bytes = field(repr=False)
    description: str

    def _repr_mimebundle_(self, **_options: object) -> dict[str, object]:
        return {"image/png": self.png, "text/plain": self.description}


def roc_curve(truths: ArrayLike, ratings: ArrayLike, *, area: Estimate, lang: str) -> Picture:
    """Draw the ROC curve of ratings, with the diagonal of guessing.

    Parameters
    ----------
    truths : array_like of bool, shape (N,)
        True where the clip is synthetic.
    ratings : array_like, shape (N,)
        Higher is more synthetic.
    area : Estimate
        The area under the curve, with its interval.
    lang : str
        A code of `medialit.language.LANGUAGES`.
    """
    _ = translator(lang)
    curve = roc(truths, ratings)
    said = _("Area under the curve: {area} (0.5 is guessing)").format(area=area)

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], "k--", lw=1, label=_("guessing"))
        axes.plot(
            curve.false_alarm_rates, curve.hit_rates, "ko-", lw=2, label=_("one point for each threshold")
        )
        axes.set_aspect("equal")
        axes.legend(loc="lower right")

    return drawn(draw, said, x=_("False-alarm rate F"), y=_("Hit rate H"))


def calibration_curve(truths: ArrayLike, probabilities: ArrayLike, *, brier: Estimate, lang: str) -> Picture:
    """Draw what was said against what was, with Wilson intervals and the diagonal of perfect calibration.

    Parameters
    ----------
    truths : array_like of bool, shape (N,)
        True where the clip is synthetic.
    probabilities : array_like of float, shape (N,)
        The probability given to "synthetic".
    brier : Estimate
        The Brier score, with its interval.
    lang : str
        The learner's language.
    """
    _ = translator(lang)
    points = reliability(truths, probabilities)
    said = _("Brier score: {brier} (always saying 50 % gets 0.25)").format(brier=brier)

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], "k--", lw=1, label=_("calibrated"))
        for point in points:
            axes.plot([point.said] * 2, [point.was.low, point.was.high], color="0.45", lw=1.5)
            axes.plot(point.said, point.was.value, "ko", ms=5 + 1.2 * point.n**0.5)
            axes.annotate(f"n = {point.n}", (point.said, point.was.value), (6, 5), textcoords="offset points")
        axes.set(xlim=(0, 1.08), ylim=(-0.03, 1.03))
        axes.legend(loc="upper left")

    return drawn(
        draw, said, x=_("You said: probability of synthetic"), y=_("It was: share that was synthetic")
    )


def ppv_by_base_rate(counts: Counts, *, lang: str) -> Picture:
    """Draw the worth of an alarm at every base rate, with its interval; 1, 10 and 50 % are marked.

    Parameters
    ----------
    counts : Counts
        The judgements that give the two rates.
    lang : str
        The learner's language.
    """
    _ = translator(lang)
    bases = np.geomspace(0.002, 0.8, 120)
    band = [ppv_interval(counts, base_rate=float(base)) for base in bases]
    marked = {base: ppv_interval(counts, base_rate=base) for base in (0.01, 0.10, 0.50)}
    said = _("Alarms that are right: {rare} at 1 %, {some} at 10 %, {half} at 50 %").format(
        **{
            name: f"{100 * marked[base].value:.0f} %"
            for name, base in {"rare": 0.01, "some": 0.10, "half": 0.50}.items()
        }
    )

    def draw(axes: Axes) -> None:
        axes.fill_between(bases, [e.low for e in band], [e.high for e in band], color="0.85")
        axes.plot(bases, [e.value for e in band], "k-", lw=2)
        axes.plot(bases, bases, "k--", lw=1, label=_("an alarm at random"))
        for base, estimate in marked.items():
            axes.plot(base, estimate.value, "ko")
            axes.annotate(
                f"{100 * estimate.value:.0f} %",
                (base, estimate.value),
                (-8, 8),
                textcoords="offset points",
                ha="right",
            )
        axes.set_xscale("log")
        axes.set_xticks([0.01, 0.1, 0.5], ["1 %", "10 %", "50 %"])
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
        axes.minorticks_off()
        axes.legend(loc="upper left")

    return drawn(
        draw, said, x=_("Base rate: share of clips that are synthetic"), y=_("Alarms that are right (PPV)")
    )


def change(before: Counts, after: Counts, *, lang: str) -> Picture:
    """Draw sensitivity against criterion, before and after, with the intervals of both.

    Parameters
    ----------
    before, after : Counts
        Two blocks of judgements.
    lang : str
        The learner's language.
    """
    _ = translator(lang)
    found = compare(before, after)
    said = _("Change of d': {d}. Change of c: {c}").format(d=found.d_prime, c=found.criterion)
    blocks = ((before, "o", "white", _("before")), (after, "s", "black", _("after")))

    def draw(axes: Axes) -> None:
        places = []
        for counts, marker, fill, name in blocks:
            d, c = d_prime_interval(counts), criterion_interval(counts)
            axes.plot([c.low, c.high], [d.value, d.value], color="0.45", lw=1.5)
            axes.plot([c.value, c.value], [d.low, d.high], color="0.45", lw=1.5)
            axes.plot(c.value, d.value, "k" + marker, mfc=fill, ms=10, label=name, ls="none", zorder=3)
            places.append((c.value, d.value))
        axes.annotate(
            "", places[1], places[0], arrowprops={"arrowstyle": "->", "lw": 1.5, "shrinkA": 7, "shrinkB": 7}
        )
        axes.axvline(0, color="k", lw=0.8, ls=":")
        axes.axhline(0, color="k", lw=0.8, ls=":")
        reach = max(1.2, *(abs(x) for x in axes.get_xlim()))
        axes.set_xlim(-reach, reach)
        axes.legend(loc="upper right")

    x = _("Criterion c: suspicious on the left, trusting on the right")
    return drawn(draw, said, x=x, y=_("Sensitivity d'"))


def drawn(draw: Callable[[Axes], None], description: str, *, x: str, y: str) -> Picture:
    """Draw a figure in the style of the labs; its title is the sentence that describes it."""
    with rc_context({"font.family": _FONT, "font.size": 11}):
        figure = Figure(figsize=_SIZE_IN, dpi=_DPI, layout="constrained")
        canvas = FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        draw(axes)
        axes.set_xlabel(x)
        axes.set_ylabel(y)
        axes.set_title(description, fontsize=11)
        axes.spines[["top", "right"]].set_visible(False)
        # Once: savefig draws a figure with a layout twice, and a class is 900 notebooks.
        canvas.draw()  # type: ignore[no-untyped-call]
    about = PngInfo()
    about.add_itxt("Description", description)
    buffer = io.BytesIO()
    pixels = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    Image.fromarray(pixels).convert("RGB").save(buffer, "PNG", pnginfo=about)
    return Picture(png=buffer.getvalue(), description=description)
