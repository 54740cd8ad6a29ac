"""What the window's colours leave on a face: measured on pictures of known light, and on a puppet."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medialit.errors import EnrolmentError
from medialit.likeness import light
from medialit.likeness.challenge import HUES, Challenge, draw_challenge
from medialit.likeness.enrol import judge
from medialit.likeness.match import read_reference

NOW = datetime(2026, 9, 1, 10, tzinfo=UTC)
ASKED = draw_challenge(seed=3, now=NOW, pace=0.6, light=True)
OTHER = draw_challenge(seed=8, now=NOW, pace=0.6, light=True)


def moments(challenge: Challenge, rate: float = 12.0):
    times = np.arange(0, challenge.duration_s, 1 / rate)
    return SimpleNamespace(frames=[SimpleNamespace(time_s=float(time)) for time in times])


def answers(shown: Challenge, track, *, glow=0.1, delay_s=0.15, seed=0):
    """The colours of a face that reflects what `shown` shows, with some unrest of its own and a slow drift."""
    rng = np.random.default_rng(seed)
    times = np.array([frame.time_s for frame in track.frames])
    rgb = np.array([HUES[shown.hue_at(max(0.0, time - delay_s))] for time in times]) / 255
    colours = glow * (rgb[:, [0, 2]] - rgb[:, [1]]) + rng.normal(0, 0.004, (len(times), 2))
    return (colours + np.outer(times, [0.01, -0.005])).astype(np.float32)


def passes(seen):
    return seen.agreement >= light.AGREEMENT and seen.worst >= light.PIECE and seen.glow >= light.GLOW


@pytest.mark.parametrize("rate", [8.0, 12.0, 24.0])
@pytest.mark.parametrize("delay_s", [0.0, 0.2, 0.35])
def test_a_face_that_reflects_what_was_shown_passes_at_any_frame_rate_and_delay(rate, delay_s):
    track = moments(ASKED, rate)
    assert passes(light.reflection(track, answers(ASKED, track, delay_s=delay_s), challenge=ASKED))


@settings(max_examples=30, deadline=None)
@given(glow=st.floats(0.03, 1.0), offset=st.tuples(st.floats(-2, 2), st.floats(-2, 2)))
def test_skin_lamp_and_strength_of_the_window_do_not_matter(glow, offset):
    track = moments(ASKED)
    colours = answers(ASKED, track, glow=glow) + np.array(offset, np.float32)
    seen = light.reflection(track, colours, challenge=ASKED)
    assert passes(seen) and seen.glow == pytest.approx(glow, rel=0.2, abs=0.005)


def test_a_face_that_reflects_another_order_of_colours_hardly_ever_passes():
    orders = [draw_challenge(seed=100 + k, now=NOW, pace=0.6, light=True) for k in range(60)]
    track = moments(ASKED)
    seen = [light.reflection(track, answers(other, track), challenge=ASKED) for other in orders]
    assert sum(map(passes, seen)) <= 1
    assert np.median([one.agreement for one in seen]) < 0.4


def test_a_piece_of_another_recording_is_found_though_the_rest_agrees():
    track = moments(ASKED)
    colours, wrong = answers(ASKED, track), answers(OTHER, track)
    colours[60:120] = wrong[60:120]
    seen = light.reflection(track, colours, challenge=ASKED)
    assert seen.worst < light.PIECE


def test_a_face_that_reflects_nothing_or_is_not_there_does_not_pass():
    track = moments(ASKED)
    dark = light.reflection(track, answers(ASKED, track, glow=0.0), challenge=ASKED)
    assert dark.glow < light.GLOW
    nobody = light.reflection(track, np.full((len(track.frames), 2), np.nan, np.float32), challenge=ASKED)
    assert not passes(nobody)


def colours_of(face, around, *, gain=(1.0, 1.0, 1.0), size=(120, 160)):
    """The measure of one picture with a face of one colour before a wall of another."""
    height, width = size
    ys, xs = np.mgrid[0:height, 0:width]
    inside = np.hypot((xs - width / 2) / width, (ys - height / 2) / height) < 0.16
    linear = np.where(inside[..., None], face, around) * np.array(gain)
    picture = np.clip(
        np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055) * 255, 0, 255
    )
    angles = np.linspace(0, 2 * np.pi, 468)
    points = np.column_stack(
        [width / 2 + 0.15 * width * np.cos(angles), height / 2 + 0.15 * height * np.sin(angles), 0 * angles]
    )
    track = SimpleNamespace(
        frames=[SimpleNamespace(clip=0, index=0)],
        present=np.array([True]),
        points=points[None].astype(np.float32),
    )
    clip = SimpleNamespace(frames=np.round(picture).astype(np.uint8)[None])
    return light.face_colours(track, (clip,))[0]


FACE, WALL = np.array([0.4, 0.3, 0.2]), np.array([0.3, 0.3, 0.3])


@settings(max_examples=25, deadline=None)
@given(gain=st.tuples(*[st.floats(0.5, 1.6)] * 3), scale=st.sampled_from([1, 2, 3]))
def test_white_balance_exposure_and_size_do_not_change_what_is_measured(gain, scale):
    plain = colours_of(FACE, WALL)
    assert colours_of(FACE, WALL, gain=gain, size=(120 * scale, 160 * scale)) == pytest.approx(
        plain, abs=0.03
    )


def test_light_that_falls_on_face_and_wall_alike_is_not_taken_for_the_windows():
    red = np.array([1.3, 1.0, 1.0])
    plain, both, face = (
        colours_of(*pair) for pair in ((FACE, WALL), (FACE * red, WALL * red), (FACE * red, WALL))
    )
    assert both == pytest.approx(plain, abs=0.02)
    assert face[0] - plain[0] == pytest.approx(np.log(1.3), abs=0.03)


def test_no_light_is_asked_of_a_challenge_without_it():
    assert light.light_checks(SimpleNamespace(), (), challenge=draw_challenge(seed=1, now=NOW)) == ()


def test_colours_change_less_than_three_times_a_second_and_never_to_the_same():
    for seed in range(50):
        for pace in (0.6, 1.0, 3.0):
            one = draw_challenge(seed=seed, now=NOW, pace=pace, light=True)
            gaps = np.diff([lamp.start_s for lamp in one.lights])
            assert gaps.min() > 0.99 and gaps.max() < 1.51
            assert all(a.hue != b.hue for a, b in zip(one.lights, one.lights[1:], strict=False))
            assert one.lights[0].start_s == 0 and one.duration_s - one.lights[-1].start_s < 1.51


def test_a_challenge_with_light_asks_the_same_steps_survives_json_and_knows_its_colours():
    plain = draw_challenge(seed=3, now=NOW, pace=0.6)
    assert ASKED.steps == plain.steps and plain.hue_at(2.0) is None and "lights" not in plain.to_json()
    assert Challenge.from_json(ASKED.to_json()) == ASKED
    with pytest.raises(EnrolmentError):
        Challenge.from_json(ASKED.to_json().replace('"red"', '"ultraviolet"'))


def test_a_puppet_lit_by_the_window_passes_and_lit_by_another_window_fails(subjects, puppet, reader):
    face = read_reference(puppet.picture, reader=reader).face
    clip = subjects.perform(puppet, ASKED)
    named = {"light", "dim"}
    for asked, expected in ((ASKED, set()), (replace(ASKED, lights=OTHER.lights), {"light"})):
        checks, _ = judge(clip, face=face, challenge=asked, reader=reader, mirrored=False)
        failed = {check.name for check in checks if not check.passed}
        assert failed & named == expected and failed <= named
