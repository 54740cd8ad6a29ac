"""Text in three scripts: the right letter forms, in the right order, where it was asked for."""

from __future__ import annotations

import numpy as np
import pytest

from medialit.errors import MediaError
from medialit.media import draw_text, text_mask
from medialit.media.draw import visual_order

BLACK = np.zeros((80, 400, 3), np.uint8)


def names(text: str) -> list[str]:
    import unicodedata

    return [unicodedata.name(letter).removeprefix("ARABIC LETTER ") for letter in text]


def test_arabic_letters_are_joined_and_run_from_right_to_left():
    assert names(visual_order("سلم", lang="ar")) == [
        "MEEM FINAL FORM",
        "LAM MEDIAL FORM",
        "SEEN INITIAL FORM",
    ]
    assert names(visual_order("لا", lang="ary")) == ["ARABIC LIGATURE LAM WITH ALEF ISOLATED FORM"]
    assert names(visual_order("دار", lang="ar")) == [
        "REH ISOLATED FORM",
        "ALEF ISOLATED FORM",
        "DAL ISOLATED FORM",
    ]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("م (2026)", "(2026) م"),
        ("م (abc)", "(abc) م"),
        ("م (abc) م", "م (abc) م"),
        ("م abc (def) ghi", "abc (def) ghi م"),
        ("م [v2.0].", ".[v2.0] م"),
        ("م «abc»", "«abc» م"),
        ("م < م", "م > م"),
        ("a < b", "a < b"),
    ],
)
def test_brackets_face_the_right_way_in_arabic(text, seen):
    shown = visual_order(text, lang="ar")
    assert shown.replace("\ufee1", "م") == seen, "U+FEE1 is a lone meem as it is drawn"


@pytest.mark.parametrize(
    ("text", "lang"), [("Été : « ça » (2026)", "fr"), ("ⵜⵉⴼⵉⵏⴰⵖ (ⵣⴳⵀ)", "zgh"), ("A (b) <c>", "en")]
)
def test_latin_and_tifinagh_stay_as_they_are(text, lang):
    assert visual_order(text, lang=lang) == text


def test_arabic_inside_french_is_turned_and_the_rest_is_not():
    shown = visual_order("le mot (سلم) ici", lang="fr")
    assert shown.startswith("le mot (") and shown.endswith(") ici")
    assert names(shown[8:11]) == ["MEEM FINAL FORM", "LAM MEDIAL FORM", "SEEN INITIAL FORM"]


def test_marks_without_ink_leave_no_trace():
    assert visual_order("a\u200fb\u2067c\u2069\u034f", lang="en") == "abc"


@pytest.mark.parametrize(
    ("lang", "letters"), [("fr", "éàçœÉ"), ("ar", "مسلجخءةى؟،"), ("zgh", "ⴰⴱⴳⴷⴹⴻⴼⴽⵀⵃⵄⵅⵇⵉⵊⵍⵎⵏⵓⵔⵕⵖⵙⵚⵛⵜⵟⵡⵢⵣⵥⵯ")]
)
def test_the_font_has_every_letter(lang, letters):
    missing = text_mask("\U000f1234", size_px=32, lang=lang)
    for letter in letters:
        ink = text_mask(letter, size_px=32, lang=lang)
        assert ink.max() > 100, letter
        assert ink.shape != missing.shape or not np.array_equal(ink, missing), letter


def test_a_mask_is_as_high_as_its_lines_and_as_wide_as_the_longest():
    one, two = text_mask("abc", size_px=20, lang="en"), text_mask("abc\nabcdef", size_px=20, lang="en")
    assert two.shape[0] == 2 * one.shape[0] and two.shape[1] > one.shape[1]
    assert text_mask("", size_px=20, lang="en").max() == 0


def test_short_lines_begin_where_the_language_begins():
    def ink_of_second_line(lang: str, text: str) -> tuple[bool, bool]:
        mask = text_mask(text, size_px=20, lang=lang)
        line = mask[mask.shape[0] // 2 :].max(axis=0)
        third = line.size // 3
        return bool(line[:third].any()), bool(line[-third:].any())

    assert ink_of_second_line("en", "abcdefgh\na") == (True, False)
    assert ink_of_second_line("ar", "سلام سلام سلام\nم") == (False, True)


@pytest.mark.parametrize(
    ("lang", "text", "anchor", "left", "right"),
    [
        ("en", "abc", "start", 200, 280),
        ("en", "abc", "end", 120, 201),
        ("en", "abc", "middle", 160, 240),
        ("ar", "سلم", "start", 120, 201),
        ("ar", "سلم", "end", 198, 280),
    ],
)
def test_text_lies_where_the_anchor_says(lang, text, anchor, left, right):
    drawn = draw_text(BLACK, text, xy=(200, 10), size_px=30, colour=(255, 255, 255), lang=lang, anchor=anchor)
    columns = np.flatnonzero(drawn.max(axis=(0, 2)))
    rows = np.flatnonzero(drawn.max(axis=(1, 2)))
    assert left <= columns[0] and columns[-1] <= right
    assert rows[0] >= 10 and rows[-1] <= 10 + 1.2 * 30


def test_the_frame_given_is_left_alone_and_the_colour_is_rgb():
    before = BLACK.copy()
    drawn = draw_text(BLACK, "█", xy=(5, 5), size_px=40, colour=(200, 100, 50), lang="en")
    assert np.array_equal(BLACK, before)
    assert drawn.reshape(-1, 3).max(axis=0).tolist() == [200, 100, 50]


def test_an_outline_surrounds_the_letters():
    grey = np.full_like(BLACK, 128)
    drawn = draw_text(grey, "I", xy=(50, 10), size_px=40, colour=(255, 255, 255), lang="en", outline_px=3)
    row = drawn[35, :, 0]
    inside = np.flatnonzero(row == 255)
    assert row[inside[0] - 2] < 40 and row[inside[-1] + 2] < 40


@pytest.mark.parametrize(
    "wrong",
    [
        {"size_px": 2},
        {"size_px": 5000},
        {"lang": "xx"},
        {"colour": (300, 0, 0)},
        {"anchor": "left"},
        {"text": "a" * 3000},
        {"frame": np.zeros((3, 3), np.uint8)},
    ],
)
def test_an_impossible_text_is_refused_in_words(wrong):
    good = {"frame": BLACK, "text": "a", "size_px": 20, "colour": (1, 2, 3), "lang": "en", "anchor": "start"}
    given = good | wrong
    with pytest.raises(MediaError, match=r"\w{4,}"):
        draw_text(given.pop("frame"), given.pop("text"), xy=(0, 0), **given)
