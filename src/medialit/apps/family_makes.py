"""What the buttons of the family's window do where something is made: a postcard, a talk over cards, an agreement."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import gradio as gr

from medialit.apps import family_view as view
from medialit.apps import family_words as words
from medialit.apps.window import spoken
from medialit.errors import MedialitError
from medialit.family import agreement, postcard
from medialit.family.cards import ANSWERS, CARDS
from medialit.family.postcard import Declined, Postcard
from medialit.language import translator
from medialit.verify.report import Report

QUIET: Final[dict[str, Any]] = {"api_visibility": "private", "show_progress": "hidden"}
SLOW: Final[dict[str, Any]] = {"api_visibility": "private", "concurrency_limit": 1, "concurrency_id": "slow"}
"""What computes for seconds waits for its turn: one at a time, in the order in which people asked."""
Shows = list[tuple[list[Any], Callable[..., str], Any]]
"""What is shown anew in another language: what it is made from, how (the language comes last), and where."""
Look = Callable[[Path], Report]


def connect_postcard(
    f: dict[str, Any], *, home: Path, look: Look, views: list[Any], to_check: list[Any]
) -> Shows:
    """Let words become a postcard, and a postcard be checked like any clip that is brought."""

    def made(typed: str, lang: str) -> tuple[Any, ...]:
        spoken_here = spoken(lang)
        _ = translator(spoken_here)
        if not (typed or "").strip():
            return (
                view.told((_("Write a few words first, or take one of the three lines."),), lang=spoken_here),
                None,
                gr.update(visible=False),
            )
        try:
            found = postcard.make(
                typed, seed=secrets.randbelow(2**31), now=datetime.now(UTC), lang=spoken_here, home=home
            )
        except MedialitError as error:
            said = (_("This did not work. The program says:"), str(error))
            return view.told(said, lang=spoken_here), None, gr.update(visible=False)
        return shown(found, lang), found, gr.update(visible=isinstance(found, Postcard))

    def shown(found: Postcard | Declined | None, lang: str) -> str:
        return "" if found is None else view.postcard(found, lang=spoken(lang))

    def checked(found: Postcard | Declined | None, lang: str) -> tuple[Any, ...]:
        if not isinstance(found, Postcard):
            return (gr.skip(),) * (2 + len(views))
        with TemporaryDirectory(prefix="medialit-postcard-") as place:
            path = Path(place) / postcard.NAME
            path.write_bytes(found.data)
            report = look(path)
        return (view.checked(report, lang=spoken(lang)), report, *to_check)

    for number, prompt in enumerate(words.PROMPTS):
        f[f"prompt_{number}"].click(
            partial(lambda prompt, lang: translator(spoken(lang))(prompt), prompt), [f["lang"]], [f["words"]], **QUIET
        )  # fmt: skip
    for event in (f["make"].click, f["words"].submit):
        event(made, [f["words"], f["lang"]], [f["postcard"], f["made"], f["check_it"]],
              show_progress_on=[f["postcard"]], **SLOW).then(
            None, None, None, js=view.FOCUS.replace(".ml-f h2", "#ml-postcard h2")
        )  # fmt: skip
    f["check_it"].click(checked, [f["made"], f["lang"]], [f["report"], f["seen"], *views],
                        show_progress_on=[f["postcard"]], **SLOW).then(None, None, None, js=view.FOCUS)  # fmt: skip
    return [([f["made"]], shown, f["postcard"])]


def connect_cards(f: dict[str, Any]) -> Shows:
    """Deal the cards: an answer, then what the rule says, then the next."""
    parts = [f["dealt"], f["card"], f["asks"], f["next"]]
    at = tuple[int, str | None]

    def page(dealt: at, lang: str) -> tuple[Any, ...]:
        _ = translator(spoken(lang))
        place, answer = dealt
        label = _("From the beginning") if place == len(CARDS) - 1 else _("Next card")
        onward = gr.update(visible=answer is not None, value=label)
        return dealt, shown(dealt, lang), gr.update(visible=answer is None), onward

    def shown(dealt: at, lang: str) -> str:
        return view.card(*dealt, lang=spoken(lang))

    for key in ANSWERS:
        f[f"answer_{key}"].click(
            partial(lambda key, dealt, lang: page((dealt[0], key), lang), key), [f["dealt"], f["lang"]], parts, **QUIET
        )  # fmt: skip
    f["next"].click(
        lambda dealt, lang: page(((dealt[0] + 1) % len(CARDS), None), lang), [f["dealt"], f["lang"]], parts, **QUIET
    )  # fmt: skip
    return [([f["dealt"]], shown, f["card"])]


def connect_agreement(f: dict[str, Any]) -> Shows:
    """Let what was chosen become a sheet."""

    def wrote(promises: list[str], minutes: str, review: str, lang: str) -> tuple[Any, ...]:
        agreed = (tuple(promises), minutes, review)
        return shown(agreed, lang), agreed

    def shown(agreed: tuple[tuple[str, ...], str, str] | None, lang: str) -> str:
        if agreed is None:
            return ""
        promises, minutes, review = agreed
        data = agreement.agreement(promises, minutes=minutes, review=review, lang=spoken(lang))
        return view.agreement_link(data, lang=spoken(lang))

    f["sheet"].click(
        wrote, [f["promises"], f["minutes"], f["review"], f["lang"]], [f["agreement"], f["agreed"]], **QUIET
    ).then(None, None, None, js=view.FOCUS.replace(".ml-f h2", "#ml-agreement h2"))
    return [([f["agreed"]], shown, f["agreement"])]
