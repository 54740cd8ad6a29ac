"""Sheets of takes, and what rules see in a take."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from medialit.media import Clip
from medialit.widgets.takes import evidence, rows
from medialit.world import Scene, Thing, render


def _clip(level: int, n_frames: int = 6) -> Clip:
    return Clip(frames=np.full((n_frames, 32, 32, 3), level, np.uint8), fps=12.0)


@pytest.fixture(scope="module")
def cube() -> dict[str, object]:
    scene = Scene("desert", (Thing("cube", "blue", "roll_left"),), fps=12.0)
    return evidence(render(scene, size=(128, 128)))


def test_a_sheet_shows_a_row_for_each_take_in_their_order() -> None:
    sheet = rows({"dark": _clip(40), "light": _clip(220)}, lang="en")
    grey = np.asarray(Image.open(io.BytesIO(sheet.png)).convert("L"))
    dark, light = (np.argwhere(np.abs(grey.astype(int) - level) < 3) for level in (40, 220))
    assert len(dark) > 2000 and len(light) > 2000
    assert dark[:, 0].mean() < light[:, 0].mean()


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_a_sheet_says_how_many_takes_it_shows(lang: str) -> None:
    assert "3" in rows({"a": _clip(1), "b": _clip(2), "c": _clip(3)}, lang=lang).description


def test_a_long_name_leaves_room_for_the_pictures() -> None:
    def width(name: str) -> int:
        grey = np.asarray(Image.open(io.BytesIO(rows({name: _clip(120)}, lang="en").png)).convert("L"))
        columns = np.argwhere((np.abs(grey.astype(int) - 120) < 3).sum(axis=0) > 20)
        return int(columns.max() - columns.min())

    assert width("a very blue lantern that spins in the souk of a town") > 0.7 * width("a lantern")


def test_evidence_names_what_the_scene_shows(cube: dict[str, object]) -> None:
    colours = cube["colours"]
    assert isinstance(colours, dict)
    assert max(colours, key=lambda name: colours[name]) == "blue"
    assert (cube["action"], cube["place"]) == ("roll_left", "desert")


def test_the_shares_of_colours_are_all_of_the_thing_and_none_is_empty(cube: dict[str, object]) -> None:
    colours = cube["colours"]
    assert isinstance(colours, dict)
    assert sum(colours.values()) == pytest.approx(1, abs=0.04)  # each is rounded
    assert min(colours.values()) > 0
