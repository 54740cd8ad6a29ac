"""The commands say what the library says, in each language, and exit in peace whatever a file holds."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
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


def test_a_picture_of_where_is_written_for_each_clip(clip: Path, tmp_path: Path) -> None:
    folder = tmp_path / "where"
    found = CliRunner().invoke(
        main, ["detect", str(clip), str(clip), "--where", str(folder), "--format", "json"]
    )
    assert found.exit_code == 0, found.output
    rows = json.loads(found.output.splitlines()[-1])
    assert [Path(row["where"]["path"]).name for row in rows] == ["001-clip.png", "002-clip.png"]
    picture = cv2.imread(rows[0]["where"]["path"])
    assert picture.shape[1] > 2 * picture.shape[0] * 0.9  # the frame twice
    assert 0 <= rows[0]["where"]["time_s"] <= 1


@pytest.mark.parametrize(("lang", "word"), [("en", "Bright places"), ("fr", "clairs"), ("ar", "الفاتحة")])
def test_the_picture_says_what_it_is_not(lang: str, word: str, clip: Path, tmp_path: Path) -> None:
    found = CliRunner().invoke(main, ["detect", str(clip), "--where", str(tmp_path), "--lang", lang])
    assert found.exit_code == 0 and word in found.output


def test_a_clip_too_short_for_places_has_no_picture(tmp_path: Path) -> None:
    short = write(Clip(np.zeros((4, 128, 128, 3), np.uint8), 12.0), tmp_path / "short.mp4", crf=20)
    found = CliRunner().invoke(main, ["detect", str(short), "--where", str(tmp_path)])
    assert found.exit_code == 0 and "no picture" in found.output
    assert not list(tmp_path.glob("*.png"))


def test_a_folder_that_cannot_be_written_is_said_with_what_to_do(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    where = str(tmp_path / "file" / "below")
    found = CliRunner().invoke(main, ["detect", str(clip), "--where", where])
    assert found.exit_code == 1 and "Name another folder with --where" in found.output
