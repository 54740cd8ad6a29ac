"""A reading made small and plain, so that it can cross a process's border and stand in a page: JPEGs and numbers.

A `Reading` holds pictures as arrays, megabytes of them. What a page shows of it is kept here: each of its strongest
frames as a small JPEG, once as it is and once under its heat map, and the numbers over time.
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np

from medialit.errors import CueError
from medialit.forensics.cues.footage import Footage
from medialit.forensics.cues.pixels import overlay
from medialit.forensics.cues.records import Heat, Picture, Reading, Said

N_STRIP: Final = 8
"""Pictures of a strip, evenly spread over the clip."""
MAX_SPOTS: Final = 3
"""Frames that a cue shows at most."""

_SIDE, _STRIP_SIDE = 480, 144  # longer side, pixels
_QUALITY, _STRIP_QUALITY = 82, 70
_MAX_POINTS, _MAX_BYTES = 2000, 400_000
_SLOT = re.compile(r"\{([a-z_]+)\}")
_JPEG = b"\xff\xd8\xff"


@dataclass(frozen=True, kw_only=True)
class Frame:
    """A small picture of a moment.

    Parameters
    ----------
    time_s : float
    jpeg : bytes
    """

    time_s: float
    jpeg: bytes


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A frame in which a cue sees something.

    Parameters
    ----------
    time_s : float
    picture : bytes
        JPEG, as it is.
    heat : bytes
        JPEG of the same size, under the heat map: grey is nothing, yellow is most.
    """

    time_s: float
    picture: bytes
    heat: bytes


@dataclass(frozen=True, kw_only=True)
class Curve:
    """What was measured over time.

    Parameters
    ----------
    times_s : tuple of float
    values : tuple of (float or None)
        None where nothing could be measured.
    label : str
        An English message that names the quantity with its unit.
    limit : float or None
        Where a line is drawn, if any.
    """

    times_s: tuple[float, ...]
    values: tuple[float | None, ...]
    label: str
    limit: float | None = None


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What is shown of a cue's reading.

    Parameters
    ----------
    cue : str
    score : float or None
        None where there was nothing to measure.
    said : Said
    curve : Curve or None
    spots : tuple of Spot
        The strongest first.
    """

    cue: str
    score: float | None
    said: Said
    curve: Curve | None = None
    spots: tuple[Spot, ...] = ()

    def explain(self, lang: str) -> str:
        """Return one sentence about this clip, in a language."""
        return self.said.say(lang)

    def as_plain(self) -> dict[str, Any]:
        """Return it in JSON's types, for `from_plain`."""
        curve = self.curve
        return {
            "cue": self.cue,
            "score": self.score,
            "message": self.said.message,
            "slots": dict(self.said.slots),
            "curve": None
            if curve is None
            else [list(curve.times_s), list(curve.values), curve.label, curve.limit],
            "spots": [spot_as_plain(one) for one in self.spots],
        }


def shown(reading: Reading) -> Shown:
    """Return what is shown of a reading.

    Examples
    --------
    >>> from medialit.forensics.cues import look, read
    >>> from medialit.media import Clip
    >>> one = shown(read("noise", look(Clip(np.full((4, 40, 40, 3), 90, np.uint8), 4.0))))
    >>> one.cue, one.score, one.spots
    ('noise', None, ())
    """
    series, curve = reading.series, None
    if series is not None and len(series.values):
        step = math.ceil(len(series.values) / _MAX_POINTS)
        curve = Curve(
            times_s=tuple(round(float(time), 3) for time in series.times_s[::step]),
            values=tuple(_finite(value) for value in series.values[::step]),
            label=series.label,
            limit=_finite(series.limit),
        )
    return Shown(
        cue=reading.cue,
        score=_finite(reading.score),
        said=reading.said,
        curve=curve,
        spots=tuple(spot(heat) for heat in reading.heat[:MAX_SPOTS]),
    )


def spot(heat: Heat) -> Spot:
    """Return a frame as it is, and under its heat map, as small JPEGs."""
    return Spot(
        time_s=float(heat.time_s),
        picture=_jpeg(_fitted(heat.picture, _SIDE), _QUALITY),
        heat=_jpeg(overlay(heat, width=_width(heat.picture, _SIDE)), _QUALITY),
    )


def spot_as_plain(one: Spot) -> list[Any]:
    """Return a frame with its heat map in JSON's types, for `spot_from_plain`."""
    return [one.time_s, _text(one.picture), _text(one.heat)]


def spot_from_plain(plain: Sequence[Any]) -> Spot:
    """Return the spot that `spot_as_plain` wrote, and nothing else.

    Raises
    ------
    ValueError, TypeError
        If it is anything else.
    """
    time_s, picture, heat = plain
    return Spot(time_s=_number(time_s), picture=_bytes(picture), heat=_bytes(heat))


def strip(footage: Footage, *, n: int = N_STRIP) -> tuple[Frame, ...]:
    """Return small pictures of a clip from its beginning to its end; fewer than `n` where there are not so many."""
    times = footage.still_times_s
    wanted = (np.arange(n) + 0.5) / n * footage.n_frames / footage.fps
    nearest = dict.fromkeys(int(np.abs(times - time).argmin()) for time in wanted)
    return tuple(
        Frame(
            time_s=float(times[k]),
            jpeg=_jpeg(_fitted(footage.stills.frames[k], _STRIP_SIDE), _STRIP_QUALITY),
        )
        for k in nearest
    )


def frame_as_plain(one: Frame) -> list[Any]:
    """Return a frame in JSON's types, for `frame_from_plain`."""
    return [one.time_s, _text(one.jpeg)]


def frame_from_plain(plain: Sequence[Any]) -> Frame:
    """Return the frame that `frame_as_plain` wrote.

    Raises
    ------
    CueError
        If it is not one.
    """
    try:
        time_s, jpeg = plain
        return Frame(time_s=_number(time_s), jpeg=_bytes(jpeg))
    except (TypeError, ValueError) as error:
        raise CueError(f"This is no frame of a strip: {error}.") from error


def from_plain(plain: Mapping[str, Any], *, known: Sequence[str]) -> Shown:
    """Return what `Shown.as_plain` wrote, and nothing else.

    Parameters
    ----------
    plain : mapping
        It comes from a process that read a file of anybody's, so everything in it is checked: the cue is a known
        one, numbers are finite, pictures are JPEGs of a bounded size, text is text.
    known : sequence of str
        The cues that there are.

    Raises
    ------
    CueError
        If it is anything else.
    """
    try:
        cue, score, curve = plain["cue"], plain["score"], plain["curve"]
        if cue not in known:
            raise ValueError("the cue is unknown")
        return Shown(
            cue=str(cue),
            score=None if score is None else _number(score),
            said=said_from_plain(plain["message"], plain["slots"]),
            curve=None if curve is None else _curve(curve),
            spots=tuple(spot_from_plain(one) for one in plain["spots"][:MAX_SPOTS]),
        )
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise CueError(f"This is no reading of a cue: {error}.") from error


def said_from_plain(message: object, slots: Mapping[str, object]) -> Said:
    """Return a sentence that another process sent: its slots are plain names, and each is filled.

    Raises
    ------
    ValueError, TypeError, AttributeError
        If it is anything else.
    """
    text = _words(message)
    filled = {_words(key): _words(value) for key, value in slots.items()}
    if not set(_SLOT.findall(text)) <= set(filled) or set("{}") & set(_SLOT.sub("", text)):
        raise ValueError("a sentence has a slot that nothing fills")
    return Said(message=text, slots=filled)


def _curve(plain: Sequence[Any]) -> Curve:
    times, values, label, limit = plain
    if not len(times) == len(values) <= _MAX_POINTS:
        raise ValueError("a curve needs as many times as values")
    return Curve(
        times_s=tuple(_number(time) for time in times),
        values=tuple(None if value is None else _number(value) for value in values),
        label=_words(label),
        limit=None if limit is None else _number(limit),
    )


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r:.40} is no number")
    return float(value)


def _words(value: object) -> str:
    if not isinstance(value, str) or len(value) > 1000:
        raise TypeError("a text is no text, or too long")
    return value


def _bytes(value: object) -> bytes:
    data = base64.b64decode(_jpeg_text(value), validate=True)
    if not data.startswith(_JPEG):
        raise ValueError("a picture is no JPEG")
    return data


def _jpeg_text(value: object) -> str:
    if not isinstance(value, str) or len(value) > _MAX_BYTES:
        raise TypeError("a picture is no text, or too large")
    return value


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _finite(value: float | None) -> float | None:
    return float(f"{value:.6g}") if value is not None and math.isfinite(value) else None


def _width(picture: Picture, side: int) -> int:
    return max(1, round(float(picture.shape[1] * side / max(picture.shape[:2]))))


def _fitted(picture: Picture, side: int) -> Picture:
    """Return the picture with `side` pixels on its longer side."""
    scale = side / max(picture.shape[:2])
    size = _width(picture, side), max(1, round(picture.shape[0] * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST  # enlarged, pixels stay pixels
    return np.asarray(cv2.resize(picture, size, interpolation=how), np.uint8)


def _jpeg(picture: Picture, quality: int) -> bytes:
    bgr = np.ascontiguousarray(picture[..., ::-1])
    return bytes(cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1])
