"""Features: numbers that describe how a clip was made rather than what it shows.

Five families. Of the **grain** of every frame: does noise follow the light, is a frame or a part softer than what is
around it, does grain come back. Of **stills** at full size: how neighbouring residuals are related, how fine detail is
over scales, in colour, and along a grid of blocks. Of **light**: does every place follow the exposure of the whole. Of
the **shake** of the camera: does every place go along with it. And the **cues** of `medialit.forensics.cues`, those that
were not made for one kind of picture. What cannot be measured is NaN.

A cut is no forgery, so what is high at a cut and nowhere else is left out (the "worst frame" of some cues).

References
----------
Fridrich and Kodovsky (2012), IEEE TIFS 7:868: relations of neighbouring residuals.
Mahdian and Saic (2009), Image and Vision Computing 27:1497: noise that differs within a picture.
Bestagini et al. (2013), MMSP: rhythms of interpolated frames. Hsu et al. (2008), MMSP: noise from frame to frame.
Durall, Keuper and Keuper (2020), CVPR, arXiv:2003.01826: the shape of the spectrum.
McCloskey and Albright (2019), ICIP: colours of generated pictures are related otherwise than a sensor's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from medialit.forensics import cues
from medialit.forensics.cues import Footage
from medialit.forensics.detectors.copied import of_copies
from medialit.forensics.detectors.faced import of_faces
from medialit.forensics.detectors.grained import of_grain
from medialit.forensics.detectors.lit import of_light
from medialit.forensics.detectors.shaken import of_shake
from medialit.forensics.detectors.still import of_stills

Features = dict[str, float]

LEAST_FRAMES: Final = 8
"""A shorter clip is not judged."""
LEAST_SIDE: Final = 96
"""Nor one whose shorter side has fewer pixels."""

READ: Final = (
    "double_jpeg",
    "copy_move",
    "noise",
    "spectrum",
    "flicker",
    "second_order",
    "warp_error",
    "duplication",
    "interpolation",
    "lip_sync",
    "face_boundary",
    "ballistics",
    "permanence",
    "shadow",
)
"""The cues whose scores are features. Error levels are debunked, JPEG ghosts and vanishing points tell scenes apart, and
a sensor's pattern needs reference frames. The last three say something of the miniature world alone; elsewhere they are
missing, and what is missing adds nothing."""

_ONLY_AT_CUTS: Final = ("flicker.worst", "warp_error.worst")


def features(footage: Footage, *, skip: tuple[str, ...] = ()) -> Features:
    """Return all features of a clip; the names are always the same, what cannot be measured is NaN.

    Parameters
    ----------
    footage : Footage
    skip : tuple of str
        Cues that are not read, because there can be nothing for them; theirs are missing.
    """
    found: Features = {}
    found.update(_prefixed("grain", of_grain(footage.grain) if footage.grain is not None else {}))
    found.update(_prefixed("light", of_light(footage.grain, fps=footage.fps)))
    found.update(_prefixed("shake", of_shake(footage.motion.frames)))
    found.update(_prefixed("still", of_stills(footage.stills.frames)))
    found.update(_prefixed("still", of_copies(footage)))
    found.update(_prefixed("grain", of_faces(footage)))
    for name in READ:
        if name in skip:
            continue
        reading = cues.read(name, footage)
        found[f"cue.{name}"] = float("nan") if reading.score is None else float(reading.score)
        for key, value in reading.features.items():
            if f"{name}.{key}" not in _ONLY_AT_CUTS:
                found[f"cue.{name}.{key}"] = float(value)
    return found


def vector(found: Mapping[str, float], names: tuple[str, ...]) -> NDArray[np.float64]:
    """Return features in an order; what is missing or not finite is NaN."""
    row = np.array([found.get(name, np.nan) for name in names], np.float64)
    row[~np.isfinite(row)] = np.nan
    return row


def can_be_judged(footage: Footage) -> bool:
    """Say whether a clip is long and large enough."""
    return footage.n_frames >= LEAST_FRAMES and min(footage.stills.size) >= LEAST_SIDE


def _prefixed(family: str, found: Mapping[str, float]) -> Features:
    return {f"{family}.{name}": float(value) for name, value in found.items()}
