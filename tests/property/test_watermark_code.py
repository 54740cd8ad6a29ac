"""Laws of the watermark's code, tag and keyed layout."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medialit.provenance import _ecc, _tile

PAYLOADS = st.integers(0, 2**64 - 1)
SEEDS = st.integers(0, 2**32 - 1)


def signs(bits: np.ndarray) -> np.ndarray:
    return _ecc.encode(bits).astype(np.float32) * 2 - 1


@settings(deadline=None)
@given(SEEDS, st.integers(0, 48))
def test_any_eleven_flipped_signs_and_many_erased_ones_are_corrected(seed: int, n_erased: int) -> None:
    # A free distance of 24 promises 11 wrong signs; the erased ones come on top, spread as the key spreads them.
    rng = np.random.default_rng(seed)
    bits = rng.integers(0, 2, (1, _ecc.N_INFO), np.uint8)
    soft = signs(bits)
    places = rng.permutation(_ecc.N_CODED)
    soft[0, places[:11]] *= -1
    soft[0, places[11 : 11 + n_erased // 4]] = 0
    assert np.array_equal(_ecc.decode(soft), bits)


@settings(deadline=None)
@given(SEEDS)
def test_noise_as_strong_as_the_signal_is_corrected(seed: int) -> None:
    rng = np.random.default_rng(seed)
    bits = rng.integers(0, 2, (8, _ecc.N_INFO), np.uint8)
    received = signs(bits) + rng.normal(0, 0.9, (8, _ecc.N_CODED)).astype(np.float32)
    assert (_ecc.decode(received) == bits).all(axis=1).mean() >= 7 / 8


@settings(deadline=None)
@given(SEEDS, SEEDS)
def test_the_code_is_linear(a: int, b: int) -> None:
    x, y = (np.random.default_rng(seed).integers(0, 2, (1, _ecc.N_INFO), np.uint8) for seed in (a, b))
    assert np.array_equal(_ecc.encode(x) ^ _ecc.encode(y), _ecc.encode(x ^ y))


@settings(deadline=None)
@given(SEEDS, st.integers(0, _ecc.N_INFO - 1))
def test_turning_the_bits_round_turns_the_codeword_round(seed: int, turn: int) -> None:
    bits = np.random.default_rng(seed).integers(0, 2, (1, _ecc.N_INFO), np.uint8)
    turned = np.roll(_ecc.encode(bits), turn * _ecc.RATE_INVERSE, axis=1)
    assert np.array_equal(_ecc.encode(np.roll(bits, turn, axis=1)), turned)


def test_the_decoder_beats_chance_by_no_more_than_the_code_can() -> None:
    # Far below capacity nothing can be read: a decoder that "succeeded" here would have been told the answer.
    rng = np.random.default_rng(3)
    bits = rng.integers(0, 2, (16, _ecc.N_INFO), np.uint8)
    received = signs(bits) + rng.normal(0, 4.0, (16, _ecc.N_CODED)).astype(np.float32)
    assert not (_ecc.decode(received) == bits).all(axis=1).any()


@settings(deadline=None)
@given(PAYLOADS, st.binary(min_size=1, max_size=40))
def test_what_is_spelt_is_read(payload: int, key: bytes) -> None:
    plan = _tile.layout(_tile.derive_key(key))
    view = _tile.codeword_view(_tile.data_signs(payload, plan)[np.newaxis], plan)
    assert _tile.read_bits(_ecc.decode(view)[0], plan) == payload


@settings(deadline=None)
@given(PAYLOADS, st.integers(0, _ecc.N_INFO - 1))
def test_a_wrong_bit_is_noticed_by_the_tag(payload: int, place: int) -> None:
    plan = _tile.layout(_tile.derive_key("a key"))
    view = _tile.codeword_view(_tile.data_signs(payload, plan)[np.newaxis], plan)
    bits = _ecc.decode(view)[0]
    bits[place] ^= 1
    read = _tile.read_bits(bits, plan)
    assert read is None or read != payload  # one altered payload in 65,536 has the same tag, by design


def test_the_tag_of_another_key_fits_once_in_65536() -> None:
    plans = [_tile.layout(_tile.derive_key(f"key {i}")) for i in range(24)]
    rng = np.random.default_rng(5)
    fits = sum(
        _tile.read_bits(bits, plan) is not None
        for plan in plans
        for bits in rng.integers(0, 2, (400, _ecc.N_INFO), np.uint8)
    )
    assert fits <= 4  # 9,600 tries expect 0.15; five or more have a probability below 1e-6


def test_keys_give_other_pilots_and_orders() -> None:
    one, two = (_tile.layout(_tile.derive_key(key)) for key in ("one", "two"))
    shared = {tuple(wave) for wave in one.pilot_waves} & {tuple(wave) for wave in two.pilot_waves}
    assert len(shared) < 30
    assert (one.order == two.order).mean() < 0.1


def test_the_layout_of_a_key_never_changes() -> None:
    # A mark that was embedded years ago must still be found: these values are the format.
    plan = _tile.layout(_tile.derive_key("forever"))
    assert plan.pilot_waves[:3].tolist() == PILOT
    assert plan.order[:5].tolist() == ORDER
    assert plan.pilot_phases[0] == pytest.approx(PHASE, abs=1e-6)


PILOT = [[-5, 2], [1, 7], [-10, 4]]
ORDER = [263, 277, 74, 230, 276]
PHASE = -0.4713383 + 0.8819525j
