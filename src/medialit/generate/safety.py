"""What is not made, said before anything is made: a prompt is allowed, redirected or refused, with a reason.

`judge` reads a prompt in English, French, Arabic, Darija (both scripts) or Tamazight. A classifier that was trained on
composed sentences and a list of names speak together; docs/explanation/prompt-safety.md tells how well.
A verdict is about a prompt, never about the person who wrote it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from medialit.generate.safety_model import CATEGORIES, Reading, Weights, load, read
from medialit.generate.safety_names import Named, find_names
from medialit.generate.safety_text import Word, words
from medialit.language import language, translator

MAX_CHARS = 1000
"""Longer prompts are not read; no clip needs one."""
THRESHOLD = 0.5
"""The score from which a prompt is not made as it stands."""

_TRANSFORMED = ("public_person", "private_person", "minor")
_GRAVE = ("sexual", "violence", "politics")
_NAMED_SCORE = 0.97  # a name that the list knows and that is no place


def _msgid(message: str) -> str:
    """Mark a message for the catalogues; `Verdict.reason` translates it."""
    return message


REASONS = {
    "public_person": _msgid(
        "This prompt points to a real, well-known person. Nobody's likeness is used here without "
        "their licence; a fictional cast member can play the part."
    ),
    "private_person": _msgid(
        "This prompt points to a person you may know. Nobody's likeness is used here without their "
        "licence; a fictional cast member can play the part."
    ),
    "minor": _msgid(
        "This prompt asks for a child or a teenager. No clips of minors are made here, whatever they do; "
        "an animal or an object can play the part."
    ),
    "sexual": _msgid("This prompt seems to ask for nudity or sex. Such clips are not made here."),
    "violence": _msgid(
        "This prompt seems to ask for people or animals being hurt or killed. Such clips are not made here."
    ),
    "politics": _msgid(
        "This prompt seems to ask viewers to vote for or against somebody, or to think so of them. Political "
        "persuasion is not made here."
    ),
    "too_long": _msgid("This prompt is too long to be read. Say it in fewer words."),
}
"""Why, for each category, in English; `Verdict.reason` translates."""

ALLOWED = _msgid("Nothing speaks against this prompt.")
DISAGREE = _msgid(
    "The filter makes mistakes. If you meant something else, say it in other words, or show your teacher "
    "the prompt."
)
"""What to do about a refusal that is wrong; to be shown beside every reason."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What becomes of a prompt."""

    decision: Literal["allow", "transform", "refuse"]
    category: str | None
    """A key of `REASONS`; None where the prompt is allowed."""
    score: float
    """Probability, 0 to 1, that a person who knows the categories would not allow the prompt; see the docs for
    how well it is calibrated."""
    spans: tuple[tuple[int, int], ...]
    """Start and end of the words that spoke most against the prompt."""
    suggestion: str | None
    """For "transform": another prompt, which this filter allows."""
    lang: str
    """The language that was given, or the one that the prompt seems to be in."""

    def reason(self, lang: str | None = None) -> str:
        """Say why, in a whole sentence or two, in `lang` or else the prompter's language.

        Raises
        ------
        LanguageError
            If the platform does not speak this language.
        """
        _ = translator(lang or self.lang)
        if self.category is None:
            return _(ALLOWED)
        return _(REASONS[self.category])


def judge(prompt: str, *, lang: str | None = None) -> Verdict:
    """Say whether a prompt is made, redirected or refused.

    Parameters
    ----------
    prompt : str
        Anything that a person typed. Bounded time, whatever it holds.
    lang : str or None
        A code of `medialit.language.LANGUAGES`, for the reason and the suggestion; read from the prompt if None.

    Returns
    -------
    Verdict

    Raises
    ------
    LanguageError
        If the platform does not speak `lang`.

    Examples
    --------
    >>> judge("a red ball bounces on the beach").decision
    'allow'
    >>> verdict = judge("Lionel Messi bounces on the beach")
    >>> verdict.decision, verdict.category
    ('transform', 'public_person')
    >>> verdict.suggestion
    'a fictional cast member bounces on the beach'
    """
    if lang is not None:
        language(lang)
    if len(prompt) > MAX_CHARS:
        spoken = lang or _judged(prompt[:MAX_CHARS], None).lang
        return _verdict("too_long", score=1.0, spans=(), suggestion=None, lang=spoken)
    verdict = _judged(prompt, lang)
    if verdict.decision != "transform":
        return verdict
    return _verdict(
        verdict.category,
        score=verdict.score,
        spans=verdict.spans,
        suggestion=_reworded(prompt, verdict),
        lang=verdict.lang,
    )


def _judged(prompt: str, lang: str | None) -> Verdict:
    weights: Weights = load()
    found = words(prompt)
    if not found:
        return _verdict(None, score=0.0, spans=(), suggestion=None, lang=lang or "en")
    names = find_names(prompt, found)
    reading = read(found, names, weights=weights)
    lang = lang or reading.lang
    score, category = reading.harm, reading.category
    people = [name for name in names if name.kind != "place"]
    if people:
        score = max(score, _NAMED_SCORE)
        named = "public_person" if any(p.kind == "public" for p in people) else "private_person"
        # What is asked of the person may be worse than naming them; the name itself has no say in that.
        inside = {i for p in people for i in range(p.first, p.end)}
        rest = tuple(word for i, word in enumerate(found) if i not in inside)
        asked = read(rest, (), weights=weights) if rest else None
        grave = asked is not None and asked.harm >= THRESHOLD and asked.category == category
        category = category if grave and category in _GRAVE else named
    if score < THRESHOLD:
        return _verdict(None, score=score, spans=(), suggestion=None, lang=lang)
    spans = _spans(found, people, reading, category)
    return _verdict(category, score=score, spans=spans, suggestion=None, lang=lang)


def _verdict(
    category: str | None,
    *,
    score: float,
    spans: tuple[tuple[int, int], ...],
    suggestion: str | None,
    lang: str,
) -> Verdict:
    decision: Literal["allow", "transform", "refuse"] = "refuse"
    if category is None:
        decision = "allow"
    elif category in _TRANSFORMED:
        decision = "transform"
    return Verdict(
        decision=decision, category=category, score=score, spans=spans, suggestion=suggestion, lang=lang
    )


def _spans(
    found: tuple[Word, ...], people: list[Named], reading: Reading, category: str
) -> tuple[tuple[int, int], ...]:
    """Return where the names stand, or else the words whose part is at least a third of the greatest."""
    part = reading.by_word[:, CATEGORIES.index(category)]
    chosen = set(np.flatnonzero((part >= part.max() / 3) & (part > 0)).tolist())
    if people and category in ("public_person", "private_person"):
        before = people[0].first if category == "private_person" else 0  # "my teacher" in front of a name
        chosen = {i for i in chosen if i < before} | {i for p in people for i in range(p.first, p.end)}
    spans: list[tuple[int, int]] = []
    for i in sorted(chosen):
        word = found[i]
        if spans and i > 0 and spans[-1][1] == found[i - 1].end:
            spans[-1] = (spans[-1][0], word.end)
        else:
            spans.append((word.start, word.end))
    return tuple(spans)


_STAND_INS = {
    "en": ("a fictional cast member", "a kitten", "A red ball bounces on the beach."),
    "fr": ("un personnage fictif", "un chaton", "Une balle rouge rebondit sur la plage."),
    "ar": ("شخصية خيالية", "هريرة", "كرة حمراء تقفز على الشاطئ."),
    "ary": ("شخصية خيالية", "قطيطة", "كورة حمرا كتنقز فالبحر."),
    "zgh": ("ⵢⴰⵏ ⵏ ⵜⵎⵓⵛⵓⵀⴰ", "ⴰⵎⵓⵛⵛ", "ⵜⴰⴽⵓⵔⵜ ⵜⴰⵣⴳⴳⵯⴰⵖⵜ ⴰⵔ ⵜⵏⵜⵜⴰⴳ ⴳ ⵓⴼⵜⴰⵙ."),
}
"""For each language: who stands in for a person, what for a child, and a prompt that is always possible."""
_BEFORE_A_PERSON = (
    "a an the one two three some my our little small young "
    "un une le la les l des deux trois cette ce ma mon mes notre petit petite petits jeune jeunes"
)
_DETERMINERS = frozenset(_BEFORE_A_PERSON.split())


def _reworded(prompt: str, verdict: Verdict) -> str:
    """Put a stand-in where the words stood, if the filter allows the result; else the prompt that is always possible."""
    person, animal, safe = _STAND_INS[verdict.lang]
    stand_in = animal if verdict.category == "minor" else person
    found = words(prompt)
    inside = [i for i, word in enumerate(found) if any(s <= word.start < e for s, e in verdict.spans)]
    if not inside or inside[-1] - inside[0] >= len(inside) + 1:
        return safe
    first = inside[0]
    while first > 0 and found[first - 1].text in _DETERMINERS:
        first -= 1
    start, end = found[first].start, found[inside[-1]].end
    reworded = prompt[:start] + stand_in + prompt[end:]
    return reworded if _judged(reworded, verdict.lang).decision == "allow" else safe
