"""Every kind of file that people bring is told for what it is: a picture, a video, several pictures, or sound."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from medialit import verify


@pytest.fixture(scope="module")
def inspector() -> Iterator[verify.Inspector]:
    with verify.Inspector(detect=False) as one:
        yield one


def _save(path: Path, pictures: np.ndarray) -> Path:
    first, *rest = map(Image.fromarray, pictures)
    animated = {"save_all": True, "append_images": rest, "duration": 100} if rest else {}
    first.save(path, **animated)
    return path


@pytest.mark.parametrize(
    ("name", "n", "kind", "n_seen", "problem"),
    [
        ("one.avif", 1, "picture", 1, None),
        ("one.gif", 1, "picture", 1, None),
        ("one.tiff", 1, "picture", 1, None),
        ("one.webp", 1, "picture", 1, None),
        ("moving.gif", 5, "video", 5, None),
        ("moving.webp", 5, "picture", 1, "first-only"),
        ("moving.png", 5, "picture", 1, "first-only"),
        ("pages.tiff", 5, "picture", 1, "first-only"),
    ],
)
def test_a_still_is_a_picture_and_what_moves_is_not_passed_over(
    inspector, tmp_path, blobs, name: str, n: int, kind: str, n_seen: int, problem: str | None
) -> None:
    report = inspector.inspect(_save(tmp_path / name, blobs(seed=3, n=n).frames))
    assert (report.kind, report.examined.n_frames) == (kind, n_seen)
    assert [one.code for one in report.problems] == ([problem] if problem else [])
    assert report.fingerprint.value is not None and report.encoding.width == 480


@pytest.mark.parametrize(("ending", "codec"), [("m4a", "aac"), ("flac", "flac"), ("mp3", "libmp3lame")])
def test_sound_alone_is_neither_and_every_part_says_something(inspector, tmp_path, ending, codec) -> None:
    path = tmp_path / f"sound.{ending}"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=48_000, layout="mono")
        resampler = av.AudioResampler(stream.format.name, "mono", 48_000, frame_size=stream.frame_size or 0)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 48_000), np.int16), format="s16", layout="mono")
        frame.sample_rate = 48_000
        for part in resampler.resample(frame):
            container.mux(stream.encode(part))
        container.mux(stream.encode())
    report = inspector.inspect(path)
    assert (report.kind, report.credentials.state) == ("unknown", "none")
    assert "holds only sound" in report.problems[0].detail
    for section in verify.sections(report, lang="en"):
        assert section.sentences or section.rows, section.key


def test_how_a_picture_was_coded_is_not_a_program_that_wrote_it(inspector, tmp_path, blobs) -> None:
    report = inspector.inspect(_save(tmp_path / "plain.jpg", blobs(seed=4, n=1).frames))
    assert any("quantisation" in trace for trace in report.encoding.traces)
    assert "encoding.written-by" not in report.as_dict()["finding_codes"]


def test_a_picture_has_no_duration(inspector, tmp_path, blobs) -> None:
    report = inspector.inspect(_save(tmp_path / "plain.png", blobs(seed=4, n=1).frames))
    assert "Duration" not in verify.to_text(report, lang="en")
