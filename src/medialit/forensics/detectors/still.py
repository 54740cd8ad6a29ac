"""Features of single frames at full size: relations of neighbouring residuals, scales, colours, grids."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.forensics.grain import middle

Floats = NDArray[np.float32]
Picture = NDArray[np.uint8]

_N_STILLS: Final = 6
_MOST: Final = 640  # pixels of the crop: the middle of a larger picture, never made smaller
_WINDOW: Final = 64
_RINGS: Final = 8
_LAGS: Final = ((0, 1), (1, 0), (1, 1), (0, 2), (2, 0), (0, 3), (3, 0), (0, 4), (4, 0), (0, 8), (8, 0))
_SECOND: Final = np.array([[1, -2, 1]], np.float32) / 2


def of_stills(frames: Picture) -> dict[str, float]:
    """Return the features of stills, shape (K, H, W, 3): the median over some of them; empty for tiny pictures."""
    if min(frames.shape[1:3]) < _WINDOW:
        return {}
    chosen = np.unique(np.linspace(0, len(frames) - 1, min(_N_STILLS, len(frames))).astype(int))
    rows = [_of_one(middle(frames[k], _MOST, step=8)) for k in chosen]
    found = {name: float(np.median([row[name] for row in rows])) for name in rows[0]}
    for name in ("sharp_low", "sharp_high", "colour_high"):
        found[f"{name}_most"] = float(max(row[name] for row in rows))
    return found


def _of_one(picture: Picture) -> dict[str, float]:
    ycc = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb), np.float32)
    grey = np.ascontiguousarray(ycc[..., 0])
    soft = cv2.GaussianBlur(grey, (0, 0), 2.0)
    slope = np.abs(cv2.Sobel(soft, cv2.CV_32F, 1, 0)) + np.abs(cv2.Sobel(soft, cv2.CV_32F, 0, 1))
    plain = (slope <= np.median(slope)) & (soft > 12) & (soft < 243)
    if plain.mean() < 0.02:  # black, burnt out, or nothing but detail
        plain = np.ones_like(plain)
    return {
        **_neighbours(grey, plain),
        **_scales(grey, slope),
        **_colours(picture, ycc, plain),
        **_grid(grey),
        **_spectrum(grey),
    }


def _neighbours(grey: Floats, plain: NDArray[np.bool_]) -> dict[str, float]:
    """Tell how a residual is distributed, and how it goes together with its neighbours', where the picture is plain."""
    rest = grey - np.asarray(cv2.medianBlur(grey.astype(np.uint8), 3), np.float32)
    rest = rest * plain
    power = float((rest**2).sum() / max(1, plain.sum())) + 1e-3
    found = {
        "rest_tails": float(np.log2(float((rest**4).sum() / max(1, plain.sum())) / power**2 + 1)),
        "rest_zero": float((rest[plain] == 0).mean()) if plain.any() else 1.0,
    }
    for dy, dx in _LAGS:
        a, b = rest[dy:, dx:], rest[: rest.shape[0] - dy, : rest.shape[1] - dx]
        both = plain[dy:, dx:] & plain[: plain.shape[0] - dy, : plain.shape[1] - dx]
        found[f"lag_{dy}_{dx}"] = float((a * b).sum() / max(1, both.sum()) / power)
    across = np.abs(cv2.filter2D(grey, cv2.CV_32F, _SECOND))
    down = np.abs(cv2.filter2D(grey, cv2.CV_32F, _SECOND.T))
    found["second_ratio"] = float(np.log2((across[plain].mean() + 0.05) / (down[plain].mean() + 0.05)))
    for level in (0.5, 1.5):
        found[f"second_{level}"] = float((across[plain] <= level).mean()) if plain.any() else 1.0
    return found


def _scales(grey: Floats, slope: Floats) -> dict[str, float]:
    """Tell how much of the detail is the finest: over the picture, and in which blocks it is not what others have."""
    bands = []
    blurred = grey
    for sigma in (0.7, 1.4, 2.8):
        next_one = np.asarray(cv2.GaussianBlur(grey, (0, 0), sigma), np.float32)
        bands.append(np.log2(_blocks((blurred - next_one) ** 2, 16) + 0.01))
        blurred = next_one
    strong = np.log2(_blocks(slope, 16) + 0.1)
    fine, middle = bands[0] - bands[1], bands[1] - bands[2]
    busy = strong >= np.quantile(strong, 0.3)
    y, x, z = fine[busy].astype(np.float64), strong[busy], bands[1][busy]
    terms = np.stack([np.ones_like(x), x, z, x * x, z * z], axis=1).astype(np.float64)
    weights = np.linalg.lstsq(terms.T @ terms + 1e-3 * np.eye(5), terms.T @ y, rcond=None)[0]
    off = np.zeros(fine.shape, np.float32)
    off[busy] = y - terms @ weights
    soft = cv2.blur(off, (3, 3))[busy]
    return {
        "fine": float(np.median(fine)),
        "fine_busy": float(np.median(fine[busy])),
        "middle": float(np.median(middle)),
        "fine_high": float(np.quantile(fine, 0.9)),
        "sharp_std": float(off[busy].std()),
        "sharp_low": float(-np.quantile(soft, 0.01)),
        "sharp_high": float(np.quantile(soft, 0.99)),
    }


def _colours(picture: Picture, ycc: Floats, plain: NDArray[np.bool_]) -> dict[str, float]:
    """Tell how residuals of the colours go together, and how fine colour is beside brightness."""
    rests = [np.asarray(cv2.Laplacian(picture[..., k], cv2.CV_32F), np.float32)[plain] for k in range(3)]
    found = {}
    for name, a, b in (("rg", 0, 1), ("gb", 1, 2)):
        norm = float(np.sqrt((rests[a] ** 2).mean() * (rests[b] ** 2).mean())) if plain.any() else 0.0
        found[name] = float((rests[a] * rests[b]).mean() / (norm + 1e-3)) if plain.any() else 0.0
    fine = [np.asarray(cv2.Laplacian(ycc[..., k], cv2.CV_32F), np.float32) for k in range(3)]
    power = [float((one[plain] ** 2).mean()) + 0.05 if plain.any() else 0.05 for one in fine]
    found["chroma"] = float(np.log2((power[1] + power[2]) / power[0]))
    found["chroma_ratio"] = float(np.log2(power[1] / power[2]))
    chroma = np.log2(_blocks(fine[1] ** 2 + fine[2] ** 2, 16) + 0.05) - np.log2(
        _blocks(fine[0] ** 2, 16) + 0.05
    )
    soft = cv2.blur(chroma - np.median(chroma), (3, 3))
    found["colour_high"], found["colour_low"] = (
        float(np.quantile(soft, 0.98)),
        float(-np.quantile(soft, 0.02)),
    )
    return found


def _grid(grey: Floats) -> dict[str, float]:
    """Tell how much larger steps are at every 8th, and every 4th, column and row than elsewhere."""
    found = {}
    jump = (
        np.minimum(np.abs(np.diff(grey, axis=1)), 12).mean(axis=0),
        np.minimum(np.abs(np.diff(grey, axis=0)), 12).mean(axis=1),
    )
    for side in (4, 8):
        ratios = []
        for profile in jump:
            cut = profile[: len(profile) // side * side].reshape(-1, side).mean(axis=0)
            ratios.append(float(np.log2((cut.max() + 0.05) / (np.median(cut) + 0.05))))
        found[f"grid_{side}"] = float(np.mean(ratios))
    return found


def _spectrum(grey: Floats) -> dict[str, float]:
    """Return the share of the residual's power in rings of frequency, in dB around their mean, lowest first."""
    rest = np.asarray(cv2.Laplacian(grey, cv2.CV_32F), np.float32)
    taper = np.outer(np.hanning(_WINDOW), np.hanning(_WINDOW)).astype(np.float32)
    step = _WINDOW
    windows = np.stack(
        [
            rest[y : y + _WINDOW, x : x + _WINDOW]
            for y in range(0, grey.shape[0] - _WINDOW + 1, step)
            for x in range(0, grey.shape[1] - _WINDOW + 1, step)
        ]
    )
    power = np.abs(np.fft.rfft2(windows * taper)) ** 2
    power /= power.mean(axis=(1, 2), keepdims=True) + 1e-3
    mean = np.median(power, axis=0)
    fy, fx = np.abs(np.fft.fftfreq(_WINDOW))[:, None], np.fft.rfftfreq(_WINDOW)[None]
    ring = np.minimum((np.hypot(fx, fy) / 0.5 * _RINGS).astype(int), _RINGS - 1)
    levels = np.array([10 * np.log10(mean[ring == k].mean() + 1e-4) for k in range(1, _RINGS)])
    levels -= levels.mean()
    upright = mean[(fy < 0.05) & (fx > 0.3)].mean() / (mean[(fy > 0.3) & (fx < 0.05)].mean() + 1e-6)
    found = {f"ring_{k + 1}": float(level) for k, level in enumerate(levels)}
    found["upright"] = float(np.log2(upright + 1e-6))
    return found


def _blocks(values: Floats, side: int) -> Floats:
    rows, columns = values.shape[0] // side, values.shape[1] // side
    cut = np.asarray(values[: rows * side, : columns * side], np.float32)
    return np.asarray(cv2.resize(cut, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)
