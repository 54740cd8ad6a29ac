"""Clips and pictures: in and out of files, through what platforms do to them, and text on them.

`medialit.media.degrade` is a module of its own, because its verbs (`crop`, `flip`) say little without its name.
"""

from medialit.media import degrade
from medialit.media._decode import Damaged
from medialit.media._encode import Codec
from medialit.media.clip import Clip, Frames, Samples
from medialit.media.draw import draw_text, text_mask
from medialit.media.image import read_image, write_image
from medialit.media.io import MediaInfo, probe, read, stream, write
from medialit.media.limits import Limits

__all__ = [
    "Clip",
    "Codec",
    "Damaged",
    "Frames",
    "Limits",
    "MediaInfo",
    "Samples",
    "degrade",
    "draw_text",
    "probe",
    "read",
    "read_image",
    "stream",
    "text_mask",
    "write",
    "write_image",
]
