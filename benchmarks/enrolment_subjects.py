"""Who stands before the camera in the measurements of enrolment: puppets made from one picture, and attackers.

No recording of a person was available under a licence that allows this, so a **puppet** acts: a portrait whose 468
mesh points are turned in space, whose lids close and whose jaw opens, and which is then filmed with noise and sway.
The one portrait of a real person is `skimage.data.astronaut()` (Eileen Collins, NASA, public domain). Further
**made-up faces** are that portrait with the proportions and the colours of the face changed. A puppet has no living
skin, no eyes that move and no camera before it: what is measured with it says how the checks behave, not how a crowd
would fare.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter
from scipy.spatial import Delaunay
from skimage import data

from medialit.likeness.challenge import Challenge
from medialit.likeness.models import FaceReader
from medialit.media import Clip

FPS = 12.0
RATE = 16_000
SIZE = (400, 300)
TURN = {"left": (24.0, 0.0), "right": (-24.0, 0.0), "up": (0.0, -18.0)}
"""Degrees of yaw and pitch. On the picture a person's left is to the right."""

UPPER = ((246, 161, 160, 159, 158, 157, 173), (466, 388, 387, 386, 385, 384, 398))
LOWER = ((7, 163, 144, 145, 153, 154, 155), (249, 390, 373, 374, 380, 381, 382))
OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150,
    136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
FORMANTS = (
    (730, 1090, 2440, 3400, 4500),
    (270, 2290, 3010, 3500, 4500),
    (300, 870, 2240, 3300, 4400),
    (530, 1840, 2480, 3500, 4500),
    (570, 840, 2410, 3300, 4300),
)
"""Resonances of five vowels, in hertz, after Peterson and Barney (1952)."""
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

    def posed(
        self, *, yaw: float = 0.0, pitch: float = 0.0, shut: float = 0.0, jaw: float = 0.0
    ) -> NDArray[np.uint8]:
        """Return the picture of a turned head, in degrees; `shut` and `jaw` go from 0 to 1."""
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
        return warp(self.picture, self.anchors[:, :2], moved, self._triangles)

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
    back = np.linalg.solve(flat, source[order])  # (N, 3, 2)
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float64)
    where = back[np.maximum(index, 0)]  # (H, W, 3, 2)
    mapped = xs[..., None] * where[..., 0, :] + ys[..., None] * where[..., 1, :] + where[..., 2, :]
    mapped[index < 0] = np.stack([xs, ys], axis=-1)[index < 0]
    moved = cv2.remap(
        picture, mapped.astype(np.float32), None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
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


@dataclass(frozen=True, kw_only=True)
class Acting:
    """How a puppet follows a challenge.

    Parameters
    ----------
    seed : int
        Of its hesitation, sway, voice and the camera's noise.
    turn : float
        How far it turns, relative to TURN.
    noise : float
        Standard deviation of the camera's noise, in levels.
    """

    seed: int = 0
    turn: float = 1.0
    noise: float = 2.5


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
    pose = {name: np.zeros(n) for name in ("yaw", "pitch", "shut", "jaw")}
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
    sway = np.cumsum(rng.normal(0, 0.25, (n, 2)), axis=0)
    sway -= np.linspace(0, 1, n)[:, None] * sway[-1]
    frames = np.empty((n, SIZE[1], SIZE[0], 3), np.uint8)
    for k in range(n):
        posed = {name: float(values[k]) for name, values in pose.items()}
        yaw, pitch = (posed.pop("yaw"), posed.pop("pitch")) if photo else (0.0, 0.0)
        picture = actor.posed(**posed) if alive or not photo else actor.picture
        picture = tilted(picture, yaw, pitch) if photo else picture
        frames[k] = filmed(picture, sway[k], acting.noise, rng)
    return Clip(frames, FPS, audio=voice(challenge, n / FPS, rng), sample_rate=RATE)


def bump(times: NDArray[np.float64], start: float, length: float) -> NDArray[np.float64]:
    """Return a smooth rise from 0 to 1, a stay and a fall."""
    rise = np.clip((times - start) / (0.35 * length), 0, 1)
    fall = np.clip((start + length - times) / (0.35 * length), 0, 1)
    both = np.minimum(rise, fall)
    return np.asarray(both * both * (3 - 2 * both), np.float64)


def filmed(
    picture: NDArray[np.uint8], sway: NDArray[np.float64], noise: float, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Return a picture moved by a hand's sway in pixels, with a camera's noise."""
    move = np.array([[1, 0, sway[0]], [0, 1, sway[1]]], np.float64)
    moved = cv2.warpAffine(picture, move, SIZE, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    grain = rng.normal(0, noise, (SIZE[1], SIZE[0], 1)) + rng.normal(0, noise * 0.4, (SIZE[1], SIZE[0], 3))
    return np.clip(moved + grain, 0, 255).astype(np.uint8)


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


def voice(
    challenge: Challenge, duration_s: float, rng: np.random.Generator, *, spoken: bool = True
) -> NDArray[np.float32]:
    """Return room noise with a vowel-like voice after each digit, float32 of shape (N, 1).

    A train of glottal pulses through three resonances, after Fant's source and filter (1960).
    """
    n = int(duration_s * RATE)
    sound = rng.normal(0, 0.002, n)
    pitch = rng.uniform(100, 230)
    for digit in challenge.digits if spoken else ():
        start = int((digit.shown_s + rng.uniform(0.2, 0.4) * challenge.pace) * RATE)
        sound_s = rng.uniform(0.35, 0.5) * max(0.8, challenge.pace)
        burst = vowel(digit.digit, pitch, sound_s, rng)
        end = min(n, start + len(burst))
        sound[start:end] += burst[: max(0, end - start)]
    return np.clip(sound, -1, 1).astype(np.float32)[:, np.newaxis]


def vowel(which: int, pitch: float, length_s: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a breath and a voiced sound that glides between two vowels: flow pulses through five resonances."""
    n = int(length_s * RATE)
    k = np.arange(n)
    knots = np.arange(0, n + 160, 80)
    melody = np.interp(k / n, [0, 0.3, 1], [1.0, 1.12, 0.8]) * (
        1 + 0.01 * np.interp(k, knots, rng.normal(size=len(knots)))
    )
    phase = np.cumsum(pitch * melody) / RATE % 1
    flow = np.where(phase < 0.6, np.sin(np.pi * phase / 0.6) ** 2, 0)
    source = np.diff(flow, prepend=0.0) + 0.05 * rng.normal(size=n) * flow
    first, second = FORMANTS[which % 5], FORMANTS[(which * 3 + 1) % 5]
    out = np.zeros(n)
    states = [np.zeros(2) for _ in range(5)]
    for start in range(0, n, 160):
        piece = source[start : start + 160]
        glide = 0.5 - 0.5 * np.cos(np.pi * np.clip((start / n - 0.3) / 0.4, 0, 1))
        for i, width in enumerate((70, 90, 130, 200, 300)):
            frequency = first[i] * (1 - glide) + second[i] * glide
            r = np.exp(-np.pi * width / RATE)
            c = 2 * r * np.cos(2 * np.pi * frequency / RATE)
            piece, states[i] = lfilter([1 - c + r * r], [1, -c, r * r], piece, zi=states[i])
        out[start : start + 160] = piece
    ease = np.interp(k / RATE, [0, 0.03, length_s - 0.08, length_s], [0, 1, 0.7, 0])
    breath = lfilter([1, -0.95], [1], rng.normal(size=int(0.07 * RATE))) * np.hanning(int(0.07 * RATE)) * 0.03
    return np.concatenate([breath, out / np.abs(out).max() * ease * 0.4])


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


def screened(clip: Clip, *, seed: int, sharp: float = 0.6) -> Clip:
    """Return a clip as a camera films it from a screen: pixels in three stripes, a slight turn, glow and flicker.

    Parameters
    ----------
    clip : Clip
    seed : int
        Of distance, turn and flicker.
    sharp : float
        Blur of the lens in the screen's pixels; the greater, the less is left of the pattern.
    """
    rng = np.random.default_rng(seed)
    n = 4  # points drawn for each pixel of the screen: three stripes and a dark gap
    width, height = SIZE
    cell = np.zeros((n, n, 3))
    for colour in range(3):
        cell[:3, colour, colour] = 1.0
    mask = np.tile(cell / cell.mean(axis=(0, 1)), (height, width, 1)).astype(np.float32)
    zoom, turn = rng.uniform(0.86, 0.97), np.radians(rng.uniform(-3, 3))
    move = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0]]) * (n / zoom)
    move[:, 2] = np.array([width, height]) * n / 2 - move[:, :2] @ (np.array([width, height]) / 2)
    rate, depth = rng.uniform(2, 5), rng.uniform(0.01, 0.04)
    frames = np.empty_like(clip.frames)
    for k, frame in enumerate(clip.frames):
        light = ((frame / 255.0) ** 2.2).astype(np.float32)
        large = cv2.resize(light, (width * n, height * n), interpolation=cv2.INTER_NEAREST) * mask
        large = cv2.GaussianBlur(large, (0, 0), sharp * n)
        seen = cv2.warpAffine(large, move, SIZE, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        seen *= 1 + depth * np.sin(2 * np.pi * rate * k / clip.fps)
        picture = 255 * np.clip(seen, 0, 1) ** (1 / 2.2) + rng.normal(0, 2.0, seen.shape)
        frames[k] = np.clip(picture, 0, 255)
    return clip.with_frames(frames)


def spliced(first: Clip, second: Clip, *, at_s: float) -> Clip:
    """Return the first clip up to a moment and the second from there on, each with its own sound."""
    assert first.audio is not None and second.audio is not None
    cut, sample = round(at_s * first.fps), round(at_s * RATE)
    n = min(first.n_frames, second.n_frames)
    frames = np.concatenate([first.frames[:cut], second.frames[cut:n]])
    sound = np.concatenate([first.audio[:sample], second.audio[sample:]])[: round(n / first.fps * RATE)]
    return Clip(frames, first.fps, audio=sound, sample_rate=RATE)
