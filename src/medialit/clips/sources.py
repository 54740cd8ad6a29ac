"""What is filmed for a pack: scenes of the miniature world, fictional people who speak, photographs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from medialit.clips.photographs import travel
from medialit.clips.plan import Format, Pair
from medialit.fakes import FACE_POINTS, FaceTrack, babble
from medialit.fakes.records import Masks
from medialit.likeness.cast import LANDMARKS, Performance, Person, bust, enact, person, speak
from medialit.likeness.composite import Composite, drawn_height_px, light_of, place
from medialit.media import Clip, Samples
from medialit.world import Scene, Thing, draw_scene, render, scene_for, simulate
from medialit.world.render import render_staging
from medialit.world.staging import stage
from medialit.world.view import px_per_m

VOICE_HZ = 16_000
_OBJECT_LEVELS = 10  # a pixel belongs to a thing if it differs by more without it
_BLOB = 0.17  # half axis of a marked region in a photograph, as a share of the smaller side
_AUTHORISATION = "fictional:nobody"  # the cast does not exist, so nobody has to agree


@dataclass(frozen=True, eq=False, kw_only=True)
class Sight:
    """A clean clip, before any camera, and what is known about it.

    Parameters
    ----------
    clip : Clip
    masks : ndarray of bool, shape (T, H, W)
        Where a thing is that may be removed or copied.
    face : FaceTrack or None
    """

    clip: Clip
    masks: Callable[[], Masks] = field(repr=False)
    face: FaceTrack | None = None


def scene_of(pair: Pair, *, salt: int = 0) -> Scene:
    """Return the scene of a pair; another salt gives another take of it."""
    fps = float(pair.format.fps)
    if pair.kind == "violation":
        drawn = scene_for(pair.method, seed=pair.seed, duration_s=pair.format.duration_s, fps=fps)
    else:
        drawn = draw_scene(pair.seed, duration_s=pair.format.duration_s, fps=fps)
    scene = replace(drawn, background=pair.background, look=pair.look)
    return replace(scene, seed=scene.seed + salt) if salt else scene


def sight(pair: Pair, *, salt: int = 0, factor: int = 1, who: str | None = None) -> Sight:
    """Show what a pair's camera stands before.

    Parameters
    ----------
    pair : Pair
    salt : int
        0 is the take that is kept; another number is another take of the same.
    factor : int
        Times the format's frame rate; people are drawn at the format's only.
    who : str, optional
        Somebody else than the pair's person.
    """
    if pair.source == "photograph":
        return _photograph(pair, salt=salt, factor=factor)
    if pair.source == "cast":
        return _spoken(pair, salt=salt, who=person(who or pair.person or ""))
    scene = scene_of(pair, salt=salt)
    fps = scene.fps * factor
    clip = render(scene, size=pair.format.size, fps=fps)
    return Sight(clip=clip, masks=lambda: _thing(scene, clip, fps))


def thing_to_insert(pair: Pair) -> tuple[Clip, Masks]:
    """Return a clean clip of another place of the same split, with a thing in it, and where it is."""
    drawn = draw_scene(
        pair.seed + 7, n_objects=1, actions=_STAYING, duration_s=pair.format.duration_s, fps=pair.format.fps
    )
    scene = replace(drawn, look=pair.look, pan="still")
    clip = render(scene, size=pair.format.size)
    return clip, _thing(scene, clip, scene.fps)


_STAYING = ("bounce", "spin", "orbit", "stand", "fall")


def _thing(scene: Scene, clip: Clip, fps: float) -> Masks:
    """Return where the first thing of a scene is seen: where the picture differs without it."""
    staging = stage(simulate(scene, fps=fps))
    opacity = staging.opacity.copy()
    opacity[:, 0] = 0
    without = render_staging(scene, replace(staging, opacity=opacity), size=clip.size, fps=fps)
    differs = np.abs(clip.frames.astype(np.int16) - without.frames).max(axis=-1) > _OBJECT_LEVELS
    return np.asarray(differs)


def _photograph(pair: Pair, *, salt: int, factor: int) -> Sight:
    shape = pair.format
    clip = travel(
        pair.photograph or "",
        size=shape.size,
        n_frames=shape.n_frames * factor,
        fps=shape.fps * factor,
        duration_s=shape.duration_s,
        seed=pair.seed + salt,
    )
    return Sight(clip=clip, masks=lambda: _blob(clip, pair.seed))


def _blob(clip: Clip, seed: int) -> Masks:
    """Mark an ellipse that stays where it is in the picture."""
    rng = np.random.default_rng([seed, 0xB10B])
    width, height = clip.size
    axes = [round(_BLOB * min(clip.size) * float(rng.uniform(0.7, 1.2))) for _ in range(2)]
    middle = round(width * float(rng.uniform(0.3, 0.7))), round(height * float(rng.uniform(0.3, 0.7)))
    mask = np.zeros((height, width), np.uint8)
    cv2.ellipse(mask, middle, (axes[0], axes[1]), float(rng.uniform(0, 180)), 0, 360, 255, -1)
    return np.broadcast_to(mask > 0, clip.frames.shape[:3]).copy()


def _spoken(pair: Pair, *, salt: int, who: Person) -> Sight:
    shape = pair.format
    voice = babble(duration_s=shape.duration_s, sample_rate=VOICE_HZ, seed=pair.seed + salt)
    made, shown = _talking(pair, who, voice, shape, salt)
    clip = replace(made.clip, audio=voice, sample_rate=VOICE_HZ)
    return Sight(clip=clip, masks=lambda: _blob(clip, pair.seed), face=_track(made, shown, clip))


def _talking(
    pair: Pair, who: Person, voice: Samples, shape: Format, salt: int
) -> tuple[Composite, Performance]:
    scene = Scene(
        pair.background,
        (Thing("ball", "white", "stand", "small"),),
        seed=pair.seed,
        duration_s=shape.duration_s,
        fps=float(shape.fps),
        look=pair.look,
        shake_m=0.006,
    )
    tracks = simulate(scene)
    staging = stage(tracks)
    empty = replace(staging, opacity=np.zeros_like(staging.opacity))
    clip = render_staging(scene, empty, size=shape.size)
    lane = pair.state.lanes[shape.name]
    acted = speak(voice, sample_rate=VOICE_HZ, n_frames=shape.n_frames, fps=shape.fps, seed=pair.seed + salt)
    shown = bust(
        enact(
            who,
            acted,
            fps=shape.fps,
            height_px=drawn_height_px(who, lane=lane, size=shape.size),
            light=light_of(pair.background, pair.look),
        )
    )
    made = place(
        clip,
        shown,
        background=pair.background,
        camera=tracks.camera_m,
        authorisation=_AUTHORISATION,
        look=pair.look,
        lane=lane,
    )
    return made, shown


def _track(made: Composite, shown: Performance, clip: Clip) -> FaceTrack:
    """Carry the drawn person's landmarks into the picture that they were placed in."""
    assert shown.truth is not None, "whoever is drawn has landmarks"
    picks = [LANDMARKS.index(name) for name in FACE_POINTS]
    factor = made.lane * px_per_m(clip.size) / shown.px_per_m
    points = shown.truth.landmarks_px[:, picks] - np.asarray(shown.anchor_px)
    return FaceTrack(made.anchor_px[:, None] + factor * points)
