"""A reading to look at: frames with their heat maps, the plot over time, the sentence, and what the cue is worth.

One reading is a PNG; several are an HTML page that needs nothing else. Axes run left to right in every language.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from medialit.forensics.cues import Card, Heat, Measured, Reading, card, measured
from medialit.forensics.cues.records import Picture, _msgid
from medialit.language import language, translator

_FONT = "DejaVu Sans"  # comes with Matplotlib; Latin, Arabic, Tifinagh
_DPI = 100
_SHOWN_WIDTH = 420

NEEDS = {
    "stills": _msgid("some frames at full size"),
    "motion": _msgid("every frame, small"),
    "faces": _msgid("a face"),
    "sound": _msgid("a face and the sound"),
    "reference": _msgid("reference frames of the camera"),
    "world": _msgid("a clip of the miniature world"),
}
CHANGE_WORDS = {
    "gain": _msgid("brightness and contrast"),
    "fps": _msgid("frame rate"),
    "resize": _msgid("resizing"),
    "recompression": _msgid("recompression"),
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """A label of a card and what stands beside it."""

    label: str
    value: str


def card_lines(name: str, *, lang: str) -> tuple[Line, ...]:
    """Return a cue's card in a language: what it measures, what breaks it, and how well it was measured to do.

    Raises
    ------
    CueError
        If there is no such cue.
    LanguageError
        If the platform does not speak the language.
    """
    _ = translator(lang)
    one, worth = card(name), measured(name)

    def changes(names: Sequence[str]) -> str:
        return ", ".join(_(CHANGE_WORDS[change]) for change in names) or "-"

    lines = [
        Line(label=_("What it measures"), value=_(one.measures)),
        Line(label=_("What breaks it"), value=_(one.breaks)),
        Line(label=_("What it looks at"), value=_(NEEDS[one.needs])),
        Line(label=_("Survives (tested)"), value=changes(one.holds)),
        Line(label=_("Is undone by (tested)"), value=changes(one.fails)),
        Line(label=_("Source"), value=one.source),
    ]
    return (*lines, *_worth(one, worth, lang=lang))


def _worth(one: Card, worth: Measured | None, *, lang: str) -> list[Line]:
    _ = translator(lang)
    if worth is None:
        return [Line(label=_("Measured"), value=_("It has not been measured on a set of clips yet."))]
    said = _(
        "Area under the curve {auc} on what it is meant for ({synthetic} planted, {camera} honest clips); 0.5 is "
        "guessing."
    ).format(auc=worth.auc, synthetic=worth.n_synthetic, camera=worth.n_camera)
    if worth.false_positive_rate is not None:
        rate = _("{rate} of other honest clips reach the threshold of {threshold}.")
        said += " " + rate.format(rate=f"{worth.false_positive_rate:.0%}", threshold=f"{worth.threshold:.2f}")
    lines = [Line(label=_("Measured"), value=said)]
    if worth.auc_pack is not None:
        pack = _("Area under the curve {auc} against every kind of fake in the clip pack together.").format(
            auc=worth.auc_pack
        )
        lines.append(Line(label=_("On the clip pack"), value=pack))
    if worth.odd_rate is not None:
        odd = _("{rate} of the real but odd clips reach the threshold.").format(rate=f"{worth.odd_rate:.0%}")
        lines.append(Line(label=_("Real but odd"), value=odd))
    if one.debunked:
        lines.append(
            Line(label=_("Warning"), value=_("A debunked reading: it is taught so that nobody relies on it."))
        )
    return lines


def verdict(reading: Reading, *, lang: str) -> str:
    """Return in a sentence how the score stands to what honest clips reach; never that a clip is fake."""
    _ = translator(lang)
    worth = measured(reading.cue)
    if reading.score is None:
        return _("This cue cannot tell.")
    if card(reading.cue).debunked:
        return _("A debunked reading: it is taught so that nobody relies on it.")
    if worth is None or worth.false_positive_rate is None:
        return _("It has not been measured on a set of clips yet.")
    slots = {"score": f"{reading.score:.2f}", "threshold": f"{worth.threshold:.2f}"}
    if reading.score < worth.threshold:
        return _(
            "Score {score}, below {threshold}: like most honest clips. This is no proof of honesty."
        ).format(**slots)
    return _(
        "Score {score}, at or above {threshold}: {rate} of honest clips get there too. Look closer; this is no proof."
    ).format(**slots, rate=f"{worth.false_positive_rate:.0%}")


def overlay(heat: Heat, *, width: int = _SHOWN_WIDTH) -> Picture:
    """Return the picture with the heat map over it: the warmer, the more the cue sees there.

    Returns
    -------
    ndarray of uint8, shape (H, W, 3)
        `width` pixels wide; where the map is 0 the picture is untouched but for its colour, which is paled.
    """
    height = max(1, round(width * heat.picture.shape[0] / heat.picture.shape[1]))
    scale = width / heat.picture.shape[1]
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    picture = cv2.resize(heat.picture, (width, height), interpolation=how).astype(np.float32)
    warm = np.clip(cv2.resize(heat.values, (width, height), interpolation=cv2.INTER_LINEAR), 0, 1)[..., None]
    grey = picture.mean(axis=2, keepdims=True)
    paled = 0.35 * picture + 0.65 * (0.75 * grey + 40)
    colour = cv2.applyColorMap((warm * 255).astype(np.uint8), cv2.COLORMAP_INFERNO)[..., ::-1].astype(
        np.float32
    )
    share = 0.85 * warm**0.7
    return np.asarray(np.clip(paled * (1 - share) + colour * share, 0, 255), np.uint8)


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


def to_fragment(readings: Sequence[Reading], *, lang: str, level: int = 2) -> str:
    """Return HTML of readings, each with figure, sentence, standing and card; no page around it."""
    _ = translator(lang)
    parts = [f'<div class="ml-cues" lang="{lang}" dir="{language(lang).direction}">']
    for reading in readings:
        lines = "".join(
            f"<dt>{html.escape(line.label)}</dt><dd dir='auto'>{html.escape(line.value)}</dd>"
            for line in card_lines(reading.cue, lang=lang)
        )
        picture = ""
        if reading.heat or reading.series is not None:
            data = base64.b64encode(figure(reading, lang=lang)).decode()
            alt = html.escape(reading.explain(lang), quote=True)
            picture = f'<img alt="{alt}" style="max-width:100%" src="data:image/png;base64,{data}">'
        parts.append(
            f'<section id="cue-{reading.cue}"><h{level}>{html.escape(_(card(reading.cue).title))}</h{level}>'
            f"<p><strong>{html.escape(verdict(reading, lang=lang))}</strong> "
            f"{html.escape(reading.explain(lang))}</p>{picture}"
            f"<details><summary>{html.escape(_('How far to trust this'))}</summary><dl>{lines}</dl></details></section>"
        )
    return "".join(parts) + "</div>"


def to_html(readings: Sequence[Reading], *, lang: str, name: str) -> str:
    """Return a whole page about a clip called `name`."""
    _ = translator(lang)
    title = _("Cues in {name}").format(name=f"\u2068{name}\u2069")
    note = _(
        "A cue is one measurement. None of them says that a clip is fake, and none that it is honest: read how often "
        "honest clips look the same, and what breaks it."
    )
    draft = _("Draft translation: no native speaker has reviewed it yet.") if language(lang).draft else ""
    return (
        f'<!doctype html><html lang="{lang}" dir="{language(lang).direction}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{html.escape(title)}</title>'
        "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;color:#111;"
        "background:#fff}section{border-top:1px solid #ccc;margin-top:2rem}dt{font-weight:600}summary{cursor:pointer}"
        "</style></head><body>"
        f"<h1>{html.escape(title)}</h1><p>{html.escape(note)}</p><p><em>{html.escape(draft)}</em></p>"
        f"{to_fragment(readings, lang=lang)}</body></html>"
    )
