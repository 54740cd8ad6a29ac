"""What a class is told, in somebody's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from medialit.contest.crowds import Name
from medialit.contest.over_class import ClassChange
from medialit.contest.records import BlockName, Occasion
from medialit.contest.report import ClassReport
from medialit.contest.session import Advice
from medialit.contest.trust import Trust
from medialit.forensics.statistics import Estimate, Verdict
from medialit.language import msgid as _msgid
from medialit.language import translator

_OCCASIONS: Final[Mapping[Occasion, str]] = {
    "before": _msgid("before"),
    "after": _msgid("after"),
    "later": _msgid("later"),
}
_BLOCKS: Final[Mapping[BlockName, str]] = {
    "even": _msgid("half are synthetic"),
    "rare": _msgid("synthetic ones are rare"),
    "advice": _msgid("first answers where advice follows"),
}
_NAMES: Final[Mapping[Name, str]] = {
    "individuals": _msgid("one person (mean)"),
    "majority": _msgid("the class, by majority"),
    "weighted": _msgid("the class, votes weighed by confidence"),
    "machine": _msgid("the machine"),
    "individuals_with_machine": _msgid("one person with the machine (mean)"),
    "crowd_with_machine": _msgid("the class with the machine"),
}
_VERDICTS: Final[Mapping[Verdict, tuple[str, str]]] = {
    Verdict.BETTER: (
        _msgid("Better"),
        _msgid("The class tells synthetic clips from camera clips better than before."),
    ),
    Verdict.WORSE: (
        _msgid("Worse"),
        _msgid("The class tells synthetic clips from camera clips less well than before."),
    ),
    Verdict.MORE_SUSPICIOUS: (
        _msgid("Merely more suspicious"),
        _msgid(
            "The class says “synthetic” more readily, of fakes and of camera clips alike. That it sees better "
            "could not be told."
        ),
    ),
    Verdict.MORE_TRUSTING: (
        _msgid("Merely more trusting"),
        _msgid(
            "The class says “camera” more readily, of fakes and of camera clips alike. That it sees better "
            "could not be told."
        ),
    ),
    Verdict.CANNOT_TELL: (
        _msgid("No change that could be told"),
        _msgid("This is not “nothing changed”: the intervals leave room for a gain and for a loss."),
    ),
}


def scale(*, lang: str) -> tuple[str, ...]:
    """Return what the six answers are called, from the first to the sixth."""
    _ = translator(lang)
    return (
        _("surely camera"),
        _("probably camera"),
        _("rather camera"),
        _("rather synthetic"),
        _("probably synthetic"),
        _("surely synthetic"),
    )


def advice_sentences(advice: Advice, *, lang: str) -> tuple[str, str]:
    """Return what the machine says of a clip, and how often it errs."""
    _ = translator(lang)
    says = _("The machine says: synthetic.") if advice.synthetic else _("The machine says: from a camera.")
    errs = _(
        "On other clips it called {false_alarms} of {n_camera} camera clips synthetic, and missed {misses} of "
        "{n_synthetic} synthetic ones."
    )
    return says, errs.format(
        false_alarms=advice.false_alarms,
        n_camera=advice.n_camera,
        misses=advice.misses,
        n_synthetic=advice.n_synthetic,
    )


def occasion_word(occasion: Occasion, *, lang: str) -> str:
    """Return ``before``, ``after`` or ``later`` in a language."""
    return translator(lang)(_OCCASIONS[occasion])


def block_words(block: BlockName, *, lang: str) -> str:
    """Return what a block is, in a language."""
    return translator(lang)(_BLOCKS[block])


def contestant_words(name: Name, *, lang: str) -> str:
    """Return who a contestant is, in a language."""
    return translator(lang)(_NAMES[name])


def verdict_words(verdict: Verdict, *, lang: str) -> tuple[str, str]:
    """Return the verdict in two or three words, and the sentence that explains it.

    Examples
    --------
    >>> verdict_words(Verdict.MORE_SUSPICIOUS, lang="en")[0]
    'Merely more suspicious'
    """
    _ = translator(lang)
    short, long = _VERDICTS[verdict]
    return _(short), _(long)


def change_sentences(found: ClassChange, *, lang: str) -> tuple[str, ...]:
    """Return the verdict on a change, with what else must be said beside it."""
    _ = translator(lang)
    change = found.change
    said = [verdict_words(change.verdict, lang=lang)[1]]
    if change.verdict in (Verdict.BETTER, Verdict.WORSE):
        if change.criterion.high < 0:
            said.append(_("It also says “synthetic” more readily than before."))
        elif change.criterion.low > 0:
            said.append(_("It also says “camera” more readily than before."))
    if not found.balanced:
        said.append(
            _(
                "All of them, or all but one, saw the forms in one order, so a harder form may pass for a change."
            )
        )
    return tuple(said)


def odd_sentence(report: ClassReport, *, lang: str) -> str | None:
    """Return whether real but odd clips raise more false alarms than plain ones; None where nothing was measured."""
    _ = translator(lang)
    more = report.odd_alarms
    if more is None:
        return None
    if more.low > 0:
        return _(
            "Odd camera clips are called synthetic more often than plain ones: oddity is taken for a sign."
        )
    if more.high < 0:
        return _("Odd camera clips are called synthetic less often than plain ones.")
    return _("No difference between odd and plain camera clips could be told.")


def unseen_sentence(report: ClassReport, *, lang: str) -> str | None:
    """Return what became of fakes of a kind that had not been met; None where nothing was measured."""
    _ = translator(lang)
    change = report.unseen.change
    if change is None:
        return None
    if change.low > 0:
        return _(
            "Fakes of a kind that nobody had met are found more often than such fakes were before. Hold it "
            "against the false alarms."
        )
    if change.high < 0:
        return _("Fakes of a kind that nobody had met are found less often than such fakes were before.")
    return _(
        "On fakes of a kind that nobody had met, no change could be told: what was learned may not reach them."
    )


def trust_sentences(trust: Trust, *, lang: str) -> tuple[str, ...]:
    """Return what became of the machine's advice."""
    _ = translator(lang)
    said = []
    if trust.over is None:
        said.append(
            _("Wrong advice never contradicted a right answer, so nothing is known of over-reliance.")
        )
    else:
        said.append(
            _(
                "Over-reliance: wrong advice was followed against a right answer in {share} of {n} cases."
            ).format(share=isolated(percent(trust.over)), n=trust.n_wrong)
        )
    if trust.under is None:
        said.append(
            _("Right advice never contradicted a wrong answer, so nothing is known of under-reliance.")
        )
    else:
        said.append(
            _(
                "Under-reliance: right advice was left, and a wrong answer kept, in {share} of {n} cases."
            ).format(share=isolated(percent(trust.under)), n=trust.n_right)
        )
    return tuple(said)


def signed(estimate: Estimate) -> str:
    """Return a change with its sign and its interval.

    Examples
    --------
    >>> signed(Estimate(0.4, low=-0.1, high=0.9))
    '+0.40 [−0.10, +0.90]'
    """
    numbers = (f"{value:+.2f}".replace("-", "−") for value in (estimate.value, estimate.low, estimate.high))
    return "{} [{}, {}]".format(*numbers)


def plain(estimate: Estimate) -> str:
    """Return a number with its interval."""
    return format(estimate, ".2f").replace("-", "−")


def percent(estimate: Estimate) -> str:
    """Return a share with its interval, in percent."""
    return format(estimate, ".0%").replace("-", "−")


def points(estimate: Estimate) -> str:
    """Return a change of a share in percentage points, with its sign and interval.

    Examples
    --------
    >>> points(Estimate(0.1, low=-0.02, high=0.22))
    '+10 [−2, +22]'
    """
    numbers = (
        f"{100 * value:+.0f}".replace("-", "−") for value in (estimate.value, estimate.low, estimate.high)
    )
    return "{} [{}, {}]".format(*numbers)


def isolated(numbers: str) -> str:
    """Return numbers so that a line that runs from right to left does not turn them about."""
    return f"\u2066{numbers}\u2069" if any(sign.isdigit() for sign in numbers) else numbers


def limits(*, lang: str) -> tuple[str, ...]:
    """Return what a contest cannot show."""
    _ = translator(lang)
    return (
        _("It holds for clips of this pack. Of the clips of another generator it says nothing."),
        _(
            "Without a class that had no lesson, a change may come from practice, from talk or from the days between."
        ),
        _("Learners knew that they were tested, and that some clips were synthetic. At home nobody says so."),
        _("The delayed form was never shown before, so its own difficulty is part of the change to it."),
        _(
            "Intervals of the crowd and of the machine are over clips, those of people over learners. They "
            "answer different questions."
        ),
    )
