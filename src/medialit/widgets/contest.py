"""The contest inside a notebook: the judging desk of lab 07, with the contest's clips and the machine's advice."""

from __future__ import annotations

import html
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import ipywidgets as widgets

from medialit.contest.plan import Contest
from medialit.contest.records import RATINGS, Answer, Form, Occasion
from medialit.contest.session import Step, next_step
from medialit.contest.store import answers_of
from medialit.contest.words import advice_sentences, scale
from medialit.errors import ContestError
from medialit.language import said
from medialit.widgets.pack import Trial
from medialit.widgets.spotting import _DeskBox


class ContestDesk(_DeskBox):
    """One occasion of a contest, for whoever types a code word; every answer is kept when it is given.

    Parameters
    ----------
    contest : Contest
    occasion : {"before", "after", "later"}
    lang : str
        The learner's language.
    home : Path, optional
        `$MEDIALIT_HOME` when not given.
    clock : callable
        Gives seconds.
    """

    def __init__(
        self,
        contest: Contest,
        *,
        occasion: Occasion,
        lang: str,
        home: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(contest.folder / "clips", lang=lang, clock=clock)
        _ = self._
        self._contest, self._occasion, self._lang = contest, occasion, lang
        self._kept = answers_of(contest, home=home)
        self._learner: str | None = None
        self._first: Form = "a"
        self._step: Step | None = None
        self._code = widgets.Text(description=_("Code word"), style={"description_width": "initial"})
        self._go.on_click(lambda _button: self._entered())
        self._say(_("Choose a code word that is not your name, and keep it: you need it again."))
        self._show(self._message, self._code, self._go)

    def _entered(self) -> None:
        try:
            self._learner, self._first = self._kept.join(self._code.value)
            self._forward()
        except ContestError as error:
            self._say(said(error, lang=self._lang))

    def _forward(self) -> None:
        _ = self._
        assert self._learner is not None  # somebody has entered
        self._step = next_step(
            self._contest, learner=self._learner, first=self._first, occasion=self._occasion,
            answers=self._kept.of(self._learner),
        )  # fmt: skip
        if self._step is None:
            self._trials = []
            self._video.value = b""
            self._say(_("Finished. Every answer is kept. Thank you."))
            self._show(self._message)
            return
        trial = Trial(
            clip=f"{self._step.clip}.mp4", part="a", synthetic=False
        )  # the truth stays out of the browser
        self._trials = [trial] * self._step.of
        self._next = self._step.number - 1
        self._show_clip()
        if self._step.advice is not None and self._step.before is not None:
            self._show_advice(self._step)

    def _show_advice(self, step: Step) -> None:
        _ = self._
        assert step.advice is not None and step.before is not None
        says, errs = advice_sentences(step.advice, lang=self._lang)
        given = (step.before.synthetic, step.before.confidence)
        rating = next(number for number, meant in RATINGS.items() if meant == given)
        yours = _("You said: {answer}. What do you say now?").format(
            answer=scale(lang=self._lang)[rating - 1]
        )
        self._message.value = f"<p><b>{html.escape(says)}</b> {html.escape(errs)} {html.escape(yours)}</p>"
        progress, video, *rest = (part for part in self._parts if part is not self._message)
        self._show(progress, video, self._message, *rest)

    def _take(self, trial: Trial, rating: int, seconds: float) -> None:
        assert self._learner is not None and self._step is not None
        synthetic, confidence = RATINGS[rating]
        try:
            self._kept.add(
                Answer(
                    learner=self._learner, occasion=self._occasion, clip=self._step.clip, stage=self._step.stage,
                    synthetic=synthetic, confidence=confidence, seconds=round(seconds, 2), at=datetime.now(UTC),
                )
            )  # fmt: skip
            self._forward()
        except ContestError as error:
            self._say(said(error, lang=self._lang))
            self._show(self._message, *(part for part in self._parts if part is not self._message))
