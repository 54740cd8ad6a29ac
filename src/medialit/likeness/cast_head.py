"""A drawn head: features on a ball that turns, so that every landmark is known exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from medialit.likeness.cast_look import SKULL_WIDTH, Look
from medialit.likeness.cast_paint import Doubles, Outline, Sheet, disc
from medialit.likeness.cast_pose import Pose
from medialit.world.colour import Colour, scaled
from medialit.world.sprites import curve, oval

EYE = (0.36, 0.02)  # where the right eye is on the face; the face is a disc of radius 1
MOUTH_Y = -0.50
_WHITE: Colour = (0.97, 0.95, 0.92)
_DARK: Colour = (0.10, 0.07, 0.07)


@dataclass(frozen=True, kw_only=True)
class Skull:
    """Where a head is and how it is turned; lengths in body heights.

    A point of the face is given as (u, v) on the disc that one sees from in front; `at` lifts it to the ball, turns the
    ball and projects it. What is on the far side is pushed out to the outline.
    """

    centre: tuple[float, float]
    radius: float
    yaw_deg: float
    pitch_deg: float
    roll_deg: float

    def at(self, points: Outline, *, depth: float = 1.0) -> Doubles:
        """Return where points of the face are; `depth` is the distance from the ball's centre."""
        uv = np.asarray(points, np.float64).reshape(-1, 2)
        r = np.hypot(uv[:, 0], uv[:, 1])
        uv = uv / np.maximum(r, 1.0)[:, None]
        x, y = uv[:, 0] * depth, uv[:, 1] * depth
        z = depth * np.sqrt(np.maximum(0.0, 1 - np.minimum(r, 1.0) ** 2))
        a, b = np.radians(self.yaw_deg), np.radians(self.pitch_deg)
        x, z = x * np.cos(a) + z * np.sin(a), z * np.cos(a) - x * np.sin(a)
        y, z = y * np.cos(b) + z * np.sin(b), z * np.cos(b) - y * np.sin(b)
        length = np.maximum(np.hypot(x, y), 1e-9)
        out = np.where(z < 0, depth / length, 1.0)
        return self.flat(np.stack([x * out * SKULL_WIDTH, y * out], -1))

    def flat(self, points: Outline) -> Doubles:
        """Return where points of the outline are, in radii: they follow the head's place and tilt only."""
        p = np.asarray(points, np.float64).reshape(-1, 2)
        c, s = np.cos(np.radians(self.roll_deg)), np.sin(np.radians(self.roll_deg))
        # The head tilts about the neck, not about its own middle.
        x, y = p[:, 0], p[:, 1] + 0.8
        x, y = c * x - s * y, s * x + c * y - 0.8
        return np.stack([self.centre[0] + self.radius * x, self.centre[1] + self.radius * y], -1)

    def faces(self, u: float, v: float) -> bool:
        """Return whether a point of the face is on the near side."""
        z = np.sqrt(max(0.0, 1 - u * u - v * v))
        a, b = np.radians(self.yaw_deg), np.radians(self.pitch_deg)
        return bool((z * np.cos(a) - u * np.sin(a)) * np.cos(b) - v * np.sin(b) > 0.05)


def skull_outline(skull: Skull, look: Look) -> Doubles:
    """Return the outline of the head, jaw and chin included."""
    turn = 0.16 * np.sin(np.radians(skull.yaw_deg))
    up = 0.10 * np.sin(np.radians(skull.pitch_deg))
    j, w, f = look.jaw, SKULL_WIDTH, look.face
    side = [(0.62 * w, 0.80), (0.93 * w, 0.40), (0.98 * w * f, 0.0), (0.92 * w * f, -0.38)]
    side += [((0.64 + 0.16 * j) * w * f, -0.74), ((0.28 + 0.20 * j) * w * f, -0.97 + 0.02 * j)]
    right = [(x + turn * max(0.0, -y), y + up * max(0.0, -y)) for x, y in side]
    left = [(-x + turn * max(0.0, -y), y + up * max(0.0, -y)) for x, y in reversed(side)]
    return skull.flat(curve([(0, 1.0), *right, (turn * 1.02, -1.02 + up), *left], steps=8))


def draw_head(sheet: Sheet, skull: Skull, look: Look, pose: Pose) -> None:
    """Paint ears, face and beard; hair and what is worn on the head come after."""
    r = skull.radius
    deep = scaled(look.skin, (0.84, 0.74, 0.70))
    turned = [side for side in (-1, 1) if side * skull.yaw_deg < -8]  # an ear that has come to the front
    bare = look.headwear not in ("hijab", "hood", "turban")
    for side in (-1, 1):
        if bare and side not in turned:
            _ear(sheet, skull, look, side, deep)
    sheet.fill(skull_outline(skull, look), look.skin, "skin", puff=0.62 * r, gloss=0.10, lift=0.35)
    _cheeks(sheet, skull, look)
    _lines(sheet, skull, look, deep)
    _beard(sheet, skull, look)
    for side in turned:
        if bare:
            _ear(sheet, skull, look, side, deep)
    _nose(sheet, skull, look, deep)
    _mouth(sheet, skull, look, pose)
    for side in (-1, 1):
        if skull.faces(side * EYE[0], EYE[1]):
            _eye(sheet, skull, look, pose, side)


def _ear(sheet: Sheet, skull: Skull, look: Look, side: int, deep: Colour) -> None:
    r = skull.radius
    ear = skull.at([(side * 0.999, -0.06)])[0] + np.array([-side * 0.02 * r, 0])
    sheet.fill(disc(ear, 0.15 * r, 0.22 * r), look.skin, "skin", puff=0.1 * r, lift=0.2)
    sheet.fill(disc(ear, 0.07 * r, 0.12 * r), deep, "skin", opacity=0.7)


def _cheeks(sheet: Sheet, skull: Skull, look: Look) -> None:
    within = [skull_outline(skull, look)]
    rose = scaled(look.skin, (1.06, 0.72, 0.68))
    for side in (-1, 1):
        for size, opacity in ((0.24, 0.22), (0.17, 0.26)):
            spot = skull.at(oval(side * 0.54, -0.27, size, size * 0.72))
            sheet.fill(spot, rose, "skin", within=within, opacity=opacity)
    if look.freckles:
        for u, v in (
            (0.42, -0.14),
            (0.54, -0.20),
            (0.50, -0.08),
            (0.62, -0.12),
            (0.36, -0.22),
            (0.66, -0.22),
        ):
            for side in (-1, 1):
                dot = skull.at(oval(side * u, v - 0.02 * side, 0.028, 0.028))
                sheet.fill(dot, scaled(look.skin, (0.80, 0.60, 0.48)), "skin", opacity=0.8)


def _nose(sheet: Sheet, skull: Skull, look: Look, deep: Colour) -> None:
    r = skull.radius
    bridge = skull.at([(0.0, 0.10), (0.0, -0.20)], depth=1.10)
    sheet.line(bridge, 0.13 * r, scaled(look.skin, 1.04), "skin", opacity=0.35)
    tip = skull.at([(0.0, -0.22)], depth=1.14)[0]
    shadow = skull.at(oval(0.0, -0.22 - 0.08 * look.nose, 0.15 * look.nose, 0.06), depth=1.06)
    sheet.fill(shadow, deep, "skin", opacity=0.55)
    sheet.fill(
        disc(tip, 0.125 * r * look.nose, 0.105 * r * look.nose),
        scaled(look.skin, 1.02),
        "skin",
        puff=0.12 * r,
        gloss=0.35,
        lift=0.18,
    )


def _eye(sheet: Sheet, skull: Skull, look: Look, pose: Pose, side: int) -> None:
    u, v = side * EYE[0], EYE[1]
    ru, full = 0.145 * look.eye_size, 0.172 * look.eye_size
    rv = full * max(pose.eye_open, 0.001)
    lid = skull.at(oval(u, v, ru * 1.06, full * 1.08))
    sheet.fill(lid, scaled(look.skin, (0.90, 0.82, 0.80)), "skin", opacity=0.6)
    r = skull.radius
    if pose.eye_open > 0.12:
        white = skull.at(oval(u, v, ru, rv))
        sheet.fill(white, _WHITE, "detail", gloss=0.3)
        iu, iv = u + 0.045 * pose.gaze[0], v + 0.045 * pose.gaze[1]
        sheet.fill(
            skull.at(oval(iu, iv, 0.100 * look.eye_size, 0.115 * look.eye_size)),
            look.eyes,
            "detail",
            gloss=0.9,
            within=[white],
        )
        sheet.fill(skull.at(oval(iu, iv, 0.056, 0.064)), _DARK, "detail", gloss=0.9, within=[white])
        sheet.fill(skull.at(oval(iu - 0.04, iv + 0.05, 0.034, 0.038)), _WHITE, "detail", within=[white])
    lash = skull.at(oval(u, v - 0.02 * (1 - pose.eye_open), ru * 1.04, rv + 0.004, start=8, stop=172))
    if pose.eye_open <= 0.12:
        lash = skull.at(oval(u, v - 0.02, ru, 0.05, start=190, stop=350))
    sheet.line(lash, (0.060 if look.lashes else 0.042) * r, _DARK, "detail", opacity=0.9)
    if look.lashes and pose.eye_open > 0.12:
        corner = [(u + side * ru * 0.92, v + rv * 0.42), (u + side * ru * 1.28, v + rv * 0.80)]
        sheet.line(skull.at(corner), 0.050 * r, _DARK, "detail", opacity=0.9)
    lift = 0.05 * pose.brow
    thick = {True: 0.062, False: 0.092}[look.lashes] * r
    arch = [(u - side * 0.17, 0.295 + lift), (u + side * 0.02, 0.355 + lift), (u + side * 0.19, 0.27 + lift)]
    colour = scaled(look.hair, 0.9)
    sheet.line(skull.at(curve(arch, closed=False, steps=6), depth=1.02), thick, colour, "hair", opacity=0.92)


def mouth_points(pose: Pose) -> tuple[tuple[float, float], tuple[float, float], float, float]:
    """Return on the face: the left and right corner, and the height of the upper and the lower lip."""
    half = 0.24 * pose.mouth_width + 0.035 * pose.smile
    corner_y = MOUTH_Y + 0.085 * pose.smile
    top = MOUTH_Y + 0.05 * pose.mouth_open
    return (-half, corner_y), (half, corner_y), top, MOUTH_Y - 0.02 - 0.24 * pose.mouth_open


def _mouth(sheet: Sheet, skull: Skull, look: Look, pose: Pose) -> None:
    left, right, top, bottom = mouth_points(pose)
    r, lips = skull.radius, look.lip_colour
    upper = curve(
        [left, (left[0] * 0.5, top + 0.005), (0, top - 0.005), (right[0] * 0.5, top + 0.005), right],
        closed=False,
        steps=6,
    )
    if pose.mouth_open < 0.06:
        bow = curve(
            [
                left,
                (left[0] * 0.5, MOUTH_Y - 0.01),
                (0, MOUTH_Y - 0.03),
                (right[0] * 0.5, MOUTH_Y - 0.01),
                right,
            ],
            closed=False,
            steps=6,
        )
        if look.lips is not None:
            plump = oval(0, MOUTH_Y - 0.035, abs(left[0]) * 0.72, 0.075)
            sheet.fill(skull.at(plump), lips, "skin", gloss=0.35)
        sheet.line(skull.at(bow), 0.055 * r, scaled(lips, 0.62), "skin")
        return
    lower = curve(
        [
            right,
            (right[0] * 0.62, (bottom + right[1]) / 2 - 0.03),
            (0, bottom),
            (left[0] * 0.62, (bottom + left[1]) / 2 - 0.03),
            left,
        ],
        closed=False,
        steps=6,
    )
    hole = skull.at(np.concatenate([upper, lower]))
    sheet.fill(hole, (0.34, 0.08, 0.09), "detail")
    sheet.fill(
        skull.at(oval(0, bottom + 0.02, right[0] * 0.62, 0.11)), (0.82, 0.36, 0.36), "detail", within=[hole]
    )
    sheet.fill(
        skull.at(oval(0, top + 0.03, right[0] * 0.80, 0.085)), _WHITE, "detail", within=[hole], gloss=0.4
    )
    sheet.line(np.concatenate([hole, hole[:1]]), 0.055 * r, lips, "skin")


def _beard(sheet: Sheet, skull: Skull, look: Look) -> None:
    if look.beard == "none":
        return
    r = skull.radius
    inside = [skull_outline(skull, look)] if look.beard in ("stubble", "moustache") else []
    style = {"opacity": 0.22} if look.beard == "stubble" else {"puff": 0.12 * r, "gloss": 0.08, "lift": 0.2}
    colour = look.hair
    if look.beard != "moustache":
        long = {"stubble": 0.0, "short": 0.05, "full": 0.20}[look.beard]
        outline = skull_outline(skull, look)
        swell = (outline - np.array(skull.centre)) * (1.02 + 0.2 * long) + np.array(skull.centre)
        grown = swell + np.array([0.0, -long * r])
        jaw = [(0.985, 0.14), (0.90, -0.02), (0.76, -0.24), (0.48, -0.33), (0.20, -0.32), (0, -0.34)]
        inner = [*jaw, *((-u, v) for u, v in reversed(jaw[:-1]))]
        low = skull.at([(-1, -1.2)])[0][1]
        frame = skull.at(curve(inner, closed=False, steps=4))
        pad = np.array([[r * 1.6, 0]])
        region = np.concatenate(
            [
                [frame[0] + pad[0]],
                frame,
                [frame[-1] - pad[0]],
                [[skull.centre[0] - 2 * r, low - 2 * r]],
                [[skull.centre[0] + 2 * r, low - 2 * r]],
            ]
        )
        sheet.fill(grown, colour, "hair", within=[region, *inside], **style)  # type: ignore[arg-type]
        gap = skull.at(oval(0, MOUTH_Y - 0.02, 0.27, 0.10))
        if look.beard != "stubble":
            sheet.fill(gap, scaled(look.skin, 0.95), "skin")
    if look.beard != "stubble":
        wing = [(0, -0.34), (0.16, -0.33), (0.36, -0.50), (0.28, -0.50), (0.14, -0.43), (0, -0.42)]
        if look.beard == "moustache":
            wing = [(0, -0.33), (0.16, -0.31), (0.32, -0.37), (0.36, -0.44), (0.16, -0.42), (0, -0.405)]
        both = [*wing, *((-u, v) for u, v in reversed(wing[1:-1]))]
        sheet.fill(skull.at(curve(both, steps=5), depth=1.03), colour, "hair", puff=0.06 * r, lift=0.15)


def _lines(sheet: Sheet, skull: Skull, look: Look, deep: Colour) -> None:
    if look.wrinkles <= 0:
        return
    r, opacity = skull.radius, 0.55 * look.wrinkles
    for side in (-1, 1):
        fold = curve(
            [(side * 0.24, -0.24), (side * 0.36, -0.36), (side * 0.38, -0.50)], closed=False, steps=6
        )
        crow = [[(side * 0.55, 0.03), (side * 0.68, 0.07)], [(side * 0.55, -0.03), (side * 0.67, -0.05)]]
        bag = oval(side * EYE[0], -0.12, 0.14, 0.06, start=200, stop=340)
        lines: list[Outline] = [fold, *crow, bag]
        for line in lines:
            sheet.line(skull.at(line), 0.035 * r, deep, "skin", opacity=opacity)
    for v in (0.46, 0.55):
        brow = curve([(-0.26, v), (0, v + 0.025), (0.26, v)], closed=False, steps=6)
        sheet.line(skull.at(brow), 0.030 * r, deep, "skin", opacity=opacity * 0.8)
