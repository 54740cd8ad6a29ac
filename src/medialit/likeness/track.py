"""What the models saw in a recording: where the face was, how it was turned, whether the eyes were open.

Everything that judges a recording works on a `Track`; nothing else looks at its pictures, but for the screen's pattern.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.errors import EnrolmentError
from medialit.likeness.challenge import Challenge
from medialit.likeness.models import MIN_PRESENCE, N_POINTS, Box, FaceReader, Floats, Mesh, Picture
from medialit.media import Clip, Samples

Recording = Clip | Sequence[Clip]
"""One clip that begins when the challenge begins, or one clip for each of its steps, in order."""

RATE: Final = 12.0
"""Pictures a second that are looked at: enough for a blink that was asked for."""

_DETECT_EVERY: Final = 6
_SECOND_FACE: Final = 0.4  # size of another face, in sizes of the first, from which on it counts
_SCENE: Final = (24, 16)
STABLE: Final = (
    1, 4, 5, 6, 8, 9, 10, 19, 50, 54, 67, 68, 94, 101, 103, 104, 108, 109, 118, 122, 127, 129, 151, 168, 193, 195, 196,
    197, 198, 205, 234, 251, 280, 284, 297, 298, 330, 332, 333, 337, 338, 347, 351, 356, 358, 417, 419, 420, 425, 454,
)  # fmt: skip
"""Points of brow, nose, temples and cheekbones: they do not move without the head, as chin, lips and lids do."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Frame:
    """A picture of the recording and when it was.

    Parameters
    ----------
    clip, index : int
        Which clip of the recording, and which of its pictures.
    time_s : float
        Seconds from the beginning of the challenge.
    step : int
        Which step was running.
    """

    clip: int
    index: int
    time_s: float
    step: int


@dataclass(frozen=True, eq=False, kw_only=True)
class Track:
    """A face followed through a recording, N pictures.

    Parameters
    ----------
    frames : tuple of Frame
    present : ndarray of bool, shape (N,)
        A face was found.
    points : ndarray of float32, shape (N, 468, 3)
        In pixels; NaN where there is no face.
    openness : ndarray of float32, shape (N, 2)
        Of the eyes; NaN where there is no face.
    angles : ndarray of float32, shape (N, 3)
        Yaw, pitch and roll in degrees, relative to the first step's median: positive is to the person's left, up, and
        clockwise in the picture.
    scene : ndarray of float32, shape (N, 16, 24)
        Small grey pictures, 0 to 255; NaN where the face is.
    others : float
        Share of the pictures searched in which a second face was found.
    """

    frames: tuple[Frame, ...]
    present: NDArray[np.bool_]
    points: Floats
    openness: Floats
    angles: Floats
    scene: Floats
    others: float

    @property
    def steps(self) -> NDArray[np.intp]:
        """Of each picture, the step that was running."""
        return np.array([frame.step for frame in self.frames], np.intp)

    @cached_property
    def scale(self) -> Floats:
        """Size of the face in each picture, in pixels; NaN where there is none."""
        away = self.points - self.points.mean(axis=1, keepdims=True)
        return np.asarray(np.sqrt((away**2).sum(axis=2).mean(axis=1)), np.float32)

    def mesh(self, k: int) -> Mesh:
        """Return the k-th picture's mesh."""
        return Mesh(points=self.points[k], presence=1.0, openness=(0.0, 0.0))


def as_clips(recording: Recording, *, challenge: Challenge) -> tuple[Clip, ...]:
    """Return a recording's clips, one, or one for each step.

    Raises
    ------
    EnrolmentError
        If their number is another.
    """
    clips = (recording,) if isinstance(recording, Clip) else tuple(recording)
    if len(clips) not in (1, len(challenge.steps)):
        raise EnrolmentError(
            f"A recording is one clip or one for each of the {len(challenge.steps)} steps, not {len(clips)} clips."
        )
    return clips


def starts(clips: Sequence[Clip], *, challenge: Challenge) -> tuple[float, ...]:
    """Return when each clip begins, in seconds from the beginning of the challenge."""
    return (0.0,) if len(clips) == 1 else tuple(step.start_s for step in challenge.steps)


def sound(clips: Sequence[Clip], *, challenge: Challenge) -> tuple[Samples, int] | None:
    """Return the sound around the spoken step as if the whole had been recorded in one piece, with its rate."""
    step = next(k for k, step in enumerate(challenge.steps) if step.action == "speak")
    clip = clips[0] if len(clips) == 1 else clips[step]
    if clip.audio is None or clip.sample_rate is None:
        return None
    start = 0.0 if len(clips) == 1 else challenge.steps[step].start_s
    before = np.zeros((round(start * clip.sample_rate), clip.audio.shape[1]), np.float32)
    return np.concatenate([before, clip.audio]), clip.sample_rate


def pictures(clips: Sequence[Clip], *, challenge: Challenge) -> tuple[Frame, ...]:
    """Return which pictures are looked at, about `RATE` a second, until the challenge ends."""
    chosen: list[Frame] = []
    ends = [step.end_s for step in challenge.steps]
    for number, (clip, start) in enumerate(zip(clips, starts(clips, challenge=challenge), strict=True)):
        n = max(1, int(clip.duration_s * min(RATE, clip.fps)))
        indexes = np.minimum((np.arange(n) * clip.n_frames / n).astype(int), clip.n_frames - 1)
        limit = ends[-1] if len(clips) == 1 else ends[number]
        for index in indexes:
            time = start + float(index) / clip.fps
            if time < limit:
                step = sum(time >= end for end in ends) if len(clips) == 1 else number
                chosen.append(Frame(clip=number, index=int(index), time_s=time, step=step))
    return tuple(chosen)


def follow(clips: Sequence[Clip], *, challenge: Challenge, reader: FaceReader, mirrored: bool) -> Track:
    """Follow the face through a recording.

    Parameters
    ----------
    clips : sequence of Clip
        From `as_clips`.
    challenge : Challenge
    reader : FaceReader
    mirrored : bool
        The pictures show the person as a mirror does, as some webcam programs save them.
    """
    frames = pictures(clips, challenge=challenge)
    meshes: list[Mesh | None] = []
    scene = np.empty((len(frames), _SCENE[1], _SCENE[0]), np.float32)
    n_searched = n_others = 0
    box: Box | None = None
    for k, frame in enumerate(frames):
        picture = clips[frame.clip].frames[frame.index]
        mesh = reader.mesh(picture, box) if box is not None else None
        lost = mesh is None or mesh.presence < MIN_PRESENCE
        if k % _DETECT_EVERY == 0 or lost:
            found = reader.faces(picture)
            n_searched += 1
            n_others += len(found) > 1 and found[1].scale > _SECOND_FACE * found[0].scale
            mesh = (found[0] if found else None) if lost else mesh
        box = None if mesh is None else mesh.box
        meshes.append(mesh)
        scene[k] = _surroundings(picture, box)
    none = np.full((N_POINTS, 3), np.nan, np.float32)
    points = np.stack([none if mesh is None else mesh.points for mesh in meshes])
    shut = (np.nan, np.nan)
    openness = np.array([shut if mesh is None else mesh.openness for mesh in meshes], np.float32)
    present = np.array([mesh is not None for mesh in meshes], np.bool_)
    angles = _angles(points, present, np.array([frame.step for frame in frames]))
    if mirrored:
        angles *= np.array([-1, 1, -1], np.float32)
    return Track(
        frames=frames,
        present=present,
        points=points,
        openness=openness,
        angles=angles,
        scene=scene,
        others=n_others / max(1, n_searched),
    )


def rotation(a: Floats, b: Floats) -> tuple[float, float, float]:
    """Return yaw, pitch and roll in degrees that turn mesh `a` into mesh `b`, over what does not move without the head.

    References
    ----------
    Kabsch (1976), Acta Crystallographica A32:922.
    """
    stable = list(STABLE)
    one, two = (mesh[stable] - mesh[stable].mean(axis=0) for mesh in (a, b))
    u, _, vt = np.linalg.svd(one.T.astype(np.float64) @ two)
    sign = np.sign(np.linalg.det(u @ vt))
    turn = (u @ np.diag([1.0, 1.0, sign]) @ vt).T  # two = turn @ one
    yaw = np.degrees(np.arctan2(-turn[0, 2], np.hypot(turn[1, 2], turn[2, 2])))
    pitch = np.degrees(np.arctan2(turn[1, 2], turn[2, 2]))
    roll = np.degrees(np.arctan2(turn[1, 0], turn[0, 0]))
    return float(yaw), float(pitch), float(roll)


def neutral(points: Floats, present: NDArray[np.bool_], steps: NDArray[np.intp]) -> Floats | None:
    """Return the median mesh of the first step, or of the whole where no face was there yet."""
    first = present & (steps == 0)
    chosen = points[first if first.any() else present]
    return np.asarray(np.median(chosen, axis=0), np.float32) if len(chosen) else None


def _angles(points: Floats, present: NDArray[np.bool_], steps: NDArray[np.intp]) -> Floats:
    rest = neutral(points, present, steps)
    angles = np.full((len(points), 3), np.nan, np.float32)
    if rest is not None:
        for k in np.flatnonzero(present):
            angles[k] = rotation(rest, points[k])
    return angles


def _surroundings(picture: Picture, box: Box | None) -> Floats:
    """Return a small grey picture without the face."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, _SCENE, interpolation=cv2.INTER_AREA).astype(np.float32)
    if box is not None:
        height, width = picture.shape[:2]
        per_x, per_y = _SCENE[0] / width, _SCENE[1] / height
        reach = box.side * 0.9
        x, y = box.centre
        rows = slice(max(0, int((y - reach) * per_y)), max(0, int((y + reach) * per_y) + 1))
        columns = slice(max(0, int((x - reach) * per_x)), max(0, int((x + reach) * per_x) + 1))
        small[rows, columns] = np.nan
    return small
