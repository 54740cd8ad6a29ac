"""Words of a prompt: where they stand, their normal form, and which known words they resemble.

A normal form is what is left when writing habits are taken away: capitals, accents, vowel signs, tatweel; Tifinagh
becomes Latin letters, so that both spellings of Tamazight meet. `Forms` knows every word that the reader was taught,
finds it again with one typing error, behind an Arabic article or conjunction, or in another Arabizi spelling.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from medialit.generate.shot import MORE_COLOURS
from medialit.world import ACTIONS, BACKGROUNDS, COLOURS, KINDS, PANS, SIZES_M

FUNCTION, UNUSED = "function", "unused"
TAGS: tuple[str, ...] = (
    FUNCTION,
    UNUSED,
    *(f"kind {v}" for v in KINDS),
    *(f"colour {v}" for v in (*COLOURS, *MORE_COLOURS)),
    *(f"action {v}" for v in ACTIONS),
    *(f"size {v}" for v in SIZES_M),
    *(f"background {v}" for v in BACKGROUNDS),
    *(f"pan {v}" for v in PANS),
)
"""What a word can be: a slot and its value, a function word, or a word that changes nothing."""

LANGUAGES: tuple[str, ...] = ("en", "fr", "ar", "ary", "zgh")
N_BUCKETS = 6144  # of hashed letter groups
N_EXTRA = 12  # numbers about a word's writing, see `_writing`
N_FEATURES = 3 * len(TAGS) + len(LANGUAGES) + N_EXTRA

_TOKEN = re.compile(
    r"(?P<latin>[0-9A-Za-z\u00aa-\u024f\u0300-\u036f\u1e00-\u1eff\u0190\u025b\u0263\u200b-\u200f]"
    r"(?:['’]?[0-9A-Za-z\u00aa-\u024f\u0300-\u036f\u1e00-\u1eff\u025b\u0263\u200b-\u200f])*)"
    r"|(?P<arabic>[\u0610-\u061a\u0620-\u065f\u066e-\u06d3\u06d5-\u06ff\u0750-\u077f\u200b-\u200f]+)"
    r"|(?P<tifinagh>[\u2d30-\u2d7f\u200b-\u200f]+)"
    r"|(?P<stop>[,.;:!?،؛؟|–—\n]+)"
    r"|(?P<other>[^\W_]+|[\u2600-\u27bf\u2b50\U0001f300-\U0001faff])"
)
_ELISION = re.compile(r"(?:[ldsnjmtc]|qu|jusqu|puisqu|lorsqu)['’]", re.IGNORECASE)
_INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), 0x0640])
_ARABIC = str.maketrans("ٱىةڤگڭپچ", "ايهفككبج", "ء")
_TIFINAGH = str.maketrans(
    {
        **dict(zip("ⴰⴱⴷⴹⴻⴼⴳⵀⵃⵉⵊⴽⵍⵎⵏⵓⵇⵔⵕⵙⵚⵜⵟⵡⵢⵣⵥ", "abddefghhijklmnuqrrssttwyzz", strict=True)),
        "ⵄ": "3",
        "ⵖ": "gh",
        "ⵛ": "ch",
        "ⵅ": "kh",
        "ⵯ": "w",
    }
)
_LATIN = str.maketrans({"ɣ": "gh", "ɛ": "3", "ε": "3", "œ": "oe", "æ": "ae", "ß": "ss"})
_ARABIC_PREFIXES = ("وال", "بال", "فال", "كال", "لل", "ال", "و", "ب", "ف", "ل", "ك")
_LATIN_PREFIXES = ("wl", "fl", "bl", "el", "al", "l", "w", "f", "b", "d")
_TWICE = re.compile(r"(ch|gh|kh)\1")  # a doubled letter of Tifinagh that takes two in Latin
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Word:
    """A word or a stop of a prompt; the letters are ``prompt[start:end]``."""

    start: int
    end: int
    normal: str
    script: str


def words(prompt: str) -> list[Word]:
    """Return the words and stops of a prompt, in order.

    Examples
    --------
    >>> [word.normal for word in words("L'Étoile ne s'arrête pas, ⵉⵜⵔⵉ!")]
    ['l', 'etoile', 'ne', 's', 'arrete', 'pas', ',', 'itri', '!']
    """
    return list(_words(prompt))


def _words(prompt: str) -> Iterator[Word]:
    for match in _TOKEN.finditer(prompt):
        script = str(match.lastgroup)
        start, end = match.span()
        elided = _ELISION.match(prompt, start, end) if script == "latin" else None
        if elided and elided.end() < end:
            yield Word(start, elided.end(), normal_form(prompt[start : elided.end()]), script)
            start = elided.end()
        text = normal_form(prompt[start:end])
        if text:
            yield Word(start, end, text, script)


@lru_cache(maxsize=20_000)
def normal_form(word: str) -> str:
    """Return a word without what writers may leave out or write in several ways.

    Examples
    --------
    >>> normal_form("Théière"), normal_form("أَحْمَر"), normal_form("ⴰⵖⵔⵔⴰⴱⵓ")
    ('theiere', 'احمر', 'aghrrabu')
    """
    text = unicodedata.normalize("NFKC", word).translate(_INVISIBLE).casefold().translate(_LATIN)
    text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    text = unicodedata.normalize("NFC", text).translate(_ARABIC).translate(_TIFINAGH)
    return _TWICE.sub(r"\1", text.replace("'", "").replace("’", ""))


def skeleton(normal: str) -> str:
    """Return the consonants of a word in Latin letters, however its Arabizi is spelt.

    Examples
    --------
    >>> skeleton("7amra"), skeleton("hmra"), skeleton("kayna99ez"), skeleton("kaynqez")
    ('hmr', 'hmr', 'knkz', 'knkz')
    """
    text = normal
    for several, one in (
        ("sh", "c"),
        ("ch", "c"),
        ("gh", "g"),
        ("kh", "k"),
        ("x", "c"),
        ("q", "k"),
        ("9", "k"),
        ("7", "h"),
    ):
        text = text.replace(several, one)
    for several, one in (("5", "k"), ("8", "g"), ("4", "g"), ("3", ""), ("2", ""), ("6", "t")):
        text = text.replace(several, one)
    text = (
        text[:1] + re.sub(r"[aeiouyw]", "", text[1:])
        if text[:1] not in "aeiou"
        else re.sub(r"[aeiouyw]", "", text)
    )
    return re.sub(r"(.)\1+", r"\1", text)


@lru_cache(maxsize=50_000)
def letter_groups(normal: str) -> tuple[int, ...]:
    """Return the buckets of a word's letter groups: two to four letters, and the whole."""
    text = f"^{normal[:_LONGEST]}$"
    groups = [text[i : i + n] for n in (2, 3, 4) for i in range(len(text) - n + 1)]
    return tuple(zlib.crc32(group.encode()) % N_BUCKETS for group in (*groups, f"={text}"))


class Forms:
    """Every word that the reader was taught, and what each may stand for.

    Parameters
    ----------
    table : mapping from a normal form to (tags, languages), both as indices into `TAGS` and `LANGUAGES`
    """

    def __init__(self, table: Mapping[str, tuple[frozenset[int], frozenset[int]]]) -> None:
        self.table = dict(table)
        self._near: dict[str, list[str]] = {}
        self._bare: dict[str, list[str]] = {}
        no_slot = {TAGS.index(FUNCTION), TAGS.index(UNUSED)}
        arabizi = {LANGUAGES.index("ary"), LANGUAGES.index("zgh")}
        for form, (tags, languages) in self.table.items():
            if tags <= no_slot:
                continue  # a mistyped word that names nothing needs no finding
            if 4 <= len(form) <= 24:
                for key in _with_one_left_out(form):
                    self._near.setdefault(key, []).append(form)
            bare = skeleton(form) if form[0] < "\u024f" and languages & arabizi else ""
            if len(bare) >= 3:
                self._bare.setdefault(bare, []).append(form)
        self.features = lru_cache(maxsize=20_000)(self._features)

    def resembles(self, word: Word, tag: int) -> bool:
        """Say whether the word is, or nearly is, one that was taught with this tag."""
        found = self.features(word.normal, word.script)[: 3 * len(TAGS)].reshape(3, len(TAGS))
        return bool(found[:, tag].any())

    def _features(self, normal: str, script: str) -> np.ndarray:
        """Return (N_FEATURES,) float32: tags found exactly, nearly, by consonants; languages; writing."""
        n = len(TAGS)
        out = np.zeros(N_FEATURES, np.float32)
        if len(normal) <= _LONGEST and script != "stop":
            exact = [f for f in _variants(normal, script) if f in self.table]
            for form in exact[:1]:
                self._add(out, 0, form)
            if not exact:
                for form in self._nearly(normal, script):
                    self._add(out, n, form)
                if script == "latin":
                    for bare in dict.fromkeys(skeleton(v) for v in _variants(normal, script)):
                        for form in self._bare.get(bare, ()):
                            self._add(out, 2 * n, form)
        out[-N_EXTRA:] = _writing(normal, script)
        out.flags.writeable = False
        return out

    def _add(self, out: np.ndarray, block: int, form: str) -> None:
        tags, languages = self.table[form]
        out[[block + tag for tag in tags]] = 1
        out[[3 * len(TAGS) + language for language in languages]] = 1

    def _nearly(self, normal: str, script: str) -> list[str]:
        best: dict[int, list[str]] = {}
        for variant in _variants(normal, script):
            if not 4 <= len(variant) <= 24:
                continue
            for form in {f for key in _with_one_left_out(variant) for f in self._near.get(key, ())}:
                distance = _distance(variant, form)
                if len(variant) == len(form) == 4 and sorted(variant) != sorted(form):
                    continue  # another letter in so short a word is mostly another word: room, roof
                if distance == 1 or (distance == 2 and min(len(variant), len(form)) >= 7):
                    best.setdefault(distance, []).append(form)
            if best:
                break
        return best[min(best)] if best else []


def table_of(pairs: Iterable[tuple[str, str, str]]) -> dict[str, tuple[frozenset[int], frozenset[int]]]:
    """Return the table of `Forms` from (normal form, tag, language)."""
    tags: dict[str, set[int]] = {}
    languages: dict[str, set[int]] = {}
    for form, tag, language in pairs:
        tags.setdefault(form, set()).add(TAGS.index(tag))
        languages.setdefault(form, set()).add(LANGUAGES.index(language))
    return {form: (frozenset(tags[form]), frozenset(languages[form])) for form in sorted(tags)}


def _variants(normal: str, script: str) -> Iterator[str]:
    """Give the word, then the word without what Arabic and Arabizi write joined to it."""
    yield normal
    prefixes = _ARABIC_PREFIXES if script == "arabic" else _LATIN_PREFIXES if script == "latin" else ()
    for prefix in prefixes:
        if normal.startswith(prefix) and len(normal) - len(prefix) >= 3:
            yield normal[len(prefix) :]


def _with_one_left_out(form: str) -> set[str]:
    return {form, *(form[:i] + form[i + 1 :] for i in range(len(form)))}


def _distance(a: str, b: str) -> int:
    """Return the optimal string alignment distance: letters added, lost, changed, or two swapped."""
    if a == b:
        return 0
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, last, row = row, before, [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _writing(normal: str, script: str) -> list[float]:
    n = len(normal)
    scripts = [float(script == s) for s in ("latin", "arabic", "tifinagh", "stop", "other")]
    return [
        *scripts,
        n <= 2,
        n == 3,
        n == 4,
        n in (5, 6),
        n >= 7,
        any(c in "379" for c in normal) and n > 1,
        normal.isdigit(),
    ]
