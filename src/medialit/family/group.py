"""The family group: a clip arrives three times, a correction is written, and taking back reaches so far and no farther.

The case is invented and its shares are assumed. How much an answer moves a belief is
`medialit.forensics.statistics.ppv`, and what becomes of copies decides `medialit.consent.spread.partition` at the places
of the simulated network.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import cache
from typing import Final

from medialit.consent.spread import Conduct, Fate, Posting, Reach, measure, partition
from medialit.family.rounds import Round
from medialit.forensics.statistics import ppv
from medialit.language import translator
from medialit.reach_network import PLACES, REVOKED_AT

BEFORE: Final = 0.3
"""Assumed: share of such tales that are true."""
SAYS_IF_TRUE: Final = 0.8
SAYS_IF_FALSE: Final = 0.3
"""Assumed: how often somebody tells of it where it is true, and where it is not."""
EACH: Final = 4
"""Assumed: copies at each place, half of them older than the taking back."""


def belief(n_sources: int) -> float:
    """Return how probable the tale is after so many people who know of it independently of each other.

    Examples
    --------
    >>> [round(belief(n), 2) for n in range(4)]
    [0.3, 0.53, 0.75, 0.89]
    """
    held = BEFORE
    for _one in range(n_sources):
        held = ppv(hit_rate=SAYS_IF_TRUE, false_alarm_rate=SAYS_IF_FALSE, base_rate=held) or 0.0
    return held


@cache
def taken_back() -> Reach:
    """Return what becomes of the copies once they are taken back."""
    copies = [
        Posting(
            id=f"{place.id}-{number}",
            place=place.id,
            at=REVOKED_AT + timedelta(hours=12 if number % 2 else -12),
        )
        for place in PLACES
        for number in range(EACH)
    ]
    return measure(partition(copies, PLACES, at=REVOKED_AT), at=REVOKED_AT)


def intro(*, lang: str) -> tuple[str, ...]:
    """Say what is played, and what is assumed."""
    _ = translator(lang)
    return (
        _("A clip comes into the family's group. Five moments of one day: what do you do?"),
        _(
            "People, places and clips are invented, and the numbers are assumed. It is about clips that are true, too."
        ),
    )


def rounds(*, lang: str) -> tuple[Round, ...]:
    """Return the five moments."""
    return _arrives(lang), _again(lang), _corrects(lang), _takes_back(lang), _is_true(lang)


def _acts(lang: str) -> tuple[str, str, str, str]:
    _ = translator(lang)
    return (
        _("I pass it on"),
        _("I wait"),
        _("I ask"),
        _("I write that it is false"),
    )


def _arrives(lang: str) -> Round:
    _ = translator(lang)
    return Round(
        asked=(
            _("9:10. Uncle Omar sends a clip: a bridge breaks under a lorry. He writes: \"The bridge of Tanoumrit, this "
              "morning!\" At noon Aunt Salma will drive over that bridge."),
            _("What do you do?"),
        ),
        choices=_acts(lang),
        told=(
            (_("If it is true, somebody is warned early. If it is not, there is one copy more, and it comes from you."),
             _("Asking takes two minutes and serves both cases.")),
            (_("An hour does no harm to most clips. Here Salma drives at noon: somebody has to ask before then."),),
            (_("Yes. \"Omar, where do you have this from?\" And a call to somebody who lives at the bridge."),
             _("Two minutes, and it serves both cases: that it is true, and that it is not.")),
            (_("You do not know that yet. If it is true, whoever filmed it is called a liar, and Salma drives."),
             _("Asking takes two minutes and serves both cases.")),
        ),
    )  # fmt: skip


def _again(lang: str) -> Round:
    _ = translator(lang)
    counted = (
        _("Assume that of 100 such tales {before} are true, and that somebody tells of it in {yes} of 100 cases "
          "where it is true, and in {no} where it is not.").format(
            before=_of_100(BEFORE), yes=_of_100(SAYS_IF_TRUE), no=_of_100(SAYS_IF_FALSE)
        ),
        _("After one source it is {one} of 100. After three who each saw it themselves it is {three}. After three "
          "copies of one clip it is {one}.").format(one=_of_100(belief(1)), three=_of_100(belief(3))),
        _("The shares are assumed. That a copy adds nothing is not."),
    )  # fmt: skip
    return Round(
        asked=(
            _("9:40. The same clip comes from Cousin Nadia, then from a neighbour. The words under it are the same, "
              "to the letter."),
            _("How sure are you now that it is true?"),
        ),
        choices=(_("Much surer: three people say it"), _("As sure as after the first"), _("Less sure than before")),
        told=(
            (_("Three people sent it, and nobody saw it: the same words tell that all three passed one clip on."),
             *counted),
            (_("Yes. Three copies are one source."), *counted),
            (_("Copies do not make it less true either. True tales are passed on, too."), *counted),
        ),
    )  # fmt: skip


def _corrects(lang: str) -> Round:
    _ = translator(lang)
    parts = _("A correction says four things: which clip, what is right, who says so, and what to do now.")
    return Round(
        asked=(
            _("10:20. You had passed it on after all. Now the town's office says: the bridge is open, and the clip "
              "is three years old and from elsewhere."),
            _("What do you write to the group?"),
        ),
        choices=(
            _("Nothing. I delete it."),
            _("\"All fake! One cannot believe anything any more.\""),
            _("\"The clip that I sent at 9:15 is not our bridge, and it is old. The town's office says that the "
              "bridge is open. Please tell whoever has it from you.\""),
        ),
        told=(
            (_("Whoever has seen it goes on believing it, and whoever has passed it on does not know."), parts),
            (_("But it is not made: it was filmed, elsewhere and earlier. And whoever believes nothing does not "
               "believe the next warning either."), parts),
            (_("Yes. It can go wherever your clip went."), parts),
        ),
    )  # fmt: skip


def _takes_back(lang: str) -> Round:
    _ = translator(lang)
    found = taken_back()
    n = sum(found.n.values())
    sure = found.n[Fate.BLOCKED] + found.n[Fate.UNPUBLISHED]
    per_conduct = Counter(one.conduct for one in PLACES)
    down = [one.delay_h for one in PLACES if one.conduct is Conduct.COOPERATES]
    counted = (
        _("Taken down or refused: {sure} of {n}, after {fast} to {slow} hours. Asked, and the place decides: "
          "{asked}. Out of reach: {lost}.").format(
            sure=sure, n=n, fast=round(min(down)), slow=round(max(down)), asked=found.n[Fate.NOTIFIED],
            lost=found.n[Fate.UNREACHABLE],
        ),
        _("In closed groups such as yours no rule takes anything down. There only people reach people: that is what the "
          "correction is for."),
        _("The places, their hours and the copies are assumed, and no network is like this one. What can be done at "
          "which kind of place is the rule of this course."),
    )  # fmt: skip
    return Round(
        asked=(
            _("11:00. The clip shows a face: the driver wants it taken back. {n} copies are out, {each} in each kind of "
              "place: a network, a video site, a forum, closed groups, accounts that are gone.").format(
                n=per_conduct.total() * EACH, each=EACH
            ),
            _("How many of them are surely down or refused in the end?"),
        ),
        choices=(_("All of them"), _("Fewer than half"), _("None")),
        told=(
            (_("Not all: taking back reaches so far and no farther."), *counted),
            (_("Yes."), *counted),
            (_("Some are: taking back reaches far, and not everywhere."), *counted),
        ),
    )  # fmt: skip


def _is_true(lang: str) -> Round:
    _ = translator(lang)
    return Round(
        asked=(
            _("17:30. Nadia sends a clip: water stands on the road at the ford. She filmed it herself a minute ago, "
              "and when you call she is standing there."),
            _("What do you do?"),
        ),
        choices=_acts(lang),
        told=(
            (_("Yes, with who filmed it, where, and at what hour: water falls again."),
             _("A true warning that nobody passes on does harm, too.")),
            (_("Meanwhile somebody drives into the water. Waiting is for what you do not know yet."),
             _("A true warning that nobody passes on does harm, too.")),
            (_("You have asked, and she answered. Now pass it on, with who, where and when."),
             _("A true warning that nobody passes on does harm, too.")),
            (_("She stands there. To call that false is the other mistake, and it is no smaller."),
             _("A true warning that nobody passes on does harm, too.")),
        ),
    )  # fmt: skip


def _of_100(share: float) -> int:
    return round(100 * share)
