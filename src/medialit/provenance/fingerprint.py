"""A perceptual fingerprint of a clip, and an index that finds the original of a copy by it.

A watermark must be put in beforehand; a fingerprint is taken from what is there. It describes a clip by bits
that recompression, scaling and the like leave mostly alone, so that a copy has few bits different from its
original and another clip about half. Two kinds of bits are kept, for the whole picture and for the windows that
people crop to:

* the **picture**: signs of low frequencies of the mean frame, against their median;
* the **motion**: signs of low frequencies of what each quarter of the time adds to the mean frame. Two clips in
  front of the same wall have the same picture; they do not have the same motion.

References
----------
The picture's bits are in the manner of PDQ: Facebook (2019), "The TMK+PDQF video-hashing algorithm and the PDQ
image-hashing algorithm", section 4, and of pHash: Zauner (2010), "Implementation and benchmarking of perceptual
image hash functions".
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.errors import FingerprintError
from medialit.media.clip import Clip, Frames
from medialit.provenance import _crops
from medialit.provenance._bits import (
    BITS,
    MOTION,
    N_QUARTERS,
    PICTURE,
    SIDE,
    Plane,
    Words,
    distances,
    motion_bits,
    packed,
    picture_bits,
    spectrum,
    unpacked,
)

ALGORITHM: Final = "org.medialit.fingerprint.1"
_WORDS: Final = BITS // 64
_N_SAMPLES: Final = 16  # frames that are looked at
_GRID: Final = 256  # the square on which windows are cut
_STILL: Final = 0.5  # levels, root mean square: less motion than this is noise of the encoder

# Windows that people crop to, as left, top and side in shares: all of it; nine, three and two quarters of it, in the
# middle and in the corners.
_WINDOWS: Final = (
    (0.0, 0.0, 1.0),
    *(
        (x * (1 - side), y * (1 - side), side)
        for side in (0.9, 0.75, 0.5)
        for x, y in ((0.5, 0.5), (0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0))
    ),
)
N_WINDOWS: Final = len(_WINDOWS)
_MIDDLE: Final = _WINDOWS.index((0.25, 0.25, 0.5))


@dataclass(frozen=True, eq=False)
class Fingerprint:
    """What is kept of a clip.

    Parameters
    ----------
    picture, motion : ndarray of uint64, shape (N_WINDOWS, 4)
        256 bits for the whole frame (first) and for each window.
    moves : bool
        Whether there is enough motion for its bits to mean something.
    """

    picture: Words
    motion: Words
    moves: bool

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fingerprint) and self.to_bytes() == other.to_bytes()

    def __hash__(self) -> int:
        return hash(self.to_bytes())

    def to_bytes(self) -> bytes:
        """Return 1 + 2 * 16 * 32 bytes, the same on every machine."""
        head = b"\x01" if self.moves else b"\x00"
        return head + self.picture.astype("<u8").tobytes() + self.motion.astype("<u8").tobytes()

    def to_text(self) -> str:
        """Return the bytes in base64, for a soft binding or a database."""
        return base64.b64encode(self.to_bytes()).decode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Fingerprint:
        """Read what `to_bytes` wrote.

        Raises
        ------
        FingerprintError
            If `data` has another length or begins otherwise.
        """
        size = N_WINDOWS * _WORDS * 8
        if len(data) != 1 + 2 * size or data[0] > 1:
            raise FingerprintError(
                f"A fingerprint has {1 + 2 * size} bytes and begins with 0 or 1; these are {len(data)} bytes."
            )
        picture, motion = (
            np.frombuffer(part, "<u8").astype(np.uint64).reshape(N_WINDOWS, _WORDS)
            for part in (data[1 : 1 + size], data[1 + size :])
        )
        return cls(picture, motion, bool(data[0]))

    @classmethod
    def from_text(cls, text: str) -> Fingerprint:
        """Read what `to_text` wrote.

        Raises
        ------
        FingerprintError
            If it is no base64 of a fingerprint.
        """
        try:
            return cls.from_bytes(base64.b64decode(text, validate=True))
        except (binascii.Error, ValueError) as error:
            raise FingerprintError(f"A fingerprint's text is base64; {text[:40]!r} is not.") from error


@dataclass(frozen=True, eq=False)
class Planes:
    """What a fingerprint is taken from: grey levels from 0 to 255 on a square grid.

    Parameters
    ----------
    mean : ndarray of float32, shape (256, 256)
        Mean of the frames that were looked at.
    quarters : ndarray of float32, shape (4, 256, 256)
        Means of the four quarters of the time.
    """

    mean: Plane
    quarters: Plane

    @property
    def parts(self) -> list[Plane]:
        """What each quarter adds to the mean."""
        return [np.asarray(quarter - self.mean, np.float32) for quarter in self.quarters]

    @property
    def moves(self) -> bool:
        """Whether there is enough motion for its bits to mean something."""
        return float(np.sqrt(np.mean([part**2 for part in self.parts]))) >= _STILL

    def to_text(self) -> str:
        """Return the levels in steps of 1/256 in base64: about 0.9 MB."""
        levels = np.concatenate([self.mean[np.newaxis], self.quarters])
        return base64.b64encode(np.rint(levels * 256).astype("<u2").tobytes()).decode()

    @classmethod
    def from_text(cls, text: str) -> Planes:
        """Read what `to_text` wrote.

        Raises
        ------
        FingerprintError
            If it is something else.
        """
        try:
            levels = np.frombuffer(base64.b64decode(text, validate=True), "<u2")
            found = levels.reshape(1 + N_QUARTERS, _GRID, _GRID).astype(np.float32) / 256
        except (binascii.Error, ValueError) as error:
            raise FingerprintError(
                "These are no planes of a fingerprint: base64 of 655,360 bytes."
            ) from error
        return cls(np.asarray(found[0], np.float32), np.asarray(found[1:], np.float32))


@dataclass(frozen=True)
class Match:
    """A clip of the index that a query looks like.

    Parameters
    ----------
    id : str
        Under which it was added.
    distance : float
        Share of bits that differ, 0 to 1: of picture and motion where both clips move, else of the picture.
    window : (float, float, float)
        Left, top and side, as shares, of the part of the original that the query shows.
    mirrored : bool
        Whether the query is its mirror image.
    """

    id: str
    distance: float
    window: tuple[float, float, float]
    mirrored: bool


def fingerprint(clip: Clip) -> Fingerprint:
    """Return the fingerprint of a clip; a picture is a clip of one frame.

    Parameters
    ----------
    clip : Clip
        Of any size, rate and length. Sixteen frames, spread evenly, are looked at.

    Returns
    -------
    Fingerprint

    Examples
    --------
    >>> frames = np.random.default_rng(0).integers(0, 256, (8, 48, 64, 3), dtype=np.uint8)
    >>> one = fingerprint(Clip(frames, 8.0))
    >>> Fingerprint.from_text(one.to_text()) == one
    True
    """
    return of_planes(planes(clip))


def planes(clip: Clip) -> Planes:
    """Return what the fingerprint of a clip is taken from, which `Index.search_crop` needs of a query."""
    return _means(clip.frames)


def of_planes(taken: Planes) -> Fingerprint:
    """Return the fingerprint of what `planes` returned."""
    mean, parts = taken.mean, taken.parts
    picture = np.stack([picture_bits(spectrum(_cut(mean, window))) for window in _WINDOWS])
    motion = np.stack([motion_bits([spectrum(_cut(part, window)) for part in parts]) for window in _WINDOWS])
    return Fingerprint(packed(picture), packed(motion), taken.moves)


def mirrored(one: Fingerprint) -> Fingerprint:
    """Return the fingerprint of the mirror image, for the whole frame; its windows stay empty.

    The cosine transform of a mirrored row has the signs of its odd frequencies turned. A bit against the median
    cannot be turned without the value, so a bit of an odd frequency is taken to lie on the median's other side,
    which holds but for values between zero and the median.
    """
    picture, motion = unpacked(one.picture[0]), unpacked(one.motion[0])
    odd_picture = np.tile(np.arange(1, PICTURE + 1) % 2 == 1, PICTURE)
    odd_motion = np.tile(np.arange(MOTION) % 2 == 1, MOTION * N_QUARTERS)
    turned = (packed(picture ^ odd_picture), packed(motion ^ odd_motion))
    whole = [np.repeat(words[np.newaxis], N_WINDOWS, axis=0) for words in turned]
    return Fingerprint(whole[0], whole[1], one.moves)


@dataclass
class Index:
    """Fingerprints to search, kept in memory: about 1 kB a clip.

    Parameters
    ----------
    capacity : int
        Room to begin with; it grows.

    Examples
    --------
    >>> frames = np.random.default_rng(0).integers(0, 256, (8, 48, 64, 3), dtype=np.uint8)
    >>> index = Index()
    >>> index.add("kite", fingerprint(Clip(frames, 8.0)))
    >>> [(match.id, match.distance) for match in index.search(fingerprint(Clip(frames, 8.0)))]
    [('kite', 0.0)]
    """

    capacity: int = 1024
    _ids: list[str] = field(default_factory=list, init=False, repr=False)
    _picture: Words = field(init=False, repr=False)
    _motion: Words = field(init=False, repr=False)
    _moves: NDArray[np.bool_] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        shape = (N_WINDOWS, _WORDS, max(1, self.capacity))
        self._picture = np.zeros(shape, np.uint64)
        self._motion = np.zeros(shape, np.uint64)
        self._moves = np.zeros(shape[2], bool)

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, id: str, one: Fingerprint) -> None:
        """Add a clip. An id may be added more than once; each is a match of its own."""
        number = len(self._ids)
        if number == self._moves.size:
            more = ((0, 0), (0, 0), (0, number))
            self._picture, self._motion = np.pad(self._picture, more), np.pad(self._motion, more)
            self._moves = np.pad(self._moves, (0, number))
        self._picture[:, :, number] = one.picture
        self._motion[:, :, number] = one.motion
        self._moves[number] = one.moves
        self._ids.append(id)

    def extend(self, items: Iterable[tuple[str, Fingerprint]]) -> None:
        """Add many clips."""
        for id, one in items:
            self.add(id, one)

    def search(
        self, query: Fingerprint, *, max_distance: float = 0.15, limit: int = 10, shortlist: int = 500
    ) -> tuple[Match, ...]:
        """Return the clips that `query` is a copy of, or a part of, nearest first.

        Parameters
        ----------
        query : Fingerprint
        max_distance : float
            The operating point; `benchmarks/fingerprint.py` says which false-positive rate goes with which.
        limit : int
            At most so many.
        shortlist : int
            How many with the nearest pictures have their motion compared.

        Returns
        -------
        tuple of Match
            Empty where nothing is near, which says nothing about where the query comes from.
        """
        if not 0 <= max_distance < 0.5:
            raise FingerprintError(
                f"Unrelated clips differ in half of the bits: a limit lies from 0 to under 0.5, not at {max_distance!r}."
            )
        n = len(self._ids)
        if n == 0:
            return ()
        best = np.full(n, BITS + 1, np.uint16)
        where = np.zeros(n, np.uint8)
        for turn, one in enumerate((query, mirrored(query))):
            for window in range(N_WINDOWS):
                distance = distances(self._picture[window, :, :n], one.picture[0])
                nearer = distance < best
                np.copyto(best, distance, where=nearer)
                np.copyto(where, np.uint8(turn * N_WINDOWS + window), where=nearer)
        nearest = np.argpartition(best, min(shortlist, n) - 1)[: min(shortlist, n)]
        found = [self._match(int(i), query, int(best[i]), int(where[i])) for i in nearest]
        near = sorted((m for m in found if m.distance <= max_distance), key=lambda m: (m.distance, m.id))
        return tuple(near[:limit])

    def search_crop(
        self, query: Planes, *, max_distance: float = 0.15, limit: int = 10, shortlist: int = 500
    ) -> tuple[Match, ...]:
        """Return the clips of which `query` may be a crop that was taken anywhere; slower than `search`.

        Parameters
        ----------
        query : Planes
            Of the copy. Its own bits at every size and place are compared with the middle of each clip.
        max_distance, limit, shortlist
            As for `search`.

        Returns
        -------
        tuple of Match
            Nearest first. A crop that keeps less than 72 % of a side is not found so.
        """
        n = len(self._ids)
        if n == 0:
            return ()
        best = np.full(n, BITS + 1, np.uint16)
        where = np.zeros(n, np.uint16)
        kept = self._picture[_MIDDLE, :, :n]
        for number, words in enumerate(_crops.picture_words(query.mean)):
            distance = distances(kept, words)
            nearer = distance < best
            np.copyto(best, distance, where=nearer)
            np.copyto(where, np.uint16(number), where=nearer)
        tried, moves, parts = _crops.places(), query.moves, query.parts
        found = []
        for i in map(int, np.argpartition(best, min(shortlist, n) - 1)[: min(shortlist, n)]):
            place, away = tried[int(where[i])], int(best[i]) / BITS
            if away <= 2 * max_distance and moves and self._moves[i]:
                words = _crops.motion_words(parts, place)
                away = (away + int(distances(self._motion[_MIDDLE, :, i, np.newaxis], words)[0]) / BITS) / 2
            found.append(Match(self._ids[i], away, place.window, False))
        near = sorted((m for m in found if m.distance <= max_distance), key=lambda m: (m.distance, m.id))
        return tuple(near[:limit])

    def _match(self, number: int, query: Fingerprint, picture: int, where: int) -> Match:
        turn, window = divmod(where, N_WINDOWS)
        one = mirrored(query) if turn else query
        distance = picture / BITS
        if query.moves and self._moves[number]:
            motion = int(distances(self._motion[window, :, number, np.newaxis], one.motion[0])[0])
            distance = (picture + motion) / (2 * BITS)
        return Match(self._ids[number], distance, _WINDOWS[window], bool(turn))


def _means(frames: Frames) -> Planes:
    """Return the mean luminance of the sampled frames, and of each quarter of them, on a square grid."""
    numbers = ((np.arange(_N_SAMPLES) + 0.5) / _N_SAMPLES * len(frames)).astype(int)
    sizes = {int(n): _square(frames[n]) for n in dict.fromkeys(numbers.tolist())}
    squares = np.stack([sizes[int(n)] for n in numbers])
    quarters = [np.asarray(part.mean(axis=0), np.float32) for part in np.split(squares, N_QUARTERS)]
    return Planes(np.asarray(squares.mean(axis=0), np.float32), np.stack(quarters).astype(np.float32))


def _square(frame: NDArray[np.uint8]) -> Plane:
    """Return the luminance (ITU-R BT.601) on the grid."""
    shrink = min(frame.shape[:2]) >= _GRID
    method = cv2.INTER_AREA if shrink else cv2.INTER_LINEAR
    small = cv2.resize(frame, (_GRID, _GRID), interpolation=method)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.float32)


def _cut(plane: Plane, window: tuple[float, float, float]) -> Plane:
    left, top, side = (round(share * _GRID) for share in window)
    part = plane[top : top + side, left : left + side]
    return np.asarray(cv2.resize(part, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.float32)
