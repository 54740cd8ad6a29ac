"""Flicker: what one frame shows and neither neighbour does, once motion is compensated.

References
----------
Kokaram (1998), Motion Picture Restoration, chapter 6 (the spike detection index).
Huang et al. (2024), VBench, arXiv:2311.17982 (temporal flickering as a measure of generated clips).
"""

from __future__ import annotations

import numpy as np

from medialit.forensics.cues.footage import Footage
from medialit.forensics.cues.pixels import unit
from medialit.forensics.cues.records import TOO_SHORT, Card, Heat, Reading, Said, Series, _msgid, unread

CARD = Card(
    name="flicker",
    title=_msgid("Flicker"),
    measures=_msgid(
        "How much each frame shows that neither neighbour does, in percent of the clip's contrast."
    ),
    breaks=_msgid(
        "Flashes, sparks, water, screens and lamps flicker honestly, and so does sensor noise in the dark. Smoothing "
        "in time removes it from a fake."
    ),
    source="Kokaram (1998), chapter 6; Huang et al. (2024), VBench, arXiv:2311.17982",
    needs="motion",
    holds=("gain", "fps", "resize", "recompression"),
)

_LABEL = _msgid("flicker (% of contrast)")
_FOUND = _msgid("On average {score} % of the contrast flickers; in the worst frame, at {time} s, {worst} %.")


def read(footage: Footage) -> Reading:
    """Return the mean flicker in percent of the clip's contrast, as `medialit.forensics.motion` defines it."""
    least = 2 * max(1, round(footage.fps / 12)) + 3
    if footage.motion.n_frames < least:
        return unread(CARD.name, TOO_SHORT, n=str(footage.motion.n_frames), least=str(least))
    steady = footage.steadiness
    times = (np.arange(len(steady.spikes)) + steady.gap) / footage.fps
    high = max(4.0, float(np.quantile(steady.spike_map, 0.995)))
    return Reading(
        cue=CARD.name,
        score=steady.flicker,
        said=Said(
            message=_FOUND,
            slots={
                "score": f"{steady.flicker:.2f}",
                "time": f"{steady.spike_at / footage.fps:.1f}",
                "worst": f"{steady.spikes.max():.2f}",
            },
        ),
        series=Series(times_s=times, values=steady.spikes.astype(np.float64), label=_LABEL),
        heat=(
            Heat(
                time_s=steady.spike_at / footage.fps,
                picture=footage.motion.frames[steady.spike_at],
                values=unit(steady.spike_map, low=0.0, high=high),
            ),
        ),
        features={"worst": float(steady.spikes.max() / max(0.05, float(np.median(steady.spikes))))},
    )
