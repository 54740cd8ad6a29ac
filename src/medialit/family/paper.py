"""One sheet of A4, in any of the three languages: headings, lines, boxes to tick, lines to sign on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos
from fpdf.fonts import TTFFont

from medialit.language import language, translator
from medialit.verify.pdf import fonts

_MARGIN: Final = 17.0  # mm
_SIZES: Final = (14.0, 13.0, 12.5, 12.0, 11.5, 11.0, 10.5, 10.0, 9.5, 9.0, 8.5)
"""Points of the text, tried from the largest on until all of it is on one sheet."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of a sheet.

    Parameters
    ----------
    title : str
    lines : tuple of str
    boxed : bool
        Whether each line has a box to tick before it, rather than a dot.
    """

    title: str
    lines: tuple[str, ...]
    boxed: bool = False


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What stands on a sheet.

    Parameters
    ----------
    title, opening : str
    parts : tuple of Part
    signatures : tuple of str
        What stands under each line to sign on; none for no lines.
    foot : str
    """

    title: str
    opening: str
    parts: tuple[Part, ...]
    signatures: tuple[str, ...] = ()
    foot: str = ""


def write(sheet: Sheet, *, lang: str) -> bytes:
    """Return the sheet as a PDF of one page; the letters become smaller until it fits.

    Parameters
    ----------
    sheet : Sheet
    lang : str
        Arabic is set from right to left.

    Raises
    ------
    MediaError
        If the fonts are missing.
    LanguageError
        If the platform does not speak the language.
    """
    logging.getLogger("fpdf").setLevel(logging.ERROR)  # a letter that the font lacks is no event
    for size in _SIZES:
        paper = _Paper(sheet.title, lang=lang, size=size)
        paper.fill(sheet)
        if paper.page_no() == 1 or size == _SIZES[-1]:
            break
        paper.drop()
    return bytes(paper.output())


class _Paper(FPDF):
    """A page with the platform's font, in one direction."""

    def __init__(self, title: str, *, lang: str, size: float) -> None:
        super().__init__(format="A4")
        self._right = language(lang).direction == "rtl"
        self._align = Align.R if self._right else Align.L
        self._size, self._spoken = size, lang
        self.set_title(title)
        self.set_creator("medialit")
        self.set_lang(lang)
        self.set_margins(_MARGIN, _MARGIN)
        self.set_auto_page_break(True, margin=_MARGIN * 0.8)
        there = fonts()
        self.add_font("text", "", there / "DejaVuSans.ttf")
        self.add_font("text", "B", there / "DejaVuSans-Bold.ttf")
        self.set_text_shaping(use_shaping_engine=True, direction="rtl" if self._right else "ltr")
        self.add_page()

    def fill(self, sheet: Sheet) -> None:
        """Set everything."""
        size = self._size
        self._say(sheet.title, size=size * 1.7, bold=True, after=2.0)
        self._say(sheet.opening, size=size, after=1.5)
        for part in sheet.parts:
            self.ln(size * 0.17)
            self._say(part.title, size=size * 1.15, bold=True, after=0.6)
            mark: Callable[[float, float], None] = self._box if part.boxed else self._dot
            for line in part.lines:
                self._marked(line, mark)
        self._sign(sheet.signatures)
        if sheet.foot:
            self.ln(1.5)
            self._say(sheet.foot, size=size * 0.75)
        if language(self._spoken).draft:
            _ = translator(self._spoken)
            self._say(_("Draft translation: no native speaker has reviewed it yet."), size=size * 0.75)

    def drop(self) -> None:
        """Close the fonts of a page that is not wanted; `output` does it for one that is."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.close()

    def _say(self, text: str, *, size: float, bold: bool = False, after: float = 0.8) -> None:
        self.set_font("text", "B" if bold else "", size)
        self.multi_cell(0, size * 0.49, text, align=self._align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(after)

    def _marked(self, text: str, mark: Callable[[float, float], None]) -> None:
        """Set a line with a mark before it, where the language begins."""
        indent, height = 7.0, self._size * 0.49
        if self.will_page_break(height * 2):
            self.add_page()
        mark(self.w - _MARGIN - 4.0 if self._right else _MARGIN, self.get_y() + 0.6)
        self.set_font("text", size=self._size)
        self.set_x(_MARGIN if self._right else _MARGIN + indent)
        self.multi_cell(
            self.epw - indent, height, text, align=self._align, new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )
        self.ln(1.0)

    def _box(self, x: float, y: float) -> None:
        self.rect(x, y, 3.8, 3.8)

    def _dot(self, x: float, y: float) -> None:
        self.set_fill_color(11, 74, 125)
        self.ellipse(x + 1.0, y + 1.0, 1.6, 1.6, style="F")

    def _sign(self, signatures: tuple[str, ...]) -> None:
        if not signatures:
            return
        self.ln(13)
        gap, top = 8.0, self.get_y()
        width = (self.epw - gap * (len(signatures) - 1)) / len(signatures)
        self.set_font("text", size=self._size * 0.8)
        for number, under in enumerate(signatures):
            x = _MARGIN + number * (width + gap)
            if self._right:
                x = self.w - x - width
            self.line(x, top, x + width, top)
            self.set_xy(x, top + 1)
            self.multi_cell(width, self._size * 0.4, under, align=self._align)
        self.set_xy(_MARGIN, top + self._size * 0.9)
