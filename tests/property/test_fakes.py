"""Laws of fakes, whatever the clip, the strength and the seed."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from medialit import fakes
from medialit.errors import FakeError
from medialit.media import Clip

seeds = st.integers(0, 2**31)
strengths = st.floats(0, 1)


@st.composite
def clips(draw: st.DrawFn) -> tuple[Clip, Clip, np.ndarray]:
    n, h, w = draw(st.integers(1, 9)), draw(st.integers(1, 24)), draw(st.integers(1, 24))
    rng = np.random.default_rng(draw(seeds))
    one, two = (Clip(rng.integers(0, 256, (n, h, w, 3), dtype=np.uint8), 8.0) for _ in range(2))
    masks = rng.random((n, h, w)) < draw(st.sampled_from([0.02, 0.3, 1.0]))
    masks[0, 0, 0] = True
    return one, two, masks


@settings(max_examples=40, deadline=None)
@given(made=clips(), strength=strengths, seed=seeds, name=st.sampled_from(
    ["splice", "retime", "interpolate", "duplicate", "remove", "insert", "clone", "regenerate"]))  # fmt: skip
def test_a_fake_differs_within_its_region_or_is_refused(
    made: tuple[Clip, Clip, np.ndarray], strength: float, seed: int, name: str
) -> None:
    clip, other, masks = made
    ways = {
        "splice": lambda: fakes.splice(clip, other, strength=strength, seed=seed),
        "retime": lambda: fakes.retime(clip, strength=strength, seed=seed),
        "interpolate": lambda: fakes.interpolate(clip, strength=strength, seed=seed),
        "duplicate": lambda: fakes.duplicate(clip, strength=strength, seed=seed),
        "remove": lambda: fakes.remove_object(clip, masks, strength=strength),
        "insert": lambda: fakes.insert_object(clip, other, masks, strength=strength),
        "clone": lambda: fakes.clone(clip, masks, strength=strength, seed=seed),
        "regenerate": lambda: fakes.regenerate(clip, through=lambda _: other, strength=strength),
    }
    try:
        fake = ways[name]()
    except FakeError:
        assert clip.n_frames < 4 or name == "clone"
        return
    assert fake.clip.frames.shape == clip.frames.shape
    differs = (fake.clip.frames != clip.frames).any(axis=-1)
    assert not (differs & ~fake.truth.region).any()
    assert fake.clip == ways[name]().clip
    if strength == 0:
        assert not differs.any()


@settings(max_examples=25, deadline=None)
@given(made=clips(), name=st.sampled_from(["insert", "regenerate"]), a=strengths, b=strengths)
def test_what_is_blended_differs_more_with_more_strength(
    made: tuple[Clip, Clip, np.ndarray], name: str, a: float, b: float
) -> None:
    clip, other, masks = made

    def level(strength: float) -> float:
        if name == "insert":
            fake = fakes.insert_object(clip, other, masks, strength=strength)
        else:
            fake = fakes.regenerate(clip, through=lambda _: other, strength=strength)
        return float(np.abs(fake.clip.frames.astype(int) - clip.frames).sum())

    low, high = sorted((a, b))
    assert level(low) <= level(high)


@settings(max_examples=25, deadline=None)
@given(strength=st.floats(0.01, 1), seed=seeds, n=st.integers(10, 400), channels=st.integers(1, 2))
def test_moved_sound_is_the_same_sound(strength: float, seed: int, n: int, channels: int) -> None:
    sound = np.random.default_rng(seed).uniform(-1, 1, (n, channels)).astype(np.float32)
    clip = Clip(np.zeros((2, 4, 4, 3), np.uint8), 2.0, audio=sound, sample_rate=100)
    fake = fakes.offset_audio(clip, strength=strength, seed=seed)
    back = round(fake.truth.magnitude * 100)
    assert np.array_equal(np.roll(fake.clip.audio, -back, axis=0), sound)
