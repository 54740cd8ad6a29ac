"""Whether two faces are one person's: 1:1, never a search among many.

The recogniser is dlib's. Its authors call two pictures the same person below a distance of 0.6 and report 99.38 % right
on Labelled Faces in the Wild, whose faces are mostly those of grown men from North America; they say themselves that it
is worse on others. The limit here is stricter, for whoever is refused can try again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from medialit.likeness.liveness import Check, at_most
from medialit.likeness.models import FaceReader, Floats, Picture

LIMIT: Final = 0.52
"""Greatest distance of the recording's face from the reference's."""

_LARGE: Final = 0.4
_MIN_SIDE: Final = 40.0


@dataclass(frozen=True, eq=False, kw_only=True)
class Reference:
    """The face of a reference picture.

    Parameters
    ----------
    face : ndarray of float32, shape (128,), or None
        None where there is no face, or more than one.
    problem : str or None
        ``reference-no-face``, ``reference-two-faces`` or ``reference-small``.
    """

    face: Floats | None
    problem: str | None


def read_reference(picture: Picture, *, reader: FaceReader) -> Reference:
    """Return the face of a reference picture, or why it has none that can be used.

    Parameters
    ----------
    picture : ndarray of uint8, shape (H, W, 3)
        RGB.
    reader : FaceReader
    """
    found = reader.faces(picture)
    if not found:
        return Reference(face=None, problem="reference-no-face")
    if len(found) > 1 and found[1].scale > _LARGE * found[0].scale:
        return Reference(face=None, problem="reference-two-faces")
    if found[0].box.side < _MIN_SIDE:
        return Reference(face=None, problem="reference-small")
    mesh = reader.mesh(picture, found[0].box)
    return Reference(face=reader.descriptor(picture, mesh), problem=None)


def distance(reference: Floats, faces: Sequence[Floats]) -> float:
    """Return the median distance of a recording's faces from the reference; infinite where there are none.

    Examples
    --------
    >>> distance(np.zeros(128), [np.full(128, 0.1), np.zeros(128), np.zeros(128)])
    0.0
    """
    return float(np.median([np.linalg.norm(face - reference) for face in faces])) if faces else float("inf")


def match_check(reference: Floats, faces: Sequence[Floats]) -> Check:
    """Ask whether the recording shows the person of the reference picture."""
    return at_most("wrong-person", distance(reference, faces), LIMIT)
