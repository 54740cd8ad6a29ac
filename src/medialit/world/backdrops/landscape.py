"""Open places: beach, desert, mountains, night sky."""

from __future__ import annotations

import numpy as np

from medialit.world.backdrops.base import Backdrop, Easel, Light
from medialit.world.backdrops.patterns import (
    clouds,
    crenels,
    kasbah,
    meadow,
    minaret,
    palm,
    sand,
    union,
    zellige,
)
from medialit.world.canvas import Canvas, gradient, mix, pave
from medialit.world.colour import as_rgb, scaled
from medialit.world.sprites import box, oval
from medialit.world.view import HORIZON_M, Floats


def paint_beach(easel: Easel, rng: np.random.Generator, look: int) -> Backdrop:
    """Paint the Atlantic: surf on wet sand, a white town on the headland, palms."""
    zenith, low, sun = [
        ((0.22, 0.52, 0.88), (0.75, 0.90, 0.97), (1.0, 0.97, 0.90)),
        ((0.30, 0.45, 0.75), (1.0, 0.78, 0.58), (1.0, 0.84, 0.62)),
        ((0.16, 0.56, 0.82), (0.80, 0.94, 0.93), (1.0, 0.98, 0.92)),
        ((0.42, 0.46, 0.72), (1.0, 0.70, 0.62), (1.0, 0.80, 0.70)),
    ][look]
    side = -1 if look % 2 else 1
    sky = easel.canvas()
    sky.lay(
        1.0,
        gradient(
            sky.y + 0 * sky.x,
            [(HORIZON_M, low), (HORIZON_M + 1.0, mix(low, zenith, 0.6)), (4.0, zenith)],
        ),
    )
    sky.add(sky.glow(1.5 * side, 3.2, 0.9) * 0.35 + sky.glow(1.5 * side, 3.2, 0.22) * 0.6, sun)
    clouds(sky, rng, colour=(1.0, 0.98, 0.96), low_m=1.9)
    sea = easel.canvas()
    t = np.clip((HORIZON_M - sea.y) / 0.62, 0, 1) + 0 * sea.x
    swell = sea.noise(rng, 0.05, stretch=9, octaves=3)
    deep, shallow = as_rgb((0.05, 0.33, 0.55)), as_rgb((0.25, 0.72, 0.72))
    water = mix(deep * as_rgb(low) * 1.05, shallow, t**0.8) * (1 + 0.13 * swell * (0.4 + t))[..., None]
    sea.lay(sea.below(HORIZON_M), water)
    glint = np.clip(swell - 0.55, 0, 1) * np.exp(-(((sea.x - 1.5 * side) / 0.8) ** 2)) * 2.2
    sea.add(glint * (sea.y < HORIZON_M), sun)
    hill = HORIZON_M + 0.30 * np.exp(-(((sea.x[0] + 1.7 * side) / 1.0) ** 4)) * (
        1 + 0.25 * sea.profile(rng, 0.5)
    )
    sea.lay(sea.below(hill) * (sea.y > HORIZON_M - 0.01), mix((0.52, 0.50, 0.44), low, 0.35))
    town = []
    for i in range(16):
        x, w = -1.7 * side + (i - 8) * 0.095, rng.uniform(0.09, 0.15)
        y = HORIZON_M + 0.24 * np.exp(-(((x + 1.7 * side) / 1.0) ** 4))
        town.append(box(x - w / 2, y - 0.08, x + w / 2, y + rng.uniform(0.05, 0.14)))
    town += minaret(-1.75 * side, HORIZON_M + 0.2, 0.09, 0.45)
    houses = union(sea, town)
    sea.lay(houses, mix((0.97, 0.94, 0.88), low, 0.15))
    sea.lay(
        houses * np.clip((sea.noise(rng, 0.08, octaves=1) - 0.25) * 5, 0, 1), (0.62, 0.66, 0.74), opacity=0.6
    )
    ground = easel.canvas()
    tile = sand(rng, (0.93, 0.79, 0.57), ripple=0.05)
    shore = 0.98 + 0.05 * ground.profile(rng, 1.2)
    beach = pave(ground, tile, tile_m=2.4, detail_m=0.5)
    wet = np.clip(1 - (shore[None, :] - ground.y) / 0.16, 0, 1).astype(np.float32)
    beach = mix(beach * (1 - np.float32(0.22) * wet[..., None]), low, np.float32(0.10) * wet)
    ground.lay(ground.below(shore), beach * as_rgb(sun))
    ragged = shore[None, :] + 0.02 * ground.noise(rng, 0.06, stretch=3, octaves=3)
    foam = np.exp(-(((ground.y - ragged) / 0.022) ** 2)) + 0.6 * np.exp(
        -(((ground.y - ragged - 0.075) / 0.016) ** 2)
    )
    ground.lay(np.clip(foam, 0, 1), (0.98, 0.99, 0.98), opacity=0.92)
    trees = easel.canvas()
    palm(trees, rng, 1.75 * side, 0.85, 2.0)
    palm(trees, rng, 2.45 * side, 0.80, 2.5)
    palm(trees, rng, -3.2 * side, 0.82, 2.2)
    trees.shade(0.95)
    light = Light((0.55 * side, 1.0, 0.45), scaled(sun, 0.82), (0.46, 0.52, 0.62), (0.48, 0.40, 0.30), 0.50)
    return Backdrop(
        (
            easel.layer(sky, 0.02, opaque=True),
            easel.layer(sea, 0.08),
            easel.layer(ground, None),
            easel.layer(trees, 0.70),
        ),
        light,
    )


def paint_desert(easel: Easel, rng: np.random.Generator, look: int) -> Backdrop:
    """Dunes with a sunlit and a shaded side, a caravan on the ridge."""
    zenith, low, sand_rgb, sun = [
        ((0.25, 0.50, 0.82), (0.97, 0.86, 0.68), (0.90, 0.58, 0.30), (1.0, 0.93, 0.80)),
        ((0.38, 0.36, 0.66), (1.0, 0.62, 0.38), (0.88, 0.48, 0.26), (1.0, 0.76, 0.52)),
        ((0.45, 0.66, 0.88), (0.98, 0.92, 0.80), (0.93, 0.68, 0.38), (1.0, 0.96, 0.86)),
        ((0.55, 0.42, 0.62), (1.0, 0.74, 0.56), (0.85, 0.46, 0.30), (1.0, 0.78, 0.62)),
    ][look]
    side = 1 if look % 2 else -1
    sky = easel.canvas()
    sky.lay(
        1.0,
        gradient(sky.y + 0 * sky.x, [(HORIZON_M, low), (2.6, mix(low, zenith, 0.65)), (4.0, zenith)]),
    )
    sky.add(sky.glow(1.1 * side, 2.75, 0.75) * 0.40, sun)
    sky.lay(np.clip((0.20 - np.hypot(sky.x - 1.1 * side, sky.y - 2.75)) * sky.k / 2, 0, 1), (1.0, 0.97, 0.84))
    dunes = []
    for i, (base, swing, parallax) in enumerate(((1.68, 0.22, 0.10), (1.50, 0.26, 0.22), (1.18, 0.22, 0.45))):
        c = easel.canvas()
        ridge = base + swing * c.profile(rng, 2.6, octaves=3, gain=0.34)
        slope = np.gradient(ridge, c.x[0])
        depth = ridge[None, :] - c.y
        drift = c.profile(rng, 1.4, octaves=2, gain=0.5)
        lit = np.clip(
            0.5 + 3.2 * (slope[None, :] * -side + 0.35 * drift[None, :] * np.clip(depth * 2.2, 0, 1)), 0, 1
        )
        far = (2 - i) * 0.24
        bright, dark = as_rgb(sand_rgb) * 1.12, as_rgb(sand_rgb) * as_rgb((0.66, 0.58, 0.60))
        ripples = np.sin(2 * np.pi * (depth * (10 + 4 * i) + 1.2 * c.noise(rng, 0.6, stretch=2, octaves=2)))
        body = mix(dark, bright, lit * (1 - 0.25 * np.clip(depth, 0, 1))) * (1 + 0.03 * ripples)[..., None]
        c.lay(c.below(ridge), mix(body, low, far))
        if i == 1:
            _caravan(c, ridge, -0.9 * side, mix((0.30, 0.17, 0.12), low, 0.12))
        dunes.append(easel.layer(c, parallax))
    ground = easel.canvas()
    profile = 0.96 + 0.03 * ground.profile(rng, 1.5)
    floor = pave(ground, sand(rng, sand_rgb, ripple=0.09), tile_m=2.2, detail_m=0.4)
    floor = floor * (1.02 + 0.05 * ground.noise(rng, 0.8, stretch=4, octaves=2))[..., None]
    ground.lay(
        ground.below(profile), mix(floor * 1.04, low, np.clip((ground.y - 0.5) * 0.5, 0, 0.3) + 0 * ground.x)
    )
    light = Light((0.8 * side, 0.75, 0.35), scaled(sun, 0.86), (0.44, 0.44, 0.52), (0.52, 0.36, 0.22), 0.52)
    return Backdrop((easel.layer(sky, 0.02, opaque=True), *dunes, easel.layer(ground, None)), light)


def _caravan(canvas: Canvas, ridge: Floats, x: float, colour: Floats) -> None:
    """Paint three camels that walk along a ridge."""
    for i in range(3):
        cx = x + i * 0.34
        y = float(np.interp(cx, canvas.x[0], ridge)) + 0.085
        parts = [
            oval(cx, y, 0.085, 0.042),
            oval(cx - 0.005, y + 0.045, 0.035, 0.045),
            np.array(
                [(cx + 0.06, y), (cx + 0.125, y + 0.085), (cx + 0.15, y + 0.075), (cx + 0.085, y - 0.02)]
            ),
            oval(cx + 0.15, y + 0.085, 0.028, 0.015),
        ]
        parts += [box(cx + d - 0.008, y - 0.13, cx + d + 0.008, y) for d in (-0.065, -0.035, 0.04, 0.068)]
        canvas.lay(union(canvas, parts), colour)


def paint_mountains(easel: Easel, rng: np.random.Generator, look: int) -> Backdrop:
    """Paint the High Atlas: snow, terraces, an earthen village, a meadow in flower."""
    zenith, low, sun = [
        ((0.26, 0.54, 0.88), (0.80, 0.90, 0.97), (1.0, 0.97, 0.92)),
        ((0.40, 0.50, 0.80), (1.0, 0.84, 0.72), (1.0, 0.86, 0.72)),
        ((0.20, 0.48, 0.84), (0.74, 0.88, 0.96), (1.0, 0.98, 0.94)),
        ((0.48, 0.58, 0.82), (0.96, 0.90, 0.86), (1.0, 0.93, 0.84)),
    ][look]
    side = -1 if look % 2 else 1
    sky = easel.canvas()
    sky.lay(1.0, gradient(sky.y + 0 * sky.x, [(HORIZON_M, low), (4.0, zenith)]))
    clouds(sky, rng, colour=(1.0, 1.0, 1.0), low_m=2.5, amount=0.5)
    far = easel.canvas()
    layers = [easel.layer(sky, 0.02, opaque=True)]
    for i, (base, swing, parallax) in enumerate(((2.35, 0.62, 0.06), (1.85, 0.36, 0.14))):
        far = easel.canvas()
        ridge = base + swing * far.profile(rng, 1.5, octaves=6, gain=0.48)
        # Ribs of rock: folded noise, leaning down the slope; its sideways gradient catches the sun.
        folds = 1 - np.abs(far.noise(rng, 0.55, stretch=0.7, octaves=5, gain=0.55))
        face = far.noise(rng, 0.5, octaves=4, gain=0.6)
        relief = np.gradient(folds, axis=1) * far.k
        lit = np.clip(0.52 - 0.16 * side * relief + 0.18 * face, 0, 1).astype(np.float32)
        rock = mix((0.24, 0.26, 0.38), (0.60, 0.50, 0.46), lit)
        line = base - 0.12 + 0.30 * face + 0.2 * i
        snow = np.clip((far.y - line) * 7, 0, 1) * (0.94 if i == 0 else 0.6)
        rock = mix(rock, mix((0.62, 0.70, 0.86), (1.0, 0.99, 0.97), lit), snow)
        haze = np.clip(0.30 - 0.12 * i + 0.5 * np.clip((2.0 - far.y), 0, 1) * (1 - 0.5 * i), 0, 0.8)
        far.lay(far.below(ridge), mix(rock, low, haze + 0 * far.x))
        layers.append(easel.layer(far, parallax))
    hill = easel.canvas()
    ridge = 1.38 + 0.22 * hill.profile(rng, 1.8, octaves=3, gain=0.4) + 0.10 * hill.x[0] * side
    depth = ridge[None, :] - hill.y
    terraces = np.clip(
        np.sin(2 * np.pi * (depth * 9 + 0.8 * hill.noise(rng, 0.9, stretch=2, octaves=2))) * 2, -1, 1
    )
    green = (
        mix((0.25, 0.42, 0.18), (0.58, 0.66, 0.30), 0.5 + 0.5 * terraces)
        * (1 + 0.10 * hill.noise(rng, 0.1))[..., None]
    )
    hill.lay(hill.below(ridge), mix(green, low, 0.16))
    x = 0.9 * side
    base = float(np.interp(x, hill.x[0], ridge)) - 0.12
    village = union(hill, kasbah(rng, x, base, 1.1, 0.42))
    walls = mix((0.62, 0.40, 0.27), (0.85, 0.60, 0.42), np.clip(0.5 + hill.noise(rng, 0.15) * 0.6, 0, 1))
    hill.lay(village, walls)
    for _ in range(22):
        wx, wy = x + rng.uniform(-0.5, 0.5), base + rng.uniform(0.05, 0.26)
        if _covered(hill, village, wx, wy + 0.04):
            hill.fill(box(wx - 0.014, wy, wx + 0.014, wy + 0.035), (0.28, 0.17, 0.13))
    for _ in range(16):
        tx = rng.uniform(-4, 4)
        ty = float(np.interp(tx, hill.x[0], ridge)) - rng.uniform(0.08, 0.3)
        h = rng.uniform(0.22, 0.36)
        hill.fill(np.array([(tx - h * 0.22, ty), (tx, ty + h), (tx + h * 0.22, ty)]), (0.12, 0.26, 0.16))
        hill.fill(np.array([(tx, ty), (tx, ty + h), (tx + h * 0.22 * side, ty)]), (0.20, 0.38, 0.20))
    layers.append(easel.layer(hill, 0.34))
    ground = easel.canvas()
    edge = 1.06 + 0.05 * ground.profile(rng, 1.2) + 0.012 * ground.profile(rng, 0.06, octaves=2)
    grass = pave(ground, meadow(rng, (0.36, 0.56, 0.20)), tile_m=1.8, detail_m=0.22)
    ground.lay(ground.below(edge), grass * (1.05 - 0.12 * np.clip(ground.y, 0, 1))[..., None])
    layers.append(easel.layer(ground, None))
    light = Light((0.6 * side, 1.0, 0.5), scaled(sun, 0.82), (0.46, 0.52, 0.60), (0.32, 0.38, 0.24), 0.48)
    return Backdrop(tuple(layers), light)


def paint_night(easel: Easel, rng: np.random.Generator, look: int) -> Backdrop:
    """Paint a roof terrace under the stars: crescent moon, kasbah with lit windows, zellige underfoot."""
    zenith, low = [
        ((0.03, 0.05, 0.17), (0.16, 0.20, 0.42)),
        ((0.06, 0.03, 0.17), (0.32, 0.18, 0.42)),
        ((0.02, 0.07, 0.16), (0.10, 0.28, 0.40)),
        ((0.04, 0.05, 0.20), (0.24, 0.24, 0.50)),
    ][look]
    side = 1 if look % 2 else -1
    sky = easel.canvas()
    sky.lay(
        1.0,
        gradient(sky.y + 0 * sky.x, [(HORIZON_M, low), (2.8, mix(low, zenith, 0.7)), (4.0, zenith)]),
    )
    band = np.exp(-(((sky.y - 2.9 - 0.35 * sky.x * side) / 0.5) ** 2)) * (
        0.55 + 0.5 * sky.noise(rng, 0.35, octaves=5)
    )
    sky.add(np.clip(band, 0, 1) * 0.16, (0.75, 0.75, 1.0))
    for _ in range(420):
        x, y, b = rng.uniform(-6, 6), rng.uniform(1.5, 4.1), rng.uniform(0.15, 1) ** 3
        r = 0.008 + 0.014 * b
        warm = rng.uniform(-0.1, 0.1)
        sky.fill(oval(x, y, r, r), (0.95 + warm, 0.95, 1.0 - warm), opacity=0.25 + 0.75 * b)
    moon_x, moon_y = 1.15 * side, 3.15
    sky.add(sky.glow(moon_x, moon_y, 0.55) * 0.22, (0.9, 0.92, 1.0))
    disc = np.clip((0.26 - np.hypot(sky.x - moon_x, sky.y - moon_y)) * sky.k, 0, 1)
    bite = np.clip((0.23 - np.hypot(sky.x - moon_x + 0.12, sky.y - moon_y - 0.05)) * sky.k, 0, 1)
    craters = 0.92 + 0.08 * sky.noise(rng, 0.12)
    sky.lay(disc * (1 - bite), as_rgb((1.0, 0.96, 0.82)) * craters[..., None])
    town = easel.canvas()
    outlines = []
    for x in (-4.6, -2.6, -0.5, 1.7, 3.9):
        outlines += kasbah(rng, x, 0.9, 2.2, rng.uniform(0.85, 1.25))
    outlines += minaret(-1.15 * side, 0.9, 0.30, 2.0)
    shape = union(town, outlines)
    walls = mix((0.05, 0.06, 0.14), (0.14, 0.13, 0.24), np.clip((town.y - 0.9) / 1.6, 0, 1) + 0 * town.x)
    town.lay(shape, walls * (1 + 0.2 * town.noise(rng, 0.2))[..., None])
    for _ in range(110):
        x, y = rng.uniform(-5, 5), rng.uniform(1.05, 1.9)
        w, h = 0.022, rng.uniform(0.05, 0.075)
        lit = np.concatenate([oval(x, y + h, w, w, start=0, stop=180), [(x - w, y), (x + w, y)]])
        if not _covered(town, shape, x, y):
            continue
        town.fill(lit, (1.0, 0.78, 0.38))
        town.shine(x, y + h / 2, 0.10, (0.10, 0.06, 0.02))
    roof = easel.canvas()
    wall_top = 1.22
    roof.lay(
        roof.below(wall_top),
        mix((0.17, 0.16, 0.30), (0.27, 0.24, 0.40), np.clip((roof.y - 0.9) * 3, 0, 1) + 0 * roof.x),
    )
    roof.lay(union(roof, crenels(-7, 7, wall_top - 0.01, wall_top + 0.16, pitch=0.30)), (0.25, 0.23, 0.38))
    roof.cut(1 - roof.below(0.925))
    roof.shade(1 + 0.10 * roof.noise(rng, 0.12))
    for x in (-3.3, -1.1, 1.1, 3.3):
        roof.shine(x, 1.12, 0.36, (0.85, 0.49, 0.17))
        roof.fill(oval(x, 1.12, 0.045, 0.065), (1.0, 0.88, 0.55))
        roof.line([(x, 1.18), (x, 1.30)], 0.015, (0.20, 0.15, 0.12))
    ground = easel.canvas()
    blue = [(0.15, 0.21, 0.42), (0.24, 0.26, 0.48), (0.12, 0.16, 0.34), (0.44, 0.36, 0.36)]
    tiles = pave(ground, zellige(rng, blue, grout=(0.32, 0.34, 0.52)), tile_m=0.55, detail_m=0.10)
    ground.lay(ground.below(0.92), tiles * (0.75 + 0.35 * ground.y)[..., None])
    for x in (-3.3, -1.1, 1.1, 3.3):
        pool = np.exp(-(((ground.x - x) / 0.55) ** 2) - ((ground.y - 0.92) / 0.22) ** 2)
        ground.add(pool * ground.alpha * 0.30, (1.0, 0.58, 0.22))
    light = Light(
        (0.5 * side, 1.0, 0.7), (0.50, 0.54, 0.72), (0.34, 0.36, 0.56), (0.40, 0.28, 0.24), 0.42, lamp=1.0
    )
    return Backdrop(
        (
            easel.layer(sky, 0.01, opaque=True),
            easel.layer(town, 0.12),
            easel.layer(ground, None),
            easel.layer(roof, 0.62),
        ),
        light,
    )


def _covered(canvas: Canvas, region: Floats, x: float, y: float) -> bool:
    """Return whether a point lies inside a region, so that no window hangs in the sky."""
    column, row = round((x - canvas.left_m) * canvas.k), round(canvas.h - (y - canvas.bottom_m) * canvas.k)
    inside = 0 <= column < canvas.w and 0 <= row < canvas.h
    return inside and bool(region[row, column] > 0.5)
