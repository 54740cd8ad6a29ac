"""A watermark inside a notebook: mark a clip, do to it what platforms and forgers do, and look for the mark again."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import cv2
import ipywidgets as widgets
import numpy as np
from IPython.display import HTML
from numpy.typing import NDArray
from PIL import Image

from medialit.language import language, translator
from medialit.media import Clip, degrade
from medialit.provenance.fingerprint import fingerprint
from medialit.provenance.watermark import Detection, detect

_TIMES: Final = 12  # by which a difference of few levels is enlarged to be seen
_CSS: Final = (
    "<style>.mlm{line-height:1.5;max-width:60rem}.mlm[dir=rtl]{margin-left:auto}"
    ".mlm-row{display:flex;flex-wrap:wrap;gap:.8rem}.mlm-one{width:16rem}.mlm-one img{width:100%;display:block}"
    ".mlm p{margin:.2rem 0}.mlm-said{border-inline-start:6px solid #555;padding:.2rem 1rem;margin:.5rem 0}</style>"
)


def _smaller(share: float) -> Callable[[Clip], Clip]:
    """Return what shrinks a clip and enlarges it again: detail is lost, the size is not."""

    def change(clip: Clip) -> Clip:
        small = degrade.resize(clip, scale=share)
        frames = [cv2.resize(f, clip.size, interpolation=cv2.INTER_CUBIC) for f in small.frames]
        return clip.with_frames(np.stack(frames).astype(np.uint8))

    return change


ATTACKS: Final[Mapping[str, Callable[[Clip], Clip]]] = MappingProxyType(
    {
        "nothing": lambda clip: clip,
        "h264-23": lambda clip: degrade.recompress(clip, crf=23),
        "h264-35": lambda clip: degrade.recompress(clip, crf=35),
        "h264-45": lambda clip: degrade.recompress(clip, crf=45),
        "jpeg-50": lambda clip: degrade.jpeg(clip, quality=50),
        "brighter": lambda clip: degrade.brightness(clip, shift=40),
        "half": _smaller(0.5),
        "tenth": _smaller(0.1),
        "crop-75": lambda clip: degrade.crop(clip, keep=0.75),
        "mirror": degrade.flip,
        "messenger": degrade.messenger,
    }
)
"""What is done to a clip, by its name: what platforms do, and what somebody does who wants the mark gone."""
MOVED: Final = ("crop-75", "mirror")
"""After these the pixels no longer lie over those of before, so their difference says nothing of quality."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an attack left.

    Parameters
    ----------
    name : str
        A key of `ATTACKS`.
    clip : Clip
        After it.
    psnr_db : float or None
        Between the clip before and after; None where the two do not lie over each other.
    detection : Detection
        What the detector still finds.
    """

    name: str
    clip: Clip
    psnr_db: float | None
    detection: Detection


def psnr_db(one: Clip, other: Clip) -> float:
    """Return the peak signal-to-noise ratio of two clips in decibels; infinite where they are the same.

    The other is brought to the first one's size; frames beyond the shorter of the two are left out.
    """
    n = min(one.n_frames, other.n_frames)
    frames = other.frames[:n]
    if other.size != one.size:
        frames = np.stack([cv2.resize(f, one.size, interpolation=cv2.INTER_CUBIC) for f in frames]).astype(
            np.uint8
        )
    error = float(np.mean((one.frames[:n].astype(np.float64) - frames) ** 2))
    return float("inf") if error == 0 else float(10 * np.log10(255**2 / error))


def attack(clip: Clip, name: str, *, key: bytes | str) -> Outcome:
    """Do one thing to a marked clip, and look for the mark again.

    Parameters
    ----------
    clip : Clip
        Marked.
    name : str
        A key of `ATTACKS`.
    key : bytes or str
        That the mark was embedded with.
    """
    after = ATTACKS[name](clip)
    quality = None if name in MOVED else psnr_db(clip, after)
    return Outcome(name=name, clip=after, psnr_db=quality, detection=detect(after, key=key))


def bits_that_differ(one: Clip, other: Clip) -> float:
    """Return the share of the fingerprints' bits that differ, over the whole frame: of the motion too where both move."""
    first, second = fingerprint(one), fingerprint(other)
    words = [first.picture[0] ^ second.picture[0]]
    if first.moves and second.moves:
        words.append(first.motion[0] ^ second.motion[0])
    return float(np.unpackbits(np.concatenate(words).view(np.uint8)).mean())


def side_by_side(clip: Clip, marked: Clip, *, lang: str) -> HTML:
    """Return the first frame before and after marking, and their difference, enlarged, as HTML."""
    _ = translator(lang)
    before, after = clip.frames[0], marked.frames[0]
    difference = np.clip(128 + _TIMES * (after.astype(int) - before), 0, 255).astype(np.uint8)
    pictures = (
        (before, _("before")),
        (after, _("with the mark")),
        (difference, _("the difference, {n} times enlarged").format(n=_TIMES)),
    )
    shown = "".join(_picture(frame, words) for frame, words in pictures)
    return HTML(_page(f'<div class="mlm-row">{shown}</div>', lang=lang))


class AttackWidget(widgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """Choose what is done to a marked clip; see the picture, its quality, and whether the mark is still read.

    Parameters
    ----------
    marked : Clip
        Not touched.
    key : bytes or str
        That it was marked with.
    lang : str
        Of the words; their direction follows.

    Attributes
    ----------
    outcome : Outcome
        The newest, for the next cell.
    """

    outcome: Outcome

    def __init__(self, marked: Clip, *, key: bytes | str, lang: str = "en") -> None:
        _ = self._translate = translator(lang)
        self._marked, self._key, self._lang = marked, key, lang
        names = {
            "nothing": _("nothing"),
            "h264-23": _("encode it well (H.264, CRF 23)"),
            "h264-35": _("encode it small (H.264, CRF 35)"),
            "h264-45": _("encode it very small (H.264, CRF 45)"),
            "jpeg-50": _("store each picture as JPEG of quality 50"),
            "brighter": _("make it brighter by 40 levels"),
            "half": _("shrink it to a half and enlarge it again"),
            "tenth": _("shrink it to a tenth and enlarge it again"),
            "crop-75": _("crop it to 75 % of each side"),
            "mirror": _("mirror it"),
            "messenger": _("send it through a messenger"),
        }
        right = language(lang).direction == "rtl"
        self._choice = widgets.Dropdown(
            options=[(names[name], name) for name in ATTACKS], description=_("What is done"),
            style={"description_width": "9rem"},
            layout={"width": "34rem", "max_width": "100%", "flex_flow": "row-reverse" if right else "row"},
        )  # fmt: skip
        self._shown = widgets.HTML()
        super().__init__([self._choice, self._shown])
        self.layout.align_items = "flex-end" if right else "flex-start"
        self._choice.observe(lambda change: self.change(), names="value")
        self.change()

    def change(self) -> None:
        """Do what is chosen, and show what is left."""
        _ = self._translate
        one = self.outcome = attack(self._marked, str(self._choice.value), key=self._key)
        if one.psnr_db is None:
            quality = _("The pictures do not lie over each other any more, so no PSNR is given.")
        elif one.psnr_db == float("inf"):
            quality = _("Not a pixel has changed.")
        else:
            quality = _("PSNR against the marked clip: {db} dB.").format(db=f"{one.psnr_db:.1f}")
        found = one.detection
        if found.payload is None:
            said = _(
                "No mark of this key is found (p = {p}). That says nothing about where the clip comes from."
            )
        else:
            said = _("The payload {payload} is read (p = {p}).")
        payload = "" if found.payload is None else f"\u2066{found.payload:016x}\u2069"
        said = said.format(payload=payload, p=f"\u2066{found.p_value:.1g}\u2069")
        words = "".join(f"<p>{html.escape(text)}</p>" for text in (quality, said))
        colour = "#a3231b" if found.payload is None else "#17663a"
        shown = _picture(one.clip.frames[0], _("afterwards"))
        self._shown.value = _page(
            f'<div class="mlm-row">{shown}</div><div class="mlm-said" style="border-color:{colour}">{words}</div>',
            lang=self._lang,
        )


def _picture(frame: NDArray[np.uint8], words: str) -> str:
    buffer = io.BytesIO()
    Image.fromarray(frame).save(buffer, "JPEG", quality=92)
    data = base64.b64encode(buffer.getvalue()).decode()
    text = html.escape(words)
    return f'<div class="mlm-one"><img src="data:image/jpeg;base64,{data}" alt="{text}"><p>{text}</p></div>'


def _page(inside: str, *, lang: str) -> str:
    return f'{_CSS}<div class="mlm" lang="{lang}" dir="{language(lang).direction}">{inside}</div>'
