"""Warp error: how far a frame is from the one before, moved along the optical flow, where nothing is hidden.

In a world of solid things, moving each pixel along the flow gives the next frame. Textures that swim, shapes that
melt and things that appear leave a difference.

References
----------
Lai et al. (2018), Learning blind video temporal consistency, ECCV, section 4.2.
Sundaram, Brox and Keutzer (2010), ECCV, equation 5 (what is hidden).
"""

from __future__ import annotations

from medialit.forensics.cues._unrest import reading, too_short
from medialit.forensics.cues.footage import Footage
from medialit.forensics.cues.records import Card, Reading, _msgid

CARD = Card(
    name="warp_error",
    title=_msgid("Warp error"),
    measures=_msgid(
        "How much of a frame the one before, moved along the flow, does not explain, in percent of the clip's contrast."
    ),
    breaks=_msgid(
        "Changing light, reflections, smoke, water and fast motion break the flow of honest clips. A fake that hardly"
        " moves has no error."
    ),
    source="Lai et al. (2018), ECCV, section 4.2",
    needs="motion",
    holds=("gain", "fps", "resize", "recompression"),
)

_LABEL = _msgid("warp error (% of contrast)")
_FOUND = _msgid(
    "On average {score} % of the contrast is not explained by motion; in the worst frame, at {time} s, {worst} %."
)


def read(footage: Footage) -> Reading:
    """Return the mean warp error in percent of the clip's contrast, as `medialit.forensics.motion` defines it."""
    short = too_short(footage, card=CARD)
    if short is not None:
        return short
    steady = footage.steadiness
    return reading(
        footage,
        card=CARD,
        score=steady.warp_error,
        values=steady.misses,
        worst_at=steady.miss_at,
        worst_map=steady.miss_map,
        high=6.0,
        label=_LABEL,
        found=_FOUND,
    )
