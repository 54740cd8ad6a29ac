"""How a scene looks from instant to instant: its tracks, and what may be wrong with an object's looks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from medialit.world.tracks import Doubles, Tracks


@dataclass(frozen=True, eq=False)
class Staging:
    """Tracks, and how each object looks at each instant.

    Parameters
    ----------
    tracks : Tracks
    opacity : ndarray, shape (T, N)
        1 is solid, 0 not there.
    tint : ndarray, shape (T, N, 3)
        Added to the main colour (sRGB, 0 to 1).
    mottle : ndarray, shape (T, N)
        Depth of a blotchy texture, new in each frame.
    morph_to : tuple of str or None
        The kind that each object turns into.
    morph : ndarray, shape (T, N)
        How far it has turned, 0 to 1.
    shadow_shift_m : ndarray, shape (T, N)
        Sideways error of the shadow.
    """

    tracks: Tracks
    opacity: Doubles
    tint: Doubles
    mottle: Doubles
    morph_to: tuple[str | None, ...]
    morph: Doubles
    shadow_shift_m: Doubles


def stage(tracks: Tracks) -> Staging:
    """Return the honest staging of `tracks`: everything solid, steady and itself."""
    shape = tracks.angle_rad.shape
    return Staging(
        tracks=tracks,
        opacity=tracks.present.astype(float),
        tint=np.zeros((*shape, 3)),
        mottle=np.zeros(shape),
        morph_to=(None,) * shape[1],
        morph=np.zeros(shape),
        shadow_shift_m=np.zeros(shape),
    )
