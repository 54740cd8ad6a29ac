"""Real but odd: what happens to honest clips and must not be called fake.

None of these puts anything in or takes anything out, so none has a region. `slow_motion`, `rolling_shutter` and
`bad_light` happen in the camera, before it records; the others afterwards.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.errors import FakeError
from medialit.fakes.records import Fake, odd, require_frames, require_strength
from medialit.fakes.stabiliser import Steadying, steadying
from medialit.language import msgid as _msgid
from medialit.media import Clip
from medialit.media.degrade import change_fps, flip, messenger, recompress
from medialit.world.camera import Sensor, film

SLOWEST: Final = 4  # times, at strength 1
READOUT: Final = 1.0  # share of the time between frames that the sensor is read in, at strength 1
DARKEST_STOPS: Final = 4.0
_CRF: Final = (23, 44)


def slow_motion(fast: Clip, *, factor: int, n_frames: int) -> Fake:
    """Show what a camera took at `factor` times the rate at its normal rate.

    Parameters
    ----------
    fast : Clip
        Taken at `factor` times the rate that is wanted. The sound is left out, as phones do.
    factor : int
        1 to `SLOWEST`; 1 changes nothing.
    n_frames : int
        That are kept, from the beginning.

    Returns
    -------
    Fake
        Not a fake: its truth says so. The magnitude is the factor.

    Raises
    ------
    FakeError
        If the factor is out of range or there are too few frames.
    """
    if not 1 <= factor <= SLOWEST or int(factor) != factor:
        raise FakeError(f"Slow motion is 1 to {SLOWEST} times slower, in whole numbers, not {factor!r}.")
    require_frames(fast, n_frames, method="slow_motion")
    shown = Clip(np.ascontiguousarray(fast.frames[:n_frames]), fast.fps / factor)
    strength = (factor - 1) / (SLOWEST - 1)
    return odd("slow_motion", shown, strength=strength, magnitude=factor, unit="times slower")


def rolling_shutter(fast: Clip, *, factor: int, strength: float) -> Fake:
    """Read each frame's rows one after the other, as phone sensors do: what moves leans.

    Parameters
    ----------
    fast : Clip
        Taken at `factor` times the rate that is wanted: row r of a frame comes from the moment when it is read.
    factor : int
        2 to 64. The frame rate falls by it.
    strength : float
        Times `READOUT` is the share of the time between two frames that the reading takes.

    Returns
    -------
    Fake
        Not a fake. The magnitude is the time to read a frame, in milliseconds.

    Raises
    ------
    FakeError
        If a number is out of range, or there is not a frame's worth of fast frames.
    """
    require_strength(strength)
    if not 2 <= factor <= 64:
        raise FakeError(f"The fast clip has 2 to 64 times the rate, not {factor!r} times.")
    require_frames(fast, factor, method="rolling_shutter")
    n, height = fast.n_frames // factor, fast.height
    moment = np.floor(np.arange(height) / height * READOUT * strength * factor).astype(int)
    moment = np.minimum(moment, factor - 1)
    at = np.arange(n)[:, None] * factor + moment  # (n, H): which fast frame each row is read from
    frames = fast.frames[at, np.arange(height)]
    clip = replace(fast, frames=np.ascontiguousarray(frames), fps=fast.fps / factor)
    readout_ms = 1000 * READOUT * strength / clip.fps
    return odd("rolling_shutter", clip, strength=strength, magnitude=readout_ms, unit="milliseconds")


def bad_light(clean: Clip, *, strength: float, seed: int, sensor: Sensor | None = None) -> Fake:
    """Film with too little light, and brighten: grain, a strong fixed pattern, and fewer levels.

    Parameters
    ----------
    clean : Clip
        A render, not filmed yet.
    strength : float
        Times `DARKEST_STOPS` is by how many stops too little light there is.
    seed : int
        As in `medialit.world.film`.
    sensor : Sensor, optional
        As in `medialit.world.film`.

    Returns
    -------
    Fake
        Not a fake, and filmed. The magnitude is in stops. It is brightened by half of them, as phones do.

    Raises
    ------
    FakeError
        If the strength is out of range.
    """
    require_strength(strength)
    stops = DARKEST_STOPS * strength
    # sRGB is close to a power of 2.2, so that a stop is 2 ** (1 / 2.2) in its levels.
    dark = clean.with_frames(_scaled(clean.frames, 2 ** (-stops / 2.2)))
    taken = film(dark, seed=seed, sensor=sensor)
    bright = taken.with_frames(_scaled(taken.frames, 2 ** (stops / 2 / 2.2)))
    return odd("bad_light", bright, strength=strength, magnitude=stops, unit="stops")


def compressed(clip: Clip, *, strength: float) -> Fake:
    """Squeeze a clip through H.264 at a CRF from 23 to 44.

    Returns
    -------
    Fake
        Not a fake. The magnitude is the CRF; at 0 nothing is done.

    Raises
    ------
    FakeError
        If the strength is out of range.
    """
    require_strength(strength)
    if strength == 0:
        return odd("compressed", clip, strength=0.0, magnitude=0, unit="CRF")
    crf = round(_CRF[0] + strength * (_CRF[1] - _CRF[0]))
    squeezed = recompress(clip, crf=crf)
    return odd("compressed", clip.with_frames(squeezed.frames), strength=strength, magnitude=crf, unit="CRF")


def stabilised(clip: Clip, *, strength: float, by: Steadying | None = None) -> Fake:
    """Steady a hand-held clip as phones do: estimate the path, smooth it, move each frame onto it, and cut the edge.

    Parameters
    ----------
    clip : Clip
    strength : float
        Share of the shake that is taken out, and of the cut: 8 % of both sides at 1.
    by : Steadying, optional
        What `medialit.fakes.steadying` found for this clip and strength, where landmarks or masks have to follow.

    Returns
    -------
    Fake
        Not a fake. The magnitude is the mean correction in pixels.

    Raises
    ------
    FakeError
        If the strength is out of range.
    """
    require_strength(strength)
    if strength == 0 or clip.n_frames < 2:
        return odd("stabilised", clip, strength=0.0, magnitude=0.0, unit="pixels")
    moved = steadying(clip, strength=strength) if by is None else by
    steady = clip.with_frames(moved.frames(clip))
    return odd("stabilised", steady, strength=strength, magnitude=moved.mean_px, unit="pixels")


def mirrored(clip: Clip) -> Fake:
    """Exchange left and right, as the front camera's preview does: letters read backwards.

    Returns
    -------
    Fake
        Not a fake. The magnitude is 1.
    """
    return odd("mirrored", flip(clip), strength=1.0, magnitude=1.0, unit="mirrors")


def uploaded(clip: Clip, *, times: int) -> Fake:
    """Pass a clip on through messengers, and bring it back to its size.

    Parameters
    ----------
    clip : Clip
    times : int
        How often, 0 to 4.

    Returns
    -------
    Fake
        Not a fake; pictures only, the sound stays. The magnitude is how often.

    Raises
    ------
    FakeError
        If it is passed on too often.
    """
    if not 0 <= times <= 4:
        raise FakeError(_msgid("A clip is passed on 0 to 4 times, not {times}."), times=times)
    frames = clip.frames
    for _ in range(times):
        sent = change_fps(messenger(Clip(frames, clip.fps)), fps=clip.fps)
        back = [cv2.resize(f, clip.size, interpolation=cv2.INTER_CUBIC) for f in sent.frames]
        frames = np.asarray(np.stack(back), np.uint8)
    return odd("uploaded", clip.with_frames(frames), strength=times / 4, magnitude=times, unit="uploads")


def _scaled(frames: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    table = np.clip(np.rint(np.arange(256) * factor), 0, 255).astype(np.uint8)
    return np.asarray(table[frames], np.uint8)
