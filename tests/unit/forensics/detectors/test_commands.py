"""The commands say what the library says, in each language, and exit in peace whatever a file holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from medialit.cli import main
from medialit.forensics import detectors
from medialit.media import Clip, write
from medialit.world import Scene, Thing, film, render


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    scene = Scene("souk", (Thing("cat", "red", "roll_left"),), fps=12.0)
    rendered = render(scene, size=(128, 128))
    filmed = film(Clip(rendered.frames[:12], rendered.fps), seed=1)
    return write(filmed, tmp_path_factory.mktemp("detect") / "clip.mp4", crf=20)


def test_detect_gives_an_object_a_file_and_goes_on_after_a_damaged_one(clip: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(clip.read_bytes()[:200])
    found = CliRunner().invoke(main, ["detect", str(broken), str(clip), "--format", "json"])
    assert found.exit_code == 0, found.output
    bad, good = json.loads(found.output.splitlines()[-1])
    assert set(bad) == {"path", "problem"}
    assert good["finding"] in ("signs", "cannot-tell", "no-signs")
    assert set(good["scores"]) == set(detectors.DETECTORS)


def test_detect_speaks_arabic(clip: Path) -> None:
    found = CliRunner().invoke(main, ["detect", str(clip), "--lang", "ar", "--detector", "directions"])
    assert found.exit_code == 0, found.output
    assert "النتيجة" in found.output


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
@pytest.mark.parametrize("name", detectors.DETECTORS)
def test_every_detector_has_a_card_with_its_measured_numbers(name: str, lang: str) -> None:
    found = CliRunner().invoke(main, ["detectors", "card", name, "--lang", lang])
    assert found.exit_code == 0, found.output
    assert f"{detectors.measured(name)['auc_known'][0]:.2f}" in found.output


def test_the_list_names_every_detector() -> None:
    found = CliRunner().invoke(main, ["detectors", "list", "--format", "json"])
    assert [row["name"] for row in json.loads(found.output)] == list(detectors.DETECTORS)


def test_a_detector_that_there_is_not_is_said_before_any_clip_is_read(clip: Path) -> None:
    found = CliRunner().invoke(main, ["detect", str(clip), "--detector", "oracle"])
    assert found.exit_code != 0
    assert "oracle" in f"{found.output}{found.exception}"
