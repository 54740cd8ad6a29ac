"""A mouth that moves with the voice passes; one that rests, or moves to another voice, does not."""

from datetime import UTC, datetime
from types import SimpleNamespace

import numpy as np
import pytest

from medialit.likeness import lips
from medialit.likeness.challenge import draw_challenge
from medialit.likeness.track import follow
from medialit.media import Clip

RATE = 12.0
N = 144
TIMES = np.arange(N) / RATE
SPEAKING = (TIMES >= 4) & (TIMES < 10)
MOMENTS = (4.7, 5.9, 7.9, 9.0)


def bump(times, at, length=0.4):
    return np.exp(-(((times - at) / (length / 2)) ** 2))


def voice(moments=MOMENTS):
    times = (np.arange(400) + 0.5) * 0.032
    return np.clip(sum(bump(times, at) for at in moments), 0, 1).astype(np.float32)


def seen(moments=MOMENTS, *, unrest=0.01, size=1.0):
    """What is measured of a mouth that opens at some moments."""
    rng = np.random.default_rng(0)
    shut, opened = rng.normal(size=(2, 32, 32))
    opening = np.zeros(N) + sum((bump(TIMES, at) for at in moments), np.zeros(N))
    pictures = shut + size * opening[:, None, None] * opened + rng.normal(0, unrest, (N, 32, 32)) * 5
    pictures -= pictures.mean(axis=(1, 2), keepdims=True)
    pictures /= np.linalg.norm(pictures, axis=(1, 2), keepdims=True)
    track = SimpleNamespace(
        frames=[SimpleNamespace(time_s=time) for time in TIMES], angles=np.zeros((N, 3), np.float32)
    )
    return lips.mouth(track, pictures.astype(np.float32), voice(), speaking=SPEAKING)


def passes(one):
    return one.moved >= lips.MOVED and one.in_time >= lips.IN_TIME


@pytest.mark.parametrize("size", [0.3, 1.0, 2.0])
def test_a_mouth_that_opens_with_the_voice_passes_however_wide(size):
    assert passes(seen(size=size))


def test_a_mouth_that_stays_shut_does_not_pass():
    assert not passes(seen(()))


def test_a_mouth_that_opens_at_other_moments_does_not_pass():
    assert not passes(seen((5.3, 6.7, 7.2, 8.5)))


@pytest.mark.parametrize("late_s", [-0.2, 0.0, 0.2])
def test_sound_and_picture_may_be_a_little_apart(late_s):
    assert passes(seen(tuple(at + late_s for at in MOMENTS)))


def test_where_no_mouth_or_no_voice_is_nothing_passes():
    track = SimpleNamespace(
        frames=[SimpleNamespace(time_s=time) for time in TIMES], angles=np.full((N, 3), np.nan, np.float32)
    )
    none = np.full((N, 32, 32), np.nan, np.float32)
    assert not passes(lips.mouth(track, none, voice(), speaking=SPEAKING))
    assert not passes(lips.mouth(track, none, np.zeros(0, np.float32), speaking=SPEAKING))


def test_the_mouth_is_followed_where_the_head_moves(puppet, reader):
    poses = [{}, {}, {}, {"shift": (5.0, 3.0)}, {"jaw": 0.8}]
    frames = np.stack([np.ascontiguousarray(puppet.posed(**pose)[..., :3]) for pose in poses])
    asked = draw_challenge(seed=3, now=datetime(2026, 9, 1, tzinfo=UTC))
    track = follow((Clip(frames, 12.0),), challenge=asked, reader=reader, mirrored=False)
    rest, *_, moved, opened = lips.mouth_pictures(track, (Clip(frames, 12.0),))
    change_moved, change_opened = (1 - float((rest * other).sum()) for other in (moved, opened))
    assert change_moved < change_opened / 5
