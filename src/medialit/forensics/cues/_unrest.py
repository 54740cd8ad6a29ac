"""What flicker and warp error share: the same motion, compared frame by frame, told with its worst frame.

Each cue measures something else about `medialit.forensics.motion.Steadiness` and says so in its own words; how a
measurement of each frame becomes a reading is the same, and is here.
"""

from __future__ import annotations

import numpy as np

from medialit.forensics.cues.footage import Footage
from medialit.forensics.cues.pixels import unit
from medialit.forensics.cues.records import (
    TOO_SHORT,
    Card,
    Floats,
    Heat,
    Reading,
    Said,
    Series,
    unread,
)

_MUTED = 0.05  # percent of contrast: the least that counts as a clip's usual unrest


def too_short(footage: Footage, *, card: Card) -> Reading | None:
    """Return the reading of a clip that has too few frames to compare, and None of one that has enough."""
    least = 2 * max(1, round(footage.fps / 12)) + 3
    n = footage.motion.n_frames
    return unread(card.name, TOO_SHORT, n=str(n), least=str(least)) if n < least else None


def reading(
    footage: Footage,
    *,
    card: Card,
    score: float,
    values: Floats,
    worst_at: int,
    worst_map: Floats,
    high: float,
    label: str,
    found: str,
) -> Reading:
    """Tell what was measured of each frame.

    Parameters
    ----------
    footage : Footage
    card : Card
        Of the cue.
    score : float
        The mean over time.
    values : ndarray of float32, shape (N,)
        Of each frame from ``footage.steadiness.gap`` on, in percent of the clip's contrast.
    worst_at : int
        The frame with the largest.
    worst_map : ndarray of float32, shape (H, W)
        Where in that frame.
    high : float
        What is fully hot in the map; where the map itself has more, its 99.5th percentile.
    label, found : str
        English messages: the axis with its unit, and the sentence with the slots score, time and worst.

    Returns
    -------
    Reading
        Its feature ``worst`` is the worst frame over the median one: high for what happens once.
    """
    worst = float(values.max())
    at_s = worst_at / footage.fps
    return Reading(
        cue=card.name,
        score=score,
        said=Said(
            message=found, slots={"score": f"{score:.2f}", "time": f"{at_s:.1f}", "worst": f"{worst:.2f}"}
        ),
        series=Series(
            times_s=(np.arange(len(values)) + footage.steadiness.gap) / footage.fps,
            values=values.astype(np.float64),
            label=label,
        ),
        heat=(
            Heat(
                time_s=at_s,
                picture=footage.motion.frames[worst_at],
                values=unit(worst_map, low=0.0, high=max(high, float(np.quantile(worst_map, 0.995)))),
            ),
        ),
        features={"worst": float(values.max() / max(_MUTED, float(np.median(values))))},
    )
