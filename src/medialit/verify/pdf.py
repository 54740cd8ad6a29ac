"""The report on paper.

fpdf2 writes the file and HarfBuzz (uharfbuzz) joins Arabic letters: both are wheels on every system, need no
browser, and the fonts, DejaVu Sans, come with matplotlib and hold the platform's three scripts. Letters that the font
lacks are shown as empty boxes.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos
from PIL import Image

from medialit.errors import MediaError
from medialit.forensics.cues import card
from medialit.forensics.cues.shown import Spot
from medialit.forensics.cues.view import standing
from medialit.language import translator
from medialit.verify.report import Report
from medialit.verify.view import Page, Row, page
from medialit.verify.words import SEES

_MARGIN: Final = 18.0  # mm
_LABEL: Final = 42.0
_TALLEST: Final = 80.0  # of a picture
_LONG: Final = re.compile(r"(\S{40})(?=\S)")


def to_pdf(reports: Sequence[Report], *, lang: str) -> bytes:
    """Return the reports as a PDF of A4 pages, one report after another.

    Parameters
    ----------
    reports : sequence of Report
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
    shown = [page(one, lang=lang) for one in reports]
    paper = _Paper(shown[0] if shown else None)
    for one in shown:
        paper.add_page()
        paper.report(one)
    return bytes(paper.output())


class _Paper(FPDF):
    """Pages with the platform's font, in one direction."""

    def __init__(self, first: Page | None) -> None:
        super().__init__(format="A4")
        self.right_to_left = first is not None and first.direction == "rtl"
        self.set_title(first.heading if first else "medialit")
        self.set_creator("medialit")
        self.set_lang(first.lang if first else "en")
        self.set_margins(_MARGIN, _MARGIN)
        self.set_auto_page_break(True, margin=_MARGIN)
        there = fonts()
        self.add_font("text", "", there / "DejaVuSans.ttf")
        self.add_font("text", "B", there / "DejaVuSans-Bold.ttf")
        self.direct(self.right_to_left)

    def direct(self, right_to_left: bool) -> None:
        """Set the direction of the paragraphs that follow."""
        self.set_text_shaping(use_shaping_engine=True, direction="rtl" if right_to_left else "ltr")

    def footer(self) -> None:
        """Write the page's number below it."""
        self.set_y(-_MARGIN * 0.7)
        self.set_font("text", size=8)
        self.cell(0, 5, str(self.page_no()), align=Align.C)

    def report(self, shown: Page) -> None:
        """Set one report."""
        self.set_font("text", "B", 16)
        self._paragraph(shown.heading, height=8)
        self.set_font("text", size=9.5)
        self._paragraph(shown.introduction)
        if shown.draft:
            self._paragraph(shown.draft)
        for section in (shown.summary, *shown.sections):
            self._keep_together(24)
            self.ln(3)
            self.set_font("text", "B", 12)
            self._paragraph(section.title, height=7)
            self.set_font("text", size=9.5)
            for sentence in section.sentences:
                self._paragraph(f"• {sentence}")
            for row in section.rows:
                self._row(row)
            said = translator(shown.lang)
            if section.where is not None:
                self._spot(section.where, title=said(SEES), alt=said(SEES), lang=shown.lang)
            for one in section.evidence:
                if one.spots and standing(one) == "reaches":
                    title = said(card(one.cue).title)
                    self._spot(one.spots[0], title=title, alt=one.explain(shown.lang), lang=shown.lang)
        self.ln(4)
        self.set_font("text", size=8)
        self._paragraph(shown.footer)

    def _paragraph(self, text: str, *, height: float = 5.0) -> None:
        align = Align.R if self.right_to_left else Align.L
        self.multi_cell(0, height, _breakable(text), align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(0.8)

    def _row(self, row: Row) -> None:
        """Set a label and its values side by side, the label where the language begins."""
        self._keep_together(12)
        width = self.epw - _LABEL
        label_x, value_x = (_MARGIN + width, _MARGIN) if self.right_to_left else (_MARGIN, _MARGIN + _LABEL)
        align = Align.R if self.right_to_left else Align.L
        top, number = self.get_y(), self.page_no()
        self.set_font("text", "B", 8)
        self.set_x(label_x)
        self.multi_cell(
            _LABEL, 4.4, _breakable(row.label, at=18), align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )
        bottom = self.get_y()
        self.set_font("text", size=8)
        if self.page_no() == number:
            self.set_y(top)
        self.direct(self.right_to_left and not row.code)
        for value in row.values:
            self.set_x(value_x)
            self.multi_cell(
                width - 2, 4.4, _breakable(value), align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT
            )
        self.direct(self.right_to_left)
        if self.page_no() == number:
            self.set_y(max(bottom, self.get_y()))
        self.ln(0.8)

    def _spot(self, spot: Spot, *, title: str, alt: str, lang: str) -> None:
        """Set the frame in which most is seen, and beside it the same frame under the heat map."""
        _, gap = translator(lang), 3.0
        width = (self.epw - gap) / 2
        with Image.open(io.BytesIO(spot.picture), formats=("JPEG",)) as picture:
            height = min(width * picture.height / picture.width, _TALLEST)
            width = height * picture.width / picture.height
        self._keep_together(height + 12)
        time = _("{time} s").format(time=f"{spot.time_s:.2f}")
        self.set_font("text", "B", 8)
        self._paragraph(f"{title} ({time})", height=5)
        top = self.get_y()
        for number, data in enumerate((spot.picture, spot.heat)):
            left = _MARGIN + number * (width + gap)
            x = self.w - left - width if self.right_to_left else left
            self.image(io.BytesIO(data), x=x, y=top, w=width, h=height, alt_text=alt)
        self.set_y(top + height + 3)

    def _keep_together(self, height: float) -> None:
        if self.will_page_break(height):
            self.add_page()


def _breakable(text: str, *, at: int = 40) -> str:
    """Let very long words be broken, at any of their letters every so often."""
    pattern = _LONG if at == 40 else re.compile(rf"(\S{{{at}}})(?=\S)")
    return pattern.sub("\\1\u200b", text)


def fonts() -> Path:
    """Return matplotlib's folder of fonts without importing it."""
    package = find_spec("matplotlib")
    if package is None or not package.submodule_search_locations:
        raise MediaError(
            "The fonts of the report come with matplotlib, which is missing. Install medialit again."
        )
    return Path(package.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"
