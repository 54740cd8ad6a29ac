"""A reading as a PNG, for slides and handouts: its frames with their heat maps, and the plot over time.

Axes run left to right in every language.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from medialit.forensics.cues import Reading, card
from medialit.forensics.cues.pixels import overlay
from medialit.language import translator

_FONT = "DejaVu Sans"  # comes with Matplotlib; Latin, Arabic, Tifinagh
_DPI = 100


def figure(reading: Reading, *, lang: str) -> bytes:
    """Return a PNG: each of the strongest frames above its heat map, and the plot over time below.

    Parameters
    ----------
    reading : Reading
    lang : str
        Of the words. The description is in the file too, for screen readers.
    """
    _ = translator(lang)
    n, series = len(reading.heat), reading.series
    rows = [1.0, 1.0] if n else []
    rows += [1.1] if series is not None else []
    ratio = reading.heat[0].picture.shape[0] / reading.heat[0].picture.shape[1] if n else 0.5
    wide = 8.4
    tall = (2 * min(ratio, 1.0) * wide / 3 + 0.7 if n else 0.0) + (2.1 if series is not None else 0.0) + 0.5
    with rc_context({"font.family": _FONT, "font.size": 9}):
        canvas = FigureCanvasAgg(Figure(figsize=(wide, tall), dpi=_DPI, layout="constrained"))
        whole: Any = canvas.figure
        whole.suptitle(_(card(reading.cue).title), fontsize=12)
        grid = whole.add_gridspec(len(rows) or 1, 3, height_ratios=rows or [1.0])
        for k, heat in enumerate(reading.heat):
            for row, picture in enumerate((heat.picture, overlay(heat))):
                axes = whole.add_subplot(grid[row, k])
                axes.imshow(picture, interpolation="nearest", aspect="equal")
                axes.set_axis_off()
                if row == 0:
                    axes.set_title(_("{time} s").format(time=f"{heat.time_s:.2f}"), fontsize=9)
        if series is not None:
            _plot(whole.add_subplot(grid[len(rows) - 1, :]), reading, lang=lang)
        canvas.draw()  # type: ignore[no-untyped-call]
        pixels = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    about = PngInfo()
    about.add_itxt("Description", reading.explain(lang))
    buffer = io.BytesIO()
    Image.fromarray(pixels).convert("RGB").save(buffer, "PNG", pnginfo=about)
    return buffer.getvalue()


def _plot(axes: Any, reading: Reading, *, lang: str) -> None:
    _ = translator(lang)
    series = reading.series
    assert series is not None, "whoever calls has one"
    axes.plot(series.times_s, series.values, "k.-" if len(series.values) < 60 else "k-", lw=1.2, ms=5)
    if series.limit is not None:
        axes.axhline(series.limit, color="0.45", lw=1, ls="--")
    for heat in reading.heat:
        axes.axvline(heat.time_s, color="#c2410c", lw=1, ls=":")
    axes.set_xlabel(_("time (s)"))
    axes.set_title(_(series.label), fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(x=0.01)
