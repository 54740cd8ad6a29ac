"""The keyed pattern of the watermark: which waves it is made of and what each one carries.

The mark is one square tile, repeated over the picture. Its side is 0.45 of the picture's short side, so the
mark grows and shrinks with the picture. The tile is a sum of plane waves with a whole number of periods across it: they
are orthogonal, and their spectrum is a lattice of points that a crop cannot move and a turn only turns. A quarter of
the waves, chosen by the key, are a pilot with phases that the key fixes; it tells the detector where the tile is.
The cosine and the sine of each other wave carry one bit of the codeword each.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from medialit.errors import WatermarkError
from medialit.provenance import _ecc

Complex = NDArray[np.complex64]

TILE = 0.45  # side of the tile, as a share of the picture's short side
N_PILOT = 56
N_DATA = _ecc.N_CODED // 2
FEWEST_PERIODS = 4.0  # a tile; the longest wave is a ninth of the short side, the shortest a 27th
PAYLOAD_BITS = 64
TAG_BITS = _ecc.N_INFO - PAYLOAD_BITS


@dataclass(frozen=True, eq=False)
class Layout:
    """What one key makes of the lattice.

    Parameters
    ----------
    pilot_waves : ndarray of int, shape (56, 2)
        Periods a tile of each pilot wave, (x, y).
    pilot_phases : ndarray of complex64, shape (56,)
        Its phase, as a number on the unit circle.
    data_waves : ndarray of int, shape (160, 2)
        Periods a tile of the waves that carry bits.
    order : ndarray of int, shape (320,)
        The codeword's bit that each cosine (even places) and sine (odd places) carries.
    flips : ndarray of float32, shape (320,)
        A sign for each place, so that a codeword of zeros is no pattern that a stranger could know.
    secret : bytes
        The key of the payload's tag.
    """

    pilot_waves: NDArray[np.int64]
    pilot_phases: Complex
    data_waves: NDArray[np.int64]
    order: NDArray[np.int64]
    flips: NDArray[np.float32]
    secret: bytes


def derive_key(key: bytes | str) -> bytes:
    """Return 32 secret bytes from what a person calls the key.

    Parameters
    ----------
    key : bytes or str
        Any secret that is not empty. A string is taken as UTF-8. A short password stays a short password: whoever
        guesses it can read, forge and remove the mark.

    Returns
    -------
    bytes
        SHA-256 of the key under a label of its own.

    Raises
    ------
    WatermarkError
        If the key is empty or is neither bytes nor text.
    """
    if not isinstance(key, bytes | str):
        raise WatermarkError(f"A watermark key is bytes or text, not {type(key).__name__}.")
    raw = key.encode() if isinstance(key, str) else key
    if not raw:
        raise WatermarkError("The watermark key is empty: give a secret, at best 16 random bytes or more.")
    return hashlib.sha256(b"medialit watermark 1\0" + raw).digest()


@lru_cache(maxsize=32)
def layout(secret: bytes) -> Layout:
    """Return the layout that a derived key stands for; the same on every machine and numpy version."""
    waves = _lattice()
    words = _stream(secret, b"layout", len(waves) + 2 * _ecc.N_CODED + N_PILOT)
    pick, rest = np.argsort(words[: len(waves)], kind="stable"), words[len(waves) :]
    pilot, data = pick[:N_PILOT], pick[N_PILOT:]
    order = np.argsort(rest[: _ecc.N_CODED], kind="stable")
    signs = rest[_ecc.N_CODED : 2 * _ecc.N_CODED]
    angles = rest[2 * _ecc.N_CODED :].astype(np.float64) * (2 * np.pi / 2**64)
    return Layout(
        pilot_waves=waves[pilot],
        pilot_phases=np.exp(1j * angles).astype(np.complex64),
        data_waves=waves[data],
        order=order,
        flips=np.where(signs & np.uint64(1), 1.0, -1.0).astype(np.float32),
        secret=secret,
    )


def data_signs(payload: int, plan: Layout) -> NDArray[np.float32]:
    """Return the sign of each cosine and sine, shape (320,), that spells a payload."""
    coded = _ecc.encode(_bits(payload, PAYLOAD_BITS, plan.secret)[np.newaxis])[0]
    signs: NDArray[np.float32] = (coded.astype(np.float32) * 2 - 1)[plan.order] * plan.flips
    return signs


def codeword_view(values: NDArray[np.float32], plan: Layout) -> NDArray[np.float32]:
    """Return values of shape (B, 320) at the places of the tile in the order of the codeword."""
    view = np.empty_like(values)
    view[:, plan.order] = values * plan.flips
    return view


def read_bits(bits: NDArray[np.uint8], plan: Layout) -> int | None:
    """Return the payload in 80 decoded bits, or None if its keyed tag does not fit."""
    value = int("".join("1" if bit else "0" for bit in bits), 2)
    payload, tag = value >> TAG_BITS, value & ((1 << TAG_BITS) - 1)
    return payload if tag == _tag(payload, plan.secret) else None


def _bits(payload: int, n_bits: int, secret: bytes) -> NDArray[np.uint8]:
    """Return payload and tag as 80 bits, most significant first."""
    value = (payload << TAG_BITS) | _tag(payload, secret)
    total = n_bits + TAG_BITS
    return np.array([(value >> (total - 1 - i)) & 1 for i in range(total)], np.uint8)


def _tag(payload: int, secret: bytes) -> int:
    """Return the 16-bit keyed tag of a payload: a stranger's codeword has it once in 65,536 times."""
    digest = hmac.new(secret, b"tag" + payload.to_bytes(8, "big"), hashlib.sha256).digest()
    return int.from_bytes(digest[:2], "big")


@lru_cache(maxsize=1)
def _lattice() -> NDArray[np.int64]:
    """Return the half plane of waves inside the band, shape (216, 2), (x, y) periods a tile."""
    reach = np.arange(-16, 17)
    x, y = (axis.ravel() for axis in np.meshgrid(reach, reach, indexing="xy"))
    half = (y > 0) | ((y == 0) & (x > 0))
    radius = np.hypot(x, y)
    inside = half & (radius >= FEWEST_PERIODS)
    waves = np.stack([x[inside], y[inside]], axis=1)
    nearest = np.argsort(radius[inside], kind="stable")[: N_PILOT + N_DATA]
    return waves[nearest]


def _stream(secret: bytes, purpose: bytes, n_words: int) -> NDArray[np.uint64]:
    """Return keyed 64-bit words; numpy's own generators promise no stable stream between versions."""
    raw = hashlib.shake_256(secret + purpose).digest(8 * n_words)
    return np.frombuffer(raw, dtype="<u8").astype(np.uint64)
