"""Laws of reading, degrading and drawing, on clips that hypothesis makes up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from medialit.errors import ClipError
from medialit.media import Clip, degrade, read, write

few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def clips(draw: st.DrawFn, max_side: int = 24) -> Clip:
    shape = draw(st.tuples(st.integers(1, 9), st.integers(1, max_side), st.integers(1, max_side), st.just(3)))
    frames = draw(arrays(np.uint8, shape, elements=st.integers(0, 255)))
    fps = draw(st.sampled_from([1.0, 12.5, 24000 / 1001, 30.0]))
    if draw(st.booleans()):
        samples = np.linspace(-1, 1, round(8000 * shape[0] / fps), dtype=np.float32).reshape(-1, 1)
        return Clip(frames, fps, audio=samples, sample_rate=8000)
    return Clip(frames, fps)


def same_time(a: Clip, b: Clip) -> bool:
    return (a.n_frames, a.fps, a.sample_rate) == (b.n_frames, b.fps, b.sample_rate)


@few
@given(clips(), st.sampled_from(["horizontal", "vertical"]))
def test_flipping_twice_changes_nothing(clip, axis):
    assert degrade.flip(degrade.flip(clip, axis=axis), axis=axis) == clip


@few
@given(clips())
def test_both_flips_are_half_a_turn(clip):
    assert degrade.flip(degrade.flip(clip), axis="vertical") == degrade.rotate(clip, degrees=180)


@few
@given(clips(), st.integers(-8, 8), st.integers(-8, 8))
def test_quarter_turns_add_up(clip, a, b):
    step_by_step = degrade.rotate(degrade.rotate(clip, degrees=90 * a), degrees=90 * b)
    assert step_by_step == degrade.rotate(clip, degrees=90 * (a + b))


@few
@given(clips())
def test_neutral_parameters_change_nothing(clip):
    for unchanged in (
        degrade.resize(clip, scale=1.0),
        degrade.crop(clip, keep=1.0),
        degrade.brightness(clip, shift=0),
        degrade.contrast(clip, factor=1.0),
        degrade.rotate(clip, degrees=0),
        degrade.rotate(clip, degrees=-360),
        degrade.change_fps(clip, fps=clip.fps),
        degrade.drop_frames(clip, share=0.0, seed=1),
    ):
        assert unchanged == clip


@few
@given(clips(), st.floats(0.05, 3.0), st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_sizes_follow_the_scale_and_time_stays(clip, scale, anchor):
    resized = degrade.resize(clip, scale=scale)
    assert resized.size == (max(1, round(clip.width * scale)), max(1, round(clip.height * scale)))
    keep = min(scale, 1.0)
    cropped = degrade.crop(clip, keep=keep, anchor=anchor)
    assert cropped.size == (max(1, round(clip.width * keep)), max(1, round(clip.height * keep)))
    assert same_time(resized, clip) and same_time(cropped, clip)


@few
@given(clips(), st.floats(0, 120))
def test_brighter_is_never_darker_and_darker_undoes_what_was_not_clipped(clip, shift):
    brighter = degrade.brightness(clip, shift=shift)
    assert (brighter.frames >= clip.frames).all()
    back = degrade.brightness(brighter, shift=-shift)
    unclipped = brighter.frames < 255
    assert (np.abs(back.frames.astype(int) - clip.frames)[unclipped] <= 1).all()


@few
@given(clips(), st.integers(2, 6))
def test_held_frames_keep_the_length_and_closed_gaps_shorten_it(clip, every):
    held = degrade.drop_frames(clip, every=every)
    closed = degrade.drop_frames(clip, every=every, gap="close")
    assert same_time(held, clip)
    assert closed.n_frames == clip.n_frames - clip.n_frames // every
    for number in range(every - 1, clip.n_frames, every):
        assert np.array_equal(held.frames[number], clip.frames[number - 1])


@few
@given(clips(), st.floats(0, 0.99), st.integers(0, 2**32))
def test_a_seed_drops_the_same_frames_again(clip, share, seed):
    once = degrade.drop_frames(clip, share=share, seed=seed)
    assert once == degrade.drop_frames(clip, share=share, seed=seed)
    assert np.array_equal(once.frames[0], clip.frames[0])


@few
@given(clips(), st.floats(0.5, 240))
def test_another_rate_keeps_the_seconds_and_the_order(clip, fps):
    changed = degrade.change_fps(clip, fps=fps)
    assert abs(changed.duration_s - clip.duration_s) <= max(0.5 / fps, 1 / fps - clip.duration_s) + 1e-9
    assert np.array_equal(changed.frames[0], clip.frames[0])


@few
@given(clips(), st.integers(1, 100))
def test_jpeg_keeps_shape_and_time(clip, quality):
    stored = degrade.jpeg(clip, quality=quality)
    assert stored.frames.shape == clip.frames.shape and same_time(stored, clip)


@settings(max_examples=12, deadline=None)
@given(clips(max_side=33), st.sampled_from(["h264", "vp9"]), st.integers(1, 51))
def test_the_encoder_keeps_shape_and_rate(clip, codec, crf):
    back = degrade.recompress(clip, crf=crf, codec=codec)
    assert back.frames.shape == clip.frames.shape and back.fps == clip.fps


@few
@given(clips(max_side=33), st.sampled_from([("h264", "mp4"), ("vp9", "webm")]))
def test_what_is_written_is_read(tmp_path, clip, kind):
    back = read(write(clip, tmp_path / f"clip.{kind[1]}", codec=kind[0]))
    assert back.frames.shape == clip.frames.shape
    assert back.fps == pytest.approx(clip.fps)
    assert (back.audio is None) == (clip.audio is None)


@pytest.mark.parametrize(
    "call",
    [
        lambda clip: degrade.resize(clip, scale=0),
        lambda clip: degrade.resize(clip, scale=float("nan")),
        lambda clip: degrade.resize(clip, scale=1e9),
        lambda clip: degrade.crop(clip, keep=0),
        lambda clip: degrade.crop(clip, keep=0.5, anchor=(2, 0)),
        lambda clip: degrade.flip(clip, axis="diagonal"),
        lambda clip: degrade.drop_frames(clip),
        lambda clip: degrade.drop_frames(clip, every=1),
        lambda clip: degrade.drop_frames(clip, share=0.5),
        lambda clip: degrade.drop_frames(clip, share=1.0, seed=1),
        lambda clip: degrade.drop_frames(clip, every=2, share=0.5, seed=1),
        lambda clip: degrade.drop_frames(clip, every=2, gap="tear"),
        lambda clip: degrade.change_fps(clip, fps=0),
        lambda clip: degrade.change_fps(clip, fps=1e9),
        lambda clip: degrade.brightness(clip, shift=256),
        lambda clip: degrade.contrast(clip, factor=-1),
        lambda clip: degrade.rotate(clip, degrees=float("inf")),
        lambda clip: degrade.screenshot(clip, at_s=99),
        lambda clip: degrade.recompress(clip, crf=99),
    ],
)
def test_an_impossible_edit_is_refused_in_words(call):
    with pytest.raises(ClipError, match=r"\w{3,}.*\w{3,}"):
        call(Clip(np.zeros((4, 8, 8, 3), np.uint8), 4.0))
