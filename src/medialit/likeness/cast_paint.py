"""The sheet on which a person is painted: parts with colour and relief, lit at the end like everything in the world.

A part is a region with a colour; a *puffed* part swells like clay from its outline, as in
`medialit.world.sprites`, and a flat one lies on what is under it. Unlike there, a part touches only its own
surroundings, so that a person of a hundred parts is painted thirty times a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.world.backdrops import Light
from medialit.world.colour import Colour, as_rgb
from medialit.world.sprites import oval, star
from medialit.world.view import Floats

Doubles = NDArray[np.float64]
Outline = Sequence[tuple[float, float]] | Doubles

LABELS = ("nothing", "skin", "hair", "cloth", "shoes", "detail")
"""What the label map's numbers mean, in order."""

STUDIO = Light((-0.55, 0.85, 0.75), (0.66, 0.64, 0.60), (0.48, 0.50, 0.54), (0.40, 0.37, 0.34), 0.40, 0.09)
"""The light that a person is painted in where no place gives another: soft, from the upper left."""

_SUPERSAMPLE = 2
_WRAP = 0.30  # how far the light reaches around; the same number lights the world's objects


@dataclass(frozen=True, eq=False)
class Painting:
    """A painted person without light.

    Parameters
    ----------
    albedo : ndarray of float32, shape (H, W, 3)
        Colour under white light, multiplied by alpha.
    alpha : ndarray of float32, shape (H, W)
    relief : ndarray of float32, shape (H, W, 3)
        x (right) and y (up) of the surface normal, and gloss; not multiplied by alpha.
    labels : ndarray of uint8, shape (H, W)
        An index of `LABELS` for each pixel.
    """

    albedo: Floats
    alpha: Floats
    relief: Floats
    labels: NDArray[np.uint8]


class Sheet:
    """Paints parts back to front, in body heights: (0, 0) is the ground between the feet, y points up."""

    def __init__(self, *, size: tuple[int, int], px_per_unit: float, origin_px: tuple[float, float]) -> None:
        self.size = size
        self.k = px_per_unit * _SUPERSAMPLE
        self._x0, self._y0 = origin_px[0] * _SUPERSAMPLE, origin_px[1] * _SUPERSAMPLE
        self.w, self.h = size[0] * _SUPERSAMPLE, size[1] * _SUPERSAMPLE
        self.albedo = np.zeros((self.h, self.w, 3), np.float32)
        self.alpha = np.zeros((self.h, self.w), np.float32)
        self.relief = np.zeros((self.h, self.w, 3), np.float32)
        self.labels = np.zeros((self.h, self.w), np.uint8)

    def fill(
        self,
        outline: Outline,
        colour: Colour,
        label: str,
        *,
        also: Sequence[Outline] = (),
        holes: Sequence[Outline] = (),
        within: Sequence[Outline] = (),
        puff: float = 0.0,
        gloss: float = 0.12,
        opacity: float = 1.0,
        lift: float = 0.30,
    ) -> None:
        """Lay a part inside a closed outline.

        What `also` encloses belongs to the part too, `holes` are left out, and only what lies in every outline of
        `within` is painted. `puff` is how far in from its edge the part swells, in body heights (0: flat
        paint); `lift` how dark the crease around it is.
        """
        shapes = [self._fixed_point(o) for o in (outline, *also)]
        self._part(shapes, 0, (within, holes), colour, label, puff, gloss, opacity, lift)

    def line(
        self,
        points: Outline,
        width: float,
        colour: Colour,
        label: str,
        *,
        within: Sequence[Outline] = (),
        puff: float = 0.0,
        gloss: float = 0.12,
        opacity: float = 1.0,
        lift: float = 0.30,
    ) -> None:
        """Lay a part along a line of `width` body heights; one thinner than a pixel becomes fainter."""
        wide = max(1, round(width * self.k))
        opacity *= min(1.0, width * self.k)
        self._part([self._fixed_point(points)], wide, (within, ()), colour, label, puff, gloss, opacity, lift)

    def finish(self) -> Painting:
        """Return the painting at the resolution asked for."""
        small = [
            np.asarray(cv2.resize(m, self.size, interpolation=cv2.INTER_AREA), np.float32)
            for m in (self.albedo, self.alpha, self.relief * self.alpha[..., None])
        ]
        blocks = self.labels.reshape(self.size[1], _SUPERSAMPLE, self.size[0], _SUPERSAMPLE)
        labels = blocks[:, 0, :, 0]
        labels = np.where(labels > 0, labels, blocks.max(axis=(1, 3)))
        relief = np.asarray(small[2] / np.maximum(small[1], 1e-3)[..., None], np.float32)
        cover = np.asarray(np.clip(small[1], 0, 1), np.float32)
        return Painting(small[0], cover, relief, np.where(cover >= 0.5, labels, 0).astype(np.uint8))

    def _part(
        self,
        shapes: list[NDArray[np.int32]],
        wide: int,
        limits: tuple[Sequence[Outline], Sequence[Outline]],
        colour: Colour,
        label: str,
        puff: float,
        gloss: float,
        opacity: float,
        lift: float,
    ) -> None:
        blur = 0.016 * self.k
        pad = round(2.5 * blur) + 2 if puff > 0 and lift > 0 else 2
        every = np.concatenate(shapes)
        left, top = np.maximum(every.min(axis=0) // 16 - wide // 2 - pad, 0)
        right, bottom = np.minimum(every.max(axis=0) // 16 + wide // 2 + pad + 1, (self.w, self.h))
        if left >= right or top >= bottom:
            return
        corner = np.array([left, top], np.int32) * 16
        box = (slice(int(top), int(bottom)), slice(int(left), int(right)))
        stencil = np.zeros((bottom - top, right - left), np.uint8)
        moved = [(s - corner).astype(np.int32) for s in shapes]
        if wide:
            cv2.polylines(stencil, moved, False, 255, wide, cv2.LINE_AA, 4)
        else:
            for one in moved:  # one by one: together they would cancel where they overlap
                cv2.fillPoly(stencil, [one], 255, cv2.LINE_AA, 4)
        for outline in limits[1]:
            hole = (self._fixed_point(outline) - corner).astype(np.int32)
            cv2.fillPoly(stencil, [hole], 0, cv2.LINE_AA, 4)
        for outline in limits[0]:
            keep = np.zeros_like(stencil)
            cv2.fillPoly(keep, [(self._fixed_point(outline) - corner).astype(np.int32)], 255, cv2.LINE_AA, 4)
            stencil = np.asarray(cv2.min(stencil, keep), np.uint8)
        mask = stencil.astype(np.float32) * np.float32(1 / 255)
        self._blend(box, mask, colour, label, puff, gloss, opacity, lift, blur)

    def _blend(
        self,
        box: tuple[slice, slice],
        mask: Floats,
        colour: Colour,
        label: str,
        puff: float,
        gloss: float,
        opacity: float,
        lift: float,
        blur: float,
    ) -> None:
        if puff > 0 and lift > 0:
            crease = cv2.GaussianBlur(mask, (0, 0), blur)
            shade = 1 - np.float32(lift) * crease * (1 - mask)
            for k in range(3):  # plane by plane: three times as fast as an inner loop of three colours
                self.albedo[box][..., k] *= shade
        left, top, wide, high = cv2.boundingRect((mask > 0).view(np.uint8))
        inner = slice(top, top + high), slice(left, left + wide)  # nothing is laid around it
        albedo, alpha, relief = (part[box][inner] for part in (self.albedo, self.alpha, self.relief))
        cover = mask[inner] * np.float32(opacity)
        for k, value in enumerate(as_rgb(colour)):
            albedo[..., k] += cover * (value - albedo[..., k])
        np.maximum(alpha, cover + alpha * (1 - cover), out=alpha)
        if puff > 0:
            for k, plane in enumerate(self._swell(mask, puff)):
                relief[..., k] += cover * (plane[inner] - relief[..., k])
        relief[..., 2] += cover * (np.float32(gloss) - relief[..., 2])
        if opacity > 0.5:
            self.labels[box][mask > 0.5] = LABELS.index(label)

    def _swell(self, mask: Floats, puff: float) -> tuple[Floats, Floats]:
        """Return x and y of the normals of a part that swells."""
        inside = (mask > 0.5).astype(np.uint8)
        distance = cv2.distanceTransform(inside, cv2.DIST_L2, 3) / np.float32(self.k)
        t = np.clip(distance / puff, 0, 1)
        height = (puff * np.sqrt(1 - (1 - t) ** 2)).astype(np.float32)
        height = np.asarray(cv2.GaussianBlur(height, (0, 0), max(1.2, 0.012 * self.k)), np.float32)
        dx = cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=self.k / 8)
        dy = cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=self.k / 8)
        length = np.sqrt(dx * dx + dy * dy + 1)
        return np.asarray(-dx / length, np.float32), np.asarray(dy / length, np.float32)

    def px(self, points: Outline) -> Doubles:
        """Return points in pixels of the finished painting, y down; the first pixel's centre is (0.5, 0.5)."""
        p = np.asarray(points, np.float64).reshape(-1, 2)
        return np.stack([self._x0 + p[:, 0] * self.k, self._y0 - p[:, 1] * self.k], -1) / _SUPERSAMPLE

    def _fixed_point(self, points: Outline) -> NDArray[np.int32]:
        pixel = self.px(points) * _SUPERSAMPLE - 0.5
        return np.round(np.clip(pixel, -30000, 30000) * 16).astype(np.int32)


def disc(at: Doubles, rx: float, ry: float) -> Doubles:
    """Return an ellipse around a point of shape (2,)."""
    return oval(float(at[0]), float(at[1]), rx, ry)


def spark(at: Doubles, outer: float, inner: float, n: int) -> Doubles:
    """Return a star of `n` points around a point of shape (2,)."""
    return star(float(at[0]), float(at[1]), outer, inner, n)


def irradiance(normal: Floats, light: Light) -> Floats:
    """Return the light that falls on a surface, shape (..., 3), by the law that lights the world's objects.

    Parameters
    ----------
    normal : ndarray of float32, shape (..., 2)
        x (right) and y (up) of the unit normal; z, towards the camera, follows.
    light : Light
    """
    nx, ny = normal[..., 0], normal[..., 1]
    nz = np.sqrt(np.maximum(0, 1 - nx * nx - ny * ny))
    d = light.unit
    facing = np.clip((nx * d[0] + ny * d[1] + nz * d[2] + _WRAP) / (1 + _WRAP), 0, 1)
    hemisphere = 0.5 + 0.5 * ny
    below = 1 - hemisphere
    colours = zip(as_rgb(light.bounce), as_rgb(light.sky), as_rgb(light.sun), strict=True)
    planes = [bounce * below + sky * hemisphere + sun * facing for bounce, sky, sun in colours]
    return np.asarray(np.stack(planes, axis=-1), np.float32)


def lit(painting: Painting, light: Light) -> NDArray[np.uint8]:
    """Return a painting in a light as RGBA of shape (H, W, 4); colour is not multiplied by alpha."""
    normal = painting.relief[..., :2]
    nx, ny = normal[..., 0], normal[..., 1]
    nz = np.sqrt(np.maximum(0, 1 - nx * nx - ny * ny))
    half = light.unit + np.array([0, 0, 1], np.float32)
    half /= np.linalg.norm(half)
    mirror = np.clip(nx * half[0] + ny * half[1] + nz * half[2], 0, 1)
    shine = (painting.relief[..., 2] * mirror**32 * 0.55)[..., None] * as_rgb(light.sun)
    rim = (0.22 * (1 - nz) ** 3 * np.clip(ny + 0.4, 0, 1))[..., None] * as_rgb(light.sky)
    albedo = painting.albedo / np.maximum(painting.alpha, 1e-3)[..., None]
    colour = albedo * irradiance(normal, light) + shine + rim
    rgba = np.concatenate([np.clip(colour, 0, 1), painting.alpha[..., None]], -1)
    rgba[painting.alpha <= 0] = 0
    return np.asarray(np.round(rgba * 255), np.uint8)
