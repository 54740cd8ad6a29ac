"""The class report as one page of HTML that stands alone: no script, and nothing is fetched."""

from __future__ import annotations

import base64
import html
from typing import Final

from medialit.classroom.telling import Block, Bullets, Heading, Paragraph, Picture, Table, Told, Verdicted

_CSS: Final = """
body{font-family:system-ui,"DejaVu Sans","Noto Sans","Noto Sans Arabic",sans-serif;line-height:1.5;color:#111;
  background:#fff;max-width:60rem;margin:0 auto;padding:1rem}
h1{font-size:1.6rem;margin:.5rem 0}
h2{font-size:1.2rem;margin:1.8rem 0 .4rem;border-bottom:1px solid #777}
.verdict{border:3px solid #111;padding:.6rem 1rem;margin:1rem 0}.verdict strong{font-size:1.5rem;display:block}
.wide{overflow-x:auto}table{border-collapse:collapse;margin:.6rem 0;min-width:60%;font-size:.92rem}
th,td{border-bottom:1px solid #aaa;padding:.28rem .6rem;text-align:start;vertical-align:top}
thead th{border-bottom:2px solid #111}td{white-space:nowrap}
figure{margin:1rem 0}img{max-width:100%;height:auto}figcaption{font-size:.92rem}
.note{background:#eee;padding:.4rem .8rem;margin:.6rem 0}li{margin:.25rem 0}
@media print{body{max-width:none}h2{break-after:avoid}figure,tr{break-inside:avoid}}
"""


def to_html(told: Told) -> str:
    """Return the report as a page."""
    body = "".join(_block(block) for block in told.blocks)
    return (
        f'<!doctype html><html lang="{told.lang}" dir="{told.direction}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{_esc(told.title)}</title>'
        f"<style>{_CSS}</style></head><body><main><h1>{_esc(told.title)}</h1>{body}</main></body></html>\n"
    )


def _block(block: Block) -> str:
    match block:
        case Heading():
            return f"<h2>{_esc(block.text)}</h2>"
        case Paragraph():
            kind = ' class="note"' if block.note else ""
            return f"<p{kind}>{_esc(block.text)}</p>"
        case Verdicted():
            return f'<div class="verdict"><strong>{_esc(block.short)}</strong>{_esc(block.long)}</div>'
        case Bullets():
            return f"<ul>{''.join(f'<li>{_esc(text)}</li>' for text in block.texts)}</ul>"
        case Table():
            return _table(block)
        case Picture():
            data = base64.b64encode(block.png).decode()
            caption = _esc(block.caption)
            picture = f'<img alt="{caption}" src="data:image/png;base64,{data}">'
            return f"<figure>{picture}<figcaption>{caption}</figcaption></figure>"


def _table(table: Table) -> str:
    heads = "".join(f'<th scope="col">{_esc(one)}</th>' for one in table.head)
    rows = "".join(
        f'<tr><th scope="row">{_esc(first)}</th>' + "".join(f"<td>{_esc(one)}</td>" for one in rest) + "</tr>"
        for first, *rest in table.rows
    )
    inside = f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>"
    return f'<div class="wide" tabindex="0"><table>{inside}</table></div>'


def _esc(text: str) -> str:
    return html.escape(text, quote=True)
