"""What the detectors say of a file, as a part of its report: a careful finding, and how often it is wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from medialit.errors import CueError
from medialit.forensics.cues.records import Said
from medialit.forensics.cues.shown import Spot, said_from_plain, spot, spot_as_plain, spot_from_plain
from medialit.forensics.statistics import ppv
from medialit.language import translator

if TYPE_CHECKING:
    from medialit.forensics.cues.records import Heat
    from medialit.forensics.detectors import Assessment

Finding = Literal["signs", "cannot-tell", "no-signs"]
BASE_RATES: Final = (0.005, 0.05, 0.5)
"""Shares of synthetic clips for which the report says how many of its alarms are right."""
_MOST = 20


@dataclass(frozen=True, kw_only=True)
class Rates:
    """How often the finding is wrong, as measured at the shipped operating points.

    Parameters
    ----------
    false_alarm, hit, miss : float
        Honest clips and synthetic ones with "signs"; synthetic ones with "no signs".
    """

    false_alarm: float
    hit: float
    miss: float

    def ppv(self, base_rate: float) -> float | None:
        """Return the share of alarms that are right where `base_rate` of all clips are synthetic."""
        return ppv(hit_rate=self.hit, false_alarm_rate=self.false_alarm, base_rate=base_rate)


@dataclass(frozen=True, kw_only=True)
class Synthetic:
    """What detectors say about the pictures.

    Parameters
    ----------
    probability : float or None
        Calibrated where half of the clips are synthetic; None where no detector could be asked.
    finding : {"signs", "cannot-tell", "no-signs"}
    detectors : tuple of str
        Those that were asked; none where nobody asked, or the asking failed.
    asked : bool
        Whether they were to be asked.
    said : Said or None
        Why, where they cannot tell.
    spoke : tuple of (str, float)
        What weighed most: an English message, and the log-odds that it added (below 0: against).
    scores : mapping of str to (float or None)
        Raw score of each detector.
    rates : Rates or None
    where : Spot or None
        The frame of the most suspicious stretch, and under what the network says of its places; None where it was not
        asked, and with the finding "no-signs".
    """

    probability: float | None = None
    finding: Finding = "cannot-tell"
    detectors: tuple[str, ...] = ()
    asked: bool = False
    said: Said | None = None
    spoke: tuple[tuple[str, float], ...] = ()
    scores: Mapping[str, float | None] = field(default_factory=dict, hash=False)
    rates: Rates | None = None
    where: Spot | None = field(default=None, repr=False)

    def cues(self, lang: str) -> tuple[str, ...]:
        """Return what weighed most, in words, each with the log-odds that it added."""
        _ = translator(lang)
        return tuple(f"{_(title)} ({weight:+.1f})" for title, weight in self.spoke)

    def as_dict(self, *, lang: str) -> dict[str, Any]:
        """Return it in JSON types, as `docs/reference/report.schema.json` describes it."""
        rates = self.rates
        return {
            "probability": self.probability,
            "finding": self.finding,
            "cues": list(self.cues(lang)),
            "detectors": list(self.detectors),
            "scores": dict(self.scores),
            "false_alarm_rate": rates.false_alarm if rates else None,
            "hit_rate": rates.hit if rates else None,
            "miss_rate": rates.miss if rates else None,
            "ppv": {f"{rate:g}": rates.ppv(rate) for rate in BASE_RATES} if rates else None,
            "where_s": None if self.where is None else round(self.where.time_s, 3),
        }


def as_plain(assessment: Assessment, where: Heat | None = None) -> dict[str, Any]:
    """Return an assessment in JSON's types, for `from_plain`, and where the network sees something."""
    points = assessment.operating
    if assessment.finding == "no-signs":
        where = None  # bright places of a clip that was not flagged would be taken for more than they are
    return {
        "probability": assessment.probability,
        "finding": assessment.finding,
        "message": assessment.said.message,
        "slots": dict(assessment.said.slots),
        "spoke": [[one.title, float(one.weight)] for one in assessment.spoke],
        "scores": dict(assessment.scores),
        "rates": [points.false_alarm_rate, points.hit_rate, points.miss_rate],
        "where": None if where is None else spot_as_plain(spot(where)),
    }


def from_plain(plain: Mapping[str, Any]) -> Synthetic:
    """Return what `as_plain` wrote, and nothing else; it comes from a process that read a file of anybody's.

    Raises
    ------
    CueError
        If it is anything else.
    """
    try:
        finding = plain["finding"]
        if finding not in get_args(Finding):
            raise ValueError("the finding is unknown")
        false_alarm, hit, miss = (_share(value) for value in plain["rates"])
        scores = {str(name)[:40]: _score(value) for name, value in list(plain["scores"].items())[:_MOST]}
        probability = plain["probability"]
        return Synthetic(
            probability=None if probability is None else _share(probability),
            finding=finding,
            detectors=tuple(scores),
            asked=True,
            said=said_from_plain(plain["message"], plain["slots"]),
            spoke=tuple(
                (said_from_plain(title, {}).message, _number(weight))
                for title, weight in plain["spoke"][:_MOST]
            ),
            scores=scores,
            rates=Rates(false_alarm=false_alarm, hit=hit, miss=miss),
            where=None if plain["where"] is None else spot_from_plain(plain["where"]),
        )
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise CueError(f"This is no assessment: {error}.") from error


def _share(value: object) -> float:
    number = _number(value)
    if not 0 <= number <= 1:
        raise ValueError("a share lies between 0 and 1")
    return number


def _score(value: object) -> float | None:
    return None if value is None else _number(value)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("a number is none")
    return float(value)
