"""Fakes of everything: a clip dreamt anew through a codec, a world with one law broken, a clip that is all synthetic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from medialit.errors import FakeError
from medialit.fakes.records import (
    Fake,
    Masks,
    faked,
    mixed,
    nowhere,
    require_like,
    require_strength,
    untouched,
)
from medialit.media import Clip
from medialit.media.clip import Frames
from medialit.world import Scene, render
from medialit.world.violations import plant

SOFT_LEVELS: Final = 3


def regenerate(clip: Clip, *, through: Callable[[Clip], Clip], strength: float) -> Fake:
    """Put a clip through a generator's encoder and decoder and back: the same scene, dreamt again.

    Parameters
    ----------
    clip : Clip
    through : callable
        Such as `medialit.generate.sampler.reconstruct`. What it gives back has the clip's size and length.
    strength : float
        Share of the dreamt picture in the result.

    Returns
    -------
    Fake
        The magnitude is that share, in percent.

    Raises
    ------
    FakeError
        If the strength is out of range, or the codec gives back another shape.
    """
    require_strength(strength)
    if strength == 0:
        return untouched("regenerate", clip, unit="percent")
    dreamt = through(clip)
    require_like(clip, dreamt)
    weight = np.full(clip.frames.shape[:3], strength, np.float32)
    return faked(
        "regenerate",
        clip.with_frames(mixed(clip.frames, dreamt.frames.astype(np.float32), weight)),
        strength=strength,
        magnitude=100 * strength,
        unit="percent",
        region=~nowhere(clip),
    )


def synthetic(clip: Clip, *, generator: str) -> Fake:
    """Call a clip what it is: wholly made by a generator.

    Parameters
    ----------
    clip : Clip
    generator : str
        The method's name, such as ``v1`` or ``v2``.

    Returns
    -------
    Fake
        Strength 1, and every pixel.
    """
    return faked(generator, clip, strength=1.0, magnitude=100.0, unit="percent", region=~nowhere(clip))


def violate(
    scene: Scene,
    *,
    violation: str,
    strength: float,
    seed: int,
    size: tuple[int, int],
    fps: float | None = None,
) -> Fake:
    """Film a scene of the miniature world in which one law is broken; see `medialit.world.violations`.

    Parameters
    ----------
    scene : Scene
    violation : str
        One of `medialit.world.VIOLATIONS`.
    strength, seed
        As in `medialit.world.plant`; at 0 the scene is honest.
    size : tuple of int
        (width, height) in pixels.
    fps : float, optional
        The scene's own by default.

    Returns
    -------
    Fake
        The method is the violation's name: ``teleport``, ``morph`` and so on. The region is where the pictures differ
        from the honest ones by more than `SOFT_LEVELS`: a shadow fades out over the whole ground.

    Raises
    ------
    FakeError
        If the strength is out of range.
    WorldError
        If the violation is unknown or cannot show in this scene.
    """
    require_strength(strength)
    honest = render(scene, size=size, fps=fps)
    if strength == 0:
        return untouched(violation, honest, unit="nothing")
    planted = plant(scene, violation=violation, strength=strength, seed=seed, size=size, fps=fps)
    if planted.clip.frames.shape != honest.frames.shape:
        raise FakeError("The honest and the broken clip differ in length: give the scene another duration.")
    return faked(
        violation,
        planted.clip,
        strength=strength,
        magnitude=planted.truth.magnitude,
        unit=planted.truth.unit,
        region=_differing(planted.clip.frames, honest.frames),
    )


def _differing(frames: Frames, others: Frames) -> Masks:
    levels = np.abs(frames.astype(np.int16) - others).max(axis=-1)
    return np.asarray(levels > SOFT_LEVELS)
