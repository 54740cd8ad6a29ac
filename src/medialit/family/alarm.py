"""The alarm: how often a machine that flags clips is right when it does, which depends on how many clips are made.

The rates are those of this course's detectors at their shipped operating point, and the share of right alarms is
`medialit.forensics.statistics.ppv`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from medialit.family.rounds import Round
from medialit.forensics.detectors import operating
from medialit.forensics.statistics import ppv
from medialit.language import translator

N_CLIPS: Final = 100
MADE: Final = (1, 5, 50)
"""How many of the hundred clips are made, one round each; a last round is about "cannot tell"."""
_UP_TO: Final = (0.1, 0.4, 0.7, 1.0)
"""Where each guess ends, as a share of the alarms."""


@dataclass(frozen=True, kw_only=True)
class Dots:
    """What becomes of a hundred clips, in whole clips.

    Parameters
    ----------
    hits, misses : int
        Made, with and without an alarm.
    false_alarms, quiet : int
        From a camera, with and without an alarm.
    """

    hits: int
    misses: int
    false_alarms: int
    quiet: int


def dots(made: int) -> Dots:
    """Return what becomes of a hundred clips of which so many are made, rounded to whole ones.

    Examples
    --------
    >>> found = dots(50)
    >>> found.hits + found.misses, found.false_alarms + found.quiet
    (50, 50)
    """
    rates = operating()
    hits = round(made * rates.hit_rate)
    false = round((N_CLIPS - made) * rates.false_alarm_rate)
    return Dots(hits=hits, misses=made - hits, false_alarms=false, quiet=N_CLIPS - made - false)


def right(made: int) -> float:
    """Return the share of alarms that are right where so many of a hundred clips are made."""
    rates = operating()
    found = ppv(
        hit_rate=rates.hit_rate, false_alarm_rate=rates.false_alarm_rate, base_rate=made / N_CLIPS
    )  # fmt: skip
    return found if found is not None else 0.0


def guess(made: int) -> int:
    """Return which of the guesses is right.

    Examples
    --------
    >>> answers = [guess(made) for made in MADE]
    >>> answers == sorted(set(answers))  # the more are made, the more alarms are right, and no answer comes twice
    True
    """
    return next(place for place, end in enumerate(_UP_TO) if right(made) <= end)


def intro(*, lang: str) -> tuple[str, ...]:
    """Say what the machine is, and what was measured of it."""
    _, rates = translator(lang), operating()
    return (
        _("A machine looks at clips and rings where it sees signs of making. It is this course's own detector. Measured: "
          "it rings at {hits} of 100 made clips, and at {alarms} of 100 camera clips at most.").format(
            hits=_of_100(rates.hit_rate), alarms=_of_100(rates.false_alarm_rate)
        ),
        _("When it rings, how often is it right? That depends on something that the machine does not know: how many "
          "clips are made."),
        _("Measured on clips of this course, and on none of a current generator: on your telephone's clips the rates are "
          "others."),
    )  # fmt: skip


def rounds(*, lang: str) -> tuple[Round, ...]:
    """Return the rounds: a guess for each of `MADE`, and then what to do with "cannot tell"."""
    return (*(_guessing(made, lang) for made in MADE), _cannot_tell(lang))


def legend(made: int, *, lang: str) -> tuple[str, str, str, str]:
    """Return the four kinds of dots with their numbers: made with an alarm and without, camera with and without."""
    _, found = translator(lang), dots(made)
    return (
        _("Made, the machine rings: {n}").format(n=found.hits),
        _("Made, it stays silent: {n}").format(n=found.misses),
        _("Camera, the machine rings: {n}").format(n=found.false_alarms),
        _("Camera, it stays silent: {n}").format(n=found.quiet),
    )


def _guessing(made: int, lang: str) -> Round:
    _ = translator(lang)
    choices = (
        _("Fewer than 1 in 10"),
        _("1 to 4 in 10"),
        _("4 to 7 in 10"),
        _("More than 7 in 10"),
    )
    meant = {
        1: _("That is not because the machine is bad. Camera clips are so many here that a few false alarms among them "
             "are more than all right ones."),
        5: _("The same machine with the same rates. More clips are made, so an alarm says more."),
        50: _("Here most alarms are right. But of 50 made clips it stays silent at {n}: silence clears no clip.").format(
            n=dots(50).misses
        ),
    }  # fmt: skip
    share = _("Of 100 alarms {right} or more are right. The others call somebody a liar who filmed what "
              "happened.").format(
        right=_of_100(right(made))
    )  # fmt: skip
    near = _("Your guess is right.")
    other = _("Not quite. It is this: {choice}.").format(choice=choices[guess(made)])
    return Round(
        asked=(
            _("Made clips among 100: {made}.").format(made=made),
            _("The machine rings. How many of its alarms are right?"),
        ),
        choices=choices,
        told=tuple((near if place == guess(made) else other, share, meant[made]) for place in range(len(choices))),
    )  # fmt: skip


def _cannot_tell(lang: str) -> Round:
    _, rates = translator(lang), operating()
    n = 100 - _of_100(rates.hit_rate) - _of_100(rates.miss_rate)
    after = (
        _(
            "A machine that had to choose would be wrong about many of these. That it says so is worth something."
        ),
        _(
            "A clip that does not matter may stay open. Of one that matters ask who filmed it, where and when."
        ),
    )
    return Round(
        asked=(
            _("Of a clip that you were sent, the machine says: cannot tell. It says so of {n} of 100 made clips.").format(
                n=n
            ),
            _("What do you do?"),
        ),
        choices=(_("I take it for made"), _("I take it for filmed"), _("I ask where it comes from")),
        told=(
            (_("Then somebody who filmed what happened is called a liar. \"Cannot tell\" is no half alarm."), *after),
            (_("Then something that did not happen may be believed. \"Cannot tell\" clears nothing."), *after),
            (_("Yes: what the picture does not say, people often do."), *after),
        ),
    )  # fmt: skip


def _of_100(share: float) -> int:
    return round(100 * share)
