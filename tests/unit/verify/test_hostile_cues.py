"""Damaged clips before all the cues and the detectors: whatever they do, there is a report."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from medialit import verify
from medialit.media import Clip, write
from medialit.world import Scene, Thing, film, render

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "docs" / "reference" / "report.schema.json").read_text("utf-8")
)
N_DAMAGED = 24


@pytest.mark.long
def test_damaged_clips_before_every_cue_and_detector_end_in_a_report(tmp_path: Path) -> None:
    scene = Scene("medina", (Thing("ball", "blue", "roll_right"),), pan="left", fps=12.0)
    whole = write(film(render(scene, size=(192, 128)), seed=2), tmp_path / "whole.mp4").read_bytes()
    rng = np.random.default_rng(5)
    n_read = 0
    with verify.Inspector() as one:
        for _round in range(N_DAMAGED):
            data = bytearray(whole)
            for _hit in range(int(rng.integers(1, 40))):
                data[int(rng.integers(len(data)))] = int(rng.integers(256))
            path = tmp_path / "damaged.mp4"
            path.write_bytes(data[: int(rng.integers(len(data) // 2, len(data) + 1))])
            report = one.inspect(path, cues="all")
            jsonschema.validate(json.loads(json.dumps(report.as_dict(lang="ar"), allow_nan=False)), SCHEMA)
            assert verify.to_html([report], lang="fr") and verify.to_text(report, lang="ar")
            n_read += bool(report.cues.readings)
    assert n_read > 0, "every file was too damaged to put anything to the proof"


@pytest.mark.parametrize("size", [(2, 2), (16, 8), (8, 200)])
@pytest.mark.parametrize("n", [1, 2])
def test_clips_of_a_few_pixels_and_frames_break_no_cue(tmp_path: Path, size: tuple[int, int], n: int) -> None:
    frames = np.random.default_rng(1).integers(0, 256, (n, size[1], size[0], 3), np.uint8)
    path = write(Clip(frames, 5.0), tmp_path / "tiny.mp4")
    with verify.Inspector() as one:
        report = one.inspect(path, cues="all")
    assert report.cues.broken == () and report.cues.n_frames == n
    assert report.synthetic.finding == "cannot-tell"
