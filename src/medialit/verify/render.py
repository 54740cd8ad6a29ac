"""The report for a terminal, for a browser and for programs. `medialit.verify.pdf` prints it."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from html import escape
from typing import Final

from medialit.forensics.cues import page as cue_page
from medialit.forensics.cues.shown import Spot
from medialit.language import translator
from medialit.verify.report import Report
from medialit.verify.view import Page, Row, Section, page
from medialit.verify.words import SEES

_STRIPPED: Final = {ord(mark): None for mark in "\u2066\u2068\u2069"}  # a terminal does its own ordering
_WIDTH: Final = 96
_COLONS: Final = {"fr": "\u00a0:"}  # French puts a space before it

_STYLE: Final = """
.ml-report{font-family:system-ui,"DejaVu Sans","Noto Sans","Noto Sans Arabic",sans-serif;line-height:1.55;color:#1b1b1b;
background:#fff;max-width:52rem;margin:0 auto;padding:1rem 1.25rem;overflow-wrap:anywhere;text-align:start}
.ml-report h1{font-size:1.5rem;line-height:1.25;margin:0 0 .5rem;color:#1b1b1b}
.ml-report h2{font-size:1.15rem;margin:1.6rem 0 .4rem;padding-top:.8rem;border-top:1px solid #767676;color:#1b1b1b}
.ml-report p,.ml-report li,.ml-report td,.ml-report th{color:#1b1b1b}
.ml-report p{margin:.35rem 0}
.ml-report .ml-intro{background:#eef3f8;border-inline-start:4px solid #1f5a8a;padding:.6rem .8rem}
.ml-report .ml-draft{background:#fff4d6;border-inline-start:4px solid #7a5200;padding:.4rem .8rem}
.ml-report ul.ml-findings{margin:.3rem 0 .6rem;padding-inline-start:1.3rem;list-style:disc}
.ml-report table{border-collapse:collapse;width:100%;font-size:.92rem;margin:0}
.ml-report table,.ml-report tr{border:0 !important;background:transparent !important}
.ml-report th,.ml-report td{text-align:start !important;vertical-align:top;padding:.3rem .5rem !important;
border:0 !important;border-bottom:1px solid #ddd !important;
background:transparent !important}
.ml-report th{font-weight:600;width:12rem;color:#404040}
.ml-report td ol,.ml-report td ul{margin:0;padding-inline-start:1.2rem}
.ml-report code{font-family:ui-monospace,"DejaVu Sans Mono",monospace;
font-size:.92em;background:none;color:#1b1b1b;padding:0;
border:0;white-space:pre-wrap}
.ml-report .ml-summary{border:1px solid #1f5a8a;border-radius:.4rem;padding:.2rem .8rem .6rem;margin-top:1rem}
.ml-report .ml-summary h2{border-top:0;margin-top:.4rem;padding-top:0}
.ml-report .ml-summary tr:last-child td,.ml-report .ml-summary tr:last-child th{border-bottom:0 !important}
.ml-report .ml-summary td{font-weight:600}
.ml-report footer{margin-top:1.6rem;font-size:.85rem;color:#505050}
@media (max-width:34rem){.ml-report{padding:.5rem 0}.ml-report th,.ml-report td{display:block;width:auto}
.ml-report th{border-bottom:0 !important;padding-bottom:0 !important}
.ml-report .ml-summary tr:last-child th{border-bottom:0 !important}}
@media print{.ml-report{max-width:none;padding:0}.ml-report tr{break-inside:avoid}}
""".strip()

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_POLICY_OF_PICTURES: Final = f"{_POLICY}; img-src data:"


def to_json(reports: Sequence[Report], *, lang: str) -> str:
    """Return one JSON array, an object a file, as `docs/reference/report.schema.json` describes it."""
    return json.dumps([one.as_dict(lang=lang) for one in reports], ensure_ascii=False, indent=1)


def to_text(report: Report, *, lang: str) -> str:
    """Return the report for a terminal, 96 columns wide."""
    shown = page(report, lang=lang)
    lines = [shown.heading, "=" * len(shown.heading), *_wrapped(shown.introduction)]
    if shown.draft:
        lines += _wrapped(shown.draft)
    for section in (shown.summary, *shown.sections):
        lines += ["", section.title, "-" * len(section.title)]
        for sentence in section.sentences:
            lines += _wrapped(sentence, first="* ", rest="  ")
        for row in section.rows:
            lines += _text_row(row, colon=_COLONS.get(lang, ":"))
    lines += ["", *_wrapped(shown.footer)]
    return "\n".join(lines).translate(_STRIPPED) + "\n"


def _text_row(row: Row, *, colon: str) -> list[str]:
    if len(row.values) == 1:
        return _wrapped(f"{row.label}{colon} {row.values[0]}", first="  ", rest="      ")
    lines = [f"  {row.label}{colon}"]
    for number, value in enumerate(row.values, start=1):
        lines += _wrapped(value, first=f"    {number}. " if row.ordered else "    - ", rest="       ")
    return lines


def _wrapped(text: str, *, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def to_html(reports: Sequence[Report], *, lang: str) -> str:
    """Return a page that stands alone: no script, nothing fetched, everything from a file escaped.

    Parameters
    ----------
    reports : sequence of Report
        One article each.
    lang : str
        Decides the direction too.
    """
    shown = [page(one, lang=lang) for one in reports]
    first = shown[0] if shown else None
    title = escape(first.heading if first else "medialit")
    direction = first.direction if first else "ltr"
    body = "\n".join(_article(one) for one in shown)
    pictures = any(_has_evidence(one) for one in shown)
    policy, style = (_POLICY_OF_PICTURES, _STYLE + cue_page.STYLE) if pictures else (_POLICY, _STYLE)
    return (
        f'<!doctype html>\n<html lang="{escape(lang)}" dir="{direction}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def to_fragment(report: Report, *, lang: str, pictures: bool = True) -> str:
    """Return the report for a place inside another page, its style with it.

    Parameters
    ----------
    report : Report
    lang : str
    pictures : bool
        Whether what the cues see is shown; else only how each of them stands. Where the network sees something is shown
        in any case.
    """
    shown = page(report, lang=lang)
    style = _STYLE + cue_page.STYLE if _has_evidence(shown) else _STYLE
    return f"<style>{style}</style>\n{_article(shown, pictures=pictures)}"


def _has_evidence(shown: Page) -> bool:
    return any(section.evidence or section.where for section in shown.sections)


def _article(shown: Page, *, pictures: bool = True) -> str:
    parts = [
        f'<article class="ml-report" lang="{escape(shown.lang)}" dir="{shown.direction}">',
        f"<h1>{escape(shown.heading)}</h1>",
        f'<p class="ml-intro">{escape(shown.introduction)}</p>',
    ]
    if shown.draft:
        parts.append(f'<p class="ml-draft">{escape(shown.draft)}</p>')
    parts += [
        _section(section, lang=shown.lang, pictures=pictures) for section in (shown.summary, *shown.sections)
    ]
    parts.append(f"<footer>{escape(shown.footer)}</footer>\n</article>")
    return "\n".join(parts)


def _section(section: Section, *, lang: str, pictures: bool) -> str:
    sentences = "".join(f"<li>{escape(sentence)}</li>" for sentence in section.sentences)
    rows = "".join(
        f'<tr><th scope="row"><bdi>{escape(row.label)}</bdi></th><td>{_cell(row)}</td></tr>'
        for row in section.rows
    )
    return (
        f'<section class="ml-{section.key}">\n<h2>{escape(section.title)}</h2>\n'
        + (f'<ul class="ml-findings">{sentences}</ul>\n' if sentences else "")
        + (_evidence(section, lang=lang, pictures=pictures) if section.evidence else "")
        + (_where(section.where, lang=lang) if section.where else "")
        + (f"<table><tbody>{rows}</tbody></table>\n" if rows and not section.evidence else "")
        + "</section>"
    )


def _where(one: Spot, *, lang: str) -> str:
    """Return a frame, and where the network sees something in it."""
    figures = cue_page.spot_figure(one, lang=lang, apart=True, sees=translator(lang)(SEES))
    return cue_page.box(f'<div class="ml-spots ml-one">{figures}</div>', lang=lang, style=False) + "\n"


def _evidence(section: Section, *, lang: str, pictures: bool) -> str:
    """Return what the cues see, in place of the rows that say it in words."""
    readings, strip = section.evidence, section.strip
    table = cue_page.table(readings, lang=lang)
    if not pictures:
        return table
    return f"{table}{cue_page.to_fragment(readings, lang=lang, level=3, strip=strip, noted=True)}\n"


def _cell(row: Row) -> str:
    values = [_value(value, code=row.code) for value in row.values]
    if len(values) == 1 and not row.ordered:
        return values[0]
    kind = "ol" if row.ordered else "ul"
    return f"<{kind}>" + "".join(f"<li>{value}</li>" for value in values) + f"</{kind}>"


def _value(value: str, *, code: bool) -> str:
    return f'<code dir="ltr">{escape(value)}</code>' if code else escape(value)
