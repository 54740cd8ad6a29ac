"""Words of a prompt as the safety filter reads them: one alphabet, no disguises, and where each word stood.

Case, accents, vowel signs, tatweel, invisible characters and look-alike letters go; Tifinagh becomes Latin letters;
letters that were spelled apart are put together. `sound` goes further and keeps only how a word sounds, so that one
name in Arabic letters, in Arabizi and in Tifinagh is one key.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

_TIFINAGH_LETTERS = "ⴰⴱⴲⴳⴴⴵⴶⴷⴸⴹⴺⴻⴼⴽⴾⴿⵀⵁⵂⵃⵄⵅⵆⵇⵈⵉⵊⵋⵌⵍⵎⵏⵐⵑⵒⵓⵔⵕⵖⵗⵘⵙⵚⵛⵜⵝⵞⵟⵠⵡⵢⵣⵤⵥⵯ"
_IN_LATIN = (
    "a,b,b,g,g,j,j,d,d,d,d,e,f,k,k,k,h,h,h,7,3,kh,kh,q,q,i,j,j,j,l,m,n,n,n,p,u,r,r,gh,gh,j,s,s,ch,t,t,ch,t,v,w,y,"
    "z,z,z,"
)
_TIFINAGH = dict(zip(_TIFINAGH_LETTERS, _IN_LATIN.split(","), strict=True))
_ARABIC = {
    "ى": "ي",
    "ة": "ه",
    "ی": "ي",
    "ک": "ك",
    "گ": "ك",
    "ڭ": "ك",
    "ݣ": "ك",
    "پ": "ب",
    "ڤ": "ف",
    "چ": "ج",
    "ٱ": "ا",
}
_LOOKALIKES = dict(zip("аеорсхуікмтнвјѕԁοαεικνρτυχβηωıłøđ", "aeopcxyikmthbjsdoaeikvptuxbnwilod", strict=True))
_LOOKALIKES |= {"ɛ": "3", "ɣ": "gh"}  # Tamazight in Latin letters
_EMOJI = {
    "🔪": "knife",
    "🗡": "knife",
    "🔫": "gun",
    "💣": "bomb",
    "🩸": "blood",
    "🔞": "porn",
    "👶": "baby",
    "👧": "girl",
    "👦": "boy",
    "🧒": "child",
    "⚰": "corpse",
}
_SIGNS = {"@": "a", "$": "s", "€": "e", "!": "i"}
_LEET = str.maketrans("013457891", "oieastbgi")
_SPACED_MIN = 3  # letters that stand apart, from which they are read as one word


@dataclass(frozen=True, slots=True)
class Word:
    """One word, folded, and where it stands in the prompt."""

    text: str
    start: int
    end: int
    decoded: str = ""
    """The word with digits read as letters ("k1ll"), where it has both; else empty."""
    tifinagh: bool = False
    """True where it stood in Tifinagh letters."""

    @property
    def forms(self) -> tuple[str, ...]:
        """The word, and its decoded form if there is one."""
        return (self.text, self.decoded) if self.decoded else (self.text,)


def words(prompt: str) -> tuple[Word, ...]:
    """Return the folded words of a prompt, in order.

    Examples
    --------
    >>> [word.text for word in words("Ça, K I L L des bⴰlles")]
    ['ca', 'kill', 'des', 'balles']
    >>> words("k1ll")[0].decoded
    'kill'
    """
    return tuple(_finished(run, prompt) for run in _joined(_runs(prompt), prompt))


_Run = list[tuple[str, int]]  # what a character became, and its index in the prompt


def _runs(prompt: str) -> list[_Run]:
    runs: list[_Run] = []
    run: _Run = []
    for i, char in enumerate(prompt):
        if char in _EMOJI:
            runs += [run, [(_EMOJI[char], i)]]
            run = []
            continue
        folded = _folded(char)
        if folded is None:  # invisible: as if it were not there
            continue
        follows = prompt[i + 1 : i + 2]
        if char in _SIGNS and follows.isalnum() and (run or char in "@$"):
            folded = _SIGNS[char]
        if folded:
            run.append((folded, i))
        elif run:
            runs.append(run)
            run = []
    return [one for one in (*runs, run) if one]


@lru_cache(maxsize=4096)
def _folded(char: str) -> str | None:
    """Return what a character reads as; empty where it parts words; None where it is not seen."""
    if char in _TIFINAGH:
        return _TIFINAGH[char] or None
    letters = ""
    seen = False
    for one in unicodedata.normalize("NFD", unicodedata.normalize("NFKC", char).casefold()):
        category = unicodedata.category(one)
        if category in ("Mn", "Me", "Cf") or one == "ـ":
            continue
        seen = True
        if category[0] == "L":
            letters += _ARABIC.get(one, _LOOKALIKES.get(one, one)).replace("œ", "oe").replace("æ", "ae")
        elif category == "Nd":
            letters += str(unicodedata.digit(one))
    return letters if seen else None


def _joined(runs: list[_Run], prompt: str) -> list[_Run]:
    """Put letters that stand apart together: "n.u.d.e", "T a y l o r  S w i f t"."""
    out: list[_Run] = []
    i = 0
    while i < len(runs):
        j = i
        while j < len(runs) and len(runs[j]) == 1 and (j == i or _is_gap(_between(runs, j - 1, prompt))):
            j += 1
        if j - i < _SPACED_MIN:
            out += runs[i : max(j, i + 1)]
            i = max(j, i + 1)
            continue
        gaps = [_between(runs, k, prompt) for k in range(i, j - 1)]
        usual = Counter(gaps).most_common(1)[0][0]
        out.append(list(runs[i]))
        for k, gap in enumerate(gaps, start=i + 1):
            if gap == usual:
                out[-1] += runs[k]
            else:
                out.append(list(runs[k]))
        i = j
    return out


def _between(runs: list[_Run], i: int, prompt: str) -> str:
    return prompt[runs[i][-1][1] + 1 : runs[i + 1][0][1]]


def _is_gap(text: str) -> bool:
    return 0 < len(text) <= 3 and not any(mark in text for mark in "'’,;:")


def _finished(run: _Run, prompt: str) -> Word:
    text = ""
    for part, _ in run:
        for letter in part:
            if not (letter.isalpha() and text.endswith(letter * 2)):
                text += letter
    text = text[:40]
    mixed = text.isascii() and any(c.isdigit() for c in text) and any(c.isalpha() for c in text)
    decoded = text.translate(_LEET) if mixed else ""
    return Word(text, run[0][1], run[-1][1] + 1, decoded, prompt[run[0][1]] in _TIFINAGH)


_SOUND_ARABIC = {
    "ا": "", "و": "", "ي": "", "ء": "", "ع": "", "ه": "h", "ح": "h", "خ": "x", "غ": "G", "ق": "k", "ك": "k", "ش": "S",
    "ب": "b", "ت": "t", "ث": "t", "ج": "j", "د": "d", "ذ": "d", "ر": "r", "ز": "z", "س": "s", "ص": "s", "ض": "d",
    "ط": "t", "ظ": "d", "ف": "f", "ل": "l", "م": "m", "ن": "n",
}  # fmt: skip
_SOUND_PAIRS = {
    "ch": "S",
    "sh": "S",
    "kh": "x",
    "gh": "G",
    "ph": "f",
    "th": "t",
    "ck": "k",
    "dj": "j",
    "qu": "k",
}
_SOUND_LATIN = {
    **dict.fromkeys("aeiouyw23", ""),
    **{"7": "h", "9": "k", "q": "k", "c": "k", "5": "x", "8": "G", "p": "b", "v": "f", "g": "j"},
}


@lru_cache(maxsize=8192)
def sound(text: str) -> str:
    """Return the consonants of a folded word, alike in Arabic letters, Arabizi and Tifinagh.

    Examples
    --------
    >>> sound("ماكرون") == sound("makrun") == sound("macron")
    True
    """
    key = ""
    i = 0
    while i < len(text):
        pair = _SOUND_PAIRS.get(text[i : i + 2])
        if pair is not None:
            step, one = 2, pair
        else:
            step, one = 1, _SOUND_ARABIC.get(text[i], _SOUND_LATIN.get(text[i], text[i]))
        if one and not key.endswith(one):
            key += one
        i += step
    return key.removesuffix("h")  # "a" at the end is written so in Arabic


@lru_cache(maxsize=8192)
def spelling(text: str) -> str:
    """Return a folded word with the usual variants of spelling levelled: double letters, y, ph, ou, ck.

    Examples
    --------
    >>> spelling("mbappe") == spelling("mbape")
    True
    """
    last = text[-1:]
    for old, new in (("ph", "f"), ("ou", "u"), ("oo", "u"), ("ck", "k"), ("y", "i"), ("q", "k")):
        text = text.replace(old, new)
    if last == "y":  # "messy" is no Messi
        text = text[:-1] + last
    return "".join(c for i, c in enumerate(text) if i == 0 or c != text[i - 1])
