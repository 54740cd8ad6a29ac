"""JPEG ghost: a region that was saved before at quality q hardly changes when it is saved at q again.

Save the picture at every quality and look how much each block changes. Blocks that went through a JPEG of quality q
have a dip at q. A region with a dip where the rest has none came from another file: its ghost.

References
----------
Farid (2009), Exposing digital forgeries from JPEG ghosts, IEEE TIFS 4:154, equations 4 to 6.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.forensics.cues.footage import Footage
from medialit.forensics.cues.pixels import block_means, smoothed, strongest, unit
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
    name="jpeg_ghost",
    title=_msgid("JPEG ghost"),
    measures=_msgid(
        "Whether a region hardly changes when it is saved as JPEG at some quality: it was saved so before."
    ),
    breaks=_msgid(
        "A paste that isn't on the grid of 8 pixels, resizing, and strong recompression hide the ghost. Smooth regions "
        "change little at any quality and look like ghosts."
    ),
    source="Farid (2009), IEEE Transactions on Information Forensics and Security 4:154",
    needs="stills",
    holds=("gain", "fps"),
    fails=("resize", "recompression"),
)

_LABEL = _msgid("depth of the ghost (share of the change)")
_FOUND = _msgid(
    "The deepest ghost is {score} deep, at quality {quality}. A picture without one stays below about {usual}."
)
_QUALITIES = tuple(range(40, 97, 4))
_SIDE = 16
_USUAL = 0.2
_N_STILLS = 4


def read(footage: Footage) -> Reading:
    """Return how deep the deepest ghost of the stills is; the map shows it."""
    frames = footage.stills.frames
    if min(frames.shape[1:3]) < 64:
        return unread(CARD.name, TOO_SMALL, n=str(min(frames.shape[1:3])), least="64")
    chosen = np.unique(np.linspace(0, len(frames) - 1, min(_N_STILLS, len(frames))).astype(int))
    found = [_ghost(frames[k]) for k in chosen]
    scores = np.array([score for score, _, _ in found])
    best = int(scores.argmax())
    return Reading(
        cue=CARD.name,
        score=float(scores[best]),
        said=Said(
            message=_FOUND,
            slots={"score": f"{scores[best]:.2f}", "quality": str(found[best][1]), "usual": f"{_USUAL:g}"},
        ),
        series=Series(times_s=footage.still_times_s[chosen], values=scores, label=_LABEL, limit=_USUAL),
        heat=strongest(
            scores,
            footage.still_times_s[chosen],
            frames[chosen],
            [unit(dip, low=0.05, high=0.5) for _, _, dip in found],
        ),
        features={"mean": float(scores.mean())},
    )


def _ghost(picture: Picture) -> tuple[float, int, Floats]:
    """Return the depth of the deepest ghost, its quality, and the depths of all blocks at that quality."""
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
    changes = np.stack([smoothed(_change(grey, quality)) for quality in _QUALITIES])  # (Q, rows, columns)
    neighbours = (changes[:-2] + changes[2:]) / 2
    maps = (neighbours - changes[1:-1]) / (neighbours + 0.5)  # 0.5: a change of half a level is none
    contrast = np.quantile(maps, 0.98, axis=(1, 2)) - np.median(maps, axis=(1, 2))
    k = int(contrast.argmax())
    return float(contrast[k]), _QUALITIES[k + 1], maps[k]


def _change(grey: NDArray[np.uint8], quality: int) -> Floats:
    """Return the mean squared change of each block when the brightness is saved at a quality."""
    _, saved = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])
    again = np.asarray(cv2.imdecode(saved, cv2.IMREAD_GRAYSCALE), np.uint8)
    return block_means(cv2.absdiff(grey, again).astype(np.float32) ** 2, _SIDE)
