"""From truth to pictures: layers, shadows and lit sprites, put together frame by frame.

`render` draws a scene as physics has it. `render_staging` draws a *staging*: tracks plus what may be wrong about
an object's looks, which is how `medialit.world.violations` plants its errors. Both go through the same code, so
that nothing but the planted error tells the two kinds of clip apart.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.errors import WorldError
from medialit.media import Clip
from medialit.world.backdrops import Backdrop, Layer, Light, backdrop
from medialit.world.canvas import MARGIN_Y_M
from medialit.world.colour import as_rgb
from medialit.world.figures import Figure
from medialit.world.motion import simulate
from medialit.world.scene import Scene
from medialit.world.staging import Staging, stage
from medialit.world.tracks import Doubles
from medialit.world.view import GROUND_M, HORIZON_M, VIEW_M, Floats, px_per_m

WALL_SPAN_M = 2.08
WALL_MIDDLE_M = (0.6, 0.775)  # from the wall's face inwards, and above the ground


def render(scene: Scene, *, size: tuple[int, int] = (256, 256), fps: float | None = None) -> Clip:
    """Film a scene with a perfect camera.

    Parameters
    ----------
    scene : Scene
    size : tuple of int
        (width, height) in pixels, 16 to 4096 each. The height always shows 4 m; a wider picture shows more.
    fps : float, optional
        Frames a second; the scene's own by default.

    Returns
    -------
    Clip
        ``round(duration_s * fps)`` frames.

    Raises
    ------
    WorldError
        If the size cannot be rendered.

    Examples
    --------
    >>> from medialit.world import Scene, Thing
    >>> render(Scene("night", (Thing("lantern", "green", "stand"),)), size=(64, 64), fps=4).frames.shape
    (8, 64, 64, 3)
    """
    return render_staging(scene, stage(simulate(scene, fps=fps)), size=size, fps=fps)


def render_staging(
    scene: Scene, staging: Staging, *, size: tuple[int, int] = (256, 256), fps: float | None = None
) -> Clip:
    """Film a staging of a scene; parameters as in `render`."""
    if not all(16 <= side <= 4096 for side in size):
        raise WorldError(
            f"A picture is 16 to 4096 pixels to a side, not {size[0]} x {size[1]}; choose another size."
        )
    place = backdrop(scene.background, scene.look, size)
    tracks = staging.tracks
    frames = np.empty((len(tracks.times_s), size[1], size[0], 3), np.uint8)
    for t in range(len(frames)):
        picture = _scenery(place.layers, tracks.camera_m[t], size)[..., :3]
        _objects(picture, scene, staging, t, place, size)
        frames[t] = cv2.convertScaleAbs(np.maximum(picture, 0), alpha=255)
    return Clip(frames=frames, fps=scene.fps if fps is None else fps)


def render_place(
    background: str,
    look: int,
    *,
    camera_m: tuple[float, float] = (0.0, 0.0),
    size: tuple[int, int] = (256, 256),
) -> NDArray[np.uint8]:
    """Return an empty place as the camera sees it from `camera_m`, shape (H, W, 3)."""
    place = backdrop(background, look, size)
    picture = _scenery(place.layers, np.asarray(camera_m, np.float64), size)[..., :3]
    return np.asarray(cv2.convertScaleAbs(np.maximum(picture, 0), alpha=255), np.uint8)


def render_wall(light: Light, *, side: int) -> Floats:
    """Return the brick wall that objects hit, alone: colour times alpha, and alpha, shape (side, side, 4).

    The square is `WALL_SPAN_M` wide, around `WALL_MIDDLE_M` beside the wall's face and above the front lane's ground;
    the wall's face is on the left.
    """
    k = side / WALL_SPAN_M
    size = (side, round(k * VIEW_M))
    camera = np.array([0.0, GROUND_M + WALL_MIDDLE_M[1] - VIEW_M / 2])  # brings its middle to the picture's
    pictures = []
    for ground in (0.0, 1.0):
        picture = np.full((size[1], size[0], 3), ground, np.float32)
        _draw_wall(picture, -WALL_MIDDLE_M[0], camera, light, size, side=1)
        top = (size[1] - side) // 2
        pictures.append(picture[top : top + side])
    black, white = pictures
    alpha = 1 - (white - black).mean(-1, keepdims=True)
    return np.concatenate([black, np.clip(alpha, 0, 1)], -1)


def _scenery(layers: tuple[Layer, ...], camera: Doubles, size: tuple[int, int]) -> Floats:
    """Return the background as the camera stands: shape (H, W, 4), 0 to 1; the last channel is scratch."""
    picture = np.zeros((size[1], size[0], 4), np.float32)
    for layer in layers:
        values = _moved(layer, camera, size)
        left_over = 1 - np.asarray(cv2.extractChannel(values, 3))
        cv2.multiply(picture, cv2.merge([left_over] * 4), dst=picture)
        cv2.add(picture, values, dst=picture)
    return picture


def _moved(layer: Layer, camera: Doubles, size: tuple[int, int]) -> Floats:
    """Return a layer, 0 to 1, shifted by a fraction of a pixel with Catmull-Rom weights."""
    matrix = _layer_affine(layer, camera, size)
    if layer.parallax is not None:
        x, y = float(matrix[0, 2]), float(matrix[1, 2])
        column, row = int(np.floor(x)), int(np.floor(y))
        wide, high = layer.pixels.shape[1::-1]
        if 2 <= column <= wide - size[0] - 3 and 2 <= row <= high - size[1] - 3:
            near = layer.pixels[row - 2 : row + size[1] + 3, column - 2 : column + size[0] + 3]
            taps = _taps(x - column) / np.float32(255), _taps(y - row)
            return np.asarray(cv2.sepFilter2D(near, cv2.CV_32F, *taps)[2:-3, 2:-3], np.float32)
    moved = cv2.warpAffine(
        layer.pixels.astype(np.float32),
        matrix,
        size,
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(moved / np.float32(255), np.float32)


def _taps(f: float) -> Floats:
    """Return Catmull-Rom weights for a sample `f` of a pixel after the middle of five."""
    weights = [0, -f + 2 * f**2 - f**3, 2 - 5 * f**2 + 3 * f**3, f + 4 * f**2 - 3 * f**3, -(f**2) + f**3]
    return np.array([w / 2 for w in weights], np.float32)


def _layer_affine(layer: Layer, camera: Doubles, size: tuple[int, int]) -> Floats:
    """Return the affine map from pixels of the picture to pixels of the layer."""
    k = px_per_m(size)
    dx, dy = float(camera[0]) * k, float(camera[1]) * k
    left = (layer.pixels.shape[1] - size[0]) / 2
    top = MARGIN_Y_M * k
    if layer.parallax is not None:
        return np.array([[1, 0, left + dx * layer.parallax], [0, 1, top - dy]], np.float32)
    # The ground: the shift is the camera's step times the depth scale, which falls linearly up the screen.
    slope = 1 / ((HORIZON_M - GROUND_M) * k)  # depth scale for a pixel downwards
    at_top = (HORIZON_M * k - size[1] + 0.5 - dy) * slope
    return np.array([[1, dx * slope, left + dx * at_top], [0, 1, top - dy]], np.float32)


def _objects(
    picture: Floats, scene: Scene, staging: Staging, t: int, place: Backdrop, size: tuple[int, int]
) -> None:
    tracks = staging.tracks
    order = np.argsort(tracks.scale, kind="stable")
    drawn = [Figure.of(scene, staging, t, int(i), size) for i in order]
    for posed in drawn:
        posed.cast_shadow(picture, place.light)
    for i, posed in zip(order, drawn, strict=True):
        if tracks.wall_m is not None and tracks.scale[i] == 1.0:  # the wall stands in the front lane
            side = 1 if tracks.wall_m > 0 else -1
            _draw_wall(picture, tracks.wall_m, tracks.camera_m[t], place.light, size, side=side)
        posed.draw(picture, place.light, seed=scene.seed + 7919 * t)
        posed.shed_light(picture, place.light)


def _draw_wall(
    picture: Floats, face_m: float, camera: Doubles, light: Light, size: tuple[int, int], *, side: int
) -> None:
    """Draw the end of a brick wall, its face at `face_m` in the front lane, the rest of it to the `side`, 1 or -1."""
    k = px_per_m(size)
    wide, high = 1.2, 1.75
    near = size[0] / 2 + (face_m - float(camera[0])) * k
    ground = size[1] - (GROUND_M - 0.10 - float(camera[1])) * k
    n = max(32, round(128 * k / 64))
    bricks = _bricks(n)
    window = (
        max(0, int(ground - high * k - 2)),
        min(size[1], int(ground + 2)),
        max(0, int(min(near, near + side * wide * k)) - 2),
        min(size[0], int(max(near, near + side * wide * k)) + 2),
    )
    top, bottom, left, right = window
    if left >= right or top >= bottom:
        return
    xs = (np.arange(left, right, dtype=np.float32) + 0.5 - np.float32(near)) * side / np.float32(k)
    ys = (np.float32(ground) - np.arange(top, bottom, dtype=np.float32) - 0.5) / np.float32(k)
    cover = (
        np.clip(xs * k + 0.5, 0, 1)[None, :]
        * np.clip((wide - xs) * k + 0.5, 0, 1)[None, :]
        * np.clip(ys * k + 0.5, 0, 1)[:, None]
        * np.clip((high - ys) * k + 0.5, 0, 1)[:, None]
    )
    map_x = np.broadcast_to(np.mod(xs * n, n)[None, :], cover.shape).astype(np.float32)
    map_y = np.broadcast_to(np.mod(ys * n, n)[:, None], cover.shape).astype(np.float32)
    brick = cv2.remap(bricks, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    face = 0.62 + 0.38 * np.clip(xs / 0.12, 0, 1)[None, :, None]
    cap = np.where((ys > high - 0.10)[:, None, None], np.float32(1.25), np.float32(1.0))
    lit = brick * face * cap * (as_rgb(light.sky) * 0.7 + as_rgb(light.sun) * 0.55)
    foot = 1 - 0.4 * np.exp(-ys / 0.12)[:, None, None]
    region = picture[top:bottom, left:right]
    region += cover[..., None] * (lit * foot - region)


def _bricks(n: int) -> Floats:
    out = np.empty((n, n, 3), np.float32)
    out[:] = (0.70, 0.60, 0.50)
    rng = np.random.default_rng(5)
    rows, columns = 8, 4
    for row in range(rows):
        for column in range(-1, columns + 1):
            tone = as_rgb((0.80, 0.42, 0.28)) * rng.uniform(0.85, 1.12)
            x0 = (column + 0.5 * (row % 2)) * n / columns
            y0 = row * n / rows
            gap = 0.012 * n
            cv2.rectangle(
                out,
                (round(x0 + gap), round(y0 + gap)),
                (round(x0 + n / columns - gap), round(y0 + n / rows - gap)),
                [float(v) for v in tone],
                -1,
            )
    return out
