"""A cast of fictional people: drawn, animated, with exact truth for every frame.

Nobody in it exists. The cast is there so that consent, compositing and detection can be learnt without a real face:
`portrait` gives a picture to enrol, `perform` a clip with its matte, head pose, eyes, mouth and landmarks known
exactly, `enact` the same for poses of your own. The style is that of `medialit.world`, and so is the light.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from medialit.errors import CastError
from medialit.likeness.cast_body import Joints, joints
from medialit.likeness.cast_dress import draw_dress
from medialit.likeness.cast_hair import draw_behind, draw_hair
from medialit.likeness.cast_head import EYE, MOUTH_Y, draw_head, mouth_points
from medialit.likeness.cast_look import Look, look
from medialit.likeness.cast_paint import LABELS, STUDIO, Doubles, Painting, Sheet, lit
from medialit.likeness.cast_pose import ACTIONS, Pose, poses
from medialit.likeness.cast_records import LANDMARKS, Framing, Performance, Person, Truth
from medialit.likeness.cast_speech import speak
from medialit.world.backdrops import Light

__all__ = [
    "ACTIONS",
    "LABELS",
    "LANDMARKS",
    "STUDIO",
    "Framing",
    "Performance",
    "Person",
    "Pose",
    "Truth",
    "bust",
    "cast",
    "enact",
    "perform",
    "person",
    "portrait",
    "poses",
    "speak",
]

_FRAME_HEIGHT = 1.16  # of a performance, in body heights: room for hats and raised hands
_FRAME_WIDTH = 0.86
_GROUND = 0.03  # below the feet
_WAIST = 0.43  # where a bust is cut
_SMALLEST_PX, _LARGEST_PX = 32, 4096


def cast(*, minors: bool = False) -> tuple[Person, ...]:
    """Return the fictional people, adults only unless the minors are asked for.

    Examples
    --------
    >>> len(cast()), [p.id for p in cast(minors=True) if p.minor]
    (13, ['anir', 'ines'])
    """
    return tuple(p for p in _pack().values() if minors or not p.minor)


def person(identifier: str) -> Person:
    """Return one of the cast by id.

    Raises
    ------
    CastError
        If nobody is called that.

    Examples
    --------
    >>> person("tiziri").name("zgh")
    'ⵜⵉⵣⵉⵔⵉ ⵓⵎⵍⵉⵍ'
    """
    try:
        return _pack()[identifier]
    except KeyError:
        raise CastError(
            f"Nobody in the cast has the id {identifier!r}; use one of: {', '.join(_pack())}."
        ) from None


def perform(
    who: Person,
    action: str,
    *,
    n_frames: int,
    fps: float,
    height_px: int,
    seed: int,
    light: Light = STUDIO,
) -> Performance:
    """Draw a person who does something, the same for the same seed.

    Parameters
    ----------
    who : Person
    action : str
        One of `ACTIONS`.
    n_frames : int
    fps : float
        Frames a second.
    height_px : int
        Height of the frames, 32 to 4096; the person is about 0.85 of it, and the width follows.
    seed : int
        Draws the rhythm: when they blink, how they sway, what they say.
    light : Light
        What they stand in.

    Raises
    ------
    CastError
        If nobody can do that, or the numbers make no clip.

    Examples
    --------
    >>> shown = perform(person("hamid"), "wave", n_frames=2, fps=12, height_px=96, seed=1)
    >>> shown.frames.shape, shown.truth.landmark("nose").shape
    ((2, 96, 71, 4), (2, 2))
    """
    rng = np.random.default_rng([max(seed, 0), *who.id.encode()])
    found = poses(action, n_frames=n_frames, fps=fps, seed=seed if seed < 0 else int(rng.integers(2**31)))
    return enact(who, found, fps=fps, height_px=height_px, light=light)


def enact(
    who: Person, acted: Sequence[Pose], *, fps: float, height_px: int, light: Light = STUDIO
) -> Performance:
    """Draw a person in given poses, one a frame; parameters as in `perform`.

    Raises
    ------
    CastError
        If there is no pose, or the size cannot be drawn.
    """
    if not acted or not 0 < fps <= 240:
        raise CastError(
            f"A performance has at least one pose, at up to 240 frames a second, not {len(acted)} at {fps}."
        )
    _require_size(height_px)
    size = round(height_px * _FRAME_WIDTH / _FRAME_HEIGHT), height_px
    k = height_px / _FRAME_HEIGHT
    anchor = size[0] / 2, height_px - _GROUND * k
    drawn = [_draw(who.look, pose, size=size, k=k, origin=anchor) for pose in acted]
    return Performance(
        frames=np.stack([lit(painting, light) for painting, _, _ in drawn]),
        fps=fps,
        anchor_px=anchor,
        px_per_m=k / who.height_m,
        height_m=who.height_m,
        light=light,
        normals=np.stack([painting.relief[..., :2] for painting, _, _ in drawn]).astype(np.float16),
        truth=_truth(drawn, acted),
        subject=who.id,
        minor=who.minor,
    )


def bust(shown: Performance) -> Performance:
    """Return a performance cut at the waist, for somebody who talks close to the camera.

    Raises
    ------
    CastError
        If they are not seen from head to feet.

    Examples
    --------
    >>> bust(perform(person("nadia"), "talk", n_frames=1, fps=12, height_px=100, seed=1)).framing
    'bust'
    """
    if shown.framing != "full" or shown.truth is None:
        raise CastError("Only a drawn person who is seen from head to feet can be cut at the waist.")
    unit = shown.px_per_m * shown.height_m  # pixels per body height
    rows = round(shown.anchor_px[1] - _WAIST * unit)
    assert shown.normals is not None, "whoever is drawn has normals"
    return replace(
        shown,
        frames=shown.frames[:, :rows],
        normals=shown.normals[:, :rows],
        truth=replace(shown.truth, labels=shown.truth.labels[:, :rows]),
        anchor_px=(shown.anchor_px[0], float(rows)),
        height_m=(1 - _WAIST) * shown.height_m,
        framing="bust",
    )


def portrait(who: Person, *, size: int, pose: Pose | None = None, light: Light = STUDIO) -> NDArray[np.uint8]:
    """Return a head-and-shoulders picture, to enrol or to choose from.

    Parameters
    ----------
    who : Person
    size : int
        Width and height in pixels, 32 to 4096.
    pose : Pose, optional
        Facing the camera by default.
    light : Light

    Returns
    -------
    ndarray of uint8, shape (size, size, 3)
        RGB, on a plain warm ground.

    Raises
    ------
    CastError
        If the size cannot be drawn.

    Examples
    --------
    >>> portrait(person("salma"), size=64).shape
    (64, 64, 3)
    """
    _require_size(size)
    wide = 3.5 * who.look.head
    k = size / wide
    body = joints(who.look, Pose())
    origin = size / 2, size / 2 + (body.skull.centre[1] - 0.02 * who.look.head) * k
    painting, _, _ = _draw(who.look, pose or Pose(), size=(size, size), k=k, origin=origin)
    rgba = lit(painting, light).astype(np.float32)
    y, x = np.mgrid[0:size, 0:size] / np.float32(size) - np.float32(0.5)
    glow = np.clip(1.06 - 0.55 * (x * x + y * y) - 0.12 * (x + y), 0, 1.1)[..., None]
    ground = np.array([222, 208, 188], np.float32) * glow
    alpha = rgba[..., 3:] / 255
    return np.asarray(np.clip(np.round(rgba[..., :3] * alpha + ground * (1 - alpha)), 0, 255), np.uint8)


def _require_size(pixels: int) -> None:
    if not _SMALLEST_PX <= pixels <= _LARGEST_PX:
        raise CastError(
            f"People are drawn {_SMALLEST_PX} to {_LARGEST_PX} pixels high, not {pixels}; choose another size."
        )


def _draw(
    look_: Look, pose: Pose, *, size: tuple[int, int], k: float, origin: tuple[float, float]
) -> tuple[Painting, Joints, Sheet]:
    sheet = Sheet(size=size, px_per_unit=k, origin_px=origin)
    body = joints(look_, pose)
    draw_behind(sheet, body.skull, look_)
    draw_dress(sheet, look_, body)
    draw_head(sheet, body.skull, look_, pose)
    draw_hair(sheet, body.skull, look_)
    return sheet.finish(), body, sheet


def _truth(drawn: Sequence[tuple[Painting, Joints, Sheet]], acted: Sequence[Pose]) -> Truth:
    return Truth(
        yaw_deg=np.array([p.yaw_deg for p in acted]),
        pitch_deg=np.array([p.pitch_deg for p in acted]),
        roll_deg=np.array([p.roll_deg for p in acted]),
        eye_open=np.array([p.eye_open for p in acted]),
        mouth_open=np.array([p.mouth_open for p in acted]),
        landmarks_px=np.stack(
            [sheet.px(_landmarks(body, pose)) for (_, body, sheet), pose in zip(drawn, acted, strict=True)]
        ),
        labels=np.stack([painting.labels for painting, _, _ in drawn]),
        poses=tuple(acted),
    )


def _landmarks(body: Joints, pose: Pose) -> Doubles:
    u, v = EYE
    left, right, top, bottom = mouth_points(pose)
    if pose.mouth_open < 0.06:  # as it is drawn: lips together
        top = bottom = MOUTH_Y - 0.03
    face = [(-u, v), (-u - 0.145, v), (-u + 0.145, v), (u, v), (u - 0.145, v), (u + 0.145, v)]
    face += [(-u, 0.33 + 0.05 * pose.brow), (u, 0.33 + 0.05 * pose.brow)]
    nose = body.skull.at([(0.0, -0.22)], depth=1.14)
    lower = body.skull.at([left, right, (0.0, top), (0.0, bottom), (0.0, -0.97)])
    limbs = [*body.shoulders, *body.elbows, *body.hands, *body.feet]
    return np.concatenate([body.skull.at(face), nose, lower, np.asarray(limbs, np.float64)])


@cache
def _pack() -> Mapping[str, Person]:
    text = files("medialit.likeness").joinpath("cast.toml").read_text(encoding="utf-8")
    found = {}
    for identifier, entry in tomllib.loads(text).items():
        if isinstance(entry, dict):
            found[identifier] = Person(id=identifier, **{**entry, "look": look(entry["look"])})
    return MappingProxyType(found)
