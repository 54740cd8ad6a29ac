"""Photographs that packages carry, each with its licence and its maker, and a camera's move over one.

Only pictures without recognisable people are used. They are read where they are installed, never copied here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.errors import ClipPackError
from medialit.language import msgid as _msgid
from medialit.media import Clip, read_image

_SHARE: Final = 0.62  # of the photograph that is seen at once
_REACH: Final = 0.8  # of the room that is left, used by the move
_SHAKE: Final = 0.004  # standard deviation of the hand's wander, as a share of the picture's height


@dataclass(frozen=True, kw_only=True)
class Photograph:
    """A picture inside a package.

    Parameters
    ----------
    name : str
    package, path : str
        Where it is.
    licence, credit : str
    split : {"train", "calibrate", "test"}
        Of a pack, in which it may be.
    """

    name: str
    package: str
    path: str
    licence: str
    credit: str
    split: Literal["train", "calibrate", "test"]

    @property
    def file(self) -> Path | None:
        """Where it lies, or None if the package is not installed."""
        found = find_spec(self.package)
        if found is None or found.origin is None:
            return None
        path = Path(found.origin).parent / self.path
        return path if path.is_file() else None


def _of_skimage(
    name: str, path: str, licence: str, credit: str, split: Literal["train", "calibrate", "test"]
) -> Photograph:
    return Photograph(
        name=name, package="skimage", path=f"data/{path}", licence=licence, credit=credit, split=split
    )


KNOWN: Final[tuple[Photograph, ...]] = (
    _of_skimage("coffee", "coffee.png", "CC0", "Rachel Michetti", "train"),
    _of_skimage("brick", "brick.png", "CC0", "CC0Textures, Bricks25", "train"),
    _of_skimage("hubble", "hubble_deep_field.jpg", "public domain", "NASA", "train"),
    _of_skimage("grass", "grass.png", "CC0", "linolafett", "calibrate"),
    _of_skimage("rocket", "rocket.jpg", "public domain", "SpaceX", "calibrate"),
    _of_skimage("chelsea", "chelsea.png", "CC0", "Stéfan van der Walt", "test"),
    _of_skimage("gravel", "gravel.png", "CC0", "CC0Textures, Gravel04", "test"),
    Photograph(
        name="china",
        package="sklearn",
        path="datasets/images/china.jpg",
        licence="CC BY 2.0",
        credit="danielbuechele, flickr.com/photos/danielbuechele/6061409035",
        split="train",
    ),
    Photograph(
        name="flower",
        package="sklearn",
        path="datasets/images/flower.jpg",
        licence="CC BY 2.0",
        credit="flickr.com/photos/vultilion/6056698931",
        split="test",
    ),
)
"""What each is, as its package says: scikit-image in the docstrings of `skimage.data`, scikit-learn in
``datasets/images/README.txt``."""


def photographs() -> tuple[Photograph, ...]:
    """Return those that are installed here; scikit-image and scikit-learn come with the ``dev`` extra."""
    return tuple(photo for photo in KNOWN if photo.file is not None)


def travel(
    name: str, *, size: tuple[int, int], n_frames: int, fps: float, duration_s: float, seed: int
) -> Clip:
    """Move a hand-held camera over a photograph: a pan with a slight zoom.

    Parameters
    ----------
    name : str
        Of a `Photograph`.
    size : tuple of int
        (width, height) of the frames.
    n_frames : int
    fps : float
        The frames may be fewer than fill `duration_s`, or more.
    duration_s : float
        That the move takes.
    seed : int

    Raises
    ------
    ClipPackError
        If there is no such photograph here.
    """
    rng = np.random.default_rng([seed, 0xF070])
    picture = _picture(name)
    high, wide = picture.shape[:2]
    angle, zoom = float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(-0.06, 0.06))
    phase, tempo = rng.uniform(0, 2 * np.pi, (2, 3)), np.array([1.1, 2.3, 3.7])
    frames = np.empty((n_frames, size[1], size[0], 3), np.uint8)
    for t in range(n_frames):
        at_s = t / fps
        way = min(1.0, at_s / duration_s) - 0.5
        scale = min(wide / size[0], high / size[1]) * _SHARE * (1 + zoom * way)
        room = np.array([wide - scale * size[0], high - scale * size[1]])
        shake = high * _SHAKE * np.sin(2 * np.pi * tempo * at_s + phase).sum(axis=1)
        left, top = room / 2 + _REACH * np.array([np.cos(angle), np.sin(angle)]) * way * room * 0.8 + shake
        matrix = np.array([[scale, 0, left], [0, scale, top]])
        flags = (cv2.INTER_AREA if scale > 1.5 else cv2.INTER_CUBIC) | cv2.WARP_INVERSE_MAP
        frames[t] = cv2.warpAffine(picture, matrix, size, flags=flags, borderMode=cv2.BORDER_REFLECT)
    return Clip(frames, float(fps))


@lru_cache(maxsize=4)
def _picture(name: str) -> NDArray[np.uint8]:
    """Return a photograph, its longer side at most 900 pixels."""
    photo = next((one for one in photographs() if one.name == name), None)
    if photo is None or photo.file is None:
        have = ", ".join(one.name for one in photographs()) or "-"
        raise ClipPackError(
            _msgid(
                "The photograph {name} is not here; installed are: {known}. They come with medialit[dev]."
            ),
            name=name,
            known=have,
        )
    picture = read_image(photo.file)
    largest = max(picture.shape[:2])
    if largest <= 900:
        return picture
    size = round(picture.shape[1] * 900 / largest), round(picture.shape[0] * 900 / largest)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
