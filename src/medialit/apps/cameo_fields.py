"""What stands on the consent desk: four steps of fields and buttons, each said in the reader's language."""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import gradio as gr

from medialit.apps import cameo_view as view
from medialit.apps import cameo_words as words
from medialit.apps import window
from medialit.apps.window import Fields, Words
from medialit.consent.records import Audience, Medium, Purpose
from medialit.language import language

FIRST: Final = "tiziri"
"""Who one is when the window opens."""


@dataclass
class Said(window.Said):
    """The components of the desk, and how each is said again in another language.

    Parameters
    ----------
    lang : str
    others : callable
        Gives the names of those who enrolled with a camera and take part, by id, as it is now.
    """

    others: Callable[[], words.Names] = dict

    def people(self, lang: str, *, minors: bool = False) -> words.Choices:
        """Return everybody who takes part, as `words.people` does."""
        return words.people(lang, minors=minors, others=self.others())

    def grantees(self, lang: str) -> words.Choices:
        """Return whom one can allow, as `words.grantees` does."""
        return words.grantees(lang, without="", others=self.others())


def top(said: Said, lang: str) -> Fields:
    """Make what stands above the steps: the language, and who I am."""
    said(
        gr.Markdown,
        lambda _, c: {"value": f"# {_('Consent desk')}", "rtl": language(c).direction == "rtl"},
        elem_id="ml-desk-title",
    )
    said(
        gr.HTML,
        lambda _, c: {
            "value": view.intro(
                _("The people here are fictional, but for those who enrolled with a camera themselves. Take a role, and "
                  "decide what may be made with your likeness. Nothing leaves this computer."),
                lang=c,
            )
        },
    )  # fmt: skip
    spoken = said.languages()
    with gr.Row():
        me = said(
            gr.Dropdown, lambda _, c: {"label": _("I am"), "choices": said.people(c)}, value=FIRST, elem_id="ml-i-am",
        )  # fmt: skip
        whose = gr.Radio(
            said.people(lang, minors=True), value=FIRST, label=" ", elem_id="ml-whose", visible=False
        )
    return {"lang": spoken, "me": me, "whose": whose, "about": gr.State(FIRST)}


def me(said: Said) -> Fields:
    """Make the first step: who I am, and enrolling."""
    person = gr.HTML(elem_id="ml-person")
    enrol = said(
        gr.Button, lambda _, c: {"value": _("Enrol this person")}, variant="primary", elem_id="ml-enrol"
    )
    found: Fields = {"person": person, "enrol": enrol, "note_me": gr.HTML(elem_id="ml-note-me")}
    with gr.Column(visible=False, elem_id="ml-lend") as lend:
        found |= _lending(said)
    with said(
        gr.Accordion, lambda _, c: {"label": _("Somebody who enrolled with a camera")}, open=False,
        elem_id="ml-open-join",
    ):  # fmt: skip
        found |= _joining(said)
    return found | {"lend": lend}


def _lending(said: Said) -> Fields:
    """Fields for who enrolled with a camera: lending a recording, seeing it, and taking it back."""
    found: Fields = {"lent": gr.HTML(elem_id="ml-lent")}
    found["recording"] = said(
        _RECORDER, lambda _, c: {"label": _("Lend a recording of yourself: record it here")}, sources=["webcam"],
        include_audio=False, height=320, elem_id="ml-recording",
    )  # fmt: skip
    with gr.Row(elem_classes="ml-row"):
        found["file"] = said(
            gr.UploadButton, lambda _, c: {"label": _("Or choose a video file")}, file_types=["video"],
            elem_id="ml-file",
        )  # fmt: skip
        found["see"] = said(gr.Button, lambda _, c: {"value": _("Show what I lent")}, elem_id="ml-see")
        found["unlend"] = said(
            gr.Button,
            lambda _, c: {"value": _("Take the recording back")},
            variant="stop",
            elem_id="ml-unlend",
        )
    found["note_lend"] = gr.HTML(elem_id="ml-note-lend")
    found["film_lent"] = gr.HTML(elem_id="ml-film-lent")
    return found


def _path_of(_component: gr.Video, payload: Any) -> str | None:
    return None if payload is None else str(payload.path)


# The component's own `preprocess` runs another program to drop the sound, which leaves a second file; ours hands on the
# path. It is a class, for gradio makes the component anew when it changes, and it is made past gradio's metaclass, for
# that one writes a stub beside our module.
_RECORDER: Final[Any] = ABCMeta.__new__(
    type(gr.Video),
    "Recorder",
    (gr.Video,),
    {"preprocess": _path_of, "is_template": True, "__module__": __name__},
)


def _joining(said: Said) -> Fields:
    """Fields by which an enrolment by camera takes part."""
    said(
        gr.HTML,
        lambda _, c: {
            "value": view.intro(
                _("Enrol with the commands “medialit likeness challenge” and “medialit likeness enrol”; then the "
                  "enrolment stands in this list. Nobody asks for a password here: whoever sits at this computer can act "
                  "in your name. Take part only where you trust everybody who does."),
                lang=c,
            )
        },
    )  # fmt: skip
    found = _drawing(said)
    found["newcomer"] = said(
        gr.Dropdown, lambda _, c: {"label": _("Enrolled with a camera, and not yet here")}, choices=[], value=None,
        elem_id="ml-newcomer",
    )  # fmt: skip
    found["adult"] = said(
        gr.Checkbox, lambda _, c: {"label": _("This person is 18 or older")}, value=False, elem_id="ml-adult"
    )
    found["join"] = said(gr.Button, lambda _, c: {"value": _("Take part here")}, elem_id="ml-join")
    found["note_join"] = gr.HTML(elem_id="ml-note-join")
    return found


def _drawing(said: Said) -> Fields:
    """Fields that draw a challenge, and give the page that shows it."""
    found: Fields = {}
    with gr.Row(elem_classes="ml-row"):
        found["light"] = said(
            gr.Checkbox,
            lambda _, c: {
                "label": _("With colours that the face reflects"),
                "info": _("They are there against films of a screen. They change about once a second: not for who is "
                          "sensitive to changing lights."),
            },
            value=False, elem_id="ml-light",
        )  # fmt: skip
        found["draw"] = said(gr.Button, lambda _, c: {"value": _("Draw a challenge")}, elem_id="ml-draw")
    found["note_draw"] = gr.HTML(elem_id="ml-note-draw")
    return found


def may(said: Said) -> Fields:
    """Make the second step: what was allowed and forbidden, and saying so."""
    statements = gr.HTML(elem_id="ml-statements")
    found: Fields = {"statements": statements}
    with said(
        gr.Accordion, lambda _, c: {"label": _("Allow something")}, open=False, elem_id="ml-open-allow"
    ):
        found |= _terms(said)
    with said(
        gr.Accordion, lambda _, c: {"label": _("Forbid a topic")}, open=False, elem_id="ml-open-forbid"
    ):
        found["topics"] = said(
            gr.Textbox,
            lambda _, c: {
                "label": _("Words that must never occur"),
                "info": _("Things and places of this world are recognised in other languages too; other words only as "
                          "they are written."),
                "rtl": language(c).direction == "rtl",
            },
            max_lines=2, elem_id="ml-topics",
        )  # fmt: skip
        found["whom"] = said(
            gr.Dropdown,
            lambda _, c: {"label": _("For whom (empty: for everybody)"), "choices": said.people(c)},
            value=[], multiselect=True, elem_id="ml-whom",
        )  # fmt: skip
        found["forbid"] = said(gr.Button, lambda _, c: {"value": _("Forbid this")}, elem_id="ml-forbid")
        found["note_forbid"] = gr.HTML(elem_id="ml-note-forbid")
    with said(
        gr.Accordion, lambda _, c: {"label": _("Follow or approve")}, open=False, elem_id="ml-open-near"
    ):
        found["other"] = said(
            gr.Dropdown,
            lambda _, c: {"label": _("Whom"), "choices": said.people(c)},
            value=None,
            elem_id="ml-other",
        )
        with gr.Row(elem_classes="ml-row"):
            for key, say in _NEAR.items():
                found[key] = said(gr.Button, say, elem_id=f"ml-{key.replace('_', '-')}")
        found["note_near"] = gr.HTML(elem_id="ml-note-near")
    with said(
        gr.Accordion, lambda _, c: {"label": _("Take something back")}, open=False, elem_id="ml-open-back"
    ):
        found["what"] = said(
            gr.Dropdown, lambda _, c: {"label": _("What")}, choices=[], value=None, elem_id="ml-what"
        )
        found["back"] = said(
            gr.Button, lambda _, c: {"value": _("Take it back now")}, variant="stop", elem_id="ml-back"
        )
        found["note_back"] = gr.HTML(elem_id="ml-note-back")
    return found


_NEAR: Final[dict[str, Words]] = {
    "follow": lambda _, c: {"value": _("Follow")},
    "unfollow": lambda _, c: {"value": _("Stop following")},
    "approve": lambda _, c: {"value": _("Approve")},
    "unapprove": lambda _, c: {"value": _("Stop approving")},
}


def _terms(said: Said) -> Fields:
    """Fields of a grant; what they begin with is narrow."""
    found: Fields = {}
    found["grantee"] = said(
        gr.Dropdown, lambda _, c: {"label": _("Who may use this likeness"), "choices": said.grantees(c)},
        value=None, elem_id="ml-grantee",
    )  # fmt: skip
    found["purposes"] = said(
        gr.CheckboxGroup, lambda _, c: {"label": _("For what"), "choices": words.words_of(Purpose, c)},
        value=["education"], elem_id="ml-purposes",
    )  # fmt: skip
    found["actions"] = said(
        gr.CheckboxGroup, lambda _, c: {"label": _("Which steps"), "choices": words.steps(c)},
        value=["generate"], elem_id="ml-actions",
    )  # fmt: skip
    found["audience"] = said(
        gr.Radio, lambda _, c: {"label": _("Who may see it, at most"), "choices": words.words_of(Audience, c)},
        value="only_me", elem_id="ml-audience",
    )  # fmt: skip
    with gr.Row():
        found["places"] = said(
            gr.Dropdown, lambda _, c: {"label": _("Where it may be seen"), "choices": words.places(c)},
            value=["MA"], multiselect=True, elem_id="ml-places",
        )  # fmt: skip
        found["media"] = said(
            gr.Dropdown, lambda _, c: {"label": _("Shown in"), "choices": words.words_of(Medium, c)},
            value=["classroom"], multiselect=True, elem_id="ml-media",
        )  # fmt: skip
    found["lasts"] = said(
        gr.Radio, lambda _, c: {"label": _("For how long"), "choices": words.lengths(c)},
        value="week", elem_id="ml-lasts",
    )  # fmt: skip
    found["in_words"] = gr.HTML(elem_id="ml-in-words")
    found["allow"] = said(
        gr.Button, lambda _, c: {"value": _("Allow this")}, variant="primary", elem_id="ml-allow"
    )
    found["note_allow"] = gr.HTML(elem_id="ml-note-allow")
    return found


def make(said: Said) -> Fields:
    """Make the third step: asking for a clip, publishing it, taking a copy out."""
    found: Fields = {}
    found["prompt"] = said(
        gr.Textbox,
        lambda _, c: {
            "label": _("What is to be seen"),
            "placeholder": _("a red ball bounces on the beach"),
            "rtl": language(c).direction == "rtl",
        },
        lines=2, elem_id="ml-prompt",
    )  # fmt: skip
    with gr.Row():
        found["with"] = said(
            gr.Dropdown,
            lambda _, c: {"label": _("With whom (one to four)"), "choices": said.people(c, minors=True)},
            value=[], multiselect=True, max_choices=4, elem_id="ml-with",
        )  # fmt: skip
        found["doing"] = said(
            gr.Dropdown, lambda _, c: {"label": _("What they do"), "choices": words.doings(c)}, value="wave",
            elem_id="ml-doing",
        )  # fmt: skip
    with gr.Row():
        found["purpose"] = said(
            gr.Dropdown, lambda _, c: {"label": _("For what"), "choices": words.words_of(Purpose, c)},
            value="education", elem_id="ml-purpose",
        )  # fmt: skip
        found["seen_by"] = said(
            gr.Dropdown, lambda _, c: {"label": _("Who will see it"), "choices": words.words_of(Audience, c)},
            value="only_me", elem_id="ml-seen-by",
        )  # fmt: skip
    with gr.Row():
        found["where"] = said(
            gr.Dropdown, lambda _, c: {"label": _("Where it will be seen"), "choices": words.places(c)},
            value=["MA"], multiselect=True, elem_id="ml-where",
        )  # fmt: skip
        found["medium"] = said(
            gr.Dropdown, lambda _, c: {"label": _("Shown in"), "choices": words.words_of(Medium, c)},
            value="classroom", elem_id="ml-medium",
        )  # fmt: skip
        found["seed"] = said(
            gr.Number, lambda _, c: {"label": _("Seed")}, value=1, precision=0, minimum=0, maximum=2**31 - 1,
            elem_id="ml-seed",
        )  # fmt: skip
    found["make"] = said(
        gr.Button, lambda _, c: {"value": _("Ask, and make it if everybody agreed")}, variant="primary",
        elem_id="ml-make",
    )  # fmt: skip
    found["note_make"] = gr.HTML(elem_id="ml-note-make")
    found["mine"] = said(
        gr.Dropdown, lambda _, c: {"label": _("What I made")}, choices=[], value=None, elem_id="ml-mine"
    )
    with gr.Row(elem_classes="ml-row"):
        found["show"] = said(gr.Button, lambda _, c: {"value": _("Show it")}, elem_id="ml-show")
        found["publish"] = said(gr.Button, lambda _, c: {"value": _("Publish it")}, elem_id="ml-publish")
        found["export"] = said(gr.Button, lambda _, c: {"value": _("Take a copy out")}, elem_id="ml-export")
    found["film"] = gr.HTML(elem_id="ml-film")
    return found


def used(said: Said) -> Fields:
    """Make the fourth step: every use of a likeness, saying no to it, and the log of answers."""
    found: Fields = {}
    found["use"] = said(
        gr.Dropdown, lambda _, c: {"label": _("Drafts and clips with this likeness")}, choices=[], value=None,
        elem_id="ml-use",
    )  # fmt: skip
    with gr.Row(elem_classes="ml-row"):
        found["look"] = said(gr.Button, lambda _, c: {"value": _("Show it")}, elem_id="ml-look")
        found["refuse"] = said(
            gr.Button, lambda _, c: {"value": _("Say no: withdraw it")}, variant="stop", elem_id="ml-refuse"
        )
    found["note_used"] = gr.HTML(elem_id="ml-note-used")
    found["film_used"] = gr.HTML(elem_id="ml-film-used")
    found["uses"] = gr.HTML(elem_id="ml-uses")
    said(
        gr.HTML,
        lambda _, c: {
            "value": view.heading(_("Who asked, and what was answered"), lang=c)
            + view.intro(_("“You” in an answer is whoever asked."), lang=c)
        },
    )
    found["log"] = gr.HTML(elem_id="ml-log")
    return found
