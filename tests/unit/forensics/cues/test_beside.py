"""An original and what was made of it: which cues catch it, and who is told so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from medialit import cueing
from medialit.cli import main
from medialit.clips import trial
from medialit.errors import CueError
from medialit.forensics import cues
from medialit.forensics.cues import beside
from medialit.forensics.cues.records import Said
from medialit.forensics.cues.shown import Shown, strip
from medialit.forensics.cues.view import balance, standing
from medialit.media import write
from medialit.widgets.cueing import TrialWidget

MADE = trial("scene:souk", "duplicate", strength=1.0, seed=1)
NAMES = ("duplication", "flicker")
SCORES = st.none() | st.floats(0, 12, allow_nan=False)


def shown(cue: str, score: float | None) -> Shown:
    return Shown(cue=cue, score=score, said=Said(message="m"))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("pair")
    return write(MADE.original, folder / "<original>.mp4"), write(MADE.fake.clip, folder / "fake.mp4")


@given(first=SCORES, second=SCORES, cue=st.sampled_from(cues.CUES))
def test_a_cue_catches_only_what_lies_above_its_threshold_and_its_original_below(
    first: float | None, second: float | None, cue: str
) -> None:
    [pair] = beside.pair_up([shown(cue, first)], [shown(cue, second)])
    worth = cues.measured(cue)
    if pair.catches:
        assert worth is not None and first is not None and second is not None
        assert first < worth.threshold <= second
    assert not (pair.catches and pair.reaches_both)
    assert not beside.pair_up([shown(cue, second)], [shown(cue, second)])[0].catches


@given(st.lists(st.tuples(st.sampled_from(cues.CUES), SCORES, SCORES), unique_by=lambda one: one[0]))
def test_what_catches_comes_first_and_nothing_is_lost(
    rows: list[tuple[str, float | None, float | None]],
) -> None:
    pairs = beside.pair_up([shown(cue, a) for cue, a, _b in rows], [shown(cue, b) for cue, _a, b in rows])
    assert sorted(pair.cue for pair in pairs) == sorted(cue for cue, _a, _b in rows)
    caught = [pair.catches for pair in pairs]
    assert caught == sorted(caught, reverse=True)


@given(st.lists(st.tuples(st.sampled_from(cues.CUES), SCORES), unique_by=lambda one: one[0]))
def test_chance_is_counted_over_the_cues_that_could_tell_and_no_others(
    rows: list[tuple[str, float | None]],
) -> None:
    readings = [shown(cue, score) for cue, score in rows]
    counted = balance(readings)
    told = [one for one in readings if standing(one) in ("reaches", "below")]
    assert counted.n_told == len(told) and set(counted.reached) <= {one.cue for one in told}
    assert 0 <= counted.expected <= len(told)
    assert "error_level" not in counted.reached


def test_both_clips_go_through_the_same_encoder_and_the_second_is_caught() -> None:
    first, second = cueing.coded_alike(MADE.original, MADE.fake.clip, names=NAMES)
    pairs = beside.pair_up(first, second)
    assert [(pair.cue, pair.catches) for pair in pairs] == [("duplication", True), ("flicker", False)]


def test_a_strip_runs_from_the_beginning_to_the_end() -> None:
    frames = strip(cues.look(MADE.original))
    times = [frame.time_s for frame in frames]
    assert times == sorted(times) and len(set(times)) == len(frames) <= 8
    assert times[0] < 0.2 * times[-1]
    assert all(frame.jpeg.startswith(b"\xff\xd8") for frame in frames)


@pytest.mark.parametrize(("lang", "direction"), [("en", "ltr"), ("fr", "ltr"), ("ar", "rtl")])
def test_the_command_lays_two_files_side_by_side(
    files: tuple[Path, Path], tmp_path: Path, lang: str, direction: str
) -> None:
    chosen = [word for name in NAMES for word in ("--cue", name)]
    command = ["cues", "run", str(files[1]), "--against", str(files[0]), *chosen, "--out", str(tmp_path)]
    result = CliRunner().invoke(main, [*command, "--lang", lang])
    assert result.exit_code == 0, result.output
    assert [line[:13] for line in result.stdout.splitlines()][:2] == ["* duplication", "  flicker    "]
    page = (tmp_path / "cues.html").read_text("utf-8")
    assert f'dir="{direction}"' in page and "&lt;original&gt;" in page and "<original>" not in page
    assert 'id="beside-duplication"' in page and "<script" not in page


def test_the_command_makes_a_fake_and_says_in_json_what_catches_it() -> None:
    command = [
        "cues",
        "try",
        "scene:souk",
        "--method",
        "duplicate",
        "--cue",
        "duplication",
        "--format",
        "json",
    ]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    [row] = json.loads(result.stdout)
    assert row["cue"] == "duplication" and row["catches"] and row["original"] < row["score"]


@pytest.mark.parametrize(
    ("clip", "method"), [("none.mp4", "retime"), ("scene:souk", "aura"), ("scene:moon", "splice")]
)
def test_what_cannot_be_made_is_said_in_the_language(clip: str, method: str) -> None:
    result = CliRunner().invoke(main, ["cues", "try", clip, "--method", method, "--lang", "fr"])
    assert result.exit_code == 1 and "Traceback" not in result.output and "Error: " in result.output


def test_the_widget_makes_a_fake_and_keeps_what_the_cues_said() -> None:
    widget = TrialWidget(method="duplicate", names=["duplication"], lang="fr")
    widget.look()
    assert [pair.catches for pair in widget.pairs] == [True]
    assert "beside-duplication" in widget._shown.value
    widget._source.value = "scene:moon"
    widget.look()
    assert "role='alert'" in widget._shown.value
    with pytest.raises(CueError):
        TrialWidget(names=["aura"])
