"""A tail-biting convolutional code with a soft decoder, for the watermark.

Eighty bits (64 of payload, 16 of a keyed tag) become 320, each of which a carrier of the watermark holds
as a sign. The code is convolutional with rate 1/4 and 256 states; tail-biting means that the register starts with the
last eight bits, so that no bits are spent on flushing it. The decoder works on real-valued correlations, never on
hard bits, and on many candidates at once.

References
----------
The generators are the best of their length by free distance (24): Larsen (1973), "Short convolutional codes with
maximal free distance for rates 1/2, 1/3, and 1/4", IEEE Trans. Information Theory 19:371. The decoder is the wrap-around
Viterbi algorithm: Shao, Lin and Fossorier (2003), "Two decoding algorithms for tailbiting codes", IEEE Trans.
Communications 51:1658.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint8]
Reals = NDArray[np.float32]

N_INFO = 80
RATE_INVERSE = 4
N_CODED = N_INFO * RATE_INVERSE

_GENERATORS = (0o463, 0o535, 0o733, 0o745)
_MEMORY = 8
_N_STATES = 1 << _MEMORY
_WRAP = 40  # steps run before the start and after the end; five times the memory settles the trellis


def encode(bits: Bits) -> Bits:
    """Return the codewords of rows of bits.

    Parameters
    ----------
    bits : ndarray of uint8, shape (B, 80)
        Zeros and ones.

    Returns
    -------
    ndarray of uint8, shape (B, 320)
        Zeros and ones; the four outputs of a step stand together.
    """
    coded = np.zeros((*bits.shape, RATE_INVERSE), np.uint8)
    for delay in range(_MEMORY + 1):
        delayed = np.roll(bits, delay, axis=1)
        for i, generator in enumerate(_GENERATORS):
            if generator >> delay & 1:
                coded[:, :, i] ^= delayed
    return coded.reshape(len(bits), N_CODED)


def decode(soft: Reals) -> Bits:
    """Return the bits whose codewords agree best with soft values.

    Parameters
    ----------
    soft : ndarray of float32, shape (B, 320)
        One row a candidate; positive speaks for a coded 1, negative for a 0, and the size says how strongly.

    Returns
    -------
    ndarray of uint8, shape (B, 80)
        The most likely path of each row, up to the rare case where it does not bite its tail.
    """
    n_rows = soft.shape[0]
    steps = np.concatenate([np.arange(-_WRAP, 0), np.arange(N_INFO + _WRAP)]) % N_INFO
    received = soft.reshape(n_rows, N_INFO, RATE_INVERSE)
    branch = (received.reshape(-1, RATE_INVERSE) @ _SIGNS).reshape(n_rows, N_INFO, 2, _N_STATES)

    metric = np.zeros((n_rows, _N_STATES), np.float32)
    survivors = np.empty((len(steps), n_rows, _N_STATES), np.bool_)
    for t, step in enumerate(steps):
        low = metric[:, _FROM_LOW] + branch[:, step, 0]
        high = metric[:, _FROM_HIGH] + branch[:, step, 1]
        np.greater(high, low, out=survivors[t])
        metric = np.maximum(low, high)

    state = metric.argmax(axis=1)
    rows = np.arange(n_rows)
    bits = np.empty((n_rows, len(steps)), np.uint8)
    for t in range(len(steps) - 1, -1, -1):
        bits[:, t] = state & 1
        state = (state >> 1) | (survivors[t, rows, state].astype(np.int64) << (_MEMORY - 1))
    return bits[:, _WRAP : _WRAP + N_INFO]


def _branch_signs() -> Reals:
    """Return the four output signs of each transition, shape (4, 2 * 256): from the low or high predecessor."""
    signs = np.empty((RATE_INVERSE, 2, _N_STATES), np.float32)
    for high in (0, 1):
        for state in range(_N_STATES):
            window = state | (high << _MEMORY)
            for i, generator in enumerate(_GENERATORS):
                signs[i, high, state] = 1.0 if (window & generator).bit_count() & 1 else -1.0
    return signs.reshape(RATE_INVERSE, 2 * _N_STATES)


_SIGNS = _branch_signs()
_FROM_LOW = np.arange(_N_STATES) >> 1
_FROM_HIGH = _FROM_LOW | (_N_STATES >> 1)
