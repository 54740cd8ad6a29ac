"""The languages of the platform, and the words that a running program says in each.

English is the source. What a person reads is a whole sentence with named slots, looked up by `translator`::

    _ = translator("fr")
    print(_("{n} labs were built.").format(n=8))

Catalogues are gettext PO files beside this package, `locales/<code>.po`. A catalogue whose header says
`X-Review: draft` has not been read by a native speaker yet, and whatever shows it says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

import polib

from medialit.errors import LanguageError, MedialitError, SayableError

SOURCE = "en"
"""The language that labs, checks and messages are written in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One language that the platform speaks."""

    code: str
    """ISO 639 code, such as `fr`."""
    name: str
    """The language's own name for itself."""
    english_name: str
    direction: Literal["ltr", "rtl"]
    draft: bool
    """True until a native speaker has reviewed the catalogues."""
    course: bool
    """True where a course is built in it; False where only prompts and messages exist."""
    fallback: tuple[str, ...] = ()
    """Codes to look in, in order, where this language lacks a message. English always comes last."""


_CODE_OR_SPACE = re.compile(
    r"(?P<code>```.*?```|`[^`\n]*`|https?://\S+)"
    r"|(?<=[^\s|]) (?=[;:!?%»](?:[\s*_)\]»,.;<]|$))"  # before double punctuation; `|` would be a table's empty cell
    r"|(?<=«) (?=\S)"
    r"|(?<=\d) (?=\d{3}(?!\d))"  # 1 000
    r"|(?<=\d) (?=h\b)|(?<=\d h) (?=\d)",  # 23 h 10
    re.DOTALL,
)
_NARROW_SPACE = "\u202f"

_TABLE = (
    Language(code="en", name="English", english_name="English", direction="ltr", draft=False, course=True),
    Language(code="fr", name="Français", english_name="French", direction="ltr", draft=True, course=True),
    Language(
        code="ar",
        name="العربية",
        english_name="Modern Standard Arabic",
        direction="rtl",
        draft=True,
        course=True,
    ),
    Language(
        code="ary",
        name="الدارجة المغربية",
        english_name="Moroccan Arabic (Darija)",
        direction="rtl",
        draft=True,
        course=False,
        fallback=("ar",),
    ),
    Language(
        code="zgh",
        name="ⵜⴰⵎⴰⵣⵉⵖⵜ",
        english_name="Standard Moroccan Tamazight",
        direction="ltr",
        draft=True,
        course=True,
    ),
)

LANGUAGES: Mapping[str, Language] = MappingProxyType({language.code: language for language in _TABLE})
"""Every language, by code, English first."""


def language(code: str) -> Language:
    """Return the language with this code.

    Raises
    ------
    LanguageError
        If the platform does not speak it.

    Examples
    --------
    >>> language("ar").direction
    'rtl'
    """
    try:
        return LANGUAGES[code]
    except KeyError:
        known = ", ".join(f"{one.code} ({one.english_name})" for one in LANGUAGES.values())
        raise LanguageError(f"No language has the code {code!r} here. Use one of: {known}.") from None


def translator(lang: str) -> Callable[[str], str]:
    """Return a function that gives an English message in this language.

    A message that the language lacks is looked up in its fallbacks, then given in English: a learner reads
    something true in a language that may not be theirs, rather than nothing.

    Parameters
    ----------
    lang : str
        A code of `LANGUAGES`.

    Raises
    ------
    LanguageError
        If the platform does not speak this language.

    Examples
    --------
    >>> translator("en")("Write your answer here.")
    'Write your answer here.'
    >>> translator("fr")("Write your answer here.")
    'Écrivez votre réponse ici.'
    """
    one = language(lang)
    messages: dict[str, str] = {}
    for code in reversed((one.code, *one.fallback)):
        messages.update(_catalogue(code))

    def translate(message: str) -> str:
        return messages.get(message, message)

    return translate


def typeset(text: str, *, lang: str) -> str:
    """Return a translation with the spaces at which a line may not end, as the language's typography asks.

    French sets a space before `; : ! ? %`, inside « » and between thousands; a line that began with such a
    sign would look broken. Translators type an ordinary space, and it becomes a narrow no-break space here.
    Code in backquotes and addresses stay as they are, and so do other languages.

    Examples
    --------
    >>> typeset("Pourquoi ? 1 000 clips : `a ? b`", lang="fr").replace(chr(0x202F), "~")
    'Pourquoi~? 1~000 clips~: `a ? b`'
    """
    if lang != "fr":
        return text
    return _CODE_OR_SPACE.sub(lambda found: found["code"] or _NARROW_SPACE, text)


def said(error: MedialitError, *, lang: str) -> str:
    """Return what an error says in a language; one that was not made to be translated says what it says, in English.

    Examples
    --------
    >>> from medialit.errors import FakeError
    >>> said(FakeError("There is no sound to move: take a clip that has one."), lang="fr").replace(chr(0x202F), " ")
    "Il n'y a pas de son à décaler : prenez un clip qui en a."
    """
    if not isinstance(error, SayableError):
        return str(error)
    sentence = translator(lang)(error.message)
    return sentence.format(**error.slots) if error.slots else sentence


def msgid(message: str) -> str:
    """Mark an English message for the catalogues, where it is said later; modules import it as `_msgid`."""
    return message


@cache
def _catalogue(code: str) -> Mapping[str, str]:
    path = files("medialit").joinpath("locales", f"{code}.po")
    if not path.is_file():
        return MappingProxyType({})
    entries = polib.pofile(path.read_text(encoding="utf-8"), check_for_duplicates=True)
    return MappingProxyType(
        {entry.msgid: typeset(entry.msgstr, lang=code) for entry in entries.translated_entries()}
    )
