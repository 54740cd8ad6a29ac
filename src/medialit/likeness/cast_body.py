"""A drawn body: joints from a pose, and the limbs between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from medialit.likeness.cast_head import Skull
from medialit.likeness.cast_look import Look
from medialit.likeness.cast_paint import Doubles, Outline, Sheet, disc
from medialit.likeness.cast_pose import Arm, Pose
from medialit.world.colour import Colour, scaled
from medialit.world.sprites import curve, oval

_UPPER, _FORE = 0.128, 0.118  # lengths of the arm, in body heights
SHOULDER_Y, HIP_Y = 0.655, 0.345
_FOOT_X = 0.062

Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Joints:
    """Where the joints are, in body heights; left and right are the picture's."""

    shoulders: tuple[Point, Point]
    elbows: tuple[Point, Point]
    hands: tuple[Point, Point]
    hips: tuple[Point, Point]
    feet: tuple[Point, Point]
    neck: Point
    skull: Skull
    bend: Callable[[Outline], Doubles]
    """Moves a point of the upright body to where leaning, breathing and stepping bring it."""


def joints(look: Look, pose: Pose) -> Joints:
    """Return where a pose puts the joints of a body."""
    half = 0.128 * look.width

    def bend(points: Outline) -> Doubles:
        p = np.asarray(points, np.float64).reshape(-1, 2)
        x, y = p[:, 0], p[:, 1]
        t = np.clip(y / 0.30, 0, 1)
        chest = np.exp(-(((y - 0.56) / 0.13) ** 2)) * (pose.breath - 0.5)
        return np.stack(
            [
                x * (1 + 0.05 * chest) + pose.lean * np.maximum(y, 0),
                y + pose.rise * t * t * (3 - 2 * t) + 0.006 * chest,
            ],
            -1,
        )

    shoulders, elbows, hands, hips, feet = [], [], [], [], []
    for side, arm, lift in ((-1, pose.left_arm, pose.left_foot), (1, pose.right_arm, pose.right_foot)):
        shoulder = _point(bend([(side * (half - 0.026), SHOULDER_Y - 0.030)]))
        elbow, hand = _arm(shoulder, arm, side)
        shoulders.append(shoulder)
        elbows.append(elbow)
        hands.append(hand)
        hips.append(_point(bend([(side * 0.050 * look.width, HIP_Y)])))
        feet.append((side * _FOOT_X, lift))
    tall = look.head
    neck_y = SHOULDER_Y + 0.035
    neck = _point(bend([(0.0, neck_y)]))
    centre = _point(bend([(0.0, neck_y + 0.90 * tall)]))
    skull = Skull(
        centre=(centre[0] + 0.012 * float(np.sin(np.radians(pose.yaw_deg))), centre[1]),
        radius=tall,
        yaw_deg=pose.yaw_deg,
        pitch_deg=pose.pitch_deg,
        roll_deg=pose.roll_deg,
    )
    return Joints(
        shoulders=(shoulders[0], shoulders[1]),
        elbows=(elbows[0], elbows[1]),
        hands=(hands[0], hands[1]),
        hips=(hips[0], hips[1]),
        feet=(feet[0], feet[1]),
        neck=neck,
        skull=skull,
        bend=bend,
    )


def _arm(shoulder: Point, arm: Arm, side: int) -> tuple[Point, Point]:
    a, b = np.radians(arm[0]), np.radians(arm[1])
    elbow = shoulder[0] + side * _UPPER * float(np.sin(a)), shoulder[1] - _UPPER * float(np.cos(a))
    hand = elbow[0] + side * _FORE * float(np.sin(b)), elbow[1] - _FORE * float(np.cos(b))
    return elbow, hand


def _point(points: Doubles) -> Point:
    return float(points[0, 0]), float(points[0, 1])


def tube(points: Sequence[Point], radii: Sequence[float]) -> Doubles:
    """Return the outline of a limb: a smooth path with a radius at each of its points, round at both ends."""
    path = curve(points, closed=False, steps=8)
    stations = np.linspace(0, len(points) - 1, len(path))
    radius = np.interp(stations, np.arange(len(points)), radii)[:, None]
    along = np.gradient(path, axis=0)
    along /= np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    across = np.stack([-along[:, 1], along[:, 0]], -1)
    caps = []
    for end, out in ((-1, along[-1]), (0, -along[0])):
        start = np.arctan2(*(across[end] if end else -across[end])[::-1])
        a = start - np.linspace(0, np.pi, 24)[1:-1]
        caps.append(path[end] + radius[end] * np.stack([np.cos(a), np.sin(a)], -1))
        assert len(out) == 2
    return np.concatenate([path + radius * across, caps[0], (path - radius * across)[::-1], caps[1]])


def draw_hand(sheet: Sheet, look: Look, elbow: Point, hand: Point, side: int) -> None:
    """Paint a hand; raised, it shows its fingers."""
    r = 0.029
    up = np.array(hand) - np.array(elbow)
    up /= max(float(np.hypot(*up)), 1e-9)
    across = np.array([up[1], -up[0]])
    palm = np.array(hand) + 0.4 * r * up
    if up[1] > 0.2:
        for spread in (-0.75, -0.27, 0.22, 0.70):
            tip = palm + r * (1.75 - 0.3 * abs(spread)) * up + 1.15 * spread * r * across
            sheet.line(
                [tuple(palm + 0.7 * spread * r * across), tuple(tip)], 0.60 * r, look.skin, "skin", lift=0.15
            )
    thumb = palm - side * r * 1.25 * across * (1 if up[1] > 0 else -1) + 0.35 * r * up
    sheet.line([tuple(palm), tuple(thumb)], 0.60 * r, look.skin, "skin")
    sheet.fill(disc(palm, r, r * 1.05), look.skin, "skin", puff=r, gloss=0.1, lift=0.2)


def draw_arm(
    sheet: Sheet,
    look: Look,
    body: Joints,
    side: int,
    colour: Colour,
    *,
    sleeve: str = "long",
    cuff: Colour | None = None,
) -> None:
    """Paint an arm; a sleeve is ``long``, ``short`` or ``wide``, as of a robe."""
    i = (side + 1) // 2
    s, e, h = body.shoulders[i], body.elbows[i], body.hands[i]
    if sleeve == "short":
        mid = 0.22 * np.array(s) + 0.78 * np.array(e)
        sheet.fill(tube([s, e], [0.030, 0.025]), look.skin, "skin", puff=0.03)
        sheet.fill(tube([s, (float(mid[0]), float(mid[1]))], [0.041, 0.044]), colour, "cloth", puff=0.035)
        sheet.fill(tube([e, h], [0.025, 0.020]), look.skin, "skin", puff=0.03, lift=0.15)
        draw_hand(sheet, look, e, h, side)
        return
    draw_hand(sheet, look, e, h, side)
    wrist = np.array(e) + 0.92 * (np.array(h) - np.array(e))
    radii = [0.041, 0.044, 0.058] if sleeve == "wide" else [0.040, 0.036, 0.030]
    if sleeve == "wide":
        wrist = np.array(e) + 0.80 * (np.array(h) - np.array(e))
    fore = tube([e, (float(wrist[0]), float(wrist[1]))], radii[1:])
    sheet.fill(tube([s, e], radii[:2]), colour, "cloth", also=[fore], puff=0.04, lift=0.30)
    if sleeve == "wide" and look.stripes:
        sheet.line([s, e, (float(wrist[0]), float(wrist[1]))], 0.012, look.second, "cloth", opacity=0.7)
    if cuff is not None:
        along = (wrist - np.array(e)) / max(float(np.hypot(*(wrist - np.array(e)))), 1e-9)
        across = np.array([-along[1], along[0]]) * radii[-1]
        edge = wrist + along * radii[-1] * 0.35
        sheet.line([tuple(edge - across), tuple(edge + across)], 0.018, cuff, "cloth", within=[fore])


def draw_leg(
    sheet: Sheet, look: Look, body: Joints, side: int, colour: Colour, *, bare: bool = False
) -> None:
    """Paint a leg and its shoe; with `bare`, shorts end above the knee and a sock shows."""
    i = (side + 1) // 2
    hip, foot = body.hips[i], body.feet[i]
    knee = ((hip[0] + foot[0]) / 2 + side * 0.30 * foot[1], (hip[1] + foot[1] + 0.05) / 2 + 0.12 * foot[1])
    ankle = (foot[0], foot[1] + (0.050 if bare else 0.082))
    if not bare:
        draw_shoe(sheet, look, foot, side)
        shin = tube([knee, ankle], [0.049, 0.040])
        sheet.fill(tube([hip, knee], [0.058, 0.049]), colour, "cloth", also=[shin], puff=0.05, lift=0.3)
        return
    shin = tube([knee, ankle], [0.034, 0.026])
    sheet.fill(tube([hip, knee], [0.046, 0.034]), look.skin, "skin", also=[shin], puff=0.04)
    sock = (knee[0] * 0.35 + ankle[0] * 0.65, knee[1] * 0.35 + ankle[1] * 0.65)
    sheet.fill(tube([sock, ankle], [0.031, 0.029]), look.second, "cloth", puff=0.03)
    draw_shoe(sheet, look, foot, side)
    short = (hip[0] * 0.35 + knee[0] * 0.65 + side * 0.006, hip[1] * 0.35 + knee[1] * 0.65)
    sheet.fill(tube([hip, short], [0.058, 0.062]), colour, "cloth", puff=0.05)


def draw_shoe(sheet: Sheet, look: Look, foot: Point, side: int) -> None:
    """Paint a shoe from in front; the sole is on the ground where the foot is."""
    x, y = foot
    colour = look.shoe_colour
    if look.shoes == "balgha":
        toe = [
            (x - side * 0.030, y),
            (x + side * 0.030, y),
            (x + side * 0.056, y + 0.016),
            (x + side * 0.030, y + 0.046),
        ]
        toe += [(x - side * 0.016, y + 0.048), (x - side * 0.040, y + 0.020)]
        sheet.fill(curve(toe, steps=6), colour, "shoes", puff=0.03, gloss=0.3)
        inner = oval(x - side * 0.002, y + 0.040, 0.020, 0.009)
        sheet.fill(inner, scaled(colour, 0.55), "shoes")
        return
    tall = 0.085 if look.shoes == "boots" else 0.050
    body = [
        (x - 0.046, y),
        (x + 0.046, y),
        (x + 0.050, y + 0.022),
        (x + 0.034, y + tall),
        (x - 0.034, y + tall),
        (x - 0.050, y + 0.022),
    ]
    shape = curve([(px + side * 0.008, py) for px, py in body], steps=6)
    shape[:, 1] = np.maximum(shape[:, 1], y)
    sheet.fill(shape, colour, "shoes", puff=0.034, gloss=0.35)
    sole = [(x - 0.06, y - 0.01), (x + 0.07, y - 0.01), (x + 0.07, y + 0.011), (x - 0.06, y + 0.011)]
    white: Colour = (0.94, 0.94, 0.92) if look.shoes == "trainers" else scaled(colour, 0.5)
    sheet.fill(sole, white, "shoes", within=[shape])
    if look.shoes == "trainers":
        for h in (0.026, 0.036):
            lace = [(x - 0.016 + side * 0.008, y + h), (x + 0.016 + side * 0.008, y + h)]
            sheet.line(lace, 0.006, (0.95, 0.95, 0.95), "shoes")


def draw_neck(sheet: Sheet, look: Look, body: Joints) -> None:
    """Paint the neck and what an open collar shows of the chest."""
    wide = 0.040 + 0.006 * (look.width - 1)
    top = body.skull.centre[0], body.skull.centre[1] - 0.6 * body.skull.radius
    base = (body.neck[0], body.neck[1] - 0.035)
    sheet.fill(tube([top, base], [wide, wide * 1.1]), scaled(look.skin, 0.90), "skin", puff=0.05)
