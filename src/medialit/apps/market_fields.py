"""What stands in the rights market's window: a stage and five steps, each said in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import gradio as gr

from medialit.apps import cameo_view, cameo_words
from medialit.apps import market_words as words
from medialit.apps.market_draft import MOST_DAYS
from medialit.apps.market_stories import STORIES
from medialit.apps.window import Fields, Said
from medialit.consent.market_flags import CODES, Flag
from medialit.consent.records import Action, Medium, Modality, Purpose
from medialit.language import language

_SHARES: Final = (0, 1, 2, 3)


def top(said: Said, lang: str) -> Fields:
    """Make what stands above the steps: the language, the stories, and the clock."""
    said(
        gr.Markdown,
        lambda _, c: {"value": f"# {_('The rights market')}", "rtl": language(c).direction == "rtl"},
        elem_id="ml-market-title",
    )
    said(gr.HTML, lambda _, c: {"value": cameo_view.intro(
        _("License a likeness, get paid, take it back: a rehearsal with fictional people. No money moves, nothing is a "
          "real permission, and nothing here is legal advice."), lang=c)})  # fmt: skip
    found: Fields = {}
    found["lang"] = said.languages()
    with gr.Row(elem_classes="ml-row"):
        for key, one in STORIES.items():
            title = one.title
            found[f"story_{key}"] = said(
                gr.Button, _titled(title), elem_id=f"ml-story-{key}", variant="primary"
            )
        found["anew"] = said(gr.Button, lambda _, c: {"value": _("Empty the stage")}, elem_id="ml-anew")
    found["stage"] = gr.HTML(elem_id="ml-stage")
    with gr.Row(elem_classes="ml-clock"):
        found["day"] = said(
            gr.Button, lambda _, c: {"value": _("One day later")}, elem_id="ml-day", size="sm"
        )
        found["week"] = said(
            gr.Button, lambda _, c: {"value": _("One week later")}, elem_id="ml-week", size="sm"
        )
    found["note_stage"] = gr.HTML(elem_id="ml-note-stage")
    with said(gr.Accordion, lambda _, c: {"label": _("The story")}, open=True, elem_id="ml-open-story"):
        found["story"] = gr.HTML(elem_id="ml-story")
    return found


def _titled(title: str) -> Callable[[Callable[[str], str], str], dict[str, Any]]:
    return lambda _, c: {"value": _("Story: {title}").format(title=_(title))}


def offer(said: Said) -> Fields:
    """Make the first step: the offers, and making one."""
    found: Fields = {}
    with said(gr.Accordion, lambda _, c: {"label": _("Make an offer")}, open=False, elem_id="ml-open-offer"):
        found |= _scope(said)
        found |= _price(said)
        found["put_up"] = said(
            gr.Button, lambda _, c: {"value": _("Make this offer")}, variant="primary", elem_id="ml-put-up"
        )
    found["note_offer"] = gr.HTML(elem_id="ml-note-offer")
    found["offers"] = gr.HTML(elem_id="ml-offers")
    return found


def _scope(said: Said) -> Fields:
    found: Fields = {}
    with gr.Row():
        found["principal"] = said(
            gr.Dropdown, lambda _, c: {"label": _("Whose likeness"), "choices": words.likenesses(c)},
            value="tiziri", elem_id="ml-principal",
        )  # fmt: skip
        found["to"] = said(
            gr.Dropdown, lambda _, c: {"label": _("Offered to"), "choices": words.licensees(c, anybody=True)},
            value="", elem_id="ml-to",
        )  # fmt: skip
    found["purposes"] = said(
        gr.CheckboxGroup, lambda _, c: {"label": _("For what"), "choices": cameo_words.words_of(Purpose, c)},
        value=["advertising"], elem_id="ml-purposes",
    )  # fmt: skip
    found["actions"] = said(
        gr.CheckboxGroup, lambda _, c: {"label": _("Which steps"), "choices": cameo_words.words_of(Action, c)},
        value=["generate", "publish"], elem_id="ml-actions",
    )  # fmt: skip
    found["media"] = said(
        gr.CheckboxGroup, lambda _, c: {"label": _("Shown in"), "choices": cameo_words.words_of(Medium, c)},
        value=["social"], elem_id="ml-media",
    )  # fmt: skip
    with gr.Row():
        found["places"] = said(
            gr.Dropdown, lambda _, c: {"label": _("Where it may be seen"), "choices": cameo_words.places(c)},
            value=["MA"], multiselect=True, elem_id="ml-places",
        )  # fmt: skip
        found["parts"] = said(
            gr.CheckboxGroup,
            lambda _, c: {"label": _("Which part of the likeness"), "choices": cameo_words.words_of(Modality, c)},
            value=["face"], elem_id="ml-parts",
        )  # fmt: skip
    with gr.Row():
        found["begins_in"] = said(
            gr.Number, lambda _, c: {"label": _("Begins in how many days (0 is today)")}, value=0, precision=0,
            minimum=0, maximum=MOST_DAYS, elem_id="ml-begins-in",
        )  # fmt: skip
        found["days"] = said(
            gr.Number, lambda _, c: {"label": _("Lasts how many days")}, value=30, precision=0,
            minimum=1, maximum=MOST_DAYS, elem_id="ml-days",
        )  # fmt: skip
    return found


def _price(said: Said) -> Fields:
    found: Fields = {}
    with gr.Row():
        found["fee"] = said(
            gr.Textbox, lambda _, c: {"label": _("Fee for all of it, in dirhams (0 is free)")}, value="1000",
            max_lines=1, elem_id="ml-fee",
        )  # fmt: skip
        found["royalty"] = said(
            gr.Textbox, lambda _, c: {"label": _("Share of what comes in, in percent")}, value="5",
            max_lines=1, elem_id="ml-royalty",
        )  # fmt: skip
    found["agency"] = said(
        gr.Radio,
        lambda _, c: {
            "label": _("What the agency gets of the money"),
            "choices": [(_("{n} of 10 parts").format(n=n) if n else _("nothing"), n) for n in _SHARES],
        },
        value=0, elem_id="ml-agency",
    )  # fmt: skip
    found["exclusive"] = said(
        gr.Checkbox, lambda _, c: {"label": _("Exclusive: nobody else meanwhile, for these purposes and places")},
        value=False, elem_id="ml-exclusive",
    )  # fmt: skip
    found["keeps"] = said(
        gr.Checkbox, lambda _, c: {"label": _("If it is taken back, the whole fee is kept")},
        value=False, elem_id="ml-keeps",
    )  # fmt: skip
    found["run_on"] = said(
        gr.Number, lambda _, c: {"label": _("If it is taken back, what is up may stay up for how many days")}, value=0,
        precision=0, minimum=0, maximum=90, elem_id="ml-run-on",
    )  # fmt: skip
    return found


def sign(said: Said) -> Fields:
    """Make the second step: reading an offer with its warnings and the calendar, and signing it."""
    found: Fields = {}
    found["offer"] = said(
        gr.Dropdown, lambda _, c: {"label": _("Which offer")}, choices=[], value=None, elem_id="ml-offer"
    )
    found["who"] = said(
        gr.Dropdown, lambda _, c: {"label": _("Who signs"), "choices": words.licensees(c)}, value="riad",
        elem_id="ml-who",
    )  # fmt: skip
    found["signing"] = gr.HTML(elem_id="ml-signing")
    found["read"] = said(
        gr.Checkbox, lambda _, c: {"label": _("I have read the terms and the warnings")}, value=False,
        elem_id="ml-read",
    )  # fmt: skip
    found["sign"] = said(
        gr.Button, lambda _, c: {"value": _("Sign it")}, variant="primary", elem_id="ml-sign"
    )
    found["note_sign"] = gr.HTML(elem_id="ml-note-sign")
    with said(
        gr.Accordion, lambda _, c: {"label": _("Bring money in, for whoever signs")}, open=False, elem_id="ml-open-money"
    ):  # fmt: skip
        found["sum"] = said(
            gr.Textbox, lambda _, c: {"label": _("Dirhams")}, value="1500", max_lines=1, elem_id="ml-sum"
        )
        found["bring"] = said(gr.Button, lambda _, c: {"value": _("Bring it in")}, elem_id="ml-bring")
        found["note_money"] = gr.HTML(elem_id="ml-note-money")
    with said(
        gr.Accordion, lambda _, c: {"label": _("A contract on paper: tick what it says")}, open=False,
        elem_id="ml-open-paper",
    ):  # fmt: skip
        found["says"] = said(
            gr.CheckboxGroup,
            lambda _, c: {
                "label": _("It says"), "choices": [(Flag(code=code).what(lang=c), code) for code in CODES]
            },
            value=[], elem_id="ml-says",
        )  # fmt: skip
        found["paper"] = gr.HTML(elem_id="ml-paper")
    return found


def use(said: Said) -> Fields:
    """Make the third step: how a contract stands, what is shown, and what comes in."""
    found: Fields = {}
    found["used"] = _contracts(said, "ml-used")
    found["contract"] = gr.HTML(elem_id="ml-contract")
    with said(gr.Accordion, lambda _, c: {"label": _("May we show it?")}, open=True, elem_id="ml-open-show"):
        found["outlet"] = said(
            gr.Dropdown, lambda _, c: {"label": _("Where it is to be shown"), "choices": words.outlets(c)},
            value="derb", elem_id="ml-outlet",
        )  # fmt: skip
        with gr.Row():
            found["purpose"] = said(
                gr.Dropdown, lambda _, c: {"label": _("For what"), "choices": cameo_words.words_of(Purpose, c)},
                value="advertising", elem_id="ml-purpose",
            )  # fmt: skip
            found["country"] = said(
                gr.Dropdown, lambda _, c: {"label": _("In which country"), "choices": cameo_words.places(c)},
                value="MA", elem_id="ml-country",
            )  # fmt: skip
        found["show"] = said(
            gr.Button,
            lambda _, c: {"value": _("Ask, and write it down if it may be shown")},
            elem_id="ml-show",
        )
    with said(
        gr.Accordion,
        lambda _, c: {"label": _("Money that came in, and pay")},
        open=True,
        elem_id="ml-open-pay",
    ):
        found["revenue"] = said(
            gr.Textbox, lambda _, c: {"label": _("What came in with it, in dirhams")}, value="", max_lines=1,
            elem_id="ml-revenue",
        )  # fmt: skip
        with gr.Row(elem_classes="ml-row"):
            found["royalties"] = said(
                gr.Button, lambda _, c: {"value": _("Report it, and pay the share")}, elem_id="ml-royalties"
            )
            found["release"] = said(
                gr.Button,
                lambda _, c: {"value": _("Pay out what is earned of the fee")},
                elem_id="ml-release",
            )
    found["note_use"] = gr.HTML(elem_id="ml-note-use")
    return found


def end(said: Said) -> Fields:
    """Make the fourth step: what taking back means today, and doing it."""
    found: Fields = {}
    found["ending"] = _contracts(said, "ml-ending")
    found["end"] = gr.HTML(elem_id="ml-end")
    found["back"] = said(
        gr.Button, lambda _, c: {"value": _("Take this licence back now")}, variant="stop", elem_id="ml-back"
    )
    found["note_end"] = gr.HTML(elem_id="ml-note-end")
    return found


def papers(said: Said) -> Fields:
    """Make the fifth step: the licence as a file, reading one back, the accounts, and what happened."""
    found: Fields = {}
    found["filed"] = _contracts(said, "ml-filed")
    found["licence"] = gr.HTML(elem_id="ml-licence")
    found["file"] = said(
        gr.UploadButton, lambda _, c: {"label": _("Read a licence file back")}, file_types=[".json"],
        elem_id="ml-file",
    )  # fmt: skip
    found["note_file"] = gr.HTML(elem_id="ml-note-file")
    said(gr.HTML, lambda _, c: {"value": cameo_view.heading(_("Who holds what"), lang=c)})
    found["accounts"] = gr.HTML(elem_id="ml-accounts")
    said(gr.HTML, lambda _, c: {"value": cameo_view.heading(_("What happened"), lang=c)})
    found["log"] = gr.HTML(elem_id="ml-log")
    return found


def _contracts(said: Said, id: str) -> Any:
    return said(gr.Dropdown, lambda _, c: {"label": _("Which contract")}, choices=[], value=None, elem_id=id)
