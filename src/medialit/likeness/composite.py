"""Put a person into a scene: at the right size, in its light, on its ground, moving with its camera.

`place` takes anybody who has a matte: one of the fictional `cast`, or a clip cut out by
`medialit.likeness.composite_cutout`. It does not ask for consent; that is `medialit.pipeline`'s part. It only takes
the id of the decision or grant that allowed it, and writes it into its result, so that nobody comes here by accident.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.errors import CompositeError
from medialit.likeness.cast import Framing, Performance, Person, bust, perform
from medialit.likeness.cast_paint import Doubles
from medialit.likeness.composite_light import FLAT, clean_edges, light_of, relit, swollen, wrapped
from medialit.likeness.composite_rules import BUST_LANES, LANES, camera_path, require_leave, require_place
from medialit.likeness.composite_shadow import shadow_factor
from medialit.media import Clip
from medialit.world.backdrops import Light
from medialit.world.view import Floats, px_per_m, to_px

__all__ = [
    "BUST_LANES",
    "LANES",
    "Composite",
    "appear",
    "camera_path",
    "drawn_height_px",
    "light_of",
    "place",
]

_ROUNDNESS = 0.055  # of a cut-out's relief, as a share of its height
_BUST_MARGIN_M = 0.10  # how far below the picture a bust is cut, for a camera that tilts


@dataclass(frozen=True, eq=False, kw_only=True)
class Composite:
    """A clip with a person in it, who allowed it, and the truth for whoever looks for traces.

    Parameters
    ----------
    clip : Clip
    subject : str
        Who was put in.
    authorisation : str
        Id of the decision or grant that allowed it, as it was given.
    guardian_decision : str or None
        For a minor.
    mask : ndarray of float32, shape (T, H, W)
        The person's cover, 0 to 1; shadows are not in it.
    boxes_px : ndarray, shape (T, 4)
        Left, top, right, bottom of what is seen of the person; zeros where nothing is.
    anchor_px : ndarray, shape (T, 2)
        Where the point of the ground between the feet is.
    lane : float
    light : Light
        What the person was put into.
    """

    clip: Clip
    subject: str
    authorisation: str
    guardian_decision: str | None
    mask: Floats = field(repr=False)
    boxes_px: Doubles = field(repr=False)
    anchor_px: Doubles = field(repr=False)
    lane: float
    light: Light


def place(
    clip: Clip,
    shown: Performance,
    *,
    background: str,
    camera: str | Doubles,
    authorisation: str,
    look: int = 0,
    at_m: float = 0.0,
    lane: float = 1.0,
    guardian_decision: str | None = None,
    softness_px: float = 0.0,
) -> Composite:
    """Put a person into a generated or rendered scene.

    Parameters
    ----------
    clip : Clip
        What the world or the generator made.
    shown : Performance
        The person, at least as long as the clip; resampled in time to its frame rate.
    background : str
        One of `medialit.world.BACKGROUNDS`; says how the light is and where there is ground.
    camera : str or ndarray, shape (T, 2)
        One of `medialit.world.PANS`, or the camera's path in metres, as in `medialit.world.Tracks.camera_m`.
    authorisation : str
        Id of the decision or grant that allows it. It is written down, not checked.
    look : int
        Which painting of the background, as in `medialit.world.Scene`.
    at_m : float
        Where the person stands: metres to the right of the scene's middle.
    lane : float
        Depth scale: 1 is the front lane, less is farther. `LANES` has the limits, `BUST_LANES` those of a bust.
    guardian_decision : str, optional
        Id of the guardian's decision; required for a minor.
    softness_px : float
        Standard deviation of a blur of the person, 0 to 8 pixels: a generated scene is softer than a drawn person.

    Returns
    -------
    Composite
        The sound is the clip's. The person is in front of everything.

    Raises
    ------
    CompositeError
        If there is no authorisation, a word or number does not fit the place, or the person is not seen.
    MinorError
        If the person is a minor and no guardian's decision is named.

    Examples
    --------
    >>> from medialit.likeness.cast import perform, person
    >>> from medialit.world import Scene, Thing, render
    >>> scene = Scene("beach", (Thing("ball", "red", "stand"),), fps=4)
    >>> shown = perform(person("salma"), "wave", n_frames=8, fps=4, height_px=64, seed=1)
    >>> made = place(render(scene, size=(64, 64)), shown, background="beach", camera="still", authorisation="decision:7")
    >>> made.clip.n_frames, made.subject, made.authorisation
    (8, 'salma', 'decision:7')
    """
    _require(clip, shown, background, look, lane, authorisation, guardian_decision)
    if not 0 <= softness_px <= 8:
        raise CompositeError(f"A person is softened by 0 to 8 pixels, not {softness_px}.")
    path = camera_path(camera, clip)
    anchor = _anchors(path, shown, at_m=at_m, lane=lane, size=clip.size)
    light = light_of(background, look)
    frames = np.array(clip.frames)
    mask = np.zeros(frames.shape[:3], np.float32)
    k = lane * px_per_m(clip.size)
    for t in range(clip.n_frames):
        i = min(shown.n_frames - 1, round(t / clip.fps * shown.fps))
        person = _moved(shown, i, anchor[t], k / shown.px_per_m, light, clip.size, softness_px)
        if person is not None:
            _lay(frames[t], mask[t], person, shown, i, anchor[t], k, light)
    if not mask.any():
        raise CompositeError(
            f"At {at_m} m in lane {lane} nobody is seen in this picture; choose a place nearer to its middle."
        )
    return Composite(
        clip=clip.with_frames(frames),
        subject=shown.subject,
        authorisation=authorisation,
        guardian_decision=guardian_decision,
        mask=mask,
        boxes_px=np.stack([_box(m) for m in mask]),
        anchor_px=anchor,
        lane=lane,
        light=light,
    )


def appear(
    clip: Clip,
    who: Person,
    action: str,
    *,
    background: str,
    camera: str | Doubles,
    authorisation: str,
    seed: int,
    framing: Framing = "full",
    look: int = 0,
    at_m: float = 0.0,
    lane: float = 1.0,
    guardian_decision: str | None = None,
    softness_px: float = 0.0,
) -> Composite:
    """Let one of the cast do something in a scene: drawn at the right size in its light, then placed.

    Parameters are those of `place`, and `action` and `seed` those of `medialit.likeness.cast.perform`. With
    ``framing="bust"`` they stand close to the camera, cut at the waist, in one of `BUST_LANES`.

    Raises
    ------
    CompositeError
        As in `place` and `perform`.
    MinorError
        As in `place`.
    """
    require_leave(who.id, who.minor, authorisation, guardian_decision)
    require_place(background, look, lane, framing)
    shown = perform(
        who,
        action,
        n_frames=clip.n_frames,
        fps=clip.fps,
        height_px=drawn_height_px(who, lane=lane, size=clip.size),
        seed=seed,
        light=light_of(background, look),
    )
    return place(
        clip,
        bust(shown) if framing == "bust" else shown,
        background=background,
        camera=camera,
        authorisation=authorisation,
        look=look,
        at_m=at_m,
        lane=lane,
        guardian_decision=guardian_decision,
        softness_px=softness_px,
    )


def drawn_height_px(who: Person, *, lane: float, size: tuple[int, int]) -> int:
    """Return the height at which to `perform`, so that the frames fit a picture of `size` without loss."""
    return int(np.clip(np.ceil(1.16 * who.height_m * lane * px_per_m(size)), 32, 4096))


def _require(
    clip: Clip,
    shown: Performance,
    background: str,
    look: int,
    lane: float,
    authorisation: str,
    guardian_decision: str | None,
) -> None:
    require_leave(shown.subject, shown.minor, authorisation, guardian_decision)
    require_place(background, look, lane, shown.framing)
    short = shown.n_frames / shown.fps + 0.5 / shown.fps
    if short < clip.duration_s - 1 / clip.fps:
        raise CompositeError(
            f"The person is shown for {shown.n_frames / shown.fps:.2f} s and the scene lasts "
            f"{clip.duration_s:.2f} s; give a longer performance or cut the scene."
        )


def _anchors(
    path: Doubles, shown: Performance, *, at_m: float, lane: float, size: tuple[int, int]
) -> Doubles:
    """Return where the anchor is in each frame of the scene, in pixels, shape (T, 2)."""
    ground = np.broadcast_to(np.array([at_m, 0.0]), path.shape)
    found = to_px(ground, scale=np.full(len(path), lane), camera_m=path, size=size)
    if shown.framing == "bust":
        found[:, 1] = size[1] + _BUST_MARGIN_M * px_per_m(size)
    return found


@dataclass(frozen=True, eq=False)
class _Layer:
    """A person on their way into a picture: a window of it, colours and cover in it, 0 to 1."""

    window: tuple[slice, slice]
    rgb: Floats
    alpha: Floats


def _moved(
    shown: Performance,
    i: int,
    anchor: Doubles,
    factor: float,
    light: Light,
    size: tuple[int, int],
    softness_px: float,
) -> _Layer | None:
    """Relight one frame, scale it, and shift it by fractions of a pixel into the picture."""
    rgba = shown.frames[i]
    if shown.normals is None:
        rgba = clean_edges(rgba, reach_px=0.006 * rgba.shape[0] + 1.0)
        normal = swollen(
            rgba[..., 3].astype(np.float32) / np.float32(255), roundness_px=_ROUNDNESS * rgba.shape[0]
        )
    else:
        normal = shown.normals[i].astype(np.float32)
    colour = rgba[..., :3].astype(np.float32) / np.float32(255)
    alpha = rgba[..., 3:].astype(np.float32) / np.float32(255)
    colour = relit(colour, normal, was=shown.light or FLAT, now=light)
    layer = np.concatenate([colour * alpha, alpha], -1)
    high, wide = layer.shape[:2]
    step = 1.0, 1.0
    if factor < 0.8:  # averaged, not picked, or thin lines flicker
        small = max(2, round(wide * factor)), max(2, round(high * factor))
        step = small[0] / wide, small[1] / high
        layer = np.asarray(cv2.resize(layer, small, interpolation=cv2.INTER_AREA), np.float32)
    left, top = (anchor[j] - factor * shown.anchor_px[j] for j in (0, 1))
    spill = int(np.ceil(3 * softness_px))
    x0, y0 = max(0, int(np.floor(left)) - 1 - spill), max(0, int(np.floor(top)) - 1 - spill)
    x1 = min(size[0], int(np.ceil(left + factor * wide)) + 1 + spill)
    y1 = min(size[1], int(np.ceil(top + factor * high)) + 1 + spill)
    if x0 >= x1 or y0 >= y1:
        return None
    fx, fy = factor / step[0], factor / step[1]
    matrix = np.array([[fx, 0, left - x0 + (fx - 1) / 2], [0, fy, top - y0 + (fy - 1) / 2]], np.float32)
    moved = np.asarray(cv2.warpAffine(layer, matrix, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR), np.float32)
    if softness_px > 0:
        moved = np.asarray(cv2.GaussianBlur(moved, (0, 0), softness_px), np.float32)
    cover = moved[..., 3]
    return _Layer(
        (slice(y0, y1), slice(x0, x1)),
        np.asarray(moved[..., :3] / np.maximum(cover, 1e-3)[..., None], np.float32),
        np.asarray(np.clip(cover, 0, 1), np.float32),
    )


def _lay(
    frame: NDArray[np.uint8],
    mask: Floats,
    person: _Layer,
    shown: Performance,
    i: int,
    anchor: Doubles,
    k: float,
    light: Light,
) -> None:
    """Darken the ground and lay the person over it, in place."""
    mask[person.window] = person.alpha
    if shown.framing == "full":
        _shade(frame, mask, shown, i, anchor, k, light)
    region = frame[person.window]
    behind = region.astype(np.float32) / np.float32(255)
    alpha = person.alpha[..., None]
    out = behind + alpha * (wrapped(person.rgb, person.alpha, behind) - behind)
    region[:] = cv2.convertScaleAbs(np.maximum(out, 0), alpha=255)


def _shade(
    frame: NDArray[np.uint8],
    mask: Floats,
    shown: Performance,
    i: int,
    anchor: Doubles,
    k: float,
    light: Light,
) -> None:
    """Darken the ground where the person keeps the light away."""
    reach = shown.height_m * k * (abs(light.direction[0] / light.direction[1]) + 0.5)
    h, w = mask.shape
    x0, x1 = (int(np.clip(anchor[0] + s * reach, 0, w)) for s in (-1, 1))
    # The whole body throws the shadow, but it falls near the ground only.
    y0, y1 = (int(np.clip(anchor[1] + s * shown.height_m * k, 0, h)) for s in (-1.25, 0.3))
    if x0 >= x1 or y0 >= y1:
        return
    scale = k / shown.px_per_m
    if shown.truth is not None:
        spots = np.stack([shown.truth.landmark(f"{side}_foot")[i] for side in ("left", "right")])
        lift = np.maximum(shown.anchor_px[1] - spots[:, 1], 0) * scale
        x = anchor[0] + (spots[:, 0] - shown.anchor_px[0]) * scale
        soles = np.stack([x - x0, np.full(2, anchor[1] - y0) - lift, lift], -1)
    else:
        soles = np.array([[anchor[0] - x0, anchor[1] - y0, 0.0]])
    factor = shadow_factor(
        mask[y0:y1, x0:x1],
        feet=(float(anchor[0] - x0), float(anchor[1] - y0)),
        soles=soles,
        k=k,
        height_m=shown.height_m,
        light=light,
    )
    region = frame[y0:y1, x0:x1]
    region[:] = np.round(region * factor[..., None]).astype(np.uint8)


def _box(mask: Floats) -> Doubles:
    rows, columns = np.flatnonzero((mask > 0.5).any(axis=1)), np.flatnonzero((mask > 0.5).any(axis=0))
    if not len(rows):
        return np.zeros(4)
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], np.float64)
