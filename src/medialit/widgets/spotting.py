"""The judging desk: watch a clip, say how sure you are, see no answer before the end.

`Desk` is what a lab talks to. Building its widgets is cheap and shows no clip yet, so a notebook that is run
without a browser, as in grading, passes over them.
"""

from __future__ import annotations

import html
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import ipywidgets as widgets

from medialit.errors import SpottingError
from medialit.language import language, translator
from medialit.widgets import pack
from medialit.widgets.checking import isolated
from medialit.widgets.pack import PROBABILITIES, Answer, Block, Record, Trial

_DOUBLE_CLICK_S = 0.35
_DIGITS = {digit: value for row in ("123456", "١٢٣٤٥٦") for value, digit in enumerate(row, start=1)}
_STYLE = """<style>
.medialit-desk { max-width: 46rem; padding: .5rem; border: 1px solid var(--jp-border-color2, #999); }
.medialit-desk video { height: 17rem; max-width: 100%; margin: auto; background: #000; }
.medialit-rtl { direction: rtl; text-align: right; }
.medialit-rtl table { direction: rtl; }
.medialit-rtl .widget-label { margin-left: .5rem; }
.medialit-desk .medialit-rate { flex: 1 1 6rem; white-space: pre-line; height: auto; min-height: 4.4rem;
  line-height: 1.3; padding: .4rem .2rem; border: 1px solid var(--jp-border-color1, #666); margin: 2px; }
.medialit-desk .medialit-rate:focus-visible { outline: 3px solid var(--jp-brand-color1, #1976d2); }
.medialit-desk .medialit-wide { height: auto; min-height: 2.6rem; width: auto; min-width: 12rem;
  padding: 0 1.2rem; align-self: flex-start; }
.medialit-desk td, .medialit-desk th { padding: .1rem .6rem; text-align: start; }
</style>"""


@dataclass(frozen=True, kw_only=True)
class Judgements:
    """One block of judgements, ready to be counted.

    Parameters
    ----------
    truths : tuple of bool
        True where the clip is synthetic.
    ratings : tuple of int
        From 1, surely camera, to 6, surely synthetic.
    whose : str
        A sentence that says whose they are, in the learner's language.
    """

    truths: tuple[bool, ...]
    ratings: tuple[int, ...]
    whose: str

    @property
    def answers(self) -> tuple[bool, ...]:
        """True where the answer leans to synthetic: a rating from 4."""
        return tuple(rating >= 4 for rating in self.ratings)

    @property
    def probabilities(self) -> tuple[float, ...]:
        """The probability of synthetic that each rating stands for."""
        return tuple(PROBABILITIES[rating - 1] for rating in self.ratings)


_TRUTHS = (True,) * 10 + (False,) * 10
_TOURIA: dict[Block, tuple[int, ...]] = {
    "before": (6, 6, 5, 5, 4, 4, 4, 3, 2, 1, *(1, 1, 1, 2, 2, 3, 3, 4, 5, 6)),
    "after": (6, 6, 6, 5, 5, 4, 4, 4, 3, 2, *(1, 1, 2, 2, 3, 3, 4, 4, 5, 6)),
}


class Desk:
    """The clips of a lab, and one learner's answers to them.

    Parameters
    ----------
    clips : Path
        A folder with clips and their key.
    answers : Path
        A folder for the answers; it is made when the first answer is given.
    lang : str
        A code of `medialit.language.LANGUAGES`.
    """

    def __init__(self, clips: Path, *, answers: Path, lang: str) -> None:
        self._clips = clips
        self._answers = answers
        self._lang = lang
        self._ = translator(lang)

    def judge(self, block: Block) -> widgets.Widget:
        """Return the widget for a block of clips: a prediction first, the answers at the end."""
        return Judging(self._clips, answers=self._answers, block=block, lang=self._lang)

    def learn(self) -> widgets.Widget:
        """Return the widget that shows each answer at once."""
        return Learning(self._clips, lang=self._lang)

    def judgements(self, block: Block) -> Judgements:
        """Return the learner's judgements, or those of an invented colleague until the block is finished.

        Raises
        ------
        SpottingError
            If the saved answers are damaged.
        """
        _ = self._
        record = pack.load(self._answers, block)
        if record is not None:
            truths = {trial.clip: trial for trial in pack.read_key(self._clips) if trial.part == record.part}
            answered = {answer.clip: answer for answer in record.answers if answer.clip in truths}
            if len(answered) == len(truths):
                return Judgements(
                    truths=tuple(truths[clip].synthetic for clip in answered),
                    ratings=tuple(answer.rating for answer in answered.values()),
                    whose=isolated(_("These are your own answers to {n} clips.").format(n=len(answered))),
                )
        return Judgements(
            truths=_TRUTHS,
            ratings=_TOURIA[block],
            whose=isolated(
                _("You have not finished this block: these are the answers of Touria, an invented colleague.")
            ),
        )


class _DeskBox(widgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """What judging and learning have in common: the clip, six buttons, a field for digits, progress."""

    def __init__(self, clips: Path, *, lang: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._clips = clips
        self._ = translator(lang)
        self._clock = clock
        self._shown_at = 0.0
        self._trials: list[Trial] = []
        self._next = 0
        self._make_parts()
        self._style = widgets.HTML(_STYLE)
        super().__init__([self._style])
        self.add_class("medialit-desk")
        if language(lang).direction == "rtl":
            self.add_class("medialit-rtl")

    def __repr__(self) -> str:
        """Return what stands in place of the widget where none can be shown, as in feedback."""
        _ = self._
        return _("The clips are shown in JupyterLab: open the notebook there and run this cell.")

    def _make_parts(self) -> None:
        _ = self._
        self._message = widgets.HTML()
        self._video = widgets.Video(autoplay=True, loop=True, controls=True, format="mp4")
        self._progress = widgets.HTML()
        self._buttons = [_rate_button(n, said) for n, said in enumerate(_scale(_), start=1)]
        for button in self._buttons:
            button.on_click(self._pressed)
        self._digit = widgets.Text(
            placeholder="1 – 6",
            description=_("or type 1 to 6"),
            continuous_update=True,
            style={"description_width": "initial"},
            layout={"width": "16rem"},
        )
        self._digit.observe(self._typed, names="value")
        self._go = widgets.Button(description=_("Start"), button_style="primary")
        self._go.add_class("medialit-wide")

    def _show(self, *parts: widgets.Widget) -> None:
        self._parts = parts
        self.children = (self._style, *parts)

    def _show_clip(self) -> None:
        _ = self._
        trial = self._trials[self._next]
        try:
            self._video.value = (self._clips / trial.clip).read_bytes()
        except OSError as error:
            self._say(_("{clip} cannot be played. Fetch the lab again.").format(clip=error.filename))
            self._show(self._message)
            return
        n = len(self._trials)
        self._progress.value = "<b>{}</b> <progress max={} value={}></progress>".format(
            html.escape(_("Clip {i} of {n}").format(i=self._next + 1, n=n)), n, self._next
        )
        rates = widgets.HBox(self._buttons, layout={"flex_flow": "row wrap"})
        self._show(self._progress, self._video, rates, self._digit)
        self._shown_at = self._clock()

    def _pressed(self, button: widgets.Button) -> None:
        self._rated(self._buttons.index(button) + 1)

    def _typed(self, change: dict[str, str]) -> None:
        rating = _DIGITS.get(change["new"].strip()[-1:])
        if change["new"]:
            self._digit.value = ""
        if rating is not None:
            self._rated(rating)

    def _rated(self, rating: int) -> None:
        """Take a rating, unless it is the second half of a double click."""
        seconds = self._clock() - self._shown_at
        if seconds >= _DOUBLE_CLICK_S and self._next < len(self._trials):
            self._take(self._trials[self._next], rating, seconds)

    def _take(self, trial: Trial, rating: int, seconds: float) -> None:
        raise NotImplementedError

    def _say(self, text: str) -> None:
        self._message.value = f"<p>{html.escape(text)}</p>"


class Judging(_DeskBox):
    """A block of clips, judged without feedback; every answer is saved when it is given.

    Parameters
    ----------
    clips, answers : Path
        The folders of the pack and of the answers.
    block : {"before", "after"}
        Which block of answers this is.
    lang : str
        The learner's language.
    clock : callable
        Gives seconds.
    """

    def __init__(
        self,
        clips: Path,
        *,
        answers: Path,
        block: Block,
        lang: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(clips, lang=lang, clock=clock)
        self._answers = answers
        self._block = block
        self._record: Record | None = None
        self._go.on_click(lambda _button: self._started())
        try:
            self._key = pack.read_key(clips)
            self._record = pack.load(answers, block)
        except SpottingError as error:
            self._say(str(error))
            self._show(self._message)
            return
        self._welcome()

    def _welcome(self) -> None:
        _ = self._
        n = sum(trial.part == "a" for trial in self._key)
        self._predicted = widgets.IntSlider(
            value=n // 2,
            min=0,
            max=n,
            description=_("I shall judge rightly:"),
            style={"description_width": "initial"},
            layout={"width": "30rem", "max_width": "100%"},
        )
        if self._record is None:
            self._say(_("{n} clips; half of them are camera clips. The answers come at the end.").format(n=n))
            self._show(self._message, self._predicted, self._go)
            return
        self._open(self._record)
        if self._next == len(self._trials):
            self._finish()
        else:
            self._say(_("You have judged {i} of {n} clips.").format(i=self._next, n=n))
            self._go.description = _("Continue")
            self._show(self._message, self._go)

    def _open(self, record: Record) -> None:
        """Put the clips that were answered first, in the order of the answers, and the others after them."""
        self._record = record
        trials = pack.order(self._key, part=record.part, learner=record.learner)
        done = [answer.clip for answer in record.answers]
        self._trials = [trial for trial in trials if trial.clip in done]
        self._next = len(self._trials)
        self._trials += [trial for trial in trials if trial.clip not in done]

    def _started(self) -> None:
        try:
            found = pack.load(self._answers, self._block)  # another copy of this widget may have gone on
            self._open(found or pack.begin(self._answers, self._block, predicted=self._predicted.value))
        except SpottingError as error:
            self._say(str(error))
            self._show(self._message)
            return
        if self._next == len(self._trials):
            self._finish()
        else:
            self._show_clip()

    def _take(self, trial: Trial, rating: int, seconds: float) -> None:
        assert self._record is not None  # the clips are shown after the start
        record = self._record.with_answer(Answer(clip=trial.clip, rating=rating, seconds=round(seconds, 2)))
        try:
            pack.save(self._answers, record)
        except SpottingError as error:
            self._say(str(error))
            self._show(self._message, *(part for part in self._parts if part is not self._message))
            return
        self._record = record
        self._next += 1
        if self._next == len(self._trials):
            self._finish()
        else:
            self._show_clip()

    def _finish(self) -> None:
        _ = self._
        assert self._record is not None
        self._video.value = b""
        right, rows = 0, []
        truths = {trial.clip: trial for trial in self._trials}
        answers = [answer for answer in self._record.answers if answer.clip in truths]
        for number, answer in enumerate(answers, start=1):
            trial = truths[answer.clip]
            right += (answer.rating >= 4) is trial.synthetic
            rows.append((str(number), _scale(_)[answer.rating - 1], _truth(trial, _)))
        self._say(
            _(
                "Finished and saved. Of {n} clips you judged {right} rightly; you had predicted {predicted}. "
                "Go on in the notebook: this number alone says little."
            ).format(n=len(rows), right=right, predicted=self._record.predicted)
        )
        head = (_("Clip"), _("Your answer"), _("The truth"))
        self._show(
            self._message, widgets.Accordion([widgets.HTML(_table(head, rows))], titles=[_("Clip by clip")])
        )


class Learning(_DeskBox):
    """Clips with the answer after each; nothing is saved.

    Parameters
    ----------
    clips : Path
        The folder of the pack.
    lang : str
        The learner's language.
    clock : callable
        Gives seconds.
    """

    def __init__(self, clips: Path, *, lang: str, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(clips, lang=lang, clock=clock)
        _ = self._
        self._waiting = False
        self._go.on_click(lambda _button: self._forward())
        try:
            self._trials = pack.order(pack.read_key(clips), part="training", learner="everybody")
            self._say(_("{n} clips; half show a cue. The answer follows each.").format(n=len(self._trials)))
            self._show(self._message, self._go)
        except SpottingError as error:
            self._say(str(error))
            self._show(self._message)

    def _forward(self) -> None:
        _ = self._
        if self._waiting:
            self._waiting = False
            self._next += 1
        if self._next == len(self._trials):
            self._video.value = b""
            self._say(_("That was the last clip. Go on in the notebook."))
            self._show(self._message)
        else:
            self._show_clip()

    def _take(self, trial: Trial, rating: int, seconds: float) -> None:
        _ = self._
        if self._waiting:
            return
        self._waiting = True
        verdict = _("Right.") if (rating >= 4) is trial.synthetic else _("Not so.")
        self._message.value = f"<p><b>{html.escape(verdict)}</b> {html.escape(_explanation(trial, _))}</p>"
        self._go.description = _("Next clip")
        self._show(self._progress, self._video, self._message, self._go)


def _scale(_: Callable[[str], str]) -> tuple[str, ...]:
    return (
        _("surely camera"),
        _("probably camera"),
        _("rather camera"),
        _("rather synthetic"),
        _("probably synthetic"),
        _("surely synthetic"),
    )


def _cues(_: Callable[[str], str]) -> dict[str, str]:
    return {
        "teleport": _("Teleport: the object skips a piece of its path."),
        "morph": _("Morph: it turns into something else."),
        "flicker": _("Flicker: this one object changes colour or brightness by itself."),
        "impossible_bounce": _("Impossible bounce: it comes back faster than it fell."),
        "vanish": _("Vanish: it fades or is gone for a moment, with nothing in front of it."),
    }


def _truth(trial: Trial, _: Callable[[str], str]) -> str:
    if not trial.synthetic:
        return _("camera")
    return _cues(_).get(trial.cue or "", _("synthetic"))


def _explanation(trial: Trial, _: Callable[[str], str]) -> str:
    if not trial.synthetic:
        return _(
            "It is a camera clip: nothing was planted. What looked odd, if anything, has an innocent cause."
        )
    cue = _cues(_).get(trial.cue or "", _("synthetic"))
    if trial.at_s is None:
        return _("It is synthetic. {cue}").format(cue=cue)
    return _("It is synthetic. {cue} Look at second {at:.1f}.").format(cue=cue, at=trial.at_s)


def _rate_button(rating: int, said: str) -> widgets.Button:
    button = widgets.Button(description=f"{rating}\n{said}\n{PROBABILITIES[rating - 1]:.0%}", tooltip=said)
    button.add_class("medialit-rate")
    return button


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    def row(cells: Sequence[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    return f"<table>{row(head, 'th')}{''.join(row(cells, 'td') for cells in rows)}</table>"
