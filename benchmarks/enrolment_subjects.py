"""Who stands before the camera in the measurements of enrolment: puppets made from pictures. Attackers are elsewhere.

No recording of a person was available under a licence that allows this, so a **puppet** acts: a portrait whose 468
mesh points are turned in space, whose lids close and whose jaw opens, and which is then filmed with noise and sway.
The one portrait of a real person is `skimage.data.astronaut()` (Eileen Collins, NASA, public domain). Further
**made-up faces** are that portrait with the proportions and the colours of the face changed. **Drawn people** are the
adults of the cast whose face the mesh finds. A puppet has no living skin, no eyes that move and no camera before it:
what is measured with it says how the checks behave, not how a crowd would fare.

What surrounds the puppet is drawn for each take: how the room hums, how far the wall is, how much of the window's light
reaches the face, whether the camera stands or is held, how sharp its lens is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np
from enrolment_rooms import RATE, Room, voice
from numpy.typing import NDArray
from scipy.spatial import Delaunay
from skimage import data

from medialit.likeness.cast import cast
from medialit.likeness.cast import portrait as drawn
from medialit.likeness.challenge import HUES, Challenge
from medialit.likeness.models import FaceReader
from medialit.media import Clip

FPS = 12.0
GAMMA = 2.2
SIZE = (400, 300)
LINEAR = ((np.arange(256) / 255) ** GAMMA).astype(np.float32)
TURN = {"left": (24.0, 0.0), "right": (-24.0, 0.0), "up": (0.0, -18.0)}
"""Degrees of yaw and pitch. On the picture a person's left is to the right."""

UPPER = ((246, 161, 160, 159, 158, 157, 173), (466, 388, 387, 386, 385, 384, 398))
LOWER = ((7, 163, 144, 145, 153, 154, 155), (249, 390, 373, 374, 380, 381, 382))
OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150,
    136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
INNER_LIPS = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)


@dataclass(frozen=True, eq=False, kw_only=True)
class Puppet:
    """A portrait that can be posed.

    Parameters
    ----------
    name : str
    picture : ndarray of uint8, shape (300, 400, 3)
    points : ndarray, shape (468, 3)
        Its mesh.
    """

    name: str
    picture: NDArray[np.uint8]
    points: NDArray[np.float64]

    @cached_property
    def anchors(self) -> NDArray[np.float64]:
        """The mesh, a ring of head around it, and a ring of background that never moves; shape (K, 3)."""
        middle = self.points[list(OVAL)].mean(axis=0)
        depth = np.ptp(self.points[:, 0])
        head = middle + (self.points[list(OVAL)] - middle) * (1.3, 1.35, 1.0) + (0, 0, 0.25 * depth)
        head[:, 1] -= 0.08 * depth
        still = middle + (self.points[list(OVAL)] - middle) * (2.1, 2.0, 1.0)
        width, height = SIZE
        frame = [(x, y, 0) for x in np.linspace(0, width - 1, 9) for y in np.linspace(0, height - 1, 7)]
        far = [
            p
            for p in frame
            if min(np.hypot(*(still[:, :2] - p[:2]).T)) > 0.3 * depth and not _within(still, p)
        ]
        return np.concatenate([self.points, head, still, np.array(far).reshape(-1, 3)])

    @cached_property
    def near(self) -> NDArray[np.uint8]:
        """How near each pixel is to the window: 255 for the head, less for the body, 0 for the wall."""
        width, height = SIZE
        map_ = np.zeros((height, width), np.uint8)
        middle, wide = self.points.mean(axis=0), float(np.ptp(self.points[:, 0]))
        body = [(-1.5, 2.2), (-1.3, 1.0), (-0.4, 0.75), (0.4, 0.75), (1.3, 1.0), (1.5, 2.2)]
        cv2.fillPoly(map_, [np.int32([middle[:2] + wide * np.array(p) for p in body])], 130)
        head = self.anchors[468 : 468 + len(OVAL), :2]
        cv2.fillConvexPoly(map_, cv2.convexHull(np.int32(np.round(head))), 255)
        return np.asarray(cv2.GaussianBlur(map_, (0, 0), 2.0), np.uint8)

    def posed(
        self,
        *,
        yaw: float = 0.0,
        pitch: float = 0.0,
        shut: float = 0.0,
        jaw: float = 0.0,
        shift: tuple[float, float] = (0.0, 0.0),
    ) -> NDArray[np.uint8]:
        """Return the picture of a turned head and, as a fourth channel, how near to the window it is.

        Degrees; `shut` and `jaw` go from 0 to 1; `shift` in pixels, of the head alone.
        """
        rest = self.anchors.copy()
        for upper, lower in zip(UPPER, LOWER, strict=True):
            gap = rest[list(lower), :2] - rest[list(upper), :2]
            rest[list(upper), :2] += shut * 0.95 * gap
        width = np.ptp(self.points[:, 0])
        below = (self.points[:, 1] - self.points[13, 1]) / (self.points[152, 1] - self.points[13, 1])
        drop = jaw * 0.13 * width * np.clip(below, 0, 1) ** 0.3
        drop[below <= 0.02] = 0
        drop[list(INNER_LIPS)] = jaw * 0.1 * width
        rest[:468, 1] += drop
        n_moved = 468 + len(OVAL)
        pivot = self.points.mean(axis=0) + np.array([0, 0.1, 0.45]) * width
        a, b = np.radians(yaw), np.radians(pitch)
        about_y = np.array([[np.cos(a), 0, -np.sin(a)], [0, 1, 0], [np.sin(a), 0, np.cos(a)]])
        about_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
        moved = rest.copy()
        moved[:n_moved] = (rest[:n_moved] - pivot) @ (about_x @ about_y).T + pivot
        moved[:n_moved, :2] += shift
        return warp(np.dstack([self.picture, self.near]), self.anchors[:, :2], moved, self._triangles)

    @cached_property
    def _triangles(self) -> NDArray[np.intp]:
        return Delaunay(self.anchors[:, :2]).simplices


def warp(
    picture: NDArray[np.uint8],
    source: NDArray[np.float64],
    target: NDArray[np.float64],
    triangles: NDArray[np.intp],
) -> NDArray[np.uint8]:
    """Return the picture with its triangles moved from `source` (K, 2) to `target` (K, 3), the nearest on top."""
    height, width = picture.shape[:2]
    order = triangles[np.argsort(-target[triangles, 2].mean(axis=1))]
    index = np.full((height, width), -1, np.int32)
    corners = np.round(target[order, :2] * 16).astype(np.int32)
    for k in range(len(order)):
        cv2.fillConvexPoly(index, corners[k], k, lineType=cv2.LINE_8, shift=4)
    ones = np.ones((len(order), 3, 1))
    flat = np.concatenate([target[order, :2], ones], axis=2)
    flat[np.abs(np.linalg.det(flat)) < 1e-6] = np.eye(3)  # seen edge on: covers no pixel
    back = np.linalg.solve(flat, source[order]).astype(np.float32)  # (N, 3, 2)
    stirred = np.abs(target[order, :2] - source[order]).max(axis=(1, 2)) > 1e-6
    ys, xs = np.nonzero((index >= 0) & stirred[index])  # whatever else stays as it is
    where = back[index[ys, xs]]  # (M, 3, 2)
    mapped = np.empty((height, width, 2), np.float32)
    mapped[..., 0], mapped[..., 1] = np.arange(width), np.arange(height)[:, np.newaxis]
    at_x, at_y = xs.astype(np.float32)[:, np.newaxis], ys.astype(np.float32)[:, np.newaxis]
    mapped[ys, xs] = at_x * where[:, 0] + at_y * where[:, 1] + where[:, 2]
    moved = cv2.remap(picture, mapped, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(moved, np.uint8)


def _within(ring: NDArray[np.float64], point: tuple[float, float, float]) -> bool:
    outline = ring[:, :2].astype(np.float32)
    return cv2.pointPolygonTest(outline, (float(point[0]), float(point[1])), False) >= 0


def portrait(reader: FaceReader) -> Puppet:
    """Return the puppet of the one portrait there is."""
    crop = data.astronaut()[0:240, 64:384]
    picture = cv2.resize(crop, SIZE, interpolation=cv2.INTER_CUBIC)
    return puppet(reader, picture, name="astronaut")


def puppet(reader: FaceReader, picture: NDArray[np.uint8], *, name: str) -> Puppet:
    """Return a puppet made of a picture of SIZE with one face."""
    mesh = reader.mesh(picture, reader.detect(picture)[0])
    mesh = reader.mesh(picture, mesh.box)
    return Puppet(name=name, picture=np.ascontiguousarray(picture), points=mesh.points.astype(np.float64))


def drawn_people(reader: FaceReader) -> list[Puppet]:
    """Return puppets of the adults of the cast, of those whose face the models find."""
    found = []
    for person in cast():
        picture = np.ascontiguousarray(drawn(person, size=SIZE[0])[40 : 40 + SIZE[1], :, :3])
        if reader.faces(picture):
            found.append(puppet(reader, picture, name=person.id))
    return found


@dataclass(frozen=True, kw_only=True)
class Acting:
    """How a puppet follows a challenge, and what it is filmed with.

    Parameters
    ----------
    seed : int
        Of its hesitation, sway, voice and the camera's noise.
    turn : float
        How far it turns, relative to TURN.
    noise : float
        Standard deviation of the camera's noise, in levels.
    hand : float
        Sway of a camera that is held, pixels a picture; 0 stands on a table.
    restless : float
        How far the head wanders by itself, in pixels.
    soft : float
        Blur of the lens, in pixels.
    room : Room
    """

    seed: int = 0
    turn: float = 1.0
    noise: float = 2.5
    hand: float = 0.25
    restless: float = 0.0
    soft: float = 0.0
    room: Room = field(default_factory=Room)

    @classmethod
    def drawn(cls, seed: int) -> Acting:
        """Return one way among many."""
        rng = np.random.default_rng([seed, 77])
        return cls(
            seed=seed,
            turn=float(rng.uniform(0.8, 1.2)),
            noise=float(rng.uniform(1, 4)),
            hand=float(rng.choice([0.0, 0.25])),
            restless=float(rng.uniform(0.5, 3)),
            soft=float(rng.choice([0.0, rng.uniform(0.3, 0.9)])),
            room=Room.drawn(rng),
        )


def perform(
    actor: Puppet,
    challenge: Challenge,
    acting: Acting = Acting(),
    *,
    photo: bool = False,
    alive: bool = False,
) -> Clip:
    """Return the recording of a puppet that does what is asked.

    With `photo` a print is held in a hand and tilted instead; with `alive` its eyes and its mouth move all the same.
    """
    rng = np.random.default_rng(acting.seed)
    n = int(np.ceil(challenge.duration_s * FPS)) + 3
    times = np.arange(n) / FPS
    pose = _poses(challenge, acting, times, rng)
    sway = _wander(rng, n, acting.hand)
    head = _wander(rng, n, acting.restless / 6)
    frames = np.empty((n, SIZE[1], SIZE[0], 3), np.uint8)
    camera = Camera(challenge=challenge, room=acting.room, noise=acting.noise, soft=acting.soft, rng=rng)
    for k in range(n):
        posed = {name: float(values[k]) for name, values in pose.items()}
        yaw, pitch = (posed.pop("yaw"), posed.pop("pitch")) if photo else (0.0, 0.0)
        still = dict.fromkeys(posed, 0.0)
        picture = actor.posed(**(posed if alive or not photo else still), shift=(head[k, 0], head[k, 1]))
        if photo:
            picture[..., 3] = 230  # a sheet of paper, all of it as near as its face
            picture = tilted(picture, yaw, pitch)
        frames[k] = camera.film(picture, sway[k], times[k])
    return Clip(frames, FPS, audio=voice(challenge, n / FPS, rng, room=acting.room), sample_rate=RATE)


def _poses(
    challenge: Challenge, acting: Acting, times: NDArray[np.float64], rng: np.random.Generator
) -> dict[str, NDArray[np.float64]]:
    """Return how the head is turned, the lids shut and the jaw dropped at each moment."""
    pose = {name: np.zeros(len(times)) for name in ("yaw", "pitch", "shut", "jaw")}
    pose["yaw"] += 1.5 * np.sin(times * rng.uniform(0.5, 1.1) + rng.uniform(0, 6))
    pose["pitch"] += 1.0 * np.sin(times * rng.uniform(0.5, 1.1) + rng.uniform(0, 6))
    for step in challenge.steps:
        lag = rng.uniform(0.25, 0.5) * challenge.pace
        length = (step.end_s - step.start_s) * rng.uniform(0.55, 0.65)
        if step.action in TURN:
            size = acting.turn * rng.uniform(0.85, 1.1)
            for name, degrees in zip(("yaw", "pitch"), TURN[step.action], strict=True):
                pose[name] += size * degrees * bump(times, step.start_s + lag, length)
        elif step.action == "blink":
            pose["shut"] += bump(times, step.start_s + lag, max(0.5, length * 0.4))
        for digit in step.digits:
            moment = digit.shown_s + lag * 0.8
            pose["jaw"] += 0.6 * bump(times, moment, 0.45 * max(0.8, challenge.pace))
    return pose


def _wander(rng: np.random.Generator, n: int, step: float) -> NDArray[np.float64]:
    """Return a way in pixels that begins and ends at 0; shape (n, 2)."""
    way = np.cumsum(rng.normal(0, 1, (n, 2)), axis=0)
    return np.asarray(step * (way - np.linspace(0, 1, n)[:, None] * way[-1]), np.float64)


@dataclass(kw_only=True)
class Camera:
    """A camera in a room: it sways, sees the window's light, sets itself to it, and adds noise."""

    challenge: Challenge
    room: Room
    noise: float
    soft: float
    rng: np.random.Generator
    gain: NDArray[np.float64] = field(default_factory=lambda: np.ones(3))

    def film(self, picture: NDArray[np.uint8], sway: NDArray[np.float64], time_s: float) -> NDArray[np.uint8]:
        """Return what it makes of a picture of four channels, the last how near to the window each pixel is."""
        move = np.array([[1, 0, sway[0]], [0, 1, sway[1]]], np.float64)
        moved = cv2.warpAffine(picture, move, SIZE, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        seen = self._lit(moved, time_s) if self.challenge.lights else moved[..., :3].astype(np.float32)
        if self.soft:
            seen = cv2.GaussianBlur(seen, (0, 0), self.soft)
        return grainy(seen, self.noise, self.rng)

    def _lit(self, picture: NDArray[np.uint8], time_s: float) -> NDArray[np.float32]:
        """Return the picture with the window's light, as a camera shows it that follows exposure and white balance."""
        hue = self.challenge.hue_at(max(0.0, time_s - self.room.delay_s))
        window = np.array(HUES[hue] if hue else (0, 0, 0), np.float32) / 255
        near = picture[..., 3:].astype(np.float32) / 255
        near = self.room.wall + (1 - self.room.wall) * near
        plain = LINEAR[picture[..., :3]]
        light = plain * (1 + self.room.glow * window * near)
        ratio = plain.mean(axis=(0, 1)) / np.maximum(1e-6, light.mean(axis=(0, 1)))
        target = 0.4 * ratio.mean() + 0.6 * ratio  # exposure for all, and part of the white balance
        self.gain += (target - self.gain) * min(1.0, 1 / FPS / 0.8)
        return np.asarray(255 * np.clip(light * self.gain, 0, 1) ** (1 / GAMMA), np.float32)


def grainy(picture: NDArray[np.float32], noise: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return a picture with a camera's noise, in levels: of brightness, and less of colour."""
    size = (*picture.shape[:2], 1)
    grain = rng.normal(0, noise, size) + rng.normal(0, noise * 0.4, (*size[:2], 3))
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def bump(times: NDArray[np.float64], start: float, length: float) -> NDArray[np.float64]:
    """Return a smooth rise from 0 to 1, a stay and a fall."""
    rise = np.clip((times - start) / (0.35 * length), 0, 1)
    fall = np.clip((start + length - times) / (0.35 * length), 0, 1)
    both = np.minimum(rise, fall)
    return np.asarray(both * both * (3 - 2 * both), np.float64)


def tilted(picture: NDArray[np.uint8], yaw: float, pitch: float) -> NDArray[np.uint8]:
    """Return a print that is itself turned in space before the camera."""
    width, height = SIZE
    corners = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.float64) * (
        width / 2,
        height / 2,
        0,
    )
    a, b = np.radians(-1.4 * yaw), np.radians(1.4 * pitch)
    about_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    turned = corners @ (about_x @ about_y).T
    seen = turned[:, :2] * (3 * width / (3 * width + turned[:, 2:])) + (width / 2, height / 2)
    flat = corners[:, :2] + (width / 2, height / 2)
    change = cv2.getPerspectiveTransform(flat.astype(np.float32), seen.astype(np.float32))
    return np.asarray(cv2.warpPerspective(picture, change, SIZE, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def made_up(reader: FaceReader, base: Puppet, *, seed: int) -> Puppet:
    """Return a puppet with another face: other proportions, other colours, made from the one portrait."""
    rng = np.random.default_rng(seed)
    points = base.points
    width, centre = np.ptp(points[:, 0]), points[list(OVAL)].mean(axis=0)
    u, v = ((points[:, :2] - centre[:2]) / width).T  # across and down, in widths of the face
    draw = lambda spread: float(rng.choice([-1, 1]) * rng.uniform(0.7, 1.3) * spread)  # noqa: E731
    shape = points[:, :2].copy()
    eyes = np.exp(-((v + 0.18) ** 2) / 0.02)
    nose = np.exp(-(u**2) / 0.02 - (v - 0.08) ** 2 / 0.03)
    mouth = np.exp(-((v - 0.36) ** 2) / 0.012 - u**2 / 0.06)
    jaw, brow = np.clip(v - 0.1, 0, None), np.clip(-0.2 - v, 0, None)
    shape[:, 0] += width * u * (draw(0.13) * eyes + draw(0.5) * nose + draw(0.3) * mouth + draw(0.45) * jaw)
    shape[:, 0] += width * u * (draw(0.3) * brow + draw(0.06))
    shape[:, 1] += width * (draw(0.05) * eyes + draw(0.05) * nose + draw(0.06) * mouth + draw(0.25) * jaw * v)
    shape[:, 1] += width * (draw(0.12) * v)
    target = base.anchors.copy()
    target[:468, :2] = shape
    oval = slice(468, 468 + len(OVAL))
    target[oval, :2] += shape[list(OVAL)] - points[list(OVAL), :2]
    bent = warp(base.picture, base.anchors[:, :2], target, base._triangles)
    lab = cv2.cvtColor(bent, cv2.COLOR_RGB2LAB).astype(np.float64)
    lab[..., 0] = 255 * (lab[..., 0] / 255) ** float(rng.uniform(0.7, 2.6))
    lab[..., 1:] += rng.uniform(-8, 8, 2)
    recoloured = cv2.cvtColor(np.clip(lab, 0, 255).astype(np.uint8), cv2.COLOR_LAB2RGB)
    return puppet(reader, np.asarray(recoloured, np.uint8), name=f"made-up {seed}")
