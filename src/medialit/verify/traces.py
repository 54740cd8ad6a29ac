"""What a file says about itself without a signature: metadata, and what encoders left in it.

None of it is protected: anybody can write it, and most platforms remove it. It is evidence of who touched the
file last, where it is there at all.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from PIL import ExifTags, Image

from medialit.errors import MediaError
from medialit.media import Limits, MediaInfo, probe
from medialit.provenance.records import AI_SOURCES
from medialit.verify.report import Encoding, Metadata

MAX_TEXT: Final = 400
_MAX_TAGS: Final = 100
_HEAD_BYTES, _TAIL_BYTES = 4 * 2**20, 2**20
_BIDI_CONTROLS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BROKEN: Final = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    OverflowError,
    TypeError,
    LookupError,
    AttributeError,
)

_XMP = re.compile(rb"<x:xmpmeta.*?</x:xmpmeta>", re.DOTALL)
_SOURCE_TYPE = re.compile(rb"digitalsourcetype/([A-Za-z]{3,60})")
ENCODERS: Final = ("x264", "x265", "Lavc", "Lavf", "HandBrake")
"""How a trace begins that names a program; the others say how a file was coded."""
_ENCODERS = (
    re.compile(rb"x264 - core \d+[ -~]{0,300}"),
    re.compile(rb"x265 \(build \d+\)[ -~]{0,300}"),
    re.compile(rb"(?:Lavc|Lavf)\d+(?:\.\d+){1,3}"),
    re.compile(rb"HandBrake [0-9][ -~]{0,40}"),
)
# Where a generator, not a person, writes: its name there is a mark.
_SOFTWARE_TAGS = ("software", "encoder", "comment", "description", "generator", "source", "creator_tool")
_GENERATORS = re.compile(
    r"\b(sora|runway ?ml|pika labs|luma dream|kling|veo ?\d|midjourney|dall[-·. ]?e|stable diffusion|comfyui|"
    r"adobe firefly|novelai|invokeai|automatic1111|imagen ?\d|ideogram|hailuo|wan ?2\.\d|hunyuan|medialit)\b",
    re.IGNORECASE,
)
_CAMERA = (
    ("exif.Make", "exif.Model"),
    ("com.apple.quicktime.make", "com.apple.quicktime.model"),
    ("com.android.manufacturer", "com.android.model"),
    ("make", "model"),
)
_CREATED = (
    "exif.DateTimeOriginal",
    "com.apple.quicktime.creationdate",
    "creation_time",
    "date",
    "exif.DateTime",
)
_LOCATION = ("exif.GPS", "com.apple.quicktime.location.ISO6709", "location", "location-eng")
_SOFTWARE = ("exif.Software", "com.apple.quicktime.software", "software", "Software", "encoder")


def printable(value: object, *, limit: int = MAX_TEXT) -> str:
    r"""Return text that is safe to print: on one line, bounded, without control or direction characters.

    Examples
    --------
    >>> printable("a\x1b[31mred\u202e\nline")
    'a[31mred line'
    """
    kept = (
        " " if letter.isspace() else letter
        for letter in str(value)[: 4 * limit]
        if letter.isspace()
        or (unicodedata.category(letter) not in ("Cc", "Cs", "Co", "Cn") and letter not in _BIDI_CONTROLS)
    )
    text = " ".join("".join(kept).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def video_facts(path: Path, *, limits: Limits) -> tuple[MediaInfo, Metadata, Encoding]:
    """Return what a video's header says.

    Raises
    ------
    UnreadableMediaError
        If there is no video stream.
    """
    info = probe(path, limits=limits)
    size = info.size or info.declared_size
    brands = [info.tags[key] for key in ("major_brand", "compatible_brands") if key in info.tags]
    traces = ([f"brands {' '.join(brands)}"] if brands else []) + list(_found_encoders(path))
    encoding = Encoding(
        container=printable(info.container),
        codec=printable(info.codec),
        pixel_format=printable(info.pixel_format) or None,
        audio_codec=printable(info.audio_codec) if info.audio_codec else None,
        width=size[0],
        height=size[1],
        fps=info.fps,
        duration_s=info.declared_duration_s,
        n_frames=info.declared_frames,
        bit_rate=info.bit_rate,
        rotation=info.rotation,
        traces=_unique(traces),
    )
    return info, _metadata(dict(info.tags), xmp_of=path), encoding


def picture_facts(path: Path) -> tuple[Metadata, Encoding]:
    """Return what a still picture's file says; what is damaged is left out."""
    tags: dict[str, Any] = {}
    encoding = Encoding()
    with suppress(*_BROKEN, Image.DecompressionBombError, MemoryError), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(path) as image:
            encoding = Encoding(
                container=printable(image.format or ""),
                pixel_format=printable(image.mode),
                width=image.width,
                height=image.height,
                traces=_unique([*_picture_traces(image), *_found_encoders(path)]),
            )
            tags = {str(key): value for key, value in image.info.items() if isinstance(value, str)}
            tags |= _exif(image)
    return _metadata(tags, xmp_of=path), encoding


def holds_several(path: Path) -> bool:
    """Say whether a still picture's file holds more than one: an animation, pages, or a phone's second view."""
    with suppress(*_BROKEN, Image.DecompressionBombError, MemoryError), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(path) as image:
            return bool(getattr(image, "is_animated", False))
    return False


def _picture_traces(image: Image.Image) -> Iterator[str]:
    if image.info.get("progressive"):
        yield "progressive JPEG"
    tables = getattr(image, "quantization", None)
    if tables:
        yield f"{len(tables)} JPEG quantisation tables, first value {tables[0][0]}"
    if image.info.get("icc_profile"):
        yield "colour profile"


def _exif(image: Image.Image) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with suppress(*_BROKEN):
        exif = image.getexif()
        parts = [exif, exif.get_ifd(ExifTags.IFD.Exif)]
        for part in parts:
            for number, value in part.items():
                name = ExifTags.TAGS.get(number)
                if name and isinstance(value, str | int | float):
                    found[f"exif.{name}"] = value
                elif name == "UserComment" and isinstance(value, bytes):
                    found["exif.UserComment"] = value[8:].decode("utf-8", "replace")
        place = exif.get_ifd(ExifTags.IFD.GPSInfo)
        if place:
            found["exif.GPS"] = _place(place)
    return found


def _place(gps: Mapping[int, Any]) -> str:
    """Write degrees, minutes and seconds as decimal degrees; say that there is a place where they are broken."""
    try:
        latitude = sum(float(part) / 60**power for power, part in enumerate(gps[2]))
        longitude = sum(float(part) / 60**power for power, part in enumerate(gps[4]))
    except (*_BROKEN, ZeroDivisionError):
        return "GPS"
    return f"{latitude:.5f} {gps.get(1, '?')}, {longitude:.5f} {gps.get(3, '?')}"


def _metadata(raw: Mapping[str, Any], *, xmp_of: Path) -> Metadata:
    tags = {printable(key, limit=80): printable(value) for key, value in list(raw.items())[:_MAX_TAGS]}
    tags = {key: value for key, value in tags.items() if key and value}
    marks = [*_xmp_marks(xmp_of), *_generator_marks(raw)]
    return Metadata(
        tags=tags,
        camera=next(filter(None, (" ".join(filter(None, map(tags.get, pair))) for pair in _CAMERA)), None),
        software=_first(tags, _SOFTWARE),
        created=_first(tags, _CREATED),
        location=_first(tags, _LOCATION),
        ai_marks=_unique(marks),
    )


def _generator_marks(raw: Mapping[str, Any]) -> Iterator[str]:
    """Find what generators write: a settings block, or their own name where software names itself."""
    for key, value in raw.items():
        text = str(value)
        if "Steps:" in text and "Sampler:" in text:
            yield "generation settings (steps, sampler)"
        if key in ("prompt", "workflow") and text.lstrip().startswith("{"):
            yield "a generation workflow"
        name = key.rpartition(".")[2].casefold()
        match = _GENERATORS.search(text) if name in _SOFTWARE_TAGS else None
        if match:
            yield printable(f"{name}: {match[0]}")


def _xmp_marks(path: Path) -> Iterator[str]:
    for block in _ends(path):
        for packet in _XMP.findall(block):
            for name in _SOURCE_TYPE.findall(packet):
                if name.decode() in AI_SOURCES:
                    yield f"XMP DigitalSourceType: {name.decode()}"


def _found_encoders(path: Path) -> Iterator[str]:
    for block in _ends(path):
        for pattern in _ENCODERS:
            match = pattern.search(block)
            if match:
                yield printable(match[0].decode("ascii", "replace"))


def _ends(path: Path) -> Iterator[bytes]:
    """Yield the file's first 4 MiB and, of a longer file, its last."""
    try:
        with path.open("rb") as file:
            yield file.read(_HEAD_BYTES)
            n_bytes = path.stat().st_size
            if n_bytes > _HEAD_BYTES:
                file.seek(max(_HEAD_BYTES, n_bytes - _TAIL_BYTES))
                yield file.read(_TAIL_BYTES)
    except OSError as error:
        raise MediaError(f"{path.name} cannot be read ({error.strerror}).") from error


def _first(tags: Mapping[str, str], keys: tuple[str, ...]) -> str | None:
    return next((tags[key] for key in keys if key in tags), None)


def _unique(items: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))
