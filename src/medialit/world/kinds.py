"""How each kind of object looks: parts painted back to front, facing right, standing on its foot."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from medialit.world.shapes import SHAPES
from medialit.world.sprites import (
    BRASS,
    CREAM,
    DEEP,
    GOLD,
    INK,
    MAIN,
    PALE,
    SILVER,
    WOOD,
    Brush,
    Sprite,
    box,
    oval,
    pigment,
    star,
)

_ROSE = pigment(0.95, 0.55, 0.55)
_GLASS = pigment(0.62, 0.82, 0.92)
_MINT = pigment(0.20, 0.52, 0.18)
_GOLDEN_RATIO = (1 + 5**0.5) / 2
_COARSEST_BUILD = 128  # smaller sprites are averaged from this one: relief needs pixels


def paint_ball(b: Brush, phase: int) -> None:
    """Paint a beach ball: coloured panels between white ribs that meet at a cap."""
    inside, x, y, z = b.sphere()
    pole = np.array([0.18, 0.50, 0.85])
    pole /= np.linalg.norm(pole)
    side = np.cross(pole, (1.0, 0.0, 0.0))
    side /= np.linalg.norm(side)
    third = np.cross(pole, side)
    up = x * pole[0] + y * pole[1] + z * pole[2]
    turn = np.arctan2(x * side[0] + y * side[1] + z * side[2], x * third[0] + y * third[1] + z * third[2])
    rib = (np.cos(3 * turn) > 0.62).astype(np.float32)
    b.part(rib, CREAM, gloss=0.5, within=inside)
    b.part((up > 0.93).astype(np.float32), CREAM, gloss=0.5, within=inside)
    b.part((up > 0.965).astype(np.float32), DEEP, gloss=0.5, within=inside)


def paint_football(b: Brush, phase: int) -> None:
    """Paint a truncated icosahedron on a sphere: twelve dark pentagons, twenty hexagons, seams."""
    inside, x, y, z = b.sphere()
    g = _GOLDEN_RATIO
    corners = np.array([(0, s, t * g) for s in (-1, 1) for t in (-1, 1)], float)
    pentagons = np.concatenate([np.roll(corners, i, axis=1) for i in range(3)])
    cubes = np.array([(i, j, k) for i in (-1, 1) for j in (-1, 1) for k in (-1, 1)], float)
    more = np.array([(0, s / g, t * g) for s in (-1, 1) for t in (-1, 1)], float)
    hexagons = np.concatenate([cubes, *(np.roll(more, i, axis=1)[:, [0, 2, 1]] for i in range(3))])
    pentagons /= np.linalg.norm(pentagons, axis=1, keepdims=True)
    hexagons /= np.linalg.norm(hexagons, axis=1, keepdims=True)
    facing = pentagons[np.argmax(pentagons[:, 2])]
    tilt = _rotation_to(facing, np.array([0.22, 0.16, 0.96]))
    faces = np.concatenate([pentagons * 1.0, hexagons * 0.985]) @ tilt.T
    reach = np.stack([x * f[0] + y * f[1] + z * f[2] for f in faces])
    order = np.sort(reach, axis=0)
    dark = (reach.argmax(axis=0) < 12).astype(np.float32)
    b.part(dark, INK, gloss=0.5, within=inside)
    b.part((order[-1] - order[-2] < 0.014).astype(np.float32), DEEP, gloss=0.3, within=inside * (1 - dark))


def _rotation_to(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    target = target / np.linalg.norm(target)
    axis = np.cross(source, target)
    cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    return np.asarray(np.eye(3) + cross + cross @ cross / (1 + float(source @ target)), np.float64)


def paint_cube(b: Brush, phase: int) -> None:
    """Paint a box with a lit top, a shaded side and an eight-pointed star set into its face."""
    d = 0.30
    b.shape([(-0.8, 0.5), (-0.8 + d, 0.5 + d), (0.5 + d, 0.5 + d), (0.5, 0.5)], PALE, puff=0.05, gloss=0.2)
    b.shape([(0.5, 0.5), (0.5 + d, 0.5 + d), (0.5 + d, -0.8 + d), (0.5, -0.8)], DEEP, puff=0.05, gloss=0.2)
    face = b.shape(box(-0.8, -0.8, 0.5, 0.5, corner=0.06), MAIN, puff=0.10, gloss=0.3)
    b.shape(box(-0.68, -0.68, 0.38, 0.38), DEEP, within=face, opacity=0.35)
    b.shape(box(-0.62, -0.62, 0.32, 0.32), MAIN, within=face)
    b.shape(star(-0.15, -0.15, 0.45, 0.345, 8, turn=22.5), CREAM, gloss=0.4)
    b.shape(star(-0.15, -0.15, 0.36, 0.275, 8, turn=22.5), MAIN, gloss=0.4)
    b.shape(star(-0.15, -0.15, 0.20, 0.10, 8, turn=0), GOLD, puff=0.05, gloss=0.7)


def paint_star(b: Brush, phase: int) -> None:
    """Paint a plump five-pointed star with a face."""
    points = star(0, 0, 1.05, 0.52, 5)
    b.shape(points, MAIN, smooth=True, puff=0.42, gloss=0.35)
    for side in (-1, 1):
        b.ellipse(side * 0.20, 0.10, 0.085, 0.125, INK, gloss=0.9)
        b.ellipse(side * 0.20 + 0.03, 0.15, 0.03, 0.04, CREAM, gloss=0.0)
        b.ellipse(side * 0.36, -0.08, 0.09, 0.06, _ROSE, opacity=0.75)
    b.stroke(oval(0, -0.03, 0.13, 0.13, start=200, stop=340), 0.055, INK)


def paint_tea_glass(b: Brush, phase: int) -> None:
    """Paint a Moroccan tea glass: gilded bands, the tea in the main colour, mint on top."""
    body = [(-0.60, 0.72), (-0.50, 0.1), (-0.42, -0.55), (-0.44, -0.93)]
    outline = body + [(-x, y) for x, y in reversed(body)]
    b.stroke([(-0.12, 0.62), (-0.22, 1.0)], 0.05, _MINT)
    b.ellipse(-0.30, 1.03, 0.20, 0.11, _MINT, puff=0.1, gloss=0.2)
    b.ellipse(-0.02, 0.98, 0.16, 0.21, pigment(0.28, 0.62, 0.22), puff=0.1, gloss=0.2)
    b.ellipse(0.24, 0.92, 0.19, 0.11, _MINT, puff=0.1, gloss=0.2)
    glass = b.shape(outline, _GLASS, puff=0.30, gloss=0.9)
    tea = [
        (-0.55, 0.46),
        (-0.48, 0.1),
        (-0.40, -0.55),
        (-0.40, -0.80),
        (0.40, -0.80),
        (0.40, -0.55),
        (0.48, 0.1),
    ]
    b.shape([*tea, (0.55, 0.46)], MAIN, gloss=0.9, within=glass)
    b.ellipse(0, 0.46, 0.54, 0.09, PALE, gloss=0.6, within=glass)
    b.ellipse(0, 0.72, 0.60, 0.10, pigment(0.88, 0.96, 1.0), gloss=0.9, opacity=0.75)
    b.stroke(oval(0, 0.72, 0.59, 0.10), 0.05, GOLD, gloss=0.9)
    for low, high in ((0.12, 0.20), (-0.52, -0.45)):
        b.shape([(-0.7, low), (0.7, low), (0.7, high), (-0.7, high)], GOLD, gloss=0.9, within=glass)
    for i in (-1, 0, 1):
        arch = np.concatenate(
            [oval(i * 0.29, -0.14, 0.115, 0.16, start=0, stop=180), [(i * 0.29 - 0.115, -0.42)]]
        )
        b.shape([*arch, (i * 0.29 + 0.115, -0.42)], GOLD, gloss=0.9, within=glass)
        b.shape(star(i * 0.29, -0.22, 0.085, 0.05, 6), CREAM, gloss=0.5, within=glass)
    b.stroke([(-0.42, 0.38), (-0.34, -0.7)], 0.06, CREAM, opacity=0.55)
    b.shape(box(-0.46, -0.98, 0.46, -0.86, corner=0.04), GOLD, puff=0.06, gloss=0.9)


def paint_teapot(b: Brush, phase: int) -> None:
    """Paint a round-bellied teapot: long curved spout, pointed lid, gold trim."""
    b.stroke(
        [(-0.50, 0.30), (-0.98, 0.36), (-1.05, -0.08), (-0.55, -0.42)],
        0.13,
        GOLD,
        smooth=True,
        puff=0.07,
        gloss=0.9,
    )
    spout = [
        (0.35, -0.42),
        (0.78, -0.12),
        (0.82, 0.30),
        (1.08, 0.50),
        (0.98, 0.60),
        (0.66, 0.38),
        (0.58, 0.08),
        (0.3, 0.02),
    ]
    b.shape(spout, MAIN, smooth=True, puff=0.14, gloss=0.8)
    for x in (-0.42, 0.42):
        b.ellipse(x, -0.74, 0.13, 0.09, GOLD, puff=0.08, gloss=0.8)
    belly = b.ellipse(0, -0.20, 0.70, 0.56, MAIN, puff=0.60, gloss=0.8)
    b.shape(box(-0.9, -0.24, 0.9, -0.13), GOLD, gloss=0.9, within=belly)
    for i in range(-3, 4):
        b.shape(star(i * 0.2, -0.37, 0.085, 0.04, 4), GOLD, gloss=0.9, within=belly)
    b.shape(
        [(-0.40, 0.26), (-0.22, 0.52), (-0.06, 0.74), (0.06, 0.74), (0.22, 0.52), (0.40, 0.26)],
        MAIN,
        puff=0.25,
        gloss=0.8,
    )
    b.shape(box(-0.45, 0.20, 0.45, 0.31, corner=0.05), GOLD, puff=0.06, gloss=0.9)
    b.ellipse(0, 0.82, 0.10, 0.12, GOLD, puff=0.09, gloss=0.9)


def paint_lantern(b: Brush, phase: int) -> None:
    """Paint a brass lantern with coloured, glowing panes and a ring to hang it by."""
    b.stroke(oval(0, 0.94, 0.13, 0.13), 0.06, BRASS, puff=0.04, gloss=0.8)
    b.shape(
        [(-0.42, 0.48), (-0.26, 0.66), (-0.1, 0.84), (0.1, 0.84), (0.26, 0.66), (0.42, 0.48)],
        BRASS,
        puff=0.2,
        gloss=0.8,
    )
    for i in (-1, 0, 1):
        b.shape(star(i * 0.19, 0.59, 0.055, 0.03, 4), pigment(1.0, 0.86, 0.45), glow=0.9)
    sides = [(-0.44, 0.44), (-0.54, 0.0), (-0.40, -0.72), (0.40, -0.72), (0.54, 0.0), (0.44, 0.44)]
    body = b.shape(sides, MAIN, puff=0.30, gloss=0.6, glow=0.62)
    halo = np.exp(-(((b.grid()[0]) / 0.30) ** 2 + ((b.grid()[1] + 0.12) / 0.42) ** 2)).astype(np.float32)
    b.part(halo * 0.62, pigment(1.0, 0.95, 0.72), glow=1.0, within=body)
    for low, high in ((-0.17, -0.14), (0.17, 0.14)):
        b.stroke([(low, 0.46), (high * 1.15, 0.0), (low * 0.9, -0.74)], 0.055, BRASS, puff=0.03, gloss=0.8)
    b.stroke([(-0.54, 0.0), (0.54, 0.0)], 0.055, BRASS, puff=0.03, gloss=0.8)
    for s in (-1, 1):
        b.stroke([(s * 0.44, 0.46), (s * 0.54, 0.0), (s * 0.40, -0.74)], 0.075, BRASS, puff=0.04, gloss=0.8)
    b.shape(box(-0.50, 0.40, 0.50, 0.51, corner=0.04), BRASS, puff=0.06, gloss=0.8)
    b.shape(box(-0.47, -0.98, 0.47, -0.72, corner=0.05), BRASS, puff=0.10, gloss=0.8)
    b.shape(box(-0.47, -0.87, 0.47, -0.83), GOLD, gloss=0.9)


def paint_tagine(b: Brush, phase: int) -> None:
    """Paint a tagine: glazed dish, tall conical lid with bands and a knob."""
    lid = [
        (-0.86, -0.22),
        (-0.62, 0.06),
        (-0.30, 0.44),
        (-0.14, 0.74),
        (0.14, 0.74),
        (0.30, 0.44),
        (0.62, 0.06),
        (0.86, -0.22),
    ]
    cone = b.shape(lid, MAIN, puff=0.42, gloss=0.7)
    x, y = b.grid()
    arc = y + 0.10 * x * x
    for low, high in ((-0.10, -0.04), (0.24, 0.30)):
        b.part(((arc > low) & (arc < high)).astype(np.float32), CREAM, gloss=0.7, within=cone)
    zigzag = np.abs((x * 5.5) % 1 - 0.5) * 0.26 + 0.02
    b.part(((arc > zigzag - 0.03) & (arc < zigzag + 0.03)).astype(np.float32), CREAM, gloss=0.7, within=cone)
    b.ellipse(0, 0.80, 0.17, 0.12, MAIN, puff=0.12, gloss=0.8)
    dish = [(-0.97, -0.20), (0.97, -0.20), (0.80, -0.58), (0.55, -0.72), (-0.55, -0.72), (-0.80, -0.58)]
    bowl = b.shape(dish, DEEP, puff=0.22, gloss=0.7)
    b.shape(box(-1.0, -0.30, 1.0, -0.18, corner=0.05), MAIN, puff=0.06, gloss=0.8)
    for i in range(-4, 5):
        b.shape(star(i * 0.19, -0.45, 0.07, 0.04, 4), CREAM, gloss=0.7, within=bowl)


def paint_sailboat(b: Brush, phase: int) -> None:
    """Paint a small boat with two swelling sails."""
    b.stroke([(0.02, -0.5), (0.02, 1.02)], 0.07, WOOD, puff=0.04)
    main_sail = [(-0.06, 0.98), (-0.36, 0.42), (-0.78, -0.30), (-0.40, -0.36), (-0.06, -0.36)]
    sail = b.shape(main_sail, MAIN, puff=0.45, gloss=0.15)
    for y in (0.30, -0.02):
        b.stroke([(-1, y), (0, y + 0.04)], 0.025, DEEP, within=sail, opacity=0.5)
    b.shape(star(-0.27, 0.14, 0.13, 0.055, 5), CREAM, within=sail)
    jib = [(0.10, 0.86), (0.46, 0.30), (0.80, -0.32), (0.10, -0.36)]
    b.shape(jib, PALE, puff=0.35, gloss=0.15)
    b.shape([(0.02, 1.16), (0.02, 0.98), (0.30, 1.07)], MAIN, puff=0.04)
    hull = [(-0.98, -0.42), (0.98, -0.42), (0.70, -0.86), (-0.64, -0.86)]
    wood = b.shape(hull, WOOD, puff=0.20, gloss=0.5)
    b.shape(box(-1.1, -0.58, 1.1, -0.49), CREAM, within=wood)
    b.shape(box(-1.1, -0.72, 1.1, -0.66), MAIN, within=wood)


def paint_bird(b: Brush, phase: int) -> None:
    """Paint a round bird with a bright breast; its wing beats."""
    beat = np.sin(2 * np.pi * phase / SHAPES["bird"].n_phases)
    for x in (-0.05, 0.2):
        b.stroke([(x, -0.5), (x, -0.76), (x + 0.12, -0.76)], 0.05, pigment(0.85, 0.45, 0.1))
    b.shape([(-0.5, -0.05), (-1.1, 0.22), (-1.12, -0.02), (-1.0, -0.18), (-0.5, -0.35)], DEEP, puff=0.15)
    body = [
        (-0.72, 0.0),
        (-0.35, 0.22),
        (0.0, 0.38),
        (0.20, 0.72),
        (0.52, 0.76),
        (0.78, 0.52),
        (0.72, 0.15),
        (0.55, -0.3),
        (0.1, -0.6),
        (-0.42, -0.42),
    ]
    b.shape([(0.72, 0.58), (1.10, 0.42), (0.72, 0.32)], pigment(0.98, 0.62, 0.08), puff=0.1, gloss=0.5)
    whole = b.shape(body, MAIN, smooth=True, puff=0.5, gloss=0.2)
    b.part(b.mask(oval(0.38, -0.22, 0.42, 0.46)), PALE, within=whole, gloss=0.15)
    b.ellipse(0.52, 0.50, 0.125, 0.135, CREAM, gloss=0.3)
    b.ellipse(0.55, 0.50, 0.085, 0.10, INK, gloss=0.9)
    b.ellipse(0.58, 0.54, 0.03, 0.035, CREAM)
    tip = 0.62 * beat
    wing = [
        (0.18, 0.10),
        (-0.10, 0.26 + 0.35 * tip),
        (-0.48, 0.20 + 1.1 * tip),
        (-0.92, 0.02 + 1.5 * tip),
        (-0.62, -0.12 + 0.7 * tip),
        (-0.3, -0.24 + 0.2 * tip),
        (0.05, -0.2),
    ]
    b.shape(wing, DEEP, smooth=True, puff=0.22, gloss=0.15, lift=0.5)


def paint_car(b: Brush, phase: int) -> None:
    """Paint a small taxi with a roof sign; its wheels turn."""
    b.shape(box(-0.30, 0.52, 0.22, 0.68, corner=0.04), CREAM, puff=0.06, gloss=0.4)
    cabin = [(-0.80, 0.02), (-0.62, 0.44), (-0.40, 0.56), (0.20, 0.56), (0.44, 0.42), (0.66, 0.02)]
    b.shape(cabin, MAIN, puff=0.30, gloss=0.7)
    for window in (
        [(-0.62, 0.08), (-0.50, 0.38), (-0.38, 0.43), (-0.13, 0.43), (-0.13, 0.08)],
        [(-0.04, 0.08), (-0.04, 0.43), (0.16, 0.43), (0.34, 0.34), (0.50, 0.08)],
    ):
        b.shape(window, _GLASS, puff=0.04, gloss=1.0, lift=0.0)
    b.shape([(-0.30, 0.43), (-0.22, 0.43), (-0.36, 0.08), (-0.44, 0.08)], CREAM, opacity=0.5)
    b.shape([(0.12, 0.43), (0.20, 0.42), (0.10, 0.08), (0.0, 0.08)], CREAM, opacity=0.5)
    body = [
        (-0.98, -0.34),
        (-0.98, -0.05),
        (-0.86, 0.08),
        (0.62, 0.08),
        (0.92, 0.0),
        (1.0, -0.16),
        (0.98, -0.36),
    ]
    side = b.shape(body, MAIN, puff=0.20, gloss=0.7)
    b.shape(box(-1.1, -0.18, 1.1, -0.11), CREAM, within=side)
    b.stroke([(-0.08, 0.06), (-0.08, -0.3)], 0.025, DEEP)
    b.stroke([(0.02, -0.03), (0.14, -0.03)], 0.035, SILVER, gloss=0.9)
    b.ellipse(0.91, -0.10, 0.075, 0.10, pigment(1.0, 0.95, 0.7), glow=0.5, gloss=0.9)
    b.ellipse(-0.95, -0.06, 0.05, 0.09, pigment(0.9, 0.15, 0.1), glow=0.3)
    b.shape(box(-1.04, -0.42, 1.04, -0.31, corner=0.05), SILVER, puff=0.06, gloss=0.8)
    for x in (-0.56, 0.56):
        b.ellipse(x, -0.34, 0.30, 0.28, INK, opacity=0.8)
        b.ellipse(x, -0.38, 0.24, 0.24, pigment(0.13, 0.13, 0.15), puff=0.12, gloss=0.3)
        b.ellipse(x, -0.38, 0.14, 0.14, SILVER, puff=0.05, gloss=0.8)
        spoke = np.radians(-phase * 60 / SHAPES["car"].n_phases)
        for i in range(6):
            a = spoke + i * np.pi / 3
            b.ellipse(x + 0.085 * np.cos(a), -0.38 + 0.085 * np.sin(a), 0.028, 0.028, INK)


def paint_cat(b: Brush, phase: int) -> None:
    """Paint a walking cat with a big head and a raised tail."""
    stride = 2 * np.pi * phase / SHAPES["cat"].n_phases
    b.stroke(
        [(-0.62, -0.15), (-0.95, 0.10), (-0.98, 0.50), (-0.78, 0.72 + 0.03 * np.sin(stride))],
        0.17,
        MAIN,
        smooth=True,
        puff=0.09,
    )
    for x, shift, ink in ((-0.50, 0.5, DEEP), (0.26, 0.0, DEEP), (-0.36, 0.0, MAIN), (0.42, 0.5, MAIN)):
        swing = 0.15 * np.sin(stride + 2 * np.pi * shift)
        lift = 0.06 * max(0.0, np.cos(stride + 2 * np.pi * shift)) if phase else 0.0
        b.stroke([(x, -0.35), (x + swing, -0.78 + lift)], 0.20, ink, puff=0.10)
    trunk = [
        (-0.70, -0.15),
        (-0.50, 0.10),
        (0.0, 0.10),
        (0.45, 0.12),
        (0.60, -0.20),
        (0.45, -0.55),
        (-0.1, -0.52),
        (-0.55, -0.55),
    ]
    fur = b.shape(trunk, MAIN, smooth=True, puff=0.34, gloss=0.12)
    for x in (-0.42, -0.20, 0.02):
        b.stroke([(x, 0.25), (x + 0.03, -0.16)], 0.075, DEEP, within=fur, opacity=0.75)
    b.part(b.mask(oval(0.05, -0.56, 0.45, 0.14)), PALE, within=fur)
    for side in (-1, 1):
        x = 0.46 + side * 0.27
        b.shape([(x - 0.19, 0.52), (x + side * 0.10, 1.0), (x + 0.19, 0.52)], MAIN, puff=0.14)
        b.shape([(x - 0.09, 0.58), (x + side * 0.07, 0.86), (x + 0.09, 0.58)], _ROSE)
    head = b.ellipse(0.46, 0.35, 0.50, 0.42, MAIN, puff=0.40, gloss=0.12)
    for x in (0.34, 0.46, 0.58):
        b.stroke([(x, 0.80), (x, 0.62)], 0.06, DEEP, within=head, opacity=0.75)
    b.part(b.mask(oval(0.50, 0.18, 0.26, 0.19)), PALE, within=head)
    for side in (-1, 1):
        x = 0.50 + side * 0.20
        b.ellipse(x, 0.40, 0.105, 0.125, pigment(0.96, 0.95, 0.75), gloss=0.4)
        b.ellipse(x + 0.02, 0.40, 0.065, 0.11, INK, gloss=0.9)
        b.ellipse(x + 0.04, 0.45, 0.028, 0.032, CREAM)
        for slope in (0.05, -0.04):
            b.stroke([(0.50 + side * 0.20, 0.20), (0.50 + side * 0.52, 0.20 + slope)], 0.018, CREAM)
    b.shape([(0.44, 0.27), (0.56, 0.27), (0.50, 0.20)], _ROSE, puff=0.03)
    b.stroke([(0.40, 0.13), (0.45, 0.11), (0.50, 0.18), (0.55, 0.11), (0.60, 0.13)], 0.026, INK)


PAINTERS: dict[str, Callable[[Brush, int], None]] = {
    "ball": paint_ball,
    "football": paint_football,
    "cube": paint_cube,
    "star": paint_star,
    "tea_glass": paint_tea_glass,
    "teapot": paint_teapot,
    "lantern": paint_lantern,
    "tagine": paint_tagine,
    "sailboat": paint_sailboat,
    "bird": paint_bird,
    "car": paint_car,
    "cat": paint_cat,
}


@lru_cache(maxsize=128)
def sprite(kind: str, phase: int, resolution: int) -> Sprite:
    """Return a kind's maps at `resolution` (a power of two), built once for each process."""
    if resolution < _COARSEST_BUILD:
        return sprite(kind, phase, _COARSEST_BUILD).averaged(resolution)
    brush = Brush(resolution)
    PAINTERS[kind](brush, phase)
    return brush.finish()
