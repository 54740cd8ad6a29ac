"""What goes along with the shake of a camera, and what does not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from medialit.forensics.detectors.shaken import LEAST_FRAMES, of_shake, shares

_INSIDE = slice(36, 72), slice(70, 122)


def _ground(seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(size=(140, 220)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 2.5)
    return np.clip(128 + 30 * soft / soft.std(), 0, 255).astype(np.float32)


def _filmed(
    *, n: int = 40, own: np.ndarray | None = None, seed: int = 1, shake_px: float = 0.6
) -> np.ndarray:
    """Film a textured wall from a shaking hand; with `own`, a patch of another wall that moves by that."""
    rng = np.random.default_rng(seed)
    shake = shake_px * rng.normal(size=(n, 2))
    frames = []
    for t in range(n):
        frame = _moved(_ground(3), shake[t])
        if own is not None:
            frame[_INSIDE] = _moved(_ground(4), own[t])[_INSIDE]
        frame = np.clip(frame + rng.normal(scale=1.0, size=frame.shape), 0, 255).astype(np.uint8)
        frames.append(np.repeat(frame[..., None], 3, axis=-1))
    return np.stack(frames)


def _moved(ground: np.ndarray, by: np.ndarray) -> np.ndarray:
    move = np.array([[1, 0, by[0] - 14], [0, 1, by[1] - 16]], np.float32)
    return np.asarray(cv2.warpAffine(ground, move, (192, 108), flags=cv2.INTER_CUBIC))


def _within(frames: np.ndarray) -> tuple[float, float]:
    found = shares(frames)
    assert found is not None
    rows, columns = (4 + 4 + 8 * np.arange(n) for n in found.share.shape)
    inside = np.ix_((rows > 44) & (rows < 64), (columns > 80) & (columns < 112))
    outside = np.ix_(rows < 24, columns < 60)
    return float(np.median(found.share[inside])), float(np.median(found.share[outside]))


def test_a_wall_goes_along_with_the_camera_and_a_patch_that_stays_does_not() -> None:
    inside, outside = _within(_filmed())
    assert inside == pytest.approx(1, abs=0.02)
    assert outside == pytest.approx(1, abs=0.02)
    inside, outside = _within(_filmed(own=np.zeros((40, 2))))
    assert inside == pytest.approx(0, abs=0.1)
    assert outside == pytest.approx(1, abs=0.02)


def test_a_thing_that_goes_its_own_way_and_was_filmed_with_the_rest_goes_along() -> None:
    rng = np.random.default_rng(1)
    shake = 0.6 * rng.normal(size=(40, 2))  # the camera's, as `_filmed` draws it
    inside, _ = _within(_filmed(own=shake + np.linspace(0, 20, 40)[:, None]))
    assert inside == pytest.approx(1, abs=0.05)


def test_what_was_put_in_stands_off_in_the_features() -> None:
    honest, put_in = (
        of_shake(_filmed()),
        of_shake(_filmed(own=0.6 * np.random.default_rng(9).normal(size=(40, 2)))),
    )
    assert honest["follow_off"] == 0 < put_in["follow_off"]
    assert put_in["follow_low"] < 0.75 < 0.97 < honest["follow_low"]
    assert put_in["unlike_low"] > honest["unlike_low"] + 1


def test_a_cut_is_no_shake() -> None:
    first, then = _filmed(n=30), _filmed(n=30, seed=2)[:, ::-1]
    both = of_shake(np.concatenate([first, then]))
    assert both["follow_off"] == 0
    assert both["follow_low"] > 0.9


def test_nothing_is_said_of_a_camera_that_stands_still_of_a_grey_wall_and_of_few_frames() -> None:
    assert "follow_low" not in of_shake(_filmed(shake_px=0.0))
    grey = of_shake(np.full((30, 108, 192, 3), 90, np.uint8))
    assert "unlike_low" not in grey
    assert "follow_low" not in grey
    assert of_shake(_filmed(n=LEAST_FRAMES - 1)) == {}
    assert of_shake(np.zeros((30, 20, 192, 3), np.uint8)) == {}


def test_what_moves_before_a_camera_that_stands_still_is_not_taken_for_its_shake() -> None:
    still, moving = _filmed(shake_px=0.0), _filmed(seed=2)
    frames = (128 + (still.astype(np.float32) - 128) / 4).astype(np.uint8)  # a wall that is hardly patterned
    frames[:, :, :80] = moving[:, :, :80]
    assert of_shake(frames) == {}


def test_a_mirror_image_shakes_the_same() -> None:
    frames = _filmed(own=np.zeros((40, 2)))
    there, back = of_shake(frames), of_shake(np.ascontiguousarray(frames[:, :, ::-1]))
    assert back["follow_p10"] == pytest.approx(there["follow_p10"], abs=0.05)
    assert back["unlike_low"] == pytest.approx(there["unlike_low"], abs=0.3)
