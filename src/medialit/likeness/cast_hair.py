"""Hair, and what is worn on it: hijab, hood, turban, fez, taqiya, glasses."""

from __future__ import annotations

import numpy as np

from medialit.likeness.cast_head import EYE, Skull
from medialit.likeness.cast_look import SKULL_WIDTH, Look
from medialit.likeness.cast_paint import Doubles, Sheet, disc
from medialit.world.colour import Colour, scaled
from medialit.world.sprites import curve, oval

_COVERED = ("hijab", "hood", "turban")


def draw_behind(sheet: Sheet, skull: Skull, look: Look) -> None:
    """Paint what hangs behind the shoulders."""
    r = skull.radius
    if look.headwear in ("hijab", "hood"):
        return
    if look.headwear == "turban":  # so that nothing shows between the face and the cloth
        sheet.fill(skull.flat(oval(0, -0.12, 1.02, 1.22)), scaled(look.head_colour, 0.6), "cloth")
        return
    sway = -0.12 * np.sin(np.radians(skull.yaw_deg))
    if look.hair_style == "long":
        back = [
            (0, 1.08),
            (0.80, 0.80),
            (1.05, 0.1),
            (1.10 + sway, -0.9),
            (0.95 + sway, -1.75),
            (0.4 + sway, -1.95),
        ]
        back += [
            (-0.4 + sway, -1.95),
            (-0.95 + sway, -1.75),
            (-1.10 + sway, -0.9),
            (-1.05, 0.1),
            (-0.80, 0.80),
        ]
        sheet.fill(skull.flat(curve(back, steps=6)), scaled(look.hair, 0.85), "hair", puff=0.3 * r, gloss=0.3)
    elif look.hair_style == "bob":
        back = [(0, 1.08), (0.82, 0.80), (1.10, 0.1), (1.12 + sway, -0.60), (0.85 + sway, -0.98)]
        back += [(-0.85 + sway, -0.98), (-1.12 + sway, -0.60), (-1.10, 0.1), (-0.82, 0.80)]
        sheet.fill(skull.flat(curve(back, steps=6)), scaled(look.hair, 0.85), "hair", puff=0.3 * r, gloss=0.3)
    elif look.hair_style == "curly":
        sheet.fill(
            skull.flat(_bumps(1.20, -20, 200, 15, 0.10)), scaled(look.hair, 0.85), "hair", puff=0.3 * r
        )
    elif look.hair_style == "waves":
        sheet.fill(
            skull.flat(_bumps(1.27, -78, 258, 17, 0.10)), scaled(look.hair, 0.85), "hair", puff=0.3 * r
        )
    elif look.hair_style == "bun":
        sheet.fill(skull.flat(oval(0.05, 1.22, 0.36, 0.32)), look.hair, "hair", puff=0.3 * r, gloss=0.3)


def draw_hair(sheet: Sheet, skull: Skull, look: Look) -> None:
    """Paint the hair that is seen in front, then what is worn on it."""
    if look.headwear not in _COVERED and look.hair_style != "bald":
        _cap(sheet, skull, look)
    wear = {"band": _band, "hijab": _hijab, "hood": _hood, "turban": _turban, "fez": _fez, "taqiya": _taqiya}
    if look.headwear in wear:
        wear[look.headwear](sheet, skull, look)
    if look.glasses != "none":
        _glasses(sheet, skull, look)


_HAIRLINES: dict[str, list[tuple[float, float]]] = {
    "short": [
        (0.97, -0.02),
        (0.86, 0.30),
        (0.62, 0.58),
        (0.20, 0.60),
        (-0.30, 0.52),
        (-0.66, 0.50),
        (-0.88, 0.28),
        (-0.97, -0.02),
    ],
    "crop": [
        (0.985, 0.10),
        (0.86, 0.42),
        (0.62, 0.64),
        (0.2, 0.68),
        (-0.2, 0.68),
        (-0.62, 0.64),
        (-0.86, 0.42),
        (-0.985, 0.10),
    ],
    "curly": [
        (0.98, 0.06),
        (0.88, 0.36),
        (0.70, 0.56),
        (0.3, 0.55),
        (0, 0.60),
        (-0.35, 0.54),
        (-0.7, 0.56),
        (-0.88, 0.36),
        (-0.98, 0.06),
    ],
    "waves": [
        (0.98, -0.40),
        (0.90, -0.02),
        (0.76, 0.34),
        (0.40, 0.52),
        (-0.18, 0.70),
        (-0.56, 0.44),
        (-0.84, 0.14),
        (-0.98, -0.40),
    ],
    "long": [
        (0.97, -0.50),
        (0.88, -0.05),
        (0.76, 0.32),
        (0.42, 0.58),
        (-0.10, 0.72),
        (-0.52, 0.50),
        (-0.82, 0.18),
        (-0.90, -0.10),
        (-0.97, -0.50),
    ],
    "bob": [
        (0.98, -0.72),
        (0.88, -0.30),
        (0.80, 0.20),
        (0.62, 0.46),
        (0.10, 0.44),
        (-0.45, 0.50),
        (-0.78, 0.30),
        (-0.88, -0.30),
        (-0.98, -0.72),
    ],
    "bun": [(0.98, 0.0), (0.86, 0.34), (0.50, 0.62), (0, 0.74), (-0.50, 0.62), (-0.86, 0.34), (-0.98, 0.0)],
    "braids": [
        (0.98, -0.1),
        (0.86, 0.32),
        (0.50, 0.56),
        (0, 0.72),
        (-0.50, 0.56),
        (-0.86, 0.32),
        (-0.98, -0.1),
    ],
    "receding": [
        (0.985, -0.05),
        (0.88, 0.36),
        (0.72, 0.66),
        (0.42, 0.86),
        (0.1, 0.80),
        (-0.1, 0.80),
        (-0.42, 0.86),
        (-0.72, 0.66),
        (-0.88, 0.36),
        (-0.985, -0.05),
    ],
}


def _cap(sheet: Sheet, skull: Skull, look: Look) -> None:
    """Paint the hair between the hairline, which turns with the face, and the outline, which does not."""
    r, style = skull.radius, look.hair_style
    line = np.asarray(_HAIRLINES[style])
    start = np.degrees(np.arctan2(line[0, 1], 0.97 * np.sign(line[0, 0])))
    thick = {"crop": 1.04, "curly": 1.24, "waves": 1.22, "receding": 1.02, "short": 1.11}.get(style, 1.09)
    if style in ("curly", "waves"):
        outer = _bumps(thick, float(start), 180 - float(start), 13, 0.09)
    else:
        a = np.radians(np.linspace(start, 180 - start, 40))
        swell = 1 + (thick - 1) * np.clip(np.sin(a) + 0.45, 0.25, 1)
        outer = np.stack([SKULL_WIDTH * 1.02 * swell * np.cos(a), swell * np.sin(a)], -1)
    inner = skull.at(curve(line[::-1], closed=False, steps=5))
    region = np.concatenate([skull.flat(outer), inner])
    sheet.fill(region, look.hair, "hair", puff=0.22 * r, gloss=0.28, lift=0.28)
    shine = scaled(np.clip(np.asarray(look.hair) * 1.25 + 0.05, 0, 1).astype(np.float32), 1.0)
    if style in ("long", "bob", "bun", "braids"):
        for part in (-0.55, -0.2, 0.25, 0.6):
            strand = curve(
                [(part * 0.35 - 0.05, 1.02), (part * 0.9, 0.86), (part * 1.25, 0.55)], closed=False, steps=6
            )
            sheet.line(skull.at(strand, depth=1.06), 0.035 * r, shine, "hair", opacity=0.35, within=[region])
    if style == "braids":
        _braids(sheet, skull, look)
    if style == "long":
        for side in (-1, 1):
            lock = [
                (side * 0.90, 0.1),
                (side * 1.06, -0.7),
                (side * 0.98, -1.35),
                (side * 0.74, -1.62),
                (side * 0.70, -1.1),
                (side * 0.84, -0.5),
            ]
            sheet.fill(skull.flat(curve(lock, steps=6)), look.hair, "hair", puff=0.14 * r, gloss=0.3)


def _braids(sheet: Sheet, skull: Skull, look: Look) -> None:
    r = skull.radius
    for side in (-1, 1):
        for i in range(6):
            bead = skull.flat([(side * (0.94 + 0.03 * i), -0.30 - 0.24 * i)])[0]
            sheet.fill(disc(bead, 0.17 * r, 0.155 * r), look.hair, "hair", puff=0.12 * r, gloss=0.3)
        tie = skull.flat([(side * 1.10, -1.70)])[0]
        sheet.fill(disc(tie, 0.12 * r, 0.10 * r), look.trim, "detail", puff=0.08 * r)


def _bumps(radius: float, start: float, stop: float, n: int, depth: float) -> Doubles:
    """Return a bumpy arc, in radii, from `start` to `stop` degrees."""
    t = np.linspace(0, 1, 12 * n)
    a = np.radians(start + (stop - start) * t)
    swell = radius + depth * (np.abs(np.sin(np.pi * n * t)) - 0.6)
    return np.stack([SKULL_WIDTH * 1.04 * swell * np.cos(a), swell * np.sin(a)], -1)


def _face_hole(skull: Skull, half_u: float, low: float, high: float) -> Doubles:
    middle, tall = (low + high) / 2, (high - low) / 2
    return skull.at(oval(0, middle, half_u, tall))


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


def _ring(shape: Doubles, hole: Doubles) -> Doubles:
    """Return a shape with a hole as one outline, by a cut between them."""
    return np.concatenate([shape, shape[:1], hole[:1], hole[::-1], shape[:1]])


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


def _rounded(u: float, v: float, half_u: float, half_v: float) -> list[tuple[float, float]]:
    a = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    c, s = np.cos(a), np.sin(a)
    p = 0.5  # a superellipse: between a circle and a box
    return [
        (u + half_u * np.sign(x) * abs(x) ** p, v + half_v * np.sign(y) * abs(y) ** p)
        for x, y in zip(c, s, strict=True)
    ]
