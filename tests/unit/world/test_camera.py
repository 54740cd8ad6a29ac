import numpy as np
import pytest

from medialit.errors import WorldError
from medialit.media import Clip
from medialit.world import Sensor, film

QUIET = {"shot": 0.0, "read": 0.0, "prnu": 0.0, "dsnu": 0.0, "drift": 0.0, "vignette": 0.0}


def grey(code, n=6, size=(96, 96)):
    return Clip(frames=np.full((n, size[1], size[0], 3), code, np.uint8), fps=24.0)


def light(frames):
    code = frames / 255
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)


def test_without_faults_the_camera_changes_nothing():
    ramp = np.broadcast_to(np.arange(256, dtype=np.uint8)[None, None, :, None], (2, 16, 256, 3)).copy()
    out = film(Clip(frames=ramp, fps=24.0), seed=1, sensor=Sensor(**QUIET))
    assert np.abs(out.frames.astype(int) - ramp).max() <= 1


def test_noise_variance_grows_with_light_as_photons_do():
    sensor = Sensor(**{**QUIET, "shot": 0.002, "read": 0.004})
    levels = [film(grey(code), seed=code, sensor=sensor).frames for code in (60, 90, 120, 150, 180, 210)]
    mean = np.array([light(f).mean() for f in levels])
    # Rounding to a code adds its own variance: the step in light, squared, over 12.
    rounding = np.array(
        [
            (light(np.array([c + 0.5])) - light(np.array([c - 0.5])))[0] ** 2 / 12
            for c in (60, 90, 120, 150, 180, 210)
        ]
    )
    variance = np.array([light(f).var() for f in levels]) - rounding
    slope, offset = np.polyfit(mean, variance, 1)
    assert slope == pytest.approx(0.002, rel=0.04)
    assert offset == pytest.approx(0.004**2, abs=8e-6)


def test_noise_is_new_in_each_frame_and_with_each_seed():
    a, b = film(grey(128), seed=1).frames.astype(float), film(grey(128), seed=2).frames.astype(float)
    temporal = np.corrcoef((a[0] - a.mean(0)).ravel(), (a[1] - a.mean(0)).ravel())[0, 1]
    assert temporal < 0.1 and not np.array_equal(a, b)


def test_a_camera_body_leaves_the_same_pattern_in_every_clip_and_another_does_not():
    def residual(seed, body):
        mean = film(grey(128, n=16), seed=seed, sensor=Sensor(body=body, vignette=0.0)).frames.mean(axis=0)
        return (mean - mean.mean()).ravel()

    same = np.corrcoef(residual(1, 0), residual(2, 0))[0, 1]
    other = np.corrcoef(residual(1, 0), residual(2, 1))[0, 1]
    assert same > 0.2 and abs(other) < 0.05


def test_corners_are_darker_by_the_vignette():
    out = light(film(grey(180), seed=1, sensor=Sensor(**{**QUIET, "vignette": 0.2})).frames)
    assert out[:, :4, :4].mean() / out[:, 46:50, 46:50].mean() == pytest.approx(0.8, abs=0.03)


def test_exposure_wanders_slowly_by_its_share():
    sensor = Sensor(**{**QUIET, "drift": 0.03})
    clips = [film(grey(150, n=48, size=(16, 16)), seed=s, sensor=sensor).frames for s in range(40)]
    levels = np.array([light(c).mean(axis=(1, 2, 3)) for c in clips]) / light(np.array(150))
    assert np.log(levels).std() == pytest.approx(0.03, rel=0.25)
    assert np.abs(np.diff(levels, axis=1)).max() < 0.02


def test_a_seed_gives_one_film_and_the_sound_stays():
    clip = Clip(frames=grey(99).frames, fps=24.0, audio=np.zeros((800, 1), np.float32), sample_rate=8000)
    assert film(clip, seed=5) == film(clip, seed=5)
    assert film(clip, seed=5).audio is clip.audio


@pytest.mark.parametrize("wrong", [{"shot": -1.0}, {"vignette": 1.0}, {"body": -1}])
def test_an_impossible_sensor_is_refused(wrong):
    with pytest.raises(WorldError, match="0 or more"):
        Sensor(**wrong)
