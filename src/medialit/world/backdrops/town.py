"""Built places in the open: medina wall and street."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from medialit.world.backdrops.base import Backdrop, Easel, Light
from medialit.world.backdrops.patterns import (
    clouds,
    crenels,
    flagstones,
    keyhole,
    minaret,
    palm,
    union,
    zellige,
)
from medialit.world.canvas import Canvas, gradient, mix, pave, tile_noise
from medialit.world.colour import Colour, as_rgb, scaled
from medialit.world.sprites import box, oval, star
from medialit.world.view import Floats

_FAIENCE: list[Colour] = [(0.10, 0.36, 0.40), (0.93, 0.90, 0.80), (0.13, 0.30, 0.60), (0.80, 0.56, 0.20)]


def paint_medina(easel: Easel, rng: np.random.Generator, look: int) -> Backdrop:
    """Paint the ramparts: ochre earth with putlog holes, a horseshoe gate framed in zellige, lamps."""
    ochre, sky_low, zenith, sun = [
        ((0.83, 0.55, 0.36), (0.82, 0.91, 0.97), (0.32, 0.60, 0.90), (1.0, 0.95, 0.86)),
        ((0.86, 0.50, 0.34), (1.0, 0.80, 0.66), (0.45, 0.55, 0.82), (1.0, 0.84, 0.66)),
        ((0.88, 0.66, 0.46), (0.86, 0.94, 0.97), (0.30, 0.64, 0.88), (1.0, 0.97, 0.90)),
        ((0.80, 0.46, 0.36), (0.98, 0.86, 0.76), (0.50, 0.62, 0.86), (1.0, 0.88, 0.74)),
    ][look]
    side = 1 if look % 2 else -1
    sky = easel.canvas()
    sky.lay(1.0, gradient(sky.y + 0 * sky.x, [(2.4, sky_low), (4.2, zenith)]))
    clouds(sky, rng, colour=(1.0, 0.99, 0.97), low_m=2.8, amount=0.5)
    behind = easel.canvas()
    tower = union(behind, minaret(1.25 * side, 2.0, 0.42, 1.75))
    behind.lay(tower, as_rgb(ochre) * (0.94 + 0.1 * behind.noise(rng, 0.2))[..., None])
    behind.fill(box(1.25 * side - 0.21, 3.05, 1.25 * side + 0.21, 3.22), (0.12, 0.48, 0.40), opacity=0.85)
    for dx in (-0.1, 0.1):
        behind.fill(keyhole(1.25 * side + dx, 2.66, 0.10, 0.26), (0.30, 0.17, 0.14))
    palm(behind, rng, -1.6 * side, 1.9, 1.55, tone=0.9)
    wall = easel.canvas()
    top = 2.52
    wall.lay(wall.below(top), (1.0, 1.0, 1.0))
    wall.lay(union(wall, crenels(-7.2, 7.2, top - 0.01, top + 0.30, pitch=0.45)), (1.0, 1.0, 1.0))
    patina = 1 + 0.10 * wall.noise(rng, 0.7, octaves=5, gain=0.6) + 0.05 * wall.noise(rng, 0.05, octaves=2)
    courses = 1 - 0.10 * np.exp(-((((wall.y * 2.4) % 1.0 - 0.5) / 0.03) ** 2))
    stains = 1 - 0.16 * np.clip(wall.noise(rng, 1.2, stretch=0.16, octaves=3), 0, 1) * np.clip(
        (wall.y - 1.0) / 1.5, 0, 1
    )
    wall.rgb[:] = as_rgb(ochre) * (patina * courses * stains)[..., None]
    wall.rgb *= wall.alpha[..., None]
    for row in range(4):
        for i in range(-12, 13):
            x, y = i * 0.62 + (row % 2) * 0.31, 1.14 + row * 0.417
            wall.fill(box(x - 0.028, y - 0.028, x + 0.028, y + 0.034), as_rgb(ochre) * 0.42)
            wall.fill(box(x - 0.028, y - 0.040, x + 0.028, y - 0.028), as_rgb(ochre) * 1.14)
    for x, name in ((0.0, 0), (-4.4, 1), (4.4, 1)):
        _gate(wall, rng, x, small=bool(name))
    for x in (-1.12, 1.12, -3.3, 3.3):
        _wall_lamp(wall, x, 1.92)
    wall.cut(1 - wall.below(0.83))
    wall.shade(np.clip(0.72 + 0.32 * np.clip((wall.y - 0.8) / 0.6, 0, 1), 0, 1) + 0 * wall.x)
    ground = easel.canvas()
    stones = pave(ground, flagstones(rng, (0.77, 0.66, 0.53)), tile_m=1.5, detail_m=0.14)
    ground.lay(ground.below(0.86), stones * (1.06 - 0.25 * np.clip(ground.y, 0, 1))[..., None])
    light = Light((0.65 * side, 1.0, 0.65), scaled(sun, 0.80), (0.46, 0.48, 0.54), (0.50, 0.36, 0.26), 0.50)
    return Backdrop(
        (
            easel.layer(sky, 0.02, opaque=True),
            easel.layer(behind, 0.25),
            easel.layer(ground, None),
            easel.layer(wall, 0.72),
        ),
        light,
    )


def _gate(wall: Canvas, rng: np.random.Generator, x: float, *, small: bool) -> None:
    """Paint a horseshoe gate: carved frame, a band of zellige, studded doors."""
    w, h, y0 = (0.62, 1.05, 0.83) if small else (0.95, 1.38, 0.83)
    frame = box(x - w * 0.86, y0, x + w * 0.86, y0 + h * 1.20)
    wall.fill(frame, (0.90, 0.78, 0.62))
    inner = box(x - w * 0.80, y0, x + w * 0.80, y0 + h * 1.16)
    wall.fill(inner, _tiled(wall, rng, 0.20), opacity=1.0)
    wall.fill(keyhole(x, y0, w * 1.22, h * 1.08), (0.92, 0.82, 0.66))
    n = 11
    for i in range(n):
        a = np.radians(-20 + 220 * i / (n - 1))
        r = w * 0.655
        cx, cy = x + r * np.cos(a), y0 + h - w * 0.56 + r * 1.05 * np.sin(a)
        wall.fill(star(cx, cy, w * 0.06, w * 0.03, 4), (0.70, 0.38, 0.22))
    door = wall.mask(keyhole(x, y0, w, h))
    wall.lay(door, (0.16, 0.36, 0.50) if not small else (0.20, 0.44, 0.34))
    planks = 1 - 0.35 * np.exp(-(((((wall.x - x) / w * 8) % 1.0 - 0.5) / 0.06) ** 2)) + 0 * wall.y
    grain = 1 + 0.08 * wall.noise(rng, 0.5, stretch=0.05, octaves=3)
    wall.rgb *= (1 + door * (planks * grain - 1))[..., None]
    for row in range(6):
        for column in (-3, -2, -1, 1, 2, 3):
            cx, cy = x + column * w * 0.125, y0 + h * (0.08 + 0.135 * row)
            wall.fill(oval(cx, cy, w * 0.018, w * 0.018), (0.86, 0.70, 0.34))
    wall.lay(wall.mask(box(x - 0.008, y0, x + 0.008, y0 + h)) * door, (0.06, 0.12, 0.17))
    for s in (-1, 1):
        wall.fill(oval(x + s * w * 0.08, y0 + h * 0.42, w * 0.04, w * 0.055), (0.90, 0.74, 0.36))
    arch = wall.mask(keyhole(x, y0, w, h)) - wall.mask(keyhole(x, y0, w * 0.96, h * 0.95))
    wall.lay(np.clip(arch, 0, 1), (0.20, 0.12, 0.10), opacity=0.55)


def _tiled(
    canvas: Canvas, rng: np.random.Generator, tile_m: float, colours: list[Colour] | None = None
) -> Floats:
    """Return zellige seen straight on, over the whole canvas."""
    import cv2

    tile = zellige(rng, colours or _FAIENCE, grout=(0.95, 0.93, 0.86), n=128)
    map_x = np.broadcast_to(np.mod(canvas.x / tile_m, 1.0) * 128, (canvas.h, canvas.w)).astype(np.float32)
    map_y = np.broadcast_to(np.mod(canvas.y / tile_m, 1.0) * 128, (canvas.h, canvas.w)).astype(np.float32)
    return np.asarray(cv2.remap(tile, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP), np.float32)


def _wall_lamp(wall: Canvas, x: float, y: float) -> None:
    """Paint a lit lantern on an iron arm."""
    wall.shine(x, y - 0.02, 0.30, (0.22, 0.15, 0.07))
    wall.line([(x - 0.09, y + 0.15), (x, y + 0.17), (x, y + 0.08)], 0.016, (0.12, 0.10, 0.10))
    wall.fill(np.array([(x - 0.05, y + 0.05), (x, y + 0.11), (x + 0.05, y + 0.05)]), (0.15, 0.12, 0.10))
    wall.fill(
        np.array([(x - 0.05, y + 0.05), (x - 0.035, y - 0.09), (x + 0.035, y - 0.09), (x + 0.05, y + 0.05)]),
        (1.0, 0.84, 0.48),
    )
    for dx in (-0.045, 0.0, 0.045):
        wall.line([(x + dx, y + 0.05), (x + dx * 0.75, y - 0.09)], 0.010, (0.15, 0.12, 0.10))


def paint_street(easel: Easel, rng: np.random.Generator, look: int) -> Backdrop:
    """Paint a street of blue-washed houses: doors, grilles, flower pots, a lamp, kerb and road."""
    blue, sun, low = [
        ((0.40, 0.62, 0.86), (1.0, 0.97, 0.90), (0.86, 0.94, 0.99)),
        ((0.46, 0.58, 0.84), (1.0, 0.90, 0.76), (0.99, 0.90, 0.82)),
        ((0.34, 0.60, 0.80), (1.0, 0.98, 0.92), (0.84, 0.95, 0.98)),
        ((0.50, 0.66, 0.90), (1.0, 0.94, 0.86), (0.93, 0.92, 0.97)),
    ][look]
    side = -1 if look % 2 else 1
    sky = easel.canvas()
    sky.lay(1.0, gradient(sky.y + 0 * sky.x, [(2.6, low), (4.2, (0.40, 0.66, 0.94))]))
    clouds(sky, rng, colour=(1.0, 1.0, 1.0), low_m=3.0, amount=0.5)
    houses = easel.canvas()
    plaster = (1 + 0.05 * houses.noise(rng, 0.4, octaves=5, gain=0.6))[..., None]
    edges = np.array([-7.0, -4.7, -2.75, -0.72, 1.15, 3.1, 5.0, 7.0])
    for i, (left, right) in enumerate(pairwise(edges)):
        _house(houses, rng, (left, right), as_rgb(blue), plaster, i + look, side)
    ground = easel.canvas()
    tarmac = as_rgb((0.43, 0.42, 0.45)) * (1 + 0.10 * tile_noise(rng, 512, 64, octaves=3))[..., None]
    road = pave(ground, tarmac.astype(np.float32), tile_m=1.5, detail_m=0.05)
    ground.lay(ground.below(0.94), road)
    slabs = pave(ground, flagstones(rng, (0.74, 0.70, 0.66), rows=4, joint=0.7), tile_m=1.2, detail_m=0.14)
    ground.lay(ground.below(0.94) * (1 - ground.below(0.775)), slabs)
    ground.lay(ground.below(0.775) * (1 - ground.below(0.735)), (0.80, 0.77, 0.72))
    stripe = (np.floor(ground.x / 0.28 / np.maximum((1.52 - ground.y) / 0.96, 0.01)) % 2)[...]
    ground.lay(
        ground.below(0.735) * (1 - ground.below(0.70)), mix((0.85, 0.18, 0.16), (0.95, 0.94, 0.92), stripe)
    )
    scale = np.maximum((1.52 - ground.y) / 0.96, 0.01)
    dash = (np.mod(ground.x / scale, 1.3) < 0.75) & (ground.y > 0.13) & (ground.y < 0.20)
    ground.lay(dash.astype(np.float32), (0.94, 0.93, 0.88), opacity=0.9)
    ground.lay(
        np.exp(-(((ground.y - 0.94) / 0.05) ** 2)) * ground.alpha + 0 * ground.x,
        (0.2, 0.2, 0.3),
        opacity=0.35,
    )
    near = easel.canvas()
    _street_lamp(near, 1.62 * side, 0.76)
    _street_lamp(near, -3.4 * side, 0.76)
    light = Light((0.6 * side, 1.0, 0.6), scaled(sun, 0.80), (0.48, 0.53, 0.64), (0.38, 0.38, 0.42), 0.48)
    return Backdrop(
        (
            easel.layer(sky, 0.03, opaque=True),
            easel.layer(ground, None),
            easel.layer(houses, 0.61),
            easel.layer(near, 0.79),
        ),
        light,
    )


def _house(
    c: Canvas,
    rng: np.random.Generator,
    span: tuple[float, float],
    blue: Floats,
    plaster: Floats,
    index: int,
    side: int,
) -> None:
    """Paint one house front between two x."""
    left, right = span
    tones = [
        blue,
        blue * 1.12,
        as_rgb((0.94, 0.93, 0.90)),
        blue * as_rgb((0.86, 0.92, 1.02)),
        as_rgb((0.93, 0.80, 0.62)),
    ]
    tone = np.clip(tones[index % 5], 0, 1)
    top, y0 = (3.15, 2.75, 3.45, 2.95)[index % 4], 0.93
    across = np.clip((c.x - left) / (right - left), 0, 1)
    plaster = plaster * (1 - 0.12 * (1 - across if side > 0 else across))[..., None]
    c.fill(box(left, y0, right, top), tone * plaster)
    c.fill(box(left, y0, right, 1.38), blue * 0.80 * plaster)
    c.fill(box(left - 0.03, top - 0.06, right + 0.03, top + 0.05), scaled(tone, 1.08))
    c.fill(box(left, top - 0.10, right, top - 0.06), scaled(tone, 0.68))
    c.fill(box(left, y0, left + 0.03, top), scaled(tone, 0.75), opacity=0.7)
    middle, w = (left + right) / 2, right - left
    dx = middle + (-0.24 if index % 2 else 0.24) * w
    door: Colour = [(0.12, 0.26, 0.58), (0.14, 0.42, 0.42), (0.55, 0.28, 0.14)][index % 3]
    c.fill(keyhole(dx, y0, 0.56, 1.12), scaled(tone, 1.15))
    c.fill(keyhole(dx, y0, 0.42, 0.98), door)
    c.line([(dx, y0), (dx, y0 + 0.9)], 0.012, scaled(door, 0.5))
    for row in range(4):
        for s in (-1, 1):
            c.fill(oval(dx + s * 0.10, y0 + 0.14 + row * 0.16, 0.018, 0.018), (0.92, 0.78, 0.42))
    for wx, wy in ((middle - 0.26 * w, 2.12), (middle + 0.26 * w, 2.12), (2 * middle - dx, 1.42)):
        _window(c, wx, wy, tone)
    for i in range(2):
        px = 2 * middle - dx + (i - 0.5) * 0.42
        _pot(c, rng, px, y0 + 0.02)


def _window(c: Canvas, x: float, y: float, tone: Floats) -> None:
    """Paint an arched window with an iron grille and a sill."""
    c.fill(keyhole(x, y - 0.02, 0.34, 0.50), (0.97, 0.97, 0.96))
    c.fill(keyhole(x, y, 0.26, 0.42), (0.16, 0.22, 0.36))
    c.fill(keyhole(x - 0.02, y + 0.02, 0.18, 0.36), (0.30, 0.42, 0.58))
    for dx in (-0.08, 0.0, 0.08):
        c.line([(x + dx, y), (x + dx, y + 0.36)], 0.012, (0.08, 0.09, 0.14))
    for dy in (0.1, 0.22):
        c.line([(x - 0.13, y + dy), (x + 0.13, y + dy)], 0.012, (0.08, 0.09, 0.14))
    c.fill(box(x - 0.20, y - 0.06, x + 0.20, y), scaled(tone, 1.1))
    c.fill(box(x - 0.20, y - 0.08, x + 0.20, y - 0.06), scaled(tone, 0.6))


def _pot(c: Canvas, rng: np.random.Generator, x: float, y: float) -> None:
    """Paint a flower pot."""
    pot: Colour = [(0.78, 0.38, 0.22), (0.16, 0.36, 0.70), (0.90, 0.72, 0.25)][int(rng.integers(3))]
    flower: Colour = [(0.92, 0.22, 0.35), (0.98, 0.75, 0.20), (0.85, 0.35, 0.75)][int(rng.integers(3))]
    for _ in range(14):
        dx, dy = rng.normal(0, 0.055), rng.uniform(0.18, 0.36)
        c.fill(oval(x + dx, y + dy, 0.045, 0.04), scaled((0.16, 0.44, 0.20), rng.uniform(0.8, 1.3)))
    for _ in range(8):
        dx, dy = rng.normal(0, 0.06), rng.uniform(0.22, 0.40)
        c.fill(oval(x + dx, y + dy, 0.024, 0.024), flower)
    c.fill(np.array([(x - 0.10, y + 0.19), (x + 0.10, y + 0.19), (x + 0.07, y), (x - 0.07, y)]), pot)
    c.fill(box(x - 0.11, y + 0.16, x + 0.11, y + 0.21), scaled(pot, 1.15))


def _street_lamp(c: Canvas, x: float, y: float) -> None:
    """Paint a cast-iron lamp post."""
    iron: Colour = (0.13, 0.17, 0.20)
    c.fill(box(x - 0.028, y, x + 0.028, y + 1.85), iron)
    c.fill(box(x - 0.028, y, x - 0.012, y + 1.85), (0.30, 0.36, 0.40))
    c.fill(np.array([(x - 0.09, y), (x - 0.045, y + 0.22), (x + 0.045, y + 0.22), (x + 0.09, y)]), iron)
    c.fill(
        np.array([(x - 0.10, y + 2.16), (x - 0.06, y + 1.85), (x + 0.06, y + 1.85), (x + 0.10, y + 2.16)]),
        (1.0, 0.93, 0.72),
    )
    for dx in (-0.08, 0.0, 0.08):
        c.line([(x + dx * 1.2, y + 2.16), (x + dx * 0.75, y + 1.85)], 0.014, iron)
    c.fill(np.array([(x - 0.13, y + 2.16), (x, y + 2.32), (x + 0.13, y + 2.16)]), iron)
