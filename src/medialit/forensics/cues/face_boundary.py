"""Face boundary: a face put on another head is as sharp as its own source, and is blended at its edge.

Sharpness is compared inside the face, in a ring along its outline, and outside. A face that was enlarged is softer
than hair and clothes of the same picture, and a blended edge is softer than both sides of it.

References
----------
Li and Lyu (2019), Exposing DeepFake videos by detecting face warping artifacts, CVPR workshops (arXiv:1811.00656).
Li et al. (2020), Face X-ray, CVPR (arXiv:1912.13458): the blended edge.
"""

from __future__ import annotations

import cv2
import numpy as np

from medialit.forensics.cues.footage import Footage
from medialit.forensics.cues.pixels import laplacian, luma, strongest, unit
from medialit.forensics.cues.records import (
    NO_FACE,
    Card,
    Face,
    Floats,
    Picture,
    Reading,
    Said,
    Series,
    _msgid,
    unread,
)

CARD = Card(
    name="face_boundary",
    title=_msgid("Sharpness at the face's edge"),
    measures=_msgid(
        "How much softer the face and its edge are than the rest of the person, in octaves of sharpness."
    ),
    breaks=_msgid(
        "Portrait blur, beauty filters, make-up, a shallow lens and a face that moves faster than the body. A large "
        "original that is reduced to fit is as sharp as the rest."
    ),
    source="Li and Lyu (2019), arXiv:1811.00656; Li et al. (2020), Face X-ray, arXiv:1912.13458",
    needs="faces",
    holds=("gain", "fps", "resize", "recompression"),
    heavy=True,
)

_LABEL = _msgid("sharpness outside over inside the face (octaves)")
_FOUND = _msgid(
    "What surrounds the face is {inside} octaves sharper than the face, and its two sides are {ring} octaves sharper "
    "than its edge."
)


def read(footage: Footage) -> Reading:
    """Return the larger of how much softer the face, and its edge, are, in octaves; median of the stills."""
    faces = [footage.face_at(float(time)) for time in footage.still_times_s]
    rows = [
        (k, _softness(footage.stills.frames[k], face)) for k, face in enumerate(faces) if face is not None
    ]
    found = [(k, one) for k, one in rows if one is not None]
    if not found:
        return unread(CARD.name, NO_FACE)
    inside = np.array([one[0] for _, one in found])
    ring = np.array([one[1] for _, one in found])
    each = np.maximum(inside, ring)
    index = np.array([k for k, _ in found])
    times = footage.still_times_s[index]
    return Reading(
        cue=CARD.name,
        score=float(np.median(each)),
        said=Said(
            message=_FOUND, slots={"inside": f"{np.median(inside):.1f}", "ring": f"{np.median(ring):.1f}"}
        ),
        series=Series(times_s=times, values=each, label=_LABEL, limit=0.0),
        heat=strongest(each, times, footage.stills.frames[index], [one[2] for _, one in found]),
        features={"inside": float(np.median(inside)), "ring": float(np.median(ring))},
    )


def _softness(picture: Picture, face: Face) -> tuple[float, float, Floats] | None:
    """Return how much softer inside and edge are than outside, and a map of softness around the face."""
    height, width = picture.shape[:2]
    outline = (face.outline * np.array([width, height])).astype(np.int32)
    side = float(max(np.ptp(outline[:, 0]), np.ptp(outline[:, 1])))
    if side < 24:
        return None
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [outline], 1)
    thick = max(2, round(0.04 * side))
    cross = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * thick + 1, 2 * thick + 1))
    wide = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(0.25 * side) + 1,) * 2)
    inner = cv2.erode(mask, cross)
    outer = cv2.dilate(mask, cross)
    areas = inner > 0, (outer > 0) & (inner == 0), (cv2.dilate(mask, wide) > 0) & (outer == 0)
    sharp = laplacian(luma(picture))
    inside, edge, outside = (
        float(np.quantile(sharp[area], 0.85)) + 0.5 if area.any() else 0.5 for area in areas
    )
    soft = np.log2(outside / inside)
    ring = np.log2((inside * outside) ** 0.5 / edge)
    local = cv2.boxFilter(sharp, -1, (9, 9))
    near = unit(-np.log2((local + 0.5) / outside), low=0.0, high=2.5) * outer
    small = cv2.resize(near, (max(1, width // 4), max(1, height // 4)), interpolation=cv2.INTER_AREA)
    return float(soft), float(ring), np.asarray(small, np.float32)
