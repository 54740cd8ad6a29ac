"""What a recording that somebody lends has to be: a short film of one person, and of that person.

The person is compared with the enrolled face, 1:1, by `medialit.likeness.match` and its limit. Nothing is asked of the
person here, and whether somebody sat before the camera is not looked at: that was done once, when they enrolled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from medialit.cameo.trouble import trouble
from medialit.errors import CompositeError, LikenessModelError, MediaError, MediaTooLargeError
from medialit.likeness.composite_cutout import Segmenter, cut_out, segmenter
from medialit.likeness.match import distance, match_check
from medialit.likeness.models import INSTALL, FaceReader, Floats, Mesh, Picture
from medialit.likeness.recording import RECORDING_LIMITS, smaller
from medialit.media import Clip, stream

LEAST_S: Final = 3.0
"""Seconds that a recording has at least: longer than any scene."""
KEPT_S: Final = 6.0
"""Seconds that are kept of it, from its beginning; the rest is not looked at, and not kept."""
RATE: Final = 12.0
"""Pictures a second that are kept."""
SIDE: Final = 480
"""Longer side of what is kept, in pixels: people are small in a scene of 256."""
BUST_M: Final = 0.8

_LOOK_EVERY: Final = 2
_PARTS: Final = 3
_COMPARED: Final = 3  # faces in each part
_SECOND_FACE: Final = 0.4  # size of another face, in sizes of the first, from which on it counts
_ABSENT: Final = 0.1  # share of the pictures that may lack a face, for a hand before it
_LEAST_FACE_PX: Final = 40.0
_LEAST_FACE: Final = 0.1  # of the picture's height


@dataclass(frozen=True, kw_only=True)
class Lendable:
    """What was measured of a recording that can be lent.

    Parameters
    ----------
    distance : float
        Median distance of its faces from the enrolled one.
    face_px : float
        Median height of the face, in pixels.
    """

    distance: float
    face_px: float


def face_reader() -> FaceReader:
    """Load the face models.

    Raises
    ------
    CameoError
        If a package of the extra is not installed; it says what to install.
    """
    try:
        return FaceReader()
    except LikenessModelError as error:
        raise trouble("extra", command=INSTALL) from error


def cutter() -> Segmenter:
    """Load the network that cuts a person out.

    Raises
    ------
    CameoError
        As in `face_reader`.
    """
    try:
        return segmenter()
    except LikenessModelError as error:
        raise trouble("extra", command=INSTALL) from error


def read_lent(path: Path) -> Clip:
    """Read what is kept of a recording: its first seconds, small, without sound.

    Raises
    ------
    CameoError
        If it is no video, damaged, beyond the limits of `medialit.likeness.recording`, or too short.
    """
    n = round(KEPT_S * RATE)
    frames: list[Picture] = []
    try:
        for piece in stream(path, chunk_frames=8, limits=RECORDING_LIMITS, fps=RATE):
            frames += [smaller(frame, SIDE) for frame in piece.frames]
            if len(frames) >= n:
                break
    except MediaTooLargeError as error:
        raise trouble("lend-large") from error
    except MediaError as error:
        raise trouble("lend-unreadable") from error
    if len(frames) < round(LEAST_S * RATE):
        raise trouble("lend-short", least=f"{LEAST_S:g}")
    return Clip(np.stack(frames[:n]), RATE)


def looked_at(clip: Clip, *, face: Floats, reader: FaceReader, model: Segmenter) -> Lendable:
    """Look whether a recording shows one person, near enough, who is the enrolled one, and can be cut out.

    Parameters
    ----------
    clip : Clip
        From `read_lent`.
    face : ndarray of float32, shape (128,)
        The enrolled one.
    reader : FaceReader
    model : Segmenter

    Raises
    ------
    CameoError
        If not; its code and sentence say what was found first: nobody, several, too small, or another face. Each third of
        the recording has to match.
    """
    pictures = list(clip.frames[::_LOOK_EVERY])
    found = [reader.faces(picture) for picture in pictures]
    if sum(not one for one in found) > _ABSENT * len(found):
        raise trouble("lend-no-face")
    if any(len(one) > 1 and one[1].scale > _SECOND_FACE * one[0].scale for one in found):
        raise trouble("lend-two-faces")
    size = float(np.median([one[0].box.side for one in found if one]))
    if size < max(_LEAST_FACE_PX, _LEAST_FACE * clip.height):
        raise trouble("lend-small")
    parts = _described(pictures, found, reader=reader)
    if not all(match_check(face, part).passed for part in parts):
        raise trouble("lend-wrong-person")
    _require_cut_out(clip, model)
    return Lendable(distance=distance(face, [one for part in parts for one in part]), face_px=size)


def _described(
    pictures: Sequence[Picture], found: Sequence[tuple[Mesh, ...]], *, reader: FaceReader
) -> tuple[list[Floats], ...]:
    """Return the recogniser's numbers of a few faces of each part of a recording."""
    parts: list[list[Floats]] = []
    for part in np.array_split(np.arange(len(pictures)), _PARTS):
        seen = [k for k in part if found[k]]
        chosen = [seen[round(i)] for i in np.linspace(0, len(seen) - 1, _COMPARED)] if seen else []
        parts.append([reader.descriptor(pictures[k], found[k][0]) for k in dict.fromkeys(chosen)])
    return tuple(parts)


def _require_cut_out(clip: Clip, model: Segmenter) -> None:
    sample = Clip(np.ascontiguousarray(clip.frames[:: round(RATE)]), 1.0)
    try:
        cut_out(sample, subject="lent", framing="bust", height_m=BUST_M, model=model)
    except CompositeError as error:
        raise trouble("lend-nobody") from error
