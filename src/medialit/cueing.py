"""The cues with what other parts of the platform lend them: the face models of enrolment.

`medialit.forensics` knows no models of faces, and `medialit.likeness` no cues; here the one finds faces for the other.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from medialit.errors import LikenessModelError
from medialit.forensics import cues
from medialit.forensics.cues import Face, FaceFinder, Footage
from medialit.forensics.cues.footage import Progress
from medialit.forensics.cues.records import Picture
from medialit.forensics.cues.shown import Shown, shown
from medialit.likeness.models import MIN_PRESENCE, Box, FaceReader
from medialit.media import Clip, Limits, write
from medialit.media.limits import DEFAULT_LIMITS

_DETECT_EVERY: Final = 8
_OUTLINE: Final = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150,
    136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
"""Points of the mesh around the face, in order (MediaPipe's FACEMESH_FACE_OVAL)."""
_LIPS: Final = (61, 291, 13, 14)
"""Left and right corner, inner edge of the upper and of the lower lip."""


def footage(
    clip: Clip | str | os.PathLike[str],
    *,
    names: Sequence[str] | None = None,
    reference: Clip | None = None,
    limits: Limits = DEFAULT_LIMITS,
    on_progress: Progress | None = None,
    enough: Callable[[], bool] | None = None,
) -> Footage:
    """Gather what some cues look at; faces are looked for only where one of them needs a face.

    Parameters
    ----------
    clip : Clip or path-like
    names : sequence of str, optional
        The cues that will be read. Default: those that are not heavy.
    reference, limits, on_progress, enough
        As for `medialit.forensics.cues.look`.

    Raises
    ------
    CueError
        If a name is no cue's.
    UnreadableMediaError, MediaTooLargeError
        As `medialit.media.stream`.
    """
    needs = {cues.card(name).needs for name in (cues.light() if names is None else names)}
    finder = face_finder() if needs & {"faces", "sound"} else None
    return cues.look(
        clip, faces=finder, reference=reference, limits=limits, on_progress=on_progress, enough=enough
    )


def coded_alike(
    first: Clip, second: Clip, *, names: Sequence[str], on_progress: Progress | None = None
) -> tuple[list[Shown], list[Shown]]:
    """Let cues look at two clips that went through the same encoder, as they would meet them in a feed.

    Parameters
    ----------
    first, second : Clip
        Written with the same settings into a folder that is gone afterwards.
    names : sequence of str
        The cues.
    on_progress : callable, optional
        Called with the share of both that is done, and what is being done.

    Returns
    -------
    tuple of two lists of Shown
    """
    with TemporaryDirectory(prefix="medialit-cues-") as folder:
        found = [
            _shown_of(write(clip, Path(folder) / f"{k}.mp4"), names, _share_of(on_progress, begin=k / 2))
            for k, clip in enumerate((first, second))
        ]
    return found[0], found[1]


def _shown_of(path: Path, names: Sequence[str], on_progress: Progress | None) -> list[Shown]:
    seen = footage(path, names=names, on_progress=on_progress)
    return [shown(one) for one in cues.read_all(seen, names=names, on_progress=on_progress)]


def _share_of(on_progress: Progress | None, *, begin: float) -> Progress | None:
    """Return who tells the progress of one half: reading a clip is the first half of it, the cues the second."""
    if on_progress is None:
        return None

    def tell(share: float, what: str) -> None:
        half = share if what == "decode" else 1 + share
        on_progress(begin + half / 4, what)

    return tell


def face_finder() -> FaceFinder | None:
    """Return who finds the largest face of each picture in turn; None where the optional models are not installed."""
    try:
        reader = FaceReader()
    except LikenessModelError:
        return None
    last: list[Box | None] = [None]
    count = [0]

    def find(picture: Picture) -> Face | None:
        mesh = reader.mesh(picture, last[0]) if last[0] is not None and count[0] % _DETECT_EVERY else None
        count[0] += 1
        if mesh is None or mesh.presence < MIN_PRESENCE:
            found = reader.faces(picture)
            mesh = found[0] if found else None
        last[0] = None if mesh is None else mesh.box
        if mesh is None:
            return None
        size = np.array([picture.shape[1], picture.shape[0]], np.float32)
        places = np.asarray(mesh.points[:, :2] / size, np.float32)
        return Face(outline=places[list(_OUTLINE)], lips=places[list(_LIPS)])

    return find
