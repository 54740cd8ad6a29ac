"""Outliers: how far a clip stands off honest clips, where the theory of a cue says which way a fake goes.

No fake is needed to fit it: of each feature it knows the middle and the far end of honest clips, and which end is
suspicious by what the feature measures (noise that occurs twice, a voice that fits the lips better elsewhere, a
sensor's pattern that breaks off). So it cannot have learnt the kinds of fakes that it is tried on, and says of a kind
that nobody has seen what it says of the others. The score is what the three strangest features say.

References
----------
Cozzolino and Verdoliva (2020), Noiseprint, IEEE TIFS 15:144: forgeries as anomalies of honest material, by noise.
Chandola, Banerjee and Kumar (2009), Anomaly detection: a survey, ACM Computing Surveys 41:15.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from medialit.errors import CueError

Doubles = NDArray[np.float64]

SUSPICIOUS: Final[Mapping[str, int]] = MappingProxyType(
    {
        # noise that occurs twice, in place or in time
        "still.copied": 1, "cue.copy_move": 1, "cue.duplication": 1, "grain.back_again_over": 1,
        "grain.back_noise_over": 1,
        # a voice and lips that do not belong together
        "cue.lip_sync": 1, "cue.lip_sync.pixels_gain": 1,
        # a sensor's pattern that is not in a stretch or in a place
        "grain.pattern_break_ratio": 1, "grain.pattern_place_low_ratio": 1, "grain.moving_own_low": 1,
        "grain.moving_own_low_ratio": 1,
        # frames between which nothing new was recorded
        "grain.block_rhythm_mean": 1, "cue.interpolation": 1, "grain.nyquist": 1, "grain.again_most": 1,
        "grain.again_std": 1, "grain.rise": 1, "grain.dip_ratio": 1,
        # noise of another level in a place
        "cue.noise": 1, "grain.map_low": 1, "grain.moving_noise_low_ratio": 1, "grain.moving_noise_high_ratio": 1,
        "grain.block_dip": 1, "still.sharp_low_most": 1, "still.colour_high_most": 1,
        # a face or lips with other grain than what is around, and the line between them
        "grain.face_noise": 0, "grain.lips_noise": 0, "grain.face_own": -1, "grain.lips_own": -1,
        "cue.face_boundary": 1,
        # places that do not follow the camera's exposure
        "light.follow_low": -1, "light.follow_p10": -1, "light.follow_off": 1,
        # places that do not go along with the camera's shake
        "shake.follow_low": -1, "shake.follow_p10": -1, "shake.follow_off": 1, "shake.unlike_low": 1,
        # what decoders and generators leave, or leave out
        "still.rest_zero": 1, "still.rg": -1, "still.gb": -1, "still.second_0.5": 1, "cue.double_jpeg": 1,
        "cue.spectrum": 1, "cue.flicker": 1, "cue.warp_error": 1,
        # laws of physics, in the miniature world
        "cue.ballistics": 1, "cue.permanence": 1, "cue.shadow": 1,
    }
)  # fmt: skip
"""Which end of a feature is suspicious, by what it measures: 1 high, -1 low, 0 both."""

N_STRANGEST: Final = 3
_FAR: Final = 0.97  # of honest clips lie below the limit
_FROM: Final = 0.7  # of the way from the middle to the limit, below which a value says nothing
_STEEP: Final = 2.0
_LEAST: Final = 20


@dataclass(frozen=True, eq=False, kw_only=True)
class Outliers:
    """A fitted detector of outliers.

    Parameters
    ----------
    names : tuple of str
        Of the F features of `SUSPICIOUS` that were there.
    middle : ndarray of float64, shape (F,)
        Median in honest clips.
    limit : ndarray of float64, shape (F,)
        How far off the middle, in the suspicious direction, 97 % of honest clips lie at most.
    """

    names: tuple[str, ...]
    middle: Doubles
    limit: Doubles

    def score(self, row: Doubles) -> float:
        """Return what the strangest features say together, 0 or more; each counts by its logarithm."""
        return float(self.contributions(row).sum())

    def contributions(self, row: Doubles) -> Doubles:
        """Return what each feature says, shape (F,): nothing but the strongest three."""
        if row.shape != (len(self.names),):
            raise CueError(f"A row holds {len(self.names)} features, not an array of {row.shape}.")
        far = np.clip(_off(row, self.middle, self.names) / self.limit, 0, 1e6)
        said = np.arcsinh(np.maximum(np.nan_to_num(far) - _FROM, 0) * _STEEP)
        said[np.argsort(-said, kind="stable")[N_STRANGEST:]] = 0
        return np.asarray(said, np.float64)

    def as_dict(self) -> dict[str, Any]:
        """Return it in JSON types."""
        return {
            "names": list(self.names),
            "middle": [float(f"{v:.5g}") for v in self.middle],
            "limit": [float(f"{v:.5g}") for v in self.limit],
        }


def fit_outliers(honest: Doubles, *, names: Sequence[str]) -> Outliers:
    """Fit on honest clips alone.

    Parameters
    ----------
    honest : ndarray of float64, shape (N, F)
        NaN where missing. Features that `SUSPICIOUS` does not know are left out, and those that fewer than 20 clips have.
    names : sequence of str
        Of the F features.

    Raises
    ------
    CueError
        If the shapes do not fit, or nothing is left.
    """
    if honest.ndim != 2 or honest.shape[1] != len(names):
        raise CueError(f"Give {len(names)} features of each clip; there are {honest.shape} numbers.")
    there = np.isfinite(honest).sum(axis=0) >= _LEAST
    kept = [k for k, name in enumerate(names) if name in SUSPICIOUS and there[k]]
    if not kept:
        raise CueError(
            f"Outliers need {_LEAST} honest clips or more with a feature whose direction is known."
        )
    known = tuple(names[k] for k in kept)
    values = honest[:, kept]
    middle = np.nanmedian(values, axis=0)
    limit = np.nanquantile(_off(values, middle, known), _FAR, axis=0)
    return Outliers(names=known, middle=middle, limit=np.maximum(limit, 1e-6))


def outliers_from_dict(held: Mapping[str, Any]) -> Outliers:
    """Read what `Outliers.as_dict` wrote.

    Raises
    ------
    CueError
        If it is no such detector.
    """
    try:
        names = tuple(held["names"])
        middle, limit = (np.array(held[key], np.float64) for key in ("middle", "limit"))
    except (KeyError, TypeError, ValueError) as error:
        raise CueError(f"This is no detector of outliers ({error}): fit it again, or reinstall.") from error
    fits = middle.shape == limit.shape == (len(names),) and len(names) > 0
    if not fits or not set(names) <= set(SUSPICIOUS) or not (limit > 0).all():
        raise CueError("The arrays of this detector do not fit each other: fit it again, or reinstall.")
    return Outliers(names=names, middle=middle, limit=limit)


def _off(values: Doubles, middle: Doubles, names: Sequence[str]) -> Doubles:
    """Return how far values lie off the middle in the suspicious direction; below 0 on the other side."""
    ways = np.array([SUSPICIOUS[name] for name in names])
    off = values - middle
    return np.asarray(np.where(ways == 0, np.abs(off), off * ways), np.float64)
