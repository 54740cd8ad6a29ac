"""Ballistics: what flies follows a parabola, all with one g, and no bounce returns more than came.

Only where the physics is known to the number can it be checked to the number: in the miniature world. Objects are
tracked by rules (`medialit.forensics.tracker`), free flights fitted with one g, bounces compared, sudden jumps
counted (`medialit.forensics.motion`).

References
----------
Conotter, O'Brien and Farid (2012), Exposing digital forgeries in ballistic motion, IEEE TIFS 7:283.
Motamed et al. (2025), Physics-IQ, arXiv:2501.09038.
"""

from __future__ import annotations

import numpy as np

from medialit.forensics.cues.footage import Footage
from medialit.forensics.cues.records import (
    NOT_WORLD,
    Card,
    Floats,
    Heat,
    Reading,
    Said,
    Series,
    _msgid,
    unread,
)
from medialit.forensics.motion import acceleration_residual, fall_fit, jumps, rebound
from medialit.forensics.place import square
from medialit.forensics.tracker import Track
from medialit.media import Clip

CARD = Card(
    name="ballistics",
    title=_msgid("Ballistics"),
    measures=_msgid(
        "Whether flights are parabolas of one gravity, bounces lose height, and nothing jumps: how many tolerances it"
        " is off."
    ),
    breaks=_msgid(
        "It knows only the miniature world, where lengths and gravity are known. Elsewhere the camera's distance and "
        "the air would have to be known too."
    ),
    source="Conotter, O'Brien and Farid (2012), IEEE TIFS 7:283",
    needs="world",
    holds=("gain", "fps", "resize", "recompression"),
    heavy=True,
)

_LABEL = _msgid("height of the object (share of the picture)")
_FOUND = _msgid(
    "The motion is {score} tolerances off: flights miss their parabola by {fit}, a bounce returns up to {bounce} of "
    "the height, and {jumps} jumps a second were seen."
)
_FIT, _BOUNCE, _JUMPS, _SHAKE = 0.02, 0.1, 0.5, 6.0  # one tolerance each; honest renders stay under it


def read(footage: Footage) -> Reading:
    """Return by how many tolerances the worst of the four measures is off."""
    world = footage.world
    if world is None:
        return unread(CARD.name, NOT_WORLD)
    tracks = world.tracks
    fits = [fit.residual for fit in map(fall_fit, tracks) if fit is not None]
    bounces = [one for one in map(rebound, tracks) if one is not None]
    leaps = [one for one in map(jumps, tracks) if one is not None]
    shakes = [one for one in map(acceleration_residual, tracks) if one is not None]
    fit, bounce = max(fits, default=0.0), max(bounces, default=0.0)
    leap, shake = max(leaps, default=0.0), max(shakes, default=0.0)
    off = {
        "fit": fit / _FIT,
        "bounce": max(0.0, bounce - 0.9) / _BOUNCE,
        "jumps": leap / _JUMPS,
        "shake": shake / _SHAKE,
    }
    score = max(off.values())
    main = tracks[0]
    return Reading(
        cue=CARD.name,
        score=score,
        said=Said(
            message=_FOUND,
            slots={
                "score": f"{score:.1f}",
                "fit": f"{fit:.1%}",
                "bounce": f"{bounce:.0%}",
                "jumps": f"{leap:.1f}",
            },
        ),
        series=Series(times_s=main.times_s, values=1 - main.xy[:, 1], label=_LABEL),
        heat=(_trail(footage, main),),
        features=off,
    )


def _trail(footage: Footage, track: Track) -> Heat:
    """Return the last frame in which the object is seen, with the way that it took."""
    rate = float(1 / np.median(np.diff(track.times_s)))
    last = int(np.flatnonzero(track.seen)[-1])
    number = min(footage.motion.n_frames - 1, round(last / rate * footage.fps))
    picture = square(Clip(footage.motion.frames[number : number + 1], 1.0), 128)[0]
    warm: Floats = np.zeros((64, 64), np.float32)
    for x, y in track.xy[track.seen]:
        warm[min(63, max(0, int(y * 64))), min(63, max(0, int(x * 64)))] = 1.0
    return Heat(time_s=float(track.times_s[last]), picture=picture, values=warm)
