"""What a fake is, and the exact truth about it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from medialit.errors import FakeError
from medialit.language import msgid as _msgid
from medialit.media import Clip
from medialit.media.clip import Frames

Masks = NDArray[np.bool_]  # (T, H, W)


@dataclass(frozen=True, eq=False, kw_only=True)
class Truth:
    """What was done to a clip, where, when and how much.

    Parameters
    ----------
    method : str
        One of `medialit.fakes.METHODS`, or of `medialit.fakes.ODD`.
    strength : float
        0 (untouched) to 1.
    magnitude : float
        The physical quantity that the strength stands for, in `unit`.
    unit : str
    region : ndarray of bool, shape (T, H, W)
        Pixels that the method wrote: outside them nothing differs from the clip before.
    first_frame, last_frame : int or None
        The first and the last frame that were written, both included; None where no picture was.
    first_s, last_s : float or None
        When what was changed begins and ends, pictures or sound, in seconds; None where nothing was.
    fake : bool
        False for what is real but odd: nothing was put in or taken out.
    """

    method: str
    strength: float
    magnitude: float
    unit: str
    region: Masks = field(repr=False)
    first_frame: int | None
    last_frame: int | None
    first_s: float | None
    last_s: float | None
    fake: bool = True


@dataclass(frozen=True, eq=False, kw_only=True)
class Fake:
    """A clip and the truth about it.

    Parameters
    ----------
    clip : Clip
    truth : Truth
    """

    clip: Clip
    truth: Truth


def faked(
    method: str,
    clip: Clip,
    *,
    strength: float,
    magnitude: float,
    unit: str,
    region: Masks,
    heard_s: tuple[float, float] | None = None,
) -> Fake:
    """Return a fake with its times read off the region; `heard_s` is when the sound was changed, if it was."""
    written = np.flatnonzero(region.any(axis=(1, 2)))
    first, last = (int(written[0]), int(written[-1])) if len(written) else (None, None)
    seen_s = None if first is None or last is None else (first / clip.fps, (last + 1) / clip.fps)
    spans = [span for span in (seen_s, heard_s) if span is not None]
    return Fake(
        clip=clip,
        truth=Truth(
            method=method,
            strength=float(strength),
            magnitude=float(magnitude),
            unit=unit,
            region=region,
            first_frame=first,
            last_frame=last,
            first_s=min(span[0] for span in spans) if spans else None,
            last_s=max(span[1] for span in spans) if spans else None,
        ),
    )


def untouched(method: str, clip: Clip, *, unit: str, neutral: float = 0.0) -> Fake:
    """Return the clip as it is: a fake of strength 0, whose magnitude is the quantity's `neutral` value."""
    return faked(method, clip, strength=0.0, magnitude=neutral, unit=unit, region=nowhere(clip))


def nowhere(clip: Clip) -> Masks:
    """Return masks without a pixel."""
    return np.zeros(clip.frames.shape[:3], np.bool_)


def odd(name: str, clip: Clip, *, strength: float, magnitude: float, unit: str) -> Fake:
    """Return what is real but odd: it has no region, since nothing was put in or taken out."""
    truth = Truth(
        method=name,
        strength=float(strength),
        magnitude=float(magnitude),
        unit=unit,
        region=nowhere(clip),
        first_frame=None,
        last_frame=None,
        first_s=None,
        last_s=None,
        fake=False,
    )
    return Fake(clip=clip, truth=truth)


def require_strength(strength: float) -> None:
    """Refuse a strength outside 0 to 1."""
    if not 0 <= strength <= 1:
        raise FakeError(
            _msgid("A strength goes from 0 (untouched) to 1, not {strength}."), strength=repr(strength)
        )


def require_frames(clip: Clip, least: int, *, method: str) -> None:
    """Refuse a clip that is too short."""
    if clip.n_frames < least:
        raise FakeError(
            _msgid("{method} needs at least {least} frames, and the clip has {n}: take a longer one."),
            method=method, least=least, n=clip.n_frames,
        )  # fmt: skip


def require_like(clip: Clip, other: Clip) -> None:
    """Refuse another clip of another size or length."""
    if other.frames.shape != clip.frames.shape:
        raise FakeError(
            _msgid(
                "Both clips need the same number of frames and the same size, not {other} beside {clip}: resize or cut "
                "one of them."
            ),
            other=other.frames.shape[:3],
            clip=clip.frames.shape[:3],
        )


def require_masks(clip: Clip, masks: Masks) -> None:
    """Refuse masks that are not one a frame, or without a pixel."""
    if masks.dtype != np.bool_ or masks.shape != clip.frames.shape[:3]:
        raise FakeError(
            f"Masks are of type bool and of the clip's shape {clip.frames.shape[:3]}, not {masks.dtype} of "
            f"{masks.shape}."
        )
    if not masks.any():
        raise FakeError(_msgid("No pixel is marked: mark what is to be changed, in the masks or by a box."))


def mixed(below: Frames, above: NDArray[np.floating], weight: NDArray[np.floating]) -> Frames:
    """Return `below` with `above` laid over it by a weight of 0 to 1; where the weight is 0 not a bit changes."""
    w = weight[..., None] if weight.ndim == below.ndim - 1 else weight
    out = below + w * (above - below.astype(np.float32))
    return np.where(w > 0, np.clip(np.rint(out), 0, 255), below).astype(np.uint8)
