"""A reading in words: how it stands to honest clips, what several come to together, and what the cue is worth.

`medialit.forensics.cues.page` puts readings on a page, and `medialit.forensics.cues.figure` draws one as a PNG.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from medialit.forensics.cues import Card, Measured, Reading, card, measured
from medialit.forensics.cues.records import _msgid
from medialit.forensics.cues.shown import Shown
from medialit.language import language, translator

NEEDS = {
    "stills": _msgid("some frames at full size"),
    "motion": _msgid("every frame, small"),
    "faces": _msgid("a face"),
    "sound": _msgid("a face and the sound"),
    "reference": _msgid("reference frames of the camera"),
    "world": _msgid("a clip of the miniature world"),
}
CHANGE_WORDS = {
    "gain": _msgid("brightness and contrast"),
    "fps": _msgid("frame rate"),
    "resize": _msgid("resizing"),
    "recompression": _msgid("recompression"),
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """A label of a card and what stands beside it."""

    label: str
    value: str


def card_lines(name: str, *, lang: str) -> tuple[Line, ...]:
    """Return a cue's card in a language: what it measures, what breaks it, and how well it was measured to do.

    Raises
    ------
    CueError
        If there is no such cue.
    LanguageError
        If the platform does not speak the language.
    """
    _ = translator(lang)
    one, worth = card(name), measured(name)

    def changes(names: Sequence[str]) -> str:
        return ", ".join(_(CHANGE_WORDS[change]) for change in names) or "-"

    lines = [
        Line(label=_("What it measures"), value=_(one.measures)),
        Line(label=_("What breaks it"), value=_(one.breaks)),
        Line(label=_("What it looks at"), value=_(NEEDS[one.needs])),
        Line(label=_("Survives (tested)"), value=changes(one.holds)),
        Line(label=_("Is undone by (tested)"), value=changes(one.fails)),
        Line(label=_("Source"), value=one.source),
    ]
    return (*lines, *_worth(one, worth, lang=lang))


def _worth(one: Card, worth: Measured | None, *, lang: str) -> list[Line]:
    _ = translator(lang)
    if worth is None:
        return [Line(label=_("Measured"), value=_("It has not been measured on a set of clips yet."))]
    said = _(
        "Area under the curve {auc} on what it is meant for ({synthetic} planted, {camera} honest clips); 0.5 is "
        "guessing."
    ).format(auc=_interval(str(worth.auc), lang=lang), synthetic=worth.n_synthetic, camera=worth.n_camera)
    if worth.false_positive_rate is not None:
        rate = _("{rate} of other honest clips reach the threshold of {threshold}.")
        said += " " + rate.format(
            rate=_interval(f"{worth.false_positive_rate:.0%}", lang=lang), threshold=f"{worth.threshold:.2f}"
        )
    lines = [Line(label=_("Measured"), value=said)]
    if worth.auc_pack is not None:
        pack = _("Area under the curve {auc} against every kind of fake in the clip pack together.").format(
            auc=_interval(str(worth.auc_pack), lang=lang)
        )
        lines.append(Line(label=_("On the clip pack"), value=pack))
    if worth.odd_rate is not None:
        odd = _("{rate} of the real but odd clips reach the threshold.").format(
            rate=_interval(f"{worth.odd_rate:.0%}", lang=lang)
        )
        lines.append(Line(label=_("Real but odd"), value=odd))
    if one.debunked:
        lines.append(
            Line(label=_("Warning"), value=_("A debunked reading: it is taught so that nobody relies on it."))
        )
    return lines


def _interval(text: str, *, lang: str) -> str:
    """Return a number with its interval so that a sentence from right to left does not turn it around."""
    return f"\u2066{text}\u2069" if language(lang).direction == "rtl" else text


Standing = Literal["reaches", "below", "cannot-tell", "debunked", "unmeasured"]
STANDINGS: Mapping[Standing, str] = {
    "reaches": _msgid("at or above its threshold"),
    "below": _msgid("below its threshold"),
    "cannot-tell": _msgid("cannot tell"),
    "debunked": _msgid("debunked, not counted"),
    "unmeasured": _msgid("not measured yet, not counted"),
}
"""How a score can stand to what honest clips reach."""


NOTHING_TOLD: Final = _msgid("No cue could tell anything about this clip.")
BALANCE: Final = _msgid(
    "Of {n} cues that could tell something, {k} reached their thresholds; of an honest clip, about {expected} "
    "would. Read which ones, where they point, and what breaks them."
)


def standing(reading: Reading | Shown) -> Standing:
    """Return how a score stands to what honest clips reach."""
    worth = measured(reading.cue)
    if reading.score is None:
        return "cannot-tell"
    if card(reading.cue).debunked:
        return "debunked"
    if worth is None or worth.false_positive_rate is None:
        return "unmeasured"
    return "below" if reading.score < worth.threshold else "reaches"


def verdict(reading: Reading | Shown, *, lang: str) -> str:
    """Return in a sentence how the score stands to what honest clips reach; never that a clip is fake."""
    _ = translator(lang)
    stands = standing(reading)
    if stands == "cannot-tell":
        return _("This cue cannot tell.")
    if stands == "debunked":
        return _("A debunked reading: it is taught so that nobody relies on it.")
    if stands == "unmeasured":
        return _("It has not been measured on a set of clips yet.")
    worth = measured(reading.cue)
    assert worth is not None and worth.false_positive_rate is not None, "otherwise it is unmeasured"
    digits = 2 if f"{reading.score:.2f}" != f"{worth.threshold:.2f}" else 4  # nothing is below itself
    slots = {"score": f"{reading.score:.{digits}f}", "threshold": f"{worth.threshold:.{digits}f}"}
    if stands == "below":
        return _(
            "Score {score}, below {threshold}: like most honest clips. This is no proof of honesty."
        ).format(**slots)
    return _(
        "Score {score}, at or above {threshold}: {rate} of honest clips get there too. Look closer; this is no proof."
    ).format(**slots, rate=_interval(f"{worth.false_positive_rate:.0%}", lang=lang))


@dataclass(frozen=True, kw_only=True)
class Balance:
    """What several readings come to, beside what an honest clip would.

    Parameters
    ----------
    n_told : int
        Cues that could tell something and whose error rate is known.
    reached : tuple of str
        Those of them whose score reaches the threshold.
    expected : float
        How many of them an honest clip would have reach it: the sum of their false-positive rates, which is right
        whether or not the cues err together.
    """

    n_told: int
    reached: tuple[str, ...]
    expected: float

    def say(self, lang: str) -> str:
        """Return it as a sentence in a language."""
        return translator(lang)(BALANCE if self.n_told else NOTHING_TOLD).format(**self.slots())

    def slots(self) -> dict[str, str]:
        """Return what goes into the sentence."""
        return {"n": str(self.n_told), "k": str(len(self.reached)), "expected": f"{self.expected:.1f}"}


def balance(readings: Sequence[Reading | Shown]) -> Balance:
    """Count which cues reach their thresholds, and how many would by chance.

    Examples
    --------
    >>> balance([]).say("en")
    'No cue could tell anything about this clip.'
    """
    told = [(one, standing(one)) for one in readings]
    counted = [(one.cue, stands) for one, stands in told if stands in ("reaches", "below")]
    rates = [worth.false_positive_rate for name, _stands in counted if (worth := measured(name)) is not None]
    return Balance(
        n_told=len(counted),
        reached=tuple(name for name, stands in counted if stands == "reaches"),
        expected=sum(rate.value for rate in rates if rate is not None),
    )
