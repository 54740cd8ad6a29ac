"""What a contest is made of: clips with a place in a form, and what learners answered to them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal, get_args

from medialit.errors import ContestError
from medialit.language import msgid as _msgid

Form = Literal["a", "b", "c"]
Occasion = Literal["before", "after", "later"]
BlockName = Literal["even", "rare", "advice"]
Stage = Literal["first", "final"]

FORMS: Final[tuple[Form, ...]] = get_args(Form)
OCCASIONS: Final[tuple[Occasion, ...]] = get_args(Occasion)
BLOCKS: Final[tuple[BlockName, ...]] = get_args(BlockName)
"""In the order in which they are shown: advice comes last, so that no earlier answer leans on the machine."""
LEAST_CONFIDENCE: Final = 50
LONGEST_NAME: Final = 40
FEWEST: Final = 5
"""Of fewer learners nothing is told: a mean of one is that one's own result."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """A clip of a contest: where it is shown, and the truth about it.

    Parameters
    ----------
    clip : str
        Its id, which says nothing.
    form : {"a", "b", "c"}
    block : {"even", "rare", "advice"}
    synthetic : bool
    method : str or None
        The kind of fake; None for a camera clip.
    unseen : bool
        True for a fake of the kind that this form alone has.
    odd : str or None
        What is odd about it though nobody faked that, such as ``"mirrored"``.
    sources : tuple of str
        The scene and the people: what no two forms share.
    hardness : float
        0 (easy) to 1 (hard), as far as it is known; it is what forms are matched by.
    machine : float or None
        The machine's score, higher for more synthetic; None where it has none.
    """

    clip: str
    form: Form
    block: BlockName
    synthetic: bool
    method: str | None = None
    unseen: bool = False
    odd: str | None = None
    sources: tuple[str, ...] = ()
    hardness: float = 0.0
    machine: float | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One judgement.

    Parameters
    ----------
    learner : str
        A pseudonym, as `pseudonym` gives it.
    occasion : {"before", "after", "later"}
    clip : str
    stage : {"first", "final"}
        Before the machine's advice, or after it.
    synthetic : bool
        True for "synthetic", False for "camera".
    confidence : int
        In percent, from 50 (a guess) to 100.
    seconds : float
        From the clip's appearance to the answer, 0 or more.
    at : datetime
        Aware.

    Raises
    ------
    ContestError
        If one of them is out of range.
    """

    learner: str
    occasion: Occasion
    clip: str
    stage: Stage
    synthetic: bool
    confidence: int
    seconds: float
    at: datetime

    def __post_init__(self) -> None:
        if (
            self.occasion not in OCCASIONS
            or self.stage not in get_args(Stage)
            or not LEAST_CONFIDENCE <= self.confidence <= 100
            or not self.seconds >= 0  # refuses NaN too
            or self.at.tzinfo is None
        ):
            raise ContestError(
                _msgid(
                    "An answer has a confidence from 50 to 100 %, seconds from 0 up, and a time with its zone; not "
                    "{confidence} %, {seconds} s and {at}."
                ),
                confidence=self.confidence,
                seconds=self.seconds,
                at=self.at,
            )

    @property
    def probability(self) -> float:
        """The probability of "synthetic" that the answer stands for, from 0 to 1."""
        return self.confidence / 100 if self.synthetic else 1 - self.confidence / 100


RATINGS: Final[Mapping[int, tuple[bool, int]]] = MappingProxyType(
    {1: (False, 95), 2: (False, 80), 3: (False, 60), 4: (True, 60), 5: (True, 80), 6: (True, 95)}
)
"""What the six buttons stand for, from "surely camera" to "surely synthetic": the answer, and its confidence in %."""


def pseudonym(typed: str) -> str:
    """Return a code word as it is kept: composed, without spaces around it, in small letters.

    Raises
    ------
    ContestError
        If nothing is left, it is longer than 40 signs, or it holds signs that cannot be seen.

    Examples
    --------
    >>> pseudonym("  Argan 7 "), pseudonym("٤١٧٢")
    ('argan 7', '4172')
    """
    composed = unicodedata.normalize("NFKC", typed[: 8 * LONGEST_NAME])
    words = " ".join(composed.split())
    digits = "".join(str(unicodedata.decimal(sign, sign)) for sign in words)
    name = unicodedata.normalize("NFC", digits.casefold())
    unseen = any(unicodedata.category(sign)[0] == "C" for sign in name)
    if not name or unseen or len(name) > LONGEST_NAME or len(typed) > 8 * LONGEST_NAME:
        raise ContestError(
            _msgid("A code word has 1 to {most} letters, digits or signs that can be seen. Choose another."),
            most=LONGEST_NAME,
        )
    return name
