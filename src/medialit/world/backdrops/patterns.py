"""Patterns and silhouettes that several places share: zellige, paving, sand, arches, kasbahs, palms, clouds."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.world.canvas import Canvas, mix, tile_noise
from medialit.world.colour import Colour, Tone, as_rgb, scaled
from medialit.world.sprites import curve, oval, star
from medialit.world.view import Floats

Outline = NDArray[np.float64]

_LEAF: Colour = (0.22, 0.46, 0.17)

TILE = 512  # pixels to the side of a repeating tile


def zellige(rng: np.random.Generator, colours: Sequence[Colour], *, grout: Colour, n: int = TILE) -> Floats:
    """Return the star-and-cross tiling, shape (n, n, 3): `colours` are cross, star, inner star, heart."""
    cross, outer, inner, heart = colours
    out = np.empty((n, n, 3), np.float32)
    out[:] = cross
    half = n / 2
    for radius, colour in ((0.50, grout), (0.475, outer), (0.33, grout), (0.31, inner), (0.15, heart)):
        points = (
            star(half, half, radius * n, radius * n * 0.7654, 8, turn=0)
            if radius > 0.2
            else star(half, half, radius * n, radius * n * 0.6, 8, turn=22.5)
        )
        _fill(out, points, colour)
    for cx in (0.0, float(n)):
        for cy in (0.0, float(n)):
            _fill(out, star(cx, cy, 0.13 * n, 0.13 * n * 0.7654, 8, turn=0), heart)
    out *= (1 + 0.05 * tile_noise(rng, n, 8, octaves=4))[..., None]
    return out


def flagstones(
    rng: np.random.Generator, base: Colour, *, rows: int = 4, joint: float = 0.55, n: int = TILE
) -> Floats:
    """Return paving in courses of uneven stones, shape (n, n, 3)."""
    out = np.empty((n, n, 3), np.float32)
    out[:] = as_rgb(base) * joint
    height = n / rows
    for row in range(rows):
        cuts = np.cumsum(rng.uniform(0.7, 1.3, 3))
        cuts = np.concatenate([[0.0], cuts / cuts[-1]]) * n
        shift = rng.uniform(0, n)
        for left, right in pairwise(cuts):
            colour = scaled(base, as_rgb(tuple(rng.uniform(0.97, 1.03, 3) * rng.uniform(0.84, 1.12))))
            for wrap in (0, -n):
                gap = n * 0.012
                x0, x1 = left + shift % n + wrap + gap, right + shift % n + wrap - gap
                y0, y1 = row * height + gap, (row + 1) * height - gap
                _fill(out, np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]), colour)
    cv2.GaussianBlur(out, (0, 0), n / 300, dst=out, borderType=cv2.BORDER_REPLICATE)
    mottled = out * (1 + np.float32(0.10) * tile_noise(rng, n, 12, octaves=4))[..., None]
    return np.asarray(mottled, np.float32)


def sand(rng: np.random.Generator, base: Colour, *, ripple: float = 0.08, n: int = TILE) -> Floats:
    """Return sand with wind ripples, shape (n, n, 3)."""
    wander = tile_noise(rng, n, 3, octaves=2)
    y = np.linspace(0, 1, n, endpoint=False, dtype=np.float32)[:, None]
    waves = np.sin(2 * np.pi * (9 * y + 0.5 * wander))
    grain = tile_noise(rng, n, 64, octaves=2)
    patches = tile_noise(rng, n, 4, octaves=3)
    shade = (1 + ripple * waves + 0.035 * grain + 0.06 * patches).astype(np.float32)
    return np.asarray(as_rgb(base) * shade[..., None], np.float32)


def meadow(rng: np.random.Generator, base: Colour, *, n: int = TILE) -> Floats:
    """Return grass with flowers, shape (n, n, 3)."""
    blades = tile_noise(rng, n, 48, octaves=3)
    patches = tile_noise(rng, n, 4, octaves=3)
    out = as_rgb(base) * (1 + 0.14 * blades + 0.14 * patches)[..., None]
    out[..., 0] += 0.05 * patches
    for _ in range(70):
        colour = [(0.98, 0.93, 0.45), (0.95, 0.35, 0.30), (0.96, 0.96, 0.98), (0.70, 0.45, 0.85)][
            rng.integers(4)
        ]
        x, y = rng.uniform(0.03 * n, 0.97 * n, 2)
        _fill(out, oval(x, y, n * 0.011, n * 0.020), colour)
    return out.astype(np.float32)


def clouds(
    canvas: Canvas, rng: np.random.Generator, *, colour: Colour, low_m: float, amount: float = 0.55
) -> None:
    """Lay fair-weather clouds above `low_m`."""
    puffs = canvas.noise(rng, 0.55, stretch=2.6, octaves=5, gain=0.55)
    height = np.clip((canvas.y - low_m) / 1.2, 0, 1)
    cover = np.clip((puffs - 0.35 + 0.25 * height) * 1.6, 0, 1) * np.clip((canvas.y - low_m) / 0.5, 0, 1)
    under = np.clip(0.55 + 0.5 * (puffs - np.roll(puffs, max(1, round(0.05 * canvas.k)), axis=0)) * 6, 0.4, 1)
    shaded = mix(as_rgb(colour) * as_rgb((0.80, 0.84, 0.92)), colour, np.clip(under, 0, 1))
    canvas.lay(cover * amount * 1.5 if amount < 0.66 else cover, shaded)


def keyhole(x: float, bottom: float, width: float, height: float) -> Outline:
    """Return a horseshoe arch, the doorway of a medina; `height` is at its crown."""
    r = width * 0.56
    centre_y = bottom + height - r
    arc = oval(x, centre_y, r, r * 1.08, start=-27, stop=207)
    return np.concatenate([arc, [(x - width / 2, bottom), (x + width / 2, bottom)]])


def crenels(left: float, right: float, bottom: float, top: float, *, pitch: float) -> list[Outline]:
    """Return stepped merlons along the top of a wall."""
    out = []
    n = int((right - left) / pitch)
    for i in range(n):
        x, w, h = left + (i + 0.5) * pitch, pitch, top - bottom
        steps = [(-0.36, 0), (-0.36, 0.45), (-0.22, 0.45), (-0.22, 0.75), (-0.09, 0.75), (-0.09, 1)]
        points = steps + [(-a, b) for a, b in reversed(steps)]
        out.append(np.array([(x + a * w, bottom + b * h) for a, b in points]))
    return out


def kasbah(rng: np.random.Generator, x: float, base: float, width: float, height: float) -> list[Outline]:
    """Return the outlines of a small walled village: towers that taper, low houses between."""
    out: list[Outline] = []
    n = 6
    for i in range(n):
        w = width / n * rng.uniform(0.9, 1.3)
        h = height * (rng.uniform(0.35, 0.65) if i % 2 else rng.uniform(0.7, 1.0))
        cx = x - width / 2 + (i + 0.5) * width / n
        taper = 0.88 if h > 0.65 * height else 1.0
        out.append(
            np.array(
                [
                    (cx - w / 2, base),
                    (cx - w / 2 * taper, base + h),
                    (cx + w / 2 * taper, base + h),
                    (cx + w / 2, base),
                ]
            )
        )
        if taper < 1:
            for side in (-1, 0, 1):
                c = cx + side * w * 0.33 * taper
                out.append(
                    np.array([(c - w * 0.07, base + h), (c, base + h * 1.09), (c + w * 0.07, base + h)])
                )
    return out


def minaret(x: float, base: float, width: float, height: float) -> list[Outline]:
    """Return a square minaret with its lantern and three balls."""
    w = width
    shaft = np.array(
        [
            (x - w / 2, base),
            (x - w / 2, base + height * 0.76),
            (x + w / 2, base + height * 0.76),
            (x + w / 2, base),
        ]
    )
    top = np.array(
        [
            (x - w * 0.26, base + height * 0.76),
            (x - w * 0.26, base + height * 0.90),
            (x + w * 0.26, base + height * 0.90),
            (x + w * 0.26, base + height * 0.76),
        ]
    )
    dome = oval(x, base + height * 0.90, w * 0.24, height * 0.045, start=0, stop=180)
    balls = [
        oval(x, base + height * y, w * r, w * r) for y, r in ((0.96, 0.07), (0.985, 0.055), (1.0, 0.035))
    ]
    merlons = crenels(x - w / 2, x + w / 2, base + height * 0.755, base + height * 0.79, pitch=w / 5)
    return [shaft, top, dome, *balls, *merlons]


def palm(
    canvas: Canvas, rng: np.random.Generator, x: float, base: float, height: float, *, tone: float = 1.0
) -> None:
    """Paint a palm tree standing at (x, base)."""
    lean = rng.uniform(-0.12, 0.12) * height
    trunk = [(x, base), (x + lean * 0.3, base + height * 0.5), (x + lean, base + height)]
    canvas.line(trunk, height * 0.055, as_rgb((0.42, 0.29, 0.19)) * tone, smooth=True)
    canvas.line(
        [(a - height * 0.012, b) for a, b in trunk],
        height * 0.018,
        as_rgb((0.56, 0.40, 0.27)) * tone,
        smooth=True,
    )
    crown = np.array((x + lean, base + height))
    for i in (0, 12, 1, 11, 2, 10, 3, 9, 4, 8, 5, 7, 6):
        angle = np.pi * (i / 12 * 1.3 - 0.15) + rng.uniform(-0.08, 0.08)
        reach = height * rng.uniform(0.36, 0.46)
        middle = crown + reach * np.array((0.55 * np.cos(angle), 0.55 * np.sin(angle) + 0.10))
        end = crown + reach * np.array((np.cos(angle), 0.5 * np.sin(angle) - 0.32))
        spine = curve(np.stack([crown, middle, end]), closed=False, steps=14)
        _frond(canvas, spine, reach, scaled(_LEAF, tone * rng.uniform(0.8, 1.2)))
    canvas.fill(
        oval(crown[0], crown[1] - height * 0.03, height * 0.05, height * 0.045),
        as_rgb((0.62, 0.36, 0.12)) * tone,
    )


def _frond(canvas: Canvas, spine: Outline, reach: float, green: Colour) -> None:
    """Paint one leaf of a palm: leaflets that hang from both sides of its spine."""
    along = np.gradient(spine, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
    for side, light in ((-1, 0.78), (1, 1.12)):
        across = side * np.stack([-along[:, 1], along[:, 0]], -1) + 0.55 * along + (0.0, -0.35)
        taper = np.sin(np.pi * (0.12 + 0.86 * np.linspace(0, 1, len(spine))))[:, None]
        tips = spine + 0.19 * reach * taper * across
        for root, tip in zip(spine, tips, strict=True):
            canvas.line([root, tip], 0.022 * reach, scaled(green, light))
    canvas.line(spine, 0.03 * reach, scaled(green, 1.3))


def union(canvas: Canvas, outlines: Sequence[Outline]) -> Floats:
    """Return the region covered by any of the outlines."""
    return canvas.mask(*outlines, even_odd=False)


def _fill(picture: Floats, points: Outline, colour: Tone) -> None:
    fixed = np.round(np.asarray(points) * 16).astype(np.int32)
    cv2.fillPoly(picture, [fixed], as_rgb(colour).tolist(), cv2.LINE_8, 4)
