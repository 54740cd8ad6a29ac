"""Names in a prompt: widely known people, people with a title or a first and a last name, and places named after people.

This is the part of the filter that is knowledge, not learning: `safety_names.toml` lists the names. "Mohammed V" is a
person; "Mohammed V Avenue" is a street.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from medialit.generate.safety_text import Word, sound, spelling, words

_MAX_WORDS = 4
_SOUND_MIN = (4, 6)  # consonants, from which one word, or more than one, is matched by its sound


@dataclass(frozen=True, slots=True)
class Named:
    """A run of words that names somebody, or a place that bears somebody's name."""

    kind: Literal["public", "person", "place"]
    first: int
    """Index of the first word."""
    end: int
    """Index after the last word."""


def find_names(prompt: str, found: tuple[Word, ...]) -> tuple[Named, ...]:
    """Return the names in a prompt, from left to right, without overlaps.

    Examples
    --------
    >>> def kinds(prompt):
    ...     return [name.kind for name in find_names(prompt, words(prompt))]
    >>> kinds("Mohammed VI walks"), kinds("the Mohammed VI bridge"), kinds("Mrs Benali dances")
    (['public'], ['place'], ['person'])
    """
    names: list[Named] = []
    i = 0
    while i < len(found):
        one = _public(found, i) or _place(found, i) or _titled(found, i) or _full(prompt, found, i)
        if one is not None and one.kind != "place" and _is_place(found, one):
            one = Named("place", one.first, one.end)
        if one is None:
            i += 1
        else:
            names.append(one)
            i = one.end
    return tuple(names)


@dataclass(frozen=True)
class _Lists:
    spelt: frozenset[tuple[str, ...]]
    """Public names as tuples of spellings."""
    heard: frozenset[tuple[str, ...]]
    """Public names as tuples of sounds, for other scripts than the list's."""
    first: frozenset[str]
    last: frozenset[str]
    titles: frozenset[str]
    before: frozenset[str]
    after: frozenset[str]
    between: frozenset[str]
    no_name_before: frozenset[str]
    no_name_after: frozenset[str]


@cache
def tables() -> dict[str, list[str]]:
    """Return the lists of `safety_names.toml`; `public` is one flat list of every spelling."""
    text = resources.files(__package__).joinpath("safety_names.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    data["public"] = [written for person in data["public"] for written in person]
    return data


@cache
def _lists() -> _Lists:
    data = tables()
    people = [[word.text for word in words(name)] for name in (*data["public"], *data["alone"])]
    heard = {tuple(map(_heard, name)) for name in people}

    def parts(key: str) -> frozenset[str]:
        return frozenset(spelling(words(name)[-1].text) for name in data[key])

    def folded(key: str) -> frozenset[str]:
        return frozenset(word.text for name in data[key] for word in words(name))

    return _Lists(
        spelt=frozenset(tuple(map(spelling, name)) for name in people),
        heard=frozenset(key for key in heard if all(key) and _n_consonants(key) >= _SOUND_MIN[len(key) > 1]),
        first=parts("first"),
        last=parts("last"),
        titles=folded("titles"),
        before=folded("places_before"),
        after=folded("places_after"),
        between=folded("places_between"),
        no_name_before=folded("no_name_before"),
        no_name_after=folded("no_name_after"),
    )


_CLITICS = ("وال", "بال", "فال", "لل", "ال", "و", "ب", "ف", "ل")


def _without_clitic(text: str) -> tuple[str, ...]:
    """Return an Arabic word, and what is left without a joined "and", "with", "to"."""
    if not text or not "ء" <= text[0] <= "ي":
        return (text,)
    return (text, *(text[len(c) :] for c in _CLITICS if text.startswith(c) and len(text) - len(c) >= 3))


def _public(found: tuple[Word, ...], i: int) -> Named | None:
    lists = _lists()
    for n in range(min(_MAX_WORDS, len(found) - i), 0, -1):
        run = found[i : i + n]
        if _is_no_name(found, i, i + n):
            continue
        plain = [word.text for word in run]
        decoded = [word.decoded or word.text for word in run]
        foreign = n > 1 or plain != decoded or run[0].tifinagh
        for first, *rest in (plain, decoded):
            for start in _without_clitic(first):
                name = (start, *rest)
                if tuple(map(spelling, name)) in lists.spelt:
                    return Named("public", i, i + n)
                if foreign and tuple(map(_heard, name)) in lists.heard:
                    return Named("public", i, i + n)
    return None


def _heard(text: str) -> str:
    """Return how a word sounds, and whether it begins with a vowel: Macron is not "amqran", big."""
    return ("'" if text[:1] in "aeiou23اعء" else "") + sound(text)


def _n_consonants(key: tuple[str, ...]) -> int:
    return sum(len(word.removeprefix("'")) for word in key)


def _is_no_name(found: tuple[Word, ...], start: int, end: int) -> bool:
    """Say whether the words around make it something else: a trump card, a macaron (Macron's letters in Arabic)."""
    after = found[end].text if end < len(found) else ""
    before = found[start - 1].text if start else ""
    return after in _lists().no_name_before or before in _lists().no_name_after


_HONOURED = frozenset(
    ["moulay", "sidi", "lalla", "مولاي", "سيدي", "لاله", "عبد", "الله", "abdellah", "abdallah", "ibn", "بن"]
)


def _place(found: tuple[Word, ...], i: int) -> Named | None:
    """Return the name of a place, listed or not: "boulevard Moulay Youssef"."""
    lists = _lists()
    if i == 0 or found[i - 1].text not in lists.before:
        return None
    end = i
    while end < min(len(found), i + _MAX_WORDS) and (
        found[end].text in _HONOURED or spelling(found[end].text) in lists.first | lists.last
    ):
        end += 1
    return Named("place", i, end) if end > i else None


def _titled(found: tuple[Word, ...], i: int) -> Named | None:
    """Return a title with the listed names that follow it."""
    lists = _lists()
    if found[i].text not in lists.titles or i + 1 >= len(found):
        return None
    end = i + 1
    while end < min(len(found), i + 4) and (
        {spelling(form) for form in _without_clitic(found[end].text)} & (lists.last | lists.first)
        or found[end].text in ("el", "al", "ait", "ben", "ould")
    ):
        end += 1
    return Named("person", i, end) if end > i + 1 else None


def _full(prompt: str, found: tuple[Word, ...], i: int) -> Named | None:
    """Return a first name with a family name: listed, or two words with capitals."""
    lists = _lists()
    start = {spelling(form) for form in _without_clitic(found[i].text)}
    compound = found[i].text in ("عبد", "abd", "fatima", "فاطمه") and i + 2 < len(found)
    if not start & lists.first and not compound:
        return None
    for end in (i + 1, i + 2, i + 3) if compound else (i + 1, i + 2):
        if end >= len(found):
            break
        particle = found[end].text in ("el", "al", "ait", "ben", "zahra", "الزهراء")
        if particle and end + 1 < len(found) and spelling(found[end + 1].text) in lists.last:
            return Named("person", i, end + 2)
        if spelling(found[end].text) in lists.last:
            return Named("person", i, end + 1)
    if i + 1 < len(found) and start & lists.first:
        a, b = found[i], found[i + 1]
        capital = (
            prompt[a.start].isupper() and prompt[b.start].isupper() and not prompt[a.start : b.end].isupper()
        )
        if capital and prompt[a.end : b.start] == " " and b.text.isascii() and len(b.text) > 2:
            return Named("person", i, i + 2)
    return None


def _is_place(found: tuple[Word, ...], name: Named) -> bool:
    lists = _lists()
    after = found[name.end].text if name.end < len(found) else ""
    if after in lists.after:
        return True
    i = name.first - 1
    while i >= max(0, name.first - 3) and found[i].text in lists.between:
        i -= 1
    return i >= 0 and any(form in lists.before for text in found[i].forms for form in _without_clitic(text))
