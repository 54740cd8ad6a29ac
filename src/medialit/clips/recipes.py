"""From a plan to two clips: one camera, one way of storing, one oddity for both, and a fake in one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np

from medialit import fakes
from medialit.clips.plan import Pair
from medialit.clips.sources import Sight, scene_of, sight, thing_to_insert
from medialit.fakes import FaceTrack, Fake, oddities
from medialit.fakes.records import Masks
from medialit.generate import sampler
from medialit.generate.shot import Actor, Shot
from medialit.media import Clip
from medialit.media.degrade import recompress
from medialit.world import Sensor, film

_SHUTTER_FACTOR: Final = 6


@dataclass(frozen=True, eq=False, kw_only=True)
class Made:
    """Both clips of a pair, ready to be written.

    Parameters
    ----------
    camera : Clip
    fake : Fake
        Its region is exact before the last encoder; that one spreads what changed over its blocks.
    oddity : dict
        What else was done to both: name, strength, magnitude, unit; empty where nothing.
    """

    camera: Clip
    fake: Fake
    oddity: dict[str, str | float]


@dataclass(frozen=True, eq=False, kw_only=True)
class _Take:
    """What came out of the camera and was stored, and what is known about it."""

    clip: Clip
    masks: Callable[[], Masks]
    face: FaceTrack | None
    oddity: Fake | None


def make_pair(pair: Pair) -> Made:
    """Make both clips of a pair; the same pair gives the same clips."""
    shown = sight(pair, factor=_factor(pair))
    honest = _take(pair, shown, body=pair.body, salt=0)
    fake = _WAYS[pair.kind](pair, honest)
    camera, odd_after = _sent(pair, honest.clip)
    forged, _ = _sent(pair, fake.clip)
    oddity = odd_after or honest.oddity
    return Made(
        camera=camera,
        fake=replace(fake, clip=forged),
        oddity={}
        if oddity is None
        else {
            "name": oddity.truth.method,
            "strength": oddity.truth.strength,
            "magnitude": round(oddity.truth.magnitude, 3),
            "unit": oddity.truth.unit,
        },
    )


def _factor(pair: Pair) -> int:
    if pair.odd == "slow_motion":
        return _slower(pair)
    return _SHUTTER_FACTOR if pair.odd == "rolling_shutter" else 1


def _slower(pair: Pair) -> int:
    return max(2, round(1 + pair.odd_strength * (oddities.SLOWEST - 1)))


def _take(pair: Pair, shown: Sight, *, body: int, salt: int) -> _Take:
    """Film, store, and do to it what happens in a phone."""
    clean, seed, sensor = through_lens(shown.clip, pair.blur_px), pair.seed + 31 * salt, Sensor(body=body)
    oddity: Fake | None = None
    if pair.odd == "slow_motion":
        oddity = oddities.slow_motion(clean, factor=_slower(pair), n_frames=pair.format.n_frames)
    elif pair.odd == "rolling_shutter":
        oddity = oddities.rolling_shutter(clean, factor=_SHUTTER_FACTOR, strength=pair.odd_strength)
    if pair.odd == "bad_light":
        oddity = oddities.bad_light(clean, strength=pair.odd_strength, seed=seed, sensor=sensor)
        filmed = oddity.clip
    else:
        filmed = film(clean if oddity is None else oddity.clip, seed=seed, sensor=sensor)
    stored = _stored(pair, filmed)
    face, masks = shown.face, shown.masks
    if pair.odd in ("slow_motion", "rolling_shutter"):
        masks = _masks_of_odd(pair, shown)
    if pair.odd == "stabilised":
        moved = fakes.steadying(stored, strength=pair.odd_strength)
        oddity = oddities.stabilised(stored, strength=pair.odd_strength, by=moved)
        stored = oddity.clip
        face = None if face is None else moved.face(face, size=stored.size)
        shaken = masks
        masks = lambda: moved.masks(shaken())  # noqa: E731
    elif pair.odd == "mirrored":
        oddity = oddities.mirrored(stored)
        stored = oddity.clip
        face = None if face is None else face.mirrored(width=stored.width)
        straight = masks
        masks = lambda: np.ascontiguousarray(straight()[:, :, ::-1])  # noqa: E731
    return _Take(clip=stored, masks=masks, face=face, oddity=oddity)


def _stored(pair: Pair, clip: Clip) -> Clip:
    """Return a clip as a telephone keeps it."""
    silent = replace(clip, audio=None, sample_rate=None)
    return clip.with_frames(recompress(silent, crf=pair.state.stored_crf).frames)


def through_lens(clip: Clip, blur_px: float) -> Clip:
    """Return what falls on the sensor: no lens is as sharp as a render."""
    if blur_px == 0:
        return clip
    return clip.with_frames(np.stack([cv2.GaussianBlur(frame, (0, 0), blur_px) for frame in clip.frames]))


def _masks_of_odd(pair: Pair, shown: Sight) -> Callable[[], Masks]:
    """Return the masks at the frames that were kept of a fast clip."""
    n = pair.format.n_frames

    def kept() -> Masks:
        if pair.odd == "slow_motion":
            return shown.masks()[:n]
        # With a rolling shutter a thing is anywhere between two moments: mark all that it covers meanwhile.
        fast = shown.masks()
        return np.asarray(fast.reshape(n, _SHUTTER_FACTOR, *fast.shape[1:]).any(axis=1))

    return kept


def _sent(pair: Pair, clip: Clip) -> tuple[Clip, Fake | None]:
    """Do what happens on the way."""
    if pair.odd == "compressed":
        done = oddities.compressed(replace(clip, audio=None, sample_rate=None), strength=pair.odd_strength)
        return clip.with_frames(done.clip.frames), done
    if pair.odd == "uploaded":
        done = oddities.uploaded(clip, times=max(1, round(pair.odd_strength * 3)))
        return done.clip, done
    return clip, None


def _other_take(pair: Pair, *, body: int, who: str | None = None) -> _Take:
    return _take(pair, sight(pair, salt=1, factor=_factor(pair), who=who), body=body, salt=1)


def _swap(pair: Pair, honest: _Take) -> Fake:
    donor = _other_take(pair, body=pair.other_body, who=pair.donor)
    return _with_faces(fakes.swap_face, pair, honest, donor)


def _mouth(pair: Pair, honest: _Take) -> Fake:
    return _with_faces(fakes.reenact_mouth, pair, honest, _other_take(pair, body=pair.body))


def _with_faces(method: Callable[..., Fake], pair: Pair, honest: _Take, donor: _Take) -> Fake:
    assert honest.face is not None, "people are drawn with their landmarks"
    return method(honest.clip, honest.face, donor=donor.clip, donor_face=donor.face, strength=pair.strength)


def _splice(pair: Pair, honest: _Take) -> Fake:
    body = pair.body if pair.state.own_splices and pair.seed % 2 else pair.other_body
    return fakes.splice(
        honest.clip, _other_take(pair, body=body).clip, strength=pair.strength, seed=pair.seed
    )


def _insert(pair: Pair, honest: _Take) -> Fake:
    clean, masks = thing_to_insert(pair)
    filmed = film(through_lens(clean, pair.blur_px), seed=pair.seed + 77, sensor=Sensor(body=pair.other_body))
    other = recompress(filmed, crf=pair.state.stored_crf)
    return fakes.insert_object(honest.clip, other, masks, strength=pair.strength)


def _generated(pair: Pair, honest: _Take) -> Fake:
    """Ask the generator for the scene that the other clip of the pair shows."""
    scene = scene_of(pair)
    shot = Shot(
        objects=tuple(
            Actor(kind=thing.kind, colour=thing.colour, action=thing.action, size=thing.size)
            for thing in scene.objects
        ),
        background=scene.background,
        pan=scene.pan,
        look=scene.look,
    )
    dreamt = sampler.sample_shots([shot], seed=pair.seed, model="v1" if pair.kind == "v1" else "v2")[0]
    return _arrived(pair, fakes.synthetic(_enlarged(dreamt, pair.format.size), generator=pair.kind))


def _enlarged(clip: Clip, size: tuple[int, int]) -> Clip:
    """Bring what a generator made to the size of the others, as whoever uploads it would."""
    if clip.size == size:
        return clip
    return clip.with_frames(
        np.stack([cv2.resize(frame, size, interpolation=cv2.INTER_CUBIC) for frame in clip.frames])
    )


def _violated(pair: Pair, honest: _Take) -> Fake:
    broken = fakes.violate(
        scene_of(pair),
        violation=pair.method,
        strength=pair.strength,
        seed=pair.seed,
        size=pair.format.size,
    )
    return _arrived(pair, broken)


def _arrived(pair: Pair, fake: Fake) -> Fake:
    """Store what was never before a camera: filmed from a screen, or straight from the program, or with false grain."""
    if pair.arrival == "filmed":
        still_there = Sight(clip=fake.clip, masks=lambda: fake.truth.region)
        return replace(fake, clip=_take(pair, still_there, body=pair.body, salt=1).clip)
    came = through_lens(fake.clip, pair.blur_px)  # as soft as its twin, so that softness gives nothing away
    if pair.arrival == "grained":
        came = with_false_grain(came, seed=pair.seed)
    return replace(fake, clip=_stored(pair, came))


def with_false_grain(clip: Clip, *, seed: int) -> Clip:
    """Lay noise over a clip as a filter of an editing program does: the same amount in light and shade, and no pattern.

    Its standard deviation is drawn, 1.5 to 6 levels of 255; so is how coarse it is, and whether it has colours.
    """
    rng = np.random.default_rng([seed, 0x6A1])
    level, coarse_px = float(rng.uniform(1.5, 6.0)), float(rng.choice([0.0, 0.5, 0.8]))
    channels = int(rng.choice([1, 3]))
    out = np.empty_like(clip.frames)
    for t, frame in enumerate(clip.frames):
        noise = rng.standard_normal((*frame.shape[:2], channels), dtype=np.float32)
        if coarse_px:
            noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), coarse_px), np.float32).reshape(noise.shape)
        noise *= level / float(noise.std())
        out[t] = np.clip(np.rint(frame + noise), 0, 255).astype(np.uint8)
    return clip.with_frames(out)


_WAYS: Final[dict[str, Callable[[Pair, _Take], Fake]]] = {
    "swap": _swap,
    "mouth": _mouth,
    "lip_offset": lambda pair, h: fakes.offset_audio(h.clip, strength=pair.strength, seed=pair.seed),
    "splice": _splice,
    "remove": lambda pair, h: fakes.remove_object(h.clip, h.masks(), strength=pair.strength),
    "insert": _insert,
    "clone": lambda pair, h: fakes.clone(h.clip, h.masks(), strength=pair.strength, seed=pair.seed),
    "retime": lambda pair, h: fakes.retime(h.clip, strength=pair.strength, seed=pair.seed),
    "interpolate": lambda pair, h: fakes.interpolate(h.clip, strength=pair.strength, seed=pair.seed),
    "duplicate": lambda pair, h: fakes.duplicate(h.clip, strength=pair.strength, seed=pair.seed),
    "regenerate": lambda pair, h: fakes.regenerate(
        h.clip,
        through=lambda clip: _enlarged(sampler.reconstruct(clip), clip.size),
        strength=pair.strength,
    ),
    "v1": _generated,
    "v2": _generated,
    "violation": _violated,
}
