"""Laws of places that are followed: motion and brightness are told apart."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from scipy.ndimage import shift

from medialit.forensics.detectors.followed import follow_places

N, HEIGHT, WIDTH = 8, 120, 192


def _wall(seed: int = 1) -> np.ndarray:
    """Return a textured wall, larger than the picture, of mean brightness 120."""
    noise = np.random.default_rng(seed).normal(size=(HEIGHT + 40, WIDTH + 40)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 3.0)
    return 120 + 35 * soft / soft.std()


def _film(shifts: np.ndarray, gains: np.ndarray) -> np.ndarray:
    """Return frames of a wall that moves by so many pixels to the right and down, and brightens by such factors."""
    wall, frames = _wall(), []
    for (right, down), gain in zip(shifts, gains, strict=True):
        seen = shift(wall, (down, right), order=3, mode="reflect")[
            20:-20, 20:-20
        ]  # OpenCV knows 32nds of a pixel only
        frames.append(np.repeat(np.clip(np.rint(gain * seen), 0, 255).astype(np.uint8)[..., None], 3, axis=2))
    return np.stack(frames)


def _walk(seed: int) -> np.ndarray:
    return np.cumsum(np.random.default_rng(seed).uniform(-1.5, 1.5, (N, 2)), axis=0)


def test_brightness_is_no_motion_and_motion_no_brightness() -> None:
    shifts, gains = _walk(2), np.exp(0.01 * np.sin(np.arange(N)))
    found = follow_places(_film(shifts, gains))
    inside = (slice(None), slice(3, -3), slice(3, -3))
    assert np.median(found.moved[inside], axis=(1, 2)) == pytest.approx(np.diff(shifts, axis=0), abs=0.08)
    assert np.median(found.gain[inside], axis=(1, 2)) == pytest.approx(np.diff(np.log(gains)), abs=2e-3)
    assert np.abs(found.gain[inside]).max() < 0.03


def test_a_place_that_brightens_by_itself_is_found_while_everything_moves() -> None:
    shifts = _walk(3)
    frames = _film(shifts, np.ones(N)).astype(np.float32)
    factor = 1 + 0.02 * np.sin(1.3 * np.arange(N))
    frames[:, 40:80, 80:130] *= factor[:, None, None, None]
    found = follow_places(np.clip(np.rint(frames), 0, 255).astype(np.uint8))
    own = np.diff(np.log(factor))
    slope = np.tensordot(own, found.gain, axes=(0, 0)) / (own @ own)
    assert slope[5:8, 11:14] == pytest.approx(np.ones((3, 3)), abs=0.25)  # in the middle of that place
    assert np.abs(slope[:, :7]).max() < 0.4 and np.abs(slope[:, 18:]).max() < 0.4


def test_a_thing_that_moves_by_itself_does_so_in_its_place_alone() -> None:
    frames = _film(np.zeros((N, 2)), np.ones(N))
    thing = _wall(seed=9)[:48, :48]
    for t in range(N):
        frames[t, 30:78, 60 + 2 * t : 108 + 2 * t] = thing[..., None]
    found = follow_places(frames)
    assert found.moved[3, 5, 10] == pytest.approx([2.0, 0.0], abs=0.15)
    assert np.abs(found.moved[:, :, 18:]).max() < 0.05


def test_what_neither_explains_is_a_misfit() -> None:
    frames = _film(np.zeros((N, 2)), np.ones(N))
    frames[4, 40:70, 40:70] = np.random.default_rng(4).integers(0, 256, (30, 30, 1))
    found = follow_places(frames)
    assert found.misfit[3].max() > 10 * np.median(found.misfit[0])
    assert found.misfit[3, 5:7, 5:7].min() > 10 * np.median(found.misfit[0])
