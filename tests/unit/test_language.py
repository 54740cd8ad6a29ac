"""The languages' table, and the catalogues of what running programs say."""

import ast
import re
from pathlib import Path
from string import Formatter

import polib
import pytest

from medialit.course.i18n import is_draft
from medialit.errors import LanguageError
from medialit.language import LANGUAGES, language, translator, typeset

SOURCE = Path(__file__).parents[2] / "src" / "medialit"
CATALOGUES = sorted((SOURCE / "locales").glob("*.po"))
COMPLETE = ("fr", "ar")


def said_by_the_code() -> set[str]:
    """Every literal that the package passes to `_` or marks by `_msgid`."""
    said = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("_", "_msgid")
            ):
                said |= {
                    arg.value
                    for arg in node.args
                    if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
                }
    return said


def test_an_unknown_language_is_refused_with_the_known_ones() -> None:
    with pytest.raises(LanguageError, match=r"'xx' here. Use one of: en \(English\), fr"):
        language("xx")
    with pytest.raises(LanguageError):
        translator("xx")


def test_a_message_that_a_language_lacks_is_given_in_english() -> None:
    assert translator("zgh")("Nobody has translated this.") == "Nobody has translated this."


def test_darija_falls_back_to_arabic_then_to_english() -> None:
    assert translator("ary")("Welcome") == translator("ar")("Welcome") != "Welcome"


def test_arabic_letters_run_from_right_to_left_and_tifinagh_from_left_to_right() -> None:
    assert {code: one.direction for code, one in LANGUAGES.items()} == {
        "en": "ltr", "fr": "ltr", "ar": "rtl", "ary": "rtl", "zgh": "ltr",
    }  # fmt: skip


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_catalogue_says_nothing_that_the_code_does_not(path: Path) -> None:
    assert {entry.msgid for entry in polib.pofile(str(path))} <= said_by_the_code()


@pytest.mark.parametrize("code", COMPLETE)
def test_a_course_language_has_every_message(code: str) -> None:
    catalogue = polib.pofile(str(SOURCE / "locales" / f"{code}.po"))
    translated = {entry.msgid for entry in catalogue.translated_entries()}
    assert said_by_the_code() - translated == set()


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_translation_keeps_the_slots_and_the_marks_of_its_english(path: Path) -> None:
    for entry in polib.pofile(str(path)).translated_entries():
        assert slots(entry.msgid) == slots(entry.msgstr), entry.msgid
        for mark in ("**", "`"):
            assert entry.msgid.count(mark) == entry.msgstr.count(mark), entry.msgid


def slots(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_catalogue_and_the_table_agree_on_who_reviewed_it(path: Path) -> None:
    review = polib.pofile(str(path)).metadata["X-Review"]
    assert LANGUAGES[path.stem].draft == is_draft(review)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Vrai ? « Oui », dit-elle ; non !", "Vrai~? «~Oui~», dit-elle~; non~!"),
        ("**Durée** : 5 % de 12 000 clips, à 23 h 10", "**Durée**~: 5~% de 12~000 clips, à 23~h~10"),
        ("| a | |\n|:--|:--|\n`x != 1 ; y`", "| a | |\n|:--|:--|\n`x != 1 ; y`"),
        ("```\na : b\n```", "```\na : b\n```"),
        ("{n} : {share:.0%} des {total}", "{n}~: {share:.0%} des {total}"),
        ("(0,8 ; 0,4)", "(0,8~; 0,4)"),
        ("`unused` : la liste ; `a ; b` ; « `c` »", "`unused`~: la liste~; `a ; b`~; «~`c`~»"),
    ],
)
def test_a_french_line_never_begins_with_a_sign_that_belongs_to_the_line_before(
    typed: str, shown: str
) -> None:
    assert typeset(typed, lang="fr") == shown.replace("~", "\u202f")
    assert typeset(shown.replace("~", "\u202f"), lang="fr") == shown.replace("~", "\u202f")
    assert typeset(typed, lang="ar") == typed


@pytest.mark.parametrize(("code", "script"), [("ar", "[\u0600-\u06ff]"), ("zgh", "[\u2d30-\u2d7f]")])
def test_a_catalogue_is_in_its_own_script(code: str, script: str) -> None:
    for entry in polib.pofile(str(SOURCE / "locales" / f"{code}.po")).translated_entries():
        assert re.search(script, entry.msgstr), entry.msgstr
