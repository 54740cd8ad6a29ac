"""Robes: the djellaba, the caftan and the gandoura, painted over the joints of a body."""

from __future__ import annotations

import numpy as np

from medialit.likeness.cast_body import SHOULDER_Y, Joints, draw_arm, draw_neck, draw_shoe
from medialit.likeness.cast_look import Look
from medialit.likeness.cast_paint import Doubles, Sheet, disc, spark
from medialit.world.colour import Colour, scaled
from medialit.world.sprites import curve, oval


def djellaba(sheet: Sheet, look: Look, body: Joints) -> None:
    """Paint a hooded robe: braid and small buttons down the front, wide sleeves, often striped."""
    shape = _feet_and_robe(sheet, look, body, hem_half=0.150)
    if look.stripes:
        for i in range(-5, 6):
            if i:
                x = i * 0.024
                stripe = body.bend(
                    curve([(x * 0.9, 0.70), (x, 0.45), (x * 1.25, 0.03)], closed=False, steps=6)
                )
                sheet.line(stripe, 0.0085, look.second, "cloth", within=[shape], opacity=0.8)
    folds(sheet, look, body, shape, look.main, low=0.05)
    _braid(sheet, look, body, shape, low=0.10)
    for side in (-1, 1):
        draw_arm(sheet, look, body, side, look.main, sleeve="wide", cuff=look.trim)
    if look.headwear == "hood":
        return
    # The hood lies on the shoulders: a thick collar that meets in front.
    collar = [
        (-0.104, 0.668),
        (-0.098, 0.706),
        (-0.050, 0.722),
        (0.050, 0.722),
        (0.098, 0.706),
        (0.104, 0.668),
        (0.050, 0.628),
        (0, 0.604),
        (-0.050, 0.628),
    ]
    hole = body.bend(oval(0, 0.702, 0.052, 0.052))
    sheet.fill(
        body.bend(rounded(collar)), scaled(look.main, 0.96), "cloth", holes=[hole], puff=0.035, gloss=0.06
    )
    sheet.line(hole, 0.008, look.trim, "cloth")


def caftan(sheet: Sheet, look: Look, body: Joints) -> None:
    """Paint a festive robe: embroidery down the front and around every hem, and a wide gilded belt."""
    shape = _feet_and_robe(sheet, look, body, hem_half=0.175)
    folds(sheet, look, body, shape, look.main, low=0.04)
    panel = body.bend([(-0.024, 0.70), (0.024, 0.70), (0.030, 0.02), (-0.030, 0.02)])
    sheet.fill(panel, scaled(look.main, 0.80), "cloth", within=[shape])
    for x in (-0.026, 0.026):
        sheet.line(
            body.bend([(x * 0.9, 0.70), (x, 0.4), (x * 1.2, 0.02)]),
            0.010,
            look.trim,
            "cloth",
            within=[shape],
            gloss=0.8,
        )
    for y in np.arange(0.10, 0.66, 0.048):
        spot = body.bend([(0.0, float(y))])[0]
        sheet.fill(spark(spot, 0.017, 0.008, 4), look.trim, "cloth", gloss=0.8)
    hem = [(-0.19, 0.072), (0, 0.062), (0.19, 0.072)]
    sheet.line(body.bend(hem), 0.014, look.trim, "cloth", within=[shape], gloss=0.8)
    belt = body.bend([(-0.2, 0.432), (0, 0.424), (0.2, 0.432), (0.2, 0.470), (0, 0.462), (-0.2, 0.470)])
    sheet.fill(belt, look.second, "cloth", within=[shape], puff=0.02, gloss=0.9)
    buckle = body.bend([(0.0, 0.444)])[0]
    sheet.fill(spark(buckle, 0.026, 0.019, 8), scaled(look.second, 1.2), "cloth", puff=0.01, gloss=0.9)
    sheet.fill(disc(buckle, 0.009, 0.009), (0.10, 0.45, 0.36), "detail", gloss=0.9)
    for side in (-1, 1):
        draw_arm(sheet, look, body, side, look.main, sleeve="wide", cuff=look.trim)
    collar = body.bend(
        curve(
            [(-0.056, 0.700), (-0.03, 0.655), (0, 0.642), (0.03, 0.655), (0.056, 0.700)],
            closed=False,
            steps=6,
        )
    )
    sheet.line(collar, 0.018, look.trim, "cloth", gloss=0.8)


def gandoura(sheet: Sheet, look: Look, body: Joints) -> None:
    """Paint the wide Saharan robe, open at the sides, embroidered at neck and pocket."""
    for side in (-1, 1):
        draw_shoe(sheet, look, body.feet[(side + 1) // 2], side)
        i = (side + 1) // 2
        hip, foot = body.hips[i], body.feet[i]
        leg = [
            (hip[0] - 0.04, 0.2),
            (hip[0] + 0.04, 0.2),
            (foot[0] + 0.034, foot[1] + 0.05),
            (foot[0] - 0.034, foot[1] + 0.05),
        ]
        sheet.fill(leg, look.second, "cloth", puff=0.03)
    draw_neck(sheet, look, body)
    wide = []
    for i, side in enumerate((-1, 1)):
        e = body.elbows[i]
        raised = body.shoulders[i][1] - e[1] < 0.08
        out = max(abs(e[0]) + 0.045, 0.20)
        tip_y = e[1] + 0.02 if raised else min(e[1] + 0.02, 0.56)
        wide.append((side * out, tip_y, out))
    (lx, ly, lo), (rx, ry, ro) = wide
    right = [
        (0.052, 0.690),
        (0.105, 0.672),
        (0.150, 0.640),
        (rx, ry),
        (ro * 0.98, ry - 0.12),
        (0.178, 0.24),
        (0.170, 0.085),
        (0.09, 0.070),
    ]
    left = [
        (-0.09, 0.070),
        (-0.170, 0.085),
        (-0.178, 0.24),
        (-lo * 0.98, ly - 0.12),
        (lx, ly),
        (-0.150, 0.640),
        (-0.105, 0.672),
        (-0.052, 0.690),
    ]
    shape = body.bend(rounded([*right, *left]))
    for side in (-1, 1):
        draw_arm(sheet, look, body, side, look.second, sleeve="long")
    sheet.fill(shape, look.main, "cloth", puff=0.07, gloss=0.25)
    folds(sheet, look, body, shape, look.main, low=0.08)
    for x in (-0.15, 0.15):
        fold = body.bend(curve([(x * 0.75, 0.64), (x * 1.05, 0.45), (x, 0.12)], closed=False, steps=6))
        sheet.line(fold, 0.016, scaled(look.main, 0.74), "cloth", within=[shape], opacity=0.6)
    pocket = body.bend([(0.020, 0.575), (0.095, 0.575), (0.095, 0.500), (0.0575, 0.476), (0.020, 0.500)])
    sheet.fill(pocket, scaled(look.main, 0.92), "cloth", within=[shape])
    sheet.line(np.concatenate([pocket, pocket[:1]]), 0.008, look.trim, "cloth", gloss=0.8)
    spot = body.bend([(0.0575, 0.532)])[0]
    sheet.fill(spark(spot, 0.026, 0.012, 8), look.trim, "cloth", gloss=0.8)
    vee = body.bend(
        curve(
            [(-0.050, 0.694), (-0.036, 0.62), (0.0, 0.55), (0.036, 0.62), (0.050, 0.694)],
            closed=False,
            steps=6,
        )
    )
    sheet.line(vee, 0.014, look.trim, "cloth", gloss=0.8)


def _robe(look: Look, body: Joints, *, hem_half: float) -> Doubles:
    """Return the outline of a robe to the ankles; its hem follows the step."""
    w = look.width
    half = 0.128 * w
    lift = [0.35 * body.feet[i][1] for i in (0, 1)]
    right = [
        (0.050, SHOULDER_Y + 0.036),
        (half * 0.82, SHOULDER_Y + 0.014),
        (half + 0.006, SHOULDER_Y - 0.035),
    ]
    right += [(half - 0.004, 0.54), (0.118 * w, 0.42), (0.138 * w, 0.24)]
    left = [(-x, y) for x, y in reversed(right)]
    hem = [
        (hem_half * w, 0.052 + lift[1]),
        (hem_half * w * 0.55, 0.034 + lift[1]),
        (0.0, 0.040 + sum(lift) / 2),
    ]
    hem += [(-hem_half * w * 0.55, 0.034 + lift[0]), (-hem_half * w, 0.052 + lift[0])]
    return body.bend(rounded([*right, *hem, *left]))


def _feet_and_robe(sheet: Sheet, look: Look, body: Joints, *, hem_half: float) -> Doubles:
    for side in (-1, 1):
        draw_shoe(sheet, look, body.feet[(side + 1) // 2], side)
    draw_neck(sheet, look, body)
    shape = _robe(look, body, hem_half=hem_half)
    sheet.fill(shape, look.main, "cloth", puff=0.085, gloss=0.08)
    return shape


def _braid(sheet: Sheet, look: Look, body: Joints, shape: Doubles, *, low: float) -> None:
    for x in (-0.008, 0.008):
        sheet.line(
            body.bend([(x, 0.68), (x, 0.4), (x, low)]), 0.0065, look.trim, "cloth", within=[shape], gloss=0.5
        )
    for y in np.arange(low + 0.02, 0.62, 0.034):
        knot = body.bend([(0.0, float(y))])[0]
        sheet.fill(disc(knot, 0.0065, 0.0065), look.trim, "cloth", gloss=0.7)


def folds(sheet: Sheet, look: Look, body: Joints, shape: Doubles, colour: Colour, *, low: float) -> None:
    """Paint the folds of a skirt or a robe, down to `low`."""
    for x, top in ((-0.085, 0.34), (-0.035, 0.27), (0.045, 0.30), (0.090, 0.36)):
        fold = body.bend(
            curve(
                [(x * 0.8, top), (x * 1.05, (top + low) / 2), (x * 1.25, low + 0.02)], closed=False, steps=6
            )
        )
        sheet.line(fold, 0.014, scaled(colour, 0.72), "cloth", within=[shape], opacity=0.45)


def rounded(points: list[tuple[float, float]]) -> Doubles:
    """Return a closed outline with its corners rounded."""
    return curve(points, steps=6)
