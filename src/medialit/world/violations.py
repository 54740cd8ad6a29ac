"""Planted violations: errors that generators make, each with a strength from barely there to plain, and exact truth.

======================  ==================================================================================
name                    what goes wrong, at `strength` s
======================  ==================================================================================
``teleport``            between two frames the object jumps sideways by 1.2 s metres and goes on from there
``morph``               it turns gradually into another kind, a share s of the way
``flicker``             its colour and texture change in every frame, with a standard deviation of 0.22 s
``impossible_bounce``   one bounce returns 0.38 s more of the speed than it may (above 1 it gains energy)
``vanish``              it fades by min(1, 2 s) for 0.4 s of the clip, and is back
``shadow_mismatch``     its shadow drifts 0.9 s metres away from where the light puts it
======================  ==================================================================================

A violated clip is rendered by the same code from the same scene as the honest one; as the strength goes to 0 it
becomes the honest one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from medialit.errors import WorldError
from medialit.media import Clip
from medialit.world.motion import simulate
from medialit.world.render import render_staging
from medialit.world.scene import ACTIONS, KINDS, Scene, draw_scene
from medialit.world.staging import Staging, stage

TELEPORT_M = 1.2
FLICKER_SD = 0.22
SURGE = 0.38
VANISH_SHARE = 0.4
SHADOW_M = 0.9


@dataclass(frozen=True)
class Truth:
    """Where and when a violation was planted, and how large it is.

    Parameters
    ----------
    violation : str
        One of `VIOLATIONS`.
    strength : float
        0 (excluded) to 1.
    thing : int
        Index of the object in the scene.
    first_frame, last_frame : int
        The frames that differ from the honest clip, both included.
    magnitude : float
        In `unit`: metres of jump or drift, share of the way to the other kind, standard deviation of the colour,
        speed returned over speed at impact, or frames out of sight.
    unit : str
    boxes_px : tuple of (left, top, right, bottom)
        Where the object is in each of those frames.
    """

    violation: str
    strength: float
    thing: int
    first_frame: int
    last_frame: int
    magnitude: float
    unit: str
    boxes_px: tuple[tuple[float, float, float, float], ...]


@dataclass(frozen=True, eq=False)
class Planted:
    """A violated clip, what is wrong with it, and the staging it was rendered from."""

    clip: Clip
    truth: Truth
    staging: Staging


@dataclass(frozen=True, eq=False)
class _Change:
    staging: Staging
    first: int
    last: int
    magnitude: float
    unit: str


def plant(
    scene: Scene,
    *,
    violation: str,
    strength: float,
    seed: int,
    size: tuple[int, int] = (256, 256),
    fps: float | None = None,
) -> Planted:
    """Render a scene with one violation, on its first object.

    Parameters
    ----------
    scene : Scene
        ``impossible_bounce`` needs a first object that bounces; `scene_for` draws fitting scenes.
    violation : str
        One of `VIOLATIONS`.
    strength : float
        Above 0, up to 1.
    seed : int
        Draws when it happens and which way it goes.
    size, fps
        As in `medialit.world.render`.

    Returns
    -------
    Planted

    Raises
    ------
    WorldError
        If there is no such violation, the strength is out of range, the clip has fewer than 4 frames or the scene
        cannot show it.

    Examples
    --------
    >>> scene = scene_for("vanish", seed=3)
    >>> planted = plant(scene, violation="vanish", strength=0.5, seed=1, size=(64, 64))
    >>> planted.truth.unit, planted.clip.n_frames == scene.n_frames
    ('frames', True)
    """
    if violation not in _PLANTERS:
        raise WorldError(f"{violation!r} is not a known violation; use one of: {', '.join(VIOLATIONS)}.")
    if not 0 < strength <= 1:
        raise WorldError(
            f"A strength lies above 0 and goes up to 1; {strength!r} does not. For none, use render()."
        )
    rate = scene.fps if fps is None else fps
    if round(scene.duration_s * rate) < 4:
        raise WorldError("A violation needs at least 4 frames to happen in; make the scene longer.")
    rng = np.random.default_rng([seed, scene.seed, VIOLATIONS.index(violation)])
    change = _PLANTERS[violation](scene, float(strength), rng, rate)
    clip = render_staging(scene, change.staging, size=size, fps=fps)
    boxes = change.staging.tracks.boxes_px(size)[change.first : change.last + 1, 0]
    truth = Truth(
        violation=violation,
        strength=float(strength),
        thing=0,
        first_frame=change.first,
        last_frame=change.last,
        magnitude=change.magnitude,
        unit=change.unit,
        boxes_px=tuple((float(a), float(b), float(c), float(d)) for a, b, c, d in boxes),
    )
    return Planted(clip, truth, change.staging)


def scene_for(
    violation: str, *, seed: int, duration_s: float = 2.0, fps: float = 24.0, shake_m: float = 0.008
) -> Scene:
    """Draw a scene in which a violation can show, honest as it is.

    Draw the honest clips of a test from here too, with the same mix of violations in mind: then the scenes of the
    two classes have the same distribution.
    """
    if violation not in _PLANTERS:
        raise WorldError(f"{violation!r} is not a known violation; use one of: {', '.join(VIOLATIONS)}.")
    actions = ("bounce",) if violation == "impossible_bounce" else _SHOWING.get(violation, ACTIONS)
    return draw_scene(seed, actions=actions, duration_s=duration_s, fps=fps, shake_m=shake_m)


def _teleport(scene: Scene, strength: float, rng: np.random.Generator, fps: float) -> _Change:
    staging = stage(simulate(scene, fps=fps))
    tracks = staging.tracks
    n = len(tracks.times_s)
    at = int(np.clip(round(n * rng.uniform(0.35, 0.65)), 1, n - 1))
    rest = tracks.position_m[at:, 0, 0] - tracks.camera_m[at:, 0]
    direction = -1.0 if rest.mean() > 0 else 1.0
    position = tracks.position_m.copy()
    position[at:, 0, 0] += direction * strength * TELEPORT_M
    moved = replace(staging, tracks=replace(tracks, position_m=position))
    return _Change(moved, at, n - 1, strength * TELEPORT_M, "metres")


def _morph(scene: Scene, strength: float, rng: np.random.Generator, fps: float) -> _Change:
    staging = stage(simulate(scene, fps=fps))
    others = [kind for kind in KINDS if kind != scene.objects[0].kind]
    target = others[int(rng.integers(len(others)))]
    share = strength * _ramp(len(staging.tracks.times_s), float(rng.uniform(0.15, 0.3)), 0.5)
    morph = staging.morph.copy()
    morph[:, 0] = share
    first = int(np.argmax(share > 0))
    changed = replace(staging, morph=morph, morph_to=(target, *staging.morph_to[1:]))
    return _Change(changed, first, len(share) - 1, strength, f"share of the way to {target}")


def _flicker(scene: Scene, strength: float, rng: np.random.Generator, fps: float) -> _Change:
    staging = stage(simulate(scene, fps=fps))
    n = len(staging.tracks.times_s)
    first = int(n * rng.uniform(0.1, 0.3))
    last = min(n - 1, first + max(2, int(0.6 * n)))
    tint, mottle = staging.tint.copy(), staging.mottle.copy()
    steps = np.clip(rng.standard_normal((last + 1 - first, 3)), -2, 2)
    tint[first : last + 1, 0] = FLICKER_SD * strength * steps
    mottle[first : last + 1, 0] = 0.5 * strength
    return _Change(
        replace(staging, tint=tint, mottle=mottle), first, last, FLICKER_SD * strength, "colour sd"
    )


def _impossible_bounce(scene: Scene, strength: float, rng: np.random.Generator, fps: float) -> _Change:
    if scene.objects[0].action != "bounce":
        raise WorldError(
            f'"impossible_bounce" needs a first object that bounces, not one whose action is '
            f'"{scene.objects[0].action}"; draw the scene with scene_for().'
        )
    landings = [c for c in simulate(scene, fps=fps).collisions if c.thing == 0]
    early = [i for i, c in enumerate(landings) if c.time_s < 0.75 * scene.duration_s]
    if not early:
        raise WorldError("The object doesn't land early enough in this clip; make the scene longer.")
    chosen = early[int(rng.integers(min(2, len(early))))]
    tracks = simulate(scene, fps=fps, surge=SURGE * strength, surge_at=chosen)
    contact = [c for c in tracks.collisions if c.thing == 0][chosen]
    n = len(tracks.times_s)
    first = min(n - 1, int(np.searchsorted(tracks.times_s, contact.time_s)))
    ratio = contact.speed_after_m_s / contact.speed_before_m_s
    return _Change(stage(tracks), first, n - 1, ratio, "speed returned over speed at impact")


def _vanish(scene: Scene, strength: float, rng: np.random.Generator, fps: float) -> _Change:
    staging = stage(simulate(scene, fps=fps))
    n = len(staging.tracks.times_s)
    length = max(1, round(VANISH_SHARE * strength * n))
    first = int(np.clip(round(n * rng.uniform(0.2, 0.5)), 1, n - 1 - length))
    opacity, present = staging.opacity.copy(), staging.tracks.present.copy()
    opacity[first : first + length, 0] = 1 - min(1.0, 2 * strength)
    present[first : first + length, 0] = opacity[first, 0] > 0.5
    changed = replace(staging, opacity=opacity, tracks=replace(staging.tracks, present=present))
    return _Change(changed, first, first + length - 1, float(length), "frames")


def _shadow_mismatch(scene: Scene, strength: float, rng: np.random.Generator, fps: float) -> _Change:
    staging = stage(simulate(scene, fps=fps))
    shift = staging.shadow_shift_m.copy()
    ramp = _ramp(len(shift), float(rng.uniform(0.1, 0.25)), 0.4)
    shift[:, 0] = SHADOW_M * strength * ramp * (1 if rng.random() < 0.5 else -1)
    return _Change(
        replace(staging, shadow_shift_m=shift),
        int(np.argmax(ramp > 0)),
        len(shift) - 1,
        SHADOW_M * strength,
        "metres",
    )


def _ramp(n: int, start: float, length: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return a smooth rise from 0 to 1 that begins at the share `start` of n frames and takes the share `length`."""
    t = np.clip((np.arange(n) / max(1, n - 1) - start) / length, 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float64)


_PLANTERS: dict[str, Callable[[Scene, float, np.random.Generator, float], _Change]] = {
    "teleport": _teleport,
    "morph": _morph,
    "flicker": _flicker,
    "impossible_bounce": _impossible_bounce,
    "vanish": _vanish,
    "shadow_mismatch": _shadow_mismatch,
}
_MOVING = ("bounce", "roll_left", "roll_right", "rise", "orbit", "wall", "spin")
_SHOWING: dict[str, tuple[str, ...]] = {
    "teleport": _MOVING,
    "shadow_mismatch": ("roll_left", "roll_right", "wall", "spin", "stand", "bounce"),
}
VIOLATIONS: tuple[str, ...] = tuple(_PLANTERS)
