"""What cues see, as HTML that needs nothing else.

Of each cue: its frames, the same under their heat maps, the measure over time, the score beside its threshold, and the
card. There is no script in it and nothing is fetched; pictures are in the page. Words run the reader's way, and axes from
left to right in every language. What comes from a file is escaped.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from typing import Final

from medialit.forensics.cues import card, measured
from medialit.forensics.cues.plot import plot
from medialit.forensics.cues.shown import Frame, Shown, Spot
from medialit.forensics.cues.view import STANDINGS, balance, card_lines, standing, verdict
from medialit.forensics.statistics import Estimate
from medialit.language import language, translator

_FEW: Final = 3  # readings that are all shown open

STYLE: Final = """
.ml-cues{font-family:system-ui,"DejaVu Sans","Noto Sans","Noto Sans Arabic",sans-serif;line-height:1.5;color:#1b1b1b;
background:#fff;overflow-wrap:anywhere;text-align:start}
.ml-cues :is(p,dt,dd,li,td,th,figcaption,h2,h3,h4,summary){color:#1b1b1b}
.ml-cues .ml-cue{border-top:1px solid #767676;margin-top:1.4rem;padding-top:.6rem}
.ml-cues .ml-cue:first-child{border-top:0;margin-top:0}
.ml-cues :is(h2,h3,h4){font-size:1.12rem;line-height:1.3;margin:.2rem 0 .4rem}
.ml-cues p{margin:.3rem 0 .5rem}
.ml-cues .ml-spots{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(16rem,100%),1fr));gap:.8rem;
margin:.6rem 0}
.ml-cues .ml-spots.ml-one{grid-template-columns:1fr 1fr;align-items:start}
.ml-cues figure{margin:0}
.ml-cues figure img{display:block;width:auto;max-width:100%;height:auto;max-height:19rem;margin:0 0 .25rem;
border:1px solid #767676}
.ml-cues figcaption{font-size:.85rem}
.ml-cues .ml-beside{display:grid;grid-template-columns:1fr 1fr;gap:.8rem;align-items:start}
.ml-cues .ml-strip{display:flex;gap:2px;direction:ltr;margin:.6rem 0 0}
.ml-cues .ml-strip img{flex:1 1 0;min-width:0;width:100%;height:auto;max-height:6rem;
object-fit:cover;border:0;margin:0}
.ml-cues .ml-plot{direction:ltr;margin:.6rem 0;max-width:100%}
.ml-cues .ml-plot svg{display:block;width:100%;height:8rem;background:#fff;border:1px solid #767676}
.ml-cues .ml-axis{display:flex;justify-content:space-between;font-size:.82rem;color:#1b1b1b}
.ml-cues .ml-label{font-size:.85rem;margin:0 0 .15rem}
.ml-cues .ml-gauge{direction:ltr;position:relative;height:1.1rem;border:1px solid #767676;background:#fff;
margin:1.5rem 0 .3rem}
.ml-cues .ml-gauge i{position:absolute;top:0;bottom:0;left:0;background:#d5dde5}
.ml-cues .ml-gauge u{position:absolute;top:-.25rem;bottom:-.25rem;width:0;border-left:3px dashed #1b1b1b}
.ml-cues .ml-gauge b{position:absolute;top:-1.25rem;width:0;height:2.3rem;border-left:4px solid #b45309}
.ml-cues .ml-gauge b span{position:absolute;top:-.2rem;left:.35rem;font-size:.85rem;line-height:1.2;
white-space:nowrap;color:#7c2d12}
.ml-cues .ml-gauge b.ml-far span{left:auto;right:.35rem}
.ml-cues dl{margin:.4rem 0}
.ml-cues :is(dt,dd){float:none !important;display:block !important;width:auto !important;clear:none !important}
.ml-cues dt{font-weight:600;font-size:.9rem}
.ml-cues dd{margin:0 0 .45rem !important}
.ml-cues .ml-odds{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(8.5rem,45%),1fr));gap:.1rem 1rem}
.ml-cues details{margin:.5rem 0}
.ml-cues summary{cursor:pointer;font-weight:600;text-decoration:underline}
.ml-cues summary:focus-visible{outline:3px solid #e0a100;outline-offset:2px}
.ml-cues :is(table,thead,tr){border:0 !important;background:transparent !important}
.ml-cues table{border-collapse:collapse;width:100%;font-size:.92rem;margin:.5rem 0}
.ml-cues :is(th,td){text-align:start !important;vertical-align:top;padding:.25rem .5rem !important;border:0 !important;
border-bottom:1px solid #ddd !important;background:transparent !important}
.ml-cues tr.ml-reaches :is(th,td){background:#fff4d6 !important}
.ml-cues tr.ml-reaches td{font-weight:600}
@media print{.ml-cues .ml-cue{break-inside:avoid}}
""".strip()


def to_html(readings: Sequence[Shown], *, lang: str, name: str, strip: Sequence[Frame] = ()) -> str:
    """Return a whole page about a clip called `name`.

    Parameters
    ----------
    readings : sequence of Shown
    lang : str
        Decides the direction too.
    name : str
        Of the clip.
    strip : sequence of Frame
        Small pictures of it, shown above each plot.

    Raises
    ------
    LanguageError
        If the platform does not speak the language.
    """
    _ = translator(lang)
    title = _("Cues in {name}").format(name=f"\u2068{name}\u2069")
    said = f"<p>{escape(balance(readings).say(lang))}</p>"
    body = f"{said}{table(readings, lang=lang)}{to_fragment(readings, lang=lang, strip=strip, noted=True)}"
    return whole(title, body, lang=lang)


def whole(title: str, body: str, *, lang: str) -> str:
    """Return a page that stands alone: nothing is fetched, and nothing in it runs."""
    _ = translator(lang)
    policy = (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    )
    draft = _("Draft translation: no native speaker has reviewed it yet.") if language(lang).draft else ""
    return (
        f'<!doctype html><html lang="{lang}" dir="{language(lang).direction}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
        "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:1.5rem auto;padding:0 1rem;color:#111;"
        f"background:#fff;overflow-wrap:anywhere}}{STYLE}</style></head><body>"
        f"<h1>{escape(title)}</h1>{f'<p><em>{escape(draft)}</em></p>' if draft else ''}{body}</body></html>"
    )


def to_fragment(
    readings: Sequence[Shown],
    *,
    lang: str,
    level: int = 2,
    strip: Sequence[Frame] = (),
    style: bool = False,
    noted: bool = False,
) -> str:
    """Return HTML of readings, each with its evidence, its odds and its card; no page around it.

    Parameters
    ----------
    readings : sequence of Shown
    lang : str
    level : int
        Of the headings.
    strip : sequence of Frame
    style : bool
        Whether the style comes along, for a place inside another page.
    noted : bool
        Whether `note` comes before them.
    """
    few = len(readings) <= _FEW
    parts = [
        one_cue(one, lang=lang, level=level, strip=strip, folded=not few and standing(one) != "reaches")
        for one in readings
    ]
    return box((note(lang) if noted else "") + "".join(parts), lang=lang, style=style)


def one_cue(
    one: Shown,
    *,
    lang: str,
    level: int = 2,
    strip: Sequence[Frame] = (),
    spot: int | None = None,
    folded: bool = False,
) -> str:
    """Return what a cue sees in a clip, as a section.

    Parameters
    ----------
    one : Shown
    lang : str
    level : int
    strip : sequence of Frame
    spot : int, optional
        Show this of its frames alone, large; else all, small.
    folded : bool
        Whether a reader has to open what the cue sees; of many cues, those below their threshold are.
    """
    _ = translator(lang)
    chosen = one.spots if spot is None else one.spots[spot : spot + 1]
    large = " ml-one" if spot is not None else ""
    spots = "".join(spot_figure(each, lang=lang, apart=spot is not None) for each in chosen)
    over_time = ""
    if one.curve is not None:
        times = [each.time_s for each in chosen]
        over_time = plot(
            one.curve, lang=lang, said=one.explain(lang), marks_s=times, strip=_strip(one, strip)
        )
    lines = "".join(
        f'<dt>{escape(line.label)}</dt><dd dir="auto">{escape(line.value)}</dd>'
        for line in card_lines(one.cue, lang=lang)
    )
    seen = (f'<div class="ml-spots{large}">{spots}</div>' if spots else "") + over_time
    if folded and seen:
        seen = f"<details><summary>{escape(_('What this cue sees'))}</summary>{seen}</details>"
    return (
        f'<section class="ml-cue" id="cue-{escape(one.cue)}">'
        f"<h{level}>{escape(_(card(one.cue).title))}</h{level}>"
        f"<p><strong>{escape(verdict(one, lang=lang))}</strong> {escape(one.explain(lang))}</p>"
        f"{gauge(one)}{_odds(one, lang=lang)}{seen}"
        f"<details><summary>{escape(_('How far to trust this'))}</summary><dl>{lines}</dl></details></section>"
    )


def table(readings: Sequence[Shown], *, lang: str, style: bool = False) -> str:
    """Return a table of the cues and how each stands."""
    _ = translator(lang)
    rows = "".join(
        f'<tr class="ml-{standing(one)}"><th scope="row">{escape(_(card(one.cue).title))}</th>'
        f"<td>{escape(_(STANDINGS[standing(one)]))}</td></tr>"
        for one in readings
    )
    return box(f"<table><tbody>{rows}</tbody></table>", lang=lang, style=style)


def box(inside: str, *, lang: str, style: bool) -> str:
    """Return HTML in a box that runs the reader's way, with the style if it is to come along."""
    sheet = f"<style>{STYLE}</style>" if style else ""
    return (
        f'{sheet}<div class="ml-cues" lang="{escape(lang)}" dir="{language(lang).direction}">{inside}</div>'
    )


def note(lang: str) -> str:
    """Return what a cue is, and how to read its pictures."""
    _ = translator(lang)
    what = _(
        "A cue is one measurement. None of them says that a clip is fake, and none that it is honest: read how often "
        "honest clips look the same, and what breaks it."
    )
    how = _(
        "Each frame stands above itself under a heat map: grey is nothing, yellow is most. Dotted lines in the plot are "
        "these frames. In the bar, the dashed line is the threshold, and the marker is this clip's score."
    )
    return f"<p>{escape(what)}</p><p>{escape(how)}</p>"


def spot_figure(one: Spot, *, lang: str, apart: bool = False, sees: str | None = None) -> str:
    """Return a frame and the same frame under the heat map; `apart` sets them side by side, each with its caption.

    `sees` says under the heat map what is seen there; default: where the cue sees it.
    """
    _ = translator(lang)
    time = _("{time} s").format(time=f"{one.time_s:.2f}")
    frame = _("The frame at {time}").format(time=time)
    heat = sees or _("Where the cue sees it: grey is nothing, yellow is most")
    images = [f'<img alt="{escape(words)}" src="{_data(data)}">'
              for words, data in ((frame, one.picture), (heat, one.heat))]  # fmt: skip
    if apart:
        pairs = zip(images, (frame, heat), strict=True)
        return "".join(
            f"<figure>{image}<figcaption>{escape(words)}</figcaption></figure>" for image, words in pairs
        )
    return f"<figure>{''.join(images)}<figcaption>{escape(time)}</figcaption></figure>"


def _strip(one: Shown, strip: Sequence[Frame]) -> str:
    """Return the strip where it covers the same time as the plot under it, else nothing."""
    assert one.curve is not None, "whoever calls has one"
    if len(strip) < 3 or not one.curve.times_s or one.curve.times_s[-1] < 0.7 * strip[-1].time_s:
        return ""
    images = "".join(f'<img alt="{frame.time_s:.1f} s" src="{_data(frame.jpeg)}">' for frame in strip)
    return f'<div class="ml-strip">{images}</div>'


def gauge(one: Shown) -> str:
    """Return a bar with the score on it, grey up to the threshold; nothing where the threshold means nothing."""
    worth = measured(one.cue)
    if worth is None or one.score is None or standing(one) not in ("reaches", "below"):
        return ""
    low = min(0.0, one.score, worth.threshold)
    high = max(one.score, worth.threshold)
    span = (high - low) * 1.25 or 1.0
    score, threshold = (100 * (value - low) / span for value in (one.score, worth.threshold))
    far = ' class="ml-far"' if score > 50 else ""
    return (
        f'<div class="ml-gauge" aria-hidden="true"><i style="width:{threshold:.1f}%"></i>'
        f'<u style="left:{threshold:.1f}%"></u>'
        f'<b{far} style="left:{score:.1f}%"><span>{one.score:.2f}</span></b></div>'
    )


def _odds(one: Shown, *, lang: str) -> str:
    """Return the score, the threshold, and how many honest clips reach it, with intervals."""
    _ = translator(lang)
    worth = measured(one.cue)
    if worth is None or one.score is None or standing(one) not in ("reaches", "below"):
        return ""

    def rate(value: Estimate | None) -> str:
        return "-" if value is None else f"{value:.0%}"

    rows = (
        (_("Score"), f"{one.score:.2f}"),
        (_("Threshold"), f"{worth.threshold:.2f}"),
        (_("Honest clips at or above it"), rate(worth.false_positive_rate)),
        (_("Real but odd clips at or above it"), rate(worth.odd_rate)),
    )
    cells = "".join(f'<div><dt>{escape(label)}</dt><dd><bdi dir="ltr">{escape(value)}</bdi></dd></div>'
                    for label, value in rows)  # fmt: skip
    return f'<dl class="ml-odds">{cells}</dl>'


def _data(jpeg: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii")
