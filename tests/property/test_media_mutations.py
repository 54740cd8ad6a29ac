"""A few hundred mutilations of small real files: each gives a clip or a MedialitError, never anything else."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from medialit.errors import MedialitError
from medialit.media import Clip, Limits, probe, read, read_image, stream, write, write_image

N_MUTATIONS = 60
SMALL = Limits(max_frames=500, max_pixels=1_000_000, max_seconds=60, max_bytes_decoded=2**27)


def mutilated(data: bytes, rng: np.random.Generator) -> bytes:
    """Cut, overwrite, swap, repeat or take out, up to eight times, often in the header."""
    damaged = bytearray(data)
    for _ in range(rng.integers(1, 9)):
        if len(damaged) < 8:
            break
        start = int(rng.integers(0, min(len(damaged), rng.choice([64, 1024, len(damaged)]))))
        length = int(rng.integers(1, 24))
        match rng.integers(6):
            case 0:
                damaged[start] ^= 1 << int(rng.integers(8))
            case 1:
                damaged[start : start + length] = rng.bytes(length)
            case 2:
                damaged[start : start + 4] = b"\xff\xff\xff\xff"
            case 3:
                del damaged[start : start + length]
            case 4:
                damaged[start:start] = damaged[start : start + length]
            case 5:
                del damaged[int(rng.integers(len(damaged) // 2, len(damaged))) :]
    return bytes(damaged)


@pytest.fixture(scope="module")
def originals(tmp_path_factory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("originals")
    y, x = np.mgrid[:33, :48]
    frames = np.stack([np.stack([x * 5, y * 7, x + y + 9 * t], -1) for t in range(12)]).astype(np.uint8)
    sound = np.sin(np.arange(8000) / 9, dtype=np.float32).reshape(-1, 1)
    clip = Clip(frames, 12.0, audio=sound, sample_rate=8000)
    files = {
        ".mp4": write(clip, folder / "a.mp4"),
        ".webm": write(clip, folder / "a.webm", codec="vp9"),
        ".png": write_image(frames[0], folder / "a.png"),
        ".jpg": write_image(frames[0], folder / "a.jpg"),
    }
    spec = importlib.util.find_spec("skimage")
    assert spec is not None and spec.submodule_search_locations
    files[".gif"] = Path(spec.submodule_search_locations[0]) / "data" / "no_time_for_that_tiny.gif"
    return {ending: path.read_bytes() for ending, path in files.items()}


WAYS: dict[str, Callable[[Path], object]] = {
    "read": lambda path: read(path, limits=SMALL),
    "keep": lambda path: read(path, limits=SMALL, damaged="keep"),
    "stream": lambda path: [piece.n_frames for piece in stream(path, limits=SMALL)],
    "probe": lambda path: probe(path, limits=SMALL),
}
STILL: dict[str, Callable[[Path], object]] = {"image": lambda path: read_image(path, limits=SMALL)}


@pytest.mark.parametrize("ending", [".mp4", ".webm", ".gif", ".png", ".jpg"])
def test_a_mutilated_file_gives_a_clip_or_a_medialit_error(tmp_path, originals, ending):
    rng = np.random.default_rng(2026)
    refused = 0
    for number in range(N_MUTATIONS):
        path = tmp_path / f"{number}{ending}"
        path.write_bytes(mutilated(originals[ending], rng))
        for way, call in (STILL if ending in (".png", ".jpg") else WAYS).items():
            try:
                call(path)
            except MedialitError as error:
                refused += 1
                assert len(str(error)) > 30
            except Exception as error:
                pytest.fail(f"mutation {number} of {ending}, {way}: {error!r}")
    assert refused > 0, "the mutations do hurt"


@pytest.mark.long
@pytest.mark.parametrize("ending", [".mp4", ".webm", ".gif", ".png", ".jpg"])
@pytest.mark.parametrize("seed", range(10))
def test_thousands_of_mutilated_files(tmp_path, originals, ending, seed):
    rng = np.random.default_rng(seed)
    path = tmp_path / f"mutilated{ending}"
    for number in range(200):
        path.write_bytes(mutilated(originals[ending], rng))
        for way, call in (STILL if ending in (".png", ".jpg") else WAYS).items():
            try:
                call(path)
            except MedialitError:
                pass
            except Exception as error:
                pytest.fail(f"seed {seed}, mutation {number} of {ending}, {way}: {error!r}")
