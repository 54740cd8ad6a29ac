"""Features of the grain of every frame: over time, over the picture, and from one frame to the next."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.forensics.grain import Grain, centred, explained, in_common

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

_DARK, _BRIGHT = 12.0, 243.0  # levels: beyond them sensors are cut off
_LEAST_BLOCKS: Final = 24
_RUN: Final = 4  # frames that have to come back together
_SETTLED: Final = 8  # frames until a clip's own pattern stands out
_NEIGHBOURHOOD: Final = 32  # pixels over which a pattern is compared
_FLAT: Final = 0.6
"""Share of the picture where residuals are least: a pattern shows there, and what the scene has does not."""
_FAINT: Final = 0.012  # likeness of two pieces below which there is no pattern to speak of


def of_grain(grain: Grain) -> dict[str, float]:
    """Return the features of a clip's grain; empty where there is too little of it."""
    lit = (grain.light > _DARK) & (grain.light < _BRIGHT)
    mostly = lit.mean(axis=0) > 0.5
    if grain.n_frames < 8 or mostly.sum() < _LEAST_BLOCKS:
        return {}
    return {**_levels(grain, mostly), **_over_time(grain, mostly), **_over_picture(grain, mostly),
            **_frame_to_frame(grain, mostly), **_comes_back(grain, mostly), **_own(grain, mostly),
            **_moving(grain, lit), **_patterns(grain)}  # fmt: skip


def _levels(grain: Grain, mostly: NDArray[np.bool_]) -> dict[str, float]:
    values = grain.noise[:, mostly]
    low, middle, high = np.quantile(values, (0.1, 0.5, 0.9))
    plain = grain.detail < np.median(grain.detail)
    return {
        "level": float(middle),
        "low": float(middle - low),
        "high": float(high - middle),
        "plain_level": float(np.median(grain.noise[plain])) if plain.any() else float("nan"),
    }


def _over_time(grain: Grain, mostly: NDArray[np.bool_]) -> dict[str, float]:
    """Tell how even noise is from frame to frame: of the whole picture, and of each block against the picture."""
    level = grain.noise[:, mostly].mean(axis=1).astype(np.float64)  # (T,)
    off = level - _running_median(level, 5)
    spread = 1.4826 * float(np.median(np.abs(off))) + 0.01
    strength = np.abs(np.fft.rfft(off * np.hanning(len(off))))[2:]
    usual = float(np.median(strength)) + 0.01 * len(off) ** 0.5
    own = grain.noise - np.median(grain.noise, axis=0)  # each block against its usual level
    own = own - own[:, mostly].mean(axis=1)[:, None, None]
    soft = np.stack([cv2.blur(one, (3, 3)) for one in own])[:, mostly]
    alternating = own[1:-1] - (own[:-2] + own[2:]) / 2
    signs = (-1.0) ** np.arange(len(alternating))
    rhythm = np.abs((alternating * signs[:, None, None]).mean(axis=0))
    return {
        "time_std": float(off.std()),
        "dip": float(-off.min()),
        "dip_ratio": float(-off.min() / spread),
        "rise": float(off.max()),
        "dips": float((off < -0.15).mean()),
        "beat": float(np.log2((strength.max() + 1e-6) / usual)),
        "nyquist": float(np.log2((strength[-1] + 1e-6) / usual)),
        "drift": float(np.abs(level[: len(level) // 2].mean() - level[len(level) // 2 :].mean())),
        "block_dip": float(-np.quantile(soft, 0.01)),
        "block_rise": float(np.quantile(soft, 0.99)),
        "block_std": float(soft.std()),
        "block_rhythm": float(np.quantile(rhythm[mostly], 0.95)),
        "block_rhythm_mean": float(rhythm[mostly].mean()),
    }


def _over_picture(grain: Grain, mostly: NDArray[np.bool_]) -> dict[str, float]:
    """Tell how well brightness and detail explain the noise of a block, and how what they leave lies in the picture."""
    found: dict[str, float] = {}
    # A thing that moves takes its noise along: so the map is made anew of each third of the clip.
    thirds = np.array_split(np.arange(grain.n_frames), 3)
    rows = [_map(grain, mostly, third) for third in thirds]
    for name in rows[0]:
        values = np.array([row[name] for row in rows])
        found[name] = float(np.median(values))
    whole = _map(grain, mostly, np.arange(grain.n_frames))
    found["map_low_whole"], found["map_high_whole"] = whole["map_low"], whole["map_high"]
    return found


def _map(grain: Grain, mostly: NDArray[np.bool_], frames: NDArray[np.int_]) -> dict[str, float]:
    noise, light, detail = (x[frames].mean(axis=0) for x in (grain.noise, grain.light, grain.detail))
    y = noise[mostly].astype(np.float64)
    terms, weights = explained(y, light[mostly], detail[mostly])
    rest = np.zeros(noise.shape, np.float32)
    rest[mostly] = y - terms @ weights
    soft = cv2.blur(rest, (3, 3))[mostly]
    spread = float(rest[mostly].std()) + 0.02
    around = cv2.blur(rest, (3, 3)) * 9 - rest
    alike = np.corrcoef(rest[mostly], around[mostly])[0, 1] if rest[mostly].std() > 1e-6 else 0.0
    return {
        "fit_light": float(weights[1]),
        "fit_detail": float(weights[3]),
        "fit_rest": spread,
        "fit_share": float(1 - rest[mostly].var() / (y.var() + 1e-6)),
        "map_low": float(-soft.min() / spread),
        "map_high": float(soft.max() / spread),
        "map_p03": float(-np.quantile(soft, 0.03)),
        "map_p97": float(np.quantile(soft, 0.97)),
        "map_blobs": float(alike),
    }


def _unexplained(values: Floats, light: Floats, detail: Floats, mostly: NDArray[np.bool_]) -> Floats:
    """Return what brightness and detail leave of a map, 0 where it is not looked at."""
    y = values[mostly].astype(np.float64)
    terms, weights = explained(y, light[mostly], detail[mostly])
    rest = np.zeros(values.shape, np.float32)
    rest[mostly] = y - terms @ weights
    return rest


def _frame_to_frame(grain: Grain, mostly: NDArray[np.bool_]) -> dict[str, float]:
    """Tell whether the residual of a frame is that of the frame before: a sensor's is new each time."""
    again, change = grain.again[1:], grain.change[1:]
    each = again[:, mostly].mean(axis=1)
    where = again.mean(axis=0)
    soft = cv2.blur(where, (3, 3))[mostly]
    still = (change < np.median(change)) & mostly[None]
    steps = change[:, mostly].mean(axis=1)
    usual = float(np.median(steps)) + 0.02
    return {
        "again": float(each.mean()),
        "again_std": float(each.std()),
        "again_most": float(each.max()),
        "again_p95": float(np.quantile(again[:, mostly], 0.95)),
        "again_p05": float(np.quantile(again[:, mostly], 0.05)),
        "again_still": float(again[still].mean()) if still.any() else float("nan"),
        "again_map_std": float(where[mostly].std()),
        "again_map_high": float(soft.max() - np.median(soft)),
        "again_map_low": float(np.median(soft) - soft.min()),
        "frozen": float((steps < 0.2 * usual).mean()),
        "step_rhythm": _alternation(np.log2(steps + 0.02)),
        "step_std": float(np.median(np.abs(np.diff(np.log2(steps + 0.02))))),
    }


def _own(grain: Grain, mostly: NDArray[np.bool_]) -> dict[str, float]:
    """Tell where, and when, the pattern is missing that the frames before have in common."""
    after = grain.own[_SETTLED:]
    if len(after) < _SETTLED:
        return {}
    level = after[:, mostly].mean(axis=1).astype(np.float64)
    runs = np.convolve(level, np.ones(_RUN) / _RUN, "valid")
    usual = float(np.median(level))
    where = _unexplained(
        after.mean(axis=0), grain.light[_SETTLED:].mean(axis=0), grain.detail[_SETTLED:].mean(axis=0), mostly
    )
    soft = cv2.blur(where, (3, 3))[mostly]
    return {
        "own": usual,
        "own_missing": float(usual - runs.min()),
        "own_step": float(np.abs(np.diff(level)).max()),
        "own_rhythm": _alternation(level),
        "own_map_std": float(where[mostly].std()),
        "own_map_low": float(-np.quantile(soft, 0.01)),
        "own_map_high": float(np.quantile(soft, 0.99)),
    }


def _moving(grain: Grain, lit: NDArray[np.bool_]) -> dict[str, float]:
    """Tell how far places that may move are off what brightness and detail explain, a few blocks for a few frames."""
    found: dict[str, float] = {}
    for name, start in (("noise", 0), ("again", 1), ("own", _SETTLED)):
        rest = grain.unexplained[name] * lit
        soft = np.stack([cv2.blur(one, (3, 3)) for one in rest])[start:]
        soft = (soft[:-2] + soft[1:-1] + soft[2:]) / 3
        spread = 1.4826 * float(np.median(np.abs(soft - np.median(soft)))) + 0.005
        low, high = np.quantile(soft, (0.002, 0.998))
        found |= {
            f"moving_{name}_low": float(-low),
            f"moving_{name}_high": float(high),
            f"moving_{name}_low_ratio": float(-low / spread),
            f"moving_{name}_high_ratio": float(high / spread),
        }
    return found


def _patterns(grain: Grain) -> dict[str, float]:
    """Tell whether one sensor's pattern goes through the whole clip, and through the whole picture.

    References
    ----------
    Lukas, Fridrich and Goljan (2006), Detecting digital image forgeries using sensor pattern noise, SPIE 6072: places.
    """
    if len(grain.patterns) < 4 or min(grain.patterns.shape[1:]) < 4 * _NEIGHBOURHOOD:
        return {}
    held = centred(grain.patterns)
    alike = _likeness(held)
    usual = float(np.median(np.clip(alike, 0, 1)[np.triu_indices(len(alike), 1)]))
    chance = 1 / np.sqrt(_FLAT * held[0].size)  # deviation of the likeness of two pieces of noise
    flat = _likeness(_flat_places(held))
    apart, share = _apart(flat, faint=max(_FAINT, 3 * chance))
    shared = in_common(held, side=_NEIGHBOURHOOD)
    where = cv2.GaussianBlur(shared, (0, 0), _NEIGHBOURHOOD / 4)[
        _NEIGHBOURHOOD // 2 :: 8, _NEIGHBOURHOOD // 2 :: 8
    ]
    low, high = np.quantile(where, (0.01, 0.99))
    middle = float(np.median(where))
    return {
        "pattern": usual,
        "pattern_flat": float(np.median(flat[np.triu_indices(len(flat), 2)])),
        "pattern_break": apart,
        "pattern_break_ratio": share,
        "pattern_place_low": float(middle - low),
        "pattern_place_low_ratio": float((middle - low) / (abs(middle) + 0.03)),
        "pattern_place_high": float(high - middle),
    }


def _flat_places(held: Floats) -> Floats:
    """Return mean residuals, shape (K, h, w), with 0 where those of a camera that stands still would be edges."""
    strength = cv2.blur((held**2).mean(axis=0), (5, 5))
    kept = held * (strength < np.quantile(strength, _FLAT))
    return centred(kept)


def _likeness(held: Floats) -> Doubles:
    """Return the correlation of each two of K patterns, shape (K, K)."""
    flat = held.reshape(len(held), -1)
    unit = flat / (np.sqrt((flat**2).sum(axis=1, keepdims=True)) + 1e-6)
    return np.asarray(unit @ unit.T, np.float64)


def _apart(alike: Doubles, *, faint: float) -> tuple[float, float]:
    """Return by how much a stretch and the rest are less like each other than both are like themselves, and as a share.

    Both must be: a camera that stops for a while has edges in its residuals that stay, and the rest has none in common.
    What neighbours have in common is as much the scene as the sensor; they count where a stretch has no other pairs,
    less what neighbours have in common more than others have. Below `faint` no likeness is believed.
    """
    order = np.arange(len(alike))
    lag = np.abs(np.subtract.outer(order, order))
    far, near = lag > 1, lag == 1
    scene = max(0.0, float(np.median(alike[near]) - np.median(alike[far])))

    def like_itself(inside: NDArray[np.bool_]) -> float:
        pairs = np.outer(inside, inside)
        if (pairs & far).any():
            return float(alike[pairs & far].mean())
        return float(alike[pairs & near].mean()) - scene if (pairs & near).any() else 0.0

    most, share = 0.0, 0.0
    for first in range(len(alike)):
        for last in range(first + 2, len(alike) + 1):
            inside = (order >= first) & (order < last)
            across = far & np.outer(inside, ~inside)
            if not across.any():
                continue
            within = min(like_itself(inside), like_itself(~inside))
            step = within - max(0.0, float(alike[across].mean()))
            most, share = max(most, step), max(share, step / (max(within, 0.0) + faint))
    return most, share


def _comes_back(grain: Grain, mostly: NDArray[np.bool_]) -> dict[str, float]:
    """Tell whether the accidents of the noise of a stretch of frames come back later; no scene brings them back."""
    found: dict[str, float] = {}
    for name, values in (("noise", grain.noise), ("again", grain.again)):
        flat = values[:, mostly].astype(np.float64)
        # What a block has before and after belongs to the scene; what only this frame has is an accident.
        fresh = flat[1:-1] - (flat[:-2] + flat[2:]) / 2
        fresh -= fresh.mean(axis=1, keepdims=True)
        fresh /= np.sqrt((fresh**2).sum(axis=1, keepdims=True)) + 1e-9
        alike = fresh @ fresh.T
        n = len(alike)
        runs = [
            np.convolve(np.diagonal(alike, lag), np.ones(_RUN) / _RUN, "valid").max()
            for lag in range(3, n - _RUN)
        ]
        if not runs:
            continue
        found[f"back_{name}"] = float(max(runs))
        found[f"back_{name}_over"] = float(max(runs) - np.median(runs))
    return found


def _running_median(values: Doubles, n: int) -> Doubles:
    padded = np.pad(values, n // 2, mode="reflect")
    return np.asarray(np.median(np.lib.stride_tricks.sliding_window_view(padded, n), axis=1), np.float64)


def _alternation(values: NDArray[np.floating]) -> float:
    """Return how much every second value differs from the others, over the usual step between neighbours."""
    rest = np.asarray(values, np.float64)
    rest = rest[1:-1] - (rest[:-2] + rest[2:]) / 2
    signs = (-1.0) ** np.arange(len(rest))
    return float(abs((rest * signs).mean()) / (np.abs(rest).mean() + 1e-3))
