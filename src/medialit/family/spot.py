"""How sure, and how right: eight ratings counted, with both mistakes side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from typing import Final

from medialit.contest.records import RATINGS
from medialit.language import translator

_FAR: Final = 15  # percentage points between sure and right that are worth a sentence


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What eight ratings come to.

    Parameters
    ----------
    n_made, n_camera : int
        Clips of each kind.
    passed : int
        Made, and rated as camera.
    accused : int
        Camera, and rated as made: false alarms.
    sure : float
        Average confidence in the answer that was given, 50 to 100 percent.
    """

    n_made: int
    n_camera: int
    passed: int
    accused: int
    sure: float

    @property
    def n(self) -> int:
        """How many were rated."""
        return self.n_made + self.n_camera

    @property
    def right(self) -> int:
        """How many answers leant to the right side."""
        return self.n - self.passed - self.accused

    @property
    def by_luck(self) -> float:
        """Share of people who toss a coin and are right as often or more often."""
        return float(sum(comb(self.n, k) for k in range(self.right, self.n + 1)) / 2**self.n)


def says_made(rating: int) -> bool:
    """Return whether a rating leans to "made".

    Examples
    --------
    >>> [says_made(rating) for rating in (1, 3, 4, 6)]
    [False, False, True, True]
    """
    return bool(RATINGS[rating][0])


def count(truths: Sequence[bool], ratings: Sequence[int]) -> Counted:
    """Count ratings against the truth.

    Parameters
    ----------
    truths : sequence of bool
        True where the clip is made.
    ratings : sequence of int
        From 1, surely camera, to 6, surely made.

    Examples
    --------
    >>> found = count([True, True, False, False], [6, 2, 1, 4])
    >>> found.right, found.passed, found.accused
    (2, 1, 1)
    """
    pairs = list(zip(truths, ratings, strict=True))
    return Counted(
        n_made=sum(made for made, _rating in pairs),
        n_camera=sum(not made for made, _rating in pairs),
        passed=sum(made and not says_made(rating) for made, rating in pairs),
        accused=sum(not made and says_made(rating) for made, rating in pairs),
        sure=sum(RATINGS[rating][1] for rating in ratings) / max(1, len(ratings)),
    )


def sentences(found: Counted, *, lang: str) -> tuple[str, ...]:
    """Say how sure and how right, and what eight clips can tell."""
    _ = translator(lang)
    share = 100 * found.right / max(1, found.n)
    said = [
        _("You were right about {right} of {n} clips ({share} %), and {sure} % sure on average.").format(
            right=found.right, n=found.n, share=f"{share:.0f}", sure=f"{found.sure:.0f}"
        )
    ]
    if found.sure - share > _FAR:
        said.append(
            _("More sure than right: that is the usual way round. A little doubt about yourself helps.")
        )
    elif share - found.sure > _FAR:
        said.append(_("More right than sure: your eyes told you more than you trusted them."))
    else:
        said.append(_("As sure as you were right, nearly. Knowing how sure to be is the harder half."))
    said.append(
        _(
            "With {n} clips luck says much: of 100 people who toss a coin, {lucky} do as well or better."
        ).format(n=found.n, lucky=round(100 * found.by_luck))
    )
    return tuple(said)


def scale(*, lang: str) -> tuple[str, ...]:
    """Return the six answers, from the first to the sixth, in words for a parent."""
    _ = translator(lang)
    return (
        _("surely camera"),
        _("probably camera"),
        _("rather camera"),
        _("rather made"),
        _("probably made"),
        _("surely made"),
    )


def mistakes(found: Counted, *, lang: str) -> tuple[tuple[str, str, str], tuple[str, str, str]]:
    """Return the two mistakes, of equal weight: each a title, a count and what it costs."""
    _ = translator(lang)
    return (
        (
            _("Made, and you took it for camera"),
            _("{k} of {n}").format(k=found.passed, n=found.n_made),
            _("What did not happen is believed."),
        ),
        (
            _("Camera, and you took it for made"),
            _("{k} of {n}").format(k=found.accused, n=found.n_camera),
            _("What did happen is not believed, and whoever filmed it is called a liar."),
        ),
    )
