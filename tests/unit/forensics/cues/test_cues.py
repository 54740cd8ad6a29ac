"""The cues: what each finds, what it survives, and that it says so when there is nothing to measure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from string import Formatter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medialit.errors import CueError, StatisticsError
from medialit.forensics import cues
from medialit.forensics.cues import planted
from medialit.forensics.cues.records import CHANGES
from medialit.forensics.cues.shadow import meeting_point
from medialit.forensics.motion import flicker_and_warp_error, steadiness
from medialit.forensics.place import SIDE, square
from medialit.media import Clip, degrade, read, write
from medialit.world import Scene, Thing, film, render

QUICK = ("double_jpeg", "perspective")
CHANGED: Mapping[str, Callable[[Clip], Clip]] = {
    "gain": lambda clip: degrade.brightness(degrade.contrast(clip, factor=0.9), shift=8),
    "fps": lambda clip: degrade.change_fps(clip, fps=clip.fps / 2),
    "resize": lambda clip: degrade.resize(clip, scale=0.75),
    "recompression": lambda clip: degrade.recompress(clip, crf=30),
}


def score(cue: str, example: planted.Example) -> float | None:
    seen = cues.look(example.clip, faces=example.faces, reference=example.reference)
    return cues.read(cue, seen).score


@cache
def pair(cue: str, seed: int) -> planted.Pair:
    return planted.pair(cue, seed=seed)


@pytest.fixture(scope="module")
def filmed() -> Clip:
    scene = Scene("souk", (Thing("cat", "red", "roll_left"),), pan="left", fps=12.0)
    return film(render(scene, size=(160, 128)), seed=1)


@pytest.mark.parametrize("cue", QUICK)
def test_a_planted_sign_scores_above_its_honest_twin(cue: str) -> None:
    both = pair(cue, 1)
    honest, sign = score(cue, both.honest), score(cue, both.planted)
    assert honest is not None and sign is not None and sign > honest


@pytest.mark.long
@pytest.mark.parametrize("cue", [cue for cue in planted.PLANTED if cue not in QUICK])
def test_every_other_planted_sign_scores_above_its_honest_twin_too(cue: str) -> None:
    both = pair(cue, 3)
    honest, sign = score(cue, both.honest), score(cue, both.planted)
    assert honest is not None and sign is not None and sign > honest


@pytest.mark.long
@pytest.mark.parametrize("cue", planted.PLANTED)
def test_a_card_says_truly_what_its_cue_survives_and_what_undoes_it(cue: str) -> None:
    both = pair(cue, 3)
    before = margin(cue, both, lambda clip: clip)
    kept = {name: margin(cue, both, CHANGED[name]) / before for name in CHANGES}
    card = cues.card(cue)
    assert {name for name in card.holds if kept[name] <= 0.5} == set(), kept
    assert {name for name in card.fails if kept[name] > 0.5} == set(), kept


def margin(cue: str, both: planted.Pair, change: Callable[[Clip], Clip]) -> float:
    """How far the twins are apart; nothing where one of them cannot be read any more."""
    scores = [score(cue, replace(one, clip=change(one.clip))) for one in (both.honest, both.planted)]
    return 0.0 if scores[0] is None or scores[1] is None else scores[1] - scores[0]


def test_error_level_analysis_has_no_example_and_says_that_it_is_debunked() -> None:
    assert cues.card("error_level").debunked
    with pytest.raises(CueError, match="no planted example for 'error_level'"):
        planted.pair("error_level", seed=1)
    assert set(planted.PLANTED) == set(cues.CUES) - {"error_level"}


@pytest.mark.parametrize("name", cues.CUES)
def test_a_card_is_complete_and_does_not_contradict_itself(name: str) -> None:
    card = cues.card(name)
    assert card.name == name
    assert all([card.title, card.measures, card.breaks, card.source])
    assert not set(card.holds) & set(card.fails)
    assert set(card.holds) | set(card.fails) <= set(CHANGES)


def test_a_cue_that_there_is_not_is_refused_before_anything_is_done(filmed: Clip) -> None:
    told: list[str] = []
    with pytest.raises(CueError, match=r"no cue 'aura'\. Use one of: double_jpeg"):
        list(
            cues.read_all(
                cues.look(filmed), names=["noise", "aura"], on_progress=lambda share, name: told.append(name)
            )
        )
    assert told == []


def test_where_there_is_nothing_to_measure_no_score_is_given() -> None:
    grey = cues.look(Clip(np.full((6, 60, 90, 3), 120, np.uint8), 12.0))
    scores = {reading.cue: reading.score for reading in cues.read_all(grey, names=cues.CUES)}
    silent = {name for name, value in scores.items() if value is None}
    assert silent >= {
        "double_jpeg", "jpeg_ghost", "noise", "prnu", "spectrum", "second_order", "duplication", "interpolation",
        "perspective", "ballistics", "permanence", "shadow", "lip_sync", "face_boundary",
    }  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_a_reading_is_said_in_the_readers_language_with_every_slot_filled(filmed: Clip, lang: str) -> None:
    for reading in cues.read_all(cues.look(filmed)):
        said = reading.explain(lang)
        assert not [name for _, name, _, _ in Formatter().parse(said.replace("%", "")) if name]
        assert lang == "en" or said != reading.explain("en")


def test_a_file_read_in_pieces_is_read_like_the_clip_in_memory(filmed: Clip, tmp_path: Path) -> None:
    path = write(filmed, tmp_path / "clip.mp4")
    whole, pieces = cues.look(read(path)), cues.look(path)
    assert np.array_equal(whole.stills.frames, pieces.stills.frames)
    assert np.array_equal(whole.motion.frames, pieces.motion.frames)
    assert np.array_equal(whole.still_times_s, pieces.still_times_s)


@settings(max_examples=30, deadline=None)
@given(n=st.integers(1, 200), side=st.sampled_from([16, 40]))
def test_stills_are_few_and_evenly_spread_however_long_the_clip(n: int, side: int) -> None:
    frames = np.arange(n, dtype=np.uint8)[:, None, None, None] * np.ones((1, side, side, 3), np.uint8)
    seen = cues.look(Clip(frames, 25.0))
    assert min(n, 8) <= seen.stills.n_frames <= 16
    assert len(set(np.diff(seen.still_times_s).round(6))) <= 1
    assert (seen.stills.frames[:, 0, 0, 0] == np.round(seen.still_times_s * 25).astype(int) % 256).all()
    assert seen.n_frames == n


def test_progress_goes_from_nothing_to_all(filmed: Clip) -> None:
    shares: list[float] = []
    seen = cues.look(filmed, on_progress=lambda share, what: shares.append(share))
    assert shares == sorted(shares) and shares[-1] == 1.0
    names: list[str] = []
    list(cues.read_all(seen, names=("noise", "spectrum"), on_progress=lambda share, what: names.append(what)))
    assert names == ["noise", "spectrum"]


def test_steadiness_is_flicker_and_warp_error_frame_by_frame(filmed: Clip) -> None:
    steady = steadiness(square(filmed, SIDE), fps=filmed.fps)
    assert (steady.flicker, steady.warp_error) == pytest.approx(flicker_and_warp_error(filmed))
    assert steady.miss_map.shape == (SIDE, SIDE)
    assert steady.misses[steady.miss_at - steady.gap] == pytest.approx(steady.misses.max())


@given(
    light=st.tuples(st.floats(-500, 500), st.floats(-500, -50)),
    points=st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=3, max_size=8, unique_by=lambda p: p[0]
    ),
    far=st.floats(0.1, 2.0),
)
def test_shadows_of_one_light_meet_in_it(
    light: tuple[float, float], points: list[tuple[int, int]], far: float
) -> None:
    a = np.array(points, np.float64) * 5
    shadows = a + far * (a - np.array(light)) / 10
    directions = (a - np.array(light)) / np.hypot(*(a - np.array(light)).T)[:, None]
    if np.linalg.matrix_rank(directions, tol=0.05) < 2:
        return  # all on one line with the light: it can be anywhere on it
    place, miss = meeting_point(a, shadows)
    assert miss < 0.01
    assert place == pytest.approx(light, abs=1.0)


def test_a_shadow_of_another_light_misses_the_meeting_point() -> None:
    points = np.array([[0, 0], [10, 3], [20, 1], [30, 4.0]])
    shadows = points + 0.4 * (points - np.array([15, -60.0]))
    assert meeting_point(points, shadows)[1] < 1e-6
    shadows[2] += [9, 0]
    assert meeting_point(points, shadows)[1] > 1.0


def test_shadow_lines_need_three_pairs_of_different_points() -> None:
    with pytest.raises(StatisticsError, match="three pairs"):
        meeting_point([(0, 0), (1, 1)], [(0, 1), (1, 2)])
    with pytest.raises(StatisticsError, match="same place"):
        meeting_point([(0, 0), (1, 1), (2, 2)], [(0, 1), (1, 1), (2, 3)])
