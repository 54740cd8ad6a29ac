import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialit.generate.flow import attention_mask, integrate, noise_for


@given(steps=st.integers(1, 20), seed=st.integers(0, 1000))
def test_who_knows_the_data_gets_there_in_any_number_of_steps(steps, seed):
    rng = np.random.default_rng(seed)
    data = rng.standard_normal((2, 3, 5)).astype(np.float32)
    noise = rng.standard_normal(data.shape).astype(np.float32)
    arrived = integrate(lambda x, t: (data, data), noise, steps=steps, guidance=2.0)
    assert np.allclose(arrived, data, atol=1e-5)


def test_guidance_one_follows_the_words_and_zero_ignores_them():
    told, untold, noise = (np.full((1, 1, 1), v, np.float32) for v in (3.0, 1.0, 0.0))
    for guidance, expected in ((1.0, 3.0), (0.0, 1.0), (2.0, 5.0)):
        assert integrate(lambda x, t: (told, untold), noise, steps=4, guidance=guidance) == pytest.approx(
            expected
        )


def test_each_step_is_told():
    seen = []
    zero = np.zeros((1, 2, 3), np.float32)
    integrate(
        lambda x, t: (zero, zero), zero, steps=5, guidance=1.0, on_step=lambda i, n, x: seen.append((i, n))
    )
    assert seen == [(i, 5) for i in range(1, 6)]


def test_a_clip_s_noise_depends_on_its_own_seed_alone():
    assert np.array_equal(noise_for([5, 9], (4,))[1], noise_for([9], (4,))[0])
    assert not np.array_equal(*noise_for([5, 9], (4,)))


@given(window=st.integers(0, 30))
def test_with_a_window_words_never_see_frames_and_frames_always_see_words(window):
    mask = attention_mask(window) == 0
    assert mask[:, :10].all() and not mask[:10, 10:].any()
    wall = mask[10]  # sees the words and itself, and no frame sees it
    assert wall[:11].all() and not wall[11:].any() and not mask[11:, 10].any()
    frames = mask[11:, 11:].reshape(24, 2, 24, 2)
    near = frames.all(axis=(1, 3))
    assert np.array_equal(
        near, frames.any(axis=(1, 3))
    )  # a frame is seen with both its things, or not at all
    assert near.diagonal().all() and np.array_equal(near, near.T)
    assert near[0].sum() == min(24, window + 1)


def test_without_a_window_all_tokens_see_each_other():
    assert (attention_mask(None) == 0).all()
