"""Is a posting a piece of this very clip? Its pictures are held against the file that the registry kept.

A fingerprint is small, so that a hundred thousand can be searched; that is why it misses strong crops, and takes another
clip in front of the same wall for a copy now and then. Where the original's own file is at hand, the pictures themselves
can be compared: the posting is laid over the original at every size and place, upright and mirrored, and where it fits
best, what **moves** in both must move alike. Other clips in front of the same wall fail the second test.

References
----------
Lewis (1995), Fast normalized cross-correlation, Vision Interface 95: what is maximised over the places.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.errors import MediaError
from medialit.media import read
from medialit.provenance.fingerprint import Planes, planes
from medialit.provenance.registry import Registered, Registry

Plane = NDArray[np.float32]

MIN_PICTURE: Final = 0.95
"""Correlation of the mean pictures, from which two are the same picture."""
MIN_MOTION: Final = 0.86
"""Correlation of what moves. The lowest of 201 copies was 0.88, the highest of 19,200 pairs with a stranger's clip 0.84;
the limits were set on these, which are of other seeds than those that are reported."""

_COARSE: Final = 64  # pixels of a side of the original, where every size and place is tried
_FINE: Final = 192  # the same, where the best place is looked for more exactly
_SIZES: Final = tuple(
    sorted({round(_COARSE * share / 40) for share in range(14, 41)})
)  # 35 to 100 % of a side
_BLUR: Final = (
    4.0  # pixels of the fine grid: what an encoder leaves of a small motion is its place, not its edge
)
_HOPELESS: Final = 0.8  # of the coarse correlation: nothing that fits closely begins so low


@dataclass(frozen=True, kw_only=True)
class Alignment:
    """How well a posting fits over an original.

    Parameters
    ----------
    picture, motion : float
        Correlations at the best place, -1 to 1. The motion's is 0 where the pictures are far from alike.
    window : (float, float, float)
        Left, top and side, as shares, of the part of the original that the posting shows.
    mirrored : bool
        Whether it is its mirror image.
    """

    picture: float
    motion: float
    window: tuple[float, float, float]
    mirrored: bool

    @property
    def same(self) -> bool:
        """Whether the posting shows this very clip, or a piece of it."""
        return self.picture >= MIN_PICTURE and self.motion >= MIN_MOTION


@dataclass(frozen=True)
class _Place:
    """Where a square of `size` pixels fits best, and how well."""

    score: float
    x: int
    y: int
    size: int


def align(query: Planes, original: Planes) -> Alignment | None:
    """Lay a posting over an original.

    Parameters
    ----------
    query, original : Planes
        As `medialit.provenance.fingerprint.planes` returns them.

    Returns
    -------
    Alignment or None
        None where one of the two is a still picture: then nothing that moves can be compared, and the picture alone
        cannot tell clips in front of one wall apart.

    Examples
    --------
    >>> from medialit.media import Clip, degrade
    >>> from medialit.world import draw_scene, render
    >>> clip = render(draw_scene(3, duration_s=1.0, fps=12.0), size=(128, 96))
    >>> piece = degrade.flip(degrade.crop(clip, keep=0.6, anchor=(1.0, 0.0)))
    >>> found = align(planes(piece), planes(clip))
    >>> found.same, found.mirrored, [round(share, 1) for share in found.window]
    (True, True, [0.4, 0.0, 0.6])
    """
    if not (query.moves and original.moves):
        return None
    wall, fine_wall = _shrunk(original.mean, _COARSE), _shrunk(original.mean, _FINE)
    upright, turned = (_best(wall, one.mean, _SIZES) for one in (query, _mirror(query)))
    mirrored = turned.score > upright.score
    one, coarse = (_mirror(query), turned) if mirrored else (query, upright)
    if coarse.score < _HOPELESS:
        return Alignment(picture=coarse.score, motion=0.0, window=_window(coarse, _COARSE), mirrored=mirrored)
    place = _refined(fine_wall, one.mean, coarse)
    return Alignment(
        picture=place.score,
        motion=_motion(one, original, place),
        window=_window(place, _FINE),
        mirrored=mirrored,
    )


class Originals:
    """The kept files of a registry, each read once, when it is first asked for.

    Parameters
    ----------
    registry : Registry
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._known: dict[str, Planes | None] = {}

    def align(self, query: Planes, clip: Registered) -> Alignment | None:
        """Lay a posting over the file of a registered clip; None where it is not kept, or cannot be compared."""
        if clip.id not in self._known:
            self._known[clip.id] = self._read(clip)
        kept = self._known[clip.id]
        return None if kept is None else align(query, kept)

    def _read(self, clip: Registered) -> Planes | None:
        path = self._registry.original(clip)
        if path is None:
            return None
        try:
            return planes(read(path, audio=False))
        except MediaError:
            return None  # a picture, or a damaged file: its fingerprint is still there


def _best(wall: Plane, mean: Plane, sizes: tuple[int, ...]) -> _Place:
    """Return where a picture, at one of the sizes, fits best on a wall."""
    best = _Place(-1.0, 0, 0, wall.shape[0])
    for size in sizes:
        scores = cv2.matchTemplate(wall, _shrunk(mean, size), cv2.TM_CCOEFF_NORMED)
        _low, score, _at, (x, y) = cv2.minMaxLoc(scores)
        if score > best.score:
            best = _Place(float(score), x, y, size)
    return best


def _refined(wall: Plane, mean: Plane, coarse: _Place) -> _Place:
    """Look again around a place that was found on the coarse grid."""
    scale, side = wall.shape[0] / _COARSE, wall.shape[0]
    best = _Place(-1.0, 0, 0, side)
    for size in range(int((coarse.size - 2) * scale), min(side, int((coarse.size + 2) * scale)) + 1, 2):
        left, top = (max(0, min(side - size, int((at - 2) * scale))) for at in (coarse.x, coarse.y))
        right, low = (min(side, int((at + 2) * scale) + size) for at in (coarse.x, coarse.y))
        found = _best(wall[top:low, left:right], mean, (size,))
        if found.score > best.score:
            best = replace(found, x=found.x + left, y=found.y + top)
    return best


def _motion(query: Planes, original: Planes, place: _Place) -> float:
    """Return how alike it is what each quarter of the time adds to the mean, blurred."""
    here = slice(place.y, place.y + place.size), slice(place.x, place.x + place.size)
    one = np.stack([_blurred(_shrunk(part, place.size)) for part in query.parts])
    other = np.stack([_blurred(_shrunk(part, _FINE)[here]) for part in original.parts])
    one, other = one - one.mean(), other - other.mean()
    scale = float(np.sqrt((one**2).sum() * (other**2).sum()))
    return float((one * other).sum()) / scale if scale > 0 else 0.0


def _blurred(plane: Plane) -> Plane:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), _BLUR), np.float32)


def _mirror(one: Planes) -> Planes:
    mean, quarters = (np.ascontiguousarray(part[..., ::-1]) for part in (one.mean, one.quarters))
    return Planes(mean, quarters)


def _window(place: _Place, side: int) -> tuple[float, float, float]:
    return place.x / side, place.y / side, place.size / side


def _shrunk(plane: Plane, size: int) -> Plane:
    return np.asarray(cv2.resize(plane, (size, size), interpolation=cv2.INTER_AREA), np.float32)
