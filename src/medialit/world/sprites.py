"""Small pictures of objects that can be relit: colour, relief and gloss, at any size.

An object is built from parts. A part is a region with an ink, and a relief: a *puffed* part swells like clay from
its outline (height ``p * sqrt(1 - (1 - d/p)^2)`` at distance d from the edge), a flat one lies on what is under it.
Light is added when the object is drawn, so it stays put while the object turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.world.colour import Colour, as_rgb
from medialit.world.view import Floats

EXTENT = 1.3  # a sprite reaches this many radii from the centre to each side
_FINEST = 1024
_SUPERSAMPLE = 2

Points = Sequence[tuple[float, float]] | NDArray[np.float64]


@dataclass(frozen=True)
class Ink:
    """A pigment: `main` times the object's own colour, plus `fixed` (sRGB from 0 to 1)."""

    main: float = 0.0
    fixed: Colour = (0.0, 0.0, 0.0)


MAIN = Ink(1.0)
DEEP = Ink(0.55)
PALE = Ink(0.5, (0.48, 0.47, 0.45))
CREAM = Ink(0.0, (0.97, 0.94, 0.86))
INK = Ink(0.0, (0.10, 0.09, 0.12))
GOLD = Ink(0.0, (0.88, 0.66, 0.24))
BRASS = Ink(0.0, (0.62, 0.44, 0.18))
SILVER = Ink(0.0, (0.80, 0.82, 0.85))
WOOD = Ink(0.0, (0.52, 0.31, 0.16))


def pigment(red: float, green: float, blue: float) -> Ink:
    """Return an ink of a fixed colour, sRGB from 0 to 1."""
    return Ink(0.0, (red, green, blue))


@dataclass(frozen=True, eq=False)
class Sprite:
    """Maps of shape (R, R); colour and relief are multiplied by alpha, so that they can be resampled.

    Parameters
    ----------
    fixed : ndarray, shape (R, R, 3)
        Fixed colour.
    matter : ndarray, shape (R, R, 4)
        Share of the object's own colour, alpha, gloss, glow.
    relief : ndarray, shape (R, R, 3)
        x and y of the surface normal, and the signed distance to the outline in radii (inside positive; not
        multiplied by alpha).
    """

    fixed: Floats
    matter: Floats
    relief: Floats

    def averaged(self, resolution: int) -> Sprite:
        """Return the sprite at a coarser resolution."""
        fixed, matter, relief = (
            np.asarray(cv2.resize(m, (resolution, resolution), interpolation=cv2.INTER_AREA), np.float32)
            for m in (self.fixed, self.matter, self.relief)
        )
        return Sprite(fixed, matter, relief)


class Brush:
    """Paints parts, back to front, in radii: (0, 0) is the centre, y points up."""

    def __init__(self, resolution: int) -> None:
        n = resolution * _SUPERSAMPLE
        self.n = n
        self.k = n / (2 * EXTENT)  # pixels per radius
        self.fixed = np.zeros((n, n, 3), np.float32)
        self.main = np.zeros((n, n), np.float32)
        self.alpha = np.zeros((n, n), np.float32)
        self.gloss = np.zeros((n, n), np.float32)
        self.glow = np.zeros((n, n), np.float32)
        self.normal = np.zeros((n, n, 2), np.float32)

    def grid(self) -> tuple[Floats, Floats]:
        """Return x and y of every pixel, in radii."""
        axis = ((np.arange(self.n, dtype=np.float32) + 0.5) / self.k - EXTENT).astype(np.float32)
        return np.broadcast_to(axis, (self.n, self.n)), np.broadcast_to(-axis[:, None], (self.n, self.n))

    def mask(self, *outlines: Points) -> Floats:
        """Return the region inside the outlines (even-odd), 0 or 1."""
        canvas = np.zeros((self.n, self.n), np.uint8)
        cv2.fillPoly(canvas, [self._fixed_point(o) for o in outlines], 255, cv2.LINE_8, 4)
        return canvas.astype(np.float32) / np.float32(255)

    def stroke_mask(self, points: Points, width: float) -> Floats:
        """Return the region within half of `width` of a line, 0 or 1."""
        canvas = np.zeros((self.n, self.n), np.uint8)
        thickness = max(1, round(width * self.k))
        cv2.polylines(canvas, [self._fixed_point(points)], False, 255, thickness, cv2.LINE_8, 4)
        return canvas.astype(np.float32) / np.float32(255)

    def part(
        self,
        mask: Floats,
        ink: Ink,
        *,
        puff: float = 0.0,
        gloss: float = 0.25,
        glow: float = 0.0,
        opacity: float = 1.0,
        within: Floats | None = None,
        lift: float = 0.35,
    ) -> Floats:
        """Lay a part on the others and return its mask.

        `puff` is how far in from its edge it swells, in radii (0: flat paint); `lift` how dark the crease
        around a puffed part is; `within` keeps it inside an earlier mask.
        """
        if within is not None:
            mask = mask * within
        if puff > 0 and lift > 0:
            crease = cv2.GaussianBlur(mask, (0, 0), 0.05 * self.k)
            dark = (1 - lift * crease * (1 - mask)).astype(np.float32)
            self.fixed *= dark[..., None]
            self.main *= dark
        cover = mask * opacity
        keep = 1 - cover
        self.fixed = self.fixed * keep[..., None] + cover[..., None] * as_rgb(ink.fixed)
        self.main = self.main * keep + cover * ink.main
        self.gloss = self.gloss * keep + cover * gloss
        self.glow = self.glow * keep + cover * glow
        self.alpha = np.maximum(self.alpha * keep + cover, self.alpha)
        if puff > 0:
            self.normal = np.where(mask[..., None] > 0.5, self._swell(mask, puff), self.normal)
        return mask

    def sphere(self, radius: float = 1.0) -> tuple[Floats, Floats, Floats, Floats]:
        """Paint a ball in the main colour; return its mask and the unit normal's x, y, z."""
        x, y = self.grid()
        x, y = x / radius, y / radius
        inside = (x * x + y * y <= 1).astype(np.float32)
        z = np.sqrt(np.maximum(0, 1 - x * x - y * y)).astype(np.float32)
        self.part(inside, MAIN, gloss=0.5)
        self.normal = np.where(inside[..., None] > 0, np.stack([x, y], -1), self.normal)
        return inside, x.astype(np.float32), y.astype(np.float32), z

    def ellipse(
        self, x: float, y: float, rx: float, ry: float, ink: Ink, **style: float | Floats | None
    ) -> Floats:
        """Paint an ellipse; style as in `part`."""
        return self.part(self.mask(oval(x, y, rx, ry)), ink, **style)  # type: ignore[arg-type]

    def shape(
        self, points: Points, ink: Ink, *, smooth: bool = False, **style: float | Floats | None
    ) -> Floats:
        """Paint a closed outline, smoothed through its corners if asked; style as in `part`."""
        outline = curve(points) if smooth else points
        return self.part(self.mask(outline), ink, **style)  # type: ignore[arg-type]

    def stroke(
        self, points: Points, width: float, ink: Ink, *, smooth: bool = False, **style: float | Floats | None
    ) -> Floats:
        """Paint a line of `width` radii; style as in `part`."""
        line = curve(points, closed=False) if smooth else points
        return self.part(self.stroke_mask(line, width), ink, **style)  # type: ignore[arg-type]

    def finish(self) -> Sprite:
        """Return the maps at the resolution asked for."""
        edge = _signed_distance(self.alpha, self.k)
        matter = np.stack([self.main, self.alpha, self.gloss, self.glow], -1)
        relief = np.concatenate([self.normal * self.alpha[..., None], edge[..., None]], -1)
        return Sprite(self.fixed, matter, relief).averaged(self.n // _SUPERSAMPLE)

    def _swell(self, mask: Floats, puff: float) -> Floats:
        distance = cv2.distanceTransform((mask > 0.5).astype(np.uint8), cv2.DIST_L2, 5) / self.k
        t = np.clip(distance / puff, 0, 1)
        height = puff * np.sqrt(1 - (1 - t) ** 2)
        height = cv2.GaussianBlur(height.astype(np.float32), (0, 0), max(0.8, 0.035 * self.k))
        dx = cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=self.k / 8)
        dy = cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=self.k / 8)
        length = np.sqrt(dx * dx + dy * dy + 1)
        return np.stack([-dx / length, dy / length], -1).astype(np.float32)

    def _fixed_point(self, points: Points) -> NDArray[np.int32]:
        p = np.asarray(points, np.float64).reshape(-1, 2)
        x, y = (p[:, 0] + EXTENT) * self.k - 0.5, (EXTENT - p[:, 1]) * self.k - 0.5
        return np.round(np.stack([x, y], -1) * 16).astype(np.int32)


def oval(
    x: float, y: float, rx: float, ry: float, *, start: float = 0.0, stop: float = 360.0
) -> NDArray[np.float64]:
    """Return points on an ellipse, from `start` to `stop` degrees, anticlockwise."""
    a = np.radians(np.linspace(start, stop, 97))
    return np.stack([x + rx * np.cos(a), y + ry * np.sin(a)], -1)


def box(left: float, bottom: float, right: float, top: float, *, corner: float = 0.0) -> NDArray[np.float64]:
    """Return a rectangle, its corners rounded with radius `corner`."""
    if corner <= 0:
        return np.array([(left, bottom), (right, bottom), (right, top), (left, top)], np.float64)
    c = corner
    arcs = [
        oval(right - c, top - c, c, c, start=0, stop=90),
        oval(left + c, top - c, c, c, start=90, stop=180),
        oval(left + c, bottom + c, c, c, start=180, stop=270),
        oval(right - c, bottom + c, c, c, start=270, stop=360),
    ]
    return np.concatenate(arcs)


def star(
    x: float, y: float, outer: float, inner: float, n: int, *, turn: float = 90.0
) -> NDArray[np.float64]:
    """Return a star of `n` points, the first at `turn` degrees."""
    a = np.radians(turn + np.arange(2 * n) * 180 / n)
    r = np.where(np.arange(2 * n) % 2 == 0, outer, inner)
    return np.stack([x + r * np.cos(a), y + r * np.sin(a)], -1)


def curve(points: Points, *, closed: bool = True, steps: int = 14) -> NDArray[np.float64]:
    """Return a Catmull-Rom curve through the points."""
    p = np.asarray(points, np.float64)
    n = len(p)
    index = np.arange(n if closed else n - 1)
    ends: Literal["wrap", "clip"] = "wrap" if closed else "clip"
    a, b, c, d = (p.take(index + j, axis=0, mode=ends)[:, None, :] for j in (-1, 0, 1, 2))
    t = (np.arange(steps) / steps)[None, :, None]
    out = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    line = out.reshape(-1, 2)
    return line if closed else np.concatenate([line, p[-1:]])


def fitting_resolution(radius_px: float) -> int:
    """Return the power of two at which a sprite is sampled for an object of `radius_px` pixels."""
    wanted = 2 * EXTENT * radius_px
    return int(min(_FINEST, max(16, 2 ** int(np.ceil(np.log2(max(1.0, wanted * 0.9)))))))


def _signed_distance(alpha: Floats, k: float) -> Floats:
    inside = (alpha > 0.5).astype(np.uint8)
    far = cv2.distanceTransform(inside, cv2.DIST_L2, 5) - cv2.distanceTransform(1 - inside, cv2.DIST_L2, 5)
    return (far / k).astype(np.float32)
