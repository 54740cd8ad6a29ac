"""A grid over the picture is seen, whatever the picture's brightness; noise, stripes and a codec's blocks are not."""

from types import SimpleNamespace

import numpy as np
import pytest

from medialit.likeness.screen import screen_checks
from medialit.media import Clip, degrade

N = 16
YS, XS = np.mgrid[0:300, 0:400]


def seen(pictures):
    """Whether the pictures pass, as a recording with a face in each."""
    frames = np.clip(pictures, 0, 255).astype(np.uint8)
    if frames.ndim == 3:
        frames = frames[..., None].repeat(3, axis=3)
    track = SimpleNamespace(
        present=np.ones(len(frames), np.bool_),
        frames=tuple(SimpleNamespace(clip=0, index=k) for k in range(len(frames))),
    )
    return all(check.passed for check in screen_checks(track, (SimpleNamespace(frames=frames),)))


def room(seed=0, noise=3.0):
    rng = np.random.default_rng(seed)
    soft = 120 + 40 * np.sin(XS / 90) + 30 * np.cos(YS / 70) + 25 * (XS > 220)
    return soft + rng.normal(0, noise, (N, 300, 400))


def grid(period, angle=0.05):
    a = np.cos(angle) * XS + np.sin(angle) * YS
    b = -np.sin(angle) * XS + np.cos(angle) * YS
    return np.sin(2 * np.pi * a / period) * np.sin(2 * np.pi * b / period)


@pytest.mark.parametrize("period", [3.1, 4.3, 7.1])
@pytest.mark.parametrize("gain", [0.5, 1.0])
def test_a_grid_fainter_than_the_noise_is_seen_at_any_exposure(period, gain):
    assert seen(gain * room()) and not seen(gain * (room() + 1.2 * grid(period)))


def test_a_grid_that_moves_a_little_with_a_hand_is_seen():
    moving = np.stack([np.roll(grid(5.3), k // 3, axis=1) for k in range(N)])
    assert not seen(room() + 2.5 * moving)


def test_an_edge_a_coarse_stripe_and_noise_alone_are_no_screen():
    assert seen(room() + 30 * ((XS // 60) % 2))
    assert seen(room() + 30 * (XS + 0.3 * YS > 200))
    assert seen(room(noise=8.0))


def test_what_a_codec_leaves_is_no_screen():
    frames = np.clip(room(), 0, 255).astype(np.uint8)[..., None].repeat(3, axis=3)
    assert seen(degrade.recompress(Clip(frames, 12.0), crf=34).frames)


def test_without_a_face_nothing_passes():
    track = SimpleNamespace(present=np.zeros(3, np.bool_), frames=())
    assert not any(check.passed for check in screen_checks(track, ()))
