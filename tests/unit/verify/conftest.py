"""One published clip in a home of its own, and files of other kinds, made once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from medialit import pipeline
from medialit.media import Clip, write
from medialit.pipeline import Published

NOW = datetime.now(UTC)  # the validator compares certificates with the machine's clock
HOSTILE = "<script>alert(1)</script>\u202e\x1b[31m{0}${1}"


@dataclass(frozen=True)
class School:
    home: Path
    source: Path
    made: Published


def _blobs(*, seed: int, n: int = 12, size: tuple[int, int] = (480, 272)) -> Clip:
    """Soft shapes that drift past: enough structure to hold a watermark."""
    width, height = size
    noise = np.random.default_rng(seed).integers(0, 256, (height, width + 4 * n, 3), dtype=np.uint8)
    soft = cv2.GaussianBlur(noise, (0, 0), 5).astype(np.int16)
    wide = np.clip((soft - 128) * 6 + 128, 0, 255).astype(np.uint8)
    return Clip(np.stack([wide[:, 4 * i : 4 * i + width] for i in range(n)]), 12.0)


@pytest.fixture(scope="session")
def school(tmp_path_factory: pytest.TempPathFactory) -> School:
    folder = tmp_path_factory.mktemp("school")
    source = write(_blobs(seed=1), folder / "blobs.mp4")
    made = pipeline.publish(
        source, folder / "published.mp4", title=HOSTILE, lang="ar", now=NOW, home=folder / "home",
        description="سوق في مراكش", consent_grants=["grant-7"],
    )  # fmt: skip
    return School(folder / "home", source, made)


@pytest.fixture(scope="session")
def others(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Files that are not ours: damaged, foreign, empty, or full of claims."""
    folder = tmp_path_factory.mktemp("others")
    files = {
        name: folder / name
        for name in ("empty.mp4", "text.mp4", "marked.png", "tiny.png", "cut.mp4", "folder")
    }
    files["empty.mp4"].touch()
    files["text.mp4"].write_text("not a video at all\n" * 20)
    files["folder"].mkdir()
    said = PngInfo()
    said.add_text("parameters", "a market\nSteps: 20, Sampler: Euler a")
    said.add_text("Software", HOSTILE)
    picture = Image.fromarray(_blobs(seed=5, n=1).frames[0])
    picture.save(files["marked.png"], pnginfo=said)
    picture.resize((40, 30)).save(files["tiny.png"])
    whole = write(_blobs(seed=6), folder / "whole.mp4").read_bytes()
    files["cut.mp4"].write_bytes(whole[: len(whole) // 2])
    return files


@pytest.fixture(scope="session")
def blobs() -> Callable[..., Clip]:
    return _blobs
