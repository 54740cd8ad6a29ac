"""What the rounds of the family's window show beside their words: dots, clips, and both mistakes in boxes of one size."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from medialit.apps import family_rounds as rounds
from medialit.apps import family_view as view
from medialit.apps.family_makes import Shows
from medialit.apps.family_rounds import Activity
from medialit.apps.window import Fields, Said
from medialit.family import advert, alarm, falls, group
from medialit.language import translator

KEYS = ("group", "alarm", "falls", "advert")
"""The activities in rounds, by the keys of `medialit.apps.family_words.TITLES`."""


def fields(said: Said, activity: Any) -> Fields:
    """Make the columns of all activities in rounds; `activity` makes one column."""
    found: Fields = {}
    for key in KEYS:
        found |= activity(said, key, partial(rounds.fields, key))
    return found


def connect(f: dict[str, Any], *, home: Path) -> Shows:
    """Connect all activities in rounds."""

    def pair(place: int, answered: bool, lang: str) -> str:
        return _pair(falls.ready(home / "family" / "falls", place), lang)

    def spot(place: int, answered: bool, lang: str) -> str:
        _, path = translator(lang), advert.ready(home / "family" / "adverts", place, lang=lang)
        return view.video(path, label=_("The advert"), auto=True)

    activities = (
        Activity(
            key="group",
            intro=lambda lang: group.intro(lang=lang),
            rounds=lambda lang: group.rounds(lang=lang),
            picture=_nothing,
            ending=_no_end,
        ),
        Activity(
            key="alarm",
            intro=lambda lang: alarm.intro(lang=lang),
            rounds=lambda lang: alarm.rounds(lang=lang),
            picture=_hundred,
            ending=_no_end,
        ),
        Activity(
            key="falls",
            intro=lambda lang: falls.intro(lang=lang),
            rounds=lambda lang: falls.rounds(lang=lang),
            picture=pair,
            ending=_both_mistakes,
        ),
        Activity(
            key="advert",
            intro=lambda lang: advert.intro(lang=lang),
            rounds=lambda lang: advert.rounds(lang=lang),
            picture=spot,
            ending=lambda answers, lang: view.paragraphs(advert.afterwards(lang=lang)),
        ),
    )
    return [show for one in activities for show in rounds.connect(f, one)]


def _nothing(place: int, answered: bool, lang: str) -> str:
    return ""


def _no_end(answers: tuple[int, ...], lang: str) -> str:
    return ""


def _pair(paths: tuple[Path, Path], lang: str) -> str:
    """Show two clips beside each other."""
    _ = translator(lang)
    shown = "".join(
        f"<div><p><b>{which}</b></p>"
        f"{view.video(path, label=_('Clip {which}').format(which=which), auto=True)}</div>"
        for which, path in zip("AB", paths, strict=True)
    )
    return f'<div class="pair">{shown}</div>'


def _both_mistakes(answers: tuple[int, ...], lang: str) -> str:
    """Show both mistakes in boxes of one size."""
    _, found = translator(lang), falls.count(answers)
    boxes = "".join(
        f'<div class="box"><p>{view.esc(title)}</p><b>{view.esc(k)}</b><p>{view.esc(cost)}</p></div>'
        for title, k, cost in falls.mistakes(found, lang=lang)
    )
    return (
        f"<h3>{view.esc(_('Two mistakes, of one weight'))}</h3>"
        f'<div class="two">{boxes}</div>{view.paragraphs(falls.afterwards(lang=lang))}'
    )


def _hundred(place: int, answered: bool, lang: str) -> str:
    """Draw a hundred clips as dots once somebody has guessed: squares are made, and what rings is filled."""
    if not answered or place >= len(alarm.MADE):
        return ""
    _, made = translator(lang), alarm.MADE[place]
    found, said = alarm.dots(made), alarm.legend(made, lang=lang)
    kinds = [_mark(square=True, rings=True), _mark(square=True, rings=False),
             _mark(square=False, rings=True), _mark(square=False, rings=False)]  # fmt: skip
    numbers = (found.hits, found.misses, found.false_alarms, found.quiet)
    marks = [mark for mark, n in zip(kinds, numbers, strict=True) for _one in range(n)]
    drawn = "".join(
        f'<g transform="translate({24 * (n % 10)} {24 * (n // 10)})">{mark}</g>'
        for n, mark in enumerate(marks)
    )
    items = "".join(
        f'<li><svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">{mark}</svg> {view.esc(text)}</li>'
        for mark, text in zip(kinds, said, strict=True)
    )
    label = " · ".join((_("A hundred clips"), *said))
    return (
        f'<svg class="dots" viewBox="0 0 240 240" role="img" aria-label="{view.esc(label)}">{drawn}</svg>'
        f'<ul class="legend">{items}</ul>'
    )


def _mark(*, square: bool, rings: bool) -> str:
    ink = 'fill="#a03c00" stroke="#a03c00"' if rings else 'fill="#fff" stroke="#2b4a63"'
    if square:
        return f'<rect x="5" y="5" width="14" height="14" stroke-width="3" {ink}/>'
    return f'<circle cx="12" cy="12" r="7" stroke-width="3" {ink}/>'
