"""Layers: how a thing of a clip is written as forty numbers a frame, and how layers become a picture again.

A frame is a place and the things in front of it. A thing is a **token**: where it is, how large, how it is turned, which
colour it has, and a code of what it looks like, which only the painter of `medialit.generate.model` can read. A wall,
where there is one, is a token as well, one for the whole clip. The painter gives each thing's picture the right way
up; here it is turned, scaled, and laid over the place, the far ones first, after the light that it takes or gives.

Lengths are metres of `medialit.world.view`; the camera's way follows from the shot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.generate.flow import Floats
from medialit.world.motion import BACK_LANE, PAN_M
from medialit.world.scene import ACTIONS, KINDS, N_LOOKS, PANS
from medialit.world.view import GROUND_M, HORIZON_M, VIEW_M, ground_y_m

N_FRAMES = 24
N_THINGS = 2
HIGH = 256
"""Side of a picture, in pixels."""
SPRITE = 96
"""Side of a painted thing, in pixels."""
SEEN = 48
"""Side of a thing's picture as the encoder sees it, in pixels."""
EXTENT = 1.3
"""A thing's picture reaches this many radii from its centre to each side."""
N_POSE, N_COLOUR, N_CODE = 5, 3, 32
N_TOKEN = N_POSE + N_COLOUR + N_CODE
N_STEPS = 1 + N_FRAMES
"""Positions of the camera that a place is remembered from, left to right: all that a pan passes."""
WALL_RADIUS_M = 0.8

# Means and spreads by which a token's pose and colour are brought near 0 and 1; a code is near them already.
_MIDDLE = np.array([0.0, 1.2, np.log(0.6), 0.0, 0.0, 0.5, 0.5, 0.5], np.float32)
_SPREAD = np.array([0.8, 0.8, 0.2, 0.7, 0.7, 0.3, 0.3, 0.3], np.float32)

STRIP = (53, 128)
"""Points, down and across, at which shadows are painted: the lower part of the picture."""
STRIP_TOP = 150
"""The first row of the picture, of 256, that a shadow can darken."""
GLOW = (32, 32)
"""Points at which light that a thing gives is painted: the whole picture."""


@dataclass(frozen=True, eq=False)
class Poses:
    """Where things are, how large, and how turned; any leading shape.

    Parameters
    ----------
    x_m, y_m : ndarray
        Of the centre: to the right of the middle of the stage, and above the ground.
    radius_m : ndarray
    cos, sin : ndarray
        Of the turn, anticlockwise; of length 1 together.
    """

    x_m: Floats
    y_m: Floats
    radius_m: Floats
    cos: Floats
    sin: Floats

    def at(self, index: Any) -> Poses:
        """Return some of the poses, as an index into an array takes them."""
        return Poses(self.x_m[index], self.y_m[index], self.radius_m[index], self.cos[index], self.sin[index])

    def shaped(self, *shape: int) -> Poses:
        """Return the same poses in another shape."""
        numbers = (self.x_m, self.y_m, self.radius_m, self.cos, self.sin)
        return Poses(*(part.reshape(shape) for part in numbers))


def pack(poses: Poses, rgb: Floats, code: Floats) -> Floats:
    """Return tokens, shape (..., N_TOKEN), of poses (...), colours (..., 3), sRGB 0 to 1, and codes (..., N_CODE)."""
    pose = np.stack([poses.x_m, poses.y_m, np.log(poses.radius_m), poses.cos, poses.sin], -1)
    head = (np.concatenate([pose, rgb], -1) - _MIDDLE) / _SPREAD
    return np.concatenate([head, code], -1).astype(np.float32)


def unpack(tokens: Floats) -> tuple[Poses, Floats, Floats]:
    """Return poses, colours and codes of tokens: the inverse of `pack`, whatever a network dreamt.

    Sizes stay between a fifth of a metre and two metres, colours between 0 and 1.
    """
    head = tokens[..., : N_POSE + N_COLOUR] * _SPREAD + _MIDDLE
    x, y, log_radius, c, s = np.moveaxis(head[..., :N_POSE], -1, 0)
    length = np.maximum(np.hypot(c, s), 1e-3)
    radius = np.exp(np.clip(log_radius, np.log(0.2), np.log(2.0)))
    rgb = np.clip(head[..., N_POSE:], 0, 1)
    return Poses(x, y, radius, c / length, s / length), rgb, tokens[..., N_POSE + N_COLOUR :]


def lanes(slots: Floats) -> Floats:
    """Return the depth scale of both things, shape (..., 2), of slots (..., 15): the second stands further back.

    When one hits the other, both are in front.
    """
    hits = slots[..., 1] == ACTIONS.index("hit")
    return np.stack([np.ones_like(slots[..., 1]), np.where(hits, 1.0, BACK_LANE)], -1).astype(np.float32)


def n_things(slots: Floats) -> int:
    """Return how many things a shot has, of slots (15,)."""
    return int((slots[[0, 6]] < len(KINDS)).sum())


def place_number(slots: Floats) -> int:
    """Return which place, look included, counted from 0, of slots (15,)."""
    return int(slots[12]) * N_LOOKS + int(slots[13])


def has_wall(slots: Floats) -> NDArray[np.bool_]:
    """Return whether a thing meets a wall, shape (...), of slots (..., 15)."""
    wall = ACTIONS.index("wall")
    there = slots[..., [0, 6]] < len(KINDS)
    return np.asarray(((slots[..., [1, 7]] == wall) & there).any(-1))


def camera_m(slots: Floats) -> Floats:
    """Return how far to the right the camera is in each frame, shape (..., N_FRAMES), of slots (..., 15)."""
    way = 2 * np.arange(N_FRAMES) / N_FRAMES - 1  # as `medialit.world.motion` lets it travel
    direction = np.array([0.0, -1.0, 1.0])[slots[..., 14].astype(int)]
    return np.asarray(direction[..., None] * PAN_M * way, np.float32)


def camera_steps(slots: Floats) -> NDArray[np.int64]:
    """Return which remembered position of the camera each frame needs, shape (..., N_FRAMES), of slots (..., 15)."""
    pan = slots[..., 14].astype(int)[..., None]
    frame = np.arange(N_FRAMES)
    moving = np.where(pan == PANS.index("right"), frame, N_FRAMES - frame)
    return np.where(pan == PANS.index("still"), N_FRAMES // 2, moving)


def surroundings(shape: tuple[int, int], *, top: int) -> Floats:
    """Return points of the picture from row `top` to its lower edge, in metres right of its middle and above its edge.

    Shape (rows * columns, 2); `top` is a row of 256.
    """
    rows, columns = shape
    down = top + (np.arange(rows) + 0.5) * (HIGH - top) / rows
    across = (np.arange(columns) + 0.5) * HIGH / columns
    k = HIGH / VIEW_M
    x, y = np.meshgrid(across / k - VIEW_M / 2, VIEW_M - down / k)
    return np.stack([x, y], -1).reshape(-1, 2).astype(np.float32)


def on_screen(poses: Poses, lane: Floats, camera: Floats) -> tuple[Floats, Floats, Floats]:
    """Return where things are in the picture, metres right of its middle and above its edge, and their radius there."""
    x = (poses.x_m - camera) * lane
    y = HORIZON_M - lane * (HORIZON_M - GROUND_M) + lane * poses.y_m
    return x, y, poses.radius_m * lane


def bearings(poses: Poses, rgb: Floats, lane: Floats, camera: Floats) -> Floats:
    """Return what the painter of light must know of things, shape (..., 8).

    x in the picture, height of its ground line and of its centre above the lower edge, height above the ground and radius
    in the picture, and colour.
    """
    x, y, radius = on_screen(poses, lane, camera)
    ground = np.broadcast_to(np.asarray(ground_y_m(lane), np.float32), x.shape)  # type: ignore[arg-type]
    numbers = np.stack([x, ground, y, poses.y_m, radius], -1)
    return np.concatenate([numbers, rgb], -1).astype(np.float32)


def compose(
    place: NDArray[np.uint8],
    things: Floats,
    *,
    poses: Poses,
    lane: Floats,
    camera: float,
    shade: Floats,
    glow: Floats,
    wall: tuple[Floats, Poses] | None = None,
) -> NDArray[np.uint8]:
    """Return one frame: things laid over a place, the far ones first.

    Parameters
    ----------
    place : ndarray of uint8, shape (256, 256, 3)
    things : ndarray, shape (N, 96, 96, 4)
        Each the right way up: colour times alpha, and alpha, 0 to 1.
    poses : Poses, shape (N,)
    lane : ndarray, shape (N,)
        Depth scales.
    camera : float
        Metres to the right.
    shade : ndarray, shape (N, 53, 128)
        Share of light that each leaves to the lower part of the picture.
    glow : ndarray, shape (N, 32, 32, 3)
        Light that each adds.
    wall : tuple of ndarray and Poses, optional
        Its picture, shape (96, 96, 4), and pose.

    Returns
    -------
    ndarray of uint8, shape (256, 256, 3)
    """
    picture = place.astype(np.float32) / np.float32(255)
    darkness = cv2.resize(np.prod(shade, 0), (HIGH, HIGH - STRIP_TOP), interpolation=cv2.INTER_LINEAR)
    picture[STRIP_TOP:] *= darkness[..., None]
    ahead = np.asarray(camera, np.float32)
    for i in np.argsort(lane, kind="stable"):
        if wall is not None and lane[i] == 1.0:  # it stands in the front lane, behind the one that meets it
            _lay(picture, wall[0], wall[1], np.float32(1.0), ahead)
            wall = None
        _lay(picture, things[i], poses.at(i), lane[i], ahead)
        if glow[i].max() > 1 / 255:
            picture += cv2.resize(glow[i], (HIGH, HIGH), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.convertScaleAbs(np.maximum(picture, 0), alpha=255), np.uint8)


def _lay(picture: Floats, thing: Floats, pose: Poses, lane: np.float32, camera: Floats) -> None:
    """Turn, scale and move a thing's picture, and lay it on `picture`, in place."""
    x, y, radius = on_screen(pose, np.asarray(lane), camera)
    k = HIGH / VIEW_M
    centre = np.array([HIGH / 2 + float(x) * k, HIGH - float(y) * k])
    scale = SPRITE / (2 * EXTENT * float(radius) * k)  # pixels of the thing's picture for one of the frame
    c, s = float(pose.cos) * scale, float(pose.sin) * scale
    turn = np.array([[c, -s], [s, c]])
    reach = EXTENT * float(radius) * k * 1.2
    left, top = (int(v) for v in np.clip(np.floor(centre - reach), 0, HIGH))
    right, bottom = (int(v) for v in np.clip(np.ceil(centre + reach), 0, HIGH))
    if left >= right or top >= bottom:
        return
    offset = turn @ (np.array([left, top]) + 0.5 - centre) + SPRITE / 2 - 0.5
    matrix = np.concatenate([turn, offset[:, None]], 1)
    size = (right - left, bottom - top)
    laid = cv2.warpAffine(thing, matrix, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    region = picture[top:bottom, left:right]
    region *= 1 - laid[..., 3:]
    region += laid[..., :3]
