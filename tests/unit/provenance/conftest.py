"""A class's keys and a few small files of each kind, made once."""

import wave
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from medialit.provenance import keys
from medialit.provenance.credentials import CredentialReader, SoftBinding, Statement
from medialit.provenance.trust import TrustList, parse_trust_list

# The validator compares certificates with the machine's clock, so these tests sign at the true moment.
NOW = datetime.now(UTC)


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> keys.Authority:
    return keys.open_authority(tmp_path_factory.mktemp("home") / "keys", now=NOW)


@pytest.fixture(scope="session")
def course_key(authority: keys.Authority) -> keys.SigningKey:
    return keys.signing_key(authority, now=NOW)


@pytest.fixture(scope="session")
def course_list(authority: keys.Authority) -> TrustList:
    return parse_trust_list(authority.trust_list_pem(), name="course.pem", file_date=NOW.date())


@pytest.fixture(scope="session")
def reader(course_list: TrustList) -> Iterator[CredentialReader]:
    with CredentialReader(trust=[course_list]) as one:
        yield one


@pytest.fixture
def statement() -> Statement:
    return Statement(
        title="A red kite over a market",
        software="medialit",
        version="0.1.0",
        when=NOW,
        soft_bindings=[SoftBinding("org.medialit.watermark.1", "0123456789abcdef")],
        training="notAllowed",
        consent_grants=["grant-7"],
        description="prompt: a red kite over a market",
    )


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Unsigned files by ending."""
    folder = tmp_path_factory.mktemp("media")
    generator = np.random.default_rng(7)
    picture = Image.fromarray(generator.integers(0, 256, (48, 64, 3), dtype=np.uint8))
    files = {}
    for ending in ("jpg", "png", "webp", "gif", "tiff", "avif"):
        files[ending] = folder / f"picture.{ending}"
        picture.save(files[ending])
    for ending, codec in (("mp4", "libx264"), ("mov", "libx264"), ("m4v", "libx264"), ("avi", "mpeg4")):
        files[ending] = folder / f"clip.{ending}"
        _write_clip(files[ending], codec)
    files["webm"] = folder / "clip.webm"
    _write_clip(files["webm"], "libvpx-vp9")
    files["wav"] = folder / "sound.wav"
    with wave.open(str(files["wav"]), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(generator.integers(0, 256, 1600, dtype=np.uint8).tobytes())
    for ending, codec in (("m4a", "aac"), ("mp3", "libmp3lame"), ("flac", "flac")):
        files[ending] = folder / f"sound.{ending}"
        _write_sound(files[ending], codec)
    files["svg"] = folder / "drawing.svg"
    files["svg"].write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9"/></svg>'
    )
    return files


def _write_sound(path: Path, codec: str) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=48_000, layout="mono")
        resampler = av.AudioResampler(stream.format.name, "mono", 48_000, frame_size=stream.frame_size or 0)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 9600), np.int16), format="s16", layout="mono")
        frame.sample_rate = 48_000
        for part in resampler.resample(frame):
            container.mux(stream.encode(part))
        container.mux(stream.encode())


def _write_clip(path: Path, codec: str) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for shade in range(0, 250, 50):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), shade, np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
