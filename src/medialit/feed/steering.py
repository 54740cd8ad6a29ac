"""Steering in words: "less football, more cooking, only from people I follow", in English, French and Arabic.

The parser reads small words that it knows from a list, and nothing else. Every word of the sentence comes back in one
of three lists: used, passed over (such as "and"), or not understood; whoever asked can be told which.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from medialit.errors import FeedError
from medialit.feed.lexicon import AFTER_THE_NOUN, CUES, TOPICS, Cue
from medialit.language import translator

LANGUAGES: Final = tuple(CUES)
MAX_TEXT: Final = 500

_MARKS: Final = (
    "\u0610-\u061a\u064b-\u065f\u0670\u0640"  # Arabic vowel signs, and the stroke that lengthens a word
)
_WORD: Final = re.compile(rf"(?:[^\W_]|[{_MARKS}])+(?:'[^\W_]+)*")
_STOP: Final = re.compile(r"[.!?؟;؛\n]")
_COMMA: Final = re.compile(r"[,،:]")
_ARABIC_MARKS: Final = re.compile(f"[{_MARKS}]")
_ARABIC_LETTERS: Final = str.maketrans("أإآٱةى", "ااااهي")
_ASKS: Final = frozenset({Cue.MORE, Cue.LESS, Cue.NONE, Cue.ONLY})


@dataclass(frozen=True, kw_only=True)
class Steering:
    """What a viewer asked for.

    Parameters
    ----------
    more, less, none, only : frozenset of str
        Topic words, as posts carry them.
    only_follows : bool
        Only people whom the viewer follows.
    no_synthetic : bool
    used, passed_over, not_understood : tuple of str
        Every word of the text, in its order, in one of the three.
    """

    more: frozenset[str] = frozenset()
    less: frozenset[str] = frozenset()
    none: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()
    only_follows: bool = False
    no_synthetic: bool = False
    used: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    not_understood: tuple[str, ...] = ()

    @property
    def leaves_out(self) -> bool:
        """Whether posts are left out, and not only moved."""
        return bool(self.none or self.only or self.only_follows or self.no_synthetic)


NO_STEERING: Final = Steering()


def steer(text: str, *, lang: str, topics: Collection[str] = ()) -> Steering:
    """Return what a sentence asks for.

    Parameters
    ----------
    text : str
        At most `MAX_TEXT` characters.
    lang : {"en", "fr", "ar"}
        Of the small words. The topics of `lexicon.TOPICS` are known in all three.
    topics : collection of str
        More topic words, such as those that posts carry; known as they are written.

    Raises
    ------
    FeedError
        If the language has no small words here, or the text is too long.

    Examples
    --------
    >>> asked = steer("Less football, more cooking, only from people I follow, surprisingly", lang="en")
    >>> sorted(asked.less), sorted(asked.more), asked.only_follows, asked.not_understood
    (['football'], ['cooking'], True, ('surprisingly',))
    >>> sorted(steer("كرة قدم أقل وطبخ أكثر", lang="ar").less)
    ['football']
    """
    if lang not in CUES:
        raise FeedError(
            f"Steering is understood in {', '.join(LANGUAGES)}, not in {lang!r}. Choose one of them."
        )
    if len(text) > MAX_TEXT:
        raise FeedError(
            f"Steering has {MAX_TEXT} characters at most, not {len(text)}. Say it in one sentence."
        )
    reader = _Reader(lang=lang, topics=_topic_phrases() | {_phrase(word): word.casefold() for word in topics})
    for sentence in _STOP.split(unicodedata.normalize("NFKC", text)):
        reader.mode = None
        for clause in _COMMA.split(sentence):
            reader.clause(_words(clause, lang))
    return reader.result()


def said(steering: Steering, *, lang: str) -> tuple[str, ...]:
    """Return what was understood, and which words were not, as sentences in a language."""
    _ = translator(lang)
    found = []
    for words, sentence in (
        (steering.more, _("More of: {topics}.")),
        (steering.less, _("Less of: {topics}.")),
        (steering.none, _("Nothing about: {topics}.")),
        (steering.only, _("Only about: {topics}.")),
    ):
        if words:
            found.append(sentence.format(topics=_list(topic_name(one, lang=lang) for one in sorted(words))))
    if steering.only_follows:
        found.append(_("Only from people you follow."))
    if steering.no_synthetic:
        found.append(_("No synthetic clips."))
    if steering.used:
        found.append(_("Words that were used: {words}.").format(words=_list(steering.used)))
    if steering.not_understood:
        found.append(
            _("Words that were not understood and changed nothing: {words}.").format(
                words=_list(steering.not_understood)
            )
        )
    if not steering.used:
        found.append(_("Nothing was understood, so the order stays as it was."))
    return tuple(found)


def topic_name(topic: str, *, lang: str) -> str:
    """Return a topic in a language; one that is not in the lexicon stays as it is."""
    names = TOPICS.get(topic, {})
    return names[lang].split("|")[0] if lang in names else topic


@dataclass(kw_only=True)
class _Reader:
    """Goes through a text, word by word; `mode` is the last cue that asked for something."""

    lang: str
    topics: Mapping[tuple[str, ...], str]
    mode: Cue | None = None
    asked: dict[str, Cue] = field(default_factory=dict)
    only_follows: bool = False
    no_synthetic: bool = False
    words: dict[str, list[str]] = field(default_factory=lambda: {"used": [], "glue": [], "unknown": []})

    def clause(self, words: list[str]) -> None:
        """Read the words between two commas."""
        folded = [_folded(word) for word in words]
        marks = ["unknown"] * len(words)
        waiting: list[
            tuple[str, int, int]
        ] = []  # topics that stand before any cue, in languages where they may
        place = 0
        while place < len(words):
            cue, n_cue = self._cue(folded, place)
            topic, n_topic = self._topic(folded, place)
            if topic is not None and n_topic >= n_cue:
                if self.lang in AFTER_THE_NOUN:
                    waiting.append((topic, place, n_topic))
                if self.mode in _ASKS:
                    self._ask(topic, self.mode)
                    _mark(marks, place, n_topic, "used")
                place += n_topic
                continue
            if cue is Cue.GLUE:
                _mark(marks, place, n_cue, "glue")
            elif cue in (Cue.FOLLOWED, Cue.SYNTHETIC):
                if self._special(cue):
                    _mark(marks, place, n_cue, "used")
            elif cue is not None:
                self._turn(cue, folded, marks, waiting, place, n_cue)
            place += max(n_cue, 1)
        for word, mark in zip(words, marks, strict=True):
            self.words[mark].append(word)

    def _turn(
        self,
        cue: Cue,
        folded: list[str],
        marks: list[str],
        waiting: list[tuple[str, int, int]],
        place: int,
        length: int,
    ) -> None:
        """Take a cue for what follows; or for what stands before it, where nothing that it could mean follows."""
        if cue in _ASKS:
            _mark(marks, place, length, "used")
            if waiting and cue is not Cue.NONE and not self._begins_topic(folded, place + length):
                for topic, start, n_words in waiting:
                    self._ask(topic, cue)
                    _mark(marks, start, n_words, "used")
                waiting.clear()
                self.mode = None
                return
        waiting.clear()
        self.mode = cue

    def result(self) -> Steering:
        """Return all that was read."""

        def all_of(cue: Cue) -> frozenset[str]:
            return frozenset(topic for topic, asked in self.asked.items() if asked is cue)

        return Steering(
            more=all_of(Cue.MORE),
            less=all_of(Cue.LESS),
            none=all_of(Cue.NONE),
            only=all_of(Cue.ONLY),
            only_follows=self.only_follows,
            no_synthetic=self.no_synthetic,
            used=tuple(self.words["used"]),
            passed_over=tuple(self.words["glue"]),
            not_understood=tuple(self.words["unknown"]),
        )

    def _ask(self, topic: str, cue: Cue) -> None:
        self.asked[topic] = cue  # what is said last counts

    def _special(self, cue: Cue) -> bool:
        """Take "people I follow" and "synthetic", each with the one cue that it can be asked with."""
        if cue is Cue.FOLLOWED and self.mode is Cue.ONLY:
            self.only_follows = True
            return True
        if cue is Cue.SYNTHETIC and self.mode is Cue.NONE:
            self.no_synthetic = True
            return True
        return False

    def _cue(self, folded: list[str], place: int) -> tuple[Cue | None, int]:
        cues = _cue_phrases(self.lang)
        for length in range(min(6, len(folded) - place), 0, -1):
            for phrase in _readings(folded[place : place + length], self.lang):
                if phrase in cues:
                    return cues[phrase], length
        return None, 0

    def _topic(self, folded: list[str], place: int) -> tuple[str | None, int]:
        for length in range(min(4, len(folded) - place), 0, -1):
            for phrase in _readings(folded[place : place + length], self.lang):
                if phrase in self.topics:
                    return self.topics[phrase], length
        return None, 0

    def _begins_topic(self, folded: list[str], place: int) -> bool:
        """Say whether a topic follows without an "and" before it."""
        if place >= len(folded):
            return False
        word = folded[place]
        joined = word.startswith("و") and word not in {phrase[0] for phrase in self.topics}
        return not joined and self._topic(folded, place)[0] is not None


def _mark(marks: list[str], start: int, length: int, mark: str) -> None:
    marks[start : start + length] = [mark] * length


def _words(text: str, lang: str) -> list[str]:
    text = text.replace("’", "'")
    if lang == "fr":
        text = text.replace("'", " ")
    return _WORD.findall(text)


def _folded(word: str) -> str:
    """Return a word without what people leave out: capitals, Arabic vowel marks, and the forms of alif."""
    word = _ARABIC_MARKS.sub("", word.casefold())
    word = word.translate(_ARABIC_LETTERS)
    return word[2:] if word.startswith("ال") and len(word) > 4 else word


def _readings(words: list[str], lang: str) -> Iterator[tuple[str, ...]]:
    """Yield the words as they are, and in Arabic without the particle that is written together with the first."""
    yield tuple(words)
    first = words[0]
    if lang == "ar" and len(first) > 3 and first[0] in "وبلف":
        yield (_folded(first[1:]), *words[1:])
        if first.startswith(("لل", "ولل")):
            yield (first.partition("لل")[2], *words[1:])


def _phrase(text: str) -> tuple[str, ...]:
    return tuple(_folded(word) for word in _WORD.findall(unicodedata.normalize("NFKC", text)))


@cache
def _topic_phrases() -> dict[tuple[str, ...], str]:
    return {
        _phrase(words): topic
        for topic, names in TOPICS.items()
        for listed in names.values()
        for words in listed.split("|")
    }


@cache
def _cue_phrases(lang: str) -> Mapping[tuple[str, ...], Cue]:
    return {_phrase(words): cue for cue, listed in CUES[lang].items() for words in listed.split("|")}


def _list(words: Iterable[str]) -> str:
    return " · ".join(words)
