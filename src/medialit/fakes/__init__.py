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
from medialit.world import VIOLATIONS

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
        "swap": "percent of the donor in the face, 0 to 100",
        "mouth": "percent of another take's mouth in the mouth, 0 to 100",
        "lip_offset": "seconds between sound and lips, 0 to 0.6, early or late",
        "splice": "frames of another take that were cut in, up to half of the clip",
        "remove": "percent of a thing's visibility that was taken away, 0 to 100",
        "insert": "percent of opacity of a thing from another clip, 0 to 100",
        "clone": "opacity of a copy from the same frames; the magnitude is its distance in pixels",
        "retime": "times the true speed in the faster half, 1 to 2",
        "interpolate": "frames that were replaced by optical-flow in-betweens, up to every second one",
        "duplicate": "frames of an earlier stretch shown again, up to 40 percent of the clip",
        "regenerate": "percent of the picture as the generator's codec dreams it again, 0 to 100",
        "v1": "all of it: each frame dreamt alone",
        "v2": "all of it: all frames dreamt together",
        **dict.fromkeys(VIOLATIONS, "as medialit.world.violations measures it"),
    }
)
"""Every method, and what its strength stands for."""

ODD: Mapping[str, str] = MappingProxyType(
    {
        "slow_motion": "times slower, 1 to 4",
        "compressed": "H.264 CRF, 23 to 44",
        "stabilised": "pixels of correction",
        "rolling_shutter": "milliseconds to read a frame",
        "mirrored": "left and right exchanged",
        "bad_light": "stops too little light, 0 to 4",
        "uploaded": "times through a messenger, 0 to 4",
    }
)
"""What is real but odd, and in what it is measured."""
