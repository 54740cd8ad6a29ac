"""Laws of the maps that the network sees: what was put in differs in its place, in several measurements at once."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from scipy.ndimage import shift

from medialit.forensics.cues import look
from medialit.forensics.detectors.mapped import CHANNELS, FAMILIES, WINDOW, Maps, maps_of
from medialit.media import Clip
from medialit.world import Sensor, film

N, HEIGHT, WIDTH, FPS = 48, 256, 384, 15.0
THING = slice(96, 176), slice(144, 240)  # rows and columns of what is put in


def _scene(seed: int) -> np.ndarray:
    """Return a textured, coloured wall, larger than the picture."""
    rng = np.random.default_rng(seed)
    soft = [cv2.GaussianBlur(rng.normal(size=(HEIGHT + 40, WIDTH + 40)), (0, 0), 6.0) for _ in range(3)]
    return np.stack([125 + 30 * one / one.std() for one in soft], axis=-1)


def _in_a_hand(scene: np.ndarray, seed: int) -> Clip:
    """Return frames that shake and are filmed by a camera with an exposure of its own."""
    hand = np.clip(np.random.default_rng(seed).normal(size=(N, 2)).cumsum(axis=0), -9, 9)
    frames = [shift(scene, (down, right, 0), order=1, mode="reflect")[20:-20, 20:-20] for down, right in hand]
    clean = Clip(np.clip(np.rint(np.stack(frames)), 0, 255).astype(np.uint8), FPS)
    return film(clean, seed=seed, sensor=Sensor(body=seed, drift=0.03))


@pytest.fixture(scope="module")
def honest() -> Clip:
    return _in_a_hand(_scene(1), seed=1)


@pytest.fixture(scope="module")
def put_in(honest: Clip) -> Clip:
    """Return the same with a piece of another clip, which shakes otherwise and has another exposure."""
    other = _in_a_hand(_scene(2), seed=2)
    frames = honest.frames.copy()
    frames[:, THING[0], THING[1]] = other.frames[:, THING[0], THING[1]]
    return honest.with_frames(frames)


def _maps(clip: Clip) -> Maps:
    found = maps_of(look(clip))
    assert found is not None
    return found


def _in_and_out(maps: Maps, channel: str) -> tuple[float, float]:
    """Return the median size of a channel where the thing is, and elsewhere."""
    values = np.abs(maps.values[:, CHANNELS.index(channel)].astype(np.float32)).mean(axis=0)
    inside = np.zeros(values.shape, bool)
    inside[tuple(slice(-(-s.start // maps.side) + 1, s.stop // maps.side - 1) for s in THING)] = True
    return float(np.median(values[inside])), float(np.median(values[~inside]))


def test_every_channel_belongs_to_one_family_and_none_twice() -> None:
    assert len(CHANNELS) == len(set(CHANNELS)) == sum(map(len, FAMILIES.values()))


def test_maps_have_blocks_of_the_clip_and_stretches_of_its_frames(honest: Clip) -> None:
    maps = _maps(honest)
    n_stacks, n_channels, rows, columns = maps.values.shape
    assert (n_channels, rows, columns) == (len(CHANNELS), HEIGHT // maps.side, WIDTH // maps.side)
    assert max(rows, columns) <= 40
    assert maps.spans[0][0] == 0 and maps.spans[-1][1] == N and n_stacks == len(maps.spans) == N // WINDOW
    assert all(one[1] == two[0] for one, two in zip(maps.spans, maps.spans[1:], strict=False))
    assert np.isfinite(maps.values.astype(np.float32)).all()


@pytest.mark.parametrize("channel", ["shake", "exposure"])
def test_what_was_put_in_stands_out_in_its_place(channel: str, honest: Clip, put_in: Clip) -> None:
    inside, outside = _in_and_out(_maps(put_in), channel)
    before, _ = _in_and_out(_maps(honest), channel)
    assert inside > 3 * outside and inside > 3 * before


def test_what_was_put_in_moves_against_the_rest(honest: Clip, put_in: Clip) -> None:
    k = CHANNELS.index("motion")
    more = (_maps(put_in).values[:, k] - _maps(honest).values[:, k]).astype(np.float32).mean(axis=0)
    assert np.median(more[10:17, 15:23]) > 1 > 0.3 > np.abs(np.median(more[:, :10]))  # logarithms


def test_a_longer_side_has_no_more_blocks_and_a_tiny_clip_no_maps() -> None:
    noise = np.random.default_rng(3).integers(60, 190, (10, 640, 360, 3), dtype=np.uint8)
    maps = maps_of(look(Clip(noise, 12.0)))
    assert maps is not None and maps.values.shape[2] <= 40
    assert maps_of(look(Clip(noise[:4], 12.0))) is None
    assert maps_of(look(Clip(np.ascontiguousarray(noise[:, :20, :20]), 12.0))) is None
    assert maps_of(look(Clip(np.ascontiguousarray(noise[:, :640, :60]), 12.0))) is None
    black = maps_of(look(Clip(np.zeros((10, 128, 128, 3), np.uint8), 12.0)))
    assert black is not None and np.isfinite(black.values.astype(np.float32)).all()


def test_where_the_camera_is_still_nothing_is_said_of_shake(honest: Clip) -> None:
    still = film(honest.with_frames(np.repeat(honest.frames[:1], N, axis=0)), seed=4)
    maps = _maps(still)
    sure = np.abs(maps.values[:, CHANNELS.index("shake_sure")].astype(np.float32))
    assert np.median(sure) < 1
