"""Where everything is at every instant: real ballistics, solved exactly, at any frame rate.

Every path is a chain of pieces with constant acceleration (or a circle), solved from one event to the next
instead of stepped, so that the truth at a given instant doesn't depend on the frame rate. Free flight has
g = 9.81 m/s^2; a bounce keeps a fixed share of the speed (the coefficient of restitution); two objects share
momentum in one dimension with masses as the cube of their radii; what is round rolls without slipping.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from medialit.world.scene import Scene, Thing
from medialit.world.shapes import SHAPES
from medialit.world.tracks import Collision, Doubles, Tracks
from medialit.world.view import GRAVITY_M_S2

BACK_LANE = 0.80  # depth scale of the second object, unless the two meet
PAN_M = 0.35  # the camera travels from one side to the other by twice this
WALL_FACE_M = 1.45  # where the wall stands that an object hits
_LEAD_M = 0.55  # of two that roll the same way, the first is this much ahead and the second this much behind
_REST_SPEED = 0.35  # m/s: a bounce slower than this ends in rest


@dataclass(frozen=True)
class Piece:
    """A stretch of a path: constant acceleration from `start_s` until the next piece starts.

    `roll_radius_m` turns the object as it moves along the ground; otherwise it turns at `spin_rad_s`.
    """

    start_s: float
    position_m: tuple[float, float]
    velocity_m_s: tuple[float, float] = (0.0, 0.0)
    acceleration_m_s2: tuple[float, float] = (0.0, 0.0)
    angle_rad: float = 0.0
    spin_rad_s: float = 0.0
    roll_radius_m: float | None = None

    def at(self, time_s: float) -> Piece:
        """Return the state at `time_s`, as the start of a new piece of the same kind."""
        t = time_s - self.start_s
        (x, y), (vx, vy), (ax, ay) = self.position_m, self.velocity_m_s, self.acceleration_m_s2
        moved = vx * t + ax * t * t / 2
        turned = self.spin_rad_s * t if self.roll_radius_m is None else -moved / self.roll_radius_m
        return replace(
            self,
            start_s=time_s,
            position_m=(x + moved, y + vy * t + ay * t * t / 2),
            velocity_m_s=(vx + ax * t, vy + ay * t),
            angle_rad=self.angle_rad + turned,
        )


@dataclass(frozen=True)
class Circle:
    """A path around a centre at constant speed."""

    centre_m: tuple[float, float]
    radius_m: float
    phase_rad: float
    speed_rad_s: float

    start_s: float = 0.0

    def at(self, time_s: float) -> Piece:
        """Return the state at `time_s`."""
        a = self.phase_rad + self.speed_rad_s * time_s
        r, w = self.radius_m, self.speed_rad_s
        return Piece(
            start_s=time_s,
            position_m=(self.centre_m[0] + r * float(np.cos(a)), self.centre_m[1] + r * float(np.sin(a))),
            velocity_m_s=(-r * w * float(np.sin(a)), r * w * float(np.cos(a))),
            acceleration_m_s2=(-r * w * w * float(np.cos(a)), -r * w * w * float(np.sin(a))),
        )


Path = tuple[Piece | Circle, ...]


def simulate(
    scene: Scene,
    *,
    fps: float | None = None,
    surge: float = 0.0,
    surge_at: int = 0,
    gravity_scale: float = 1.0,
) -> Tracks:
    """Solve a scene's motion.

    Parameters
    ----------
    scene : Scene
    fps : float, optional
        Instants a second; the scene's own by default. The motion itself doesn't depend on it.
    surge : float
        Added to the first object's coefficient of restitution at its bounce number `surge_at`, counted from
        0. Above 0 it breaks physics on purpose; only `medialit.world.violations` uses it.
    gravity_scale : float
        Multiplies g for the first object after that bounce; 1 is honest.

    Returns
    -------
    Tracks

    Examples
    --------
    >>> from medialit.world import Scene, Thing
    >>> tracks = simulate(Scene("studio", (Thing("ball", "red", "fall"),)))
    >>> tracks.position_m.shape, tracks.collisions[0].against
    ((48, 1, 2), 'ground')
    """
    rate = scene.fps if fps is None else fps
    times = np.arange(max(1, round(scene.duration_s * rate))) / rate
    collisions: list[Collision] = []
    paths, scales, wall = _paths(scene, collisions, _Tamper(surge, surge_at, gravity_scale))
    sampled = [_sample(path, times) for path in paths]
    position = np.stack([s[0] for s in sampled], axis=1)
    velocity = np.stack([s[1] for s in sampled], axis=1)
    angle = np.stack([s[2] for s in sampled], axis=1)
    stride = [_stride(thing, s[0], times) for thing, s in zip(scene.objects, sampled, strict=True)]
    return Tracks(
        times_s=times,
        position_m=position,
        velocity_m_s=velocity,
        angle_rad=angle,
        stride_rad=np.stack(stride, axis=1),
        present=np.ones(angle.shape, bool),
        radius_m=np.array([thing.radius_m for thing in scene.objects]),
        scale=np.array(scales),
        camera_m=_camera(scene, times),
        mirrored=tuple(bool(v[0, 0] < -1e-6) for v in (s[1] for s in sampled)),
        collisions=tuple(
            sorted((c for c in collisions if c.time_s <= scene.duration_s), key=lambda c: c.time_s)
        ),
        wall_m=wall,
    )


@dataclass(frozen=True)
class _Tamper:
    surge: float = 0.0
    surge_at: int = 0
    gravity_scale: float = 1.0


def _paths(
    scene: Scene, collisions: list[Collision], tamper: _Tamper
) -> tuple[list[Path], list[float], float | None]:
    rngs = [np.random.default_rng([scene.seed, i]) for i in range(len(scene.objects))]
    if scene.objects[0].action == "hit":
        return _hit(scene, rngs[0], collisions), [1.0, 1.0], None
    two = len(scene.objects) == 2
    side = 1.0 if rngs[0].random() < 0.5 else -1.0
    paths: list[Path] = []
    wall: float | None = None
    race = (
        two and len({thing.action for thing in scene.objects}) == 1
    )  # one after the other, or one hides the other
    for i, (thing, rng) in enumerate(zip(scene.objects, rngs, strict=True)):
        home = (
            (side if i == 0 else -side) * float(rng.uniform(0.75, 0.95)) if two else rng.uniform(-0.35, 0.35)
        )
        stage = _Stage(
            thing,
            i,
            float(home),
            scene.duration_s,
            rng,
            collisions,
            tamper if i == 0 else _Tamper(),
            lead_m=((1 if i == 0 else -1) * _LEAD_M) if race else 0.0,
        )
        paths.append(_ACTIONS[thing.action](stage))
        if thing.action == "wall":
            heading = paths[-1][0].at(0.0).velocity_m_s[0]
            wall = WALL_FACE_M if heading > 0 else -WALL_FACE_M
    return paths, [1.0, BACK_LANE][: len(paths)], wall


@dataclass(frozen=True)
class _Stage:
    """What an action needs to know."""

    thing: Thing
    index: int
    home_m: float
    duration_s: float
    rng: np.random.Generator
    collisions: list[Collision]
    tamper: _Tamper
    lead_m: float = 0.0  # how far it rolls ahead of where it would alone

    @property
    def rest_m(self) -> float:
        return self.thing.radius_m * SHAPES[self.thing.kind].foot

    @property
    def round(self) -> bool:
        return SHAPES[self.thing.kind].gait == "round"

    @property
    def roll_radius_m(self) -> float | None:
        return self.rest_m if self.round else None

    def uniform(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def sign(self) -> float:
        return 1.0 if self.rng.random() < 0.5 else -1.0


def _bounce(stage: _Stage) -> Path:
    drop = stage.uniform(2.35, 2.85)
    sideways = stage.uniform(0.15, 0.4) * -np.sign(stage.home_m)
    return _ballistic(
        stage,
        Piece(
            0.0,
            (stage.home_m - sideways * stage.duration_s / 3, drop),
            (float(sideways), 0.0),
            angle_rad=stage.uniform(-0.3, 0.3) if stage.round else 0.0,
            spin_rad_s=float(-sideways * 2.5) if stage.round else 0.0,
        ),
        restitution=stage.uniform(0.74, 0.88),
    )


def _fall(stage: _Stage) -> Path:
    start = Piece(0.0, (stage.home_m, stage.uniform(2.75, 3.1)), angle_rad=0.0)
    return _ballistic(stage, start, restitution=stage.uniform(0.15, 0.3))


def _ballistic(stage: _Stage, start: Piece, *, restitution: float) -> Path:
    """Fly, bounce, fly again, until the bounce is too slow to see; then rest or roll on."""
    gravity = GRAVITY_M_S2
    piece = replace(start, acceleration_m_s2=(0.0, -gravity))
    pieces = [piece]
    for bounce in range(40):
        y, (vx, vy) = piece.position_m[1], piece.velocity_m_s
        lands = (vy + np.sqrt(vy * vy + 2 * gravity * max(0.0, y - stage.rest_m))) / gravity
        arrival = piece.at(piece.start_s + float(lands))
        speed = -arrival.velocity_m_s[1]
        kept = restitution
        if bounce == stage.tamper.surge_at:
            kept += stage.tamper.surge
            gravity *= stage.tamper.gravity_scale
        rebound = speed * kept if speed * kept > _REST_SPEED else 0.0
        ground = (arrival.position_m[0], stage.rest_m)
        stage.collisions.append(Collision(arrival.start_s, stage.index, "ground", ground, speed, rebound))
        piece = replace(
            arrival,
            position_m=ground,
            velocity_m_s=(vx, rebound),
            acceleration_m_s2=(0.0, -gravity if rebound else 0.0),
        )
        if not rebound:
            slide = vx if stage.round else 0.0
            pieces.append(replace(piece, velocity_m_s=(slide, 0.0), roll_radius_m=stage.roll_radius_m))
            break
        pieces.append(piece)
        if piece.start_s > stage.duration_s:
            break
    return tuple(pieces)


def _roll(stage: _Stage, heading: float) -> Path:
    distance = stage.uniform(2.1, 2.9)
    start = -heading * (distance / 2 + stage.uniform(-0.15, 0.15)) + heading * stage.lead_m
    speed = heading * distance / stage.duration_s
    return (Piece(0.0, (start, stage.rest_m), (speed, 0.0), roll_radius_m=stage.roll_radius_m),)


def _rise(stage: _Stage) -> Path:
    height = stage.uniform(2.0, 2.5)
    lift = 2 * height / stage.duration_s**2
    return (Piece(0.0, (stage.home_m, stage.rest_m), (0.0, 0.0), (0.0, lift)),)


def _spin(stage: _Stage) -> Path:
    rate = stage.sign() * stage.uniform(1.1, 1.8) * 2 * np.pi / stage.duration_s
    height = stage.thing.radius_m * 1.08 if not stage.round else stage.rest_m
    return (Piece(0.0, (stage.home_m, height), spin_rad_s=float(rate)),)


def _orbit(stage: _Stage) -> Path:
    radius = stage.uniform(0.62, 0.8)
    turns = stage.sign() * stage.uniform(1.1, 1.5)
    return (
        Circle(
            (stage.home_m * 0.8, 1.95),
            radius,
            stage.uniform(0, 2 * np.pi),
            float(turns * 2 * np.pi / stage.duration_s),
        ),
    )


def _wall(stage: _Stage) -> Path:
    heading = stage.sign()
    reach = stage.thing.radius_m * SHAPES[stage.thing.kind].half_width
    start = -heading * stage.uniform(0.9, 1.3)
    contact = heading * (WALL_FACE_M - reach)
    when = stage.uniform(0.42, 0.5) * stage.duration_s
    speed = (contact - start) / when
    kept = stage.uniform(0.75, 0.9)
    there = Piece(0.0, (start, stage.rest_m), (speed, 0.0), roll_radius_m=stage.roll_radius_m)
    touch = there.at(when)
    stage.collisions.append(
        Collision(
            when, stage.index, "wall", (heading * WALL_FACE_M, stage.rest_m), abs(speed), abs(speed) * kept
        )
    )
    return there, replace(touch, velocity_m_s=(-speed * kept, 0.0))


def _stand(stage: _Stage) -> Path:
    angle = stage.uniform(-0.4, 0.4) if stage.round else 0.0
    return (Piece(0.0, (stage.home_m, stage.rest_m), angle_rad=angle),)


def _hit(scene: Scene, rng: np.random.Generator, collisions: list[Collision]) -> list[Path]:
    """One object rolls into another: momentum is shared, a part of the energy is lost."""
    first, second = scene.objects
    stages = [
        _Stage(thing, i, 0.0, scene.duration_s, rng, collisions, _Tamper())
        for i, thing in enumerate(scene.objects)
    ]
    heading = stages[0].sign()
    reach = _reach(first, second)
    target = heading * stages[0].uniform(0.25, 0.5)
    contact = target - heading * reach
    start = -heading * stages[0].uniform(1.5, 1.7)
    when = abs(contact - start) / abs(1.7 * 2.0 / scene.duration_s) * stages[0].uniform(0.95, 1.1)
    speed = (contact - start) / when
    kept = stages[0].uniform(0.75, 0.9)
    m, n = first.radius_m**3, second.radius_m**3
    after_first = speed * (m - kept * n) / (m + n)
    after_second = speed * (1 + kept) * m / (m + n)
    rolling = Piece(0.0, (start, stages[0].rest_m), (speed, 0.0), roll_radius_m=stages[0].roll_radius_m)
    waiting = Piece(0.0, (target, stages[1].rest_m), roll_radius_m=stages[1].roll_radius_m)
    collisions.append(
        Collision(
            when,
            0,
            "object 1",
            (contact + heading * reach / 2, stages[0].rest_m),
            abs(speed),
            abs(after_first),
        )
    )
    return [
        (rolling, replace(rolling.at(when), velocity_m_s=(after_first, 0.0))),
        (waiting, replace(waiting.at(when), velocity_m_s=(after_second, 0.0))),
    ]


def _reach(first: Thing, second: Thing) -> float:
    """Return how far apart the centres are, sideways, when two objects on the ground touch."""
    a, b = SHAPES[first.kind], SHAPES[second.kind]
    if a.gait == b.gait == "round":
        r, s = first.radius_m * a.foot, second.radius_m * b.foot
        return float(np.sqrt((r + s) ** 2 - (r - s) ** 2))
    return first.radius_m * a.half_width + second.radius_m * b.half_width


_ACTIONS: dict[str, Callable[[_Stage], Path]] = {
    "bounce": _bounce,
    "roll_left": lambda stage: _roll(stage, -1.0),
    "roll_right": lambda stage: _roll(stage, 1.0),
    "fall": _fall,
    "rise": _rise,
    "spin": _spin,
    "orbit": _orbit,
    "wall": _wall,
    "stand": _stand,
}


def _sample(path: Path, times: Doubles) -> tuple[Doubles, Doubles, Doubles]:
    starts = np.array([piece.start_s for piece in path])
    which = np.maximum(np.searchsorted(starts, times, side="right") - 1, 0)
    states = [path[i].at(float(t)) for i, t in zip(which, times, strict=True)]
    return (
        np.array([s.position_m for s in states]),
        np.array([s.velocity_m_s for s in states]),
        np.array([s.angle_rad for s in states]),
    )


def _stride(thing: Thing, position: Doubles, times: Doubles) -> Doubles:
    """Return the turn of wheels or legs from the way covered; wings beat three times a second."""
    shape = SHAPES[thing.kind]
    if thing.kind == "bird":
        return 2 * np.pi * 3.0 * times if thing.action != "stand" else np.zeros_like(times)
    covered = position[:, 0] - position[0, 0]
    on_ground = position[:, 1] < thing.radius_m * shape.foot + 1e-6
    return np.where(on_ground, covered, 0.0) / (shape.wheel * thing.radius_m)


def _camera(scene: Scene, times: Doubles) -> Doubles:
    """Return the camera's sideways position and tilt: an even pan and a hand that is never quite still."""
    direction = {"still": 0.0, "left": -1.0, "right": 1.0}[scene.pan]
    travel = direction * PAN_M * (2 * times / scene.duration_s - 1)
    rng = np.random.default_rng([scene.seed, 0xCA])
    hertz = np.array([0.6, 1.1, 1.9, 3.3, 5.9])
    weight = scene.shake_m * np.array([0.75, 0.5, 0.35, 0.2, 0.1]) * np.sqrt(2)
    phase = rng.uniform(0, 2 * np.pi, (2, 5))
    hand = np.sin(2 * np.pi * times[:, None, None] * hertz + phase) @ weight  # (T, 2)
    return np.asarray(hand + np.stack([travel, np.zeros_like(travel)], axis=1), np.float64)
