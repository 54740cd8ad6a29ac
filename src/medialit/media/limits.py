"""How much of a file may be taken into memory before it is refused."""

from __future__ import annotations

from dataclasses import dataclass, fields

from medialit.errors import MediaError


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The most that a file may ask for; the defaults suit a laptop with 2 cores and 4 GB of memory.

    Parameters
    ----------
    max_frames : int
        Pictures, after resampling to a constant rate. 36,000 is ten minutes at 60 a second.
    max_pixels : int
        Pixels of one picture, width times height. 4096 x 2304 holds every 4K format.
    max_seconds : float
        Length of the pictures.
    max_bytes_decoded : int
        Bytes of decoded pictures, and again of sound, that one call holds at a time: for `read` the whole clip,
        for `stream` one chunk. 1 GiB is 388 pictures of 1280 x 720, or 92 seconds of 480 x 270 at 30 a second.

    Raises
    ------
    MediaError
        If a limit is not positive.
    """

    max_frames: int = 36_000
    max_pixels: int = 4096 * 2304
    max_seconds: float = 900.0
    max_bytes_decoded: int = 2**30

    def __post_init__(self) -> None:
        for field in fields(self):
            if not getattr(self, field.name) > 0:
                raise MediaError(
                    f"The limit {field.name} must be positive, not {getattr(self, field.name)!r}."
                )


DEFAULT_LIMITS = Limits()
