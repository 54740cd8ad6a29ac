"""Warp error: how far a frame is from the one before, moved along the optical flow, where nothing is hidden.

In a world of solid things, moving each pixel along the flow gives the next frame. Textures that swim, shapes that
melt and things that appear leave a difference.

References
----------
Lai et al. (2018), Learning blind video temporal consistency, ECCV, section 4.2.
Sundaram, Brox and Keutzer (2010), ECCV, equation 5 (what is hidden).
"""

from __future__ import annotations

import numpy as np

from medialit.forensics.cues.footage import Footage
from medialit.forensics.cues.pixels import unit
from medialit.forensics.cues.records import TOO_SHORT, Card, Heat, Reading, Said, Series, _msgid, unread

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
    least = 2 * max(1, round(footage.fps / 12)) + 3
    if footage.motion.n_frames < least:
        return unread(CARD.name, TOO_SHORT, n=str(footage.motion.n_frames), least=str(least))
    steady = footage.steadiness
    times = (np.arange(len(steady.misses)) + steady.gap) / footage.fps
    high = max(6.0, float(np.quantile(steady.miss_map, 0.995)))
    return Reading(
        cue=CARD.name,
        score=steady.warp_error,
        said=Said(
            message=_FOUND,
            slots={
                "score": f"{steady.warp_error:.2f}",
                "time": f"{steady.miss_at / footage.fps:.1f}",
                "worst": f"{steady.misses.max():.2f}",
            },
        ),
        series=Series(times_s=times, values=steady.misses.astype(np.float64), label=_LABEL),
        heat=(
            Heat(
                time_s=steady.miss_at / footage.fps,
                picture=footage.motion.frames[steady.miss_at],
                values=unit(steady.miss_map, low=0.0, high=high),
            ),
        ),
        features={"worst": float(steady.misses.max() / max(0.05, float(np.median(steady.misses))))},
    )
