"""Second-order motion: how unevenly the change from frame to frame changes.

A hand, a gait and a sensor make change uneven: the difference between frames goes up and down from instant to
instant. Generated clips tend to change as evenly as a fade. The first difference is how far two frames are apart; the
second is how much that differs from one step to the next.

References
----------
Zheng et al. (2025), D3: training-free AI-generated video detection using second-order features, ICCV
(arXiv:2508.00701). They
compare features of a network; here small grey pictures are compared, which a laptop does in no time.
"""

from __future__ import annotations

import cv2
import numpy as np

from medialit.forensics.cues.footage import Footage
from medialit.forensics.cues.pixels import unit
from medialit.forensics.cues.records import (
    STILL,
    TOO_SHORT,
    Card,
    Floats,
    Heat,
    Reading,
    Said,
    Series,
    _msgid,
    unread,
)

CARD = Card(
    name="second_order",
    title=_msgid("Second-order motion"),
    measures=_msgid(
        "How evenly the picture changes: even change is more usual for generated clips, uneven for cameras."
    ),
    breaks=_msgid(
        "A tripod, slow motion, stabilisation and pans at a constant speed are even; fast cuts and hand-held fakes are "
        "uneven."
    ),
    source="Zheng et al. (2025), D3, arXiv:2508.00701 (with a network's features; here with grey pictures)",
    needs="motion",
    holds=("gain", "fps", "resize", "recompression"),
)

_LABEL = _msgid("change from one instant to the next (% of contrast)")
_FOUND = _msgid(
    "From instant to instant the change itself changes by {share} of its mean: the smaller, the more even."
)
_RATE = 12.0
_SIDE = (32, 18)
_LEAST = 8
_STILL_BELOW = 0.3  # % of contrast a step


def read(footage: Footage) -> Reading:
    """Return minus log2 of the mean absolute second difference over the mean first: higher is more even."""
    step = max(1, round(footage.fps / _RATE))
    frames = footage.motion.frames[::step]
    if len(frames) < _LEAST:
        return unread(CARD.name, TOO_SHORT, n=str(footage.motion.n_frames), least=str(_LEAST * step))
    small = np.stack(
        [cv2.resize(cv2.cvtColor(f, cv2.COLOR_RGB2GRAY), _SIDE, interpolation=cv2.INTER_AREA) for f in frames]
    )
    thumbs = small.astype(np.float32)
    contrast = max(1.0, float(np.subtract(*np.percentile(thumbs, (95, 5)))))
    change = np.asarray(np.abs(np.diff(thumbs, axis=0)) * (100 / contrast), np.float32)  # (T - 1, 18, 32)
    first = np.asarray(change.mean(axis=(1, 2)), np.float64)
    if first.mean() < _STILL_BELOW:
        return unread(CARD.name, STILL)
    second = np.abs(np.diff(first))
    share = float(second.mean() / first.mean())
    k = int(second.argmax()) + 1
    times = np.arange(1, len(frames)) * step / footage.fps
    return Reading(
        cue=CARD.name,
        score=float(-np.log2(max(share, 1e-3))),
        said=Said(message=_FOUND, slots={"share": f"{share:.0%}"}),
        series=Series(times_s=times, values=first, label=_LABEL),
        heat=(Heat(time_s=float(times[k]), picture=frames[k + 1], values=_map(change, k)),),
        features={"first": float(first.mean())},
    )


def _map(change: Floats, k: int) -> Floats:
    uneven = np.abs(change[k] - change[k - 1])
    return unit(uneven, low=0.0, high=max(4.0, float(uneven.max())))
