"""Pieces of HTML from which the rights market's pages are made, and how they look."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Final

from medialit.apps.market_words import number
from medialit.language import language, translator

CSS: Final = """
.ml-stage{display:flex;flex-wrap:wrap;gap:.2rem 1.4rem;align-items:baseline}
.ml-stage b{font-size:1.15rem}.ml-stage bdi{white-space:nowrap}
.ml-card ul,.ml-card ol{margin:.2rem 0;padding-inline-start:1.3rem}
.ml-c details{margin:.4rem 0}
.ml-c summary{cursor:pointer;font-weight:600;padding:.25rem 0}
.ml-c pre{direction:ltr;text-align:left;overflow:auto;max-height:22rem;font-size:.8rem;padding:.6rem;border-radius:6px;
  background:var(--background-fill-secondary)}
.ml-flag{border-inline-start:5px solid #a3231b;padding:.3rem .9rem;margin:.5rem 0;border-radius:4px;
  background:var(--background-fill-secondary)}
.ml-flag b{color:#a3231b}.dark .ml-flag b{color:#ff9d94}
.ml-t{width:100%;border:0 !important;border-collapse:collapse;margin:.4rem 0}
.ml-t thead,.ml-t tbody,.ml-t tr{border:0 !important}
.ml-t th,.ml-t td{border:0 !important;border-bottom:1px solid var(--border-color-primary) !important;
  padding:.35rem .5rem;text-align:start;vertical-align:top}
.ml-t .n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.ml-t tr.sum td,.ml-t tr.sum th{font-weight:700;border-top:2px solid currentColor !important}
.ml-t tr.sub th,.ml-t tr.sub td{font-weight:400}.ml-t tr.sub th{padding-inline-start:1.4rem}
.ml-cal{display:grid;gap:.55rem;margin:.5rem 0}
.ml-cal-row p{margin:0 0 .15rem;font-size:.92rem;display:flex;flex-wrap:wrap;gap:.2rem .6rem;
  justify-content:space-between}
.ml-track{position:relative;height:1.5rem;border-radius:5px;background:var(--background-fill-secondary);
  border:1px solid var(--border-color-primary);overflow:hidden}
.ml-bar{position:absolute;top:3px;bottom:3px;border-radius:4px;background:#8fb0cf;box-sizing:border-box;min-width:3px}
.ml-bar.excl{background:#1f4e79}
.ml-bar.want{background:transparent;border:2px dashed #1f4e79}
.dark .ml-bar.excl{background:#5b9bd5}.dark .ml-bar.want{border-color:#9cc4ea}
.ml-bar.clash{background:repeating-linear-gradient(45deg,#a3231b 0 6px,#ffffffcc 6px 10px);border-radius:0}
.ml-now{position:absolute;top:0;bottom:0;width:2px;background:#17663a}
.ml-axis{display:flex;justify-content:space-between;font-size:.85rem}
@media (max-width:500px){.ml-t th,.ml-t td{padding:.3rem .25rem;font-size:.92rem}}
"""


def table(rows: Iterable[str], *, lang: str) -> str:
    """Return a table of what, who and how many dirhams."""
    _ = translator(lang)
    heads = f"<th>{esc(_('What'))}</th><th>{esc(_('Who'))}</th><th class='n'>{esc(_('Dirhams'))}</th>"
    return f'<table class="ml-t"><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def row(what: str, who: str, centimes: int, *, lang: str, kind: str = "") -> str:
    """Return one line of a `table`."""
    return (
        f'<tr class="{kind}"><th scope="row">{esc(what)}</th><td>{esc(who)}</td>'
        f'<td class="n">{esc(number(centimes, lang=lang))}</td></tr>'
    )


def card(title: str, body: str, tag: tuple[str, str]) -> str:
    """Return a card with a title and a tag."""
    return (
        f'<div class="ml-card"><h4><span>{esc(title)}</span><span class="ml-tag {tag[1]}">{esc(tag[0])}</span></h4>'
        f"{body}</div>"
    )


def heading(text: str) -> str:
    """Return a heading of a part."""
    return f'<p class="ml-h" role="heading" aria-level="3">{esc(text)}</p>'


def paragraphs(said: Iterable[str]) -> str:
    """Return each sentence as a paragraph."""
    return "".join(f"<p>{esc(one)}</p>" for one in said)


def esc(text: str) -> str:
    """Return text that HTML shows as it is."""
    return html.escape(text)


def block(inner: str, *, lang: str) -> str:
    """Return a piece of the page in its language and direction."""
    return f'<div class="ml-c" lang="{lang}" dir="{language(lang).direction}">{inner}</div>'
