"""Flicker: what one frame shows and neither neighbour does, once motion is compensated.

References
----------
Kokaram (1998), Motion Picture Restoration, chapter 6 (the spike detection index).
Huang et al. (2024), VBench, arXiv:2311.17982 (temporal flickering as a measure of generated clips).
"""

from __future__ import annotations

from medialit.forensics.cues._unrest import reading, too_short
from medialit.forensics.cues.footage import Footage
from medialit.forensics.cues.records import Card, Reading, _msgid

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
    short = too_short(footage, card=CARD)
    if short is not None:
        return short
    steady = footage.steadiness
    return reading(
        footage,
        card=CARD,
        score=steady.flicker,
        values=steady.spikes,
        worst_at=steady.spike_at,
        worst_map=steady.spike_map,
        high=4.0,
        label=_LABEL,
        found=_FOUND,
    )
