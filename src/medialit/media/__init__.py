"""Clips, and getting them in and out of files."""

from medialit.media._decode import Damaged
from medialit.media._encode import Codec
from medialit.media.clip import Clip, Frames, Samples
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
    "probe",
    "read",
    "stream",
    "write",
]
