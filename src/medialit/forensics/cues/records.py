"""What every cue takes and gives: a `Footage` in, a `Reading` out, and the `Card` that says how far to trust it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from medialit.forensics.statistics import Estimate
from medialit.language import translator

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Picture = NDArray[np.uint8]  # (H, W, 3), RGB

Need = Literal["stills", "motion", "faces", "sound", "reference", "world"]
Change = Literal["gain", "fps", "resize", "recompression"]
CHANGES: Final[tuple[Change, ...]] = ("gain", "fps", "resize", "recompression")
"""What is done to a clip before a cue is asked again; tests/unit/forensics/cues says how much of each."""


def _msgid(text: str) -> str:
    """Mark a literal for the catalogues."""
    return text


@dataclass(frozen=True, eq=False, kw_only=True)
class Face:
    """A face in one picture, by whoever found it; places are shares of the picture's width and height.

    Parameters
    ----------
    outline : ndarray of float32, shape (N, 2)
        Around the face, in order.
    lips : ndarray of float32, shape (4, 2)
        Left and right corner, inner edge of the upper and of the lower lip.
    """

    outline: Floats
    lips: Floats


FaceFinder = Callable[[Picture], Face | None]
"""Finds the largest face. It is passed in, because the models live in another part of the platform."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Series:
    """What a cue measured over time.

    Parameters
    ----------
    times_s, values : ndarray of float64, shape (N,)
        NaN where nothing could be measured.
    label : str
        An English message that names the quantity with its unit, for the axis.
    limit : float or None
        Where a line is drawn, if any.
    """

    times_s: Doubles
    values: Doubles
    label: str
    limit: float | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Heat:
    """Where in a picture the cue sees something.

    Parameters
    ----------
    time_s : float
    picture : ndarray of uint8, shape (H, W, 3)
        The pixels that were looked at.
    values : ndarray of float32, shape (h, w)
        0 is nothing to see, 1 is the strongest; stretched over the picture when shown.
    """

    time_s: float
    picture: Picture
    values: Floats


@dataclass(frozen=True, kw_only=True)
class Said:
    """A sentence with its slots, to be said in the reader's language."""

    message: str
    slots: Mapping[str, str] = field(default_factory=dict, hash=False)

    def say(self, lang: str) -> str:
        """Return the sentence in a language."""
        _ = translator(lang)
        return _(self.message).format(**self.slots)


@dataclass(frozen=True, eq=False, kw_only=True)
class Reading:
    """What one cue makes of one clip.

    Parameters
    ----------
    cue : str
    score : float or None
        Higher is more like what the cue looks for, in the cue's own unit. None where there is nothing to measure:
        that is "cannot tell", not zero.
    said : Said
        What was measured, or why nothing was.
    series : Series or None
    heat : tuple of Heat
        The pictures in which the cue sees most, at most three, the strongest first.
    features : mapping of str to float
        Further numbers, for whoever combines cues.
    """

    cue: str
    score: float | None
    said: Said
    series: Series | None = None
    heat: tuple[Heat, ...] = ()
    features: Mapping[str, float] = field(default_factory=dict)

    def explain(self, lang: str) -> str:
        """Return one sentence about this clip, in a language."""
        return self.said.say(lang)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """How well a cue did where it was measured; written by ``python benchmarks/cues.py``.

    Parameters
    ----------
    auc : Estimate
        Against the manipulations that it is meant for.
    auc_pack : Estimate or None
        Against every kind of synthetic clip of the pack.
    threshold : float
        The score that 5 % of one half of the honest clips reach.
    false_positive_rate : Estimate or None
        Share of the other half that reaches it; None where that half has fewer than five clips.
    odd_rate : Estimate or None
        Share of the real-but-odd clips that reach it.
    n_synthetic, n_camera : int
        Clips of which a score could be had.
    """

    auc: Estimate
    auc_pack: Estimate | None
    threshold: float
    false_positive_rate: Estimate | None
    odd_rate: Estimate | None
    n_synthetic: int
    n_camera: int


@dataclass(frozen=True, kw_only=True)
class Card:
    """What a cue is and how far to trust it.

    Parameters
    ----------
    name : str
    title, measures, breaks : str
        English messages: a name for people, what is measured, what makes it wrong.
    source : str
        Who published the idea.
    needs : str
        What of a clip it looks at.
    holds, fails : tuple of str
        Changes that leave more than half of the distance between a planted example and its honest twin, and those
        that do not. Both are tested; a change that is in neither depends on the clip.
    heavy : bool
        Only read when asked for, because it is slow.
    debunked : bool
        Taught because it is widely believed, not because it works.
    """

    name: str
    title: str
    measures: str
    breaks: str
    source: str
    needs: Need
    holds: tuple[Change, ...] = ()
    fails: tuple[Change, ...] = ()
    heavy: bool = False
    debunked: bool = False


NO_FACE: Final = _msgid("No face was found, or none was looked for, so this cue cannot say anything.")
NO_SOUND: Final = _msgid("The clip has no sound, so this cue cannot say anything.")
TOO_SHORT: Final = _msgid("The clip is too short for this cue: it needs {least} frames, and there are {n}.")
TOO_SMALL: Final = _msgid(
    "The pictures are too small for this cue: the shorter side has {n} pixels of {least}."
)
STILL: Final = _msgid("Hardly anything moves, so this cue cannot say anything.")
NOT_WORLD: Final = _msgid(
    "This is not a clip of the miniature world, the only place whose physics this cue knows."
)


def unread(cue: str, message: str, **slots: str) -> Reading:
    """Return the reading of a cue that has nothing to measure."""
    return Reading(cue=cue, score=None, said=Said(message=message, slots=slots))
