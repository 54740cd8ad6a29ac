"""Noise residual: a sensor's noise follows the light; a region with other noise came from elsewhere.

What a smooth curve cannot explain is noise: the filter ``[1 -2 1]' [1 -2 1]`` removes everything that is locally
linear. Its size in each block is compared with that of blocks of the same brightness. Pasted, generated and repaired
regions have too little, or too much.

References
----------
Immerkaer (1996), Fast noise variance estimation, Computer Vision and Image Understanding 64:300, equation 3.
Mahdian and Saic (2009), Using noise inconsistencies for blind image forensics, Image and Vision Computing 27:1497.
"""

from __future__ import annotations

import cv2
import numpy as np

from medialit.forensics.cues.footage import Footage
from medialit.forensics.cues.pixels import block_means, luma, smoothed, strongest, unit
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
    name="noise",
    title=_msgid("Noise residual"),
    measures=_msgid(
        "Whether the noise of each block is that of other blocks as bright, as one sensor's would be."
    ),
    breaks=_msgid(
        "Compression removes noise, more in plain areas than in detailed ones; texture counts as noise; a clip "
        "denoised as a whole has none anywhere."
    ),
    source="Immerkaer (1996), CVIU 64:300; Mahdian and Saic (2009), Image and Vision Computing 27:1497",
    needs="stills",
    holds=("gain", "fps", "resize"),
    fails=("recompression",),
)

_LABEL = _msgid("spread of the noise over blocks as bright (octaves)")
_FOUND = _msgid(
    "The noise of blocks that are equally bright differs by {score} octaves; it is {level} levels in the median block."
)
_SIDE = 16
_KERNEL = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)


def read(footage: Footage) -> Reading:
    """Return by how many octaves the noise differs between blocks of the same brightness, median of the stills."""
    frames = footage.stills.frames
    if min(frames.shape[1:3]) < 96:
        return unread(CARD.name, TOO_SMALL, n=str(min(frames.shape[1:3])), least="96")
    found = [_off(picture) for picture in frames]
    spreads = np.array([spread for spread, _, _ in found])
    level = float(np.median([one for _, one, _ in found]))
    score = float(np.median(spreads))
    return Reading(
        cue=CARD.name,
        score=score,
        said=Said(message=_FOUND, slots={"score": f"{score:.1f}", "level": f"{level:.2f}"}),
        series=Series(times_s=footage.still_times_s, values=spreads, label=_LABEL),
        heat=strongest(spreads, footage.still_times_s, frames, [each for _, _, each in found]),
        features={"level": level, "most": float(spreads.max())},
    )


def _off(picture: Picture) -> tuple[float, float, Floats]:
    """Return the spread in octaves, the median level, and how far each block is off, 0 to 1."""
    grey = luma(picture)
    # Immerkaer's estimate: the mean absolute answer of the filter, times sqrt(pi / 2) / 6.
    answer = np.abs(np.asarray(cv2.filter2D(grey, cv2.CV_32F, _KERNEL), np.float32))
    noise = block_means(answer, _SIDE) * np.float32(np.sqrt(np.pi / 2) / 6) + 0.02
    light = block_means(grey, _SIDE)
    soft = cv2.GaussianBlur(grey, (0, 0), 2.0)
    detail = block_means(np.hypot(cv2.Sobel(soft, -1, 1, 0), cv2.Sobel(soft, -1, 0, 1)), _SIDE)
    plain = (detail <= np.quantile(detail, 0.7)) & (light > 12) & (light < 243)
    octaves = np.log2(noise)
    off = np.zeros_like(octaves)
    for low in range(0, 256, 32):
        group = (light >= low) & (light < low + 32)
        if (group & plain).sum() >= 8:
            off[group] = octaves[group] - np.median(octaves[group & plain])
    off = smoothed(np.where(plain, off, 0).astype(np.float32))
    seen = off[plain] if plain.sum() >= 16 else off.ravel()
    spread = float(np.quantile(seen, 0.97) - np.quantile(seen, 0.03))
    return spread, float(np.median(noise)), unit(np.abs(off), low=0.4, high=2.0)
