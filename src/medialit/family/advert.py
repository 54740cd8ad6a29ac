"""An advert: is the label there for a person who looks once? Contrast, size and time of letters on drawn clips.

Contrast is `medialit.provenance.label.contrast_ratio`, and the label that can be read is what
`medialit.provenance.label.burn_label` draws. The bounds are those of the lab on adverts.

References
----------
W3C, Web Content Accessibility Guidelines 2.2, success criterion 1.4.3 (contrast of 4.5).
ISO 9241-3 (16 minutes of arc at least, 20 to 22 preferred); BCAP's guidance on superimposed text (0.2 s a word and 2 s).
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from medialit.family.rounds import Round
from medialit.language import translator
from medialit.media import Clip, draw_text, write
from medialit.media.draw import text_mask
from medialit.provenance.label import WORDS, burn_label, contrast_ratio
from medialit.world import Scene, Thing, render

SIZE: Final = (480, 320)
SECONDS: Final = 4.0
LEAST_CONTRAST: Final = 4.5
LEAST_MINUTES: Final = 20.0
SCREEN_MM: Final = 65.0
DISTANCE_MM: Final = 350.0
"""A telephone that is held across, at an arm that is bent."""
FAULTS: Final = ("", "size", "time", "contrast")
"""What can be answered, in the order of the buttons; empty for none."""
_FPS: Final = 12.0
_WHITE: Final = np.array((255, 255, 255), np.uint8)
_PLATE_SHOWS: Final = 0.22  # what a plate of burn_label lets through of what lies behind it
_BAND: Final = (226, 208, 170)  # sand


@dataclass(frozen=True, kw_only=True)
class Advert:
    """How an advert is labelled.

    Parameters
    ----------
    id : str
    share : float
        Height of the letters' square, as a share of the picture's height.
    seconds : float
        For how long the label stands.
    ground : (int, int, int)
        What lies behind its white letters, at its brightest.
    """

    id: str
    share: float
    seconds: float
    ground: tuple[int, int, int]

    @property
    def contrast(self) -> float:
        """Contrast of the letters, 1 to 21."""
        return float(contrast_ratio(_WHITE, np.array(self.ground, np.uint8)))

    @property
    def minutes(self) -> float:
        """Height of the letters at the eye, in minutes of arc."""
        return 60 * math.degrees(2 * math.atan(self.share * SCREEN_MM / 2 / DISTANCE_MM))

    def needs_s(self, *, lang: str) -> float:
        """Return how long its words have to stand: two seconds to notice them, and a fifth of a second a word."""
        return 2.0 + 0.2 * len(WORDS[lang]["generated"].split())

    def fault(self, *, lang: str) -> str:
        """Return the first reason why it cannot be read, one of `FAULTS`."""
        if self.contrast < LEAST_CONTRAST:
            return "contrast"
        if self.minutes < LEAST_MINUTES:
            return "size"
        return "time" if self.seconds < self.needs_s(lang=lang) else ""


_DARK: Final = (20, 20, 20)
_BEHIND: Final = (round(255 * _PLATE_SHOWS),) * 3  # a plate over white
ADVERTS: Final = (
    Advert(id="small", share=0.022, seconds=SECONDS, ground=_DARK),
    Advert(id="legible", share=0.05, seconds=SECONDS, ground=(_BEHIND[0], _BEHIND[1], _BEHIND[2])),
    Advert(id="brief", share=0.05, seconds=0.5, ground=_DARK),
    Advert(id="pale", share=0.05, seconds=SECONDS, ground=_BAND),
)


def ready(folder: Path, place: int, *, lang: str) -> Path:
    """Return an advert in a language, and draw it first where it is missing."""
    path = folder / f"{ADVERTS[place].id}-{lang}.mp4"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{os.getpid()}-{path.name}")
        write(drawn(ADVERTS[place], lang=lang), part)
        part.replace(path)
    return path


def drawn(advert: Advert, *, lang: str) -> Clip:
    """Draw an advert: a place, a glass of tea, the name on a band, and the label as it is."""
    plain = _spot(lang)
    if advert.id == "legible":
        return burn_label(plain, lang=lang)
    text, height = WORDS[lang]["generated"], max(4, round(advert.share * SIZE[1]))
    frames = plain.frames.copy()
    first = round(0.6 * len(frames))
    last = min(len(frames), first + round(advert.seconds * _FPS)) if advert.seconds < SECONDS else len(frames)
    start = first if advert.seconds < SECONDS else 0
    width = text_mask(text, size_px=height, lang=lang).shape[1] + height
    left, top = SIZE[0] - width - 12, SIZE[1] - round(height * 1.6) - 8
    for number in range(start, last):
        frame = frames[number]
        if advert.ground == _DARK:
            frame[top : top + round(height * 1.6), left : left + width] = _DARK
        frames[number] = draw_text(
            frame, text, xy=(left + width / 2, top + height * 0.15), size_px=height, colour=(255, 255, 255), lang=lang,
            anchor="middle",
        )  # fmt: skip
    return plain.with_frames(frames)


@cache
def _spot(lang: str) -> Clip:
    scene = Scene(
        "medina", (Thing("teapot", "#c0c6cc", "stand"),), pan="right", seed=11, duration_s=SECONDS, fps=_FPS
    )
    clip = render(scene, size=SIZE)
    frames = clip.frames.copy()
    frames[:, round(0.78 * SIZE[1]) :] = _BAND
    _ = translator(lang)
    named = _("Riad Azelfa, three nights by the garden")
    y = 0.8 * SIZE[1]
    for number in range(len(frames)):
        frames[number] = draw_text(
            frames[number], named, xy=(SIZE[0] / 2, y), size_px=20, colour=(70, 40, 20), lang=lang, anchor="middle"
        )  # fmt: skip
    return clip.with_frames(frames)


def intro(*, lang: str) -> tuple[str, ...]:
    """Say what is shown."""
    _ = translator(lang)
    return (
        _("A guest house advertises with clips that AI made. The house is invented, the clips are drawn by a "
          "program, and each has a label: \"{label}\".").format(label=WORDS[lang]["generated"]),
        _("Look at each once, as one looks at adverts. Each lasts {n} seconds and begins "
          "again.").format(n=round(SECONDS)),
    )  # fmt: skip


def rounds(*, lang: str) -> tuple[Round, ...]:
    """Return a round for each advert."""
    return tuple(_round(one, lang) for one in ADVERTS)


def _round(advert: Advert, lang: str) -> Round:
    _ = translator(lang)
    fault = advert.fault(lang=lang)
    measured = (
        _("Contrast: {found}; at least {least} is needed.").format(
            found=f"{advert.contrast:.1f}", least=LEAST_CONTRAST
        ),
        _("Size: {found} minutes of arc on a telephone held across; {least} are needed.").format(
            found=round(advert.minutes), least=round(LEAST_MINUTES)
        ),
        _("Time: {found} seconds; {least} are needed, to notice it and to read it.").format(
            found=f"{advert.seconds:.1f}", least=f"{advert.needs_s(lang=lang):.1f}"
        ),
    )
    meant = {
        "": _("Nothing is wrong with this label. Whoever labels like this tells you what you need."),
        "size": _("It stands there all the time, and it is too small for an eye that does not look for it."),
        "time": _("It is large and clear, and gone before anybody who does not wait for it has read it."),
        "contrast": _("It stands there all the time, white on sand: letters and ground are nearly alike."),
    }
    told = []
    for answer in FAULTS:
        if answer == fault:
            first = _("Yes.")
        elif fault == "":
            first = _("This one can be read: it was accused wrongly.")
        elif answer == "":
            first = _("You knew that a label is there. Somebody who does not know would not read it.")
        else:
            first = _("It cannot be read, but for another reason.")
        told.append((first, meant[fault], *measured))
    return Round(
        asked=(_("Would somebody who looks once read the label?"),),
        choices=(_("Yes"), _("No: too small"), _("No: too short a time"), _("No: too pale")),
        told=tuple(told),
    )


def afterwards(*, lang: str) -> tuple[str, ...]:
    """Say what an honest label needs, and what it does not say."""
    _ = translator(lang)
    return (
        _("An honest label: on a dark ground, a twentieth as high as the picture, in the language of the advert, and "
          "for as long as the clip lasts."),
        _("A label says how the pictures were made. Whether there are rooms, and at that price, it does not say: an "
          "advert with AI can be honest, and one without it can lie."),
        _("The bounds come from web guidelines, from a standard for screens and from British television. They are no "
          "law of Morocco."),
    )  # fmt: skip
