"""Readings to look at, and the doors to them: command line, notebook, face models."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from medialit import cueing
from medialit.cli import main
from medialit.errors import CueError
from medialit.forensics import cues
from medialit.forensics.cues import Heat, page, view
from medialit.forensics.cues.figure import figure
from medialit.forensics.cues.pixels import overlay
from medialit.forensics.cues.shown import shown
from medialit.likeness.cast import person, portrait
from medialit.likeness.models import missing_packages
from medialit.media import Clip, write
from medialit.widgets.cueing import CueWidget
from medialit.world import Scene, Thing, film, render


@pytest.fixture(scope="module")
def clip() -> Clip:
    scene = Scene("medina", (Thing("ball", "blue", "roll_right"),), pan="left", fps=12.0)
    return film(render(scene, size=(160, 128)), seed=2)


@pytest.fixture(scope="module")
def file(clip: Clip, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(clip, tmp_path_factory.mktemp("clips") / "souk.mp4")


@pytest.fixture(scope="module")
def reading(clip: Clip) -> cues.Reading:
    return cues.read("warp_error", cues.look(clip))


def test_what_a_cue_saw_is_kept_with_the_footage_and_with_no_other(clip: Clip) -> None:
    first, second = cues.look(clip), cues.look(clip)
    assert cues.read("noise", first) is cues.read("noise", first)
    assert cues.read("noise", first) is not cues.read("noise", second)
    assert cues.read("noise", first).score == cues.read("noise", second).score


def test_a_map_leaves_cold_pixels_grey_and_paints_hot_ones() -> None:
    values = np.zeros((4, 8), np.float32)
    values[:, 4:] = 1
    heat = Heat(time_s=0.0, picture=np.full((40, 80, 3), 100, np.uint8), values=values)
    over = overlay(heat, width=80).astype(int)
    assert over.shape == (40, 80, 3)
    assert np.ptp(over[:, :20], axis=2).max() <= 1
    assert np.ptp(over[:, 60:], axis=2).min() > 60


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_a_figure_carries_its_sentence_in_the_readers_language(reading: cues.Reading, lang: str) -> None:
    with Image.open(io.BytesIO(figure(reading, lang=lang))) as image:
        image.load()
        assert image.info["Description"] == reading.explain(lang)
        assert image.width == 840
        assert np.ptp(np.asarray(image.convert("L"))) > 200


def test_a_page_has_every_reading_with_its_card_and_runs_the_readers_way(reading: cues.Reading) -> None:
    silent = cues.read("prnu", cues.look(Clip(np.zeros((4, 40, 40, 3), np.uint8), 4.0)))
    text = page.to_html([shown(reading), shown(silent)], lang="ar", name="<souk>.mp4")
    assert 'dir="rtl"' in text and "&lt;souk&gt;.mp4" in text and "<souk>" not in text
    assert 'id="cue-warp_error"' in text and 'id="cue-prnu"' in text
    assert text.count("<details>") == 2 and text.count("data:image/jpeg") == 2 * len(reading.heat)
    assert text.count("<svg") == 1


@pytest.mark.parametrize("name", cues.CUES)
@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_a_card_can_be_read_in_three_languages(name: str, lang: str) -> None:
    lines = view.card_lines(name, lang=lang)
    assert len(lines) >= 7 and all(line.label and line.value for line in lines)
    english = view.card_lines(name, lang="en")
    assert lang == "en" or lines[0].value != english[0].value


def test_no_verdict_calls_a_clip_fake(reading: cues.Reading) -> None:
    assert "fake" not in view.verdict(reading, lang="en")


def test_the_list_of_cues_names_each_and_is_json_for_programs() -> None:
    result = CliRunner().invoke(main, ["cues", "list", "--format", "json"])
    assert result.exit_code == 0
    assert [row["name"] for row in json.loads(result.output)] == list(cues.CUES)
    assert "Bruit résiduel" in CliRunner().invoke(main, ["cues", "list", "--lang", "fr"]).output


def test_a_run_prints_what_was_measured_and_writes_a_page_and_pictures(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = CliRunner().invoke(
        main,
        [
            "cues",
            "run",
            str(file),
            "--cue",
            "noise",
            "--cue",
            "flicker",
            "--out",
            str(out),
            "--format",
            "json",
        ],
    )
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)
    assert [row["cue"] for row in rows] == ["noise", "flicker"] and rows[0]["score"] > 0
    assert {path.name for path in out.iterdir()} == {"cues.html", "noise.png", "flicker.png"}


def test_an_unknown_cue_ends_the_command_with_the_known_ones(file: Path) -> None:
    result = CliRunner().invoke(main, ["cues", "run", str(file), "--cue", "aura"])
    assert result.exit_code == 1 and "Use one of: double_jpeg" in result.output


def test_the_notebooks_widget_shows_the_chosen_cue_and_keeps_its_reading(file: Path) -> None:
    widget = CueWidget(str(file), cue="flicker", lang="fr")
    widget.look()
    assert widget.reading is not None and widget.reading.cue == "flicker"
    assert "Scintillement" in widget._shown.value and "data:image/jpeg" in widget._shown.value


def test_the_notebooks_widget_says_what_is_wrong_with_a_file(tmp_path: Path) -> None:
    widget = CueWidget(str(tmp_path / "none.mp4"), cue="flicker")
    widget.look()
    assert widget.reading is None and "role='alert'" in widget._shown.value
    with pytest.raises(CueError):
        CueWidget(cue="aura")


@pytest.mark.skipif(bool(missing_packages()), reason="needs the optional face models")
def test_the_lent_models_find_a_face_and_none_where_there_is_none(clip: Clip) -> None:
    find = cueing.face_finder()
    assert find is not None
    assert find(np.asarray(clip.frames[0])) is None
    face = find(portrait(person("nadia"), size=320))
    assert face is not None
    assert face.outline.shape == (36, 2) and (face.outline > 0).all() and (face.outline < 1).all()
    left, right, top, bottom = face.lips
    assert left[0] < right[0] and top[1] <= bottom[1] + 0.01
