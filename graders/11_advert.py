"""Hidden cases of "An honest advert: what the small print says": drawn for each learner, judged in the trusted process.

A check passes only if *all* its cases are right, and each holds cases that disagree, so that an answer which does
not look at its arguments passes none. Which wrong rule fails which check is laid down by how the cases are built;
`11_advert_mutants.py` holds the rules.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from medialit.grading import Cases, Check, Grader, Student, close, same, try_call
from medialit.provenance.label import contrast_ratio
from medialit.widgets.advertising import may_show

Colour: TypeAlias = list[int]
Text: TypeAlias = dict[str, Any]
Facts: TypeAlias = dict[str, bool | None]
Rule: TypeAlias = dict[str, Any]
Licence: TypeAlias = dict[str, Any]
Versions: TypeAlias = dict[str, dict[str, str]]

LATIN = ("Azelfa", "Riad", "Huile", "Festival", "Tanoumrit", "Tifawin", "Musique", "Argan", "Safran", "Oasis")
ARABIC = ("زيت", "من", "تانومريت", "مهرجان", "الجنوب", "رياض", "موسيقى", "تعاونية", "نساء", "الواحة")
CLAIMS = ("price", "until", "bottles", "delivery", "nights", "seats", "grams", "deposit")
LANGUAGES = ("en", "fr", "ar", "zgh")
OTHER_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
PEOPLE = ("itto", "hania", "zahra", "ilyas", "driss", "salma", "mamass", "idir")
MEDIA = ("social", "web", "broadcast", "cinema", "print")

grader = Grader("11_advert")


def _(message: str) -> str:
    """Mark a text for the catalogues; the feedback translates it."""
    return message


@grader.item("worst_contrast", points=3, n_checks=3)
def worst_contrast(student: Student, cases: Cases) -> Iterator[Check]:
    """Greys with lighter and with darker letters, colours, and several frames."""
    rng = cases.rng
    light, dark = _grey(rng, 200, 255), _grey(rng, 0, 50)
    greys = [(ink, [_grey(rng, 90, 150)]) for ink in (light, dark)]
    colours = [(_grey(rng, 235, 255), [_colour(rng, strong)]) for strong in range(3)]
    several = []
    for worst in (1, 2, 3):
        frames = [_grey(rng, 5, 40), *(_grey(rng, 60, 110) for _frame in range(3))]
        frames[worst] = _grey(rng, 150, 180)
        several.append((_grey(rng, 225, 255), frames))
    for category, rows in (
        (_("Greys, lighter and darker"), greys),
        (_("Colours"), colours),
        (_("Several frames"), several),
    ):
        answers = [(try_call(student, "worst_contrast", *row), _worst(*row)) for row in rows]
        yield Check(category, all(close(answer, wanted) for answer, wanted in answers))


@grader.item("faults", points=3, n_checks=4)
def faults(student: Student, cases: Cases) -> Iterator[Check]:
    """Ask about each fault beside its innocent double, and about several at once."""
    rng = cases.rng
    fine = [_text(rng) for _case in range(2)]
    low = round(float(rng.uniform(1.2, 3.5)), 2)
    contrast = [(_text(rng, worst=low), ["contrast"]), (_text(rng, worst=4.5), []), (fine[0], [])]
    size = [(_text(rng, minutes=float(rng.uniform(*span))), ["size"]) for span in ((8, 14), (15, 18.5))]
    size += [(_text(rng, minutes=float(rng.uniform(21.5, 24)), share=0.016), []), (fine[1], [])]
    time = [
        (_text(rng, words=int(rng.integers(2, 8)), spare=-float(rng.uniform(0.4, 1.8))), ["time"]),
        (_text(rng, words=int(rng.integers(10, 20)), spare=-float(rng.uniform(0.2, 0.8))), ["time"]),
        (_text(rng, words=10, spare=0), []),
        (_text(rng, words=9, spare=float(rng.uniform(0.2, 0.8))), []),
    ]
    poor: dict[str, Any] = {"worst": low, "minutes": float(rng.uniform(8, 14)), "spare": -2.5, "words": 12}
    several = [
        (_text(rng, **poor), ["contrast", "size", "time"]),
        (_text(rng, **(poor | {"worst": 6.0})), ["size", "time"]),
        (_text(rng, **(poor | {"minutes": 30.0})), ["contrast", "time"]),
    ]
    for category, rows in (
        (_("Contrast"), contrast),
        (_("Size"), size),
        (_("Time"), time),
        (_("Several faults at once"), several),
    ):
        order = rng.permutation(len(rows))
        answers = [(try_call(student, "faults", rows[i][0]), rows[i][1]) for i in order]
        yield Check(category, all(same(answer, wanted) for answer, wanted in answers))


@grader.item("from_left", points=2, n_checks=2)
def from_left(student: Student, cases: Cases) -> Iterator[Check]:
    """Ask about Arabic lines with Latin words in them, and the reverse."""
    rng = cases.rng
    for category, right_to_left in (
        (_("Arabic lines with Latin words"), True),
        (_("Latin lines with Arabic words"), False),
    ):
        right = True
        for lengths in ((1, 2, 1), (2, 3, 2), (2, 2, 1, 2)):
            words = _line(rng, lengths, arabic_first=right_to_left)
            answer = try_call(student, "from_left", words, right_to_left)
            right &= same(answer, _from_left(words, right_to_left))
        yield Check(category, right)


@grader.item("gaps", points=3, n_checks=3)
def gaps(student: Student, cases: Cases) -> Iterator[Check]:
    """Ask about claims that languages lack, numbers that differ, and other digits."""
    rng = cases.rng
    lacking, differing, digits = [], [], []
    for n in (3, 4):
        languages, claims = _some(rng, LANGUAGES, n), _some(rng, CLAIMS, 4)
        said = _said(rng, languages, claims)
        for place, language in enumerate(languages[:3]):
            del said[language][claims[place]]
        lacking.append(said)
        said = _said(rng, languages, claims)
        for claim in claims[:2]:
            changed = languages[int(rng.integers(n))]
            said[changed][claim] = str(int(said[changed][claim]) + int(rng.integers(1, 60)))
        differing.append(said)
        said = _said(rng, languages, claims)
        said[languages[n - 1]] = {c: v.translate(OTHER_DIGITS) for c, v in said[languages[n - 1]].items()}
        said[languages[0]][claims[0]] = str(int(said[languages[0]][claims[0]]) + int(rng.integers(1, 60)))
        digits.append(said)
    for category, rows in (
        (_("What a language lacks"), lacking),
        (_("Numbers that differ"), differing),
        (_("Numbers in other digits"), digits),
    ):
        answers = [(try_call(student, "gaps", said), _gaps(said)) for said in rows]
        yield Check(category, all(same(answer, wanted) for answer, wanted in answers))


@grader.item("duties", points=3, n_checks=4)
def duties(student: Student, cases: Cases) -> Iterator[Check]:
    """Ask about known facts, exceptions, what nobody knows, and rules that are only assumed."""
    rng = cases.rng
    for category, tables in (
        (_("Facts that are known"), _known),
        (_("Exceptions"), _exceptions),
        (_("Facts that nobody knows"), _unknown),
        (_("Rules that are only assumed"), _assumed),
    ):
        right = True
        for _turn in range(2):
            facts, made = tables(rng)
            rules = [
                rule | {"name": f"rule {int(rng.integers(10**6)):06}"}
                for rule in (made[i] for i in rng.permutation(len(made)))
            ]
            right &= same(try_call(student, "duties", facts, rules), _duties(facts, rules))
        yield Check(category, right)


@grader.item("refused", points=2, n_checks=2)
def refused(student: Student, cases: Cases) -> Iterator[Check]:
    """Ask about everybody in every medium, and about the first and the last day."""
    rng = cases.rng
    for category, drawn in (
        (_("Everybody, in every medium"), _casts(rng)),
        (_("From the first day to the last"), _periods(rng)),
    ):
        answers = [
            (try_call(student, "refused", advert, licences), _refused(advert, licences))
            for advert, licences in drawn
        ]
        yield Check(category, all(same(answer, wanted) for answer, wanted in answers))


def _some(rng: np.random.Generator, words: Sequence[str], n: int) -> list[str]:
    return [words[i] for i in rng.permutation(len(words))[:n]]


# Contrast


def _grey(rng: np.random.Generator, low: int, high: int) -> Colour:
    return [int(rng.integers(low, high + 1))] * 3


def _colour(rng: np.random.Generator, strong: int) -> Colour:
    """Return a colour of which one part is much stronger than the two others."""
    colour = [int(level) for level in rng.integers(0, 60, size=3)]
    colour[strong] = int(rng.integers(170, 240))
    return colour


def _worst(ink: Colour, grounds: Sequence[Colour]) -> float:
    letters = np.array(ink, np.uint8)
    return min(float(contrast_ratio(letters, np.array(ground, np.uint8))) for ground in grounds)


# Texts on a screen


def _text(
    rng: np.random.Generator,
    *,
    worst: float | None = None,
    minutes: float | None = None,
    words: int | None = None,
    spare: float = 0.6,
    share: float = 0.045,
) -> Text:
    """Return a text that can be read but for what is asked; `spare` is the time beyond what its words need."""
    contrasts = [round(float(ratio), 2) for ratio in rng.uniform(11, 19, size=5)]
    if worst is not None:
        contrasts[int(rng.integers(1, 4))] = worst
    words = int(rng.integers(2, 9)) if words is None else words
    angle = math.radians((float(rng.uniform(25, 45)) if minutes is None else minutes) / 60)
    distance, share = float(rng.integers(300, 3000)), share * float(rng.uniform(0.8, 1.2))
    return {
        "contrasts": contrasts,
        "share": share,
        "screen_mm": 2 * distance * math.tan(angle / 2) / share,
        "distance_mm": distance,
        "seconds": 0.2 * words + (2 if words < 10 else 3) + spare,
        "words": words,
    }


# Lines


def _line(rng: np.random.Generator, lengths: Sequence[int], *, arabic_first: bool) -> list[str]:
    """Return a line of runs of these lengths, the two scripts by turns."""
    stock = {True: _some(rng, ARABIC, len(ARABIC)), False: _some(rng, LATIN, len(LATIN))}
    words: list[str] = []
    for place, length in enumerate(lengths):
        script = arabic_first == (place % 2 == 0)
        words += [stock[script].pop() for _word in range(length)]
    return words


def _from_left(words: Sequence[str], right_to_left: bool) -> list[str]:
    """Turn the line round if it begins on the right, then each run of the other script back."""
    shown = list(words[::-1] if right_to_left else words)
    start = 0
    while start < len(shown):
        stop = start
        while stop < len(shown) and (shown[stop] in ARABIC) == (shown[start] in ARABIC):
            stop += 1
        if (shown[start] in ARABIC) != right_to_left:
            shown[start:stop] = shown[start:stop][::-1]
        start = stop
    return shown


# Versions


def _said(rng: np.random.Generator, languages: Sequence[str], claims: Sequence[str]) -> Versions:
    values = {claim: str(int(rng.integers(11, 900))) for claim in claims}
    return {
        language: {claim: values[claim] for claim in _some(rng, claims, len(claims))}
        for language in languages
    }


def _gaps(versions: Mapping[str, Mapping[str, str]]) -> list[list[str]]:
    claims = sorted({claim for said in versions.values() for claim in said})
    lacking = [
        [claim, language] for claim in claims for language in versions if claim not in versions[language]
    ]
    numbers = {claim: {int(said[claim]) for said in versions.values() if claim in said} for claim in claims}
    return sorted(lacking + [[claim, "differs"] for claim in claims if len(numbers[claim]) > 1])


# Rules


def _facts(rng: np.random.Generator, *values: bool | None) -> tuple[Facts, list[str]]:
    names = [f"fact {int(rng.integers(10**6)):06}" for _value in values]
    return dict(zip(names, values, strict=True)), names


def _rule(needed: Sequence[str], unless: Sequence[str] = (), sure: str = "read") -> Rule:
    return {"if": list(needed), "unless": list(unless), "sure": sure}


def _known(rng: np.random.Generator) -> tuple[Facts, list[Rule]]:
    facts, (yes, too, no, never) = _facts(rng, True, True, False, False)
    return facts, [
        _rule([yes, too]),
        _rule([yes, no]),
        _rule([no, too]),
        _rule([no, never], sure="reported"),
        _rule([too], sure="reported"),
    ]


def _exceptions(rng: np.random.Generator) -> tuple[Facts, list[Rule]]:
    facts, (yes, too, no, never) = _facts(rng, True, True, False, False)
    return facts, [
        _rule([yes], [too]),
        _rule([yes], [no]),
        _rule([too], [no, yes]),
        _rule([yes, too], [no, never], "reported"),
    ]


def _unknown(rng: np.random.Generator) -> tuple[Facts, list[Rule]]:
    facts, (yes, no, open_, open_too) = _facts(rng, True, False, None, None)
    return facts, [
        _rule([yes, open_]),
        _rule([no, open_]),
        _rule([yes], [open_too]),
        _rule([open_, open_too], [no]),
        _rule([yes], [no]),
    ]


def _assumed(rng: np.random.Generator) -> tuple[Facts, list[Rule]]:
    facts, (yes, too) = _facts(rng, True, True)
    return facts, [
        _rule([yes], sure="assumed"),
        _rule([yes], sure="reported"),
        _rule([too], sure="read"),
        _rule([yes, too], sure="assumed"),
    ]


def _duties(facts: Facts, rules: Sequence[Rule]) -> list[list[str]]:
    found = []
    for rule in rules:
        needed, against = [facts[fact] for fact in rule["if"]], [facts[fact] for fact in rule["unless"]]
        if all(value is not False for value in needed) and all(value is not True for value in against):
            unsure = rule["sure"] == "assumed" or any(value is None for value in (*needed, *against))
            found.append([str(rule["name"]), "ask" if unsure else "do"])
    return found


# Licences


def _licence(person: str, **changed: Any) -> Licence:
    known = {
        "person": person, "minor": False, "parts": ["face"], "media": list(MEDIA), "lands": ["MA", "FR"],
        "first": 0, "last": 90, "revoked": None,
    }  # fmt: skip
    return known | changed


def _casts(rng: np.random.Generator) -> list[tuple[dict[str, Any], list[Licence]]]:
    """Return adverts in which not the first person, or not the first medium, lacks something on all days."""
    drawn = []
    for lacks in ("medium", "voice", "minor", "nothing"):
        first, second, third = _some(rng, PEOPLE, 3)
        media = _some(rng, MEDIA, 3)
        begin = int(rng.integers(1, 20))
        advert = {
            "people": {first: ["face"], second: ["voice"], third: ["face"]},
            "media": media[:2],
            "lands": ["MA"],
            "first": begin,
            "last": begin + int(rng.integers(10, 40)),
        }
        parts = ["face"] if lacks == "voice" else ["voice"]
        licences = [
            _licence(first, media=[media[0], media[2]] if lacks == "medium" else media),
            _licence(second, parts=parts),
            _licence(third, minor=lacks == "minor"),
        ]
        drawn.append((advert, [licences[i] for i in rng.permutation(3)]))
    return drawn


def _periods(rng: np.random.Generator) -> list[tuple[dict[str, Any], list[Licence]]]:
    """Return adverts of one person in one medium, for licences that begin late, end early or are taken back."""
    drawn = []
    begin = int(rng.integers(5, 20))
    end = begin + int(rng.integers(12, 40))
    for period in (
        {"first": begin + 1},
        {"last": end - 1},
        {"revoked": begin + int(rng.integers(3, 9))},
        {"first": begin, "last": end},
    ):
        person, medium = _some(rng, PEOPLE, 1)[0], _some(rng, MEDIA, 1)[0]
        advert = {
            "people": {person: ["face"]},
            "media": [medium],
            "lands": ["FR"],
            "first": begin,
            "last": end,
        }
        drawn.append((advert, [_licence(person, **period)]))
    return drawn


def _refused(advert: Mapping[str, Any], licences: Sequence[Licence]) -> list[list[str]]:
    found = set()
    for person, parts in advert["people"].items():
        for medium in advert["media"]:
            for day in (advert["first"], advert["last"]):
                said = may_show(licences, person, medium=medium, parts=parts, lands=advert["lands"], day=day)
                if said != "granted":
                    found.add((person, medium))
    return sorted([person, medium] for person, medium in found)
