"""The components of the family's window, one function for each activity."""

from __future__ import annotations

from functools import partial
from typing import Any

import gradio as gr

from medialit.apps import family_view as view
from medialit.apps import family_words as words
from medialit.apps.window import Fields, Said
from medialit.contest.records import RATINGS
from medialit.family import spot
from medialit.family.agreement import MINUTES, PROMISES, REVIEW, USUAL
from medialit.family.cards import ANSWERS
from medialit.family.children import CHILDREN, CHOICES, suggested
from medialit.family.postcard import LONGEST

FIRST = "anas"
"""Whose switches are shown first."""


def top(said: Said) -> Fields:
    """Make the title, the languages and the menu."""
    title = said(gr.HTML, lambda _, c: {"value": view.title(lang=c)}, elem_id="ml-family-title")
    found: Fields = {"title": title, "lang": said.languages()}
    with gr.Column(elem_id="ml-menu") as menu:
        said(gr.HTML, lambda _, c: {"value": view.welcome(lang=c)}, elem_id="ml-welcome")
        for key in words.TITLES:
            found[f"open_{key}"] = said(
                gr.Button, partial(_menu_words, key), elem_id=f"ml-open-{key}", elem_classes=["ml-big", "ml-menu"]
            )  # fmt: skip
    found["menu"] = menu
    return found


def activity(said: Said, key: str, fields: Any) -> Fields:
    """Make the column of an activity, which is not shown yet, with what `fields` makes in it."""
    with gr.Column(visible=False, elem_id=f"ml-view-{key}") as column:
        back = said(
            gr.Button, lambda _, c: {"value": _("All activities")}, elem_id=f"ml-back-{key}", elem_classes=["ml-back"]
        )  # fmt: skip
        said(gr.HTML, lambda _, c: {"value": view.heading(key, lang=c)})
        found: Fields = fields(said)
    return found | {f"view_{key}": column, f"back_{key}": back}


def spotting(said: Said) -> Fields:
    """Make the fields of rating clips."""
    stage = gr.HTML("", elem_id="ml-clip")
    with gr.Column(visible=False) as answers, gr.Row(elem_id="ml-rates"):
        rates = [
            said(gr.Button, partial(_rate_words, rating), elem_id=f"ml-rate-{rating}", elem_classes=["ml-big"])
            for rating in RATINGS
        ]  # fmt: skip
    begin = said(gr.Button, lambda _, c: {"value": _("Begin")}, elem_id="ml-begin", elem_classes=["ml-go"])
    return {
        "begin": begin,
        "stage": stage,
        "answers": answers,
        "rates": rates,
        "sitting": gr.State(None),
    }


def switches(said: Said) -> Fields:
    """Make the fields of the six switches."""
    child = said(
        gr.Radio,
        lambda _, c: {
            "label": _("The child"),
            "choices": [(words.child_choice(one, lang=c), one.id) for one in CHILDREN.values()],
        },
        value=FIRST, elem_id="ml-child", interactive=True,
    )  # fmt: skip
    note = gr.HTML("", elem_id="ml-child-note")
    stand = suggested(CHILDREN[FIRST])
    found: Fields = {"child": child, "note": note}
    for key in CHOICES:
        found[f"switch_{key}"] = said(
            gr.Radio, partial(_switch_words, key), value=getattr(stand, key), elem_id=f"ml-switch-{key}", interactive=True
        )  # fmt: skip
    found["play"] = said(
        gr.Button,
        lambda _, c: {"value": _("Let the evening pass")},
        elem_id="ml-play",
        elem_classes=["ml-go"],
    )
    return found | {"evening": gr.HTML("", elem_id="ml-evening"), "played": gr.State(None)}


def check(said: Said) -> Fields:
    """Make the fields of checking a file."""
    said(gr.HTML, lambda _, c: {"value": view.block(view.paragraphs((
        _("It stays on this computer, and is deleted as soon as it was looked at. Up to 256 MB."),
    )), lang=c)})  # fmt: skip
    file = said(
        gr.File, lambda _, c: {"label": _("Tap here to choose a clip or a picture")}, type="filepath",
        elem_id="ml-family-file", height=150,
    )  # fmt: skip
    return {"file": file, "report": gr.HTML("", elem_id="ml-report"), "seen": gr.State(None)}


def postcards(said: Said) -> Fields:
    """Make the fields of a postcard."""
    typed = said(
        gr.Textbox, lambda _, c: {"label": _("A few words: a thing, a colour, what it does, a place")},
        max_lines=2, max_length=LONGEST, elem_id="ml-words",
    )  # fmt: skip
    found: Fields = {"words": typed}
    for number in range(len(words.PROMPTS)):
        found[f"prompt_{number}"] = said(
            gr.Button, partial(_prompt_words, number), elem_id=f"ml-prompt-{number}", elem_classes=["ml-big"]
        )  # fmt: skip
    found["make"] = said(
        gr.Button, lambda _, c: {"value": _("Make the postcard")}, elem_id="ml-make", elem_classes=["ml-go"]
    )
    found["postcard"] = gr.HTML("", elem_id="ml-postcard")
    found["check_it"] = said(
        gr.Button, lambda _, c: {"value": _("Check it")}, visible=False, elem_id="ml-check-it", elem_classes=["ml-go"]
    )  # fmt: skip
    return found | {"made": gr.State(None)}


def consent_cards(said: Said) -> Fields:
    """Make the fields of the consent cards."""
    card = gr.HTML("", elem_id="ml-card")
    with gr.Column() as asks:
        answers = {
            f"answer_{key}": said(
                gr.Button, partial(_answer_words, key), elem_id=f"ml-answer-{key}", elem_classes=["ml-big"]
            )
            for key in ANSWERS
        }
    following = said(
        gr.Button, lambda _, c: {"value": _("Next card")}, visible=False, elem_id="ml-next", elem_classes=["ml-go"]
    )  # fmt: skip
    return {"card": card, "asks": asks, **answers, "next": following, "dealt": gr.State((0, None))}


def agreements(said: Said) -> Fields:
    """Make the fields of the agreement."""
    promises = said(
        gr.CheckboxGroup,
        lambda _, c: {"label": _("What holds at home"), "choices": [(_(text), key) for key, text in PROMISES.items()]},
        value=list(USUAL), elem_id="ml-promises", interactive=True,
    )  # fmt: skip
    minutes = said(
        gr.Radio, lambda _, c: {"label": _("How long"), "choices": [(_(text), key) for key, text in MINUTES.items()]},
        value="talk", elem_id="ml-minutes", interactive=True,
    )  # fmt: skip
    review = said(
        gr.Radio,
        lambda _, c: {"label": _("When we look again"), "choices": [(_(text), key) for key, text in REVIEW.items()]},
        value="fortnight", elem_id="ml-review", interactive=True,
    )  # fmt: skip
    sheet = said(
        gr.Button, lambda _, c: {"value": _("Make the sheet")}, elem_id="ml-sheet", elem_classes=["ml-go"]
    )
    return {
        "promises": promises, "minutes": minutes, "review": review, "sheet": sheet,
        "agreement": gr.HTML("", elem_id="ml-agreement"), "agreed": gr.State(None),
    }  # fmt: skip


def _prompt_words(number: int, _: Any, lang: str) -> dict[str, Any]:
    return {"value": _(words.PROMPTS[number])}


def _answer_words(key: str, _: Any, lang: str) -> dict[str, Any]:
    return {"value": _(ANSWERS[key])}


def _menu_words(key: str, _: Any, lang: str) -> dict[str, Any]:
    title, line = words.TITLES[key]
    return {"value": f"{_(title)}\n{_(line)}"}


def _rate_words(rating: int, _: Any, lang: str) -> dict[str, Any]:
    return {"value": f"{spot.scale(lang=lang)[rating - 1]}\n{RATINGS[rating][1]} %"}


def _switch_words(key: str, _: Any, lang: str) -> dict[str, Any]:
    title, choices = words.SWITCHES[key]
    return {"label": _(title), "choices": [(_(choices[one]), one) for one in CHOICES[key]]}
