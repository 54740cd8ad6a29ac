"""Text on frames, in Latin, Arabic and Tifinagh letters, on any machine.

A shaping engine would need a system library, so Arabic letters are joined by arabic-reshaper, put in visual
order by python-bidi, and drawn one by one in DejaVu Sans, which comes with matplotlib and has all three
scripts.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal

import numpy as np
from arabic_reshaper import ArabicReshaper
from bidi import get_display
from bidi.mirror import MIRRORED
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from medialit.errors import MediaError
from medialit.media.clip import Frames
from medialit.media.image import require_picture

Colour = tuple[int, int, int]  # red, green, blue, 0 to 255
Anchor = Literal["start", "middle", "end"]
Mask = NDArray[np.uint8]  # (H, W), 0 nothing, 255 ink

RIGHT_TO_LEFT: Final = frozenset({"ar", "ary"})
LANGUAGES: Final = frozenset({"en", "fr", "zgh"}) | RIGHT_TO_LEFT
_JOINER: Final = "\u034f"  # combining grapheme joiner: takes the direction of what it follows, has no ink
_INVISIBLE: Final = {  # marks that steer the order of text and have no ink
    ord(mark): None for mark in "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
}
_SIZES: Final = range(4, 1025)
_MAX_CHARACTERS: Final = 2000


def draw_text(
    frame: Frames,
    text: str,
    *,
    xy: tuple[float, float],
    size_px: int,
    colour: Colour,
    lang: str,
    anchor: Anchor = "start",
    outline_px: int = 0,
    outline_colour: Colour = (0, 0, 0),
) -> Frames:
    """Return a copy of a frame with text on it.

    Parameters
    ----------
    frame : ndarray of uint8, shape (H, W, 3)
    text : str
        One line or more, separated by line feeds. What lies outside the frame is cut off.
    xy : (float, float)
        A point in pixels: y is the top of the first line; x is where `anchor` says.
    size_px : int
        Height of the letters' square, 4 to 1024 pixels; a line is about 1.2 times as high.
    colour : (int, int, int)
        Red, green, blue, 0 to 255.
    lang : {"en", "fr", "ar", "ary", "zgh"}
        Decides the direction of the text: right to left for the two Arabics.
    anchor : {"start", "middle", "end"}
        Which part of each line lies at x. As in SVG, the start of Arabic is on the right.
    outline_px : int
        Width of an outline that keeps letters readable on any ground.
    outline_colour : (int, int, int)

    Returns
    -------
    ndarray of uint8, shape (H, W, 3)

    Raises
    ------
    ClipError
        If the frame is no RGB picture.
    MediaError
        If the size, the language, a colour or the length of the text is not possible.
    """
    require_picture(frame)
    for value in (colour, outline_colour):
        if len(value) != 3 or not all(0 <= level <= 255 for level in value):
            raise MediaError(f"A colour is (red, green, blue) from 0 to 255 each, not {value!r}.")
    if anchor not in ("start", "middle", "end"):
        raise MediaError(f"The anchor of a text is 'start', 'middle' or 'end', not {anchor!r}.")
    font, lines = _prepare(text, size_px=size_px, lang=lang)
    image = Image.fromarray(frame)
    pen = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        pen.text(
            (xy[0], xy[1] + number * _line_height(font)),
            line,
            font=font,
            fill=tuple(colour),
            anchor=_pillow_anchor(anchor, lang),
            stroke_width=max(0, outline_px),
            stroke_fill=tuple(outline_colour),
        )
    return np.array(image, np.uint8)


def text_mask(text: str, *, size_px: int, lang: str) -> Mask:
    """Return the ink of a text, cut to the line boxes.

    Returns
    -------
    ndarray of uint8, shape (H, W)
        255 where there is ink, 0 where there is none, between on edges. H is the height of all lines, W the
        width of the longest; shorter lines begin where the language begins.

    Raises
    ------
    MediaError
        As for `draw_text`.
    """
    font, lines = _prepare(text, size_px=size_px, lang=lang)

    width = max(1, *(int(np.ceil(font.getlength(line))) for line in lines))
    image = Image.new("L", (width, len(lines) * _line_height(font)), 0)
    pen = ImageDraw.Draw(image)
    x = width if lang in RIGHT_TO_LEFT else 0
    for number, line in enumerate(lines):
        pen.text(
            (x, number * _line_height(font)), line, font=font, fill=255, anchor=_pillow_anchor("start", lang)
        )
    return np.array(image, np.uint8)


def visual_order(text: str, *, lang: str) -> str:
    """Return one line as the letter forms to draw, from left to right.

    Arabic letters are replaced by their joined forms (Unicode presentation forms), vowel marks are left out
    because they cannot be placed without a shaping engine, and everything is put in the order in which it is
    seen (Unicode Standard Annex 9).

    Examples
    --------
    >>> visual_order("sens", lang="fr")
    'sens'
    >>> [f"{ord(letter):04X}" for letter in visual_order("لا", lang="ar")]
    ['FEFB']
    >>> visual_order("م (2026)", lang="ar")[:6]
    '(2026)'
    """
    _require_language(lang)
    joined = _reshaper().reshape(text.replace(_JOINER, ""))
    marked = "".join(letter + _JOINER if letter in MIRRORED else letter for letter in joined)
    seen = str(get_display(marked, base_dir="R" if lang in RIGHT_TO_LEFT else "L"))
    return _mirrored(seen).translate(_INVISIBLE)


def _mirrored(seen: str) -> str:
    """Turn the brackets that ended up in right-to-left runs (rule L4), which python-bidi leaves undone.

    An inkless combining mark was put behind each: where the run was reversed, the mark now stands in front.
    """
    letters = iter(seen)
    turned = []
    for letter in letters:
        turned.append(MIRRORED[next(letters)] if letter == _JOINER else letter)
        if letter in MIRRORED:
            next(letters)
    return "".join(turned)


def _prepare(text: str, *, size_px: int, lang: str) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    _require_language(lang)
    if size_px not in _SIZES:
        raise MediaError(f"Text is {_SIZES[0]} to {_SIZES[-1]} whole pixels high, not {size_px!r}.")
    if len(text) > _MAX_CHARACTERS:
        raise MediaError(f"A text on a frame has up to {_MAX_CHARACTERS:,} characters, not {len(text):,}.")
    return _font(size_px), [visual_order(line, lang=lang) for line in text.splitlines()] or [""]


def _require_language(lang: str) -> None:
    if lang not in LANGUAGES:
        raise MediaError(f"Text is drawn in {', '.join(sorted(LANGUAGES))}, not in {lang!r}.")


def _pillow_anchor(anchor: Anchor, lang: str) -> str:
    """Return Pillow's two letters: left, middle or right; then a for ascender, the top of the line."""
    if anchor == "middle":
        return "ma"
    return "ra" if (anchor == "start") == (lang in RIGHT_TO_LEFT) else "la"


def _line_height(font: ImageFont.FreeTypeFont) -> int:
    ascent, descent = font.getmetrics()
    return ascent + descent


@cache
def _font(size_px: int) -> ImageFont.FreeTypeFont:
    # Found without importing matplotlib, which takes a while and wants a folder of its own to write in.
    package = find_spec("matplotlib")
    if package is None or not package.submodule_search_locations:
        raise MediaError(
            "The font DejaVu Sans comes with matplotlib, which is missing. Install medialit again."
        )
    path = Path(package.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"
    return ImageFont.truetype(path, size_px, layout_engine=ImageFont.Layout.BASIC)


@cache
def _reshaper() -> ArabicReshaper:
    return ArabicReshaper({"delete_harakat": True, "support_ligatures": True})
