"""How a clip holds together in time: measures that a render passes and a poor generator fails.

====================  =========  ====================================================================================
measure               unit       what it counts
====================  =========  ====================================================================================
flicker               % of       what one frame shows and neither neighbour does, after motion is compensated
                      contrast
warp error            % of       difference from the frame before, moved along the optical flow, where nothing is hidden
                      contrast
coarse flicker        % of       the same in cells of a sixteenth of the picture, the size at which flicker is noticed
                      contrast   first; nothing is compensated
blotches              % of       what one frame shows and neither neighbour does, by more than a tenth of the contrast,
                      pixels     wherever it is: also where motion cannot be followed, as under a thing that jumps
acceleration residual h/s^2      how much the acceleration of an object changes from instant to instant; the median
jumps                 1/s        steps longer than both of their neighbours allow
permanence            share      of the frames in which an object should be seen, those in which it is
colour constancy      0 to 1     1 is the same colour throughout
shape constancy       0 to 1     1 is the same outline throughout, whichever way it is turned
fall fit              h, h/s^2   how well free flights follow parabolas of one g, and which g
rebound               ratio      the largest height after a bounce over the height before; above 1 is energy from nowhere
====================  =========  ====================================================================================

h is the height of the picture (4 m of the world in the front lane, where g is 2.45 h/s^2). Measures of pixels are
relative to the clip's own contrast and taken at 128 x 128; measures of tracks at 12 instants a second, or at the clip's
own rate if that is lower. So none depends on size, brightness or a frame rate of 12 or above (tests/unit/forensics).

References
----------
Kokaram (1998), Motion Picture Restoration, chapter 6: the spike detection index behind `flicker`, and, with a threshold
and without excuse for what is hidden, behind `blotches`.
Robson (1966), Spatial and temporal contrast-sensitivity functions of the visual system, JOSA 56, 1141: fast changes are
seen best where they are coarse, hence `coarse_flicker`.
Huang et al. (2024), VBench, arXiv:2311.17982: temporal flickering and subject consistency, whose roles `flicker` and the
constancies have here (VBench compares frames without motion compensation, and DINO features, too large for a laptop).
Lai et al. (2018), Learning Blind Video Temporal Consistency, ECCV, section 4.2: the warping error.
Sundaram, Brox and Keutzer (2010), ECCV, equation 5: where flow there and back disagrees, something is hidden.
Motamed et al. (2025), Physics-IQ, arXiv:2501.09038: compare with what physics allows, and with the spread of reality.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.errors import StatisticsError
from medialit.forensics.place import SIDE, square
from medialit.forensics.tracker import PATCH, Reading, Track, follow
from medialit.media import Clip

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Flags = NDArray[np.bool_]

RATE = 12.0  # instants a second at which motion is measured
_CELLS = 16  # a side, in which flicker is coarse
_BLOTCH = 0.1  # of the contrast
_JUMP = 0.05  # heights: a step this much longer than its neighbours
_ABOVE_GROUND = 0.03  # heights: above this an object flies


@dataclass(frozen=True, kw_only=True)
class Fall:
    """Free flight fitted with one g (heights/s^2); what the fit leaves (root mean square, heights); over n instants."""

    gravity: float
    residual: float
    n: int


@dataclass(frozen=True, kw_only=True)
class Motion:
    """All measures of a clip; those of objects are means over its objects, None where nothing is seen to measure.

    The units are in the table above.
    """

    flicker: float
    coarse_flicker: float
    warp_error: float
    blotches: float
    acceleration_residual: float | None
    jumps: float | None
    permanence: float | None
    colour_constancy: float | None
    shape_constancy: float | None


def measure(clip: Clip, *, reading: Reading | None = None) -> Motion:
    """Return all measures of a clip of the world.

    Parameters
    ----------
    clip : Clip
        6 frames or more.
    reading : Reading, optional
        From `medialit.forensics.tracker.follow`, where it is there already.

    Raises
    ------
    StatisticsError
        If the clip is too short.

    Examples
    --------
    >>> from medialit.world import Scene, Thing, render
    >>> clip = render(Scene("studio", (Thing("ball", "red", "roll_right"),), fps=12.0), size=(128, 128))
    >>> motion = measure(clip)
    >>> motion.flicker < 0.2, motion.jumps, motion.permanence
    (True, 0.0, 1.0)
    """
    reading = reading or follow(clip)
    steady = steadiness(square(clip, SIDE), fps=clip.fps)
    tracks = reading.tracks

    def mean(values: Sequence[float | None]) -> float | None:
        known = [v for v in values if v is not None]
        return float(np.mean(known)) if known else None

    return Motion(
        flicker=steady.flicker,
        coarse_flicker=steady.coarse_flicker,
        warp_error=steady.warp_error,
        blotches=steady.blotches,
        acceleration_residual=mean([acceleration_residual(t) for t in tracks]),
        jumps=mean([jumps(t) for t in tracks]),
        permanence=mean([permanence(t, others=_but(tracks, t)) for t in tracks]),
        colour_constancy=mean([colour_constancy(t, others=_but(tracks, t)) for t in tracks]),
        shape_constancy=mean([shape_constancy(t, others=_but(tracks, t)) for t in tracks]),
    )


def flicker_and_warp_error(clip: Clip) -> tuple[float, float]:
    """Return flicker and warp error, in percent of the clip's contrast (from its 5th to its 95th percentile of luma).

    With w the neighbour 1/12 s away moved along the flow, flicker is the mean of
    ``|x_t - median(x_t, w_(t-1), w_(t+1))|``: nothing while brightness only rises or only falls, all of a spike. The warp
    error is the mean of ``|x_t - w_(t-1)|``. Both count only pixels whose flow, there and back, returns.

    Raises
    ------
    StatisticsError
        If the clip has fewer than three frames a twelfth of a second apart.
    """
    steady = steadiness(square(clip, SIDE), fps=clip.fps)
    return steady.flicker, steady.warp_error


@dataclass(frozen=True, eq=False, kw_only=True)
class Steadiness:
    """What flickers and what doesn't follow the flow, frame by frame, in percent of the clip's contrast.

    Parameters
    ----------
    gap : int
        Frames between the two that are compared, 1/12 s.
    spikes : ndarray of float32, shape (T - 2 gap,)
        Of the frames ``gap`` to ``T - gap``: what neither neighbour shows.
    misses : ndarray of float32, shape (T - gap,)
        Of the frames from ``gap`` on: difference from the frame before, moved along the flow.
    blotched : ndarray of float32, shape (T - 2 gap,)
        Of the same frames as `spikes`: percent of all pixels that differ from both neighbours by more than a tenth of the
        contrast, hidden or not.
    coarse : ndarray of float32, shape (T - 2 gap,)
        Of the same frames as `spikes`: what neither neighbour shows, in cells of a sixteenth of the picture.
    spike_map, miss_map : ndarray of float32, shape (H, W)
        The frame at which each is largest; 0 where something is hidden.
    spike_at, miss_at : int
        Which frames those are.
    """

    gap: int
    spikes: Floats
    misses: Floats
    blotched: Floats
    coarse: Floats
    spike_map: Floats
    miss_map: Floats
    spike_at: int
    miss_at: int

    @property
    def flicker(self) -> float:
        """Mean over time."""
        return float(np.mean(self.spikes, dtype=np.float64))

    @property
    def coarse_flicker(self) -> float:
        """Mean over time."""
        return float(np.mean(self.coarse, dtype=np.float64))

    @property
    def warp_error(self) -> float:
        """Mean over time."""
        return float(np.mean(self.misses, dtype=np.float64))

    @property
    def blotches(self) -> float:
        """Mean over time."""
        return float(np.mean(self.blotched, dtype=np.float64))


def steadiness(pictures: NDArray[np.uint8], *, fps: float) -> Steadiness:
    """Return `flicker_and_warp_error` of frames of any shape (T, H, W, 3), with when and where.

    Raises
    ------
    StatisticsError
        As `flicker_and_warp_error`.
    """
    gap = max(1, round(fps / RATE))
    if len(pictures) < 2 * gap + 1:
        raise StatisticsError(
            f"{len(pictures)} frames at {fps:g} a second are too short to measure; take at least {2 * gap + 1}."
        )
    grey = np.stack([cv2.cvtColor(f, cv2.COLOR_RGB2GRAY) for f in pictures])
    low, high = np.percentile(grey, (5, 95))
    contrast = max(1.0, float(high - low))
    stretched = np.clip((grey.astype(np.float32) - low) * (255 / contrast), 0, 255).astype(np.uint8)
    engine = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    n = len(pictures) - gap
    ahead = [_flow(engine, stretched[t], stretched[t + gap]) for t in range(n)]
    back = [_flow(engine, stretched[t + gap], stretched[t]) for t in range(n)]
    spikes, misses = _Worst(), _Worst()
    blotched: list[float] = []
    for t in range(gap, len(pictures)):
        now = pictures[t].astype(np.float32)
        before, sure = _moved(pictures[t - gap].astype(np.float32), back[t - gap], ahead[t - gap])
        misses.add(t, np.abs(now - before), sure)
        if t < n:
            after, sure_too = _moved(pictures[t + gap].astype(np.float32), ahead[t], back[t])
            nearest = np.clip(now, np.minimum(before, after), np.maximum(before, after))
            spike = np.abs(now - nearest)
            spikes.add(t, spike, sure & sure_too)
            blotched.append(100 * float((spike.mean(axis=2) > _BLOTCH * contrast).mean()))
    scale = 100 / contrast
    return Steadiness(
        gap=gap,
        spikes=np.array(spikes.means, np.float32) * scale,
        misses=np.array(misses.means, np.float32) * scale,
        blotched=np.array(blotched, np.float32),
        coarse=_coarse_spikes(pictures, gap) * scale,
        spike_map=spikes.where * scale,
        miss_map=misses.where * scale,
        spike_at=spikes.at,
        miss_at=misses.at,
    )


def _coarse_spikes(pictures: NDArray[np.uint8], gap: int) -> Floats:
    """Return, for each frame with both neighbours, the mean distance of its cells from what the neighbours allow."""
    cells = np.stack(
        [cv2.resize(p.astype(np.float32), (_CELLS, _CELLS), interpolation=cv2.INTER_AREA) for p in pictures]
    )
    before, now, after = cells[: -2 * gap], cells[gap:-gap], cells[2 * gap :]
    allowed = np.clip(now, np.minimum(before, after), np.maximum(before, after))
    return np.asarray(np.abs(now - allowed).mean(axis=(1, 2, 3)), np.float32)


class _Worst:
    """Means over the frames so far, and the picture of the largest."""

    def __init__(self) -> None:
        self.means: list[float] = []
        self.at = 0
        self.where: Floats = np.zeros((1, 1), np.float32)

    def add(self, t: int, difference: Floats, where: Flags) -> None:
        mean = _mean(difference, where)
        if not self.means or mean > max(self.means):
            self.at, self.where = t, (difference.mean(axis=2) * where).astype(np.float32)
        self.means.append(mean)


def _flow(engine: cv2.DISOpticalFlow, a: NDArray[np.uint8], b: NDArray[np.uint8]) -> Floats:
    """Return the flow from `a` to `b` in pixels, shape (H, W, 2)."""
    return np.asarray(engine.calc(a, b, np.zeros((*a.shape, 2), np.float32)), np.float32)


def _moved(other: Floats, flow: Floats, return_flow: Floats) -> tuple[Floats, Flags]:
    """Return another frame moved along `flow`, and where the way back agrees (Sundaram et al., equation 5)."""
    height, width = other.shape[:2]
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    to_x, to_y = xs + flow[..., 0], ys + flow[..., 1]
    moved = cv2.remap(other, to_x, to_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    returned = cv2.remap(return_flow, to_x, to_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    off = ((flow + returned) ** 2).sum(axis=2)
    far = (flow**2).sum(axis=2) + (returned**2).sum(axis=2)
    inside = (to_x >= 0) & (to_x <= width - 1) & (to_y >= 0) & (to_y <= height - 1)
    return np.asarray(moved, np.float32), np.asarray((off < 0.01 * far + 0.5) & inside)


def _mean(difference: Floats, where: Flags) -> float:
    return float(difference[where].mean()) if where.any() else 0.0


def acceleration_residual(track: Track) -> float | None:
    """Return how much the acceleration changes from instant to instant, in heights/s^2; None if too little is seen.

    The median over all four successive instants of ``|x_0 - 3 x_1 + 3 x_2 - x_3| * rate^2``: 0 for constant speed and for
    free flight. Bounces and collisions change it too, but not in most instants.
    """
    xy, rate = _sampled(track)
    third = np.hypot(*np.diff(xy, n=3, axis=0).T)
    third = third[~np.isnan(third)]
    return float(np.median(third)) * rate**2 if len(third) >= 3 else None


def jumps(track: Track) -> float | None:
    """Return how often a second an object is suddenly elsewhere; None if too little is seen.

    A jump is a step that is 0.05 heights longer than both the step before and the step after: a collision shortens
    steps, a fall lengthens each by 0.017 heights, and neither makes one stand out.
    """
    xy, rate = _sampled(track)
    steps = np.hypot(*np.diff(xy, axis=0).T)
    if (~np.isnan(steps)).sum() < 3:
        return None
    sides = np.fmax(np.concatenate([[np.nan], steps[:-1]]), np.concatenate([steps[1:], [np.nan]]))
    return float(np.sum(steps > sides + _JUMP)) * rate / len(steps)


def permanence(track: Track, *, others: Sequence[Track] = ()) -> float | None:
    """Return the share of frames in which an object is seen, of those in which it should be.

    It should be between the first and the last time it is seen, and before and after unless it was then about to enter
    or had left; not while another object may hide it. None if it is seen in fewer than two frames.
    """
    seen = np.nonzero(track.seen)[0]
    if len(seen) < 2:
        return None
    filled = np.stack(
        [np.interp(track.times_s, track.times_s[seen], track.xy[seen, k]) for k in (0, 1)], axis=1
    )
    radius = _radius(track)
    inside = (np.minimum(filled, 1 - filled) > radius).all(axis=1)
    due = inside.copy()
    due[seen[0] : seen[-1] + 1] = True
    due &= track.seen | ~_near_another(track, filled, others)
    return float(track.seen[due].mean()) if due.any() else None


def colour_constancy(track: Track, *, others: Sequence[Track] = ()) -> float | None:
    """Return 1 minus the mean distance, in RGB from 0 to 1, of an object's mean colour from its median, or None."""
    rgb = track.rgb[_clear(track, others)]
    if len(rgb) < 3:
        return None
    off = np.linalg.norm(rgb - np.median(rgb, axis=0), axis=1)
    return float(1 - off.mean())


def shape_constancy(track: Track, *, others: Sequence[Track] = ()) -> float | None:
    """Return how alike an object's outline is to the first frame's and to the previous frame's; None if unseen.

    An outline is the share of each of ten rings around the middle that the object covers, so that turning doesn't
    count. Two outlines p and q are alike by ``sum(min(p, q)) / sum(max(p, q))`` (Ruzicka). The mean over frames of both
    likenesses, as VBench has it for subject consistency. The edge of the picture and other objects cut outlines; such
    frames are left out.
    """
    masks = track.patches[_clear(track, others), :, :, 3]
    if len(masks) < 3:
        return None
    rings = masks.reshape(len(masks), -1) @ _rings().T  # pixels covered, a ring
    total = [(_alike(rings[0], r) + _alike(p, r)) / 2 for p, r in pairwise(rings)]
    return float(np.mean(total))


def _alike(p: Floats, q: Floats) -> float:
    return float(np.minimum(p, q).sum() / max(1e-6, float(np.maximum(p, q).sum())))


def _rings() -> Floats:
    ys, xs = np.mgrid[0:PATCH, 0:PATCH] - (PATCH - 1) / 2
    ring = np.minimum((np.hypot(xs, ys) / (PATCH / 2) * 10).astype(int), 10).ravel()
    return np.asarray(ring[None, :] == np.arange(10)[:, None], np.float32)


def fall_fit(track: Track) -> Fall | None:
    """Fit every free flight of an object with a parabola, all with one g.

    Returns
    -------
    Fall or None
        None if the object doesn't fly over at least six instants. Meant for what bounces or falls: what rises or orbits
        is fitted too, and the fit then says so.
    """
    flights = _flights(track)
    if sum(len(t) for t, _ in flights) < 6:
        return None
    design = np.zeros((sum(len(t) for t, _ in flights), 1 + 2 * len(flights)))
    row = 0
    for i, (t, _) in enumerate(flights):
        rows = slice(row, row + len(t))
        design[rows, 0] = t**2 / 2
        design[rows, 1 + 2 * i], design[rows, 2 + 2 * i] = 1, t
        row += len(t)
    y = np.concatenate([h for _, h in flights])
    solution = np.linalg.lstsq(design, y, rcond=None)[0]
    left = y - design @ solution
    return Fall(gravity=float(solution[0]), residual=float(np.sqrt(np.mean(left**2))), n=len(y))


def rebound(track: Track) -> float | None:
    """Return the largest height that a bounce reaches over the height before it; None if there is no bounce.

    Heights are of the parabolas through the flights' points, above the lowest point of the track. An honest bounce stays
    under 1; the top of a flight that isn't in the clip isn't counted.
    """
    ground = _ground(track)
    tops = []
    for t, y in _flights(track):
        a, b, c = np.polyfit(t, y, 2)
        at = -b / (2 * a) if a > 0 else np.nan
        inside = t[0] - 1.5 / RATE <= at <= t[-1] + 1.5 / RATE
        tops.append(ground - (c - b * b / (4 * a)) if inside else np.nan)
    ratios = np.array(tops[1:]) / np.array(tops[:-1])
    ratios = ratios[~np.isnan(ratios)]
    return float(ratios.max()) if len(ratios) else None


def _ground(track: Track) -> float:
    return float(np.nanpercentile(track.xy[:, 1], 97))


def _flights(track: Track) -> list[tuple[Doubles, Doubles]]:
    """Return times and heights (y, downwards) of each flight of four instants or more."""
    xy, rate = _sampled(track)
    y = xy[:, 1]
    if np.isnan(y).all() or np.nanmax(y) - np.nanmin(y) < 0.15:
        return []
    t = np.arange(len(y)) / rate
    flies = y < _ground(track) - _ABOVE_GROUND
    flights, start = [], None
    for i in range(len(y) + 1):
        lands = (
            i < len(y) and start is not None and i - start >= 2 and y[i] < y[i - 1] and y[i - 1] > y[i - 2]
        )
        if start is not None and (i == len(y) or not flies[i] or lands):
            if i - start >= 4:
                flights.append((t[start:i], y[start:i]))
            start = None
        if start is None and i < len(y) and flies[i]:
            start = i
    return flights


def _sampled(track: Track) -> tuple[Doubles, float]:
    """Return the track at even instants, shape (N, 2), NaN where nothing near is seen, and their rate."""
    n = len(track.times_s)
    own = (n - 1) / float(track.times_s[-1] - track.times_s[0]) if n > 1 else RATE
    rate = min(RATE, own)
    times = np.arange(track.times_s[0], track.times_s[-1] + 0.01 / rate, 1 / rate)
    seen = track.seen
    if seen.sum() < 2:
        return np.full((len(times), 2), np.nan), rate
    xy = np.stack([np.interp(times, track.times_s[seen], track.xy[seen, k]) for k in (0, 1)], axis=1)
    nearest = np.abs(times[:, None] - track.times_s[seen][None, :]).min(axis=1)
    xy[nearest > 0.51 / own] = np.nan
    return xy, rate


def _radius(track: Track) -> float:
    return float(np.sqrt(np.median(track.area[track.seen]) / np.pi))


def _clear(track: Track, others: Sequence[Track]) -> Flags:
    """Return the frames in which the whole object is seen: not cut by the picture's edge or by another object."""
    if not track.seen.any():
        return track.seen
    xy = np.where(track.seen[:, None], track.xy, 0.5)
    inside = (np.minimum(xy, 1 - xy) > 1.3 * _radius(track)).all(axis=1)
    return np.asarray(track.seen & inside & ~_near_another(track, xy, others))


def _near_another(track: Track, xy: Doubles, others: Sequence[Track]) -> Flags:
    near = np.zeros(len(xy), bool)
    for other in others:
        if other.seen.any():
            apart = np.hypot(*(xy - other.xy).T)
            near |= np.nan_to_num(apart, nan=9.0) < 1.2 * (_radius(track) + _radius(other))
    return near


def _but(tracks: Sequence[Track], one: Track) -> list[Track]:
    return [t for t in tracks if t is not one]
