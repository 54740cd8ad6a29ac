"""Fakes with known truth, made of fictional people, of consented ones, and of the miniature world.

Each method is a pure function from a `Clip` to a `Fake`: the clip, and the truth about it, with the region of each
frame, the times, and the physical quantity that the strength stands for. Strength 0 changes nothing. What is *real but
odd* comes from `medialit.fakes.oddities`, has the same form, and no region.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from medialit.fakes import oddities
from medialit.fakes.faces import FACE_POINTS, FaceTrack, reenact_mouth, swap_face
from medialit.fakes.inbetween import in_between
from medialit.fakes.objects import clone, insert_object, remove_object
from medialit.fakes.records import Fake, Truth
from medialit.fakes.sound import babble, offset_audio
from medialit.fakes.stabiliser import Steadying, steadying
from medialit.fakes.timing import duplicate, interpolate, retime, splice
from medialit.fakes.whole import regenerate, synthetic, violate
from medialit.language import msgid as _msgid

__all__ = [
    "FACE_POINTS",
    "METHODS",
    "ODD",
    "FaceTrack",
    "Fake",
    "Steadying",
    "Truth",
    "babble",
    "clone",
    "duplicate",
    "in_between",
    "insert_object",
    "interpolate",
    "oddities",
    "offset_audio",
    "reenact_mouth",
    "regenerate",
    "remove_object",
    "retime",
    "splice",
    "steadying",
    "swap_face",
    "synthetic",
    "violate",
]

METHODS: Mapping[str, str] = MappingProxyType(
    {
        "swap": _msgid("percent of the donor in the face, 0 to 100"),
        "mouth": _msgid("percent of another take's mouth in the mouth, 0 to 100"),
        "lip_offset": _msgid("seconds between sound and lips, 0 to 0.6, early or late"),
        "splice": _msgid("frames of another take that were cut in, up to half of the clip"),
        "remove": _msgid("percent of a thing's visibility that was taken away, 0 to 100"),
        "insert": _msgid("percent of opacity of a thing from another clip, 0 to 100"),
        "clone": _msgid("opacity of a copy from the same frames; the magnitude is its distance in pixels"),
        "retime": _msgid("times the true speed in the faster half, 1 to 2"),
        "interpolate": _msgid(
            "frames that were replaced by optical-flow in-betweens, up to every second one"
        ),
        "duplicate": _msgid("frames of an earlier stretch shown again, up to 40 percent of the clip"),
        "regenerate": _msgid("percent of the picture as the generator's codec dreams it again, 0 to 100"),
        "v1": _msgid("all of it: each frame dreamt alone"),
        "v2": _msgid("all of it: all frames dreamt together"),
        "teleport": _msgid("metres of a thing's path that are skipped, up to 1.2"),
        "morph": _msgid("share of the way that a thing turns into another, 0 to 1"),
        "flicker": _msgid("standard deviation of a thing's colour from frame to frame, up to 0.22"),
        "impossible_bounce": _msgid(
            "a thing's speed after it lands over its speed before, more than it should be"
        ),
        "vanish": _msgid("frames in which a thing is gone, up to 40 percent of the clip"),
        "shadow_mismatch": _msgid("metres between a thing's shadow and where it belongs, up to 0.9"),
    }
)
"""Every method, and what its strength stands for, as an English message; `medialit.fakes.words` says it in others."""

ODD: Mapping[str, str] = MappingProxyType(
    {
        "slow_motion": _msgid("times slower, 1 to 4"),
        "compressed": _msgid("H.264 CRF, 23 to 44"),
        "stabilised": _msgid("pixels of correction"),
        "rolling_shutter": _msgid("milliseconds to read a frame"),
        "mirrored": _msgid("left and right exchanged"),
        "bad_light": _msgid("stops too little light, 0 to 4"),
        "uploaded": _msgid("times through a messenger, 0 to 4"),
    }
)
"""What is real but odd, and in what it is measured, as English messages."""
