import numpy as np
import pytest

from medialit.errors import CastError
from medialit.likeness.cast import bust, enact, perform, person, speak

RATE = 16000


def voice(envelope, *, hertz=220.0):
    """A tone whose loudness follows an envelope given ten times a second."""
    t = np.arange(len(envelope) * RATE // 10) / RATE
    level = np.interp(t, (np.arange(len(envelope)) + 0.5) / 10, envelope)
    return (0.6 * level * np.sin(2 * np.pi * hertz * t)).astype(np.float32)[:, None]


def test_the_mouth_is_open_when_the_voice_is_loud_and_shut_when_it_is_silent():
    envelope = np.array([0, 0, 1, 1, 0, 0, 0.5, 1, 0.5, 0, 0, 1, 1, 1, 0, 0, 0, 1, 0, 0], float)
    acted = speak(voice(envelope), sample_rate=RATE, n_frames=48, fps=24, seed=1)
    mouth = np.array([p.mouth_open for p in acted])
    heard = np.interp((np.arange(48) + 0.5) / 24, (np.arange(20) + 0.5) / 10, envelope)
    assert np.corrcoef(mouth, heard)[0, 1] > 0.9
    assert mouth[heard == 0].max() < 0.15 and mouth[heard > 0.95].min() > 0.8


@pytest.mark.parametrize("late", [-4, -2, 0, 3])
def test_a_shifted_voice_shifts_the_lips_by_as_many_frames(late):
    rng = np.random.default_rng(3)
    sound = voice(rng.uniform(0, 1, 40) * (rng.uniform(0, 1, 40) > 0.4))
    moved = np.roll(sound, late * RATE // 25, axis=0)
    a, b = (
        np.array([p.mouth_open for p in speak(s, sample_rate=RATE, n_frames=100, fps=25, seed=1)])
        for s in (sound, moved)
    )
    scores = {lag: np.corrcoef(np.roll(a, lag)[8:-8], b[8:-8])[0, 1] for lag in range(-6, 7)}
    assert max(scores, key=scores.get) == late


def test_a_bright_voice_spreads_the_lips():
    wide, round_ = (
        speak(voice(np.ones(10), hertz=h), sample_rate=RATE, n_frames=10, fps=10, seed=1)[5].mouth_width
        for h in (2600.0, 300.0)
    )
    assert wide > 1.1 > 0.8 > round_


def test_after_the_sound_the_mouth_stays_shut():
    acted = speak(voice(np.ones(5)), sample_rate=RATE, n_frames=24, fps=12, seed=1)
    assert all(p.mouth_open == 0 for p in acted[8:]) and acted[2].mouth_open > 0.8
    silent = speak(np.zeros((RATE, 2), np.float32), sample_rate=RATE, n_frames=12, fps=12, seed=1)
    assert all(p.mouth_open == 0 for p in silent)


@pytest.mark.parametrize("wrong", [np.zeros((0, 1), np.float32), np.zeros(9, np.float32)])
def test_what_is_no_sound_is_refused(wrong):
    with pytest.raises(CastError, match="channels"):
        speak(wrong, sample_rate=RATE, n_frames=4, fps=12, seed=1)


def test_lips_in_the_picture_follow_the_voice():
    acted = speak(voice(np.array([0, 0, 1, 1.0])), sample_rate=RATE, n_frames=8, fps=20, seed=1)
    truth = enact(person("salma"), acted, fps=20, height_px=300).truth
    gap = truth.landmark("mouth_bottom")[:, 1] - truth.landmark("mouth_top")[:, 1]
    assert gap[0] == 0 and gap[6] > 6


def test_a_bust_is_the_upper_part_of_the_same_pictures():
    whole = perform(person("brahim"), "talk", n_frames=2, fps=12, height_px=200, seed=1)
    upper = bust(whole)
    rows = upper.frames.shape[1]
    assert upper.framing == "bust" and upper.anchor_px == (whole.anchor_px[0], float(rows))
    assert np.array_equal(upper.frames, whole.frames[:, :rows])
    assert upper.truth.labels.shape == upper.frames.shape[:3] == upper.normals.shape[:3]
    assert (upper.truth.landmark("chin")[:, 1] < rows).all() and upper.alpha[:, -1].max() == 1
    assert upper.px_per_m == whole.px_per_m and 0.8 < upper.height_m < 1.2
    with pytest.raises(CastError, match="head to feet"):
        bust(upper)
