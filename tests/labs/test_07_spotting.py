"""What only the lab "Spotting by eye, calibrated" claims; `test_every_lab.py` has the rest."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from medialit.course.source import Role
from medialit.forensics import statistics as stats
from medialit.media.io import probe
from medialit.widgets import pack, spotting
from medialit.widgets.checking import NotYet

from .proof import LANGUAGES, PROJECT, load


@pytest.fixture(scope="module")
def proof(proofs):
    return proofs("07_spotting")


def test_no_two_learners_meet_the_same_case_but_for_that_without_alarms(proof):
    assert not set(proof.questions(1)) & set(proof.questions(2)) - {("ppv", "(0.0, 0.0, 0.5)")}


SLIPS = {
    "count": ["swaps_misses_and_false_alarms", "takes_camera_for_the_signal", "counts_every_right_answer_as_a_hit"],
    "sensitivity": ["does_not_correct", "forgets_the_minus_of_c", "forgets_the_half_of_c", "subtracts_rates_without_z"],
    "brier": ["takes_the_mean_distance", "takes_a_root", "does_not_divide", "compares_with_camera"],
    "ppv": ["ignores_the_base_rate", "returns_the_hit_rate", "divides_by_zero_alarms"],
    "cheapest": ["ignores_the_base_rate", "ignores_the_costs", "swaps_the_costs", "returns_the_cost"],
    "verdict": ["reads_the_middles", "turns_the_criterion_round", "asks_the_criterion_first"],
}  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("item", SLIPS)
def test_the_likeliest_slips_each_get_advice_of_their_own(proof, item, lang):
    said = set()
    for mutant in proof.mutants:
        if mutant.item == item and mutant.name in SLIPS[item]:
            with pytest.raises(NotYet) as raised:
                getattr(proof.check(lang), item)(proof.wrong(mutant))
            said.add(str(raised.value))
    assert len(said) == len(SLIPS[item])


def test_no_piece_of_code_is_longer_than_thirteen_lines(proof):
    for cell in proof.lab.cells:
        if cell.role not in (Role.PROSE, Role.MANUAL):
            assert len(cell.source.strip().splitlines()) <= 13, cell.id


def width(estimate):
    return estimate.high - estimate.low


def test_the_numbers_that_the_lab_tells_are_those_that_the_library_computes(proof):
    typical = stats.Counts(hits=7, misses=3, false_alarms=3, correct_rejections=7)
    found = stats.d_prime_interval(typical)
    claim = f"d' of {found.value:.2f} with a 95 % interval from {found.low:.2f} to {found.high:.2f}"
    assert claim in proof.prose("sensitivity_read").replace("−", "-")
    assert f"about {width(stats.compare(typical, typical).d_prime):.1f} wide" in proof.prose("verdict_read")
    example = stats.ppv(hit_rate=0.8, false_alarm_rate=0.1, base_rate=0.01)
    assert f"about {int(100 * example)} %" in proof.prose("ppv_intro")
    names = {"stats": stats, "print": lambda *_: None}
    exec(proof.cell("workshops").source, names)
    signs, ways = (stats.compare(names["start"], names[end]) for end in ("ten_signs", "both_ways"))
    told = proof.prose("workshops_read").replace("−", "-")
    assert (
        f"({signs.d_prime.value:.2f}, interval {signs.d_prime.low:.2f} to {signs.d_prime.high:.2f})" in told
    )
    assert f"c fell by {-signs.criterion.value:.1f}" in told
    assert f"rose by {ways.d_prime.value:.1f} ({ways.d_prime.low:.1f} to {ways.d_prime.high:.1f})" in told
    worth = [
        100 * stats.ppv_interval(names[k], base_rate=0.01).value for k in ("ten_signs", "start", "both_ways")
    ]
    assert [round(share) for share in worth] == [2, 3, 4]
    assert "right 2 times in 100, where before it was 3" in told
    assert "right 4 times in 100" in told
    assert (signs.verdict, ways.verdict) == ("more suspicious", "better")


def test_touria_is_as_the_facilitators_key_says(tmp_path):
    desk = spotting.Desk(tmp_path, answers=tmp_path, lang="en")
    blocks = [desk.judgements(block) for block in ("before", "after")]
    before, after = (stats.count(block.truths, block.answers) for block in blocks)
    key = (PROJECT.course / "facilitator" / "07_spotting.md").read_text().replace("−", "-")
    assert (
        f"d' {stats.d_prime_interval(before)}, c {stats.criterion_interval(before)}".replace("-0.00", "0.00")
        in key
    )
    change = stats.compare(before, after)
    assert f"d' {change.d_prime}, c {change.criterion}: {change.verdict}" in key


def test_the_release_holds_no_name_or_phrase_of_the_solution(proof):
    for secret in ("pairs.count", "alarms = right", "My d' went"):
        assert secret not in proof.released_text("ar")


def test_a_blank_lab_keeps_no_answers(proof):
    assert not (proof.blank.folder / "answers").exists()


def test_a_solved_lab_shows_four_figures(proof):
    results = proof.solved.outputs("execute_result")
    assert sum("image/png" in out.get("data", {}) for _, out in results) == 4


def test_the_pack_is_half_camera_in_every_part_and_its_two_sets_match(proof):
    trials = pack.read_key(proof.release("en") / "clips")
    parts = {part: [trial for trial in trials if trial.part == part] for part in ("a", "b", "training")}
    for part, n in (("a", 20), ("b", 20), ("training", 10)):
        assert len(parts[part]) == n
        assert sum(trial.synthetic for trial in parts[part]) == n // 2
    assert Counter(t.cue for t in parts["a"]) == Counter(t.cue for t in parts["b"])
    assert {trial.cue for trial in parts["training"] if trial.synthetic} == set(spotting._cues(str))
    assert all(0 < trial.at_s < 2.5 for trial in trials if trial.synthetic)


def test_neither_names_nor_key_show_the_truth_at_a_glance(proof):
    clips = proof.release("en") / "clips"
    trials = pack.read_key(clips)
    assert {path.name for path in clips.glob("*.mp4")} == {trial.clip for trial in trials}
    assert len({trial.clip for trial in trials}) == 50
    for word in ("synthetic", "camera", "vanish", *(trial.clip for trial in trials)):
        assert word not in (clips / pack.KEY).read_text()
    names = sorted(trial.clip for trial in trials)
    truths = [trial.synthetic for trial in sorted(trials, key=lambda trial: trial.clip)]
    assert len(names) / 4 < sum(a != b for a, b in pairwise(truths)) < 3 * len(names) / 4


def test_each_clip_is_h264_of_two_and_a_half_seconds(proof):
    for path in sorted((proof.release("en") / "clips").glob("*.mp4")):
        info = probe(path)
        assert (info.codec, info.pixel_format, info.has_audio) == ("h264", "yuv420p", False)
        assert info.declared_frames == 60


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_the_real_clips_stay_small_and_are_the_same_on_every_build(proof, tmp_path):
    assets = load(proof.lab.folder / "assets.py", "assets_07")
    for name in ("one", "two"):
        assets.make(tmp_path / name, seed=1)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert sum((tmp_path / "one" / name).stat().st_size for name in files) < 6_000_000
    assert all((tmp_path / "one" / n).read_bytes() == (tmp_path / "two" / n).read_bytes() for n in files)
