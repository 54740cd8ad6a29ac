"""What is worn on the head: hijab, hood, turban, fez, taqiya, a gilded band; and glasses."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from medialit.likeness.cast_head import EYE, Skull
from medialit.likeness.cast_look import Look
from medialit.likeness.cast_paint import Doubles, Sheet, disc
from medialit.world.colour import Colour, scaled
from medialit.world.sprites import curve, oval


def draw_headwear(sheet: Sheet, skull: Skull, look: Look) -> None:
    """Paint what is worn on the head, and the glasses."""
    if look.headwear in _WEAR:
        _WEAR[look.headwear](sheet, skull, look)
    if look.glasses != "none":
        _glasses(sheet, skull, look)


def _hijab(sheet: Sheet, skull: Skull, look: Look) -> None:
    """Paint a scarf around the face, over neck and shoulders, with folds."""
    r, cloth = skull.radius, look.head_colour
    drape = [
        (0, -1.02),
        (0.70, -0.96),
        (1.05, -1.12),
        (1.28, -1.58),
        (0.62, -2.02),
        (0.05, -2.16),
        (-0.55, -2.0),
        (-1.28, -1.58),
        (-1.05, -1.12),
        (-0.70, -0.96),
    ]
    shape = skull.flat(curve(drape, steps=6))
    sheet.fill(shape, cloth, "cloth", puff=0.32 * r, gloss=0.12)
    outer = [
        (0, 1.14),
        (0.60, 0.99),
        (0.97, 0.50),
        (1.03, -0.1),
        (0.96, -0.7),
        (0.62, -1.15),
        (0, -1.30),
        (-0.62, -1.15),
        (-0.96, -0.7),
        (-1.03, -0.1),
        (-0.97, 0.50),
        (-0.60, 0.99),
    ]
    hole = _face_hole(skull, 0.86, -1.0, 0.72)
    hood = skull.flat(curve(outer, steps=6))
    sheet.fill(hood, cloth, "cloth", holes=[hole], puff=0.20 * r, gloss=0.12)
    sheet.line(np.concatenate([hole, hole[:1]]), 0.07 * r, scaled(cloth, 0.72), "cloth")
    dark = scaled(cloth, 0.74)
    folds = [[(0.86, -0.55), (0.50, -1.12), (-0.10, -1.24)], [(-0.55, 0.96), (-0.86, 0.55), (-0.93, -0.1)]]
    lower = [[(-0.90, -0.9), (-0.55, -1.25), (0.2, -1.60)], [(0.95, -1.0), (0.55, -1.5), (-0.4, -1.86)]]
    for within, lines in ((hood, folds), (shape, lower)):
        for fold in lines:
            path = skull.flat(curve(fold, closed=False, steps=8))
            sheet.line(path, 0.055 * r, dark, "cloth", opacity=0.5, within=[within])


def _hood(sheet: Sheet, skull: Skull, look: Look) -> None:
    """Paint the pointed hood of a djellaba, worn up."""
    r, cloth = skull.radius, look.head_colour
    outer = [
        (0.10, 1.62),
        (0.30, 1.28),
        (0.78, 0.92),
        (1.08, 0.30),
        (1.12, -0.5),
        (0.98, -1.15),
        (0.45, -1.45),
        (-0.45, -1.45),
        (-0.98, -1.15),
        (-1.12, -0.5),
        (-1.08, 0.30),
        (-0.74, 0.92),
        (-0.22, 1.28),
    ]
    hole = _face_hole(skull, 0.86, -1.16, 0.76)
    shape = skull.flat(curve(outer, steps=6))
    sheet.fill(shape, cloth, "cloth", holes=[hole], puff=0.30 * r, gloss=0.06)
    if look.stripes:
        for x in (-0.85, -0.5, 0.5, 0.85):
            stripe = curve(
                [(x * 0.25, 1.5), (x * 0.9, 0.95), (x * 1.12, 0.2), (x * 1.1, -1.2)], closed=False, steps=6
            )
            path = skull.flat(stripe)
            sheet.line(path, 0.07 * r, look.second, "cloth", opacity=0.75, within=[_ring(shape, hole)])
    sheet.line(np.concatenate([hole, hole[:1]]), 0.10 * r, look.trim, "cloth")


def _turban(sheet: Sheet, skull: Skull, look: Look) -> None:
    """Paint a long cloth, wound about the head and once under the chin."""
    r, cloth = skull.radius, look.head_colour
    neck = [
        (0.97, 0.30),
        (1.04, -0.30),
        (1.02, -0.95),
        (0.70, -1.42),
        (0, -1.58),
        (-0.70, -1.42),
        (-1.02, -0.95),
        (-1.04, -0.30),
        (-0.97, 0.30),
    ]
    hole = _face_hole(skull, 0.90, -1.02, 1.02)
    sheet.fill(skull.flat(curve(neck, steps=6)), cloth, "cloth", holes=[hole], puff=0.24 * r, gloss=0.15)
    for fold in ([(0.92, -0.75), (0.3, -1.22), (-0.6, -1.30)], [(-0.98, -0.5), (-0.55, -1.08), (0.3, -1.42)]):
        sheet.line(
            skull.flat(curve(fold, closed=False, steps=8)),
            0.06 * r,
            scaled(cloth, 0.66),
            "cloth",
            opacity=0.7,
        )
    up = 0.30 * float(np.sin(np.radians(skull.pitch_deg)))
    brim = skull.at(
        curve([(0.99, 0.30), (0.7, 0.42), (0, 0.48), (-0.7, 0.42), (-0.99, 0.30)], closed=False, steps=6),
        depth=1.08,
    )
    crown = [
        (-1.04, 0.42 + up),
        (-1.04, 0.84 + up),
        (-0.64, 1.22),
        (0, 1.34),
        (0.64, 1.22),
        (1.04, 0.84 + up),
        (1.04, 0.42 + up),
    ]
    shape = np.concatenate([brim, skull.flat(curve(crown, closed=False, steps=6))])
    sheet.fill(shape, cloth, "cloth", puff=0.3 * r, gloss=0.15)
    bands = [
        [(-1.06, 0.42), (-0.2, 0.66), (0.98, 0.88)],
        [(1.06, 0.42), (0.2, 0.68), (-0.95, 0.94)],
        [(-0.9, 0.98), (0, 0.98), (0.66, 1.22)],
        [(0.98, 0.62), (0.3, 0.44), (-0.5, 0.36)],
    ]
    for band in bands:
        sheet.line(
            skull.flat(curve(band, closed=False, steps=8)),
            0.07 * r,
            scaled(cloth, 0.66),
            "cloth",
            within=[shape],
            opacity=0.75,
        )


def _band(sheet: Sheet, skull: Skull, look: Look) -> None:
    """Paint a gilded band on the forehead with a stone in its middle."""
    r, gold = skull.radius, look.head_colour
    path = curve([(-0.93, 0.36), (-0.55, 0.66), (0, 0.76), (0.55, 0.66), (0.93, 0.36)], closed=False, steps=6)
    sheet.line(skull.at(path, depth=1.04), 0.10 * r, gold, "detail", gloss=0.9)
    stone = skull.at([(0.0, 0.72)], depth=1.07)[0]
    sheet.fill(disc(stone, 0.12 * r, 0.14 * r), gold, "detail", puff=0.05 * r, gloss=0.9)
    sheet.fill(disc(stone, 0.07 * r, 0.09 * r), (0.78, 0.10, 0.20), "detail", gloss=0.9)


def _fez(sheet: Sheet, skull: Skull, look: Look) -> None:
    """Paint a tarbouche with its tassel."""
    r, cloth = skull.radius, look.head_colour
    body = [(-0.72, 0.56), (-0.56, 1.44), (0.56, 1.44), (0.72, 0.56), (0.36, 0.48), (-0.36, 0.48)]
    sheet.fill(skull.flat(body), cloth, "cloth", puff=0.34 * r, gloss=0.1)
    sheet.fill(skull.flat(oval(0, 1.44, 0.56, 0.09)), scaled(cloth, 1.15), "cloth")
    tassel = curve([(0, 1.46), (0.50, 1.42), (0.66, 1.0)], closed=False, steps=6)
    sheet.line(skull.flat(tassel), 0.05 * r, (0.10, 0.09, 0.10), "cloth")
    sheet.line(skull.flat([(0.66, 1.02), (0.68, 0.70)]), 0.13 * r, (0.10, 0.09, 0.10), "cloth")


def _taqiya(sheet: Sheet, skull: Skull, look: Look) -> None:
    """Paint a small crocheted cap."""
    r, cloth = skull.radius, look.head_colour
    a = np.radians(np.linspace(32, 148, 30))
    top = np.stack([0.95 * np.cos(a), 1.12 * np.sin(a)], -1)
    brim = skull.at(
        curve([(-0.78, 0.60), (-0.4, 0.68), (0, 0.71), (0.4, 0.68), (0.78, 0.60)], closed=False, steps=5),
        depth=1.04,
    )
    shape = np.concatenate([skull.flat(top), brim])
    sheet.fill(shape, cloth, "cloth", puff=0.3 * r, gloss=0.05)
    for x in (-0.5, -0.17, 0.17, 0.5):
        zigzag = [(x - 0.16, 0.80), (x, 0.94), (x + 0.16, 0.80)]
        sheet.line(skull.at(zigzag, depth=1.08), 0.06 * r, look.trim, "cloth", within=[shape])


def _glasses(sheet: Sheet, skull: Skull, look: Look) -> None:
    r = skull.radius
    frame: Colour = (0.12, 0.10, 0.12)
    for side in (-1, 1):
        if not skull.faces(side * EYE[0], EYE[1]):
            continue
        if look.glasses == "round":
            rim = oval(side * EYE[0], EYE[1] - 0.01, 0.245, 0.255)
        else:
            rim = np.asarray(_rounded(side * EYE[0], EYE[1] - 0.01, 0.25, 0.20))
        lens = skull.at(rim, depth=1.06)
        sheet.fill(lens, (0.85, 0.92, 0.97), "detail", opacity=0.14, gloss=0.6)
        sheet.line(np.concatenate([lens, lens[:1]]), 0.050 * r, frame, "detail", gloss=0.6)
        sheet.line(
            skull.at([(side * 0.61, 0.05), (side * 0.95, 0.04)], depth=1.03), 0.045 * r, frame, "detail"
        )
    sheet.line(skull.at([(-0.12, 0.03), (0, 0.06), (0.12, 0.03)], depth=1.08), 0.045 * r, frame, "detail")


def _face_hole(skull: Skull, half_u: float, low: float, high: float) -> Doubles:
    middle, tall = (low + high) / 2, (high - low) / 2
    return skull.at(oval(0, middle, half_u, tall))


def _ring(shape: Doubles, hole: Doubles) -> Doubles:
    """Return a shape with a hole as one outline, by a cut between them."""
    return np.concatenate([shape, shape[:1], hole[:1], hole[::-1], shape[:1]])


def _rounded(u: float, v: float, half_u: float, half_v: float) -> list[tuple[float, float]]:
    a = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    c, s = np.cos(a), np.sin(a)
    p = 0.5  # a superellipse: between a circle and a box
    return [
        (u + half_u * np.sign(x) * abs(x) ** p, v + half_v * np.sign(y) * abs(y) ** p)
        for x, y in zip(c, s, strict=True)
    ]


_WEAR: dict[str, Callable[[Sheet, Skull, Look], None]] = {
    "hijab": _hijab,
    "hood": _hood,
    "turban": _turban,
    "band": _band,
    "fez": _fez,
    "taqiya": _taqiya,
}
