"""How a person holds themselves from instant to instant: blinking, breathing, turning, talking, waving, walking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from medialit.errors import CastError

Arm = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Pose:
    """One instant of a person; left and right are the picture's.

    Parameters
    ----------
    yaw_deg, pitch_deg, roll_deg : float
        Where the head turns: positive is to the right of the picture, up, and tilted to the left shoulder
        (anticlockwise). Up to 45, 30 and 25 degrees.
    eye_open : float
        0 is shut, 1 open.
    gaze : tuple of float
        Where the eyes look within their sockets, right and up, -1 to 1.
    mouth_open, mouth_width : float
        0 is shut, 1 as open as in "a"; the width is 1 at rest, less in "o", more in "i".
    smile, brow : float
        -1 to 1; 0 is neutral.
    lean : float
        How far the top of the head is off the feet, in body heights.
    breath : float
        0 is breathed out, 1 in.
    rise : float
        How far the hips are above their rest, in body heights.
    left_arm, right_arm : tuple of float
        Degrees away from the body of the upper arm, and of the forearm: 0 hangs, 90 is level, 180 is up.
    left_foot, right_foot : float
        How far each foot is off the ground, in body heights.
    """

    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    eye_open: float = 1.0
    gaze: tuple[float, float] = (0.0, 0.0)
    mouth_open: float = 0.0
    mouth_width: float = 1.0
    smile: float = 0.45
    brow: float = 0.0
    lean: float = 0.0
    breath: float = 0.5
    rise: float = 0.0
    left_arm: Arm = (14.0, 8.0)
    right_arm: Arm = (14.0, 8.0)
    left_foot: float = 0.0
    right_foot: float = 0.0

    def __post_init__(self) -> None:
        if not (abs(self.yaw_deg) <= 45 and abs(self.pitch_deg) <= 30 and abs(self.roll_deg) <= 25):
            raise CastError(
                "A drawn head turns up to 45 degrees, nods up to 30 and tilts up to 25, not "
                f"{self.yaw_deg:.0f}, {self.pitch_deg:.0f} and {self.roll_deg:.0f}; ask for less."
            )
        if not (0 <= self.eye_open <= 1 and 0 <= self.mouth_open <= 1):
            raise CastError(
                f"Eyes and mouth are open from 0 to 1, not {self.eye_open} and {self.mouth_open}."
            )


def poses(action: str, *, n_frames: int, fps: float, seed: int) -> tuple[Pose, ...]:
    """Return an action as poses, the same for the same seed.

    Every action breathes, sways and blinks; the first blink begins within the first second.

    Parameters
    ----------
    action : str
        One of `ACTIONS`.
    n_frames : int
    fps : float
    seed : int
        0 or more; draws the rhythm.

    Raises
    ------
    CastError
        If nobody in the cast can do that, or the numbers make no clip.
    """
    if action not in _ACTIONS:
        raise CastError(f"{action!r} is nothing that the cast does; use one of: {', '.join(ACTIONS)}.")
    if n_frames < 1 or not 0 < fps <= 240 or seed < 0:
        raise CastError(
            "A performance has at least one frame, up to 240 frames a second and a seed of 0 or more, "
            f"not {n_frames} frames at {fps} with seed {seed}."
        )
    rng = np.random.default_rng([seed, *action.encode()])
    blinks = _blinks(rng, n_frames / fps)
    phase = rng.uniform(0, 2 * np.pi, 4)
    make = _ACTIONS[action]
    tempo = float(rng.uniform(0.92, 1.08))
    found = []
    for i in range(n_frames):
        t = i / fps
        idle = Pose(
            yaw_deg=3.0 * float(np.sin(1.3 * t + phase[0])),
            pitch_deg=1.5 * float(np.sin(1.7 * t + phase[1])),
            roll_deg=2.0 * float(np.sin(1.1 * t + phase[2])),
            eye_open=_lid(t, blinks),
            lean=0.010 * float(np.sin(1.4 * t + phase[3])),
            breath=0.5 - 0.5 * float(np.cos(2 * np.pi * 0.28 * t + phase[0])),
            left_arm=(14 + 1.5 * float(np.sin(1.4 * t + phase[1])), 8.0),
            right_arm=(14 + 1.5 * float(np.sin(1.4 * t + phase[2])), 8.0),
        )
        found.append(make(idle, t * tempo, phase))
    return tuple(found)


def _stand(idle: Pose, t: float, phase: np.ndarray) -> Pose:
    return idle


def _turn(idle: Pose, t: float, phase: np.ndarray) -> Pose:
    """Look left, right, up and back, two seconds a round."""
    knots = [0.0, 0.15, 0.40, 0.70, 1.10, 1.35, 1.65, 1.85, 2.0]
    yaw = [0.0, 0.0, -36.0, -36.0, 36.0, 36.0, 0.0, 0.0, 0.0]
    pitch = [0.0, 0.0, 0.0, 0.0, 0.0, 4.0, 20.0, 16.0, 0.0]
    now = t % 2.0
    ease = [_smooth(now, knots, values) for values in (yaw, pitch)]
    return replace(
        idle,
        yaw_deg=ease[0] + 0.3 * idle.yaw_deg,
        pitch_deg=ease[1] + idle.pitch_deg,
        gaze=(ease[0] / 60, ease[1] / 40),
        brow=max(0.0, ease[1] / 24),
    )


_VISEMES = (  # how open and how wide the mouth is: a, e, i, o, u, m, f, rest
    (0.95, 1.0),
    (0.55, 1.12),
    (0.30, 1.22),
    (0.70, 0.72),
    (0.35, 0.60),
    (0.0, 0.95),
    (0.14, 1.05),
    (0.04, 1.0),
)


def _talk(idle: Pose, t: float, phase: np.ndarray) -> Pose:
    """Say a dozen sounds in two seconds, with hands and head."""
    rate = 6.5
    order = np.random.default_rng(int(phase[0] * 1e6)).integers(len(_VISEMES), size=4096)
    step = t * rate
    i, f = int(step), step - int(step)
    f = f * f * (3 - 2 * f)
    a, b = _VISEMES[order[i % 4096]], _VISEMES[order[(i + 1) % 4096]]
    beat = float(np.sin(2 * np.pi * 0.9 * t + phase[2]))
    return replace(
        idle,
        mouth_open=a[0] * (1 - f) + b[0] * f,
        mouth_width=a[1] * (1 - f) + b[1] * f,
        smile=0.25,
        yaw_deg=idle.yaw_deg + 7 * float(np.sin(2.1 * t + phase[1])),
        pitch_deg=idle.pitch_deg + 4 * float(np.sin(3.7 * t + phase[3])),
        brow=0.35 + 0.35 * float(np.sin(2.9 * t + phase[0])),
        right_arm=(30 + 5 * beat, 190 + 16 * beat),
        left_arm=(24 - 4 * beat, 232 - 10 * beat),
    )


def _wave(idle: Pose, t: float, phase: np.ndarray) -> Pose:
    """Raise the right hand and wave it, with a smile."""
    up = _smooth(t, [0.0, 0.35], [0.0, 1.0])
    swing = float(np.sin(2 * np.pi * 1.9 * t)) * up
    return replace(
        idle,
        right_arm=(14 + up * 82, 8 + up * 148 + 24 * swing),
        smile=0.45 + 0.5 * up,
        mouth_open=0.35 * up,
        brow=0.5 * up,
        roll_deg=idle.roll_deg + 5 * up,
        lean=idle.lean - 0.008 * up,
    )


def _walk(idle: Pose, t: float, phase: np.ndarray) -> Pose:
    """Walk in place: a step every half second."""
    s = float(np.sin(2 * np.pi * 1.0 * t))
    return replace(
        idle,
        left_foot=0.055 * max(0.0, s),
        right_foot=0.055 * max(0.0, -s),
        rise=0.012 * abs(s),
        lean=0.012 * s,
        roll_deg=idle.roll_deg + 2.5 * s,
        left_arm=(16 + 7 * s, 22 - 16 * s),
        right_arm=(16 - 7 * s, 22 + 16 * s),
    )


def _nod(idle: Pose, t: float, phase: np.ndarray) -> Pose:
    """Nod twice, and think."""
    nod = float(np.sin(2 * np.pi * 1.0 * t)) * np.exp(-(((t % 2.0) - 0.8) ** 2) / 0.5)
    return replace(idle, pitch_deg=idle.pitch_deg - 15 * float(nod), smile=0.7, brow=0.2)


_ACTIONS: dict[str, Callable[[Pose, float, np.ndarray], Pose]] = {
    "stand": _stand,
    "turn": _turn,
    "nod": _nod,
    "talk": _talk,
    "wave": _wave,
    "walk": _walk,
}
ACTIONS = tuple(_ACTIONS)
"""What everybody in the cast can do; ``walk`` walks in place."""

_BLINK_S = 0.26


def _blinks(rng: np.random.Generator, duration_s: float) -> list[float]:
    """Return when blinks begin, two to four seconds apart, the first within a second."""
    starts = [float(rng.uniform(0.25, 0.9))]
    while starts[-1] < duration_s:
        starts.append(starts[-1] + float(rng.uniform(1.8, 4.0)))
    return starts


def _lid(t: float, blinks: list[float]) -> float:
    """Return how open the eyes are: shut faster than they open."""
    for start in blinks:
        u = (t - start) / _BLINK_S
        if 0 <= u <= 1:
            return float(np.interp(u, [0, 0.28, 0.52, 1], [1, 0, 0, 1]))
    return 1.0


def _smooth(t: float, knots: list[float], values: list[float]) -> float:
    """Return values between knots, eased at each."""
    i = int(np.clip(np.searchsorted(knots, t, side="right") - 1, 0, len(knots) - 2))
    f = float(np.clip((t - knots[i]) / (knots[i + 1] - knots[i]), 0, 1))
    f = f * f * (3 - 2 * f)
    return values[i] * (1 - f) + values[i + 1] * f
