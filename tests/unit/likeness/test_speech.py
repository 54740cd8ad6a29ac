"""Speech at the moments when digits are shown, and silence in between."""

from datetime import UTC, datetime

import numpy as np
import pytest

from medialit.likeness.challenge import draw_challenge
from medialit.likeness.speech import RATE, as_mono, is_silent, silero_file, spoken

NOW = datetime(2026, 9, 1, 10, tzinfo=UTC)
DETECTORS = [
    "loudness",
    pytest.param(
        "silero", marks=pytest.mark.skipif(silero_file() is None, reason="silero-vad is not installed")
    ),
]


@pytest.fixture(scope="module")
def challenge():
    return draw_challenge(seed=5, now=NOW)


@pytest.fixture(scope="module")
def voice(rooms, challenge):
    # A made voice of a pitch that silero takes for one: it misses digits of half of the made ones at this pace.
    return rooms.voice(challenge, challenge.duration_s, np.random.default_rng(3))


@pytest.fixture(scope="module")
def asked(challenge):
    step = next(step for step in challenge.steps if step.action == "speak")
    return {"digits": challenge.digits, "start_s": step.start_s, "end_s": step.end_s}


@pytest.mark.parametrize("detector", DETECTORS)
def test_who_answers_each_digit_is_heard(voice, asked, detector):
    heard = spoken(voice, sample_rate=RATE, detector=detector, **asked)
    assert heard.answered == 1.0
    assert heard.chatter < 0.1


@pytest.mark.parametrize("detector", DETECTORS)
def test_a_voice_for_another_challenge_does_not_fit(voice, asked, detector):
    other = draw_challenge(seed=8, now=NOW)
    step = next(step for step in other.steps if step.action == "speak")
    assert step.start_s != asked["start_s"]
    heard = spoken(
        voice,
        sample_rate=RATE,
        detector=detector,
        digits=other.digits,
        start_s=step.start_s,
        end_s=step.end_s,
    )
    assert heard.answered < 0.8 or heard.chatter > 0.25


@pytest.mark.parametrize("detector", DETECTORS)
def test_room_noise_is_no_voice(challenge, rooms, asked, detector):
    noise = rooms.voice(challenge, challenge.duration_s, np.random.default_rng(2), spoken=False)
    assert spoken(noise, sample_rate=RATE, detector=detector, **asked).answered == 0.0


@pytest.mark.skipif(silero_file() is None, reason="silero-vad is not installed")
def test_a_whistle_fools_the_loudness_and_not_silero(asked):
    times = np.arange(int(25 * RATE)) / RATE
    whistle = 0.2 * np.sin(2 * np.pi * 1500 * times)
    on = np.zeros_like(times)
    for digit in asked["digits"]:
        on[(times > digit.shown_s + 0.3) & (times < digit.shown_s + 0.7)] = 1
    sound = (whistle * on + np.random.default_rng(0).normal(0, 0.002, len(times))).astype(np.float32)[:, None]
    assert spoken(sound, sample_rate=RATE, detector="loudness", **asked).answered == 1.0
    assert spoken(sound, sample_rate=RATE, detector="silero", **asked).answered < 0.5


@pytest.mark.parametrize("rate", [8000, 44_100, 48_000])
def test_any_rate_and_any_number_of_channels_becomes_one_channel_at_16_khz(rate):
    tone = np.sin(2 * np.pi * 300 * np.arange(rate) / rate).astype(np.float32)
    mono = as_mono(np.stack([tone, tone], axis=1), sample_rate=rate)
    assert mono.dtype == np.float32 and abs(len(mono) - RATE) <= 1
    assert abs(np.abs(np.fft.rfft(mono)).argmax() - 300) <= 1


def test_broken_samples_are_no_voice_and_no_error(asked):
    broken = np.full((25 * RATE, 1), np.nan, np.float32)
    assert is_silent(broken)
    assert spoken(broken, sample_rate=RATE, detector="loudness", **asked).answered == 0.0


@pytest.mark.parametrize("audio", [None, np.zeros((0, 1), np.float32), np.full((1000, 2), 1e-4, np.float32)])
def test_silence_is_silence(audio):
    assert is_silent(audio)


def test_no_sound_answers_nothing(asked):
    assert (
        spoken(np.zeros((0, 1), np.float32), sample_rate=RATE, detector="loudness", **asked).answered == 0.0
    )


def test_a_slow_reader_has_time_at_a_slow_pace(rooms):
    slow = draw_challenge(seed=5, now=NOW, pace=2.0)
    step = next(step for step in slow.steps if step.action == "speak")
    sound = np.zeros((int(slow.duration_s * RATE), 1), np.float32)
    rng = np.random.default_rng(3)
    sound += rng.normal(0, 0.002, sound.shape).astype(np.float32)
    for digit in slow.digits:  # answers come 1.2 s after the digit, too late at normal pace
        burst = rooms.vowel(digit.digit, 140.0, 0.5, rng).astype(np.float32)[:, None]
        start = int((digit.shown_s + 1.2) * RATE)
        sound[start : start + len(burst)] += burst
    asked = {"digits": slow.digits, "start_s": step.start_s, "end_s": step.end_s}
    assert spoken(sound, sample_rate=RATE, detector="loudness", pace=2.0, **asked).answered == 1.0
    assert spoken(sound, sample_rate=RATE, detector="loudness", pace=1.0, **asked).answered == 0.0
