"""What a detector gives: a score, an assessment of several, what spoke for it, and how often it is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

from medialit.forensics.cues import Footage
from medialit.forensics.cues.records import Said
from medialit.language import msgid as _msgid
from medialit.language import translator

Finding = Literal["signs", "cannot-tell", "no-signs"]

TOO_SHORT: Final = _msgid("The clip has {n} frames; a detector needs {least}, so it cannot tell.")
TOO_SMALL: Final = _msgid("The shorter side has {n} pixels; a detector needs {least}, so it cannot tell.")
UNMEASURED: Final = _msgid("Nothing in this clip could be measured, so the detectors cannot tell.")
STRANGE: Final = _msgid(
    "{share} of what was measured lies beyond everything the detectors were tried on, so they cannot tell."
)
SIGNS: Final = _msgid(
    "The detectors see signs of manipulation. Of honest clips like those they were tried on, at most "
    "{alarms} look like this too."
)
NO_SIGNS: Final = _msgid(
    "The detectors see no signs of manipulation. Of the fakes that they were tried on, {misses} look like this too."
)
BETWEEN: Final = _msgid(
    "What was measured is found in honest clips and in fakes, so the detectors cannot tell."
)
BETWEEN_WORN: Final = _msgid(
    "What was measured is found in honest clips and in fakes, so the detectors cannot tell. Little grain is left in this "
    "clip, and most of the evidence goes with it: ask for the file as the camera kept it."
)


class Detector(Protocol):
    """Whatever can score a clip; higher is more synthetic."""

    @property
    def name(self) -> str:
        """Which detector it is."""

    def score(self, footage: Footage) -> float | None:
        """Return the raw score; None where there is nothing to score."""


@dataclass(frozen=True, kw_only=True)
class Spoke:
    """What a detector went by, one family of measurements.

    Parameters
    ----------
    name : str
        Of the family, or ``cue.NAME`` for one of `medialit.forensics.cues.CUES`.
    title : str
        English message.
    weight : float
        Log-odds that it added: above 0 it spoke for "synthetic", below 0 against.
    """

    name: str
    title: str
    weight: float

    def say(self, lang: str) -> str:
        """Return its title in a language."""
        _ = translator(lang)
        return _(self.title)


@dataclass(frozen=True, kw_only=True)
class Operating:
    """The shipped operating points, on `Assessment.probability`.

    Parameters
    ----------
    signs_at, worn_signs_at, no_signs_at : float
        From `signs_at` up there are signs, of worn clips from `worn_signs_at`; at `no_signs_at` and below there are none;
        in between nobody can tell.
    strange_above : float
        Share of the features beyond what training saw, above which nothing is said.
    false_alarm_rate : float
        Share of honest clips with "signs", the upper end of its 95 % interval: none among a hundred is not never.
    hit_rate, miss_rate : float
        Share of fakes with "signs", and with "no signs".
    """

    signs_at: float
    worn_signs_at: float
    no_signs_at: float
    strange_above: float
    false_alarm_rate: float
    hit_rate: float
    miss_rate: float


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """What the detectors make of one clip. It never says "fake" or "real".

    Parameters
    ----------
    scores : mapping of str to (float or None)
        Raw score of each detector that was asked: log-odds, higher is more synthetic; None where it could not be had.
    probability : float or None
        0 to 1, calibrated on clips of which half were synthetic: at another base rate it is another number
        (`medialit.forensics.calibrators.at_base_rate`, with `was` 0.5). None where no detector scored.
    finding : {"signs", "cannot-tell", "no-signs"}
    said : Said
        Why, as a sentence.
    spoke : tuple of Spoke
        What weighed most, the strongest first.
    strangeness : float or None
        Share of the features beyond what training saw.
    operating : Operating
    cards : mapping of str to mapping
        The measured numbers of each detector that was asked, as on its card.
    """

    scores: Mapping[str, float | None]
    probability: float | None
    finding: Finding
    said: Said
    spoke: tuple[Spoke, ...] = ()
    strangeness: float | None = None
    operating: Operating
    cards: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def explain(self, lang: str) -> str:
        """Return one sentence about this clip, in a language."""
        return self.said.say(lang)

    def as_dict(self, *, lang: str = "en") -> dict[str, Any]:
        """Return it in JSON types."""
        return {
            "scores": dict(self.scores),
            "probability": self.probability,
            "finding": self.finding,
            "said": self.explain(lang),
            "spoke": [
                {"name": one.name, "title": one.say(lang), "weight": round(one.weight, 3)}
                for one in self.spoke
            ],
            "strangeness": self.strangeness,
            "operating": {
                "signs_at": self.operating.signs_at,
                "worn_signs_at": self.operating.worn_signs_at,
                "no_signs_at": self.operating.no_signs_at,
                "false_alarm_rate": self.operating.false_alarm_rate,
                "hit_rate": self.operating.hit_rate,
                "miss_rate": self.operating.miss_rate,
            },
            "cards": {name: dict(card) for name, card in self.cards.items()},
        }
