"""Maps of what is measured, place by place, for the network: so that it can see what comes together in one place.

Features say of a whole clip how far its strangest place goes, in each measurement by itself. What was put in is a place
where several go together: grain that is not the sensor's, light that does not follow the exposure, motion that does not
go along with the shake. A clip becomes maps of 40 by 40 blocks at most, a stack of them for each twenty frames or so:

=========  =============================================================================================
grain      noise, noise from frame to frame, and the clip's own pattern, less what brightness and detail explain
context    brightness, detail, change and texture: what a measurement has to be read against
shake      how far a place goes along with the camera's shake, and how sure that is
exposure   how far it goes along with the camera's exposure, once its motion is taken out, and how sure that is
motion     how far it moves against the rest, how jerkily, and what motion does not explain
=========  =============================================================================================

References
----------
Cozzolino, Poggi and Verdoliva (2019), Extracting camera-based fingerprints for video forensics, CVPR workshops: maps of
noise that differ where something was put in. The combination, and the exposure of what moves, are our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from weakref import WeakKeyDictionary

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.forensics.cues import Footage
from medialit.forensics.detectors.features import LEAST_FRAMES
from medialit.forensics.detectors.followed import Followed, follow_places
from medialit.forensics.detectors.shaken import STEP_PX, common, shares_of
from medialit.forensics.grain import Grain, centred, in_common

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

FAMILIES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "noise": ("noise_off", "noise", "unrest"),
        "again": ("again_off", "again", "again_all"),
        "own": ("own_off", "own", "own_all"),
        "pattern": ("pattern",),
        "context": ("noise_all", "detail", "light", "change", "texture"),
        "shake": ("shake", "shake_error", "shake_sure"),
        "exposure": ("exposure", "exposure_error", "exposure_rest", "exposure_slow", "exposure_sure"),
        "motion": ("motion", "jerk", "misfit"),
    }
)
CHANNELS: Final = tuple(name for names in FAMILIES.values() for name in names)
"""Of a stack of maps, in order."""

WINDOW: Final = 20
"""About how many frames one stack stands for."""

_SETTLED: Final = 8  # frames until the clip's own pattern stands out
_LEAST_FOLLOWED: Final = 11  # steps from frame to frame that shake and exposure need
_STEP_S: Final = 0.2  # seconds between two moments of which brightness is compared
_LIT: Final = (20.0, 235.0)  # levels between which brightness follows the exposure
_LEAST_LIT: Final = 40  # places
_LEAST_WANDER: Final = 1e-3  # of the exposure's steps: a quarter level of 255
_PATTERN_PX: Final = 24  # over which a pattern is compared
_LEAST_PATTERN_PX: Final = 128
_UNSURE: Final = 2.0  # the error that is written where nothing can be said


@dataclass(frozen=True, eq=False, kw_only=True)
class Maps:
    """Stacks of maps of a clip.

    Parameters
    ----------
    values : ndarray of float16, shape (W, C, R, K)
        C channels, in the order of `CHANNELS`; R rows and K columns of blocks. About -6 to 6; 0 is usual.
    spans : tuple of (int, int)
        The first frame of each stack, and the first after it.
    side : int
        Of a block, in pixels of the clip.
    """

    values: NDArray[np.float16]
    spans: tuple[tuple[int, int], ...]
    side: int


_known: WeakKeyDictionary[Footage, Maps | None] = WeakKeyDictionary()


def maps_of(footage: Footage) -> Maps | None:
    """Return the maps of a clip; None where it is too short or too small to measure anything in places.

    They are measured once, for the score and for where.
    """
    if footage not in _known:
        _known[footage] = _measured(footage)
    return _known[footage]


def _measured(footage: Footage) -> Maps | None:
    grain, frames = footage.grain, footage.motion.frames
    if grain is None or grain.n_frames < LEAST_FRAMES or min(frames.shape[1:3]) < 4 * STEP_PX:
        return None
    shape = grain.noise.shape[1:]
    followed = follow_places(frames)
    camera = common(followed.moved, followed.texture)
    whole = {
        **_shake(followed, shape),
        **_exposure(followed, shape, step=max(1, round(_STEP_S * footage.fps))),
        "pattern": _pattern(grain),
    }
    n = max(1, grain.n_frames // WINDOW)
    spans = tuple((int(part[0]), int(part[-1]) + 1) for part in np.array_split(np.arange(grain.n_frames), n))
    stacks = []
    for first, end in spans:
        here = whole | _grain_in(grain, first, end) | _motion_in(followed, camera, first, end, shape)
        stacks.append(np.stack([np.clip(here[name], -30, 30) for name in CHANNELS]))
    return Maps(values=np.stack(stacks).astype(np.float16), spans=spans, side=grain.side)


def _grain_in(grain: Grain, first: int, end: int) -> dict[str, Floats]:
    """Return the maps of grain in some frames."""
    rest = grain.unexplained
    every, with_before = slice(first, end), slice(max(first, 1), end)
    settled = slice(max(first, _SETTLED), max(end, _SETTLED + 1))
    noise, again = rest["noise"][every].mean(axis=0), rest["again"][with_before].mean(axis=0)
    own = rest["own"][settled].mean(axis=0) if grain.n_frames > _SETTLED else np.zeros_like(noise)
    own_all = grain.own[settled].mean(axis=0) if grain.n_frames > _SETTLED else np.zeros_like(noise)
    return {
        "noise_off": _off(noise),
        "noise": 3 * noise,
        "unrest": _log(rest["noise"][every].std(axis=0)) + 2,
        "again_off": _off(again),
        "again": 5 * again,
        "again_all": 3 * grain.again[with_before].mean(axis=0),
        "own_off": _off(own),
        "own": np.clip(3 * own, -3, 3),
        "own_all": own_all,
        "noise_all": grain.noise[every].mean(axis=0) - 1,
        "detail": grain.detail[every].mean(axis=0) / 2,
        "light": grain.light[every].mean(axis=0) / 128 - 1,
        "change": _log(grain.change[with_before].mean(axis=0) + 0.1),
    }


def _motion_in(
    followed: Followed, camera: Floats, first: int, end: int, shape: tuple[int, ...]
) -> dict[str, Floats]:
    """Return the maps of motion against the camera's in some frames."""
    n = len(followed.moved)
    those = slice(min(first, max(0, n - 2)), min(end, n))
    own = (followed.moved - camera)[those]
    jerk = np.diff(own, axis=0) if len(own) > 1 else np.zeros_like(own)
    found = {
        "motion": _log(np.sqrt((own**2).sum(axis=-1).mean(axis=0)) + 0.02),
        "jerk": _log(np.sqrt((jerk**2).sum(axis=-1).mean(axis=0)) + 0.02),
        "misfit": _log(followed.misfit[those].mean(axis=0) + 0.1),
        "texture": _log(followed.texture[those].mean(axis=0) + 0.05),
    }
    return {name: _resized(values, shape) for name, values in found.items()}


def _shake(followed: Followed, shape: tuple[int, ...]) -> dict[str, Floats]:
    """Return how far each place goes along with the shake of the camera: 0 where it does."""
    nothing = np.zeros(shape, np.float32)
    found = shares_of(followed.moved, followed.texture) if len(followed.moved) > _LEAST_FOLLOWED else None
    if found is None:
        return {"shake": nothing, "shake_error": nothing + _UNSURE, "shake_sure": nothing}
    behind = found.share - 1
    return {
        "shake": _resized(np.clip(behind, -2, 2), shape),
        "shake_error": _resized(_log(found.error + 0.01), shape),
        "shake_sure": _resized(np.clip(behind / (found.error + 0.03), -10, 10) / 3, shape),
    }


def _exposure(followed: Followed, shape: tuple[int, ...], *, step: int) -> dict[str, Floats]:
    """Return how far each place brightens and darkens with the rest: 0 where it does.

    ``exposure_rest`` is what it does by itself, and ``exposure_slow`` how far that is slow, as another camera's exposure
    is and noise is not.
    """
    nothing = np.zeros(shape, np.float32)
    unsaid = dict.fromkeys(FAMILIES["exposure"], nothing) | {"exposure_error": nothing + _UNSURE}
    lit = ((followed.light > _LIT[0]) & (followed.light < _LIT[1])).mean(axis=0) > 0.9
    if len(followed.gain) < max(_LEAST_FOLLOWED, step + 4) or lit.sum() < _LEAST_LIT:
        return unsaid
    gain = np.clip(followed.gain.astype(np.float64), -0.2, 0.2)
    whole = _over(np.median(gain[:, lit], axis=1), step)
    if whole.std() < _LEAST_WANDER:
        return unsaid
    own = np.stack([cv2.blur(one, (3, 3)) for one in _over(gain, step)])
    power = float(whole @ whole)
    slope = np.tensordot(whole, own, axes=(0, 0)) / power
    rest = own - whole[:, None, None] * slope
    strength = (rest**2).mean(axis=0)
    error = np.sqrt(strength / power)
    slow = np.zeros_like(slope)
    if len(rest) > 3 * step:
        slow = (rest[step:] * rest[:-step]).mean(axis=0) / (strength + 1e-12)
    found = {
        "exposure": np.clip(slope - 1, -3, 3),
        "exposure_error": _log(error + 0.01),
        "exposure_rest": _log(np.sqrt(strength)) + 6,
        "exposure_slow": slow,
        "exposure_sure": np.clip((slope - 1) / (error + 0.05), -10, 10) / 3,
    }
    return {name: _resized(values, shape) for name, values in found.items()}


def _over(steps: Doubles, n: int) -> Doubles:
    """Return sums of n steps each, less their mean over time."""
    summed = np.concatenate([np.zeros_like(steps[:1]), np.cumsum(steps, axis=0)])
    found = summed[n:] - summed[:-n]
    return np.asarray(found - found.mean(axis=0), np.float64)


def _pattern(grain: Grain) -> Floats:
    """Return where the pieces of a clip have a pattern in common, less than elsewhere below 0; 0 outside the middle."""
    shape = grain.noise.shape[1:]
    if len(grain.patterns) < 4 or min(grain.patterns.shape[1:]) < _LEAST_PATTERN_PX:
        return np.zeros(shape, np.float32)
    shared = in_common(centred(grain.patterns), side=_PATTERN_PX)
    usual = float(np.median(shared))
    height, width = (n * grain.side for n in shape)
    full = np.full((height, width), usual, np.float32)
    top, left = max(0, (height - shared.shape[0]) // 2), max(0, (width - shared.shape[1]) // 2)
    here = full[top : top + shared.shape[0], left : left + shared.shape[1]]
    here[:] = shared[: here.shape[0], : here.shape[1]]
    off = (cv2.resize(full, (shape[1], shape[0]), interpolation=cv2.INTER_AREA) - usual) / (abs(usual) + 0.05)
    return np.asarray(np.clip(off, -3, 3), np.float32)


def _off(values: Floats) -> Floats:
    """Return how many robust deviations each place lies off the middle of all, -6 to 6."""
    middle = np.median(values)
    spread = 1.48 * np.median(np.abs(values - middle)) + 1e-3
    return np.asarray(np.clip((values - middle) / spread, -6, 6), np.float32)


def _log(values: NDArray[np.floating]) -> Floats:
    return np.asarray(np.log(np.maximum(values, 1e-4)), np.float32)


def _resized(values: NDArray[np.floating], shape: tuple[int, ...]) -> Floats:
    """Return a map of places as one of blocks."""
    held = np.ascontiguousarray(values, dtype=np.float32)
    return np.asarray(cv2.resize(held, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR), np.float32)
