"""Error level analysis, taught as a debunked reading: what changes when a picture is saved once more.

The picture is saved as JPEG at quality 90, and the difference, amplified, is shown. It is said that edited regions
glow. What glows is detail: edges and texture lose more than plain areas, edited or not. Its card gives the measured
AUC.

References
----------
Krawetz (2007), A Picture's Worth, section 3.2 (the claim).
Warif et al. (2015), An evaluation of Error Level Analysis in image forensics, ICSEC (the doubt).
"""

from __future__ import annotations

import cv2
import numpy as np

from medialit.forensics.cues.footage import Footage
from medialit.forensics.cues.pixels import block_means, strongest, unit
from medialit.forensics.cues.records import (
    TOO_SMALL,
    Card,
    Floats,
    Picture,
    Reading,
    Said,
    Series,
    _msgid,
    unread,
)

CARD = Card(
    name="error_level",
    title=_msgid("Error level analysis (a debunked reading)"),
    measures=_msgid(
        "How much each block changes when the picture is saved as JPEG once more. Edited regions are said to glow; "
        "what glows is detail."
    ),
    breaks=_msgid(
        "Texture, edges, text and noise glow in every picture, and a smooth fake stays dark. Do not rely on it."
    ),
    source="Krawetz (2007), A Picture's Worth; doubted by Warif et al. (2015), ICSEC",
    needs="stills",
    debunked=True,
)

_LABEL = _msgid("brightest blocks over the median block (factor)")
_FOUND = _msgid(
    "The brightest blocks change {score} times as much as the median block. This follows detail, not editing: "
    "do not read it as a sign."
)
_QUALITY = 90
_SIDE = 16
_N_STILLS = 4


def read(footage: Footage) -> Reading:
    """Return how much more the brightest blocks change than the median one, as a logarithm to the base 2."""
    frames = footage.stills.frames
    if min(frames.shape[1:3]) < 64:
        return unread(CARD.name, TOO_SMALL, n=str(min(frames.shape[1:3])), least="64")
    chosen = np.unique(np.linspace(0, len(frames) - 1, min(_N_STILLS, len(frames))).astype(int))
    levels = [_levels(frames[k]) for k in chosen]
    ratios = np.array([np.quantile(each, 0.99) / max(0.05, float(np.median(each))) for each in levels])
    maps = [unit(each, low=0.0, high=float(np.quantile(each, 0.995))) for each in levels]
    times = footage.still_times_s[chosen]
    return Reading(
        cue=CARD.name,
        score=float(np.log2(np.median(ratios))),
        said=Said(message=_FOUND, slots={"score": f"{np.median(ratios):.1f}"}),
        series=Series(times_s=times, values=ratios, label=_LABEL),
        heat=strongest(ratios, times, frames[chosen], maps),
    )


def _levels(picture: Picture) -> Floats:
    """Return the mean absolute change of each block."""
    bgr = np.ascontiguousarray(picture[..., ::-1])
    _, saved = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    again = np.asarray(cv2.imdecode(saved, cv2.IMREAD_COLOR), np.uint8)
    off = cv2.absdiff(bgr, again).astype(np.float32)
    return block_means(np.asarray(off.mean(axis=2), np.float32), _SIDE)
