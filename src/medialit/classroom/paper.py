"""The class report on paper: fpdf2 sets it, HarfBuzz joins Arabic letters, DejaVu Sans holds all three scripts."""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from fpdf import FPDF
from fpdf.enums import Align, TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace
from PIL import Image

from medialit.classroom.telling import Block, Bullets, Heading, Paragraph, Picture, Table, Told, Verdicted
from medialit.errors import CourseError

_MARGIN: Final = 16.0  # mm
_TALLEST: Final = 215.0  # of a picture


def to_pdf(told: Told) -> bytes:
    """Return the report as a PDF of A4 pages.

    Raises
    ------
    CourseError
        If the fonts are missing.
    """
    logging.getLogger("fpdf").setLevel(logging.ERROR)  # a letter that the font lacks is no event
    paper = _Paper(told)
    paper.add_page()
    paper.set_font("text", "B", 16)
    paper.paragraph(told.title, height=8)
    for block in told.blocks:
        paper.block(block)
    return bytes(paper.output())


class _Paper(FPDF):
    """Pages with the platform's font, in one direction."""

    def __init__(self, told: Told) -> None:
        super().__init__(format="A4")
        self._rtl = told.direction == "rtl"
        self.set_title(told.title)
        self.set_creator("medialit")
        self.set_lang(told.lang)
        self.set_margins(_MARGIN, _MARGIN)
        self.set_auto_page_break(True, margin=_MARGIN)
        fonts = _fonts()
        self.add_font("text", "", fonts / "DejaVuSans.ttf")
        self.add_font("text", "B", fonts / "DejaVuSans-Bold.ttf")
        self.set_text_shaping(use_shaping_engine=True, direction="rtl" if self._rtl else "ltr")

    @property
    def start(self) -> Align:
        """Where a line begins."""
        return Align.R if self._rtl else Align.L

    def footer(self) -> None:
        """Write the page's number below it."""
        self.set_y(-_MARGIN * 0.7)
        self.set_font("text", size=8)
        self.cell(0, 5, str(self.page_no()), align=Align.C)

    def paragraph(self, text: str, *, height: float = 5.0, fill: bool = False) -> None:
        """Set one paragraph."""
        self.multi_cell(
            0, height, text, align=self.start, fill=fill,
            new_x=XPos.LMARGIN, new_y=YPos.NEXT,
        )  # fmt: skip
        self.ln(1)

    def block(self, block: Block) -> None:
        """Set one part of the report."""
        self.set_font("text", size=9.5)
        match block:
            case Heading():
                if self.will_page_break(28):
                    self.add_page()
                self.ln(3)
                self.set_font("text", "B", 12)
                self.paragraph(block.text, height=7)
            case Paragraph():
                self.set_fill_color(235)
                self.paragraph(block.text, fill=block.note)
            case Verdicted():
                self.set_font("text", "B", 14)
                self.paragraph(block.short, height=8)
                self.set_font("text", size=9.5)
                self.paragraph(block.long)
            case Bullets():
                for text in block.texts:
                    self.paragraph(f"• {text}")
            case Table():
                self._table(block)
            case Picture():
                self._picture(block)

    def _table(self, table: Table) -> None:
        """Set a table; columns run in the language's direction."""
        self.set_font("text", size=8)
        rows = [table.head, *table.rows]
        shown = [tuple(reversed(row)) if self._rtl else row for row in rows]
        widths = [_width([row[place] for row in rows]) for place in range(len(table.head))]
        self.set_fill_color(255)
        with self.table(
            col_widths=tuple(reversed(widths)) if self._rtl else tuple(widths),
            text_align=self.start,
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=FontFace(emphasis="BOLD"),
            line_height=4.6,
            padding=0.8,
        ) as made:
            for row in shown:
                line = made.row()
                for cell in row:
                    line.cell(cell)
        self.ln(2)

    def _picture(self, picture: Picture) -> None:
        with Image.open(io.BytesIO(picture.png), formats=("PNG",)) as opened:
            ratio = opened.height / opened.width
        width = min(self.epw * 0.86, _TALLEST / ratio)
        if self.will_page_break(width * ratio + 14):
            self.add_page()
        x = self.w - _MARGIN - width if self._rtl else _MARGIN
        self.image(io.BytesIO(picture.png), x=x, w=width, alt_text=picture.caption)
        self.ln(1)
        self.set_font("text", size=8)
        self.paragraph(picture.caption, height=4.4)


def _width(column: Sequence[str]) -> float:
    """Return how wide a column wants to be, in letters: its longest cell, or its longest word where that is long."""
    word = max((len(word) for cell in column for word in cell.split()), default=1)
    return max(word * 1.35, min(max(map(len, column)), 34), 9)


def _fonts() -> Path:
    """Return matplotlib's folder of fonts without importing it."""
    package = find_spec("matplotlib")
    if package is None or not package.submodule_search_locations:
        raise CourseError(
            "The fonts of the report come with matplotlib, which is missing. Install medialit again."
        )
    return Path(package.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"
