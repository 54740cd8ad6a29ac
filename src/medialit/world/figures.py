"""One object at one instant: its shadow on the ground, its sprite turned, lit and laid on the picture."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from medialit.world.backdrops import Light
from medialit.world.colour import as_rgb
from medialit.world.kinds import sprite
from medialit.world.scene import Scene
from medialit.world.shapes import SHAPES
from medialit.world.sprites import EXTENT, Sprite, fitting_resolution
from medialit.world.staging import Staging
from medialit.world.view import CAMERA_DISTANCE_M, GROUND_M, HORIZON_M, Floats, ground_y_m, px_per_m

_DEPTH_RISE = (HORIZON_M - GROUND_M) / CAMERA_DISTANCE_M  # metres up the screen for a metre away


@dataclass(frozen=True, eq=False)
class Figure:
    """One object at one instant, in pixels."""

    kind: str
    phase: int
    sprite: Sprite
    rgb: Floats
    centre: tuple[float, float]
    ground_y: float
    radius: float
    height_m: float  # of the centre above the ground
    radius_m: float
    angle: float
    mirrored: bool
    opacity: float
    mottle: float
    shadow_shift: float

    @classmethod
    def of(cls, scene: Scene, staging: Staging, t: int, i: int, size: tuple[int, int]) -> Figure:
        """Pose object `i` of a scene at instant `t` for a picture of `size`."""
        tracks, thing = staging.tracks, scene.objects[i]
        x, y = tracks.px(size)[t, i]
        k = px_per_m(size) * tracks.scale[i]
        radius = float(tracks.radius_m[i] * k)
        shape = SHAPES[thing.kind]
        resolution = fitting_resolution(radius)
        phase = phase_of(thing.kind, float(tracks.stride_rad[t, i]))
        maps = sprite(thing.kind, phase, resolution)
        target, amount = staging.morph_to[i], float(staging.morph[t, i])
        if target is not None and amount > 0:
            maps = _blend(maps, sprite(target, 0, resolution), amount)
        ground = size[1] - (ground_y_m(float(tracks.scale[i])) - tracks.camera_m[t, 1]) * px_per_m(size)
        return cls(
            kind=thing.kind,
            phase=phase,
            sprite=maps,
            rgb=np.clip(np.asarray(thing.rgb) + staging.tint[t, i], 0, 1).astype(np.float32),
            centre=(float(x), float(y)),
            ground_y=float(ground),
            radius=radius,
            height_m=float(tracks.position_m[t, i, 1]),
            radius_m=float(tracks.radius_m[i]),
            angle=float(tracks.angle_rad[t, i]),
            mirrored=tracks.mirrored[i] and shape.gait != "round",
            opacity=float(staging.opacity[t, i]),
            mottle=float(staging.mottle[t, i]),
            shadow_shift=float(staging.shadow_shift_m[t, i] * k),
        )

    def axes(self) -> Floats:
        """Return the 2 x 2 map from sprite radii (y up) to radii on the screen (y down)."""
        c, s, m = np.cos(self.angle), np.sin(self.angle), -1.0 if self.mirrored else 1.0
        return np.array([[c * m, -s], [-s * m, -c]], np.float32)

    def draw(self, picture: Floats, light: Light, *, seed: int) -> None:
        """Lay the lit object on a picture of shape (H, W, 3), in place."""
        if self.opacity <= 0:
            return
        window = _window(self.centre[0], self.centre[1], EXTENT * self.radius, picture)
        if window is None:
            return
        fixed, matter, relief = self._resample(window)
        alpha = matter[..., 1]
        safe = np.maximum(alpha, 1e-3)[..., None]
        m = -1.0 if self.mirrored else 1.0
        c, s = np.float32(np.cos(self.angle)), np.float32(np.sin(self.angle))
        nx0, ny0 = relief[..., 0] / safe[..., 0] * np.float32(m), relief[..., 1] / safe[..., 0]
        nx, ny = c * nx0 - s * ny0, s * nx0 + c * ny0
        nz = np.sqrt(np.maximum(0, 1 - nx * nx - ny * ny))
        albedo = fixed + matter[..., :1] * self.rgb
        if self.mottle > 0:
            albedo *= 1 + self.mottle * _blotches(window, self.centre, self.radius, seed)
        toward = light.unit
        facing = np.clip((nx * toward[0] + ny * toward[1] + nz * toward[2] + 0.30) / 1.30, 0, 1)[..., None]
        hemisphere = (0.5 + 0.5 * ny)[..., None]
        ambient = as_rgb(light.bounce) * (1 - hemisphere) + as_rgb(light.sky) * hemisphere
        half = toward + np.array([0, 0, 1], np.float32)
        half /= np.linalg.norm(half)
        mirror = np.clip(nx * half[0] + ny * half[1] + nz * half[2], 0, 1)
        shine = (matter[..., 2] * (mirror**48) * 0.75)[..., None] * as_rgb(light.sun)
        rim = (0.22 * (1 - nz) ** 3 * alpha * np.clip(ny + 0.4, 0, 1))[..., None] * as_rgb(light.sky)
        glow = matter[..., 3:]
        lit = (
            albedo * ((ambient + as_rgb(light.sun) * facing) * (1 - 0.75 * glow) + 0.95 * glow) + shine + rim
        )
        top, bottom, left, right = window
        region = picture[top:bottom, left:right]
        region *= 1 - (alpha * self.opacity)[..., None]
        region += np.minimum(lit, 1.0) * self.opacity

    def cast_shadow(self, picture: Floats, light: Light) -> None:
        """Darken the ground where the object keeps the light away, in place."""
        if self.opacity <= 0:
            return
        shape = SHAPES[self.kind]
        lift = max(0.0, self.height_m - shape.foot * self.radius_m)
        k = self.radius / self.radius_m
        d = light.direction
        x = self.centre[0] + self.shadow_shift - lift * k * d[0] / d[1]
        y = self.ground_y - lift * k * _DEPTH_RISE * d[2] / d[1]
        reach = max(shape.half_width, 0.75) * self.radius
        blur = (light.softness_m + 0.10 * lift) * k + 0.5
        long = shape.foot * self.radius * abs(d[0] / d[1])
        shift = -np.sign(d[0]) * long
        window = _window(x + shift, y, reach + long + 3 * blur + 2, picture)
        if window is None:
            return
        top, bottom, left, right = window
        xs = np.arange(left, right, dtype=np.float32)[None, :] + 0.5 - np.float32(x)
        ys = np.arange(top, bottom, dtype=np.float32)[:, None] + 0.5 - np.float32(y)
        tall = 0.17 * self.radius + 0.6 * blur
        rise = 2 * self.radius * _DEPTH_RISE * d[2] / d[1] * 0.5
        cast = _ellipse(xs - np.float32(shift), ys + np.float32(rise), reach * 0.85 + long, tall + rise, blur)
        strength = light.shadow * self.opacity / (1 + 0.55 * lift)
        contact = _ellipse(xs, ys, reach * 0.72, 0.11 * self.radius + 0.5, 0.05 * k + 0.5)
        contact = contact * np.float32(0.45 * np.exp(-lift / 0.10) * self.opacity)
        region = picture[top:bottom, left:right]
        region *= ((1 - np.float32(strength) * cast) * (1 - contact))[..., None]

    def shed_light(self, picture: Floats, light: Light) -> None:
        """Brighten what is around an object that shines, in place; only a lantern does."""
        if self.kind != "lantern" or self.opacity <= 0:
            return
        reach = 3.0 * self.radius
        window = _window(self.centre[0], self.centre[1], 2.2 * reach, picture)
        if window is None:
            return
        top, bottom, left, right = window
        gx = np.exp(-(((np.arange(left, right) + 0.5 - self.centre[0]) / reach) ** 2)).astype(np.float32)
        gy = np.exp(-(((np.arange(top, bottom) + 0.5 - self.centre[1]) / reach) ** 2)).astype(np.float32)
        colour = (0.55 * self.rgb + as_rgb((0.45, 0.36, 0.20))) * np.float32(0.34 * light.lamp * self.opacity)
        picture[top:bottom, left:right] += (gy[:, None] * gx[None, :])[..., None] * colour

    def _resample(self, window: tuple[int, int, int, int]) -> tuple[Floats, Floats, Floats]:
        """Return the sprite's maps turned, scaled and moved into a window of the picture."""
        top, bottom, left, right = window
        n = self.sprite.matter.shape[0]
        k = n / (2 * EXTENT)
        back = np.linalg.inv(self.axes().astype(np.float64)) / self.radius  # screen px -> radii, y up
        to_sprite = np.array([[k, 0], [0, -k]]) @ back
        origin = np.array([left + 0.5 - self.centre[0], top + 0.5 - self.centre[1]])
        offset = to_sprite @ origin + EXTENT * k - 0.5
        matrix = np.concatenate([to_sprite, offset[:, None]], axis=1).astype(np.float32)
        size = (right - left, bottom - top)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        fixed, matter, relief = (
            np.asarray(cv2.warpAffine(m, matrix, size, flags=flags), np.float32)
            for m in (self.sprite.fixed, self.sprite.matter, self.sprite.relief)
        )
        return fixed, matter, relief


def phase_of(kind: str, stride_rad: float) -> int:
    """Return which step of its own movement a thing is in, from 0 to ``SHAPES[kind].n_phases - 1``."""
    n = SHAPES[kind].n_phases
    turn = stride_rad / (2 * np.pi) * (6 if kind == "car" else 1)
    return int(np.floor(abs(turn) * n + 0.5)) % n


def _window(x: float, y: float, reach: float, picture: Floats) -> tuple[int, int, int, int] | None:
    """Return (top, bottom, left, right) of a square around a point, cut to the picture; None outside."""
    top, bottom = max(0, int(y - reach)), min(picture.shape[0], int(np.ceil(y + reach)) + 1)
    left, right = max(0, int(x - reach)), min(picture.shape[1], int(np.ceil(x + reach)) + 1)
    return (top, bottom, left, right) if top < bottom and left < right else None


def _ellipse(xs: Floats, ys: Floats, rx: float, ry: float, blur: float) -> Floats:
    """Return an ellipse with a soft edge, 0 to 1."""
    r = np.sqrt((xs / np.float32(rx)) ** 2 + (ys / np.float32(ry)) ** 2)
    edge = np.float32(blur / min(rx, ry))
    t = np.clip((1 + edge - r) / (2 * edge), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def _blend(a: Sprite, b: Sprite, amount: float) -> Sprite:
    """Return a shape part of the way from `a` to `b`: outlines by distance, paint by mixing."""
    w = np.float32(amount)
    edge = (1 - w) * a.relief[..., 2] + w * b.relief[..., 2]
    pixel = 2 * EXTENT / edge.shape[0]
    alpha = np.clip(edge / pixel + 0.5, 0, 1).astype(np.float32)
    solid_a, solid_b = (np.maximum(s.matter[..., 1:2], 1e-3) for s in (a, b))
    share = np.where(solid_a + solid_b > 0.01, w * solid_b / ((1 - w) * solid_a + w * solid_b + 1e-6), w)
    fixed = ((1 - share) * a.fixed / solid_a + share * b.fixed / solid_b) * alpha[..., None]
    rest = ((1 - share) * a.matter / solid_a + share * b.matter / solid_b) * alpha[..., None]
    normal = ((1 - share) * a.relief[..., :2] / solid_a + share * b.relief[..., :2] / solid_b) * alpha[
        ..., None
    ]
    matter = np.concatenate([rest[..., :1], alpha[..., None], rest[..., 2:]], -1)
    return Sprite(
        fixed.astype(np.float32),
        matter.astype(np.float32),
        np.concatenate([normal, edge[..., None]], -1).astype(np.float32),
    )


def _blotches(
    window: tuple[int, int, int, int], centre: tuple[float, float], radius: float, seed: int
) -> Floats:
    """Return blotchy noise of mean 0 over a window, fixed to the object, shape (h, w, 1)."""
    rng = np.random.default_rng([seed, 0xB107])
    n = 9
    values = rng.uniform(-1, 1, (n, n)).astype(np.float32)
    top, bottom, left, right = window
    k = (n - 1) / (2 * EXTENT * radius)
    matrix = np.array(
        [
            [k, 0, (left + 0.5 - centre[0]) * k + (n - 1) / 2],
            [0, k, (top + 0.5 - centre[1]) * k + (n - 1) / 2],
        ],
        np.float32,
    )
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    out = cv2.warpAffine(
        values, matrix, (right - left, bottom - top), flags=flags, borderMode=cv2.BORDER_REFLECT
    )
    return np.asarray(out, np.float32)[..., None]
