"""The visible label: words that say "AI" to a person without any tool.

A label in one corner is gone after one crop. This one changes its place among six, spread so that every large
rectangle of the picture meets it within one round of at most 4.8 seconds: `clean_crop` measures how much
picture is left to somebody who cuts it away. It stands on its own dark plate, so its contrast does not depend
on the frame behind it.

References
----------
W3C, Web Content Accessibility Guidelines 2.2: "relative luminance", "contrast ratio", success criterion 1.4.3.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from medialit.errors import LabelError
from medialit.media.clip import Clip, Frames
from medialit.media.draw import draw_text, text_mask

Kind = Literal["generated", "edited"]
Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels
Faces = Sequence[Sequence[Box]]  # one sequence of boxes a frame

# Drawn on pictures, so kept here and not in a catalogue. No native speaker has reviewed zgh: it is a draft.
WORDS: Final[dict[str, dict[Kind, str]]] = {
    "en": {"generated": "AI-generated", "edited": "Edited with AI"},
    "fr": {"generated": "Généré par IA", "edited": "Modifié par IA"},
    "ar": {"generated": "مولَّد بالذكاء الاصطناعي", "edited": "معدَّل بالذكاء الاصطناعي"},
    "zgh": {"generated": "ⵉⵜⵜⵓⵙⵏⵓⵍⴼⴰ ⵙ AI", "edited": "ⵉⵜⵜⵓⵙⵏⴼⵍ ⵙ AI"},
}
_ALT: Final[dict[str, dict[Kind, str]]] = {
    "en": {
        "generated": "AI-generated video: {description}",
        "edited": "Video edited with AI: {description}",
    },
    "fr": {
        "generated": "Vidéo générée par IA : {description}",
        "edited": "Vidéo modifiée par IA : {description}",
    },
    "ar": {
        "generated": "فيديو مولَّد بالذكاء الاصطناعي: {description}",
        "edited": "فيديو معدَّل بالذكاء الاصطناعي: {description}",
    },
    "zgh": {
        "generated": "ⴰⴼⵉⴷⵢⵓ ⵉⵜⵜⵓⵙⵏⵓⵍⴼⴰⵏ ⵙ AI: {description}",
        "edited": "ⴰⴼⵉⴷⵢⵓ ⵉⵜⵜⵓⵙⵏⴼⵍⵏ ⵙ AI: {description}",
    },
}

# Six places as shares of the room that is left beside the label, from a search over a grid of five columns: they
# leave the smallest rectangle without a label for labels of 32 to 45 % of the width. The order mixes top and
# bottom, so that a short piece of a round still meets labels in both halves.
_PLACES: Final = ((0.0, 0.0), (0.25, 0.6), (0.5, 0.2), (0.5, 0.8), (0.75, 0.4), (1.0, 1.0))
_STAY_S: Final = (0.4, 0.8)  # how long a place is held: the least that can be read, and the most
_MARGIN: Final = 0.02  # of the short side
_TEXT_SHARE: Final = 0.05  # height of the letters' square, of the short side
_MAX_WIDTH: Final = 0.6  # of the frame's width
_FULL_INK: Final = (
    170  # from this level of the letters' smoothed edges on, ink is full: thin strokes stay legible
)
_MIN_TEXT_PX: Final = 8
_PLATE: Final = np.array((0, 0, 0))
_INK: Final = np.array((255, 255, 255))
_PLATE_OPACITY: Final = 0.78
_PATIENCE: Final = 24  # steps a side in the search for a place beside a face
_FACE_MARGIN: Final = 0.1  # of a face's size, on each side


@dataclass(frozen=True)
class Placement:
    """Where the label stands, and when.

    Parameters
    ----------
    start, stop : int
        First frame, and the first one after.
    box : (float, float, float, float)
        Left, top, right and bottom edge in whole pixels.
    """

    start: int
    stop: int
    box: Box


def burn_label(
    clip: Clip, *, lang: str, kind: Kind = "generated", text: str | None = None, faces: Faces | None = None
) -> Clip:
    """Return a clip with the label on every frame. Watermark and sign afterwards.

    Parameters
    ----------
    clip : Clip
        At least 64 pixels on its short side. A picture of one frame gets all six labels at once.
    lang : {"en", "fr", "ar", "zgh"}
    kind : {"generated", "edited"}
    text : str, optional
        Other words than those of `WORDS`, in the language `lang`.
    faces : sequence of sequence of (left, top, right, bottom), optional
        For each frame the boxes in pixels that the label keeps off, a tenth of their size around them too.

    Returns
    -------
    Clip
        Same size, rate and sound.

    Raises
    ------
    LabelError
        If the frame is too small for legible letters, or faces leave no room for the label anywhere.
    """
    plate = _plate(_words(lang, kind) if text is None else text, lang, clip.size)
    placements = plan_label(clip, plate.size, faces=faces)
    frames = clip.frames.copy()
    for placement in placements:
        left, top, right, bottom = (int(edge) for edge in placement.box)
        under = frames[placement.start : placement.stop, top:bottom, left:right]
        under[...] = plate.over(under)
    return clip.with_frames(frames)


def plan_label(clip: Clip, size: tuple[int, int], *, faces: Faces | None = None) -> tuple[Placement, ...]:
    """Return where a label of `size` (width, height) stands in each frame.

    Raises
    ------
    LabelError
        If `faces` does not have an entry for each frame, or leaves no room anywhere.
    """
    if faces is not None and len(faces) != clip.n_frames:
        raise LabelError(f"Face boxes are given for each frame: {clip.n_frames}, not {len(faces)}.")
    margin = round(_MARGIN * min(clip.size))
    room = (clip.width - size[0] - 2 * margin, clip.height - size[1] - 2 * margin)
    placements = []
    for start, stop, places in _schedule(clip):
        kept_off = [] if faces is None else [_grown(box) for boxes in faces[start:stop] for box in boxes]
        for share in places:
            wanted = (margin + share[0] * room[0], margin + share[1] * room[1])
            corner = _free_corner(wanted, size, clip.size, kept_off)
            if corner is not None:
                placements.append(Placement(start, stop, _box(corner, size)))
    covered = np.zeros(clip.n_frames, bool)
    for placement in placements:
        covered[placement.start : placement.stop] = True
    if not covered.all():
        at_s = int(np.argmin(covered)) / clip.fps
        raise LabelError(
            f"At {at_s:.1f} s faces fill the frame, so that no label of {size[0]} x {size[1]} pixels has a place "
            "beside them. Put the clip on a larger canvas, or label it with an end card."
        )
    return tuple(placements)


def clean_crop(placements: Iterable[Placement], size: tuple[int, int]) -> float:
    """Return the share of the frame that the largest rectangle without any of the label has.

    Parameters
    ----------
    placements : iterable of Placement
        Of one round, or of the part of a clip that is looked at.
    size : (int, int)
        Width and height of the frame.

    Returns
    -------
    float
        0 to 1. A crop that keeps more than this keeps a part of the label in some frame.
    """
    boxes = [placement.box for placement in placements]
    width, height = size
    largest = 0.0
    for left in [0.0, *(box[2] for box in boxes)]:
        for right in [float(width), *(box[0] for box in boxes)]:
            if right <= left:
                continue
            reach = 0.0
            spans = sorted((box[1], box[3]) for box in boxes if box[0] < right and box[2] > left)
            for top, bottom in [*spans, (float(height), float(height))]:
                largest = max(largest, (right - left) * (top - reach))
                reach = max(reach, bottom)
    return largest / (width * height)


def end_card(
    clip: Clip, *, lines: Sequence[str], lang: str, kind: Kind = "generated", seconds: float = 2.0
) -> Clip:
    """Return the clip followed by a card that says what it is.

    Parameters
    ----------
    clip : Clip
    lines : sequence of str
        What stands below the label's words: a prompt, a course, an address. Long ones are wrapped.
    lang : {"en", "fr", "ar", "zgh"}
    kind : {"generated", "edited"}
    seconds : float
        How long the card is shown; over 0.

    Returns
    -------
    Clip
        Same size and rate; silence under the card where the clip has sound.

    Raises
    ------
    LabelError
        If the card's words do not fit on the frame in legible letters, or `seconds` is not positive.
    """
    if not (math.isfinite(seconds) and seconds > 0):
        raise LabelError(f"An end card is shown for more than 0 seconds, not {seconds!r}.")
    n_frames = max(1, round(seconds * clip.fps))
    card = _card([_words(lang, kind), *lines], lang, clip.size)
    frames = np.concatenate([clip.frames, np.broadcast_to(card, (n_frames, *card.shape))])
    if clip.audio is None or clip.sample_rate is None:
        return clip.with_frames(frames)
    until = round((clip.n_frames + n_frames) / clip.fps * clip.sample_rate)
    missing = max(0, until - clip.audio.shape[0])
    audio = np.concatenate([clip.audio, np.zeros((missing, clip.audio.shape[1]), np.float32)])
    return replace(clip, frames=frames, audio=audio)


def alt_text(description: str, *, lang: str, kind: Kind = "generated") -> str:
    """Return the alternative text of a labelled clip, which screen readers say.

    Examples
    --------
    >>> alt_text("a red kite over a market", lang="en")
    'AI-generated video: a red kite over a market'
    """
    _words(lang, kind)
    return _ALT[lang][kind].format(description=description.strip())


def relative_luminance(colour: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the relative luminance of sRGB colours, as WCAG 2.2 defines it.

    Parameters
    ----------
    colour : ndarray of uint8, shape (..., 3)

    Returns
    -------
    ndarray of float64, shape (...)
        0 is black, 1 is white.
    """
    level = np.asarray(colour, np.float64) / 255
    linear = np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array((0.2126, 0.7152, 0.0722)))


def contrast_ratio(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the contrast ratio of two colours, 1 to 21, as WCAG 2.2 defines it.

    Examples
    --------
    >>> float(contrast_ratio(np.array([0, 0, 0], np.uint8), np.array([255, 255, 255], np.uint8)))
    21.0
    """
    a, b = relative_luminance(one), relative_luminance(other)
    return (np.maximum(a, b) + 0.05) / (np.minimum(a, b) + 0.05)


@dataclass(frozen=True)
class _Plate:
    """A label ready to be laid over a picture: ink and border by their opacity, 0 to 1."""

    ink: NDArray[np.float32]  # (H, W)
    border: NDArray[np.float32]  # (H, W)

    @property
    def size(self) -> tuple[int, int]:
        return self.ink.shape[1], self.ink.shape[0]

    def over(self, frames: Frames) -> Frames:
        """Lay the label over frames of its own size, (T, H, W, 3)."""
        dark = frames * (1 - _PLATE_OPACITY) + _PLATE * _PLATE_OPACITY
        opacity = np.maximum(self.ink, self.border)[..., np.newaxis]
        laid: Frames = np.rint(dark * (1 - opacity) + _INK * opacity).astype(np.uint8)
        return laid


@cache
def _plate(text: str, lang: str, frame_size: tuple[int, int]) -> _Plate:
    """Draw the label as large as its share allows, on one line."""
    width, short = frame_size[0], min(frame_size)
    for size_px in range(max(_MIN_TEXT_PX, round(_TEXT_SHARE * short)), _MIN_TEXT_PX - 1, -1):
        mask = text_mask(text, size_px=size_px, lang=lang)
        pad = max(2, size_px // 4)
        if mask.shape[1] + 2 * (2 * pad) <= _MAX_WIDTH * width and short >= 64:
            strokes = np.minimum(np.divide(mask, _FULL_INK, dtype=np.float32), 1)
            ink = np.pad(strokes, ((pad, pad), (2 * pad, 2 * pad)))
            border = np.zeros_like(ink)
            thick = max(1, size_px // 14)
            border[:thick] = border[-thick:] = border[:, :thick] = border[:, -thick:] = 1.0
            return _Plate(ink, border)
    raise LabelError(
        f"The label {text!r} is not legible on {frame_size[0]} x {frame_size[1]} pixels: letters would be "
        f"under {_MIN_TEXT_PX} pixels. Use a larger clip or shorter words."
    )


def _schedule(clip: Clip) -> Iterator[tuple[int, int, list[tuple[float, float]]]]:
    """Yield frames from, to, and the places that are held then: several at once where a clip is short."""
    stay_s = min(_STAY_S[1], max(_STAY_S[0], clip.duration_s / len(_PLACES)))
    stay = max(1, round(stay_s * clip.fps))
    steps = min(len(_PLACES), max(1, clip.n_frames // stay))
    n_stays = max(steps, math.ceil(clip.n_frames / stay))
    for number in range(n_stays):
        start = number * stay
        stop = clip.n_frames if number == n_stays - 1 else min(start + stay, clip.n_frames)
        if start < stop:
            yield start, stop, [_PLACES[i] for i in range(number % steps, len(_PLACES), steps)]


def _free_corner(
    wanted: tuple[float, float], size: tuple[int, int], frame: tuple[int, int], kept_off: Sequence[Box]
) -> tuple[int, int] | None:
    """Return the top left corner nearest to the one that is wanted where nothing is covered."""
    first = (round(wanted[0]), round(wanted[1]))
    if not any(_overlap(_box(first, size), box) for box in kept_off):
        return first
    xs = np.linspace(0, frame[0] - size[0], _PATIENCE)
    ys = np.linspace(0, frame[1] - size[1], _PATIENCE)
    corners = sorted(
        ((int(x), int(y)) for x in xs for y in ys),
        key=lambda c: (c[0] - wanted[0]) ** 2 + (c[1] - wanted[1]) ** 2,
    )
    return next((c for c in corners if not any(_overlap(_box(c, size), box) for box in kept_off)), None)


def _box(corner: tuple[int, int], size: tuple[int, int]) -> Box:
    return corner[0], corner[1], corner[0] + size[0], corner[1] + size[1]


def _grown(box: Box) -> Box:
    dx, dy = _FACE_MARGIN * (box[2] - box[0]), _FACE_MARGIN * (box[3] - box[1])
    return box[0] - dx, box[1] - dy, box[2] + dx, box[3] + dy


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _card(lines: Sequence[str], lang: str, size: tuple[int, int]) -> Frames:
    """Draw white lines in the middle of a black frame, the first one larger."""
    width, height = size
    for size_px in range(max(_MIN_TEXT_PX, round(0.06 * min(size))), _MIN_TEXT_PX - 1, -1):
        sizes = [round(1.5 * size_px), *[size_px] * (len(lines) - 1)]
        wrapped = [
            (part, px)
            for line, px in zip(lines, sizes, strict=True)
            for part in _wrap(line, px, lang, 0.9 * width)
        ]
        heights = [round(1.5 * px) for _, px in wrapped]
        if sum(heights) <= 0.9 * height and all(
            _width(part, px, lang) <= 0.95 * width for part, px in wrapped
        ):
            card = np.zeros((height, width, 3), np.uint8)
            top = (height - sum(heights)) / 2
            for (part, px), step in zip(wrapped, heights, strict=True):
                place = (width / 2, top)
                card = draw_text(
                    card, part, xy=place, size_px=px, colour=(255, 255, 255), lang=lang, anchor="middle"
                )
                top += step
            return card
    raise LabelError(
        f"The end card's words do not fit on {width} x {height} pixels. Shorten them: {' / '.join(lines)[:80]!r}."
    )


def _wrap(line: str, size_px: int, lang: str, width: float) -> list[str]:
    """Break a line between words where it is too wide."""
    parts: list[str] = []
    for word in line.split():
        longer = f"{parts[-1]} {word}" if parts else word
        if parts and _width(longer, size_px, lang) <= width:
            parts[-1] = longer
        else:
            parts.append(word)
    return parts or [""]


def _width(text: str, size_px: int, lang: str) -> int:
    return int(text_mask(text, size_px=size_px, lang=lang).shape[1])


def _words(lang: str, kind: Kind) -> str:
    try:
        return WORDS[lang][kind]
    except KeyError:
        raise LabelError(
            f"Labels are in {', '.join(WORDS)}, for 'generated' or 'edited' clips; not in {lang!r} for {kind!r}."
        ) from None
