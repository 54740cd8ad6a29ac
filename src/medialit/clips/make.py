"""One fake at a time, to look at: of a clip, of a fictional person, of a scene of the miniature world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from medialit import fakes
from medialit.clips.plan import FORMATS, Pair, Source
from medialit.clips.recipes import Made, make_pair
from medialit.errors import CastError, FakeError
from medialit.fakes import ODD, Fake, oddities
from medialit.fakes.records import Masks
from medialit.generate import sampler
from medialit.language import msgid as _msgid
from medialit.likeness.cast import cast, person
from medialit.media import Clip
from medialit.world import BACKGROUNDS, VIOLATIONS

FREE_METHODS: Final = (
    "lip_offset",
    "splice",
    "remove",
    "insert",
    "clone",
    "retime",
    "interpolate",
    "duplicate",
    "regenerate",
    "compressed",
    "stabilised",
    "mirrored",
    "uploaded",
    "bad_light",
)
"""Methods that any clip will do for; faces are swapped among the fictional cast only."""

_OF_PEOPLE: Final = ("swap", "mouth", "lip_offset")


def make(
    clip: Clip,
    method: str,
    *,
    strength: float,
    seed: int,
    other: Clip | None = None,
    box: tuple[int, int, int, int] | None = None,
) -> Fake:
    """Fake a clip, or make it odd.

    Parameters
    ----------
    clip : Clip
    method : str
        One of `FREE_METHODS`.
    strength : float
        0 to 1.
    seed : int
    other : Clip, optional
        For ``splice`` and ``insert``: where what is put in comes from. Cut and scaled to the clip's length and size.
    box : tuple of int, optional
        For ``remove``, ``insert`` and ``clone``: left, top, width and height in pixels of what is meant; the ellipse in
        it is taken, in every frame.

    Raises
    ------
    FakeError
        If the method needs something that was not given, or cannot be done to this clip.
    """
    if method not in FREE_METHODS:
        raise FakeError(
            _msgid(
                "{method} cannot be done to a clip; use one of: {known}. Faces are swapped and mouths re-enacted among "
                "the fictional cast, and laws broken in scenes of the miniature world."
            ),
            method=method,
            known=", ".join(FREE_METHODS),
        )
    if method in _BY_ODDITY:
        return _BY_ODDITY[method](clip, strength, seed)
    if method == "lip_offset":
        return fakes.offset_audio(clip, strength=strength, seed=seed)
    if method in ("retime", "interpolate", "duplicate"):
        way = {"retime": fakes.retime, "interpolate": fakes.interpolate, "duplicate": fakes.duplicate}[method]
        return way(clip, strength=strength, seed=seed)
    if method == "regenerate":
        return fakes.regenerate(clip, through=_through_codec, strength=strength)
    if method == "splice":
        return fakes.splice(clip, _fitted(other, clip, method), strength=strength, seed=seed)
    masks = _ellipse(clip, box, method)
    if method == "insert":
        return fakes.insert_object(clip, _fitted(other, clip, method), masks, strength=strength)
    if method == "clone":
        return fakes.clone(clip, masks, strength=strength, seed=seed)
    return fakes.remove_object(clip, masks, strength=strength)


def make_of_world(
    method: str,
    *,
    strength: float,
    seed: int,
    who: str | None = None,
    donor: str | None = None,
    background: str = "medina",
    look: int = 0,
    form: str = "square",
) -> Fake:
    """Fake one of the fictional people, or a scene of the miniature world, filmed by the camera model.

    Parameters
    ----------
    method : str
        One of `medialit.clips.KINDS` or of `medialit.world.VIOLATIONS`.
    strength : float
        0 to 1.
    seed : int
        Of the scene and of the fake.
    who, donor : str, optional
        Ids of two of the cast: who is seen, and for ``swap`` whose face is put on. Without `who` a thing is seen.
    background, look : str, int
        The place.
    form : str
        One of ``square``, ``wide``, ``tall``.

    Raises
    ------
    FakeError
        If the method does not go with what is seen, or there is no such person or place.
    """
    return pair_of_world(
        method,
        strength=strength,
        seed=seed,
        who=who,
        donor=donor,
        background=background,
        look=look,
        form=form,
    ).fake


def pair_of_world(
    method: str,
    *,
    strength: float,
    seed: int,
    who: str | None = None,
    donor: str | None = None,
    background: str = "medina",
    look: int = 0,
    form: str = "square",
) -> Made:
    """Return such a fake and the camera clip that it was made of; `make_of_world` describes the parameters."""
    if method not in fakes.METHODS or form not in FORMATS:
        raise FakeError(
            _msgid(
                "There is no method {method} or no format {form}; use one of: {known}; and one of: {formats}."
            ),
            method=method,
            form=form,
            known=", ".join(fakes.METHODS),
            formats=", ".join(FORMATS),
        )
    _require_place_and_people(background, who, donor)
    if method in _OF_PEOPLE and who is None:
        raise FakeError(_msgid("{method} is done to people: name one of the cast."), method=method)
    if method in ("v1", "v2", *VIOLATIONS) and who is not None:
        raise FakeError(
            _msgid("{method} is done to scenes of the miniature world, which hold no people."), method=method
        )
    if method == "swap" and donor is None:
        raise FakeError(_msgid("A swap needs the id of the donor as well: whose face is put on."))
    for name in filter(None, (who, donor)):
        if person(name).minor:
            raise FakeError(
                _msgid("{name} is a minor, and nobody's face is swapped with a child's: choose an adult."),
                name=name,
            )
    source: Source = "world" if who is None else "cast"
    return make_pair(
        Pair(
            number=0,
            kind="violation" if method in VIOLATIONS else method,
            method=method,
            strength=strength,
            seed=seed,
            source=source,
            split="train",
            form="square" if method in ("regenerate", "v1", "v2") else form,
            kbps=800,
            background=background,
            look=look,
            person=who,
            donor=donor,
            photograph=None,
            body=1,
            other_body=2,
            odd=None,
            odd_strength=0.0,
        )
    )


def _require_place_and_people(background: str, *people: str | None) -> None:
    if background not in BACKGROUNDS:
        raise FakeError(
            _msgid("The miniature world has no place {place}; use one of: {known}."),
            place=background,
            known=", ".join(BACKGROUNDS),
        )
    for name in filter(None, people):
        try:
            person(name)
        except CastError as error:
            raise FakeError(
                _msgid("The fictional cast has nobody called {name}; use one of: {known}."),
                name=name,
                known=", ".join(one.id for one in cast()),
            ) from error


def is_odd(method: str) -> bool:
    """Return whether a method makes what is real but odd, and nothing fake."""
    return method in ODD


_BY_ODDITY: Final[dict[str, Callable[[Clip, float, int], Fake]]] = {
    "compressed": lambda clip, strength, seed: oddities.compressed(clip, strength=strength),
    "stabilised": lambda clip, strength, seed: oddities.stabilised(clip, strength=strength),
    "mirrored": lambda clip, strength, seed: oddities.mirrored(clip),
    "uploaded": lambda clip, strength, seed: oddities.uploaded(clip, times=round(4 * strength)),
    "bad_light": lambda clip, strength, seed: oddities.bad_light(clip, strength=strength, seed=seed),
}


def _through_codec(clip: Clip) -> Clip:
    """Dream a clip anew in the codec's square, and stretch it back."""
    side = 256
    square = [cv2.resize(frame, (side, side), interpolation=cv2.INTER_AREA) for frame in clip.frames]
    dreamt = sampler.reconstruct(Clip(np.asarray(np.stack(square), np.uint8), clip.fps))
    back = [cv2.resize(frame, clip.size, interpolation=cv2.INTER_CUBIC) for frame in dreamt.frames]
    return replace(clip, frames=np.asarray(np.stack(back), np.uint8))


def _fitted(other: Clip | None, clip: Clip, method: str) -> Clip:
    if other is None:
        raise FakeError(_msgid("{method} takes something from another clip: name it."), method=method)
    if other.n_frames < clip.n_frames:
        raise FakeError(
            _msgid("The other clip has {n} frames and {least} are needed: take a longer one."),
            n=other.n_frames,
            least=clip.n_frames,
        )
    frames = [
        cv2.resize(frame, clip.size, interpolation=cv2.INTER_AREA) for frame in other.frames[: clip.n_frames]
    ]
    return Clip(np.asarray(np.stack(frames), np.uint8), clip.fps)


def _ellipse(clip: Clip, box: tuple[int, int, int, int] | None, method: str) -> Masks:
    if box is None:
        raise FakeError(_msgid("{method} needs to know what is meant: give a box."), method=method)
    left, top, width, height = box
    if (
        width < 2
        or height < 2
        or left < 0
        or top < 0
        or left + width > clip.width
        or top + height > clip.height
    ):
        raise FakeError(
            _msgid("A box of {box} pixels at {place} is not within {picture}: give one that is."),
            box=f"{width} x {height}",
            place=f"{left}, {top}",
            picture=f"{clip.width} x {clip.height}",
        )
    mask = np.zeros((clip.height, clip.width), np.uint8)
    middle, axes = (left + width // 2, top + height // 2), (width // 2, height // 2)
    cv2.ellipse(mask, middle, axes, 0, 0, 360, 255, -1)
    return np.broadcast_to(mask > 0, clip.frames.shape[:3]).copy()
