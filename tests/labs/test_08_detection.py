"""What only the lab "Detection by measurement" claims; `test_every_lab.py` has the rest."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from medialit.forensics import roc
from medialit.forensics import statistics as stats
from medialit.forensics.roc import auc
from medialit.widgets import measuring

from .proof import PROJECT


@pytest.fixture(scope="module")
def proof(proofs):
    return proofs("08_detection")


@pytest.fixture(scope="module")
def table():
    return measuring.read_table(PROJECT.labs / "08_detection" / "table.json")


@pytest.fixture(scope="module")
def parts(table):
    return measuring.scene_folds(table["clips"].scenes, 5)


KEPT, LOST = ["colour", "ring", "steps", "evenness"], ["copies", "dips", "flutter", "peaks"]


def test_no_two_learners_meet_the_same_case(proof):
    assert not set(proof.questions(1)) & set(proof.questions(2))


def test_the_release_holds_no_name_or_phrase_of_the_solution(proof):
    for secret in ("kept.append", "filled[fold[scene]] += n", "The 0.97 measured how well"):
        assert secret not in proof.released_text("ar")


def test_the_table_is_half_camera_and_each_synthetic_clip_has_a_camera_clip_of_its_scene(table):
    clips = table["clips"]
    assert (len(clips.truths), sum(clips.truths)) == (126, 63)
    assert [clips.methods.count(method) for method in ("frames", "whole", "decoder")] == [21] * 3
    scenes = [
        sorted(s for s, t in zip(clips.scenes, clips.truths, strict=True) if t is kind)
        for kind in (True, False)
    ]
    assert scenes[0] == scenes[1]


def test_the_archive_has_of_each_scene_one_kind_only(table):
    archive = table["archive"]
    assert len(archive.truths) == 228
    assert len(set(zip(archive.scenes, archive.truths, strict=True))) == len(set(archive.scenes))


def test_the_features_that_survive_are_those_that_the_lab_names(proof, table):
    clips = table["clips"]
    names = proof.namespace()["survivors"](list(clips.truths), clips.original, clips.forwarded, 0.1)
    assert names == KEPT
    best = max(abs(auc(clips.truths, values) - 0.5) for values in clips.original.values()) + 0.5
    assert f"ranks {100 * best:.0f} pairs in 100 right" in proof.prose("survivors_read")


def area(text):
    """Return the numbers of the first area with its interval in a line."""
    return [float(number) for number in re.findall(r"\d\.\d+", text)]


def test_a_solved_lab_prints_what_the_text_tells(proof):
    said = proof.solved.said
    dealt = [area(line) for line in said["archive"].splitlines()]
    by_clip, by_scene = proof.prose("archive_read"), dealt[1]
    assert "the area is {:.2f}, and its 95 % interval ({:.2f} to {:.2f})".format(*dealt[0]) in by_clip
    assert "({:.2f}, interval {:.2f} to {:.2f})".format(*by_scene) in by_clip
    assert dealt[0][1] > 0.5 > dealt[1][0]
    used = {tuple(line.split()[:2]): area(line) for line in said["folds_use"].splitlines()}
    told = proof.prose("folds_read")
    for met, end in (("original", "on originals"), ("forwarded", "on forwarded clips")):
        assert "{:.2f} ({:.2f} to {:.2f}) ".format(*used["kept", met]) + end in told
    lost = used["lost", "original"][0], used["lost", "forwarded"][0]
    assert "fall from {:.2f} to {:.2f}: guessing".format(*lost) in told
    assert used["lost", "forwarded"][1] < 0.5 < used["lost", "forwarded"][2]
    drops = {
        line.split()[0]: [float(n) for n in re.findall(r"-?\d\.\d+", line)]
        for line in said["drop_use"].splitlines()
    }
    told = proof.prose("drop_read")
    assert "`frames` falls from {:.2f} to {:.2f}".format(*drops["frames"]) in told
    assert "`decoder` from {:.2f} to {:.2f}".format(*drops["decoder"]) in told
    assert f"({drops['whole'][0]:.2f})" in told
    assert drops["frames"][3] > 0 < drops["decoder"][3] and drops["whole"][3] < 0 < drops["whole"][4]


def test_the_audit_prints_what_the_text_tells_and_gives_each_detector_its_verdict(proof, table, parts):
    said, told = proof.solved.said, proof.prose("audit_read")
    assert f"There is the {area(said['sold'])[0]}," in proof.prose("sold_read")
    rows = {line.split()[0]: area(line) for line in said["audit_use"].splitlines()}
    assert "({1:.2f} and {2:.2f})".format(*rows["every"]) in told and f"({rows['every'][0]:.2f})" in told
    assert "({1:.2f} and {2:.2f}, file {0:.2f})".format(*rows["kept"]) in told
    assert f"({rows['lost'][0]:.2f})" in told
    verdicts = []
    for features in (KEPT + LOST, KEPT, LOST):
        scores = [
            measuring.neighbours(table["clips"], parts, features=features, learn="as sold", judge=met)
            for met in ("original", "forwarded")
        ]
        groups = measuring.groups(table["clips"], *scores)
        verdicts.append(proof.namespace()["audit"](*groups))
        if features == KEPT + LOST:
            flagged = [sum(score >= 5 for score in group) for group in groups[:2]]
    assert verdicts == ["both", "the fake", "the file"]
    assert f"{flagged[1]} of 63 are flagged, and {flagged[0]} of 63 as originals" in proof.prose("sold_read")
    assert round(100 * 19 / 23) == round(
        100 * flagged[1] / 63
    )  # the case's fortnight is as the table's clips


def test_thresholds_and_promises_are_those_that_the_text_tells(proof, table, parts):
    clips, names = table["clips"], proof.namespace()
    known = measuring.neighbours(clips, parts, features=KEPT)
    chosen = [names["threshold"](clips.truths, known, base, 10, 5) for base in (0.01, 0.05)]
    assert chosen == [None, 8]
    costs = [
        0.5 * (1 - h) * 10 + 0.5 * f * 5
        for h, f in (names["rates_at"](k, clips.truths, known) for k in range(10))
    ]
    assert costs[4] == pytest.approx(min(costs))
    at_8 = stats.count(clips.truths, [score >= 8 for score in known])
    told = proof.prose("threshold_read")
    assert f"{at_8.hits} of 63 synthetic clips are found, and {at_8.false_alarms} of 63 camera clips" in told
    sent = measuring.neighbours(clips, parts, features=KEPT, judge="forwarded")
    counts = stats.count(clips.truths, [score >= 8 for score in sent])
    share = stats.wilson(counts.false_alarms, 63)
    found = f"{counts.hits} of 63 synthetic ones at 8 of 9 neighbours or more"
    claim = f"{found}, and {counts.false_alarms} of 63 camera clips"
    interval = f"({100 * share.value:.0f} %, interval {100 * share.low:.0f} to {100 * share.high:.0f} %)"
    assert f"{claim} {interval}" in proof.prose("audit_read")
    strict = stats.count(
        clips.truths, [score >= 9 for score in measuring.neighbours(clips, parts, features=KEPT + LOST)]
    )
    assert (strict.hits, strict.false_alarms) == (14, 0)
    promised = [100 * names["promise"](14, 63, 0, 63, base) for base in (0.5, 0.1, 0.01)]
    read = "{:.0f} are right where half of the clips are synthetic, {:.0f} at a base rate of 10 %, and {:.0f} at 1 %"
    assert read.format(*promised) in proof.prose("promise_read")
    band = stats.ppv_interval(strict, base_rate=0.01)
    line = "{:.0f} % at a base rate of 1 %, and the band reaches from {:.0f} to {:.0f} %"
    assert line.format(100 * band.value, 100 * band.low, 100 * band.high) in proof.prose("promise_read")
    assert f"as high as {100 * stats.wilson(0, 63).high:.1f} %" in proof.prose("promise_intro")


def test_the_facilitators_key_gives_each_features_area(table):
    key = (PROJECT.course / "facilitator" / "08_detection.md").read_text(encoding="utf-8")
    clips = table["clips"]
    for name in clips.original:
        areas = [auc(clips.truths, values[name]) for values in (clips.original, clips.forwarded)]
        assert "`{}` ({:.2f}, {:.2f})".format(name, *areas).replace("0.", ".") in key


def test_a_solved_lab_shows_four_figures(proof):
    assert sum("image/png" in out.get("data", {}) for _, out in proof.solved.outputs("execute_result")) == 4


def test_the_release_has_the_table_and_no_clip(proof):
    files = {path.name for path in Path(proof.release("en")).iterdir()}
    assert "table.json" in files and not {name for name in files if name.endswith(".mp4")}


def test_areas_of_few_clips_are_told_with_the_interval_that_fits_them(proof):
    code = "\n".join(cell.source for cell in proof.lab.cells)
    assert "roc.auc_interval" in code and "roc.bootstrap" not in code and hasattr(roc, "auc_interval")
