"""Hair, behind the shoulders and around the face."""

from __future__ import annotations

import numpy as np

from medialit.likeness.cast_head import Skull
from medialit.likeness.cast_headwear import draw_headwear
from medialit.likeness.cast_look import SKULL_WIDTH, Look
from medialit.likeness.cast_paint import Doubles, Sheet, disc
from medialit.world.colour import scaled
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
    draw_headwear(sheet, skull, look)


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
