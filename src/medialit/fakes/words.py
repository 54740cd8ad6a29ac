"""The names of fakes and of what is real but odd, and the units of their magnitudes, in somebody's language."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from medialit.fakes import METHODS, ODD
from medialit.language import msgid as _msgid
from medialit.language import translator

_TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "swap": _msgid("a face put on"),
        "mouth": _msgid("other words in the mouth"),
        "lip_offset": _msgid("sound against lips"),
        "splice": _msgid("another take cut in"),
        "remove": _msgid("a thing painted away"),
        "insert": _msgid("a thing put in"),
        "clone": _msgid("a thing copied"),
        "retime": _msgid("another speed"),
        "interpolate": _msgid("frames in between"),
        "duplicate": _msgid("a stretch shown twice"),
        "regenerate": _msgid("dreamt anew"),
        "v1": _msgid("generated, frame by frame"),
        "v2": _msgid("generated, as a whole"),
        "violation": _msgid("a law broken"),
        "teleport": _msgid("a thing that jumps"),
        "morph": _msgid("a thing that turns into another"),
        "flicker": _msgid("colours that flicker"),
        "impossible_bounce": _msgid("too high a bounce"),
        "vanish": _msgid("a thing that vanishes"),
        "shadow_mismatch": _msgid("a shadow in the wrong place"),
        "slow_motion": _msgid("slow motion"),
        "compressed": _msgid("heavy compression"),
        "stabilised": _msgid("stabilisation"),
        "rolling_shutter": _msgid("rolling shutter"),
        "mirrored": _msgid("mirrored"),
        "bad_light": _msgid("bad light"),
        "uploaded": _msgid("passed on by messengers"),
    }
)
_UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "percent": _msgid("percent"),
        "seconds": _msgid("seconds"),
        "frames": _msgid("frames"),
        "pixels": _msgid("pixels"),
        "metres": _msgid("metres"),
        "milliseconds": _msgid("milliseconds"),
        "times the speed": _msgid("times the speed"),
        "times slower": _msgid("times slower"),
        "stops": _msgid("stops of light"),
        "CRF": _msgid("H.264 CRF"),
        "mirrors": _msgid("mirrors"),
        "uploads": _msgid("times passed on"),
        "colour sd": _msgid("standard deviation of the colour"),
        "speed returned over speed at impact": _msgid("speed returned over speed at impact"),
        "nothing": _msgid("changes"),
    }
)
_MORPHED: Final = "share of the way to "  # the unit of a morph goes on with the kind of thing


def title(method: str, *, lang: str) -> str:
    """Return what a method or an oddity is called, in a few words.

    Examples
    --------
    >>> title("swap", lang="fr")
    'un visage posé sur un autre'
    """
    return translator(lang)(_TITLES[method])


def meaning(method: str, *, lang: str) -> str:
    """Return what the strength of a method stands for, or in what an oddity is measured."""
    return translator(lang)({**METHODS, **ODD}[method])


def unit_word(unit: str, *, lang: str) -> str:
    """Return the unit of a magnitude, as `medialit.fakes.Truth` names it.

    Examples
    --------
    >>> unit_word("frames", lang="fr"), unit_word("share of the way to cat", lang="en")
    ('images', 'share of the way to another thing')
    """
    _ = translator(lang)
    if unit.startswith(_MORPHED):
        return _("share of the way to another thing")
    return _(_UNITS[unit])
