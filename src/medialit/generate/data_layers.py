"""What the painters and the flow learn from: portraits of single things, and clips as tokens.

Nobody films a thing alone; the world can. A portrait shows one thing, the right way up, in the light of its place. It is
drawn twice, in two colours: the codec sees one and paints the other, and so learns that a colour is not a shape.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.generate.data import N_SLOTS, Table, chunks, crew, encode_shot, training_scene
from medialit.generate.flow import Floats
from medialit.generate.layers import (
    EXTENT,
    HIGH,
    N_COLOUR,
    N_FRAMES,
    N_POSE,
    N_STEPS,
    N_THINGS,
    N_TOKEN,
    SEEN,
    SPRITE,
    WALL_RADIUS_M,
    Poses,
    bearings,
    pack,
    place_number,
)
from medialit.generate.shot import shot_of
from medialit.generate.split import may_train
from medialit.world import Scene, Tracks, simulate
from medialit.world.backdrops import Light, backdrop
from medialit.world.figures import Figure, phase_of
from medialit.world.kinds import sprite
from medialit.world.motion import PAN_M
from medialit.world.render import WALL_MIDDLE_M, render_place, render_wall
from medialit.world.scene import BACKGROUNDS, KINDS, N_LOOKS
from medialit.world.shapes import SHAPES
from medialit.world.sprites import fitting_resolution
from medialit.world.staging import Staging, stage
from medialit.world.view import VIEW_M

N_POINTS = 256
"""Points of the picture at which a thing's shadow and glow are noted, for each portrait."""
PORTRAIT_SEEDS = range(20_000_000, 21_000_000)
SHARE_WALLS = 0.04
_SIZE = (HIGH, HIGH)


def portrait(scene: Scene, staging: Staging, t: int, i: int, *, side: int) -> Floats:
    """Return one thing at one instant, alone and the right way up: colour times alpha, and alpha, (side, side, 4)."""
    return alone(Figure.of(scene, staging, t, i, _SIZE), light_of(scene), side=side)


def alone(figure: Figure, light: Light, *, side: int) -> Floats:
    """Return what `portrait` does, of a figure in a light."""
    n = 2 * side
    radius = n / (2 * EXTENT)
    maps = sprite(figure.kind, figure.phase, fitting_resolution(radius))
    figure = replace(figure, sprite=maps, centre=(n / 2, n / 2), radius=radius)
    black, white = np.zeros((n, n, 3), np.float32), np.ones((n, n, 3), np.float32)
    figure.draw(black, light, seed=0)
    figure.draw(white, light, seed=0)
    alpha = 1 - (white - black).mean(-1, keepdims=True)
    whole = np.concatenate([black, np.clip(alpha, 0, 1)], -1)
    if figure.angle:
        c, s = np.cos(figure.angle), np.sin(figure.angle)
        turn = np.array([[c, s], [-s, c]])
        middle = n / 2 - 0.5
        offset = np.full(2, middle) - turn @ np.full(2, middle)
        matrix = np.concatenate([turn, offset[:, None]], 1)
        whole = cv2.warpAffine(whole, matrix, (n, n), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return np.asarray(cv2.resize(whole, (side, side), interpolation=cv2.INTER_AREA), np.float32)


def wall_portrait(scene: Scene, *, side: int) -> Floats:
    """Return the wall of a scene, alone; as `portrait`."""
    face = simulate(scene, fps=1).wall_m
    wall = render_wall(light_of(scene), side=side)
    return wall if face is None or face > 0 else np.ascontiguousarray(wall[:, ::-1])


def light_of(scene: Scene) -> Light:
    """Return the light of a scene's place."""
    return backdrop(scene.background, scene.look, _SIZE).light


def poses_of(tracks: Tracks) -> Poses:
    """Return the poses of all things at all instants, shape (T, N)."""
    x, y = np.moveaxis(tracks.position_m, -1, 0).astype(np.float32)
    radius = np.broadcast_to(tracks.radius_m, x.shape).astype(np.float32)
    return Poses(
        x, y, radius, np.cos(tracks.angle_rad).astype(np.float32), np.sin(tracks.angle_rad).astype(np.float32)
    )


def wall_pose(face_m: float) -> Poses:
    """Return the pose of a wall whose face stands at `face_m`, shape ()."""
    x = face_m + np.sign(face_m) * WALL_MIDDLE_M[0]
    return Poses(*(np.float32(v) for v in (x, WALL_MIDDLE_M[1], WALL_RADIUS_M, 1.0, 0.0)))  # type: ignore[arg-type]


Encode = Callable[[NDArray[np.uint8]], Floats]
"""Portraits, shape (K, 48, 48, 4), to their codes, shape (K, N_CODE)."""


def tokens_of(scene: Scene, codes: Floats, wall: Floats | None = None) -> Floats:
    """Return a clip as tokens, shape (1 + T*N, N_TOKEN), of codes (T, n, N_CODE) of its n things, and of its wall.

    Where there is no thing, or no wall, all numbers are zero.
    """
    tracks = simulate(scene)
    out = np.zeros((1 + len(tracks.times_s) * N_THINGS, N_TOKEN), np.float32)
    if tracks.wall_m is not None:
        assert wall is not None, "this scene has a wall"
        out[0] = pack(wall_pose(tracks.wall_m), np.full(3, 0.5, np.float32), wall)
    poses = poses_of(tracks)
    grid = out[1:].reshape(-1, N_THINGS, N_TOKEN)
    for i, thing in enumerate(scene.objects):
        rgb = np.broadcast_to(np.asarray(thing.rgb, np.float32), (len(grid), 3))
        grid[:, i] = pack(poses.at((slice(None), i)), rgb, codes[:, i])
    return out


def seen_codes(scene: Scene, encode: Encode) -> tuple[Floats, Floats | None]:
    """Return the codes that the encoder finds by looking at a scene's things, frame by frame, and at its wall."""
    tracks = simulate(scene)
    staging = stage(tracks)
    n_frames, n = len(tracks.times_s), len(scene.objects)
    views = [as_bytes(portrait(scene, staging, t, i, side=SEEN)) for t in range(n_frames) for i in range(n)]
    if tracks.wall_m is not None:
        views.append(as_bytes(wall_portrait(scene, side=SEEN)))
    codes = encode(np.stack(views))
    return codes[: n_frames * n].reshape(n_frames, n, -1), None if tracks.wall_m is None else codes[-1]


_COLOURS = (
    (0.86, 0.13, 0.15),
    (0.13, 0.32, 0.87),
)  # a code should not know of the colour: it is a mean over these


@dataclass(frozen=True, eq=False)
class Book:
    """The codes of all things in all lights, looked at once, so that a clip needs no portraits to become tokens.

    Parameters
    ----------
    codes : dict of str to ndarray, shape (places, 2, phases, angles, N_CODE)
        By kind; the second axis is which way it faces. Between angles, a code is a straight line.
    walls : ndarray, shape (places, 2, N_CODE)
        On the right, on the left.
    """

    codes: dict[str, Floats]
    walls: Floats

    @classmethod
    def look(cls, encode: Encode, *, angles: int = 72) -> Book:
        """Look at everything; minutes of a processor core.

        `angles` are the steps of a full turn at which what is round is looked at; what stands upright, at half as many.
        """
        codes = {
            kind: np.stack([_views(kind, place, encode, angles=angles) for place in _places()])
            for kind in KINDS
        }
        walls = np.stack([render_wall(backdrop(*place, _SIZE).light, side=SEEN) for place in _places()])
        both = as_bytes(np.concatenate([walls, walls[:, :, ::-1]]))
        return cls(codes, encode(both).reshape(2, len(walls), -1).swapaxes(0, 1))

    def tokens(self, scene: Scene) -> Floats:
        """Return a clip as `tokens_of` does."""
        tracks = simulate(scene)
        place = place_number(encode_shot(shot_of(scene)))
        out = []
        for i, thing in enumerate(scene.objects):
            book = self.codes[thing.kind][place, int(_faces_left(tracks, thing.kind, i))]
            phases, angles = book.shape[:2]
            phase = np.array([phase_of(thing.kind, float(v)) for v in tracks.stride_rad[:, i]]) % phases
            turn = tracks.angle_rad[:, i] / (2 * np.pi) * angles
            share = (turn - np.floor(turn))[:, None].astype(np.float32)
            before = np.floor(turn).astype(int)
            out.append(
                (1 - share) * book[phase, before % angles] + share * book[phase, (before + 1) % angles]
            )
        wall = None if tracks.wall_m is None else self.walls[place, int(tracks.wall_m < 0)]
        return tokens_of(scene, np.stack(out, 1), wall)


def _views(kind: str, place: tuple[str, int], encode: Encode, *, angles: int) -> Floats:
    """Return the codes of one kind in one light, shape (2, phases, angles, N_CODE).

    What never moves its legs while it turns is looked at in both ways apart: each phase upright, each angle in phase 0.
    """
    shape, light = SHAPES[kind], backdrop(*place, _SIZE).light
    round_ = shape.gait == "round"
    n = angles if round_ else angles // 2
    wanted = [
        (left, phase, angle)
        for left in ((False,) if round_ else (False, True))
        for phase in range(shape.n_phases)
        for angle in range(n)
        if phase == 0 or angle == 0 or (kind == "bird" and angle % 3 == 0)
    ]
    total: Floats = np.zeros((len(wanted), 1), np.float32)
    for rgb in _COLOURS:
        views = [
            alone(_figure(kind, rgb, phase, 2 * np.pi * angle / n, left), light, side=SEEN)
            for left, phase, angle in wanted
        ]
        total = total + encode(as_bytes(np.stack(views))) / np.float32(len(_COLOURS))
    out = np.zeros((2, shape.n_phases, n, total.shape[1]), np.float32)
    known = dict(zip(wanted, total, strict=True))
    for left, phase, angle in np.ndindex(2, shape.n_phases, n):
        facing = False if round_ else bool(left)
        near = angle if (facing, phase, angle) in known else (angle // 3 * 3 if kind == "bird" else 0)
        out[left, phase, angle] = known[facing, phase, near]
    return out


def _figure(kind: str, rgb: tuple[float, float, float], phase: int, angle: float, left: bool) -> Figure:
    return Figure(
        kind=kind,
        phase=phase,
        sprite=sprite(kind, phase, fitting_resolution(SEEN)),
        rgb=np.array(rgb, np.float32),
        centre=(0.0, 0.0),
        ground_y=0.0,
        radius=1.0,
        height_m=0.0,
        radius_m=1.0,
        angle=angle,
        mirrored=left,
        opacity=1.0,
        mottle=0.0,
        shadow_shift=0.0,
    )


def _faces_left(tracks: Tracks, kind: str, i: int) -> bool:
    return tracks.mirrored[i] and SHAPES[kind].gait != "round"


def _places() -> list[tuple[str, int]]:
    return [(name, look) for name in BACKGROUNDS for look in range(N_LOOKS)]


def as_bytes(picture: Floats) -> NDArray[np.uint8]:
    """Return 0 to 1 as 0 to 255."""
    return np.asarray(cv2.convertScaleAbs(np.clip(picture, 0, 1), alpha=255), np.uint8)


def render_portraits(
    folder: Path, *, n: int, first_seed: int = PORTRAIT_SEEDS.start, workers: int = 0
) -> None:
    """Fill a table with portraits; goes on where it stopped.

    Columns: ``seen`` uint8 (48, 48, 4), ``wanted`` uint8 (96, 96, 4) in another colour, ``rgb`` float32 (3,) of that,
    ``bearings`` float32 (8,), ``place`` int64, ``points`` float32 (256, 2), ``left`` float32 (256,) and ``given``
    float32 (256, 3): the light that is left and added there; ``lit`` float32: 0 for a wall, whose light is not noted.
    """
    table = Table(folder)
    table.create(
        n,
        {
            "seen": ((SEEN, SEEN, 4), "uint8"),
            "wanted": ((SPRITE, SPRITE, 4), "uint8"),
            "rgb": ((N_COLOUR,), "float32"),
            "bearings": ((N_POSE + N_COLOUR,), "float32"),
            "place": ((), "int64"),
            "points": ((N_POINTS, 2), "float32"),
            "left": ((N_POINTS,), "float32"),
            "given": ((N_POINTS, 3), "float32"),
            "lit": ((), "float32"),
        },
    )
    rows = ((row, first_seed + row) for row in range(table.n, n))
    with crew(workers) as each:
        for end in each(partial(_portraits, folder), chunks(rows, 64)):
            table.fill(end)


def _portraits(folder: Path, rows: list[tuple[int, int]]) -> int:
    """Draw some portraits into rows of the table; return the row after the last."""
    arrays = Table(folder).open(mode="r+")
    for row, seed in rows:
        for name, value in _portrait_row(seed).items():
            arrays[name][row] = value
    return row + 1


def _portrait_row(seed: int) -> dict[str, Any]:
    scene, rng = training_scene(seed, share_random_colour=0.8), np.random.default_rng([seed, 0x9047])
    blank = np.zeros(N_POINTS, np.float32)
    row: dict[str, Any] = {
        "place": place_number(encode_shot(shot_of(scene))),
        "lit": 0.0,
        "rgb": np.full(3, 0.5, np.float32),
    }
    row |= {
        "bearings": np.ones(N_POSE + N_COLOUR, np.float32),
        "points": blank[:, None] + np.zeros(2, np.float32),
    }
    row |= {"left": blank, "given": blank[:, None] + np.zeros(3, np.float32)}
    if rng.random() < SHARE_WALLS:
        scene = replace(scene, objects=(replace(scene.objects[0], action="wall"),))
        return row | {
            name: as_bytes(wall_portrait(scene, side=side))
            for name, side in (("seen", SEEN), ("wanted", SPRITE))
        }
    i, t = int(rng.integers(len(scene.objects))), int(rng.integers(N_FRAMES))
    tracks = simulate(scene)
    staging = stage(tracks)
    row["seen"] = as_bytes(portrait(scene, staging, t, i, side=SEEN))
    red, green, blue = (int(v) for v in rng.integers(0, 256, 3))
    things = list(scene.objects)
    things[i] = replace(things[i], colour=f"#{red:02x}{green:02x}{blue:02x}")
    other = replace(scene, objects=tuple(things))
    row["wanted"] = as_bytes(portrait(other, staging, t, i, side=SPRITE))
    row["rgb"] = np.array(things[i].rgb, np.float32)
    poses = poses_of(tracks)
    lane, camera = np.float32(tracks.scale[i]), np.float32(tracks.camera_m[t, 0])
    row["bearings"] = bearings(poses.at((t, i)), row["rgb"], np.asarray(lane), np.asarray(camera))
    row["points"], row["left"], row["given"] = _light_around(other, staging, t, i, rng)
    return row | {"lit": 1.0}


def _light_around(
    scene: Scene, staging: Staging, t: int, i: int, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Return points of the picture, and the light that a thing leaves and adds there: half of them where it matters."""
    light = light_of(scene)
    figure = Figure.of(scene, staging, t, i, _SIZE)
    left, given = np.ones((HIGH, HIGH, 3), np.float32), np.zeros((HIGH, HIGH, 3), np.float32)
    figure.cast_shadow(left, light)
    figure.shed_light(given, light)
    dark = left[..., 0]
    odds = np.full(HIGH * HIGH, 1.0 / HIGH**2)
    for matters in (dark < 0.98, dark < 0.8):
        if matters.any():
            odds += matters.ravel() / matters.sum()
    rows, columns = np.divmod(rng.choice(HIGH * HIGH, N_POINTS, p=odds / odds.sum()), HIGH)
    k = HIGH / VIEW_M
    points = np.stack([(columns + 0.5) / k - VIEW_M / 2, VIEW_M - (rows + 0.5) / k], -1)
    return points.astype(np.float32), dark[rows, columns], given[rows, columns]


def write_tokens(folder: Path, *, n: int, seeds: Iterator[int], book: Book) -> None:
    """Fill a table with clips as tokens, of scenes that `may_train` allows; goes on where it stopped.

    Columns: ``tokens`` float16 (1 + 24*2, N_TOKEN), ``slots`` float32 (15,), ``seed`` int64.
    """
    table = Table(folder)
    arrays = table.create(
        n,
        {
            "tokens": ((1 + N_FRAMES * N_THINGS, N_TOKEN), "float16"),
            "slots": ((N_SLOTS,), "float32"),
            "seed": ((), "int64"),
        },
    )
    allowed = (seed for seed in seeds if may_train(training_scene(seed)))
    for row, seed in enumerate(itertools.islice(allowed, n)):
        if row < table.n:
            continue
        scene = training_scene(seed)
        arrays["tokens"][row] = book.tokens(scene)
        arrays["slots"][row] = encode_shot(shot_of(scene))
        arrays["seed"][row] = seed
        if row % 256 == 255 or row + 1 == n:
            table.fill(row + 1)


def empty_places(*, side: int) -> NDArray[np.uint8]:
    """Return every place in every look, from every position of the camera: (32, N_STEPS, side, side, 3)."""
    ways = [float(x) for x in np.linspace(-PAN_M, PAN_M, N_STEPS)]
    return np.stack(
        [
            np.stack([render_place(name, look, camera_m=(x, 0.0), size=(side, side)) for x in ways])
            for name, look in _places()
        ]
    )
