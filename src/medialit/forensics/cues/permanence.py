"""Permanence: a thing stays there, keeps its colour and keeps its shape, until it leaves or is hidden.

References
----------
Huang et al. (2024), VBench, arXiv:2311.17982 (subject consistency).
Baillargeon, Spelke and Wasserman (1985), Cognition 20:191: what an infant of five months expects.
"""

from __future__ import annotations

import numpy as np

from medialit.forensics.cues.footage import Footage
from medialit.forensics.cues.records import NOT_WORLD, Card, Heat, Reading, Said, Series, _msgid, unread
from medialit.forensics.motion import colour_constancy, permanence, shape_constancy
from medialit.forensics.place import square
from medialit.forensics.tracker import Track
from medialit.media import Clip

CARD = Card(
    name="permanence",
    title=_msgid("Permanence of objects"),
    measures=_msgid(
        "How much of the time a thing is gone that should be seen, and how much its colour and shape change."
    ),
    breaks=_msgid(
        "It knows only the miniature world. There, a thing behind another or at the edge of the picture can be lost "
        "by the tracker."
    ),
    source="Huang et al. (2024), VBench, arXiv:2311.17982",
    needs="world",
    holds=("gain", "fps", "resize", "recompression"),
    heavy=True,
)

_LABEL = _msgid("size of the object over its usual size")
_FOUND = _msgid(
    "A thing that should be seen is there in {there} of the frames; its colour stays {colour} the same and its "
    "outline {shape}."
)


def read(footage: Footage) -> Reading:
    """Return the sum of what is missing of permanence, colour and shape, each a share."""
    world = footage.world
    if world is None:
        return unread(CARD.name, NOT_WORLD)
    losses = []
    for track in world.tracks:
        others = [other for other in world.tracks if other is not track]
        there = permanence(track, others=others)
        colour = colour_constancy(track, others=others)
        shape = shape_constancy(track, others=others)
        losses.append([1.0 if one is None else one for one in (there, colour, shape)])
    worst = min(losses, key=sum)
    score = 3 - sum(worst)
    main = world.tracks[0]
    usual = float(np.median(main.area[main.seen]))
    return Reading(
        cue=CARD.name,
        score=float(score),
        said=Said(
            message=_FOUND,
            slots={"there": f"{worst[0]:.0%}", "colour": f"{worst[1]:.0%}", "shape": f"{worst[2]:.0%}"},
        ),
        series=Series(times_s=main.times_s, values=main.area / usual, label=_LABEL, limit=1.0),
        heat=(_where(footage, main),),
        features={"there": worst[0], "colour": worst[1], "shape": worst[2]},
    )


def _where(footage: Footage, track: Track) -> Heat:
    """Return the frame in which the object is furthest from its usual size, and where it should be."""
    seen = np.flatnonzero(track.seen)
    within = np.arange(seen[0], seen[-1] + 1)
    off = np.abs(np.log2(np.maximum(track.area[within], 1e-4) / np.median(track.area[seen])))
    k = int(within[off.argmax()])
    x, y = (float(np.interp(k, seen, track.xy[seen, axis])) for axis in (0, 1))
    rate = float(1 / np.median(np.diff(track.times_s)))
    number = min(footage.motion.n_frames - 1, round(k / rate * footage.fps))
    ys, xs = np.mgrid[0:64, 0:64] / 64
    warm = np.exp(-((xs - x) ** 2 + (ys - y) ** 2) / (2 * (track.span / 3) ** 2))
    picture = square(Clip(footage.motion.frames[number : number + 1], 1.0), 128)[0]
    return Heat(time_s=float(track.times_s[k]), picture=picture, values=warm.astype(np.float32))
