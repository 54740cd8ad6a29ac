"""What somebody sees next: everything follows from the contest, the occasion and what was answered already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from medialit.contest import order
from medialit.contest.plan import Contest
from medialit.contest.records import BLOCKS, Answer, BlockName, Form, Item, Occasion, Stage

DOUBLE_CLICK_S: Final = 0.35
"""Whoever answers a clip faster than this answered the one before twice."""


@dataclass(frozen=True, kw_only=True)
class Advice:
    """What the machine says of a clip.

    Parameters
    ----------
    synthetic : bool
    false_alarms, n_camera : int
        So many of so many camera clips it called synthetic, on other clips.
    misses, n_synthetic : int
        So many of so many synthetic clips it did not call synthetic.
    """

    synthetic: bool
    false_alarms: int
    n_camera: int
    misses: int
    n_synthetic: int


@dataclass(frozen=True, kw_only=True)
class Step:
    """What is asked next.

    Parameters
    ----------
    clip : str
    stage : {"first", "final"}
    number, of : int
        The clip's number in the form, from 1, and how many there are.
    block : {"even", "rare", "advice"}
    advice : Advice or None
        Shown only before the final answer.
    before : Answer or None
        The first answer, where this is the final one.
    """

    clip: str
    stage: Stage
    number: int
    of: int
    block: BlockName
    advice: Advice | None = None
    before: Answer | None = None

    @property
    def token(self) -> str:
        """What an answer must name, so that a second click is not taken for an answer to the next clip."""
        return f"{self.clip}/{self.stage}"


def sequence(contest: Contest, *, learner: str, first: Form, occasion: Occasion) -> tuple[Item, ...]:
    """Return all clips that a learner sees on an occasion, in order."""
    shown = contest.form(order.form_on(occasion, first=first))
    return tuple(
        item
        for block in BLOCKS
        for item in order.shuffled(
            (one for one in shown if one.block == block), learner=learner, occasion=occasion, key=contest.key
        )
    )


def next_step(
    contest: Contest, *, learner: str, first: Form, occasion: Occasion, answers: Iterable[Answer]
) -> Step | None:
    """Return what is asked next, or None where everything was answered.

    Parameters
    ----------
    contest : Contest
    learner : str
    first : {"a", "b"}
        The form that the learner began with.
    occasion : {"before", "after", "later"}
    answers : iterable of Answer
        The learner's; those of other occasions are passed over.
    """
    given = {(one.clip, one.stage): one for one in answers if one.occasion == occasion}
    items = sequence(contest, learner=learner, first=first, occasion=occasion)
    for number, item in enumerate(items, start=1):
        at = {"clip": item.clip, "number": number, "of": len(items), "block": item.block}
        before = given.get((item.clip, "first"))
        if before is None:
            return Step(**at, stage="first")  # type: ignore[arg-type]  # the types of a dict's values are not told apart
        advice = advice_on(contest, item)
        if advice is not None and (item.clip, "final") not in given:
            return Step(**at, stage="final", advice=advice, before=before)  # type: ignore[arg-type]  # as above
    return None


def advice_on(contest: Contest, item: Item) -> Advice | None:
    """Return what the machine says of a clip in the block with advice; None elsewhere and where it says nothing."""
    if item.block != "advice" or contest.machine is None or item.machine is None:
        return None
    counts = contest.machine.counts
    return Advice(
        synthetic=contest.machine.says(item.machine),
        false_alarms=counts.false_alarms,
        n_camera=counts.n_camera,
        misses=counts.misses,
        n_synthetic=counts.n_synthetic,
    )
