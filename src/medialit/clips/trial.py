"""A fake to try the cues on, beside what it was made of: both are kept in memory, and neither is published."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from medialit.clips.make import make, pair_of_world
from medialit.errors import FakeError
from medialit.fakes import Fake
from medialit.language import msgid as _msgid
from medialit.media import Clip, read

CAST: Final = "cast:"
SCENE: Final = "scene:"


@dataclass(frozen=True, eq=False, kw_only=True)
class Trial:
    """A fake and its original.

    Parameters
    ----------
    original : Clip
        The same shot, through the same camera and codec, with nothing done to it.
    fake : Fake
    """

    original: Clip
    fake: Fake


def trial(
    clip: str,
    method: str,
    *,
    strength: float,
    seed: int,
    other: str | None = None,
    box: tuple[int, int, int, int] | None = None,
) -> Trial:
    """Make a fake by a method and a strength, and keep what it was made of.

    Parameters
    ----------
    clip : str
        A file, ``cast:ID`` for one of the fictional people, or ``scene:PLACE`` of the miniature world.
    method : str
        One of `medialit.fakes.METHODS`.
    strength : float
        0 to 1.
    seed : int
    other : str, optional
        A second file, or ``cast:ID``, where the method takes something from elsewhere.
    box : tuple of int, optional
        Left, top, width and height in pixels, for methods that change a place of a file.

    Raises
    ------
    FakeError
        If there is no such file, or the method cannot be done to it.
    MediaError
        If a file cannot be read.
    """
    if clip.startswith((CAST, SCENE)):
        person = clip.removeprefix(CAST) if clip.startswith(CAST) else None
        made = pair_of_world(
            method,
            strength=strength,
            seed=seed,
            who=person,
            donor=None if other is None else other.removeprefix(CAST),
            background="medina" if person else clip.removeprefix(SCENE),
        )
        return Trial(original=made.camera, fake=made.fake)
    original = _read(clip)
    second = None if other is None else _read(other)
    return Trial(
        original=original, fake=make(original, method, strength=strength, seed=seed, other=second, box=box)
    )


def _read(path: str) -> Clip:
    if not Path(path).is_file():
        raise FakeError(
            _msgid("There is no file {path}: name another, or cast:ID, or scene:PLACE."), path=path
        )
    return read(path)
