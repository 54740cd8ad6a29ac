"""Bits of a picture: signs of low frequencies, counted where they differ.

References
----------
In the manner of PDQ: Facebook (2019), "The TMK+PDQF video-hashing algorithm and the PDQ image-hashing algorithm",
section 4, and of pHash: Zauner (2010), "Implementation and benchmarking of perceptual image hash functions".
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Plane = NDArray[np.float32]  # (H, W), or (N, H, W)

BITS: Final = 256
SIDE: Final = 64  # the square that is transformed
PICTURE: Final = 16  # frequencies kept each way
MOTION: Final = 8
N_QUARTERS: Final = 4


def distances(words: Words, query: Words) -> NDArray[np.uint16]:
    """Count differing bits of (4, N) words against four."""
    total = np.zeros(words.shape[1], np.uint16)
    for row, word in zip(words, query, strict=True):
        total += np.bitwise_count(row ^ word)
    return total


def spectrum(plane: Plane) -> Plane:
    """Return the low frequencies of the cosine transform of (..., 64, 64) levels: (..., 17, 17) from 0."""
    basis = _basis()
    return np.asarray(basis @ plane @ basis.T, np.float32)


@cache
def _basis() -> Plane:
    """Return rows 0 to 16 of the DCT-II of `SIDE` points."""
    k, n = np.arange(PICTURE + 1)[:, np.newaxis], np.arange(SIDE)
    return np.cos(np.pi * k * (2 * n + 1) / (2 * SIDE)).astype(np.float32)


def picture_bits(spectra: Plane) -> NDArray[np.bool_]:
    """Return 256 bits of (..., 17, 17): which frequencies lie over the median of all."""
    kept = spectra[..., 1:, 1:].reshape(*spectra.shape[:-2], BITS)
    return np.asarray(kept > np.median(kept, axis=-1, keepdims=True))


def motion_bits(spectra: Sequence[Plane]) -> NDArray[np.bool_]:
    """Return 256 bits of four (17, 17): the signs of their lowest frequencies."""
    return np.concatenate([one[:MOTION, :MOTION].ravel() > 0 for one in spectra])


def packed(bits: NDArray[np.bool_]) -> Words:
    """Pack (..., 256) bits into (..., 4) words."""
    return np.packbits(bits, axis=-1).view(">u8").astype(np.uint64)


def unpacked(words: Words) -> NDArray[np.bool_]:
    """Return what `packed` packed."""
    return np.unpackbits(words.astype(">u8").view(np.uint8), axis=-1).astype(bool)
