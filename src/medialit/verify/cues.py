"""What the cues saw of a file, as a part of its report: readings with their pictures, and who did not get to look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from medialit.forensics import cues
from medialit.forensics.cues.shown import Curve, Frame, Shown
from medialit.forensics.cues.view import Balance, balance, standing
from medialit.forensics.statistics import Estimate
from medialit.language import translator

Depth = Literal["none", "light", "all"]
DEPTHS: tuple[Depth, ...] = get_args(Depth)
"""How closely to look: no cue, those that are quick, or all."""


@dataclass(frozen=True, kw_only=True)
class Cues:
    """What the cues saw.

    Parameters
    ----------
    asked : {"none", "light", "all"}
    readings : tuple of Shown
        In the order of `medialit.forensics.cues.CUES`.
    broken : tuple of str
        Cues that failed on this file, and so say nothing.
    unread : tuple of str
        Cues that did not get to look, because the time was over or the reading process was lost.
    strip : tuple of Frame
        Small pictures from the beginning to the end of what was seen.
    n_frames : int
        That were seen; 0 where none could be read.
    until_s : float
        How far into the clip they reach.
    whole : bool
        Whether that is the whole clip.
    """

    asked: Depth = "none"
    readings: tuple[Shown, ...] = ()
    broken: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    strip: tuple[Frame, ...] = ()
    n_frames: int = 0
    until_s: float = 0.0
    whole: bool = False

    @property
    def balance(self) -> Balance:
        """How many reach their thresholds, and how many would by chance."""
        return balance(self.readings)

    def as_dict(self, *, lang: str) -> dict[str, Any]:
        """Return it in JSON types, without the pictures, as `docs/reference/report.schema.json` describes it."""
        counted = self.balance
        return {
            "asked": self.asked,
            "n_frames": self.n_frames,
            "until_s": round(self.until_s, 3),
            "whole": self.whole,
            "n_told": counted.n_told,
            "reached": list(counted.reached),
            "expected_by_chance": round(counted.expected, 3),
            "readings": [_reading(one, lang=lang) for one in self.readings],
            "broken": list(self.broken),
            "unread": list(self.unread),
        }


def names_of(depth: Depth) -> tuple[str, ...]:
    """Return the cues that a depth asks for."""
    return {"none": (), "light": cues.light(), "all": cues.CUES}[depth]


def _reading(one: Shown, *, lang: str) -> dict[str, Any]:
    worth = cues.measured(one.cue)
    return {
        "cue": one.cue,
        "title": translator(lang)(cues.card(one.cue).title),
        "score": one.score,
        "standing": standing(one),
        "said": one.explain(lang),
        "threshold": None if worth is None else worth.threshold,
        "false_positive_rate": _interval(worth.false_positive_rate if worth else None),
        "odd_rate": _interval(worth.odd_rate if worth else None),
        "auc": _interval(worth.auc if worth else None),
        "frames_s": [spot.time_s for spot in one.spots],
        "curve": None if one.curve is None else _curve(one.curve, lang=lang),
    }


def _interval(value: Estimate | None) -> Sequence[float] | None:
    return None if value is None else [value.value, value.low, value.high]


def _curve(one: Curve, *, lang: str) -> dict[str, Any]:
    return {
        "label": translator(lang)(one.label),
        "times_s": list(one.times_s),
        "values": list(one.values),
        "limit": one.limit,
    }
