"""What backgrounds are painted with: layers in metres, noise that is the same at any size, ground in perspective.

A canvas is addressed in metres on the screen: x from the middle of the picture, y up from its lower edge. It reaches
past the picture on all sides, for camera travel. Noise is drawn on lattices counted in metres and enlarged, so a
backdrop painted at 64 and at 1080 pixels is the same picture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.world.colour import Colour, Tone, as_rgb
from medialit.world.sprites import Points, curve
from medialit.world.view import CAMERA_DISTANCE_M, HORIZON_M, VIEW_M, Floats, depth_scale

MARGIN_M = 0.65  # sideways, beyond the picture
MARGIN_Y_M = 0.15
REACH_M = 8.0  # noise is drawn this far to each side, whatever the picture's width


class Canvas:
    """A layer of paint for a stretch of the screen `width_m` wide around its middle.

    ``rgb`` is multiplied by its cover, ``alpha``, as in Porter and Duff (1984): where nothing is painted both are 0.
    """

    def __init__(self, *, width_m: float, k: float) -> None:
        self.k = k  # pixels per metre
        self.left_m = -width_m / 2 - MARGIN_M
        self.bottom_m = -MARGIN_Y_M
        self.w = round((width_m + 2 * MARGIN_M) * k)
        self.h = round((VIEW_M + 2 * MARGIN_Y_M) * k)
        self.x = (self.left_m + (np.arange(self.w, dtype=np.float32) + 0.5) / k)[None, :].astype(np.float32)
        self.y = (self.bottom_m + (self.h - 0.5 - np.arange(self.h, dtype=np.float32)) / k)[:, None]
        self.rgb = np.zeros((self.h, self.w, 3), np.float32)
        self.alpha = np.zeros((self.h, self.w), np.float32)

    def mask(self, *outlines: Points, even_odd: bool = True) -> Floats:
        """Return the region inside closed outlines, 0 to 1; where two overlap it is outside if `even_odd`."""
        canvas = np.zeros((self.h, self.w), np.uint8)
        shapes = [self._fixed_point(o) for o in outlines]
        for group in [shapes] if even_odd else [[s] for s in shapes]:
            cv2.fillPoly(canvas, group, 255, cv2.LINE_AA, 4)
        return canvas.astype(np.float32) / np.float32(255)

    def stroke(self, points: Points, width_m: float, *, smooth: bool = False) -> Floats:
        """Return the region around a line, 0 to 1."""
        line = curve(points, closed=False) if smooth else points
        canvas = np.zeros((self.h, self.w), np.uint8)
        thickness = max(1, round(width_m * self.k))
        cv2.polylines(canvas, [self._fixed_point(line)], False, 255, thickness, cv2.LINE_AA, 4)
        return canvas.astype(np.float32) / np.float32(255)

    def fill(self, outline: Points, colour: Tone, *, opacity: float = 1.0) -> None:
        """Paint the region inside a closed outline; touches only its surroundings, so small shapes are cheap."""
        points = self._fixed_point(outline)
        self._stamp(points, 1, colour, opacity, lambda c, p: cv2.fillPoly(c, [p], 255, cv2.LINE_AA, 4))

    def line(
        self,
        points: Points,
        width_m: float,
        colour: Tone,
        *,
        smooth: bool = False,
        opacity: float = 1.0,
    ) -> None:
        """Paint the region around a line; cheap like `fill`. A line thinner than a pixel becomes fainter."""
        path = self._fixed_point(curve(points, closed=False) if smooth else points)
        wide = max(1, round(width_m * self.k))
        opacity *= min(1.0, width_m * self.k)
        self._stamp(
            path, wide, colour, opacity, lambda c, p: cv2.polylines(c, [p], False, 255, wide, cv2.LINE_AA, 4)
        )

    def shine(
        self, x_m: float, y_m: float, radius_m: float, colour: Colour, *, cover: float | None = None
    ) -> None:
        """Add a soft light around a point to what is painted there; with `cover`, paint the light itself."""
        reach = 2.3 * radius_m
        left, right = (round((x_m + s * reach - self.left_m) * self.k) for s in (-1, 1))
        top, bottom = (round(self.h - (y_m + s * reach - self.bottom_m) * self.k) for s in (1, -1))
        window = slice(max(0, top), max(0, bottom)), slice(max(0, left), max(0, right))
        rgb, alpha = self.rgb[window], self.alpha[window]
        d2 = (self.x[:, window[1]] - x_m) ** 2 + (self.y[window[0]] - y_m) ** 2
        light = np.exp(-d2 / np.float32(radius_m * radius_m)) - np.float32(np.exp(-(2.3**2)))
        light = np.maximum(light, 0)
        if cover is None:
            rgb += (light * alpha)[..., None] * as_rgb(colour)
        else:
            light *= np.float32(cover)
            rgb += light[..., None] * (as_rgb(colour) - rgb)
            np.maximum(alpha, light + alpha * (1 - light), out=alpha)

    def below(self, height_m: Floats | float) -> Floats:
        """Return the region under a profile of shape (w,), anti-aliased."""
        profile = np.broadcast_to(np.asarray(height_m, np.float32), (self.w,))
        return np.clip((profile[None, :] - self.y) * self.k + 0.5, 0, 1).astype(np.float32)

    def lay(self, cover: Floats | float, colour: Tone, *, opacity: float = 1.0) -> None:
        """Paint `colour`, one or one for each pixel, over what is there."""
        c = np.broadcast_to(np.asarray(cover, np.float32) * np.float32(opacity), (self.h, self.w))
        rgb = np.asarray(colour, np.float32)
        self.rgb += c[..., None] * (rgb - self.rgb)
        self.alpha = np.maximum(self.alpha, c + self.alpha * (1 - c))

    def cut(self, keep: Floats) -> None:
        """Take away paint where `keep`, of shape (h, w), is 0."""
        self.rgb *= keep[..., None]
        self.alpha *= keep

    def shade(self, factor: Floats | float) -> None:
        """Multiply what is there by a factor (h, w), (h, 1) or (1, w)."""
        f = np.asarray(factor, np.float32)
        self.rgb *= f[..., None] if f.ndim else f

    def add(self, amount: Floats, colour: Colour) -> None:
        """Add light."""
        self.rgb += amount[..., None] * np.asarray(colour, np.float32)

    def noise(
        self,
        rng: np.random.Generator,
        cell_m: float,
        *,
        stretch: float = 1.0,
        octaves: int = 4,
        gain: float = 0.5,
    ) -> Floats:
        """Return fractal value noise of shape (h, w), mean 0, about -1 to 1; cells `stretch` times as wide as high."""
        total = np.zeros((self.h, self.w), np.float32)
        weight = 1.0
        for _ in range(octaves):
            total += weight * self._lattice(rng, cell_m * stretch, cell_m)
            weight *= gain
            cell_m /= 2
        return total

    def profile(
        self, rng: np.random.Generator, cell_m: float, *, octaves: int = 4, gain: float = 0.5
    ) -> Floats:
        """Return one-dimensional noise over x, shape (w,), about -1 to 1."""
        total = np.zeros(self.w, np.float32)
        weight = 1.0
        for _ in range(octaves):
            n = int(np.ceil(2 * REACH_M / cell_m)) + 3
            knots = np.arange(n) * cell_m - REACH_M
            values = rng.uniform(-1, 1, n)
            t = np.clip((self.x[0] - knots[0]) / cell_m, 0, n - 2)
            i = t.astype(int)
            f = t - i
            f = f * f * (3 - 2 * f)
            total += (weight * (values[i] * (1 - f) + values[i + 1] * f)).astype(np.float32)
            weight *= gain
            cell_m /= 2
        return total

    def glow(self, x_m: float, y_m: float, radius_m: float) -> Floats:
        """Return a soft light around a point, 1 at its centre."""
        d2 = (self.x - x_m) ** 2 + (self.y - y_m) ** 2
        return np.exp(-d2 / (radius_m * radius_m)).astype(np.float32)

    def _lattice(self, rng: np.random.Generator, cell_x: float, cell_y: float) -> Floats:
        nx, ny = int(np.ceil(2 * REACH_M / cell_x)) + 4, int(np.ceil((VIEW_M + 1) / cell_y)) + 4
        values = rng.uniform(-1, 1, (ny, nx)).astype(np.float32)
        if min(cell_x, cell_y) * self.k < 0.8:  # finer than a pixel: its mean
            return np.zeros((self.h, self.w), np.float32)
        to_lattice = np.array(
            [
                [1 / (self.k * cell_x), 0, (self.left_m + REACH_M) / cell_x + 1],
                [0, 1 / (self.k * cell_y), 1.0],
            ],
            np.float32,
        )
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        out = cv2.warpAffine(values, to_lattice, (self.w, self.h), flags=flags, borderMode=cv2.BORDER_REFLECT)
        return np.asarray(out, np.float32)

    def _stamp(
        self,
        points: NDArray[np.int32],
        border: int,
        colour: Tone,
        opacity: float,
        draw: Callable[[NDArray[np.uint8], NDArray[np.int32]], object],
    ) -> None:
        left, top = np.maximum(points.min(axis=0) // 16 - border - 1, 0)
        right, bottom = np.minimum(points.max(axis=0) // 16 + border + 3, (self.w, self.h))
        if left >= right or top >= bottom:
            return
        stencil = np.zeros((bottom - top, right - left), np.uint8)
        draw(stencil, (points - np.array([left, top]) * 16).astype(np.int32))
        cover = stencil.astype(np.float32) * np.float32(opacity / 255)
        paint = np.asarray(colour, np.float32)
        if paint.ndim == 3:
            paint = paint[top:bottom, left:right]
        rgb, alpha = self.rgb[top:bottom, left:right], self.alpha[top:bottom, left:right]
        rgb += cover[..., None] * (paint - rgb)
        np.maximum(alpha, cover + alpha * (1 - cover), out=alpha)

    def _fixed_point(self, points: Points) -> NDArray[np.int32]:
        p = np.asarray(points, np.float64).reshape(-1, 2)
        x = (p[:, 0] - self.left_m) * self.k - 0.5
        y = self.h - (p[:, 1] - self.bottom_m) * self.k - 0.5
        return np.round(np.clip(np.stack([x, y], -1), -30000, 30000) * 16).astype(np.int32)


def mix(a: Tone, b: Tone, t: Floats | float) -> Floats:
    """Return colours between `a` (t = 0) and `b` (t = 1); `t` has no colour axis."""
    t3 = np.asarray(t, np.float32)[..., None]
    return (np.asarray(a, np.float32) * (1 - t3) + np.asarray(b, np.float32) * t3).astype(np.float32)


def gradient(t: Floats, stops: Sequence[tuple[float, Tone]]) -> Floats:
    """Return colours along `t` (any shape) through (place, colour) stops."""
    places = [place for place, _ in stops]
    channels = [np.interp(t, places, [float(as_rgb(colour)[i]) for _, colour in stops]) for i in range(3)]
    return np.stack(channels, -1).astype(np.float32)


def pave(canvas: Canvas, tile: Floats, *, tile_m: float, detail_m: float, shift_m: float = 0.0) -> Floats:
    """Return a flat tile, repeated over the ground and seen in perspective: shape (h, w, 3).

    `tile` is seen from above, `tile_m` metres to a side. Where its detail (`detail_m`) becomes finer than a
    pixel it fades to its mean, as a lens would have it.
    """
    scale = np.maximum(depth_scale(canvas.y), 1e-3)  # (h, 1)
    across = canvas.x / scale + shift_m
    depth = np.broadcast_to(CAMERA_DISTANCE_M / scale, across.shape)
    n = min(tile.shape[0], round(1.5 * tile_m * canvas.k))  # no finer than the nearest ground is seen
    tile = np.asarray(cv2.resize(tile, (n, n), interpolation=cv2.INTER_AREA), np.float32)
    map_x = (np.mod(across / tile_m, 1.0) * n).astype(np.float32)
    map_y = (np.mod(-depth / tile_m, 1.0) * n).astype(np.float32)
    seen = cv2.remap(tile, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    camera_height = HORIZON_M - 0.56
    footprint = CAMERA_DISTANCE_M / (scale * scale * camera_height * canvas.k)  # metres of depth in a pixel
    sharp = np.clip(1.6 - footprint / detail_m, 0, 1)[..., None]
    mean = tile.mean(axis=(0, 1))
    return np.asarray(mean + (seen - mean) * sharp, np.float32)


def tile_noise(rng: np.random.Generator, n: int, cells: int, *, stretch: int = 1, octaves: int = 3) -> Floats:
    """Return noise of shape (n, n), about -1 to 1, that repeats without a seam."""
    total = np.zeros((n, n), np.float32)
    weight = 1.0
    for _ in range(octaves):
        values = rng.uniform(-1, 1, (cells, max(1, cells // stretch))).astype(np.float32)
        padded = np.pad(values, 2, mode="wrap")
        step_y, step_x = n / values.shape[0], n / values.shape[1]
        big = cv2.resize(
            padded,
            (round(padded.shape[1] * step_x), round(padded.shape[0] * step_y)),
            interpolation=cv2.INTER_CUBIC,
        )
        top, left = round(2 * step_y), round(2 * step_x)
        total += weight * big[top : top + n, left : left + n]
        weight *= 0.5
        cells *= 2
    return total
