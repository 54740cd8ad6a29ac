"""One look at the pictures of a file: watermark and fingerprint, in memory that does not grow with its length."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.errors import WatermarkError
from medialit.media import Clip, Limits, MediaInfo, read_image, stream
from medialit.provenance import watermark
from medialit.provenance.fingerprint import ALGORITHM, of_planes, planes

N_FRAMES: Final = 192
"""Pictures that are looked at, evenly spread over the clip: as many as the watermark's detector uses."""

_GRID: Final = 256  # of medialit.provenance.fingerprint

Key = tuple[str, bytes]
Picture = NDArray[np.uint8]  # (H, W, 3)


@dataclass(kw_only=True)
class Seen:
    """What the pictures gave; only plain types, because it crosses a process's border."""

    n_frames: int = 0
    until_s: float = 0.0
    whole: bool = False
    too_small: bool = False
    found_key: str | None = None
    payload: str | None = None
    p_value: float | None = None
    algorithm: str | None = None
    fingerprint: str | None = None
    planes: str | None = None


@dataclass
class _Look:
    """Passes pictures on, and keeps of each what the fingerprint needs: 256 x 256 pixels."""

    deadline: float
    comparable: bool
    whole: bool = True
    small: list[Picture] = field(default_factory=list)

    def passing(self, pictures: Iterator[Picture]) -> Iterator[Picture]:
        for picture in pictures:
            self.small.append(_small(picture))
            yield picture
            if time.monotonic() > self.deadline or len(self.small) >= 2 * N_FRAMES:
                self.whole = next(pictures, None) is None
                return

    def note(self, seen: Seen, *, rate: float) -> None:
        """Write down how much was seen, and what it looks like."""
        seen.n_frames, seen.until_s, seen.whole = len(self.small), len(self.small) / rate, self.whole
        if self.small:
            seen.algorithm = ALGORITHM
            taken = planes(Clip(np.stack(self.small), rate))
            seen.fingerprint = of_planes(taken).to_text()
            if self.comparable:
                seen.planes = taken.to_text()


def look_at_video(
    path: Path, info: MediaInfo, *, keys: Sequence[Key], limits: Limits, deadline: float, comparable: bool
) -> Seen:
    """Look at a video's pictures until the deadline.

    Parameters
    ----------
    path : Path
    info : MediaInfo
        From its header; it decides how far apart the pictures are that are looked at.
    keys : sequence of (name, key)
        The watermark's; the first that finds a mark ends the search.
    limits : Limits
    deadline : float
        On the monotonic clock, in seconds.
    comparable : bool
        Whether to keep what a crop is recognised by, 0.9 MB of text: where there is a registry to compare with.

    Raises
    ------
    MediaError
        If no picture can be decoded.
    """
    rate = _sampling_rate(info)
    seen = Seen()
    for number, key in enumerate(_each(keys)):
        look = _Look(deadline, comparable)
        pieces = stream(path, chunk_frames=1, limits=limits, fps=rate, damaged="keep")
        _search(look.passing(piece.frames[0] for piece in pieces), key, seen, n_keys=len(keys))
        if number == 0:
            look.note(seen, rate=rate)
        if seen.payload is not None or seen.too_small or time.monotonic() > deadline:
            break
    return seen


def look_at_picture(path: Path, *, keys: Sequence[Key], limits: Limits, comparable: bool) -> Seen:
    """Look at one still picture; `look_at_video` describes the parameters."""
    picture = read_image(path, limits=limits)
    seen, look = Seen(), _Look(float("inf"), comparable)
    for key in _each(keys):
        _search(iter([picture]), key, seen, n_keys=len(keys))
        if seen.payload is not None:
            break
    look.small.append(_small(picture))
    look.note(seen, rate=1.0)
    return seen


def _each(keys: Sequence[Key]) -> Sequence[Key | None]:
    """Return the keys, or one search without a key: the pictures are looked at all the same."""
    return keys or (None,)


def _small(picture: Picture) -> Picture:
    """Return the picture on the fingerprint's own grid, so that nothing changes for it."""
    shrink = min(picture.shape[:2]) >= _GRID
    method = cv2.INTER_AREA if shrink else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (_GRID, _GRID), interpolation=method), np.uint8)


def _search(frames: Iterator[Picture], key: Key | None, seen: Seen, *, n_keys: int) -> None:
    """Look for one key's mark; see every picture even where there is none to look for.

    Who tries several keys has as many chances to be fooled: p counts them all (Bonferroni).
    """
    if key is not None:
        try:
            found = watermark.detect_frames(frames, key=key[1])
        except WatermarkError:
            seen.too_small = True
        else:
            p_value = min(1.0, found.p_value * n_keys)
            seen.p_value = p_value if seen.p_value is None else min(seen.p_value, p_value)
            if found.payload is not None and p_value <= watermark.SIGNIFICANCE:
                seen.payload, seen.found_key = f"{found.payload:016x}", key[0]
    for _ in frames:
        pass


def _sampling_rate(info: MediaInfo) -> float:
    """Return pictures a second: the file's own rate, or what spreads `N_FRAMES` over its length."""
    own = info.fps or 25.0
    seconds = info.declared_duration_s
    if not seconds:
        return own
    return min(own, max(N_FRAMES / seconds, 1 / 600))
