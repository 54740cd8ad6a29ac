"""Under a roof: souk and studio."""

from __future__ import annotations

import numpy as np

from medialit.world.backdrops.base import Backdrop, Easel, Light
from medialit.world.backdrops.patterns import (
    Outline,
    flagstones,
    keyhole,
)
from medialit.world.canvas import Canvas, gradient, mix, pave, tile_noise
from medialit.world.colour import Colour, as_rgb, scaled
from medialit.world.sprites import box, oval, star
from medialit.world.view import Floats


def paint_souk(easel: Easel, rng: np.random.Generator, look: int) -> Backdrop:
    """Paint a covered market: reed roof with shafts of light, rugs, pyramids of spice, hanging lanterns."""
    warm, cloths = [
        ((0.72, 0.45, 0.28), [(0.75, 0.15, 0.15), (0.12, 0.36, 0.55), (0.85, 0.58, 0.15)]),
        ((0.66, 0.42, 0.32), [(0.12, 0.42, 0.38), (0.78, 0.30, 0.14), (0.40, 0.18, 0.48)]),
        ((0.74, 0.52, 0.32), [(0.60, 0.12, 0.28), (0.18, 0.45, 0.30), (0.88, 0.66, 0.25)]),
        ((0.60, 0.38, 0.28), [(0.16, 0.26, 0.56), (0.80, 0.44, 0.14), (0.66, 0.14, 0.20)]),
    ][look]
    hall = easel.canvas()
    hall.lay(
        1.0,
        gradient(
            hall.y + 0 * hall.x,
            [(0.8, (0.30, 0.17, 0.12)), (2.0, (0.42, 0.25, 0.17)), (4.0, (0.20, 0.12, 0.10))],
        ),
    )
    for i in range(5):
        s = 1 - i * 0.19
        arch = keyhole(0.0, 0.9 + 0.1 * i, 2.4 * s, 2.5 * s)
        hall.fill(arch, mix((0.40, 0.23, 0.15), (1.0, 0.82, 0.52), 0.05 + i * 0.23))
    hall.fill(keyhole(0.0, 1.34, 0.42, 0.52), (1.0, 0.93, 0.74))
    hall.shade(1 + 0.07 * hall.noise(rng, 0.3))
    stalls = easel.canvas()
    for s, offset in ((-1, 0), (1, 1)):
        for i in range(3):
            x = s * (1.42 + 1.75 * i)
            _stall(stalls, rng, x, as_rgb(warm), cloths[(i + offset) % 3], cloths[(i + offset + 1) % 3])
    roof = easel.canvas()
    beam = np.sin(2 * np.pi * (roof.x * 5.5 + 0.6 * roof.y + 0.25 * roof.noise(rng, 0.8)))
    reed = roof.below(4.4) * np.clip((roof.y - 3.52 - 0.06 * roof.profile(rng, 0.4)[None, :]) * roof.k, 0, 1)
    roof.lay(reed, mix((0.22, 0.13, 0.08), (0.48, 0.32, 0.18), 0.5 + 0.4 * beam))
    roof.lay(reed * np.clip(beam - 0.86, 0, 1) * 7, (1.0, 0.92, 0.70), opacity=0.9)
    for x, drop, colour in (
        (-0.62, 0.75, 0),
        (0.55, 0.55, 1),
        (-2.5, 0.6, 2),
        (2.6, 0.7, 0),
        (-1.45, 0.35, 1),
        (1.6, 0.38, 2),
    ):
        _hanging_lamp(roof, x, 3.75 - drop, cloths[colour])
    ground = easel.canvas()
    floor = pave(ground, flagstones(rng, (0.60, 0.44, 0.33), rows=3, joint=0.5), tile_m=1.2, detail_m=0.14)
    ground.lay(ground.below(0.97), floor * (0.80 + 0.15 * np.cos(ground.x * 0.8))[..., None])
    for i in range(-4, 5):
        x = i * 0.95 + rng.uniform(-0.2, 0.2)
        lean = (ground.x - x - (ground.y - 0.4) * 0.5) / 0.16
        ground.add(np.exp(-lean * lean) * ground.alpha * 0.16, (1.0, 0.80, 0.50))
    shafts = easel.canvas()
    for i in range(-4, 5):
        x = i * 0.95 + rng.uniform(-0.2, 0.2)
        lean = (shafts.x - x - (shafts.y - 0.4) * 0.24) / 0.10
        beam_light = np.exp(-lean * lean) * np.clip((shafts.y - 0.7) / 2.4, 0, 1) * 0.16
        shafts.lay(beam_light, (1.0, 0.86, 0.60))
    light = Light(
        (0.35, 1.0, 0.8), (0.82, 0.68, 0.50), (0.46, 0.40, 0.40), (0.44, 0.30, 0.20), 0.46, 0.06, lamp=0.6
    )
    return Backdrop(
        (
            easel.layer(hall, 0.15, opaque=True),
            easel.layer(ground, None),
            easel.layer(stalls, 0.60),
            easel.layer(roof, 0.55),
            easel.layer(shafts, 0.7),
        ),
        light,
    )


def _stall(c: Canvas, rng: np.random.Generator, x: float, warm: Floats, cloth: Colour, rug: Colour) -> None:
    """Paint one stall: awning, hanging rugs, heaps of spice on a counter."""
    w, y0, top = 0.80, 0.92, 2.9
    c.fill(box(x - w, y0, x + w, top + 0.6), scaled(warm, 0.50))
    for px in (x - w, x + w):
        c.fill(box(px - 0.06, y0, px + 0.06, top + 0.6), scaled(warm, 0.9))
    for i, colour in enumerate((rug, cloth)):
        rx = x + (i - 0.5) * 0.74
        _rug(c, box(rx - 0.31, 1.50, rx + 0.31, 2.52), colour)
    n = 9
    for i in range(n):
        left, right = x - w * 1.1 + i * w * 2.2 / n, x - w * 1.1 + (i + 1) * w * 2.2 / n
        colour = cloth if i % 2 == 0 else (0.95, 0.88, 0.74)
        band = np.concatenate(
            [
                [(left, top)],
                [(right, top)],
                [(right + 0.02, top - 0.32)],
                oval((left + right) / 2, top - 0.32, (right - left) / 2, 0.06, start=0, stop=-180),
            ]
        )
        c.fill(band, scaled(colour, (1.0 - 0.1 * (i % 2))))
    c.fill(box(x - w * 0.98, y0, x + w * 0.98, 1.22), (0.34, 0.20, 0.12))
    c.fill(box(x - w * 1.02, 1.19, x + w * 1.02, 1.25), (0.52, 0.33, 0.18))
    spices = [
        (0.85, 0.28, 0.08),
        (0.93, 0.68, 0.10),
        (0.62, 0.16, 0.10),
        (0.52, 0.56, 0.18),
        (0.72, 0.48, 0.22),
    ]
    for i in range(5):
        sx, r = x + (i - 2) * 0.31, 0.14
        colour = spices[int(rng.integers(5))]
        c.fill(
            np.array([(sx - r, 1.33), (sx - 0.02, 1.33 + 0.25), (sx + 0.02, 1.33 + 0.25), (sx + r, 1.33)]),
            colour,
        )
        c.fill(
            np.array([(sx, 1.33), (sx + 0.01, 1.33 + 0.25), (sx + 0.02, 1.33 + 0.25), (sx + r, 1.33)]),
            scaled(colour, 0.72),
        )
        c.fill(
            np.array(
                [(sx - r * 1.05, 1.34), (sx + r * 1.05, 1.34), (sx + r * 0.8, 1.23), (sx - r * 0.8, 1.23)]
            ),
            (0.66, 0.49, 0.30),
        )
    c.shine(x, 2.0, 0.8, (0.10, 0.065, 0.03))


def _rug(c: Canvas, outline: Outline, colour: Colour) -> None:
    """Paint a hanging rug with diamonds and a fringe."""
    (left, bottom), (right, top) = outline[0], outline[2]
    base = as_rgb(colour)
    c.fill(outline, base)
    middle, w, h = (left + right) / 2, right - left, top - bottom
    for centre in (0.2, 0.5, 0.8):
        y = bottom + centre * h
        for share, ink in ((1.0, (0.95, 0.86, 0.68)), (0.72, scaled(base, 0.55)), (0.32, (0.90, 0.62, 0.20))):
            dx, dy = 0.36 * w * share, 0.14 * h * share
            c.fill([(middle - dx, y), (middle, y + dy), (middle + dx, y), (middle, y - dy)], ink)
    cream: Colour = (0.95, 0.86, 0.68)
    for s in (-1, 1):
        c.fill(box(middle + s * 0.42 * w - 0.012, bottom, middle + s * 0.42 * w + 0.012, top), cream)
    for y in (bottom, top - 0.05 * h):
        c.fill(box(left, y, right, y + 0.05 * h), cream)


def _hanging_lamp(c: Canvas, x: float, y: float, colour: Colour) -> None:
    """Paint a pierced lamp that hangs from the roof, lit from inside."""
    c.shine(x, y, 0.42, (1.0, 0.72, 0.34), cover=0.34)
    c.line([(x, y), (x, 3.9)], 0.014, (0.15, 0.09, 0.06))
    c.fill(oval(x, y, 0.15, 0.17), mix(colour, (1.0, 0.80, 0.42), 0.55))
    c.shine(x, y, 0.09, (1.0, 0.95, 0.78), cover=1.0)
    for a in np.linspace(-1, 1, 5):
        c.line([(x, y + 0.17), (x + a * 0.15, y), (x, y - 0.17)], 0.012, (0.42, 0.26, 0.10), smooth=True)
    c.fill(np.array([(x - 0.07, y + 0.14), (x, y + 0.27), (x + 0.07, y + 0.14)]), (0.50, 0.33, 0.14))
    c.fill(np.array([(x - 0.04, y - 0.16), (x, y - 0.27), (x + 0.04, y - 0.16)]), (0.50, 0.33, 0.14))


def paint_studio(easel: Easel, rng: np.random.Generator, look: int) -> Backdrop:
    """Paint a photographer's studio: a seamless sweep, a pool of light, one zellige rosette on the wall."""
    paper, accent = [
        ((0.86, 0.80, 0.72), (0.74, 0.63, 0.50)),
        ((0.62, 0.78, 0.80), (0.45, 0.65, 0.70)),
        ((0.90, 0.72, 0.64), (0.79, 0.55, 0.46)),
        ((0.76, 0.74, 0.84), (0.61, 0.58, 0.74)),
    ][look]
    side = 1 if look % 2 else -1
    wall = easel.canvas()
    base = as_rgb(paper)
    pool = wall.glow(-0.25 * side, 2.3, 2.1)
    wall.lay(1.0, base * (0.60 + 0.42 * pool)[..., None])
    light_on_wall = (0.64 + 0.42 * pool)[..., None].astype(np.float32)
    carved, plain = as_rgb(accent) * light_on_wall, base * np.float32(0.98) * light_on_wall
    rings = ((0.72, 0.55, 0.0), (0.66, 0.50, 0.0), (0.46, 0.35, 22.5), (0.40, 0.31, 22.5), (0.20, 0.09, 0.0))
    for x in np.arange(-6, 7) * 2.1:
        for i, (outer, inner, turn) in enumerate(rings):
            wall.fill(star(x, 2.55, outer, inner, 8, turn=turn), plain if i % 2 else carved, opacity=0.75)
    wall.shade(1 + 0.012 * wall.noise(rng, 0.05, octaves=2))
    floor = easel.canvas()
    sweep = np.clip((1.30 - floor.y) / 0.55, 0, 1) + 0 * floor.x
    sweep = sweep * sweep * (3 - 2 * sweep)
    shine = np.exp(-((floor.x / 1.9) ** 2) - ((floor.y - 0.55) / 0.6) ** 2)
    floor.lay(sweep, mix(base * np.float32(0.74), base * np.float32(1.04), shine))
    boards = pave(
        floor,
        (1 + 0.02 * tile_noise(rng, 512, 32)[..., None] * np.ones(3, np.float32)),
        tile_m=1.5,
        detail_m=0.05,
    )
    floor.rgb *= boards
    light = Light(
        (0.45 * side, 1.0, 0.9), (0.74, 0.73, 0.71), (0.50, 0.50, 0.52), (0.44, 0.43, 0.41), 0.40, 0.09
    )
    return Backdrop((easel.layer(wall, 0.45, opaque=True), easel.layer(floor, None)), light)
