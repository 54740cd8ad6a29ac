"""The contest's window, for one computer: a code word, clip after clip, by mouse, keyboard or touch.

It shows no truth and no result: who saw theirs would tell the others, and one learner's d' is nobody's business.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import gradio as gr

from medialit.apps import contest_view as view
from medialit.apps.window import CSS, Said, blocks, open_window, spoken, turn
from medialit.contest.plan import Contest
from medialit.contest.records import RATINGS, Answer, Form, Occasion
from medialit.contest.session import DOUBLE_CLICK_S, Step, next_step
from medialit.contest.store import Answers, answers_of
from medialit.errors import ContestError
from medialit.language import said as said_error
from medialit.language import translator

_QUIET: Final[dict[str, Any]] = {"api_visibility": "private", "show_progress": "hidden"}


@dataclass(frozen=True, kw_only=True)
class Seat:
    """Who sits here, and what they see.

    Parameters
    ----------
    learner : str or None
    first : {"a", "b"}
    step : Step or None
        None before the first clip and after the last.
    shown_at : float
        By the clock of the window, in seconds.
    """

    learner: str | None = None
    first: Form = "a"
    step: Step | None = None
    shown_at: float = 0.0


class Table:
    """What happens at the window: somebody sits down, answers, and gets up.

    Parameters
    ----------
    contest : Contest
    occasion : {"before", "after", "later"}
    answers : Answers
    clock : callable
        Gives seconds.
    """

    def __init__(
        self,
        contest: Contest,
        *,
        occasion: Occasion,
        answers: Answers,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._contest = contest
        self._occasion = occasion
        self._answers = answers
        self._clock = clock

    def sit_down(self, code: str) -> Seat:
        """Return the seat of somebody who typed a code word, where they left off.

        Raises
        ------
        ContestError
            If it cannot be used, or nothing can be kept.
        """
        learner, first = self._answers.join(code)
        return self._forward(Seat(learner=learner, first=first))

    def answer(self, seat: Seat, rating: int, *, token: str, now: datetime) -> Seat:
        """Keep an answer, and return the seat with the next clip.

        An answer to another clip than the one that is shown, and the second half of a double click, change nothing.

        Raises
        ------
        ContestError
            If it cannot be kept. Then it was not.
        """
        seconds = self._clock() - seat.shown_at
        if seat.learner is None or seat.step is None or token != seat.step.token or seconds < DOUBLE_CLICK_S:
            return seat
        synthetic, confidence = RATINGS[rating]
        self._answers.add(
            Answer(
                learner=seat.learner, occasion=self._occasion, clip=seat.step.clip, stage=seat.step.stage,
                synthetic=synthetic, confidence=confidence, seconds=round(seconds, 2), at=now,
            )
        )  # fmt: skip
        return self._forward(seat)

    def clip(self, seat: Seat) -> Path:
        """Return the file of the clip that is shown."""
        assert seat.step is not None  # asked only while one is
        return self._contest.path(seat.step.clip)

    def _forward(self, seat: Seat) -> Seat:
        assert seat.learner is not None
        step = next_step(
            self._contest, learner=seat.learner, first=seat.first, occasion=self._occasion,
            answers=self._answers.of(seat.learner),
        )  # fmt: skip
        return replace(seat, step=step, shown_at=self._clock())


def build(contest: Contest, *, occasion: Occasion, home: Path | None = None, lang: str = "en") -> gr.Blocks:
    """Return the window.

    Parameters
    ----------
    contest : Contest
    occasion : {"before", "after", "later"}
    home : Path, optional
        `$MEDIALIT_HOME` when not given.
    lang : {"en", "fr", "ar"}
        In which it opens; the reader can change it.

    Raises
    ------
    LanguageError
        If the platform does not speak the language.
    """
    table = Table(contest, occasion=occasion, answers=answers_of(contest, home=home))
    window = blocks(translator(lang)("Camera or synthetic?"))
    with window:
        say = Said(lang)
        say(
            gr.Markdown,
            lambda _, c: {"value": f"# {_('Camera or synthetic?')}", "rtl": c == "ar"},
            elem_id="ml-contest-title",
        )
        with gr.Column(elem_id="ml-door") as door:
            languages = say.languages()
            say(gr.Markdown, lambda _, c: {"value": view.rules(lang=c), "rtl": c == "ar"})
            code = say(
                gr.Textbox,
                lambda _, c: {"label": _("Code word")},
                elem_id="ml-code",
                max_lines=1,
                max_length=80,
            )
            start = say(gr.Button, lambda _, c: {"value": _("Start")}, variant="primary", elem_id="ml-start")
        note = gr.HTML("", elem_id="ml-note")
        with gr.Column(visible=False, elem_id="ml-trial") as trial:
            stage = gr.HTML("", elem_id="ml-stage")
            with gr.Row(elem_id="ml-rates"):
                rates = [
                    say(gr.Button, partial(_rate_words, rating), elem_id=f"ml-rate-{rating}")
                    for rating in RATINGS
                ]
        again = say(gr.Button, lambda _, c: {"value": _("Next person")}, visible=False, elem_id="ml-again")
        token = gr.Textbox("", elem_id="ml-token", container=False)
        seat = gr.State(Seat())
        _connect(
            window, table, say, languages=languages, code=code, start=start, rates=rates, again=again, token=token,
            seat=seat, parts=[seat, door, trial, stage, note, token, again, code],
        )  # fmt: skip
    return window


def launch(
    contest: Contest,
    *,
    occasion: Occasion,
    home: Path | None = None,
    lang: str = "en",
    port: int | None = None,
    in_browser: bool = False,
    block: bool = True,
) -> tuple[gr.Blocks, str]:
    """Open the window on this computer only, and return it with its address.

    Parameters
    ----------
    port : int, optional
        A free one from 7860 when not given.
    in_browser : bool
        Whether to open a browser.
    block : bool
        Whether to wait until Ctrl+C; else the caller closes the window.
    """
    window = build(contest, occasion=occasion, home=home, lang=spoken(lang))
    return window, open_window(window, css=CSS + view.CSS, port=port, in_browser=in_browser, block=block)


def _rate_words(rating: int, _: Callable[[str], str], lang: str) -> dict[str, Any]:
    return {"value": view.button_words(rating, lang=lang)}


def _connect(
    window: gr.Blocks,
    table: Table,
    say: Said,
    *,
    languages: Any,
    code: Any,
    start: Any,
    rates: list[Any],
    again: Any,
    token: Any,
    seat: Any,
    parts: list[Any],
) -> None:
    """Say what each button does. Every act ends with the page as it is afterwards."""

    def entered(typed: str, lang: str) -> tuple[Any, ...]:
        try:
            return _page(table.sit_down(typed or ""), table, lang=lang)
        except ContestError as error:
            return _page(Seat(), table, lang=lang, error=error)

    def rated(rating: int, said_to: str, now: Seat, lang: str) -> tuple[Any, ...]:
        try:
            after = table.answer(now, rating, token=said_to, now=datetime.now(UTC))
        except ContestError as error:
            return _page(now, table, lang=lang, error=error)
        return (gr.skip(),) * len(parts) if after is now else _page(after, table, lang=lang)

    def left(lang: str) -> tuple[Any, ...]:
        return _page(Seat(), table, lang=lang)

    for event in (start.click, code.submit):
        event(entered, [code, languages], parts, **_QUIET)
    for rating, button in zip(RATINGS, rates, strict=True):
        button.click(partial(rated, rating), [token, seat, languages], parts, **_QUIET)
    again.click(left, [languages], parts, **_QUIET)
    languages.input(lambda lang: say.again(spoken(lang)), [languages], say.along([]), **_QUIET)
    window.load(None, None, None, js=view.KEYS)
    turn(window, languages)


def _page(seat: Seat, table: Table, *, lang: str, error: ContestError | None = None) -> tuple[Any, ...]:
    """Return what the parts of the window show for a seat."""
    _ = translator(lang)
    shows = seat.step is not None
    done = seat.learner is not None and not shows
    note, stage = "", ""
    if error is not None:
        note = view.message((said_error(error, lang=lang),), lang=lang, kind="ml-trouble")
    elif done:
        thanks = _("Finished. Every answer is kept. Thank you.")
        wait = _("Keep your code word, and do not talk about the clips yet.")
        note = view.message((thanks, wait), lang=lang)
    if seat.step is not None:
        try:
            stage = view.stage(seat.step, table.clip(seat), lang=lang)
        except OSError as missing:
            said = _("{clip} cannot be played. Fetch the contest's folder again.").format(
                clip=missing.filename
            )
            note = view.message((said,), lang=lang, kind="ml-trouble")
    return (
        seat,
        gr.update(visible=not shows and not done),
        gr.update(visible=shows),
        stage,
        note,
        seat.step.token if seat.step is not None else "",
        gr.update(visible=done),
        gr.skip() if error is not None else "",
    )
