"""Fakes of time: another take cut in, other speeds, frames that no camera took, a stretch shown twice."""

from __future__ import annotations

from typing import Final

import numpy as np

from medialit.fakes.inbetween import in_between
from medialit.fakes.records import (
    Fake,
    Masks,
    faked,
    nowhere,
    require_frames,
    require_like,
    require_strength,
    untouched,
)
from medialit.media import Clip

SPLICE_SHARE: Final = 0.5  # of the clip, at strength 1
SPEED_UP: Final = 1.0  # added to the speed, at strength 1
DUPLICATE_SHARE: Final = 0.4  # of the clip, at strength 1


def splice(clip: Clip, other: Clip, *, strength: float, seed: int) -> Fake:
    """Cut a stretch out of a clip and put the same stretch of another take in.

    Parameters
    ----------
    clip, other : Clip
        Of the same size and length. The sound stays that of `clip`.
    strength : float
        Times `SPLICE_SHARE` is the share of the frames that come from `other`.
    seed : int
        Draws where the stretch lies; never at the very beginning or end, so that there are two cuts.

    Returns
    -------
    Fake
        The magnitude is the number of frames put in.

    Raises
    ------
    FakeError
        If the strength is out of range, the clips do not match, or they are shorter than 4 frames.

    Examples
    --------
    >>> import numpy as np
    >>> day, night = (Clip(np.full((12, 16, 16, 3), v, np.uint8), 12.0) for v in (200, 20))
    >>> splice(day, night, strength=0.5, seed=1).truth.magnitude
    3.0
    """
    require_strength(strength)
    require_frames(clip, 4, method="splice")
    require_like(clip, other)
    if strength == 0:
        return untouched("splice", clip, unit="frames")
    n = clip.n_frames
    length = min(n - 2, max(1, round(SPLICE_SHARE * strength * n)))
    first = _start(seed, 0x5911, low=1, high=n - 1 - length)
    frames = np.array(clip.frames)
    frames[first : first + length] = other.frames[first : first + length]
    return faked(
        "splice",
        clip.with_frames(frames),
        strength=strength,
        magnitude=length,
        unit="frames",
        region=_whole(clip, np.arange(first, first + length)),
    )


def retime(clip: Clip, *, strength: float, seed: int) -> Fake:
    """Speed one half of a clip up and slow the other down, with in-betweens, so that it still ends when it did.

    Parameters
    ----------
    clip : Clip
        The sound stays as it is.
    strength : float
        Times `SPEED_UP`, plus 1, is the speed of the faster half: 2 at strength 1.
    seed : int
        Draws which half is the fast one.

    Returns
    -------
    Fake
        The magnitude is the fast half's speed over the true one.

    Raises
    ------
    FakeError
        If the strength is out of range or the clip is shorter than 4 frames.
    """
    require_strength(strength)
    require_frames(clip, 4, method="retime")
    if strength == 0:
        return untouched("retime", clip, unit="times the speed", neutral=1.0)
    n, speed = clip.n_frames, 1 + SPEED_UP * strength
    shown = np.linspace(0, 1, n)
    # Fast until the share h of the action is over; at twice the speed that is 2/3 of it in 1/3 of the time.
    knee_time, knee_action = 1 / (1 + speed), speed / (1 + speed)
    source = np.interp(shown, [0, knee_time, 1], [0, knee_action, 1])
    if np.random.default_rng([seed, 0x2E71]).random() < 0.5:
        source = 1 - source[::-1]
    at = source * (n - 1)
    frames = np.empty_like(clip.frames)
    region = nowhere(clip)
    for t, place in enumerate(at):
        k = min(int(place), n - 2)
        share = place - k
        share = float(np.clip(share, 0, 1)) if min(share, 1 - share) > 1e-6 else float(round(share))
        frames[t] = in_between(clip.frames[k], clip.frames[k + 1], share)
        region[t] = not np.array_equal(frames[t], clip.frames[t])
    return faked(
        "retime",
        clip.with_frames(frames),
        strength=strength,
        magnitude=speed,
        unit="times the speed",
        region=region,
    )


def interpolate(clip: Clip, *, strength: float, seed: int) -> Fake:
    """Replace frames by in-betweens of their neighbours, as a doubled frame rate does.

    Parameters
    ----------
    clip : Clip
    strength : float
        Share of every second frame that is replaced: all of them at 1.
    seed : int
        Draws which come first; a higher strength replaces the same ones and more.

    Returns
    -------
    Fake
        The magnitude is the number of frames that no camera took.

    Raises
    ------
    FakeError
        If the strength is out of range or the clip is shorter than 3 frames.
    """
    require_strength(strength)
    require_frames(clip, 3, method="interpolate")
    if strength == 0:
        return untouched("interpolate", clip, unit="frames")
    odd_ones = np.arange(1, clip.n_frames - 1, 2)
    order = np.random.default_rng([seed, 0x1B37]).permutation(odd_ones)
    chosen = np.sort(order[: max(1, round(strength * len(odd_ones)))])
    frames = np.array(clip.frames)
    for t in chosen:
        frames[t] = in_between(clip.frames[t - 1], clip.frames[t + 1], 0.5)
    return faked(
        "interpolate",
        clip.with_frames(frames),
        strength=strength,
        magnitude=len(chosen),
        unit="frames",
        region=_whole(clip, chosen),
    )


def duplicate(clip: Clip, *, strength: float, seed: int) -> Fake:
    """Show an earlier stretch again over a later one, as a looped surveillance tape does.

    Parameters
    ----------
    clip : Clip
        The sound stays as it is.
    strength : float
        Times `DUPLICATE_SHARE` is the share of the clip that is shown a second time.
    seed : int
        Draws where.

    Returns
    -------
    Fake
        The magnitude is the number of frames shown twice.

    Raises
    ------
    FakeError
        If the strength is out of range or the clip is shorter than 4 frames.
    """
    require_strength(strength)
    require_frames(clip, 4, method="duplicate")
    if strength == 0:
        return untouched("duplicate", clip, unit="frames")
    n = clip.n_frames
    length = max(1, min(n // 2, round(DUPLICATE_SHARE * strength * n)))
    source = _start(seed, 0xD0B1, low=0, high=n - 2 * length)
    target = source + length
    frames = np.array(clip.frames)
    frames[target : target + length] = clip.frames[source : source + length]
    return faked(
        "duplicate",
        clip.with_frames(frames),
        strength=strength,
        magnitude=length,
        unit="frames",
        region=_whole(clip, np.arange(target, target + length)),
    )


def _start(seed: int, salt: int, *, low: int, high: int) -> int:
    return int(np.random.default_rng([seed, salt]).integers(low, max(low, high) + 1))


def _whole(clip: Clip, numbers: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Masks:
    region = nowhere(clip)
    region[numbers] = True
    return region
