"""Putting people into a generated scene: the cast, drawn; others, cut out of the recording that they lent.

Nothing here asks for leave. Only the desk comes here, with the id of the decision that gave it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from medialit.cameo.lending import BUST_M
from medialit.generate import sampler
from medialit.likeness.cast import Performance, Person
from medialit.likeness.composite import BUST_LANES, appear, place
from medialit.likeness.composite_cutout import Segmenter, cut_out
from medialit.media import Clip
from medialit.world.view import px_per_m

ASIDE_M: Final = (0.9, -0.9, 1.7, -1.7)
"""Where people stand, metres to the right of the middle: beside the things that the prompt asks for."""
_SOFTNESS_PX: Final = 0.7  # the generator's pictures are softer than a drawn person
_FACE_M: Final = 0.19  # from forehead to chin, as the face mesh measures it
_BUST_M: Final = (0.35, 1.2)  # what a bust can be, tall
_SEEN: Final = 0.45  # of the picture's height, that a bust fills


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Somebody on their way into a scene: one of the cast, or a recording.

    Parameters
    ----------
    principal : str
    who : Person or None
        Of the cast.
    recording : Clip or None
        What the person lent.
    face_px : float
        Height of the face in the recording, in pixels.
    """

    principal: str
    who: Person | None = None
    recording: Clip | None = None
    face_px: float = 0.0


def peopled(
    take: sampler.Take,
    figures: Sequence[Figure],
    *,
    doing: str,
    seed: int,
    authorisation: str,
    model: Segmenter | None = None,
) -> Clip:
    """Return a scene with everybody in it; those who lent a recording stand in front, and do what they did in it.

    Parameters
    ----------
    take : Take
    figures : sequence of Figure
        One to four.
    doing : str
        What the cast does.
    seed : int
    authorisation : str
        Id of the decision that allows all of them.
    model : Segmenter, optional
        What cuts out those who lent a recording; loaded anew by default.

    Raises
    ------
    CompositeError
        If somebody cannot be seen, or was not cut out.
    LikenessModelError
        If somebody lent a recording and the package that cuts them out is not installed.
    """
    clip, shot = take.clip, take.shot
    assert shot.background and shot.pan and shot.look is not None, "a take's shot is settled"
    places = dict(zip((one.principal for one in figures), ASIDE_M, strict=False))
    for one in figures:
        if one.who is not None:
            clip = appear(
                clip, one.who, doing, background=shot.background, camera=shot.pan, look=shot.look,
                authorisation=authorisation, guardian_decision=authorisation if one.who.minor else None, seed=seed,
                at_m=places[one.principal], softness_px=_SOFTNESS_PX,
            ).clip  # fmt: skip
    lent = [one for one in figures if one.recording is not None]
    for one in lent:
        shown = _bust(one, scene=clip, seed=seed, model=model)
        lane = float(
            np.clip(_SEEN * clip.height / (shown.height_m * px_per_m(clip.size)), 1.0, BUST_LANES[1])
        )
        clip = place(
            clip, shown, background=shot.background, camera=shot.pan, look=shot.look, authorisation=authorisation,
            at_m=places[one.principal] / lane, lane=lane, softness_px=_SOFTNESS_PX,
        ).clip  # fmt: skip
    return clip


def _bust(one: Figure, *, scene: Clip, seed: int, model: Segmenter | None) -> Performance:
    """Return a person cut out of a piece of the recording, as tall as the face says; the seed chooses the piece."""
    whole = one.recording
    assert whole is not None
    needed = min(whole.n_frames, int(np.ceil(scene.duration_s * whole.fps)) + 1)
    start = seed % (whole.n_frames - needed + 1)
    piece = whole.with_frames(whole.frames[start : start + needed])
    shown = cut_out(piece, subject=one.principal, framing="bust", height_m=BUST_M, model=model)
    tall_px = shown.px_per_m * shown.height_m
    height_m = float(np.clip(tall_px * _FACE_M / one.face_px, *_BUST_M))
    return replace(shown, height_m=height_m, px_per_m=tall_px / height_m)
