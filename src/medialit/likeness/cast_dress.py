"""What people wear, from the djellaba to the football shirt, each painted over the joints of a body."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from medialit.likeness.cast_body import (
    SHOULDER_Y,
    Joints,
    draw_arm,
    draw_leg,
    draw_neck,
)
from medialit.likeness.cast_look import Look
from medialit.likeness.cast_paint import Doubles, Sheet, disc
from medialit.likeness.cast_robes import caftan, djellaba, folds, gandoura, rounded
from medialit.media import text_mask
from medialit.world.colour import Colour, scaled
from medialit.world.sprites import curve, oval


def draw_dress(sheet: Sheet, look: Look, body: Joints) -> None:
    """Paint legs, clothes, neck and arms; the head comes after."""
    _OUTFITS[look.outfit](sheet, look, body)


def _top(look: Look, body: Joints, *, hem: float, hem_half: float, neck: float = 0.050) -> Doubles:
    """Return the outline of what covers the trunk, down to `hem`."""
    w = look.width
    half = 0.128 * w
    right = [
        (neck, SHOULDER_Y + 0.034),
        (half * 0.80, SHOULDER_Y + 0.014),
        (half + 0.004, SHOULDER_Y - 0.030),
    ]
    right += [
        (half - 0.012, 0.56),
        (0.104 * w, 0.46),
        (hem_half * w, hem + 0.024),
        (hem_half * w * 0.93, hem + 0.003),
    ]
    right += [(hem_half * w * 0.5, hem)]
    left = [(-x, y) for x, y in reversed(right)]
    return body.bend(rounded([*right, *left]))


def _trousers(sheet: Sheet, look: Look, body: Joints, colour: Colour, *, bare: bool = False) -> None:
    order = (-1, 1) if body.feet[0][1] <= body.feet[1][1] else (1, -1)
    for side in order:
        draw_leg(sheet, look, body, side, colour, bare=bare)
    seat = body.bend(
        rounded(
            [
                (-0.100 * look.width, 0.42),
                (0.100 * look.width, 0.42),
                (0.108 * look.width, 0.33),
                (0.03, 0.285),
                (-0.03, 0.285),
                (-0.108 * look.width, 0.33),
            ]
        )
    )
    sheet.fill(seat, colour, "cloth", puff=0.06, lift=0.0)


def _suit(sheet: Sheet, look: Look, body: Joints) -> None:
    _trousers(sheet, look, body, look.main)
    draw_neck(sheet, look, body)
    shape = _top(look, body, hem=0.300, hem_half=0.128)
    sheet.fill(shape, look.main, "cloth", puff=0.07, gloss=0.10)
    shirt = body.bend([(-0.046, 0.70), (0.046, 0.70), (0.004, 0.485), (-0.004, 0.485)])
    sheet.fill(shirt, look.trim, "cloth")
    tie = body.bend(
        [
            (-0.012, 0.672),
            (0.012, 0.672),
            (0.010, 0.645),
            (0.016, 0.54),
            (0, 0.505),
            (-0.016, 0.54),
            (-0.010, 0.645),
        ]
    )
    sheet.fill(tie, look.second, "cloth", puff=0.012, gloss=0.35)
    for side in (-1, 1):
        lapel = body.bend(
            [
                (side * 0.046, 0.700),
                (side * 0.082, 0.660),
                (side * 0.070, 0.610),
                (side * 0.088, 0.600),
                (side * 0.006, 0.480),
            ]
        )
        sheet.fill(lapel, scaled(look.main, 1.18), "cloth", puff=0.012)
        collar = body.bend([(side * 0.048, 0.704), (side * 0.012, 0.672), (side * 0.040, 0.648)])
        sheet.fill(collar, look.trim, "cloth")
    sheet.line(body.bend([(0.004, 0.48), (0.008, 0.305)]), 0.006, scaled(look.main, 0.6), "cloth")
    for y in (0.44, 0.40):
        sheet.fill(
            disc(body.bend([(-0.010, y)])[0], 0.006, 0.006), scaled(look.main, 0.5), "cloth", gloss=0.6
        )
    for side in (-1, 1):
        draw_arm(sheet, look, body, side, look.main, cuff=look.trim)


def _football(sheet: Sheet, look: Look, body: Joints) -> None:
    _trousers(sheet, look, body, look.second, bare=True)
    draw_neck(sheet, look, body)
    shape = _top(look, body, hem=0.335, hem_half=0.118, neck=0.055)
    sheet.fill(shape, look.main, "cloth", puff=0.07, gloss=0.18)
    for side in (-1, 1):
        band = body.bend([(side * 0.094, 0.66), (side * 0.104, 0.50), (side * 0.108, 0.33)])
        sheet.line(band, 0.014, look.trim, "cloth", within=[shape])
    if look.number is not None:
        _number(sheet, look, body)
    for side in (-1, 1):
        draw_arm(sheet, look, body, side, look.main, sleeve="short")
    vee = body.bend([(-0.054, 0.698), (0, 0.632), (0.054, 0.698)])
    sheet.fill(body.bend([(-0.050, 0.70), (0, 0.645), (0.050, 0.70)]), scaled(look.skin, 0.92), "skin")
    sheet.line(vee, 0.014, look.trim, "cloth")


def _number(sheet: Sheet, look: Look, body: Joints) -> None:
    ink = text_mask(str(look.number), size_px=64, lang="en")
    rows = np.flatnonzero(ink.max(axis=1) > 127)
    columns = np.flatnonzero(ink.max(axis=0) > 127)
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = 0.085 / ink.shape[0]
    found, _order = cv2.findContours((ink > 127).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    outlines = [np.asarray(c, np.float64).reshape(-1, 2) for c in found if len(c) > 4]
    placed = [
        body.bend(np.stack([(o[:, 0] - ink.shape[1] / 2) * scale, 0.585 - o[:, 1] * scale], -1))
        for o in outlines
    ]
    if placed:
        sheet.fill(placed[0], look.trim, "cloth", holes=placed[1:])


def _tunic(sheet: Sheet, look: Look, body: Joints) -> None:
    _trousers(sheet, look, body, look.second)
    draw_neck(sheet, look, body)
    shape = _top(look, body, hem=0.185, hem_half=0.142)
    sheet.fill(shape, look.main, "cloth", puff=0.08, gloss=0.08)
    folds(sheet, look, body, shape, look.main, low=0.19)
    sheet.line(body.bend([(-0.16, 0.205), (0.16, 0.205)]), 0.012, look.trim, "cloth", within=[shape])
    for side in (-1, 1):
        draw_arm(sheet, look, body, side, look.main, cuff=look.trim)


def _coat(sheet: Sheet, look: Look, body: Joints) -> None:
    _trousers(sheet, look, body, look.second)
    draw_neck(sheet, look, body)
    inner = _top(look, body, hem=0.30, hem_half=0.10)
    sheet.fill(inner, look.trim, "cloth", puff=0.06)
    shape = _top(look, body, hem=0.165, hem_half=0.150)
    gap = body.bend(
        [(-0.036, 0.72), (0.036, 0.72), (0.030, 0.5), (0.040, 0.15), (-0.040, 0.15), (-0.030, 0.5)]
    )
    sheet.fill(shape, look.main, "cloth", holes=[gap], puff=0.07, gloss=0.06)
    for side in (-1, 1):
        sheet.line(
            body.bend([(side * 0.062, 0.30), (side * 0.105, 0.315)]), 0.010, scaled(look.main, 0.65), "cloth"
        )
        draw_arm(sheet, look, body, side, look.main)
    _scarf(sheet, look, body)


def _scarf(sheet: Sheet, look: Look, body: Joints) -> None:
    cloth = look.head_colour
    tail = body.bend(rounded([(0.012, 0.66), (0.058, 0.66), (0.070, 0.47), (0.028, 0.47)]))
    sheet.fill(tail, cloth, "cloth", puff=0.03)
    for y in (0.495, 0.515):
        sheet.line(body.bend([(0, y), (0.1, y)]), 0.008, scaled(cloth, 0.7), "cloth", within=[tail])
    loop = body.bend(
        rounded(
            [
                (-0.078, 0.700),
                (-0.05, 0.735),
                (0.05, 0.735),
                (0.078, 0.700),
                (0.05, 0.655),
                (0, 0.640),
                (-0.05, 0.655),
            ]
        )
    )
    sheet.fill(loop, cloth, "cloth", puff=0.035)
    sheet.line(
        body.bend(curve([(-0.06, 0.69), (0, 0.672), (0.06, 0.69)], closed=False, steps=6)),
        0.008,
        scaled(cloth, 0.7),
        "cloth",
    )


def _apron(sheet: Sheet, look: Look, body: Joints) -> None:
    _jumper(sheet, look, body, sleeve="short")
    bib = body.bend(
        rounded(
            [
                (-0.062, 0.60),
                (0.062, 0.60),
                (0.074, 0.46),
                (0.112, 0.44),
                (0.116, 0.17),
                (-0.116, 0.17),
                (-0.112, 0.44),
                (-0.074, 0.46),
            ]
        )
    )
    sheet.fill(bib, look.trim, "cloth", puff=0.035, gloss=0.06)
    for side in (-1, 1):
        sheet.line(
            body.bend([(side * 0.056, 0.60), (side * 0.052, 0.695)]), 0.011, scaled(look.trim, 0.9), "cloth"
        )
    sheet.line(body.bend([(-0.12, 0.445), (0.12, 0.445)]), 0.011, scaled(look.trim, 0.75), "cloth")
    pocket = body.bend([(-0.060, 0.36), (0.060, 0.36), (0.056, 0.28), (-0.056, 0.28)])
    sheet.line(np.concatenate([pocket, pocket[:1]]), 0.006, scaled(look.trim, 0.7), "cloth")


def _jumper(sheet: Sheet, look: Look, body: Joints, *, sleeve: str = "long") -> None:
    _trousers(sheet, look, body, look.second)
    draw_neck(sheet, look, body)
    shape = _top(look, body, hem=0.330, hem_half=0.116)
    sheet.fill(shape, look.main, "cloth", puff=0.07, gloss=0.05)
    if look.stripes:
        for y in (0.60, 0.54, 0.48, 0.42):
            sheet.line(body.bend([(-0.2, y), (0.2, y)]), 0.020, look.trim, "cloth", within=[shape])
    sheet.line(
        body.bend([(-0.2, 0.338), (0.2, 0.338)]), 0.016, scaled(look.main, 0.8), "cloth", within=[shape]
    )
    for side in (-1, 1):
        draw_arm(
            sheet,
            look,
            body,
            side,
            look.main,
            sleeve=sleeve,
            cuff=None if sleeve == "short" else scaled(look.main, 0.8),
        )
    collar = body.bend(
        curve(
            [(-0.054, 0.696), (-0.03, 0.660), (0, 0.650), (0.03, 0.660), (0.054, 0.696)],
            closed=False,
            steps=6,
        )
    )
    sheet.line(collar, 0.018, scaled(look.main, 0.82), "cloth", puff=0.01)


def _jacket(sheet: Sheet, look: Look, body: Joints) -> None:
    """Paint a short open jacket over a shirt."""
    _trousers(sheet, look, body, look.second)
    draw_neck(sheet, look, body)
    shirt = _top(look, body, hem=0.315, hem_half=0.108)
    sheet.fill(shirt, look.trim, "cloth", puff=0.06)
    sheet.fill(body.bend(oval(0, 0.700, 0.046, 0.040)), scaled(look.skin, 0.93), "skin")
    shape = _top(look, body, hem=0.345, hem_half=0.122)
    gap = body.bend([(-0.048, 0.72), (0.048, 0.72), (0.040, 0.30), (-0.040, 0.30)])
    sheet.fill(shape, look.main, "cloth", holes=[gap], puff=0.06, gloss=0.10)
    for side in (-1, 1):
        lapel = body.bend(
            [(side * 0.048, 0.702), (side * 0.088, 0.666), (side * 0.064, 0.600), (side * 0.044, 0.640)]
        )
        sheet.fill(lapel, scaled(look.main, 1.2), "cloth", puff=0.012)
        pocket = body.bend(
            [(side * 0.056, 0.565), (side * 0.094, 0.565), (side * 0.092, 0.530), (side * 0.058, 0.530)]
        )
        sheet.line(np.concatenate([pocket, pocket[:1]]), 0.006, scaled(look.main, 0.7), "cloth")
        draw_arm(sheet, look, body, side, look.main, cuff=scaled(look.main, 1.2))


def _dress(sheet: Sheet, look: Look, body: Joints) -> None:
    for side in (-1, 1):
        draw_leg(sheet, look, body, side, look.second)
    draw_neck(sheet, look, body)
    shape = _top(look, body, hem=0.170, hem_half=0.150)
    sheet.fill(shape, look.main, "cloth", puff=0.08, gloss=0.10)
    folds(sheet, look, body, shape, look.main, low=0.17)
    rng = np.random.default_rng(4)
    for _ in range(34):
        x, y = float(rng.uniform(-0.14, 0.14)), float(rng.uniform(0.18, 0.64))
        spot = body.bend([(x, y)])[0]
        sheet.fill(disc(spot, 0.0085, 0.0085), look.trim, "cloth", within=[shape])
    for side in (-1, 1):
        draw_arm(sheet, look, body, side, look.main, sleeve="short")
    sheet.line(
        body.bend(curve([(-0.05, 0.698), (0, 0.650), (0.05, 0.698)], closed=False, steps=6)),
        0.014,
        look.trim,
        "cloth",
    )


_OUTFITS: dict[str, Callable[[Sheet, Look, Joints], None]] = {
    "djellaba": djellaba,
    "caftan": caftan,
    "gandoura": gandoura,
    "suit": _suit,
    "football": _football,
    "tunic": _tunic,
    "coat": _coat,
    "apron": _apron,
    "jacket": _jacket,
    "jumper": _jumper,
    "dress": _dress,
}
