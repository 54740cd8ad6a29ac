"""The activities of the family's window that go in rounds: fields, what their buttons do, and what they show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import gradio as gr

from medialit.apps import family_view as view
from medialit.apps.family_makes import QUIET, Shows
from medialit.apps.window import Fields, Said, spoken
from medialit.family.rounds import Round
from medialit.language import translator

N_CHOICES: Final = 4
"""Buttons of a round; one that asks less hides the others."""
At = tuple[int, tuple[int, ...]]
"""Which round is shown, -1 before the first, and what was answered so far."""
START: Final[At] = (-1, ())


@dataclass(frozen=True, kw_only=True)
class Activity:
    """An activity in rounds; everything is a function of the language.

    Parameters
    ----------
    key : str
    intro : callable
        Sentences before the first round.
    rounds : callable
    picture : callable
        HTML that belongs to a round: of its number, whether it was answered, and the language.
    ending : callable
        HTML below the last round, of all the answers.
    """

    key: str
    intro: Callable[[str], tuple[str, ...]]
    rounds: Callable[[str], tuple[Round, ...]]
    picture: Callable[[int, bool, str], str]
    ending: Callable[[tuple[int, ...], str], str]


def fields(key: str, said: Said) -> Fields:
    """Make the fields of an activity in rounds."""
    page = gr.HTML("", elem_id=f"ml-{key}")
    buttons = [
        gr.Button("", visible=False, elem_id=f"ml-{key}-{number}", elem_classes=["ml-big"])
        for number in range(N_CHOICES)
    ]
    after = gr.HTML("", elem_id=f"ml-{key}-told")
    onward = said(
        gr.Button, lambda _, c: {"value": _("Begin")}, elem_id=f"ml-{key}-next", elem_classes=["ml-go"]
    )
    return {
        f"{key}_page": page, f"{key}_buttons": buttons, f"{key}_told": after, f"{key}_next": onward,
        f"{key}_at": gr.State(START),
    }  # fmt: skip


def connect(f: dict[str, Any], one: Activity) -> Shows:
    """Let the rounds be played, one after the other, and be said again in another language."""
    key = one.key
    at, page, told = f[f"{key}_at"], f[f"{key}_page"], f[f"{key}_told"]
    buttons, onward = f[f"{key}_buttons"], f[f"{key}_next"]
    parts = [at, page, told, onward, *buttons]

    def shown(now: At, lang: str) -> tuple[Any, ...]:
        language = spoken(lang)
        words = [_label(one, number, now, language) for number in range(N_CHOICES)]
        asks = now[0] >= 0 and not _answered(now)
        return (
            now,
            asked_html(one, now, lang=language),
            told_html(one, now, lang=language),
            gr.update(visible=not asks, value=_onward(one, now, language)),
            *(gr.update(visible=asks and bool(text), value=text) for text in words),
        )

    def answer(number: int, now: At, lang: str) -> tuple[Any, ...]:
        if now[0] < 0 or _answered(now):  # a second tap on the same button
            return (gr.skip(),) * len(parts)
        return shown((now[0], (*now[1], number)), lang)

    def following(now: At, lang: str) -> tuple[Any, ...]:
        last = now[0] == len(one.rounds(spoken(lang))) - 1
        return shown(START if last else (now[0] + 1, now[1]), lang)

    heading = view.FOCUS.replace(".ml-f h2", f"#ml-{key} h2")
    for number, button in enumerate(buttons):
        button.click(partial(answer, number), [at, f["lang"]], parts, **QUIET).then(
            None, None, None, js=view.FOCUS.replace(".ml-f h2", f"#ml-{key}-told h2")
        )
    onward.click(following, [at, f["lang"]], parts, **QUIET).then(None, None, None, js=heading)
    again: Shows = [
        ([at], lambda now, lang: asked_html(one, now, lang=spoken(lang)), page),
        ([at], lambda now, lang: told_html(one, now, lang=spoken(lang)), told),
        ([at], lambda now, lang: _onward(one, now, spoken(lang)), onward),
    ]
    again += [
        ([at], partial(lambda number, now, lang: _label(one, number, now, spoken(lang)), number), button)
        for number, button in enumerate(buttons)
    ]
    return again


def asked_html(one: Activity, now: At, *, lang: str) -> str:
    """Show the introduction, or what a round asks."""
    place = now[0]
    if place < 0:
        return view.block(view.paragraphs(one.intro(lang)), lang=lang)
    _, rounds = translator(lang), one.rounds(lang)
    *before, question = rounds[place].asked
    where = _("Round {i} of {n}").format(i=place + 1, n=len(rounds))
    return view.block(
        f'<h2 tabindex="-1">{view.esc(where)}</h2>{view.paragraphs(before)}'
        f'{one.picture(place, _answered(now), lang)}<p class="big">{view.esc(question)}</p>',
        lang=lang,
    )


def told_html(one: Activity, now: At, *, lang: str) -> str:
    """Show what is said after an answer; nothing before."""
    if now[0] < 0 or not _answered(now):
        return ""
    _, asked = translator(lang), one.rounds(lang)[now[0]]
    chosen = now[1][-1]
    first, *more = asked.told[chosen]
    end = one.ending(now[1], lang) if len(now[1]) == len(one.rounds(lang)) else ""
    you = _("You said: {answer}.").format(answer=asked.choices[chosen].rstrip("."))
    return view.block(
        f'<div class="box" role="status"><h2 tabindex="-1">{view.esc(you)}</h2><p class="big">{view.esc(first)}</p></div>'
        f"{view.paragraphs(more)}{end}",
        lang=lang,
    )


def _label(one: Activity, number: int, now: At, lang: str) -> str:
    if now[0] < 0:
        return ""
    choices = one.rounds(lang)[now[0]].choices
    return choices[number] if number < len(choices) else ""


def _onward(one: Activity, now: At, lang: str) -> str:
    _ = translator(lang)
    if now[0] < 0:
        return _("Begin")
    return _("From the beginning") if now[0] == len(one.rounds(lang)) - 1 else _("Next round")


def _answered(now: At) -> bool:
    return len(now[1]) > now[0]
